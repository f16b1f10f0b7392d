//! What a writing request may ask for besides its text and its draw: corrections of logits, several answers,
//! log-probabilities, something to follow, an adapter, and who asks.
//!
//! Owns the names of these fields in every dialect that is understood. Refuses to know which adapters exist.
//! Source: the OpenAI API reference; vLLM (`guided_*`, `structured_outputs`), LoRAX (`adapter_id`), llama.cpp's server
//! (`lora`).

use super::follow::{Follow, read_follow};
use super::request::unsupported;
use crate::fields::{BodyError, Fields};
use crate::limits;
use serde_json::Value;

/// Which adapter is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichAdapter {
    /// The one of this name.
    Name(String),
    /// The one at this place in the list of adapters.
    Index(u32),
}

/// An adapter asked for beside the model's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterWish {
    /// Path of the field that asks, for complaints.
    pub field: String,
    /// Which one.
    pub which: WhichAdapter,
    /// The only generation of it that will do.
    pub generation: Option<u64>,
}

/// What else is wished for. The default wishes nothing and one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Wishes {
    /// -2 to 2.
    pub frequency_penalty: f32,
    /// -2 to 2.
    pub presence_penalty: f32,
    /// Token and what is added to its logit, -100 to 100; the token may not exist.
    pub logit_bias: Vec<(u32, f32)>,
    /// Answers to write, 1 to [`limits::CHOICES_MAX`].
    pub n: u32,
    /// Report log-probabilities, with so many alternatives of each token.
    pub logprobs: Option<u32>,
    /// What the answer must follow.
    pub follow: Option<Follow>,
    /// Who is to speak.
    pub adapter: Option<AdapterWish>,
    /// Who asks: requests of one user share what they get.
    pub user: Option<String>,
    /// Whether text may turn out to be a call, and is held back so long. A call by a name that was demanded is told as it comes.
    pub awaits_calls: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Wishes {
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            logit_bias: Vec::new(),
            n: 1,
            logprobs: None,
            follow: None,
            adapter: None,
            user: None,
            awaits_calls: false,
        }
    }
}

/// How a route spells its wish for log-probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogprobsField {
    /// A flag, and `top_logprobs`.
    Chat,
    /// A number.
    Completion,
}

pub(crate) fn read_wishes(fields: &Fields<'_>, logprobs: LogprobsField) -> Result<Wishes, BodyError> {
    let n = fields.whole_or_none("n", 1..=limits::CHOICES_MAX)?.unwrap_or(1);
    // Writing more than are shown and choosing the best is not done here.
    if fields.whole_or_none("best_of", 0..=u32::MAX)?.is_some_and(|best_of| best_of != n) {
        return Err(unsupported(fields, "best_of", "leave it out or send the same as `n`"));
    }
    let range = -limits::PENALTY_MAX..=limits::PENALTY_MAX;
    let penalty = |name| Ok(fields.number_or_none(name, range.clone())?.unwrap_or(0.0));
    Ok(Wishes {
        frequency_penalty: penalty("frequency_penalty")?,
        presence_penalty: penalty("presence_penalty")?,
        logit_bias: read_bias(fields)?,
        n,
        logprobs: read_logprobs(fields, logprobs)?,
        follow: read_follow(fields)?,
        adapter: read_adapter(fields)?,
        user: fields.string_or_none("user", limits::USER_BYTES_MAX)?,
        // Whoever reads functions, too, says so.
        awaits_calls: false,
    })
}

fn read_bias(fields: &Fields<'_>) -> Result<Vec<(u32, f32)>, BodyError> {
    let name = "logit_bias";
    let map = match fields.value(name) {
        None => return Ok(Vec::new()),
        Some(Value::Object(map)) => map,
        Some(other) => return Err(fields.wrong(name, "an object", other)),
    };
    if map.len() > limits::LOGIT_BIAS_MAX {
        let field = fields.path(name);
        return Err(BodyError::TooMany { field, items_max: limits::LOGIT_BIAS_MAX, items: map.len() });
    }
    let inner = Fields::inside(fields.path(name), fields.required(name)?)?;
    let one = |token: &String| {
        let id =
            token.parse().map_err(|_| fields.bad(name, "an object whose keys are token numbers", token))?;
        Ok((id, inner.number_or_none(token, -limits::BIAS_MAX..=limits::BIAS_MAX)?.unwrap_or(0.0)))
    };
    map.keys().map(one).collect()
}

fn read_logprobs(fields: &Fields<'_>, spelling: LogprobsField) -> Result<Option<u32>, BodyError> {
    if spelling == LogprobsField::Completion {
        return match fields.value("logprobs") {
            // An older client says "none" by a flag.
            Some(Value::Bool(false)) => Ok(None),
            _ => fields.whole_or_none("logprobs", 0..=limits::COMPLETION_LOGPROBS_MAX),
        };
    }
    let top = fields.whole_or_none("top_logprobs", 0..=limits::TOP_LOGPROBS_MAX)?;
    match (fields.flag("logprobs")?, top) {
        (true, top) => Ok(Some(top.unwrap_or(0))),
        (false, None | Some(0)) => Ok(None),
        (false, Some(_)) => Err(unsupported(fields, "top_logprobs", "it needs `logprobs` to be true")),
    }
}

/// At most one of the three fields by which servers name an adapter.
pub(crate) fn read_adapter(fields: &Fields<'_>) -> Result<Option<AdapterWish>, BodyError> {
    let mut wishes = Vec::new();
    if let Some(name) = fields.string_or_none("adapter_id", limits::MODEL_ID_BYTES_MAX)? {
        // LoRAX says "the base" by an empty name.
        if !name.is_empty() {
            let which = WhichAdapter::Name(name);
            wishes.push(AdapterWish { field: fields.path("adapter_id"), which, generation: None });
        }
    }
    if let Some(value) = fields.value("adapter") {
        let adapter = Fields::inside(fields.path("adapter"), value)?;
        let which = WhichAdapter::Name(adapter.string("name", limits::MODEL_ID_BYTES_MAX)?);
        let generation = adapter.seed_or_none("generation")?;
        wishes.push(AdapterWish { field: fields.path("adapter"), which, generation });
    }
    wishes.extend(read_lora(fields)?);
    if wishes.len() > 1 {
        return Err(unsupported(fields, "adapter", "name the adapter in one field only"));
    }
    Ok(wishes.pop())
}

/// llama.cpp's list of scales. One adapter speaks, wholly: its scale is that of its file.
fn read_lora(fields: &Fields<'_>) -> Result<Option<AdapterWish>, BodyError> {
    let mut chosen = None;
    for (index, item) in fields.list("lora", limits::LORA_ITEMS_MAX)?.iter().enumerate() {
        let item = Fields::inside(fields.entry("lora", index), item)?;
        let id = item.whole_or_none("id", 0..=u32::MAX)?;
        let id = id.ok_or_else(|| BodyError::Missing { field: item.path("id") })?;
        let scale = item.number_or_none("scale", f32::MIN..=f32::MAX)?;
        match scale.ok_or_else(|| BodyError::Missing { field: item.path("scale") })? {
            0.0 => {}
            1.0 if chosen.is_some() => {
                return Err(unsupported(fields, "lora", "only one adapter may have the scale 1"));
            }
            1.0 => {
                let (field, which) = (fields.path("lora"), WhichAdapter::Index(id));
                chosen = Some(AdapterWish { field, which, generation: None });
            }
            _ => return Err(unsupported(&item, "scale", "only 0 and 1 are possible")),
        }
    }
    Ok(chosen)
}
