//! Owns the order of work: queues of three classes, who starts, who computes how much in a step, who gives way when memory
//! is short. Refuses to know models, kernels, clocks and threads: it is told what arrived, what was computed and what time
//! it is, and returns a [`Plan`]. The same calls give the same plans.
//! Source: continuous batching (Orca, 2022), chunked prefill beside decoding (Sarathi-Serve, 2024), preemption by replay
//! (PagedAttention, 2023), `share` for fairness.
//!
//! A step serves the highest class with work, and sometimes one class below it:
//! 1. Play before Local before Network. A lower class with work joins a step after its `turn_after_steps` steps without
//!    one, with at most `turn_rows` rows and `turn_tokens` tokens.
//! 2. Inside a class every decoding sequence has a token before any prompt has one. What is left of the step's tokens goes
//!    to prompts in chunks, the owner longest without one first, then to drafts.
//! 3. Starting: displaced sequences first, then by fair shares of the owners, in order of arrival for each owner. A
//!    sequence starts when its known tokens fit beside what the running ones still need.
//! 4. When blocks run out, the prefix cache gives way, then the youngest sequence of the lowest class: its KV goes (what the
//!    cache keeps of it may still be there when it comes back), and its tokens, the made ones too, are computed again.
//!    Only what is junior gives way. The senior of a class, its longest running sequence, never does.
//!
//! Why nobody starves. Let R be `running_max`, W(c) be `turn_after_steps(c)` + 2, T(c) be `request_tokens_max[c]`.
//! - A class with work is served once in any W(c) steps: only two lower classes compete for a turn, and the longer overdue
//!   one wins. Play, and the highest class with work, is served in every step.
//! - A senior's blocks can always be had: everything but the seniors gives way to it, and [`Limits::check`] has the longest
//!   requests of all classes fit together. So a class with work always has a senior.
//! - The senior computes a token in any R services of its class: decoding sequences and owners of prompts take turns by
//!   the step in which they last were due, there are at most R of either, and those that start later than the senior was
//!   due come after it.
//! - So a senior ends within T(c) · R · W(c) steps; and a request, with n of its class that start before it, within
//!   (n + R) · T(c) · R · W(c). `share` bounds n: whenever those that are ahead have used up what they had, the owner that
//!   waits gains a quantum too.
//!
//! Why a Play arrival waits for at most one step: no plan is longer than a step, `step_tokens` bounds each, and with a
//! place among R it is in the next plan (a first Play sequence is a senior).

mod lane;
mod memory;
mod request;
mod share;
mod step;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod traces;
#[cfg(test)]
mod world;

pub use memory::KvMemory;
pub use request::{
    Admission, Class, EndReason, Limits, LimitsError, PREFILL_TOKENS_MIN, PerClass, Plan, ReportError,
    Request, Row, SPANS_MAX, ScheduleLoad, SubmitError,
};

use crate::blocks::BLOCK_TOKENS;
use lane::{Lane, Sequence};

/// The order of work. Every call that frees or takes KV is given the memory, always the same one.
#[derive(Debug)]
pub struct Scheduler {
    limits: Limits,
    lanes: PerClass<Lane>,
    /// Plans made.
    step: u64,
    /// Sequences admitted for the first time.
    orders: u64,
    counters: ScheduleLoad,
}

impl Scheduler {
    /// An idle scheduler over memory of so many blocks.
    ///
    /// # Errors
    /// [`LimitsError`].
    pub fn new(limits: Limits, blocks_max: usize) -> Result<Self, LimitsError> {
        limits.check(blocks_max)?;
        let lane = || Lane::new(limits.quantum_tokens);
        let lanes = PerClass { play: lane(), local: lane(), network: lane() };
        Ok(Scheduler { limits, lanes, step: 0, orders: 0, counters: ScheduleLoad::default() })
    }

    /// Puts a request into its class's queue.
    ///
    /// # Errors
    /// [`SubmitError`]; nothing of the request remains then.
    pub fn submit(&mut self, request: Request) -> Result<(), SubmitError> {
        let class = request.class;
        if request.prompt.is_empty() {
            return Err(SubmitError::PromptEmpty);
        }
        if request.max_tokens == 0 {
            return Err(SubmitError::NothingToMake);
        }
        let (max, actual) =
            (self.limits.request_tokens_max[class], request.prompt.len().saturating_add(request.max_tokens));
        if actual > max {
            return Err(SubmitError::TooLong { class, max, actual });
        }
        if request.spans.len() > SPANS_MAX {
            return Err(SubmitError::TooManySpans { max: SPANS_MAX, actual: request.spans.len() });
        }
        if self.sequence(request.id).is_some() {
            return Err(SubmitError::IdInUse { id: request.id });
        }
        let max = self.limits.queue_max[class];
        let lane = &mut self.lanes[class];
        if lane.waiting.len() >= max {
            return Err(SubmitError::QueueFull { class, max });
        }
        lane.shares.arrive(request.owner);
        lane.waiting.push_back(Sequence::new(request));
        Ok(())
    }

