//! The great houses: the Ember House, the inn, the chapel, the herb house, the moot hall.
//!
//! Owns: their shapes. Refuses to know: where they stand.

use super::parts::{Build, Roof, board, iron, mixed, plaster, shingle, stone};
use crate::window::palette::{AMBER, BRICK, INK, PAPER, PINE, SNOW_SHADE, THATCH, TIMBER};
use bevy::color::Srgba;
use bevy::math::{Vec2, Vec3};
use std::f32::consts::{FRAC_PI_2, TAU};

/// A round stone house over one fire: drum, deep thatch, the great chimney with embers at its mouth.
pub fn emberhouse(b: &mut Build) {
    let around = |angle: f32, radius: f32, y: f32| Vec3::new(angle.sin() * radius, y, angle.cos() * radius);
    b.drum(Vec3::ZERO, Vec2::new(4.0, 3.9), 0.9, 14, mixed(stone(), INK, 0.25));
    b.drum(Vec3::Y * 0.9, Vec2::new(3.75, 3.65), 1.1, 14, stone());
    b.drum(Vec3::Y * 2.0, Vec2::new(3.7, 3.55), 1.3, 14, mixed(stone(), PAPER, 0.14));
    for i in 0..9 {
        let angle = (i as f32 + 0.5) / 9.0 * TAU;
        b.turned(around(angle, 3.75, 0.0), angle, Vec3::new(0.7, 2.6, 0.8), mixed(stone(), INK, 0.15));
    }
    for i in 1..9 {
        let angle = i as f32 / 9.0 * TAU;
        b.window(around(angle, 3.6, 1.95), angle, 0.75, 1.1);
    }
    for i in 0..40 {
        let angle = i as f32 / 40.0 * TAU + b.crook.lean() * 0.08;
        let size = Vec3::new(0.5, 0.3, 0.2) * b.crook.between(0.7, 1.2);
        let at = around(angle, 3.6, b.crook.between(0.2, 2.8));
        b.turned(at, angle, size, mixed(stone(), SNOW_SHADE, 0.4));
    }
    b.door(Vec3::new(0.0, 0.0, 3.75), 1.5, 2.3, mixed(BRICK, TIMBER, 0.45));
    b.spire(Vec3::Y * 3.3, 4.7, 4.2, 14, THATCH);
    b.drum(Vec3::Y * 4.0, Vec2::new(1.5, 1.1), 4.6, 10, mixed(BRICK, stone(), 0.45));
    b.drum(Vec3::Y * 8.4, Vec2::new(1.2, 1.4), 0.4, 10, stone());
    b.drum(Vec3::Y * 8.8, Vec2::new(1.4, 1.3), 0.3, 10, stone());
    b.embers(Vec3::Y * 8.85, 1.05, 0.6);
    for side in [-1.0, 1.0] {
        b.solid.beam(Vec3::new(1.3 * side, 2.5, 3.7), Vec3::new(1.3 * side, 2.7, 4.5), 0.12, iron());
        b.lantern(Vec3::new(1.3 * side, 2.7, 4.4), 0.6);
    }
    b.warm = Vec3::new(0.0, 2.6, 5.4);
    b.smoke.push(Vec3::Y * 9.6);
}

