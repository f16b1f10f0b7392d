//! Pronouns: whom "she", "we", "someone" and "that old man" mean, and where "here" and "there" are.
//!
//! Owns: the reading of one word as somebody or somewhere. Refuses to know: names, and how claims are folded (`claims`).

use super::claims::{Cue, Frame, Reader, Who};
use super::line::{Line, What};
use super::token::{Kind, Tok};
use crate::ids::{PersonId, PlaceId};

/// Words before "me" that leave the speaker out of what is claimed.
const BEFORE_ME: &[&str] = &[
    "with", "to", "for", "at", "from", "of", "told", "tell", "tells", "give", "bring", "ask", "let", "on",
    "upon", "owe", "owes", "fetch", "excuse", "pardon", "forgive", "bother", "trust", "believe", "mark",
    "leave", "bless", "if", "help", "about", "get", "do", "by", "past", "sold", "gave", "makes", "owed",
    "in",
];

/// What a speaker calls himself or herself, behind "this old".
const SELVES: &[&str] = &[
    "body", "soul", "head", "heart", "fool", "sinner", "goose", "man", "woman", "girl", "boy", "lad", "lass",
    "back", "bones", "pair", "priest", "hand", "hands", "nose", "creature", "wretch",
];
/// What else ends like a trade.
const NO_SELVES: &[&str] = &[
    "winter", "number", "matter", "weather", "river", "corner", "ember", "order", "paper", "answer",
    "supper", "hammer", "water", "timber", "letter", "other", "shutter", "cellar", "quarter", "butter",
    "flower", "power", "summer", "offer", "temper",
];

/// "Yours truly", "this old root-digger": the speaker.
pub(super) fn names_self(line: &Line<'_>, i: usize) -> bool {
    let humble = [
        "old", "poor", "humble", "tired", "foolish", "simple", "aching", "stubborn", "wretched", "weary",
        "honest", "daft",
    ];
    match line.word(i) {
        "yours" => matches!(line.word(i + 1), "truly" | "faithfully"),
        "this" => {
            let called =
                |t: &Tok| t.any(SELVES) || t.low.len() > 4 && t.low.ends_with("er") && !t.any(NO_SELVES);
            let free = (i + 1..i + 4).all(|j| line.mention_at(j).is_none());
            let near = line.toks.get(i + 2..(i + 4).min(line.toks.len())).unwrap_or_default();
            let noun = near.iter().take_while(|t| t.kind == Kind::Word).any(called);
            free && noun && line.toks.get(i + 1).is_some_and(|t| t.any(&humble))
        }
        _ => false,
    }
}

