//! Owns which tokens may come next, so that an answer follows a JSON schema, a regular expression, a list, a grammar, or
//! the village's vocabulary. Refuses to know models, logits and the draw.
//! Source: the grammar library llguidance (Moskal et al.), which walks the tree of all tokens with a lazy lexer and an
//! Earley parser. This module alone touches it, and bounds what a caller's grammar may cost.

mod bounds;
mod dialect;
mod ending;
mod mask;
mod schema;
mod source;
mod tokens;
mod world;

pub use ending::{ENDING_BYTES_MAX, Ending};
pub use mask::TokenMask;
pub use schema::{SCHEMA_FIELDS_MAX, SCHEMA_LEVELS_MAX, SCHEMA_MULTIPLE_MAX};
pub use source::{
    CHOICES_BYTES_MAX, CHOICES_MAX, LARK_BYTES_MAX, LARK_RULES_MAX, REGEX_BYTES_MAX, SOURCE_BYTES_MAX,
    SOURCE_DEPTH_MAX, Source,
};
pub use tokens::{CONSTRAINED_TOKEN_BYTES_MAX, TokenTable, TokenTableError, VOCABULARY_BYTES_MAX};
pub use world::{
    WORLD_ADDITIONS_MAX, WORLD_BYTES_MAX, WORLD_MASKS_MAX, WORLD_WORD_BYTES_MAX, WORLD_WORDS_MAX, WorldError,
    WorldMasks, WorldMatcher, WorldRules, WorldVocabulary,
};

use llguidance::api::{GrammarInit, ParserLimits, StopReason};
use llguidance::toktrie::{ApproximateTokEnv, InferenceCapabilities, TokEnv, TokRxInfo, TokTrie};
use llguidance::{Logger, ParserFactory};
use std::fmt;
use std::sync::Arc;

/// Most tokens one call of [`Matcher::forced`] returns.
pub const FORCED_TOKENS_MAX: usize = 64;
/// Stack for compiling. The library recurses over what a source nests; the limits on sources keep that within half of this
/// even in builds without optimisation.
const COMPILE_STACK_BYTES: usize = 32 * 1024 * 1024;
/// The library's word for a place where no token may come.
const NOTHING_FOLLOWS: &str = "NoExtensionBias";
/// Longest message taken over from the grammar library, in bytes.
const MESSAGE_BYTES_MAX: usize = 400;

/// Why a constraint cannot be made or followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConstraintError {
    /// The caller's fault: more of something than allowed.
    #[error("the {kind} has {actual} {unit}, the most is {max}")]
    TooLarge {
        /// Kind of source.
        kind: &'static str,
        /// What there is too much of.
        unit: &'static str,
        /// The limit.
        max: usize,
        /// What was found.
        actual: usize,
    },
    /// The caller's fault: nested too deeply.
    #[error("the {kind} is nested deeper than {max} levels")]
    TooDeep {
        /// Kind of source.
        kind: &'static str,
        /// The limit.
        max: usize,
    },
    /// The caller's fault: not a source of its kind, unsatisfiable, or beyond what can be followed.
    #[error("the {kind} is not valid: {message}")]
    Malformed {
        /// Kind of source.
        kind: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A kind of source there is no reader for.
    #[error("a {kind} is not supported; give {instead}")]
    NotSupported {
        /// Kind of source.
        kind: &'static str,
        /// What to give instead.
        instead: &'static str,
    },
    /// The caller's fault: following it here would cost more than a step may.
    #[error("the constraint is too complex to follow: {message}")]
    TooComplex {
        /// Which bound was met.
        message: String,
    },
    /// The caller's fault: the answer is not complete, and nothing may come.
    #[error("the constraint lets nothing follow here, and the answer is not complete")]
    DeadEnd,
    /// A token that the constraint does not allow here; the state is unchanged.
    #[error("token {token} is not allowed here")]
    Rejected {
        /// The token.
        token: u32,
    },
    /// More tokens to take back than were accepted.
    #[error("{asked} tokens cannot be taken back, {accepted} were accepted")]
    Rollback {
        /// How many to take back.
        asked: usize,
        /// How many there are.
        accepted: usize,
    },
    /// Our fault: the vocabulary does not fit the library, or the library broke.
    #[error("the grammar library failed: {message}")]
    Library {
        /// What it said.
        message: String,
    },
}

