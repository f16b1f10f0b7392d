//! llama.cpp's grammar notation (GBNF), told in Lark's, which the constraint engine reads.
//!
//! Owns the translation: names, strings, classes of characters and the ends of rules. Refuses to know what a grammar costs
//! and whether it can be followed: the compiler of the result does. Rules that do not recur become terminals, so that a
//! grammar without recursion is followed exactly; in one with recursion the library cuts the text into the longest
//! terminals, so that of two readings of one text it may allow only one, and never allows what the grammar does not.
//! Source: llama.cpp, grammars/README.md.

use std::collections::BTreeMap;
use std::fmt::Write;

/// What tells this notation from Lark's.
const DEFINES: &str = "::=";
/// Every character.
const ANY: &str = r"/[\x{0}-\x{10FFFF}]/";

/// Whether a grammar is written in this notation: Lark has no such sign outside of strings.
pub(crate) fn is_gbnf(text: &str) -> bool {
    text.lines().any(|line| {
        let name = line.split(DEFINES).next().unwrap_or_default();
        name.len() < line.len() && name.trim().chars().all(is_name)
    })
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// A piece of a rule: Lark's text, or another rule by its number.
enum Piece {
    Lark(String),
    Rule(usize),
}

/// A grammar that is being read.
struct Reader<'a> {
    rest: &'a str,
    /// Numbers by name, in the order in which the names came.
    numbers: BTreeMap<&'a str, usize>,
    /// What each number stands for; nothing until it is defined.
    rules: Vec<Option<Vec<Piece>>>,
    /// The rule that is being read.
    open: Option<(usize, Vec<Piece>)>,
    depth: usize,
    /// Whether nothing has come in this alternative yet.
    is_empty: bool,
}

/// The same grammar in Lark's notation.
///
/// # Errors
/// One sentence that says what is wrong.
pub(crate) fn lark(text: &str) -> Result<String, String> {
    let mut reader = Reader {
        rest: text,
        numbers: BTreeMap::new(),
        rules: Vec::new(),
        open: None,
        depth: 0,
        is_empty: true,
    };
    let root = reader.number("root");
    while reader.step()? {}
    reader.close()?;
    let Reader { numbers, rules, .. } = reader;
    let undefined = numbers.iter().find(|(_, number)| rules[**number].is_none());
    if let Some((name, _)) = undefined {
        return Err(format!("the rule {name:?} is not defined"));
    }
    let rules: Vec<Vec<Piece>> = rules.into_iter().flatten().collect();
    let recurring = recurring(&rules);
    let name = |number: usize| format!("{}{number}", if recurring[number] { 'r' } else { 'T' });
    let mut out = format!("start: {}\n", name(root));
    for (number, pieces) in rules.iter().enumerate() {
        out.push_str(&name(number));
        out.push(':');
        for piece in pieces {
            out.push(' ');
            match piece {
                Piece::Lark(text) => out.push_str(text),
                Piece::Rule(number) => out.push_str(&name(*number)),
            }
        }
        out.push('\n');
    }
    Ok(out)
}

/// Which rules lead back to themselves, or to one that does.
fn recurring(rules: &[Vec<Piece>]) -> Vec<bool> {
    let named = |pieces: &[Piece]| -> Vec<usize> {
        let named = pieces.iter().filter_map(|piece| match piece {
            Piece::Rule(number) => Some(*number),
            Piece::Lark(_) => None,
        });
        named.collect()
    };
    let edges: Vec<Vec<usize>> = rules.iter().map(|pieces| named(pieces)).collect();
    // What names only rules that do not recur does not recur: taken away one by one, those that recur are left.
    let mut recurs = vec![true; rules.len()];
    let mut named_by: Vec<Vec<usize>> = vec![Vec::new(); rules.len()];
    let mut unsettled: Vec<usize> = edges.iter().map(Vec::len).collect();
    for (number, targets) in edges.iter().enumerate() {
        targets.iter().for_each(|target| named_by[*target].push(number));
    }
    let mut settled: Vec<usize> = (0..rules.len()).filter(|number| unsettled[*number] == 0).collect();
    while let Some(number) = settled.pop() {
        recurs[number] = false;
        for user in std::mem::take(&mut named_by[number]) {
            unsettled[user] -= 1;
            if unsettled[user] == 0 {
                settled.push(user);
            }
        }
    }
    recurs
}

