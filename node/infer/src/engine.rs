//! Owns running many completions over one backend: each step asks the scheduler for a plan, computes it as one batch, draws
//! the tokens and reports them. Refuses to know how logits are made and in which order work is done ([`crate::schedule`]
//! does); it has no thread and no clock: its owner calls `step` and tells the time.

use crate::adapter::BASE_GENERATION;
use crate::backend::{Backend, BackendError, Part, finite};
use crate::blocks::BLOCK_TOKENS;
use crate::draft::DRAFT_TOKENS_MAX;
use crate::prefix::Span;
use crate::request::{
    self, EngineConfig, EngineLoad, Event, Failure, FinishReason, GenerateRequest, SubmitError,
};
use crate::running::{Drawing, Drawn, Running};
use crate::sample::SampleScratch;
use crate::schedule::{self, Class, EndReason, KvMemory, Limits, PerClass, Plan, Row, Scheduler};
use crate::tokenizer::Tokenizer;
use kernels::Isa;
use std::collections::BTreeMap;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// Tokens of a step up to which prompts are read, one for each completion being written included: what a request of a higher
/// class waits for. A small machine computes 32 in some 30 ms.
pub const PREFILL_TOKENS: PerClass<usize> = PerClass { play: 64, local: 128, network: 32 };
/// Steps of Play after which Local work joins one: rows of one batch are cheap, so it waits for little.
pub const LOCAL_TURN_AFTER_STEPS: u32 = 2;
/// Rows that a lower class may have in a step of a higher one.
const TURN_ROWS: usize = 8;
/// Tokens of those rows.
pub const TURN_TOKENS: usize = 24;
/// Decoding rows of a step up to which tokens are guessed ahead: with more, the machine has no idle arithmetic left.
const SPECULATING_ROWS_MAX: usize = 2;

/// Runs many completions over one backend.
pub struct Engine<B: Backend> {
    pub(crate) backend: B,
    tokenizer: Arc<Tokenizer>,
    config: EngineConfig,
    scheduler: Scheduler,
    memory: KvMemory,
    requests: BTreeMap<u64, Running>,
    tokens_max: usize,
    /// Events of cancellations, for the next step.
    pending: Vec<Event>,
    logits: Vec<f32>,
    scratch: SampleScratch,
    counters: EngineLoad,
}

/// The scheduler's bounds for a configuration, and the longest request that fits its blocks.
fn limits(config: &EngineConfig, context_len: usize, blocks_max: usize) -> (Limits, usize) {
    // The oldest request of each class always fits beside the others': that is what keeps every class going.
    let fitting = (blocks_max / Class::ALL.len()).saturating_sub(1) * BLOCK_TOKENS;
    let tokens_max = context_len.min(fitting).max(2);
    let each = |prefill| config.slots + TURN_TOKENS + prefill;
    let limits = Limits {
        queue_max: PerClass { play: config.queue_max, local: config.queue_max, network: config.queue_max },
        running_max: config.slots,
        rows_max: config.slots + TURN_ROWS,
        step_tokens: PerClass {
            play: each(PREFILL_TOKENS.play),
            local: each(PREFILL_TOKENS.local),
            network: each(PREFILL_TOKENS.network),
        },
        prefill_tokens: PREFILL_TOKENS,
        request_tokens_max: PerClass { play: tokens_max, local: tokens_max, network: tokens_max },
        local_turn_after_steps: LOCAL_TURN_AFTER_STEPS,
        turn_rows: TURN_ROWS,
        turn_tokens: TURN_TOKENS,
        ..Limits::for_context(tokens_max)
    };
    (limits, tokens_max)
}

