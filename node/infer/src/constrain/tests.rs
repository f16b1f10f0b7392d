//! Owns the proofs about constraints: each kind of source, forced text, taking back, limits in time. Refuses to know models.

use super::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The bytes, some longer tokens, and an end.
pub(super) fn table() -> Arc<TokenTable> {
    let mut all: Vec<Vec<u8>> = (0..=255u8).map(|byte| vec![byte]).collect();
    let longer = [
        "{\"", "\":", "\",\"", "\"}", "[]", "},", "  ", "na", "name", "age", "true", "false", "null", "ab",
        "12", "é",
    ];
    all.extend(longer.iter().map(|piece| piece.as_bytes().to_vec()));
    all.push(b"<|end|>".to_vec());
    let mut control = vec![false; all.len()];
    let end = all.len() - 1;
    control[end] = true;
    Arc::new(TokenTable::new(all, &control, &[end as u32]).unwrap())
}

fn factory() -> ConstraintFactory {
    ConstraintFactory::new(table()).unwrap()
}

/// The longest token first, as a stand-in for a tokenizer.
fn encode(text: &str) -> Vec<u32> {
    let table = table();
    let mut rest = text.as_bytes();
    let mut ids = Vec::new();
    while !rest.is_empty() {
        let fits = |id: &u32| !table.bytes(*id).is_empty() && rest.starts_with(table.bytes(*id));
        let best = (0..table.len() as u32).filter(fits).max_by_key(|id| table.bytes(*id).len()).unwrap();
        rest = &rest[table.bytes(best).len()..];
        ids.push(best);
    }
    ids
}

/// Whether the matcher takes the text token by token, each of them in the mask, and may end after it.
fn takes(matcher: &mut Matcher, text: &str) -> bool {
    let mut mask = TokenMask::none(0);
    for id in encode(text) {
        matcher.mask(&mut mask).unwrap();
        let allowed = mask.allows(id);
        assert_eq!(matcher.accept(id).is_ok(), allowed, "mask and accept differ at token {id} of {text:?}");
        if !allowed {
            return false;
        }
    }
    matcher.mask(&mut mask).unwrap();
    let ends = matcher.may_end().unwrap();
    assert_eq!(mask.allows(table().ends()[0]), ends);
    ends
}

fn check(source: Source, good: &[&str], bad: &[&str]) {
    let compiled = factory().compile(&source).unwrap();
    for text in good {
        assert!(takes(&mut compiled.start(), text), "{source:?} refused {text:?}");
    }
    for text in bad {
        assert!(!takes(&mut compiled.start(), text), "{source:?} took {text:?}");
    }
}

fn person() -> Source {
    Source::JsonSchema(json!({
        "type": "object",
        "properties": { "name": { "type": "string", "maxLength": 5 }, "age": { "type": "integer", "minimum": 0 } },
        "required": ["name"],
        "additionalProperties": false,
    }).to_string())
}

