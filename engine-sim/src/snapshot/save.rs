//! Saves: version 1 of the file that holds a game, frozen once merged.
//!
//! Owns: the file's header, limits, pins and checks. Refuses to know: where files lie. A save is the log and the state it led to,
//! with what it depends on pinned by hash; `replay::verify` proves that the one follows from the other. Every byte comes
//! from a stranger: the length and checksum are checked first, then rkyv's validator reads.

use super::state::{STATE_VERSION, State};
use crate::cases::Difficulty;
use crate::world::event::Command;
use rkyv::rancor::Error;
use rkyv::{Archive, Deserialize, Serialize};

/// The first bytes of every save.
pub const MAGIC: [u8; 8] = *b"EMBRSAV1";
/// Largest save, in bytes.
pub const SAVE_BYTES_MAX: usize = 16 << 20;
/// Bytes before the payload: magic and BLAKE3 of the payload.
const HEADER_BYTES: usize = 8 + 32;
/// Version of the engine's rules: a change of any rule that a replay depends on raises it.
pub const RULES_VERSION: u32 = 2;

/// What a save depends on.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Pins {
    /// Version of the rules.
    pub rules: u32,
    /// Version of the state's shape.
    pub state: u16,
    /// Hash of village, lexicon, lines and words.
    pub library: [u8; 32],
    /// Hash of the case as generated.
    pub case: [u8; 32],
    /// The model that spoke, if any: BLAKE3 in hexadecimal. It is a record; nothing is replayed with it.
    pub model: Option<String>,
    /// Skins worn: villager key and hash. None exist yet in this version of the game.
    pub skins: Vec<(String, String)>,
}

/// A save.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Save {
    /// What it depends on.
    pub pins: Pins,
    /// The case's seed.
    pub seed: u64,
    /// The case's difficulty.
    pub level: Difficulty,
    /// What the player calls it.
    pub title: String,
    /// Every command.
    pub log: Vec<Command>,
    /// The state after the last.
    pub state: State,
}

/// Why bytes are no save.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SaveError {
    /// Too large to be one.
    #[error("the save has {actual} bytes; the most is {SAVE_BYTES_MAX}")]
    TooLarge {
        /// Bytes found.
        actual: usize,
    },
    /// Shorter than a header.
    #[error("the save is cut off: it has only {actual} bytes")]
    TooShort {
        /// Bytes found.
        actual: usize,
    },
    /// Another kind of file.
    #[error("this is not an Emberwick save, or one of another version")]
    Magic,
    /// Bytes changed or lost.
    #[error("the save is damaged: its checksum does not match")]
    Checksum,
    /// The checksum matches and the contents make no sense.
    #[error("the save is malformed: {0}")]
    Malformed(String),
    /// Could not be written to memory.
    #[error("the save could not be made: {0}")]
    Encode(String),
}

impl Save {
    /// The file's bytes.
    ///
    /// # Errors
    /// [`SaveError::Encode`] or [`SaveError::TooLarge`].
    pub fn encode(&self) -> Result<Vec<u8>, SaveError> {
        let payload = rkyv::to_bytes::<Error>(self).map_err(|e| SaveError::Encode(e.to_string()))?;
        let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(blake3::hash(&payload).as_bytes());
        bytes.extend_from_slice(&payload);
        if bytes.len() > SAVE_BYTES_MAX {
            return Err(SaveError::TooLarge { actual: bytes.len() });
        }
        Ok(bytes)
    }

    /// Reads a file's bytes, from anybody.
    ///
    /// # Errors
    /// [`SaveError`] with the sentence to show.
    pub fn decode(bytes: &[u8]) -> Result<Save, SaveError> {
        if bytes.len() > SAVE_BYTES_MAX {
            return Err(SaveError::TooLarge { actual: bytes.len() });
        }
        if bytes.len() < HEADER_BYTES {
            return Err(SaveError::TooShort { actual: bytes.len() });
        }
        if bytes[..8] != MAGIC {
            return Err(SaveError::Magic);
        }
        let (header, payload) = bytes.split_at(HEADER_BYTES);
        if header[8..] != *blake3::hash(payload).as_bytes() {
            return Err(SaveError::Checksum);
        }
        // The validator wants alignment; a file's bytes have none.
        let mut aligned = rkyv::util::AlignedVec::<16>::with_capacity(payload.len());
        aligned.extend_from_slice(payload);
        let save =
            rkyv::from_bytes::<Save, Error>(&aligned).map_err(|e| SaveError::Malformed(e.to_string()))?;
        if save.pins.state != STATE_VERSION {
            return Err(SaveError::Malformed(format!(
                "state version {} is not {STATE_VERSION}",
                save.pins.state
            )));
        }
        Ok(save)
    }
}
