//! Written lines: what each villager says when no mind speaks for them, with slots and many variants.
//!
//! Owns: parsing and checking the line files, filling slots, drawing a variant that is not the one used last. Refuses to
//! know: why a line is needed (see `turn`). The engine fills every name, time and number, as DESIGN section 4 asks.

use crate::content::Village;
use crate::fact::Fact;
use crate::ids::PersonId;
use crate::phrase;
use crate::rng::Rng;
use crate::snapshot::state::Pending;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The shipped files, one per villager.
pub const SHIPPED: [&str; 12] = [
    include_str!("../../../assets/lines/bram.toml"),
    include_str!("../../../assets/lines/maud.toml"),
    include_str!("../../../assets/lines/osric.toml"),
    include_str!("../../../assets/lines/hilda.toml"),
    include_str!("../../../assets/lines/tobin.toml"),
    include_str!("../../../assets/lines/agnes.toml"),
    include_str!("../../../assets/lines/anselm.toml"),
    include_str!("../../../assets/lines/greta.toml"),
    include_str!("../../../assets/lines/corwin.toml"),
    include_str!("../../../assets/lines/lisbet.toml"),
    include_str!("../../../assets/lines/piers.toml"),
    include_str!("../../../assets/lines/nell.toml"),
];
/// Longest line before filling, in bytes.
pub const LINE_BYTES_MAX: usize = 240;
/// Most lines under one key.
pub const VARIANTS_MAX: usize = 64;
/// Slots that a line may use.
pub const SLOTS: [&str; 11] =
    ["fact", "who", "where", "when", "item", "theitem", "gold", "source", "topic", "readings", "name"];

/// Why a file of written lines was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LinesError {
    /// Not TOML, or of another shape.
    #[error("written lines cannot be read: {0}")]
    Syntax(String),
    /// The villager does not exist.
    #[error("written lines for \"{0}\", who is no villager")]
    Villager(String),
    /// A line that breaks a rule.
    #[error("written lines of {villager}, {key}: {why}")]
    Line {
        /// Whose.
        villager: String,
        /// Under which key.
        key: String,
        /// What is wrong.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinesFile {
    villager: String,
    lines: BTreeMap<String, Vec<String>>,
}

/// All written lines, by villager and key.
#[derive(Debug, Clone)]
pub struct Lines {
    by_villager: Vec<BTreeMap<String, Vec<String>>>,
    /// BLAKE3 over all files in order.
    pub hash: [u8; 32],
}

impl Lines {
    /// Parses one file per villager, in any order; a villager without a file has no lines of their own.
    ///
    /// # Errors
    /// [`LinesError`] with the sentence to show.
    pub fn parse(village: &Village, files: &[&str]) -> Result<Lines, LinesError> {
        let mut by_villager = vec![BTreeMap::new(); village.villagers.len()];
        let mut hasher = blake3::Hasher::new();
        for text in files {
            hasher.update(text.as_bytes());
            let file: LinesFile = toml::from_str(text).map_err(|e| LinesError::Syntax(e.to_string()))?;
            let who = village
                .person_by_key(&file.villager)
                .filter(|p| !p.is_player())
                .ok_or_else(|| LinesError::Villager(file.villager.clone()))?;
            for (key, variants) in &file.lines {
                check(&file.villager, key, variants)?;
            }
            by_villager[who.index()] = file.lines;
        }
        Ok(Lines { by_villager, hash: *hasher.finalize().as_bytes() })
    }

    /// The lines under a key, else under its parent ("banter.stars" falls back to "banter").
    pub fn variants(&self, who: PersonId, key: &str) -> &[String] {
        let table = &self.by_villager[who.index()];
        let own = table.get(key).filter(|v| !v.is_empty());
        let parent = || key.split_once('.').and_then(|(head, _)| table.get(head));
        own.or_else(parent).map_or(&[], Vec::as_slice)
    }

    /// Every line with its villager and key: the vocabulary is built from them.
    pub fn all(&self) -> impl Iterator<Item = (PersonId, &str, &str)> {
        self.by_villager.iter().enumerate().flat_map(|(who, table)| {
            table.iter().flat_map(move |(key, variants)| {
                variants.iter().map(move |line| (PersonId(who as u8), key.as_str(), line.as_str()))
            })
        })
    }

