//! Look: how the player wants panels to be read: larger text, stark contrast, marks beside colours.
//!
//! Owns: that choice as every panel finds it in the context, and what it does to finished paint. Refuses to know: settings and panels.
//! Contrast is changed after everything is painted, so that no panel can forget it: grounds become white, inks become ink, edges bold.

use super::style::{self, INK, NIGHT, PAPER, QUIET, SHADE, SNOW, THATCH};
use crate::window::palette;
use bevy_egui::egui::epaint::{ColorMode, shape_transform::adjust_colors};
use bevy_egui::egui::layers::ShapeIdx;
use bevy_egui::egui::{Color32, Context, FontId, Id, LayerId, Painter, Pos2, Shape, Stroke, Vec2, vec2};
use engine_sim::ids::PersonId;

/// Edges of high contrast, points.
const BOLD_PT: f32 = 2.5;
/// Accents that have a mark of their own: every villager's.
const MARKS: u8 = 12;

/// How panels are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Words are so much larger than usual.
    pub text: f32,
    /// Ink on white, bold edges.
    pub contrast: bool,
    /// A mark beside every accent.
    pub marks: bool,
}

impl Default for Look {
    fn default() -> Look {
        Look { text: 1.0, contrast: false, marks: false }
    }
}

fn id() -> Id {
    Id::new("look")
}

/// Sets the look for the panels drawn from here on, as far as the window bears it.
pub fn set(ctx: &Context, look: Look) {
    let text = look.text.clamp(1.0, most(ctx.content_rect().size()));
    ctx.data_mut(|data| data.insert_temp(id(), Look { text, ..look }));
}

/// The look that holds.
pub fn of(ctx: &Context) -> Look {
    ctx.data(|data| data.get_temp(id())).unwrap_or_default()
}

/// What of a window's size the panels need at the usual size of the text; tests hold every panel to it. Text grows as far as the
/// window is larger than this: words that would be cut help nobody.
const LEAST_PT: (f32, f32) = (800.0, 450.0);

/// How many times larger text may be in a window.
fn most(window: Vec2) -> f32 {
    (window.x / LEAST_PT.0).min(window.y / LEAST_PT.1).max(1.0)
}

/// A length that words need, when the text is as large as the player wants it.
pub fn room(ctx: &Context, pt: f32) -> f32 {
    pt * of(ctx).text
}

/// The same for a size.
pub fn sized(ctx: &Context, pt: Vec2) -> Vec2 {
    pt * of(ctx).text
}

/// A face at the size at which the player wants to read.
pub fn read(ctx: &Context, font: FontId) -> FontId {
    FontId { size: font.size * of(ctx).text, ..font }
}

/// Paints the mark of whoever has this accent, if marks are wanted; `size` is half its width.
pub fn mark(painter: &Painter, at: Pos2, size: f32, accent: Color32) {
    if !of(painter.ctx()).marks {
        return;
    }
    let Some(n) = (0..MARKS).find(|n| style::accent(PersonId(*n)) == accent) else { return };
    painter.add(figure(n, at, size));
}

