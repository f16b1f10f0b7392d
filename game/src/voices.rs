//! Voices: gets words for every committed act, from a mind or from the written lines, within bounds.
//!
//! Owns: tries, the deadline, feeding refusals back, and giving up. Refuses to know: which words are right (the engine's judge
//! says) and how they are shown. Nothing here can change the world: it only issues `Propose` and `Fallback`.

use crate::link::{Link, NodeState};
use crate::prompt;
use engine_sim::World;
use engine_sim::talk::judge::Violation;
use engine_sim::world::PROPOSAL_BYTES_MAX;
use engine_sim::world::event::{Command, Event, Refusal};
use std::time::{Duration, Instant};

/// Proposals asked for before a written line is spoken.
pub const TRIES_MAX: usize = 3;
/// How long a line may take from act to words.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// How long a blocking step waits for the node.
const BLOCKING_WAIT: Duration = Duration::from_millis(100);

/// How one line came about: for transcripts and benchmarks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineRecord {
    /// Its turn.
    pub turn: u32,
    /// Refused proposals with what the judge said.
    pub refused: Vec<(String, Vec<Violation>)>,
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
}

/// Speaks for everybody.
pub struct Voices {
    link: Option<Link>,
    effort: Option<Effort>,
    done: Vec<LineRecord>,
    /// How long a line may take.
    pub deadline: Duration,
}

impl Voices {
    /// With a link, or with written lines only.
    pub fn new(link: Option<Link>) -> Voices {
        Voices { link, effort: None, done: Vec::new(), deadline: DEADLINE }
    }

    /// How the node is.
    pub fn node(&self) -> NodeState {
        self.link.as_ref().map_or(NodeState::Off, Link::state)
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
        let Some(turn) = world.awaiting().map(|(pending, _)| pending.turn) else {
            self.effort = None;
            return Ok(Vec::new());
        };
        if self.effort.as_ref().is_none_or(|effort| effort.turn != turn) {
            self.effort = Some(Effort { turn, began: Instant::now(), ticket: None, refused: Vec::new() });
        }
        let Some(mut effort) = self.effort.take() else { return Ok(Vec::new()) };
        if !self.node().is_ready() {
            let silence = (self.node() != NodeState::Off).then(|| self.node().words());
            return self.fall_back(world, effort, silence);
        }
        if effort.ticket.is_none() {
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
                Ok(line) => self.propose(world, effort, line.text),
                Err(error) => self.fall_back(world, effort, Some(error.to_string())),
            },
            // An answer to a turn that is over: thrown away.
            Some(_) => {
                self.effort = Some(effort);
                Ok(Vec::new())
            }
            None if effort.began.elapsed() > self.deadline => {
                self.fall_back(world, effort, Some("the deadline passed".to_string()))
            }
            None => {
                self.effort = Some(effort);
                Ok(Vec::new())
            }
        }
    }

    fn ask(&mut self, world: &World<'_>, effort: &Effort) -> Option<u64> {
        let (pending, pack) = world.awaiting()?;
        let refused: Vec<Vec<Violation>> = effort.refused.iter().map(|(_, v)| v.clone()).collect();
        let seed = world.setup().seed ^ (u64::from(effort.turn) << 32);
        let request = prompt::request(world.library(), pending, &pack, &refused, seed);
        self.link.as_mut()?.ask(request)
    }

    fn propose(
        &mut self,
        world: &mut World<'_>,
        mut effort: Effort,
        text: String,
    ) -> Result<Vec<Event>, Refusal> {
        // What is longer than any line can be is refused for its length all the same when cut.
        let mut end = text.len().min(PROPOSAL_BYTES_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text[..end].to_string();
        let events = world.apply(Command::Propose { turn: effort.turn, text })?;
        let refusal = events.iter().find_map(|event| match event {
            Event::Refused { text, violations, .. } => Some((text.clone(), violations.clone())),
            _ => None,
        });
        match refusal {
            None => {
                self.finish(effort, false, None);
                Ok(events)
            }
            Some(refusal) => {
                effort.refused.push(refusal);
                effort.ticket = None;
                if effort.refused.len() >= TRIES_MAX || effort.began.elapsed() > self.deadline {
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
            fallback,
            millis_ms,
            silence,
        });
    }
}
