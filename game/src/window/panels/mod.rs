//! The panels: paper and ink over the scene.

use bevy::prelude::App;

/// Adds them.
pub fn plugin(_app: &mut App) {}
