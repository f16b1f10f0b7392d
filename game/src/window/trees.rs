//! Trees, fences, stacked wood: what stands between the houses.
//!
//! Owns: where each stands and its shape, all from one seed. Refuses to know: the hour; the lamps' panes shine with the windows'.

pub mod wayside;

use super::ground::{Ground, smoothstep};
use super::houses::Glow;
use super::houses::parts::mixed;
use super::kit::{Crook, Paint, Shape};
use super::light::{Glows, Hearths};
use super::palette::{INK, PINE, SNOW_LIGHT, SNOW_SHADE, TIMBER};
use super::plan::Plan;
use bevy::math::{Affine3A, Quat, Vec2, Vec3};
use bevy::prelude::*;
use std::f32::consts::TAU;
pub use wayside::lamp_posts;

/// Seed of the woods.
const SEED: u64 = 0x0f1e;
/// Pines, bare trees, and how often a place for one is sought.
const PINES: usize = 235;
const BARES: usize = 20;
const TRIES_MAX: usize = 9_000;
/// Distances a tree keeps, metres: to a lane's middle, a house, a place's middle, the stream's middle, another tree.
const LANE_GAP_M: f32 = 3.2;
const LOT_GAP_M: f32 = 2.6;
const SITE_GAP_M: f32 = 9.5;
const STREAM_GAP_M: f32 = 5.5;
const TREE_GAP_M: f32 = 3.1;
/// The woods' ellipse: trees are thick outside it and thin inside, metres.
const WOODS_M: Vec2 = Vec2::new(82.0, 60.0);
/// Where trees may stand at all, metres.
const REACH_M: Vec2 = Vec2::new(112.0, 92.0);
/// South of here no tree is tall, so that none stands before the camera, metres.
const LOW_SOUTH_M: f32 = 46.0;
/// Parts into which the woods are cut, so that what is out of sight is not drawn.
const PARTS: usize = 4;

/// A tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tree {
    /// Its foot on the plan.
    pub at: Vec2,
    /// Its height, metres.
    pub tall: f32,
    /// Whether it has needles.
    pub pine: bool,
}

/// Where the trees stand.
pub fn woods(ground: &Ground) -> Vec<Tree> {
    let mut crook = Crook::new(SEED);
    let mut trees: Vec<Tree> = Vec::new();
    let mut bares = 0;
    for _ in 0..TRIES_MAX {
        if trees.len() >= PINES + BARES {
            break;
        }
        let at = Vec2::new(crook.lean(), crook.lean()) * REACH_M;
        let (keep, size) = (crook.between(0.0, 1.0), crook.between(0.0, 1.0));
        let out = (at / WOODS_M).length();
        let thick = 0.13 + 0.87 * smoothstep(0.86, 1.12, out);
        if keep > thick || !free(ground, &trees, at) {
            continue;
        }
        let pine = out > 0.95 || bares >= BARES || crook.lean() < -0.4;
        bares += usize::from(!pine);
        let low = 1.0 - 0.35 * smoothstep(LOW_SOUTH_M - 12.0, LOW_SOUTH_M, at.y);
        let inner = 1.0 - 0.3 * (1.0 - smoothstep(0.7, 0.95, out));
        let tall = if pine { (5.0 + size * 5.5) * inner } else { 4.5 + size * 2.5 };
        let tall = tall * low;
        trees.push(Tree { at, tall, pine });
    }
    trees
}

fn free(ground: &Ground, trees: &[Tree], at: Vec2) -> bool {
    ground.site_gap(at) > SITE_GAP_M
        && ground.lot_gap(at) > LOT_GAP_M
        && ground.lane_gap(at) > LANE_GAP_M
        && ground.stream_gap(at) > STREAM_GAP_M
        && trees.iter().all(|tree| tree.at.distance(at) > TREE_GAP_M)
}

