//! Light: sun and moon by the drawn clock, sky and fog, lamps and windows that go on at dusk.
//!
//! Owns: the hours' colours, the one light with shadows, the warm lights within their budget, bloom, and what a weak machine may
//! leave out. Refuses to know: where windows are (`Hearths` is filled by who builds them). Light is in lux, nits, lumens.

mod hours;

use super::Frame;
use super::camera::Eye;
use super::figures::CarriedLamp;
use super::matte::{self, Matte};
use super::palette::{AMBER, EMBER, NIGHT, PAPER, blend};
use super::scene::Scene;
use bevy::light::{
    CascadeShadowConfig, CascadeShadowConfigBuilder, DirectionalLightShadowMap, GlobalAmbientLight,
    ShadowFilteringMethod,
};
use bevy::pbr::{DistanceFog, FogFalloff};
use bevy::post_process::bloom::{Bloom, BloomCompositeMode, BloomPrefilter};
use bevy::prelude::*;
pub use hours::{Hour, hour, lamps_share};

/// Warm lights that burn at once, those that people carry not counted.
const LAMPS_MAX: usize = 12;
/// A lamp's light: lumens, how far it reaches and how far before its window it hangs, metres.
const LAMP_LM: f32 = 52_000.0;
const LAMP_RANGE_M: f32 = 11.0;
/// A carried lamp's light.
const CARRIED_LM: f32 = 26_000.0;
const CARRIED_RANGE_M: f32 = 7.0;
/// A talk has a soft light of its own between the eye and the heads, as a painter would hold one: lumens, its reach, where it hangs
/// (a part of the way to the eye, and above the heads), metres.
const TALK_LM: f32 = 330_000.0;
const TALK_RANGE_M: f32 = 8.0;
const TALK_AHEAD: f32 = 0.45;
const TALK_UP_M: f32 = 1.1;
/// How quickly a lamp goes on or off, per second, and its flicker.
const LIGHTING_PER_S: f32 = 2.5;
const FLICKER: f32 = 0.06;
const FLICKER_HZ: f32 = 2.3;
/// How brightly a lit window glows: this times amber; over 1 is what the bloom takes.
const WINDOW_GLOW: f32 = 2.6;
/// Only what is brighter than this blooms; how much of it.
const BLOOM_FROM: f32 = 1.5;
const BLOOM_SOFT: f32 = 0.3;
const BLOOM_INTENSITY: f32 = 0.14;
/// One cascade for the whole diorama: it begins so far before the camera and ends so far behind the focus, metres, in steps, so
/// that shadows are sharp in a talk and do not shimmer in a zoom.
const SHADOW_FROM_M: f32 = 2.0;
const SHADOW_BEHIND_M: f32 = 46.0;
const SHADOW_STEP_M: f32 = 12.0;
const SHADOW_PX: usize = 2048;
const SHADOW_LOW_PX: usize = 1024;
const SHADOW_DEPTH_BIAS: f32 = 0.06;
const SHADOW_NORMAL_BIAS: f32 = 1.6;
/// Fog that is farther than everything: none.
const FOG_OFF_M: f32 = 10_000.0;
/// The fog begins and ends so far beyond the focus, in distances of the eye from it and metres.
const FOG_FROM: f32 = 0.85;

/// How much the machine draws.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quality {
    /// Shadows of sun and moon.
    pub shadows: bool,
    /// Fog in the distance.
    pub fog: bool,
    /// Light that spills from what is bright.
    pub bloom: bool,
    /// Layers of falling snow, 0..=3.
    pub snow: usize,
    /// Warm lights at once, at most [`LAMPS_MAX`].
    pub lamps: usize,
    /// Whether edges are smoothed.
    pub smooth: bool,
    /// Whether shadows have soft edges.
    pub soft: bool,
}

impl Quality {
    /// For machines without a graphics card.
    pub const LOW: Quality =
        Quality { shadows: false, fog: true, bloom: false, snow: 1, lamps: 4, smooth: false, soft: false };
    /// For most.
    pub const MEDIUM: Quality =
        Quality { shadows: true, fog: true, bloom: false, snow: 2, lamps: 8, smooth: true, soft: false };
    /// Everything.
    pub const HIGH: Quality = Quality {
        shadows: true,
        fog: true,
        bloom: true,
        snow: 3,
        lamps: LAMPS_MAX,
        smooth: true,
        soft: true,
    };
}

