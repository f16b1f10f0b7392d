//! Beyond: whatever a line claims besides the required facts must be covered by the pack too.
//!
//! Owns: which claims a fact covers, what everyone knows, things and ideas claimed of somebody. Refuses to know: required
//! and denied facts (`facts`), hidden ones (`leaks`).

use super::claims::{Cue, Frame, Who};
use super::clock::TimeRead;
use super::concept::Concept;
use super::coverage::{self, Said};
use super::facts::{Outcome, closes, compare, fits};
use super::{Case, ViolationKind};
use crate::act::ActKind;
use crate::fact::{Fact, Tie};
use crate::ids::{PersonId, PlaceId};

/// Whether a fact covers these parts of a claim.
fn covers(
    case: &Case<'_>,
    fact: &Fact,
    who: Option<PersonId>,
    place: Option<PlaceId>,
    time: Option<TimeRead>,
) -> bool {
    let me = case.pack.speaker;
    let about = fact.subject();
    let second = match *fact {
        Fact::Said { whom, .. } | Fact::Tied { whom, .. } => Some(whom),
        Fact::Owes { to, .. } => Some(to),
        _ => None,
    };
    let who_ok = who.is_none_or(|w| about == Some(w) || second == Some(w) || about.is_none() && w == me);
    let place_ok = place.is_none_or(|p| fact.place() == Some(p));
    let time_ok = time.is_none_or(|t| {
        fact.at().is_some_and(|at| fits(t, fact, at) || closes(t, at)) || t.minute.is_none() && !t.other_day
    });
    who_ok && place_ok && time_ok
}

pub(super) fn others(case: &mut Case<'_>, said: &[Said]) {
    for n in 0..case.frames.len() {
        let frame = case.frames[n].clone();
        if frame.asked && (case.pack.act.kind != ActKind::DontKnow || echoes(case, &frame))
            || frame.supposed && frame.who.is_empty()
        {
            continue;
        }
        let owns_up = case.pack.act.kind == ActKind::Confess
            && frame.denied
            && frame.who == [Who::Known(case.pack.speaker)];
        let reading = case.pack.act.kind == ActKind::Clarify
            && super::pattern::within(
                &case.line,
                &["where|whom|who|what|when|whether|mean|want|asking|ask|after"],
                frame.from,
                frame.to,
            )
            .is_some();
        let absent = frame.denied
            && frame.who == [Who::Known(case.pack.speaker)]
            && (frame.from..frame.to).all(|i| {
                case.line.mention_at(i).is_none_or(|m| {
                    !matches!(m.what, super::line::What::Place(_))
                        || case.player.mentions.iter().any(|p| p.what == m.what)
                })
            })
            && (case.pack.act.told_by.is_some() || case.pack.act.kind == ActKind::DontKnow);
        if owns_up || reading || absent || case.pack.act.kind == ActKind::Clarify && frame.asked {
            continue;
        }
        if let Some(reason) = uncovered(case, said, &frame) {
            let kind = match frame.denied {
                true => ViolationKind::NotPermitted,
                false => closest(case, &frame),
            };
            case.report(kind, frame.from, frame.to, reason);
        }
    }
}

/// Whether everything a question names is in the player's own.
pub(super) fn echoes(case: &Case<'_>, frame: &Frame) -> bool {
    (frame.from..frame.to).all(|i| {
        case.line.mention_at(i).is_none_or(|m| case.player.mentions.iter().any(|p| p.what == m.what))
    })
}

/// The kind that tells best how a claim misses the required facts.
fn closest(case: &Case<'_>, frame: &Frame) -> ViolationKind {
    let wrongs = case.pack.act.facts.iter().filter_map(|f| match compare(case, frame, f, false) {
        Outcome::Wrong(kind) => Some(kind),
        _ => None,
    });
    wrongs.min().unwrap_or(ViolationKind::NotPermitted)
}

