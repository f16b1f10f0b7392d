//! Owns a detour around a fault of the grammar library: between two bounds with the same whole part it lets an excluded bound
//! through where that is a whole number (`8` for "above 8, below 8.5", and `-0` for "above -0.5, below 0"). Refuses to know
//! anything else of schemas.
//!
//! Such a bound moves inwards by [`STEP`]: an answer is then always right, and numbers nearer to the bound than that are not
//! written. Source: llguidance 1.9, `json/numeric.rs`, where a fraction is optional whatever the bound's kind.

use serde_json::{Map, Number, Value};

/// How far a bound moves, unless floats are coarser there. Less than what a `multipleOf` may have.
const STEP: f64 = 1e-6;
/// Keywords whose value has schemas by name.
const NAMED: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
/// Keywords whose value is data and no schema.
const DATA: [&str; 4] = ["const", "enum", "default", "examples"];

/// Moves the excluded bounds of a schema, and of all in it, that would be let through. The document's depth is bounded by its
/// caller.
pub(super) fn pass_excluded(schema: &mut Value) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(pass_excluded),
        Value::Object(fields) => {
            pass(fields, "exclusiveMinimum", 1.0);
            pass(fields, "exclusiveMaximum", -1.0);
            for (keyword, value) in fields.iter_mut() {
                match value {
                    Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                        named.values_mut().for_each(pass_excluded);
                    }
                    value if !DATA.contains(&keyword.as_str()) => pass_excluded(value),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Moves one bound, away from zero.
fn pass(fields: &mut Map<String, Value>, keyword: &str, inwards: f64) {
    let Some(bound) = fields.get(keyword).and_then(Value::as_f64) else { return };
    // Only a bound on this side of zero is the one whose digits come first.
    if bound.fract() != 0.0 || bound * inwards < 0.0 {
        return;
    }
    let magnitude = bound.abs();
    let moved = inwards * (magnitude + STEP).max(magnitude.next_up());
    if let Some(number) = Number::from_f64(moved) {
        fields.insert(keyword.to_owned(), Value::Number(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_excluded_bounds_move_and_nothing_else_does() {
        let mut schema = json!({
            "exclusiveMinimum": 8,
            "exclusiveMaximum": 8.5,
            "properties": {
                "const": { "exclusiveMaximum": 0, "minimum": -0.5 },
                "exclusiveMinimum": { "exclusiveMinimum": -3, "exclusiveMaximum": -2 },
            },
            "anyOf": [{ "const": { "exclusiveMinimum": 1 } }, { "items": { "exclusiveMinimum": 1e15 } }],
            "enum": [{ "exclusiveMaximum": -1 }],
        });
        pass_excluded(&mut schema);
        let expected = json!({
            "exclusiveMinimum": 8.000001,
            "exclusiveMaximum": 8.5,
            "properties": {
                "const": { "exclusiveMaximum": -0.000001, "minimum": -0.5 },
                "exclusiveMinimum": { "exclusiveMinimum": -3, "exclusiveMaximum": -2.000001 },
            },
            "anyOf": [{ "const": { "exclusiveMinimum": 1 } }, { "items": { "exclusiveMinimum": 1_000_000_000_000_000.1 } }],
            "enum": [{ "exclusiveMaximum": -1 }],
        });
        assert_eq!(schema, expected);
    }
}
