//! The wayside: lamp posts, fences, woodpiles, snowmen, drifts against walls, planks over the ice.
//!
//! Owns: where each stands and its shape. Refuses to know: the hour.

use crate::window::ground::lanes::Lane;
use crate::window::ground::{BRIM_HALF_M, Ground, LANE_HALF_M};
use crate::window::houses::parts::{Build, board, mixed};
use crate::window::houses::trades::stack;
use crate::window::kit::Crook;
use crate::window::palette::{AMBER, BRICK, DUSK, INK, PINE, SNOW_LIGHT, SNOW_SHADE, THATCH, TIMBER};
use crate::window::plan::Plan;
use bevy::math::{Vec2, Vec3};

/// Seed of the wayside.
const SEED: u64 = 0x1a3b;
/// Between lamps along a lane, from its ends to the first, from any other lamp, metres.
const LAMP_EACH_M: f32 = 13.0;
const LAMP_FIRST_M: f32 = 7.0;
const LAMP_GAP_M: f32 = 9.0;
/// From a lane's middle to a lamp and to a fence, metres.
const LAMP_ASIDE_M: f32 = 2.0;
const FENCE_ASIDE_M: f32 = 2.7;
/// A lamp's height, metres.
const LAMP_M: f32 = 2.9;
/// Most lamps.
const LAMPS_MAX: usize = 32;
/// Between posts of a fence, points of a lane; fences begin and end so far from its ends, points.
const POST_EACH: usize = 1;
const FENCE_FROM: usize = 5;
/// Clearance of things by the way from lanes, houses and the stream's middle, metres.
const CLEAR_M: f32 = 2.3;
const LOT_CLEAR_M: f32 = 0.6;
const STREAM_CLEAR_M: f32 = 5.0;
/// Woodpiles, snowmen, heaps, rocks.
const PILES: usize = 12;
const SNOWMEN: usize = 4;
const HEAPS: usize = 34;
const SHRUBS: usize = 40;
/// Tries for each.
const TRIES_MAX: usize = 400;

/// Where lamps hang, for lights: the middle of each flame.
pub fn lamp_posts(plan: &Plan, ground: &Ground) -> Vec<Vec3> {
    feet(plan, ground)
        .into_iter()
        .map(|(foot, _)| Plan::lift(foot, ground.snow(foot) + LAMP_M - 0.55))
        .collect()
}

/// Feet of the lamps and which way their arms point.
fn feet(_plan: &Plan, ground: &Ground) -> Vec<(Vec2, Vec2)> {
    let mut feet: Vec<(Vec2, Vec2)> = Vec::new();
    for (lane, side) in ground.lanes().iter().zip([1.0, -1.0].into_iter().cycle()) {
        let mut walked = LAMP_EACH_M - LAMP_FIRST_M;
        for ends in lane.points.windows(2) {
            walked += ends[0].distance(ends[1]);
            if walked < LAMP_EACH_M {
                continue;
            }
            let aside = (ends[1] - ends[0]).normalize_or(Vec2::X).perp() * side;
            let foot = ends[0] + aside * LAMP_ASIDE_M;
            let alone = feet.iter().all(|f| f.0.distance(foot) > LAMP_GAP_M);
            let clear = ground.lane_gap(foot) > LAMP_ASIDE_M - 0.5
                && ground.lot_gap(foot) > LOT_CLEAR_M
                && ground.stream_gap(foot) > STREAM_CLEAR_M;
            if alone && clear && feet.len() < LAMPS_MAX {
                feet.push((foot, -aside));
                walked = 0.0;
            }
        }
    }
    feet
}

