//! Phrases: a fact in plain words, with placeholders, from one speaker's mouth.
//!
//! Owns: the phrase forms of people, places, times, items and gold, and the clause of each kind of fact. Refuses to know:
//! who says it to whom or why. The clause begins in lower case unless with a name, carries no full stop, and is what
//! written lines receive as `{fact}` and renderers as required words.

use crate::content::Village;
use crate::fact::{Fact, Motive, Secret, Tie};
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::pack::PackFact;
use crate::time::{Slot, number_words};

/// Gold in words: "one gold", "nine gold".
pub fn gold_words(gold: u16) -> String {
    format!("{} gold", number_words(u32::from(gold)))
}

/// "at half past seven".
pub fn when_words(at: Slot) -> String {
    format!("at {}", at.words())
}

/// The item with a definite article: "the iron lamp", "the winter ember".
pub fn the_item(village: &Village, item: ItemId) -> String {
    let name = village.item(item).name.as_str();
    let bare =
        name.strip_prefix("an ").or_else(|| name.strip_prefix("a ")).or_else(|| name.strip_prefix("the "));
    format!("the {}", bare.unwrap_or(name))
}

/// What a trace of this carrier is called: "lamp oil".
pub fn trace_words(village: &Village, item: ItemId) -> String {
    village.item(item).carrier.clone().unwrap_or_else(|| "ash".to_string())
}

/// What clings to people who come from there: "flour".
pub fn residue_words(village: &Village, from: PlaceId) -> String {
    village.place(from).residue.clone().unwrap_or_else(|| "snow".to_string())
}

/// A fact as a clause: "Maud was at the mill at half past seven", "I have an iron lamp".
pub fn clause(village: &Village, speaker: PersonId, fact: &Fact) -> String {
    let packed = pack_fact(village, speaker, fact);
    packed.words
}

/// Facts as one clause: "Maud and Osric were at the Lantern at six and I have an iron lamp". People who were at, or came past,
/// the same place in the same half-hour share a clause.
pub fn clauses(village: &Village, speaker: PersonId, facts: &[Fact]) -> String {
    let mut told: Vec<String> = Vec::with_capacity(facts.len());
    for (n, fact) in facts.iter().enumerate() {
        let alike = |other: &Fact| company(other).is_some() && company(other) == company(fact);
        if facts[..n].iter().any(alike) {
            continue;
        }
        let mut people: Vec<PersonId> =
            facts[n..].iter().filter(|f| alike(f)).filter_map(Fact::subject).collect();
        // Speakers name themselves last.
        people.sort_by_key(|&who| who == speaker);
        people.dedup();
        match people[..] {
            [_, _, ..] => told.push(together(village, speaker, &people, fact)),
            _ => told.push(clause(village, speaker, fact)),
        }
    }
    join(&told, "and")
}

/// Where and when people can be said to have been in one breath; true stands for being there, false for passing.
fn company(fact: &Fact) -> Option<(bool, PlaceId, Slot)> {
    match *fact {
        Fact::Was { place, at, .. } => Some((true, place, at)),
        Fact::Passed { place, at, .. } => Some((false, place, at)),
        _ => None,
    }
}

fn together(village: &Village, speaker: PersonId, people: &[PersonId], fact: &Fact) -> String {
    let names: Vec<String> = people
        .iter()
        .map(|&who| if who == speaker { "I".to_string() } else { village.name(who).to_string() })
        .collect();
    let names = join(&names, "and");
    match *fact {
        Fact::Passed { place, at, .. } => {
            format!("{names} came past {} {}", village.place(place).name, when_words(at))
        }
        Fact::Was { place, at, .. } => format!("{names} were {} {}", village.place(place).at, when_words(at)),
        _ => names,
    }
}

/// "a", "a and b", "a, b and c".
pub fn join(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
    }
}

struct Mouth<'a> {
    village: &'a Village,
    speaker: PersonId,
    fills: Vec<(&'static str, String)>,
}

impl Mouth<'_> {
    fn who(&mut self, who: PersonId) -> &'static str {
        let words = if who == self.speaker { "I".to_string() } else { self.village.name(who).to_string() };
        self.fill("<who>", words)
    }
    fn whom(&mut self, who: PersonId) -> &'static str {
        let words = if who == self.speaker { "me".to_string() } else { self.village.name(who).to_string() };
        self.fill("<whom>", words)
    }
    fn place(&mut self, place: PlaceId) -> &'static str {
        let words = self.village.place(place).at.clone();
        self.fill("<where>", words)
    }
    fn when(&mut self, at: Slot) -> &'static str {
        self.fill("<when>", when_words(at))
    }
    fn item(&mut self, item: ItemId) -> &'static str {
        let words = self.village.item(item).name.clone();
        self.fill("<item>", words)
    }
    fn gold(&mut self, gold: u16) -> &'static str {
        self.fill("<price>", gold_words(gold))
    }
    fn fill(&mut self, placeholder: &'static str, words: String) -> &'static str {
        self.fills.push((placeholder, words));
        placeholder
    }
    /// "was"/"were", "has"/"have": only the first person differs here, "you" is the player.
    fn verb(
        &self,
        who: PersonId,
        third: &'static str,
        first: &'static str,
        second: &'static str,
    ) -> &'static str {
        if who == self.speaker {
            first
        } else if who.is_player() {
            second
        } else {
            third
        }
    }
}

