//! The settings screen: a sheet of paper with tabs, each row worked by keyboard, mouse and gamepad alike.
//!
//! Owns: that screen's rows, choices and questions, and writing the file when it is left. Refuses to know: what a setting does
//! (`window::apply` hears of every change at once), the file's format (`settings`) and which keys may be bound (`window::keys`).
//! Arrows, Enter and Esc work here whatever they are bound to, so that no choice of keys can lock this screen.

mod draw;
mod rows;

use super::keys::Hit;
use super::{Over, View};
use crate::settings::KEYS_PER_ACTION_MAX;
use crate::text::app::App as Screens;
use crate::window::apply::Chosen;
use crate::window::keys::{Action, Bindings, Refused, Stroke};
use crate::window::words::Words;
use bevy::input::gamepad::GamepadButton as G;
use bevy::input::keyboard::KeyCode as K;
pub use draw::draw;
use rows::{Row, TABS, change, reset, rows, stepped};

/// Rows that Page up and Page down go over.
const PAGE_ROWS: usize = 6;

/// Something that can be done with an action's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chip {
    Add,
    Remove(Stroke),
    Reset,
}

fn chips(bindings: &Bindings, action: Action) -> Vec<Chip> {
    let removes = bindings.strokes(action).iter().map(|s| Chip::Remove(*s));
    [Chip::Add].into_iter().chain(removes).chain([Chip::Reset]).collect()
}

/// A question that takes the next hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// Which key is to do this?
    Press(Action),
    /// The key belongs to another action: is it to be given away?
    Taken(Action, Stroke, Action),
}

/// What the screen remembers while it is open.
#[derive(Debug, Default)]
pub struct Sheet {
    tab: usize,
    /// The chosen row; 0 is the row of tabs.
    at: usize,
    /// The chosen thing to do in a row of keys.
    chip: usize,
    ask: Option<Ask>,
    /// The answer that is chosen.
    yes: bool,
    /// Why something was not done.
    said: Option<String>,
    /// Whether keys have moved the choice: it is to be in sight.
    moved: bool,
    /// The settings when the screen was opened.
    before: Option<Chosen>,
}

/// A way that a hit goes on this screen, or on the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    TabOn,
    TabBack,
    Enter,
    Back,
}

/// The way that a hit goes.
pub(super) fn way(hit: &Hit, bindings: &Bindings) -> Option<Way> {
    let stroke = hit.stroke.filter(|_| !hit.ctrl && !hit.alt)?;
    let fixed = match stroke {
        Stroke::Key(K::ArrowUp) | Stroke::Pad(G::DPadUp) => Some(Way::Up),
        Stroke::Key(K::ArrowDown) | Stroke::Pad(G::DPadDown) => Some(Way::Down),
        Stroke::Key(K::ArrowLeft) | Stroke::Pad(G::DPadLeft) => Some(Way::Left),
        Stroke::Key(K::ArrowRight) | Stroke::Pad(G::DPadRight) => Some(Way::Right),
        Stroke::Key(K::Tab) if hit.shift => Some(Way::TabBack),
        Stroke::Key(K::Tab) => Some(Way::TabOn),
        Stroke::Key(K::Enter) => Some(Way::Enter),
        Stroke::Key(K::Escape) => Some(Way::Back),
        _ => None,
    };
    let bound = || match bindings.action(stroke)? {
        Action::Previous => Some(Way::Up),
        Action::Next => Some(Way::Down),
        Action::TabBack => Some(Way::TabBack),
        Action::TabOn => Some(Way::TabOn),
        Action::ScrollUp => Some(Way::PageUp),
        Action::ScrollDown => Some(Way::PageDown),
        Action::Confirm => Some(Way::Enter),
        Action::Back | Action::Menu | Action::Settings => Some(Way::Back),
        _ => None,
    };
    let once = |way: &Way| !hit.repeat || !matches!(way, Way::Enter | Way::Back);
    fixed.or_else(bound).filter(once)
}

impl Sheet {
    /// Opens the screen on what is chosen now.
    pub fn open(&mut self, chosen: &Chosen) {
        *self = Sheet { tab: self.tab, before: Some(chosen.clone()), ..Sheet::default() };
    }

    /// Takes a hit. True when the screen is to be left.
    pub fn take(&mut self, hit: &Hit, view: &mut Changes<'_>) -> bool {
        self.said = None;
        match self.ask {
            Some(Ask::Press(action)) => self.hear(action, hit, view),
            Some(Ask::Taken(action, stroke, _)) => match way(hit, &view.chosen.bindings) {
                Some(Way::Enter) => self.decide(self.yes, action, stroke, view),
                Some(Way::Back) => self.ask = None,
                Some(_) => self.yes = !self.yes,
                None => {}
            },
            None => {
                if let Some(way) = way(hit, &view.chosen.bindings) {
                    return self.go(way, view);
                }
            }
        }
        false
    }

