//! Every instruction set and number of threads against the specification to the last bit, and the specification against f64.

use super::rotate::{HEAD_DIM_MAX, TABLE_BYTES_MAX};
use super::*;
use crate::isa::Isa;
use crate::scalar::rows as exact;

/// Widths around lanes, groups of lanes and blocks; 576 and 1536 are SmolLM2's.
const WIDTHS: [usize; 12] = [1, 2, 15, 16, 17, 40, 63, 64, 65, 576, 1025, 1536];

/// Numbers from -`reach` to `reach`.
fn numbers(len: usize, seed: u64, reach: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..len).map(|_| next() * reach).collect()
}

/// The same bits, but that what is not a number equals itself.
#[track_caller]
fn same(ours: &[f32], expected: &[f32], what: &str) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(expected).enumerate() {
        assert!(
            a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
            "{what}: {at}: {a:e}, expected {b:e}"
        );
    }
}

/// Runs an operation on each instruction set with one thread and with three.
fn everywhere(mut check: impl FnMut(Isa, &Pool, &str)) {
    for threads in [1, 3] {
        let pool = Pool::new(threads);
        for isa in Isa::all() {
            check(isa, &pool, &format!("{}, {threads} threads", isa.name()));
        }
    }
}

fn normed(isa: Isa, pool: &Pool, input: &[f32], weight: &[f32]) -> Vec<f32> {
    let mut out = vec![9.0; input.len()];
    rms_norm(isa, pool, input, weight, 1e-5, &mut out);
    out
}

#[test]
fn norms_are_the_specifications() {
    everywhere(|isa, pool, name| {
        for width in WIDTHS {
            for rows in [0, 1, 3, 150] {
                let (input, weight) = (numbers(rows * width, 1, 5.0), numbers(width, 2, 2.0));
                let mut expected = vec![0.0; input.len()];
                exact::rms_norm(&input, &weight, 1e-5, &mut expected);
                same(&normed(isa, pool, &input, &weight), &expected, name);
                let mut heads = input;
                rms_norm_heads(isa, pool, &mut heads, &weight, 1e-5);
                same(&heads, &expected, name);
            }
        }
    });
}

#[test]
fn a_norm_is_that_of_f64() {
    for width in WIDTHS {
        let (input, weight) = (numbers(width, 3, 8.0), numbers(width, 4, 2.0));
        let squares: f64 = input.iter().map(|&x| f64::from(x).powi(2)).sum();
        let rms = (squares / width as f64 + f64::from(1e-5f32)).sqrt();
        for (at, ours) in normed(Isa::best(), &Pool::new(1), &input, &weight).into_iter().enumerate() {
            let expected = f64::from(input[at]) / rms * f64::from(weight[at]);
            assert!(
                (f64::from(ours) - expected).abs() <= 1e-6 * expected.abs(),
                "{width}: {ours} {expected}"
            );
        }
    }
}

#[test]
fn gates_sums_and_factors_are_the_specifications() {
    everywhere(|isa, pool, name| {
        for len in WIDTHS.into_iter().chain([0, 70_001]) {
            let (gate, up) = (numbers(len, 5, 100.0), numbers(len, 6, 3.0));
            let (mut ours, mut expected) = (gate.clone(), gate);
            silu_mul(isa, pool, &mut ours, &up);
            exact::silu_mul(&mut expected, &up);
            same(&ours, &expected, name);
            add_into(isa, pool, &mut ours, &up);
            exact::add_into(&mut expected, &up);
            same(&ours, &expected, name);
            scale(isa, pool, &mut ours, 0.3);
            exact::scale(&mut expected, 0.3);
            same(&ours, &expected, name);
        }
    });
}

