//! Request bodies of `POST /v1/chat/completions` and `POST /v1/completions`.
//!
//! Owns reading and checking them. Refuses to know which models exist and what sampling does with the numbers.

use crate::fields::{BodyError, Fields, parse_object, string_of};
use crate::limits;
use serde::Serialize;
use serde_json::Value;

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatMessage {
    /// `system`, `developer`, `user`, `assistant` or `tool`.
    pub role: String,
    /// The text; text parts of a content list are joined without a separator.
    pub content: String,
}

/// What a streaming client wants besides the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct StreamOptions {
    /// One more chunk with the usage, before the end.
    pub include_usage: bool,
}

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

/// Body of `POST /v1/chat/completions`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChatRequest {
    /// Model id.
    pub model: String,
    /// The chat so far, at least one message.
    pub messages: Vec<ChatMessage>,
    /// Answer piece by piece.
    pub stream: bool,
    /// Only meaningful with `stream`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
    /// How to draw.
    #[serde(flatten)]
    pub sampling: Sampling,
}

/// Body of `POST /v1/completions`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CompletionRequest {
    /// Model id.
    pub model: String,
    /// The text to go on from.
    pub prompt: String,
    /// Answer piece by piece.
    pub stream: bool,
    /// Only meaningful with `stream`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
    /// How to draw.
    #[serde(flatten)]
    pub sampling: Sampling,
}

impl ChatRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        refuse_unhonoured(&fields)?;
        refuse_tools(&fields)?;
        let (stream, stream_options) = read_stream(&fields)?;
        Ok(ChatRequest {
            model: fields.string("model", limits::MODEL_ID_BYTES_MAX)?,
            messages: read_messages(&fields)?,
            stream,
            stream_options,
            sampling: read_sampling(&fields)?,
        })
    }
}

impl CompletionRequest {
    /// Reads and checks a body. `prompt` may be a string or a list of one string.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        refuse_unhonoured(&fields)?;
        if fields.flag("echo")? {
            return Err(unsupported(&fields, "echo", "leave it out or send false"));
        }
        if fields.string_or_none("suffix", limits::BODY_BYTES_MAX)?.is_some_and(|suffix| !suffix.is_empty()) {
            return Err(unsupported(&fields, "suffix", "leave it out"));
        }
        let (stream, stream_options) = read_stream(&fields)?;
        Ok(CompletionRequest {
            model: fields.string("model", limits::MODEL_ID_BYTES_MAX)?,
            prompt: read_prompt(&fields)?,
            stream,
            stream_options,
            sampling: read_sampling(&fields)?,
        })
    }
}

fn unsupported(fields: &Fields<'_>, name: &str, instead: &'static str) -> BodyError {
    BodyError::Unsupported { field: fields.path(name), instead }
}

/// Refuses what would silently change the answer if we ignored it.
fn refuse_unhonoured(fields: &Fields<'_>) -> Result<(), BodyError> {
    for name in ["n", "best_of"] {
        match fields.whole_or_none(name, 0..=u32::MAX)? {
            None | Some(1) => {}
            Some(_) => return Err(unsupported(fields, name, "only 1 is possible")),
        }
    }
    for name in ["frequency_penalty", "presence_penalty"] {
        if fields.number_or_none(name, -2.0..=2.0)?.is_some_and(|penalty| penalty != 0.0) {
            return Err(unsupported(fields, name, "only 0 is possible"));
        }
    }
    match fields.value("logprobs") {
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true) | Value::Number(_)) => {
            return Err(unsupported(fields, "logprobs", "leave it out or send false"));
        }
        Some(other) => return Err(fields.wrong("logprobs", "a boolean", other)),
    }
    match fields.value("logit_bias") {
        None => Ok(()),
        Some(Value::Object(bias)) if bias.is_empty() => Ok(()),
        Some(Value::Object(_)) => Err(unsupported(fields, "logit_bias", "leave it out")),
        Some(other) => Err(fields.wrong("logit_bias", "an object", other)),
    }
}

