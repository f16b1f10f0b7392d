//! Owns the checks of the matrix kernels: one runner feeds every format, instruction set and shape. Random numbers come
//! from generators with fixed seeds.

use super::*;
use crate::activations::{ActivationBits, FACTORS};
use crate::format::Format;
use crate::packed::tests::{Random, formats, random_blocks};
use crate::scalar::dequantise;
use crate::scalar::quantise::{BLOCK, PLANE_SHIFT};

/// A matrix in a file's form and packed.
struct Matrix {
    values: Vec<f32>,
    packed: Packed,
}

fn matrix(format: Format, outputs: usize, inputs: usize, random: &mut Random) -> Matrix {
    let blocks = random_blocks(format, outputs * inputs, random);
    let mut values = vec![0.; outputs * inputs];
    dequantise(format, &blocks, &mut values);
    Matrix {
        values,
        packed: Packed::pack(&mut crate::Arena::new(0), format, outputs, inputs, &blocks).unwrap(),
    }
}

fn values(len: usize, random: &mut Random) -> Vec<f32> {
    (0..len).map(|_| random.value() * 3.).collect()
}

const BITS: [ActivationBits; 2] = [ActivationBits::Eight, ActivationBits::Fifteen];

fn quantised(rows: usize, width: usize, values: &[f32]) -> Activations {
    quantised_to(ActivationBits::default(), rows, width, values)
}

fn quantised_to(bits: ActivationBits, rows: usize, width: usize, values: &[f32]) -> Activations {
    let mut input = Activations::new(bits);
    input.quantise(Isa::SCALAR, &Pool::new(1), rows, width, values);
    input
}

