//! Keys: egui's events as the presses that the shared screens know.
//!
//! Owns: that translation; the events are taken out of egui, so that no panel hears a key twice. Refuses to know: what a key does
//! (`text::keys`).

use crate::text::press::{Key, Press};
use bevy_egui::egui::{self, Context, Event, ImeEvent, Modifiers};

/// What the keyboard did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stroke {
    /// A key.
    Press(Press),
    /// Text from a clipboard or a composition.
    Paste(String),
}

/// Takes the keyboard's events of this frame.
pub fn take(ctx: &Context) -> Vec<Stroke> {
    // No panel keeps the keyboard: the screens' own table knows all keys.
    ctx.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
    ctx.input_mut(|input| {
        let mut strokes = Vec::new();
        input.events.retain(|event| match event {
            Event::Text(text) => {
                let chars = text.chars().filter(|c| !c.is_control());
                strokes.extend(chars.map(|c| Stroke::Press(Press::from(Key::Char(c)))));
                false
            }
            Event::Paste(text) | Event::Ime(ImeEvent::Commit(text)) => {
                strokes.push(Stroke::Paste(text.clone()));
                false
            }
            Event::Key { key, pressed, modifiers, .. } => {
                if *pressed {
                    strokes.extend(press(*key, *modifiers).map(Stroke::Press));
                }
                false
            }
            _ => true,
        });
        strokes
    })
}

/// A key that is no text; letters count only with Control, for they come as text too.
fn press(key: egui::Key, held: Modifiers) -> Option<Press> {
    let ctrl = held.ctrl || held.command;
    let key = match key {
        egui::Key::Enter => Key::Enter,
        egui::Key::Escape => Key::Esc,
        egui::Key::Tab if held.shift => Key::BackTab,
        egui::Key::Tab => Key::Tab,
        egui::Key::Backspace => Key::Backspace,
        egui::Key::Delete => Key::Delete,
        egui::Key::ArrowLeft => Key::Left,
        egui::Key::ArrowRight => Key::Right,
        egui::Key::ArrowUp => Key::Up,
        egui::Key::ArrowDown => Key::Down,
        egui::Key::Home => Key::Home,
        egui::Key::End => Key::End,
        egui::Key::PageUp => Key::PageUp,
        egui::Key::PageDown => Key::PageDown,
        egui::Key::F1 => Key::F(1),
        egui::Key::F2 => Key::F(2),
        egui::Key::F3 => Key::F(3),
        egui::Key::F4 => Key::F(4),
        egui::Key::F5 => Key::F(5),
        egui::Key::F6 => Key::F(6),
        egui::Key::F7 => Key::F(7),
        // Control and C ends a program in a terminal; in a window a hand means to copy by it.
        egui::Key::C if ctrl => return None,
        letter if ctrl => {
            let name = letter.name();
            let mut chars = name.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Key::Char(c.to_ascii_lowercase()),
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(Press { key, ctrl, alt: held.alt })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_as_text_and_with_control_as_keys() {
        assert_eq!(press(egui::Key::A, Modifiers::NONE), None);
        assert_eq!(press(egui::Key::N, Modifiers::CTRL), Some(Press::ctrl(Key::Char('n'))));
        assert_eq!(press(egui::Key::C, Modifiers::CTRL), None);
        assert_eq!(press(egui::Key::Tab, Modifiers::SHIFT).map(|p| p.key), Some(Key::BackTab));
    }
}
