//! The evening, minute by minute: who walks where, and what each person sees and knows first-hand.
//!
//! Owns: positions, first-hand knowledge, and what follows from it. Refuses to know: why anybody goes anywhere (`plan`), what they say of it.
//! Rules: people leave for a half-hour's place at its first minute, by the shortest way, and stay when they arrive.
//! Being together for most of a half-hour is knowing that the other was there; whoever walks through is seen passing.

use super::Case;
use crate::content::Village;
use crate::fact::{Fact, How, Knowing};
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::time::{EVENING_START, Minute, SLOT_MIN, SLOTS, Slot};

/// Minutes together that make a stay known.
const TOGETHER_MIN: u32 = 15;
const EVENING_MIN: usize = SLOTS as usize * SLOT_MIN as usize;
const _: () = assert!(TOGETHER_MIN + super::WALK_MAX_MIN < SLOT_MIN, "a longest walk must leave a stay");

/// Where somebody is in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// Staying there.
    At(PlaceId),
    /// On the path between two neighbouring places.
    Walking {
        /// Left behind.
        from: PlaceId,
        /// Ahead.
        to: PlaceId,
        /// Minutes since `from`.
        walked_min: u32,
        /// Minutes of the whole path.
        of_min: u32,
    },
}

/// Where somebody is in a minute. Before the evening: where they begin it; after it they walk home and stay there.
pub fn position_at(village: &Village, case: &Case, who: PersonId, minute: Minute) -> Spot {
    let plan = &case.plans[who.index()];
    let since = minute.0.saturating_sub(EVENING_START.0);
    let slot = (since / SLOT_MIN).min(u32::from(SLOTS)) as usize;
    let into = since - slot as u32 * SLOT_MIN;
    let home = village.villager(who).home;
    let to = plan.get(slot).copied().unwrap_or(home);
    let from = slot.checked_sub(1).and_then(|before| plan.get(before).copied()).unwrap_or(to);
    spot(village, from, to, into)
}

/// Where a walker from `from` to `to` is `into` minutes after leaving.
fn spot(village: &Village, from: PlaceId, to: PlaceId, into: u32) -> Spot {
    let mut here = from;
    let mut left_at = 0;
    for next in village.way(from, to) {
        let of_min = village.walk_min(here, next);
        if into < left_at + of_min {
            return Spot::Walking { from: here, to: next, walked_min: into - left_at, of_min };
        }
        left_at += of_min;
        here = next;
    }
    Spot::At(to)
}

/// The places between two ends, each with the minute after leaving at which it is crossed.
fn crossings(village: &Village, from: PlaceId, to: PlaceId) -> Vec<(PlaceId, u32)> {
    let mut minute = 0;
    let mut here = from;
    let mut crossed = Vec::new();
    for next in village.way(from, to) {
        minute += village.walk_min(here, next);
        here = next;
        crossed.push((next, minute));
    }
    crossed.pop();
    crossed
}

struct Evening<'a> {
    village: &'a Village,
    /// Its plans, carries and secrets: the truth that the evening is simulated from.
    truth: &'a Case,
    /// `stays[person][minute]`: where they stay, if they are not walking.
    stays: Vec<Vec<Option<PlaceId>>>,
    knowledge: Vec<Vec<Knowing>>,
}

/// Simulates the evening: first-hand knowledge of each person, sorted.
pub(crate) fn simulate(village: &Village, truth: &Case) -> Vec<Vec<Knowing>> {
    let people = village.villagers.len();
    let mut evening = Evening {
        village,
        truth,
        stays: vec![vec![None; EVENING_MIN]; people],
        knowledge: vec![Vec::new(); people],
    };
    evening.walk();
    evening.meet();
    evening.pass();
    evening.secrets();
    for known in &mut evening.knowledge {
        known.sort_unstable();
        known.dedup();
    }
    evening.knowledge
}

