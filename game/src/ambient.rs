//! Ambient: what villagers near the player say to each other when a mind finds the words.
//!
//! Owns: who speaks next and to whom, how often, the pack of such a line, and whether what came back may be heard. Refuses to know:
//! how a line travels (`link`) and how it is shown (`window::murmur`); and it changes nothing: it reads the world, so that no hash, log
//! or notebook ever hears of it. Time arrives as seconds that passed. Who speaks about what is counted, never drawn. A line that is
//! refused or late becomes a written one.

use crate::link::{Answer, DoorError, IN_FLIGHT_MAX};
use crate::prompt;
use crate::small_talk::{SmallTalk, is_of_the_case};
use engine_sim::World;
use engine_sim::act::{Act, ActKind};
use engine_sim::content::Village;
use engine_sim::fact::Tie;
use engine_sim::ids::PersonId;
use engine_sim::pack::Pack;
use engine_sim::talk::context::LAST_LINES;
use engine_sim::talk::judge;
use std::collections::BTreeMap;
use wire::ember::SpeakRequest;

/// Pairs that talk at the same time: one of each pair is asked for at once.
const EXCHANGES_MAX: usize = IN_FLIGHT_MAX;
/// Lines of one exchange.
const LINES_MAX: usize = 3;
/// Seconds between two lines of one villager, at least.
pub const LINE_GAP_S: f64 = 6.0;
/// Seconds for which a line stands before the other is asked to answer it.
const ANSWER_AFTER_S: f64 = 2.5;
/// Seconds that a villager is silent before the next exchange.
const REST_S: f64 = 15.0;
/// Seconds of silence after a line of the player's own talk, and when a game begins.
const QUIET_S: f64 = 3.0;
/// Seconds for which nothing is asked of a node that was too slow or had no room.
const LATE_REST_S: f64 = 30.0;
const _: () = assert!(LINE_GAP_S <= REST_S && QUIET_S < LATE_REST_S);
/// What everybody can talk about.
const WEATHER: &str = "weather";
/// Marks off the seeds of these lines from those of the player's own talk.
const SEED_MARK: u64 = 1 << 63;

/// Whoever finds the words.
pub trait Minds {
    /// Whether lines that nobody waits for may be asked for: a mind is there, keeps up, and nobody waits for a line of it.
    fn is_free(&self) -> bool;
    /// Whether there is an adapter of this name.
    fn has_adapter(&self, name: &str) -> bool;
    /// Asks for such a line; `None` when too many are asked for.
    fn ask(&mut self, request: SpeakRequest) -> Option<u64>;
    /// An answer that has come, if any.
    fn answer(&mut self) -> Option<Answer>;
    /// Gives up every such line; no answer to them comes any more.
    fn give_up(&mut self);
}

/// The moment in which they talk.
pub struct Air<'m> {
    /// The game. It is only read.
    pub world: &'m World<'m>,
    /// Villagers whom the player would hear: those at the player's place and near, without whom the player talks with.
    pub here: &'m [PersonId],
    /// Seconds since the last moment.
    pub seconds: f32,
}

/// A line to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its speaker.
    pub who: PersonId,
    /// The line.
    pub text: String,
    /// Whether a mind found it; else it is a written one.
    pub by_mind: bool,
}

/// A line that is asked for.
#[derive(Debug)]
struct Asked {
    ticket: u64,
    pack: Pack,
}

/// Two who take turns.
#[derive(Debug)]
struct Exchange {
    /// Who began, and who answers.
    pair: [PersonId; 2],
    topic: String,
    /// Lines said.
    told: usize,
    /// The last of them; empty before the first.
    heard: String,
    /// When the next may be asked for.
    due_s: f64,
    asked: Option<Asked>,
}

impl Exchange {
    /// Who speaks next, and to whom.
    fn turn(&self) -> (PersonId, PersonId) {
        (self.pair[self.told % 2], self.pair[(self.told + 1) % 2])
    }

    fn is_among(&self, here: &[PersonId]) -> bool {
        self.pair.iter().all(|who| here.contains(who))
    }
}

