//! Tests of the window as a whole: it holds no rule, and how often it draws changes nothing.

use super::apply::Chosen;
use super::hands::Hands;
use super::*;
use crate::script::{self, Script};
use crate::settings::Quality;
use bevy::time::TimeUpdateStrategy;
use engine_sim::library::Library;
use engine_sim::world::World as Village;
use engine_sim::world::hash::hex;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SCRIPT: &str = include_str!("../../../assets/scripts/first_case.txt");
const SETUP: Setup = Setup { seed: 3, level: engine_sim::cases::Difficulty::Normal };
/// Frames after which a sitting that is not over never will be.
const FRAMES_MAX: u32 = 200_000;

/// The world's hash after the shipped script, played through the window's table at so many frames a second, nothing drawn.
fn played_at(fps: u32) -> String {
    let library: &'static Library = Box::leak(Box::new(Library::shipped().unwrap()));
    let folder = tempfile::tempdir().unwrap();
    let screens =
        Screens::new(library, SETUP, Saves::in_dir(folder.path()), Voices::new(None), 1_800_000_000);
    let failure = Arc::new(Mutex::new(None));
    let mut app = App::new();
    app.add_plugins(MinimalPlugins);
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_secs(1) / fps));
    app.configure_sets(Update, (Frame::Gather, Frame::Advance, Frame::Copy, Frame::Draw).chain());
    app.insert_non_send(table::Table::new(screens));
    app.insert_resource(Chosen::of_painter(Quality::Low)).init_resource::<Hands>();
    app.add_plugins((table::plugin, scene::plugin));
    let finish = |table: &table::Table, out: &Path| {
        let world = table.screens.world.as_ref().unwrap();
        Ok(std::fs::write(out.join("hash"), hex(&world.hash().total))?)
    };
    let script = Script::parse(&library.village, SCRIPT).unwrap();
    let out = folder.path().to_path_buf();
    shots::add(
        &mut app,
        shots::Plan { script, quality: Quality::Low, out, failure: Arc::clone(&failure), finish },
    );
    for _ in 0..FRAMES_MAX {
        app.update();
        if app.should_exit().is_some() {
            break;
        }
    }
    assert_eq!(*failure.lock().unwrap(), None);
    std::fs::read_to_string(folder.path().join("hash")).expect("the sitting is over")
}

#[test]
fn five_or_sixty_frames_a_second_or_no_window_at_all_end_in_one_world() {
    let library = Library::shipped().unwrap();
    let mut world = Village::new(&library, SETUP).unwrap();
    let mut voices = Voices::new(None);
    for (line, step) in &Script::parse(&library.village, SCRIPT).unwrap().steps {
        script::play(&mut world, *line, step).unwrap();
        voices.settle(&mut world).unwrap();
    }
    let text = hex(&world.hash().total);
    assert_eq!(played_at(5), text);
    assert_eq!(played_at(60), text);
}

/// What only rules need: commands that change a world, making one, judging, deciding, the case's truth.
const RULES: [&str; 9] = [
    ".apply(",
    "World::new(",
    "&mut World<",
    "cases::solve",
    "cases::generate",
    "talk::judge",
    "talk::policy",
    "talk::turn",
    "moot::hear(",
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_string();
            found.push((path.display().to_string(), code));
        }
    }
}

/// Lines of code in which a rule would show.
fn rules_in(code: &str) -> Vec<&str> {
    code.lines().filter(|line| RULES.iter().any(|rule| line.contains(rule))).collect()
}

#[test]
fn the_window_holds_no_rule() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/window"), &mut found);
    assert!(found.len() > 40, "{} files", found.len());
    for (path, code) in &found {
        assert_eq!(rules_in(code), Vec::<&str>::new(), "{path}");
    }
    assert_eq!(
        rules_in("    let events = world.apply(command)?;").len(),
        1,
        "a rule is found where there is one"
    );
}
