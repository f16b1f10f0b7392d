//! The evening: villagers by half-hours, from the notebook, with the notes behind each cell.
//!
//! Owns: that screen. Refuses to know: keys and rules.

use super::{Hints, fit, hang, panel};
use crate::text::app::App;
use crate::text::evening::{Cell, Mark, grid, place_code};
use crate::text::palette::Palette;
use crate::text::telling::{known_window, told};
use engine_sim::ids::PersonId;
use engine_sim::snapshot::state::Note;
use engine_sim::time::Slot;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Width of a name.
const NAME_CELLS: usize = 9;
/// Fewest cells of a half-hour: "4:00" and a space.
const SLOT_CELLS_MIN: usize = 5;
/// Most.
const SLOT_CELLS_MAX: usize = 15;
/// Cells from which a place's name is written rather than its first two letters.
const NAMED_CELLS: usize = 9;

/// Draws the evening.
pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let Some(world) = &app.world else { return Hints::new() };
    let notes = &world.state().player.notes;
    let people = app.library.village.villagers.len() as u16;
    let [upper, lower] = Layout::vertical([Constraint::Length(people + 3), Constraint::Fill(1)]).areas(area);
    let cells = grid(app.library, notes, &app.clashes);
    let title = match known_window(notes) {
        (Some(present), Some(missing)) => {
            format!("The evening: the ember was there at {} and gone by {}", present.clock(), missing.clock())
        }
        _ => "The evening: ask the keeper when the ember was last seen, and when missed".to_string(),
    };
    let block = panel(&title, palette);
    let inner = block.inner(upper);
    frame.render_widget(block, upper);
    let page = Page { app, notes, cells: &cells, palette };
    page.strip(frame, inner);
    page.detail(frame, lower);
    vec![("arrows", "choose"), ("F2", "notebook"), ("Esc", "back")]
}

/// What both halves of the screen are drawn from.
struct Page<'a> {
    app: &'a App<'a>,
    notes: &'a [Note],
    cells: &'a [Vec<Cell>],
    palette: Palette,
}

impl Page<'_> {
    fn strip(&self, frame: &mut Frame<'_>, area: Rect) {
        let Page { app, notes, cells, palette } = *self;
        let (row_at, column_at) = app.cell_at;
        let room = usize::from(area.width).saturating_sub(NAME_CELLS);
        let slots: Vec<Slot> = Slot::all().collect();
        let each = (room / slots.len()).clamp(SLOT_CELLS_MIN, SLOT_CELLS_MAX);
        let shown = (room / each).min(slots.len());
        let from = super::window(column_at, slots.len(), shown);
        let (present, missing) = known_window(notes);
        let inside = |at: Slot| present.is_some_and(|p| p < at) && missing.is_some_and(|m| at < m);
        let mut head = vec![Span::raw(" ".repeat(NAME_CELLS))];
        for &at in &slots[from..from + shown] {
            let clock = if each > SLOT_CELLS_MIN { at.clock() } else { afternoon_clock(at) };
            let (words, style) =
                if inside(at) { (format!("{clock}*"), palette.warm()) } else { (clock, palette.quiet()) };
            head.push(Span::styled(super::pad(&words, each), style));
        }
        let mut lines = vec![Line::from(head)];
        for (row, line) in cells.iter().enumerate() {
            let who = PersonId(row as u8);
            let lead = if row == row_at { "▸" } else { " " };
            let name = super::pad(&format!("{lead}{}", app.library.village.name(who)), NAME_CELLS);
            let mut spans = vec![Span::styled(name, palette.accent(who))];
            for (column, cell) in line.iter().enumerate().skip(from).take(shown) {
                let chosen = row == row_at && column == column_at;
                let words = cell_words(app, cell, each);
                let style = if chosen { palette.chosen() } else { cell_style(cell.mark, palette) };
                spans.push(Span::styled(super::pad(&words, each - 1), style));
                spans.push(Span::raw(" "));
            }
            lines.push(Line::from(spans));
        }
        frame.render_widget(Paragraph::new(lines), area);
    }

    fn detail(&self, frame: &mut Frame<'_>, area: Rect) {
        let Page { app, notes, cells, palette } = *self;
        let (row, column) = app.cell_at;
        let width = usize::from(area.width).saturating_sub(2);
        let mut lines = vec![Line::from(Span::styled(
            " ? their own word   + another's word   = both agree   > seen passing   ! contradicted   * the window",
            palette.quiet(),
        ))];
        if width < 100 {
            let words = " ? own word  + another's  = both agree  > seen passing  ! contradicted  * window";
            lines[0] = Line::from(Span::styled(fit(words, usize::from(area.width)), palette.quiet()));
        }
        let Some(cell) = cells.get(row).and_then(|line| line.get(column)) else { return };
        let who = PersonId(row as u8);
        let at = Slot(column as u8);
        let place = cell.place.map_or("", |p| app.library.village.place(p).name.as_str());
        lines.push(Line::from(vec![
            Span::styled(
                format!(" {} at {}", app.library.village.name(who), at.clock()),
                palette.accent(who),
            ),
            Span::styled(if place.is_empty() { String::new() } else { format!(": {place}") }, palette.text()),
        ]));
        if cell.notes.is_empty() {
            lines.push(Line::from(Span::styled("   nothing is noted", palette.quiet())));
        }
        for &i in &cell.notes {
            let line = told(app.library, notes, i).line();
            lines.extend(hang("   ", palette.quiet(), &line, palette.text(), width));
        }
        frame.render_widget(Paragraph::new(lines), area);
    }
}

/// "7:30" for "19:30": the whole evening is after noon.
fn afternoon_clock(at: Slot) -> String {
    let minute = at.start().0 % (12 * 60);
    format!("{}:{:02}", minute / 60, minute % 60)
}

fn cell_words(app: &App<'_>, cell: &Cell, each: usize) -> String {
    match cell.place {
        Some(place) if each >= NAMED_CELLS => {
            let name = crate::text::telling::place_name(app.library, place);
            format!("{}{}", fit(name, each - 2), cell.mark.sign())
        }
        Some(place) => format!("{}{}", place_code(app.library, place), cell.mark.sign()),
        None => "·".to_string(),
    }
}

fn cell_style(mark: Mark, palette: Palette) -> Style {
    match mark {
        Mark::Clash => palette.alarm(),
        Mark::Agreed | Mark::Seen => palette.text(),
        Mark::Own | Mark::Passed => palette.quiet(),
        Mark::Nothing => palette.line(),
    }
}
