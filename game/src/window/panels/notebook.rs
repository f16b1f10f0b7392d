//! The notebook: facts as slips pinned to people, in order, in pairs that clash, and what lay on the floor. A click chooses a slip or a
//! pair; in a talk the chosen one has a button that holds it up.
//!
//! Owns: that page. Refuses to know: keys, rules, and what is said with a slip (`text::confront`).

use super::lists::rows;
use super::style::{self, BODY_PT, GAP_PT, Ground, SMALL_PT, Slip, button, heading, part, slip, text};
use super::{View, hints, labels, look};
use crate::text::app::{App as Screens, Tab};
use crate::text::pick::{Picked, Shown};
use crate::text::press::{Key, Press};
use crate::text::telling::known_window;
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy_egui::egui::epaint::CubicBezierShape;
use bevy_egui::egui::{
    Color32, Context, CursorIcon, Frame, Margin, Pos2, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2,
};
use engine_sim::ids::PersonId;
use engine_sim::phrase;
use engine_sim::snapshot::state::Note;
use engine_sim::time::Slot;

/// The list of people, points, and most of the page it may take.
const PEOPLE_PT: f32 = 300.0;
const PEOPLE_PART: f32 = 0.38;
/// A pin's head, points.
const PIN_PT: f32 = 6.0;
/// Where the mark of a chosen slip stands, from its corner, and its size, points.
const MARK_AT: (f32, f32) = (9.0, 44.0);
const MARK_PT: f32 = 7.0;
/// How far the string between two slips hangs, points.
const STRING_HANG_PT: f32 = 26.0;

/// Whether a note belongs to a group.
type Belongs<'b> = &'b dyn Fn(&Note) -> bool;

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, free: Rect) {
    if screens.world.is_none() {
        return;
    }
    let rect = super::page(free, look::sized(ctx, vec2(1400.0, 920.0)));
    style::sheet(ctx, "notebook", rect, Ground::Paper, |ui| {
        tabs(ui, screens, words);
        search(ui, screens, words);
        if let Some(who) = screens.partner() {
            let name = screens.library.village.name(who);
            let hint = words.say("notebook-bring-up", &[("name", name.into())]);
            text(ui, hint, style::plain(SMALL_PT), style::QUIET);
        }
        ui.add_space(4.0);
        match screens.tab {
            Tab::People => people(ui, screens, words, view),
            Tab::Statements => page(ui, screens, words, view, statements),
            Tab::Contradictions => page(ui, screens, words, view, contradictions),
            Tab::Traces => page(ui, screens, words, view, traces),
        }
    });
}

/// What a hand did to an entry of a page.
enum Done {
    Chose(Picked),
    HeldUp,
}

/// A page while it is drawn: what of it can be chosen, and what a hand did.
struct Page<'p, 'a> {
    screens: &'p Screens<'a>,
    words: &'p Words,
    shown: Vec<Shown>,
    done: Option<Done>,
}

