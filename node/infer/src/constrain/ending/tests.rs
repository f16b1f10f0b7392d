//! Owns the proofs that endings are found, are short, fit and end, and that searching for one stays within its bounds.
//! Refuses to know models; random schemas are beside (`properties`).

use super::super::tests::table;
use super::super::{Compiled, ConstraintFactory, Source, TokenMask};
use super::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Longer than any search takes, on a machine that does much besides.
const LONG: Duration = Duration::from_secs(20);

fn compile(source: &Source) -> Compiled {
    ConstraintFactory::new(table()).unwrap().compile(source).unwrap()
}

fn schema(schema: Value) -> Source {
    Source::JsonSchema(schema.to_string())
}

/// A matcher behind a text, spelled byte by byte: tokens 0 to 255 are the bytes.
fn behind(source: &Source, said: &str) -> Matcher {
    let mut matcher = compile(source).start();
    said.bytes().for_each(|byte| matcher.accept(u32::from(byte)).unwrap());
    matcher
}

/// What the plan writes, followed to its end; the matcher itself takes each of its tokens and is then finished.
fn written(mut matcher: Matcher, mut ending: Ending) -> String {
    let mut bytes = Vec::new();
    let mut mask = TokenMask::none(0);
    for left in (0..ending.len()).rev() {
        let token = ending.next_token().unwrap();
        matcher.mask(&mut mask).unwrap();
        assert!(mask.allows(token), "{token} after {:?}", String::from_utf8_lossy(&bytes));
        matcher.accept(token).unwrap();
        assert!(ending.follow(token, left).unwrap());
        bytes.extend_from_slice(table().bytes(token));
    }
    assert!(matcher.is_finished() && ending.is_empty(), "{:?}", String::from_utf8_lossy(&bytes));
    String::from_utf8(bytes).unwrap()
}

/// Behind `said` the answer ends with `text` in `tokens` tokens, and is not ended in one less.
fn check(source: &Source, said: &str, text: &str, tokens: usize) {
    let matcher = behind(source, said);
    let ending = Ending::plan(&matcher, tokens).unwrap().unwrap_or_else(|| panic!("no ending of {said:?}"));
    assert_eq!(ending.len(), tokens, "{said:?}: {ending:?}");
    assert_eq!(written(matcher.clone(), ending), text, "{said:?}");
    assert!(Ending::plan(&matcher, tokens - 1).unwrap().is_none(), "{said:?} in less than {tokens}");
}

