//! Owns operations on each value by itself: the gate of a feed-forward layer, the sum of a residual, a factor. Refuses to
//! know rows: a value's result depends on its own place alone. Source: Shazeer, "GLU Variants Improve Transformer", 2020.

use super::over_rows;
use crate::isa::Isa;
use crate::lanes::{Kernel, LANES, Lanes, dispatch};
use crate::pool::Pool;

/// Work for each value of a sum or a factor: reads and a write.
const PLAIN_WORK_PER_VALUE: usize = 2;
/// Work for each value of a gate: an exponential and a division.
const GATE_WORK_PER_VALUE: usize = 8;

/// gate = gate / (1 + e^-gate) · up, value by value, f32, any shape of equal length. Within 8 f32 epsilons, relative, of exact
/// arithmetic where gate is above -80; from there down to -1e8 the result is smaller than 1e-30 · |up|.
///
/// # Panics
/// If the lengths differ.
pub fn silu_mul(isa: Isa, pool: &Pool, gate: &mut [f32], up: &[f32]) {
    assert_eq!(gate.len(), up.len(), "silu_mul: gate and up");
    over_rows(pool, gate, LANES, GATE_WORK_PER_VALUE, |start, gate| {
        silu_mul_here(isa, gate, &up[start..start + gate.len()]);
    });
}

/// [`silu_mul`] by the calling thread alone, of equal lengths.
pub(crate) fn silu_mul_here(isa: Isa, gate: &mut [f32], up: &[f32]) {
    dispatch(isa, SiluMul { gate, up });
}

/// sum += more, value by value, f32, any shape of equal length.
///
/// # Panics
/// If the lengths differ.
pub fn add_into(isa: Isa, pool: &Pool, sum: &mut [f32], more: &[f32]) {
    assert_eq!(sum.len(), more.len(), "add_into: sum and more");
    over_rows(pool, sum, LANES, PLAIN_WORK_PER_VALUE, |start, sum| {
        dispatch(isa, Add { more: &more[start..start + sum.len()], sum });
    });
}

/// values *= factor, f32, any shape.
pub fn scale(isa: Isa, pool: &Pool, values: &mut [f32], factor: f32) {
    over_rows(pool, values, LANES, PLAIN_WORK_PER_VALUE, |_, values| {
        dispatch(isa, Scale { values, factor });
    });
}

struct SiluMul<'a> {
    gate: &'a mut [f32],
    up: &'a [f32],
}

impl Kernel for SiluMul<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (gates, gate_tail) = self.gate.as_chunks_mut::<LANES>();
        let (ups, up_tail) = self.up.as_chunks::<LANES>();
        for (gate, up) in gates.iter_mut().zip(ups) {
            silu::<L>(L::load(gate)).mul(L::load(up)).store(gate);
        }
        if !gate_tail.is_empty() {
            silu::<L>(L::load_part(gate_tail)).mul(L::load_part(up_tail)).store_part(gate_tail);
        }
    }
}

#[inline(always)]
fn silu<L: Lanes>(gate: L) -> L {
    gate.div(L::zero().sub(gate).exp().add(L::splat(1.0)))
}

struct Add<'a> {
    sum: &'a mut [f32],
    more: &'a [f32],
}

impl Kernel for Add<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (sums, sum_tail) = self.sum.as_chunks_mut::<LANES>();
        let (mores, more_tail) = self.more.as_chunks::<LANES>();
        for (sum, more) in sums.iter_mut().zip(mores) {
            L::load(sum).add(L::load(more)).store(sum);
        }
        for (sum, more) in sum_tail.iter_mut().zip(more_tail) {
            *sum += more;
        }
    }
}

struct Scale<'a> {
    values: &'a mut [f32],
    factor: f32,
}

impl Kernel for Scale<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (values, tail) = self.values.as_chunks_mut::<LANES>();
        for value in values {
            L::load(value).mul(L::splat(self.factor)).store(value);
        }
        for value in tail {
            *value *= self.factor;
        }
    }
}
