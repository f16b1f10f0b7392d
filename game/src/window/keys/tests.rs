//! Tests of the keys: no key does two things, and no choice locks the player out.

use super::*;
use std::collections::HashSet;

fn file(rows: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    rows.iter().map(|(a, keys)| (a.to_string(), keys.iter().map(|k| k.to_string()).collect())).collect()
}

fn whole(bindings: &Bindings) {
    let mut seen = HashSet::new();
    for action in Action::all() {
        let strokes = bindings.strokes(action);
        assert!(strokes.iter().all(|s| seen.insert(*s)), "{action:?}: {strokes:?}");
        assert!(strokes.len() <= KEYS_PER_ACTION_MAX || ESSENTIAL.contains(&action), "{action:?}");
    }
    for action in ESSENTIAL {
        assert!(bindings.has_keyboard(action), "{action:?}");
    }
}

#[test]
fn the_table_is_in_the_order_of_the_actions_and_names_are_their_own() {
    let mut names = HashSet::new();
    for (at, (action, name, usual)) in TABLE.iter().enumerate() {
        assert_eq!(*action as usize, at, "{name}");
        assert!(names.insert(*name) && name.len() <= KEY_NAME_CHARS_MAX);
        assert!(usual.iter().any(|s| !s.is_pad()), "{name} has no key of the keyboard");
        assert_eq!(Action::named(name), Some(*action));
    }
    assert_eq!(Action::named("dance"), None);
    whole(&Bindings::default());
}

#[test]
fn every_stroke_is_found_by_its_name() {
    let keys = NAMED.iter().map(|n| Named(n.0)).chain(PADS.iter().map(|p| Pad(p.0)));
    let signs = "abcxyzöß0189,.+-=?#/".chars().map(Sign);
    let mut names = HashSet::new();
    for stroke in keys.chain(signs) {
        assert_eq!(Stroke::named(&stroke.name()), Some(stroke), "{stroke:?}");
        assert!(names.insert(stroke.name()));
    }
    assert_eq!(Stroke::named("M"), Some(Sign('m')));
    for none in ["", " ", "mm", "\u{1b}", "\u{202e}", "pad_", "f13", "escapee", "İ"] {
        assert_eq!(Stroke::named(none), None, "{none:?}");
    }
}

#[test]
fn letters_are_where_the_layout_has_them() {
    let check = |code, text: &str, expected| {
        assert_eq!(Stroke::of_key(code, &Key::Character(text.into())), expected, "{code:?} {text}");
    };
    check(K::KeyM, "m", Some(Sign('m')));
    check(K::KeyM, "M", Some(Sign('m')));
    check(K::KeyY, "z", Some(Sign('z')));
    check(K::KeyT, "е", Some(Sign('t')));
    check(K::Semicolon, "ö", Some(Sign('ö')));
    check(K::Digit1, "&", Some(Sign('1')));
    check(K::Numpad1, "1", Some(Sign('1')));
    check(K::NumpadEnter, "\r", Some(Named(K::Enter)));
    assert_eq!(Stroke::of_key(K::F5, &Key::F5), Some(Named(K::F5)));
    assert_eq!(Stroke::of_key(K::ShiftLeft, &Key::Shift), None);
    assert_eq!(Stroke::of_pad(G::Mode), None);
    assert_eq!(Stroke::of_pad(G::South), Some(Pad(G::South)));
}

#[test]
fn a_file_of_usual_keys_changes_nothing_and_own_keys_come_back() {
    assert_eq!(Bindings::of(&BTreeMap::new()), (Bindings::default(), vec![]));
    let mut stored = file(&[("dance", &["d"]), ("map", &["m"])]);
    Bindings::default().store(&mut stored);
    assert_eq!(stored, file(&[("dance", &["d"])]));

    let mut own = Bindings::default();
    own.bind(Action::Map, Sign('k')).unwrap_err();
    own.unbind(Action::Map, Sign('w')).unwrap();
    own.bind(Action::Map, Sign('k')).unwrap();
    own.unbind(Action::Accuse, Sign('a')).unwrap();
    let mut stored = BTreeMap::new();
    own.store(&mut stored);
    assert_eq!(Bindings::of(&stored), (own, vec![]));
}

#[test]
fn the_players_own_keys_win_and_the_first_of_two_keeps_the_key() {
    let (bindings, troubles) = Bindings::of(&file(&[("wait", &["m"])]));
    assert_eq!(troubles, []);
    assert_eq!(bindings.action(Sign('m')), Some(Action::Wait));
    assert_eq!(bindings.action(Sign('z')), None);
    assert_eq!(bindings.action(Sign('w')), Some(Action::Map));
    whole(&bindings);

    let (bindings, troubles) =
        Bindings::of(&file(&[("wait", &["k"]), ("talk", &["k", "nokey"]), ("dance", &["d"])]));
    assert_eq!(
        troubles,
        [
            KeyTrouble::NoAction("dance".into()),
            KeyTrouble::NoKey(Action::Talk, "nokey".into()),
            KeyTrouble::Taken(Action::Wait, Sign('k'), Action::Talk),
        ]
    );
    assert_eq!(bindings.action(Sign('k')), Some(Action::Talk));
    whole(&bindings);
}

#[test]
fn nobody_is_locked_out() {
    let (bindings, troubles) =
        Bindings::of(&file(&[("back", &[]), ("confirm", &["pad_south"]), ("wait", &["escape"])]));
    assert_eq!(troubles, [KeyTrouble::Kept(Action::Confirm), KeyTrouble::Kept(Action::Back)]);
    assert_eq!(bindings.action(Named(K::Escape)), Some(Action::Back));
    whole(&bindings);

    let mut bindings = Bindings::default();
    assert_eq!(bindings.unbind(Action::Back, Named(K::Escape)), Err(Refused::Last));
    assert_eq!(bindings.take(Action::Wait, Named(K::Escape)), Err(Refused::Last));
    assert_eq!(bindings, Bindings::default());
}

#[test]
fn a_taken_key_is_named_and_can_be_taken_over() {
    let mut bindings = Bindings::default();
    assert_eq!(bindings.bind(Action::Wait, Sign('m')), Err(Refused::Taken(Action::Map)));
    bindings.take(Action::Wait, Sign('m')).unwrap();
    assert_eq!(bindings.action(Sign('m')), Some(Action::Wait));
    bindings.reset(Action::Map);
    assert!(!bindings.strokes(Action::Map).contains(&Sign('m')));
    bindings.reset(Action::Wait);
    bindings.reset(Action::Map);
    assert_eq!(bindings, Bindings::default());
    for key in ["5", "6", "7"] {
        bindings.bind(Action::Wait, Stroke::named(key).unwrap()).unwrap();
    }
    assert_eq!(bindings.bind(Action::Wait, Sign('8')), Err(Refused::Full));
    let before = bindings.clone();
    assert_eq!(bindings.take(Action::Wait, Sign('a')), Err(Refused::Full));
    assert_eq!(bindings, before);
    whole(&bindings);
}

#[test]
fn every_action_and_key_has_a_name_in_both_languages() {
    for language in [crate::settings::Language::English, crate::settings::Language::German] {
        let words = Words::new(language);
        for action in Action::all() {
            assert!(words.knows(&action.message()), "{}", action.message());
        }
        for stroke in NAMED.iter().map(|n| Named(n.0)).chain(PADS.iter().map(|p| Pad(p.0))) {
            let shown = stroke.shown(&words);
            assert!(!shown.contains("key-") && !shown.contains("pad-") && !shown.is_empty(), "{shown}");
        }
    }
}
