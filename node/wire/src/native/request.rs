//! The request body of `POST /completion`.
//!
//! Owns reading and checking it. Refuses to know which adapters exist and what sampling does with the numbers.

use super::bias::{BiasKey, read_logit_bias};
use super::prompt::{Prompt, read_prompts};
use super::sampling::{Sampling, read_sampling, signed_or_none};
use crate::fields::{BodyError, Fields, parse_object};
use crate::limits;
use crate::openai::{AdapterWish, Follow, read_adapter, read_follow};
use serde_json::Value;

/// Body of `POST /completion`.
#[derive(Debug, Clone, PartialEq)]
pub struct CompletionRequest {
    /// Model id; the loaded model where none is named.
    pub model: Option<String>,
    /// The texts to go on from, at least one. More than one are answered by a list.
    pub prompts: Vec<Prompt>,
    /// Completions of each prompt, 1 to [`limits::CHOICES_MAX`]. More than one are answered by a list.
    pub n: u32,
    /// Most tokens to write; `None` is "to the end of the context", 0 only reads the prompt.
    pub n_predict: Option<u32>,
    /// How to draw.
    pub sampling: Sampling,
    /// Biases of the logits.
    pub logit_bias: Vec<(BiasKey, f32)>,
    /// Strings that end the text and do not appear in it.
    pub stop: Vec<String>,
    /// Write on past the model's own end.
    pub ignore_eos: bool,
    /// Answer piece by piece.
    pub stream: bool,
    /// Tell the tokens of the whole text.
    pub return_tokens: bool,
    /// Tell so many alternatives for each token; 0 is none.
    pub n_probs: u32,
    /// Tell the times with each piece.
    pub timings_per_token: bool,
    /// The fields that the answer shall have; empty is all.
    pub response_fields: Vec<String>,
    /// The adapter to speak through, where it is named beside the model's id.
    pub adapter: Option<AdapterWish>,
    /// What the text must follow.
    pub follow: Option<Follow>,
    /// Who asks: requests of one user share what they get.
    pub user: Option<String>,
}

impl CompletionRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        refuse_unhonoured(&fields)?;
        let sampling = read_sampling(&fields)?;
        let field_bytes_max = limits::RESPONSE_FIELD_BYTES_MAX;
        Ok(CompletionRequest {
            model: fields.string_or_none("model", limits::MODEL_ID_BYTES_MAX)?,
            prompts: read_prompts(&fields, "prompt")?,
            n: read_n(&fields)?,
            n_predict: read_n_predict(&fields)?,
            sampling,
            logit_bias: read_logit_bias(&fields)?,
            stop: read_stop(&fields)?,
            ignore_eos: fields.flag("ignore_eos")?,
            stream: fields.flag("stream")?,
            return_tokens: fields.flag("return_tokens")?,
            n_probs: read_n_probs(&fields)?,
            timings_per_token: fields.flag("timings_per_token")?,
            response_fields: fields.strings(
                "response_fields",
                limits::RESPONSE_FIELDS_MAX,
                field_bytes_max,
            )?,
            adapter: read_adapter(&fields)?,
            follow: read_follow(&fields)?,
            user: fields.string_or_none("user", limits::USER_BYTES_MAX)?,
        })
    }
}

fn unsupported(fields: &Fields<'_>, name: &str, instead: &'static str) -> BodyError {
    BodyError::Unsupported { field: fields.path(name), instead }
}

/// Refuses what would silently change the answer if we ignored it. What saves work, keeps a part of the prompt when the
/// context overflows (it never does: it ends the text) or picks a slot has no meaning here and passes.
pub(crate) fn refuse_unhonoured(fields: &Fields<'_>) -> Result<(), BodyError> {
    let any = f32::MIN..=f32::MAX;
    for (name, neutral) in [
        ("typical_p", 1.0),
        ("dynatemp_range", 0.0),
        ("xtc_probability", 0.0),
        ("dry_multiplier", 0.0),
        ("mirostat", 0.0),
        ("min_keep", 0.0),
        ("n_indent", 0.0),
    ] {
        if fields.number_or_none(name, any.clone())?.is_some_and(|value| value != neutral) {
            return Err(unsupported(fields, name, "leave it out"));
        }
    }
    for name in ["top_n_sigma", "t_max_predict_ms", "t_max_prompt_ms"] {
        if fields.number_or_none(name, any.clone())?.is_some_and(|value| value > 0.0) {
            return Err(unsupported(fields, name, "leave it out"));
        }
    }
    if fields.number_or_none("adaptive_target", any)?.is_some_and(|target| target >= 0.0) {
        return Err(unsupported(fields, "adaptive_target", "leave it out"));
    }
    for name in ["return_progress", "grammar_lazy"] {
        if fields.flag(name)? {
            return Err(unsupported(fields, name, "leave it out or send false"));
        }
    }
    for name in ["image_data", "multimodal_data"] {
        let is_data = |data: &Value| data.as_array().is_none_or(|data| !data.is_empty());
        if fields.value(name).is_some_and(is_data) {
            return Err(unsupported(fields, name, "this model reads text alone"));
        }
    }
    Ok(())
}

fn read_n(fields: &Fields<'_>) -> Result<u32, BodyError> {
    let own = fields.whole_or_none("n_cmpl", 1..=limits::CHOICES_MAX)?;
    let other = fields.whole_or_none("n", 1..=limits::CHOICES_MAX)?;
    Ok(own.or(other).unwrap_or(1))
}

/// `logprobs` is OpenAI's name of the same.
fn read_n_probs(fields: &Fields<'_>) -> Result<u32, BodyError> {
    let own = fields.whole_or_none("n_probs", 0..=limits::TOP_LOGPROBS_MAX)?;
    let other = fields.whole_or_none("logprobs", 0..=limits::TOP_LOGPROBS_MAX)?;
    let n_probs = own.or(other).unwrap_or(0);
    if n_probs > 0 && fields.flag("post_sampling_probs")? {
        return Err(unsupported(fields, "post_sampling_probs", "the model's own are told"));
    }
    Ok(n_probs)
}

/// -1 is "without end" and -2 "until the context is full", which come to the same here.
fn read_n_predict(fields: &Fields<'_>) -> Result<Option<u32>, BodyError> {
    let range = -2..=i64::from(limits::TOKENS_MAX);
    let own = signed_or_none(fields, "n_predict", range.clone())?;
    let other = signed_or_none(fields, "max_tokens", range)?;
    Ok(own.or(other).and_then(|tokens| u32::try_from(tokens).ok()))
}

fn read_stop(fields: &Fields<'_>) -> Result<Vec<String>, BodyError> {
    let stops = match fields.value("stop") {
        None => return Ok(Vec::new()),
        Some(Value::String(_)) => vec![fields.string("stop", limits::STOP_BYTES_MAX)?],
        Some(Value::Array(_)) => fields.strings("stop", limits::NATIVE_STOPS_MAX, limits::STOP_BYTES_MAX)?,
        Some(other) => return Err(fields.wrong("stop", "a list of strings", other)),
    };
    Ok(stops.into_iter().filter(|stop| !stop.is_empty()).collect())
}
