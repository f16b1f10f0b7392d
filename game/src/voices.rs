//! Voices: gets words for every committed act, from a mind or from the written lines, within bounds.
//!
//! Owns: tries, feeding refusals back, giving up, and what the node does meanwhile (it reads ahead the cards of whoever is
//! near, and a node that was too slow is tried in the background). Refuses to know: how long a line is waited for (`pace`),
//! which words are right (the engine's judge says) and how they are shown. Nothing here can change the world: it only
//! issues `Propose` and `Fallback`. Talk that is only overheard (`ambient`) is asked through here, and gives way to every line.

use crate::ambient::Minds;
use crate::link::{Answer, DoorError, Link, NodeState, Seen};
use crate::pace::{Budget, Pace, TRIAL_MAX};
use crate::plain::plain;
use crate::prompt;
use engine_sim::World;
use engine_sim::ids::PersonId;
use engine_sim::talk::judge::Violation;
use engine_sim::world::PROPOSAL_BYTES_MAX;
use engine_sim::world::event::{Command, Event, Refusal};
use serde::Serialize;
use std::time::{Duration, Instant};
use wire::ember::{SpeakRequest, SpeakResponse};

pub use crate::pace::{DEADLINE, TRIES_MAX};

/// Villagers whose heads the node is taken to hold still.
const READ_AHEAD_MAX: usize = 8;
/// How long a blocking step waits for the node.
const BLOCKING_WAIT: Duration = Duration::from_millis(100);

/// What one proposal cost the node, by its own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Cost {
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Those of them that the prefix cache held.
    pub cached_tokens: u32,
    /// Tokens written.
    pub completion_tokens: u32,
    /// From the request's arrival at the node to the finished line.
    pub millis_ms: u64,
}

impl Cost {
    fn of(line: &SpeakResponse) -> Cost {
        Cost {
            prompt_tokens: line.prompt_tokens,
            cached_tokens: line.cached_tokens,
            completion_tokens: line.completion_tokens,
            millis_ms: line.millis_ms,
        }
    }
}

/// How one line came about: for transcripts and benchmarks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineRecord {
    /// Its turn.
    pub turn: u32,
    /// Refused proposals with what the judge said.
    pub refused: Vec<(String, Vec<Violation>)>,
    /// What each proposal cost, refused ones too.
    pub costs: Vec<Cost>,
    /// Whether a written line was spoken although a mind was asked.
    pub fallback: bool,
    /// From act to words.
    pub millis_ms: u64,
    /// Why the mind fell silent, if it did.
    pub silence: Option<String>,
}

struct Effort {
    turn: u32,
    began: Instant,
    ticket: Option<u64>,
    refused: Vec<(String, Vec<Violation>)>,
    costs: Vec<Cost>,
    budget: Budget,
}

/// What an effort that asks nobody may cost.
const NO_BUDGET: Budget = Budget { limit: Duration::ZERO, tries: 0 };

impl Effort {
    fn new(turn: u32, budget: Budget) -> Effort {
        let (refused, costs) = (Vec::new(), Vec::new());
        Effort { turn, began: Instant::now(), ticket: None, refused, costs, budget }
    }

    /// Time left of the budget, if any.
    fn left(&self) -> Option<Duration> {
        self.budget.limit.checked_sub(self.began.elapsed()).filter(|left| !left.is_zero())
    }

    /// Whether another try is allowed, and would come in time if it took as long as the last.
    fn has_another(&self) -> bool {
        let last = self.costs.last().map_or(Duration::ZERO, |cost| Duration::from_millis(cost.millis_ms));
        self.refused.len() < self.budget.tries && self.left().is_some_and(|left| left > last)
    }
}

/// A request whose answer is thrown away: the node reads ahead, or is tried.
struct Trial {
    ticket: u64,
    began: Instant,
}

/// Speaks for everybody.
pub struct Voices {
    link: Option<Link>,
    effort: Option<Effort>,
    done: Vec<LineRecord>,
    pace: Pace,
    trial: Option<Trial>,
    /// Whose heads the node has read, latest last.
    read: Vec<PersonId>,
    model: Option<String>,
}

impl Voices {
    /// With a link, or with written lines only.
    pub fn new(link: Option<Link>) -> Voices {
        Voices {
            link,
            effort: None,
            done: Vec::new(),
            pace: Pace::default(),
            trial: None,
            read: Vec::new(),
            model: None,
        }
    }

    /// How the node is.
    pub fn node(&self) -> NodeState {
        self.link.as_ref().map_or(NodeState::Off, Link::state)
    }

    /// All that is known of the node.
    pub fn seen(&self) -> Seen {
        self.link.as_ref().map_or_else(|| Seen::only(NodeState::Off), Link::seen)
    }