/// Twelve figures: six outlines, filled or hollow.
fn figure(n: u8, at: Pos2, size: f32) -> Shape {
    let fill = if n < 6 { NIGHT } else { Color32::TRANSPARENT };
    let line = Stroke::new((size * 0.35).max(1.5), NIGHT);
    let corners = |corners: &[(f32, f32)]| {
        let points = corners.iter().map(|(x, y)| at + vec2(*x, *y) * size).collect();
        Shape::convex_polygon(points, fill, line)
    };
    match n % 6 {
        0 => Shape::Vec(vec![Shape::circle_filled(at, size, fill), Shape::circle_stroke(at, size, line)]),
        1 => corners(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        2 => corners(&[(0.0, -1.0), (1.0, 0.9), (-1.0, 0.9)]),
        3 => corners(&[(0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0)]),
        4 => corners(&[(-1.0, -0.9), (1.0, -0.9), (0.0, 1.0)]),
        _ => corners(&[(-1.1, -0.35), (1.1, -0.35), (1.1, 0.35), (-1.1, 0.35)]),
    }
}

/// Makes what is painted so far stark: white grounds, ink, bold edges.
pub fn make_stark(ctx: &Context) {
    let mut layers: Vec<LayerId> = ctx.memory(|memory| memory.layer_ids().collect());
    if !layers.contains(&LayerId::background()) {
        layers.push(LayerId::background());
    }
    ctx.graphics_mut(|graphics| {
        for layer in layers {
            let Some(list) = graphics.get_mut(layer) else { continue };
            for i in 0..list.next_idx().0 {
                list.mutate_shape(ShapeIdx(i), |clipped| stark(&mut clipped.shape));
            }
        }
    });
}

fn ground(fill: Color32) -> Color32 {
    if fill == PAPER || fill == style::slip_ground() {
        return Color32::WHITE;
    }
    let [r, g, b, a] = fill.to_srgba_unmultiplied();
    let near = |a: u8, b: u8| a.abs_diff(b) <= 2;
    // A night sheet lets nothing through any more.
    let night = a >= 200 && near(r, NIGHT.r()) && near(g, NIGHT.g()) && near(b, NIGHT.b());
    if night { NIGHT } else { fill }
}

fn ink(ink: Color32) -> Color32 {
    match ink {
        QUIET | THATCH => INK,
        SHADE => SNOW,
        ink if ink == style::blend(palette::PAPER, palette::THATCH, 0.6) => INK,
        ink => ink,
    }
}

fn edge(stroke: &mut Stroke) {
    if stroke.width > 0.0 {
        *stroke = Stroke::new(stroke.width.max(BOLD_PT), ink(stroke.color));
    }
}

fn stark(shape: &mut Shape) {
    match shape {
        Shape::Vec(shapes) => shapes.iter_mut().for_each(stark),
        // A shadow under a sheet is no ground.
        Shape::Rect(rect) if rect.blur_width == 0.0 => {
            rect.fill = ground(rect.fill);
            edge(&mut rect.stroke);
        }
        Shape::Circle(circle) => edge(&mut circle.stroke),
        Shape::LineSegment { stroke, .. } => edge(stroke),
        Shape::Path(path) => {
            if let ColorMode::Solid(colour) = &mut path.stroke.color
                && path.stroke.width > 0.0
            {
                *colour = ink(*colour);
                path.stroke.width = path.stroke.width.max(BOLD_PT);
            }
        }
        Shape::Text(_) => adjust_colors(shape, |colour| *colour = ink(*colour)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy_egui::egui::{Rect, pos2};

    #[test]
    fn every_villager_has_a_mark_of_their_own() {
        let figures: Vec<String> = (0..MARKS).map(|n| format!("{:?}", figure(n, Pos2::ZERO, 5.0))).collect();
        for (i, figure) in figures.iter().enumerate() {
            assert!(!figures[..i].contains(figure), "{i}");
        }
        let accents: Vec<Color32> = (0..MARKS).map(|n| style::accent(PersonId(n))).collect();
        for (i, accent) in accents.iter().enumerate() {
            assert!(!accents[..i].contains(accent), "{i}: two villagers share an accent, and so a mark");
        }
    }

    #[test]
    fn text_grows_no_further_than_a_window_bears() {
        for (window, expected) in
            [((1600.0, 900.0), 2.0), ((1200.0, 900.0), 1.5), ((800.0, 450.0), 1.0), ((640.0, 360.0), 1.0)]
        {
            assert_eq!(most(vec2(window.0, window.1)), expected, "{window:?}");
        }
    }

    #[test]
    fn stark_paper_is_white_with_bold_ink() {
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(10.0, 10.0));
        let mut paper = Shape::rect_filled(rect, 4, PAPER);
        stark(&mut paper);
        let mut line = Shape::line_segment([pos2(0.0, 0.0), pos2(5.0, 0.0)], Stroke::new(1.0, THATCH));
        stark(&mut line);
        let Shape::Rect(paper) = paper else { panic!() };
        assert_eq!(paper.fill, Color32::WHITE);
        let Shape::LineSegment { stroke, .. } = line else { panic!() };
        assert_eq!((stroke.width, stroke.color), (BOLD_PT, INK));
        let veil = Color32::from_rgba_unmultiplied(NIGHT.r(), NIGHT.g(), NIGHT.b(), 225);
        assert_eq!(ground(veil), NIGHT);
        assert_eq!(ground(style::CHOSEN), style::CHOSEN);
    }
}