/// The inn: long, a jetty over a stone floor, a cross gable, a sign and its lantern.
pub fn lantern(b: &mut Build) {
    let back = Vec3::Z * -0.6;
    b.block(back, Vec3::new(12.4, 1.7, 6.2), stone());
    b.framed(back + Vec3::Y * 1.3, Vec3::new(12.8, 2.9, 6.8), plaster());
    let roof =
        Roof { walls: Vec2::new(12.8, 6.8), rise: 4.0, eaves: 0.8, colour: shingle(), gable: plaster() };
    b.roof(back + Vec3::Y * 4.2, 0.0, roof);
    b.framed(Vec3::new(3.6, 0.9, 1.3), Vec3::new(3.8, 3.7, 3.8), mixed(plaster(), BRICK, 0.12));
    let cross = Roof { walls: Vec2::new(4.6, 3.8), rise: 3.0, eaves: 0.5, ..roof };
    b.roof(Vec3::new(3.6, 4.6, 1.0), FRAC_PI_2, cross);
    b.window(Vec3::new(3.6, 5.4, 3.35), 0.0, 0.8, 0.9);
    b.window(Vec3::new(3.6, 2.9, 3.2), 0.0, 1.6, 1.1);
    for x in [-5.0, -2.6, 0.2] {
        b.window(Vec3::new(x, 3.0, 2.8), 0.0, 1.0, 1.1);
        b.window(Vec3::new(x, 3.0, -4.0), FRAC_PI_2 * 2.0, 1.0, 1.1);
    }
    for side in [-1.0, 1.0] {
        b.window(Vec3::new(6.4 * side, 3.0, -0.6), FRAC_PI_2 * side, 1.2, 1.1);
        b.window(Vec3::new(6.4 * side, 5.5, -0.6), FRAC_PI_2 * side, 0.8, 0.9);
    }
    b.door(Vec3::new(-0.6, 0.0, 2.6), 1.6, 2.1, mixed(PINE, TIMBER, 0.35));
    b.chimney(Vec3::new(-4.4, 5.4, -1.6), 1.2, 4.2, BRICK);
    b.chimney(Vec3::new(5.2, 5.6, -2.0), 1.0, 3.6, mixed(BRICK, stone(), 0.4));
    // The sign on its arm, with the lantern that gives the house its name.
    b.solid.beam(Vec3::new(-2.2, 0.0, 3.6), Vec3::new(-2.3, 4.4, 3.7), 0.26, TIMBER);
    b.solid.beam(Vec3::new(-2.5, 4.1, 3.7), Vec3::new(-4.6, 4.25, 3.8), 0.2, TIMBER);
    b.block(Vec3::new(-3.0, 2.75, 3.75), Vec3::new(1.0, 1.1, 0.14), mixed(AMBER, TIMBER, 0.35));
    b.lantern(Vec3::new(-4.3, 4.15, 3.8), 1.2);
    for x in [-4.6, 1.4] {
        b.barrel(Vec3::new(x, 0.0, 3.2));
    }
    b.warm = Vec3::new(-1.6, 2.8, 5.0);
}

