//! How long an answer takes and what it costs so far, in llama.cpp's figures.
//!
//! Owns the arithmetic. Refuses to know what is written. Source: llama.cpp, tools/server/README.md (`timings`).

use infer::Usage;
use std::time::{Duration, Instant};
use wire::native::Timings;

/// The times of one answer.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    begun: Instant,
    /// When its first piece and its latest one came.
    heard: Option<(Instant, Instant)>,
    usage: Usage,
}

impl Stopwatch {
    /// Of an answer that begins now.
    pub(crate) fn start(prompt_tokens: u32) -> Self {
        let usage = Usage { prompt_tokens, ..Usage::default() };
        Stopwatch { begun: Instant::now(), heard: None, usage }
    }

    /// More tokens came.
    pub(crate) fn hear(&mut self, tokens: u32) {
        let now = Instant::now();
        self.heard = Some((self.heard.map_or(now, |(first, _)| first), now));
        self.usage.completion_tokens = self.usage.completion_tokens.saturating_add(tokens);
    }

    /// It is over, and this is what it has cost.
    pub(crate) fn stop(&mut self, usage: Usage) {
        self.hear(0);
        self.charge(usage);
    }

    /// This is what it has cost, whenever that is said: no piece came with it.
    pub(crate) fn charge(&mut self, usage: Usage) {
        self.usage = usage;
    }

    /// What it has cost so far.
    pub(crate) fn usage(&self) -> Usage {
        self.usage
    }

    /// Its times so far.
    pub(crate) fn timings(&self) -> Timings {
        let since = |(first, last): (Instant, Instant)| (first - self.begun, last - first);
        let (prompt, predicted) = self.heard.map_or((Duration::ZERO, Duration::ZERO), since);
        let prompt_n = self.usage.prompt_tokens.saturating_sub(self.usage.cached_tokens);
        let predicted_n = self.usage.completion_tokens;
        // The first token comes out of the prompt, so it takes no step of its own and its time is the prompt's.
        let steps = predicted_n.saturating_sub(1);
        let (prompt_ms, predicted_ms) = (millis(prompt), millis(predicted));
        Timings {
            cache_n: self.usage.cached_tokens,
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
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn ratio(of: f64, by: f64) -> f64 {
    if by > 0.0 { of / by } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_divided_by_nothing() {
        assert_eq!((ratio(3.0, 0.0), ratio(3.0, 2.0)), (0.0, 1.5));
    }

    #[test]
    fn tokens_add_up_until_the_end_says_what_they_were() {
        let mut watch = Stopwatch::start(7);
        assert_eq!((watch.timings().prompt_n, watch.timings().prompt_ms), (7, 0.0));
        watch.hear(1);
        watch.hear(2);
        assert_eq!((watch.timings().predicted_n, watch.usage().prompt_tokens), (3, 7));
        watch.stop(Usage { prompt_tokens: 7, completion_tokens: 4, cached_tokens: 5 });
        let timings = watch.timings();
        assert_eq!((timings.prompt_n, timings.cache_n, timings.predicted_n), (2, 5, 4));
        assert!(timings.prompt_ms > 0.0 && timings.predicted_ms > 0.0);
    }

    #[test]
    fn what_is_charged_takes_no_time() {
        let mut watch = Stopwatch::start(7);
        watch.hear(1);
        watch.stop(Usage { prompt_tokens: 7, completion_tokens: 1, cached_tokens: 5 });
        let heard = watch.timings();
        watch.charge(Usage { completion_tokens: 0, ..watch.usage() });
        let charged = watch.timings();
        assert_eq!((charged.predicted_n, charged.cache_n), (0, 5));
        assert_eq!((charged.prompt_ms, charged.predicted_ms), (heard.prompt_ms, heard.predicted_ms));
    }
}
