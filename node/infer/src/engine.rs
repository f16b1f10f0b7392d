//! Owns the order of work: a bounded queue, slots, prefill in chunks, decoding in turns, cancelling, and the reuse of
//! prefixes. Refuses to know how logits are made, and has no thread and no clock: its owner calls `step`.
//!
//! Order. A free slot goes to waiting Play requests first, then to parked Local ones, then to waiting Local ones. With no
//! slot free, a waiting Play request parks a Local one, which keeps its sequence and goes on later. While Play requests
//! hold slots, Local ones get one unit of work after every [`LOCAL_TURN_AFTER_UNITS`] units of Play. Inside a class,
//! prompts are computed one after the other in order of arrival, a chunk at a time, in turns with one decoded token for
//! each of the others.

use crate::backend::Backend;
use crate::request::{
    self, EngineConfig, EngineLoad, Event, FinishReason, GenerateRequest, Priority, SubmitError,
};
use crate::retained::{Entry, Retained, common_len};
use crate::running::Running;
use crate::tokenizer::Tokenizer;
use std::collections::VecDeque;
use std::sync::Arc;

/// Prompt tokens computed in one unit of work: what a cancel, or a Play request, waits for at most.
pub const PREFILL_CHUNK_TOKENS: usize = 128;
/// Units of Play work after which a waiting Local slot gets one.
pub const LOCAL_TURN_AFTER_UNITS: u32 = 8;
/// Retained sequences together have at most this many contexts' tokens.
pub const RETAINED_CONTEXTS_MAX: usize = 2;

/// What one step works on; numbers are indices of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Prefill(usize),
    Decode(Priority),
}

/// Runs many completions over one backend.
pub struct Engine<B: Backend> {
    backend: B,
    tokenizer: Arc<Tokenizer>,
    config: EngineConfig,
    waiting_play: VecDeque<GenerateRequest>,
    waiting_local: VecDeque<GenerateRequest>,
    /// In order of admission; at most `config.slots`.
    running: Vec<Running<B::Sequence>>,
    /// Local completions without a slot; at most `config.slots`, since no other Local one starts before them.
    parked: VecDeque<Running<B::Sequence>>,
    retained: Retained<B::Sequence>,
    /// Events of cancellations, for the next step.
    pending: Vec<Event>,
    logits: Vec<f32>,
    last_was_prefill: bool,
    play_units: u32,
    counters: EngineLoad,
}

impl<B: Backend> Engine<B> {
    /// An idle engine. `config.slots` of 0 is taken as 1.
    pub fn new(backend: B, tokenizer: Arc<Tokenizer>, config: EngineConfig) -> Self {
        let config = EngineConfig { slots: config.slots.max(1), ..config };
        let tokens_max = backend.context_len().saturating_mul(RETAINED_CONTEXTS_MAX);
        Engine {
            retained: Retained::new(config.retained_prefixes, tokens_max),
            backend,
            tokenizer,
            config,
            waiting_play: VecDeque::new(),
            waiting_local: VecDeque::new(),
            running: Vec::new(),
            parked: VecDeque::new(),
            pending: Vec::new(),
            logits: Vec::new(),
            last_was_prefill: false,
            play_units: 0,
            counters: EngineLoad::default(),
        }
    }

    /// Puts a request into the queue.
    ///
    /// # Errors
    /// [`SubmitError`]; nothing of the request remains then.
    pub fn submit(&mut self, request: GenerateRequest) -> Result<(), SubmitError> {
        request::check(&request, self.backend.context_len(), self.backend.vocab_len())?;
        if self.knows(request.id) {
            return Err(SubmitError::IdInUse { id: request.id });
        }
        if self.waiting_play.len() + self.waiting_local.len() >= self.config.queue_max {
            return Err(SubmitError::QueueFull { max: self.config.queue_max });
        }
        match request.priority {
            Priority::Play => self.waiting_play.push_back(request),
            Priority::Local => self.waiting_local.push_back(request),
        }
        Ok(())
    }

