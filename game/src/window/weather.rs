//! The weather: falling snow, smoke, fog.

use bevy::prelude::App;

/// Adds it.
pub fn plugin(_app: &mut App) {}