fn uncovered(case: &Case<'_>, said: &[Said], frame: &Frame) -> Option<&'static str> {
    let pack = case.pack;
    let allowed: Vec<&Fact> = pack.act.facts.iter().chain(&pack.may).collect();
    let pool: Vec<&Fact> = if frame.denied || frame.supposed {
        allowed.iter().copied().chain(&pack.act.denied).collect()
    } else {
        allowed.clone()
    };
    let knowing = frame.cue(Cue::Ask) && frame.denied && (frame.places.is_empty() || frame.times.is_empty());
    let whom: Vec<Option<PersonId>> = people(frame);
    // Where a residue comes from, and the home of one whose hearth is cold, are no haunts of the evening.
    let source = |p: &PlaceId| {
        allowed.iter().any(|f| match f {
            Fact::Residue { from, .. } => from == p,
            Fact::HasMotive { who, motive: crate::fact::Motive::Cold } if !who.is_player() => {
                let hearth: &[&str] = &["my|her|his|their|own ~1 hearth|home|house|fire|bed"];
                let told = super::pattern::within(&case.line, hearth, frame.from, frame.to).is_some();
                case.village.villager(*who).home == *p && (frame.times.is_empty() || told)
            }
            _ => false,
        })
    };
    let haunts: Vec<PlaceId> = frame.places.iter().copied().filter(|p| !source(p)).collect();
    let places: Vec<Option<PlaceId>> = options(&haunts);
    let times: Vec<Option<TimeRead>> = options(&frame.times);
    if let Some(source) = frame.source.filter(|s| *s != pack.speaker && frame.filled()) {
        let may = pack.act.told_by == Some(source)
            || pool.iter().any(|f| f.subject() == Some(source) || f.other() == Some(source));
        if !may {
            return Some("names somebody as having said it who did not");
        }
    }
    if coverage::explains(case, said, frame) || super::bonds::entailed(case, frame) {
        return ideas(case, frame, &pool);
    }
    let strange = frame.who.iter().any(|w| matches!(w, Who::Someone | Who::Nobody));
    let alone = allowed.iter().any(|f| matches!(f, Fact::Alone { .. })) && frame.cue(Cue::Alone);
    let met = said.iter().any(|s| matches!(s.fact, Fact::Keeps { .. }));
    let settled = met || haunts.is_empty() && frame.times.is_empty();
    if strange
        && !frame.supposed
        && !settled
        && !knowing
        && !alone
        && (frame.cue(Cue::Past) || !frame.times.is_empty())
    {
        return Some("says that somebody unnamed was somewhere");
    }
    for &who in &whom {
        for &place in &places {
            for &time in &times {
                let parts =
                    usize::from(who.is_some()) + usize::from(place.is_some()) + usize::from(time.is_some());
                if parts < 2 || knowing || common(case, frame, who, place, time) {
                    continue;
                }
                if !pool.iter().any(|f| covers(case, f, who, place, time)) {
                    return Some("claims who was where and when beyond the facts given");
                }
            }
        }
    }
    things(case, frame, &pool).or_else(|| ideas(case, frame, &pool))
}

fn people(frame: &Frame) -> Vec<Option<PersonId>> {
    let known: Vec<Option<PersonId>> = frame
        .who
        .iter()
        .filter_map(|w| match w {
            Who::Known(p) => Some(Some(*p)),
            _ => None,
        })
        .collect();
    if known.is_empty() { vec![None] } else { known }
}

fn options<T: Copy>(list: &[T]) -> Vec<Option<T>> {
    if list.is_empty() { vec![None] } else { list.iter().copied().map(Some).collect() }
}

/// What everyone knows and may say: where somebody works, in the present; times and places without an event.
fn common(
    case: &Case<'_>,
    frame: &Frame,
    who: Option<PersonId>,
    place: Option<PlaceId>,
    time: Option<TimeRead>,
) -> bool {
    let carried_over = !frame.own_who && who.is_some();
    match (who, place, time) {
        (Some(w), Some(p), None)
            if w == case.pack.speaker
                && case.pack.act.kind == ActKind::Outraged
                && case.village.place(p).synonyms.iter().any(|s| s == "hall") =>
        {
            true
        }
        (Some(w), Some(p), None) if !w.is_player() => {
            let v = case.village.villager(w);
            let works = v.work == p || v.home == p;
            let mine = w == case.pack.speaker;
            !frame.cue(Cue::Past) && (works || carried_over)
                || frame.supposed && works
                || mine && works && (!frame.cue(Cue::Past) || super::permits::idle_talk(case.pack.act.kind))
                || carried_over && !frame.denied && mine && works
        }
        (Some(w), Some(_), None) if w.is_player() => !frame.cue(Cue::Past),
        (Some(w), None, Some(t)) => {
            let mine = w == case.pack.speaker;
            let noon = mine && matches!(t.minute, Some(0 | 720)) && !frame.cue(Cue::Past);
            let idle = mine && t.minute.is_none() && super::permits::idle_talk(case.pack.act.kind);
            let present = t.minute.is_none() && !frame.cue(Cue::Past);
            let told = case.pack.act.facts.iter().chain(&case.pack.may);
            let seeing = super::pattern::within(
                &case.line,
                &[
                    "i ~1 look+|see+|hear+|count+|notice+|glance+|watch+|peer+",
                    "i ~1 make|made|reckon|call|put|judge it|that",
                ],
                frame.from,
                frame.to,
            );
            let looking =
                mine && seeing.is_some() && told.into_iter().any(|f| f.at().is_some_and(|at| fits(t, f, at)));
            let unplaced = mine && frame.places.is_empty() && t.minute.is_none();
            unplaced
                || looking
                || w.is_player()
                || present
                || noon
                || idle
                || carried_over && t.minute.is_none()
        }
        // "Tobin works at the mill, dawn to dusk."
        (Some(w), Some(p), Some(t)) if !w.is_player() => {
            t.minute.is_none() && !frame.cue(Cue::Past) && case.village.villager(w).work == p
        }
        (None, Some(_), Some(t)) => t.minute.is_none() && !frame.cue(Cue::Past),
        _ => false,
    }
}

/// Claims about things: carrying, owning, taking, traces, gold.
fn things(case: &Case<'_>, frame: &Frame, pool: &[&Fact]) -> Option<&'static str> {
    let act = &case.pack.act;
    let mut actors: Vec<PersonId> = people(frame).into_iter().flatten().collect();
    actors.extend(&frame.owners);
    for &item in &frame.items {
        let act_item = act.item == Some(item)
            || pool.iter().any(|f| matches!(f, Fact::Price { item: i, .. } if *i == item));
        let found = pool.iter().any(|f| matches!(f, Fact::Residue { from, .. } if case.village.place(*from).residue.as_deref().is_some_and(|r| case.village.item(item).synonyms.iter().any(|s| s == r))));
        let wanted = item == case.village.ember() && pool.iter().any(|f| matches!(f, Fact::HasMotive { .. }));
        if act_item || found || wanted {
            continue;
        }
        let strong =
            frame.cue(Cue::Carry) && frame.cue(Cue::Past) || frame.cue(Cue::Gone) && !frame.places.is_empty();
        for &who in &actors {
            let other = who != case.pack.speaker && !who.is_player();
            let owned = other && owned(case, frame);
            let covered = pool
                .iter()
                .any(|f| f.item() == Some(item) && (f.subject() == Some(who) || f.subject().is_none()));
            let sold =
                !who.is_player() && case.village.villager(who).sells.contains(&item) && !frame.cue(Cue::Past);
            if (strong || owned) && !sold && !covered && (other || frame.own_who) {
                return Some("says who had or carried something beyond the facts given");
            }
        }
        let placed = !frame.places.is_empty() && frame.cue(Cue::Past) && actors.is_empty();
        if placed && !pool.iter().any(|f| f.item() == Some(item)) {
            return Some("says where a thing was beyond the facts given");
        }
    }
    if let Some(reason) = finds(case, frame, pool) {
        return Some(reason);
    }
    if frame.cue(Cue::Owe)
        && !frame.gold.is_empty()
        && !pool.iter().any(|f| matches!(f, Fact::Owes { .. }))
        && act.gold.is_none()
    {
        return Some("tells of a debt beyond the facts given");
    }
    None
}

/// Whether somebody else is said to own what is named: "her lamp", "Maud keeps a pan", "the pan is his".
fn owned(case: &Case<'_>, frame: &Frame) -> bool {
    let over: &[&str] = &["over|into|with his|her ~1 #item"];
    let owning: &[&str] = &[
        "own+|possess+|belong+",
        "#person|she|he ~2 keep+|has|have|got|had|'s ~3 #item",
        "#person 's ~2 #item",
        "his|her|their|hers ~1 #item",
        "#item ~2 is|are|was|were his|hers|#person",
    ];
    super::pattern::within(&case.line, over, frame.from, frame.to).is_none()
        && super::pattern::within(&case.line, owning, frame.from, frame.to).is_some()
}

/// Traces and what clings to clothes, found beyond the facts.
fn finds(case: &Case<'_>, frame: &Frame, pool: &[&Fact]) -> Option<&'static str> {
    for &trace in &frame.traces {
        if !pool.iter().any(|f| matches!(f, Fact::Trace { item, .. } if *item == trace)) {
            return Some("tells of a trace beyond the facts given");
        }
    }
    for &from in &frame.residues {
        // "With straw in my sleeves": what clings to everybody of the trade.
        let work = case.village.villager(case.pack.speaker).work;
        let own = case.village.place(work).residue == case.village.place(from).residue
            && super::pattern::within(&case.line, &["my|our", "on me|us"], frame.from, frame.to).is_some();
        if own {
            continue;
        }
        let word = case.village.place(from).residue.as_deref();
        let told = pool.iter().any(|f| matches!(f, Fact::Residue { from: p, .. } if case.village.place(*p).residue.as_deref() == word));
        if !told && !frame.places.is_empty() && frame.cue(Cue::Past) {
            return Some("tells of what was found beyond the facts given");
        }
    }
    None
}

/// Secrets, motives and guilt laid at somebody's door.
fn ideas(case: &Case<'_>, frame: &Frame, pool: &[&Fact]) -> Option<&'static str> {
    let plain = super::concept::plain(&case.line, frame.from, frame.to);
    for concept in frame.concepts.iter().filter(|c| plain.contains(c)) {
        let told = pool.iter().any(|f| {
            super::leaks::gives(f) == Some(*concept)
                || matches!(
                    (f, concept),
                    (Fact::Owes { .. }, Concept::Motive(crate::fact::Motive::Debt))
                        | (Fact::Tied { tie: Tie::Feud, .. }, Concept::Motive(crate::fact::Motive::Grudge))
                        | (Fact::Alone { .. }, Concept::Secret(_))
                        | (Fact::Price { .. }, Concept::Motive(_))
                        | (Fact::Wants { .. }, Concept::Motive(_) | Concept::Secret(_))
                        | (Fact::Missing { .. } | Fact::Took { .. }, Concept::Guilt)
                )
        });
        // "Nell has one, and it isn't borrowed": her own.
        let unlent: &[&str] = &["not|n't|never ~2 borrowed|lent|loaned|loan"];
        let own = *concept == Concept::Motive(crate::fact::Motive::Debt)
            && pool.iter().any(|f| matches!(f, Fact::Owns { .. }))
            && super::pattern::within(&case.line, unlent, frame.from, frame.to).is_some();
        if told || own {
            continue;
        }
        let other = people(frame).into_iter().flatten().any(|p| p != case.pack.speaker && !p.is_player())
            || !frame.owners.is_empty();
        if other && frame.own_who {
            return Some("lays a secret, a motive or the theft at somebody's door");
        }
        let theft = matches!(case.pack.act.kind, ActKind::Outraged | ActKind::Deny | ActKind::Shrug)
            || case.pack.hidden.iter().any(|f| matches!(f, Fact::Took { .. }))
            || [&case.line, &case.player].iter().any(|l| {
                l.toks.iter().any(|t| t.any(&["ember", "thief", "stole", "steal", "theft", "culprit"]))
            });
        if *concept == Concept::Guilt
            && theft
            && !frame.denied
            && !frame.asked
            && !frame.supposed
            && people(frame).contains(&Some(case.pack.speaker))
        {
            return Some("owns up to the theft");
        }
    }
    None
}
