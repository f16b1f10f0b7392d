//! Owns the corrections of single logits a caller may ask for besides the sampling parameters: penalties for what was
//! already said, and biases. Refuses to know the draw.
//! Source: OpenAI's API reference, "frequency and presence penalties" and `logit_bias`.

use super::REPEAT_WINDOW_TOKENS;

/// Largest frequency or presence penalty, in both directions.
pub const PENALTY_MAX: f32 = 2.0;
/// Largest bias, in both directions.
pub const LOGIT_BIAS_MAX: f32 = 100.0;
/// Most biased tokens of one request.
pub const LOGIT_BIAS_TOKENS_MAX: usize = 1024;

/// Why the corrections of a request are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtrasError {
    /// A penalty outside its range.
    #[error("{field} must be -{PENALTY_MAX} to {PENALTY_MAX}, found {actual}")]
    Penalty {
        /// The field's name in the request.
        field: &'static str,
        /// Its value.
        actual: f32,
    },
    /// Too many biases.
    #[error("logit_bias must have at most {LOGIT_BIAS_TOKENS_MAX} tokens, found {actual}")]
    BiasCount {
        /// How many there are.
        actual: usize,
    },
    /// A bias outside its range.
    #[error("logit_bias of token {token} must be -{LOGIT_BIAS_MAX} to {LOGIT_BIAS_MAX}, found {actual}")]
    BiasValue {
        /// The token.
        token: u32,
        /// Its value.
        actual: f32,
    },
    /// A biased token that does not exist.
    #[error("logit_bias must name tokens below {vocab_len}, found {token}")]
    BiasToken {
        /// The token.
        token: u32,
        /// Tokens of the vocabulary.
        vocab_len: usize,
    },
    /// A token that is biased twice.
    #[error("logit_bias names token {token} twice")]
    BiasTwice {
        /// The token.
        token: u32,
    },
}

/// Checked corrections; the default corrects nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SampleExtras {
    frequency_penalty: f32,
    presence_penalty: f32,
    /// Ascending by token.
    logit_bias: Vec<(u32, f32)>,
    /// How far back all penalties look; see [`SampleExtras::with_window`].
    window_tokens: Option<usize>,
}

impl SampleExtras {
    /// Checks the corrections of a request for a vocabulary of `vocab_len` tokens.
    ///
    /// # Errors
    /// [`ExtrasError`], when a value lies outside its range.
    pub fn new(
        frequency_penalty: f32,
        presence_penalty: f32,
        mut logit_bias: Vec<(u32, f32)>,
        vocab_len: usize,
    ) -> Result<Self, ExtrasError> {
        for (field, actual) in
            [("frequency_penalty", frequency_penalty), ("presence_penalty", presence_penalty)]
        {
            if !(-PENALTY_MAX..=PENALTY_MAX).contains(&actual) {
                return Err(ExtrasError::Penalty { field, actual });
            }
        }
        if logit_bias.len() > LOGIT_BIAS_TOKENS_MAX {
            return Err(ExtrasError::BiasCount { actual: logit_bias.len() });
        }
        for &(token, actual) in &logit_bias {
            if !(-LOGIT_BIAS_MAX..=LOGIT_BIAS_MAX).contains(&actual) {
                return Err(ExtrasError::BiasValue { token, actual });
            }
            if token as usize >= vocab_len {
                return Err(ExtrasError::BiasToken { token, vocab_len });
            }
        }
        logit_bias.sort_by_key(|(token, _)| *token);
        if let Some(pair) = logit_bias.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(ExtrasError::BiasTwice { token: pair[0].0 });
        }
        Ok(SampleExtras { frequency_penalty, presence_penalty, logit_bias, window_tokens: None })
    }

    /// All penalties look at the latest `tokens` tokens, prompt included, as llama.cpp has it. Without this the repeat penalty
    /// looks at [`REPEAT_WINDOW_TOKENS`] and the others at what the completion has made, as OpenAI's interface has it. A draw
    /// sorts the window, so its time grows with it.
    pub fn with_window(self, tokens: usize) -> Self {
        SampleExtras { window_tokens: Some(tokens), ..self }
    }

    /// Whether tokens that were already made count less or more.
    fn counts_matter(&self) -> bool {
        self.frequency_penalty != 0.0 || self.presence_penalty != 0.0
    }

    fn bias(&self, token: u32) -> f64 {
        match self.logit_bias.binary_search_by_key(&token, |(id, _)| *id) {
            Ok(at) => f64::from(self.logit_bias[at].1),
            Err(_) => 0.0,
        }
    }
}

