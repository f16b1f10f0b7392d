//! Biases of the logits, in llama.cpp's form and in OpenAI's.
//!
//! Owns telling tokens from texts. Refuses to know which tokens a text is made of. Source: llama.cpp,
//! tools/server/README.md (`logit_bias`).

use crate::fields::{BodyError, Fields, string_of};
use crate::limits;
use serde_json::Value;

/// What a bias is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BiasKey {
    /// One token.
    Token(u32),
    /// Every token that this text is made of.
    Text(String),
}

/// `[[token or text, bias or false], ...]`, or an object as OpenAI has it.
pub(super) fn read_logit_bias(fields: &Fields<'_>) -> Result<Vec<(BiasKey, f32)>, BodyError> {
    let field = fields.path("logit_bias");
    let biases_max = limits::LOGIT_BIAS_MAX;
    let too_many = |items| BodyError::TooMany { field: field.clone(), items_max: biases_max, items };
    match fields.value("logit_bias") {
        None => Ok(Vec::new()),
        Some(Value::Object(map)) if map.len() > biases_max => Err(too_many(map.len())),
        Some(Value::Object(map)) => {
            let key = |name: &String| match name.parse() {
                Ok(token) => Ok(BiasKey::Token(token)),
                Err(_) => {
                    let text = Value::String(name.clone());
                    string_of(&field, &text, limits::STOP_BYTES_MAX).map(BiasKey::Text)
                }
            };
            map.iter().map(|(name, bias)| Ok((key(name)?, bias_of(&field, bias)?))).collect()
        }
        Some(Value::Array(items)) if items.len() > biases_max => Err(too_many(items.len())),
        Some(Value::Array(items)) => {
            let pairs = items.iter().enumerate();
            pairs.map(|(index, item)| bias_pair(&fields.entry("logit_bias", index), item)).collect()
        }
        Some(other) => Err(fields.wrong("logit_bias", "a list of pairs or an object", other)),
    }
}

fn bias_pair(at: &str, item: &Value) -> Result<(BiasKey, f32), BodyError> {
    let bad = || BodyError::BadValue {
        field: at.to_owned(),
        expected: "a pair of a token or text and a bias".to_owned(),
        actual: crate::fields::type_name(item).to_owned(),
    };
    let [key, bias] = item.as_array().map(Vec::as_slice).ok_or_else(bad)? else { return Err(bad()) };
    let key = match key {
        Value::String(_) => BiasKey::Text(string_of(at, key, limits::STOP_BYTES_MAX)?),
        key => {
            let token = key.as_u64().and_then(|token| u32::try_from(token).ok());
            BiasKey::Token(token.ok_or_else(bad)?)
        }
    };
    Ok((key, bias_of(at, bias)?))
}

/// `false` forbids the token. Larger biases do the same as the largest.
fn bias_of(at: &str, bias: &Value) -> Result<f32, BodyError> {
    let bias_max = f64::from(limits::BIAS_MAX);
    match bias {
        Value::Bool(false) => Ok(-limits::BIAS_MAX),
        Value::Number(number) => Ok(number.as_f64().unwrap_or_default().clamp(-bias_max, bias_max) as f32),
        other => Err(BodyError::WrongType {
            field: at.to_owned(),
            expected: "a bias: a number, or false",
            actual: crate::fields::type_name(other),
        }),
    }
}
