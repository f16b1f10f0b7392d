//! Bubble: a slip of paper with a tail, with somebody's name and what they murmur.
//!
//! Owns: how it looks and where there is room for it. Refuses to know: whose head its tail points at, and how long it stays. It covers
//! no panel and no other slip: where there is no such room there is none. Lengths are in points.

use crate::window::panels::{look, style};
use bevy_egui::egui::epaint::Shadow;
use bevy_egui::egui::{
    Color32, Context, CornerRadius, Galley, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2,
};
use std::sync::Arc;

/// Width at which a line wraps, at the usual size of text, and the least width of the paper.
const WRAP_PT: f32 = 260.0;
const WIDTH_MIN_PT: f32 = 96.0;
/// From the paper's edge to its words.
const PAD: Vec2 = vec2(12.0, 8.0);
/// The stripe in the speaker's colour, and with a mark on it.
const STRIPE_PT: f32 = 6.0;
const MARKED_STRIPE_PT: f32 = 14.0;
/// From the paper to the head, half the tail's width at the paper, and from there to the paper's corners at least.
const TAIL_PT: f32 = 16.0;
const TAIL_HALF_PT: f32 = 9.0;
const TAIL_IN_PT: f32 = 32.0;
/// Room around a slip.
const APART_PT: f32 = 6.0;
/// Where a slip is tried: higher by parts of its height, to the sides by parts of its width.
const LIFTS: [f32; 3] = [0.0, 0.5, 1.1];
const SHIFTS: [f32; 3] = [0.0, 0.35, -0.35];
/// The edge of a stark slip.
const BOLD_PT: f32 = 2.5;

/// A slip, laid out.
pub struct Bubble {
    name: Arc<Galley>,
    line: Arc<Galley>,
    accent: Color32,
    stripe: f32,
    /// The paper's.
    pub size: Vec2,
}

impl Bubble {
    /// Lays one out.
    pub fn new(painter: &Painter, name: &str, line: &str, accent: Color32) -> Bubble {
        let ctx = painter.ctx();
        let look = look::of(ctx);
        let quiet = if look.contrast { style::INK } else { style::QUIET };
        let face = look::read(ctx, style::plain(style::SMALL_PT));
        let name = painter.layout_no_wrap(name.to_string(), face, quiet);
        let face = look::read(ctx, style::speech(style::BODY_PT));
        let line = painter.layout(line.to_string(), face, style::INK, WRAP_PT * look.text);
        let stripe = if look.marks { MARKED_STRIPE_PT } else { STRIPE_PT };
        let words = vec2(name.size().x.max(line.size().x), name.size().y + line.size().y);
        let size = words + PAD * 2.0 + vec2(stripe, 0.0);
        Bubble { name, line, accent, stripe, size: vec2(size.x.max(WIDTH_MIN_PT), size.y) }
    }

    /// Paints it at a place that [`place`] has found.
    pub fn paint(self, painter: &Painter, rect: Rect, tip: Pos2) {
        let stark = look::of(painter.ctx()).contrast;
        let ground = if stark { Color32::WHITE } else { style::slip_ground() };
        let edge = if stark { Stroke::new(BOLD_PT, style::INK) } else { Stroke::new(1.0, style::THATCH) };
        let round = CornerRadius::same(style::ROUND_PT);
        let night = style::NIGHT;
        let dark = Color32::from_rgba_unmultiplied(night.r(), night.g(), night.b(), 90);
        painter.add(Shadow { offset: [0, 3], blur: 10, spread: 0, color: dark }.as_shape(rect, round));
        painter.rect_filled(rect, round, ground);
        let band = Rect::from_min_size(rect.min, vec2(self.stripe, rect.height()));
        let left = CornerRadius { nw: style::ROUND_PT, sw: style::ROUND_PT, ne: 0, se: 0 };
        painter.rect_filled(band, left, self.accent);
        look::mark(painter, band.center(), 4.5, self.accent);
        painter.rect_stroke(rect, round, edge, StrokeKind::Inside);
        // The tail's paper begins within the slip's, so that no edge runs between them.
        let (root, foot) = (root(rect, tip), rect.bottom() - edge.width - 0.5);
        let [a, b] = [-TAIL_HALF_PT, TAIL_HALF_PT].map(|x| pos2(root + x, foot));
        painter.add(Shape::convex_polygon(vec![a, b, tip], ground, Stroke::NONE));
        painter.line_segment([a, tip], edge);
        painter.line_segment([b, tip], edge);
        let at = rect.min + PAD + vec2(self.stripe, 0.0);
        let below = at + vec2(0.0, self.name.size().y);
        painter.galley(at, self.name, style::INK);
        painter.galley(below, self.line, style::INK);
    }
}

