//! Owns the ways an adapter can be refused, by the stage of loading, and whose fault each is. Refuses to know how anything is
//! repaired.

use crate::error::LoadError;
use crate::safetensors::SafetensorsError;

/// Where loading stood when an adapter was refused, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Finding and reading the files.
    Open,
    /// The containers: GGUF, safetensors, JSON.
    Container,
    /// What the adapter says of itself.
    Config,
    /// Which matrices it changes.
    Names,
    /// Whether it fits the base.
    Shapes,
    /// The weights themselves.
    Values,
}

/// Whose fault a refusal is, so that the right one is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The user's: a wrong path, a file of another kind, an adapter of another base.
    User,
    /// The file's, and so of whoever made or sent it: damaged, contradictory or hostile.
    File,
    /// Ours: something valid that is not supported here, or a machine without room.
    Ours,
}

/// Why an adapter was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdapterError {
    /// A file or folder cannot be opened.
    #[error("cannot open the adapter {path}: {source}")]
    Open {
        /// The path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file was opened, but reading it failed.
    #[error("cannot read the adapter {path}: {source}")]
    Read {
        /// The path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder lacks a file.
    #[error("the adapter's folder {path} has no {file}")]
    MissingFile {
        /// The folder.
        path: String,
        /// The file's name.
        file: &'static str,
    },
    /// An archive, a pickle, or another kind of file that is not read, whatever it contains.
    #[error(
        "{path} is {actual}, expected a folder with adapter_config.json and adapter_model.safetensors, or a GGUF file"
    )]
    Kind {
        /// The path.
        path: String,
        /// What it is, in words.
        actual: &'static str,
    },
    /// A size or a count above its cap.
    #[error("{what} is {actual}, the most accepted is {max}")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The cap.
        max: u64,
        /// The value found.
        actual: u64,
    },
    /// There is no room for the adapter's weights.
    #[error("there is no memory for {bytes} bytes of the adapter")]
    OutOfMemory {
        /// Bytes asked for.
        bytes: u64,
    },
    /// The kernels cannot hold the weights: too large for how they are kept, or no memory.
    #[error("the adapter's weights cannot be laid out: {0}")]
    Weights(#[from] kernels::LoraError),
    /// The GGUF container was refused.
    #[error("the adapter's GGUF file cannot be read: {0}")]
    Gguf(#[from] LoadError),
    /// The safetensors container was refused.
    #[error("the adapter's weights cannot be read: {0}")]
    Safetensors(#[from] SafetensorsError),
    /// `adapter_config.json` is not the JSON expected.
    #[error("adapter_config.json is malformed: {reason}")]
    Json {
        /// What is wrong with it.
        reason: String,
    },
    /// A setting without which the adapter has no meaning.
    #[error("the adapter's setting {key} is missing")]
    MissingKey {
        /// The setting.
        key: String,
    },
    /// A setting of the wrong type or out of bounds.
    #[error("the adapter's setting {key} must be {expected}, found {actual}")]
    KeyValue {
        /// The setting.
        key: String,
        /// What it must be, in words.
        expected: &'static str,
        /// What it is.
        actual: String,
    },
    /// A kind of adapter, or a part of one, that is not computed here; leaving it out would give wrong text.
    #[error("the adapter needs {feature}, which is not supported")]
    Feature {
        /// What it needs.
        feature: String,
    },
    /// The adapter was made for another architecture.
    #[error("the adapter is for the architecture \"{actual}\", the base is \"{expected}\"")]
    Architecture {
        /// The base's.
        expected: String,
        /// The adapter's.
        actual: String,
    },
    /// The file changes nothing.
    #[error("the adapter has no tensors")]
    Empty,
    /// A tensor whose name follows neither convention.
    #[error("the adapter's tensor {tensor} has no place: expected {expected}")]
    UnknownTensor {
        /// The tensor's name.
        tensor: String,
        /// The pattern of names.
        expected: &'static str,
    },
    /// A tensor for a matrix that adapters do not change here.
    #[error("the adapter's tensor {tensor} changes the module {actual}, expected one of {expected}")]
    UnknownModule {
        /// The tensor's name.
        tensor: String,
        /// The modules there are.
        expected: &'static str,
        /// The module found.
        actual: String,
    },
    /// A tensor that the configuration's `target_modules` do not name.
    #[error("the adapter's tensor {tensor} belongs to none of its target_modules")]
    Untargeted {
        /// The tensor's name.
        tensor: String,
    },
    /// A layer the base does not have.
    #[error(
        "the adapter's tensor {tensor} is for layer {actual}, the base has {layers} layers, counted from 0"
    )]
    Layer {
        /// The tensor's name.
        tensor: String,
        /// Layers of the base.
        layers: usize,
        /// The layer found.
        actual: usize,
    },
    /// One of the two matrices of a pair is missing.
    #[error("the adapter has the tensor {tensor}, but not {missing}")]
    MissingHalf {
        /// The tensor that is there.
        tensor: String,
        /// The tensor that is not.
        missing: String,
    },
    /// A tensor that does not fit the base, or not the other one of its pair.
    #[error(
        "the adapter's tensor {tensor} has the shape {actual:?}, expected {expected:?}; is it for another base?"
    )]
    Shape {
        /// The tensor's name.
        tensor: String,
        /// Rows, columns expected.
        expected: Vec<usize>,
        /// The shape found.
        actual: Vec<usize>,
    },
    /// A rank that no adapter may have.
    #[error("the adapter's tensor {tensor} has the rank {actual}, expected 1 to {max}")]
    Rank {
        /// The tensor's name.
        tensor: String,
        /// The largest rank.
        max: usize,
        /// The rank found.
        actual: usize,
    },
    /// The settings and the weights disagree about a rank.
    #[error("the adapter's tensor {tensor} has the rank {actual}, its settings say {expected}")]
    ConfigRank {
        /// The tensor's name.
        tensor: String,
        /// What the settings say.
        expected: usize,
        /// The rank found.
        actual: usize,
    },
    /// A weight is infinite or not a number.
    #[error("the adapter's tensor {tensor} holds a value that is not finite, at index {index}")]
    NotFinite {
        /// The tensor's name.
        tensor: String,
        /// Index of the first such value.
        index: usize,
    },
    /// A container's reader let a range pass that the file does not have.
    #[error("the adapter's tensor {tensor} lies outside of the file that names it")]
    BugRange {
        /// The tensor's name.
        tensor: String,
    },
    /// The dimensions handed in are no model's.
    #[error("the base's dimensions are no model's: {reason}")]
    BugDimensions {
        /// What is wrong with them.
        reason: &'static str,
    },
}