impl Default for Quality {
    fn default() -> Quality {
        Quality::HIGH
    }
}

/// Where warm light comes from: windows and lamp posts, in metres. Whoever builds them fills it.
#[derive(Resource, Debug, Clone, Default)]
pub struct Hearths(pub Vec<Vec3>);

/// How many of the lamps are lit, 0 (day) ..= 1 (night).
#[derive(Resource, Debug, Clone, Copy, Default, PartialEq)]
pub struct LampLit(pub f32);

/// Put on whatever glows while the lamps are lit: its material's emissive colour follows [`LampLit`].
#[derive(Component, Debug, Clone, Copy, Default)]
pub struct Glows;

/// One of the bounded warm lights of hearths, and which hearth it serves.
#[derive(Component, Debug, Clone, Copy)]
struct Lamp {
    slot: usize,
    hearth: Option<usize>,
    lit: f32,
}

/// The sun or the moon, whichever is up.
#[derive(Component, Debug, Clone, Copy)]
struct Sky;

/// Adds light.
pub fn plugin(app: &mut App) {
    app.init_resource::<Quality>().init_resource::<Hearths>().init_resource::<LampLit>();
    app.insert_resource(DirectionalLightShadowMap { size: SHADOW_PX });
    app.add_systems(Startup, spawn);
    app.add_systems(Update, (shine, choose, settings).in_set(Frame::Draw));
    app.add_systems(Update, (burn, glow).after(shine).after(choose).in_set(Frame::Draw));
}

fn spawn(mut commands: Commands) {
    let light = DirectionalLight {
        shadow_depth_bias: SHADOW_DEPTH_BIAS,
        shadow_normal_bias: SHADOW_NORMAL_BIAS,
        shadow_maps_enabled: true,
        ..default()
    };
    commands.spawn((Sky, light, cascade(SHADOW_BEHIND_M), Transform::default()));
    for slot in 0..LAMPS_MAX {
        commands.spawn(Lamp { slot, hearth: None, lit: 0.0 });
    }
}

/// The one cascade, up to so many metres.
fn cascade(to_m: f32) -> CascadeShadowConfig {
    CascadeShadowConfigBuilder {
        num_cascades: 1,
        minimum_distance: SHADOW_FROM_M,
        maximum_distance: to_m,
        ..default()
    }
    .build()
}

/// How far shadows are drawn when the focus is so far away, in whole steps, metres.
fn shadows_to(distance_m: f32) -> f32 {
    (distance_m / SHADOW_STEP_M).ceil() * SHADOW_STEP_M + SHADOW_BEHIND_M
}

/// Sun, moon, sky and fog of the drawn minute.
fn shine(
    (scene, quality, eye): (Res<Scene>, Res<Quality>, Res<Eye>),
    mut ambient: ResMut<GlobalAmbientLight>,
    (mut clear, mut lit): (ResMut<ClearColor>, ResMut<LampLit>),
    mut skies: Query<(&mut DirectionalLight, &mut Transform, &mut CascadeShadowConfig), With<Sky>>,
    mut cameras: Query<(&mut DistanceFog, Option<&mut Bloom>)>,
) {
    let hour = hour(scene.minute);
    let to_m = shadows_to(eye.now.distance);
    for (mut light, mut transform, mut shadows) in &mut skies {
        if shadows.bounds.last() != Some(&to_m) {
            *shadows = cascade(to_m);
        }
        light.color = hour.light.into();
        light.illuminance = hour.light_lx;
        *transform = Transform::default().looking_to(-hour.from, Vec3::Y);
    }
    ambient.color = hour.ambient.into();
    ambient.brightness = hour.ambient_nits;
    clear.0 = hour.sky.into();
    lit.set_if_neq(LampLit(lamps_share(scene.minute)));
    for (mut fog, bloom) in &mut cameras {
        // By day nothing glows, and bright snow must not.
        if let Some(mut bloom) = bloom {
            bloom.intensity = BLOOM_INTENSITY * lit.0;
        }
        fog.color = hour.sky.into();
        let start = eye.now.distance * FOG_FROM + hour.fog_from_m;
        fog.falloff = match quality.fog {
            true => FogFalloff::Linear { start, end: start + hour.fog_deep_m },
            false => FogFalloff::Linear { start: FOG_OFF_M, end: FOG_OFF_M * 2.0 },
        };
    }
}

