//! The notebook's reasoning: which notes cannot both be true, and about whom.
//!
//! Owns: contradictions among what the player has learnt. Refuses to know: the truth. It compares statements only.

use crate::cases::contradicts;
use crate::content::Village;
use crate::fact::Fact;
use crate::ids::PersonId;
use crate::snapshot::state::Note;

/// A contradiction between two notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clash {
    /// Index of the earlier note.
    pub a: u16,
    /// Index of the later note.
    pub b: u16,
    /// Whom both are about. Two people who cannot both have been where they say have a clash each, of the same two notes.
    pub about: PersonId,
}

/// Whose word a note is: the speaker's, or, where the speaker reports what somebody said of themselves, that person's.
pub fn whose_word(note: &Note) -> Option<PersonId> {
    match note.fact {
        Fact::Said { who, whom, .. } if who == whom => Some(who),
        _ => note.speaker,
    }
}

/// The notes with each reported word as if its giver had said it to the player; one that they did say is not held twice.
fn first_person(notes: &[Note]) -> Vec<Note> {
    let given = |note: &Note| match note.fact {
        Fact::Said { who, whom, place, at } if who == whom => {
            let fact = Fact::Was { who, place, at };
            let told = notes.iter().any(|n| n.fact == fact && n.speaker == Some(who));
            Note { fact, speaker: Some(who), source: who, withdrawn: note.withdrawn || told, ..*note }
        }
        _ => *note,
    };
    notes.iter().map(given).collect()
}

/// Whom two notes contradict each other about: one person, or, when somebody says that they were alone where somebody else
/// was, both, who says so first.
fn clash(village: &Village, a: &Note, b: &Note) -> Vec<PersonId> {
    if a.withdrawn || b.withdrawn || a.speaker == b.speaker || !contradicts(village, &a.fact, &b.fact) {
        return Vec::new();
    }
    let (first, second) = match (&a.fact, &b.fact) {
        (_, Fact::Alone { .. }) if !matches!(a.fact, Fact::Alone { .. }) => (b, a),
        _ => (a, b),
    };
    let mut about: Vec<PersonId> = [first, second].iter().filter_map(|n| n.fact.subject()).collect();
    about.dedup();
    about
}

/// Whom a sighting on the way catches: they say that they stayed at one place, then and in the half-hour before, or went by
/// a way that does not lead through. Needs two of their own statements, so it is a rule for the whole book.
fn caught_walking(village: &Village, notes: &[Note], sighting: &Note) -> Option<(PersonId, u16)> {
    let (Fact::Passed { who, place, at } | Fact::Carried { who, place, at, .. }) = sighting.fact else {
        return None;
    };
    if sighting.withdrawn || sighting.speaker == Some(who) {
        return None;
    }
    let own_word = |slot| {
        notes.iter().enumerate().find_map(|(i, n)| match n.fact {
            Fact::Was { who: w, place, at }
                if w == who && at == slot && n.speaker == Some(who) && !n.withdrawn =>
            {
                Some((i as u16, place))
            }
            _ => None,
        })
    };
    let ((_, before), (index, then)) = (own_word(at.before()?)?, own_word(at)?);
    let on_the_way = before == place || then == place || village.way(before, then).contains(&place);
    (!on_the_way).then_some((who, index))
}

/// Every contradiction, in the order in which it came up. What somebody told another counts as their word.
pub fn clashes(village: &Village, notes: &[Note]) -> Vec<Clash> {
    let notes = first_person(notes);
    let mut found = Vec::new();
    for (j, later) in notes.iter().enumerate() {
        for (i, earlier) in notes[..j].iter().enumerate() {
            let about = clash(village, earlier, later).into_iter();
            found.extend(about.map(|about| Clash { a: i as u16, b: j as u16, about }));
        }
    }
    for (j, sighting) in notes.iter().enumerate() {
        if let Some((about, i)) = caught_walking(village, &notes, sighting) {
            found.push(Clash { a: i.min(j as u16), b: i.max(j as u16), about });
        }
    }
    found
}