impl<'a> Reader<'a> {
    fn number(&mut self, name: &'a str) -> usize {
        let next = self.rules.len();
        let number = *self.numbers.entry(name).or_insert(next);
        if number == next {
            self.rules.push(None);
        }
        number
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    /// Reads one sign; false at the end.
    fn step(&mut self) -> Result<bool, String> {
        self.rest = self.rest.trim_start();
        let Some(first) = self.rest.chars().next() else { return Ok(false) };
        match first {
            '#' => {
                self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            }
            letter if is_name(letter) => self.name()?,
            '"' => {
                let text = self.string()?;
                self.push(text)?;
            }
            '[' => {
                let class = self.class()?;
                self.push(class)?;
            }
            '.' => {
                self.take(1);
                self.push(ANY.to_owned())?;
            }
            '*' | '+' | '?' => {
                let sign = self.take(1).to_owned();
                self.repeat(sign)?;
            }
            '{' => {
                let end = self.rest.find('}').ok_or("a repetition has no end")?;
                let range: String = self.take(end + 1).split_whitespace().collect();
                self.repeat(range)?;
            }
            '|' | '(' | ')' => self.bracket(first)?,
            '<' | '!' => return Err("tokens cannot be named in a grammar here".to_owned()),
            other => return Err(format!("{other:?} means nothing here")),
        }
        Ok(true)
    }

    /// A name: of a rule that begins, or of one that is used.
    fn name(&mut self) -> Result<(), String> {
        let end = self.rest.find(|letter| !is_name(letter)).unwrap_or(self.rest.len());
        let name = self.take(end);
        let number = self.number(name);
        let Some(rest) = self.rest.trim_start().strip_prefix(DEFINES) else {
            return self.push_piece(Piece::Rule(number));
        };
        self.rest = rest;
        self.close()?;
        if self.rules[number].is_some() {
            return Err(format!("the rule {name:?} is defined twice"));
        }
        self.open = Some((number, Vec::new()));
        Ok(())
    }

    /// Ends the rule that is being read.
    fn close(&mut self) -> Result<(), String> {
        if self.depth > 0 {
            return Err("a bracket is not closed".to_owned());
        }
        self.fill_empty();
        self.is_empty = true;
        if let Some((number, pieces)) = self.open.take() {
            self.rules[number] = Some(pieces);
        }
        Ok(())
    }

    /// Lark wants something in every alternative.
    fn fill_empty(&mut self) {
        if let (true, Some((_, pieces))) = (self.is_empty, &mut self.open) {
            pieces.push(Piece::Lark("\"\"".to_owned()));
        }
    }

    fn push(&mut self, text: String) -> Result<(), String> {
        self.push_piece(Piece::Lark(text))
    }

    fn push_piece(&mut self, piece: Piece) -> Result<(), String> {
        let (_, pieces) = self.open.as_mut().ok_or("the grammar does not begin with a rule")?;
        pieces.push(piece);
        self.is_empty = false;
        Ok(())
    }

    fn repeat(&mut self, sign: String) -> Result<(), String> {
        if self.is_empty {
            return Err(format!("{sign:?} repeats nothing"));
        }
        self.push(sign)
    }

    fn bracket(&mut self, sign: char) -> Result<(), String> {
        self.take(1);
        match sign {
            '(' => self.depth += 1,
            ')' => self.depth = self.depth.checked_sub(1).ok_or("a bracket is closed that is not open")?,
            _ => {}
        }
        if sign != '(' {
            self.fill_empty();
        }
        self.push(sign.to_string())?;
        // What a bracket closed is something; behind an opening one and a bar nothing has come yet.
        self.is_empty = sign != ')';
        Ok(())
    }

    /// A character that may be escaped.
    fn letter(&mut self) -> Result<char, String> {
        let first = self.rest.chars().next().ok_or("a string or class has no end")?;
        self.take(first.len_utf8());
        if first != '\\' {
            return Ok(first);
        }
        let escape = self.rest.chars().next().ok_or("a string or class has no end")?;
        self.take(escape.len_utf8());
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            '\\' | '"' | '[' | ']' | '-' | '^' => return Ok(escape),
            other => return Err(format!("\\{other} means nothing here")),
        };
        let number = self.rest.get(..digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let letter = number.and_then(char::from_u32).ok_or(format!("\\{escape} names no character"))?;
        self.take(digits);
        Ok(letter)
    }

    /// A string, in Lark's spelling.
    fn string(&mut self) -> Result<String, String> {
        self.take(1);
        let mut out = "\"".to_owned();
        while !self.rest.starts_with('"') {
            let letter = self.letter()?;
            match letter {
                '"' | '\\' => out.extend(['\\', letter]),
                letter if letter.is_control() => {
                    // Control characters lie below U+00A0, so four digits hold them.
                    let _ = write!(out, "\\u{:04x}", u32::from(letter));
                }
                letter => out.push(letter),
            }
        }
        self.take(1);
        Ok(out + "\"")
    }

    /// A class of characters, as a regular expression.
    fn class(&mut self) -> Result<String, String> {
        self.take(1);
        let mut out = "/[".to_owned();
        if self.rest.starts_with('^') {
            self.take(1);
            out.push('^');
        }
        let before = out.len();
        while !self.rest.starts_with(']') {
            let first = self.letter()?;
            let _ = write!(out, "\\x{{{:X}}}", u32::from(first));
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            if is_range {
                self.take(1);
                let last = self.letter()?;
                if last < first {
                    return Err(format!("a range goes from {first:?} down to {last:?}"));
                }
                let _ = write!(out, "-\\x{{{:X}}}", u32::from(last));
            }
        }
        self.take(1);
        if out.len() == before {
            return Err("a class has no characters".to_owned());
        }
        Ok(out + "]/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grammar_is_told_in_the_other_notation() {
        let check = |gbnf: &str, expected: &str| assert_eq!(lark(gbnf).as_deref(), Ok(expected), "{gbnf}");
        check("root ::= \"a\"{5,5}", "start: T0\nT0: \"a\" {5,5}\n");
        check(
            "root ::= item+ # all\nitem ::= [^\\n\"-] \"\\n\"",
            concat!("start: T0\nT0: T1 +\n", r#"T1: /[^\x{A}\x{22}\x{2D}]/ "\u000a""#, "\n",),
        );
        check(
            "root ::= \"(\" root ws \")\" |\n  . ws\nws ::= | \" \" ( | \"\\t\")",
            concat!(
                "start: r0\n",
                r#"r0: "(" r0 T1 ")" | /[\x{0}-\x{10FFFF}]/ T1"#,
                "\n",
                r#"T1: "" | " " ( "" | "\u0009" )"#,
                "\n",
            ),
        );
        check("root ::= [a-cÄ\\x41\\u00e9]", "start: T0\nT0: /[\\x{61}-\\x{63}\\x{C4}\\x{41}\\x{E9}]/\n");
    }

    #[test]
    fn what_is_no_grammar_is_said() {
        let check = |gbnf: &str, expected: &str| assert_eq!(lark(gbnf), Err(expected.to_owned()), "{gbnf}");
        check("root ::= this is (not valid GBNF", "a bracket is not closed");
        check("root ::= this", "the rule \"this\" is not defined");
        check("a ::= \"b\"", "the rule \"root\" is not defined");
        check("root ::= \"a\"\nroot ::= \"b\"", "the rule \"root\" is defined twice");
        check("root ::= \"a", "a string or class has no end");
        check("root ::= \"a\\", "a string or class has no end");
        check("root ::= [a", "a string or class has no end");
        check("root ::= [b-a]", "a range goes from 'b' down to 'a'");
        check("root ::= []", "a class has no characters");
        check("root ::= \"a\" )", "a bracket is closed that is not open");
        check("root ::= * \"a\"", "\"*\" repeats nothing");
        check("root ::= \"\\xZZ\"", "\\x names no character");
        check("root ::= \"\\UFFFFFFFF\"", "\\U names no character");
        check("root ::= \"a\"{2", "a repetition has no end");
        check("root ::= <think>", "tokens cannot be named in a grammar here");
        check("\"a\" root ::= \"b\"", "the grammar does not begin with a rule");
        check("root ::= %", "'%' means nothing here");
    }

    #[test]
    fn the_notations_are_told_apart() {
        assert!(is_gbnf("# c\nroot ::= \"a\"") && is_gbnf("root ::=\n  \"a\""));
        assert!(!is_gbnf("start: \"a\"") && !is_gbnf("start: \"b ::= c\"") && !is_gbnf(""));
    }
}
