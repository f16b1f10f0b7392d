//! Presses: a key as the screens know it, whether it was hit in a terminal or in the window.
//!
//! Owns: that type and its making from a terminal's event. Refuses to know: what a key does (`keys`, `input`); the window makes its
//! own presses from its own events, so both play by one table.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character, as the layout and Shift make it.
    Char(char),
    /// F1 to F12.
    F(u8),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Deletes before the cursor.
    Backspace,
    /// Deletes after it.
    Delete,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// To the start.
    Home,
    /// To the end.
    End,
    /// A page back.
    PageUp,
    /// A page on.
    PageDown,
}

/// A key with what was held down beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    /// The key.
    pub key: Key,
    /// Control.
    pub ctrl: bool,
    /// Alt.
    pub alt: bool,
}

impl From<Key> for Press {
    fn from(key: Key) -> Press {
        Press { key, ctrl: false, alt: false }
    }
}

impl Press {
    /// With Control held down.
    pub fn ctrl(key: Key) -> Press {
        Press { key, ctrl: true, alt: false }
    }

    /// What a terminal tells; `None` for keys that no screen knows.
    pub fn of_terminal(event: KeyEvent) -> Option<Press> {
        let key = match event.code {
            KeyCode::Char(c) => Key::Char(c),
            KeyCode::F(n) => Key::F(n),
            KeyCode::Enter => Key::Enter,
            KeyCode::Esc => Key::Esc,
            KeyCode::Tab => Key::Tab,
            KeyCode::BackTab => Key::BackTab,
            KeyCode::Backspace => Key::Backspace,
            KeyCode::Delete => Key::Delete,
            KeyCode::Left => Key::Left,
            KeyCode::Right => Key::Right,
            KeyCode::Up => Key::Up,
            KeyCode::Down => Key::Down,
            KeyCode::Home => Key::Home,
            KeyCode::End => Key::End,
            KeyCode::PageUp => Key::PageUp,
            KeyCode::PageDown => Key::PageDown,
            _ => return None,
        };
        let held = |modifier| event.modifiers.contains(modifier);
        Some(Press { key, ctrl: held(KeyModifiers::CONTROL), alt: held(KeyModifiers::ALT) })
    }
}
