//! Owns the specification of products with unquantised weights. Refuses to be fast.

use crate::mode::Mode;

/// `out[row][output] (+)= bias[output] + sum over k of input[row][k] * weights[output][k]`.
///
/// - `input`: (rows x inputs) f32, `weights`: (outputs x inputs) the stored values widened to f32, which is exact,
///   `bias`: (outputs), `out`: (rows x outputs); all row-major.
/// - Accumulation: f32, one sum for each output, from 0, k ascending, each step fused (rounded once). Then the bias is
///   added, then what was in `out` in [`Mode::Add`].
/// - Tolerance against exact arithmetic: inputs * 2^-24 * sum over k of |input * weight|.
pub fn float_matmul(
    input: &[f32],
    rows: usize,
    weights: &[f32],
    bias: Option<&[f32]>,
    mode: Mode,
    out: &mut [f32],
) {
    if rows == 0 {
        return;
    }
    let (inputs, outputs) = (input.len() / rows, out.len() / rows);
    for row in 0..rows {
        for output in 0..outputs {
            let mut sum = 0f32;
            for k in 0..inputs {
                sum = input[row * inputs + k].mul_add(weights[output * inputs + k], sum);
            }
            if let Some(bias) = bias {
                sum += bias[output];
            }
            let place = &mut out[row * outputs + output];
            *place = match mode {
                Mode::Write => sum,
                Mode::Add => *place + sum,
            };
        }
    }
}
