//! Conviction: whether the moot would find the thief by what a player can learn. A case that can be solved in the head and not
//! before the moot is no case.
//!
//! Owns: the notes that asking everyone would fill a book with. Refuses to know: what the moot weighs (`world::moot`), how a
//! player gets people to talk beyond asking and confronting: the reticent stay silent here.

use super::Case;
use super::testimony::Testimony;
use crate::content::Village;
use crate::fact::{Fact, How};
use crate::ids::PersonId;
use crate::snapshot::state::Note;
use crate::time::{MORNING, Slot};
use crate::world::moot;

/// Whether the moot would be convinced of the thief.
pub(crate) fn can_convict(village: &Village, case: &Case) -> bool {
    moot::weigh_notes(village, case.window, &book(village, case), case.thief).proves()
}

/// What bears on the thief of all that a player could have in the book: what lies at the Ember House, what everyone knows, the
/// thief's own word, what others tell of the thief and of where they were alone.
pub(crate) fn book(village: &Village, case: &Case) -> Vec<Note> {
    let thief = case.thief;
    let note =
        |fact, speaker, source, how| Note { fact, speaker, how, source, at: MORNING, withdrawn: false };
    let found = case.traces.iter().map(|&f| note(f, None, PersonId::PLAYER, How::Witnessed));
    let common = case.common.iter().filter(|f| f.subject() == Some(thief));
    let common = common.map(|&f| note(f, Some(village.keeper()), thief, How::Common));
    let own = Slot::all().map(|at| {
        note(Fact::Was { who: thief, place: case.claim(thief, at), at }, Some(thief), thief, How::Own)
    });
    let testimony = Testimony::gather(village, case);
    let told = testimony.statements.iter().filter(|s| {
        let bears = s.fact.subject() == Some(thief) || matches!(s.fact, Fact::Alone { .. });
        bears && s.teller != thief
    });
    let told = told.map(|s| {
        let how = if s.depth == 0 { How::Witnessed } else { How::Told(s.source) };
        note(s.fact, Some(s.teller), s.source, how)
    });
    found.chain(common).chain(own).chain(told).collect()
}
