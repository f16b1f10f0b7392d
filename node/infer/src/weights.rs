//! Owns the tensors of a model: names, expected shapes, loading, and the rule that none is left over. Refuses to know the
//! order of computation. Source: llama.cpp's tensor names (src/llama-arch.cpp).

use crate::error::LoadError;
use crate::fill::{Filled, Source, fill};
use crate::gguf::{Header, TensorEntry};
use crate::matrix::{Linear, Matrix, Precision};
use crate::shape::Shape;
use crate::shared_file::SharedFile;
use kernels::{Arena, Format, Pairing, Rotation, dequantise};
use std::collections::HashSet;
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

/// The matrices of a layer that is borrowed, to be read or to be filled, in the order in which a step reads them, and in
/// which [`Loader::layer`] makes room for them.
macro_rules! linears {
    ($layer:expr) => {{
        let Layer { query, key, value, attention_output, gate, up, down, .. } = $layer;
        [query, key, value, attention_output, gate, up, down]
    }};
}

impl Layer {
    fn linears(&self) -> [&Linear; 7] {
        linears!(self)
    }

    fn linears_mut(&mut self) -> [&mut Linear; 7] {
        linears!(self)
    }
}

/// A matrix that has its room and not yet its weights.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) name: String,
    /// Of the tensor in the model's file.
    pub(crate) format: Format,
    pub(crate) outputs: usize,
    pub(crate) inputs: usize,
    /// First byte of the tensor in the model's file.
    pub(crate) start: u64,
}

/// Takes tensors out of a file one by one and remembers which: vectors at once, of matrices the room and the plan.
struct Loader<'a> {
    header: &'a Header,
    file: &'a SharedFile,
    precision: Precision,
    arena: Arena,
    used: HashSet<String>,
    planned: Vec<Planned>,
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

    /// Room for a matrix; its weights come with those of all the others.
    fn matrix(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<Matrix, LoadError> {
        let &TensorEntry { format, start, .. } = self.entry(name, &[outputs, inputs])?;
        let matrix = Matrix::zeroed(&mut self.arena, format, outputs, inputs, self.precision)
            .map_err(|source| LoadError::Matrix { name: name.to_owned(), source })?;
        self.planned.push(Planned { name: name.to_owned(), format, outputs, inputs, start });
        self.used.insert(name.to_owned());
        Ok(matrix)
    }

    /// A vector in f32 with every value finite.
    fn vector(&mut self, name: &str, len: usize) -> Result<Vec<f32>, LoadError> {
        let format = self.entry(name, &[len])?.format;
        let bytes = self.header.read_tensor(&mut self.file.file(), name)?;
        self.used.insert(name.to_owned());
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
    /// Loads every tensor of a model of this shape, its matrices on every thread of the source's crew; from its cache of
    /// packed matrices, if there is one that can be believed. Everything the header says of tensors is checked before the first
    /// matrix is read.
    ///
    /// # Errors
    /// `MissingTensor`, `TensorShape`, `UnexpectedTensor`, `NotFinite`, `Rotation`, `Matrix`, `Read`.
    pub(crate) fn load(
        header: &Header,
        shape: &Shape,
        vocab_len: usize,
        precision: Precision,
        source: &Source<'_>,
    ) -> Result<(Weights, Filled), LoadError> {
        let (file, arena, used) = (source.file, Arena::new(REGION_BYTES), HashSet::new());
        let mut loader = Loader { header, file, precision, arena, used, planned: Vec::new() };
        let width = shape.embedding;
        let mut embedding = loader.matrix("token_embd.weight", vocab_len, width)?;
        let mut layers: Vec<Layer> =
            (0..shape.layers).map(|index| loader.layer(index, shape)).collect::<Result<_, _>>()?;
        let output_norm = loader.vector("output_norm.weight", width)?;
        let has_output = header.tensors.contains_key("output.weight");
        let mut output = has_output.then(|| loader.matrix("output.weight", vocab_len, width)).transpose()?;
        let rotation = loader.rotation(shape)?;
        let left_over = header.tensors.keys().filter(|name| !loader.used.contains(*name)).min();
        if let Some(name) = left_over {
            return Err(LoadError::UnexpectedTensor { name: name.clone() });
        }
        let linears = layers.iter_mut().flat_map(Layer::linears_mut).map(|linear| &mut linear.matrix);
        let mut matrices: Vec<&mut Matrix> =
            std::iter::once(&mut embedding).chain(linears).chain(&mut output).collect();
        let filled = fill(source, &loader.planned, &mut matrices)?;
        let embedding = Arc::new(embedding);
        let output = output.map_or_else(|| embedding.clone(), Arc::new);
        Ok((Weights { embedding, layers, output_norm, output, rotation }, filled))
    }

    /// All matrices, each once, in the order in which they were planned.
    pub(crate) fn matrices(&self) -> impl Iterator<Item = &Matrix> {
        let linears = self.layers.iter().flat_map(Layer::linears).map(|linear| &linear.matrix);
        let own_output = (!Arc::ptr_eq(&self.embedding, &self.output)).then_some(&*self.output);
        std::iter::once(&*self.embedding).chain(linears).chain(own_output)
    }

    /// Bytes of matrices that one token's step reads.
    pub(crate) fn bytes(&self) -> usize {
        let linears = self.layers.iter().flat_map(Layer::linears);
        linears.map(|linear| linear.matrix.bytes()).sum::<usize>() + self.output.bytes()
    }
}
