//! What is written down: the state's shape, saves, and the judge's text forms.
//!
//! Owns: every serialised type of the engine (DESIGN section 2). Refuses to know: files, rules.

pub mod json;
pub mod save;
pub mod state;
