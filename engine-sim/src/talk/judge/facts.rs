//! Facts: each required fact must be said as it is, and every other claim covered by the pack.
//!
//! Owns: the comparison of frames with facts. Refuses to know: how frames are read, what turns a denied fact down
//! (`denials`).

use super::claims::{Cue, Frame, Who};
use super::clock::{Limit, TimeRead};
use super::concept::Concept;
use super::coverage::{self, Said};
use super::question::Question;
use super::{Case, ViolationKind};
use super::{ellipsis, wordings};
use crate::act::ActKind;
use crate::fact::{Fact, Motive, Tie};
use crate::ids::{PersonId, PlaceId};
use crate::time::{SLOT_MIN, Slot};

/// How one need of a fact fares in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fare {
    Said,
    Absent,
    Other(ViolationKind),
}

/// How a fact fares in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Missing(u8),
    Wrong(ViolationKind),
    Polarity,
    Said,
}

/// Compares the line with the pack.
pub(super) fn check(case: &mut Case<'_>) {
    let said = coverage::read(case);
    required(case, &said);
    super::denials::check(case);
    super::beyond::others(case, &said);
    super::leaks::check(case);
}

fn required(case: &mut Case<'_>, said: &[Said]) {
    for fact in case.pack.act.facts.clone() {
        let best =
            case.frames.iter().map(|f| (compare(case, f, &fact, false), f.from, f.to)).max_by_key(|o| o.0);
        let (outcome, from, to) = best.unwrap_or((Outcome::Missing(9), 0, case.line.toks.len()));
        let words = crate::phrase::clause(case.village, case.pack.speaker, &fact);
        let outcome = if parts_ways(case, &fact) { Outcome::Polarity } else { outcome };
        match outcome {
            Outcome::Said => {}
            Outcome::Polarity => {
                case.report(ViolationKind::WrongPolarity, from, to, format!("must affirm: {words}"))
            }
            _ if said.iter().any(|s| s.fact == fact) => {}
            Outcome::Wrong(kind) => case.report(kind, from, to, format!("must say: {words}")),
            Outcome::Missing(_) if ellipsis::said(case, &fact) => {}
            Outcome::Missing(_) => {
                let end = case.line.toks.len();
                case.report(ViolationKind::MissingFact, 0, end, format!("must say: {words}"));
            }
        }
    }
}

/// Whether the line says of friends or kin that they are not: "anything but friends"; of what is owned, that it is another's.
fn parts_ways(case: &Case<'_>, fact: &Fact) -> bool {
    let not_own: &[&str] = &[
        "is|was|'s not|n't|never|hardly her|his|their|my|#person 's? own|$",
        "is|was|'s not|n't|never|hardly hers|theirs|mine|his",
    ];
    let not_who: &[&str] = &["^ that|it|this ~1 is|was|'s ~1 not|n't|never|hardly #person"];
    let whose = |(_, b): (usize, usize)| {
        let m = case.line.mention_at(b - 1)?;
        matches!(m.what, super::line::What::Person(p) if Some(p) == fact.subject() && !m.owner).then_some(())
    };
    let denied = match fact {
        Fact::Owns { .. } => super::pattern::find_any(&case.line, not_own).is_some(),
        Fact::Was { .. } | Fact::Passed { .. } => {
            super::pattern::find_any(&case.line, not_who).and_then(whose).is_some()
        }
        Fact::Keeps { secret, .. } => super::phrasing::disclaimed(&case.line, *secret),
        _ => false,
    };
    if denied {
        return true;
    }
    matches!(fact, Fact::Tied { tie: Tie::Friend | Tie::Kin, .. })
        && super::pattern::find_any(
            &case.line,
            &[
                "anything but|save ~2 friend+|friendly|kin|family|close|fond",
                "hardly|scarcely|barely ~2 friend+|friendly|kin|family",
                "far from ~2 friend+|friendly|close|kin|family",
                "no ~1 friends|friend|kin of",
                "never ~2 friend+|kin|family",
            ],
        )
        .is_some()
}

