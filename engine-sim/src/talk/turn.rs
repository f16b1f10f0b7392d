//! A turn: the player's line is parsed, the villager's acts are decided and committed, and the words are left pending.
//!
//! Owns: the order parse, decide, commit; the thread of the talk; what effects do to the state. Refuses to know: what will
//! be said. Everything that matters has happened when this returns (DESIGN section 3).

use crate::fact::{Fact, How};
use crate::ids::PersonId;
use crate::library::Library;
use crate::snapshot::state::{Favour, NOTES_MAX, Note, Pending, State, Thread};
use crate::talk::parse::{Intent, Named, Parse, TalkContext, suggest_text};
use crate::talk::policy::{self, Decision, Effect, Mind};
use crate::world::event::Event;
use crate::world::notebook;

/// Most entries kept of what was told and asked: beyond it the oldest go.
const MEMORY_MAX: usize = 2048;

/// Parses a line in the context of the running talk.
pub fn read(library: &Library, state: &State, who: PersonId, text: &str) -> Parse {
    let thread = &state.talk.thread;
    let mut context = TalkContext::new(who, state.player.place);
    if !state.talk.last_said.is_empty() {
        let last = library.parser.parse(&state.talk.last_said, &context);
        context.last_intent = last.clauses.last().map(|c| c.best().clone());
    }
    context.last_person = thread.person;
    context.last_place = thread.place;
    context.last_slot = thread.slot;
    context.last_item = thread.item;
    library.parser.parse(text, &context)
}

/// The player says `text` to `who`.
pub fn say(library: &Library, state: &mut State, who: PersonId, text: &str, events: &mut Vec<Event>) {
    let parse = read(library, state, who, text);
    for (typed, taken) in &parse.corrections {
        events.push(Event::ReadAs { typed: typed.clone(), taken: taken.clone() });
    }
    let echo = echoes(&parse);
    for clause in &parse.clauses {
        if state.talk.with.is_none() {
            // They said goodbye in the same breath.
            break;
        }
        let thread = state.talk.thread;
        let mind = Mind { library, state, who, thread: &thread, topic_words: &parse.topic_words };
        let decision = if clause.unclear {
            unclear(library, &mind, &clause.readings.iter().map(|r| r.intent.clone()).collect::<Vec<_>>())
        } else {
            policy::decide(&mind, clause.best())
        };
        if !clause.unclear {
            follow(&mut state.talk.thread, clause.best(), &decision);
        }
        commit(library, state, who, text, decision, echo.clone(), events);
    }
    state.talk.last_said = in_full(library, state, who, &parse).unwrap_or_else(|| text.to_string());
}

/// What the player meant last as a sentence that needs no context: after "where were you at seven?", "and at eight?" is kept
/// as "where were you at eight?", so that the next "and at nine?" has something to lean on. `None` when no sentence says
/// it alone.
fn in_full(library: &Library, state: &State, who: PersonId, parse: &Parse) -> Option<String> {
    let meant = parse.clauses.last().filter(|c| !c.unclear && *c.best() != Intent::None)?.best();
    let full = suggest_text(&library.village, who, meant);
    let alone = TalkContext::new(who, state.player.place);
    let read = library.parser.parse(&full, &alone);
    (read.clauses.len() == 1 && read.clauses[0].best() == meant).then_some(full)
}

/// Two readings are as good as each other, or none is good: the villager asks back.
fn unclear(library: &Library, mind: &Mind<'_>, readings: &[Intent]) -> Decision {
    let village = &library.village;
    let offered: Vec<String> = readings
        .iter()
        .filter(|i| **i != Intent::None)
        .take(2)
        .map(|i| reading_words(village, mind.who, i))
        .collect();
    if offered.is_empty() { policy::decide(mind, &Intent::None) } else { policy::clarify(offered) }
}

