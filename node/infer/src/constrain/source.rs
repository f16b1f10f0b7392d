//! Owns what a caller may ask an answer to follow, its limits, and its spelling for the grammar library. Refuses to know
//! tokens. The limits are checked before the library sees anything: its readers recurse, and a stack that overflows cannot
//! be caught.

use super::{ConstraintError, bounds, dialect, schema};
use llguidance::JsonCompileOptions;
use llguidance::api::TopLevelGrammar;
use serde_json::{Map, Value, json};

/// Largest source, in bytes of its text.
pub const SOURCE_BYTES_MAX: usize = 256 * 1024;
/// Deepest nesting: of objects and arrays in a schema, of brackets in an expression or grammar.
pub const SOURCE_DEPTH_MAX: usize = 64;
/// Longest regular expression, in bytes.
pub const REGEX_BYTES_MAX: usize = 16 * 1024;
/// Longest Lark grammar, in bytes.
pub const LARK_BYTES_MAX: usize = 64 * 1024;
/// Most rules, terminals and alternatives of a Lark grammar.
pub const LARK_RULES_MAX: usize = 1024;
/// Most choices.
pub const CHOICES_MAX: usize = 1024;
/// Most bytes of all choices together.
pub const CHOICES_BYTES_MAX: usize = 16 * 1024;

/// White space between the parts of a JSON text: one space, or a line break with an indentation. Bounded, because small
/// models that may write spaces for ever do.
const JSON_SPACE: &str = r"\x20|\n\x20{0,32}";

/// What an answer must follow, whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A JSON text that a schema accepts (draft 2020-12 or what `$schema` names; references inside the document only).
    /// The schema is its text: who waits with one holds a fraction of what the value read from it takes.
    JsonSchema(String),
    /// Any JSON object.
    JsonObject,
    /// A regular expression over the whole answer (the Rust regex crate's syntax, without anchors and look-around). What other
    /// languages read differently is refused: classes in classes, operations on classes, possessive quantifiers, ranges that
    /// end in a class. `\d` and `\w` are ASCII, as in a schema's patterns.
    Regex(String),
    /// One of these strings.
    Choice(Vec<String>),
    /// A context-free grammar in Lark's notation; its start rule is `start`.
    Lark(String),
    /// llama.cpp's grammar notation; refused, so that a caller learns of it.
    Gbnf(String),
}

impl Source {
    /// The name of the kind, as errors say it.
    pub fn kind(&self) -> &'static str {
        match self {
            Source::JsonSchema(_) => "JSON schema",
            Source::JsonObject => "JSON object",
            Source::Regex(_) => "regular expression",
            Source::Choice(_) => "choice",
            Source::Lark(_) => "Lark grammar",
            Source::Gbnf(_) => "GBNF grammar",
        }
    }

    /// The grammar for the library.
    ///
    /// # Errors
    /// When a limit is passed, or the source is no such thing.
    pub(super) fn grammar(&self) -> Result<TopLevelGrammar, ConstraintError> {
        let kind = self.kind();
        match self {
            Source::JsonSchema(text) => {
                within(kind, "bytes", SOURCE_BYTES_MAX, text.len())?;
                // Twice as deep as a schema may be, and the reader gives up by itself: no document is deeper than the stack.
                let schema: Value = serde_json::from_str(text)
                    .map_err(|error| ConstraintError::Malformed { kind, message: error.to_string() })?;
                schema::check(&schema)?;
                json_grammar(schema)
            }
            Source::JsonObject => json_grammar(json!({ "type": "object" })),
            Source::Regex(pattern) => {
                within(kind, "bytes", REGEX_BYTES_MAX, pattern.len())?;
                within_depth(kind, brackets_exceed(pattern))?;
                alike(kind, pattern)?;
                Ok(TopLevelGrammar::from_regex(&dialect::with_ascii_classes(pattern)))
            }
            Source::Choice(choices) => choice_grammar(choices),
            Source::Lark(text) => {
                within(kind, "bytes", LARK_BYTES_MAX, text.len())?;
                within_depth(kind, brackets_exceed(text))?;
                within(kind, "rules", LARK_RULES_MAX, lark_rules(text))?;
                Ok(TopLevelGrammar::from_lark(text.clone()))
            }
            Source::Gbnf(_) => Err(ConstraintError::NotSupported { kind, instead: "a Lark grammar" }),
        }
    }
}

fn within(kind: &'static str, unit: &'static str, max: usize, actual: usize) -> Result<(), ConstraintError> {
    if actual > max {
        return Err(ConstraintError::TooLarge { kind, unit, max, actual });
    }
    Ok(())
}

fn within_depth(kind: &'static str, exceeded: bool) -> Result<(), ConstraintError> {
    if exceeded {
        return Err(ConstraintError::TooDeep { kind, max: SOURCE_DEPTH_MAX });
    }
    Ok(())
}