impl<B: Backend> Engine<B> {
    /// An idle engine. `slots` and `queue_max` of 0 are taken as 1. A backend with few blocks takes shorter requests: each
    /// class must be able to finish its oldest one.
    ///
    /// # Errors
    /// When the backend has too few blocks for any request.
    pub fn new(
        backend: B,
        tokenizer: Arc<Tokenizer>,
        config: EngineConfig,
    ) -> Result<Self, schedule::LimitsError> {
        let config =
            EngineConfig { slots: config.slots.max(1), queue_max: config.queue_max.max(1), ..config };
        let (limits, tokens_max) = limits(&config, backend.context_len(), backend.blocks_max());
        let blocks = u32::try_from(backend.blocks_max()).unwrap_or(u32::MAX);
        Ok(Engine {
            scheduler: Scheduler::new(limits, blocks as usize)?,
            memory: KvMemory::new(blocks),
            tokenizer,
            config,
            requests: BTreeMap::new(),
            tokens_max,
            pending: Vec::new(),
            logits: Vec::new(),
            scratch: SampleScratch::new(backend.isa()),
            backend,
            counters: EngineLoad::default(),
        })
    }

    /// The instruction set that logits are checked and drawn from with: the backend's.
    pub fn isa(&self) -> Isa {
        self.scratch.isa()
    }

    /// Puts a request into the queue.
    ///
    /// # Errors
    /// [`SubmitError`]; nothing of the request remains then.
    pub fn submit(&mut self, mut request: GenerateRequest) -> Result<(), SubmitError> {
        request::check(&request, self.tokens_max, self.backend.vocab_len())?;
        if self.requests.contains_key(&request.id) {
            return Err(SubmitError::IdInUse { id: request.id });
        }
        let room = self.tokens_max - request.prompt.len();
        request.max_tokens = request.max_tokens.min(u32::try_from(room).unwrap_or(u32::MAX));
        let order = schedule::Request {
            id: request.id,
            class: request.class,
            owner: request.owner,
            spans: spans(&request),
            prompt: request.prompt.clone(),
            max_tokens: request.max_tokens as usize,
            deadline_ms: request.deadline_ms,
        };
        self.scheduler.submit(order).map_err(|error| refused(error, self.tokens_max))?;
        self.requests.insert(request.id, Running::new(request));
        Ok(())
    }

    /// Ends a request, waiting or running; its place is free at once, and the next step reports `Done`. What it computed is
    /// kept for its prefix. An unknown id is ignored: the request may have ended meanwhile.
    pub fn cancel(&mut self, id: u64) {
        self.scheduler.end(id, &mut self.memory);
        if let Some(running) = self.requests.remove(&id) {
            self.pending.push(Event::Done { id, reason: FinishReason::Cancelled, usage: running.usage() });
        }
    }

    /// Does one step: one batch of prompt chunks and of one token for each completion being written. `now_ms` is the owner's
    /// clock, for deadlines. Events are appended. `false`: there was nothing to do and nothing to report.
    pub fn step(&mut self, now_ms: u64, events: &mut Vec<Event>) -> bool {
        let reported = !self.pending.is_empty();
        events.append(&mut self.pending);
        self.propose();
        let plan = self.scheduler.plan(now_ms, &mut self.memory);
        for (id, reason) in &plan.ended {
            self.finish(*id, ended(*reason), events);
        }
        self.count_cached(&plan);
        self.backend.copy(&plan.copies);
        if plan.is_idle() {
            return reported || !plan.ended.is_empty() || self.scheduler.has_work();
        }
        self.compute(&plan, events);
        true
    }

    /// Counts what a plan's requests were spared. A replay only gets back what was counted or computed before.
    fn count_cached(&mut self, plan: &Plan) {
        for admission in &plan.admitted {
            let Some(running) = self.requests.get_mut(&admission.id) else { continue };
            running.replayed |= admission.replayed;
            if !running.replayed {
                running.cached = admission.cached_tokens;
                self.counters.cache_hit_tokens += admission.cached_tokens as u64;
            }
        }
        for (id, tokens) in &plan.caught_up {
            let Some(running) = self.requests.get_mut(id).filter(|running| !running.replayed) else {
                continue;
            };
            running.cached += tokens;
            self.counters.cache_hit_tokens += *tokens as u64;
        }
    }

    /// Guesses ahead where few completions are being written.
    fn propose(&mut self) {
        let load = self.scheduler.load();
        let running: usize = Class::ALL.iter().map(|&class| load.running[class]).sum();
        if !self.config.speculation || running > SPECULATING_ROWS_MAX {
            return;
        }
        for (id, running) in &mut self.requests {
            let Some(tokens) = self.scheduler.tokens(*id) else { continue };
            let guessed = running.drafter.guess(tokens, &running.request.phrases, DRAFT_TOKENS_MAX).len();
            self.scheduler.propose(*id, guessed);
        }
    }

