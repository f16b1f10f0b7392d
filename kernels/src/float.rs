//! Owns products with unquantised weights (F32, F16, BF16): for models and tensors that come so, for embeddings, and for
//! the F32 forward that quantised serving is measured against. Refuses to know models. Activations are f32 and sums are
//! f32, in the order that `scalar::float` states; results are the same bits on every instruction set.

pub(crate) mod chunk;
pub(crate) mod tile;

use crate::aligned::{AlignedBytes, Arena, OutOfMemory};
use crate::isa::Isa;
use crate::lanes::{Kernel, LANES, Lanes, dispatch};
use crate::mode::Mode;
use crate::pool::{Parts, Pool};
use chunk::{Bf16, Chunk, F16, F32, chunks, chunks_mut};
use std::ops::Range;
use tile::{Block, Finish, GROUP, load, panel_len, rows_max, store};

/// Parts for each thread, so that one that the system slows down costs little.
const PARTS_PER_THREAD: usize = 8;
/// Multiplications below which a region costs more than it brings.
const WORK_MIN: usize = 1 << 16;

/// How a weight is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FloatKind {
    /// IEEE single precision.
    F32,
    /// IEEE half precision.
    F16,
    /// bfloat16.
    BF16,
}

impl FloatKind {
    /// Bytes of one weight.
    pub fn bytes(self) -> usize {
        match self {
            FloatKind::F32 => 4,
            FloatKind::F16 | FloatKind::BF16 => 2,
        }
    }
}

/// Weights that cannot be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FloatError {
    /// The data does not have the shape's length.
    #[error("a matrix of {outputs} x {inputs} weights has {expected} bytes, {actual} were given")]
    Length {
        /// Rows of the matrix.
        outputs: usize,
        /// Columns of the matrix.
        inputs: usize,
        /// Bytes of that shape.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// No machine can hold the shape.
    #[error("a matrix of {outputs} x {inputs} weights is larger than memory can be")]
    Shape {
        /// Rows of the matrix.
        outputs: usize,
        /// Columns of the matrix.
        inputs: usize,
    },
    /// This machine cannot hold it.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
}

/// A matrix (outputs x inputs) in panels of 16 outputs: (panel, input, 16 outputs), the last panel filled up with zeros.
#[derive(Debug)]
pub struct FloatPanels {
    kind: FloatKind,
    outputs: usize,
    inputs: usize,
    bytes: AlignedBytes,
}

impl FloatPanels {
    /// Packs `values` (outputs x inputs, row-major), rounding to the nearest, ties to even; in F16 a magnitude of 65,520
    /// and more becomes infinite.
    ///
    /// # Errors
    /// [`FloatError`]; lengths are in bytes of f32.
    pub fn pack(
        arena: &mut Arena,
        kind: FloatKind,
        outputs: usize,
        inputs: usize,
        values: &[f32],
    ) -> Result<FloatPanels, FloatError> {
        Self::checked(outputs, inputs, size_of::<f32>(), size_of_val(values))?;
        Self::build(arena, kind, outputs, inputs, |at| values[at])
    }

    /// Packs a tensor's bytes as files hold them (outputs x inputs, row-major, little-endian, any alignment), without loss.
    ///
    /// # Errors
    /// [`FloatError`].
    pub fn from_bytes(
        arena: &mut Arena,
        kind: FloatKind,
        outputs: usize,
        inputs: usize,
        bytes: &[u8],
    ) -> Result<FloatPanels, FloatError> {
        Self::checked(outputs, inputs, kind.bytes(), bytes.len())?;
        let (pairs, quads) = (bytes.as_chunks::<2>().0, bytes.as_chunks::<4>().0);
        match kind {
            FloatKind::F32 => Self::build(arena, kind, outputs, inputs, |at| f32::from_le_bytes(quads[at])),
            FloatKind::F16 => {
                Self::build(arena, kind, outputs, inputs, |at| half::f16::from_le_bytes(pairs[at]).to_f32())
            }
            FloatKind::BF16 => {
                Self::build(arena, kind, outputs, inputs, |at| half::bf16::from_le_bytes(pairs[at]).to_f32())
            }
        }
    }

    fn checked(outputs: usize, inputs: usize, unit: usize, actual: usize) -> Result<(), FloatError> {
        let padded = outputs.checked_next_multiple_of(LANES).and_then(|padded| padded.checked_mul(inputs));
        match padded.and_then(|padded| padded.checked_mul(size_of::<f32>())) {
            None => Err(FloatError::Shape { outputs, inputs }),
            Some(_) if outputs * inputs * unit != actual => {
                Err(FloatError::Length { outputs, inputs, expected: outputs * inputs * unit, actual })
            }
            Some(_) => Ok(()),
        }
    }

    fn build(
        arena: &mut Arena,
        kind: FloatKind,
        outputs: usize,
        inputs: usize,
        value: impl Fn(usize) -> f32,
    ) -> Result<FloatPanels, FloatError> {
        let bytes = arena.zeroed(outputs.next_multiple_of(LANES) * inputs * kind.bytes())?;
        let mut panels = FloatPanels { kind, outputs, inputs, bytes };
        match kind {
            FloatKind::F32 => panels.fill::<F32>(value),
            FloatKind::F16 => panels.fill::<F16>(value),
            FloatKind::BF16 => panels.fill::<Bf16>(value),
        }
        Ok(panels)
    }

    fn fill<C: Chunk>(&mut self, value: impl Fn(usize) -> f32) {
        let (outputs, inputs) = (self.outputs, self.inputs);
        for (at, chunk) in chunks_mut::<C>(&mut self.bytes).iter_mut().enumerate() {
            let (panel, k) = (at / inputs, at % inputs);
            let one = |lane| {
                let output = panel * LANES + lane;
                if output < outputs { value(output * inputs + k) } else { 0.0 }
            };
            *chunk = C::pack(&std::array::from_fn(one));
        }
    }

