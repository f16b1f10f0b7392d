//! The OpenAI shape of the local door: chat completions, completions, the model list, and the error body.
//!
//! Owns field names, defaults that are part of the public shape, and refusals of fields we know and cannot honour.
//! Refuses to know models and sampling. Fields unknown to us are accepted and ignored, as the public API does.
//! Source: the OpenAI API reference; `top_k`, `min_p`, `repeat_penalty` and `ignore_eos` as local servers name
//! them; constraints and adapters as vLLM, LoRAX and llama.cpp name them.

mod answer;
mod embeddings;
mod ending;
mod follow;
mod lora;
mod request;
mod sampling;
#[cfg(test)]
mod tests;
mod tools;
mod wishes;

pub use answer::{
    ChatAnswerMessage, ChatChoice, ChatChunk, ChatChunkChoice, ChatDelta, ChatLogprobs, ChatResponse,
    CompletionChoice, CompletionLogprobs, CompletionResponse, ErrorBody, ErrorDetail, ModelCard, ModelList,
    PromptTokensDetails, TokenLogprob, TopLogprob, Usage,
};
pub use embeddings::{
    Embedding, EmbeddingInput, EmbeddingRequest, EmbeddingResponse, EmbeddingUsage, EmbeddingVector,
};
pub use ending::ChatEnding;
pub(crate) use ending::read_ending;
pub(crate) use follow::read_follow;
pub use follow::{Follow, FollowSource};
pub use lora::{LoadAdapterRequest, PinRequest, UnloadAdapterRequest};
pub(crate) use request::read_messages;
pub use request::{ChatMessage, ChatRequest, CompletionRequest, StreamOptions};
pub use sampling::Sampling;
pub(crate) use sampling::read_sampling;
pub(crate) use tools::read_tools;
pub use tools::{CalledFunction, FunctionDelta, Tool, ToolCall, ToolCallDelta, ToolChoice, Tools};
pub use wishes::{AdapterWish, WhichAdapter, Wishes};
pub(crate) use wishes::{LogprobsField, read_adapter, read_wishes};
