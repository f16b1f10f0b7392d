//! The parts of houses: walls in timber frames, roofs under snow, chimneys, windows, doors, icicles, logs.
//!
//! Owns: how a part looks. Refuses to know: which house it belongs to. A house stands on y = 0 with its door towards +z.

use crate::window::kit::{Crook, Shape};
pub use crate::window::palette::mixed;
use crate::window::palette::{BRICK, INK, PAPER, SNOW_LIGHT, SNOW_SHADE, THATCH, TIMBER, blend};
use bevy::color::Srgba;
use bevy::math::{Affine3A, Quat, Vec2, Vec3};
use std::f32::consts::{FRAC_PI_2, TAU};

/// Segments of a roof along its ridge.
const ROOF_PARTS: usize = 6;
/// How far a roof reaches over the walls at its gables, metres, and its thickness.
const VERGE_M: f32 = 0.55;
const ROOF_THICK_M: f32 = 0.22;
/// Thickness of the snow on a roof, metres.
const SNOW_M: f32 = 0.34;
/// Height and depth of the shade at a wall's foot, metres and part of the light.
const FOOT_M: f32 = 1.8;
const FOOT_DEPTH: f32 = 0.42;
/// From how high up snow lies on a house, metres, and how much of it.
const SNOW_FROM_M: f32 = 0.25;
const SNOW_COVER: f32 = 0.9;

/// A house in the making.
pub struct Build {
    /// What is dull.
    pub solid: Shape,
    /// What is dull and on which no snow lies: cloth, and slopes from which it has slid.
    pub bare: Shape,
    /// Panes that are lit from inside.
    pub lit: Shape,
    /// Fires that never go out.
    pub fire: Shape,
    /// Where its warm light belongs.
    pub warm: Vec3,
    /// Where smoke rises from.
    pub smoke: Vec<Vec3>,
    /// Its crookedness.
    pub crook: Crook,
}

/// Limewash between beams.
pub fn plaster() -> Srgba {
    mixed(PAPER, THATCH, 0.42)
}
/// Field stone.
pub fn stone() -> Srgba {
    mixed(SNOW_SHADE, INK, 0.55)
}
/// Old boards.
pub fn board() -> Srgba {
    mixed(TIMBER, THATCH, 0.25)
}
/// Shingles.
pub fn shingle() -> Srgba {
    mixed(BRICK, INK, 0.45)
}
/// Iron.
pub fn iron() -> Srgba {
    mixed(INK, SNOW_SHADE, 0.12)
}

/// A roof's measures: along the ridge and across, its rise, its eaves; metres.
#[derive(Clone, Copy)]
pub struct Roof {
    /// Walls under it: along the ridge and across.
    pub walls: Vec2,
    /// Ridge above the walls.
    pub rise: f32,
    /// Overhang.
    pub eaves: f32,
    /// Shingle or thatch.
    pub colour: Srgba,
    /// Of the gables' fill.
    pub gable: Srgba,
}

impl Build {
    /// Nothing yet.
    pub fn new(seed: u64) -> Build {
        Build {
            solid: Shape::new(),
            bare: Shape::new(),
            lit: Shape::new(),
            fire: Shape::new(),
            warm: Vec3::new(0.0, 2.0, 5.0),
            smoke: Vec::new(),
            crook: Crook::new(seed),
        }
    }

    /// The house, shaded at its foot and snowed on.
    pub fn done(mut self) -> Build {
        self.solid.speckle(&mut self.crook, 0.09);
        self.bare.speckle(&mut self.crook, 0.14);
        self.solid.snow(SNOW_FROM_M, SNOW_COVER);
        self.solid.add(&self.bare, Affine3A::IDENTITY);
        self.bare = Shape::new();
        self.solid.shade(FOOT_M, FOOT_DEPTH);
        self
    }

    /// A bevelled block on a point.
    pub fn block(&mut self, at: Vec3, size: Vec3, colour: Srgba) {
        let mut block = Shape::new();
        block.block(size, 0.08, colour, &mut self.crook, 0.05);
        self.solid.put(&block, at, 0.0);
    }

