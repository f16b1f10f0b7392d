//! Owns reading a LoRA adapter from disk: a PEFT folder or a GGUF file becomes pairs of matrices that are known to fit a base
//! model, or one clear error; `weights` lays them out for the kernels, `pool` keeps them by name. Refuses to know requests.
//! Sources: huggingface/peft (LoRA and activated LoRA), llama.cpp (convert_lora_to_gguf.py, src/llama-adapter.cpp).

mod config;
mod error;
mod files;
mod json;
mod modules;
mod names;
mod pairs;
mod pool;
#[cfg(test)]
pub(crate) mod tests;
mod weights;

pub use error::{AdapterError, Fault, Stage};
pub use names::Part;
pub use pool::{ADAPTER_NAME_BYTES_MAX, ADAPTERS_MAX, IN_USE_BYTES_MAX};
pub use pool::{AdapterConfig, AdapterPool, AdapterStatus, PoolError};
pub use weights::{Adapter, BASE_GENERATION};

use crate::gguf::{self, Value};
use crate::safetensors;
use crate::shape::{Metadata, Shape};
use crate::tensor_entry::quoted;
use config::Settings;
use kernels::Format;
use names::Naming;
use pairs::Pairs;
use std::path::Path;

/// Largest file of weights, and most memory an adapter's weights may take, in bytes.
pub const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Largest `adapter_config.json`, in bytes; real ones take one or two KiB.
pub const CONFIG_BYTES_MAX: u64 = 1024 * 1024;
/// Largest rank.
pub const RANK_MAX: usize = 256;
/// Most tokens of an invocation.
pub const INVOCATION_TOKENS_MAX: usize = 256;
/// Largest alpha, either sign.
pub const ALPHA_MAX: f64 = 1e6;

/// The dimensions of a base that an adapter must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimensions {
    /// Transformer blocks.
    pub layers: usize,
    /// Width of the residual stream.
    pub embedding: usize,
    /// Width inside the feed-forward part.
    pub feed_forward: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Width of one head; even.
    pub head_dim: usize,
}

impl Dimensions {
    /// A model's dimensions.
    pub fn of(shape: &Shape) -> Dimensions {
        Dimensions {
            layers: shape.layers,
            embedding: shape.embedding,
            feed_forward: shape.feed_forward,
            heads: shape.heads,
            kv_heads: shape.kv_heads,
            head_dim: shape.head_dim,
        }
    }

    /// Width of what goes into a part's matrix.
    pub fn inputs(&self, part: Part) -> usize {
        match part {
            Part::Query | Part::Key | Part::Value | Part::Gate | Part::Up => self.embedding,
            Part::Output => self.heads.saturating_mul(self.head_dim),
            Part::Down => self.feed_forward,
        }
    }

    /// Width of what comes out of a part's matrix.
    pub fn outputs(&self, part: Part) -> usize {
        match part {
            Part::Query => self.heads.saturating_mul(self.head_dim),
            Part::Key | Part::Value => self.kv_heads.saturating_mul(self.head_dim),
            Part::Output | Part::Down => self.embedding,
            Part::Gate | Part::Up => self.feed_forward,
        }
    }

    /// What `Shape` promises, and what putting rows in order relies upon.
    fn check(&self) -> Result<(), AdapterError> {
        let Dimensions { layers, embedding, feed_forward, heads, kv_heads, head_dim } = *self;
        if [layers, embedding, feed_forward, heads, kv_heads, head_dim].contains(&0) {
            return Err(AdapterError::BugDimensions { reason: "one of them is 0" });
        }
        if !head_dim.is_multiple_of(2) {
            return Err(AdapterError::BugDimensions { reason: "a head's width is odd" });
        }
        Ok(())
    }
}

/// The base that an adapter is loaded for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Its dimensions.
    pub dimensions: Dimensions,
    /// `general.architecture` of its file; an adapter's GGUF file must say the same.
    pub architecture: String,
    /// Whether its file has the rows of queries and keys pair by pair (the Llama and Mistral families as GGUF). A PEFT
    /// adapter's rows are then put into the same order; a GGUF adapter's already are. False for the Qwen families, and for
    /// a base out of safetensors files.
    pub rows_interleaved: bool,
}

