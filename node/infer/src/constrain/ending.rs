//! Owns a way to the end of an answer: from any place in a constraint, a short text after which the answer is complete, in as
//! few tokens as spell it. Refuses to know logits, the draw, and when an ending is wanted.
//!
//! Where tokens run out, an answer that follows a constraint is worth nothing unless it is whole. An [`Ending`] stands where
//! the answer stands and knows one plan to end it; it is told each token that is wished for, and says whether an answer with
//! that token still ends within the tokens left. Most tokens leave the plan as it is or spoil only its beginning (one more
//! letter of a string, the next digit), so what is left of the old plan is tried first; only where something new was opened a
//! plan is searched anew (`search`).
//! It works on a copy of the matcher with a lexer of its own, so that no search can use up what the answer itself may cost.
//! All bounds count work and not time: the same answer is planned alike on every machine.
//! Source: own design; that every token which spells an allowed text is allowed itself is the grammar library's documented rule.

mod search;

use super::{ConstraintError, Matcher, TokenTable, library};
use llguidance::toktrie::TokEnv;
use search::{COUNT_WORK, Found, Search};
use std::fmt;

/// Longest text of a plan, in bytes.
pub const ENDING_BYTES_MAX: usize = 2048;
/// Most work of the walk to an end for the first plan, in bytes given to the parser: some ten milliseconds.
const FIRST_WALK_WORK_MAX: usize = 48_000;
/// Most work for finding a better way than that walk's.
const FIRST_TRIES_WORK_MAX: usize = 24_000;
/// The same after a token, of which there are many: where a way is harder to find, the token is not taken.
const NEXT_WALK_WORK_MAX: usize = 16_000;
const NEXT_TRIES_WORK_MAX: usize = 2_000;
/// Most work for using what is left of a plan.
const KEPT_WORK_MAX: usize = 8_000;
/// A byte of a caller's own grammar costs as the square of the items in a row of its parser: all bounds of work are divided by
/// that square in units of this.
const ROW_ITEMS_SQUARED: usize = 16;

/// A plan to end the answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Plan {
    text: Vec<u8>,
    /// Tokens that spell the text, and an end token where the text alone does not end the answer.
    tokens: Vec<u32>,
}

/// Stands at a place of an answer and knows how to end it from there.
pub struct Ending {
    at: Matcher,
    env: TokEnv,
    /// The token that spells each byte alone.
    of_bytes: Box<[Option<u32>; 256]>,
    plan: Plan,
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ending").field("at", &self.at).field("plan", &self.plan).finish()
    }
}

impl Ending {
    /// Plans an ending of at most `tokens_left` tokens from where the matcher stands. None where no such ending is found
    /// within the bounds: there may be one nevertheless.
    ///
    /// # Errors
    /// `TooComplex` or `Library`, of the copy alone: the matcher goes on as before.
    pub fn plan(matcher: &Matcher, tokens_left: usize) -> Result<Option<Ending>, ConstraintError> {
        let at = Matcher { inner: matcher.inner.deep_clone(), ..matcher.clone() };
        let env = at.inner.tok_env().map_err(library)?;
        let of_byte = |byte: usize| {
            let token = env.tok_trie().token_id(&[byte as u8]);
            token.filter(|&token| at.tokens.bytes(token).len() == 1)
        };
        let of_bytes = Box::new(std::array::from_fn(of_byte));
        let mut ending = Ending { at, env, of_bytes, plan: Plan::default() };
        let byte_work = ending.byte_work()?;
        let found =
            ending.search(tokens_left, FIRST_WALK_WORK_MAX / byte_work, FIRST_TRIES_WORK_MAX / byte_work)?;
        Ok(found.map(|plan| Ending { plan, ..ending }))
    }

    /// Tokens of the plan; 0 where the answer has ended.
    pub fn len(&self) -> usize {
        self.plan.tokens.len()
    }

    /// Whether the answer has ended.
    pub fn is_empty(&self) -> bool {
        self.plan.tokens.is_empty()
    }

    /// The next token of the plan.
    pub fn next_token(&self) -> Option<u32> {
        self.plan.tokens.first().copied()
    }

