//! The village: the plan beside the list of places, with minutes and who is seen there.
//!
//! Owns: that screen. Refuses to know: keys and rules.

use super::{Hints, choice, hang, notice_lines, pad, panel, wrap};
use crate::text::app::App;
use crate::text::palette::Palette;
use crate::text::plan::{Kind, View, plan};
use crate::text::telling::{initials, place_name};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Width of the list.
const LIST_CELLS: u16 = 32;

/// Draws the village.
pub fn draw(frame: &mut Frame<'_>, area: ratatui::layout::Rect, app: &App<'_>, palette: Palette) -> Hints {
    let Some(world) = &app.world else { return Hints::new() };
    let village = &app.library.village;
    let [left, right] = Layout::horizontal([Constraint::Length(LIST_CELLS), Constraint::Fill(1)]).areas(area);
    let walks = app.walks();
    let goal = walks.get(app.at).map(|&(place, _)| place);
    let initials = initials(app.library);
    let block = panel("Walk to", palette);
    let inner = block.inner(left);
    frame.render_widget(block, left);
    let rows = walks.iter().map(|&(place, minutes)| {
        let seen: Vec<&str> = world.at(place).iter().map(|w| initials[w.index()].as_str()).collect();
        Line::from(vec![
            Span::styled(format!(" {}", pad(place_name(app.library, place), 13)), palette.text()),
            Span::styled(format!("{minutes:>3} min  "), palette.quiet()),
            Span::styled(seen.join(" "), palette.warm()),
        ])
    });
    let [list, below] =
        Layout::vertical([Constraint::Length(walks.len() as u16 + 1), Constraint::Fill(1)]).areas(inner);
    choice(frame, list, rows.collect(), app.at, palette);
    let width = usize::from(below.width);
    let mut lines = notice_lines(app, width, palette);
    if let Some(goal) = goal {
        let there = world.at(goal);
        let names: Vec<String> = there.iter().map(|w| village.name(*w).to_string()).collect();
        let seen = if names.is_empty() { "nobody".to_string() } else { names.join(", ") };
        lines.extend(hang("There: ", palette.quiet(), &seen, palette.text(), width));
        if lines.len() + 3 <= usize::from(below.height) {
            let note = wrap(&village.place(goal).note, width);
            lines.extend(note.into_iter().map(|row| Line::from(Span::styled(row, palette.quiet()))));
        }
    }
    frame.render_widget(Paragraph::new(lines), below);
    let block = panel("Emberwick", palette).title_bottom(Line::from(Span::styled(
        " @ you  ◈ Ember House  ⌂ inside  ○ outside ",
        palette.quiet(),
    )));
    let inner = block.inner(right);
    frame.render_widget(block, right);
    let people = village.place_ids().map(|place| world.at(place)).collect();
    let view = View { library: app.library, here: world.state().player.place, goal, people };
    let grid = plan(&view, usize::from(inner.width), usize::from(inner.height));
    let lines: Vec<Line<'_>> = grid
        .into_iter()
        .map(|row| {
            let spans = row.into_iter().map(|(c, kind)| {
                let style = match kind {
                    Kind::Snow => palette.ground(),
                    Kind::Path => palette.line(),
                    Kind::Way | Kind::Player | Kind::House => palette.warm(),
                    Kind::Name => palette.quiet(),
                    Kind::Chosen => palette.chosen(),
                    Kind::Person(who) => palette.accent(who),
                };
                Span::styled(c.to_string(), style)
            });
            Line::from(spans.collect::<Vec<_>>())
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
    vec![("up/down", "choose"), ("Enter", "walk there"), ("Esc", "back")]
}
