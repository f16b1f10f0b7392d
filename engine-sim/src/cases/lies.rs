//! Lies: where each person who hides a half-hour says that they were.
//!
//! Owns: the choice of a claim, made on the evening itself with only what the liar knows first-hand. Refuses to know:
//! whether the claim will hold (the witnesses decide), how it is worded. A claim is never the Ember House, never true,
//! and can be walked to from what the liar says of the half-hours around it.

use super::plan::Hidden;
use super::{Case, Lie, WALK_MAX_MIN, Why};
use crate::content::Village;
use crate::fact::{Fact, Knowing};
use crate::ids::{PersonId, PlaceId};
use crate::rng::Rng;
use crate::time::Slot;

/// Weights of a claim: home sounds likeliest, then work, then a haunt.
const HOME_WEIGHT: u32 = 4;
const WORK_WEIGHT: u32 = 2;
const HAUNT_WEIGHT: u32 = 1;

/// Decides every lie of an evening whose first-hand knowledge is settled, sorted by person and half-hour; nothing when somebody finds no lie to tell.
pub(crate) fn invent(
    village: &Village,
    rng: &mut Rng,
    case: &Case,
    mut hidden: Vec<Hidden>,
) -> Option<Vec<Lie>> {
    let mut lies: Vec<Lie> = Vec::new();
    hidden.sort_by_key(|h| (matches!(h.why, Why::Cover(_)), h.who, h.at));
    for hide in hidden {
        let truth = case.place(hide.who, hide.at);
        let claimed = match hide.why {
            Why::Cover(whom) => {
                let shielded = lies.iter().find(|lie| lie.who == whom && lie.at == hide.at);
                // Whoever truly was at the claimed place has no whereabouts to lie about, and cannot be walked elsewhere.
                match shielded.map(|lie| lie.claimed) {
                    Some(place) if place != truth && walkable(village, case, &lies, &hide, place) => place,
                    _ => continue,
                }
            }
            _ => claim(village, rng, case, &lies, &hide, &case.knowledge[hide.who.index()])?,
        };
        lies.push(Lie { who: hide.who, at: hide.at, claimed, truth, why: hide.why });
    }
    lies.sort_by_key(|lie| (lie.who, lie.at));
    Some(lies)
}

fn claim(
    village: &Village,
    rng: &mut Rng,
    case: &Case,
    lies: &[Lie],
    hide: &Hidden,
    known: &[Knowing],
) -> Option<PlaceId> {
    let villager = village.villager(hide.who);
    let truth = case.place(hide.who, hide.at);
    let haunts = villager.evening.iter().map(|&place| (place, HAUNT_WEIGHT));
    let own = [(villager.home, HOME_WEIGHT), (villager.work, WORK_WEIGHT)];
    let offered: Vec<(PlaceId, u32)> = own
        .into_iter()
        .chain(haunts)
        .filter(|&(place, _)| place != truth && place != village.ember_house())
        .filter(|&(place, _)| walkable(village, case, lies, hide, place))
        .collect();
    let safe = |&(place, _): &(PlaceId, u32)| !known.iter().any(|k| busy(&k.fact, hide.who, place, hide.at));
    let quiet: Vec<(PlaceId, u32)> = offered.iter().copied().filter(safe).collect();
    weighted(rng, if quiet.is_empty() { &offered } else { &quiet })
}

/// Whether the liar knows of somebody who was at `place` around that half-hour and may say who was not.
fn busy(fact: &Fact, liar: PersonId, place: PlaceId, at: Slot) -> bool {
    match *fact {
        Fact::Was { who, place: there, at: then } => {
            who != liar && there == place && then.0.abs_diff(at.0) <= 1
        }
        _ => false,
    }
}

fn walkable(village: &Village, case: &Case, lies: &[Lie], hide: &Hidden, place: PlaceId) -> bool {
    let said = |at: Slot| {
        let lie = lies.iter().find(|lie| lie.who == hide.who && lie.at == at);
        lie.map_or_else(|| case.place(hide.who, at), |lie| lie.claimed)
    };
    let near = |other: Slot| village.walk_min(said(other), place) <= WALK_MAX_MIN;
    hide.at.before().is_none_or(near) && hide.at.after().is_none_or(near)
}

fn weighted(rng: &mut Rng, from: &[(PlaceId, u32)]) -> Option<PlaceId> {
    let mut drawn = rng.below(from.iter().map(|(_, weight)| weight).sum());
    for &(place, weight) in from {
        if drawn < weight {
            return Some(place);
        }
        drawn -= weight;
    }
    None
}
