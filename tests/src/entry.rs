//! The doors through which bytes of strangers come in, each as a function of bytes: the fuzz targets and the smoke loop use
//! the same ones.
//!
//! Owns: turning bytes into calls, and the promises that hold for any bytes. Refuses to know who makes the bytes. It uses
//! `engine-sim` only, because `fuzz/` includes this file as its own.

use engine_sim::act::{Act, ActKind};
use engine_sim::cases::Difficulty;
use engine_sim::fact::{Fact, Motive, Secret, Tie};
use engine_sim::ids::{ItemId, PersonId, PlaceId};
use engine_sim::library::Library;
use engine_sim::pack::Pack;
use engine_sim::replay;
use engine_sim::snapshot::save::{MAGIC, Save};
use engine_sim::snapshot::{json, state::SAY_BYTES_MAX};
use engine_sim::talk::judge::judge;
use engine_sim::talk::parse::clauses::CLAUSES_MAX;
use engine_sim::talk::parse::{Intent, TalkContext};
use engine_sim::time::{SLOTS, Slot};
use engine_sim::world::event::Command;
use engine_sim::world::{Setup, World, hash};

/// Most commands of one fuzzed game.
const COMMANDS_MAX: usize = 256;
/// Longest save payload that is tried, in bytes.
const PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// Bytes read from the front, zeros after the end.
struct Bytes<'d>(&'d [u8]);

impl<'d> Bytes<'d> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }
    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound.max(1)
    }
    fn text(&mut self, len: usize) -> String {
        let (head, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        String::from_utf8_lossy(head).into_owned()
    }
    fn rest(&mut self) -> String {
        self.text(usize::MAX)
    }
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    fn person(&mut self, library: &Library) -> PersonId {
        PersonId(self.below(library.village.villagers.len()) as u8)
    }
    fn place(&mut self, library: &Library) -> PlaceId {
        PlaceId(self.below(library.village.places.len()) as u8)
    }
    fn item(&mut self, library: &Library) -> ItemId {
        ItemId(self.below(library.village.items.len()) as u8)
    }
    fn slot(&mut self) -> Slot {
        Slot(self.below(usize::from(SLOTS)) as u8)
    }
    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.byte() & 1 == 1).then(|| make(self))
    }

    fn fact(&mut self, library: &Library) -> Fact {
        const MOTIVES: [Motive; 5] =
            [Motive::Debt, Motive::Grudge, Motive::Cold, Motive::Buyer, Motive::Pride];
        const SECRETS: [Secret; 5] =
            [Secret::Tryst, Secret::Dice, Secret::Shirking, Secret::Smuggling, Secret::Rehearsal];
        const TIES: [Tie; 3] = [Tie::Kin, Tie::Friend, Tie::Feud];
        let kind = self.below(18);
        let (who, whom) = (self.person(library), self.person(library));
        let (place, item, at) = (self.place(library), self.item(library), self.slot());
        let gold = u16::from(self.byte());
        match kind {
            0 => Fact::Was { who, place, at },
            1 => Fact::Passed { who, place, at },
            2 => Fact::Alone { who, place, at },
            3 => Fact::Carried { who, item, place, at },
            4 => Fact::Owns { who, item },
            5 => Fact::Took { who, item, at },
            6 => Fact::Present { item, place, at },
            7 => Fact::Missing { item, place, at },
            8 => Fact::Trace { item, place },
            9 => Fact::Residue { from: place, place: library.village.ember_house() },
            10 => Fact::Owes { who, to: whom, gold },
            11 => Fact::Price { who, item, gold },
            12 => Fact::HasMotive { who, motive: MOTIVES[usize::from(gold) % MOTIVES.len()] },
            13 => Fact::Keeps { who, secret: SECRETS[usize::from(gold) % SECRETS.len()], place, at },
            14 => Fact::Tied { who, whom, tie: TIES[usize::from(gold) % TIES.len()] },
            15 => Fact::Works { who, place },
            16 => Fact::Wants { who, item },
            _ => Fact::Said { who, whom, place, at },
        }
    }
    fn facts(&mut self, library: &Library, most: usize) -> Vec<Fact> {
        (0..self.below(most + 1)).map(|_| self.fact(library)).collect()
    }

    fn command(&mut self, library: &Library, turn: u32) -> Command {
        match self.below(12) {
            0 => Command::Wait { minutes: u16::from(self.byte()) },
            // One past the tables, so that refusals are met as well.
            1 => Command::Walk { to: PlaceId(self.below(library.village.places.len() + 1) as u8) },
            2 => Command::Search,
            3 => Command::Talk { to: PersonId(self.below(library.village.villagers.len() + 1) as u8) },
            4 => Command::Part,
            5 => {
                let len = self.below(64);
                Command::Propose { turn, text: self.text(len) }
            }
            6 => Command::Accuse {
                who: self.person(library),
                evidence: (0..self.below(6)).map(|_| u16::from(self.byte())).collect(),
            },
            7..=9 => {
                let len = self.below(SAY_BYTES_MAX / 4);
                Command::Say { text: self.text(len) }
            }
            _ => Command::Fallback { turn },
        }
    }
}

