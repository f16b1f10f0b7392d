//! Functions that a chat may call, and calls that were made.
//!
//! Owns the shape of `tools`, `tool_choice` and `tool_calls`. Refuses to know how a model is told of functions and how a
//! call is found in what it wrote.
//! Source: the OpenAI API reference, function calling.

use super::request::unsupported;
use crate::fields::{BodyError, Fields, count_values, type_name};
use crate::limits;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A function that may be called.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name: letters, digits, hyphens, underscores and dots.
    pub name: String,
    /// What it does, for the model.
    pub description: Option<String>,
    /// JSON schema of its arguments, an object.
    pub parameters: Value,
}

/// Whether functions are called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ToolChoice {
    /// Never.
    None,
    /// As the model likes.
    #[default]
    Auto,
    /// One, whichever the model likes.
    Required,
    /// This one.
    Named(String),
}

/// The functions of one request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tools {
    /// The functions, names all different.
    pub tools: Vec<Tool>,
    /// Whether they are called. `Required` and `Named` come only with functions.
    pub choice: ToolChoice,
}

impl Tools {
    /// Whether the model is told of them.
    pub fn are_offered(&self) -> bool {
        !self.tools.is_empty() && self.choice != ToolChoice::None
    }

    /// Whether text is held back because it may be a call, or does not tell yet of which function.
    pub fn are_awaited(&self) -> bool {
        self.are_offered() && !matches!(self.choice, ToolChoice::Named(_))
    }

    /// Whether the answer is a call and nothing else.
    pub fn are_forced(&self) -> bool {
        matches!(self.choice, ToolChoice::Required | ToolChoice::Named(_))
    }
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The call's own name, by which its result is sent back.
    pub id: String,
    /// Always `function`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is called.
    pub function: CalledFunction,
}

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledFunction {
    /// Its name.
    pub name: String,
    /// Its arguments, a JSON text that the model wrote.
    pub arguments: String,
}

/// A call, or the next piece of one, in a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCallDelta {
    /// Which of the answer's calls, from 0.
    pub index: u32,
    /// With the first piece only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// With the first piece only.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The name with the first piece, the arguments bit by bit.
    pub function: FunctionDelta,
}

/// Part of [`ToolCallDelta`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionDelta {
    /// With the first piece only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is new of the arguments.
    pub arguments: String,
}

pub(crate) fn read_tools(fields: &Fields<'_>) -> Result<Tools, BodyError> {
    for name in ["functions", "function_call"] {
        match fields.value(name) {
            None => {}
            Some(Value::Array(items)) if items.is_empty() => {}
            Some(_) => return Err(unsupported(fields, name, "send `tools` and `tool_choice`")),
        }
    }
    let mut tools: Vec<Tool> = Vec::new();
    let mut values_left = limits::PARAMETERS_VALUES_MAX;
    for (index, item) in fields.list("tools", limits::TOOLS_MAX)?.iter().enumerate() {
        let item = Fields::inside(fields.entry("tools", index), item)?;
        let tool = read_tool(&item, &mut values_left)?;
        if tools.iter().any(|known| known.name == tool.name) {
            return Err(item.bad("function.name", "different from the names before it", &tool.name));
        }
        tools.push(tool);
    }
    let choice = read_choice(fields, &tools)?;
    Ok(Tools { tools, choice })
}

/// `values_left` is how many JSON values the parameters of this function and of those after it may have.
fn read_tool(item: &Fields<'_>, values_left: &mut usize) -> Result<Tool, BodyError> {
    if item.string("type", limits::ROLE_BYTES_MAX)? != "function" {
        return Err(unsupported(item, "type", "only `function` is possible"));
    }
    let function = Fields::inside(item.path("function"), item.required("function")?)?;
    let name = function.string("name", limits::TOOL_NAME_BYTES_MAX)?;
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_letter) {
        return Err(function.bad("name", "letters, digits, hyphens, underscores and dots", &name));
    }
    let parameters = match function.value("parameters") {
        None => json!({"type": "object", "properties": {}}),
        Some(schema @ Value::Object(_)) => {
            let count = count_values(schema);
            *values_left = values_left.checked_sub(count).ok_or_else(|| {
                let most = limits::PARAMETERS_VALUES_MAX;
                let expected = format!("at most {most} JSON values together with those of all functions");
                function.bad(
                    "parameters",
                    expected,
                    &format!("{count} beside {} before it", most - *values_left),
                )
            })?;
            schema.clone()
        }
        Some(other) => return Err(function.wrong("parameters", "a JSON schema that is an object", other)),
    };
    let description = function.string_or_none("description", limits::BODY_BYTES_MAX)?;
    Ok(Tool { name, description, parameters })
}

fn read_choice(fields: &Fields<'_>, tools: &[Tool]) -> Result<ToolChoice, BodyError> {
    let name = "tool_choice";
    let choice = match fields.value(name) {
        None => return Ok(ToolChoice::Auto),
        Some(Value::String(word)) => match word.as_str() {
            "none" => return Ok(ToolChoice::None),
            "auto" => return Ok(ToolChoice::Auto),
            "required" => ToolChoice::Required,
            other => return Err(fields.bad(name, "`none`, `auto`, `required` or a function", other)),
        },
        Some(value @ Value::Object(_)) => {
            let choice = Fields::inside(fields.path(name), value)?;
            let function = Fields::inside(choice.path("function"), choice.required("function")?)?;
            let named = function.string("name", limits::TOOL_NAME_BYTES_MAX)?;
            if !tools.iter().any(|tool| tool.name == named) {
                return Err(function.bad("name", "the name of one of `tools`", &named));
            }
            ToolChoice::Named(named)
        }
        Some(other) => {
            let (field, actual) = (fields.path(name), type_name(other));
            return Err(BodyError::WrongType { field, expected: "a string or an object", actual });
        }
    };
    if tools.is_empty() {
        return Err(unsupported(fields, name, "it needs `tools`"));
    }
    Ok(choice)
}

/// The calls of an earlier turn, as they come back from the client.
pub(super) fn read_calls(message: &Fields<'_>) -> Result<Vec<ToolCall>, BodyError> {
    let items = message.list("tool_calls", limits::TOOLS_MAX)?.iter().enumerate();
    items
        .map(|(index, item)| {
            let call = Fields::inside(message.entry("tool_calls", index), item)?;
            let function = Fields::inside(call.path("function"), call.required("function")?)?;
            Ok(ToolCall {
                id: call.string_or_none("id", limits::USER_BYTES_MAX)?.unwrap_or_default(),
                kind: "function".to_owned(),
                function: CalledFunction {
                    name: function.string("name", limits::TOOL_NAME_BYTES_MAX)?,
                    arguments: function.string("arguments", limits::BODY_BYTES_MAX)?,
                },
            })
        })
        .collect()
}
