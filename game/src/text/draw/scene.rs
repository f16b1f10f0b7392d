//! The scene: the place, who is here, what was said, and what can be said or done.
//!
//! Owns: that screen. Refuses to know: keys and rules.

use super::{Hints, fit, hang, notice_lines, pad, panel, typed, window, wrap};
use crate::text::app::App;
use crate::text::chronicle::Entry;
use crate::text::palette::Palette;
use crate::text::telling;
use engine_sim::snapshot::state::Outcome;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

/// Rows under the log: a rule, three replies, the typed line.
pub const FOOT_ROWS: u16 = 5;
/// Width of a name before a line.
const NAME_CELLS: usize = 8;

/// Draws the scene.
pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let [upper, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(FOOT_ROWS)]).areas(area);
    told(frame, upper, app, palette);
    if app.partner().is_some() {
        talk_foot(frame, foot, app, palette);
        return vec![
            ("1-3", "say"),
            ("Tab", "edit it"),
            ("Enter", "say what you typed"),
            ("Esc", "part"),
            ("F2", "notebook"),
            ("F3", "evening"),
            ("F7", "why"),
            ("F1", "help"),
            ("F5", "save"),
            ("PgUp", "earlier"),
        ];
    }
    if app.outcome() != Outcome::Open {
        closed_foot(frame, foot, app, palette);
        return vec![
            ("Enter", "what really happened"),
            ("n", "notebook"),
            ("e", "evening"),
            ("v", "save"),
            ("q", "title"),
        ];
    }
    deeds_foot(frame, foot, app, palette);
    vec![
        ("arrows+Enter", "or the letter"),
        ("PgUp", "earlier"),
        ("F7", "why on/off"),
        ("F1", "help"),
        ("Ctrl-Q", "leave the game"),
    ]
}

/// The place beside the log.
pub fn told(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) {
    let side = match area.width {
        0..100 => 27,
        100..140 => 33,
        _ => 40,
    };
    let [left, right] = Layout::horizontal([Constraint::Length(side), Constraint::Fill(1)]).areas(area);
    place(frame, left, app, palette);
    log(frame, right, app, palette);
}

fn place(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) {
    let Some(world) = &app.world else { return };
    let (state, village) = (world.state(), &app.library.village);
    let here = state.player.place;
    let name = telling::capital(telling::place_name(app.library, here));
    let block = panel(&name, palette);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let mut lines: Vec<Line<'_>> = Vec::new();
    let words = match app.partner() {
        Some(who) => &village.villager(who).card,
        None => &village.place(here).note,
    };
    lines.extend(wrap(words, width).into_iter().map(|row| Line::from(Span::styled(row, palette.quiet()))));
    if here == village.ember_house() {
        let floor =
            if state.player.searched { "The floor: searched." } else { "The floor: not yet searched." };
        lines.push(Line::from(Span::styled(floor, palette.text())));
    }
    lines.push(Line::default());
    let present = world.present();
    if present.is_empty() {
        lines.push(Line::from(Span::styled("Nobody is here.", palette.quiet())));
    }
    let roomy = lines.len() + 2 * present.len() <= height;
    for (i, &who) in present.iter().enumerate() {
        let (mark, mood) = telling::mood(state, who);
        let lead = if app.partner() == Some(who) { "▸".to_string() } else { (i + 1).to_string() };
        let mood = format!("{mark} {mood}");
        let gap = width.saturating_sub(lead.chars().count() + 1 + mood.chars().count());
        lines.push(Line::from(vec![
            Span::styled(format!("{lead} "), palette.warm()),
            Span::styled(pad(village.name(who), gap), palette.accent(who)),
            Span::styled(mood, palette.quiet()),
        ]));
        if roomy {
            let met = if state.people[who.index()].met { "" } else { ", not met yet" };
            let trade = format!("  {}{met}", village.villager(who).trade);
            lines.push(Line::from(Span::styled(fit(&trade, width), palette.quiet())));
        }
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

fn log(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) {
    let title = match app.partner() {
        Some(who) => format!("Talking with {}", app.library.village.name(who)),
        None => "The day".to_string(),
    };
    let block = panel(&title, palette);
    let inner = block.inner(area);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let mut lines = log_lines(app, width, palette);
    lines.extend(notice_lines(app, width, palette));
    let max = lines.len().saturating_sub(height);
    let back = app.log_scroll.within(max);
    let block = if back > 0 {
        let mark = format!(" {back} rows below: PgDn ");
        block.title_bottom(Line::from(Span::styled(mark, palette.warm())).right_aligned())
    } else {
        block
    };
    frame.render_widget(block, area);
    let shown: Vec<Line<'_>> = lines.into_iter().skip(max - back).take(height).collect();
    frame.render_widget(Paragraph::new(shown), inner);
}

fn log_lines(app: &App<'_>, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut asides: Vec<String> = Vec::new();
    let lead = |name: &str| pad(name, NAME_CELLS);
    let flush = |asides: &mut Vec<String>, lines: &mut Vec<Line<'static>>| {
        if !asides.is_empty() {
            let text = std::mem::take(asides).join(" · ");
            lines.extend(hang(&lead("      ·"), palette.quiet(), &text, palette.quiet(), width));
        }
    };
    for entry in app.chronicle.visible() {
        if let Entry::Aside(text) = entry {
            asides.push(text.to_string());
            continue;
        }
        flush(&mut asides, &mut lines);
        match entry {
            Entry::Scene(clock, text) => {
                if !lines.is_empty() {
                    lines.push(Line::default());
                }
                lines.extend(hang(&lead(clock), palette.quiet(), &text.to_string(), palette.quiet(), width));
            }
            Entry::Player(text) => {
                lines.extend(hang(&lead("You"), palette.text(), text, palette.player(), width))
            }
            Entry::Clash(text) => lines.extend(hang(
                &lead("      !"),
                palette.alarm(),
                &text.to_string(),
                palette.alarm(),
                width,
            )),
            Entry::Spoke(line) => {
                let name = lead(app.library.village.name(line.speaker));
                let said = line.sentences[..line.shown].join(" ");
                lines.extend(hang(&name, palette.accent(line.speaker), &said, palette.text(), width));
                if app.show_why && line.shown == line.sentences.len() {
                    let why = format!("why: {}", line.why.told(app.library));
                    lines.extend(hang(&lead(""), palette.line(), &why, palette.line(), width));
                }
            }
            Entry::Aside(_) => {}
        }
    }
    flush(&mut asides, &mut lines);
    if let Some((pending, _)) = app.world.as_ref().and_then(|w| w.awaiting())
        && app.voices.is_waiting()
        && !app.chronicle.revealing()
    {
        let dots = ".".repeat((app.now_ms / 400 % 3) as usize + 1);
        let name = lead(app.library.village.name(pending.speaker));
        let words = format!("is thinking{dots}");
        lines.extend(hang(&name, palette.accent(pending.speaker), &words, palette.quiet(), width));
    }
    lines
}

/// The rule over the foot.
pub fn foot<'t>(title: &'t str, palette: Palette) -> Block<'t> {
    Block::new()
        .borders(Borders::TOP)
        .border_style(palette.line())
        .title(Span::styled(format!(" {title} "), palette.heading()))
}

