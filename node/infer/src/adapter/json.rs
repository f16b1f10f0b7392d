//! Owns a small JSON tree for settings that strangers write: the order of keys is kept, because PEFT's patterns are tried in
//! order, and a key that occurs twice is refused. Refuses to know the keys. Depth is limited by serde_json (128), size by
//! the caller's cap on bytes.

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Unsigned(u64),
    /// Negative, or with a fraction or an exponent; finite, since JSON has no other numbers.
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

impl Json {
    /// Whether a setting with this value is switched off: null, false, or nothing in it.
    pub(super) fn is_off(&self) -> bool {
        match self {
            Json::Null | Json::Bool(false) => true,
            Json::Bool(true) | Json::Unsigned(_) | Json::Float(_) => false,
            Json::Text(text) => text.is_empty(),
            Json::List(list) => list.is_empty(),
            Json::Map(map) => map.is_empty(),
        }
    }

    /// The value as an error message may repeat it.
    pub(super) fn shown(&self) -> String {
        match self {
            Json::Null => "null".to_owned(),
            Json::Bool(flag) => flag.to_string(),
            Json::Unsigned(number) => number.to_string(),
            Json::Float(number) => number.to_string(),
            Json::Text(text) => format!("\"{}\"", crate::tensor_entry::quoted(text)),
            Json::List(list) => format!("a list of {}", list.len()),
            Json::Map(map) => format!("a map of {}", map.len()),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Unsigned(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Float(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let (mut pairs, mut seen) = (Vec::new(), HashSet::new());
        while let Some((key, value)) = map.next_entry::<String, Json>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom("a key occurs twice"));
            }
            pairs.push((key, value));
        }
        Ok(Json::Map(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_every_kind_is_read() {
        let text = r#"{"b": [1, -2, 0.5, "x", null, true], "a": {}}"#;
        let expected = Json::Map(vec![
            (
                "b".to_owned(),
                Json::List(vec![
                    Json::Unsigned(1),
                    Json::Float(-2.0),
                    Json::Float(0.5),
                    Json::Text("x".to_owned()),
                    Json::Null,
                    Json::Bool(true),
                ]),
            ),
            ("a".to_owned(), Json::Map(Vec::new())),
        ]);
        assert_eq!(serde_json::from_str::<Json>(text).unwrap(), expected);
    }

    #[test]
    fn doubles_and_depth_are_refused() {
        for text in [r#"{"a": 1, "a": 2}"#, r#"{"x": {"a": 1, "b": 0, "a": 1}}"#] {
            let error = serde_json::from_str::<Json>(text).unwrap_err().to_string();
            assert!(error.contains("occurs twice"), "{error}");
        }
        let deep = "[".repeat(100_000);
        let error = serde_json::from_str::<Json>(&deep).unwrap_err().to_string();
        assert!(error.contains("recursion limit"), "{error}");
    }

    #[test]
    fn what_is_off_is_off() {
        for text in ["null", "false", "\"\"", "[]", "{}"] {
            assert!(serde_json::from_str::<Json>(text).unwrap().is_off(), "{text}");
        }
        for text in ["true", "0", "1.5", "\"x\"", "[0]", "{\"a\": 0}"] {
            assert!(!serde_json::from_str::<Json>(text).unwrap().is_off(), "{text}");
        }
    }
}
