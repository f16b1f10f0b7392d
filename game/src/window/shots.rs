//! Shots: a scripted sitting of the real window that writes pictures of its screens.
//!
//! Owns: which pictures, in which order, and when the window has settled. Refuses to know: how anything is drawn.

use bevy::prelude::App;
use std::path::PathBuf;

/// A sitting.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the pictures go.
    pub out: PathBuf,
}

/// Adds a sitting to the window.
pub fn add(_app: &mut App, _plan: Plan) {}
