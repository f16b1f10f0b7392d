//! Claims: what a line says about the village, as frames of who, where, when, what, how much, affirmed or denied.
//!
//! Owns: segments read as parts, pronouns resolved, parts folded into frames. Refuses to know: what the pack permits.

use super::clock::TimeRead;
use super::concept::{self, Concept};
use super::cues::{CUES, MATRIX};
use super::line::{Line, What};
use super::pattern::{every, within};
use super::polarity;
use crate::content::Village;
use crate::ids::{ItemId, PersonId, PlaceId};

/// Whom a claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Known(PersonId),
    /// "someone", "a man", or a person word that no tie resolves.
    Someone,
    /// "nobody".
    Nobody,
    /// A pronoun without anybody to mean.
    Unresolved,
}

/// Turns of phrase that a fact of some kind needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cue {
    Alone,
    Owe,
    Carry,
    Own,
    Gone,
    Want,
    Kin,
    Friend,
    Feud,
    Say,
    See,
    Pass,
    Past,
    Ask,
    NotAlone,
    Lost,
    Refuse,
}

/// A claim.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    pub who: Vec<Who>,
    /// Whether `who` was said, not carried over.
    pub own_who: bool,
    pub owners: Vec<PersonId>,
    pub places: Vec<PlaceId>,
    pub own_place: bool,
    pub times: Vec<TimeRead>,
    pub own_time: bool,
    pub items: Vec<ItemId>,
    pub gold: Vec<u32>,
    pub traces: Vec<ItemId>,
    pub residues: Vec<PlaceId>,
    pub cues: Vec<Cue>,
    pub concepts: Vec<Concept>,
    pub denied: bool,
    pub supposed: bool,
    pub asked: bool,
    /// Who is named as having said or seen it.
    pub source: Option<PersonId>,
    /// Token range.
    pub from: usize,
    pub to: usize,
}

impl Frame {
    /// Whether it names anything besides people.
    pub fn filled(&self) -> bool {
        !self.places.is_empty()
            || !self.times.is_empty()
            || !self.items.is_empty()
            || !self.gold.is_empty()
            || !self.traces.is_empty()
            || !self.residues.is_empty()
            || !self.concepts.is_empty()
    }
    /// Whether a cue was read.
    pub fn cue(&self, cue: Cue) -> bool {
        self.cues.contains(&cue)
    }
}

/// What pronouns may mean from before the line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    pub who: Option<Who>,
    pub she: Option<PersonId>,
    pub he: Option<PersonId>,
    pub place: Option<PlaceId>,
    pub time: Option<TimeRead>,
    pub item: Option<ItemId>,
    /// For each token of the line, whether nothing is claimed by it (`unasserted`).
    pub unasserted: Vec<bool>,
    /// Whether the act tells nothing.
    pub quiet: bool,
    /// Whether the act denies what the player said.
    pub rejects: bool,
}

impl Context {
    /// Whether nothing is claimed by a token.
    pub fn is_unasserted(&self, i: usize) -> bool {
        self.unasserted.get(i).is_some_and(|u| *u)
    }
    /// What the player's line names. "You" there is the speaker.
    pub fn of_player(player: &Line<'_>, village: &Village, speaker: PersonId) -> Context {
        let mut context =
            Context { place: player.last_place(), time: player.last_time(), ..Context::default() };
        for m in &player.mentions {
            match m.what {
                What::Person(p) if !p.is_player() => context.meet(village, p),
                What::Item(i) => context.item = Some(i),
                _ => {}
            }
        }
        if context.who.is_none() && player.toks.iter().any(|t| t.any(&["you", "your", "yours", "yourself"])) {
            context.who = Some(Who::Known(speaker));
        }
        context
    }
    fn meet(&mut self, village: &Village, who: PersonId) {
        self.who = Some(Who::Known(who));
        if village.villager(who).she {
            self.she = Some(who);
        } else {
            self.he = Some(who);
        }
    }
}

