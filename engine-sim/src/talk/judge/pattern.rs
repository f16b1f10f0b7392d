//! Patterns: a small notation for turns of phrase, matched against the tokens of a line.
//!
//! Owns: the notation and the matcher. Refuses to know: which phrases matter. Notation, elements parted by blanks:
//! `a|b` either word exactly; `bring+` any inflection of "bring"; `x?` optional; `~3` up to three tokens of one sentence;
//! `^` where a segment begins; `$` where one ends; `#person #place #item #time #gold #word` a mention or any word.

use super::line::{Line, What};

/// Most elements of one pattern.
pub(crate) const PATTERN_ELEMENTS_MAX: usize = 16;

/// The first match of a pattern: token range, end exclusive.
pub(crate) fn find(line: &Line, pattern: &str) -> Option<(usize, usize)> {
    find_from(line, pattern, 0)
}

/// The first match that starts at or after a token.
pub(crate) fn find_from(line: &Line, pattern: &str, from: usize) -> Option<(usize, usize)> {
    let elements: Vec<&str> = pattern.split_ascii_whitespace().take(PATTERN_ELEMENTS_MAX).collect();
    (from..line.toks.len()).find_map(|i| run(line, i, &elements).map(|end| (i, end)))
}

/// The first of several patterns that matches.
pub(crate) fn find_any(line: &Line, patterns: &[&str]) -> Option<(usize, usize)> {
    patterns.iter().find_map(|p| find(line, p))
}

/// Whether any of several patterns matches within a token range.
pub(crate) fn within(line: &Line, patterns: &[&str], from: usize, to: usize) -> Option<(usize, usize)> {
    patterns.iter().find_map(|p| {
        let elements: Vec<&str> = p.split_ascii_whitespace().take(PATTERN_ELEMENTS_MAX).collect();
        (from..to.min(line.toks.len()))
            .find_map(|i| run(line, i, &elements).filter(|end| *end <= to).map(|end| (i, end)))
    })
}

/// Matches at exactly this token; the token after the match.
pub(crate) fn at(line: &Line, pattern: &str, i: usize) -> Option<usize> {
    let elements: Vec<&str> = pattern.split_ascii_whitespace().take(PATTERN_ELEMENTS_MAX).collect();
    run(line, i, &elements)
}

fn run(line: &Line, i: usize, elements: &[&str]) -> Option<usize> {
    let Some((&element, rest)) = elements.split_first() else { return Some(i) };
    if element == "^" {
        return if line.begins_segment(i) { run(line, i, rest) } else { None };
    }
    if element == "$" {
        return if i >= line.toks.len() || line.toks[i].kind == super::token::Kind::Mark {
            run(line, i, rest)
        } else {
            None
        };
    }
    if let Some(gap) = element.strip_prefix('~') {
        let most: usize = gap.parse().unwrap_or(0);
        for skip in 0..=most {
            if let Some(end) = run(line, i + skip, rest) {
                return Some(end);
            }
            if line.toks.get(i + skip).is_none_or(|t| t.ends_sentence()) {
                return None;
            }
        }
        return None;
    }
    let (needed, optional) =
        element.strip_suffix('?').filter(|e| !e.is_empty()).map_or((element, false), |e| (e, true));
    if let Some(next) = one(line, i, needed)
        && let Some(end) = run(line, next, rest)
    {
        return Some(end);
    }
    if optional { run(line, i, rest) } else { None }
}

fn one(line: &Line, i: usize, element: &str) -> Option<usize> {
    let tok = line.toks.get(i)?;
    if let Some(end) = element.split('|').filter(|w| w.starts_with('#')).find_map(|w| class(line, i, w)) {
        return Some(end);
    }
    element
        .split('|')
        .any(|word| match word.strip_suffix('+').filter(|w| !w.is_empty()) {
            Some(stem) => tok.stem(stem),
            None => tok.low == word,
        })
        .then_some(i + 1)
}

fn class(line: &Line, i: usize, class: &str) -> Option<usize> {
    if class == "#word" {
        return (line.toks[i].kind != super::token::Kind::Mark).then_some(i + 1);
    }
    let mention = line.mention_at(i)?;
    let fits = match class {
        "#person" => matches!(mention.what, What::Person(_)),
        "#place" => matches!(mention.what, What::Place(_)),
        "#item" => matches!(mention.what, What::Item(_)),
        "#time" => matches!(mention.what, What::Time(_)),
        "#gold" => matches!(mention.what, What::Gold(_)),
        _ => false,
    };
    fits.then_some(mention.to)
}