impl Evening<'_> {
    /// Fills in who stays where in each minute.
    fn walk(&mut self) {
        for (plan, stays) in self.truth.plans.iter().zip(&mut self.stays) {
            for slot in 0..usize::from(SLOTS) {
                let from = if slot == 0 { plan[0] } else { plan[slot - 1] };
                let arrives = self.village.walk_min(from, plan[slot]).min(SLOT_MIN) as usize;
                let begins = slot * SLOT_MIN as usize;
                stays[begins + arrives..begins + SLOT_MIN as usize].fill(Some(plan[slot]));
            }
        }
    }

    /// Company and solitude: who was with whom, tick by tick, and what they saw of the ember.
    fn meet(&mut self) {
        let people = self.stays.len();
        let house = self.village.ember_house();
        for slot in Slot::all() {
            let begins = usize::from(slot.0) * SLOT_MIN as usize;
            let minutes = begins..begins + SLOT_MIN as usize;
            for who in 0..people {
                let place = self.truth.plans[who][usize::from(slot.0)];
                let mut company = false;
                // Nobody stays at two places in one half-hour, so only those bound for the same place can meet.
                let bound = |other: usize| self.truth.plans[other][usize::from(slot.0)] == place;
                for other in (0..people).filter(|&other| other != who && bound(other)).collect::<Vec<_>>() {
                    let together = |&minute: &usize| both(self.stays[who][minute], self.stays[other][minute]);
                    let shared_min = minutes.clone().filter(together).count() as u32;
                    company |= shared_min > 0;
                    if shared_min >= TOGETHER_MIN {
                        let fact = Fact::Was { who: PersonId(other as u8), place, at: slot };
                        self.knows(who, fact, How::Witnessed);
                    }
                }
                let me = PersonId(who as u8);
                self.knows(who, Fact::Was { who: me, place, at: slot }, How::Own);
                if !company {
                    self.knows(who, Fact::Alone { who: me, place, at: slot }, How::Own);
                }
                if place == house {
                    self.sees_ember(who, slot);
                }
            }
        }
    }

    /// Sees the ember in its cradle, or finds it gone: the first time only.
    fn sees_ember(&mut self, who: usize, at: Slot) {
        let (item, place) = (self.village.ember(), self.village.ember_house());
        let gone = at > self.truth.theft;
        let noticed = self.knowledge[who].iter().any(|known| matches!(known.fact, Fact::Missing { .. }));
        if gone && noticed {
            return;
        }
        let fact = if gone { Fact::Missing { item, place, at } } else { Fact::Present { item, place, at } };
        self.knows(who, fact, How::Witnessed);
    }

    /// Everyone who stays where somebody walks through sees them pass, and what they carry.
    fn pass(&mut self) {
        for walker in 0..self.stays.len() {
            for slot in 1..usize::from(SLOTS) {
                let plan = &self.truth.plans[walker];
                let at = Slot(slot as u8);
                for (place, minute) in crossings(self.village, plan[slot - 1], plan[slot]) {
                    let tick = slot * SLOT_MIN as usize + minute as usize;
                    self.passes(PersonId(walker as u8), place, at, tick);
                }
            }
        }
    }

    fn passes(&mut self, walker: PersonId, place: PlaceId, at: Slot, tick: usize) {
        let carried = self.truth.carries.iter().find(|c| c.who == walker && c.at == at);
        let item: Option<ItemId> = carried.map(|c| c.item);
        for watcher in 0..self.stays.len() {
            if watcher == walker.index() || self.stays[watcher].get(tick) != Some(&Some(place)) {
                continue;
            }
            self.knows(watcher, Fact::Passed { who: walker, place, at }, How::Witnessed);
            if let Some(item) = item {
                self.knows(watcher, Fact::Carried { who: walker, item, place, at }, How::Witnessed);
            }
        }
    }

    /// Those who share a secret know it of themselves and of each other.
    fn secrets(&mut self) {
        for kept in &self.truth.secrets {
            for &knower in &kept.who {
                for &who in &kept.who {
                    let how = if who == knower { How::Own } else { How::Witnessed };
                    let fact = Fact::Keeps { who, secret: kept.secret, place: kept.place, at: kept.at };
                    self.knows(knower.index(), fact, how);
                }
            }
        }
    }

    fn knows(&mut self, who: usize, fact: Fact, how: How) {
        let since = fact.at().map_or(EVENING_START, Slot::start);
        let source = PersonId(who as u8);
        self.knowledge[who].push(Knowing { fact, how, source, depth: 0, since });
    }
}

/// What people work out from whom they see going where: a place to which one way leads is where somebody who takes that
/// way is bound, and where somebody who comes by it has been. As sound as the watcher's eyes, but nobody saw it.
pub(crate) fn infer(village: &Village, case: &mut Case) {
    for end in village.place_ids() {
        let [(mouth, walk_min)] = village.neighbours(end)[..] else { continue };
        for walker in village.people() {
            for (before, at) in Slot::all().zip(Slot::all().skip(1)) {
                let (from, to) = (case.place(walker, before), case.place(walker, at));
                let (slot, minute) = match () {
                    () if from == to => continue,
                    () if to == end => (at, village.walk_min(from, mouth)),
                    () if from == end => (before, walk_min),
                    () => continue,
                };
                let fact = Fact::Was { who: walker, place: end, at: slot };
                let seen = Minute(at.start().0 + minute);
                for watcher in village.people().filter(|&w| w != walker) {
                    works_out(village, case, watcher, mouth, seen, fact);
                }
            }
        }
    }
}

/// Adds an inference to what a watcher knows, if they stay at the mouth of the way then and know no better.
fn works_out(
    village: &Village,
    case: &mut Case,
    watcher: PersonId,
    mouth: PlaceId,
    seen: Minute,
    fact: Fact,
) {
    let knows = case.knowledge[watcher.index()].iter().any(|k| k.fact == fact && k.depth == 0);
    if knows || position_at(village, case, watcher, seen) != Spot::At(mouth) {
        return;
    }
    let known = Knowing { fact, how: How::Inferred, source: watcher, depth: 0, since: seen };
    let list = &mut case.knowledge[watcher.index()];
    let place = list.partition_point(|k| *k < known);
    list.insert(place, known);
}

fn both(a: Option<PlaceId>, b: Option<PlaceId>) -> bool {
    a.is_some() && a == b
}
