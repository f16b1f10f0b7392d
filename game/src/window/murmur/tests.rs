//! Tests of the murmurs: what fills a silence, what a node says, and that the world never hears of either.

use super::*;
use crate::link::stub::{self, Stub};
use crate::link::{Link, LinkConfig};
use crate::saves::Saves;
use crate::small_talk::small_talk;
use crate::text::app::App as Screens;
use crate::text::happening::Happening;
use crate::window::{scene, table};
use bevy::time::TimeUpdateStrategy;
use engine_sim::cases::Difficulty;
use engine_sim::world::event::Command;
use engine_sim::world::hash::hex;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

const SETUP: Setup = Setup { seed: 3, level: Difficulty::Normal };
const FRAME_S: f32 = 0.1;

/// A game in which the player stands with two or more who are on speaking terms, and nobody has a mind.
fn company(folder: &Path) -> Screens<'static> {
    company_of(folder, Voices::new(None))
}

/// The same with whoever finds the words.
fn company_of(folder: &Path, voices: Voices) -> Screens<'static> {
    let library: &'static Library = Box::leak(Box::new(Library::shipped().unwrap()));
    let mut screens = Screens::new(library, SETUP, Saves::in_dir(folder), voices, 1_800_000_000);
    screens.begin(SETUP);
    let talks =
        |here: &[PersonId]| SmallTalk::default().pick(&library.village, &library.lines, here).is_some();
    for _ in 0..60 {
        let world = screens.world.as_ref().unwrap();
        if talks(&world.present()) {
            return screens;
        }
        let full = library.village.place_ids().find(|place| talks(&world.at(*place)));
        let command = full.map_or(Command::Wait { minutes: 15 }, |to| Command::Walk { to });
        assert!(screens.command(command), "{:?}", screens.notice);
    }
    panic!("nobody ever meets");
}

/// A window of such a game in which nothing is drawn and everybody stands together.
fn sitting(screens: Screens<'static>) -> App {
    let mut app = App::new();
    app.add_plugins(MinimalPlugins);
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_secs_f32(FRAME_S)));
    app.configure_sets(Update, (Frame::Gather, Frame::Advance, Frame::Copy, Frame::Draw).chain());
    let people: Vec<PersonId> = screens.library.village.people().chain([PersonId::PLAYER]).collect();
    app.insert_non_send(Table::new(screens));
    app.init_resource::<Chosen>().init_resource::<Over>();
    app.add_plugins((table::plugin, scene::plugin, rules));
    for who in people {
        app.world_mut().spawn(Figure { who, neck_m: 1.3 });
    }
    app.update();
    app
}

fn told(app: &App) -> (String, usize, usize) {
    let screens = &app.world().non_send::<Table>().screens;
    let world = screens.world.as_ref().unwrap();
    (hex(&world.hash().total), world.log().len(), screens.chronicle.visible().len())
}

#[test]
fn a_silence_is_filled_with_the_speakers_own_written_lines_and_the_world_never_hears_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = sitting(company(folder.path()));
    let before = told(&app);
    let (mut heard, mut first) = (BTreeSet::new(), None);
    for frame in 0..1500 {
        app.update();
        let murmurs = app.world().resource::<Murmurs>();
        if let Some(murmur) = murmurs.said.first() {
            first.get_or_insert(frame);
            heard.insert((murmur.who, murmur.text.clone()));
        }
    }
    let first_s = first.expect("nobody murmurs") as f32 * FRAME_S;
    assert!((QUIET_S - 0.5..QUIET_S + 1.0).contains(&first_s), "after {first_s} s");
    assert!(heard.len() >= 4, "{heard:?}");
    let screens = &app.world().non_send::<Table>().screens;
    let present = screens.world.as_ref().unwrap().present();
    for (who, text) in &heard {
        assert!(present.contains(who));
        assert!(small_talk(&screens.library.lines, *who).contains(&text.as_str()), "{who:?}: {text}");
    }
    assert_eq!(told(&app), before);
}

#[test]
fn a_painter_is_told_no_small_talk() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = sitting(company(folder.path()));
    app.insert_resource(AtWork(true));
    for _ in 0..300 {
        app.update();
        assert!(app.world().resource::<Murmurs>().said.is_empty());
    }
}

