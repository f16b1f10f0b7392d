//! Owns finding a letter that a chat does not have, for marks that are put into its text and taken out again. Refuses to know
//! what is marked. Source: the Unicode standard, "Private-Use Characters" (plane 15).

use crate::template::ChatMessage;
use std::ops::RangeInclusive;

/// Letters that nobody writes.
const MARKS: RangeInclusive<u32> = 0xF_0000..=0xF_FFFD;

/// The first private letter that no message has; none where they have them all.
pub(crate) fn unused_mark(messages: &[ChatMessage]) -> Option<char> {
    unused(messages.iter().flat_map(|message| message.role.chars().chain(message.content.chars())))
}

/// Reads the text once, whatever it is: to search it for each mark would let one chat of nothing but marks cost minutes.
fn unused(text: impl Iterator<Item = char>) -> Option<char> {
    let mut is_used = vec![false; MARKS.count()];
    for letter in text.map(u32::from).filter(|letter| MARKS.contains(letter)) {
        is_used[(letter - MARKS.start()) as usize] = true;
    }
    MARKS.zip(is_used).find_map(|(mark, is_used)| if is_used { None } else { char::from_u32(mark) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(at: u32) -> char {
        char::from_u32(MARKS.start() + at).unwrap()
    }

    #[test]
    fn the_first_letter_that_nobody_has_is_the_mark() {
        let message = |role: String, content: String| ChatMessage { role, content };
        assert_eq!(unused_mark(&[]), Some('\u{F0000}'));
        let plain = message("user".to_owned(), "é \u{EFFFF}\u{FFFFE}\u{100000}".to_owned());
        assert_eq!(unused_mark(&[plain]), Some('\u{F0000}'));
        let chat =
            [message(mark(1).to_string(), "x".to_owned()), message("x".to_owned(), mark(0).to_string())];
        assert_eq!(unused_mark(&chat), Some(mark(2)));
    }

    #[test]
    fn a_text_of_marks_is_read_once() {
        let count = MARKS.count();
        for free in [Some(0), Some(40_000), Some(count - 1), None] {
            let text: Vec<char> =
                (0..count).filter(|at| Some(*at) != free).map(|at| mark(at as u32)).collect();
            let mut read = 0;
            let found = unused(text.iter().rev().copied().inspect(|_| read += 1));
            assert_eq!(found, free.map(|at| mark(at as u32)));
            assert_eq!(read, text.len(), "each letter is read once");
        }
    }
}
