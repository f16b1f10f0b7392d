//! Tests of the notebook at the window: what is chosen there is held up in the talk, by mouse and by gamepad.

use super::*;
use crate::text::pick::Picked;
use engine_sim::World;
use engine_sim::fact::{Fact, How};
use engine_sim::snapshot::state::Note;
use engine_sim::time::Slot;
use engine_sim::world::notebook::clashes;

/// A talk with Nell, about whom two notes clash.
fn desk_of_a_clash<'a>(library: &'a Library, name: &str, size: (f32, f32)) -> Desk<'a> {
    let mut desk = Desk::new(library, name, size);
    desk.talk();
    let village = &library.village;
    let (keeper, maud) = (village.keeper(), village.person_by_key("maud").unwrap());
    let [mill, bakery] = ["mill", "bakery"].map(|key| village.place_by_key(key).unwrap());
    let mut state = desk.screens.world.as_ref().unwrap().state().clone();
    let heard_at = state.now;
    let note = |place, speaker| Note {
        fact: Fact::Was { who: keeper, place, at: Slot(6) },
        speaker: Some(speaker),
        how: How::Witnessed,
        source: speaker,
        at: heard_at,
        withdrawn: false,
    };
    state.player.notes = vec![note(mill, keeper), note(bakery, maud)];
    desk.screens.clashes = clashes(village, &state.player.notes);
    desk.screens.world = Some(World::from_parts(library, SETUP, state, Vec::new()));
    desk
}

fn was_said(desk: &Desk<'_>, words: &str) -> bool {
    let said = |e: &Entry| matches!(e, Entry::Player(text) if text == words);
    desk.screens.chronicle.visible().iter().any(said)
}

#[test]
fn a_clash_and_a_note_are_held_up_by_mouse_alone() {
    let library = Library::shipped().unwrap();
    for size in [SIZES[0], SIZES[1]] {
        let mut desk = desk_of_a_clash(&library, "hold", size);
        desk.click("Notebook");
        desk.click("Contradictions");
        desk.click("both cannot be true");
        assert_eq!(desk.screens.pick.chosen(), Some(Picked::Clash(0)));
        assert!(desk.find("Maud says that you were at the bakery at seven.").x > 0.0);
        desk.click("Confront Nell with this");
        assert_eq!(desk.screens.screen, Screen::Play);
        assert!(was_said(&desk, "Maud says that you were at the bakery at seven."), "at {size:?}");
        desk.hear();
        desk.click("Notebook");
        desk.click("Statements");
        desk.click("#1 ");
        assert_eq!(desk.screens.pick.chosen(), Some(Picked::Note(0)));
        desk.click("Ask Nell about this");
        assert_eq!(desk.screens.screen, Screen::Play);
        assert!(was_said(&desk, "Were you at the mill at seven?"), "at {size:?}");
    }
}

#[test]
fn a_note_is_held_up_by_gamepad_alone() {
    let library = Library::shipped().unwrap();
    let mut desk = desk_of_a_clash(&library, "hold-pad", SIZES[1]);
    let pad = |name: &str| Stroke::named(&format!("pad_{name}")).unwrap();
    desk.hit(pad("north"));
    desk.hit(pad("right_bumper"));
    assert_eq!((desk.screens.screen, desk.screens.tab), (Screen::Notebook, Tab::Statements));
    desk.settle();
    desk.hit(pad("down"));
    desk.hit(pad("down"));
    assert_eq!(desk.screens.pick.chosen(), Some(Picked::Note(1)));
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Play);
    assert!(was_said(&desk, "Maud says that you were at the bakery at seven."));
}

#[test]
fn out_of_talk_a_chosen_note_says_what_is_wanting() {
    let library = Library::shipped().unwrap();
    let mut desk = desk_of_a_clash(&library, "hold-alone", SIZES[0]);
    desk.screens.command(Command::Part);
    desk.screens.show(Screen::Notebook);
    desk.click("Statements");
    desk.click("#2 ");
    assert!(desk.find("Talk to somebody first").x > 0.0);
    desk.press(KeyCode::Enter);
    assert_eq!(desk.screens.screen, Screen::Notebook);
    assert!(desk.screens.notice.is_some());
}

#[test]
fn what_is_chosen_speaks_both_languages_and_nothing_of_it_is_cut() {
    let library = Library::shipped().unwrap();
    let none = Vec::<String>::new();
    everywhere(|language, size| {
        let name = format!("hold-{}-{}", language.name(), size.0);
        let mut desk = desk_of_a_clash(&library, &name, size).speaks(language);
        for (tab, entry, does) in [
            (Tab::People, Picked::Note(0), "notebook-ask"),
            (Tab::Statements, Picked::Note(1), "notebook-confront"),
            (Tab::Contradictions, Picked::Clash(0), "notebook-confront"),
        ] {
            desk.screens.show(Screen::Notebook);
            desk.screens.tab = tab;
            desk.screens.pick.choose(entry);
            assert_eq!(desk.wrongs(true), none, "{tab:?} in {language:?} at {size:?}");
            assert_eq!(desk.screens.pick.chosen(), Some(entry));
            // In a small window it may have to be scrolled to.
            if size == SCALED[0] {
                assert_eq!(desk.hidden(&[does]), none, "{tab:?} in {language:?} at {size:?}");
            }
        }
    });
}
