//! Owns the tensors of a model: names, expected shapes, loading, and the rule that none is left over. Refuses to know the
//! order of computation. Source: llama.cpp's tensor names (src/llama-arch.cpp).

use crate::error::LoadError;
use crate::gguf::{Header, TensorEntry};
use crate::matrix::{Linear, Matrix, Precision};
use crate::shape::Shape;
use kernels::{Arena, Pairing, Rotation, dequantise};
use std::collections::HashSet;
use std::fs::File;
use std::sync::Arc;

/// Memory for weights is asked for in regions of this size, which hold many matrices of a small model.
const REGION_BYTES: usize = 32 << 20;

#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) attention_norm: Vec<f32>,
    pub(crate) query: Linear,
    pub(crate) key: Linear,
    pub(crate) value: Linear,
    /// Norms of each query head and each key head (Qwen3).
    pub(crate) query_norm: Option<Vec<f32>>,
    pub(crate) key_norm: Option<Vec<f32>>,
    pub(crate) attention_output: Linear,
    pub(crate) feed_norm: Vec<f32>,
    pub(crate) gate: Linear,
    pub(crate) up: Linear,
    pub(crate) down: Linear,
}

/// All weights. Norms and biases are f32.
#[derive(Debug)]
pub(crate) struct Weights {
    /// (vocabulary, width); rows are dequantised as they are looked up.
    pub(crate) embedding: Arc<Matrix>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) output_norm: Vec<f32>,
    /// (vocabulary, width); the embedding where the file has no other.
    pub(crate) output: Arc<Matrix>,
    pub(crate) rotation: Rotation,
}

/// Takes tensors out of a file one by one and remembers which.
struct Loader<'a> {
    header: &'a Header,
    file: File,
    precision: Precision,
    arena: Arena,
    used: HashSet<String>,
}

impl Loader<'_> {
    fn entry(&self, name: &str, shape: &[usize]) -> Result<&TensorEntry, LoadError> {
        let entry = self
            .header
            .tensors
            .get(name)
            .ok_or_else(|| LoadError::MissingTensor { name: name.to_owned() })?;
        if entry.shape != shape {
            let (expected, actual) = (shape.to_vec(), entry.shape.clone());
            return Err(LoadError::TensorShape { name: name.to_owned(), expected, actual });
        }
        Ok(entry)
    }

    fn bytes(&mut self, name: &str, shape: &[usize]) -> Result<(kernels::Format, Vec<u8>), LoadError> {
        let format = self.entry(name, shape)?.format;
        let bytes = self.header.read_tensor(&mut self.file, name)?;
        self.used.insert(name.to_owned());
        Ok((format, bytes))
    }

    fn matrix(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<Matrix, LoadError> {
        let (format, bytes) = self.bytes(name, &[outputs, inputs])?;
        Matrix::new(&mut self.arena, format, outputs, inputs, &bytes, self.precision)
            .map_err(|source| LoadError::Matrix { name: name.to_owned(), source })
    }

    /// A vector in f32 with every value finite.
    fn vector(&mut self, name: &str, len: usize) -> Result<Vec<f32>, LoadError> {
        let (format, bytes) = self.bytes(name, &[len])?;
        let mut values = vec![0.0; len];
        dequantise(format, &bytes, &mut values);
        match values.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(LoadError::NotFinite { name: name.to_owned(), index }),
            None => Ok(values),
        }
    }

    fn optional_vector(&mut self, name: &str, len: usize) -> Result<Option<Vec<f32>>, LoadError> {
        if self.header.tensors.contains_key(name) { self.vector(name, len).map(Some) } else { Ok(None) }
    }

    fn linear(&mut self, prefix: &str, outputs: usize, inputs: usize) -> Result<Linear, LoadError> {
        let matrix = self.matrix(&format!("{prefix}.weight"), outputs, inputs)?;
        Ok(Linear { matrix, bias: self.optional_vector(&format!("{prefix}.bias"), outputs)? })
    }

    fn layer(&mut self, index: usize, shape: &Shape) -> Result<Layer, LoadError> {
        let name = |part: &str| format!("blk.{index}.{part}");
        let (width, inner) = (shape.embedding, shape.feed_forward);
        let head_norm = |loader: &mut Self, part: &str| {
            if shape.family.has_head_norms() {
                loader.vector(&name(part), shape.head_dim).map(Some)
            } else {
                Ok(None)
            }
        };
        Ok(Layer {
            attention_norm: self.vector(&name("attn_norm.weight"), width)?,
            query: self.linear(&name("attn_q"), shape.query_width(), width)?,
            key: self.linear(&name("attn_k"), shape.kv_width(), width)?,
            value: self.linear(&name("attn_v"), shape.kv_width(), width)?,
            query_norm: head_norm(self, "attn_q_norm.weight")?,
            key_norm: head_norm(self, "attn_k_norm.weight")?,
            attention_output: self.linear(&name("attn_output"), width, shape.query_width())?,
            feed_norm: self.vector(&name("ffn_norm.weight"), width)?,
            gate: self.linear(&name("ffn_gate"), inner, width)?,
            up: self.linear(&name("ffn_up"), inner, width)?,
            down: self.linear(&name("ffn_down"), width, inner)?,
        })
    }

    /// The file's factors for each pair (Llama 3.1 and later) and its scaling.
    fn rotation(&mut self, shape: &Shape) -> Result<Rotation, LoadError> {
        let name = "rope_freqs.weight";
        let factors = self.optional_vector(name, shape.head_dim / 2)?;
        let pairing = if shape.family.rotates_halves() { Pairing::Halves } else { Pairing::Interleaved };
        let positions_max = u32::try_from(shape.context_len).unwrap_or(u32::MAX);
        let (base, divisor) = (shape.rope_base, shape.rope_divisor);
        Ok(Rotation::new(shape.head_dim, base, divisor, factors.as_deref(), pairing, positions_max)?)
    }
}