/// How a fact fares in a frame. `denial` asks for the negative.
pub(super) fn compare(case: &Case<'_>, frame: &Frame, fact: &Fact, denial: bool) -> Outcome {
    let needs = needs(case, frame, fact, denial);
    let absent = needs.iter().filter(|n| **n == Fare::Absent).count() as u8;
    let mut wrong = needs.iter().filter_map(|n| match n {
        Fare::Other(kind) => Some(*kind),
        _ => None,
    });
    let first = wrong.next();
    let many = wrong.next().is_some();
    let said = needs.iter().filter(|n| **n == Fare::Said).count();
    if (frame.asked || frame.supposed) && !asks_for(case, fact) {
        return Outcome::Missing(absent + 1);
    }
    match (first, absent) {
        (None, 0) => {
            if reads_denied(case, frame, fact) == denial {
                Outcome::Said
            } else {
                Outcome::Polarity
            }
        }
        (Some(kind), 0) if !many && said > 0 => Outcome::Wrong(kind),
        _ => Outcome::Missing((absent + u8::from(first.is_some()) + u8::from(many)).min(9)),
    }
}

/// What an act offers or begs may be put as a question: "Three gold?", "Would you bring me a ribbon?"
pub(super) fn asks_for(case: &Case<'_>, fact: &Fact) -> bool {
    match case.pack.act.kind {
        ActKind::Price | ActKind::Bargain => matches!(fact, Fact::Price { .. }),
        ActKind::Task => matches!(fact, Fact::Wants { .. }),
        _ => false,
    }
}

/// Some facts are negative in themselves: "was not there" says that it was missing.
fn reads_denied(case: &Case<'_>, frame: &Frame, fact: &Fact) -> bool {
    match fact {
        Fact::Missing { .. } => {
            let absent: &[&str] = &[
                "ember|it|#item was|is not|n't at|in|on|there|where|$",
                "it was not|n't",
                "#item ~1 was|were|is|are not|n't",
                "not|n't ~1 any more|longer",
            ];
            let not_there = super::pattern::within(&case.line, absent, frame.from, frame.to).is_some();
            let gone = super::pattern::within(&case.line, wordings::GONE, frame.from, frame.to).is_some();
            frame.denied && !frame.cue(Cue::Gone) && !not_there && !gone
        }
        Fact::HasMotive { motive, .. } => {
            frame.denied && !wordings::lacks(&case.line, *motive, frame.from, frame.to)
        }
        Fact::Wants { .. } => {
            let none: &[&str] = &[
                "no|little|small use|need|call|wish|love",
                "love+|like+|want+|need+|wish+|crave+|fancy+|care+ the? least",
            ];
            let idle = super::pattern::within(&case.line, none, frame.from, frame.to).is_some();
            (frame.denied || idle) && frame.cue(Cue::Refuse)
        }
        Fact::Owes { .. } => {
            let unpaid: &[&str] = &[
                "has|have|had|yet|is|are not|n't|never ~2 paid|pay|repaid|returned|settled|square|seen|had|given|forgotten|quit|clear",
                "no|not more|less than|nor? ~1 #gold",
                "not|n't|never a ~1 coin|copper|penny|farthing ~2 paid|back|of|returned",
            ];
            let owing = super::pattern::within(&case.line, unpaid, frame.from, frame.to).is_some();
            frame.denied && !owing || super::phrasing::settled(&case.line)
        }
        Fact::Tied { .. } => false,
        Fact::Keeps { secret, .. } => {
            let negative = matches!(secret, crate::fact::Secret::Shirking | crate::fact::Secret::Smuggling);
            frame.denied && (!negative || super::denials::disowned(case, frame))
        }
        Fact::Present { .. } => frame.denied != frame.cue(Cue::Lost),
        Fact::Alone { .. } => {
            let negators = ["nobody", "none", "no", "not", "n't", "never", "nor", "without"];
            let tables = super::cues::CUES.iter().filter(|(c, _)| *c == Cue::Alone);
            let mut hits =
                tables.flat_map(|(_, p)| super::pattern::every(&case.line, p, frame.from, frame.to));
            let lone = hits.any(|(_, (a, b))| (a..b).any(|i| case.line.toks[i].any(&negators)));
            frame.denied && !lone || frame.cue(Cue::NotAlone)
        }
        _ => frame.denied,
    }
}

