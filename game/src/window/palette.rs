//! The palette: the twelve colours of Emberwick and their blends; nothing is drawn in any other.
//!
//! Owns: the colours. Refuses to know: what is painted with them. Source: the art direction; sRGB values.

use bevy::color::{LinearRgba, Mix, Srgba};

const fn srgb(r: u8, g: u8, b: u8) -> Srgba {
    Srgba { red: r as f32 / 255.0, green: g as f32 / 255.0, blue: b as f32 / 255.0, alpha: 1.0 }
}

/// The sky at its darkest.
pub const NIGHT: Srgba = srgb(0x0E, 0x1A, 0x2B);
/// The blue hour.
pub const DUSK: Srgba = srgb(0x24, 0x40, 0x5F);
/// Snow that no light reaches.
pub const SNOW_SHADE: Srgba = srgb(0x8F, 0xA9, 0xC4);
/// Snow in the light.
pub const SNOW_LIGHT: Srgba = srgb(0xE9, 0xF1, 0xF7);
/// Needles.
pub const PINE: Srgba = srgb(0x1F, 0x3B, 0x36);
/// Beams, trunks, fences.
pub const TIMBER: Srgba = srgb(0x5A, 0x3E, 0x2B);
/// Straw, rope, old wood.
pub const THATCH: Srgba = srgb(0xA9, 0x81, 0x4F);
/// Chimneys, cloth.
pub const BRICK: Srgba = srgb(0x8C, 0x3B, 0x2E);
/// Warmth, people, what can be used.
pub const AMBER: Srgba = srgb(0xF2, 0xA5, 0x41);
/// The heart of a fire.
pub const EMBER: Srgba = srgb(0xE4, 0x57, 0x2E);
/// The ground of every panel.
pub const PAPER: Srgba = srgb(0xF4, 0xEB, 0xDD);
/// Everything written.
pub const INK: Srgba = srgb(0x2A, 0x23, 0x20);

/// A blend in linear light: `t` of `b` in `a`, 0..=1.
pub fn blend(a: Srgba, b: Srgba, t: f32) -> LinearRgba {
    LinearRgba::from(a).mix(&LinearRgba::from(b), t.clamp(0.0, 1.0))
}

/// The same as a colour for the kit.
pub fn mixed(a: Srgba, b: Srgba, t: f32) -> Srgba {
    blend(a, b, t).into()
}
