//! Owns the choice of the next token from logits: penalty, truncations, seeded draw. Refuses to know what tokens mean and
//! where logits come from.
//!
//! The rule, in this order, all in 64-bit floats:
//! 1. Forbidden tokens are taken out.
//! 2. Repeat penalty r: the logit of every token among the last [`REPEAT_WINDOW_TOKENS`] becomes l/r if positive, l·r if
//!    not (Keskar et al. 2019, CTRL).
//! 3. Temperature 0: the largest logit, the lower token number at a tie. Else:
//! 4. Top-k: the k largest logits. 5. Min-p: those with probability of at least p times the largest one's. 6. Top-p: from
//!    the most probable on, until the probabilities, normalised over what is left, reach p; at least one. Truncations look
//!    at the probabilities before the temperature, so a temperature changes the shape and not the set.
//! 7. The draw: argmax over the candidates of logit/T + Gumbel(seed, position, token), the lower token number at a tie.
//!    This samples exactly from softmax(logit/T) over the candidates, and every candidate's noise can be recomputed alone.

use crate::gumbel::gumbel;
use crate::request::SampleParams;
use std::cmp::Ordering;

/// How many of the latest tokens, prompt included, the repeat penalty looks at.
pub const REPEAT_WINDOW_TOKENS: usize = 64;

/// Why no token can be drawn: the backend gave nonsense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// A logit is +infinity or not a number.
    #[error("the logit of token {token} is not finite")]
    NotFinite {
        /// The token.
        token: usize,
    },
    /// Every token is forbidden or at -infinity.
    #[error("no token is left to choose from")]
    Empty,
}

/// A candidate: token number and logit.
type Candidate = (u32, f64);

/// Larger logit first, then lower number.
fn by_logit(a: &Candidate, b: &Candidate) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

/// Draws the token at `position` (its index in the whole sequence, prompt included). `recent` are the tokens before it,
/// `forbidden` is sorted ascending. Logits of -infinity are allowed and never chosen.
///
/// # Errors
/// [`SampleError`], when the logits allow no choice.
pub fn sample(
    logits: &[f32],
    recent: &[u32],
    forbidden: &[u32],
    position: u64,
    params: &SampleParams,
) -> Result<u32, SampleError> {
    if let Some(token) = logits.iter().position(|logit| logit.is_nan() || *logit == f32::INFINITY) {
        return Err(SampleError::NotFinite { token });
    }
    let mut adjusted: Vec<Candidate> =
        logits.iter().zip(0u32..).map(|(&logit, id)| (id, f64::from(logit))).collect();
    penalise(&mut adjusted, recent, f64::from(params.repeat_penalty));
    adjusted.retain(|(id, logit)| *logit != f64::NEG_INFINITY && forbidden.binary_search(id).is_err());
    if params.temperature == 0.0 {
        return adjusted.iter().min_by(|a, b| by_logit(a, b)).map(|best| best.0).ok_or(SampleError::Empty);
    }
    keep_top_k(&mut adjusted, params.top_k as usize);
    keep_min_p(&mut adjusted, f64::from(params.min_p));
    keep_top_p(&mut adjusted, f64::from(params.top_p));
    let temperature = f64::from(params.temperature);
    let mut best: Option<Candidate> = None;
    for (id, logit) in adjusted {
        let scored = (id, logit / temperature + gumbel(params.seed, position, id));
        if best.is_none_or(|best| by_logit(&scored, &best) == Ordering::Less) {
            best = Some(scored);
        }
    }
    best.map(|best| best.0).ok_or(SampleError::Empty)
}

/// `all` still holds every token, in order of its number.
fn penalise(all: &mut [Candidate], recent: &[u32], penalty: f64) {
    if penalty == 1.0 {
        return;
    }
    let mut window: Vec<u32> = recent[recent.len().saturating_sub(REPEAT_WINDOW_TOKENS)..].to_vec();
    window.sort_unstable();
    window.dedup();
    for id in window {
        if let Some((_, logit)) = all.get_mut(id as usize) {
            *logit = if *logit > 0.0 { *logit / penalty } else { *logit * penalty };
        }
    }
}

fn keep_top_k(candidates: &mut Vec<Candidate>, k: usize) {
    if k == 0 || k >= candidates.len() {
        return;
    }
    candidates.select_nth_unstable_by(k - 1, by_logit);
    candidates.truncate(k);
}

fn keep_min_p(candidates: &mut Vec<Candidate>, min_p: f64) {
    if min_p == 0.0 {
        return;
    }
    let largest = candidates.iter().fold(f64::NEG_INFINITY, |largest, c| largest.max(c.1));
    candidates.retain(|(_, logit)| (logit - largest).exp() >= min_p);
}

