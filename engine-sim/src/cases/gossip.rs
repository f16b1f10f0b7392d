//! Gossip: what villagers tell each other between the end of the evening and the morning of the investigation.
//!
//! Owns: who meets whom in which hour and what is passed on. Refuses to know: what anybody believes, what the player
//! hears. Nobody passes on what they hide; people at odds do not talk; hearsay keeps its source and its depth.

use super::Case;
use crate::content::Village;
use crate::fact::{Fact, How, Knowing, Tie};
use crate::ids::PersonId;
use crate::rng::Rng;
use crate::time::{DAY_MIN, Minute, SLOTS, Slot};

/// Most mouths between a source and a hearer.
pub(crate) const DEPTH_MAX: u8 = 3;
/// Gossip points that let one more thing be told in an hour.
const POINTS_PER_FACT: u8 = 25;
/// Of a hundred villagers, how many come to the morning market, besides those who work there.
const MARKET_PERCENT: u32 = 60;

/// Of a hundred pairs whom nothing else brings together, how many speak of where they were.
const CLAIM_PERCENT: u32 = 25;
/// When the last of those words has been said.
const MORNING_TALK: Minute = Minute(DAY_MIN + 7 * 60);

/// The hours in which people talk, with what brings them together.
const HOURS: [(Minute, Meeting); 5] = [
    (Minute(22 * 60), Meeting::SamePlace),
    (Minute(23 * 60), Meeting::SameHome),
    (Minute(DAY_MIN + 6 * 60), Meeting::SameHome),
    (Minute(DAY_MIN + 6 * 60 + 30), Meeting::Tied),
    (Minute(DAY_MIN + 7 * 60), Meeting::Market),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meeting {
    SamePlace,
    SameHome,
    Tied,
    Market,
}

/// Passes the evening's knowledge around. `case.lies` must be decided already: liars tell nothing of what they hide.
pub(crate) fn spread(village: &Village, rng: &mut Rng, case: &mut Case) {
    for (minute, meeting) in HOURS {
        let marketers: Vec<bool> = village.people().map(|_| rng.chance(MARKET_PERCENT)).collect();
        let meets = |a: PersonId, b: PersonId| match meeting {
            Meeting::SamePlace => case.place(a, Slot(SLOTS - 1)) == case.place(b, Slot(SLOTS - 1)),
            Meeting::SameHome => village.villager(a).home == village.villager(b).home,
            Meeting::Tied => village.bonded(a, b),
            Meeting::Market => marketers[a.index()] && marketers[b.index()],
        };
        let mut pairs: Vec<(PersonId, PersonId)> = village
            .people()
            .flat_map(|a| village.people().map(move |b| (a, b)))
            .filter(|&(a, b)| a != b && village.tie(a, b) != Some(Tie::Feud) && meets(a, b))
            .collect();
        rng.shuffle(&mut pairs);
        let points = |who: PersonId| usize::from(1 + village.villager(who).gossip / POINTS_PER_FACT);
        let mut budgets: Vec<usize> = village.people().map(points).collect();
        for (teller, listener) in pairs {
            let left = &mut budgets[teller.index()];
            if *left > 0 && tell(village, rng, case, teller, listener, minute) {
                *left -= 1;
            }
        }
    }
    for known in &mut case.knowledge {
        known.sort_unstable();
    }
}

/// Everyone has been asked where they were by the people they met since: each listener remembers for one half-hour what
/// one person said of themselves, true or not. Not evidence of where they were, but a word that can be held against them.
pub(crate) fn claims(village: &Village, rng: &mut Rng, case: &mut Case) {
    let window: Vec<Slot> = case.window.slots().collect();
    let last = Slot(SLOTS - 1);
    for who in village.people() {
        for listener in village.people().filter(|&p| p != who && village.tie(who, p) != Some(Tie::Feud)) {
            let meet = case.place(who, last) == case.place(listener, last) || village.bonded(who, listener);
            if !meet && !rng.chance(CLAIM_PERCENT) {
                continue;
            }
            let Some(&at) = rng.pick(&window) else { return };
            let known = &mut case.knowledge[listener.index()];
            // Who was there with them, or knows of it, has nothing to ask.
            if known.iter().any(|k| matches!(k.fact, Fact::Was { .. }) && about(k, who, at)) {
                continue;
            }
            let place = case.lies.iter().find(|lie| lie.who == who && lie.at == at).map(|lie| lie.claimed);
            let place = place.unwrap_or(case.plans[who.index()][usize::from(at.0)]);
            let fact = Fact::Said { who, whom: who, place, at };
            known.push(Knowing {
                fact,
                how: How::Witnessed,
                source: listener,
                depth: 0,
                since: MORNING_TALK,
            });
        }
    }
    case.knowledge.iter_mut().for_each(|known| known.sort_unstable());
}

fn about(known: &Knowing, who: PersonId, at: Slot) -> bool {
    known.fact.subject() == Some(who) && known.fact.at() == Some(at)
}

/// Tells one thing that the listener has not heard from this source. False when there is nothing to tell.
fn tell(
    village: &Village,
    rng: &mut Rng,
    case: &mut Case,
    teller: PersonId,
    listener: PersonId,
    minute: Minute,
) -> bool {
    let heard = &case.knowledge[listener.index()];
    let news = |known: &&Knowing| {
        known.how != How::Own
            && known.depth < DEPTH_MAX
            && known.source != listener
            && known.fact.subject() != Some(listener)
            && !matches!(known.fact, Fact::Keeps { .. })
            && case.would_tell(village, teller, false, known)
            && !heard
                .iter()
                .any(|old| old.fact == known.fact && (old.depth == 0 || old.source == known.source))
    };
    let news: Vec<Knowing> = case.knowledge[teller.index()].iter().filter(news).copied().collect();
    let Some(&known) = rng.pick(&news) else { return false };
    let (how, depth) = (How::Told(teller), known.depth + 1);
    case.knowledge[listener.index()].push(Knowing { how, depth, since: minute, ..known });
    true
}
