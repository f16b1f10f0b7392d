//! The open places: the market, the well, the bridge, the gate.
//!
//! Owns: their shapes. Refuses to know: where they stand.

use super::parts::{Build, Roof, board, iron, mixed, shingle, stone};
use crate::window::ground::lanes::{DECK_AHEAD_M, DECK_HALF_M};
use crate::window::ground::{DECK_SIDE_M, deck_rise};
use crate::window::palette::{AMBER, BRICK, DUSK, INK, PAPER, PINE, SNOW_LIGHT, SNOW_SHADE, THATCH, TIMBER};
use bevy::color::Srgba;
use bevy::math::{Affine3A, Quat, Vec2, Vec3};

/// Six stalls in an arc, a brazier before them.
pub fn market(b: &mut Build) {
    let cloths =
        [BRICK, mixed(PINE, PAPER, 0.15), AMBER, DUSK, mixed(BRICK, AMBER, 0.35), mixed(PINE, THATCH, 0.3)];
    for (i, cloth) in cloths.into_iter().enumerate() {
        let angle = (i as f32 - 2.5) * 0.62;
        let at = Vec3::new(angle.sin() * 5.7, 0.0, -0.6 - angle.cos() * 4.9);
        let mut part = Build::new(0x57a1 + i as u64);
        stall(&mut part, cloth, i);
        b.solid.put(&part.solid, at, -angle);
        b.bare.put(&part.bare, at, -angle);
        b.lit.put(&part.lit, at, -angle);
    }
    for i in 0..3_u8 {
        let (sin, cos) = (f32::from(i) * 2.1).sin_cos();
        b.solid.beam(
            Vec3::new(cos * 0.7, 0.0, sin * 0.7),
            Vec3::new(cos * 0.4, 0.9, sin * 0.4),
            0.14,
            iron(),
        );
    }
    b.drum(Vec3::Y * 0.7, Vec2::new(0.5, 0.85), 0.5, 8, iron());
    b.embers(Vec3::Y * 1.12, 0.72, 0.42);
    b.warm = Vec3::new(0.0, 1.9, 0.0);
}

/// A stall that looks south: a table, four posts, a striped roof, wares.
fn stall(b: &mut Build, cloth: Srgba, kind: usize) {
    b.block(Vec3::Z * 0.4, Vec3::new(2.7, 0.95, 0.9), board());
    b.block(Vec3::new(0.0, 0.9, 0.4), Vec3::new(2.9, 0.14, 1.1), TIMBER);
    for (x, z, y) in [(-1.35, 0.9, 2.2), (1.35, 0.9, 2.2), (1.35, -0.8, 2.9), (-1.35, -0.8, 2.9)] {
        b.solid.beam(Vec3::new(x, 0.0, z), Vec3::new(x + b.crook.lean() * 0.06, y, z), 0.16, TIMBER);
    }
    const STRIPES: usize = 6;
    let wide = 3.2 / STRIPES as f32;
    for i in 0..STRIPES {
        let colour = if i % 2 == 0 { cloth } else { mixed(PAPER, cloth, 0.08) };
        let x = -1.6 + i as f32 * wide;
        let (back, front) = (Vec3::new(x, 2.95, -1.0), Vec3::new(x, 2.2, 1.25));
        let over = Vec3::X * wide;
        let hem = front - Vec3::new(0.0, 0.38, 0.0);
        b.bare.face([front, front + over, back + over, back], colour.into());
        b.bare.face([back, back + over, front + over, front], colour.into());
        b.bare.triangle([hem + over * 0.5, front + over, front], colour.into());
    }
    // Snow that has slid to the upper half.
    let mut snow = crate::window::kit::Shape::new();
    snow.block(Vec3::new(3.0, 0.18, 0.9), 0.11, SNOW_LIGHT, &mut b.crook, 0.12);
    let lie = Affine3A::from_rotation_translation(Quat::from_rotation_x(0.32), Vec3::new(0.0, 2.83, -0.6));
    b.solid.add(&snow, lie);
    let wares = [
        THATCH,
        mixed(BRICK, AMBER, 0.3),
        PINE,
        mixed(PAPER, SNOW_SHADE, 0.3),
        BRICK,
        mixed(THATCH, PAPER, 0.4),
    ];
    for j in 0..7 {
        let colour = wares[(kind + j / 3) % wares.len()];
        let at = Vec3::new(-1.15 + j as f32 * 0.38, 1.02, 0.4 + b.crook.lean() * 0.2);
        if (kind + j).is_multiple_of(3) {
            b.block(at, Vec3::new(0.34, 0.3, 0.34), colour);
        } else {
            let size = b.crook.between(0.26, 0.4);
            b.ball(at, Vec3::splat(size), 3, colour);
        }
    }
    if kind.is_multiple_of(2) {
        b.lantern(Vec3::new(1.2, 2.1, 1.1), 0.55);
    }
    b.block(Vec3::new(-1.0, 0.0, -1.0), Vec3::new(0.8, 0.7, 0.7), board());
}

