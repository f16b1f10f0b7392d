//! The settings screen on paper: tabs, rows with their values, keys, questions; and what a click on them does.
//!
//! Owns: how that looks. Refuses to know: what a row changes (`rows`) and what keys do here (`super`).

use super::rows::{Row, TABS, change, rows, said};
use super::{Ask, Changes, Chip, Sheet, chips, close};
use crate::text::app::App as Screens;
use crate::window::apply::Chosen;
use crate::window::keys::{Action, Stroke};
use crate::window::panels::style::{
    self, BODY_PT, GAP_PT, Ground, SMALL_PT, Slip, button, heading, part, slip, text,
};
use crate::window::panels::{View, hints, look, page};
use crate::window::words::Words;
use bevy::input::keyboard::KeyCode as K;
use bevy_egui::egui::{
    Context, CornerRadius, CursorIcon, Rect, ScrollArea, Sense, Shape, Stroke as Edge, StrokeKind, Ui, pos2,
    vec2,
};
use std::ops::RangeInclusive;

/// The sheet, points, and that of a question.
const SHEET_PT: (f32, f32) = (1000.0, 940.0);
const QUESTION_PT: (f32, f32) = (760.0, 260.0);
/// Its foot, and the least height at which there is room for a heading, points.
const FOOT_PT: f32 = 46.0;
const HEADED_PT: f32 = 430.0;
/// A row, points, and its part from which its value stands.
const ROW_PT: f32 = 46.0;
const VALUE_PART: f32 = 0.56;

/// What a click on the screen does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Click {
    Tab(usize),
    Row(usize),
    Step(usize, i32),
    Choose(usize, usize),
    Chip(usize, usize),
    Answer(bool),
    Leave,
}

/// Draws the screen and does what was clicked.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, words: &Words, window: Rect) {
    let View { sheet, chosen, .. } = view;
    let click = match sheet.ask {
        Some(ask) => question(ctx, sheet, ask, words, window),
        None => {
            let rect = page(window, look::sized(ctx, vec2(SHEET_PT.0, SHEET_PT.1)));
            style::sheet(ctx, "settings", rect, Ground::Paper, |ui| whole(ui, sheet, chosen, words))
        }
    };
    sheet.moved = false;
    let Some(click) = click else { return };
    if click == Click::Leave {
        return close(screens, view, words);
    }
    let View { sheet, chosen, .. } = view;
    let mut changes = Changes { chosen, full_screen: false, words };
    sheet.said = None;
    match click {
        Click::Leave => {}
        Click::Tab(tab) => {
            sheet.tab = tab;
            (sheet.at, sheet.chip) = (0, 0);
        }
        Click::Row(at) => {
            (sheet.at, sheet.chip) = (at + 1, 0);
            if let Some(row @ (Row::Flag(..) | Row::FullScreen | Row::Reset)) = rows(sheet.tab).get(at) {
                sheet.enter(row, 0, &mut changes);
            }
        }
        Click::Step(at, by) => {
            (sheet.at, sheet.chip) = (at + 1, 0);
            if let Some(row) = rows(sheet.tab).get(at) {
                change(row, &mut changes.chosen.settings, by, false);
            }
        }
        Click::Choose(at, chip) => (sheet.at, sheet.chip) = (at + 1, chip),
        Click::Chip(at, chip) => {
            (sheet.at, sheet.chip) = (at + 1, chip);
            if let Some(row) = rows(sheet.tab).get(at) {
                sheet.enter(row, chip, &mut changes);
            }
        }
        Click::Answer(yes) => match sheet.ask {
            Some(Ask::Taken(action, stroke, _)) => sheet.decide(yes, action, stroke, &mut changes),
            _ => sheet.ask = None,
        },
    }
    let full_screen = changes.full_screen;
    view.wishes.full_screen |= full_screen;
}

