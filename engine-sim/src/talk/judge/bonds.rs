//! Bonds: which mentions one allowed fact joins. A clause that joins nothing else claims nothing new.
//!
//! Owns: the comparison of a clause's pairs of mentions with the facts. Refuses to know: grammar, required facts (`facts`).

use super::Case;
use super::claims::{Cue, Frame, Who};
use super::coverage::{Atom, MODES, Mode, accompanies, atoms, meets, needs, perceives};
use super::cues::CUES;
use super::line::What;
use super::pattern::within;
use crate::fact::Fact;
use crate::ids::PersonId;

/// Words that bring somebody or something besides into a clause.
const BESIDES: &[&str] = &[
    "else", "other", "others", "another", "too", "also", "likewise", "well", "so", "besides", "stranger",
    "both", "together", "two", "three", "several", "company",
];

/// Whether all that a claim's own words bind together is bound together by the allowed facts.
pub(super) fn entailed(case: &Case<'_>, frame: &Frame) -> bool {
    MODES.iter().any(|mode| bound(case, frame, *mode))
}

fn bound(case: &Case<'_>, frame: &Frame, mode: Mode) -> bool {
    let line = &case.line;
    let me = case.pack.speaker;
    let facts: Vec<&Fact> = case.pack.act.facts.iter().chain(&case.pack.may).collect();
    let besides = (frame.from..frame.to).any(|i| line.mention_at(i).is_none() && line.toks[i].any(BESIDES));
    // "Someone was at the mill" says less than who was, unless somebody is named elsewhere in the line.
    let named = line.mentions.iter().any(|m| matches!(m.what, What::Person(p) if p != me && !p.is_player()));
    let veiled = frame.who.contains(&Who::Someone)
        && !named
        && facts.iter().any(|f| f.place().is_some() && f.subject().is_some());
    let nobody = veiled || frame.who.contains(&Who::Nobody);
    if frame.denied || besides || nobody || strays(frame, &facts) || steals(case, frame, &facts) {
        return false;
    }
    let mut own: Vec<Atom> = atoms(case, mode)
        .into_iter()
        .filter(|(at, _)| frame.from <= *at && *at < frame.to)
        .filter(|(at, a)| !matches!(a, Atom::Person(p) if *p == me && witness(case, *at)))
        .map(|(_, a)| a)
        .collect();
    let past = CUES.iter().any(|(c, p)| *c == Cue::Past && within(line, p, frame.from, frame.to).is_some());
    let only_me = own.iter().all(|a| matches!(a, Atom::Person(p) if *p == me));
    if only_me {
        return !past && frame.own_who && frame.who == [Who::Known(me)];
    }
    if !own.iter().any(|a| !matches!(a, Atom::Person(_))) {
        return false;
    }
    if !frame.own_who {
        own.extend(frame.who.iter().filter_map(|w| match w {
            Who::Known(p) => Some(Atom::Person(*p)),
            _ => None,
        }));
    }
    joined(case, &facts, &own)
}

/// Whether every pair of different kinds is in one fact, and all of them when there is but one of each kind.
fn joined(case: &Case<'_>, facts: &[&Fact], own: &[Atom]) -> bool {
    let in_fact = |fact: &Fact, atom: Atom| {
        needs(case, fact).iter().any(|n| meets(*n, atom, fact, case)) || accompanies(case, fact, atom)
    };
    let all = facts.iter().any(|f| own.iter().all(|a| in_fact(f, *a)));
    let kind = std::mem::discriminant::<Atom>;
    let single = own.iter().enumerate().all(|(n, a)| own[..n].iter().all(|b| kind(a) != kind(b)));
    let pair = |a: Atom, b: Atom| facts.iter().any(|f| in_fact(f, a) && in_fact(f, b));
    all || !single
        && own
            .iter()
            .enumerate()
            .all(|(n, a)| own[..n].iter().all(|b| kind(a) == kind(b) || pair(*a, *b)) && pair(*a, *a))
}

/// Whether a claim is of a kind that no allowed fact is.
fn strays(frame: &Frame, facts: &[&Fact]) -> bool {
    let none = |cue: Cue, is: fn(&Fact) -> bool| frame.cue(cue) && !facts.iter().any(|f| is(f));
    none(Cue::Alone, |f| matches!(f, Fact::Alone { .. }))
        || none(Cue::Owe, |f| matches!(f, Fact::Owes { .. }))
        || none(Cue::NotAlone, |_| false)
        || none(Cue::Gone, |f| matches!(f, Fact::Missing { .. } | Fact::Took { .. }))
}

fn steals(case: &Case<'_>, frame: &Frame, facts: &[&Fact]) -> bool {
    let verbs: &[&str] = &["took|steal+|stole|stolen|lift+|pinch+|nick+|pocket+|swipe+|snatch+|hid|hide+"];
    within(&case.line, verbs, frame.from, frame.to).is_some()
        && !facts.iter().any(|f| matches!(f, Fact::Took { .. }))
}

/// "I went by the woodyard and who should be there …": the "I" at a token is where the seen one is.
fn witness(case: &Case<'_>, at: usize) -> bool {
    let passing: &[&str] = &[
        "i ~2 went|came|walked|passed|looked|glanced|was by|past|passing|in|over|toward|towards ~4 and|when ~1 who|there|saw|met|found",
    ];
    perceives(case, at) || passing.iter().any(|p| super::pattern::at(&case.line, p, at).is_some())
}

/// Whom a fact is about besides the speaker and the player.
pub(super) fn about(case: &Case<'_>, facts: &[Fact]) -> Vec<PersonId> {
    let me = case.pack.speaker;
    let both = facts.iter().flat_map(|f| [f.subject(), f.other()]).flatten();
    both.filter(|p| *p != me && !p.is_player()).collect()
}
