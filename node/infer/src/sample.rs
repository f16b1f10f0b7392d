//! Owns the choice of the next token from logits: penalties, biases, truncations, seeded draw. Refuses to know what tokens
//! mean, where logits come from, and why a token is not allowed.
//!
//! The rule, in this order, all in 64-bit floats (the sum over the vocabulary that top-p divides by is one of f32 powers):
//! 1. Forbidden tokens and those outside the mask are taken out.
//! 2. Repeat penalty r: the logit of every token among the last [`REPEAT_WINDOW_TOKENS`] becomes l/r if positive, l·r if
//!    not (Keskar et al. 2019, CTRL). Then a token made n > 0 times in this completion loses n · frequency penalty +
//!    presence penalty, and a biased one gains its bias (`extras`, which may set another window for all three).
//! 3. Temperature 0: the largest logit, the lower token number at a tie. Else:
//! 4. Top-k: the k largest logits. 5. Min-p: those with probability of at least p times the largest one's. 6. Top-p: from
//!    the most probable on, until the probabilities, normalised over what is left, reach p; at least one. Truncations look
//!    at the probabilities before the temperature, so a temperature changes the shape and not the set.
//! 7. The draw: argmax over the candidates of logit/T + Gumbel(seed, position, token), the lower token number at a tie.
//!    This samples exactly from softmax(logit/T) over the candidates, and every candidate's noise can be recomputed alone.

mod extras;

pub use extras::{
    ExtrasError, LOGIT_BIAS_MAX, LOGIT_BIAS_TOKENS_MAX, PENALTY_MAX, SampleExtras, TokenCounts,
};

use crate::constrain::TokenMask;
use crate::gumbel::gumbel;
use crate::request::SampleParams;
use extras::Corrections;
use kernels::{Isa, all_finite, argmax, log_sum_exp};
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

/// Everything a draw depends on besides the logits.
#[derive(Debug, Clone, Copy)]
pub struct Draw<'a> {
    /// The tokens before this one, prompt included.
    pub recent: &'a [u32],
    /// How often each token was made in this completion.
    pub counts: &'a TokenCounts,
    /// Tokens that must not come, ascending.
    pub forbidden: &'a [u32],
    /// The tokens that may come; all may, when there is none.
    pub mask: Option<&'a TokenMask>,
    /// The index of the token in the whole sequence, prompt included.
    pub position: u64,
    /// How to draw.
    pub params: &'a SampleParams,
    /// Corrections besides.
    pub extras: &'a SampleExtras,
}

/// What a draw works with: an instruction set and memory. One for each thread of drawing; draws that share one allocate only
/// until it has grown.
#[derive(Debug, Clone)]
pub struct SampleScratch {
    isa: Isa,
    window: Vec<u32>,
    corrected: Vec<Candidate>,
    candidates: Vec<Candidate>,
}

impl SampleScratch {
    /// For draws with this instruction set. It should be the one that makes the logits: the sums that top-p divides by are
    /// rounded otherwise by another, so that a token at its edge may come or not.
    pub fn new(isa: Isa) -> SampleScratch {
        SampleScratch { isa, window: Vec::new(), corrected: Vec::new(), candidates: Vec::new() }
    }

    /// The instruction set that draws are made with.
    pub fn isa(&self) -> Isa {
        self.isa
    }
}

impl Default for SampleScratch {
    fn default() -> SampleScratch {
        SampleScratch::new(Isa::best())
    }
}

/// Draws the token at `position` without a mask or corrections besides the parameters'. `recent` are the tokens before it,
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
    let (counts, extras) = (TokenCounts::default(), SampleExtras::default());
    let draw = Draw { recent, counts: &counts, forbidden, mask: None, position, params, extras: &extras };
    sample_with(logits, &draw, &mut SampleScratch::default())
}

/// Draws a token from logits, one f32 for each token. Logits of -infinity are allowed and never chosen. Greedy draws
/// allocate nothing once `scratch` has grown.
///
/// # Errors
/// [`SampleError`], when the logits allow no choice.
pub fn sample_with(logits: &[f32], draw: &Draw, scratch: &mut SampleScratch) -> Result<u32, SampleError> {
    let SampleScratch { isa, window, corrected, candidates } = scratch;
    let isa = *isa;
    if !all_finite(isa, logits)
        && let Some(token) = logits.iter().position(|logit| logit.is_nan() || *logit == f32::INFINITY)
    {
        return Err(SampleError::NotFinite { token });
    }
    let repeat_penalty = f64::from(draw.params.repeat_penalty);
    Corrections { recent: draw.recent, repeat_penalty, counts: draw.counts, extras: draw.extras }
        .fill(logits, window, corrected);
    if draw.params.temperature == 0.0 {
        return greedy(isa, logits, draw, corrected);
    }
    candidates.clear();
    if !nucleus(isa, logits, draw, corrected, candidates) {
        candidates.clear();
        each_allowed(logits, draw, corrected, |candidate| candidates.push(candidate));
        keep_top_k(candidates, draw.params.top_k as usize);
        keep_min_p(candidates, f64::from(draw.params.min_p));
        let total = total(candidates);
        keep_top_p(candidates, f64::from(draw.params.top_p), total);
    }
    draw_from(candidates, draw.position, draw.params)
}

