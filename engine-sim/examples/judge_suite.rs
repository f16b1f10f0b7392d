//! `judge_suite WORDS SUITE.jsonl…`: judges every line of the suites and prints how many were caught and let through.
//!
//! Owns: reading the files, counting, the failures' report. Refuses to know: the rules. An adversarial line (one with
//! `expect`) is caught by any violation; an honest line (empty `expect`) is let through by none.

use engine_sim::content::Village;
use engine_sim::snapshot::json::parse_judge_line;
use engine_sim::talk::judge::judge;
use engine_sim::talk::vocabulary::Vocabulary;
use std::collections::BTreeMap;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let words = args.next().ok_or("usage: judge_suite WORDS SUITE.jsonl…")?;
    let village = Village::shipped()?;
    let vocabulary = Vocabulary::build(&village, &std::fs::read_to_string(words)?, &[])?;
    let (mut bad, mut caught, mut exact, mut good, mut through) = (0, 0, 0, 0, 0);
    let mut kinds: BTreeMap<&str, (u32, u32, u32)> = BTreeMap::new();
    for path in args {
        let text = std::fs::read_to_string(&path)?;
        for (n, row) in text.lines().enumerate().filter(|(_, r)| !r.trim().is_empty()) {
            let line = match parse_judge_line(&village, row) {
                Ok(line) => line,
                Err(error) => {
                    println!("UNREAD {path}:{}: {error}", n + 1);
                    continue;
                }
            };
            let verdict = judge(&village, &vocabulary, &line.pack, &line.text);
            let act = line.pack.act.kind.key();
            if line.expect.is_empty() {
                good += 1;
                through += u32::from(verdict.ok());
                if !verdict.ok() {
                    let why: Vec<String> = verdict
                        .violations
                        .iter()
                        .map(|v| format!("{}<{}>: {}", v.kind.key(), v.span, v.reason))
                        .collect();
                    println!("REFUSED {} {act} | {} | {}", line.id, line.text, why.join(" ; "));
                }
                continue;
            }
            bad += 1;
            caught += u32::from(!verdict.ok());
            let hit = line.expect.iter().any(|k| verdict.has(*k));
            exact += u32::from(hit);
            let row = kinds.entry(line.expect[0].key()).or_default();
            *row = (row.0 + 1, row.1 + u32::from(!verdict.ok()), row.2 + u32::from(hit));
            if verdict.ok() {
                println!(
                    "MISSED {} {act} {} | {} | player: {}",
                    line.id,
                    line.expect[0].key(),
                    line.text,
                    line.pack.player_line
                );
            }
        }
    }
    for (kind, (all, caught, exact)) in &kinds {
        println!("{kind:20} {caught:4} of {all:4} caught, {exact:4} with the expected kind");
    }
    let share = |part: u32, all: u32| if all == 0 { 0 } else { u64::from(part) * 10_000 / u64::from(all) };
    let percent = |p: u64| format!("{}.{:02} %", p / 100, p % 100);
    println!(
        "adversarial: {caught} of {bad} caught ({}), {exact} with the expected kind",
        percent(share(caught, bad))
    );
    println!("honest: {through} of {good} let through ({})", percent(share(through, good)));
    Ok(())
}
