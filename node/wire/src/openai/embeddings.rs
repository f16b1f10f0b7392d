//! Body and answer of `POST /v1/embeddings`.
//!
//! Owns their fields. Refuses to know how a text becomes numbers.
//! Source: the OpenAI API reference, embeddings.

use super::request::unsupported;
use crate::fields::{BodyError, Fields, parse_object, string_of};
use crate::limits;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One thing to embed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmbeddingInput {
    /// A text, not empty.
    Text(String),
    /// Tokens, at least one; they may not exist.
    Tokens(Vec<u32>),
}

/// Body of `POST /v1/embeddings`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddingRequest {
    /// Model id.
    pub model: String,
    /// What to embed, at least one.
    pub input: Vec<EmbeddingInput>,
    /// Whether vectors come as base64 of little-endian f32 instead of numbers.
    pub is_base64: bool,
    /// Who asks.
    pub user: Option<String>,
}

impl EmbeddingRequest {
    /// Reads and checks a body. `input` may be a string, a list of strings, a list of token numbers, or a list of such
    /// lists.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        if fields.value("dimensions").is_some() {
            return Err(unsupported(&fields, "dimensions", "vectors have the model's own length"));
        }
        let is_base64 = match fields.string_or_none("encoding_format", limits::ROLE_BYTES_MAX)?.as_deref() {
            None | Some("float") => false,
            Some("base64") => true,
            Some(other) => return Err(fields.bad("encoding_format", "`float` or `base64`", other)),
        };
        Ok(EmbeddingRequest {
            model: fields.string("model", limits::MODEL_ID_BYTES_MAX)?,
            input: read_input(&fields)?,
            is_base64,
            user: fields.string_or_none("user", limits::USER_BYTES_MAX)?,
        })
    }
}

fn read_input(fields: &Fields<'_>) -> Result<Vec<EmbeddingInput>, BodyError> {
    let name = "input";
    match fields.required(name)? {
        text @ Value::String(_) => Ok(vec![read_text(fields, &fields.path(name), text)?]),
        Value::Array(items) if items.is_empty() => Err(fields.bad(name, "a text or tokens", "an empty list")),
        Value::Array(items) if items.iter().all(Value::is_number) => {
            Ok(vec![read_tokens(fields, &fields.path(name), items)?])
        }
        Value::Array(_) => {
            let items = fields.list(name, limits::EMBEDDING_INPUTS_MAX)?.iter().enumerate();
            items
                .map(|(index, item)| match item {
                    Value::Array(tokens) => read_tokens(fields, &fields.entry(name, index), tokens),
                    other => read_text(fields, &fields.entry(name, index), other),
                })
                .collect()
        }
        other => Err(fields.wrong(name, "a string, a list of strings or tokens", other)),
    }
}

fn read_text(fields: &Fields<'_>, at: &str, value: &Value) -> Result<EmbeddingInput, BodyError> {
    let text = string_of(at, value, limits::PROMPT_BYTES_MAX)?;
    if text.is_empty() {
        return Err(fields.bad("input", "free of empty texts", "an empty string"));
    }
    Ok(EmbeddingInput::Text(text))
}

fn read_tokens(fields: &Fields<'_>, at: &str, items: &[Value]) -> Result<EmbeddingInput, BodyError> {
    if items.is_empty() {
        return Err(fields.bad("input", "free of empty lists", "an empty list"));
    }
    let number = |item: &Value| item.as_u64().and_then(|token| u32::try_from(token).ok());
    let token = |item: &Value| {
        number(item).ok_or_else(|| BodyError::BadValue {
            field: at.to_owned(),
            expected: "a list of token numbers".to_owned(),
            actual: crate::fields::type_name(item).to_owned(),
        })
    };
    items.iter().map(token).collect::<Result<_, _>>().map(EmbeddingInput::Tokens)
}

/// Answer of `POST /v1/embeddings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingResponse {
    /// Always `list`.
    pub object: String,
    /// One for each input, in order.
    pub data: Vec<Embedding>,
    /// The id of the model.
    pub model: String,
    /// Token counts.
    pub usage: EmbeddingUsage,
}

/// One vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    /// Always `embedding`.
    pub object: String,
    /// Which input it belongs to.
    pub index: u32,
    /// The numbers.
    pub embedding: EmbeddingVector,
}

/// A vector of length 1, in the spelling that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EmbeddingVector {
    /// As numbers.
    Numbers(Vec<f32>),
    /// As base64 of little-endian f32.
    Base64(String),
}

/// What embedding cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddingUsage {
    /// Tokens of all inputs.
    pub prompt_tokens: u32,
    /// The same.
    pub total_tokens: u32,
}
