//! Writes the first inputs of each fuzz target: players' lines, judge lines, real saves, recorded noise.
//!
//! Owns: the seeds of a corpus. Refuses to know how they are mutated. Run by `tools/fuzz`:
//! `cargo run -p tests --example fuzz_corpus -- fuzz/corpus`

use anyhow::{Context, Result};
use engine_sim::cases::Difficulty;
use engine_sim::replay;
use engine_sim::rng::Rng;
use engine_sim::world::World;
use std::path::{Path, PathBuf};
use tests::explorer::explore;
use tests::games::{library, setup};
use tests::programs::repository;

/// Inputs written for each target at most.
const INPUTS_MAX: usize = 300;
/// Bytes before a save's payload.
const HEADER_BYTES: usize = 40;
/// Bytes that choose the talk in an input of `parse`.
const TALK: [u8; 11] = [3, 5, 1, 2, 1, 4, 1, 7, 1, 0, 0];

fn main() -> Result<()> {
    let corpus = std::env::args().nth(1).map(PathBuf::from).context("name the folder of the corpus")?;
    let mut said = lines("assets/suites/parse.tsv")?;
    for line in &mut said {
        line.splice(0..0, TALK);
    }
    write(&corpus, "parse", &said)?;
    let mut judged = lines("assets/suites/judge_adversarial.jsonl")?;
    write(&corpus, "judge_json", &judged)?;
    let mut rng = Rng::new(1, "corpus");
    for line in &mut judged {
        let noise: Vec<u8> = (0..120).map(|_| rng.next() as u8).collect();
        let text = String::from_utf8_lossy(line);
        let spoken =
            text.split("\"text\": \"").nth(1).and_then(|t| t.split("\", \"").next()).unwrap_or_default();
        *line = [noise, spoken.as_bytes().to_vec()].concat();
    }
    write(&corpus, "judge", &judged)?;
    let mut saves = Vec::new();
    for seed in 0..4 {
        let mut world = World::new(library(), setup(seed, Difficulty::Easy))
            .map_err(|e| anyhow::anyhow!("seed {seed}: {e}"))?;
        explore(&mut world, seed, 8 + 8 * seed as usize, &mut |_| {});
        saves.push(replay::save(&world, "seed", None).encode()?);
    }
    write(&corpus, "save", &saves)?;
    let payloads: Vec<Vec<u8>> = saves.iter().map(|bytes| bytes[HEADER_BYTES..].to_vec()).collect();
    write(&corpus, "save_wrapped", &payloads)?;
    let noise: Vec<Vec<u8>> = (0..32).map(|_| (0..400).map(|_| rng.next() as u8).collect()).collect();
    write(&corpus, "world", &noise)
}

fn lines(path: &str) -> Result<Vec<Vec<u8>>> {
    let path = repository(path);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.lines().filter(|l| !l.is_empty()).take(INPUTS_MAX).map(|l| l.as_bytes().to_vec()).collect())
}

fn write(corpus: &Path, target: &str, inputs: &[Vec<u8>]) -> Result<()> {
    let folder = corpus.join(target);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (n, input) in inputs.iter().enumerate() {
        let path = folder.join(format!("seed-{n:03}"));
        std::fs::write(&path, input).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{}: {} inputs", folder.display(), inputs.len());
    Ok(())
}