/// Whether a token range tells of saying.
pub(crate) fn says(line: &Line<'_>, from: usize, to: usize) -> bool {
    CUES.iter().any(|(cue, p)| *cue == Cue::Say && within(line, p, from, to).is_some())
}

/// Reads a line's claims.
pub(crate) fn read(line: &Line<'_>, village: &Village, before: &Context) -> Vec<Frame> {
    let mut reader = Reader { line, village, context: before.clone(), topic: None, frames: Vec::new() };
    let mut sentence = usize::MAX;
    for &(from, to) in &line.segments {
        if line.toks[from..to].iter().all(|t| t.any(ADDRESS)) {
            continue;
        }
        let part = reader.part(from, to);
        let now = line.toks[from].sentence;
        let fresh = now != sentence;
        sentence = now;
        let only_named = (from..to).any(|i| before.is_unasserted(i)) && part.who.is_empty() && !part.filled();
        if !only_named {
            reader.fold(part, fresh);
        }
    }
    reader.frames.retain(|f| f.filled() || !f.cues.is_empty());
    reader.frames
}

/// Words of address: "Friend, I never …" claims nothing of a friend.
#[rustfmt::skip]
const ADDRESS: &[&str] = &[
    "friend", "dear", "sir", "madam", "neighbour", "traveller", "love", "lad", "lass", "child", "my", "good",
    "old", "young", "man", "oh", "well",
];

pub(super) struct Reader<'a> {
    pub(super) line: &'a Line<'a>,
    pub(super) village: &'a Village,
    pub(super) context: Context,
    topic: Option<Vec<Who>>,
    pub(super) frames: Vec<Frame>,
}