/// Everything by the wayside.
pub fn wayside(plan: &Plan, ground: &Ground) -> Build {
    let mut b = Build::new(SEED);
    for (foot, arm) in feet(plan, ground) {
        lamp(&mut b, Plan::lift(foot, ground.snow(foot)), Vec3::new(arm.x, 0.0, arm.y));
    }
    for (i, lane) in ground.lanes().iter().enumerate() {
        if i % 3 == 0 || lane.ends.is_none() {
            fence(&mut b, ground, lane, if i % 2 == 0 { 1.0 } else { -1.0 });
        }
        planks(&mut b, ground, lane);
    }
    let mut crook = Crook::new(SEED + 1);
    for i in 0..PILES {
        if let Some(at) = by_house(plan, ground, &mut crook, i) {
            let mut pile = Build::new(i as u64);
            stack(&mut pile, Vec3::ZERO, 4, 2 + (i % 3) as u32);
            b.solid.put(&pile.solid, Plan::lift(at, ground.snow(at) - 0.05), crook.lean());
        }
    }
    for i in 0..SNOWMEN {
        if let Some(at) = by_house(plan, ground, &mut crook, i * 3 + 1) {
            let mut man = Build::new(i as u64);
            snowman(&mut man, i);
            b.solid.put(&man.solid, Plan::lift(at, ground.snow(at)), crook.lean() * 0.5);
        }
    }
    for i in 0..HEAPS {
        if let Some(at) = by_house(plan, ground, &mut crook, i) {
            let wide = crook.between(1.6, 3.6);
            let size = Vec3::new(wide, wide * crook.between(0.22, 0.4), wide * crook.between(0.6, 1.0));
            b.heap(Plan::lift(at, ground.snow(at)), size);
        }
    }
    for i in 0..SHRUBS {
        if let Some(at) = by_house(plan, ground, &mut crook, i + 2) {
            shrub(&mut b, Plan::lift(at, ground.snow(at)), &mut crook);
        }
    }
    b.solid.speckle(&mut crook, 0.08);
    b.solid.snow(f32::NEG_INFINITY, 0.85);
    b
}

/// A free point some metres from a place's middle.
fn by_house(plan: &Plan, ground: &Ground, crook: &mut Crook, turn: usize) -> Option<Vec2> {
    let site = &plan.sites[turn * 5 % plan.sites.len()];
    (0..TRIES_MAX).map(|_| site.at + Vec2::new(crook.lean(), crook.lean()) * 14.0).find(|at| {
        let before = (*at - site.at).dot(site.door);
        let aside = (*at - site.at).dot(site.door.perp()).abs();
        let yard = before > 2.0 && before < 9.0 && aside < 4.6;
        !yard
            && ground.lane_gap(*at) > CLEAR_M
            && ground.lot_gap(*at) > LOT_CLEAR_M + 0.7
            && ground.stream_gap(*at) > STREAM_CLEAR_M
    })
}

/// A shrub under the snow: twigs' worth of green in three or four tufts, low and broad.
fn shrub(b: &mut Build, foot: Vec3, crook: &mut Crook) {
    let tufts = 3 + usize::from(crook.lean() > 0.3);
    for i in 0..tufts {
        let wide = crook.between(0.55, 0.95) * if i == 0 { 1.25 } else { 1.0 };
        let away = if i == 0 { 0.0 } else { crook.between(0.35, 0.6) };
        let around = (i as f32 + crook.lean() * 0.3) / tufts as f32 * std::f32::consts::TAU;
        let at = foot + Vec3::new(around.cos() * away, -0.14, around.sin() * away);
        let green = mixed(PINE, SNOW_SHADE, crook.between(0.08, 0.28));
        b.ball(at, Vec3::new(wide, wide * crook.between(0.62, 0.8), wide), 4, green);
    }
}

/// A lamp: a crooked post, an arm, a lantern under it.
fn lamp(b: &mut Build, foot: Vec3, arm: Vec3) {
    let lean = b.crook.nudge(0.1) * Vec3::new(1.0, 0.0, 1.0);
    let top = foot + Vec3::Y * LAMP_M + lean;
    b.solid.beam(foot - Vec3::Y * 0.2, top, 0.17, mixed(TIMBER, INK, 0.25));
    b.solid.beam(top - Vec3::Y * 0.08 - arm * 0.15, top - Vec3::Y * 0.05 + arm * 0.75, 0.13, TIMBER);
    b.solid.beam(top - Vec3::Y * 0.6, top + arm * 0.4 - Vec3::Y * 0.1, 0.09, TIMBER);
    b.lantern(top + arm * 0.62 - Vec3::Y * 0.1, 0.62);
    b.heap(top + arm * 0.2 + Vec3::Y * 0.04, Vec3::new(0.6, 0.3, 0.4));
    b.heap(foot, Vec3::new(0.9, 0.5, 0.9));
}

