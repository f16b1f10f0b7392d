//! Small talk: which written line fills a silence, or stands in for a line that no mind found.
//!
//! Owns: that choice. Refuses to know: time, figures, drawing, minds. Small talk is the villager's own written lines about weather and
//! work: they have no slot, so that no fact can be in them. Who tells which is counted, never drawn. Small talk knows nothing of the
//! case, whoever words it: a player who only overhears it must not be led by it.

use engine_sim::content::Village;
use engine_sim::fact::Tie;
use engine_sim::ids::PersonId;
use engine_sim::talk::lines::Lines;
use std::collections::BTreeMap;

/// Where games of different seeds begin with their small talk: one of so many.
const BEGINNINGS: u64 = 60;
/// The keys of small talk.
const KEYS: [&str; 2] = ["banter.weather", "banter.work"];

/// Words of the case, in lower case.
const CASE: [&str; 10] =
    ["ember", "thief", "theft", "steal", "stole", "stolen", "took", "hid", "suspect", "guilty"];

/// Whether a line has a word of the case in it.
pub fn is_of_the_case(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|word| CASE.contains(&word))
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
        let line = self.tell(lines, who)?;
        self.turns += 1;
        Some((who, line))
    }

    /// The next line of somebody's; none where they have none.
    pub fn tell<'l>(&mut self, lines: &'l Lines, who: PersonId) -> Option<&'l str> {
        let sayable = small_talk(lines, who);
        let told = self.told.entry(who).or_insert(self.beginning);
        let line = *sayable.get(*told % sayable.len().max(1))?;
        *told += 1;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::library::Library;
    use std::collections::BTreeSet;

    #[test]
    fn small_talk_is_written_and_knows_nothing_of_the_case() {
        let library = Library::shipped().unwrap();
        let village = &library.village;
        let names: BTreeSet<String> = village.people().map(|who| village.name(who).to_lowercase()).collect();
        for who in village.people() {
            let lines = small_talk(&library.lines, who);
            assert!(lines.len() >= 6, "{}: {lines:?}", village.name(who));
            for line in lines {
                assert!(KEYS.iter().any(|key| library.lines.variants(who, key).iter().any(|l| l == line)));
                assert!(!is_of_the_case(line), "{}: {line}", village.name(who));
                let lower = line.to_lowercase();
                let mut words = lower.split(|c: char| !c.is_alphanumeric());
                assert!(words.all(|word| !names.contains(word)), "{}: {line}", village.name(who));
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

    #[test]
    fn a_word_of_the_case_is_found_however_it_is_written() {
        for line in ["The EMBER's gone.", "Who took it?", "A thief, here!"] {
            assert!(is_of_the_case(line), "{line}");
        }
        for line in ["Cold today.", "Remember me.", "Hidden paths.", ""] {
            assert!(!is_of_the_case(line), "{line}");
        }
    }
}
