//! Owns turning a text into one vector: the mean of the base's last hidden states, of length 1. Refuses to know adapters,
//! and whose text it is. It is done in pieces between the engine's steps, so that nobody who speaks waits for a long text.
//! Source: mean pooling as in Reimers and Gurevych 2019 (Sentence-BERT).

use crate::backend::{Backend, BackendError};
use crate::engine::Engine;

/// Longest text, in tokens: its keys and values are in memory while it is read.
pub const EMBEDDING_TOKENS_MAX: usize = 8192;

/// A text on its way to its vector. Only the one that was begun last can go on.
#[derive(Debug, Clone)]
pub struct Embedding {
    tokens: Vec<u32>,
    done: usize,
    sum: Vec<f64>,
}

impl Embedding {
    /// A text of which nothing has been read.
    pub fn new(tokens: Vec<u32>) -> Embedding {
        Embedding { tokens, done: 0, sum: Vec::new() }
    }

    /// Tokens of the text.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}

impl<B: Backend> Engine<B> {
    /// Forgets the text that was begun last, which nobody waits for any more.
    pub fn end_embedding(&mut self) {
        self.backend.end_embedding();
    }

    /// Reads at most `tokens_max` further tokens of a text (at least one); its vector when all are read.
    ///
    /// # Errors
    /// [`BackendError`]; the text is then given up.
    pub fn embed(
        &mut self,
        embedding: &mut Embedding,
        tokens_max: usize,
    ) -> Result<Option<Vec<f32>>, BackendError> {
        let end = embedding.tokens.len().min(embedding.done + tokens_max.max(1));
        let read =
            self.backend.embed(&embedding.tokens[embedding.done..end], embedding.done, &mut embedding.sum);
        embedding.done = end;
        if read.is_ok() && end < embedding.tokens.len() {
            return Ok(None);
        }
        self.backend.end_embedding();
        read?;
        // Their mean has the same direction as their sum.
        let length = embedding.sum.iter().map(|value| value * value).sum::<f64>().sqrt();
        if !length.is_finite() {
            return Err(BackendError::NotFinite);
        }
        let length = length.max(f64::MIN_POSITIVE);
        Ok(Some(embedding.sum.iter().map(|value| (value / length) as f32).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EngineConfig, ScriptedBackend, Tokenizer};
    use std::sync::Arc;

    fn engine() -> Engine<ScriptedBackend> {
        let tokenizer = Arc::new(Tokenizer::bytes().unwrap());
        Engine::new(ScriptedBackend::new("x", 64), tokenizer, EngineConfig::default()).unwrap()
    }

    #[test]
    fn pieces_of_any_size_give_the_same_vector_of_length_one() {
        let mut engine = engine();
        let mut read = |tokens_max: usize| {
            let mut text = Embedding::new(vec![1, 1, 1, 1, 2, 2, 2]);
            let mut pieces = 1;
            loop {
                match engine.embed(&mut text, tokens_max).unwrap() {
                    Some(vector) => return (vector, pieces),
                    None => pieces += 1,
                }
            }
        };
        let (whole, pieces) = read(100);
        assert_eq!((pieces, &whole[..]), (1, &[0.0, 0.8, 0.6, 0.0, 0.0, 0.0, 0.0, 0.0][..]));
        assert_eq!(read(3), (whole.clone(), 3));
        assert_eq!(read(0), (whole, 7));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let mut engine = engine();
        let mut embed = |tokens: Vec<u32>| engine.embed(&mut Embedding::new(tokens), 100).map(|_| ());
        assert_eq!(embed(vec![]), Err(BackendError::Empty));
        assert_eq!(embed(vec![257]), Err(BackendError::Token { token: 257, vocab_len: 257 }));
        assert_eq!(embed(vec![1; 65]), Err(BackendError::ContextFull { max: 64, actual: 65 }));
    }
}
