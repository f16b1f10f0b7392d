//! Atoms: words gathered into the people, places, items, times, numbers and traces that they name.
//!
//! Owns: names, trades, kinship, pronouns, "here" and "home", and what each resolves to. Refuses to know: intents.

use super::TalkContext;
use super::intents::Named;
use super::lexicon::{Kin, Lexicon};
use super::pattern::Class;
use super::times::{hour_slot, time_at};
use super::words::Word;
use crate::content::Village;
use crate::ids::{ItemId, PersonId, PlaceId};
use crate::time::Slot;

/// One word, or several that name one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Atom {
    /// The word's id in the lexicon, for cues; names keep that of their only word.
    pub word: u32,
    /// The first word.
    pub text: String,
    /// What it names.
    pub named: Option<Named>,
    /// What it is evidence of.
    pub evidence: Option<Named>,
    /// The other end of a range of times.
    pub second: Option<Slot>,
    /// A number that may be gold.
    pub gold: Option<u16>,
    /// Resolved from the context or from earlier in the line, not named.
    pub pronoun: bool,
    /// "you".
    pub you: bool,
    /// The winter ember.
    pub ember: bool,
    /// A time was said, in the evening or not.
    pub time: bool,
    /// Bytes of the line.
    pub span: (u32, u32),
    /// A comma stands before it.
    pub comma: bool,
    /// `?`, `!`, `.` or `;` stands after it.
    pub mark: Option<char>,
}

impl Atom {
    /// Whether a class accepts this atom.
    pub fn is(&self, class: Class) -> bool {
        match (class, self.named) {
            (Class::Who, Some(Named::Person(_))) => true,
            (Class::They | Class::Source, Some(Named::Person(_))) => !self.you,
            (Class::You, _) => self.you,
            (Class::Place, Some(Named::Place(_))) | (Class::Item, Some(Named::Item(_))) => true,
            (Class::Ember, _) => self.ember,
            (Class::At, Some(Named::Slot(_))) => true,
            (Class::At, Some(Named::Number(n))) => hour_slot(n).is_some(),
            (Class::At, None) => self.time,
            (Class::Gold, _) => self.gold.is_some(),
            (Class::Evidence, _) => self.evidence.is_some(),
            _ => false,
        }
    }
    /// The half-hour it names, a bare hour included.
    pub fn slot(&self) -> Option<Slot> {
        match self.named {
            Some(Named::Slot(at)) => Some(at),
            Some(Named::Number(n)) => hour_slot(n),
            _ => None,
        }
    }
}

/// Gathers words into atoms.
pub struct Gatherer<'a> {
    village: &'a Village,
    lexicon: &'a Lexicon,
    context: &'a TalkContext,
    words: &'a [Word],
    atoms: Vec<Atom>,
    person: Option<PersonId>,
    place: Option<PlaceId>,
    item: Option<ItemId>,
    slot: Option<Slot>,
    subject: Option<PersonId>,
    pending_comma: bool,
}

/// The atoms of a line's words.
pub fn atoms_of(village: &Village, lexicon: &Lexicon, context: &TalkContext, words: &[Word]) -> Vec<Atom> {
    let mut gatherer = Gatherer {
        village,
        lexicon,
        context,
        words,
        atoms: Vec::new(),
        person: context.last_person.filter(|p| !p.is_player()),
        place: context.last_place,
        item: context.last_item,
        slot: context.last_slot,
        subject: None,
        pending_comma: false,
    };
    let mut at = 0;
    while at < words.len() {
        at += gatherer.take(at).max(1);
    }
    gatherer.atoms
}

