//! Tokens: a player's line cut into lower-case words, numbers and marks, with the bytes they came from.
//!
//! Owns: the byte limit, case and accent folding, what counts as a word. Refuses to know: what words mean. Any UTF-8 is
//! accepted; whatever is neither a letter, a digit nor a mark of the kinds below is a gap between words.

/// Longest line that is read, in bytes; the rest is cut at a character's edge.
pub const LINE_BYTES_MAX: usize = 400;
/// Most tokens of one line.
pub const TOKENS_MAX: usize = 96;
/// Longest word that is compared with the lexicon, in bytes; a longer one is kept as unknown.
pub const WORD_BYTES_MAX: usize = 24;

/// A word, or a mark when `mark` is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Lower case, accents folded; empty for a mark.
    pub text: String,
    /// First byte in the line.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// `?`, `!`, `.`, `;` or `,`.
    pub mark: Option<char>,
}

/// The line's tokens, and whether something was cut off.
pub fn tokenise(line: &str) -> (Vec<Token>, bool) {
    let (line, mut cut) = bounded(line);
    let mut tokens = Vec::new();
    let mut chars = line.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if tokens.len() == TOKENS_MAX {
            cut = true;
            break;
        }
        if let Some(mark) = mark_of(c) {
            let end = start + c.len_utf8();
            tokens.push(Token {
                text: String::new(),
                start: start as u32,
                end: end as u32,
                mark: Some(mark),
            });
            continue;
        }
        if !c.is_alphanumeric() {
            continue;
        }
        let mut text = String::new();
        fold_into(&mut text, c);
        let mut end = start + c.len_utf8();
        while let Some(&(at, next)) = chars.peek() {
            let inner = is_inner(line, at, next, &text);
            if !next.is_alphanumeric() && inner.is_none() {
                break;
            }
            match inner {
                Some(joined) => text.push(joined),
                None => fold_into(&mut text, next),
            }
            end = at + next.len_utf8();
            chars.next();
        }
        tokens.push(Token { text, start: start as u32, end: end as u32, mark: None });
    }
    (tokens, cut)
}

fn bounded(line: &str) -> (&str, bool) {
    if line.len() <= LINE_BYTES_MAX {
        return (line, false);
    }
    let mut end = LINE_BYTES_MAX;
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    (&line[..end], true)
}

fn mark_of(c: char) -> Option<char> {
    match c {
        '?' | '？' | '¿' => Some('?'),
        '!' | '！' => Some('!'),
        '.' | '…' | '\n' => Some('.'),
        ';' => Some(';'),
        ',' | '—' | '–' => Some(','),
        _ => None,
    }
}

/// An apostrophe between letters, or a colon or full stop between digits.
fn is_inner(line: &str, at: usize, c: char, before: &str) -> Option<char> {
    let after = line[at + c.len_utf8()..].chars().next()?;
    let digits = before.ends_with(|b: char| b.is_ascii_digit()) && after.is_ascii_digit();
    match c {
        '\'' | '’' | '‘' | '`' | '´' if after.is_alphabetic() => Some('\''),
        ':' | '.' if digits => Some(':'),
        _ => None,
    }
}

fn fold_into(text: &mut String, c: char) {
    for lower in c.to_lowercase() {
        let folded = match lower {
            'à'..='å' | 'ā' => 'a',
            'è'..='ë' | 'ē' => 'e',
            'ì'..='ï' => 'i',
            'ò'..='ö' | 'ø' => 'o',
            'ù'..='ü' => 'u',
            'ç' => 'c',
            'ñ' => 'n',
            other => other,
        };
        if folded.is_alphanumeric() {
            text.push(folded);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let (tokens, _) = tokenise(line);
        let shown: Vec<String> =
            tokens.iter().map(|t| t.mark.map_or_else(|| t.text.clone(), |m| m.to_string())).collect();
        assert_eq!(shown.join(" "), expected, "{line}");
    }

    #[test]
    fn words_numbers_and_marks() {
        check("Where WERE you, at 19:30?", "where were you , at 19:30 ?");
        check("it’s 7.30pm...", "it's 7:30pm . . .");
        check("half-past “seven” 🔥🔥", "half past seven");
        check("Café 'quoted'", "cafe quoted");
        check("\u{0}\u{202e}\t", "");
    }

    #[test]
    fn long_lines_are_cut_at_a_characters_edge() {
        let (tokens, cut) = tokenise(&"é".repeat(LINE_BYTES_MAX));
        assert!(cut && tokens.len() == 1);
        let (tokens, cut) = tokenise(&"a ".repeat(LINE_BYTES_MAX));
        assert!(cut && tokens.len() == TOKENS_MAX);
        let line = "é ok";
        let (tokens, cut) = tokenise(line);
        assert!(!cut);
        assert_eq!(&line[tokens[1].start as usize..tokens[1].end as usize], "ok");
    }
}
