//! Talk: from a player's line to a villager's act and back.
//!
//! Owns: the modules that make up a turn of conversation. Refuses to know: models, prompts, windows.
//! Source: DESIGN section 3, "A player's line".

pub mod parse;