/// The chapel: a nave, a steeple over the door, a bell in its louvres.
pub fn chapel(b: &mut Build) {
    let nave = Vec3::Z * -4.2;
    let wall = mixed(stone(), PAPER, 0.3);
    b.block(nave, Vec3::new(6.0, 0.8, 9.2), mixed(stone(), INK, 0.2));
    b.block(nave + Vec3::Y * 0.6, Vec3::new(5.7, 3.4, 9.0), wall);
    let roof = Roof {
        walls: Vec2::new(9.0, 5.7),
        rise: 4.4,
        eaves: 0.6,
        colour: mixed(shingle(), INK, 0.4),
        gable: wall,
    };
    b.roof(nave + Vec3::Y * 4.0, FRAC_PI_2, roof);
    for side in [-1.0, 1.0] {
        for z in [-6.6, -4.2, -1.8] {
            b.window(Vec3::new(2.85 * side, 2.4, z), FRAC_PI_2 * side, 0.7, 1.9);
            b.block(Vec3::new(3.2 * side, 0.0, z - 1.2), Vec3::new(0.8, 2.6, 0.7), stone());
        }
    }
    let tower = Vec3::Z * 1.4;
    b.block(tower, Vec3::new(3.9, 0.9, 3.9), mixed(stone(), INK, 0.2));
    b.block(tower + Vec3::Y * 0.7, Vec3::new(3.5, 6.3, 3.5), wall);
    b.block(tower + Vec3::Y * 6.9, Vec3::new(3.9, 0.35, 3.9), stone());
    for (x, z) in [(-1.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)] {
        b.block(tower + Vec3::new(1.4 * x, 7.2, 1.4 * z), Vec3::new(0.6, 2.0, 0.6), wall);
    }
    b.drum(tower + Vec3::Y * 7.5, Vec2::new(0.8, 0.5), 0.6, 10, mixed(THATCH, AMBER, 0.45));
    b.drum(tower + Vec3::Y * 8.1, Vec2::new(0.5, 0.2), 0.5, 10, mixed(THATCH, AMBER, 0.45));
    b.solid.beam(tower + Vec3::new(-1.5, 8.7, 0.0), tower + Vec3::new(1.5, 8.7, 0.0), 0.22, TIMBER);
    b.block(tower + Vec3::Y * 9.1, Vec3::new(3.8, 0.35, 3.8), board());
    b.spire(tower + Vec3::Y * 9.45, 2.75, 6.2, 4, mixed(shingle(), INK, 0.4));
    b.ball(tower + Vec3::Y * 15.6, Vec3::splat(0.5), 4, mixed(THATCH, AMBER, 0.5));
    b.window(tower + Vec3::new(0.0, 5.2, 1.75), 0.0, 0.9, 1.3);
    b.door(tower + Vec3::Z * 1.75, 1.5, 2.5, mixed(BRICK, TIMBER, 0.5));
    for (x, z) in [(-3.6, 2.2), (3.5, 2.8), (4.4, 0.6), (-4.6, 0.0), (4.0, -3.0)] {
        let turn = b.crook.lean() * 0.3;
        b.turned(Vec3::new(x, -0.1, z), turn, Vec3::new(0.6, 0.9, 0.2), stone());
    }
    b.warm = Vec3::new(0.0, 2.6, 4.8);
}

/// The herb house: low, all roof, bunches under the deep eaves.
pub fn herbhouse(b: &mut Build) {
    let back = Vec3::Z * -0.9;
    b.framed(back, Vec3::new(9.0, 2.6, 5.6), mixed(plaster(), PINE, 0.16));
    let roof = Roof { walls: Vec2::new(9.0, 5.6), rise: 4.2, eaves: 1.7, colour: THATCH, gable: plaster() };
    b.roof(back + Vec3::Y * 2.9, 0.0, roof);
    for side in [-1.0, 1.0] {
        b.window(Vec3::new(4.5 * side, 1.6, -0.9), FRAC_PI_2 * side, 1.0, 0.9);
        b.window(Vec3::new(4.5 * side, 4.1, -0.9), FRAC_PI_2 * side, 0.7, 0.8);
        b.window(Vec3::new(2.6 * side, 1.55, 1.9), 0.0, 1.2, 0.9);
        b.solid.beam(Vec3::new(4.3 * side, 0.0, 3.1), Vec3::new(4.3 * side, 2.1, 3.1), 0.26, TIMBER);
        b.solid.beam(Vec3::new(1.4 * side, 0.0, 3.1), Vec3::new(1.4 * side, 2.1, 3.1), 0.22, TIMBER);
    }
    b.door(Vec3::new(0.0, 0.0, 1.9), 1.3, 2.0, mixed(PINE, PAPER, 0.2));
    b.solid.beam(Vec3::new(-4.6, 2.1, 3.1), Vec3::new(4.6, 2.1, 3.1), 0.16, TIMBER);
    let kinds =
        [PINE, mixed(PINE, THATCH, 0.5), mixed(BRICK, THATCH, 0.3), THATCH, mixed(PINE, SNOW_SHADE, 0.4)];
    for i in 0..18 {
        let x = -4.3 + i as f32 * 0.5 + b.crook.lean() * 0.08;
        if x.abs() < 0.9 {
            continue;
        }
        let long = b.crook.between(0.6, 1.0);
        let radius = b.crook.between(0.18, 0.3);
        b.drum(Vec3::new(x, 2.05 - long, 3.1), Vec2::new(radius, 0.05), long, 6, kinds[i % kinds.len()]);
    }
    for (x, z) in [(-3.6, 3.7), (-2.9, 4.0), (3.4, 3.8), (4.6, 3.6)] {
        b.drum(Vec3::new(x, 0.0, z), Vec2::new(0.24, 0.34), 0.5, 7, mixed(BRICK, THATCH, 0.4));
        b.drum(Vec3::new(x, 0.5, z), Vec2::new(0.3, 0.02), 0.5, 6, mixed(PINE, THATCH, 0.3));
    }
    b.chimney(Vec3::new(2.4, 5.0, -2.0), 1.0, 3.2, stone());
    b.warm = Vec3::new(0.0, 2.0, 4.2);
}

