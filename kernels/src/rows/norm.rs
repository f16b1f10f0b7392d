//! Owns root-mean-square norms of rows and of heads. Refuses to know what a row stands for. Source: Zhang and Sennrich, "Root
//! Mean Square Layer Normalization", 2019; Qwen3's norm of each query's and key's head.

use super::over_rows;
use crate::isa::Isa;
use crate::lanes::{Kernel, LANES, Lanes, dispatch};
use crate::pool::Pool;

/// Work of a norm for each value: read twice, weight, write.
const WORK_PER_VALUE: usize = 4;

/// out = (x / rms(x)) · weight for each row of `input` (rows, width), with `weight` (width) and `out` (rows, width), all f32
/// and row-major; rms(x) = sqrt(mean(x²) + `epsilon`). Squares are summed in sixteen lanes with fused steps.
///
/// # Panics
/// If `weight` is empty while `input` is not, if `input` is not whole rows, or if `out` has another length.
pub fn rms_norm(isa: Isa, pool: &Pool, input: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    assert_eq!(input.len(), out.len(), "rms_norm: input and out");
    check(input, weight);
    if input.is_empty() {
        return;
    }
    over_rows(pool, out, weight.len(), WORK_PER_VALUE, |start, out| {
        rms_norm_here(isa, &input[start..start + out.len()], weight, epsilon, out);
    });
}

/// [`rms_norm`] by the calling thread alone, without looking at shapes.
pub(crate) fn rms_norm_here(isa: Isa, input: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    dispatch(isa, Norm { input, weight, epsilon, out });
}

/// [`rms_norm`] in place over heads: `rows` is (rows, heads, head_dim), and every head is normed by itself with the one
/// `weight` (head_dim).
///
/// # Panics
/// If `weight` is empty while `rows` is not, or if `rows` is not whole heads.
pub fn rms_norm_heads(isa: Isa, pool: &Pool, rows: &mut [f32], weight: &[f32], epsilon: f32) {
    check(rows, weight);
    if rows.is_empty() {
        return;
    }
    over_rows(pool, rows, weight.len(), WORK_PER_VALUE, |_, rows| {
        dispatch(isa, NormInPlace { rows, weight, epsilon });
    });
}

fn check(rows: &[f32], weight: &[f32]) {
    assert!(!weight.is_empty() || rows.is_empty(), "rms_norm: rows without width");
    assert!(rows.is_empty() || rows.len().is_multiple_of(weight.len()), "rms_norm: rows must be whole");
}

struct Norm<'a> {
    input: &'a [f32],
    weight: &'a [f32],
    epsilon: f32,
    out: &'a mut [f32],
}

impl Kernel for Norm<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let width = self.weight.len();
        let (weights, weight_tail) = self.weight.as_chunks::<LANES>();
        for (row, out) in self.input.chunks_exact(width).zip(self.out.chunks_exact_mut(width)) {
            let (values, tail) = row.as_chunks::<LANES>();
            let (outs, out_tail) = out.as_chunks_mut::<LANES>();
            let inverse = L::splat(inverse_rms::<L>(row, self.epsilon));
            for ((value, weight), out) in values.iter().zip(weights).zip(outs) {
                L::load(value).mul(inverse).mul(L::load(weight)).store(out);
            }
            if !tail.is_empty() {
                L::load_part(tail).mul(inverse).mul(L::load_part(weight_tail)).store_part(out_tail);
            }
        }
    }
}

struct NormInPlace<'a> {
    rows: &'a mut [f32],
    weight: &'a [f32],
    epsilon: f32,
}

impl Kernel for NormInPlace<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (weights, weight_tail) = self.weight.as_chunks::<LANES>();
        for row in self.rows.chunks_exact_mut(self.weight.len()) {
            let inverse = L::splat(inverse_rms::<L>(row, self.epsilon));
            let (values, tail) = row.as_chunks_mut::<LANES>();
            for (value, weight) in values.iter_mut().zip(weights) {
                L::load(value).mul(inverse).mul(L::load(weight)).store(value);
            }
            if !tail.is_empty() {
                L::load_part(tail).mul(inverse).mul(L::load_part(weight_tail)).store_part(tail);
            }
        }
    }
}

/// 1 / rms of one row.
#[inline(always)]
fn inverse_rms<L: Lanes>(row: &[f32], epsilon: f32) -> f32 {
    let (values, tail) = row.as_chunks::<LANES>();
    let mut squares = L::zero();
    for value in values {
        let value = L::load(value);
        squares = value.fma(value, squares);
    }
    if !tail.is_empty() {
        // The zeros after the tail add nothing.
        let value = L::load_part(tail);
        squares = value.fma(value, squares);
    }
    1.0 / (squares.sum() / row.len() as f32 + epsilon).sqrt()
}
