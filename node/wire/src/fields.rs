//! Reading one JSON object field by field, so that every complaint names its field.
//!
//! Owns the error a sender gets for a bad body, and the checks of type, range, length and count. `null` means absent;
//! fields nobody asks for are ignored. Refuses to know what any field is for.

use crate::limits;
use serde_json::{Map, Value};
use std::fmt;

/// What is wrong with a body. Always the sender's fault.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyError {
    /// The bytes are not JSON.
    NotJson {
        /// What the parser said, with line and column.
        detail: String,
    },
    /// The JSON is not an object.
    NotObject {
        /// The JSON type that came instead.
        actual: &'static str,
    },
    /// A field that must be there is not.
    Missing {
        /// Path of the field, like `messages[0].role`.
        field: String,
    },
    /// A field has the wrong JSON type.
    WrongType {
        /// Path of the field.
        field: String,
        /// What may stand there.
        expected: &'static str,
        /// The JSON type that came instead.
        actual: &'static str,
    },
    /// A field has the right type and an impossible value.
    BadValue {
        /// Path of the field.
        field: String,
        /// What may stand there.
        expected: String,
        /// What came.
        actual: String,
    },
    /// A string is too long.
    TooLong {
        /// Path of the field.
        field: String,
        /// Most bytes allowed.
        bytes_max: usize,
        /// Bytes that came.
        bytes: usize,
    },
    /// A list is too long.
    TooMany {
        /// Path of the field.
        field: String,
        /// Most items allowed.
        items_max: usize,
        /// Items that came.
        items: usize,
    },
    /// A field we know and cannot honour; ignoring it would change what the sender gets.
    Unsupported {
        /// Path of the field.
        field: String,
        /// What is supported instead.
        instead: &'static str,
    },
}

impl BodyError {
    /// Path of the field at fault, if one field is at fault.
    pub fn param(&self) -> Option<&str> {
        match self {
            BodyError::NotJson { .. } | BodyError::NotObject { .. } => None,
            BodyError::Missing { field }
            | BodyError::WrongType { field, .. }
            | BodyError::BadValue { field, .. }
            | BodyError::TooLong { field, .. }
            | BodyError::TooMany { field, .. }
            | BodyError::Unsupported { field, .. } => Some(field),
        }
    }

    /// A short fixed name of the kind of fault, for the `code` of an error body.
    pub fn code(&self) -> &'static str {
        match self {
            BodyError::NotJson { .. } => "invalid_json",
            BodyError::NotObject { .. } | BodyError::WrongType { .. } => "invalid_type",
            BodyError::Missing { .. } => "missing_required_parameter",
            BodyError::BadValue { .. } => "invalid_value",
            BodyError::TooLong { .. } => "string_above_max_length",
            BodyError::TooMany { .. } => "array_above_max_length",
            BodyError::Unsupported { .. } => "unsupported_value",
        }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BodyError::NotJson { detail } => write!(f, "the body is not valid JSON: {detail}"),
            BodyError::NotObject { actual } => write!(f, "the body must be a JSON object, not {actual}"),
            BodyError::Missing { field } => write!(f, "`{field}` is required"),
            BodyError::WrongType { field, expected, actual } => {
                write!(f, "`{field}` must be {expected}, not {actual}")
            }
            BodyError::BadValue { field, expected, actual } => {
                write!(f, "`{field}` must be {expected}, not {actual}")
            }
            BodyError::TooLong { field, bytes_max, bytes } => {
                write!(f, "`{field}` is {bytes} bytes long; at most {bytes_max} are allowed")
            }
            BodyError::TooMany { field, items_max, items } => {
                write!(f, "`{field}` has {items} items; at most {items_max} are allowed")
            }
            BodyError::Unsupported { field, instead } => {
                write!(f, "`{field}` is not supported here: {instead}")
            }
        }
    }
}

impl std::error::Error for BodyError {}

/// The longest piece of a foreign value that an error message repeats, in characters.
const QUOTED_CHARS_MAX: usize = 60;

/// Parses a body and insists on an object.
pub(crate) fn parse_object(body: &[u8]) -> Result<Map<String, Value>, BodyError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => Err(BodyError::NotObject { actual: type_name(&other) }),
        Err(error) => Err(BodyError::NotJson { detail: error.to_string() }),
    }
}

/// The JSON type of a value, as a reader would say it.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// How many values a value is, with all in it. The nesting is that of a parsed JSON text, so it is bounded.
pub(crate) fn count_values(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count_values).sum::<usize>(),
        Value::Object(map) => map.values().map(count_values).sum::<usize>(),
        _ => 0,
    }
}

/// Refuses a schema at a known path that is larger than what anything makes of it.
pub(crate) fn check_schema(at: &str, schema: &Value) -> Result<(), BodyError> {
    match count_values(schema) {
        0..=limits::SCHEMA_VALUES_MAX => Ok(()),
        count => Err(BodyError::BadValue {
            field: at.to_owned(),
            expected: format!("a schema of at most {} JSON values", limits::SCHEMA_VALUES_MAX),
            actual: format!("one of {count}"),
        }),
    }
}

