//! Busts: a figure with the small things in its face that are too fine for the village but make a portrait.
//!
//! Owns: brows, mouth, cheeks, the light in the eyes, spectacles; each person's own by their key. Refuses to know: how it is drawn.

use super::Model;
use super::parts::{EYE_AT_M, EYE_M, HEAD_M, oval, skin, taper};
use super::trades::{self, HEAD_SCALE, Whiskers};
use crate::window::kit::{Crook, Shape};
use crate::window::palette::{BRICK, EMBER, INK, SNOW_LIGHT, THATCH, mixed};
use bevy::color::Srgba;
use bevy::math::{Affine3A, Vec2, Vec3};

/// Seed of the faces; each adds its own letters.
const SEED: u64 = 0xFACE;
/// What a face is drawn on, beyond its facets: middle and half its size, metres.
const SKIN: (Vec3, Vec3) = (Vec3::new(0.0, HEAD_M.y * 0.5, 0.0), Vec3::new(0.214, 0.235, 0.204));
/// The same of a beard.
const BEARD: (Vec3, Vec3) = (Vec3::new(0.0, 0.08, 0.12), Vec3::new(0.30, 0.30, 0.166));
/// Thickness of a brow and of the lips, metres.
const BROW_M: f32 = 0.014;
const LIPS_M: f32 = 0.009;
/// Half a mouth's width, metres, and how high it is in the face: bare, and under whiskers.
const MOUTH_M: f32 = 0.062;
const MOUTH_UP_M: (f32, f32) = (0.112, 0.084);
/// How high the brows are, metres: below the hats.
const BROW_UP_M: f32 = 0.302;
/// Where a cheek's middle is and its radius, metres.
const CHEEK_AT_M: Vec2 = Vec2::new(0.118, 0.165);
const CHEEK_M: Vec2 = Vec2::new(0.034, 0.028);

/// The figure of a person's key, with a face to be looked at closely.
pub fn bust(key: &str) -> Model {
    let mut model = trades::model(key);
    let mut crook =
        Crook::new(key.bytes().fold(SEED, |seed, b| seed.wrapping_mul(31).wrapping_add(u64::from(b))));
    let mut face = Shape::new();
    brows(&mut face, key, &mut crook);
    mouth(&mut face, key, &mut crook);
    for side in [-1.0, 1.0] {
        cheek(&mut face, side);
        // The light comes from the same side in both eyes.
        let glint = EYE_AT_M * Vec3::new(side, 1.0, 1.0) + Vec3::new(-0.30, 0.30, 0.36) * EYE_M;
        oval(&mut face, glint, Vec3::splat(EYE_M * 0.34), 3, SNOW_LIGHT);
    }
    if key == "osric" {
        spectacles(&mut face);
    }
    model.head.add(&face, Affine3A::from_scale(Vec3::splat(HEAD_SCALE)));
    model
}

/// The point of a round thing's front over a place aside and up from the neck, metres.
fn front((middle, half): (Vec3, Vec3), at: Vec2) -> Vec3 {
    let off = (at - middle.truncate()) / half.truncate();
    at.extend(middle.z + (1.0 - off.length_squared()).max(0.0).sqrt() * half.z)
}

/// A line drawn through these points, thinner towards its ends.
fn line(face: &mut Shape, points: &[Vec3], thick: f32, colour: Srgba) {
    let last = points.len().saturating_sub(1) as f32;
    let radius = |i: usize| thick * (1.0 - 0.55 * (2.0 * i as f32 / last - 1.0).powi(2));
    for (i, pair) in points.windows(2).enumerate() {
        taper(face, pair[0], pair[1], (radius(i), radius(i + 1)), 5, colour);
    }
}

