//! What one prompt of a completion has come to: its text and tokens, and the bodies that tell them.
//!
//! Owns counting and the shape of partial and final answers. Refuses to know sockets and other prompts.

use super::begin::{Run, token_bytes};
use crate::inference::{Said, Written};
use crate::kept::Kept;
use infer::{Chosen, FinishReason, Tokenizer, Usage};
use std::sync::Arc;
use wire::native::{Completion, Partial, Settings, StopType, TokenProb, TopProb};

/// JSON has no infinity; others say this instead.
const LOGPROB_MIN: f64 = -9999.0;

/// What all prompts of one completion share.
pub(super) struct Asked {
    pub(super) tokenizer: Arc<Tokenizer>,
    pub(super) settings: Settings,
    /// `None` is "to the end of the context"; 0 only reads the prompt.
    pub(super) n_predict: Option<u32>,
    pub(super) returns_tokens: bool,
}

impl Asked {
    fn only_reads(&self) -> bool {
        self.n_predict == Some(0)
    }

    /// What is kept of its tokens until they are told; a stream keeps nothing.
    pub(super) fn kept(&self) -> Option<Kept> {
        let others = self.tells_probs().then_some(self.settings.n_probs as usize);
        (!self.settings.stream).then_some(Kept { has_number: self.returns_tokens, others })
    }

    fn tells_probs(&self) -> bool {
        self.settings.n_probs > 0
    }
}

/// One prompt of a completion.
pub(super) struct Tally {
    index: u32,
    pub(super) run: Run,
    text: String,
    has_new_line: bool,
    tokens: Vec<u32>,
    /// For their probabilities. What is told of them takes many times as much memory, so it is made when it is told.
    chosen: Vec<Chosen>,
    end: Option<FinishReason>,
}

impl Tally {
    pub(super) fn new(index: u32, run: Run) -> Self {
        Tally {
            index,
            run,
            text: String::new(),
            has_new_line: false,
            tokens: Vec::new(),
            chosen: Vec::new(),
            end: None,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.end.is_some()
    }

    /// Takes what was written. In a stream that is a partial answer, unless it is the end.
    pub(super) fn take(&mut self, asked: &Asked, written: Written) -> Option<Partial> {
        match written {
            Written::Done(reason, _) => {
                self.end = Some(reason);
                None
            }
            Written::Text(..) if asked.only_reads() => None,
            Written::Text(said) => {
                self.has_new_line |= said.text.contains('\n');
                if asked.settings.stream {
                    return Some(self.partial(asked, said));
                }
                self.text.push_str(&said.text);
                if asked.returns_tokens {
                    self.tokens.extend(said.chosen.iter().map(|chosen| chosen.token));
                }
                if asked.tells_probs() {
                    self.chosen.extend(said.chosen);
                }
                None
            }
        }
    }

    fn partial(&self, asked: &Asked, said: Said) -> Partial {
        let watch = self.run.generation.watch();
        let usage = watch.usage();
        Partial {
            index: self.index,
            content: said.text,
            tokens: said.chosen.iter().map(|chosen| chosen.token).collect(),
            stop: false,
            id_slot: -1,
            tokens_predicted: usage.completion_tokens,
            tokens_evaluated: usage.prompt_tokens,
            completion_probabilities: asked.tells_probs().then(|| probs(&asked.tokenizer, &said.chosen)),
            timings: asked.settings.timings_per_token.then(|| watch.timings()),
        }
    }

    /// The whole answer, once it is there.
    pub(super) fn completion(&mut self, asked: &Asked) -> Option<Completion> {
        let reason = self.end?;
        let mut watch = self.run.generation.watch();
        if asked.only_reads() {
            watch.charge(Usage { completion_tokens: 0, ..watch.usage() });
        }
        let usage = watch.usage();
        let stopping_word = match reason {
            FinishReason::StopString(stop) => asked.settings.stop.get(usize::from(stop)).cloned(),
            _ => None,
        };
        let is_full = usage.completion_tokens >= self.run.room;
        let wanted_more = asked.n_predict.is_none_or(|wanted| wanted > usage.completion_tokens);
        Some(Completion {
            index: self.index,
            content: std::mem::take(&mut self.text),
            tokens: std::mem::take(&mut self.tokens),
            stop: true,
            id_slot: -1,
            model: asked.settings.model.clone(),
            tokens_predicted: usage.completion_tokens,
            tokens_evaluated: usage.prompt_tokens,
            tokens_cached: usage.cached_tokens,
            generation_settings: Settings { seed: self.run.seed, ..asked.settings.clone() },
            prompt: prompt_text(&asked.tokenizer, &self.run.prompt),
            has_new_line: self.has_new_line,
            truncated: reason == FinishReason::Length && is_full && wanted_more,
            stop_type: stop_type(reason),
            stopping_word: stopping_word.unwrap_or_default(),
            completion_probabilities: (asked.tells_probs() && !asked.settings.stream)
                .then(|| probs(&asked.tokenizer, &std::mem::take(&mut self.chosen))),
            timings: watch.timings(),
        })
    }
}

fn stop_type(reason: FinishReason) -> StopType {
    match reason {
        FinishReason::Stop => StopType::Eos,
        FinishReason::StopString(_) => StopType::Word,
        FinishReason::Length | FinishReason::Deadline => StopType::Limit,
        FinishReason::Cancelled => StopType::None,
    }
}

fn prompt_text(tokenizer: &Tokenizer, prompt: &[u32]) -> String {
    let bytes: Vec<u8> =
        prompt.iter().flat_map(|token| token_bytes(tokenizer, *token).unwrap_or_default()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn top_prob(tokenizer: &Tokenizer, id: u32, logprob: f64) -> TopProb {
    let bytes = token_bytes(tokenizer, id).unwrap_or_default();
    let token = String::from_utf8_lossy(&bytes).into_owned();
    TopProb { id, token, bytes, logprob: logprob.max(LOGPROB_MIN) }
}

fn probs(tokenizer: &Tokenizer, all: &[Chosen]) -> Vec<TokenProb> {
    let prob = |chosen: &Chosen| TokenProb {
        own: top_prob(tokenizer, chosen.token, chosen.logprob),
        top_logprobs: chosen.top.iter().map(|top| top_prob(tokenizer, top.token, top.logprob)).collect(),
    };
    all.iter().map(prob).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_word() {
        for (reason, word) in [
            (FinishReason::Stop, "eos"),
            (FinishReason::StopString(1), "word"),
            (FinishReason::Length, "limit"),
            (FinishReason::Deadline, "limit"),
            (FinishReason::Cancelled, "none"),
        ] {
            assert_eq!(serde_json::to_value(stop_type(reason)).unwrap(), word);
        }
    }
}