/// Any text to any villager at any point of a talk: it is read as something, within bounds.
///
/// # Panics
/// When a promise of the parser is broken.
pub fn parse(library: &Library, data: &[u8]) {
    let mut bytes = Bytes(data);
    let mut context = TalkContext::new(bytes.person(library), bytes.place(library));
    context.last_person = bytes.maybe(|b| b.person(library));
    context.last_place = bytes.maybe(|b| b.place(library));
    context.last_slot = bytes.maybe(Bytes::slot);
    context.last_item = bytes.maybe(|b| b.item(library));
    if bytes.byte() & 1 == 1 {
        let len = bytes.below(64);
        let before = bytes.text(len);
        context.last_intent =
            library.parser.parse(&before, &context).clauses.first().map(|c| c.best().clone());
    }
    let text = bytes.rest();
    let parse = library.parser.parse(&text, &context);
    assert!(
        !parse.clauses.is_empty() && parse.clauses.len() <= CLAUSES_MAX,
        "{} clauses",
        parse.clauses.len()
    );
    for clause in &parse.clauses {
        assert_eq!(clause.readings.last().map(|r| &r.intent), Some(&Intent::None));
        assert!(clause.readings.iter().all(|r| r.score <= 1000));
    }
    for mention in &parse.mentions {
        let (start, end) = (mention.span.0 as usize, mention.span.1 as usize);
        assert!(text.get(start..end).is_some(), "{start}..{end} is no part of {} bytes", text.len());
    }
    assert_eq!(parse, library.parser.parse(&text, &context), "the same line is read in two ways");
}

/// Any facts in any pack against any line: a verdict whose spans lie within the line.
///
/// # Panics
/// When a promise of the judge is broken.
pub fn judge_structured(library: &Library, data: &[u8]) {
    let mut bytes = Bytes(data);
    let speaker = bytes.person(library);
    let mut act = Act::bare(ActKind::ALL[bytes.below(ActKind::ALL.len())]);
    act.facts = bytes.facts(library, 3);
    act.denied = bytes.facts(library, 2);
    act.told_by = bytes.maybe(|b| b.person(library));
    act.item = bytes.maybe(|b| b.item(library));
    act.gold = bytes.maybe(|b| u16::from(b.byte()));
    act.topic = bytes.maybe(|b| b.text(6));
    let mut pack = Pack::new(speaker, act);
    pack.may = bytes.facts(library, 2);
    pack.hidden = bytes.facts(library, 4);
    pack.may_people = (0..bytes.below(3)).map(|_| bytes.person(library)).collect();
    pack.may_places = (0..bytes.below(3)).map(|_| bytes.place(library)).collect();
    pack.may_items = (0..bytes.below(3)).map(|_| bytes.item(library)).collect();
    let len = bytes.below(40);
    pack.player_line = bytes.text(len);
    let len = bytes.below(40);
    pack.last_lines = vec![bytes.text(len)];
    let line = bytes.rest();
    let verdict = judge(&library.village, &library.vocabulary, &pack, &line);
    for violation in &verdict.violations {
        let (start, end) = (violation.start, violation.end);
        assert!(line.get(start..end).is_some(), "{start}..{end} is no part of {line:?}: {violation:?}");
        assert!(!violation.reason.is_empty(), "{violation:?}");
    }
    let again = judge(&library.village, &library.vocabulary, &pack, &line);
    assert_eq!(verdict, again, "the same line is judged in two ways");
}

/// Any line of JSON: a verdict or one sentence.
///
/// # Panics
/// When an error is no sentence.
pub fn judge_json(library: &Library, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Err(why) = json::judge_line(&library.village, &library.vocabulary, &text) {
        assert!(!why.to_string().is_empty());
    }
}

/// Any bytes as a save: a game or one sentence.
///
/// # Panics
/// When an error is no sentence.
pub fn save(library: &Library, data: &[u8]) {
    if let Err(why) = replay::load(library, data) {
        assert!(!why.to_string().is_empty());
    }
}

/// Bytes as a save's payload under a header that is right, as an attacker writes one.
///
/// # Panics
/// When a save is taken for what it is not.
pub fn save_wrapped(library: &Library, payload: &[u8]) {
    if payload.len() > PAYLOAD_BYTES_MAX {
        return;
    }
    let Ok(mut found) = Save::decode(&wrapped(payload)) else { return };
    // A corpus outlives the village's texts: the pin is put right, so that the log is played as well.
    found.pins.library = library.hash;
    found.log.truncate(COMMANDS_MAX);
    let Ok(bytes) = found.encode() else { return };
    if let Ok(world) = replay::load(library, &bytes) {
        assert_eq!(
            world.hash(),
            hash::hash(&found.state),
            "a save was proven that does not follow from its log"
        );
    }
}

/// A header and the right checksum before a payload.
pub fn wrapped(payload: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(blake3::hash(payload).as_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// Any commands in any order: each is done or refused; a refused one changes nothing; the log gives the same world.
///
/// # Panics
/// When a promise of the world is broken.
pub fn world(library: &Library, data: &[u8]) {
    let mut bytes = Bytes(data);
    let setup = Setup { seed: u64::from(bytes.byte() % 8), level: Difficulty::ALL[bytes.below(3)] };
    let Ok(mut world) = World::new(library, setup) else { return };
    for _ in 0..COMMANDS_MAX {
        if bytes.is_empty() {
            break;
        }
        let turn = world.awaiting().map_or(0, |(pending, _)| pending.turn);
        let command = bytes.command(library, turn);
        let before = world.hash();
        if let Err(refusal) = world.apply(command.clone()) {
            assert!(!refusal.to_string().is_empty());
            assert_eq!(world.hash(), before, "{command:?} was refused ({refusal}) and has changed something");
        }
    }
    let again = replay::replay(library, setup, world.log());
    assert_eq!(again.map(|w| w.hash()).ok(), Some(world.hash()), "the log leads elsewhere");
}
