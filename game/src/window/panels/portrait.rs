//! Portraits: a villager's head and shoulders in flat shapes, seeded by their key, crooked a little, one for each.
//!
//! Owns: those shapes. Refuses to know: talk and rules. Palette blends only; who it is stands beside it in words.

use super::super::{figures, palette};
use super::style;
use bevy_egui::egui::{Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};
use engine_sim::content::Village;
use engine_sim::ids::PersonId;

/// What they wear on the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hat {
    /// Nothing.
    Bare,
    /// A tight cap.
    Cap,
    /// A wide brim.
    Brim,
    /// A hood that ends in a point.
    Hood,
    /// A knitted cap with a bobble.
    Bobble,
    /// A kerchief, tied under the chin.
    Kerchief,
    /// A helmet with a nose guard.
    Helmet,
    /// A tall baker's cap.
    Tall,
}

/// What makes a face somebody's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Features {
    hat: Hat,
    beard: f32,
    long_hair: bool,
    hair: Color32,
    skin: Color32,
    /// -1..=1: how the head leans.
    lean: f32,
    /// Width of the face, parts of the usual.
    wide: f32,
    glasses: bool,
    /// -1..=1: how the brows slant.
    brow: f32,
}

/// A number in 0..1 that belongs to a key and a question.
fn draw(key: &str, question: u64) -> f32 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64 ^ question.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for byte in key.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (hash >> 40) as f32 / (1_u64 << 24) as f32
}

/// A villager's features: the trade gives the hat, the key the rest.
pub fn features(village: &Village, who: PersonId) -> Features {
    let villager = village.villager(who);
    let key = villager.id.as_str();
    let hat = match villager.trade.as_str() {
        "smith" | "clerk" => Hat::Bare,
        "innkeeper" => Hat::Kerchief,
        "emberkeeper" | "herbalist" | "chaplain" => Hat::Hood,
        "miller" | "stablehand" => Hat::Cap,
        "baker" => Hat::Tall,
        "woodcutter" => Hat::Bobble,
        "guard" => Hat::Helmet,
        _ => Hat::Brim,
    };
    let hairs = [
        palette::blend(palette::TIMBER, palette::INK, 0.5),
        palette::blend(palette::BRICK, palette::TIMBER, 0.4),
        palette::blend(palette::THATCH, palette::AMBER, 0.3),
        palette::blend(palette::SNOW_LIGHT, palette::SNOW_SHADE, 0.4),
    ];
    let hair = hairs[(draw(key, 1) * hairs.len() as f32) as usize % hairs.len()];
    let warm = style::blend(palette::PAPER, palette::THATCH, 0.25 + draw(key, 2) * 0.45);
    Features {
        hat,
        beard: if villager.she { 0.0 } else { draw(key, 3) },
        long_hair: villager.she,
        hair: {
            let c = bevy::color::Srgba::from(hair);
            style::blend(c, c, 0.0)
        },
        skin: warm,
        lean: draw(key, 4) * 2.0 - 1.0,
        wide: 0.88 + draw(key, 5) * 0.24,
        glasses: villager.trade == "clerk" || draw(key, 6) > 0.85,
        brow: f32::from(villager.temper) / 50.0 - 1.0,
    }
}

/// Draws somebody into a frame of their colour.
pub fn paint(painter: &Painter, rect: Rect, village: &Village, who: PersonId) {
    let (face, accent) = (features(village, who), style::accent(who));
    // Dressed as the figure in the village.
    let cloth = style::colour(figures::accent(&village.villager(who).id));
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    painter.rect_filled(
        rect,
        CornerRadius::same(style::ROUND_PT),
        style::blend(palette::DUSK, palette::SNOW_SHADE, 0.25),
    );
    let unit = rect.width().min(rect.height() / 1.1) / 100.0;
    let middle = pos2(rect.center().x, rect.top() + rect.height() * 0.52);
    let sketch = Sketch { painter: &painter, middle, unit, lean: face.lean * 3.0 };
    sketch.shoulders(cloth);
    if face.long_hair {
        sketch.blob(0.0, 6.0, 31.0 * face.wide, 36.0, face.hair);
    }
    sketch.blob(0.0, 0.0, 24.0 * face.wide, 28.0, face.skin);
    sketch.face(&face);
    sketch.hat(&face, cloth);
    painter.rect_stroke(
        rect,
        CornerRadius::same(style::ROUND_PT),
        Stroke::new(3.0, accent),
        StrokeKind::Inside,
    );
}

