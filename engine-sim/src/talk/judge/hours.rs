//! Hours and sums in a line: when a number is a time, a price or a count, and what limits a time.
//!
//! Owns: the words around a number that tell. Refuses to know: how a clock is worded (`clock`), what a line may say.

use super::clock::{Limit, TimeRead, number_at, time_at};
use super::line::{Line, Mention, What};
use super::token::Kind;

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
    "been",
    "be",
    "says",
    "said",
];

/// Those of them that do so only before an evening hour that ends its clause.
const WEAK_LEADS: &[&str] =
    &["not", "just", "only", "say", "come", "was", "than", "then", "been", "be", "says", "said"];

const COUNTED_AFTER: &[&str] = &[
    "gold", "golds", "coin", "coins", "piece", "pieces", "of", "times", "hundred", "thousand", "dozen",
    "people", "men", "women", "folk", "hands", "winters", "summers", "years", "days", "nights", "hours",
    "minutes",
];

/// What is paid with here and elsewhere; only gold and its pieces are this village's.
const COINS: &[&str] = &[
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
];

impl Line<'_> {
    pub(super) fn time_from(&self, i: usize) -> Option<(TimeRead, usize)> {
        let next_after = |len: usize| self.word(i + len);
        let flanked = i == 0 || self.toks[i - 1].kind == Kind::Mark;
        let mut bare = false;
        if let Some((n, len)) = number_at(&self.toks, i) {
            let counted = COUNTED_AFTER.contains(&next_after(len))
                || (next_after(len).ends_with('s')
                    && !self.toks.get(i + len).is_some_and(|t| t.cap)
                    && !["was", "'s", "is", "as", "yes", "this", "perhaps", "its", "his"]
                        .contains(&next_after(len)));
            let lead = self.led_hour(i, n, len);
            let ended = self.toks.get(i + len).is_none_or(|t| t.kind == Kind::Mark)
                || matches!(
                    next_after(len),
                    "it" | "or" | "sharp" | "on" | "at" | "in" | "exactly" | "precisely" | "prompt"
                )
                || next_after(len) == "by" && matches!(self.word(i + len + 1), "the" | "my");
            let place_before =
                i > 0 && self.mentions.last().is_some_and(|m| m.to == i && matches!(m.what, What::Place(_)));
            let struck = self.struck(i, n, len);
            let alone = (flanked || place_before) && ended && (4..=11).contains(&n) && len == 1;
            bare = !self.money
                && !counted
                && (lead || alone || struck)
                && (n > 1 || matches!(next_after(len), "o'clock"));
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

    /// Whether the words before a number make it an hour.
    fn led_hour(&self, i: usize, n: u32, len: usize) -> bool {
        let prior = self.back(i, 1);
        let joined = self.mentions.last().is_some_and(|m| {
            matches!(m.what, What::Time(_)) && m.to + 1 == i && matches!(prior, "and" | "or" | "to")
        });
        let closed = self.toks.get(i + len).is_none_or(|t| t.kind == Kind::Mark)
            || matches!(self.word(i + len), "in" | "or" | "by" | "on" | "sharp" | "when");
        let weak = WEAK_LEADS.contains(&prior);
        TIME_LEADS.contains(&prior)
            && (!weak && !matches!(prior, "and" | "or" | "to" | "of")
                || joined
                || prior == "of" && self.back(i, 2) == "stroke"
                || weak && (4..=11).contains(&n) && closed)
    }

    /// "Seven found Greta", "the hour was six", "just on five", "when the clock said eight".
    fn struck(&self, i: usize, n: u32, len: usize) -> bool {
        let prior = self.back(i, 1);
        let struck = (4..=11).contains(&n)
            && len == 1
            && self.toks[i].kind == Kind::Word
            && (matches!(
                self.word(i + len),
                "found" | "saw" | "struck" | "striking" | "strikes" | "chimed" | "tolled"
            ) || matches!(
                (self.word(i + len), self.word(i + len + 1)),
                ("was", "striking" | "ringing" | "tolling") | ("by", "the") | ("came", "round" | "around")
            ) || matches!(
                prior,
                "was"
                    | "is"
                    | "'s"
                    | "rang"
                    | "said"
                    | "says"
                    | "told"
                    | "read"
                    | "showed"
                    | "made"
                    | "gave"
                    | "sang"
                    | "tolling"
                    | "striking"
                    | "ringing"
            ) && matches!(self.back(i, 2), "hour" | "time" | "bell" | "clock" | "was"));
        struck
            || (4..=11).contains(&n)
                && prior == "on"
                && matches!(
                    self.back(i, 2),
                    "just" | "bang" | "dead" | "right" | "almost" | "nearly" | "exactly"
                )
            || prior == "of" && matches!(self.back(i, 2), "hour" | "stroke")
            || (4..=11).contains(&n)
                && prior == "as"
                && matches!(self.back(i, 2), "late" | "early")
                && self.back(i, 3) == "as"
            || (4..=11).contains(&n)
                && prior == "it"
                && matches!(self.back(i, 2), "call" | "make" | "made" | "put" | "reckon")
    }

    /// How many words of praise or scorn stand between a number and its coins: "five little gold pieces".
    fn fine_words(&self, to: usize) -> usize {
        let mut fine = 0;
        while fine < 2
            && matches!(
                self.word(to + fine),
                "good"
                    | "whole"
                    | "fine"
                    | "little"
                    | "bright"
                    | "shiny"
                    | "honest"
                    | "round"
                    | "poor"
                    | "fair"
                    | "paltry"
                    | "measly"
                    | "miserable"
                    | "heavy"
                    | "hard"
                    | "solid"
                    | "clean"
                    | "yellow"
            )
            && matches!(
                self.word(to + fine + 1),
                "gold" | "coins" | "coin" | "pieces" | "good" | "little" | "bright" | "shiny" | "hard"
            )
        {
            fine += 1;
        }
        fine
    }

    /// Whether a number counts nothing that is named behind it.
    fn stands_alone(&self, i: usize, to: usize) -> bool {
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
                | "wants"
                | "want"
                | "demands"
        );
        flanked || whole && (asked || i == 0 || self.toks[i - 1].kind == Kind::Mark)
    }

    /// "Half an hour later", "an hour after that": counted from the last hour named.
    pub(super) fn later(&self, i: usize) -> Option<(TimeRead, usize)> {
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

    pub(super) fn number_from(&self, i: usize) -> Option<(What, usize, usize)> {
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
        to += self.fine_words(to);
        let joiner = matches!(self.word(to), "pieces" | "bits" | "coins" | "good" | "whole" | "fine");
        let of = usize::from(joiner && self.word(to + 1) == "of");
        if joiner && self.word(to + of + 1) == "gold" {
            return Some((What::Gold(n), i, to + of + 2));
        }
        if (self.word(to), self.word(to + 1)) == ("in", "gold") {
            return Some((What::Gold(n), i, to + 2));
        }
        if COINS.contains(&self.word(to)) {
            to += 1;
            let other = !matches!(self.word(to - 1), "gold" | "golds" | "coin" | "coins" | "pieces");
            if self.word(to) == "pieces" || self.word(to) == "coins" || self.word(to) == "coin" {
                to += 1;
            }
            return Some((if other { What::Number(u32::MAX) } else { What::Gold(n) }, i, to));
        }
        let flanked = self.stands_alone(i, to);
        let owed = self.back(i, 1).starts_with("owe")
            && self.toks.get(to).is_none_or(|t| t.kind == Kind::Mark || t.any(&["to", "and"]));
        if (self.money && flanked || owed) && n > 1 {
            return Some((What::Gold(n), i, to));
        }
        Some((What::Number(n), i, to))
    }

    /// Reads "before", "until" … in front of times.
    pub(super) fn limit_times(&mut self) {
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
                if self.back(at, 1) == "past" && self.back(at, 2) != "just"
                    || self.mention_at(at - 1).is_some_and(|m| matches!(m.what, What::Place(_)))
                {
                    break;
                }
                at -= 1;
            }
            time.limit = match (self.back(at, 1), self.back(at, 2)) {
                ("before" | "after", "or" | "nor") => Limit::At,
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
}
