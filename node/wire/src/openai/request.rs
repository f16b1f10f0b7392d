//! Request bodies of `POST /v1/chat/completions` and `POST /v1/completions`.
//!
//! Owns reading and checking them. Refuses to know which models exist and what sampling does with the numbers.

use super::ending::{ChatEnding, read_ending};
use super::sampling::{Sampling, read_sampling};
use super::tools::{ToolCall, Tools, read_calls, read_tools};
use super::wishes::{LogprobsField, Wishes, read_wishes};
use crate::fields::{BodyError, Fields, parse_object, string_of};
use crate::limits;
use crate::native::{refuse_unhonoured, signed_or_none};
use serde_json::Value;

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// `system`, `developer`, `user`, `assistant` or `tool`.
    pub role: String,
    /// The text; text parts of a content list are joined without a separator. May be empty beside calls.
    pub content: String,
    /// Functions that the assistant called in this turn.
    pub tool_calls: Vec<ToolCall>,
}

/// What a streaming client wants besides the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamOptions {
    /// One more chunk with the usage, before the end.
    pub include_usage: bool,
}

/// Body of `POST /v1/chat/completions`.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    /// Model id.
    pub model: String,
    /// The chat so far, at least one message.
    pub messages: Vec<ChatMessage>,
    /// Answer piece by piece.
    pub stream: bool,
    /// Only meaningful with `stream`.
    pub stream_options: Option<StreamOptions>,
    /// How to draw.
    pub sampling: Sampling,
    /// What else is wished for.
    pub wishes: Wishes,
    /// Functions that may be called.
    pub tools: Tools,
    /// How the prompt ends. What the answer must follow is followed by what is told of it alone.
    pub ending: ChatEnding,
    /// Tell how long it takes, as llama.cpp's server does: with the answer, and with each piece of it.
    pub timings_per_token: bool,
}

/// Body of `POST /v1/completions`.
#[derive(Debug, Clone, PartialEq)]
pub struct CompletionRequest {
    /// Model id.
    pub model: String,
    /// The text to go on from.
    pub prompt: String,
    /// Answer piece by piece.
    pub stream: bool,
    /// Only meaningful with `stream`.
    pub stream_options: Option<StreamOptions>,
    /// How to draw.
    pub sampling: Sampling,
    /// What else is wished for.
    pub wishes: Wishes,
    /// As in [`ChatRequest`].
    pub timings_per_token: bool,
}

impl ChatRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        refuse_llamacpp(&fields)?;
        let wishes = read_wishes(&fields, LogprobsField::Chat)?;
        let tools = read_tools(&fields)?;
        if tools.are_forced()
            && let Some(follow) = &wishes.follow
        {
            let instead = "`tool_choice` already says what the answer must follow";
            return Err(BodyError::Unsupported { field: follow.field.clone(), instead });
        }
        let (stream, stream_options) = read_stream(&fields)?;
        let messages = read_messages(&fields)?;
        Ok(ChatRequest {
            model: fields.string("model", limits::MODEL_ID_BYTES_MAX)?,
            ending: read_ending(&fields, &messages)?,
            timings_per_token: fields.flag("timings_per_token")?,
            messages,
            stream,
            stream_options,
            sampling: read_sampling(&fields)?,
            wishes: Wishes { awaits_calls: tools.are_awaited(), ..wishes },
            tools,
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
        refuse_llamacpp(&fields)?;
        let wishes = read_wishes(&fields, LogprobsField::Completion)?;
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
            timings_per_token: fields.flag("timings_per_token")?,
            stream,
            stream_options,
            sampling: read_sampling(&fields)?,
            wishes,
        })
    }
}

/// Refuses llama.cpp's fields that would change the answer and are not understood here.
fn refuse_llamacpp(fields: &Fields<'_>) -> Result<(), BodyError> {
    refuse_unhonoured(fields)?;
    if fields.value("samplers").is_some() {
        return Err(unsupported(fields, "samplers", "only `/completion` lets them be chosen"));
    }
    let window = signed_or_none(fields, "repeat_last_n", -1..=i64::from(u32::MAX))?;
    let is_other = window.is_some_and(|window| window != i64::from(limits::REPEAT_WINDOW));
    let differs = |name, off| {
        let penalty = fields.number_or_none(name, f32::MIN..=f32::MAX);
        penalty.map(|penalty| penalty.is_some_and(|penalty| penalty != off))
    };
    let penalised = differs("repeat_penalty", 1.0)?
        || differs("presence_penalty", 0.0)?
        || differs("frequency_penalty", 0.0)?;
    if is_other && penalised {
        return Err(unsupported(fields, "repeat_last_n", "only `/completion` lets it be chosen"));
    }
    Ok(())
}

pub(super) fn unsupported(fields: &Fields<'_>, name: &str, instead: &'static str) -> BodyError {
    BodyError::Unsupported { field: fields.path(name), instead }
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

pub(crate) fn read_messages(fields: &Fields<'_>) -> Result<Vec<ChatMessage>, BodyError> {
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
    let tool_calls = if role == "assistant" { read_calls(&message)? } else { Vec::new() };
    let content = match message.value("content") {
        // A turn that only called functions has no text.
        None if !tool_calls.is_empty() => String::new(),
        None => return Err(BodyError::Missing { field: message.path("content") }),
        Some(text @ Value::String(_)) => string_of(&message.path("content"), text, limits::BODY_BYTES_MAX)?,
        Some(Value::Array(_)) => read_parts(&message)?,
        Some(other) => return Err(message.wrong("content", "a string or a list of text parts", other)),
    };
    Ok(ChatMessage { role, content, tool_calls })
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
