//! The pool's edges, its codes against their specification, and writing from any instruction set and any threads.

use super::*;
use crate::scalar::attention::code_q8;

const KINDS: [KvKind; 3] = [KvKind::F32, KvKind::F16, KvKind::Q8];

fn layout(kind: KvKind) -> KvLayout {
    KvLayout { layers: 2, kv_heads: 3, head_dim: 32, kind }
}

/// Numbers of many sizes.
fn numbers(seed: usize, len: usize) -> Vec<f32> {
    (0..len)
        .map(|index| ((index * 7 + seed * 13) as f32 * 0.37).sin() * 10f32.powi(index as i32 % 5 - 2))
        .collect()
}

/// A key or value as each kind keeps it.
fn coded(kind: KvKind, row: &[f32]) -> Vec<f32> {
    match kind {
        KvKind::F32 => row.to_vec(),
        KvKind::F16 => row.iter().map(|number| half::f16::from_f32(*number).to_f32()).collect(),
        KvKind::Q8 => {
            let heads = row.chunks(32).map(code_q8);
            heads
                .flat_map(|(codes, scale)| codes.into_iter().map(move |code| f32::from(code) * scale))
                .collect()
        }
    }
}

#[test]
fn sizes_are_what_the_layout_says() {
    assert_eq!(layout(KvKind::F32).block_bytes(), 2 * 3 * 16 * 2 * 32 * 4);
    assert_eq!(layout(KvKind::F16).token_bytes(), 2 * 3 * 2 * 32 * 2);
    assert_eq!(layout(KvKind::Q8).token_bytes(), 2 * 3 * 2 * (32 + 4));
    let kv = KvPool::new(layout(KvKind::Q8), 5).unwrap();
    assert_eq!((kv.blocks(), kv.layout()), (5, layout(KvKind::Q8)));
}

#[test]
fn layouts_that_cannot_be_are_refused() {
    let refused = |change: fn(&mut KvLayout), blocks| {
        let mut layout = layout(KvKind::F16);
        change(&mut layout);
        KvPool::new(layout, blocks).unwrap_err()
    };
    for head_dim in [0, 8, 24, 272, usize::MAX & !15] {
        let layout = KvLayout { head_dim, ..layout(KvKind::F16) };
        assert_eq!(KvPool::new(layout, 1).unwrap_err(), KvError::HeadDim { found: head_dim });
    }
    assert_eq!(refused(|_| (), 0), KvError::Empty { blocks: 0, layers: 2, kv_heads: 3 });
    assert_eq!(refused(|layout| layout.layers = 0, 1), KvError::Empty { blocks: 1, layers: 0, kv_heads: 3 });
    assert!(matches!(refused(|layout| layout.kv_heads = usize::MAX, 1), KvError::TooLarge { .. }));
    assert!(matches!(refused(|_| (), usize::MAX), KvError::TooLarge { .. }));
    assert!(matches!(refused(|layout| layout.layers = 1 << 44, 1), KvError::Memory(_)));
}

#[test]
fn what_is_written_is_read_and_nothing_else_changes() {
    for kind in KINDS {
        let mut kv = KvPool::new(layout(kind), 3).unwrap();
        let (keys, values) = (numbers(1, 96), numbers(2, 96));
        kv.write(KvSlot { block: 1, slot: 5 }, 1, &keys, &values);
        for (block, slot, layer) in
            (0..3).flat_map(|block| (0..16).flat_map(move |slot| [(block, slot, 0), (block, slot, 1)]))
        {
            let found = kv.read(KvSlot { block, slot }, layer);
            let written = (block, slot, layer) == (1, 5, 1);
            let expected = |row: &[f32]| if written { coded(kind, row) } else { vec![0.0; 96] };
            assert_eq!(found, (expected(&keys), expected(&values)), "{kind:?} {block} {slot} {layer}");
        }
    }
}

#[test]
fn batches_write_the_same_bytes_from_any_instruction_set_and_threads() {
    for kind in KINDS {
        let layout = KvLayout { layers: 2, kv_heads: 3, head_dim: 64, kind };
        // Enough for other threads; the last row names the first one's slot again.
        let mut slots: Vec<_> =
            (0..90).map(|row| KvSlot { block: row / 16, slot: row as usize % 16 }).collect();
        slots.push(slots[0]);
        let (keys, values) = (numbers(1, 91 * 192), numbers(2, 91 * 192));
        assert!(keys.len() >= NUMBERS_ALONE);
        let mut one_by_one = KvPool::new(layout, 6).unwrap();
        for (row, at) in slots.iter().enumerate() {
            let own = row * 192..(row + 1) * 192;
            one_by_one.write(*at, 1, &keys[own.clone()], &values[own]);
        }
        for isa in Isa::all() {
            for threads in [1, 3] {
                let mut kv = KvPool::new(layout, 6).unwrap();
                write_rows(isa, &Pool::new(threads), &mut kv, 1, &slots, &keys, &values);
                assert!(
                    kv.bytes.as_slice() == one_by_one.bytes.as_slice(),
                    "{kind:?} {} {threads}",
                    isa.name()
                );
            }
        }
    }
}

