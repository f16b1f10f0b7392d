//! Replay: the same setup and log give the same world, tick for tick, through any number of reloads; and what was changed is
//! found, with the section named.
//!
//! Owns: determinism as a property, and the planted faults that prove its detectors.

use engine_sim::cases::Difficulty;
use engine_sim::fact::Fact;
use engine_sim::replay::{self, VerifyError};
use engine_sim::snapshot::save::Save;
use engine_sim::world::World;
use engine_sim::world::event::Command;
use tests::explorer::explore;
use tests::games::{hashes_of_every_tick, library, play_detective, setup};

/// Seeds played for each level.
const SEEDS: [u64; 3] = [1, 2, 3];
/// Places in a log at which a command is dropped.
const DROPS: usize = 16;

/// Spoils one field.
type Flip = fn(&mut Save);

/// A played game as a save, to be spoilt.
fn saved() -> Save {
    let played = play_detective(setup(2, Difficulty::Normal)).unwrap();
    replay::save(&played.world, "planted", None)
}

fn verdict(save: &Save) -> Result<replay::Proven, VerifyError> {
    replay::verify(library(), &save.encode().unwrap())
}

#[test]
fn a_detectives_log_gives_the_same_world() {
    for level in Difficulty::ALL {
        for seed in SEEDS {
            let setup = setup(seed, level);
            let played = play_detective(setup).unwrap();
            let again = replay::replay(library(), setup, played.world.log()).unwrap();
            assert_eq!(again.hash(), played.world.hash(), "{setup:?}");
            assert_eq!(again.state(), played.world.state(), "{setup:?}");
            let bytes = replay::save(&played.world, "whole", None).encode().unwrap();
            let proven = replay::verify(library(), &bytes).unwrap();
            assert_eq!(proven.commands, played.world.log().len());
            assert_eq!(proven.lines, (played.world.state().words.spoken.len(), 0));
            let loaded = replay::load(library(), &bytes).unwrap();
            assert_eq!(loaded.state(), played.world.state());
        }
    }
}

#[test]
fn a_reload_at_every_tick_changes_no_hash() {
    for level in Difficulty::ALL {
        let setup = setup(SEEDS[0], level);
        let played = play_detective(setup).unwrap();
        let straight = hashes_of_every_tick(setup, played.world.log(), false).unwrap();
        let reloaded = hashes_of_every_tick(setup, played.world.log(), true).unwrap();
        assert!(straight.len() > 300, "{} hashes are hardly a game", straight.len());
        let first = straight.iter().zip(&reloaded).position(|(a, b)| a != b);
        assert_eq!(first, None, "{setup:?}: section {:?}", first.map(|i| straight[i].differs(&reloaded[i])));
        assert_eq!(straight.len(), reloaded.len());
    }
}

#[test]
fn the_world_keeps_the_hash_of_every_tick_of_a_command() {
    let setup = setup(SEEDS[1], Difficulty::Easy);
    let played = play_detective(setup).unwrap();
    let mut world = World::new(library(), setup).unwrap();
    let mut kept = vec![world.hash()];
    for command in played.world.log() {
        world.apply(command.clone()).unwrap();
        kept.extend(world.ticks().iter().map(|tick| tick.hash));
        kept.push(world.hash());
    }
    assert!(kept == hashes_of_every_tick(setup, played.world.log(), false).unwrap());
}

#[test]
fn an_explorers_game_survives_reloads_too() {
    for seed in 0..6 {
        let setup = setup(seed, Difficulty::Normal);
        let mut world = World::new(library(), setup).unwrap();
        explore(&mut world, seed, 150, &mut |_| {});
        let straight = hashes_of_every_tick(setup, world.log(), false).unwrap();
        assert_eq!(straight.last(), Some(&world.hash()), "seed {seed}");
        assert!(straight == hashes_of_every_tick(setup, world.log(), true).unwrap(), "seed {seed}");
    }
}

#[test]
fn every_section_of_the_state_is_watched() {
    let save = saved();
    assert!(verdict(&save).is_ok());
    let flips: [(&str, Flip); 8] = [
        ("clock", |s| s.state.now.0 += 1),
        ("clock", |s| {
            s.state.rng.next();
        }),
        ("case", |s| s.state.case.lies[0].claimed.0 ^= 1),
        ("people", |s| s.state.people[3].trust ^= 1),
        ("player", |s| s.state.player.gold += 1),
        ("player", |s| s.state.player.notes[0].withdrawn ^= true),
        ("talk", |s| s.state.talk.turns += 1),
        ("words", |s| s.state.words.spoken[0].text.push('.')),
    ];
    for (section, flip) in flips {
        let mut spoilt = save.clone();
        flip(&mut spoilt);
        match verdict(&spoilt) {
            Err(VerifyError::Diverges { section: found, .. }) => assert_eq!(found, section),
            other => panic!("a flip in {section} gave {other:?}"),
        }
    }
}

#[test]
fn a_dropped_command_is_noticed() {
    let save = saved();
    for n in 0..DROPS {
        let index = n * save.log.len() / DROPS;
        let mut spoilt = save.clone();
        let dropped = spoilt.log.remove(index);
        let found = verdict(&spoilt);
        let noticed = matches!(found, Err(VerifyError::Refused { .. } | VerifyError::Diverges { .. }));
        assert!(noticed, "without command {index} ({dropped:?}): {found:?}");
    }
}

#[test]
fn changed_words_and_pins_are_noticed() {
    let save = saved();
    let mut other_words = save.clone();
    let said = other_words.log.iter_mut().find_map(|c| match c {
        Command::Say { text } => Some(text),
        _ => None,
    });
    *said.unwrap() = "Good day to you.".to_string();
    assert!(matches!(verdict(&other_words), Err(VerifyError::Refused { .. } | VerifyError::Diverges { .. })));
    let mut other_rules = save.clone();
    other_rules.pins.rules += 1;
    assert!(matches!(verdict(&other_rules), Err(VerifyError::Rules { .. })));
    let mut other_library = save.clone();
    other_library.pins.library[0] ^= 1;
    assert!(matches!(verdict(&other_library), Err(VerifyError::Library { .. })));
    let mut other_case = save.clone();
    other_case.pins.case[31] ^= 1;
    assert!(matches!(verdict(&other_case), Err(VerifyError::OtherCase)));
    let mut other_seed = save.clone();
    other_seed.seed += 1;
    let found = verdict(&other_seed);
    assert!(matches!(found, Err(VerifyError::Refused { .. } | VerifyError::Diverges { .. })), "{found:?}");
}

#[test]
fn a_smuggled_verdict_is_not_believed() {
    let mut save = saved();
    let thief = save.state.case.thief;
    save.state.case.thief.0 = (thief.0 + 1) % 11;
    save.state.case.common.push(Fact::Owns { who: thief, item: save.state.case.carrier });
    let bytes = save.encode().unwrap();
    let error = replay::load(library(), &bytes).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("section case"), "{error}");
}