impl Reader<'_> {
    fn part(&mut self, from: usize, to: usize) -> Frame {
        let line = self.line;
        let polarity = polarity::of_segment(line, from, to);
        let mut part =
            Frame { from, to, denied: polarity.denied(), supposed: polarity.supposed, ..Frame::default() };
        part.asked = line.asks(from) && self.is_question(from, to);
        part.cues =
            CUES.iter().filter(|(_, p)| within(line, p, from, to).is_some()).map(|(c, _)| *c).collect();
        if !self.nobody_by(from, to) {
            part.cues.retain(|c| *c != Cue::Alone);
        }
        part.concepts = concept::found(line, from, to);
        let people = self.name(&mut part);
        self.assign(&mut part, people);
        if part.cue(Cue::Alone) {
            part.who.retain(|w| *w != Who::Nobody);
        }
        part.own_place = !part.places.is_empty();
        part.own_time = !part.times.is_empty();
        part.own_who = !part.who.is_empty();
        if part.cue(Cue::Alone)
            && !part.who.is_empty()
            && !part.cue(Cue::NotAlone)
            && within(
                line,
                &[
                    "nobody|none|no ~1 else|with|other|soul|company|by|near|about|beside",
                    "with nobody|none|no",
                    "not|n't a|another|anyone|anybody",
                    "without",
                    "nobody but",
                ],
                from,
                to,
            )
            .is_some()
        {
            part.denied = false;
        }
        part
    }

    /// Fills a part with what it names, besides what is not claimed, and returns whom it names and where.
    fn name(&mut self, part: &mut Frame) -> Vec<(usize, Who)> {
        let line = self.line;
        let (from, to) = (part.from, part.to);
        let mut i = from;
        let mut people: Vec<(usize, Who)> = Vec::new();
        while i < to {
            let open = self.context.is_unasserted(i);
            let Some(m) = line.mention_at(i).copied() else {
                let named = matches!(line.word(i + 1), "called" | "named");
                if let Some(who) = self.pronoun(i, to).filter(|w| !(open || named && *w == Who::Nobody)) {
                    people.push((i, who));
                }
                if !open {
                    self.adverb(i, to, part);
                }
                i += 1;
                continue;
            };
            match m.what {
                _ if open || self.sworn_by(m.from) => {}
                What::Person(p) if m.owner => part.owners.push(p),
                What::Person(p) => people.push((i, Who::Known(p))),
                What::UnknownPerson => people.push((i, Who::Someone)),
                What::Place(p) if !self.source_of_residue(p, &m) => part.places.push(p),
                What::Place(_) => {}
                What::Item(item) => part.items.push(item),
                What::Trace(item) => part.traces.push(item),
                What::Residue(place) => part.residues.push(place),
                What::Time(t) => part.times.push(t),
                What::Gold(n) => part.gold.push(n),
                What::Number(_) => {}
            }
            if let What::Person(p) = m.what {
                self.context.meet(self.village, p);
            }
            i = m.to.max(i + 1);
        }
        people
    }

    /// "Flour from the mill", "stable straw": where the residue comes from, not where anything was.
    fn source_of_residue(&self, place: PlaceId, mention: &super::line::Mention) -> bool {
        let line = self.line;
        let Some(residue) = self.village.place(place).residue.as_deref() else { return false };
        let sentence = line.toks[mention.from].sentence;
        let beside = line.word(mention.to) == residue;
        let back = |n: usize| mention.from.checked_sub(n).map_or("", |i| line.word(i));
        let led = matches!(back(1), "from" | "of" | "off")
            || matches!(back(1), "the" | "our" | "my" | "that") && matches!(back(2), "from" | "of" | "off");
        let named = line.toks[..mention.from].iter().any(|t| t.sentence == sentence && t.is(residue));
        beside || led && named
    }

    /// Whether what is read as being alone is so: "I had no lamp with me" is not.
    fn nobody_by(&self, from: usize, to: usize) -> bool {
        let line = self.line;
        let thing = |&(a, b): &(usize, usize)| {
            (a..b).any(|i| matches!(line.mention_at(i).map(|m| m.what), Some(What::Item(_))))
        };
        let alone = CUES.iter().filter(|(c, _)| *c == Cue::Alone).flat_map(|(_, p)| every(line, p, from, to));
        let mut alone = alone.map(|hit| hit.1).peekable();
        alone.peek().is_none() || alone.any(|hit| !thing(&hit))
    }

    /// "I swear on my millstones": nobody was there.
    fn sworn_by(&self, at: usize) -> bool {
        let back = |n: usize| at.checked_sub(n).map_or("", |i| self.line.word(i));
        let own = usize::from(matches!(back(1), "my" | "the" | "our"));
        matches!(back(1 + own), "on" | "by" | "upon")
            && (matches!(back(2 + own), "swear" | "swore" | "oath" | "vow")
                || back(2 + own) == "it" && matches!(back(3 + own), "swear" | "swore" | "vow"))
    }

    /// "Was Maud at the mill?" asks; "Maud was at the mill, was she not?" and "At the mill, where else?" do not.
    fn is_question(&self, from: usize, to: usize) -> bool {
        let line = self.line;
        let opening = ["and", "but", "so", "or", "then", "well", "oh"];
        let first = (from..to).find(|i| !line.toks[*i].any(&opening)).unwrap_or(from);
        let inverted = line.toks.get(first).is_some_and(|t| {
            t.any(&[
                "was", "were", "is", "are", "am", "did", "do", "does", "has", "had", "have", "can", "could",
                "would",
            ]) || t.any(&[
                "will", "shall", "should", "may", "might", "must", "who", "whom", "what", "when", "where",
            ]) || t.any(&["why", "how", "which", "whose", "whether", "what's", "who's"])
        });
        // "Where else would I be but at the mill?" says where.
        let sentence = line.toks.get(from).map_or(0, |t| t.sentence);
        let start = line.toks.iter().position(|t| t.sentence == sentence).unwrap_or(from);
        let end = line.toks.iter().rposition(|t| t.sentence == sentence).map_or(to, |i| i + 1);
        if within(line, &["where|who|what else", "would i be anywhere"], start, end).is_some() {
            return false;
        }
        let verbs = [
            "is", "are", "am", "was", "were", "did", "do", "does", "has", "had", "have", "be", "been", "can",
            "could", "would", "will", "might", "may", "'s", "'m", "'re", "'ve", "'d", "'ll", "say", "tell",
            "see", "saw", "know", "knew",
        ];
        let verbless = line
            .toks
            .iter()
            .filter(|t| t.sentence == sentence)
            .all(|t| !t.any(&verbs) && (t.stems.len() == 1 || !t.low.ends_with("ed")));
        if verbless {
            return true;
        }
        let last = line.segments.iter().rfind(|s| line.toks[s.0].sentence == sentence);
        inverted || last.is_some_and(|l| l.0 == from)
    }

    /// Sorts people into sources, knowers and those the claim is about.
    fn assign(&self, part: &mut Frame, people: Vec<(usize, Who)>) {
        let line = self.line;
        let me = Who::Known(line.speaker);
        for (n, &(at, who)) in people.iter().enumerate() {
            let others = people.iter().skip(n + 1).any(|p| p.1 != who || who == me);
            let matrix = self.matrix_after(at, part.to);
            let matrix = matrix || who == me && self.views(at, part.to);
            if who == me && matrix && line.word(at) == "i" {
                let again = (at + 1..part.to)
                    .any(|i| line.toks[i].any(&["i", "me", "myself", "being", "having"]))
                    && people.iter().skip(n + 1).any(|p| p.1 == me);
                let continued = self.doing_after(at, part.to);
                if others || again || !continued {
                    continue;
                }
            }
            if who != me
                && (matrix && others || self.as_source(at))
                && let Who::Known(p) = who
            {
                part.source = Some(p);
                continue;
            }
            if !part.who.contains(&who) {
                part.who.push(who);
            }
        }
    }

    /// "I remember being at the mill": the knower is whom it is about.
    fn doing_after(&self, at: usize, to: usize) -> bool {
        (at + 1..to).any(|i| {
            self.line.toks[i]
                .any(&["being", "having", "walking", "standing", "sitting", "passing", "going", "been"])
        })
    }

    fn matrix_after(&self, at: usize, to: usize) -> bool {
        for i in at + 1..(at + 5).min(to) {
            let tok = &self.line.toks[i];
            let owns = tok.stem("own")
                && (self.line.word(i + 1) == "a"
                    || self.line.mention_at(i + 1).is_some()
                    || self.line.word(i + 1) == "the");
            if !owns && MATRIX.iter().any(|m| tok.stem(m)) {
                return true;
            }
            let helper = tok.any(&[
                "do",
                "did",
                "does",
                "can",
                "could",
                "will",
                "would",
                "'ll",
                "'d",
                "'ve",
                "have",
                "has",
                "n't",
                "not",
                "never",
                "only",
                "just",
                "also",
                "well",
                "must",
                "might",
                "may",
                "'s",
                "clearly",
                "distinctly",
                "swear",
                "always",
                "still",
                "rather",
                "quite",
                "really",
                "had",
                "to",
                "should",
                "shall",
                "definitely",
                "certainly",
                "did",
                "myself",
                "himself",
                "herself",
                "even",
                "happened",
                "plainly",
            ]);
            if !helper {
                break;
            }
        }
        self.reports_after(at, to)
    }

    /// "I had Greta in plain view", "I met Greta".
    fn views(&self, at: usize, to: usize) -> bool {
        let sight: &[&str] = &[
            "i had #person|him|her in ~2 view|sight|eye",
            "i had ~1 eye|eyes on #person|him|her",
            "i ~1 kept|had|lost|caught ~1 sight|track of #person|him|her",
            "i marked|recognised|passed|met|knew|noted #person",
        ];
        within(self.line, sight, at, to).is_some_and(|(a, _)| a == at)
    }

    /// "I can state with confidence that …": what is known is told behind "that", and nowhere is named before it.
    fn reports_after(&self, at: usize, to: usize) -> bool {
        let line = self.line;
        let that = (at + 1..(at + 10).min(to)).find(|i| line.toks[*i].is("that"));
        that.is_some_and(|that| {
            (at + 1..that).all(|i| {
                line.mention_at(i).is_none_or(|m| {
                    matches!(m.what, What::Person(_))
                        && line.toks[m.from - 1].any(&["from", "to", "with", "by", "the"])
                })
            }) && !line.toks[at + 1].any(&["was", "were"])
                && line.toks.get(that + 1).is_some_and(|t| {
                    line.mention_at(that + 1).is_some()
                        || t.any(&[
                            "the", "our", "i", "he", "she", "they", "we", "at", "by", "it", "my", "there",
                        ])
                })
        })
    }

    /// "according to Maud", "heard it from Maud", "told by Maud", "Maud's word".
    fn as_source(&self, at: usize) -> bool {
        let back = |n: usize| at.checked_sub(n).map_or("", |i| self.line.word(i));
        matches!(
            (back(2), back(1)),
            ("according", "to") | ("heard" | "it" | "that" | "word" | "had" | "news", "from")
        ) || (back(1) == "by" && matches!(back(2), "told" | "swore"))
            || (back(1) == "as"
                && matches!(
                    self.line.word(at + 1),
                    "would" | "has" | "had" | "tells" | "says" | "puts" | "said" | "told"
                ))
            || (back(1) == "the"
                && matches!(
                    (back(3), back(2)),
                    ("according", "to") | ("heard" | "it" | "that" | "word", "from")
                ))
    }

    fn fold(&mut self, mut part: Frame, fresh: bool) {
        if self.denies_before(&part, fresh) {
            if let Some(last) = self.frames.last_mut() {
                last.denied = !last.denied;
                last.asked = false;
            }
            return;
        }
        let relation = part.cue(Cue::Kin) || part.cue(Cue::Friend) || part.cue(Cue::Feud);
        self.take_echo(&mut part, fresh);
        let stated = part.filled() || relation && self.frames.iter().all(|f| f.asked);
        if !stated {
            self.fold_people(part);
            return;
        }
        if part.who.is_empty() && part.owners.is_empty() {
            part.who = match (&self.topic, self.frames.iter().rev().find(|f| !f.denied && !f.who.is_empty()))
            {
                (Some(topic), _) => topic.clone(),
                (None, Some(f)) => f.who.clone(),
                (None, None) => self.context.who.into_iter().collect(),
            };
            part.own_who = self.topic.take().is_some();
        }
        self.topic = None;
        let Some(last) = self.frames.last_mut() else {
            self.frames.push(part);
            return;
        };
        let late_time = !part.times.is_empty() && part.places.is_empty() && !part.own_who && !part.denied;
        if late_time && last.denied && last.times.is_empty() {
            let times = part.times.clone();
            for f in self.frames.iter_mut().filter(|f| f.times.is_empty()) {
                f.times = times.clone();
            }
            return;
        }
        if conflicts(last, &part) {
            let mut next = part;
            let same = !next.own_who || next.who == last.who;
            if next.times.is_empty() && !next.places.is_empty() && same {
                next.times = last.times.clone();
            }
            if next.places.is_empty() && !next.times.is_empty() && same && next.items.is_empty() {
                next.places = last.places.clone();
            }
            self.frames.push(next);
        } else {
            merge(last, part);
        }
    }

    /// "Tongs? Nell keeps a pair.": what a question without a verb names is what the next sentence is about.
    fn take_echo(&mut self, part: &mut Frame, fresh: bool) {
        let Some(last) = self.frames.last() else { return };
        let verbs = ["is", "are", "was", "were", "did", "do", "does", "has", "had", "have", "be", "been"];
        let bare = last.asked
            && last.cues.is_empty()
            && !(last.from..last.to).any(|i| self.line.toks[i].any(&verbs))
            && self.line.toks[last.from].sentence + 1 == self.line.toks[part.from].sentence;
        // In an act that tells nothing only a yes, or a word of whom was asked after, takes the question up.
        let idle = self.context.quiet && !part.filled() && !self.takes_up(part, last);
        if !(fresh && bare) || part.asked || part.denied || idle {
            return;
        }
        if part.places.is_empty() {
            part.places = last.places.clone();
        }
        if part.times.is_empty() {
            part.times = last.times.clone();
        }
        if part.items.is_empty() && part.traces.is_empty() {
            part.items = last.items.clone();
            part.traces = last.traces.clone();
        }
    }

    /// Whether a part without names affirms what was asked before it, or tells of it.
    fn takes_up(&self, part: &Frame, asked: &Frame) -> bool {
        let told = part.cue(Cue::See) || part.cue(Cue::Carry) || part.cue(Cue::Alone);
        let gone = part.cue(Cue::Gone) && !asked.items.is_empty();
        told || gone || within(self.line, AFFIRMS, part.from, part.to + 1).is_some()
    }

    /// A part that names people only: a topic, the subject that was still missing, or "and so was Bram".
    fn fold_people(&mut self, part: Frame) {
        let strangers = part.who.iter().all(|w| !matches!(w, Who::Known(_))) && !part.who.is_empty();
        let tales = strangers && within(self.line, TELLING_TALES, part.from, part.to).is_some();
        if tales || within(self.line, MAY_KNOW, part.from, part.to).is_some() {
            return;
        }
        // "… Come half past nine, it wasn't.": the claim before, denied in two words.
        let elided = part.denied && within(self.line, WAS_NOT, part.from, part.to + 1).is_some();
        if let Some(last) = self.frames.last_mut()
            && elided
            && (part.who.is_empty() || part.who == last.who)
        {
            (last.denied, last.asked, last.to) = (true, false, part.to);
            return;
        }
        let also = within(self.line, ALSO, part.from, part.to);
        if let (Some(last), false) = (self.frames.last_mut(), part.who.is_empty()) {
            if also.is_some() && part.who != last.who {
                let mut copy = last.clone();
                copy.who = part.who;
                copy.own_who = true;
                (copy.from, copy.to) = (part.from, part.to);
                self.frames.push(copy);
                return;
            }
            let only_me = part.who == [Who::Known(self.line.speaker)]
                && within(
                    self.line,
                    &["was|'s|is me|i|myself", "^ me|i $", "^ myself"],
                    part.from,
                    part.to + 1,
                )
                .is_none();
            if !last.own_who && last.owners.is_empty() && !part.denied && part.from > 0 && !only_me {
                last.who = part.who;
                last.own_who = true;
                last.to = part.to;
                last.cues.extend(part.cues);
                return;
            }
        }
        if let Some(last) = self.frames.last_mut()
            && (part.who.is_empty()
                || part.who == last.who
                || part.cue(Cue::Alone)
                || part.cue(Cue::NotAlone))
        {
            last.cues.extend(part.cues.iter().copied().filter(|c| !matches!(c, Cue::Ask)));
            if part.source.is_some() {
                last.source = part.source;
            }
            if part.cue(Cue::NotAlone) {
                last.cues.push(Cue::NotAlone);
            }
            return;
        }
        if !part.who.is_empty() && !part.denied {
            self.topic = Some(part.who.clone());
        }
        if self.frames.is_empty() && part.source.is_some() {
            self.frames.push(Frame {
                source: part.source,
                cues: part.cues,
                from: part.from,
                to: part.to,
                ..Frame::default()
            });
        }
    }

    /// "… ? Nonsense." "That is a lie." "… my foot."
    fn denies_before(&self, part: &Frame, fresh: bool) -> bool {
        let Some(last) = self.frames.last() else { return false };
        if !part.places.is_empty()
            || !part.times.is_empty()
            || !part.items.is_empty()
            || !part.gold.is_empty()
        {
            return false;
        }
        // "I was never there. That's a lie.": of the player's words, which the line has denied already.
        let again = self.context.rejects && fresh && last.denied;
        let plain = !again && within(self.line, TAKES_BACK, part.from, part.to + 1).is_some();
        let short = within(self.line, SCORNS, part.from, part.to + 1).is_some();
        // "Greta, nine? No.": a question of where is not denied, the answer is.
        let withheld = self.context.quiet && last.places.is_empty();
        plain || (fresh && short && last.asked && !withheld)
    }
}