impl AdapterError {
    /// Where loading stood.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Open { .. }
            | Self::Read { .. }
            | Self::MissingFile { .. }
            | Self::Kind { .. }
            | Self::TooLarge { .. } => Stage::Open,
            Self::Gguf(_) | Self::Safetensors(_) | Self::Json { .. } => Stage::Container,
            Self::MissingKey { .. }
            | Self::KeyValue { .. }
            | Self::Feature { .. }
            | Self::Architecture { .. } => Stage::Config,
            Self::Empty
            | Self::UnknownTensor { .. }
            | Self::UnknownModule { .. }
            | Self::Untargeted { .. }
            | Self::Layer { .. }
            | Self::MissingHalf { .. } => Stage::Names,
            Self::Shape { .. }
            | Self::Rank { .. }
            | Self::ConfigRank { .. }
            | Self::BugRange { .. }
            | Self::BugDimensions { .. } => Stage::Shapes,
            Self::OutOfMemory { .. } | Self::Weights(_) | Self::NotFinite { .. } => Stage::Values,
        }
    }

    /// Whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Open { .. }
            | Self::Read { .. }
            | Self::MissingFile { .. }
            | Self::Kind { .. }
            | Self::Architecture { .. }
            | Self::Layer { .. }
            | Self::Shape { .. } => Fault::User,
            Self::Feature { .. }
            | Self::OutOfMemory { .. }
            | Self::Weights(_)
            | Self::UnknownModule { .. }
            | Self::BugRange { .. }
            | Self::BugDimensions { .. } => Fault::Ours,
            Self::TooLarge { .. }
            | Self::Gguf(_)
            | Self::Safetensors(_)
            | Self::Json { .. }
            | Self::MissingKey { .. }
            | Self::KeyValue { .. }
            | Self::Empty
            | Self::UnknownTensor { .. }
            | Self::Untargeted { .. }
            | Self::MissingHalf { .. }
            | Self::Rank { .. }
            | Self::ConfigRank { .. }
            | Self::NotFinite { .. } => Fault::File,
        }
    }
}
