//! Owns one weight matrix in the layout its kernel wants, and products of several matrices with the same rows. Refuses to
//! know which layer a matrix belongs to.

use kernels::{
    Arena, Coded, FloatError, FloatKind, FloatPanels, FloatProduct, Format, Isa, Mode, PackError, Packed,
    Pool, Product, Rows, dequantise, float_matmul, fused_matmul,
};

/// What kernels run with: an instruction set and threads.
#[derive(Debug)]
pub(crate) struct Cpu {
    pub(crate) isa: Isa,
    pub(crate) pool: Pool,
}

/// How matrices are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// As the file has them; quantised matrices are multiplied with activations rounded to integers.
    #[default]
    AsStored,
    /// Every matrix dequantised to f32, activations and keys in f32: the reference that quality is measured against.
    F32,
}

/// Why a tensor is no matrix for the kernels.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// Blocks that cannot be packed.
    #[error(transparent)]
    Packed(#[from] PackError),
    /// Floats that cannot be laid out.
    #[error(transparent)]
    Float(#[from] FloatError),
}

/// A matrix (outputs, inputs).
#[derive(Debug)]
pub(crate) enum Matrix {
    Quantised(Packed),
    Float(FloatPanels),
}

impl Matrix {
    /// A matrix over a tensor's bytes as the file has them; it lies in the arena.
    ///
    /// # Errors
    /// When the bytes do not fit the dimensions, hold scales that are not finite, or memory is short.
    pub(crate) fn new(
        arena: &mut Arena,
        format: Format,
        outputs: usize,
        inputs: usize,
        bytes: &[u8],
        precision: Precision,
    ) -> Result<Matrix, MatrixError> {
        let kind = match format {
            Format::F32 => FloatKind::F32,
            Format::F16 => FloatKind::F16,
            Format::BF16 => FloatKind::BF16,
            _ if precision == Precision::AsStored => {
                return Ok(Matrix::Quantised(Packed::pack(arena, format, outputs, inputs, bytes)?));
            }
            _ => {
                // Packing checks the bytes; the panels are what is kept, and so the check has memory of its own.
                let packed = Packed::pack(&mut Arena::new(0), format, outputs, inputs, bytes)?;
                drop(packed);
                let mut values = vec![0.0; outputs * inputs];
                dequantise(format, bytes, &mut values);
                return Ok(Matrix::Float(FloatPanels::pack(
                    arena,
                    FloatKind::F32,
                    outputs,
                    inputs,
                    &values,
                )?));
            }
        };
        Ok(Matrix::Float(FloatPanels::from_bytes(arena, kind, outputs, inputs, bytes)?))
    }

    pub(crate) fn outputs(&self) -> usize {
        match self {
            Matrix::Quantised(packed) => packed.outputs(),
            Matrix::Float(panels) => panels.outputs(),
        }
    }

    /// Writes one output's weights: a row of an embedding.
    pub(crate) fn row(&self, output: usize, values: &mut [f32]) {
        match self {
            Matrix::Quantised(packed) => packed.row(output, values),
            Matrix::Float(panels) => panels.row(output, values),
        }
    }

    /// Bytes it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Matrix::Quantised(packed) => packed.bytes_len(),
            Matrix::Float(panels) => panels.bytes_len(),
        }
    }
}

/// A matrix applied to rows, with an optional bias (outputs).
#[derive(Debug)]
pub(crate) struct Linear {
    pub(crate) matrix: Matrix,
    pub(crate) bias: Option<Vec<f32>>,
}

/// One product of several that share their input.
pub(crate) struct Task<'a> {
    pub(crate) matrix: &'a Matrix,
    pub(crate) bias: Option<&'a [f32]>,
    pub(crate) mode: Mode,
    /// (rows, outputs)
    pub(crate) out: &'a mut [f32],
}

impl<'a> Task<'a> {
    pub(crate) fn new(linear: &'a Linear, mode: Mode, out: &'a mut [f32]) -> Self {
        Task { matrix: &linear.matrix, bias: linear.bias.as_deref(), mode, out }
    }
}

/// Multiplies (rows, inputs) with each task's matrix. `coded` is filled with the rounded input where a matrix is quantised.
pub(crate) fn products(cpu: &Cpu, input: Rows<'_>, rows: usize, coded: &mut Coded, tasks: Vec<Task<'_>>) {
    let (mut quantised, mut floats) = (Vec::with_capacity(tasks.len()), Vec::new());
    for Task { matrix, bias, mode, out } in tasks {
        match matrix {
            Matrix::Quantised(weights) => quantised.push(Product { weights, bias, mode, out }),
            Matrix::Float(weights) => floats.push(FloatProduct { weights, bias, mode, out }),
        }
    }
    if floats.is_empty() {
        return fused_matmul(cpu.isa, &cpu.pool, (input, rows), coded, &mut quantised);
    }
    let input = input.finish(cpu.isa, &cpu.pool);
    float_matmul(cpu.isa, &cpu.pool, input, rows, &mut floats);
    fused_matmul(cpu.isa, &cpu.pool, (Rows::Plain(input), rows), coded, &mut quantised);
}
