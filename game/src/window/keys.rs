//! Keys: what the player can do in the window by keyboard and gamepad, and which key does it.
//!
//! Owns: the closed list of actions, the keys there are with their names, the usual keys, and which action a key belongs to. Refuses
//! to know: what an action does, and where settings lie (`settings`). A key does one thing at most; the player's own keys win over
//! the usual ones; Confirm, Back and Settings always keep a key of the keyboard, so that no choice locks the player out.

use super::pads::{Held, Make};
use super::words::Words;
use crate::plain::plain;
use crate::settings::{KEY_NAME_CHARS_MAX, KEYS_PER_ACTION_MAX};
use bevy::input::gamepad::GamepadButton;
use bevy::input::keyboard::{Key, KeyCode};
use std::collections::BTreeMap;

/// Something the player can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Talk to whoever is chosen, or to the nearest.
    Talk,
    /// The map and the walks.
    Map,
    /// The notebook.
    Notebook,
    /// The evening by half-hours.
    Evening,
    /// Name the thief.
    Accuse,
    /// Let time pass.
    Wait,
    /// Look for somebody.
    Seek,
    /// Search the Ember House.
    Search,
    /// Save under a name.
    Save,
    /// Go on with a save.
    Load,
    /// How to play.
    Help,
    /// What the window can do beside the village.
    Menu,
    /// The settings.
    Settings,
    /// Who helps whom with words.
    Neighbours,
    /// Why a line was said.
    Why,
    /// A picture without panels.
    Photo,
    /// The whole screen, or a window.
    FullScreen,
    /// Leave the game.
    Leave,
    /// The first suggested reply.
    ReplyOne,
    /// The second.
    ReplyTwo,
    /// The third.
    ReplyThree,
    /// Do what is chosen.
    Confirm,
    /// One step back.
    Back,
    /// The next row.
    Next,
    /// The row before.
    Previous,
    /// The next tab or column.
    TabOn,
    /// The tab or column before.
    TabBack,
    /// Turn the village left.
    OrbitLeft,
    /// Turn the village right.
    OrbitRight,
    /// Closer.
    ZoomIn,
    /// Further away.
    ZoomOut,
    /// Earlier in what was said, up in a page.
    ScrollUp,
    /// Later, down.
    ScrollDown,
}

/// A key or button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stroke {
    /// What is printed on the key, in lower case: letters are where the player's layout has them.
    Sign(char),
    /// A key without a sign; one of [`NAMED`].
    Key(KeyCode),
    /// A button of a gamepad; one of [`PADS`].
    Pad(GamepadButton),
}

use Action as A;
use GamepadButton as G;
use KeyCode as K;
use Stroke::{Key as Named, Pad, Sign};

