//! Apply: what the player has chosen becomes how the window draws, sounds, reads and rests.
//!
//! Owns: the settings as a resource, telling every part of the window when they change, measuring a new machine once, the whole
//! screen. Refuses to know: the settings' file format (`settings`), their screen (`panels::settings`), and what each part makes of its
//! switch. Frames are capped by the event loop's own clock: it sleeps until the next one is due, and no system ever does.

use super::Frame;
use super::camera::Comfort;
use super::keys::Bindings;
use super::light;
use super::panels::{UiScale, Wishes};
use super::preflight::Adapter;
use super::sound::Volumes;
use super::table::Table;
use super::words::Words;
use crate::settings::{Graphics, Quality, Settings};
use crate::text::app::App as Screens;
use bevy::prelude::*;
use bevy::window::{MonitorSelection, PrimaryWindow, WindowFocused, WindowMode};
use bevy::winit::{UpdateMode, WinitSettings};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Troubles of the settings file that the first notice tells.
const TROUBLES_TOLD: usize = 3;
/// While the window rests it is drawn so seldom: often enough not to be found black when it is uncovered.
const REST: Duration = Duration::from_secs(1);
/// Frames of a first run that are not measured (pipelines are being made), and those that are.
const WARM_FRAMES: usize = 30;
const MEASURED_FRAMES: usize = 90;
/// A measurement ends after so many seconds if it has at least so many frames.
const MEASURE_S: f32 = 8.0;
const MEASURED_FRAMES_MIN: usize = 5;
/// A machine that draws everything in so many milliseconds is given everything, or the middle; else little.
const HIGH_MS: f32 = 21.0;
const MEDIUM_MS: f32 = 45.0;

/// What the player has chosen.
#[derive(Resource, Debug, Clone, PartialEq, Default)]
pub struct Chosen {
    /// The settings.
    pub settings: Settings,
    /// The keys of the settings, as bindings.
    pub bindings: Bindings,
}

impl Chosen {
    /// Reads the player's settings; gives what was wrong with them, in their language.
    pub fn load(data_dir: &Path) -> (Chosen, Vec<String>) {
        let (settings, troubles) = Settings::load(data_dir);
        let (bindings, key_troubles) = Bindings::of(&settings.keys);
        let words = Words::new(settings.interface.language);
        let told = troubles.iter().map(|t| words.trouble(t));
        let told = told.chain(key_troubles.iter().map(|t| t.shown(&words))).collect();
        (Chosen { settings, bindings }, told)
    }

    /// The same for every painter, whatever the player has chosen: so much drawn, and no limit to the frames.
    pub fn of_painter(quality: Quality) -> Chosen {
        let mut chosen = Chosen::default();
        preset(&mut chosen.settings.graphics, quality);
        chosen.settings.graphics.frame_cap = 0;
        chosen.settings.window.pause_unfocused = false;
        chosen
    }
}

/// Where settings and pictures lie.
#[derive(Resource, Debug, Clone)]
pub struct Home(pub PathBuf);

/// A first run: how long frames take with everything drawn, milliseconds.
#[derive(Resource, Debug, Default)]
struct Measuring {
    seen: usize,
    seconds: f32,
    frames_ms: Vec<f32>,
    done: bool,
}

impl Measuring {
    /// Takes a frame; gives the median once there are enough.
    fn take(&mut self, seconds: f32) -> Option<f32> {
        self.seen += 1;
        self.seconds += seconds;
        let out_of_time = self.seconds >= MEASURE_S;
        if self.seen > WARM_FRAMES || out_of_time {
            self.frames_ms.push(seconds * 1000.0);
        }
        let enough = self.frames_ms.len() >= MEASURED_FRAMES
            || out_of_time && self.frames_ms.len() >= MEASURED_FRAMES_MIN;
        enough.then(|| {
            self.done = true;
            self.frames_ms.sort_by(f32::total_cmp);
            self.frames_ms[self.frames_ms.len() / 2]
        })
    }
}

/// How much a machine is given that draws everything in so many milliseconds, the median of its first frames.
pub fn quality_for(median_ms: f32) -> Quality {
    if median_ms <= HIGH_MS {
        Quality::High
    } else if median_ms <= MEDIUM_MS {
        Quality::Medium
    } else {
        Quality::Low
    }
}

fn preset_of(quality: Quality) -> light::Quality {
    match quality {
        Quality::Low => light::Quality::LOW,
        Quality::Medium => light::Quality::MEDIUM,
        Quality::High => light::Quality::HIGH,
    }
}

/// Chooses a quality with the switches that belong to it; the player may turn each of them afterwards.
pub fn preset(graphics: &mut Graphics, quality: Quality) {
    let drawn = preset_of(quality);
    graphics.quality = quality;
    graphics.shadows = drawn.shadows;
    graphics.fog = drawn.fog;
    graphics.bloom = drawn.bloom;
    graphics.snow = drawn.snow > 0;
}

