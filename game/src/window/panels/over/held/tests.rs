//! Tests of what slips show and of the ways by which everything is reached: by a gamepad alone, by the mouse alone, with pasted text, with
//! keys of the player's own, and with large text.

use super::*;
use crate::window::pads::{Held, Make};
use std::collections::HashSet;

const LETTERS: Held = Held::Pad(Make::Letters);

fn key(name: &str) -> Stroke {
    Stroke::named(name).unwrap_or_else(|| panic!("no key {name}"))
}

impl Desk<'_> {
    fn says(&mut self, words: &str) -> bool {
        self.settle().iter().any(|w| w.text().contains(words))
    }

    /// A game with a save of its own name, at the list of saves.
    fn saved(&mut self, name: &str) {
        self.screens.begin(SETUP);
        self.screens.name.set(name);
        assert!(self.screens.save(), "{:?}", self.screens.notice);
        self.screens.open_saves();
        let at = self.screens.slots.iter().position(|slot| slot.name == name).unwrap();
        self.screens.at = at;
    }
}

#[test]
fn bar_help_and_corner_show_the_keys_that_are_bound_now() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "bound", SIZES[0]);
    desk.screens.begin(SETUP);
    for shown in ["F4  Map", "F7  Why", "F10  Settings", "P  Picture", "W  Walk", "Z  Wait"] {
        desk.find(shown);
    }
    let bindings = &mut desk.view.chosen.bindings;
    for name in ["m", "w", "f4"] {
        bindings.unbind(Action::Map, key(name)).unwrap();
    }
    bindings.bind(Action::Map, key("k")).unwrap();
    bindings.take(Action::Wait, key("p")).unwrap();
    bindings.unbind(Action::Wait, key("z")).unwrap();
    bindings.unbind(Action::Why, key("f7")).unwrap();
    for shown in ["K  Map", "F12  Picture", "K  Walk", "P  Wait"] {
        desk.find(shown);
    }
    assert!(!desk.says("F4") && !desk.says("F7"), "a key that does nothing is shown");
    desk.hit(key("k"));
    assert_eq!(desk.screens.screen, Screen::Village);
    desk.screens.show(Screen::Help);
    desk.view.chosen.bindings.unbind(Action::Map, key("pad_select")).unwrap();
    let told = |desk: &mut Desk<'_>, words: &str| {
        desk.screens.page_scroll.reset();
        for _ in 0..40 {
            if desk.settle().iter().any(|w| w.text() == words) {
                return true;
            }
            desk.screens.key(Press::from(Key::PageDown));
        }
        false
    };
    for words in ["K: Map", "P: Wait", "The gamepad", "East: Back", "The mouse"] {
        assert!(told(&mut desk, words), "the help does not tell \"{words}\"");
    }
    assert!(!told(&mut desk, "Select: Map"));
    // While a line is typed, letters are its own: only a key that does it is shown.
    desk.screens.back();
    desk.talk();
    assert!(!desk.says("K  Map"));
    desk.find("F2  Notebook");
}

#[test]
fn the_title_shows_the_keys_that_are_bound_now() {
    let library = Library::shipped().unwrap();
    // Tall enough for the whole menu.
    let mut desk = desk(&library, "bound-title", (1600.0, 1400.0));
    for shown in ["H  How to play", "R  Roll another", "D  Begin today", "Up and Down choose, Enter begins"] {
        desk.find(shown);
    }
    let bindings = &mut desk.view.chosen.bindings;
    for name in ["h", "?", "f1"] {
        bindings.unbind(Action::Help, key(name)).unwrap();
    }
    bindings.bind(Action::Help, key("j")).unwrap();
    bindings.bind(Action::Settings, key("d")).unwrap();
    desk.find("J  How to play");
    assert!(!desk.says("D  Begin today"), "D opens the settings now");
}

#[test]
fn slips_show_the_buttons_of_the_gamepad_while_it_is_held() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "pad-names", SIZES[0]);
    desk.view.held = LETTERS;
    for shown in ["X  Roll another", "RS  How to play", "Start  Menu"] {
        desk.find(shown);
    }
    desk.saved("pad names");
    for shown in ["B  Back", "X  Watch", "Y  Delete", "Y  Notebook", "Start  Menu"] {
        desk.find(shown);
    }
    assert!(!desk.says("F2") && !desk.says("Esc"));
    desk.screens.doom();
    for shown in ["A  Delete it", "B  Keep it"] {
        desk.find(shown);
    }
    desk.screens.decide_doom(true);
    desk.screens.show(Screen::Help);
    desk.find("Y  Credits");
    for (held, shown) in [
        (Held::Pad(Make::Figures), "Circle  Back"),
        (Held::Pad(Make::Mirrored), "A  Back"),
        (Held::Pad(Make::Unknown), "East  Back"),
        (Held::Keys, "Esc  Back"),
    ] {
        desk.view.held = held;
        desk.find(shown);
    }
    desk.view.held = LETTERS;
    desk.talk();
    for shown in ["A  Say", "B  Part"] {
        desk.find(shown);
    }
}

