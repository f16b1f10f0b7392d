//! Owns the checks of packing. Random blocks come from a generator with a fixed seed.

use super::*;
use crate::scalar::dequantise;

/// A small generator (SplitMix64): the same bytes on every machine.
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Between -1 and 1.
    pub(crate) fn value(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.
    }
}

/// Where a block's half-precision numbers stand.
fn halves(format: Format) -> &'static [usize] {
    match format {
        Format::Q8_0 | Format::Q4_0 | Format::Q5_0 => &[0],
        Format::Q2K => &[80, 82],
        Format::Q3K => &[108],
        Format::Q6K => &[208],
        _ => &[0, 2],
    }
}

/// Blocks of `weights` weights: any codes, and finite scales of both signs.
pub(crate) fn random_blocks(format: Format, weights: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..format.bytes_for(weights).unwrap()).map(|_| random.next() as u8).collect();
    for block in bytes.chunks_exact_mut(format.block_bytes()) {
        for at in halves(format) {
            block[*at..][..2].copy_from_slice(&f16::from_f32(random.value() / 16.).to_le_bytes());
        }
    }
    bytes
}

/// The formats that are packed.
pub(crate) fn formats() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| Class::of(*format).is_some())
}

#[test]
fn packing_loses_nothing() {
    let mut random = Random(1);
    for (format, outputs) in formats().flat_map(|format| [1, 16, 37].map(|outputs| (format, outputs))) {
        let inputs = 2 * format.block_len();
        let blocks = random_blocks(format, outputs * inputs, &mut random);
        let packed = Packed::pack(&mut crate::Arena::new(0), format, outputs, inputs, &blocks).unwrap();
        assert_eq!((packed.outputs(), packed.inputs()), (outputs, inputs));
        let mut expected = vec![0.; outputs * inputs];
        dequantise(format, &blocks, &mut expected);
        let mut actual = vec![f32::NAN; inputs];
        for (output, expected) in expected.chunks_exact(inputs).enumerate() {
            packed.row(output, &mut actual);
            assert_eq!(actual, expected, "{} output {output}", format.name());
        }
    }
}

#[test]
fn what_was_there_before_packing_does_not_matter() {
    for (format, outputs) in formats().flat_map(|format| [16, 37].map(|outputs| (format, outputs))) {
        let inputs = 2 * format.block_len();
        let (arena, blocks) =
            (&mut crate::Arena::new(0), random_blocks(format, outputs * inputs, &mut Random(4)));
        let expected = Packed::pack(arena, format, outputs, inputs, &blocks).unwrap();
        let mut packed = Packed::zeroed(arena, format, outputs, inputs).unwrap();
        packed.as_bytes_mut().fill(0xa5);
        let mut rest = &blocks[..];
        for mut part in packed.parts(format, 16) {
            let bytes = rest.split_off(..part.blocks_bytes()).unwrap();
            part.pack(bytes).unwrap();
        }
        assert!(rest.is_empty() && packed.as_bytes() == expected.as_bytes(), "{}", format.name());
    }
}

#[test]
fn a_matrix_of_whole_panels_is_not_padded() {
    let blocks = random_blocks(Format::Q4_1, 64 * 32, &mut Random(2));
    let packed = Packed::pack(&mut crate::Arena::new(0), Format::Q4_1, 32, 64, &blocks).unwrap();
    assert_eq!(packed.bytes_len(), blocks.len());
    assert_eq!(Packed::pack(&mut crate::Arena::new(0), Format::Q4_1, 0, 64, &[]).unwrap().bytes_len(), 0);
    assert_eq!(Packed::pack(&mut crate::Arena::new(0), Format::Q4_1, 5, 0, &[]).unwrap().bytes_len(), 0);
}

