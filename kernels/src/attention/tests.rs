//! Attention against its specification to the last bit, against f64 within stated bounds, and against itself: however rows
//! are batched, cut, shared and spread over threads.

use super::*;
use crate::kv::{BLOCK_TOKENS, KvKind, KvLayout, KvSlot, write_rows};
use crate::scalar;

const KINDS: [KvKind; 3] = [KvKind::F32, KvKind::F16, KvKind::Q8];
const LAYER: usize = 1;

/// Numbers from -1 to 1.
fn noise(seed: usize, len: usize) -> Vec<f32> {
    let mut state = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// Bits, with one for everything that is not a number.
fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| if number.is_nan() { f32::NAN.to_bits() } else { number.to_bits() }).collect()
}

/// A pool whose every slot is not a number until it is written, and sequences in it.
struct World {
    kv: KvPool,
    heads: usize,
    /// Blocks handed out so far.
    used: usize,
}

impl World {
    fn new(kind: KvKind, heads: usize, kv_heads: usize, head_dim: usize) -> World {
        let blocks = 64;
        let mut kv = KvPool::new(KvLayout { layers: 2, kv_heads, head_dim, kind }, blocks).unwrap();
        let nothing = vec![f32::NAN; kv_heads * head_dim];
        for (block, slot) in (0..blocks).flat_map(|block| (0..BLOCK_TOKENS).map(move |slot| (block, slot))) {
            kv.write(KvSlot { block: block as u32, slot }, LAYER, &nothing, &nothing);
        }
        World { kv, heads, used: 0 }
    }

    /// Values of a token's keys, and of its queries.
    fn sizes(&self) -> (usize, usize) {
        let KvLayout { kv_heads, head_dim, .. } = self.kv.layout();
        (kv_heads * head_dim, self.heads * head_dim)
    }

    /// A table with room for `tokens`, its blocks in no order.
    fn table(&mut self, tokens: usize) -> Vec<u32> {
        let count = tokens.div_ceil(BLOCK_TOKENS);
        let first = self.used;
        self.used += count;
        assert!(self.used <= self.kv.blocks());
        (first..self.used).map(|index| (index * 37 % self.kv.blocks()) as u32).collect()
    }

    /// Writes the tokens `range` of a sequence whose keys and values are `seed`'s.
    fn fill(&mut self, table: &[u32], range: Range<usize>, seed: usize) {
        let size = self.sizes().0;
        let (keys, values) = (noise(seed, range.end * size), noise(seed + 1, range.end * size));
        let slot = |at| KvSlot { block: table[at / BLOCK_TOKENS], slot: at % BLOCK_TOKENS };
        let slots: Vec<_> = range.clone().map(slot).collect();
        let numbers = range.start * size..range.end * size;
        let pool = Pool::new(1);
        write_rows(Isa::best(), &pool, &mut self.kv, LAYER, &slots, &keys[numbers.clone()], &values[numbers]);
    }

    fn task<'a>(&self, rows: &'a [QueryRow<'a>], queries: &'a [f32]) -> Attention<'a> {
        let scale = 1.0 / (self.kv.layout().head_dim as f32).sqrt();
        Attention { layer: LAYER, heads: self.heads, scale, rows, queries }
    }

    fn attend(&self, isa: Isa, threads: usize, rows: &[QueryRow<'_>], queries: &[f32]) -> Vec<f32> {
        let mut out = vec![9.0; queries.len()];
        attend(isa, &Pool::new(threads), &self.kv, &self.task(rows, queries), &mut out);
        out
    }
}

fn rows(table: &[u32], positions: impl IntoIterator<Item = usize>) -> Vec<QueryRow<'_>> {
    positions.into_iter().map(|position| QueryRow { table, position }).collect()
}

#[test]
fn every_instruction_set_and_number_of_threads_gives_the_specifications_bits() {
    for (kind, (heads, kv_heads), head_dim) in KINDS.into_iter().flat_map(|kind| {
        let heads = [(9, 3), (4, 4), (8, 1), (2, 2)];
        heads.into_iter().flat_map(move |heads| [16, 64, 128, 256].map(|head_dim| (kind, heads, head_dim)))
    }) {
        let mut world = World::new(kind, heads, kv_heads, head_dim);
        let (long, short) = (world.table(301), world.table(50));
        world.fill(&long, 0..301, 1);
        world.fill(&short, 0..50, 3);
        let mut batch = rows(&long, [0, 1, 15, 16, 17, 300]);
        batch.extend(rows(&short, 26..50));
        batch.extend(rows(&long, [299, 31]));
        let queries = noise(5, batch.len() * world.sizes().1);
        let expected = bits(&scalar::attention::attend(&world.kv, &world.task(&batch, &queries)));
        for isa in Isa::all() {
            for threads in [1, 3] {
                let found = bits(&world.attend(isa, threads, &batch, &queries));
                let name = isa.name();
                assert!(found == expected, "{kind:?} {heads}/{kv_heads} {head_dim} {name} {threads}");
            }
        }
        assert!(expected.iter().all(|bits| f32::from_bits(*bits).is_finite()), "unwritten slots were read");
    }
}

