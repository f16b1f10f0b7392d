//! One minute of the day: villagers walk their schedules and talk among themselves, and dusk comes.
//!
//! Owns: the order within a tick: clock, walking, gossip, murmurs, deadline. Refuses to know: the evening (see `cases`), which is over.
//! Whoever talks with the player stands still.

use super::event::Event;
use super::murmur;
use crate::fact::{Fact, How, Knowing};
use crate::ids::{PersonId, PlaceId};
use crate::library::Library;
use crate::rng::Rng;
use crate::snapshot::state::{Outcome, Position, State};
use crate::time::{DAY_MIN, DEADLINE, Minute, SLOT_MIN};

/// How many mouths a rumour passes on the day before it is no longer repeated.
const DEPTH_MAX: u8 = 3;
/// Most that one villager picks up on the day.
const HEARD_MAX: usize = 64;

/// Lets a minute pass.
pub fn tick(library: &Library, state: &mut State, events: &mut Vec<Event>) {
    state.now = state.now.plus(1);
    for who in library.village.people() {
        if state.talk.with != Some(who) {
            walk(library, state, who, events);
        }
    }
    if state.now.0.is_multiple_of(SLOT_MIN) {
        gossip(library, state);
    }
    if state.now.0.is_multiple_of(murmur::EVERY_MIN) {
        events.extend(murmur::overheard(library, state));
    }
    if state.now >= DEADLINE && state.player.outcome == Outcome::Open {
        state.player.outcome = Outcome::Frozen;
        if let Some(with) = state.talk.with.take() {
            events.push(Event::TalkEnded { with });
        }
        events.push(Event::Ended { outcome: Outcome::Frozen });
    }
}

/// Where a villager means to be at a minute of the day: work, a midday errand, an evening haunt. Drawn from the seed, so the
/// same day is the same day; nothing of it is stored.
pub fn intends(library: &Library, seed: u64, who: PersonId, minute: Minute) -> PlaceId {
    let villager = library.village.villager(who);
    let of_day = minute.0 % DAY_MIN;
    let half_hour = of_day / SLOT_MIN;
    let mut rng = Rng::new(seed ^ (u64::from(who.0) << 56) ^ (u64::from(half_hour) << 40), "day plan");
    let haunt = |rng: &mut Rng| rng.pick(&villager.evening).copied().unwrap_or(villager.home);
    match of_day / 60 {
        0..=7 => villager.home,
        12 if rng.chance(60) => haunt(&mut rng),
        8..=16 if rng.chance(12) => haunt(&mut rng),
        8..=16 => villager.work,
        17..=19 if rng.chance(70) => haunt(&mut rng),
        17..=19 => villager.work,
        _ => villager.home,
    }
}

fn walk(library: &Library, state: &mut State, who: PersonId, events: &mut Vec<Event>) {
    let goal = intends(library, state.case.seed, who, state.now);
    let here = state.player.place;
    let position = &mut state.people[who.index()].position;
    let before = position.place();
    match position.step {
        Some((next, left)) if left > 1 => position.step = Some((next, left - 1)),
        Some((next, _)) => *position = Position { at: next, step: None, goal },
        None => position.goal = goal,
    }
    if position.step.is_none() && position.at != position.goal {
        let way = library.village.way(position.at, position.goal);
        if let Some(&next) = way.first() {
            let minutes = library.village.walk_min(position.at, next);
            position.step = Some((next, minutes.min(u32::from(u8::MAX)) as u8));
        }
    }
    let after = position.place();
    if before != after && before == Some(here) {
        events.push(Event::Came { who, came: false });
    }
    if before != after && after == Some(here) {
        events.push(Event::Came { who, came: true });
    }
}

/// Each half-hour, people at the same place pass on one thing each, as their tongue allows. Feuds are silent, and nobody
/// passes on what they guard.
fn gossip(library: &Library, state: &mut State) {
    let village = &library.village;
    for teller in village.people() {
        let Some(place) = state.people[teller.index()].position.place() else { continue };
        let hearers: Vec<PersonId> = village
            .people()
            .filter(|&p| p != teller && state.people[p.index()].position.place() == Some(place))
            .filter(|&p| village.tie(teller, p) != Some(crate::fact::Tie::Feud))
            .collect();
        for hearer in hearers {
            if state.rng.chance(u32::from(village.villager(teller).gossip)) {
                pass_on(library, state, teller, hearer);
            }
        }
    }
}

fn pass_on(library: &Library, state: &mut State, teller: PersonId, hearer: PersonId) {
    let confessed = state.people[teller.index()].confessed;
    let case = &state.case;
    let mut news: Vec<Knowing> =
        case.tells(&library.village, teller, confessed).filter(|k| k.how != How::Common).collect();
    let heard = state.people[teller.index()].heard.iter();
    news.extend(heard.filter(|k| case.would_tell(&library.village, teller, confessed, k)));
    // A word said to shield a friend is for whoever asks, not for the market.
    let shields = |k: &Knowing| {
        let lies = case.lies.iter().filter(|lie| lie.who == teller && lie.at.start() == k.since);
        let mut covers = lies.filter_map(|lie| match lie.why {
            crate::cases::Why::Cover(whom) => Some((whom, lie.claimed)),
            _ => None,
        });
        covers.any(|(whom, claimed)| k.fact.subject() == Some(whom) && k.fact.place() == Some(claimed))
    };
    news.retain(|k| !shields(k));
    let knows = |k: &Knowing| {
        case.knows(hearer).any(|known| known.fact == k.fact)
            || state.people[hearer.index()].heard.iter().any(|known| known.fact == k.fact)
    };
    news.retain(|k| k.depth < DEPTH_MAX && k.fact.subject() != Some(hearer) && !knows(k));
    // A gossip tells what they saw, not what they did; and what somebody says of themselves is no news.
    news.retain(|k| k.fact.subject() != Some(teller) && !matches!(k.fact, Fact::Said { .. }));
    let Some(&told) = state.rng.pick(&news) else { return };
    let heard = &mut state.people[hearer.index()].heard;
    if heard.len() < HEARD_MAX {
        heard.push(Knowing { how: How::Told(teller), depth: told.depth + 1, since: state.now, ..told });
    }
}
