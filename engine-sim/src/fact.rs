//! Facts: typed propositions about the village, and how a villager came to know one.
//!
//! Owns: what can be true, known, said, hidden or lied about. Refuses to know: how a fact is worded (see `pack` and `talk`),
//! who believes it (see the world's state). A lie is a fact too: one that is not true, held by its teller as a claim.

// rkyv's generated resolvers carry no docs, and each variant's sentence names its fields.
#![allow(missing_docs)]

use crate::ids::{ItemId, PersonId, PlaceId};
use crate::time::{Minute, Slot};
use rkyv::{Archive, Deserialize, Serialize};

/// Why somebody might have wanted the winter ember.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
pub enum Motive {
    /// Owes money that a sold ember would pay.
    Debt,
    /// A quarrel with the emberkeeper.
    Grudge,
    /// A hearth at home that will not stay warm.
    Cold,
    /// A buyer from outside has offered gold.
    Buyer,
    /// Wanted the keeper's post and was passed over.
    Pride,
}

/// What somebody hides about the evening that is not the theft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
pub enum Secret {
    /// Met a sweetheart.
    Tryst,
    /// Played dice for money.
    Dice,
    /// Left a post or slept on it.
    Shirking,
    /// Bought or sold goods that pay no toll.
    Smuggling,
    /// Practises something shameful to the practiser: dancing, verses.
    Rehearsal,
}

/// What ties two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
pub enum Tie {
    /// Family: may cover for one another.
    Kin,
    /// Friends: may cover for one another.
    Friend,
    /// At odds.
    Feud,
}

/// A typed proposition. Times are half-hours of the evening of the theft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
pub enum Fact {
    /// `who` spent the half-hour `at` at `place`.
    Was { who: PersonId, place: PlaceId, at: Slot },
    /// `who` walked through `place` at the beginning of `at`, on the way elsewhere.
    Passed { who: PersonId, place: PlaceId, at: Slot },
    /// `who` was by themselves at `place` in `at`.
    Alone { who: PersonId, place: PlaceId, at: Slot },
    /// `who` carried `item` (seen in hand) through `place` at `at`.
    Carried { who: PersonId, item: ItemId, place: PlaceId, at: Slot },
    /// `who` owns an `item` of this kind.
    Owns { who: PersonId, item: ItemId },
    /// `who` took `item` at `at`: the theft.
    Took { who: PersonId, item: ItemId, at: Slot },
    /// `item` still lay at `place` in `at`.
    Present { item: ItemId, place: PlaceId, at: Slot },
    /// `item` was missing from `place` by `at`.
    Missing { item: ItemId, place: PlaceId, at: Slot },
    /// The trace that a carrier of kind `item` leaves was found at `place`.
    Trace { item: ItemId, place: PlaceId },
    /// What clings to people who come from `from` was found at `place`.
    Residue { from: PlaceId, place: PlaceId },
    /// `who` owes `to` this much gold.
    Owes { who: PersonId, to: PersonId, gold: u16 },
    /// `who` asks this price for an `item`.
    Price { who: PersonId, item: ItemId, gold: u16 },
    /// `who` has this reason to want the ember.
    HasMotive { who: PersonId, motive: Motive },
    /// `who` keeps this secret of the evening at `place` in `at`.
    Keeps { who: PersonId, secret: Secret, place: PlaceId, at: Slot },
    /// `who` and `whom` are tied.
    Tied { who: PersonId, whom: PersonId, tie: Tie },
    /// `who` is the village's smith, miller, …: the trade in the village's table.
    Works { who: PersonId, place: PlaceId },
    /// `who` wants an `item` (a favour).
    Wants { who: PersonId, item: ItemId },
    /// `who` told somebody that `whom` was at `place` in `at`: testimony, whatever its truth. Villagers remember it of what
    /// others say about themselves, so that a word can be held against whoever gave it.
    Said { who: PersonId, whom: PersonId, place: PlaceId, at: Slot },
}

/// How a villager knows a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
pub enum How {
    /// About themselves.
    Own,
    /// Saw it.
    Witnessed,
    /// Was told by this person, who may have been told too.
    Told(PersonId),
    /// Worked it out: nobody saw it, but it follows from what they saw (see `cases::evening`).
    Inferred,
    /// Everyone in the village knows it.
    Common,
}

/// One piece of a person's knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug), attr(allow(missing_docs)))]
pub struct Knowing {
    /// What is known.
    pub fact: Fact,
    /// How it came to this person.
    pub how: How,
    /// Who saw it first: hearsay keeps its source.
    pub source: PersonId,
    /// Mouths between the source and this person (0 = own eyes).
    pub depth: u8,
    /// Since when.
    pub since: Minute,
}

impl Fact {
    /// The person the fact is about, if any.
    pub fn subject(&self) -> Option<PersonId> {
        match *self {
            Fact::Was { who, .. }
            | Fact::Passed { who, .. }
            | Fact::Alone { who, .. }
            | Fact::Carried { who, .. }
            | Fact::Owns { who, .. }
            | Fact::Took { who, .. }
            | Fact::Owes { who, .. }
            | Fact::Price { who, .. }
            | Fact::HasMotive { who, .. }
            | Fact::Keeps { who, .. }
            | Fact::Tied { who, .. }
            | Fact::Works { who, .. }
            | Fact::Wants { who, .. }
            | Fact::Said { who, .. } => Some(who),
            Fact::Present { .. } | Fact::Missing { .. } | Fact::Trace { .. } | Fact::Residue { .. } => None,
        }
    }
    /// A second person named by the fact, if any.
    pub fn other(&self) -> Option<PersonId> {
        match *self {
            Fact::Owes { to, .. } => Some(to),
            Fact::Tied { whom, .. } | Fact::Said { whom, .. } => Some(whom),
            _ => None,
        }
    }
    /// The place the fact names, if any.
    pub fn place(&self) -> Option<PlaceId> {
        match *self {
            Fact::Was { place, .. }
            | Fact::Passed { place, .. }
            | Fact::Alone { place, .. }
            | Fact::Carried { place, .. }
            | Fact::Present { place, .. }
            | Fact::Missing { place, .. }
            | Fact::Trace { place, .. }
            | Fact::Residue { place, .. }
            | Fact::Keeps { place, .. }
            | Fact::Works { place, .. }
            | Fact::Said { place, .. } => Some(place),
            _ => None,
        }
    }
    /// The item the fact names, if any.
    pub fn item(&self) -> Option<ItemId> {
        match *self {
            Fact::Carried { item, .. }
            | Fact::Owns { item, .. }
            | Fact::Took { item, .. }
            | Fact::Present { item, .. }
            | Fact::Missing { item, .. }
            | Fact::Trace { item, .. }
            | Fact::Price { item, .. }
            | Fact::Wants { item, .. } => Some(item),
            _ => None,
        }
    }
    /// The half-hour the fact names, if any.
    pub fn at(&self) -> Option<Slot> {
        match *self {
            Fact::Was { at, .. }
            | Fact::Passed { at, .. }
            | Fact::Alone { at, .. }
            | Fact::Carried { at, .. }
            | Fact::Took { at, .. }
            | Fact::Present { at, .. }
            | Fact::Missing { at, .. }
            | Fact::Keeps { at, .. }
            | Fact::Said { at, .. } => Some(at),
            _ => None,
        }
    }
    /// The gold the fact names, if any.
    pub fn gold(&self) -> Option<u16> {
        match *self {
            Fact::Owes { gold, .. } | Fact::Price { gold, .. } => Some(gold),
            _ => None,
        }
    }
}