    /// Proposes to verify so many drafts in the request's next decoding row; the row says how many were allowed. Counts for
    /// one plan. Ignored for a request that is not running.
    pub fn propose(&mut self, id: u64, drafts: usize) {
        for class in Class::ALL {
            if let Some(sequence) = self.lanes[class].running_mut(id) {
                sequence.drafts = drafts;
            }
        }
    }

    /// Takes the outcome of a row of the latest plan: the tokens drawn from its logits, in order. With drafts, they are the
    /// accepted ones and the one after them; without logits there are none. `Some` when the request is over for its
    /// length: it is gone then, and what it computed is in the prefix cache.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn report(
        &mut self,
        id: u64,
        drawn: &[u32],
        memory: &mut KvMemory,
    ) -> Result<Option<EndReason>, ReportError> {
        let class = self.sequence(id).ok_or(ReportError::Unknown { id })?.class;
        let lane = &mut self.lanes[class];
        let sequence = lane.running_mut(id).ok_or(ReportError::NotPlanned { id })?;
        let row = sequence.planned.ok_or(ReportError::NotPlanned { id })?;
        let (min, max) = if row.wants_logits { (1, 1 + row.drafts) } else { (0, 0) };
        if !(min..=max).contains(&drawn.len()) {
            return Err(ReportError::Tokens { id, min, max, actual: drawn.len() });
        }
        sequence.planned = None;
        // An accepted draft's KV is that of the token drawn; the last token drawn has none yet.
        let valid = row.end + drawn.len().saturating_sub(1);
        memory.advance(id, valid - row.start);
        sequence.computed = valid;
        sequence.tokens.extend_from_slice(drawn);
        if !row.is_decode() {
            // Others with the same beginning need not wait for the end of this one. Whole blocks only: the tail goes on.
            memory.keep(id, &sequence.key(valid / BLOCK_TOKENS * BLOCK_TOKENS));
        }
        let (owner, over) = (sequence.owner, sequence.made() >= sequence.max_tokens);
        lane.shares.charge(owner, drawn.len());
        if over {
            self.end(id, memory);
            return Ok(Some(EndReason::Length));
        }
        Ok(None)
    }

    /// Ends a request in whatever state: it was stopped, or its caller cancelled it. Its blocks are free at once, or in the
    /// prefix cache, which gives them up when asked. An unknown id is ignored (`false`): it may have ended meanwhile.
    pub fn end(&mut self, id: u64, memory: &mut KvMemory) -> bool {
        let Some(sequence) = self.take(id) else { return false };
        memory.keep(id, &sequence.key(sequence.computed));
        memory.end(id);
        true
    }

    /// Ends a request whose computing failed: as `end`, and what it holds beyond what is in the prefix cache is forgotten.
    pub fn discard(&mut self, id: u64, memory: &mut KvMemory) -> bool {
        let known = self.take(id).is_some();
        if known {
            memory.end(id);
        }
        known
    }

    /// The request's tokens so far, prompt and made; `None` when it is not there.
    pub fn tokens(&self, id: u64) -> Option<&[u32]> {
        self.sequence(id).map(|sequence| &sequence.tokens[..])
    }

    /// Whether any request is there.
    pub fn has_work(&self) -> bool {
        Class::ALL.iter().any(|&class| self.lanes[class].has_demand())
    }

    /// The load, and counters since the start.
    pub fn load(&self) -> ScheduleLoad {
        let mut load = self.counters;
        for class in Class::ALL {
            let lane = &self.lanes[class];
            load.waiting[class] = lane.waiting.len();
            load.running[class] = lane.running.len();
            load.displaced[class] = lane.displaced.len();
        }
        load
    }

    /// The bounds in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn sequence(&self, id: u64) -> Option<&Sequence> {
        Class::ALL.iter().find_map(|&class| self.lanes[class].all().find(|sequence| sequence.id == id))
    }

    fn take(&mut self, id: u64) -> Option<Sequence> {
        Class::ALL.iter().find_map(|&class| self.lanes[class].take(id))
    }
}
