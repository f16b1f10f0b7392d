//! Trees, fences, stacked wood: what stands between the houses.

use bevy::prelude::App;

/// Adds it.
pub fn plugin(_app: &mut App) {}
