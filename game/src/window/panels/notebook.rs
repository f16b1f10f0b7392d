//! The notebook: facts as slips pinned to people, in order, in pairs that clash, and what lay on the floor.
//!
//! Owns: that page. Refuses to know: keys and rules.

use super::lists::rows;
use super::style::{self, BODY_PT, GAP_PT, Ground, SMALL_PT, Slip, button, heading, part, slip, text};
use super::{View, words};
use crate::text::app::{App as Screens, Tab};
use crate::text::press::{Key, Press};
use crate::text::telling::{Told, known_window, listed, told};
use bevy_egui::egui::epaint::CubicBezierShape;
use bevy_egui::egui::{Color32, Context, Frame, Margin, Pos2, Rect, Stroke, Ui, pos2, vec2};
use engine_sim::ids::PersonId;
use engine_sim::snapshot::state::Note;

/// The list of people, points, and most of the page it may take.
const PEOPLE_PT: f32 = 300.0;
const PEOPLE_PART: f32 = 0.38;
/// A pin's head, points.
const PIN_PT: f32 = 6.0;
/// How far the string between two slips hangs, points.
const STRING_HANG_PT: f32 = 26.0;

/// Whether a note belongs to a group.
type Belongs<'b> = &'b dyn Fn(&Note) -> bool;

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, free: Rect) {
    if screens.world.is_none() {
        return;
    }
    let rect = super::page(free, vec2(1400.0, 920.0));
    style::sheet(ctx, "notebook", rect, Ground::Paper, |ui| {
        tabs(ui, screens);
        search(ui, screens);
        ui.add_space(4.0);
        match screens.tab {
            Tab::People => people(ui, screens, view),
            Tab::Statements => statements(ui, screens, view),
            Tab::Contradictions => contradictions(ui, screens, view),
            Tab::Traces => traces(ui, screens, view),
        }
    });
}

fn tabs(ui: &mut Ui, screens: &mut Screens<'_>) {
    let notes = screens.world.as_ref().map_or(0, |w| w.state().player.notes.len());
    let mut press = None;
    ui.horizontal_wrapped(|ui| {
        for (i, tab) in Tab::ALL.into_iter().enumerate() {
            let count = match tab {
                Tab::Statements => format!(" ({notes})"),
                Tab::Contradictions => format!(" ({})", screens.clashes.len()),
                Tab::People | Tab::Traces => String::new(),
            };
            let (key, name) = ((i + 1).to_string(), format!("{}{count}", tab.words()));
            if slip(ui, &name, Slip { key: &key, chosen: tab == screens.tab, ..Slip::default() }).clicked() {
                press = char::from_digit(i as u32 + 1, 10).map(Key::Char);
            }
        }
        if button(ui, "/", words::search()) {
            press = Some(Key::Char('/'));
        }
        if button(ui, "Esc", words::back()) {
            screens.back();
        }
    });
    if let Some(key) = press {
        // While the search is typed in, keys are its letters.
        screens.filtering = false;
        screens.key(Press::from(key));
    }
}

fn search(ui: &mut Ui, screens: &mut Screens<'_>) {
    if screens.filtering {
        ui.horizontal_top(|ui| {
            let room = (ui.available_width() - 150.0).max(80.0);
            let spot = Rect::from_min_size(ui.cursor().min, vec2(room, 44.0));
            style::typed(&mut part(ui, spot), &screens.filter, words::search_hint(), screens.now_ms);
            ui.add_space(room + GAP_PT);
            if button(ui, "Enter", words::search_done()) {
                screens.filtering = false;
            }
        });
    } else if !screens.filter.is_empty() {
        ui.horizontal_wrapped(|ui| {
            text(ui, words::only(&screens.filter.text()), style::plain(SMALL_PT), style::ALARM);
            if button(ui, "Esc", words::show_all()) {
                screens.filter.set("");
            }
        });
    }
}

fn passes(screens: &Screens<'_>, told: &Told) -> bool {
    screens.filter.is_empty() || told.matches(&screens.filter.text().to_lowercase())
}