/// A fact with its words, its pattern and what fills it.
pub fn pack_fact(village: &Village, speaker: PersonId, fact: &Fact) -> PackFact {
    let mut mouth = Mouth { village, speaker, fills: Vec::new() };
    let pattern = pattern(&mut mouth, fact);
    let fills = mouth.fills;
    let words = fills.iter().fold(pattern.clone(), |text, (hole, fill)| text.replacen(hole, fill, 1));
    PackFact { fact: *fact, words, pattern, fills }
}

fn pattern(m: &mut Mouth<'_>, fact: &Fact) -> String {
    match *fact {
        Fact::Was { who, place, at } => {
            let was = m.verb(who, "was", "was", "were");
            format!("{} {was} {} {}", m.who(who), m.place(place), m.when(at))
        }
        Fact::Alone { who, place, at } => {
            let was = m.verb(who, "was", "was", "were");
            format!("{} {was} alone {} {}", m.who(who), m.place(place), m.when(at))
        }
        Fact::Passed { who, place, at } => {
            let name = m.village.place(place).name.clone();
            format!("{} came past {} {}", m.who(who), m.fill("<where>", name), m.when(at))
        }
        Fact::Carried { who, item, place, at } => {
            let name = m.village.place(place).name.clone();
            format!("{} carried {} past {} {}", m.who(who), m.item(item), m.fill("<where>", name), m.when(at))
        }
        Fact::Owns { who, item } => {
            let has = m.verb(who, "has", "have", "have");
            format!("{} {has} {}", m.who(who), m.item(item))
        }
        Fact::Took { who, item, at } => format!("{} took {} {}", m.who(who), m.item(item), m.when(at)),
        Fact::Present { .. } | Fact::Missing { .. } | Fact::Trace { .. } | Fact::Residue { .. } => {
            found_pattern(m, fact)
        }
        Fact::Owes { who, to, gold } => {
            let owes = m.verb(who, "owes", "owe", "owe");
            format!("{} {owes} {} {}", m.who(who), m.whom(to), m.gold(gold))
        }
        Fact::Price { item, gold, .. } => format!("{} is {}", m.item(item), m.gold(gold)),
        Fact::HasMotive { who, motive } => motive_pattern(m, who, motive),
        Fact::Keeps { who, secret, place, at } => {
            let was = m.verb(who, "was", "was", "were");
            let doing = secret_words(secret);
            format!("{} {was} {doing} {} {}", m.who(who), m.place(place), m.when(at))
        }
        Fact::Tied { who, whom, tie } => {
            let what = match tie {
                Tie::Kin => "family",
                Tie::Friend => "friends",
                Tie::Feud => "at odds",
            };
            format!("{} and {} are {what}", m.who(who), m.whom(whom))
        }
        Fact::Works { who, place } => {
            let works = m.verb(who, "works", "work", "work");
            format!("{} {works} {}", m.who(who), m.place(place))
        }
        Fact::Wants { who, item } => {
            let wants = m.verb(who, "wants", "want", "want");
            format!("{} {wants} {}", m.who(who), m.item(item))
        }
        Fact::Said { who, whom, place, at } => {
            let says = m.verb(who, "says", "say", "say");
            let was = m.verb(whom, "was", "was", "were");
            // "Maud says that she was …", "Maud says that I was …": never a name twice, never "that me was".
            let subject = if whom == who && who != m.speaker && !who.is_player() {
                if m.village.villager(who).she { "she" } else { "he" }
            } else if whom == m.speaker {
                "I"
            } else {
                m.village.name(whom)
            };
            let (who, whom) = (m.who(who), m.fill("<whom>", subject.to_string()));
            format!("{who} {says} that {whom} {was} {} {}", m.place(place), m.when(at))
        }
    }
}

