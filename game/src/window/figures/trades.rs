//! Trades: the silhouette and the accent of each of Emberwick's people, as a table and a few hats and tools.
//!
//! Owns: which person wears and carries what. Refuses to know: meshes, entities. Keys are those of the village's file.

use super::Model;
use super::parts::{HEAD_M, arm, boots, face, flat_drum, lantern_iron, legs, oval, skin, slab, staff, taper};
use crate::window::kit::{Crook, Shape};
use crate::window::palette::*;
use bevy::color::Srgba;
use bevy::math::{Affine3A, Quat, Vec3};
use std::f32::consts::{FRAC_PI_2, PI};

/// How dark a figure is at its feet, and up to which height, metres.
const FOOT_SHADE: f32 = 0.38;
const FOOT_SHADE_M: f32 = 0.9;
/// A hem lower than this is a long skirt or a robe, metres.
const LONG_M: f32 = 0.2;
/// Heads are larger than life: that is where the eyes are.
pub const HEAD_SCALE: f32 = 1.12;
/// Seed of the figures' crookedness; each adds its own letters.
const SEED: u64 = 0xF16;

/// The cut of a person's clothes.
struct Cut {
    /// Radii at hem, waist and shoulders, metres.
    hem: f32,
    waist: f32,
    shoulder: f32,
    /// How high the hem hangs and the neck stands, metres.
    hem_up: f32,
    neck: f32,
    /// Depth of the body as a part of its width.
    depth: f32,
    /// Cloth of coat or skirt, and of the upper half.
    skirt: Srgba,
    coat: Srgba,
    /// Where the hands are: to the figure's left (+x) and right (-x).
    left: Vec3,
    right: Vec3,
    /// Size of the nose: 1 is usual.
    nose: f32,
}

impl Cut {
    /// How high the waist is, metres: higher in a long skirt.
    fn waist_up(&self) -> f32 {
        self.hem_up + (self.neck - self.hem_up) * if self.hem_up < LONG_M { 0.58 } else { 0.38 }
    }
}

/// The accent colour of a person: ribbon, pinned slips, one piece of clothing. An unknown key has plain thatch.
pub fn accent(key: &str) -> Srgba {
    match key {
        "bram" => mixed(BRICK, INK, 0.45),
        "maud" => mixed(BRICK, EMBER, 0.25),
        "osric" => mixed(NIGHT, DUSK, 0.35),
        "hilda" => mixed(PINE, THATCH, 0.28),
        "tobin" => mixed(PAPER, THATCH, 0.35),
        "agnes" => mixed(AMBER, PAPER, 0.45),
        "anselm" => mixed(DUSK, BRICK, 0.42),
        "greta" => mixed(PINE, SNOW_SHADE, 0.06),
        "corwin" => mixed(DUSK, SNOW_SHADE, 0.40),
        "lisbet" => mixed(AMBER, THATCH, 0.55),
        "piers" => mixed(BRICK, SNOW_LIGHT, 0.30),
        "nell" => mixed(EMBER, BRICK, 0.30),
        super::PLAYER_KEY => mixed(DUSK, PINE, 0.45),
        _ => THATCH,
    }
}

/// The colour of a person's hair, beard and brows.
pub fn hair_colour(key: &str) -> Srgba {
    match key {
        "bram" => mixed(INK, TIMBER, 0.3),
        "maud" => mixed(BRICK, TIMBER, 0.5),
        "osric" => SNOW_SHADE,
        "hilda" => mixed(SNOW_SHADE, TIMBER, 0.35),
        "tobin" => mixed(PAPER, THATCH, 0.5),
        "agnes" => mixed(TIMBER, INK, 0.3),
        "anselm" | "nell" => SNOW_LIGHT,
        "greta" => mixed(EMBER, TIMBER, 0.55),
        "corwin" => mixed(TIMBER, THATCH, 0.3),
        "lisbet" => mixed(THATCH, TIMBER, 0.1),
        "piers" => INK,
        super::PLAYER_KEY => mixed(TIMBER, INK, 0.2),
        _ => TIMBER,
    }
}

/// What grows around a mouth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whiskers {
    /// Nothing.
    Shaven,
    /// A moustache.
    Moustache,
    /// A full beard.
    Beard,
}

