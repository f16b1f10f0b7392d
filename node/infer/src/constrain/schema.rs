//! Owns the bounds on a JSON schema's shape that keep its compilation within stack and time. Refuses to know what a schema
//! means: it looks at the document as data, so a keyword inside a constant counts like any other.

use super::ConstraintError;
use super::source::{SOURCE_DEPTH_MAX, alike};
use serde_json::Value;
use std::collections::BTreeSet;

/// Most fields of an object, and most objects or arrays in an array: properties, definitions, alternatives.
pub const SCHEMA_FIELDS_MAX: usize = 256;
/// Most levels that nested references can reach: the document's depth times one more than its different references. The
/// compiler of the library recurses once for each.
pub const SCHEMA_LEVELS_MAX: usize = 1024;
/// Largest least common multiple of all `multipleOf` in a schema, in units of the finest one's last digit: the automaton
/// has a state for each remainder.
pub const SCHEMA_MULTIPLE_MAX: u64 = 10_000;

const KIND: &str = "JSON schema";
/// Digits behind the point that a `multipleOf` may have.
const MULTIPLE_DIGITS_MAX: i32 = 4;

/// Checks a schema's shape.
///
/// # Errors
/// `TooDeep`, `TooLarge` or `Malformed`, with the limit that was passed.
pub(super) fn check(schema: &Value) -> Result<(), ConstraintError> {
    let mut deepest = 0;
    let mut references = BTreeSet::new();
    let mut multiples = Vec::new();
    // Without recursion: whoever calls, depth costs no stack.
    let mut open = vec![(schema, 1)];
    while let Some((value, depth)) = open.pop() {
        if depth > SOURCE_DEPTH_MAX {
            return Err(ConstraintError::TooDeep { kind: KIND, max: SOURCE_DEPTH_MAX });
        }
        deepest = deepest.max(depth);
        let inner: Vec<&Value> = match value {
            Value::Array(items) => items.iter().filter(|i| i.is_array() || i.is_object()).collect(),
            Value::Object(fields) => {
                references.extend(fields.get("$ref").and_then(Value::as_str));
                multiples.extend(fields.get("multipleOf").and_then(Value::as_f64));
                let names = fields.get("patternProperties").and_then(Value::as_object);
                let names = names.into_iter().flat_map(|named| named.keys().map(String::as_str));
                let patterns = fields.get("pattern").and_then(Value::as_str).into_iter().chain(names);
                patterns.into_iter().try_for_each(|pattern| alike(KIND, pattern))?;
                fields.values().collect()
            }
            _ => continue,
        };
        if inner.len() > SCHEMA_FIELDS_MAX {
            return Err(too_large("fields in one place", SCHEMA_FIELDS_MAX, inner.len()));
        }
        open.extend(inner.into_iter().map(|value| (value, depth + 1)));
    }
    let levels = deepest * (references.len() + 1);
    if levels > SCHEMA_LEVELS_MAX {
        return Err(too_large("levels of references", SCHEMA_LEVELS_MAX, levels));
    }
    check_multiples(&multiples)
}

fn too_large(unit: &'static str, max: usize, actual: usize) -> ConstraintError {
    ConstraintError::TooLarge { kind: KIND, unit, max, actual }
}

fn check_multiples(multiples: &[f64]) -> Result<(), ConstraintError> {
    let whole = |scale: f64| multiples.iter().all(|multiple| (multiple * scale).round() / scale == *multiple);
    let scale = (0..=MULTIPLE_DIGITS_MAX).map(|digits| 10f64.powi(digits)).find(|scale| whole(*scale));
    let refused = || ConstraintError::Malformed {
        kind: KIND,
        message: format!(
            "multipleOf must be above 0, have at most {MULTIPLE_DIGITS_MAX} digits behind the point, and the least \
             common multiple of all of them at most {SCHEMA_MULTIPLE_MAX} of their smallest unit"
        ),
    };
    let scale = scale.ok_or_else(refused)?;
    let mut common = 1u64;
    for multiple in multiples {
        let units = (multiple * scale).round();
        if !(1.0..=SCHEMA_MULTIPLE_MAX as f64).contains(&units) {
            return Err(refused());
        }
        let units = units as u64;
        common = common / greatest_common_divisor(common, units) * units;
        if common > SCHEMA_MULTIPLE_MAX {
            return Err(refused());
        }
    }
    Ok(())
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(schema: &Value) -> String {
        check(schema).unwrap_err().to_string()
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth| (1..depth).fold(json!({}), |inner, _| json!({ "not": inner }));
        assert_eq!(check(&nested(SOURCE_DEPTH_MAX)), Ok(()));
        assert_eq!(refusal(&nested(SOURCE_DEPTH_MAX + 1)), "the JSON schema is nested deeper than 64 levels");
    }

    #[test]
    fn references_are_bounded() {
        let chain = |len: usize| {
            let link = |at: usize| (format!("d{at}"), json!({ "$ref": format!("#/$defs/d{}", at + 1) }));
            json!({ "$defs": (0..len).map(link).collect::<serde_json::Map<String, Value>>() })
        };
        // Document, definitions, definition and reference are four levels.
        assert_eq!(check(&chain(255)), Ok(()));
        assert_eq!(refusal(&chain(256)), "the JSON schema has 1028 levels of references, the most is 1024");
        let same = json!({ "anyOf": vec![json!({ "$ref": "#/$defs/a" }); 200] });
        assert_eq!(check(&same), Ok(()));
    }

    #[test]
    fn width_is_bounded_where_it_costs() {
        let wide = |len| json!({ "anyOf": vec![json!({}); len] });
        assert_eq!(check(&wide(256)), Ok(()));
        assert_eq!(refusal(&wide(257)), "the JSON schema has 257 fields in one place, the most is 256");
        assert_eq!(check(&json!({ "enum": vec!["a"; 5000] })), Ok(()));
    }

    #[test]
    fn multiples_are_bounded() {
        let of = |all: &[f64]| json!({ "allOf": all.iter().map(|m| json!({ "multipleOf": m })).collect::<Vec<_>>() });
        for good in [&[][..], &[0.01, 5.0], &[10_000.0], &[0.25, 0.5, 3.0], &[7.0, 7.0, 7.0]] {
            assert_eq!(check(&of(good)), Ok(()), "{good:?}");
        }
        for bad in [
            &[0.0][..],
            &[-1.0],
            &[1e300],
            &[0.00001],
            &[10_001.0],
            &[9973.0, 9967.0],
            &[1e-300],
            &[0.0001, 2.0],
        ] {
            assert!(refusal(&of(bad)).contains("multipleOf must be"), "{bad:?}");
        }
    }
}
