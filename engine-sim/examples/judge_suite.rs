//! `judge_suite [--bars] SUITE.jsonl…`: judges every line of the suites and prints how many were caught and let through.
//!
//! Owns: reading the files, counting, the failures' report. Refuses to know: the rules. An adversarial line (one with
//! `expect`) is caught by any violation; an honest line (empty `expect`) is let through by none. The vocabulary is the
//! shipped library's, as in the game. With `--bars` it fails when a share is below its bar.

use engine_sim::library::Library;
use engine_sim::snapshot::json::{JudgeLine, parse_judge_line};
use engine_sim::talk::judge::judge;
use std::collections::BTreeMap;

/// Least share of adversarial lines caught, in hundredths of a percent.
const CAUGHT_MIN: u64 = 9_900;
/// Least share of honest lines let through, in hundredths of a percent.
const THROUGH_MIN: u64 = 9_500;

#[derive(Default)]
struct Tally {
    bad: u32,
    caught: u32,
    exact: u32,
    good: u32,
    through: u32,
    unread: u32,
    /// By the first expected kind: all, caught, caught with an expected kind.
    kinds: BTreeMap<&'static str, (u32, u32, u32)>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (flags, paths): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    if paths.is_empty() || flags.iter().any(|f| f != "--bars") {
        return Err("usage: judge_suite [--bars] SUITE.jsonl…".into());
    }
    let library = Library::shipped()?;
    let mut tally = Tally::default();
    for path in paths {
        let text = std::fs::read_to_string(&path)?;
        for (n, row) in text.lines().enumerate().filter(|(_, r)| !r.trim().is_empty()) {
            match parse_judge_line(&library.village, row) {
                Ok(line) => weigh(&library, &line, &mut tally),
                Err(error) => {
                    tally.unread += 1;
                    println!("UNREAD {path}:{}: {error}", n + 1);
                }
            }
        }
    }
    for (kind, (all, caught, exact)) in &tally.kinds {
        println!("{kind:20} {caught:4} of {all:4} caught, {exact:4} with the expected kind");
    }
    let share =
        |part: u32, all: u32| if all == 0 { 10_000 } else { u64::from(part) * 10_000 / u64::from(all) };
    let percent = |p: u64| format!("{}.{:02} %", p / 100, p % 100);
    let (caught, through) = (share(tally.caught, tally.bad), share(tally.through, tally.good));
    println!(
        "adversarial: {} of {} caught ({}), {} with the expected kind",
        tally.caught,
        tally.bad,
        percent(caught),
        tally.exact
    );
    println!("honest: {} of {} let through ({})", tally.through, tally.good, percent(through));
    if !flags.is_empty() && (caught < CAUGHT_MIN || through < THROUGH_MIN || tally.unread > 0) {
        return Err(format!(
            "below the bars ({} caught, {} let through) or lines unread",
            percent(CAUGHT_MIN),
            percent(THROUGH_MIN)
        )
        .into());
    }
    Ok(())
}

/// Judges one line, counts it, and prints it when the judge was wrong.
fn weigh(library: &Library, line: &JudgeLine, tally: &mut Tally) {
    let verdict = judge(&library.village, &library.vocabulary, &line.pack, &line.text);
    let act = line.pack.act.kind.key();
    let Some(first) = line.expect.first() else {
        tally.good += 1;
        tally.through += u32::from(verdict.ok());
        if !verdict.ok() {
            let why: Vec<String> = verdict
                .violations
                .iter()
                .map(|v| format!("{}<{}>: {}", v.kind.key(), v.span, v.reason))
                .collect();
            println!("REFUSED {} {act} | {} | {}", line.id, line.text, why.join(" ; "));
        }
        return;
    };
    tally.bad += 1;
    tally.caught += u32::from(!verdict.ok());
    let hit = line.expect.iter().any(|k| verdict.has(*k));
    tally.exact += u32::from(hit);
    let row = tally.kinds.entry(first.key()).or_default();
    *row = (row.0 + 1, row.1 + u32::from(!verdict.ok()), row.2 + u32::from(hit));
    if verdict.ok() {
        println!(
            "MISSED {} {act} {} | {} | player: {}",
            line.id,
            first.key(),
            line.text,
            line.pack.player_line
        );
    }
}