/// What grows around a person's mouth.
pub fn whiskers(key: &str) -> Whiskers {
    match key {
        "bram" | "anselm" => Whiskers::Beard,
        "tobin" | "corwin" | "piers" => Whiskers::Moustache,
        _ => Whiskers::Shaven,
    }
}

/// The whole figure.
pub fn model(key: &str) -> Model {
    let mut crook =
        Crook::new(key.bytes().fold(SEED, |seed, b| seed.wrapping_mul(31).wrapping_add(u64::from(b))));
    let cut = cut(key);
    let mut body = dressed(&cut, &mut crook);
    let lamp = carry(key, &cut, &mut body, &mut crook);
    body.shade(FOOT_SHADE_M, FOOT_SHADE);
    let mut head = face_only(key);
    wear(key, &mut head, &mut crook);
    let bare = head;
    let mut head = Shape::new();
    head.add(&bare, Affine3A::from_scale(Vec3::splat(HEAD_SCALE)));
    Model { body, head, neck_m: cut.neck, lamp }
}

/// The bare head.
pub fn face_only(key: &str) -> Shape {
    let mut head = Shape::new();
    face(&mut head, cut(key).nose);
    head
}

fn cut(key: &str) -> Cut {
    let tint = accent(key);
    let plain = Cut {
        hem: 0.32,
        waist: 0.25,
        shoulder: 0.26,
        hem_up: 0.42,
        neck: 1.14,
        depth: 0.8,
        skirt: tint,
        coat: tint,
        left: Vec3::new(0.40, 0.66, 0.12),
        right: Vec3::new(-0.40, 0.66, 0.12),
        nose: 1.0,
    };
    let fist = Vec3::new(-0.44, 0.82, 0.26);
    match key {
        "bram" => Cut {
            hem: 0.34,
            waist: 0.36,
            shoulder: 0.44,
            hem_up: 0.48,
            neck: 1.22,
            skirt: mixed(INK, TIMBER, 0.4),
            coat: tint,
            left: Vec3::new(0.56, 0.66, 0.14),
            right: Vec3::new(-0.56, 0.84, 0.26),
            nose: 1.25,
            ..plain
        },
        "maud" => Cut {
            hem: 0.52,
            waist: 0.27,
            shoulder: 0.30,
            hem_up: 0.06,
            neck: 1.10,
            depth: 0.92,
            coat: mixed(PAPER, THATCH, 0.3),
            right: Vec3::new(-0.36, 0.92, 0.34),
            ..plain
        },
        "osric" => Cut {
            hem: 0.24,
            waist: 0.18,
            shoulder: 0.20,
            hem_up: 0.12,
            neck: 1.38,
            left: Vec3::new(0.22, 0.98, 0.30),
            right: Vec3::new(-0.30, 0.72, 0.08),
            nose: 1.35,
            ..plain
        },
        _ => cut_on(key, plain, fist),
    }
}

/// As [`cut`], further down the list.
fn cut_on(key: &str, plain: Cut, fist: Vec3) -> Cut {
    let tint = accent(key);
    match key {
        "hilda" => Cut {
            hem: 0.40,
            waist: 0.24,
            hem_up: 0.07,
            neck: 1.08,
            skirt: mixed(tint, INK, 0.35),
            nose: 1.15,
            ..plain
        },
        "tobin" => Cut {
            hem: 0.44,
            waist: 0.47,
            shoulder: 0.30,
            hem_up: 0.34,
            neck: 1.06,
            depth: 0.92,
            skirt: mixed(TIMBER, THATCH, 0.5),
            right: Vec3::new(-0.34, 1.06, 0.20),
            left: Vec3::new(0.50, 0.62, 0.20),
            nose: 1.1,
            ..plain
        },
        "agnes" => Cut {
            hem: 0.42,
            waist: 0.33,
            shoulder: 0.33,
            hem_up: 0.07,
            neck: 1.08,
            depth: 0.9,
            skirt: mixed(BRICK, PAPER, 0.35),
            right: fist,
            ..plain
        },
        "anselm" => {
            Cut { hem: 0.44, waist: 0.24, shoulder: 0.24, hem_up: 0.03, neck: 1.24, right: fist, ..plain }
        }
        _ => cut_last(key, plain, fist),
    }
}