/// A reading as the written lines take it: "where Maud was at seven", "that you want to buy an iron lamp".
pub fn reading_words(village: &crate::content::Village, listener: PersonId, intent: &Intent) -> String {
    let asked = intent.clarify_text(village, listener);
    let bare = asked.strip_prefix("Do you ").unwrap_or(&asked).trim_end_matches('?');
    match bare.strip_prefix("ask ") {
        Some(question) => question.to_string(),
        None => format!("that you {bare}"),
    }
}

/// What the player named may be named back.
fn echoes(parse: &Parse) -> (Vec<PersonId>, Vec<crate::ids::PlaceId>, Vec<crate::ids::ItemId>) {
    let mut echo = (Vec::new(), Vec::new(), Vec::new());
    for mention in &parse.mentions {
        match mention.named {
            Named::Person(who) if !who.is_player() && !echo.0.contains(&who) => echo.0.push(who),
            Named::Place(place) if !echo.1.contains(&place) => echo.1.push(place),
            Named::Item(item) | Named::Trace(item) if !echo.2.contains(&item) => echo.2.push(item),
            _ => {}
        }
    }
    echo
}

/// The thread moves to what the player named, then to what the answer is about.
fn follow(thread: &mut Thread, intent: &Intent, decision: &Decision) {
    thread.person = intent.person().filter(|p| !p.is_player()).or(thread.person);
    thread.place = intent.place().or(thread.place);
    thread.slot = intent.at().or(thread.slot);
    thread.item = intent.item().or(thread.item);
    if let Some(fact) = decision.act.facts.first() {
        let named = intent.person().or(fact.subject()).filter(|p| !p.is_player());
        thread.person = named.or(thread.person);
        thread.place = fact.place().or(thread.place);
        thread.slot = fact.at().or(thread.slot);
        thread.item = fact.item().or(thread.item);
    }
}

/// A villager opens the conversation.
pub fn open(library: &Library, state: &mut State, who: PersonId, events: &mut Vec<Event>) {
    let thread = Thread::default();
    state.talk.with = Some(who);
    state.talk.thread = thread;
    state.talk.last_said.clear();
    let mind = Mind { library, state, who, thread: &thread, topic_words: &[] };
    let decision = policy::decide(&mind, &Intent::Greet);
    events.push(Event::TalkBegan { with: who });
    commit(library, state, who, "", decision, (Vec::new(), Vec::new(), Vec::new()), events);
    state.people[who.index()].met = true;
}

fn commit(
    library: &Library,
    state: &mut State,
    who: PersonId,
    player_line: &str,
    decision: Decision,
    echo: (Vec<PersonId>, Vec<crate::ids::PlaceId>, Vec<crate::ids::ItemId>),
    events: &mut Vec<Event>,
) {
    let Decision { act, key, readings, effects } = decision;
    for fact in &act.facts {
        remember(&mut state.talk.told, (who, *fact));
    }
    state.talk.turns += 1;
    let turn = state.talk.turns;
    events.push(Event::Act { turn, speaker: who, act: act.clone() });
    for effect in effects {
        apply(library, state, who, effect, events);
    }
    state.words.pending.push(Pending {
        turn,
        speaker: who,
        act,
        key,
        readings,
        player_line: player_line.to_string(),
        echo,
    });
}

fn remember<T: PartialEq>(list: &mut Vec<T>, entry: T) {
    if !list.contains(&entry) {
        if list.len() >= MEMORY_MAX {
            list.remove(0);
        }
        list.push(entry);
    }
}