/// The cost one grammar may have. Steps and compilation end with an error at these bounds; the tests beside measure that
/// they hold in time.
fn limits() -> ParserLimits {
    ParserLimits {
        max_items_in_row: 2_000,
        initial_lexer_fuel: 500_000,
        step_lexer_fuel: 100_000,
        step_max_items: 50_000,
        // One to two kilobytes each.
        max_lexer_states: 20_000,
        max_grammar_size: 100_000,
        // Off: it walks all tokens for each large expression while compiling, which no fuel bounds.
        precompute_large_lexemes: false,
        verbose_errors: false,
    }
}

/// The same for a grammar of a caller's own. An ambiguous one costs the third power of a row's items for each byte, so the row
/// is what must be small; what schemas make is not ambiguous, and an object of many fields needs long rows.
fn grammar_limits() -> ParserLimits {
    ParserLimits { max_items_in_row: 256, step_max_items: 10_000, ..limits() }
}

/// Compiles constraints for one vocabulary. Built once for each model (it builds trees of all tokens); share it by `Arc`.
pub struct ConstraintFactory {
    tokens: Arc<TokenTable>,
    parsers: ParserFactory,
}

impl fmt::Debug for ConstraintFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConstraintFactory").field("vocab_len", &self.tokens.len()).finish()
    }
}

impl ConstraintFactory {
    /// A factory for this vocabulary.
    ///
    /// # Errors
    /// `Library`, should the library refuse the vocabulary.
    pub fn new(tokens: Arc<TokenTable>) -> Result<Self, ConstraintError> {
        let info = TokRxInfo::new(tokens.len() as u32, tokens.ends()[0]);
        let trie = TokTrie::from(&info, tokens.all_bytes()).with_eos_tokens(tokens.ends());
        let env: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
        let parsers = ParserFactory::new_simple(&env).map_err(library)?;
        Ok(ConstraintFactory { tokens, parsers })
    }

    /// Reads and checks a source.
    ///
    /// # Errors
    /// [`ConstraintError`], within the bounds of the limits in time and memory.
    pub fn compile(&self, source: &Source) -> Result<Compiled, ConstraintError> {
        let grammar = source.grammar()?;
        let on_large_stack = || {
            let (start, quiet) = (GrammarInit::Serialized(grammar), Logger::new(0, 0));
            let limits = if matches!(source, Source::Lark(_)) { grammar_limits() } else { limits() };
            let parser = self
                .parsers
                .create_parser_from_init_ext(start, quiet, InferenceCapabilities::default(), limits)
                .map_err(|error| format!("{error:#}"))?;
            Ok(llguidance::Matcher::new(Ok(parser)))
        };
        let inner = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(COMPILE_STACK_BYTES);
            thread
                .spawn_scoped(scope, on_large_stack)
                .map_err(library)?
                .join()
                .map_err(|_| library("it panicked"))
        })?
        .map_err(|message: String| malformed(source.kind(), &message))?;
        let is_callers_grammar = matches!(source, Source::Lark(_));
        let (tokens, untaught) = (self.tokens.clone(), Arc::new(inner.clone()));
        let mut start = Matcher { inner, tokens, untaught, is_callers_grammar, said: Vec::new(), ended: 0 };
        // What cannot even begin is refused now, and not in the middle of an answer.
        let mut first = start.clone();
        first.mask(&mut TokenMask::none(0)).map_err(|error| match error {
            ConstraintError::Library { message } => malformed(source.kind(), &message),
            ConstraintError::DeadEnd => malformed(source.kind(), NOTHING_FOLLOWS),
            error => error,
        })?;
        // A lexer has limits from its first mask on, and a whole step's work where that mask teaches it nothing more.
        first.refuel()?;
        start.untaught = Arc::new(first.inner.deep_clone());
        start.inner = (*start.untaught).clone();
        Ok(Compiled { start })
    }
}

