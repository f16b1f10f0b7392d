//! Owns finished sequences kept for their prefixes, and the search for the longest one a prompt can start from. Refuses to
//! know requests and what a sequence is made of. Oldest use goes first when a bound is reached.

use std::collections::VecDeque;

/// A sequence and the tokens it has computed.
#[derive(Debug)]
pub(crate) struct Entry<S> {
    pub(crate) tokens: Vec<u32>,
    pub(crate) sequence: S,
}

/// Bounded by entries and by tokens.
#[derive(Debug)]
pub(crate) struct Retained<S> {
    entries: VecDeque<Entry<S>>,
    entries_max: usize,
    tokens_max: usize,
}

/// Tokens two sequences have in common at their beginning.
pub(crate) fn common_len(a: &[u32], b: &[u32]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

impl<S> Retained<S> {
    pub(crate) fn new(entries_max: usize, tokens_max: usize) -> Self {
        Retained { entries: VecDeque::new(), entries_max, tokens_max }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Index and length of the longest common prefix; of equals the latest used.
    pub(crate) fn longest(&self, prompt: &[u32]) -> Option<(usize, usize)> {
        (0..self.entries.len())
            .map(|index| (index, common_len(&self.entries[index].tokens, prompt)))
            .filter(|(_, len)| *len > 0)
            .max_by_key(|(index, len)| (*len, *index))
    }

    /// Tokens of an entry.
    pub(crate) fn entry_len(&self, index: usize) -> usize {
        self.entries.get(index).map_or(0, |entry| entry.tokens.len())
    }

    /// Takes an entry out.
    pub(crate) fn take(&mut self, index: usize) -> Option<Entry<S>> {
        self.entries.remove(index)
    }

    /// Looks at an entry and makes it the latest used.
    pub(crate) fn touch(&mut self, index: usize) -> Option<&Entry<S>> {
        let entry = self.entries.remove(index)?;
        self.entries.push_back(entry);
        self.entries.back()
    }

    /// Keeps a sequence. One that is the beginning of another adds nothing, so the longer of the two stays.
    pub(crate) fn keep(&mut self, entry: Entry<S>) {
        if self.entries_max == 0 || entry.tokens.is_empty() || entry.tokens.len() > self.tokens_max {
            return;
        }
        if let Some(index) =
            (0..self.entries.len()).find(|&i| self.entries[i].tokens.starts_with(&entry.tokens))
        {
            self.touch(index);
            return;
        }
        self.entries.retain(|kept| !entry.tokens.starts_with(&kept.tokens));
        self.entries.push_back(entry);
        let mut tokens: usize = self.entries.iter().map(|entry| entry.tokens.len()).sum();
        while self.entries.len() > self.entries_max || tokens > self.tokens_max {
            match self.entries.pop_front() {
                Some(oldest) => tokens -= oldest.tokens.len(),
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bounds: (usize, usize), all: &[&[u32]]) -> Vec<Vec<u32>> {
        let mut retained = Retained::new(bounds.0, bounds.1);
        for tokens in all {
            retained.keep(Entry { tokens: tokens.to_vec(), sequence: () });
        }
        retained.entries.into_iter().map(|entry| entry.tokens).collect()
    }

    #[test]
    fn bounds_and_prefixes() {
        assert_eq!(kept((2, 100), &[&[1], &[2], &[3]]), [[2], [3]]);
        assert_eq!(kept((9, 5), &[&[1, 1], &[2, 2], &[3, 3]]), [[2, 2], [3, 3]]);
        assert_eq!(kept((9, 100), &[&[1, 2], &[1, 2, 3]]), [[1, 2, 3]]);
        assert_eq!(kept((9, 100), &[&[1, 2, 3], &[1, 2]]), [[1, 2, 3]]);
        assert_eq!(kept((0, 100), &[&[1]]), Vec::<Vec<u32>>::new());
        assert_eq!(kept((9, 2), &[&[1, 2, 3], &[]]), Vec::<Vec<u32>>::new());
    }

    #[test]
    fn the_longest_prefix_is_found_and_use_makes_young() {
        let mut retained = Retained::new(2, 100);
        for tokens in [vec![1, 2, 3], vec![1, 9, 9, 9]] {
            retained.keep(Entry { tokens, sequence: () });
        }
        assert_eq!(retained.longest(&[1, 2, 7]), Some((0, 2)));
        assert_eq!(retained.longest(&[1]), Some((1, 1)));
        assert_eq!(retained.longest(&[5]), None);
        retained.touch(0);
        retained.keep(Entry { tokens: vec![4], sequence: () });
        assert_eq!(retained.longest(&[1, 2, 3]), Some((0, 3)));
    }
}