    /// A block turned about the upright.
    pub fn turned(&mut self, at: Vec3, turn: f32, size: Vec3, colour: Srgba) {
        let mut block = Shape::new();
        block.block(size, 0.08, colour, &mut self.crook, 0.05);
        self.solid.put(&block, at, turn);
    }

    /// A drum on a point.
    pub fn drum(&mut self, at: Vec3, radii: Vec2, height: f32, sides: u32, colour: Srgba) {
        let mut drum = Shape::new();
        drum.drum(radii.x, radii.y, height, sides, colour);
        self.solid.put(&drum, at, self.crook.lean() * 0.2);
    }

    /// A ball on a point.
    pub fn ball(&mut self, at: Vec3, size: Vec3, rings: u32, colour: Srgba) {
        let mut ball = Shape::new();
        ball.ball(size, rings, colour);
        self.solid.put(&ball, at, self.crook.lean());
    }

    /// A heap of snow.
    pub fn heap(&mut self, at: Vec3, size: Vec3) {
        self.ball(at - Vec3::Y * size.y * 0.5, size, 5, mixed(SNOW_LIGHT, SNOW_SHADE, 0.12));
    }

    /// Walls of a rectangle in a timber frame over a stone footing.
    pub fn framed(&mut self, at: Vec3, size: Vec3, fill: Srgba) {
        let foot = 0.55;
        self.block(at, Vec3::new(size.x + 0.3, foot, size.z + 0.3), stone());
        self.block(at + Vec3::Y * foot * 0.8, Vec3::new(size.x, size.y - foot * 0.8, size.z), fill);
        let half = Vec3::new(size.x, 0.0, size.z) * 0.5;
        for (x, z) in [(-1.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)] {
            let post = at + Vec3::new(half.x * x, foot, half.z * z);
            self.solid.beam(post, post + Vec3::Y * (size.y - foot), 0.34, TIMBER);
        }
        for (turn, width, out) in [
            (0.0, half.x, half.z),
            (FRAC_PI_2, half.z, half.x),
            (-FRAC_PI_2, half.z, half.x),
            (FRAC_PI_2 * 2.0, half.x, half.z),
        ] {
            let mut side = Shape::new();
            for y in [foot + 0.1, size.y - 0.12] {
                side.beam(Vec3::new(-width, y, out), Vec3::new(width, y, out), 0.26, TIMBER);
            }
            let bays = (width * 2.0 / 2.4).round().max(1.0) as i32;
            for bay in 1..bays {
                let x = -width + width * 2.0 * bay as f32 / bays as f32 + self.crook.lean() * 0.1;
                let lean = self.crook.lean() * 0.08;
                side.beam(Vec3::new(x, foot, out), Vec3::new(x + lean, size.y, out), 0.2, TIMBER);
            }
            for end in [-1.0, 1.0] {
                let corner = Vec3::new(width * end, size.y - 0.2, out);
                side.beam(corner - Vec3::new(1.0 * end, 0.0, 0.0), corner - Vec3::Y * 1.2, 0.18, TIMBER);
            }
            self.solid.put(&side, at, turn);
        }
    }

