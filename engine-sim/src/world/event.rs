//! Commands in, events out: the whole interface of change.
//!
//! Owns: what may be asked of the world and what it reports. Refuses to know: who asks. Commands are logged; events are not,
//! because the log gives them again.

// rkyv's generated resolvers carry no docs, and each variant's sentence names its fields.
#![allow(missing_docs)]

use crate::act::Act;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::snapshot::state::{Outcome, Voice};
use crate::talk::judge::Violation;
use rkyv::{Archive, Deserialize, Serialize};

/// What a player, a script or a mind asks of the world.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub enum Command {
    /// Let `minutes` pass.
    Wait { minutes: u16 },
    /// Walk to a place by the shortest way.
    Walk { to: PlaceId },
    /// Look around the Ember House for traces.
    Search,
    /// Begin to talk with somebody who is here.
    Talk { to: PersonId },
    /// Say something to them, in the player's own words.
    Say { text: String },
    /// End the conversation without a word.
    Part,
    /// A mind's line for a turn.
    Propose { turn: u32, text: String },
    /// Time is up for a turn: speak a written line.
    Fallback { turn: u32 },
    /// Name the thief before the moot; `evidence` are indexes of notes.
    Accuse { who: PersonId, evidence: Vec<u16> },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The player came to a place.
    Arrived { place: PlaceId },
    /// Somebody came to or left the player's place.
    Came { who: PersonId, came: bool },
    /// The player begins to talk with somebody.
    TalkBegan { with: PersonId },
    /// Two villagers at the player's place have a word, and the player overhears `speaker`: a murmur, which says nothing about
    /// the evening. It is not part of the state and no rule reads it.
    Murmured { speaker: PersonId, to: PersonId, text: String },
    /// A conversation ended.
    TalkEnded { with: PersonId },
    /// A typing slip was read as another word.
    ReadAs { typed: String, taken: String },
    /// A villager's act is decided and its effects are done; its words are awaited.
    Act { turn: u32, speaker: PersonId, act: Act },
    /// A proposal was refused.
    Refused { turn: u32, text: String, violations: Vec<Violation> },
    /// A line was spoken.
    Spoke { turn: u32, speaker: PersonId, text: String, voice: Voice },
    /// Something went into the notebook, at this index.
    Noted { note: u16 },
    /// Two notes cannot both be true.
    Contradiction { a: u16, b: u16 },
    /// Gold came (positive) or went.
    Gold { change: i32 },
    /// An item came (true) or went.
    Item { item: ItemId, came: bool },
    /// Trust rose (true) or fell.
    Trust { who: PersonId, rose: bool },
    /// The moot heard an accusation.
    Verdict { who: PersonId, right: bool, proven: bool, missing: Vec<&'static str> },
    /// The game is over.
    Ended { outcome: Outcome },
}

/// Why a command was refused: nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The game has ended.
    #[error("the case is closed")]
    Over,
    /// Nothing by that id.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// The player is in a conversation.
    #[error("you are in the middle of a conversation")]
    Talking,
    /// The player is not in a conversation.
    #[error("you are talking to nobody")]
    NotTalking,
    /// The person is elsewhere.
    #[error("{0} is not here")]
    NotHere(String),
    /// There is nothing to search here.
    #[error("there is nothing to search here")]
    NothingToSearch,
    /// Too much at once.
    #[error("{what} is limited to {max}")]
    TooMuch {
        /// What.
        what: &'static str,
        /// The limit.
        max: usize,
    },
    /// A line for a turn that does not wait for one.
    #[error("turn {0} does not wait for a line")]
    NoSuchTurn(u32),
    /// Somebody has yet to finish speaking.
    #[error("they have not finished speaking")]
    Speaking,
    /// The line is empty.
    #[error("there is nothing to say in that")]
    Empty,
}
