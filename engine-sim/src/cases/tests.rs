//! Tests of whole cases: solved, true, deterministic, and planted faults that the solver must notice.

use super::contradict::stay;
use super::*;
use crate::rng::Rng;
use crate::time::{Minute, SLOT_MIN, SLOTS};

/// Seeds of each level that must solve.
const SEEDS: u64 = 200;
/// Seeds for the tests that compare everything with everything.
const FEW: u64 = 12;

fn each(seeds: u64, mut check: impl FnMut(&Village, &Case, &Proof, &str)) {
    let village = Village::shipped().unwrap();
    for level in Difficulty::ALL {
        for seed in 0..seeds {
            let case = generate(&village, seed, level).unwrap();
            let proof = solve(&village, &case);
            check(&village, &case, &proof, &format!("seed {seed} {}", level.key()));
        }
    }
}

fn first_hand(case: &Case) -> impl Iterator<Item = (PersonId, &Knowing)> {
    let everyone = case.knowledge.iter().enumerate();
    everyone.flat_map(|(who, known)| known.iter().map(move |k| (PersonId(who as u8), k)))
}

#[test]
fn every_seed_solves_to_the_thief_alone() {
    each(SEEDS, |_, case, proof, at| {
        let params = case.level.params();
        assert_eq!(proof.thief, Some(case.thief), "{at}");
        assert!(proof.remaining.contains(&(case.thief, case.theft)), "{at}");
        assert!(proof.clues.len() >= params.clues_min, "{at}");
        assert!(proof.lies_met.len() >= params.lies_met_min, "{at}");
        assert!(!proof.contradictions.is_empty() || !proof.near_house.is_empty(), "{at}");
        let claimed = Some(case.claim(case.thief, case.theft));
        assert!(proof.near_house.iter().all(|fact| fact.place() != claimed), "{at}");
        assert!(!proof.confessions.contains(&case.thief), "{at}");
        assert!(case.window.contains(case.theft), "{at}");
    });
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    let village = Village::shipped().unwrap();
    let bytes = |seed, level| {
        let case = generate(&village, seed, level).unwrap();
        rkyv::to_bytes::<rkyv::rancor::Error>(&case).unwrap().to_vec()
    };
    for level in Difficulty::ALL {
        assert_eq!(bytes(7, level), bytes(7, level));
        assert_ne!(bytes(7, level), bytes(8, level));
        let read = rkyv::from_bytes::<Case, rkyv::rancor::Error>(&bytes(7, level)).unwrap();
        assert_eq!(read, generate(&village, 7, level).unwrap());
    }
}

#[test]
fn lies_are_false_walkable_and_some_can_be_caught() {
    each(SEEDS / 4, |village, case, proof, at| {
        assert!(!proof.lies_met.is_empty(), "{at}");
        assert!(case.lies.iter().any(|lie| lie.who == case.thief && lie.at == case.theft), "{at}");
        for lie in &case.lies {
            assert_ne!(lie.claimed, lie.truth, "{at}");
            assert_eq!(lie.truth, case.place(lie.who, lie.at), "{at}");
            assert_ne!(lie.claimed, village.ember_house(), "{at}");
            assert_eq!(case.claim(lie.who, lie.at), lie.claimed, "{at}");
            let near = |then: Slot| village.walk_min(case.claim(lie.who, then), lie.claimed) <= WALK_MAX_MIN;
            assert!(lie.at.before().is_none_or(near) && lie.at.after().is_none_or(near), "{at}");
            assert!(lie.why == Why::Theft || lie.who != case.thief, "{at}");
        }
    });
}

#[test]
fn what_is_known_is_true_in_the_walked_evening() {
    each(FEW, |village, case, _, at| {
        for (knower, known) in first_hand(case) {
            assert!(is_true(village, case, &known.fact), "{at}: {:?} is not so", known.fact);
            match known.how {
                How::Told(teller) => {
                    assert!((1..=gossip::DEPTH_MAX).contains(&known.depth) && teller != knower, "{at}");
                    let saw = |k: &Knowing| k.fact == known.fact && k.depth == 0;
                    assert!(case.knowledge[known.source.index()].iter().any(saw), "{at}: {known:?}");
                    assert_ne!(village.tie(teller, knower), Some(crate::fact::Tie::Feud), "{at}");
                    assert_ne!(known.fact.subject(), Some(knower), "{at}");
                }
                _ => assert_eq!((known.depth, known.source), (0, knower), "{at}"),
            }
        }
    });
}

