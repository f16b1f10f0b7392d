//! llama.cpp's own routes: completions of raw prompts, tokens of texts, rendered chats, and what a server tells of itself.
//!
//! Owns field names, defaults that are part of the public shape, and refusals of fields we know and cannot honour.
//! Refuses to know models and sampling. Fields unknown to us are accepted and ignored, as the original does.
//! Source: llama.cpp, tools/server/README.md (API endpoints).

mod answer;
mod bias;
mod prompt;
mod request;
mod sampling;
#[cfg(test)]
mod tests;
mod text;

pub use answer::{
    Bias, Completion, DefaultSettings, LoraAdapter, Modalities, Partial, Piece, Props, Settings, Slot,
    StopType, Timings, Token, TokenProb, TopProb,
};
pub use bias::BiasKey;
pub use prompt::{Prompt, PromptPart};
pub use request::CompletionRequest;
pub(crate) use request::refuse_unhonoured;
pub use sampling::Sampling;
pub(crate) use sampling::signed_or_none;
pub use text::{DetokenizeRequest, TemplateRequest, TokenizeRequest};
