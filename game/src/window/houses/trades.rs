//! The houses of trades: the smithy, the mill, the bakery, the stable, the woodyard.
//!
//! Owns: their shapes. Refuses to know: where they stand.

use super::parts::{Build, Roof, board, iron, mixed, plaster, shingle, stone};
use crate::window::kit::Shape;
use crate::window::palette::{BRICK, INK, PAPER, SNOW_LIGHT, SNOW_SHADE, THATCH, TIMBER};
use bevy::math::{Vec2, Vec3};
use std::f32::consts::{FRAC_PI_2, TAU};

/// The smithy: half a stone house, half an open forge under one dark roof.
pub fn smithy(b: &mut Build) {
    let dark = mixed(stone(), INK, 0.35);
    b.block(Vec3::new(2.6, 0.0, -0.8), Vec3::new(4.6, 3.1, 6.0), dark);
    b.block(Vec3::new(-2.3, 0.0, -3.4), Vec3::new(5.4, 3.1, 0.6), dark);
    b.block(Vec3::new(-4.8, 0.0, -1.6), Vec3::new(0.6, 3.1, 3.6), dark);
    b.block(Vec3::new(-2.3, 0.0, -0.8), Vec3::new(5.4, 0.15, 5.6), mixed(INK, TIMBER, 0.4));
    for x in [-4.8, -2.4, 0.2] {
        b.solid.beam(Vec3::new(x, 0.0, 2.0), Vec3::new(x + 0.1, 3.0, 2.0), 0.36, TIMBER);
    }
    b.solid.beam(Vec3::new(-5.0, 2.95, 2.0), Vec3::new(5.0, 3.0, 2.1), 0.34, TIMBER);
    let roof = Roof {
        walls: Vec2::new(10.2, 6.0),
        rise: 3.5,
        eaves: 0.7,
        colour: mixed(shingle(), INK, 0.4),
        gable: board(),
    };
    b.roof(Vec3::new(0.0, 3.1, -0.8), 0.0, roof);
    // The forge: a hearth of brick, coals, a hood that becomes the chimney.
    b.block(Vec3::new(-2.6, 0.0, -1.6), Vec3::new(2.4, 1.1, 1.8), BRICK);
    b.embers(Vec3::new(-2.6, 1.08, -1.4), 0.85, 0.4);
    b.embers(Vec3::new(-3.3, 1.08, -1.1), 0.35, 0.25);
    b.block(Vec3::new(-2.6, 2.2, -2.2), Vec3::new(2.2, 1.0, 1.2), mixed(BRICK, INK, 0.3));
    b.chimney(Vec3::new(-2.6, 3.0, -2.4), 1.5, 6.0, mixed(BRICK, INK, 0.2));
    // The anvil on its stump, a tub, shoes along the beam.
    b.drum(Vec3::new(-1.2, 0.0, 1.2), Vec2::new(0.42, 0.38), 0.6, 8, TIMBER);
    b.block(Vec3::new(-1.2, 0.6, 1.2), Vec3::new(0.9, 0.3, 0.36), iron());
    b.block(Vec3::new(-1.2, 0.85, 1.2), Vec3::new(1.2, 0.16, 0.4), iron());
    b.barrel(Vec3::new(0.4, 0.0, 2.9));
    for i in 0..6 {
        let x = -4.4 + i as f32 * 0.75;
        b.block(Vec3::new(x, 2.45, 2.25), Vec3::new(0.3, 0.32, 0.08), mixed(iron(), SNOW_SHADE, 0.3));
    }
    b.door(Vec3::new(2.6, 0.0, 2.2), 1.4, 2.1, board());
    b.window(Vec3::new(4.0, 1.9, 2.15), 0.0, 0.7, 0.9);
    b.window(Vec3::new(4.9, 1.8, -1.0), FRAC_PI_2, 1.1, 0.9);
    b.window(Vec3::new(5.0, 4.3, -0.8), FRAC_PI_2, 0.8, 0.9);
    b.warm = Vec3::new(-2.2, 2.0, 1.2);
}

