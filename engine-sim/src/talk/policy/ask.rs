//! Questions about the evening: what a villager says of themselves and of others.
//!
//! Owns: which of a villager's facts answers which question. Refuses to know: whether the villager is in the mood (`decide`
//! has settled that). About themselves they give their claim, which is the stored lie where there is one.

use super::{Decision, Effect, FACTS_MAX, Mind, answer_key, clarify};
use crate::act::{Act, ActKind};
use crate::fact::{Fact, How, Knowing};
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::phrase;
use crate::time::Slot;

fn dont_know() -> Decision {
    Decision::bare(ActKind::DontKnow)
}

fn is_evening_sight(fact: &Fact) -> bool {
    matches!(fact, Fact::Was { .. } | Fact::Passed { .. } | Fact::Carried { .. })
}

/// The half-hours that matter: the window, and one before it.
fn matters(mind: &Mind<'_>, at: Slot) -> bool {
    let window = mind.state.case.window;
    at >= window.present && at <= window.missing
}

/// Sightings that pass a filter; those of the window first.
fn sightings(mind: &Mind<'_>, keep: impl Fn(&Fact) -> bool) -> Vec<Knowing> {
    let mut found: Vec<Knowing> = mind
        .tells()
        .into_iter()
        .filter(|k| is_evening_sight(&k.fact) && k.fact.subject() != Some(mind.who) && keep(&k.fact))
        .collect();
    found.sort_by_key(|k| {
        let at = k.fact.at().unwrap_or(Slot(0));
        (!matters(mind, at), k.depth, !matches!(k.fact, Fact::Carried { .. }), at)
    });
    found
}

/// What they say of their own whereabouts: the claim.
fn own_claim(mind: &Mind<'_>, at: Slot) -> Decision {
    let case = &mind.state.case;
    let lie = case.lie(mind.who, at).filter(|_| !mind.confessed());
    let place = lie.map_or_else(|| case.place(mind.who, at), |lie| lie.claimed);
    let fact = Fact::Was { who: mind.who, place, at };
    let kind = if lie.is_some() { ActKind::Lie } else { ActKind::Answer };
    let act = Act::saying(kind, vec![fact]);
    let key = if lie.is_some() { "lie.self" } else { answer_key(mind.who, &act) };
    Decision::new(act)
        .key(key)
        .with(Effect::Learn { fact, how: How::Own, source: mind.who })
        .with(Effect::Asked { at })
}

/// Where `who` was, or is now.
pub fn whereabouts(
    mind: &Mind<'_>,
    who: PersonId,
    at: Option<Slot>,
    place: Option<PlaceId>,
    now: bool,
) -> Decision {
    if now {
        return today(mind, who);
    }
    if who == mind.who {
        return match at.or(mind.thread.slot.filter(|_| place.is_some())) {
            Some(at) => own_claim(mind, at),
            None => which_hour(mind),
        };
    }
    let about = |f: &Fact| f.subject() == Some(who) && at.is_none_or(|at| f.at() == Some(at));
    let found = sightings(mind, about);
    // Who saw nothing themselves may have heard from the person where they say that they were.
    mind.answer(found).or_else(|| mind.answer(claims_heard(mind, about))).unwrap_or_else(dont_know)
}

/// What they heard others say of where those were; of the window first.
fn claims_heard(mind: &Mind<'_>, keep: impl Fn(&Fact) -> bool) -> Vec<Knowing> {
    let mut heard: Vec<Knowing> = mind.tells();
    heard.retain(|k| matches!(k.fact, Fact::Said { .. }) && keep(&k.fact));
    heard.sort_by_key(|k| (!k.fact.at().is_some_and(|at| matters(mind, at)), k.depth, k.fact));
    heard
}

/// Where somebody works: the best that anyone can say of now.
fn today(mind: &Mind<'_>, who: PersonId) -> Decision {
    if who.is_player() {
        return dont_know();
    }
    let fact = Fact::Works { who, place: mind.library.village.villager(who).work };
    Decision::new(Act::saying(ActKind::Answer, vec![fact]))
}

/// "When, exactly?", offering the half-hours of the window.
fn which_hour(mind: &Mind<'_>) -> Decision {
    let asked = |at: &Slot| mind.state.talk.asked.contains(&(mind.who, *at));
    let mut slots: Vec<Slot> = mind.state.case.window.slots().collect();
    slots.sort_by_key(|at| (asked(at), *at));
    slots.truncate(3);
    clarify(slots.into_iter().map(|at| format!("where I was {}", phrase::when_words(at))).collect())
}

/// When `who` was at `place`.
pub fn when(mind: &Mind<'_>, who: PersonId, place: PlaceId) -> Decision {
    if who == mind.who {
        let claims: Vec<Slot> = Slot::all().filter(|&at| mind.state.case.claim(who, at) == place).collect();
        let best = claims.iter().find(|&&at| matters(mind, at)).or(claims.first());
        return best.map_or_else(|| Decision::bare(ActKind::Deny), |&at| own_claim(mind, at));
    }
    let found = sightings(mind, |f| f.subject() == Some(who) && f.place() == Some(place));
    mind.answer(found).unwrap_or_else(dont_know)
}

