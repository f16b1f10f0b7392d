//! The chronicle: what was said and what happened, as the log shows it, sentence by sentence.
//!
//! Owns: turning commands and events into entries, holding back what follows a line until it has been read, and the pace at which
//! sentences appear. Refuses to know: drawing, and the machine's clock (milliseconds arrive as arguments).

use super::happening::Happening;
use super::telling;
use super::why::{Grounds, Why};
use crate::plain::plain;
use engine_sim::World;
use engine_sim::ids::PersonId;
use engine_sim::library::Library;
use engine_sim::snapshot::state::Voice;
use engine_sim::world::event::{Command, Event};

/// Entries kept; beyond it the oldest go.
const ENTRIES_MAX: usize = 4000;
/// Pause before the next sentence, and more for each character of the last.
const PAUSE_MS: u64 = 300;
const PAUSE_PER_CHAR_MS: u64 = 16;
const PAUSE_MS_MAX: u64 = 1600;

/// One thing in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Something that happened, with its time of day.
    Scene(String, Happening),
    /// What the player said.
    Player(String),
    /// A quiet remark: noted, paid, read as.
    Aside(Happening),
    /// Two statements clash.
    Clash(Happening),
    /// A villager's line.
    Spoke(Line),
}

/// A villager's line, shown as far as `shown`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its turn.
    pub turn: u32,
    /// Who.
    pub speaker: PersonId,
    /// Sentences.
    pub sentences: Vec<String>,
    /// How many are shown.
    pub shown: usize,
    /// What it stands on, and whose words it is in.
    pub why: Why,
}

/// What waits for a line to be spoken.
struct Held {
    turn: u32,
    grounds: Grounds,
    after: Vec<Entry>,
}

/// The log.
pub struct Chronicle {
    entries: Vec<Entry>,
    held: Vec<Held>,
    next_ms: u64,
    pace_percent: u16,
}

impl Default for Chronicle {
    fn default() -> Chronicle {
        Chronicle { entries: Vec::new(), held: Vec::new(), next_ms: 0, pace_percent: 100 }
    }
}

impl Chronicle {
    /// The log of a world that was loaded: its commands are replayed to hear the events again.
    pub fn of(library: &Library, world: &World<'_>) -> Chronicle {
        let mut chronicle = Chronicle::default();
        if let Ok(mut replica) = World::new(library, world.setup()) {
            chronicle.begin(&replica);
            for command in world.log() {
                let Ok(events) = replica.apply(command.clone()) else { break };
                chronicle.record(command, &replica, &events);
            }
        }
        chronicle.finish();
        chronicle
    }

    /// The pace at which sentences appear, in percent of the usual; it counts from the next sentence on.
    pub fn set_pace(&mut self, percent: u16) {
        self.pace_percent = percent.max(1);
    }

    /// The first words of a new game.
    pub fn begin(&mut self, world: &World<'_>) {
        let clock = world.state().now.clock();
        let village = &world.library().village;
        let keeper = village.name(village.keeper()).to_string();
        self.push(Entry::Scene(clock, Happening::Began { keeper }));
    }

    /// Takes in a command with what came of it.
    pub fn record(&mut self, command: &Command, world: &World<'_>, events: &[Event]) {
        let clock = world.state().now.clock();
        match command {
            Command::Say { text } => self.push(Entry::Player(plain(text.trim()))),
            Command::Search => self.push(Entry::Scene(clock, Happening::Searched)),
            Command::Wait { minutes } => {
                let waited = Happening::Waited { minutes: *minutes, alone: events.is_empty() };
                self.push(Entry::Scene(clock, waited));
            }
            _ => {}
        }
        let walked = events.iter().any(|e| matches!(e, Event::Arrived { .. }));
        for event in events {
            if walked && matches!(event, Event::Came { .. }) {
                continue;
            }
            self.take(world, event);
        }
    }

