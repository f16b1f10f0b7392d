//! Owns the log-probabilities a caller may ask for: of the token that was chosen and of the most probable ones. Refuses to
//! know how the token was chosen: the numbers are those of the model's raw logits, before penalties, biases, masks and
//! temperature, as OpenAI's and vLLM's interfaces report them.

use std::cmp::Ordering;

/// Most alternatives one token is reported with.
pub const TOP_LOGPROBS_MAX: usize = 20;

/// A token and the natural logarithm of its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TokenLogprob {
    /// The token.
    pub token: u32,
    /// Its log-probability: 0 or less, -infinity where the model gave it none (JSON has no such number: a caller that
    /// writes JSON says -9999, as others do).
    pub logprob: f64,
}

/// Why there are no log-probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogprobError {
    /// More alternatives than the limit.
    #[error("top_logprobs must be at most {TOP_LOGPROBS_MAX}, found {actual}")]
    TooMany {
        /// What was asked for.
        actual: usize,
    },
    /// The chosen token has no logit.
    #[error("token {token} is outside the {len} logits")]
    Outside {
        /// The token.
        token: u32,
        /// How many logits there are.
        len: usize,
    },
    /// A logit is +infinity or not a number, or all are -infinity.
    #[error("the logits are no distribution")]
    NotFinite,
}

/// The log-probability of `chosen` under softmax(`logits`) (f32, one for each token; sums in f64); `top` becomes the
/// `top_len` most probable tokens, the most probable first and the lower number first at a tie. `top` keeps its memory, so
/// a caller that passes the same one again allocates nothing.
///
/// # Errors
/// [`LogprobError`]; `top` is then empty.
pub fn logprobs(
    logits: &[f32],
    chosen: u32,
    top_len: usize,
    top: &mut Vec<TokenLogprob>,
) -> Result<f64, LogprobError> {
    top.clear();
    if top_len > TOP_LOGPROBS_MAX {
        return Err(LogprobError::TooMany { actual: top_len });
    }
    let Some(&chosen_logit) = logits.get(chosen as usize) else {
        return Err(LogprobError::Outside { token: chosen, len: logits.len() });
    };
    let largest = logits.iter().fold(f32::NEG_INFINITY, |largest, &logit| largest.max(logit));
    // `max` passes over what is not a number, the sum does not.
    let total: f64 = logits.iter().map(|&logit| (f64::from(logit) - f64::from(largest)).exp()).sum();
    if !largest.is_finite() || !total.is_finite() {
        return Err(LogprobError::NotFinite);
    }
    // Subtracting the largest first loses nothing, however large the logits are.
    let logprob = |logit: f64| (logit - f64::from(largest)) - total.ln();
    for (&logit, token) in logits.iter().zip(0u32..) {
        insert(top, top_len, TokenLogprob { token, logprob: f64::from(logit) });
    }
    for entry in top.iter_mut() {
        entry.logprob = logprob(entry.logprob);
    }
    Ok(logprob(f64::from(chosen_logit)))
}

/// Keeps `top` the `len` largest in order. Tokens come in ascending order, so at a tie the earlier one stays ahead.
fn insert(top: &mut Vec<TokenLogprob>, len: usize, entry: TokenLogprob) {
    if top.len() == len {
        match top.last() {
            Some(last) if entry.logprob.total_cmp(&last.logprob) == Ordering::Greater => top.pop(),
            _ => return,
        };
    }
    let at = top.partition_point(|kept| kept.logprob.total_cmp(&entry.logprob) != Ordering::Less);
    top.insert(at, entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(len: u32, seed: u32) -> Vec<f32> {
        (0..len)
            .map(|id| (id.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 16) as f32 / 4096.0 - 8.0)
            .collect()
    }

    /// The definition, without a care for size or speed.
    fn naive(logits: &[f32]) -> Vec<TokenLogprob> {
        let total: f64 = logits.iter().map(|&l| f64::from(l).exp()).sum();
        let mut all: Vec<TokenLogprob> = logits
            .iter()
            .zip(0u32..)
            .map(|(&l, token)| TokenLogprob { token, logprob: (f64::from(l).exp() / total).ln() })
            .collect();
        all.sort_by(|a, b| b.logprob.total_cmp(&a.logprob).then(a.token.cmp(&b.token)));
        all
    }

    #[test]
    fn agrees_with_the_definition() {
        let mut top = Vec::new();
        for (len, seed) in [(1, 0), (7, 1), (300, 2), (5000, 3)] {
            let logits = noise(len, seed);
            let expected = naive(&logits);
            for top_len in [0, 1, 5, TOP_LOGPROBS_MAX] {
                let chosen = (seed * 37) % len;
                let own = logprobs(&logits, chosen, top_len, &mut top).unwrap();
                let naive_own = expected.iter().find(|e| e.token == chosen).unwrap().logprob;
                assert!((own - naive_own).abs() < 1e-12, "{len}: {own} {naive_own}");
                assert_eq!(top.len(), top_len.min(len as usize));
                for (ours, theirs) in top.iter().zip(&expected) {
                    assert_eq!(ours.token, theirs.token);
                    assert!((ours.logprob - theirs.logprob).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn probabilities_sum_to_one_even_for_huge_logits() {
        let logits: Vec<f32> = noise(20, 9).iter().map(|l| l + 3.0e4).collect();
        let mut top = Vec::new();
        logprobs(&logits, 0, 20, &mut top).unwrap();
        let sum: f64 = top.iter().map(|entry| entry.logprob.exp()).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    }

    #[test]
    fn ties_keep_the_lower_number_first() {
        let mut top = Vec::new();
        logprobs(&[1.0, 2.0, 2.0, 1.0, 2.0], 0, 4, &mut top).unwrap();
        assert_eq!(top.iter().map(|entry| entry.token).collect::<Vec<_>>(), [1, 2, 4, 0]);
    }

    #[test]
    fn a_token_without_probability_is_minus_infinity() {
        let mut top = Vec::new();
        let own = logprobs(&[0.0, f32::NEG_INFINITY], 1, 2, &mut top).unwrap();
        assert_eq!((own, top[0].logprob), (f64::NEG_INFINITY, 0.0));
    }

    #[test]
    fn nonsense_is_refused() {
        let mut top = vec![TokenLogprob { token: 9, logprob: 0.0 }];
        assert_eq!(logprobs(&[0.0], 0, 21, &mut top), Err(LogprobError::TooMany { actual: 21 }));
        assert!(top.is_empty());
        assert_eq!(logprobs(&[0.0], 1, 1, &mut top), Err(LogprobError::Outside { token: 1, len: 1 }));
        assert_eq!(logprobs(&[], 0, 1, &mut top), Err(LogprobError::Outside { token: 0, len: 0 }));
        for bad in [f32::NAN, f32::INFINITY] {
            assert_eq!(logprobs(&[0.0, bad], 0, 1, &mut top), Err(LogprobError::NotFinite));
        }
        assert_eq!(logprobs(&[f32::NEG_INFINITY; 3], 0, 1, &mut top), Err(LogprobError::NotFinite));
        assert!(top.is_empty());
    }
}