fn needs(case: &Case<'_>, frame: &Frame, fact: &Fact, denial: bool) -> Vec<Fare> {
    let mut out = Vec::new();
    let relaxed = denial && (!frame.places.is_empty() || fact.place().is_none());
    if let Some(place) = fact.place() {
        out.push(at_place(frame, place));
    }
    if let Some(at) = fact.at() {
        let fare = at_time(case, frame, fact, at);
        let untimed = matches!(fact, Fact::Took { .. }) && !Question::asks_when(&case.player);
        let skip = fare == Fare::Absent && (relaxed || untimed);
        out.push(if skip { Fare::Said } else { fare });
    }
    parts(case, frame, fact, denial, &mut out);
    out
}

/// The needs besides place and time.
fn parts(case: &Case<'_>, frame: &Frame, fact: &Fact, denial: bool, out: &mut Vec<Fare>) {
    let me = case.pack.speaker;
    match *fact {
        Fact::Price { item, gold, .. } => {
            out.push(of_item(case, frame, item, true));
            out.push(of_gold(frame, gold));
        }
        Fact::Owes { who, to, gold } => out.extend(owing(case, frame, (who, to), gold)),
        Fact::Present { item, .. } => out.push(of_item(case, frame, item, true)),
        Fact::Missing { item, .. } => {
            out.push(of_item(case, frame, item, true));
            out.push(if frame.denied { Fare::Said } else { cue(frame, Cue::Gone) });
        }
        Fact::Trace { item, .. } => {
            out.push(of_trace(frame, item));
        }
        Fact::Residue { from, .. } => out.push(residue(case, frame, from)),
        Fact::Alone { who, .. } => {
            out.push(of_who(frame, who));
            out.push(if denial { Fare::Said } else { cue(frame, Cue::Alone) });
        }
        Fact::Carried { who, item, .. } | Fact::Took { who, item, .. } => {
            out.push(of_who(frame, who));
            out.push(of_item(case, frame, item, true));
            if matches!(fact, Fact::Took { .. }) {
                out.push(took(case, frame));
            }
        }
        Fact::Owns { who, item } => {
            let mine = who == me && case.line.toks.iter().any(|t| t.any(&["my", "mine", "i"]));
            let owner = frame.owners.contains(&who) || mine;
            out.push(if owner { Fare::Said } else { of_who(frame, who) });
            out.push(of_owned(case, frame, item));
        }
        Fact::Wants { who, item } => {
            out.push(if who == me { Fare::Said } else { of_who(frame, who) });
            out.push(of_item(case, frame, item, false));
            let asked = case.pack.act.kind == ActKind::Task;
            out.push(if asked { Fare::Said } else { cue(frame, Cue::Want) });
        }
        Fact::HasMotive { who, motive } => {
            out.push(of_who(frame, who));
            out.push(of_motive(case, frame, motive));
        }
        Fact::Keeps { who, secret, .. } => {
            out.push(of_who(frame, who));
            out.push(of_concept(frame, Concept::Secret(secret)));
        }
        Fact::Tied { tie, .. } => {
            out.push(if both(case, frame, fact) { Fare::Said } else { Fare::Absent });
            out.push(cue(frame, tie_cue(tie)));
        }
        Fact::Said { who, whom, .. } => {
            let source = told_in(case, who)
                || frame.source == Some(who)
                || frame.who.contains(&Who::Known(who))
                || who == me;
            out.push(if source { Fare::Said } else { Fare::Absent });
            out.push(of_who(frame, whom));
        }
        Fact::Was { who, .. } | Fact::Passed { who, .. } | Fact::Works { who, .. } => {
            out.push(of_who(frame, who))
        }
    }
}