/// The well: a worn lip, two posts, a small roof, a winch and its bucket.
pub fn well(b: &mut Build) {
    for i in 0..10_u8 {
        let angle = f32::from(i) / 10.0 * std::f32::consts::TAU;
        let at = Vec3::new(angle.sin() * 1.2, 0.0, angle.cos() * 1.2);
        b.turned(at, angle, Vec3::new(0.82, 1.0, 0.5), stone());
    }
    b.drum(Vec3::Y * 0.3, Vec2::splat(1.05), 0.1, 10, mixed(INK, DUSK, 0.3));
    for side in [-1.0, 1.0] {
        b.solid.beam(Vec3::new(1.3 * side, 0.0, 0.0), Vec3::new(1.25 * side, 2.9, 0.05), 0.26, TIMBER);
    }
    b.log(Vec3::new(-1.4, 1.9, 0.0), Vec3::new(1.5, 1.9, 0.0), 0.16);
    b.solid.beam(Vec3::new(1.5, 1.9, 0.0), Vec3::new(1.6, 1.5, 0.2), 0.1, iron());
    b.solid.beam(Vec3::new(0.0, 1.9, 0.15), Vec3::new(0.0, 1.3, 0.15), 0.06, THATCH);
    b.drum(Vec3::new(0.0, 0.9, 0.15), Vec2::new(0.2, 0.28), 0.42, 7, board());
    let roof = Roof { walls: Vec2::new(2.4, 2.0), rise: 1.5, eaves: 0.45, colour: shingle(), gable: board() };
    b.roof(Vec3::Y * 2.8, 0.0, roof);
    b.lantern(Vec3::new(-1.5, 2.5, 0.6), 0.6);
    b.drum(Vec3::new(1.9, 0.0, 0.9), Vec2::new(0.24, 0.32), 0.45, 7, board());
    b.warm = Vec3::new(-1.2, 2.0, 1.6);
}

/// The bridge: one arch of stone along x, ahead of its site, with parapets and lamps at its ends.
pub fn bridge(b: &mut Build) {
    const PARTS: u32 = 18;
    const VAULT_M: f32 = 3.9;
    let floor = -1.7;
    let under =
        |x: f32| if x.abs() < VAULT_M { -1.35 + 1.85 * (1.0 - (x / VAULT_M).powi(2)).sqrt() } else { floor };
    let over = |x: f32| deck_rise((x / DECK_HALF_M).clamp(-1.0, 1.0)) - 0.02;
    let side = DECK_SIDE_M + 0.4;
    let x_of = |i: u32| (i as f32 / PARTS as f32 * 2.0 - 1.0) * (DECK_HALF_M + 0.4);
    let at = |x: f32, y: f32, z: f32| Vec3::new(x, y, DECK_AHEAD_M + z);
    for i in 0..PARTS {
        let (a, c) = (x_of(i), x_of(i + 1));
        let mid = (a + c) * 0.5;
        let low = if mid.abs() < VAULT_M { (under(a), under(c)) } else { (floor, floor) };
        let ring = |y: (f32, f32)| [at(a, y.0, side), at(c, y.1, side), at(c, y.1, -side), at(a, y.0, -side)];
        let colour = mixed(stone(), if i % 2 == 0 { INK } else { SNOW_SHADE }, 0.12);
        b.solid.loft(&ring(low), &ring((over(a), over(c))), colour.into());
        for edge in [-1.0, 1.0] {
            let size = Vec3::new(c - a + 0.04, 0.85 + if i % 3 == 0 { 0.12 } else { 0.0 }, 0.5);
            b.block(at(mid, over(mid) - 0.1, edge * (side - 0.15)), size, stone());
            let snow = at(mid, over(mid) + 0.68, edge * (side - 0.15));
            let mut cap = crate::window::kit::Shape::new();
            cap.block(Vec3::new(c - a + 0.05, 0.24, 0.62), 0.1, SNOW_LIGHT, &mut b.crook, 0.05);
            b.solid.put(&cap, snow, 0.0);
        }
    }
    // Voussoirs, proud of the wall.
    for i in 0..9_u8 {
        let x = (f32::from(i) / 8.0 * 2.0 - 1.0) * (VAULT_M - 0.1);
        for edge in [-1.0, 1.0] {
            let foot = at(x, under(x), edge * side);
            let out = Vec3::new(x * 0.13, 0.62, 0.0);
            b.solid.beam(foot, foot + out, 0.42, mixed(stone(), PAPER, 0.3));
        }
    }
    for (x, edge) in [(-1.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)] {
        let post = at(x * (DECK_HALF_M + 0.2), -0.2, edge * (side - 0.1));
        b.block(post, Vec3::new(0.9, 1.7, 0.9), mixed(stone(), INK, 0.15));
        b.heap(post + Vec3::Y * 1.75, Vec3::new(0.9, 0.6, 0.9));
    }
    for edge in [-1.0, 1.0] {
        let x = edge * (DECK_HALF_M + 0.2);
        let foot = at(x, 1.4, -edge * (side - 0.1));
        b.solid.beam(foot, foot + Vec3::Y * 1.9, 0.16, TIMBER);
        b.lantern(foot + Vec3::new(-edge * 0.1, 1.9, 0.25), 0.7);
        b.icicles(at(-3.0, 0.4, edge * side), at(3.0, 0.4, edge * side), 0.4, 0.7);
    }
    b.warm = at(0.0, 2.9, 0.0);
}