#[test]
fn no_number_beyond_its_bounds_is_taken() {
    let bounds = [-2.0, -1.5, -1.0, -0.25, 0.0, 0.25, 0.5, 1.0, 8.0, 8.5];
    let wholes = ["-2", "-1", "-0", "0", "1", "8", "9", "10"];
    let fractions = ["", ".0", ".00", ".1", ".2", ".25", ".250", ".2501", ".4", ".5", ".50", ".51", ".9"];
    let texts: Vec<String> =
        wholes.iter().flat_map(|whole| fractions.map(|fraction| format!("{whole}{fraction}"))).collect();
    let factory = factory();
    let mut taken = 0;
    for (at, &low) in bounds.iter().enumerate() {
        for &high in &bounds[at + 1..] {
            let minimums = [
                json!({ "minimum": low }),
                json!({ "exclusiveMinimum": low }),
                json!({ "minimum": low, "exclusiveMinimum": true }),
            ];
            let maximums = [
                json!({ "maximum": high }),
                json!({ "exclusiveMaximum": high }),
                json!({ "maximum": high, "exclusiveMaximum": true }),
            ];
            for (from, to) in minimums.iter().flat_map(|from| maximums.iter().map(move |to| (from, to))) {
                let mut schema = json!({ "type": "number" });
                for bound in [from, to] {
                    schema.as_object_mut().unwrap().extend(bound.as_object().unwrap().clone());
                }
                let source = Source::JsonSchema(schema.to_string());
                let compiled = factory.compile(&source).unwrap();
                for text in &texts {
                    let number: f64 = text.parse().unwrap();
                    let excludes = |bound: &Value, keyword| bound.get(keyword).is_some();
                    let above = number > low || number == low && !excludes(from, "exclusiveMinimum");
                    let below = number < high || number == high && !excludes(to, "exclusiveMaximum");
                    let is_taken = takes(&mut compiled.start(), text);
                    assert!(!is_taken || above && below, "{source:?} took {text}");
                    taken += usize::from(is_taken);
                }
            }
        }
    }
    assert!(taken > 8000, "only {taken} were taken");
}

