//! The notebook's reasoning: which notes cannot both be true, and about whom.
//!
//! Owns: contradictions among what the player has learnt. Refuses to know: the truth. It compares statements only.

use crate::cases::contradicts;
use crate::content::Village;
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
    let about = a.fact.subject()?;
    let apart = !a.withdrawn && !b.withdrawn && b.fact.subject() == Some(about) && a.speaker != b.speaker;
    (apart && contradicts(village, &a.fact, &b.fact)).then_some(about)
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
    found
}
