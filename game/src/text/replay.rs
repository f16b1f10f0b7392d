//! Replay: a save watched, command after command, as it was played.
//!
//! Owns: opening a save to watch it, the pace, and putting the game that was going on back in its place. Refuses to know: drawing, and
//! what a command does. The log is applied to a world of its own; while it is watched the screens take no command from anybody
//! (`App::is_watching`), so what is shown is what was played and nothing else.

use super::app::App;
use super::chronicle::Chronicle;
use super::news::News;
use super::press::{Key, Press};
use super::story::{self, Piece};
use super::views::Screen;
use crate::plain::plain;
use crate::saves;
use engine_sim::World;
use engine_sim::world::Setup;
use engine_sim::world::event::Command;
use std::path::Path;

/// How many times faster than it was told.
pub const SPEEDS: [u64; 4] = [1, 2, 4, 8];
/// Between what can be read of one command and the next, in the replay's own time.
const PAUSE_MS: u64 = 900;
/// Most of the time between two frames that counts: a window that slept does not rush on.
const FRAME_MS_MAX: u64 = 250;
/// Commands of which nothing can be seen that one frame takes at most.
const SILENT_MAX: usize = 64;
/// Rows of a page of the log.
const PAGE: isize = 8;

/// A save that is being watched.
pub struct Replay<'a> {
    /// The save's name.
    pub name: String,
    /// Whether it goes on by itself.
    pub is_playing: bool,
    setup: Setup,
    log: Vec<Command>,
    at: usize,
    speed: usize,
    /// The replay's own time, and the app's when it last went on.
    clock_ms: u64,
    seen_ms: u64,
    /// When the next command is due, in the replay's own time.
    due_ms: u64,
    aside: Aside<'a>,
}

/// The game that was going on, kept aside until the replay ends.
struct Aside<'a> {
    world: Option<World<'a>>,
    chronicle: Chronicle,
    story: Vec<Piece>,
    is_unsaved: bool,
    is_autosave_due: bool,
    /// The chosen row of the saves.
    row: usize,
}

impl Replay<'_> {
    /// Commands played, and all of them.
    pub fn progress(&self) -> (usize, usize) {
        (self.at, self.log.len())
    }

    /// How many times faster than it was told.
    pub fn speed(&self) -> u64 {
        SPEEDS[self.speed.min(SPEEDS.len() - 1)]
    }

    /// Whether everything has been played.
    pub fn is_over(&self) -> bool {
        self.at >= self.log.len()
    }
}

impl<'a> App<'a> {
    /// Whether a save is being watched: then nobody's command counts.
    pub fn is_watching(&self) -> bool {
        self.replay.is_some()
    }

    /// Watches a save from its beginning.
    pub fn watch(&mut self, path: &Path) {
        if self.is_watching() {
            return;
        }
        let loaded = saves::load(self.library, path).map_err(|error| error.to_string());
        let begun = loaded.and_then(|played| {
            let world = World::new(self.library, played.setup()).map_err(|error| error.to_string())?;
            Ok((played.setup(), played.log().to_vec(), world))
        });
        let (setup, log, world) = match begun {
            Ok(begun) => begun,
            Err(why) => return self.news(News::NotLoaded { why }),
        };
        let name = path.file_stem().map_or_else(String::new, |name| plain(&name.to_string_lossy()));
        let row = self.at;
        self.show(Screen::Replay);
        let aside = Aside {
            world: self.world.take(),
            chronicle: std::mem::take(&mut self.chronicle),
            story: std::mem::take(&mut self.story),
            is_unsaved: std::mem::take(&mut self.unsaved),
            is_autosave_due: std::mem::take(&mut self.autosave_due),
            row,
        };
        self.replay = Some(Replay {
            name,
            is_playing: true,
            setup,
            log,
            at: 0,
            speed: 0,
            clock_ms: 0,
            seen_ms: self.now_ms,
            due_ms: PAUSE_MS,
            aside,
        });
        self.put_watched(world);
    }

    fn put_watched(&mut self, world: World<'a>) {
        self.chronicle = Chronicle::default();
        self.chronicle.begin(&world);
        self.story = Vec::new();
        self.world = Some(world);
        self.log_scroll.reset();
        self.refresh();
    }

    /// Puts the game that was going on back, and goes to the saves.
    pub fn stop_watching(&mut self) {
        let Some(replay) = self.replay.take() else { return };
        let aside = replay.aside;
        self.world = aside.world;
        self.chronicle = aside.chronicle;
        self.story = aside.story;
        self.unsaved = aside.is_unsaved;
        self.autosave_due = aside.is_autosave_due;
        self.log_scroll.reset();
        self.refresh();
        self.open_saves();
        self.at = aside.row.min(self.slots.len().saturating_sub(1));
    }

