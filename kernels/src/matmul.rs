//! Owns multiplying activations with packed weights: which kernel, on which threads, and what happens to the sums. Refuses
//! to define the product of a panel ([`crate::scalar::matmul`]) and to know what the matrices are for.
//!
//! Products of one input share one region of the pool. It is cut along outputs into parts of about equal bytes, and within
//! a part all rows take a panel before the next one is read: weights come from memory once, however many the rows.

use crate::activations::{Activations, Group};
use crate::isa::Isa;
use crate::mode::Mode;
use crate::packed::Packed;
use crate::packed::layout::{Class, PANEL, for_class};
use crate::pool::{Parts, Pool};
use crate::scalar::matmul::{Tile, TileFn};

#[cfg(test)]
mod tests;

/// Parts for each thread: enough that one taken away by the system leaves little to wait for.
const PARTS_PER_THREAD: usize = 8;

/// One matrix to multiply an input with, and where the products go.
#[derive(Debug)]
pub struct Product<'a> {
    /// The matrix, (outputs, inputs).
    pub weights: &'a Packed,
    /// Added to every row, (outputs).
    pub bias: Option<&'a [f32]>,
    /// What happens to the values already in `out`.
    pub mode: Mode,
    /// The products, (rows, outputs).
    pub out: &'a mut [f32],
}

/// A product while threads work on it.
struct Job<'a> {
    weights: &'a Packed,
    bias: Option<&'a [f32]>,
    mode: Mode,
    out: Parts<'a, f32>,
    kernel: TileFn,
    /// Panels of a part.
    panels: usize,
    parts: usize,
}

/// Multiplies every row of `input` with each matrix: `out = input · weightsᵀ + bias`, or `out += ...` with [`Mode::Add`].
/// The sums are those of [`crate::scalar`]: integer within a block of 32 inputs, then fused f32 over the blocks in order.
/// A row's bits depend neither on the instruction set, nor on the threads, nor on the other rows.
///
/// # Panics
/// If a matrix has other inputs than the activations' width, or a bias or an output another length.
pub fn matmul(isa: Isa, pool: &Pool, input: &Activations, products: &mut [Product<'_>]) {
    check(input.rows(), input.width(), products);
    if input.rows() == 0 {
        return;
    }
    let jobs = Jobs::new(isa, pool, products);
    pool.run(jobs.parts(), &|part| jobs.run(input, part));
}

/// Panics where a shape does not fit.
pub(crate) fn check(rows: usize, width: usize, products: &[Product<'_>]) {
    for Product { weights, bias, out, .. } in products {
        assert_eq!(weights.inputs(), width, "inputs of the weights and width of the activations");
        assert_eq!(Some(out.len()), weights.outputs().checked_mul(rows), "outputs of {rows} rows");
        assert!(bias.is_none_or(|bias| bias.len() == weights.outputs()), "one bias for each output");
    }
}

/// Products of one input, cut into parts.
pub(crate) struct Jobs<'a>(Vec<Job<'a>>);

impl<'a> Jobs<'a> {
    pub(crate) fn new(isa: Isa, pool: &Pool, products: &'a mut [Product<'_>]) -> Jobs<'a> {
        let bytes: usize = products.iter().map(|product| product.weights.bytes_len()).sum();
        let part_bytes = bytes.div_ceil(pool.threads() * PARTS_PER_THREAD);
        Jobs(products.iter_mut().map(|product| job(isa, part_bytes, product)).collect())
    }

    pub(crate) fn parts(&self) -> usize {
        self.0.iter().map(|job| job.parts).sum()
    }

    /// All rows with the panels of one part. Each part may be run once.
    pub(crate) fn run(&self, input: &Activations, mut part: usize) {
        for job in &self.0 {
            if part < job.parts {
                return job.run(input, part);
            }
            part -= job.parts;
        }
    }
}

fn job<'a>(isa: Isa, part_bytes: usize, product: &'a mut Product<'_>) -> Job<'a> {
    let Product { weights, bias, mode, ref mut out } = *product;
    // A matrix without inputs has panels without bytes.
    let panels = part_bytes.div_ceil(weights.panel_bytes().max(1)).max(1);
    let parts = weights.panels().div_ceil(panels);
    Job { weights, bias, mode, out: Parts::new(out), kernel: kernel(isa, weights.class()), panels, parts }
}

/// The kernel of an instruction set for a class of formats.
fn kernel(isa: Isa, class: Class) -> TileFn {
    match isa.kind() {
        #[cfg(target_arch = "x86_64")]
        crate::isa::Kind::Vnni => {
            use crate::x86::vnni::tile;
            for_class!(class, tile)
        }
        #[cfg(target_arch = "x86_64")]
        crate::isa::Kind::Avx2 => {
            use crate::x86::avx2::tile;
            for_class!(class, tile)
        }
        #[cfg(target_arch = "aarch64")]
        crate::isa::Kind::I8mm => {
            use crate::arm::i8mm::tile;
            for_class!(class, tile)
        }
        #[cfg(target_arch = "aarch64")]
        crate::isa::Kind::Neon => {
            use crate::arm::neon::tile;
            for_class!(class, tile)
        }
        _ => {
            use crate::scalar::matmul::tile;
            for_class!(class, tile)
        }
    }
}

impl Job<'_> {
    /// All rows with the panels of one part.
    fn run(&self, input: &Activations, part: usize) {
        let from = part * self.panels;
        let mut tile: Tile = Default::default();
        for panel in from..self.weights.panels().min(from + self.panels) {
            for group in input.groups() {
                // SAFETY: `kernel` chose a function of an instruction set that an `Isa` proves to exist.
                unsafe { (self.kernel)(self.weights.panel(panel), &group, &mut tile) };
                self.finish(panel, &group, &tile);
            }
        }
    }

    /// Takes a panel's sums to where they belong; those of its padding go nowhere.
    fn finish(&self, panel: usize, group: &Group<'_>, tile: &Tile) {
        let outputs = self.weights.outputs();
        let (column, count) = (panel * PANEL, PANEL.min(outputs - panel * PANEL));
        for (row, sums) in tile[..group.rows].iter().enumerate() {
            // SAFETY: each panel belongs to one part and has columns of its own, and each row is in one group.
            let out = unsafe { self.out.get((group.first + row) * outputs + column, count) };
            let mut sums = *sums;
            if let Some(bias) = self.bias {
                sums.iter_mut().zip(&bias[column..]).for_each(|(sum, bias)| *sum += bias);
            }
            // All panels but a padded last one are whole, and sixteen at once take two instructions.
            match (self.mode, out.as_chunks_mut::<PANEL>()) {
                (Mode::Write, ([whole], _)) => *whole = sums,
                (Mode::Add, ([whole], _)) => whole.iter_mut().zip(sums).for_each(|(out, sum)| *out += sum),
                (Mode::Write, (_, rest)) => rest.copy_from_slice(&sums[..count]),
                (Mode::Add, (_, rest)) => rest.iter_mut().zip(sums).for_each(|(out, sum)| *out += sum),
            }
        }
    }
}
