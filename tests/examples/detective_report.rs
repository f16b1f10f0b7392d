//! How often the detective wins, by level, and what was missing where it did not.
//!
//! Owns: measuring and printing. Refuses to know: how the detective works.
//! Run: `cargo run -p tests --example detective_report -- 30` (seeds for each level; a second argument prints each seed)

use anyhow::{Context, Result};
use engine_sim::cases::Difficulty;
use engine_sim::snapshot::state::Outcome;
use engine_sim::world::moot;
use game::evidence::bearing;
use game::script::{Step, outcome_key};
use std::time::Instant;
use tests::games::{library, play_detective, setup};

/// Seeds for each level unless an argument says otherwise.
const SEEDS: u64 = 30;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let seeds = args.next().map_or(Ok(SEEDS), |n| n.parse()).context("the number of seeds")?;
    let verbose = args.next().is_some();
    for level in Difficulty::ALL {
        let mut counts = [0u64; 4];
        let (mut first_try, mut minutes, mut says) = (0u64, 0u64, 0u64);
        let began = Instant::now();
        for seed in 1..=seeds {
            let played = play_detective(setup(seed, level))?;
            let outcome = played.world.state().player.outcome;
            let index = [Outcome::Solved, Outcome::Open, Outcome::Dismissed, Outcome::Frozen];
            counts[index.iter().position(|o| *o == outcome).unwrap_or(1)] += 1;
            let accused = played.steps.iter().filter(|s| matches!(s, Step::Accuse { .. })).count();
            first_try += u64::from(played.solved && accused == 1);
            minutes += u64::from(played.world.state().now.0 - engine_sim::time::MORNING.0);
            says += played.steps.iter().filter(|s| matches!(s, Step::Say { .. })).count() as u64;
            if verbose {
                tell(seed, &played);
            }
        }
        let [solved, open, dismissed, frozen] = counts;
        println!(
            "{:<7} solved {solved}/{seeds} (first name right {first_try}), open {open}, dismissed {dismissed}, \
             frozen {frozen}; {} minutes, {} lines, {} ms a game",
            level.key(),
            minutes / seeds,
            says / seeds,
            began.elapsed().as_millis() as u64 / seeds
        );
    }
    Ok(())
}

fn tell(seed: u64, played: &tests::games::Played) {
    let (village, state) = (&library().village, played.world.state());
    let thief = state.case.thief;
    let evidence = bearing(&played.world, thief);
    let showing = moot::weigh(library(), state, thief, &evidence);
    let names: Vec<&str> = played
        .steps
        .iter()
        .filter_map(|s| match s {
            Step::Accuse { who, .. } => Some(village.name(*who)),
            _ => None,
        })
        .collect();
    println!(
        "  seed {seed}: {} at {}; thief {}, accused {names:?}; {} notes, {} bear on the thief; {showing:?}",
        outcome_key(state.player.outcome),
        state.now.clock(),
        village.name(thief),
        state.player.notes.len(),
        evidence.len(),
    );
}
