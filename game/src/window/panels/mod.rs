//! The panels: paper and ink over the scene, one file for each screen.
//!
//! Owns: which panel is up, the window's keyboard, the size of everything written. Refuses to know: rules and state of the game; the
//! shared screens (`text::app`) hold all of it, and a click does what the key beside it does.

mod accuse;
mod credits;
mod ending;
mod evening;
pub mod hints;
mod hud;
pub mod keys;
pub mod labels;
mod lists;
pub mod look;
mod map;
mod menu;
mod neighbours;
mod notebook;
mod over;
mod pictures;
mod portrait;
mod replay;
pub mod settings;
pub mod style;
mod talk;
#[cfg(test)]
mod tests;
mod title;

use super::apply::{Chosen, Home};
use super::hands::Hands;
use super::pads::Held;
use super::table::Table;
use super::words::Words;
use crate::text::app::{App as Screens, Screen};
use bevy::prelude::*;
use bevy_egui::egui::{Context, Rect, pos2, vec2};
use bevy_egui::{EguiContexts, EguiPlugin, EguiPrimaryContextPass};
pub use over::{Over, Wishes};
use style::{EDGE_PT, Scrolled};

/// Lines of the window at which a point is a pixel.
const LINES_AT_ONE: f32 = 1080.0;
/// Least and most that a window's height alone makes of a point.
const BY_HEIGHT: (f32, f32) = (0.8, 3.0);
/// Least and most that the player may ask for.
pub const SCALE: (f32, f32) = (1.0, 2.0);

/// How much larger than usual the player wants everything written, 1.0..=2.0.
#[derive(Resource, Debug, Clone, Copy)]
pub struct UiScale(pub f32);

impl Default for UiScale {
    fn default() -> UiScale {
        UiScale(SCALE.0)
    }
}

/// What the panels remember between frames that the screens need not know.
#[derive(Debug, Default)]
pub struct View {
    /// Whether the context has its faces.
    dressed: bool,
    /// The page that is up.
    page: Scrolled,
    /// The screen whose page that is.
    shown: Option<Screen>,
    /// The talk.
    log: Scrolled,
    /// The sentence that appears: its turn, how many are shown, and since when, seconds.
    sentence: (u32, usize, f64),
    /// What lies over the screens.
    pub over: Over,
    /// The player's settings: whoever calls [`draw`] brings them and takes the changed ones back.
    pub chosen: Chosen,
    /// Where settings are written, if anywhere.
    pub home: Option<std::path::PathBuf>,
    /// What the window is asked for.
    pub wishes: Wishes,
    /// What keyboard and gamepad did since the last frame.
    pub hits: Vec<keys::Hit>,
    /// What was pasted since then.
    pub pasted: Vec<String>,
    /// What the hand holds last.
    pub held: Held,
    menu: menu::Menu,
    sheet: settings::Sheet,
    /// Frames for which nothing is written, for a picture.
    hidden: u8,
    /// The pictures of saves.
    pictures: pictures::Pictures,
}

/// Adds them.
pub fn plugin(app: &mut App) {
    app.add_plugins(EguiPlugin::default());
    app.init_resource::<UiScale>().init_resource::<Over>().init_resource::<Wishes>();
    app.add_systems(EguiPrimaryContextPass, system);
}

pub(super) fn system(
    mut contexts: EguiContexts,
    mut table: NonSendMut<Table>,
    (scale, words, home): (Res<UiScale>, Res<Words>, Res<Home>),
    (mut chosen, mut over, mut wishes): (ResMut<Chosen>, ResMut<Over>, ResMut<Wishes>),
    mut hands: ResMut<Hands>,
    mut view: Local<View>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    if !view.dressed {
        style::dress(ctx);
        view.dressed = true;
        // The faces are there from the next frame on.
        return Ok(());
    }
    size(ctx, scale.0);
    over::bring(&mut view, &chosen, &home, &mut hands);
    draw(ctx, &mut table.screens, &mut view, &words);
    if *chosen != view.chosen {
        *chosen = view.chosen.clone();
    }
    over.set_if_neq(view.over);
    wishes.add(std::mem::take(&mut view.wishes));
    Ok(())
}

/// Makes a point a 1080th of the window's height, times what the player asks for.
fn size(ctx: &Context, scale: f32) {
    let lines = ctx.viewport_rect().height() * ctx.pixels_per_point();
    let wanted = (lines / LINES_AT_ONE).clamp(BY_HEIGHT.0, BY_HEIGHT.1) * scale.clamp(SCALE.0, SCALE.1);
    let native = ctx.native_pixels_per_point().unwrap_or(1.0);
    let zoom = wanted / native;
    if (ctx.zoom_factor() - zoom).abs() > 0.005 {
        ctx.set_zoom_factor(zoom);
    }
}

/// Draws what is up and does what was clicked and typed.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    look::set(ctx, over::look(&view.chosen));
    over::hear(ctx, screens, view, words);
    if !over::draw(ctx, screens, view, words) {
        screen(ctx, screens, view, words);
        over::open_if_asked(screens, view);
    }
    if look::of(ctx).contrast {
        look::make_stark(ctx);
    }
}

/// Draws the screen that is up.
fn screen(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    if view.shown != Some(screens.screen) {
        view.shown = Some(screens.screen);
        view.page = Scrolled::default();
        view.pictures = pictures::Pictures::default();
    }
    let window = ctx.content_rect();
    let has_game = screens.world.is_some();
    let top = if has_game { hud::bar(ctx, screens, words, view, window) } else { window.top() };
    let below = Rect::from_min_max(pos2(window.left(), top), window.max);
    match screens.screen {
        Screen::Title => {
            title::draw(ctx, screens, words, window);
            over::corner(ctx, screens, view, words, window);
        }
        Screen::Play => {
            let foot = talk::draw(ctx, screens, words, view, below);
            hud::log(ctx, screens, words, Rect::from_min_max(below.min, pos2(below.right(), foot)));
            over::corner(ctx, screens, view, words, window);
        }
        Screen::Village => map::draw(ctx, screens, words, below),
        Screen::Seek => lists::seek(ctx, screens, words, below),
        Screen::Wait => lists::wait(ctx, screens, words, below),
        Screen::Notebook => notebook::draw(ctx, screens, words, view, below),
        Screen::Evening => evening::draw(ctx, screens, words, below),
        Screen::Accuse => accuse::draw(ctx, screens, words, below),
        Screen::Ending => ending::draw(ctx, screens, words, view, below),
        Screen::Help => lists::help(ctx, screens, words, view, below),
        Screen::Credits => credits::draw(ctx, screens, words, view, below),
        Screen::Neighbours => neighbours::draw(ctx, screens, words, view, below),
        Screen::Saves => lists::saves(ctx, screens, words, view, below),
        Screen::Replay => replay::draw(ctx, screens, words, view, below),
        Screen::Name => lists::name(ctx, screens, words, below),
        Screen::Leave => lists::leave(ctx, screens, words, below),
    }
    hud::notice(ctx, screens, words, below);
    if screens.speaking() || screens.screen == Screen::Play || screens.screen == Screen::Name {
        ctx.request_repaint();
    }
}

/// The place of a page: in the middle of what is free, no larger than it needs.
fn page(free: Rect, most: bevy_egui::egui::Vec2) -> Rect {
    let room = free.shrink(EDGE_PT);
    let size = vec2(room.width().min(most.x), room.height().min(most.y));
    Rect::from_center_size(room.center(), size)
}
