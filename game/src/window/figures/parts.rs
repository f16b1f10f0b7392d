//! Parts: the solids figures are made of, in any direction.
//!
//! Owns: ovals about a middle, tapers between two points, slabs, faces, lanterns. Refuses to know: who wears them. Metres.

use crate::window::kit::{Crook, Shape};
use crate::window::palette::{BRICK, INK, PAPER, THATCH, TIMBER, mixed};
use bevy::color::Srgba;
use bevy::math::{Affine3A, Quat, Vec3};

/// Across a head: width, height, depth.
pub const HEAD_M: Vec3 = Vec3::new(0.42, 0.46, 0.40);
/// Across an eye.
pub const EYE_M: f32 = 0.062;
/// From the middle of the face to an eye's middle: aside, up from the neck, forwards.
pub const EYE_AT_M: Vec3 = Vec3::new(0.085, 0.25, 0.178);
/// Across a nose.
const NOSE_M: Vec3 = Vec3::new(0.09, 0.10, 0.11);
/// Corners of a round limb.
const LIMB_SIDES: u32 = 6;

/// Skin, a blend of paper and brick over straw.
pub fn skin() -> Srgba {
    mixed(mixed(PAPER, BRICK, 0.20), THATCH, 0.34)
}

/// A ball about a middle.
pub fn oval(shape: &mut Shape, middle: Vec3, size: Vec3, rings: u32, colour: Srgba) {
    let mut ball = Shape::new();
    ball.ball(size, rings, colour);
    shape.put(&ball, middle - Vec3::Y * size.y * 0.5, 0.0);
}

/// A round limb between two points, with a radius at each.
pub fn taper(shape: &mut Shape, from: Vec3, to: Vec3, radii: (f32, f32), sides: u32, colour: Srgba) {
    let along = to - from;
    let mut drum = Shape::new();
    drum.drum(radii.0, radii.1, along.length(), sides, colour);
    let turn = Quat::from_rotation_arc(Vec3::Y, along.normalize_or(Vec3::Y));
    shape.add(&drum, Affine3A::from_rotation_translation(turn, from));
}

/// A drum that is deeper or flatter than round: `depth` of its width.
pub fn flat_drum(shape: &mut Shape, foot: Vec3, radii: (f32, f32), height: f32, depth: f32, colour: Srgba) {
    let mut drum = Shape::new();
    drum.drum(radii.0, radii.1, height, 8, colour);
    let squeeze = Vec3::new(1.0, 1.0, depth);
    shape.add(&drum, Affine3A::from_scale_rotation_translation(squeeze, Quat::IDENTITY, foot));
}

/// A bevelled block about a middle, turned.
pub fn slab(shape: &mut Shape, middle: Vec3, size: Vec3, turn: Quat, colour: Srgba, crook: &mut Crook) {
    let mut block = Shape::new();
    block.block(size, size.min_element() * 0.3, colour, crook, 0.012);
    let foot = middle - turn * Vec3::Y * (size.y * 0.5);
    shape.add(&block, Affine3A::from_rotation_translation(turn, foot));
}

/// A bare head on a neck at the origin: two dot eyes and a nose.
pub fn face(shape: &mut Shape, nose: f32) {
    oval(shape, Vec3::Y * HEAD_M.y * 0.5, HEAD_M, 5, skin());
    for side in [-1.0, 1.0] {
        oval(shape, EYE_AT_M * Vec3::new(side, 1.0, 1.0), Vec3::splat(EYE_M), 3, INK);
    }
    let red = mixed(skin(), BRICK, 0.35);
    oval(shape, Vec3::new(0.0, 0.19, 0.205), NOSE_M * nose, 3, red);
}

/// Both boots.
pub fn boots(shape: &mut Shape, apart: f32, colour: Srgba, crook: &mut Crook) {
    for side in [-1.0, 1.0] {
        slab(
            shape,
            Vec3::new(apart * side, 0.09, 0.05),
            Vec3::new(0.19, 0.18, 0.31),
            Quat::IDENTITY,
            colour,
            crook,
        );
    }
}

/// Two legs down into the boots.
pub fn legs(shape: &mut Shape, apart: f32, up: f32, colour: Srgba) {
    for side in [-1.0, 1.0] {
        let x = apart * side;
        taper(shape, Vec3::new(x, 0.14, 0.0), Vec3::new(x, up, 0.0), (0.10, 0.13), LIMB_SIDES, colour);
    }
}

/// An arm from shoulder to hand, with a mitten at the end.
pub fn arm(shape: &mut Shape, shoulder: Vec3, hand: Vec3, thick: f32, sleeve: Srgba) {
    let elbow = (shoulder + hand) * 0.5 + Vec3::new(shoulder.x.signum() * 0.06, -0.03, -0.04);
    taper(shape, shoulder, elbow, (thick, thick * 0.9), LIMB_SIDES, sleeve);
    taper(shape, elbow, hand, (thick * 0.95, thick * 0.8), LIMB_SIDES, sleeve);
    oval(shape, hand, Vec3::splat(thick * 2.1), 3, skin());
}

/// A staff between two points.
pub fn staff(shape: &mut Shape, from: Vec3, to: Vec3, thick: f32) {
    taper(shape, from, to, (thick, thick * 0.9), 5, TIMBER);
}

/// The iron of a lantern around a middle: a foot and a lid; the glass is lit apart.
pub fn lantern_iron(shape: &mut Shape, middle: Vec3) {
    let mut cap = Shape::new();
    cap.drum(0.10, 0.03, 0.08, 6, INK);
    shape.put(&cap, middle + Vec3::Y * 0.09, 0.0);
    let mut foot = Shape::new();
    foot.drum(0.09, 0.08, 0.04, 6, INK);
    shape.put(&foot, middle - Vec3::Y * 0.13, 0.0);
    taper(shape, middle + Vec3::Y * 0.16, middle + Vec3::Y * 0.25, (0.012, 0.012), 4, INK);
}
