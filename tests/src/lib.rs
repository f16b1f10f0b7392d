//! What the suites share: games played from a seed, every tick seen, programs found.
//!
//! Owns: set-up only. Refuses to assert about the village: each suite says itself what must hold.

pub mod entry;
pub mod explorer;
pub mod games;
pub mod programs;
pub mod seen;
