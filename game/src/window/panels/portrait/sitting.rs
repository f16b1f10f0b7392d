//! A sitting: somebody's bust in the village's light, turned a little, before a lit window at dusk.
//!
//! Owns: pose, camera, lights and what is behind. Refuses to know: panels. Metres around the neck; the camera looks along -z; linear light.

use super::raster::{Depths, Hit, picture};
use crate::window::figures;
use crate::window::kit::{Crook, Facet, Shape};
use crate::window::palette::{self, blend};
use bevy::color::{ColorToComponents, Srgba};
use bevy::math::{Affine3A, EulerRot, Quat, Vec2, Vec3};
use bevy_egui::egui::ColorImage;

/// Samples of a pixel, each way.
const SAMPLES: usize = 2;
/// Least and greatest height of what the picture shows, metres; what of it is below the neck, and above the hat.
const FRAME_M: (f32, f32) = (1.0, 1.26);
const CHEST_M: f32 = 0.33;
const AIR_M: f32 = 0.05;
/// From the camera to the neck, metres: near enough for a nose to be near.
const CAMERA_M: f32 = 3.2;
/// Seed of the poses; each adds its own letters.
const SEED: u64 = 0x5177;

/// Where the lamp is, and the cold of the window opposite.
const LAMP_AT: Vec3 = Vec3::new(-0.50, 0.48, 0.80);
const COLD_AT: Vec3 = Vec3::new(0.90, 0.10, 0.25);
/// How much of the lamp's light is still in a shadow.
const SHADOW_LIGHT: f32 = 0.3;
/// Half the side of what can cast a shadow, metres; samples of it.
const SHADOW_M: f32 = 0.9;
const SHADOW_SAMPLES: usize = 512;
/// What is nearer than this to what casts the shadow is what casts it; how far off its face a place is looked for.
const SHADOW_BIAS_M: f32 = 0.012;
const SHADOW_OFF_M: f32 = 0.012;

/// Paints somebody by their key, so many pixels wide and tall; `accent` tints the glow behind.
pub fn paint(key: &str, accent: Srgba, size_px: [usize; 2]) -> ColorImage {
    let seed = key.bytes().fold(SEED, |seed, b| seed.wrapping_mul(31).wrapping_add(u64::from(b)));
    let posed = Posed::new(key, &mut Crook::new(seed));
    let light = Light::new(&posed.head);
    let dusk = Dusk::new(accent, &mut Crook::new(seed ^ 1));
    posed.taken(size_px, |at, normal, colour| light.on(at, normal, colour), |at| dusk.at(at))
}

/// Somebody before the camera.
struct Posed {
    head: Shape,
    body: Shape,
    /// Metres of the picture's height at the neck, and how far its middle is above the neck.
    frame_m: f32,
    middle_m: f32,
}

impl Posed {
    /// Shoulders turned to one side, so that hands do not hide the face, and the head to the other, where the talk is.
    fn new(key: &str, crook: &mut Crook) -> Posed {
        let model = figures::bust(key);
        let (away, towards) = (crook.between(0.10, 0.30), crook.between(0.22, 0.42));
        let mut body = Shape::new();
        let to_neck = Affine3A::from_translation(Vec3::Y * -model.neck_m);
        body.add(&model.body, Affine3A::from_rotation_y(-away) * to_neck);
        let mut head = Shape::new();
        let lean = Quat::from_euler(EulerRot::YXZ, towards, crook.between(-0.02, 0.06), crook.lean() * 0.12);
        head.add(&model.head, Affine3A::from_quat(lean));
        let top = head.bounds().map_or(FRAME_M.0, |(_, high)| high.y) + AIR_M;
        let frame_m = (top + CHEST_M).clamp(FRAME_M.0, FRAME_M.1);
        Posed { head, body, frame_m, middle_m: frame_m * 0.5 - CHEST_M }
    }

    /// The picture: `shade` gives the light of a place on somebody, `behind` that of a place of the frame, -1..=1.
    fn taken(
        &self,
        size_px: [usize; 2],
        shade: impl Fn(Vec3, Vec3, Vec3) -> Vec3,
        behind: impl Fn(Vec2) -> Vec3,
    ) -> ColorImage {
        let [wide, tall] = size_px.map(|side| side * SAMPLES);
        let middle = Vec2::new(wide as f32, tall as f32) * 0.5;
        let scale = tall as f32 / self.frame_m;
        let facets: Vec<Facet> = self.body.facets().chain(self.head.facets()).collect();
        let mut hits = vec![None; wide * tall];
        let mut depths = Depths::new(wide, tall);
        for (facet, Facet { corners, .. }) in facets.iter().enumerate() {
            let seen = corners.map(|c| {
                let near = CAMERA_M / (CAMERA_M - c.z);
                let off = Vec2::new(c.x, self.middle_m - c.y) * near * scale;
                (middle + off).extend(near)
            });
            depths.draw(seen, |sample, weights| hits[sample] = Some(Hit { facet, weights }));
        }
        let light = |Hit { facet, weights }: Hit| {
            let Facet { corners, normal, colours } = facets[facet];
            let mix = |c: [Vec3; 3]| c[0] * weights.x + c[1] * weights.y + c[2] * weights.z;
            shade(mix(corners), normal, mix(colours.map(|c| c.to_vec3())))
        };
        let half = Vec2::new(size_px[0] as f32, size_px[1] as f32) * 0.5;
        let behind = |i: usize| {
            let at = Vec2::new((i % size_px[0]) as f32, (i / size_px[0]) as f32) + 0.5;
            behind((at - half) / half)
        };
        picture(size_px, SAMPLES, &hits, light, behind)
    }
}