/// The mill: a tower under a cap, a wheel locked in the ice of the stream on its western side.
pub fn mill(b: &mut Build) {
    let back = Vec3::Z * -0.8;
    b.drum(back, Vec2::new(3.8, 3.4), 2.6, 8, stone());
    b.drum(back + Vec3::Y * 2.6, Vec2::new(3.3, 2.7), 4.6, 8, plaster());
    b.drum(back + Vec3::Y * 2.5, Vec2::splat(3.5), 0.3, 8, TIMBER);
    b.drum(back + Vec3::Y * 5.0, Vec2::new(3.1, 3.05), 0.26, 8, TIMBER);
    b.drum(back + Vec3::Y * 7.0, Vec2::new(3.0, 3.0), 0.4, 8, TIMBER);
    for i in 0..8 {
        let (sin, cos) = (i as f32 / 8.0 * TAU).sin_cos();
        let from = back + Vec3::new(cos * 3.3, 2.6, sin * 3.3);
        b.solid.beam(from, back + Vec3::new(cos * 2.75, 7.1, sin * 2.75), 0.24, TIMBER);
    }
    b.spire(back + Vec3::Y * 7.4, 3.7, 4.4, 8, shingle());
    for (turn, y) in [
        (0.0_f32, 5.9),
        (FRAC_PI_2, 3.8),
        (-FRAC_PI_2, 5.9),
        (FRAC_PI_2, 6.0),
        (0.0, 3.9),
        (FRAC_PI_2 * 2.0, 5.9),
    ] {
        let out = if y > 5.0 { 2.68 } else { 3.0 };
        b.window(back + Vec3::new(turn.sin() * out, y, turn.cos() * out), turn, 0.7, 0.9);
    }
    b.door(Vec3::new(0.0, 0.0, 2.65), 1.4, 2.2, mixed(TIMBER, BRICK, 0.3));
    // A lean-to for the mule and the sacks.
    b.framed(Vec3::new(4.4, 0.0, -1.0), Vec3::new(3.6, 2.2, 4.2), board());
    let lean = Roof { walls: Vec2::new(3.8, 4.2), rise: 1.9, eaves: 0.5, colour: shingle(), gable: board() };
    b.roof(Vec3::new(4.4, 2.3, -1.0), 0.0, lean);
    b.window(Vec3::new(4.4, 1.4, 1.1), 0.0, 0.9, 0.8);
    for (x, y, z) in [(2.4, 0.0, 2.5), (3.1, 0.0, 2.4), (2.8, 0.55, 2.4)] {
        b.ball(Vec3::new(x, y, z), Vec3::new(0.7, 0.7, 0.6), 4, mixed(PAPER, THATCH, 0.5));
    }
    wheel(b, Vec3::new(-4.9, 1.5, -0.8), 2.9);
    b.warm = Vec3::new(0.0, 2.4, 4.4);
}

/// The wheel: two rims, spokes, paddles, an axle, and the ice that holds it.
fn wheel(b: &mut Build, hub: Vec3, radius: f32) {
    const PADDLES: u32 = 14;
    let point = |i: u32, r: f32, x: f32| {
        let (sin, cos) = (i as f32 / PADDLES as f32 * TAU + 0.1).sin_cos();
        hub + Vec3::new(x, sin * r, cos * r)
    };
    for x in [-0.55, 0.55] {
        for i in 0..PADDLES {
            b.solid.beam(point(i, radius, x), point(i + 1, radius, x), 0.22, TIMBER);
            if i % 2 == 0 {
                b.solid.beam(hub + Vec3::X * x, point(i, radius, x), 0.18, TIMBER);
            }
        }
    }
    let mut paddles = Shape::new();
    for i in 0..PADDLES {
        for part in [0.86, 1.04] {
            paddles.beam(point(i, radius * part, -0.62), point(i, radius * part, 0.62), 0.3, board());
        }
    }
    b.solid.put(&paddles, Vec3::ZERO, 0.0);
    b.solid.beam(hub - Vec3::X * 1.0, hub + Vec3::X * 3.0, 0.5, TIMBER);
    b.block(hub - Vec3::new(1.2, hub.y + 1.2, 0.0), Vec3::new(0.5, 3.0, 0.7), stone());
    let pale = mixed(SNOW_LIGHT, SNOW_SHADE, 0.6);
    for i in 0..PADDLES {
        let at = point(i, radius, 0.0);
        b.icicles(at - Vec3::X * 0.6, at + Vec3::X * 0.6, 0.2, 0.9);
    }
    for (z, size) in [(-2.2, 1.2), (-0.9, 1.7), (0.6, 1.5), (2.0, 1.0)] {
        let at = Vec3::new(hub.x + b.crook.lean() * 0.2, -1.2, hub.z + z);
        b.ball(at, Vec3::new(2.0, size, 1.8), 4, pale);
    }
}

