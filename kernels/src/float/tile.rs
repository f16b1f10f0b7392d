//! Owns the register tile that both the float matmul and the expansion of an adapter are made of: some rows of input times
//! some panels of sixteen outputs. Refuses to know what becomes of the sums.
//!
//! The sum of an output is `fma(x[k], w[k], sum)` for k ascending from 0, in one accumulator: the same for every tile, so
//! neither the number of rows nor a row's neighbours can be seen in it.

use super::chunk::{Chunk, call_ahead};
use crate::isa::{Isa, Kind};
use crate::lanes::{LANES, Lanes};
use std::ops::Range;

/// Panels that are finished for all rows before the next ones are begun.
pub(crate) const GROUP: usize = 4;

/// What is done with sixteen sums.
pub(crate) trait Finish {
    /// `row` counts within the block, `panel` within the matrix.
    fn finish<L: Lanes>(&self, row: usize, panel: usize, sums: L);
}

/// Most rows that share a loaded weight: AVX-512 has registers for eight.
pub(crate) fn rows_max(isa: Isa) -> usize {
    if isa.kind() == Kind::Vnni { 8 } else { 4 }
}

/// Rows of input times a range of panels.
pub(crate) struct Block<'a, C> {
    /// The whole matrix: (panel, input, 16 outputs).
    pub(crate) chunks: &'a [C],
    pub(crate) panels: Range<usize>,
    /// Inputs.
    pub(crate) depth: usize,
    /// (rows, depth)
    pub(crate) input: &'a [f32],
    pub(crate) rows: usize,
    /// See [`rows_max`].
    pub(crate) rows_max: usize,
}

impl<C: Chunk> Block<'_, C> {
    /// Each panel is read from memory once: rows are the inner loop.
    #[inline(always)]
    pub(crate) fn run<L: Lanes>(&self, finish: &impl Finish) {
        let mut panel = self.panels.start;
        while panel < self.panels.end {
            let group = panel..(panel + GROUP).min(self.panels.end);
            let mut row = 0;
            while row < self.rows {
                let left = (self.rows - row).min(self.rows_max);
                // Fewer rows take more panels at once, so that enough sums are under way to hide the latency of one.
                row += match left {
                    8.. => self.group::<L, 8, 1>(row, group.clone(), finish),
                    4.. => self.group::<L, 4, 1>(row, group.clone(), finish),
                    2.. => self.group::<L, 2, 2>(row, group.clone(), finish),
                    _ => self.group::<L, 1, 4>(row, group.clone(), finish),
                };
            }
            panel = group.end;
        }
    }

    /// `R` rows times a group, `P` panels at once; gives `R`.
    #[inline(always)]
    fn group<L: Lanes, const R: usize, const P: usize>(
        &self,
        row: usize,
        group: Range<usize>,
        finish: &impl Finish,
    ) -> usize {
        let mut panel = group.start;
        while panel + P <= group.end {
            self.tile::<L, R, P>(row, panel, finish);
            panel += P;
        }
        if P > 1 {
            while panel < group.end {
                self.tile::<L, R, 1>(row, panel, finish);
                panel += 1;
            }
        }
        R
    }

    #[inline(always)]
    fn tile<L: Lanes, const R: usize, const P: usize>(&self, row: usize, panel: usize, finish: &impl Finish) {
        let depth = self.depth;
        let panels: [&[C]; P] = std::array::from_fn(|p| &self.chunks[(panel + p) * depth..][..depth]);
        let rows: [&[f32]; R] = std::array::from_fn(|r| &self.input[(row + r) * depth..][..depth]);
        let mut sums = [[L::zero(); P]; R];
        for k in 0..depth {
            if R <= 2 {
                call_ahead::<C, P>(panels[0], k);
            }
            for p in 0..P {
                // SAFETY: k < depth, which every one of these slices has as its length.
                let weights = unsafe { panels[p].get_unchecked(k) }.load::<L>();
                for r in 0..R {
                    // SAFETY: as above.
                    let x = L::splat(unsafe { *rows[r].get_unchecked(k) });
                    sums[r][p] = x.fma(weights, sums[r][p]);
                }
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            for (p, sums) in sums.into_iter().enumerate() {
                finish.finish(row + r, panel + p, sums);
            }
        }
    }
}

/// The values of one panel in a row of `outputs`: sixteen, or those that are left.
#[inline(always)]
pub(crate) fn panel_len(outputs: usize, panel: usize) -> usize {
    LANES.min(outputs - panel * LANES)
}

/// Up to sixteen values; whole panels take the short way.
#[inline(always)]
pub(crate) fn load<L: Lanes>(values: &[f32]) -> L {
    match values.as_array::<LANES>() {
        Some(whole) => L::load(whole),
        None => L::load_part(values),
    }
}

/// As many lanes as `values` holds.
#[inline(always)]
pub(crate) fn store<L: Lanes>(lanes: L, values: &mut [f32]) {
    match values.as_mut_array::<LANES>() {
        Some(whole) => lanes.store(whole),
        None => lanes.store_part(values),
    }
}