/// The needs of a debt: its verb, its sum, who owes whom.
fn owing(case: &Case<'_>, frame: &Frame, (who, to): (PersonId, PersonId), gold: u16) -> [Fare; 3] {
    let short = ellipsis::owes_in_short(case, who, to);
    let sum =
        if bounded(case, frame) { Fare::Other(ViolationKind::WrongNumber) } else { of_gold(frame, gold) };
    if short {
        [Fare::Said, sum, Fare::Said]
    } else {
        [cue(frame, Cue::Owe), sum, debt(case, frame, who, to)]
    }
}

/// Verbs of having no more, or not yet.
const PARTED: &[&str] = &["sold|lost|broke|broken|gave|lent|threw|wants|needs|wanted|needed"];

/// The thing owned; whoever sold it has it no more.
fn of_owned(case: &Case<'_>, frame: &Frame, item: crate::ids::ItemId) -> Fare {
    let parted = super::pattern::within(&case.line, PARTED, frame.from, frame.to).is_some();
    if parted { Fare::Absent } else { of_item(case, frame, item, false) }
}

/// Taking, in any words.
fn took(case: &Case<'_>, frame: &Frame) -> Fare {
    let verbs: &[&str] = &[
        "take+|steal+|lift+|touch+|pinch+|nick+|pocket+|carry+|swipe+|snatch+|grab+|remove+|rob+|thieve+|filch+|help+|theft",
        "had|have|got|laid|lay+|put|did|done|do|was|were",
    ];
    let said = super::pattern::within(&case.line, verbs, frame.from, frame.to).is_some();
    if said || frame.concepts.contains(&Concept::Guilt) { Fare::Said } else { Fare::Absent }
}

fn tie_cue(tie: Tie) -> Cue {
    match tie {
        Tie::Kin => Cue::Kin,
        Tie::Friend => Cue::Friend,
        Tie::Feud => Cue::Feud,
    }
}

fn of_trace(frame: &Frame, item: crate::ids::ItemId) -> Fare {
    if frame.traces.contains(&item) {
        Fare::Said
    } else if frame.traces.is_empty() {
        Fare::Absent
    } else {
        Fare::Other(ViolationKind::NotPermitted)
    }
}

/// Whether some segment names a person as having said something.
pub(super) fn told_in(case: &Case<'_>, who: PersonId) -> bool {
    let line = &case.line;
    let (him, her) = (case.context.he == Some(who), case.context.she == Some(who));
    let pronoun = (0..line.toks.len())
        .filter(|i| him && line.word(*i) == "he" || her && line.word(*i) == "she")
        .any(|i| {
            line.toks.get(i + 1).is_some_and(|t| {
                t.any(&["said", "says", "told", "swore", "swears", "stated", "states", "declared"])
            })
        });
    pronoun
        || line.mentions.iter().filter(|m| m.what == super::line::What::Person(who)).any(|m| {
            let (from, to) = line.segments[line.segment_of(m.from)];
            super::claims::says(line, from, to)
        })
}

fn cue(frame: &Frame, cue: Cue) -> Fare {
    if frame.cue(cue) { Fare::Said } else { Fare::Absent }
}

fn of_concept(frame: &Frame, concept: Concept) -> Fare {
    if frame.concepts.contains(&concept) { Fare::Said } else { Fare::Absent }
}

/// A motive by its concept; a warm hearth is no cold one.
fn of_motive(case: &Case<'_>, frame: &Frame, motive: Motive) -> Fare {
    let snug = motive == Motive::Cold && wordings::snug(&case.line);
    if snug { Fare::Absent } else { of_concept(frame, Concept::Motive(motive)) }
}

fn of_who(frame: &Frame, who: PersonId) -> Fare {
    if frame.who.contains(&Who::Known(who)) || frame.owners.contains(&who) {
        Fare::Said
    } else if frame.who.is_empty() && frame.owners.is_empty() || frame.who.contains(&Who::Unresolved) {
        Fare::Absent
    } else {
        Fare::Other(ViolationKind::WrongPerson)
    }
}