/// A constraint ready to be followed, any number of times.
#[derive(Debug, Clone)]
pub struct Compiled {
    start: Matcher,
}

impl Compiled {
    /// A matcher at the beginning of an answer, with a lexer of its own: what one answer does to its lexer, which may give up,
    /// is nothing to another of the same constraint.
    pub fn start(&self) -> Matcher {
        Matcher { inner: self.start.untaught.deep_clone(), ..self.start.clone() }
    }
}

/// Follows one answer through a constraint. Cloning is cheap and gives an independent position; clones share their lexer.
#[derive(Clone)]
pub struct Matcher {
    inner: llguidance::Matcher,
    tokens: Arc<TokenTable>,
    /// At the beginning, with a lexer that no answer has taught anything: only deep clones of it are used.
    untaught: Arc<llguidance::Matcher>,
    /// Whether a byte may cost what only a caller's own grammar can.
    is_callers_grammar: bool,
    /// Tokens accepted, without those that end the answer.
    said: Vec<u32>,
    /// Accepted tokens that end the answer; the library is not told of them.
    ended: usize,
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher").field("accepted", &self.said.len()).field("ended", &self.ended).finish()
    }
}

impl Matcher {
    /// Fills `mask` with the tokens that may come here. When the answer is complete and nothing can follow, those are the
    /// end tokens. A mask of another length is replaced.
    ///
    /// # Errors
    /// `TooComplex`, `DeadEnd` or `Library`; the matcher is then of no more use.
    pub fn mask(&mut self, mask: &mut TokenMask) -> Result<(), ConstraintError> {
        if mask.len() != self.tokens.len() {
            *mask = TokenMask::none(self.tokens.len());
        }
        if self.is_finished() {
            mask.clear();
            self.tokens.ends().iter().for_each(|&end| mask.allow(end));
            return Ok(());
        }
        let found = self.inner.compute_mask().map_err(|error| self.failure(&error.to_string()))?;
        mask.copy_words(found.as_slice());
        Ok(())
    }

    /// Goes on by a token.
    ///
    /// # Errors
    /// `Rejected` with the state unchanged; `TooComplex` or `Library`, after which the matcher is of no more use.
    pub fn accept(&mut self, token: u32) -> Result<(), ConstraintError> {
        if self.tokens.is_end(token) {
            if !self.may_end()? {
                return Err(ConstraintError::Rejected { token });
            }
            self.ended += 1;
            return Ok(());
        }
        if self.is_finished() || self.tokens.bytes(token).is_empty() {
            return Err(ConstraintError::Rejected { token });
        }
        match self.inner.try_consume_tokens(&[token]) {
            Ok(1) => {
                self.said.push(token);
                Ok(())
            }
            Ok(_) => Err(ConstraintError::Rejected { token }),
            Err(error) => Err(self.failure(&error.to_string())),
        }
    }

    /// Whether the answer may end here.
    ///
    /// # Errors
    /// `TooComplex` or `Library`, after which the matcher is of no more use.
    pub fn may_end(&mut self) -> Result<bool, ConstraintError> {
        if self.is_finished() {
            return Ok(true);
        }
        self.inner.is_accepting().map_err(|error| self.failure(&error.to_string()))
    }

    /// Whether nothing but an end token can follow.
    pub fn is_finished(&self) -> bool {
        self.ended > 0
            || matches!(
                self.inner.stop_reason(),
                StopReason::NoExtension | StopReason::NoExtensionBias | StopReason::EndOfSentence
            )
    }