/// The notes; none where there is no game.
fn notes<'s>(screens: &'s Screens<'_>) -> &'s [Note] {
    screens.world.as_ref().map_or(&[], |w| &w.state().player.notes)
}

/// A fact on a slip with a pin in its subject's colour; gives the pin's place.
fn fact(ui: &mut Ui, screens: &Screens<'_>, index: usize) -> Pos2 {
    let notes = notes(screens);
    let (note, told) = (&notes[index], told(screens.library, notes, index));
    let clashing = screens.clashes.iter().any(|c| [usize::from(c.a), usize::from(c.b)].contains(&index));
    let how = match note.speaker {
        Some(_) => words::says_so(&told.speaker, &told.clock, &told.how),
        None => words::found_at(&told.clock),
    };
    let frame = Frame::new()
        .fill(style::slip_ground())
        .stroke(Stroke::new(1.0, style::THATCH))
        .corner_radius(4)
        .inner_margin(Margin { left: 26, right: 12, top: 8, bottom: 8 });
    let rect = frame
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 1.0;
            let mark = if clashing { "! " } else { "" };
            let back = if note.withdrawn { format!(" ({})", words::taken_back()) } else { String::new() };
            let ink = if clashing { style::ALARM } else { style::INK };
            text(ui, format!("{mark}#{} {}{back}", told.number, told.text), style::plain(BODY_PT), ink);
            text(ui, how, style::plain(SMALL_PT), style::QUIET);
        })
        .response
        .rect;
    let pin = rect.min + vec2(13.0, 16.0);
    let head =
        note.fact.subject().or(note.speaker).filter(|w| !w.is_player()).map_or(style::THATCH, style::accent);
    ui.painter().circle(pin, PIN_PT, head, Stroke::new(1.5, style::INK));
    pin
}

fn people(ui: &mut Ui, screens: &mut Screens<'_>, view: &mut View) {
    let village = &screens.library.village;
    let entries: Vec<(String, Option<PersonId>)> = village
        .people()
        .map(|who| {
            let belongs = |n: &&Note| n.fact.subject() == Some(who) || n.speaker == Some(who);
            let about = notes(screens).iter().filter(belongs).count();
            let clash = if screens.clashes.iter().any(|c| c.about == who) { " !" } else { "" };
            (format!("{}: {}{clash}", village.name(who), words::notes(about)), Some(who))
        })
        .collect();
    let free = ui.available_rect_before_wrap();
    let width = (free.width() * PEOPLE_PART).min(PEOPLE_PT);
    let left = Rect::from_min_size(free.min, vec2(width, free.height()));
    if let Some(row) = rows(&mut part(ui, left), "people", screens.person_at, &entries) {
        screens.person_at = row;
        screens.page_scroll.reset();
    }
    let Some(who) = screens.person_row(screens.person_at) else { return };
    let right = Rect::from_min_max(pos2(left.right() + 18.0, free.top()), free.max);
    let screens = &*screens;
    let ui = &mut part(ui, right);
    style::scroll(ui, "person", &screens.page_scroll, &mut view.page, false, |ui| person(ui, screens, who));
}

