//! A line read as tokens, mentions and segments.
//!
//! Owns: which tokens name somebody, something, somewhere, some time or some number; where segments end. Refuses to know:
//! the pack; what may be said.

use super::clock::{TimeRead, number_at};
use super::lexicon::Lexicon;
use super::pattern::Sketch;
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

/// In what village a line is said, and by whom to whom.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'v> {
    pub village: &'v Village,
    pub lexicon: &'v Lexicon,
    /// Whom "my" belongs to.
    pub speaker: PersonId,
    /// Whom "your" belongs to.
    pub listener: PersonId,
    /// Whether a bare number may be a sum.
    pub money: bool,
    /// Whom the line before it named.
    pub heard: &'v [PersonId],
}

/// A line with everything read from it that needs no pack but its speaker.
pub(crate) struct Line<'a> {
    pub text: &'a str,
    pub toks: Vec<Tok>,
    /// Every word and base form of the line.
    pub(super) sketch: Sketch,
    pub mentions: Vec<Mention>,
    pub(super) of_tok: Vec<Option<usize>>,
    /// Token ranges.
    pub segments: Vec<(usize, usize)>,
    pub speaker: PersonId,
    /// The talk is of gold, not of hours: a number alone is a price.
    pub(super) money: bool,
    /// Whom the other one's words name: whose "her brother" may be.
    pub(super) heard: Vec<PersonId>,
}

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
    /// Reads a line.
    pub fn read(text: &'a str, setting: &Setting<'_>) -> Line<'a> {
        let &Setting { village, lexicon, speaker, money, heard, .. } = setting;
        let toks = tokenise(text);
        let count = toks.len();
        let mut sketch = Sketch::default();
        toks.iter().flat_map(|t| &t.stem_hashes).for_each(|h| sketch.add(*h));
        let mut line = Line {
            text,
            toks,
            sketch,
            mentions: Vec::new(),
            of_tok: vec![None; count],
            segments: Vec::new(),
            speaker,
            money,
            heard: heard.to_vec(),
        };
        let mut i = 0;
        while i < count {
            // "By our own chapel bell": the bell is nowhere in particular.
            let bell = |to: usize| matches!(line.word(to), "bell" | "bells");
            let found = line.mention_from(i, setting);
            let found = found.filter(|(what, _, to)| !(matches!(what, What::Place(_)) && bell(*to)));
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

    /// Whom the line names, in order.
    pub fn people(&self) -> Vec<PersonId> {
        let of = |m: &Mention| match m.what {
            What::Person(p) if !p.is_player() => Some(p),
            _ => None,
        };
        self.mentions.iter().filter_map(of).collect()
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
    pub(super) fn back(&self, i: usize, by: usize) -> &str {
        i.checked_sub(by).map_or("", |i| self.word(i))
    }
    /// Whether the sentence of a token ends with a question mark.
    pub fn asks(&self, i: usize) -> bool {
        self.toks[i.min(self.toks.len())..].iter().find(|t| t.ends_sentence()).is_some_and(|t| t.is("?"))
    }

    pub(super) fn possessive(&self, to: usize) -> bool {
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

    fn mention_from(&self, i: usize, setting: &Setting<'_>) -> Option<(What, usize, usize)> {
        let &Setting { village, lexicon, speaker, listener, .. } = setting;
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
                    "at" | "in"
                        | "by"
                        | "on"
                        | "came"
                        | "went"
                        | "passed"
                        | "carried"
                        | "was"
                        | "with"
                        | ","
                        | "crossed"
                        | "?"
                );
        let generic = self.back(i, 1) == "a" && self.back(i, 2) != "as";
        (named && !generic).then_some((What::Person(who), i, i + len))
    }

    /// Whether a timid word is not a place here: "well, …", "all is well", "to forge", "market day".
    pub(super) fn is_adverb_or_verb(&self, i: usize) -> bool {
        if self.toks[i].cap && !self.toks[i].opens {
            return false;
        }
        if matches!(self.word(i + 1), "duty" | "work" | "life" | "business")
            && self.toks[i].any(&["gate", "forge", "mill", "stable"])
        {
            return false;
        }
        // "A well that gives up every secret": any well.
        if matches!(self.back(i, 1), "a" | "an" | "every" | "each" | "another") {
            let led = matches!(
                self.back(i, 2),
                "at" | "in" | "by" | "near" | "to" | "from" | "on" | "into" | "past" | "behind"
            );
            let timed = (i + 1..i + 5)
                .any(|j| number_at(&self.toks, j).is_some() || matches!(self.word(j), "half" | "when"));
            let past =
                self.toks[..i].iter().any(|t| t.any(&["was", "were", "went", "hid", "sat", "stood", "came"]));
            return !(led && (timed || past));
        }
        let mut back = i;
        for _ in 0..3 {
            if matches!(
                self.back(back, 1),
                "the" | "my" | "our" | "your" | "his" | "her" | "this" | "that" | "its" | "any" | "no"
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
                // "… at six, and by eight it was gone": a clause, not a second hour.
                let begins = self.mention_at(after).is_some_and(|m| {
                    matches!(m.what, What::Time(_))
                        && matches!(self.word(m.to), "it" | "he" | "she" | "they" | "i" | "we")
                });
                let coordinated = before.is_some() && before == kind(after) && !begins;
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
