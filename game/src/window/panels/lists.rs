//! Small pages: whom to look for, how long to wait, saves, the name of one, leaving, and how to play.
//!
//! Owns: those pages. Refuses to know: keys and rules.

use super::pictures::Pictures;
use super::style::{self, BODY_PT, Ground, SMALL_PT, Slip, heading, row, slip, text};
use super::{View, hints, labels, look, page};
use crate::text::app::{App as Screens, Screen, WAITS_MIN};
use crate::text::press::{Key, Press};
use crate::text::telling::feels;
use crate::window::keys::{Action, Bindings};
use crate::window::pads::{Held, Make};
use crate::window::words::Words;
use bevy_egui::egui::{Context, Rect, ScrollArea, Sense, Ui, Vec2, vec2};
use engine_sim::ids::PersonId;
use engine_sim::time::DEADLINE;

/// Width of a page with a list, points, and of one with running text.
const LIST_PT: f32 = 760.0;
pub const TEXT_PT: f32 = 1000.0;
/// Most that any page is high, points.
pub const TALL_PT: f32 = 900.0;
/// The pages of a few words, points: how long to wait, whether a save is to go, the name of one, leaving.
const WAIT_PT: Vec2 = vec2(420.0, 420.0);
const DOOMED_PT: f32 = 220.0;
const NAME_PT: f32 = 290.0;
const LEAVE_PT: f32 = 310.0;
/// The picture beside a save, points.
const SLOT_PICTURE_PT: Vec2 = vec2(96.0, 54.0);

/// Actions whose keys the help page tells.
const HELP_ACTIONS: [Action; 20] = [
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
    Action::Neighbours,
    Action::Save,
    Action::Load,
    Action::Help,
    Action::Menu,
    Action::Settings,
    Action::Photo,
    Action::Back,
    Action::Leave,
];
/// Actions whose buttons it tells; the cross and the sticks are told in one sentence.
const HELP_PAD_ACTIONS: [Action; 12] = [
    Action::Confirm,
    Action::Back,
    Action::Talk,
    Action::Notebook,
    Action::Map,
    Action::Evening,
    Action::Help,
    Action::Menu,
    Action::TabOn,
    Action::TabBack,
    Action::ZoomIn,
    Action::ZoomOut,
];

