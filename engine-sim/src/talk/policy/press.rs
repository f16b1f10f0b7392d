//! Pressure: evidence shown, contradictions held up, names called.
//!
//! Owns: when a liar owns up. An innocent one does at the first credible statement against their word; the thief only when
//! word, means and what lay on the floor all point one way. Refuses to know: the moot (`world::moot`).

use super::{Decision, Effect, Mind};
use crate::act::{Act, ActKind};
use crate::cases::{Lie, Why};
use crate::fact::{Fact, How};
use crate::ids::PersonId;
use crate::snapshot::state::Note;
use crate::talk::parse::Named;
use crate::time::Slot;

/// Whether a note's word about `whom` can be trusted: somebody else's eyes, and not a friend's.
pub fn credible(village: &crate::content::Village, note: &Note, whom: PersonId) -> bool {
    !note.withdrawn && note.source != whom && note.speaker != Some(whom) && !village.bonded(note.source, whom)
}

/// Whether `note` counts against `whom`: credible by itself, or a friend's word that somebody else's agrees with.
pub fn counts(village: &crate::content::Village, notes: &[Note], note: &Note, whom: PersonId) -> bool {
    let agrees = |other: &Note| {
        !other.withdrawn
            && other.fact == note.fact
            && other.source != note.source
            && other.source != whom
            && other.speaker != Some(whom)
    };
    let heard = !note.withdrawn && note.speaker != Some(whom) && note.source != whom;
    credible(village, note, whom) || (heard && notes.iter().any(agrees))
}

/// The player's notes that speak credibly against one lie.
fn against<'a>(mind: &'a Mind<'_>, lie: &'a Lie) -> impl Iterator<Item = &'a Note> {
    let (village, case) = (&mind.library.village, &mind.state.case);
    let notes = &mind.state.player.notes;
    notes
        .iter()
        .filter(move |n| case.refutes_lie(village, lie, &n.fact) && counts(village, notes, n, lie.who))
}

/// The first lie of this villager about `at` (any, when unsaid; a walk seen at the next half-hour refutes too) that the
/// player can refute.
fn refuted<'a>(mind: &'a Mind<'_>, at: Option<Slot>) -> Option<&'a Lie> {
    let lies = mind.state.case.lies.iter().filter(|lie| lie.who == mind.who);
    let meant = |lie: &&Lie| at.is_none_or(|at| lie.at == at || lie.at.after() == Some(at));
    lies.filter(meant).filter(|_| !mind.confessed()).find(|lie| against(mind, lie).next().is_some())
}

/// A claim is held against them.
pub fn confront(mind: &Mind<'_>, who: Option<PersonId>, at: Option<Slot>) -> Decision {
    if who.is_some_and(|who| who != mind.who) {
        return about_another(mind, who, at);
    }
    match refuted(mind, at) {
        Some(lie) => own_up(mind, lie),
        None if mind.cross() => Decision::bare(ActKind::Offended),
        None => Decision::bare(ActKind::Deny).with(Effect::Trust { by: -2 }),
    }
    .with(Effect::Used { key: "confront" })
}

/// They are told something about somebody else: they repeat what they know of it, or shrug.
fn about_another(mind: &Mind<'_>, who: Option<PersonId>, at: Option<Slot>) -> Decision {
    let known = mind.tells().into_iter().filter(|k| {
        matches!(k.fact, Fact::Was { .. } | Fact::Passed { .. })
            && k.fact.subject() == who
            && at.is_some_and(|at| k.fact.at() == Some(at))
    });
    mind.answer(known.collect()).unwrap_or_else(|| Decision::bare(ActKind::Shrug))
}

fn own_up(mind: &Mind<'_>, lie: &Lie) -> Decision {
    match lie.why {
        Why::Theft => thief_pressed(mind),
        Why::Secret(secret) => {
            let keeps = Fact::Keeps { who: mind.who, secret, place: lie.truth, at: lie.at };
            confession(mind, lie, keeps)
        }
        Why::Cover(_) => {
            let was = Fact::Was { who: mind.who, place: lie.truth, at: lie.at };
            confession(mind, lie, was)
        }
    }
}

