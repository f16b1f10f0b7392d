//! A few seconds of what `fuzz/` does for hours: seeded mutations of real inputs through the same doors.
//!
//! Owns: the seeds and the mutations. What must hold is in `tests::entry`. `EMBERWICK_SMOKE_ROUNDS` multiplies the rounds.

use engine_sim::cases::Difficulty;
use engine_sim::replay;
use engine_sim::rng::Rng;
use engine_sim::world::World;
use tests::entry;
use tests::explorer::explore;
use tests::games::{library, setup};
use tests::programs::repository;

/// Bytes that parsers trip over.
const NASTY: [&[u8]; 12] = [
    b"\0",
    b"\xff",
    b"\xf0\x9f\x94\xa5",
    b"\xe2\x80\xae",
    b"''",
    b"?!",
    b"7:30",
    b"half past",
    b"{}",
    b"[[[[[[",
    b"\n",
    b"\"",
];
/// Longest input, in bytes.
const INPUT_BYTES_MAX: usize = 64 * 1024;

fn rounds(base: u64) -> u64 {
    let factor = std::env::var("EMBERWICK_SMOKE_ROUNDS").ok().and_then(|n| n.parse::<u64>().ok());
    base * factor.unwrap_or(1)
}

fn lines(path: &str, most: usize) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(repository(path)).unwrap();
    text.lines().filter(|l| !l.is_empty()).take(most).map(|l| l.as_bytes().to_vec()).collect()
}

fn mutate(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = rng.pick(seeds).cloned().unwrap_or_default();
    for _ in 0..=rng.below(6) {
        let at = rng.below(bytes.len() as u32 + 1) as usize;
        match rng.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
            1 if at < bytes.len() => bytes[at] = rng.next() as u8,
            2 => bytes.truncate(at),
            3 => {
                let nasty = rng.pick(&NASTY).copied().unwrap_or_default();
                bytes.splice(at..at, nasty.iter().copied());
            }
            4 => {
                let other = rng.pick(seeds).cloned().unwrap_or_default();
                let from = rng.below(other.len() as u32 + 1) as usize;
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            5 if at + 4 <= bytes.len() => {
                let value = [0u32, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX][rng.below(5) as usize];
                bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
            }
            _ => {
                let end = (at + rng.below(32) as usize).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes.truncate(INPUT_BYTES_MAX);
    bytes
}

/// Runs one door over mutated seeds; a panic names the input.
fn smoke(name: &str, count: u64, seeds: &[Vec<u8>], door: fn(&engine_sim::Library, &[u8])) {
    let mut rng = Rng::new(0, name);
    for round in 0..rounds(count) {
        let input = mutate(&mut rng, seeds);
        let outcome = std::panic::catch_unwind(|| door(library(), &input));
        assert!(outcome.is_ok(), "{name}, round {round}: {:?}", String::from_utf8_lossy(&input));
    }
}

fn payloads() -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    for seed in 0..3 {
        let mut world = World::new(library(), setup(seed, Difficulty::Easy)).unwrap();
        explore(&mut world, seed, 20, &mut |_| {});
        payloads.push(replay::save(&world, "seed", None).encode().unwrap()[40..].to_vec());
    }
    payloads
}

#[test]
fn parse() {
    let mut seeds = lines("assets/suites/parse.tsv", 400);
    for seed in &mut seeds {
        // The first bytes choose the talk.
        seed.splice(0..0, [3, 5, 1, 2, 1, 4, 1, 7, 1, 0, 0]);
    }
    smoke("parse", 4000, &seeds, entry::parse);
}

#[test]
fn judge() {
    let seeds = lines("assets/suites/judge_adversarial.jsonl", 200);
    smoke("judge_json", 1500, &seeds, entry::judge_json);
    let mut rng = Rng::new(7, "structures");
    let structured: Vec<Vec<u8>> = lines("assets/village/words.txt", 200)
        .into_iter()
        .map(|line| {
            let mut bytes: Vec<u8> = (0..120).map(|_| rng.next() as u8).collect();
            bytes.extend(b"Maud was at the mill at half past seven, and I never took the ember. ");
            bytes.extend(line);
            bytes
        })
        .collect();
    smoke("judge", 1500, &structured, entry::judge_structured);
}

#[test]
fn saves() {
    let payloads = payloads();
    let whole: Vec<Vec<u8>> = payloads.iter().map(|p| entry::wrapped(p)).collect();
    smoke("save", 300, &whole, entry::save);
    smoke("save_wrapped", 300, &payloads, entry::save_wrapped);
}

#[test]
fn worlds() {
    let mut rng = Rng::new(9, "worlds");
    let seeds: Vec<Vec<u8>> = (0..16).map(|_| (0..600).map(|_| rng.next() as u8).collect()).collect();
    smoke("world", 60, &seeds, entry::world);
}

#[test]
fn a_planted_panic_is_caught_with_its_input() {
    let found = std::panic::catch_unwind(|| {
        smoke("planted", 200, &[b"seven".to_vec()], |_, bytes| assert!(!bytes.contains(&0xff), "planted"));
    });
    let message = *found.unwrap_err().downcast::<String>().unwrap();
    assert!(message.starts_with("planted, round "), "{message}");
}
