//! Tests of the meanings of keys: what each screen is told, by keyboard and by gamepad.

use super::*;
use crate::saves::Saves;
use crate::voices::Voices;
use engine_sim::cases::Difficulty;
use engine_sim::library::Library;
use engine_sim::world::Setup;
use engine_sim::world::event::Command;

const SETUP: Setup = Setup { seed: 7, level: Difficulty::Normal };

fn screens<'a>(library: &'a Library, name: &str) -> Screens<'a> {
    let folder = std::env::temp_dir().join(format!("emberwick-meanings-{name}-{}", std::process::id()));
    // A test of long ago may have had the same number.
    let _ = std::fs::remove_dir_all(&folder);
    Screens::new(library, SETUP, Saves::in_dir(&folder), Voices::new(None), 1_769_860_000)
}

fn named(name: &str) -> Stroke {
    Stroke::named(name).unwrap_or_else(|| panic!("no key {name}"))
}

/// The presses that a key makes, or `None` where only the window knows it.
fn presses(name: &str, bindings: &Bindings, screens: &Screens<'_>) -> Option<Vec<Key>> {
    match meaning(&Hit::of(named(name)), bindings, screens) {
        Meaning::Presses(presses) => Some(presses.into_iter().map(|p| p.key).collect()),
        Meaning::Nothing => Some(Vec::new()),
        Meaning::Window(_) => None,
    }
}

fn check(screens: &Screens<'_>, rows: &[(&str, &[Key])]) {
    let bindings = Bindings::default();
    for (name, expected) in rows {
        let found = presses(name, &bindings, screens);
        assert_eq!(found.as_deref(), Some(*expected), "{name} on {:?}", screens.screen);
    }
}

#[test]
fn the_title_hears_its_menu_and_digits() {
    let library = Library::shipped().unwrap();
    let mut screens = screens(&library, "title");
    check(
        &screens,
        &[
            ("4", &[Key::Char('4')]),
            ("1", &[Key::Char('1')]),
            ("d", &[Key::Char('d')]),
            ("h", &[Key::Char('h')]),
            ("l", &[Key::Char('c')]),
            ("q", &[Key::Char('q')]),
            ("enter", &[Key::Enter]),
            ("pad_south", &[Key::Enter]),
            ("pad_down", &[Key::Down]),
            ("pad_left", &[Key::Left]),
            ("pad_right_bumper", &[Key::Right]),
            ("left", &[Key::Left]),
            ("backspace", &[Key::Backspace]),
            (",", &[Key::Char(',')]),
        ],
    );
    screens.at = 1;
    check(&screens, &[("r", &[Key::Char('r')]), ("pad_west", &[Key::Char('r')])]);
    for name in ["f9", "f10", "pad_start", "f11", "f12", "f8"] {
        assert_eq!(presses(name, &Bindings::default(), &screens), None, "{name}");
    }
}

#[test]
fn out_of_talk_actions_are_deeds_and_in_talk_letters_are_text() {
    let library = Library::shipped().unwrap();
    let mut screens = screens(&library, "play");
    screens.begin(SETUP);
    check(
        &screens,
        &[
            ("m", &[Key::F(4)]),
            ("n", &[Key::F(2)]),
            ("pad_north", &[Key::F(2)]),
            ("pad_select", &[Key::F(4)]),
            ("pad_left_stick", &[Key::F(3)]),
            ("z", &[Key::Char('z')]),
            ("a", &[Key::Char('a')]),
            ("q", &[Key::Char('q')]),
            ("1", &[Key::Char('1')]),
            ("space", &[Key::Enter]),
            ("pad_left", &[]),
            (".", &[]),
            ("v", &[Key::F(5)]),
        ],
    );
    let keeper = library.village.keeper();
    screens.seek(keeper);
    assert!(screens.command(Command::Talk { to: keeper }));
    for _ in 0..200 {
        screens.tick(screens.now_ms + 5_000);
    }
    check(
        &screens,
        &[
            ("m", &[Key::Char('m')]),
            ("space", &[Key::Char(' ')]),
            (".", &[Key::Char('.')]),
            ("1", &[Key::Char('1')]),
            ("f2", &[Key::F(2)]),
            ("up", &[Key::Up]),
            ("pad_up", &[Key::Left]),
            ("pad_down", &[Key::Down]),
            ("pad_south", &[Key::Right]),
            ("pad_east", &[Key::Esc]),
            ("tab", &[Key::Tab]),
        ],
    );
    screens.reply_chosen = Some(0);
    check(&screens, &[("pad_south", &[Key::Enter])]);
}

