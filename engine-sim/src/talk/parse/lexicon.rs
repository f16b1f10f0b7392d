//! The lexicon: the closed list of words, cues, topics and names that lines are read against.
//!
//! Owns: the shape and limits of `lexicon.toml`, and its union with the village's names. Refuses to know: files (text
//! arrives as an argument), how cues are matched (`pattern`), how names are found (`slots`).

use super::intents::{INTENT_KEYS, Named};
use super::pattern::{Cue, Words};
use super::spell::{Kind, Vocabulary};
use super::tokenise::tokenise;
use crate::content::Village;
use crate::fact::Tie;
use crate::ids::{PersonId, PlaceId};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The shipped lexicon.
pub const LEXICON_TOML: &str = include_str!("../../../../assets/village/lexicon.toml");
/// Longest lexicon in bytes.
pub const LEXICON_BYTES_MAX: usize = 256 * 1024;
/// Most cues of all intents.
pub const CUES_MAX: usize = 2_000;
/// Most words of one name.
pub const NAME_WORDS_MAX: usize = 6;

/// Why a lexicon was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LexiconError {
    /// Not TOML, or a field is missing or of the wrong type.
    #[error("the lexicon cannot be read: {0}")]
    Syntax(String),
    /// Larger than the limit.
    #[error("the lexicon has {actual} {what}; the most is {max}")]
    TooLarge {
        /// Bytes or cues.
        what: &'static str,
        /// How many there are.
        actual: usize,
        /// How many are allowed.
        max: usize,
    },
    /// A key that names nothing in the village or among the intents.
    #[error("{table}: there is nothing called \"{key}\"")]
    Unknown {
        /// The table of the lexicon.
        table: &'static str,
        /// The key.
        key: String,
    },
    /// A cue that cannot be compiled.
    #[error("{intent}: {reason}")]
    Cue {
        /// The intent's key.
        intent: String,
        /// A sentence.
        reason: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LexiconFile {
    version: u32,
    common: String,
    contractions: BTreeMap<String, String>,
    sets: BTreeMap<String, String>,
    numbers: BTreeMap<String, u16>,
    noise: Vec<String>,
    topics: BTreeMap<String, String>,
    trade_names: BTreeMap<String, Vec<String>>,
    place_names: BTreeMap<String, Vec<String>>,
    item_names: BTreeMap<String, Vec<String>>,
    traces: BTreeMap<String, Vec<String>>,
    residues: BTreeMap<String, Vec<String>>,
    kin: Vec<KinFile>,
    cues: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KinFile {
    word: String,
    she: Option<bool>,
    tie: String,
    #[serde(default)]
    note: Vec<String>,
}

/// A word for somebody by their tie to another: "niece".
#[derive(Debug, Clone)]
pub struct Kin {
    /// The word.
    pub word: String,
    /// Whether it is said of a woman, a man, or either.
    pub she: Option<bool>,
    /// The tie.
    pub tie: Tie,
    /// The tie's note holds one of these words; empty: any note does.
    pub note: Vec<String>,
}

/// A name of something, as words in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Lower case; "'s" is a word of its own.
    pub words: Vec<String>,
    /// What it names.
    pub named: Named,
}

/// Everything that lines are read against.
#[derive(Debug, Clone)]
pub struct Lexicon {
    /// Words by id, for cues.
    pub words: Words,
    /// Words that spelling may mend to, or must leave alone.
    pub vocabulary: Vocabulary,
    /// "wheres" to "where is".
    pub contractions: BTreeMap<String, Vec<String>>,
    /// Named groups of words.
    pub sets: BTreeMap<String, Vec<String>>,
    /// "seven" to 7.
    pub numbers: BTreeMap<String, u16>,
    /// Phrases without meaning here ("last night"), longest first.
    pub noise: Vec<Vec<String>>,
    /// Topic and its words.
    pub topics: Vec<(String, BTreeSet<String>)>,
    /// Names by their first word, longest first.
    pub names: BTreeMap<String, Vec<Name>>,
    /// Words for ties.
    pub kin: Vec<Kin>,
    /// Intent's key and its cues.
    pub cues: Vec<(&'static str, Vec<Cue>)>,
}

impl Lexicon {
    /// Reads and checks a lexicon against a village.
    ///
    /// # Errors
    /// [`LexiconError`] with the sentence to show.
    pub fn parse(village: &Village, text: &str) -> Result<Lexicon, LexiconError> {
        if text.len() > LEXICON_BYTES_MAX {
            return Err(LexiconError::TooLarge { what: "bytes", actual: text.len(), max: LEXICON_BYTES_MAX });
        }
        let file: LexiconFile = toml::from_str(text).map_err(|e| LexiconError::Syntax(e.to_string()))?;
        if file.version != 1 {
            return Err(LexiconError::Syntax(format!("version {} is not 1", file.version)));
        }
        let split = |words: &String| words.split_whitespace().map(str::to_string).collect::<Vec<_>>();
        let mut lexicon = Lexicon {
            words: Words::default(),
            vocabulary: Vocabulary::default(),
            contractions: file.contractions.iter().map(|(k, v)| (k.clone(), split(v))).collect(),
            sets: file.sets.iter().map(|(k, v)| (k.clone(), split(v))).collect(),
            numbers: file.numbers.clone(),
            noise: file.noise.iter().map(split).collect(),
            topics: file.topics.iter().map(|(k, v)| (k.clone(), split(v).into_iter().collect())).collect(),
            names: names(village, &file)?,
            kin: file.kin.iter().map(kin).collect::<Result<_, _>>()?,
            cues: Vec::new(),
        };
        lexicon.noise.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
        lexicon.compile_cues(&file.cues)?;
        lexicon.fill_vocabulary(&file.common, &file.cues);
        Ok(lexicon)
    }

    /// Whether a word is in a named set.
    pub fn in_set(&self, set: &str, word: &str) -> bool {
        self.sets.get(set).is_some_and(|words| words.iter().any(|w| w == word))
    }

    /// The topic that a word belongs to.
    pub fn topic_of(&self, word: &str) -> Option<&str> {
        let singular = word.strip_suffix('s').unwrap_or(word);
        let holds = |words: &BTreeSet<String>| words.contains(word) || words.contains(singular);
        self.topics.iter().find(|(_, words)| holds(words)).map(|(topic, _)| topic.as_str())
    }

    fn compile_cues(&mut self, cues: &BTreeMap<String, Vec<String>>) -> Result<(), LexiconError> {
        let count = cues.values().map(Vec::len).sum();
        if count > CUES_MAX {
            return Err(LexiconError::TooLarge { what: "cues", actual: count, max: CUES_MAX });
        }
        for (key, texts) in cues {
            let Some(key) = INTENT_KEYS.into_iter().chain(["ask_again"]).find(|k| k == key) else {
                return Err(LexiconError::Unknown { table: "cues", key: key.clone() });
            };
            let compiled = texts.iter().map(|text| Cue::parse(text, &self.sets, &mut self.words));
            let compiled: Result<Vec<Cue>, String> = compiled.collect();
            let compiled =
                compiled.map_err(|reason| LexiconError::Cue { intent: key.to_string(), reason })?;
            self.cues.push((key, compiled));
        }
        Ok(())
    }

    fn fill_vocabulary(&mut self, common: &str, cues: &BTreeMap<String, Vec<String>>) {
        let vocabulary = &mut self.vocabulary;
        common.split_whitespace().for_each(|w| vocabulary.add(w, Kind::Common));
        self.noise.iter().flatten().for_each(|w| vocabulary.add(w, Kind::Common));
        for (typed, meant) in &self.contractions {
            vocabulary.add(typed, Kind::Common);
            meant.iter().for_each(|w| vocabulary.add(w, Kind::Common));
        }
        self.topics.iter().flat_map(|(_, words)| words).for_each(|w| vocabulary.add(w, Kind::Topic));
        self.sets.values().flatten().for_each(|w| vocabulary.add(w, Kind::Cue));
        self.numbers.keys().for_each(|w| vocabulary.add(w, Kind::Cue));
        self.kin.iter().for_each(|k| vocabulary.add(&k.word, Kind::Cue));
        for part in cues.values().flatten().flat_map(|cue| cue.split_whitespace().skip(1)) {
            let body = part.strip_suffix('?').unwrap_or(part);
            if !body.starts_with('!') {
                let plain =
                    body.split('|').filter(|w| !w.starts_with('@') && w.chars().all(char::is_alphabetic));
                plain.for_each(|w| vocabulary.add(w, Kind::Cue));
            }
        }
        let names = self.names.values().flatten().flat_map(|name| &name.words);
        names.filter(|w| w.chars().all(char::is_alphanumeric)).for_each(|w| vocabulary.add(w, Kind::Name));
    }
}

fn kin(file: &KinFile) -> Result<Kin, LexiconError> {
    let tie = match file.tie.as_str() {
        "kin" => Tie::Kin,
        "friend" => Tie::Friend,
        "feud" => Tie::Feud,
        other => return Err(LexiconError::Unknown { table: "kin", key: other.to_string() }),
    };
    Ok(Kin { word: file.word.clone(), she: file.she, tie, note: file.note.clone() })
}

/// The words of a name, as the tokeniser would give them.
pub fn name_words(name: &str) -> Vec<String> {
    let (tokens, _) = tokenise(name);
    let mut words = Vec::new();
    for token in tokens.into_iter().filter(|t| t.mark.is_none()) {
        match token.text.strip_suffix("'s") {
            Some(owner) => words.extend([owner.to_string(), "'s".to_string()]),
            None => words.push(token.text),
        }
    }
    if words.len() > 1 && ["the", "a", "an"].contains(&words[0].as_str()) {
        words.remove(0);
    }
    words.truncate(NAME_WORDS_MAX);
    words
}

fn names(village: &Village, file: &LexiconFile) -> Result<BTreeMap<String, Vec<Name>>, LexiconError> {
    let mut list: Vec<(String, Named)> = Vec::new();
    for who in village.people() {
        let villager = village.villager(who);
        list.push((villager.name.clone(), Named::Person(who)));
        list.push((villager.trade.clone(), Named::Person(who)));
    }
    for place in village.place_ids() {
        let row = village.place(place);
        let names = row.synonyms.iter().chain([&row.name]);
        list.extend(names.map(|name| (name.clone(), Named::Place(place))));
    }
    for item in village.item_ids() {
        let row = village.item(item);
        let names = row.synonyms.iter().chain([&row.name]);
        list.extend(names.map(|name| (name.clone(), Named::Item(item))));
        list.extend(row.carrier.iter().map(|trace| (trace.clone(), Named::Trace(item))));
    }
    list.extend(residues(village).into_iter().map(|(word, place)| (word, Named::Residue(place))));
    more_names(village, file, &mut list)?;
    let mut names: BTreeMap<String, Vec<Name>> = BTreeMap::new();
    for (name, named) in list {
        let words = name_words(&name);
        let Some(first) = words.first().cloned() else { continue };
        let same = names.entry(first).or_default();
        if !same.iter().any(|n| n.words == words && n.named == named) {
            same.push(Name { words, named });
        }
    }
    names.values_mut().for_each(|same| same.sort_by_key(|n| std::cmp::Reverse(n.words.len())));
    Ok(names)
}

/// Each residue's word with the first place that has it.
fn residues(village: &Village) -> Vec<(String, PlaceId)> {
    let mut list: Vec<(String, PlaceId)> = Vec::new();
    for place in village.place_ids() {
        if let Some(word) = village.place(place).residue.clone().filter(|w| list.iter().all(|(x, _)| x != w))
        {
            list.push((word, place));
        }
    }
    list
}

fn more_names(
    village: &Village,
    file: &LexiconFile,
    list: &mut Vec<(String, Named)>,
) -> Result<(), LexiconError> {
    let unknown = |table, key: &String| LexiconError::Unknown { table, key: key.clone() };
    for (trade, names) in &file.trade_names {
        let who: PersonId = village
            .people()
            .find(|&p| village.villager(p).trade == *trade)
            .ok_or_else(|| unknown("trade_names", trade))?;
        list.extend(names.iter().map(|n| (n.clone(), Named::Person(who))));
    }
    for (key, names) in &file.place_names {
        let place = village.place_by_key(key).ok_or_else(|| unknown("place_names", key))?;
        list.extend(names.iter().map(|n| (n.clone(), Named::Place(place))));
    }
    for (key, names) in &file.item_names {
        let item = village.item_by_key(key).ok_or_else(|| unknown("item_names", key))?;
        list.extend(names.iter().map(|n| (n.clone(), Named::Item(item))));
    }
    for (key, names) in &file.traces {
        let item = village.item_by_key(key).ok_or_else(|| unknown("traces", key))?;
        list.extend(names.iter().map(|n| (n.clone(), Named::Trace(item))));
    }
    let known = residues(village);
    for (word, names) in &file.residues {
        let found = known.iter().find(|(w, _)| w == word).ok_or_else(|| unknown("residues", word))?;
        list.extend(names.iter().map(|n| (n.clone(), Named::Residue(found.1))));
    }
    Ok(())
}
