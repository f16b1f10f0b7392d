//! Owns a detour around a fault of the grammar library: between two bounds with the same whole part it lets an excluded bound
//! through where that is a whole number (`8` for "above 8, below 8.5", and `-0` for "above -0.5, below 0"). Refuses to know
//! anything else of schemas.
//!
//! Such a bound moves inwards by [`STEP`]: an answer is then always right, and numbers nearer to the bound than that are not
//! written. Sources: llguidance 1.9, `json/numeric.rs`, where a fraction is optional whatever the bound's kind; JSON Schema
//! draft 4, where a bound is excluded by `true` beside it.

use serde_json::{Map, Number, Value};

/// How far a bound moves, unless floats are coarser there. Less than what a `multipleOf` may have.
const STEP: f64 = 1e-6;
/// 2⁵²: from here on floats are whole numbers, so no two different bounds have the same whole part, and one that moved would
/// take the next whole number with it.
const WHOLE_FROM: f64 = (1u64 << 52) as f64;
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
            // Whole numbers alone have no fraction that the library could get wrong.
            if fields.get("type").and_then(Value::as_str) != Some("integer") {
                pass(fields, "exclusiveMinimum", "minimum", 1.0);
                pass(fields, "exclusiveMaximum", "maximum", -1.0);
            }
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

/// Moves one bound, away from zero; `beside` is the keyword that `true` excludes the bound of.
fn pass(fields: &mut Map<String, Value>, keyword: &str, beside: &str, inwards: f64) {
    let bound = match fields.get(keyword) {
        Some(Value::Bool(true)) => fields.get(beside),
        other => other,
    };
    let Some(bound) = bound.and_then(Value::as_f64) else { return };
    let magnitude = bound.abs();
    // Only a bound on this side of zero is the one whose digits come first.
    if bound.fract() != 0.0 || bound * inwards < 0.0 || magnitude >= WHOLE_FROM {
        return;
    }
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

    fn check(mut schema: Value, expected: Value) {
        pass_excluded(&mut schema);
        assert_eq!(schema, expected);
    }

    #[test]
    fn bounds_that_true_excludes_move_as_well() {
        check(
            json!({ "minimum": 8, "exclusiveMinimum": true, "maximum": 8.5, "exclusiveMaximum": true }),
            json!({ "minimum": 8, "exclusiveMinimum": 8.000001, "maximum": 8.5, "exclusiveMaximum": true }),
        );
        check(
            json!({ "maximum": -2, "exclusiveMaximum": true, "exclusiveMinimum": true }),
            json!({ "maximum": -2, "exclusiveMaximum": -2.000001, "exclusiveMinimum": true }),
        );
        let included = json!({ "minimum": 8, "exclusiveMinimum": false });
        check(included.clone(), included);
    }

    #[test]
    fn bounds_of_whole_numbers_stay() {
        for whole in [
            json!({ "type": "integer", "exclusiveMinimum": 8, "maximum": 9, "exclusiveMaximum": true }),
            json!({ "exclusiveMinimum": 1u64 << 52, "exclusiveMaximum": (1u64 << 52) + 2 }),
            json!({ "exclusiveMaximum": -1e300 }),
        ] {
            check(whole.clone(), whole);
        }
        check(
            json!({ "type": ["integer", "null"], "exclusiveMinimum": 8 }),
            json!({ "type": ["integer", "null"], "exclusiveMinimum": 8.000001 }),
        );
        let below = (1u64 << 52) as f64 - 1.0;
        check(json!({ "exclusiveMinimum": below }), json!({ "exclusiveMinimum": below + 0.5 }));
    }
}
