//! Owns the search for a short text that ends an answer, byte by byte. Refuses to know how many tokens spell a text: it is
//! told by a function.
//!
//! The parser never lets a text into a place from which there is no way on, so a greedy walk ends wherever an end is near: it
//! closes what can be closed, and writes as little as it must between. Where that is too long (the longest of several fields
//! was begun, the wrong branch taken), each place of the walk is tried with another byte, the best is kept, and so on.

use super::ENDING_BYTES_MAX;
use crate::constrain::{ConstraintError, Matcher, library};

/// A letter that text without rules allows. Where it may come, a closing character may be a mere part of the text.
const LETTER: u8 = b'a';
/// What may end a text, the likeliest first.
const CLOSING: &[u8] = b"\"}])'>,;:.\n";
/// What is tried in other places, the shortest way to an end first: what closes, what separates, numbers, letters by how
/// often they begin and continue words, what opens, the rest.
const ORDER: &[u8] =
    b"}])\",:0123456789-.etnrfosiludchgmpbvykwxjqzETNRFOSILAUDCHGMPBVYKWXJQZ'>;+/*=_&|!?@#$%^~`<\\ \n{[(\t\r";
/// Letters, digits and signs in one place from which on it counts as free text, where another one changes nothing.
const FREE_CHOICES: usize = 40;
/// Bytes that a try of another way may write at first, and then.
const TRY_BYTES: [usize; 2] = [24, ENDING_BYTES_MAX];
/// A walk is given up where it is longer than so many bytes, and so many for each token that it may take: few tokens of an
/// ending spell more.
const WALK_BYTES_MIN: usize = 16;
const WALK_TOKEN_BYTES: usize = 8;
/// What counting the tokens of a text costs for each byte, in the unit of work.
const COUNT_WORK: usize = 3;
/// Bytes that are spelled by tokens for one unit of work.
const SPELLED_BYTES: usize = 64;
/// What taking a byte costs beside asking for one, in the unit of work.
const TAKE_WORK: usize = 4;
/// A byte of a caller's own grammar costs as the square of the items in a row of its parser, in units of this.
const ROW_ITEMS_SQUARED: usize = 16;
/// Bytes written by a caller's own grammar after which its rows are measured again: they grow with the text.
const MEASURED_BYTES: usize = 16;
/// What measuring costs in the unit of work, beside its rows: a part that is always there, and what a unit buys of the lexer's
/// work and of places in the tree of tokens.
const MEASURE_WORK: usize = 200;
const LEXER_WORK: u64 = 2;
const TREE_PLACES: usize = 16;

/// A text that ends the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) text: Vec<u8>,
    /// Whether more could follow, so that an end token must.
    pub(super) needs_end: bool,
}

/// A search from the place of a matcher. The matcher is back there after each call that gives no error.
pub(super) struct Search<'a> {
    at: &'a mut Matcher,
    of_bytes: &'a [Option<u32>; 256],
    /// Work that is left, in bytes given to the parser.
    work: usize,
    has_run_out: bool,
    /// What a byte costs, in units of work: 1 for all sources but a caller's own grammar, which may be ambiguous.
    byte_work: usize,
    tokens: Vec<u32>,
}

impl<'a> Search<'a> {
    /// A search of at most so much work.
    ///
    /// # Errors
    /// When the parser gives up, here as in all calls; the matcher is then of no more use.
    pub(super) fn begin(
        at: &'a mut Matcher,
        of_bytes: &'a [Option<u32>; 256],
        work: usize,
    ) -> Result<Self, ConstraintError> {
        let mut search = Search { at, of_bytes, work, has_run_out: false, byte_work: 1, tokens: Vec::new() };
        search.measure()?;
        Ok(search)
    }

    /// Whether the work ended before the search was through.
    pub(super) fn ran_out(&self) -> bool {
        self.has_run_out || self.work == 0
    }

    fn spend(&mut self, work: usize) {
        self.work = self.work.saturating_sub(work);
    }

    /// Spends what counting the tokens of a text costs.
    pub(super) fn count_tokens_of(&mut self, text: &[u8]) {
        self.spend(text.len() * COUNT_WORK);
    }

