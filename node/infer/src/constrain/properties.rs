//! Owns the proof that what a JSON schema constrains always parses and validates: random schemas, random logits, an own
//! validator for the schemas generated. Refuses to know models. Runs beside the unit tests.

use super::*;
use crate::request::SampleParams;
use crate::sample::{Draw, SampleExtras, SampleScratch, TokenCounts, sample_with};
use serde_json::{Map, Value, json};

/// Steps after which only the shortest way to the end is taken.
const FREE_STEPS: usize = 60;
/// Steps after which an answer counts as endless.
const STEPS_MAX: usize = 6_000;

/// A stream of numbers from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A schema of the kinds `validates` knows.
fn schema(dice: &mut Dice, depth: u32) -> Value {
    let kinds = if depth == 0 { 7 } else { 10 };
    match dice.below(kinds) {
        0 => json!({ "type": "boolean" }),
        1 => json!({ "type": "null" }),
        2 => {
            let low = dice.below(2000) as i64 - 1000;
            json!({ "type": "integer", "minimum": low, "maximum": low + dice.below(500) as i64 })
        }
        3 => {
            let low = dice.below(200) as f64 / 8.0 - 12.5;
            let (from, to) =
                [("minimum", "maximum"), ("exclusiveMinimum", "exclusiveMaximum")][dice.below(2) as usize];
            json!({ "type": "number", from: low, to: low + 0.5 + dice.below(80) as f64 / 4.0 })
        }
        4 => {
            let least = dice.below(4);
            json!({ "type": "string", "minLength": least, "maxLength": least + dice.below(8) })
        }
        5 => {
            // `letters_of` says the same in the validator.
            let (least, more) = (dice.below(3), dice.below(4));
            let set = ["[ab]", "[0-9]", "[x-zé]"][dice.below(3) as usize];
            json!({ "type": "string", "pattern": format!("^{set}{{{least},{}}}$", least + more) })
        }
        6 => {
            let all = [
                json!("red"),
                json!(7),
                json!(null),
                json!("a \"quoted\" one"),
                json!([1, "x"]),
                json!(-0.5),
            ];
            let len = 1 + dice.below(all.len() as u64) as usize;
            json!({ "enum": all[..len] })
        }
        7 => {
            let least = dice.below(3);
            json!({ "type": "array", "items": schema(dice, depth - 1), "minItems": least,
                "maxItems": least + dice.below(3) })
        }
        8 => json!({ "anyOf": [schema(dice, depth - 1), schema(dice, depth - 1)] }),
        _ => object(dice, depth),
    }
}