/// Reads the truth of a fact off `position_at`, minute by minute, without the simulation's own tables.
fn is_true(village: &Village, case: &Case, fact: &Fact) -> bool {
    let minutes = |at: Slot| (0..SLOT_MIN).map(move |m| at.start().plus(m));
    let stays = |who: PersonId, place: PlaceId, at: Slot| {
        minutes(at).filter(|&m| position_at(village, case, who, m) == Spot::At(place)).count()
    };
    match *fact {
        Fact::Was { who, place, at } => stays(who, place, at) > SLOT_MIN as usize / 2,
        Fact::Alone { who, place, at } => {
            let together = |other: PersonId| {
                minutes(at).any(|m| {
                    position_at(village, case, who, m) == Spot::At(place)
                        && position_at(village, case, other, m) == Spot::At(place)
                })
            };
            stays(who, place, at) > 0 && !village.people().any(|other| other != who && together(other))
        }
        Fact::Passed { who, place, at } => walks_through(village, case, who, place, at),
        Fact::Carried { who, item, place, at } => {
            walks_through(village, case, who, place, at)
                && case.carries.contains(&Carry { who, item, at })
                && village.villager(who).owns.contains(&item)
        }
        Fact::Present { at, .. } => at <= case.theft,
        Fact::Missing { at, .. } => at > case.theft,
        Fact::Said { who, whom, place, at } => who == whom && case.claim(who, at) == place,
        Fact::Keeps { who, secret, place, at } => {
            case.place(who, at) == place && case.secret(who).is_some_and(|kept| kept.secret == secret)
        }
        _ => false,
    }
}

fn walks_through(village: &Village, case: &Case, who: PersonId, place: PlaceId, at: Slot) -> bool {
    let leaves = |m: u32| match position_at(village, case, who, at.start().plus(m)) {
        Spot::Walking { from, walked_min, .. } => m > 0 && from == place && walked_min == 0,
        Spot::At(_) => false,
    };
    (0..SLOT_MIN).any(leaves)
}

#[test]
fn truths_never_contradict_and_lies_do() {
    each(FEW / 3, |village, case, _, at| {
        let mut facts: Vec<Fact> = first_hand(case).map(|(_, known)| known.fact).collect();
        facts.extend(&case.common);
        facts.sort_unstable();
        facts.dedup();
        for (i, a) in facts.iter().enumerate() {
            for b in &facts[i..] {
                assert!(!contradicts(village, a, b), "{at}: {a:?} against {b:?}");
            }
        }
        for lie in &case.lies {
            let truth = Fact::Was { who: lie.who, place: lie.truth, at: lie.at };
            assert!(case.contradicts_story(village, lie.who, lie.at, &truth), "{at}");
        }
        let honest = |who: PersonId| case.lies.iter().all(|lie| lie.who != who);
        for who in village.people().filter(|&who| honest(who)) {
            let caught =
                |fact: &Fact| fact.at().is_some_and(|s| case.contradicts_story(village, who, s, fact));
            assert!(!facts.iter().any(caught), "{at}: an honest story is contradicted");
        }
    });
}

#[test]
fn nobody_tells_what_they_hide_and_the_thief_never_does() {
    each(FEW, |village, case, _, at| {
        for who in village.people() {
            let hidden = case.hides(village, who);
            let told: Vec<Fact> = case.tells_won_over(village, who, false).map(|k| k.fact).collect();
            assert!(told.iter().all(|fact| !hidden.contains(fact)), "{at}");
            assert!(case.tells(village, who, false).all(|k| told.contains(&k.fact)), "{at}");
            let lied =
                |fact: &Fact| stay(fact).is_some_and(|(p, _, s)| p == who && case.lie(who, s).is_some());
            assert!(!told.iter().any(lied), "{at}: own hidden whereabouts");
            let confessed: Vec<Fact> = case.tells(village, who, true).map(|k| k.fact).collect();
            match case.lies.iter().find(|lie| lie.who == who) {
                Some(lie) if who == case.thief => assert!(!confessed.iter().any(lied), "{at} {lie:?}"),
                Some(lie) => {
                    let own = Fact::Was { who, place: lie.truth, at: lie.at };
                    assert!(confessed.contains(&own) && hidden.contains(&own), "{at}");
                }
                None => {}
            }
        }
    });
}

