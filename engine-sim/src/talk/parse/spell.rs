//! Spelling: the known word that a mistyped one most likely is.
//!
//! Owns: the distance, its limits, the choice between candidates. Refuses to know: intents. The distance is Damerau and
//! Levenshtein's (1964; 1966) in its restricted form: insert, delete, replace, swap neighbours. A word that is in any list
//! is never touched, so a valid word never becomes another's name.

use super::tokenise::WORD_BYTES_MAX;
use std::collections::BTreeMap;

/// Shortest word in which one slip is mended, in characters.
pub const ONE_SLIP_LEN_MIN: usize = 4;
/// Shortest word in which two slips are mended, in characters.
pub const TWO_SLIPS_LEN_MIN: usize = 8;
/// Most words of one line that are looked up.
pub const LOOKUPS_MAX: usize = 24;

/// How dear a word is to the parser; a dearer one wins among equally near ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An ordinary word.
    Common,
    /// A word of a topic.
    Topic,
    /// A word of a name of a person, a place or an item.
    Name,
    /// A word of a cue.
    Cue,
}

/// Every word that the parser knows.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    words: BTreeMap<String, Kind>,
}

impl Vocabulary {
    /// Adds a word; the dearer kind stays.
    pub fn add(&mut self, word: &str, kind: Kind) {
        if word.is_empty() || word.len() > WORD_BYTES_MAX {
            return;
        }
        let slot = self.words.entry(word.to_string()).or_insert(kind);
        *slot = (*slot).max(kind);
    }
    /// Whether the word is known as it stands, or is a plain inflection of a known one.
    pub fn knows(&self, word: &str) -> bool {
        if self.words.contains_key(word) {
            return true;
        }
        ["s", "es", "ed", "d", "ing", "er", "ers", "ly", "y"].iter().any(|end| {
            let Some(stem) = word.strip_suffix(end).filter(|s| s.len() >= 3) else { return false };
            let known = |w: &str| self.words.get(w).is_some_and(|kind| *kind != Kind::Name || *end == "s");
            let doubled = stem.is_ascii()
                && stem.len() > 3
                && stem.as_bytes().last() == stem.as_bytes().get(stem.len() - 2);
            known(stem) || known(&format!("{stem}e")) || (doubled && known(&stem[..stem.len() - 1]))
        })
    }
    /// Whether the word is in a list as it stands.
    pub fn has(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }
    /// The known word that `word` was meant to be. `name_first`: the word before calls for a name ("the", "was").
    pub fn mend(&self, word: &str, name_first: bool) -> Option<String> {
        if let Some(short) = self.without_runs(word) {
            return Some(short);
        }
        let length = word.chars().count();
        if length < ONE_SLIP_LEN_MIN || word.len() > WORD_BYTES_MAX || word.contains(|c: char| c.is_numeric())
        {
            return None;
        }
        let slips_max = if length >= TWO_SLIPS_LEN_MIN { 2 } else { 1 };
        let typed: Vec<char> = word.chars().collect();
        let mut best: Option<(u32, u32, u32, &str)> = None;
        let mut tied = false;
        for (known, kind) in &self.words {
            let other: Vec<char> = known.chars().collect();
            if other.len().abs_diff(typed.len()) > slips_max || other.len() < 3 || !near_start(&typed, &other)
            {
                continue;
            }
            let slips = distance(&typed, &other, slips_max);
            if slips > slips_max {
                continue;
            }
            let oddness =
                2 * u32::from(typed.first() != other.first()) + u32::from(!same_letters(&typed, &other));
            let rank = (slips as u32, dislike(*kind, name_first), oddness);
            match best {
                Some((a, b, c, _)) if (a, b, c) < rank => {}
                Some((a, b, c, _)) if (a, b, c) == rank => tied |= *kind == Kind::Name,
                _ => {
                    best = Some((rank.0, rank.1, rank.2, known.as_str()));
                    tied = false;
                }
            }
        }
        best.filter(|_| !tied).map(|(.., known)| known.to_string())
    }
    /// "wheeere" as "where", "helllo" as "hello": a run of three or more of a letter, cut to one or two.
    fn without_runs(&self, word: &str) -> Option<String> {
        let shortened = |keep: usize| {
            let (mut out, mut run, mut last) = (String::new(), 0, None);
            for c in word.chars().take(WORD_BYTES_MAX * 4) {
                run = if last == Some(c) { run + 1 } else { 1 };
                last = Some(c);
                if run <= keep {
                    out.push(c);
                }
            }
            out
        };
        let double = shortened(2);
        if double == word {
            return None;
        }
        [double, shortened(1)].into_iter().find(|w| self.has(w))
    }
}

/// The first letter is right, is missing, or changed places with the second.
fn near_start(typed: &[char], known: &[char]) -> bool {
    match (typed, known) {
        ([a, ..], [b, ..]) if a == b => true,
        ([a, ..], [_, second, ..]) => a == second,
        _ => false,
    }
}

/// The slip lost, doubled or swapped a letter rather than put a foreign one in its place.
fn same_letters(typed: &[char], known: &[char]) -> bool {
    let within = |few: &[char], many: &[char]| {
        let mut many = many.iter();
        few.iter().all(|c| many.any(|m| m == c))
    };
    let sorted = |word: &[char]| {
        let mut word = word.to_vec();
        word.sort_unstable();
        word
    };
    within(typed, known) || within(known, typed) || sorted(typed) == sorted(known)
}

fn dislike(kind: Kind, name_first: bool) -> u32 {
    match (kind, name_first) {
        (Kind::Name, true) | (Kind::Cue, false) => 0,
        (Kind::Name | Kind::Cue, _) => 1,
        (Kind::Topic, _) => 2,
        (Kind::Common, _) => 3,
    }
}

/// Slips between two words; past `most` any larger number.
pub fn distance(a: &[char], b: &[char], most: usize) -> usize {
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let width = b.len() + 1;
    let (mut before, mut above): (Vec<usize>, Vec<usize>) = (vec![0; width], (0..width).collect());
    for i in 1..=a.len() {
        let mut row = vec![i; width];
        for j in 1..width {
            let replace = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, name_first: bool, expected: Option<&str>) {
        let mut vocabulary = Vocabulary::default();
        for (word, kind) in [
            ("where", Kind::Cue),
            ("greta", Kind::Name),
            ("great", Kind::Common),
            ("maud", Kind::Name),
            ("market", Kind::Name),
            ("innkeeper", Kind::Name),
            ("hello", Kind::Cue),
            ("bram", Kind::Name),
            ("bran", Kind::Common),
        ] {
            vocabulary.add(word, kind);
        }
        let mended = if vocabulary.knows(typed) { None } else { vocabulary.mend(typed, name_first) };
        assert_eq!(mended.as_deref(), expected, "{typed}");
    }

    #[test]
    fn slips_are_mended_and_words_left_alone() {
        check("wehre", false, Some("where"));
        check("whree", false, Some("where"));
        check("wheeeere", false, Some("where"));
        check("great", true, None);
        check("maudd", true, Some("maud"));
        check("innkeepr", false, Some("innkeeper"));
        check("bramm", true, Some("bram"));
        check("bell", false, None);
        check("mad", false, None);
        check("helllo", false, Some("hello"));
    }

    #[test]
    fn distance_counts_each_slip_once() {
        let slips =
            |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>(), 3);
        assert_eq!(slips("maud", "maud"), 0);
        assert_eq!(slips("muad", "maud"), 1);
        assert_eq!(slips("", "abc"), 3);
        assert_eq!(slips("bridge", "birdeg"), 2);
    }
}
