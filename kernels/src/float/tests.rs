//! Products with unquantised weights against their specification, to the last bit, and against exact arithmetic.

use super::*;
use crate::scalar::float::float_matmul as specified;

const KINDS: [FloatKind; 3] = [FloatKind::F32, FloatKind::F16, FloatKind::BF16];

/// Numbers between -1 and 1 of many magnitudes.
pub(crate) fn noise(seed: u32, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next() * next() * next()).collect()
}

fn stored(kind: FloatKind, values: &[f32]) -> Vec<f32> {
    let store = |value: &f32| match kind {
        FloatKind::F32 => *value,
        FloatKind::F16 => half::f16::from_f32(*value).to_f32(),
        FloatKind::BF16 => half::bf16::from_f32(*value).to_f32(),
    };
    values.iter().map(store).collect()
}

/// Bits, with one pattern for everything that is not a number.
pub(crate) fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| if value.is_nan() { u32::MAX } else { value.to_bits() }).collect()
}

#[derive(Clone, Copy)]
struct Case {
    kind: FloatKind,
    rows: usize,
    outputs: usize,
    inputs: usize,
    bias: bool,
    mode: Mode,
}

fn check(isa: Isa, pool: &Pool, case: Case) {
    let Case { kind, rows, outputs, inputs, bias, mode } = case;
    let (values, input) = (noise(1, outputs * inputs), noise(2, rows * inputs));
    let (biases, before) = (noise(3, outputs), noise(4, rows * outputs));
    let bias = bias.then_some(&biases[..]);
    let weights = FloatPanels::pack(&mut crate::Arena::new(0), kind, outputs, inputs, &values).unwrap();
    let mut out = before.clone();
    let product = FloatProduct { weights: &weights, bias, mode, out: &mut out };
    float_matmul(isa, pool, &input, rows, &mut [product]);
    let stored = stored(kind, &values);
    let mut expected = before.clone();
    specified(&input, rows, &stored, bias, mode, &mut expected);
    let name = format!("{} {kind:?} {rows} rows of {inputs} -> {outputs}", isa.name());
    assert_eq!(bits(&out), bits(&expected), "{name}");
    for (at, got) in out.iter().enumerate() {
        let (row, output) = (at / outputs, at % outputs);
        let pairs = || input[row * inputs..][..inputs].iter().zip(&stored[output * inputs..][..inputs]);
        let product = |(x, w): (&f32, &f32)| f64::from(*x) * f64::from(*w);
        let others = f64::from(bias.map_or(0.0, |bias| bias[output]))
            + if mode == Mode::Add { f64::from(before[at]) } else { 0.0 };
        let exact = others + pairs().map(product).sum::<f64>();
        let size = others.abs() + pairs().map(product).map(f64::abs).sum::<f64>();
        let tolerance = (inputs + 2) as f64 * 2f64.powi(-24) * (size + 1.0);
        assert!((f64::from(*got) - exact).abs() <= tolerance, "{name}: {got} is not {exact}");
    }
}

#[test]
fn every_kind_shape_and_instruction_set_gives_the_specified_bits() {
    let pool = Pool::new(3);
    for isa in Isa::all() {
        for kind in KINDS {
            for (inputs, outputs) in [(1, 1), (7, 15), (16, 16), (33, 17), (40, 70), (3, 130), (0, 5), (5, 0)]
            {
                for rows in [0, 1, 2, 3, 4, 5, 8, 13] {
                    let (bias, mode) = (rows % 2 == 1, if rows % 3 == 1 { Mode::Add } else { Mode::Write });
                    check(isa, &pool, Case { kind, rows, outputs, inputs, bias, mode });
                }
            }
        }
        check(
            isa,
            &pool,
            Case { kind: FloatKind::BF16, rows: 5, outputs: 200, inputs: 100, bias: true, mode: Mode::Add },
        );
    }
}