    /// One output's weights, as stored.
    ///
    /// # Panics
    /// If there is no such output, or `weights` does not have the length of inputs.
    pub fn row(&self, output: usize, weights: &mut [f32]) {
        assert!(output < self.outputs, "output {output} of {}", self.outputs);
        assert_eq!(weights.len(), self.inputs, "a row has as many weights as inputs");
        match self.kind {
            FloatKind::F32 => self.read::<F32>(output, weights),
            FloatKind::F16 => self.read::<F16>(output, weights),
            FloatKind::BF16 => self.read::<Bf16>(output, weights),
        }
    }

    fn read<C: Chunk>(&self, output: usize, weights: &mut [f32]) {
        let panel = &chunks::<C>(&self.bytes)[output / LANES * self.inputs..][..self.inputs];
        for (weight, chunk) in weights.iter_mut().zip(panel) {
            *weight = chunk.unpack()[output % LANES];
        }
    }

    /// How a weight is stored.
    pub fn kind(&self) -> FloatKind {
        self.kind
    }

    /// Rows of the matrix.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Columns of the matrix.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Bytes of memory.
    pub fn bytes_len(&self) -> usize {
        self.bytes.len()
    }
}

/// One matrix that a [`float_matmul`] multiplies its input with.
#[derive(Debug)]
pub struct FloatProduct<'a> {
    /// (outputs x inputs)
    pub weights: &'a FloatPanels,
    /// (outputs), added to the finished sum.
    pub bias: Option<&'a [f32]>,
    /// Whether `out` is replaced or added to.
    pub mode: Mode,
    /// (rows x outputs)
    pub out: &'a mut [f32],
}

/// `out[row][output] = sum over k of input[row][k] * weights[output][k]`, for all products in one region. `input` is
/// (rows x inputs), f32. Each row's result depends on that row alone: not on the others, their number, or the threads.
///
/// # Panics
/// If a length is not that of its shape.
pub fn float_matmul(isa: Isa, pool: &Pool, input: &[f32], rows: usize, products: &mut [FloatProduct<'_>]) {
    for product in &*products {
        let weights = product.weights;
        assert_eq!(input.len(), rows * weights.inputs, "the input is rows x inputs");
        assert_eq!(product.out.len(), rows * weights.outputs, "the output is rows x outputs");
        assert!(product.bias.is_none_or(|bias| bias.len() == weights.outputs), "a bias for each output");
    }
    let weights_all: usize =
        products.iter().map(|product| product.weights.outputs * product.weights.inputs).sum();
    let wanted = if weights_all * rows < WORK_MIN { 1 } else { pool.threads() * PARTS_PER_THREAD };
    let bytes = products.iter().map(|product| product.weights.bytes.len()).sum::<usize>() / wanted;
    let mut parts: Vec<(usize, Range<usize>)> = Vec::new();
    let mut tasks = Vec::with_capacity(products.len());
    for (index, product) in products.iter_mut().enumerate() {
        let FloatProduct { weights, bias, mode, out } = product;
        let (panels, group_bytes) =
            (weights.outputs.div_ceil(LANES), GROUP * LANES * weights.inputs * weights.kind.bytes());
        let step = bytes.div_ceil(group_bytes.max(1)).max(1) * GROUP;
        parts.extend((0..panels).step_by(step).map(|from| (index, from..(from + step).min(panels))));
        tasks.push(Task { isa, input, rows, weights, bias: *bias, mode: *mode, out: Parts::new(out) });
    }
    let work = |part: usize| {
        let (index, panels) = &parts[part];
        let task = &tasks[*index];
        match task.weights.kind {
            FloatKind::F32 => task.run::<F32>(panels.clone()),
            FloatKind::F16 => task.run::<F16>(panels.clone()),
            FloatKind::BF16 => task.run::<Bf16>(panels.clone()),
        }
    };
    if wanted == 1 { (0..parts.len()).for_each(work) } else { pool.run(parts.len(), &work) }
}

/// A product, shared by the threads.
struct Task<'a> {
    isa: Isa,
    input: &'a [f32],
    rows: usize,
    weights: &'a FloatPanels,
    bias: Option<&'a [f32]>,
    mode: Mode,
    out: Parts<'a, f32>,
}

impl Task<'_> {
    fn run<C: Chunk>(&self, panels: Range<usize>) {
        let block = Block {
            chunks: chunks::<C>(&self.weights.bytes),
            panels,
            depth: self.weights.inputs,
            input: self.input,
            rows: self.rows,
            rows_max: rows_max(self.isa),
        };
        dispatch(self.isa, Panels { block, task: self });
    }
}

struct Panels<'a, C> {
    block: Block<'a, C>,
    task: &'a Task<'a>,
}

impl<C: Chunk> Kernel for Panels<'_, C> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        self.block.run::<L>(self.task);
    }
}

impl Finish for Task<'_> {
    #[inline(always)]
    fn finish<L: Lanes>(&self, row: usize, panel: usize, sums: L) {
        let (outputs, at) = (self.weights.outputs, panel * LANES);
        let len = panel_len(outputs, panel);
        let mut result = sums;
        if let Some(bias) = self.bias {
            result = result.add(load::<L>(&bias[at..at + len]));
        }
        // SAFETY: each panel belongs to one part of the region, so no other thread has these outputs.
        let out = unsafe { self.out.get(row * outputs + at, len) };
        if self.mode == Mode::Add {
            result = load::<L>(out).add(result);
        }
        store(result, out);
    }
}

#[cfg(test)]
pub(crate) mod tests;
