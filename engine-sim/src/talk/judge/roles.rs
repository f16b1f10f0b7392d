//! Roles in a line: kin, workers and owners named by what they are, and houses named by whose they are.
//!
//! Owns: "my niece", "the smith's", "girl from the stable", "our guard from the gate". Refuses to know: names themselves
//! (`lexicon`), claims.

use super::clock::number_at;
use super::lexicon::{KIN_WORDS, Lexicon};
use super::line::{Line, Mention, What};
use super::token::Kind;
use crate::content::Village;
use crate::ids::PersonId;

/// What each trade does day in, day out, behind "who", by the trade's word in the village's table.
#[rustfmt::skip]
const DOINGS: &[(&str, &[&str])] = &[
    ("smith", &["shoes|shod ~2 pony|ponies|horse|horses|mule", "forges|hammers|beats|works|bends ~2 iron|nails|hinges|horseshoes|metal", "swings ~1 hammer"]),
    ("innkeeper", &["pours|serves|draws ~2 ale|ales|beer|pints|mugs|drinks", "keeps ~1 inn|tavern|taproom|bar"]),
    ("clerk", &["keeps|writes ~2 minutes|records|ledger|ledgers|books"]),
    ("herbalist", &["dries|gathers|grinds|picks ~2 herbs|sage|roots", "brews|mixes|makes ~2 remedies|tonics|salves|salve|potions|physic"]),
    ("miller", &["grinds|mills ~2 grain|flour|corn|wheat|rye|barley|meal"]),
    ("baker", &["bakes|kneads ~2 bread|loaves|loaf|buns|pies|dough"]),
    ("chaplain", &["preaches|prays", "rings ~2 chapel ~1 bell", "leads ~2 prayers|hymns", "says|reads ~2 prayers|sermons"]),
    ("woodcutter", &["fells|splits|chops|cuts|saws ~2 logs|trees|wood|oak|timber|firewood"]),
    ("guard", &["guards|watches ~2 gate", "stands ~1 guard|watch"]),
    ("stablehand", &["grooms|feeds|mucks|brushes|curries ~2 pony|ponies|horses|mule|out|stalls"]),
    ("pedlar", &["peddles|hawks", "sells|cries ~2 ribbons|trinkets|wares", "carries|shoulders ~2 pack"]),
    ("emberkeeper", &["keeps|tends|minds|watches ~2 ember"]),
];

