//! Owns one row's probabilities and their logarithm's denominator. Refuses to know temperature, masks and sampling: a mask is
//! minus infinity in the row.

use super::argmax::{BLOCK, largest};
use crate::isa::Isa;
use crate::lanes::{EXP_MIN, Kernel, LANES, Lanes, dispatch};

/// row = e^row / Σ e^row in place, f32. Values more than 87.3 below the largest become exactly 0. Exponentials are summed in
/// sixteen lanes for each block of 512 values, and the blocks' sums in f64. Within 4e-7 of exact arithmetic, and 2e-5
/// relative where the probability is above 1e-30.
///
/// A row that has plus infinity, what is not a number, or nothing above minus infinity becomes not a number throughout.
pub fn softmax(isa: Isa, row: &mut [f32]) {
    dispatch(isa, Softmax(row));
}

/// ln Σ e^row, summed as in [`softmax`]; a value minus this is its log-probability. The logarithm is the system's in f64.
/// Within 4e-6 of exact arithmetic. Minus infinity of nothing and of minus infinities alone; plus infinity where the
/// row has it; not a number where the row has that.
pub fn log_sum_exp(isa: Isa, row: &[f32]) -> f64 {
    dispatch(isa, LogSumExp(row))
}

struct Softmax<'a>(&'a mut [f32]);

impl Kernel for Softmax<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let top = L::splat(largest::<L>(self.0));
        let mut total = 0.0;
        for block in self.0.chunks_mut(BLOCK) {
            let mut sum = L::zero();
            let (lanes, tail) = block.as_chunks_mut::<LANES>();
            for values in lanes {
                let power = exp_or_zero(L::load(values).sub(top));
                power.store(values);
                sum = sum.add(power);
            }
            let power = exp_or_zero(L::load_part(tail).sub(top)).first(tail.len(), 0.0);
            power.store_part(tail);
            total += f64::from(sum.add(power).sum());
        }
        let factor = (1.0 / total) as f32;
        let (lanes, tail) = self.0.as_chunks_mut::<LANES>();
        for values in lanes {
            L::load(values).mul(L::splat(factor)).store(values);
        }
        for value in tail {
            *value *= factor;
        }
    }
}

struct LogSumExp<'a>(&'a [f32]);

impl Kernel for LogSumExp<'_> {
    type Output = f64;
    #[inline(always)]
    fn run<L: Lanes>(self) -> f64 {
        let largest = largest::<L>(self.0);
        if largest.is_infinite() {
            // Differences from infinity say nothing.
            let unknown = self.0.iter().any(|value| value.is_nan());
            return if unknown { f64::NAN } else { f64::from(largest) };
        }
        let top = L::splat(largest);
        let mut total = 0.0;
        for block in self.0.chunks(BLOCK) {
            let mut sum = L::zero();
            let (lanes, tail) = block.as_chunks::<LANES>();
            for values in lanes {
                sum = sum.add(exp_or_zero(L::load(values).sub(top)));
            }
            let power = exp_or_zero(L::load_part(tail).sub(top)).first(tail.len(), 0.0);
            total += f64::from(sum.add(power).sum());
        }
        f64::from(largest) + total.ln()
    }
}

/// e^x, and exactly 0 where [`Lanes::exp`] would stop at its smallest; not a number stays so.
#[inline(always)]
fn exp_or_zero<L: Lanes>(x: L) -> L {
    L::splat(EXP_MIN).if_larger(x, L::zero(), x.exp())
}
