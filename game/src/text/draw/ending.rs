//! The ending: what really happened, as a story that can be scrolled.
//!
//! Owns: that screen. Refuses to know: keys and rules.

use super::{Hints, hang, page, wrap};
use crate::text::app::App;
use crate::text::palette::Palette;
use crate::text::story::{Piece, headline, share_words};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

/// Widest column of a story that reads well.
const COLUMN_CELLS_MAX: u16 = 100;

/// Draws the ending.
pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let [_, column, _] = Layout::horizontal([
        Constraint::Fill(1),
        Constraint::Length(area.width.min(COLUMN_CELLS_MAX)),
        Constraint::Fill(1),
    ])
    .areas(area);
    let width = usize::from(column.width).saturating_sub(2);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for piece in &app.story {
        match piece {
            Piece::Heading(heading) => {
                if !lines.is_empty() {
                    lines.push(Line::default());
                }
                lines.push(Line::from(Span::styled(heading.words(), palette.heading())));
            }
            Piece::Text(text) => lines.extend(paragraph(text, width, palette)),
            Piece::Share(setup) => lines.extend(paragraph(&share_words(*setup), width, palette)),
            Piece::Hour(clock, text, theft) => {
                let style = if *theft { palette.alarm() } else { palette.text() };
                let mark = format!("{} {clock}  ", if *theft { "◈" } else { " " });
                lines.extend(hang(&mark, palette.quiet(), text, style, width));
            }
            Piece::Clue(text, known) => {
                let mark = if *known { "  you had it   " } else { "  you missed   " };
                let style = if *known { palette.warm() } else { palette.quiet() };
                lines.extend(hang(mark, style, text, palette.text(), width));
            }
        }
    }
    page(frame, column, headline(app.outcome()), lines, app, palette);
    vec![
        ("up/down PgUp/PgDn", "scroll"),
        ("n", "notebook"),
        ("e", "evening"),
        ("q", "title"),
        ("Esc", "back"),
    ]
}

fn paragraph(text: &str, width: usize, palette: Palette) -> Vec<Line<'static>> {
    wrap(text, width).into_iter().map(|row| Line::from(Span::styled(row, palette.text()))).collect()
}
