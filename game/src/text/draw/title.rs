//! The title: the village under snow, and what can be begun.
//!
//! Owns: that screen. Refuses to know: keys and rules.

use super::{fit, notice_lines};
use crate::plain::plain;
use crate::text::app::App;
use crate::text::keys::TITLE_ROWS;
use crate::text::palette::Palette;
use crate::text::telling::level_words;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The village's outline. `#` lit windows, `^` roofs, `A` pines: see `ink`.
const VILLAGE: [&str; 8] = [
    r"                          |                                                    ",
    r"                         /^\             _                                     ",
    r"      A        _        /^^^\       _   | |            A        A         A    ",
    r"     AAA      | |___    |   |     _| |__|_|___        AAA      AAA       AAA   ",
    r"    AAAAA    /^^^^^^\   | # |    /^^^^^^^^^^^^\  __   AAAAA    AAAAA     AAAAA  ",
    r"   AAAAAAA  /^^^^^^^^\  |   |   /^^^^^^^^^^^^^^\/^^\ AAAAAAA  AAAAAAA   AAAAAAA ",
    r"      |     | #  # | |  | # |   | #  #  # |#|  |# |    |        |         |    ",
    r"______|_____|____|_|_|__|_|_|___|______|__|_|__|__|____|________|_________|____",
];
/// Longest part of a save's name on the row that offers it, in cells.
const RESTORE_CELLS: usize = 21;
/// One flake for so many cells.
const FLAKES: u64 = 26;
/// Milliseconds in which a flake falls one row.
const FALL_MS: u64 = 420;

/// Draws the title.
pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) {
    let crashed = 2 * u16::from(app.restorable.is_some() || app.crash_folder.is_some());
    let sky_rows = area.height.saturating_sub(TITLE_ROWS as u16 + 6 + crashed).clamp(9, 26);
    let sky = Rect { height: sky_rows, ..area };
    frame.render_widget(Paragraph::new(scene(sky, app.now_ms, palette)), sky);
    let width = usize::from(area.width);
    let centred = |text: &str, style: Style| Line::from(Span::styled(text.to_string(), style)).centered();
    let mut lines = vec![
        centred("E M B E R W I C K", palette.heading()),
        centred("A lantern-lit winter village. Last night, somebody took the fire.", palette.quiet()),
        Line::default(),
    ];
    let saves = "Continue a save";
    let seed_hint = "digits; r: another";
    let rows: [(String, &str); TITLE_ROWS] = [
        ("Begin a case".to_string(), "Enter"),
        (format!("  seed   {}", app.seed.text()), seed_hint),
        (format!("  level  ‹ {} ›", level_words(app.level)), "left, right"),
        ("Today's case".to_string(), "d"),
        (saves.to_string(), "c"),
        ("How to play".to_string(), "h"),
        ("Quit".to_string(), "q"),
    ];
    let restore =
        app.restorable_name().map(|name| (format!("Restore \"{}\"", fit(&name, RESTORE_CELLS)), "u"));
    if restore.is_some() || app.crash_folder.is_some() {
        let said = match &app.crash_folder {
            Some(folder) => {
                format!("The last game ended badly: see {}", plain(&folder.display().to_string()))
            }
            None => "The last game ended badly.".to_string(),
        };
        lines.push(centred(&fit(&said, width), palette.alarm()));
    }
    let restore = restore.into_iter().map(|row| (app.restore_row(), row));
    for (i, (words, hint)) in restore.chain(rows.into_iter().enumerate()) {
        let row = format!("{words:<32}{hint:>20}");
        let (mark, style) = if i == app.at { ("▸ ", palette.chosen()) } else { ("  ", palette.text()) };
        lines.push(centred(&format!("{mark}{row} "), style));
    }
    lines.push(Line::default());
    lines.extend(notice_lines(app, width.saturating_sub(8), palette).into_iter().map(Line::centered));
    if app.notice.is_none() {
        lines.push(centred(&fit(&app.voices.node().words(), width), palette.line()));
    }
    let below = Rect { y: area.y + sky_rows, height: area.height - sky_rows, ..area };
    frame.render_widget(Paragraph::new(lines), below);
}

/// Whether a flake is at a cell: each column falls at its own pace.
fn flake(x: u64, y: u64, now_ms: u64) -> Option<char> {
    let pace = FALL_MS + x.wrapping_mul(2_654_435_761) % 300;
    let fallen = now_ms / pace;
    let mut seed =
        x.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (y.wrapping_sub(fallen)).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    seed ^= seed >> 29;
    seed = seed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    seed ^= seed >> 32;
    match seed % (FLAKES * 3) {
        0 => Some('*'),
        1 => Some('·'),
        2 => Some('.'),
        _ => None,
    }
}

fn ink(c: char, palette: Palette) -> (char, Style) {
    match c {
        '#' => ('▪', palette.warm()),
        '^' => ('▒', palette.quiet()),
        'A' => ('▲', palette.pine()),
        '_' => ('▁', palette.quiet()),
        '/' | '\\' => (c, palette.text()),
        '|' => ('│', palette.timber()),
        c => (c, palette.timber()),
    }
}

fn scene(area: Rect, now_ms: u64, palette: Palette) -> Vec<Line<'static>> {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let art_width = VILLAGE[0].len();
    let (left, top) = (width.saturating_sub(art_width) / 2, height.saturating_sub(VILLAGE.len() + 1));
    let cell = |x: usize, y: usize| {
        let in_row = |row: usize| x.checked_sub(left).and_then(|x| VILLAGE[row].as_bytes().get(x)).copied();
        let drawn = y.checked_sub(top).filter(|row| *row < VILLAGE.len()).and_then(in_row);
        let ground = y == top + VILLAGE.len() - 1;
        match drawn.map(char::from).filter(|c| *c != ' ') {
            Some(c) => ink(c, palette),
            None if ground && drawn.is_none() => ink('_', palette),
            None if y < top + VILLAGE.len() => {
                (flake(x as u64, y as u64, now_ms).unwrap_or(' '), palette.quiet())
            }
            None => (' ', palette.text()),
        }
    };
    (0..height)
        .map(|y| {
            Line::from(
                (0..width)
                    .map(|x| cell(x, y))
                    .map(|(c, s)| Span::styled(c.to_string(), s))
                    .collect::<Vec<_>>(),
            )
        })
        .collect()
}