/// A matrix of an adapter, (rows, columns), row-major, as the file stored it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor2 {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// F32, F16 or BF16, little-endian.
    pub format: Format,
    /// `rows * columns` elements, each finite.
    pub bytes: Vec<u8>,
}

impl Tensor2 {
    /// The elements as f32, `rows * columns` of them.
    pub fn values(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.rows * self.columns];
        kernels::dequantise(self.format, &self.bytes, &mut values);
        values
    }
}

/// What an adapter adds to one matrix: `scale * up * down * input`.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterPart {
    /// The layer, counted from 0.
    pub layer: usize,
    /// The matrix of the layer.
    pub part: Part,
    /// 1 to [`RANK_MAX`].
    pub rank: usize,
    /// (rank, inputs).
    pub down: Tensor2,
    /// (outputs, rank), rows in the order of the base's file.
    pub up: Tensor2,
    /// Finite.
    pub scale: f32,
}

/// An adapter that fits its base.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterFile {
    /// At least one, sorted by layer and part, none twice.
    pub tensors: Vec<AdapterPart>,
    /// The largest rank of any part.
    pub rank_max: usize,
    /// BLAKE3, 64 hexadecimal digits: of the GGUF file; or, for a folder, of the length of `adapter_config.json` (u64,
    /// little-endian), that file, and `adapter_model.safetensors`, because the settings are part of what is computed.
    pub bytes_hash: String,
    /// The tokens after which the adapter wakes (activated LoRA); `None`: it is always awake.
    pub invocation: Option<Vec<u32>>,
}

impl AdapterFile {
    /// Reads a PEFT folder or a GGUF file for `base`. Links are followed.
    ///
    /// # Errors
    /// [`AdapterError`]; [`AdapterError::fault`] says whose fault it is.
    pub fn load(path: &Path, base: &Base) -> Result<AdapterFile, AdapterError> {
        match files::read(path)? {
            files::Files::Gguf(file) => AdapterFile::from_gguf(&file, base),
            files::Files::Peft { config, weights } => AdapterFile::from_peft(&config, &weights, base),
        }
    }

    /// Makes an adapter of a GGUF file's bytes.
    ///
    /// # Errors
    /// As [`AdapterFile::load`], without the stage of opening.
    pub fn from_gguf(file: &[u8], base: &Base) -> Result<AdapterFile, AdapterError> {
        base.dimensions.check()?;
        let header = gguf::read_header(file, file.len() as u64)?;
        let about = About::read(&Metadata(&header.metadata), base)?;
        let invocation = invocation(header.metadata.get("adapter.alora.invocation_tokens"))?;
        let mut pairs = Pairs::new(Naming::Gguf, file, base.dimensions.layers);
        for (name, entry) in sorted(&header.tensors) {
            let place = Naming::Gguf.place(name)?;
            pairs.add(place.layer, place.part, place.half, entry)?;
        }
        let tensors = pairs.finish(base, |_, _, rank| Ok(about.scale(rank)))?;
        Ok(AdapterFile::of(tensors, blake3::hash(file), invocation))
    }

