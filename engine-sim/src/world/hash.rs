//! State hashes: one for each section, one for the world, one for the words.
//!
//! Owns: which section enters which hash. Refuses to know: how a divergence is found (see `replay`). BLAKE3 over the rkyv bytes
//! of a section: the same bytes that are saved are hashed, so no field can be forgotten. They are taken after every tick
//! (`World::ticks`) and whenever asked (`World::hash`).

use crate::cases::Case;
use crate::snapshot::state::State;
use crate::time::Minute;
use rkyv::rancor::Error;

/// A 32-byte BLAKE3 digest.
pub type Digest = [u8; 32];

/// The hashes of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldHash {
    /// Minute and the day's draws.
    pub clock: Digest,
    /// The case.
    pub case: Digest,
    /// The villagers.
    pub people: Digest,
    /// The player.
    pub player: Digest,
    /// The conversation.
    pub talk: Digest,
    /// Over the five above: what no mind can change.
    pub world: Digest,
    /// What was literally said.
    pub words: Digest,
    /// Over world and words: the whole state.
    pub total: Digest,
}

impl WorldHash {
    /// Sections by name, for reports.
    pub fn sections(&self) -> [(&'static str, Digest); 8] {
        [
            ("clock", self.clock),
            ("case", self.case),
            ("people", self.people),
            ("player", self.player),
            ("talk", self.talk),
            ("world", self.world),
            ("words", self.words),
            ("total", self.total),
        ]
    }
    /// The first section that differs, for divergence reports.
    pub fn differs(&self, other: &WorldHash) -> Option<&'static str> {
        let pairs = self.sections().into_iter().zip(other.sections());
        pairs.into_iter().find(|((_, a), (_, b))| a != b).map(|((name, _), _)| name)
    }
}

/// A digest in hexadecimal.
pub fn hex(digest: &Digest) -> String {
    blake3::Hash::from_bytes(*digest).to_hex().to_string()
}

/// The state as one tick left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// The minute that the tick came to.
    pub now: Minute,
    /// Each section and the total after it.
    pub hash: WorldHash,
}

/// Hashes a state.
pub fn hash(state: &State) -> WorldHash {
    hash_with(state, case_digest(&state.case))
}

/// The hash of the case, the largest section: it never changes in a game, so a world takes it once.
pub fn case_digest(case: &Case) -> Digest {
    digest(rkyv::to_bytes::<Error>(case))
}

/// As [`hash`], with the case's hash taken before.
pub fn hash_with(state: &State, case: Digest) -> WorldHash {
    let clock = digest(rkyv::to_bytes::<Error>(&(state.now, state.rng.clone())));
    let people = digest(rkyv::to_bytes::<Error>(&state.people));
    let player = digest(rkyv::to_bytes::<Error>(&state.player));
    let talk = digest(rkyv::to_bytes::<Error>(&state.talk));
    let words = digest(rkyv::to_bytes::<Error>(&state.words));
    let world = over(&[clock, case, people, player, talk]);
    WorldHash { clock, case, people, player, talk, world, words, total: over(&[world, words]) }
}

fn digest(bytes: Result<rkyv::util::AlignedVec, Error>) -> Digest {
    match bytes {
        Ok(bytes) => *blake3::hash(&bytes).as_bytes(),
        // Serialising owned integers and strings into memory fails only when memory does.
        Err(error) => unreachable!("a section could not be written to memory: {error}"),
    }
}

fn over(parts: &[Digest]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    parts.iter().for_each(|part| {
        hasher.update(part);
    });
    *hasher.finalize().as_bytes()
}
