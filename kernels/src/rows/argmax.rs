//! Owns the search in one row: where the largest value is, and whether all are finite. Refuses to know probabilities.

use crate::isa::Isa;
use crate::lanes::{Kernel, LANES, Lanes, dispatch};

/// Values whose largest is found before the search looks at it: the row is read once, and only one block twice.
pub(super) const BLOCK: usize = 512;
/// Independent searches side by side, so that each step need not wait for the one before.
const CHAINS: usize = 4;

/// The index of the row's largest value, the lowest among equals. What is not a number never wins; `None` where there is
/// nothing else.
pub fn argmax(isa: Isa, row: &[f32]) -> Option<usize> {
    dispatch(isa, Argmax(row))
}

/// Whether no value is infinite or not a number.
pub fn all_finite(isa: Isa, values: &[f32]) -> bool {
    dispatch(isa, FirstNotFinite { values, width: values.len() }).is_none()
}

/// The first row of `values` (rows, `width`) with a value that is not finite.
///
/// # Panics
/// If `values` is not whole rows.
pub fn first_not_finite(isa: Isa, values: &[f32], width: usize) -> Option<usize> {
    assert!(values.is_empty() || (width > 0 && values.len().is_multiple_of(width)), "rows must be whole");
    dispatch(isa, FirstNotFinite { values, width })
}

struct Argmax<'a>(&'a [f32]);

impl Kernel for Argmax<'_> {
    type Output = Option<usize>;
    #[inline(always)]
    fn run<L: Lanes>(self) -> Option<usize> {
        let (mut best, mut best_start) = (f32::NEG_INFINITY, None);
        for (number, block) in self.0.chunks(BLOCK).enumerate() {
            let top = largest::<L>(block);
            if top > best {
                (best, best_start) = (top, Some(number * BLOCK));
            }
        }
        // Where nothing is above minus infinity, minus infinity itself may still stand somewhere.
        let start = best_start.unwrap_or(0);
        let found = self.0[start..].iter().position(|&value| value == best);
        found.map(|at| start + at)
    }
}

/// The largest number of a row; minus infinity where there is none. Of two zeros either.
#[inline(always)]
pub(super) fn largest<L: Lanes>(row: &[f32]) -> f32 {
    let mut tops = [L::splat(f32::NEG_INFINITY); CHAINS];
    let (groups, rest) = row.as_chunks::<{ CHAINS * LANES }>();
    for group in groups {
        for (top, values) in tops.iter_mut().zip(group.as_chunks::<LANES>().0) {
            *top = L::load(values).max(*top);
        }
    }
    let (lanes, tail) = rest.as_chunks::<LANES>();
    for values in lanes {
        tops[0] = L::load(values).max(tops[0]);
    }
    tops[1] = L::load_part(tail).first(tail.len(), f32::NEG_INFINITY).max(tops[1]);
    tops[0].max(tops[1]).max(tops[2].max(tops[3])).largest()
}

struct FirstNotFinite<'a> {
    values: &'a [f32],
    width: usize,
}

impl Kernel for FirstNotFinite<'_> {
    type Output = Option<usize>;
    #[inline(always)]
    fn run<L: Lanes>(self) -> Option<usize> {
        // Without values there may be no width, which is no width for a row.
        self.values.chunks(self.width.max(1)).position(|row| not_finite::<L>(row))
    }
}

/// Whether a row has a value that is not finite: zero times such a value is not a number, and a sum keeps that.
#[inline(always)]
fn not_finite<L: Lanes>(row: &[f32]) -> bool {
    let mut sums = [L::zero(); CHAINS];
    let (groups, rest) = row.as_chunks::<{ CHAINS * LANES }>();
    for group in groups {
        for (sum, values) in sums.iter_mut().zip(group.as_chunks::<LANES>().0) {
            *sum = L::load(values).fma(L::zero(), *sum);
        }
    }
    let (lanes, tail) = rest.as_chunks::<LANES>();
    for values in lanes {
        sums[0] = L::load(values).fma(L::zero(), sums[0]);
    }
    sums[1] = L::load_part(tail).fma(L::zero(), sums[1]);
    sums[0].add(sums[1]).add(sums[2].add(sums[3])).sum().is_nan()
}