    /// Finds out what a byte costs here. In one search it only becomes dearer: places before are visited again.
    fn measure(&mut self) -> Result<(), ConstraintError> {
        if !self.at.is_callers_grammar || self.at.is_finished() {
            return Ok(());
        }
        // The parser counts its items where it makes a mask, and forgets none it has made.
        self.at.refuel()?;
        let stats = self.at.inner.last_step_stats().map_err(library)?;
        let row_items = stats.all_items / stats.rows.max(1);
        self.byte_work = self.byte_work.max(1 + row_items * row_items / ROW_ITEMS_SQUARED);
        let of_lexer = (stats.lexer_cost / LEXER_WORK) as usize;
        let of_rows = stats.rows * self.byte_work;
        let of_tree = stats.trie_nodes_walked / TREE_PLACES;
        self.spend(MEASURE_WORK + of_lexer + of_rows + of_tree);
        Ok(())
    }

    /// The first text found that ends the answer in at most `enough` tokens, or else the one of the fewest. `count` says how
    /// many tokens a text takes, if any do. `tries_work` bounds the search for others where the first walk is not enough.
    ///
    /// # Errors
    /// When the parser gives up; the matcher is then of no more use.
    pub(super) fn shortest(
        &mut self,
        enough: usize,
        tries_work: usize,
        count: impl Fn(&Found) -> Option<usize>,
    ) -> Result<Option<Found>, ConstraintError> {
        let bytes_max = ENDING_BYTES_MAX.min(WALK_BYTES_MIN + enough.saturating_mul(WALK_TOKEN_BYTES));
        let (mut walked, end) = self.write(bytes_max)?;
        self.has_run_out = self.work == 0;
        self.work = tries_work;
        self.at.rollback(walked.len())?;
        let mut best = end.map(|needs_end| Found { text: walked.clone(), needs_end });
        let mut best_count = best.as_ref().and_then(&count).unwrap_or(usize::MAX);
        for bytes_max in TRY_BYTES {
            let mut place = 0;
            while place < walked.len() && best_count > enough && self.work > 0 {
                let other = self.other_way(&walked[..place], walked[place], bytes_max, best_count, &count)?;
                if let Some((found, found_count)) = other {
                    walked.clone_from(&found.text);
                    (best, best_count) = (Some(found), found_count);
                }
                place += 1;
            }
        }
        Ok(best)
    }

    /// The best way that leaves the walked one behind `start` by another byte than `not`, if it takes fewer than `than` tokens.
    fn other_way(
        &mut self,
        start: &[u8],
        not: u8,
        bytes_max: usize,
        than: usize,
        count: &impl Fn(&Found) -> Option<usize>,
    ) -> Result<Option<(Found, usize)>, ConstraintError> {
        for &byte in start {
            self.take(byte)?;
        }
        let mut best: Option<(Found, usize)> = None;
        for byte in self.choices()? {
            if byte == not || self.work == 0 {
                continue;
            }
            self.take(byte)?;
            let (more, end) = self.write(bytes_max)?;
            self.at.rollback(more.len() + 1)?;
            let Some(needs_end) = end else { continue };
            let found = Found { text: [start, &[byte], &more].concat(), needs_end };
            self.count_tokens_of(&found.text);
            let than = best.as_ref().map_or(than, |(_, count)| *count);
            if let Some(count) = count(&found).filter(|count| *count < than) {
                best = Some((found, count));
            }
        }
        self.at.rollback(start.len())?;
        Ok(best)
    }

    /// The bytes that may come here and lead to different places; none, in free text.
    fn choices(&mut self) -> Result<Vec<u8>, ConstraintError> {
        let mut choices = Vec::new();
        for &byte in ORDER.iter().chain(&[LETTER]) {
            if self.allows(&[byte])? {
                choices.push(byte);
            }
            if choices.len() >= FREE_CHOICES {
                return Ok(Vec::new());
            }
        }
        Ok(choices)
    }

