//! Reader: a third reading, by the run of a line's words, for lines in which the rules found nothing.
//!
//! Owns: what of a line is counted (its words, with the village's names and hours taken out, pairs of them, the shape of each
//! clause) and what each weighs. Refuses to know: facts, frames, phrases. It refuses lines and clears none.
//! Source: Freund and Schapire, "Large margin classification using the perceptron algorithm", 1999; `reader.tsv` is what
//! `examples/reader_train.rs` learnt from the suites and from the written lines.

use super::Case;
use super::ViolationKind;
use super::line::What;
use super::permits::permitted;
use super::token::{Kind, Tok};
use crate::act::ActKind;
use crate::talk::vocabulary::{Vocabulary, is_function_word, is_irregular_past};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Above this sum of weights a line is refused.
const REFUSED_ABOVE: i32 = 1200;
/// Most times that one trait of a line counts.
const COUNT_MAX: i32 = 2;
/// Most unknown words that count.
const UNKNOWN_MAX: i32 = 4;
/// How far into a clause its subject is looked for.
const SUBJECT_WORDS: usize = 5;
/// Most content words of a clause that are told apart.
const CONTENT_MAX: usize = 3;
/// Most clauses of a line that are told apart.
const CLAUSES_MAX: usize = 6;

/// What each trait weighs, a trait and its weight on a line.
const WEIGHTS: &str = include_str!("reader.tsv");

/// What traits weigh.
pub type Weights = BTreeMap<String, i32>;

thread_local! {
    static WEIGHED: Weights = weights(WEIGHTS);
}

/// Reads a table of weights: a trait, a tab, its weight; other lines count for nothing.
pub fn weights(table: &str) -> Weights {
    let row = |line: &str| {
        let (key, weight) = line.split_once('\t')?;
        Some((key.to_string(), weight.parse().ok()?))
    };
    table.lines().filter_map(row).collect()
}

pub(super) fn check(case: &mut Case<'_>) {
    if case.found.is_empty() && WEIGHED.with(|weights| traits(case).score(weights)) > REFUSED_ABOVE {
        let reason = "says or does more than it should; keep to the act and its facts";
        case.report(ViolationKind::NotPermitted, 0, case.line.toks.len(), reason);
    }
}

/// What is counted of a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Traits {
    /// The group of its act.
    group: char,
    /// How often each trait occurs.
    counts: BTreeMap<String, i32>,
}

impl Traits {
    /// The traits by name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.counts.keys().map(String::as_str)
    }

    /// What counts when only these traits are known: the bias that every line has, the known traits, and the unknown words.
    pub fn counted<'a>(&'a self, knows: impl Fn(&str) -> bool) -> Vec<(Cow<'a, str>, i32)> {
        let mut out = vec![(Cow::from("BIAS"), 1)];
        let mut unknown = 0;
        for (key, n) in &self.counts {
            if knows(key) {
                out.push((Cow::from(key), (*n).min(COUNT_MAX)));
            } else if key.starts_with("u:") {
                unknown += n;
            }
        }
        if unknown > 0 {
            let unknown = unknown.min(UNKNOWN_MAX);
            out.push((Cow::from("UNK"), unknown));
            out.push((Cow::from(format!("UNK{}", self.group)), unknown));
        }
        out
    }

    /// The sum of the weights.
    pub fn score(&self, weights: &Weights) -> i32 {
        let weight = |(key, n): &(Cow<'_, str>, i32)| weights.get(key.as_ref()).copied().unwrap_or(0) * n;
        self.counted(|key| weights.contains_key(key)).iter().map(weight).sum()
    }
}

/// Facts, trade, refusals, small talk: what kind of thing is said.
fn group(kind: ActKind) -> char {
    match kind {
        ActKind::Answer | ActKind::Lie | ActKind::Confess => 'F',
        ActKind::Price | ActKind::Bargain | ActKind::Sell | ActKind::Buy => 'T',
        ActKind::Task | ActKind::TaskDone | ActKind::AcceptGift => 'T',
        ActKind::DontKnow | ActKind::Refuse | ActKind::Deflect | ActKind::Deny | ActKind::Clarify => 'N',
        ActKind::RefuseTrade | ActKind::RefuseGift | ActKind::NoTask | ActKind::Shrug => 'N',
        _ => 'S',
    }
}