/// The light of a room at the blue hour, with the shadows of a shape in it.
struct Light {
    /// From the lamp, from the other side, from above and from below.
    warm: Vec3,
    cold: Vec3,
    sky: Vec3,
    floor: Vec3,
    shadows: Depths,
    /// Right, up and towards, as the lamp sees it.
    axes: [Vec3; 3],
}

impl Light {
    fn new(shape: &Shape) -> Light {
        let lamp = LAMP_AT.normalize();
        let right = Vec3::Y.cross(lamp).normalize();
        let axes = [right, lamp.cross(right), lamp];
        let mut light = Light {
            warm: blend(palette::PAPER, palette::AMBER, 0.22).to_vec3() * 1.25,
            cold: blend(palette::SNOW_SHADE, palette::DUSK, 0.2).to_vec3() * 0.75,
            sky: blend(palette::SNOW_SHADE, palette::SNOW_LIGHT, 0.2).to_vec3() * 0.34,
            floor: blend(palette::DUSK, palette::BRICK, 0.5).to_vec3() * 1.2,
            shadows: Depths::new(SHADOW_SAMPLES, SHADOW_SAMPLES),
            axes,
        };
        for facet in shape.facets() {
            let corners = facet.corners.map(|c| light.cast(c));
            light.shadows.draw(corners, |_, _| {});
        }
        light
    }

    /// A place as the lamp sees it, in samples. With y up it is what looks away from the lamp that casts: no face shades itself.
    fn cast(&self, at: Vec3) -> Vec3 {
        let scale = SHADOW_SAMPLES as f32 * 0.5 / SHADOW_M;
        let [x, y, z] = self.axes.map(|axis| axis.dot(at));
        Vec3::new((x + SHADOW_M) * scale, (y + SHADOW_M) * scale, z)
    }

    /// How much of the lamp reaches a place: soft at a shadow's edge.
    fn reach(&self, at: Vec3) -> f32 {
        const STEPS: [f32; 3] = [-3.0, 0.0, 3.0];
        let cast = self.cast(at);
        let lit =
            |x: f32, y: f32| self.shadows.at(Vec2::new(cast.x + x, cast.y + y)) < cast.z + SHADOW_BIAS_M;
        let count = STEPS.iter().flat_map(|x| STEPS.map(|y| lit(*x, y))).filter(|lit| *lit).count();
        SHADOW_LIGHT + (1.0 - SHADOW_LIGHT) * count as f32 / 9.0
    }

    /// What of its colour a place shows.
    fn on(&self, at: Vec3, normal: Vec3, colour: Vec3) -> Vec3 {
        let facing = normal.dot(self.axes[2]).max(0.0);
        let lamp = if facing > 0.0 { facing * self.reach(at + normal * SHADOW_OFF_M) } else { 0.0 };
        let cold = normal.dot(COLD_AT.normalize()).max(0.0);
        let ambient = self.floor.lerp(self.sky, normal.y * 0.5 + 0.5);
        colour * (self.warm * lamp + self.cold * cold + ambient)
    }
}

/// What is behind: dusk, somebody's lit window, a few flakes.
struct Dusk {
    high: Vec3,
    low: Vec3,
    glow: Vec3,
    pane: Vec3,
    snow: Vec3,
    window: Vec2,
    flakes: Vec<(Vec2, f32)>,
}

impl Dusk {
    fn new(accent: Srgba, crook: &mut Crook) -> Dusk {
        let flakes =
            (0..12).map(|_| (Vec2::new(crook.lean(), crook.lean()), crook.between(0.010, 0.024))).collect();
        Dusk {
            high: blend(palette::NIGHT, palette::DUSK, 0.45).to_vec3(),
            low: blend(palette::DUSK, palette::SNOW_SHADE, 0.30).to_vec3(),
            glow: blend(palette::AMBER, accent, 0.5).to_vec3(),
            pane: blend(palette::AMBER, palette::PAPER, 0.25).to_vec3(),
            snow: blend(palette::SNOW_LIGHT, palette::SNOW_SHADE, 0.3).to_vec3(),
            window: Vec2::new(0.62 + crook.lean() * 0.08, -0.30 + crook.lean() * 0.12),
            flakes,
        }
    }