/// The moot hall: large, up wide steps, two gables to the front and a turret on the ridge.
pub fn moothall(b: &mut Build) {
    let back = Vec3::Z * -1.9;
    b.block(back, Vec3::new(13.0, 1.1, 7.4), stone());
    b.framed(back + Vec3::Y * 0.9, Vec3::new(12.4, 3.6, 6.6), plaster());
    let roof =
        Roof { walls: Vec2::new(12.4, 6.6), rise: 4.2, eaves: 0.8, colour: shingle(), gable: plaster() };
    b.roof(back + Vec3::Y * 4.5, 0.0, roof);
    for x in [-3.8, 3.8] {
        b.framed(Vec3::new(x, 0.9, 0.3), Vec3::new(3.8, 4.0, 3.4), mixed(plaster(), PAPER, 0.3));
        let cross = Roof { walls: Vec2::new(4.6, 3.8), rise: 3.3, eaves: 0.5, ..roof };
        b.roof(Vec3::new(x, 4.9, 0.1), FRAC_PI_2, cross);
        b.window(Vec3::new(x, 5.8, 2.45), 0.0, 0.8, 1.0);
        b.window(Vec3::new(x, 3.0, 2.0), 0.0, 1.5, 1.6);
        b.block(Vec3::new(x.signum() * 1.65, 2.0, 1.6), Vec3::new(0.7, 2.2, 0.08), BRICK);
    }
    for side in [-1.0, 1.0] {
        for z in [-3.6, -0.8] {
            b.window(Vec3::new(6.2 * side, 2.9, z), FRAC_PI_2 * side, 1.0, 1.5);
        }
    }
    for x in [-4.0, 0.0, 4.0] {
        b.window(Vec3::new(x, 2.9, -5.2), FRAC_PI_2 * 2.0, 1.0, 1.5);
    }
    for (i, y) in [0.0, 0.3, 0.6].into_iter().enumerate() {
        let deep = 2.3 - i as f32 * 0.55;
        b.block(Vec3::new(0.0, y, 1.4 + deep * 0.5), Vec3::new(4.0 - i as f32 * 0.4, 0.36, deep), stone());
    }
    b.door(Vec3::new(0.0, 0.9, 1.35), 1.9, 2.5, TIMBER);
    b.chimney(Vec3::new(-5.4, 5.6, -2.8), 1.1, 3.6, BRICK);
    let ridge = back + Vec3::Y * 8.2;
    b.block(ridge, Vec3::new(1.7, 1.6, 1.7), board());
    b.spire(ridge + Vec3::Y * 1.7, 1.6, 2.6, 4, shingle());
    let clock = ridge + Vec3::new(0.0, 0.85, 0.87);
    let mut face = crate::window::kit::Shape::new();
    face.drum(0.55, 0.55, 0.08, 12, Srgba::WHITE);
    let turn =
        bevy::math::Affine3A::from_rotation_translation(bevy::math::Quat::from_rotation_x(FRAC_PI_2), clock);
    b.lit.add(&face, turn);
    b.warm = Vec3::new(0.0, 3.0, 4.2);
}
