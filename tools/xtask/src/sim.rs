//! `xtask sim`: the engine run many times: cases by the thousand, one log a hundred times.
//!
//! Owns: what is run, how often, and the figures. Refuses to know: the rules. Times are measured here because the engine has no
//! clock.

use anyhow::{Context, Result, bail};
use engine_sim::Library;
use engine_sim::cases::{Difficulty, generate, measure, solve};
use engine_sim::replay;
use engine_sim::snapshot::save::Save;
use engine_sim::snapshot::state::State;
use engine_sim::world::event::Command;
use engine_sim::world::hash::{self, WorldHash};
use engine_sim::world::{Setup, World};
use game::detective;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Bar: median of generation and proof together, in microseconds of a processor.
const CASE_MEDIAN_US_MAX: u64 = 50_000;
/// Runs of one log.
const REPLAYS: usize = 100;

/// The value at a quantile of sorted values.
pub fn quantile(sorted: &[u64], percent: usize) -> u64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or(0)
}

/// Minimum, median, 95th percentile and maximum.
pub fn spread(mut values: Vec<u64>) -> Value {
    values.sort_unstable();
    json!({
        "min": quantile(&values, 0), "p50": quantile(&values, 50),
        "p95": quantile(&values, 95), "max": quantile(&values, 100),
    })
}

/// Generates and proves cases; fails unless every one has exactly one thief and the median is within the bar.
pub fn cases(seeds: u64) -> Result<()> {
    let library = Library::shipped()?;
    let mut levels = serde_json::Map::new();
    for level in Difficulty::ALL {
        let figures = cases_of(&library, level, seeds)?;
        println!("{:>7}: {figures}", level.key());
        levels.insert(level.key().to_string(), figures);
    }
    println!("{}", json!({ "sim": "cases", "seeds": seeds, "levels": levels }));
    Ok(())
}

/// Time that this thread has computed: what else the machine does must not count against the bar.
#[cfg(unix)]
fn processor_time() -> Result<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    Ok(Duration::try_from(clock_gettime(ClockId::ThreadCPUTime))?)
}

/// Time since the first call, where the system does not tell the thread's own.
#[cfg(not(unix))]
fn processor_time() -> Result<Duration> {
    use std::time::Instant;
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    Ok(BEGAN.elapsed())
}

fn cases_of(library: &Library, level: Difficulty, seeds: u64) -> Result<Value> {
    let village = &library.village;
    let (mut times, mut clues, mut lies, mut hearsay) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut confessions, mut suspects, mut draws) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..seeds {
        let began = processor_time()?;
        let case = generate(village, seed, level).with_context(|| format!("seed {seed}, {}", level.key()))?;
        let proof = solve(village, &case);
        times.push(u64::try_from(processor_time()?.saturating_sub(began).as_micros())?);
        if proof.thief != Some(case.thief) {
            bail!(
                "seed {seed}, {}: the proof names {:?}, the thief is {:?}",
                level.key(),
                proof.thief,
                case.thief
            );
        }
        let m = measure(&case, &proof);
        clues.push(m.clues as u64);
        lies.push(m.lies_met as u64);
        hearsay.push(u64::from(m.hearsay_depth_max));
        confessions.push(m.confessions as u64);
        suspects.push(m.suspects_after_alibis as u64);
        draws.push(u64::from(case.attempt) + 1);
    }
    times.sort_unstable();
    let median = quantile(&times, 50);
    if median > CASE_MEDIAN_US_MAX {
        bail!("{}: the median is {median} us; the bar is {CASE_MEDIAN_US_MAX} us", level.key());
    }
    Ok(json!({
        "solved": seeds, "micros_us": spread(times), "draws": spread(draws), "clues_needed": spread(clues),
        "lies_met": spread(lies), "hearsay_depth": spread(hearsay), "confessions": spread(confessions),
        "suspects_after_alibis": spread(suspects),
    }))
}

/// The state through a save and back, as bytes.
fn reloaded(library: &Library, setup: Setup, state: &State) -> Result<State> {
    let world = World::from_parts(library, setup, state.clone(), Vec::new());
    let bytes = replay::save(&world, "reload", None).encode()?;
    Ok(Save::decode(&bytes)?.state)
}

/// Replays one log; with `reload`, the state goes through a save and back at every tick.
fn replayed(library: &Library, setup: Setup, log: &[Command], reload: bool) -> Result<(WorldHash, u64)> {
    let mut world = World::new(library, setup)?;
    let mut ticks = 0;
    let mut failure = None;
    for command in log {
        let mut observe = |state: &mut State| {
            ticks += 1;
            if reload {
                match reloaded(library, setup, state) {
                    Ok(again) => *state = again,
                    Err(error) => failure = Some(error),
                }
            }
        };
        world.apply_observed(command.clone(), &mut observe)?;
    }
    match failure {
        Some(error) => Err(error),
        None => Ok((world.hash(), ticks)),
    }
}

/// One log, a hundred runs, two optimisation levels, a reload at every tick: one hash.
pub fn replay_many(root: &Path, seed: u64) -> Result<()> {
    let library = Library::shipped()?;
    let setup = Setup { seed, level: Difficulty::Normal };
    let log = detective::play_without_minds(&library, setup)?;
    let (first, ticks) = replayed(&library, setup, &log, false)?;
    for run in 1..REPLAYS {
        let (again, _) = replayed(&library, setup, &log, false)?;
        if let Some(section) = first.differs(&again) {
            bail!("run {run} differs in section {section}");
        }
    }
    let (through_saves, _) = replayed(&library, setup, &log, true)?;
    if let Some(section) = first.differs(&through_saves) {
        bail!("reloading at every tick differs in section {section}");
    }
    let total = hash::hex(&first.total);
    let other = other_level(root, seed)?;
    if other != total {
        bail!("without optimisation the hash is {other}, with it {total}");
    }
    println!(
        "{}",
        json!({ "sim": "replay", "runs": REPLAYS, "commands": log.len(), "ticks": ticks, "reloads": ticks,
                "optimisation_levels": 2, "hash": total })
    );
    Ok(())
}

/// The hash of the same game from an engine built without optimisation.
fn other_level(root: &Path, seed: u64) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command.args([
        "run",
        "--quiet",
        "--profile",
        "unoptimised",
        "--package",
        "game",
        "--no-default-features",
        "--example",
        "replay_hash",
        "--",
    ]);
    command.arg(seed.to_string()).current_dir(root);
    let out = command.stderr(std::process::Stdio::inherit()).output().context("cargo does not run")?;
    if !out.status.success() {
        bail!("the unoptimised engine ended with {}", out.status);
    }
    Ok(String::from_utf8(out.stdout)?.trim().to_string())
}