/// Where the tail begins, from the left.
fn root(rect: Rect, tip: Pos2) -> f32 {
    tip.x.clamp(rect.left() + TAIL_IN_PT, rect.right() - TAIL_IN_PT)
}

/// All of the tail: what comes later must not cover it, or nobody sees who speaks.
pub fn tail(rect: Rect, tip: Pos2) -> Rect {
    Rect::from_two_pos(pos2(root(rect, tip), rect.bottom()), tip).expand2(vec2(TAIL_HALF_PT, 0.0))
}

/// Where a slip of this size has room whose tail points at `tip`: within what is free, over nothing that is taken, itself and its tail.
/// With the place comes its number; the one that is held is tried first, so that nothing jumps while it is read.
pub fn place(
    tip: Pos2,
    size: Vec2,
    free: Rect,
    taken: &[Rect],
    held: Option<usize>,
) -> Option<(usize, Rect)> {
    if !free.contains(tip) || size.x >= free.width() || taken.iter().any(|t| t.contains(tip)) {
        return None;
    }
    let at = |number: usize| {
        let (lift, shift) = (LIFTS[number / SHIFTS.len()], SHIFTS[number % SHIFTS.len()]);
        let left = (tip.x + (shift - 0.5) * size.x).clamp(free.left(), free.right() - size.x);
        let top = tip.y - TAIL_PT - (lift + 1.0) * size.y;
        (number, Rect::from_min_size(pos2(left, top), size))
    };
    let all = 0..LIFTS.len() * SHIFTS.len();
    let held = held.filter(|number| all.contains(number));
    held.into_iter().chain(all).map(at).find(|(_, rect)| {
        let (paper, tail) = (rect.expand(APART_PT), tail(*rect, tip));
        free.contains_rect(*rect) && taken.iter().all(|t| !t.intersects(paper) && !t.intersects(tail))
    })
}