/// The north gate: a wall with two towers, an arch between, its leaves open.
pub fn gate(b: &mut Build) {
    let z = -1.8;
    for side in [-1.0, 1.0] {
        let tower = Vec3::new(3.7 * side, 0.0, z);
        b.block(tower - Vec3::Y * 0.5, Vec3::new(3.5, 1.6, 3.5), mixed(stone(), INK, 0.2));
        b.block(tower + Vec3::Y, Vec3::new(3.1, 4.6, 3.1), stone());
        b.block(tower + Vec3::Y * 5.4, Vec3::new(3.6, 1.3, 3.6), board());
        b.spire(tower + Vec3::Y * 6.7, 2.75, 3.4, 4, shingle());
        b.window(tower + Vec3::new(0.0, 3.9, 1.55), 0.0, 0.7, 0.9);
        b.window(tower + Vec3::new(0.0, 6.0, 1.8), 0.0, 0.9, 0.6);
        b.window(tower + Vec3::new(1.55 * side, 3.9, 0.0), std::f32::consts::FRAC_PI_2 * side, 0.7, 0.9);
        for i in 0..4_u8 {
            let x = side * (6.2 + f32::from(i) * 2.0);
            let sink = f32::from(i) * 0.25;
            b.block(Vec3::new(x, -1.2 - sink, z), Vec3::new(2.1, 4.2, 1.2), stone());
            for half in [-0.5, 0.5] {
                b.block(Vec3::new(x + half, 2.9 - sink, z), Vec3::new(0.6, 0.7, 1.2), stone());
            }
        }
        // A leaf of oak, swung open towards the road, and a lamp before its tower.
        let turn = side * 1.25;
        let leaf = Vec3::new(side * 1.9, 0.05, z - 1.9);
        b.turned(leaf, turn, Vec3::new(2.0, 3.3, 0.24), mixed(TIMBER, THATCH, 0.15));
        for y in [0.7, 2.5] {
            b.turned(leaf + Vec3::Y * y, turn, Vec3::new(2.1, 0.22, 0.34), iron());
        }
        let arm = tower + Vec3::new(-1.2 * side, 3.2, 1.5);
        b.solid.beam(arm, arm + Vec3::Z * 0.9, 0.12, iron());
        b.lantern(arm + Vec3::Z * 0.8, 0.8);
        b.block(Vec3::new(side * 2.9, 3.4, z + 1.62), Vec3::new(0.8, 1.7, 0.08), BRICK);
    }
    b.block(Vec3::new(0.0, 3.5, z), Vec3::new(4.6, 1.3, 2.4), stone());
    for i in 0..4_u8 {
        b.block(Vec3::new(-1.5 + f32::from(i), 4.7, z + 0.9), Vec3::new(0.6, 0.7, 0.5), stone());
    }
    for side in [-1.0, 1.0] {
        let foot = Vec3::new(side * 2.0, 2.6, z);
        b.solid.beam(foot, Vec3::new(side * 0.9, 3.6, z), 0.5, stone());
    }
    b.icicles(Vec3::new(-1.8, 3.5, z + 1.2), Vec3::new(1.8, 3.5, z + 1.2), 0.3, 0.8);
    // The guard's stool.
    b.drum(Vec3::new(2.4, 0.0, 0.9), Vec2::new(0.3, 0.26), 0.55, 6, board());
    b.warm = Vec3::new(0.0, 3.0, 1.2);
}
