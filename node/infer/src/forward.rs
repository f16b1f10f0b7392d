//! Owns the forward pass of a Llama model: from tokens to the logits after the last of them, reading and extending one
//! sequence's KV cache. Refuses to know files and sampling.
//! Source: Touvron et al. 2023 (Llama), Ainslie et al. 2023 (grouped queries), Su et al. 2021 (rotary positions, in the
//! interleaved pair layout GGUF files of the Llama family are written for). Activations are f32; shapes in the comments
//! are n new tokens, t tokens in all, h query heads, g kv heads, d head width, w model width.

use crate::backend::BackendError;
use crate::kv::Sequence;
use crate::shape::Shape;
use crate::weights::{Layer, Linear, Weights};
use candle_core::{D, Device, IndexOp, Module, Result, Tensor};
use candle_nn::ops::{rms_norm, silu, softmax_last_dim};
use candle_nn::rotary_emb::rope_i;

/// What all layers of one pass share.
struct Pass<'a> {
    shape: &'a Shape,
    /// (n, d/2)
    cos: Tensor,
    /// (n, d/2)
    sin: Tensor,
    /// (1, 1, n, t): 0 where a new token may look, -infinity where not; none for a single token, which sees everything.
    mask: Option<Tensor>,
}

/// Appends `tokens` to the sequence and writes the logits after the last one.
///
/// # Errors
/// `Empty`, `Token`, `ContextFull` before anything is computed; `NotFinite` and `Library` leave the sequence unusable.
pub(crate) fn forward(
    weights: &Weights,
    shape: &Shape,
    vocab_len: usize,
    sequence: &mut Sequence,
    tokens: &[u32],
    logits: &mut Vec<f32>,
) -> std::result::Result<(), BackendError> {
    if tokens.is_empty() {
        return Err(BackendError::Empty);
    }
    if let Some(&token) = tokens.iter().find(|&&token| token as usize >= vocab_len) {
        return Err(BackendError::Token { token, vocab_len });
    }
    sequence.reserve(tokens.len())?;
    let output = last_logits(weights, shape, sequence, tokens)?;
    let values = output.to_vec1::<f32>()?;
    if values.iter().any(|value| !value.is_finite()) {
        return Err(BackendError::NotFinite);
    }
    sequence.advance(tokens.len());
    *logits = values;
    Ok(())
}

fn last_logits(weights: &Weights, shape: &Shape, sequence: &Sequence, tokens: &[u32]) -> Result<Tensor> {
    let n = tokens.len();
    let (cos, sin) = rotations(&weights.rope_frequencies, sequence.len(), n)?;
    let pass = Pass { shape, cos, sin, mask: causal_mask(sequence.len(), n)? };
    // (n, w)
    let mut stream = weights.embedding.embedding(&Tensor::new(tokens, &Device::Cpu)?)?;
    for (index, layer) in weights.layers.iter().enumerate() {
        let normed = rms_norm(&stream, &layer.attention_norm, shape.norm_epsilon)?;
        stream = (stream + pass.attention(layer, index, &normed, sequence)?)?;
        let normed = rms_norm(&stream, &layer.feed_norm, shape.norm_epsilon)?;
        stream = (stream + feed_forward(layer, &normed)?)?;
    }
    let last = stream.i((n - 1..n, ..))?.contiguous()?;
    let normed = rms_norm(&last, &weights.output_norm, shape.norm_epsilon)?;
    weights.output.forward(&normed)?.squeeze(0)
}

/// Cosines and sines of the angles of positions `start .. start + n`, each (n, d/2).
fn rotations(frequencies: &[f32], start: usize, n: usize) -> Result<(Tensor, Tensor)> {
    let angles: Vec<f32> = (start..start + n)
        .flat_map(|position| frequencies.iter().map(move |f| position as f32 * f))
        .collect();
    let angles = Tensor::from_vec(angles, (n, frequencies.len()), &Device::Cpu)?;
    Ok((angles.cos()?, angles.sin()?))
}

/// New token i (position `past + i`) sees the positions up to its own.
fn causal_mask(past: usize, n: usize) -> Result<Option<Tensor>> {
    if n == 1 {
        return Ok(None);
    }
    let t = past + n;
    let mut mask = vec![0f32; n * t];
    for (row, line) in mask.chunks_exact_mut(t).enumerate() {
        line[past + row + 1..].fill(f32::NEG_INFINITY);
    }
    Ok(Some(Tensor::from_vec(mask, (1, 1, n, t), &Device::Cpu)?))
}

fn apply(linear: &Linear, rows: &Tensor) -> Result<Tensor> {
    let product = linear.matrix.forward(rows)?;
    match &linear.bias {
        Some(bias) => product.broadcast_add(bias),
        None => Ok(product),
    }
}

fn feed_forward(layer: &Layer, rows: &Tensor) -> Result<Tensor> {
    let gate = silu(&apply(&layer.gate, rows)?)?;
    apply(&layer.down, &(gate * apply(&layer.up, rows)?)?)
}

impl Pass<'_> {
    /// (n, heads·d) to (heads, n, d), contiguous.
    fn heads(&self, rows: &Tensor, heads: usize) -> Result<Tensor> {
        rows.reshape((rows.dim(0)?, heads, self.shape.head_dim))?.transpose(0, 1)?.contiguous()
    }

    /// Rotates (heads, n, d) to the positions of this pass.
    fn rotate(&self, heads: &Tensor) -> Result<Tensor> {
        rope_i(&heads.unsqueeze(0)?, &self.cos, &self.sin)?.squeeze(0)
    }

    fn attention(&self, layer: &Layer, index: usize, rows: &Tensor, sequence: &Sequence) -> Result<Tensor> {
        let (n, h, g, d) = (rows.dim(0)?, self.shape.heads, self.shape.kv_heads, self.shape.head_dim);
        let query = self.rotate(&self.heads(&apply(&layer.query, rows)?, h)?)?;
        let key = self.rotate(&self.heads(&apply(&layer.key, rows)?, g)?)?;
        let value = self.heads(&apply(&layer.value, rows)?, g)?;
        let (keys, values) = sequence.write(index, &key, &value)?;
        let t = keys.dim(1)?;
        // The h/g query heads of a group are neighbours, so a group's queries are (h/g·n, d) without copying, and its
        // keys are read in place instead of being repeated.
        let query = (query.reshape((g, h / g * n, d))? * (1.0 / (d as f64).sqrt()))?;
        let scores = query.matmul(&keys.t()?)?;
        let scores = match &self.mask {
            Some(mask) => {
                scores.reshape((g, h / g, n, t))?.broadcast_add(mask)?.reshape((g, h / g * n, t))?
            }
            None => scores,
        };
        let shares = softmax_last_dim(&scores)?;
        // (g, h/g·n, d), which is (h, n, d)
        let mixed = shares.matmul(&values)?;
        let mixed = mixed.reshape((h, n, d))?.transpose(0, 1)?.contiguous()?.flatten_from(D::Minus2)?;
        apply(&layer.attention_output, &mixed)
    }
}
