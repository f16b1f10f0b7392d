//! The window: the same game as `text`, drawn as a village in three dimensions with panels of paper over it.
//!
//! Owns: the order of a frame and the list of plugins, one file each. Refuses to know: the rules of the village (`engine-sim`) and
//! of a game's screens (`text::app`, which the window and the terminal share); nothing drawn ever reaches the world's hash.
//! A frame: input is gathered, the table advances, the scene takes a copy of what can be seen, the rest draws that copy.

pub mod apply;
pub mod camera;
pub mod figures;
pub mod ground;
pub mod hands;
pub mod houses;
pub mod keys;
pub mod kit;
pub mod leaving;
pub mod light;
pub mod matte;
pub mod measure;
pub mod murmur;
pub mod pads;
pub mod palette;
pub mod panels;
pub mod photo;
pub mod plan;
pub mod preflight;
pub mod scene;
pub mod shots;
pub mod slot_pictures;
pub mod sound;
pub mod table;
pub mod trees;
pub mod walkers;
pub mod weather;
pub mod words;

use crate::crash;
use crate::saves::Saves;
use crate::text::app::App as Screens;
use crate::voices::Voices;
use anyhow::Result;
use bevy::log::{BoxedLayer, LogPlugin, tracing_subscriber};
use bevy::prelude::*;
use bevy::window::{PresentMode, WindowResolution};
use engine_sim::library::Library;
use engine_sim::world::Setup;
use std::path::PathBuf;
use std::time::Instant;

/// The window's size at first, in logical pixels.
const WINDOW_PX: (u32, u32) = (1600, 900);

/// The order of a frame.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frame {
    /// What the player does becomes commands.
    Gather,
    /// The table advances: voices speak, sentences appear.
    Advance,
    /// The scene takes its copy of the table.
    Copy,
    /// Everything drawn moves towards the copy.
    Draw,
}

/// What to begin with.
pub struct Start {
    /// The case that the title offers.
    pub setup: Setup,
    /// A save to go on with.
    pub load: Option<PathBuf>,
    /// Where saves and settings lie.
    pub data_dir: PathBuf,
    /// Speaks for everybody.
    pub voices: Voices,
    /// Seconds since 1970.
    pub today_s: u64,
    /// What draws.
    pub adapter: preflight::Adapter,
    /// How the game before this one ended, if it ended badly.
    pub last: Option<crash::Last>,
    /// Pictures to take, if this is no game but a sitting for the painter.
    pub shots: Option<shots::Plan>,
    /// What to measure, if this is no game but a measuring.
    pub measure: Option<measure::Plan>,
    /// When the program began.
    pub born: Instant,
}

/// Opens the window and plays until the player leaves.
///
/// # Errors
/// The plan of the village does not fit, the picture folder cannot be written, or signals cannot be listened to.
pub fn play(library: &'static Library, start: Start) -> Result<()> {
    let mut screens =
        Screens::new(library, start.setup, Saves::in_dir(&start.data_dir), start.voices, start.today_s);
    if let Some(last) = start.last {
        screens.ended_badly(last);
    }
    if let Some(path) = start.load {
        screens.load(&path);
    }
    let mut app = App::new();
    let window = Window {
        title: "Emberwick".to_string(),
        resolution: WindowResolution::new(WINDOW_PX.0, WINDOW_PX.1),
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    let at_work = apply::AtWork(start.shots.is_some() || start.measure.is_some());
    let plugins = DefaultPlugins
        .set(WindowPlugin { primary_window: Some(window), ..default() })
        .set(LogPlugin { custom_layer: crash_log, ..default() });
    app.add_plugins(leaving::heeded_by_the_game(plugins, at_work));
    app.configure_sets(Update, (Frame::Gather, Frame::Advance, Frame::Copy, Frame::Draw).chain());
    app.insert_resource(ClearColor(palette::NIGHT.into()));
    apply::add(
        &mut app,
        &mut screens,
        &start.data_dir,
        &start.adapter,
        at_work,
        start.shots.as_ref().map(|s| s.quality),
    );
    app.insert_resource(start.adapter);
    app.insert_non_send(table::Table::new(screens));
    app.insert_resource(plan::Plan::of(&library.village));
    app.add_plugins((
        matte::plugin,
        table::plugin,
        scene::plugin,
        ground::plugin,
        houses::plugin,
        trees::plugin,
        weather::plugin,
        light::plugin,
        figures::plugin,
        walkers::plugin,
        camera::plugin,
        panels::plugin,
        sound::plugin,
        murmur::plugin,
    ));
    app.add_plugins((hands::plugin, photo::plugin));
    match start.shots {
        Some(plan) => shots::add(&mut app, plan),
        // A painter's own pictures must not be lost to those of saves.
        None => slot_pictures::plugin(&mut app),
    }
    if let Some(plan) = start.measure {
        measure::add(&mut app, plan, start.born);
    }
    leaving::add(&mut app, at_work)?;
    // The engine may have set a hook of its own over ours.
    crash::hook();
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(_) => {
            anyhow::bail!("the window broke off; the log above says why. Saves are untouched")
        }
    }
}

/// The log goes to standard error, and its last lines into the report of a crash.
fn crash_log(_app: &mut App) -> Option<BoxedLayer> {
    let layer = tracing_subscriber::fmt::Layer::<tracing_subscriber::Registry>::default()
        .with_ansi(false)
        .with_writer(|| crash::LogLines);
    Some(Box::new(layer))
}

#[cfg(test)]
mod tests;