#[test]
fn the_solver_never_clears_the_thief_of_any_evening() {
    let village = Village::shipped().unwrap();
    let mut drawn = 0;
    for level in Difficulty::ALL {
        let mut rng = Rng::new(99, level.key());
        for attempt in 0..300 {
            let Some(case) = generate::draw(&village, &mut rng, 99, level, attempt) else { continue };
            let proof = solve(&village, &case);
            assert!(proof.remaining.contains(&(case.thief, case.theft)), "{} {attempt}", level.key());
            drawn += 1;
        }
    }
    assert!(drawn > 300, "only {drawn} evenings came together");
}

/// The case with only the testimony of some clues left in it.
fn with_only(case: &Case, clues: &[Clue]) -> Case {
    let mut bare = case.clone();
    for (who, known) in bare.knowledge.iter_mut().enumerate() {
        let who = Some(PersonId(who as u8));
        let used = |k: &Knowing| {
            clues.iter().any(|c| c.fact == k.fact && c.source == Some(k.source) && c.teller == who)
        };
        known.retain(used);
    }
    bare
}

#[test]
fn the_clues_suffice_and_none_can_be_spared() {
    each(FEW, |village, case, proof, at| {
        let bare = solve(village, &with_only(case, &proof.clues));
        assert_eq!(bare.thief, Some(case.thief), "{at}");
        assert_eq!(bare.remaining, proof.remaining, "{at}");
        for (i, clue) in proof.clues.iter().enumerate() {
            let from_house = matches!(clue.fact, Fact::Trace { .. } | Fact::Residue { .. });
            let window =
                |end: Slot, fact: &Fact| fact.at() == Some(end) && clue.teller == Some(village.keeper());
            let bound = match clue.fact {
                Fact::Present { .. } => window(case.window.present, &clue.fact),
                Fact::Missing { .. } => window(case.window.missing, &clue.fact),
                _ => false,
            };
            if from_house || bound {
                continue;
            }
            let mut fewer = proof.clues.clone();
            fewer.remove(i);
            let left = solve(village, &with_only(case, &fewer)).remaining.len();
            assert!(left > proof.remaining.len(), "{at}: {clue:?} could be spared");
        }
    });
}

#[test]
fn planted_faults_unsolve_a_case() {
    each(FEW, |village, case, proof, at| {
        let mut mute = case.clone();
        mute.knowledge.iter_mut().for_each(Vec::clear);
        assert_eq!(solve(village, &mute).thief, None, "{at}: nobody says anything");

        let mut swept = case.clone();
        swept.traces.clear();
        let swept = solve(village, &swept);
        assert!(swept.remaining.len() >= proof.remaining.len(), "{at}");
        let needs_traces = proof.exclusions.iter().any(|e| e.fact.is_none());
        let without = solve(village, &mute).remaining.len();
        assert!(!needs_traces || without > proof.remaining.len(), "{at}");

        // A second person with the thief's profile: the same carrier, and nobody who says where they were.
        let keeper = village.keeper();
        let twin = village.people().find(|&p| p != case.thief && p != keeper).unwrap();
        let mut twins = case.clone();
        twins.common.push(Fact::Owns { who: twin, item: case.carrier });
        let about = |k: &Knowing| stay(&k.fact).is_some_and(|(who, _, _)| who == twin);
        twins.knowledge.iter_mut().for_each(|known| known.retain(|k| !about(k)));
        let twins = solve(village, &twins);
        assert_eq!(twins.thief, None, "{at}: a twin");
        assert!(twins.remaining.iter().any(|&(who, _)| who == twin), "{at}");

        // False testimony from somebody who may be believed clears the thief: the solver takes people at their word.
        let mut perjured = case.clone();
        let open =
            |p: &PersonId| *p != case.thief && !village.bonded(*p, case.thief) && !case.reticent.contains(p);
        let witness = village.people().find(|p| open(p) && case.lies.iter().all(|l| l.who != *p)).unwrap();
        let place = village.villager(case.thief).home;
        for at in case.window.slots() {
            let (how, since) = (How::Witnessed, at.start());
            let fact = Fact::Was { who: case.thief, place, at };
            perjured.knowledge[witness.index()].push(Knowing { fact, how, source: witness, depth: 0, since });
        }
        assert_ne!(solve(village, &perjured).thief, Some(case.thief), "{at}: perjury");
    });
}