/// The output of one matrix, alone in its call.
fn alone(isa: Isa, threads: usize, weights: &FloatPanels, input: &[f32], rows: usize) -> Vec<f32> {
    let mut out = vec![f32::NAN; rows * weights.outputs()];
    let product = FloatProduct { weights, bias: None, mode: Mode::Write, out: &mut out };
    float_matmul(isa, &Pool::new(threads), input, rows, &mut [product]);
    out
}

#[test]
fn a_row_depends_on_no_other_row_product_or_thread() {
    let (rows, inputs) = (11, 90);
    let mut input = noise(5, rows * inputs);
    input[3 * inputs + 8] = f32::NAN;
    input[6 * inputs] = f32::INFINITY;
    let make = |kind, outputs| {
        FloatPanels::pack(&mut crate::Arena::new(0), kind, outputs, inputs, &noise(6, outputs * inputs))
            .unwrap()
    };
    let (first, second) = (make(FloatKind::F16, 150), make(FloatKind::F32, 33));
    for isa in Isa::all() {
        let whole = alone(isa, 1, &first, &input, rows);
        assert_eq!(bits(&whole), bits(&alone(isa, 3, &first, &input, rows)));
        for row in 0..rows {
            let one = alone(isa, 3, &first, &input[row * inputs..][..inputs], 1);
            assert_eq!(bits(&one), bits(&whole[row * 150..][..150]), "{} row {row}", isa.name());
            assert_eq!(one.iter().all(|value| value.is_finite()), row != 3 && row != 6);
        }
        let (mut a, mut b) = (vec![0.0; rows * 150], vec![0.0; rows * 33]);
        let products = &mut [
            FloatProduct { weights: &first, bias: None, mode: Mode::Write, out: &mut a },
            FloatProduct { weights: &second, bias: None, mode: Mode::Write, out: &mut b },
        ];
        float_matmul(isa, &Pool::new(2), &input, rows, products);
        assert_eq!(bits(&a), bits(&whole));
        assert_eq!(bits(&b), bits(&alone(isa, 1, &second, &input, rows)));
    }
}

#[test]
fn files_bytes_are_kept_without_loss_at_any_alignment() {
    let (outputs, inputs) = (21, 5);
    for kind in KINDS {
        let values = stored(kind, &noise(7, outputs * inputs));
        let mut bytes = vec![0u8];
        for value in &values {
            match kind {
                FloatKind::F32 => bytes.extend(value.to_le_bytes()),
                FloatKind::F16 => bytes.extend(half::f16::from_f32(*value).to_le_bytes()),
                FloatKind::BF16 => bytes.extend(half::bf16::from_f32(*value).to_le_bytes()),
            }
        }
        let panels =
            FloatPanels::from_bytes(&mut crate::Arena::new(0), kind, outputs, inputs, &bytes[1..]).unwrap();
        assert_eq!(panels.bytes_len(), 32 * inputs * kind.bytes());
        assert_eq!((panels.kind(), panels.outputs(), panels.inputs()), (kind, outputs, inputs));
        for output in 0..outputs {
            let mut row = vec![0.0; inputs];
            panels.row(output, &mut row);
            assert_eq!(row, values[output * inputs..][..inputs]);
        }
        let expected = outputs * inputs * kind.bytes();
        let error =
            FloatPanels::from_bytes(&mut crate::Arena::new(0), kind, outputs, inputs, &bytes).unwrap_err();
        assert_eq!(error, FloatError::Length { outputs, inputs, expected, actual: expected + 1 });
    }
}

#[test]
fn absurd_shapes_are_refused() {
    let pack = |outputs, inputs| {
        FloatPanels::pack(&mut crate::Arena::new(0), FloatKind::F32, outputs, inputs, &[1.0]).unwrap_err()
    };
    for outputs in [usize::MAX, usize::MAX / 4, 1 << 40] {
        assert_eq!(pack(outputs, 1 << 30), FloatError::Shape { outputs, inputs: 1 << 30 });
    }
    assert_eq!(pack(2, 3), FloatError::Length { outputs: 2, inputs: 3, expected: 24, actual: 4 });
}

