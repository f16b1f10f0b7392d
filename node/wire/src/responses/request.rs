//! The request body of `POST /v1/responses`.
//!
//! Owns reading and checking it. Refuses to know which models exist and whether a format can be kept.

use crate::fields::{BodyError, Fields, check_schema, parse_object, string_of};
use crate::limits;
use crate::openai::{Follow, FollowSource, LogprobsField, Sampling, Wishes, read_sampling, read_wishes};
use serde_json::{Map, Value};

/// What the text shall be.
#[derive(Debug, Clone, PartialEq)]
pub enum TextFormat {
    /// Any text.
    Text,
    /// Any JSON object.
    JsonObject,
    /// JSON that follows a schema.
    JsonSchema {
        /// What the sender calls it.
        name: String,
        /// The schema.
        schema: Value,
    },
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: &'static str,
    /// The text; text parts of a content list are joined without a separator.
    pub content: String,
}

/// Body of `POST /v1/responses`.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponsesRequest {
    /// Model id.
    pub model: String,
    /// The conversation so far, `instructions` first where there are any; at least one message.
    pub messages: Vec<Message>,
    /// What `instructions` said, to be repeated in the answer.
    pub instructions: Option<String>,
    /// Answer event by event.
    pub stream: bool,
    /// How to draw; `max_tokens` is what `max_output_tokens` said.
    pub sampling: Sampling,
    /// What else is wished for; one answer, without log-probabilities.
    pub wishes: Wishes,
    /// What the text shall be, to be repeated in the answer; `wishes` says the same to whoever writes it.
    pub format: TextFormat,
    /// The sender's own notes, few and short strings, to be repeated in the answer.
    pub metadata: Map<String, Value>,
}

impl ResponsesRequest {
    /// Reads and checks a body. `store` may be anything: nothing is stored, and the answer says so.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        refuse_state(&fields)?;
        refuse_unhonoured(&fields)?;
        let instructions = fields.string_or_none("instructions", limits::INSTRUCTIONS_BYTES_MAX)?;
        let system = instructions.clone().map(|content| Message { role: "system", content });
        let messages = system.into_iter().chain(read_input(&fields)?).collect();
        let max_tokens = fields.whole_or_none("max_output_tokens", 1..=limits::TOKENS_MAX)?;
        let sampling = read_sampling(&fields)?;
        let format = read_format(&fields)?;
        let wishes = with_format(read_wishes(&fields, LogprobsField::Chat)?, &format)?;
        if wishes.n > 1 {
            return Err(unsupported(&fields, "n", "a response is one answer"));
        }
        Ok(ResponsesRequest {
            model: fields.string("model", limits::MODEL_ID_BYTES_MAX)?,
            messages,
            instructions,
            stream: fields.flag("stream")?,
            sampling: Sampling { max_tokens: max_tokens.or(sampling.max_tokens), ..sampling },
            wishes,
            format,
            metadata: read_metadata(&fields)?,
        })
    }
}

fn unsupported(fields: &Fields<'_>, name: &str, instead: &'static str) -> BodyError {
    BodyError::Unsupported { field: fields.path(name), instead }
}

/// What would need a memory of earlier requests.
fn refuse_state(fields: &Fields<'_>) -> Result<(), BodyError> {
    for name in ["previous_response_id", "conversation"] {
        if fields.value(name).is_some() {
            let instead = "nothing is kept between requests; send the whole conversation in `input`";
            return Err(unsupported(fields, name, instead));
        }
    }
    if fields.value("prompt").is_some() {
        return Err(unsupported(fields, "prompt", "no prompts are stored; send `instructions` and `input`"));
    }
    if fields.flag("background")? {
        return Err(unsupported(fields, "background", "leave it out or send false"));
    }
    Ok(())
}

/// Refuses what would silently change the answer if we ignored it.
fn refuse_unhonoured(fields: &Fields<'_>) -> Result<(), BodyError> {
    match fields.value("tools") {
        None => {}
        Some(Value::Array(tools)) if tools.is_empty() => {}
        Some(Value::Array(_)) => return Err(unsupported(fields, "tools", "use /v1/chat/completions")),
        Some(other) => return Err(fields.wrong("tools", "a list", other)),
    }
    match fields.value("tool_choice") {
        None => {}
        Some(Value::String(choice)) if choice == "auto" || choice == "none" => {}
        Some(_) => return Err(unsupported(fields, "tool_choice", "it needs `tools`")),
    }
    if fields.flag("logprobs")? {
        return Err(unsupported(fields, "logprobs", "use /v1/chat/completions"));
    }
    let is_logprobs = |item: &Value| item.as_str() == Some("message.output_text.logprobs");
    if fields.whole_or_none("top_logprobs", 0..=limits::TOP_LOGPROBS_MAX)?.is_some_and(|top| top > 0)
        || fields.list("include", limits::PARTS_MAX)?.iter().any(is_logprobs)
    {
        return Err(unsupported(fields, "top_logprobs", "use /v1/chat/completions"));
    }
    Ok(())
}

