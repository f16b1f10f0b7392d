//! Why: what a line stands on, how many tries it took, and whose words it is in.
//!
//! Owns: those facts, and the terminal's words for them. Refuses to know: the window's words (`panels::labels`), and whether a
//! statement is a lie: a fact is shown as it was claimed.

use super::telling;
use crate::prompt;
use engine_sim::World;
use engine_sim::act::ActKind;
use engine_sim::library::Library;
use engine_sim::phrase;
use engine_sim::snapshot::state::{Note, Pending, Voice};

/// A fact that a line carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// In words.
    pub fact: String,
    /// The player's note of it: how the speaker says they know.
    pub note: Option<Note>,
}

/// What a line stands on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Grounds {
    /// Not known: the line is older than the log.
    #[default]
    Nothing,
    /// Facts.
    Facts(Vec<Known>),
    /// What the speaker does, where the line carries no fact.
    Deed {
        /// Who.
        name: String,
        /// The act.
        kind: ActKind,
        /// The thing, the gold, the topic or the readings that it is about; empty where there is none.
        what: String,
        /// The act in English words.
        words: String,
    },
}

impl Grounds {
    /// What the committed act of a turn stands on.
    pub fn of(world: &World<'_>, turn: u32) -> Grounds {
        let (library, state) = (world.library(), world.state());
        let Some(pending) = state.words.pending.iter().find(|p| p.turn == turn) else {
            return Grounds::Nothing;
        };
        if pending.act.facts.is_empty() {
            return Grounds::Deed {
                name: library.village.name(pending.speaker).to_string(),
                kind: pending.act.kind,
                what: what(library, pending),
                words: prompt::act_words(library, pending),
            };
        }
        let known = |fact: &engine_sim::Fact| {
            let notes = state.player.notes.iter().rev();
            let note = notes.copied().find(|n| n.fact == *fact && n.speaker == Some(pending.speaker));
            Known { fact: telling::fact_words(library, fact), note }
        };
        Grounds::Facts(pending.act.facts.iter().map(known).collect())
    }
}

/// What an act is about.
fn what(library: &Library, pending: &Pending) -> String {
    let act = &pending.act;
    let item = act.item.map(|item| phrase::the_item(&library.village, item));
    let gold = act.gold.map(phrase::gold_words);
    let readings = (!pending.readings.is_empty()).then(|| phrase::join(&pending.readings, "or"));
    item.or(gold).or(act.topic.clone()).or(readings).unwrap_or_default()
}

/// Why a line was said as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// What it stands on.
    pub grounds: Grounds,
    /// Whether a mind found the words.
    pub voice: Voice,
    /// Tries that the judge refused.
    pub refused: u8,
    /// The mind's name, where it is known.
    pub mind: Option<String>,
    /// Why a mind fell silent, if it did.
    pub silence: Option<String>,
}

impl Why {
    /// In the terminal's words.
    pub fn told(&self, library: &Library) -> String {
        let grounds = match &self.grounds {
            Grounds::Nothing => String::new(),
            Grounds::Facts(facts) => {
                let known = |known: &Known| match &known.note {
                    Some(note) => format!("{} ({})", known.fact, telling::how(library, note)),
                    None => known.fact.clone(),
                };
                facts.iter().map(known).collect::<Vec<_>>().join("; ")
            }
            Grounds::Deed { name, words, .. } => format!("{name} {words}"),
        };
        let silence = self.silence.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        format!("{grounds} · {}{silence}", self.voice_words())
    }

    fn voice_words(&self) -> String {
        let mind = self.mind.as_deref().unwrap_or("a mind");
        match (self.voice, self.refused) {
            (Voice::Written, 0) => "written".to_string(),
            (Voice::Written, 1) => "written, after one refused try".to_string(),
            (Voice::Written, n) => format!("written, after {n} refused tries"),
            (Voice::Mind, 0) => format!("words by {mind}, first try"),
            (Voice::Mind, 1) => format!("words by {mind}, second try"),
            (Voice::Mind, n) => format!("words by {mind}, try {}", u16::from(n) + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_whose_words_it_is_in() {
        let library = Library::shipped().unwrap();
        let mut why = Why {
            grounds: Grounds::Facts(vec![Known { fact: "Maud was at the mill".to_string(), note: None }]),
            voice: Voice::Mind,
            refused: 1,
            mind: Some("SmolLM2".to_string()),
            silence: None,
        };
        assert_eq!(why.told(&library), "Maud was at the mill · words by SmolLM2, second try");
        (why.voice, why.silence) = (Voice::Written, Some("the node was waking".to_string()));
        assert_eq!(
            why.told(&library),
            "Maud was at the mill · written, after one refused try (the node was waking)"
        );
    }
}
