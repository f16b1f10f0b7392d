//! The evening: villagers by half-hours on a board, from the notebook, with the notes behind the chosen cell.
//!
//! Owns: that page. Refuses to know: the truth, keys and rules.

use super::style::{self, BODY_PT, Ground, SMALL_PT, heading, part, text};
use super::{hints, labels, look};
use crate::text::app::App as Screens;
use crate::text::evening::{Cell, Mark, grid};
use crate::text::telling::{known_window, place_name};
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy_egui::egui::{
    Align2, Color32, Context, CursorIcon, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};
use engine_sim::ids::PersonId;
use engine_sim::snapshot::state::Note;
use engine_sim::time::Slot;

/// A cell of the board, points.
const CELL_PT: (f32, f32) = (112.0, 40.0);
/// The column of names, points.
const NAMES_PT: f32 = 104.0;
/// Part of the page that the details take, and the least of it, points.
const DETAIL_PART: f32 = 0.26;
const DETAIL_PT: f32 = 110.0;

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    let Some(world) = &screens.world else { return };
    let notes = world.state().player.notes.clone();
    let cells = grid(screens.library, &notes, &screens.clashes);
    let rect = super::page(free, look::sized(ctx, vec2(1560.0, 920.0)));
    style::sheet(ctx, "evening", rect, Ground::Paper, |ui| {
        let inner = ui.max_rect();
        let least = look::room(ctx, DETAIL_PT);
        let low = (inner.height() * DETAIL_PART).max(least).min(inner.height() / 2.0);
        let board = Rect::from_min_max(inner.min, pos2(inner.right(), inner.bottom() - low));
        let detail = Rect::from_min_max(pos2(inner.left(), board.bottom() + 6.0), inner.max);
        let upper = &mut part(ui, board);
        ScrollArea::both().id_salt("board").auto_shrink(false).show(upper, |ui| {
            head(ui, screens, words, &notes);
            strip(ui, screens, &notes, &cells);
        });
        let lower = &mut part(ui, detail);
        ScrollArea::vertical().id_salt("detail").auto_shrink(false).show(lower, |ui| {
            details(ui, screens, words, &notes, &cells);
        });
    });
}

fn head(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words, notes: &[Note]) {
    heading(ui, words.plain("evening-title"));
    ui.horizontal_wrapped(|ui| {
        if hints::button(ui, Action::Back, &words.plain("common-back"), words) {
            screens.back();
        }
        let village = &screens.library.village;
        let told = match known_window(notes) {
            (Some(present), Some(missing)) => words.say(
                "evening-window",
                &[("present", present.clock().into()), ("missing", missing.clock().into())],
            ),
            _ => words.say("evening-ask", &[("keeper", village.name(village.keeper()).into())]),
        };
        text(ui, told, style::plain(BODY_PT), style::INK);
    });
}

/// A ground for a mark; its sign stands in the cell too.
fn ground(mark: Mark) -> Color32 {
    use super::super::palette::{AMBER, EMBER, PAPER, SNOW_LIGHT, SNOW_SHADE, THATCH};
    match mark {
        Mark::Nothing => style::PAPER,
        Mark::Own => style::blend(PAPER, THATCH, 0.12),
        Mark::Seen => style::blend(PAPER, SNOW_SHADE, 0.3),
        Mark::Agreed => style::blend(PAPER, AMBER, 0.3),
        Mark::Passed => style::blend(SNOW_LIGHT, SNOW_SHADE, 0.15),
        Mark::Clash => style::blend(PAPER, EMBER, 0.25),
    }
}