fn whole(ui: &mut Ui, sheet: &Sheet, chosen: &Chosen, words: &Words) -> Option<Click> {
    let inner = ui.max_rect();
    let mut click = None;
    if inner.height() > look::room(ui.ctx(), HEADED_PT) {
        heading(ui, words.plain("settings-title"));
    }
    ui.horizontal_wrapped(|ui| {
        for (i, tab) in TABS.iter().enumerate() {
            if slip(ui, &words.plain(tab), Slip { chosen: i == sheet.tab, ..Slip::default() }).clicked() {
                click = Some(Click::Tab(i));
            }
        }
    });
    let top = ui.cursor().top();
    let foot = inner.bottom() - look::room(ui.ctx(), FOOT_PT);
    let list =
        Rect::from_min_max(pos2(inner.left(), top), pos2(inner.right(), (foot - GAP_PT).max(top + ROW_PT)));
    let mut ui_list = part(ui, list);
    let name = ("settings", sheet.tab);
    ScrollArea::vertical().id_salt(name).auto_shrink(false).show(&mut ui_list, |ui| {
        for (i, row) in rows(sheet.tab).iter().enumerate() {
            let on = sheet.at == i + 1;
            let done = match row {
                Row::Keys(action) => keys_row(ui, sheet, chosen, words, *action, (i, on)),
                row => value_row(ui, sheet, chosen, words, row, (i, on)),
            };
            click = click.or(done);
        }
    });
    let mut ui_foot = part(ui, Rect::from_min_max(pos2(inner.left(), foot), inner.max));
    ui_foot.horizontal_top(|ui| {
        if hints::button(ui, Action::Back, &words.plain("common-back"), words) {
            click = Some(Click::Leave);
        }
        if let Some(said) = &sheet.said {
            text(ui, said.clone(), style::plain(SMALL_PT), style::ALARM);
        }
    });
    click
}

fn value_row(
    ui: &mut Ui,
    sheet: &Sheet,
    chosen: &Chosen,
    words: &Words,
    row: &Row,
    (i, on): (usize, bool),
) -> Option<Click> {
    let mut settings = chosen.settings.clone();
    let (label, value) = said(row, &mut settings, words);
    let width = ui.available_width() - 8.0;
    let split = width * VALUE_PART;
    let font = look::read(ui.ctx(), style::plain(BODY_PT));
    let label = ui.painter().layout(label, font.clone(), style::INK, split - 44.0);
    let value = ui.painter().layout(value, font, style::INK, (width - split - 64.0).max(60.0));
    let height = (label.size().y.max(value.size().y) + 16.0).max(ROW_PT);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    if on && sheet.moved {
        response.scroll_to_me(None);
    }
    let painter = ui.painter();
    let round = CornerRadius::same(6);
    painter.rect_filled(rect, round, if on { style::CHOSEN } else { style::slip_ground() });
    let edge = if response.hovered() { Edge::new(2.0, style::INK) } else { Edge::new(1.0, style::THATCH) };
    painter.rect_stroke(rect, round, edge, StrokeKind::Inside);
    if on {
        style::pointer_mark(painter, pos2(rect.left() + 12.0, rect.center().y), 6.0, style::INK);
    }
    painter.galley(pos2(rect.left() + 30.0, rect.center().y - label.size().y / 2.0), label, style::INK);
    let area = Rect::from_min_max(pos2(rect.left() + split, rect.top()), rect.max);
    let steps = !matches!(row, Row::Flag(..) | Row::FullScreen | Row::Reset);
    if steps {
        for (x, way) in [(area.left() + 14.0, -1.0), (area.right() - 14.0, 1.0)] {
            let at = pos2(x, area.center().y);
            let corners =
                vec![at + vec2(-4.0 * way, -7.0), at + vec2(6.0 * way, 0.0), at + vec2(-4.0 * way, 7.0)];
            painter.add(Shape::convex_polygon(corners, style::INK, Edge::NONE));
        }
    }
    if let Row::Percent(_, range, _, of) = row {
        gauge(ui, area, f32::from(*of(&mut settings)), range);
    }
    let at = pos2(area.center().x - value.size().x / 2.0, area.center().y - value.size().y / 2.0);
    ui.painter().galley(at, value, style::INK);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if !response.clicked() {
        return None;
    }
    let pointer = response.interact_pointer_pos().unwrap_or(rect.left_center());
    Some(match pointer.x {
        x if steps && x >= area.center().x => Click::Step(i, 1),
        x if steps && x >= area.left() => Click::Step(i, -1),
        _ => Click::Row(i),
    })
}