fn keep_top_p(candidates: &mut Vec<Candidate>, top_p: f64) {
    if top_p >= 1.0 || candidates.len() < 2 {
        return;
    }
    let largest = candidates.iter().fold(f64::NEG_INFINITY, |largest, c| largest.max(c.1));
    let total: f64 = candidates.iter().map(|(_, logit)| (logit - largest).exp()).sum();
    // Sort only as much of the head as the nucleus needs: usually some dozens of a vocabulary.
    let mut head = 64.min(candidates.len());
    loop {
        if head < candidates.len() {
            candidates.select_nth_unstable_by(head - 1, by_logit);
        }
        candidates[..head].sort_unstable_by(by_logit);
        let mut reached = 0.0;
        for (index, (_, logit)) in candidates[..head].iter().enumerate() {
            reached += (logit - largest).exp() / total;
            if reached >= top_p {
                candidates.truncate(index + 1);
                return;
            }
        }
        if head == candidates.len() {
            return;
        }
        head = (head * 8).min(candidates.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(temperature: f32, seed: u64) -> SampleParams {
        SampleParams { temperature, seed, ..SampleParams::greedy() }
    }

    fn draw(logits: &[f32], position: u64, params: &SampleParams) -> u32 {
        sample(logits, &[], &[], position, params).unwrap()
    }

    /// Pearson's statistic of `draws` seeded draws against softmax(logit/T) over `allowed`.
    fn chi_square(logits: &[f32], params: &SampleParams, allowed: &[u32], draws: u32) -> f64 {
        let weight = |id: &u32| (f64::from(logits[*id as usize]) / f64::from(params.temperature)).exp();
        let total: f64 = allowed.iter().map(weight).sum();
        let mut counts = vec![0u32; logits.len()];
        for position in 0..draws {
            counts[draw(logits, u64::from(position), params) as usize] += 1;
        }
        for (id, count) in counts.iter().enumerate() {
            assert!(*count == 0 || allowed.contains(&(id as u32)), "token {id} was truncated but drawn");
        }
        allowed
            .iter()
            .map(|id| {
                let expected = weight(id) / total * f64::from(draws);
                (f64::from(counts[*id as usize]) - expected).powi(2) / expected
            })
            .sum()
    }

    const LOGITS: [f32; 8] = [2.0, 1.5, 1.0, 0.5, 0.0, -0.5, -1.0, -1.5];

    #[test]
    fn draws_follow_the_softmax() {
        // 0.1 % points of chi-square: 24.3 for 7 degrees of freedom, 16.3 for 3, 13.8 for 2.
        for (temperature, seed) in [(1.0, 1), (0.7, 2), (1.6, 3)] {
            let chi = chi_square(&LOGITS, &params(temperature, seed), &[0, 1, 2, 3, 4, 5, 6, 7], 40_000);
            assert!(chi < 24.3, "temperature {temperature}: {chi}");
        }
        let chi = chi_square(&LOGITS, &SampleParams { top_k: 4, ..params(1.0, 4) }, &[0, 1, 2, 3], 40_000);
        assert!(chi < 16.3, "top-k: {chi}");
        // Probabilities 0.40 0.24 0.15 ...: 0.7 needs three.
        let chi = chi_square(&LOGITS, &SampleParams { top_p: 0.7, ..params(1.3, 5) }, &[0, 1, 2], 40_000);
        assert!(chi < 13.8, "top-p: {chi}");
        // exp(-1.0) = 0.368 stays, exp(-1.5) = 0.223 goes.
        let chi = chi_square(&LOGITS, &SampleParams { min_p: 0.3, ..params(1.0, 6) }, &[0, 1, 2], 40_000);
        assert!(chi < 13.8, "min-p: {chi}");
    }

    #[test]
    fn a_wrong_distribution_is_found() {
        // The planted fault: draws at one temperature judged by another.
        let drawn = params(1.0, 9);
        let mut counts = [0u32; 8];
        for position in 0..40_000 {
            counts[draw(&LOGITS, position, &drawn) as usize] += 1;
        }
        let weights: Vec<f64> = LOGITS.iter().map(|l| (f64::from(*l) / 1.1).exp()).collect();
        let total: f64 = weights.iter().sum();
        let chi: f64 = counts
            .iter()
            .zip(&weights)
            .map(|(n, w)| (f64::from(*n) - w / total * 40_000.0).powi(2) / (w / total * 40_000.0))
            .sum();
        assert!(chi > 24.3, "{chi}");
    }

    /// Computed with another implementation (Python's blake3 and math packages).
    #[test]
    fn golden_draws() {
        let p = params(0.8, 2024);
        let draws: Vec<u32> = (0..16).map(|position| draw(&LOGITS, position, &p)).collect();
        assert_eq!(draws, [0, 0, 0, 0, 0, 0, 2, 0, 1, 2, 0, 1, 2, 0, 2, 1]);
    }

    #[test]
    fn the_same_seed_and_position_draw_the_same_token() {
        let p = params(1.0, 77);
        for position in 0..200 {
            assert_eq!(draw(&LOGITS, position, &p), draw(&LOGITS, position, &p));
        }
        let line = |p: &SampleParams| (0..64).map(|n| draw(&LOGITS, n, p)).collect::<Vec<_>>();
        assert_ne!(line(&p), line(&params(1.0, 78)));
    }

    #[test]
    fn positions_are_independent() {
        // Counts of pairs of successive draws against the product of the shares: 49 degrees of freedom, 0.1 % point 85.4.
        let p = params(1.0, 5);
        let draws: Vec<usize> = (0..60_001).map(|n| draw(&LOGITS, n, &p) as usize).collect();
        let mut pairs = [[0u32; 8]; 8];
        let (mut first, mut second) = ([0u32; 8], [0u32; 8]);
        for pair in draws.windows(2) {
            pairs[pair[0]][pair[1]] += 1;
            first[pair[0]] += 1;
            second[pair[1]] += 1;
        }
        let mut chi = 0.0;
        for a in 0..8 {
            for b in 0..8 {
                let expected = f64::from(first[a]) * f64::from(second[b]) / 60_000.0;
                chi += (f64::from(pairs[a][b]) - expected).powi(2) / expected;
            }
        }
        assert!(chi < 85.4, "{chi}");
    }

    #[test]
    fn noise_of_a_token_does_not_depend_on_the_others() {
        let p = params(1.0, 11);
        for position in 0..300 {
            let all = draw(&LOGITS, position, &p);
            let mut without = LOGITS;
            without[((all + 1) % 8) as usize] = f32::NEG_INFINITY;
            assert_eq!(draw(&without, position, &p), all, "position {position}");
        }
    }

    #[test]
    fn greedy_takes_the_largest_and_the_lower_number_at_a_tie() {
        assert_eq!(draw(&[0.0, 3.0, 3.0, 1.0], 0, &SampleParams::greedy()), 1);
        assert_eq!(draw(&LOGITS, 9, &params(1e-4, 1)), 0);
        assert_eq!(sample(&[5.0, 4.0, 3.0], &[], &[0, 1], 0, &SampleParams::greedy()), Ok(2));
    }

    #[test]
    fn the_penalty_reaches_back_a_bounded_way() {
        let p = SampleParams { repeat_penalty: 2.0, ..SampleParams::greedy() };
        assert_eq!(sample(&[3.0, 2.0, -1.0], &[0], &[], 1, &p), Ok(1));
        let mut recent = vec![0];
        recent.extend([2; REPEAT_WINDOW_TOKENS]);
        assert_eq!(sample(&[3.0, 2.0, -1.0], &recent, &[], 1, &p), Ok(0));
        let negative = SampleParams { repeat_penalty: 3.0, ..SampleParams::greedy() };
        assert_eq!(sample(&[-1.0, -2.0], &[0, 0], &[], 2, &negative), Ok(1));
    }

    #[test]
    fn nonsense_is_refused() {
        let p = SampleParams::greedy();
        assert_eq!(sample(&[0.0, f32::NAN], &[], &[], 0, &p), Err(SampleError::NotFinite { token: 1 }));
        assert_eq!(sample(&[f32::INFINITY], &[], &[], 0, &p), Err(SampleError::NotFinite { token: 0 }));
        assert_eq!(sample(&[f32::NEG_INFINITY], &[], &[], 0, &p), Err(SampleError::Empty));
        assert_eq!(sample(&[], &[], &[], 0, &params(1.0, 0)), Err(SampleError::Empty));
    }

    #[test]
    fn a_wide_vocabulary_keeps_the_same_nucleus_as_a_full_sort() {
        let logits: Vec<f32> =
            (0..5000u32).map(|id| (id.wrapping_mul(2_654_435_761) >> 20) as f32 / 900.0).collect();
        for top_p in [0.01, 0.3, 0.9, 0.999] {
            let all: Vec<Candidate> = logits.iter().zip(0u32..).map(|(&l, id)| (id, f64::from(l))).collect();
            let mut kept = all.clone();
            keep_top_p(&mut kept, top_p);
            let mut sorted = all;
            sorted.sort_by(by_logit);
            let total: f64 = sorted.iter().map(|c| (c.1 - sorted[0].1).exp()).sum();
            let mut reached = 0.0;
            let len = sorted.iter().position(|c| {
                reached += (c.1 - sorted[0].1).exp() / total;
                reached >= top_p
            });
            assert_eq!(kept.len(), len.unwrap() + 1);
            kept.sort_by(by_logit);
            assert_eq!(kept, sorted[..kept.len()]);
        }
    }
}