    /// Draws a variant that is not `last` (when there is a choice) and fills it. `None` when a villager has no line for it.
    pub fn draw(
        &self,
        village: &Village,
        pending: &Pending,
        last: Option<u16>,
        rng: &mut Rng,
    ) -> Option<(u16, String)> {
        let variants = self.variants(pending.speaker, &pending.key);
        let usable: Vec<u16> = (0..variants.len() as u16)
            .filter(|&i| fillable(&variants[usize::from(i)], pending))
            .filter(|&i| variants.len() == 1 || Some(i) != last)
            .collect();
        let chosen = *rng.pick(&usable)?;
        Some((chosen, fill(village, &variants[usize::from(chosen)], pending)))
    }
}

fn check(villager: &str, key: &str, variants: &[String]) -> Result<(), LinesError> {
    let refuse = |why: String| LinesError::Line { villager: villager.to_string(), key: key.to_string(), why };
    if variants.is_empty() || variants.len() > VARIANTS_MAX {
        return Err(refuse(format!("{} lines; there must be 1 to {VARIANTS_MAX}", variants.len())));
    }
    for line in variants {
        if line.trim().is_empty() || line.len() > LINE_BYTES_MAX {
            return Err(refuse(format!(
                "a line has {} bytes; 1 to {LINE_BYTES_MAX} are allowed",
                line.len()
            )));
        }
        for hole in holes(line) {
            if !SLOTS.contains(&hole) {
                return Err(refuse(format!("there is no slot {{{hole}}}")));
            }
        }
    }
    Ok(())
}

/// The slots that a line uses.
pub fn holes(line: &str) -> impl Iterator<Item = &str> {
    line.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(hole, _)| hole))
}

fn fillable(line: &str, pending: &Pending) -> bool {
    holes(line).all(|hole| match hole {
        "fact" => !pending.act.facts.is_empty(),
        "who" => first_fact(pending).is_some_and(|f| f.subject().is_some()),
        "where" => first_fact(pending).is_some_and(|f| f.place().is_some()),
        "when" => first_fact(pending).is_some_and(|f| f.at().is_some()),
        "item" | "theitem" => item_of(pending).is_some(),
        "gold" => gold_of(pending).is_some(),
        "source" => pending.act.told_by.is_some(),
        "topic" => pending.act.topic.is_some(),
        "readings" => !pending.readings.is_empty(),
        _ => true,
    })
}

/// The fact that the slots speak of: the first that is said, else the first that is denied.
fn first_fact(pending: &Pending) -> Option<&Fact> {
    pending.act.facts.first().or(pending.act.denied.first())
}

fn item_of(pending: &Pending) -> Option<crate::ids::ItemId> {
    pending.act.item.or_else(|| pending.act.facts.iter().chain(&pending.act.denied).find_map(Fact::item))
}

fn gold_of(pending: &Pending) -> Option<u16> {
    pending.act.gold.or_else(|| pending.act.facts.iter().find_map(Fact::gold))
}

fn fill_one(village: &Village, hole: &str, pending: &Pending) -> String {
    let speaker = pending.speaker;
    let first = first_fact(pending);
    match hole {
        "fact" => phrase::clauses(village, speaker, &pending.act.facts),
        "who" => first.and_then(Fact::subject).map_or_else(String::new, |who| {
            if who == speaker { "I".to_string() } else { village.name(who).to_string() }
        }),
        "where" => first.and_then(Fact::place).map_or_else(String::new, |p| village.place(p).at.clone()),
        "when" => first.and_then(Fact::at).map_or_else(String::new, phrase::when_words),
        "item" => item_of(pending).map_or_else(String::new, |item| village.item(item).name.clone()),
        "theitem" => item_of(pending).map_or_else(String::new, |item| phrase::the_item(village, item)),
        "gold" => gold_of(pending).map_or_else(String::new, phrase::gold_words),
        "source" => pending.act.told_by.map_or_else(String::new, |who| village.name(who).to_string()),
        "topic" => pending.act.topic.clone().unwrap_or_default(),
        "readings" => phrase::join(&pending.readings, "or"),
        "name" => village.name(speaker).to_string(),
        _ => String::new(),
    }
}

/// Fills every slot and makes each sentence begin with a capital.
fn fill(village: &Village, line: &str, pending: &Pending) -> String {
    let mut text = String::with_capacity(line.len() * 2);
    let mut rest = line;
    while let Some((before, tail)) = rest.split_once('{') {
        let Some((hole, after)) = tail.split_once('}') else { break };
        text.push_str(before);
        text.push_str(&fill_one(village, hole, pending));
        rest = after;
    }
    text.push_str(rest);
    capitalise(&text)
}

fn capitalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        if begins && c.is_alphabetic() {
            out.extend(c.to_uppercase());
            begins = false;
        } else {
            out.push(c);
            if matches!(c, '.' | '!' | '?') {
                begins = true;
            } else if c.is_alphanumeric() {
                begins = false;
            }
        }
    }
    out
}
