//! Rules: from a cue that holds in a clause to an intent with its slots filled.
//!
//! Owns: which slots each intent takes from where, and the score of a reading. Refuses to know: words (the lexicon has
//! them), other clauses' meaning beyond the intent before.

use super::clauses::Stretch;
use super::intents::{Intent, Named};
use super::lexicon::Lexicon;
use super::pattern::{Class, Cue, Match};
use super::slots::Atom;
use super::{Reading, TalkContext};
use crate::content::Village;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::time::Slot;

/// Taken from a score for each content word that the cue leaves over.
pub const LEFTOVER_COST: u16 = 12;
/// Most that is taken for left-over words.
pub const LEFTOVER_COST_MAX: u16 = 96;
/// Given to a score for each atom that the cue took: the fuller cue wins.
pub const TAKEN_GAIN: u16 = 6;
/// Most that is given for taken atoms.
pub const TAKEN_GAIN_MAX: u16 = 36;
/// Taken from the reading with the other end of a range.
pub const SECOND_COST: u16 = 120;
/// Readings with less are dropped.
pub const SCORE_MIN: u16 = 300;
/// The score of small talk for one topic word without any cue.
pub const TOPIC_SCORE: u16 = 520;
/// The score of a guess from names alone; below [`super::CLEAR_MIN`], so that the villager asks back.
pub const GUESS_SCORE: u16 = 400;
/// Most readings of a clause besides `Intent::None`.
pub const READINGS_MAX: usize = 4;

/// What rules read besides the clause.
pub struct Rules<'a> {
    /// Names and ids.
    pub village: &'a Village,
    /// Cues and topics.
    pub lexicon: &'a Lexicon,
    /// Who is spoken to, and what came before.
    pub context: &'a TalkContext,
}

impl Rules<'_> {
    /// The readings of a clause, best first, without `Intent::None`. `before`: the intent of the clause or line before.
    pub fn read(&self, stretch: &Stretch, before: Option<&Intent>) -> Vec<Reading> {
        let mut readings: Vec<Reading> = Vec::new();
        for (key, cues) in &self.lexicon.cues {
            for cue in cues {
                let Some(found) = cue.find(&stretch.atoms) else { continue };
                let filler = Filler { rules: self, stretch, cue, found: &found };
                for (intent, cost) in filler.intents(key, before) {
                    let took = u16::try_from(found.bound.len() + found.words.len()).unwrap_or(0);
                    let gain = took.saturating_mul(TAKEN_GAIN).min(TAKEN_GAIN_MAX);
                    let score = (cue.weight + gain).saturating_sub(self.leftover(stretch, &found) + cost);
                    let score = score.min(1000);
                    note(&mut readings, Reading { intent, score });
                }
            }
        }
        if let Some(topic) = self.topic(stretch) {
            note(
                &mut readings,
                Reading { intent: Intent::SmallTalk { topic: Some(topic) }, score: TOPIC_SCORE },
            );
        }
        if readings.iter().all(|r| r.score < GUESS_SCORE) {
            self.guesses(stretch).into_iter().for_each(|intent| {
                note(&mut readings, Reading { intent, score: GUESS_SCORE });
            });
        }
        readings.retain(|r| r.score >= SCORE_MIN);
        readings.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.intent.cmp(&b.intent)));
        readings.truncate(READINGS_MAX);
        readings
    }

    /// What a clause without a cue might mean by what it names; the villager asks back about these.
    fn guesses(&self, stretch: &Stretch) -> Vec<Intent> {
        let (mut who, mut place, mut item, mut at) = (None, None, None, None);
        for atom in stretch.atoms.iter().filter(|a| !a.pronoun) {
            match atom.named {
                Some(Named::Person(p)) if p != self.context.listener => who = who.or(Some(p)),
                Some(Named::Place(p)) => place = place.or(Some(p)),
                Some(Named::Item(i)) => item = item.or(Some(i)),
                Some(Named::Slot(s)) => at = at.or(Some(s)),
                _ => {}
            }
        }
        let ember = Some(self.village.ember());
        let mut guesses = Vec::new();
        match (who, place, at) {
            (Some(who), _, Some(_)) => guesses.push(Intent::AskWhere { who, at, place, now: false }),
            (whom, Some(_), _) => guesses.push(Intent::AskSaw { whom, place, at, item: None }),
            _ => {}
        }
        guesses.extend(who.map(|who| Intent::AskPerson { who }));
        guesses.extend(place.filter(|_| at.is_none()).map(|place| Intent::AskPlace { place }));
        guesses.extend(item.map(|item| {
            if Some(item) == ember { Intent::AskEmber } else { Intent::AskItem { item, who: None } }
        }));
        guesses
    }

    fn leftover(&self, stretch: &Stretch, found: &Match) -> u16 {
        let over = stretch.atoms.iter().enumerate().filter(|(i, atom)| {
            let taken = found.words.contains(i) || found.bound.iter().any(|(at, _)| at == i);
            !taken && atom.named.is_none() && !atom.time && !self.lexicon.in_set("stop", &atom.text)
        });
        let over = u16::try_from(over.count()).unwrap_or(u16::MAX);
        over.saturating_mul(LEFTOVER_COST).min(LEFTOVER_COST_MAX)
    }

    /// The topic of the clause's last topic word: in "I love dogs" it is the dogs.
    pub fn topic(&self, stretch: &Stretch) -> Option<String> {
        let words = stretch.atoms.iter().rev().filter(|a| !self.lexicon.in_set("stop", &a.text));
        words.filter_map(|a| self.lexicon.topic_of(&a.text)).next().map(str::to_string)
    }
}

