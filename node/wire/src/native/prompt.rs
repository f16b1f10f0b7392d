//! The many forms a prompt may have: a text, a list of tokens, both mixed, or a list of any of these.
//!
//! Owns telling them apart. Refuses to know which tokens exist. Source: llama.cpp, tools/server/README.md (`prompt`).

use crate::fields::{BodyError, Fields, string_of, type_name};
use crate::limits;
use serde_json::Value;

/// A piece of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptPart {
    /// Text to be turned into tokens; it may spell control tokens.
    Text(String),
    /// Tokens as they are.
    Tokens(Vec<u32>),
}

/// One prompt: its pieces in order, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The pieces.
    pub parts: Vec<PromptPart>,
}

const FORMS: &str = "a string, a list of tokens and strings, or a list of prompts";

/// Reads one or several prompts. A flat list is one prompt if it holds a token, else every string is a prompt.
pub(crate) fn read_prompts(fields: &Fields<'_>, name: &str) -> Result<Vec<Prompt>, BodyError> {
    let Value::Array(items) = fields.required(name)? else { return Ok(vec![read_prompt(fields, name)?]) };
    let is_nested = items.iter().any(|item| matches!(item, Value::Array(_) | Value::Object(_)));
    if !is_nested && items.iter().any(Value::is_number) {
        return Ok(vec![read_prompt(fields, name)?]);
    }
    if items.len() > limits::PROMPTS_MAX {
        let items_max = limits::PROMPTS_MAX;
        return Err(BodyError::TooMany { field: fields.path(name), items_max, items: items.len() });
    }
    let prompts = items.iter().enumerate();
    let prompts = prompts.map(|(index, item)| prompt_of(&fields.entry(name, index), item));
    let prompts: Vec<Prompt> = prompts.collect::<Result<_, _>>()?;
    if prompts.is_empty() {
        return Err(fields.bad(name, FORMS, "an empty list"));
    }
    Ok(prompts)
}

/// Reads exactly one prompt.
pub(crate) fn read_prompt(fields: &Fields<'_>, name: &str) -> Result<Prompt, BodyError> {
    prompt_of(&fields.path(name), fields.required(name)?)
}

fn prompt_of(at: &str, value: &Value) -> Result<Prompt, BodyError> {
    match value {
        Value::String(_) => {
            Ok(Prompt { parts: vec![PromptPart::Text(string_of(at, value, limits::BODY_BYTES_MAX)?)] })
        }
        Value::Array(items) => {
            let mut parts: Vec<PromptPart> = Vec::new();
            for (index, item) in items.iter().enumerate() {
                push_part(&mut parts, at, index, item)?;
            }
            Ok(Prompt { parts })
        }
        Value::Object(map) => {
            let prompt = Fields::inside(at.to_owned(), value)?;
            let data = map.get("multimodal_data").filter(|data| !data.is_null());
            if data.is_some_and(|data| data.as_array().is_none_or(|data| !data.is_empty())) {
                let field = prompt.path("multimodal_data");
                return Err(BodyError::Unsupported { field, instead: "this model reads text alone" });
            }
            let text = prompt.string("prompt_string", limits::BODY_BYTES_MAX)?;
            Ok(Prompt { parts: vec![PromptPart::Text(text)] })
        }
        other => {
            Err(BodyError::WrongType { field: at.to_owned(), expected: FORMS, actual: type_name(other) })
        }
    }
}

/// Neighbouring tokens share one part, so that a long list of tokens stays one vector.
fn push_part(parts: &mut Vec<PromptPart>, at: &str, index: usize, item: &Value) -> Result<(), BodyError> {
    if let Value::String(text) = item {
        parts.push(PromptPart::Text(text.clone()));
        return Ok(());
    }
    let token = token_of(at, index, item)?;
    match parts.last_mut() {
        Some(PromptPart::Tokens(tokens)) => tokens.push(token),
        _ => parts.push(PromptPart::Tokens(vec![token])),
    }
    Ok(())
}

/// A token's number; whether it exists only the model knows.
pub(crate) fn token_of(at: &str, index: usize, item: &Value) -> Result<u32, BodyError> {
    let field = || format!("{at}[{index}]");
    let Value::Number(number) = item else {
        return Err(BodyError::WrongType { field: field(), expected: "a token", actual: type_name(item) });
    };
    number.as_u64().and_then(|token| u32::try_from(token).ok()).ok_or_else(|| BodyError::BadValue {
        field: field(),
        expected: "the number of a token".to_owned(),
        actual: number.to_string(),
    })
}