/// As [`cut`], to its end.
fn cut_last(key: &str, plain: Cut, fist: Vec3) -> Cut {
    let tint = accent(key);
    match key {
        "greta" => Cut {
            hem: 0.36,
            waist: 0.31,
            shoulder: 0.37,
            neck: 1.18,
            coat: mixed(BRICK, INK, 0.12),
            right: Vec3::new(-0.50, 0.92, 0.22),
            ..plain
        },
        "corwin" => Cut {
            hem: 0.33,
            shoulder: 0.32,
            neck: 1.24,
            skirt: mixed(tint, NIGHT, 0.4),
            right: fist,
            ..plain
        },
        "lisbet" => Cut {
            hem: 0.30,
            waist: 0.20,
            shoulder: 0.21,
            neck: 1.00,
            skirt: mixed(PINE, DUSK, 0.5),
            right: fist,
            nose: 0.85,
            ..plain
        },
        "piers" => {
            Cut { hem: 0.36, skirt: mixed(TIMBER, THATCH, 0.25), left: Vec3::new(0.46, 0.92, 0.28), ..plain }
        }
        "nell" => Cut {
            hem: 0.42,
            waist: 0.28,
            shoulder: 0.27,
            hem_up: 0.05,
            neck: 0.98,
            skirt: mixed(INK, DUSK, 0.4),
            right: Vec3::new(-0.42, 0.78, 0.28),
            nose: 1.3,
            ..plain
        },
        super::PLAYER_KEY => {
            Cut { waist: 0.22, skirt: mixed(TIMBER, INK, 0.3), left: Vec3::new(0.42, 0.74, 0.24), ..plain }
        }
        _ => plain,
    }
}

/// Boots, legs, skirt, coat, shoulders and arms.
fn dressed(cut: &Cut, crook: &mut Crook) -> Shape {
    let mut body = Shape::new();
    let apart = (cut.hem * 0.45).min(0.17);
    boots(&mut body, apart, mixed(INK, TIMBER, 0.35), crook);
    if cut.hem_up >= LONG_M {
        legs(&mut body, apart, cut.hem_up + 0.08, mixed(INK, TIMBER, 0.55));
    }
    let waist_up = cut.waist_up();
    flat_drum(
        &mut body,
        Vec3::Y * cut.hem_up,
        (cut.hem, cut.waist),
        waist_up - cut.hem_up,
        cut.depth,
        cut.skirt,
    );
    let chest = cut.neck - 0.06 - waist_up;
    flat_drum(&mut body, Vec3::Y * waist_up, (cut.waist, cut.shoulder), chest * 0.72, cut.depth, cut.coat);
    let yoke = Vec3::Y * (waist_up + chest * 0.72);
    flat_drum(&mut body, yoke, (cut.shoulder, 0.12), chest * 0.28 + 0.07, cut.depth, cut.coat);
    let shoulder_y = yoke.y - 0.05;
    for hand in [cut.left, cut.right] {
        let thick = 0.07 + cut.shoulder * 0.11;
        let shoulder = Vec3::new((cut.shoulder - 0.02) * hand.x.signum(), shoulder_y, 0.0);
        arm(&mut body, shoulder, hand, thick, mixed(cut.coat, INK, 0.12));
    }
    body
}

/// An apron down the front: cloth that follows the skirt, from above the hem to the chest.
fn apron(body: &mut Shape, cut: &Cut, colour: Srgba) {
    const PANELS: i32 = 4;
    const HALF_TURN: f32 = 0.85;
    const OFF_M: f32 = 0.03;
    let waist_up = cut.waist_up();
    let rows = [
        (cut.hem_up + 0.05, cut.hem, 1.0),
        (waist_up, cut.waist, 1.0),
        (waist_up + (cut.neck - waist_up) * 0.45, (cut.waist + cut.shoulder) * 0.5, 0.55),
    ];
    let point = |(up, radius, share): (f32, f32, f32), panel: i32| {
        let turn = HALF_TURN * share * (2.0 * panel as f32 / PANELS as f32 - 1.0);
        let out = radius + OFF_M;
        Vec3::new(turn.sin() * out, up, (turn.cos() * radius * cut.depth).max(0.0) + OFF_M * 1.6)
    };
    for pair in rows.windows(2) {
        for panel in 0..PANELS {
            let corners = [
                point(pair[0], panel),
                point(pair[0], panel + 1),
                point(pair[1], panel + 1),
                point(pair[1], panel),
            ];
            body.face(corners, colour.into());
        }
    }
}