/// Who was with `who`.
pub fn company(mind: &Mind<'_>, who: PersonId, at: Option<Slot>, place: Option<PlaceId>) -> Decision {
    let case = &mind.state.case;
    let at = at.or(mind.thread.slot);
    if who != mind.who {
        let known = mind.tells();
        let with = |f: &Fact| {
            known.iter().any(|k| {
                matches!(k.fact, Fact::Was { who: w, .. } if w == who)
                    && k.fact.place() == f.place()
                    && k.fact.at() == f.at()
            })
        };
        let found = sightings(mind, |f| {
            matches!(f, Fact::Was { .. })
                && f.subject() != Some(who)
                && at.is_none_or(|at| f.at() == Some(at))
                && place.is_none_or(|p| f.place() == Some(p))
                && with(f)
        });
        return mind.answer(found).unwrap_or_else(dont_know);
    }
    let Some(at) = at else { return which_hour(mind) };
    let lie = case.lie(who, at).filter(|_| !mind.confessed());
    let here = lie.map_or_else(|| case.place(who, at), |lie| lie.claimed);
    let found =
        sightings(mind, |f| matches!(f, Fact::Was { .. }) && f.at() == Some(at) && f.place() == Some(here));
    if let Some(decision) = mind.answer(found) {
        return decision.with(Effect::Asked { at });
    }
    // To others the company is something they keep to themselves.
    let alone = alone(mind, at).map(|decision| decision.key("answer"));
    alone.unwrap_or_else(|| Decision::bare(ActKind::Refuse)).with(Effect::Asked { at })
}

/// That they were by themselves in a half-hour: only who truly was, or lies about where they were, says so.
fn alone(mind: &Mind<'_>, at: Slot) -> Option<Decision> {
    let (who, case) = (mind.who, &mind.state.case);
    let lie = case.lie(who, at).filter(|_| !mind.confessed());
    let place = lie.map_or_else(|| case.place(who, at), |lie| lie.claimed);
    let alone = Fact::Alone { who, place, at };
    let truly = || mind.tells().iter().any(|k| k.how == How::Own && k.fact == alone);
    if lie.is_none() && !truly() {
        return None;
    }
    let kind = if lie.is_some() { ActKind::Lie } else { ActKind::Answer };
    let was = Fact::Was { who, place, at };
    Some(
        Decision::new(Act::saying(kind, vec![alone]))
            .with(Effect::Learn { fact: was, how: How::Own, source: who })
            .with(Effect::Learn { fact: alone, how: How::Own, source: who }),
    )
}

/// "I saw nobody": asked whom they saw, they were there, as they say, and by themselves.
fn nobody(mind: &Mind<'_>, place: Option<PlaceId>, at: Option<Slot>) -> Option<Decision> {
    let meant = |slot: &Slot| match at {
        Some(at) => *slot == at,
        None => place.is_some() && matters(mind, *slot),
    };
    let here = |decision: &Decision| {
        place.is_none() || decision.act.facts.first().is_some_and(|fact| fact.place() == place)
    };
    let mut quiet = Slot::all().filter(meant).filter_map(|slot| alone(mind, slot)).filter(here);
    quiet.next().map(|decision| decision.key("answer.nobody"))
}

/// What they saw.
pub fn sighting(
    mind: &Mind<'_>,
    whom: Option<PersonId>,
    place: Option<PlaceId>,
    at: Option<Slot>,
    item: Option<ItemId>,
) -> Decision {
    if item == Some(mind.library.village.ember()) && whom.is_none() {
        return ember(mind);
    }
    if whom == Some(mind.who) {
        return whereabouts(mind, mind.who, at, place, false);
    }
    let found = sightings(mind, |f| {
        whom.is_none_or(|w| f.subject() == Some(w))
            && place.is_none_or(|p| f.place() == Some(p))
            && at.is_none_or(|a| f.at() == Some(a))
            && item.is_none_or(|i| f.item() == Some(i))
    });
    let alone = || nobody(mind, place, at).filter(|_| whom.is_none() && item.is_none());
    let decision = mind.answer(found).or_else(alone).unwrap_or_else(dont_know);
    decision.with(Effect::Used { key: "ask_saw" })
}

