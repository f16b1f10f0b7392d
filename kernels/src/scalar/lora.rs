//! Owns the specification of adapters: what is stored of a weight, and what an adapter adds to an output. Refuses to be
//! fast.

use std::ops::Range;

/// Values that share the scale of an int8 adapter: neighbours along the inputs in `down`, along the outputs in `up`.
pub const Q8_GROUP: usize = 16;

/// An adapter's two matrices as stored, widened to f32, which is exact.
#[derive(Debug, Clone, Copy)]
pub struct Adapter<'a> {
    /// Its rank.
    pub rank: usize,
    /// Its strength: alpha / rank, or what the format says.
    pub scale: f32,
    /// (rank x inputs)
    pub down: &'a [f32],
    /// (outputs x rank)
    pub up: &'a [f32],
}

/// Adds one adapter to the rows that are its own: `out[row] += scale * up * (down * input[row])`.
///
/// - `input`: (rows x inputs) f32, `out`: (rows x outputs) f32; row-major.
/// - Shrink, for each rank r: sixteen sums from 0, the l-th over k = l, l + 16, ... ascending, each step fused; inputs after
///   the last are taken as 0. Then sums l and l + 8 are added, then l and l + 4, l + 2, l + 1.
/// - Expand, for each output: a sum from 0 over r ascending, each step fused; then `out = fma(scale, sum, out)`.
/// - Tolerance against exact arithmetic: (inputs / 16 + rank + 6) * 2^-24 * |scale| * sum over r and k of
///   |up * down * input|, and one rounding of `out`.
#[expect(clippy::needless_range_loop, reason = "the indices are those of the text above")]
pub fn lora(
    input: &[f32],
    inputs: usize,
    adapter: &Adapter<'_>,
    rows: Range<usize>,
    outputs: usize,
    out: &mut [f32],
) {
    let rank = adapter.rank;
    for row in rows {
        let x = &input[row * inputs..(row + 1) * inputs];
        let mut shrunk = vec![0f32; rank];
        for r in 0..rank {
            shrunk[r] = dot(x, &adapter.down[r * inputs..(r + 1) * inputs]);
        }
        for output in 0..outputs {
            let mut sum = 0f32;
            for r in 0..rank {
                sum = shrunk[r].mul_add(adapter.up[output * rank + r], sum);
            }
            let place = &mut out[row * outputs + output];
            *place = adapter.scale.mul_add(sum, *place);
        }
    }
}

fn dot(x: &[f32], weights: &[f32]) -> f32 {
    let mut sums = [0f32; 16];
    for step in 0..x.len().div_ceil(16) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            let k = step * 16 + lane;
            let (a, b) = if k < x.len() { (x[k], weights[k]) } else { (0.0, 0.0) };
            *sum = a.mul_add(b, *sum);
        }
    }
    for width in [8, 4, 2, 1] {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    sums[0]
}

/// What an int8 adapter keeps of a group: each value becomes step * scale.
///
/// The scale is the group's largest magnitude / 127; a step is the value / scale rounded to the nearest whole number, ties
/// to even, and at most 127 to either side. So the error of a value is at most half a scale, 1/254 of the group's largest.
/// A group with a value that is not finite is not a number throughout.
pub fn q8_stored(group: &mut [f32]) {
    if group.iter().any(|value| !value.is_finite()) {
        group.fill(f32::NAN);
        return;
    }
    let mut largest = 0f32;
    for value in &*group {
        largest = largest.max(value.abs());
    }
    let scale = largest / 127.0;
    for value in group {
        let step = if scale == 0.0 { 0.0 } else { (*value / scale).round_ties_even().clamp(-127.0, 127.0) };
        *value = step * scale;
    }
}
