//! How a native completion is drawn: llama.cpp's names, defaults and special numbers.
//!
//! Owns reading them, and which of them are in force when a request names its samplers. Refuses to know what sampling does
//! with the numbers. Source: llama.cpp, tools/server/README.md (`POST /completion`, `samplers`).

use crate::fields::{BodyError, Fields};
use crate::limits;
use serde_json::Value;
use std::ops::RangeInclusive;

/// How to draw. Absent fields have llama.cpp's defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// 0 is greedy.
    pub temperature: f32,
    /// 0 is off.
    pub top_k: u32,
    /// 0 to 1, 1 is off.
    pub top_p: f32,
    /// 0 to 1, 0 is off.
    pub min_p: f32,
    /// How many of the latest tokens, prompt included, the penalties look at: 0 is none, `None` the whole context. At most
    /// [`limits::REPEAT_WINDOW_MAX`] where a penalty is on.
    pub repeat_last_n: Option<u32>,
    /// 1 is off.
    pub repeat_penalty: f32,
    /// 0 is off.
    pub presence_penalty: f32,
    /// 0 is off.
    pub frequency_penalty: f32,
    /// `None` is "any".
    pub seed: Option<u64>,
}

impl Default for Sampling {
    fn default() -> Self {
        Sampling {
            temperature: 0.8,
            top_k: 40,
            top_p: 0.95,
            min_p: 0.05,
            repeat_last_n: Some(limits::REPEAT_WINDOW),
            repeat_penalty: 1.0,
            presence_penalty: 0.0,
            frequency_penalty: 0.0,
            seed: None,
        }
    }
}

/// A whole number, where llama.cpp gives negative ones a meaning of their own: they are `None`.
pub(crate) fn signed_or_none(
    fields: &Fields<'_>,
    name: &str,
    range: RangeInclusive<i64>,
) -> Result<Option<i64>, BodyError> {
    let Some(value) = fields.value(name) else { return Ok(None) };
    let Value::Number(number) = value else { return Err(fields.wrong(name, "a whole number", value)) };
    let expected = || format!("a whole number from {} to {}", range.start(), range.end());
    let whole = number.as_i64().filter(|whole| range.contains(whole));
    whole.ok_or_else(|| fields.bad(name, expected(), &number.to_string())).map(Some)
}

pub(super) fn read_sampling(fields: &Fields<'_>) -> Result<Sampling, BodyError> {
    let default = Sampling::default();
    let penalty = -limits::PENALTY_MAX..=limits::PENALTY_MAX;
    let top_k = signed_or_none(fields, "top_k", -1..=i64::from(limits::TOP_K_MAX))?;
    let window = signed_or_none(fields, "repeat_last_n", -1..=i64::from(u32::MAX))?;
    let mut sampling = Sampling {
        temperature: fields
            .number_or_none("temperature", 0.0..=limits::NATIVE_TEMPERATURE_MAX)?
            .unwrap_or(default.temperature),
        top_k: top_k.map_or(default.top_k, |top_k| u32::try_from(top_k).unwrap_or(0)),
        top_p: fields.number_or_none("top_p", 0.0..=1.0)?.unwrap_or(default.top_p),
        min_p: fields.number_or_none("min_p", 0.0..=1.0)?.unwrap_or(default.min_p),
        repeat_last_n: window.map_or(default.repeat_last_n, |window| u32::try_from(window).ok()),
        repeat_penalty: read_repeat_penalty(fields)?.unwrap_or(default.repeat_penalty),
        presence_penalty: fields.number_or_none("presence_penalty", penalty.clone())?.unwrap_or(0.0),
        frequency_penalty: fields.number_or_none("frequency_penalty", penalty)?.unwrap_or(0.0),
        seed: read_seed(fields)?,
    };
    // No window is no penalty of any kind.
    if sampling.repeat_last_n == Some(0) {
        (sampling.repeat_penalty, sampling.presence_penalty, sampling.frequency_penalty) = (1.0, 0.0, 0.0);
    }
    let sampling = named_alone(fields, sampling)?;
    let is_too_long = sampling.repeat_last_n.is_some_and(|window| window > limits::REPEAT_WINDOW_MAX);
    if is_too_long && is_on(Sampler::Penalties, &sampling) {
        let expected = format!("at most {} beside a penalty", limits::REPEAT_WINDOW_MAX);
        let actual = window.unwrap_or_default().to_string();
        return Err(fields.bad("repeat_last_n", expected, &actual));
    }
    Ok(sampling)
}

