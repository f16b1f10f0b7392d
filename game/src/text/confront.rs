//! Confronting: holding a note or a clash up to whoever the player talks with, straight from the notebook.
//!
//! Owns: which question or claim a note is, as something that a player could have typed. Refuses to know: what a villager makes of it,
//! and the truth. The sentence goes the way of every line, through the parser and into the log; a test holds that the parser
//! reads each as what was meant. A clash is held up in the words of the suggestion that the engine would offer.

use super::app::{App, Screen};
use super::news::News;
use super::pick::Picked;
use engine_sim::content::Village;
use engine_sim::fact::Fact;
use engine_sim::ids::{PersonId, PlaceId};
use engine_sim::snapshot::state::Note;
use engine_sim::talk::parse::{Intent, Named, suggest_text};
use engine_sim::talk::suggest::held_against;
use engine_sim::time::Slot;
use engine_sim::world::notebook::{Clash, whose_word};

/// What holding something up amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It speaks against the listener's own word.
    Confront,
    /// It is evidence: a trace, or somebody's word about somebody else.
    Show,
    /// It is something to ask about.
    Ask,
}

/// What is about to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// To whom.
    pub with: PersonId,
    /// What it amounts to.
    pub way: Way,
    /// The sentence.
    pub text: String,
}

impl App<'_> {
    /// What holding an entry of the notebook up would say, or why it cannot be.
    ///
    /// # Errors
    /// The news to tell.
    pub fn held(&self, entry: Picked) -> Result<Held, News> {
        let (Some(world), Some(with)) = (&self.world, self.partner()) else { return Err(News::TalkFirst) };
        let (village, notes) = (&self.library.village, &world.state().player.notes);
        let meant = match entry {
            Picked::Note(i) => notes.get(usize::from(i)).map(|note| {
                let meant = shown(village, note, with);
                (way(&meant, with), meant)
            }),
            Picked::Clash(i) => {
                let clash = self.clashes.get(usize::from(i));
                clash.and_then(|clash| against(notes, clash, with)).map(|meant| (Way::Confront, meant))
            }
        };
        let (way, meant) = meant.ok_or_else(|| News::NotTheirs { name: village.name(with).to_string() })?;
        Ok(Held { with, way, text: suggest_text(village, with, &meant) })
    }

    /// Holds up what is chosen in the notebook, and goes back to the talk.
    pub fn hold_up(&mut self) {
        if self.partner().is_none() {
            return self.news(News::TalkFirst);
        }
        let Some(entry) = self.pick.ready() else { return };
        match self.held(entry) {
            Ok(held) => {
                self.chronicle.finish();
                if self.say(held.text) {
                    self.show(Screen::Play);
                }
            }
            Err(news) => self.news(news),
        }
    }
}

fn way(meant: &Intent, with: PersonId) -> Way {
    match *meant {
        Intent::Confront { who, .. } if who == Some(with) => Way::Confront,
        Intent::Confront { .. } | Intent::Show { .. } => Way::Show,
        _ => Way::Ask,
    }
}

/// What a note is to `with`. Traces are shown, another's word is held up, the rest is asked about: a word that is its giver's own can
/// only be asked after, and so is what `with` said already.
fn shown(village: &Village, note: &Note, with: PersonId) -> Intent {
    match note.fact {
        Fact::Trace { item, .. } => Intent::Show { evidence: Named::Trace(item) },
        Fact::Residue { from, .. } => {
            Intent::Show { evidence: Named::Residue(first_of_residue(village, from)) }
        }
        Fact::Present { .. } | Fact::Missing { .. } => Intent::AskEmber,
        Fact::Owns { who, item } => Intent::AskItem { item, who: Some(who) },
        Fact::Took { who, .. } => Intent::Accuse { who, asked: true },
        Fact::HasMotive { who, .. } => Intent::AskMotive { who: Some(who) },
        Fact::Price { item, .. } => Intent::Price { item: Some(item) },
        Fact::Owes { who, to: other, .. } | Fact::Tied { who, whom: other, .. } => {
            ask_about(if who == with { other } else { who }, with)
        }
        Fact::Wants { who, .. } | Fact::Works { who, .. } => ask_about(who, with),
        Fact::Carried { who, item, place, at } if who != with => {
            Intent::AskSaw { whom: Some(who), place: Some(place), at: Some(at), item: Some(item) }
        }
        Fact::Was { who, place, at }
        | Fact::Passed { who, place, at }
        | Fact::Alone { who, place, at }
        | Fact::Carried { who, place, at, .. }
        | Fact::Keeps { who, place, at, .. }
        | Fact::Said { whom: who, place, at, .. } => {
            let giver = giver(note);
            if [who, with].contains(&giver) || note.speaker == Some(with) {
                Intent::AskWhere { who, at: Some(at), place: Some(place), now: false }
            } else {
                claim(who, place, at, Some(giver))
            }
        }
    }
}

