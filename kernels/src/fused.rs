//! Owns products of rows as they come from a norm, a gate, or from nowhere in particular: what is done to each value, the
//! rounding to integers and the product, in one region of the pool where the batch is small. Refuses to define any of the
//! three: [`crate::scalar`] does, and the bits are the same as one after the other.
//!
//! A step of a few rows is short. If one thread made the integers, the others would wait for it; and what a processor writes
//! and another reads goes from cache to cache, a line at a time, which takes longer than the arithmetic. So there each thread
//! norms and rounds all rows for itself, into memory of its own. In a large batch the threads share the work.

use crate::activations::{ActivationBits, Activations, SMALL_VALUES};
use crate::isa::Isa;
use crate::matmul::{Jobs, Product, check, matmul};
use crate::pool::{Parts, Pool};
use crate::rows::{rms_norm, rms_norm_here, silu_mul, silu_mul_here};

/// The rows of a product, (rows, width), f32 and row-major, and what is done to them before.
#[derive(Debug)]
pub enum Rows<'a> {
    /// Nothing.
    Plain(&'a [f32]),
    /// [`rms_norm`].
    Normed {
        /// The rows before the norm.
        values: &'a [f32],
        /// (width)
        weight: &'a [f32],
        /// Added to the mean of squares.
        epsilon: f32,
        /// Room for the normed rows; what it holds afterwards means nothing.
        room: &'a mut [f32],
    },
    /// [`silu_mul`].
    Gated {
        /// The gates; what they are afterwards means nothing.
        gate: &'a mut [f32],
        /// What they let through.
        up: &'a [f32],
    },
}

impl<'a> Rows<'a> {
    /// Values of all rows.
    fn len(&self) -> usize {
        match self {
            Rows::Plain(values) | Rows::Normed { values, .. } => values.len(),
            Rows::Gated { gate, .. } => gate.len(),
        }
    }

    /// Does what is to be done before, and gives the rows.
    ///
    /// # Panics
    /// If the shapes do not fit each other.
    pub fn finish(self, isa: Isa, pool: &Pool) -> &'a [f32] {
        match self {
            Rows::Plain(values) => values,
            Rows::Normed { values, weight, epsilon, room } => {
                rms_norm(isa, pool, values, weight, epsilon, room);
                room
            }
            Rows::Gated { gate, up } => {
                silu_mul(isa, pool, gate, up);
                gate
            }
        }
    }

    /// The same by one thread, into `own` unless they are there already.
    fn finish_here<'b>(&'b self, isa: Isa, own: &'b mut Vec<f32>) -> &'b [f32] {
        match self {
            Rows::Plain(values) => values,
            Rows::Normed { values, weight, epsilon, .. } => {
                own.resize(values.len(), 0.);
                rms_norm_here(isa, values, weight, *epsilon, own);
                own
            }
            Rows::Gated { gate, up } => {
                own.clear();
                own.extend_from_slice(gate);
                silu_mul_here(isa, own, up);
                own
            }
        }
    }

    fn check(&self, width: usize) {
        match self {
            Rows::Plain(_) => {}
            Rows::Normed { values, weight, room, .. } => {
                assert_eq!(weight.len(), width, "a weight of the norm for each value of a row");
                assert_eq!(values.len(), room.len(), "room for the normed rows");
            }
            Rows::Gated { gate, up } => assert_eq!(gate.len(), up.len(), "gate and up"),
        }
    }
}

/// The integers that rows become, and the buffers they lie in: one for all threads, and one for each. They grow to the
/// largest batch they held.
#[derive(Debug)]
pub struct Coded {
    bits: ActivationBits,
    shared: Activations,
    own: Vec<Own>,
    /// What a thread that works for itself computes on.
    alone: Pool,
}

/// What a thread made for itself, on cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Own {
    is_made: bool,
    values: Vec<f32>,
    coded: Activations,
}

impl Default for Coded {
    fn default() -> Coded {
        Coded::new(ActivationBits::default())
    }
}

impl Coded {
    /// Empty buffers for activations of this fineness.
    pub fn new(bits: ActivationBits) -> Coded {
        Coded { bits, shared: Activations::new(bits), own: Vec::new(), alone: Pool::new(1) }
    }

    /// Buffers for so many threads, with nothing made.
    fn begin(&mut self, threads: usize) {
        let bits = self.bits;
        let own = || Own { is_made: false, values: Vec::new(), coded: Activations::new(bits) };
        self.own.resize_with(threads.max(self.own.len()), own);
        self.own.iter_mut().for_each(|own| own.is_made = false);
    }
}

/// [`matmul`] of `rows` rows that are first finished as [`Rows`] says and rounded as [`Activations::quantise`] says.
///
/// # Panics
/// If the rows are not whole or their width is not a multiple of 32, or where a shape does not fit.
pub fn fused_matmul(
    isa: Isa,
    pool: &Pool,
    (input, rows): (Rows<'_>, usize),
    coded: &mut Coded,
    products: &mut [Product<'_>],
) {
    if rows == 0 || products.is_empty() {
        return;
    }
    let (len, width) = (input.len(), input.len() / rows);
    if len >= SMALL_VALUES || pool.threads() == 1 {
        let values = input.finish(isa, pool);
        coded.shared.quantise(isa, pool, rows, width, values);
        return matmul(isa, pool, &coded.shared, products);
    }
    assert_eq!(len, rows * width, "{rows} rows of {width} values");
    input.check(width);
    check(rows, width, products);
    coded.begin(pool.threads());
    let jobs = Jobs::new(isa, pool, products);
    let (threads, alone) = (Parts::new(&mut coded.own), &coded.alone);
    pool.run_known(jobs.parts(), &|thread, part| {
        // SAFETY: `threads` is this region's alone, in which no two calls with the same number overlap.
        let own = &mut unsafe { threads.get(thread, 1) }[0];
        if !own.is_made {
            let values = input.finish_here(isa, &mut own.values);
            own.coded.quantise(isa, alone, rows, width, values);
            own.is_made = true;
        }
        jobs.run(&own.coded, part);
    });
}

#[cfg(test)]
mod tests;
