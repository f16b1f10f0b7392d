//! Light: sun and moon by the drawn clock, sky, lamps and windows that go on.

use bevy::prelude::App;

/// Adds it.
pub fn plugin(_app: &mut App) {}
