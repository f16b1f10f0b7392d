//! The plot: who goes where on the evening of the theft, drawn from schedules and a seed.
//!
//! Owns: evening plans, the theft, secrets, visitors, callers and what is carried. Refuses to know: who sees what
//! (`evening`), what is said (`lies`), whether it can be proved (`solve`). Any draw may fail; the caller draws again.

use super::difficulty::{Difficulty, Params};
use super::{Carry, Case, Kept, WALK_MAX_MIN, Why, Window};
use crate::content::Village;
use crate::fact::{Fact, Motive, Secret, Tie};
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::rng::Rng;
use crate::time::{SLOTS, Slot};

/// Earliest and latest half-hour in which the keeper can last have seen the ember: half past five to half past six.
const PRESENT_FIRST: u8 = 3;
const PRESENT_LAST: u8 = 5;
/// How much a haunt is liked, by its rank; home.
const HAUNT_WEIGHTS: [u32; 4] = [4, 3, 2, 1];
const HOME_WEIGHT: u32 = 2;
/// From this half-hour on people are drawn home.
const LATE: u8 = 9;
const LATE_HOME_PERCENT: u32 = 50;
/// Draws before a place for a secret is given up.
const TRIES_MAX: u32 = 24;
const DEBTS: u32 = 3;
/// Of a hundred secrets, how many are drawn for somebody who could have carried the ember, if one is free.
const SUSPECT_KEEPS_PERCENT: u32 = 75;
/// Of a hundred lonely half-hours of such people, how many are spent in company instead.
const COMPANY_PERCENT: u32 = 70;

/// A half-hour that somebody will lie about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hidden {
    pub who: PersonId,
    pub at: Slot,
    pub why: Why,
}

/// Everything that is decided before the evening is walked: a case of which nobody knows or says anything yet, and what the
/// next steps need besides.
#[derive(Debug, Clone)]
pub(crate) struct Plot {
    /// The truth of the evening. Knowledge, lies, traces and what is common are still to be filled in.
    pub case: Case,
    pub hidden: Vec<Hidden>,
    pub rumours: Vec<Fact>,
}

/// What was asked for, as the case records it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub seed: u64,
    pub level: Difficulty,
    pub attempt: u16,
}

struct Draft<'a> {
    village: &'a Village,
    asked: Asked,
    params: Params,
    rng: &'a mut Rng,
    thief: PersonId,
    carrier: ItemId,
    theft: Slot,
    window: Window,
    plans: Vec<Vec<PlaceId>>,
    /// People whose evening is already spoken for in the window.
    taken: Vec<bool>,
    secrets: Vec<Kept>,
    hidden: Vec<Hidden>,
}

/// Draws a plot, or nothing when this draw does not come together.
pub(crate) fn draw(village: &Village, rng: &mut Rng, asked: Asked) -> Option<Plot> {
    let params = asked.level.params();
    let present = Slot(PRESENT_FIRST + rng.below(u32::from(PRESENT_LAST - PRESENT_FIRST) + 1) as u8);
    let window = Window { present, missing: Slot(present.0 + params.window_slots + 1) };
    let theft = Slot(present.0 + 1 + rng.below(u32::from(params.window_slots)) as u8);
    let suspects: Vec<PersonId> =
        village.people().filter(|&p| p != village.keeper() && !carriers(village, p).is_empty()).collect();
    let thief = *rng.pick(&suspects)?;
    let carrier = *rng.pick(&carriers(village, thief))?;
    let plans = village.people().map(|who| day(village, rng, who)).collect();
    let taken = vec![false; village.villagers.len()];
    let (secrets, hidden) = (Vec::new(), Vec::new());
    let mut draft =
        Draft { village, asked, params, rng, thief, carrier, theft, window, plans, taken, secrets, hidden };
    draft.keeper_goes_out();
    draft.thief_visits()?;
    for _ in 0..params.secrets {
        draft.secret()?;
    }
    draft.visitor();
    draft.company();
    draft.cover();
    draft.house_is_empty_but_for_the_thief()?;
    draft.all_walks_are_short()?;
    draft.finish()
}

/// What an ember could be carried in that somebody owns.
pub(crate) fn carriers(village: &Village, who: PersonId) -> Vec<ItemId> {
    let owns = village.villager(who).owns.iter().copied();
    owns.filter(|&item| village.item(item).carrier.is_some()).collect()
}