/// What is drawn by these settings.
fn drawn(graphics: &Graphics) -> light::Quality {
    let of = preset_of(graphics.quality);
    let snow = if graphics.snow { of.snow.max(1) } else { 0 };
    light::Quality { shadows: graphics.shadows, fog: graphics.fog, bloom: graphics.bloom, snow, ..of }
}

/// How the event loop goes: at the frames a second that are wanted, or at the screen's own pace.
fn pace_of(frame_cap: u16) -> UpdateMode {
    match frame_cap {
        0 => UpdateMode::Continuous,
        // What happens between two frames waits for the next one: events must not add frames.
        cap => UpdateMode::Reactive {
            wait: Duration::from_secs(1) / u32::from(cap),
            react_to_device_events: false,
            react_to_user_events: false,
            react_to_window_events: false,
        },
    }
}

/// Whether nobody plays: a painter or a measuring is at work, and it never rests.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtWork(pub bool);

/// Adds the player's settings, or a painter's, and their systems. What is wrong with the file is told on the first screen.
pub fn add(
    app: &mut App,
    screens: &mut Screens<'_>,
    data_dir: &Path,
    adapter: &Adapter,
    at_work: AtWork,
    painter: Option<Quality>,
) {
    let (mut chosen, told) = match painter {
        Some(quality) => (Chosen::of_painter(quality), Vec::new()),
        None => Chosen::load(data_dir),
    };
    if !told.is_empty() {
        let few: Vec<String> = told.into_iter().take(TROUBLES_TOLD).collect();
        screens.tell(few.join(" "), true);
    }
    screens.has_settings = true;
    app.insert_resource(at_work);
    if painter.is_none() && !Settings::path(data_dir).exists() {
        if adapter.is_software {
            // There is nothing to measure: a processor that draws has no time for more.
            preset(&mut chosen.settings.graphics, adapter.first_quality());
        } else {
            app.init_resource::<Measuring>();
        }
    }
    app.insert_resource(Words::new(chosen.settings.interface.language));
    app.insert_resource(Home(data_dir.to_path_buf()));
    app.insert_resource(chosen);
    app.init_resource::<Wishes>();
    app.add_systems(Update, (measure, apply, rest, full_screen, speak_at_pace).chain().in_set(Frame::Gather));
}

/// Looks at the first frames of a new machine, then chooses for it and writes that down.
fn measure(
    mut commands: Commands,
    measuring: Option<ResMut<Measuring>>,
    (mut chosen, home, words): (ResMut<Chosen>, Res<Home>, Res<Words>),
    (time, windows): (Res<Time<Real>>, Query<&Window, With<PrimaryWindow>>),
    mut table: NonSendMut<Table>,
) {
    let Some(mut measuring) = measuring else { return };
    // A player who has been to the settings meanwhile has chosen.
    let decided = Settings::path(&home.0).exists();
    if decided {
        measuring.done = true;
    }
    let seen = !decided && windows.iter().any(|w| w.focused);
    let median_ms = seen.then(|| measuring.take(time.delta_secs())).flatten();
    if measuring.done {
        commands.remove_resource::<Measuring>();
        chosen.set_changed();
    }
    let Some(median_ms) = median_ms else { return };
    preset(&mut chosen.settings.graphics, quality_for(median_ms));
    if let Err(error) = chosen.settings.save(&home.0) {
        let why = error.to_string();
        table.screens.tell(words.say("error-settings", &[("why", why.into())]), true);
    }
}

fn apply(
    (chosen, measuring): (Res<Chosen>, Option<Res<Measuring>>),
    (mut scale, mut comfort): (ResMut<UiScale>, ResMut<Comfort>),
    (mut quality, mut volumes): (ResMut<light::Quality>, ResMut<Volumes>),
    (mut words, mut winit, at_work): (ResMut<Words>, ResMut<WinitSettings>, Res<AtWork>),
) {
    if !chosen.is_changed() {
        return;
    }
    let Settings { graphics, interface, sound, window, .. } = &chosen.settings;
    scale.0 = f32::from(interface.ui_scale_percent) / 100.0;
    comfort.reduced_motion = interface.reduced_motion;
    let measured = measuring.is_none_or(|m| m.done);
    quality.set_if_neq(if measured { drawn(graphics) } else { light::Quality::HIGH });
    if volumes.set != *sound {
        volumes.set = sound.clone();
    }
    if words.language() != interface.language {
        *words = Words::new(interface.language);
    }
    let pace = if measured { pace_of(graphics.frame_cap) } else { UpdateMode::Continuous };
    let rests = window.pause_unfocused && !at_work.0;
    let unfocused_mode = if rests { UpdateMode::reactive_low_power(REST) } else { pace };
    *winit = WinitSettings { focused_mode: pace, unfocused_mode };
}

