//! The plan: where the village's places lie in the window's space, and the ways between them.
//!
//! Owns: the map from the engine's decimetres to metres (x east, z south, y up) and spots for people to stand at. Refuses to know:
//! what stands there. Positions are the engine's integers; nothing here flows back.

use bevy::math::{Vec2, Vec3};
use bevy::prelude::Resource;
use engine_sim::content::Village;
use engine_sim::ids::PlaceId;

/// Decimetres in a metre of the drawn village.
const DM_PER_M: f32 = 10.0;
/// From a place's middle to where people stand before its door, metres.
pub const YARD_M: f32 = 5.0;
/// Between neighbours in a yard, metres.
const ELBOW_M: f32 = 1.5;

/// A place as drawn.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its key in the village's tables: "mill".
    pub key: String,
    /// Its middle on the ground plan, metres (x, z).
    pub at: Vec2,
    /// Which way its door faces: a unit vector towards where people stand.
    pub door: Vec2,
    /// Whether it is a house.
    pub inside: bool,
}

/// The drawn plan.
#[derive(Resource, Debug, Clone)]
pub struct Plan {
    /// Sites, by place.
    pub sites: Vec<Site>,
    /// Ways between neighbours, each once.
    pub ways: Vec<(PlaceId, PlaceId)>,
}

impl Plan {
    /// The plan of a village.
    pub fn of(village: &Village) -> Plan {
        let at: Vec<Vec2> =
            village.places.iter().map(|p| Vec2::new(p.x as f32, p.y as f32) / DM_PER_M).collect();
        let mut ways = Vec::new();
        let mut toward = vec![Vec2::ZERO; at.len()];
        for a in village.place_ids() {
            for (b, _) in village.neighbours(a) {
                toward[a.index()] += (at[b.index()] - at[a.index()]).normalize_or_zero();
                if a < b {
                    ways.push((a, b));
                }
            }
        }
        // Doors look south where they can: that is where the camera is.
        let sites = village
            .places
            .iter()
            .zip(at.iter().zip(&toward))
            .map(|(place, (at, toward))| Site {
                key: place.id.clone(),
                at: *at,
                door: (toward.normalize_or_zero() * 0.5 + Vec2::Y).normalize_or(Vec2::Y),
                inside: place.inside,
            })
            .collect();
        Plan { sites, ways }
    }

    /// The site of a place.
    pub fn site(&self, place: PlaceId) -> &Site {
        &self.sites[place.index()]
    }

    /// Where the `n`-th of those who are at a place stands, on the ground plan.
    pub fn spot(&self, place: PlaceId, n: usize) -> Vec2 {
        let site = self.site(place);
        let side = site.door.perp();
        let row = (n / 5) as f32;
        let column = (n % 5) as f32 - 2.0;
        site.at + site.door * (YARD_M + row * ELBOW_M) + side * column * ELBOW_M
    }

    /// A point of the plan at a height.
    pub fn lift(at: Vec2, height: f32) -> Vec3 {
        Vec3::new(at.x, height, at.y)
    }
}
