//! `POST /completion`: one or several prompts, whole or streamed.
//!
//! Owns the order of work of one request: read, prepare, start all prompts at once, gather or stream. Refuses to know how
//! an answer's numbers are made (`tally`) and how its stream is told (`crowd`).

use super::begin::{self, Start};
use super::crowd::{Crowd, gather, stream};
use super::tally::Asked;
use super::{check_bytes, context_len, off_the_runtime};
use crate::adapters::{self, Choice};
use crate::fault::Fault;
use crate::generate::owner_of;
use crate::inference::Ready;
use crate::mind::BASE_ID;
use crate::routes::{Shared, read_body};
use axum::extract::{Request, State};
use axum::response::Response;
use infer::{Class, GenerateRequest, SampleExtras, SampleParams, Tokenizer};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use wire::limits::{BIAS_MAX, REPEAT_WINDOW_MAX};
use wire::native::{Bias, BiasKey, CompletionRequest, Sampling, Settings};

/// The seed that llama.cpp shows where none was drawn yet.
const SEED_ANY: u64 = u32::MAX as u64;

pub(super) async fn complete(State(app): Shared, request: Request) -> Result<Response, Fault> {
    let received = Instant::now();
    let mut body = CompletionRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    check_bytes("prompt", body.prompts.iter().map(begin::text_bytes).sum())?;
    let model = body.model.as_deref().unwrap_or(BASE_ID);
    let adapter = adapters::choose(&ready, model, body.adapter.as_ref())?;
    let seed = match body.sampling.seed {
        Some(seed) => seed,
        // As many bits as every JSON reader keeps, so that the answer's seed repeats it.
        None => getrandom::u32().map(u64::from).map_err(|e| Fault::Generation { why: e.to_string() })?,
    };
    let speaker = adapter.as_ref().map_or_else(|| ready.ids.first().to_owned(), Choice::id);
    let mut asked = Asked {
        tokenizer: Arc::clone(&ready.tokenizer),
        settings: settings(&ready, speaker, &body, seed),
        n_predict: body.n_predict,
        returns_tokens: body.return_tokens && !body.stream,
    };
    let (n, max_tokens, fields) = (body.n, body.n_predict, std::mem::take(&mut body.response_fields));
    let prepared = off_the_runtime(&ready, move |ready| prepare(ready, body, adapter, seed));
    let Prepared { prompts, each, biases } = prepared.await?;
    asked.settings.logit_bias = told_biases(&ready.tokenizer, &biases, each.ignore_eos);
    let start = Start { prompts, n, each, max_tokens, received };
    start.check(&ready)?;
    // Completions that are not streamed wait for each other.
    if let Some(kept) = asked.kept() {
        kept.check(start.tokens_all(&ready), ready.token_bytes_max, "n_predict")?;
    }
    let crowd = Crowd::new(asked, begin::start_all(&app, &ready, start).await?);
    if crowd.is_streamed() { Ok(stream(crowd, fields)) } else { gather(crowd, fields).await }
}

/// What needed the tokenizer, the compiler or the disk.
struct Prepared {
    /// The tokens of every prompt.
    prompts: Vec<Vec<u32>>,
    /// What is wished for each.
    each: GenerateRequest,
    /// Biases by token, to be told.
    biases: Vec<(u32, f32)>,
}

fn prepare(
    ready: &Ready,
    body: CompletionRequest,
    adapter: Option<Choice>,
    seed: u64,
) -> Result<Prepared, Fault> {
    let encode = |prompt: &wire::native::Prompt| {
        let tokens = begin::encode(&ready.tokenizer, &prompt.parts, true, true);
        tokens.map_err(|why| Fault::BadPrompt { param: "prompt", why })
    };
    let prompts = body.prompts.iter().map(encode).collect::<Result<_, _>>()?;
    let biases = biases(&ready.tokenizer, &body.logit_bias)?;
    let Sampling { frequency_penalty, presence_penalty, .. } = body.sampling;
    let vocab_len = ready.tokenizer.vocab_len();
    let extras = SampleExtras::new(frequency_penalty, presence_penalty, biases.clone(), vocab_len)
        .map_err(|error| bad_bias(error.to_string()))?
        .with_window(window(ready, &body.sampling)?);
    let only_reads = body.n_predict == Some(0);
    let each = GenerateRequest {
        params: params(&body.sampling, seed),
        extras,
        adapter: adapter.map(|choice| choice.load(&ready.adapters, Class::Local)).transpose()?,
        constraint: body.follow.map(|follow| ready.constraints.compile(&follow)).transpose()?,
        stop: if only_reads { Vec::new() } else { body.stop },
        owner: owner_of(body.user.as_deref()),
        logprobs: (body.n_probs > 0).then_some(body.n_probs as usize),
        reports_tokens: body.return_tokens || body.stream,
        ignore_eos: body.ignore_eos,
        ..GenerateRequest::new(0, Vec::new(), 1)
    };
    Ok(Prepared { prompts, each, biases })
}