#[test]
fn a_gate_is_that_of_f64() {
    let (gate, up) = (numbers(4000, 7, 80.0), numbers(4000, 8, 3.0));
    let mut ours = gate.clone();
    silu_mul(Isa::best(), &Pool::new(1), &mut ours, &up);
    for at in 0..gate.len() {
        let x = f64::from(gate[at]);
        let expected = x / (1.0 + (-x).exp()) * f64::from(up[at]);
        let error = (f64::from(ours[at]) - expected).abs();
        assert!(
            error <= 8.0 * f64::from(f32::EPSILON) * expected.abs(),
            "silu({x}): {} {expected}",
            ours[at]
        );
    }
    let mut low = [-80.0, -1e3, -1e8, 0.0];
    silu_mul(Isa::best(), &Pool::new(1), &mut low, &[1.0; 4]);
    assert!(low.iter().all(|value| value.abs() < 1e-30), "{low:?}");
}

#[test]
fn probabilities_are_the_specifications_and_those_of_f64() {
    everywhere(|isa, _, name| {
        for width in WIDTHS.into_iter().chain([0, 49_152]) {
            for reach in [1.0, 30.0, 300.0] {
                let row = numbers(width, 9, reach);
                let (mut ours, mut expected) = (row.clone(), row.clone());
                softmax(isa, &mut ours);
                exact::softmax(&mut expected);
                same(&ours, &expected, name);
                let sum = log_sum_exp(isa, &row);
                assert_eq!(sum.to_bits(), exact::log_sum_exp(&row).to_bits(), "{name}");
                let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let total: f64 = row.iter().map(|&x| f64::from(x - top).exp()).sum();
                let true_sum = f64::from(top) + total.ln();
                assert!(width == 0 || (sum - true_sum).abs() < 4e-6, "{name}: {sum} {true_sum}");
                for (&x, &p) in row.iter().zip(&ours) {
                    let true_p = (f64::from(x) - true_sum).exp();
                    let error = (f64::from(p) - true_p).abs();
                    assert!(error < 4e-7, "{name}: {p} {true_p}");
                    assert!(error < 2e-5 * true_p || true_p < 1e-30, "{name}: {p} {true_p}");
                }
            }
        }
    });
}

#[test]
fn probabilities_at_the_ends() {
    const INF: f32 = f32::INFINITY;
    everywhere(|isa, _, name| {
        let mut masked = vec![-INF; 600];
        (masked[3], masked[599]) = (7.0, 7.0);
        assert!((log_sum_exp(isa, &masked) - (7.0 + 2f64.ln())).abs() < 1e-12, "{name}");
        softmax(isa, &mut masked);
        let expected: Vec<f32> = (0..600).map(|at| if at == 3 || at == 599 { 0.5 } else { 0.0 }).collect();
        same(&masked, &expected, name);
        for (row, sum) in [
            (vec![-INF; 20], f64::NEG_INFINITY),
            ([1.0, INF].repeat(20), f64::INFINITY),
            ([1.0, INF, f32::NAN].repeat(20), f64::NAN),
            ([1.0, f32::NAN].repeat(20), f64::NAN),
        ] {
            let ours = log_sum_exp(isa, &row);
            assert!(ours == sum || ours.is_nan() && sum.is_nan(), "{name}: {row:?}: {ours}");
            let mut ours = row.clone();
            softmax(isa, &mut ours);
            assert!(ours.iter().all(|p| p.is_nan()), "{name}: {row:?}: {ours:?}");
        }
    });
}

#[test]
fn the_largest_is_found_wherever_it_stands() {
    everywhere(|isa, _, name| {
        for width in WIDTHS.into_iter().chain([0, 49_152]) {
            let row = numbers(width, 10, 4.0);
            assert_eq!(argmax(isa, &row), exact::argmax(&row), "{name}: {width}");
            for at in [0, 7, 511, 512, 700, width.wrapping_sub(1)] {
                let mut row = row.clone();
                let Some(value) = row.get_mut(at) else { continue };
                *value = 5.0;
                // An equal one later does not win, nor does what is not a number, before or after.
                for later in [at + 1, at + 16, at + 512] {
                    row.get_mut(later).into_iter().for_each(|value| *value = 5.0);
                }
                if at > 0 {
                    row[at - 1] = f32::NAN;
                }
                row.get_mut(at + 2).into_iter().for_each(|value| *value = f32::NAN);
                assert_eq!(argmax(isa, &row), Some(at), "{name}: {width}");
            }
        }
        assert_eq!(argmax(isa, &[f32::NAN; 33]), None, "{name}");
        let mut low = [f32::NAN; 33];
        low[20..].fill(f32::NEG_INFINITY);
        assert_eq!(argmax(isa, &low), Some(20), "{name}");
        assert_eq!(argmax(isa, &[-1.0, -0.0, 0.0]), Some(1), "{name}");
        assert_eq!(argmax(isa, &[1.0, f32::INFINITY, f32::INFINITY]), Some(1), "{name}");
    });
}