/// What a clash is to `with`: held against their own word; where they spoke of somebody else, that the other note says otherwise.
/// `None` where it is none of theirs.
fn against(notes: &[Note], clash: &Clash, with: PersonId) -> Option<Intent> {
    if clash.about == with {
        return Some(held_against(notes, clash, with));
    }
    let [a, b] = [clash.a, clash.b].map(|i| &notes[usize::from(i)]);
    let other = match [a, b].map(|note| whose_word(note) == Some(with)) {
        [true, false] => b,
        [false, true] => a,
        _ => return None,
    };
    let (who, place, at) = (other.fact.subject()?, other.fact.place()?, other.fact.at()?);
    Some(claim(who, place, at, Some(giver(other)).filter(|giver| ![who, with].contains(giver))))
}

fn claim(who: PersonId, place: PlaceId, at: Slot, source: Option<PersonId>) -> Intent {
    let source = source.filter(|source| !source.is_player());
    Intent::Confront { who: Some(who), place: Some(place), at: Some(at), source, denied: false }
}

/// Whose word stands behind a note in the end.
fn giver(note: &Note) -> PersonId {
    match note.fact {
        Fact::Said { who, .. } => who,
        _ => note.source,
    }
}

fn ask_about(who: PersonId, with: PersonId) -> Intent {
    if who == with { Intent::AskSelf } else { Intent::AskPerson { who } }
}

