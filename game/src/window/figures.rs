//! The figures: one silhouette and accent for each villager, built from the kit.

use bevy::prelude::App;

/// Adds it.
pub fn plugin(_app: &mut App) {}