/// What hands and backs carry; where the lit lamp is, if there is one.
fn carry(key: &str, cut: &Cut, body: &mut Shape, crook: &mut Crook) -> Option<Vec3> {
    let (left, right) = (cut.left, cut.right);
    match key {
        "bram" => {
            apron(body, cut, mixed(TIMBER, THATCH, 0.25));
            staff(body, right - Vec3::Y * 0.22, right + Vec3::Y * 0.34, 0.035);
            slab(
                body,
                right + Vec3::Y * 0.38,
                Vec3::new(0.36, 0.20, 0.20),
                Quat::IDENTITY,
                mixed(INK, SNOW_SHADE, 0.25),
                crook,
            );
        }
        "maud" => {
            apron(body, cut, PAPER);
            let mug = right + Vec3::new(0.0, -0.04, 0.06);
            taper(body, mug, mug + Vec3::Y * 0.20, (0.10, 0.09), 7, mixed(TIMBER, THATCH, 0.6));
            oval(body, mug + Vec3::Y * 0.21, Vec3::new(0.19, 0.10, 0.19), 3, PAPER);
        }
        "osric" => {
            let (a, b) = (left - Vec3::X * 0.36, left + Vec3::X * 0.14);
            taper(body, a, b, (0.07, 0.07), 7, PAPER);
            slab(
                body,
                (a + b) * 0.5 - Vec3::Y * 0.16,
                Vec3::new(0.34, 0.28, 0.03),
                Quat::IDENTITY,
                PAPER,
                crook,
            );
            taper(body, Vec3::Y * (cut.neck - 0.10), Vec3::Y * (cut.neck + 0.02), (0.20, 0.15), 8, PAPER);
        }
        "hilda" => basket(body, left, crook),
        "tobin" => {
            taper(body, Vec3::Y * 0.62, Vec3::Y * 0.74, (0.49, 0.485), 8, mixed(TIMBER, INK, 0.2));
            let sack = Vec3::new(-0.36, 1.26, -0.10);
            oval(body, sack, Vec3::new(0.50, 0.42, 0.72), 4, SNOW_LIGHT);
            taper(
                body,
                sack + Vec3::Z * 0.27,
                sack + Vec3::Z * 0.42,
                (0.07, 0.12),
                6,
                mixed(PAPER, THATCH, 0.45),
            );
        }
        _ => return carry_on(key, cut, body, crook),
    }
    None
}

/// As [`carry`], further down the list.
fn carry_on(key: &str, cut: &Cut, body: &mut Shape, crook: &mut Crook) -> Option<Vec3> {
    let right = cut.right;
    match key {
        "agnes" => {
            apron(body, cut, mixed(PAPER, SNOW_LIGHT, 0.4));
            let up = Quat::from_rotation_z(0.10);
            staff(body, right - up * Vec3::Y * 0.75, right + up * Vec3::Y * 0.70, 0.03);
            slab(
                body,
                right + up * Vec3::Y * 0.92,
                Vec3::new(0.36, 0.48, 0.05),
                up,
                mixed(THATCH, TIMBER, 0.2),
                crook,
            );
        }
        "anselm" => star(body, right, crook),
        "greta" => {
            staff(body, right - Vec3::Y * 0.40, right + Vec3::Y * 0.50, 0.035);
            slab(
                body,
                right + Vec3::new(-0.13, 0.40, 0.0),
                Vec3::new(0.30, 0.27, 0.07),
                Quat::from_rotation_z(0.1),
                SNOW_SHADE,
                crook,
            );
            taper(body, Vec3::Y * 0.66, Vec3::Y * 0.76, (0.37, 0.36), 8, INK);
        }
        _ => return carry_last(key, cut, body, crook),
    }
    None
}