/// A token, or the tokens of one mention, as they are counted.
struct Seen {
    /// The class of a mention, a mark, or the word.
    form: String,
    /// The word's base; else as `form`.
    base: String,
    kind: Seeing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seeing {
    Mention,
    Mark,
    Grammar,
    Content { past: bool },
}

/// Counts a line.
pub(super) fn traits(case: &Case<'_>) -> Traits {
    let seen = see(case);
    let group = group(case.pack.act.kind);
    let mut counts = BTreeMap::new();
    let mut add = |key: String| *counts.entry(key).or_insert(0) += 1;
    let run = joined(&seen);
    let act = case.pack.act.kind.key();
    for word in run.iter().filter(|w| !is_plain_mark(w)) {
        add(format!("u:{word}"));
        add(format!("g{group}:{word}"));
        add(format!("a:{act}:{word}"));
    }
    let ends = |i: usize| run.get(i).map_or("$", String::as_str);
    let mut pair = |first: &str, second: &str| {
        add(format!("b:{first}_{second}"));
        add(format!("p{group}:{first}_{second}"));
    };
    pair("^", ends(0));
    for (i, word) in run.iter().enumerate() {
        pair(word, ends(i + 1));
    }
    let clauses = clauses(&seen);
    add(format!("n:cl{}", clauses.len().min(CLAUSES_MAX)));
    for clause in clauses {
        shape(clause, group, &mut add);
    }
    Traits { group, counts }
}

/// The line's tokens, mentions as their class.
fn see(case: &Case<'_>) -> Vec<Seen> {
    let may = permitted(case);
    let class = |what: What| match what {
        What::Person(p) if p == case.pack.speaker => "PERs",
        What::Person(p) if may.people.contains(&p) => "PER",
        What::Person(_) => "PER-",
        What::UnknownPerson => "PERx",
        What::Place(p) if may.places.contains(&p) => "PLC",
        What::Place(_) => "PLC-",
        What::Item(i) if may.items.contains(&i) => "ITM",
        What::Item(_) => "ITM-",
        What::Trace(_) => "TRC",
        What::Residue(_) => "RES",
        What::Time(_) => "TIM",
        What::Gold(_) => "GLD",
        What::Number(_) => "NUM",
    };
    let mut out = Vec::new();
    let mut i = 0;
    while i < case.line.toks.len() {
        let tok = &case.line.toks[i];
        match case.line.mention_at(i) {
            Some(m) => {
                let form = class(m.what).to_string();
                out.push(Seen { base: form.clone(), form, kind: Seeing::Mention });
                i = m.to.max(i + 1);
            }
            None => {
                out.push(seen(tok, case.vocabulary));
                i += 1;
            }
        }
    }
    out
}

fn seen(tok: &Tok, vocabulary: &Vocabulary) -> Seen {
    let form = tok.low.clone();
    let grammar = is_function_word(&form) || AUXILIARIES.contains(&form.as_str());
    if tok.kind != Kind::Word {
        let kind = if tok.kind == Kind::Mark { Seeing::Mark } else { Seeing::Mention };
        let base = if tok.kind == Kind::Mark { form.clone() } else { "NUM".to_string() };
        return Seen { form: base.clone(), base, kind };
    }
    if grammar || form.starts_with('\'') || form.len() <= 2 {
        let base = match form.as_str() {
            "she" => "he",
            "her" => "him",
            "hers" => "his",
            "herself" => "himself",
            "is" | "are" | "am" | "was" | "were" | "been" | "being" | "'m" | "'re" => "be",
            "did" | "does" | "done" | "doing" => "do",
            "had" | "has" | "having" | "'ve" => "have",
            "'ll" | "shall" => "will",
            other => other,
        };
        return Seen { base: base.to_string(), form, kind: Seeing::Grammar };
    }
    let listed = |s: &&String| s.len() > 2 && vocabulary.lists(s) && !is_function_word(s);
    let base = tok.stems.iter().skip(1).find(listed).unwrap_or(&tok.low).clone();
    let past = is_irregular_past(&form) || form.ends_with("ed") && form.len() > 4;
    Seen { base, form, kind: Seeing::Content { past } }
}

/// The run of bases in which a place has swallowed its preposition, a thing its article, a sum its number.
fn joined(seen: &[Seen]) -> Vec<String> {
    let mut run: Vec<String> = Vec::new();
    let drop = |run: &mut Vec<String>, words: &[&str]| {
        let last = run.last().is_some_and(|w| words.contains(&w.as_str()));
        if last {
            run.pop();
        }
        last
    };
    for s in seen {
        let mut word = s.base.clone();
        match word.as_str() {
            "PLC" | "PLC-" => {
                drop(&mut run, ARTICLES);
                if drop(&mut run, &["at", "in", "on", "by"]) {
                    word.insert(0, '@');
                }
            }
            "TIM" => while drop(&mut run, &["TIM", "NUM", "at", "about", "around", "past"]) {},
            "NUM" if run.last().is_some_and(|w| w == "TIM") => continue,
            "ITM" | "ITM-" | "NUM" | "GLD" => {
                drop(&mut run, ARTICLES);
                if word == "GLD" {
                    drop(&mut run, &["NUM"]);
                }
            }
            _ => {}
        }
        run.push(word);
    }
    run
}

fn is_plain_mark(word: &str) -> bool {
    matches!(word, "," | ";" | ":" | "." | "!" | "?" | "-" | "—" | "–" | "…" | "'")
}

/// The line cut at its marks and its conjunctions.
fn clauses(seen: &[Seen]) -> Vec<&[Seen]> {
    let mut out = Vec::new();
    let mut from = 0;
    for (i, s) in seen.iter().enumerate() {
        let mark = s.kind == Seeing::Mark;
        if mark || CONJUNCTIONS.contains(&s.form.as_str()) && i > from + 1 {
            out.push(&seen[from..i]);
            from = if mark { i + 1 } else { i };
        }
    }
    out.push(&seen[from..]);
    out.retain(|c| !c.is_empty());
    out
}

/// The shape of one clause: whose it is, when, whether it is bound to the case, how much else it says.
fn shape(clause: &[Seen], group: char, add: &mut impl FnMut(String)) {
    let has = |words: &[&str]| clause.iter().any(|s| words.contains(&s.form.as_str()));
    let bound = if has(BINDING) { "M" } else { "-" };
    let negative = if has(&["n't", "not", "no", "never", "nobody", "nothing", "none"]) { "n" } else { "" };
    let (whose, when) = (subject(clause), tense(clause));
    let does = verb(clause);
    add(format!("v:{whose}|{when}|{does}"));
    add(format!("v:{group}|{whose}|{does}"));
    let content = clause.iter().filter(|s| matches!(s.kind, Seeing::Content { .. }));
    let much = content.count().min(CONTENT_MAX);
    add(format!("c:{whose}|{when}|{bound}|{much}"));
    add(format!("c:{group}|{whose}|{when}|{bound}"));
    add(format!("c:{whose}|{when}|{negative}|{bound}|{group}"));
}

/// Whose a clause is, as far as one word tells.
fn whose(s: &Seen) -> Option<&'static str> {
    match s.form.as_str() {
        "i" | "we" => Some("I"),
        "you" => Some("you"),
        "he" | "she" => Some("he"),
        "PERs" => Some("me"),
        "PER" => Some("PER"),
        "PER-" | "PERx" => Some("PER-"),
        "it" | "this" | "that" => Some("it"),
        "there" => Some("there"),
        "my" | "our" => Some("my"),
        "your" => Some("your"),
        "his" | "her" => Some("his"),
        "the" | "a" | "an" => Some("the"),
        word if INDEFINITE.contains(&word) => Some("any"),
        word if AUXILIARIES.contains(&word) => Some("verb"),
        _ if s.kind == (Seeing::Content { past: true }) => Some("verb"),
        _ => None,
    }
}