/// Whether both of a tie are named, in the line or in the question.
pub(super) fn both(case: &Case<'_>, frame: &Frame, tie: &Fact) -> bool {
    let Fact::Tied { who: a, whom: b, .. } = *tie else { return false };
    let me = case.pack.speaker;
    let named = |p: PersonId| {
        frame.who.contains(&Who::Known(p))
            || frame.owners.contains(&p)
            || frame.source == Some(p)
            || case.line.mentions.iter().any(|m| m.what == super::line::What::Person(p))
            || p == me
                && (0..case.line.toks.len())
                    .any(|i| case.line.toks[i].any(&["i", "me", "my", "we", "us", "our", "mine"]))
    };
    let we = |p: PersonId| {
        case.line.toks.iter().any(|t| t.any(&["we", "us", "our"])) && case.context.who == Some(Who::Known(p))
    };
    // "What is Tobin to Agnes?" — "Her brother.": both stand in the question.
    let known = [Some(a), Some(b), Some(me), case.pack.act.told_by];
    let strange = case.line.mentions.iter().any(|m| match m.what {
        super::line::What::Person(q) => !known.contains(&Some(q)),
        what => what == super::line::What::UnknownPerson,
    });
    let asked_of = |p: PersonId| {
        let you = p == me && case.player.toks.iter().any(|t| t.any(&["you", "your", "yours"]));
        let heard = case.player.mentions.iter().any(|m| m.what == super::line::What::Person(p));
        (you || heard) && !strange
    };
    let named = |p: PersonId| named(p) || we(p) || asked_of(p) || ellipsis::in_the_pair(case, p);
    named(a) && named(b)
}

fn at_place(frame: &Frame, place: PlaceId) -> Fare {
    if frame.places.contains(&place) {
        Fare::Said
    } else if frame.places.is_empty() {
        Fare::Absent
    } else {
        Fare::Other(ViolationKind::WrongPlace)
    }
}

/// Whether a time as said is the half-hour meant.
pub(super) fn fits(time: TimeRead, fact: &Fact, at: Slot) -> bool {
    let Some(minute) = time.minute else { return false };
    let start = at.start().0;
    let said = u32::from(minute);
    let missing = matches!(fact, Fact::Missing { .. });
    match time.limit {
        Limit::At => said == start,
        Limit::By => said == start,
        Limit::Before | Limit::After | Limit::Until => missing && said == start && time.limit != Limit::Until,
        Limit::From => said == start,
    }
}

/// Whether a second time only closes the half-hour: "from half past seven till eight".
pub(super) fn closes(time: TimeRead, at: Slot) -> bool {
    time.minute.is_some_and(|m| u32::from(m) == at.start().0 + SLOT_MIN)
        && matches!(time.limit, Limit::Until | Limit::At)
}

fn at_time(case: &Case<'_>, frame: &Frame, fact: &Fact, at: Slot) -> Fare {
    if frame.times.iter().any(|t| fits(*t, fact, at)) {
        let told = |t: TimeRead| {
            let facts = case.pack.act.facts.iter().chain(&case.pack.may);
            facts
                .filter(|f| f.place() == fact.place() && f.subject() == fact.subject())
                .any(|f| f.at().is_some_and(|at| fits(t, f, at)))
        };
        let stray = frame.times.iter().any(|t| {
            !told(*t) && !fits(*t, fact, at) && !closes(*t, at) && (t.minute.is_some() || t.other_day)
        });
        return if stray { Fare::Other(ViolationKind::WrongTime) } else { Fare::Said };
    }
    if frame.times.is_empty() { Fare::Absent } else { Fare::Other(ViolationKind::WrongTime) }
}

fn of_item(case: &Case<'_>, frame: &Frame, item: crate::ids::ItemId, pronoun: bool) -> Fare {
    if frame.items.contains(&item) {
        return Fare::Said;
    }
    let talked_of = case.context.item == Some(item)
        || case.pack.act.item == Some(item)
        || case.line.mentions.iter().any(|m| m.what == super::line::What::Item(item));
    if frame.items.is_empty() && pronoun && (talked_of || item == case.village.ember()) {
        Fare::Said
    } else if frame.items.is_empty() {
        Fare::Absent
    } else {
        Fare::Other(ViolationKind::NotPermitted)
    }
}