fn person(ui: &mut Ui, screens: &Screens<'_>, who: PersonId) {
    let village = &screens.library.village;
    let name = village.name(who);
    heading(ui, words::person(name, &village.villager(who).trade));
    if screens.world.as_ref().is_some_and(|w| w.state().people[who.index()].met) {
        text(ui, village.villager(who).card.clone(), style::speech(BODY_PT), style::QUIET);
    }
    for tie in village.ties.iter().filter(|t| t.a == who || t.b == who) {
        text(ui, format!("~ {}", tie.note), style::plain(SMALL_PT), style::QUIET);
    }
    let groups: [(String, Belongs<'_>); 3] = [
        (words::of_themselves().to_string(), &|n| n.speaker == Some(who) && n.fact.subject() == Some(who)),
        (words::others_about(name), &|n| n.speaker != Some(who) && n.fact.subject() == Some(who)),
        (words::about_others(name), &|n| n.speaker == Some(who) && n.fact.subject() != Some(who)),
    ];
    let notes = notes(screens);
    for (title, belongs) in groups {
        let mut found: Vec<usize> = (0..notes.len())
            .filter(|&i| belongs(&notes[i]) && passes(screens, &told(screens.library, notes, i)))
            .collect();
        found.sort_by_key(|&i| (notes[i].fact.at().is_none(), notes[i].fact.at(), i));
        heading(ui, title);
        if found.is_empty() {
            text(ui, words::nothing_yet(), style::plain(SMALL_PT), style::QUIET);
        }
        for i in found {
            fact(ui, screens, i);
        }
    }
}

fn statements(ui: &mut Ui, screens: &Screens<'_>, view: &mut View) {
    let notes = notes(screens);
    let found: Vec<usize> =
        (0..notes.len()).filter(|&i| passes(screens, &told(screens.library, notes, i))).collect();
    style::scroll(ui, "statements", &screens.page_scroll, &mut view.page, false, |ui| {
        heading(ui, words::as_you_heard());
        if found.is_empty() {
            text(ui, words::no_statements(), style::plain(BODY_PT), style::QUIET);
        }
        for i in found {
            fact(ui, screens, i);
        }
    });
}

/// Pairs side by side, their pins joined by a string.
fn contradictions(ui: &mut Ui, screens: &Screens<'_>, view: &mut View) {
    let notes = notes(screens);
    style::scroll(ui, "clashes", &screens.page_scroll, &mut view.page, false, |ui| {
        heading(ui, words::cannot_both());
        let mut any = false;
        for clash in &screens.clashes {
            let (a, b) = (usize::from(clash.a), usize::from(clash.b));
            if ![a, b].iter().any(|&i| passes(screens, &told(screens.library, notes, i))) {
                continue;
            }
            any = true;
            let when = notes[b].fact.at().map_or_else(String::new, |at| format!(", {}", at.clock()));
            let head =
                format!("{}{when}: {}", screens.library.village.name(clash.about), words::both_cannot());
            text(ui, head, style::plain(BODY_PT), style::ALARM);
            let pins =
                ui.columns(2, |sides| [fact(&mut sides[0], screens, a), fact(&mut sides[1], screens, b)]);
            string(ui, pins);
            ui.add_space(14.0);
        }
        if !any {
            text(ui, words::no_clashes(), style::plain(BODY_PT), style::QUIET);
        }
    });
}

fn string(ui: &Ui, [a, b]: [Pos2; 2]) {
    let hang = vec2(0.0, STRING_HANG_PT);
    let points = [a, a.lerp(b, 0.3) + hang, a.lerp(b, 0.7) + hang, b];
    let stroke = Stroke::new(2.5, style::EMBER);
    ui.painter().add(CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke));
}

fn traces(ui: &mut Ui, screens: &Screens<'_>, view: &mut View) {
    let (village, notes) = (&screens.library.village, notes(screens));
    style::scroll(ui, "traces", &screens.page_scroll, &mut view.page, false, |ui| {
        heading(ui, words::on_the_floor());
        let found: Vec<usize> = (0..notes.len()).filter(|&i| notes[i].speaker.is_none()).collect();
        if found.is_empty() {
            text(ui, words::search_there(), style::plain(SMALL_PT), style::QUIET);
        }
        for i in found {
            fact(ui, screens, i);
        }
        heading(ui, words::the_window());
        let (present, missing) = known_window(notes);
        text(ui, words::window(present, missing), style::plain(BODY_PT), style::INK);
        heading(ui, words::carriers());
        for item in &village.items {
            if let Some(trace) = &item.carrier {
                text(ui, format!("{}: {trace}", item.name), style::plain(BODY_PT), style::INK);
            }
        }
        heading(ui, words::residues());
        let mut residues: Vec<&String> = village.places.iter().filter_map(|p| p.residue.as_ref()).collect();
        residues.sort();
        residues.dedup();
        for residue in residues {
            let places = village.places.iter().filter(|p| p.residue.as_ref() == Some(residue));
            let places = listed(&places.map(|p| p.name.clone()).collect::<Vec<_>>());
            text(ui, format!("{residue}: {places}"), style::plain(BODY_PT), style::INK);
        }
    });
}