    /// Writes on greedily, at most so many bytes, and stays behind them. The second value says that the answer may end there,
    /// and whether it needs an end token for that.
    fn write(&mut self, bytes_max: usize) -> Result<(Vec<u8>, Option<bool>), ConstraintError> {
        let mut text = Vec::new();
        loop {
            if self.at.is_finished() {
                return Ok((text, Some(false)));
            }
            if self.at.may_end()? {
                return Ok((text, Some(true)));
            }
            let next =
                if text.len() < bytes_max && self.work > 0 { self.next_byte(text.last())? } else { None };
            let Some(byte) = next else { return Ok((text, None)) };
            self.take(byte)?;
            text.push(byte);
            if text.len().is_multiple_of(MEASURED_BYTES) {
                self.measure()?;
            }
        }
    }

    /// The byte that most likely leads to the end, after the one written last.
    fn next_byte(&mut self, after: Option<&u8>) -> Result<Option<u8>, ConstraintError> {
        if self.allows(&[LETTER])? {
            for &byte in CLOSING {
                // What closes a text is followed by no letter; what a letter follows is more text.
                if self.spell_bytes(&[byte, LETTER]) && self.allowed()? == 1 {
                    return Ok(Some(byte));
                }
            }
            return Ok(Some(LETTER));
        }
        // Above a bound that is itself excluded, zeros may follow zeros for ever; another digit gets past it.
        let is_zero_again = |byte: &u8| *byte == b'0' && after == Some(&b'0');
        let order = ORDER.iter().copied().filter(|byte| !is_zero_again(byte));
        for byte in order.chain([b'0']).chain(0x80..=0xF4) {
            if self.allows(&[byte])? {
                return Ok(Some(byte));
            }
        }
        Ok(None)
    }

    /// Whether these bytes may come here.
    pub(super) fn allows(&mut self, bytes: &[u8]) -> Result<bool, ConstraintError> {
        Ok(self.spell_bytes(bytes) && self.allowed()? == bytes.len())
    }

    /// Whether these bytes may come here and the answer may end after them.
    pub(super) fn ends_after(&mut self, bytes: &[u8]) -> Result<bool, ConstraintError> {
        if !self.spell_bytes(bytes) {
            return Ok(false);
        }
        self.tokens.push(self.at.tokens.ends()[0]);
        Ok(self.allowed()? == bytes.len() + 1)
    }

    /// Whether nothing can follow these tokens.
    pub(super) fn finishes(&mut self, tokens: &[u32]) -> Result<bool, ConstraintError> {
        for &token in tokens {
            self.accept(token)?;
        }
        let is_finished = self.at.is_finished();
        self.at.rollback(tokens.len())?;
        Ok(is_finished)
    }

    /// Each byte by a token of its own; `false`, where the vocabulary lacks one.
    fn spell_bytes(&mut self, bytes: &[u8]) -> bool {
        self.spend(bytes.len() / SPELLED_BYTES);
        self.tokens.clear();
        self.tokens.extend(bytes.iter().filter_map(|&byte| self.of_bytes[usize::from(byte)]));
        self.tokens.len() == bytes.len()
    }

    /// How many of the tokens may come.
    fn allowed(&mut self) -> Result<usize, ConstraintError> {
        let allowed = self.at.inner.validate_tokens(&self.tokens);
        let allowed = allowed.map_err(|error| self.at.failure(&error.to_string()))?;
        self.spend(allowed.max(1) * self.byte_work);
        Ok(allowed)
    }

    /// Goes on by a byte that is allowed.
    fn take(&mut self, byte: u8) -> Result<(), ConstraintError> {
        self.spend(TAKE_WORK * self.byte_work);
        // A byte without a token is never offered.
        self.of_bytes[usize::from(byte)].map_or(Ok(()), |token| self.accept(token))
    }

    /// Goes on by a token that is allowed: only a lexer that gave up since refuses it.
    fn accept(&mut self, token: u32) -> Result<(), ConstraintError> {
        self.at.accept(token).map_err(|error| match error {
            ConstraintError::Rejected { .. } => ConstraintError::TooComplex {
                message: "the lexer gave up while an ending was searched".to_owned(),
            },
            error => error,
        })
    }
}
