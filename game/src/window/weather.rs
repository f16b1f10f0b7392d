//! Weather: snow that falls through the picture in three depths, and smoke from the chimneys.
//!
//! Owns: the flakes' boxes and how they drift, the puffs. Refuses to know: where chimneys are (`Chimneys` is filled by who builds
//! them). No vertex ever moves: each layer is a box of flakes repeated twice along each axis, slid along by less than its size, so
//! that the frame's work is one transform for a layer and one for a puff.

use super::Frame;
use super::camera::{Comfort, Eye};
use super::kit::{Crook, Shape};
use super::light::Quality;
use super::matte::Matte;
use super::palette::{PAPER, SNOW_LIGHT, blend};
use bevy::camera::visibility::NoFrustumCulling;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::prelude::*;
use std::f32::consts::TAU;

/// A depth of the snowfall.
struct Depth {
    /// Edge of its box, metres.
    box_m: f32,
    /// Where the box's middle is: metres before the eye.
    before_m: f32,
    /// Flakes in a box.
    flakes: usize,
    /// Across a flake, metres.
    flake_m: f32,
    /// Down, metres a second.
    fall_m_per_s: f32,
}

/// The depths, the one that a weak machine keeps first.
const DEPTHS: [Depth; 3] = [
    Depth { box_m: 34.0, before_m: 24.0, flakes: 260, flake_m: 0.10, fall_m_per_s: 1.5 },
    Depth { box_m: 64.0, before_m: 52.0, flakes: 320, flake_m: 0.15, fall_m_per_s: 1.9 },
    Depth { box_m: 14.0, before_m: 9.0, flakes: 130, flake_m: 0.04, fall_m_per_s: 1.1 },
];
/// Boxes along each axis.
const REPEATS: usize = 2;
/// Flakes catch light from everywhere: they are never darker than this part of their colour.
const FLAKE_GLOW: f32 = 0.16;
/// The wind: metres a second to east and south, and the sway of a gust.
const WIND_M_PER_S: Vec3 = Vec3::new(0.45, 0.0, 0.12);
const GUST_M: f32 = 0.9;
const GUST_S: f32 = 7.0;
/// Snow falls so much slower when motion is reduced.
const CALM: f32 = 0.4;
/// Chimneys that smoke, puffs over each, how long a puff lives, how far it rises and grows.
const CHIMNEYS_MAX: usize = 16;
const PUFFS: usize = 4;
const PUFF_S: f32 = 9.0;
const RISE_M: f32 = 4.2;
const PUFF_M: f32 = 1.05;
const PUFF_FIRST_M: f32 = 0.25;
const DRIFT_M: f32 = 1.6;
/// How much of what lies behind it smoke hides.
const SMOKE_ALPHA: f32 = 0.30;
const SEED: u64 = 0x5E0;

/// Where smoke rises from, metres. Whoever builds chimneys fills it.
#[derive(Resource, Debug, Clone, Default)]
pub struct Chimneys(pub Vec<Vec3>);

/// A depth of the snowfall, by its index.
#[derive(Component, Debug, Clone, Copy)]
struct Snowfall(usize);

/// A puff: which chimney's, and which of them.
#[derive(Component, Debug, Clone, Copy)]
struct Puff {
    chimney: usize,
    n: usize,
}

/// Adds the weather.
pub fn plugin(app: &mut App) {
    app.init_resource::<Chimneys>();
    app.add_systems(Startup, spawn);
    app.add_systems(Update, (fall, smoke).in_set(Frame::Draw));
}

fn spawn(mut commands: Commands, mut meshes: ResMut<Assets<Mesh>>, mut materials: ResMut<Assets<Matte>>) {
    let flake =
        materials.add(Matte::tinted(SNOW_LIGHT).shining(LinearRgba::from(SNOW_LIGHT) * FLAKE_GLOW).thin());
    for (i, depth) in DEPTHS.iter().enumerate() {
        let mesh = meshes.add(flakes(depth, SEED + i as u64).mesh());
        let still = (NoFrustumCulling, NotShadowCaster, NotShadowReceiver);
        commands.spawn((
            Snowfall(i),
            Mesh3d(mesh),
            MeshMaterial3d(flake.clone()),
            Transform::default(),
            still,
        ));
    }
    let mut ball = Shape::new();
    ball.ball(Vec3::ONE, 6, Srgba::WHITE);
    let ball = meshes.add(ball.mesh());
    let grey = materials.add(Matte::tinted(blend(PAPER, SNOW_LIGHT, 0.5).with_alpha(SMOKE_ALPHA)).sheer());
    for chimney in 0..CHIMNEYS_MAX {
        for n in 0..PUFFS {
            commands.spawn((
                Puff { chimney, n },
                Mesh3d(ball.clone()),
                MeshMaterial3d(grey.clone()),
                Transform::default(),
                Visibility::Hidden,
                NotShadowCaster,
            ));
        }
    }
}

/// The flakes of a depth: a box of six-cornered discs, each turned its own way, repeated along each axis.
fn flakes(depth: &Depth, seed: u64) -> Shape {
    let mut crook = Crook::new(seed);
    let mut one = Shape::new();
    for _ in 0..depth.flakes {
        let at = (crook.nudge(0.5) + Vec3::splat(0.5)) * depth.box_m;
        // Turned anyhow about the upright but never edge-on to the camera's usual height.
        let turn =
            Quat::from_rotation_y(crook.lean() * 1.1) * Quat::from_rotation_x(-0.6 + crook.lean() * 0.4);
        let size = depth.flake_m * crook.between(0.6, 1.0);
        let corners = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0].map(|i| {
            let (sin, cos) = ((i + crook.lean() * 0.12) * TAU / 6.0).sin_cos();
            at + turn * Vec3::new(cos, sin, 0.0) * size * 0.5
        });
        for i in 1..corners.len() - 1 {
            one.triangle([corners[0], corners[i], corners[i + 1]], LinearRgba::WHITE);
        }
    }
    let mut all = Shape::new();
    for i in 0..REPEATS.pow(3) {
        let cell =
            Vec3::new((i % REPEATS) as f32, (i / REPEATS % REPEATS) as f32, (i / REPEATS / REPEATS) as f32);
        all.put(&one, cell * depth.box_m, 0.0);
    }
    all
}

