//! Owns the ways a model file can be refused, in the order of the stages of loading. Each says what was expected and what
//! was found, in one sentence. Refuses to know how anything is repaired.

use crate::template::TemplateError;
use crate::tokenizer::TokenizerError;

/// Why a model file was refused. Stages: open, header, metadata, tokenizer and template, tensors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be opened (missing, not a file, no permission).
    #[error("cannot open the model file {path}: {source}")]
    Open {
        /// The path as given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file was opened, but reading it failed.
    #[error("cannot read {what} from the model file: {source}")]
    Read {
        /// The part that was being read.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The first four bytes are not `GGUF`.
    #[error("this is not a GGUF file: it begins with {found:02x?}, expected the letters GGUF")]
    NotGguf {
        /// The bytes found.
        found: [u8; 4],
    },
    /// A GGUF version this loader does not read (1 and big-endian files included).
    #[error("GGUF version {found} is not supported, expected 2 or 3 (little-endian)")]
    Version {
        /// The version found.
        found: u32,
    },
    /// The file ends before something it announces.
    #[error("the model file is cut short: {what} needs {needed_bytes} bytes, the file has {file_bytes}")]
    Truncated {
        /// The part that is missing.
        what: String,
        /// How long the file would have to be for it, in bytes.
        needed_bytes: u64,
        /// How long the file is, in bytes.
        file_bytes: u64,
    },
    /// A count or a length beyond every sane model's.
    #[error("{what} is {actual}, the most accepted is {max}")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The cap.
        max: u64,
        /// The value found.
        actual: u64,
    },
    /// Bytes that break the format or contradict each other.
    #[error("{what} is malformed: {reason}")]
    Malformed {
        /// The key, tensor or part.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A tensor format without a kernel here.
    #[error("tensor {tensor} has the ggml type {found}, which is not supported")]
    TensorType {
        /// The tensor's name.
        tensor: String,
        /// ggml's number for the type.
        found: u32,
    },
    /// `general.architecture` names another family.
    #[error("the architecture {found:?} is not supported, expected \"llama\", \"qwen2\" or \"qwen3\"")]
    Architecture {
        /// The architecture found.
        found: String,
    },
    /// A Llama variant whose extra parts are not implemented here; running it without them would give wrong text.
    #[error("the model needs {feature}, which is not supported")]
    Feature {
        /// What it needs.
        feature: String,
    },
    /// A metadata key the loader cannot do without.
    #[error("the metadata key {key} is missing")]
    MissingKey {
        /// The key.
        key: String,
    },
    /// A metadata key of the wrong type.
    #[error("the metadata key {key} must be {expected}, found {actual}")]
    KeyType {
        /// The key.
        key: String,
        /// The type expected, in words.
        expected: &'static str,
        /// The type found, in words.
        actual: &'static str,
    },
    /// A metadata key whose value no model can have.
    #[error("the metadata key {key} is {actual}: {reason}")]
    KeyValue {
        /// The key.
        key: String,
        /// The value found.
        actual: String,
        /// Why it cannot be.
        reason: String,
    },
    /// The vocabulary inside the file does not make a tokenizer.
    #[error("the tokenizer in the file cannot be used: {0}")]
    Tokenizer(#[from] TokenizerError),
    /// The chat template inside the file does not compile.
    #[error("the chat template in the file cannot be used: {0}")]
    Template(#[from] TemplateError),
    /// A tensor the model cannot do without.
    #[error("the tensor {name} is missing")]
    MissingTensor {
        /// The tensor's name.
        name: String,
    },
    /// A tensor whose shape contradicts the metadata.
    #[error("the tensor {name} has the shape {actual:?}, expected {expected:?}")]
    TensorShape {
        /// The tensor's name.
        name: String,
        /// Rows, columns as the metadata say.
        expected: Vec<usize>,
        /// Rows, columns as found.
        actual: Vec<usize>,
    },
    /// A tensor this forward pass would not use; ignoring it would give wrong text.
    #[error("the tensor {name} has no place in a Llama model")]
    UnexpectedTensor {
        /// The tensor's name.
        name: String,
    },
    /// A norm weight, bias or rope factor is infinite or not a number.
    #[error("the tensor {name} holds a value that is not finite, at index {index}")]
    NotFinite {
        /// The tensor's name.
        name: String,
        /// Index of the first such value.
        index: usize,
    },
    /// A matrix that cannot be laid out for its kernel: damaged scales, or memory that is not there.
    #[error("the matrix {name} cannot be used: {source}")]
    Matrix {
        /// The tensor's name.
        name: String,
        /// What the kernel said.
        source: crate::matrix::MatrixError,
    },
    /// Rotary numbers that no position can be turned by.
    #[error("the rotary positions cannot be used: {0}")]
    Rotation(#[from] kernels::RotationError),
}
