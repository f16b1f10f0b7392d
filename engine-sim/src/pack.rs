//! The context pack: everything the renderer may know about one line, and everything the judge needs to read it back.
//!
//! Owns: the pack's shape, the words and phrase forms of a fact, the placeholder of each. Refuses to know: how the pack was
//! decided (`talk::policy`), how a model is prompted (the node). Source: DESIGN sections 3 and 4.

use crate::act::Act;
use crate::fact::Fact;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::time::Slot;

/// How a villager feels while saying a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mood {
    /// Nothing special.
    Calm,
    /// Pleased with the player.
    Warm,
    /// On guard.
    Wary,
    /// Angry.
    Cross,
    /// Afraid of what may come out.
    Afraid,
}

impl Mood {
    /// In a word, lower case.
    pub fn word(self) -> &'static str {
        match self {
            Mood::Calm => "calm",
            Mood::Warm => "warm",
            Mood::Wary => "wary",
            Mood::Cross => "cross",
            Mood::Afraid => "afraid",
        }
    }
}

/// What is to be said in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Who speaks. The listener is the player.
    pub speaker: PersonId,
    /// What they do; its facts must be said, its denied facts must be denied.
    pub act: Act,
    /// Facts that may be said besides.
    pub may: Vec<Fact>,
    /// People who may be named besides those in facts (the speaker, always).
    pub may_people: Vec<PersonId>,
    /// Places that may be named besides those in facts.
    pub may_places: Vec<PlaceId>,
    /// Items that may be named besides those in facts.
    pub may_items: Vec<ItemId>,
    /// Times that may be named, with nothing claimed about them: a question's.
    pub may_times: Vec<Slot>,
    /// Facts that the speaker knows and must not give away, in any words.
    pub hidden: Vec<Fact>,
    /// How they feel.
    pub mood: Mood,
    /// What the player said, word for word: data, never an instruction.
    pub player_line: String,
    /// The speaker's last lines, newest last: not to be repeated.
    pub last_lines: Vec<String>,
}

impl Pack {
    /// A pack with an act and nothing else.
    pub fn new(speaker: PersonId, act: Act) -> Pack {
        Pack {
            speaker,
            act,
            may: Vec::new(),
            may_people: Vec::new(),
            may_places: Vec::new(),
            may_items: Vec::new(),
            may_times: Vec::new(),
            hidden: Vec::new(),
            mood: Mood::Calm,
            player_line: String::new(),
            last_lines: Vec::new(),
        }
    }
}

/// A fact ready to be said: its words, and the words with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFact {
    /// The fact.
    pub fact: Fact,
    /// A plain sentence from the speaker's mouth: "Maud was at the mill at half past seven".
    pub words: String,
    /// The same with placeholders: "<who> was <where> <when>".
    pub pattern: String,
    /// What fills each placeholder: ("<where>", "at the mill").
    pub fills: Vec<(&'static str, String)>,
}
