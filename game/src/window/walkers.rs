//! The walkers: drawn positions of villagers and player, moving after the scene along the ways.

use bevy::prelude::App;

/// Adds it.
pub fn plugin(_app: &mut App) {}