/// When somebody spoke last, and their last lines of this kind, oldest first.
#[derive(Debug, Default)]
struct Voiced {
    at_s: f64,
    lines: Vec<String>,
}

/// The talk around the player.
#[derive(Debug, Default)]
pub struct Ambient {
    now_s: f64,
    /// Nothing is asked before.
    quiet_until_s: f64,
    exchanges: Vec<Exchange>,
    voiced: BTreeMap<PersonId, Voiced>,
    /// Rounds in which pairs were made.
    rounds: usize,
    /// Exchanges begun.
    begun: usize,
    /// Lines asked for.
    lines: u64,
}

/// The pack of a line of small talk: nothing to say, nobody to name but the two, nowhere but here, and nothing given away.
pub fn pack(world: &World<'_>, who: PersonId, to: PersonId, topic: &str) -> Pack {
    let state = world.state();
    let mut act = Act::bare(ActKind::Banter);
    act.topic = Some(topic.to_string());
    let mut pack = Pack::new(who, act);
    pack.may_people.push(to);
    pack.may_places.push(state.player.place);
    pack.hidden = state.case.hides(&world.library().village, who);
    pack
}

impl Ambient {
    /// Whether a line is asked for.
    pub fn is_asking(&self) -> bool {
        self.exchanges.iter().any(|exchange| exchange.asked.is_some())
    }

    /// Somebody has been heard by another way: their next line comes no sooner for that.
    pub fn spoke(&mut self, who: PersonId) {
        self.voiced.entry(who).or_default().at_s = self.now_s;
    }

    /// Everybody falls silent, and what is asked for is given up.
    pub fn hush(&mut self, minds: &mut impl Minds) {
        if self.is_asking() {
            minds.give_up();
        }
        self.exchanges.clear();
        self.quiet_until_s = self.quiet_until_s.max(self.now_s + QUIET_S);
    }

    /// Another game, or another moment of it: nobody has said anything.
    pub fn forget(&mut self, minds: &mut impl Minds) {
        self.hush(minds);
        *self = Ambient { quiet_until_s: QUIET_S, ..Ambient::default() };
    }

    /// Time passes: call it every frame in which villagers may be heard. Returns what is said now. While somebody is to answer the
    /// player, or no mind keeps up, everybody is silent.
    pub fn step(&mut self, minds: &mut impl Minds, small_talk: &mut SmallTalk, air: &Air<'_>) -> Vec<Said> {
        self.now_s += f64::from(air.seconds);
        if !minds.is_free() || air.world.awaiting().is_some() {
            self.hush(minds);
            return Vec::new();
        }
        let mut said = Vec::new();
        while let Some(answer) = minds.answer() {
            said.extend(self.take(answer, small_talk, air));
        }
        // One that is asked for is kept until it comes, so that nobody has two in flight.
        self.exchanges.retain(|exchange| exchange.asked.is_some() || exchange.is_among(air.here));
        if self.now_s >= self.quiet_until_s {
            self.begin(&air.world.library().village, air.here);
            self.ask(minds, air);
        }
        said
    }

    /// Whether somebody has spoken within so many seconds.
    fn spoke_within(&self, who: PersonId, seconds: f64) -> bool {
        self.voiced.get(&who).is_some_and(|voiced| self.now_s - voiced.at_s < seconds)
    }

    /// Makes pairs of those who are free: nobody talks to the air, nor to whom they are at odds with.
    fn begin(&mut self, village: &Village, here: &[PersonId]) {
        let is_free = |who: &PersonId| {
            !self.exchanges.iter().any(|e| e.pair.contains(who)) && !self.spoke_within(*who, REST_S)
        };
        let mut free: Vec<PersonId> = here.iter().copied().filter(is_free).collect();
        // Another round has other pairs.
        let first = self.rounds % free.len().max(1);
        free.rotate_left(first);
        let before = self.begun;
        while free.len() > 1 && self.exchanges.len() < EXCHANGES_MAX {
            let who = free.remove(0);
            let hears = |other: &PersonId| village.tie(who, *other) != Some(Tie::Feud);
            let Some(at) = free.iter().position(hears) else { continue };
            let pair = [who, free.remove(at)];
            let likes = village.villager(who).likes.iter().map(String::as_str);
            let topics: Vec<&str> = likes.chain([WEATHER]).collect();
            let topic = topics[self.begun % topics.len()].to_string();
            let heard = String::new();
            self.exchanges.push(Exchange { pair, topic, told: 0, heard, due_s: self.now_s, asked: None });
            self.begun += 1;
        }
        self.rounds += usize::from(self.begun > before);
    }

