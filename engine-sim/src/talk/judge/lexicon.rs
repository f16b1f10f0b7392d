//! The closed lexicon: every phrase that names somebody, something or somewhere in the village.
//!
//! Owns: names, synonyms, trades, words of kinship resolved through the known ties, traces and residues, the speaker's own
//! place. Refuses to know: what a line claims. Source: the village's tables; synonyms of trades are the language's own.

use super::line::What;
use super::token::{Tok, tokenise};
use crate::content::Village;
use crate::fact::Tie;
use crate::ids::{PersonId, PlaceId};

/// Other words for a trade, by the trade's word in the village's table.
#[rustfmt::skip]
const TRADES: &[(&str, &[&str])] = &[
    ("smith", &["smith", "blacksmith", "farrier", "ironsmith"]),
    (
        "innkeeper",
        &["innkeeper", "landlady", "landlord", "publican", "alewife", "hostess", "barkeep", "barmaid"],
    ),
    ("clerk", &["clerk", "scribe", "moot clerk"]),
    ("herbalist", &["herbalist", "herbwife", "herb woman", "healer", "herb wife"]),
    ("miller", &["miller"]),
    ("baker", &["baker"]),
    ("chaplain", &["chaplain", "priest", "vicar", "parson", "reverend"]),
    ("woodcutter", &["woodcutter", "woodsman", "woodswoman", "logger", "lumberjack", "wood cutter"]),
    ("guard", &["guard", "gatekeeper", "watchman", "guardsman", "gate guard", "sentry", "gate keeper"]),
    (
        "stablehand",
        &["stablehand", "stable girl", "stable hand", "groom", "ostler", "stable lass", "stablegirl"],
    ),
    ("pedlar", &["pedlar", "peddler", "hawker", "packman"]),
    ("emberkeeper", &["emberkeeper", "ember keeper", "keeper", "hearthkeeper", "keeper of the ember"]),
];

/// Words of the speaker's own place after "my", "our".
#[rustfmt::skip]
const OWN_PLACE: &[&str] = &[
    "forge", "smithy", "anvil", "bellows", "oven", "ovens", "bakery", "bakehouse", "inn", "taproom", "bar",
    "tavern", "mill", "millstones", "millwheel", "stall", "stalls", "gate", "post", "stable", "stables",
    "ponies", "yard", "woodyard", "woodpile", "chapel", "altar", "desk", "office", "ledger", "ledgers",
    "house", "hut", "shop", "hearth", "counter", "kitchen", "workshop", "herbs", "door", "fire", "cradle",
    "books", "place", "herbhouse", "roof", "hall",
];

/// How a kin word is seen from the other end: (word, the other's word for a woman, for a man).
#[rustfmt::skip]
const KIN_BACK: &[(&str, &str, &str)] = &[
    ("niece", "aunt", "uncle"),
    ("nephew", "aunt", "uncle"),
    ("daughter", "mother", "father"),
    ("son", "mother", "father"),
];

/// Every kin word, with whether it can be said of anybody who is kin whatever the tie's note says.
#[rustfmt::skip]
pub(crate) const KIN_WORDS: &[&str] = &[
    "niece", "nephew", "uncle", "aunt", "auntie", "brother", "sister", "cousin", "mother", "father", "mum",
    "mam", "dad", "da", "papa", "son", "daughter", "wife", "husband", "grandmother", "grandfather",
    "grandma", "grandpa", "gran", "grandson", "granddaughter", "stepson", "stepdaughter", "stepmother",
    "stepfather", "twin", "fiance", "fiancee", "betrothed", "widow", "bride", "sibling", "godfather",
    "godmother", "missus", "kinsman", "kinswoman", "baby", "apprentice", "lad", "nan", "relative",
    "half-brother", "lover", "mistress", "ward", "in-law", "servant", "maid", "assistant", "partner",
    "master",
];

/// The lexicon's phrases, longest first.
#[derive(Debug, Clone)]
pub(crate) struct Lexicon {
    entries: Vec<(Vec<String>, What)>,
    trades: Vec<(Vec<String>, PersonId)>,
    kin: Vec<(PersonId, String, PersonId)>,
    /// Who works where, and whether a woman.
    workers: Vec<(PlaceId, bool, PersonId)>,
}

fn cut(text: &str) -> Vec<String> {
    tokenise(text).into_iter().map(|t| t.low).collect()
}

/// A name without its article.
pub(crate) fn bare(name: &str) -> &str {
    ["the ", "a ", "an "].iter().find_map(|a| name.strip_prefix(a)).unwrap_or(name)
}

impl Lexicon {
    /// The lexicon of a village.
    pub fn of(village: &Village) -> Lexicon {
        let mut entries = Vec::new();
        for (id, v) in village.people().zip(&village.villagers) {
            entries.push((cut(&v.name.to_lowercase()), What::Person(id)));
        }
        for (id, p) in village.place_ids().zip(&village.places) {
            entries.push((cut(&bare(&p.name).to_lowercase()), What::Place(id)));
            entries.extend(p.synonyms.iter().map(|s| (cut(s), What::Place(id))));
            if let Some(residue) = &p.residue {
                entries.push((cut(residue), What::Residue(id)));
            }
        }
        for (id, i) in village.item_ids().zip(&village.items) {
            entries.push((cut(&bare(&i.name).to_lowercase()), What::Item(id)));
            entries.extend(i.synonyms.iter().map(|s| (cut(s), What::Item(id))));
            if let Some(trace) = &i.carrier {
                entries.push((cut(trace), What::Trace(id)));
                let words = cut(trace);
                if let [a, b] = words.as_slice() {
                    entries.push((vec![b.clone(), "of".into(), a.clone()], What::Trace(id)));
                    let single = b.strip_suffix('s').unwrap_or(b).to_string();
                    entries.push((vec![a.clone(), single], What::Trace(id)));
                }
            }
        }
        // A residue that is also an item is read as the item; a fact about the residue accepts it.
        entries.retain(|(words, _)| !words.is_empty());
        let items: Vec<Vec<String>> =
            entries.iter().filter(|e| matches!(e.1, What::Item(_))).map(|e| e.0.clone()).collect();
        entries.retain(|(words, what)| !matches!(what, What::Residue(_)) || !items.contains(words));
        entries.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        entries.dedup_by(|a, b| a.0 == b.0);
        let workers = village.people().zip(&village.villagers).map(|(id, v)| (v.work, v.she, id)).collect();
        Lexicon { entries, trades: trades(village), kin: kin(village), workers }
    }