    fn take(&mut self, world: &World<'_>, event: &Event) {
        if let Event::Act { turn, .. } = event {
            self.held.push(Held { turn: *turn, grounds: Grounds::of(world, *turn), after: Vec::new() });
            return;
        }
        if let Event::Spoke { turn, speaker, text, voice } = event {
            self.spoke(world, *turn, *speaker, text, *voice);
            return;
        }
        let Some(entry) = entry(world, event) else { return };
        match self.held.last_mut() {
            Some(held) if held.after.last() != Some(&entry) => held.after.push(entry),
            Some(_) => {}
            None => self.push(entry),
        }
    }

    fn spoke(&mut self, world: &World<'_>, turn: u32, speaker: PersonId, text: &str, voice: Voice) {
        let held = self.held.iter().position(|h| h.turn == turn).map(|at| self.held.remove(at));
        let (grounds, after) = held.map_or_else(Default::default, |h| (h.grounds, h.after));
        let spoken = world.state().words.spoken.iter().rev().find(|s| s.turn == turn);
        let refused = spoken.map_or(0, |s| s.refused);
        let why = Why { grounds, voice, refused, mind: None, silence: None };
        let sentences = sentences(text);
        self.push(Entry::Spoke(Line { turn, speaker, sentences, shown: 0, why }));
        for entry in after {
            self.push(entry);
        }
    }

    /// Adds to the line of a turn which mind found its words, and why it fell silent, if it did.
    pub fn found_by(&mut self, turn: u32, mind: Option<String>, silence: Option<String>) {
        let line = self.entries.iter_mut().rev().find_map(|entry| match entry {
            Entry::Spoke(line) if line.turn == turn => Some(line),
            _ => None,
        });
        if let Some(line) = line {
            (line.why.mind, line.why.silence) = (mind, silence);
        }
    }

    /// Adds an entry.
    pub fn push(&mut self, entry: Entry) {
        if self.entries.len() >= ENTRIES_MAX {
            self.entries.remove(0);
        }
        self.entries.push(entry);
    }

    /// The entries to show: up to and with the first line that is not wholly said.
    pub fn visible(&self) -> &[Entry] {
        let end = self.entries.iter().position(unsaid).map_or(self.entries.len(), |at| at + 1);
        &self.entries[..end]
    }

    /// Whether a line is still being said.
    pub fn revealing(&self) -> bool {
        self.entries.iter().rev().take(64).any(unsaid)
    }

    /// Lets time pass: the next sentence appears when it is due. True when something appeared.
    pub fn tick(&mut self, now_ms: u64) -> bool {
        let Some(Entry::Spoke(line)) = self.entries.iter_mut().find(|e| unsaid(e)) else { return false };
        if line.shown > 0 && now_ms < self.next_ms {
            return false;
        }
        line.shown += 1;
        let chars = line.sentences[line.shown - 1].chars().count() as u64;
        let pause_ms = (PAUSE_MS + PAUSE_PER_CHAR_MS * chars).min(PAUSE_MS_MAX);
        self.next_ms = now_ms + pause_ms * 100 / u64::from(self.pace_percent);
        true
    }

    /// Shows everything at once.
    pub fn finish(&mut self) {
        for entry in &mut self.entries {
            if let Entry::Spoke(line) = entry {
                line.shown = line.sentences.len();
            }
        }
    }
}

fn unsaid(entry: &Entry) -> bool {
    matches!(entry, Entry::Spoke(line) if line.shown < line.sentences.len())
}

/// A text in sentences, each with its mark; never empty.
fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut sentence = String::new();
    for word in text.split_whitespace() {
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(word);
        let bare = word.trim_end_matches(['"', '\'', '”', '’', ')']);
        if bare.ends_with(['.', '!', '?', '…']) {
            found.push(std::mem::take(&mut sentence));
        }
    }
    if !sentence.is_empty() || found.is_empty() {
        found.push(sentence);
    }
    found
}

