//! Portraits: a villager's head and shoulders, the very figure that stands in the village, painted once and kept.
//!
//! Owns: which portraits are on the graphics card, at which sizes, and drawing one into a frame. Refuses to know: how somebody sits
//! (`sitting`) and how triangles become pixels (`raster`). Who it is stands beside it in words.

mod raster;
mod sitting;

use super::style;
use bevy::color::Srgba;
use bevy_egui::egui::epaint::RectShape;
use bevy_egui::egui::{
    Color32, Context, CornerRadius, Id, Painter, Rect, Stroke, StrokeKind, TextureHandle, TextureOptions,
    Vec2, pos2, vec2,
};
use engine_sim::content::Village;
use engine_sim::ids::PersonId;

/// Portraits are painted in whole steps of so many pixels, wide and tall: at a window's size each is hardly larger than shown.
const STEP_PX: [usize; 2] = [72, 81];
/// Most steps; what is shown larger is stretched.
const STEPS_MAX: usize = 6;
/// Width of a frame's edge, points.
const EDGE_PT: f32 = 3.0;

/// Draws somebody into a frame of their colour.
pub fn paint(painter: &Painter, rect: Rect, village: &Village, who: PersonId) {
    let (round, accent) = (CornerRadius::same(style::ROUND_PT), style::accent(who));
    let picture = picture(painter.ctx(), &village.villager(who).id, accent, rect.size());
    painter.add(
        RectShape::filled(rect, round, Color32::WHITE).with_texture(picture.id(), part_shown(rect.size())),
    );
    painter.rect_stroke(rect, round, Stroke::new(EDGE_PT, accent), StrokeKind::Inside);
}

/// Somebody's picture for a frame of this size, painted when it is first asked for.
fn picture(ctx: &Context, key: &str, accent: Color32, size: Vec2) -> TextureHandle {
    let steps = steps(size * ctx.pixels_per_point());
    let id = Id::new(("portrait", key, steps));
    if let Some(kept) = ctx.data(|data| data.get_temp(id)) {
        return kept;
    }
    let accent = Srgba::rgb_u8(accent.r(), accent.g(), accent.b());
    let image = sitting::paint(key, accent, STEP_PX.map(|side| side * steps));
    let picture = ctx.load_texture("portrait", image, TextureOptions::LINEAR);
    ctx.data_mut(|data| data.insert_temp(id, picture.clone()));
    picture
}

/// The fewest steps with a pixel for each of the frame's.
fn steps(frame_px: Vec2) -> usize {
    let most = (frame_px.x / STEP_PX[0] as f32).max(frame_px.y / STEP_PX[1] as f32);
    (most.ceil() as usize).clamp(1, STEPS_MAX)
}

/// The part of a picture that fills a frame of this size unstretched: a wide frame cuts the chest, a tall one both sides.
fn part_shown(frame: Vec2) -> Rect {
    let wider = frame.x / frame.y * STEP_PX[1] as f32 / STEP_PX[0] as f32;
    let part = vec2(wider.min(1.0), (1.0 / wider).min(1.0));
    Rect::from_min_size(pos2((1.0 - part.x) / 2.0, 0.0), part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portrait_is_painted_once_for_each_person_and_size() {
        let ctx = Context::default();
        let of = |key, side| picture(&ctx, key, style::THATCH, Vec2::splat(side)).id();
        assert_eq!(of("nell", 60.0), of("nell", 60.0));
        assert_eq!(of("nell", 60.0), of("nell", 64.0), "a little larger is the same step");
        assert_ne!(of("nell", 60.0), of("nell", 160.0));
        assert_ne!(of("nell", 60.0), of("bram", 60.0));
    }

    #[test]
    fn a_portrait_has_a_pixel_for_each_of_its_frame_up_to_a_limit() {
        assert_eq!(steps(vec2(72.0, 81.0)), 1);
        assert_eq!(steps(vec2(168.0, 190.0)), 3);
        assert_eq!(steps(vec2(60.0, 82.0)), 2);
        assert_eq!(steps(vec2(9000.0, 9000.0)), STEPS_MAX);
        assert_eq!(steps(vec2(0.0, f32::NAN)), 1);
    }

    #[test]
    fn a_frame_shows_an_unstretched_part_with_the_head_in_it() {
        for frame in [vec2(168.0, 190.0), vec2(120.0, 140.0), vec2(72.0, 81.0), vec2(200.0, 100.0)] {
            let part = part_shown(frame);
            let shown = vec2(part.width() * STEP_PX[0] as f32, part.height() * STEP_PX[1] as f32);
            let stretch = (frame.x / shown.x) / (frame.y / shown.y);
            assert!((stretch - 1.0).abs() < 1e-3, "{frame:?} is stretched by {stretch}");
            assert!((part.center().x - 0.5).abs() < 1e-3 && part.top() == 0.0, "{frame:?}: {part:?}");
            assert!(part.left() >= 0.0 && part.bottom() <= 1.0, "{frame:?}: {part:?}");
        }
    }
}
