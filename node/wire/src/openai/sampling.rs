//! How to draw and when to stop, as both writing requests say it.
//!
//! Owns the names and ranges of these fields. Refuses to know what sampling does with the numbers.

use crate::fields::{BodyError, Fields};
use crate::limits;
use serde::Serialize;
use serde_json::Value;

/// How to draw, and when to stop; the same in both requests. `None` is "the server's default".
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Sampling {
    /// 0 is greedy; at most [`limits::TEMPERATURE_MAX`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    /// 0 is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// 0 to 1, 0 is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_p: Option<f32>,
    /// 1 is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat_penalty: Option<f32>,
    /// Any 64 bits; the same seed repeats the same draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Most tokens to write; read from `max_completion_tokens` or `max_tokens`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Strings that end the text and do not appear in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Write on past the model's own end, for measuring.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ignore_eos: bool,
}

pub(crate) fn read_sampling(fields: &Fields<'_>) -> Result<Sampling, BodyError> {
    let tokens = 1..=limits::TOKENS_MAX;
    let longer = fields.whole_or_none("max_completion_tokens", tokens.clone())?;
    // vLLM's and llama.cpp's clients say -1 for "off", "no bound" and "any".
    let is_minus_one = |name: &str| fields.value(name).and_then(Value::as_i64) == Some(-1);
    let older = if is_minus_one("max_tokens") {
        Some(limits::TOKENS_MAX)
    } else {
        fields.whole_or_none("max_tokens", tokens)?
    };
    let top_k = 0..=limits::TOP_K_MAX;
    Ok(Sampling {
        temperature: fields.number_or_none("temperature", 0.0..=limits::TEMPERATURE_MAX)?,
        top_p: fields.number_or_none("top_p", 0.0..=1.0)?,
        top_k: if is_minus_one("top_k") { Some(0) } else { fields.whole_or_none("top_k", top_k)? },
        min_p: fields.number_or_none("min_p", 0.0..=1.0)?,
        repeat_penalty: fields.number_or_none("repeat_penalty", 1.0..=limits::REPEAT_PENALTY_MAX)?,
        seed: if is_minus_one("seed") { None } else { fields.seed_or_none("seed")? },
        max_tokens: longer.or(older),
        stop: read_stop(fields)?,
        ignore_eos: fields.flag("ignore_eos")?,
    })
}

fn read_stop(fields: &Fields<'_>) -> Result<Vec<String>, BodyError> {
    let stops = match fields.value("stop") {
        None => return Ok(Vec::new()),
        Some(Value::String(_)) => vec![fields.string("stop", limits::STOP_BYTES_MAX)?],
        Some(Value::Array(_)) => fields.strings("stop", limits::STOPS_MAX, limits::STOP_BYTES_MAX)?,
        Some(other) => return Err(fields.wrong("stop", "a string or a list of strings", other)),
    };
    if stops.iter().any(String::is_empty) {
        return Err(fields.bad("stop", "free of empty strings", "an empty string"));
    }
    Ok(stops)
}