/// One evening by habit: work until five or six, then haunts and home in blocks.
fn day(village: &Village, rng: &mut Rng, who: PersonId) -> Vec<PlaceId> {
    let villager = village.villager(who);
    let work_slots = 2 + rng.below(3) as usize;
    let mut plan = vec![villager.work; work_slots];
    while plan.len() < usize::from(SLOTS) {
        let here = plan.last().copied().unwrap_or(villager.home);
        let late = plan.len() >= usize::from(LATE) && rng.chance(LATE_HOME_PERCENT);
        let place = if late { villager.home } else { haunt(village, rng, who) };
        let place = if village.walk_min(here, place) <= WALK_MAX_MIN { place } else { here };
        for _ in 0..1 + rng.below(3) {
            plan.push(place);
        }
    }
    plan.truncate(usize::from(SLOTS));
    plan
}

fn haunt(village: &Village, rng: &mut Rng, who: PersonId) -> PlaceId {
    let villager = village.villager(who);
    let weights = villager.evening.iter().zip(HAUNT_WEIGHTS);
    let total: u32 = HOME_WEIGHT + weights.clone().map(|(_, weight)| weight).sum::<u32>();
    let mut drawn = rng.below(total);
    for (&place, weight) in weights {
        if drawn < weight {
            return place;
        }
        drawn -= weight;
    }
    villager.home
}

