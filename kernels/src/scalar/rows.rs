//! Owns the specification of [`crate::rows`]: the same operations in plain loops, one value after another, in the order that
//! the kernels keep. Refuses to be fast. Every f32 step rounds once; `mul_add` is one step.

use crate::rows::Pairing;

/// Partial sums of one row: partial sum l takes the values l, l + 16, l + 32, ...
const PARTIALS: usize = 16;
/// Values whose exponentials are summed in f32; the sums of such blocks are added in f64.
const BLOCK: usize = 512;
/// Ends of [`exp`].
const EXP_MIN: f32 = -87.3;
const EXP_MAX: f32 = 88.0;

/// Partial sums added in their one order: l and l + 8, then l and l + 4, l + 2, l + 1.
fn sum(mut partials: [f32; PARTIALS]) -> f32 {
    for distance in [8, 4, 2, 1] {
        for at in 0..distance {
            partials[at] += partials[at + distance];
        }
    }
    partials[0]
}

/// e^x for x from -87.3 to 88, the nearer end beyond them; within 2 ulp. Not a number stays so. x = n·ln 2 + r with
/// whole n; e^r is Cephes' polynomial, ln 2 is taken in two parts.
pub fn exp(x: f32) -> f32 {
    let x = if x < EXP_MIN { EXP_MIN } else { x };
    let x = if x > EXP_MAX { EXP_MAX } else { x };
    let n = (x * std::f32::consts::LOG2_E).round_ties_even();
    let r = n.mul_add(-0.693_359_4, x);
    let r = n.mul_add(2.121_944_4e-4, r);
    let mut p = 1.987_569_1e-4f32;
    for factor in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = p.mul_add(r, factor);
    }
    let power_of_two = f32::from_bits((((n as i32) + 127) as u32) << 23);
    (p.mul_add(r * r, r) + 1.0) * power_of_two
}

/// See [`crate::rows::rms_norm`]: rows of `weight.len()` values.
pub fn rms_norm(input: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let width = weight.len();
    for row in 0..input.len() / width {
        let x = &input[row * width..(row + 1) * width];
        let mut squares = [0.0f32; PARTIALS];
        for at in 0..width {
            squares[at % PARTIALS] = x[at].mul_add(x[at], squares[at % PARTIALS]);
        }
        let mean = sum(squares) / width as f32;
        let inverse = 1.0 / (mean + epsilon).sqrt();
        for at in 0..width {
            out[row * width + at] = (x[at] * inverse) * weight[at];
        }
    }
}

/// See [`crate::rows::silu_mul`].
pub fn silu_mul(gate: &mut [f32], up: &[f32]) {
    for at in 0..gate.len() {
        gate[at] = gate[at] / (exp(-gate[at]) + 1.0) * up[at];
    }
}

/// See [`crate::rows::add_into`].
pub fn add_into(sum: &mut [f32], more: &[f32]) {
    for at in 0..sum.len() {
        sum[at] += more[at];
    }
}

/// See [`crate::rows::scale`].
pub fn scale(values: &mut [f32], factor: f32) {
    for value in values {
        *value *= factor;
    }
}

/// The largest number of a row, minus infinity where there is none.
fn largest(row: &[f32]) -> f32 {
    row.iter().fold(f32::NEG_INFINITY, |top, &value| if value > top { value } else { top })
}

/// e^(x - top), or 0 where x is more than 87.3 below.
fn power(x: f32, top: f32) -> f32 {
    if x - top < EXP_MIN { 0.0 } else { exp(x - top) }
}

/// Σ e^(row - top): partial sums in f32 in each block, blocks in f64.
fn power_total(row: &[f32], top: f32) -> f64 {
    let mut total = 0.0;
    for block in row.chunks(BLOCK) {
        let mut partials = [0.0; PARTIALS];
        for (at, &x) in block.iter().enumerate() {
            partials[at % PARTIALS] += power(x, top);
        }
        total += f64::from(sum(partials));
    }
    total
}

/// See [`crate::rows::softmax`].
pub fn softmax(row: &mut [f32]) {
    let top = largest(row);
    let factor = (1.0 / power_total(row, top)) as f32;
    for x in row {
        *x = power(*x, top) * factor;
    }
}

/// See [`crate::rows::log_sum_exp`].
pub fn log_sum_exp(row: &[f32]) -> f64 {
    let top = largest(row);
    if row.iter().any(|x| x.is_nan()) {
        f64::NAN
    } else if top.is_infinite() {
        f64::from(top)
    } else {
        f64::from(top) + power_total(row, top).ln()
    }
}

/// See [`crate::rows::argmax`].
pub fn argmax(row: &[f32]) -> Option<usize> {
    let mut best = None;
    for (at, &value) in row.iter().enumerate() {
        if !value.is_nan() && best.is_none_or(|best: usize| value > row[best]) {
            best = Some(at);
        }
    }
    best
}

/// See [`crate::rows::first_not_finite`].
pub fn first_not_finite(values: &[f32], width: usize) -> Option<usize> {
    values.iter().position(|value| !value.is_finite()).map(|at| at / width)
}

/// Radians that a pair turns for each position: base^(-2·pair / head_dim) / divisor / factor in f64.
pub fn frequency(head_dim: usize, base: f32, divisor: f32, factor: f32, pair: usize) -> f64 {
    f64::from(base).powf(-2.0 * pair as f64 / head_dim as f64) / f64::from(divisor) / f64::from(factor)
}

/// See [`crate::rows::rotate`]: `rows` (rows, heads, head_dim), `frequencies` (head_dim / 2) from [`frequency`].
pub fn rotate(
    rows: &mut [f32],
    heads: usize,
    head_dim: usize,
    positions: &[u32],
    frequencies: &[f64],
    pairing: Pairing,
) {
    for (row, &position) in positions.iter().enumerate() {
        for head in 0..heads {
            let start = (row * heads + head) * head_dim;
            for (pair, frequency) in frequencies.iter().enumerate() {
                let (first, second) = match pairing {
                    Pairing::Interleaved => (start + 2 * pair, start + 2 * pair + 1),
                    Pairing::Halves => (start + pair, start + pair + head_dim / 2),
                };
                let (sine, cosine) = (f64::from(position) * frequency).sin_cos();
                let (sine, cosine) = (sine as f32, cosine as f32);
                let (a, b) = (rows[first], rows[second]);
                rows[first] = b.mul_add(-sine, a * cosine);
                rows[second] = a.mul_add(sine, b * cosine);
            }
        }
    }
}