#[test]
fn q8_keeps_zeros_ties_and_tiny_rows_and_shows_flaws() {
    let mut kv = KvPool::new(KvLayout { layers: 1, kv_heads: 1, head_dim: 16, kind: KvKind::Q8 }, 1).unwrap();
    let row =
        |first: f32, rest: f32| -> Vec<f32> { (0..16).map(|i| if i == 0 { first } else { rest }).collect() };
    let at = KvSlot { block: 0, slot: 9 };
    // Ties go to even: 2.5 and 3.5 of 127 steps.
    let mut ties = row(127.0, 2.5);
    ties[1] = 3.5;
    for (written, expected) in [
        (row(0.0, 0.0), row(0.0, 0.0)),
        (row(-127.0, -1.4), row(-127.0, -1.0)),
        (ties, [vec![127.0, 4.0], vec![2.0; 14]].concat()),
    ] {
        kv.write(at, 0, &written, &written);
        assert_eq!(kv.read(at, 0), (expected.clone(), expected));
    }
    for tiny in [1e-45, -1e-43, 1e-38, -f32::MIN_POSITIVE] {
        let written = row(tiny, tiny / 2.0);
        kv.write(at, 0, &written, &written);
        assert!(kv.read(at, 0).0.iter().all(|number| number.abs() <= 2.0 * tiny.abs()), "{tiny:e}");
        let (codes, scale) = code_q8(&written);
        let stored = kv.stored(at, 0, 0);
        assert_eq!(
            (stored.keys, stored.key_scale),
            (codes.iter().map(|code| f32::from(*code)).collect(), scale)
        );
    }
    for flaw in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        kv.write(at, 0, &row(1.0, 1.0), &row(flaw, 1.0));
        let (keys, values) = kv.read(at, 0);
        assert!(keys.iter().all(|key| *key == 1.0) && values.iter().all(|value| value.is_nan()), "{flaw}");
    }
}

#[test]
fn a_copied_block_is_the_block_and_both_go_on_alone() {
    for kind in KINDS {
        let mut kv = KvPool::new(layout(kind), 4).unwrap();
        let (keys, values) = (numbers(1, 96), numbers(2, 96));
        let at = |block, slot| KvSlot { block, slot };
        for layer in 0..2 {
            (0..16).for_each(|slot| kv.write(at(3, slot), layer, &numbers(slot, 96), &values));
        }
        kv.copy_block(3, 1);
        let other = kv.read(at(2, 0), 0);
        for (slot, layer) in (0..16).flat_map(|slot| [(slot, 0), (slot, 1)]) {
            assert_eq!(kv.read(at(1, slot), layer), kv.read(at(3, slot), layer));
            assert_eq!(kv.read(at(1, slot), layer).0, coded(kind, &numbers(slot, 96)));
        }
        kv.write(at(1, 7), 1, &keys, &keys);
        assert_eq!(kv.read(at(3, 7), 1), (coded(kind, &numbers(7, 96)), coded(kind, &values)));
        assert_eq!(kv.read(at(2, 0), 0), other);
    }
}

#[test]
fn a_callers_mistakes_are_refused_before_anything_is_written() {
    let row = numbers(1, 96);
    let refused = |slots: &[KvSlot], layer: usize, keys: &[f32]| {
        let mut kv = KvPool::new(layout(KvKind::F32), 2).unwrap();
        let call = || write_rows(Isa::best(), &Pool::new(1), &mut kv, layer, slots, keys, keys);
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).is_err();
        assert!(!refused || kv.bytes.as_slice().iter().all(|byte| *byte == 0));
        refused
    };
    let good = KvSlot { block: 1, slot: 15 };
    assert!(!refused(&[good], 1, &row));
    assert!(!refused(&[], 1, &[]));
    assert!(refused(&[good, KvSlot { block: 2, slot: 0 }], 1, &[row.clone(), row.clone()].concat()));
    assert!(refused(&[KvSlot { block: 1, slot: 16 }], 1, &row));
    assert!(refused(&[good], 2, &row));
    assert!(refused(&[good], 1, &row[1..]));
    let kv = KvPool::new(layout(KvKind::F32), 2).unwrap();
    assert!(std::panic::catch_unwind(|| kv.read(KvSlot { block: 2, slot: 0 }, 0)).is_err());
}
