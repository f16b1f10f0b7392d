//! Replay: from a setup and a log to the same world, and the proof that a save is what it says.
//!
//! Owns: saving a world, loading one, verifying one, finding where two runs part. Refuses to know: models. Accepted text is
//! in the log, so nothing is ever generated again (DESIGN section 4).

use crate::cases::GenerateError;
use crate::library::Library;
use crate::snapshot::save::{Pins, RULES_VERSION, Save, SaveError};
use crate::snapshot::state::{STATE_VERSION, State};
use crate::world::event::{Command, Refusal};
use crate::world::{Setup, World, hash};

/// Most characters of a save's title.
pub const TITLE_CHARS_MAX: usize = 80;

/// Why a save cannot be played or proven.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// Made with other rules.
    #[error("the save was made with rules {theirs}; this game has rules {RULES_VERSION}")]
    Rules {
        /// The save's.
        theirs: u32,
    },
    /// Made with another village, lexicon, lines or words.
    #[error("the save was made with another village (its data's hash is {theirs}, this game's is {ours})")]
    Library {
        /// The save's.
        theirs: String,
        /// This game's.
        ours: String,
    },
    /// Its case cannot be generated.
    #[error("the save's case cannot be made: {0}")]
    Case(#[from] GenerateError),
    /// Its case is not what its seed gives.
    #[error("the save's case is not the one its seed gives")]
    OtherCase,
    /// A command of the log is refused.
    #[error("command {index} of the save's log is refused: {refusal}")]
    Refused {
        /// Which.
        index: usize,
        /// Why.
        refusal: Refusal,
    },
    /// The log leads elsewhere.
    #[error("the save does not follow from its log: section {section} is {theirs}, and the log gives {ours}")]
    Diverges {
        /// The first section that differs.
        section: &'static str,
        /// The save's hash of it.
        theirs: String,
        /// The replay's hash of it.
        ours: String,
    },
}

/// What a verified save proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Commands replayed.
    pub commands: usize,
    /// Lines spoken, and how many of them a mind wrote.
    pub lines: (usize, usize),
    /// The world's hash.
    pub world: String,
    /// The whole state's hash.
    pub total: String,
}

/// Puts a game into a save.
pub fn save(world: &World<'_>, title: &str, model: Option<String>) -> Save {
    Save {
        pins: Pins {
            rules: RULES_VERSION,
            state: STATE_VERSION,
            library: world.library().hash,
            case: world.hash().case,
            model,
            skins: Vec::new(),
        },
        seed: world.setup().seed,
        level: world.setup().level,
        title: title.chars().take(TITLE_CHARS_MAX).collect(),
        log: world.log().to_vec(),
        state: world.state().clone(),
    }
}

/// Replays a log from nothing.
///
/// # Errors
/// [`VerifyError::Case`] or [`VerifyError::Refused`].
pub fn replay<'a>(library: &'a Library, setup: Setup, log: &[Command]) -> Result<World<'a>, VerifyError> {
    let mut world = World::new(library, setup)?;
    for (index, command) in log.iter().enumerate() {
        world.apply(command.clone()).map_err(|refusal| VerifyError::Refused { index, refusal })?;
    }
    Ok(world)
}

fn check_pins(library: &Library, save: &Save) -> Result<Setup, VerifyError> {
    if save.pins.rules != RULES_VERSION {
        return Err(VerifyError::Rules { theirs: save.pins.rules });
    }
    if save.pins.library != library.hash {
        let (theirs, ours) = (hash::hex(&save.pins.library), hash::hex(&library.hash));
        return Err(VerifyError::Library { theirs, ours });
    }
    Ok(Setup { seed: save.seed, level: save.level })
}

/// Proves that a save follows from its log, without any model.
///
/// # Errors
/// [`VerifyError`] with the sentence to show.
pub fn verify(library: &Library, bytes: &[u8]) -> Result<Proven, VerifyError> {
    let save = Save::decode(bytes)?;
    let (_, proven) = prove(library, save)?;
    Ok(proven)
}

/// Loads a save to play on. The state is replayed rather than believed: a save from a stranger cannot smuggle one in.
///
/// # Errors
/// [`VerifyError`] with the sentence to show.
pub fn load<'a>(library: &'a Library, bytes: &[u8]) -> Result<World<'a>, VerifyError> {
    let save = Save::decode(bytes)?;
    Ok(prove(library, save)?.0)
}

fn prove(library: &Library, save: Save) -> Result<(World<'_>, Proven), VerifyError> {
    let setup = check_pins(library, &save)?;
    let world = replay(library, setup, &save.log)?;
    let (ours, theirs) = (world.hash(), hash::hash(&save.state));
    if let Some(section) = ours.differs(&theirs) {
        let of = |hashes: &hash::WorldHash| {
            let found = hashes.sections().into_iter().find(|(name, _)| *name == section);
            found.map_or_else(String::new, |(_, digest)| hash::hex(&digest))
        };
        return Err(VerifyError::Diverges { section, theirs: of(&theirs), ours: of(&ours) });
    }
    if save.pins.case != ours.case {
        return Err(VerifyError::OtherCase);
    }
    let proven = proven(world.state(), save.log.len(), &ours);
    Ok((world, proven))
}

fn proven(state: &State, commands: usize, ours: &hash::WorldHash) -> Proven {
    let spoken = &state.words.spoken;
    let minds = spoken.iter().filter(|s| s.voice == crate::snapshot::state::Voice::Mind).count();
    Proven {
        commands,
        lines: (spoken.len(), minds),
        world: hash::hex(&ours.world),
        total: hash::hex(&ours.total),
    }
}
