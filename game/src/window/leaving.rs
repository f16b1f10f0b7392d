//! Leaving: the ways out that are not the game's own. The window is closed, the system tells the program to end, the drawing breaks off.
//!
//! Owns: hearing of them, and that what is unsaved goes into the autosave first, once. Refuses to know: how a game is saved
//! (`text::app`), how signals are caught (`text::told_to_end`, the terminal's own way) and how a bad end is told from a good one
//! (`crash`): whoever is heard here ends well.

use super::Frame;
use super::apply::AtWork;
use super::table::Table;
use crate::text::told_to_end;
use anyhow::Result;
use bevy::app::{PluginGroupBuilder, TerminalCtrlCHandlerPlugin};
use bevy::prelude::*;
use bevy::window::{ExitSystems, WindowCloseRequested};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long the window may take to save and to let go of the graphics card when the system wants an end: a frame of a slow machine
/// and the rest of a window in the background are less.
const GRACE: Duration = Duration::from_secs(10);

/// Whether the system has told the program to end.
#[derive(Resource)]
struct Told(Arc<AtomicBool>);

/// The engine's plugins without its own way of ending on Control and C, which saves nothing and ends as a failure. Nobody's game is
/// lost when a painter is sent away, and elsewhere than on Unix the game catches no signals.
pub fn heeded_by_the_game(plugins: PluginGroupBuilder, at_work: AtWork) -> PluginGroupBuilder {
    if cfg!(unix) && !at_work.0 { plugins.disable::<TerminalCtrlCHandlerPlugin>() } else { plugins }
}

/// Adds the ways out of a game; a painter at work has none to save.
///
/// # Errors
/// When signals cannot be listened to.
pub fn add(app: &mut App, at_work: AtWork) -> Result<()> {
    if !at_work.0 {
        let told = told_to_end(GRACE)?;
        add_told_by(app, told);
    }
    Ok(())
}

fn add_told_by(app: &mut App, told: Arc<AtomicBool>) {
    app.insert_resource(Told(told));
    app.add_systems(Update, heed.in_set(Frame::Gather));
    app.add_systems(Last, break_off.after(ExitSystems));
}

/// Saves and ends when the window is to be closed or the system says so. The table's advance then ends the program.
fn heed(mut table: NonSendMut<Table>, mut closing: MessageReader<WindowCloseRequested>, told: Res<Told>) {
    let asked = closing.read().count() > 0;
    if asked || told.0.load(Ordering::Relaxed) {
        end(&mut table);
    }
}

/// Saves when the program ends by a way that nobody has asked the game about.
fn break_off(mut table: NonSendMut<Table>, mut exits: MessageReader<AppExit>) {
    if exits.read().count() > 0 {
        end(&mut table);
    }
}

/// Ends the game as a closed terminal does, once.
fn end(table: &mut Table) {
    if table.screens.quit {
        return;
    }
    table.screens.told_to_end();
    if let Some(notice) = table.screens.notice.as_ref().filter(|notice| notice.bad) {
        // There is no next frame to tell it in.
        error!("{}", notice.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saves::Saves;
    use crate::text::app::App as Screens;
    use crate::voices::Voices;
    use crate::window::table;
    use engine_sim::cases::Difficulty;
    use engine_sim::library::Library;
    use engine_sim::world::Setup;
    use engine_sim::world::event::Command;
    use std::path::Path;

    const SETUP: Setup = Setup { seed: 7, level: Difficulty::Normal };

    /// A game with something unsaved, and whether the system wants it to end.
    fn game(folder: &Path) -> (App, Arc<AtomicBool>) {
        let library: &'static Library = Box::leak(Box::new(Library::shipped().unwrap()));
        let saves = Saves::in_dir(folder);
        let mut screens = Screens::new(library, SETUP, saves, Voices::new(None), 1_800_000_000);
        screens.begin(SETUP);
        assert!(screens.command(Command::Wait { minutes: 30 }));
        assert!(screens.is_unsaved());
        let mut app = App::new();
        app.add_plugins(MinimalPlugins).add_message::<WindowCloseRequested>();
        app.configure_sets(Update, (Frame::Gather, Frame::Advance).chain());
        app.insert_non_send(Table::new(screens));
        app.add_plugins(table::plugin);
        let told = Arc::new(AtomicBool::new(false));
        add_told_by(&mut app, Arc::clone(&told));
        app.update();
        assert_eq!(app.should_exit(), None);
        (app, told)
    }

    fn saved(folder: &Path) -> Vec<String> {
        Saves::in_dir(folder).list().into_iter().map(|slot| slot.name).collect()
    }

    fn close(app: &mut App) {
        app.world_mut().write_message(WindowCloseRequested { window: Entity::PLACEHOLDER });
        app.update();
    }

    #[test]
    fn a_closed_window_saves_once_and_ends_well_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (mut app, _) = game(folder.path());
        close(&mut app);
        assert_eq!(app.should_exit(), Some(AppExit::Success));
        assert_eq!(saved(folder.path()), ["autosave 1"]);
        // Whoever clicks twice, and the window that then goes, save nothing more.
        close(&mut app);
        app.world_mut().write_message(AppExit::Success);
        app.update();
        assert_eq!(saved(folder.path()), ["autosave 1"]);
    }

    #[test]
    fn the_systems_word_saves_and_ends_well() {
        let folder = tempfile::tempdir().unwrap();
        let (mut app, told) = game(folder.path());
        told.store(true, Ordering::Relaxed);
        app.update();
        assert_eq!(app.should_exit(), Some(AppExit::Success));
        assert_eq!(saved(folder.path()), ["autosave 1"]);
    }

    #[test]
    fn what_breaks_off_elsewhere_saves_too() {
        let folder = tempfile::tempdir().unwrap();
        let (mut app, _) = game(folder.path());
        app.world_mut().write_message(AppExit::error());
        app.update();
        assert_eq!(saved(folder.path()), ["autosave 1"]);
        assert_eq!(app.should_exit(), Some(AppExit::error()));
    }

    #[test]
    fn a_game_that_is_saved_or_has_not_begun_is_left_without_a_save() {
        let folder = tempfile::tempdir().unwrap();
        let (mut app, _) = game(folder.path());
        app.world_mut().non_send_mut::<Table>().screens.leave_now();
        close(&mut app);
        assert_eq!(app.should_exit(), Some(AppExit::Success));
        assert_eq!(saved(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(heed);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(break_off);
        system.initialize(&mut world);
    }
}
