//! Request bodies of `POST /tokenize`, `POST /detokenize` and `POST /apply-template`.
//!
//! Owns reading and checking them. Refuses to know vocabularies and templates.

use super::prompt::{Prompt, read_prompt, token_of};
use crate::fields::{BodyError, Fields, parse_object};
use crate::limits;
use crate::openai::{ChatMessage, Tools, read_messages, read_tools};
use serde_json::Value;

/// Body of `POST /tokenize`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenizeRequest {
    /// What to turn into tokens.
    pub content: Prompt,
    /// Put the beginning-of-sequence token first where the model has one.
    pub add_special: bool,
    /// Read names of control tokens as those tokens; true unless said otherwise.
    pub parse_special: bool,
    /// Tell the text of each token, too.
    pub with_pieces: bool,
}

/// Body of `POST /detokenize`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetokenizeRequest {
    /// What to turn into text.
    pub tokens: Vec<u32>,
}

/// Body of `POST /apply-template`.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateRequest {
    /// The chat so far, at least one message.
    pub messages: Vec<ChatMessage>,
    /// Functions that the model is told of.
    pub tools: Tools,
    /// End with the opening of the answer; true unless said otherwise.
    pub add_generation_prompt: bool,
}

impl TokenizeRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        Ok(TokenizeRequest {
            content: read_prompt(&fields, "content")?,
            add_special: fields.flag("add_special")?,
            parse_special: flag_or_true(&fields, "parse_special")?,
            with_pieces: fields.flag("with_pieces")?,
        })
    }
}

impl DetokenizeRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        fields.required("tokens")?;
        let items = fields.list("tokens", limits::BODY_BYTES_MAX)?.iter().enumerate();
        let tokens = items.map(|(index, item)| token_of("tokens", index, item)).collect::<Result<_, _>>()?;
        Ok(DetokenizeRequest { tokens })
    }
}

impl TemplateRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        let add_generation_prompt = flag_or_true(&fields, "add_generation_prompt")?;
        let (messages, tools) = (read_messages(&fields)?, read_tools(&fields)?);
        Ok(TemplateRequest { messages, tools, add_generation_prompt })
    }
}

fn flag_or_true(fields: &Fields<'_>, name: &str) -> Result<bool, BodyError> {
    match fields.value(name) {
        None => Ok(true),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(fields.wrong(name, "a boolean", other)),
    }
}
