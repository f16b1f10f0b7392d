//! The notebook: facts as slips pinned to people, in order, in pairs that clash, and what lay on the floor.
//!
//! Owns: that page. Refuses to know: keys and rules.

use super::lists::rows;
use super::style::{self, BODY_PT, GAP_PT, Ground, SMALL_PT, Slip, button, heading, part, slip, text};
use super::{View, labels};
use crate::text::app::{App as Screens, Tab};
use crate::text::press::{Key, Press};
use crate::text::telling::known_window;
use crate::window::words::Words;
use bevy_egui::egui::epaint::CubicBezierShape;
use bevy_egui::egui::{Color32, Context, Frame, Margin, Pos2, Rect, Stroke, Ui, pos2, vec2};
use engine_sim::ids::PersonId;
use engine_sim::phrase;
use engine_sim::snapshot::state::Note;
use engine_sim::time::Slot;

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
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, free: Rect) {
    if screens.world.is_none() {
        return;
    }
    let rect = super::page(free, vec2(1400.0, 920.0));
    style::sheet(ctx, "notebook", rect, Ground::Paper, |ui| {
        tabs(ui, screens, words);
        search(ui, screens, words);
        ui.add_space(4.0);
        match screens.tab {
            Tab::People => people(ui, screens, words, view),
            Tab::Statements => statements(ui, screens, words, view),
            Tab::Contradictions => contradictions(ui, screens, words, view),
            Tab::Traces => traces(ui, screens, words, view),
        }
    });
}

fn tabs(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    let notes = screens.world.as_ref().map_or(0, |w| w.state().player.notes.len());
    let mut press = None;
    ui.horizontal_wrapped(|ui| {
        for (i, tab) in Tab::ALL.into_iter().enumerate() {
            let count = match tab {
                Tab::Statements => format!(" ({notes})"),
                Tab::Contradictions => format!(" ({})", screens.clashes.len()),
                Tab::People | Tab::Traces => String::new(),
            };
            let (key, name) = ((i + 1).to_string(), format!("{}{count}", labels::tab(words, tab)));
            if slip(ui, &name, Slip { key: &key, chosen: tab == screens.tab, ..Slip::default() }).clicked() {
                press = char::from_digit(i as u32 + 1, 10).map(Key::Char);
            }
        }
        if button(ui, "/", &words.plain("common-search")) {
            press = Some(Key::Char('/'));
        }
        if button(ui, &labels::escape(words), &words.plain("common-back")) {
            screens.back();
        }
    });
    if let Some(key) = press {
        // While the search is typed in, keys are its letters.
        screens.filtering = false;
        screens.key(Press::from(key));
    }
}

fn search(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    if screens.filtering {
        ui.horizontal_top(|ui| {
            let (enter, done) = (labels::enter(words), words.plain("notebook-search-done"));
            let wide = style::slip_width(ui.painter(), &enter, &done);
            let room = (ui.available_width() - wide - 2.0 * GAP_PT).max(80.0);
            let spot = Rect::from_min_size(ui.cursor().min, vec2(room, 44.0));
            let hint = words.plain("notebook-search-hint");
            style::typed(&mut part(ui, spot), &screens.filter, &hint, screens.now_ms);
            ui.add_space(room + GAP_PT);
            if button(ui, &enter, &done) {
                screens.filtering = false;
            }
        });
    } else if !screens.filter.is_empty() {
        ui.horizontal_wrapped(|ui| {
            let only = words.say("notebook-only", &[("text", screens.filter.text().into())]);
            text(ui, only, style::plain(SMALL_PT), style::ALARM);
            if button(ui, &labels::escape(words), &words.plain("notebook-show-all")) {
                screens.filter.set("");
            }
        });
    }
}

/// Whether the search keeps a note.
fn passes(screens: &Screens<'_>, words: &Words, index: usize) -> bool {
    let needle = screens.filter.text().to_lowercase();
    needle.is_empty() || labels::note(words, screens.library, notes(screens), index).matches(&needle)
}