fn read_repeat_penalty(fields: &Fields<'_>) -> Result<Option<f32>, BodyError> {
    let penalty = fields.number_or_none("repeat_penalty", 0.0..=limits::NATIVE_REPEAT_PENALTY_MAX)?;
    if penalty == Some(0.0) { Err(fields.bad("repeat_penalty", "above 0", "0")) } else { Ok(penalty) }
}

/// llama.cpp says "any" with -1, which is 2³² - 1 to it.
fn read_seed(fields: &Fields<'_>) -> Result<Option<u64>, BodyError> {
    let is_any = |seed: &u64| *seed == u64::MAX || *seed == u64::from(u32::MAX);
    Ok(fields.seed_or_none("seed")?.filter(|seed| !is_any(seed)))
}

/// A sampler that has numbers of its own here, in the order in which they work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sampler {
    Penalties,
    Truncation(&'static str),
    Temperature,
}

/// The sampler of a name; `None` for those that are off here anyway, as their own numbers are refused.
fn sampler_of(name: &str) -> Option<Option<Sampler>> {
    Some(match name {
        "penalties" => Some(Sampler::Penalties),
        "top_k" | "top-k" => Some(Sampler::Truncation("top_k")),
        "top_p" | "top-p" | "nucleus" => Some(Sampler::Truncation("top_p")),
        "min_p" | "min-p" => Some(Sampler::Truncation("min_p")),
        "temperature" | "temp" => Some(Sampler::Temperature),
        "dry" | "top_n_sigma" | "top-n-sigma" | "xtc" | "infill" | "adaptive_p" => None,
        "typ_p" | "typ-p" | "typ" | "typical" | "typical_p" | "typical-p" => None,
        _ => return None,
    })
}

/// Where the request names its samplers, the others are off. Those that are left work in an order of their own, so a list
/// that means another order is refused.
fn named_alone(fields: &Fields<'_>, sampling: Sampling) -> Result<Sampling, BodyError> {
    if fields.value("samplers").is_none() {
        return Ok(sampling);
    }
    let names = fields.strings("samplers", limits::SAMPLERS_MAX, limits::ROLE_BYTES_MAX)?;
    let mut named = Vec::with_capacity(names.len());
    for name in &names {
        let Some(sampler) = sampler_of(name) else {
            return Err(fields.bad("samplers", "the names of samplers", name));
        };
        named.extend(sampler);
    }
    let has = |sampler: Sampler| named.contains(&sampler);
    let has_penalties = has(Sampler::Penalties);
    let kept = Sampling {
        temperature: if has(Sampler::Temperature) { sampling.temperature } else { 1.0 },
        top_k: if has(Sampler::Truncation("top_k")) { sampling.top_k } else { 0 },
        top_p: if has(Sampler::Truncation("top_p")) { sampling.top_p } else { 1.0 },
        min_p: if has(Sampler::Truncation("min_p")) { sampling.min_p } else { 0.0 },
        repeat_last_n: sampling.repeat_last_n,
        repeat_penalty: if has_penalties { sampling.repeat_penalty } else { 1.0 },
        presence_penalty: if has_penalties { sampling.presence_penalty } else { 0.0 },
        frequency_penalty: if has_penalties { sampling.frequency_penalty } else { 0.0 },
        seed: sampling.seed,
    };
    named.retain(|sampler| is_on(*sampler, &kept));
    let stage = |sampler: &Sampler| match sampler {
        Sampler::Penalties => 0,
        Sampler::Truncation(_) => 1,
        Sampler::Temperature => 2,
    };
    if !named.is_sorted_by_key(stage) {
        let instead = "penalties come first and the temperature last";
        return Err(BodyError::Unsupported { field: fields.path("samplers"), instead });
    }
    Ok(kept)
}

/// Whether a sampler changes anything. The greedy draw and the unchanged one are the same wherever the temperature stands.
fn is_on(sampler: Sampler, sampling: &Sampling) -> bool {
    match sampler {
        Sampler::Penalties => {
            let Sampling { repeat_penalty, presence_penalty, frequency_penalty, .. } = sampling;
            *repeat_penalty != 1.0 || *presence_penalty != 0.0 || *frequency_penalty != 0.0
        }
        Sampler::Truncation("top_k") => sampling.top_k > 0,
        Sampler::Truncation("top_p") => sampling.top_p < 1.0,
        Sampler::Truncation(_) => sampling.min_p > 0.0,
        Sampler::Temperature => sampling.temperature != 0.0 && sampling.temperature != 1.0,
    }
}
