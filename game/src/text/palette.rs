//! The palette: the game's twelve colours and what they mean on screen, for terminals of any depth.
//!
//! Owns: the colours of ART.md, their blends, and the styles that screens ask for by meaning. Refuses to know: what is drawn.
//! Sources: ART.md for the colours; NO_COLOR (no-color.org) and COLORTERM for the depth. Without colour, weight,
//! underline and inversion carry the same meanings, and no meaning is carried by a style alone.

use engine_sim::ids::PersonId;
use ratatui::style::{Color, Modifier, Style};

/// A colour as red, green, blue.
type Rgb = [u8; 3];

const NIGHT: Rgb = [0x0E, 0x1A, 0x2B];
const DUSK: Rgb = [0x24, 0x40, 0x5F];
const SNOW_SHADE: Rgb = [0x8F, 0xA9, 0xC4];
const SNOW_LIGHT: Rgb = [0xE9, 0xF1, 0xF7];
const PINE: Rgb = [0x1F, 0x3B, 0x36];
const TIMBER: Rgb = [0x5A, 0x3E, 0x2B];
const THATCH: Rgb = [0xA9, 0x81, 0x4F];
const BRICK: Rgb = [0x8C, 0x3B, 0x2E];
const AMBER: Rgb = [0xF2, 0xA5, 0x41];
const EMBER: Rgb = [0xE4, 0x57, 0x2E];
const PAPER: Rgb = [0xF4, 0xEB, 0xDD];
const INK: Rgb = [0x2A, 0x23, 0x20];

/// Accents of villagers in the village's order: two colours and the second's share in percent. Each is what they wear in the window,
/// made light enough to be read on night.
const ACCENTS: [(Rgb, Rgb, u16); 12] = [
    (BRICK, PAPER, 38),
    (EMBER, PAPER, 32),
    (DUSK, SNOW_SHADE, 86),
    (PINE, PAPER, 58),
    (PAPER, THATCH, 35),
    (AMBER, PAPER, 45),
    (BRICK, SNOW_SHADE, 72),
    (PINE, SNOW_LIGHT, 52),
    (SNOW_SHADE, SNOW_LIGHT, 45),
    (AMBER, THATCH, 55),
    (BRICK, SNOW_LIGHT, 58),
    (EMBER, AMBER, 8),
];
/// Their stand-ins where only the terminal's own colours exist.
const ACCENTS_16: [Color; 6] = [
    Color::LightRed,
    Color::LightYellow,
    Color::LightCyan,
    Color::LightGreen,
    Color::LightMagenta,
    Color::LightBlue,
];

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Every colour.
    True,
    /// The 6 x 6 x 6 cube.
    Cube,
    /// The terminal's own sixteen.
    Sixteen,
    /// None.
    Mono,
}

/// Reads the depth from what the environment says.
pub fn depth(variable: impl Fn(&str) -> Option<String>) -> Depth {
    let holds = |name: &str, needles: &[&str]| {
        variable(name).is_some_and(|value| needles.iter().any(|needle| value.contains(needle)))
    };
    if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) || holds("TERM", &["dumb"]) {
        Depth::Mono
    } else if holds("COLORTERM", &["truecolor", "24bit"]) || holds("TERM", &["direct"]) {
        Depth::True
    } else if holds("TERM", &["256color"]) {
        Depth::Cube
    } else {
        Depth::Sixteen
    }
}

/// Styles by meaning.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    depth: Depth,
}

fn blend(a: Rgb, b: Rgb, percent: u16) -> Rgb {
    let mix = |a: u8, b: u8| ((u16::from(a) * (100 - percent) + u16::from(b) * percent) / 100) as u8;
    [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2])]
}

/// A villager's own colour.
pub fn accent_rgb(who: PersonId) -> [u8; 3] {
    let (a, b, percent) = ACCENTS[who.index() % ACCENTS.len()];
    blend(a, b, percent)
}

/// The nearest colour of the 256-colour cube: levels 0, 95, 135, 175, 215, 255.
fn cube(rgb: Rgb) -> u8 {
    let level = |v: u8| match v {
        0..48 => 0,
        48..115 => 1,
        _ => (v - 35) / 40,
    };
    16 + 36 * level(rgb[0]) + 6 * level(rgb[1]) + level(rgb[2])
}

impl Palette {
    /// For a depth.
    pub fn new(depth: Depth) -> Palette {
        Palette { depth }
    }

    fn fg(self, rgb: Rgb, sixteen: Color, mono: Modifier) -> Style {
        match self.depth {
            Depth::True => Style::new().fg(Color::Rgb(rgb[0], rgb[1], rgb[2])),
            Depth::Cube => Style::new().fg(Color::Indexed(cube(rgb))),
            Depth::Sixteen => Style::new().fg(sixteen),
            Depth::Mono => Style::new().add_modifier(mono),
        }
    }

