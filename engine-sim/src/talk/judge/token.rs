//! Tokens: a line cut into words, numbers and marks, with byte spans, clitics split off ("wasn't" is "was" and "n't").
//!
//! Owns: the cutting and the sentence numbering. Refuses to know: what any word means. Never panics on any UTF-8.

use super::pattern::hash;
use crate::talk::vocabulary::stems;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
    Mark,
}

/// A token with its place in the text.
#[derive(Debug, Clone)]
pub(crate) struct Tok {
    /// Lower case, straight apostrophes.
    pub low: String,
    /// Base forms, the word itself first.
    pub stems: Vec<String>,
    /// The hashes of `stems`, in their order.
    pub stem_hashes: Vec<u64>,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// Word, number or mark.
    pub kind: Kind,
    /// Begins with a capital.
    pub cap: bool,
    /// First word of its sentence.
    pub opens: bool,
    /// Sentence number.
    pub sentence: usize,
    /// Written directly against the token before.
    pub glued: bool,
}

impl Tok {
    /// Whether this is the word, exactly.
    pub fn is(&self, word: &str) -> bool {
        self.low == word
    }
    /// Whether this is one of the words, exactly.
    pub fn any(&self, words: &[&str]) -> bool {
        words.contains(&self.low.as_str())
    }
    /// Whether this word or a base form of it is `stem`.
    pub fn stem(&self, stem: &str) -> bool {
        self.stems.iter().any(|s| s == stem)
    }
    /// Whether this ends a sentence.
    pub fn ends_sentence(&self) -> bool {
        self.kind == Kind::Mark && matches!(self.low.as_str(), "." | "!" | "?" | "…")
    }
}

/// Cuts a text into tokens.
pub(crate) fn tokenise(text: &str) -> Vec<Tok> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut cut = Cutter { text, chars, toks: Vec::new(), sentence: 0, opens: true };
    let mut i = 0;
    while i < cut.chars.len() {
        i = cut.step(i);
    }
    cut.toks
}

struct Cutter<'a> {
    text: &'a str,
    chars: Vec<(usize, char)>,
    toks: Vec<Tok>,
    sentence: usize,
    opens: bool,
}

fn apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '`')
}

/// What a word cut short before an apostrophe is in full: "an' so", "th' mill".
fn elided(word: &str) -> Option<&'static str> {
    const SHORT: &[(&str, &str)] = &[("an", "and"), ("th", "the"), ("wi", "with"), ("ol", "old")];
    SHORT.iter().find(|(short, _)| word.eq_ignore_ascii_case(short)).map(|(_, whole)| *whole)
}