#[test]
fn a_page_is_left_by_its_own_key_and_questions_hear_letters() {
    let library = Library::shipped().unwrap();
    let mut screens = screens(&library, "pages");
    screens.begin(SETUP);
    screens.show(Screen::Notebook);
    check(
        &screens,
        &[
            ("n", &[Key::Char('n')]),
            ("/", &[Key::Char('/')]),
            ("2", &[Key::Char('2')]),
            ("space", &[Key::Char(' ')]),
            ("right", &[Key::Right]),
            ("pad_right", &[Key::Right]),
            ("f3", &[Key::F(3)]),
        ],
    );
    screens.filtering = true;
    check(&screens, &[("n", &[Key::Char('n')]), ("escape", &[Key::Esc])]);
    screens.show(Screen::Leave);
    check(&screens, &[("n", &[Key::Char('n')]), ("s", &[Key::Char('s')]), ("y", &[Key::Char('y')])]);
    screens.show(Screen::Accuse);
    screens.choose_accused();
    check(&screens, &[("space", &[Key::Char(' ')]), ("enter", &[Key::Enter])]);
    screens.accusation.at = screens.accusation.order.len();
    check(&screens, &[("pad_south", &[Key::Enter])]);
    screens.accusation.stage = Stage::Confirm;
    check(&screens, &[("n", &[Key::Char('n')]), ("y", &[Key::Char('y')]), ("pad_south", &[Key::Enter])]);
}

#[test]
fn the_spare_buttons_of_a_gamepad_do_what_else_a_page_offers() {
    let library = Library::shipped().unwrap();
    let mut screens = screens(&library, "spare");
    for row in [0, 3, 5] {
        screens.at = row;
        check(&screens, &[("pad_west", &[Key::Char('r')])]);
    }
    screens.begin(SETUP);
    screens.name.set("one");
    assert!(screens.save());
    screens.open_saves();
    let saves: &[(&str, &[Key])] =
        &[("pad_west", &[Key::Char('r')]), ("pad_north", &[Key::Char('x')]), ("f2", &[Key::F(2)])];
    check(&screens, saves);
    screens.doom();
    check(&screens, &[("pad_west", &[]), ("pad_north", &[]), ("pad_south", &[Key::Char('y')])]);
    screens.decide_doom(true);
    screens.show(Screen::Help);
    check(&screens, &[("pad_north", &[Key::Char('c')])]);
    screens.show(Screen::Notebook);
    screens.filtering = true;
    // No letter goes into the search by a button, and each of them leaves it.
    check(&screens, &[("pad_north", &[Key::F(2)]), ("pad_east", &[Key::Esc]), ("pad_south", &[Key::Enter])]);
}

#[test]
fn pasted_text_is_one_line_without_what_a_line_cannot_show() {
    assert_eq!(one_line("good day\nand more"), "good day");
    assert_eq!(one_line("\r\n\t \n\u{1b}[2Jgood\u{202e} day \u{7}\r\n"), "[2Jgood day ");
    assert_eq!((one_line(""), one_line(" ")), (String::new(), " ".to_string()));
    assert_eq!(one_line(&"ü".repeat(5000)).chars().count(), PASTED_CHARS_MAX);
}

#[test]
fn the_players_keys_do_what_they_are_bound_to_and_taken_ones_nothing() {
    let library = Library::shipped().unwrap();
    let mut screens = screens(&library, "own");
    screens.begin(SETUP);
    let mut bindings = Bindings::default();
    bindings.take(Action::Wait, named("m")).unwrap();
    bindings.unbind(Action::Notebook, named("n")).unwrap();
    let check = |name: &str, expected: &[Key]| {
        assert_eq!(presses(name, &bindings, &screens).as_deref(), Some(expected), "{name}");
    };
    check("m", &[Key::Char('z')]);
    check("w", &[Key::F(4)]);
    check("n", &[]);
    check("f2", &[Key::F(2)]);
    check("k", &[Key::Char('k')]);
}

#[test]
fn control_goes_to_the_screens_and_copying_ends_nothing() {
    let library = Library::shipped().unwrap();
    let screens = screens(&library, "control");
    let with = |sign: char| {
        let hit = Hit { ctrl: true, text: "\u{11}".to_string(), ..Hit::of(Stroke::Sign(sign)) };
        meaning(&hit, &Bindings::default(), &screens)
    };
    assert_eq!(with('q'), Meaning::Presses(vec![Press::ctrl(Key::Char('q'))]));
    assert_eq!(with('c'), Meaning::Nothing);
    let shifted = Hit { shift: true, ..Hit::of(named("tab")) };
    assert_eq!(
        meaning(&shifted, &Bindings::default(), &screens),
        Meaning::Presses(vec![Press::from(Key::BackTab)])
    );
}

#[test]
fn rows_go_on_while_a_key_is_held_and_deeds_do_not() {
    let library = Library::shipped().unwrap();
    let mut screens = screens(&library, "held");
    screens.begin(SETUP);
    let held = |name: &str| {
        let hit = Hit { repeat: true, ..Hit::of(named(name)) };
        meaning(&hit, &Bindings::default(), &screens)
    };
    assert_eq!(held("down"), Meaning::Presses(vec![Press::from(Key::Down)]));
    for name in ["n", "enter", "escape", "f11", "z"] {
        assert_eq!(held(name), Meaning::Nothing, "{name}");
    }
}