    /// Computes the plan's rows together. Where that fails, each is computed alone, so that one bad row fails alone.
    fn compute(&mut self, plan: &Plan, events: &mut Vec<Event>) {
        if self.forward(&plan.rows).is_ok() {
            let mut from = 0;
            for row in &plan.rows {
                let len = wanted(row) * self.backend.vocab_len();
                self.conclude(row, from..from + len, events);
                from += len;
            }
            return;
        }
        for row in &plan.rows {
            match self.forward(std::slice::from_ref(row)) {
                Ok(()) => self.conclude(row, 0..self.logits.len(), events),
                Err(error) => self.fail(row.id, broken(&error), events),
            }
        }
    }

    fn forward(&mut self, rows: &[Row]) -> Result<(), BackendError> {
        let texts: Vec<Vec<u32>> = rows.iter().map(|row| self.texts(row)).collect();
        let parts: Vec<Part<'_>> = rows
            .iter()
            .zip(&texts)
            .map(|(row, tokens)| {
                let adapter = self.requests.get(&row.id).and_then(|running| running.request.adapter.as_ref());
                Part {
                    tokens,
                    start: row.start,
                    table: self.memory.table(row.id).map_or(&[], |table| table.blocks()),
                    adapter: adapter.filter(|_| row.generation != BASE_GENERATION),
                    adapter_from: 0,
                    wanted: wanted(row),
                }
            })
            .collect();
        self.backend.forward(&parts, &mut self.logits)
    }

    /// The tokens of a row, drafts included.
    fn texts(&self, row: &Row) -> Vec<u32> {
        let known = self.scheduler.tokens(row.id).and_then(|tokens| tokens.get(row.start..row.end));
        let mut tokens = known.unwrap_or_default().to_vec();
        tokens.extend(self.drafts(row));
        tokens
    }

    fn drafts(&self, row: &Row) -> &[u32] {
        let guessed = self.requests.get(&row.id).map(|running| running.drafter.guessed());
        guessed.and_then(|guessed| guessed.get(..row.drafts)).unwrap_or_default()
    }

    /// Draws from a row's logits, tells the scheduler, and ends the completion where it is over.
    fn conclude(&mut self, row: &Row, logits: std::ops::Range<usize>, events: &mut Vec<Event>) {
        let drafts = self.drafts(row).to_vec();
        let prompt_len = self.requests.get(&row.id).map_or(0, |running| running.request.prompt.len());
        self.counters.prefill_tokens += row.end.min(prompt_len).saturating_sub(row.start) as u64;
        self.counters.draft_tokens += drafts.len() as u64;
        let drawn = match self.draw(row, &drafts, logits, events) {
            Ok(drawn) => drawn,
            Err(failure) => return self.fail(row.id, failure, events),
        };
        self.counters.decode_tokens += drawn.tokens.len() as u64;
        self.counters.draft_hits += drawn.tokens.len().saturating_sub(1) as u64;
        match self.scheduler.report(row.id, &drawn.tokens, &mut self.memory) {
            Ok(over) => {
                if let Some(reason) = drawn.finished.or(over.map(ended)) {
                    self.scheduler.end(row.id, &mut self.memory);
                    self.finish(row.id, reason, events);
                }
            }
            Err(error) => self.fail(row.id, broken(&error), events),
        }
    }

    fn draw(
        &mut self,
        row: &Row,
        drafts: &[u32],
        logits: std::ops::Range<usize>,
        events: &mut Vec<Event>,
    ) -> Result<Drawn, Failure> {
        let (Some(running), Some(tokens)) = (self.requests.get_mut(&row.id), self.scheduler.tokens(row.id))
        else {
            return Ok(Drawn::default());
        };
        let logits = &self.logits[logits];
        if logits.is_empty() {
            return Ok(Drawn::default());
        }
        finite(self.scratch.isa(), logits).map_err(|error| broken(&error))?;
        let mut drawing = Drawing { tokenizer: &self.tokenizer, scratch: &mut self.scratch, events };
        let drawn = running.draw(tokens, drafts, logits, &mut drawing)?;
        let is_last = tokens.len() + drawn.tokens.len() - running.request.prompt.len()
            >= running.request.max_tokens as usize;
        if is_last && drawn.finished.is_none() {
            running.flush(events);
        }
        Ok(drawn)
    }

