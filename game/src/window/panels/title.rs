//! The title: the name over the living village, and what can be begun.
//!
//! Owns: that panel. Refuses to know: what the rows do (`text::keys`) and which keys do it (`hints`).

use super::style::{self, BODY_PT, GAP_PT, Ground, SMALL_PT, Slip, button, slip, text};
use super::{hints, labels, look};
use crate::plain::plain;
use crate::text::app::App as Screens;
use crate::text::press::{Key, Press};
use crate::window::keys::Action;
use crate::window::palette;
use crate::window::words::Words;
use bevy_egui::egui::{Align2, Context, Id, LayerId, Rect, ScrollArea, Ui, Vec2, vec2};

/// Size of the game's name, points, and the least where there is little room.
const NAME_PT: (f32, f32) = (96.0, 48.0);
/// The menu's width and its greatest height, points, and what is left under it for the strip at the foot.
const MENU_PT: (f32, f32) = (440.0, 700.0);
const FOOT_PT: f32 = 60.0;
/// From the window's left edge to the menu, parts of its width.
const LEFT_PART: f32 = 0.07;

/// The night behind the name: how much it hides at the left edge, and how far it reaches, a part of the window's width.
const VEIL: f32 = 0.85;
const VEIL_PART: f32 = 0.62;
/// The row of the seed, as `text::keys` counts them.
const SEED_ROW: usize = 1;

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, window: Rect) {
    veil(ctx, window);
    let left = window.width() * LEFT_PART;
    let size = (window.height() * 0.11).clamp(NAME_PT.1, NAME_PT.0);
    let name = Rect::from_min_size(
        window.min + vec2(left, window.height() * 0.06),
        vec2(window.width() - 2.0 * left, size * 1.9),
    );
    style::sheet(ctx, "name", name, Ground::Bare, |ui| {
        let at = name.left_top();
        // A dark twin a little lower: the name reads on snow and on night.
        for (shift, ink) in [(3.0, style::NIGHT), (1.5, style::NIGHT), (0.0, style::PAPER)] {
            ui.painter().text(
                at + vec2(shift, shift),
                Align2::LEFT_TOP,
                words.plain("title-name"),
                style::speech(size),
                ink,
            );
        }
        let galley = ui.painter().layout(
            words.plain("title-tagline"),
            look::read(ui.ctx(), style::speech(BODY_PT)),
            style::SNOW,
            name.width() - 40.0,
        );
        ui.painter().galley(at + vec2(4.0, size * 1.32), galley, style::SNOW);
    });
    let top = name.bottom() + GAP_PT;
    let (wide, high) = (look::room(ctx, MENU_PT.0), look::room(ctx, MENU_PT.1));
    let free = window.bottom() - top - look::room(ctx, FOOT_PT);
    // As high as what stood on it in the last frame.
    let written = Id::new("title-written");
    let high = ctx.data(|data| data.get_temp::<f32>(written)).unwrap_or(high).min(high);
    let menu = Rect::from_min_size(
        window.min + vec2(left, top - window.top()),
        vec2(wide.min(window.width() - 2.0 * left), high.min(free).max(120.0)),
    );
    style::sheet(ctx, "menu", menu, Ground::Paper, |ui| {
        let out = ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            rows(ui, screens, words);
            ui.add_space(GAP_PT);
            if screens.at == SEED_ROW {
                text(ui, words.plain("title-seed-hint"), style::plain(SMALL_PT), style::QUIET);
            }
            for hint in [how(ui, words), labels::node(words, &screens.voices.node())] {
                text(ui, hint, style::plain(SMALL_PT), style::QUIET);
            }
        });
        let high = out.content_size.y + 2.0 * style::MARGIN_PT + GAP_PT;
        ctx.data_mut(|data| data.insert_temp(written, high));
    });
}

