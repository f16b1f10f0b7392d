//! Tests of the notebook's choice: a clash confronts, a note is shown, and neither out of talk.
//!
//! Owns: those. Refuses to know: what `app` looks like inside, where a key can do it.

use super::*;
use crate::text::confront::Way;
use crate::text::pick::Picked;
use engine_sim::ids::PersonId;
use engine_sim::world::event::Command;

/// Walks after somebody before they must have been met.
const CHASES: usize = 20;
/// Keys after which an entry must have been reached.
const ENTRIES_MAX: usize = 600;

/// Talks with somebody, wherever they are.
fn meet(app: &mut App<'_>, who: PersonId) {
    for _ in 0..CHASES {
        app.seek(who);
        if app.command(Command::Talk { to: who }) {
            return settle(app);
        }
        app.command(Command::Wait { minutes: 2 });
    }
    panic!("{} is never met", app.library.village.name(who));
}

/// A case as far as the accusation, with its clashes, out of talk.
fn before_the_moot<'a>(library: &'a Library, folder: &Folder) -> App<'a> {
    let (setup, steps) = solved_case(library);
    let mut app = app_of(library, folder, setup);
    press(&mut app, Key::Enter);
    for step in steps.iter().take_while(|step| !matches!(step, Step::Accuse { .. })) {
        play(&mut app, library, step);
    }
    assert!(app.partner().is_none() && !app.clashes.is_empty());
    app
}

/// Opens a tab of the notebook and moves down to an entry.
fn choose(app: &mut App<'_>, tab: char, entry: Picked) {
    press(app, Key::F(2));
    press(app, Key::Char(tab));
    for _ in 0..ENTRIES_MAX {
        screen(app, 80, 24);
        if app.pick.chosen() == Some(entry) {
            return;
        }
        press(app, Key::Down);
    }
    panic!("{entry:?} is not reached");
}

/// How many notes somebody has spoken.
fn words_of(app: &App<'_>, who: PersonId) -> usize {
    let notes = &app.world.as_ref().unwrap().state().player.notes;
    notes.iter().filter(|n| n.speaker == Some(who)).count()
}

fn logged(app: &App<'_>) -> usize {
    app.world.as_ref().unwrap().log().len()
}

/// What the player said last.
fn last_said(app: &App<'_>) -> String {
    let said = app.world.as_ref().unwrap().log().iter().rev().find_map(|command| match command {
        Command::Say { text } => Some(text.clone()),
        _ => None,
    });
    said.expect("something was said")
}

#[test]
fn a_clash_confronts_whom_it_is_about_and_the_log_replays() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("confront"));
    let mut app = before_the_moot(&library, &folder);
    let clash = app.clashes[0];
    choose(&mut app, '3', Picked::Clash(0));
    shows(&app, &["▸", "both cannot be true", "Talk to somebody first"]);
    let before = logged(&app);
    press(&mut app, Key::Enter);
    assert!(app.notice.as_ref().unwrap().text.starts_with("Talk to somebody first"));
    assert_eq!((logged(&app), app.screen), (before, Screen::Notebook), "nobody is there to hear it");
    press(&mut app, Key::Esc);

    meet(&mut app, clash.about);
    let entry = Picked::Clash(app.clashes.iter().position(|c| *c == clash).unwrap() as u16);
    choose(&mut app, '3', entry);
    shows(&app, &["Enter confronts", "confront"]);
    let held = app.held(entry).unwrap();
    assert_eq!((held.with, held.way), (clash.about, Way::Confront));
    press(&mut app, Key::Enter);
    assert_eq!((app.screen, last_said(&app)), (Screen::Play, held.text.clone()));
    settle(&mut app);
    let world = app.world.as_ref().unwrap();
    let mut again = World::new(&library, world.setup()).unwrap();
    for command in world.log() {
        again.apply(command.clone()).unwrap();
    }
    assert_eq!(again.hash(), world.hash());
}

#[test]
fn a_trace_is_shown_and_the_notes_of_people_are_reached_by_enter() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("show"));
    let mut app = before_the_moot(&library, &folder);
    let who = library.village.people().max_by_key(|who| words_of(&app, *who)).unwrap();
    meet(&mut app, who);
    press(&mut app, Key::F(2));
    press(&mut app, Key::Char('4'));
    screen(&app, 80, 24);
    press(&mut app, Key::Down);
    let entry = app.pick.chosen().unwrap();
    let held = app.held(entry).unwrap();
    assert_eq!(held.way, Way::Show);
    let enter = format!("Enter shows {}: \"I found", library.village.name(who));
    shows(&app, &[enter.as_str(), "show it"]);
    press(&mut app, Key::Enter);
    assert_eq!((app.screen, last_said(&app)), (Screen::Play, held.text));
    settle(&mut app);

    press(&mut app, Key::F(2));
    press(&mut app, Key::Char('1'));
    screen(&app, 80, 24);
    press(&mut app, Key::Enter);
    let (said, first) = (logged(&app), app.pick.chosen());
    assert!(first.is_some(), "Enter goes over to the notes");
    screen(&app, 80, 24);
    press(&mut app, Key::Down);
    assert_ne!(app.pick.chosen(), first);
    assert_eq!((app.person_at, logged(&app)), (who.index(), said));
    press(&mut app, Key::Esc);
    assert_eq!((app.pick.chosen(), app.screen), (None, Screen::Notebook), "Esc goes back to the people");
    press(&mut app, Key::Down);
    assert_ne!(app.person_at, who.index());
    press(&mut app, Key::Esc);
    assert_eq!(app.screen, Screen::Play);
}

#[test]
fn the_page_follows_the_choice_and_a_turned_page_lets_it_go() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("follow"));
    let mut app = before_the_moot(&library, &folder);
    let last = app.world.as_ref().unwrap().state().player.notes.len() - 1;
    choose(&mut app, '2', Picked::Note(last as u16));
    assert!(screen(&app, 80, 24).contains('▸'), "the last note is in sight");
    assert!(app.page_scroll.at.get() > 0);
    press(&mut app, Key::Down);
    assert_eq!(app.pick.chosen(), Some(Picked::Note(0)), "after the last comes the first");
    screen(&app, 80, 24);
    assert_eq!(app.page_scroll.at.get(), 0);
    press(&mut app, Key::PageDown);
    assert_eq!(app.pick.chosen(), None);
    screen(&app, 80, 24);
    press(&mut app, Key::Down);
    assert!(!matches!(app.pick.chosen(), None | Some(Picked::Note(0))), "the first in sight");
    // What the search leaves out cannot be chosen.
    type_in(&mut app, "/no such words");
    press(&mut app, Key::Enter);
    screen(&app, 80, 24);
    press(&mut app, Key::Down);
    assert_eq!(app.pick.chosen(), None);
}
