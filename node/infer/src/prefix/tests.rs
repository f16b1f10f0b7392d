//! Owns the proofs about the prefix tree: a plain list of everything inserted is the reference that every lookup is compared
//! with, over random histories; and the cases a reader would ask about, by hand.

use super::*;
use crate::blocks::blocks_for;
use std::collections::BTreeMap;

/// A small generator of numbers (SplitMix64), so that a failure is named by its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

fn base(tokens: &[u32]) -> Key<'_> {
    Key { spans: &[], tokens }
}

fn computed(tokens: usize, blocks: &mut Blocks) -> Table {
    let mut table = Table::default();
    table.room(tokens, blocks).unwrap();
    table.advance(tokens);
    table
}

/// Inserts what a finished sequence leaves behind.
fn put(cache: &mut PrefixCache, key: &Key<'_>, blocks: &mut Blocks) {
    let mut table = computed(key.tokens.len(), blocks);
    cache.insert(key, &mut table, blocks);
    table.clear(blocks);
}

fn found(cache: &mut PrefixCache, key: &Key<'_>, blocks: &mut Blocks) -> usize {
    let found = cache.longest(key, blocks);
    assert_eq!(found.blocks.len(), blocks_for(found.tokens));
    let tokens = found.tokens;
    Table::from_blocks(found.blocks, tokens).clear(blocks);
    tokens
}

fn numbers(range: std::ops::Range<u32>) -> Vec<u32> {
    range.collect()
}

#[test]
fn the_longest_prefix_is_found_to_the_token() {
    let (mut cache, mut blocks) = (PrefixCache::new(), Blocks::new(64));
    let first = numbers(0..40);
    put(&mut cache, &base(&first), &mut blocks);
    assert_eq!((cache.blocks_held(), blocks.used()), (3, 3));
    assert_eq!(found(&mut cache, &base(&first), &mut blocks), 40, "the tail is there too");
    assert_eq!(found(&mut cache, &base(&first[..39]), &mut blocks), 39);
    assert_eq!(found(&mut cache, &base(&first[..16]), &mut blocks), 16);
    let mut other = first.clone();
    other[20] = 99;
    assert_eq!(found(&mut cache, &base(&other), &mut blocks), 20);
    assert_eq!(found(&mut cache, &base(&[]), &mut blocks), 0);
    assert_eq!(found(&mut cache, &base(&[7, 8]), &mut blocks), 0);
    put(&mut cache, &base(&other), &mut blocks);
    assert_eq!((cache.blocks_held(), blocks.used()), (5, 5), "the first block is shared by both");
    let counters = PrefixCounters { lookups: 6, hits: 4, hit_tokens: 115, inserted: 5, evicted: 0 };
    assert_eq!(cache.counters(), counters);
}

#[test]
fn a_longer_tail_takes_the_place_of_a_shorter_one() {
    let (mut cache, mut blocks) = (PrefixCache::new(), Blocks::new(64));
    for len in [3, 9, 5, 16, 20] {
        put(&mut cache, &base(&numbers(0..len)), &mut blocks);
    }
    assert_eq!((cache.blocks_held(), blocks.used()), (2, 2));
    assert_eq!(found(&mut cache, &base(&numbers(0..30)), &mut blocks), 20);
}

#[test]
fn generations_never_meet_except_in_a_shared_beginning() {
    let (mut cache, mut blocks) = (PrefixCache::new(), Blocks::new(64));
    let tokens = numbers(0..50);
    let span = |generation, end| Span { generation, end };
    put(&mut cache, &base(&tokens), &mut blocks);
    let ordinary = [span(7, 0)];
    assert_eq!(found(&mut cache, &Key { spans: &ordinary, tokens: &tokens }, &mut blocks), 0);
    // Wakes at position 21: the scene before it is the base's, inside a block.
    let activated = [span(0, 21), span(7, 50)];
    let key = Key { spans: &activated, tokens: &tokens };
    assert_eq!(found(&mut cache, &key, &mut blocks), 21);
    put(&mut cache, &key, &mut blocks);
    assert_eq!(found(&mut cache, &key, &mut blocks), 50);
    let next = [span(0, 21), span(8, 50)];
    assert_eq!(found(&mut cache, &Key { spans: &next, tokens: &tokens }, &mut blocks), 21);
    // What the base computes after the marker is not the adapter's.
    assert_eq!(found(&mut cache, &base(&tokens), &mut blocks), 50);
    assert_eq!(cache.drop_generation(7, &mut blocks), 3);
    assert_eq!(found(&mut cache, &key, &mut blocks), 21);
    assert_eq!(found(&mut cache, &base(&tokens), &mut blocks), 50);
    assert_eq!(cache.drop_generation(0, &mut blocks), 4);
    assert_eq!((cache.blocks_held(), blocks.used()), (0, 0));
}

