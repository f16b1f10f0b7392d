//! The closed list against the mask that a mind is kept to: every written line of the village can be said in its own scene,
//! and what the list shuts cannot be begun.
//!
//! Owns: the list, the request and the mask put together as game and node do it. Refuses to know models: its tokens are bytes.

use engine_sim::act::{Act, ActKind};
use engine_sim::cases::Difficulty;
use engine_sim::ids::PersonId;
use engine_sim::pack::Pack;
use engine_sim::rng::Rng;
use engine_sim::snapshot::state::Pending;
use engine_sim::talk::judge::judge;
use engine_sim::talk::lines::Lines;
use engine_sim::world::World;
use game::prompt;
use infer::Tokenizer;
use infer::constrain::{TokenMask, TokenTable, WorldMasks, WorldMatcher, WorldRules, WorldVocabulary};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tests::explorer::explore;
use tests::games::{library, setup};

/// Explored games, and commands in each.
const SEEDS: std::ops::Range<u64> = 300..330;
const COMMANDS: usize = 150;
/// Acts kept for each villager and key.
const ACTS_PER_KEY: usize = 3;
/// Lines that the mask itself makes, and the longest of them in bytes.
const MADE: u64 = 300;
const MADE_BYTES: usize = 60;

/// The list as the node has it, over tokens that are bytes.
fn masks() -> &'static Arc<WorldMasks> {
    static MASKS: OnceLock<Arc<WorldMasks>> = OnceLock::new();
    MASKS.get_or_init(|| {
        let list = prompt::vocabulary(library());
        assert_eq!(blake3::hash(list.content().as_bytes()).to_hex().to_string(), library().closed().hash);
        let rules = WorldRules { separators: list.marks, endings: list.endings };
        let vocabulary = WorldVocabulary::new(list.words.split(' '), &rules).unwrap();
        let table = TokenTable::of(&Tokenizer::bytes().unwrap()).unwrap();
        Arc::new(WorldMasks::new(Arc::new(vocabulary), Arc::new(table)))
    })
}

fn matcher(pack: &Pack) -> WorldMatcher {
    let opened = library().closed().opened(&library().village, pack);
    let names: Vec<&str> = opened.names.iter().map(String::as_str).collect();
    let numbers: Vec<&str> = opened.numbers.iter().map(String::as_str).collect();
    masks().matcher(&names, &numbers).unwrap()
}

/// How far a text can be said; none, when all of it can.
fn stuck_at(pack: &Pack, text: &str) -> Option<usize> {
    let mut matcher = matcher(pack);
    let refused = text.bytes().position(|byte| matcher.accept(u32::from(byte)).is_err());
    refused.or_else(|| (!matcher.may_end()).then_some(text.len()))
}

/// Acts met in explored games, by villager and key of the written lines.
fn met() -> BTreeMap<(PersonId, String), Vec<(Pending, Pack)>> {
    let mut met: BTreeMap<(PersonId, String), Vec<(Pending, Pack)>> = BTreeMap::new();
    for seed in SEEDS {
        let mut world = World::new(library(), setup(seed, Difficulty::ALL[seed as usize % 3])).unwrap();
        explore(&mut world, seed, COMMANDS, &mut |world| {
            let Some((pending, pack)) = world.awaiting() else { return };
            let kept = met.entry((pending.speaker, pending.key.clone())).or_default();
            if kept.len() < ACTS_PER_KEY && !kept.iter().any(|(p, _)| p.act == pending.act) {
                kept.push((pending.clone(), pack));
            }
        });
    }
    met
}

/// One written line, filled for one act; `None` when its slots cannot be.
fn filled(line: &str, pending: &Pending) -> Option<String> {
    let village = &library().village;
    let (key, line) = (serde_json::to_string(&pending.key).unwrap(), serde_json::to_string(line).unwrap());
    let who = &village.villager(pending.speaker).id;
    let file = format!("villager = \"{who}\"\n[lines]\n{key} = [{line}]\n");
    let one = Lines::parse(village, &[&file]).unwrap();
    one.draw(village, pending, None, &mut Rng::new(0, "one")).map(|(_, text)| text)
}

#[test]
fn every_written_line_can_be_said_in_its_scene() {
    let (mut lines, mut stuck) = (0, Vec::new());
    for ((who, key), acts) in &met() {
        for line in library().lines.variants(*who, key) {
            for (pending, pack) in acts {
                let Some(text) = filled(line, pending) else { continue };
                lines += 1;
                if let Some(at) = stuck_at(pack, &text) {
                    stuck.push(format!(
                        "{} {key}: {:?} | {:?}",
                        library().village.name(*who),
                        &text[..at],
                        &text[at..]
                    ));
                }
            }
        }
    }
    assert!(lines > 4000, "{lines} lines are too few to tell");
    stuck.iter().take(40).for_each(|line| eprintln!("{line}"));
    assert!(stuck.is_empty(), "{} of {lines} lines cannot be said (above)", stuck.len());
}

#[test]
fn nobody_begins_a_name_a_number_or_a_word_that_is_shut() {
    let maud = library().village.person_by_key("maud").unwrap();
    let pack = Pack::new(maud, Act::bare(ActKind::Greet));
    for text in
        ["Good day, dear. I'm Maud.", "The Lantern is warm, and the ember's gone.", "Well, one is enough."]
    {
        assert_eq!(stuck_at(&pack, text), None, "{text}");
    }
    for (text, at) in [
        ("Grimbold", 2),
        ("Osric was here", 1),
        ("Good day, Piers", 10),
        ("I saw the mill", 11),
        ("It is seven", 8),
        ("7 gold", 0),
        ("\"Good day", 0),
        ("Good (day", 5),
        ("The computer", 9),
    ] {
        let stuck = stuck_at(&pack, text).unwrap_or_else(|| panic!("{text:?} can be said"));
        assert!(stuck >= at, "{text:?} is stuck at {stuck}, before {at}");
    }
}

#[test]
fn whatever_the_mask_lets_through_the_judge_knows_the_words_of() {
    let village = &library().village;
    let mut mask = TokenMask::none(0);
    for seed in 0..MADE {
        let mut rng = Rng::new(seed, "made");
        let kind = ActKind::ALL[seed as usize % ActKind::ALL.len()];
        let pack = Pack::new(PersonId((seed % 12) as u8), Act::bare(kind));
        let (mut matcher, mut line) = (matcher(&pack), Vec::new());
        while line.len() < MADE_BYTES || !matcher.may_end() {
            matcher.mask(&mut mask);
            // Spaces are drawn more often, or every line is one long word; a line's end is none of its bytes.
            let open: Vec<u32> =
                mask.iter().filter(|token| *token < 256 && *token != u32::from(b'\n')).collect();
            let space = u32::from(b' ');
            let Some(&drawn) = rng.pick(&open) else { break };
            let is_spaced = line.last() == Some(&b' ');
            let token = if !is_spaced && mask.allows(space) && rng.chance(30) { space } else { drawn };
            matcher.accept(token).unwrap();
            line.push(token as u8);
        }
        let line = String::from_utf8(line).unwrap();
        for violation in judge(village, &library().vocabulary, &pack, &line).violations {
            let unknown = ["is no word of the village", "is written as a name and is none"];
            assert!(!unknown.contains(&violation.reason.as_str()), "seed {seed}: {line:?}: {violation:?}");
        }
    }
}