fn talk_foot(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) {
    let name = app.partner().map_or("", |who| app.library.village.name(who));
    let title = format!("Say to {name}");
    let block = foot(&title, palette);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let rows = Layout::vertical([Constraint::Length(1); 4]).split(inner);
    for (i, row) in rows.iter().take(3).enumerate() {
        let Some(reply) = app.replies.get(i).filter(|_| !app.speaking()) else { continue };
        let (mark, ink) = match app.reply_chosen == Some(i) {
            true => ('▸', palette.chosen()),
            false => (' ', palette.player()),
        };
        let line = Line::from(vec![
            Span::styled(format!("{mark}{} ", i + 1), palette.warm()),
            Span::styled(fit(reply, usize::from(inner.width).saturating_sub(4)), ink),
        ]);
        frame.render_widget(Paragraph::new(line), *row);
    }
    if app.speaking() {
        let words = if app.chronicle.revealing() { " Enter shows the rest at once" } else { " …" };
        frame.render_widget(Paragraph::new(Span::styled(words, palette.quiet())), rows[0]);
    }
    typed(frame, rows[3], " › ", &app.line, palette);
    if app.line.is_empty() {
        let hint = "or type anything";
        let after = Rect { x: rows[3].x + 4, width: rows[3].width.saturating_sub(4), ..rows[3] };
        frame.render_widget(Paragraph::new(Span::styled(hint, palette.line())), after);
    }
}

fn deeds_foot(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) {
    let block = foot("What now?", palette);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let deeds = app.deeds();
    let rows = usize::from(inner.height).max(1);
    let columns = (usize::from(inner.width) / 20).max(1);
    let cells = usize::from(inner.width) / columns;
    // Read row by row; with a crowd there are more rows than can be seen at once.
    let all_rows = deeds.len().div_ceil(columns);
    let from = window(app.at / columns, all_rows, rows);
    let mut lines = Vec::new();
    for row in from..(from + rows).min(all_rows) {
        let mut spans = Vec::new();
        for (i, (key, words, _)) in deeds.iter().enumerate().skip(row * columns).take(columns) {
            if i == app.at {
                spans.push(Span::styled(pad(&format!("▸{key} {words}"), cells - 1), palette.chosen()));
                spans.push(Span::raw(" "));
            } else {
                spans.push(Span::styled(format!(" {key} "), palette.warm()));
                spans.push(Span::styled(pad(words, cells - 3), palette.text()));
            }
        }
        lines.push(Line::from(spans));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

fn closed_foot(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) {
    let block = foot(crate::text::story::headline(app.outcome()), palette);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let line = Line::from(vec![
        Span::styled(" Enter ", palette.warm()),
        Span::styled("What really happened, half-hour by half-hour", palette.text()),
    ]);
    frame.render_widget(Paragraph::new(vec![Line::default(), line]), inner);
}