/// The notes; none where there is no game.
fn notes<'s>(screens: &'s Screens<'_>) -> &'s [Note] {
    screens.world.as_ref().map_or(&[], |w| &w.state().player.notes)
}

/// A fact on a slip with a pin in its subject's colour; gives the pin's place.
fn fact(ui: &mut Ui, screens: &Screens<'_>, words: &Words, index: usize) -> Pos2 {
    let notes = notes(screens);
    let (note, told) = (&notes[index], labels::note(words, screens.library, notes, index));
    let clashing = screens.clashes.iter().any(|c| [usize::from(c.a), usize::from(c.b)].contains(&index));
    let how = match note.speaker {
        Some(_) => words.say(
            "notebook-says",
            &[
                ("name", told.speaker.as_str().into()),
                ("clock", told.clock.as_str().into()),
                ("how", told.how.as_str().into()),
            ],
        ),
        None => words.say("notebook-found", &[("clock", told.clock.as_str().into())]),
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
            let back = match note.withdrawn {
                true => format!(" ({})", words.plain("how-taken-back")),
                false => String::new(),
            };
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

fn people(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words, view: &mut View) {
    let village = &screens.library.village;
    let entries: Vec<(String, Option<PersonId>)> = village
        .people()
        .map(|who| {
            let belongs = |n: &&Note| n.fact.subject() == Some(who) || n.speaker == Some(who);
            let about = notes(screens).iter().filter(belongs).count();
            let clash = if screens.clashes.iter().any(|c| c.about == who) { " !" } else { "" };
            (format!("{}: {}{clash}", village.name(who), labels::notes(words, about)), Some(who))
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
    style::scroll(ui, "person", &screens.page_scroll, &mut view.page, false, |ui| {
        person(ui, screens, words, who);
    });
}

fn person(ui: &mut Ui, screens: &Screens<'_>, words: &Words, who: PersonId) {
    let village = &screens.library.village;
    let name = village.name(who);
    heading(ui, format!("{name}, {}", village.villager(who).trade));
    if screens.world.as_ref().is_some_and(|w| w.state().people[who.index()].met) {
        text(ui, village.villager(who).card.clone(), style::speech(BODY_PT), style::QUIET);
    }
    for tie in village.ties.iter().filter(|t| t.a == who || t.b == who) {
        text(ui, format!("~ {}", tie.note), style::plain(SMALL_PT), style::QUIET);
    }
    let groups: [(String, Belongs<'_>); 3] = [
        (words.plain("notebook-of-themselves"), &|n| n.speaker == Some(who) && n.fact.subject() == Some(who)),
        (words.say("notebook-others-about", &[("name", name.into())]), &|n| {
            n.speaker != Some(who) && n.fact.subject() == Some(who)
        }),
        (words.say("notebook-about-others", &[("name", name.into())]), &|n| {
            n.speaker == Some(who) && n.fact.subject() != Some(who)
        }),
    ];
    let notes = notes(screens);
    for (title, belongs) in groups {
        let mut found: Vec<usize> =
            (0..notes.len()).filter(|&i| belongs(&notes[i]) && passes(screens, words, i)).collect();
        found.sort_by_key(|&i| (notes[i].fact.at().is_none(), notes[i].fact.at(), i));
        heading(ui, title);
        if found.is_empty() {
            text(ui, words.plain("common-nothing"), style::plain(SMALL_PT), style::QUIET);
        }
        for i in found {
            fact(ui, screens, words, i);
        }
    }
}

fn statements(ui: &mut Ui, screens: &Screens<'_>, words: &Words, view: &mut View) {
    let notes = notes(screens);
    let found: Vec<usize> = (0..notes.len()).filter(|&i| passes(screens, words, i)).collect();
    style::scroll(ui, "statements", &screens.page_scroll, &mut view.page, false, |ui| {
        heading(ui, words.plain("notebook-as-heard"));
        if found.is_empty() {
            text(ui, words.plain("notebook-empty"), style::plain(BODY_PT), style::QUIET);
        }
        for i in found {
            fact(ui, screens, words, i);
        }
    });
}

/// Pairs side by side, their pins joined by a string.
fn contradictions(ui: &mut Ui, screens: &Screens<'_>, words: &Words, view: &mut View) {
    let notes = notes(screens);
    style::scroll(ui, "clashes", &screens.page_scroll, &mut view.page, false, |ui| {
        heading(ui, words.plain("notebook-clashes"));
        let mut any = false;
        for clash in &screens.clashes {
            let (a, b) = (usize::from(clash.a), usize::from(clash.b));
            if ![a, b].iter().any(|&i| passes(screens, words, i)) {
                continue;
            }
            any = true;
            let name = screens.library.village.name(clash.about);
            let head = match notes[b].fact.at() {
                Some(at) => {
                    words.say("notebook-both", &[("name", name.into()), ("clock", at.clock().into())])
                }
                None => words.say("notebook-both-untimed", &[("name", name.into())]),
            };
            text(ui, head, style::plain(BODY_PT), style::ALARM);
            let pins = ui.columns(2, |sides| {
                [fact(&mut sides[0], screens, words, a), fact(&mut sides[1], screens, words, b)]
            });
            string(ui, pins);
            ui.add_space(14.0);
        }
        if !any {
            text(ui, words.plain("notebook-no-clash"), style::plain(BODY_PT), style::QUIET);
        }
    });
}

fn string(ui: &Ui, [a, b]: [Pos2; 2]) {
    let hang = vec2(0.0, STRING_HANG_PT);
    let points = [a, a.lerp(b, 0.3) + hang, a.lerp(b, 0.7) + hang, b];
    let stroke = Stroke::new(2.5, style::EMBER);
    ui.painter().add(CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke));
}

fn traces(ui: &mut Ui, screens: &Screens<'_>, words: &Words, view: &mut View) {
    let (village, notes) = (&screens.library.village, notes(screens));
    style::scroll(ui, "traces", &screens.page_scroll, &mut view.page, false, |ui| {
        heading(ui, words.plain("notebook-floor"));
        let found: Vec<usize> = (0..notes.len()).filter(|&i| notes[i].speaker.is_none()).collect();
        if found.is_empty() {
            text(ui, words.plain("notebook-floor-empty"), style::plain(SMALL_PT), style::QUIET);
        }
        for i in found {
            fact(ui, screens, words, i);
        }
        heading(ui, words.plain("notebook-window"));
        let (present, missing) = known_window(notes);
        let clock = |at: Option<Slot>| at.map_or_else(|| words.plain("notebook-not-known"), Slot::clock);
        let window = words.say(
            "notebook-window-said",
            &[("seen", clock(present).into()), ("missed", clock(missing).into())],
        );
        text(ui, window, style::plain(BODY_PT), style::INK);
        heading(ui, words.plain("notebook-carriers"));
        for item in &village.items {
            if let Some(trace) = &item.carrier {
                text(ui, format!("{}: {trace}", item.name), style::plain(BODY_PT), style::INK);
            }
        }
        heading(ui, words.plain("notebook-clings"));
        let mut residues: Vec<&String> = village.places.iter().filter_map(|p| p.residue.as_ref()).collect();
        residues.sort();
        residues.dedup();
        for residue in residues {
            let places = village.places.iter().filter(|p| p.residue.as_ref() == Some(residue));
            let places: Vec<String> = places.map(|p| p.name.clone()).collect();
            let places = phrase::join(&places, &words.plain("common-and"));
            text(ui, format!("{residue}: {places}"), style::plain(BODY_PT), style::INK);
        }
    });
}