    /// Makes an adapter of the bytes of `adapter_config.json` and `adapter_model.safetensors`.
    ///
    /// # Errors
    /// As [`AdapterFile::load`], without the stage of opening.
    pub fn from_peft(config: &[u8], weights: &[u8], base: &Base) -> Result<AdapterFile, AdapterError> {
        base.dimensions.check()?;
        let settings = Settings::parse(config)?;
        let header = safetensors::read_header(weights, weights.len() as u64)?;
        let mut pairs = Pairs::new(Naming::Peft, weights, base.dimensions.layers);
        for (name, entry) in &header.tensors {
            let place = Naming::Peft.place(name)?;
            // First of all: a file may list many tensors and its settings many modules, and each is compared with each.
            pairs.add(place.layer, place.part, place.half, entry)?;
            if !settings.targets(place.module, place.layer) {
                return Err(AdapterError::Untargeted { tensor: name.clone() });
            }
        }
        let tensors = pairs.finish(base, |layer, part, actual| {
            let tensor = Naming::Peft.name(layer, part, names::Half::Down);
            let module = Naming::Peft.place(&tensor)?.module;
            match settings.rank(module) {
                rank if rank == actual => Ok(settings.scale(module)),
                expected => Err(AdapterError::ConfigRank { tensor: tensor.clone(), expected, actual }),
            }
        })?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(config.len() as u64).to_le_bytes()).update(config).update(weights);
        Ok(AdapterFile::of(tensors, hasher.finalize(), settings.invocation))
    }

    fn of(tensors: Vec<AdapterPart>, hash: blake3::Hash, invocation: Option<Vec<u32>>) -> AdapterFile {
        let rank_max = tensors.iter().map(|part| part.rank).max().unwrap_or_default();
        AdapterFile { tensors, rank_max, bytes_hash: hash.to_hex().to_string(), invocation }
    }
}

/// Tensors by name, so that of several faults always the same one is told.
fn sorted<T>(tensors: &std::collections::HashMap<String, T>) -> Vec<(&String, &T)> {
    let mut sorted: Vec<_> = tensors.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted
}

/// What a GGUF adapter says of itself.
struct About {
    alpha: f64,
}

impl About {
    fn read(metadata: &Metadata<'_>, base: &Base) -> Result<About, AdapterError> {
        let text = |key: &str| metadata.needed_text(key).map_err(AdapterError::Gguf);
        let kind = text("general.type")?;
        if kind != "adapter" {
            return Err(wrong("general.type", "\"adapter\"", format!("\"{}\"", quoted(kind))));
        }
        let kind = text("adapter.type")?;
        if kind != "lora" {
            let feature = format!("the adapter type \"{}\"", quoted(kind));
            return Err(AdapterError::Feature { feature });
        }
        let architecture = text("general.architecture")?;
        if architecture != base.architecture {
            let (expected, actual) = (base.architecture.clone(), quoted(architecture));
            return Err(AdapterError::Architecture { expected, actual });
        }
        let key = "adapter.lora.alpha";
        // llama.cpp takes an alpha that is missing for 0.
        let alpha = f64::from(metadata.float(key)?.unwrap_or(0.0));
        if !alpha.is_finite() || alpha.abs() > ALPHA_MAX {
            return Err(wrong(key, "a number of at most a million", alpha.to_string()));
        }
        Ok(About { alpha })
    }

    /// As llama.cpp has it: alpha / rank, and 1 where alpha is 0.
    fn scale(&self, rank: usize) -> f32 {
        if self.alpha == 0.0 { 1.0 } else { (self.alpha / rank as f64) as f32 }
    }
}

fn wrong(key: &str, expected: &'static str, actual: String) -> AdapterError {
    AdapterError::KeyValue { key: key.to_owned(), expected, actual }
}

/// llama.cpp takes no tokens for no invocation. Its converter writes unsigned numbers, other writers signed ones.
fn invocation(value: Option<&Value>) -> Result<Option<Vec<u32>>, AdapterError> {
    let Some(value) = value else { return Ok(None) };
    let bad = |actual: String| {
        wrong("adapter.alora.invocation_tokens", "an array of at most 256 token numbers", actual)
    };
    let numbers: Vec<Option<u32>> = match value {
        Value::Unsigneds(numbers) => numbers.iter().map(|number| u32::try_from(*number).ok()).collect(),
        Value::Signeds(numbers) => numbers.iter().map(|number| u32::try_from(*number).ok()).collect(),
        other => return Err(bad(other.kind().to_owned())),
    };
    if numbers.len() > INVOCATION_TOKENS_MAX {
        return Err(bad(format!("{} numbers", numbers.len())));
    }
    let tokens: Option<Vec<u32>> = numbers.into_iter().collect();
    let tokens = tokens.ok_or_else(|| bad("a number that is no token".to_owned()))?;
    Ok((!tokens.is_empty()).then_some(tokens))
}
