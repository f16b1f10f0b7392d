//! The accusation: a name, the notes to lay before the moot, and the question whether one is sure.
//!
//! Owns: that screen. Refuses to know: keys, rules, and what the moot will say.

use super::{Hints, choice, counted, fit, hang, notice_lines, panel, plural};
use crate::text::app::{App, Stage};
use crate::text::palette::Palette;
use crate::text::telling::told;
use engine_sim::world::moot::EVIDENCE_MAX;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Rows of what the moot wants.
const ADVICE_ROWS: u16 = 5;

/// What counts as proof.
const WANTS: &str = "The moot wants opportunity (their own word about the window refuted, or seen about the Ember House in it) \
                     and means (the carrier whose trace lay there is theirs) or residue (they came from where it clings). A \
                     confession is enough.";

/// Draws the accusation.
pub fn draw(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let [upper, lower] = Layout::vertical([Constraint::Fill(1), Constraint::Length(ADVICE_ROWS)]).areas(area);
    let hints = match app.accusation.stage {
        Stage::Who => who(frame, upper, app, palette),
        Stage::Notes | Stage::Confirm => notes(frame, upper, app, palette),
    };
    let width = usize::from(lower.width).saturating_sub(2);
    let mut lines = notice_lines(app, width, palette);
    if app.accusation.stage == Stage::Confirm {
        let name = accused(app);
        let seals = app.world.as_ref().map_or(0, |w| w.state().player.seals);
        let words = format!(
            "Name {name} before the moot with {}? The hearing takes an hour, and nobody likes to be named. If the \
             moot is convinced and the name is wrong, it costs one of your {seals} seals.",
            counted(app.accusation.ticked.len(), "note", "notes")
        );
        lines.extend(hang(" ! ", palette.alarm(), &words, palette.alarm(), width));
        lines.push(Line::from(Span::styled("   y: yes, I name them.   Esc: not yet.", palette.text())));
    } else if let (Stage::Notes, Some(note)) = (app.accusation.stage, chosen_note(app)) {
        lines.extend(hang(" · ", palette.quiet(), &note, palette.text(), width));
    } else {
        lines.extend(hang(" · ", palette.quiet(), WANTS, palette.quiet(), width));
    }
    frame.render_widget(Paragraph::new(lines), lower);
    hints
}

/// The note under the cursor, whole: the list may have had to cut it.
fn chosen_note(app: &App<'_>) -> Option<String> {
    let index = *app.accusation.order.get(app.accusation.at)?;
    let world = app.world.as_ref()?;
    Some(told(app.library, &world.state().player.notes, usize::from(index)).line())
}

fn accused(app: &App<'_>) -> String {
    app.person_row(app.accusation.who)
        .map_or_else(String::new, |who| app.library.village.name(who).to_string())
}

fn who(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let village = &app.library.village;
    let block = panel("Who took the ember?", palette);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let notes = app.world.as_ref().map_or(&[][..], |w| &w.state().player.notes);
    let last = app.world.as_ref().and_then(|w| w.state().player.accused);
    let rows = village.people().map(|who| {
        let about = notes.iter().filter(|n| n.fact.subject() == Some(who)).count();
        let clashes = app.clashes.iter().filter(|c| c.about == who).count();
        let named = if last == Some(who) { "   named before" } else { "" };
        Line::from(vec![
            Span::styled(format!(" {:<9}", village.name(who)), palette.accent(who)),
            Span::styled(format!("{:<14}", village.villager(who).trade), palette.quiet()),
            Span::styled(
                format!(
                    "{about:>3} {:<5}  {clashes:>2} {:<7}{named}",
                    plural(about, "note", "notes"),
                    plural(clashes, "clash", "clashes")
                ),
                palette.text(),
            ),
        ])
    });
    choice(frame, inner, rows.collect(), app.accusation.who, palette);
    vec![("up/down", "choose"), ("Enter", "the notes against them"), ("Esc", "back")]
}

fn notes(frame: &mut Frame<'_>, area: Rect, app: &App<'_>, palette: Palette) -> Hints {
    let Some(world) = &app.world else { return Hints::new() };
    let accusation = &app.accusation;
    let title =
        format!("Against {}: {} of at most {EVIDENCE_MAX} notes", accused(app), accusation.ticked.len());
    let block = panel(&title, palette);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let width = usize::from(inner.width);
    let rows = accusation.order.iter().map(|&i| {
        let told = told(app.library, &world.state().player.notes, usize::from(i));
        let ticked = accusation.ticked.contains(&i);
        let mark = if ticked { " [x] " } else { " [ ] " };
        let style = if ticked { palette.text() } else { palette.quiet() };
        Line::from(vec![
            Span::styled(mark, palette.warm()),
            Span::styled(fit(&told.line(), width.saturating_sub(5)), style),
        ])
    });
    let go = Line::from(Span::styled(" Go before the moot", palette.warm()));
    let rows: Vec<Line<'_>> = rows.chain([go]).collect();
    if accusation.order.is_empty() {
        let words = " Your notebook is empty: the moot will not hear a bare name.";
        frame.render_widget(Paragraph::new(Span::styled(words, palette.quiet())), inner);
    } else {
        choice(frame, inner, rows, accusation.at, palette);
    }
    match accusation.stage {
        Stage::Confirm => vec![("y", "name them"), ("Esc", "not yet")],
        _ => vec![
            ("Space", "tick"),
            ("up/down", "choose"),
            ("Enter", "go before the moot"),
            ("Esc", "another name"),
        ],
    }
}