#[test]
fn spans_are_read_the_same_everywhere() {
    let spans =
        [Span { generation: 1, end: 3 }, Span { generation: 2, end: 3 }, Span { generation: 3, end: 6 }];
    let tokens = [0; 9];
    let generations: Vec<u64> =
        Key { spans: &spans, tokens: &tokens }.symbols().map(|s| s.generation).collect();
    assert_eq!(generations, [1, 1, 1, 3, 3, 3, 3, 3, 3]);
    for (position, generation) in generations.iter().enumerate() {
        assert_eq!(span_at(&spans, position).0, *generation);
    }
    assert_eq!(
        (span_at(&spans, 2).1, span_at(&spans, 3).1, span_at(&[], 5)),
        (3, usize::MAX, (0, usize::MAX))
    );
}

#[test]
fn an_insertion_gives_the_table_the_blocks_that_are_there() {
    let (mut cache, mut blocks) = (PrefixCache::new(), Blocks::new(64));
    let tokens = numbers(0..40);
    let mut first = computed(40, &mut blocks);
    let mut second = computed(40, &mut blocks);
    assert_eq!(blocks.used(), 6);
    assert_eq!(cache.insert(&base(&tokens), &mut first, &mut blocks), 3);
    assert_eq!(cache.insert(&base(&tokens), &mut second, &mut blocks), 0);
    assert_eq!(first.blocks()[..2], second.blocks()[..2]);
    assert_ne!(first.blocks()[2], second.blocks()[2], "a tail that may still grow stays its own");
    assert_eq!((blocks.used(), cache.evictable(&blocks)), (4, 0));
    first.clear(&mut blocks);
    second.clear(&mut blocks);
    assert_eq!((blocks.used(), cache.evictable(&blocks)), (3, 3));
}

#[test]
fn the_longest_unused_goes_first_and_what_is_in_use_stays() {
    let (mut cache, mut blocks) = (PrefixCache::new(), Blocks::new(64));
    let paths: Vec<Vec<u32>> =
        (0..3).map(|n| numbers(0..16).into_iter().chain(numbers(100 * n..100 * n + 32)).collect()).collect();
    for path in &paths {
        put(&mut cache, &base(path), &mut blocks);
    }
    assert_eq!(blocks.used(), 7);
    assert_eq!(found(&mut cache, &base(&paths[0]), &mut blocks), 48);
    let held = cache.longest(&base(&paths[1]), &mut blocks);
    assert_eq!(cache.evict(1, &mut blocks), 1);
    assert_eq!(found(&mut cache, &base(&paths[2][..40]), &mut blocks), 32, "the leaf of the oldest is gone");
    assert_eq!(cache.evictable(&blocks), 3);
    assert_eq!(cache.evict(100, &mut blocks), 3);
    assert_eq!((cache.blocks_held(), blocks.used()), (3, 3));
    assert_eq!(found(&mut cache, &base(&paths[0]), &mut blocks), 16, "the shared beginning is in use");
    Table::from_blocks(held.blocks, held.tokens).clear(&mut blocks);
    assert_eq!(cache.evict(100, &mut blocks), 3);
    assert_eq!((blocks.used(), cache.counters().evicted), (0, 7));
}

