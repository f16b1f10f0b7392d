//! Owns the copies of a matcher that endings are searched on: their own lexer, and how much work it has. Refuses to know what
//! is searched.
//! Source: the grammar library's lexer gets its work anew with each mask, and has no limits before its first; where it has given
//! up it says that nothing may come, and tells of it only where a token is taken or a mask is made.

use crate::constrain::{ConstraintError, Matcher};

impl Matcher {
    /// The same place with a lexer of its own, that knows nothing but what this answer's tokens teach it: whatever it does
    /// depends on them alone, and not on who else follows the constraint.
    pub(super) fn apart(&self) -> Result<Matcher, ConstraintError> {
        let mut apart = Matcher { inner: self.untaught.deep_clone(), ..self.clone() };
        if !apart.said.is_empty() {
            let said = apart.inner.consume_tokens(&apart.said);
            said.map_err(|error| apart.failure(&error.to_string()))?;
        }
        apart.refuel()?;
        Ok(apart)
    }

    /// Gives the lexer a whole step's work again, less what a mask here takes, which is made anew. Fails where the lexer has
    /// given up, which asking for tokens does not tell.
    pub(in crate::constrain) fn refuel(&mut self) -> Result<(), ConstraintError> {
        if self.is_finished() {
            return Ok(());
        }
        self.inner.invalidate_bias_cache();
        self.inner.compute_mask().map_err(|error| self.failure(&error.to_string()))?;
        Ok(())
    }

    /// Fails where the lexer has given up since `token`, the last one that was taken. Costs next to nothing.
    pub(super) fn check_lexer(&mut self, token: u32) -> Result<(), ConstraintError> {
        self.rollback(1)?;
        // What was taken once is taken again, and the library tells of its lexer before it takes anything.
        self.inner.consume_tokens(&[token]).map_err(|error| self.failure(&error.to_string()))?;
        self.said.push(token);
        Ok(())
    }
}
