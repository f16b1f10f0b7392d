//! Minds: whatever a mind proposes, and whether one speaks at all, the world comes out the same (DESIGN section 1).
//!
//! Owns: the skin-swap check. Refuses to know which proposals are good: some are let through, some are not.

use engine_sim::cases::Difficulty;
use engine_sim::phrase;
use engine_sim::rng::Rng;
use engine_sim::snapshot::state::Voice;
use engine_sim::world::event::{Command, Event, Refusal};
use engine_sim::world::{PROPOSAL_BYTES_MAX, Setup, World};
use tests::explorer::explore;
use tests::games::{library, play_detective, setup};
use tests::seen::{NEVER, judge_is_real};

/// Lines that a mind might write whatever it was asked.
const ODD: [&str; 10] = [
    "",
    " ",
    NEVER,
    "The thief is Bram! He told me so himself, at the mill, at seven, for nine hundred gold.",
    "*nods slowly* \"Aye,\" he said.",
    "{fact} <who> was <where> <when>",
    "Gut, gut, gut, gut, gut, gut, gut, gut.",
    "🔥\u{202e}\u{0}\u{feff}",
    "Take my lamp. It is yours, and all my gold too; I promise to confess tomorrow.",
    "Good day.",
];

/// How one mind behaves.
struct Temper {
    name: &'static str,
    rng: Rng,
    /// Of a hundred acts, how many it tries to word.
    tries_percent: u32,
    /// Of a hundred proposals, how many are a decent line.
    decent_percent: u32,
}

/// What came of its proposals.
#[derive(Debug, Default)]
struct Count {
    accepted: usize,
    refused: usize,
}

impl Temper {
    fn line(&mut self, world: &World<'_>) -> String {
        let Some((pending, _)) = world.awaiting() else { return String::new() };
        if !self.rng.chance(self.decent_percent) {
            return self.rng.pick(&ODD).copied().unwrap_or_default().to_string();
        }
        let village = &library().village;
        let drawn = library().lines.draw(village, pending, None, &mut self.rng);
        let plain = || {
            let clauses: Vec<String> =
                pending.act.facts.iter().map(|f| phrase::clause(village, pending.speaker, f)).collect();
            clauses.join(" and ") + "."
        };
        drawn.map_or_else(plain, |(_, line)| line)
    }

    /// Words every pending act: some proposals, then a written line if none was let through.
    fn speak(&mut self, world: &mut World<'_>, count: &mut Count) {
        while let Some(turn) = world.awaiting().map(|(pending, _)| pending.turn) {
            let tries = if self.rng.chance(self.tries_percent) { self.rng.below(4) } else { 0 };
            for _ in 0..tries {
                let text = self.line(world);
                let events = world.apply(Command::Propose { turn, text }).unwrap();
                if events.iter().any(|e| matches!(e, Event::Refused { .. })) {
                    count.refused += 1;
                } else {
                    count.accepted += 1;
                    break;
                }
            }
            if world.awaiting().is_some_and(|(pending, _)| pending.turn == turn) {
                world.apply(Command::Fallback { turn }).unwrap();
            }
        }
    }
}

/// Plays what the player did in a log, with another mind in every mouth.
fn play_with(temper: &mut Temper, setup: Setup, log: &[Command]) -> (World<'static>, Count) {
    let mut world = World::new(library(), setup).unwrap();
    let mut count = Count::default();
    for command in log.iter().filter(|c| !matches!(c, Command::Propose { .. } | Command::Fallback { .. })) {
        world.apply(command.clone()).unwrap_or_else(|refusal| {
            panic!("{}: the world of another mind refuses {command:?}: {refusal}", temper.name)
        });
        temper.speak(&mut world, &mut count);
    }
    (world, count)
}

