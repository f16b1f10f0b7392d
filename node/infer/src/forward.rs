//! Owns the forward pass of a Llama model: from tokens to the logits after the last of them, reading and extending one
//! sequence's KV cache. Refuses to know files and sampling.
//! Source: Touvron et al. 2023 (Llama), as llama.cpp lays its weights out. Activations are f32; shapes in the comments are
//! n new tokens, h query heads, g kv heads, d head width, w model width.

use crate::attention::{Past, attend, rotate};
use crate::backend::BackendError;
use crate::kv::Sequence;
use crate::shape::Shape;
use crate::weights::{Layer, Linear, Weights};
use candle_core::{Device, IndexOp, Result, Tensor};
use candle_nn::ops::{rms_norm, silu};

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
    sequence.room_for(tokens.len())?;
    let values = last_logits(weights, shape, sequence, tokens)?.to_vec1::<f32>()?;
    if values.iter().any(|value| !value.is_finite()) {
        return Err(BackendError::NotFinite);
    }
    sequence.advance(tokens.len());
    *logits = values;
    Ok(())
}

fn last_logits(weights: &Weights, shape: &Shape, sequence: &mut Sequence, tokens: &[u32]) -> Result<Tensor> {
    let n = tokens.len();
    // (n, w)
    let mut stream = weights.embedding.embedding(&Tensor::new(tokens, &Device::Cpu)?)?;
    for (index, layer) in weights.layers.iter().enumerate() {
        let normed = rms_norm(&stream, &layer.attention_norm, shape.norm_epsilon)?;
        let attended = attention(weights, layer, index, &normed, shape, sequence)?;
        stream = (stream + attended)?;
        let normed = rms_norm(&stream, &layer.feed_norm, shape.norm_epsilon)?;
        stream = (stream + feed_forward(layer, &normed)?)?;
    }
    let last = stream.i((n - 1..n, ..))?.contiguous()?;
    let normed = rms_norm(&last, &weights.output_norm, shape.norm_epsilon)?;
    weights.output.forward(&normed)?.squeeze(0)
}

fn apply(linear: &Linear, rows: &Tensor) -> Result<Tensor> {
    let product = linear.matrix.forward(rows)?;
    match &linear.bias {
        Some(bias) => product.broadcast_add(bias),
        None => Ok(product),
    }
}

fn flat(rows: &Tensor) -> Result<Vec<f32>> {
    rows.flatten_all()?.to_vec1()
}

fn feed_forward(layer: &Layer, rows: &Tensor) -> Result<Tensor> {
    let gate = silu(&apply(&layer.gate, rows)?)?;
    apply(&layer.down, &(gate * apply(&layer.up, rows)?)?)
}

/// (n, w) to (n, w), appending the layer's keys and values.
fn attention(
    weights: &Weights,
    layer: &Layer,
    index: usize,
    rows: &Tensor,
    shape: &Shape,
    sequence: &mut Sequence,
) -> Result<Tensor> {
    let before = sequence.len();
    let mut queries = flat(&apply(&layer.query, rows)?)?;
    let mut keys = flat(&apply(&layer.key, rows)?)?;
    let values = flat(&apply(&layer.value, rows)?)?;
    rotate(&mut queries, shape.query_width(), shape.head_dim, before, &weights.rope_frequencies);
    rotate(&mut keys, shape.kv_width(), shape.head_dim, before, &weights.rope_frequencies);
    let cache = sequence.append(index, &keys, &values);
    let mixed = attend(&queries, &Past { keys: &cache.keys, values: &cache.values, before }, shape);
    apply(
        &layer.attention_output,
        &Tensor::from_vec(mixed, (rows.dim(0)?, shape.query_width()), &Device::Cpu)?,
    )
}
