//! The menu: everything that lies beside the village, as rows that keyboard, mouse and gamepad choose alike.
//!
//! Owns: that sheet, which rows it has now, and the chosen one. Refuses to know: what a row does (`keys`, `over`, the shared screens).
//! It is what makes a gamepad and a small window whole: what has no button, and no room, is here.

use super::keys::{Hit, Meaning, done};
use super::settings::{Way, way};
use super::style::{self, Ground, SMALL_PT, Slip, heading, slip, text};
use super::{Over, View, hints, look, over, page};
use crate::text::app::{App as Screens, Screen};
use crate::text::press::{Key, Press};
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy_egui::egui::{Context, Rect, ScrollArea, vec2};

/// The sheet, points.
const SHEET_PT: (f32, f32) = (640.0, 820.0);
/// What there is a row for: first what has no other place, then the pages of the game.
const ROWS: [Action; 12] = [
    Action::Settings,
    Action::Photo,
    Action::Neighbours,
    Action::FullScreen,
    Action::Why,
    Action::Save,
    Action::Load,
    Action::Help,
    Action::Notebook,
    Action::Evening,
    Action::Map,
    Action::Leave,
];

/// What the menu remembers while it is open.
#[derive(Debug, Default)]
pub struct Menu {
    /// The chosen row.
    at: usize,
    /// Whether keys have moved the choice: it is to be in sight.
    moved: bool,
}

/// Whether a row does something now. Pages are opened by it and never closed; what is done in the village is done there.
fn offers(action: Action, screens: &Screens<'_>) -> bool {
    let opens = |presses: &[Press]| matches!(presses, [Press { key: Key::F(_), .. }]);
    match (action, done(action, screens)) {
        (_, Meaning::Window(_)) => true,
        (Action::Leave, Meaning::Presses(_)) => screens.screen == Screen::Play,
        (Action::Why, Meaning::Presses(_)) => true,
        (_, Meaning::Presses(presses)) => opens(&presses) && !screens.is_watching(),
        (_, Meaning::Nothing) => false,
    }
}

/// The rows that there are now.
fn rows(screens: &Screens<'_>) -> Vec<Action> {
    ROWS.into_iter().filter(|action| offers(*action, screens)).collect()
}

/// Takes a hit: rows are chosen as everywhere, or by their own keys, which stand beside them.
pub fn take(hit: &Hit, screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    let rows = rows(screens);
    let plain = hit.stroke.filter(|_| !hit.repeat && !hit.ctrl && !hit.alt);
    let own = plain.and_then(|stroke| view.chosen.bindings.action(stroke));
    if let Some(action) = own.filter(|action| rows.contains(action)) {
        return choose(action, screens, view, words);
    }
    let (at, len) = (view.menu.at, rows.len());
    match way(hit, &view.chosen.bindings) {
        Some(Way::Up) => view.menu = Menu { at: at.checked_sub(1).unwrap_or(len - 1), moved: true },
        Some(Way::Down) => view.menu = Menu { at: (at + 1) % len, moved: true },
        Some(Way::Enter) => {
            if let Some(action) = rows.get(at) {
                choose(*action, screens, view, words);
            }
        }
        Some(Way::Back) => view.over = Over::Nothing,
        _ => {}
    }
}

fn choose(action: Action, screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    view.over = Over::Nothing;
    over::perform(done(action, screens), screens, view, words);
}

/// Draws it and does what was clicked.
pub(super) fn draw(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, words: &Words, window: Rect) {
    let rect = page(window, look::sized(ctx, vec2(SHEET_PT.0, SHEET_PT.1)));
    let Menu { at, moved } = std::mem::take(&mut view.menu);
    view.menu.at = at;
    let (mut chosen, mut leaves) = (None, false);
    style::sheet(ctx, "window menu", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("menu-title"));
        text(ui, words.plain("menu-about"), style::plain(SMALL_PT), style::QUIET);
        leaves = hints::button(ui, Action::Back, &words.plain("common-back"), words);
        ScrollArea::vertical().id_salt("window menu").auto_shrink(false).show(ui, |ui| {
            for (i, action) in rows(screens).into_iter().enumerate() {
                let key = hints::action(ui.ctx(), action, words);
                let width = Some(ui.available_width() - 8.0);
                let name = words.say(&action.message(), &[]);
                let response = slip(ui, &name, Slip { key: &key, chosen: i == at, width, ..Slip::default() });
                if i == at && moved {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    chosen = Some(action);
                }
            }
        });
    });
    if let Some(action) = chosen {
        choose(action, screens, view, words);
    } else if leaves {
        view.over = Over::Nothing;
    }
}