fn confession(mind: &Mind<'_>, lie: &Lie, fact: Fact) -> Decision {
    let was = Fact::Was { who: mind.who, place: lie.truth, at: lie.at };
    let mut decision = Decision::new(Act::saying(ActKind::Confess, vec![fact]))
        .with(Effect::Confessed)
        .with(Effect::Withdraw)
        .with(Effect::Trust { by: -3 })
        .with(Effect::Learn { fact, how: How::Own, source: mind.who });
    if was != fact {
        decision = decision.with(Effect::Learn { fact: was, how: How::Own, source: mind.who });
    }
    decision
}

/// The thief gives in only to word, means and trace together.
fn thief_pressed(mind: &Mind<'_>) -> Decision {
    let case = &mind.state.case;
    let noted = |wanted: &dyn Fn(&Fact) -> bool| mind.state.player.notes.iter().any(|n| wanted(&n.fact));
    let means = noted(
        &|f| matches!(*f, Fact::Owns { who, item } if who == case.thief && item == case.carrier),
    ) || noted(
        &|f| matches!(*f, Fact::Carried { who, item, .. } if who == case.thief && item == case.carrier),
    );
    let trace = noted(&|f| matches!(*f, Fact::Trace { item, .. } if item == case.carrier));
    let lies = case.lies.iter().filter(|lie| lie.who == mind.who);
    let mut eyes: Vec<PersonId> = lies.flat_map(|lie| against(mind, lie)).map(|note| note.source).collect();
    eyes.sort_unstable();
    eyes.dedup();
    if means && trace && eyes.len() >= 2 {
        let took = Fact::Took { who: mind.who, item: mind.library.village.ember(), at: case.theft };
        return Decision::new(Act::saying(ActKind::Confess, vec![took]))
            .key("confess.theft")
            .with(Effect::Confessed)
            .with(Effect::Withdraw)
            .with(Effect::Learn { fact: took, how: How::Own, source: mind.who });
    }
    Decision::bare(ActKind::Deny).with(Effect::Trust { by: -4 })
}

/// Evidence is shown: a trace, an item, a person's word.
pub fn show(mind: &Mind<'_>, evidence: Named) -> Decision {
    match evidence {
        Named::Person(who) => super::ask::person(mind, who),
        Named::Place(place) => super::ask::place(mind, place),
        Named::Item(item) | Named::Trace(item) => {
            let owners = super::ask::item(mind, item, None);
            if owners.act.facts.is_empty() { Decision::bare(ActKind::Shrug) } else { owners }
        }
        Named::Residue(place) => {
            let residue = &mind.library.village.place(place).residue;
            let seen = mind.tells().into_iter().filter(|k| {
                matches!(k.fact, Fact::Was { .. })
                    && k.fact.subject() != Some(mind.who)
                    && k.fact.place().is_some_and(|p| &mind.library.village.place(p).residue == residue)
                    && k.fact.at().is_some_and(|at| mind.state.case.window.contains(at))
            });
            mind.answer(seen.collect()).unwrap_or_else(|| Decision::bare(ActKind::Shrug))
        }
        Named::Slot(_) | Named::Number(_) => Decision::bare(ActKind::Shrug),
    }
}

/// A name is called in conversation; the moot is another matter.
pub fn accuse(mind: &Mind<'_>, who: PersonId, asked: bool) -> Decision {
    if who != mind.who {
        return super::ask::person(mind, who);
    }
    if let Some(lie) = refuted(mind, None) {
        return own_up(mind, lie).with(Effect::Used { key: "confront" });
    }
    let kind = if asked { ActKind::Deny } else { ActKind::Outraged };
    let by = if asked { -2 } else { -6 };
    Decision::bare(kind).with(Effect::Trust { by })
}
