//! Pick: what is chosen on a page of the notebook.
//!
//! Owns: that choice, and moving it among what the page showed last. Refuses to know: how an entry looks, and what holding it up says
//! (`confront`). Which entries a page shows hangs on the player's search and language, so whoever draws a page tells them.

use std::cell::{Cell, RefCell};

/// Something that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Picked {
    /// A note, by its place in the notebook.
    Note(u16),
    /// A clash, by its place among the clashes.
    Clash(u16),
}

/// An entry of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Which.
    pub entry: Picked,
    /// Whether any of it can be seen as the page is scrolled.
    pub in_sight: bool,
}

/// The choice on a page.
#[derive(Debug, Default)]
pub struct Pick {
    chosen: Option<Picked>,
    shown: RefCell<Vec<Shown>>,
    follows: Cell<bool>,
}

impl Pick {
    /// The chosen entry.
    pub fn chosen(&self) -> Option<Picked> {
        self.chosen
    }

    /// Whether the page has yet to be scrolled to the choice.
    pub fn follows(&self) -> bool {
        self.follows.get()
    }

    /// Takes what the page shows, in its order: it is drawn, and scrolled to the choice where that was asked.
    pub fn tell(&self, shown: Vec<Shown>) {
        *self.shown.borrow_mut() = shown;
        self.follows.set(false);
    }

    /// Chooses an entry; the page follows.
    pub fn choose(&mut self, entry: Picked) {
        self.chosen = Some(entry);
        self.follows.set(true);
    }

    /// Nothing is chosen any more.
    pub fn let_go(&mut self) {
        self.chosen = None;
    }

    /// Another page comes: nothing is chosen, and nothing shown yet.
    pub fn clear(&mut self) {
        *self = Pick::default();
    }

    /// Moves the choice to the next entry or the one before, around the ends; from nothing, to the first in sight.
    pub fn step(&mut self, down: bool) {
        let shown = self.shown.get_mut();
        let at = self.chosen.and_then(|chosen| shown.iter().position(|s| s.entry == chosen));
        let to = match at {
            Some(at) if down => shown.get(at + 1).or(shown.first()),
            Some(at) => at.checked_sub(1).map_or(shown.last(), |before| shown.get(before)),
            None => shown.iter().find(|s| s.in_sight).or(shown.first()),
        };
        if let Some(to) = to.map(|s| s.entry) {
            self.choose(to);
        }
    }

    /// The chosen entry, if the player sees it. Where nothing is chosen yet, the first in sight is now; a choice out of sight is
    /// brought back first, so that nothing is said that the player does not look at.
    pub fn ready(&mut self) -> Option<Picked> {
        let Some(chosen) = self.chosen else {
            self.step(true);
            return None;
        };
        let shown = self.shown.get_mut().iter().find(|s| s.entry == chosen).copied();
        match shown {
            Some(shown) if shown.in_sight => return Some(chosen),
            Some(_) => self.follows.set(true),
            None => self.let_go(),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: [Picked; 4] = [Picked::Note(5), Picked::Note(2), Picked::Note(9), Picked::Note(7)];

    /// A page of four notes of which the middle two are in sight.
    fn page() -> Pick {
        let pick = Pick::default();
        let shown = NOTES.iter().enumerate().map(|(i, &entry)| Shown { entry, in_sight: i == 1 || i == 2 });
        pick.tell(shown.collect());
        pick
    }

    #[test]
    fn a_choice_begins_with_what_is_in_sight_and_goes_around_the_ends() {
        let mut pick = page();
        pick.step(false);
        assert_eq!(pick.chosen(), Some(NOTES[1]));
        pick.step(true);
        pick.step(true);
        assert_eq!(pick.chosen(), Some(NOTES[3]));
        pick.step(true);
        assert_eq!(pick.chosen(), Some(NOTES[0]));
        pick.step(false);
        assert_eq!(pick.chosen(), Some(NOTES[3]));
        assert!(pick.follows());
        pick.clear();
        pick.step(true);
        assert_eq!(pick.chosen(), None, "an empty page has nothing to choose");
    }

    #[test]
    fn only_what_is_in_sight_is_ready() {
        let mut pick = page();
        assert_eq!(pick.ready(), None, "the first time chooses");
        assert_eq!((pick.chosen(), pick.ready()), (Some(NOTES[1]), Some(NOTES[1])));
        let mut pick = page();
        pick.choose(NOTES[3]);
        pick.tell(page().shown.take());
        assert_eq!(pick.ready(), None);
        assert!(pick.follows(), "it is brought into sight first");
        pick.choose(Picked::Clash(0));
        assert_eq!(pick.ready(), None);
        assert_eq!(pick.chosen(), None, "what is not shown cannot stay chosen");
    }
}
