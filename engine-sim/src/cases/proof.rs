//! The proof: what a case comes to when everything learnable is put together, as the verdict shows it.
//!
//! Owns: the proof's shape. Refuses to know: how it is found (`solve`), how it is worded.

use super::Lie;
use crate::fact::Fact;
use crate::ids::PersonId;
use crate::time::Slot;

/// A fact that the proof uses, with where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clue {
    /// The fact.
    pub fact: Fact,
    /// Whose word it is; nobody for what lies at the Ember House.
    pub source: Option<PersonId>,
    /// Who tells it to the player; differs from the source for hearsay.
    pub teller: Option<PersonId>,
    /// Mouths between source and teller.
    pub depth: u8,
    /// Who tells it only once they have confessed, if so.
    pub confession: Option<PersonId>,
}

/// Why somebody cannot have taken the ember in a half-hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// They own no carrier of the kind whose trace was found.
    LacksCarrier,
    /// They were somewhere else in that half-hour.
    Elsewhere,
    /// In the half-hour before they were where something else clings, or nothing.
    CameFromElsewhere,
    /// Somebody else was at the Ember House.
    NotAlone,
    /// The ember was still there then or later.
    StillThere,
    /// The ember was gone by then.
    AlreadyGone,
}

/// A person and half-hour that cannot be the theft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exclusion {
    /// Who.
    pub who: PersonId,
    /// When.
    pub at: Slot,
    /// Why not.
    pub reason: Reason,
    /// The fact that shows it, for all reasons but a carrier that is lacking.
    pub fact: Option<Fact>,
}

/// What everything learnable comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The thief, when exactly one person remains.
    pub thief: Option<PersonId>,
    /// Every person and half-hour that remains possible.
    pub remaining: Vec<(PersonId, Slot)>,
    /// A short set of facts that suffices: none of the testimony in it can be spared. What a confession takes precedes
    /// what it yields.
    pub clues: Vec<Clue>,
    /// Each excluded person and half-hour with one reason, from the clues.
    pub exclusions: Vec<Exclusion>,
    /// People whom alibis alone (stays elsewhere) leave possible.
    pub after_alibis: Vec<PersonId>,
    /// Lies that a player can catch: something credible contradicts them.
    pub lies_met: Vec<Lie>,
    /// Most mouths between a clue and its source.
    pub hearsay_depth_max: u8,
    /// Whose confessions the clues need.
    pub confessions: Vec<PersonId>,
    /// Credible facts that contradict what the true thief says of themselves.
    pub contradictions: Vec<Fact>,
    /// Credible facts that put the true thief at or beside the Ember House around the theft, a carrier in hand or not,
    /// elsewhere than where they say they were.
    pub near_house: Vec<Fact>,
}
