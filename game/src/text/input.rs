//! The input line: one line of text with a cursor and a history.
//!
//! Owns: editing. Refuses to know: what the line is for, and keys that do not edit (it says whether it took one).

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Lines that the history keeps.
const HISTORY_MAX: usize = 100;

/// A line being typed.
#[derive(Debug, Default)]
pub struct InputLine {
    text: Vec<char>,
    cursor: usize,
    bytes_max: usize,
    history: Vec<String>,
    /// Where in the history one is; `None`: at the line being typed.
    recalled: Option<usize>,
    draft: String,
}

impl InputLine {
    /// An empty line that takes at most so many bytes.
    pub fn new(bytes_max: usize) -> InputLine {
        InputLine { bytes_max, ..InputLine::default() }
    }
    /// The text.
    pub fn text(&self) -> String {
        self.text.iter().collect()
    }
    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
    /// Text before and after the cursor.
    pub fn halves(&self) -> (String, String) {
        (self.text[..self.cursor].iter().collect(), self.text[self.cursor..].iter().collect())
    }
    /// Replaces the text, with the cursor at its end.
    pub fn set(&mut self, text: &str) {
        self.text.clear();
        self.cursor = 0;
        self.insert(text);
    }
    /// Takes the text, remembers it and empties the line.
    pub fn take(&mut self) -> String {
        let text = self.text();
        if !text.trim().is_empty() && self.history.last() != Some(&text) {
            if self.history.len() >= HISTORY_MAX {
                self.history.remove(0);
            }
            self.history.push(text.clone());
        }
        self.recalled = None;
        self.set("");
        text
    }

    /// Puts text at the cursor, as far as there is room; control characters become spaces.
    pub fn insert(&mut self, text: &str) {
        let mut bytes: usize = self.text.iter().map(|c| c.len_utf8()).sum();
        for c in text.chars() {
            let c = if c.is_control() { ' ' } else { c };
            bytes += c.len_utf8();
            if bytes > self.bytes_max {
                return;
            }
            self.text.insert(self.cursor, c);
            self.cursor += 1;
        }
    }

    fn word_left(&self) -> usize {
        let mut at = self.cursor;
        while at > 0 && self.text[at - 1] == ' ' {
            at -= 1;
        }
        while at > 0 && self.text[at - 1] != ' ' {
            at -= 1;
        }
        at
    }
    fn word_right(&self) -> usize {
        let mut at = self.cursor;
        while at < self.text.len() && self.text[at] != ' ' {
            at += 1;
        }
        while at < self.text.len() && self.text[at] == ' ' {
            at += 1;
        }
        at
    }

    fn recall(&mut self, older: bool) {
        let at = match (self.recalled, older) {
            (None, true) => {
                self.draft = self.text();
                self.history.len().checked_sub(1)
            }
            (Some(at), true) => Some(at.saturating_sub(1)),
            (None, false) => return,
            (Some(at), false) => Some(at + 1).filter(|at| *at < self.history.len()),
        };
        self.recalled = at;
        let text = at.map_or_else(|| self.draft.clone(), |at| self.history[at].clone());
        self.set(&text);
    }

    /// Takes an editing key; false when the key does not edit.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('a') if ctrl => self.cursor = 0,
            KeyCode::Char('e') if ctrl => self.cursor = self.text.len(),
            KeyCode::Char('u') if ctrl => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            KeyCode::Char('k') if ctrl => self.text.truncate(self.cursor),
            KeyCode::Char('w') if ctrl => {
                let from = self.word_left();
                self.text.drain(from..self.cursor);
                self.cursor = from;
            }
            KeyCode::Char(_) if ctrl || alt => return false,
            KeyCode::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                self.text.remove(self.cursor);
            }
            KeyCode::Backspace => {}
            KeyCode::Delete if self.cursor < self.text.len() => {
                self.text.remove(self.cursor);
            }
            KeyCode::Delete => {}
            KeyCode::Left if ctrl => self.cursor = self.word_left(),
            KeyCode::Right if ctrl => self.cursor = self.word_right(),
            KeyCode::Left => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Right => self.cursor = (self.cursor + 1).min(self.text.len()),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            KeyCode::Up => self.recall(true),
            KeyCode::Down => self.recall(false),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(line: &mut InputLine, code: KeyCode) {
        line.key(KeyEvent::new(code, KeyModifiers::NONE));
    }

    #[test]
    fn it_edits_in_the_middle_of_wide_letters() {
        let mut line = InputLine::new(40);
        line.insert("Grüß Gott");
        press(&mut line, KeyCode::Home);
        press(&mut line, KeyCode::Delete);
        line.insert("g");
        line.key(KeyEvent::new(KeyCode::Right, KeyModifiers::CONTROL));
        line.insert("dich ");
        assert_eq!(line.text(), "grüß dich Gott");
        line.key(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL));
        assert_eq!(line.text(), "grüß Gott");
    }

    #[test]
    fn the_history_gives_the_draft_back() {
        let mut line = InputLine::new(40);
        line.insert("one");
        assert_eq!(line.take(), "one");
        line.insert("two");
        line.take();
        line.insert("dra");
        press(&mut line, KeyCode::Up);
        press(&mut line, KeyCode::Up);
        press(&mut line, KeyCode::Up);
        assert_eq!(line.text(), "one");
        press(&mut line, KeyCode::Down);
        press(&mut line, KeyCode::Down);
        assert_eq!(line.text(), "dra");
    }

    #[test]
    fn it_stops_at_its_limit_and_takes_no_control_characters() {
        let mut line = InputLine::new(5);
        line.insert("a\nb\u{1b}cdef");
        assert_eq!(line.text(), "a b c");
        line.set("ééé");
        assert_eq!(line.text(), "éé");
    }
}