fn strip(ui: &mut Ui, screens: &mut Screens<'_>, notes: &[Note], cells: &[Vec<Cell>]) {
    let (present, missing) = known_window(notes);
    let inside = |at: Slot| present.is_some_and(|p| p < at) && missing.is_some_and(|m| at < m);
    let slots: Vec<Slot> = Slot::all().collect();
    let cell_size = look::sized(ui.ctx(), vec2(CELL_PT.0, CELL_PT.1));
    let names = look::room(ui.ctx(), NAMES_PT);
    let small = look::read(ui.ctx(), style::plain(SMALL_PT));
    let size = vec2(names + cell_size.x * slots.len() as f32, cell_size.y * (cells.len() + 1) as f32);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let painter = ui.painter().clone();
    let spot = |row: usize, column: usize| {
        let min = rect.min + vec2(names + cell_size.x * column as f32, cell_size.y * (row + 1) as f32);
        Rect::from_min_size(min, cell_size).shrink(1.5)
    };
    for (column, at) in slots.iter().enumerate() {
        let top = spot(0, column).translate(vec2(0.0, -cell_size.y));
        if inside(*at) {
            painter.rect_filled(top, 4, style::CHOSEN);
        }
        let told = if inside(*at) { format!("{} *", at.clock()) } else { at.clock() };
        painter.text(top.center(), Align2::CENTER_CENTER, told, small.clone(), style::INK);
    }
    let before = screens.cell_at;
    for (row, line) in cells.iter().enumerate() {
        let who = PersonId(row as u8);
        let name = spot(row, 0).left_center() - vec2(names, 0.0);
        painter.circle(name + vec2(9.0, 0.0), 7.0, style::accent(who), Stroke::new(1.5, style::INK));
        look::mark(&painter, name + vec2(9.0, 0.0), 4.0, style::accent(who));
        let called = screens.library.village.name(who);
        painter.text(name + vec2(22.0, 0.0), Align2::LEFT_CENTER, called, small.clone(), style::INK);
        for (column, cell) in line.iter().enumerate() {
            let spot = spot(row, column);
            let response = ui.interact(spot, ui.id().with(("cell", row, column)), Sense::click());
            let chosen = before == (row, column);
            painter.rect_filled(spot, 4, if chosen { style::CHOSEN } else { ground(cell.mark) });
            let edge = if chosen || response.hovered() {
                Stroke::new(2.5, style::INK)
            } else {
                Stroke::new(1.0, style::THATCH)
            };
            painter.rect_stroke(spot, 4, edge, StrokeKind::Inside);
            if let Some(place) = cell.place {
                let told = format!("{} {}", cell.mark.sign(), place_name(screens.library, place));
                let inner = painter.with_clip_rect(spot.intersect(painter.clip_rect()));
                inner.text(
                    spot.left_center() + vec2(6.0, 0.0),
                    Align2::LEFT_CENTER,
                    told,
                    small.clone(),
                    style::INK,
                );
            }
            if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
                screens.cell_at = (row, column);
            }
        }
    }
    follow(ui, screens.cell_at, spot(screens.cell_at.0, screens.cell_at.1));
}

/// Keeps the chosen cell in sight when keys move it.
fn follow(ui: &Ui, at: (usize, usize), spot: Rect) {
    let id = ui.id().with("chosen cell");
    let before: Option<(usize, usize)> = ui.ctx().data(|data| data.get_temp(id));
    if before.is_some_and(|before| before != at) {
        ui.scroll_to_rect(spot.expand(20.0), None);
    }
    ui.ctx().data_mut(|data| data.insert_temp(id, at));
}

fn details(ui: &mut Ui, screens: &Screens<'_>, words: &Words, notes: &[Note], cells: &[Vec<Cell>]) {
    let (row, column) = screens.cell_at;
    let Some(cell) = cells.get(row).and_then(|line| line.get(column)) else { return };
    let village = &screens.library.village;
    let (name, clock) = (village.name(PersonId(row as u8)), Slot(column as u8).clock());
    let mut head = words.say("evening-cell", &[("name", name.into()), ("clock", clock.as_str().into())]);
    if let Some(place) = cell.place {
        head += &format!(": {} ({})", village.place(place).name, labels::mark(words, cell.mark));
    }
    text(ui, head, style::speech(22.0), style::INK);
    if cell.mark == Mark::Clash {
        text(ui, words.plain("evening-clash"), style::plain(SMALL_PT), style::ALARM);
    }
    if cell.notes.is_empty() {
        let nothing = words.say("evening-cell-empty", &[("name", name.into()), ("clock", clock.into())]);
        text(ui, nothing, style::plain(SMALL_PT), style::QUIET);
    }
    for &i in &cell.notes {
        text(ui, labels::note(words, screens.library, notes, i).line(), style::plain(BODY_PT), style::INK);
    }
    let marks = [Mark::Own, Mark::Seen, Mark::Agreed, Mark::Passed, Mark::Clash];
    let legend: Vec<String> =
        marks.iter().map(|m| format!("{} {}", m.sign(), labels::mark(words, *m))).collect();
    let legend = format!("{}   * {}", legend.join("   "), words.plain("evening-theft-window"));
    text(ui, legend, style::plain(SMALL_PT), style::QUIET);
}
