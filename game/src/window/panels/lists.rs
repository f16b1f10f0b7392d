//! Small pages: whom to look for, how long to wait, saves, the name of one, leaving, and how to play.
//!
//! Owns: those pages. Refuses to know: keys and rules.

use super::pictures::Pictures;
use super::style::{self, BODY_PT, Ground, SMALL_PT, Slip, button, heading, row, slip, text};
use super::{View, labels, page};
use crate::text::app::{App as Screens, Screen, WAITS_MIN};
use crate::text::press::{Key, Press};
use crate::text::telling::feels;
use crate::window::keys::{Action, Stroke};
use crate::window::words::Words;
use bevy_egui::egui::{Context, Rect, ScrollArea, Sense, Ui, Vec2, vec2};
use engine_sim::ids::PersonId;
use engine_sim::time::DEADLINE;

/// Width of a page with a list, points, and of one with running text.
const LIST_PT: f32 = 760.0;
pub const TEXT_PT: f32 = 1000.0;
/// Most that any page is high, points.
pub const TALL_PT: f32 = 900.0;
/// The picture beside a save, points.
const SLOT_PICTURE_PT: Vec2 = vec2(96.0, 54.0);

/// Actions whose keys the help page tells.
const HELP_ACTIONS: [Action; 16] = [
    Action::ReplyOne,
    Action::ReplyTwo,
    Action::ReplyThree,
    Action::Map,
    Action::Seek,
    Action::Search,
    Action::Wait,
    Action::Notebook,
    Action::Evening,
    Action::Accuse,
    Action::Why,
    Action::Save,
    Action::Load,
    Action::Help,
    Action::Back,
    Action::Leave,
];

/// A way back to where one was.
pub fn back(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    if button(ui, &labels::escape(words), &words.plain("common-back")) {
        screens.back();
    }
}

/// A scrolled list of rows; the chosen one is kept in sight when keys move it. Gives the row that was clicked.
pub fn rows(ui: &mut Ui, name: &str, at: usize, entries: &[(String, Option<PersonId>)]) -> Option<usize> {
    let mut clicked = None;
    let id = ui.id().with(name);
    let before: usize = ui.ctx().data(|data| data.get_temp(id)).unwrap_or(at);
    ScrollArea::vertical().id_salt(name).auto_shrink(false).show(ui, |ui| {
        for (i, (told, who)) in entries.iter().enumerate() {
            let stripe = who.map(style::accent);
            let look =
                Slip { chosen: i == at, stripe, width: Some(ui.available_width() - 8.0), ..Slip::default() };
            let response = slip(ui, told, look);
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
pub fn seek(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    let Some(world) = &screens.world else { return };
    let (state, village) = (world.state(), &screens.library.village);
    let entries: Vec<(String, Option<PersonId>)> = village
        .people()
        .map(|who| {
            let position = state.people[who.index()].position;
            let minutes = village.walk_min(state.player.place, position.at);
            let at = |place| village.place(place).at.as_str();
            let whereabouts = match position.place() {
                Some(place) if place == state.player.place => {
                    format!("{}, {}", at(place), words.plain("seek-here"))
                }
                Some(place) => format!("{}, {}", at(place), labels::minutes(words, minutes)),
                None => {
                    let goal = village.place(position.goal).name.as_str();
                    words.say("seek-walking", &[("place", goal.into())])
                }
            };
            let (name, trade) = (village.name(who), &village.villager(who).trade);
            let mood = labels::mood(words, feels(state, who));
            (format!("{name}, {trade}   {whereabouts}   ({mood})"), Some(who))
        })
        .collect();
    let rect = page(free, vec2(LIST_PT, TALL_PT));
    let clicked = style::sheet(ctx, "seek", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("seek-title"));
        back(ui, screens, words);
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
pub fn wait(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    let rect = page(free, vec2(420.0, 420.0));
    let clicked = style::sheet(ctx, "wait", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("wait-title"));
        let mut clicked = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (i, minutes) in WAITS_MIN.iter().enumerate() {
                let key = (i + 1).to_string();
                let width = Some(ui.available_width() - 8.0);
                let look = Slip { key: &key, chosen: i == screens.at, width, ..Slip::default() };
                if slip(ui, &words.say("wait-for", &[("count", minutes.into())]), look).clicked() {
                    clicked = Some(i);
                }
            }
            back(ui, screens, words);
        });
        clicked
    });
    enter(screens, clicked);
}

/// Saves to go on with.
pub fn saves(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, free: Rect) {
    let rect = page(free, vec2(LIST_PT, TALL_PT));
    if let Some(doomed) = &screens.doomed {
        let question = words.say("saves-delete-sure", &[("name", doomed.name.as_str().into())]);
        let rect = page(free, vec2(LIST_PT, 220.0));
        style::sheet(ctx, "doomed", rect, Ground::Paper, |ui| {
            text(ui, question, style::plain(BODY_PT), style::ALARM);
            ui.horizontal_wrapped(|ui| {
                if button(ui, "y", &words.plain("saves-delete-yes")) {
                    screens.decide_doom(true);
                } else if button(ui, &labels::escape(words), &words.plain("saves-delete-no")) {
                    screens.decide_doom(false);
                }
            });
        });
        return;
    }
    let mut watched = false;
    let clicked = style::sheet(ctx, "saves", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("saves-title"));
        ui.horizontal_wrapped(|ui| {
            back(ui, screens, words);
            if screens.slots.is_empty() {
                return;
            }
            if button(ui, "r", &words.plain("saves-watch")) {
                watched = true;
            }
            if button(ui, "x", &words.plain("saves-delete")) {
                screens.doom();
            }
        });
        if screens.slots.is_empty() {
            text(ui, words.plain("saves-empty"), style::plain(BODY_PT), style::QUIET);
        }
        slots(ui, screens, words, &mut view.pictures)
    });
    if watched {
        return screens.key(Press::from(Key::Char('r')));
    }
    match clicked {
        // The first click chooses, so that a save can also be deleted by mouse; the second goes on with it.
        Some(at) if at != screens.at => screens.at = at,
        Some(_) => screens.key(Press::from(Key::Enter)),
        None => {}
    }
}

