//! The notebook: everything learnt, by person, in order, by contradiction, and by what lay on the floor.
//!
//! Owns: that screen. Refuses to know: keys and rules.

use super::{Hints, choice, fit, hang, notice_lines, page, panel, plural, typed, wrap};
use crate::text::app::{App, Tab};
use crate::text::palette::Palette;
use crate::text::telling::{self, Told, told};
use engine_sim::ids::PersonId;
use engine_sim::snapshot::state::Note;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Whether a note belongs to a group.
type Belongs<'b> = &'b dyn Fn(&Note) -> bool;

/// Width of the list of people.
const PEOPLE_CELLS: u16 = 24;

/// Draws the notebook.
pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let Some(world) = &app.world else { return Hints::new() };
    let notes = &world.state().player.notes;
    let [tabs, body, search] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    tab_row(frame, tabs, app, notes.len(), palette);
    match app.tab {
        Tab::People => people(frame, body, app, notes, palette),
        Tab::Statements => statements(frame, body, app, notes, palette),
        Tab::Contradictions => contradictions(frame, body, app, notes, palette),
        Tab::Traces => traces(frame, body, app, notes, palette),
    }
    if app.filtering {
        typed(frame, search, " search: ", &app.filter, palette);
    } else if !app.filter.is_empty() {
        let words = format!(" only what mentions \"{}\"; Esc shows all", app.filter.text());
        frame.render_widget(Paragraph::new(Span::styled(words, palette.warm())), search);
    } else {
        let lines = notice_lines(app, usize::from(search.width), palette);
        frame.render_widget(Paragraph::new(lines), search);
    }
    vec![
        ("Tab/1-4", "page"),
        ("up/down", "person, scroll"),
        ("PgUp/PgDn", "scroll"),
        ("/", "search"),
        ("F3", "evening"),
        ("Esc", "back"),
    ]
}

