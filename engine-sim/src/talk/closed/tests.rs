//! Tests of the closed list: it is the judge's vocabulary, and what it lets through the judge knows.

use super::*;
use crate::act::{Act, ActKind};
use crate::fact::Fact;
use crate::library::Library;
use crate::rng::Rng;
use crate::talk::judge::judge;
use crate::time::Slot;
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::shipped().unwrap());

fn who(key: &str) -> PersonId {
    LIBRARY.village.person_by_key(key).unwrap()
}

fn listed() -> BTreeSet<&'static str> {
    LIBRARY.closed().words.split(' ').collect()
}

/// Maud answers where Tobin was at half past seven.
fn answer() -> Pack {
    let village = &LIBRARY.village;
    let mill = village.villager(who("tobin")).work;
    let was = Fact::Was { who: who("tobin"), place: mill, at: Slot(7) };
    Pack::new(who("maud"), Act::saying(ActKind::Answer, vec![was]))
}

#[test]
fn every_listed_form_is_a_word_of_the_village_to_the_judge() {
    let words = listed();
    assert!(words.len() > 40_000, "{} forms", words.len());
    for word in &words {
        for tok in tokenise(word) {
            let known = LIBRARY.vocabulary.contains(&tok.low) || tok.low.starts_with('\'') || tok.is("n't");
            assert!(known, "{word}: {}", tok.low);
        }
    }
}

#[test]
fn names_places_things_counts_and_other_worlds_are_not_listed() {
    let words = listed();
    for shut in [
        "maud", "Maud", "tobin", "mill", "forge", "inn", "candle", "lamps", "seven", "dozen", "midnight",
        "ll", "i", "7",
    ] {
        assert!(!words.contains(shut), "{shut}");
    }
    for open in [
        "I",
        "I'm",
        "well",
        "one",
        "half",
        "first",
        "house",
        "couldn't",
        "God",
        "Emberwick",
        "baking",
        "snow",
    ] {
        assert!(words.contains(open), "{open}");
    }
    assert!(!words.iter().any(|word| OUTSIDE.contains(word)));
}

#[test]
fn a_pack_opens_what_it_permits_and_nothing_else() {
    let opened = LIBRARY.closed().opened(&LIBRARY.village, &answer());
    let names: BTreeSet<&str> = opened.names.iter().map(String::as_str).collect();
    for name in ["Maud", "Tobin", "mill", "Mill", "Lantern", "inn", "ember"] {
        assert!(names.contains(name), "{name} is not in {names:?}");
    }
    for name in ["Osric", "Piers", "chapel", "forge", "candle"] {
        assert!(!names.contains(name), "{name}");
    }
    assert_eq!(opened.numbers, ["half past seven", "Half past seven"]);
    let mut sale = Pack::new(who("maud"), Act::bare(ActKind::Sell));
    sale.act.gold = Some(3);
    assert_eq!(LIBRARY.closed().opened(&LIBRARY.village, &sale).numbers, ["three", "Three"]);
}

#[test]
fn whatever_a_pack_holds_the_list_stays_within_its_bounds() {
    let village = &LIBRARY.village;
    let mut pack = answer();
    pack.may_people = village.people().collect();
    pack.may_places = village.place_ids().collect();
    pack.may_items = village.item_ids().collect();
    pack.may_times = Slot::all().collect();
    let opened = LIBRARY.closed().opened(village, &pack);
    assert!(opened.names.len() + opened.numbers.len() <= OPENED_MAX);
    for who in village.people() {
        assert!(opened.names.iter().any(|name| name == village.name(who)));
    }
}

#[test]
fn the_list_and_its_name_are_the_same_every_time() {
    let again = Library::shipped().unwrap();
    let (one, other) = (LIBRARY.closed(), again.closed());
    assert_eq!((&one.words, &one.hash), (&other.words, &other.hash));
    let text = format!("{}\n{MARKS}\n's\n", one.words);
    assert_eq!(one.hash, blake3::hash(text.as_bytes()).to_hex().to_string());
}

/// A line of listed forms and opened names, in no order that means anything.
fn babble(words: &[&str], opened: &Opened, rng: &mut Rng) -> String {
    let mut line = String::new();
    let mut begins = true;
    for at in 0..3 + rng.below(9) {
        let named = rng.below(4) == 0;
        let pool: Vec<&str> = opened.names.iter().map(String::as_str).filter(|_| named).collect();
        let word = rng.pick(if pool.is_empty() { words } else { &pool }).copied().unwrap_or_default();
        let mark =
            if at == 0 { "" } else { [" ", " ", " ", " ", ", ", ". ", "? ", "! "][rng.below(8) as usize] };
        begins = if at == 0 { true } else { mark.starts_with(['.', '?', '!']) || begins && mark.is_empty() };
        line.push_str(mark);
        line.push_str(&if begins { capitalised(word) } else { word.to_string() });
    }
    line + "."
}

#[test]
fn what_is_made_of_open_words_is_never_refused_as_unknown() {
    let words: Vec<&str> = LIBRARY.closed().words.split(' ').collect();
    let village = &LIBRARY.village;
    for seed in 0..3000 {
        let mut rng = Rng::new(seed, "babble");
        let mut pack = answer();
        pack.speaker = PersonId((seed % 12) as u8);
        pack.act.kind = ActKind::ALL[seed as usize % ActKind::ALL.len()];
        let opened = LIBRARY.closed().opened(village, &pack);
        let line = babble(&words, &opened, &mut rng);
        for violation in judge(village, &LIBRARY.vocabulary, &pack, &line).violations {
            let unknown = ["is no word of the village", "is written as a name and is none"];
            assert!(!unknown.contains(&violation.reason.as_str()), "seed {seed}: {line:?}: {violation:?}");
            let stranger = violation.reason.starts_with("names somebody")
                && village.people().any(|p| village.name(p) == violation.span);
            assert!(!stranger, "seed {seed}: {line:?}: {violation:?}");
        }
    }
}