#[test]
fn levels_differ() {
    let mut medians = Vec::new();
    let village = Village::shipped().unwrap();
    for level in Difficulty::ALL {
        let mut clues = Vec::new();
        let (mut lies, mut confessions) = (0, 0);
        for seed in 0..60 {
            let case = generate(&village, seed, level).unwrap();
            let measures = measure(&case, &solve(&village, &case));
            clues.push(measures.clues);
            lies += measures.lies;
            confessions += measures.confessions;
        }
        clues.sort_unstable();
        medians.push((clues[clues.len() / 2], lies, confessions));
        assert_eq!(Difficulty::parse(level.key()), Some(level));
    }
    let harder = |a: (usize, usize, usize), b: (usize, usize, usize)| a.0 < b.0 && a.1 < b.1 && a.2 < b.2;
    assert!(harder(medians[0], medians[1]) && harder(medians[1], medians[2]), "{medians:?}");
}

#[test]
fn walks_are_drawn_in_whole_minutes() {
    each(2, |village, case, _, at| {
        for who in village.people() {
            let mut before = position_at(village, case, who, Minute(0));
            assert_eq!(before, Spot::At(case.place(who, Slot(0))), "{at}");
            for minute in 0..3 * 24 * 60 {
                let now = position_at(village, case, who, Minute(minute));
                let steps = match (before, now) {
                    (Spot::At(a), Spot::At(b)) => a == b || village.walk_min(a, b) <= 1,
                    (Spot::At(a), Spot::Walking { from, walked_min, .. }) => walked_min == 0 && a == from,
                    (Spot::Walking { to, of_min, walked_min, .. }, Spot::At(b)) => {
                        to == b && walked_min + 1 == of_min
                    }
                    (
                        Spot::Walking { to, walked_min: was, of_min, .. },
                        Spot::Walking { from, walked_min, .. },
                    ) => walked_min == was + 1 || (walked_min == 0 && from == to && was + 1 == of_min),
                };
                assert!(steps, "{at}: {who:?} at {minute}: {before:?} then {now:?}");
                before = now;
            }
            assert_eq!(before, Spot::At(village.villager(who).home), "{at}");
        }
        assert_eq!(case.plans[0].len(), usize::from(SLOTS));
    });
}

#[test]
fn contradiction_is_a_rule_of_two_statements() {
    let v = Village::shipped().unwrap();
    let person = |key| v.person_by_key(key).unwrap();
    let place = |key| v.place_by_key(key).unwrap();
    let (maud, bram, at) = (person("maud"), person("bram"), Slot(7));
    let was = |who, key| Fact::Was { who, place: place(key), at };
    let check = |a: Fact, b: Fact, expected: bool| {
        assert_eq!(contradicts(&v, &a, &b), expected, "{a:?} {b:?}");
        assert_eq!(contradicts(&v, &b, &a), expected, "{b:?} {a:?}");
    };
    check(was(maud, "mill"), was(maud, "lantern"), true);
    check(was(maud, "mill"), was(maud, "mill"), false);
    check(was(maud, "mill"), was(bram, "lantern"), false);
    check(was(maud, "mill"), Fact::Was { who: maud, place: place("lantern"), at: Slot(8) }, false);
    check(was(maud, "mill"), Fact::Alone { who: bram, place: place("mill"), at }, true);
    check(was(maud, "mill"), Fact::Alone { who: maud, place: place("mill"), at }, false);
    check(was(maud, "mill"), Fact::Alone { who: bram, place: place("well"), at }, false);
    check(was(maud, "mill"), Fact::Passed { who: maud, place: place("bridge"), at }, false);
    check(was(maud, "mill"), Fact::Passed { who: maud, place: place("woodyard"), at }, true);
    let (item, house) = (v.ember(), v.ember_house());
    let present = |at| Fact::Present { item, place: house, at: Slot(at) };
    let missing = |at| Fact::Missing { item, place: house, at: Slot(at) };
    check(present(5), missing(5), true);
    check(present(6), missing(5), true);
    check(present(4), missing(5), false);
}

#[test]
fn days_have_seeds_and_other_dates_do_not() {
    assert_eq!(daily_seed(2026, 11, 21), daily_seed(2026, 11, 21));
    assert_ne!(daily_seed(2026, 11, 21), daily_seed(2026, 11, 22));
    assert!(daily_seed(2028, 2, 29).is_ok() && daily_seed(2000, 2, 29).is_ok());
    for (year, month, day) in
        [(2027, 2, 29), (2100, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1), (2026, 1, 0), (1999, 1, 1)]
    {
        let error = daily_seed(year, month, day).unwrap_err();
        assert!(error.to_string().contains("is not a date"), "{error}");
    }
}

