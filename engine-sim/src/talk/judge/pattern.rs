//! Patterns: a small notation for turns of phrase, matched against the tokens of a line.
//!
//! Owns: the notation, its reading (once for each pattern of a table) and the matcher. Refuses to know: which phrases matter.
//! Notation, elements parted by blanks: `a|b` either word exactly; `bring+` any inflection of "bring"; `x?` optional; `~3` up
//! to three tokens of one sentence; `^` where a segment begins; `$` where one ends, also
//! as one of several (`$|and`); `#person #place #item #trace #time #gold
//! #word` a mention (a trace: what a carrier or a place leaves) or any word.

use super::line::{Line, What};
use super::token::{Kind, Tok};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Most elements of one pattern.
pub(crate) const PATTERN_ELEMENTS_MAX: usize = 16;

/// Bits of a [`Sketch`].
const SKETCH_BITS: u64 = 256;

/// A set of words as a Bloom filter: says for certain that a word is not there. Source: Bloom, "Space/time trade-offs in hash
/// coding with allowable errors", 1970; one hash for each word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sketch([u64; (SKETCH_BITS / 64) as usize]);

impl Sketch {
    /// Adds the word with this hash.
    pub fn add(&mut self, hash: u64) {
        let bit = hash % SKETCH_BITS;
        self.0[(bit / 64) as usize] |= 1 << (bit % 64);
    }
    /// Whether the two may share a word.
    fn meets(&self, other: &Sketch) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }
}

/// The hash of a word (FNV-1a, 64 bits): equal words have equal hashes, and a comparison of hashes comes before one of words.
pub(crate) fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Person,
    Place,
    Item,
    Trace,
    Time,
    Gold,
    Word,
}

#[derive(Debug)]
struct Word {
    hash: u64,
    text: String,
    /// Any inflection.
    inflected: bool,
}

#[derive(Debug)]
enum Element {
    Start,
    End,
    Gap(usize),
    /// `ends`: the end of a segment will do as well.
    OneOf {
        words: Vec<Word>,
        classes: Vec<Class>,
        optional: bool,
        ends: bool,
    },
}

/// A pattern that was read.
#[derive(Debug)]
pub(crate) struct Pattern {
    elements: Vec<Element>,
    /// For each element that must be there and is words alone: its words.
    needs: Vec<Sketch>,
}

impl Pattern {
    /// Reads the notation; elements beyond [`PATTERN_ELEMENTS_MAX`] are left out.
    pub fn read(text: &str) -> Pattern {
        let elements: Vec<Element> =
            text.split_ascii_whitespace().take(PATTERN_ELEMENTS_MAX).map(element).collect();
        let needs = elements.iter().filter_map(|e| match e {
            Element::OneOf { words, classes, optional: false, ends: false } if classes.is_empty() => {
                let mut sketch = Sketch::default();
                words.iter().for_each(|w| sketch.add(w.hash));
                Some(sketch)
            }
            _ => None,
        });
        Pattern { needs: needs.collect(), elements }
    }

    /// The first match within tokens `from..to`: token range, end exclusive.
    pub fn within(&self, line: &Line, from: usize, to: usize) -> Option<(usize, usize)> {
        if !self.needs.iter().all(|need| need.meets(&line.sketch)) {
            return None;
        }
        (from..to.min(line.toks.len()))
            .find_map(|i| run(line, i, &self.elements).filter(|end| *end <= to).map(|end| (i, end)))
    }
}

/// Tables that were read, each by its place in memory and its length.
type Tables = BTreeMap<(usize, usize), Rc<[Pattern]>>;

thread_local! {
    /// What was read of the tables: they are static, so a table's place in memory is its name.
    static READ: RefCell<Tables> = const { RefCell::new(BTreeMap::new()) };
}

fn read(table: &'static [&'static str]) -> Rc<[Pattern]> {
    let name = (table.as_ptr().addr(), table.len());
    READ.with_borrow_mut(|read| {
        let patterns = || table.iter().map(|text| Pattern::read(text)).collect();
        Rc::clone(read.entry(name).or_insert_with(patterns))
    })
}

/// The first of several patterns that matches within a token range: tokens, end exclusive.
pub(crate) fn within(
    line: &Line,
    table: &'static [&'static str],
    from: usize,
    to: usize,
) -> Option<(usize, usize)> {
    read(table).iter().find_map(|p| p.within(line, from, to))
}

/// Every match of every pattern of a table within a token range, one for each token that a match begins at.
pub(crate) fn every(
    line: &Line,
    table: &'static [&'static str],
    from: usize,
    to: usize,
) -> Vec<(&'static str, (usize, usize))> {
    let mut out = Vec::new();
    for (text, pattern) in table.iter().zip(read(table).iter()) {
        let mut next = from;
        while let Some((a, b)) = pattern.within(line, next, to) {
            out.push((*text, (a, b)));
            next = a + 1;
        }
    }
    out
}