    /// A window whose middle is at a point of a wall that looks along `turn`.
    pub fn window(&mut self, at: Vec3, turn: f32, width: f32, height: f32) {
        let (mut pane, mut frame) = (Shape::new(), Shape::new());
        let (w, h) = (width * 0.5, height * 0.5);
        let corner = |x: f32, y: f32, z: f32| Vec3::new(x, y, z);
        let glow = mixed(Srgba::WHITE, Srgba::new(0.8, 0.8, 0.8, 1.0), self.crook.between(0.0, 1.0)).into();
        let z = 0.17;
        pane.face([corner(-w, -h, z), corner(w, -h, z), corner(w, h, z), corner(-w, h, z)], glow);
        let bars = [
            (corner(-w, -h - 0.06, z), corner(-w, h + 0.06, z), 0.15),
            (corner(w, -h - 0.06, z), corner(w, h + 0.06, z), 0.15),
            (corner(-w, h, z), corner(w, h, z), 0.15),
            (corner(0.0, -h, z), corner(0.0, h, z), 0.08),
            (corner(-w, h * 0.1, z), corner(w, h * 0.1, z), 0.08),
        ];
        for (from, to, thick) in bars {
            frame.beam(from, to, thick, TIMBER);
        }
        let mut sill = Shape::new();
        sill.block(Vec3::new(width + 0.4, 0.16, 0.4), 0.05, TIMBER, &mut self.crook, 0.02);
        frame.put(&sill, corner(0.0, -h - 0.18, z), 0.0);
        let mut snow = Shape::new();
        snow.block(Vec3::new(width + 0.3, 0.13, 0.34), 0.06, SNOW_LIGHT, &mut self.crook, 0.04);
        frame.put(&snow, corner(0.0, -h - 0.03, z + 0.04), 0.0);
        for side in [-1.0, 1.0] {
            let mut shutter = Shape::new();
            let size = Vec3::new(width * 0.42, height + 0.1, 0.08);
            shutter.block(size, 0.03, mixed(BRICK, TIMBER, 0.4), &mut self.crook, 0.02);
            frame.put(&shutter, corner(side * (w + width * 0.27), -h - 0.05, z - 0.02), side * 0.12);
        }
        self.lit.put(&pane, at, turn);
        self.solid.put(&frame, at, turn);
    }

    /// A door with its frame, step and small pane, standing at the foot of a wall.
    pub fn door(&mut self, at: Vec3, width: f32, height: f32, colour: Srgba) {
        self.block(at + Vec3::Z * 0.1, Vec3::new(width, height, 0.24), colour);
        let w = width * 0.5 + 0.1;
        let z = Vec3::Z * 0.16;
        self.solid.beam(at + z - Vec3::X * w, at + z + Vec3::new(-w, height + 0.1, 0.0), 0.26, TIMBER);
        self.solid.beam(at + z + Vec3::X * w, at + z + Vec3::new(w, height + 0.1, 0.0), 0.26, TIMBER);
        let top = height + 0.12;
        self.solid.beam(
            at + z + Vec3::new(-w - 0.2, top, 0.0),
            at + z + Vec3::new(w + 0.2, top, 0.0),
            0.3,
            TIMBER,
        );
        self.block(at + Vec3::Z * 0.5 - Vec3::Y * 0.1, Vec3::new(width + 0.7, 0.26, 0.8), stone());
        self.ball(at + Vec3::new(width * 0.3, height * 0.45, 0.24), Vec3::splat(0.14), 3, iron());
        let mut pane = Shape::new();
        let (p, y) = (width * 0.15, height * 0.76);
        let corner = |x: f32, dy: f32| at + Vec3::new(x, y + dy, 0.25);
        pane.face([corner(-p, -p), corner(p, -p), corner(p, p), corner(-p, p)], Srgba::WHITE.into());
        self.lit.put(&pane, Vec3::ZERO, 0.0);
    }

    /// A hanging lantern whose hook is at a point.
    pub fn lantern(&mut self, at: Vec3, size: f32) {
        self.solid.beam(at, at - Vec3::Y * size * 0.4, 0.05, iron());
        let mut glass = Shape::new();
        glass.drum(size * 0.26, size * 0.34, size * 0.6, 6, Srgba::WHITE);
        self.lit.put(&glass, at - Vec3::Y * size * 1.1, 0.3);
        self.drum(at - Vec3::Y * size * 0.5, Vec2::new(size * 0.48, 0.03), size * 0.34, 6, iron());
        self.drum(at - Vec3::Y * size * 1.2, Vec2::splat(size * 0.34), size * 0.12, 6, iron());
    }

    /// A chimney from a point up, with a cap and snow.
    pub fn chimney(&mut self, at: Vec3, width: f32, height: f32, colour: Srgba) {
        self.block(at, Vec3::new(width, height, width), colour);
        self.block(at + Vec3::Y * (height - 0.1), Vec3::new(width + 0.3, 0.32, width + 0.3), colour);
        let rim = at + Vec3::Y * (height + 0.2);
        self.smoke.push(rim + Vec3::Y * 0.5);
        self.block(rim, Vec3::new(width * 0.6, 0.34, width * 0.6), mixed(colour, INK, 0.7));
        self.heap(rim + Vec3::new(width * 0.4, 0.0, -width * 0.1), Vec3::new(0.5, 0.4, width));
    }