/// How many tokens the penalties look at. One that looks at the whole of a long context would cost everybody time.
fn window(ready: &Ready, sampling: &Sampling) -> Result<usize, Fault> {
    let Sampling { repeat_last_n, repeat_penalty, presence_penalty, frequency_penalty, .. } = sampling;
    let tokens = repeat_last_n.unwrap_or_else(|| context_len(ready));
    let is_on = *repeat_penalty != 1.0 || *presence_penalty != 0.0 || *frequency_penalty != 0.0;
    if is_on && tokens > REPEAT_WINDOW_MAX {
        let why =
            format!("the context has {tokens} tokens, and penalties look at {REPEAT_WINDOW_MAX} at most");
        return Err(Fault::BadParameter { field: "repeat_last_n".to_owned(), why });
    }
    Ok(tokens as usize)
}

fn bad_bias(why: String) -> Fault {
    Fault::BadParameter { field: "logit_bias".to_owned(), why }
}

/// Biases by token, ascending. Those of one token add up, as llama.cpp has it.
fn biases(tokenizer: &Tokenizer, wanted: &[(BiasKey, f32)]) -> Result<Vec<(u32, f32)>, Fault> {
    let mut biases: BTreeMap<u32, f32> = BTreeMap::new();
    for (key, bias) in wanted {
        let tokens = match key {
            BiasKey::Token(token) => vec![*token],
            BiasKey::Text(text) => begin::encode_text(tokenizer, text, false, false).map_err(bad_bias)?,
        };
        for token in tokens {
            let sum = biases.entry(token).or_default();
            *sum = (*sum + bias).clamp(-BIAS_MAX, BIAS_MAX);
        }
    }
    Ok(biases.into_iter().collect())
}

/// The biases as an answer tells them: the ends of a generation are forbidden where they are ignored.
fn told_biases(tokenizer: &Tokenizer, biases: &[(u32, f32)], ignores_ends: bool) -> Vec<Bias> {
    let ends = if ignores_ends { tokenizer.end_of_generation_ids() } else { &[] };
    let ends = ends.iter().map(|token| Bias { token: *token, bias: None });
    ends.chain(biases.iter().map(|(token, bias)| Bias { token: *token, bias: Some(*bias) })).collect()
}

fn params(sampling: &Sampling, seed: u64) -> SampleParams {
    SampleParams {
        temperature: sampling.temperature,
        // 0 means "the likeliest alone" to clients and nothing to the engine.
        top_p: sampling.top_p.max(f32::MIN_POSITIVE),
        top_k: sampling.top_k,
        min_p: sampling.min_p,
        repeat_penalty: sampling.repeat_penalty,
        seed,
    }
}

fn settings(ready: &Ready, model: String, body: &CompletionRequest, seed: u64) -> Settings {
    let sampling = &body.sampling;
    let n_predict = body.n_predict.map_or(-1, i64::from);
    Settings {
        n_predict,
        max_tokens: n_predict,
        seed,
        temperature: sampling.temperature,
        top_k: sampling.top_k,
        top_p: sampling.top_p,
        min_p: sampling.min_p,
        repeat_last_n: sampling.repeat_last_n.unwrap_or_else(|| context_len(ready)),
        repeat_penalty: sampling.repeat_penalty,
        presence_penalty: sampling.presence_penalty,
        frequency_penalty: sampling.frequency_penalty,
        logit_bias: Vec::new(),
        stop: body.stop.clone(),
        ignore_eos: body.ignore_eos,
        stream: body.stream,
        n_probs: body.n_probs,
        timings_per_token: body.timings_per_token,
        n_ctx: context_len(ready),
        model,
    }
}

/// What a completion is written with when nothing is said.
pub(super) fn default_settings(ready: &Ready) -> Settings {
    let silent = CompletionRequest {
        model: None,
        prompts: Vec::new(),
        n: 1,
        n_predict: None,
        sampling: Sampling::default(),
        logit_bias: Vec::new(),
        stop: Vec::new(),
        ignore_eos: false,
        stream: false,
        return_tokens: false,
        n_probs: 0,
        timings_per_token: false,
        response_fields: Vec::new(),
        adapter: None,
        follow: None,
        user: None,
    };
    settings(ready, ready.ids.first().to_owned(), &silent, SEED_ANY)
}
