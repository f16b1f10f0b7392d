//! The world of one game: state, and the only way to change it.
//!
//! Owns: `apply(command) -> events`, the order of things within a tick, and the log. Refuses to know: who issues commands,
//! whether a mind runs, how anything looks. A refused command changes nothing and is not logged.

pub mod event;
pub mod hash;
pub mod moot;
mod murmur;
pub mod notebook;
#[cfg(test)]
mod tests;
mod tick;

use crate::act::ActKind;
use crate::cases::{self, Difficulty, GenerateError};
use crate::fact::How;
use crate::ids::{PersonId, PlaceId};
use crate::library::Library;
use crate::pack::Pack;
use crate::rng::Rng;
use crate::snapshot::state::{
    Favour, Note, Outcome, Pending, PersonState, PlayerState, Position, SAY_BYTES_MAX, SEALS, Spoken, State,
    TalkState, Thread, Voice, WordsState,
};
use crate::talk::{context, judge, turn};
use crate::time::{MORNING, Minute};
use event::{Command, Event, Refusal};
use hash::{Tick, WorldHash};

/// Most minutes of one wait.
pub const WAIT_MAX_MIN: u16 = 120;
/// Most commands of one game.
pub const LOG_MAX: usize = 20_000;
/// Minutes that searching the Ember House takes.
pub const SEARCH_MIN: u32 = 10;
/// Gold in the purse at the beginning.
pub const PURSE_GOLD: u16 = 12;
/// Longest proposal that is looked at, in bytes.
pub const PROPOSAL_BYTES_MAX: usize = 1024;
/// Most refused proposals for one turn: after them only a written line ends it.
pub const PROPOSALS_MAX: u8 = 8;

/// What a game is made from: the same setup and log give the same world anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// The case's seed.
    pub seed: u64,
    /// Its difficulty.
    pub level: Difficulty,
}

/// Sees the state after each tick.
pub type Observer<'o> = &'o mut dyn FnMut(&mut State);

/// What one command gathers.
struct Step<'o> {
    events: Vec<Event>,
    ticks: Vec<Tick>,
    observe: Observer<'o>,
}

/// A running game.
pub struct World<'a> {
    library: &'a Library,
    setup: Setup,
    state: State,
    log: Vec<Command>,
    /// The case's hash, which every tick's hash needs and no command changes.
    case: hash::Digest,
    ticks: Vec<Tick>,
}

