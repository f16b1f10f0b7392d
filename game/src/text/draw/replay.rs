//! A save that is watched: the place and the log as in play, and under them how far it is.
//!
//! Owns: that screen. Refuses to know: keys, and how a replay goes on (`text::replay`).

use super::scene::{self, FOOT_ROWS};
use super::{Hints, fit, notice_lines};
use crate::text::app::App;
use crate::text::palette::Palette;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let Some(replay) = &app.replay else { return Hints::new() };
    let [upper, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(FOOT_ROWS)]).areas(area);
    scene::told(frame, upper, app, palette);
    let name = fit(&replay.name, usize::from(area.width).saturating_sub(20));
    let title = format!("Watching \"{name}\"");
    let block = scene::foot(&title, palette);
    let inner = block.inner(foot);
    frame.render_widget(block, foot);
    let (at, all) = replay.progress();
    let cells = usize::from(inner.width).saturating_sub(2);
    let full = (at * cells).checked_div(all).unwrap_or(cells).min(cells);
    let state = match (replay.is_playing, replay.is_over()) {
        (true, _) => "playing",
        (false, true) => "the end",
        (false, false) => "paused",
    };
    let mut lines = vec![
        Line::from(vec![
            Span::styled(format!(" {}", "█".repeat(full)), palette.warm()),
            Span::styled("░".repeat(cells - full), palette.line()),
        ]),
        Line::from(vec![
            Span::styled(format!(" {state}"), palette.heading()),
            Span::styled(format!(", {at} of {all} steps, speed {}", replay.speed()), palette.text()),
        ]),
    ];
    lines.extend(notice_lines(app, cells, palette));
    frame.render_widget(Paragraph::new(lines), inner);
    vec![
        ("Space", "play or pause"),
        ("right", "one step"),
        ("up/down", "speed"),
        ("Home", "again"),
        ("PgUp", "earlier"),
        ("Esc", "stop"),
    ]
}