/// A way back to where one was.
pub fn back(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    if hints::button(ui, Action::Back, &words.plain("common-back"), words) {
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
    let rect = page(free, look::sized(ctx, vec2(LIST_PT, TALL_PT)));
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
    let rect = page(free, look::sized(ctx, WAIT_PT));
    let clicked = style::sheet(ctx, "wait", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("wait-title"));
        let mut clicked = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (i, minutes) in WAITS_MIN.iter().enumerate() {
                let digit = char::from_digit(i as u32 + 1, 10).map_or(Key::Enter, Key::Char);
                let key = hints::key(ui.ctx(), screens, digit, words);
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
    let rect = page(free, look::sized(ctx, vec2(LIST_PT, TALL_PT)));
    if let Some(doomed) = &screens.doomed {
        let question = words.say("saves-delete-sure", &[("name", doomed.name.as_str().into())]);
        let rect = page(free, look::sized(ctx, vec2(LIST_PT, DOOMED_PT)));
        style::sheet(ctx, "doomed", rect, Ground::Paper, |ui| {
            text(ui, question, style::plain(BODY_PT), style::ALARM);
            ui.horizontal_wrapped(|ui| {
                let yes = words.plain("saves-delete-yes");
                if hints::press_button(ui, screens, Key::Char('y'), &yes, words) {
                    screens.decide_doom(true);
                } else if hints::button(ui, Action::Back, &words.plain("saves-delete-no"), words) {
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
            if hints::press_button(ui, screens, Key::Char('r'), &words.plain("saves-watch"), words) {
                watched = true;
            }
            if hints::press_button(ui, screens, Key::Char('x'), &words.plain("saves-delete"), words) {
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
    let rect = page(free, look::sized(ctx, vec2(LIST_PT, NAME_PT)));
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
            if hints::button(ui, Action::Confirm, &write, words) {
                screens.key(Press::from(Key::Enter));
            } else {
                back(ui, screens, words);
            }
        });
    });
}

/// Unsaved: really?
pub fn leave(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    let rect = page(free, look::sized(ctx, vec2(LIST_PT, LEAVE_PT)));
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
    let rect = page(free, look::sized(ctx, vec2(TEXT_PT, TALL_PT)));
    style::sheet(ctx, "help", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("help-title"));
        ui.horizontal_wrapped(|ui| {
            back(ui, screens, words);
            if hints::press_button(ui, screens, Key::Char('c'), &words.plain("help-credits"), words) {
                screens.show(Screen::Credits);
            }
            let key = hints::key_or(ui.ctx(), screens, Key::Char('b'), Action::Neighbours, words);
            if style::button(ui, &key, &words.plain("neighbours-title")) {
                screens.show(Screen::Neighbours);
            }
        });
        let screens = &*screens;
        style::scroll(ui, "help", &screens.page_scroll, &mut view.page, false, |ui| {
            heading(ui, words.plain("help-rules"));
            for (i, rule) in rules(screens, words).iter().enumerate() {
                text(ui, format!("{}.  {rule}", i + 1), style::speech(BODY_PT), style::INK);
            }
            ways(ui, &view.chosen.bindings, words);
        });
    });
}

/// How everything is done by keyboard, gamepad and mouse, with the keys that do it now.
fn ways(ui: &mut Ui, bindings: &Bindings, words: &Words) {
    let quiet = |ui: &mut Ui, told: String| text(ui, told, style::plain(SMALL_PT), style::QUIET);
    heading(ui, words.plain("help-keys"));
    let enter = bindings.strokes(Action::Confirm).iter().find(|key| !key.is_pad() && !key.edits_text());
    let enter = enter.map_or_else(String::new, |key| key.shown(words));
    quiet(ui, words.say("help-talk", &[("key", enter.as_str().into())]));
    quiet(ui, words.say("help-notebook", &[("key", enter.into())]));
    key_rows(ui, bindings, &HELP_ACTIONS, Held::Keys, words);
    heading(ui, words.plain("help-pad"));
    let pad = match hints::held(ui.ctx()) {
        Held::Keys => Held::Pad(Make::Unknown),
        pad => pad,
    };
    quiet(ui, words.plain("help-pad-sticks"));
    let spare = [Action::Talk, Action::Notebook].map(|action| keys_of(bindings, action, pad, words));
    if spare.iter().all(|key| !key.is_empty()) {
        let [first, second] = spare;
        quiet(ui, words.say("help-pad-more", &[("first", first.into()), ("second", second.into())]));
    }
    key_rows(ui, bindings, &HELP_PAD_ACTIONS, pad, words);
    heading(ui, words.plain("help-mouse-title"));
    quiet(ui, words.plain("help-mouse"));
    quiet(ui, words.say("help-mouse-menu", &[("menu", words.plain("menu-title").into())]));
}

/// An action's keys on what is held.
fn keys_of(bindings: &Bindings, action: Action, held: Held, words: &Words) -> String {
    let keys = bindings.strokes(action).iter().filter(|key| key.is_pad() == (held != Held::Keys));
    let keys: Vec<String> = keys.map(|key| key.short(words, held)).collect();
    keys.join(", ")
}

/// A row for each action that has a key there.
fn key_rows(ui: &mut Ui, bindings: &Bindings, actions: &[Action], held: Held, words: &Words) {
    for action in actions {
        let key = keys_of(bindings, *action, held, words);
        if key.is_empty() {
            continue;
        }
        let action = words.plain(&action.message());
        let told = words.say("help-key-row", &[("key", key.into()), ("action", action.into())]);
        text(ui, told, style::plain(SMALL_PT), style::QUIET);
    }
}