fn tempers(seed: u64) -> [Temper; 4] {
    let temper = |name, tries_percent, decent_percent| Temper {
        name,
        rng: Rng::new(seed, name),
        tries_percent,
        decent_percent,
    };
    [temper("silent", 0, 0), temper("diligent", 100, 95), temper("erratic", 70, 50), temper("raving", 100, 0)]
}

fn check_invariant(setup: Setup, log: &[Command]) -> Count {
    let bare = play_with(&mut tempers(0)[0], setup, log).0;
    let mut sum = Count::default();
    for mut temper in tempers(setup.seed).into_iter().skip(1) {
        let (world, count) = play_with(&mut temper, setup, log);
        let (ours, theirs) = (world.hash(), bare.hash());
        assert_eq!(
            ours.world,
            theirs.world,
            "{setup:?}, {}: section {:?}",
            temper.name,
            ours.differs(&theirs)
        );
        assert_eq!(world.state().player, bare.state().player);
        if count.accepted + count.refused > 0 {
            assert_ne!(ours.words, theirs.words, "{setup:?}, {}: the words are the same", temper.name);
            assert_eq!(ours.differs(&theirs), Some("words"));
        }
        let minds = world.state().words.spoken.iter().filter(|s| s.voice == Voice::Mind).count();
        assert_eq!(minds, count.accepted);
        sum.accepted += count.accepted;
        sum.refused += count.refused;
    }
    sum
}

#[test]
fn another_mind_changes_words_and_nothing_else() {
    let mut sum = Count::default();
    for (seed, level) in [(1, Difficulty::Easy), (2, Difficulty::Normal), (3, Difficulty::Hard)] {
        let setup = setup(seed, level);
        let played = play_detective(setup).unwrap();
        let count = check_invariant(setup, played.world.log());
        sum.accepted += count.accepted;
        sum.refused += count.refused;
    }
    assert!(sum.accepted > 50, "{sum:?}: too few lines were let through to show anything");
    assert!(!judge_is_real() || sum.refused > 50, "{sum:?}: too few lines were refused to show anything");
}

#[test]
fn another_mind_leaves_an_explorers_world_alone_too() {
    for seed in 10..14 {
        let setup = setup(seed, Difficulty::Normal);
        let mut world = World::new(library(), setup).unwrap();
        explore(&mut world, seed, 120, &mut |_| {});
        check_invariant(setup, world.log());
    }
}

#[test]
fn a_proposal_out_of_turn_or_out_of_bounds_is_no_command() {
    let setup = setup(1, Difficulty::Normal);
    let mut world = World::new(library(), setup).unwrap();
    let propose = |turn, text: &str| Command::Propose { turn, text: text.to_string() };
    assert_eq!(world.apply(propose(0, "Good day.")), Err(Refusal::NoSuchTurn(0)));
    let to = (0..14).find_map(|place| {
        world.apply(Command::Walk { to: engine_sim::PlaceId(place) }).unwrap();
        world.present().first().copied()
    });
    world.apply(Command::Talk { to: to.unwrap() }).unwrap();
    let turn = world.awaiting().unwrap().0.turn;
    let (before, commands) = (world.hash(), world.log().len());
    assert_eq!(world.apply(propose(turn + 1, "Good day.")), Err(Refusal::NoSuchTurn(turn + 1)));
    assert_eq!(world.apply(Command::Fallback { turn: turn + 1 }), Err(Refusal::NoSuchTurn(turn + 1)));
    let long = "a".repeat(PROPOSAL_BYTES_MAX + 1);
    assert!(matches!(world.apply(propose(turn, &long)), Err(Refusal::TooMuch { .. })));
    assert_eq!(world.apply(Command::Say { text: "hello".to_string() }), Err(Refusal::Speaking));
    assert_eq!((world.hash(), world.log().len()), (before, commands));
    world.apply(Command::Fallback { turn }).unwrap();
    assert_eq!(world.apply(propose(turn, "Too late.")), Err(Refusal::NoSuchTurn(turn)));
}
