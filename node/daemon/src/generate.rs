//! From a checked request body to a running generation, the same for all three writing routes.
//!
//! Owns preparation of prompt, constraint, words and adapter (off the runtime's workers), defaults of sampling, and gathering a
//! whole answer. Refuses to
//! know the shape of bodies.

use crate::adapters::Choice;
use crate::app::App;
use crate::fault::Fault;
use crate::inference::{Generation, Ready, Written};
use crate::kept::Kept;
use crate::mind::Mind;
use crate::preparing::Kind;
use infer::sample::ExtrasError;
use infer::{ChatMessage, Chosen, Class, FinishReason, GenerateRequest, SampleExtras, SampleParams, Usage};
use std::time::Instant;
use wire::ember::SpeakWords;
use wire::limits::PROMPT_BYTES_MAX;
use wire::native::Timings;
use wire::openai::{ChatEnding, Sampling, Wishes};

/// What OpenAI's API draws with when nothing is said.
pub(crate) const TEMPERATURE_DEFAULT: f32 = 1.0;
pub(crate) const TOP_P_DEFAULT: f32 = 1.0;

/// What the prompt is made of.
pub(crate) enum Prompt {
    /// A chat, rendered by the model's template.
    Chat(Vec<ChatMessage>, ChatEnding),
    /// The same as a response calls it.
    Input(Vec<ChatMessage>),
    /// A text as it is.
    Text(String),
}

impl Prompt {
    fn bytes(&self) -> usize {
        match self {
            Prompt::Chat(messages, _) | Prompt::Input(messages) => {
                messages.iter().map(|message| message.content.len()).sum()
            }
            Prompt::Text(text) => text.len(),
        }
    }

    /// The body field that a complaint names.
    fn param(&self) -> &'static str {
        match self {
            Prompt::Chat(..) => "messages",
            Prompt::Input(_) => "input",
            Prompt::Text(_) => "prompt",
        }
    }

    fn tokens(self, mind: &dyn Mind) -> Result<Vec<u32>, String> {
        match self {
            Prompt::Text(text) => mind.encode_prompt(&text),
            Prompt::Chat(messages, ending) => mind.encode_chat(&messages, ending),
            Prompt::Input(messages) => mind.encode_chat(&messages, ChatEnding::Opening),
        }
    }
}

/// Everything one generation needs.
pub(crate) struct Order {
    pub(crate) prompt: Prompt,
    pub(crate) sampling: Sampling,
    pub(crate) class: Class,
    /// Used when `sampling.max_tokens` is absent; `None` is "to the end of the context".
    pub(crate) tokens_default: Option<u32>,
    pub(crate) received: Instant,
    /// What else is wished for. Its adapter is not read here: `adapter` is.
    pub(crate) wishes: Wishes,
    /// Who speaks.
    pub(crate) adapter: Option<Choice>,
    /// What the answer may be made of.
    pub(crate) words: Option<SpeakWords>,
}

/// Prepares the prompt and waits until the engine has taken it; one answer, whatever `wishes.n` says.
///
/// # Errors
/// Whatever keeps it from starting; see [`Fault`].
pub(crate) async fn start(app: &App, ready: &Ready, order: Order) -> Result<Generation, Fault> {
    start_kind(app, ready, order, Kind::Other).await
}

/// [`start`] for a line that the player waits for, whose preparation waits for no stranger's.
///
/// # Errors
/// As [`start`].
pub(crate) async fn start_line(app: &App, ready: &Ready, order: Order) -> Result<Generation, Fault> {
    start_kind(app, ready, order, Kind::Line).await
}

async fn start_kind(app: &App, ready: &Ready, order: Order, kind: Kind) -> Result<Generation, Fault> {
    let (received, param) = (order.received, order.prompt.param());
    let request = prepare(ready, order, kind).await?;
    app.inference.start(request, received, param).await
}

/// Prepares the prompt once and starts as many answers as are wished for, each with a seed of its own.
///
/// # Errors
/// Whatever keeps one of them from starting; the others are then given up. Log-probabilities that wait for whole answers are
/// refused where they could take too much memory.
pub(crate) async fn start_all(
    app: &App,
    ready: &Ready,
    order: Order,
    is_streamed: bool,
) -> Result<Vec<Generation>, Fault> {
    let (received, param, n) = (order.received, order.prompt.param(), order.wishes.n);
    let waits = !is_streamed || order.wishes.awaits_calls;
    let request = prepare(ready, order, Kind::Other).await?;
    // Text alone comes to a few bytes for each token.
    if request.logprobs.is_some() && waits {
        let tokens = u64::from(n) * u64::from(request.max_tokens);
        Kept { has_number: false, others: request.logprobs }.check(
            tokens,
            ready.token_bytes_max,
            "max_tokens",
        )?;
    }
    let mut generations = Vec::with_capacity(n as usize);
    for index in 0..n {
        let mut request = request.clone();
        request.params.seed = request.params.seed.wrapping_add(u64::from(index));
        generations.push(app.inference.start(request, received, param).await?);
    }
    Ok(generations)
}