    /// Icicles along an edge, hanging.
    pub fn icicles(&mut self, from: Vec3, to: Vec3, each_m: f32, long: f32) {
        let count = (from.distance(to) / each_m) as usize;
        for i in 0..count {
            if self.crook.lean() < -0.2 {
                continue;
            }
            let part = (i as f32 + 0.5 + self.crook.lean() * 0.4) / count.max(1) as f32;
            let length = long * self.crook.between(0.3, 1.0);
            let mut icicle = Shape::new();
            icicle.drum(0.002, 0.075, length, 4, mixed(SNOW_LIGHT, SNOW_SHADE, 0.45));
            self.solid.put(&icicle, from.lerp(to, part) - Vec3::Y * length, 0.0);
        }
    }

    /// A roof, its gables and its snow; `at` is the middle at the height of the walls, the ridge along x turned by `turn`.
    pub fn roof(&mut self, at: Vec3, turn: f32, roof: Roof) {
        let mut part = Build::new(u64::from(self.crook.lean().to_bits()));
        part.pitched(roof);
        self.solid.put(&part.solid, at, turn);
        self.bare.put(&part.bare, at, turn);
    }

    fn pitched(&mut self, roof: Roof) {
        let (hx, wall) = (roof.walls.x * 0.5 + VERGE_M, roof.walls.y * 0.5);
        let eave = wall + roof.eaves;
        let sag = roof.rise * self.crook.between(0.05, 0.1);
        let tilt = self.crook.lean() * 0.03 * roof.rise;
        let knee = 0.5;
        let knee_y = roof.rise * (1.0 - knee) * 0.86;
        let drop = -roof.rise * 0.8 * roof.eaves / wall * 0.86;
        let columns: Vec<(f32, f32, f32)> = (0..=ROOF_PARTS)
            .map(|i| {
                let t = i as f32 / ROOF_PARTS as f32 * 2.0 - 1.0;
                (t * hx, tilt * t - sag * (1.0 - t * t), self.crook.lean() * 0.07)
            })
            .collect();
        for side in [1.0_f32, -1.0] {
            let line = |c: &(f32, f32, f32), over: f32| {
                [
                    Vec3::new(c.0, roof.rise + c.1 + over, 0.0),
                    Vec3::new(c.0, knee_y + c.1 * 0.6 + over, wall * knee * side),
                    Vec3::new(c.0, drop + c.1 * 0.2 + over, (eave + c.2) * side),
                ]
            };
            let top: Vec<_> = columns.iter().map(|c| line(c, ROOF_THICK_M)).collect();
            let under: Vec<_> = columns.iter().map(|c| line(c, 0.0)).collect();
            let snow: Vec<[Vec3; 5]> =
                columns.iter().map(|c| self.snow_line(line(c, ROOF_THICK_M), side)).collect();
            let white = mixed(SNOW_LIGHT, SNOW_SHADE, 0.06);
            for i in 0..ROOF_PARTS {
                self.courses([top[i][1], top[i + 1][1], top[i + 1][0], top[i][0]], 2, roof.colour, side);
                self.courses([top[i][2], top[i + 1][2], top[i + 1][1], top[i][1]], 3, roof.colour, side);
                self.sided([under[i][2], under[i + 1][2], top[i + 1][2], top[i][2]], TIMBER, side);
                self.sided([under[i][1], under[i + 1][1], under[i + 1][2], under[i][2]], TIMBER, side);
                for j in 0..4 {
                    self.sided([snow[i][j + 1], snow[i + 1][j + 1], snow[i + 1][j], snow[i][j]], white, side);
                }
            }
            for (i, east) in [(0, -1.0), (ROOF_PARTS, 1.0)] {
                for j in 0..2 {
                    self.sided(
                        [under[i][j], under[i][j + 1], top[i][j + 1], top[i][j]],
                        board(),
                        -side * east,
                    );
                }
                let (roof_line, cap) = (top[i], snow[i]);
                self.sided([roof_line[0], roof_line[1], cap[1], cap[0]], white, -side * east);
                self.sided([roof_line[1], cap[4], cap[2], cap[1]], white, -side * east);
                self.sided([cap[4], cap[4], cap[3], cap[2]], white, -side * east);
            }
            let lip = [under[0][2], under[ROOF_PARTS][2]];
            self.icicles(lip[0], lip[1], 0.5, 0.75);
        }
        let fill = [
            Vec2::ZERO,
            Vec2::new(wall, 0.0),
            Vec2::new(wall * knee, knee_y - 0.05),
            Vec2::new(0.0, roof.rise - 0.1),
            Vec2::new(-wall * knee, knee_y - 0.05),
            Vec2::new(-wall, 0.0),
        ];
        for end in [-1.0, 1.0] {
            let mut gable = Shape::new();
            gable.extrude(&fill, 0.3, roof.gable);
            let foot = Vec3::new(0.0, 0.0, 0.2 * end);
            gable.beam(foot, foot + Vec3::Y * (roof.rise - 0.2), 0.2, TIMBER);
            gable.beam(foot + Vec3::new(-wall, 0.06, 0.0), foot + Vec3::new(wall, 0.06, 0.0), 0.26, TIMBER);
            let at = Vec3::X * end * (roof.walls.x * 0.5 - 0.14);
            self.solid.add(&gable, Affine3A::from_rotation_translation(Quat::from_rotation_y(FRAC_PI_2), at));
        }
    }