#[test]
fn the_menu_brings_a_gamepad_everywhere_else() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "pad-menu", SIZES[1]);
    desk.screens.begin(SETUP);
    let mut reached = HashSet::new();
    for row in 0..12 {
        desk.screens.begin(SETUP);
        desk.screens.command(Command::Wait { minutes: 30 });
        let why = desk.screens.show_why;
        desk.hit(pad("start"));
        assert_eq!(desk.view.over, Over::Menu);
        for _ in 0..row {
            desk.hit(pad("down"));
        }
        desk.hit(pad("south"));
        let whole = std::mem::take(&mut desk.view.wishes.full_screen);
        reached.insert(match (desk.view.over, desk.screens.screen) {
            (Over::Nothing, Screen::Play) if desk.screens.show_why != why => "why".to_string(),
            (Over::Nothing, Screen::Play) if whole => "whole screen".to_string(),
            (Over::Nothing, screen) => format!("{screen:?}"),
            (over, _) => format!("{over:?}"),
        });
        desk.view.over = Over::Nothing;
    }
    let expected: HashSet<String> = [
        "why",
        "whole screen",
        "Settings",
        "Photo",
        "Neighbours",
        "Name",
        "Saves",
        "Help",
        "Notebook",
        "Evening",
        "Village",
        "Leave",
    ]
    .into_iter()
    .map(String::from)
    .collect();
    assert_eq!(reached, expected);
    // It is left without doing anything, by its own button and by the one that goes back.
    for button in ["start", "east"] {
        desk.screens.show(Screen::Help);
        desk.hit(pad("start"));
        desk.hit(pad(button));
        assert_eq!((desk.view.over, desk.screens.screen), (Over::Nothing, Screen::Help));
    }
}

#[test]
fn saves_are_watched_and_deleted_by_gamepad_alone() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "pad-saves", SIZES[1]);
    desk.saved("by pad");
    let count = desk.screens.slots.len();
    desk.hit(pad("west"));
    assert!(desk.screens.is_watching());
    desk.hit(pad("south"));
    assert!(!desk.screens.replay.as_ref().unwrap().is_playing);
    desk.hit(pad("up"));
    assert_eq!(desk.screens.replay.as_ref().unwrap().speed(), 2);
    desk.hit(pad("down"));
    desk.hit(pad("right_bumper"));
    desk.hit(pad("west"));
    assert!(desk.screens.replay.as_ref().unwrap().is_playing, "from the beginning");
    desk.hit(pad("east"));
    assert_eq!(desk.screens.screen, Screen::Saves);
    desk.screens.at = desk.screens.slots.iter().position(|slot| slot.name == "by pad").unwrap();
    desk.hit(pad("north"));
    assert!(desk.screens.doomed.is_some());
    desk.hit(pad("east"));
    assert_eq!((desk.screens.slots.len(), desk.screens.screen), (count, Screen::Saves), "thought better of");
    desk.screens.at = desk.screens.slots.iter().position(|slot| slot.name == "by pad").unwrap();
    desk.hit(pad("north"));
    desk.hit(pad("south"));
    assert_eq!(desk.screens.slots.len(), count - 1);
}

#[test]
fn title_and_help_offer_a_gamepad_all_that_they_have() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "pad-title", SIZES[1]);
    let before = desk.screens.seed.text();
    desk.hit(pad("west"));
    assert_ne!(desk.screens.seed.text(), before);
    assert_eq!(desk.screens.at, 1);
    desk.hit(pad("right_stick"));
    assert_eq!(desk.screens.screen, Screen::Help);
    desk.hit(pad("north"));
    assert_eq!(desk.screens.screen, Screen::Credits);
    desk.hit(pad("east"));
    assert_eq!(desk.screens.screen, Screen::Help);
    desk.hit(pad("east"));
    desk.down_to(3);
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Play, "today's case");
}

#[test]
fn the_mouse_alone_opens_the_menu_on_the_title_and_in_a_small_window() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "mouse-menu", SCALED[1]);
    desk.click("Menu");
    assert_eq!(desk.view.over, Over::Menu);
    desk.click("Neighbours");
    assert_eq!((desk.view.over, desk.screens.screen), (Over::Nothing, Screen::Neighbours));
    desk.screens.begin(SETUP);
    desk.click("Menu");
    desk.click("Picture");
    assert_eq!(desk.view.over, Over::Photo);
    desk.click("Show panels");
    desk.click("Menu");
    desk.click("Settings");
    assert_eq!(desk.view.over, Over::Settings);
    desk.click("Back");
    desk.click("Menu");
    desk.click("Back");
    assert_eq!((desk.view.over, desk.screens.screen), (Over::Nothing, Screen::Play));
}

#[test]
fn the_menus_rows_are_chosen_by_the_keys_beside_them_too() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "menu-keys", SIZES[0]);
    desk.screens.begin(SETUP);
    desk.press(KeyCode::F9);
    desk.find("F10  Settings");
    desk.press(KeyCode::F10);
    assert_eq!(desk.view.over, Over::Settings);
    desk.press(KeyCode::Escape);
    desk.press(KeyCode::F9);
    desk.hit(key("n"));
    assert_eq!((desk.view.over, desk.screens.screen), (Over::Nothing, Screen::Notebook));
}