    fn at(&self, at: Vec2) -> Vec3 {
        let ease = |from: f32, to: f32, x: f32| {
            let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
            t * t * (3.0 - 2.0 * t)
        };
        let mut light = self.high.lerp(self.low, ease(-1.0, 1.0, at.y));
        let off = at - self.window;
        light = light.lerp(self.glow, 0.62 * (-off.length_squared() / 0.42).exp());
        let edge = (off.abs() - Vec2::new(0.22, 0.27)).max_element();
        let bars = ease(0.012, 0.05, off.x.abs().min((off.y + 0.03).abs()));
        light = light.lerp(self.pane, 0.85 * ease(0.05, -0.05, edge) * bars);
        for (flake, size) in &self.flakes {
            light = light.lerp(self.snow, 0.7 * ease(*size * 1.6, *size * 0.6, (at - *flake).length()));
        }
        light
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy_egui::egui::Color32;
    use engine_sim::content::Village;

    const SMALL_PX: [usize; 2] = [144, 162];
    const COLOURS_MIN: usize = 600;
    /// Parts of the frame that somebody fills, and that are in their accent at least.
    const FILLED: (f32, f32) = (0.35, 0.80);
    const ACCENT_MIN: f32 = 0.002;

    fn everybody() -> Vec<String> {
        let village = Village::shipped().expect("the shipped village");
        village.villagers.iter().map(|v| v.id.clone()).chain([figures::PLAYER_KEY.to_string()]).collect()
    }

    fn posed(key: &str) -> Posed {
        Posed::new(key, &mut Crook::new(SEED))
    }

    /// The part of the frame for which this is so.
    fn part(image: &ColorImage, is: impl Fn(Color32) -> bool) -> f32 {
        image.pixels.iter().filter(|pixel| is(**pixel)).count() as f32 / image.pixels.len() as f32
    }

    fn filled(posed: &Posed) -> f32 {
        let silhouette = posed.taken(SMALL_PX, |_, _, _| Vec3::ONE, |_| Vec3::ZERO);
        part(&silhouette, |pixel| pixel.r() > 127)
    }

    #[test]
    fn everybody_fills_a_sensible_part_of_the_frame() {
        for key in everybody() {
            let filled = filled(&posed(&key));
            assert!((FILLED.0..FILLED.1).contains(&filled), "{key} fills {filled}");
        }
        let nobody = Posed { head: Shape::new(), body: Shape::new(), ..posed("nell") };
        assert!(filled(&nobody) == 0.0);
    }

    #[test]
    fn everybody_wears_their_accent_in_the_portrait() {
        for key in everybody() {
            let bare = posed(&key).taken(SMALL_PX, |_, _, colour| colour, |_| Vec3::ZERO);
            let accent = figures::accent(&key);
            let near = |a: u8, b: f32| (f32::from(a) - b * 255.0).abs() < 2.0;
            let worn = part(&bare, |c| {
                near(c.r(), accent.red) && near(c.g(), accent.green) && near(c.b(), accent.blue)
            });
            assert!(worn >= ACCENT_MIN, "{key} shows {worn} of their accent");
        }
    }

    #[test]
    fn a_portrait_has_many_colours_and_is_painted_alike_twice() {
        for key in everybody() {
            let light = Light::new(&posed(&key).head);
            let lit = |at, normal, colour| light.on(at, normal, colour);
            let alone = posed(&key).taken(SMALL_PX, lit, |_| Vec3::ZERO);
            let mut colours: Vec<[u8; 3]> = alone.pixels.iter().map(|c| [c.r(), c.g(), c.b()]).collect();
            colours.sort_unstable();
            colours.dedup();
            assert!(colours.len() >= COLOURS_MIN, "{key} has {} colours", colours.len());
            let again = || paint(&key, figures::accent(&key), SMALL_PX);
            assert_eq!(again(), again(), "{key}");
        }
    }

    #[test]
    fn no_two_portraits_are_alike() {
        let all: Vec<(String, ColorImage)> =
            everybody().into_iter().map(|key| (key.clone(), paint(&key, palette::AMBER, SMALL_PX))).collect();
        for (i, (a, one)) in all.iter().enumerate() {
            for (b, other) in &all[i + 1..] {
                let pairs = one.pixels.iter().zip(&other.pixels);
                let differ = pairs.filter(|(x, y)| x.g().abs_diff(y.g()) > 24).count();
                assert!(differ * 10 > one.pixels.len(), "{a} and {b} differ in {differ} pixels only");
            }
        }
    }

    #[test]
    fn a_hat_shades_the_face_and_nothing_shades_the_air_before_it() {
        let mut brim = Shape::new();
        brim.put(
            &{
                let mut slab = Shape::new();
                slab.block(Vec3::new(0.8, 0.1, 0.8), 0.01, palette::BRICK, &mut Crook::new(1), 0.0);
                slab
            },
            Vec3::Y * 0.3,
            0.0,
        );
        let light = Light::new(&brim);
        let below = Vec3::new(0.0, 0.15, 0.1);
        assert!(light.reach(below) < SHADOW_LIGHT + 0.01, "{}", light.reach(below));
        assert_eq!(light.reach(below + LAMP_AT * 2.0), 1.0);
        assert_eq!(Light::new(&Shape::new()).reach(below), 1.0);
    }
}