/// Checks that a regular expression means here what it means where it was written.
pub(super) fn alike(kind: &'static str, pattern: &str) -> Result<(), ConstraintError> {
    dialect::read_differently(pattern).map_or(Ok(()), |what| {
        let message = format!("languages differ in what this regular expression means: it has {what}");
        Err(ConstraintError::Malformed { kind, message })
    })
}

/// Whether more brackets are open somewhere than allowed. Brackets in strings and classes count too: that refuses nothing
/// anyone writes.
fn brackets_exceed(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > SOURCE_DEPTH_MAX
    })
}

/// A colon comes with each rule and a bar with each alternative. Those in strings and comments count too, so that no spelling
/// is missed.
fn lark_rules(text: &str) -> usize {
    text.bytes().filter(|byte| matches!(byte, b':' | b'|')).count()
}

fn json_grammar(mut schema: Value) -> Result<TopLevelGrammar, ConstraintError> {
    if schema == Value::Bool(true) {
        schema = Value::Object(Map::new());
    }
    let Value::Object(fields) = &mut schema else {
        return Err(ConstraintError::Malformed {
            kind: "JSON schema",
            message: "a schema must be an object or true".to_owned(),
        });
    };
    // The library's own switches are ours to set: with them a schema could be ignored or white space made endless.
    fields.remove("x-guidance");
    bounds::pass_excluded(&mut schema);
    JsonCompileOptions { whitespace_pattern: Some(JSON_SPACE.to_owned()), ..JsonCompileOptions::default() }
        .apply_to(&mut schema);
    Ok(TopLevelGrammar::from_json_schema(schema))
}

fn choice_grammar(choices: &[String]) -> Result<TopLevelGrammar, ConstraintError> {
    let kind = "choice";
    within(kind, "strings", CHOICES_MAX, choices.len())?;
    within(kind, "bytes", CHOICES_BYTES_MAX, choices.iter().map(String::len).sum())?;
    if choices.is_empty() || choices.iter().any(String::is_empty) {
        return Err(ConstraintError::Malformed {
            kind,
            message: "there must be at least one string, and none may be empty".to_owned(),
        });
    }
    let escaped: Vec<String> = choices.iter().map(|choice| escape(choice)).collect();
    Ok(TopLevelGrammar::from_regex(&format!("(?:{})", escaped.join("|"))))
}

/// A regular expression for exactly this text.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || !c.is_ascii() || c == ' ' => out.push(c),
            c => out.push_str(&format!("\\x{:02X}", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(source: Source) -> String {
        source.grammar().map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn limits_are_named() {
        assert_eq!(
            refusal(Source::JsonSchema(json!({ "const": "x".repeat(SOURCE_BYTES_MAX) }).to_string())),
            "the JSON schema has 262156 bytes, the most is 262144"
        );
        assert!(refusal(Source::JsonSchema("[".repeat(SOURCE_BYTES_MAX))).contains("recursion limit"));
        assert_eq!(
            refusal(Source::Regex("a".repeat(REGEX_BYTES_MAX + 1))),
            "the regular expression has 16385 bytes, the most is 16384"
        );
        assert_eq!(
            refusal(Source::Regex("(".repeat(65))),
            "the regular expression is nested deeper than 64 levels"
        );
        assert_eq!(
            refusal(Source::Choice(vec!["a".to_owned(); 1025])),
            "the choice has 1025 strings, the most is 1024"
        );
        assert_eq!(
            refusal(Source::Lark("a: \"b\" | \"c\"\n".repeat(513))),
            "the Lark grammar has 1026 rules, the most is 1024"
        );
    }

    #[test]
    fn what_is_no_such_thing_is_said() {
        assert!(refusal(Source::JsonSchema("{".to_owned())).starts_with("the JSON schema is not valid: EOF"));
        assert!(refusal(Source::JsonSchema(json!(3).to_string())).contains("must be an object or true"));
        assert!(refusal(Source::Choice(vec![])).contains("at least one string"));
        assert!(refusal(Source::Choice(vec![String::new()])).contains("none may be empty"));
        assert_eq!(
            refusal(Source::Gbnf("root ::= \"a\"".to_owned())),
            "a GBNF grammar is not supported; give a Lark grammar"
        );
    }

    #[test]
    fn what_languages_read_differently_is_refused() {
        let said = refusal(Source::Regex("[a-[b]]".to_owned()));
        assert!(
            said.contains("languages differ") && said.ends_with(r"write a bracket in a class as \["),
            "{said}"
        );
        for pattern in ["[[a]", "x++"] {
            for schema in [json!({ "pattern": pattern }), json!({ "patternProperties": { pattern: {} } })] {
                let nested = json!({ "type": "object", "properties": { "pattern": schema } });
                assert!(
                    refusal(Source::JsonSchema(nested.to_string())).contains("languages differ"),
                    "{pattern}"
                );
            }
        }
    }

    #[test]
    fn escapes_leave_no_operator() {
        assert_eq!(escape("a.b (c)|é\n"), r"a\x2Eb \x28c\x29\x7Cé\x0A");
    }
}
