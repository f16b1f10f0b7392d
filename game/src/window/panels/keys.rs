//! Keys: what a hit on the keyboard or the gamepad means on the screen that is up.
//!
//! Owns: the way from a hit over the player's own keys to a press that the shared screens know, or to something that only the window
//! does. Refuses to know: where hits come from (`window::hands`), and what a press does (`text::keys`). A key that the player has
//! given to an action does that action and nothing else; a key of no action is told to the screens as it is, so that digits, answers
//! and search work; while a line is typed, keys that edit text belong to it.

use crate::plain::plain;
use crate::text::app::{App as Screens, Screen, Stage};
use crate::text::press::{Key, Press};
use crate::window::keys::{Action, Bindings, Stroke};
use bevy::input::gamepad::GamepadButton as G;
use bevy::input::keyboard::KeyCode as K;
use bevy_egui::egui::{Context, Event, ImeEvent};
use engine_sim::snapshot::state::{Outcome, SAY_BYTES_MAX};

/// Hits that one frame takes at most; beyond it they are left out, as are characters of one hit.
pub const HITS_MAX: usize = 64;
/// Characters of pasted text that are looked at: more than any line takes.
const PASTED_CHARS_MAX: usize = 1000;
const _: () = assert!(PASTED_CHARS_MAX > SAY_BYTES_MAX);

/// A key or button that went down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hit {
    /// Which, if it can be bound.
    pub stroke: Option<Stroke>,
    /// What it writes.
    pub text: String,
    /// Control, or Command where that is the custom.
    pub ctrl: bool,
    /// Alt.
    pub alt: bool,
    /// Shift.
    pub shift: bool,
    /// Whether it is only held down still.
    pub repeat: bool,
}

impl Hit {
    /// A key or button without text.
    pub fn of(stroke: Stroke) -> Hit {
        let text = match stroke {
            Stroke::Sign(sign) => sign.to_string(),
            Stroke::Key(K::Space) => " ".to_string(),
            Stroke::Key(_) | Stroke::Pad(_) => String::new(),
        };
        Hit { stroke: Some(stroke), text, ..Hit::default() }
    }

    /// Text alone.
    pub fn of_text(text: &str) -> Hit {
        Hit { text: text.to_string(), ..Hit::default() }
    }
}

/// What a hit means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The shared screens know it.
    Presses(Vec<Press>),
    /// Only the window knows it: its menu, settings, a picture, the whole screen, neighbours.
    Window(Action),
    /// Nothing here.
    Nothing,
}

/// The first line of pasted text that says something, without what a line cannot show.
pub fn one_line(text: &str) -> String {
    let mut lines = text.split(['\n', '\r']).filter(|line| !line.is_empty());
    // A space alone may be all that a hand has composed.
    let said = lines.clone().find(|line| !line.trim().is_empty());
    let line = said.or_else(|| lines.next()).unwrap_or_default();
    let harmless = |c: &char| plain(c.encode_utf8(&mut [0; 4])).chars().eq([*c]);
    line.chars().filter(harmless).take(PASTED_CHARS_MAX).collect()
}

/// Takes the keyboard's events out of egui, so that no panel hears a key twice; gives text from a composition or a clipboard.
pub fn take_pasted(ctx: &Context) -> Vec<String> {
    // No panel keeps the keyboard: the screens' own table knows all keys.
    ctx.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
    ctx.input_mut(|input| {
        let mut pasted = Vec::new();
        input.events.retain(|event| match event {
            Event::Paste(text) | Event::Ime(ImeEvent::Commit(text)) => {
                pasted.push(text.clone());
                false
            }
            Event::Text(_) | Event::Key { .. } => false,
            _ => true,
        });
        pasted
    })
}

/// Whether a line is being typed.
pub fn writing(screens: &Screens<'_>) -> bool {
    match screens.screen {
        Screen::Play => screens.partner().is_some(),
        Screen::Notebook => screens.filtering,
        Screen::Name => true,
        _ => false,
    }
}

/// Whether the screen asks something that is answered by a letter.
fn asks(screens: &Screens<'_>) -> bool {
    match screens.screen {
        Screen::Leave => true,
        Screen::Saves => screens.doomed.is_some(),
        Screen::Accuse => screens.accusation.stage == Stage::Confirm,
        _ => false,
    }
}

/// Whether the village can be turned now: it is in sight, and no line is typed.
pub fn turns(screens: &Screens<'_>) -> bool {
    screens.screen == Screen::Play && screens.partner().is_none()
}

