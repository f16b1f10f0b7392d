//! Views: the screens there are, and what each remembers of the player's choices on it.
//!
//! Owns: those types. Refuses to know: what keys change them (`keys`) and how they look (`draw`).

use super::news::News;
use engine_sim::ids::PersonId;
use std::cell::Cell;

/// Waits that are offered, in minutes.
pub const WAITS_MIN: [u16; 5] = [5, 15, 30, 60, 120];

/// What is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The title and its menu.
    Title,
    /// The village: scene, log, talk.
    Play,
    /// The plan of the village, with places to walk to.
    Village,
    /// Whom to look for.
    Seek,
    /// How long to wait.
    Wait,
    /// The notebook.
    Notebook,
    /// The evening by half-hours.
    Evening,
    /// Whom to accuse, and with what.
    Accuse,
    /// What really happened.
    Ending,
    /// How to play.
    Help,
    /// Who and what the game is made of.
    Credits,
    /// What the machine beside the game does, and how its lines came about.
    Neighbours,
    /// Saves to go on with.
    Saves,
    /// A save that is watched.
    Replay,
    /// The name of a new save.
    Name,
    /// Unsaved: really?
    Leave,
}

/// Tabs of the notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// By person.
    People,
    /// In order.
    Statements,
    /// Pairs that clash.
    Contradictions,
    /// What lay on the floor, and what can leave it.
    Traces,
}

impl Tab {
    /// In order.
    pub const ALL: [Tab; 4] = [Tab::People, Tab::Statements, Tab::Contradictions, Tab::Traces];
    /// Its name.
    pub fn words(self) -> &'static str {
        match self {
            Tab::People => "People",
            Tab::Statements => "Statements",
            Tab::Contradictions => "Contradictions",
            Tab::Traces => "Traces",
        }
    }
}

/// Where an accusation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Choosing a person.
    Who,
    /// Choosing notes.
    Notes,
    /// Sure?
    Confirm,
}

/// An accusation being prepared.
#[derive(Debug)]
pub struct Accusation {
    /// How far it is.
    pub stage: Stage,
    /// The chosen person's row.
    pub who: usize,
    /// Notes in the order shown: those that bear on the person first.
    pub order: Vec<u16>,
    /// Which of them are ticked, by note.
    pub ticked: Vec<u16>,
    /// The row of the note.
    pub at: usize,
}

/// Something that can be done out of talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Talk to somebody who is here.
    Talk(PersonId),
    /// Walk somewhere.
    Walk,
    /// Look for somebody.
    Seek,
    /// Search the Ember House.
    Search,
    /// Let time pass.
    Wait,
    /// Read the notebook.
    Notebook,
    /// Look at the evening.
    Evening,
    /// Name the thief.
    Accuse,
    /// Save.
    Save,
    /// Load.
    Load,
    /// How to play.
    Help,
    /// Leave.
    Quit,
}

/// A line of news under the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The words in English.
    pub text: String,
    /// Whether something went wrong.
    pub bad: bool,
    /// Which news it is, where it is one that every language has words for.
    pub news: Option<News>,
}

/// A scroll position that drawing keeps within what there is.
#[derive(Debug, Default)]
pub struct Scroll {
    /// Rows from where the view starts.
    pub at: Cell<usize>,
}

impl Scroll {
    /// Moves by so many rows.
    pub fn by(&self, rows: isize) {
        self.at.set(self.at.get().saturating_add_signed(rows));
    }
    /// Keeps within `max` and gives the position.
    pub fn within(&self, max: usize) -> usize {
        self.at.set(self.at.get().min(max));
        self.at.get()
    }
    /// Back to the start.
    pub fn reset(&self) {
        self.at.set(0);
    }
}