/// Where panels are. What lies under the whole window is none.
pub fn panels(ctx: &Context) -> Vec<Rect> {
    let whole = ctx.content_rect();
    ctx.memory(|memory| {
        let layers = memory.areas().visible_layer_ids();
        let rects = layers.into_iter().filter_map(|layer| memory.area_rect(layer.id));
        rects.filter(|rect| !rect.contains_rect(whole)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saves::Saves;
    use crate::small_talk::small_talk;
    use crate::text::app::App as Screens;
    use crate::voices::Voices;
    use crate::window::panels::{self as sheets, View};
    use crate::window::words::Words;
    use bevy_egui::egui::{LayerId, RawInput};
    use engine_sim::cases::Difficulty;
    use engine_sim::library::Library;
    use engine_sim::world::Setup;

    const WINDOW: Rect = Rect { min: Pos2::ZERO, max: pos2(1600.0, 900.0) };
    const SIZE: Vec2 = vec2(280.0, 90.0);

    /// Draws some frames; new sheets have their size after the first.
    fn frames(ctx: &Context, mut draw: impl FnMut(&Context)) {
        for _ in 0..3 {
            let input = RawInput { screen_rect: Some(WINDOW), ..RawInput::default() };
            let mut out = ctx.run_ui(input, |ui| draw(ui.ctx()));
            // There is no card to give them to.
            out.textures_delta.clear();
        }
    }

    /// The place of one that holds none.
    fn place(tip: Pos2, size: Vec2, free: Rect, taken: &[Rect]) -> Option<Rect> {
        super::place(tip, size, free, taken, None).map(|(_, rect)| rect)
    }

    #[test]
    fn a_slip_stays_where_it_is_read_when_others_go() {
        let tip = pos2(900.0, 500.0);
        let first = place(pos2(700.0, 500.0), SIZE, WINDOW, &[]).unwrap();
        let (number, beside) = super::place(tip, SIZE, WINDOW, &[first], None).expect("there is room");
        assert_eq!(super::place(tip, SIZE, WINDOW, &[], Some(number)), Some((number, beside)));
        let nearer = place(tip, SIZE, WINDOW, &[]).unwrap();
        assert_ne!(nearer, beside, "it would jump");
        let elsewhere = super::place(tip, SIZE, WINDOW, &[beside], Some(number)).map(|(number, _)| number);
        assert_ne!(elsewhere, Some(number), "what is taken is taken");
        assert_eq!(super::place(tip, SIZE, WINDOW, &[], Some(usize::MAX)), Some((0, nearer)));
    }

    fn dressed() -> Context {
        let ctx = Context::default();
        style::dress(&ctx);
        ctx
    }

    #[test]
    fn a_slip_stands_over_the_head_and_within_what_is_free() {
        let rect = place(pos2(800.0, 500.0), SIZE, WINDOW, &[]).unwrap();
        assert_eq!((rect.center().x, rect.bottom(), rect.size()), (800.0, 500.0 - TAIL_PT, SIZE));
        for tip in [pos2(3.0, 500.0), pos2(1597.0, 500.0)] {
            let rect = place(tip, SIZE, WINDOW, &[]).unwrap();
            assert!(WINDOW.contains_rect(rect), "{rect:?}");
        }
        for tip in [pos2(-5.0, 500.0), pos2(1700.0, 500.0), pos2(800.0, 950.0), pos2(800.0, 40.0)] {
            assert_eq!(
                place(tip, SIZE, WINDOW, &[]),
                None,
                "{tip:?} is out of the picture, or there is no room"
            );
        }
    }

    #[test]
    fn slips_give_way_to_what_is_taken_or_are_not_shown() {
        let first = place(pos2(800.0, 500.0), SIZE, WINDOW, &[]).unwrap();
        let beside = place(pos2(1050.0, 500.0), SIZE, WINDOW, &[first]).expect("there is room to the right");
        assert!(!beside.intersects(first) && beside.center().x > 1050.0);
        assert_eq!(place(pos2(830.0, 500.0), SIZE, WINDOW, &[first]), None, "its tail would cross the first");
        // One that stands close below: its paper leaves the first one's tail in sight.
        let tip = pos2(800.0, first.bottom() + 2.0 * APART_PT + SIZE.y + TAIL_PT);
        let (papers, both) = ([first], [first, tail(first, pos2(800.0, 500.0))]);
        let close = place(tip, SIZE, WINDOW, &papers).expect("there is room below the paper");
        assert!(close.intersects(both[1]), "{close:?}");
        let kept = place(tip, SIZE, WINDOW, &both);
        assert!(kept.is_none_or(|kept| !kept.intersects(both[1])), "{kept:?}");
        let panel = Rect::from_min_max(pos2(0.0, 560.0), WINDOW.max);
        assert_eq!(place(pos2(800.0, 600.0), SIZE, WINDOW, &[panel]), None, "the head is behind a panel");
        let low = Rect::from_min_max(pos2(0.0, 0.0), pos2(900.0, 470.0));
        assert_eq!(place(pos2(500.0, 500.0), SIZE, WINDOW, &[low]), None, "there is a panel over the head");
    }

    #[test]
    fn no_panel_of_a_game_is_ever_covered() {
        let library = Library::shipped().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup { seed: 7, level: Difficulty::Normal };
        let mut screens =
            Screens::new(&library, setup, Saves::in_dir(folder.path()), Voices::new(None), 1_800_000_000);
        screens.begin(setup);
        let (ctx, words, mut view, mut taken) = (dressed(), Words::default(), View::default(), Vec::new());
        frames(&ctx, |ctx| {
            sheets::draw(ctx, &mut screens, &mut view, &words);
            taken = panels(ctx);
        });
        assert!(taken.iter().any(|r| r.top() < 4.0 && r.width() > 1500.0), "where is the bar? {taken:?}");
        assert!(
            taken.iter().any(|r| r.bottom() > 860.0 && r.height() > 40.0),
            "where are the deeds? {taken:?}"
        );
        let tips =
            (0..16).flat_map(|x| (0..9).map(move |y| pos2(50.0, 50.0) + vec2(x as f32, y as f32) * 100.0));
        let places: Vec<Rect> = tips.filter_map(|tip| place(tip, SIZE, WINDOW, &taken)).collect();
        assert!(places.len() > 10, "{} places beside {taken:?}", places.len());
        for rect in places {
            assert!(taken.iter().all(|t| !t.intersects(rect)), "{rect:?}");
        }
    }

    #[test]
    fn words_are_large_enough_and_the_paper_holds_them() {
        let library = Library::shipped().unwrap();
        let village = &library.village;
        let ctx = dressed();
        for text in [1.0, 2.0] {
            look::set(&ctx, look::Look { text, ..look::Look::default() });
            frames(&ctx, |ctx| {
                let painter = ctx.layer_painter(LayerId::background());
                for who in village.people() {
                    for line in small_talk(&library.lines, who) {
                        let bubble = Bubble::new(&painter, village.name(who), line, style::accent(who));
                        let sections = bubble.name.job.sections.iter().chain(&bubble.line.job.sections);
                        let least = sections.map(|s| s.format.font_id.size).fold(f32::MAX, f32::min);
                        assert!(least >= style::SMALL_PT * text, "{least}");
                        let widest = WRAP_PT * text + 2.0 * PAD.x + MARKED_STRIPE_PT;
                        assert!(
                            bubble.size.x <= widest && bubble.size.y < 240.0 * text,
                            "{line}: {:?}",
                            bubble.size
                        );
                        let rect = place(pos2(800.0, 700.0), bubble.size, WINDOW, &[]).unwrap();
                        bubble.paint(&painter, rect, pos2(800.0, 700.0));
                    }
                }
            });
        }
    }
}