#[test]
fn each_kind_of_source_is_followed() {
    check(
        person(),
        &[r#"{"name":"Ann"}"#, r#"{"name": "Ann", "age": 12}"#, "{\n  \"name\": \"é\"\n}"],
        &["{}", r#"{"name":"Joanna"}"#, r#"{"name":"Ann","age":-1}"#, r#"{"name":"A","x":1}"#, "[]", ""],
    );
    check(
        Source::JsonSchema(r#"{"enum":[1,"ab",null]}"#.to_owned()),
        &["1", "\"ab\"", "null"],
        &["2", "\"a\""],
    );
    check(Source::JsonObject, &["{}", r#"{"a":[1,{"b":null}]}"#], &["[]", "1", "{\"a\"}"]);
    check(Source::Regex(String::new()), &[""], &["a"]);
    check(Source::Regex("a[bc]{2,3}/?".to_owned()), &["abc", "abbb/"], &["ab", "xabc", "abbbb"]);
    let choices = ["yes", "yes.", "no (a|b)", "\"é\\"].map(str::to_owned).to_vec();
    check(Source::Choice(choices), &["yes", "yes.", "no (a|b)", "\"é\\"], &["yesx", "no (a", "no a", "ye"]);
    let lark = "start: \"(\" start \")\" | NUMBER\nNUMBER: /[0-9]+/\n";
    check(Source::Lark(lark.to_owned()), &["12", "((7))"], &["((7)", "()", "a"]);
}

#[test]
fn letters_and_digits_of_expressions_are_ascii() {
    let quoted = |texts: &[&str]| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>();
    let named = |texts: &[&str]| texts.iter().map(|text| format!("{{\"{text}\":1}}")).collect::<Vec<_>>();
    for (pattern, good, bad) in [
        (r"\d{2}", ["42", "07"], ["٣٣", "4٣"]),
        (r"[\d-]", ["4", "-"], ["٣", "d"]),
        (r"[^\D]", ["4", "0"], ["٣", "a"]),
        (r"\w", ["a", "_"], ["é", "-"]),
        (r"[\wü]", ["9", "ü"], ["é", "ö"]),
        (r"\W[\Wa]", ["éa", ".٣"], ["aé", "-b"]),
    ] {
        check(Source::Regex(pattern.to_owned()), &good, &bad);
        let whole = format!("^{pattern}$");
        let schemas = [
            (json!({ "type": "string", "pattern": &whole }), quoted(&good), quoted(&bad)),
            (
                json!({ "type": "object", "patternProperties": { &whole: { "const": 1 } }, "additionalProperties": false }),
                named(&good),
                named(&bad),
            ),
        ];
        for (schema, good, bad) in schemas {
            let (good, bad): (Vec<&str>, Vec<&str>) =
                (good.iter().map(String::as_str).collect(), bad.iter().map(String::as_str).collect());
            check(Source::JsonSchema(schema.to_string()), &good, &bad);
        }
    }
}

#[test]
fn endless_white_space_is_not_json() {
    check(Source::JsonObject, &["{ }"], &["{   }", "{\n\n}"]);
    let endless = json!({ "type": "object", "x-guidance": { "lenient": true, "whitespace_pattern": "x+" } });
    check(Source::JsonSchema(endless.to_string()), &["{}"], &["{xx}"]);
}

#[test]
fn the_end_ends_the_answer() {
    let end = table().ends()[0];
    let mut matcher = factory().compile(&person()).unwrap().start();
    assert_eq!(matcher.accept(end), Err(ConstraintError::Rejected { token: end }));
    assert!(takes(&mut matcher, r#"{"name":"A"}"#) && matcher.is_finished());
    let mut mask = TokenMask::all(table().len());
    matcher.mask(&mut mask).unwrap();
    assert_eq!(mask.iter().collect::<Vec<_>>(), [end]);
    matcher.accept(end).unwrap();
    assert_eq!(matcher.accept(65), Err(ConstraintError::Rejected { token: 65 }));
    // An answer that could go on ends as well.
    let mut open = factory().compile(&Source::Regex("a+".to_owned())).unwrap().start();
    assert!(takes(&mut open, "a") && !open.is_finished());
    open.accept(end).unwrap();
    assert!(open.is_finished());
}

#[test]
fn a_rejected_token_changes_nothing() {
    let mut matcher = factory().compile(&person()).unwrap().start();
    for token in [u32::from(b'['), 0xFF, 100_000, 0] {
        assert_eq!(matcher.accept(token), Err(ConstraintError::Rejected { token }));
    }
    assert!(takes(&mut matcher, r#"{"name":"A"}"#));
}

#[test]
fn accepted_tokens_can_be_taken_back() {
    let end = table().ends()[0];
    let mut matcher = factory().compile(&person()).unwrap().start();
    let ids = encode(r#"{"name":"A"}"#);
    let mut masks = Vec::new();
    for &id in &ids {
        let mut mask = TokenMask::none(0);
        matcher.mask(&mut mask).unwrap();
        masks.push(mask);
        matcher.accept(id).unwrap();
    }
    matcher.accept(end).unwrap();
    let asked = ids.len() + 2;
    assert_eq!(matcher.rollback(asked), Err(ConstraintError::Rollback { asked, accepted: asked - 1 }));
    matcher.rollback(2).unwrap();
    for at in (0..ids.len()).rev() {
        let mut mask = TokenMask::none(0);
        matcher.mask(&mut mask).unwrap();
        assert_eq!(mask, masks[at], "after {at} tokens");
        matcher.rollback(usize::from(at > 0)).unwrap();
    }
    assert!(takes(&mut matcher, r#"{"name":"B"}"#));
}

#[test]
fn clones_go_their_own_ways() {
    let mut one = factory().compile(&person()).unwrap().start();
    one.accept(u32::from(b'{')).unwrap();
    let mut other = one.clone();
    assert!(takes(&mut one, r#""name":"A"}"#));
    assert!(takes(&mut other, r#""name":"B"}"#));
}

#[test]
fn forced_text_is_a_draft_that_holds() {
    let schema = json!({ "type": "object", "properties": { "name": { "const": "abab" } }, "required": ["name"],
        "additionalProperties": false });
    let mut matcher = factory().compile(&Source::Choice(vec!["the name is ab".to_owned()])).unwrap().start();
    let draft = matcher.forced(encode).unwrap();
    assert_eq!(draft, encode("the name is "));
    for token in draft {
        matcher.accept(token).unwrap();
    }
    assert!(takes(&mut matcher, "ab"));
    assert!(matcher.forced(encode).unwrap().is_empty());
    // Asking does not move the position, whatever is drawn then.
    let mut json = factory().compile(&Source::JsonSchema(schema.to_string())).unwrap().start();
    json.forced(encode).unwrap();
    assert!(takes(&mut json, r#"{ "name":"abab"}"#));
    // An encoder that makes other tokens than the text gets no further than it is right.
    let mut wrong = factory().compile(&Source::Choice(vec!["abcdef".to_owned()])).unwrap().start();
    assert_eq!(wrong.forced(|_| vec![97, 98, 120, 100, 1_000_000]).unwrap(), [97, 98]);
}

#[test]
fn sources_that_explode_end_in_time() {
    let fields =
        |len: usize| (0..len).map(|i| (format!("v{i}"), json!({ "type": "string" }))).collect::<Value>();
    let any = |letter: char| {
        let branch = |i| json!({ "type": "array", "items": { "pattern": format!("{letter}{i}") } });
        json!({ "anyOf": (0..256).map(branch).collect::<Vec<_>>() })
    };
    let chain = |i| (format!("d{i}"), json!({ "allOf": [{ "$ref": format!("#/$defs/d{}", i + 1) }] }));
    let mut defs: serde_json::Map<String, Value> = (0..160).map(chain).collect();
    defs.insert("d160".to_owned(), json!({ "type": "string" }));
    let sources = [
        Source::JsonSchema(json!({ "type": "object", "properties": fields(256) }).to_string()),
        Source::JsonSchema(json!({ "type": "object", "properties": fields(257) }).to_string()),
        Source::JsonSchema(json!({ "allOf": [any('a'), any('b')] }).to_string()),
        Source::JsonSchema(json!({ "$ref": "#/$defs/d0", "$defs": defs }).to_string()),
        Source::JsonSchema(
            json!({ "type": "string", "pattern": "(((a{1,100}){1,100}){1,100}){1,100}" }).to_string(),
        ),
        Source::JsonSchema(json!({ "type": "array", "minItems": 100_000_000 }).to_string()),
        Source::JsonSchema(json!({ "type": "integer", "multipleOf": 9973 }).to_string()),
        Source::Regex("(.*a.{30}){20}".to_owned()),
        Source::Regex("((a{1000}){1000}){1000}".to_owned()),
        Source::Regex("[ab]*a[ab]{500}".to_owned()),
        Source::Lark("start: a{1000000}\na: b{1000000}\nb: \"x\"{1000000}".to_owned()),
        Source::Lark("start: s\ns: s s | s s s | \"a\" | ".to_owned()),
    ];
    let factory = factory();
    for source in sources {
        let begun = Instant::now();
        if let Ok(compiled) = factory.compile(&source) {
            follow(&mut compiled.start());
        }
        // Two orders of magnitude above what is measured: a bound that is gone takes minutes, or all memory.
        assert!(begun.elapsed() < Duration::from_secs(20), "{source:?} took {:?}", begun.elapsed());
    }
}

/// Some steps, until the end or a clear error.
fn follow(matcher: &mut Matcher) {
    let mut mask = TokenMask::none(0);
    for step in 0..40usize {
        match matcher.mask(&mut mask) {
            Ok(()) if matcher.is_finished() => return,
            Ok(()) => {}
            Err(error) => {
                assert!(matches!(error, ConstraintError::TooComplex { .. }), "{error}");
                return;
            }
        }
        let open: Vec<u32> = mask.iter().collect();
        if matcher.accept(open[step * 7919 % open.len()]).is_err() {
            return;
        }
    }
}

#[test]
fn an_answer_whose_lexer_gives_up_spoils_no_other_of_its_constraint() {
    let costly = json!({ "type": "string", "pattern": "^[a-z]*[aeiou][a-z]{150}$" });
    let compiled = factory().compile(&Source::JsonSchema(costly.to_string())).unwrap();
    let mut mask = TokenMask::none(0);
    let mut goes_on = |matcher: &mut Matcher, letter: u8| {
        matcher.mask(&mut mask).is_ok() && matcher.accept(u32::from(letter)).is_ok()
    };
    let mut begun = compiled.start();
    assert!(b"\"eix".iter().all(|&letter| goes_on(&mut begun, letter)));
    let mut spoiled = compiled.start();
    assert!(goes_on(&mut spoiled, b'"'));
    // Which of the last 150 letters were vowels is what the lexer must know, and no two such rows are alike.
    let mut drawn = 1u32;
    let gives_up = (0..6_000).any(|_| {
        drawn = drawn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        !goes_on(&mut spoiled, b"ax"[(drawn >> 31) as usize])
    });
    assert!(gives_up, "the lexer never gave up, so this test shows nothing");
    for (mut other, text) in [(begun, "eixei"), (compiled.start(), "\"eix")] {
        assert!(text.bytes().all(|letter| goes_on(&mut other, letter)), "a neighbour's lexer gave up");
    }
}

#[test]
fn an_ambiguous_grammar_gives_up_before_it_costs_much() {
    let ambiguous = "start: s\ns: s s | s s s | \"a\"";
    let mut matcher = factory().compile(&Source::Lark(ambiguous.to_owned())).unwrap().start();
    let mut mask = TokenMask::none(0);
    let mut followed = 0;
    let error = loop {
        assert!(followed < 256, "a row has an item for each beginning, so the bound is gone");
        match matcher.mask(&mut mask).and_then(|()| matcher.accept(u32::from(b'a'))) {
            Ok(()) => followed += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ConstraintError::TooComplex { .. }) && followed > 20, "{followed}: {error}");
    // A grammar that people write is far from it.
    let sums = "start: sum\nsum: sum (\"+\" | \"-\") product | product\nproduct: product \"*\" atom | atom\n\
                atom: /[0-9]+/ | \"(\" sum \")\"\n";
    let long = "(1+2*(3-4))*5-".repeat(40) + "6";
    check(Source::Lark(sums.to_owned()), &[&long], &["(1", "1+"]);
}

#[test]
fn what_cannot_be_followed_is_refused_with_a_reason() {
    let refusal = |source: Source| factory().compile(&source).unwrap_err().to_string();
    let schema = |value: Value| refusal(Source::JsonSchema(value.to_string()));
    assert_eq!(schema(json!({ "$ref": "#" })), "the JSON schema is not valid: nothing satisfies it");
    assert!(schema(json!({ "type": "string", "not": {} })).contains("\"not\""));
    assert!(schema(json!({ "$ref": "https://example.org/s.json" })).contains("https://example.org/s.json"));
    let either = |name: &str| json!({ "type": "object", "properties": { name: {} } });
    assert!(schema(json!({ "oneOf": [either("a"), either("b")] })).contains("use anyOf"));
    assert!(
        schema(json!({ "type": "integer", "minimum": 5, "maximum": 4 }))
            .starts_with("the JSON schema is not valid")
    );
    assert!(refusal(Source::Regex("(".to_owned())).starts_with("the regular expression is not valid"));
    assert!(refusal(Source::Lark("start: other".to_owned())).contains("other"));
    assert!(
        refusal(Source::Lark("start: <|end|>".to_owned())).contains("special tokens cannot be asked for")
    );
}

#[test]
fn where_nothing_can_follow_that_is_said() {
    let endless = Source::Lark("start: \"a\" y\ny: y y".to_owned());
    let mut matcher = factory().compile(&endless).unwrap().start();
    let mut mask = TokenMask::none(0);
    matcher.mask(&mut mask).unwrap();
    matcher.accept(u32::from(b'a')).unwrap();
    assert_eq!(matcher.mask(&mut mask).unwrap_err(), ConstraintError::DeadEnd);
}

#[test]
fn messages_are_brief() {
    assert_eq!(brief("bad\n<state>\nTokens"), "bad");
    assert_eq!(brief(&"é".repeat(1000)).len(), MESSAGE_BYTES_MAX);
    assert_eq!(brief("plain"), "plain");
}

#[test]
fn constraints_go_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<ConstraintFactory>();
    shared::<Compiled>();
    shared::<Matcher>();
}