/// Night over the left of the village, thinning to the right: what is written there reads on snow as well.
fn veil(ctx: &Context, window: Rect) {
    let size = vec2(window.width() * VEIL_PART, window.height());
    let painter = ctx.layer_painter(LayerId::background());
    style::fade(&painter, (palette::NIGHT, VEIL), (window.min, size), Vec2::RIGHT);
}

/// How the rows are chosen, by the keys that do it.
fn how(ui: &Ui, words: &Words) -> String {
    let key = |action| hints::action(ui.ctx(), action, words).into();
    words.say(
        "title-hint",
        &[
            ("up", key(Action::Previous)),
            ("down", key(Action::Next)),
            ("enter", key(Action::Confirm)),
            ("less", key(Action::TabBack)),
            ("more", key(Action::TabOn)),
        ],
    )
}

/// That the last game ended badly, if it did.
fn crashed(screens: &Screens<'_>, words: &Words) -> Option<String> {
    match &screens.crash_folder {
        Some(folder) => {
            let folder = plain(&folder.display().to_string());
            Some(words.say("title-crashed-where", &[("folder", folder.into())]))
        }
        None => screens.restorable.is_some().then(|| words.plain("title-crashed")),
    }
}

/// The rows of the menu, as `text::keys` counts them.
fn rows(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    if let Some(said) = crashed(screens, words) {
        text(ui, said, style::plain(SMALL_PT), style::ALARM);
    }
    let width = Some(ui.available_width());
    let mut enter = None;
    let keys = ['u', 'r', 'd', 'c', 'h', 'q'].map(|c| hints::key(ui.ctx(), screens, Key::Char(c), words));
    let [restore, other, daily, go_on, help, quit] = &keys;
    let mut entry = |ui: &mut Ui, at: usize, key: &str, name: String, chosen: usize| {
        if slip(ui, &name, Slip { key, chosen: chosen == at, width, ..Slip::default() }).clicked() {
            enter = Some(at);
        }
    };
    if let Some(name) = screens.restorable_name() {
        entry(
            ui,
            screens.restore_row(),
            restore,
            words.say("title-restore", &[("name", name.into())]),
            screens.at,
        );
    }
    entry(ui, 0, "", words.plain("title-begin"), screens.at);
    let seed = format!("{}: {}", words.plain("title-seed"), screens.seed.text());
    let level = format!("{}: {}", words.plain("title-level"), labels::level(words, screens.level));
    let (mut touched, mut press) = (None, None);
    ui.horizontal_wrapped(|ui| {
        if slip(ui, &seed, Slip { chosen: screens.at == SEED_ROW, ..Slip::default() }).clicked() {
            touched = Some(SEED_ROW);
        }
        if button(ui, other, &words.plain("title-seed-other")) {
            (touched, press) = (Some(SEED_ROW), Some(Key::Char('r')));
        }
    });
    ui.horizontal_wrapped(|ui| {
        if slip(ui, &level, Slip { chosen: screens.at == 2, ..Slip::default() }).clicked() {
            (touched, press) = (Some(2), Some(Key::Right));
        }
        if button(ui, "", &words.plain("title-easier")) {
            (touched, press) = (Some(2), Some(Key::Left));
        }
        if button(ui, "", &words.plain("title-harder")) {
            (touched, press) = (Some(2), Some(Key::Right));
        }
    });
    text(ui, labels::level_about(words, screens.level), style::plain(SMALL_PT), style::QUIET);
    entry(ui, 3, daily, words.plain("title-daily"), screens.at);
    entry(ui, 4, go_on, words.plain("title-continue"), screens.at);
    entry(ui, 5, help, words.plain("title-help"), screens.at);
    if screens.has_settings {
        entry(ui, 6, "", words.plain("title-settings"), screens.at);
    }
    entry(ui, 6 + usize::from(screens.has_settings), quit, words.plain("title-quit"), screens.at);
    if let Some(at) = touched {
        screens.at = at;
    }
    if let Some(at) = enter {
        screens.at = at;
        press = Some(Key::Enter);
    }
    if let Some(key) = press {
        screens.key(Press::from(key));
    }
}
