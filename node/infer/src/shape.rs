//! Owns the numbers that define a model of the Llama family, read out of the metadata and checked against each other.
//! Refuses to know tensors. Source: the GGUF specification's `llama.*` keys (and their twins for Qwen) and llama.cpp's reading of them.

use crate::error::LoadError;
use crate::gguf::Value;
use std::collections::HashMap;

/// Most layers.
pub const LAYERS_MAX: usize = 1024;
/// Largest embedding or feed-forward width.
pub const WIDTH_MAX: usize = 1 << 20;
/// Most attention heads.
pub const HEADS_MAX: usize = 4096;
/// Widest head.
pub const HEAD_DIM_MAX: usize = 256;
/// Longest context, in tokens.
pub const CONTEXT_LEN_MAX: usize = 1 << 24;

/// The families whose forward pass is here. Mistral's files call themselves llama.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Llama 1 to 3, Mistral, SmolLM: rotary pairs stand side by side in the file.
    Llama,
    /// Qwen2 and Qwen2.5: biases on queries, keys and values; rotary pairs are the halves of a head.
    Qwen2,
    /// Qwen3: a norm for each query and key head, no biases.
    Qwen3,
}

impl Family {
    fn named(architecture: &str) -> Option<Family> {
        [Family::Llama, Family::Qwen2, Family::Qwen3]
            .into_iter()
            .find(|family| family.architecture() == architecture)
    }

    /// Its name in `general.architecture`.
    pub(crate) fn architecture(self) -> &'static str {
        match self {
            Family::Llama => "llama",
            Family::Qwen2 => "qwen2",
            Family::Qwen3 => "qwen3",
        }
    }

    /// Whether queries and keys have norms of their own.
    pub(crate) fn has_head_norms(self) -> bool {
        self == Family::Qwen3
    }

    /// Whether a rotary pair is (i, i + d/2) and not (2i, 2i + 1).
    pub(crate) fn rotates_halves(self) -> bool {
        self != Family::Llama
    }
}

/// A model's dimensions, each within its cap and consistent with the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Which forward pass.
    pub family: Family,
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
    /// Width of one head; a multiple of 16.
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
        let family = Family::named(architecture)
            .ok_or_else(|| LoadError::Architecture { found: architecture.to_owned() })?;
        let key = |name: &str| format!("{architecture}.{name}");
        if metadata.unsigned(&key("expert_count"))?.unwrap_or(0) > 0 {
            return Err(LoadError::Feature { feature: "a mixture of experts".to_owned() });
        }
        let embedding = metadata.needed_size(&key("embedding_length"), WIDTH_MAX)?;
        let heads_key = &key("attention.head_count");
        let heads = metadata.needed_size(heads_key, HEADS_MAX)?;
        let kv_key = &key("attention.head_count_kv");
        let kv_heads = metadata.size(kv_key, HEADS_MAX)?.unwrap_or(heads);
        if !heads.is_multiple_of(kv_heads) {
            return Err(Metadata::bad(kv_key, &kv_heads, &format!("it must divide the head count {heads}")));
        }
        let head_key = &key("attention.key_length");
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
        if !head_dim.is_multiple_of(16) || head_dim > HEAD_DIM_MAX {
            let reason = format!("a head's width must be a multiple of 16 and at most {HEAD_DIM_MAX}");
            return Err(Metadata::bad(head_key, &head_dim, &reason));
        }
        for equal in ["attention.value_length", "rope.dimension_count"] {
            let equal = &key(equal);
            let length = metadata.size(equal, WIDTH_MAX)?.unwrap_or(head_dim);
            if length != head_dim {
                return Err(Metadata::bad(
                    equal,
                    &length,
                    &format!("it must equal the head's width {head_dim}"),
                ));
            }
        }
        let shape = Shape {
            family,
            layers: metadata.needed_size(&key("block_count"), LAYERS_MAX)?,
            embedding,
            feed_forward: metadata.needed_size(&key("feed_forward_length"), WIDTH_MAX)?,
            heads,
            kv_heads,
            head_dim,
            context_len: metadata.needed_size(&key("context_length"), CONTEXT_LEN_MAX)?,
            norm_epsilon: positive(metadata, &key("attention.layer_norm_rms_epsilon"), None, 1.0)?,
            rope_base: positive(metadata, &key("rope.freq_base"), Some(10_000.0), 1e12)?,
            rope_divisor: rope_divisor(metadata, architecture)?,
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
}

fn positive(metadata: &Metadata<'_>, key: &str, default: Option<f32>, max: f32) -> Result<f32, LoadError> {
    let number = metadata.float(key)?.or(default).ok_or_else(|| Metadata::missing(key))?;
    if !number.is_finite() || number <= 0.0 || number > max {
        return Err(Metadata::bad(key, &number, &format!("it must be above 0 and at most {max}")));
    }
    Ok(number)
}

fn rope_divisor(metadata: &Metadata<'_>, architecture: &str) -> Result<f32, LoadError> {
    match metadata.text(&format!("{architecture}.rope.scaling.type"))? {
        None | Some("none") => Ok(1.0),
        Some("linear") => positive(metadata, &format!("{architecture}.rope.scaling.factor"), None, 1e6),
        Some(other) => Err(LoadError::Feature { feature: format!("rope scaling of the type {other:?}") }),
    }
}