/// As [`carry`], to its end.
fn carry_last(key: &str, cut: &Cut, body: &mut Shape, crook: &mut Crook) -> Option<Vec3> {
    let (left, right) = (cut.left, cut.right);
    match key {
        "corwin" => {
            let foot = Vec3::new(right.x, 0.04, right.z);
            staff(body, foot, foot + Vec3::Y * 1.90, 0.032);
            taper(body, foot + Vec3::Y * 1.86, foot + Vec3::Y * 2.20, (0.085, 0.0), 4, SNOW_LIGHT);
            slab(
                body,
                Vec3::new(0.34, 0.80, 0.22),
                Vec3::new(0.46, 0.56, 0.08),
                Quat::from_rotation_y(0.5),
                accent(key),
                crook,
            );
            slab(
                body,
                Vec3::new(0.355, 0.80, 0.25),
                Vec3::new(0.14, 0.44, 0.08),
                Quat::from_rotation_y(0.5),
                AMBER,
                crook,
            );
        }
        "lisbet" => fork(body, right),
        "piers" => pack(body, crook),
        "nell" => {
            taper(body, Vec3::Y * 0.58, Vec3::Y * 1.02, (0.46, 0.15), 6, accent(key));
            return Some(crook_staff(body, right));
        }
        super::PLAYER_KEY => {
            taper(
                body,
                Vec3::new(0.0, 0.62, -0.04),
                Vec3::new(0.0, 1.16, -0.02),
                (0.42, 0.13),
                8,
                accent(key),
            );
            slab(
                body,
                Vec3::new(-0.36, 0.62, 0.02),
                Vec3::new(0.14, 0.27, 0.30),
                Quat::IDENTITY,
                mixed(TIMBER, THATCH, 0.5),
                crook,
            );
            let lamp = left - Vec3::Y * 0.30;
            lantern_iron(body, lamp);
            return Some(lamp);
        }
        _ => {}
    }
    None
}

fn basket(body: &mut Shape, hand: Vec3, crook: &mut Crook) {
    let foot = hand + Vec3::new(0.04, -0.36, 0.06);
    taper(body, foot, foot + Vec3::Y * 0.20, (0.17, 0.23), 8, THATCH);
    for _ in 0..6 {
        let at = foot + Vec3::new(crook.lean() * 0.12, 0.22, crook.lean() * 0.12);
        oval(body, at, Vec3::splat(0.14), 3, mixed(PINE, THATCH, 0.3 + 0.2 * crook.lean()));
    }
    for side in [-0.19, 0.19] {
        taper(body, foot + Vec3::new(side, 0.18, 0.0), hand, (0.018, 0.018), 4, TIMBER);
    }
}

/// A staff with a star of eight points on it.
fn star(body: &mut Shape, hand: Vec3, crook: &mut Crook) {
    let foot = Vec3::new(hand.x, 0.04, hand.z);
    staff(body, foot, foot + Vec3::Y * 1.62, 0.03);
    let middle = foot + Vec3::Y * 1.80;
    for turn in [0.0, FRAC_PI_2 * 0.5] {
        slab(body, middle, Vec3::new(0.28, 0.28, 0.06), Quat::from_rotation_z(turn), AMBER, crook);
    }
}

fn fork(body: &mut Shape, hand: Vec3) {
    let foot = Vec3::new(hand.x, 0.04, hand.z);
    let top = foot + Vec3::Y * 1.30;
    staff(body, foot, top, 0.028);
    let iron = mixed(INK, SNOW_SHADE, 0.3);
    taper(body, top - Vec3::X * 0.17, top + Vec3::X * 0.17, (0.025, 0.025), 4, iron);
    for x in [-0.16, 0.0, 0.16] {
        taper(body, top + Vec3::X * x, top + Vec3::new(x, 0.34, 0.05), (0.024, 0.008), 4, iron);
    }
}

/// A pedlar's pack, taller than his shoulders, with a roll, a pot and a pan.
fn pack(body: &mut Shape, crook: &mut Crook) {
    let turn = Quat::from_rotation_x(-0.08);
    slab(
        body,
        Vec3::new(0.0, 0.98, -0.40),
        Vec3::new(0.68, 0.78, 0.40),
        turn,
        mixed(THATCH, TIMBER, 0.35),
        crook,
    );
    let roll = Vec3::new(0.0, 1.46, -0.42);
    taper(body, roll - Vec3::X * 0.44, roll + Vec3::X * 0.44, (0.13, 0.13), 7, accent("piers"));
    oval(body, Vec3::new(0.42, 0.86, -0.42), Vec3::new(0.18, 0.24, 0.24), 3, mixed(BRICK, AMBER, 0.4));
    taper(
        body,
        Vec3::new(-0.36, 0.90, -0.42),
        Vec3::new(-0.43, 0.90, -0.42),
        (0.16, 0.14),
        7,
        mixed(INK, SNOW_SHADE, 0.3),
    );
}

