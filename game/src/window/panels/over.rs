//! Over: what lies over the screens: the menu, the settings, or a picture being taken; and which of them hears the hands.
//!
//! Owns: that choice, the way of hits and pasted text, the line under a picture. Refuses to know: the rows of the menu (`menu`) and of
//! the settings (`settings`), the shared screens' keys (`text::keys`), and how a picture is taken (`window::photo`).

use super::keys::{self, Hit, Meaning};
use super::look::{self, Look};
use super::style::{self, EDGE_PT, GAP_PT, Ground};
use super::{View, hints, hud, menu, neighbours, settings};
use crate::text::app::{App as Screens, Screen};
use crate::window::apply::{Chosen, Home};
use crate::window::hands::Hands;
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
    /// What the window can do beside the village.
    Menu,
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
pub(super) fn bring(view: &mut View, chosen: &Chosen, home: &Home, hands: &mut Hands) {
    if view.chosen != *chosen {
        view.chosen = chosen.clone();
    }
    if view.home.is_none() {
        view.home = Some(home.0.clone());
    }
    view.hits.extend(hands.take());
    view.pasted.extend(hands.take_pasted());
    view.held = hands.in_hand();
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
    for text in keys::take_pasted(ctx).into_iter().chain(std::mem::take(&mut view.pasted)) {
        if view.over == Over::Nothing {
            screens.paste(&keys::one_line(&text));
        }
    }
    for hit in std::mem::take(&mut view.hits) {
        match view.over {
            Over::Nothing => play(&hit, screens, view, words),
            Over::Photo => photograph(&hit, view),
            Over::Menu => menu::take(&hit, screens, view, words),
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
    let writes = view.over == Over::Nothing && keys::writing(screens);
    hints::set(ctx, &view.chosen.bindings, view.held, writes);
}

/// Opens the settings when the shared screens' menu has asked for them.
pub(super) fn open_if_asked(screens: &mut Screens<'_>, view: &mut View) {
    if std::mem::take(&mut screens.wants_settings) {
        open_settings(view);
    }
}

fn play(hit: &Hit, screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    perform(keys::meaning(hit, &view.chosen.bindings, screens), screens, view, words);
}

/// Does what a key, or a row of the menu, means.
pub(super) fn perform(meaning: Meaning, screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    match meaning {
        Meaning::Presses(presses) => presses.into_iter().for_each(|press| screens.key(press)),
        Meaning::Window(Action::Menu) => open_menu(view),
        Meaning::Window(Action::Settings) => open_settings(view),
        Meaning::Window(Action::Photo) => view.over = Over::Photo,
        Meaning::Window(Action::FullScreen) => view.wishes.full_screen = true,
        Meaning::Window(Action::Neighbours) => neighbours::open(screens, words),
        Meaning::Window(_) | Meaning::Nothing => {}
    }
}

/// Opens the menu at its first row.
pub(super) fn open_menu(view: &mut View) {
    view.over = Over::Menu;
    view.menu = menu::Menu::default();
}

fn open_settings(view: &mut View) {
    view.over = Over::Settings;
    view.sheet.open(&view.chosen);
}

fn photograph(hit: &Hit, view: &mut View) {
    let action = hit.stroke.and_then(|stroke| view.chosen.bindings.action(stroke));
    match action.filter(|_| !hit.repeat) {
        Some(Action::Confirm) => take_picture(view),
        Some(Action::Back | Action::Photo | Action::Menu | Action::Settings) => view.over = Over::Nothing,
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
        Over::Menu => menu::draw(ctx, screens, view, words, window),
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
    let width = look::room(ctx, PHOTO_PT).min(window.width() - 2.0 * EDGE_PT);
    let size = vec2(width, look::room(ctx, STRIP_PT));
    let min = pos2(window.center().x - width / 2.0, window.bottom() - size.y - EDGE_PT);
    let (mut takes, mut leaves) = (false, false);
    strip(ctx, "picture", Rect::from_min_size(min, size), |ui| {
        takes = hints::button(ui, Action::Confirm, &words.plain("photo-take"), words);
        leaves = hints::button(ui, Action::Back, &words.plain("photo-panels"), words);
    });
    if takes {
        take_picture(view);
    } else if leaves {
        view.over = Over::Nothing;
    }
}

/// The ways to what the window can do by mouse, at the foot on the left: over the village where there is room for them, since the bar
/// has the menu; on the title always.
pub(super) fn corner(ctx: &Context, screens: &Screens<'_>, view: &mut View, words: &Words, window: Rect) {
    let offered: &[Action] = match screens.screen {
        Screen::Title => &[Action::Menu],
        Screen::Play if screens.partner().is_none() && window.width() >= look::room(ctx, ROOMY_PT) => {
            &[Action::Settings, Action::Photo]
        }
        _ => return,
    };
    let size = vec2(look::room(ctx, CORNER_PT), look::room(ctx, STRIP_PT));
    let min = pos2(window.left() + EDGE_PT, window.bottom() - size.y - GAP_PT);
    let mut clicked = None;
    strip(ctx, "corner", Rect::from_min_size(min, size), |ui| {
        for action in offered {
            let name = words.say(&action.message(), &[]);
            if hints::button(ui, *action, &name, words) {
                clicked = Some(*action);
            }
        }
    });
    match clicked {
        Some(Action::Menu) => open_menu(view),
        Some(Action::Settings) => open_settings(view),
        Some(_) => view.over = Over::Photo,
        None => {}
    }
}