impl Draft<'_> {
    fn at(&self, who: PersonId, slot: Slot) -> PlaceId {
        self.plans[who.index()][usize::from(slot.0)]
    }
    fn set(&mut self, who: PersonId, slot: Slot, place: PlaceId) {
        self.plans[who.index()][usize::from(slot.0)] = place;
    }
    fn take(&mut self, who: PersonId) {
        self.taken[who.index()] = true;
    }
    /// Whether somebody can be at `place` in `slot` without a long walk before or after.
    fn walkable(&self, who: PersonId, slot: Slot, place: PlaceId) -> bool {
        let near = |other: Slot| self.village.walk_min(self.at(who, other), place) <= WALK_MAX_MIN;
        slot.before().is_none_or(near) && slot.after().is_none_or(near)
    }
    /// People whom the plot has not used yet, in drawn order.
    fn free(&mut self) -> Vec<PersonId> {
        let mut free: Vec<PersonId> = self.village.people().filter(|who| !self.taken[who.index()]).collect();
        self.rng.shuffle(&mut free);
        free
    }

    /// The keeper sits by the ember until the window opens, is out for its length, and comes back to find it gone.
    fn keeper_goes_out(&mut self) {
        let keeper = self.village.keeper();
        let house = self.village.ember_house();
        let villager = self.village.villager(keeper);
        let near: Vec<PlaceId> = (self.village.place_ids())
            .filter(|&place| place != house && self.village.walk_min(house, place) <= WALK_MAX_MIN)
            .collect();
        let liked: Vec<PlaceId> = villager.evening.iter().copied().filter(|p| near.contains(p)).collect();
        let mut out = house;
        for slot in Slot::all() {
            let place = if !self.window.contains(slot) {
                house
            } else if out == house || self.rng.chance(35) {
                let from = if self.rng.chance(50) && !liked.is_empty() { &liked } else { &near };
                out = self.rng.pick(from).copied().unwrap_or(out);
                out
            } else {
                out
            };
            self.set(keeper, slot, place);
        }
        self.take(keeper);
    }

    /// The thief comes from a place that clings, is alone with the ember, and leaves.
    fn thief_visits(&mut self) -> Option<()> {
        let (thief, theft) = (self.thief, self.theft);
        let house = self.village.ember_house();
        let before = theft.before()?;
        let clings = |place: PlaceId| self.village.place(place).residue.is_some();
        if !clings(self.at(thief, before)) {
            let villager = self.village.villager(thief);
            let own = villager.evening.iter().copied().chain([villager.work, villager.home]);
            let from: Vec<PlaceId> =
                own.filter(|&p| p != house && clings(p) && self.walkable(thief, before, p)).collect();
            let from = *self.rng.pick(&from)?;
            self.set(thief, before, from);
        }
        self.set(thief, theft, house);
        let after = theft.after()?;
        if self.rng.chance(60) {
            self.set(thief, after, self.village.villager(thief).home);
        }
        if self.rng.chance(self.params.thief_hides_before_percent) {
            self.hidden.push(Hidden { who: thief, at: before, why: Why::Theft });
        }
        self.hidden.push(Hidden { who: thief, at: theft, why: Why::Theft });
        self.take(thief);
        Some(())
    }

    /// One secret of one or two people at a place that is neither's own, and perhaps somebody who comes by or calls.
    fn secret(&mut self) -> Option<()> {
        const KINDS: [Secret; 5] =
            [Secret::Tryst, Secret::Dice, Secret::Smuggling, Secret::Shirking, Secret::Rehearsal];
        let room = usize::from(self.params.secret_keepers_max)
            - self.secrets.iter().map(|kept| kept.who.len()).sum::<usize>();
        let left = usize::from(self.params.secrets) - self.secrets.len();
        let kind = *self.rng.pick(if room > left { &KINDS } else { &KINDS[3..] })?;
        let pair = matches!(kind, Secret::Tryst | Secret::Dice | Secret::Smuggling);
        let window: Vec<Slot> = self.window.slots().collect();
        for _ in 0..TRIES_MAX {
            let mut free = self.free();
            if self.rng.chance(SUSPECT_KEEPS_PERCENT) {
                free.sort_by_key(|&who| !self.owns_carrier(who));
            }
            let first = *free.first()?;
            let second = free.iter().skip(1).find(|&&p| self.village.tie(first, p).is_none());
            let who: Vec<PersonId> = if pair { vec![first, *second?] } else { vec![first] };
            let at = *self.rng.pick(&window)?;
            let places: Vec<PlaceId> = self.village.place_ids().collect();
            let place = *self.rng.pick(&places)?;
            let odd = |&p: &PersonId| {
                let villager = self.village.villager(p);
                villager.home != place && villager.work != place && self.walkable(p, at, place)
            };
            if place == self.village.ember_house() || !who.iter().all(odd) {
                continue;
            }
            for &person in &who {
                self.set(person, at, place);
                self.hidden.push(Hidden { who: person, at, why: Why::Secret(kind) });
                self.take(person);
            }
            self.secrets.push(Kept { secret: kind, who, place, at });
            if self.rng.chance(self.params.caller_percent) {
                self.caller(first, place, at);
            }
            return Some(());
        }
        None
    }

    /// Somebody finds nobody at the secret keeper's door, or comes by where they are.
    fn caller(&mut self, keeper: PersonId, place: PlaceId, at: Slot) {
        let door = self.village.villager(keeper).home;
        let goal = if self.rng.chance(50) && door != place { door } else { place };
        if goal == self.village.ember_house() {
            return;
        }
        let fits =
            |draft: &Self, who: PersonId| draft.walkable(who, at, goal) && !draft.village.bonded(who, keeper);
        let free = self.free();
        if let Some(&who) = free.iter().find(|&&who| fits(self, who)) {
            self.set(who, at, goal);
        }
    }

    /// Somebody looks in at the Ember House in another half-hour of the window, and sees whether the ember is there.
    fn visitor(&mut self) {
        if !self.rng.chance(self.params.visitor_percent) {
            return;
        }
        let theft = self.theft;
        let slots: Vec<Slot> = self.window.slots().filter(|&slot| slot != theft).collect();
        let house = self.village.ember_house();
        let Some(&at) = self.rng.pick(&slots) else { return };
        let free = self.free();
        if let Some(&who) = free.iter().find(|&&who| self.walkable(who, at, house)) {
            self.set(who, at, house);
            self.take(who);
        }
    }

    fn owns_carrier(&self, who: PersonId) -> bool {
        self.village.villager(who).owns.contains(&self.carrier)
    }

    /// Whether somebody spends a half-hour openly with a person who is not bonded to them.
    fn has_company(&self, who: PersonId, at: Slot, place: PlaceId) -> bool {
        self.village.people().any(|other| {
            other != who
                && self.at(other, at) == place
                && !self.village.bonded(who, other)
                && !self.hidden.iter().any(|h| h.who == other && h.at == at)
        })
    }

    /// Winter evenings are sociable: those who could have carried the ember mostly go where somebody is.
    fn company(&mut self) {
        let house = self.village.ember_house();
        let owners: Vec<PersonId> = (self.village.people())
            .filter(|&who| who != self.thief && who != self.village.keeper() && self.owns_carrier(who))
            .collect();
        for who in owners {
            for at in self.window.slots() {
                let hiding = self.hidden.iter().any(|h| h.who == who && h.at == at);
                let here = self.at(who, at);
                if hiding
                    || here == house
                    || self.has_company(who, at, here)
                    || !self.rng.chance(COMPANY_PERCENT)
                {
                    continue;
                }
                let lively: Vec<PlaceId> = (self.village.place_ids())
                    .filter(|&p| p != house && self.walkable(who, at, p) && self.has_company(who, at, p))
                    .collect();
                if let Some(&place) = self.rng.pick(&lively) {
                    self.set(who, at, place);
                }
            }
        }
    }

    /// A bonded person prepares to vouch for somebody who hides.
    fn cover(&mut self) {
        if !self.rng.chance(self.params.cover_percent) {
            return;
        }
        let mut hiding: Vec<(PersonId, Slot)> = self.hidden.iter().map(|h| (h.who, h.at)).collect();
        self.rng.shuffle(&mut hiding);
        for (whom, at) in hiding {
            let free = self.free();
            if let Some(&who) = free.iter().find(|&&who| self.village.bonded(who, whom)) {
                self.hidden.push(Hidden { who, at, why: Why::Cover(whom) });
                self.take(who);
                return;
            }
        }
    }

    /// The thief is alone with the ember, and nobody else happens to spend a half-hour there unplanned.
    fn house_is_empty_but_for_the_thief(&self) -> Option<()> {
        let house = self.village.ember_house();
        let others = self.village.people().filter(|&who| who != self.thief);
        others.into_iter().all(|who| self.at(who, self.theft) != house).then_some(())
    }

    fn all_walks_are_short(&self) -> Option<()> {
        let short = |plan: &Vec<PlaceId>| {
            plan.windows(2).all(|step| self.village.walk_min(step[0], step[1]) <= WALK_MAX_MIN)
        };
        self.plans.iter().all(short).then_some(())
    }

    fn finish(mut self) -> Option<Plot> {
        let motive = self.motive()?;
        let rumours = self.rumours(motive);
        let carries = self.carries()?;
        let mut reticent: Vec<PersonId> =
            self.village.people().filter(|&who| who != self.village.keeper()).collect();
        self.rng.shuffle(&mut reticent);
        reticent.truncate(usize::from(self.params.reticent));
        reticent.sort_unstable();
        let Draft { thief, carrier, theft, window, plans, secrets, hidden, .. } = self;
        let knowledge = vec![Vec::new(); self.village.villagers.len()];
        let case = Case {
            thief,
            motive,
            carrier,
            theft,
            window,
            plans,
            carries,
            secrets,
            reticent,
            knowledge,
            seed: self.asked.seed,
            level: self.asked.level,
            attempt: self.asked.attempt,
            common: Vec::new(),
            lies: Vec::new(),
            traces: Vec::new(),
        };
        Some(Plot { case, hidden, rumours })
    }

    fn motive(&mut self) -> Option<Motive> {
        const ALL: [Motive; 5] = [Motive::Debt, Motive::Grudge, Motive::Cold, Motive::Buyer, Motive::Pride];
        self.rng.pick(&ALL).copied()
    }

    /// Motives and debts as everyone knows them: the thief's among others'.
    fn rumours(&mut self, motive: Motive) -> Vec<Fact> {
        let keeper = self.village.keeper();
        let mut others: Vec<PersonId> =
            self.village.people().filter(|&who| who != keeper && who != self.thief).collect();
        self.rng.shuffle(&mut others);
        let mut facts = vec![Fact::HasMotive { who: self.thief, motive }];
        for &who in others.iter().take(usize::from(self.params.motive_decoys)) {
            let feud = self.village.tie(who, keeper) == Some(Tie::Feud);
            let motive = if feud { Some(Motive::Grudge) } else { self.motive() };
            facts.extend(motive.map(|motive| Fact::HasMotive { who, motive }));
        }
        let in_debt = |fact: &Fact| match *fact {
            Fact::HasMotive { who, motive: Motive::Debt } => Some(who),
            _ => None,
        };
        let mut debtors: Vec<PersonId> = facts.iter().filter_map(in_debt).collect();
        let deep = debtors.len();
        debtors.extend(others.iter().rev().take(DEBTS as usize));
        for (rank, &who) in debtors.iter().enumerate() {
            let lenders: Vec<PersonId> = self.village.people().filter(|&to| to != who).collect();
            let Some(&to) = self.rng.pick(&lenders) else { continue };
            let gold = if rank < deep { 20 + self.rng.below(30) } else { 2 + self.rng.below(10) };
            facts.push(Fact::Owes { who, to, gold: gold as u16 });
        }
        facts
    }

    /// The thief's walk with the carrier, and innocent ones.
    fn carries(&mut self) -> Option<Vec<Carry>> {
        let mut carries = vec![Carry { who: self.thief, item: self.carrier, at: self.theft.after()? }];
        let free = self.free();
        for who in free.into_iter().take(usize::from(self.params.carry_decoys)) {
            let walks = |slot: &Slot| slot.before().is_some_and(|b| self.at(who, b) != self.at(who, *slot));
            let slots: Vec<Slot> = self.window.slots().filter(walks).collect();
            let owned = carriers(self.village, who);
            if let (Some(&at), Some(&item)) = (self.rng.pick(&slots), self.rng.pick(&owned)) {
                carries.push(Carry { who, item, at });
            }
        }
        Some(carries)
    }
}