impl<'a> Gatherer<'a> {
    fn text(&self, at: usize) -> &'a str {
        self.words.get(at).map_or("", |w| w.text.as_str())
    }

    /// Makes the atom at `at`; returns how many words it took.
    fn take(&mut self, at: usize) -> usize {
        let noise = self.lexicon.noise.iter().find(|p| self.reads(at, p));
        if let Some(noise) = noise.map(Vec::len) {
            self.close(at, noise);
            return noise;
        }
        if let Some(taken) = self.relative_time(at) {
            return taken;
        }
        if self.lexicon.in_set("article", self.text(at)) && at + 1 < self.words.len() {
            self.pending_comma |= self.words.get(at).is_some_and(|w| w.comma);
            return 1;
        }
        self.time(at)
            .or_else(|| self.kinship(at))
            .or_else(|| self.own_place(at))
            .or_else(|| self.name(at))
            .or_else(|| self.number(at))
            .or_else(|| self.pronoun(at))
            .unwrap_or_else(|| {
                self.push(at, 1, Atom::default());
                1
            })
    }

    fn reads(&self, at: usize, phrase: &[String]) -> bool {
        let Some(words) = self.words.get(at..at + phrase.len()) else { return false };
        words.iter().zip(phrase).all(|(w, p)| w.text == *p)
            && words.iter().take(words.len() - 1).all(|w| w.mark.is_none())
    }

    /// A dropped phrase's mark goes to the atom before it, its comma to the atom after it.
    fn close(&mut self, at: usize, taken: usize) {
        let dropped = self.words.get(at..at + taken).unwrap_or_default();
        self.pending_comma |= dropped.iter().any(|w| w.comma);
        if let (Some(mark), Some(last)) = (dropped.last().and_then(|w| w.mark), self.atoms.last_mut()) {
            last.mark = Some(mark);
        }
    }

    fn push(&mut self, at: usize, taken: usize, atom: Atom) {
        let Some(words) = self.words.get(at..at + taken) else { return };
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        let comma = std::mem::take(&mut self.pending_comma) || words.iter().any(|w| w.comma);
        match atom.named {
            Some(Named::Person(who)) => {
                self.subject = Some(who);
                if !atom.you && !atom.pronoun && !who.is_player() {
                    self.person = Some(who);
                }
            }
            Some(Named::Place(place)) => self.place = Some(place),
            Some(Named::Item(item)) => self.item = Some(item),
            Some(Named::Slot(slot)) => self.slot = Some(slot),
            _ => {}
        }
        self.atoms.push(Atom {
            word: if taken == 1 || atom.word != 0 { self.lexicon.words.id(&last.text) } else { 0 },
            text: last.text.clone(),
            span: (first.span.0, last.span.1),
            comma,
            mark: last.mark,
            ember: atom.named == Some(Named::Item(self.village.ember())),
            ..atom
        });
    }

    fn time(&mut self, at: usize) -> Option<usize> {
        let time = time_at(self.words, at, self.lexicon)?;
        let crossed = (at..at + time.taken - 1).any(|i| self.words.get(i).is_some_and(|w| w.mark.is_some()));
        if crossed {
            return None;
        }
        let item_next =
            self.name_len(at + time.taken).is_some_and(|(_, named)| matches!(named, Named::Item(_)));
        if time.number.is_some() && item_next {
            return None;
        }
        let named = time.first.map(Named::Slot);
        let atom = Atom { named, second: time.second, gold: time.number, time: true, ..Atom::default() };
        self.push(at, time.taken, atom);
        Some(time.taken)
    }

    /// "then", "an hour later", "before that".
    fn relative_time(&mut self, at: usize) -> Option<usize> {
        const PHRASES: [(&str, i8); 14] = [
            ("half an hour later", 1),
            ("half an hour after that", 1),
            ("half an hour earlier", -1),
            ("half an hour before that", -1),
            ("half an hour before", -1),
            ("half an hour after", 1),
            ("an hour later", 2),
            ("an hour after that", 2),
            ("an hour earlier", -2),
            ("an hour before that", -2),
            ("after that", 1),
            ("before that", -1),
            ("at that time", 0),
            ("at time", 0),
        ];
        let last = self.slot?;
        for (phrase, shift) in PHRASES {
            let phrase: Vec<String> = phrase.split(' ').map(str::to_string).collect();
            if !self.reads(at, &phrase) {
                continue;
            }
            let slot = last.0.checked_add_signed(shift).map(Slot).filter(|s| s.0 < crate::time::SLOTS)?;
            let atom = Atom { named: Some(Named::Slot(slot)), pronoun: true, time: true, ..Atom::default() };
            self.push(at, phrase.len(), atom);
            return Some(phrase.len());
        }
        if self.text(at) == "then" && at > 0 {
            let atom = Atom { named: Some(Named::Slot(last)), pronoun: true, time: true, ..Atom::default() };
            self.push(at, 1, atom);
            return Some(1);
        }
        None
    }

    /// "your niece", "Bram's niece".
    fn kinship(&mut self, at: usize) -> Option<usize> {
        let (owner, lead) = match self.text(at) {
            "your" => (self.context.listener, 1),
            "his" | "her" => (self.person?, 1),
            _ => match self.name_len(at)? {
                (taken, Named::Person(who)) if self.text(at + taken) == "'s" => (who, taken + 1),
                _ => return None,
            },
        };
        let kin = self.lexicon.kin.iter().find(|k| k.word == self.text(at + lead))?;
        let who = self.kin_of(owner, kin)?;
        let atom = Atom { named: Some(Named::Person(who)), ..Atom::default() };
        self.push(at, lead + 1, atom);
        Some(lead + 1)
    }

    fn kin_of(&self, owner: PersonId, kin: &Kin) -> Option<PersonId> {
        let mut found = self.village.ties.iter().filter_map(|tie| {
            let other = if tie.a == owner {
                tie.b
            } else if tie.b == owner {
                tie.a
            } else {
                return None;
            };
            let note = tie.note.to_lowercase();
            let told = kin.note.is_empty() || kin.note.iter().any(|w| note.contains(w.as_str()));
            let she = kin.she.is_none_or(|she| she == self.village.villager(other).she);
            (tie.tie == kin.tie && told && she).then_some(other)
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// "home", "your house", "at work", "here", "there".
    fn own_place(&mut self, at: usize) -> Option<usize> {
        let mut taken = usize::from(self.lexicon.in_set("at_place", self.text(at)));
        let mut owner = None;
        let listener = self.context.listener;
        match self.text(at + taken) {
            "your" => owner = Some(listener),
            "his" | "her" | "their" => owner = self.person,
            "my" if self.text(at + taken + 1) != "home" => return None,
            _ => {
                if let Some((len, Named::Person(who))) = self.name_len(at + taken)
                    && self.text(at + taken + len) == "'s"
                {
                    owner = Some(who);
                    taken += len;
                }
            }
        }
        let whose = owner.or(self.subject).filter(|p| !p.is_player()).unwrap_or(listener);
        taken += usize::from(owner.is_some());
        let prepared = taken > 0;
        let villager = self.village.villager(whose);
        let word = self.text(at + taken);
        let place = match word {
            "home" => villager.home,
            "house" | "place" | "room" | "bed" if owner.is_some() => villager.home,
            "shop" | "stall" | "workshop" | "post" if owner.is_some() => villager.work,
            "work" if prepared && (owner.is_none() && self.text(at) == "at") => villager.work,
            "here" => self.context.here,
            "there" => self.place?,
            _ => return None,
        };
        let pronoun = matches!(word, "here" | "there");
        let atom =
            Atom { word: u32::from(pronoun), named: Some(Named::Place(place)), pronoun, ..Atom::default() };
        self.push(at, taken + 1, atom);
        Some(taken + 1)
    }

    /// The longest name at `at`: its words and what it names. Evidence comes last, so a thing's own name wins.
    fn name_len(&self, at: usize) -> Option<(usize, Named)> {
        let names = self.lexicon.names.get(self.text(at))?;
        let plain = |named: Named| !matches!(named, Named::Trace(_) | Named::Residue(_));
        let found =
            |wanted: bool| names.iter().find(|n| plain(n.named) == wanted && self.reads(at, &n.words));
        let name = match (found(true), found(false)) {
            (Some(a), Some(b)) if b.words.len() > a.words.len() => b,
            (Some(a), _) => a,
            (None, b) => b?,
        };
        Some((name.words.len(), name.named))
    }

    fn name(&mut self, at: usize) -> Option<usize> {
        let mut lead = usize::from(self.lexicon.in_set("at_place", self.text(at)));
        lead += usize::from(lead > 0 && self.text(at + lead) == "to");
        lead += usize::from(lead > 0 && self.lexicon.in_set("article", self.text(at + lead)));
        let (len, named) = match self.name_len(at + lead) {
            Some((len, named)) if lead == 0 || matches!(named, Named::Place(_)) => (len, named),
            _ => return None,
        };
        if self.needs_article(at + lead, len, named) {
            return None;
        }
        let evidence = self.evidence_at(at + lead, len);
        let named = if matches!(named, Named::Trace(_) | Named::Residue(_)) { None } else { Some(named) };
        let mut taken = lead + len;
        taken += usize::from(self.text(at + taken) == "'s");
        let single = u32::from(len == 1 && lead == 0);
        self.push(at, taken, Atom { word: single, named, evidence, ..Atom::default() });
        Some(taken)
    }

    /// "well" is a place only after an article or a preposition, or alone.
    fn needs_article(&self, at: usize, len: usize, named: Named) -> bool {
        let wary = len == 1 && self.lexicon.in_set("wary_place", self.text(at));
        if !wary || !matches!(named, Named::Place(_)) {
            return false;
        }
        let before = at.checked_sub(1).map_or("", |i| self.text(i));
        let led = self.lexicon.in_set("article", before)
            || self.lexicon.in_set("at_place", before)
            || matches!(before, "to" | "from" | "past" | "that" | "this" | "village" | "your");
        let alone = self.words.len() == 1 && self.words.first().is_some_and(|w| w.mark == Some('?'));
        !(led || alone)
    }

    fn evidence_at(&self, at: usize, len: usize) -> Option<Named> {
        let names = self.lexicon.names.get(self.text(at))?;
        let evidence = |n: &&super::lexicon::Name| matches!(n.named, Named::Trace(_) | Named::Residue(_));
        names
            .iter()
            .filter(evidence)
            .find(|n| n.words.len() == len && self.reads(at, &n.words))
            .map(|n| n.named)
    }

    fn number(&mut self, at: usize) -> Option<usize> {
        let text = self.text(at);
        let digits = text.trim_end_matches(['g', 'p']);
        let plain = !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit());
        let mut number = if plain { digits.parse().ok() } else { self.lexicon.numbers.get(text).copied() }?;
        let mut taken = 1;
        if number >= 20 && number % 10 == 0 {
            let small = self.lexicon.numbers.get(self.text(at + 1)).filter(|n| **n < 10);
            (number, taken) = small.map_or((number, taken), |n| (number + n, 2));
        }
        let coin = self.lexicon.in_set("gold", self.text(at + taken));
        let count = self.name_len(at + taken).is_some_and(|(_, named)| matches!(named, Named::Item(_)));
        taken += usize::from(coin);
        let gold = (!count).then_some(number);
        self.push(at, taken, Atom { word: 1, named: Some(Named::Number(number)), gold, ..Atom::default() });
        Some(taken)
    }

    fn pronoun(&mut self, at: usize) -> Option<usize> {
        let text = self.text(at);
        let fits = |who: &PersonId| {
            let she = self.village.villager(*who).she;
            match text {
                "she" | "her" | "herself" | "hers" => she,
                "he" | "him" | "himself" => !she,
                _ => true,
            }
        };
        let (named, you) = if self.lexicon.in_set("you", text) {
            (Named::Person(self.context.listener), true)
        } else if self.lexicon.in_set("they", text) {
            (Named::Person(self.person.filter(fits)?), false)
        } else if self.lexicon.in_set("it", text) {
            (Named::Item(self.item?), false)
        } else {
            return None;
        };
        self.push(at, 1, Atom { word: 1, named: Some(named), pronoun: true, you, ..Atom::default() });
        Some(1)
    }
}
