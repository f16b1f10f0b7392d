//! News: what the screens tell the player under the log, by kind.
//!
//! Owns: the closed list of news, which of them are trouble, and their words in English. Refuses to know: where they are drawn. The
//! window says them in the player's language by their kind.

use super::telling::capital;
use crate::saves::SavesError;
use engine_sim::world::event::Refusal;
use engine_sim::world::moot::EVIDENCE_MAX;
use std::fmt;

/// A line of news. What is in `why` is another part's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The world did not take a command.
    Refused(Refusal),
    /// The world did not take a voice's line.
    Unheard(Refusal),
    /// Whoever was looked for was not met.
    NotCaught(Refusal),
    /// Whoever was looked for went on before the player came.
    Slipped {
        /// Whose name.
        name: String,
    },
    /// A seed makes no case.
    NoCase {
        /// What is wrong.
        why: String,
    },
    /// The day makes no case.
    NoDaily {
        /// What is wrong.
        why: String,
    },
    /// The typed seed is no number.
    BadSeed,
    /// A game goes on from a save.
    Loaded,
    /// A save cannot be played.
    NotLoaded {
        /// What is wrong.
        why: String,
    },
    /// A save is written.
    Saved {
        /// Its name.
        name: String,
    },
    /// A save is not written.
    NotSaved {
        /// What is wrong.
        why: String,
    },
    /// A name that no save can have.
    BadName {
        /// The name.
        name: String,
    },
    /// The autosave is not written.
    NotAutosaved {
        /// What is wrong.
        why: String,
    },
    /// Whether a save is to go.
    DeleteSure {
        /// Its name.
        name: String,
    },
    /// A save is deleted.
    Deleted {
        /// Its name.
        name: String,
    },
    /// A save is still there.
    NotDeleted {
        /// What is wrong.
        why: String,
    },
    /// The moot hears no more notes.
    MootFull,
    /// What was pasted is too long for a line.
    TooLong,
    /// A note can only be shown to somebody.
    TalkFirst,
    /// A clash is none of the partner's.
    NotTheirs {
        /// Whose name.
        name: String,
    },
}

impl News {
    /// Whether something went wrong.
    pub fn is_bad(&self) -> bool {
        use News::{Deleted, Loaded, NotTheirs, Saved, Slipped, TalkFirst, TooLong};
        !matches!(
            self,
            Deleted { .. } | Loaded | NotTheirs { .. } | Saved { .. } | Slipped { .. } | TalkFirst | TooLong
        )
    }
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            News::Refused(refusal) => write!(f, "{}", capital(&format!("{refusal}."))),
            News::Unheard(refusal) => write!(f, "{refusal}"),
            News::NotCaught(refusal) => write!(f, "You did not catch up: {refusal}."),
            News::Slipped { name } => write!(f, "{name} has slipped away again."),
            News::NoCase { why } => write!(f, "This case cannot be made: {why}. Try another seed."),
            News::NoDaily { why } => write!(f, "There is no case for today: {why}."),
            News::BadSeed => write!(f, "A seed is a whole number, 0 to {}.", u64::MAX),
            News::Loaded => write!(f, "Loaded."),
            News::NotLoaded { why } => {
                write!(f, "This save cannot be played. {why}. The file is left as it is.")
            }
            News::Saved { name } => write!(f, "Saved as \"{name}\"."),
            News::NotSaved { why } => write!(f, "Not saved: {why}."),
            News::BadName { name } => write!(f, "Not saved: {}.", SavesError::Name(name.clone())),
            News::NotAutosaved { why } => write!(f, "The autosave failed: {why}. The game goes on."),
            News::DeleteSure { name } => {
                write!(f, "Delete \"{name}\"? It cannot be brought back. y: yes. Any other key: no.")
            }
            News::Deleted { name } => write!(f, "\"{name}\" is gone."),
            News::NotDeleted { why } => write!(f, "Not deleted: {why}."),
            News::MootFull => write!(f, "The moot hears at most {EVIDENCE_MAX} notes."),
            News::TooLong => write!(f, "Too long for a line: the rest was left out."),
            News::TalkFirst => write!(f, "Talk to somebody first; then you can hold this up to them."),
            News::NotTheirs { name } => write!(f, "This clash does not concern {name}."),
        }
    }
}
