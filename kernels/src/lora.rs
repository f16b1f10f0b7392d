//! Owns low-rank adapters (LoRA) over a batch in which every row may have another adapter, another rank, or none: the
//! segmented gather of Punica (Chen et al. 2023) and S-LoRA (Sheng et al. 2023), for processors. Refuses to know where
//! adapters come from and which row asked for which. What is computed is stated in `scalar::lora`.
//!
//! A segment's shrink and expand are one part of work when there are many segments, so a batch of different adapters costs
//! one region and each adapter is one stream of memory; few large segments are cut finer, in two regions.

mod plan;
mod weights;
mod work;

use crate::isa::Isa;
use crate::pool::{Parts, Pool};
pub use weights::{AdapterBytes, LoraError, LoraKind, LoraShape, LoraWeights};

use plan::{Part, Plan};
use std::ops::Range;
use work::Task;

/// Rows that follow each other and have one adapter, or none.
#[derive(Debug, Clone)]
pub struct Segment<'a> {
    /// Rows of the input and of the output.
    pub rows: Range<usize>,
    /// What is added to them; nothing where there is none.
    pub weights: Option<&'a LoraWeights>,
}

/// What the adapters add to one output.
#[derive(Debug)]
pub struct LoraProduct<'a> {
    /// In the order of their rows, none overlapping; rows in no segment stay as they are.
    pub segments: &'a [Segment<'a>],
    /// (rows x outputs), added to.
    pub out: &'a mut [f32],
    /// Width of `out`.
    pub outputs: usize,
}

/// Memory that calls use again: it grows to 4 bytes for each row, product and rank of the largest call.
#[derive(Debug, Default)]
pub struct LoraScratch {
    shrunk: Vec<f32>,
    plan: Plan,
}

impl LoraScratch {
    /// Empty.
    pub fn new() -> LoraScratch {
        LoraScratch::default()
    }
}

/// For each product and segment: `out[row] += scale * up * (down * input[row])`. Products share the `input` (rows x
/// inputs), f32, as q, k and v do. Each row's result depends on that row and its adapter alone.
///
/// # Panics
/// If `out` is not whole rows, segments are out of order or outside the rows, an adapter's outputs are not the product's,
/// or `input` is not rows x the adapter's inputs.
pub fn lora(
    isa: Isa,
    pool: &Pool,
    input: &[f32],
    products: &mut [LoraProduct<'_>],
    scratch: &mut LoraScratch,
) {
    for product in &*products {
        check(input, product);
    }
    let LoraScratch { shrunk, plan } = scratch;
    plan.make(pool.threads(), products);
    if shrunk.len() < plan.shrunk {
        shrunk.resize(plan.shrunk, 0.0);
    }
    let mut tasks = Vec::with_capacity(products.len());
    for product in products.iter_mut() {
        let LoraProduct { segments, out, outputs } = product;
        tasks.push(Task { isa, input, segments, outputs: *outputs, out: Parts::new(out) });
    }
    let each = |parts: &[Part], work: &(dyn Fn(usize, &Task<'_>, &Part) + Sync)| {
        pool.run(parts.len(), &|index| work(index, &tasks[parts[index].product], &parts[index]));
    };
    let writable = Parts::new(shrunk);
    if plan.split {
        each(&plan.shrinks, &|_, task, part| task.shrink(part, &writable));
        each(&plan.expands, &|_, task, part| task.expand(part, &shrunk[part.shrunk..][..part.shrunk_len]));
    } else {
        each(&plan.whole, &|index, task, part| {
            task.shrink(part, &writable);
            // The parts after this one that no other thread has begun.
            if let Some(next) = plan.whole.get(index + pool.threads()) {
                tasks[next.product].call(next);
            }
            // SAFETY: the values of this part alone, and `shrink` has let go of them.
            task.expand(part, unsafe { writable.get(part.shrunk, part.shrunk_len) });
        });
    }
}

/// The caller's side of the contract; `Task` relies on it for disjoint writes.
fn check(input: &[f32], product: &LoraProduct<'_>) {
    let outputs = product.outputs;
    assert!(outputs > 0 || product.out.is_empty(), "an output without a width");
    let rows = product.out.len() / outputs.max(1);
    assert_eq!(product.out.len(), rows * outputs, "the output is rows x outputs");
    let mut next = 0;
    for Segment { rows: own, weights } in product.segments {
        assert!(next <= own.start && own.start <= own.end, "segments are in order: {own:?} after row {next}");
        next = own.end;
        if let Some(weights) = weights {
            assert_eq!(weights.outputs(), outputs, "the adapter's outputs are the product's");
            assert_eq!(input.len(), rows * weights.inputs(), "the input is rows x the adapter's inputs");
        }
    }
    assert!(next <= rows, "segments end with row {next}, the output with {rows}");
}

#[cfg(test)]
mod tests;