#[test]
fn what_the_engine_overhears_is_in_the_air_until_its_speaker_talks_or_the_game_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = sitting(company(folder.path()));
    assert!(
        app.world().resource::<Murmurs>().said.is_empty(),
        "what is long in the log is not murmured anew"
    );
    let murmur = |app: &mut App| {
        let screens = &mut app.world_mut().non_send_mut::<Table>().into_inner().screens;
        let here = screens.world.as_ref().unwrap().present();
        let name = |who: PersonId| screens.library.village.name(who).to_string();
        let (name, to) = (name(here[0]), name(here[1]));
        let text = "Cold iron.".to_string();
        screens.chronicle.push(Entry::Aside(Happening::Murmured { name, to, text }));
        here[0]
    };
    let who = murmur(&mut app);
    app.update();
    let said = &app.world().resource::<Murmurs>().said;
    assert_eq!(said.iter().map(|m| (m.who, m.text.as_str())).collect::<Vec<_>>(), [(who, "Cold iron.")]);
    assert!(app.world_mut().non_send_mut::<Table>().screens.command(Command::Talk { to: who }));
    app.update();
    assert!(app.world().resource::<Murmurs>().said.iter().all(|m| m.who != who));
    app.world_mut().non_send_mut::<Table>().screens.leave_now();
    app.update();
    assert!(app.world().resource::<Murmurs>().said.is_empty());
}

#[test]
fn a_murmur_is_held_as_long_as_reading_needs() {
    assert!((hold_s(&"x".repeat(50), 100) - 5.0).abs() < 1e-4);
    assert!((hold_s(&"x".repeat(50), 200) - 2.5).abs() < 1e-4);
    assert!(hold_s("long enough", 25) > hold_s("long enough", 400));
}

#[test]
fn a_murmur_fades_in_and_out_whole_and_only_stands_where_motion_is_reduced() {
    let moving = [0.0, 0.2, 0.4, 3.0, 3.4, 3.6, 3.8].map(|shown_s| ink(shown_s, 3.0, false));
    let expected = [0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0];
    for (ink, expected) in moving.into_iter().zip(expected) {
        assert!((ink - expected).abs() < 1e-3, "{moving:?}");
    }
    let still = [0.0, 0.1, 2.9, 3.0, 3.4].map(|shown_s| ink(shown_s, 3.0, true));
    assert_eq!(still, [1.0, 1.0, 1.0, 0.0, 0.0]);
}

/// What a mind says in these tests.
const FOUND: &str = "The wind is cold, and the snow is deep.";

/// Voices with this node behind them.
fn voices_of(node: &Stub) -> Voices {
    let line_timeout = Duration::from_secs(20);
    let config =
        LinkConfig { data_dir: node.dir.path().to_path_buf(), emberd: None, line_timeout, vocabulary: None };
    let link = Link::start(config).unwrap();
    assert!(link.ready_within(Duration::from_secs(20)), "{:?}", link.state());
    Voices::new(Some(link))
}

#[test]
fn a_mind_is_heard_over_their_heads_and_the_world_never_hears_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let node = stub::node(&[], |_| Some(FOUND.to_string()));
    let mut app = sitting(company_of(folder.path(), voices_of(&node)));
    let before = told(&app);
    let until = Instant::now() + Duration::from_secs(20);
    let is_heard = |app: &App| app.world().resource::<Murmurs>().said.iter().any(|m| m.text == FOUND);
    while !is_heard(&app) {
        assert!(Instant::now() < until, "nobody is heard");
        app.update();
        // The node's threads need a moment that is no frame's.
        std::thread::park_timeout(Duration::from_millis(1));
    }
    assert_eq!(told(&app), before);
}

#[test]
fn whoever_wants_no_ambient_talk_is_told_the_written_lines() {
    let folder = tempfile::tempdir().unwrap();
    let node = stub::node(&[], |_| Some(FOUND.to_string()));
    let mut app = sitting(company_of(folder.path(), voices_of(&node)));
    app.world_mut().resource_mut::<Chosen>().settings.interface.ambient_talk = false;
    app.update();
    let mut heard = BTreeSet::new();
    for _ in 0..600 {
        app.update();
        heard.extend(app.world().resource::<Murmurs>().said.iter().map(|m| (m.who, m.text.clone())));
    }
    let lines = &app.world().non_send::<Table>().screens.library.lines;
    assert!(!heard.is_empty());
    for (who, text) in &heard {
        assert!(small_talk(lines, *who).contains(&text.as_str()), "{who:?}: {text}");
    }
}

#[test]
fn only_the_last_four_are_in_the_air_and_nobody_twice() {
    let mut murmurs = Murmurs::default();
    for (who, text) in [(0, "a"), (1, "b"), (1, "c"), (2, "d"), (3, "e"), (4, "f")] {
        murmurs.say(PersonId(who), text, 100);
    }
    assert_eq!(murmurs.said.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(), ["c", "d", "e", "f"]);
    murmurs.said[0].shown_s = Some(0.0);
    assert!(murmurs.speaks(PersonId(1)) && !murmurs.speaks(PersonId(2)));
    murmurs.pass(PATIENCE_S + 0.1, &Scene::default());
    assert!(murmurs.said.is_empty(), "one was read, one found no room: {:?}", murmurs.said);
}

#[test]
fn no_system_asks_for_the_same_thing_twice() {
    let mut world = World::new();
    let mut system = IntoSystem::into_system(listen);
    system.initialize(&mut world);
    let mut system = IntoSystem::<(), Result, _>::into_system(show);
    system.initialize(&mut world);
}
