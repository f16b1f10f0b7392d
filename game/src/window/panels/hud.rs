//! The bar at the top, the short log of the day, and the line of news.
//!
//! Owns: those three. Refuses to know: rules and screens beyond opening them by their keys, and which keys those are (`hints`).

use super::style::{self, EDGE_PT, GAP_PT, Ground, ROUND_PT, SMALL_PT, Slip, short, slip, text};
use super::{View, hints, labels, look, over};
use crate::text::app::{App as Screens, Screen};
use crate::text::chronicle::Entry;
use crate::text::press::{Key, Press};
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy_egui::egui::{
    Align, Color32, Context, FontId, LayerId, Layout, Painter, Rect, Sense, Shape, Stroke, StrokeKind, Ui,
    pos2, vec2,
};
use engine_sim::snapshot::state::SEALS;
use engine_sim::time::{DEADLINE, MORNING};

/// Height of one row of the bar, points.
const BAR_PT: f32 = 64.0;
/// Most rows of the bar.
const ROWS_MAX: u8 = 3;
/// Between two parts of the bar that only tell, points.
const APART_PT: f32 = 14.0;
/// The width of a seal, points.
const SEAL_PT: f32 = 20.0;
/// The gauge of the day, points.
const GAUGE_PT: (f32, f32) = (120.0, 12.0);
/// Minutes before dusk from which the gauge alarms.
const LATE_MIN: u32 = 120;
/// The log's width, and its part of the window's height.
const LOG_PT: f32 = 560.0;
const LOG_PART: f32 = 0.34;
/// The widest line of news, points.
const NOTICE_PT: f32 = 760.0;
/// Entries that the log keeps in sight.
const LOG_ENTRIES: usize = 7;

/// A part of the bar that only tells.
enum Standing {
    /// Words.
    Words(String, FontId, Color32),
    /// How much of the day is over, and whether dusk is near.
    Day(f32, bool),
    /// Seals left.
    Seals(usize),
}

impl Standing {
    fn width(&self, painter: &Painter) -> f32 {
        match self {
            Standing::Words(words, font, ink) => {
                painter.layout_no_wrap(words.clone(), look::read(painter.ctx(), font.clone()), *ink).size().x
            }
            Standing::Day(..) => GAUGE_PT.0,
            Standing::Seals(_) => f32::from(SEALS) * SEAL_PT,
        }
    }
}

/// A button of the bar.
struct Opens {
    /// What it does; `None`: the window's menu.
    press: Option<Key>,
    /// The key that does the same.
    caption: String,
    /// Its words.
    name: String,
    /// Whether what it opens is up.
    is_up: bool,
}

impl Opens {
    /// The caption, where there is room for captions.
    fn caption(&self, keys: bool) -> &str {
        if keys { &self.caption } else { "" }
    }
}

/// Rows that the bar takes, and whether its buttons tell their keys: as few as its words allow in this window.
fn rows(painter: &Painter, told: &[Standing], opens: &[Opens], wide: f32) -> (u8, bool) {
    let standing: f32 = told.iter().map(|t| t.width(painter) + APART_PT).sum();
    let buttons = |keys: bool| -> f32 {
        opens.iter().map(|o| style::slip_width(painter, o.caption(keys), &o.name) + GAP_PT).sum()
    };
    let keys = buttons(true) <= wide;
    match (standing <= wide, keys) {
        _ if standing + buttons(true) <= wide => (1, true),
        (true, true) => (2, true),
        (true, false) if buttons(false) <= wide => (2, false),
        (_, keys) => (ROWS_MAX, keys),
    }
}

