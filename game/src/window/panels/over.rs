//! Over: what lies over the screens: the settings, or a picture being taken; and which of them hears the hands.
//!
//! Owns: that choice, the way of hits and pasted text, the line under a picture. Refuses to know: the rows of the settings (`settings`),
//! the shared screens' keys (`text::keys`), and how a picture is taken (`window::photo`).

use super::keys::{self, Hit, Meaning};
use super::look::Look;
use super::style::{self, EDGE_PT, GAP_PT, Ground, button};
use super::{View, hud, labels, settings};
use crate::text::app::{App as Screens, Screen};
use crate::window::apply::{Chosen, Home};
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy::prelude::Resource;
use bevy_egui::egui::{Context, Rect, Ui, pos2, vec2};

/// Frames without anything written: the picture is asked for, drawn, and copied.
const HIDDEN_FRAMES: u8 = 5;
/// The strip of slips at the foot: its height, its width under a picture and in the corner, and the window from which there is room in the corner, points.
const STRIP_PT: f32 = 44.0;
const PHOTO_PT: f32 = 640.0;
const CORNER_PT: f32 = 460.0;
const ROOMY_PT: f32 = 1200.0;

/// What lies over the screens.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Over {
    /// Nothing: the screens are up.
    #[default]
    Nothing,
    /// The settings.
    Settings,
    /// A picture without panels.
    Photo,
}

/// What the panels ask the window for.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes {
    /// The whole screen instead of a window, or back.
    pub full_screen: bool,
    /// A picture of what is drawn.
    pub picture: bool,
}

impl Wishes {
    /// Takes more wishes; what is not new changes nothing.
    pub fn add(&mut self, more: Wishes) {
        self.full_screen |= more.full_screen;
        self.picture |= more.picture;
    }
}

/// Brings a view what the window knows.
pub(super) fn bring(view: &mut View, chosen: &Chosen, home: &Home, hits: Vec<Hit>) {
    if view.chosen != *chosen {
        view.chosen = chosen.clone();
    }
    if view.home.is_none() {
        view.home = Some(home.0.clone());
    }
    view.hits.extend(hits);
}

/// How the player wants panels to be read.
pub(super) fn look(chosen: &Chosen) -> Look {
    let interface = &chosen.settings.interface;
    Look {
        text: f32::from(interface.text_percent) / 100.0,
        contrast: interface.high_contrast,
        marks: interface.safe_marks,
    }
}

/// Takes what the hands did to whoever is up.
pub(super) fn hear(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    for text in keys::take_pasted(ctx) {
        if view.over == Over::Nothing {
            screens.paste(&text);
        }
    }
    for hit in std::mem::take(&mut view.hits) {
        match view.over {
            Over::Nothing => play(&hit, screens, view, words),
            Over::Photo => photograph(&hit, view),
            Over::Settings => {
                let View { sheet, chosen, .. } = view;
                let mut changes = settings::Changes { chosen, full_screen: false, words };
                let leaves = sheet.take(&hit, &mut changes);
                view.wishes.full_screen |= changes.full_screen;
                if leaves {
                    settings::close(screens, view, words);
                }
            }
        }
        open_if_asked(screens, view);
    }
}

/// Opens the settings when the shared screens' menu has asked for them.
pub(super) fn open_if_asked(screens: &mut Screens<'_>, view: &mut View) {
    if std::mem::take(&mut screens.wants_settings) {
        open_settings(view);
    }
}

fn play(hit: &Hit, screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    match keys::meaning(hit, &view.chosen.bindings, screens) {
        Meaning::Presses(presses) => presses.into_iter().for_each(|press| screens.key(press)),
        Meaning::Window(Action::Settings) => open_settings(view),
        Meaning::Window(Action::Photo) => view.over = Over::Photo,
        Meaning::Window(Action::FullScreen) => view.wishes.full_screen = true,
        // Who helps with words is told in one line.
        Meaning::Window(Action::Neighbours) => {
            let node = labels::node(words, &screens.voices.node());
            screens.tell(node, false);
        }
        Meaning::Window(_) | Meaning::Nothing => {}
    }
}

fn open_settings(view: &mut View) {
    view.over = Over::Settings;
    view.sheet.open(&view.chosen);
}

fn photograph(hit: &Hit, view: &mut View) {
    let action = hit.stroke.and_then(|stroke| view.chosen.bindings.action(stroke));
    match action.filter(|_| !hit.repeat) {
        Some(Action::Confirm) => take_picture(view),
        Some(Action::Back | Action::Photo | Action::Settings) => view.over = Over::Nothing,
        Some(Action::FullScreen) => view.wishes.full_screen = true,
        _ => {}
    }
}

fn take_picture(view: &mut View) {
    if view.hidden == 0 {
        view.hidden = HIDDEN_FRAMES;
        view.wishes.picture = true;
    }
}

/// Draws what lies over the screens; false when nothing does.
pub(super) fn draw(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, words: &Words) -> bool {
    let window = ctx.content_rect();
    match view.over {
        Over::Nothing => return false,
        Over::Settings => settings::draw(ctx, screens, view, words, window),
        Over::Photo => {
            ctx.request_repaint();
            if view.hidden > 0 {
                view.hidden -= 1;
                return true;
            }
            picture_strip(ctx, view, words, window);
        }
    }
    hud::notice(ctx, screens, words, window);
    true
}

/// A strip of slips at a place.
fn strip(ctx: &Context, name: &str, rect: Rect, add: impl FnOnce(&mut Ui)) {
    style::sheet(ctx, name, rect, Ground::Bare, |ui| {
        ui.horizontal_top(add);
    });
}

/// What can be done with a picture.
fn picture_strip(ctx: &Context, view: &mut View, words: &Words, window: Rect) {
    let width = PHOTO_PT.min(window.width() - 2.0 * EDGE_PT);
    let min = pos2(window.center().x - width / 2.0, window.bottom() - STRIP_PT - EDGE_PT);
    let key = |action| keys::hint(&view.chosen.bindings, action, words);
    let (take, leave) = (key(Action::Confirm), key(Action::Back));
    let (mut takes, mut leaves) = (false, false);
    strip(ctx, "picture", Rect::from_min_size(min, vec2(width, STRIP_PT)), |ui| {
        takes = button(ui, &take, &words.plain("photo-take"));
        leaves = button(ui, &leave, &words.plain("photo-panels"));
    });
    if takes {
        take_picture(view);
    } else if leaves {
        view.over = Over::Nothing;
    }
}

/// The ways to the settings and to a picture by mouse, at the foot on the left, where a window has room for them.
pub(super) fn corner(ctx: &Context, screens: &Screens<'_>, view: &mut View, words: &Words, window: Rect) {
    if screens.screen != Screen::Play || screens.partner().is_some() || window.width() < ROOMY_PT {
        return;
    }
    let key = |action| keys::hint(&view.chosen.bindings, action, words);
    let (settings, photo) = (key(Action::Settings), key(Action::Photo));
    let min = pos2(window.left() + EDGE_PT, window.bottom() - STRIP_PT - GAP_PT);
    let (mut opens, mut pictures) = (false, false);
    strip(ctx, "corner", Rect::from_min_size(min, vec2(CORNER_PT, STRIP_PT)), |ui| {
        opens = button(ui, &settings, &words.plain("settings-title"));
        pictures = button(ui, &photo, &words.plain("photo-title"));
    });
    if opens {
        open_settings(view);
    } else if pictures {
        view.over = Over::Photo;
    }
}
