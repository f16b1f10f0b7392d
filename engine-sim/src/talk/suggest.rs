//! Suggested replies: three things worth saying now, always offered beside free typing.
//!
//! Owns: which questions are open with this villager. Refuses to know: how the player chooses. Free text costs effort
//! (reference: a randomised study found the load higher than with choices), so there is always something to pick.

use crate::fact::Fact;
use crate::ids::PersonId;
use crate::library::Library;
use crate::snapshot::state::{Favour, Note, State};
use crate::talk::parse::Intent;
use crate::talk::policy::{TRUST_SHUT, press};
use crate::time::Slot;
use crate::world::notebook::{self, Clash};

/// How many are offered.
pub const SUGGESTIONS: usize = 3;

fn used(state: &State, who: PersonId, key: &str) -> u16 {
    state.talk.used.iter().find(|(w, k, _)| *w == who && k == key).map_or(0, |(_, _, times)| *times)
}

/// The notes of a clash as they stand against `who`: their own word, where one of the two is theirs, then what clashes with it.
fn sides<'n>(notes: &'n [Note], clash: &Clash, who: PersonId) -> (&'n Note, &'n Note) {
    let (a, b) = (&notes[usize::from(clash.a)], &notes[usize::from(clash.b)]);
    if notebook::whose_word(a) == Some(who) { (a, b) } else { (b, a) }
}

/// What the player says to hold a clash about `who` against them.
pub fn held_against(notes: &[Note], clash: &Clash, who: PersonId) -> Intent {
    let (own, other) = sides(notes, clash, who);
    let source = Some(other.source).filter(|s| *s != who && !s.is_player());
    let place = if other.fact.subject() == Some(who) { other.fact.place() } else { None };
    Intent::Confront { who: Some(who), place, at: own.fact.at(), source, denied: false }
}

/// A contradiction with this villager's own word that can be held against them, the next one each time.
fn confrontation(library: &Library, state: &State, who: PersonId) -> Option<Intent> {
    if state.people[who.index()].confessed {
        return None;
    }
    let notes = &state.player.notes;
    let clashes = notebook::clashes(&library.village, notes);
    let mut held = clashes.iter().filter(|clash| {
        let (own, other) = sides(notes, clash, who);
        let theirs = notebook::whose_word(own) == Some(who);
        clash.about == who && theirs && press::counts(&library.village, notes, other, who)
    });
    let clash = held.nth(usize::from(used(state, who, "confront")))?;
    Some(held_against(notes, clash, who))
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

/// A topic they enjoy and have not shared.
fn liked_topic(library: &Library, state: &State, who: PersonId) -> Option<Intent> {
    let shared = &state.people[who.index()].shared_topics;
    let topic = library.village.villager(who).likes.iter().find(|topic| !shared.contains(topic))?;
    Some(Intent::SmallTalk { topic: Some(topic.clone()) })
}

/// What mends a bad start: nothing about the evening is answered until then.
fn mending(library: &Library, state: &State, who: PersonId) -> Vec<Intent> {
    let person = &state.people[who.index()];
    let mut open = Vec::new();
    if person.cross_until > state.now {
        open.push(Intent::Apologise);
    }
    open.extend(liked_topic(library, state, who));
    if person.favour == Favour::Unasked && open.len() < 2 {
        open.push(Intent::AskTask);
    }
    open.extend([Intent::AskSelf, Intent::AskWares, Intent::Leave]);
    open
}

/// What is worth asking somebody who answers.
fn questions(library: &Library, state: &State, who: PersonId) -> Vec<Intent> {
    let mut open: Vec<Intent> = Vec::new();
    let person = &state.people[who.index()];
    let wanted = library.village.villager(who).wants;
    let carries = state.player.items.iter().any(|(item, n)| *item == wanted && *n > 0);
    open.extend(confrontation(library, state, who));
    if carries && person.favour == Favour::Asked {
        open.push(Intent::GiveBack { item: Some(wanted) });
    }
    if used(state, who, "ask_ember") == 0 && who == library.village.keeper() {
        open.push(Intent::AskEmber);
    }
    if let Some(&at) = open_slots(state, who).first() {
        open.push(Intent::AskWhere { who, at: Some(at), place: None, now: false });
    }
    // First who was at the house, then half-hour by half-hour, from before the window to after it.
    let window = state.case.window;
    let seen = usize::from(used(state, who, "ask_saw"));
    let around: Vec<Slot> = (window.present.0..=window.missing.0).map(Slot).collect();
    if seen == 0 {
        let house = library.village.ember_house();
        open.push(Intent::AskSaw { whom: None, place: Some(house), at: None, item: None });
    } else if let Some(&at) = around.get(seen - 1) {
        open.push(Intent::AskSaw { whom: None, place: None, at: Some(at), item: None });
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
    open.extend(liked_topic(library, state, who));
    open.extend([Intent::AskSelf, Intent::AskSuspect, Intent::Leave]);
    open
}

/// Exactly [`SUGGESTIONS`] intents, each of another kind.
pub fn suggest(library: &Library, state: &State, who: PersonId) -> Vec<Intent> {
    let person = &state.people[who.index()];
    let shut = person.cross_until > state.now || person.trust < TRUST_SHUT;
    let mut open = if shut { mending(library, state, who) } else { questions(library, state, who) };
    open.truncate(SUGGESTIONS);
    open
}
