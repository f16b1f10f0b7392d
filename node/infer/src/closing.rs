//! Owns when the ending of a constrained answer is planned, and which token is taken instead of one with which the answer
//! would not end in time. Refuses to know how an ending is found ([`Ending`] does) and how tokens are drawn.
//!
//! The rule: at the first token, and each time that the tokens left have halved, one look is taken at how long an ending is.
//! With [`WATCHED_TOKENS`] left, or where the ending may take half of what is left, every token is watched from then on: a
//! token is taken as it was drawn if an ending that fits the tokens left is known behind it, and else the plan's next token is
//! taken. So once an ending is known, the answer ends, whatever is drawn. Before that, nothing is promised: a grammar may open
//! with one token what takes hundreds to close. Where no ending is found the answer is cut as any other.
//! All of it depends on the answer's own tokens alone: neither guessing ahead nor other answers of a batch change it.

use crate::constrain::{Ending, Matcher};

/// Tokens left from which on every token is watched. A token costs some ten microseconds then.
pub(crate) const WATCHED_TOKENS: usize = 256;

/// The end of one answer.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    /// There while tokens are watched.
    ending: Option<Ending>,
    /// Tokens left at which to look next; before the first look there is none.
    look_at: Option<usize>,
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
        if self.ending.is_none() {
            self.look(matcher, left);
        }
        let known = self.ending.as_mut()?.follow(token, left.saturating_sub(1));
        let known = known.or_else(|_| {
            // The copy has used up what one step may cost: a new one has all of it again.
            self.ending = Ending::plan(matcher, left).unwrap_or(None);
            self.ending.as_mut().map_or(Ok(true), |ending| ending.follow(token, left.saturating_sub(1)))
        });
        match known {
            Ok(true) => None,
            Ok(false) => self.ending.as_ref().and_then(Ending::next_token),
            Err(_) => {
                self.give_up(left);
                None
            }
        }
    }

    /// Goes on by the plan's token.
    pub(crate) fn take(&mut self, token: u32, left: usize) {
        self.is_planned = true;
        let taken = self.ending.as_mut().map(|ending| ending.follow(token, left.saturating_sub(1)));
        if !matches!(taken, Some(Ok(true))) {
            self.give_up(left);
        }
    }

    /// Drops the plan until the tokens left have halved.
    pub(crate) fn give_up(&mut self, left: usize) {
        self.ending = None;
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