/// How often each token was made in one completion; the prompt does not count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenCounts {
    /// Ascending by token.
    counts: Vec<(u32, u32)>,
}

impl TokenCounts {
    /// Counts a token that was made.
    pub fn push(&mut self, token: u32) {
        match self.counts.binary_search_by_key(&token, |(id, _)| *id) {
            Ok(at) => self.counts[at].1 += 1,
            Err(at) => self.counts.insert(at, (token, 1)),
        }
    }

    /// Takes back a token that was counted and is not made after all (a draft that was refused).
    pub fn pop(&mut self, token: u32) {
        if let Ok(at) = self.counts.binary_search_by_key(&token, |(id, _)| *id) {
            self.counts[at].1 -= 1;
            if self.counts[at].1 == 0 {
                self.counts.remove(at);
            }
        }
    }

    /// How often the token was made.
    pub fn count(&self, token: u32) -> u32 {
        self.counts.binary_search_by_key(&token, |(id, _)| *id).map_or(0, |at| self.counts[at].1)
    }
}

/// What corrects the logits at one position.
pub(super) struct Corrections<'a> {
    pub(super) recent: &'a [u32],
    pub(super) repeat_penalty: f64,
    pub(super) counts: &'a TokenCounts,
    pub(super) extras: &'a SampleExtras,
}

