//! Owns how a call's work is cut into parts. Refuses to compute; what it decides can never be seen in a result.
//!
//! Work is counted in weights times rows, and a weight counts as [`ROWS_OF_A_READ`] rows at least: up to there reading it
//! from memory is what takes the time. About eight units take one cycle.

use super::LoraProduct;
use super::weights::RANK_TILE;
use crate::float::tile::GROUP;
use crate::lanes::LANES;
use std::ops::Range;

/// Rows that are computed in the time in which their weight is read from memory.
const ROWS_OF_A_READ: usize = 4;
/// Parts for each thread, so that one that the system slows down costs little.
const PARTS_PER_THREAD: usize = 4;
/// Work that a second region, or a part of its own, must save or hold.
const REGION_WORK: usize = 40_000;
/// Rows are cut only in multiples of this, the largest register tile.
const ROWS_STEP: usize = 8;

/// Work that one thread does in one piece: some rows of a segment, some ranks of its shrink, some panels of its expand.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) product: usize,
    pub(super) segment: usize,
    /// Of the whole input.
    pub(super) rows: Range<usize>,
    /// Where the (rows x rank) shrunk values of these rows begin among all.
    pub(super) shrunk: usize,
    /// How many those are.
    pub(super) shrunk_len: usize,
    pub(super) ranks: Range<usize>,
    pub(super) panels: Range<usize>,
}

/// The parts of a call.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Each with all its ranks and panels.
    pub(super) whole: Vec<Part>,
    /// Whether to shrink and expand in two regions, by the two lists below.
    pub(super) split: bool,
    pub(super) shrinks: Vec<Part>,
    pub(super) expands: Vec<Part>,
    /// Shrunk values of all parts.
    pub(super) shrunk: usize,
}

/// (inputs, outputs, rank) of a part.
type Shape = (usize, usize, usize);

fn work(weights: usize, rows: usize) -> usize {
    weights * rows.max(ROWS_OF_A_READ)
}

impl Plan {
    pub(super) fn make(&mut self, threads: usize, products: &[LoraProduct<'_>]) {
        self.whole.clear();
        self.shrinks.clear();
        self.expands.clear();
        self.shrunk = 0;
        let total: usize = segments(products)
            .map(|(_, _, rows, (inputs, outputs, rank))| work((inputs + outputs) * rank, rows.len()))
            .sum();
        let target = (total / (threads * PARTS_PER_THREAD)).max(REGION_WORK);
        let mut largest = 0;
        for (product, segment, rows, (inputs, outputs, rank)) in segments(products) {
            let weights = (inputs + outputs) * rank;
            let step = (target / weights).max(1).next_multiple_of(ROWS_STEP);
            let step = if threads == 1 { rows.len() } else { step };
            for first in rows.clone().step_by(step) {
                let rows = first..(first + step).min(rows.end);
                largest = largest.max(work(weights, rows.len()));
                let (shrunk, shrunk_len) = (self.shrunk, rows.len() * rank);
                self.shrunk += shrunk_len;
                let (ranks, panels) = (0..rank, 0..outputs.div_ceil(LANES));
                self.whole.push(Part { product, segment, rows, shrunk, shrunk_len, ranks, panels });
            }
        }
        // The last thread ends later than the mean by less than this.
        let late = largest / threads * (threads - 1);
        self.split = late > REGION_WORK.max(total / threads / 8);
        if self.split {
            self.cut(target, products);
        }
    }

    /// Both lists, from `whole`.
    fn cut(&mut self, target: usize, products: &[LoraProduct<'_>]) {
        for part in &self.whole {
            let segment = &products[part.product].segments[part.segment];
            let Some((inputs, outputs, rank)) = segment.weights.map(shape) else { continue };
            let ranks = pieces(rank, RANK_TILE, work(inputs * rank, part.rows.len()), target);
            self.shrinks.extend(ranks.map(|ranks| Part { ranks, ..part.clone() }));
            let panels = outputs.div_ceil(LANES);
            let panels = pieces(panels, GROUP, work(outputs * rank, part.rows.len()), target);
            self.expands.extend(panels.map(|panels| Part { panels, ..part.clone() }));
        }
    }
}

fn shape(weights: &super::LoraWeights) -> Shape {
    (weights.inputs(), weights.outputs(), weights.rank())
}

/// Segments that have rows and an adapter.
fn segments<'a>(
    products: &'a [LoraProduct<'_>],
) -> impl Iterator<Item = (usize, usize, Range<usize>, Shape)> + 'a {
    products.iter().enumerate().flat_map(|(product, LoraProduct { segments, .. })| {
        segments.iter().enumerate().filter_map(move |(index, segment)| {
            let weights = segment.weights.filter(|_| !segment.rows.is_empty())?;
            Some((product, index, segment.rows.clone(), shape(weights)))
        })
    })
}