/// What they know about a person.
pub fn person(mind: &Mind<'_>, who: PersonId) -> Decision {
    if who == mind.who {
        return Decision::bare(ActKind::AboutSelf);
    }
    if mind.library.village.bonded(mind.who, who) && mind.trust() < super::TRUST_WON {
        return Decision::bare(ActKind::Deflect);
    }
    let mut found: Vec<Knowing> = mind
        .tells()
        .into_iter()
        .filter(|k| k.fact.subject() == Some(who))
        .filter(|k| {
            matches!(
                k.fact,
                Fact::HasMotive { .. }
                    | Fact::Owes { .. }
                    | Fact::Owns { .. }
                    | Fact::Tied { .. }
                    | Fact::Said { .. }
            ) || (is_evening_sight(&k.fact) && k.fact.at().is_some_and(|at| matters(mind, at)))
        })
        .collect();
    found.sort_by_key(|k| match k.fact {
        Fact::Carried { .. } => 0,
        Fact::HasMotive { .. } => 1,
        Fact::Was { .. } | Fact::Passed { .. } => 2,
        Fact::Said { .. } => 3,
        Fact::Owes { .. } => 4,
        Fact::Owns { .. } => 5,
        _ => 6,
    });
    mind.answer(found).unwrap_or_else(dont_know)
}

/// What they know about a place.
pub fn place(mind: &Mind<'_>, place: PlaceId) -> Decision {
    let found = sightings(mind, |f| f.place() == Some(place));
    mind.answer(found).unwrap_or_else(dont_know)
}

/// Who has an item; whether `who` has one.
pub fn item(mind: &Mind<'_>, item: ItemId, who: Option<PersonId>) -> Decision {
    if item == mind.library.village.ember() {
        return ember(mind);
    }
    let found: Vec<Knowing> = mind
        .tells()
        .into_iter()
        .filter(|k| matches!(k.fact, Fact::Owns { .. } | Fact::Carried { .. }) && k.fact.item() == Some(item))
        .filter(|k| who.is_none_or(|who| k.fact.subject() == Some(who)))
        .collect();
    if let Some(decision) = mind.answer(found) {
        return decision;
    }
    if let Some(who) = who.filter(|w| !w.is_player()) {
        // Who owns what is common knowledge, so a no can be said.
        let mut no = Decision::bare(ActKind::Deny);
        no.act.denied = vec![Fact::Owns { who, item }];
        return no.key("deny.owns");
    }
    if mind.library.village.villager(mind.who).sells.contains(&item) {
        return super::trade::price(mind, Some(item));
    }
    dont_know()
}

/// Gossip: what they were told, or a motive they know of.
pub fn rumour(mind: &Mind<'_>) -> Decision {
    let mut found: Vec<Knowing> = mind
        .tells()
        .into_iter()
        .filter(|k| match k.fact {
            Fact::HasMotive { .. } => true,
            _ => matches!(k.how, How::Told(_)) && is_evening_sight(&k.fact),
        })
        .filter(|k| k.fact.subject() != Some(mind.who))
        .collect();
    found.sort_by_key(|k| {
        let at = k.fact.at();
        (!at.is_some_and(|at| matters(mind, at)), matches!(k.fact, Fact::HasMotive { .. }), k.fact)
    });
    mind.answer(found).unwrap_or_else(dont_know).with(Effect::Used { key: "ask_rumour" })
}

/// Who had a reason.
pub fn motive(mind: &Mind<'_>, who: Option<PersonId>) -> Decision {
    if who == Some(mind.who) {
        return Decision::bare(ActKind::Deny);
    }
    let found: Vec<Knowing> = mind
        .tells()
        .into_iter()
        .filter(|k| matches!(k.fact, Fact::HasMotive { .. }))
        .filter(|k| k.fact.subject() != Some(mind.who) && who.is_none_or(|w| k.fact.subject() == Some(w)))
        .collect();
    mind.answer(found).unwrap_or_else(dont_know).with(Effect::Used { key: "ask_motive" })
}

/// Whom they suspect: never a name without a fact, so a motive or a thing carried, else nothing.
pub fn suspect(mind: &Mind<'_>) -> Decision {
    let found = sightings(mind, |f| matches!(f, Fact::Carried { .. }));
    mind.answer(found).unwrap_or_else(|| motive(mind, None))
}

/// When the ember was last seen, and when it was gone.
pub fn ember(mind: &Mind<'_>) -> Decision {
    let mut found: Vec<Knowing> = mind
        .tells()
        .into_iter()
        .filter(|k| matches!(k.fact, Fact::Present { .. } | Fact::Missing { .. }))
        .collect();
    // The latest sight of it and the earliest of its absence say most.
    found.sort_by_key(|k| match k.fact {
        Fact::Present { at, .. } => (0, u8::MAX - at.0),
        Fact::Missing { at, .. } => (1, at.0),
        _ => (2, 0),
    });
    let present = found.iter().find(|k| matches!(k.fact, Fact::Present { .. })).copied();
    let missing = found.iter().find(|k| matches!(k.fact, Fact::Missing { .. })).copied();
    let both: Vec<Knowing> = present.into_iter().chain(missing).take(FACTS_MAX).collect();
    mind.answer(both).unwrap_or_else(dont_know).with(Effect::Used { key: "ask_ember" })
}