    /// Every phrase of one word that names somebody, somewhere or something.
    pub fn single_words(&self) -> impl Iterator<Item = &str> {
        let named = |what: &What| matches!(what, What::Person(_) | What::Place(_) | What::Item(_));
        self.entries
            .iter()
            .filter(move |(words, what)| words.len() == 1 && named(what))
            .map(|(words, _)| words[0].as_str())
    }

    /// The longest phrase at a token.
    pub fn at(&self, toks: &[Tok], i: usize) -> Option<(What, usize)> {
        self.entries
            .iter()
            .find(|(words, _)| phrase(toks, i, words))
            .map(|(words, what)| (*what, words.len()))
    }

    /// The trade named at a token, without its article.
    pub fn trade_at(&self, toks: &[Tok], i: usize) -> Option<(PersonId, usize)> {
        self.trades.iter().find(|(words, _)| phrase(toks, i, words)).map(|(words, who)| (*who, words.len()))
    }

    /// The woman or man who works at a place.
    pub fn worker(&self, place: PlaceId, she: bool) -> Option<PersonId> {
        self.workers.iter().find(|(p, s, _)| *p == place && *s == she).map(|w| w.2)
    }

    /// Who alone works at a place.
    pub fn worker_at(&self, place: PlaceId) -> Option<PersonId> {
        let mut here = self.workers.iter().filter(|(p, _, _)| *p == place);
        here.next().filter(|_| here.next().is_none()).map(|w| w.2)
    }

    /// Whether somebody is a woman.
    pub fn is_woman(&self, who: PersonId) -> Option<bool> {
        self.workers.iter().find(|(_, _, w)| *w == who).map(|w| w.1)
    }

    /// Whose trade a single word is.
    pub fn trade_word(&self, word: &str) -> Option<PersonId> {
        self.trades.iter().find(|(words, _)| words.len() == 1 && words[0] == word).map(|t| t.1)
    }

    /// Whom somebody's kin word means.
    pub fn kin_of(&self, owner: PersonId, word: &str) -> Option<PersonId> {
        self.kin.iter().find(|(a, w, _)| *a == owner && w == word).map(|k| k.2)
    }

    /// Whose kin somebody is by a kin word: "her brother" of Tobin is Agnes's.
    pub fn owner_of_kin(&self, word: &str, who: PersonId) -> Option<PersonId> {
        self.kin.iter().find(|(_, w, b)| w == word && *b == who).map(|k| k.0)
    }

    /// Whether a word names the speaker's own place after "my".
    pub fn own_place(word: &str) -> bool {
        OWN_PLACE.contains(&word)
    }
}

fn phrase(toks: &[Tok], i: usize, words: &[String]) -> bool {
    toks.len() >= i + words.len() && words.iter().zip(&toks[i..]).all(|(w, t)| t.low == *w)
}

fn trades(village: &Village) -> Vec<(Vec<String>, PersonId)> {
    let mut out = Vec::new();
    for (id, v) in village.people().zip(&village.villagers) {
        out.push((cut(&v.trade), id));
        if let Some((_, words)) = TRADES.iter().find(|(trade, _)| *trade == v.trade) {
            out.extend(words.iter().map(|w| (cut(w), id)));
        }
    }
    out.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
    out
}

fn kin(village: &Village) -> Vec<(PersonId, String, PersonId)> {
    let mut out = Vec::new();
    for tie in village.ties.iter().filter(|t| t.tie == Tie::Kin) {
        let words = cut(&tie.note.to_lowercase());
        for (owner, other) in [(tie.a, tie.b), (tie.b, tie.a)] {
            let she = village.villager(other).she;
            for general in
                ["kin", "family", "relative", "relation", if she { "kinswoman" } else { "kinsman" }]
            {
                out.push((owner, general.to_string(), other));
            }
            for word in &words {
                let single = word.strip_suffix('s').unwrap_or(word);
                if !KIN_WORDS.contains(&single) {
                    continue;
                }
                let fits = match single {
                    "sister" | "niece" | "aunt" | "daughter" | "mother" => she,
                    "brother" | "nephew" | "uncle" | "son" | "father" => !she,
                    _ => true,
                };
                // "Lisbet is Bram's niece": the word belongs to the first name.
                let other_name = village.villager(other).name.to_lowercase();
                let directed = KIN_BACK.iter().any(|k| k.0 == single);
                if fits && (!directed || words.first() == Some(&other_name)) {
                    out.push((owner, single.to_string(), other));
                }
                let owner_name = village.villager(owner).name.to_lowercase();
                if let Some(back) = KIN_BACK.iter().find(|k| k.0 == single)
                    && words.first() == Some(&owner_name)
                {
                    out.push((owner, if she { back.1 } else { back.2 }.to_string(), other));
                }
            }
        }
    }
    out
}
