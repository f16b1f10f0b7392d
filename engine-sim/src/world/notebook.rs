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
    /// Whom both are about.
    pub about: PersonId,
}

/// Whom two notes contradict each other about, if they do.
pub fn clash(village: &Village, a: &Note, b: &Note) -> Option<PersonId> {
    if a.withdrawn || b.withdrawn || a.speaker == b.speaker || !contradicts(village, &a.fact, &b.fact) {
        return None;
    }
    // "Alone at the mill" and "Maud was at the mill": about the one who says that they were alone there.
    match (&a.fact, &b.fact) {
        (Fact::Alone { .. }, _) => a.fact.subject(),
        (_, Fact::Alone { .. }) => b.fact.subject(),
        _ => a.fact.subject(),
    }
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

/// Every contradiction, in the order in which it came up.
pub fn clashes(village: &Village, notes: &[Note]) -> Vec<Clash> {
    let mut found = Vec::new();
    for (j, later) in notes.iter().enumerate() {
        for (i, earlier) in notes[..j].iter().enumerate() {
            if let Some(about) = clash(village, earlier, later) {
                found.push(Clash { a: i as u16, b: j as u16, about });
            }
        }
    }
    for (j, sighting) in notes.iter().enumerate() {
        if let Some((about, i)) = caught_walking(village, notes, sighting) {
            found.push(Clash { a: i.min(j as u16), b: i.max(j as u16), about });
        }
    }
    found
}
