//! Cue patterns: what a phrase of an intent looks like, and whether a clause holds one.
//!
//! Owns: the small pattern language of the lexicon's cues and its matcher. Refuses to know: which intents exist.
//! A cue is `WEIGHT ELEMENT… [!flag…]`. Elements: `word`, `<class>`, `a|b|@set|<class>` (one of), `*` (at most [`GAP_MAX`] atoms),
//! `^` and `$` (the clause's ends); a trailing `?` makes an element optional. Backtracking, with a bounded number of steps.

use super::slots::Atom;
use std::collections::BTreeMap;

/// Most atoms that a `*` skips.
pub const GAP_MAX: usize = 6;
/// Most elements of a cue.
pub const ELEMENTS_MAX: usize = 16;
/// Most steps of one attempt at matching; past it the cue does not match.
pub const STEPS_MAX: u32 = 4_000;
/// The id of a word that is in no list.
pub const UNKNOWN: u32 = 0;

/// What a `<class>` accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Anybody: a name, a pronoun, or the listener.
    Who,
    /// Anybody but the listener.
    They,
    /// The listener.
    You,
    /// Anybody but the listener, as the source of a claim.
    Source,
    /// A place.
    Place,
    /// An item.
    Item,
    /// The winter ember.
    Ember,
    /// A time of the evening.
    At,
    /// A number that may be gold.
    Gold,
    /// A trace or a residue.
    Evidence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Element {
    Start,
    End,
    Gap,
    OneOf { words: Vec<u32>, classes: Vec<Class>, end: bool, optional: bool },
}

/// A compiled cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// 0..=1000.
    pub weight: u16,
    /// What the cue says besides: "now", "denied", "asked".
    pub flags: Vec<String>,
    elements: Vec<Element>,
}

/// What a cue took of a clause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Match {
    /// Atom and the class that took it.
    pub bound: Vec<(usize, Class)>,
    /// Atoms taken by words.
    pub words: Vec<usize>,
}

/// Interns the words of the lexicon.
#[derive(Debug, Clone, Default)]
pub struct Words {
    ids: BTreeMap<String, u32>,
}

impl Words {
    /// The word's id, made when it is new.
    pub fn intern(&mut self, word: &str) -> u32 {
        let next = self.ids.len() as u32 + 1;
        *self.ids.entry(word.to_string()).or_insert(next)
    }
    /// The word's id, or [`UNKNOWN`].
    pub fn id(&self, word: &str) -> u32 {
        self.ids.get(word).copied().unwrap_or(UNKNOWN)
    }
}

impl Cue {
    /// Reads a cue; the error is a sentence without its place.
    ///
    /// # Errors
    /// A sentence about the element that cannot be read.
    pub fn parse(text: &str, sets: &BTreeMap<String, Vec<String>>, words: &mut Words) -> Result<Cue, String> {
        let mut parts = text.split_whitespace();
        let weight = parts.next().and_then(|w| w.parse().ok()).filter(|w| *w <= 1000);
        let Some(weight) = weight else {
            return Err(format!("the cue \"{text}\" does not begin with a weight of 0 to 1000"));
        };
        let mut cue = Cue { weight, flags: Vec::new(), elements: Vec::new() };
        for part in parts {
            if let Some(flag) = part.strip_prefix('!') {
                cue.flags.push(flag.to_string());
                continue;
            }
            cue.elements.push(element(part, sets, words)?);
        }
        if cue.elements.is_empty() || cue.elements.len() > ELEMENTS_MAX {
            return Err(format!("the cue \"{text}\" needs 1 to {ELEMENTS_MAX} elements"));
        }
        Ok(cue)
    }

    /// Where the cue first holds in the clause.
    pub fn find(&self, atoms: &[Atom]) -> Option<Match> {
        let mut steps = 0;
        let anchored = self.elements.first() == Some(&Element::Start);
        let starts = if anchored { 0..1 } else { 0..atoms.len().max(1) };
        for start in starts {
            let mut found = Match::default();
            if self.step(atoms, 0, start, &mut found, &mut steps) {
                return Some(found);
            }
        }
        None
    }

    fn step(&self, atoms: &[Atom], element: usize, at: usize, found: &mut Match, steps: &mut u32) -> bool {
        *steps += 1;
        if *steps > STEPS_MAX {
            return false;
        }
        let Some(wanted) = self.elements.get(element) else { return true };
        match wanted {
            Element::Start => at == 0 && self.step(atoms, element + 1, at, found, steps),
            Element::End => at == atoms.len() && self.step(atoms, element + 1, at, found, steps),
            Element::Gap => (at..=(at + GAP_MAX).min(atoms.len()))
                .any(|next| self.step(atoms, element + 1, next, found, steps)),
            Element::OneOf { words, classes, end, optional } => {
                if let Some(atom) = atoms.get(at) {
                    if let Some(class) = classes.iter().copied().find(|class| atom.is(*class)) {
                        found.bound.push((at, class));
                        if self.step(atoms, element + 1, at + 1, found, steps) {
                            return true;
                        }
                        found.bound.pop();
                    }
                    if atom.word != UNKNOWN && words.contains(&atom.word) {
                        found.words.push(at);
                        if self.step(atoms, element + 1, at + 1, found, steps) {
                            return true;
                        }
                        found.words.pop();
                    }
                }
                let skip = *optional || (*end && at == atoms.len());
                skip && self.step(atoms, element + 1, at, found, steps)
            }
        }
    }
}

fn element(part: &str, sets: &BTreeMap<String, Vec<String>>, words: &mut Words) -> Result<Element, String> {
    match part {
        "^" => return Ok(Element::Start),
        "$" => return Ok(Element::End),
        "*" => return Ok(Element::Gap),
        _ => {}
    }
    let (body, optional) = part.strip_suffix('?').map_or((part, false), |body| (body, true));
    let (mut any, mut classes, mut end) = (Vec::new(), Vec::new(), false);
    for word in body.split('|') {
        if let Some(name) = word.strip_prefix('<').and_then(|b| b.strip_suffix('>')) {
            classes.push(class_of(name).ok_or_else(|| format!("there is no class <{name}>"))?);
        } else if let Some(set) = word.strip_prefix('@') {
            let set = sets.get(set).ok_or_else(|| format!("there is no set @{set}"))?;
            any.extend(set.iter().map(|w| words.intern(w)));
        } else if word == "$" {
            end = true;
        } else if word.is_empty() || word.contains(['<', '>', '*', '^']) {
            return Err(format!("\"{part}\" is not an element of a cue"));
        } else {
            any.push(words.intern(word));
        }
    }
    Ok(Element::OneOf { words: any, classes, end, optional })
}

fn class_of(name: &str) -> Option<Class> {
    Some(match name {
        "who" => Class::Who,
        "they" => Class::They,
        "you" => Class::You,
        "source" => Class::Source,
        "place" => Class::Place,
        "item" => Class::Item,
        "ember" => Class::Ember,
        "at" => Class::At,
        "gold" => Class::Gold,
        "ev" => Class::Evidence,
        _ => return None,
    })
}