#[test]
fn a_village_that_cannot_hold_a_case_is_refused() {
    let mut village = Village::shipped().unwrap();
    village.places.iter_mut().for_each(|place| place.residue = None);
    assert!(matches!(generate(&village, 1, Difficulty::Easy), Err(GenerateError::Lacks(_))));
    let mut village = Village::shipped().unwrap();
    village.villagers.iter_mut().for_each(|villager| villager.owns.clear());
    assert!(matches!(generate(&village, 1, Difficulty::Easy), Err(GenerateError::Lacks(_))));
    let mut village = Village::shipped().unwrap();
    // Everybody is bonded to everybody: no word counts, so nothing can be proved.
    let people: Vec<PersonId> = village.people().collect();
    village.ties.clear();
    for &a in &people {
        for &b in people.iter().filter(|&&b| a < b) {
            let tie = crate::fact::Tie::Kin;
            village.ties.push(crate::content::KnownTie { a, b, tie, note: String::new() });
        }
    }
    assert!(matches!(
        generate(&village, 1, Difficulty::Hard),
        Err(GenerateError::Unprovable { seed: 1, .. })
    ));
}

#[test]
fn every_thief_can_be_proven_before_the_moot() {
    /// Seeds of each level: not one may fail.
    const CASES: u64 = 100;
    each(CASES, |village, case, _, at| {
        let weigh = |notes: &[crate::snapshot::state::Note]| {
            crate::world::moot::weigh_notes(village, case.window, notes, case.thief)
        };
        let mut notes = convict::book(village, case);
        assert!(weigh(&notes).proves(), "{at}: {:?}", weigh(&notes));
        // A handful of them suffices, so the table's limit is no obstacle.
        for i in (0..notes.len()).rev() {
            let note = notes.remove(i);
            if !weigh(&notes).proves() {
                notes.insert(i, note);
            }
        }
        assert!(notes.len() <= 6 && notes.len() <= crate::world::moot::EVIDENCE_MAX, "{at}: {notes:?}");
        assert!(!weigh(&[]).proves() && !weigh(&notes[1..]).proves(), "{at}: nothing of it can be spared");
    });
}

#[test]
fn a_thief_whom_nobody_saw_is_no_case_for_the_moot() {
    each(FEW, |village, case, _, at| {
        let mut unseen = case.clone();
        let about =
            |k: &Knowing| k.fact.subject() == Some(case.thief) || matches!(k.fact, Fact::Alone { .. });
        unseen.knowledge.iter_mut().for_each(|known| known.retain(|k| !about(k)));
        assert!(!convict::can_convict(village, &unseen), "{at}");
    });
}

#[test]
fn what_is_worked_out_is_so_and_was_not_seen() {
    let (mut inferred, mut drawn) = (0, 0);
    each(SEEDS / 4, |village, case, _, at| {
        drawn += 1;
        for (knower, known) in first_hand(case).filter(|(_, k)| k.how == How::Inferred) {
            inferred += 1;
            let Fact::Was { who, place, at: slot } = known.fact else { panic!("{at}: {known:?}") };
            assert!(who != knower && case.place(who, slot) == place, "{at}: {known:?}");
            // They stood where the one way to it begins, and saw neither company nor solitude there.
            let [(mouth, _)] = village.neighbours(place)[..] else { panic!("{at}: {known:?} has many ways") };
            assert_eq!(position_at(village, case, knower, known.since), Spot::At(mouth), "{at}");
            let saw = case.knowledge[knower.index()].iter().filter(|k| k.fact == known.fact && k.depth == 0);
            assert_eq!(saw.count(), 1, "{at}: worked out and seen too");
        }
    });
    assert!(inferred * 10 > drawn, "{inferred} inferences in {drawn} cases");
}

#[test]
fn people_remember_what_others_said_of_themselves() {
    let mut lies = 0;
    each(SEEDS / 4, |village, case, _, at| {
        let mut words = 0;
        for (hearer, known) in first_hand(case) {
            let Fact::Said { who, whom, place, at: slot } = known.fact else { continue };
            words += 1;
            assert!(who == whom && who != hearer, "{at}: {known:?}");
            assert_eq!(case.claim(who, slot), place, "{at}: a word is the same to everyone");
            assert_ne!(village.tie(who, hearer), Some(crate::fact::Tie::Feud), "{at}");
            lies += usize::from(case.lie(who, slot).is_some());
        }
        assert!(words > 0, "{at}: nobody spoke of themselves");
    });
    assert!(lies > 0, "no lie was told to a neighbour");
}
