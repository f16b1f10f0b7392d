//! Owns products with unquantised weights (F32, F16, BF16): for models and tensors that come so, for embeddings, and for
//! the F32 forward that quantised serving is measured against. Refuses to know models. Activations are f32 and sums are
//! f32, in the order that `scalar::float` states; results are the same bits on every instruction set.

pub(crate) mod chunk;
mod part;
pub(crate) mod tile;

use crate::aligned::{AlignedBytes, Arena, OutOfMemory};
use crate::format::Format;
use crate::isa::Isa;
use crate::lanes::{Kernel, LANES, Lanes, dispatch};
use crate::mode::Mode;
use crate::pool::{Parts, Pool};
use chunk::{Bf16, Chunk, F16, F32, chunks};
pub use part::FloatPart;
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
    /// As a file in this format stores a weight; `None` for formats that are quantised.
    pub const fn of(format: Format) -> Option<FloatKind> {
        match format {
            Format::F32 => Some(FloatKind::F32),
            Format::F16 => Some(FloatKind::F16),
            Format::BF16 => Some(FloatKind::BF16),
            _ => None,
        }
    }

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
        let mut panels = Self::zeroed(arena, kind, outputs, inputs)?;
        for mut part in panels.parts(usize::MAX) {
            part.pack(values)?;
        }
        Ok(panels)
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
        let mut panels = Self::zeroed(arena, kind, outputs, inputs)?;
        for mut part in panels.parts(usize::MAX) {
            part.copy(bytes)?;
        }
        Ok(panels)
    }

    /// Room for a matrix, every weight zero: to be filled by its [`FloatPanels::parts`], or with what
    /// [`FloatPanels::as_bytes`] of such a matrix gave.
    ///
    /// # Errors
    /// `Shape` or `Memory`.
    pub fn zeroed(
        arena: &mut Arena,
        kind: FloatKind,
        outputs: usize,
        inputs: usize,
    ) -> Result<FloatPanels, FloatError> {
        let bytes = arena.zeroed(Self::padded(outputs, inputs)? * kind.bytes())?;
        Ok(FloatPanels { kind, outputs, inputs, bytes })
    }

    /// The matrix cut into parts of at least one panel and, beyond that, at most `rows_max` rows, so that threads can
    /// share the work of filling it. In the order of the rows; a matrix without weights has none.
    pub fn parts(&mut self, rows_max: usize) -> impl Iterator<Item = FloatPart<'_>> {
        let FloatPanels { kind, outputs, inputs, .. } = *self;
        let rows = (rows_max / LANES).max(1) * LANES;
        // 0 only where there are no bytes to cut.
        let part_bytes = rows.saturating_mul(inputs).saturating_mul(kind.bytes()).max(1);
        self.bytes.as_mut_slice().chunks_mut(part_bytes).enumerate().map(move |(part, bytes)| {
            let first = part * rows;
            FloatPart { kind, inputs, rows: first..(first + rows).min(outputs), bytes }
        })
    }

    /// Its bytes as the kernels read them, padding included: for [`FloatPanels::as_bytes_mut`] of a matrix of the same
    /// kind and dimensions under the same [`crate::LAYOUT_VERSION`], on a machine of the same byte order.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// Its bytes, to be filled with what [`FloatPanels::as_bytes`] gave; other bytes are other weights.
    pub fn as_bytes_mut(&mut self) -> &mut [u8] {
        self.bytes.as_mut_slice()
    }

    /// Weights with padding; as many f32 are fewer bytes than memory can have.
    fn padded(outputs: usize, inputs: usize) -> Result<usize, FloatError> {
        let weights = outputs.checked_next_multiple_of(LANES).and_then(|padded| padded.checked_mul(inputs));
        let fitting = weights.filter(|weights| weights.checked_mul(size_of::<f32>()).is_some());
        fitting.ok_or(FloatError::Shape { outputs, inputs })
    }

    /// Refuses data that do not have the shape's length, before memory is asked for.
    fn checked(outputs: usize, inputs: usize, unit: usize, actual: usize) -> Result<(), FloatError> {
        Self::padded(outputs, inputs)?;
        let expected = outputs * inputs * unit;
        if actual != expected {
            return Err(FloatError::Length { outputs, inputs, expected, actual });
        }
        Ok(())
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
