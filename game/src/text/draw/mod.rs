//! Drawing: from the app to a frame.
//!
//! Owns: the parts that all screens share: the bars, panels, lists, wrapping. Refuses to know: keys and rules. Drawing changes
//! nothing but keeps scroll positions within what there is.

mod accuse;
mod credits;
mod ending;
mod evening;
mod lists;
mod neighbours;
mod notebook;
mod replay;
mod scene;
mod title;
mod village;

use super::app::{App, Screen};
use super::palette::Palette;
use engine_sim::snapshot::state::SEALS;
use engine_sim::time::{DEADLINE, MORNING};
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph};

/// The smallest terminal that the game can be played in.
pub const WIDTH_MIN: u16 = 80;
/// Its rows.
pub const HEIGHT_MIN: u16 = 24;
/// Cells of the dusk gauge.
const GAUGE_CELLS: u32 = 12;
/// Milliseconds of a quarter turn of the light that says that the node works.
const TURN_MS: u64 = 200;
/// Minutes before dusk from which the gauge alarms.
const LATE_MIN: u32 = 120;

/// Draws whatever is up.
pub fn draw(frame: &mut Frame<'_>, app: &App<'_>, palette: Palette) {
    let area = frame.area();
    frame.render_widget(Block::new().style(palette.ground()), area);
    if area.width < WIDTH_MIN || area.height < HEIGHT_MIN {
        return too_small(frame, area, palette);
    }
    if app.screen == Screen::Title {
        return title::draw(frame, area, app, palette);
    }
    let in_game = app.world.is_some();
    let bars = if in_game { 2 } else { 0 };
    let [top, middle, bottom] =
        Layout::vertical([Constraint::Length(bars), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    if in_game {
        bars_of(frame, top, app, palette);
    }
    let hints = match app.screen {
        Screen::Title | Screen::Play => scene::draw(frame, middle, app, palette),
        Screen::Village => village::draw(frame, middle, app, palette),
        Screen::Seek => lists::seek(frame, middle, app, palette),
        Screen::Wait => lists::wait(frame, middle, app, palette),
        Screen::Notebook => notebook::draw(frame, middle, app, palette),
        Screen::Evening => evening::draw(frame, middle, app, palette),
        Screen::Accuse => accuse::draw(frame, middle, app, palette),
        Screen::Ending => ending::draw(frame, middle, app, palette),
        Screen::Help => lists::help(frame, middle, app, palette),
        Screen::Credits => credits::draw(frame, middle, app, palette),
        Screen::Neighbours => neighbours::draw(frame, middle, app, palette),
        Screen::Saves => lists::saves(frame, middle, app, palette),
        Screen::Replay => replay::draw(frame, middle, app, palette),
        Screen::Name => lists::name(frame, middle, app, palette),
        Screen::Leave => lists::leave(frame, middle, app, palette),
    };
    hint_bar(frame, bottom, &hints, palette);
}

fn too_small(frame: &mut Frame<'_>, area: Rect, palette: Palette) {
    let text = format!(
        "Emberwick needs {WIDTH_MIN} by {HEIGHT_MIN} characters; this terminal has {} by {}. Make it larger: \
         nothing is lost. Ctrl-Q leaves.",
        area.width, area.height
    );
    let lines: Vec<Line<'_>> = wrap(&text, usize::from(area.width)).into_iter().map(Line::from).collect();
    frame.render_widget(Paragraph::new(lines).style(palette.text()), area);
}

/// Keys and what they do, for the bottom bar.
pub type Hints = Vec<(&'static str, &'static str)>;

fn hint_bar(frame: &mut Frame<'_>, area: Rect, hints: &Hints, palette: Palette) {
    let mut spans = vec![Span::styled(" ", palette.bar())];
    let mut left = usize::from(area.width).saturating_sub(1);
    for (key, words) in hints {
        let len = Span::raw(*key).width() + Span::raw(*words).width() + 3;
        if len > left {
            break;
        }
        left -= len;
        spans.push(Span::styled(*key, palette.bar_key()));
        spans.push(Span::styled(format!(" {words}  "), palette.bar()));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)).style(palette.bar()), area);
}

