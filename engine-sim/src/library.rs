//! The library: everything immutable that a game needs, parsed once: village, lexicon, written lines, vocabulary.
//!
//! Owns: putting the parts together and the hashes that saves pin. Refuses to know: files (text arrives as arguments; the
//! shipped texts are embedded) and any state.

use crate::content::{ContentError, Village};
use crate::talk::closed::Closed;
use crate::talk::lines::{self, Lines, LinesError};
use crate::talk::parse::{LexiconError, Parser};
use crate::talk::vocabulary::{Vocabulary, VocabularyError};
use std::sync::OnceLock;

/// The shipped lexicon.
pub const LEXICON_TOML: &str = include_str!("../../assets/village/lexicon.toml");
/// The shipped list of common words.
pub const WORDS_TXT: &str = include_str!("../../assets/village/words.txt");

/// Why the library could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The village file.
    #[error(transparent)]
    Village(#[from] ContentError),
    /// A file of written lines.
    #[error(transparent)]
    Lines(#[from] LinesError),
    /// The lexicon.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// The list of common words.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
}

/// Everything immutable.
pub struct Library {
    /// Places, people, things.
    pub village: Village,
    /// Reads the player.
    pub parser: Parser,
    /// Speaks when no mind does.
    pub lines: Lines,
    /// What may be said at all.
    pub vocabulary: Vocabulary,
    /// BLAKE3 over all the texts: saves pin it.
    pub hash: [u8; 32],
    closed: OnceLock<Closed>,
}

impl Library {
    /// The shipped library.
    ///
    /// # Errors
    /// Only when an embedded file is broken, which a test rules out.
    pub fn shipped() -> Result<Library, LibraryError> {
        let village = Village::shipped()?;
        let parser = Parser::new(&village, LEXICON_TOML)?;
        let lines = Lines::parse(&village, &lines::SHIPPED)?;
        let extra: Vec<&str> = lines.all().map(|(_, _, line)| line).collect();
        let vocabulary = Vocabulary::build(&village, WORDS_TXT, &extra)?;
        let hash = *blake3::Hasher::new()
            .update(&village.hash)
            .update(&lines.hash)
            .update(blake3::hash(LEXICON_TOML.as_bytes()).as_bytes())
            .update(blake3::hash(WORDS_TXT.as_bytes()).as_bytes())
            .finalize()
            .as_bytes();
        Ok(Library { village, parser, lines, vocabulary, hash, closed: OnceLock::new() })
    }

    /// The words that lines are made of, for a mind's decoder. Inflecting them takes tens of milliseconds, once.
    pub fn closed(&self) -> &Closed {
        self.closed.get_or_init(|| Closed::of(&self.village, &self.vocabulary, &self.lines))
    }
}
