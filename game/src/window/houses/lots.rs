//! Lots: the ground that each house covers, for whoever must keep off it.
//!
//! Owns: a rectangle for each site. Refuses to know: what is built on it.

use crate::window::plan::Site;
use bevy::math::Vec2;

/// Half widths (across and along the door's direction) and how far the middle lies before the site, metres, by site.
const LOTS: [(&str, f32, f32, f32); 14] = [
    ("emberhouse", 3.9, 3.7, -0.2),
    ("lantern", 7.0, 3.8, -0.6),
    ("smithy", 5.4, 3.8, -0.6),
    ("mill", 4.2, 4.0, -0.8),
    ("bakery", 5.6, 3.8, -0.6),
    ("chapel", 4.0, 6.4, -3.0),
    ("market", 6.8, 4.6, -2.4),
    ("well", 1.7, 1.7, 0.0),
    ("herbhouse", 5.2, 3.7, -0.5),
    ("bridge", 0.5, 0.5, 0.0),
    ("woodyard", 7.0, 4.4, -1.6),
    ("gate", 13.0, 1.8, -1.8),
    ("stable", 6.6, 3.9, -0.9),
    ("moothall", 6.9, 4.3, -1.3),
];
/// Half widths of a lot whose site has no entry, metres.
const PLAIN_LOT_M: f32 = 4.0;

/// A house's rectangle on the plan.
#[derive(Debug, Clone, Copy)]
pub struct Lot {
    middle: Vec2,
    door: Vec2,
    half: Vec2,
}

impl Lot {
    /// The lot of a site.
    pub fn of(site: &Site) -> Lot {
        let (x, z, before) = LOTS
            .iter()
            .find(|lot| lot.0 == site.key)
            .map_or((PLAIN_LOT_M, PLAIN_LOT_M, 0.0), |lot| (lot.1, lot.2, lot.3));
        Lot { middle: site.at + site.door * before, door: site.door, half: Vec2::new(x, z) }
    }

    /// Metres from a point to the lot's edge; negative inside.
    pub fn gap(&self, at: Vec2) -> f32 {
        let from = at - self.middle;
        let across = Vec2::new(self.door.y, -self.door.x);
        let over = Vec2::new(from.dot(across).abs(), from.dot(self.door).abs()) - self.half;
        over.max(Vec2::ZERO).length() + over.max_element().min(0.0)
    }

    /// The way out of the lot from a point: a unit vector along which the gap grows.
    pub fn out(&self, at: Vec2) -> Vec2 {
        let step = 0.05;
        let slope = Vec2::new(
            self.gap(at + Vec2::X * step) - self.gap(at - Vec2::X * step),
            self.gap(at + Vec2::Y * step) - self.gap(at - Vec2::Y * step),
        );
        slope.normalize_or(Vec2::Y)
    }
}
