//! Hours: what a winter's day looks like at each minute.
//!
//! Owns: where sun and moon stand, the colours and strengths of light, sky and fog as blends of the palette. Refuses to know:
//! lights as entities. The sun stands low in the south; the moon comes round behind the village, so that its snow is edged with
//! light and its windows face the camera from the shade. Minutes since midnight; lux; nits; metres.

use crate::window::palette::*;
use bevy::color::{LinearRgba, Mix, Srgba};
use bevy::math::Vec3;
use std::f32::consts::PI;

/// Minutes of a day.
const DAY_MIN: f32 = 24.0 * 60.0;
/// Sunrise and sunset, minutes since midnight.
pub const SUNRISE_MIN: f32 = 8.0 * 60.0;
pub const SUNSET_MIN: f32 = 16.0 * 60.0;
/// How high the sun stands at noon, and the least height at which shadows are still of use, degrees.
const NOON_DEG: f32 = 23.0;
const LOW_DEG: f32 = 5.0;
/// The sun's way from south, towards the west, at sunrise and sunset, degrees: never quite behind the camera for long.
const SUN_FROM_DEG: f32 = -55.0;
const SUN_TO_DEG: f32 = 78.0;
/// The moon's way, from the north-east by the north to the north-west, and its heights, degrees.
const MOON_FROM_DEG: f32 = -128.0;
const MOON_TO_DEG: f32 = -232.0;
const MOON_LOW_DEG: f32 = 30.0;
const MOON_RISE_DEG: f32 = 14.0;
/// Lamps go on and off over so many minutes, in the middle of it at sunset and sunrise.
const LAMPS_MIN: f32 = 40.0;
/// What the tone curve takes from the sky is given back: this much brighter.
const SKY_UP: f32 = 1.5;

/// Everything about the light of one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hour {
    /// Towards sun or moon.
    pub from: Vec3,
    /// Their colour.
    pub light: LinearRgba,
    /// Their strength, lux.
    pub light_lx: f32,
    /// The colour of the light from everywhere.
    pub ambient: LinearRgba,
    /// Its strength, nits.
    pub ambient_nits: f32,
    /// Sky and fog.
    pub sky: LinearRgba,
    /// Where the fog begins behind what is looked at, metres.
    pub fog_from_m: f32,
    /// From there to where nothing else is seen, metres.
    pub fog_deep_m: f32,
}

/// So much of the second colour in the first.
type Tint = (Srgba, Srgba, f32);

/// One row of the day's table.
struct Key {
    minute: f32,
    light: Tint,
    light_lx: f32,
    ambient: Tint,
    ambient_nits: f32,
    sky: Tint,
    fog: (f32, f32),
}

const fn key(
    clock: (u32, u32),
    (light, light_lx): (Tint, f32),
    (ambient, ambient_nits): (Tint, f32),
    sky: Tint,
    fog: (f32, f32),
) -> Key {
    Key { minute: (clock.0 * 60 + clock.1) as f32, light, light_lx, ambient, ambient_nits, sky, fog }
}

const MOON: Tint = (SNOW_SHADE, SNOW_LIGHT, 0.12);
const NIGHT_AIR: Tint = (DUSK, SNOW_SHADE, 0.26);

