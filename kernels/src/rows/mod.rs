//! Owns what a layer does to rows of f32 between its products: norms, gates, sums, rotary positions, softmax and the search
//! for the largest. Refuses to know weights' formats, attention and sampling's policy. The specification is
//! [`crate::scalar::rows`]: every instruction set gives its bits.
//!
//! A row's result depends on that row alone: not on the rows beside it, on their number or on the pool's threads. Numbers
//! that are not finite stay in their row. Work too small for a region is done by the caller.

mod argmax;
mod gate;
mod norm;
mod rotate;
mod softmax;

pub use argmax::{all_finite, argmax, first_not_finite};
pub(crate) use gate::silu_mul_here;
pub use gate::{add_into, scale, silu_mul};
pub(crate) use norm::rms_norm_here;
pub use norm::{rms_norm, rms_norm_heads};
pub use rotate::{Pairing, Rotation, RotationError, rotate};
pub use softmax::{log_sum_exp, softmax};

use crate::pool::{Parts, Pool};

/// A part's least work, in values read or written once: below it, opening a region costs more than it saves.
const PART_WORK_MIN: usize = 65_536;
/// Parts for each thread: one that the system takes away leaves the rest of its share to the others.
const PARTS_PER_THREAD: usize = 4;

/// The number of parts for `rows` rows of `row_work` each.
fn part_count(threads: usize, rows: usize, row_work: usize) -> usize {
    if threads == 1 {
        return 1;
    }
    let worth = rows.saturating_mul(row_work) / PART_WORK_MIN;
    worth.min(threads * PARTS_PER_THREAD).min(rows).max(1)
}

/// Calls `work` with runs of whole rows of `values` and where each begins in it; the last row may be shorter than `width`.
/// `work_per_value` weighs the operation: 1 is a value read or written once.
fn over_rows(
    pool: &Pool,
    values: &mut [f32],
    width: usize,
    work_per_value: usize,
    work: impl Fn(usize, &mut [f32]) + Sync,
) {
    let rows = values.len().div_ceil(width);
    let parts = part_count(pool.threads(), rows, width * work_per_value);
    if parts <= 1 {
        return work(0, values);
    }
    let part_len = rows.div_ceil(parts) * width;
    let parts = values.len().div_ceil(part_len);
    let values = Parts::new(values);
    pool.run(parts, &|part| {
        let start = part * part_len;
        let len = part_len.min(values.len() - start);
        // SAFETY: part p owns p * part_len up to the next part's beginning, and each part is run once.
        work(start, unsafe { values.get(start, len) });
    });
}

#[cfg(test)]
mod tests;
