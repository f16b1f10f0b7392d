//! Owns telling the regular expressions that the clients' languages (Python, JavaScript, Java, PCRE) read in one way and the
//! grammar library in another: an answer would then follow something that nobody asked for; and writing out what it is that
//! `\d` and `\w` mean to JavaScript, the language of JSON Schema. Refuses to judge anything else; what is no expression at all
//! the library says.
//! Sources: the regex crate's documentation (syntax, "Character classes"); Python `re` and PCRE2 for the other reading;
//! ECMA-262, "CharacterClassEscape"; llguidance 1.9, `regex_rewrite.rs`, which does the same to the patterns of a schema.

/// Letters that stand for a class behind a backslash.
const CLASS_LETTERS: &str = "dDwWsSpP";

/// The expression with `\d`, `\D`, `\w` and `\W` written out for ASCII: a digit of another script is no digit to those who check
/// an answer. `\s` stays, as it is white space of all scripts to all of them. The expression must have passed
/// [`read_differently`], so that none of them ends a range.
pub(super) fn with_ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[0-9A-Z_a-z]"),
            Some('W') => out.push_str("[^0-9A-Z_a-z]"),
            escaped => out.extend(std::iter::once(letter).chain(escaped)),
        }
    }
    out
}

/// What is read differently, and what to write instead; none where all read the same.
pub(super) fn read_differently(pattern: &str) -> Option<&'static str> {
    let mut in_class = false;
    let mut before = Before::Start;
    let mut letters = pattern.char_indices();
    while let Some((at, letter)) = letters.next() {
        let rest = &pattern[at..];
        if letter == '\\' {
            // Whatever it is, the next letter is not an operator, and the braces behind some are a part of it.
            let escaped = letters.next().map(|(_, letter)| letter);
            if escaped.is_some_and(|letter| "xuUpP".contains(letter)) && letters.as_str().starts_with('{') {
                letters.find(|(_, letter)| *letter == '}');
            }
            let is_class = escaped.is_some_and(|letter| CLASS_LETTERS.contains(letter));
            if is_class && before == Before::RangeDash {
                return Some("a range that ends in a class: write - in a class as \\-");
            }
            before = if in_class && is_class { Before::ClassItem } else { before.and_letter() };
        } else if in_class {
            match letter {
                // As the first of a class it stands for itself, in all of them but JavaScript, which refuses what follows.
                ']' if before != Before::ClassOpening => (in_class, before) = (false, Before::Atom),
                '^' if before == Before::ClassOpening && pattern[..at].ends_with('[') => {}
                '[' => return Some("a class inside a class: write a bracket in a class as \\["),
                _ if ["&&", "--", "~~"].iter().any(|sign| rest.starts_with(sign)) => {
                    return Some(
                        "an operation between classes: write &, - and ~ in a class as \\&, \\- and \\~",
                    );
                }
                '-' if before == Before::Atom => before = Before::RangeDash,
                _ => before = before.and_letter(),
            }
        } else {
            before = match letter {
                '[' => {
                    in_class = true;
                    Before::ClassOpening
                }
                '+' if before == Before::Quantifier => {
                    return Some(
                        "a possessive quantifier: put what is repeated into a group, or leave the + out",
                    );
                }
                '*' | '+' | '?' if before == Before::Atom => Before::Quantifier,
                '{' if before == Before::Atom && is_count(rest) => {
                    letters.find(|(_, letter)| *letter == '}');
                    Before::Quantifier
                }
                _ => Before::Atom,
            };
        }
    }
    None
}

/// Whether braces with numbers come first.
fn is_count(rest: &str) -> bool {
    let inner = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(inner, _)| inner);
    !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
}

/// What stands before a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing.
    Start,
    /// Something that can be repeated, or anything else of no matter here.
    Atom,
    /// The end of a quantifier, which a `+` makes possessive elsewhere.
    Quantifier,
    /// The bracket that opens a class, and perhaps its `^`.
    ClassOpening,
    /// In a class, what begins no range: a range, or a class of its own.
    ClassItem,
    /// In a class, the `-` of a range.
    RangeDash,
}

impl Before {
    /// What stands before the next letter, after one that has no meaning of its own.
    fn and_letter(self) -> Self {
        if self == Before::RangeDash { Before::ClassItem } else { Before::Atom }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_read_differently_is_found() {
        for (pattern, sign) in [
            ("[a-[b]]", "inside a class"),
            ("[[:alpha:]]", "inside a class"),
            ("[^[]", "inside a class"),
            ("x[]a[]", "inside a class"),
            ("[a&&b]", "between classes"),
            ("[^&&]", "between classes"),
            ("[a--b]", "between classes"),
            ("[a~~b]", "between classes"),
            ("a++", "possessive"),
            ("(ab)*+", "possessive"),
            ("a?+b", "possessive"),
            ("[ab]{2,3}+", "possessive"),
            (r"\w*+", "possessive"),
            (r"\p{L}{2}+", "possessive"),
            (r"[!-\d]", "ends in a class"),
            (r"[ab-\W]", "ends in a class"),
            (r"[^\x{41}-\s]", "ends in a class"),
            (r"[a-c--\d]", "between classes"),
            (r"[\--\p{L}]", "ends in a class"),
        ] {
            let found = read_differently(pattern);
            assert!(found.is_some_and(|what| what.contains(sign)), "{pattern}: {found:?}");
        }
    }

    #[test]
    fn what_all_read_alike_passes() {
        for pattern in [
            "",
            "a+b*c?d{2}",
            "a+?b*?c??d{2,}?",
            "(a+)+",
            r"a\++",
            r"\[[\[a]",
            r"[a\[b]",
            r"[\]\[]",
            "[]a]",
            "[^]a]",
            "[^^]",
            "[a-z&]+",
            "[+*?]+",
            "[a-]",
            "[-a]",
            r"[a\-\-b\&&]",
            "a|+b",
            "é+ü",
            r"\p{Lu}+\x{41}+\u{e9}*",
            r"[\p{L}]+",
            r"[-\d][^-\d][\w-][a-z-\d][\d-\w]a-\d",
            "a}+{x}+",
            "[",
            "\\",
        ] {
            assert_eq!(read_differently(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn classes_are_written_out() {
        for (pattern, expected) in [
            ("", ""),
            (r"\d{4}é", "[0-9]{4}é"),
            (r"\W+\w?\D", "[^0-9A-Z_a-z]+[0-9A-Z_a-z]?[^0-9]"),
            (r"[\d.][^\w]", "[[0-9].][^[0-9A-Z_a-z]]"),
            (r"\\d\\\d\s\.\p{L}", r"\\d\\[0-9]\s\.\p{L}"),
            ("\\", "\\"),
        ] {
            assert_eq!(with_ascii_classes(pattern), expected, "{pattern}");
        }
    }
}
