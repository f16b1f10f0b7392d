//! The input line: one line of text with a cursor and a history.
//!
//! Owns: editing. Refuses to know: what the line is for, and keys that do not edit (it says whether it took one).

use super::press::{Key, Press};

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
    pub fn key(&mut self, press: Press) -> bool {
        let ctrl = press.ctrl;
        let alt = press.alt;
        match press.key {
            Key::Char('a') if ctrl => self.cursor = 0,
            Key::Char('e') if ctrl => self.cursor = self.text.len(),
            Key::Char('u') if ctrl => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            Key::Char('k') if ctrl => self.text.truncate(self.cursor),
            Key::Char('w') if ctrl => {
                let from = self.word_left();
                self.text.drain(from..self.cursor);
                self.cursor = from;
            }
            Key::Char(_) if ctrl || alt => return false,
            Key::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            Key::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                self.text.remove(self.cursor);
            }
            Key::Backspace => {}
            Key::Delete if self.cursor < self.text.len() => {
                self.text.remove(self.cursor);
            }
            Key::Delete => {}
            Key::Left if ctrl => self.cursor = self.word_left(),
            Key::Right if ctrl => self.cursor = self.word_right(),
            Key::Left => self.cursor = self.cursor.saturating_sub(1),
            Key::Right => self.cursor = (self.cursor + 1).min(self.text.len()),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = self.text.len(),
            Key::Up => self.recall(true),
            Key::Down => self.recall(false),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(line: &mut InputLine, key: Key) {
        line.key(Press::from(key));
    }

    #[test]
    fn it_edits_in_the_middle_of_wide_letters() {
        let mut line = InputLine::new(40);
        line.insert("Grüß Gott");
        press(&mut line, Key::Home);
        press(&mut line, Key::Delete);
        line.insert("g");
        line.key(Press::ctrl(Key::Right));
        line.insert("dich ");
        assert_eq!(line.text(), "grüß dich Gott");
        line.key(Press::ctrl(Key::Char('w')));
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
        press(&mut line, Key::Up);
        press(&mut line, Key::Up);
        press(&mut line, Key::Up);
        assert_eq!(line.text(), "one");
        press(&mut line, Key::Down);
        press(&mut line, Key::Down);
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
