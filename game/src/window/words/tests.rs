//! Tests of the words: both languages say the same things with the same variables, and the source asks for what there is.

use super::*;
use crate::settings::{Choice, Trouble};
use crate::window::panels::labels;
use engine_sim::act::ActKind;
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
fn every_act_has_its_words_and_a_lie_has_those_of_an_answer() {
    let words = Words::new(Language::German);
    for kind in ActKind::ALL {
        let key = labels::act(*kind);
        assert!(words.knows(&key), "{key}");
    }
    assert_eq!(labels::act(ActKind::Lie), labels::act(ActKind::Answer));
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
        "save-name",
        "key-escape",
        "key-tab",
        "key-pause",
        "pad-at-west",
        "pad-select",
        "pad-start",
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

/// What stands between a bracket, which is the first sign of the text, and the one that closes it.
fn bracketed(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(1..at);
        }
    }
    None
}

/// Calls of `say` and `plain` in a source text that name their message: the key, and the names given where they are written out.
fn calls(source: &str) -> Vec<(String, Option<BTreeSet<String>>)> {
    let mut calls = Vec::new();
    for call in [".say(", ".plain("] {
        for (at, _) in source.match_indices(call) {
            let rest = source[at + call.len()..].trim_start();
            let Some((key, rest)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
                continue;
            };
            let list = rest.trim_start_matches([',', ' ', '\n']).strip_prefix('&');
            let given = match list.and_then(bracketed) {
                _ if call == ".plain(" => Some(BTreeSet::new()),
                Some(list) => {
                    let names = list.split("(\"").skip(1).filter_map(|p| p.split_once("\","));
                    Some(names.map(|(name, _)| name.to_string()).collect())
                }
                None => None,
            };
            calls.push((key.to_string(), given));
        }
    }
    calls
}

/// Every source file below a folder but the tests.
fn check_folder(folder: &Path, check: &mut dyn FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                check_folder(&path, check);
            }
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            check(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn window_source(folder: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/window").join(folder)
}

#[test]
fn the_source_asks_for_messages_that_there_are() {
    let (english, german) = (messages(ENGLISH), messages(GERMAN));
    let mut seen = 0;
    check_folder(&window_source(""), &mut |path, source| {
        for (key, given) in calls(source) {
            seen += 1;
            for known in [&english, &german] {
                let wanted =
                    known.get(&key).unwrap_or_else(|| panic!("{}: no message {key}", path.display()));
                if let Some(given) = &given {
                    assert_eq!(given, wanted, "{}: {key}", path.display());
                }
            }
        }
    });
    assert!(seen >= 150, "{seen}");
    let found = calls(
        "w.say(\"a-b\", &[(\"x\", f(a[0], \"(\").into()), (\"y\", 1.into())]); w.plain(\"c\"); w.say(\"d\", &args); \
         w.say(\n \"e\",\n &[\n (\"z\", w.plain(\"c\").into()),\n ],\n )",
    );
    let names = |names: &[&str]| Some(names.iter().map(|n| n.to_string()).collect::<BTreeSet<_>>());
    assert_eq!(
        found,
        [
            ("a-b".to_string(), names(&["x", "y"])),
            ("d".to_string(), None),
            ("e".to_string(), names(&["z"])),
            ("c".to_string(), names(&[])),
            ("c".to_string(), names(&[])),
        ]
    );
}

#[test]
fn every_message_is_asked_for_somewhere() {
    // Their keys are put together from names; other tests go over those names.
    let families = ["act-", "action-", "credits-", "key-", "pad-", "settings-quality-"];
    let mut code = String::new();
    check_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |_, source| code += source);
    for key in messages(ENGLISH).keys() {
        let composed = families.iter().any(|family| key.starts_with(family));
        assert!(composed || code.contains(&format!("\"{key}\"")), "nothing says {key}");
    }
}

/// Literals of a source text that begin like a sentence. Comments and tests do not count.
fn sentences(source: &str) -> Vec<&str> {
    let code = source.split("#[cfg(test)]").next().unwrap_or(source);
    let mut found = Vec::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for literal in line.split('"').skip(1).step_by(2) {
            let mut chars = literal.chars();
            let begins = [chars.next(), chars.next()].map(Option::unwrap_or_default);
            if begins[0].is_ascii_uppercase() && begins[1].is_ascii_lowercase() {
                found.push(literal);
            }
        }
    }
    found
}

#[test]
fn no_panel_says_words_of_its_own() {
    check_folder(&window_source("panels"), &mut |path, source| {
        assert_eq!(sentences(source), Vec::<&str>::new(), "{}", path.display());
    });
    assert_eq!(sentences("// \"No\"\nf(\"esc\", \"Go on\");\n#[cfg(test)]\n\"Here\""), ["Go on"]);
}
