//! The bar at the top, the short log of the day, and the line of news.
//!
//! Owns: those three. Refuses to know: rules and screens beyond opening them by their keys.

use super::style::{self, EDGE_PT, GAP_PT, Ground, ROUND_PT, SMALL_PT, Slip, short, slip, text};
use super::words;
use crate::text::app::{App as Screens, Screen};
use crate::text::chronicle::Entry;
use crate::text::press::{Key, Press};
use bevy_egui::egui::{Align, Context, Layout, Rect, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2};
use engine_sim::snapshot::state::SEALS;
use engine_sim::time::{DEADLINE, MORNING};

/// Height of one row of the bar, points.
const BAR_PT: f32 = 54.0;
/// Widths below which the bar takes two rows, and three.
const WIDE_PT: f32 = 1500.0;
const NARROW_PT: f32 = 860.0;
/// The gauge of the day, points.
const GAUGE_PT: (f32, f32) = (120.0, 12.0);
/// Minutes before dusk from which the gauge alarms.
const LATE_MIN: u32 = 120;
/// The log's width, and its part of the window's height.
const LOG_PT: f32 = 560.0;
const LOG_PART: f32 = 0.34;
/// Entries that the log keeps in sight.
const LOG_ENTRIES: usize = 7;

/// Draws the bar; gives where it ends.
pub fn bar(ctx: &Context, screens: &mut Screens<'_>, window: Rect) -> f32 {
    let rows = if window.width() >= WIDE_PT {
        1.0
    } else if window.width() >= NARROW_PT {
        2.0
    } else {
        3.0
    };
    let rect = Rect::from_min_size(window.min, vec2(window.width(), BAR_PT * rows));
    style::sheet(ctx, "bar", rect, Ground::Night, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(14.0, 2.0);
            standing(ui, screens);
            if rows > 1.0 {
                ui.end_row();
                ui.spacing_mut().item_spacing = vec2(GAP_PT, 2.0);
                buttons(ui, screens, rows < 3.0);
            } else {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| buttons(ui, screens, true));
            }
        });
    });
    rect.bottom()
}

/// Clock, place, gold, seals, notes.
fn standing(ui: &mut Ui, screens: &Screens<'_>) {
    let Some(world) = &screens.world else { return };
    let (state, village) = (world.state(), &screens.library.village);
    short(ui, state.now.clock(), style::speech(26.0), style::PAPER);
    let late = DEADLINE.0.saturating_sub(state.now.0) <= LATE_MIN;
    let part = state.now.0.saturating_sub(MORNING.0) as f32 / (DEADLINE.0 - MORNING.0) as f32;
    let (rect, _) = ui.allocate_exact_size(vec2(GAUGE_PT.0, GAUGE_PT.1), Sense::hover());
    ui.painter().rect_stroke(rect, 6, Stroke::new(1.5, style::SHADE), StrokeKind::Inside);
    let full = Rect::from_min_size(rect.min, vec2(rect.width() * part.clamp(0.0, 1.0), rect.height()));
    ui.painter().rect_filled(full, 6, if late { style::EMBER } else { style::CHOSEN });
    short(ui, if late { words::dusk_near() } else { words::dusk() }, style::plain(SMALL_PT), style::SHADE);
    short(ui, village.place(state.player.place).name.clone(), style::speech(22.0), style::PAPER);
    short(ui, words::gold(state.player.gold), style::plain(SMALL_PT), style::SNOW);
    seals(ui, usize::from(state.player.seals));
    short(ui, words::seals(usize::from(state.player.seals)), style::plain(SMALL_PT), style::SNOW);
    let counts =
        format!("{}, {}", words::notes(state.player.notes.len()), words::clashes(screens.clashes.len()));
    short(ui, counts, style::plain(SMALL_PT), style::SHADE);
}

/// A diamond for each seal, hollow where it is broken.
fn seals(ui: &mut Ui, left: usize) {
    let most = usize::from(SEALS);
    let (rect, _) = ui.allocate_exact_size(vec2(most as f32 * 20.0, 20.0), Sense::hover());
    for i in 0..most {
        let at = pos2(rect.left() + 10.0 + i as f32 * 20.0, rect.center().y);
        let points =
            vec![at + vec2(0.0, -8.0), at + vec2(7.0, 0.0), at + vec2(0.0, 8.0), at + vec2(-7.0, 0.0)];
        let edge = Stroke::new(1.5, style::CHOSEN);
        ui.painter().add(if i < left {
            Shape::convex_polygon(points, style::CHOSEN, edge)
        } else {
            Shape::closed_line(points, edge)
        });
    }
}

fn buttons(ui: &mut Ui, screens: &mut Screens<'_>, keys: bool) {
    let entries = [
        (7, words::why(), screens.show_why),
        (1, words::help(), screens.screen == Screen::Help),
        (5, words::save(), screens.screen == Screen::Name),
        (4, words::map(), screens.screen == Screen::Village),
        (3, words::evening(), screens.screen == Screen::Evening),
        (2, words::notebook(), screens.screen == Screen::Notebook),
    ];
    for (f, name, chosen) in entries {
        let key = if keys { format!("F{f}") } else { String::new() };
        if slip(ui, name, Slip { key: &key, chosen, ..Slip::default() }).clicked() {
            screens.key(Press::from(Key::F(f)));
        }
    }
}

