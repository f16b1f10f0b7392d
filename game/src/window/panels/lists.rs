//! Small pages: whom to look for, how long to wait, saves, the name of one, leaving, and how to play.
//!
//! Owns: those pages. Refuses to know: keys and rules.

use super::style::{self, BODY_PT, Ground, SMALL_PT, Slip, button, heading, row, slip, text};
use super::{View, page, words};
use crate::text::app::{App as Screens, WAITS_MIN};
use crate::text::press::{Key, Press};
use crate::text::telling::{RULES, mood};
use bevy_egui::egui::{Context, Rect, ScrollArea, Ui, vec2};
use engine_sim::ids::PersonId;

/// Width of a page with a list, points, and of one with running text.
const LIST_PT: f32 = 760.0;
const TEXT_PT: f32 = 1000.0;
/// Most that any page is high, points.
const TALL_PT: f32 = 900.0;

/// A way back to where one was.
pub fn back(ui: &mut Ui, screens: &mut Screens<'_>) {
    if button(ui, "Esc", words::back()) {
        screens.back();
    }
}

/// A scrolled list of rows; the chosen one is kept in sight when keys move it. Gives the row that was clicked.
pub fn rows(ui: &mut Ui, name: &str, at: usize, entries: &[(String, Option<PersonId>)]) -> Option<usize> {
    let mut clicked = None;
    let id = ui.id().with(name);
    let before: usize = ui.ctx().data(|data| data.get_temp(id)).unwrap_or(at);
    ScrollArea::vertical().id_salt(name).auto_shrink(false).show(ui, |ui| {
        for (i, (words, who)) in entries.iter().enumerate() {
            let stripe = who.map(style::accent);
            let look =
                Slip { chosen: i == at, stripe, width: Some(ui.available_width() - 8.0), ..Slip::default() };
            let response = slip(ui, words, look);
            if i == at && at != before {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                clicked = Some(i);
            }
        }
    });
    ui.ctx().data_mut(|data| data.insert_temp(id, at));
    clicked
}

/// Whom to look for.
pub fn seek(ctx: &Context, screens: &mut Screens<'_>, _view: &mut View, free: Rect) {
    let Some(world) = &screens.world else { return };
    let (state, village) = (world.state(), &screens.library.village);
    let entries: Vec<(String, Option<PersonId>)> = village
        .people()
        .map(|who| {
            let position = state.people[who.index()].position;
            let minutes = village.walk_min(state.player.place, position.at);
            let (place, far) = match position.place() {
                Some(place) if place == state.player.place => {
                    (village.place(place).at.clone(), words::here().to_string())
                }
                Some(place) => (village.place(place).at.clone(), words::minutes(minutes)),
                None => {
                    (words::walking_to(&village.place(position.goal).name), words::on_the_way().to_string())
                }
            };
            let who_is = words::person(village.name(who), &village.villager(who).trade);
            (format!("{who_is}   {place}, {far}   ({})", mood(state, who).1), Some(who))
        })
        .collect();
    let rect = page(free, vec2(LIST_PT, TALL_PT));
    let clicked = style::sheet(ctx, "seek", rect, Ground::Paper, |ui| {
        heading(ui, words::seek_whom());
        back(ui, screens);
        rows(ui, "seek", screens.at, &entries)
    });
    enter(screens, clicked);
}

/// Does with a clicked row what Enter does with the chosen one.
fn enter(screens: &mut Screens<'_>, clicked: Option<usize>) {
    if let Some(at) = clicked {
        screens.at = at;
        screens.key(Press::from(Key::Enter));
    }
}

/// How long to wait.
pub fn wait(ctx: &Context, screens: &mut Screens<'_>, free: Rect) {
    let rect = page(free, vec2(420.0, 420.0));
    let clicked = style::sheet(ctx, "wait", rect, Ground::Paper, |ui| {
        heading(ui, words::wait_how_long());
        let mut clicked = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (i, minutes) in WAITS_MIN.iter().enumerate() {
                let key = (i + 1).to_string();
                let width = Some(ui.available_width() - 8.0);
                let look = Slip { key: &key, chosen: i == screens.at, width, ..Slip::default() };
                if slip(ui, &words::wait(*minutes), look).clicked() {
                    clicked = Some(i);
                }
            }
            back(ui, screens);
        });
        clicked
    });
    enter(screens, clicked);
}