impl Weights {
    /// Loads every tensor of a model of this shape.
    ///
    /// # Errors
    /// `MissingTensor`, `TensorShape`, `UnexpectedTensor`, `NotFinite`, `Matrix`, `Read`.
    pub(crate) fn load(
        header: &Header,
        file: File,
        shape: &Shape,
        vocab_len: usize,
        precision: Precision,
    ) -> Result<Weights, LoadError> {
        let mut loader =
            Loader { header, file, precision, arena: Arena::new(REGION_BYTES), used: HashSet::new() };
        let width = shape.embedding;
        let embedding = Arc::new(loader.matrix("token_embd.weight", vocab_len, width)?);
        let layers = (0..shape.layers).map(|index| loader.layer(index, shape)).collect::<Result<_, _>>()?;
        let output_norm = loader.vector("output_norm.weight", width)?;
        let output = if header.tensors.contains_key("output.weight") {
            Arc::new(loader.matrix("output.weight", vocab_len, width)?)
        } else {
            embedding.clone()
        };
        let rotation = loader.rotation(shape)?;
        let left_over = header.tensors.keys().filter(|name| !loader.used.contains(*name)).min();
        if let Some(name) = left_over {
            return Err(LoadError::UnexpectedTensor { name: name.clone() });
        }
        Ok(Weights { embedding, layers, output_norm, output, rotation })
    }

    /// Bytes of matrices that one token's step reads.
    pub(crate) fn bytes(&self) -> usize {
        let layer = |layer: &Layer| -> usize {
            [
                &layer.query,
                &layer.key,
                &layer.value,
                &layer.attention_output,
                &layer.gate,
                &layer.up,
                &layer.down,
            ]
            .iter()
            .map(|linear| linear.matrix.bytes())
            .sum()
        };
        self.layers.iter().map(layer).sum::<usize>() + self.output.bytes()
    }
}
