//! Owns which modules a setting of PEFT means: a list of names or ends of names, or one regular expression that must match a
//! module's whole path. Refuses to know settings and tensors. Source: `check_target_module_exists` of huggingface/peft, which
//! asks Python's `re.fullmatch`.
//!
//! The expressions are strangers', so they are matched by automata in time linear in the path; what only a backtracking
//! matcher can do (looking around, referring back) is refused, as are operations on classes, which only one of the two
//! dialects knows.

use super::error::AdapterError;
use crate::tensor_entry::quoted;
use regex::bytes::{Regex, RegexBuilder};

/// Longest expression, in bytes; real ones take some dozens.
const EXPRESSION_BYTES_MAX: usize = 4096;
/// Largest automaton of an expression, in bytes.
const AUTOMATON_BYTES_MAX: usize = 1024 * 1024;
/// Deepest nesting of an expression.
const EXPRESSION_DEPTH_MAX: u32 = 64;
/// Operations on classes of letters that Python does not know: it takes them for letters, and warns.
const CLASS_OPERATIONS: [&str; 4] = ["&&", "--", "~~", "[["];

/// A choice of modules.
#[derive(Debug)]
pub(super) enum Modules {
    /// Names, or ends of names that begin at a dot.
    Named(Vec<String>),
    /// Whole paths.
    Matching(Regex),
}

impl Modules {
    /// Those whose whole path an expression matches.
    ///
    /// # Errors
    /// `Feature`, naming the setting `key`.
    pub(super) fn matching(key: &str, expression: &str) -> Result<Modules, AdapterError> {
        let refused = |why: &str| AdapterError::Feature {
            feature: format!("the regular expression \"{}\" as {key} ({why})", quoted(expression)),
        };
        if expression.len() > EXPRESSION_BYTES_MAX {
            return Err(refused(&format!("it has more than {EXPRESSION_BYTES_MAX} bytes")));
        }
        if CLASS_OPERATIONS.iter().any(|operation| expression.contains(operation)) {
            return Err(refused("operations on classes of letters are not read"));
        }
        let build = |text: &str| {
            RegexBuilder::new(text)
                .unicode(false)
                .size_limit(AUTOMATON_BYTES_MAX)
                .dfa_size_limit(AUTOMATON_BYTES_MAX)
                .nest_limit(EXPRESSION_DEPTH_MAX)
                .build()
                .map_err(|error| {
                    let what = match &error {
                        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                        // What is wrong stands in the last line, below a drawing of where.
                        error => quoted(error.to_string().lines().last().unwrap_or_default()),
                    };
                    refused(&what)
                })
        };
        // Alone first: a bracket that is closed without having been opened would be opened by the ones put around it.
        build(expression)?;
        Ok(Modules::Matching(build(&format!(r"\A(?:{expression})\z"))?))
    }

    /// Whether a module is among them; `path` is its name within the base.
    pub(super) fn have(&self, path: &str) -> bool {
        match self {
            Modules::Named(names) => names.iter().any(|name| {
                path.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }),
            Modules::Matching(expression) => expression.is_match(path.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    const QUERY: &str = "model.layers.13.self_attn.q_proj";

    fn matches(expression: &str) -> bool {
        Modules::matching("target_modules", expression).unwrap().have(QUERY)
    }

    #[test]
    fn an_expression_matches_the_whole_path() {
        for yes in [
            r".*\.q_proj",
            r".*(q_proj|v_proj)",
            r".*\.layers\.(1[0-3]|2)\.self_attn\.(q|k|v|o)_proj",
            r"^model\.layers\.\d+\.self_attn\.q_proj$",
            r"model.layers.\d{2}.self_attn.\w+",
            r"(?:model|language_model)\..*\.q_proj",
            QUERY,
        ] {
            assert!(matches(yes), "{yes}");
        }
        for no in [
            r"q_proj",
            r".*\.q",
            r"layers\..*",
            r"q_proj|.*\.k_proj",
            r".*\.layers\.1\.self_attn\.q_proj",
            "",
        ] {
            assert!(!matches(no), "{no}");
        }
    }

    #[test]
    fn what_is_not_read_is_refused_in_one_sentence() {
        let long = "a".repeat(EXPRESSION_BYTES_MAX + 1);
        let deep = format!("{}q{}", "(".repeat(100), ")".repeat(100));
        for (expression, named) in [
            (r".*(?=q_proj)q_proj", "look-around"),
            (r"(q|k)_proj.*\1", "backreferences"),
            (r"a)|(.*q_proj", "unopened group"),
            ("(", "unclosed group"),
            (r"[a-z&&[q]]_proj", "classes of letters"),
            ("((a{1000}){1000}){1000}", "too large"),
            (long.as_str(), "4096 bytes"),
            (deep.as_str(), "maximum number of nested"),
        ] {
            let error = Modules::matching("target_modules", expression).unwrap_err();
            assert!(matches!(error, AdapterError::Feature { .. }), "{expression}");
            let error = error.to_string();
            assert!(error.contains(named) && error.contains("target_modules"), "{error}");
            assert!(!error.contains('\n') && error.len() < 700, "{error}");
        }
    }

    #[test]
    fn an_expression_that_explodes_elsewhere_is_linear_here() {
        let modules = Modules::matching("target_modules", "(.*.*.*.*)*(a|a|ab)*(.*a){12}z").unwrap();
        let path = "a".repeat(100_000);
        let begun = Instant::now();
        assert!(!modules.have(&path));
        // A backtracking matcher would not end within anybody's life.
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    }
}
