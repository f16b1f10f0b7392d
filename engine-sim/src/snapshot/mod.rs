//! Snapshots: the text and byte forms of what the engine holds.
//!
//! Owns: JSON forms of facts, judge lines and verdicts. Refuses to know: where the text came from or goes to.

pub mod json;