    /// Goes on by a token if an ending of at most `tokens_left` tokens is found behind it; else says `false` and stays where
    /// it was. The plan's own next token is always right while the plan fits.
    ///
    /// # Errors
    /// `Rejected`, where the constraint does not allow the token; `TooComplex` or `Library`. It is then of no more use.
    pub fn follow(&mut self, token: u32, tokens_left: usize) -> Result<bool, ConstraintError> {
        if self.at.tokens.is_end(token) {
            self.at.accept(token)?;
            self.plan = Plan::default();
            return Ok(true);
        }
        self.at.accept(token)?;
        let plan = match self.rest_after(token, tokens_left) {
            Some(plan) => Some(plan),
            None => self.next_plan(tokens_left)?,
        };
        match plan {
            Some(plan) => self.plan = plan,
            None => {
                self.at.rollback(1)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What is left of the plan where the token is a part of it.
    fn rest_after(&self, token: u32, tokens_left: usize) -> Option<Plan> {
        let text = self.plan.text.strip_prefix(self.at.tokens.bytes(token))?.to_vec();
        let tokens = if self.next_token() == Some(token) {
            self.plan.tokens[1..].to_vec()
        } else {
            let end = self.plan.tokens.last().filter(|&&last| self.at.tokens.is_end(last));
            let mut tokens = spell(&text, &self.env, &self.at.tokens)?;
            tokens.extend(end);
            tokens
        };
        (tokens.len() <= tokens_left).then_some(Plan { text, tokens })
    }

    /// A plan behind a token that was none of the plan's.
    fn next_plan(&mut self, tokens_left: usize) -> Result<Option<Plan>, ConstraintError> {
        let byte_work = self.byte_work()?;
        if !self.at.is_finished() && !self.at.may_end()? {
            let text = std::mem::take(&mut self.plan.text);
            let kept = self.kept(&text, tokens_left, KEPT_WORK_MAX / byte_work);
            self.plan.text = text;
            if let Some(plan) = kept? {
                return Ok(Some(plan));
            }
        }
        self.search(tokens_left, NEXT_WALK_WORK_MAX / byte_work, NEXT_TRIES_WORK_MAX / byte_work)
    }

    /// The longest part of the old plan, up to its end, that still ends the answer within the tokens left.
    fn kept(
        &mut self,
        text: &[u8],
        tokens_left: usize,
        mut work: usize,
    ) -> Result<Option<Plan>, ConstraintError> {
        for from in 0..text.len() {
            let part = &text[from..];
            let mut search = Search::new(&mut self.at, &self.of_bytes, work);
            let ends = search.ends_after(part)?;
            work = search.work_left();
            if work == 0 {
                break;
            }
            if !ends {
                continue;
            }
            work = work.saturating_sub(part.len() * COUNT_WORK);
            let Some(tokens) = spell(part, &self.env, &self.at.tokens) else { continue };
            let needs_end = tokens.len() < tokens_left || !self.finishes(&tokens)?;
            if let Some(plan) = self.fitting(part, tokens, needs_end, tokens_left) {
                return Ok(Some(plan));
            }
        }
        Ok(None)
    }

    /// Whether nothing can follow these tokens.
    fn finishes(&mut self, tokens: &[u32]) -> Result<bool, ConstraintError> {
        for &token in tokens {
            self.at.accept(token)?;
        }
        let is_finished = self.at.is_finished();
        self.at.rollback(tokens.len())?;
        Ok(is_finished)
    }

    fn fitting(&self, text: &[u8], mut tokens: Vec<u32>, needs_end: bool, max: usize) -> Option<Plan> {
        if needs_end {
            tokens.push(self.at.tokens.ends()[0]);
        }
        (tokens.len() <= max).then(|| Plan { text: text.to_vec(), tokens })
    }

    /// What a byte costs here, in units of work: 1 for all sources but a caller's own grammar, which may be ambiguous.
    fn byte_work(&mut self) -> Result<usize, ConstraintError> {
        if !self.at.is_callers_grammar || self.at.is_finished() {
            return Ok(1);
        }
        // The parser counts its items where it makes a mask, and forgets none it has made.
        self.at.inner.invalidate_bias_cache();
        let made = self.at.inner.compute_mask();
        made.map_err(|error| self.at.failure(&error.to_string()))?;
        let stats = self.at.inner.last_step_stats().map_err(library)?;
        let row_items = stats.all_items / stats.rows.max(1);
        Ok(1 + row_items * row_items / ROW_ITEMS_SQUARED)
    }

    fn search(
        &mut self,
        tokens_left: usize,
        walk_work: usize,
        tries_work: usize,
    ) -> Result<Option<Plan>, ConstraintError> {
        let (env, table) = (self.env.clone(), self.at.tokens.clone());
        let count = |found: &Found| {
            let tokens = spell(&found.text, &env, &table)?;
            Some(tokens.len() + usize::from(found.needs_end))
        };
        let mut search = Search::new(&mut self.at, &self.of_bytes, walk_work);
        let Some(found) = search.shortest(tokens_left, tries_work, count)? else { return Ok(None) };
        let Some(tokens) = spell(&found.text, &self.env, &self.at.tokens) else { return Ok(None) };
        Ok(self.fitting(&found.text, tokens, found.needs_end, tokens_left))
    }
}

/// The fewest tokens that spell a text; none, where the vocabulary cannot.
fn spell(text: &[u8], env: &TokEnv, table: &TokenTable) -> Option<Vec<u32>> {
    // By place, from the end: how many tokens the rest takes, and the first of them.
    let mut best: Vec<Option<(u32, u32)>> = vec![None; text.len() + 1];
    best[text.len()] = Some((0, 0));
    for from in (0..text.len()).rev() {
        for token in env.tok_trie().all_prefixes(&text[from..]) {
            let len = table.bytes(token).len();
            let Some((rest, _)) = best[from + len].filter(|_| len > 0) else { continue };
            // Of equally short ways the one with the longest first token stays: all are right.
            if best[from].is_none_or(|(count, _)| rest < count) {
                best[from] = Some((rest + 1, token));
            }
        }
    }
    let mut tokens = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let (_, token) = best[from]?;
        tokens.push(token);
        from += table.bytes(token).len();
    }
    Some(tokens)
}

#[cfg(test)]
mod tests;
