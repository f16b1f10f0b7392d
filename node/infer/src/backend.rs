//! Owns the narrow border between planning and computing: a batch of parts of sequences over blocks of KV, one trait, its
//! errors. Refuses to know requests, sampling, text, and whose blocks are whose: tables are handed in.

use crate::adapter::Adapter;
use crate::blocks::{BLOCK_TOKENS, BlockCopy, BlockId};
use kernels::Isa;
use std::sync::Arc;

/// Why a computation failed. Nothing of the batch may be used then.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// No tokens were given.
    #[error("there are no tokens to compute")]
    Empty,
    /// A token outside the vocabulary.
    #[error("token {token} is outside the vocabulary of {vocab_len}")]
    Token {
        /// The token.
        token: u32,
        /// Size of the vocabulary.
        vocab_len: usize,
    },
    /// The sequence would outgrow the context.
    #[error("the context holds {max} tokens, the sequence would have {actual}")]
    ContextFull {
        /// The context's length.
        max: usize,
        /// The length asked for.
        actual: usize,
    },
    /// A table that does not reach the part's last token, or names a block that does not exist.
    #[error("a table of {blocks} blocks cannot hold {tokens} tokens here")]
    Table {
        /// Blocks of the table.
        blocks: usize,
        /// Tokens it would have to hold.
        tokens: usize,
    },
    /// An adapter that was made for another shape.
    #[error("the adapter does not fit this model")]
    Adapter,
    /// The weights or the device gave infinities or non-numbers.
    #[error("the model gave logits that are not finite; its file or its adapter may be damaged")]
    NotFinite,
    /// The machine did not give the memory for keys and values.
    #[error("no memory for keys and values: {bytes} bytes were asked for")]
    KvMemory {
        /// Bytes asked for.
        bytes: usize,
    },
    /// Computing broke: our fault.
    #[error("computing failed: {message}")]
    Failed {
        /// What was said.
        message: String,
    },
}

/// Some tokens of one sequence, to be appended to its keys and values.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// At least one.
    pub tokens: &'a [u32],
    /// Position of the first.
    pub start: usize,
    /// The sequence's blocks, in order; they hold `start` tokens and have room for the new ones.
    pub table: &'a [BlockId],
    /// The mind that speaks; parts of one adapter should stand together in a batch.
    pub adapter: Option<&'a Arc<Adapter>>,
    /// The position from which the adapter works; before it the base alone does. 0 for ordinary adapters.
    pub adapter_from: usize,
    /// After how many of its last tokens logits are wanted; 0 where more of the same prompt follows.
    pub wanted: usize,
}

/// Computes logits for a ragged batch: prompt chunks and single tokens of many sequences together. The result of a part
/// does not depend on what else is in the batch.
pub trait Backend: Send {
    /// Most tokens of a sequence.
    fn context_len(&self) -> usize;

    /// Logits of a row.
    fn vocab_len(&self) -> usize;

    /// The instruction set that its logits are checked and drawn from with; the machine's best unless one was chosen.
    fn isa(&self) -> Isa {
        Isa::best()
    }

    /// Blocks of keys and values there are, of [`crate::blocks::BLOCK_TOKENS`] tokens each.
    fn blocks_max(&self) -> usize;

    /// Copies blocks before one of them is written: what [`crate::blocks`] asked for.
    fn copy(&mut self, copies: &[BlockCopy]);

    /// Appends each part's tokens to its blocks and writes the wanted rows of logits, in the order of the parts,
    /// `vocab_len` values each. They may be non-finite where weights are damaged: see [`finite`].
    ///
    /// # Errors
    /// [`BackendError`], before anything is written for what can be checked; the batch may be half written after
    /// [`BackendError::Failed`].
    fn forward(&mut self, parts: &[Part<'_>], logits: &mut Vec<f32>) -> Result<(), BackendError>;

    /// Reads the next tokens of the one text that is being embedded, by the base alone, and adds their last hidden states,
    /// normed as the logits would see them, to `sum` (one value for each dimension; empty at the first call, which gives it
    /// its length). A `start` of 0 begins another text. Its keys and values are none of the blocks.
    ///
    /// # Errors
    /// `Empty`, `Token`, `ContextFull`, `KvMemory`, `Failed`.
    fn embed(&mut self, tokens: &[u32], start: usize, sum: &mut Vec<f64>) -> Result<(), BackendError>;

    /// Forgets the text that was being embedded.
    fn end_embedding(&mut self);
}

/// Checks a row of logits.
///
/// # Errors
/// `NotFinite`.
pub fn finite(isa: Isa, row: &[f32]) -> Result<(), BackendError> {
    if kernels::all_finite(isa, row) { Ok(()) } else { Err(BackendError::NotFinite) }
}

/// What no backend can read.
///
/// # Errors
/// `Empty`, `Token`.
pub(crate) fn check_tokens(tokens: &[u32], vocab_len: usize) -> Result<(), BackendError> {
    if tokens.is_empty() {
        return Err(BackendError::Empty);
    }
    match tokens.iter().find(|&&token| token as usize >= vocab_len) {
        Some(&token) => Err(BackendError::Token { token, vocab_len }),
        None => Ok(()),
    }
}

/// What every backend refuses before computing.
///
/// # Errors
/// `Empty`, `Token`, `ContextFull`, `Table`.
pub(crate) fn check(backend: &dyn Backend, parts: &[Part<'_>]) -> Result<(), BackendError> {
    let (vocab_len, max) = (backend.vocab_len(), backend.context_len());
    if parts.is_empty() {
        return Err(BackendError::Empty);
    }
    for part in parts {
        check_tokens(part.tokens, vocab_len)?;
        assert!(part.wanted <= part.tokens.len(), "more logits than tokens are the planner's bug");
        let actual = part.start + part.tokens.len();
        if actual > max {
            return Err(BackendError::ContextFull { max, actual });
        }
        let exists = |block: &BlockId| (block.index() as usize) < backend.blocks_max();
        if part.table.len() * BLOCK_TOKENS < actual || !part.table.iter().all(exists) {
            return Err(BackendError::Table { blocks: part.table.len(), tokens: actual });
        }
    }
    Ok(())
}