    /// Whether a mind is there and keeps up, so that the next line is asked of it.
    pub fn has_mind(&self) -> bool {
        self.node().is_ready() && self.pace.budget().is_some()
    }

    /// Hash of the model that a save is pinned to: the one that spoke last, else one that is ready. See `saves::write_save`.
    pub fn model(&self) -> Option<String> {
        let ready = || match self.node() {
            NodeState::Ready { hash, .. } => Some(hash),
            _ => None,
        };
        self.model.clone().or_else(ready)
    }

    /// The name of the mind that can be asked, if there is one.
    pub fn mind(&self) -> Option<String> {
        match self.node() {
            NodeState::Ready { model, .. } => Some(plain(&model)),
            _ => None,
        }
    }

    /// Goes on with a game that is pinned to a model, or to none.
    pub fn pin(&mut self, model: Option<String>) {
        self.model = model;
    }

    /// The link, if there is one.
    pub fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    /// Whether a line is being waited for.
    pub fn is_waiting(&self) -> bool {
        self.effort.is_some()
    }

    /// Records of lines finished since the last call.
    pub fn take_records(&mut self) -> Vec<LineRecord> {
        std::mem::take(&mut self.done)
    }

    /// One step without waiting: call it every frame. Returns what happened.
    ///
    /// # Errors
    /// A [`Refusal`] here is a fault of ours: the engine offered a turn and then did not know it.
    pub fn step(&mut self, world: &mut World<'_>) -> Result<Vec<Event>, Refusal> {
        self.advance(world, None)
    }

    /// Waits until every pending act has its words.
    ///
    /// # Errors
    /// As [`Voices::step`].
    pub fn settle(&mut self, world: &mut World<'_>) -> Result<Vec<Event>, Refusal> {
        let mut events = Vec::new();
        while world.awaiting().is_some() {
            events.extend(self.advance_blocking(world)?);
        }
        Ok(events)
    }

    /// One step that waits a little for the node: for programs without a frame to draw.
    ///
    /// # Errors
    /// As [`Voices::step`].
    pub fn advance_blocking(&mut self, world: &mut World<'_>) -> Result<Vec<Event>, Refusal> {
        self.advance(world, Some(BLOCKING_WAIT))
    }

    fn advance(&mut self, world: &mut World<'_>, wait: Option<Duration>) -> Result<Vec<Event>, Refusal> {
        let Some((turn, speaker)) = world.awaiting().map(|(pending, _)| (pending.turn, pending.speaker))
        else {
            self.effort = None;
            self.use_silence(world);
            return Ok(Vec::new());
        };
        // Somebody is to answer the player: what is only overheard gives way at once.
        Minds::give_up(self);
        let Some(mut effort) = self.effort.take().filter(|effort| effort.turn == turn).or_else(|| {
            let budget = self.pace.budget().filter(|_| self.node().is_ready())?;
            Some(Effort::new(turn, budget))
        }) else {
            let silence = self.node().why_silent();
            self.use_silence(world);
            return self.fall_back(world, Effort::new(turn, NO_BUDGET), silence);
        };
        if !self.node().is_ready() {
            let silence = self.node().why_silent();
            return self.fall_back(world, effort, silence);
        }
        if effort.ticket.is_none() {
            self.note_read(speaker);
            effort.ticket = self.ask(world, &effort);
            if effort.ticket.is_none() {
                return self.fall_back(world, effort, Some("the link is busy".to_string()));
            }
        }
        let answer = match (&self.link, wait) {
            (Some(link), Some(limit)) => link.answer_within(limit),
            (Some(link), None) => link.answer(),
            (None, _) => None,
        };
        match answer {
            Some(answer) if Some(answer.ticket) == effort.ticket => match answer.line {
                Ok(line) => {
                    self.pace.kept();
                    effort.costs.push(Cost::of(&line));
                    self.propose(world, effort, line)
                }
                Err(DoorError::Slow) => self.miss(world, effort),
                Err(error) => self.fall_back(world, effort, Some(error.to_string())),
            },
            // An answer to a turn that is over, or to a trial.
            Some(answer) => {
                self.take_trial(&answer);
                self.effort = Some(effort);
                Ok(Vec::new())
            }
            None if effort.left().is_none() => self.miss(world, effort),
            None => {
                self.effort = Some(effort);
                Ok(Vec::new())
            }
        }
    }

    /// The budget has passed: the node is let go, and not waited for again until it has shown that it keeps up.
    fn miss(&mut self, world: &mut World<'_>, effort: Effort) -> Result<Vec<Event>, Refusal> {
        if let Some(link) = &self.link {
            link.give_up();
        }
        self.pace.missed(Instant::now());
        self.fall_back(world, effort, Some("the deadline passed".to_string()))
    }