impl Corrections<'_> {
    /// Fills `corrected` with the tokens whose logit changes and the new logit, ascending by token.
    pub(super) fn fill(&self, logits: &[f32], window: &mut Vec<u32>, corrected: &mut Vec<(u32, f64)>) {
        window.clear();
        corrected.clear();
        let counts_window = self.extras.counts_matter() && self.extras.window_tokens.is_some();
        if self.repeat_penalty != 1.0 || counts_window {
            let tokens = self.extras.window_tokens.unwrap_or(REPEAT_WINDOW_TOKENS);
            window.extend(&self.recent[self.recent.len().saturating_sub(tokens)..]);
            window.sort_unstable();
        }
        corrected.extend(window.iter().map(|&id| (id, 0.0)));
        if self.extras.counts_matter() && !counts_window {
            corrected.extend(self.counts.counts.iter().map(|&(id, _)| (id, 0.0)));
        }
        corrected.extend(self.extras.logit_bias.iter().map(|&(id, _)| (id, 0.0)));
        corrected.retain(|(id, _)| (*id as usize) < logits.len());
        corrected.sort_unstable_by_key(|(id, _)| *id);
        corrected.dedup_by_key(|(id, _)| *id);
        for (id, corrected_logit) in corrected.iter_mut() {
            *corrected_logit = self.corrected(*id, f64::from(logits[*id as usize]), window);
        }
    }

    fn corrected(&self, id: u32, mut logit: f64, window: &[u32]) -> f64 {
        if window.binary_search(&id).is_ok() {
            logit = if logit > 0.0 { logit / self.repeat_penalty } else { logit * self.repeat_penalty };
        }
        let count = match self.extras.window_tokens {
            _ if !self.extras.counts_matter() => 0,
            // Ascending, so those of one token stand together.
            Some(_) => {
                window[window.partition_point(|of| *of < id)..].iter().take_while(|of| **of == id).count()
                    as u32
            }
            None => self.counts.count(id),
        };
        if count > 0 {
            logit -= f64::from(count) * f64::from(self.extras.frequency_penalty);
            logit -= f64::from(self.extras.presence_penalty);
        }
        logit + self.extras.bias(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extras(frequency: f32, presence: f32, bias: Vec<(u32, f32)>) -> Result<SampleExtras, ExtrasError> {
        SampleExtras::new(frequency, presence, bias, 10)
    }

    #[test]
    fn counts_go_up_and_down() {
        let mut counts = TokenCounts::default();
        for token in [5, 3, 5, 9] {
            counts.push(token);
        }
        assert_eq!([3, 5, 9, 4].map(|token| counts.count(token)), [1, 2, 1, 0]);
        counts.pop(5);
        counts.pop(3);
        counts.pop(4);
        assert_eq!([3, 5, 9, 4].map(|token| counts.count(token)), [0, 1, 1, 0]);
    }

    #[test]
    fn corrections_follow_the_definition() {
        let mut counts = TokenCounts::default();
        for token in [1, 1, 1, 2] {
            counts.push(token);
        }
        let extras = extras(0.5, 0.25, vec![(7, 3.0), (1, -1.0)]).unwrap();
        let fill = |recent: &[u32], repeat_penalty| {
            let (mut window, mut corrected) = (vec![99], vec![(99, 9.0)]);
            Corrections { recent, repeat_penalty, counts: &counts, extras: &extras }.fill(
                &[4.0; 8],
                &mut window,
                &mut corrected,
            );
            corrected
        };
        let plain = [(1, 4.0 - 1.5 - 0.25 - 1.0), (2, 4.0 - 0.5 - 0.25), (7, 7.0)];
        assert_eq!(fill(&[1, 3], 1.0), plain);
        // The repeat penalty comes first and looks at the prompt too; token 9 has no logit.
        assert_eq!(fill(&[9, 3, 1, 3], 2.0), [(1, 2.0 - 2.75), plain[1], (3, 2.0), plain[2]]);
    }

    #[test]
    fn a_window_bounds_every_penalty_and_counts_the_prompt() {
        let mut counts = TokenCounts::default();
        counts.push(5);
        let extras = extras(0.5, 0.25, vec![]).unwrap();
        let fill = |window_tokens, repeat_penalty| {
            let (mut window, mut corrected) = (Vec::new(), Vec::new());
            let extras = &extras.clone().with_window(window_tokens);
            Corrections { recent: &[1, 2, 3, 2, 5], repeat_penalty, counts: &counts, extras }.fill(
                &[4.0; 8],
                &mut window,
                &mut corrected,
            );
            corrected
        };
        let (once, twice) = (4.0 - 0.5 - 0.25, 4.0 - 1.0 - 0.25);
        assert_eq!(fill(usize::MAX, 1.0), [(1, once), (2, twice), (3, once), (5, once)]);
        assert_eq!(fill(4, 1.0), [(2, twice), (3, once), (5, once)]);
        assert_eq!(fill(2, 2.0), [(2, once - 2.0), (5, once - 2.0)]);
        assert_eq!(fill(0, 2.0), []);
    }

    #[test]
    fn ranges_are_enforced() {
        assert!(extras(2.0, -2.0, vec![(0, 100.0), (9, -100.0)]).is_ok());
        let message = |result: Result<SampleExtras, ExtrasError>| result.unwrap_err().to_string();
        assert_eq!(message(extras(2.1, 0.0, vec![])), "frequency_penalty must be -2 to 2, found 2.1");
        assert_eq!(message(extras(0.0, f32::NAN, vec![])), "presence_penalty must be -2 to 2, found NaN");
        assert_eq!(
            message(extras(0.0, 0.0, vec![(10, 1.0)])),
            "logit_bias must name tokens below 10, found 10"
        );
        assert_eq!(
            message(extras(0.0, 0.0, vec![(1, -101.0)])),
            "logit_bias of token 1 must be -100 to 100, found -101"
        );
        assert_eq!(
            message(extras(0.0, 0.0, vec![(1, 1.0), (2, 1.0), (1, 2.0)])),
            "logit_bias names token 1 twice"
        );
        let many = vec![(0, 0.0); LOGIT_BIAS_TOKENS_MAX + 1];
        assert_eq!(message(extras(0.0, 0.0, many)), "logit_bias must have at most 1024 tokens, found 1025");
    }
}
