//! Owns the proofs about blocks and tables: counting, sharing, copying before writing, and that a refusal changes nothing.

use super::*;

fn filled(tokens: usize, blocks: &mut Blocks) -> Table {
    let mut table = Table::default();
    assert_eq!(table.room(tokens, blocks), Ok(None));
    table.advance(tokens);
    table
}

#[test]
fn blocks_are_bounded_and_come_back() {
    let mut blocks = Blocks::new(3);
    let ids: Vec<BlockId> = std::iter::from_fn(|| blocks.allocate()).collect();
    assert_eq!(ids.iter().map(|id| id.index()).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!((blocks.used(), blocks.free(), blocks.total()), (3, 0, 3));
    blocks.retain(ids[1]);
    assert!(blocks.is_shared(ids[1]) && !blocks.is_shared(ids[0]));
    assert!(!blocks.release(ids[1]));
    assert!(blocks.release(ids[1]));
    assert_eq!((blocks.free(), blocks.holders(ids[1])), (1, 0));
    assert_eq!(blocks.allocate(), Some(ids[1]));
    let counters = BlockCounters { allocated: 4, freed: 1, copied: 0, used_peak: 3 };
    assert_eq!(blocks.counters(), counters);
}

#[test]
#[should_panic(expected = "released twice")]
fn a_second_release_is_noticed() {
    let mut blocks = Blocks::new(1);
    let id = blocks.allocate().unwrap();
    blocks.release(id);
    blocks.release(id);
}

#[test]
#[should_panic(expected = "retained while free")]
fn a_free_block_cannot_be_retained() {
    let mut blocks = Blocks::new(1);
    let id = blocks.allocate().unwrap();
    blocks.release(id);
    blocks.retain(id);
}

#[test]
fn a_table_grows_by_blocks() {
    let mut blocks = Blocks::new(4);
    let mut table = filled(BLOCK_TOKENS, &mut blocks);
    assert_eq!((table.len(), table.blocks().len()), (16, 1));
    assert_eq!(table.blocks_wanted(1, &blocks), 1);
    assert_eq!(table.blocks_wanted(0, &blocks), 0);
    table.room(17, &mut blocks).unwrap();
    table.advance(5);
    assert_eq!((table.blocks().len(), table.blocks_wanted(27, &blocks)), (3, 0));
    assert_eq!(table.room(100, &mut blocks), Err(OutOfBlocks { wanted: 5, free: 1 }));
    assert_eq!((table.len(), table.blocks().len(), blocks.free()), (21, 3, 1));
    assert_eq!(
        (table.fit(100, 1, &blocks), table.fit(100, 0, &blocks), table.fit(3, 0, &blocks)),
        (43, 27, 3)
    );
    // Truncating gives back reserved blocks too.
    table.truncate(17, &mut blocks);
    assert_eq!((table.len(), table.blocks().len(), blocks.free()), (17, 2, 2));
    table.truncate(40, &mut blocks);
    assert_eq!(table.len(), 17);
    table.clear(&mut blocks);
    assert_eq!((table.is_empty(), blocks.used()), (true, 0));
}

#[test]
fn a_shared_tail_is_copied_by_whoever_writes_first() {
    let mut blocks = Blocks::new(8);
    let mut first = filled(20, &mut blocks);
    let mut second = first.fork(20, &mut blocks).unwrap();
    let mut third = first.fork(16, &mut blocks).unwrap();
    assert_eq!((blocks.used(), second.blocks_wanted(1, &blocks), third.blocks_wanted(1, &blocks)), (2, 1, 1));
    let copy = second.room(1, &mut blocks).unwrap();
    let (from, to) = (first.blocks()[1], second.blocks()[1]);
    assert_eq!(copy, Some(BlockCopy { from, to, tokens: 4 }));
    // The other is alone with it now and writes in place; a fork at a block's end has nothing to copy.
    assert_eq!(first.room(1, &mut blocks), Ok(None));
    assert_eq!(third.room(1, &mut blocks), Ok(None));
    assert_eq!(first.blocks()[0], second.blocks()[0]);
    assert_eq!(blocks.holders(first.blocks()[0]), 3);
    assert_eq!(blocks.counters().copied, 1);
    for table in [&mut first, &mut second, &mut third] {
        table.clear(&mut blocks);
    }
    assert_eq!(blocks.free(), 8);
}

#[test]
fn a_refused_copy_changes_nothing() {
    let mut blocks = Blocks::new(1);
    let mut first = filled(5, &mut blocks);
    let mut second = first.fork(3, &mut blocks).unwrap();
    assert_eq!((second.fit(4, 0, &blocks), second.fit(4, 1, &blocks)), (0, 4));
    assert_eq!(second.room(1, &mut blocks), Err(OutOfBlocks { wanted: 1, free: 0 }));
    assert_eq!(second.blocks(), first.blocks());
    assert_eq!(first.fork(6, &mut blocks), Err(ForkTooLong { asked: 6, actual: 5 }));
    first.clear(&mut blocks);
    assert_eq!(second.room(1, &mut blocks), Ok(None), "alone with it, nothing is to be copied");
    second.clear(&mut blocks);
    assert_eq!(blocks.used(), 0);
}

#[test]
#[should_panic(expected = "room for 16")]
fn tokens_without_room_are_noticed() {
    let mut blocks = Blocks::new(2);
    let mut table = Table::default();
    table.room(1, &mut blocks).unwrap();
    table.advance(17);
}