fn entry(world: &World<'_>, event: &Event) -> Option<Entry> {
    let (library, state) = (world.library(), world.state());
    let village = &library.village;
    let named = |who: &PersonId| village.name(*who).to_string();
    let scene = |happening| Entry::Scene(state.now.clock(), happening);
    Some(match event {
        Event::Arrived { place } => {
            let here = world.at(*place).iter().map(named).collect();
            scene(Happening::Arrived { place: village.place(*place).name.clone(), here })
        }
        Event::Came { who, came } => Entry::Aside(Happening::Came { name: named(who), came: *came }),
        Event::TalkBegan { with } => {
            let trade = village.villager(*with).trade.clone();
            scene(Happening::TalkBegan { name: named(with), trade })
        }
        Event::Murmured { speaker, to, text } => {
            Entry::Aside(Happening::Murmured { name: named(speaker), to: named(to), text: text.clone() })
        }
        Event::TalkEnded { with } => scene(Happening::TalkEnded { name: named(with) }),
        Event::ReadAs { typed, taken } => {
            Entry::Aside(Happening::ReadAs { typed: typed.clone(), taken: taken.clone() })
        }
        Event::Noted { note } => {
            let told = telling::told(library, &state.player.notes, usize::from(*note));
            match state.player.notes[usize::from(*note)].speaker {
                Some(_) => Entry::Aside(Happening::Noted),
                None => Entry::Aside(Happening::Found { text: told.text }),
            }
        }
        Event::Contradiction { a, b } => {
            let about = state.player.notes[usize::from(*b)].fact.subject();
            let numbers = (usize::from(*a) + 1, usize::from(*b) + 1);
            Entry::Clash(Happening::Clash { about: about.map(|who| named(&who)), numbers })
        }
        Event::Gold { change } => Entry::Aside(Happening::Gold { change: *change }),
        Event::Item { item, came } => {
            Entry::Aside(Happening::Item { item: village.item(*item).name.clone(), came: *came })
        }
        Event::Trust { who, rose } => Entry::Aside(Happening::Trust { name: named(who), rose: *rose }),
        Event::Verdict { who, proven: true, .. } => scene(Happening::Proven { name: named(who) }),
        Event::Verdict { who, missing, .. } => {
            scene(Happening::Unproven { name: named(who), missing: missing.clone() })
        }
        Event::Ended { outcome } => scene(Happening::Ended(*outcome)),
        Event::Act { .. } | Event::Refused { .. } | Event::Spoke { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown() -> Why {
        Why { grounds: Grounds::Nothing, voice: Voice::Written, refused: 0, mind: None, silence: None }
    }

    #[test]
    fn texts_fall_into_sentences() {
        let check = |text: &str, expected: &[&str]| assert_eq!(sentences(text), expected, "{text}");
        check("Good day. Cold, is it not?", &["Good day.", "Cold, is it not?"]);
        check("He said \"No.\" Then he left", &["He said \"No.\"", "Then he left"]);
        check("", &[""]);
    }

    #[test]
    fn what_follows_a_line_waits_for_its_last_sentence() {
        let mut chronicle = Chronicle::default();
        let sentences = vec!["One.".to_string(), "Two.".to_string()];
        let line = Line { turn: 1, speaker: PersonId(0), sentences, shown: 0, why: unknown() };
        chronicle.push(Entry::Spoke(line));
        chronicle.push(Entry::Aside(Happening::Noted));
        assert!(chronicle.tick(0));
        assert!(!chronicle.tick(1), "the second sentence is not due");
        assert_eq!(chronicle.visible().len(), 1);
        assert!(chronicle.tick(10_000));
        assert_eq!(chronicle.visible().len(), 2);
        assert!(!chronicle.revealing());
    }

    #[test]
    fn twice_the_pace_is_half_the_pause() {
        let due_ms = |percent: u16| {
            let mut chronicle = Chronicle::default();
            chronicle.set_pace(percent);
            let sentences = vec!["A sentence of some length.".to_string(), "Two.".to_string()];
            let line = Line { turn: 1, speaker: PersonId(0), sentences, shown: 0, why: unknown() };
            chronicle.push(Entry::Spoke(line));
            chronicle.tick(0);
            (1..10_000).find(|ms| chronicle.tick(*ms)).unwrap()
        };
        assert_eq!(due_ms(100), due_ms(200) * 2);
        assert!(due_ms(25) > due_ms(100) && due_ms(400) > 0);
    }
}
