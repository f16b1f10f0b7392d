//! Owns the vocabulary as constraints see it: the exact bytes of each token that can be part of a text, and the tokens that
//! end one. Refuses to know how text becomes tokens.

use crate::tokenizer::Tokenizer;

/// Longest token a constraint lets through, in bytes; longer ones (runs of spaces) are never allowed under a constraint.
pub const CONSTRAINED_TOKEN_BYTES_MAX: usize = 256;
/// Most bytes of all tokens together: what the grammar library's token tree can number.
pub const VOCABULARY_BYTES_MAX: usize = 4_000_000;

/// The byte that never occurs in UTF-8 and marks special tokens inside the grammar library.
const MARKER: u8 = 0xFF;

/// Why a vocabulary cannot be constrained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenTableError {
    /// One list is not as long as the other.
    #[error("there are {flags} control flags for {tokens} tokens")]
    FlagCount {
        /// Flags.
        flags: usize,
        /// Tokens.
        tokens: usize,
    },
    /// No token ends a text, or one that does lies outside the vocabulary.
    #[error("the end tokens {ends:?} must be at least one and below {tokens}")]
    Ends {
        /// The end tokens.
        ends: Vec<u32>,
        /// Tokens of the vocabulary.
        tokens: usize,
    },
    /// The vocabulary is beyond every sane size.
    #[error("the tokens have {actual} bytes together, the most is {VOCABULARY_BYTES_MAX}")]
    Size {
        /// Bytes found.
        actual: usize,
    },
}

/// Bytes of every token and the tokens that end a text. Immutable; share it by `Arc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenTable {
    /// Empty for tokens that cannot be part of a constrained text.
    bytes: Vec<Vec<u8>>,
    /// Ascending.
    ends: Vec<u32>,
}

impl TokenTable {
    /// `bytes` are the raw bytes of each token, `control` says which are never text, `ends` are those that end a text.
    ///
    /// # Errors
    /// [`TokenTableError`].
    pub fn new(
        mut bytes: Vec<Vec<u8>>,
        control: &[bool],
        ends: &[u32],
    ) -> Result<TokenTable, TokenTableError> {
        let tokens = bytes.len();
        if control.len() != tokens {
            return Err(TokenTableError::FlagCount { flags: control.len(), tokens });
        }
        if ends.is_empty() || ends.iter().any(|&end| end as usize >= tokens) {
            return Err(TokenTableError::Ends { ends: ends.to_vec(), tokens });
        }
        let mut sorted = ends.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        for (id, (token, &control)) in bytes.iter_mut().zip(control).enumerate() {
            let ends = sorted.binary_search(&(id as u32)).is_ok();
            if control || ends || token.len() > CONSTRAINED_TOKEN_BYTES_MAX || token.contains(&MARKER) {
                token.clear();
            }
        }
        let actual = bytes.iter().map(Vec::len).sum();
        if actual > VOCABULARY_BYTES_MAX {
            return Err(TokenTableError::Size { actual });
        }
        Ok(TokenTable { bytes, ends: sorted })
    }

    /// The table of a model's tokenizer.
    ///
    /// # Errors
    /// [`TokenTableError`].
    pub fn of(tokenizer: &Tokenizer) -> Result<TokenTable, TokenTableError> {
        let ids = 0..tokenizer.vocab_len() as u32;
        let bytes = ids.clone().map(|id| tokenizer.shown_bytes(id).to_vec()).collect();
        let control: Vec<bool> = ids.map(|id| tokenizer.is_control(id)).collect();
        TokenTable::new(bytes, &control, tokenizer.end_of_generation_ids())
    }

    /// Tokens of the vocabulary.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Never: a vocabulary has at least a token that ends a text.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Bytes of a token; none for one that cannot be part of a constrained text or does not exist.
    pub fn bytes(&self, token: u32) -> &[u8] {
        self.bytes.get(token as usize).map_or(&[], |bytes| bytes)
    }

    /// Bytes of all tokens.
    pub(crate) fn all_bytes(&self) -> &[Vec<u8>] {
        &self.bytes
    }

    /// The tokens that end a text, ascending.
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Whether the token ends a text.
    pub fn is_end(&self, token: u32) -> bool {
        self.ends.binary_search(&token).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(all: &[&[u8]]) -> Vec<Vec<u8>> {
        all.iter().map(|piece| piece.to_vec()).collect()
    }

    #[test]
    fn what_cannot_be_text_has_no_bytes() {
        let long = vec![b' '; CONSTRAINED_TOKEN_BYTES_MAX + 1];
        let all = pieces(&[b"a", b"<|end|>", b"<|im|>", b"\xFF", &long, "é".as_bytes()]);
        let table = TokenTable::new(all, &[false, false, true, false, false, false], &[1, 1]).unwrap();
        assert_eq!((0..7).map(|id| table.bytes(id).len()).collect::<Vec<_>>(), [1, 0, 0, 0, 0, 2, 0]);
        assert_eq!((table.len(), table.ends(), table.is_end(1), table.is_end(2)), (6, &[1][..], true, false));
        assert!(!table.is_empty());
    }

    #[test]
    fn nonsense_is_refused() {
        let new = |control: &[bool], ends: &[u32]| TokenTable::new(pieces(&[b"a", b"b"]), control, ends);
        assert_eq!(new(&[false], &[0]), Err(TokenTableError::FlagCount { flags: 1, tokens: 2 }));
        assert_eq!(new(&[false; 2], &[]), Err(TokenTableError::Ends { ends: vec![], tokens: 2 }));
        assert_eq!(new(&[false; 2], &[2]), Err(TokenTableError::Ends { ends: vec![2], tokens: 2 }));
        let wide = vec![
            vec![b'a'; CONSTRAINED_TOKEN_BYTES_MAX];
            VOCABULARY_BYTES_MAX / CONSTRAINED_TOKEN_BYTES_MAX + 2
        ];
        let control = vec![false; wide.len()];
        assert!(matches!(TokenTable::new(wide, &control, &[0]), Err(TokenTableError::Size { .. })));
    }
}
