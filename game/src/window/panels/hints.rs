//! Hints: the key or button that a slip shows beside its words: the one that really does it now, on what the hand holds.
//!
//! Owns: finding that key, and what it needs to be found by as every panel meets it in the context. Refuses to know: what keys do
//! (`panels::keys` is asked), what they are called (`window::keys`, `window::pads`) and where a slip stands. A key that would not do
//! it now is not shown: none is better than a wrong one.

use super::keys::{Hit, Meaning, meaning};
use super::style;
use crate::text::app::{App as Screens, Deed, Screen};
use crate::text::press::{Key, Press};
use crate::window::keys::{Action, Bindings, PADS, Stroke};
use crate::window::pads::Held;
use crate::window::words::Words;
use bevy::input::keyboard::KeyCode as K;
use bevy_egui::egui::{Context, Id, Ui};
use std::sync::Arc;

/// What keys are found by.
#[derive(Debug, Clone, PartialEq, Default)]
struct Hints {
    bindings: Bindings,
    held: Held,
    /// Whether a line is being typed: signs are its letters.
    writes: bool,
}

impl Hints {
    /// Whether a key can be shown: it is on what the hand holds, and no letter of a line.
    fn fits(&self, stroke: Stroke) -> bool {
        match self.held {
            Held::Keys if self.writes => !stroke.is_pad() && !stroke.edits_text(),
            Held::Keys => !stroke.is_pad(),
            Held::Pad(_) => stroke.is_pad(),
        }
    }

    fn shown(&self, stroke: Option<Stroke>, words: &Words) -> String {
        stroke.map_or_else(String::new, |stroke| stroke.short(words, self.held))
    }
}

fn id() -> Id {
    Id::new("hints")
}

fn of(ctx: &Context) -> Arc<Hints> {
    ctx.data(|data| data.get_temp(id())).unwrap_or_default()
}

/// Sets what keys are found by, for the panels drawn from here on.
pub fn set(ctx: &Context, bindings: &Bindings, held: Held, writes: bool) {
    let now = of(ctx);
    if (now.held, now.writes) != (held, writes) || now.bindings != *bindings {
        let hints = Arc::new(Hints { bindings: bindings.clone(), held, writes });
        ctx.data_mut(|data| data.insert_temp(id(), hints));
    }
}

/// What the hand holds.
pub fn held(ctx: &Context) -> Held {
    of(ctx).held
}

/// The first key of an action.
pub fn action(ctx: &Context, action: Action, words: &Words) -> String {
    let hints = of(ctx);
    let found = hints.bindings.strokes(action).iter().copied().find(|stroke| hints.fits(*stroke));
    hints.shown(found, words)
}

/// The key of an action that does it while a line is typed, too, if there is one: what always stands there does not change its key.
pub fn steady(ctx: &Context, action: Action, words: &Words) -> String {
    let hints = of(ctx);
    let fit: Vec<Stroke> =
        hints.bindings.strokes(action).iter().copied().filter(|stroke| hints.fits(*stroke)).collect();
    let steady = fit.iter().find(|stroke| !stroke.edits_text());
    hints.shown(steady.or(fit.first()).copied(), words)
}

/// The key of a deed: the one that it has in its list, while that still does it.
pub fn deed(ctx: &Context, deed: Deed, usual: char, words: &Words) -> String {
    let act = match deed {
        Deed::Talk(_) => Action::Talk,
        Deed::Walk => Action::Map,
        Deed::Seek => Action::Seek,
        Deed::Search => Action::Search,
        Deed::Wait => Action::Wait,
        Deed::Notebook => Action::Notebook,
        Deed::Evening => Action::Evening,
        Deed::Accuse => Action::Accuse,
        Deed::Save => Action::Save,
        Deed::Load => Action::Load,
        Deed::Help => Action::Help,
        Deed::Quit => Action::Leave,
    };
    let hints = of(ctx);
    let own = Stroke::Sign(usual);
    if hints.fits(own) && hints.bindings.strokes(act).contains(&own) {
        return hints.shown(Some(own), words);
    }
    action(ctx, act, words)
}

/// The key that tells the screen this press.
pub fn key(ctx: &Context, screens: &Screens<'_>, key: Key, words: &Words) -> String {
    let hints = of(ctx);
    // What is typed into a search or a name is its letters; in a talk digits choose among the slips.
    if hints.writes && matches!(key, Key::Char(_)) && screens.screen != Screen::Play {
        return String::new();
    }
    let told = Meaning::Presses(vec![Press::from(key)]);
    let on_hand = |stroke: &Stroke| stroke.is_pad() == matches!(hints.held, Held::Pad(_));
    let tells = |stroke: &Stroke| meaning(&Hit::of(*stroke), &hints.bindings, screens) == told;
    let bound = Action::all().flat_map(|action| hints.bindings.strokes(action).iter().copied());
    let pads = PADS.iter().map(|pad| Stroke::Pad(pad.0));
    let found = usual(key).into_iter().chain(bound).chain(pads).find(|s| on_hand(s) && tells(s));
    hints.shown(found, words)
}

/// A slip as a button with the key of an action: true when clicked.
pub fn button(ui: &mut Ui, act: Action, name: &str, words: &Words) -> bool {
    let key = action(ui.ctx(), act, words);
    style::button(ui, &key, name)
}

/// A slip as a button with the key that tells the screen this press: true when clicked.
pub fn press_button(ui: &mut Ui, screens: &Screens<'_>, press: Key, name: &str, words: &Words) -> bool {
    let key = key(ui.ctx(), screens, press, words);
    style::button(ui, &key, name)
}

/// The key that tells the screen this press; where there is none on what the hand holds, that of an action which does the same.
pub fn key_or(ctx: &Context, screens: &Screens<'_>, press: Key, act: Action, words: &Words) -> String {
    let found = key(ctx, screens, press, words);
    if found.is_empty() { action(ctx, act, words) } else { found }
}

/// The key of the keyboard that is this press where no action has it.
fn usual(key: Key) -> Option<Stroke> {
    Some(match key {
        Key::Char(' ') => Stroke::Key(K::Space),
        Key::Char(sign) => Stroke::Sign(sign),
        Key::Tab => Stroke::Key(K::Tab),
        Key::Home => Stroke::Key(K::Home),
        _ => return None,
    })
}
