//! What an answer must follow, in each way that clients say it.
//!
//! Owns the field names and that only one of them is used. Refuses to read schemas, expressions and grammars: whoever
//! compiles them does.
//! Source: the OpenAI API reference (`response_format`); vLLM (`guided_*`, `structured_outputs`); llama.cpp's server
//! (`grammar`, `json_schema`), but the notation of a grammar is Lark's, as in vLLM with the same library.

use super::request::unsupported;
use crate::fields::{BodyError, Fields, check_schema};
use crate::limits;
use serde_json::Value;

/// What an answer must follow, whole.
#[derive(Debug, Clone, PartialEq)]
pub enum FollowSource {
    /// Any JSON object.
    JsonObject,
    /// The text of a JSON schema: parsed it would take tens of times as much while its request waits.
    JsonSchema(String),
    /// A regular expression over the whole answer.
    Regex(String),
    /// One of these strings.
    Choice(Vec<String>),
    /// A grammar in Lark's notation.
    Lark(String),
}

/// A source and the field that carried it.
#[derive(Debug, Clone, PartialEq)]
pub struct Follow {
    /// Path of the field, for complaints.
    pub field: String,
    /// What it says.
    pub source: FollowSource,
}

pub(crate) fn read_follow(fields: &Fields<'_>) -> Result<Option<Follow>, BodyError> {
    let mut found = Vec::new();
    found.extend(read_format(fields)?);
    let top = [
        ("guided_json", Kind::Json),
        ("json_schema", Kind::Json),
        ("guided_regex", Kind::Regex),
        ("guided_choice", Kind::Choice),
        ("guided_grammar", Kind::Lark),
        ("grammar", Kind::Lark),
    ];
    for (name, kind) in top {
        found.extend(read_one(fields, name, kind)?);
    }
    if let Some(value) = fields.value("structured_outputs") {
        let inner = Fields::inside(fields.path("structured_outputs"), value)?;
        let named = [
            ("json", Kind::Json),
            ("regex", Kind::Regex),
            ("choice", Kind::Choice),
            ("grammar", Kind::Lark),
            ("json_object", Kind::Object),
        ];
        for (name, kind) in named {
            found.extend(read_one(&inner, name, kind)?);
        }
    }
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => {
            let field = found.pop().map(|follow| follow.field).unwrap_or_default();
            Err(BodyError::Unsupported {
                field,
                instead: "say in one field only what the answer must follow",
            })
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Json,
    Regex,
    Choice,
    Lark,
    Object,
}

fn read_one(fields: &Fields<'_>, name: &str, kind: Kind) -> Result<Option<Follow>, BodyError> {
    let Some(value) = fields.value(name) else { return Ok(None) };
    let text = || fields.string(name, limits::BODY_BYTES_MAX);
    let source = match kind {
        Kind::Json => schema(fields, name, value)?,
        Kind::Regex => FollowSource::Regex(text()?),
        // llama.cpp's clients send an empty grammar for none.
        Kind::Lark if text()?.is_empty() => return Ok(None),
        Kind::Lark => FollowSource::Lark(text()?),
        Kind::Choice => {
            FollowSource::Choice(fields.strings(name, limits::FOLLOW_CHOICES_MAX, limits::BODY_BYTES_MAX)?)
        }
        Kind::Object if fields.flag(name)? => FollowSource::JsonObject,
        Kind::Object => return Ok(None),
    };
    Ok(Some(Follow { field: fields.path(name), source }))
}

fn schema(fields: &Fields<'_>, name: &str, value: &Value) -> Result<FollowSource, BodyError> {
    match value {
        // Some clients send the text itself.
        Value::String(text) => Ok(FollowSource::JsonSchema(text.clone())),
        Value::Object(_) | Value::Bool(_) => {
            check_schema(&fields.path(name), value)?;
            Ok(FollowSource::JsonSchema(value.to_string()))
        }
        other => Err(fields.wrong(name, "a JSON schema", other)),
    }
}

fn read_format(fields: &Fields<'_>) -> Result<Option<Follow>, BodyError> {
    let Some(value) = fields.value("response_format") else { return Ok(None) };
    let format = Fields::inside(fields.path("response_format"), value)?;
    let source = match format.string("type", limits::ROLE_BYTES_MAX)?.as_str() {
        "text" => return Ok(None),
        // llama.cpp takes a schema here, too.
        "json_object" => match format.value("schema") {
            Some(value) => schema(&format, "schema", value)?,
            None => FollowSource::JsonObject,
        },
        "json_schema" => {
            let named = Fields::inside(format.path("json_schema"), format.required("json_schema")?)?;
            schema(&named, "schema", named.required("schema")?)?
        }
        _ => {
            let instead = "`text`, `json_object` and `json_schema` are possible";
            return Err(unsupported(&format, "type", instead));
        }
    };
    Ok(Some(Follow { field: fields.path("response_format"), source }))
}