    fn finish(&mut self, id: u64, reason: FinishReason, events: &mut Vec<Event>) {
        if let Some(mut running) = self.requests.remove(&id) {
            if reason == FinishReason::Deadline {
                running.flush(events);
            }
            let was_ended = reason == FinishReason::Stop && running.closing.is_planned();
            self.counters.endings_planned += u64::from(was_ended);
            events.push(Event::Done { id, reason, usage: running.usage() });
        }
    }

    fn fail(&mut self, id: u64, error: Failure, events: &mut Vec<Event>) {
        self.scheduler.discard(id, &mut self.memory);
        if self.requests.remove(&id).is_some() {
            events.push(Event::Failed { id, error });
        }
    }

    /// Forgets the prefixes of an adapter's generation that nobody will ask for again.
    pub fn drop_generation(&mut self, generation: u64) {
        self.memory.drop_generation(generation);
    }

    /// Whether keys and values of a request are there: it has left the queue, and was not displaced again.
    pub fn has_begun(&self, id: u64) -> bool {
        self.memory.table(id).is_some()
    }

    /// The load, and counters since the start.
    pub fn load(&self) -> EngineLoad {
        let load = self.scheduler.load();
        let sum = |each: &PerClass<usize>| Class::ALL.iter().map(|&class| each[class]).sum();
        EngineLoad {
            waiting: sum(&load.waiting),
            running: sum(&load.running),
            displaced: sum(&load.displaced),
            blocks: self.memory.blocks().total(),
            blocks_used: self.memory.blocks().used(),
            blocks_kept: self.memory.cache().blocks_held(),
            steps: load.steps,
            decode_rows: load.decode_rows,
            displacements: load.displacements,
            ..self.counters
        }
    }

    /// The bounds in force.
    pub fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// Most tokens of a request, prompt and answer together.
    pub fn tokens_max(&self) -> usize {
        self.tokens_max
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &Arc<Tokenizer> {
        &self.tokenizer
    }

    /// The backend.
    pub fn backend(&self) -> &B {
        &self.backend
    }
}

/// Rows of logits that a plan's row wants.
fn wanted(row: &Row) -> usize {
    if row.wants_logits { 1 + row.drafts } else { 0 }
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::Broken { message: error.to_string() }
}

fn ended(reason: EndReason) -> FinishReason {
    match reason {
        EndReason::Length => FinishReason::Length,
        EndReason::Deadline => FinishReason::Deadline,
    }
}

/// The weights that each position of a request is computed under.
fn spans(request: &GenerateRequest) -> Vec<Span> {
    let Some(adapter) = &request.adapter else { return Vec::new() };
    let awake = Span { generation: adapter.generation(), end: usize::MAX };
    match adapter.wakes_at(&request.prompt) {
        // It sleeps through the answer too.
        None => Vec::new(),
        Some(0) => vec![awake],
        Some(wakes_at) => vec![Span { generation: BASE_GENERATION, end: wakes_at }, awake],
    }
}

fn refused(error: schedule::SubmitError, tokens_max: usize) -> SubmitError {
    match error {
        schedule::SubmitError::QueueFull { max, .. } => SubmitError::QueueFull { max },
        schedule::SubmitError::PromptEmpty => SubmitError::PromptEmpty,
        schedule::SubmitError::IdInUse { id } => SubmitError::IdInUse { id },
        schedule::SubmitError::TooLong { actual, .. } => {
            SubmitError::PromptTooLong { max: tokens_max.saturating_sub(1), actual }
        }
        other @ (schedule::SubmitError::NothingToMake | schedule::SubmitError::TooManySpans { .. }) => {
            SubmitError::BadParams { field: "max_tokens", reason: other.to_string() }
        }
    }
}