/// The bakery: a steep little house leaning on its fat oven.
pub fn bakery(b: &mut Build) {
    let back = Vec3::new(-1.2, 0.0, -0.9);
    b.framed(back, Vec3::new(7.0, 3.2, 5.8), mixed(plaster(), THATCH, 0.15));
    let roof = Roof { walls: Vec2::new(7.0, 5.8), rise: 4.4, eaves: 0.8, colour: THATCH, gable: plaster() };
    b.roof(back + Vec3::Y * 3.5, 0.0, roof);
    for x in [-3.6, 0.6] {
        b.window(Vec3::new(x, 1.9, 2.0), 0.0, 1.2, 1.1);
    }
    b.window(Vec3::new(-4.7, 1.9, -0.9), -FRAC_PI_2, 1.2, 1.1);
    b.window(Vec3::new(-4.75, 4.8, -0.9), -FRAC_PI_2, 0.8, 1.0);
    b.window(Vec3::new(2.35, 4.8, -0.9), FRAC_PI_2, 0.8, 1.0);
    b.door(Vec3::new(-1.5, 0.0, 2.0), 1.5, 2.2, mixed(BRICK, THATCH, 0.3));
    // The awning over the hatch.
    for i in 0..6 {
        let x = -0.3 + i as f32 * 0.36;
        let colour = if i % 2 == 0 { BRICK } else { PAPER };
        let down = Vec3::new(0.0, -0.5, 0.9);
        let at = Vec3::new(x, 3.0, 2.1);
        let wide = Vec3::X * 0.36;
        b.bare.face([at + down, at + down + wide, at + wide, at], colour.into());
        b.bare.face([at, at + wide, at + down + wide, at + down], colour.into());
    }
    // The oven: a dome of brick with its mouth to the yard.
    b.drum(Vec3::new(3.6, 0.0, -0.6), Vec2::new(2.5, 2.4), 0.9, 12, stone());
    b.ball(Vec3::new(3.6, -1.2, -0.6), Vec3::new(4.6, 4.6, 4.6), 7, mixed(BRICK, THATCH, 0.25));
    b.block(Vec3::new(3.6, 0.0, 1.4), Vec3::new(2.2, 2.2, 1.2), mixed(BRICK, THATCH, 0.1));
    let mut mouth = Shape::new();
    let corner = |x: f32, y: f32| Vec3::new(3.6 + x, y, 2.02);
    let glow = bevy::color::Srgba::WHITE.into();
    mouth.face([corner(-0.6, 0.8), corner(0.6, 0.8), corner(0.6, 1.3), corner(-0.6, 1.3)], glow);
    mouth.face([corner(-0.6, 1.3), corner(0.6, 1.3), corner(0.3, 1.75), corner(-0.3, 1.75)], glow);
    b.fire.put(&mouth, Vec3::ZERO, 0.0);
    b.block(Vec3::new(3.6, 0.55, 2.2), Vec3::new(1.8, 0.2, 0.6), stone());
    b.chimney(Vec3::new(3.4, 2.6, -1.4), 1.2, 4.2, BRICK);
    // Loaves on a trestle.
    b.block(Vec3::new(-4.2, 0.0, 3.2), Vec3::new(1.8, 0.85, 0.7), board());
    for i in 0..5 {
        let size = Vec3::new(0.42, 0.28, 0.34);
        b.ball(Vec3::new(-4.9 + i as f32 * 0.35, 0.82, 3.2), size, 3, THATCH);
    }
    b.warm = Vec3::new(2.6, 1.8, 3.4);
}