#[test]
fn a_row_is_the_same_alone_and_in_any_batch() {
    for kind in KINDS {
        let mut world = World::new(kind, 9, 3, 64);
        let (a, b) = (world.table(120), world.table(70));
        world.fill(&a, 0..120, 1);
        world.fill(&b, 0..70, 3);
        let mut batch = rows(&a, 60..90);
        batch.extend(rows(&b, [69]));
        batch.extend(rows(&a, [119, 7, 64]));
        let size = world.sizes().1;
        let queries = noise(5, batch.len() * size);
        let together = bits(&world.attend(Isa::best(), 3, &batch, &queries));
        for (index, row) in batch.iter().enumerate() {
            let own = index * size..(index + 1) * size;
            let alone = world.attend(Isa::best(), 1, &[*row], &queries[own.clone()]);
            assert!(bits(&alone) == together[own], "{kind:?} row {index}");
        }
    }
}

/// A sequence of 75 tokens, written and attended in chunks.
fn in_chunks(kind: KvKind, chunk: usize) -> Vec<u32> {
    let mut world = World::new(kind, 8, 2, 32);
    let table = world.table(75);
    let size = world.sizes().1;
    let queries = noise(5, 75 * size);
    let mut found = Vec::new();
    for start in (0..75).step_by(chunk) {
        let range = start..(start + chunk).min(75);
        world.fill(&table, range.clone(), 1);
        let batch = rows(&table, range.clone());
        found.extend(bits(&world.attend(Isa::best(), 2, &batch, &queries[start * size..range.end * size])));
    }
    found
}

#[test]
fn chunked_is_whole_is_token_by_token() {
    for kind in KINDS {
        let whole = in_chunks(kind, 75);
        for chunk in [1, 5, 16, 33] {
            assert!(in_chunks(kind, chunk) == whole, "{kind:?} by {chunk}");
        }
    }
}

#[test]
fn a_fork_shares_blocks_and_goes_its_own_way() {
    for kind in KINDS {
        let mut world = World::new(kind, 9, 3, 64);
        let (parent, apart) = (world.table(48), world.table(48));
        world.fill(&parent, 0..40, 1);
        let mut fork = world.table(16);
        world.kv.copy_block(parent[2], fork[0]);
        fork.splice(0..0, parent[..2].iter().copied());
        world.fill(&parent, 40..48, 1);
        world.fill(&fork, 40..48, 7);
        world.fill(&apart, 0..40, 1);
        world.fill(&apart, 40..48, 7);
        let queries = noise(5, 10 * world.sizes().1);
        let of = |table| bits(&world.attend(Isa::best(), 2, &rows(table, 38..48), &queries));
        let (parent, fork, apart) = (of(&parent), of(&fork), of(&apart));
        let two = 2 * world.sizes().1;
        assert!(fork == apart, "{kind:?}: a fork is a sequence of its own");
        assert!(fork[..two] == parent[..two] && fork[two..] != parent[two..], "{kind:?}");
    }
}

/// Attention in f64 over keys and values as they were before they were coded.
fn exact(query: &[f32], keys: &[&[f32]], values: &[&[f32]], scale: f32) -> Vec<f64> {
    let dot =
        |key: &[f32]| -> f64 { query.iter().zip(key).map(|(q, k)| f64::from(*q) * f64::from(*k)).sum() };
    let scores: Vec<f64> = keys.iter().map(|key| dot(key) * f64::from(scale)).collect();
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
    let total: f64 = weights.iter().sum();
    let sum = |dim: usize| -> f64 { values.iter().zip(&weights).map(|(v, w)| f64::from(v[dim]) * w).sum() };
    (0..query.len()).map(|dim| sum(dim) / total).collect()
}