impl<'a> World<'a> {
    /// A new game, at 08:00 in the market square.
    ///
    /// # Errors
    /// When no fair case can be drawn from the seed.
    pub fn new(library: &'a Library, setup: Setup) -> Result<World<'a>, GenerateError> {
        let case = cases::generate(&library.village, setup.seed, setup.level)?;
        Ok(World::from_parts(library, setup, first_state(library, setup, case), Vec::new()))
    }

    /// A game from its parts, as a save holds them. Whether the log leads to the state is `replay::verify`'s question.
    pub fn from_parts(library: &'a Library, setup: Setup, state: State, log: Vec<Command>) -> World<'a> {
        let case = hash::case_digest(&state.case);
        World { library, setup, state, log, case, ticks: Vec::new() }
    }

    /// The immutable tables.
    pub fn library(&self) -> &'a Library {
        self.library
    }
    /// What the game was made from.
    pub fn setup(&self) -> Setup {
        self.setup
    }
    /// The state, to look at.
    pub fn state(&self) -> &State {
        &self.state
    }
    /// Every command so far.
    pub fn log(&self) -> &[Command] {
        &self.log
    }
    /// The hash of each section and of the whole.
    pub fn hash(&self) -> WorldHash {
        hash::hash(&self.state)
    }

    /// The ticks that the last command took, in order, each with its hash per section and in total: what a lockstep peer or
    /// a test compares. Empty when it took no time. At most as many as the longest wait or walk has minutes.
    pub fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    /// The first act that waits for words, with its pack.
    pub fn awaiting(&self) -> Option<(&Pending, Pack)> {
        let pending = self.state.words.pending.first()?;
        Some((pending, context::pack(self.library, &self.state, pending)))
    }

    /// Villagers at the player's place.
    pub fn present(&self) -> Vec<PersonId> {
        self.at(self.state.player.place)
    }

    /// Villagers at a place.
    pub fn at(&self, place: PlaceId) -> Vec<PersonId> {
        let people = self.library.village.people();
        people.filter(|p| self.state.people[p.index()].position.place() == Some(place)).collect()
    }

    /// Three things worth saying now.
    pub fn suggestions(&self) -> Vec<crate::talk::parse::Intent> {
        self.state
            .talk
            .with
            .map_or_else(Vec::new, |who| crate::talk::suggest::suggest(self.library, &self.state, who))
    }

    /// Does what is asked, or says why not.
    ///
    /// # Errors
    /// [`Refusal`]: nothing has changed.
    pub fn apply(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.apply_observed(command, &mut |_| {})
    }

    /// As [`World::apply`]; `observe` sees the state after each tick and may replace it by its equal (a reload). The hash of
    /// each tick is kept either way: see [`World::ticks`].
    ///
    /// # Errors
    /// [`Refusal`]: nothing has changed.
    pub fn apply_observed(&mut self, command: Command, observe: Observer<'_>) -> Result<Vec<Event>, Refusal> {
        // A written line is always possible, so that no log is full in the middle of a sentence.
        if self.log.len() >= LOG_MAX && !matches!(command, Command::Fallback { .. }) {
            return Err(Refusal::TooMuch { what: "the number of commands", max: LOG_MAX });
        }
        let mut step = Step { events: Vec::new(), ticks: Vec::new(), observe };
        self.dispatch(&command, &mut step)?;
        self.log.push(command);
        self.ticks = step.ticks;
        Ok(step.events)
    }

    fn dispatch(&mut self, command: &Command, step: &mut Step<'_>) -> Result<(), Refusal> {
        let words_only = matches!(command, Command::Propose { .. } | Command::Fallback { .. });
        if !words_only {
            if self.state.player.outcome != Outcome::Open {
                return Err(Refusal::Over);
            }
            if !self.state.words.pending.is_empty() {
                return Err(Refusal::Speaking);
            }
        }
        match command {
            Command::Wait { minutes } => self.wait(*minutes, step),
            Command::Walk { to } => self.walk(*to, step),
            Command::Search => self.search(step),
            Command::Talk { to } => self.talk(*to, step),
            Command::Say { text } => self.say(text, step),
            Command::Part => self.part(step),
            Command::Propose { turn, text } => self.propose(*turn, text, &mut step.events),
            Command::Fallback { turn } => self.fallback(*turn, &mut step.events),
            Command::Accuse { who, evidence } => self.accuse(*who, evidence, step),
        }
    }

    fn pass(&mut self, minutes: u32, step: &mut Step<'_>) {
        for _ in 0..minutes {
            if self.state.player.outcome != Outcome::Open {
                return;
            }
            tick::tick(self.library, &mut self.state, &mut step.events);
            (step.observe)(&mut self.state);
            let hash = hash::hash_with(&self.state, self.case);
            step.ticks.push(Tick { now: self.state.now, hash });
        }
    }

    fn not_talking(&self) -> Result<(), Refusal> {
        if self.state.talk.with.is_some() { Err(Refusal::Talking) } else { Ok(()) }
    }

    fn wait(&mut self, minutes: u16, step: &mut Step<'_>) -> Result<(), Refusal> {
        self.not_talking()?;
        if minutes > WAIT_MAX_MIN {
            return Err(Refusal::TooMuch { what: "waiting at once", max: usize::from(WAIT_MAX_MIN) });
        }
        self.pass(u32::from(minutes), step);
        Ok(())
    }

    fn walk(&mut self, to: PlaceId, step: &mut Step<'_>) -> Result<(), Refusal> {
        self.not_talking()?;
        if to.index() >= self.library.village.places.len() {
            return Err(Refusal::Unknown("place"));
        }
        for next in self.library.village.way(self.state.player.place, to) {
            let minutes = self.library.village.walk_min(self.state.player.place, next);
            self.pass(minutes, step);
            if self.state.player.outcome != Outcome::Open {
                return Ok(());
            }
            self.state.player.place = next;
        }
        step.events.push(Event::Arrived { place: to });
        Ok(())
    }

    fn search(&mut self, step: &mut Step<'_>) -> Result<(), Refusal> {
        self.not_talking()?;
        if self.state.player.place != self.library.village.ember_house() {
            return Err(Refusal::NothingToSearch);
        }
        self.pass(SEARCH_MIN, step);
        if self.state.player.outcome != Outcome::Open {
            return Ok(());
        }
        self.state.player.searched = true;
        let at = self.state.now;
        for fact in self.state.case.traces.clone() {
            let source = PersonId::PLAYER;
            let note = Note { fact, speaker: None, how: How::Witnessed, source, at, withdrawn: false };
            turn::learn(self.library, &mut self.state, note, &mut step.events);
        }
        Ok(())
    }

    fn talk(&mut self, to: PersonId, step: &mut Step<'_>) -> Result<(), Refusal> {
        self.not_talking()?;
        if to.index() >= self.library.village.villagers.len() {
            return Err(Refusal::Unknown("villager"));
        }
        if self.state.people[to.index()].position.place() != Some(self.state.player.place) {
            return Err(Refusal::NotHere(self.library.village.name(to).to_string()));
        }
        // They stop for the player before the minute passes.
        self.state.talk.with = Some(to);
        self.pass(1, step);
        if self.state.player.outcome == Outcome::Open {
            turn::open(self.library, &mut self.state, to, &mut step.events);
        }
        Ok(())
    }

    fn say(&mut self, text: &str, step: &mut Step<'_>) -> Result<(), Refusal> {
        let who = self.state.talk.with.ok_or(Refusal::NotTalking)?;
        if text.len() > SAY_BYTES_MAX {
            return Err(Refusal::TooMuch { what: "a line's length in bytes", max: SAY_BYTES_MAX });
        }
        if text.trim().is_empty() {
            return Err(Refusal::Empty);
        }
        self.pass(1, step);
        if self.state.player.outcome == Outcome::Open {
            turn::say(self.library, &mut self.state, who, text, &mut step.events);
        }
        Ok(())
    }

    fn part(&mut self, step: &mut Step<'_>) -> Result<(), Refusal> {
        let with = self.state.talk.with.take().ok_or(Refusal::NotTalking)?;
        step.events.push(Event::TalkEnded { with });
        Ok(())
    }

    fn waiting(&self, turn: u32) -> Result<Pending, Refusal> {
        let first = self.state.words.pending.first().filter(|p| p.turn == turn);
        first.cloned().ok_or(Refusal::NoSuchTurn(turn))
    }

    fn propose(&mut self, turn: u32, text: &str, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let pending = self.waiting(turn)?;
        if self.state.words.refused >= PROPOSALS_MAX {
            return Err(Refusal::TooMuch { what: "proposals for one turn", max: usize::from(PROPOSALS_MAX) });
        }
        if text.len() > PROPOSAL_BYTES_MAX {
            return Err(Refusal::TooMuch { what: "a proposal's length in bytes", max: PROPOSAL_BYTES_MAX });
        }
        let pack = context::pack(self.library, &self.state, &pending);
        let verdict = judge::judge(&self.library.village, &self.library.vocabulary, &pack, text);
        if verdict.violations.is_empty() {
            self.speak(&pending, text.to_string(), Voice::Mind, events);
        } else {
            self.state.words.refused = self.state.words.refused.saturating_add(1);
            events.push(Event::Refused { turn, text: text.to_string(), violations: verdict.violations });
        }
        Ok(())
    }

    fn fallback(&mut self, turn: u32, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let pending = self.waiting(turn)?;
        let words = &mut self.state.words;
        let same =
            |(who, key, _): &&mut (PersonId, String, u16)| *who == pending.speaker && *key == pending.key;
        let last = words.last_variant.iter_mut().find(same).map(|(_, _, variant)| *variant);
        let drawn = self.library.lines.draw(&self.library.village, &pending, last, &mut words.rng);
        let text = match drawn {
            Some((variant, text)) => {
                match words.last_variant.iter_mut().find(same) {
                    Some(entry) => entry.2 = variant,
                    None => words.last_variant.push((pending.speaker, pending.key.clone(), variant)),
                }
                text
            }
            None => plain(self.library, &pending),
        };
        self.speak(&pending, text, Voice::Written, events);
        Ok(())
    }

    fn speak(&mut self, pending: &Pending, text: String, voice: Voice, events: &mut Vec<Event>) {
        let words = &mut self.state.words;
        words.pending.remove(0);
        let refused = std::mem::take(&mut words.refused);
        let (turn, speaker) = (pending.turn, pending.speaker);
        words.spoken.push(Spoken { turn, speaker, text: text.clone(), voice, refused });
        events.push(Event::Spoke { turn, speaker, text, voice });
    }

    fn accuse(&mut self, who: PersonId, evidence: &[u16], step: &mut Step<'_>) -> Result<(), Refusal> {
        self.not_talking()?;
        if who.index() >= self.library.village.villagers.len() {
            return Err(Refusal::Unknown("villager"));
        }
        if evidence.len() > moot::EVIDENCE_MAX {
            return Err(Refusal::TooMuch { what: "evidence", max: moot::EVIDENCE_MAX });
        }
        if evidence.iter().any(|&i| usize::from(i) >= self.state.player.notes.len()) {
            return Err(Refusal::Unknown("note"));
        }
        moot::hear(self.library, &mut self.state, who, evidence, &mut step.events);
        if self.state.player.outcome == Outcome::Open {
            self.pass(moot::MOOT_MIN, step);
        }
        Ok(())
    }
}

/// A line for an act for which a villager has no written one: the facts, plainly.
fn plain(library: &Library, pending: &Pending) -> String {
    let facts = crate::phrase::clauses(&library.village, pending.speaker, &pending.act.facts);
    match (facts.is_empty(), pending.act.kind) {
        (false, _) => format!("{facts}."),
        (true, ActKind::Greet) => "Good day.".to_string(),
        (true, ActKind::Farewell) => "Good day to you.".to_string(),
        (true, _) => "I have nothing to say to that.".to_string(),
    }
}

fn first_state(library: &Library, setup: Setup, case: cases::Case) -> State {
    let village = &library.village;
    let people = village
        .people()
        .map(|p| {
            let villager = village.villager(p);
            PersonState {
                position: Position::standing(villager.work),
                trust: 25 + villager.warmth / 3,
                cross_until: Minute(0),
                confessed: false,
                met: false,
                favour: Favour::Unasked,
                shared_topics: Vec::new(),
                heard: Vec::new(),
            }
        })
        .collect();
    let market = village.place_by_key("market").unwrap_or(village.ember_house());
    State {
        now: MORNING,
        rng: Rng::new(setup.seed, "day"),
        case,
        people,
        player: PlayerState {
            place: market,
            gold: PURSE_GOLD,
            items: Vec::new(),
            notes: Vec::new(),
            seals: SEALS,
            outcome: Outcome::Open,
            searched: false,
            accused: None,
        },
        talk: TalkState {
            with: None,
            thread: Thread::default(),
            last_said: String::new(),
            turns: 0,
            told: Vec::new(),
            asked: Vec::new(),
            used: Vec::new(),
        },
        words: WordsState {
            pending: Vec::new(),
            refused: 0,
            spoken: Vec::new(),
            last_variant: Vec::new(),
            rng: Rng::new(setup.seed, "words"),
        },
    }
}
