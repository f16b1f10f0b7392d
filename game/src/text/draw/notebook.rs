//! The notebook: everything learnt, by person, in order, by contradiction, and by what lay on the floor.
//!
//! Owns: that screen. Refuses to know: keys, rules, and what is said with a note (`confront`).

use super::{Hints, choice, fit, hang, notice_lines, pad, page, panel, plural, typed, wrap};
use crate::text::app::{App, Tab};
use crate::text::confront::Way;
use crate::text::palette::Palette;
use crate::text::pick::{Picked, Shown};
use crate::text::telling::{self, Told, told};
use engine_sim::ids::PersonId;
use engine_sim::snapshot::state::Note;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use std::ops::Range;

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
    hints(app)
}

fn hints(app: &App<'_>) -> Hints {
    let people = app.tab == Tab::People && app.pick.chosen().is_none();
    let mut hints: Hints = vec![("Tab", "page"), ("up/down", if people { "person" } else { "choose" })];
    if app.partner().is_some() {
        let does = match app.pick.chosen() {
            None if people => "notes",
            None => "choose",
            Some(Picked::Clash(_)) => "confront",
            Some(Picked::Note(_)) => "show it",
        };
        hints.push(("Enter", does));
    }
    hints.extend([("PgUp/Dn", "scroll"), ("/", "search"), ("Esc", "back"), ("F3", "evening")]);
    hints
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

/// The rows of a page, and which of them belong to what can be chosen.
struct Rows<'d, 'a> {
    app: &'d App<'a>,
    palette: Palette,
    rows: Vec<Line<'static>>,
    entries: Vec<(Picked, Range<usize>)>,
}

impl<'d, 'a> Rows<'d, 'a> {
    fn new(app: &'d App<'a>, palette: Palette) -> Rows<'d, 'a> {
        Rows { app, palette, rows: Vec::new(), entries: Vec::new() }
    }

    fn heading(&mut self, words: impl Into<String>) {
        let words: String = words.into();
        self.rows.push(Line::from(Span::styled(words, self.palette.heading())));
    }

    fn quiet(&mut self, words: &'static str) {
        self.rows.push(Line::from(Span::styled(words, self.palette.quiet())));
    }

    /// Something that can be chosen. The chosen one stands on amber behind a mark, with what Enter says below.
    fn entry(&mut self, entry: Picked, mut rows: Vec<Line<'static>>, width: usize) {
        let from = self.rows.len();
        if self.app.pick.chosen() == Some(entry) {
            rows.extend(hang("       ", self.palette.text(), &self.said(entry), self.palette.text(), width));
            let chosen = |(i, row): (usize, Line<'static>)| {
                let text: String = row.spans.iter().map(|s| s.content.as_ref()).collect();
                let mark = if i == 0 { "▸" } else { " " };
                let text = pad(&format!("{mark}{}", text.strip_prefix(' ').unwrap_or(&text)), width);
                Line::from(Span::styled(text, self.palette.chosen()))
            };
            rows = rows.into_iter().enumerate().map(chosen).collect();
        }
        self.rows.extend(rows);
        self.entries.push((entry, from..self.rows.len()));
    }

    /// A note that can be chosen.
    fn note(&mut self, notes: &[Note], index: usize, width: usize) {
        let rows = slip(self.app, notes, index, width, self.palette);
        self.entry(Picked::Note(index as u16), rows, width);
    }

    fn said(&self, entry: Picked) -> String {
        match self.app.held(entry) {
            Ok(held) => {
                let does = match held.way {
                    Way::Confront => "confronts",
                    Way::Show => "shows",
                    Way::Ask => "asks",
                };
                format!("Enter {does} {}: \"{}\"", self.app.library.village.name(held.with), held.text)
            }
            Err(news) => news.to_string(),
        }
    }

    /// Draws the page, scrolled to the choice where it has just been moved.
    fn show(self, frame: &mut Frame<'_>, area: Rect, title: &str) {
        let (app, height) = (self.app, usize::from(panel(title, self.palette).inner(area).height));
        let scroll = &app.page_scroll;
        let is_chosen = |(entry, _): &&(Picked, Range<usize>)| app.pick.chosen() == Some(*entry);
        if let Some((entry, rows)) = self.entries.iter().find(is_chosen).filter(|_| app.pick.follows()) {
            let first = self.entries.first().is_some_and(|(first, _)| first == entry);
            // What stands over the first entry is shown with it, where there is room.
            let top = if first && rows.end <= height { 0 } else { rows.start };
            scroll.at.set(scroll.at.get().max(rows.end.saturating_sub(height)).min(top));
        }
        let from = scroll.within(self.rows.len().saturating_sub(height));
        let shown = self.entries.iter().map(|(entry, rows)| Shown {
            entry: *entry,
            in_sight: rows.start < from + height && rows.end > from,
        });
        app.pick.tell(shown.collect());
        page(frame, area, title, self.rows, app, self.palette);
    }
}

/// One note: its number, its words, and in a second row how it is known. The first cell is left to the mark of the chosen one.
fn slip(app: &App<'_>, notes: &[Note], index: usize, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let told = told(app.library, notes, index);
    let note = &notes[index];
    let clashing = app.clashes.iter().any(|c| [c.a, c.b].contains(&(index as u16)));
    let mark = format!("{:>4} {} ", told.number, if clashing { "!" } else { " " });
    let mut style = if clashing { palette.alarm() } else { palette.text() };
    if note.withdrawn {
        style = palette.quiet().add_modifier(Modifier::CROSSED_OUT);
    }
    let mut lines = hang(&mark, palette.quiet(), &told.text, style, width);
    let how = match note.speaker {
        Some(_) => format!("{} says so at {}: {}", told.speaker, told.clock, told.how),
        None => format!("found at {}", told.clock),
    };
    lines.extend(hang("       ", palette.quiet(), &how, palette.quiet(), width));
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
    let title = format!("{}, {}", village.name(who), village.villager(who).trade);
    person_rows(app, notes, who, width, palette).show(frame, right, &title);
}

fn person_rows<'d, 'a>(
    app: &'d App<'a>,
    notes: &[Note],
    who: PersonId,
    width: usize,
    palette: Palette,
) -> Rows<'d, 'a> {
    let village = &app.library.village;
    let mut page = Rows::new(app, palette);
    let lines = &mut page.rows;
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
        page.rows.push(Line::default());
        page.heading(title);
        if found.is_empty() {
            page.quiet("       nothing yet");
        }
        for i in found {
            page.note(notes, i, width);
        }
    }
    page
}

