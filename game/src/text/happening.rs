//! Happenings: what the log tells beside what was said, by kind.
//!
//! Owns: the closed list of them and their words in English. Refuses to know: when they happen (`chronicle`) and where they are drawn.
//! The window tells them in the player's language by their kind; names, items and facts in them are the village's own words.

use super::telling;
use engine_sim::snapshot::state::Outcome;
use std::fmt;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A case began; the keeper missed the ember.
    Began {
        /// The keeper's name.
        keeper: String,
    },
    /// The player searched the floor.
    Searched,
    /// The player waited.
    Waited {
        /// How long.
        minutes: u16,
        /// Whether nothing else happened meanwhile.
        alone: bool,
    },
    /// The player came to a place.
    Arrived {
        /// Its name.
        place: String,
        /// Names of who is there.
        here: Vec<String>,
    },
    /// Whoever was looked for is at the player's own place.
    RightHere {
        /// Whose name.
        name: String,
    },
    /// Somebody came to the player's place, or left it.
    Came {
        /// Whose name.
        name: String,
        /// Whether they came.
        came: bool,
    },
    /// A talk began.
    TalkBegan {
        /// With whom.
        name: String,
        /// What they do.
        trade: String,
    },
    /// A talk ended.
    TalkEnded {
        /// With whom.
        name: String,
    },
    /// Two villagers murmured, and the player heard it.
    Murmured {
        /// Who.
        name: String,
        /// To whom.
        to: String,
        /// What.
        text: String,
    },
    /// A typed line was taken as another.
    ReadAs {
        /// As typed.
        typed: String,
        /// As taken.
        taken: String,
    },
    /// A statement is in the notebook.
    Noted,
    /// A find is in the notebook.
    Found {
        /// The fact.
        text: String,
    },
    /// Two notes clash.
    Clash {
        /// About whom, if about anybody.
        about: Option<String>,
        /// Numbers of the notes in the notebook, from 1.
        numbers: (usize, usize),
    },
    /// Gold came or went.
    Gold {
        /// By how much.
        change: i32,
    },
    /// An item came or went.
    Item {
        /// Its name.
        item: String,
        /// Whether it came.
        came: bool,
    },
    /// Somebody trusts the player more, or less.
    Trust {
        /// Whose name.
        name: String,
        /// Whether more.
        rose: bool,
    },
    /// The moot was convinced.
    Proven {
        /// Who was named.
        name: String,
    },
    /// The moot was not.
    Unproven {
        /// Who was named.
        name: String,
        /// What it still wants.
        missing: Vec<&'static str>,
    },
    /// The case ended.
    Ended(Outcome),
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Happening as H;
        match self {
            H::Began { keeper } => write!(
                f,
                "The winter ember is gone from its cradle, and Emberwick grows colder by the hour. You have until dusk \
                 to say who took it. {keeper}, who keeps the Ember House, missed it last evening: begin there."
            ),
            H::Searched => write!(f, "You go over the floor of the Ember House."),
            H::Waited { minutes, alone: true } => write!(f, "You wait {minutes} minutes. Nobody comes."),
            H::Waited { minutes, .. } => write!(f, "You wait {minutes} minutes."),
            H::Arrived { place, here } => match here.as_slice() {
                [] => write!(f, "You come to {place}. Nobody is here."),
                [one] => write!(f, "You come to {place}. {one} is here."),
                _ => write!(f, "You come to {place}. {} are here.", telling::listed(here)),
            },
            H::RightHere { name } => write!(f, "{name} is right here."),
            H::Came { name, came: true } => write!(f, "{name} comes by"),
            H::Came { name, .. } => write!(f, "{name} leaves"),
            H::TalkBegan { name, trade } => write!(f, "You stop for a word with {name}, the {trade}."),
            H::TalkEnded { name } => write!(f, "You part from {name}."),
            H::Murmured { name, to, text } => write!(f, "{name} murmurs to {to}: \"{text}\""),
            H::ReadAs { typed, taken } => write!(f, "(read as \"{taken}\", not \"{typed}\")"),
            H::Noted => write!(f, "noted"),
            H::Found { text } => write!(f, "found: {text}"),
            H::Clash { about, numbers: (a, b) } => {
                let about = about.as_ref().map_or_else(String::new, |name| format!(" about {name}"));
                write!(f, "two statements{about} clash (#{a}, #{b}): see notebook")
            }
            H::Gold { change } if *change < 0 => write!(f, "you pay {} gold", -change),
            H::Gold { change } => write!(f, "you get {change} gold"),
            H::Item { item, came: true } => write!(f, "you get {item}"),
            H::Item { item, .. } => write!(f, "you hand over {item}"),
            H::Trust { name, rose: true } => write!(f, "{name} warms to you"),
            H::Trust { name, .. } => write!(f, "{name} cools towards you"),
            H::Proven { name } => write!(f, "The moot has heard you against {name}, and the notes hold."),
            H::Unproven { name, missing } => {
                let wants: Vec<&str> = missing.iter().map(|m| telling::missing_words(m)).collect();
                let wants = wants.join("; and ");
                write!(f, "The moot hears you against {name} and is not convinced. It wants {wants}.")
            }
            H::Ended(outcome) => write!(f, "{}", ended(*outcome)),
        }
    }
}

fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "The case is open.",
        Outcome::Solved => "The ember goes back into its cradle. One by one, the windows turn amber.",
        Outcome::Dismissed => {
            "Your last seal is broken. The moot thanks you for your trouble and listens no more."
        }
        Outcome::Frozen => "The bell strikes eight. Dusk is here, the ember is not, and the hearths go out.",
    }
}