/// The day. The light is faint where sun and moon change places.
const DAY: [Key; 13] = [
    key((0, 0), (MOON, 2300.0), (NIGHT_AIR, 520.0), (NIGHT, DUSK, 0.30), (10.0, 95.0)),
    key((6, 15), (MOON, 2100.0), (NIGHT_AIR, 560.0), (NIGHT, DUSK, 0.38), (8.0, 90.0)),
    key((7, 30), (MOON, 700.0), ((DUSK, SNOW_SHADE, 0.45), 850.0), (DUSK, SNOW_SHADE, 0.16), (4.0, 80.0)),
    key((7, 58), (MOON, 60.0), ((DUSK, SNOW_SHADE, 0.62), 950.0), (DUSK, AMBER, 0.20), (2.0, 80.0)),
    key(
        (8, 2),
        ((AMBER, EMBER, 0.30), 300.0),
        ((DUSK, SNOW_SHADE, 0.64), 960.0),
        (DUSK, AMBER, 0.22),
        (2.0, 80.0),
    ),
    key(
        (8, 40),
        ((AMBER, PAPER, 0.30), 6200.0),
        ((SNOW_SHADE, DUSK, 0.22), 760.0),
        (SNOW_SHADE, AMBER, 0.22),
        (4.0, 95.0),
    ),
    key(
        (10, 30),
        ((PAPER, AMBER, 0.30), 7400.0),
        ((SNOW_SHADE, SNOW_LIGHT, 0.25), 560.0),
        (SNOW_SHADE, PAPER, 0.40),
        (14.0, 130.0),
    ),
    key(
        (12, 30),
        ((PAPER, SNOW_LIGHT, 0.5), 7400.0),
        ((SNOW_SHADE, SNOW_LIGHT, 0.35), 560.0),
        (SNOW_SHADE, SNOW_LIGHT, 0.40),
        (18.0, 140.0),
    ),
    key(
        (14, 30),
        ((AMBER, PAPER, 0.55), 7200.0),
        ((SNOW_SHADE, DUSK, 0.10), 600.0),
        (SNOW_SHADE, PAPER, 0.25),
        (12.0, 120.0),
    ),
    key(
        (15, 30),
        ((AMBER, EMBER, 0.25), 7500.0),
        ((SNOW_SHADE, DUSK, 0.35), 900.0),
        (SNOW_SHADE, AMBER, 0.20),
        (6.0, 100.0),
    ),
    key(
        (15, 58),
        ((EMBER, AMBER, 0.55), 300.0),
        ((DUSK, SNOW_SHADE, 0.58), 1000.0),
        (DUSK, SNOW_SHADE, 0.34),
        (4.0, 90.0),
    ),
    key((16, 2), (MOON, 80.0), ((DUSK, SNOW_SHADE, 0.56), 1000.0), (DUSK, SNOW_SHADE, 0.32), (4.0, 90.0)),
    key((17, 15), (MOON, 2300.0), ((DUSK, SNOW_SHADE, 0.38), 880.0), (DUSK, SNOW_SHADE, 0.08), (6.0, 85.0)),
];
/// From here on to midnight the night's first row is approached.
const FULL_NIGHT_MIN: f32 = 19.5 * 60.0;

/// The light of a minute of the day.
pub fn hour(minute: f32) -> Hour {
    let minute = minute.rem_euclid(DAY_MIN);
    let after = DAY.iter().position(|k| k.minute > minute);
    let (a, b, start, end) = match after {
        Some(i) => (&DAY[i.saturating_sub(1)], &DAY[i], DAY[i.saturating_sub(1)].minute, DAY[i].minute),
        None => (&DAY[DAY.len() - 1], &DAY[0], DAY[DAY.len() - 1].minute, FULL_NIGHT_MIN),
    };
    let t = ((minute - start) / (end - start)).clamp(0.0, 1.0);
    let number = |a: f32, b: f32| a + (b - a) * t;
    let colour = |a: Tint, b: Tint| blend(a.0, a.1, a.2).mix(&blend(b.0, b.1, b.2), t);
    let sky = colour(a.sky, b.sky);
    Hour {
        from: if is_day(minute) { sun(minute) } else { moon(minute) },
        light: colour(a.light, b.light),
        light_lx: number(a.light_lx, b.light_lx),
        ambient: colour(a.ambient, b.ambient),
        ambient_nits: number(a.ambient_nits, b.ambient_nits),
        sky: LinearRgba::rgb(sky.red * SKY_UP, sky.green * SKY_UP, sky.blue * SKY_UP),
        fog_from_m: number(a.fog.0, b.fog.0),
        fog_deep_m: number(a.fog.1, b.fog.1),
    }
}

/// How many of the lamps are lit: all at night, none by day.
pub fn lamps_share(minute: f32) -> f32 {
    let minute = minute.rem_euclid(DAY_MIN);
    let half = LAMPS_MIN * 0.5;
    let on = ((minute - (SUNSET_MIN - half)) / LAMPS_MIN).clamp(0.0, 1.0);
    let off = ((minute - (SUNRISE_MIN - half)) / LAMPS_MIN).clamp(0.0, 1.0);
    1.0 - off + on
}

