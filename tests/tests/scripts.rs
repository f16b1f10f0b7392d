//! Scripts from anywhere: what is no script gives one sentence with its line, and random bytes never panic.
//!
//! Owns: the language as people mistype it. The shipped scripts are read here and played in `process.rs`.

use engine_sim::cases::Difficulty;
use engine_sim::rng::Rng;
use engine_sim::snapshot::state::SAY_BYTES_MAX;
use engine_sim::world::event::Command;
use engine_sim::world::{WAIT_MAX_MIN, World};
use game::detective::write_step;
use game::script::{SCRIPT_BYTES_MAX, STEPS_MAX, Script, ScriptError, Step, play};
use tests::games::{library, play_detective, setup};
use tests::programs::repository;

/// Random scripts tried.
const RANDOM_SCRIPTS: u64 = 400;

fn parse(text: &str) -> Result<Script, ScriptError> {
    Script::parse(&library().village, text)
}

fn new_world() -> World<'static> {
    World::new(library(), setup(1, Difficulty::Normal)).unwrap()
}

/// Plays a script with written lines to its end or its first error.
fn play_all(world: &mut World<'_>, script: &Script) -> Result<(), ScriptError> {
    for (line, step) in &script.steps {
        play(world, *line, step)?;
        while let Some(turn) = world.awaiting().map(|(pending, _)| pending.turn) {
            world.apply(Command::Fallback { turn }).unwrap();
        }
    }
    Ok(())
}

fn check_sentence(error: &str, names: &str) {
    assert_eq!(error.lines().count(), 1, "{error:?}");
    assert!(error.contains(names), "{error:?} does not say {names:?}");
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let cases = [
        ("dance", "line 1: there is no step \"dance\""),
        ("\n# comment\n\nseek nobody", "line 4: there is no villager \"nobody\""),
        ("talk", "line 1: there is no villager \"\""),
        ("talk player", "line 1: there is no villager \"player\""),
        ("walk atlantis", "line 1: there is no place \"atlantis\""),
        ("search\nwait soon", "line 2: \"soon\" is not a number of minutes"),
        ("wait -5", "line 1: \"-5\" is not a number"),
        ("wait 70000", "line 1: \"70000\" is not a number"),
        ("wait", "line 1: \"\" is not a number"),
        ("search the house", "line 1: \"search\" takes nothing more"),
        ("part now", "line 1: \"part\" takes nothing more"),
        ("say", "line 1: \"say\" needs words"),
        ("say   ", "line 1: \"say\" needs words"),
        ("save", "line 1: \"save\" needs a name"),
        ("save ../up", "line 1: \"../up\" is no name for a save"),
        ("save final", "line 1: \"final\" is no name for a save"),
        ("accuse", "line 1: there is no villager \"\""),
        ("accuse bram with x", "line 1: \"x\" is not the number of a note"),
        ("accuse bram with 1 2 99999", "line 1: \"99999\" is not the number of a note"),
        ("expect victory", "line 1: there is no outcome \"victory\""),
        ("SEARCH", "line 1: there is no step \"SEARCH\""),
        ("search\r\nsay hello\r\nfly\r\n", "line 3: there is no step \"fly\""),
    ];
    for (text, names) in cases {
        check_sentence(&parse(text).unwrap_err().to_string(), names);
    }
}

#[test]
fn what_the_world_refuses_is_told_with_its_line() {
    let long = format!("seek bram\ntalk bram\nsay {}", "a".repeat(SAY_BYTES_MAX + 1));
    let waits = format!("wait {}", WAIT_MAX_MIN + 1);
    let cases = [
        ("say hello", "line 1: you are talking to nobody"),
        ("\nsearch", "line 2: there is nothing to search here"),
        ("talk hilda", "line 1: Hilda is not here"),
        ("seek bram\ntalk bram\nwalk mill", "line 3: you are in the middle of a conversation"),
        ("seek bram\ntalk bram\nsearch", "line 3: you are in the middle of a conversation"),
        ("seek bram\ntalk bram\nwait 3", "line 3: you are in the middle of a conversation"),
        ("seek bram\ntalk bram\naccuse bram", "line 3: you are in the middle of a conversation"),
        ("accuse bram with 3", "line 1: there is no such note"),
        ("expect solved", "line 1: the case is open, not solved"),
        (long.as_str(), "line 3: a line's length in bytes is limited"),
        (waits.as_str(), "line 1: waiting at once is limited"),
    ];
    for (text, names) in cases {
        let script = parse(text).unwrap();
        check_sentence(&play_all(&mut new_world(), &script).unwrap_err().to_string(), names);
    }
}

