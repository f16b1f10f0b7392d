//! Request bodies of `POST /tokenize`, `POST /detokenize` and `POST /apply-template`.
//!
//! Owns reading and checking them. Refuses to know vocabularies and templates.

use super::prompt::{Prompt, read_prompt, token_of};
use crate::fields::{BodyError, Fields, parse_object};
use crate::limits;
use crate::openai::{ChatEnding, ChatMessage, Tools, read_ending, read_messages, read_tools};

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
    /// How the text ends.
    pub ending: ChatEnding,
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
            parse_special: fields.flag_or_none("parse_special")?.unwrap_or(true),
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
        let (messages, tools) = (read_messages(&fields)?, read_tools(&fields)?);
        let ending = read_ending(&fields, &messages)?;
        Ok(TemplateRequest { messages, tools, ending })
    }
}
