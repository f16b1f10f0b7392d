//! `infer`: language models on this machine. Owns loading a GGUF file of the Llama family, its tokenizer and chat template,
//! the forward pass, seeded sampling, and an engine that runs many completions over one model. Refuses to know sockets,
//! HTTP, async runtimes, clocks and the game: it is synchronous, has no thread of its own, and its owner calls
//! [`Engine::step`].
//!
//! The parts, from below: `gguf` (container) → `shape`, `weights`, `tokenizer`, `template` → [`Model`] → `forward` and `kv`
//! → [`Backend`] → `sample`, `stop` → [`Engine`].

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod attention;
mod backend;
mod engine;
mod error;
mod forward;
pub mod gguf;
pub mod gumbel;
mod kv;
mod matrix;
mod model;
mod request;
mod retained;
mod running;
pub mod sample;
mod scripted;
mod shape;
mod stop;
pub mod template;
pub mod tokenizer;
mod weights;

pub use backend::{Backend, BackendError, CandleBackend};
pub use engine::{Engine, LOCAL_TURN_AFTER_UNITS, PREFILL_CHUNK_TOKENS, RETAINED_CONTEXTS_MAX};
pub use error::LoadError;
pub use kv::Sequence;
pub use model::{ChatError, Model};
pub use request::{
    EngineConfig, EngineLoad, Event, FinishReason, GenerateRequest, Priority, SampleParams, SubmitError,
    Usage,
};
pub use request::{REPEAT_PENALTY_MAX, STOP_STRING_BYTES_MAX, STOP_STRINGS_MAX, TEMPERATURE_MAX};
pub use sample::{SampleError, sample};
pub use scripted::ScriptedBackend;
pub use shape::Shape;
pub use stop::{Scanned, StopScanner};
pub use template::{ChatMessage, TemplateError};
pub use tokenizer::{DecodeStream, Tokenizer, TokenizerError};

/// The environment variable from which candle takes the size of its thread pools, once, when it first computes.
pub const THREADS_VARIABLE: &str = "RAYON_NUM_THREADS";

/// Compute threads in force in this process: [`THREADS_VARIABLE`], or the number of physical cores.
pub fn compute_threads() -> usize {
    candle_core::utils::get_num_threads()
}