/// Every action with its name in the file and its usual keys, in the order of the list on the screen.
const TABLE: [(Action, &str, &[Stroke]); 33] = [
    (A::Talk, "talk", &[Sign('t'), Pad(G::West)]),
    (A::Map, "map", &[Sign('m'), Sign('w'), Named(K::F4), Pad(G::Select)]),
    (A::Notebook, "notebook", &[Sign('n'), Named(K::F2), Pad(G::North)]),
    (A::Evening, "evening", &[Sign('e'), Named(K::F3), Pad(G::LeftThumb)]),
    (A::Accuse, "accuse", &[Sign('a')]),
    (A::Wait, "wait", &[Sign('z')]),
    (A::Seek, "seek", &[Sign('f')]),
    (A::Search, "search", &[Sign('s')]),
    (A::Save, "save", &[Sign('v'), Named(K::F5)]),
    (A::Load, "load", &[Sign('l'), Named(K::F6)]),
    (A::Help, "help", &[Sign('h'), Sign('?'), Named(K::F1), Pad(G::RightThumb)]),
    (A::Menu, "menu", &[Named(K::F9), Pad(G::Start)]),
    (A::Settings, "settings", &[Named(K::F10)]),
    (A::Neighbours, "neighbours", &[Sign('b'), Named(K::F8)]),
    (A::Why, "why", &[Named(K::F7)]),
    (A::Photo, "photo", &[Sign('p'), Named(K::F12)]),
    (A::FullScreen, "full_screen", &[Named(K::F11)]),
    (A::Leave, "leave", &[Sign('q')]),
    (A::ReplyOne, "reply_one", &[Sign('1')]),
    (A::ReplyTwo, "reply_two", &[Sign('2')]),
    (A::ReplyThree, "reply_three", &[Sign('3')]),
    (A::Confirm, "confirm", &[Named(K::Enter), Named(K::Space), Pad(G::South)]),
    (A::Back, "back", &[Named(K::Escape), Pad(G::East)]),
    (A::Next, "next", &[Named(K::ArrowDown), Pad(G::DPadDown)]),
    (A::Previous, "previous", &[Named(K::ArrowUp), Pad(G::DPadUp)]),
    (A::TabOn, "tab_on", &[Named(K::ArrowRight), Pad(G::RightTrigger)]),
    (A::TabBack, "tab_back", &[Named(K::ArrowLeft), Pad(G::LeftTrigger)]),
    (A::OrbitLeft, "orbit_left", &[Sign(','), Pad(G::DPadLeft)]),
    (A::OrbitRight, "orbit_right", &[Sign('.'), Pad(G::DPadRight)]),
    (A::ZoomIn, "zoom_in", &[Sign('+'), Sign('='), Pad(G::RightTrigger2)]),
    (A::ZoomOut, "zoom_out", &[Sign('-'), Pad(G::LeftTrigger2)]),
    (A::ScrollUp, "scroll_up", &[Named(K::PageUp)]),
    (A::ScrollDown, "scroll_down", &[Named(K::PageDown)]),
];

/// Actions that always keep a key of the keyboard.
const ESSENTIAL: [Action; 3] = [A::Confirm, A::Back, A::Settings];

/// Keys without a sign, with their names in the file.
pub const NAMED: [(KeyCode, &str); 28] = [
    (K::Enter, "enter"),
    (K::Space, "space"),
    (K::Escape, "escape"),
    (K::Tab, "tab"),
    (K::Backspace, "backspace"),
    (K::Delete, "delete"),
    (K::Insert, "insert"),
    (K::Home, "home"),
    (K::End, "end"),
    (K::PageUp, "page_up"),
    (K::PageDown, "page_down"),
    (K::ArrowUp, "up"),
    (K::ArrowDown, "down"),
    (K::ArrowLeft, "left"),
    (K::ArrowRight, "right"),
    (K::Pause, "pause"),
    (K::F1, "f1"),
    (K::F2, "f2"),
    (K::F3, "f3"),
    (K::F4, "f4"),
    (K::F5, "f5"),
    (K::F6, "f6"),
    (K::F7, "f7"),
    (K::F8, "f8"),
    (K::F9, "f9"),
    (K::F10, "f10"),
    (K::F11, "f11"),
    (K::F12, "f12"),
];

/// Buttons of a gamepad, with their names in the file. The button in the middle belongs to the system.
pub const PADS: [(GamepadButton, &str); 16] = [
    (G::South, "pad_south"),
    (G::East, "pad_east"),
    (G::West, "pad_west"),
    (G::North, "pad_north"),
    (G::LeftTrigger, "pad_left_bumper"),
    (G::RightTrigger, "pad_right_bumper"),
    (G::LeftTrigger2, "pad_left_trigger"),
    (G::RightTrigger2, "pad_right_trigger"),
    (G::Select, "pad_select"),
    (G::Start, "pad_start"),
    (G::LeftThumb, "pad_left_stick"),
    (G::RightThumb, "pad_right_stick"),
    (G::DPadUp, "pad_up"),
    (G::DPadDown, "pad_down"),
    (G::DPadLeft, "pad_left"),
    (G::DPadRight, "pad_right"),
];

