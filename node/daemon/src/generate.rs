//! From a checked request body to a running generation, the same for all three writing routes.
//!
//! Owns prompt preparation (off the runtime's workers), defaults of sampling, and gathering a whole answer. Refuses to
//! know the shape of bodies.

use crate::app::App;
use crate::fault::Fault;
use crate::inference::{Generation, Ready, Written};
use crate::mind::Mind;
use infer::{ChatMessage, FinishReason, GenerateRequest, Priority, SampleParams, Usage};
use std::sync::Arc;
use std::time::Instant;
use wire::limits::PROMPT_BYTES_MAX;
use wire::openai::Sampling;

/// What OpenAI's API draws with when nothing is said.
const TEMPERATURE_DEFAULT: f32 = 1.0;
const TOP_P_DEFAULT: f32 = 1.0;

/// What the prompt is made of.
pub(crate) enum Prompt {
    /// A chat, rendered by the model's template.
    Chat(Vec<ChatMessage>),
    /// A text as it is.
    Text(String),
}

impl Prompt {
    fn bytes(&self) -> usize {
        match self {
            Prompt::Chat(messages) => messages.iter().map(|message| message.content.len()).sum(),
            Prompt::Text(text) => text.len(),
        }
    }

    /// The body field that a complaint names.
    fn param(&self) -> &'static str {
        match self {
            Prompt::Chat(_) => "messages",
            Prompt::Text(_) => "prompt",
        }
    }

    fn tokens(self, mind: &dyn Mind) -> Result<Vec<u32>, String> {
        match self {
            Prompt::Text(text) => mind.encode_prompt(&text),
            Prompt::Chat(messages) => mind.encode_chat(&messages),
        }
    }
}

/// Everything one generation needs.
pub(crate) struct Order {
    pub(crate) prompt: Prompt,
    pub(crate) sampling: Sampling,
    pub(crate) priority: Priority,
    /// Used when `sampling.max_tokens` is absent; `None` is "to the end of the context".
    pub(crate) tokens_default: Option<u32>,
    pub(crate) received: Instant,
}

/// Prepares the prompt and waits until the engine has taken it.
///
/// # Errors
/// Whatever keeps it from starting; see [`Fault`].
pub(crate) async fn start(app: &App, ready: &Ready, order: Order) -> Result<Generation, Fault> {
    let Order { prompt, sampling, priority, tokens_default, received } = order;
    let (param, bytes) = (prompt.param(), prompt.bytes());
    if bytes > PROMPT_BYTES_MAX {
        return Err(Fault::PromptTooLong { param, bytes_max: PROMPT_BYTES_MAX, bytes });
    }
    let mind = Arc::clone(&ready.mind);
    // A long prompt takes the tokenizer many milliseconds; a runtime worker must not stand still for it.
    let prepared = tokio::task::spawn_blocking(move || prompt.tokens(&*mind)).await;
    let tokens = match prepared {
        Ok(tokens) => tokens.map_err(|why| Fault::BadPrompt { param, why })?,
        Err(_) => return Err(Fault::BadPrompt { param, why: "the tokenizer broke down on it".to_owned() }),
    };
    let tokens_max = ready.mind.context_len().saturating_sub(1);
    if tokens.len() > tokens_max {
        return Err(Fault::ContextTooLong { param, tokens_max, tokens: tokens.len() });
    }
    let room = u32::try_from(ready.mind.context_len() - tokens.len()).unwrap_or(u32::MAX);
    let max_tokens = sampling.max_tokens.or(tokens_default).unwrap_or(room).min(room);
    let request = GenerateRequest {
        id: 0,
        prompt: tokens,
        params: params_of(&sampling)?,
        max_tokens,
        stop: sampling.stop,
        priority,
        ignore_eos: sampling.ignore_eos,
    };
    app.inference.start(request, received, param).await
}

fn params_of(sampling: &Sampling) -> Result<SampleParams, Fault> {
    let seed = match sampling.seed {
        Some(seed) => seed,
        None => getrandom::u64().map_err(|error| Fault::Generation { why: error.to_string() })?,
    };
    Ok(SampleParams {
        temperature: sampling.temperature.unwrap_or(TEMPERATURE_DEFAULT),
        // 0 means "the likeliest alone" to OpenAI's clients and nothing to the engine.
        top_p: sampling.top_p.unwrap_or(TOP_P_DEFAULT).max(f32::MIN_POSITIVE),
        top_k: sampling.top_k.unwrap_or(0),
        min_p: sampling.min_p.unwrap_or(0.0),
        repeat_penalty: sampling.repeat_penalty.unwrap_or(1.0),
        seed,
    })
}

/// A whole answer.
pub(crate) struct Whole {
    pub(crate) text: String,
    pub(crate) reason: FinishReason,
    pub(crate) usage: Usage,
}

/// Reads a generation to its end. Dropping the future gives it up.
///
/// # Errors
/// The fault that ended it early.
pub(crate) async fn gather(generation: Generation) -> Result<Whole, Fault> {
    gather_until(generation, |_| None).await
}

/// Reads a generation until `end` says where the text so far is enough, or to its own end. What follows is not written.
///
/// # Errors
/// The fault that ended it early.
pub(crate) async fn gather_until(
    mut generation: Generation,
    end: impl Fn(&str) -> Option<usize>,
) -> Result<Whole, Fault> {
    let (mut text, mut is_enough) = (String::new(), false);
    loop {
        match generation.next().await? {
            Written::Text(_) if is_enough => {}
            Written::Text(more) => {
                text.push_str(&more);
                if let Some(at) = end(&text) {
                    text.truncate(at);
                    is_enough = true;
                    generation.enough();
                }
            }
            Written::Done(reason, usage) => return Ok(Whole { text, reason, usage }),
        }
    }
}