/// The two rows at the top of a running game.
fn bars_of(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) {
    let Some(world) = &app.world else { return };
    let (state, village) = (world.state(), &app.library.village);
    let passed = state.now.0.saturating_sub(MORNING.0);
    let cells = (passed * GAUGE_CELLS / (DEADLINE.0 - MORNING.0)).min(GAUGE_CELLS) as usize;
    let late = DEADLINE.0.saturating_sub(state.now.0) <= LATE_MIN;
    let gauge = if late { palette.alarm() } else { palette.warm() };
    let width = usize::from(area.width);
    let node = app.voices.node();
    let light = match (node.is_ready(), app.voices.is_waiting()) {
        // It turns while the node works.
        (true, true) => ["◐", "◓", "◑", "◒"][(app.now_ms / TURN_MS % 4) as usize],
        (true, false) => "●",
        (false, _) => "○",
    };
    let left = vec![
        Span::styled(format!(" {} ", state.now.clock()), palette.heading()),
        Span::styled("█".repeat(cells), gauge),
        Span::styled("░".repeat(GAUGE_CELLS as usize - cells), palette.line()),
        Span::styled(if late { " dusk is near, 20:00" } else { " dusk 20:00" }, palette.quiet()),
        Span::raw("   "),
        Span::styled(village.place(state.player.place).name.clone(), palette.heading()),
    ];
    let room = width.saturating_sub(left.iter().map(Span::width).sum::<usize>() + 3);
    let corner = fit(&format!("{light} {}", node.words()), room);
    let items: Vec<String> = state
        .player
        .items
        .iter()
        .map(|(item, n)| match n {
            1 => village.item(*item).name.clone(),
            n => format!("{n} × {}", village.item(*item).name),
        })
        .collect();
    let items =
        if items.is_empty() { "nothing in your bag".to_string() } else { super::telling::listed(&items) };
    let seals = usize::from(state.player.seals);
    let broken = usize::from(SEALS).saturating_sub(seals);
    let second = vec![
        Span::styled(format!(" {} gold", state.player.gold), palette.text()),
        Span::styled(format!("  {} seals ", seals), palette.text()),
        Span::styled("◆".repeat(seals), palette.warm()),
        Span::styled("◇".repeat(broken), palette.alarm()),
        Span::styled(format!("  {}", counted(state.player.notes.len(), "note", "notes")), palette.text()),
        Span::styled(
            format!("  {}", counted(app.clashes.len(), "clash", "clashes")),
            if app.clashes.is_empty() { palette.quiet() } else { palette.alarm() },
        ),
        Span::styled(format!("  {items}"), palette.quiet()),
    ];
    let [first, next] = Layout::vertical([Constraint::Length(1), Constraint::Length(1)]).areas(area);
    frame.render_widget(Paragraph::new(Line::from(left)), first);
    let corner = Paragraph::new(Line::from(Span::styled(format!("{corner} "), palette.quiet())));
    frame.render_widget(corner.alignment(Alignment::Right), right_part(first, room + 2));
    frame.render_widget(Paragraph::new(Line::from(second)), next);
}

/// "1 note", "2 notes".
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", plural(count, one, many))
}

/// The word for that many.
pub fn plural<'w>(count: usize, one: &'w str, many: &'w str) -> &'w str {
    if count == 1 { one } else { many }
}

fn right_part(area: Rect, cells: usize) -> Rect {
    let cells = u16::try_from(cells).unwrap_or(u16::MAX).min(area.width);
    Rect { x: area.x + area.width - cells, width: cells, ..area }
}

/// A panel with a rounded frame.
pub fn panel<'t>(title: &'t str, palette: Palette) -> Block<'t> {
    let block = Block::bordered().border_type(BorderType::Rounded).border_style(palette.line());
    if title.is_empty() {
        return block;
    }
    block.title(Span::styled(format!(" {title} "), palette.heading()))
}

/// A panel with lines that can be scrolled down.
pub fn page(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    lines: Vec<Line<'_>>,
    app: &App<'_>,
    palette: Palette,
) {
    let block = panel(title, palette);
    let inner = block.inner(area);
    let max = lines.len().saturating_sub(usize::from(inner.height));
    let from = app.page_scroll.within(max);
    let block = if max > 0 {
        let mark = format!(" {}% ", (from * 100).div_ceil(max));
        block.title_bottom(Line::from(Span::styled(mark, palette.quiet())).right_aligned())
    } else {
        block
    };
    frame.render_widget(block, area);
    let shown: Vec<Line<'_>> = lines.into_iter().skip(from).take(usize::from(inner.height)).collect();
    frame.render_widget(Paragraph::new(shown), inner);
}

/// The window of a list in which the chosen row can be seen: the first row shown.
pub fn window(at: usize, len: usize, rows: usize) -> usize {
    at.saturating_sub(rows / 2).min(len.saturating_sub(rows))
}