/// Draws the bar; gives where it ends.
pub fn bar(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, window: Rect) -> f32 {
    let (told, opens) = (standing(screens, words), buttons(ctx, screens, words));
    let painter = ctx.layer_painter(LayerId::background());
    let (rows, keys) = rows(&painter, &told, &opens, window.width() - 2.0 * style::MARGIN_PT);
    let high = look::room(ctx, BAR_PT) * f32::from(rows);
    let rect = Rect::from_min_size(window.min, vec2(window.width(), high));
    let clicked = style::sheet(ctx, "bar", rect, Ground::Night, |ui| {
        let mut clicked = None;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(APART_PT, 2.0);
            told.iter().for_each(|told| tell(ui, told));
            if rows > 1 {
                ui.end_row();
                ui.spacing_mut().item_spacing = vec2(GAP_PT, 2.0);
                clicked = open(ui, &opens, keys);
            } else {
                ui.spacing_mut().item_spacing = vec2(GAP_PT, 2.0);
                let right = Layout::right_to_left(Align::Center);
                clicked = ui.with_layout(right, |ui| open(ui, &opens, keys)).inner;
            }
        });
        clicked
    });
    match clicked {
        Some(Opens { press: Some(key), .. }) => screens.key(Press::from(*key)),
        Some(_) => over::open_menu(view),
        None => {}
    }
    rect.bottom()
}

/// Clock, place, gold, seals, notes.
fn standing(screens: &Screens<'_>, words: &Words) -> Vec<Standing> {
    let Some(world) = &screens.world else { return Vec::new() };
    let (state, village) = (world.state(), &screens.library.village);
    let late = DEADLINE.0.saturating_sub(state.now.0) <= LATE_MIN;
    let part = state.now.0.saturating_sub(MORNING.0) as f32 / (DEADLINE.0 - MORNING.0) as f32;
    let clock = DEADLINE.clock();
    let dusk = if late {
        words.say("hud-dusk-near", &[("clock", clock.into())])
    } else {
        words.say("hud-dusk", &[("clock", clock.into())])
    };
    let place = village.place(state.player.place).name.clone();
    let gold = words.say("count-gold", &[("count", state.player.gold.into())]);
    let left = usize::from(state.player.seals);
    let seals = words.say("count-seals", &[("count", left.into())]);
    let notes = labels::notes(words, state.player.notes.len());
    let counts = format!("{notes}, {}", labels::clashes(words, screens.clashes.len()));
    let small = |words: String, ink| Standing::Words(words, style::plain(SMALL_PT), ink);
    vec![
        Standing::Words(state.now.clock(), style::speech(26.0), style::PAPER),
        Standing::Day(part.clamp(0.0, 1.0), late),
        small(dusk, style::SHADE),
        Standing::Words(place, style::speech(22.0), style::PAPER),
        small(gold, style::SNOW),
        Standing::Seals(left),
        small(seals, style::SNOW),
        small(counts, style::SHADE),
    ]
}

fn tell(ui: &mut Ui, told: &Standing) {
    match told {
        Standing::Words(words, font, ink) => {
            short(ui, words.clone(), font.clone(), *ink);
        }
        Standing::Day(part, late) => {
            let (rect, _) = ui.allocate_exact_size(vec2(GAUGE_PT.0, GAUGE_PT.1), Sense::hover());
            ui.painter().rect_stroke(rect, 6, Stroke::new(1.5, style::SHADE), StrokeKind::Inside);
            let full = Rect::from_min_size(rect.min, vec2(rect.width() * part, rect.height()));
            ui.painter().rect_filled(full, 6, if *late { style::EMBER } else { style::CHOSEN });
        }
        Standing::Seals(left) => seals(ui, *left),
    }
}