/// What a hit means on the screen that is up.
pub fn meaning(hit: &Hit, bindings: &Bindings, screens: &Screens<'_>) -> Meaning {
    let raw = || match raw(hit) {
        presses if presses.is_empty() => Meaning::Nothing,
        presses => Meaning::Presses(presses),
    };
    let Some(stroke) = hit.stroke.filter(|_| !hit.ctrl && !hit.alt) else { return raw() };
    if writing(screens) && stroke.edits_text() {
        return raw();
    }
    if let Some(action) = bindings.action(stroke) {
        return match action_meaning(action, stroke, screens) {
            // Rows and pages go on while the key is held; everything else is done once.
            Some(_) if hit.repeat && !goes_on(action) => Meaning::Nothing,
            Some(meaning) => meaning,
            None => raw(),
        };
    }
    // A usual key that the player has taken from its action does not do it by another way.
    let taken = |a: &Action| a.usual().contains(&stroke) && action_meaning(*a, stroke, screens).is_some();
    if Action::all().any(|a| taken(&a)) { Meaning::Nothing } else { raw() }
}

/// What an action does on the screen that is up, whichever key it has.
pub fn done(action: Action, screens: &Screens<'_>) -> Meaning {
    action_meaning(action, Stroke::Key(K::Enter), screens).unwrap_or(Meaning::Nothing)
}

/// Whether an action goes on while its key is held down.
fn goes_on(action: Action) -> bool {
    use Action as A;
    matches!(action, A::Next | A::Previous | A::TabOn | A::TabBack | A::ScrollUp | A::ScrollDown)
}

/// A hit as the screens know keys, whatever it is bound to.
fn raw(hit: &Hit) -> Vec<Press> {
    let press = |key: Key| vec![Press { key, ctrl: hit.ctrl, alt: hit.alt }];
    let named = match hit.stroke {
        // Control and C ends a program in a terminal; in a window a hand means to copy by it.
        Some(Stroke::Sign('c')) if hit.ctrl => return Vec::new(),
        Some(Stroke::Sign(sign)) if hit.ctrl && !hit.alt => return press(Key::Char(sign)),
        Some(Stroke::Key(code)) => named(code, hit.shift),
        Some(Stroke::Pad(button)) => match button {
            G::DPadLeft => Some(Key::Left),
            G::DPadRight => Some(Key::Right),
            G::DPadUp => Some(Key::Up),
            G::DPadDown => Some(Key::Down),
            _ => None,
        },
        _ => None,
    };
    match named {
        Some(key) => press(key),
        None => {
            let chars = hit.text.chars().filter(|c| !c.is_control()).take(HITS_MAX);
            chars.map(|c| Press::from(Key::Char(c))).collect()
        }
    }
}

fn named(code: K, shift: bool) -> Option<Key> {
    const F: [K; 12] =
        [K::F1, K::F2, K::F3, K::F4, K::F5, K::F6, K::F7, K::F8, K::F9, K::F10, K::F11, K::F12];
    Some(match code {
        K::Enter => Key::Enter,
        K::Escape => Key::Esc,
        K::Tab if shift => Key::BackTab,
        K::Tab => Key::Tab,
        K::Backspace => Key::Backspace,
        K::Delete => Key::Delete,
        K::Home => Key::Home,
        K::End => Key::End,
        K::PageUp => Key::PageUp,
        K::PageDown => Key::PageDown,
        K::ArrowUp => Key::Up,
        K::ArrowDown => Key::Down,
        K::ArrowLeft => Key::Left,
        K::ArrowRight => Key::Right,
        code => Key::F(F.iter().position(|f| *f == code)? as u8 + 1),
    })
}

