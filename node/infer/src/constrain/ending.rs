//! Owns a way to the end of an answer: from any place in a constraint, a short text after which the answer is complete, in as
//! few tokens as spell it. Refuses to know logits, the draw, and when an ending is wanted.
//!
//! Where tokens run out, an answer that follows a constraint is worth nothing unless it is whole. An [`Ending`] stands where
//! the answer stands and knows one plan to end it; it is told each token that is wished for, and says whether an answer with
//! that token still ends within the tokens left. Most tokens leave the plan as it is or spoil only its beginning (one more
//! letter of a string, the next digit), so what is left of the old plan is tried first; only where something new was opened a
//! plan is searched anew (`search`).
//! It works on a copy of the matcher with a lexer of its own, so that no search can use up what the answer itself may cost, and
//! no other answer of the same constraint what a search may: the copy knows what this answer's tokens taught it, and nothing else.
//! All bounds count work and not time: the same answer is planned alike on every machine and in any company.
//! Source: own design; that every token which spells an allowed text is allowed itself is the grammar library's documented rule.

mod apart;
mod search;

use super::{ConstraintError, Matcher, TokenTable, library};
use llguidance::toktrie::TokEnv;
use search::{Found, Search};
use std::fmt;

/// Longest text of a plan, in bytes.
pub const ENDING_BYTES_MAX: usize = 2048;
/// Most work of the walk to an end for the first plan, in bytes given to the parser: some ten milliseconds.
const FIRST_WALK_WORK_MAX: usize = 48_000;
/// Most work for finding a better way than that walk's.
const FIRST_TRIES_WORK_MAX: usize = 24_000;
/// The same after a token, of which there are many.
const NEXT_WALK_WORK_MAX: usize = 16_000;
const NEXT_TRIES_WORK_MAX: usize = 2_000;
/// Most work for using what is left of a plan.
const KEPT_WORK_MAX: usize = 8_000;
/// Searches with the bounds of a first plan that one ending may make after it, where the smaller bounds ended a search before
/// it was through. Few, as each may take twenty milliseconds, in which all other answers wait.
const WIDE_SEARCHES_MAX: usize = 2;

/// What a search came to.
enum Way {
    Fits(Plan),
    /// The search is through: no ending it can find fits.
    TooLong,
    /// There was more to try.
    WorkRanOut,
}

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
    wide_searches_left: usize,
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ending").field("at", &self.at).field("plan", &self.plan).finish()
    }
}

impl Ending {
    /// Plans an ending of at most `tokens_left` tokens from where the matcher stands. None where no such ending is found
    /// within the bounds: there may be one nevertheless. Depends on the constraint and the tokens the matcher accepted alone.
    ///
    /// # Errors
    /// `TooComplex` or `Library`, of the copy alone: the matcher goes on as before.
    pub fn plan(matcher: &Matcher, tokens_left: usize) -> Result<Option<Ending>, ConstraintError> {
        let at = matcher.apart()?;
        let env = at.inner.tok_env().map_err(library)?;
        let of_byte = |byte: usize| {
            let token = env.tok_trie().token_id(&[byte as u8]);
            token.filter(|&token| at.tokens.bytes(token).len() == 1)
        };
        let of_bytes = Box::new(std::array::from_fn(of_byte));
        let plan = Plan::default();
        let mut ending = Ending { at, env, of_bytes, plan, wide_searches_left: WIDE_SEARCHES_MAX };
        match ending.search(tokens_left, FIRST_WALK_WORK_MAX, FIRST_TRIES_WORK_MAX)? {
            Way::Fits(plan) => Ok(Some(Ending { plan, ..ending })),
            Way::TooLong | Way::WorkRanOut => Ok(None),
        }
    }

    /// Tokens of the plan; 0 where the answer has ended.
    pub fn len(&self) -> usize {
        self.plan.tokens.len()
    }

    /// Whether the answer has ended.
    pub fn is_empty(&self) -> bool {
        self.plan.tokens.is_empty()
    }

    /// The tokens of the plan. Right even after an error, without the token that caused it.
    pub fn tokens(&self) -> &[u32] {
        &self.plan.tokens
    }

    /// The next token of the plan.
    pub fn next_token(&self) -> Option<u32> {
        self.plan.tokens.first().copied()
    }