fn tab_row(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, notes: usize, palette: Palette) {
    let mut spans = vec![Span::raw(" ")];
    for (i, tab) in Tab::ALL.into_iter().enumerate() {
        let count = match tab {
            Tab::Statements => format!(" ({notes})"),
            Tab::Contradictions => format!(" ({})", app.clashes.len()),
            Tab::People | Tab::Traces => String::new(),
        };
        let words = format!(" {} {}{count} ", i + 1, tab.words());
        let style = if tab == app.tab { palette.chosen() } else { palette.text() };
        spans.push(Span::styled(words, style));
        spans.push(Span::raw(" "));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

fn passes(app: &App<'_>, told: &Told) -> bool {
    app.filter.is_empty() || told.matches(&app.filter.text().to_lowercase())
}

/// One note: its number, its words, and in a second row how it is known.
fn slip(app: &App<'_>, notes: &[Note], index: usize, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let told = told(app.library, notes, index);
    let note = &notes[index];
    let clashing = app.clashes.iter().any(|c| [c.a, c.b].contains(&(index as u16)));
    let mark = format!("{:>3} {} ", told.number, if clashing { "!" } else { " " });
    let mut style = if clashing { palette.alarm() } else { palette.text() };
    if note.withdrawn {
        style = palette.quiet().add_modifier(Modifier::CROSSED_OUT);
    }
    let mut lines = hang(&mark, palette.quiet(), &told.text, style, width);
    let how = match note.speaker {
        Some(_) => format!("{} says so at {}: {}", told.speaker, told.clock, told.how),
        None => format!("found at {}", told.clock),
    };
    lines.extend(hang("      ", palette.quiet(), &how, palette.quiet(), width));
    lines
}

fn people(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, notes: &[Note], palette: Palette) {
    let [left, right] =
        Layout::horizontal([Constraint::Length(PEOPLE_CELLS), Constraint::Fill(1)]).areas(area);
    let village = &app.library.village;
    let block = panel("People", palette);
    let inner = block.inner(left);
    frame.render_widget(block, left);
    let rows = village.people().map(|who| {
        let about = notes.iter().filter(|n| n.fact.subject() == Some(who) || n.speaker == Some(who)).count();
        let clash = if app.clashes.iter().any(|c| c.about == who) { "!" } else { " " };
        Line::from(vec![
            Span::styled(format!(" {:<9}", village.name(who)), palette.accent(who)),
            Span::styled(
                format!("{about:>3} {:<5} {clash}", plural(about, "note", "notes")),
                palette.quiet(),
            ),
        ])
    });
    choice(frame, inner, rows.collect(), app.person_at, palette);
    let Some(who) = app.person_row(app.person_at) else { return };
    let width = usize::from(right.width).saturating_sub(2);
    let lines = person_lines(app, notes, who, width, palette);
    let title = format!("{}, {}", village.name(who), village.villager(who).trade);
    page(frame, right, &title, lines, app, palette);
}

fn person_lines(
    app: &App<'_>,
    notes: &[Note],
    who: PersonId,
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let village = &app.library.village;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let ties: Vec<String> =
        village.ties.iter().filter(|t| t.a == who || t.b == who).map(|t| t.note.clone()).collect();
    let met = app.world.as_ref().is_some_and(|w| w.state().people[who.index()].met);
    if met {
        lines.extend(
            wrap(&village.villager(who).card, width)
                .into_iter()
                .map(|r| Line::from(Span::styled(r, palette.quiet()))),
        );
    }
    for tie in ties {
        lines.extend(hang("~ ", palette.quiet(), &tie, palette.quiet(), width));
    }
    let groups: [(String, Belongs<'_>); 3] = [
        ("Of themselves".to_string(), &|n| n.speaker == Some(who) && n.fact.subject() == Some(who)),
        (format!("Others, about {}", village.name(who)), &|n| {
            n.speaker != Some(who) && n.fact.subject() == Some(who)
        }),
        (format!("{}, about others", village.name(who)), &|n| {
            n.speaker == Some(who) && n.fact.subject() != Some(who)
        }),
    ];
    for (title, belongs) in groups {
        let mut found: Vec<usize> = (0..notes.len())
            .filter(|&i| belongs(&notes[i]) && passes(app, &told(app.library, notes, i)))
            .collect();
        found.sort_by_key(|&i| (notes[i].fact.at().is_none(), notes[i].fact.at(), i));
        lines.push(Line::default());
        lines.push(Line::from(Span::styled(title, palette.heading())));
        if found.is_empty() {
            lines.push(Line::from(Span::styled("      nothing yet", palette.quiet())));
        }
        for i in found {
            lines.extend(slip(app, notes, i, width, palette));
        }
    }
    lines
}

fn statements(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, notes: &[Note], palette: Palette) {
    let width = usize::from(area.width).saturating_sub(2);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for i in (0..notes.len()).filter(|&i| passes(app, &told(app.library, notes, i))) {
        lines.extend(slip(app, notes, i, width, palette));
    }
    if lines.is_empty() {
        lines.push(Line::from(Span::styled(
            "Nothing here yet. Talk to people; what they say is noted.",
            palette.quiet(),
        )));
    }
    page(frame, area, "As you heard it", lines, app, palette);
}

fn contradictions(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, notes: &[Note], palette: Palette) {
    let width = usize::from(area.width).saturating_sub(2);
    let half = width.saturating_sub(3) / 2;
    let mut lines: Vec<Line<'_>> = Vec::new();
    for clash in &app.clashes {
        let (a, b) = (usize::from(clash.a), usize::from(clash.b));
        if !passes(app, &told(app.library, notes, a)) && !passes(app, &told(app.library, notes, b)) {
            continue;
        }
        let about = app.library.village.name(clash.about);
        let when = notes[b].fact.at().map_or_else(String::new, |at| format!(", {}", at.clock()));
        lines.push(Line::from(vec![
            Span::styled(about.to_string(), palette.accent(clash.about)),
            Span::styled(format!("{when}: both cannot be true"), palette.alarm()),
        ]));
        let (left, right) = (half_slip(app, notes, a, half), half_slip(app, notes, b, half));
        for i in 0..left.len().max(right.len()) {
            let row = |side: &[String]| super::pad(side.get(i).map_or("", String::as_str), half);
            lines.push(Line::from(vec![
                Span::styled(row(&left), palette.text()),
                Span::styled(" │ ", palette.line()),
                Span::styled(row(&right), palette.text()),
            ]));
        }
        lines.push(Line::default());
    }
    if lines.is_empty() {
        let words = "No two statements clash. Ask two people about the same half-hour.";
        lines.push(Line::from(Span::styled(words, palette.quiet())));
    }
    page(frame, area, "What cannot both be true", lines, app, palette);
}

fn half_slip(app: &App<'_>, notes: &[Note], index: usize, width: usize) -> Vec<String> {
    let told = told(app.library, notes, index);
    let mut rows = wrap(&format!("#{} {}: {}", told.number, told.speaker, told.text), width);
    rows.extend(wrap(&format!("({})", told.how), width));
    rows
}

fn traces(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, notes: &[Note], palette: Palette) {
    let village = &app.library.village;
    let width = usize::from(area.width).saturating_sub(2);
    let mut lines: Vec<Line<'_>> =
        vec![Line::from(Span::styled("On the floor of the Ember House", palette.heading()))];
    let found: Vec<usize> = (0..notes.len()).filter(|&i| notes[i].speaker.is_none()).collect();
    if found.is_empty() {
        let words = "      nothing yet: go there and search";
        lines.push(Line::from(Span::styled(words, palette.quiet())));
    }
    for i in found {
        lines.extend(slip(app, notes, i, width, palette));
    }
    let (present, missing) = telling::known_window(notes);
    let said =
        |at: Option<engine_sim::time::Slot>| at.map_or_else(|| "not known yet".to_string(), |at| at.clock());
    lines.push(Line::default());
    lines.push(Line::from(Span::styled("The window", palette.heading())));
    let words = format!("last seen: {} · first missed: {}", said(present), said(missing));
    lines.push(Line::from(Span::styled(format!("      {words}"), palette.text())));
    lines.push(Line::default());
    lines.push(Line::from(Span::styled(
        "What an ember can be carried in, and what that leaves",
        palette.heading(),
    )));
    for item in &village.items {
        if let Some(trace) = &item.carrier {
            lines.push(Line::from(vec![
                Span::styled(format!("      {:<20}", item.name), palette.text()),
                Span::styled(fit(trace, width), palette.quiet()),
            ]));
        }
    }
    lines.push(Line::default());
    lines.push(Line::from(Span::styled("What clings to clothes, and where", palette.heading())));
    let mut residues: Vec<&String> = village.places.iter().filter_map(|p| p.residue.as_ref()).collect();
    residues.sort();
    residues.dedup();
    for residue in residues {
        let places =
            village.places.iter().filter(|p| p.residue.as_ref() == Some(residue)).map(|p| p.name.clone());
        let places = telling::listed(&places.collect::<Vec<_>>());
        lines.push(Line::from(vec![
            Span::styled(format!("      {residue:<20}"), palette.text()),
            Span::styled(fit(&places, width), palette.quiet()),
        ]));
    }
    page(frame, area, "Traces", lines, app, palette);
}
