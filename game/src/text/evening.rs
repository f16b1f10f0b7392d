//! The evening from the notebook: who is said to have been where in each half-hour, and how well that stands.
//!
//! Owns: putting notes into the grid of villagers by half-hours. Refuses to know: the truth, and drawing.

use engine_sim::fact::Fact;
use engine_sim::ids::{PersonId, PlaceId};
use engine_sim::library::Library;
use engine_sim::snapshot::state::Note;
use engine_sim::time::Slot;
use engine_sim::world::notebook::Clash;

/// How well a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing is noted.
    Nothing,
    /// Only their own word.
    Own,
    /// Somebody else's word.
    Seen,
    /// Their own word and somebody else's, which agree.
    Agreed,
    /// Seen passing only.
    Passed,
    /// Contradicted.
    Clash,
}

impl Mark {
    /// The sign in the grid: never only a colour.
    pub fn sign(self) -> char {
        match self {
            Mark::Nothing => ' ',
            Mark::Own => '?',
            Mark::Seen => '+',
            Mark::Agreed => '=',
            Mark::Passed => '>',
            Mark::Clash => '!',
        }
    }
}

/// One villager's half-hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Where they are said to have been.
    pub place: Option<PlaceId>,
    /// How well that stands.
    pub mark: Mark,
    /// Indexes of the notes it comes from.
    pub notes: Vec<usize>,
}

/// The cell of one villager and half-hour.
pub fn cell(notes: &[Note], clashes: &[Clash], who: PersonId, at: Slot) -> Cell {
    let about = |n: &Note| {
        let kind = matches!(
            n.fact,
            Fact::Was { .. }
                | Fact::Alone { .. }
                | Fact::Passed { .. }
                | Fact::Carried { .. }
                | Fact::Keeps { .. }
                | Fact::Took { .. }
        );
        kind && n.fact.subject() == Some(who) && n.fact.at() == Some(at)
    };
    let found: Vec<usize> = (0..notes.len()).filter(|&i| about(&notes[i])).collect();
    let standing = || found.iter().map(|&i| &notes[i]).filter(|n| !n.withdrawn);
    let stay = |n: &&Note| !matches!(n.fact, Fact::Passed { .. } | Fact::Carried { .. });
    let own = standing().filter(stay).find(|n| n.speaker == Some(who));
    let other = standing().filter(stay).find(|n| n.speaker != Some(who));
    let passed = standing().find(|n| !stay(n));
    let clash = clashes.iter().any(|c| {
        let here = |i: u16| notes[usize::from(i)].fact.at() == Some(at);
        c.about == who && (here(c.a) || here(c.b))
    });
    let place = own.or(other).or(passed).and_then(|n| n.fact.place());
    let mark = match (own, other) {
        _ if clash => Mark::Clash,
        (Some(_), Some(_)) => Mark::Agreed,
        (Some(_), None) => Mark::Own,
        (None, Some(_)) => Mark::Seen,
        (None, None) if passed.is_some() => Mark::Passed,
        (None, None) => Mark::Nothing,
    };
    Cell { place, mark, notes: found }
}

/// The whole grid: `[person][slot]`.
pub fn grid(library: &Library, notes: &[Note], clashes: &[Clash]) -> Vec<Vec<Cell>> {
    let row = |who: PersonId| Slot::all().map(|at| cell(notes, clashes, who, at)).collect();
    library.village.people().map(row).collect()
}

/// A place in two letters.
pub fn place_code(library: &Library, place: PlaceId) -> String {
    library.village.place(place).id.chars().take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::fact::How;
    use engine_sim::time::MORNING;
    use engine_sim::world::notebook::clashes;

    #[test]
    fn marks_follow_from_who_says_what() {
        let library = Library::shipped().unwrap();
        let v = &library.village;
        let (bram, maud) = (v.person_by_key("bram").unwrap(), v.person_by_key("maud").unwrap());
        let (mill, gate) = (v.place_by_key("mill").unwrap(), v.place_by_key("gate").unwrap());
        let note = |fact, speaker| Note {
            fact,
            speaker: Some(speaker),
            how: How::Witnessed,
            source: speaker,
            at: MORNING,
            withdrawn: false,
        };
        let was = |place, at| Fact::Was { who: bram, place, at: Slot(at) };
        let notes = vec![
            note(was(mill, 1), bram),
            note(was(mill, 2), maud),
            note(was(mill, 3), bram),
            note(was(mill, 3), maud),
            note(was(mill, 4), bram),
            note(was(gate, 4), maud),
        ];
        let clashes = clashes(v, &notes);
        let mark = |at| cell(&notes, &clashes, bram, Slot(at)).mark;
        let expected = [Mark::Nothing, Mark::Own, Mark::Seen, Mark::Agreed, Mark::Clash];
        assert_eq!([0, 1, 2, 3, 4].map(mark), expected);
    }

    #[test]
    fn no_two_places_share_a_code() {
        let library = Library::shipped().unwrap();
        let mut codes: Vec<String> = library.village.place_ids().map(|p| place_code(&library, p)).collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), library.village.places.len());
    }
}