impl Cutter<'_> {
    fn at(&self, i: usize) -> Option<char> {
        self.chars.get(i).map(|c| c.1)
    }
    fn byte(&self, i: usize) -> usize {
        self.chars.get(i).map_or(self.text.len(), |c| c.0)
    }
    fn step(&mut self, i: usize) -> usize {
        let Some(c) = self.at(i) else { return i + 1 };
        if c.is_whitespace() {
            i + 1
        } else if c.is_alphabetic() {
            self.word(i)
        } else if c.is_ascii_digit() {
            self.number(i)
        } else {
            self.mark(i, c)
        }
    }
    fn word(&mut self, from: usize) -> usize {
        let mut to = from;
        while let Some(c) = self.at(to) {
            let inner = apostrophe(c) && self.at(to + 1).is_some_and(char::is_alphabetic) && to > from;
            if !c.is_alphabetic() && !inner && !('\u{300}'..='\u{36f}').contains(&c) {
                break;
            }
            to += 1;
        }
        let single = to == from + 1 && self.at(from).is_some_and(|c| matches!(c, 'a' | 'p' | 'A' | 'P'));
        let dotted = self.at(to) == Some('.') && self.at(to + 1).is_some_and(|c| matches!(c, 'm' | 'M'));
        if single && dotted && !self.at(to + 2).is_some_and(char::is_alphabetic) {
            let end = if self.at(to + 2) == Some('.') { to + 3 } else { to + 2 };
            let low = if self.at(from).is_some_and(|c| c.eq_ignore_ascii_case(&'a')) { "am" } else { "pm" };
            self.push(low.to_string(), from, end, Kind::Word);
            return end;
        }
        if apostrophe(self.at(to).unwrap_or(' '))
            && let Some(whole) = elided(&self.text[self.byte(from)..self.byte(to)])
        {
            self.push(whole.to_string(), from, to + 1, Kind::Word);
            return to + 1;
        }
        self.split_clitics(from, to);
        to
    }
    fn split_clitics(&mut self, from: usize, to: usize) {
        let low: String = self.chars[from..to]
            .iter()
            .flat_map(|c| c.1.to_lowercase())
            .map(|c| if apostrophe(c) { '\'' } else { c })
            .collect();
        let count = low.chars().count();
        if count != to - from || low == "o'clock" || !low.contains('\'') {
            self.push(low, from, to, Kind::Word);
            return;
        }
        for clitic in ["n't", "'s", "'ll", "'ve", "'re", "'m", "'d"] {
            if let Some(base) = low.strip_suffix(clitic).filter(|b| !b.is_empty()) {
                let base = match (base, clitic) {
                    ("ca", "n't") => "can",
                    ("wo", "n't") => "will",
                    ("sha", "n't") => "shall",
                    ("ai", "n't") => "is",
                    _ => base,
                };
                let mid = to - clitic.chars().count();
                self.push(base.to_string(), from, mid, Kind::Word);
                self.push(clitic.to_string(), mid, to, Kind::Word);
                return;
            }
        }
        self.push(low, from, to, Kind::Word);
    }
    fn number(&mut self, from: usize) -> usize {
        let mut to = from;
        while let Some(c) = self.at(to) {
            let inner = matches!(c, ':' | '.' | ',') && self.at(to + 1).is_some_and(|c| c.is_ascii_digit());
            if !c.is_ascii_digit() && !inner {
                break;
            }
            to += 1;
        }
        let low: String = self.chars[from..to].iter().map(|c| c.1).filter(|c| *c != ',').collect();
        self.push(low, from, to, Kind::Number);
        to
    }
    fn mark(&mut self, i: usize, c: char) -> usize {
        let low = if apostrophe(c) { "'".to_string() } else { c.to_string() };
        let dots = c == '.' && self.at(i + 1) == Some('.');
        let hyphen = c == '-'
            && i > 0
            && self.at(i - 1).is_some_and(char::is_alphanumeric)
            && self.at(i + 1).is_some_and(char::is_alphanumeric);
        if hyphen {
            return i + 1;
        }
        self.push(if dots { "…".into() } else { low }, i, i + 1, Kind::Mark);
        if matches!(c, '.' | '!' | '?' | '…') {
            self.sentence += 1;
            self.opens = true;
        }
        let mut next = i + 1;
        while matches!(c, '.' | '!' | '?') && self.at(next).is_some_and(|n| matches!(n, '.' | '!' | '?')) {
            let asks = self.at(next) == Some('?');
            if let Some(last) = self.toks.last_mut().filter(|_| asks) {
                last.low = "?".into();
            }
            next += 1;
        }
        next
    }
    fn push(&mut self, low: String, from: usize, to: usize, kind: Kind) {
        let (start, end) = (self.byte(from), self.byte(to));
        let glued = self.toks.last().is_some_and(|t| t.end == start || self.text[t.end..start] == *"-");
        let cap = self.at(from).is_some_and(char::is_uppercase);
        let opens = self.opens && kind != Kind::Mark;
        if kind != Kind::Mark {
            self.opens = false;
        }
        let stems = if kind == Kind::Word { stems(&low) } else { vec![low.clone()] };
        let stem_hashes = stems.iter().map(|s| hash(s)).collect();
        let sentence = self.sentence;
        self.toks.push(Tok { low, stems, stem_hashes, start, end, kind, cap, opens, sentence, glued });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clitics_numbers_and_sentences_are_cut() {
        let check = |text: &str, expected: &str| {
            let got: Vec<String> = tokenise(text).into_iter().map(|t| t.low).collect();
            assert_eq!(got.join(" "), expected);
        };
        check("I wasn't at Maud’s, can't you see?", "i was n't at maud 's , can n't you see ?");
        check("At 7.30 p.m. or 19:30... no", "at 7.30 pm or 19:30 … no");
        check("Maud an' th' smith, wi' ol' Bram", "maud and the smith , with old bram");
        check("forty-seven o'clock - well", "forty seven o'clock - well");
        let toks = tokenise("One. Two? Three");
        assert_eq!(toks.last().unwrap().sentence, 2);
    }
}