/// Two brows; one is raised a little more than the other.
fn brows(face: &mut Shape, key: &str, crook: &mut Crook) {
    let colour = mixed(trades::hair_colour(key), INK, 0.25);
    let (slant, thick) = (crook.between(-0.003, 0.012), BROW_M * crook.between(0.8, 1.2));
    for side in [-1.0, 1.0] {
        let up = BROW_UP_M + crook.lean() * 0.007;
        let places = [(0.042, slant), (0.075, 0.012), (0.108, 0.010), (0.136, -0.006 - slant)];
        line(face, &places.map(|(x, lift)| front(SKIN, Vec2::new(x * side, up + lift))), thick, colour);
    }
}

/// A smile, a little skew.
fn mouth(face: &mut Shape, key: &str, crook: &mut Crook) {
    let (on, up, colour) = match trades::whiskers(key) {
        Whiskers::Shaven => (SKIN, MOUTH_UP_M.0, mixed(BRICK, INK, 0.45)),
        Whiskers::Moustache => (SKIN, MOUTH_UP_M.1, mixed(BRICK, INK, 0.45)),
        Whiskers::Beard => (BEARD, MOUTH_UP_M.1, mixed(skin(), BRICK, 0.6)),
    };
    let (smile, skew) = (crook.between(0.016, 0.028), crook.lean() * 0.006);
    let wide = MOUTH_M * crook.between(0.8, 1.05);
    let points = [-1.0_f32, -0.55, 0.0, 0.55, 1.0]
        .map(|x| front(on, Vec2::new(x * wide, up + smile * (x * x - 0.5) + skew * x)));
    line(face, &points, LIPS_M, colour);
}

/// A cheek red with cold.
fn cheek(face: &mut Shape, side: f32) {
    let middle = CHEEK_AT_M * Vec2::new(side, 1.0);
    let place = |i: u8| Vec2::from_angle(f32::from(i) / 8.0 * std::f32::consts::TAU) * CHEEK_M;
    let ring = [0, 1, 2, 3, 4, 5, 6, 7].map(|i| front(SKIN, middle + place(i)));
    face.peak(&ring, front(SKIN, middle), mixed(skin(), EMBER, 0.2).into());
}

/// Two round glasses and the wire between them.
fn spectacles(face: &mut Shape) {
    const SIDES: u8 = 10;
    let (out, radius, wire) = (Vec3::Z * 0.045, EYE_M * 0.95, mixed(THATCH, INK, 0.35));
    for side in [-1.0, 1.0] {
        let middle = EYE_AT_M * Vec3::new(side, 0.98, 1.0) + out;
        let rim = |i: u8| {
            let (sin, cos) = (f32::from(i) / f32::from(SIDES) * std::f32::consts::TAU).sin_cos();
            middle + Vec3::new(cos, sin, 0.0) * radius
        };
        for i in 0..SIDES {
            taper(face, rim(i), rim(i + 1), (0.006, 0.006), 4, wire);
        }
        let bridge = EYE_AT_M * Vec3::new(0.0, 1.02, 1.0) + out * 1.2;
        taper(face, middle - Vec3::X * side * radius, bridge, (0.006, 0.006), 4, wire);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::content::Village;

    #[test]
    fn a_bust_is_the_figure_with_a_finer_face_of_its_own() {
        let village = Village::shipped().expect("the shipped village");
        let keys =
            village.villagers.iter().map(|v| v.id.as_str()).chain([super::super::PLAYER_KEY, "nobody"]);
        let mut prints = Vec::new();
        for key in keys {
            let (plain, fine) = (trades::model(key), bust(key));
            assert_eq!(plain.body.print(), fine.body.print(), "{key}");
            let count = plain.head.triangles();
            assert!(plain.head.facets().eq(fine.head.facets().take(count)), "{key} wears another head");
            let added: Vec<_> = fine.head.facets().skip(count).collect();
            let mut face = Shape::new();
            added.iter().for_each(|f| face.triangle(f.corners, f.colours[0]));
            let (low, high) = face.bounds().expect("a face of numbers");
            assert!(low.z > 0.0 && low.y > 0.0 && high.y < HEAD_M.y * HEAD_SCALE, "{key}: {low} to {high}");
            assert!(!prints.contains(&face.print()), "{key} has somebody else's face");
            prints.push(face.print());
        }
    }
}