/// A diamond for each seal, hollow where it is broken.
fn seals(ui: &mut Ui, left: usize) {
    let most = usize::from(SEALS);
    let (rect, _) = ui.allocate_exact_size(vec2(most as f32 * SEAL_PT, SEAL_PT), Sense::hover());
    for i in 0..most {
        let at = pos2(rect.left() + (i as f32 + 0.5) * SEAL_PT, rect.center().y);
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

/// What the bar opens.
fn buttons(ctx: &Context, screens: &Screens<'_>, words: &Words) -> Vec<Opens> {
    let opens = |action: Action, f: Option<u8>, name: String, is_up: bool| {
        let caption = hints::steady(ctx, action, words);
        Opens { press: f.map(Key::F), caption, name, is_up }
    };
    let up = |screen: Screen| screens.screen == screen;
    vec![
        opens(Action::Menu, None, words.plain("menu-title"), false),
        opens(Action::Why, Some(7), words.plain("hud-why"), screens.show_why),
        opens(Action::Help, Some(1), words.plain("hud-help"), up(Screen::Help)),
        opens(Action::Map, Some(4), words.plain("action-map"), up(Screen::Village)),
        opens(Action::Evening, Some(3), words.plain("action-evening"), up(Screen::Evening)),
        opens(Action::Notebook, Some(2), words.plain("action-notebook"), up(Screen::Notebook)),
    ]
}

/// Draws the buttons; gives the one that was clicked.
fn open<'o>(ui: &mut Ui, opens: &'o [Opens], keys: bool) -> Option<&'o Opens> {
    let mut clicked = None;
    for opens in opens {
        let look = Slip { key: opens.caption(keys), chosen: opens.is_up, ..Slip::default() };
        if slip(ui, &opens.name, look).clicked() {
            clicked = Some(opens);
        }
    }
    clicked
}

/// The last things that happened, top left; not while a talk fills the foot of a small window.
pub fn log(ctx: &Context, screens: &Screens<'_>, words: &Words, free: Rect) {
    if screens.partner().is_some() {
        return;
    }
    let width = look::room(ctx, LOG_PT).min(free.width() * 0.55);
    let height = (free.height() * LOG_PART).max(90.0).min(free.height() - 2.0 * GAP_PT);
    if height < 60.0 {
        return;
    }
    let told: Vec<(String, bool)> =
        screens.chronicle.visible().iter().filter_map(|e| told(screens, words, e)).collect();
    let most = told.len().saturating_sub(1);
    let last = told.len() - screens.log_scroll.within(most).min(told.len());
    let shown = &told[last.saturating_sub(LOG_ENTRIES)..last];
    // As many of the newest as there is room for: laid out from below, then turned.
    let rect = Rect::from_min_size(free.min + vec2(EDGE_PT, GAP_PT), vec2(width, height));
    let wrap = width - 2.0 * style::GAP_PT;
    let mut room = height - 2.0 * GAP_PT;
    let mut galleys = Vec::new();
    let newest = shown.len().saturating_sub(1);
    let painter = ctx.layer_painter(LayerId::background());
    for (i, (said, loud)) in shown.iter().enumerate().rev() {
        let ink = if i == newest || *loud { style::SNOW } else { style::SHADE };
        let galley = painter.layout(said.clone(), look::read(ctx, style::plain(SMALL_PT)), ink, wrap);
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
fn told(screens: &Screens<'_>, words: &Words, entry: &Entry) -> Option<(String, bool)> {
    Some(match entry {
        Entry::Scene(clock, told) => (format!("{clock}  {}", labels::happening(words, told)), false),
        Entry::Aside(told) => (labels::happening(words, told), false),
        Entry::Clash(told) => (format!("! {}", labels::happening(words, told)), true),
        Entry::Player(text) => (format!("{}: {text}", words.plain("talk-you")), false),
        Entry::Spoke(line) if line.shown > 0 => {
            let name = screens.library.village.name(line.speaker);
            (format!("{name}: {}", line.sentences[..line.shown].join(" ")), false)
        }
        Entry::Spoke(_) => return None,
    })
}

/// The line of news, over everything, at the top in the middle.
pub fn notice(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    let Some(notice) = screens.notice.clone().filter(|_| screens.doomed.is_none()) else { return };
    let width = (free.width() - 2.0 * EDGE_PT).min(look::room(ctx, NOTICE_PT));
    let said = labels::notice(words, &notice);
    let painter = ctx.layer_painter(LayerId::background());
    let wrap = width - 2.0 * f32::from(ROUND_PT) - 30.0;
    let galley = painter.layout(said.clone(), look::read(ctx, style::plain(SMALL_PT)), style::INK, wrap);
    // Two more than the words take, for what rounding to pixels takes.
    let size = vec2(galley.size().x + 62.0, galley.size().y + 26.0);
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
                said,
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
