//! Plain text: what others wrote, made harmless for a terminal.
//!
//! Owns: which characters a terminal must not be given from a script, a save, a file's name or the node. Refuses to know: where
//! a text comes from. Source: Unicode categories Cc and the bidirectional controls of UAX #9.

/// Characters that turn the direction of text around, so that it reads as something else than it is.
fn turns(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The text with control characters written out: `\u{1b}` for ESC.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || turns(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_is_left() {
        let check = |text: &str, expected: &str| assert_eq!(plain(text), expected);
        check("Grüß Gott, 雪!", "Grüß Gott, 雪!");
        check("a\u{1b}[2Jb\r\n\t\u{7}\u{9b}c\u{7f}", "a\\u{1b}[2Jb\\r\\n\\t\\u{7}\\u{9b}c\\u{7f}");
        check("x\u{202e}y", "x\\u{202e}y");
    }
}
