//! The houses and open places: fourteen, each told apart at a glance.

use bevy::prelude::App;

/// Adds it.
pub fn plugin(_app: &mut App) {}
