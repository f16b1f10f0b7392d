//! Owns one tile of attention: the query heads of one kv head in a few rows of one sequence, over all their blocks. Refuses
//! to know how a call is cut into tiles.
//!
//! Queries go in bundles of up to [`BUNDLE_MAX`], whose sums stay in registers: each vector of keys or values that is loaded
//! serves a whole bundle. The bundles of a tile take each block in turn, so that it is read from memory once.

use super::Attention;
use crate::kv::page::{Code, Page};
use crate::kv::{BLOCK_TOKENS, KvKind, KvPool};
use crate::lanes::{Kernel, LANES, Lanes};
use crate::pool::Parts;
use std::ops::Range;

/// Queries of a bundle: AVX2 holds six sums of two registers each, and three registers remain for loads.
const BUNDLE_MAX: usize = 6;

/// A tile's work.
pub(super) struct TileRun<'a> {
    pub(super) kv: &'a KvPool,
    pub(super) task: &'a Attention<'a>,
    /// Rows of one table.
    pub(super) rows: Range<usize>,
    /// The kv head.
    pub(super) head: usize,
    pub(super) out: &'a Parts<'a, f32>,
}

impl Kernel for TileRun<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        match self.kv.layout().kind {
            KvKind::F32 => self.attend::<L, f32>(),
            KvKind::F16 => self.attend::<L, u16>(),
            KvKind::Q8 => self.attend::<L, i8>(),
        }
    }
}

/// What a tile's queries have gathered, query by query.
struct State {
    /// For each bundle (head_dim, queries).
    queries: Vec<f32>,
    /// For each bundle (head_dim / 16, queries, 16).
    sums: Vec<f32>,
    /// Largest score so far.
    most: Vec<f32>,
    /// Σ p so far.
    weight: Vec<f32>,
    /// Tokens to attend.
    tokens: Vec<usize>,
}

/// One bundle's share of the state.
struct Bundle<'a> {
    queries: &'a [f32],
    sums: &'a mut [f32],
    most: &'a mut [f32],
    weight: &'a mut [f32],
    tokens: &'a [usize],
}

impl TileRun<'_> {
    #[inline(always)]
    fn attend<L: Lanes, C: Code>(self) {
        let head_dim = self.kv.layout().head_dim;
        let bundles = bundles(self.rows.len() * self.group());
        let mut state = self.gather(&bundles);
        let tokens = state.tokens.iter().copied().max().unwrap_or(0);
        let table = self.task.rows[self.rows.start].table;
        let blocks = &table[..tokens.div_ceil(BLOCK_TOKENS)];
        for (index, block) in blocks.iter().enumerate() {
            let next = *blocks.get(index + 1).unwrap_or(block);
            let next = self.kv.page_memory(next, self.task.layer, self.head);
            let page = self.kv.page::<C>(*block, self.task.layer, self.head);
            for bundle in &bundles {
                let step = Step { page: &page, next, first: index * BLOCK_TOKENS, scale: self.task.scale };
                step.any::<L>(state.bundle(bundle.clone(), head_dim));
            }
        }
        for bundle in &bundles {
            for (place, query) in bundle.clone().enumerate() {
                let sums = &state.sums[bundle.start * head_dim..bundle.end * head_dim];
                let weight = L::splat(state.weight[query]);
                // SAFETY: each (row, head) belongs to one tile, and within it to one query.
                let out = unsafe { self.out.get(self.place(query), head_dim) };
                let sums = sums.as_chunks::<LANES>().0.iter().skip(place).step_by(bundle.len());
                for (sum, out) in sums.zip(out.as_chunks_mut::<LANES>().0) {
                    L::load(sum).div(weight).store(out);
                }
            }
        }
    }

    /// Query heads of a kv head.
    fn group(&self) -> usize {
        self.task.heads / self.kv.layout().kv_heads
    }

    /// Where a query's numbers begin in `queries` and `out`.
    fn place(&self, query: usize) -> usize {
        let group = self.group();
        let (row, head) = (self.rows.start + query / group, self.head * group + query % group);
        (row * self.task.heads + head) * self.kv.layout().head_dim
    }

    /// The state before the first block.
    fn gather(&self, bundles: &[Range<usize>]) -> State {
        let (head_dim, count) = (self.kv.layout().head_dim, self.rows.len() * self.group());
        let mut queries = vec![0.0; count * head_dim];
        for bundle in bundles {
            let packed = &mut queries[bundle.start * head_dim..bundle.end * head_dim];
            for (place, query) in bundle.clone().enumerate() {
                let from = &self.task.queries[self.place(query)..][..head_dim];
                for (number, packed) in from.iter().zip(packed.chunks_exact_mut(bundle.len())) {
                    packed[place] = *number;
                }
            }
        }
        let row = |query| &self.task.rows[self.rows.start + query / self.group()];
        State {
            queries,
            sums: vec![0.0; count * head_dim],
            most: vec![0.0; count],
            weight: vec![0.0; count],
            tokens: (0..count).map(|query| row(query).position + 1).collect(),
        }
    }
}

impl State {
    #[inline(always)]
    fn bundle(&mut self, queries: Range<usize>, head_dim: usize) -> Bundle<'_> {
        let numbers = queries.start * head_dim..queries.end * head_dim;
        Bundle {
            queries: &self.queries[numbers.clone()],
            sums: &mut self.sums[numbers],
            most: &mut self.most[queries.clone()],
            weight: &mut self.weight[queries.clone()],
            tokens: &self.tokens[queries],
        }
    }
}