/// What an action means on the screen that is up; `None`: nothing of its own, the key is the screen's.
fn action_meaning(action: Action, stroke: Stroke, screens: &Screens<'_>) -> Option<Meaning> {
    use Action as A;
    let press = |key: Key| Some(Meaning::Presses(vec![Press::from(key)]));
    match action {
        A::Menu | A::Settings | A::Photo | A::FullScreen | A::Neighbours => Some(Meaning::Window(action)),
        A::Confirm => confirm(stroke, screens).and_then(press),
        A::Back => press(Key::Esc),
        A::Next => press(moved(Key::Down, stroke, screens)),
        A::Previous => press(moved(Key::Up, stroke, screens)),
        A::TabOn => press(Key::Right),
        A::TabBack => press(Key::Left),
        A::ScrollUp => press(Key::PageUp),
        A::ScrollDown => press(Key::PageDown),
        // These are held, not hit; on pages their keys are free.
        A::OrbitLeft | A::OrbitRight | A::ZoomIn | A::ZoomOut => turns(screens).then_some(Meaning::Nothing),
        // A question is answered before anything else is done.
        _ if asks(screens) => None,
        A::Map => page(screens, Screen::Village, Key::Char('m'), Key::F(4)).and_then(press),
        // What else a page offers: a gamepad's second spare button.
        A::Notebook if stroke.is_pad() && screens.screen == Screen::Saves => press(Key::Char('x')),
        A::Notebook if stroke.is_pad() && screens.screen == Screen::Help => press(Key::Char('c')),
        // A letter would go into the search.
        A::Notebook if screens.filtering => press(Key::F(2)),
        A::Notebook => page(screens, Screen::Notebook, Key::Char('n'), Key::F(2)).and_then(press),
        A::Evening => page(screens, Screen::Evening, Key::Char('e'), Key::F(3)).and_then(press),
        A::Help if screens.world.is_none() && screens.screen == Screen::Title => press(Key::Char('h')),
        A::Help => page(screens, Screen::Help, Key::Char('h'), Key::F(1)).and_then(press),
        A::Load if screens.world.is_none() && screens.screen == Screen::Title => press(Key::Char('c')),
        A::Load => page(screens, Screen::Saves, Key::Esc, Key::F(6)).and_then(press),
        A::Save => page(screens, Screen::Name, Key::Esc, Key::F(5)).and_then(press),
        A::Why => screens.world.is_some().then_some(Key::F(7)).and_then(press),
        A::Wait if screens.screen == Screen::Wait => press(Key::Esc),
        A::Seek if screens.screen == Screen::Seek => press(Key::Esc),
        A::Wait => free(screens).then_some(Key::Char('z')).and_then(press),
        A::Seek => free(screens).then_some(Key::Char('f')).and_then(press),
        A::Search => free(screens).then_some(Key::Char('s')).and_then(press),
        A::Accuse => free(screens).then_some(Key::Char('a')).and_then(press),
        A::Leave => (!writing(screens)).then_some(Key::Char('q')).and_then(press),
        A::Talk => talk(stroke, screens).and_then(press),
        A::ReplyOne | A::ReplyTwo | A::ReplyThree => {
            let digit = ['1', '2', '3'][action as usize - A::ReplyOne as usize];
            let talks = screens.screen == Screen::Play && screens.partner().is_some();
            (talks && screens.line.is_empty()).then_some(Key::Char(digit)).and_then(press)
        }
    }
}

/// Whether deeds can be done.
fn free(screens: &Screens<'_>) -> bool {
    turns(screens) && screens.world.is_some() && screens.outcome() == Outcome::Open
}

/// The key that opens a page, or leaves it where it is up already.
fn page(screens: &Screens<'_>, page: Screen, leave: Key, open: Key) -> Option<Key> {
    screens.world.as_ref()?;
    Some(if screens.screen == page { leave } else { open })
}

/// A move among rows. By gamepad it goes over the suggested replies, never back to old lines.
fn moved(key: Key, stroke: Stroke, screens: &Screens<'_>) -> Key {
    let replies = screens.screen == Screen::Play && screens.partner().is_some() && screens.line.is_empty();
    match key {
        Key::Up if replies && stroke.is_pad() => Key::Left,
        key => key,
    }
}

/// What doing the chosen thing is on the screen that is up.
fn confirm(stroke: Stroke, screens: &Screens<'_>) -> Option<Key> {
    let space = stroke == Stroke::Key(K::Space);
    let pages =
        matches!(screens.screen, Screen::Help | Screen::Ending | Screen::Notebook | Screen::Neighbours);
    let ticks = screens.screen == Screen::Accuse && screens.accusation.stage == Stage::Notes;
    let asks_delete = screens.screen == Screen::Saves && screens.doomed.is_some();
    match screens.screen {
        // The space bar turns pages and ticks, as in the terminal.
        _ if space && (pages || ticks) => None,
        // A gamepad has one button for both; the last row goes to the moot.
        _ if ticks && stroke.is_pad() && screens.accusation.at < screens.accusation.order.len() => {
            Some(Key::Char(' '))
        }
        _ if asks_delete && stroke.is_pad() => Some(Key::Char('y')),
        _ if asks_delete => None,
        // Nothing is chosen yet: the first press chooses.
        Screen::Play
            if stroke.is_pad()
                && screens.partner().is_some()
                && !screens.speaking()
                && screens.line.is_empty()
                && screens.reply_chosen.is_none() =>
        {
            Some(Key::Right)
        }
        _ => Some(Key::Enter),
    }
}

/// Talking to whoever is chosen, or to the first who is here; on other screens the gamepad's spare button.
fn talk(stroke: Stroke, screens: &Screens<'_>) -> Option<Key> {
    use crate::text::app::Deed;
    let here = screens.deeds();
    let is_talk = |at: usize| matches!(here.get(at), Some((_, _, Deed::Talk(_))));
    match screens.screen {
        Screen::Play if free(screens) && is_talk(screens.at) => Some(Key::Enter),
        Screen::Play if free(screens) && is_talk(0) => Some(Key::Char('1')),
        Screen::Title | Screen::Saves if stroke.is_pad() => Some(Key::Char('r')),
        Screen::Replay if stroke.is_pad() => Some(Key::Home),
        Screen::Help if stroke.is_pad() => Some(Key::Char('b')),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