/// A pine: a trunk and three or four crooked cones under snow.
pub fn pine(tall: f32, crook: &mut Crook) -> Shape {
    let mut tree = Shape::new();
    tree.drum(0.05 * tall, 0.03 * tall, tall * 0.3, 5, mixed(TIMBER, INK, 0.2));
    let green = mixed(PINE, SNOW_SHADE, crook.between(0.0, 0.14));
    let layers = if tall > 8.0 { 4_u8 } else { 3 };
    let mut foot = tall * 0.14;
    let mut radius = tall * crook.between(0.25, 0.31);
    let mut drift = Vec3::ZERO;
    for layer in 0..layers {
        let high = (tall - foot) / (f32::from(layers - layer) * 0.62 + 0.38);
        let sides = 7;
        let turn = crook.between(0.0, TAU);
        let waves: Vec<f32> = (0..sides).map(|_| crook.between(0.84, 1.1)).collect();
        drift += Vec3::new(crook.lean(), 0.0, crook.lean()) * tall * 0.012;
        let ring = |r: f32, y: f32, wave: f32| -> Vec<Vec3> {
            (0..sides)
                .map(|i| {
                    let (sin, cos) = (turn + i as f32 / sides as f32 * TAU).sin_cos();
                    let r = r * (1.0 + (waves[i] - 1.0) * wave);
                    drift + Vec3::new(cos * r, foot + y, -sin * r)
                })
                .collect()
        };
        let white = mixed(SNOW_LIGHT, SNOW_SHADE, 0.1);
        let cut = 0.5;
        // Needles below, a cap of snow with a lip above.
        tree.skirt(&ring(radius, 0.0, 1.0), &ring(radius * cut, high * cut, 0.6), green.into());
        let lip = ring(radius * (cut + 0.12), high * (cut + 0.02), 1.2);
        tree.skirt(&ring(radius * (cut + 0.17), high * (cut - 0.17), 1.6), &lip, white.into());
        tree.peak(&lip, drift + Vec3::Y * (foot + high * 1.04), white.into());
        foot += high * 0.52;
        radius *= 0.74;
    }
    tree.speckle(crook, 0.1);
    tree.shade(tall * 0.5, 0.4);
    tree
}

/// A bare tree: a crooked trunk that forks three times, snow along its arms.
pub fn bare(tall: f32, crook: &mut Crook) -> Shape {
    let mut tree = Shape::new();
    let mut arms =
        vec![(Vec3::ZERO, Vec3::new(crook.lean() * 0.1, 1.0, crook.lean() * 0.1), tall * 0.36, tall * 0.06)];
    for _ in 0..4 {
        let mut next = Vec::new();
        for (from, along, long, thick) in arms {
            let to = from + along.normalize_or(Vec3::Y) * long;
            tree.beam(
                from - (to - from).normalize_or_zero() * thick * 0.4,
                to,
                thick,
                mixed(TIMBER, INK, 0.35),
            );
            let forks = if thick > tall * 0.05 { 3 } else { 2 };
            for _ in 0..forks {
                let aside = Vec3::new(crook.lean(), crook.between(0.1, 0.7), crook.lean());
                next.push((
                    to,
                    along.normalize_or(Vec3::Y) * 0.7 + aside,
                    long * crook.between(0.6, 0.78),
                    thick * 0.58,
                ));
            }
        }
        arms = next;
    }
    tree.snow(tall * 0.2, 0.85);
    tree
}

/// The woods in parts, west to east.
pub fn wood_parts(ground: &Ground) -> Vec<Shape> {
    let mut crook = Crook::new(SEED + 1);
    let mut trees = woods(ground);
    trees.sort_by(|a, b| a.at.x.total_cmp(&b.at.x));
    let each = trees.len().div_ceil(PARTS).max(1);
    trees
        .chunks(each)
        .map(|part| {
            let mut shape = Shape::new();
            for tree in part {
                let grown = if tree.pine { pine(tree.tall, &mut crook) } else { bare(tree.tall, &mut crook) };
                let lean =
                    Quat::from_rotation_x(crook.lean() * 0.05) * Quat::from_rotation_z(crook.lean() * 0.05);
                let foot = Plan::lift(tree.at, ground.snow(tree.at) - 0.15);
                shape.add(&grown, Affine3A::from_rotation_translation(lean, foot));
            }
            shape
        })
        .collect()
}