/// `0..len` in ranges of about `target` work, cut at multiples of `unit`.
fn pieces(len: usize, unit: usize, work: usize, target: usize) -> impl Iterator<Item = Range<usize>> {
    let step = len.div_ceil(work.div_ceil(target).max(1)).next_multiple_of(unit);
    (0..len).step_by(step).map(move |from| from..(from + step).min(len))
}

#[cfg(test)]
mod tests {
    use super::super::{LoraKind, LoraWeights, Segment};
    use super::*;

    /// The plan of one product: rows and rank of each segment.
    fn plan(threads: usize, inputs: usize, outputs: usize, shape: &[(usize, usize)]) -> Plan {
        let zeros = vec![0.0; 2048 * 256];
        let adapters: Vec<_> = shape
            .iter()
            .map(|(_, rank)| {
                let (down, up) = (&zeros[..inputs * rank], &zeros[..outputs * rank]);
                LoraWeights::new(
                    &mut crate::Arena::new(0),
                    LoraKind::BF16,
                    crate::LoraShape { inputs, outputs, rank: *rank },
                    1.0,
                    down,
                    up,
                )
                .unwrap()
            })
            .collect();
        let mut next = 0;
        let segments: Vec<_> = adapters
            .iter()
            .zip(shape)
            .map(|(weights, (rows, _))| {
                next += rows;
                Segment { rows: next - rows..next, weights: Some(weights) }
            })
            .collect();
        let mut out = vec![0.0; next * outputs];
        let mut plan = Plan::default();
        plan.make(threads, &[LoraProduct { segments: &segments, out: &mut out, outputs }]);
        plan
    }

    /// How often each (row, rank) and (row, panel) is computed.
    fn cover(parts: &[Part], rows: usize, width: usize, range: impl Fn(&Part) -> Range<usize>) -> Vec<u32> {
        let mut seen = vec![0; rows * width];
        for part in parts {
            for row in part.rows.clone() {
                range(part).for_each(|at| seen[row * width + at] += 1);
            }
        }
        seen
    }

    #[test]
    fn every_row_rank_and_panel_is_done_once() {
        for threads in [1, 2, 3, 8] {
            for shape in
                [&[(1, 64)][..], &[(128, 8)], &[(1, 8); 16], &[(70, 63), (1, 63), (3, 63)], &[(1, 255)]]
            {
                let plan = plan(threads, 576, 700, shape);
                let (rows, rank) = (shape.iter().map(|segment| segment.0).sum(), shape[0].1);
                let (shrinks, expands) =
                    if plan.split { (&plan.shrinks, &plan.expands) } else { (&plan.whole, &plan.whole) };
                assert!(
                    cover(shrinks, rows, rank, |part| part.ranks.clone()).iter().all(|count| *count == 1)
                );
                assert!(cover(expands, rows, 44, |part| part.panels.clone()).iter().all(|count| *count == 1));
                assert_eq!(plan.shrunk, rows * rank);
                assert!(threads > 1 || !plan.split);
            }
        }
    }

    #[test]
    fn many_adapters_take_one_region_and_a_large_one_is_shared() {
        let many = plan(2, 576, 576, &[(1, 8); 16]);
        assert!(!many.split && many.whole.len() == 16);
        assert!(!plan(2, 576, 576, &[(1, 8)]).split, "too small to share");
        let large = plan(2, 576, 576, &[(1, 64)]);
        assert!(large.split && large.shrinks.len() >= 2 && large.expands.len() >= 2);
        let prompt = plan(2, 576, 576, &[(128, 8)]);
        assert!(!prompt.split && prompt.whole.len() >= 4);
        assert!(plan(2, 576, 576, &[]).whole.is_empty());
    }
}