/// Cuts queries into the fewest bundles, of sizes as equal as they can be.
fn bundles(queries: usize) -> Vec<Range<usize>> {
    let count = queries.div_ceil(BUNDLE_MAX);
    (0..count).map(|index| index * queries / count..(index + 1) * queries / count).collect()
}

/// One block for one bundle.
struct Step<'a, C> {
    page: &'a Page<'a, C>,
    /// The memory of the page that comes next.
    next: &'a [u8],
    /// The block's first position.
    first: usize,
    scale: f32,
}

impl<C: Code> Step<'_, C> {
    #[inline(always)]
    fn any<L: Lanes>(&self, bundle: Bundle<'_>) {
        match bundle.tokens.len() {
            1 => self.take::<L, 1>(bundle),
            2 => self.take::<L, 2>(bundle),
            3 => self.take::<L, 3>(bundle),
            4 => self.take::<L, 4>(bundle),
            5 => self.take::<L, 5>(bundle),
            BUNDLE_MAX => self.take::<L, BUNDLE_MAX>(bundle),
            size => unreachable!("a bundle of {size} queries"),
        }
    }

    #[inline(always)]
    fn take<L: Lanes, const Q: usize>(&self, bundle: Bundle<'_>) {
        let mut kept = [0; Q];
        let (mut none, mut all) = (true, true);
        for (kept, tokens) in kept.iter_mut().zip(bundle.tokens) {
            *kept = tokens.saturating_sub(self.first).min(BLOCK_TOKENS);
            none &= *kept == 0;
            all &= *kept == BLOCK_TOKENS;
        }
        if none {
            return;
        }
        let scores = self.scores::<L, Q>(bundle.queries);
        let sums = bundle.sums.as_chunks_mut::<LANES>().0.as_chunks_mut::<Q>().0;
        let mut weights = [[0.0; LANES]; Q];
        for query in 0..Q {
            let score = scores[query].first(kept[query], f32::NEG_INFINITY);
            let (before, largest) = (bundle.most[query], score.largest());
            let most = if self.first > 0 && before > largest { before } else { largest };
            let p = score.sub(L::splat(most)).exp().first(kept[query], 0.0);
            let mut factor = 1.0;
            if self.first > 0 && most != before {
                factor = first_lane(L::splat(before - most).exp());
                for sum in sums.iter_mut() {
                    L::load(&sum[query]).mul(L::splat(factor)).store(&mut sum[query]);
                }
            }
            bundle.most[query] = most;
            bundle.weight[query] = bundle.weight[query].mul_add(factor, p.sum());
            match self.page.scales {
                Some([_, values]) => p.mul(L::load(values)).store(&mut weights[query]),
                None => p.store(&mut weights[query]),
            }
        }
        if all {
            self.sum_all::<L, Q>(&weights, sums);
        } else {
            self.sum_kept::<L, Q>(&weights, &kept, sums);
        }
    }

    /// Sixteen tokens' scores for each query.
    #[inline(always)]
    fn scores<L: Lanes, const Q: usize>(&self, queries: &[f32]) -> [L; Q] {
        let mut scores = [L::zero(); Q];
        // A part of the next page with each key: at once they would hold up this page's own loads.
        let next = self.next.chunks_exact(self.next.len() / self.page.keys.len());
        for ((key, query), next) in self.page.keys.iter().zip(queries.as_chunks::<Q>().0).zip(next) {
            if let [first, .., last] = next {
                L::fetch(first);
                // A part is two cache lines of f32, one or less of other codes.
                if size_of::<C>() == size_of::<f32>() {
                    L::fetch(last);
                }
            }
            let key = C::lanes::<L>(key);
            for index in 0..Q {
                scores[index] = L::splat(query[index]).fma(key, scores[index]);
            }
        }
        for score in &mut scores {
            if let Some([keys, _]) = self.page.scales {
                *score = score.mul(L::load(keys));
            }
            *score = score.mul(L::splat(self.scale));
        }
        scores
    }

    /// Adds all sixteen values, weighted.
    #[inline(always)]
    fn sum_all<L: Lanes, const Q: usize>(&self, weights: &[[f32; LANES]; Q], sums: &mut [[[f32; LANES]; Q]]) {
        for (values, sums) in self.page.values.iter().zip(sums) {
            let mut totals = [L::zero(); Q];
            for query in 0..Q {
                totals[query] = L::load(&sums[query]);
            }
            for token in 0..BLOCK_TOKENS {
                let value = C::lanes::<L>(&values[token]);
                for query in 0..Q {
                    totals[query] = L::splat(weights[query][token]).fma(value, totals[query]);
                }
            }
            for query in 0..Q {
                totals[query].store(&mut sums[query]);
            }
        }
    }

    /// Adds each query's own first values: what lies after them is another's or nothing yet, and even 0 times that could be
    /// not a number.
    #[inline(always)]
    fn sum_kept<L: Lanes, const Q: usize>(
        &self,
        weights: &[[f32; LANES]; Q],
        kept: &[usize; Q],
        sums: &mut [[[f32; LANES]; Q]],
    ) {
        for (values, sums) in self.page.values.iter().zip(sums) {
            for query in 0..Q {
                let mut total = L::load(&sums[query]);
                for (value, weight) in values.iter().zip(&weights[query]).take(kept[query]) {
                    total = L::splat(*weight).fma(C::lanes::<L>(value), total);
                }
                total.store(&mut sums[query]);
            }
        }
    }
}

#[inline(always)]
fn first_lane<L: Lanes>(lanes: L) -> f32 {
    let mut all = [0.0; LANES];
    lanes.store(&mut all);
    all[0]
}