#[test]
fn errors_against_f64_stay_within_each_kinds_bound() {
    // Bounds on absolute errors of outputs whose values are from -1 to 1; queries four times that, for scores that differ.
    for (kind, bound) in KINDS.into_iter().zip([1e-6, 5e-4, 1e-2]) {
        let mut world = World::new(kind, 6, 2, 64);
        let table = world.table(301);
        world.fill(&table, 0..301, 1);
        let batch = rows(&table, [0, 17, 100, 300]);
        let (kv_size, size) = world.sizes();
        let queries: Vec<f32> = noise(5, batch.len() * size).iter().map(|number| number * 4.0).collect();
        let (keys, values) = (noise(1, 301 * kv_size), noise(2, 301 * kv_size));
        let task = world.task(&batch, &queries);
        let found = world.attend(Isa::best(), 1, &batch, &queries);
        let mut worst = 0.0f64;
        for (index, query) in queries.chunks(64).enumerate() {
            let (row, head) = (batch[index / 6], index % 6 / 3);
            let of = |all| -> Vec<&[f32]> {
                let tokens = <[f32]>::chunks(all, kv_size).take(row.position + 1);
                tokens.map(|token: &[f32]| &token[head * 64..][..64]).collect()
            };
            let expected = exact(query, &of(&keys), &of(&values), task.scale);
            for (found, expected) in found[index * 64..].iter().zip(expected) {
                worst = worst.max((f64::from(*found) - expected).abs());
            }
        }
        assert!(worst < bound && worst > bound / 100.0, "{kind:?}: {worst:e} against {bound:e}");
    }
}

#[test]
fn scores_of_any_size_pick_the_largest() {
    let mut world = World::new(KvKind::F32, 1, 1, 16);
    let table = world.table(40);
    world.fill(&table, 0..40, 1);
    let batch = rows(&table, [39]);
    let queries: Vec<f32> = noise(5, 16).iter().map(|number| number * 1e6).collect();
    let keys = noise(1, 40 * 16);
    let dot = |token: usize| -> f32 { queries.iter().zip(&keys[token * 16..]).map(|(q, k)| q * k).sum() };
    let best = (0..40).max_by(|a, b| dot(*a).total_cmp(&dot(*b))).unwrap();
    for isa in Isa::all() {
        let found = world.attend(isa, 1, &batch, &queries);
        assert_eq!(found, noise(2, 40 * 16)[best * 16..][..16], "{}", isa.name());
    }
}

#[test]
fn what_is_not_a_number_stays_in_its_row_and_sequence() {
    for kind in KINDS {
        let mut world = World::new(kind, 9, 3, 64);
        let (a, b) = (world.table(64), world.table(64));
        world.fill(&a, 0..64, 1);
        world.fill(&b, 0..64, 3);
        let mut batch = rows(&a, 30..42);
        batch.extend(rows(&b, 30..42));
        let size = world.sizes().1;
        let mut queries = noise(5, batch.len() * size);
        let clean = bits(&world.attend(Isa::best(), 2, &batch, &queries));
        for (index, odd) in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX].into_iter().enumerate() {
            queries[index * size..][..64].fill(odd);
        }
        let odd = vec![f32::NAN; world.sizes().0];
        // Position 35 of b; rows 30 to 34 never see it.
        world.kv.write(KvSlot { block: b[2], slot: 3 }, LAYER, &odd, &odd);
        let mut all = Vec::new();
        for isa in Isa::all() {
            let found = world.attend(isa, 2, &batch, &queries);
            assert!(found[0].is_nan(), "a flaw shows");
            assert!(
                bits(&found)[4 * size..17 * size] == clean[4 * size..17 * size],
                "{kind:?} {}",
                isa.name()
            );
            assert!(found[17 * size..].iter().all(|number| number.is_nan()), "{kind:?} {}", isa.name());
            all.push(bits(&found));
        }
        assert!(all.iter().all(|found| *found == all[0]), "{kind:?}");
    }
}

#[test]
fn a_callers_mistakes_are_refused() {
    let mut world = World::new(KvKind::F16, 4, 2, 16);
    let table = world.table(32);
    world.fill(&table, 0..32, 1);
    let queries = noise(5, 64);
    let refused = |rows: &[QueryRow<'_>], queries: &[f32], change: fn(&mut Attention<'_>)| {
        let mut task = world.task(rows, queries);
        change(&mut task);
        let mut out = vec![0.0; queries.len()];
        let call = || attend(Isa::best(), &Pool::new(1), &world.kv, &task, &mut out);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).is_err()
    };
    let none = [64, 65];
    assert!(!refused(&rows(&table, [31]), &queries, |_| ()));
    assert!(refused(&rows(&table, [32]), &queries, |_| ()), "past the table");
    assert!(refused(&rows(&none, [3]), &queries, |_| ()), "a block that the pool has not");
    assert!(refused(&[], &[], |_| ()), "no rows");
    assert!(refused(&rows(&table, [31]), &queries[1..], |_| ()), "a query too short");
    assert!(refused(&rows(&table, [31]), &queries, |task| task.layer = 2), "a layer too many");
    assert!(refused(&rows(&table, [31]), &queries, |task| task.heads = 3), "heads that do not divide");
}
