//! Telling: notes, moods and times in the plain words that every screen shares.
//!
//! Owns: how a note is put for the player. Refuses to know: where it is drawn and what is true. A fact is told as the game
//! tells it to everyone: nothing here says whether a statement is a lie.

use engine_sim::cases::Difficulty;
use engine_sim::fact::{Fact, How};
use engine_sim::ids::{PersonId, PlaceId};
use engine_sim::library::Library;
use engine_sim::phrase;
use engine_sim::snapshot::state::{Note, State};
use engine_sim::talk::policy::{TRUST_SHUT, TRUST_WON};
use engine_sim::talk::turn::how_words;
use engine_sim::time::Slot;

/// The first letter in upper case.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// "a, b and c".
pub fn listed(names: &[String]) -> String {
    engine_sim::phrase::join(names, "and")
}

/// A fact from nobody's mouth in particular: "Maud was at the mill at half past seven", "Lamp oil at the Ember House".
pub fn fact_words(library: &Library, fact: &Fact) -> String {
    let village = &library.village;
    let words = match *fact {
        Fact::Trace { item, place } => {
            format!("{} {}", phrase::trace_words(village, item), village.place(place).at)
        }
        Fact::Residue { from, place } => {
            format!("{} on the floor {}", phrase::residue_words(village, from), village.place(place).at)
        }
        _ => phrase::clause(village, PersonId::PLAYER, fact),
    };
    capital(&words)
}

/// A place without its article: "mill".
pub fn place_name(library: &Library, place: PlaceId) -> &str {
    let name = library.village.place(place).name.as_str();
    name.strip_prefix("the ").unwrap_or(name)
}

/// A note in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its number in the notebook, from 1.
    pub number: usize,
    /// Who said it: "Maud", or "You saw".
    pub speaker: String,
    /// What.
    pub text: String,
    /// How it is known: "seen", "heard from Hilda, who had it from Bram", "taken back".
    pub how: String,
    /// When the player learnt it, "09:14".
    pub clock: String,
}

impl Told {
    /// Whether any part of it contains `needle`, which is in lower case.
    pub fn matches(&self, needle: &str) -> bool {
        [&self.speaker, &self.text, &self.how].iter().any(|part| part.to_lowercase().contains(needle))
            || needle.strip_prefix('#').is_some_and(|n| n == self.number.to_string())
    }
    /// The whole in one line.
    pub fn line(&self) -> String {
        format!("#{} {}: {} ({})", self.number, self.speaker, self.text, self.how)
    }
}

/// How a note says that it is known.
pub fn how(library: &Library, note: &Note) -> String {
    let mut words = match note.how {
        How::Own => "own word".to_string(),
        how => how_words(library, how),
    };
    if let How::Told(by) = note.how
        && note.source != by
        && !note.source.is_player()
    {
        words += &format!(", first seen by {}", library.village.name(note.source));
    }
    if note.withdrawn {
        words += "; taken back";
    }
    words
}

/// A note in words.
pub fn told(library: &Library, notes: &[Note], index: usize) -> Told {
    let note = &notes[index];
    let speaker = note.speaker.map_or("You", |who| library.village.name(who)).to_string();
    Told {
        number: index + 1,
        speaker,
        text: fact_words(library, &note.fact),
        how: how(library, note),
        clock: note.at.clock(),
    }
}

/// How somebody feels about the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Angry for a while.
    Cross,
    /// Trusts them little.
    Closed,
    /// Trusts them much.
    Warm,
    /// None of these.
    Calm,
}

/// How somebody feels about the player.
pub fn feels(state: &State, who: PersonId) -> Mood {
    let person = &state.people[who.index()];
    if person.cross_until > state.now {
        Mood::Cross
    } else if person.trust < TRUST_SHUT {
        Mood::Closed
    } else if person.trust >= TRUST_WON {
        Mood::Warm
    } else {
        Mood::Calm
    }
}

/// The same as a mark and a word.
pub fn mood(state: &State, who: PersonId) -> (&'static str, &'static str) {
    match feels(state, who) {
        Mood::Cross => ("▲", "cross"),
        Mood::Closed => ("▽", "closed"),
        Mood::Warm => ("♥", "warm"),
        Mood::Calm => ("·", "calm"),
    }
}

/// What the notebook knows of the window: when the ember was last seen and when first missed.
pub fn known_window(notes: &[Note]) -> (Option<Slot>, Option<Slot>) {
    let standing = || notes.iter().filter(|n| !n.withdrawn);
    let present = standing().filter_map(|n| match n.fact {
        Fact::Present { at, .. } => Some(at),
        _ => None,
    });
    let missing = standing().filter_map(|n| match n.fact {
        Fact::Missing { at, .. } => Some(at),
        _ => None,
    });
    (present.max(), missing.min())
}

/// The shortest beginning of each name that nobody shares, in the village's order.
pub fn initials(library: &Library) -> Vec<String> {
    let names: Vec<&str> = library.village.people().map(|p| library.village.name(p)).collect();
    let unique = |name: &str| {
        let shared = |len: &usize| {
            let start: String = name.chars().take(*len).collect();
            names.iter().filter(|other| other.starts_with(&start)).count() > 1
        };
        let len = (1..name.len()).find(|len| !shared(len)).unwrap_or(name.len());
        name.chars().take(len).collect()
    };
    names.iter().map(|name| unique(name)).collect()
}

/// What the moot still wants, in plain words.
pub fn missing_words(what: &str) -> &'static str {
    match what {
        "opportunity" => {
            "opportunity: nothing here refutes their own word about the window, or puts them near the Ember House in it"
        }
        "means" => {
            "means: nothing here ties them to what lay on the floor, neither the carrier nor where they came from"
        }
        _ => "something more",
    }
}

/// A level's name.
pub fn level_words(level: Difficulty) -> &'static str {
    match level {
        Difficulty::Easy => "easy",
        Difficulty::Normal => "normal",
        Difficulty::Hard => "hard",
    }
}

/// The rules, six sentences.
pub const RULES: [&str; 6] = [
    "Somebody took the winter ember last evening, between the half-hour in which Nell last saw it and the one in which \
     she missed it; find out who by talking, and name them before the moot by dusk at 20:00.",
    "The thief was alone at the Ember House in one half-hour of that window; everyone else was somewhere else, or not \
     alone.",
    "The ember was carried off in a lamp, a firepot, a pair of tongs or a bedwarmer, and each leaves its own trace on \
     the floor: search the Ember House.",
    "What clung to the thief's clothes lies there too, and tells which place they came from: flour, soot, ale, wax.",
    "Villagers lie only to guard themselves, their family or their friends, so their word about anybody else can be \
     trusted; hold a contradiction up to a liar, and one with an innocent secret will own up.",
    "The moot wants opportunity (their word refuted, or seen about the house in the window) and either the carrier or \
     the residue; a hearing takes an hour, and each of your three seals pays for one name that seemed proven and was wrong.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_short_and_nobody_shares_one() {
        let library = Library::shipped().unwrap();
        let initials = initials(&library);
        let mut sorted = initials.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), initials.len());
        assert!(initials.iter().all(|i| i.chars().count() <= 2), "{initials:?}");
    }
}
