//! Owns what is asked of the engine and what it answers: requests, sampling parameters, events, counters, and their
//! limits. Refuses to know how an answer is made.

use crate::adapter::Adapter;
use crate::constrain::{Compiled, WorldMatcher};
use crate::logprobs::{TOP_LOGPROBS_MAX, TokenLogprob};
use crate::sample::SampleExtras;
use crate::schedule::Class;
use std::sync::Arc;

/// Most stop strings of one request.
pub const STOP_STRINGS_MAX: usize = 16;
/// Longest stop string, in bytes.
pub const STOP_STRING_BYTES_MAX: usize = 256;
/// Highest temperature accepted.
pub const TEMPERATURE_MAX: f32 = 100.0;
/// Highest repeat penalty accepted.
pub const REPEAT_PENALTY_MAX: f32 = 10.0;

/// How the next token is drawn. `sample` documents the exact rule.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleParams {
    /// 0 means greedy; else the logits are divided by it. 0 to [`TEMPERATURE_MAX`].
    pub temperature: f32,
    /// Keep the smallest set of most probable tokens whose probabilities reach this sum; above 0, up to 1 (off).
    pub top_p: f32,
    /// Keep this many most probable tokens; 0 is off.
    pub top_k: u32,
    /// Keep tokens at least this fraction as probable as the most probable one; 0 (off) up to 1.
    pub min_p: f32,
    /// Weaken tokens seen lately; 1 is off. Above 0, up to [`REPEAT_PENALTY_MAX`].
    pub repeat_penalty: f32,
    /// Same seed, position and logits: same token, on any machine.
    pub seed: u64,
}

impl SampleParams {
    /// Greedy decoding, every truncation off.
    pub fn greedy() -> Self {
        SampleParams { temperature: 0.0, top_p: 1.0, top_k: 0, min_p: 0.0, repeat_penalty: 1.0, seed: 0 }
    }
}

/// One completion to make.
#[derive(Debug, Clone)]
pub struct GenerateRequest {
    /// The caller's name for it; must not be in use.
    pub id: u64,
    /// Prompt tokens, at least one.
    pub prompt: Vec<u32>,
    /// How to draw tokens.
    pub params: SampleParams,
    /// Most tokens to make, at least one.
    pub max_tokens: u32,
    /// Text that ends the completion; it is not part of the answer.
    pub stop: Vec<String>,
    /// Class of work.
    pub class: Class,
    /// Who asks: inside a class, owners share by tokens.
    pub owner: u64,
    /// The moment, on the clock that [`crate::Engine::step`] is told, at which it ends if it has not before.
    pub deadline_ms: Option<u64>,
    /// The mind that speaks; the base alone where there is none.
    pub adapter: Option<Arc<Adapter>>,
    /// Penalties and biases.
    pub extras: SampleExtras,
    /// What the answer must follow. Where `max_tokens` run out before it is complete, its end is planned, so that the answer is
    /// whole wherever an ending is found that fits; not with `world` or `ignore_eos`. A stop string ends an answer wherever it
    /// comes, be it in a planned ending.
    pub constraint: Option<Arc<Compiled>>,
    /// The words that the answer may use.
    pub world: Option<WorldMatcher>,
    /// Report each token's log-probability, with so many alternatives.
    pub logprobs: Option<usize>,
    /// Report each token even without its log-probability.
    pub reports_tokens: bool,
    /// Texts that the answer may quote, as tokens: names, written lines. They speed it up and change nothing.
    pub phrases: Vec<Vec<u32>>,
    /// Forbid the end-of-generation tokens, so that the length is what ends it.
    pub ignore_eos: bool,
}

impl GenerateRequest {
    /// A greedy completion of a prompt by the base, for programs on this machine.
    pub fn new(id: u64, prompt: Vec<u32>, max_tokens: u32) -> GenerateRequest {
        GenerateRequest {
            id,
            prompt,
            params: SampleParams::greedy(),
            max_tokens,
            stop: Vec::new(),
            class: Class::Local,
            owner: 0,
            deadline_ms: None,
            adapter: None,
            extras: SampleExtras::default(),
            constraint: None,
            world: None,
            logprobs: None,
            reports_tokens: false,
            phrases: Vec::new(),
            ignore_eos: false,
        }
    }
}

/// A token that was made, with its log-probability.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The token.
    pub token: u32,
    /// Natural logarithm of its probability under the raw logits; 0 where it was not asked for.
    pub logprob: f64,
    /// The most probable tokens, the most probable first.
    pub top: Vec<TokenLogprob>,
}

/// Why a completion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// An end-of-generation token, or what it must follow is complete.
    Stop,
    /// A stop string: its place in the request's list.
    StopString(u16),
    /// `max_tokens`, or the context is full.
    Length,
    /// Its deadline came.
    Deadline,
    /// The caller cancelled it.
    Cancelled,
}

/// What a completion cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Tokens made, the end-of-generation token included.
    pub completion_tokens: u32,
    /// Prompt tokens that were not computed because an earlier sequence had the same prefix.
    pub cached_tokens: u32,
}

/// What the engine reports. Every accepted request ends with exactly one `Done` or `Failed`.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// More text: whole characters, never part of a stop string.
    Text {
        /// The request.
        id: u64,
        /// The text; empty where the last tokens made none and were asked for.
        text: String,
        /// Tokens made since the last `Text` of this request (held-back ones are counted when their text comes).
        tokens: u32,
        /// Those tokens, where they or their log-probabilities were asked for.
        chosen: Vec<Chosen>,
    },
    /// The completion ended.
    Done {
        /// The request.
        id: u64,
        /// Why.
        reason: FinishReason,
        /// What it cost.
        usage: Usage,
    },
    /// The completion broke; the others go on.
    Failed {
        /// The request.
        id: u64,
        /// Why.
        error: Failure,
    },
}

