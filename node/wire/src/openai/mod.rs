//! The OpenAI shape of the local door: chat completions, completions, the model list, and the error body.
//!
//! Owns field names, defaults that are part of the public shape, and refusals of fields we know and cannot honour.
//! Refuses to know models and sampling. Fields unknown to us are accepted and ignored, as the public API does.
//! Source: the OpenAI API reference; `top_k`, `min_p`, `repeat_penalty` and `ignore_eos` as local servers name them.

mod answer;
mod request;
#[cfg(test)]
mod tests;

pub use answer::{
    ChatAnswerMessage, ChatChoice, ChatChunk, ChatChunkChoice, ChatDelta, ChatResponse, CompletionChoice,
    CompletionResponse, ErrorBody, ErrorDetail, ModelCard, ModelList, PromptTokensDetails, Usage,
};
pub use request::{ChatMessage, ChatRequest, CompletionRequest, Sampling, StreamOptions};
