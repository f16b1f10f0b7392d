//! Suggested replies: three things worth saying now, always offered beside free typing.
//!
//! Owns: which questions are open with this villager. Refuses to know: how the player chooses. Free text costs effort
//! (reference: a randomised study found the load higher than with choices), so there is always something to pick.

use crate::fact::Fact;
use crate::ids::PersonId;
use crate::library::Library;
use crate::snapshot::state::{Favour, State};
use crate::talk::parse::Intent;
use crate::time::Slot;
use crate::world::notebook;

/// How many are offered.
pub const SUGGESTIONS: usize = 3;

fn used(state: &State, who: PersonId, key: &str) -> u16 {
    state.talk.used.iter().find(|(w, k, _)| *w == who && k == key).map_or(0, |(_, _, times)| *times)
}

/// A contradiction with this villager's own word that has not been held against them.
fn confrontation(library: &Library, state: &State, who: PersonId) -> Option<Intent> {
    let notes = &state.player.notes;
    let clashes = notebook::clashes(&library.village, notes);
    let clash = clashes.iter().find(|c| {
        let own = |i: u16| notes[usize::from(i)].speaker == Some(who);
        c.about == who && (own(c.a) || own(c.b))
    })?;
    let own_first = notes[usize::from(clash.a)].speaker == Some(who);
    let (own, other) = if own_first { (clash.a, clash.b) } else { (clash.b, clash.a) };
    let (own, other) = (&notes[usize::from(own)], &notes[usize::from(other)]);
    if used(state, who, "confront") > 0 && state.people[who.index()].confessed {
        return None;
    }
    let source = Some(other.source).filter(|s| *s != who && !s.is_player());
    Some(Intent::Confront {
        who: Some(who),
        place: other.fact.place(),
        at: own.fact.at(),
        source,
        denied: false,
    })
}

/// The slots of the window that have not been asked about, most telling first.
fn open_slots(state: &State, who: PersonId) -> Vec<Slot> {
    let asked = |at: &Slot| state.talk.asked.contains(&(who, *at));
    state.case.window.slots().filter(|at| !asked(at)).collect()
}

/// Somebody the player has doubts about, other than the listener.
fn doubtful(library: &Library, state: &State, who: PersonId) -> Option<PersonId> {
    let notes = &state.player.notes;
    let clash = notebook::clashes(&library.village, notes).into_iter().map(|c| c.about).find(|p| *p != who);
    let carried = notes.iter().find_map(|n| match n.fact {
        Fact::Carried { who: carrier, .. } if carrier != who => Some(carrier),
        _ => None,
    });
    clash.or(carried)
}

/// Up to [`SUGGESTIONS`] intents, each of another kind.
pub fn suggest(library: &Library, state: &State, who: PersonId) -> Vec<Intent> {
    let person = &state.people[who.index()];
    let wanted = library.village.villager(who).wants;
    let carries = state.player.items.iter().any(|(item, n)| *item == wanted && *n > 0);
    let mut open: Vec<Intent> = Vec::new();
    if person.cross_until > state.now {
        open.push(Intent::Apologise);
    }
    open.extend(confrontation(library, state, who));
    if carries && person.favour == Favour::Asked {
        open.push(Intent::GiveBack { item: Some(wanted) });
    }
    let slots = open_slots(state, who);
    if let Some(&at) = slots.first() {
        open.push(Intent::AskWhere { who, at: Some(at), place: None, now: false });
    }
    if used(state, who, "ask_ember") == 0 && who == library.village.keeper() {
        open.push(Intent::AskEmber);
    }
    let window: Vec<Slot> = state.case.window.slots().collect();
    let seen = usize::from(used(state, who, "ask_saw"));
    if let Some(&at) = window.get(seen % window.len().max(1)).filter(|_| seen < window.len() + 1) {
        let place = (seen == 0).then(|| library.village.ember_house());
        let at = if seen == 0 { None } else { Some(at) };
        open.push(Intent::AskSaw { whom: None, place, at, item: None });
    }
    if let Some(whom) = doubtful(library, state, who) {
        open.push(Intent::AskPerson { who: whom });
    }
    if used(state, who, "ask_rumour") < 2 {
        open.push(Intent::AskRumour);
    }
    if used(state, who, "ask_motive") == 0 {
        open.push(Intent::AskMotive { who: None });
    }
    if person.favour == Favour::Unasked {
        open.push(Intent::AskTask);
    }
    open.push(Intent::AskSelf);
    open.push(Intent::Leave);
    open.truncate(SUGGESTIONS);
    open
}