#[test]
fn what_is_not_finite_is_found() {
    everywhere(|isa, _, name| {
        for width in WIDTHS {
            let mut rows = numbers(width * 3, 11, f32::MAX);
            assert!(all_finite(isa, &rows) && all_finite(isa, &[]), "{name}");
            assert_eq!(first_not_finite(isa, &rows, width), None, "{name}");
            for (at, bad) in
                [(3 * width - 1, f32::INFINITY), (width, f32::NEG_INFINITY), (width - 1, f32::NAN)]
            {
                rows[at] = bad;
                assert!(!all_finite(isa, &rows), "{name}");
                assert_eq!(first_not_finite(isa, &rows, width), Some(at / width), "{name}: {width}");
                assert_eq!(exact::first_not_finite(&rows, width), Some(at / width), "{name}: {width}");
            }
        }
        assert_eq!(first_not_finite(isa, &[], 0), None, "{name}");
    });
}

#[test]
fn rotations_are_the_specifications() {
    everywhere(|isa, pool, name| {
        for pairing in [Pairing::Interleaved, Pairing::Halves] {
            for (head_dim, heads, count) in
                [(2, 1, 3), (6, 2, 5), (16, 3, 1), (40, 2, 9), (64, 9, 70), (128, 2, 40)]
            {
                let factors: Vec<f32> = (0..head_dim / 2).map(|pair| 1.0 + pair as f32 / 8.0).collect();
                let positions: Vec<u32> = (0..count).map(|row| row * row * 13 % 997).collect();
                // Tables for all positions, for some, and for none.
                for positions_max in [1000, 40, 0] {
                    let rotation =
                        Rotation::new(head_dim, 1e4, 2.0, Some(&factors), pairing, positions_max).unwrap();
                    let mut ours = numbers(count as usize * heads * head_dim, 12, 3.0);
                    let mut expected = ours.clone();
                    rotate(isa, pool, &mut ours, heads, &positions, &rotation);
                    let frequencies: Vec<f64> = (0..head_dim / 2)
                        .map(|pair| exact::frequency(head_dim, 1e4, 2.0, factors[pair], pair))
                        .collect();
                    exact::rotate(&mut expected, heads, head_dim, &positions, &frequencies, pairing);
                    same(&ours, &expected, name);
                }
            }
        }
    });
}

#[test]
fn a_rotation_is_that_of_f64_and_pairs_as_it_says() {
    for (pairing, distance) in [(Pairing::Interleaved, 1), (Pairing::Halves, 32)] {
        let rotation = Rotation::new(64, 1e5, 4.0, None, pairing, 8192).unwrap();
        let position = 4321;
        let before = numbers(64, 13, 3.0);
        let mut after = before.clone();
        rotate(Isa::best(), &Pool::new(1), &mut after, 1, &[position], &rotation);
        for pair in 0..32 {
            let first = if distance == 1 { pair * 2 } else { pair };
            let angle = f64::from(position) / 4.0 / 1e5f64.powf(pair as f64 / 32.0);
            let (a, b) = (f64::from(before[first]), f64::from(before[first + distance]));
            let expected = [a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()];
            for (ours, expected) in [after[first], after[first + distance]].into_iter().zip(expected) {
                let error = (f64::from(ours) - expected).abs();
                assert!(error <= 2.0 * f64::from(f32::EPSILON) * a.hypot(b), "{pair}: {ours} {expected}");
            }
        }
        let mut unturned = before.clone();
        rotate(Isa::best(), &Pool::new(1), &mut unturned, 1, &[0], &rotation);
        assert_eq!(unturned, before);
    }
}

