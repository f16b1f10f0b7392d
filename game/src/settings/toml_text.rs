//! The settings file's text: TOML in, as far as it is TOML, and TOML out.
//!
//! Owns: passing over lines that are none, and writing values. Refuses to know: what any field means. Source: TOML 1.0.

use super::Trouble;
use crate::plain::plain;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// Lines of a file that may be no TOML before the rest is taken as the parser leaves it.
const LINES_PASSED_MAX: usize = 32;
/// Longest piece of a file that a sentence quotes, in characters.
const QUOTE_CHARS_MAX: usize = 40;

/// Everything of a text that is TOML. A line that is not is passed over and told, and the text is read again without it: the parser's
/// own recovery would lose what stands after it.
pub(super) fn salvage(text: &str) -> (Table, Vec<Trouble>) {
    let mut text = text.to_string();
    let mut lines: Vec<usize> = Vec::new();
    let table = loop {
        let (table, errors) = DeTable::parse_recoverable(&text);
        let first = errors.iter().map(|e| e.span().map_or(0, |span| span.start.min(text.len()))).min();
        let Some(at) = first.filter(|_| lines.len() < LINES_PASSED_MAX) else {
            break owned_table(table.get_ref());
        };
        // An error at the very end of a line belongs to that line.
        let from = text.as_bytes()[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let to = text.as_bytes()[from..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| from + n);
        let line = 1 + text.as_bytes()[..from].iter().filter(|b| **b == b'\n').count();
        if from == to {
            break owned_table(table.get_ref());
        }
        drop(table);
        text.replace_range(from..to, &" ".repeat(to - from));
        if lines.contains(&line) {
            break owned_table(DeTable::parse_recoverable(&text).0.get_ref());
        }
        lines.push(line);
    };
    lines.sort_unstable();
    (table, lines.into_iter().map(|line| Trouble::Line { line }).collect())
}

/// A piece of the file as a sentence may quote it.
pub(super) fn quoted(text: &str) -> String {
    let text = plain(text);
    match text.char_indices().nth(QUOTE_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn owned_table(table: &DeTable<'_>) -> Table {
    table.iter().map(|(name, value)| (name.get_ref().to_string(), owned(value.get_ref()))).collect()
}

fn owned(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        // A number beyond what can be held is wrong wherever it stands; it is kept as it was written.
        DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => Value::Integer(n),
            Err(_) => Value::String(n.as_str().to_string()),
        },
        DeValue::Float(n) => {
            n.as_str().parse().map_or_else(|_| Value::String(n.as_str().to_string()), Value::Float)
        }
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(when) => Value::Datetime(*when),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| owned(item.get_ref())).collect()),
        DeValue::Table(table) => Value::Table(owned_table(table)),
    }
}

/// A field's name, quoted where it must be.
pub(super) fn key_text(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if !name.is_empty() && name.bytes().all(bare) { name.to_string() } else { string_text(name) }
}

/// A string.
pub(super) fn string_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            c if c.is_control() => out += &format!("\\U{:08X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}

/// Any value, on one line.
pub(super) fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => string_text(text),
        Value::Integer(n) => n.to_string(),
        Value::Float(n) if n.is_nan() => "nan".to_string(),
        Value::Float(n) => format!("{n:?}"),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime(when) => when.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(value_text).collect::<Vec<_>>().join(", ")),
        Value::Table(fields) => {
            let pair =
                |(name, value): (&String, &Value)| format!("{} = {}", key_text(name), value_text(value));
            format!("{{ {} }}", fields.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}