/// A crook with a lantern hung from it; where its glass is.
fn crook_staff(body: &mut Shape, hand: Vec3) -> Vec3 {
    let foot = Vec3::new(hand.x, 0.04, hand.z);
    let top = foot + Vec3::Y * 1.62;
    staff(body, foot, top, 0.032);
    let mut last = top;
    for i in 1..=5 {
        let around = PI * i as f32 / 5.0;
        let next = top + Vec3::new(-0.16 * (1.0 - around.cos()), 0.16 * around.sin(), 0.0);
        taper(body, last, next, (0.03, 0.028), 5, TIMBER);
        last = next;
    }
    let lamp = last - Vec3::Y * 0.27;
    lantern_iron(body, lamp);
    lamp
}

/// Hair, beard and hat.
fn wear(key: &str, head: &mut Shape, crook: &mut Crook) {
    let (tint, locks) = (accent(key), hair_colour(key));
    match key {
        "bram" => {
            beard(head, locks, 0.30);
            taper(head, Vec3::Y * 0.31, Vec3::Y * 0.39, (0.225, 0.215), 8, mixed(INK, TIMBER, 0.5));
        }
        "maud" => {
            hair(head, locks);
            oval(head, Vec3::new(0.0, 0.36, -0.05), Vec3::new(0.50, 0.30, 0.46), 4, PAPER);
            oval(head, Vec3::new(0.0, 0.56, -0.10), Vec3::splat(0.20), 4, locks);
            // Her accent is her skirt's: a neckerchief shows it where the skirt is out of sight.
            taper(head, Vec3::Y * -0.06, Vec3::Y * 0.07, (0.27, 0.19), 8, tint);
        }
        "osric" => {
            hair(head, locks);
            taper(head, Vec3::Y * 0.36, Vec3::Y * 0.47, (0.22, 0.22), 8, tint);
            slab(head, Vec3::Y * 0.49, Vec3::new(0.56, 0.06, 0.54), Quat::from_rotation_y(0.5), tint, crook);
            taper(head, Vec3::new(0.27, 0.50, 0.10), Vec3::new(0.31, 0.30, 0.12), (0.02, 0.04), 5, AMBER);
        }
        "hilda" => hood(head, tint, 0.58),
        "tobin" => {
            oval(
                head,
                Vec3::new(0.04, 0.42, -0.02),
                Vec3::new(0.54, 0.22, 0.50),
                4,
                mixed(PAPER, SNOW_LIGHT, 0.6),
            );
            taper(head, Vec3::Y * 0.32, Vec3::Y * 0.38, (0.23, 0.23), 8, tint);
            moustache(head, locks);
        }
        _ => wear_on(key, head),
    }
}

/// As [`wear`], further down the list.
fn wear_on(key: &str, head: &mut Shape) {
    let (tint, locks) = (accent(key), hair_colour(key));
    match key {
        "agnes" => {
            hair(head, locks);
            taper(head, Vec3::Y * 0.34, Vec3::Y * 0.58, (0.22, 0.24), 8, PAPER);
            taper(head, Vec3::Y * 0.35, Vec3::Y * 0.42, (0.235, 0.235), 8, tint);
            oval(head, Vec3::new(0.0, 0.66, -0.02), Vec3::new(0.60, 0.34, 0.58), 4, SNOW_LIGHT);
        }
        "anselm" => {
            beard(head, locks, 0.20);
            brim(head, 0.47, 0.20, mixed(tint, INK, 0.3), tint);
        }
        "greta" => {
            hair(head, locks);
            let fur = mixed(TIMBER, THATCH, 0.35);
            oval(head, Vec3::new(0.0, 0.42, -0.02), Vec3::new(0.58, 0.36, 0.54), 4, fur);
            for side in [-0.23, 0.23] {
                oval(head, Vec3::new(side, 0.22, 0.0), Vec3::new(0.12, 0.34, 0.22), 3, mixed(fur, INK, 0.2));
            }
            oval(head, Vec3::new(0.0, 0.60, -0.02), Vec3::splat(0.13), 3, tint);
        }
        "corwin" => {
            let iron = mixed(SNOW_SHADE, INK, 0.35);
            moustache(head, locks);
            taper(head, Vec3::Y * 0.29, Vec3::Y * 0.35, (0.31, 0.29), 8, mixed(iron, INK, 0.2));
            taper(head, Vec3::Y * 0.34, Vec3::Y * 0.62, (0.25, 0.06), 8, iron);
            oval(head, Vec3::Y * 0.66, Vec3::new(0.10, 0.18, 0.26), 3, tint);
        }
        "lisbet" => {
            hair(head, locks);
            for side in [-1.0, 1.0] {
                let root = Vec3::new(0.20 * side, 0.20, -0.04);
                taper(head, root, root + Vec3::new(0.22 * side, -0.22, 0.02), (0.075, 0.05), 6, locks);
                oval(head, root + Vec3::new(0.20 * side, -0.19, 0.02), Vec3::splat(0.12), 3, BRICK);
            }
            brim(head, 0.40, 0.10, tint, mixed(tint, PAPER, 0.2));
        }
        _ => wear_last(key, head),
    }
}