/// Where a repeated box is put so that its flakes have drifted by `drift` and a box about `middle` is full of them.
fn slide(middle: Vec3, drift: Vec3, box_m: f32) -> Vec3 {
    let corner = middle - Vec3::splat(box_m * 0.5);
    drift + ((corner - drift) / box_m).floor() * box_m
}

/// How far flakes have drifted, metres.
fn drifted(now_s: f32, fall_m_per_s: f32) -> Vec3 {
    let gust = (now_s * TAU / GUST_S).sin() * GUST_M;
    WIND_M_PER_S * now_s + Vec3::new(gust, -fall_m_per_s * now_s, gust * 0.4)
}

fn fall(
    (time, eye, quality, comfort): (Res<Time>, Res<Eye>, Res<Quality>, Res<Comfort>),
    mut layers: Query<(&Snowfall, &mut Transform, &mut Visibility)>,
) {
    let now_s = time.elapsed_secs() * if comfort.reduced_motion { CALM } else { 1.0 };
    let place = eye.now.place();
    let ahead = (eye.now.focus - place).normalize_or(Vec3::NEG_Z);
    for (layer, mut transform, mut visibility) in &mut layers {
        let depth = &DEPTHS[layer.0];
        let shown = layer.0 < quality.snow;
        visibility.set_if_neq(if shown { Visibility::Inherited } else { Visibility::Hidden });
        let middle = place + ahead * depth.before_m;
        transform.translation = slide(middle, drifted(now_s, depth.fall_m_per_s), depth.box_m);
    }
}

/// A puff's place over its chimney and its size, after a part of its life, 0..1.
fn puff(part: f32, lean: f32) -> (Vec3, f32) {
    let sway = (part * 5.0 + lean * 3.0).sin() * 0.18;
    let at = Vec3::new(DRIFT_M * part * part + sway * part, RISE_M * part, lean * 0.4 * part);
    // Grows quickly, then thins out to nothing.
    let grown = PUFF_FIRST_M + (PUFF_M - PUFF_FIRST_M) * (part * 1.6).min(1.0);
    let left = ((1.0 - part) / 0.35).clamp(0.0, 1.0);
    (at, grown * left * left * (3.0 - 2.0 * left))
}

fn smoke(
    (time, chimneys): (Res<Time>, Res<Chimneys>),
    mut puffs: Query<(&Puff, &mut Transform, &mut Visibility)>,
) {
    for (p, mut transform, mut visibility) in &mut puffs {
        let Some(chimney) = chimneys.0.get(p.chimney) else {
            visibility.set_if_neq(Visibility::Hidden);
            continue;
        };
        visibility.set_if_neq(Visibility::Inherited);
        let own = (p.chimney as f32 * 0.618).fract();
        let life = time.elapsed_secs() / PUFF_S + p.n as f32 / PUFFS as f32 + own;
        let (at, size) = puff(life.fract(), own * 2.0 - 1.0);
        transform.translation = *chimney + at;
        transform.scale = Vec3::splat(size.max(0.01));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_of_snow_is_always_full() {
        for depth in &DEPTHS {
            for i in 0..200 {
                let now_s = i as f32 * 0.37;
                let middle = Vec3::new((i as f32).sin() * 60.0, 20.0, i as f32 - 80.0);
                let at = slide(middle, drifted(now_s, depth.fall_m_per_s), depth.box_m);
                let half = Vec3::splat(depth.box_m * 0.5);
                let far = at + Vec3::splat(depth.box_m * REPEATS as f32);
                assert!((at - 0.01).cmple(middle - half).all(), "{i}: the box starts too late");
                assert!((far + 0.01).cmpge(middle + half).all(), "{i}: the box ends too early");
            }
        }
    }

    #[test]
    fn flakes_fall_and_stay_where_they_are_when_only_the_camera_moves() {
        let drift = drifted(3.0, 1.5);
        let (a, b) = (slide(Vec3::ZERO, drift, 10.0), slide(Vec3::new(7.0, 3.0, -22.0), drift, 10.0));
        let cells = (b - a) / 10.0;
        assert!((cells - cells.round()).length() < 1e-4, "the flakes moved with the camera: {cells}");
        assert!(drifted(4.0, 1.5).y < drifted(3.0, 1.5).y);
    }

    #[test]
    fn snow_is_cheap() {
        let triangles: usize = DEPTHS.iter().map(|d| flakes(d, 1).triangles()).sum();
        assert!(triangles < 24_000, "{triangles}");
    }

    #[test]
    fn a_puff_rises_grows_and_is_gone() {
        let sizes = [0.0, 0.3, 0.6, 0.9, 1.0].map(|t| puff(t, 0.3).1);
        assert!(sizes[1] > sizes[0] && sizes[3] < sizes[2] && sizes[4] < 0.01, "{sizes:?}");
        assert!(puff(0.9, 0.0).0.y > puff(0.1, 0.0).0.y);
        assert!(sizes.iter().all(|s| *s <= PUFF_M * 1.001));
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(fall);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(smoke);
        system.initialize(&mut world);
    }
}