#[test]
fn parts_make_the_matrix_in_any_order_and_bytes_bring_it_back() {
    for (kind, outputs) in KINDS.into_iter().flat_map(|kind| [1, 16, 37, 96].map(|outputs| (kind, outputs))) {
        let (inputs, arena) = (11, &mut crate::Arena::new(1 << 20));
        let values = noise(7, outputs * inputs);
        let whole = FloatPanels::pack(arena, kind, outputs, inputs, &values).unwrap();
        let in_file: Vec<u8> = match kind {
            FloatKind::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            FloatKind::F16 => {
                values.iter().flat_map(|value| half::f16::from_f32(*value).to_le_bytes()).collect()
            }
            FloatKind::BF16 => {
                values.iter().flat_map(|value| half::bf16::from_f32(*value).to_le_bytes()).collect()
            }
        };
        for rows_max in [0, 32, usize::MAX] {
            let [mut packed, mut copied] =
                [0; 2].map(|_| FloatPanels::zeroed(arena, kind, outputs, inputs).unwrap());
            let mut parts: Vec<FloatPart<'_>> = packed.parts(rows_max).collect();
            assert_eq!(
                parts.iter().flat_map(FloatPart::rows).collect::<Vec<_>>(),
                Vec::from_iter(0..outputs)
            );
            for part in parts.iter_mut().rev() {
                let rows = part.rows();
                part.pack(&values[rows.start * inputs..rows.end * inputs]).unwrap();
            }
            for mut part in copied.parts(rows_max) {
                let row_bytes = inputs * kind.bytes();
                let rows = part.rows();
                part.copy(&in_file[rows.start * row_bytes..rows.end * row_bytes]).unwrap();
            }
            assert!(packed.as_bytes() == whole.as_bytes() && copied.as_bytes() == whole.as_bytes());
        }
        let mut back = FloatPanels::zeroed(arena, kind, outputs, inputs).unwrap();
        back.as_bytes_mut().copy_from_slice(whole.as_bytes());
        let rows = |panels: &FloatPanels| {
            let mut row = vec![0.0; inputs];
            panels.row(outputs - 1, &mut row);
            row
        };
        assert_eq!(rows(&back), rows(&whole));
    }
}

#[test]
fn a_part_refuses_what_is_not_its_rows() {
    let mut panels = FloatPanels::zeroed(&mut crate::Arena::new(0), FloatKind::F16, 37, 3).unwrap();
    let mut last = panels.parts(16).last().unwrap();
    let (outputs, inputs) = (5, 3);
    assert_eq!(last.copy(&[0; 36]), Err(FloatError::Length { outputs, inputs, expected: 30, actual: 36 }));
    assert_eq!(last.pack(&[0.; 16]), Err(FloatError::Length { outputs, inputs, expected: 60, actual: 64 }));
    let (outputs, inputs) = (usize::MAX, 3);
    let absurd = FloatPanels::zeroed(&mut crate::Arena::new(0), FloatKind::F16, outputs, inputs).unwrap_err();
    assert_eq!(absurd, FloatError::Shape { outputs, inputs });
}

#[test]
fn what_was_there_before_filling_does_not_matter() {
    let (outputs, inputs) = (37, 5);
    let values: Vec<f32> = (0..outputs * inputs).map(|at| at as f32 - 70.5).collect();
    for kind in [FloatKind::F32, FloatKind::F16, FloatKind::BF16] {
        let arena = &mut Arena::new(0);
        let expected = FloatPanels::pack(arena, kind, outputs, inputs, &values).unwrap();
        let mut panels = FloatPanels::zeroed(arena, kind, outputs, inputs).unwrap();
        panels.as_bytes_mut().fill(0xa5);
        for mut part in panels.parts(16) {
            let rows = part.rows();
            part.pack(&values[rows.start * inputs..rows.end * inputs]).unwrap();
        }
        assert!(panels.as_bytes() == expected.as_bytes(), "{kind:?}");
    }
}
