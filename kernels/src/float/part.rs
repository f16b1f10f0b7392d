//! Owns filling panels of unquantised weights, a part of the matrix at a time. Refuses to know who fills the other parts.

use super::{FloatError, FloatKind};
use crate::lanes::LANES;
use half::{bf16, f16};
use std::ops::Range;

/// Neighbouring panels of a matrix that is being filled; its others may be filled at the same time.
#[derive(Debug)]
pub struct FloatPart<'a> {
    pub(super) kind: FloatKind,
    pub(super) inputs: usize,
    pub(super) rows: Range<usize>,
    pub(super) bytes: &'a mut [u8],
}

impl FloatPart<'_> {
    /// Which rows of the matrix it holds.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// Columns of the matrix.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Fills it with the bytes of its rows as files hold them (row-major, little-endian, any alignment), without loss.
    ///
    /// # Errors
    /// `Length`.
    pub fn copy(&mut self, bytes: &[u8]) -> Result<(), FloatError> {
        self.check(self.kind.bytes(), bytes.len())?;
        let (pairs, quads) = (bytes.as_chunks::<2>().0, bytes.as_chunks::<4>().0);
        match self.kind {
            FloatKind::F32 => self.lay(quads, |quad| u32::from_le_bytes(quad).to_ne_bytes()),
            FloatKind::F16 | FloatKind::BF16 => {
                self.lay(pairs, |pair| u16::from_le_bytes(pair).to_ne_bytes())
            }
        }
        Ok(())
    }

    /// Fills it with the values of its rows (row-major), rounding to the nearest, ties to even; in F16 a magnitude of
    /// 65,520 and more becomes infinite.
    ///
    /// # Errors
    /// `Length`, in bytes of f32.
    pub fn pack(&mut self, values: &[f32]) -> Result<(), FloatError> {
        self.check(size_of::<f32>(), size_of_val(values))?;
        match self.kind {
            FloatKind::F32 => self.lay(values, f32::to_ne_bytes),
            FloatKind::F16 => self.lay(values, |value| f16::from_f32(value).to_ne_bytes()),
            FloatKind::BF16 => self.lay(values, |value| bf16::from_f32(value).to_ne_bytes()),
        }
        Ok(())
    }

    fn check(&self, unit: usize, actual: usize) -> Result<(), FloatError> {
        let (outputs, inputs) = (self.rows.len(), self.inputs);
        let expected = outputs * inputs * unit;
        if actual != expected {
            return Err(FloatError::Length { outputs, inputs, expected, actual });
        }
        Ok(())
    }

    /// Puts each weight where the kernels read it: (panel, input, 16 outputs). Padding is made zero, whatever it was.
    fn lay<T: Copy, const N: usize>(&mut self, values: &[T], stored: impl Fn(T) -> [u8; N]) {
        let inputs = self.inputs;
        let panels = self.bytes.as_chunks_mut::<N>().0.chunks_exact_mut(LANES * inputs);
        for (panel, rows) in panels.zip(values.chunks(LANES * inputs)) {
            if rows.len() < panel.len() {
                panel.fill([0; N]);
            }
            for (lane, row) in rows.chunks_exact(inputs).enumerate() {
                for (weight, value) in panel[lane..].iter_mut().step_by(LANES).zip(row) {
                    *weight = stored(*value);
                }
            }
        }
    }
}