    /// Ends a request, waiting or running; its slot is free at once, and the next step reports `Done`. What it computed is
    /// retained for its prefix. An unknown id is ignored: the request may have ended meanwhile.
    pub fn cancel(&mut self, id: u64) {
        for queue in [&mut self.waiting_play, &mut self.waiting_local] {
            if let Some(request) = queue.iter().position(|r| r.id == id).and_then(|at| queue.remove(at)) {
                let usage = Running::<B::Sequence>::new(request).usage();
                self.pending.push(Event::Done { id, reason: FinishReason::Cancelled, usage });
                return;
            }
        }
        let ended = match self.running.iter().position(|r| r.id() == id) {
            Some(at) => Some(self.running.remove(at)),
            None => self.parked.iter().position(|r| r.id() == id).and_then(|at| self.parked.remove(at)),
        };
        if let Some(ended) = ended {
            let mut events = std::mem::take(&mut self.pending);
            self.finish(ended, FinishReason::Cancelled, &mut events);
            self.pending = events;
        }
    }

    /// Does one unit of work: one prompt chunk, or one token for each decoding slot of a class. Events are appended.
    /// `false`: there was nothing to do and nothing to report.
    pub fn step(&mut self, events: &mut Vec<Event>) -> bool {
        let reported = !self.pending.is_empty();
        events.append(&mut self.pending);
        self.admit();
        let Some(unit) = self.choose() else { return reported };
        match unit {
            Unit::Prefill(slot) => self.prefill(slot, events),
            Unit::Decode(class) => self.decode(class, events),
        }
        self.last_was_prefill = matches!(unit, Unit::Prefill(_));
        true
    }

    /// The load, and counters since the start.
    pub fn load(&self) -> EngineLoad {
        EngineLoad {
            waiting: self.waiting_play.len() + self.waiting_local.len(),
            running: self.running.len(),
            parked: self.parked.len(),
            retained: self.retained.len(),
            ..self.counters
        }
    }