/// What takes back the claim before.
pub(super) const TAKES_BACK: &[&str] = &[
    "^ that|it|which is|was|'s ~2 lie|false|untrue|nonsense|rubbish|wrong",
    "^ that|it|which ~1 n't|not true|so|right",
    "^ that|which never happened",
    "^ or so ~1 would",
    "^ i made|make that up",
    "^ not $",
    "^ none of it|that true",
    "^ not a word of it|that true",
    "^ only joking|jesting",
    "^ but ~1 that|it|this is|was|'s ~2 lie|false|untrue|nonsense|rubbish",
    "^ not ~1 true",
];

/// What turns down the question before.
pub(super) const SCORNS: &[&str] = &[
    "^ never|nonsense|rubbish|nay|no|hardly|lies|bosh|piffle|poppycock|balderdash $",
    "^ not likely|she|he|i|him|her|true|so|a",
    "^ i think|should not",
    "^ fat chance",
    "^ never in",
    "^ my foot",
    "^ pull the other",
    "^ i doubt it",
    "^ no such thing",
];

/// A yes, or somebody of whom it is told.
const AFFIRMS: &[&str] = &[
    "^ ~1 yes|aye|yea|indeed|certainly|surely|exactly|precisely|quite|true|right|naturally|plainly|clearly|obviously|definitely|undoubtedly|correct|sure",
    "of course",
    "just|even so",
    "where|who|what else",
    "the very ~1 same|one|man|woman",
    "he|she|him|her|they|them",
    "^ ~1 both|all|it|that|neither|each|either was|were|did|had|came|went",
    "who would n't",
];

