//! Whole games without a mind: the library, a detective's game, a replay that watches every tick.
//!
//! Owns: playing. Refuses to judge what comes of it.

use anyhow::{Context, Result, anyhow};
use engine_sim::cases::Difficulty;
use engine_sim::library::Library;
use engine_sim::snapshot::state::State;
use engine_sim::world::event::Command;
use engine_sim::world::hash::{self, WorldHash};
use engine_sim::world::{Setup, World};
use game::detective::Detective;
use game::script::Step;
use game::voices::Voices;
use rkyv::rancor::Error;
use std::sync::OnceLock;

/// The shipped library, parsed once for a test program.
///
/// # Panics
/// When the shipped texts are broken, which the engine's own tests rule out.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| match Library::shipped() {
        Ok(library) => library,
        Err(error) => panic!("the shipped library is broken: {error}"),
    })
}

/// A seed and a level.
pub fn setup(seed: u64, level: Difficulty) -> Setup {
    Setup { seed, level }
}

/// A game that the detective has played to its end with written lines.
pub struct Played {
    /// The world at the end, with its log.
    pub world: World<'static>,
    /// Whether the thief was named and proven.
    pub solved: bool,
    /// Every step as a script has it.
    pub steps: Vec<Step>,
}

/// Lets the detective play a case with written lines only.
///
/// # Errors
/// A step that was refused, or a seed without a case.
pub fn play_detective(setup: Setup) -> Result<Played> {
    let mut world = World::new(library(), setup).map_err(|e| anyhow!("{setup:?}: {e}"))?;
    let mut voices = Voices::new(None);
    let mut listener = |world: &mut World<'_>, voices: &mut Voices, _: &Step| {
        voices.settle(world)?;
        Ok(())
    };
    let mut detective = Detective::new(&mut world, &mut voices, &mut listener);
    let solved = detective.solve().with_context(|| format!("{setup:?}"))?;
    let steps = std::mem::take(&mut detective.steps);
    Ok(Played { world, solved, steps })
}

/// A state through the bytes of a save and back.
///
/// # Errors
/// When it cannot be written or read, which is what a test looks for.
pub fn through_bytes(state: &State) -> Result<State> {
    let bytes = rkyv::to_bytes::<Error>(state).map_err(|e| anyhow!("a state cannot be written: {e}"))?;
    rkyv::from_bytes::<State, Error>(&bytes).map_err(|e| anyhow!("a state cannot be read: {e}"))
}

/// Replays a log and gives the hash after every tick and after every command. With `reload`, the state is replaced by its
/// decoded copy each time, as if the game had been saved and loaded there.
///
/// # Errors
/// A command that is refused, or a state that does not survive its bytes.
pub fn hashes_of_every_tick(setup: Setup, log: &[Command], reload: bool) -> Result<Vec<WorldHash>> {
    let mut world = World::new(library(), setup).map_err(|e| anyhow!("{setup:?}: {e}"))?;
    let mut hashes = vec![world.hash()];
    for (index, command) in log.iter().enumerate() {
        let mut broken = None;
        let mut ticks = Vec::new();
        let mut observe = |state: &mut State| {
            if reload {
                match through_bytes(state) {
                    Ok(copy) => *state = copy,
                    Err(error) => broken = Some(error),
                }
            }
            ticks.push(hash::hash(state));
        };
        let applied = world.apply_observed(command.clone(), &mut observe);
        applied.map_err(|e| anyhow!("command {index} is refused: {e}"))?;
        if let Some(error) = broken {
            return Err(error.context(format!("in command {index}")));
        }
        hashes.append(&mut ticks);
        hashes.push(world.hash());
        if reload {
            let copy = through_bytes(world.state())?;
            world = World::from_parts(library(), setup, copy, world.log().to_vec());
        }
    }
    Ok(hashes)
}