/// What was, or was not, found in a place.
fn found_pattern(m: &mut Mouth<'_>, fact: &Fact) -> String {
    match *fact {
        Fact::Present { item, place, at } => {
            format!("{} was still {} {}", m.item(item), m.place(place), m.when(at))
        }
        Fact::Missing { item, place, at } => {
            let name = m.village.place(place).name.clone();
            let by = m.fill("<when>", format!("by {}", at.words()));
            format!("{} was gone from {} {by}", m.item(item), m.fill("<where>", name))
        }
        Fact::Trace { item, place } => {
            let trace = trace_words(m.village, item);
            format!("there was {} {}", m.fill("<trace>", trace), m.place(place))
        }
        Fact::Residue { from, place } => {
            let trace = residue_words(m.village, from);
            format!("there was {} on the floor {}", m.fill("<trace>", trace), m.place(place))
        }
        _ => String::new(),
    }
}

/// What a secret is, after "was": "meeting a sweetheart".
pub fn secret_words(secret: Secret) -> &'static str {
    match secret {
        Secret::Tryst => "meeting a sweetheart",
        Secret::Dice => "playing dice for money",
        Secret::Shirking => "asleep instead of working",
        Secret::Smuggling => "trading without paying the toll",
        Secret::Rehearsal => "practising a dance",
    }
}

fn motive_pattern(m: &mut Mouth<'_>, who: PersonId, motive: Motive) -> String {
    let keeper = m.village.keeper();
    match motive {
        Motive::Debt => {
            let is = m.verb(who, "is", "am", "are");
            format!("{} {is} deep in debt", m.who(who))
        }
        Motive::Grudge => {
            let bears = m.verb(who, "bears", "bear", "bear");
            format!("{} {bears} {} a grudge", m.who(who), m.whom(keeper))
        }
        Motive::Cold => {
            let cannot = m.verb(
                who,
                "cannot keep a hearth warm",
                "cannot keep a hearth warm",
                "cannot keep a hearth warm",
            );
            format!("{} {cannot}", m.who(who))
        }
        Motive::Buyer => {
            let has = m.verb(who, "has", "have", "have");
            format!("{} {has} a buyer for an ember", m.who(who))
        }
        Motive::Pride => format!("{} wanted to be the emberkeeper", m.who(who)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_read_like_speech() {
        let v = Village::shipped().unwrap();
        let (bram, maud) = (v.person_by_key("bram").unwrap(), v.person_by_key("maud").unwrap());
        let mill = v.place_by_key("mill").unwrap();
        let was = Fact::Was { who: maud, place: mill, at: Slot(7) };
        assert_eq!(clause(&v, bram, &was), "Maud was at the mill at half past seven");
        assert_eq!(clause(&v, maud, &was), "I was at the mill at half past seven");
        let packed = pack_fact(&v, bram, &was);
        assert_eq!(packed.pattern, "<who> was <where> <when>");
        let said = |who, whom| Fact::Said { who, whom, place: mill, at: Slot(7) };
        assert_eq!(
            clause(&v, bram, &said(maud, maud)),
            "Maud says that she was at the mill at half past seven"
        );
        assert_eq!(
            clause(&v, bram, &said(maud, bram)),
            "Maud says that I was at the mill at half past seven"
        );
        assert_eq!(
            clause(&v, maud, &said(bram, bram)),
            "Bram says that he was at the mill at half past seven"
        );
        let owes = Fact::Owes { who: maud, to: bram, gold: 8 };
        assert_eq!(clause(&v, bram, &owes), "Maud owes me eight gold");
        let lamp = v.item_by_key("lamp").unwrap();
        assert_eq!(
            clause(&v, bram, &Fact::Trace { item: lamp, place: v.ember_house() }),
            "there was lamp oil at the Ember House"
        );
    }

    #[test]
    fn people_of_one_place_and_time_share_a_clause() {
        let village = Village::shipped().unwrap();
        let person = |name: &str| village.people().find(|&p| village.name(p) == name).unwrap();
        let place = village.villager(person("Tobin")).work;
        let was = |name: &str, at: u8| Fact::Was { who: person(name), place, at: Slot(at) };
        let passed = |name: &str, at: u8| Fact::Passed { who: person(name), place, at: Slot(at) };
        let told = |facts: &[Fact]| clauses(&village, person("Maud"), facts);
        assert_eq!(told(&[]), "");
        assert_eq!(told(&[was("Piers", 2)]), "Piers was at the mill at five");
        assert_eq!(told(&[was("Maud", 2), was("Piers", 2)]), "Piers and I were at the mill at five");
        assert_eq!(
            told(&[was("Piers", 2), was("Nell", 3), was("Osric", 2), was("Greta", 2)]),
            "Piers, Osric and Greta were at the mill at five and Nell was at the mill at half past five"
        );
        assert_eq!(
            told(&[passed("Piers", 2), was("Nell", 2), passed("Osric", 2)]),
            "Piers and Osric came past the mill at five and Nell was at the mill at five"
        );
    }
}
