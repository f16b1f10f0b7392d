//! Owns one weight matrix and its product with rows of activations. Refuses to know which layer it belongs to.
//!
//! Q4_1, the format of the default model, has no vector kernel in candle on x86, and its scalar one is slower than
//! everything around it. It is repacked at load without loss: an element is d·q + m with q in 0..16, so a row's product is
//! that of the Q8_0 matrix of the d·q, for which candle has vector kernels, plus the sum over blocks of m times the sum of
//! the block's activations. It costs 38 bytes a block of 32 instead of 20. Other formats go to candle as they are.

use candle_core::quantized::{GgmlDType, QMatMul, QStorage, QTensor};
use candle_core::{DType, Device, Module, Result, Tensor};
use std::borrow::Cow;
use std::sync::Arc;

/// Elements of a block of Q4_1 and of Q8_0.
const BLOCK_LEN: usize = 32;
/// What is taken off each element, as two's complement.
const CENTRE: u8 = 8;
/// Bytes of a Q4_1 block: d and m as f16, 16 bytes of two elements each.
const Q4_1_BLOCK_BYTES: usize = 20;
/// Bytes of a Q8_0 block: d as f16, 32 signed bytes.
const Q8_0_BLOCK_BYTES: usize = 34;

/// A matrix (outputs, inputs).
#[derive(Debug)]
pub(crate) struct Matrix {
    product: QMatMul,
    /// (input blocks, outputs): the centre m + 8d of every block, for repacked matrices.
    centres: Option<Vec<f32>>,
    outputs: usize,
}

impl Matrix {
    /// A matrix over a tensor of two dimensions.
    pub(crate) fn new(tensor: Arc<QTensor>) -> Result<Matrix> {
        let (outputs, inputs) = tensor.shape().dims2()?;
        let dtype = tensor.dtype();
        if dtype == GgmlDType::Q4_1 {
            let (scaled, centres) = repack(&tensor, outputs, inputs)?;
            return Ok(Matrix { product: QMatMul::from_qtensor(scaled)?, centres: Some(centres), outputs });
        }
        // candle's kernels for these two want an even number of blocks in a row; no common model has an odd one.
        let paired = matches!(dtype, GgmlDType::Q5_0 | GgmlDType::Q5_1);
        let product = if paired && (inputs / dtype.block_size()) % 2 == 1 {
            QMatMul::Tensor(tensor.dequantize(&Device::Cpu)?)
        } else {
            QMatMul::from_arc(tensor)?
        };
        Ok(Matrix { product, centres: None, outputs })
    }

    /// (n, inputs) to (n, outputs).
    pub(crate) fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        let product = self.product.forward(rows)?;
        let Some(centres) = &self.centres else { return Ok(product) };
        // candle can be told to dequantise every matrix (its CANDLE_DEQUANTIZE_ALL); it then rounds no activations.
        let sum_of = match &self.product {
            QMatMul::QTensor(_) => rounded_sum,
            QMatMul::Tensor(_) | QMatMul::TensorF16(_) => |block: &[f32]| block.iter().sum(),
        };
        let (n, inputs) = rows.dims2()?;
        let activations = rows.flatten_all()?.to_vec1::<f32>()?;
        let mut sums = product.flatten_all()?.to_vec1::<f32>()?;
        for (row, out) in activations.chunks_exact(inputs).zip(sums.chunks_exact_mut(self.outputs)) {
            for (block, centres) in row.chunks_exact(BLOCK_LEN).zip(centres.chunks_exact(self.outputs)) {
                let sum: f32 = sum_of(block);
                for (out, centre) in out.iter_mut().zip(centres) {
                    *out += sum * centre;
                }
            }
        }
        Tensor::from_vec(sums, (n, self.outputs), &Device::Cpu)
    }
}

/// Sum of a block's activations after the rounding to 8 bits that candle's Q8_0 product makes of them.
fn rounded_sum(block: &[f32]) -> f32 {
    let largest = block.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let scale = largest / 127.0;
    let inverse = 1.0 / scale;
    block.iter().map(|value| (value * inverse).round()).sum::<f32>() * scale
}

/// The Q8_0 matrix of d·(q-8), and the centres as (input blocks, outputs).
fn repack(tensor: &QTensor, outputs: usize, inputs: usize) -> Result<(QTensor, Vec<f32>)> {
    let bytes = tensor.data()?;
    let blocks = outputs * inputs / BLOCK_LEN;
    let mut scaled = Vec::with_capacity(blocks * Q8_0_BLOCK_BYTES);
    let (mut scales, mut minimums) = (Vec::with_capacity(blocks * 2), Vec::with_capacity(blocks * 2));
    let centred = |element: u8| element.wrapping_sub(CENTRE);
    for block in bytes.chunks_exact(Q4_1_BLOCK_BYTES) {
        scaled.extend_from_slice(&block[..2]);
        scales.extend_from_slice(&block[..2]);
        minimums.extend_from_slice(&block[2..4]);
        scaled.extend(block[4..].iter().map(|pair| centred(pair & 0x0F)));
        scaled.extend(block[4..].iter().map(|pair| centred(pair >> 4)));
    }
    let storage = QStorage::from_data(Cow::Owned(scaled), &Device::Cpu, GgmlDType::Q8_0)?;
    let halves = |raw: &[u8]| {
        Tensor::from_raw_buffer(raw, DType::F16, &[outputs, inputs / BLOCK_LEN], &Device::Cpu)?
            .to_dtype(DType::F32)
    };
    let centres = (halves(&minimums)? + (halves(&scales)? * f64::from(CENTRE))?)?;
    let centres = centres.t()?.contiguous()?.flatten_all()?.to_vec1()?;
    Ok((QTensor::new(storage, (outputs, inputs))?, centres))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repacking_loses_nothing() {
        for (outputs, inputs, n) in [(1, 32, 1), (48, 96, 3), (16, 576, 2)] {
            let count = (outputs * inputs) as u32;
            let noise = |n: u32| (n.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 23) as f32 - 0.7;
            let weights: Vec<f32> = (0..count).map(noise).collect();
            let weights = Tensor::from_vec(weights, (outputs, inputs), &Device::Cpu).unwrap();
            let tensor = QTensor::quantize(&weights, GgmlDType::Q4_1).unwrap();
            let exact = tensor.dequantize(&Device::Cpu).unwrap();
            // Whole numbers up to 127 with 127 in each block survive the activations' own rounding to 8 bits.
            let rows: Vec<f32> = (0..(n * inputs) as u32)
                .map(|i| if i % 32 == 5 { 127.0 } else { (i * 37 % 255) as f32 - 127.0 })
                .collect();
            let rows = Tensor::from_vec(rows, (n, inputs), &Device::Cpu).unwrap();
            let expected = rows.matmul(&exact.t().unwrap()).unwrap().to_vec2::<f32>().unwrap();
            let ours =
                Matrix::new(Arc::new(tensor)).unwrap().forward(&rows).unwrap().to_vec2::<f32>().unwrap();
            for (ours, expected) in ours.iter().flatten().zip(expected.iter().flatten()) {
                assert!((ours - expected).abs() <= 2e-5 * 127.0 * inputs as f32, "{ours} {expected}");
            }
        }
    }
}
