//! Owns the set of tokens that may come next: one bit for each token of the vocabulary. Refuses to know who forbids what;
//! a grammar and the village's vocabulary each fill one, and [`TokenMask::and`] joins them.

/// A set of tokens. Tokens outside the vocabulary it was made for are never in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenMask {
    /// Token `t` is bit `t % 32` of word `t / 32`; bits beyond `len` stay 0.
    words: Vec<u32>,
    len: usize,
}

impl TokenMask {
    /// A set without any of the `len` tokens.
    pub fn none(len: usize) -> Self {
        TokenMask { words: vec![0; len.div_ceil(32)], len }
    }

    /// A set with all of the `len` tokens.
    pub fn all(len: usize) -> Self {
        let mut mask = TokenMask { words: vec![u32::MAX; len.div_ceil(32)], len };
        mask.trim();
        mask
    }

    /// How many tokens the vocabulary has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no token is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Whether the token is in the set.
    pub fn allows(&self, token: u32) -> bool {
        self.words.get(token as usize / 32).is_some_and(|word| word & (1 << (token % 32)) != 0)
    }

    /// Puts a token in; one outside the vocabulary is left out.
    pub fn allow(&mut self, token: u32) {
        if (token as usize) < self.len {
            self.words[token as usize / 32] |= 1 << (token % 32);
        }
    }

    /// Takes a token out.
    pub fn forbid(&mut self, token: u32) {
        if (token as usize) < self.len {
            self.words[token as usize / 32] &= !(1 << (token % 32));
        }
    }

    /// Takes every token out.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Keeps what is in both; a shorter other set has none of the tokens it does not reach.
    pub fn and(&mut self, other: &TokenMask) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(at).copied().unwrap_or(0);
        }
    }

    /// Adds what is in the other set, as far as this vocabulary reaches.
    pub fn or(&mut self, other: &TokenMask) {
        for (word, theirs) in self.words.iter_mut().zip(&other.words) {
            *word |= theirs;
        }
        self.trim();
    }

    /// How many tokens are in the set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The tokens in the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().zip(0u32..).flat_map(|(&word, at)| Bits(word).map(move |bit| at * 32 + bit))
    }

    /// Takes the bits of another layout of the same kind: word `t / 32`, bit `t % 32`. Missing words are 0.
    pub(crate) fn copy_words(&mut self, words: &[u32]) {
        let shared = self.words.len().min(words.len());
        self.words[..shared].copy_from_slice(&words[..shared]);
        self.words[shared..].fill(0);
        self.trim();
    }

    fn trim(&mut self) {
        if let (Some(last), used @ 1..) = (self.words.last_mut(), self.len % 32) {
            *last &= (1 << used) - 1;
        }
    }
}

/// The set bits of a word, ascending.
struct Bits(u32);

impl Iterator for Bits {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(len: usize, tokens: &[u32]) -> TokenMask {
        let mut mask = TokenMask::none(len);
        tokens.iter().for_each(|&token| mask.allow(token));
        mask
    }

    #[test]
    fn tokens_go_in_and_out() {
        let mut set = mask(70, &[0, 31, 32, 69, 70, 4_000_000_000]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 31, 32, 69]);
        assert_eq!((set.count(), set.len(), set.is_empty()), (4, 70, false));
        assert!(set.allows(31) && !set.allows(30) && !set.allows(70) && !set.allows(u32::MAX));
        set.forbid(31);
        set.forbid(1_000);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 32, 69]);
        set.clear();
        assert!(set.is_empty());
    }

    #[test]
    fn all_stops_at_the_vocabulary() {
        for len in [0, 1, 31, 32, 33, 64, 70] {
            assert_eq!(TokenMask::all(len).count(), len);
            assert!(!TokenMask::all(len).allows(len as u32));
        }
    }

    #[test]
    fn sets_join() {
        let mut set = mask(70, &[1, 40, 69]);
        set.and(&mask(70, &[1, 2, 69]));
        assert_eq!(set, mask(70, &[1, 69]));
        set.and(&mask(32, &[1]));
        assert_eq!(set, mask(70, &[1]));
        set.or(&mask(96, &[3, 69, 80]));
        assert_eq!(set, mask(70, &[1, 3, 69]));
        set.copy_words(&[0b101]);
        assert_eq!(set, mask(70, &[0, 2]));
        set.copy_words(&[0, 0, u32::MAX, u32::MAX]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [64, 65, 66, 67, 68, 69]);
    }
}