    /// The snow over a roof's line: ridge, knee, the rounded lip at the eave.
    fn snow_line(&mut self, line: [Vec3; 3], side: f32) -> [Vec3; 5] {
        let deep = SNOW_M * self.crook.between(0.8, 1.2);
        let slid = self.crook.between(0.0, 1.0);
        let short = 0.1 + 0.62 * slid * slid;
        let lip = line[2].lerp(line[1], short);
        [
            line[0] + Vec3::Y * deep,
            line[1] + Vec3::Y * deep,
            lip.lerp(line[1], 0.1) + Vec3::Y * deep * 0.92,
            lip + Vec3::new(0.0, deep * 0.3, 0.1 * side),
            lip - Vec3::Y * 0.02,
        ]
    }

    /// A slope in `rows` courses, each proud of the one above.
    fn courses(&mut self, c: [Vec3; 4], rows: u8, colour: Srgba, side: f32) {
        for row in 0..rows {
            let (low, high) = (f32::from(row) / f32::from(rows), f32::from(row + 1) / f32::from(rows));
            let (left, right) = (c[0].lerp(c[3], low), c[1].lerp(c[2], low));
            let proud = Vec3::Y * 0.07;
            let tone = mixed(colour, INK, self.crook.between(0.0, 0.16));
            let slope = [left + proud, right + proud, c[1].lerp(c[2], high), c[0].lerp(c[3], high)];
            let step = [left, right, right + proud, left + proud];
            for face in [slope, step] {
                let face = if side > 0.0 { face } else { [face[3], face[2], face[1], face[0]] };
                self.bare.face(face, tone.into());
            }
        }
    }

    /// A face whose order of corners is that of the south side, or turned for the north.
    fn sided(&mut self, c: [Vec3; 4], colour: Srgba, side: f32) {
        let c = if side > 0.0 { c } else { [c[3], c[2], c[1], c[0]] };
        self.solid.face(c, colour.into());
    }