/// What the quality switches: shadows, bloom, samples; and fog for a camera that has none yet.
fn settings(
    mut commands: Commands,
    quality: Res<Quality>,
    fresh: Query<(), Added<Camera3d>>,
    cameras: Query<(Entity, Has<DistanceFog>), With<Camera3d>>,
    mut skies: Query<&mut DirectionalLight, With<Sky>>,
    mut shadows: ResMut<DirectionalLightShadowMap>,
) {
    if !quality.is_changed() && fresh.is_empty() {
        return;
    }
    for mut light in &mut skies {
        light.shadow_maps_enabled = quality.shadows;
    }
    shadows.size = if quality.lamps >= LAMPS_MAX { SHADOW_PX } else { SHADOW_LOW_PX };
    for (camera, foggy) in &cameras {
        let mut camera = commands.entity(camera);
        if !foggy {
            let far = FogFalloff::Linear { start: FOG_OFF_M, end: FOG_OFF_M * 2.0 };
            camera.insert(DistanceFog { color: NIGHT.into(), falloff: far, ..default() });
        }
        // Two samples are no better supported than four: only all or none.
        camera.insert(if quality.smooth { Msaa::Sample4 } else { Msaa::Off });
        let soft =
            if quality.soft { ShadowFilteringMethod::Gaussian } else { ShadowFilteringMethod::Hardware2x2 };
        camera.insert(soft);
        if quality.bloom {
            camera.insert(bloom());
        } else {
            camera.remove::<Bloom>();
        }
    }
}

/// Restrained: only what is brighter than snow in the sun.
fn bloom() -> Bloom {
    Bloom {
        intensity: BLOOM_INTENSITY,
        prefilter: BloomPrefilter { threshold: BLOOM_FROM, threshold_softness: BLOOM_SOFT },
        composite_mode: BloomCompositeMode::Additive,
        ..Bloom::NATURAL
    }
}

/// The hearths nearest to what the camera looks at, at most `most`, nearest first.
fn nearest(hearths: &[Vec3], focus: Vec3, most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..hearths.len()).collect();
    order.sort_by(|a, b| hearths[*a].distance_squared(focus).total_cmp(&hearths[*b].distance_squared(focus)));
    order.truncate(most.min(LAMPS_MAX));
    order
}

/// Gives each light a hearth: who has a near one keeps it, so that lights do not wander.
fn choose(hearths: Res<Hearths>, quality: Res<Quality>, eye: Res<Eye>, mut lamps: Query<&mut Lamp>) {
    let near = nearest(&hearths.0, eye.now.focus, quality.lamps);
    let kept: Vec<usize> = lamps.iter().filter_map(|lamp| lamp.hearth).collect();
    let mut free = near.iter().copied().filter(|hearth| !kept.contains(hearth));
    for mut lamp in &mut lamps {
        let keeps = lamp.hearth.is_some_and(|h| near.contains(&h));
        // A light that must leave goes out first and takes its next place dark.
        if !keeps && lamp.lit < 0.02 {
            lamp.hearth = free.next();
        }
    }
}