#[test]
fn what_is_open_is_closed() {
    check(&Source::JsonObject, "", "{}", 2);
    check(&Source::JsonObject, r#"{"a":[1,{"b":"x"#, r#""}]}"#, 3);
    check(&Source::JsonObject, r#"{"a":[[[[[["#, "]]]]]]}", 7);
    check(&Source::JsonObject, r#"{"a":"\"#, "\"\"}", 2);
}

#[test]
fn what_is_required_is_written() {
    let person =
        schema(json!({ "type": "object", "properties": { "name": { "type": "string", "minLength": 1 },
        "age": { "type": "integer", "minimum": 100, "maximum": 109 } }, "required": ["name", "age"],
        "additionalProperties": false }));
    check(&person, r#"{"name":""#, r#"a","age":101}"#, 8);
    let lists = schema(json!({ "type": "array", "minItems": 2, "items": { "type": "array", "minItems": 1,
        "items": { "const": "ab" } } }));
    check(&lists, "", r#"[["ab"],["ab"]]"#, 13);
    check(
        &schema(json!({ "type": "string", "pattern": "^(red|blue)-[3-9]{3,5}$" })),
        r#""b"#,
        r#"lue-333""#,
        8,
    );
    check(&schema(json!({ "type": "number", "minimum": 0.5, "maximum": 0.75 })), "0.", "5", 2);
    check(
        &schema(
            json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "const": "é" } } }),
        ),
        "",
        "\"é\"",
        3,
    );
}

#[test]
fn bounds_that_are_excluded_are_passed() {
    // Zeros alone would come ever nearer to the bound.
    let above = schema(json!({ "type": "number", "exclusiveMinimum": 10.25, "maximum": 28 }));
    let below = schema(json!({ "type": "number", "minimum": -3, "exclusiveMaximum": -1.5 }));
    for (source, said, text) in [(&above, "10.25", "01"), (&below, "-1.5", "01")] {
        let matcher = behind(source, said);
        let ending = Ending::plan(&matcher, 100).unwrap().unwrap();
        assert_eq!(written(matcher, ending), text);
    }
    check(&above, "10.2", "6", 2);
}

#[test]
fn the_shorter_way_is_found_where_the_first_is_too_long() {
    check(&schema(json!({ "enum": ["an extraordinarily long word", "xy"] })), "", r#""xy""#, 4);
    let fields = schema(json!({ "type": "object", "properties": { "extraordinary": { "type": "integer" },
        "z": { "type": "null" } }, "required": ["z"], "additionalProperties": false }));
    check(&fields, "", r#"{"z":null}"#, 5);
    check(&Source::Regex("[a-z]+END".to_owned()), "ab", "END", 3);
}

#[test]
fn an_answer_that_could_go_on_is_ended_by_a_token() {
    check(&Source::Regex("a+".to_owned()), "a", "", 1);
    check(&Source::Regex("a+".to_owned()), "", "a", 2);
    let done = Ending::plan(&behind(&Source::Regex("ab".to_owned()), "ab"), 0).unwrap().unwrap();
    assert!(done.is_empty() && done.next_token().is_none());
}

#[test]
fn only_tokens_with_an_ending_that_fits_are_followed() {
    let matcher = behind(&Source::JsonObject, r#"{"a":""#);
    let mut ending = Ending::plan(&matcher, 2).unwrap().unwrap();
    assert_eq!(ending.len(), 1, "{ending:?}");
    assert!(ending.follow(u32::from(b'x'), 1).unwrap(), "one more letter leaves the plan as it is");
    assert!(!ending.follow(u32::from(b'x'), 0).unwrap(), "no token is left for the end");
    assert!(!ending.follow(u32::from(b'"'), 0).unwrap(), "the object is still open");
    assert!(
        ending.follow(u32::from(b'"'), 1).unwrap(),
        "half of the plan's token, and one is left for the rest"
    );
    assert_eq!((ending.len(), ending.next_token()), (1, Some(u32::from(b'}'))));
    assert!(!ending.follow(u32::from(b','), 3).unwrap(), "a new field takes more");
    assert!(ending.follow(u32::from(b','), 9).unwrap());
    assert!(matches!(ending.follow(u32::from(b'}'), 9), Err(ConstraintError::Rejected { .. })));
}

#[test]
fn where_nothing_can_be_taken_back_nothing_is_planned() {
    // The library cannot take back what was counted against a limit of its own.
    let counted = Source::Lark("start: \"(\" word \")\"\nword[max_tokens=3]: /[a-z]+/\n".to_owned());
    let matcher = behind(&counted, "(");
    assert!(Ending::plan(&matcher, 9).is_err());
    assert!(takes_on(matcher, "ab)"), "the answer goes on");
}

/// Whether the answer may go on by the text and end there.
fn takes_on(mut matcher: Matcher, text: &str) -> bool {
    text.bytes().all(|byte| matcher.accept(u32::from(byte)).is_ok()) && matcher.may_end().unwrap()
}

#[test]
fn a_token_is_not_refused_where_a_wider_search_finds_an_ending() {
    // Writing so long a text takes more work than a token has at first.
    let texts = schema(json!({ "type": "array", "items": { "type": "string", "minLength": 1_500 } }));
    let mut ending = Ending::plan(&behind(&texts, "["), 5).unwrap().unwrap();
    assert_eq!(ending.len(), 1, "{ending:?}");
    assert!(!ending.follow(u32::from(b'"'), 700).unwrap(), "two bytes a token at most are too few tokens");
    assert!(ending.follow(u32::from(b'"'), 2_000).unwrap());
    assert!(ending.len() > 700, "{}", ending.len());
}

#[test]
fn a_lexer_that_gives_up_is_told_from_an_ending_that_does_not_fit() {
    let costly = schema(json!({ "type": "string", "pattern": "^[a-z]*[aeiou][a-z]{150}$" }));
    let mut matcher = behind(&costly, "\"");
    let mut ending = Ending::plan(&matcher, 5_000).unwrap().unwrap();
    for byte in b"eix".iter().cycle().take(600) {
        match ending.follow(u32::from(*byte), 5_000) {
            Ok(follows) => assert!(follows, "refused after {matcher:?}"),
            Err(error) => {
                assert!(matches!(error, ConstraintError::TooComplex { .. }), "{error}");
                // The plan from before that token still ends the answer.
                ending.tokens().iter().for_each(|&token| matcher.accept(token).unwrap());
                assert!(matcher.is_finished() || matcher.may_end().unwrap());
                return;
            }
        }
        matcher.mask(&mut TokenMask::none(0)).unwrap();
        matcher.accept(u32::from(*byte)).unwrap();
    }
    panic!("the lexer never gave up");
}

#[test]
fn the_matcher_itself_does_not_move() {
    let mut matcher = behind(&Source::JsonObject, r#"{"a":"#);
    let (mut before, mut after) = (TokenMask::none(0), TokenMask::none(0));
    matcher.mask(&mut before).unwrap();
    let mut ending = Ending::plan(&matcher, 50).unwrap().unwrap();
    assert!(ending.follow(u32::from(b'['), 40).unwrap());
    matcher.mask(&mut after).unwrap();
    assert_eq!(before, after);
}

#[test]
fn a_text_is_spelled_in_the_fewest_tokens() {
    let matcher = behind(&Source::JsonObject, "");
    let spelled = |text: &[u8]| {
        let tokens = spell(text, &matcher.inner.tok_env().unwrap(), &table()).unwrap();
        assert_eq!(tokens.iter().flat_map(|&token| table().bytes(token).to_vec()).collect::<Vec<_>>(), text);
        tokens.len()
    };
    // Taking the longest first would spell the last as `","`, `name`, `":`, which is right, and `"`, `"}` as three.
    assert_eq!(
        [spelled(b""), spelled(b"name"), spelled(b"\"}"), spelled(b"\"\"}"), spelled(b"\",\"name\":")],
        [0, 1, 1, 2, 3]
    );
}

#[test]
fn the_bounds_hold_in_time() {
    let ambiguous = "start: e \"!\"\ne: e e | \"a\" | \"ab\" | \"b\"\n".to_owned();
    // Its rows are short where the search begins and grow in what it writes.
    let late = "start: /[0-9]{90}/ e{200} \"!\"\ne: e e | \"a\" | \"ab\" | \"b\"\n".to_owned();
    let deep = schema(json!({ "$ref": "#/$defs/t", "$defs": { "t": { "type": "object",
        "properties": { "left": { "$ref": "#/$defs/t" }, "right": { "$ref": "#/$defs/t" } } } } }));
    for (source, said) in [
        (Source::Lark(ambiguous), "ab".repeat(40)),
        (Source::Lark(late), String::new()),
        (Source::Lark("start: \"(\" start \")\" | NUMBER\nNUMBER: /[0-9]+/\n".to_owned()), "(".repeat(90)),
        (Source::Regex("(a|b|ab)*c{300}(d|e){200}".to_owned()), "ab".repeat(50)),
        (Source::Regex("[a-z]+(x[a-z]){30}[a-z]*END".to_owned()), "ab".repeat(50)),
        (deep, r#"{"left":"#.repeat(100)),
        (schema(json!({ "type": "string", "minLength": 5_000 })), "\"".to_owned()),
        (schema(json!({ "type": "string", "minLength": 1_500 })), "\"bbb".to_owned()),
    ] {
        let matcher = behind(&source, &said);
        for tokens_left in [1, 30, 100_000] {
            let begun = Instant::now();
            let ending = Ending::plan(&matcher, tokens_left).unwrap_or(None);
            let took = begun.elapsed();
            println!(
                "{source:.40?}: {tokens_left} left, {:?} planned, {took:?}",
                ending.as_ref().map(Ending::len)
            );
            assert!(took < LONG, "{source:?} with {tokens_left} left took {took:?}");
            let Some(mut ending) = ending else { continue };
            assert!(ending.len() <= tokens_left);
            // One that leaves the plan, with many tokens left and with too few.
            for tokens_left in [tokens_left.saturating_sub(1), ending.len().saturating_sub(2)] {
                let begun = Instant::now();
                let _ = ending.follow(u32::from(b'b'), tokens_left);
                println!("a token with {tokens_left} left: {:?}", begun.elapsed());
                assert!(begun.elapsed() < LONG, "{source:?}: a token with {tokens_left} left");
            }
        }
    }
}