    /// Plays the replay on. True when the screen has changed.
    pub(super) fn tick_watched(&mut self, now_ms: u64) -> bool {
        let Some(replay) = &mut self.replay else { return false };
        let passed_ms = now_ms.saturating_sub(replay.seen_ms).min(FRAME_MS_MAX);
        replay.seen_ms = now_ms;
        if !replay.is_playing {
            return false;
        }
        replay.clock_ms += passed_ms * replay.speed();
        let (clock_ms, due_ms) = (replay.clock_ms, replay.due_ms);
        if self.chronicle.revealing() {
            let changed = self.chronicle.tick(clock_ms);
            if changed && let Some(replay) = &mut self.replay {
                replay.due_ms = clock_ms + PAUSE_MS;
            }
            return changed;
        }
        if clock_ms < due_ms {
            return false;
        }
        for _ in 0..SILENT_MAX {
            let shown = self.chronicle.visible().len();
            if !self.apply_next() {
                break;
            }
            self.chronicle.tick(clock_ms);
            if self.chronicle.visible().len() != shown {
                break;
            }
        }
        if let Some(replay) = &mut self.replay {
            replay.due_ms = clock_ms + PAUSE_MS;
            replay.is_playing = !replay.is_over() || self.chronicle.revealing();
        }
        true
    }

    /// Applies the next command of the log. False when there is none, or the world does not take it, which a save that was proven
    /// when it was opened cannot bring about.
    fn apply_next(&mut self) -> bool {
        let (Some(replay), Some(world)) = (&mut self.replay, &mut self.world) else { return false };
        let Some(command) = replay.log.get(replay.at) else { return false };
        match world.apply(command.clone()) {
            Ok(events) => {
                self.chronicle.record(command, world, &events);
                replay.at += 1;
                self.story = story::story(world).unwrap_or_default();
                self.refresh();
                true
            }
            Err(refusal) => {
                replay.is_playing = false;
                replay.at = replay.log.len();
                self.news(News::Refused(refusal));
                false
            }
        }
    }

    /// Plays on or pauses; from the end it begins again.
    pub fn play_or_pause(&mut self) {
        if self.replay.as_ref().is_some_and(|r| r.is_over() && !r.is_playing) {
            self.watch_again();
        } else if let Some(replay) = &mut self.replay {
            replay.is_playing = !replay.is_playing;
        }
    }

    /// One command more, whole and at once; then it waits.
    pub fn step_watched(&mut self) {
        let Some(replay) = &mut self.replay else { return };
        replay.is_playing = false;
        self.chronicle.finish();
        self.apply_next();
        self.chronicle.finish();
    }

    /// Slower or faster, within [`SPEEDS`].
    pub fn pace_watched(&mut self, faster: bool) {
        let Some(replay) = &mut self.replay else { return };
        replay.speed =
            if faster { (replay.speed + 1).min(SPEEDS.len() - 1) } else { replay.speed.saturating_sub(1) };
    }

    /// From the beginning.
    pub fn watch_again(&mut self) {
        let Some(replay) = &mut self.replay else { return };
        match World::new(self.library, replay.setup) {
            Ok(world) => {
                (replay.at, replay.clock_ms, replay.due_ms, replay.is_playing) = (0, 0, PAUSE_MS, true);
                self.put_watched(world);
            }
            Err(error) => self.news(News::NoCase { why: error.to_string() }),
        }
    }

    /// The keys of a replay; no other key does anything.
    pub(super) fn replay_key(&mut self, press: Press) {
        match press.key {
            Key::Char('q' | 'c') if press.ctrl => {
                self.stop_watching();
                self.leave(true);
            }
            Key::Esc | Key::Char('q') => self.stop_watching(),
            Key::Char(' ' | 'p') | Key::Enter => self.play_or_pause(),
            Key::Right | Key::Char('s') => self.step_watched(),
            Key::Up | Key::Char('+') => self.pace_watched(true),
            Key::Down | Key::Char('-') => self.pace_watched(false),
            Key::Home => self.watch_again(),
            Key::PageUp => self.log_scroll.by(PAGE),
            Key::PageDown => self.log_scroll.by(-PAGE),
            Key::F(7) => self.show_why = !self.show_why,
            _ => {}
        }
    }
}