/// Letters and digits by their place on the keyboard.
const PLACES: [(KeyCode, char); 36] = [
    (K::KeyA, 'a'),
    (K::KeyB, 'b'),
    (K::KeyC, 'c'),
    (K::KeyD, 'd'),
    (K::KeyE, 'e'),
    (K::KeyF, 'f'),
    (K::KeyG, 'g'),
    (K::KeyH, 'h'),
    (K::KeyI, 'i'),
    (K::KeyJ, 'j'),
    (K::KeyK, 'k'),
    (K::KeyL, 'l'),
    (K::KeyM, 'm'),
    (K::KeyN, 'n'),
    (K::KeyO, 'o'),
    (K::KeyP, 'p'),
    (K::KeyQ, 'q'),
    (K::KeyR, 'r'),
    (K::KeyS, 's'),
    (K::KeyT, 't'),
    (K::KeyU, 'u'),
    (K::KeyV, 'v'),
    (K::KeyW, 'w'),
    (K::KeyX, 'x'),
    (K::KeyY, 'y'),
    (K::KeyZ, 'z'),
    (K::Digit0, '0'),
    (K::Digit1, '1'),
    (K::Digit2, '2'),
    (K::Digit3, '3'),
    (K::Digit4, '4'),
    (K::Digit5, '5'),
    (K::Digit6, '6'),
    (K::Digit7, '7'),
    (K::Digit8, '8'),
    (K::Digit9, '9'),
];

impl Action {
    /// Every action, in the order of the list on the screen.
    pub fn all() -> impl Iterator<Item = Action> {
        TABLE.iter().map(|row| row.0)
    }
    /// Its name in the file: "orbit_left".
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }
    /// The action of a name in the file.
    pub fn named(name: &str) -> Option<Action> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }
    /// Its usual keys.
    pub fn usual(self) -> &'static [Stroke] {
        TABLE[self as usize].2
    }
    /// The message with its name in the interface's language: "action-orbit-left".
    pub fn message(self) -> String {
        format!("action-{}", self.name().replace('_', "-"))
    }
}

impl Stroke {
    /// The stroke of a key that went down: by its sign, and by its place where its sign is of another script. A digit's key is that
    /// digit on every layout.
    pub fn of_key(code: KeyCode, logical: &Key) -> Option<Stroke> {
        let code = if code == K::NumpadEnter { K::Enter } else { code };
        if NAMED.iter().any(|named| named.0 == code) {
            return Some(Named(code));
        }
        let place = PLACES.iter().find(|place| place.0 == code).map(|place| place.1);
        let sign = match logical {
            Key::Character(text) => single(text),
            _ => None,
        };
        match (sign, place) {
            (_, Some(digit)) if digit.is_ascii_digit() => Some(Sign(digit)),
            (Some(sign), _) if sign.is_ascii() => Some(Sign(sign)),
            (_, Some(letter)) => Some(Sign(letter)),
            (sign, None) => sign.map(Sign),
        }
    }

    /// The stroke of a button that went down.
    pub fn of_pad(button: GamepadButton) -> Option<Stroke> {
        PADS.iter().any(|pad| pad.0 == button).then_some(Pad(button))
    }

    /// The stroke of a name in the file.
    pub fn named(name: &str) -> Option<Stroke> {
        let key = NAMED.iter().find(|named| named.1 == name).map(|named| Named(named.0));
        let pad = || PADS.iter().find(|pad| pad.1 == name).map(|pad| Pad(pad.0));
        key.or_else(pad).or_else(|| single(name).map(Sign))
    }

    /// Its name in the file: "m", "page_up", "pad_south".
    pub fn name(self) -> String {
        match self {
            Sign(sign) => sign.to_string(),
            Named(code) => NAMED.iter().find(|n| n.0 == code).map_or("", |n| n.1).to_string(),
            Pad(button) => PADS.iter().find(|p| p.0 == button).map_or("", |p| p.1).to_string(),
        }
    }

    /// Its name as the player sees it: "M", "Page up", "A button".
    pub fn shown(self, words: &Words) -> String {
        match self {
            Sign(sign) => sign.to_uppercase().to_string(),
            Named(_) | Pad(_) => {
                let name = self.name();
                let function = name.strip_prefix('f').is_some_and(|n| n.parse::<u8>().is_ok());
                if function { name.to_uppercase() } else { words.say(&self.message(&name), &[]) }
            }
        }
    }