fn is_day(minute: f32) -> bool {
    (SUNRISE_MIN..SUNSET_MIN).contains(&minute)
}

/// A direction from degrees west of south and degrees of height.
fn towards(west_deg: f32, up_deg: f32) -> Vec3 {
    let (west, up) = (west_deg.to_radians(), up_deg.to_radians());
    Vec3::new(-west.sin() * up.cos(), up.sin(), west.cos() * up.cos())
}

/// Towards the sun.
pub fn sun(minute: f32) -> Vec3 {
    let part = (minute - SUNRISE_MIN) / (SUNSET_MIN - SUNRISE_MIN);
    let up = (NOON_DEG * (part * PI).sin()).max(LOW_DEG);
    towards(SUN_FROM_DEG + (SUN_TO_DEG - SUN_FROM_DEG) * part, up)
}

/// Towards the moon.
pub fn moon(minute: f32) -> Vec3 {
    let part = (minute - SUNSET_MIN).rem_euclid(DAY_MIN) / (DAY_MIN - (SUNSET_MIN - SUNRISE_MIN));
    let up = MOON_LOW_DEG + MOON_RISE_DEG * (part * PI).sin();
    towards(MOON_FROM_DEG + (MOON_TO_DEG - MOON_FROM_DEG) * part, up)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the light makes of level snow, before the tone curve.
    fn snow(minute: f32) -> f32 {
        let hour = hour(minute);
        // Lux to the camera's exposure: PI over the exposure of 9.7 EV; nits: its inverse.
        hour.light.green * hour.light_lx * hour.from.y / 3135.0
            + hour.ambient.green * hour.ambient_nits / 998.0
    }

    #[test]
    fn the_sun_goes_from_east_to_west_and_is_highest_about_noon() {
        assert!(sun(9.0 * 60.0).x > 0.3, "the morning sun is in the east");
        assert!(sun(15.0 * 60.0).x < -0.3, "the afternoon sun is in the west");
        assert!(sun(720.0).y > sun(600.0).y && sun(720.0).y > sun(840.0).y);
        for minute in (480..960).step_by(10) {
            let up = sun(minute as f32);
            assert!((up.length() - 1.0).abs() < 1e-4);
            assert!(up.z > 0.0 && up.y > 0.08 && up.y < 0.45, "a low sun in the south: {up}");
        }
    }

    #[test]
    fn the_moon_is_behind_the_village_all_night() {
        for minute in (960..1440).chain(0..480).step_by(10) {
            let up = moon(minute as f32);
            assert!(up.z < -0.3 && up.y > 0.4, "{minute}: {up}");
        }
    }

    #[test]
    fn the_light_never_jumps() {
        for step in 0..DAY_MIN as u32 {
            let (a, b) = (hour(step as f32), hour(step as f32 + 1.0));
            assert!((snow(step as f32) - snow(step as f32 + 1.0)).abs() < 0.06, "at minute {step}");
            assert!((a.sky.green - b.sky.green).abs() < 0.05, "the sky at minute {step}");
            // Where the shadows' direction changes from moon to sun there is almost no light to cast them.
            if a.from.dot(b.from) < 0.99 {
                assert!(a.light_lx.max(b.light_lx) < 800.0, "shadows jump at minute {step}");
            }
        }
    }

    #[test]
    fn noon_is_bright_and_night_is_blue_and_dark() {
        assert!(snow(750.0) > 1.0 && snow(750.0) < 2.4, "{}", snow(750.0));
        assert!(snow(0.0) > 0.08 && snow(0.0) < 0.5, "{}", snow(0.0));
        assert!(snow(1035.0) > snow(0.0) && snow(1035.0) < snow(750.0));
        let night = hour(0.0);
        assert!(night.ambient.blue > 1.5 * night.ambient.red);
    }

    #[test]
    fn lamps_burn_between_dusk_and_morning() {
        assert_eq!([0.0, 300.0, 1035.0, 1439.0].map(lamps_share), [1.0; 4]);
        assert_eq!([540.0, 720.0, 900.0].map(lamps_share), [0.0; 3]);
        assert!((lamps_share(SUNSET_MIN) - 0.5).abs() < 1e-4);
    }
}