/// Why a completion broke.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// What the request asks for cannot be written any further: its constraint turned out too complex, or allows no token.
    #[error("{message}")]
    Asked {
        /// One sentence.
        message: String,
    },
    /// The model or the engine broke: our fault.
    #[error("{message}")]
    Broken {
        /// One sentence.
        message: String,
    },
}

/// Why a request was not accepted; nothing of it remains.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SubmitError {
    /// The waiting queue is full: try again later.
    #[error("the queue is full ({max} requests are waiting)")]
    QueueFull {
        /// The queue's bound.
        max: usize,
    },
    /// No prompt tokens.
    #[error("the prompt is empty")]
    PromptEmpty,
    /// No room for prompt and one token.
    #[error("the prompt has {actual} tokens, the most is {max}")]
    PromptTooLong {
        /// Most tokens a prompt may have.
        max: usize,
        /// Tokens it has.
        actual: usize,
    },
    /// A parameter outside its range.
    #[error("{field} {reason}")]
    BadParams {
        /// The field's name in the request.
        field: &'static str,
        /// What it must be and what it is.
        reason: String,
    },
    /// The id belongs to a request that has not ended.
    #[error("a request with the id {id} is still there")]
    IdInUse {
        /// The id.
        id: u64,
    },
}

/// A view of the engine's load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EngineLoad {
    /// Requests accepted and not started.
    pub waiting: usize,
    /// Requests whose keys and values are there.
    pub running: usize,
    /// Requests that lost their keys and values to others and go on later.
    pub displaced: usize,
    /// Blocks of keys and values there are.
    pub blocks: usize,
    /// Blocks that requests or prefixes hold.
    pub blocks_used: usize,
    /// Blocks that prefixes hold.
    pub blocks_kept: usize,
    /// Steps since the start.
    pub steps: u64,
    /// Rows of those steps that made a token.
    pub decode_rows: u64,
    /// Drafts computed.
    pub draft_tokens: u64,
    /// Drafts that were right.
    pub draft_hits: u64,
    /// Times a request lost its keys and values.
    pub displacements: u64,
    /// Prompt tokens computed since the start.
    pub prefill_tokens: u64,
    /// Tokens made since the start.
    pub decode_tokens: u64,
    /// Prompt tokens taken from an earlier sequence since the start.
    pub cache_hit_tokens: u64,
    /// Whole answers that took tokens of a plan, because their tokens ran out before what they must follow was complete.
    pub endings_planned: u64,
}

/// The engine's bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineConfig {
    /// Sequences of a class computed at a time; at least one is used.
    pub slots: usize,
    /// Most requests of a class waiting.
    pub queue_max: usize,
    /// Whether tokens may be guessed ahead and verified together. The texts are the same either way.
    pub speculation: bool,
}

impl Default for EngineConfig {
    fn default() -> Self {
        EngineConfig { slots: 16, queue_max: 64, speculation: true }
    }
}

/// Checks everything about a request that does not depend on the engine's state.
pub(crate) fn check(
    request: &GenerateRequest,
    tokens_max: usize,
    vocab_len: usize,
) -> Result<(), SubmitError> {
    if request.prompt.is_empty() {
        return Err(SubmitError::PromptEmpty);
    }
    let max = tokens_max.saturating_sub(1);
    if request.prompt.len() > max {
        return Err(SubmitError::PromptTooLong { max, actual: request.prompt.len() });
    }
    let bad = |field, reason: String| Err(SubmitError::BadParams { field, reason });
    if let Some(token) = request.prompt.iter().find(|&&token| token as usize >= vocab_len) {
        return bad("prompt", format!("must hold tokens below {vocab_len}, found {token}"));
    }
    if request.max_tokens == 0 {
        return bad("max_tokens", "must be at least 1".to_owned());
    }
    if request.stop.len() > STOP_STRINGS_MAX {
        return bad(
            "stop",
            format!("must have at most {STOP_STRINGS_MAX} strings, found {}", request.stop.len()),
        );
    }
    if request.stop.iter().any(|stop| stop.is_empty() || stop.len() > STOP_STRING_BYTES_MAX) {
        return bad("stop", format!("must hold strings of 1 to {STOP_STRING_BYTES_MAX} bytes"));
    }
    if let Some(actual) = request.logprobs.filter(|asked| *asked > TOP_LOGPROBS_MAX) {
        return bad("top_logprobs", format!("must be 0 to {TOP_LOGPROBS_MAX}, found {actual}"));
    }
    let p = &request.params;
    let in_range = |value: f32, low: f32, high: f32| value.is_finite() && value >= low && value <= high;
    if !in_range(p.temperature, 0.0, TEMPERATURE_MAX) {
        return bad("temperature", format!("must be 0 to {TEMPERATURE_MAX}, found {}", p.temperature));
    }
    if !in_range(p.top_p, f32::MIN_POSITIVE, 1.0) {
        return bad("top_p", format!("must be above 0 and at most 1, found {}", p.top_p));
    }
    if !in_range(p.min_p, 0.0, 1.0) {
        return bad("min_p", format!("must be 0 to 1, found {}", p.min_p));
    }
    if !in_range(p.repeat_penalty, f32::MIN_POSITIVE, REPEAT_PENALTY_MAX) {
        return bad(
            "repeat_penalty",
            format!("must be above 0 and at most {REPEAT_PENALTY_MAX}, found {}", p.repeat_penalty),
        );
    }
    Ok(())
}
