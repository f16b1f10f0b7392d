//! Owns one weight matrix in the layout its kernel wants, and products of several matrices with the same rows. Refuses to
//! know which layer a matrix belongs to.

use kernels::{
    Arena, Coded, FloatError, FloatKind, FloatPanels, FloatPart, FloatProduct, Format, Isa, Mode, PackError,
    Packed, PackedPart, Pool, Product, Rows, dequantise, first_not_finite, float_matmul, fused_matmul,
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
    /// Room for a matrix that a file has in this format, every byte zero; it lies in the arena.
    ///
    /// # Errors
    /// When rows are not whole blocks, or memory is short.
    pub(crate) fn zeroed(
        arena: &mut Arena,
        format: Format,
        outputs: usize,
        inputs: usize,
        precision: Precision,
    ) -> Result<Matrix, MatrixError> {
        let kind = match FloatKind::of(format) {
            Some(kind) => kind,
            None if precision == Precision::AsStored => {
                return Ok(Matrix::Quantised(Packed::zeroed(arena, format, outputs, inputs)?));
            }
            None => FloatKind::F32,
        };
        Ok(Matrix::Float(FloatPanels::zeroed(arena, kind, outputs, inputs)?))
    }

    /// Parts of at most so many bytes in a file, and at least a panel, to be filled from a tensor of the format that the
    /// room was made for. In the order of the rows.
    pub(crate) fn parts(&mut self, format: Format, bytes_max: usize) -> Vec<MatrixPart<'_>> {
        let rows_max = bytes_max / format.bytes_for(self.inputs()).unwrap_or_default().max(1);
        match self {
            Matrix::Quantised(packed) => packed.parts(format, rows_max).map(MatrixPart::Quantised).collect(),
            Matrix::Float(panels) => {
                panels.parts(rows_max).map(|part| MatrixPart::Float(part, format)).collect()
            }
        }
    }

    /// Its bytes as its kernel reads them.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Matrix::Quantised(packed) => packed.as_bytes(),
            Matrix::Float(panels) => panels.as_bytes(),
        }
    }

    /// Its bytes, to be filled with what [`Matrix::as_bytes`] of such a matrix gave.
    pub(crate) fn as_bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Matrix::Quantised(packed) => packed.as_bytes_mut(),
            Matrix::Float(panels) => panels.as_bytes_mut(),
        }
    }

    pub(crate) fn outputs(&self) -> usize {
        match self {
            Matrix::Quantised(packed) => packed.outputs(),
            Matrix::Float(panels) => panels.outputs(),
        }
    }

    pub(crate) fn inputs(&self) -> usize {
        match self {
            Matrix::Quantised(packed) => packed.inputs(),
            Matrix::Float(panels) => panels.inputs(),
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

/// Neighbouring rows of a matrix that is being loaded.
pub(crate) enum MatrixPart<'a> {
    Quantised(PackedPart<'a>),
    /// With the format of the tensor: floats come as they are, quantised weights are made floats.
    Float(FloatPart<'a>, Format),
}

impl MatrixPart<'_> {
    /// Bytes of its rows in the file.
    pub(crate) fn file_bytes(&self) -> usize {
        match self {
            MatrixPart::Quantised(part) => part.blocks_bytes(),
            // Rows that are not whole blocks were refused with the header; none of their bytes would fill it.
            MatrixPart::Float(part, format) => {
                format.bytes_for(part.inputs() * part.rows().len()).unwrap_or_default()
            }
        }
    }

    /// Fills it with the bytes of its rows as a file has them.
    ///
    /// # Errors
    /// When they are not as many as the rows say, or hold scales that are not finite.
    ///
    /// # Panics
    /// If they are not whole blocks.
    pub(crate) fn fill(&mut self, bytes: &[u8]) -> Result<(), MatrixError> {
        let (part, format) = match self {
            MatrixPart::Quantised(part) => return Ok(part.pack(bytes)?),
            MatrixPart::Float(part, Format::F32 | Format::F16 | Format::BF16) => return Ok(part.copy(bytes)?),
            MatrixPart::Float(part, format) => (part, *format),
        };
        let rows = part.rows();
        let mut values = vec![0.0; bytes.len() / format.block_bytes() * format.block_len()];
        dequantise(format, bytes, &mut values);
        // A scale or a minimum that is not finite makes every weight of its block so.
        let width = values.len() / rows.len().max(1);
        if let Some(row) = first_not_finite(Isa::SCALAR, &values, width) {
            return Err(PackError::Scale { output: rows.start + row }.into());
        }
        Ok(part.pack(&values)?)
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
