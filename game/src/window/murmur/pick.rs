//! Pick: what of the log is newly murmured, and which written line fills a silence.
//!
//! Owns: that choice, made of what is there already. Refuses to know: time, figures, drawing. Small talk is the villager's own written
//! lines about weather and work: they have no slot, so that no fact can be in them. Who tells which is counted, never drawn.

use crate::text::chronicle::Entry;
use crate::text::happening::Happening;
use engine_sim::content::Village;
use engine_sim::fact::Tie;
use engine_sim::ids::PersonId;
use engine_sim::talk::lines::Lines;
use engine_sim::world::Setup;
use std::collections::BTreeMap;

/// Commands between two looks at the log, at most; beyond it a save was loaded.
const COMMANDS_MAX: usize = 64;
/// Where games of different seeds begin with their small talk: one of so many.
const BEGINNINGS: u64 = 60;
/// The keys of small talk.
const KEYS: [&str; 2] = ["banter.weather", "banter.work"];

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

/// The written lines of somebody's small talk.
pub fn small_talk(lines: &Lines, who: PersonId) -> Vec<&str> {
    let all = KEYS.iter().flat_map(|key| lines.variants(who, key));
    all.map(String::as_str).filter(|line| !line.contains('{')).collect()
}

/// How far everybody is with their small talk.
#[derive(Debug, Default)]
pub struct SmallTalk {
    beginning: usize,
    turns: usize,
    told: BTreeMap<PersonId, usize>,
}

impl SmallTalk {
    /// The small talk of the game of a seed.
    pub fn of(seed: u64) -> SmallTalk {
        SmallTalk { beginning: (seed % BEGINNINGS) as usize, ..SmallTalk::default() }
    }

    /// The next of those who are together, and their next line. Nobody talks to the air, nor to whom they are at odds with.
    pub fn pick<'l>(
        &mut self,
        village: &Village,
        lines: &'l Lines,
        here: &[PersonId],
    ) -> Option<(PersonId, &'l str)> {
        let hears =
            |who: PersonId, other: PersonId| other != who && village.tie(who, other) != Some(Tie::Feud);
        let talkers: Vec<PersonId> =
            here.iter().copied().filter(|who| here.iter().any(|other| hears(*who, *other))).collect();
        let who = *talkers.get((self.beginning + self.turns) % talkers.len().max(1))?;
        let sayable = small_talk(lines, who);
        let told = self.told.entry(who).or_insert(self.beginning);
        let line = *sayable.get(*told % sayable.len().max(1))?;
        *told += 1;
        self.turns += 1;
        Some((who, line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::cases::Difficulty;
    use engine_sim::library::Library;
    use std::collections::BTreeSet;

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

    #[test]
    fn small_talk_is_written_and_knows_nothing_of_the_case() {
        let library = Library::shipped().unwrap();
        let village = &library.village;
        let names = village.people().map(|who| village.name(who).to_lowercase());
        let case =
            ["ember", "thief", "theft", "steal", "stole", "stolen", "took", "hid", "suspect", "guilty"];
        let barred: BTreeSet<String> = names.chain(case.map(str::to_string)).collect();
        for who in village.people() {
            let lines = small_talk(&library.lines, who);
            assert!(lines.len() >= 6, "{}: {lines:?}", village.name(who));
            for line in lines {
                assert!(KEYS.iter().any(|key| library.lines.variants(who, key).iter().any(|l| l == line)));
                let lower = line.to_lowercase();
                let mut words = lower.split(|c: char| !c.is_alphanumeric());
                assert!(words.all(|word| !barred.contains(word)), "{}: {line}", village.name(who));
                assert!(!line.contains(|c: char| c.is_ascii_digit()), "{line}");
            }
        }
    }

    #[test]
    fn they_take_turns_and_repeat_nothing_before_all_is_told() {
        let library = Library::shipped().unwrap();
        let village = &library.village;
        let here = ["maud", "tobin"].map(|key| village.person_by_key(key).unwrap());
        let mut small = SmallTalk::of(7);
        let told: Vec<_> =
            (0..12).map(|_| small.pick(village, &library.lines, &here).expect("small talk")).collect();
        assert!(told.windows(2).all(|pair| pair[0].0 != pair[1].0), "{told:?}");
        assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), 12, "{told:?}");
        let mut other = SmallTalk::of(8);
        assert_ne!(
            other.pick(village, &library.lines, &here),
            Some(told[0]),
            "another game begins elsewhere"
        );
    }

    #[test]
    fn nobody_murmurs_alone_or_to_an_enemy() {
        let library = Library::shipped().unwrap();
        let village = &library.village;
        let who = |key: &str| village.person_by_key(key).unwrap();
        let pick = |here: &[PersonId]| SmallTalk::default().pick(village, &library.lines, here);
        assert_eq!(pick(&[]), None);
        assert_eq!(pick(&[who("maud")]), None);
        let (a, b) = (who("osric"), who("nell"));
        assert_eq!(village.tie(a, b), Some(Tie::Feud));
        assert_eq!(pick(&[a, b]), None);
        assert!(pick(&[a, b, who("maud")]).is_some());
    }
}
