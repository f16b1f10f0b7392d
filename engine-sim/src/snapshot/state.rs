//! The state of one game: everything that changes, in sections, and nothing else. Version 1, frozen once merged.
//!
//! Owns: the shape of what is saved, hashed and replayed. Refuses to know: the rules (see `world` and `talk`). The sections
//! `clock`, `case`, `people`, `player` and `talk` make the world's hash. `words` holds what was literally said: it has a
//! hash of its own and no rule reads it, which is why another mind, or none, leaves the world as it is.

use crate::act::Act;
use crate::cases::Case;
use crate::fact::{Fact, How, Knowing};
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::rng::Rng;
use crate::time::{Minute, Slot};
use rkyv::{Archive, Deserialize, Serialize};

/// Version of every type in this file.
pub const STATE_VERSION: u16 = 1;
/// Wrong accusations before the moot stops listening.
pub const SEALS: u8 = 3;
/// Most notes a notebook holds.
pub const NOTES_MAX: usize = 512;
/// Longest line a player can say, in bytes.
pub const SAY_BYTES_MAX: usize = 400;

/// Where somebody is: at a place, or on the way to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Position {
    /// The place they are at or have just left.
    pub at: PlaceId,
    /// The next place and the minutes left to it, while walking.
    pub step: Option<(PlaceId, u8)>,
    /// Where the walk ends.
    pub goal: PlaceId,
}

impl Position {
    /// Standing still.
    pub fn standing(at: PlaceId) -> Position {
        Position { at, step: None, goal: at }
    }
    /// The place, unless on the way.
    pub fn place(&self) -> Option<PlaceId> {
        self.step.is_none().then_some(self.at)
    }
}

/// How far a villager's favour has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq), attr(allow(missing_docs)))]
pub enum Favour {
    /// Nobody has asked yet.
    Unasked,
    /// The player knows what is wanted.
    Asked,
    /// Done: it is done once.
    Done,
}

/// What changes about a villager.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct PersonState {
    /// Where they are.
    pub position: Position,
    /// Towards the player, 0..=100.
    pub trust: u8,
    /// Offended until this minute, unless the player apologises.
    pub cross_until: Minute,
    /// Whether they have owned up to what they hid.
    pub confessed: bool,
    /// Whether the player has talked with them.
    pub met: bool,
    /// Their favour.
    pub favour: Favour,
    /// Topics on which they have warmed to the player.
    pub shared_topics: Vec<String>,
    /// What they learnt on the day of the investigation.
    pub heard: Vec<Knowing>,
}

/// One entry of the player's notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Note {
    /// What was said or seen.
    pub fact: Fact,
    /// Who said it; `None` when the player saw it.
    pub speaker: Option<PersonId>,
    /// How the speaker said they know.
    pub how: How,
    /// Whose eyes it comes from in the end.
    pub source: PersonId,
    /// When the player learnt it.
    pub at: Minute,
    /// Taken back by the speaker, who confessed to something else.
    pub withdrawn: bool,
}

/// How the game ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq), attr(allow(missing_docs)))]
pub enum Outcome {
    /// Not yet.
    Open,
    /// The thief was named and it was proven.
    Solved,
    /// Three times the wrong name.
    Dismissed,
    /// Dusk came first.
    Frozen,
}

/// What changes about the player.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct PlayerState {
    /// Where the player is.
    pub place: PlaceId,
    /// Gold in the purse.
    pub gold: u16,
    /// Items carried, sorted, with counts.
    pub items: Vec<(ItemId, u8)>,
    /// What was learnt, oldest first.
    pub notes: Vec<Note>,
    /// Accusations left.
    pub seals: u8,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether the Ember House has been searched.
    pub searched: bool,
    /// Who was accused last.
    pub accused: Option<PersonId>,
}

/// What the talk is about: read by the parser for pronouns and by the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Thread {
    /// Last person named.
    pub person: Option<PersonId>,
    /// Last place named.
    pub place: Option<PlaceId>,
    /// Last time named.
    pub slot: Option<Slot>,
    /// Last item named.
    pub item: Option<ItemId>,
    /// An offer on the table: item and gold.
    pub offer: Option<(ItemId, u16)>,
}

/// An act that has been committed and waits for its words.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Pending {
    /// Number of the turn.
    pub turn: u32,
    /// Who speaks.
    pub speaker: PersonId,
    /// What they do.
    pub act: Act,
    /// The written-lines key, which may be finer than the act ("answer.self").
    pub key: String,
    /// The readings offered by a clarifying question, in words.
    pub readings: Vec<String>,
    /// What the player said.
    pub player_line: String,
    /// People, places and items that the player named and the speaker may echo.
    pub echo: (Vec<PersonId>, Vec<PlaceId>, Vec<ItemId>),
}

/// The state of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct TalkState {
    /// Who the player is talking to.
    pub with: Option<PersonId>,
    /// What it is about.
    pub thread: Thread,
    /// What the player meant last, in a full sentence where one says it (else as typed): "and at eight?" leans on it.
    pub last_said: String,
    /// Turns begun in this game.
    pub turns: u32,
    /// Questions answered already, so that suggestions move on: speaker and fact.
    pub told: Vec<(PersonId, Fact)>,
    /// Slots asked about per villager, for suggestions.
    pub asked: Vec<(PersonId, Slot)>,
    /// How often each kind of smalltalk and general question was used with each villager: speaker, key, times.
    pub used: Vec<(PersonId, String, u16)>,
}

/// Where a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug, PartialEq, Eq), attr(allow(missing_docs)))]
pub enum Voice {
    /// A mind wrote it and the judge let it through.
    Mind,
    /// A written line.
    Written,
}

/// A line that was spoken.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Spoken {
    /// Its turn.
    pub turn: u32,
    /// Who said it.
    pub speaker: PersonId,
    /// The line.
    pub text: String,
    /// Where it came from.
    pub voice: Voice,
    /// Proposals that were refused before it.
    pub refused: u8,
}

/// What was literally said. Not part of the world's hash.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct WordsState {
    /// Acts that wait for their words, oldest first.
    pub pending: Vec<Pending>,
    /// Refused proposals for the first of them.
    pub refused: u8,
    /// Everything spoken, oldest first.
    pub spoken: Vec<Spoken>,
    /// Written lines used last, per villager and key: never the same twice running.
    pub last_variant: Vec<(PersonId, String, u16)>,
    /// Draws variants.
    pub rng: Rng,
}

/// The whole state.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct State {
    /// The minute.
    pub now: Minute,
    /// Draws for what happens on the day.
    pub rng: Rng,
    /// The case: fixed at the beginning.
    pub case: Case,
    /// Villagers, indexed by id.
    pub people: Vec<PersonState>,
    /// The player.
    pub player: PlayerState,
    /// The conversation.
    pub talk: TalkState,
    /// The words.
    pub words: WordsState,
}