/// The place by which lines name a residue: the first that has it.
fn first_of_residue(village: &Village, from: PlaceId) -> PlaceId {
    let residue = &village.place(from).residue;
    village.place_ids().find(|&place| village.place(place).residue == *residue).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detective::Detective;
    use crate::script::Step;
    use crate::voices::Voices;
    use engine_sim::World;
    use engine_sim::cases::Difficulty;
    use engine_sim::fact::How;
    use engine_sim::library::Library;
    use engine_sim::snapshot::state::{SAY_BYTES_MAX, State, Thread};
    use engine_sim::talk::turn;
    use engine_sim::time::MORNING;
    use engine_sim::world::Setup;
    use engine_sim::world::notebook::clashes;
    use std::collections::BTreeSet;

    /// Cases whose notebooks are held up.
    const SEEDS: [u64; 3] = [3, 7, 11];

    /// The end of a case that a patient player went through.
    fn played(library: &Library, seed: u64) -> State {
        let mut world = World::new(library, Setup { seed, level: Difficulty::Normal }).unwrap();
        let mut voices = Voices::new(None);
        let mut listener = |world: &mut World<'_>, voices: &mut Voices, _: &Step| {
            voices.settle(world)?;
            Ok(())
        };
        Detective::new(&mut world, &mut voices, &mut listener).solve().unwrap();
        world.state().clone()
    }

    /// The same moment after other things were talked of: everything that "it", "there" and "and at eight?" could lean on.
    fn moments(library: &Library, state: &State) -> [State; 3] {
        let village = &library.village;
        let mut moments = [state.clone(), state.clone(), state.clone()];
        moments[0].talk.thread = Thread::default();
        moments[0].talk.last_said.clear();
        for (moment, said) in
            moments[1..].iter_mut().zip(["Where was Maud at seven?", "How much for a lamp?"])
        {
            moment.talk.thread = Thread {
                person: village.person_by_key("maud"),
                place: village.place_by_key("mill"),
                slot: Some(Slot(6)),
                item: village.item_by_key("lamp"),
                offer: None,
            };
            moment.talk.last_said = said.to_string();
        }
        moments
    }

    /// What is said for an intent, where it is not read as that and nothing else.
    fn misread(library: &Library, moment: &State, with: PersonId, meant: &Intent) -> Option<String> {
        let text = suggest_text(&library.village, with, meant);
        let parse = turn::read(library, moment, with, &text);
        let read = parse.clauses.len() == 1 && *parse.clauses[0].best() == *meant && !parse.unclear;
        let whole = parse.corrections.is_empty() && !parse.cut && text.len() <= SAY_BYTES_MAX;
        let got: Vec<String> = parse.clauses.iter().map(|c| c.best().spec(&library.village)).collect();
        (!(read && whole)).then(|| format!("{text}: {} read as {got:?}", meant.spec(&library.village)))
    }

    /// Whether an intent names whom, where and when its note names.
    fn names(meant: &Intent, note: &Note) -> bool {
        let whom = match note.fact {
            Fact::Said { whom, .. } => Some(whom),
            _ => note.fact.subject(),
        };
        match note.fact.at().filter(|_| whom.is_some()) {
            Some(_) if matches!(note.fact, Fact::Took { .. }) => meant.person() == whom,
            Some(at) => (meant.person(), meant.place(), meant.at()) == (whom, note.fact.place(), Some(at)),
            None => true,
        }
    }

    #[test]
    fn every_note_and_every_clash_is_read_as_what_was_meant() {
        let library = Library::shipped().unwrap();
        let village = &library.village;
        let (mut ways, mut wrong) = ([0_usize; 3], Vec::new());
        for seed in SEEDS {
            let state = played(&library, seed);
            let notes = &state.player.notes;
            let (clashes, moments) = (clashes(village, notes), moments(&library, &state));
            assert!(notes.len() > 30, "{} notes of case {seed}", notes.len());
            for with in village.people() {
                let mut meant = BTreeSet::new();
                for note in notes {
                    let intent = shown(village, note, with);
                    ways[way(&intent, with) as usize] += 1;
                    assert!(names(&intent, note), "{note:?}: {intent:?}");
                    meant.insert(intent);
                }
                for clash in &clashes {
                    let intent = against(notes, clash, with);
                    assert!(intent.is_some() || clash.about != with, "{clash:?}");
                    meant.extend(intent);
                }
                for intent in &meant {
                    wrong.extend(moments.iter().filter_map(|m| misread(&library, m, with, intent)));
                }
            }
        }
        assert!(
            wrong.is_empty(),
            "{} sentences are read otherwise: {:#?}",
            wrong.len(),
            &wrong[..wrong.len().min(40)]
        );
        assert!(ways.iter().all(|count| *count > 0), "{ways:?}");
    }

    #[test]
    fn facts_that_few_cases_have_are_read_too() {
        let library = Library::shipped().unwrap();
        let village = &library.village;
        let state =
            World::new(&library, Setup { seed: 7, level: Difficulty::Normal }).unwrap().state().clone();
        let moments = moments(&library, &state);
        let person = |key| village.person_by_key(key).unwrap();
        let (bram, maud, place, at) = (person("bram"), person("maud"), village.ember_house(), Slot(7));
        let lamp = village.item_by_key("lamp").unwrap();
        let mut facts = vec![
            Fact::Carried { who: bram, item: lamp, place, at },
            Fact::Took { who: bram, item: village.ember(), at },
            Fact::Owes { who: bram, to: maud, gold: 7 },
            Fact::Said { who: maud, whom: bram, place, at },
            Fact::Said { who: bram, whom: bram, place, at },
            Fact::Wants { who: bram, item: lamp },
            Fact::Price { who: bram, item: lamp, gold: 7 },
        ];
        facts.extend(
            village
                .place_ids()
                .filter(|&p| village.place(p).residue.is_some())
                .map(|from| Fact::Residue { from, place }),
        );
        let carriers = village.item_ids().filter(|&i| village.item(i).carrier.is_some());
        facts.extend(carriers.map(|item| Fact::Trace { item, place }));
        for with in village.people() {
            for fact in &facts {
                for source in [bram, maud, person("nell")] {
                    let note = Note {
                        fact: *fact,
                        speaker: Some(source),
                        how: How::Own,
                        source,
                        at: MORNING,
                        withdrawn: false,
                    };
                    let intent = shown(village, &note, with);
                    for moment in &moments {
                        assert_eq!(misread(&library, moment, with, &intent), None);
                    }
                }
            }
        }
    }

    #[test]
    fn a_clash_is_held_up_in_the_words_of_the_suggestion_and_to_whom_it_concerns_only() {
        let library = Library::shipped().unwrap();
        let village = &library.village;
        let person = |key| village.person_by_key(key).unwrap();
        let (bram, maud, nell) = (person("bram"), person("maud"), person("nell"));
        let (mill, at) = (village.place_by_key("mill").unwrap(), Slot(6));
        let note = |who, place, speaker| Note {
            fact: Fact::Was { who, place, at },
            speaker: Some(speaker),
            how: How::Witnessed,
            source: speaker,
            at: MORNING,
            withdrawn: false,
        };
        let notes = [note(bram, mill, bram), note(bram, village.ember_house(), maud)];
        let found = clashes(village, &notes);
        let [clash] = found[..] else { panic!("{found:?}") };
        let said = |with| against(&notes, &clash, with).map(|meant| suggest_text(village, with, &meant));
        let place = &village.place(village.ember_house()).at;
        assert_eq!(said(bram), Some(format!("Maud says that you were {place} at seven.")));
        // Maud spoke of Bram, who says otherwise.
        assert_eq!(said(maud), Some("I know that Bram was at the mill at seven.".to_string()));
        assert_eq!(said(nell), None);
    }
}