/// Tools and structured output change what an answer is; pretending to know them would be worse than refusing.
fn refuse_tools(fields: &Fields<'_>) -> Result<(), BodyError> {
    for name in ["tools", "functions"] {
        match fields.value(name) {
            None => {}
            Some(Value::Array(items)) if items.is_empty() => {}
            Some(Value::Array(_)) => return Err(unsupported(fields, name, "leave it out")),
            Some(other) => return Err(fields.wrong(name, "a list", other)),
        }
    }
    let Some(format) = fields.value("response_format") else { return Ok(()) };
    let format = Fields::inside(fields.path("response_format"), format)?;
    match format.string("type", limits::ROLE_BYTES_MAX)?.as_str() {
        "text" => Ok(()),
        _ => Err(unsupported(&format, "type", "only `text` is possible")),
    }
}

fn read_stream(fields: &Fields<'_>) -> Result<(bool, Option<StreamOptions>), BodyError> {
    let stream = fields.flag("stream")?;
    let Some(options) = fields.value("stream_options") else { return Ok((stream, None)) };
    let options = Fields::inside(fields.path("stream_options"), options)?;
    let include_usage = options.flag("include_usage")?;
    if !stream {
        return Err(unsupported(fields, "stream_options", "it needs `stream` to be true"));
    }
    Ok((stream, Some(StreamOptions { include_usage })))
}

fn read_sampling(fields: &Fields<'_>) -> Result<Sampling, BodyError> {
    let tokens = 1..=limits::TOKENS_MAX;
    let longer = fields.whole_or_none("max_completion_tokens", tokens.clone())?;
    let older = fields.whole_or_none("max_tokens", tokens)?;
    Ok(Sampling {
        temperature: fields.number_or_none("temperature", 0.0..=limits::TEMPERATURE_MAX)?,
        top_p: fields.number_or_none("top_p", 0.0..=1.0)?,
        top_k: fields.whole_or_none("top_k", 0..=limits::TOP_K_MAX)?,
        min_p: fields.number_or_none("min_p", 0.0..=1.0)?,
        repeat_penalty: fields.number_or_none("repeat_penalty", 1.0..=limits::REPEAT_PENALTY_MAX)?,
        seed: fields.seed_or_none("seed")?,
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

fn read_prompt(fields: &Fields<'_>) -> Result<String, BodyError> {
    let value = fields.required("prompt")?;
    let prompt = match value {
        Value::String(_) => string_of("prompt", value, limits::BODY_BYTES_MAX)?,
        Value::Array(items) if items.len() == 1 => {
            string_of(&fields.entry("prompt", 0), &items[0], limits::BODY_BYTES_MAX)?
        }
        Value::Array(_) => return Err(unsupported(fields, "prompt", "send one string per request")),
        other => return Err(fields.wrong("prompt", "a string or a list of one string", other)),
    };
    if prompt.is_empty() {
        return Err(fields.bad("prompt", "a text", "an empty string"));
    }
    Ok(prompt)
}

fn read_messages(fields: &Fields<'_>) -> Result<Vec<ChatMessage>, BodyError> {
    fields.required("messages")?;
    let items = fields.list("messages", limits::MESSAGES_MAX)?;
    if items.is_empty() {
        return Err(fields.bad("messages", "a list of at least one message", "an empty list"));
    }
    let messages = items.iter().enumerate();
    messages.map(|(index, item)| read_message(fields.entry("messages", index), item)).collect()
}

fn read_message(at: String, item: &Value) -> Result<ChatMessage, BodyError> {
    let message = Fields::inside(at, item)?;
    let role = message.string("role", limits::ROLE_BYTES_MAX)?;
    if !["system", "developer", "user", "assistant", "tool"].contains(&role.as_str()) {
        let expected = "`system`, `developer`, `user`, `assistant` or `tool`";
        return Err(message.bad("role", expected, &role));
    }
    let content = match message.required("content")? {
        text @ Value::String(_) => string_of(&message.path("content"), text, limits::BODY_BYTES_MAX)?,
        Value::Array(_) => read_parts(&message)?,
        other => return Err(message.wrong("content", "a string or a list of text parts", other)),
    };
    Ok(ChatMessage { role, content })
}

fn read_parts(message: &Fields<'_>) -> Result<String, BodyError> {
    let mut text = String::new();
    for (index, item) in message.list("content", limits::PARTS_MAX)?.iter().enumerate() {
        let part = Fields::inside(message.entry("content", index), item)?;
        match part.string("type", limits::ROLE_BYTES_MAX)?.as_str() {
            "text" => text.push_str(&part.string("text", limits::BODY_BYTES_MAX)?),
            _ => return Err(unsupported(&part, "type", "only `text` parts are possible")),
        }
    }
    Ok(text)
}
