//! Prompts made of the village's written lines, no two alike from their first word on.
//!
//! Owns: which lines stand in which prompt. Refuses to know: tokens (the servers count them) and what is measured. The same
//! number gives the same prompt on every machine and for every server.

use anyhow::{Context, Result, bail};
use std::path::Path;

/// Bytes of one token of such text, about: what SmolLM2's vocabulary makes of it.
const TOKEN_BYTES: f64 = 3.9;
/// Steps from prompt to prompt and from line to line. Primes, so that neither divides the number of lines by accident.
const STRIDE_PROMPT: u64 = 1009;
const STRIDE_LINE: u64 = 271;
/// Fewest lines that make prompts unlike each other.
const LINES_MIN: usize = 500;

/// Where prompts come from.
pub struct Prompts {
    lines: Vec<String>,
    next: u64,
}

impl Prompts {
    /// Reads the written lines of all villagers, those without places to fill in.
    pub fn from_dir(dir: &Path) -> Result<Prompts> {
        let about = || format!("the written lines in {}", dir.display());
        let entries = std::fs::read_dir(dir).with_context(about)?;
        let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        let mut lines = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let table: toml::Table = toml::from_str(&text).with_context(|| path.display().to_string())?;
            let acts = table.get("lines").and_then(toml::Value::as_table).with_context(about)?;
            let of_act = acts.values().filter_map(toml::Value::as_array).flatten();
            lines.extend(of_act.filter_map(toml::Value::as_str).map(str::to_owned));
        }
        lines.retain(|line| !line.contains(['{', '<']));
        Prompts::new(lines).with_context(about)
    }

    fn new(lines: Vec<String>) -> Result<Prompts> {
        if lines.len() < LINES_MIN {
            bail!("at least {LINES_MIN} lines are needed, and there are {}", lines.len());
        }
        Ok(Prompts { lines, next: 0 })
    }

    /// A new prompt of about so many tokens. The number it begins with is no other prompt's.
    pub fn fresh(&mut self, tokens: u32) -> String {
        let serial = self.next;
        self.next += 1;
        let mut text = format!("{serial}.");
        let bytes = (f64::from(tokens) * TOKEN_BYTES) as usize;
        let count = self.lines.len() as u64;
        let mut at = serial.wrapping_mul(STRIDE_PROMPT) % count;
        while text.len() < bytes {
            text.push(' ');
            text.push_str(&self.lines[at as usize]);
            at = (at + STRIDE_LINE) % count;
        }
        // A prompt that is a line too long would measure something else than its neighbour does.
        let cut = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= bytes).last().unwrap_or(0);
        text.truncate(cut);
        text.truncate(text.trim_end().len());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn prompts() -> Prompts {
        Prompts::from_dir(&crate::root().join("assets/lines")).unwrap()
    }

    #[test]
    fn no_two_prompts_begin_alike() {
        let mut prompts = prompts();
        let made: Vec<String> = (0..3000).map(|_| prompts.fresh(24)).collect();
        let beginnings: BTreeSet<&str> = made.iter().filter_map(|text| text.split('.').next()).collect();
        assert_eq!(beginnings.len(), made.len());
    }

    #[test]
    fn the_same_number_gives_the_same_prompt_and_its_length() {
        let (mut a, mut b) = (prompts(), prompts());
        for tokens in [8, 24, 512] {
            let (one, other) = (a.fresh(tokens), b.fresh(tokens));
            assert_eq!(one, other);
            let bytes = f64::from(tokens) * TOKEN_BYTES;
            assert!((one.len() as f64 - bytes).abs() <= 4.0, "{} bytes for {bytes}", one.len());
            assert!(!one.contains('{'));
        }
    }

    #[test]
    fn too_few_lines_are_refused() {
        let error = Prompts::new(vec!["One.".to_owned()]).err().unwrap().to_string();
        assert!(error.contains("there are 1"), "{error}");
    }
}
