//! The ground: snow, paths trodden into it, the frozen stream.
//!
//! Owns: the height of the ground and its mesh. Refuses to know: what stands on it.

use bevy::math::Vec2;
use bevy::prelude::App;

/// The height of the ground at a point of the plan, metres.
pub fn height(_at: Vec2) -> f32 {
    0.0
}

/// Adds the ground.
pub fn plugin(_app: &mut App) {}