/// A fence along one side of a lane: leaning posts, two rails.
fn fence(b: &mut Build, ground: &Ground, lane: &Lane, side: f32) {
    let mut last: Option<Vec3> = None;
    let count = lane.points.len();
    for i in (FENCE_FROM..count.saturating_sub(FENCE_FROM)).step_by(POST_EACH) {
        let along = (lane.points[i + 1] - lane.points[i - 1]).normalize_or(Vec2::X);
        let at = lane.points[i] + along.perp() * side * FENCE_ASIDE_M;
        let clear = ground.lane_gap(at) > CLEAR_M
            && ground.lot_gap(at) > LOT_CLEAR_M
            && ground.stream_gap(at) > STREAM_CLEAR_M
            && b.crook.lean() > -0.86;
        if !clear {
            last = None;
            continue;
        }
        let foot = Plan::lift(at, ground.snow(at));
        let top = foot + Vec3::Y * 0.95 + b.crook.nudge(0.12);
        b.solid.beam(foot - Vec3::Y * 0.3, top, 0.17, board());
        if let Some(before) = last {
            for down in [0.15, 0.5] {
                b.solid.beam(
                    before - Vec3::Y * down,
                    top - Vec3::Y * (down + b.crook.lean() * 0.05),
                    0.11,
                    board(),
                );
            }
        }
        last = Some(top);
    }
}

/// Planks with rails where a lane crosses the ice away from the bridge.
fn planks(b: &mut Build, ground: &Ground, lane: &Lane) {
    for ends in lane.points.windows(2) {
        let middle = (ends[0] + ends[1]) * 0.5;
        if ground.stream_gap(middle) > BRIM_HALF_M - 0.6 || ground.height(middle) > ground.snow(middle) + 0.01
        {
            continue;
        }
        let along = (ends[1] - ends[0]).normalize_or(Vec2::X);
        let aside = along.perp() * (LANE_HALF_M + 0.25);
        let long = ends[0].distance(ends[1]);
        for i in 0..4_u8 {
            let at = ends[0] + along * (f32::from(i) + 0.5) / 4.0 * long;
            let lift = |p: Vec2| Plan::lift(p, ground.snow(at) - 0.02 + 0.05 * f32::from(i % 2));
            b.solid.beam(lift(at - aside), lift(at + aside), long / 4.4, board());
        }
        for side in [-1.0, 1.0] {
            let rail = |p: Vec2| Plan::lift(p + aside * side, ground.plain(p) + 0.85);
            b.solid.beam(rail(ends[0]), rail(ends[1]), 0.13, TIMBER);
            b.solid.beam(rail(ends[0]) - Vec3::Y * 1.9, rail(ends[0]) + Vec3::Y * 0.15, 0.17, TIMBER);
        }
    }
}

/// A snowman: three balls, coal, a carrot's worth of amber, a scarf, a hat or a bucket.
fn snowman(b: &mut Build, kind: usize) {
    let white = mixed(SNOW_LIGHT, SNOW_SHADE, 0.08);
    b.ball(Vec3::Y * -0.1, Vec3::splat(1.15), 6, white);
    b.ball(Vec3::new(0.03, 0.85, 0.0), Vec3::splat(0.82), 5, white);
    let head = Vec3::new(-0.02, 1.5, 0.03);
    b.ball(head, Vec3::splat(0.56), 5, white);
    for x in [-0.1, 0.1] {
        b.ball(head + Vec3::new(x, 0.32, 0.22), Vec3::splat(0.08), 3, INK);
    }
    b.solid.beam(head + Vec3::new(0.0, 0.26, 0.24), head + Vec3::new(0.03, 0.22, 0.52), 0.08, AMBER);
    let scarf = [BRICK, DUSK, AMBER, mixed(BRICK, AMBER, 0.4)][kind % 4];
    b.drum(head - Vec3::Y * 0.06, Vec2::new(0.32, 0.3), 0.14, 8, scarf);
    b.block(head + Vec3::new(0.14, -0.4, 0.3), Vec3::new(0.16, 0.4, 0.06), scarf);
    for side in [-1.0, 1.0] {
        let shoulder = Vec3::new(0.35 * side, 1.35, 0.0);
        b.solid.beam(
            shoulder,
            shoulder + Vec3::new(0.6 * side, 0.25 + b.crook.lean() * 0.2, 0.1),
            0.06,
            TIMBER,
        );
    }
    if kind.is_multiple_of(2) {
        b.drum(head + Vec3::Y * 0.48, Vec2::splat(0.36), 0.05, 8, INK);
        b.drum(head + Vec3::Y * 0.5, Vec2::new(0.24, 0.22), 0.34, 8, INK);
    } else {
        b.drum(head + Vec3::Y * 0.46, Vec2::new(0.3, 0.2), 0.34, 8, mixed(THATCH, TIMBER, 0.5));
    }
}
