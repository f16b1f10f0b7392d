//! The credits: who and what the game is made of.
//!
//! Owns: that screen. Refuses to know: keys, and what is credited (`text::credits`).

use super::{Hints, hang, page};
use crate::text::app::App;
use crate::text::credits::sections;
use crate::text::palette::Palette;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Widest that the page is, in cells.
const WIDTH_MAX: u16 = 100;

/// Draws the credits.
pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let width = area.width.min(WIDTH_MAX);
    let column = Rect { x: area.x + (area.width - width) / 2, width, ..area };
    let room = usize::from(width).saturating_sub(2);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for section in sections() {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(Span::styled(section.heading, palette.heading())));
        for row in section.rows {
            lines.extend(hang(" ", palette.text(), row.name, palette.text(), room));
            let about = format!("{}. {}", row.what, row.licence);
            lines.extend(hang("    ", palette.quiet(), &about, palette.quiet(), room));
        }
    }
    page(frame, column, "Credits", lines, app, palette);
    vec![("up/down", "scroll"), ("Esc", "back")]
}
