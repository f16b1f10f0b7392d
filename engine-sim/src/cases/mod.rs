//! The case: who took the winter ember, who saw what, who lies about what, and whether a player can prove it.
//!
//! Owns: the case's record (part of a save) and the questions that talk asks of it: what somebody would tell, claims,
//! hides, and whether two statements can both be true. Refuses to know: the investigation (who was asked, who trusts the
//! player), wording, the clock. Sources: notes in DESIGN section 1; the evening is simulated minute by minute (`evening`),
//! testimony follows from it, and `solve` proves each case with only what a player can learn.

mod contradict;
mod convict;
mod difficulty;
mod evening;
mod generate;
mod gossip;
mod lies;
mod plan;
mod proof;
mod solve;
mod testimony;
#[cfg(test)]
mod tests;

pub use contradict::contradicts;
pub use difficulty::{Difficulty, Measures, Params, measure};
pub use evening::{Spot, position_at};
pub use generate::{ATTEMPTS_MAX, DateError, GenerateError, daily_seed, generate};
pub use proof::{Clue, Exclusion, Proof, Reason};
pub use solve::solve;

use crate::content::Village;
use crate::fact::{Fact, How, Knowing, Motive, Secret};
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::time::{EVENING_START, Slot};
use rkyv::{Archive, Deserialize, Serialize};

/// The longest walk that still leaves the greater part of a half-hour at its end, in minutes.
pub const WALK_MAX_MIN: u32 = 14;

/// What is known of the time of the theft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug), attr(allow(missing_docs)))]
pub struct Window {
    /// The last half-hour in which the keeper still saw the ember.
    pub present: Slot,
    /// The first half-hour in which the keeper found it gone.
    pub missing: Slot,
}

impl Window {
    /// The half-hours in which the theft can have happened: after `present`, before `missing`.
    pub fn slots(self) -> impl DoubleEndedIterator<Item = Slot> + Clone {
        (self.present.0 + 1..self.missing.0).map(Slot)
    }
    /// Whether the theft can have happened in `slot`.
    pub fn contains(self, slot: Slot) -> bool {
        self.present < slot && slot < self.missing
    }
}

/// Why somebody lies about a half-hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug), attr(allow(missing_docs)))]
pub enum Why {
    /// To hide the theft. Never confessed before the moot.
    Theft,
    /// To hide this, which is not the theft.
    Secret(Secret),
    /// To shield this person, to whom they are bonded: they say that both were at the claimed place.
    Cover(PersonId),
}

/// A false claim of a villager about their own whereabouts: decided once, told the same to everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug), attr(allow(missing_docs)))]
pub struct Lie {
    /// Who lies.
    pub who: PersonId,
    /// About which half-hour.
    pub at: Slot,
    /// Where they say that they were.
    pub claimed: PlaceId,
    /// Where they were.
    pub truth: PlaceId,
    /// What for.
    pub why: Why,
}

/// A secret of the evening that is not the theft.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Kept {
    /// What it is.
    pub secret: Secret,
    /// One person, or two who met.
    pub who: Vec<PersonId>,
    /// Where.
    pub place: PlaceId,
    /// In which half-hour.
    pub at: Slot,
}

/// Somebody walks with an item in hand at the beginning of a half-hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(derive(Debug), attr(allow(missing_docs)))]
pub struct Carry {
    /// Who.
    pub who: PersonId,
    /// What is seen in hand: a carrier they own.
    pub item: ItemId,
    /// The half-hour at whose beginning they walk.
    pub at: Slot,
}

/// One case: the truth of the evening, and who knows and says what of it the next morning.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Case {
    /// The seed it was asked for with.
    pub seed: u64,
    /// How hard it was asked to be.
    pub level: Difficulty,
    /// Which draw was accepted, from 0.
    pub attempt: u16,
    /// Who took the ember. Never the keeper.
    pub thief: PersonId,
    /// Why.
    pub motive: Motive,
    /// What it was carried in: a carrier the thief owns.
    pub carrier: ItemId,
    /// When: one of the window's half-hours.
    pub theft: Slot,
    /// Between which half-hours the keeper missed it.
    pub window: Window,
    /// Where each person spent each half-hour: `plans[person][slot]`, the truth.
    pub plans: Vec<Vec<PlaceId>>,
    /// Who walked with a carrier in hand and when; the thief's is one of them.
    pub carries: Vec<Carry>,
    /// What everyone in the village knows: ties, trades, possessions, debts, motives, the keeper's window.
    pub common: Vec<Fact>,
    /// What each person knows of the evening at 08:00 besides: `knowledge[person]`, sorted.
    pub knowledge: Vec<Vec<Knowing>>,
    /// Every lie, sorted by person and half-hour. At most one for a person and half-hour.
    pub lies: Vec<Lie>,
    /// The secrets that are not the theft.
    pub secrets: Vec<Kept>,
    /// People who keep what they saw of others to themselves unless they are won over. No proof needs them.
    pub reticent: Vec<PersonId>,
    /// What lies at the Ember House: a `Trace` of the carrier and a `Residue` of where the thief came from.
    pub traces: Vec<Fact>,
}

