//! The kit: the solids everything in the village is built from, with colours and shade in their vertices.
//!
//! Owns: flat-shaded boxes, prisms, cones, drums and balls, their seeded crookedness, the soft shade towards the ground, and the
//! snow that lies on what faces up. Refuses to know: what is built. Units are metres; y is up; a solid stands on y = 0.

use super::matte::Matte;
use super::palette::{SNOW_LIGHT, blend};
use bevy::asset::RenderAssetUsages;
use bevy::color::{ColorToComponents, LinearRgba, Srgba};
use bevy::math::{Affine3A, Quat, Vec2, Vec3};
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};
use bevy::prelude::{Handle, Resource};
use engine_sim::rng::Rng;

/// The one material of everything that carries its colours in its vertices: dull, as wood and snow are.
#[derive(Resource, Clone, Debug)]
pub struct Paint(pub Handle<Matte>);

/// Smallest upward part of a normal on which snow lies.
const SNOW_UP_MIN: f32 = 0.45;

/// Two triangles in a row whose normals agree so far are one face.
const SAME_FACE: f32 = 0.999;

/// Seeded crookedness: nothing in the village is quite straight.
pub struct Crook {
    rng: Rng,
}

impl Crook {
    /// The same seed bends the same way.
    pub fn new(seed: u64) -> Crook {
        Crook { rng: Rng::new(seed, "crook") }
    }
    /// A number in -1..=1.
    pub fn lean(&mut self) -> f32 {
        self.rng.below(2001) as f32 / 1000.0 - 1.0
    }
    /// A number in `from..=to`.
    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * (self.lean() * 0.5 + 0.5)
    }
    /// A vector of leans times `by`.
    pub fn nudge(&mut self, by: f32) -> Vec3 {
        Vec3::new(self.lean(), self.lean(), self.lean()) * by
    }
}

/// A solid in the making: flat triangles with a colour each.
#[derive(Default, Clone)]
pub struct Shape {
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    colours: Vec<[f32; 4]>,
}

/// One flat triangle of a shape, for whoever draws without a graphics card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facet {
    /// Counter-clockwise from outside.
    pub corners: [Vec3; 3],
    /// Where it looks.
    pub normal: Vec3,
    /// The colour at each corner.
    pub colours: [LinearRgba; 3],
}

impl Shape {
    /// Nothing yet.
    pub fn new() -> Shape {
        Shape::default()
    }

    /// A triangle, counter-clockwise from outside.
    pub fn triangle(&mut self, corners: [Vec3; 3], colour: LinearRgba) {
        let normal = (corners[1] - corners[0]).cross(corners[2] - corners[0]).normalize_or_zero();
        for corner in corners {
            self.positions.push(corner.to_array());
            self.normals.push(normal.to_array());
            self.colours.push(colour.to_f32_array());
        }
    }

    /// A flat four-sided face, counter-clockwise from outside.
    pub fn face(&mut self, c: [Vec3; 4], colour: LinearRgba) {
        self.triangle([c[0], c[1], c[2]], colour);
        self.triangle([c[0], c[2], c[3]], colour);
    }

    /// A slab between two polygons of as many corners, both counter-clockwise seen from above, with bottom and top.
    pub fn loft(&mut self, bottom: &[Vec3], top: &[Vec3], colour: LinearRgba) {
        let count = bottom.len().min(top.len());
        for i in 0..count {
            let j = (i + 1) % count;
            self.face([bottom[i], bottom[j], top[j], top[i]], colour);
        }
        for i in 1..count.saturating_sub(1) {
            self.triangle([top[0], top[i], top[i + 1]], colour);
            self.triangle([bottom[0], bottom[i + 1], bottom[i]], colour);
        }
    }

    /// The sides of a slab, open below and above.
    pub fn skirt(&mut self, bottom: &[Vec3], top: &[Vec3], colour: LinearRgba) {
        let count = bottom.len().min(top.len());
        for i in 0..count {
            let j = (i + 1) % count;
            self.face([bottom[i], bottom[j], top[j], top[i]], colour);
        }
    }