/// The first of several patterns that matches.
pub(crate) fn find_any(line: &Line, table: &'static [&'static str]) -> Option<(usize, usize)> {
    within(line, table, 0, line.toks.len())
}

/// The first match of one pattern that starts at or after a token.
pub(crate) fn find_from(line: &Line, pattern: &'static &'static str, from: usize) -> Option<(usize, usize)> {
    within(line, std::slice::from_ref(pattern), from, line.toks.len())
}

/// The first match of one pattern.
pub(crate) fn find(line: &Line, pattern: &'static &'static str) -> Option<(usize, usize)> {
    find_from(line, pattern, 0)
}

/// Matches one pattern at exactly this token; the token after the match.
pub(crate) fn at(line: &Line, pattern: &'static &'static str, i: usize) -> Option<usize> {
    read(std::slice::from_ref(pattern)).iter().find_map(|p| run(line, i, &p.elements))
}

fn element(text: &str) -> Element {
    match text {
        "^" => return Element::Start,
        "$" => return Element::End,
        _ => {}
    }
    if let Some(gap) = text.strip_prefix('~') {
        return Element::Gap(gap.parse().unwrap_or(0));
    }
    let (needed, optional) =
        text.strip_suffix('?').filter(|e| !e.is_empty()).map_or((text, false), |e| (e, true));
    let (mut words, mut classes) = (Vec::new(), Vec::new());
    let ends = needed.split('|').any(|w| w == "$");
    for word in needed.split('|').filter(|w| *w != "$") {
        if let Some(name) = word.strip_prefix('#') {
            classes.extend(class_of(name));
            continue;
        }
        let stem = word.strip_suffix('+').filter(|w| !w.is_empty());
        let text = stem.unwrap_or(word).to_string();
        words.push(Word { hash: hash(&text), text, inflected: stem.is_some() });
    }
    Element::OneOf { words, classes, optional, ends }
}

fn class_of(name: &str) -> Option<Class> {
    Some(match name {
        "person" => Class::Person,
        "place" => Class::Place,
        "item" => Class::Item,
        "trace" => Class::Trace,
        "time" => Class::Time,
        "gold" => Class::Gold,
        "word" => Class::Word,
        _ => return None,
    })
}

fn run(line: &Line, i: usize, elements: &[Element]) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else { return Some(i) };
    match element {
        Element::Start => line.begins_segment(i).then(|| run(line, i, rest))?,
        Element::End => ended(line, i).then(|| run(line, i, rest))?,
        Element::Gap(most) => {
            for skip in 0..=*most {
                if let Some(end) = run(line, i + skip, rest) {
                    return Some(end);
                }
                if line.toks.get(i + skip).is_none_or(Tok::ends_sentence) {
                    return None;
                }
            }
            None
        }
        Element::OneOf { words, classes, optional, ends } => {
            let next = one(line, i, words, classes);
            let skipped = *optional || *ends && ended(line, i);
            next.and_then(|next| run(line, next, rest))
                .or_else(|| if skipped { run(line, i, rest) } else { None })
        }
    }
}

/// Whether a segment ends before a token.
fn ended(line: &Line, i: usize) -> bool {
    line.toks.get(i).is_none_or(|t| t.kind == Kind::Mark)
}

fn one(line: &Line, i: usize, words: &[Word], classes: &[Class]) -> Option<usize> {
    let tok = line.toks.get(i)?;
    if let Some(end) = classes.iter().find_map(|c| class(line, i, *c)) {
        return Some(end);
    }
    let fits = |word: &Word| {
        if word.inflected {
            tok.stem_hashes.contains(&word.hash) && tok.stem(&word.text)
        } else {
            tok.stem_hashes.first() == Some(&word.hash) && tok.low == word.text
        }
    };
    words.iter().any(fits).then_some(i + 1)
}

fn class(line: &Line, i: usize, class: Class) -> Option<usize> {
    if class == Class::Word {
        return (line.toks[i].kind != Kind::Mark).then_some(i + 1);
    }
    let mention = line.mention_at(i)?;
    let fits = match class {
        Class::Person => matches!(mention.what, What::Person(_)),
        Class::Place => matches!(mention.what, What::Place(_)),
        Class::Item => matches!(mention.what, What::Item(_)),
        Class::Trace => matches!(mention.what, What::Trace(_) | What::Residue(_)),
        Class::Time => matches!(mention.what, What::Time(_)),
        Class::Gold => matches!(mention.what, What::Gold(_)),
        Class::Word => false,
    };
    fits.then_some(mention.to)
}