impl Reader<'_> {
    pub(super) fn pronoun(&mut self, i: usize, to: usize) -> Option<Who> {
        let line = self.line;
        let next = line.word(i + 1);
        let speaker = Who::Known(line.speaker);
        if names_self(line, i) {
            return Some(speaker);
        }
        match line.word(i) {
            "i" | "myself" => Some(speaker),
            "me" => {
                let prior = i.checked_sub(1).map_or("", |p| line.word(p));
                (!BEFORE_ME.contains(&prior)).then_some(speaker)
            }
            "us" if i > 0
                && line.toks[i - 1]
                    .any(&["with", "among", "amongst", "for", "to", "at", "of", "between", "by", "near"]) =>
            {
                None
            }
            "we" | "us" if next != "'ll" => Some(speaker),
            "you" => {
                let claims = [
                    "were", "was", "went", "took", "stole", "carried", "passed", "stood", "hid", "lifted",
                    "crept", "owe",
                ]
                .contains(&next)
                    && !(i > 0 && line.word(i - 1) == "had")
                    || (next == "'re"
                        && line
                            .toks
                            .get(i + 2)
                            .is_some_and(|t| t.any(&["at", "the", "in", "owed", "hiding"])));
                claims.then_some(Who::Known(PersonId::PLAYER))
            }
            "she" | "herself" => Some(self.context.she.map_or(Who::Unresolved, Who::Known)),
            "her"
                if i + 1 >= to
                    || line.toks.get(i + 1).is_none_or(|t| {
                        t.any(&[
                            "at", "by", "in", "on", "there", "here", "go", "pass", "come", "with", "near",
                            "carry", "walk", "cross", "carrying", "past", "through", "that", "when", "half",
                            "around", "about", "alone", "just", "outside", "walking", "crossing", "passing",
                        ])
                    })
                    || line.mention_at(i + 1).is_some_and(|m| matches!(m.what, What::Time(_))) =>
            {
                Some(self.context.she.map_or(Who::Unresolved, Who::Known))
            }
            "he" | "him" | "himself" => Some(self.context.he.map_or(Who::Unresolved, Who::Known)),
            // "No toll on them": things, not people.
            "them" if i > 0 && line.toks[i - 1].any(&["on", "among", "off", "of", "in"]) => None,
            "they" | "them" => self.context.who.or(Some(Who::Unresolved)),
            _ => self.somebody(i),
        }
    }

    /// "Someone", "nobody", "a hooded man", "the lady you mention".
    fn somebody(&self, i: usize) -> Option<Who> {
        let line = self.line;
        let next = line.word(i + 1);
        match line.word(i) {
            // "I'd like to bite somebody": nobody was anywhere.
            "someone" | "somebody"
                if i > 1
                    && line.toks[i - 2].any(&["to", "could", "would", "should", "might", "must", "'d"]) =>
            {
                None
            }
            "someone" | "somebody" | "stranger" | "strangers" | "another" if next != "'s" => {
                Some(Who::Someone)
            }
            "one" if i > 0 && matches!(line.word(i - 1), "some") => Some(Who::Someone),
            "lady" | "gentleman" | "man" | "woman" | "fellow" | "person" | "lad" | "lass" | "one"
            | "party" | "soul"
                if matches!(next, "you" | "in" | "concerned")
                    && (next != "in" || line.word(i + 2) == "question")
                    && i > 0
                    && matches!(line.word(i - 1), "the" | "young" | "old" | "good" | "dear" | "very") =>
            {
                self.context.who.or(Some(Who::Unresolved))
            }
            "man" | "woman" | "fellow" | "lad" | "girl" | "boy" | "figure" | "person" | "shadow"
            | "traveller" | "child" | "thief"
                if i > 1
                    && ["old", "poor", "young", "good", "dear"].contains(&line.word(i - 1))
                    && matches!(line.word(i - 2), "the" | "that")
                    && self.context.who.is_some() =>
            {
                self.context.who
            }
            "man" | "woman" | "fellow" | "lad" | "girl" | "boy" | "figure" | "person" | "shadow"
            | "traveller" | "child" | "thief"
                if i > 0
                    && ["a", "some", "tall", "old", "young", "another", "hooded", "certain", "dark"]
                        .contains(&line.word(i - 1)) =>
            {
                Some(Who::Someone)
            }
            "everyone" | "everybody" | "folk" | "others" | "anyone" | "anybody" => Some(Who::Someone),
            "nobody" => Some(Who::Nobody),
            "soul" if i > 1 && matches!(line.word(i - 1), "a" | "single" | "another" | "no" | "living") => {
                Some(Who::Nobody)
            }
            "one" if i > 0 && line.word(i - 1) == "no" => Some(Who::Nobody),
            _ => None,
        }
    }

    /// "here", "there", "then", "home".
    pub(super) fn adverb(&self, i: usize, to: usize, part: &mut Frame) {
        let line = self.line;
        let prior = i.checked_sub(1).map_or("", |p| line.word(p));
        let next = line.word(i + 1);
        let was = part.cue(Cue::Past);
        match line.word(i) {
            "here" if self.answers_here(i) => part.places.push(self.village.villager(line.speaker).work),
            "here"
                if was
                    && !self.line.speaker.is_player()
                    && !matches!(prior, "come" | "look" | "see" | "came" | "from") =>
            {
                part.places.push(self.village.villager(self.line.speaker).work);
            }
            "home" if was && matches!(prior, "at" | "was" | "stayed") && part.cue(Cue::Past) => {
                part.places.push(self.home(i));
            }
            "there"
                if was
                    && !["was", "were", "is", "'s", "be", "you", "now", "are"].contains(&next)
                    && prior != "hello"
                    && !self.at_a_loss(i) =>
            {
                let place =
                    self.frames.iter().rev().find_map(|f| f.places.last().copied()).or(self.context.place);
                part.places.extend(place);
            }
            "then" if i + 1 >= to && was => part.times.extend(self.context.time),
            "hour" | "time" if was && matches!(prior, "that" | "same") => {
                part.times.extend(self.context.time)
            }
            _ => {}
        }
    }

    /// "You've got me there".
    fn at_a_loss(&self, i: usize) -> bool {
        let back = |n: usize| i.checked_sub(n).map_or("", |p| self.line.word(p));
        back(1) == "me" && matches!(back(2), "got" | "have" | "'ve" | "had" | "lost" | "caught")
    }

    /// Whose home "at home" is: of whom the talk is, unless the speaker stands in the clause.
    fn home(&self, i: usize) -> PlaceId {
        let line = self.line;
        let (from, to) = line.segments[line.segment_of(i)];
        let mine = (from..to).any(|j| line.toks[j].any(&["i", "me", "my", "we", "our"]));
        let who = match self.context.who {
            Some(Who::Known(p)) if !mine && !p.is_player() => p,
            _ => line.speaker,
        };
        self.village.villager(who).home
    }

    /// "Here, dear, at eight.": an answer without a verb.
    pub(super) fn answers_here(&self, i: usize) -> bool {
        let line = self.line;
        let sentence = line.toks[i].sentence;
        let timed = (i..line.toks.len())
            .take_while(|j| line.toks[*j].sentence <= sentence + 1)
            .any(|j| matches!(line.mention_at(j).map(|m| m.what), Some(What::Time(_))));
        let closed = line.toks.get(i + 1).is_none_or(|t| {
            t.kind == super::token::Kind::Mark
                || t.any(&["at", "in", "behind", "with", "by", "under", "all", "until", "till", "from"])
        });
        !line.speaker.is_player() && line.toks[i].opens && closed && timed
    }
}