/// The engine's request, its number not yet given.
async fn prepare(ready: &Ready, order: Order, kind: Kind) -> Result<GenerateRequest, Fault> {
    let Order { prompt, sampling, class, tokens_default, wishes, adapter, words, .. } = order;
    let (param, bytes) = (prompt.param(), prompt.bytes());
    if bytes > PROMPT_BYTES_MAX {
        return Err(Fault::PromptTooLong { param, bytes_max: PROMPT_BYTES_MAX, bytes });
    }
    let (extras, owner) =
        (extras_of(&wishes, ready.tokenizer.vocab_len())?, owner_of(wishes.user.as_deref()));
    let (behind, follow) = (ready.clone(), wishes.follow);
    // A long prompt takes the tokenizer many milliseconds, as do a schema and the files of an adapter; a runtime worker
    // must not stand still for them.
    let prepared = ready.preparing.run(kind, move || -> Result<_, Fault> {
        let tokens = prompt.tokens(&*behind.mind).map_err(|why| Fault::BadPrompt { param, why })?;
        let adapter = adapter.map(|choice| choice.load(&behind.adapters, class)).transpose()?;
        let constraint = follow.map(|follow| behind.constraints.compile(&follow)).transpose()?;
        let world = words.map(|words| behind.vocabularies.matcher(&words)).transpose()?;
        Ok((tokens, adapter, constraint, world))
    });
    let (tokens, adapter, constraint, world) = prepared.await?;
    let tokens_max = ready.mind.context_len().saturating_sub(1);
    if tokens.len() > tokens_max {
        return Err(Fault::ContextTooLong { param, tokens_max, tokens: tokens.len() });
    }
    let room = u32::try_from(ready.tokens_max.saturating_sub(tokens.len())).unwrap_or(u32::MAX).max(1);
    let max_tokens = sampling.max_tokens.or(tokens_default).unwrap_or(room).min(room);
    Ok(GenerateRequest {
        params: params_of(&sampling)?,
        stop: sampling.stop,
        class,
        owner,
        adapter,
        extras,
        constraint,
        world,
        logprobs: wishes.logprobs.map(|top| top as usize),
        ignore_eos: sampling.ignore_eos,
        ..GenerateRequest::new(0, tokens, max_tokens)
    })
}

fn extras_of(wishes: &Wishes, vocab_len: usize) -> Result<SampleExtras, Fault> {
    let bias = wishes.logit_bias.clone();
    SampleExtras::new(wishes.frequency_penalty, wishes.presence_penalty, bias, vocab_len).map_err(|error| {
        let field = match &error {
            ExtrasError::Penalty { field, .. } => field,
            _ => "logit_bias",
        };
        Fault::BadParameter { field: field.to_owned(), why: error.to_string() }
    })
}

/// Requests of one user share what they get; those of nobody are one user's.
pub(crate) fn owner_of(user: Option<&str>) -> u64 {
    let Some(user) = user else { return 0 };
    let mut bytes = [0u8; 8];
    blake3::Hasher::new().update(user.as_bytes()).finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
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
    /// Its tokens, where log-probabilities were asked for.
    pub(crate) chosen: Vec<Chosen>,
    pub(crate) reason: FinishReason,
    pub(crate) usage: Usage,
    pub(crate) timings: Timings,
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
    let (mut text, mut chosen, mut is_enough) = (String::new(), Vec::new(), false);
    loop {
        match generation.next().await? {
            Written::Text(_) if is_enough => {}
            Written::Text(more) => {
                text.push_str(&more.text);
                chosen.extend(more.chosen);
                if let Some(at) = end(&text) {
                    text.truncate(at);
                    is_enough = true;
                    generation.enough();
                }
            }
            Written::Done(reason, usage) => {
                let timings = generation.watch().timings();
                return Ok(Whole { text, chosen, reason, usage, timings });
            }
        }
    }
}