    /// Its name as a slip shows it, short: a gamepad's buttons as the one in the hand has them.
    pub fn short(self, words: &Words, held: Held) -> String {
        let make = if let Held::Pad(make) = held { make } else { Make::Unknown };
        let printed = if let Pad(button) = self { make.name(button, words) } else { None };
        printed.unwrap_or_else(|| self.shown(words))
    }

    fn message(self, name: &str) -> String {
        let name = name.replace('_', "-");
        if matches!(self, Pad(_)) { name } else { format!("key-{name}") }
    }

    /// Whether it is a gamepad's.
    pub fn is_pad(self) -> bool {
        matches!(self, Pad(_))
    }

    /// Whether it belongs to a line of text while the player types one: signs, and the keys that move in it and change it.
    pub fn edits_text(self) -> bool {
        let edits = [K::Space, K::Backspace, K::Delete, K::Home, K::End, K::ArrowLeft, K::ArrowRight];
        match self {
            Sign(_) => true,
            Named(code) => edits.contains(&code),
            Pad(_) => false,
        }
    }
}

/// The one sign of a text, in lower case.
fn single(text: &str) -> Option<char> {
    let mut signs = text.chars();
    let sign = signs.next().filter(|c| {
        !c.is_whitespace() && plain(text) == text && c.is_alphanumeric() | c.is_ascii_punctuation()
    });
    let mut lower = sign?.to_lowercase();
    match (lower.next(), lower.next(), signs.next()) {
        (Some(lower), None, None) => Some(lower),
        _ => None,
    }
}

/// Why a key was not given or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It belongs to another action.
    Taken(Action),
    /// The action has as many keys as an action may have.
    Full,
    /// Without it the player could be locked out.
    Last,
}

/// What was wrong with the keys of a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyTrouble {
    /// There is no such action; its keys are kept in the file.
    NoAction(String),
    /// There is no such key.
    NoKey(Action, String),
    /// The key belongs to another action already.
    Taken(Action, Stroke, Action),
    /// The action would have had no key of the keyboard; it has its usual one.
    Kept(Action),
}

impl KeyTrouble {
    /// What was wrong, in the interface's language.
    pub fn shown(&self, words: &Words) -> String {
        let action = |a: &Action| words.say(&a.message(), &[]);
        match self {
            KeyTrouble::NoAction(name) => words.say("keys-no-action", &[("name", name.as_str().into())]),
            KeyTrouble::NoKey(a, name) => {
                words.say("keys-no-key", &[("action", action(a).into()), ("name", name.as_str().into())])
            }
            KeyTrouble::Taken(a, stroke, by) => words.say(
                "keys-taken",
                &[
                    ("action", action(a).into()),
                    ("key", stroke.shown(words).into()),
                    ("other", action(by).into()),
                ],
            ),
            KeyTrouble::Kept(a) => words.say("keys-kept", &[("action", action(a).into())]),
        }
    }
}

/// Which keys do what. No key is bound twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bindings {
    strokes: Vec<Vec<Stroke>>,
}

impl Default for Bindings {
    fn default() -> Bindings {
        Bindings { strokes: TABLE.iter().map(|row| row.2.to_vec()).collect() }
    }
}

impl Bindings {
    /// The keys that a settings file asks for, with what could not be done.
    pub fn of(keys: &BTreeMap<String, Vec<String>>) -> (Bindings, Vec<KeyTrouble>) {
        let mut bindings = Bindings { strokes: vec![Vec::new(); TABLE.len()] };
        let mut troubles = Vec::new();
        for name in keys.keys().filter(|name| Action::named(name).is_none()) {
            troubles.push(KeyTrouble::NoAction(name.clone()));
        }
        for action in Action::all() {
            for name in keys.get(action.name()).into_iter().flatten() {
                let Some(stroke) = Stroke::named(name) else {
                    troubles.push(KeyTrouble::NoKey(
                        action,
                        plain(name).chars().take(KEY_NAME_CHARS_MAX).collect(),
                    ));
                    continue;
                };
                if let Err(Refused::Taken(by)) = bindings.bind(action, stroke) {
                    troubles.push(KeyTrouble::Taken(action, stroke, by));
                }
            }
        }
        for action in Action::all().filter(|a| !keys.contains_key(a.name())) {
            for stroke in action.usual() {
                // A usual key that the player has given to another action is that action's now.
                let _taken = bindings.bind(action, *stroke);
            }
        }
        for action in ESSENTIAL {
            if !bindings.has_keyboard(action) {
                bindings.restore(action);
                troubles.push(KeyTrouble::Kept(action));
            }
        }
        (bindings, troubles)
    }

