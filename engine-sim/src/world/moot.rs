//! The moot: an accusation is heard, weighed and decided.
//!
//! Owns: what counts as proof and what a wrong name costs. Refuses to know: how the player came by it. The notes laid before
//! the moot must show opportunity (the accused's own word refuted, or seen about the Ember House in the window) and at
//! least one of means and residue; a confession is enough by itself.

use super::event::Event;
use super::notebook;
use crate::cases::Window;
use crate::content::Village;
use crate::fact::Fact;
use crate::ids::PersonId;
use crate::library::Library;
use crate::snapshot::state::{Note, Outcome, State};
use crate::talk::policy::{CROSS_MIN, press};

/// Most notes laid before the moot at once.
pub const EVIDENCE_MAX: usize = 24;
/// Minutes that a failed accusation takes.
pub const MOOT_MIN: u32 = 60;
/// Trust that the wrongly accused lose.
const WRONG_TRUST: u8 = 40;
/// Trust that their friends and family lose.
const WRONG_TRUST_BONDED: u8 = 20;

/// What the notes show against somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Showing {
    /// They have owned up.
    pub confession: bool,
    /// Their word is refuted, or they were seen where it was taken.
    pub opportunity: bool,
    /// They have what left its trace.
    pub means: bool,
    /// They came from where the residue comes from.
    pub residue: bool,
    /// They had a reason.
    pub motive: bool,
}

impl Showing {
    /// Whether the moot is convinced.
    pub fn proves(self) -> bool {
        self.confession || (self.opportunity && (self.means || self.residue))
    }
    /// What is still missing, for the moot's answer.
    pub fn missing(self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if !self.opportunity {
            missing.push("opportunity");
        }
        if !self.means && !self.residue {
            missing.push("means");
        }
        missing
    }
}

/// What a choice of notes shows against `who`.
pub fn weigh(library: &Library, state: &State, who: PersonId, evidence: &[u16]) -> Showing {
    let notes: Vec<Note> =
        evidence.iter().filter_map(|&i| state.player.notes.get(usize::from(i)).copied()).collect();
    weigh_notes(&library.village, state.case.window, &notes, who)
}

/// What notes show against `who` of a theft in `window`.
pub fn weigh_notes(village: &Village, window: Window, notes: &[Note], who: PersonId) -> Showing {
    let has = |wanted: &dyn Fn(&Fact) -> bool| notes.iter().any(|n| !n.withdrawn && wanted(&n.fact));
    // Whoever walks away from the house in the window's last half-hour is seen at the beginning of the next.
    let then = |at: crate::time::Slot| at > window.present && at <= window.missing;
    let refuted = notebook::clashes(village, notes).iter().any(|c| {
        let (a, b) = (&notes[usize::from(c.a)], &notes[usize::from(c.b)]);
        let own = |n: &Note| notebook::whose_word(n) == Some(who) && n.fact.subject() == Some(who);
        let other = if own(a) { Some(b) } else { Some(a).filter(|_| own(b)) };
        let heard = other.is_some_and(|n| press::counts(village, notes, n, who));
        heard && [a, b].into_iter().all(|n| n.fact.at().is_some_and(then))
    });
    let beside: Vec<_> =
        village.neighbours(village.ember_house()).into_iter().map(|(place, _)| place).collect();
    let near = notes.iter().any(|n| {
        let f = &n.fact;
        let there = f.place() == Some(village.ember_house());
        let owned_to = notes.iter().any(|own| {
            let word = matches!(own.fact, Fact::Was { .. }) && own.speaker == Some(who) && !own.withdrawn;
            word && own.fact.subject() == Some(who)
                && own.fact.place() == f.place()
                && own.fact.at() == f.at()
        });
        let beside = f.place().is_some_and(|p| beside.contains(&p)) && !owned_to;
        let walked = matches!(f, Fact::Passed { .. } | Fact::Carried { .. });
        let about = f.subject() == Some(who) && f.at().is_some_and(then);
        about
            && (there || walked && beside || matches!(f, Fact::Carried { .. }))
            && press::counts(village, notes, n, who)
    });
    let means = village.item_ids().any(|item| {
        has(&|f| matches!(*f, Fact::Trace { item: i, .. } if i == item))
            && has(&|f| {
                matches!(*f, Fact::Owns { who: w, item: i } | Fact::Carried { who: w, item: i, .. } if w == who && i == item)
            })
    });
    let residue = village.place_ids().any(|place| {
        let clings = &village.place(place).residue;
        let found = has(&|f| matches!(*f, Fact::Residue { from, .. } if &village.place(from).residue == clings));
        found
            && has(&|f| {
                matches!(*f, Fact::Was { who: w, place: p, at } if w == who && p == place && at < window.missing)
            })
    });
    Showing {
        confession: has(&|f| matches!(*f, Fact::Took { who: w, .. } if w == who)),
        opportunity: refuted || near,
        means,
        residue,
        motive: has(&|f| matches!(*f, Fact::HasMotive { who: w, .. } if w == who)),
    }
}

/// Hears an accusation.
pub fn hear(library: &Library, state: &mut State, who: PersonId, evidence: &[u16], events: &mut Vec<Event>) {
    let showing = weigh(library, state, who, evidence);
    let right = who == state.case.thief;
    let proven = showing.proves();
    state.player.accused = Some(who);
    let missing = if proven { Vec::new() } else { showing.missing() };
    if right && proven {
        state.player.outcome = Outcome::Solved;
        events.push(Event::Verdict { who, right, proven, missing });
        events.push(Event::Ended { outcome: Outcome::Solved });
        return;
    }
    // Without proof the moot does not say whether the name was right, and the cost does not tell either: time, and the
    // good will of the accused. A name that seemed proven and was wrong costs a seal besides.
    events.push(Event::Verdict { who, right: false, proven, missing });
    if proven {
        state.player.seals = state.player.seals.saturating_sub(1);
    }
    resent(library, state, who, events);
    if state.player.seals == 0 {
        state.player.outcome = Outcome::Dismissed;
        events.push(Event::Ended { outcome: Outcome::Dismissed });
    }
}

fn resent(library: &Library, state: &mut State, who: PersonId, events: &mut Vec<Event>) {
    let until = state.now.plus(CROSS_MIN * 2);
    for other in library.village.people() {
        let person = &mut state.people[other.index()];
        let loss = if other == who {
            person.cross_until = until;
            WRONG_TRUST
        } else if library.village.bonded(who, other) {
            WRONG_TRUST_BONDED
        } else {
            continue;
        };
        person.trust = person.trust.saturating_sub(loss);
        events.push(Event::Trust { who: other, rose: false });
    }
}
