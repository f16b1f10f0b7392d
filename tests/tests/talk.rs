//! Talk in whole games: every act gets its words, written lines do not repeat themselves, and each of them, filled with what
//! real games fill it with, is a line that the judge would let a mind say.
//!
//! Owns: the written lines as a player meets them. Refuses to know how a line is judged.

use engine_sim::cases::Difficulty;
use engine_sim::ids::PersonId;
use engine_sim::pack::Pack;
use engine_sim::rng::Rng;
use engine_sim::snapshot::state::{Pending, Voice};
use engine_sim::talk::judge::judge;
use engine_sim::talk::lines::{Lines, holes};
use engine_sim::world::World;
use engine_sim::world::event::Command;
use std::collections::{BTreeMap, BTreeSet};
use tests::explorer::explore;
use tests::games::{library, play_detective, setup};
use tests::seen::judge_is_real;

/// Share of filled written lines that the judge must let through, in tenths of a percent: what was measured when judge and
/// lines first met, less a little. It only ever rises.
const PASS_PERMILLE_MIN: usize = 980;
/// Where it has to get to.
const PASS_PERMILLE_GOAL: usize = 990;
/// Detective's games, for each level.
const DETECTIVE_SEEDS: std::ops::Range<u64> = 1..6;
/// Explored games, and commands in each.
const EXPLORER_SEEDS: std::ops::Range<u64> = 100..160;
const EXPLORER_COMMANDS: usize = 150;
/// Acts kept for each villager and key: each meets every variant.
const ACTS_PER_KEY: usize = 4;
/// Refused lines printed.
const PRINTED_MAX: usize = 60;
/// Keys that no villager has lines for, so that the facts are said plainly: a lie about having been alone.
const SAID_PLAINLY: [&str; 1] = ["lie"];

type Met = BTreeMap<(PersonId, String), Vec<(Pending, Pack)>>;

fn note(met: &mut Met, world: &World<'_>) {
    let Some((pending, pack)) = world.awaiting() else { return };
    let kept = met.entry((pending.speaker, pending.key.clone())).or_default();
    if kept.len() < ACTS_PER_KEY && !kept.iter().any(|(p, _)| p.act == pending.act) {
        kept.push((pending.clone(), pack));
    }
}

/// Replays a log and looks at every act before its words come.
fn acts_of(world: &World<'_>, look: &mut dyn FnMut(&World<'_>)) {
    let mut again = World::new(library(), world.setup()).unwrap();
    for command in world.log() {
        if matches!(command, Command::Fallback { .. }) {
            look(&again);
        }
        again.apply(command.clone()).unwrap();
    }
}

/// Acts met in games, by villager and key of the written lines.
fn met() -> Met {
    let mut met = Met::new();
    for level in Difficulty::ALL {
        for seed in DETECTIVE_SEEDS {
            let played = play_detective(setup(seed, level)).unwrap();
            acts_of(&played.world, &mut |world| note(&mut met, world));
        }
    }
    for seed in EXPLORER_SEEDS {
        let level = Difficulty::ALL[seed as usize % 3];
        let mut world = World::new(library(), setup(seed, level)).unwrap();
        explore(&mut world, seed, EXPLORER_COMMANDS, &mut |world| note(&mut met, world));
    }
    met
}

/// One written line, filled for one act; `None` when its slots cannot be.
fn filled(line: &str, pending: &Pending) -> Option<String> {
    let village = &library().village;
    let quoted = serde_json::to_string(line).unwrap();
    let key = serde_json::to_string(&pending.key).unwrap();
    let file =
        format!("villager = \"{}\"\n[lines]\n{key} = [{quoted}]\n", village.villager(pending.speaker).id);
    let one =
        Lines::parse(village, &[&file]).unwrap_or_else(|e| panic!("{line:?} alone is no line file: {e}"));
    one.draw(village, pending, None, &mut Rng::new(0, "one")).map(|(_, text)| text)
}

#[test]
fn every_act_gets_its_words() {
    let mut worlds = Vec::new();
    for seed in DETECTIVE_SEEDS {
        worlds.push(play_detective(setup(seed, Difficulty::Normal)).unwrap().world);
    }
    for seed in EXPLORER_SEEDS.take(12) {
        let mut world = World::new(library(), setup(seed, Difficulty::Hard)).unwrap();
        explore(&mut world, seed, EXPLORER_COMMANDS, &mut |_| {});
        worlds.push(world);
    }
    for world in &worlds {
        let state = world.state();
        let turns: Vec<u32> = state.words.spoken.iter().map(|s| s.turn).collect();
        assert_eq!(turns, (1..=state.talk.turns).collect::<Vec<u32>>(), "{:?}", world.setup());
        for spoken in &state.words.spoken {
            assert_eq!(spoken.voice, Voice::Written);
            let text = spoken.text.trim();
            assert!(!text.is_empty() && !text.contains(['{', '}', '<', '>']), "{text:?}");
            assert!(!text.contains("  ") && text.ends_with(['.', '!', '?', '…']), "{text:?}");
        }
    }
}

