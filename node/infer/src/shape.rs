//! Owns the numbers that define a Llama model, read out of the metadata and checked against each other. Refuses to know
//! tensors. Source: the GGUF specification's `llama.*` keys and llama.cpp's reading of them.

use crate::error::LoadError;
use crate::gguf::Value;
use std::collections::HashMap;

/// Most layers.
pub const LAYERS_MAX: usize = 1024;
/// Largest embedding or feed-forward width.
pub const WIDTH_MAX: usize = 1 << 20;
/// Most attention heads.
pub const HEADS_MAX: usize = 4096;
/// Longest context, in tokens.
pub const CONTEXT_LEN_MAX: usize = 1 << 24;

/// A model's dimensions, each within its cap and consistent with the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Transformer blocks.
    pub layers: usize,
    /// Width of the residual stream.
    pub embedding: usize,
    /// Width inside the feed-forward part.
    pub feed_forward: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// Width of one head; even.
    pub head_dim: usize,
    /// Longest sequence, in tokens.
    pub context_len: usize,
    /// Epsilon of the root-mean-square norms.
    pub norm_epsilon: f32,
    /// Base of the rotary frequencies.
    pub rope_base: f32,
    /// Positions are divided by this (linear scaling); 1 when off.
    pub rope_divisor: f32,
}

/// Typed access to metadata, with errors that name the key.
pub(crate) struct Metadata<'a>(pub(crate) &'a HashMap<String, Value>);

impl Metadata<'_> {
    fn wrong(key: &str, expected: &'static str, value: &Value) -> LoadError {
        LoadError::KeyType { key: key.to_owned(), expected, actual: value.kind() }
    }

    fn missing(key: &str) -> LoadError {
        LoadError::MissingKey { key: key.to_owned() }
    }

    pub(crate) fn unsigned(&self, key: &str) -> Result<Option<u64>, LoadError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Unsigned(number)) => Ok(Some(*number)),
            Some(Value::Signed(number)) if *number >= 0 => Ok(Some(number.unsigned_abs())),
            Some(other) => Err(Self::wrong(key, "an unsigned integer", other)),
        }
    }

    pub(crate) fn float(&self, key: &str) -> Result<Option<f32>, LoadError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Float(number)) => Ok(Some(*number as f32)),
            Some(other) => Err(Self::wrong(key, "a float", other)),
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, LoadError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(Self::wrong(key, "a bool", other)),
        }
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&str>, LoadError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(Self::wrong(key, "a string", other)),
        }
    }

    pub(crate) fn needed_text(&self, key: &str) -> Result<&str, LoadError> {
        self.text(key)?.ok_or_else(|| Self::missing(key))
    }

    pub(crate) fn needed_texts(&self, key: &str) -> Result<&[String], LoadError> {
        match self.0.get(key) {
            None => Err(Self::missing(key)),
            Some(Value::Texts(texts)) => Ok(texts),
            Some(other) => Err(Self::wrong(key, "an array of strings", other)),
        }
    }

    pub(crate) fn integers(&self, key: &str) -> Result<Option<Vec<i64>>, LoadError> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Signeds(numbers)) => Ok(Some(numbers.clone())),
            Some(Value::Unsigneds(numbers)) => {
                Ok(Some(numbers.iter().map(|number| i64::try_from(*number).unwrap_or(i64::MAX)).collect()))
            }
            Some(other) => Err(Self::wrong(key, "an array of integers", other)),
        }
    }

    /// A size from 1 to `max`.
    fn size(&self, key: &str, max: usize) -> Result<Option<usize>, LoadError> {
        let Some(number) = self.unsigned(key)? else { return Ok(None) };
        if number == 0 {
            return Err(Self::bad(key, &number, "it must be at least 1"));
        }
        if number > max as u64 {
            return Err(LoadError::TooLarge { what: key.to_owned(), max: max as u64, actual: number });
        }
        Ok(Some(number as usize))
    }

    fn needed_size(&self, key: &str, max: usize) -> Result<usize, LoadError> {
        self.size(key, max)?.ok_or_else(|| Self::missing(key))
    }

    fn bad(key: &str, actual: &dyn std::fmt::Display, reason: &str) -> LoadError {
        LoadError::KeyValue { key: key.to_owned(), actual: actual.to_string(), reason: reason.to_owned() }
    }
}