#[test]
fn a_script_after_dusk_is_told_that_the_case_is_closed() {
    let waits = "wait 120\n".repeat(6);
    let error = play_all(&mut new_world(), &parse(&format!("{waits}search")).unwrap()).unwrap_err();
    check_sentence(&error.to_string(), "line 7: the case is closed");
    play_all(&mut new_world(), &parse(&format!("{waits}expect frozen")).unwrap()).unwrap();
}

#[test]
fn a_script_has_a_size() {
    let large = "#".repeat(SCRIPT_BYTES_MAX + 1);
    assert!(matches!(parse(&large), Err(ScriptError::TooLarge { .. })));
    assert_eq!(parse(&"part\n".repeat(STEPS_MAX)).unwrap().steps.len(), STEPS_MAX);
    assert_eq!(parse(&"part\n".repeat(STEPS_MAX + 1)), Err(ScriptError::TooMany));
    assert_eq!(parse("").unwrap().steps, Vec::new());
    assert_eq!(parse("  # only this\r\n\r\n\t").unwrap().steps, Vec::new());
}

#[test]
fn a_detectives_steps_read_back() {
    let played = play_detective(setup(4, Difficulty::Easy)).unwrap();
    let text: Vec<String> = played.steps.iter().map(|step| write_step(&played.world, step)).collect();
    let script = parse(&text.join("\n")).unwrap();
    let steps: Vec<Step> = script.steps.into_iter().map(|(_, step)| step).collect();
    assert_eq!(steps, played.steps);
}

#[test]
fn random_bytes_never_panic() {
    let mut rng = Rng::new(1, "scripts");
    let words = [
        "seek",
        "walk",
        "wait",
        "search",
        "talk",
        "say",
        "part",
        "accuse",
        "save",
        "expect",
        "bram",
        "mill",
        "nell",
        "with",
        "all",
        "solved",
        "open",
        "3",
        "120",
        "99999999999",
        "hello",
        "where were you at seven?",
        "\n",
        "\n",
        "\n",
        " ",
        "\t",
        "#",
        "\u{0}",
        "\u{202e}",
        "é",
        "🔥",
    ];
    let mut parsed = 0;
    for round in 0..RANDOM_SCRIPTS {
        let mut text = String::new();
        for _ in 0..rng.below(60) {
            if round % 4 == 0 {
                text.push_str(&String::from_utf8_lossy(&rng.next().to_le_bytes()));
            } else {
                text.push_str(rng.pick(&words).unwrap());
                text.push(' ');
            }
        }
        match parse(&text) {
            Ok(script) => {
                parsed += 1;
                if let Err(error) = play_all(&mut new_world(), &script) {
                    assert!(error.to_string().starts_with("line "), "{error}");
                }
            }
            Err(error) => assert!(error.to_string().starts_with("line "), "{error}"),
        }
    }
    assert!(parsed > 0, "no random script was ever played");
}

#[test]
fn the_shipped_scripts_can_be_read() {
    for (name, outcome) in [("first_case.txt", "solved"), ("short.txt", "open")] {
        let text = std::fs::read_to_string(repository("assets/scripts").join(name)).unwrap();
        let script = parse(&text).unwrap();
        let last = script.steps.last().map(|(_, step)| write_step(&new_world(), step));
        assert_eq!(last, Some(format!("expect {outcome}")), "{name}");
    }
}