    /// The sides of a cone over a polygon.
    pub fn peak(&mut self, bottom: &[Vec3], tip: Vec3, colour: LinearRgba) {
        for i in 0..bottom.len() {
            self.triangle([bottom[i], bottom[(i + 1) % bottom.len()], tip], colour);
        }
    }

    /// A box with its upper edges bevelled; `crook` metres of seeded wobble at each upper corner.
    pub fn block(&mut self, size: Vec3, bevel: f32, colour: Srgba, crook: &mut Crook, wobble: f32) {
        let bevel = bevel.min(size.min_element() * 0.45);
        let colour = colour.into();
        let ring = |half: Vec2, y: f32, offs: &[Vec3; 4]| {
            let corners = [(-1.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)];
            let mut i = 0;
            corners.map(|(x, z)| {
                i += 1;
                Vec3::new(x * half.x, y, z * half.y) + offs[i - 1]
            })
        };
        let half = Vec2::new(size.x, size.z) * 0.5;
        let offs = [0, 1, 2, 3].map(|_| crook.nudge(wobble) * Vec3::new(1.0, 0.4, 1.0));
        let bottom = ring(half, 0.0, &[Vec3::ZERO; 4]);
        let shoulder = ring(half, size.y - bevel, &offs);
        let top = ring(half - Vec2::splat(bevel), size.y, &offs);
        self.skirt(&bottom, &shoulder, colour);
        self.skirt(&shoulder, &top, colour);
        self.face(top, colour);
        self.face([bottom[3], bottom[2], bottom[1], bottom[0]], colour);
    }

    /// A drum or cone: `sides` corners, radii below and above.
    pub fn drum(&mut self, below: f32, above: f32, height: f32, sides: u32, colour: Srgba) {
        let ring = |radius: f32, y: f32| -> Vec<Vec3> {
            (0..sides)
                .map(|i| {
                    let (sin, cos) = (i as f32 / sides as f32 * std::f32::consts::TAU).sin_cos();
                    Vec3::new(cos * radius, y, -sin * radius)
                })
                .collect()
        };
        self.loft(&ring(below, 0.0), &ring(above.max(0.001), height), colour.into());
    }

    /// A ball of `rings` x 2 `rings` facets, resting on y = 0, `size` metres across.
    pub fn ball(&mut self, size: Vec3, rings: u32, colour: Srgba) {
        let point = |ring: u32, side: u32| {
            let polar = ring as f32 / rings as f32 * std::f32::consts::PI;
            let around = side as f32 / (rings * 2) as f32 * std::f32::consts::TAU;
            let unit = Vec3::new(polar.sin() * around.cos(), -polar.cos(), -polar.sin() * around.sin());
            (unit * 0.5 + Vec3::Y * 0.5) * size
        };
        for ring in 0..rings {
            for side in 0..rings * 2 {
                let corners = [
                    point(ring, side),
                    point(ring, side + 1),
                    point(ring + 1, side + 1),
                    point(ring + 1, side),
                ];
                match ring {
                    0 => self.triangle([corners[0], corners[2], corners[3]], colour.into()),
                    _ if ring == rings - 1 => {
                        self.triangle([corners[0], corners[1], corners[2]], colour.into());
                    }
                    _ => self.face(corners, colour.into()),
                }
            }
        }
    }

    /// A gabled roof over a rectangle: ridge along x; `eaves` metres of overhang, `thick` metres thick.
    pub fn gable(&mut self, size: Vec2, rise: f32, eaves: f32, thick: f32, colour: Srgba, crook: &mut Crook) {
        let (hx, hz) = (size.x * 0.5 + eaves, size.y * 0.5 + eaves);
        let drop = -rise * eaves / (size.y * 0.5);
        let sag = crook.between(0.04, 0.14) * rise;
        let tip = crook.lean() * 0.08 * rise;
        for side in [1.0_f32, -1.0] {
            let eave = |x: f32| Vec3::new(x, drop, hz * side);
            let ridge = |x: f32, dip: f32| Vec3::new(x, rise + dip, 0.0);
            let lower = [eave(-hx), eave(hx), ridge(hx, tip), ridge(0.0, -sag), ridge(-hx, -tip)];
            let up = Vec3::new(0.0, thick, thick * 0.35 * side);
            let upper = lower.map(|p| p + up);
            if side > 0.0 {
                self.loft(&lower, &upper, colour.into());
            } else {
                let turn = |c: [Vec3; 5]| [c[1], c[0], c[4], c[3], c[2]];
                self.loft(&turn(lower), &turn(upper), colour.into());
            }
        }
    }