fn note(readings: &mut Vec<Reading>, new: Reading) {
    match readings.iter_mut().find(|r| r.intent == new.intent) {
        Some(known) => known.score = known.score.max(new.score),
        None => readings.push(new),
    }
}

struct Filler<'a> {
    rules: &'a Rules<'a>,
    stretch: &'a Stretch,
    cue: &'a Cue,
    found: &'a Match,
}

impl Filler<'_> {
    fn flag(&self, name: &str) -> bool {
        self.cue.flags.iter().any(|f| f == name)
    }

    fn bound(&self, classes: &[Class]) -> impl Iterator<Item = &Atom> {
        let taken = self.found.bound.iter().filter(move |(_, class)| classes.contains(class));
        taken.filter_map(|(at, _)| self.stretch.atoms.get(*at))
    }

    /// Atoms that the cue took neither by a class nor by a word, named ones before pronouns.
    fn free(&self) -> impl Iterator<Item = &Atom> {
        let untaken =
            move |i: usize| !self.found.words.contains(&i) && self.found.bound.iter().all(|(at, _)| *at != i);
        let atoms = self.stretch.atoms.iter().enumerate().filter(move |(i, _)| untaken(*i)).map(|(_, a)| a);
        atoms.clone().filter(|a| !a.pronoun).chain(atoms.filter(|a| a.pronoun))
    }

    fn person(&self) -> Option<PersonId> {
        let of = |a: &Atom| if let Some(Named::Person(who)) = a.named { Some(who) } else { None };
        let bound = self.bound(&[Class::Who, Class::They, Class::You]).find_map(of);
        bound.or_else(|| self.free().filter(|a| !a.you).find_map(of))
    }

    /// The first person taken by the cue, else left free, who is not "you".
    fn third_person(&self) -> Option<PersonId> {
        let of = |a: &Atom| match a.named {
            Some(Named::Person(who)) if !a.you => Some(who),
            _ => None,
        };
        self.bound(&[Class::Who, Class::They]).find_map(of).or_else(|| self.free().find_map(of))
    }

    fn bound_person(&self, nth: usize) -> Option<PersonId> {
        let of = |a: &Atom| if let Some(Named::Person(who)) = a.named { Some(who) } else { None };
        self.bound(&[Class::Who, Class::They, Class::You]).filter_map(of).nth(nth)
    }

    fn source(&self) -> Option<PersonId> {
        let of = |a: &Atom| if let Some(Named::Person(who)) = a.named { Some(who) } else { None };
        self.bound(&[Class::Source]).find_map(of)
    }

    fn place(&self) -> Option<PlaceId> {
        let of = |a: &Atom| if let Some(Named::Place(place)) = a.named { Some(place) } else { None };
        self.bound(&[Class::Place]).find_map(of).or_else(|| self.free().find_map(of))
    }

    fn item(&self) -> Option<ItemId> {
        let of = |a: &Atom| if let Some(Named::Item(item)) = a.named { Some(item) } else { None };
        self.bound(&[Class::Item, Class::Ember]).find_map(of).or_else(|| self.free().find_map(of))
    }

    /// An item that was named, not "it".
    fn named_item(&self) -> Option<ItemId> {
        let of = |a: &Atom| match a.named {
            Some(Named::Item(item)) if !a.pronoun && !a.ember => Some(item),
            _ => None,
        };
        self.bound(&[Class::Item]).find_map(of).or_else(|| self.free().find_map(of))
    }

    fn time(&self) -> (Option<Slot>, Option<Slot>) {
        let bound = self.bound(&[Class::At]).find(|a| a.time || a.slot().is_some());
        let strong = || self.free().find(|a| a.time && a.slot().is_some());
        let weak = || self.free().find(|a| a.slot().is_some());
        bound.or_else(strong).or_else(weak).map_or((None, None), |a| (a.slot(), a.second))
    }

    fn gold(&self) -> Option<u16> {
        self.bound(&[Class::Gold]).find_map(|a| a.gold).or_else(|| self.free().find_map(|a| a.gold))
    }

    /// The intents of a key; the cost is taken from the score.
    fn intents(&self, key: &str, before: Option<&Intent>) -> Vec<(Intent, u16)> {
        let one = |intent: Option<Intent>| intent.into_iter().map(|i| (i, 0)).collect::<Vec<_>>();
        match key {
            "ask_where" | "ask_with" | "ask_saw" | "confront" => self.timed(key),
            "ask_again" => one(before.and_then(|before| self.again(before))),
            "price" | "buy" | "sell" | "haggle" | "gift" | "give_back" => one(self.trade(key)),
            _ => one(self.about(key).or_else(|| plain(key))),
        }
    }

    fn timed(&self, key: &str) -> Vec<(Intent, u16)> {
        let (first, second) = self.time();
        let made = |at: Option<Slot>| match key {
            "ask_where" => {
                let now = self.flag("now") && at.is_none();
                self.person().map(|who| Intent::AskWhere { who, at, place: self.place(), now })
            }
            "ask_with" => {
                let who = self.person().unwrap_or(self.rules.context.listener);
                Some(Intent::AskWith { who, at, place: self.place() })
            }
            "ask_saw" => {
                let whom = self.third_person();
                Some(Intent::AskSaw { whom, place: self.place(), at, item: self.named_item() })
            }
            _ => self.confront(at),
        };
        let best = made(first).map(|intent| (intent, 0));
        let other = second.and_then(|at| made(Some(at))).map(|intent| (intent, SECOND_COST));
        best.into_iter().chain(other).collect()
    }

    fn confront(&self, at: Option<Slot>) -> Option<Intent> {
        let source = self.source();
        let free = self.free().find_map(|a| match a.named {
            Some(Named::Person(who)) if Some(who) != source => Some(who),
            _ => None,
        });
        let who = self.bound_person(0).or(free).unwrap_or(self.rules.context.listener);
        let denied = self.flag("denied");
        Some(Intent::Confront { who: Some(who), place: self.place(), at, source, denied })
    }

    fn trade(&self, key: &str) -> Option<Intent> {
        let (item, gold) = (self.item(), self.gold());
        Some(match key {
            "price" => Intent::Price { item },
            "buy" => Intent::Buy { item, gold },
            "sell" => Intent::Sell { item, gold },
            "haggle" => Intent::Haggle { item, gold },
            "gift" => Intent::Gift { item, gold },
            _ => Intent::GiveBack { item },
        })
    }

    fn about(&self, key: &str) -> Option<Intent> {
        let listener = self.rules.context.listener;
        match key {
            "ask_when" => {
                Some(Intent::AskWhen { who: self.person().unwrap_or(listener), place: self.place()? })
            }
            "ask_person" => {
                let who = self.third_person().or_else(|| self.person())?;
                Some(if who == listener { Intent::AskSelf } else { Intent::AskPerson { who } })
            }
            "ask_place" => self.place().map(|place| Intent::AskPlace { place }),
            "ask_item" => {
                let item = self.item()?;
                let ember = item == self.rules.village.ember();
                let who = self.bound_person(0);
                Some(if ember { Intent::AskEmber } else { Intent::AskItem { item, who } })
            }
            "ask_motive" => Some(Intent::AskMotive { who: self.bound_person(0) }),
            "accuse" => {
                let asked = self.flag("asked") || self.stretch.tag || self.stretch.question;
                self.bound_person(0).map(|who| Intent::Accuse { who, asked })
            }
            "show" => {
                let evidence = self.bound(&[Class::Evidence]).find_map(|a| a.evidence)?;
                Some(Intent::Show { evidence })
            }
            "small_talk" => Some(Intent::SmallTalk { topic: self.rules.topic(self.stretch) }),
            _ => None,
        }
    }

    /// "And at eight?": the question before with what is new.
    fn again(&self, before: &Intent) -> Option<Intent> {
        let person = self.bound_person(0);
        let (at, place) = (
            self.bound(&[Class::At]).find_map(Atom::slot),
            self.bound(&[Class::Place])
                .find_map(|a| if let Some(Named::Place(place)) = a.named { Some(place) } else { None }),
        );
        match *before {
            Intent::AskWhere { who, at: then, .. } if person.is_some() || at.is_some() => {
                Some(Intent::AskWhere { who: person.unwrap_or(who), at: at.or(then), place, now: false })
            }
            Intent::AskWith { who, at: then, place: there } => {
                Some(Intent::AskWith { who: person.unwrap_or(who), at: at.or(then), place: place.or(there) })
            }
            Intent::AskSaw { whom, place: there, at: then, item } => {
                Some(Intent::AskSaw { whom: person.or(whom), place: place.or(there), at: at.or(then), item })
            }
            Intent::AskMotive { .. } => person.map(|who| Intent::AskMotive { who: Some(who) }),
            Intent::Price { .. } => self.bound(&[Class::Item]).find_map(|a| match a.named {
                Some(Named::Item(item)) => Some(Intent::Price { item: Some(item) }),
                _ => None,
            }),
            _ => None,
        }
    }
}

fn plain(key: &str) -> Option<Intent> {
    Some(match key {
        "greet" => Intent::Greet,
        "leave" => Intent::Leave,
        "ask_rumour" => Intent::AskRumour,
        "ask_suspect" => Intent::AskSuspect,
        "ask_self" => Intent::AskSelf,
        "ask_ember" => Intent::AskEmber,
        "ask_wares" => Intent::AskWares,
        "ask_task" => Intent::AskTask,
        "thank" => Intent::Thank,
        "apologise" => Intent::Apologise,
        "insult" => Intent::Insult,
        "yes" => Intent::Yes,
        "no" => Intent::No,
        "help" => Intent::Help,
        _ => return None,
    })
}