    /// A round or square spire with snow: `sides` corners, metres of radius and height.
    pub fn spire(&mut self, at: Vec3, radius: f32, height: f32, sides: u32, colour: Srgba) {
        let tip = Vec3::new(self.crook.lean() * 0.12, height, self.crook.lean() * 0.12)
            * Vec3::new(radius, 1.0, radius);
        let turn = TAU / sides as f32 * 0.5;
        let wave: Vec<f32> = (0..sides).map(|_| self.crook.between(0.74, 1.0)).collect();
        let ring = |r: f32, y: f32, waves: f32| -> Vec<Vec3> {
            (0..sides)
                .map(|i| {
                    let (sin, cos) = (i as f32 / sides as f32 * TAU + turn).sin_cos();
                    let r = r * (1.0 + (wave[i as usize] - 1.0) * waves);
                    at + Vec3::new(cos * r, y, -sin * r)
                        + tip * Vec3::new(1.0, 0.0, 1.0) * (y / height).max(0.0)
                })
                .collect()
        };
        let knee = height * 0.36;
        self.solid.loft(&ring(radius, -0.15, 0.0), &ring(radius * 1.02, 0.12, 0.0), board().into());
        self.bare.skirt(
            &ring(radius * 1.02, 0.12, 0.0),
            &ring(radius * 0.8, knee * 0.47, 0.0),
            colour.into(),
        );
        self.bare.skirt(
            &ring(radius * 0.84, knee * 0.47, 0.0),
            &ring(radius * 0.55, knee, 0.0),
            colour.into(),
        );
        self.bare.peak(&ring(radius * 0.55, knee, 0.0), at + tip, colour.into());
        let white = mixed(SNOW_LIGHT, SNOW_SHADE, 0.06).into();
        let up = SNOW_M;
        let rings = [
            ring(radius * 0.86, knee * 0.36, 1.0),
            ring(radius * 0.92, knee * 0.36 + up * 0.4, 1.0),
            ring(radius * 0.82, knee * 0.5 + up * 1.1, 1.0),
            ring(radius * 0.56, knee + up * 0.95, 0.3),
        ];
        for pair in rings.windows(2) {
            self.solid.skirt(&pair[0], &pair[1], white);
        }
        self.solid.peak(&rings[3], at + tip + Vec3::Y * up, white);
        if sides > 6 {
            self.icicles_round(at - Vec3::Y * 0.15, radius * 0.98);
        }
    }

    /// Icicles around a circle.
    pub fn icicles_round(&mut self, at: Vec3, radius: f32) {
        let count = (radius * 6.0) as u32;
        for i in 0..count {
            let around = Vec2::from_angle(i as f32 / count as f32 * TAU) * radius;
            let edge = at + Vec3::new(around.x, 0.0, around.y);
            self.icicles(edge, edge + Vec3::X * 0.5, 0.5, 0.6);
        }
    }

    /// A log between two points, pale at its ends.
    pub fn log(&mut self, from: Vec3, to: Vec3, radius: f32) {
        log(&mut self.solid, from, to, radius);
    }

    /// A bed of embers on a point.
    pub fn embers(&mut self, at: Vec3, radius: f32, height: f32) {
        let mut bed = Shape::new();
        bed.drum(radius, radius * 0.55, height, 8, Srgba::WHITE);
        self.fire.put(&bed, at, self.crook.lean());
    }

    /// A barrel.
    pub fn barrel(&mut self, at: Vec3) {
        self.drum(at, Vec2::new(0.34, 0.44), 0.5, 8, board());
        self.drum(at + Vec3::Y * 0.5, Vec2::new(0.44, 0.36), 0.5, 8, board());
        self.drum(at + Vec3::Y * 0.4, Vec2::splat(0.46), 0.14, 8, iron());
    }
}

/// Adds a log to a shape.
pub fn log(shape: &mut Shape, from: Vec3, to: Vec3, radius: f32) {
    const SIDES: usize = 6;
    let along = (to - from).normalize_or(Vec3::X);
    let side = along.any_orthonormal_vector();
    let over = along.cross(side);
    let ring = |at: Vec3| -> Vec<Vec3> {
        (0..SIDES)
            .map(|i| {
                let (sin, cos) = (i as f32 / SIDES as f32 * TAU).sin_cos();
                at + (side * cos + over * sin) * radius
            })
            .collect()
    };
    let (first, last) = (ring(from), ring(to));
    for i in 0..SIDES {
        let j = (i + 1) % SIDES;
        shape.face([first[i], first[j], last[j], last[i]], TIMBER.into());
    }
    let pale = blend(THATCH, PAPER, 0.25);
    for i in 1..SIDES - 1 {
        shape.triangle([last[0], last[i], last[i + 1]], pale);
        shape.triangle([first[0], first[i + 1], first[i]], pale);
    }
}