/// Adds trees and what stands by the wayside.
pub fn plugin(app: &mut App) {
    app.add_systems(Startup, plant);
}

fn plant(
    mut commands: Commands,
    plan: Res<Plan>,
    ground: Res<Ground>,
    paint: Res<Paint>,
    glow: Res<Glow>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut hearths: ResMut<Hearths>,
) {
    hearths.0.extend(lamp_posts(&plan, &ground));
    let wayside = wayside::wayside(&plan, &ground);
    let mut parts = wood_parts(&ground);
    parts.push(wayside.solid);
    for part in parts {
        commands.spawn((
            Name::new("woods"),
            Mesh3d(meshes.add(part.mesh())),
            MeshMaterial3d(paint.0.clone()),
        ));
    }
    let lamps = meshes.add(wayside.lit.mesh());
    commands.spawn((Glows, Name::new("lamps"), Mesh3d(lamps), MeshMaterial3d(glow.panes.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::ground::skin;
    use crate::window::houses;
    use engine_sim::library::Library;

    /// Most triangles in the whole village, figures and weather left out.
    const VILLAGE_TRIANGLES_MAX: usize = 150_000;

    fn village() -> (Plan, Ground) {
        let plan = Plan::of(&Library::shipped().expect("library").village);
        let ground = Ground::of(&plan);
        (plan, ground)
    }

    #[test]
    fn no_tree_stands_on_a_way_a_yard_or_the_ice() {
        let (_, ground) = village();
        let trees = woods(&ground);
        assert!(trees.iter().filter(|t| t.pine).count() >= 140, "{}", trees.len());
        assert!(trees.iter().filter(|t| !t.pine).count() >= 5);
        for tree in &trees {
            assert!(ground.lane_gap(tree.at) > 2.5, "{tree:?} on a lane");
            assert!(ground.site_gap(tree.at) > 8.0 && ground.lot_gap(tree.at) > 1.0, "{tree:?} in a yard");
            assert!(ground.stream_gap(tree.at) > 5.0, "{tree:?} on the ice");
        }
        assert_eq!(trees, woods(&ground));
    }

    #[test]
    fn the_village_keeps_its_budget_and_its_seed() {
        let (plan, ground) = village();
        let prints = || wood_parts(&ground).iter().map(Shape::print).collect::<Vec<_>>();
        assert_eq!(prints(), prints());
        let wayside = wayside::wayside(&plan, &ground);
        assert_eq!(wayside.solid.print(), wayside::wayside(&plan, &ground).solid.print());
        let woods: usize = wood_parts(&ground).iter().map(Shape::triangles).sum();
        let built: usize = houses::raise(&plan, &ground)
            .iter()
            .map(|(_, h)| h.solid.triangles() + h.lit.triangles() + h.fire.triangles())
            .sum();
        let by_way = wayside.solid.triangles() + wayside.lit.triangles();
        let sum = woods + built + by_way + skin::snow_triangles();
        assert!(sum < VILLAGE_TRIANGLES_MAX, "{woods} + {built} + {by_way} + {}", skin::snow_triangles());
    }

    #[test]
    fn lamps_stand_beside_the_lanes_and_never_on_them() {
        let (plan, ground) = village();
        let lamps = lamp_posts(&plan, &ground);
        assert!((12..=40).contains(&lamps.len()), "{}", lamps.len());
        for lamp in &lamps {
            let gap = ground.lane_gap(Vec2::new(lamp.x, lamp.z));
            assert!((0.9..3.0).contains(&gap), "{lamp}: {gap}");
        }
    }
}
