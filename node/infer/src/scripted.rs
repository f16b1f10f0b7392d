//! Owns a test double: a backend without weights that says a fixed text. For tests of the scheduler and of what is built on
//! this crate; it shows nothing about a real model. Refuses randomness: its logits are a function of the tokens.

use crate::backend::{Backend, BackendError, Part, check, check_tokens};
use crate::blocks::{BLOCK_TOKENS, BlockCopy};
use std::time::Duration;

/// The double's end-of-generation token; 0 to 255 are bytes. Fits [`crate::Tokenizer::bytes`].
pub const SCRIPTED_END: u32 = 256;

const VOCAB_LEN: usize = 257;
/// Dimensions of its embeddings.
const EMBEDDING_LEN: usize = 8;
/// Blocks it keeps tokens in unless asked otherwise.
const BLOCKS_DEFAULT: usize = 2048;

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
    /// The tokens of every slot of every block: its keys and values.
    kept: Vec<u32>,
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
            kept: vec![0; BLOCKS_DEFAULT * BLOCK_TOKENS],
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

    /// Keeps tokens in so many blocks.
    pub fn with_blocks(mut self, blocks: usize) -> Self {
        self.kept = vec![0; blocks * BLOCK_TOKENS];
        self
    }

    /// The logits after these tokens.
    fn write_row(&self, said: &[u32], logits: &mut Vec<f32>) {
        let next = match self.script.get(self.spoken(said)) {
            Some(byte) => usize::from(*byte),
            None if self.repeat => usize::from(self.script.first().copied().unwrap_or(b' ')),
            None => SCRIPTED_END as usize,
        };
        let row = logits.len();
        logits.resize(row + VOCAB_LEN, -20.0);
        // With the end token forbidden, the double starts over.
        logits[row + usize::from(self.script.first().copied().unwrap_or(b' '))] = 0.0;
        logits[row + next] = 20.0;
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
    fn context_len(&self) -> usize {
        self.context_len
    }

    fn vocab_len(&self) -> usize {
        VOCAB_LEN
    }

    fn blocks_max(&self) -> usize {
        self.kept.len() / BLOCK_TOKENS
    }

    fn copy(&mut self, copies: &[BlockCopy]) {
        for copy in copies {
            let from = copy.from.index() as usize * BLOCK_TOKENS;
            self.kept.copy_within(from..from + BLOCK_TOKENS, copy.to.index() as usize * BLOCK_TOKENS);
        }
    }

    fn forward(&mut self, parts: &[Part<'_>], logits: &mut Vec<f32>) -> Result<(), BackendError> {
        check(self, parts)?;
        let longest = parts.iter().map(|part| part.start + part.tokens.len()).max();
        if self.fault_at_len.is_some_and(|len| longest >= Some(len)) {
            return Err(BackendError::Failed { message: "the scripted fault".to_owned() });
        }
        let tokens: usize = parts.iter().map(|part| part.tokens.len()).sum();
        if !self.token_cost.is_zero() {
            std::thread::sleep(self.token_cost * tokens as u32);
        }
        logits.clear();
        for part in parts {
            let place = |position: usize| {
                part.table[position / BLOCK_TOKENS].index() as usize * BLOCK_TOKENS + position % BLOCK_TOKENS
            };
            let end = part.start + part.tokens.len();
            for (token, position) in part.tokens.iter().zip(part.start..) {
                self.kept[place(position)] = *token;
            }
            // What it answers is read back from its blocks, so a block that was lost or shared wrongly is heard.
            let said: Vec<u32> = (0..end).map(|position| self.kept[place(position)]).collect();
            for last in end - part.wanted..end {
                self.write_row(&said[..=last], logits);
            }
        }
        Ok(())
    }

    /// Counts the tokens of each remainder, so that what is embedded can be told from the vector.
    fn embed(&mut self, tokens: &[u32], start: usize, sum: &mut Vec<f64>) -> Result<(), BackendError> {
        check_tokens(tokens, VOCAB_LEN)?;
        let (max, actual) = (self.context_len, start + tokens.len());
        if actual > max {
            return Err(BackendError::ContextFull { max, actual });
        }
        std::thread::sleep(self.token_cost * tokens.len() as u32);
        sum.resize(EMBEDDING_LEN, 0.0);
        for token in tokens {
            sum[*token as usize % EMBEDDING_LEN] += 1.0;
        }
        Ok(())
    }

    fn end_embedding(&mut self) {}
}