    fn go(&mut self, way: Way, view: &mut Changes<'_>) -> bool {
        let rows = rows(self.tab);
        let len = rows.len() + 1;
        let row = self.at.checked_sub(1).and_then(|at| rows.get(at));
        let before = self.at;
        match way {
            Way::Back => return true,
            Way::Up => self.at = stepped(self.at, -1, len, true),
            Way::Down => self.at = stepped(self.at, 1, len, true),
            Way::PageUp => self.at = self.at.saturating_sub(PAGE_ROWS),
            Way::PageDown => self.at = (self.at + PAGE_ROWS).min(len - 1),
            Way::TabOn => self.turn(1),
            Way::TabBack => self.turn(-1),
            Way::Left | Way::Right => {
                let by = if way == Way::Left { -1 } else { 1 };
                match row {
                    None => self.turn(by),
                    Some(Row::Keys(action)) => {
                        let most = chips(&view.chosen.bindings, *action).len();
                        self.chip = stepped(self.chip, by, most, false);
                    }
                    Some(row) => change(row, &mut view.chosen.settings, by, false),
                }
            }
            Way::Enter => {
                if let Some(row) = row.cloned() {
                    self.enter(&row, self.chip, view);
                }
            }
        }
        if self.at != before {
            self.chip = 0;
            self.moved = true;
        }
        false
    }

    fn turn(&mut self, by: i32) {
        self.tab = stepped(self.tab, by, TABS.len(), true);
        self.at = 0;
        self.chip = 0;
    }

    /// Does what a row offers.
    fn enter(&mut self, row: &Row, chip: usize, view: &mut Changes<'_>) {
        match row {
            Row::FullScreen => view.full_screen = true,
            Row::Reset => reset(self.tab, view.chosen),
            Row::Keys(action) => {
                let chips = chips(&view.chosen.bindings, *action);
                let Some(chip) = chips.get(chip.min(chips.len() - 1)) else { return };
                match chip {
                    Chip::Add if view.chosen.bindings.strokes(*action).len() >= KEYS_PER_ACTION_MAX => {
                        self.refuse(Refused::Full, view.words);
                    }
                    Chip::Add => self.ask = Some(Ask::Press(*action)),
                    Chip::Remove(stroke) => match view.chosen.bindings.unbind(*action, *stroke) {
                        Ok(()) => self.store(view.chosen),
                        Err(refused) => self.refuse(refused, view.words),
                    },
                    Chip::Reset => {
                        view.chosen.bindings.reset(*action);
                        self.store(view.chosen);
                    }
                }
            }
            row => change(row, &mut view.chosen.settings, 1, true),
        }
    }

    /// The key that was pressed for an action.
    fn hear(&mut self, action: Action, hit: &Hit, view: &mut Changes<'_>) {
        let Some(stroke) = hit.stroke.filter(|_| !hit.repeat && !hit.ctrl && !hit.alt) else { return };
        self.ask = None;
        if stroke == Stroke::Key(K::Escape) {
            return;
        }
        match view.chosen.bindings.bind(action, stroke) {
            Ok(()) => self.store(view.chosen),
            Err(Refused::Taken(other)) => {
                self.ask = Some(Ask::Taken(action, stroke, other));
                self.yes = false;
            }
            Err(refused) => self.refuse(refused, view.words),
        }
    }

    fn decide(&mut self, yes: bool, action: Action, stroke: Stroke, view: &mut Changes<'_>) {
        self.ask = None;
        if !yes {
            return;
        }
        match view.chosen.bindings.take(action, stroke) {
            Ok(()) => self.store(view.chosen),
            Err(refused) => self.refuse(refused, view.words),
        }
    }

    fn store(&mut self, chosen: &mut Chosen) {
        chosen.bindings.store(&mut chosen.settings.keys);
        self.chip = 0;
    }

    fn refuse(&mut self, refused: Refused, words: &Words) {
        self.said = Some(match refused {
            Refused::Full => words.say("keys-full", &[("max", KEYS_PER_ACTION_MAX.into())]),
            Refused::Last | Refused::Taken(_) => words.plain("keys-last"),
        });
    }
}

/// What the screen may change.
pub struct Changes<'a> {
    /// The settings.
    pub chosen: &'a mut Chosen,
    /// Whether the window is to change between whole screen and window.
    pub full_screen: bool,
    /// The interface's words.
    pub words: &'a Words,
}

/// Leaves the screen: what was changed is written, and how that went is told.
pub fn close(screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    view.over = Over::Nothing;
    if view.sheet.before.take().is_none_or(|before| before == view.chosen) {
        return;
    }
    // The words of the language that was chosen a moment ago may not be here yet.
    let spoken;
    let words = if words.language() == view.chosen.settings.interface.language {
        words
    } else {
        spoken = Words::new(view.chosen.settings.interface.language);
        &spoken
    };
    let Some(home) = &view.home else { return };
    match view.chosen.settings.save(home) {
        Ok(()) => screens.tell(words.plain("settings-saved"), false),
        Err(error) => {
            let why = error.to_string();
            screens.tell(words.say("error-settings", &[("why", why.into())]), true);
        }
    }
}
