//! Pace: how long a line is waited for, given how the node has kept up so far.
//!
//! Owns: the budgets, what follows a miss, and when a rested node is tried again. Refuses to know: clocks (moments arrive as
//! arguments), the link, and what is asked. A node that was too slow once is not waited for again: lines are written ones
//! until a trial in the background came back fast, and the first lines after that have a shorter budget.

use std::time::{Duration, Instant};

/// Proposals asked for before a written line is spoken.
pub const TRIES_MAX: usize = 3;
/// How long a line may take from act to words.
pub const DEADLINE: Duration = Duration::from_secs(12);
/// The same for a node that has been too slow and is trusted again.
const CAREFUL_DEADLINE: Duration = Duration::from_secs(5);
/// How fast a trial must come back.
const TRIAL_FAST: Duration = Duration::from_secs(3);
/// How long a trial may take before it is given up.
pub const TRIAL_MAX: Duration = Duration::from_secs(15);
/// How long after a miss the first trial is made; it doubles with each that fails.
const REST: Duration = Duration::from_secs(5);
/// The longest rest.
const REST_MAX: Duration = Duration::from_secs(120);
const _: () = assert!(CAREFUL_DEADLINE.as_secs() < DEADLINE.as_secs() && REST.as_secs() < REST_MAX.as_secs());

/// What one line may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// From act to words.
    pub limit: Duration,
    /// Proposals.
    pub tries: usize,
}

#[derive(Debug, Clone, Copy)]
enum Gait {
    Trusted,
    /// One line in time, and it is trusted again.
    Careful,
    /// Not asked before `until` and a fast trial.
    Resting {
        until: Instant,
        rest: Duration,
    },
}

/// How the node keeps up.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    gait: Gait,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { gait: Gait::Trusted }
    }
}

impl Pace {
    /// What a line may cost now; `None`: the node is not to be asked.
    pub fn budget(&self) -> Option<Budget> {
        match self.gait {
            Gait::Trusted => Some(Budget { limit: DEADLINE, tries: TRIES_MAX }),
            Gait::Careful => Some(Budget { limit: CAREFUL_DEADLINE, tries: 1 }),
            Gait::Resting { .. } => None,
        }
    }

    /// An answer came within its budget.
    pub fn kept(&mut self) {
        self.gait = Gait::Trusted;
    }

    /// A budget passed without words.
    pub fn missed(&mut self, now: Instant) {
        let rest = match self.gait {
            Gait::Trusted => REST,
            Gait::Careful => REST * 2,
            Gait::Resting { rest, .. } => (rest * 2).min(REST_MAX),
        };
        self.gait = Gait::Resting { until: now + rest, rest };
    }

    /// Whether a rested node is to be tried in the background now.
    pub fn is_trial_due(&self, now: Instant) -> bool {
        matches!(self.gait, Gait::Resting { until, .. } if now >= until)
    }

    /// A trial came back after so long, or not at all.
    pub fn tried(&mut self, now: Instant, took: Option<Duration>) {
        let Gait::Resting { .. } = self.gait else { return };
        match took {
            Some(took) if took <= TRIAL_FAST => self.gait = Gait::Careful,
            _ => self.missed(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_miss_rests_the_node_and_a_fast_trial_brings_it_back() {
        let now = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.budget(), Some(Budget { limit: DEADLINE, tries: TRIES_MAX }));
        pace.tried(now, None);
        assert!(pace.budget().is_some(), "a trial says nothing about a node that keeps up");
        pace.missed(now);
        assert_eq!(pace.budget(), None);
        assert!(!pace.is_trial_due(now) && pace.is_trial_due(now + REST));
        pace.tried(now + REST, Some(TRIAL_FAST * 2));
        assert!(
            !pace.is_trial_due(now + REST * 2) && pace.is_trial_due(now + REST * 3),
            "each rest is longer"
        );
        pace.tried(now + REST * 3, Some(TRIAL_FAST));
        assert_eq!(pace.budget(), Some(Budget { limit: CAREFUL_DEADLINE, tries: 1 }));
        pace.kept();
        assert_eq!(pace.budget(), Pace::default().budget());
    }

    #[test]
    fn no_rest_is_longer_than_the_longest() {
        let now = Instant::now();
        let mut pace = Pace::default();
        (0..50).for_each(|_| pace.missed(now));
        assert!(pace.is_trial_due(now + REST_MAX));
    }
}
