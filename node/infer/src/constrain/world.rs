//! Owns the village's mask: which tokens keep a line inside a closed vocabulary, so that a villager cannot begin a word, a
//! name or a number that the engine did not permit. Refuses to know grammar, meaning and facts: the judge reads the line.
//!
//! A text is words between separators. Words of the vocabulary may be capitalised where a sentence begins; names and numbers
//! come only as listed; words may take listed endings ("'s"). The automaton's state is a set of cursors (`cursors`), each a
//! place in a tree of words; tokens are walked byte by byte, through word ends and into new words. What a cursor allows does
//! not depend on the others, so masks are made for single cursors and joined; those of the shared vocabulary are kept, and a
//! request adds only what its own few names and numbers allow.
//! Source: DESIGN section 4, "a closed village vocabulary"; the byte tree against token tree walk follows llguidance.

mod cursors;
mod masks;
mod token_tree;
mod word_tree;

pub use masks::{WORLD_MASKS_MAX, WorldMasks, WorldMatcher};
pub use word_tree::WorldVocabulary;

/// Most words of a vocabulary.
pub const WORLD_WORDS_MAX: usize = 500_000;
/// Most bytes of all words together.
pub const WORLD_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest word, name or number, in bytes.
pub const WORLD_WORD_BYTES_MAX: usize = 64;
/// Most names and numbers of one request together.
pub const WORLD_ADDITIONS_MAX: usize = 256;

/// The characters between words, and the endings words may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldRules {
    /// Characters that may stand between words. None of them is a letter or a digit.
    pub separators: String,
    /// What may follow a word of the vocabulary or a name: letters and apostrophes.
    pub endings: Vec<String>,
}

impl Default for WorldRules {
    /// A line of speech with its placeholders; no markup, no code, no pictographs. The possessive ending.
    fn default() -> Self {
        WorldRules {
            separators: " \n.,;:!?'\"()*<>-\u{2013}\u{2014}\u{2026}\u{2018}\u{2019}\u{201C}\u{201D}"
                .to_owned(),
            endings: vec!["'s".to_owned()],
        }
    }
}

/// Why a vocabulary or a request's additions are refused, or a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// More of something than allowed.
    #[error("the vocabulary has {actual} {unit}, the most is {max}")]
    TooLarge {
        /// What there is too much of.
        unit: &'static str,
        /// The limit.
        max: usize,
        /// What was found.
        actual: usize,
    },
    /// A word, name or number that cannot be one.
    #[error("{word:?} {reason}")]
    Word {
        /// The word, cut to a sane length.
        word: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A separator that is a letter, a digit, or there twice.
    #[error("{separator:?} cannot separate words, or is there twice")]
    Separator {
        /// The character.
        separator: char,
    },
    /// A token that is not allowed here; the state is unchanged.
    #[error("token {token} is not allowed here")]
    Rejected {
        /// The token.
        token: u32,
    },
}

#[cfg(test)]
mod tests;