/// How much of its range a value fills, as a line under it.
fn gauge(ui: &Ui, area: Rect, value: f32, range: &RangeInclusive<u16>) {
    let (least, most) = (f32::from(*range.start()), f32::from(*range.end()));
    let part = ((value - least) / (most - least)).clamp(0.0, 1.0);
    let (left, right) = (area.left() + 30.0, area.right() - 30.0);
    let y = area.bottom() - 7.0;
    ui.painter().hline(left..=right, y, Edge::new(2.0, style::THATCH));
    ui.painter().hline(left..=left + (right - left) * part, y, Edge::new(5.0, style::INK));
}

fn keys_row(
    ui: &mut Ui,
    sheet: &Sheet,
    chosen: &Chosen,
    words: &Words,
    action: Action,
    (i, on): (usize, bool),
) -> Option<Click> {
    let mut click = None;
    let label = words.say(&action.message(), &[]);
    let response = ui.horizontal_wrapped(|ui| {
        let width = Some((ui.available_width() * 0.34).max(120.0));
        if slip(ui, &label, Slip { chosen: on, width, ..Slip::default() }).clicked() {
            click = Some(Click::Row(i));
        }
        for (n, chip) in chips(&chosen.bindings, action).into_iter().enumerate() {
            let here = on && n == sheet.chip;
            // Where one is not, the keys alone tell enough.
            let name = match chip {
                Chip::Remove(stroke) if here => {
                    words.say("keys-remove", &[("key", stroke.shown(words).into())])
                }
                Chip::Remove(stroke) => stroke.shown(words),
                Chip::Add if on => words.plain("keys-add"),
                Chip::Reset if on => words.plain("settings-reset"),
                Chip::Add => "+".to_string(),
                Chip::Reset => continue,
            };
            if slip(ui, &name, Slip { chosen: here, ..Slip::default() }).clicked() {
                // The first click on a key chooses it, so that none goes by accident.
                let sure = here || !matches!(chip, Chip::Remove(_));
                click = Some(if sure { Click::Chip(i, n) } else { Click::Choose(i, n) });
            }
        }
    });
    if on && sheet.moved {
        response.response.scroll_to_me(None);
    }
    click
}

/// Which key? Or: give it away?
fn question(ctx: &Context, sheet: &Sheet, ask: Ask, words: &Words, window: Rect) -> Option<Click> {
    let rect = page(window, look::sized(ctx, vec2(QUESTION_PT.0, QUESTION_PT.1)));
    let mut click = None;
    style::sheet(ctx, "settings question", rect, Ground::Paper, |ui| {
        let action = |action: Action| words.say(&action.message(), &[]);
        match ask {
            Ask::Press(to) => {
                let asked = words.say("keys-press", &[("action", action(to).into())]);
                text(ui, asked, style::speech(BODY_PT), style::INK);
                if button(ui, &Stroke::Key(K::Escape).shown(words), &words.plain("common-cancel")) {
                    click = Some(Click::Answer(false));
                }
            }
            Ask::Taken(to, stroke, other) => {
                let key = stroke.shown(words);
                let asked = words.say(
                    "keys-taken-ask",
                    &[("key", key.into()), ("other", action(other).into()), ("action", action(to).into())],
                );
                text(ui, asked, style::speech(BODY_PT), style::INK);
                ui.horizontal_wrapped(|ui| {
                    let back = hints::action(ui.ctx(), Action::Back, words);
                    let give = Slip { chosen: sheet.yes, ..Slip::default() };
                    if slip(ui, &words.plain("keys-take"), give).clicked() {
                        click = Some(Click::Answer(true));
                    }
                    let keep = Slip { key: &back, chosen: !sheet.yes, ..Slip::default() };
                    if slip(ui, &words.plain("common-cancel"), keep).clicked() {
                        click = Some(Click::Answer(false));
                    }
                });
            }
        }
    });
    click
}
