//! The camera: orbits and follows, eases into a two-shot for a talk.

use bevy::prelude::App;

/// Adds it.
pub fn plugin(_app: &mut App) {}
