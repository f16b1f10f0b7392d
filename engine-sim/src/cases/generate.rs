//! Generation: draws evenings until one makes a case that a player can prove, and no sooner.
//!
//! Owns: the bounded loop, the acceptance rule, the seed of a day. Refuses to know: today's date (an argument), how a
//! plot is drawn (`plan`) or proved (`solve`).

use super::convict::can_convict;
use super::difficulty::{Difficulty, Params, measure};
use super::evening::{infer, simulate};
use super::solve::solve_if_unique;
use super::{Case, Proof, Window, gossip, lies, plan};
use crate::content::Village;
use crate::fact::Fact;
use crate::rng::Rng;

/// Most draws for one case.
pub const ATTEMPTS_MAX: u16 = 1000;
/// First and last year of daily cases.
const YEARS: std::ops::RangeInclusive<u16> = 2000..=9999;

/// Why no case could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// No draw made a case that can be proved.
    #[error("no provable case for seed {seed} in {attempts} draws; try another seed")]
    Unprovable {
        /// The seed asked for.
        seed: u64,
        /// Draws made.
        attempts: u16,
    },
    /// The village has too few people for the level.
    #[error("the village has {actual} villagers; this level needs at least {needed}")]
    TooFew {
        /// Villagers there are.
        actual: usize,
        /// Villagers needed.
        needed: usize,
    },
    /// The village has no place from which anything clings, or nobody who could carry an ember.
    #[error("the village has no {0}; a case needs one")]
    Lacks(&'static str),
}

/// A date that is not in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{year:04}-{month:02}-{day:02} is not a date between the years 2000 and 9999")]
pub struct DateError {
    /// As given.
    pub year: u16,
    /// As given.
    pub month: u8,
    /// As given.
    pub day: u8,
}

/// The seed of a day's case: the same for everyone on that (Gregorian) date.
///
/// # Errors
/// [`DateError`] when there is no such date.
pub fn daily_seed(year: u16, month: u8, day: u8) -> Result<u64, DateError> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    if !YEARS.contains(&year) || day == 0 || day > days {
        return Err(DateError { year, month, day });
    }
    let date = u64::from(year) * 10_000 + u64::from(month) * 100 + u64::from(day);
    Ok(Rng::new(date, "daily case").next())
}

/// A case that can be proved: draws plots from the seed until `solve` finds exactly the thief, the level's bounds hold and the
/// moot would be convinced by what a player can learn.
///
/// # Errors
/// [`GenerateError`] when the village cannot hold such a case or the draws run out.
pub fn generate(village: &Village, seed: u64, level: Difficulty) -> Result<Case, GenerateError> {
    let params = level.params();
    check(village, params)?;
    let mut rng = Rng::new(seed, level.key());
    for attempt in 0..ATTEMPTS_MAX {
        let Some(mut case) = draw(village, &mut rng, seed, level, attempt) else { continue };
        let stands =
            |case: &Case| solve_if_unique(village, case).is_some_and(|proof| accepts(case, &proof, params));
        if !stands(&case) {
            continue;
        }
        // A case stands on what was seen. What people work out may shorten its proof, not be its proof, nor make it too easy.
        infer(village, &mut case);
        if stands(&case) && can_convict(village, &case) {
            gossip::claims(village, &mut Rng::new(seed ^ u64::from(attempt), "claims"), &mut case);
            return Ok(case);
        }
    }
    Err(GenerateError::Unprovable { seed, attempts: ATTEMPTS_MAX })
}

fn check(village: &Village, params: Params) -> Result<(), GenerateError> {
    let needed = usize::from(params.secret_keepers_max) + 3;
    let actual = village.villagers.len();
    if actual < needed {
        return Err(GenerateError::TooFew { actual, needed });
    }
    if village.places.iter().all(|place| place.residue.is_none()) {
        return Err(GenerateError::Lacks("place whose residue clings"));
    }
    let keeper = village.keeper();
    if village.people().all(|who| who == keeper || plan::carriers(village, who).is_empty()) {
        return Err(GenerateError::Lacks("owner of a carrier besides the keeper"));
    }
    Ok(())
}

/// One draw: plot, evening, lies, night's gossip. Nothing when the plot does not come together.
pub(crate) fn draw(
    village: &Village,
    rng: &mut Rng,
    seed: u64,
    level: Difficulty,
    attempt: u16,
) -> Option<Case> {
    let plan::Plot { mut case, hidden, rumours } =
        plan::draw(village, rng, plan::Asked { seed, level, attempt })?;
    case.knowledge = simulate(village, &case);
    case.lies = lies::invent(village, rng, &case, hidden)?;
    let place = village.ember_house();
    let from = case.place(case.thief, case.theft.before()?);
    case.traces = vec![Fact::Trace { item: case.carrier, place }, Fact::Residue { from, place }];
    case.common = common(village, case.window, &rumours);
    gossip::spread(village, rng, &mut case);
    Some(case)
}

fn common(village: &Village, window: Window, rumours: &[Fact]) -> Vec<Fact> {
    let (item, place) = (village.ember(), village.ember_house());
    let mut facts = vec![
        Fact::Present { item, place, at: window.present },
        Fact::Missing { item, place, at: window.missing },
    ];
    for who in village.people() {
        let villager = village.villager(who);
        facts.push(Fact::Works { who, place: villager.work });
        facts.extend(villager.owns.iter().map(|&item| Fact::Owns { who, item }));
    }
    facts.extend(village.ties.iter().map(|t| Fact::Tied { who: t.a, whom: t.b, tie: t.tie }));
    facts.extend(rumours.iter().copied());
    facts.sort_unstable();
    facts.dedup();
    facts
}

/// Whether a drawn case is one to play: proved, against the right person, neither trivial nor without a handle on the thief.
fn accepts(case: &Case, proof: &Proof, params: Params) -> bool {
    let measures = measure(case, proof);
    proof.thief == Some(case.thief)
        && measures.clues >= params.clues_min
        && measures.lies_met >= params.lies_met_min
        && measures.confessions >= params.confessions_min
        && measures.hearsay_depth_max >= params.hearsay_depth_min
        && measures.suspects_after_alibis >= params.suspects_min
        && (!proof.contradictions.is_empty() || !proof.near_house.is_empty())
}
