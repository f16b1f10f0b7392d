//! Owns a test double: a backend without weights that says a fixed text. For tests of the scheduler and of what is built on
//! this crate; it shows nothing about a real model. Refuses randomness: its logits are a function of the tokens.

use crate::backend::{Backend, BackendError};
use std::time::Duration;

/// The double's end-of-generation token; 0 to 255 are bytes. Fits [`crate::Tokenizer::bytes`].
pub const SCRIPTED_END: u32 = 256;

const VOCAB_LEN: usize = 257;

/// Continues any sequence with its script: where the sequence ends with the first n bytes of the script (the most that
/// fit), the next byte of it is by far the likeliest; after the last byte, the end token. So a prompt that does not end
/// with a beginning of the script is answered with the whole of it.
#[derive(Debug, Clone)]
pub struct ScriptedBackend {
    script: Vec<u8>,
    context_len: usize,
    repeat: bool,
    token_cost: Duration,
    fault_at_len: Option<usize>,
}

impl ScriptedBackend {
    /// A double that says `script` once and then ends.
    pub fn new(script: &str, context_len: usize) -> Self {
        ScriptedBackend {
            script: script.as_bytes().to_vec(),
            context_len,
            repeat: false,
            token_cost: Duration::ZERO,
            fault_at_len: None,
        }
    }

    /// Says the script again and again instead of ending.
    pub fn repeating(mut self) -> Self {
        self.repeat = true;
        self
    }

    /// Takes this long for each token computed, as a slow machine would.
    pub fn with_token_cost(mut self, cost: Duration) -> Self {
        self.token_cost = cost;
        self
    }

    /// Fails whenever a sequence would reach this length.
    pub fn failing_at(mut self, len: usize) -> Self {
        self.fault_at_len = Some(len);
        self
    }

    /// How much of the script the sequence ends with.
    fn spoken(&self, tokens: &[u32]) -> usize {
        let longest = self.script.len().min(tokens.len());
        let ends_with = |len: &usize| {
            tokens[tokens.len() - len..]
                .iter()
                .zip(&self.script)
                .all(|(token, byte)| *token == u32::from(*byte))
        };
        (0..=longest).rev().find(ends_with).unwrap_or(0)
    }
}

impl Backend for ScriptedBackend {
    type Sequence = Vec<u32>;

    fn context_len(&self) -> usize {
        self.context_len
    }

    fn vocab_len(&self) -> usize {
        VOCAB_LEN
    }

    fn new_sequence(&self) -> Result<Vec<u32>, BackendError> {
        Ok(Vec::new())
    }

    fn forward(&self, seq: &mut Vec<u32>, tokens: &[u32], logits: &mut Vec<f32>) -> Result<(), BackendError> {
        if tokens.is_empty() {
            return Err(BackendError::Empty);
        }
        if let Some(&token) = tokens.iter().find(|&&token| token as usize >= VOCAB_LEN) {
            return Err(BackendError::Token { token, vocab_len: VOCAB_LEN });
        }
        let actual = seq.len() + tokens.len();
        if actual > self.context_len {
            return Err(BackendError::ContextFull { max: self.context_len, actual });
        }
        if self.fault_at_len.is_some_and(|len| actual >= len) {
            return Err(BackendError::Library { message: "the scripted fault".to_owned() });
        }
        if !self.token_cost.is_zero() {
            std::thread::sleep(self.token_cost * tokens.len() as u32);
        }
        seq.extend_from_slice(tokens);
        let spoken = self.spoken(seq);
        let next = match self.script.get(spoken) {
            Some(byte) => usize::from(*byte),
            None if self.repeat => usize::from(self.script.first().copied().unwrap_or(b' ')),
            None => SCRIPTED_END as usize,
        };
        logits.clear();
        logits.resize(VOCAB_LEN, -20.0);
        // With the end token forbidden, the double starts over.
        logits[usize::from(self.script.first().copied().unwrap_or(b' '))] = 0.0;
        logits[next] = 20.0;
        Ok(())
    }

    fn len(&self, seq: &Vec<u32>) -> usize {
        seq.len()
    }

    fn truncate(&self, seq: &mut Vec<u32>, len: usize) {
        seq.truncate(len);
    }

    fn fork(&self, seq: &Vec<u32>, len: usize) -> Result<Vec<u32>, BackendError> {
        seq.get(..len).map(<[u32]>::to_vec).ok_or(BackendError::ForkTooLong { asked: len, actual: seq.len() })
    }
}