/// The format as something to follow. What the other servers' fields say may not come on top of it.
fn with_format(wishes: Wishes, format: &TextFormat) -> Result<Wishes, BodyError> {
    let source = match format {
        TextFormat::Text => return Ok(wishes),
        TextFormat::JsonObject => FollowSource::JsonObject,
        TextFormat::JsonSchema { schema, .. } => FollowSource::JsonSchema(schema.to_string()),
    };
    if let Some(Follow { field, .. }) = wishes.follow {
        let instead = "`text.format` already says what the answer must follow";
        return Err(BodyError::Unsupported { field, instead });
    }
    let follow = Follow { field: "text.format".to_owned(), source };
    Ok(Wishes { follow: Some(follow), ..wishes })
}

fn read_input(fields: &Fields<'_>) -> Result<Vec<Message>, BodyError> {
    let input = fields.required("input")?;
    match input {
        Value::String(_) => {
            let content = string_of("input", input, limits::BODY_BYTES_MAX)?;
            Ok(vec![Message { role: "user", content }])
        }
        Value::Array(_) => {
            let items = fields.list("input", limits::MESSAGES_MAX)?;
            if items.is_empty() {
                return Err(fields.bad("input", "a text or a list of at least one item", "an empty list"));
            }
            let items = items.iter().enumerate();
            items.map(|(index, item)| read_item(fields.entry("input", index), item)).collect()
        }
        other => Err(fields.wrong("input", "a string or a list of items", other)),
    }
}

fn read_item(at: String, item: &Value) -> Result<Message, BodyError> {
    let item = Fields::inside(at, item)?;
    let kind = item.string_or_none("type", limits::ROLE_BYTES_MAX)?;
    if kind.is_some_and(|kind| kind != "message") {
        return Err(unsupported(&item, "type", "only `message` items are possible"));
    }
    let role = item.string("role", limits::ROLE_BYTES_MAX)?;
    let role = match role.as_str() {
        // `developer` is the newer name of the same role; templates know the older one.
        "system" | "developer" => "system",
        "user" => "user",
        "assistant" => "assistant",
        _ => return Err(item.bad("role", "`system`, `developer`, `user` or `assistant`", &role)),
    };
    let content = match item.required("content")? {
        text @ Value::String(_) => string_of(&item.path("content"), text, limits::BODY_BYTES_MAX)?,
        Value::Array(_) => read_parts(&item)?,
        other => return Err(item.wrong("content", "a string or a list of text parts", other)),
    };
    Ok(Message { role, content })
}

/// `input_text` is what a person said, `output_text` what came back earlier.
fn read_parts(item: &Fields<'_>) -> Result<String, BodyError> {
    let mut text = String::new();
    for (index, part) in item.list("content", limits::PARTS_MAX)?.iter().enumerate() {
        let part = Fields::inside(item.entry("content", index), part)?;
        match part.string("type", limits::ROLE_BYTES_MAX)?.as_str() {
            "input_text" | "output_text" | "text" => {
                text.push_str(&part.string("text", limits::BODY_BYTES_MAX)?);
            }
            _ => return Err(unsupported(&part, "type", "only `input_text` and `output_text` are possible")),
        }
    }
    Ok(text)
}

fn read_format(fields: &Fields<'_>) -> Result<TextFormat, BodyError> {
    let Some(text) = fields.value("text") else { return Ok(TextFormat::Text) };
    let text = Fields::inside(fields.path("text"), text)?;
    let Some(format) = text.value("format") else { return Ok(TextFormat::Text) };
    let format = Fields::inside(text.path("format"), format)?;
    let kind = format.string("type", limits::ROLE_BYTES_MAX)?;
    match kind.as_str() {
        "text" => Ok(TextFormat::Text),
        "json_object" => Ok(TextFormat::JsonObject),
        "json_schema" => {
            let name = format.string("name", limits::MODEL_ID_BYTES_MAX)?;
            let schema = format.required("schema")?;
            if !schema.is_object() {
                return Err(format.wrong("schema", "an object", schema));
            }
            check_schema(&format.path("schema"), schema)?;
            Ok(TextFormat::JsonSchema { name, schema: schema.clone() })
        }
        _ => Err(format.bad("type", "`text`, `json_object` or `json_schema`", &kind)),
    }
}

/// Few and short strings, because they are kept for the whole answer.
fn read_metadata(fields: &Fields<'_>) -> Result<Map<String, Value>, BodyError> {
    let name = "metadata";
    let Some(value) = fields.value(name) else { return Ok(Map::new()) };
    let entries = Fields::inside(fields.path(name), value)?;
    let metadata = entries.map();
    let items_max = limits::METADATA_ENTRIES_MAX;
    if metadata.len() > items_max {
        return Err(BodyError::TooMany { field: fields.path(name), items_max, items: metadata.len() });
    }
    for (key, value) in metadata {
        if key.chars().count() > limits::METADATA_KEY_CHARS_MAX {
            let most = limits::METADATA_KEY_CHARS_MAX;
            return Err(fields.bad(
                name,
                format!("an object whose keys have at most {most} characters"),
                key,
            ));
        }
        let Value::String(text) = value else { return Err(entries.wrong(key, "a string", value)) };
        let (chars, most) = (text.chars().count(), limits::METADATA_VALUE_CHARS_MAX);
        if chars > most {
            let expected = format!("a string of at most {most} characters");
            return Err(entries.bad(key, expected, &format!("one of {chars}")));
        }
    }
    Ok(metadata.clone())
}