/// Draws a page of entries, and does what was clicked on it.
fn page(
    ui: &mut Ui,
    screens: &mut Screens<'_>,
    words: &Words,
    view: &mut View,
    add: impl FnOnce(&mut Ui, &mut Page<'_, '_>),
) {
    let name = screens.tab.words();
    let mut page = Page { screens: &*screens, words, shown: Vec::new(), done: None };
    style::scroll(ui, name, &screens.page_scroll, &mut view.page, false, |ui| add(ui, &mut page));
    let Page { shown, done, .. } = page;
    screens.pick.tell(shown);
    match done {
        Some(Done::Chose(entry)) => {
            // Whoever clicks has done with searching.
            screens.filtering = false;
            screens.pick.choose(entry);
        }
        Some(Done::HeldUp) => screens.hold_up(),
        None => {}
    }
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
            let digit = char::from_digit(i as u32 + 1, 10).map_or(Key::Tab, Key::Char);
            let key = hints::key(ui.ctx(), screens, digit, words);
            let name = format!("{}{count}", labels::tab(words, tab));
            if slip(ui, &name, Slip { key: &key, chosen: tab == screens.tab, ..Slip::default() }).clicked() {
                press = Some(digit);
            }
        }
        if hints::press_button(ui, screens, Key::Char('/'), &words.plain("common-search"), words) {
            press = Some(Key::Char('/'));
        }
        if hints::button(ui, Action::Back, &words.plain("common-back"), words) {
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
            let enter = hints::action(ui.ctx(), Action::Confirm, words);
            let done = words.plain("notebook-search-done");
            let wide = style::slip_width(ui.painter(), &enter, &done);
            let room = (ui.available_width() - wide - 2.0 * GAP_PT).max(80.0);
            let spot = Rect::from_min_size(ui.cursor().min, vec2(room, style::typed_height(ui.ctx())));
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
            if hints::button(ui, Action::Back, &words.plain("notebook-show-all"), words) {
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

impl<'p> Page<'p, '_> {
    fn notes(&self) -> &'p [Note] {
        notes(self.screens)
    }

    fn passes(&self, index: usize) -> bool {
        passes(self.screens, self.words, index)
    }

    /// Something that a click chooses. `add` draws it, is told whether it is chosen, and gives whether it was held up.
    fn entry(&mut self, ui: &mut Ui, entry: Picked, add: impl FnOnce(&mut Ui, &Self, bool) -> bool) {
        let page = &*self;
        let pick = &page.screens.pick;
        let chosen = pick.chosen() == Some(entry);
        let look = UiBuilder::new().id_salt(entry).sense(Sense::click());
        let drawn = ui.scope_builder(look, |ui| add(ui, page, chosen));
        let response = drawn.response.on_hover_cursor(CursorIcon::PointingHand);
        if chosen && pick.follows() {
            // With a little more, for the page fades at its edges; of what is too tall, the end with its button.
            let tall = ui.clip_rect().height() - 2.0 * style::MARGIN_PT;
            let rect = response.rect.with_min_y(response.rect.top().max(response.rect.bottom() - tall));
            ui.scroll_to_rect(rect.expand2(vec2(0.0, style::MARGIN_PT)), None);
        }
        self.shown.push(Shown { entry, in_sight: ui.clip_rect().intersects(response.rect) });
        if drawn.inner {
            self.done = Some(Done::HeldUp);
        } else if response.clicked() {
            self.done = Some(Done::Chose(entry));
        }
    }

    /// A fact that can be chosen.
    fn note(&mut self, ui: &mut Ui, index: usize) {
        let entry = Picked::Note(index as u16);
        self.entry(ui, entry, |ui, page, chosen| page.fact(ui, index, chosen, chosen.then_some(entry)).1);
    }

    /// What the chosen entry would say, with the button that says it, or why it cannot be held up. True when the button was clicked.
    fn act(&self, ui: &mut Ui, entry: Picked) -> bool {
        match self.screens.held(entry) {
            Ok(held) => {
                let name = self.screens.library.village.name(held.with);
                let does = labels::way(self.words, held.way, name);
                let clicked = hints::button(ui, Action::Confirm, &does, self.words);
                text(ui, held.text, style::speech(BODY_PT), style::INK);
                clicked
            }
            Err(news) => {
                text(ui, labels::news(self.words, &news), style::plain(SMALL_PT), style::INK);
                false
            }
        }
    }

    /// A fact on a slip with a pin in its subject's colour, and with the button of `act`; gives the pin's place, and whether it was
    /// held up.
    fn fact(&self, ui: &mut Ui, index: usize, chosen: bool, act: Option<Picked>) -> (Pos2, bool) {
        let (words, notes) = (self.words, self.notes());
        let (note, told) = (&notes[index], labels::note(words, self.screens.library, notes, index));
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
        let clashing =
            self.screens.clashes.iter().any(|c| [usize::from(c.a), usize::from(c.b)].contains(&index));
        let (ground, ink, quiet) = match (chosen, clashing) {
            (true, _) => (style::CHOSEN, style::INK, style::INK),
            (false, true) => (style::slip_ground(), style::ALARM, style::QUIET),
            (false, false) => (style::slip_ground(), style::INK, style::QUIET),
        };
        let frame = Frame::new()
            .fill(ground)
            .stroke(Stroke::new(1.0, style::THATCH))
            .corner_radius(4)
            .inner_margin(Margin { left: 26, right: 12, top: 8, bottom: 8 });
        let drawn = frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 1.0;
            let mark = if clashing { "! " } else { "" };
            let back = match note.withdrawn {
                true => format!(" ({})", words.plain("how-taken-back")),
                false => String::new(),
            };
            text(ui, format!("{mark}#{} {}{back}", told.number, told.text), style::plain(BODY_PT), ink);
            text(ui, how, style::plain(SMALL_PT), quiet);
            act.is_some_and(|entry| self.act(ui, entry))
        });
        let corner = drawn.response.rect.min;
        if chosen {
            style::pointer_mark(ui.painter(), corner + vec2(MARK_AT.0, MARK_AT.1), MARK_PT, style::INK);
        }
        let pin = corner + vec2(13.0, 16.0);
        let about = note.fact.subject().or(note.speaker).filter(|w| !w.is_player());
        let head = about.map_or(style::THATCH, style::accent);
        ui.painter().circle(pin, PIN_PT, head, Stroke::new(1.5, style::INK));
        (pin, drawn.inner)
    }
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
    let width = (free.width() * PEOPLE_PART).min(look::room(ui.ctx(), PEOPLE_PT));
    let left = Rect::from_min_size(free.min, vec2(width, free.height()));
    if let Some(row) = rows(&mut part(ui, left), "people", screens.person_at, &entries) {
        screens.person_at = row;
        screens.page_scroll.reset();
        screens.pick.clear();
    }
    let Some(who) = screens.person_row(screens.person_at) else { return };
    let right = Rect::from_min_max(pos2(left.right() + 18.0, free.top()), free.max);
    page(&mut part(ui, right), screens, words, view, |ui, page| person(ui, page, who));
}

