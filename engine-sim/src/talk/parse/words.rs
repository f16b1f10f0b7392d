//! Words: tokens with short forms written out and slips mended.
//!
//! Owns: contractions, possessives, the list of corrections. Refuses to know: names of things, times, intents.

use super::lexicon::Lexicon;
use super::spell::LOOKUPS_MAX;
use super::tokenise::Token;

/// A word as the rest of the parser sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Lower case, mended.
    pub text: String,
    /// Bytes of the line that it came from.
    pub span: (u32, u32),
    /// A comma stands before it.
    pub comma: bool,
    /// `?`, `!`, `.` or `;` stands after it.
    pub mark: Option<char>,
}

/// The words of a line, and what was mended: (typed, taken).
pub fn words_of(tokens: &[Token], lexicon: &Lexicon) -> (Vec<Word>, Vec<(String, String)>) {
    let mut words: Vec<Word> = Vec::new();
    let mut corrections = Vec::new();
    let mut lookups = 0;
    let mut comma = false;
    for token in tokens {
        match token.mark {
            Some(',') => comma = true,
            Some(mark) => {
                if let Some(last) = words.last_mut() {
                    last.mark = Some(if last.mark == Some('?') { '?' } else { mark });
                }
            }
            None => {
                let name_first = words.last().is_some_and(|w| lexicon.in_set("before_name", &w.text));
                let parts = written_out(&token.text, lexicon).unwrap_or_else(|| {
                    lookups += 1;
                    let mended = (lookups <= LOOKUPS_MAX).then(|| mend(&token.text, lexicon, name_first));
                    let Some(parts) = mended.flatten() else { return vec![token.text.clone()] };
                    corrections.push((token.text.clone(), parts.join(" ")));
                    parts
                });
                for part in parts {
                    let span = (token.start, token.end);
                    words.push(Word { text: part, span, comma: std::mem::take(&mut comma), mark: None });
                }
            }
        }
    }
    (words, corrections)
}

/// A known word as it stands, or its long form; `None` when it is not known.
fn written_out(text: &str, lexicon: &Lexicon) -> Option<Vec<String>> {
    if let Some(long) = lexicon.contractions.get(text) {
        return Some(long.clone());
    }
    if let Some(owner) = text.strip_suffix("'s") {
        let owner = written_out(owner, lexicon)?;
        return Some(owner.into_iter().chain(["'s".to_string()]).collect());
    }
    if lexicon.vocabulary.has(text) {
        return Some(vec![text.to_string()]);
    }
    if let Some(owner) = text
        .strip_suffix('s')
        .filter(|o| lexicon.sets.get("first_names").is_some_and(|n| n.iter().any(|x| x == o)))
    {
        return Some(vec![owner.to_string(), "'s".to_string()]);
    }
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    (digits || lexicon.vocabulary.knows(text)).then(|| vec![text.to_string()])
}

fn mend(text: &str, lexicon: &Lexicon, name_first: bool) -> Option<Vec<String>> {
    if let Some(owner) = text.strip_suffix("'s") {
        let mended = lexicon.vocabulary.mend(owner, true)?;
        return Some(vec![mended, "'s".to_string()]);
    }
    let bare: String = text.chars().filter(|c| *c != '\'').collect();
    if bare != text
        && let Some(long) = lexicon.contractions.get(&bare)
    {
        return Some(long.clone());
    }
    let mended = lexicon.vocabulary.mend(&bare, name_first)?;
    Some(lexicon.contractions.get(&mended).cloned().unwrap_or_else(|| vec![mended]))
}