    /// Takes back the last `count` accepted tokens (a draft that was refused).
    ///
    /// # Errors
    /// `Rollback`, when there are fewer; `Library` for Lark grammars with `max_tokens` or `stop`.
    pub fn rollback(&mut self, count: usize) -> Result<(), ConstraintError> {
        let accepted = self.said.len() + self.ended;
        if count > accepted {
            return Err(ConstraintError::Rollback { asked: count, accepted });
        }
        let of_ends = count.min(self.ended);
        self.ended -= of_ends;
        self.inner.rollback(count - of_ends).map_err(|error| self.failure(&error.to_string()))?;
        self.said.truncate(self.said.len() - (count - of_ends));
        Ok(())
    }

    /// Tokens for text that must follow whatever is drawn: a draft to verify in one pass. `encode` makes tokens of text.
    /// Where the text does not decide the tokens the draft stops, so a draft is always allowed, and may be empty.
    ///
    /// # Errors
    /// `TooComplex` or `Library`.
    pub fn forced(&mut self, encode: impl FnOnce(&str) -> Vec<u32>) -> Result<Vec<u32>, ConstraintError> {
        if self.is_finished() {
            return Ok(Vec::new());
        }
        // Asking moves the parser on, so a copy is asked.
        let mut ahead = self.clone();
        let bytes = ahead.inner.compute_ff_bytes();
        if let Some(error) = ahead.inner.get_error() {
            return Err(self.failure(&error));
        }
        let whole = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        if whole.is_empty() {
            return Ok(Vec::new());
        }
        let mut draft = encode(whole);
        // What follows may join the last token.
        draft.pop();
        draft.truncate(FORCED_TOKENS_MAX);
        let mut rest = whole.as_bytes();
        let mut spells = |token: &u32| match rest.strip_prefix(self.tokens.bytes(*token)) {
            Some(after) if after.len() < rest.len() => {
                rest = after;
                true
            }
            _ => false,
        };
        let right = draft.iter().take_while(|token| spells(token)).count();
        draft.truncate(right);
        let allowed = self.inner.validate_tokens(&draft).map_err(|error| self.failure(&error.to_string()))?;
        draft.truncate(allowed);
        Ok(draft)
    }

    fn failure(&self, message: &str) -> ConstraintError {
        let message = brief(message);
        match self.inner.stop_reason() {
            StopReason::LexerTooComplex | StopReason::ParserTooComplex => {
                ConstraintError::TooComplex { message }
            }
            _ if message.contains("lexer error") || message.contains("Current row") => {
                ConstraintError::TooComplex { message }
            }
            _ if message.contains(NOTHING_FOLLOWS) => ConstraintError::DeadEnd,
            _ => ConstraintError::Library { message },
        }
    }
}

fn malformed(kind: &'static str, message: &str) -> ConstraintError {
    let message = match message {
        what if what.contains("special token") => "special tokens cannot be asked for".to_owned(),
        what if what.contains("oneOf constraints") => {
            "the branches of oneOf must differ by type or a constant; otherwise use anyOf".to_owned()
        }
        what if what.contains(NOTHING_FOLLOWS) => "nothing satisfies it".to_owned(),
        what => brief(what),
    };
    ConstraintError::Malformed { kind, message }
}

fn library(error: impl fmt::Display) -> ConstraintError {
    ConstraintError::Library { message: brief(&error.to_string()) }
}

/// The first lines of a message from the library: what comes after is its state, or where it broke.
fn brief(message: &str) -> String {
    let end = ["\n<state>", "\n<non-verbose/>", "\n<backtrace>"]
        .iter()
        .filter_map(|mark| message.find(mark))
        .min()
        .unwrap_or(message.len());
    let mut end = end.min(MESSAGE_BYTES_MAX);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message[..end].trim().to_owned()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