    /// A bar between two points, `thick` metres square.
    pub fn beam(&mut self, from: Vec3, to: Vec3, thick: f32, colour: Srgba) {
        let along = (to - from).normalize_or(Vec3::Y);
        let side = along.any_orthonormal_vector();
        let (side, over) = if along.y.abs() < 0.99 {
            let side = Vec3::Y.cross(along).normalize_or(side);
            (side, along.cross(side))
        } else {
            (side, along.cross(side))
        };
        let half = thick * 0.5;
        let corners = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)];
        let ring = |at: Vec3| corners.map(|(a, b)| at + side * (a * half) + over * (b * half));
        self.loft(&ring(from), &ring(to), colour.into());
    }

    /// A flat thing: a convex outline in x and y, counter-clockwise seen from the south, `depth` metres deep about z = 0.
    pub fn extrude(&mut self, outline: &[Vec2], depth: f32, colour: Srgba) {
        let ring = |z: f32| -> Vec<Vec3> { outline.iter().map(|p| Vec3::new(p.x, p.y, z)).collect() };
        self.loft(&ring(-depth * 0.5), &ring(depth * 0.5), colour.into());
    }

    /// Makes every flat triangle lighter or darker by up to `by` (0..=1), as hand-made things are.
    pub fn speckle(&mut self, crook: &mut Crook, by: f32) {
        let mut light = 1.0;
        let mut last = Vec3::ZERO;
        for (three, normals) in self.colours.chunks_mut(3).zip(self.normals.chunks(3)) {
            let normal = Vec3::from(normals[0]);
            if normal.dot(last) < SAME_FACE {
                light = 1.0 + crook.lean() * by;
                last = normal;
            }
            for colour in three {
                colour[..3].iter_mut().for_each(|c| *c = (*c * light).min(1.0));
            }
        }
    }

    /// Adds another shape, moved.
    pub fn add(&mut self, other: &Shape, to: Affine3A) {
        for (position, normal) in other.positions.iter().zip(&other.normals) {
            self.positions.push(to.transform_point3(Vec3::from(*position)).to_array());
            self.normals.push(to.transform_vector3(Vec3::from(*normal)).normalize_or_zero().to_array());
        }
        self.colours.extend(&other.colours);
    }

    /// Adds another shape at a place, turned about the upright by `turn` radians.
    pub fn put(&mut self, other: &Shape, at: Vec3, turn: f32) {
        self.add(other, Affine3A::from_rotation_translation(Quat::from_rotation_y(turn), at));
    }

    /// Darkens towards the ground: by `depth` (0..=1) at y = 0, not at all from `height` metres up.
    pub fn shade(&mut self, height: f32, depth: f32) {
        for (colour, position) in self.colours.iter_mut().zip(&self.positions) {
            let light = 1.0 - depth * (1.0 - (position[1] / height).clamp(0.0, 1.0)).powi(2);
            colour[..3].iter_mut().for_each(|c| *c *= light);
        }
    }

    /// Lays snow on what faces up above `from` metres: whiter the flatter.
    pub fn snow(&mut self, from: f32, cover: f32) {
        for ((colour, normal), position) in self.colours.iter_mut().zip(&self.normals).zip(&self.positions) {
            if normal[1] > SNOW_UP_MIN && position[1] >= from {
                let lies = cover * ((normal[1] - SNOW_UP_MIN) / (1.0 - SNOW_UP_MIN)).sqrt().clamp(0.0, 1.0);
                let [r, g, b, a] = *colour;
                let under = LinearRgba::new(r, g, b, a).into();
                *colour = blend(under, SNOW_LIGHT, lies).to_f32_array();
            }
        }
    }

    /// Whether every number in it is one, and the lowest and highest corner.
    pub fn bounds(&self) -> Option<(Vec3, Vec3)> {
        let mut bounds: Option<(Vec3, Vec3)> = None;
        for position in &self.positions {
            let at = Vec3::from(*position);
            if !at.is_finite() {
                return None;
            }
            bounds = Some(bounds.map_or((at, at), |(low, high)| (low.min(at), high.max(at))));
        }
        bounds
    }

    /// A digest of every number in it, for telling two shapes apart.
    pub fn print(&self) -> u64 {
        let numbers = self.positions.as_flattened().iter().chain(self.normals.as_flattened());
        numbers.chain(self.colours.as_flattened()).fold(0xcbf2_9ce4_8422_2325, |sum, number| {
            (sum ^ u64::from(number.to_bits())).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// Triangles in it.
    pub fn triangles(&self) -> usize {
        self.positions.len() / 3
    }

    /// Each triangle in it.
    pub fn facets(&self) -> impl Iterator<Item = Facet> {
        let corners = self.positions.as_chunks::<3>().0.iter();
        let normals = self.normals.as_chunks::<3>().0.iter();
        let colours = self.colours.as_chunks::<3>().0.iter();
        corners.zip(normals).zip(colours).map(|((corners, normals), colours)| Facet {
            corners: corners.map(Vec3::from),
            normal: Vec3::from(normals[0]),
            colours: colours.map(|[r, g, b, a]| LinearRgba::new(r, g, b, a)),
        })
    }

    /// The mesh: positions, normals and colours, no texture coordinates.
    pub fn mesh(self) -> Mesh {
        let count = self.positions.len() as u32;
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colours)
            .with_inserted_indices(Indices::U32((0..count).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::palette::TIMBER;

    /// Faces look away from the middle, or they would not be drawn.
    fn check(shape: &Shape, middle: Vec3) {
        assert!(shape.triangles() > 0);
        for (position, normal) in shape.positions.iter().zip(&shape.normals) {
            let out = Vec3::from(*position) - middle;
            assert!(out.dot(Vec3::from(*normal)) > -1e-4, "{position:?} looks inwards: {normal:?}");
        }
    }

    #[test]
    fn every_face_looks_outwards() {
        let mut block = Shape::new();
        block.block(Vec3::new(2.0, 3.0, 4.0), 0.2, TIMBER, &mut Crook::new(1), 0.1);
        check(&block, Vec3::new(0.0, 1.5, 0.0));
        let mut drum = Shape::new();
        drum.drum(1.0, 0.5, 2.0, 8, TIMBER);
        check(&drum, Vec3::new(0.0, 0.8, 0.0));
        let mut ball = Shape::new();
        ball.ball(Vec3::splat(2.0), 6, TIMBER);
        check(&ball, Vec3::Y);
    }

    #[test]
    fn a_shape_gives_back_every_facet_it_was_built_of() {
        let mut shape = Shape::new();
        let corners = [Vec3::ZERO, Vec3::X, Vec3::Y];
        shape.triangle(corners, TIMBER.into());
        shape.triangle(corners.map(|c| c + Vec3::Z), SNOW_LIGHT.into());
        let facets: Vec<Facet> = shape.facets().collect();
        assert_eq!(facets.len(), shape.triangles());
        assert_eq!(facets[0], Facet { corners, normal: Vec3::Z, colours: [TIMBER.into(); 3] });
        assert_eq!(facets[1].corners[1], Vec3::new(1.0, 0.0, 1.0));
    }

    #[test]
    fn the_same_seed_builds_the_same_shape() {
        let build = |seed| {
            let mut shape = Shape::new();
            shape.gable(Vec2::new(4.0, 3.0), 2.0, 0.4, 0.2, TIMBER, &mut Crook::new(seed));
            shape.positions
        };
        assert_eq!(build(7), build(7));
        assert_ne!(build(7), build(8));
    }
}