    /// Goes on by a token if an ending of at most `tokens_left` tokens is found behind it; else says `false` and stays where
    /// it was. The plan's own next token is always right while the plan fits.
    ///
    /// # Errors
    /// `Rejected`, where the constraint does not allow the token; `TooComplex` or `Library`, also where a search ended because
    /// the lexer gave up. Nothing but [`Ending::tokens`] is then of use.
    pub fn follow(&mut self, token: u32, tokens_left: usize) -> Result<bool, ConstraintError> {
        if self.at.tokens.is_end(token) {
            self.at.accept(token)?;
            self.plan = Plan::default();
            return Ok(true);
        }
        self.at.accept(token)?;
        if let Some(plan) = self.rest_after(token, tokens_left) {
            self.plan = plan;
            return Ok(true);
        }
        if let Some(plan) = self.next_plan(token, tokens_left)? {
            self.plan = plan;
            return Ok(true);
        }
        self.at.rollback(1)?;
        Ok(false)
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

    /// A plan behind `token`, the last that was taken and none of the plan's.
    fn next_plan(&mut self, token: u32, tokens_left: usize) -> Result<Option<Plan>, ConstraintError> {
        if !self.at.is_finished() && !self.at.may_end()? {
            let text = std::mem::take(&mut self.plan.text);
            let kept = self.kept(&text, tokens_left);
            self.plan.text = text;
            if let Some(plan) = kept? {
                return Ok(Some(plan));
            }
        }
        let mut way = self.search(tokens_left, NEXT_WALK_WORK_MAX, NEXT_TRIES_WORK_MAX)?;
        if matches!(way, Way::WorkRanOut) && self.wide_searches_left > 0 {
            self.wide_searches_left -= 1;
            self.at.refuel()?;
            way = self.search(tokens_left, FIRST_WALK_WORK_MAX, FIRST_TRIES_WORK_MAX)?;
        }
        if let Way::Fits(plan) = way {
            return Ok(Some(plan));
        }
        // A lexer that has given up allows nothing, which is not to be taken for a search that found nothing.
        self.at.check_lexer(token)?;
        Ok(None)
    }

    /// The longest part of the old plan, up to its end, that still ends the answer within the tokens left.
    fn kept(&mut self, text: &[u8], tokens_left: usize) -> Result<Option<Plan>, ConstraintError> {
        let (env, table) = (self.env.clone(), self.at.tokens.clone());
        let mut search = Search::begin(&mut self.at, &self.of_bytes, KEPT_WORK_MAX)?;
        for from in 0..text.len() {
            let part = &text[from..];
            if search.ran_out() {
                break;
            }
            // Most parts are out of place with their first byte.
            if !search.allows(&part[..1])? || !search.ends_after(part)? {
                continue;
            }
            search.count_tokens_of(part);
            let Some(tokens) = spell(part, &env, &table) else { continue };
            let needs_end = tokens.len() < tokens_left || !search.finishes(&tokens)?;
            if let Some(plan) = fitting(part, tokens, needs_end, tokens_left, &table) {
                return Ok(Some(plan));
            }
        }
        Ok(None)
    }

    fn search(
        &mut self,
        tokens_left: usize,
        walk_work: usize,
        tries_work: usize,
    ) -> Result<Way, ConstraintError> {
        let (env, table) = (self.env.clone(), self.at.tokens.clone());
        let count = |found: &Found| {
            let tokens = spell(&found.text, &env, &table)?;
            Some(tokens.len() + usize::from(found.needs_end))
        };
        let mut search = Search::begin(&mut self.at, &self.of_bytes, walk_work)?;
        let found = search.shortest(tokens_left, tries_work, count)?;
        let plan = found.and_then(|found| {
            let tokens = spell(&found.text, &env, &table)?;
            fitting(&found.text, tokens, found.needs_end, tokens_left, &table)
        });
        Ok(match plan {
            Some(plan) => Way::Fits(plan),
            None if search.ran_out() => Way::WorkRanOut,
            None => Way::TooLong,
        })
    }
}

/// The plan of a text and the tokens that spell it; none, where it takes more than `max`.
fn fitting(
    text: &[u8],
    mut tokens: Vec<u32>,
    needs_end: bool,
    max: usize,
    table: &TokenTable,
) -> Option<Plan> {
    if needs_end {
        tokens.push(table.ends()[0]);
    }
    (tokens.len() <= max).then(|| Plan { text: text.to_vec(), tokens })
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
