//! `emberwick judge`: lines in, violations out, both JSON.
//!
//! Owns: reading line by line and reporting which line is no JSON. Refuses to know: the formats (documented in
//! `engine_sim::snapshot::json`) and the rules.

use engine_sim::library::Library;
use engine_sim::snapshot::json;
use std::io::{BufRead, Read, Write};

/// Longest line of input in bytes.
pub const INPUT_LINE_BYTES_MAX: usize = 64 * 1024;

/// Counts of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Lines without a violation.
    pub accepted: usize,
    /// Lines with one.
    pub refused: usize,
    /// Lines that are no input.
    pub unreadable: usize,
}

/// Reads to the end of a line without keeping it.
fn skip_line(input: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let chunk = input.fill_buf()?;
        if chunk.is_empty() {
            return Ok(());
        }
        let end = chunk.iter().position(|&b| b == b'\n');
        let used = end.map_or(chunk.len(), |i| i + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// Judges every line of `input`; each answer goes to `output`. A line that cannot be read gives an `error` object in its place.
///
/// # Errors
/// Only what reading and writing give.
pub fn run(library: &Library, input: &mut dyn BufRead, output: &mut dyn Write) -> std::io::Result<Tally> {
    let mut tally = Tally::default();
    let mut line = Vec::new();
    let mut number = 0usize;
    loop {
        line.clear();
        if (&mut *input).take(INPUT_LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(tally);
        }
        if line.len() > INPUT_LINE_BYTES_MAX && !line.ends_with(b"\n") {
            skip_line(input)?;
        }
        number += 1;
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        let answer = if line.len() > INPUT_LINE_BYTES_MAX {
            Err(format!("{} bytes; the most is {INPUT_LINE_BYTES_MAX}", line.len()))
        } else {
            json::judge_line(&library.village, &library.vocabulary, &text).map_err(|e| e.to_string())
        };
        match answer {
            Ok(verdict) => {
                if verdict["ok"] == true {
                    tally.accepted += 1;
                } else {
                    tally.refused += 1;
                }
                writeln!(output, "{verdict}")?;
            }
            Err(why) => {
                tally.unreadable += 1;
                writeln!(output, "{}", serde_json::json!({ "line": number, "error": why }))?;
            }
        }
    }
}