    /// Writes the keys that are not the usual ones; names that nobody knows stay.
    pub fn store(&self, into: &mut BTreeMap<String, Vec<String>>) {
        for action in Action::all() {
            if self.strokes(action) == action.usual() {
                into.remove(action.name());
            } else {
                let names = self.strokes(action).iter().map(|s| s.name()).collect();
                into.insert(action.name().to_string(), names);
            }
        }
    }

    /// The keys of an action.
    pub fn strokes(&self, action: Action) -> &[Stroke] {
        &self.strokes[action as usize]
    }

    /// What a key does.
    pub fn action(&self, stroke: Stroke) -> Option<Action> {
        Action::all().find(|a| self.strokes(*a).contains(&stroke))
    }

    /// Gives a key to an action.
    ///
    /// # Errors
    /// [`Refused::Taken`], [`Refused::Full`]; nothing has changed.
    pub fn bind(&mut self, action: Action, stroke: Stroke) -> Result<(), Refused> {
        match self.action(stroke) {
            Some(owner) if owner == action => return Ok(()),
            Some(owner) => return Err(Refused::Taken(owner)),
            None => {}
        }
        let strokes = &mut self.strokes[action as usize];
        if strokes.len() >= KEYS_PER_ACTION_MAX {
            return Err(Refused::Full);
        }
        strokes.push(stroke);
        Ok(())
    }

    /// Gives a key to an action, away from the one that has it.
    ///
    /// # Errors
    /// [`Refused::Full`], [`Refused::Last`]; nothing has changed.
    pub fn take(&mut self, action: Action, stroke: Stroke) -> Result<(), Refused> {
        let before = self.clone();
        if let Some(owner) = self.action(stroke).filter(|owner| *owner != action) {
            self.unbind(owner, stroke)?;
        }
        self.bind(action, stroke).inspect_err(|_| *self = before)
    }

    /// Takes a key from an action; one that it does not have is fine.
    ///
    /// # Errors
    /// [`Refused::Last`]; nothing has changed.
    pub fn unbind(&mut self, action: Action, stroke: Stroke) -> Result<(), Refused> {
        let strokes = &self.strokes[action as usize];
        let left = strokes.iter().any(|s| *s != stroke && !s.is_pad());
        if ESSENTIAL.contains(&action) && strokes.contains(&stroke) && !left {
            return Err(Refused::Last);
        }
        self.strokes[action as usize].retain(|s| *s != stroke);
        Ok(())
    }

    /// Gives an action its usual keys back, as far as no other action has them.
    pub fn reset(&mut self, action: Action) {
        let before = std::mem::take(&mut self.strokes[action as usize]);
        for stroke in action.usual() {
            let _taken = self.bind(action, *stroke);
        }
        if ESSENTIAL.contains(&action) && !self.has_keyboard(action) {
            self.strokes[action as usize] = before;
        }
    }

    fn has_keyboard(&self, action: Action) -> bool {
        self.strokes(action).iter().any(|s| !s.is_pad())
    }

    /// Gives an action its first usual key of the keyboard, whoever has it.
    fn restore(&mut self, action: Action) {
        let Some(&stroke) = action.usual().iter().find(|s| !s.is_pad()) else { return };
        for strokes in &mut self.strokes {
            strokes.retain(|s| *s != stroke);
        }
        self.strokes[action as usize].insert(0, stroke);
    }
}

#[cfg(test)]
mod tests;
