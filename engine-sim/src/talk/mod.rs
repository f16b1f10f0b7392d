//! Talk: reading what the player types, deciding what a villager does with it, and judging every line a model writes.
//!
//! Owns: the closed vocabulary and the judge. Refuses to know: models, prompts, files, windows.

pub mod judge;
pub mod vocabulary;