impl Shape {
    /// Reads the shape out of a file's metadata.
    ///
    /// # Errors
    /// `Architecture`, `Feature`, `MissingKey`, `KeyType`, `KeyValue`, `TooLarge`.
    pub(crate) fn read(metadata: &Metadata<'_>) -> Result<Shape, LoadError> {
        let architecture = metadata.needed_text("general.architecture")?;
        if architecture != "llama" {
            return Err(LoadError::Architecture { found: architecture.to_owned() });
        }
        if metadata.unsigned("llama.expert_count")?.unwrap_or(0) > 0 {
            return Err(LoadError::Feature { feature: "a mixture of experts".to_owned() });
        }
        let embedding = metadata.needed_size("llama.embedding_length", WIDTH_MAX)?;
        let heads_key = "llama.attention.head_count";
        let heads = metadata.needed_size(heads_key, HEADS_MAX)?;
        let kv_key = "llama.attention.head_count_kv";
        let kv_heads = metadata.size(kv_key, HEADS_MAX)?.unwrap_or(heads);
        if !heads.is_multiple_of(kv_heads) {
            return Err(Metadata::bad(kv_key, &kv_heads, &format!("it must divide the head count {heads}")));
        }
        let head_key = "llama.attention.key_length";
        let head_dim = match metadata.size(head_key, WIDTH_MAX)? {
            Some(length) => length,
            None if embedding.is_multiple_of(heads) => embedding / heads,
            None => {
                return Err(Metadata::bad(
                    heads_key,
                    &heads,
                    &format!("it must divide the width {embedding}"),
                ));
            }
        };
        if !head_dim.is_multiple_of(2) {
            return Err(Metadata::bad(head_key, &head_dim, "a head's width must be even"));
        }
        for key in ["llama.attention.value_length", "llama.rope.dimension_count"] {
            let length = metadata.size(key, WIDTH_MAX)?.unwrap_or(head_dim);
            if length != head_dim {
                return Err(Metadata::bad(
                    key,
                    &length,
                    &format!("it must equal the head's width {head_dim}"),
                ));
            }
        }
        let shape = Shape {
            layers: metadata.needed_size("llama.block_count", LAYERS_MAX)?,
            embedding,
            feed_forward: metadata.needed_size("llama.feed_forward_length", WIDTH_MAX)?,
            heads,
            kv_heads,
            head_dim,
            context_len: metadata.needed_size("llama.context_length", CONTEXT_LEN_MAX)?,
            norm_epsilon: positive(metadata, "llama.attention.layer_norm_rms_epsilon", None, 1.0)?,
            rope_base: positive(metadata, "llama.rope.freq_base", Some(10_000.0), 1e12)?,
            rope_divisor: rope_divisor(metadata)?,
        };
        Ok(shape)
    }

    /// Width of all query heads together.
    pub(crate) fn query_width(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Width of all key heads together.
    pub(crate) fn kv_width(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// Bytes of KV cache one token takes.
    pub fn kv_token_bytes(&self) -> usize {
        2 * self.layers * self.kv_width() * size_of::<f32>()
    }
}

fn positive(metadata: &Metadata<'_>, key: &str, default: Option<f32>, max: f32) -> Result<f32, LoadError> {
    let number = metadata.float(key)?.or(default).ok_or_else(|| Metadata::missing(key))?;
    if !number.is_finite() || number <= 0.0 || number > max {
        return Err(Metadata::bad(key, &number, &format!("it must be above 0 and at most {max}")));
    }
    Ok(number)
}

fn rope_divisor(metadata: &Metadata<'_>) -> Result<f32, LoadError> {
    match metadata.text("llama.rope.scaling.type")? {
        None | Some("none") => Ok(1.0),
        Some("linear") => positive(metadata, "llama.rope.scaling.factor", None, 1e6),
        Some(other) => Err(LoadError::Feature { feature: format!("rope scaling of the type {other:?}") }),
    }
}
