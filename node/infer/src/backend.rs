//! Owns the narrow border between scheduling and computing: one trait, its errors, and the implementation over candle.
//! Refuses to know requests, sampling and text.

use crate::kv::Sequence;
use crate::model::Model;
use std::sync::Arc;

/// Why a computation failed. The sequence it was for must not be used again.
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
    /// A fork longer than what it is made from.
    #[error("a fork of {asked} tokens was asked of a sequence of {actual}")]
    ForkTooLong {
        /// Tokens asked for.
        asked: usize,
        /// Tokens there are.
        actual: usize,
    },
    /// The weights or the device gave infinities or non-numbers.
    #[error("the model gave logits that are not finite; its file may be damaged")]
    NotFinite,
    /// The tensor library or the device failed.
    #[error("computing failed: {message}")]
    Library {
        /// What it said.
        message: String,
    },
}

/// Computes logits for sequences. One sequence is one KV cache, created here and owned by the caller, so that many
/// sequences share one model.
pub trait Backend: Send {
    /// The state of one sequence.
    type Sequence: Send;

    /// Most tokens of a sequence.
    fn context_len(&self) -> usize;

    /// Logits of each forward.
    fn vocab_len(&self) -> usize;

    /// A sequence of no tokens.
    ///
    /// # Errors
    /// When its memory cannot be had.
    fn new_sequence(&self) -> Result<Self::Sequence, BackendError>;

    /// Appends `tokens` and writes the logits after the last of them, `vocab_len` values.
    ///
    /// # Errors
    /// [`BackendError`]; the sequence must then be dropped.
    fn forward(
        &self,
        seq: &mut Self::Sequence,
        tokens: &[u32],
        logits: &mut Vec<f32>,
    ) -> Result<(), BackendError>;

    /// Tokens of the sequence.
    fn len(&self, seq: &Self::Sequence) -> usize;

    /// Whether the sequence has no tokens.
    fn is_empty(&self, seq: &Self::Sequence) -> bool {
        self.len(seq) == 0
    }

    /// Keeps the first `len` tokens; does nothing to a shorter sequence.
    fn truncate(&self, seq: &mut Self::Sequence, len: usize);

    /// An independent sequence of the first `len` tokens of `seq`.
    ///
    /// # Errors
    /// `ForkTooLong`, or when its memory cannot be had.
    fn fork(&self, seq: &Self::Sequence, len: usize) -> Result<Self::Sequence, BackendError>;
}

/// The backend over candle's quantised CPU kernels.
#[derive(Debug, Clone)]
pub struct CandleBackend {
    model: Arc<Model>,
}

impl CandleBackend {
    /// A backend over a loaded model; cheap, the weights are shared.
    pub fn new(model: Arc<Model>) -> Self {
        CandleBackend { model }
    }

    /// The model it computes with.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }
}

impl Backend for CandleBackend {
    type Sequence = Sequence;

    fn context_len(&self) -> usize {
        self.model.context_len()
    }

    fn vocab_len(&self) -> usize {
        self.model.vocab_len()
    }

    fn new_sequence(&self) -> Result<Sequence, BackendError> {
        Ok(Sequence::new(self.model.shape()))
    }

    fn forward(&self, seq: &mut Sequence, tokens: &[u32], logits: &mut Vec<f32>) -> Result<(), BackendError> {
        // A bug in the tensor library must cost one completion, not the thread that runs them all. The sequence may be half
        // written after a panic; the trait's contract drops it.
        let computing = std::panic::AssertUnwindSafe(|| self.model.forward(seq, tokens, logits));
        std::panic::catch_unwind(computing).unwrap_or_else(|_| {
            Err(BackendError::Library { message: "the tensor library panicked".to_owned() })
        })
    }

    fn len(&self, seq: &Sequence) -> usize {
        seq.len()
    }

    fn truncate(&self, seq: &mut Sequence, len: usize) {
        seq.truncate(len);
    }

    fn fork(&self, seq: &Sequence, len: usize) -> Result<Sequence, BackendError> {
        seq.fork(len)
    }
}
