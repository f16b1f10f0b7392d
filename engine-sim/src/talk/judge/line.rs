//! A line read as tokens, mentions and segments.
//!
//! Owns: which tokens name somebody, something, somewhere, some time or some number; where segments end. Refuses to know:
//! the pack; what may be said.

use super::clock::{Limit, TimeRead, number_at, time_at};
use super::lexicon::{KIN_WORDS, Lexicon};
use super::token::{Kind, Tok, tokenise};
use crate::content::Village;
use crate::ids::{ItemId, PersonId, PlaceId};

/// What a mention names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A villager.
    Person(PersonId),
    /// A word of kinship or person that no tie resolves.
    UnknownPerson,
    Place(PlaceId),
    Item(ItemId),
    /// The trace that this carrier leaves.
    Trace(ItemId),
    /// What clings to clothes at this place.
    Residue(PlaceId),
    Time(TimeRead),
    Gold(u32),
    Number(u32),
}

/// A mention: tokens `from..to`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention {
    pub what: What,
    pub from: usize,
    pub to: usize,
    /// "Maud's …": an owner, not an actor.
    pub owner: bool,
}

/// A line with everything read from it that needs no pack but its speaker.
pub(crate) struct Line<'a> {
    pub text: &'a str,
    pub toks: Vec<Tok>,
    pub mentions: Vec<Mention>,
    of_tok: Vec<Option<usize>>,
    /// Token ranges.
    pub segments: Vec<(usize, usize)>,
    pub speaker: PersonId,
    /// The talk is of gold, not of hours: a number alone is a price.
    money: bool,
}

/// Words before a bare hour that make it a time.
const TIME_LEADS: &[&str] = &[
    "at",
    "by",
    "around",
    "about",
    "near",
    "nearly",
    "until",
    "till",
    "til",
    "since",
    "from",
    "before",
    "after",
    "past",
    "toward",
    "towards",
    "between",
    "almost",
    "gone",
    "struck",
    "strike",
    "strikes",
    "stroke",
    "just",
    "round",
    "roughly",
    "circa",
    "only",
    "exactly",
    "not",
    "say",
    "thereabouts",
    "perhaps",
    "maybe",
    "precisely",
    "barely",
    "hardly",
    "scarcely",
    "than",
    "or",
    "to",
    "rang",
    "went",
    "nears",
    "chimed",
    "tolled",
    "nigh",
    "come",
    "was",
    "and",
    "sharp",
    "of",
    "then",
];
const COUNTED_AFTER: &[&str] = &[
    "gold", "golds", "coin", "coins", "piece", "pieces", "of", "times", "hundred", "thousand", "dozen",
    "people", "men", "women", "folk", "hands", "winters", "summers", "years", "days", "nights", "hours",
    "minutes",
];
/// Places whose one-word name is also another English word: a determiner or preposition must stand before.
const TIMID: &[&str] = &[
    "well",
    "square",
    "hall",
    "sack",
    "mug",
    "gate",
    "pub",
    "smiths",
    "bakers",
    "herbalists",
    "stalls",
    "market",
    "stable",
    "bridge",
    "forge",
    "mill",
];

