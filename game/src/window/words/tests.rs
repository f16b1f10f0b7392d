//! Tests of the words: both languages say the same things with the same variables, and the source asks for what there is.

use super::*;
use crate::settings::{Choice, Trouble};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every message of a file with its variables, read from the text itself: each branch of a choice counts, not only the one taken.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) =
            line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
        {
            key = name.to_string();
            assert!(messages.insert(key.clone(), BTreeSet::new()).is_none(), "{key} twice");
        }
        for piece in line.split('$').skip(1) {
            let name: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            messages.get_mut(&key).unwrap().insert(name);
        }
    }
    messages
}

#[test]
fn the_files_have_no_slips() {
    for (language, text) in [("en", ENGLISH), ("de", GERMAN)] {
        let resource = FluentResource::try_new(text.to_string())
            .unwrap_or_else(|(_, slips)| panic!("{language}: {slips:?}"));
        let mut bundle = Bundle::new_concurrent(vec![language.parse().unwrap()]);
        bundle.add_resource(resource).unwrap();
        for key in messages(text).keys() {
            assert!(bundle.has_message(key), "{language}: {key}");
        }
    }
    assert!(messages(ENGLISH).len() > 200);
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_variables() {
    let (english, german) = (messages(ENGLISH), messages(GERMAN));
    for (key, variables) in &english {
        assert_eq!(german.get(key), Some(variables), "{key}");
    }
    for key in german.keys() {
        assert!(english.contains_key(key), "{key} is only in German");
    }
}

#[test]
fn every_message_is_whole_with_its_variables() {
    for language in Language::ALL {
        let words = Words::new(*language);
        for (key, variables) in messages(ENGLISH) {
            for count in [0, 1, 2, 21] {
                let args: Vec<(&str, FluentValue)> =
                    variables.iter().map(|v| (v.as_str(), count.into())).collect();
                let said = words.say(&key, &args);
                assert!(
                    !said.is_empty() && said != key && !said.contains(['{', '}', '$', '\u{2068}']),
                    "{key}: {said}"
                );
                assert_eq!(said.trim(), said, "{key}");
                let number = count.to_string();
                assert!(variables.is_empty() || said.contains(&number), "{key} drops its variable: {said}");
            }
        }
    }
}

#[test]
fn german_is_german_and_counts() {
    let (english, german) = (Words::new(Language::English), Words::new(Language::German));
    assert_eq!(english.say("wait-for", &[("count", 1.into())]), "Wait 1 minute");
    assert_eq!(german.say("wait-for", &[("count", 30.into())]), "30 Minuten warten");
    assert_eq!(german.say("deed-talk", &[("name", "Maud".into())]), "Mit Maud sprechen");
    let same: Vec<String> = messages(ENGLISH)
        .into_iter()
        .filter(|(k, v)| v.is_empty() && english.plain(k) == german.plain(k))
        .map(|(k, _)| k)
        .collect();
    let names = [
        "title-name",
        "map-title",
        "save-name",
        "key-escape",
        "key-tab",
        "key-pause",
        "pad-select",
        "pad-start",
        "keys-pad",
    ];
    for key in same {
        assert!(names.contains(&key.as_str()), "{key} is not translated");
    }
}

#[test]
fn a_message_that_a_language_lacks_is_said_in_english() {
    let words = Words {
        language: Language::German,
        bundles: vec![
            bundle("de", "here = hier\nbroken = { $ \n"),
            bundle("en", "here = here\nthere = there { $n }\nbroken = whole\n"),
        ],
    };
    assert_eq!(words.plain("here"), "hier");
    assert_eq!(words.say("there", &[("n", 3.into())]), "there 3");
    assert_eq!(words.plain("broken"), "whole");
    assert_eq!(words.plain("nowhere"), "nowhere");
    assert!(words.knows("there") && !words.knows("nowhere"));
}

#[test]
fn troubles_with_settings_are_said_in_both_languages() {
    let text = || "x".to_string();
    let troubles = [
        Trouble::Unreadable { why: text() },
        Trouble::Unusable { kib: 64 },
        Trouble::Line { line: 3 },
        Trouble::Field { field: text(), found: text(), wanted: text(), instead: text() },
        Trouble::Unknown { field: text() },
    ];
    for trouble in troubles {
        let (key, args) = trouble.message();
        let given: BTreeSet<String> = args.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(messages(ENGLISH).get(key), Some(&given), "{key}");
        assert_eq!(Words::new(Language::English).trouble(&trouble), trouble.to_string());
        assert_ne!(Words::new(Language::German).trouble(&trouble), trouble.to_string());
    }
}

/// Calls of `say` and `plain` in a source text that name their message: the key, and the names given where they are written out.
fn calls(source: &str) -> Vec<(String, Option<BTreeSet<String>>)> {
    let mut calls = Vec::new();
    for call in [".say(\"", ".plain(\""] {
        for (at, _) in source.match_indices(call) {
            let rest = &source[at + call.len()..];
            let Some((key, rest)) = rest.split_once('"') else { continue };
            let given = match rest.trim_start_matches([',', ' ', '\n']) {
                _ if call == ".plain(\"" => Some(BTreeSet::new()),
                list if list.starts_with("&[") => list.split_once("])").map(|(list, _)| {
                    list.split("(\"")
                        .skip(1)
                        .filter_map(|p| p.split_once("\","))
                        .map(|(n, _)| n.to_string())
                        .collect()
                }),
                _ => None,
            };
            calls.push((key.to_string(), given));
        }
    }
    calls
}

fn check_folder(folder: &Path, known: &BTreeMap<String, BTreeSet<String>>, seen: &mut usize) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check_folder(&path, known, seen);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("words/tests.rs") {
            for (key, given) in calls(&std::fs::read_to_string(&path).unwrap()) {
                *seen += 1;
                let wanted =
                    known.get(&key).unwrap_or_else(|| panic!("{}: no message {key}", path.display()));
                if let Some(given) = given {
                    assert_eq!(&given, wanted, "{}: {key}", path.display());
                }
            }
        }
    }
}

#[test]
fn the_source_asks_for_messages_that_there_are() {
    let mut seen = 0;
    check_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/window"), &messages(ENGLISH), &mut seen);
    assert!(seen >= 4, "{seen}");
    let found = calls(
        "w.say(\"a-b\", &[(\"x\", f(\"(\").into()), (\"y\", 1.into())]); w.plain(\"c\"); w.say(\"d\", &args)",
    );
    let names = |names: &[&str]| Some(names.iter().map(|n| n.to_string()).collect::<BTreeSet<_>>());
    assert_eq!(
        found,
        [("a-b".to_string(), names(&["x", "y"])), ("d".to_string(), None), ("c".to_string(), names(&[])),]
    );
}
