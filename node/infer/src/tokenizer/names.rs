//! Owns finding names in a text: the longest that stands at a place, however many there are. Refuses to know what they name.
//!
//! A vocabulary is a stranger's, and may have nearly as many names as tokens; so a lookup must not ask each. Names are sorted,
//! and every name that a text begins with is a beginning of the last one that does not come after the text.

/// Names and their numbers, no name twice, none empty.
#[derive(Debug)]
pub(super) struct Names {
    /// In the order of their bytes.
    sorted: Vec<Name>,
    /// Which first bytes they have.
    first: [bool; 256],
}

#[derive(Debug)]
struct Name {
    text: String,
    id: u32,
    /// Where the longest other name stands that this one begins with.
    within: Option<u32>,
}

impl Names {
    /// Takes the names in any order.
    pub(super) fn new(mut names: Vec<(String, u32)>) -> Names {
        names.sort_unstable();
        let mut first = [false; 256];
        let mut sorted: Vec<Name> = Vec::with_capacity(names.len());
        // Those that the latest begins with, the latest included: each a beginning of the next.
        let mut open: Vec<u32> = Vec::new();
        for (text, id) in names {
            if let Some(byte) = text.bytes().next() {
                first[usize::from(byte)] = true;
            }
            while open.last().is_some_and(|&at| !text.starts_with(&sorted[at as usize].text)) {
                open.pop();
            }
            let within = open.last().copied();
            open.push(sorted.len() as u32);
            sorted.push(Name { text, id, within });
        }
        Names { sorted, first }
    }

    /// The longest name that `rest` begins with: its length in bytes and its number.
    pub(super) fn at(&self, rest: &str) -> Option<(usize, u32)> {
        if !self.first[usize::from(*rest.as_bytes().first()?)] {
            return None;
        }
        let behind = self.sorted.partition_point(|name| name.text.as_str() <= rest);
        let last = self.sorted.get(behind.checked_sub(1)?)?;
        let common = last.text.bytes().zip(rest.bytes()).take_while(|(ours, theirs)| ours == theirs).count();
        let mut name = last;
        while name.text.len() > common {
            name = self.sorted.get(name.within? as usize)?;
        }
        Some((name.text.len(), name.id))
    }

    /// Whether a name stands anywhere in `text`.
    pub(super) fn occur_in(&self, text: &str) -> bool {
        text.char_indices().any(|(at, _)| self.at(&text[at..]).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn names(all: &[&str]) -> Names {
        Names::new(all.iter().zip(0..).map(|(name, id)| ((*name).to_owned(), id)).collect())
    }

    /// What asking each name gives.
    fn slowly(all: &[&str], rest: &str) -> Option<(usize, u32)> {
        let found = all.iter().zip(0..).filter(|(name, _)| rest.starts_with(**name));
        found.map(|(name, id)| (name.len(), id)).max()
    }

    #[test]
    fn the_longest_name_wins() {
        let some = names(&["<|end|>", "<|", "<|end_of_turn|>", "ü", "<|e"]);
        for (rest, expected) in [
            ("<|end|>.", Some((7, 0))),
            ("<|end_of_turn|>", Some((15, 2))),
            ("<|end_of_turn|", Some((3, 4))),
            ("<|zzz", Some((2, 1))),
            ("<", None),
            ("a<|", None),
            ("", None),
            ("üb", Some((2, 3))),
        ] {
            assert_eq!(some.at(rest), expected, "{rest:?}");
        }
        assert!(some.occur_in("so <| it is") && some.occur_in("drü") && !some.occur_in("so < it is"));
        assert_eq!(names(&[]).at("<|end|>"), None);
    }

    #[test]
    fn every_text_finds_what_asking_each_name_finds() {
        // All words of up to four letters out of two: each is a name, then every second, and so on.
        let words: Vec<String> = (1..5)
            .flat_map(|len| (0..1u32 << len).map(move |bits| (len, bits)))
            .map(|(len, bits)| (0..len).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect())
            .collect();
        for step in 1..12 {
            let all: Vec<&str> = words.iter().step_by(step).map(String::as_str).collect();
            let some = names(&all);
            for rest in words.iter().flat_map(|word| [word.clone(), format!("{word}ba"), format!("{word}é")])
            {
                assert_eq!(some.at(&rest), slowly(&all, &rest), "{all:?} in {rest:?}");
            }
        }
    }

    #[test]
    fn many_names_and_a_long_text_are_no_work() {
        let all: Vec<(String, u32)> = (0..200_000).map(|id| (format!("a{id:06}"), id)).collect();
        let some = Names::new(all);
        let text = "a".repeat(64 * 1024);
        let begun = Instant::now();
        assert!(!some.occur_in(&text));
        assert!(some.occur_in(&format!("{text}123456")));
        // Asking each name at each letter is more than ten billion comparisons.
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
}
