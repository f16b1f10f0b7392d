//! How fast this machine reads its memory: the bound on tokens a second that no arithmetic lifts.
//!
//! Owns: the loop and its size. Refuses to know: models. Each thread sums a block of its own that no cache holds; the best of
//! several passes counts, because whatever else runs can only slow one down.

use anyhow::{Context, Result};
use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

/// Bytes of all blocks together: several times the largest caches of desktop processors.
const BLOCKS_BYTES: usize = 512 << 20;
/// Passes over all blocks.
const PASSES: usize = 6;
/// Sums kept apart, so that an addition need not wait for the one before.
const LANES: usize = 8;

/// Gigabytes (10^9 bytes) a second that so many threads read together.
pub fn read_gb_s(threads: usize) -> Result<f64> {
    let words = BLOCKS_BYTES / threads.max(1) / size_of::<u64>() / LANES * LANES;
    let barrier = Barrier::new(threads.max(1));
    let passes: Result<Vec<Vec<(Instant, Instant)>>> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads.max(1)).map(|_| scope.spawn(|| passes_of(words, &barrier))).collect();
        workers.into_iter().map(|worker| worker.join().ok().context("a reading thread broke")).collect()
    });
    let passes = passes?;
    let bytes = (words * size_of::<u64>() * passes.len()) as f64;
    let best_s = (0..PASSES)
        .filter_map(|pass| {
            let began = passes.iter().map(|of_thread| of_thread[pass].0).min()?;
            let ended = passes.iter().map(|of_thread| of_thread[pass].1).max()?;
            Some(ended.duration_since(began).as_secs_f64())
        })
        .fold(f64::INFINITY, f64::min);
    Ok(bytes / best_s / 1e9)
}

/// When each pass over a block of its own began and ended.
fn passes_of(words: usize, barrier: &Barrier) -> Vec<(Instant, Instant)> {
    // Numbers that are not zero: the system gives untouched zero pages one page of memory in common.
    let block: Vec<u64> = (1..=words as u64).collect();
    (0..PASSES)
        .map(|_| {
            barrier.wait();
            let began = Instant::now();
            black_box(sum(black_box(&block)));
            (began, Instant::now())
        })
        .collect()
}

fn sum(block: &[u64]) -> u64 {
    let (groups, rest) = block.as_chunks::<LANES>();
    let mut lanes = [0u64; LANES];
    for group in groups {
        for (lane, word) in lanes.iter_mut().zip(group) {
            *lane = lane.wrapping_add(*word);
        }
    }
    lanes.iter().chain(rest).fold(0, |all, one| all.wrapping_add(*one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_once() {
        for words in [0u64, 1, 7, 8, 9, 1000] {
            let block: Vec<u64> = (1..=words).collect();
            assert_eq!(sum(&block), words * (words + 1) / 2);
        }
    }
}