fn statements(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, notes: &[Note], palette: Palette) {
    let width = usize::from(area.width).saturating_sub(2);
    let mut page = Rows::new(app, palette);
    for i in (0..notes.len()).filter(|&i| passes(app, &told(app.library, notes, i))) {
        page.note(notes, i, width);
    }
    if page.rows.is_empty() {
        page.quiet("Nothing here yet. Talk to people; what they say is noted.");
    }
    page.show(frame, area, "As you heard it");
}

fn contradictions(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, notes: &[Note], palette: Palette) {
    let width = usize::from(area.width).saturating_sub(2);
    let half = width.saturating_sub(4) / 2;
    let mut page = Rows::new(app, palette);
    for (at, clash) in app.clashes.iter().enumerate() {
        let (a, b) = (usize::from(clash.a), usize::from(clash.b));
        if !passes(app, &told(app.library, notes, a)) && !passes(app, &told(app.library, notes, b)) {
            continue;
        }
        let about = app.library.village.name(clash.about);
        let when = notes[b].fact.at().map_or_else(String::new, |at| format!(", {}", at.clock()));
        let mut lines = vec![Line::from(vec![
            Span::styled(format!(" {about}"), palette.accent(clash.about)),
            Span::styled(format!("{when}: both cannot be true"), palette.alarm()),
        ])];
        let (left, right) = (half_slip(app, notes, a, half), half_slip(app, notes, b, half));
        for i in 0..left.len().max(right.len()) {
            let row = |side: &[String]| super::pad(side.get(i).map_or("", String::as_str), half);
            lines.push(Line::from(vec![
                Span::styled(format!(" {}", row(&left)), palette.text()),
                Span::styled(" │ ", palette.line()),
                Span::styled(row(&right), palette.text()),
            ]));
        }
        page.entry(Picked::Clash(at as u16), lines, width);
        page.rows.push(Line::default());
    }
    if page.rows.is_empty() {
        page.quiet("No two statements clash. Ask two people about the same half-hour.");
    }
    page.show(frame, area, "What cannot both be true");
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
    let mut page = Rows::new(app, palette);
    page.heading("On the floor of the Ember House");
    let found: Vec<usize> = (0..notes.len()).filter(|&i| notes[i].speaker.is_none()).collect();
    if found.is_empty() {
        page.quiet("       nothing yet: go there and search");
    }
    for i in found {
        page.note(notes, i, width);
    }
    let (present, missing) = telling::known_window(notes);
    let said =
        |at: Option<engine_sim::time::Slot>| at.map_or_else(|| "not known yet".to_string(), |at| at.clock());
    page.rows.push(Line::default());
    page.heading("The window");
    let words = format!("last seen: {} · first missed: {}", said(present), said(missing));
    page.rows.push(Line::from(Span::styled(format!("      {words}"), palette.text())));
    page.rows.push(Line::default());
    page.heading("What an ember can be carried in, and what that leaves");
    for item in &village.items {
        if let Some(trace) = &item.carrier {
            page.rows.push(Line::from(vec![
                Span::styled(format!("      {:<20}", item.name), palette.text()),
                Span::styled(fit(trace, width), palette.quiet()),
            ]));
        }
    }
    page.rows.push(Line::default());
    page.heading("What clings to clothes, and where");
    let mut residues: Vec<&String> = village.places.iter().filter_map(|p| p.residue.as_ref()).collect();
    residues.sort();
    residues.dedup();
    for residue in residues {
        let places =
            village.places.iter().filter(|p| p.residue.as_ref() == Some(residue)).map(|p| p.name.clone());
        let places = telling::listed(&places.collect::<Vec<_>>());
        page.rows.push(Line::from(vec![
            Span::styled(format!("      {residue:<20}"), palette.text()),
            Span::styled(fit(&places, width), palette.quiet()),
        ]));
    }
    page.show(frame, area, "Traces");
}