#[test]
fn a_rotation_keeps_no_more_than_it_may_and_takes_the_last_position() {
    let rotation = Rotation::new(HEAD_DIM_MAX, 1e4, 1.0, None, Pairing::Interleaved, u32::MAX).unwrap();
    assert_eq!(rotation.bytes_max(), TABLE_BYTES_MAX);
    let small = Rotation::new(64, 1e4, 1.0, None, Pairing::Halves, 2048).unwrap();
    assert_eq!(small.bytes_max(), 2048 * 64 * 4);
    let mut head = vec![1.0; HEAD_DIM_MAX];
    rotate(Isa::best(), &Pool::new(1), &mut head, 1, &[u32::MAX], &rotation);
    assert!(all_finite(Isa::best(), &head));
}

#[test]
fn what_cannot_be_rotated_is_said() {
    let refuse = |head_dim, base, divisor, factors: Option<&[f32]>| {
        Rotation::new(head_dim, base, divisor, factors, Pairing::Halves, 8).unwrap_err()
    };
    for actual in [0, 1, 63, HEAD_DIM_MAX + 2, usize::MAX] {
        assert_eq!(refuse(actual, 1e4, 1.0, None), RotationError::HeadDim { actual });
    }
    assert_eq!(refuse(4, 0.0, 1.0, None), RotationError::Base { actual: 0.0 });
    assert_eq!(refuse(4, 1e4, -1.0, None), RotationError::Divisor { actual: -1.0 });
    assert!(matches!(refuse(4, f32::NAN, 1.0, None), RotationError::Base { .. }));
    assert!(matches!(refuse(4, 1e4, f32::INFINITY, None), RotationError::Divisor { .. }));
    assert_eq!(refuse(4, 1e4, 1.0, Some(&[1.0])), RotationError::FactorCount { expected: 2, actual: 1 });
    assert_eq!(refuse(4, 1e4, 1.0, Some(&[1.0, 0.0])), RotationError::Factor { index: 1, actual: 0.0 });
}

#[test]
fn a_row_alone_is_as_in_a_batch_and_a_bad_row_touches_no_other() {
    const ROWS: usize = 90;
    const WIDTH: usize = 576;
    let (clean, weight) = (numbers(ROWS * WIDTH, 14, 3.0), numbers(WIDTH, 15, 1.0));
    let rotation = Rotation::new(64, 1e4, 1.0, None, Pairing::Interleaved, 100).unwrap();
    let mut rows = clean.clone();
    rows[40 * WIDTH + 5] = f32::NAN;
    rows[41 * WIDTH + 70] = f32::INFINITY;
    everywhere(|isa, pool, name| {
        let all = |rows: &[f32], first: u32| {
            let mut out = normed(isa, pool, rows, &weight);
            let positions: Vec<u32> = (first..).take(rows.len() / WIDTH).collect();
            rotate(isa, pool, &mut out, 9, &positions, &rotation);
            silu_mul(isa, pool, &mut out, rows);
            add_into(isa, pool, &mut out, rows);
            out
        };
        let together = all(&rows, 0);
        for row in 0..ROWS {
            let at = row * WIDTH..(row + 1) * WIDTH;
            same(&together[at.clone()], &all(&rows[at.clone()], row as u32), name);
            assert_eq!(all_finite(isa, &together[at]), row != 40 && row != 41, "{name}: {row}");
        }
    });
}

#[test]
fn decoding_opens_no_region_and_reading_a_prompt_does() {
    assert_eq!(part_count(2, 1, 576 * 4), 1);
    assert_eq!(part_count(16, 1, 1 << 30), 1);
    assert_eq!(part_count(1, 1000, 1 << 20), 1);
    assert!((2..=8).contains(&part_count(2, 128, 576 * 4)));
    assert_eq!(part_count(2, usize::MAX, usize::MAX), 8);
}