    /// Asks for the lines that are due.
    fn ask(&mut self, minds: &mut impl Minds, air: &Air<'_>) {
        for at in 0..self.exchanges.len() {
            let exchange = &self.exchanges[at];
            let (who, to) = exchange.turn();
            if exchange.asked.is_some()
                || self.now_s < exchange.due_s
                || self.spoke_within(who, LINE_GAP_S)
                || !exchange.is_among(air.here)
            {
                continue;
            }
            let mut pack = pack(air.world, who, to, &exchange.topic);
            pack.player_line.clone_from(&exchange.heard);
            pack.last_lines = self.voiced.get(&who).map(|voiced| voiced.lines.clone()).unwrap_or_default();
            // To say after the other what they said is no answer.
            pack.last_lines.extend(Some(exchange.heard.clone()).filter(|heard| !heard.is_empty()));
            let library = air.world.library();
            let name = library.village.villager(who).id.as_str();
            let adapter = minds.has_adapter(name).then(|| name.to_string());
            let seed = air.world.setup().seed ^ SEED_MARK ^ (self.lines << 32);
            let request = prompt::overheard(library, &pack, to, adapter, seed);
            let Some(ticket) = minds.ask(request) else { return };
            self.lines += 1;
            self.exchanges[at].asked = Some(Asked { ticket, pack });
        }
    }

    /// Takes an answer: what the judge lets pass is said as it is, anything else is said in written words.
    fn take(&mut self, answer: Answer, small_talk: &mut SmallTalk, air: &Air<'_>) -> Option<Said> {
        let is_asked = |e: &Exchange| e.asked.as_ref().is_some_and(|asked| asked.ticket == answer.ticket);
        let at = self.exchanges.iter().position(is_asked)?;
        let mut exchange = self.exchanges.remove(at);
        let asked = exchange.asked.take()?;
        let (who, _) = exchange.turn();
        let found = match answer.line {
            Ok(line) => Some(line.text).filter(|text| may_be_heard(air.world, &asked.pack, text)),
            Err(DoorError::GivenUp) => return None,
            Err(_) => {
                self.quiet_until_s = self.now_s + LATE_REST_S;
                None
            }
        };
        if !exchange.is_among(air.here) || self.spoke_within(who, LINE_GAP_S) {
            return None;
        }
        let by_mind = found.is_some();
        let written = || small_talk.tell(&air.world.library().lines, who).map(str::to_string);
        let text = found.or_else(written)?;
        self.spoke(who);
        let voiced = self.voiced.entry(who).or_default();
        voiced.lines.push(text.clone());
        if voiced.lines.len() > LAST_LINES {
            voiced.lines.remove(0);
        }
        exchange.told += 1;
        exchange.heard.clone_from(&text);
        exchange.due_s = self.now_s + ANSWER_AFTER_S;
        if exchange.told < LINES_MAX {
            self.exchanges.push(exchange);
        }
        Some(Said { who, text, by_mind })
    }
}

/// Whether the judge lets a line pass, as it must every line of the player's own talk, and it is small talk besides: the player can
/// ask nobody back about what was only overheard.
fn may_be_heard(world: &World<'_>, pack: &Pack, text: &str) -> bool {
    let library = world.library();
    judge::judge(&library.village, &library.vocabulary, pack, text).ok() && !is_of_the_case(text)
}

#[cfg(test)]
mod tests;
