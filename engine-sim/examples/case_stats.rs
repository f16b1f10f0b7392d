//! Figures of generated cases: time, draws, clues, lies and hearsay by level, over many seeds.
//!
//! Owns: measuring and printing. Refuses to know: anything that the crate does not export.
//! Run: `cargo run --release -p engine-sim --example case_stats -- 1000`

#![allow(clippy::disallowed_types, reason = "an example may time the engine; the engine itself has no clock")]

use engine_sim::Village;
use engine_sim::cases::{Difficulty, generate, measure, solve};
use std::time::Instant;

/// Seeds for each level unless an argument says otherwise.
const SEEDS: u64 = 1000;
/// Most seeds for each level.
const SEEDS_MAX: u64 = 1_000_000;

fn main() -> Result<(), String> {
    let asked = std::env::args().nth(1).map(|text| text.parse::<u64>().map_err(|e| format!("{text}: {e}")));
    let seeds = asked.transpose()?.unwrap_or(SEEDS);
    if !(1..=SEEDS_MAX).contains(&seeds) {
        return Err(format!("{seeds} seeds; give 1 to {SEEDS_MAX}"));
    }
    let village = Village::shipped().map_err(|e| e.to_string())?;
    for level in Difficulty::ALL {
        report(&village, level, seeds);
    }
    Ok(())
}

fn report(village: &Village, level: Difficulty, seeds: u64) {
    let mut rows: Vec<(&str, Vec<u64>)> = [
        "generate_us",
        "solve_us",
        "draws",
        "clues",
        "lies",
        "lies_met",
        "confessions",
        "hearsay_depth",
        "after_alibis",
        "contradictions",
        "near_house",
    ]
    .map(|name| (name, Vec::new()))
    .into();
    let mut failed = 0u64;
    let mut wrong = 0u64;
    for seed in 0..seeds {
        let began = Instant::now();
        let Ok(case) = generate(village, seed, level) else {
            failed += 1;
            continue;
        };
        let generate_us = began.elapsed().as_micros() as u64;
        let began = Instant::now();
        let proof = solve(village, &case);
        let solve_us = began.elapsed().as_micros() as u64;
        wrong += u64::from(proof.thief != Some(case.thief));
        let m = measure(&case, &proof);
        let figures = [
            generate_us,
            solve_us,
            u64::from(case.attempt) + 1,
            m.clues as u64,
            m.lies as u64,
            m.lies_met as u64,
            m.confessions as u64,
            u64::from(m.hearsay_depth_max),
            m.suspects_after_alibis as u64,
            m.contradictions as u64,
            proof.near_house.len() as u64,
        ];
        for (row, figure) in rows.iter_mut().zip(figures) {
            row.1.push(figure);
        }
    }
    println!("{}: {seeds} seeds, {failed} without a case, {wrong} wrong", level.key());
    println!("{:>16} {:>8} {:>8} {:>8} {:>8} {:>8}", "", "min", "p50", "p90", "p99", "max");
    for (name, mut values) in rows {
        values.sort_unstable();
        let at = |percent: usize| values.get((values.len().saturating_sub(1)) * percent / 100).copied();
        let cells: Vec<String> =
            [0, 50, 90, 99, 100].map(|p| at(p).map_or("-".to_string(), |v| v.to_string())).into();
        println!("{name:>16} {}", cells.iter().map(|c| format!("{c:>8}")).collect::<Vec<_>>().join(" "));
    }
}