/// Sound rests while another window has the player's attention.
fn rest(
    chosen: Res<Chosen>,
    windows: Query<&Window, With<PrimaryWindow>>,
    mut told: MessageReader<WindowFocused>,
    mut volumes: ResMut<Volumes>,
) {
    if told.read().count() == 0 && !chosen.is_changed() {
        return;
    }
    let away = chosen.settings.window.pause_unfocused && windows.iter().all(|w| !w.focused);
    if volumes.hushed != away {
        volumes.hushed = away;
    }
}

fn full_screen(mut wishes: ResMut<Wishes>, mut windows: Query<&mut Window, With<PrimaryWindow>>) {
    if !wishes.full_screen {
        return;
    }
    wishes.full_screen = false;
    for mut window in &mut windows {
        window.mode = match window.mode {
            WindowMode::Windowed => WindowMode::BorderlessFullscreen(MonitorSelection::Current),
            _ => WindowMode::Windowed,
        };
    }
}

/// A new game has a new chronicle: it is told the player's pace every frame.
fn speak_at_pace(chosen: Res<Chosen>, mut table: NonSendMut<Table>) {
    table.screens.chronicle.set_pace(chosen.settings.interface.text_speed_percent);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Choice, FRAME_CAPS_FPS};

    #[test]
    fn a_quick_machine_is_given_everything_and_a_slow_one_little() {
        for (ms, expected) in [
            (6.9, Quality::High),
            (16.7, Quality::High),
            (20.0, Quality::High),
            (33.3, Quality::Medium),
            (50.0, Quality::Low),
            (300.0, Quality::Low),
        ] {
            assert_eq!(quality_for(ms), expected, "{ms} ms");
        }
    }

    #[test]
    fn the_median_is_of_frames_after_the_first_and_a_slow_machine_is_not_kept_waiting() {
        let mut measuring = Measuring::default();
        let mut frames = 0;
        let median_ms = loop {
            frames += 1;
            // Slow first frames, and a hiccup now and then, say nothing.
            let seconds = if frames <= WARM_FRAMES || frames % 10 == 0 { 0.05 } else { 0.016 };
            if let Some(ms) = measuring.take(seconds) {
                break ms;
            }
        };
        assert_eq!(frames, WARM_FRAMES + MEASURED_FRAMES);
        assert!((median_ms - 16.0).abs() < 0.01 && measuring.done);

        let mut measuring = Measuring::default();
        let frames = (1..).find(|_| measuring.take(0.7).is_some()).unwrap();
        assert!(frames < WARM_FRAMES, "{frames}");
    }

    #[test]
    fn every_quality_sets_its_switches_and_each_switch_does_something() {
        for quality in Quality::ALL {
            let mut graphics = Graphics::default();
            preset(&mut graphics, *quality);
            assert_eq!(drawn(&graphics), preset_of(*quality));
            let before = drawn(&graphics);
            let turned = |turn: fn(&mut Graphics)| {
                let mut other = graphics.clone();
                turn(&mut other);
                drawn(&other) != before
            };
            assert!(turned(|g| g.shadows = !g.shadows) && turned(|g| g.fog = !g.fog));
            assert!(turned(|g| g.bloom = !g.bloom) && turned(|g| g.snow = !g.snow));
        }
    }

    #[test]
    fn a_cap_waits_and_none_does_not() {
        assert_eq!(pace_of(0), UpdateMode::Continuous);
        for cap in FRAME_CAPS_FPS.into_iter().filter(|cap| *cap > 0) {
            let UpdateMode::Reactive { wait, .. } = pace_of(cap) else { panic!("{cap}") };
            assert!((wait.as_secs_f64() * f64::from(cap) - 1.0).abs() < 1e-6, "{cap}");
        }
    }

    #[test]
    fn settings_and_keys_survive_a_restart_and_troubles_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut chosen = Chosen::default();
        chosen.settings.interface.ui_scale_percent = 150;
        chosen
            .bindings
            .take(super::super::keys::Action::Wait, super::super::keys::Stroke::Sign('m'))
            .unwrap();
        chosen.bindings.store(&mut chosen.settings.keys);
        chosen.settings.save(folder.path()).unwrap();
        assert_eq!(Chosen::load(folder.path()), (chosen, Vec::new()));
        std::fs::write(Settings::path(folder.path()), "[interface]\nui_scale_percent = 9000\n").unwrap();
        let (chosen, told) = Chosen::load(folder.path());
        assert_eq!(chosen.settings.interface.ui_scale_percent, 100);
        assert_eq!(told.len(), 1);
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(measure);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(apply);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(rest);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(full_screen);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(speak_at_pace);
        system.initialize(&mut world);
    }
}