    /// The bounds in force.
    pub fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// The backend.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    fn knows(&self, id: u64) -> bool {
        self.waiting_play.iter().chain(&self.waiting_local).any(|r| r.id == id)
            || self.running.iter().chain(&self.parked).any(|r| r.id() == id)
    }

    fn admit(&mut self) {
        loop {
            if self.running.len() < self.config.slots {
                let next = if let Some(request) = self.waiting_play.pop_front() {
                    Running::new(request)
                } else if let Some(parked) = self.parked.pop_front() {
                    parked
                } else if let Some(request) = self.waiting_local.pop_front() {
                    Running::new(request)
                } else {
                    return;
                };
                self.running.push(next);
                continue;
            }
            // The latest Local completion has the least to lose.
            let local = self.running.iter().rposition(|r| r.priority() == Priority::Local);
            match local {
                Some(at) if !self.waiting_play.is_empty() => self.parked.push_front(self.running.remove(at)),
                _ => return,
            }
        }
    }

    fn choose(&mut self) -> Option<Unit> {
        let has = |class| self.running.iter().any(|r| r.priority() == class);
        let class = match (has(Priority::Play), has(Priority::Local)) {
            (false, false) => return None,
            (true, true) if self.play_units < LOCAL_TURN_AFTER_UNITS => {
                self.play_units += 1;
                Priority::Play
            }
            (true, false) => Priority::Play,
            (_, true) => {
                self.play_units = 0;
                Priority::Local
            }
        };
        let of_class = |r: &&Running<B::Sequence>| r.priority() == class;
        let decoding = self.running.iter().filter(of_class).any(|r| !r.prefilling());
        let prefill = self.running.iter().position(|r| r.priority() == class && r.prefilling());
        match prefill {
            Some(slot) if !decoding || !self.last_was_prefill => Some(Unit::Prefill(slot)),
            _ => Some(Unit::Decode(class)),
        }
    }

    fn prefill(&mut self, slot: usize, events: &mut Vec<Event>) {
        if self.running[slot].sequence.is_none()
            && let Err(error) = self.give_sequence(slot)
        {
            let id = self.running.remove(slot).id();
            events.push(Event::Failed { id, error: request::failure(&error) });
            return;
        }
        let running = &self.running[slot];
        let end = (running.computed + PREFILL_CHUNK_TOKENS).min(running.request.prompt.len());
        self.counters.prefill_tokens += (end - running.computed) as u64;
        if self.compute(slot, end, events) && !self.running[slot].prefilling() {
            self.draw(slot, events);
        }
    }

    fn decode(&mut self, class: Priority, events: &mut Vec<Event>) {
        let ids: Vec<u64> = self
            .running
            .iter()
            .filter(|r| r.priority() == class && !r.prefilling())
            .map(Running::id)
            .collect();
        for id in ids {
            let Some(slot) = self.running.iter().position(|r| r.id() == id) else { continue };
            if self.compute(slot, self.running[slot].tokens.len(), events) {
                self.draw(slot, events);
            }
        }
    }

    /// Computes the slot's tokens up to `end`, leaving the logits after the last one. `false`: it failed and is gone.
    fn compute(&mut self, slot: usize, end: usize, events: &mut Vec<Event>) -> bool {
        let running = &mut self.running[slot];
        let outcome = match &mut running.sequence {
            Some(sequence) => {
                self.backend.forward(sequence, &running.tokens[running.computed..end], &mut self.logits)
            }
            None => self.backend.new_sequence().map(|sequence| running.sequence = Some(sequence)),
        };
        match outcome {
            Ok(()) => {
                running.computed = end;
                true
            }
            Err(error) => {
                let id = self.running.remove(slot).id();
                events.push(Event::Failed { id, error: request::failure(&error) });
                false
            }
        }
    }

    /// Draws a token for the slot from the logits and ends the completion where it is over.
    fn draw(&mut self, slot: usize, events: &mut Vec<Event>) {
        let context_len = self.backend.context_len();
        self.counters.decode_tokens += 1;
        match self.running[slot].take_token(&self.logits, &self.tokenizer, context_len, events) {
            Ok(None) => {}
            Ok(Some(reason)) => {
                let ended = self.running.remove(slot);
                self.finish(ended, reason, events);
            }
            Err(error) => {
                let id = self.running.remove(slot).id();
                events.push(Event::Failed { id, error: error.to_string() });
            }
        }
    }

    fn finish(&mut self, ended: Running<B::Sequence>, reason: FinishReason, events: &mut Vec<Event>) {
        events.push(Event::Done { id: ended.id(), reason, usage: ended.usage() });
        if let Some(sequence) = ended.sequence {
            let mut tokens = ended.tokens;
            tokens.truncate(ended.computed);
            self.retained.keep(Entry { tokens, sequence });
        }
    }

    /// Gives a slot its sequence: the longest prefix of its prompt that is retained or running, or an empty one. At least
    /// the last prompt token is left to compute, since its logits are needed.
    fn give_sequence(&mut self, slot: usize) -> Result<(), crate::backend::BackendError> {
        let prompt = &self.running[slot].request.prompt;
        let useful = prompt.len() - 1;
        let retained = self.retained.longest(&prompt[..useful]);
        let other = (0..self.running.len())
            .filter(|&at| at != slot && self.running[at].sequence.is_some())
            .map(|at| {
                (at, common_len(&self.running[at].tokens[..self.running[at].computed], &prompt[..useful]))
            })
            .max_by_key(|(_, len)| *len)
            .filter(|(_, len)| *len > retained.map_or(0, |(_, len)| len));
        let (sequence, cached) = match (other, retained) {
            (Some((at, len)), _) => match &self.running[at].sequence {
                Some(sequence) => (self.backend.fork(sequence, len)?, len),
                None => (self.backend.new_sequence()?, 0),
            },
            (None, Some((index, len))) => (self.reuse(index, len)?, len),
            (None, None) => (self.backend.new_sequence()?, 0),
        };
        let running = &mut self.running[slot];
        running.sequence = Some(sequence);
        running.computed = cached;
        running.cached = cached;
        self.counters.cache_hit_tokens += cached as u64;
        Ok(())
    }

    /// The first `len` tokens of a retained entry: the entry itself when that is most of it, else a copy, so that a short
    /// common beginning does not cost another prompt its long prefix.
    fn reuse(&mut self, index: usize, len: usize) -> Result<B::Sequence, crate::backend::BackendError> {
        if len * 2 >= self.retained.entry_len(index)
            && let Some(entry) = self.retained.take(index)
        {
            let mut sequence = entry.sequence;
            self.backend.truncate(&mut sequence, len);
            return Ok(sequence);
        }
        match self.retained.touch(index) {
            Some(entry) => self.backend.fork(&entry.sequence, len),
            None => self.backend.new_sequence(),
        }
    }
}