/// Saves to go on with.
pub fn saves(ctx: &Context, screens: &mut Screens<'_>, _view: &mut View, free: Rect) {
    let rect = page(free, vec2(LIST_PT, TALL_PT));
    if let Some(doomed) = &screens.doomed {
        let question = words::delete_really(&doomed.name);
        let rect = page(free, vec2(LIST_PT, 220.0));
        style::sheet(ctx, "doomed", rect, Ground::Paper, |ui| {
            text(ui, question, style::plain(BODY_PT), style::ALARM);
            ui.horizontal_wrapped(|ui| {
                if button(ui, "y", words::delete()) {
                    screens.decide_doom(true);
                } else if button(ui, "Esc", words::keep()) {
                    screens.decide_doom(false);
                }
            });
        });
        return;
    }
    let entries: Vec<(String, Option<PersonId>)> = screens
        .slots
        .iter()
        .map(|slot| (format!("{}   {}", slot.name, screens.zone.words(slot.written_s)), None))
        .collect();
    let clicked = style::sheet(ctx, "saves", rect, Ground::Paper, |ui| {
        heading(ui, words::go_on_with());
        ui.horizontal_wrapped(|ui| {
            back(ui, screens);
            if !entries.is_empty() && button(ui, "x", words::delete()) {
                screens.doom();
            }
        });
        if entries.is_empty() {
            text(ui, words::no_saves(), style::plain(BODY_PT), style::QUIET);
        }
        rows(ui, "saves", screens.at, &entries)
    });
    match clicked {
        // The first click chooses, so that a save can also be deleted by mouse; the second goes on with it.
        Some(at) if at != screens.at => screens.at = at,
        Some(_) => screens.key(Press::from(Key::Enter)),
        None => {}
    }
}

/// The name of a save.
pub fn name(ctx: &Context, screens: &mut Screens<'_>, free: Rect) {
    let rect = page(free, vec2(LIST_PT, 290.0));
    style::sheet(ctx, "save name", rect, Ground::Paper, |ui| {
        heading(ui, words::save_as());
        style::typed(ui, &screens.name, "", screens.now_ms);
        let (words, ink) = if screens.replaces() {
            (words::will_replace(), style::ALARM)
        } else {
            (words::new_save(), style::QUIET)
        };
        text(ui, words, style::plain(SMALL_PT), ink);
        ui.horizontal_wrapped(|ui| {
            if button(ui, "Enter", words::save()) {
                screens.key(Press::from(Key::Enter));
            } else {
                back(ui, screens);
            }
        });
    });
}

/// Unsaved: really?
pub fn leave(ctx: &Context, screens: &mut Screens<'_>, free: Rect) {
    let rect = page(free, vec2(LIST_PT, 310.0));
    let clicked = style::sheet(ctx, "leave", rect, Ground::Paper, |ui| {
        heading(ui, words::leave_question());
        let mut clicked = None;
        for (i, words) in
            [words::save_then_leave(), words::just_leave(), words::stay()].into_iter().enumerate()
        {
            if row(ui, words, screens.at == i, None) {
                clicked = Some(i);
            }
        }
        clicked
    });
    enter(screens, clicked);
}

/// How to play.
pub fn help(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, free: Rect) {
    let rect = page(free, vec2(TEXT_PT, TALL_PT));
    style::sheet(ctx, "help", rect, Ground::Paper, |ui| {
        heading(ui, words::how_to_play());
        back(ui, screens);
        style::scroll(ui, "help", &screens.page_scroll, &mut view.page, false, |ui| {
            for (i, rule) in RULES.iter().enumerate() {
                text(ui, format!("{}.  {rule}", i + 1), style::speech(BODY_PT), style::INK);
            }
            ui.add_space(12.0);
            for (key, words) in words::key_table() {
                text(ui, format!("{key}:  {words}"), style::plain(SMALL_PT), style::QUIET);
            }
        });
    });
}