fn subject(clause: &[Seen]) -> &'static str {
    clause.iter().take(SUBJECT_WORDS).find_map(whose).unwrap_or("none")
}

/// The first content word after the subject; without a subject, the first.
fn verb(clause: &[Seen]) -> &str {
    let from = clause.iter().take(SUBJECT_WORDS).position(|s| whose(s).is_some()).map_or(0, |at| at + 1);
    let content = |s: &&Seen| matches!(s.kind, Seeing::Content { .. });
    clause[from.min(clause.len())..].iter().find(content).map_or("-", |s| s.base.as_str())
}

fn tense(clause: &[Seen]) -> &'static str {
    let of = |s: &Seen| match s.form.as_str() {
        "'ll" | "will" | "shall" => Some("fut"),
        "would" | "'d" | "could" | "may" | "might" | "must" | "should" | "can" => Some("mod"),
        "was" | "were" | "had" | "did" => Some("past"),
        "is" | "are" | "am" | "'s" | "'re" | "'m" | "do" | "does" | "have" | "has" | "'ve" => Some("pres"),
        _ if s.kind == (Seeing::Content { past: true }) => Some("past"),
        _ => None,
    };
    clause.iter().find_map(of).unwrap_or("-")
}

const ARTICLES: &[&str] = &["a", "an", "the"];

/// What binds a clause to the case.
const BINDING: &[&str] = &["PLC", "PLC-", "TIM", "ITM", "ITM-", "GLD", "TRC", "RES", "NUM"];

#[rustfmt::skip]
const AUXILIARIES: &[&str] = &[
    "be", "is", "'s", "are", "am", "was", "were", "been", "being", "do", "does", "did", "done", "have", "has", "had", "'ve",
    "'re", "'m", "will", "'ll", "shall", "would", "'d", "could", "can", "may", "might", "must", "should", "let", "get", "got",
];

#[rustfmt::skip]
const INDEFINITE: &[&str] = &[
    "someone", "somebody", "anyone", "anybody", "everyone", "everybody", "nobody", "none", "folk", "folks", "people", "they",
    "them", "who", "whoever", "another", "others", "neither", "both",
];

#[rustfmt::skip]
const CONJUNCTIONS: &[&str] = &[
    "and", "but", "for", "though", "although", "while", "because", "since", "as", "so", "when", "where", "who", "which", "that",
    "if", "or", "till", "until", "before", "after", "than", "whom", "whose", "save", "except", "only",
];