fn person(ui: &mut Ui, page: &mut Page<'_, '_>, who: PersonId) {
    let (screens, words, notes) = (page.screens, page.words, page.notes());
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
    for (title, belongs) in groups {
        let mut found: Vec<usize> =
            (0..notes.len()).filter(|&i| belongs(&notes[i]) && page.passes(i)).collect();
        found.sort_by_key(|&i| (notes[i].fact.at().is_none(), notes[i].fact.at(), i));
        heading(ui, title);
        if found.is_empty() {
            text(ui, words.plain("common-nothing"), style::plain(SMALL_PT), style::QUIET);
        }
        for i in found {
            page.note(ui, i);
        }
    }
}

fn statements(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let words = page.words;
    let found: Vec<usize> = (0..page.notes().len()).filter(|&i| page.passes(i)).collect();
    heading(ui, words.plain("notebook-as-heard"));
    if found.is_empty() {
        text(ui, words.plain("notebook-empty"), style::plain(BODY_PT), style::QUIET);
    }
    for i in found {
        page.note(ui, i);
    }
}

/// Pairs side by side, their pins joined by a string.
fn contradictions(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let (screens, words, notes) = (page.screens, page.words, page.notes());
    heading(ui, words.plain("notebook-clashes"));
    let mut any = false;
    for (at, clash) in screens.clashes.iter().enumerate() {
        let (a, b) = (usize::from(clash.a), usize::from(clash.b));
        if ![a, b].iter().any(|&i| page.passes(i)) {
            continue;
        }
        any = true;
        let name = screens.library.village.name(clash.about);
        let head = match notes[b].fact.at() {
            Some(at) => words.say("notebook-both", &[("name", name.into()), ("clock", at.clock().into())]),
            None => words.say("notebook-both-untimed", &[("name", name.into())]),
        };
        let entry = Picked::Clash(at as u16);
        page.entry(ui, entry, |ui, page, chosen| {
            text(ui, head, style::plain(BODY_PT), style::ALARM);
            let pins = ui.columns(2, |sides| {
                [page.fact(&mut sides[0], a, chosen, None).0, page.fact(&mut sides[1], b, chosen, None).0]
            });
            string(ui, pins);
            chosen && page.act(ui, entry)
        });
        ui.add_space(14.0);
    }
    if !any {
        text(ui, words.plain("notebook-no-clash"), style::plain(BODY_PT), style::QUIET);
    }
}

fn string(ui: &Ui, [a, b]: [Pos2; 2]) {
    let hang = vec2(0.0, STRING_HANG_PT);
    let points = [a, a.lerp(b, 0.3) + hang, a.lerp(b, 0.7) + hang, b];
    let stroke = Stroke::new(2.5, style::EMBER);
    ui.painter().add(CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke));
}

fn traces(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let (words, notes) = (page.words, page.notes());
    let village = &page.screens.library.village;
    heading(ui, words.plain("notebook-floor"));
    let found: Vec<usize> = (0..notes.len()).filter(|&i| notes[i].speaker.is_none()).collect();
    if found.is_empty() {
        text(ui, words.plain("notebook-floor-empty"), style::plain(SMALL_PT), style::QUIET);
    }
    for i in found {
        page.note(ui, i);
    }
    heading(ui, words.plain("notebook-window"));
    let (present, missing) = known_window(notes);
    let clock = |at: Option<Slot>| at.map_or_else(|| words.plain("notebook-not-known"), Slot::clock);
    let window = words
        .say("notebook-window-said", &[("seen", clock(present).into()), ("missed", clock(missing).into())]);
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
}
