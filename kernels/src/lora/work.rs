//! Owns the computation of one part of a plan: shrink, then expand. Refuses to know threads and other parts.

use super::plan::Part;
use super::weights::Tile;
use super::{LoraKind, LoraWeights, Segment};
use crate::float::chunk::{Bf16, Chunk, F16, F32, Q8, call_ahead};
use crate::float::tile::{Block, Finish, load, panel_len, rows_max, store};
use crate::isa::{Isa, Kind};
use crate::lanes::{Kernel, LANES, Lanes, dispatch};
use crate::pool::Parts;
use std::ops::Range;

/// A product, shared by the threads.
pub(super) struct Task<'a> {
    pub(super) isa: Isa,
    /// (rows x inputs)
    pub(super) input: &'a [f32],
    pub(super) segments: &'a [Segment<'a>],
    pub(super) outputs: usize,
    /// (rows x outputs)
    pub(super) out: Parts<'a, f32>,
}

impl Task<'_> {
    /// Calls the part's weights from memory, which it begins with soon.
    pub(super) fn call(&self, part: &Part) {
        if let Some(weights) = self.segments[part.segment].weights {
            weights.call();
        }
    }

    /// The part's rows and ranks, into the `shrunk` of all products.
    pub(super) fn shrink(&self, part: &Part, shrunk: &Parts<'_, f32>) {
        let Some(weights) = self.segments[part.segment].weights else { return };
        match weights.kind() {
            LoraKind::F32 => self.shrink_kind::<F32>(part, weights, shrunk),
            LoraKind::F16 => self.shrink_kind::<F16>(part, weights, shrunk),
            LoraKind::BF16 => self.shrink_kind::<Bf16>(part, weights, shrunk),
            LoraKind::Q8 => self.shrink_kind::<Q8>(part, weights, shrunk),
        }
    }

    fn shrink_kind<C: Chunk>(&self, part: &Part, weights: &LoraWeights, shrunk: &Parts<'_, f32>) {
        let inputs = weights.inputs();
        let shrink = Shrink {
            down: weights.down::<C>(),
            inputs,
            rank: weights.rank(),
            ranks: part.ranks.clone(),
            input: &self.input[part.rows.start * inputs..part.rows.end * inputs],
            wide: self.isa.kind() == Kind::Vnni,
            shrunk,
            at: part.shrunk,
        };
        dispatch(self.isa, shrink);
    }

    /// The part's rows and panels, from all their `shrunk` values (rows x rank).
    pub(super) fn expand(&self, part: &Part, shrunk: &[f32]) {
        let Some(weights) = self.segments[part.segment].weights else { return };
        match weights.kind() {
            LoraKind::F32 => self.expand_kind::<F32>(part, weights, shrunk),
            LoraKind::F16 => self.expand_kind::<F16>(part, weights, shrunk),
            LoraKind::BF16 => self.expand_kind::<Bf16>(part, weights, shrunk),
            LoraKind::Q8 => self.expand_kind::<Q8>(part, weights, shrunk),
        }
    }

    fn expand_kind<C: Chunk>(&self, part: &Part, weights: &LoraWeights, shrunk: &[f32]) {
        let block = Block {
            chunks: weights.up::<C>(),
            panels: part.panels.clone(),
            depth: weights.rank(),
            input: shrunk,
            rows: part.rows.len(),
            rows_max: rows_max(self.isa),
        };
        let add =
            Add { scale: weights.scale(), outputs: self.outputs, first: part.rows.start, out: &self.out };
        dispatch(self.isa, Expand { block, add });
    }
}

/// `shrunk[row][r] = dot(input[row], down[r])` for some ranks.
struct Shrink<'a, C> {
    down: &'a [C],
    inputs: usize,
    rank: usize,
    ranks: Range<usize>,
    /// (rows of the part x inputs)
    input: &'a [f32],
    /// Whether there are registers for four rows times four ranks; else for two times two.
    wide: bool,
    shrunk: &'a Parts<'a, f32>,
    at: usize,
}

impl<C: Chunk> Kernel for Shrink<'_, C> {
    type Output = ();
    /// Rows are the outer loop: a tile of rows stays in the nearest cache, and the weights, which are few, in the next.
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let rows = self.input.len() / self.inputs;
        let mut row = 0;
        while row < rows {
            let left = rows - row;
            row += match self.wide {
                true if left >= 4 => self.rows::<L, 4, 4>(row),
                true if left >= 2 => self.rows::<L, 2, 4>(row),
                false if left >= 2 => self.rows::<L, 2, 2>(row),
                _ => self.rows::<L, 1, 4>(row),
            };
        }
    }
}

