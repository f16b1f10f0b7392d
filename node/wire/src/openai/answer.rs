//! Answer bodies in the OpenAI shape: whole answers, streamed chunks, the model list, errors.
//!
//! Owns field names and which of them are null instead of absent (clients tell the two apart).

use super::tools::{ToolCall, ToolCallDelta};
use crate::native::Timings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Token counts of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Tokens written.
    pub completion_tokens: u32,
    /// Both together.
    pub total_tokens: u32,
    /// What of the prompt cost nothing.
    pub prompt_tokens_details: PromptTokensDetails,
}

/// Part of [`Usage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptTokensDetails {
    /// Prompt tokens that the prefix cache already held.
    pub cached_tokens: u32,
}

/// Answer of `POST /v1/chat/completions` without `stream`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatResponse {
    /// Starts with `chatcmpl-`.
    pub id: String,
    /// Always `chat.completion`.
    pub object: String,
    /// Seconds since 1970.
    pub created: u64,
    /// The id of the model that answered.
    pub model: String,
    /// As many as were asked for.
    pub choices: Vec<ChatChoice>,
    /// Token counts.
    pub usage: Usage,
    /// How long it took, where that was asked for; of several choices, the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timings: Option<Timings>,
}

/// One choice of a [`ChatResponse`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatChoice {
    /// Counted from 0.
    pub index: u32,
    /// What was written.
    pub message: ChatAnswerMessage,
    /// Null unless asked for.
    pub logprobs: Option<ChatLogprobs>,
    /// `stop`, `length` or `tool_calls`.
    pub finish_reason: String,
}

/// A written message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatAnswerMessage {
    /// Always `assistant`.
    pub role: String,
    /// The text; null where the answer is a call.
    pub content: Option<String>,
    /// Always null; clients look for it.
    pub refusal: Option<String>,
    /// The calls, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<ToolCall>>,
}

/// Log-probabilities of a chat's text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatLogprobs {
    /// One for each token of the text.
    pub content: Vec<TokenLogprob>,
    /// Always null; clients look for it.
    pub refusal: Option<()>,
}

/// A token of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenLogprob {
    /// Its text; where it is a part of a character, U+FFFD stands for it.
    pub token: String,
    /// The natural logarithm of its probability; -9999 for none at all.
    pub logprob: f64,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// The most probable tokens at its place, the most probable first.
    pub top_logprobs: Vec<TopLogprob>,
}

/// One alternative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopLogprob {
    /// As in [`TokenLogprob`].
    pub token: String,
    /// As in [`TokenLogprob`].
    pub logprob: f64,
    /// As in [`TokenLogprob`].
    pub bytes: Vec<u8>,
}

/// Log-probabilities of a completion: lists of one length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CompletionLogprobs {
    /// The tokens' texts.
    pub tokens: Vec<String>,
    /// Their log-probabilities.
    pub token_logprobs: Vec<f64>,
    /// The most probable tokens at each place, by text.
    pub top_logprobs: Vec<BTreeMap<String, f64>>,
    /// Where each begins in the text, in characters.
    pub text_offset: Vec<u32>,
}

/// One streamed piece of a chat answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatChunk {
    /// The same in every chunk of one answer.
    pub id: String,
    /// Always `chat.completion.chunk`.
    pub object: String,
    /// Seconds since 1970, the same in every chunk of one answer.
    pub created: u64,
    /// The id of the model that answers.
    pub model: String,
    /// One choice, of any index; empty in the usage chunk.
    pub choices: Vec<ChatChunkChoice>,
    /// Null in all chunks but the usage chunk; absent if usage was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Option<Usage>>,
    /// How long it has taken so far, where that was asked for; of several choices, the one that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timings: Option<Timings>,
}

/// A choice of a [`ChatChunk`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatChunkChoice {
    /// Which of the answers, from 0.
    pub index: u32,
    /// What is new.
    pub delta: ChatDelta,
    /// Those of what is new; null unless asked for.
    pub logprobs: Option<ChatLogprobs>,
    /// Null until the last chunk of the text.
    pub finish_reason: Option<String>,
}

/// What is new in a chunk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChatDelta {
    /// `assistant` in the first chunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// New text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Calls, or what is new of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<ToolCallDelta>>,
}

/// Answer of `POST /v1/completions`, and each streamed piece of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompletionResponse {
    /// Starts with `cmpl-`.
    pub id: String,
    /// Always `text_completion`.
    pub object: String,
    /// Seconds since 1970.
    pub created: u64,
    /// The id of the model that answered.
    pub model: String,
    /// One choice; empty in a usage chunk.
    pub choices: Vec<CompletionChoice>,
    /// Token counts; in a stream null in all chunks but the usage chunk, absent if usage was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Option<Usage>>,
    /// How long it has taken so far, where that was asked for; of several choices, the one that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timings: Option<Timings>,
}

/// One choice of a [`CompletionResponse`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompletionChoice {
    /// Which of the answers, from 0.
    pub index: u32,
    /// What was written, or what is new.
    pub text: String,
    /// Those of the text; null unless asked for.
    pub logprobs: Option<CompletionLogprobs>,
    /// `stop` or `length`; null in a stream until its end.
    pub finish_reason: Option<String>,
}

/// Answer of `GET /v1/models`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelList {
    /// Always `list`.
    pub object: String,
    /// The models.
    pub data: Vec<ModelCard>,
}

/// One model, as `GET /v1/models/{id}` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelCard {
    /// What to send as `model`.
    pub id: String,
    /// Always `model`.
    pub object: String,
    /// Seconds since 1970.
    pub created: u64,
    /// Always `emberd`.
    pub owned_by: String,
    /// What it is made of: the id itself for a base, the file's or folder's name for an adapter.
    #[serde(default)]
    pub root: Option<String>,
    /// The base that an adapter belongs to; null for a base.
    #[serde(default)]
    pub parent: Option<String>,
}

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// Part of [`ErrorBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// One sentence for a person.
    pub message: String,
    /// The family: `invalid_request_error`, `authentication_error`, `rate_limit_error`, `server_error`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The request field at fault, if one is.
    pub param: Option<String>,
    /// A fixed word for a program.
    pub code: Option<String>,
}