    fn bg(self, style: Style, rgb: Rgb, sixteen: Color, mono: Modifier) -> Style {
        match self.depth {
            Depth::True => style.bg(Color::Rgb(rgb[0], rgb[1], rgb[2])),
            Depth::Cube => style.bg(Color::Indexed(cube(rgb))),
            Depth::Sixteen => style.bg(sixteen),
            Depth::Mono => style.add_modifier(mono),
        }
    }

    /// The whole screen: snow light on night.
    pub fn ground(self) -> Style {
        let style = self.fg(SNOW_LIGHT, Color::White, Modifier::empty());
        match self.depth {
            Depth::Cube => style.bg(Color::Indexed(233)),
            _ => self.bg(style, NIGHT, Color::Black, Modifier::empty()),
        }
    }
    /// Running text.
    pub fn text(self) -> Style {
        self.fg(SNOW_LIGHT, Color::White, Modifier::empty())
    }
    /// What stands back: hints, reasons, times.
    pub fn quiet(self) -> Style {
        self.fg(SNOW_SHADE, Color::Gray, Modifier::empty())
    }
    /// Frames and paths.
    pub fn line(self) -> Style {
        self.fg(blend(DUSK, SNOW_SHADE, 35), Color::DarkGray, Modifier::DIM)
    }
    /// What can be used: keys, headings, lit windows.
    pub fn warm(self) -> Style {
        self.fg(AMBER, Color::LightYellow, Modifier::BOLD)
    }
    /// A heading.
    pub fn heading(self) -> Style {
        self.warm().add_modifier(Modifier::BOLD)
    }
    /// What the player says.
    pub fn player(self) -> Style {
        self.fg(PAPER, Color::White, Modifier::ITALIC)
    }
    /// Trouble: contradictions, lost seals, the last hour.
    pub fn alarm(self) -> Style {
        self.fg(blend(EMBER, PAPER, 20), Color::LightRed, Modifier::BOLD)
    }
    /// The chosen row: ink on amber.
    pub fn chosen(self) -> Style {
        let style = self.fg(INK, Color::Black, Modifier::empty());
        self.bg(style, AMBER, Color::Yellow, Modifier::REVERSED)
    }
    /// A bar across the screen: snow on dusk.
    pub fn bar(self) -> Style {
        let style = self.fg(SNOW_LIGHT, Color::White, Modifier::empty());
        match self.depth {
            Depth::Cube => style.bg(Color::Indexed(236)),
            _ => self.bg(style, DUSK, Color::Blue, Modifier::REVERSED),
        }
    }
    /// A key's name in the bottom bar.
    pub fn bar_key(self) -> Style {
        let style = self.fg(AMBER, Color::LightYellow, Modifier::BOLD);
        match self.depth {
            Depth::Cube => style.bg(Color::Indexed(236)),
            _ => self.bg(style, DUSK, Color::Blue, Modifier::REVERSED),
        }
    }
    /// Walls and roofs of the title's village.
    pub fn timber(self) -> Style {
        self.fg(blend(TIMBER, THATCH, 40), Color::Yellow, Modifier::empty())
    }
    /// Trees.
    pub fn pine(self) -> Style {
        self.fg(blend(PINE, SNOW_SHADE, 40), Color::Green, Modifier::DIM)
    }
    /// A villager's own colour.
    pub fn accent(self, who: PersonId) -> Style {
        let sixteen = ACCENTS_16[who.index() % ACCENTS_16.len()];
        self.fg(accent_rgb(who), sixteen, Modifier::BOLD).add_modifier(Modifier::BOLD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(rgb: Rgb) -> f64 {
        let part = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(rgb[0]) + 0.7152 * part(rgb[1]) + 0.0722 * part(rgb[2])
    }

    #[test]
    fn every_accent_and_text_colour_reads_on_night() {
        let mut inks: Vec<Rgb> = ACCENTS.iter().map(|&(a, b, share)| blend(a, b, share)).collect();
        inks.extend([SNOW_LIGHT, SNOW_SHADE, AMBER, PAPER, blend(EMBER, PAPER, 20)]);
        for rgb in inks {
            let contrast = (luminance(rgb) + 0.05) / (luminance(NIGHT) + 0.05);
            assert!(contrast >= 4.5, "{rgb:?} has a contrast of {contrast:.2}");
        }
    }

    #[test]
    fn the_environment_decides_the_depth() {
        let check = |pairs: &[(&str, &str)], expected: Depth| {
            let found = depth(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_string()));
            assert_eq!(found, expected, "{pairs:?}");
        };
        check(&[("COLORTERM", "truecolor")], Depth::True);
        check(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")], Depth::Mono);
        check(&[("NO_COLOR", ""), ("TERM", "xterm-256color")], Depth::Cube);
        check(&[("TERM", "linux")], Depth::Sixteen);
    }

    #[test]
    fn no_colour_means_no_colour() {
        let palette = Palette::new(Depth::Mono);
        for style in [palette.ground(), palette.bar(), palette.chosen(), palette.accent(PersonId(3))] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