/// A denial that leaves out what is denied.
const WAS_NOT: &[&str] = &[
    "^ ~1 it|that|he|she|they|i|we|#person was|were|is|'s|did|does|had|has|am|'m not|n't there|then|either|so? $",
];

/// "And so was Bram": the claim before holds for somebody else too.
const ALSO: &[&str] = &[
    "so was|did|were|had",
    "too",
    "as well",
    "likewise",
    "also",
    "same as #person|me|him|her|us|them",
    "as was|did",
    "with #person|him|her|me",
];

/// "Maud might remember it better": nobody is put anywhere.
const MAY_KNOW: &[&str] =
    &["might|may|could|would|will|can|'ll ~1 say|remember|know|tell|swear|recall|confirm|agree|vouch|bear"];

/// "Somebody has been telling you tales": of the tale, not of the evening.
const TELLING_TALES: &[&str] =
    &["telling|tells|told|lying|lied|saying|says|said|misled|mistaken|dreaming|fooled|fooling|sold|pulling"];

fn conflicts(last: &Frame, part: &Frame) -> bool {
    let who = part.own_who && last.own_who && !last.who.is_empty() && part.who != last.who;
    let place = part.own_place && last.own_place && part.places != last.places;
    let time = part.own_time && last.own_time && part.times != last.times;
    let gold = !part.gold.is_empty() && !last.gold.is_empty() && part.gold != last.gold;
    let item = !part.items.is_empty() && !last.items.is_empty() && part.items != last.items;
    let bare = part.places.is_empty()
        && part.times.is_empty()
        && part.items.is_empty()
        && part.gold.is_empty()
        && !part.own_who
        && part.residues.is_empty()
        && part.traces.is_empty();
    let sides =
        !bare && (part.denied != last.denied || part.asked != last.asked || part.supposed != last.supposed);
    who || place || time || gold || item || sides
}

fn merge(last: &mut Frame, part: Frame) {
    if part.own_who {
        last.who = part.who;
        last.own_who = true;
    }
    if part.own_place {
        last.places = part.places;
        last.own_place = true;
    }
    if part.own_time {
        last.times = part.times;
        last.own_time = true;
    }
    let items = part.items.into_iter().filter(|i| !last.items.contains(i)).collect::<Vec<_>>();
    last.items.extend(items);
    last.gold.extend(part.gold);
    last.gold.dedup();
    last.traces.extend(part.traces);
    last.residues.extend(part.residues);
    last.owners.extend(part.owners);
    last.cues.extend(part.cues);
    last.concepts.extend(part.concepts);
    last.source = part.source.or(last.source);
    last.to = part.to;
}