/// As [`wear`], to its end.
fn wear_last(key: &str, head: &mut Shape) {
    let (tint, locks) = (accent(key), hair_colour(key));
    let top = HEAD_M.y;
    match key {
        "piers" => {
            moustache(head, locks);
            brim(head, 0.44, 0.26, mixed(TIMBER, INK, 0.2), mixed(TIMBER, THATCH, 0.2));
            taper(head, Vec3::new(0.20, 0.46, -0.06), Vec3::new(0.36, 0.84, -0.20), (0.05, 0.015), 5, tint);
        }
        "nell" => {
            hood(head, tint, 0.14);
            oval(head, Vec3::new(0.0, 0.36, 0.12), Vec3::new(0.34, 0.14, 0.16), 3, locks);
        }
        super::PLAYER_KEY => {
            hair(head, locks);
            oval(head, Vec3::new(0.05, top - 0.03, 0.06), Vec3::new(0.40, 0.18, 0.34), 4, locks);
            taper(head, Vec3::Y * -0.04, Vec3::Y * 0.08, (0.24, 0.21), 8, mixed(AMBER, BRICK, 0.25));
        }
        _ => hair(head, locks),
    }
}

fn hair(head: &mut Shape, colour: Srgba) {
    oval(head, Vec3::new(0.0, 0.27, -0.055), HEAD_M * Vec3::new(1.10, 0.98, 1.0), 4, colour);
    oval(head, Vec3::new(0.0, 0.42, 0.02), Vec3::new(0.38, 0.16, 0.36), 4, colour);
}

fn beard(head: &mut Shape, colour: Srgba, long: f32) {
    oval(head, Vec3::new(0.0, 0.07, 0.10), Vec3::new(0.40, 0.22, 0.28), 4, colour);
    taper(head, Vec3::new(0.0, 0.08, 0.13), Vec3::new(0.0, 0.04 - long, 0.22), (0.17, 0.03), 6, colour);
}

fn moustache(head: &mut Shape, colour: Srgba) {
    for side in [-1.0, 1.0] {
        taper(
            head,
            Vec3::new(0.0, 0.14, 0.20),
            Vec3::new(0.16 * side, 0.11, 0.17),
            (0.045, 0.015),
            5,
            colour,
        );
    }
}

/// A wide hat: `wide` metres of radius, a crown `high` metres high.
fn brim(head: &mut Shape, wide: f32, high: f32, under: Srgba, crown: Srgba) {
    taper(head, Vec3::Y * 0.35, Vec3::Y * 0.40, (wide, wide * 0.88), 10, under);
    taper(head, Vec3::Y * 0.39, Vec3::Y * (0.42 + high), (0.24, 0.17), 8, crown);
}

/// A hood around the face, drawn up to a tip `high` metres above.
fn hood(head: &mut Shape, colour: Srgba, high: f32) {
    oval(head, Vec3::new(0.0, 0.25, -0.06), HEAD_M * Vec3::new(1.28, 1.20, 1.0), 5, colour);
    oval(head, Vec3::new(0.0, 0.43, 0.03), Vec3::new(0.44, 0.20, 0.36), 4, colour);
    let foot = Vec3::new(0.0, 0.40, -0.04);
    taper(head, foot, foot + Vec3::new(0.0, high * 0.62, -0.05), (0.22, 0.11), 7, colour);
    let bend = foot + Vec3::new(0.0, high * 0.60, -0.05);
    taper(head, bend, bend + Vec3::new(0.05, high * 0.38, -0.16), (0.11, 0.0), 6, colour);
    taper(head, Vec3::Y * -0.06, Vec3::Y * 0.08, (0.26, 0.20), 7, mixed(colour, skin(), 0.08));
}
