//! Plays a seed's case with written lines, replays the log and prints the hash of the final state.
//!
//! Owns: nothing. `cargo xtask sim replay` builds it at another optimisation level and compares what it prints.

use anyhow::{Context, Result};
use engine_sim::Library;
use engine_sim::cases::Difficulty;
use engine_sim::replay;
use engine_sim::world::{Setup, hash};

fn main() -> Result<()> {
    let seed = std::env::args().nth(1).context("give a seed")?.parse()?;
    let library = Library::shipped()?;
    let setup = Setup { seed, level: Difficulty::Normal };
    let log = game::detective::play_without_minds(&library, setup)?;
    println!("{}", hash::hex(&replay::replay(&library, setup, &log)?.hash().total));
    Ok(())
}