/// Brings every lamp towards what it should be, and tells the village's material which burn.
fn burn(
    (time, lit, eye, scene): (Res<Time>, Res<LampLit>, Res<Eye>, Res<Scene>),
    (hearths, quality): (Res<Hearths>, Res<Quality>),
    mut lamps: Query<&mut Lamp>,
    carried: Query<(&GlobalTransform, &InheritedVisibility), With<CarriedLamp>>,
    mut burning: ResMut<matte::Lamps>,
    mut talk: Local<f32>,
) {
    let near = nearest(&hearths.0, eye.now.focus, quality.lamps);
    let mut all = Vec::with_capacity(LAMPS_MAX);
    for mut lamp in &mut lamps {
        let wanted = lamp.hearth.is_some_and(|h| near.contains(&h));
        let target = if wanted { lit.0 } else { 0.0 };
        lamp.lit = super::camera::ease(lamp.lit, target, LIGHTING_PER_S, time.delta_secs());
        let Some(at) = lamp.hearth.and_then(|h| hearths.0.get(h)).copied() else { continue };
        if lamp.lit > 0.01 {
            let lumens = LAMP_LM * lamp.lit * flicker(time.elapsed_secs(), lamp.slot);
            all.push(matte::Lamp { at, reach_m: LAMP_RANGE_M, colour: blend(AMBER, EMBER, 0.18), lumens });
        }
    }
    if lit.0 > 0.0 {
        let shown = carried.iter().filter(|(_, visible)| visible.get());
        all.extend(shown.map(|(at, _)| matte::Lamp {
            at: at.translation(),
            reach_m: CARRIED_RANGE_M,
            colour: blend(AMBER, EMBER, 0.1),
            lumens: CARRIED_LM * lit.0,
        }));
    }
    let talks = f32::from(u8::from(scene.partner.is_some()));
    *talk = super::camera::ease(*talk, talks, LIGHTING_PER_S, time.delta_secs());
    if *talk > 0.01 {
        let at = eye.now.focus.lerp(eye.now.place(), TALK_AHEAD) + Vec3::Y * TALK_UP_M;
        let colour = blend(AMBER, PAPER, 0.7);
        all.push(matte::Lamp { at, reach_m: TALK_RANGE_M, colour, lumens: TALK_LM * *talk });
    }
    if burning.0 != all {
        burning.0 = all;
    }
}

/// A flame is never quite still.
fn flicker(now_s: f32, slot: usize) -> f32 {
    let t = now_s * FLICKER_HZ + slot as f32 * 1.7;
    1.0 + FLICKER * (t.sin() * 0.6 + (t * 2.7).sin() * 0.4)
}

/// Windows glow while the lamps are lit.
fn glow(
    lit: Res<LampLit>,
    glowing: Query<&MeshMaterial3d<Matte>, With<Glows>>,
    fresh: Query<(), Added<Glows>>,
    mut materials: ResMut<Assets<Matte>>,
) {
    if !lit.is_changed() && fresh.is_empty() {
        return;
    }
    let colour = LinearRgba::from(AMBER) * (WINDOW_GLOW * lit.0);
    let mut done: Vec<AssetId<Matte>> = Vec::new();
    for handle in &glowing {
        if done.contains(&handle.id()) {
            continue;
        }
        done.push(handle.id());
        if let Some(mut material) = materials.get_mut(&handle.0) {
            material.set_shine(colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_hearths_burn_and_never_more_than_the_budget() {
        let hearths: Vec<Vec3> = (0..40).map(|i| Vec3::X * i as f32).collect();
        assert_eq!(nearest(&hearths, Vec3::X * 10.2, 3), [10, 11, 9]);
        assert_eq!(nearest(&hearths, Vec3::ZERO, 100).len(), LAMPS_MAX);
        assert!(nearest(&[], Vec3::ZERO, 5).is_empty());
    }

    #[test]
    fn shadows_reach_behind_the_focus_in_steps() {
        assert_eq!(shadows_to(25.0), shadows_to(35.0));
        for distance in [5.8, 12.0, 30.0, 72.0] {
            assert!(shadows_to(distance) >= distance + SHADOW_BEHIND_M);
            assert_eq!(cascade(shadows_to(distance)).bounds, [shadows_to(distance)]);
        }
    }

    #[test]
    fn the_presets_rise() {
        let [low, medium, high] = [Quality::LOW, Quality::MEDIUM, Quality::HIGH];
        assert!(low.lamps < medium.lamps && medium.lamps < high.lamps && high.lamps <= LAMPS_MAX);
        assert!(low.snow <= medium.snow && medium.snow <= high.snow);
        assert!(!low.shadows && medium.shadows && high.bloom);
    }

    #[test]
    fn a_flame_flickers_but_never_goes_out() {
        for i in 0..500 {
            let f = flicker(i as f32 * 0.03, i % 5);
            assert!((1.0 - FLICKER..=1.0 + FLICKER).contains(&f));
        }
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(shine);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(settings);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(choose);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(burn);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(glow);
        system.initialize(&mut world);
    }
}