/// The plain product, over whatever was there.
fn product(isa: Isa, pool: &Pool, input: &Activations, weights: &Packed) -> Vec<f32> {
    let mut out = vec![f32::NAN; input.rows() * weights.outputs()];
    matmul(isa, pool, input, &mut [Product { weights, bias: None, mode: Mode::Write, out: &mut out }]);
    out
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The activations that the codes stand for, (rows, width).
fn dequantised(input: &Activations) -> Vec<f64> {
    let mut values = vec![0.; input.rows() * input.width()];
    for group in input.groups() {
        for (at, code) in group.codes.iter().enumerate() {
            let (plane_at, row, i) = (at / BLOCK / group.rows, at / BLOCK % group.rows, at % BLOCK);
            let (block, plane) = (plane_at / group.planes, plane_at % group.planes);
            let scale = group.factors[block * FACTORS * group.rows + row];
            let steps = 1 << (PLANE_SHIFT as usize * (group.planes - 1 - plane));
            values[(group.first + row) * input.width() + block * BLOCK + i] +=
                f64::from(scale) * f64::from(*code) * f64::from(steps);
        }
    }
    values
}

/// Widths that a format has whole blocks of.
fn widths(format: Format) -> Vec<usize> {
    [32, 64, 96, 256, 512].into_iter().filter(|width| width % format.block_len() == 0).collect()
}

#[test]
fn every_instruction_set_gives_the_bits_of_the_specification() {
    let (mut random, pool) = (Random(11), Pool::new(1));
    for format in formats() {
        for (width, outputs) in widths(format).into_iter().zip([40, 17, 16, 15, 1].into_iter().cycle()) {
            for (rows, bits_of) in
                [1, 2, 3, 5, 8, 13, 33].into_iter().flat_map(|n| BITS.map(|bits| (n, bits)))
            {
                let Matrix { packed, .. } = matrix(format, outputs, width, &mut random);
                let input = quantised_to(bits_of, rows, width, &values(rows * width, &mut random));
                let expected = product(Isa::SCALAR, &pool, &input, &packed);
                for isa in Isa::all() {
                    let actual = product(isa, &pool, &input, &packed);
                    let case =
                        format!("{} {} {rows} rows {outputs}x{width} {bits_of:?}", isa.name(), format.name());
                    assert!(bits(&actual) == bits(&expected), "{case}");
                }
            }
        }
    }
}

#[test]
fn every_number_of_outputs_with_every_format() {
    let (mut random, pool) = (Random(12), Pool::new(1));
    for (format, outputs) in formats().flat_map(|format| [1, 15, 16, 17, 40].map(|outputs| (format, outputs)))
    {
        let Matrix { packed, .. } = matrix(format, outputs, 256, &mut random);
        let input = quantised(11, 256, &values(11 * 256, &mut random));
        let expected = product(Isa::SCALAR, &pool, &input, &packed);
        assert!(expected.iter().all(|value| value.is_finite()));
        for isa in Isa::all() {
            assert!(bits(&product(isa, &pool, &input, &packed)) == bits(&expected), "{}", isa.name());
        }
    }
}

#[test]
fn the_specification_is_the_product_of_what_was_quantised() {
    let (mut random, pool) = (Random(13), Pool::new(1));
    for (format, bits) in formats().flat_map(|format| BITS.map(|bits| (format, bits))) {
        let (rows, outputs, width) = (3, 21, 512);
        let Matrix { values: weights, packed } = matrix(format, outputs, width, &mut random);
        let values = values(rows * width, &mut random);
        let input = quantised_to(bits, rows, width, &values);
        let plain = dequantised(&input);
        // Half a step of the largest magnitude there is.
        let step = 3. / 127. / (1 << (PLANE_SHIFT as usize * (bits.planes() - 1))) as f64;
        let off = |(plain, value): (&f64, &f32)| (plain - f64::from(*value)).abs() <= step * 0.501;
        assert!(plain.iter().zip(&values).all(off), "{bits:?}");
        let actual = product(Isa::SCALAR, &pool, &input, &packed);
        for (at, actual) in actual.iter().enumerate() {
            let activations = &plain[at / outputs * width..][..width];
            let pairs = weights[at % outputs * width..][..width].iter().zip(activations);
            let terms: Vec<f64> = pairs.map(|(weight, activation)| f64::from(*weight) * activation).collect();
            let (expected, size) =
                (terms.iter().sum::<f64>(), terms.iter().map(|term| term.abs()).sum::<f64>());
            // Roundings of f32 over 16 blocks, each far smaller than the sum of magnitudes.
            let error = (f64::from(*actual) - expected).abs();
            assert!(error <= size * 1e-6, "{}: {actual} is not {expected}", format.name());
        }
    }
}

#[test]
fn the_largest_codes_do_not_saturate() {
    let (pool, width) = (Pool::new(1), 512);
    for (format, fill) in formats().flat_map(|format| [0x00u8, 0xff, 0x80, 0x7f].map(|fill| (format, fill))) {
        let mut blocks = random_blocks(format, 16 * width, &mut Random(14));
        for (at, byte) in blocks.iter_mut().enumerate() {
            // The halves that scales stand in stay as they were.
            let at = at % format.block_bytes();
            if (4..80).contains(&at) || (84..108).contains(&at) || (110..208).contains(&at) {
                *byte = fill;
            }
        }
        let packed = Packed::pack(&mut crate::Arena::new(0), format, 16, width, &blocks).unwrap();
        let signs: Vec<f32> =
            (0..8 * width).map(|i| if i / width == 3 && i % 3 == 0 { -9. } else { 9. }).collect();
        for (sign, of) in [1., -1.].into_iter().flat_map(|sign| BITS.map(|of| (sign, of))) {
            let signed: Vec<f32> = signs.iter().map(|value| value * sign).collect();
            let input = quantised_to(of, 8, width, &signed);
            let expected = product(Isa::SCALAR, &pool, &input, &packed);
            for isa in Isa::all() {
                let case = format!("{} {} {fill:#x} {of:?}", isa.name(), format.name());
                assert!(bits(&product(isa, &pool, &input, &packed)) == bits(&expected), "{case}");
            }
        }
    }
}

#[test]
fn threads_neighbours_and_company_change_nothing() {
    let (mut random, one, three) = (Random(15), Pool::new(1), Pool::new(3));
    let (rows, width) = (15, 256);
    let matrices = [(Format::Q4_1, 200), (Format::Q6K, 33), (Format::Q8_0, 7), (Format::Q4K, 0)]
        .map(|(format, outputs)| matrix(format, outputs, width, &mut random).packed);
    let all = values(rows * width, &mut random);
    let input = quantised(rows, width, &all);
    for isa in Isa::all() {
        let alone = matrices.each_ref().map(|weights| product(isa, &one, &input, weights));
        let mut together = alone.each_ref().map(|out| vec![f32::NAN; out.len()]);
        let mut products: Vec<_> = matrices
            .iter()
            .zip(&mut together)
            .map(|(weights, out)| Product { weights, bias: None, mode: Mode::Write, out })
            .collect();
        matmul(isa, &three, &input, &mut products);
        assert_eq!(together, alone, "{}", isa.name());
        for row in 0..rows {
            let single = quantised(1, width, &all[row * width..][..width]);
            for (weights, alone) in matrices.iter().zip(&alone) {
                let outputs = weights.outputs();
                assert_eq!(product(isa, &three, &single, weights), alone[row * outputs..][..outputs]);
            }
        }
    }
}

#[test]
fn bias_and_addition() {
    let (mut random, pool) = (Random(16), Pool::new(2));
    let (rows, outputs, width) = (5, 19, 64);
    let Matrix { packed, .. } = matrix(Format::Q4_0, outputs, width, &mut random);
    let input = quantised(rows, width, &values(rows * width, &mut random));
    let (bias, before) = (values(outputs, &mut random), values(rows * outputs, &mut random));
    for isa in Isa::all() {
        let plain = product(isa, &pool, &input, &packed);
        for (mode, bias) in [(Mode::Write, Some(&bias[..])), (Mode::Add, None), (Mode::Add, Some(&bias[..]))]
        {
            let mut out = before.clone();
            matmul(isa, &pool, &input, &mut [Product { weights: &packed, bias, mode, out: &mut out }]);
            for (at, actual) in out.into_iter().enumerate() {
                let sum = plain[at] + bias.map_or(0., |bias| bias[at % outputs]);
                assert_eq!(actual, if mode == Mode::Add { before[at] + sum } else { sum });
            }
        }
    }
}

#[test]
fn a_row_that_is_not_finite_harms_itself_only() {
    let (mut random, pool) = (Random(17), Pool::new(1));
    let (rows, width) = (11, 256);
    let cases = formats().flat_map(|format| [f32::NAN, f32::INFINITY].map(|bad| (format, bad)));
    for ((format, bad), bits) in cases.flat_map(|case| BITS.map(|bits| (case, bits))) {
        let Matrix { packed, .. } = matrix(format, 17, width, &mut random);
        let mut all = values(rows * width, &mut random);
        let clean = quantised_to(bits, rows, width, &all);
        all[4 * width + 77] = bad;
        let input = quantised_to(bits, rows, width, &all);
        for isa in Isa::all() {
            let (expected, actual) =
                (product(isa, &pool, &clean, &packed), product(isa, &pool, &input, &packed));
            for (row, (actual, expected)) in actual.chunks(17).zip(expected.chunks(17)).enumerate() {
                if row == 4 {
                    assert!(actual.iter().all(|value| value.is_nan()), "{} {}", isa.name(), format.name());
                } else {
                    assert_eq!(actual, expected);
                }
            }
        }
    }
}

#[test]
fn nothing_times_something() {
    let pool = Pool::new(2);
    let packed = Packed::pack(&mut crate::Arena::new(0), Format::Q8_0, 20, 0, &[]).unwrap();
    for isa in Isa::all() {
        assert_eq!(product(isa, &pool, &quantised(3, 0, &[]), &packed), [0.; 60]);
        let Matrix { packed, .. } = matrix(Format::Q8_0, 20, 32, &mut Random(18));
        assert!(product(isa, &pool, &quantised(0, 32, &[]), &packed).is_empty());
        matmul(isa, &pool, &quantised(1, 32, &[1.; 32]), &mut []);
    }
}

#[test]
#[should_panic(expected = "inputs of the weights")]
fn weights_of_another_width_are_refused() {
    let Matrix { packed, .. } = matrix(Format::Q8_0, 20, 64, &mut Random(19));
    product(Isa::best(), &Pool::new(1), &quantised(1, 32, &[1.; 32]), &packed);
}