/// The stable: boards, two great doors, hay out of the loft.
pub fn stable(b: &mut Build) {
    let back = Vec3::Z * -1.1;
    b.block(back, Vec3::new(12.0, 0.7, 6.4), stone());
    b.block(back + Vec3::Y * 0.5, Vec3::new(11.7, 3.1, 6.2), board());
    for i in 0..17 {
        let x = -5.8 + i as f32 * 0.72;
        b.solid.beam(Vec3::new(x, 0.6, 2.0), Vec3::new(x + b.crook.lean() * 0.05, 3.5, 2.0), 0.12, TIMBER);
    }
    let roof = Roof { walls: Vec2::new(11.7, 6.2), rise: 4.3, eaves: 0.8, colour: THATCH, gable: board() };
    b.roof(back + Vec3::Y * 3.6, 0.0, roof);
    // Doors with crosses.
    for side in [-1.0, 1.0] {
        let x = side * 1.15;
        b.block(Vec3::new(x, 0.05, 2.1), Vec3::new(2.2, 2.8, 0.2), mixed(BRICK, TIMBER, 0.35));
        let (low, high) = (Vec3::new(x, 0.3, 2.26), Vec3::new(x, 2.6, 2.26));
        for (from, to) in
            [(low - Vec3::X * 0.9, high + Vec3::X * 0.9), (low + Vec3::X * 0.9, high - Vec3::X * 0.9)]
        {
            b.solid.beam(from, to, 0.16, mixed(PAPER, THATCH, 0.5));
        }
        for rail in [low, high] {
            b.solid.beam(rail - Vec3::X * 1.0, rail + Vec3::X * 1.0, 0.18, mixed(PAPER, THATCH, 0.5));
        }
        b.window(Vec3::new(side * 4.2, 2.0, 2.0), 0.0, 1.0, 0.8);
        b.window(Vec3::new(side * 5.85, 2.0, -1.1), FRAC_PI_2 * side, 1.0, 0.8);
    }
    // The loft's gable over the doors, hay in it, a hoist.
    b.block(Vec3::new(0.0, 3.0, 0.6), Vec3::new(3.0, 2.4, 3.0), board());
    let loft = Roof { walls: Vec2::new(3.6, 3.2), rise: 2.2, eaves: 0.5, ..roof };
    b.roof(Vec3::new(0.0, 5.3, 0.4), FRAC_PI_2, loft);
    b.block(Vec3::new(0.0, 3.4, 2.0), Vec3::new(1.7, 1.6, 0.3), mixed(INK, TIMBER, 0.3));
    b.ball(Vec3::new(0.0, 3.3, 2.1), Vec3::new(1.6, 1.0, 0.9), 4, THATCH);
    b.solid.beam(Vec3::new(0.0, 6.6, 1.0), Vec3::new(0.0, 6.7, 3.4), 0.22, TIMBER);
    b.solid.beam(Vec3::new(0.0, 6.6, 3.2), Vec3::new(0.0, 4.8, 3.2), 0.06, THATCH);
    for (x, y, z, s) in [(4.4, 0.0, 3.2, 1.8), (5.6, 0.0, 2.9, 1.5), (5.0, 0.8, 3.0, 1.2)] {
        b.ball(Vec3::new(x, y, z), Vec3::new(s, s * 0.75, s), 5, mixed(THATCH, PAPER, 0.12));
    }
    b.block(Vec3::new(-4.2, 0.0, 3.2), Vec3::new(2.2, 0.6, 0.8), TIMBER);
    b.block(Vec3::new(-4.2, 0.5, 3.2), Vec3::new(1.9, 0.12, 0.55), mixed(SNOW_SHADE, SNOW_LIGHT, 0.3));
    b.warm = Vec3::new(0.0, 2.4, 4.2);
}

