//! Talk: from the player's words to a villager's act, and from a mind's words to the judgement.
//!
//! Owns: the stages of DESIGN's flow of a line, one module each: `parse`, `policy`, `turn`, `context`, `judge`, `lines`; and
//! the words that any line is made of (`vocabulary`, `closed`). Refuses to
//! know: models and windows.

pub mod closed;
pub mod context;
pub mod judge;
pub mod lines;
pub mod parse;
pub mod policy;
pub mod suggest;
pub mod turn;
pub mod vocabulary;