    fn ask(&mut self, world: &World<'_>, effort: &Effort) -> Option<u64> {
        let (pending, pack) = world.awaiting()?;
        let refused: Vec<Vec<Violation>> = effort.refused.iter().map(|(_, v)| v.clone()).collect();
        let seed = world.setup().seed ^ (u64::from(effort.turn) << 32);
        let request = prompt::request(world.library(), pending, &pack, &refused, seed);
        // A line goes before whatever is only read ahead.
        if self.trial.take().is_some()
            && let Some(link) = &self.link
        {
            link.give_up();
        }
        self.link.as_mut()?.ask(request, effort.left()?)
    }

    /// Nobody waits for words: the node reads ahead for whoever is near, and a resting one is tried.
    fn use_silence(&mut self, world: &World<'_>) {
        while let Some(answer) = self.link.as_ref().and_then(Link::answer) {
            self.take_trial(&answer);
        }
        if self.trial.is_some() || !self.node().is_ready() {
            return;
        }
        let unread = |who: &PersonId| !self.read.contains(who);
        let present = world.present();
        let near = match self.pace.budget() {
            Some(_) => present.iter().copied().find(unread),
            None if self.pace.is_trial_due(Instant::now()) => {
                let partner = world.state().talk.with.or_else(|| present.first().copied());
                Some(partner.unwrap_or_else(|| world.library().village.keeper()))
            }
            None => None,
        };
        let Some(who) = near else { return };
        let request = prompt::trial(world.library(), who);
        let ticket = self.link.as_mut().and_then(|link| link.ask(request, TRIAL_MAX));
        if let Some(ticket) = ticket {
            self.note_read(who);
            self.trial = Some(Trial { ticket, began: Instant::now() });
        }
    }

    fn take_trial(&mut self, answer: &Answer) {
        if let Some(trial) = self.trial.take_if(|trial| trial.ticket == answer.ticket) {
            let took = answer.line.is_ok().then(|| trial.began.elapsed());
            self.pace.tried(Instant::now(), took);
        }
    }

    fn note_read(&mut self, who: PersonId) {
        self.read.retain(|read| *read != who);
        self.read.push(who);
        if self.read.len() > READ_AHEAD_MAX {
            self.read.remove(0);
        }
    }

    fn propose(
        &mut self,
        world: &mut World<'_>,
        mut effort: Effort,
        line: SpeakResponse,
    ) -> Result<Vec<Event>, Refusal> {
        // What is longer than any line can be is refused for its length all the same when cut.
        let text = line.text[..line.text.floor_char_boundary(PROPOSAL_BYTES_MAX)].to_string();
        let events = world.apply(Command::Propose { turn: effort.turn, text })?;
        let refusal = events.iter().find_map(|event| match event {
            Event::Refused { text, violations, .. } => Some((text.clone(), violations.clone())),
            _ => None,
        });
        match refusal {
            None => {
                self.model = Some(line.model_hash);
                self.finish(effort, false, None);
                Ok(events)
            }
            Some(refusal) => {
                effort.refused.push(refusal);
                effort.ticket = None;
                if !effort.has_another() {
                    let mut all = events;
                    all.extend(self.fall_back(world, effort, None)?);
                    return Ok(all);
                }
                self.effort = Some(effort);
                Ok(events)
            }
        }
    }

    fn fall_back(
        &mut self,
        world: &mut World<'_>,
        effort: Effort,
        silence: Option<String>,
    ) -> Result<Vec<Event>, Refusal> {
        let events = world.apply(Command::Fallback { turn: effort.turn })?;
        let asked = self.link.is_some();
        self.finish(effort, asked, silence);
        Ok(events)
    }

    fn finish(&mut self, effort: Effort, fallback: bool, silence: Option<String>) {
        let millis_ms = u64::try_from(effort.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.done.push(LineRecord {
            turn: effort.turn,
            refused: effort.refused,
            costs: effort.costs,
            fallback,
            millis_ms,
            silence,
        });
    }
}

impl Minds for Voices {
    fn is_free(&self) -> bool {
        self.has_mind() && !self.is_waiting()
    }

    fn has_adapter(&self, name: &str) -> bool {
        self.link.as_ref().is_some_and(|link| link.has_adapter(name))
    }

    fn ask(&mut self, request: SpeakRequest) -> Option<u64> {
        self.link.as_mut()?.ask_aside(request)
    }

    fn answer(&mut self) -> Option<Answer> {
        self.link.as_mut()?.answer_aside()
    }

    fn give_up(&mut self) {
        if let Some(link) = &mut self.link {
            link.give_up_asides();
        }
    }
}