impl<'a> Line<'a> {
    /// Reads a line from the mouth of `speaker`. `me_is` and `you_is` say who "my" and "your" belong to.
    pub fn read(
        text: &'a str,
        village: &Village,
        lexicon: &Lexicon,
        speaker: PersonId,
        listener: PersonId,
        money: bool,
    ) -> Line<'a> {
        let toks = tokenise(text);
        let count = toks.len();
        let mut line = Line {
            text,
            toks,
            mentions: Vec::new(),
            of_tok: vec![None; count],
            segments: Vec::new(),
            speaker,
            money,
        };
        let mut i = 0;
        while i < count {
            let found = line.mention_from(i, village, lexicon, speaker, listener);
            match found {
                Some((what, from, to)) => {
                    let to = line.epithet(what, to, village, lexicon);
                    let owner = matches!(what, What::Person(_) | What::UnknownPerson) && line.possessive(to);
                    for slot in &mut line.of_tok[from..to] {
                        *slot = Some(line.mentions.len());
                    }
                    line.mentions.push(Mention { what, from, to, owner });
                    i = to;
                }
                None => i += 1,
            }
        }
        line.limit_times();
        line.cut_segments();
        line
    }

    /// The mention that covers a token.
    pub fn mention_at(&self, i: usize) -> Option<&Mention> {
        self.of_tok.get(i).copied().flatten().map(|m| &self.mentions[m])
    }
    /// Whether a token is the first of its segment.
    pub fn begins_segment(&self, i: usize) -> bool {
        self.segments.iter().any(|s| s.0 == i)
    }
    /// The segment that holds a token.
    pub fn segment_of(&self, i: usize) -> usize {
        self.segments.iter().position(|s| i < s.1).unwrap_or(self.segments.len().saturating_sub(1))
    }
    /// Byte span of a token range.
    pub fn span(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.toks.get(from).map_or(self.text.len(), |t| t.start);
        let end = to.checked_sub(1).and_then(|t| self.toks.get(t)).map_or(start, |t| t.end);
        (start, end.max(start))
    }
    /// The lower-case word at a token, or nothing.
    pub fn word(&self, i: usize) -> &str {
        self.toks.get(i).map_or("", |t| t.low.as_str())
    }
    fn back(&self, i: usize, by: usize) -> &str {
        i.checked_sub(by).map_or("", |i| self.word(i))
    }
    /// Whether the sentence of a token ends with a question mark.
    pub fn asks(&self, i: usize) -> bool {
        self.toks[i.min(self.toks.len())..].iter().find(|t| t.ends_sentence()).is_some_and(|t| t.is("?"))
    }

    /// "Our guard from the gate", "Tobin of the mill", "Tobin the miller": who, not where.
    fn epithet(&self, what: What, to: usize, village: &Village, lexicon: &Lexicon) -> usize {
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

    fn possessive(&self, to: usize) -> bool {
        // "Maud's at the mill" is a verb; "Maud's lamp" an owner.
        self.word(to) == "'s"
            && self.toks.get(to + 1).is_some_and(|n| {
                n.kind == Kind::Word
                    && !n.any(&[
                        "at", "in", "on", "by", "been", "not", "gone", "the", "a", "an", "got", "never",
                        "just", "always", "no", "deep", "up", "down", "over", "here", "there", "n't", "from",
                        "with", "still",
                    ])
                    && !n.low.ends_with("ing")
                    && !n.low.ends_with("ed")
            })
    }

    fn mention_from(
        &self,
        i: usize,
        village: &Village,
        lexicon: &Lexicon,
        speaker: PersonId,
        listener: PersonId,
    ) -> Option<(What, usize, usize)> {
        let tok = &self.toks[i];
        if tok.kind == Kind::Mark {
            return None;
        }
        if let Some((time, len)) = self.time_from(i) {
            return Some((What::Time(time), i, i + len));
        }
        if let Some(number) = self.number_from(i) {
            return Some(number);
        }
        if let Some(found) = self.house_of(i, village, lexicon) {
            return Some(found);
        }
        if let Some(found) = self.kin_from(i, lexicon, speaker, listener) {
            return Some(found);
        }
        if let Some(found) = self.own_place(i, village, speaker, listener) {
            return Some(found);
        }
        if let Some((what, len)) = lexicon.at(&self.toks, i)
            && !(len == 1 && tok.any(TIMID) && self.is_adverb_or_verb(i))
            && !(matches!(what, What::Place(_)) && self.only_owner(i, len))
        {
            return Some((what, i, i + len));
        }
        let (who, len) = lexicon.trade_at(&self.toks, i)?;
        let named = matches!(
            self.back(i, 1),
            "the" | "our" | "one" | "that" | "as" | "this" | "old" | "good" | "dear" | "poor" | "young" | "a"
        ) || (tok.cap && !tok.opens)
            || tok.opens
                && matches!(
                    self.word(i + len),
                    "at" | "in" | "by" | "on" | "came" | "went" | "passed" | "carried" | "was" | "with" | "," | "crossed" | "?"
                );
        let generic = self.back(i, 1) == "a" && self.back(i, 2) != "as";
        (named && !generic).then_some((What::Person(who), i, i + len))
    }

    /// "The smith's debt": whose, not where.
    fn only_owner(&self, i: usize, len: usize) -> bool {
        self.word(i + len - 1) == "'s"
            && self.toks.get(i + len).is_some_and(|t| {
                t.kind == Kind::Word
                    && (t.any(&["debt", "lamp", "word", "words", "gold", "niece", "sister", "brother", "hands", "own"])
                        || t.any(&["name", "say", "fault", "business", "account", "favour", "temper", "purse"]))
            })
    }

    /// Whether a timid word is not a place here: "well, …", "all is well", "to forge", "market day".
    fn is_adverb_or_verb(&self, i: usize) -> bool {
        if self.toks[i].cap && !self.toks[i].opens {
            return false;
        }
        if matches!(self.word(i + 1), "duty" | "work" | "life" | "business") && self.toks[i].any(&["gate", "forge", "mill", "stable"]) {
            return false;
        }
        // "A well that gives up every secret": any well.
        if matches!(self.back(i, 1), "a" | "an" | "every" | "each" | "another") {
            let led = matches!(
                self.back(i, 2),
                "at" | "in" | "by" | "near" | "to" | "from" | "on" | "into" | "past" | "behind"
            );
            let timed = (i + 1..i + 5).any(|j| number_at(&self.toks, j).is_some() || matches!(self.word(j), "half" | "when"));
            let past = self.toks[..i].iter().any(|t| t.any(&["was", "were", "went", "hid", "sat", "stood", "came"]));
            return !(led && (timed || past));
        }
        let mut back = i;
        for _ in 0..3 {
            if matches!(
                self.back(back, 1),
                "the" | "my" | "our" | "your" | "his" | "her" | "this" | "that" | "its"
            ) {
                return false;
            }
            if matches!(
                self.back(back, 1),
                "old" | "stone" | "market" | "north" | "village" | "frozen" | "empty" | "cold"
            ) {
                back -= 1;
                continue;
            }
            break;
        }
        if matches!(self.back(i, 1), "at" | "by" | "in" | "near" | "from" | "past" | "on") {
            return false;
        }
        // An elliptical answer ("Mill, half seven.") names a place where its segment begins or ends, but never "Well, …".
        let alone = i == 0 || self.toks[i - 1].kind == Kind::Mark;
        !(alone && !self.toks[i].is("well") && self.toks.get(i + 1).is_none_or(|t| t.kind == Kind::Mark))
    }

    fn time_from(&self, i: usize) -> Option<(TimeRead, usize)> {
        let prior = self.back(i, 1);
        let next_after = |len: usize| self.word(i + len);
        let flanked = i == 0 || self.toks[i - 1].kind == Kind::Mark;
        let mut bare = false;
        if let Some((n, len)) = number_at(&self.toks, i) {
            let counted = COUNTED_AFTER.contains(&next_after(len))
                || (next_after(len).ends_with('s')
                    && !["was", "'s", "is", "as", "yes", "this", "perhaps", "its", "his"]
                        .contains(&next_after(len)));
            let joined = self.mentions.last().is_some_and(|m| {
                matches!(m.what, What::Time(_)) && m.to + 1 == i && matches!(prior, "and" | "or" | "to")
            });
            let lead = TIME_LEADS.contains(&prior)
                && (!["and", "or", "to", "of", "was", "than", "not", "just", "only", "say", "come", "then"]
                    .contains(&prior)
                    || joined
                    || (prior == "of" && self.back(i, 2) == "stroke")
                    || (["not", "just", "only", "say", "come", "was", "than", "then"].contains(&prior)
                        && (4..=11).contains(&n)
                        && (self.toks.get(i + len).is_none_or(|t| t.kind == Kind::Mark))));
            let ended = self.toks.get(i + len).is_none_or(|t| t.kind == Kind::Mark)
                || matches!(next_after(len), "it" | "or" | "sharp" | "on" | "at" | "in")
                || next_after(len) == "by" && matches!(self.word(i + len + 1), "the" | "my");
            let place_before =
                i > 0 && self.mentions.last().is_some_and(|m| m.to == i && matches!(m.what, What::Place(_)));
            let struck = (4..=11).contains(&n)
                && len == 1
                && self.toks[i].kind == Kind::Word
                && (matches!(next_after(len), "found" | "saw" | "struck" | "striking" | "strikes" | "chimed" | "tolled")
                    || matches!((next_after(len), self.word(i + len + 1)), ("was", "striking" | "ringing" | "tolling") | ("by", "the"))
                    || matches!(prior, "was" | "is" | "'s" | "rang" | "said" | "says" | "told" | "read" | "showed" | "made" | "gave" | "sang" | "tolling" | "striking" | "ringing") && matches!(self.back(i, 2), "hour" | "time" | "bell" | "clock" | "was"));
            let struck = struck
                || (4..=11).contains(&n)
                    && prior == "on"
                    && matches!(self.back(i, 2), "just" | "bang" | "dead" | "right" | "almost" | "nearly" | "exactly")
                || prior == "of" && matches!(self.back(i, 2), "hour" | "stroke");
            let alone = (flanked || place_before) && ended && (4..=11).contains(&n) && len == 1;
            bare =
                !self.money && !counted && (lead || alone || struck) && (n > 1 || matches!(next_after(len), "o'clock"));
            if n == 1 && next_after(len) == "of" {
                return None;
            }
            let money = matches!(next_after(len), "gold" | "golds" | "coin" | "coins" | "piece" | "pieces");
            if money {
                return None;
            }
        }
        if let Some(found) = self.later(i) {
            return Some(found);
        }
        if matches!((self.word(i), self.word(i + 1)), ("half", "past" | "after"))
            && number_at(&self.toks, i + 2).is_none()
        {
            let hour = self.mentions.iter().rev().find_map(|m| match m.what {
                What::Time(t) => t.minute.map(|minute| minute / 60 * 60),
                _ => None,
            })?;
            return Some((TimeRead { minute: Some(hour + 30), other_day: false, limit: Limit::At }, 2));
        }
        let (time, len) = time_at(&self.toks, i, bare)?;
        let after = self.word(i + len);
        if matches!(after, "gold" | "coins" | "coin") {
            return None;
        }
        Some((time, len))
    }

    /// "Half an hour later", "an hour after that": counted from the last hour named.
    fn later(&self, i: usize) -> Option<(TimeRead, usize)> {
        let (minutes, len) = match (self.word(i), self.word(i + 1), self.word(i + 2)) {
            ("half", "an", "hour") => (30, 3),
            ("a", "half", "hour") => (30, 3),
            ("an" | "one", "hour", _) => (60, 2),
            ("thirty", "minutes", _) => (30, 2),
            _ => return None,
        };
        let behind = match (self.word(i + len), self.word(i + len + 1)) {
            ("later" | "on", _) => 1,
            ("after", "that") => 2,
            _ => return None,
        };
        let last = self.mentions.iter().rev().find_map(|m| match m.what {
            What::Time(t) => t.minute,
            _ => None,
        })?;
        Some((TimeRead { minute: Some(last + minutes), other_day: false, limit: Limit::At }, len + behind))
    }

    fn number_from(&self, i: usize) -> Option<(What, usize, usize)> {
        if matches!(self.word(i), "twice" | "thrice" | "double" | "treble") {
            let by = if matches!(self.word(i), "thrice" | "treble") { 3 } else { 2 };
            let (what, _, to) = self.number_from(i + 1)?;
            return match what {
                What::Gold(n) => Some((What::Gold(n.saturating_mul(by)), i, to)),
                _ => None,
            };
        }
        let (n, len) = number_at(&self.toks, i)?;
        let mut to = i + len;
        if (self.word(to), self.word(to + 1), self.word(to + 2)) == ("and", "a", "half") {
            return Some((What::Number(u32::MAX), i, to + 3));
        }
        let mut fine = 0;
        while fine < 2
            && matches!(
                self.word(to + fine),
                "good" | "whole" | "fine" | "little" | "bright" | "shiny" | "honest" | "round" | "poor" | "fair"
                    | "paltry" | "measly" | "miserable" | "heavy" | "hard" | "solid" | "clean" | "yellow"
            )
            && matches!(self.word(to + fine + 1), "gold" | "coins" | "coin" | "pieces" | "good" | "little" | "bright" | "shiny" | "hard")
        {
            fine += 1;
        }
        to += fine;
        let joiner = matches!(self.word(to), "pieces" | "bits" | "coins" | "good" | "whole" | "fine");
        let of = usize::from(joiner && self.word(to + 1) == "of");
        if joiner && self.word(to + of + 1) == "gold" {
            return Some((What::Gold(n), i, to + of + 2));
        }
        if [
            "gold",
            "golds",
            "coin",
            "coins",
            "pieces",
            "crowns",
            "shillings",
            "pennies",
            "silver",
            "coppers",
            "florins",
            "ducats",
            "groats",
            "guineas",
            "farthings",
            "pence",
        ]
        .contains(&self.word(to))
        {
            to += 1;
            let other = !matches!(self.word(to - 1), "gold" | "golds" | "coin" | "coins" | "pieces");
            if self.word(to) == "pieces" || self.word(to) == "coins" || self.word(to) == "coin" {
                to += 1;
            }
            return Some((if other { What::Number(u32::MAX) } else { What::Gold(n) }, i, to));
        }
        let flanked = (i == 0
            || self.toks[i - 1].kind == Kind::Mark
            || self.back(i, 1) == "for"
            || self.back(i, 1) == "at")
            && self.toks.get(to).is_none_or(|t| t.kind == Kind::Mark || t.any(&["for", "and"]));
        let next = self.toks.get(to);
        let whole = next.is_none_or(|t| {
            t.kind == Kind::Mark
                || t.any(&["it", "or", "for", "and", "then", "is", "but", "if", "less", "not"])
                || t.any(&["to", "in"]) && self.back(i, 1).starts_with("owe")
        });
        let asked = matches!(
            self.back(i, 1),
            "'s" | "is"
                | "costs"
                | "cost"
                | "at"
                | "for"
                | "to"
                | "make"
                | "say"
                | "under"
                | "below"
                | "than"
                | "with"
                | "owes"
                | "owe"
                | "owed"
                | "asks"
                | "charges"
        );
        let flanked = flanked || whole && (asked || i == 0 || self.toks[i - 1].kind == Kind::Mark);
        if self.money && flanked && n > 1 {
            return Some((What::Gold(n), i, to));
        }
        Some((What::Number(n), i, to))
    }

    /// "at Maud's", "the smith's", "Maud's place": where somebody works.
    fn house_of(&self, i: usize, village: &Village, lexicon: &Lexicon) -> Option<(What, usize, usize)> {
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

    fn owner_before(&self, i: usize, speaker: PersonId, listener: PersonId) -> Option<PersonId> {
        match self.word(i) {
            "my" | "our" | "mine" => Some(speaker),
            "your" => Some(listener),
            _ => None,
        }
    }

    /// "my niece", "your old uncle", "Bram's niece".
    fn kin_from(
        &self,
        i: usize,
        lexicon: &Lexicon,
        speaker: PersonId,
        listener: PersonId,
    ) -> Option<(What, usize, usize)> {
        if let Some(found) = self.from_place(i, lexicon) {
            return Some(found);
        }
        let bare = self.toks[i].cap
            && KIN_WORDS.contains(&self.word(i))
            && self.word(i + 1) != "of"
            && (i == 0 || !self.toks[i - 1].any(&["my", "our", "your", "his", "her", "a", "an", "the", "'s"]));
        if bare && let Some(who) = lexicon.kin_of(speaker, self.word(i)) {
            return Some((What::Person(who), i, i + 1));
        }
        let owner = match self.owner_before(i, speaker, listener) {
            Some(owner) => Some((owner, i + 1)),
            None => match lexicon.at(&self.toks, i) {
                Some((What::Person(owner), len)) if self.word(i + len) == "'s" => Some((owner, i + len + 1)),
                _ if matches!(self.word(i), "his" | "her" | "their") => {
                    let named = |m: &Mention| match m.what {
                        What::Person(p) if m.to + 2 > i && matches!(self.back(i, 1), "'s" | "is" | "was" | ",") => {
                            lexicon.owner_of_kin(self.word(i + 1), p)
                        }
                        What::Person(p) => Some(p),
                        _ => None,
                    };
                    let who = self.mentions.iter().rev().find_map(named);
                    Some((who.unwrap_or(PersonId::PLAYER), i + 1))
                }
                _ => None,
            },
        };
        let (owner, mut at) = owner?;
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
        // "my niece Lisbet": one mention when the name agrees.
        let named = match (what, lexicon.at(&self.toks, at + 1)) {
            (What::Person(a), Some((What::Person(b), len))) if a == b => len,
            _ => 0,
        };
        let named = if named == 0 && self.word(at + 1) == "," {
            match (what, lexicon.at(&self.toks, at + 2)) {
                (What::Person(a), Some((What::Person(b), len))) if a == b => len + 1,
                _ => 0,
            }
        } else {
            named
        };
        Some((what, i, at + 1 + named))
    }

    /// "Girl from the stable", "that man of the market's": who works there.
    fn from_place(&self, i: usize, lexicon: &Lexicon) -> Option<(What, usize, usize)> {
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

    /// "my forge", "here": where the speaker works.
    fn own_place(
        &self,
        i: usize,
        village: &Village,
        speaker: PersonId,
        listener: PersonId,
    ) -> Option<(What, usize, usize)> {
        let here = self.word(i) == "this" && matches!(self.word(i + 1), "very" | "same" | "roof" | "hearth" | "house");
        let owner = if here { Some(speaker) } else { self.owner_before(i, speaker, listener) };
        let owner = owner.filter(|o| !o.is_player())?;
        let mut at = i + 1;
        while ["very", "same", "own", "old", "little", "poor", "warm", "cold", "stone", "bread", "north", "two", "four"]
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

    /// Reads "before", "until" … in front of times.
    fn limit_times(&mut self) {
        for m in 0..self.mentions.len() {
            let Mention { what: What::Time(mut time), from, .. } = self.mentions[m] else { continue };
            let mut at = from;
            while at > 0
                && matches!(
                    self.back(at, 1),
                    "just"
                        | "about"
                        | "around"
                        | "the"
                        | "nearly"
                        | "almost"
                        | "roughly"
                        | "stroke"
                        | "of"
                        | "past"
                        | "well"
                        | "exactly"
                        | "that"
                )
            {
                if self.back(at, 1) == "past" && self.back(at, 2) != "just" {
                    break;
                }
                at -= 1;
            }
            time.limit = match (self.back(at, 1), self.back(at, 2)) {
                ("by", _) => Limit::By,
                ("before" | "ere", _)
                | ("than", "earlier" | "sooner")
                | ("to", "prior")
                | ("of", "ahead") => Limit::Before,
                ("after" | "past" | "following", _) | ("than", "later") => Limit::After,
                ("until" | "till" | "til", _) => Limit::Until,
                ("since" | "from", _) => Limit::From,
                _ => Limit::At,
            };
            self.mentions[m].what = What::Time(time);
        }
    }

    fn cut_segments(&mut self) {
        let mut from = 0;
        for i in 0..self.toks.len() {
            if self.toks[i].kind == Kind::Mark && !self.toks[i].is("'") {
                self.segments.push((from, i));
                from = i + 1;
            } else if i > from && self.mention_at(i).is_none() && self.splits(i) {
                self.segments.push((from, i));
                from = i;
            }
        }
        self.segments.push((from, self.toks.len()));
        self.segments.retain(|s| s.0 < s.1);
    }

    fn splits(&self, i: usize) -> bool {
        match self.word(i) {
            "but" => !matches!(
                self.back(i, 1),
                "anyone"
                    | "anybody"
                    | "anything"
                    | "anywhere"
                    | "nobody"
                    | "none"
                    | "nothing"
                    | "nowhere"
                    | "all"
                    | "one"
                    | "everyone"
                    | "everybody"
                    | "any"
                    | "who"
                    | "else"
                    | "soul"
                    | "where"
                    | "not"
                    | "everywhere"
                    | "cannot"
                    | "last"
                    | "no"
            ),
            "while" | "whilst" | "though" | "although" | "because" | "yet" | "whereas" | "so" | "when"
            | "unless" | "before" | "after" => {
                // "before she came": a clause; "before seven" is a time's limit.
                !matches!(self.word(i), "before" | "after" | "so" | "yet")
                    || (matches!(self.word(i + 1), "i" | "he" | "she" | "they" | "you" | "we")
                        || (self.word(i) != "yet"
                            && self.mention_at(i + 1).is_some_and(|m| matches!(m.what, What::Person(_)))))
            }
            "then" => {
                self.mention_at(i + 1).is_none_or(|m| !matches!(m.what, What::Time(_)))
                    && i + 1 < self.toks.len()
                    && self.toks[i + 1].kind == Kind::Word
            }
            "and" => {
                let kind = |i: usize| self.mention_at(i).map(|m| std::mem::discriminant(&m.what));
                let mut after = i + 1;
                while matches!(self.word(after), "the" | "a" | "at" | "an" | "by") {
                    after += 1;
                }
                let before = i.checked_sub(1).and_then(kind);
                let coordinated = before.is_some() && before == kind(after);
                let pronouns = matches!(self.word(after), "i" | "me" | "he" | "she" | "him" | "her")
                    && self.mention_at(i - 1).is_some_and(|m| matches!(m.what, What::Person(_)))
                    && self.back(i, 2) != "'s";
                let first = matches!(self.back(i, 1), "he" | "she" | "i" | "me" | "you")
                    && matches!(self.mention_at(after).map(|m| m.what), Some(What::Person(_)));
                !coordinated && !pronouns && !first
            }
            _ => false,
        }
    }

    /// Every place named, in order.
    pub fn last_place(&self) -> Option<PlaceId> {
        self.mentions.iter().rev().find_map(|m| match m.what {
            What::Place(p) => Some(p),
            _ => None,
        })
    }
    /// The last hour named.
    pub fn last_time(&self) -> Option<TimeRead> {
        self.mentions.iter().rev().find_map(|m| match m.what {
            What::Time(t) => Some(t),
            _ => None,
        })
    }
}
