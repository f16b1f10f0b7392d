//! A save that is watched: what was said, how far it is, and the ways to go on.
//!
//! Owns: that panel. Refuses to know: how a replay goes on (`text::replay`).

use super::style::{self, BODY_PT, EDGE_PT, GAP_PT, Ground, SMALL_PT, button, part, text};
use super::talk::said;
use super::{View, hints, look};
use crate::text::app::App as Screens;
use crate::text::press::Key;
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy_egui::egui::{Context, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

/// The sheet's part of the window's height, and its least and greatest height, points.
const PART: f32 = 0.36;
const HEIGHT_PT: (f32, f32) = (250.0, 400.0);
/// Widest that the sheet is, points.
const WIDE_PT: f32 = 1300.0;
/// The log's part of the sheet's width.
const LOG_PART: f32 = 0.6;
/// Height of the bar that tells how far it is, points.
const BAR_PT: f32 = 14.0;

/// What was asked for.
enum Ask {
    PlayOrPause,
    Step,
    Pace(bool),
    Again,
    Stop,
}

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, free: Rect) {
    let most = free.height() - GAP_PT;
    let (least, tallest) = (look::room(ctx, HEIGHT_PT.0), look::room(ctx, HEIGHT_PT.1));
    let height = (ctx.content_rect().height() * PART).clamp(least, tallest).min(most);
    let width = (free.width() - 2.0 * EDGE_PT).min(look::room(ctx, WIDE_PT));
    let min = pos2(free.center().x - width / 2.0, free.bottom() - height - EDGE_PT.min(free.height() / 20.0));
    let asked =
        style::sheet(ctx, "replay", Rect::from_min_size(min, vec2(width, height)), Ground::Paper, |ui| {
            let inner = ui.max_rect();
            let split = inner.left() + inner.width() * LOG_PART;
            let log = Rect::from_min_max(inner.min, pos2(split - GAP_PT, inner.bottom()));
            said(&mut part(ui, log), screens, words, view);
            let right = Rect::from_min_max(pos2(split + GAP_PT, inner.top()), inner.max);
            let mut right = part(ui, right);
            ScrollArea::vertical()
                .id_salt("ways")
                .auto_shrink(false)
                .show(&mut right, |ui| controls(ui, screens, words))
                .inner
        });
    match asked {
        Some(Ask::PlayOrPause) => screens.play_or_pause(),
        Some(Ask::Step) => screens.step_watched(),
        Some(Ask::Pace(faster)) => screens.pace_watched(faster),
        Some(Ask::Again) => screens.watch_again(),
        Some(Ask::Stop) => screens.stop_watching(),
        None => {}
    }
    ctx.request_repaint();
}

fn controls(ui: &mut Ui, screens: &Screens<'_>, words: &Words) -> Option<Ask> {
    let replay = screens.replay.as_ref()?;
    let (at, all) = replay.progress();
    let title = words.say("replay-title", &[("name", replay.name.as_str().into())]);
    text(ui, title, style::plain(BODY_PT), style::INK);
    bar(ui, at, all);
    let far =
        words.say("replay-far", &[("at", at.into()), ("all", all.into()), ("speed", replay.speed().into())]);
    text(ui, far, style::plain(SMALL_PT), style::QUIET);
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        let play = match (replay.is_playing, replay.is_over()) {
            (true, _) => words.plain("replay-pause"),
            (false, true) => words.plain("replay-again"),
            (false, false) => words.plain("replay-play"),
        };
        let key = |key| hints::key(ui.ctx(), screens, key, words);
        let action = |action| hints::action(ui.ctx(), action, words);
        let ways = [
            (action(Action::Confirm), play, Ask::PlayOrPause),
            (key(Key::Right), words.plain("replay-step"), Ask::Step),
            (key(Key::Up), words.plain("replay-faster"), Ask::Pace(true)),
            (key(Key::Down), words.plain("replay-slower"), Ask::Pace(false)),
            (key(Key::Home), words.plain("replay-begin"), Ask::Again),
            (action(Action::Back), words.plain("replay-stop"), Ask::Stop),
        ];
        for (key, name, ask) in ways {
            if button(ui, &key, &name) {
                asked = Some(ask);
            }
        }
    });
    asked
}

/// How far it is: full at the end.
fn bar(ui: &mut Ui, at: usize, all: usize) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), BAR_PT), Sense::hover());
    let part = if all == 0 { 1.0 } else { (at as f32 / all as f32).min(1.0) };
    let full = Rect::from_min_size(rect.min, vec2(rect.width() * part, rect.height()));
    ui.painter().rect_filled(full, 4, style::CHOSEN);
    ui.painter().rect_stroke(rect, 4, Stroke::new(1.5, style::INK), StrokeKind::Inside);
}