impl<C: Chunk> Shrink<'_, C> {
    /// `R` rows times all ranks, `N` ranks of a whole tile at once; gives `R`.
    #[inline(always)]
    fn rows<L: Lanes, const R: usize, const N: usize>(&self, row: usize) -> usize {
        let mut r = self.ranks.start;
        while r < self.ranks.end {
            let tile = Tile::of(r, self.rank);
            match tile.ranks {
                4 => {
                    for from in (0..4).step_by(N) {
                        self.dots::<L, R, N, 4>(row, r, from);
                    }
                }
                2 => self.dots::<L, R, 2, 2>(row, r, 0),
                _ => self.dots::<L, R, 1, 1>(row, r, 0),
            }
            r += tile.ranks;
        }
        R
    }

    /// `R` rows times the ranks `from .. from + N` of the tile of `W` ranks that begins with rank `first`.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "counted loops over arrays of constant size become registers"
    )]
    fn dots<L: Lanes, const R: usize, const N: usize, const W: usize>(
        &self,
        row: usize,
        first: usize,
        from: usize,
    ) {
        const { assert!(N <= W) };
        let (inputs, steps) = (self.inputs, self.inputs.div_ceil(LANES));
        let tile = &self.down[first * steps..][..steps * W].as_chunks::<W>().0[..steps];
        let rows: [&[f32]; R] = std::array::from_fn(|i| &self.input[(row + i) * inputs..][..inputs]);
        let whole: [&[[f32; LANES]]; R] = rows.map(|row| row.as_chunks::<LANES>().0);
        assert!(from <= W - N && whole.iter().all(|whole| whole.len() == inputs / LANES));
        let mut sums = [[L::zero(); N]; R];
        for step in 0..inputs / LANES {
            if R <= 2 {
                call_ahead::<C, W>(tile.as_flattened(), step);
            }
            let mut x = [L::zero(); R];
            for i in 0..R {
                // SAFETY: step < inputs / LANES, asserted to be its length.
                x[i] = L::load(unsafe { whole[i].get_unchecked(step) });
            }
            // SAFETY: step < inputs / LANES <= steps, the tile's length.
            let ranks = unsafe { tile.get_unchecked(step) };
            for n in 0..N {
                // SAFETY: from + n < W, asserted.
                let weights = unsafe { ranks.get_unchecked(from + n) }.load::<L>();
                for i in 0..R {
                    sums[i][n] = x[i].fma(weights, sums[i][n]);
                }
            }
        }
        if steps > inputs / LANES {
            for n in 0..N {
                let weights = tile[steps - 1][from + n].load::<L>();
                for i in 0..R {
                    let x = L::load_part(&rows[i][inputs / LANES * LANES..]);
                    sums[i][n] = x.fma(weights, sums[i][n]);
                }
            }
        }
        for i in 0..R {
            let at = self.at + (row + i) * self.rank + first + from;
            // SAFETY: each (row, rank) belongs to one part of the region, and the values of a row to its part's segment.
            let values = unsafe { self.shrunk.get(at, N) };
            for n in 0..N {
                values[n] = sums[i][n].sum();
            }
        }
    }
}

/// Shrunk values times `up`, added to the output.
struct Expand<'a, C> {
    block: Block<'a, C>,
    add: Add<'a>,
}

struct Add<'a> {
    scale: f32,
    outputs: usize,
    /// Row of the output that is the block's row 0.
    first: usize,
    out: &'a Parts<'a, f32>,
}

impl<C: Chunk> Kernel for Expand<'_, C> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        self.block.run::<L>(&self.add);
    }
}

impl Finish for Add<'_> {
    #[inline(always)]
    fn finish<L: Lanes>(&self, row: usize, panel: usize, sums: L) {
        let at = (self.first + row) * self.outputs + panel * LANES;
        // SAFETY: segments do not overlap (checked at the entry), and each of their (row, panel) belongs to one part.
        let out = unsafe { self.out.get(at, panel_len(self.outputs, panel)) };
        store(L::splat(self.scale).fma(sums, load::<L>(out)), out);
    }
}