/// The saves, each with its picture. Gives the one that was clicked.
fn slots(ui: &mut Ui, screens: &Screens<'_>, words: &Words, pictures: &mut Pictures) -> Option<usize> {
    pictures.begin();
    let mut clicked = None;
    let id = ui.id().with("slots");
    let before: usize = ui.ctx().data(|data| data.get_temp(id)).unwrap_or(screens.at);
    ScrollArea::vertical().id_salt("saves").auto_shrink(false).show(ui, |ui| {
        for (i, slot) in screens.slots.iter().enumerate() {
            let when = screens.zone.words(slot.written_s);
            let written = words.say("saves-written", &[("when", when.into())]);
            let response = ui
                .horizontal(|ui| {
                    let (place, _) = ui.allocate_exact_size(SLOT_PICTURE_PT, Sense::hover());
                    pictures.draw(ui, slot, place.min, SLOT_PICTURE_PT);
                    let width = Some(ui.available_width() - 8.0);
                    let look = Slip { chosen: i == screens.at, width, ..Slip::default() };
                    slip(ui, &format!("{}   {written}", slot.name), look)
                })
                .inner;
            if i == screens.at && screens.at != before {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                clicked = Some(i);
            }
        }
    });
    ui.ctx().data_mut(|data| data.insert_temp(id, screens.at));
    clicked
}

/// The name of a save.
pub fn name(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    let rect = page(free, vec2(LIST_PT, 290.0));
    style::sheet(ctx, "save name", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("save-title"));
        style::typed(ui, &screens.name, &words.plain("save-name"), screens.now_ms);
        let (hint, ink, write) = if screens.replaces() {
            (words.plain("save-replaces"), style::ALARM, words.plain("save-replace"))
        } else {
            (words.plain("save-about"), style::QUIET, words.plain("save-write"))
        };
        text(ui, hint, style::plain(SMALL_PT), ink);
        ui.horizontal_wrapped(|ui| {
            if button(ui, &labels::enter(words), &write) {
                screens.key(Press::from(Key::Enter));
            } else {
                back(ui, screens, words);
            }
        });
    });
}

/// Unsaved: really?
pub fn leave(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    let rect = page(free, vec2(LIST_PT, 310.0));
    let clicked = style::sheet(ctx, "leave", rect, Ground::Paper, |ui| {
        heading(ui, format!("{} {}", words.plain("leave-title"), words.plain("leave-unsaved")));
        let mut clicked = None;
        let ways = [words.plain("leave-save"), words.plain("leave-without"), words.plain("leave-stay")];
        for (i, way) in ways.iter().enumerate() {
            if row(ui, way, screens.at == i, None) {
                clicked = Some(i);
            }
        }
        clicked
    });
    enter(screens, clicked);
}

/// The rules of the case, in the player's language.
fn rules(screens: &Screens<'_>, words: &Words) -> [String; 6] {
    let village = &screens.library.village;
    let (keeper, dusk) = (village.name(village.keeper()), DEADLINE.clock());
    [
        words.say("help-rule-aim", &[("keeper", keeper.into()), ("dusk", dusk.into())]),
        words.plain("help-rule-alone"),
        words.plain("help-rule-carrier"),
        words.plain("help-rule-residue"),
        words.plain("help-rule-lies"),
        words.plain("help-rule-moot"),
    ]
}

/// How to play.
pub fn help(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, free: Rect) {
    let rect = page(free, vec2(TEXT_PT, TALL_PT));
    style::sheet(ctx, "help", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("help-title"));
        ui.horizontal_wrapped(|ui| {
            back(ui, screens, words);
            if button(ui, "c", &words.plain("help-credits")) {
                screens.show(Screen::Credits);
            }
        });
        let screens = &*screens;
        style::scroll(ui, "help", &screens.page_scroll, &mut view.page, false, |ui| {
            heading(ui, words.plain("help-rules"));
            for (i, rule) in rules(screens, words).iter().enumerate() {
                text(ui, format!("{}.  {rule}", i + 1), style::speech(BODY_PT), style::INK);
            }
            heading(ui, words.plain("help-keys"));
            let talk = words.say("help-talk", &[("key", labels::enter(words).into())]);
            for hint in [words.plain("help-mouse"), talk] {
                text(ui, hint, style::plain(SMALL_PT), style::QUIET);
            }
            for action in HELP_ACTIONS {
                let keys = action.usual().iter().filter(|key| !key.is_pad());
                let keys: Vec<String> = keys.map(|key: &Stroke| key.shown(words)).collect();
                let (key, action) = (keys.join(", "), words.plain(&action.message()));
                let told = words.say("help-key-row", &[("key", key.into()), ("action", action.into())]);
                text(ui, told, style::plain(SMALL_PT), style::QUIET);
            }
        });
    });
}