#[test]
fn clearing_forgets_all() {
    let (mut cache, mut blocks) = (PrefixCache::new(), Blocks::new(64));
    put(&mut cache, &base(&numbers(0..100)), &mut blocks);
    cache.clear(&mut blocks);
    assert_eq!((cache.blocks_held(), blocks.used(), cache.evict(5, &mut blocks)), (0, 0, 0));
    put(&mut cache, &base(&numbers(0..10)), &mut blocks);
    assert_eq!(found(&mut cache, &base(&numbers(0..10)), &mut blocks), 10);
}

/// The reference: what each block holds, row by row, and a search through all that was inserted.
fn random_history(seed: u64) {
    let mut dice = Dice(seed);
    let (mut cache, mut blocks) = (PrefixCache::new(), Blocks::new(40));
    // Of each block, the whole beginning that its last row stands for.
    let mut rows: BTreeMap<(BlockId, usize), Vec<(u64, u32)>> = BTreeMap::new();
    let mut running: Vec<(Vec<Span>, Vec<u32>, Table)> = Vec::new();
    for _ in 0..120 {
        let tokens: Vec<u32> =
            (0..dice.below(60)).map(|at| if at % 9 == 0 { dice.below(2) as u32 } else { 5 }).collect();
        let marker = dice.below(40) as usize;
        let spans = match dice.below(3) {
            0 => vec![],
            1 => vec![Span { generation: 1 + dice.below(2), end: 0 }],
            _ => vec![
                Span { generation: 0, end: marker },
                Span { generation: 1 + dice.below(2), end: usize::MAX },
            ],
        };
        let key = Key { spans: &spans, tokens: &tokens };
        let symbols: Vec<(u64, u32)> = key.symbols().map(|s| (s.generation, s.token)).collect();
        let held = cache.longest(&key, &mut blocks);
        for position in 0..held.tokens {
            let row = &rows[&(held.blocks[position / BLOCK_TOKENS], position % BLOCK_TOKENS)];
            assert_eq!(row[..], symbols[..=position], "seed {seed}: another's row");
        }
        let cached = held.tokens;
        let mut table = Table::from_blocks(held.blocks, cached);
        let wanted = table.blocks_wanted(tokens.len() - cached, &blocks);
        cache.evict(wanted.saturating_sub(blocks.free()), &mut blocks);
        if let Ok(copy) = table.room(tokens.len() - cached, &mut blocks) {
            for row in 0..copy.map_or(0, |copy| copy.tokens) {
                let copy = copy.unwrap();
                rows.insert((copy.to, row), rows[&(copy.from, row)].clone());
            }
            for position in cached..tokens.len() {
                let block = table.blocks()[position / BLOCK_TOKENS];
                assert!(!blocks.is_shared(block), "seed {seed}: a shared block is written");
                rows.insert((block, position % BLOCK_TOKENS), symbols[..=position].to_vec());
            }
            table.advance(tokens.len() - cached);
            cache.insert(&key, &mut table, &mut blocks);
            let again = cache.longest(&key, &mut blocks);
            assert_eq!(again.tokens, tokens.len(), "seed {seed}: inserted and not found");
            Table::from_blocks(again.blocks, again.tokens).clear(&mut blocks);
            running.push((spans.clone(), tokens, table));
        } else {
            table.clear(&mut blocks);
        }
        if running.len() > 3 || dice.below(3) == 0 && !running.is_empty() {
            let at = dice.below(running.len() as u64) as usize;
            running.swap_remove(at).2.clear(&mut blocks);
        }
        if dice.below(40) == 0 {
            cache.drop_generation(dice.below(3), &mut blocks);
        }
        let evictable = cache.evictable(&blocks);
        if dice.below(10) == 0 {
            assert_eq!(cache.evict(usize::MAX, &mut blocks), evictable, "seed {seed}: what is idle can go");
        }
        assert!(blocks.used() <= 40 && cache.blocks_held() <= blocks.used());
    }
    for (_, _, mut table) in running {
        table.clear(&mut blocks);
    }
    assert_eq!(blocks.used(), cache.blocks_held(), "seed {seed}: a block leaked");
    cache.evict(usize::MAX, &mut blocks);
    assert_eq!(blocks.used(), 0, "seed {seed}");
}

#[test]
fn random_histories_agree_with_a_plain_search() {
    for seed in 0..300 {
        random_history(seed);
    }
}
