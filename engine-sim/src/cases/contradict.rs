//! Contradiction: whether two statements about the evening can both be true.
//!
//! Owns: that rule, for two facts and for a fact against a person's whole story. Refuses to know: which of the two is true.

use super::{Case, Lie};
use crate::content::Village;
use crate::fact::Fact;
use crate::ids::{PersonId, PlaceId};
use crate::time::{SLOT_MIN, Slot};

/// A statement that somebody spent a half-hour somewhere.
pub(crate) fn stay(fact: &Fact) -> Option<(PersonId, PlaceId, Slot)> {
    match *fact {
        Fact::Was { who, place, at }
        | Fact::Alone { who, place, at }
        | Fact::Keeps { who, place, at, .. } => Some((who, place, at)),
        _ => None,
    }
}

/// A statement that somebody walked through somewhere at the beginning of a half-hour.
pub(crate) fn passing(fact: &Fact) -> Option<(PersonId, PlaceId, Slot)> {
    match *fact {
        Fact::Passed { who, place, at } | Fact::Carried { who, place, at, .. } => Some((who, place, at)),
        _ => None,
    }
}

/// Whether two statements cannot both be true: the same person staying at two places in one half-hour; somebody alone where
/// another was; the ember gone before it was seen; somebody walking through a place too far from where they stayed. Walking
/// through one place and staying at another is no contradiction in itself (but see `Case::contradicts_story`).
pub fn contradicts(village: &Village, a: &Fact, b: &Fact) -> bool {
    one_way(village, a, b) || one_way(village, b, a)
}

fn one_way(village: &Village, a: &Fact, b: &Fact) -> bool {
    if let (Fact::Alone { who, place, at }, Some((other, there, then))) = (a, stay(b))
        && *who != other
        && *place == there
        && *at == then
    {
        return true;
    }
    if let (Fact::Present { item, place, at }, Fact::Missing { item: gone, place: from, at: by }) = (a, b) {
        return item == gone && place == from && by <= at;
    }
    let Some((who, place, at)) = stay(a) else { return false };
    if let Some((other, there, then)) = stay(b) {
        return who == other && at == then && place != there;
    }
    if let Some((other, through, then)) = passing(b) {
        let half = SLOT_MIN / 2;
        return who == other && at == then && village.walk_min(through, place) > half;
    }
    false
}

impl Case {
    /// Whether a statement speaks against a lie: at the lie's own half-hour the teller's whole story counts, at the next only
    /// a walk that should have begun where the lie was.
    pub fn refutes_lie(&self, village: &Village, lie: &Lie, fact: &Fact) -> bool {
        let walk = passing(fact).is_some();
        [Some(lie.at), lie.at.after()].into_iter().flatten().any(|at| {
            fact.at() == Some(at)
                && (at == lie.at || walk)
                && self.contradicts_story(village, lie.who, at, fact)
        })
    }
    /// Whether a statement cannot be true if what `who` says of themselves around the half-hour `at` is: it contradicts the
    /// claim, or somebody saw them walk through a place at the beginning of `at` while they say that they stayed elsewhere,
    /// at one place, from the half-hour before on.
    pub fn contradicts_story(&self, village: &Village, who: PersonId, at: Slot, fact: &Fact) -> bool {
        let claimed = self.claim(who, at);
        if contradicts(village, &Fact::Was { who, place: claimed, at }, fact) {
            return true;
        }
        let stayed = at.before().is_some_and(|before| self.claim(who, before) == claimed);
        passing(fact).is_some_and(|(walker, through, then)| {
            walker == who && then == at && stayed && through != claimed
        })
    }
}
