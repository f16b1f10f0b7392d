//! The title: the name over the living village, and what can be begun.
//!
//! Owns: that panel. Refuses to know: what the rows do (`text::keys`).

use super::labels;
use super::style::{self, BODY_PT, GAP_PT, Ground, SMALL_PT, Slip, button, slip, text};
use crate::plain::plain;
use crate::text::app::App as Screens;
use crate::text::press::{Key, Press};
use crate::window::words::Words;
use bevy_egui::egui::{Align2, Context, Rect, ScrollArea, Ui, vec2};

/// Size of the game's name, points, and the least where there is little room.
const NAME_PT: (f32, f32) = (96.0, 48.0);
/// The menu's width, points.
const MENU_PT: f32 = 440.0;
/// From the window's left edge to the menu, parts of its width.
const LEFT_PART: f32 = 0.07;

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, window: Rect) {
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
        let motto = at + vec2(4.0, size * 1.32);
        let galley = ui.painter().layout(
            words.plain("title-tagline"),
            style::speech(BODY_PT),
            style::SNOW,
            name.width() - 40.0,
        );
        let back = Rect::from_min_size(motto, galley.size()).expand2(vec2(10.0, 5.0));
        ui.painter().rect_filled(back, 8, style::NIGHT);
        ui.painter().galley(motto, galley, style::SNOW);
    });
    let top = name.bottom() + GAP_PT;
    let menu = Rect::from_min_size(
        window.min + vec2(left, top - window.top()),
        vec2(MENU_PT.min(window.width() - 2.0 * left), (window.bottom() - top - 60.0).clamp(120.0, 700.0)),
    );
    style::sheet(ctx, "menu", menu, Ground::Paper, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            rows(ui, screens, words);
            ui.add_space(GAP_PT);
            let voices = labels::node(words, &screens.voices.node());
            for hint in [words.plain("title-seed-hint"), words.plain("title-hint"), voices] {
                text(ui, hint, style::plain(SMALL_PT), style::QUIET);
            }
        });
    });
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
    let mut entry = |ui: &mut Ui, at: usize, key: &str, name: String, chosen: usize| {
        if slip(ui, &name, Slip { key, chosen: chosen == at, width, ..Slip::default() }).clicked() {
            enter = Some(at);
        }
    };
    if let Some(name) = screens.restorable_name() {
        entry(
            ui,
            screens.restore_row(),
            "u",
            words.say("title-restore", &[("name", name.into())]),
            screens.at,
        );
    }
    entry(ui, 0, "", words.plain("title-begin"), screens.at);
    let seed = format!("{}: {}", words.plain("title-seed"), screens.seed.text());
    let level = format!("{}: {}", words.plain("title-level"), labels::level(words, screens.level));
    let (mut touched, mut press) = (None, None);
    ui.horizontal_wrapped(|ui| {
        if slip(ui, &seed, Slip { chosen: screens.at == 1, ..Slip::default() }).clicked() {
            touched = Some(1);
        }
        if button(ui, "r", &words.plain("title-seed-other")) {
            (touched, press) = (Some(1), Some(Key::Char('r')));
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
    entry(ui, 3, "d", words.plain("title-daily"), screens.at);
    entry(ui, 4, "c", words.plain("title-continue"), screens.at);
    entry(ui, 5, "h", words.plain("title-help"), screens.at);
    if screens.has_settings {
        entry(ui, 6, "", words.plain("title-settings"), screens.at);
    }
    entry(ui, 6 + usize::from(screens.has_settings), "q", words.plain("title-quit"), screens.at);
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
