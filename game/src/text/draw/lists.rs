//! Small screens: whom to look for, how long to wait, saves, the name of one, leaving, and how to play.
//!
//! Owns: those screens. Refuses to know: keys and rules.

use super::{Hints, choice, hang, notice_lines, pad, page, panel, typed};
use crate::saves::SLOT_CHARS_MAX;
use crate::text::app::{App, WAITS_MIN};
use crate::text::palette::Palette;
use crate::text::telling::{RULES, mood};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// What the keys do, for the help page.
const KEYS: [(&str, &str); 12] = [
    ("1 2 3", "say a suggested reply; out of talk, talk to somebody here"),
    (
        "typing",
        "in a talk everything you type goes to the line; Enter says it, up and down bring old lines back",
    ),
    ("Tab", "put a suggestion into the line, to change it before saying it"),
    ("Esc", "empty the line; with an empty line, part; elsewhere, back"),
    (
        "F2 Ctrl-N",
        "the notebook: people, statements, contradictions, traces; / searches, Enter shows what is chosen to whom you talk with",
    ),
    ("F3 Ctrl-T", "the evening: who was where in which half-hour, as far as you know"),
    ("F4 Ctrl-G", "the village and the walks; f looks for somebody"),
    ("F7 Ctrl-Y", "show or hide under each line why it was said and how it came about"),
    ("F8", "the neighbours: what the machine beside the game does, and how the lines came about"),
    ("F5 Ctrl-S", "save under a name; the game also saves itself after each talk"),
    ("F6 Ctrl-O", "go on with a save; r there watches one from its beginning, x deletes it"),
    ("Ctrl-Q", "leave; asks only when something is unsaved"),
];

fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let [_, row, _] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(height), Constraint::Fill(1)]).areas(area);
    let [_, cell, _] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(width), Constraint::Fill(1)]).areas(row);
    cell
}

/// A panel in the middle with a list and what there is to say about it.
fn sheet(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    rows: Vec<Line<'_>>,
    app: &App<'_>,
    palette: Palette,
) {
    let notice = notice_lines(app, usize::from(area.width.min(76)).saturating_sub(4), palette);
    let height = (rows.len().max(1) + notice.len() + 2).min(usize::from(area.height)) as u16;
    let area = middle(area, area.width.min(76), height);
    let block = panel(title, palette);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [list, below] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(notice.len() as u16)]).areas(inner);
    choice(frame, list, rows, app.at, palette);
    frame.render_widget(Paragraph::new(notice), below);
}

/// Whom to look for.
pub fn seek(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let Some(world) = &app.world else { return Hints::new() };
    let (state, village) = (world.state(), &app.library.village);
    let rows = village.people().map(|who| {
        let position = state.people[who.index()].position;
        let minutes = village.walk_min(state.player.place, position.at);
        let (mark, feels) = mood(state, who);
        let (place, far) = match position.place() {
            Some(place) if place == state.player.place => {
                (village.place(place).at.clone(), "here".to_string())
            }
            Some(place) => (village.place(place).at.clone(), format!("{minutes} min")),
            None => (format!("walking to {}", village.place(position.goal).name), "on the way".to_string()),
        };
        Line::from(vec![
            Span::styled(format!(" {:<9}", village.name(who)), palette.accent(who)),
            Span::styled(format!("{:<13}", village.villager(who).trade), palette.quiet()),
            Span::styled(format!("{place:<29}"), palette.text()),
            Span::styled(format!("{far:<11}"), palette.quiet()),
            Span::styled(format!("{mark} {feels}"), palette.quiet()),
        ])
    });
    sheet(frame, area, "Whom do you look for?", rows.collect(), app, palette);
    vec![("up/down", "choose"), ("Enter", "go and find them"), ("Esc", "back")]
}

/// How long to wait.
pub fn wait(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let rows = WAITS_MIN.iter().enumerate().map(|(i, minutes)| {
        let words = match minutes {
            60 => "one hour".to_string(),
            120 => "two hours".to_string(),
            n => format!("{n} minutes"),
        };
        Line::from(vec![
            Span::styled(format!(" {} ", i + 1), palette.warm()),
            Span::styled(words, palette.text()),
        ])
    });
    sheet(frame, area, "Wait how long?", rows.collect(), app, palette);
    vec![("1-5", "wait"), ("Enter", "wait"), ("Esc", "back")]
}

/// Saves to go on with.
pub fn saves(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let mut rows: Vec<Line<'_>> = app
        .slots
        .iter()
        .map(|slot| {
            Line::from(vec![
                Span::styled(format!(" {}  ", pad(&slot.name, SLOT_CHARS_MAX)), palette.text()),
                Span::styled(app.zone.words(slot.written_s), palette.quiet()),
            ])
        })
        .collect();
    if rows.is_empty() {
        rows.push(Line::from(Span::styled(" There are no saves yet.", palette.quiet())));
    }
    sheet(frame, area, "Go on with", rows, app, palette);
    match app.doomed {
        Some(_) => vec![("y", "delete it"), ("any other key", "keep it")],
        None => {
            vec![("up/down", "choose"), ("Enter", "go on"), ("r", "watch"), ("x", "delete"), ("Esc", "back")]
        }
    }
}

/// The name of a save.
pub fn name(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let notice = notice_lines(app, 68, palette);
    let area = middle(area, area.width.min(74), 6 + notice.len() as u16);
    let block = panel("Save under what name?", palette);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [line, _, words, below] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
    ])
    .areas(inner);
    typed(frame, line, " › ", &app.name, palette);
    let replaced = app.replaces();
    let text = if replaced { " A save of that name is there and will be replaced." } else { " A new save." };
    let style = if replaced { palette.alarm() } else { palette.quiet() };
    frame.render_widget(Paragraph::new(Span::styled(text, style)), words);
    frame.render_widget(Paragraph::new(notice), below);
    vec![("Enter", "save"), ("Ctrl-U", "empty the line"), ("Esc", "back")]
}

/// Unsaved: really?
pub fn leave(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let rows =
        [("s", "save, then leave"), ("y", "leave; what happened since the last save is lost"), ("n", "stay")];
    let rows = rows.iter().map(|(key, words)| {
        Line::from(vec![
            Span::styled(format!(" {key} "), palette.warm()),
            Span::styled((*words).to_string(), palette.text()),
        ])
    });
    sheet(frame, area, "Leave the game? Something is not saved.", rows.collect(), app, palette);
    vec![("s", "save"), ("y", "leave"), ("Esc", "stay")]
}

/// How to play.
pub fn help(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let width = usize::from(area.width.min(100)).saturating_sub(2);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (i, rule) in RULES.iter().enumerate() {
        lines.extend(hang(&format!(" {}  ", i + 1), palette.warm(), rule, palette.text(), width));
    }
    lines.push(Line::default());
    for (key, words) in KEYS {
        lines.extend(hang(&format!(" {key:<11}"), palette.warm(), words, palette.quiet(), width));
    }
    let column = middle(area, area.width.min(100), area.height);
    page(frame, column, "How to play", lines, app, palette);
    vec![("up/down", "scroll"), ("c", "credits"), ("b", "neighbours"), ("Esc", "back")]
}
