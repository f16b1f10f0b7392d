//! Tests of what is looked at rather than played: a save that is watched, the credits, the offer after a bad end.
//!
//! Owns: those. Refuses to know: what `app` looks like inside, where a key can do it.

use super::*;
use engine_sim::world::event::Command;

/// Plays on until the replay stands; gives how long that took.
fn watch_out(app: &mut App<'_>) -> u64 {
    let began_ms = app.now_ms;
    while app.replay.as_ref().unwrap().is_playing {
        let now_ms = app.now_ms + 100;
        app.tick(now_ms);
        assert!(now_ms - began_ms < 10_000_000, "the replay never ends");
    }
    app.now_ms - began_ms
}

#[test]
fn a_save_is_watched_to_its_own_hash_and_the_game_goes_on_as_it_was() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("watch"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('1'));
    settle(&mut app);
    for _ in 0..2 {
        press(&mut app, Key::Char('1'));
        settle(&mut app);
    }
    press(&mut app, Key::Esc);
    app.name.set("watched");
    assert!(app.save());
    let saved = app.world.as_ref().unwrap().hash();
    press(&mut app, Key::Char('z'));
    press(&mut app, Key::Char('1'));
    let (going, seen) = (app.world.as_ref().unwrap().hash(), screen(&app, 160, 48));
    assert!(app.is_unsaved());

    press(&mut app, Key::Char('l'));
    shows(&app, &["watch", "watched"]);
    let row = app.slots.iter().position(|slot| slot.name == "watched").unwrap();
    press(&mut app, Key::Home);
    (0..row).for_each(|_| press(&mut app, Key::Down));
    press(&mut app, Key::Char('r'));
    shows(&app, &["Watching \"watched\"", "playing, 0 of", "08:00", "speed 1"]);
    assert!(!app.is_unsaved());
    let took_ms = watch_out(&mut app);
    let world = app.world.as_ref().unwrap();
    assert_eq!(world.hash(), saved);
    assert_eq!(app.replay.as_ref().unwrap().progress(), (world.log().len(), world.log().len()));
    shows(&app, &["the end", "You part from"]);

    // Nobody's command counts, by whatever way it comes.
    assert!(!app.command(Command::Wait { minutes: 5 }));
    assert!(!app.save());
    app.seek(library.village.keeper());
    app.show(Screen::Play);
    for key in [Key::Char('a'), Key::Char('z'), Key::Char('1'), Key::F(5), Key::F(2), Key::Tab, Key::Delete] {
        press(&mut app, key);
    }
    assert_eq!((app.world.as_ref().unwrap().hash(), app.screen), (saved, Screen::Replay));

    // Again, faster, then by steps.
    (0..9).for_each(|_| press(&mut app, Key::Up));
    press(&mut app, Key::Char(' '));
    shows(&app, &["speed 8"]);
    let quicker_ms = watch_out(&mut app);
    assert!(quicker_ms < took_ms / 2, "{quicker_ms} of {took_ms}");
    press(&mut app, Key::Home);
    press(&mut app, Key::Right);
    let stood = app.now_ms + 60_000;
    app.tick(stood);
    shows(&app, &["paused, 1 of"]);
    for _ in 0..100 {
        press(&mut app, Key::Right);
    }
    assert_eq!(app.world.as_ref().unwrap().hash(), saved);

    press(&mut app, Key::Esc);
    assert_eq!((app.screen, app.at), (Screen::Saves, row));
    assert!(app.is_unsaved());
    press(&mut app, Key::Esc);
    assert_eq!(app.world.as_ref().unwrap().hash(), going);
    assert_eq!(screen(&app, 160, 48), seen, "the game is as it was");
}

#[test]
fn a_replay_is_left_by_the_end_of_the_program_and_a_broken_save_is_not_watched() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("watch-end"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    app.name.set("begun");
    assert!(app.save());
    press(&mut app, Key::Char('z'));
    press(&mut app, Key::Char('1'));
    let going = app.world.as_ref().unwrap().hash();
    let path = folder.0.join("saves/broken.ember");
    std::fs::write(&path, b"not a save").unwrap();
    app.watch(&path);
    assert!(!app.is_watching());
    shows(&app, &["This save cannot be played"]);
    let begun = app.saves.path("begun").unwrap();
    app.watch(&begun);
    assert!(app.is_watching());
    app.told_to_end();
    let newest = app.saves.list().into_iter().find(|slot| slot.name == "autosave 1").unwrap();
    let saved = crate::saves::load(&library, &newest.path).unwrap();
    assert_eq!(saved.hash(), going, "the game that was kept aside is the one that is saved");
    assert!(app.quit);
}

#[test]
fn the_credits_stand_behind_the_help() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("credits"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Char('h'));
    shows(&app, &["How to play", "credits"]);
    press(&mut app, Key::Char('c'));
    shows(&app, &["Credits", "Literata", "SIL Open Font License 1.1", "SmolLM2"]);
    press(&mut app, Key::End);
    shows(&app, &["proptest, tempfile"]);
    press(&mut app, Key::Esc);
    assert_eq!(app.screen, Screen::Help);
}

#[test]
fn the_neighbours_tell_who_finds_the_words_and_are_left_as_they_were_entered() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("neighbours"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::F(8));
    shows(&app, &["Neighbours", "No mind is asked", "Nothing is shared with others yet.", "not known"]);
    press(&mut app, Key::Esc);
    assert_eq!(app.screen, Screen::Title);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('1'));
    settle(&mut app);
    let lines = app.tally.lines();
    assert!(lines > 0 && app.tally.count(crate::tally::Came::Written) == lines, "{:?}", app.tally);
    press(&mut app, Key::F(8));
    shows(&app, &["Lines of this sitting", "(100 %)"]);
    press(&mut app, Key::End);
    shows(&app, &["The last lines", "○ written"]);
    press(&mut app, Key::F(8));
    assert_eq!((app.screen, app.partner().is_some()), (Screen::Play, true));
    app.leave_now();
    assert_eq!(app.tally.lines(), lines, "a sitting is longer than a case");
}

#[test]
fn the_title_offers_the_last_save_of_a_game_that_ended_badly() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("restore"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('z'));
    press(&mut app, Key::Char('1'));
    app.name.set("before the fall");
    assert!(app.save());
    let hash = app.world.as_ref().unwrap().hash();
    let save = app.saves.path("before the fall").unwrap();
    let last = crate::crash::Last { folder: Some(folder.0.join("crashes/x")), save: Some(save) };
    let mut app = app_of(&library, &folder, Setup { seed: 8, ..SETUP });
    app.ended_badly(last.clone());
    shows(&app, &["The last game ended badly", "▸ Restore \"before the fall\"", "Begin a case", "Quit"]);
    press(&mut app, Key::Down);
    shows(&app, &["▸ Begin a case"]);
    press(&mut app, Key::Up);
    press(&mut app, Key::Enter);
    assert_eq!(app.world.as_ref().unwrap().hash(), hash);
    assert_eq!((app.screen, &app.restorable), (Screen::Play, &None));
    let mut app = app_of(&library, &folder, SETUP);
    app.ended_badly(crate::crash::Last { save: Some(folder.0.join("saves/gone.ember")), ..last });
    press(&mut app, Key::Char('u'));
    shows(&app, &["This save cannot be played"]);
    press(&mut app, Key::Enter);
    assert!(app.world.is_some(), "a case can be begun all the same");
}
