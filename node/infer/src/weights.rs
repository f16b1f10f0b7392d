//! Owns the tensors of a Llama model: names, expected shapes, loading, and the rule that none is left over. Refuses to
//! know the order of computation. Source: llama.cpp's tensor names (src/llama-arch.cpp).

use crate::error::LoadError;
use crate::gguf::{Header, TensorEntry};
use crate::matrix::Matrix;
use crate::shape::Shape;
use candle_core::quantized::QTensor;
use candle_core::quantized::gguf_file::TensorInfo;
use candle_core::{Device, Tensor};
use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

/// A matrix (out, in) applied to rows, with an optional bias (out).
#[derive(Debug)]
pub(crate) struct Linear {
    pub(crate) matrix: Matrix,
    pub(crate) bias: Option<Tensor>,
}

#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) attention_norm: Tensor,
    pub(crate) query: Linear,
    pub(crate) key: Linear,
    pub(crate) value: Linear,
    pub(crate) attention_output: Linear,
    pub(crate) feed_norm: Tensor,
    pub(crate) gate: Linear,
    pub(crate) up: Linear,
    pub(crate) down: Linear,
}

/// All weights. Norms and biases are f32; matrices stay quantised.
#[derive(Debug)]
pub(crate) struct Weights {
    /// (vocabulary, width); rows are dequantised as they are looked up.
    pub(crate) embedding: Arc<QTensor>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) output_norm: Tensor,
    pub(crate) output: Matrix,
    /// Rotary frequency of each pair of a head, in radians per position.
    pub(crate) rope_frequencies: Vec<f32>,
}

/// Takes tensors out of a file one by one and remembers which.
struct Loader<'a> {
    header: &'a Header,
    reader: BufReader<File>,
    used: HashSet<String>,
}

fn library(what: &str, error: &candle_core::Error) -> LoadError {
    let message = error.to_string().lines().next().unwrap_or_default().to_owned();
    LoadError::Library { what: what.to_owned(), message }
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

    fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<QTensor, LoadError> {
        let entry = self.entry(name, shape)?;
        let info = TensorInfo { ggml_dtype: entry.dtype, shape: shape.into(), offset: entry.offset };
        let tensor = info
            .read(&mut self.reader, self.header.data_start, &Device::Cpu)
            .map_err(|error| library(&format!("the tensor {name}"), &error))?;
        self.used.insert(name.to_owned());
        Ok(tensor)
    }

    /// A vector in f32 with every value finite.
    fn vector(&mut self, name: &str, len: usize) -> Result<Tensor, LoadError> {
        let tensor = self
            .tensor(name, &[len])?
            .dequantize(&Device::Cpu)
            .map_err(|error| library(&format!("the tensor {name}"), &error))?;
        let values = tensor.to_vec1::<f32>().map_err(|error| library(name, &error))?;
        match values.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(LoadError::NotFinite { name: name.to_owned(), index }),
            None => Ok(tensor),
        }
    }

    fn optional_vector(&mut self, name: &str, len: usize) -> Result<Option<Tensor>, LoadError> {
        if self.header.tensors.contains_key(name) { self.vector(name, len).map(Some) } else { Ok(None) }
    }

    fn linear(&mut self, prefix: &str, outputs: usize, inputs: usize) -> Result<Linear, LoadError> {
        let name = format!("{prefix}.weight");
        let tensor = self.tensor(&name, &[outputs, inputs])?;
        let matrix = matrix(&name, Arc::new(tensor))?;
        Ok(Linear { matrix, bias: self.optional_vector(&format!("{prefix}.bias"), outputs)? })
    }
}

fn matrix(name: &str, tensor: Arc<QTensor>) -> Result<Matrix, LoadError> {
    Matrix::new(tensor).map_err(|error| library(&format!("the matrix {name}"), &error))
}

impl Weights {
    /// Loads every tensor of a model of this shape.
    ///
    /// # Errors
    /// `MissingTensor`, `TensorShape`, `UnexpectedTensor`, `NotFinite`, `Library`.
    pub(crate) fn load(
        header: &Header,
        file: File,
        shape: &Shape,
        vocab_len: usize,
    ) -> Result<Weights, LoadError> {
        let mut loader = Loader { header, reader: BufReader::new(file), used: HashSet::new() };
        let embedding = Arc::new(loader.tensor("token_embd.weight", &[vocab_len, shape.embedding])?);
        let mut layers = Vec::with_capacity(shape.layers);
        for index in 0..shape.layers {
            layers.push(load_layer(&mut loader, index, shape)?);
        }
        let output_norm = loader.vector("output_norm.weight", shape.embedding)?;
        let output = if header.tensors.contains_key("output.weight") {
            let tensor = loader.tensor("output.weight", &[vocab_len, shape.embedding])?;
            matrix("output.weight", Arc::new(tensor))?
        } else {
            matrix("token_embd.weight", embedding.clone())?
        };
        let rope_frequencies = rope_frequencies(&mut loader, shape)?;
        let mut left_over: Vec<&String> =
            header.tensors.keys().filter(|name| !loader.used.contains(*name)).collect();
        left_over.sort();
        if let Some(name) = left_over.first() {
            return Err(LoadError::UnexpectedTensor { name: (*name).clone() });
        }
        Ok(Weights { embedding, layers, output_norm, output, rope_frequencies })
    }
}

fn load_layer(loader: &mut Loader<'_>, index: usize, shape: &Shape) -> Result<Layer, LoadError> {
    let name = |part: &str| format!("blk.{index}.{part}");
    let (width, inner) = (shape.embedding, shape.feed_forward);
    Ok(Layer {
        attention_norm: loader.vector(&name("attn_norm.weight"), width)?,
        query: loader.linear(&name("attn_q"), shape.query_width(), width)?,
        key: loader.linear(&name("attn_k"), shape.kv_width(), width)?,
        value: loader.linear(&name("attn_v"), shape.kv_width(), width)?,
        attention_output: loader.linear(&name("attn_output"), width, shape.query_width())?,
        feed_norm: loader.vector(&name("ffn_norm.weight"), width)?,
        gate: loader.linear(&name("ffn_gate"), inner, width)?,
        up: loader.linear(&name("ffn_up"), inner, width)?,
        down: loader.linear(&name("ffn_down"), width, inner)?,
    })
}

/// base^(-2i/d) for each pair i, divided by the file's factors (Llama 3.1 and later) and by the linear scaling.
fn rope_frequencies(loader: &mut Loader<'_>, shape: &Shape) -> Result<Vec<f32>, LoadError> {
    let name = "rope_freqs.weight";
    let factors = match loader.optional_vector(name, shape.head_dim / 2)? {
        Some(tensor) => Some(tensor.to_vec1::<f32>().map_err(|error| library(name, &error))?),
        None => None,
    };
    let mut frequencies = Vec::with_capacity(shape.head_dim / 2);
    for pair in 0..shape.head_dim / 2 {
        let exponent = (2 * pair) as f32 / shape.head_dim as f32;
        let factor = factors.as_ref().map_or(1.0, |factors| factors[pair]);
        let frequency = 1.0 / shape.rope_base.powf(exponent) / (factor * shape.rope_divisor);
        if !frequency.is_finite() {
            return Err(LoadError::NotFinite { name: name.to_owned(), index: pair });
        }
        frequencies.push(frequency);
    }
    Ok(frequencies)
}
