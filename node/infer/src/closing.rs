//! Owns when the ending of a constrained answer is planned, and which token is taken instead of one with which the answer
//! would not end in time. Refuses to know how an ending is found ([`Ending`] does) and how tokens are drawn.
//!
//! The rule: at the first token, and each time that the tokens left have halved, one look is taken at how long an ending is.
//! With [`WATCHED_TOKENS`] left, or where the ending may take half of what is left, every token is watched from then on: a
//! token is taken as it was drawn if an ending that fits the tokens left is known behind it, and else the plan's next token is
//! taken. So once an ending is known, the answer ends, whatever is drawn: where the search itself gives up, it is planned anew a
//! few times, and then what was last planned is written to its end. Before that, nothing is promised: a grammar may open with
//! one token what takes hundreds to close. Where no ending is found the answer is cut as any other.
//! All of it depends on the answer's own tokens alone: neither guessing ahead nor other answers change it, be they of the same
//! batch or of the same constraint.

use crate::constrain::{Ending, Matcher};
use std::collections::VecDeque;

/// Tokens left from which on every token is watched. A token costs some ten microseconds then.
pub(crate) const WATCHED_TOKENS: usize = 256;

/// Times that one answer is planned anew after a search that gave up. A plan has a lexer of its own, which may be large.
const REPLANS_MAX: usize = 3;

/// The end of one answer.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    /// There while tokens are watched.
    ending: Option<Ending>,
    /// What is left of a plan that is written as it is, with nothing drawn any more.
    settled: VecDeque<u32>,
    /// Tokens left at which to look next; before the first look there is none.
    look_at: Option<usize>,
    replans: usize,
    is_planned: bool,
}

impl Closing {
    /// Whether a token was taken from a plan.
    pub(crate) fn is_planned(&self) -> bool {
        self.is_planned
    }

    /// The token to take instead of `token` with `left` tokens to make, this one included; none, where it may be taken.
    /// `matcher` stands before it. Must be followed by [`Closing::take`] or [`Closing::give_up`] where it is one.
    pub(crate) fn instead_of(&mut self, token: u32, matcher: &Matcher, left: usize) -> Option<u32> {
        if self.ending.is_none() && self.settled.is_empty() {
            self.look(matcher, left);
        }
        if let Some(ending) = &mut self.ending {
            match ending.follow(token, left.saturating_sub(1)) {
                Ok(true) => return None,
                Ok(false) => return ending.next_token(),
                Err(_) => {}
            }
            if self.follow_anew(token, matcher, left) {
                return None;
            }
        }
        let planned = self.ending.as_ref().and_then(Ending::next_token);
        planned.or_else(|| self.settled.front().copied())
    }

    /// After a search that gave up: whether `token` may be taken by a new plan. Where there is none that can follow it, the old
    /// one is settled; the tokens of either fit.
    fn follow_anew(&mut self, token: u32, matcher: &Matcher, left: usize) -> bool {
        self.settle();
        if self.replans == REPLANS_MAX {
            return false;
        }
        self.replans += 1;
        let Ok(Some(mut ending)) = Ending::plan(matcher, left) else { return false };
        let follows = ending.follow(token, left.saturating_sub(1));
        self.ending = Some(ending);
        match follows {
            Ok(follows) => {
                self.settled.clear();
                follows
            }
            Err(_) => {
                self.settle();
                false
            }
        }
    }

    /// Keeps the plan's tokens alone.
    fn settle(&mut self) {
        if let Some(ending) = self.ending.take() {
            self.settled = ending.tokens().iter().copied().collect();
        }
    }

    /// Goes on by the plan's token.
    pub(crate) fn take(&mut self, token: u32, left: usize) {
        if let Some(ending) = &mut self.ending {
            if matches!(ending.follow(token, left.saturating_sub(1)), Ok(true)) {
                self.is_planned = true;
                return;
            }
            self.settle();
        }
        if self.settled.front() == Some(&token) {
            self.settled.pop_front();
            self.is_planned = true;
        } else {
            self.give_up(left);
        }
    }

    /// Drops the plan until the tokens left have halved.
    pub(crate) fn give_up(&mut self, left: usize) {
        self.ending = None;
        self.settled.clear();
        self.look_at = Some(left / 2);
    }

    fn look(&mut self, matcher: &Matcher, left: usize) {
        if self.look_at.is_some_and(|look_at| left > look_at) {
            return;
        }
        self.give_up(left);
        // A search that breaks breaks its copy alone; the answer goes on without a plan.
        let Ok(Some(ending)) = Ending::plan(matcher, left) else { return };
        if left <= WATCHED_TOKENS || left <= ending.len() * 2 {
            self.ending = Some(ending);
        } else {
            self.look_at = Some(WATCHED_TOKENS.max(left / 2));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constrain::{ConstraintFactory, Source, TokenTable};
    use crate::tokenizer::Tokenizer;
    use std::sync::Arc;

    /// Breaks the copy by a token that its constraint rules out, and writes what is planned then.
    fn check(replans: usize) {
        let tokenizer = Tokenizer::bytes().unwrap();
        let factory = ConstraintFactory::new(Arc::new(TokenTable::of(&tokenizer).unwrap())).unwrap();
        let mut matcher = factory.compile(&Source::JsonObject).unwrap().start();
        let token = |byte: u8| tokenizer.encode(&char::from(byte).to_string(), false).unwrap()[0];
        br#"{"a":["#.iter().for_each(|&byte| matcher.accept(token(byte)).unwrap());
        let mut closing = Closing { replans, ..Closing::default() };
        for left in (1..=9).rev() {
            let planned = closing.instead_of(token(b'}'), &matcher, left).expect("no token is planned");
            assert!(closing.ending.is_none(), "a broken copy is kept");
            closing.take(planned, left);
            matcher.accept(planned).unwrap();
            if matcher.is_finished() {
                assert!(closing.is_planned());
                return;
            }
        }
        panic!("the answer did not end");
    }

    #[test]
    fn where_searching_breaks_the_plan_is_written_to_its_end() {
        check(0);
        check(REPLANS_MAX);
    }

    #[test]
    fn a_token_that_was_not_taken_is_not_counted() {
        let mut closing = Closing::default();
        closing.take(7, 3);
        assert!(!closing.is_planned());
    }
}
