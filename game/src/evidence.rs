//! Evidence: which notes to lay before the moot against somebody, when nobody picks them one by one.
//!
//! Owns: the order in which notes bear on a name, within what the moot hears. Refuses to know: what the moot decides, and the
//! truth. The moot hears few notes, so repeats of one word are left out, and what refutes the accused goes before what is
//! only about them.

use engine_sim::World;
use engine_sim::fact::Fact;
use engine_sim::ids::PersonId;
use engine_sim::snapshot::state::Note;
use engine_sim::time::Slot;
use engine_sim::world::{moot, notebook};

/// Sources of one fact that are heard in its turn: a friend's word counts once a second person agrees. Further ones come last.
const SOURCES_MAX: usize = 2;

/// How strongly a note bears, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// A confession, and what lay on the floor.
    Proof,
    /// One side of a contradiction with the accused's own word about the half-hours that count, or their carrying something.
    Refutes,
    /// About the accused in those half-hours, or that they own what left the trace.
    Places,
    /// About the accused before them (where the residue clings), a reason, another contradiction.
    Suggests,
    /// Anything else about the accused.
    About,
    /// One more source of what others have said.
    Again,
}

/// The notes that bear on an accusation, within what the moot hears, strongest first.
pub fn bearing(world: &World<'_>, who: PersonId) -> Vec<u16> {
    let state = world.state();
    let notes = &state.player.notes;
    let window = state.case.window;
    let counts = |at: Slot| at > window.present && at <= window.missing;
    let own = |n: &Note| n.speaker == Some(who) && n.fact.subject() == Some(who);
    let mut refuting = vec![None; notes.len()];
    for clash in notebook::clashes(&world.library().village, notes) {
        let [a, b] = [clash.a, clash.b].map(usize::from);
        if own(&notes[a]) == own(&notes[b]) {
            continue;
        }
        let decisive = [a, b].iter().all(|&i| notes[i].fact.at().is_some_and(counts));
        let strength = if decisive { Strength::Refutes } else { Strength::Suggests };
        for i in [a, b] {
            refuting[i] = Some(refuting[i].map_or(strength, |before: Strength| before.min(strength)));
        }
    }
    let traced = |item| notes.iter().any(|n| matches!(n.fact, Fact::Trace { item: i, .. } if i == item));
    let strength = |i: usize| {
        let note = &notes[i];
        let about = note.fact.subject() == Some(who);
        let plain = match note.fact {
            _ if note.speaker.is_none() => Some(Strength::Proof),
            Fact::Took { .. } if about => Some(Strength::Proof),
            Fact::Carried { at, .. } if about && counts(at) => Some(Strength::Refutes),
            Fact::Owns { item, .. } if about && traced(item) => Some(Strength::Places),
            Fact::HasMotive { .. } if about => Some(Strength::Suggests),
            fact if about && fact.at().is_some_and(counts) => Some(Strength::Places),
            Fact::Was { at, .. } if about && at <= window.present => Some(Strength::Suggests),
            _ if about => Some(Strength::About),
            _ => None,
        };
        [plain, refuting[i]].into_iter().flatten().min()
    };
    let mut ranked: Vec<(Strength, usize)> = (0..notes.len())
        .filter(|&i| !notes[i].withdrawn && !is_repeat(notes, i, who))
        .filter_map(|i| Some((strength(i)?, i)))
        .collect();
    for rank in &mut ranked {
        let earlier = notes[..rank.1].iter().enumerate().filter(|(i, n)| {
            n.fact == notes[rank.1].fact && !n.withdrawn && !own(n) && !is_repeat(notes, *i, who)
        });
        if !own(&notes[rank.1]) && earlier.count() >= SOURCES_MAX {
            rank.0 = Strength::Again;
        }
    }
    ranked.sort_unstable();
    ranked.truncate(moot::EVIDENCE_MAX);
    ranked.into_iter().map(|(_, i)| i as u16).collect()
}

/// Whether an earlier note is the same word from the same source; the accused's own mouth is a source of its own.
fn is_repeat(notes: &[Note], index: usize, who: PersonId) -> bool {
    let note = &notes[index];
    let same = |n: &Note| {
        n.fact == note.fact
            && n.source == note.source
            && (n.speaker == Some(who)) == (note.speaker == Some(who))
            && n.speaker.is_none() == note.speaker.is_none()
    };
    notes[..index].iter().any(|n| !n.withdrawn && same(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::Library;
    use engine_sim::cases::Difficulty;
    use engine_sim::fact::How;
    use engine_sim::world::Setup;

    fn note(fact: Fact, speaker: Option<PersonId>, source: PersonId) -> Note {
        let at = engine_sim::time::MORNING;
        Note { fact, speaker, how: How::Witnessed, source, at, withdrawn: false }
    }

    #[test]
    fn a_refutation_by_somebody_alone_is_heard_before_forty_repeats() {
        let library = Library::shipped().unwrap();
        let setup = Setup { seed: 7, level: Difficulty::Normal };
        let world = World::new(&library, setup).unwrap();
        let window = world.state().case.window;
        let at = window.missing;
        let village = &library.village;
        let (bram, maud) = (village.person_by_key("bram").unwrap(), village.person_by_key("maud").unwrap());
        let mill = village.place_by_key("mill").unwrap();
        let mut state = world.state().clone();
        let claim = note(Fact::Was { who: bram, place: mill, at }, Some(bram), bram);
        let old = Fact::Was { who: bram, place: mill, at: window.present };
        state.player.notes = (0..40).map(|_| note(old, Some(maud), maud)).collect();
        state.player.notes.extend([claim; 10]);
        state.player.notes.push(note(Fact::Alone { who: maud, place: mill, at }, Some(maud), maud));
        let world = World::from_parts(&library, setup, state, Vec::new());
        assert_eq!(bearing(&world, bram), [40, 50, 0], "the claim, what refutes it, then what is about him");
        assert!(moot::weigh(&library, world.state(), bram, &bearing(&world, bram)).opportunity);
    }

    #[test]
    fn a_second_source_is_heard_and_a_tenth_comes_last() {
        let library = Library::shipped().unwrap();
        let setup = Setup { seed: 7, level: Difficulty::Normal };
        let world = World::new(&library, setup).unwrap();
        let at = world.state().case.window.missing;
        let village = &library.village;
        let bram = village.person_by_key("bram").unwrap();
        let mill = village.place_by_key("mill").unwrap();
        let mut state = world.state().clone();
        let others = village.people().filter(|p| *p != bram);
        let fact = Fact::Passed { who: bram, place: mill, at };
        state.player.notes = others.map(|p| note(fact, Some(p), p)).collect();
        let owes = Fact::Owes { who: bram, to: village.keeper(), gold: 3 };
        let owes_at = state.player.notes.len() as u16;
        state.player.notes.push(note(owes, Some(village.keeper()), village.keeper()));
        let world = World::from_parts(&library, setup, state, Vec::new());
        assert_eq!(bearing(&world, bram)[..3], [0, 1, owes_at]);
    }
}