fn apply(library: &Library, state: &mut State, who: PersonId, effect: Effect, events: &mut Vec<Event>) {
    let now = state.now;
    let person = &mut state.people[who.index()];
    match effect {
        Effect::Trust { by } => {
            let before = person.trust;
            person.trust = before.saturating_add_signed(by).min(100);
            if person.trust != before {
                events.push(Event::Trust { who, rose: person.trust > before });
            }
        }
        Effect::Cross { angry } => {
            person.cross_until = if angry { now.plus(policy::CROSS_MIN) } else { now };
        }
        Effect::Confessed => person.confessed = true,
        Effect::Favour { done } => person.favour = if done { Favour::Done } else { Favour::Asked },
        Effect::Shared { topic } => remember(&mut person.shared_topics, topic),
        Effect::Withdraw => withdraw(state, who),
        Effect::Gold { change } => {
            let gold = i32::from(state.player.gold) + change;
            state.player.gold = u16::try_from(gold.max(0)).unwrap_or(u16::MAX);
            events.push(Event::Gold { change });
        }
        Effect::Item { item, came } => {
            carry(&mut state.player.items, item, came);
            events.push(Event::Item { item, came });
        }
        Effect::Learn { fact, how, source } => {
            learn(
                library,
                state,
                Note { fact, speaker: Some(who), how, source, at: now, withdrawn: false },
                events,
            );
        }
        Effect::Offer { offer } => state.talk.thread.offer = offer,
        Effect::Asked { at } => remember(&mut state.talk.asked, (who, at)),
        Effect::Used { key } => match state.talk.used.iter_mut().find(|(w, k, _)| *w == who && k == key) {
            Some((_, _, times)) => *times = times.saturating_add(1),
            None => state.talk.used.push((who, key.to_string(), 1)),
        },
        Effect::Part => {
            state.talk.with = None;
            events.push(Event::TalkEnded { with: who });
        }
    }
}

/// Takes back every lie of theirs that is in the book: about themselves, or about whom they shielded.
fn withdraw(state: &mut State, who: PersonId) {
    let lies: Vec<crate::cases::Lie> = state.case.lies.iter().filter(|lie| lie.who == who).copied().collect();
    let theirs = |n: &&mut Note| n.source == who || notebook::whose_word(n) == Some(who);
    for note in state.player.notes.iter_mut().filter(theirs) {
        let told = |lie: &crate::cases::Lie| {
            let shielded =
                matches!(lie.why, crate::cases::Why::Cover(whom) if note.fact.subject() == Some(whom));
            let about = note.fact.subject() == Some(who) || shielded;
            about && note.fact.at() == Some(lie.at) && note.fact.place() == Some(lie.claimed)
        };
        note.withdrawn |= lies.iter().any(told);
    }
}

/// Adds or takes one item.
pub fn carry(items: &mut Vec<(crate::ids::ItemId, u8)>, item: crate::ids::ItemId, came: bool) {
    match (items.iter_mut().find(|(i, _)| *i == item), came) {
        (Some((_, count)), true) => *count = count.saturating_add(1),
        (Some((_, count)), false) => *count = count.saturating_sub(1),
        (None, true) => items.push((item, 1)),
        (None, false) => {}
    }
    items.retain(|(_, count)| *count > 0);
    items.sort_unstable();
}

/// Puts a note into the book unless it is there, and reports new contradictions.
pub fn learn(library: &Library, state: &mut State, note: Note, events: &mut Vec<Event>) {
    let notes = &mut state.player.notes;
    let same = |n: &Note| {
        n.fact == note.fact && n.speaker == note.speaker && n.source == note.source && !n.withdrawn
    };
    if notes.len() >= NOTES_MAX || notes.iter().any(same) || !worth_noting(&note.fact) {
        return;
    }
    notes.push(note);
    let index = (notes.len() - 1) as u16;
    events.push(Event::Noted { note: index });
    let mut pairs: Vec<(u16, u16)> = Vec::new();
    for clash in notebook::clashes(&library.village, notes) {
        if clash.b == index && !pairs.contains(&(clash.a, clash.b)) {
            pairs.push((clash.a, clash.b));
        }
    }
    events.extend(pairs.into_iter().map(|(a, b)| Event::Contradiction { a, b }));
}

fn worth_noting(fact: &Fact) -> bool {
    !matches!(fact, Fact::Price { .. } | Fact::Works { .. })
}

/// What a note says of how it is known, in a few words.
pub fn how_words(library: &Library, how: How) -> String {
    match how {
        How::Own => "of themselves".to_string(),
        How::Witnessed => "seen".to_string(),
        How::Told(by) => format!("heard from {}", library.village.name(by)),
        How::Inferred => "worked out".to_string(),
        How::Common => "everyone knows".to_string(),
    }
}