/// Lines under the act's key that can be filled for it.
fn choices(pending: &Pending) -> usize {
    let variants = library().lines.variants(pending.speaker, &pending.key);
    variants.iter().filter(|line| filled(line, pending).is_some()).count()
}

#[test]
fn a_written_line_is_not_said_twice_running() {
    let (mut drawn, mut chosen) = (0, 0);
    let mut acts: Vec<Vec<(Pending, String)>> = Vec::new();
    for seed in DETECTIVE_SEEDS.take(2) {
        let world = play_detective(setup(seed, Difficulty::Normal)).unwrap().world;
        let mut pendings = Vec::new();
        acts_of(&world, &mut |world| pendings.extend(world.awaiting().map(|(pending, _)| pending.clone())));
        let texts = world.state().words.spoken.iter().map(|s| s.text.clone());
        acts.push(pendings.into_iter().zip(texts).collect());
    }
    for game in &acts {
        let mut last: BTreeMap<(PersonId, &str), usize> = BTreeMap::new();
        for (pending, text) in game {
            drawn += 1;
            let variants = library().lines.variants(pending.speaker, &pending.key);
            let variant = variants.iter().position(|line| filled(line, pending).as_ref() == Some(text));
            let Some(variant) = variant else { continue };
            let before = last.insert((pending.speaker, pending.key.as_str()), variant);
            if before.is_some() && choices(pending) > 1 {
                chosen += 1;
                assert_ne!(before, Some(variant), "{:?} says {text:?} twice running", pending.speaker);
            }
        }
    }
    assert!(drawn > 200 && chosen > 100, "{chosen} choices in {drawn} lines show nothing");
}

#[test]
fn every_act_met_has_a_written_line() {
    let mut bare = BTreeSet::new();
    for ((who, key), acts) in &met() {
        for (pending, _) in acts {
            let last_taken = choices(pending);
            // One may be barred because it was said last.
            if last_taken < 2 && !SAID_PLAINLY.contains(&key.as_str()) {
                bare.insert(format!(
                    "{}: {key} has {last_taken} lines for {:?}",
                    library().village.name(*who),
                    pending.act
                ));
            }
        }
    }
    bare.iter().for_each(|line| eprintln!("{line}"));
    assert!(bare.is_empty(), "{} acts have no choice of written lines (above)", bare.len());
}

#[test]
fn the_judge_lets_written_lines_through() {
    let met = met();
    let (mut lines, mut passed) = (0usize, 0usize);
    let mut by_kind: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures: Vec<String> = Vec::new();
    for ((who, key), acts) in &met {
        for line in library().lines.variants(*who, key) {
            let mut first_failure = None;
            for (pending, pack) in acts {
                let Some(text) = filled(line, pending) else { continue };
                lines += 1;
                // The last lines belong to the moment of the act; repetition is the draw's business.
                let pack = Pack { last_lines: Vec::new(), ..pack.clone() };
                let verdict = judge(&library().village, &library().vocabulary, &pack, &text);
                if verdict.ok() {
                    passed += 1;
                    continue;
                }
                let kinds: BTreeSet<&str> = verdict.violations.iter().map(|v| v.kind.key()).collect();
                kinds.iter().for_each(|kind| *by_kind.entry((*kind).to_string()).or_default() += 1);
                let spans: Vec<&str> = verdict.violations.iter().map(|v| v.span.as_str()).collect();
                let slots: Vec<&str> = holes(line).collect();
                first_failure.get_or_insert_with(|| {
                    format!(
                        "{} {key} {slots:?}: {text:?}: {kinds:?} {spans:?} facts {:?}",
                        library().village.villager(*who).id,
                        pending.act.facts
                    )
                });
            }
            failures.extend(first_failure);
        }
    }
    let permille = passed * 1000 / lines.max(1);
    eprintln!(
        "{passed} of {lines} filled lines pass ({}.{} %), {} villagers' keys met; refusals by kind: {by_kind:?}; {} written \
         lines fail somewhere",
        permille / 10,
        permille % 10,
        met.len(),
        failures.len()
    );
    failures.iter().take(PRINTED_MAX).for_each(|failure| eprintln!("{failure}"));
    assert!(lines > 5000, "{lines} lines are too few to tell");
    if judge_is_real() {
        assert!(
            permille >= PASS_PERMILLE_MIN,
            "{permille} of a thousand pass; the bar is {PASS_PERMILLE_MIN}"
        );
        if permille < PASS_PERMILLE_GOAL {
            eprintln!(
                "BELOW THE GOAL of {PASS_PERMILLE_GOAL} in a thousand: lines or judge have to give way"
            );
        }
    } else {
        eprintln!("SKIPPED the bar: there is no judge in this tree");
    }
}