fn of_gold(frame: &Frame, gold: u16) -> Fare {
    if frame.gold.is_empty() {
        Fare::Absent
    } else if frame.gold.iter().all(|g| *g == u32::from(gold)) {
        Fare::Said
    } else {
        Fare::Other(ViolationKind::WrongNumber)
    }
}

/// "More than ten gold": not ten.
fn bounded(case: &Case<'_>, frame: &Frame) -> bool {
    let bounds: &[&str] = &["more|less|fewer than #gold"];
    super::pattern::within(&case.line, bounds, frame.from, frame.to)
        .is_some_and(|(at, _)| at == 0 || !case.line.toks[at - 1].any(&["no", "not", "n't", "nothing"]))
}

fn residue(case: &Case<'_>, frame: &Frame, from: PlaceId) -> Fare {
    let word = case.village.place(from).residue.clone().unwrap_or_default();
    let said = (frame.from..frame.to).any(|i| case.line.toks[i].low == word);
    if said {
        Fare::Said
    } else if frame.residues.is_empty() {
        Fare::Absent
    } else {
        Fare::Other(ViolationKind::NotPermitted)
    }
}

/// Who owes whom: the one before "owes" owes the one behind it; "is owed", "lent" and "owed by" turn it around.
pub(super) fn debt(case: &Case<'_>, frame: &Frame, who: PersonId, to: PersonId) -> Fare {
    let line = &case.line;
    let me = case.pack.speaker;
    let person = |i: usize| -> Option<PersonId> {
        if let Some(m) = line.mention_at(i) {
            return match m.what {
                super::line::What::Person(p) => Some(p),
                _ => None,
            };
        }
        match line.word(i) {
            "i" | "me" | "my" | "mine" => Some(me),
            "you" | "your" => Some(PersonId::PLAYER),
            "she" | "her" => case.context.she,
            "he" | "him" | "his" => case.context.he,
            _ => None,
        }
    };
    if let Some((_, end)) = super::pattern::within(
        line,
        &["in #person 's? ~1 debt|book|books|slate|ledger", "in my|his|her ~1 debt|book|books"],
        frame.from,
        frame.to,
    ) {
        let creditor = (frame.from..end).rev().find_map(person);
        return match creditor {
            Some(c) if c == to => Fare::Said,
            Some(c) if c == who => Fare::Other(ViolationKind::WrongPerson),
            _ => Fare::Absent,
        };
    }
    let verb = (frame.from..frame.to).find(|i| {
        let t = &line.toks[*i];
        ["owe", "debt", "lend", "borrow", "loan", "due", "pay"].iter().any(|s| t.stem(s))
            || t.any(&["owing", "indebted"])
    });
    let Some(verb) = verb else { return Fare::Absent };
    let before = (frame.from..verb).rev().filter_map(person).find(|p| *p == who || *p == to);
    let after = (verb + 1..frame.to).filter_map(person).find(|p| *p == who || *p == to);
    let passive = line.word(verb) == "owed"
        && (verb > 0
            && line.toks[verb - 1].any(&["am", "'m", "is", "'s", "are", "was", "were", "be", "still"]))
        || line.toks[verb].stem("lend")
        || line.word(verb) == "due";
    let by = (verb + 1..frame.to).any(|i| line.word(i) == "by") && line.toks[verb].stem("owe");
    let expected = if passive != (by && !passive) { (to, who) } else { (who, to) };
    match (before, after) {
        (Some(a), Some(b)) if (a, b) == expected => Fare::Said,
        (Some(a), Some(b)) if (a, b) == (expected.1, expected.0) => Fare::Other(ViolationKind::WrongPerson),
        (None, Some(b)) if frame.who.contains(&Who::Known(expected.0)) && b == expected.1 => Fare::Said,
        (Some(a), None) if a == expected.0 && frame.who.contains(&Who::Known(expected.1)) => Fare::Said,
        _ => Fare::Absent,
    }
}