/// The woodyard: walls of logs, an open shed, a sawbuck, an axe in its block.
pub fn woodyard(b: &mut Build) {
    for (x, z, wide, rows) in [(-5.0, -3.2, 7, 5), (-1.2, -4.2, 6, 6), (-5.6, 0.6, 4, 3)] {
        stack(b, Vec3::new(x, 0.0, z), wide, rows);
    }
    let shed = Vec3::new(4.0, 0.0, -2.4);
    for (x, z) in [(-2.4, 1.9), (2.4, 1.9), (2.4, -1.9), (-2.4, -1.9)] {
        let post = shed + Vec3::new(x, 0.0, z);
        b.solid.beam(post, post + Vec3::Y * 3.0, 0.34, TIMBER);
    }
    b.block(shed - Vec3::Z * 1.9, Vec3::new(5.2, 3.0, 0.3), board());
    b.block(shed + Vec3::new(2.5, 0.0, 0.0), Vec3::new(0.3, 2.4, 4.0), board());
    let roof = Roof { walls: Vec2::new(5.4, 4.2), rise: 2.6, eaves: 0.6, colour: shingle(), gable: board() };
    b.roof(shed + Vec3::Y * 3.0, 0.0, roof);
    stack(b, shed + Vec3::new(0.6, 0.0, -0.2), 5, 3);
    b.lantern(shed + Vec3::new(-1.6, 2.7, 2.1), 0.8);
    // The sawbuck with a log across.
    for x in [-1.0, 0.5] {
        let at = Vec3::new(x, 0.0, 1.9);
        b.solid.beam(at - Vec3::Z * 0.5, at + Vec3::new(0.0, 1.2, 0.4), 0.16, board());
        b.solid.beam(at + Vec3::Z * 0.5, at + Vec3::new(0.0, 1.2, -0.4), 0.16, board());
    }
    b.log(Vec3::new(-1.9, 1.0, 1.9), Vec3::new(1.5, 1.0, 1.95), 0.28);
    b.drum(Vec3::new(3.4, 0.0, 1.8), Vec2::new(0.52, 0.46), 0.7, 8, TIMBER);
    b.solid.beam(Vec3::new(3.4, 0.8, 1.8), Vec3::new(3.9, 1.6, 2.1), 0.09, THATCH);
    b.block(Vec3::new(3.36, 0.66, 1.78), Vec3::new(0.34, 0.3, 0.1), mixed(iron(), SNOW_SHADE, 0.5));
    for _ in 0..9 {
        let at = Vec3::new(b.crook.between(3.9, 5.8), 0.1, b.crook.between(0.9, 2.4));
        let along = Vec3::new(b.crook.lean(), 0.1, b.crook.lean()) * 0.5;
        b.log(at - along, at + along, 0.13);
    }
    b.warm = Vec3::new(2.4, 2.2, 1.6);
}

/// A pyramid of logs, their ends to the yard: `wide` at the foot, `rows` high.
pub fn stack(b: &mut Build, at: Vec3, wide: u32, rows: u32) {
    let radius = 0.3;
    for row in 0..rows.min(wide) {
        for i in 0..wide - row {
            let x = (i as f32 + row as f32 * 0.5) * radius * 2.05 - wide as f32 * radius;
            let y = radius + row as f32 * radius * 1.78;
            let out = 1.3 + b.crook.lean() * 0.15;
            let thick = radius * b.crook.between(0.86, 1.0);
            b.log(at + Vec3::new(x, y, -1.3), at + Vec3::new(x, y, out), thick);
        }
    }
    let top = rows.min(wide);
    let width = (wide - top + 1) as f32 * radius * 2.0;
    let over = Vec3::new(-radius, radius * 1.78 * top as f32 + 0.12, 0.0);
    b.heap(at + over, Vec3::new(width + 0.3, 0.6, 2.6));
}