/// A pen that knows where the head is: lengths are hundredths of the frame's width.
struct Sketch<'p> {
    painter: &'p Painter,
    middle: Pos2,
    unit: f32,
    lean: f32,
}

impl Sketch<'_> {
    fn at(&self, x: f32, y: f32) -> Pos2 {
        // The higher, the more it leans.
        self.middle + vec2((x - y * self.lean / 30.0) * self.unit, y * self.unit)
    }
    fn blob(&self, x: f32, y: f32, wide: f32, tall: f32, fill: Color32) {
        let points = (0..24).map(|i| {
            let turn = i as f32 / 24.0 * std::f32::consts::TAU;
            self.at(x + turn.cos() * wide, y + turn.sin() * tall)
        });
        self.painter.add(Shape::convex_polygon(points.collect(), fill, Stroke::NONE));
    }
    fn fill(&self, points: &[(f32, f32)], fill: Color32) {
        let points = points.iter().map(|&(x, y)| self.at(x, y)).collect();
        self.painter.add(Shape::convex_polygon(points, fill, Stroke::NONE));
    }
    fn pen(&self, points: &[(f32, f32)], width: f32, ink: Color32) {
        let points = points.iter().map(|&(x, y)| self.at(x, y)).collect();
        self.painter.line(points, Stroke::new(width * self.unit, ink));
    }
    fn dot(&self, x: f32, y: f32, size: f32, ink: Color32) {
        self.painter.circle_filled(self.at(x, y), size * self.unit, ink);
    }

    fn shoulders(&self, accent: Color32) {
        self.fill(
            &[(-15.0, 24.0), (15.0, 24.0), (40.0, 40.0), (46.0, 62.0), (-46.0, 62.0), (-40.0, 40.0)],
            accent,
        );
        self.fill(&[(-16.0, 22.0), (16.0, 22.0), (20.0, 34.0), (0.0, 40.0), (-20.0, 34.0)], style::PAPER);
    }

    fn face(&self, face: &Features) {
        let ink = style::INK;
        if face.beard > 0.35 {
            let long = 26.0 + face.beard * 14.0;
            self.fill(
                &[
                    (-23.0, 4.0),
                    (-12.0, 10.0),
                    (12.0, 10.0),
                    (23.0, 4.0),
                    (17.0, 22.0),
                    (0.0, long),
                    (-17.0, 22.0),
                ],
                face.hair,
            );
        }
        for side in [-1.0, 1.0] {
            self.dot(side * 9.0, -2.0, 2.4, ink);
            let (inner, outer) = (-8.5 + face.brow * 2.0, -9.5 - face.brow * 1.5);
            self.pen(&[(side * 4.5, inner), (side * 14.0, outer)], 2.0, face.hair);
            if face.glasses {
                self.painter.circle_stroke(
                    self.at(side * 9.0, -2.0),
                    6.5 * self.unit,
                    Stroke::new(1.4 * self.unit, ink),
                );
            }
            self.dot(side * 15.0, 6.0, 3.6, style::blend(palette::PAPER, palette::EMBER, 0.35));
        }
        self.pen(&[(-1.0, 0.0), (-3.0, 6.0), (1.0, 7.0)], 1.6, style::QUIET);
        let smile = 1.5 - face.brow * 1.5;
        self.pen(&[(-6.0, 13.0), (0.0, 13.0 + smile), (6.0, 13.0)], 2.0, style::ALARM);
    }

    fn hat(&self, face: &Features, accent: Color32) {
        let dark = style::QUIET;
        let cloth = accent;
        let crown = |lift: f32| {
            [
                (-25.0 * face.wide, -8.0),
                (-22.0, -22.0),
                (-10.0, -31.0 - lift),
                (10.0, -31.0 - lift),
                (22.0, -22.0),
                (25.0 * face.wide, -8.0),
            ]
        };
        match face.hat {
            Hat::Bare => {
                self.fill(
                    &[
                        (-25.0, -6.0),
                        (-23.0, -22.0),
                        (-6.0, -32.0),
                        (14.0, -30.0),
                        (25.0, -16.0),
                        (24.0, -8.0),
                        (8.0, -18.0),
                    ],
                    face.hair,
                );
            }
            Hat::Cap => {
                self.fill(&crown(0.0), cloth);
                self.fill(&[(-26.0, -12.0), (26.0, -12.0), (32.0, -6.0), (-24.0, -7.0)], dark);
            }
            Hat::Brim => {
                self.fill(&crown(10.0), dark);
                self.fill(&[(-42.0, -12.0), (0.0, -17.0), (42.0, -12.0), (36.0, -7.0), (-36.0, -7.0)], dark);
                self.pen(&[(-23.0, -16.0), (23.0, -16.0)], 4.0, cloth);
            }
            Hat::Hood => {
                for side in [-1.0, 1.0] {
                    self.fill(
                        &[
                            (side * 20.0, -24.0),
                            (side * 30.0, -6.0),
                            (side * 30.0, 26.0),
                            (side * 22.0, 26.0),
                            (side * 22.0, -4.0),
                        ],
                        cloth,
                    );
                }
                self.fill(
                    &[
                        (-26.0, -14.0),
                        (-14.0, -30.0),
                        (4.0, -44.0),
                        (16.0, -30.0),
                        (26.0, -14.0),
                        (0.0, -20.0),
                    ],
                    cloth,
                );
            }
            _ => self.hat_on(face, accent, crown),
        }
    }

    /// As [`Self::hat`], further down the list; `crown` gives a rounded top, lifted.
    fn hat_on(&self, face: &Features, accent: Color32, crown: impl Fn(f32) -> [(f32, f32); 6]) {
        let dark = style::QUIET;
        let cloth = accent;
        match face.hat {
            Hat::Bobble => {
                self.fill(&crown(6.0), cloth);
                self.pen(&[(-25.0, -10.0), (25.0, -10.0)], 7.0, style::PAPER);
                self.dot(0.0, -40.0, 7.0, style::PAPER);
            }
            Hat::Kerchief => {
                self.fill(&crown(1.0), cloth);
                for side in [-1.0, 1.0] {
                    self.pen(&[(side * 24.0, -8.0), (side * 22.0, 12.0), (side * 5.0, 30.0)], 5.0, cloth);
                }
                self.dot(-10.0, -20.0, 2.0, style::PAPER);
                self.dot(2.0, -24.0, 2.0, style::PAPER);
                self.dot(13.0, -18.0, 2.0, style::PAPER);
            }
            Hat::Helmet => {
                let iron = style::SHADE;
                self.fill(&crown(4.0), iron);
                self.pen(&[(-26.0, -9.0), (26.0, -9.0)], 4.0, dark);
                self.pen(&[(0.0, -9.0), (0.0, 4.0)], 4.0, iron);
            }
            Hat::Tall => {
                self.fill(
                    &[
                        (-21.0, -12.0),
                        (-28.0, -36.0),
                        (-12.0, -44.0),
                        (12.0, -44.0),
                        (28.0, -36.0),
                        (21.0, -12.0),
                    ],
                    style::PAPER,
                );
                self.pen(&[(-22.0, -12.0), (22.0, -12.0)], 6.0, cloth);
            }
            Hat::Bare | Hat::Cap | Hat::Brim | Hat::Hood => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_villagers_share_a_face() {
        let village = Village::shipped().unwrap();
        let faces: Vec<Features> = village.people().map(|who| features(&village, who)).collect();
        for (i, a) in faces.iter().enumerate() {
            assert!(faces[i + 1..].iter().all(|b| a != b), "{a:?}");
        }
    }
}