impl Case {
    /// Where somebody truly spent a half-hour.
    pub fn place(&self, who: PersonId, at: Slot) -> PlaceId {
        self.plans[who.index()][usize::from(at.0)]
    }
    /// The lie that somebody tells about a half-hour, if they do.
    pub fn lie(&self, who: PersonId, at: Slot) -> Option<&Lie> {
        self.lies.iter().find(|lie| lie.who == who && lie.at == at)
    }
    /// Where somebody says they spent a half-hour: the lie, else the truth. The same to everyone, until they confess.
    pub fn claim(&self, who: PersonId, at: Slot) -> PlaceId {
        self.lie(who, at).map_or_else(|| self.place(who, at), |lie| lie.claimed)
    }
    /// The secret that somebody keeps, if any.
    pub fn secret(&self, who: PersonId) -> Option<&Kept> {
        self.secrets.iter().find(|kept| kept.who.contains(&who))
    }
    /// Everything somebody knows: what everyone knows, then their own knowledge. Whether they would say it is `tells`.
    pub fn knows(&self, who: PersonId) -> impl Iterator<Item = Knowing> {
        let common = self.common.iter().map(move |&fact| Knowing {
            fact,
            how: How::Common,
            source: fact.subject().unwrap_or(who),
            depth: 0,
            since: EVENING_START,
        });
        common.chain(self.knowledge[who.index()].iter().copied())
    }
    /// What somebody would tell the player who asks. `confessed`: whether they have owned up to a lie that is not about
    /// the theft. A cover's false word about the person they shield is among it, as something witnessed. What they
    /// say about themselves is `claim`. The reticent tell nothing they saw of others (see `tells_won_over`).
    pub fn tells<'a>(
        &'a self,
        village: &'a Village,
        who: PersonId,
        confessed: bool,
    ) -> impl Iterator<Item = Knowing> + 'a {
        let closed = !confessed && self.reticent.contains(&who);
        let kept_back = move |known: &Knowing| {
            closed && matches!(known.how, How::Witnessed | How::Told(_) | How::Inferred)
        };
        self.tells_won_over(village, who, confessed).filter(move |known| !kept_back(known))
    }
    /// What somebody would tell whom the player has won over: as `tells`, without reticence.
    pub fn tells_won_over<'a>(
        &'a self,
        village: &'a Village,
        who: PersonId,
        confessed: bool,
    ) -> impl Iterator<Item = Knowing> + 'a {
        let covers = self.lies.iter().filter(move |lie| lie.who == who && !confessed);
        let cover_words = covers.filter_map(move |lie| match lie.why {
            Why::Cover(whom) => Some(Knowing {
                fact: Fact::Was { who: whom, place: lie.claimed, at: lie.at },
                how: How::Witnessed,
                source: who,
                depth: 0,
                since: lie.at.start(),
            }),
            _ => None,
        });
        self.knows(who)
            .filter(move |known| self.would_tell(village, who, confessed, known))
            .chain(cover_words)
    }
    /// What somebody must not give away, in any words, before they confess (the thief: ever): their true whereabouts in
    /// half-hours they lie about, their secret, the theft; and what they know of a bonded person's.
    pub fn hides(&self, village: &Village, who: PersonId) -> Vec<Fact> {
        let mut hidden = Vec::new();
        for lie in self.lies.iter().filter(|lie| lie.who == who) {
            hidden.push(Fact::Was { who, place: lie.truth, at: lie.at });
            hidden.push(Fact::Alone { who, place: lie.truth, at: lie.at });
        }
        if let Some(kept) = self.secret(who) {
            let keeps =
                |&who: &PersonId| Fact::Keeps { who, secret: kept.secret, place: kept.place, at: kept.at };
            hidden.extend(kept.who.iter().map(keeps));
        }
        if who == self.thief {
            hidden.push(Fact::Took { who, item: village.ember(), at: self.theft });
        }
        let untold = self.knows(who).filter(|known| !self.would_tell(village, who, false, known));
        hidden.extend(untold.map(|known| known.fact));
        hidden.sort_unstable();
        hidden.dedup();
        hidden
    }
    /// Whether somebody would tell one piece of their knowledge, reticence aside.
    pub(crate) fn would_tell(
        &self,
        village: &Village,
        who: PersonId,
        confessed: bool,
        known: &Knowing,
    ) -> bool {
        let fact = &known.fact;
        match fact {
            Fact::Took { .. } => return false,
            Fact::HasMotive { who: subject, .. } => return *subject != who,
            // Somebody's word is theirs: passing it on gives away nothing of one's own.
            Fact::Said { .. } => return true,
            _ => {}
        }
        let Some(at) = fact.at() else { return true };
        let guards = |lie: &Lie| lie.who == who && lie.at == at && (!confessed || lie.why == Why::Theft);
        let first_hand = matches!(known.how, How::Own | How::Witnessed | How::Inferred);
        let mine = first_hand || fact.subject() == Some(who);
        if mine && self.lies.iter().any(guards) {
            return false;
        }
        match fact.subject() {
            Some(friend) if friend != who && village.bonded(who, friend) => {
                self.lie(friend, at).is_none_or(|lie| fact.place() == Some(lie.claimed))
            }
            _ => true,
        }
    }
}