impl Line<'_> {
    /// "at Maud's", "the smith's", "Maud's place": where somebody works.
    pub(super) fn house_of(
        &self,
        i: usize,
        village: &Village,
        lexicon: &Lexicon,
    ) -> Option<(What, usize, usize)> {
        let (who, len) = match lexicon.at(&self.toks, i) {
            Some((What::Person(who), len)) => (who, len),
            _ => lexicon.trade_at(&self.toks, i)?,
        };
        if who.is_player() || self.word(i + len) != "'s" {
            return None;
        }
        let next = self.toks.get(i + len + 1);
        let house = next.is_some_and(|t| {
            t.any(&[
                "place", "house", "shop", "stall", "forge", "inn", "oven", "ovens", "door", "home",
                "workshop", "yard", "post", "fire", "hearth", "counter",
            ])
        });
        if house {
            return Some((What::Place(village.villager(who).work), i, i + len + 2));
        }
        let closed = next.is_none_or(|t| {
            t.kind != Kind::Word
                || t.any(&[
                    "at", "by", "around", "about", "till", "until", "and", "but", "when", "while", "since",
                    "that", "last", "all", "from", "half", "before", "after", "alone", "with", "just",
                    "near", "some",
                ])
                || number_at(&self.toks, i + len + 1).is_some()
        });
        let prior = if self.back(i, 1) == "the" { self.back(i, 2) } else { self.back(i, 1) };
        let led =
            ["at", "to", "from", "by", "past", "near", "inside", "outside", "behind", "round", "over", "in"]
                .contains(&prior);
        (closed && led).then_some((What::Place(village.villager(who).work), i, i + len + 1))
    }

    pub(super) fn owner_before(&self, i: usize, speaker: PersonId, listener: PersonId) -> Option<PersonId> {
        match self.word(i) {
            "my" | "our" | "mine" => Some(speaker),
            "your" => Some(listener),
            _ => None,
        }
    }

    /// "my niece", "your old uncle", "Bram's niece".
    pub(super) fn kin_from(
        &self,
        i: usize,
        lexicon: &Lexicon,
        speaker: PersonId,
        listener: PersonId,
    ) -> Option<(What, usize, usize)> {
        if let Some(found) = self.worker_named(i, lexicon).or_else(|| self.doer_named(i, lexicon, speaker)) {
            return Some(found);
        }
        let bare = self.toks[i].cap
            && KIN_WORDS.contains(&self.word(i))
            && self.word(i + 1) != "of"
            && (i == 0
                || !self.toks[i - 1].any(&["my", "our", "your", "his", "her", "a", "an", "the", "'s"]));
        if bare && let Some(who) = lexicon.kin_of(speaker, self.word(i)) {
            return Some((What::Person(who), i, i + 1));
        }
        let (owner, mut at) = self.kin_owner(i, lexicon, speaker, listener)?;
        while [
            "own", "dear", "old", "little", "young", "poor", "good", "silly", "late", "big", "sweet",
            "elder", "eldest", "younger", "only", "daft", "wee", "beloved",
        ]
        .contains(&self.word(at))
        {
            at += 1;
        }
        let word = self.word(at);
        let single = word.strip_suffix('s').unwrap_or(word);
        if !KIN_WORDS.contains(&word) && !KIN_WORDS.contains(&single) {
            return None;
        }
        if matches!(word, "lad" | "da" | "baby" | "master" | "mistress" | "partner" | "maid")
            && owner == speaker
        {
            return None;
        }
        // "My brother's girl" is a niece.
        let of = matches!(single, "brother" | "sister") && self.word(at + 1) == "'s";
        let (single, at) = match self.word(at + 2) {
            "girl" | "lass" | "daughter" | "child" if of => ("niece", at + 2),
            "boy" | "lad" | "son" if of => ("nephew", at + 2),
            _ => (single, at),
        };
        let what = if owner.is_player() && listener.is_player() {
            What::UnknownPerson
        } else {
            lexicon.kin_of(owner, single).map_or(What::UnknownPerson, What::Person)
        };
        let named = self.name_behind(what, at, lexicon);
        Some((what, i, at + 1 + named))
    }

    /// Whose kin is spoken of, and the token behind the owner.
    fn kin_owner(
        &self,
        i: usize,
        lexicon: &Lexicon,
        speaker: PersonId,
        listener: PersonId,
    ) -> Option<(PersonId, usize)> {
        match self.owner_before(i, speaker, listener) {
            Some(owner) => Some((owner, i + 1)),
            None => match lexicon.at(&self.toks, i) {
                Some((What::Person(owner), len)) if self.word(i + len) == "'s" => Some((owner, i + len + 1)),
                _ if matches!(self.word(i), "his" | "her" | "their") => {
                    let named = |m: &Mention| match m.what {
                        What::Person(p)
                            if m.to + 2 > i && matches!(self.back(i, 1), "'s" | "is" | "was" | ",") =>
                        {
                            lexicon.owner_of_kin(self.word(i + 1), p)
                        }
                        What::Person(p) => Some(p),
                        _ => None,
                    };
                    // "What is Tobin to Agnes?" — "Her brother.": whose, stands in the question.
                    let she = match self.word(i) {
                        "his" => Some(false),
                        "her" => Some(true),
                        _ => None,
                    };
                    let heard = || self.heard.iter().rev().find(|p| lexicon.is_woman(**p) == she).copied();
                    let who = self.mentions.iter().rev().find_map(named).or_else(heard);
                    Some((who.unwrap_or(PersonId::PLAYER), i + 1))
                }
                _ => None,
            },
        }
    }

    /// "My niece Lisbet": how many tokens a name that agrees takes behind the kin word.
    fn name_behind(&self, what: What, at: usize, lexicon: &Lexicon) -> usize {
        let named = match (what, lexicon.at(&self.toks, at + 1)) {
            (What::Person(a), Some((What::Person(b), len))) if a == b => len,
            _ => 0,
        };
        if named == 0 && self.word(at + 1) == "," {
            match (what, lexicon.at(&self.toks, at + 2)) {
                (What::Person(a), Some((What::Person(b), len))) if a == b => len + 1,
                _ => 0,
            }
        } else {
            named
        }
    }

    /// "Girl from the stable", "that man of the market's": who works there.
    pub(super) fn worker_named(&self, i: usize, lexicon: &Lexicon) -> Option<(What, usize, usize)> {
        let she = match self.word(i) {
            "girl" | "lass" | "woman" | "lady" => true,
            "man" | "lad" | "boy" | "fellow" | "chap" => false,
            _ => return None,
        };
        let led = matches!(self.word(i + 1), "from" | "of") && matches!(self.word(i + 2), "the" | "our");
        let (what, len) = lexicon.at(&self.toks, i + 3).filter(|_| led)?;
        let What::Place(place) = what else { return None };
        let who = lexicon.worker(place, she)?;
        Some((What::Person(who), i, i + 3 + len))
    }

    /// "The man who grinds our grain", "the one that keeps the gate": whose trade or place of work that is.
    fn doer_named(&self, i: usize, lexicon: &Lexicon, speaker: PersonId) -> Option<(What, usize, usize)> {
        let she = match self.word(i) {
            "woman" | "lady" | "girl" | "lass" => Some(true),
            "man" | "fellow" | "lad" | "chap" | "boy" => Some(false),
            "one" | "person" | "soul" | "body" | "somebody" | "someone" | "villager" | "neighbour" => None,
            _ => return None,
        };
        let led = matches!(self.back(i, 1), "the" | "that" | "our" | "very" | "same" | "good" | "old");
        if !led || !matches!(self.word(i + 1), "who" | "that" | "what") {
            return None;
        }
        let (who, to) = self.doing(i + 2, lexicon)?;
        let fits = she.is_none_or(|she| lexicon.is_woman(who) == Some(she));
        (fits && who != speaker).then_some((What::Person(who), i, to))
    }

    /// Whose daily work stands at a token, and the token behind it.
    fn doing(&self, i: usize, lexicon: &Lexicon) -> Option<(PersonId, usize)> {
        let by_trade = DOINGS.iter().find_map(|(trade, works)| {
            let end = works.iter().find_map(|p| super::pattern::at(self, p, i))?;
            Some((lexicon.trade_word(trade)?, end))
        });
        by_trade.or_else(|| {
            let verb = super::pattern::at(self, &"keeps|runs|minds|tends|works|owns|manages at|in|on?", i)?;
            let place = verb + usize::from(matches!(self.word(verb), "the" | "our"));
            match lexicon.at(&self.toks, place)? {
                (What::Place(p), len) => Some((lexicon.worker_at(p)?, place + len)),
                _ => None,
            }
        })
    }

    /// "my forge", "here": where the speaker works.
    pub(super) fn own_place(
        &self,
        i: usize,
        village: &Village,
        speaker: PersonId,
        listener: PersonId,
    ) -> Option<(What, usize, usize)> {
        let here = self.word(i) == "this"
            && matches!(self.word(i + 1), "very" | "same" | "roof" | "hearth" | "house");
        let owner = if here { Some(speaker) } else { self.owner_before(i, speaker, listener) };
        let owner = owner.filter(|o| !o.is_player())?;
        let mut at = i + 1;
        while [
            "very", "same", "own", "old", "little", "poor", "warm", "cold", "stone", "bread", "north", "two",
            "four",
        ]
        .contains(&self.word(at))
        {
            at += 1;
        }
        if !Lexicon::own_place(self.word(at)) {
            return None;
        }
        let v = village.villager(owner);
        let to = at + 1;
        let joined = matches!((self.word(at), self.word(to)), ("clerk", "'s"));
        Some((What::Place(v.work), i, if joined { to + 2 } else { to }))
    }

    /// "Our guard from the gate", "Tobin of the mill", "Tobin the miller": who, not where.
    pub(super) fn epithet(&self, what: What, to: usize, village: &Village, lexicon: &Lexicon) -> usize {
        let What::Person(who) = what else { return to };
        if who.is_player() {
            return to;
        }
        let the = |i: usize| usize::from(matches!(self.word(i), "the" | "our"));
        let mut at = to;
        if matches!(self.word(at), "over" | "up" | "down") {
            at += 1;
        }
        if matches!(self.word(at), "from" | "of") {
            let place = at + 1 + the(at + 1);
            if place > at + 1
                && let Some((What::Place(p), len)) = lexicon.at(&self.toks, place)
                && p == village.villager(who).work
            {
                return place + len;
            }
        }
        let trade = to + the(to);
        match lexicon.trade_at(&self.toks, trade) {
            Some((same, len)) if same == who && trade > to => trade + len,
            _ => to,
        }
    }

    /// "The smith's debt": whose, not where.
    pub(super) fn only_owner(&self, i: usize, len: usize) -> bool {
        self.word(i + len - 1) == "'s"
            && self.toks.get(i + len).is_some_and(|t| {
                t.kind == Kind::Word
                    && (t.any(&[
                        "debt", "lamp", "word", "words", "gold", "niece", "sister", "brother", "hands", "own",
                    ]) || t
                        .any(&["name", "say", "fault", "business", "account", "favour", "temper", "purse"]))
            })
    }
}