#[test]
fn what_is_wrong_is_said() {
    let pack = |format, outputs, inputs, bytes: &[u8]| {
        Packed::pack(&mut crate::Arena::new(0), format, outputs, inputs, bytes).unwrap_err()
    };
    assert_eq!(pack(Format::F16, 1, 32, &[0; 64]), PackError::Format(Format::F16));
    assert_eq!(pack(Format::Q8_0, 1, 33, &[0; 34]), PackError::Inputs { inputs: 33, block_len: 32 });
    assert_eq!(pack(Format::Q6K, 1, 32, &[0; 210]), PackError::Inputs { inputs: 32, block_len: 256 });
    assert_eq!(pack(Format::Q8_0, 2, 32, &[0; 67]), PackError::Bytes { expected: 68, actual: 67 });
    assert_eq!(pack(Format::Q8_0, 2, 32, &[0; 69]), PackError::Bytes { expected: 68, actual: 69 });
    let (outputs, inputs) = (usize::MAX / 2, 64);
    assert_eq!(pack(Format::Q8_0, outputs, inputs, &[]), PackError::Size { outputs, inputs });
    let inputs = usize::MAX - 31;
    assert_eq!(pack(Format::Q8_0, 1, inputs, &[]), PackError::Size { outputs: 1, inputs });
}

#[test]
fn scales_that_are_not_finite_are_refused_wherever_they_stand() {
    for format in formats() {
        let inputs = format.block_len();
        let good = random_blocks(format, 20 * inputs, &mut Random(3));
        for (at, bad) in
            halves(format).iter().flat_map(|at| [0x7c00u16, 0xfc00, 0x7e01].map(|bad| (*at, bad)))
        {
            let mut blocks = good.clone();
            blocks[18 * format.block_bytes() + at..][..2].copy_from_slice(&bad.to_le_bytes());
            let error = Packed::pack(&mut crate::Arena::new(0), format, 20, inputs, &blocks).unwrap_err();
            assert_eq!(error, PackError::Scale { output: 18 });
        }
    }
}

#[test]
fn parts_make_the_matrix_in_any_order_and_bytes_bring_it_back() {
    let mut random = Random(4);
    for (format, outputs) in formats().flat_map(|format| [1, 16, 37, 96].map(|outputs| (format, outputs))) {
        let (inputs, arena) = (2 * format.block_len(), &mut crate::Arena::new(1 << 20));
        let row_bytes = format.bytes_for(inputs).unwrap();
        let blocks = random_blocks(format, outputs * inputs, &mut random);
        let whole = Packed::pack(arena, format, outputs, inputs, &blocks).unwrap();
        let mut cut = Packed::zeroed(arena, format, outputs, inputs).unwrap();
        for rows_max in [0, 32, usize::MAX] {
            cut.as_bytes_mut().fill(0);
            let mut parts: Vec<PackedPart<'_>> = cut.parts(format, rows_max).collect();
            assert_eq!(
                parts.iter().flat_map(PackedPart::rows).collect::<Vec<_>>(),
                Vec::from_iter(0..outputs)
            );
            assert!(parts.iter().all(|part| part.rows().len() <= rows_max.max(PANEL)));
            for part in parts.iter_mut().rev() {
                let rows = part.rows();
                part.pack(&blocks[rows.start * row_bytes..rows.end * row_bytes]).unwrap();
            }
            assert!(cut.as_bytes() == whole.as_bytes(), "{} {outputs} {rows_max}", format.name());
        }
        let mut back = Packed::zeroed(arena, format, outputs, inputs).unwrap();
        back.as_bytes_mut().copy_from_slice(whole.as_bytes());
        let rows = |packed: &Packed| {
            let mut row = vec![0.; inputs];
            packed.row(outputs - 1, &mut row);
            row
        };
        assert_eq!(rows(&back), rows(&whole));
    }
}

#[test]
fn a_part_refuses_what_is_not_its_rows_and_names_a_row_of_the_matrix() {
    let mut packed = Packed::zeroed(&mut crate::Arena::new(0), Format::Q8_0, 37, 32).unwrap();
    let mut last = packed.parts(Format::Q8_0, 16).last().unwrap();
    assert_eq!(last.rows(), 32..37);
    assert_eq!(last.pack(&[0; 34 * 16]), Err(PackError::Bytes { expected: 5 * 34, actual: 16 * 34 }));
    let mut blocks = [0; 5 * 34];
    blocks[2 * 34 + 1] = 0x7c;
    assert_eq!(last.pack(&blocks), Err(PackError::Scale { output: 34 }));
    for (outputs, inputs) in [(0, 32), (5, 0), (usize::MAX, 0)] {
        let mut empty = Packed::zeroed(&mut crate::Arena::new(0), Format::Q8_0, outputs, inputs).unwrap();
        assert_eq!(empty.parts(Format::Q8_0, 16).count(), 0);
    }
}