/// A list with one chosen row, scrolled so that it can be seen.
pub fn choice(frame: &mut Frame<'_>, area: Rect, rows: Vec<Line<'_>>, at: usize, palette: Palette) {
    let height = usize::from(area.height);
    let from = window(at, rows.len(), height);
    let width = usize::from(area.width);
    let shown = rows.into_iter().enumerate().skip(from).take(height).map(|(i, line)| {
        if i == at {
            let text: String = line.spans.iter().map(|s| s.content.as_ref()).collect();
            Line::from(Span::styled(
                pad(&format!("▸{}", text.strip_prefix(' ').unwrap_or(&text)), width),
                palette.chosen(),
            ))
        } else {
            line
        }
    });
    frame.render_widget(Paragraph::new(shown.collect::<Vec<_>>()), area);
}

/// News, where there is any: the rows it takes.
pub fn notice_lines(app: &App<'_>, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let Some(notice) = &app.notice else { return Vec::new() };
    let (mark, style) = if notice.bad { ("! ", palette.alarm()) } else { ("· ", palette.quiet()) };
    hang(mark, style, &notice.text, style, width)
}

/// Text after a mark, with the lines below set in under the text.
pub fn hang(mark: &str, mark_style: Style, text: &str, style: Style, width: usize) -> Vec<Line<'static>> {
    let indent = Span::raw(mark).width();
    wrap(text, width.saturating_sub(indent).max(8))
        .into_iter()
        .enumerate()
        .map(|(i, row)| {
            let lead = if i == 0 { mark.to_string() } else { " ".repeat(indent) };
            Line::from(vec![Span::styled(lead, mark_style), Span::styled(row, style)])
        })
        .collect()
}

/// A text in rows of at most `width` cells, broken between words where that can be.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let (mut rows, mut row, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split_whitespace() {
        let len = Span::raw(word).width();
        if used > 0 && used + 1 + len > width {
            rows.push(std::mem::take(&mut row));
            used = 0;
        }
        if used > 0 {
            row.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let cells = Span::raw(c.to_string()).width();
            if used + cells > width {
                rows.push(std::mem::take(&mut row));
                used = 0;
            }
            row.push(c);
            used += cells;
        }
    }
    if !row.is_empty() || rows.is_empty() {
        rows.push(row);
    }
    rows
}

/// At most `width` cells, with an ellipsis where something was cut.
pub fn fit(text: &str, width: usize) -> String {
    if Span::raw(text).width() <= width {
        return text.to_string();
    }
    let (mut cut, mut used) = (String::new(), 0);
    for c in text.chars() {
        let cells = Span::raw(c.to_string()).width();
        if used + cells + 1 > width {
            break;
        }
        cut.push(c);
        used += cells;
    }
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// Exactly `width` cells: cut or filled with spaces.
pub fn pad(text: &str, width: usize) -> String {
    let text = fit(text, width);
    let missing = width.saturating_sub(Span::raw(text.as_str()).width());
    text + &" ".repeat(missing)
}

/// A typed line with its cursor, scrolled sideways so that the cursor can be seen; puts the terminal's cursor there.
pub fn typed(
    frame: &mut Frame<'_>,
    area: Rect,
    mark: &str,
    line: &super::input::InputLine,
    palette: Palette,
) {
    let (before, after) = line.halves();
    let room = usize::from(area.width).saturating_sub(Span::raw(mark).width() + 1);
    let mut shown = before;
    while Span::raw(shown.as_str()).width() > room {
        shown.remove(0);
    }
    let column = Span::raw(mark).width() + Span::raw(shown.as_str()).width();
    let rest = fit(&after, (room + 1).saturating_sub(Span::raw(shown.as_str()).width()));
    let spans = vec![
        Span::styled(mark.to_string(), palette.warm()),
        Span::styled(shown, palette.player()),
        Span::styled(rest, palette.player()),
    ];
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
    frame.set_cursor_position((
        area.x + u16::try_from(column).unwrap_or(0).min(area.width.saturating_sub(1)),
        area.y,
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_every_word_and_every_width() {
        let text = "The wheel is locked in ice; thestonesstillturnbymulewithoutanyspaces at all 雪雪雪雪雪雪";
        for width in 1..40 {
            let rows = wrap(text, width);
            assert!(rows.iter().all(|row| Span::raw(row.as_str()).width() <= width.max(2)), "{width}");
            let kept: String = rows.concat().split_whitespace().collect();
            assert_eq!(kept, text.split_whitespace().collect::<String>());
        }
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn fitting_cuts_with_an_ellipsis() {
        assert_eq!(fit("snow", 4), "snow");
        assert_eq!(fit("snowfall", 5), "snow…");
        assert_eq!(fit("snow", 0), "");
        assert_eq!(pad("ab", 4), "ab  ");
    }

    #[test]
    fn a_list_keeps_its_chosen_row_in_sight() {
        for at in 0..30 {
            let from = window(at, 30, 7);
            assert!(from <= at && at < from + 7);
        }
        assert_eq!(window(0, 3, 7), 0);
    }
}