#[test]
fn pasted_text_goes_into_the_line_that_is_typed_and_keeps_its_bounds() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "paste", SIZES[0]);
    let paste = |desk: &mut Desk<'_>, text: &str| {
        desk.view.pasted.push(text.to_string());
        desk.frame(Vec::new());
    };
    paste(&mut desk, "emberwick text --seed 42 --level hard\n");
    assert_eq!((desk.screens.seed.text().as_str(), desk.screens.at), ("42", 1));
    paste(&mut desk, "no number");
    assert_eq!(desk.screens.seed.text(), "42");
    paste(&mut desk, &"7".repeat(60));
    assert_eq!(desk.screens.seed.text().len(), 20);
    desk.talk();
    paste(&mut desk, "good\u{1b} day\nand more");
    assert_eq!(desk.screens.line.text(), "good day");
    desk.frame(vec![Event::Paste(" to you\r\n".to_string())]);
    assert_eq!(desk.screens.line.text(), "good day to you");
    paste(&mut desk, &"ü".repeat(900));
    assert!(desk.screens.line.text().len() <= engine_sim::snapshot::state::SAY_BYTES_MAX);
    assert!(desk.screens.notice.is_some(), "that something was left out is told");
    desk.screens.open_name();
    desk.screens.name.set("");
    paste(&mut desk, "\nmy save\u{202e}\t\nx");
    assert_eq!(desk.screens.name.text(), "my save");
    desk.screens.show(Screen::Notebook);
    paste(&mut desk, "flour");
    assert!(desk.screens.filter.is_empty(), "nobody types");
    desk.screens.filtering = true;
    paste(&mut desk, "flour");
    assert_eq!(desk.screens.filter.text(), "flour");
    // What lies over a screen keeps it from hearing.
    desk.press(KeyCode::F10);
    paste(&mut desk, " and soot");
    assert_eq!(desk.screens.filter.text(), "flour");
}

/// The largest face of the words that contain these.
fn size_of(desk: &mut Desk<'_>, words: &str) -> f32 {
    let sections = desk.found(words).galley.job.sections.clone();
    sections.iter().map(|section| section.format.font_id.size).fold(0.0, f32::max)
}

#[test]
fn the_size_of_the_text_is_that_of_the_words_on_slips_and_in_the_bar() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "slip-size", SIZES[0]);
    desk.screens.begin(SETUP);
    let said = ["Walk", "Notebook", "Dusk "];
    let usual = said.map(|words| size_of(&mut desk, words));
    desk.view.chosen.settings.interface.text_percent = 150;
    assert_eq!(said.map(|words| size_of(&mut desk, words)), usual.map(|size| size * 1.5));
    // In a window that has no more room, they stay whole.
    desk.size = SCALED[1];
    assert_eq!(said.map(|words| size_of(&mut desk, words)), usual);
}

#[test]
fn large_text_cuts_and_breaks_no_word() {
    let library = Library::shipped().unwrap();
    let none = Vec::<String>::new();
    let rooms = [(SCALED[0], 150), (SCALED[0], 200), ((1200.0, 675.0), 200), (SCALED[1], 200)];
    for (language, (size, percent)) in Language::ALL.iter().flat_map(|l| rooms.map(|room| (*l, room))) {
        let at = format!("in {language:?} at {size:?} and {percent} %");
        let mut title = Desk::new(&library, "large-title", size).speaks(language);
        title.view.chosen.settings.interface.text_percent = percent;
        assert_eq!(title.wrongs(true), none, "the title {at}");
        let mut desk = desk_in(&library, language, size, &format!("large-{percent}"));
        desk.view.chosen.settings.interface.text_percent = percent;
        assert_eq!(desk.wrongs(true), none, "a talk {at}");
        assert_eq!(desk.hidden(&["talk-say", "talk-part"]), none, "a talk {at}");
        desk.screens.command(Command::Part);
        let play: (Screen, &[&str]) =
            (Screen::Play, &["deed-walk", "deed-notebook", "deed-accuse", "deed-quit"]);
        for (screen, keys) in [play].into_iter().chain(PAGES) {
            desk.screens.show(screen);
            assert_eq!(desk.wrongs(screen != Screen::Evening), none, "{screen:?} {at}");
            assert_eq!(desk.hidden(keys), none, "{screen:?} {at}");
        }
        for tab in Tab::ALL {
            desk.screens.show(Screen::Notebook);
            desk.screens.tab = tab;
            assert_eq!(desk.wrongs(true), none, "{tab:?} {at}");
        }
        desk.hit(pad("start"));
        assert_eq!(desk.wrongs(true), none, "the menu {at}");
        assert_eq!(desk.hidden(&["menu-title", "common-back", "action-settings"]), none, "the menu {at}");
    }
}
