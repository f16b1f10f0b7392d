//! `infer`: language models on this machine. Owns loading a GGUF file of the Llama family, its tokenizer and chat template,
//! adapters over it, the forward pass over a ragged batch, paged keys and values and their prefixes, the order of work,
//! constraints and seeded sampling, and an engine that runs many completions over one model. Refuses to know sockets, HTTP,
//! async runtimes, clocks and the game: it is synchronous, its only threads are those that load and compute, and its owner
//! calls [`Engine::step`].
//!
//! The parts, from below: `gguf`, `safetensors`, `packed_cache` (containers) → `fill`, `shape`, `weights`, `adapter`,
//! `tokenizer`, `template` → [`Model`] → `forward` → [`Backend`] · `blocks`, `prefix` → `schedule` · `constrain`, `sample`,
//! `stop` → [`Engine`].

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod adapter;
mod backend;
pub mod blocks;
mod closing;
pub mod constrain;
mod continued;
mod cpu;
pub mod direct;
mod draft;
mod embed;
mod engine;
mod error;
mod fill;
#[cfg(test)]
#[path = "../tests/support/adapters.rs"]
mod fixtures;
mod forward;
pub mod gguf;
pub mod gumbel;
pub mod logprobs;
mod mark;
mod matrix;
mod model;
mod packed_cache;
pub mod prefix;
mod request;
mod running;
pub mod safetensors;
pub mod sample;
pub mod schedule;
mod scripted;
mod shape;
mod shared_file;
mod stop;
pub mod template;
pub mod tensor_entry;
pub mod tokenizer;
mod weights;
mod workers;

pub use adapter::{Adapter, AdapterConfig, AdapterPool};
pub use backend::{Backend, BackendError, Part, finite};
pub use cpu::{CpuBackend, CpuConfig, processors};
pub use embed::{EMBEDDING_TOKENS_MAX, Embedding};
pub use engine::{Engine, LOCAL_TURN_AFTER_STEPS, PREFILL_TOKENS, TURN_TOKENS};
pub use error::LoadError;
pub use kernels::{ActivationBits, Isa, Kind as IsaKind, KvKind, LoraKind};
pub use matrix::Precision;
pub use model::{ChatError, LoadOptions, Model};
pub use packed_cache::{PackedCache, PackedCacheError};
pub use request::{
    Chosen, EngineConfig, EngineLoad, Event, Failure, FinishReason, GenerateRequest, SampleParams,
    SubmitError, Usage,
};
pub use request::{REPEAT_PENALTY_MAX, STOP_STRING_BYTES_MAX, STOP_STRINGS_MAX, TEMPERATURE_MAX};
pub use sample::{Draw, SampleError, SampleExtras, SampleScratch, TokenCounts, sample, sample_with};
pub use schedule::Class;
pub use scripted::ScriptedBackend;
pub use shape::{Family, Shape};
pub use stop::{Scanned, StopScanner};
pub use template::{ChatMessage, TemplateError};
pub use tokenizer::{DecodeStream, Tokenizer, TokenizerError};
