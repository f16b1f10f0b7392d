//! Pick: what of the log is newly murmured.
//!
//! Owns: that choice, made of what is there already. Refuses to know: time, figures, drawing, and what fills a silence (`small_talk`).

use crate::text::chronicle::Entry;
use crate::text::happening::Happening;
use engine_sim::content::Village;
use engine_sim::ids::PersonId;
use engine_sim::world::Setup;

/// Commands between two looks at the log, at most; beyond it a save was loaded.
const COMMANDS_MAX: usize = 64;

/// How far the log was heard. A log that is full loses its first entry for each new one, so what is new in it is not heard any more.
#[derive(Debug, Default)]
pub struct Ear {
    /// The game, and how many commands it had.
    game: Option<(Setup, usize)>,
    /// Entries heard.
    heard: usize,
}

impl Ear {
    /// Entries that are new since the last look; `None` when the log belongs to another game or another moment of it.
    pub fn fresh<'e>(&mut self, game: (Setup, usize), entries: &'e [Entry]) -> Option<&'e [Entry]> {
        let (setup, commands) = game;
        let before = self.game.replace(game);
        let heard = std::mem::replace(&mut self.heard, entries.len());
        let goes_on = before.is_some_and(|(s, n)| s == setup && (n..=n + COMMANDS_MAX).contains(&commands));
        entries.get(heard..).filter(|_| goes_on)
    }
}

/// The murmurs among entries, with their speakers.
pub fn murmured<'e>(village: &Village, entries: &'e [Entry]) -> Vec<(PersonId, &'e str)> {
    let mut found = Vec::new();
    for entry in entries {
        let Entry::Aside(Happening::Murmured { name, text, .. }) = entry else { continue };
        if let Some(who) = village.people().find(|who| village.name(*who) == name.as_str()) {
            found.push((who, text.as_str()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::cases::Difficulty;
    use engine_sim::library::Library;

    const SETUP: Setup = Setup { seed: 3, level: Difficulty::Normal };

    fn aside(name: &str, text: &str) -> Entry {
        let (name, to, text) = (name.to_string(), "Maud".to_string(), text.to_string());
        Entry::Aside(Happening::Murmured { name, to, text })
    }

    #[test]
    fn only_what_is_new_in_the_log_is_heard_and_nothing_of_a_loaded_one() {
        let mut log = vec![aside("Bram", "One."), Entry::Aside(Happening::Noted)];
        let mut ear = Ear::default();
        assert_eq!(ear.fresh((SETUP, 4), &log), None, "the first look is at what was");
        assert_eq!(ear.fresh((SETUP, 4), &log), Some([].as_slice()));
        log.push(aside("Nell", "Two."));
        assert_eq!(ear.fresh((SETUP, 5), &log), Some(&log[2..]));
        assert_eq!(ear.fresh((SETUP, 5), &log[..1]), None, "an older save");
        assert_eq!(ear.fresh((SETUP, 6 + COMMANDS_MAX), &log), None, "a later save");
        let other = Setup { seed: 4, ..SETUP };
        assert_eq!(ear.fresh((other, 6 + COMMANDS_MAX), &log), None, "another case");
    }

    #[test]
    fn a_murmur_belongs_to_whom_the_log_names() {
        let village = Library::shipped().unwrap().village;
        let nell = village.person_by_key("nell").unwrap();
        let log = [aside("Nell", "Cold."), Entry::Aside(Happening::Noted), aside("Nobody", "Hm.")];
        assert_eq!(murmured(&village, &log), [(nell, "Cold.")]);
    }
}