/// The last things that happened, top left; not while a talk fills the foot of a small window.
pub fn log(ctx: &Context, screens: &Screens<'_>, free: Rect) {
    if screens.partner().is_some() {
        return;
    }
    let width = LOG_PT.min(free.width() * 0.55);
    let height = (free.height() * LOG_PART).max(90.0).min(free.height() - 2.0 * GAP_PT);
    if height < 60.0 {
        return;
    }
    let told: Vec<(String, bool)> =
        screens.chronicle.visible().iter().filter_map(|e| told(screens, e)).collect();
    let most = told.len().saturating_sub(1);
    let last = told.len() - screens.log_scroll.within(most).min(told.len());
    let shown = &told[last.saturating_sub(LOG_ENTRIES)..last];
    // As many of the newest as there is room for: laid out from below, then turned.
    let rect = Rect::from_min_size(free.min + vec2(EDGE_PT, GAP_PT), vec2(width, height));
    let wrap = width - 2.0 * style::GAP_PT;
    let mut room = height - 2.0 * GAP_PT;
    let mut galleys = Vec::new();
    let newest = shown.len().saturating_sub(1);
    let painter = ctx.layer_painter(bevy_egui::egui::LayerId::background());
    for (i, (words, loud)) in shown.iter().enumerate().rev() {
        let ink = if i == newest || *loud { style::SNOW } else { style::SHADE };
        let galley = painter.layout(words.clone(), super::look::read(ctx, style::plain(SMALL_PT)), ink, wrap);
        room -= galley.size().y + 4.0;
        if room < 0.0 && !galleys.is_empty() {
            break;
        }
        galleys.push((galley, ink));
    }
    let used: f32 = galleys.iter().map(|(g, _)| g.size().y + 4.0).sum();
    if galleys.is_empty() {
        return;
    }
    let rect = Rect::from_min_size(rect.min, vec2(width, (used + 2.0 * GAP_PT).min(free.height())));
    style::sheet(ctx, "log", rect, Ground::Night, |ui| {
        let mut at = rect.min + vec2(GAP_PT, GAP_PT);
        for (galley, ink) in galleys.into_iter().rev() {
            let down = galley.size().y + 4.0;
            ui.painter().galley(at, galley, ink);
            at.y += down;
        }
    });
}

/// An entry for the short log, and whether it stays bright.
fn told(screens: &Screens<'_>, entry: &Entry) -> Option<(String, bool)> {
    Some(match entry {
        Entry::Scene(clock, text) => (format!("{clock}  {text}"), false),
        Entry::Aside(text) => (text.clone(), false),
        Entry::Clash(text) => (format!("! {text}"), true),
        Entry::Player(text) => (format!("{}: {text}", words::you()), false),
        Entry::Spoke(line) if line.shown > 0 => {
            let name = screens.library.village.name(line.speaker);
            (format!("{name}: {}", line.sentences[..line.shown].join(" ")), false)
        }
        Entry::Spoke(_) => return None,
    })
}

/// The line of news, over everything, at the top in the middle.
pub fn notice(ctx: &Context, screens: &mut Screens<'_>, free: Rect) {
    let Some(notice) = screens.notice.clone().filter(|_| screens.doomed.is_none()) else { return };
    let width = (free.width() - 2.0 * EDGE_PT).min(760.0);
    let words = if notice.bad { format!("{} {}", words::trouble(), notice.text) } else { notice.text };
    let painter = ctx.layer_painter(bevy_egui::egui::LayerId::background());
    let wrap = width - 2.0 * f32::from(ROUND_PT) - 30.0;
    let galley = painter.layout(words.clone(), super::look::read(ctx, style::plain(SMALL_PT)), style::INK, wrap);
    let size = vec2(galley.size().x + 60.0, galley.size().y + 26.0);
    let rect = Rect::from_min_size(pos2(free.center().x - size.x / 2.0, free.top() + 4.0), size);
    let clicked = bevy_egui::egui::Area::new(bevy_egui::egui::Id::new("notice"))
        .order(bevy_egui::egui::Order::Foreground)
        .fixed_pos(rect.min)
        .constrain(false)
        .fade_in(false)
        .show(ctx, |ui| {
            let response = ui.allocate_rect(rect, Sense::click());
            ui.painter().rect_filled(rect, ROUND_PT, style::PAPER);
            let ink = if notice.bad { style::ALARM } else { style::THATCH };
            ui.painter().rect_stroke(rect, ROUND_PT, Stroke::new(3.0, ink), StrokeKind::Inside);
            let mut inner = style::part(ui, rect.shrink2(vec2(30.0, 12.0)));
            text(
                &mut inner,
                words,
                style::plain(SMALL_PT),
                if notice.bad { style::ALARM } else { style::INK },
            );
            response.clicked()
        })
        .inner;
    if clicked {
        screens.notice = None;
    }
}