fn object(dice: &mut Dice, depth: u32) -> Value {
    let names = ["name", "age", "é", "with space", "q\"", "nested", "z"];
    let mut properties = Map::new();
    let mut required = Vec::new();
    for name in &names[..dice.below(names.len() as u64 + 1) as usize] {
        if dice.chance(70) {
            properties.insert((*name).to_owned(), schema(dice, depth - 1));
            if dice.chance(50) {
                required.push(*name);
            }
        }
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Whether the value is what the schema says; panics at a keyword the generator does not make.
fn validates(schema: &Value, value: &Value) -> bool {
    let schema = schema.as_object().unwrap();
    // The other keywords of a schema speak of its type only.
    let of_type = schema.get("type").is_none_or(|kind| has_type(kind.as_str().unwrap(), value));
    of_type
        && schema.iter().all(|(keyword, rule)| match keyword.as_str() {
            "type" => true,
            "minimum" => value.as_f64() >= rule.as_f64(),
            "maximum" => value.as_f64() <= rule.as_f64(),
            "exclusiveMinimum" => value.as_f64() > rule.as_f64(),
            "exclusiveMaximum" => value.as_f64() < rule.as_f64(),
            "minLength" => value.as_str().unwrap().chars().count() as u64 >= rule.as_u64().unwrap(),
            "maxLength" => value.as_str().unwrap().chars().count() as u64 <= rule.as_u64().unwrap(),
            "pattern" => matches_pattern(rule.as_str().unwrap(), value.as_str().unwrap()),
            "enum" => rule.as_array().unwrap().contains(value),
            "items" => value.as_array().unwrap().iter().all(|item| validates(rule, item)),
            "minItems" => value.as_array().unwrap().len() as u64 >= rule.as_u64().unwrap(),
            "maxItems" => value.as_array().unwrap().len() as u64 <= rule.as_u64().unwrap(),
            "anyOf" => rule.as_array().unwrap().iter().any(|branch| validates(branch, value)),
            "properties" => value
                .as_object()
                .unwrap()
                .iter()
                .all(|(name, field)| rule.get(name).is_some_and(|schema| validates(schema, field))),
            "required" => {
                rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "additionalProperties" => true,
            other => panic!("keyword {other}"),
        })
}

fn has_type(kind: &str, value: &Value) -> bool {
    match kind {
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.as_f64().is_some_and(|n| n.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("type {other}"),
    }
}

/// Patterns of the generator: `^[set]{least,most}$`.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (set, counts) = pattern.trim_start_matches("^[").split_once("]{").unwrap();
    let (least, most) = counts.trim_end_matches("}$").split_once(',').unwrap();
    let range = least.parse::<usize>().unwrap()..=most.parse::<usize>().unwrap();
    let allowed = match set {
        "ab" => "ab",
        "0-9" => "0123456789",
        "x-zé" => "xyzé",
        other => panic!("set {other}"),
    };
    range.contains(&text.chars().count()) && text.chars().all(|c| allowed.contains(c))
}

/// An answer drawn from random logits through the mask.
fn answer(compiled: &Compiled, table: &TokenTable, dice: &mut Dice) -> Result<String, String> {
    let params = SampleParams { temperature: 1.0, seed: dice.next(), ..SampleParams::greedy() };
    let (counts, extras, mut scratch) =
        (TokenCounts::default(), SampleExtras::default(), SampleScratch::default());
    let mut matcher = compiled.start();
    let mut mask = TokenMask::none(table.len());
    let mut bytes = Vec::new();
    for step in 0..STEPS_MAX {
        matcher.mask(&mut mask).map_err(|error| error.to_string())?;
        let mut logits: Vec<f32> = (0..table.len()).map(|_| dice.below(1000) as f32 / 250.0).collect();
        if step > FREE_STEPS {
            // A strong wish for the end lets long texts close; what closes is still the mask's to allow.
            for (id, logit) in logits.iter_mut().enumerate() {
                let piece = table.bytes(id as u32);
                let closes = table.is_end(id as u32) || piece.iter().all(|b| b"\"}],:".contains(b));
                *logit += if closes { 30.0 } else { 0.0 };
            }
        }
        let draw = Draw {
            recent: &[],
            counts: &counts,
            forbidden: &[],
            mask: Some(&mask),
            position: step as u64,
            params: &params,
            extras: &extras,
        };
        let token = sample_with(&logits, &draw, &mut scratch).map_err(|error| error.to_string())?;
        matcher.accept(token).map_err(|error| error.to_string())?;
        if table.is_end(token) {
            return String::from_utf8(bytes).map_err(|error| error.to_string());
        }
        bytes.extend_from_slice(table.bytes(token));
    }
    Err(format!("no end after {STEPS_MAX} steps: {}", String::from_utf8_lossy(&bytes)))
}

/// Random schemas from the seeds `from` on; every failure names its seed.
fn check_schemas(from: u64, count: u64) {
    let table = tests::table();
    let factory = ConstraintFactory::new(table.clone()).unwrap();
    for seed in from..from + count {
        let mut dice = Dice(seed);
        let schema = schema(&mut dice, 3);
        let compiled = factory.compile(&Source::JsonSchema(schema.to_string())).unwrap_or_else(|error| {
            panic!("seed {seed}: {error}: {schema}");
        });
        let text = answer(&compiled, &table, &mut dice).unwrap_or_else(|error| {
            panic!("seed {seed}: {error}: {schema}");
        });
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| {
            panic!("seed {seed}: {error}: {text:?} for {schema}");
        });
        assert!(validates(&schema, &value), "seed {seed}: {text} is not {schema}");
    }
}

#[test]
fn random_schemas_are_always_satisfied() {
    check_schemas(1, 200);
}

#[test]
#[ignore = "slow: run with --ignored"]
fn a_thousand_random_schemas_are_always_satisfied() {
    check_schemas(10_000, 1000);
}

/// An answer of at most `tokens_max` tokens, drawn evenly from what is allowed, watched from its first token on; and how many
/// of them were the plan's.
fn answer_within(
    compiled: &Compiled,
    table: &TokenTable,
    dice: &mut Dice,
    tokens_max: usize,
) -> Result<(String, usize), String> {
    let mut matcher = compiled.start();
    let mut ending = Ending::plan(&matcher, tokens_max)
        .map_err(|error| error.to_string())?
        .ok_or_else(|| format!("no ending within {tokens_max} tokens"))?;
    let (mut mask, mut bytes, mut planned) = (TokenMask::none(0), Vec::new(), 0);
    for left in (0..tokens_max).rev() {
        matcher.mask(&mut mask).map_err(|error| error.to_string())?;
        let nth = dice.below(mask.count() as u64) as usize;
        let mut token = mask.iter().nth(nth).ok_or("nothing is allowed")?;
        if !ending.follow(token, left).map_err(|error| error.to_string())? {
            token = ending.next_token().ok_or("the plan is empty")?;
            let follows = ending.follow(token, left).map_err(|error| error.to_string())?;
            planned += usize::from(follows);
        }
        matcher.accept(token).map_err(|error| format!("token {token} of the plan: {error}"))?;
        bytes.extend_from_slice(table.bytes(token));
        if matcher.is_finished() {
            return Ok((String::from_utf8(bytes).map_err(|error| error.to_string())?, planned));
        }
    }
    Err(format!("cut after {tokens_max} tokens: {}", String::from_utf8_lossy(&bytes)))
}

/// Random schemas, each answered in as few tokens as an ending needs, and in some more. How many answers took a plan's token.
fn check_endings(from: u64, count: u64) -> usize {
    let table = tests::table();
    let factory = ConstraintFactory::new(table.clone()).unwrap();
    let mut were_planned = 0;
    for seed in from..from + count {
        let mut dice = Dice(seed);
        let schema = schema(&mut dice, 3);
        let compiled = factory.compile(&Source::JsonSchema(schema.to_string())).unwrap();
        let shortest = Ending::plan(&compiled.start(), 1_000).unwrap().map(|ending| ending.len());
        let shortest = shortest.unwrap_or_else(|| panic!("seed {seed}: no ending of {schema}"));
        for tokens_max in [shortest, shortest + dice.below(60) as usize] {
            let (text, planned) =
                answer_within(&compiled, &table, &mut dice, tokens_max).unwrap_or_else(|error| {
                    panic!("seed {seed}: {error}: {schema}");
                });
            let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| {
                panic!("seed {seed}: {error}: {text:?} for {schema}");
            });
            assert!(validates(&schema, &value), "seed {seed}: {text} is not {schema}");
            were_planned += usize::from(planned > 0);
        }
    }
    were_planned
}

#[test]
fn answers_end_within_their_tokens() {
    let were_planned = check_endings(50_000, 100);
    assert!(were_planned > 40, "only {were_planned} of 200 answers needed their plan");
}

#[test]
#[ignore = "slow: run with --ignored"]
fn a_thousand_schemas_answers_end_within_their_tokens() {
    check_endings(60_000, 1000);
}

#[test]
fn the_validator_finds_what_is_wrong() {
    // Planted faults: a proof by a validator that takes everything is none.
    let schema = json!({ "type": "object", "properties": { "a": { "type": "integer", "minimum": 3, "maximum": 5 },
        "b": { "type": "string", "pattern": "^[ab]{1,2}$" } }, "required": ["a"], "additionalProperties": false });
    assert!(validates(&schema, &json!({ "a": 3, "b": "ab" })));
    for bad in [
        json!({}),
        json!({ "a": 6 }),
        json!({ "a": 3.5 }),
        json!({ "a": 3, "b": "abc" }),
        json!([]),
        json!({ "a": 3, "c": 1 }),
        json!({ "a": 3, "b": "é" }),
    ] {
        assert!(!validates(&schema, &bad), "{bad}");
    }
    assert!(!validates(&json!({ "type": "array", "items": { "enum": [1] }, "maxItems": 1 }), &json!([1, 1])));
    assert!(!validates(&json!({ "anyOf": [{ "type": "null" }, { "enum": ["x"] }] }), &json!("y")));
    assert!(!validates(&json!({ "type": "string", "minLength": 2 }), &json!("é")));
}
