//! What one prompt of a completion has come to: its text, tokens and times, and the bodies that tell them.
//!
//! Owns counting and the shape of partial and final answers. Refuses to know sockets and other prompts.

use super::begin::{Run, token_bytes};
use crate::inference::{Said, Written};
use infer::{Chosen, FinishReason, Tokenizer, Usage};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wire::native::{Completion, Partial, Settings, StopType, Timings, TokenProb, TopProb};

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
}

/// One prompt of a completion.
pub(super) struct Tally {
    index: u32,
    pub(super) run: Run,
    text: String,
    has_new_line: bool,
    tokens: Vec<u32>,
    probs: Vec<TokenProb>,
    told: u32,
    first_at: Option<Instant>,
    end: Option<(FinishReason, Usage, Duration)>,
}

impl Tally {
    pub(super) fn new(index: u32, run: Run) -> Self {
        Tally {
            index,
            run,
            text: String::new(),
            has_new_line: false,
            tokens: Vec::new(),
            probs: Vec::new(),
            told: 0,
            first_at: None,
            end: None,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.end.is_some()
    }

    /// Takes what was written. In a stream that is a partial answer, unless it is the end.
    pub(super) fn take(&mut self, asked: &Asked, written: Written) -> Option<Partial> {
        let first_at = *self.first_at.get_or_insert_with(Instant::now);
        match written {
            Written::Done(reason, usage) => {
                self.end = Some((reason, usage, first_at.elapsed()));
                None
            }
            Written::Text(..) if asked.only_reads() => None,
            Written::Text(Said { text, chosen }) => {
                self.has_new_line |= text.contains('\n');
                let tokens: Vec<u32> = chosen.iter().map(|chosen| chosen.token).collect();
                let is_told = asked.settings.n_probs > 0;
                let probs: Vec<TokenProb> = if is_told {
                    chosen.iter().map(|chosen| token_prob(&asked.tokenizer, chosen)).collect()
                } else {
                    Vec::new()
                };
                if asked.settings.stream {
                    return Some(self.partial(asked, text, tokens, is_told.then_some(probs)));
                }
                self.text.push_str(&text);
                self.tokens.extend(tokens);
                self.probs.extend(probs);
                None
            }
        }
    }

    fn partial(
        &mut self,
        asked: &Asked,
        content: String,
        tokens: Vec<u32>,
        completion_probabilities: Option<Vec<TokenProb>>,
    ) -> Partial {
        self.told = self.told.saturating_add(tokens.len() as u32);
        let predicted_ms = self.first_at.map_or(Duration::ZERO, |first| first.elapsed());
        let usage = Usage {
            prompt_tokens: self.run.prompt.len() as u32,
            completion_tokens: self.told,
            cached_tokens: 0,
        };
        Partial {
            index: self.index,
            content,
            tokens,
            stop: false,
            id_slot: -1,
            tokens_predicted: self.told,
            tokens_evaluated: usage.prompt_tokens,
            completion_probabilities,
            timings: asked.settings.timings_per_token.then(|| self.timings(usage, predicted_ms)),
        }
    }

    fn timings(&self, usage: Usage, predicted: Duration) -> Timings {
        let prompt = self.first_at.map_or(Duration::ZERO, |first| first - self.run.begun);
        let prompt_n = usage.prompt_tokens.saturating_sub(usage.cached_tokens);
        let predicted_n = usage.completion_tokens;
        // The first token comes out of the prompt, so it takes no step of its own and its time is the prompt's.
        let steps = predicted_n.saturating_sub(1);
        let (prompt_ms, predicted_ms) = (millis(prompt), millis(predicted));
        Timings {
            cache_n: usage.cached_tokens,
            prompt_n,
            prompt_ms,
            prompt_per_token_ms: ratio(prompt_ms, f64::from(prompt_n)),
            prompt_per_second: ratio(f64::from(prompt_n) * 1e3, prompt_ms),
            predicted_n,
            predicted_ms,
            predicted_per_token_ms: ratio(predicted_ms, f64::from(steps)),
            predicted_per_second: ratio(f64::from(steps) * 1e3, predicted_ms),
        }
    }

    /// The whole answer, once it is there.
    pub(super) fn completion(&mut self, asked: &Asked) -> Option<Completion> {
        let (reason, mut usage, predicted) = self.end?;
        if asked.only_reads() {
            usage.completion_tokens = 0;
        }
        let stopping_word = match reason {
            FinishReason::StopString(stop) => asked.settings.stop.get(usize::from(stop)).cloned(),
            _ => None,
        };
        let is_full = usage.completion_tokens >= self.run.room;
        let wanted_more = asked.n_predict.is_none_or(|wanted| wanted > usage.completion_tokens);
        Some(Completion {
            index: self.index,
            content: std::mem::take(&mut self.text),
            tokens: if asked.returns_tokens { std::mem::take(&mut self.tokens) } else { Vec::new() },
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
            completion_probabilities: (asked.settings.n_probs > 0 && !asked.settings.stream)
                .then(|| std::mem::take(&mut self.probs)),
            timings: self.timings(usage, predicted),
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

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn ratio(of: f64, by: f64) -> f64 {
    if by > 0.0 { of / by } else { 0.0 }
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

fn token_prob(tokenizer: &Tokenizer, chosen: &Chosen) -> TokenProb {
    TokenProb {
        own: top_prob(tokenizer, chosen.token, chosen.logprob),
        top_logprobs: chosen.top.iter().map(|top| top_prob(tokenizer, top.token, top.logprob)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_divided_by_nothing() {
        assert_eq!((ratio(3.0, 0.0), ratio(3.0, 2.0)), (0.0, 1.5));
    }

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