/// One JSON object and where it stands in the body.
pub(crate) struct Fields<'a> {
    at: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// The object that is the whole body.
    pub(crate) fn top(map: &'a Map<String, Value>) -> Self {
        Fields { at: String::new(), map }
    }

    /// An object somewhere inside; `at` is its path.
    pub(crate) fn inside(at: String, value: &'a Value) -> Result<Self, BodyError> {
        match value {
            Value::Object(map) => Ok(Fields { at, map }),
            other => Err(BodyError::WrongType { field: at, expected: "an object", actual: type_name(other) }),
        }
    }

    /// The object itself, for what has no fixed fields.
    pub(crate) fn map(&self) -> &'a Map<String, Value> {
        self.map
    }

    /// The path of a field of this object.
    pub(crate) fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    /// The field, unless absent or null.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// The field, or a complaint that it is missing.
    pub(crate) fn required(&self, name: &str) -> Result<&'a Value, BodyError> {
        self.value(name).ok_or_else(|| BodyError::Missing { field: self.path(name) })
    }

    pub(crate) fn wrong(&self, name: &str, expected: &'static str, value: &Value) -> BodyError {
        BodyError::WrongType { field: self.path(name), expected, actual: type_name(value) }
    }

    pub(crate) fn bad(&self, name: &str, expected: impl Into<String>, actual: &str) -> BodyError {
        let mut actual: String = actual.chars().take(QUOTED_CHARS_MAX + 1).collect();
        if actual.chars().count() > QUOTED_CHARS_MAX {
            actual.pop();
            actual.push('…');
        }
        BodyError::BadValue { field: self.path(name), expected: expected.into(), actual }
    }

    pub(crate) fn string_or_none(&self, name: &str, bytes_max: usize) -> Result<Option<String>, BodyError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        string_of(&self.path(name), value, bytes_max).map(Some)
    }

    pub(crate) fn string(&self, name: &str, bytes_max: usize) -> Result<String, BodyError> {
        string_of(&self.path(name), self.required(name)?, bytes_max)
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, BodyError> {
        Ok(self.flag_or_none(name)?.unwrap_or(false))
    }

    pub(crate) fn flag_or_none(&self, name: &str) -> Result<Option<bool>, BodyError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong(name, "a boolean", other)),
        }
    }

    /// A whole number within `range`, or none.
    pub(crate) fn whole_or_none(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, BodyError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let Value::Number(number) = value else { return Err(self.wrong(name, "a whole number", value)) };
        let whole = number.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| range.contains(n));
        let expected = || format!("a whole number from {} to {}", range.start(), range.end());
        whole.ok_or_else(|| self.bad(name, expected(), &number.to_string())).map(Some)
    }

    /// A 64-bit whole number, or none. A negative one keeps its bits, so that any seed a client may send is a seed.
    pub(crate) fn seed_or_none(&self, name: &str) -> Result<Option<u64>, BodyError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let Value::Number(number) = value else { return Err(self.wrong(name, "a whole number", value)) };
        let seed = number.as_u64().or_else(|| number.as_i64().map(i64::cast_unsigned));
        seed.ok_or_else(|| self.bad(name, "a 64-bit whole number", &number.to_string())).map(Some)
    }

    /// A number within `range`, or none.
    pub(crate) fn number_or_none(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<f32>,
    ) -> Result<Option<f32>, BodyError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let Value::Number(number) = value else { return Err(self.wrong(name, "a number", value)) };
        let near = number.as_f64().map(|n| n as f32).filter(|n| range.contains(n));
        let expected = || format!("a number from {} to {}", range.start(), range.end());
        near.ok_or_else(|| self.bad(name, expected(), &number.to_string())).map(Some)
    }

    /// A list of at most `items_max` entries; absent is empty.
    pub(crate) fn list(&self, name: &str, items_max: usize) -> Result<&'a [Value], BodyError> {
        let Some(value) = self.value(name) else { return Ok(&[]) };
        let Value::Array(items) = value else { return Err(self.wrong(name, "a list", value)) };
        if items.len() > items_max {
            return Err(BodyError::TooMany { field: self.path(name), items_max, items: items.len() });
        }
        Ok(items)
    }

    /// A list of strings; absent is empty.
    pub(crate) fn strings(
        &self,
        name: &str,
        items_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<String>, BodyError> {
        let items = self.list(name, items_max)?.iter().enumerate();
        items.map(|(index, item)| string_of(&self.entry(name, index), item, bytes_max)).collect()
    }

    /// The path of a list entry.
    pub(crate) fn entry(&self, name: &str, index: usize) -> String {
        format!("{}[{index}]", self.path(name))
    }
}

/// A string of bounded length at a known path.
pub(crate) fn string_of(at: &str, value: &Value, bytes_max: usize) -> Result<String, BodyError> {
    let Value::String(text) = value else {
        return Err(BodyError::WrongType {
            field: at.to_owned(),
            expected: "a string",
            actual: type_name(value),
        });
    };
    if text.len() > bytes_max {
        return Err(BodyError::TooLong { field: at.to_owned(), bytes_max, bytes: text.len() });
    }
    Ok(text.clone())
}