/// The largest logit, the lower number at a tie.
fn greedy(isa: Isa, logits: &[f32], draw: &Draw, corrected: &[Candidate]) -> Result<u32, SampleError> {
    // Nothing stands between the logits and the choice: one look at each is enough.
    if corrected.is_empty()
        && draw.mask.is_none()
        && let Some(best) = argmax(isa, logits)
        && logits[best] != f32::NEG_INFINITY
        && draw.forbidden.binary_search(&(best as u32)).is_err()
    {
        return Ok(best as u32);
    }
    let mut best: Option<Candidate> = None;
    each_allowed(logits, draw, corrected, |candidate| {
        // Candidates come in the order of their numbers, so that the lower one wins a tie.
        if best.is_none_or(|best| candidate.1.total_cmp(&best.1) == Ordering::Greater) {
            best = Some(candidate);
        }
    });
    best.map(|best| best.0).ok_or(SampleError::Empty)
}

/// How far below the largest logit [`nucleus`] looks for its members.
const NUCLEUS_DEPTH: f32 = 12.0;

/// Collects what top-p keeps, without a candidate for each token of the vocabulary: the members of a nucleus lie close to the
/// largest logit, and the sum over all is known from one pass. `false` where that does not hold, or other truncations come
/// first; then nothing is decided. What it keeps is what the long way keeps, but for the last bits of that sum.
fn nucleus(
    isa: Isa,
    logits: &[f32],
    draw: &Draw,
    corrected: &[Candidate],
    candidates: &mut Vec<Candidate>,
) -> bool {
    let top_p = f64::from(draw.params.top_p);
    if top_p >= 1.0 || draw.params.top_k > 0 || draw.params.min_p > 0.0 || draw.mask.is_some() {
        return false;
    }
    let Some(largest) = argmax(isa, logits).map(|at| logits[at]) else { return false };
    let cut = largest - NUCLEUS_DEPTH;
    for (first, chunk) in (0u32..).step_by(CHUNK).zip(logits.chunks(CHUNK)) {
        if chunk.iter().fold(f32::NEG_INFINITY, |most, &logit| if logit > most { logit } else { most }) < cut
        {
            continue;
        }
        let near = chunk.iter().zip(first..).filter(|(logit, _)| **logit >= cut);
        candidates.extend(near.map(|(&logit, id)| (id, f64::from(logit))));
    }
    let share = |logit: f64| (logit - f64::from(largest)).exp();
    let mut total = (log_sum_exp(isa, logits) - f64::from(largest)).exp();
    let is_forbidden = |id: &u32| draw.forbidden.binary_search(id).is_ok();
    let allowed = corrected.iter().filter(|(id, _)| !is_forbidden(id));
    for id in draw.forbidden.iter().chain(allowed.clone().map(|(id, _)| id)) {
        if let Some(&logit) = logits.get(*id as usize) {
            total -= share(f64::from(logit));
        }
    }
    // One pass for all of them: a text's own tokens may be thousands.
    let is_corrected = |id: &u32| corrected.binary_search_by_key(id, |(other, _)| *other).is_ok();
    candidates.retain(|(id, _)| !is_forbidden(id) && !is_corrected(id));
    for &(id, logit) in allowed.filter(|(_, logit)| *logit != f64::NEG_INFINITY) {
        total += share(logit);
        candidates.push((id, logit));
    }
    if candidates.is_empty() {
        return false;
    }
    let most = candidates.iter().fold(f64::NEG_INFINITY, |most, c| most.max(c.1));
    let total = total * (f64::from(largest) - most).exp();
    keep_top_p(candidates, top_p, total) && candidates.iter().all(|(_, logit)| *logit >= f64::from(cut))
}

/// Logits looked at together.
const CHUNK: usize = 64;

/// Hands on every token that may come, in the order of the numbers, with its logit after the corrections (ascending).
fn each_allowed(logits: &[f32], draw: &Draw, corrected: &[Candidate], mut take: impl FnMut(Candidate)) {
    let mut next_corrected = corrected.iter().peekable();
    let mut consider = |id: u32, logit: f32| {
        while next_corrected.next_if(|(other, _)| *other < id).is_some() {}
        let logit = next_corrected.next_if(|(other, _)| *other == id).map_or(f64::from(logit), |(_, l)| *l);
        if logit != f64::NEG_INFINITY && draw.forbidden.binary_search(&id).is_err() {
            take((id, logit));
        }
    };
    match draw.mask {
        None => logits.iter().zip(0u32..).for_each(|(&logit, id)| consider(id, logit)),
        Some(mask) => mask.iter().for_each(|id| {
            if let Some(&logit) = logits.get(id as usize) {
                consider(id, logit);
            }
        }),
    }
}

/// The draw among what is left.
fn draw_from(candidates: &[Candidate], position: u64, params: &SampleParams) -> Result<u32, SampleError> {
    let temperature = f64::from(params.temperature);
    let mut best: Option<Candidate> = None;
    for &(id, logit) in candidates {
        let scored = (id, logit / temperature + gumbel(params.seed, position, id));
        if best.is_none_or(|best| by_logit(&scored, &best) == Ordering::Less) {
            best = Some(scored);
        }
    }
    best.map(|best| best.0).ok_or(SampleError::Empty)
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

/// Sum of e to the power of each logit above the largest.
fn total(candidates: &[Candidate]) -> f64 {
    let largest = candidates.iter().fold(f64::NEG_INFINITY, |largest, c| largest.max(c.1));
    candidates.iter().map(|(_, logit)| (logit - largest).exp()).sum()
}

/// Keeps the most probable until their share of `total` reaches `top_p`. `false`: it does not, and all were kept.
fn keep_top_p(candidates: &mut Vec<Candidate>, top_p: f64, total: f64) -> bool {
    if top_p >= 1.0 || candidates.is_empty() {
        return false;
    }
    let largest = candidates.iter().fold(f64::NEG_INFINITY, |largest, c| largest.max(c.1));
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
                return true;
            }
        }
        if head == candidates.len() {
            return false;
        }
        head = (head * 8).min(candidates.len());
    }
}

#[cfg(test)]
mod tests;
