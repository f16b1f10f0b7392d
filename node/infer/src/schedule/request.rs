//! Owns what the scheduler is asked and what it answers: classes, requests, limits, plans, and the ways each is refused.
//! Refuses to know how a plan is made.

use crate::blocks::{BlockCopy, blocks_for};
use crate::prefix::Span;
use std::ops::{Index, IndexMut};

/// Most spans of one request: base, an adapter that wakes, and room for a few more turns of that kind.
pub const SPANS_MAX: usize = 8;

/// The classes of work, the first first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A player waits for it.
    Play,
    /// Another program on this machine, and the village's own ambient talk.
    Local,
    /// Work taken on for others.
    Network,
}

impl Class {
    /// All, in order of priority.
    pub const ALL: [Class; 3] = [Class::Play, Class::Local, Class::Network];
}

/// One value for each class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerClass<T> {
    /// For [`Class::Play`].
    pub play: T,
    /// For [`Class::Local`].
    pub local: T,
    /// For [`Class::Network`].
    pub network: T,
}

impl<T> Index<Class> for PerClass<T> {
    type Output = T;

    fn index(&self, class: Class) -> &T {
        match class {
            Class::Play => &self.play,
            Class::Local => &self.local,
            Class::Network => &self.network,
        }
    }
}

impl<T> IndexMut<Class> for PerClass<T> {
    fn index_mut(&mut self, class: Class) -> &mut T {
        match class {
            Class::Play => &mut self.play,
            Class::Local => &mut self.local,
            Class::Network => &mut self.network,
        }
    }
}

/// One completion to schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The caller's name for it; must not be in use.
    pub id: u64,
    /// Its class.
    pub class: Class,
    /// Who asks: inside a class, owners share by tokens.
    pub owner: u64,
    /// Generations of the weights by position, as in [`crate::prefix::Key`].
    pub spans: Vec<Span>,
    /// Prompt tokens, at least one.
    pub prompt: Vec<u32>,
    /// Most tokens to make, at least one.
    pub max_tokens: usize,
    /// It ends at this moment of the clock that `plan` is told, if it has not before.
    pub deadline_ms: Option<u64>,
}

/// Prompt tokens that a step has room for, however many rows decode.
pub const PREFILL_TOKENS_MIN: usize = 8;

/// The scheduler's bounds. [`Limits::check`] says how they must relate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most requests waiting in each class.
    pub queue_max: PerClass<usize>,
    /// Most sequences of one class that hold KV at a time.
    pub running_max: usize,
    /// Most rows (sequences) in a step.
    pub rows_max: usize,
    /// Most tokens in a step whose highest class with work is this one. It bounds the time of a step, and so what an
    /// arrival of a higher class waits for.
    pub step_tokens: PerClass<usize>,
    /// Most tokens of such a step, decoding rows included, up to which prompts are read in it. Where more than that decode,
    /// prompts still get [`PREFILL_TOKENS_MIN`].
    pub prefill_tokens: PerClass<usize>,
    /// Most tokens of a request, prompt and made together.
    pub request_tokens_max: PerClass<usize>,
    /// Steps without it after which Local joins a step beside higher work; 0 lets it join every one.
    pub local_turn_after_steps: u32,
    /// The same for Network.
    pub network_turn_after_steps: u32,
    /// Most rows of the lower class that joins.
    pub turn_rows: usize,
    /// Most tokens of the lower class that joins.
    pub turn_tokens: usize,
    /// Tokens an owner gains in a round of sharing.
    pub quantum_tokens: usize,
}

impl Limits {
    /// Bounds for a small machine and requests of up to so many tokens.
    pub fn for_context(context_len: usize) -> Self {
        Limits {
            queue_max: PerClass { play: 64, local: 64, network: 64 },
            running_max: 16,
            rows_max: 24,
            step_tokens: PerClass { play: 64, local: 128, network: 64 },
            prefill_tokens: PerClass { play: 64, local: 128, network: 64 },
            request_tokens_max: PerClass { play: context_len, local: context_len, network: context_len },
            local_turn_after_steps: 8,
            network_turn_after_steps: 32,
            turn_rows: 8,
            turn_tokens: 24,
            quantum_tokens: 256,
        }
    }

    /// Steps without it after which a class joins higher work.
    pub fn turn_after_steps(&self, class: Class) -> u32 {
        match class {
            Class::Play => 0,
            Class::Local => self.local_turn_after_steps,
            Class::Network => self.network_turn_after_steps,
        }
    }

    /// Blocks with which the oldest request of every class fits at the same time, one more for each for a copied tail.
    pub fn blocks_min(&self) -> usize {
        Class::ALL.iter().map(|&class| blocks_for(self.request_tokens_max[class]) + 1).sum()
    }

    /// Checks what the proofs in [`crate::schedule`] stand on.
    ///
    /// # Errors
    /// [`LimitsError`], naming the first bound that does not hold.
    pub fn check(&self, blocks_max: usize) -> Result<(), LimitsError> {
        let at_least = |field, actual, min| {
            if actual < min { Err(LimitsError::TooSmall { field, min, actual }) } else { Ok(()) }
        };
        at_least("running_max", self.running_max, 1)?;
        at_least("quantum_tokens", self.quantum_tokens, 1)?;
        // A turn has a row for a prompt beside its decoding rows, and each row a token.
        at_least("turn_rows", self.turn_rows, 2)?;
        at_least("turn_tokens", self.turn_tokens, self.turn_rows)?;
        at_least("rows_max", self.rows_max, self.running_max.saturating_add(self.turn_rows))?;
        for class in Class::ALL {
            let decoding = self.running_max.saturating_add(self.turn_tokens);
            at_least("step_tokens", self.step_tokens[class], decoding.saturating_add(1))?;
            at_least("queue_max", self.queue_max[class], 1)?;
            at_least("request_tokens_max", self.request_tokens_max[class], 2)?;
        }
        at_least("blocks_max", blocks_max, self.blocks_min())
    }
}

/// Limits that do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitsError {
    /// A bound is too small beside the others.
    #[error("{field} must be at least {min}, it is {actual}")]
    TooSmall {
        /// The bound.
        field: &'static str,
        /// The least it may be.
        min: usize,
        /// What it is.
        actual: usize,
    },
}

/// Why a request was not accepted; nothing of it remains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The class's queue is full: try again later.
    #[error("the queue of {class:?} requests is full ({max} are waiting)")]
    QueueFull {
        /// The class.
        class: Class,
        /// The queue's bound.
        max: usize,
    },
    /// No prompt tokens.
    #[error("the prompt is empty")]
    PromptEmpty,
    /// No tokens to make.
    #[error("max_tokens must be at least 1")]
    NothingToMake,
    /// More than the class's requests may have.
    #[error("prompt and max_tokens are {actual} tokens together, a {class:?} request has at most {max}")]
    TooLong {
        /// The class.
        class: Class,
        /// Most tokens.
        max: usize,
        /// Tokens asked for.
        actual: usize,
    },
    /// More changes of generation than the scheduler follows.
    #[error("the request has {actual} spans of generations, the most is {max}")]
    TooManySpans {
        /// The bound.
        max: usize,
        /// Spans it has.
        actual: usize,
    },
    /// The id belongs to a request that has not ended.
    #[error("a request with the id {id} is still there")]
    IdInUse {
        /// The id.
        id: u64,
    },
}

/// Why a report was not taken; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The request has ended meanwhile, or never was.
    #[error("there is no request with the id {id}")]
    Unknown {
        /// The id.
        id: u64,
    },
    /// The latest plan has no row of it, or it was reported already.
    #[error("request {id} has no row in the latest plan")]
    NotPlanned {
        /// The id.
        id: u64,
    },
    /// A row without logits gives no token; one with logits gives one, and up to one more for each draft.
    #[error("request {id} was given {actual} tokens, its row allows {min} to {max}")]
    Tokens {
        /// The id.
        id: u64,
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
        /// Tokens reported.
        actual: usize,
    },
}

/// Why the scheduler itself ended a request. Stop strings and cancellations are its owner's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// `max_tokens` are made.
    Length,
    /// `deadline_ms` has come.
    Deadline,
}

/// One sequence's part of a step. Its positions `start..end` are known tokens; drafts follow them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The request.
    pub id: u64,
    /// Its class.
    pub class: Class,
    /// The generation of all positions of the row.
    pub generation: u64,
    /// First position to compute; all before it are in the table.
    pub start: usize,
    /// One past the last known token to compute.
    pub end: usize,
    /// Proposed tokens to verify after `end`; only with `wants_logits`.
    pub drafts: usize,
    /// Whether all known tokens are computed by this row, so that the next one can be drawn: logits are wanted for the
    /// last known position and for each draft.
    pub wants_logits: bool,
}

impl Row {
    /// Tokens it costs.
    pub fn tokens(&self) -> usize {
        self.end - self.start + self.drafts
    }

    /// Whether it is one new token and not a piece of a prompt or of a replay.
    pub fn is_decode(&self) -> bool {
        self.wants_logits && self.end - self.start == 1
    }
}

/// A request that got KV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// The request.
    pub id: u64,
    /// Tokens found in the prefix cache.
    pub cached_tokens: usize,
    /// Whether it had begun before and lost its KV.
    pub replayed: bool,
}

/// What to do in one step, in this order: forget, copy, compute.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Requests that ended for their deadline.
    pub ended: Vec<(u64, EndReason)>,
    /// Requests that got KV. One may be in `displaced` as well, if an older one needed the blocks after all.
    pub admitted: Vec<Admission>,
    /// Running requests that took over so many tokens which others have computed meanwhile.
    pub caught_up: Vec<(u64, usize)>,
    /// Requests that lost their KV; they go on later by themselves.
    pub displaced: Vec<u64>,
    /// Requests that were due and had no block; they keep what they have.
    pub stalled: Vec<u64>,
    /// Blocks to copy, in this order, before any row is computed.
    pub copies: Vec<BlockCopy>,
    /// Rows by generation, so that each adapter's are adjacent; decoding ones first among them. At most one of a request.
    pub rows: Vec<Row>,
}

impl Plan {
    /// Whether there is nothing to compute.
    pub fn is_idle(&self) -> bool {
        self.rows.is_empty()
    }

    /// Tokens it costs.
    pub fn tokens(&self) -> usize {
        self.rows.iter().map(Row::tokens).sum()
    }
}

/// A view of the scheduler's load, and counters since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScheduleLoad {
    /// Requests accepted that never had KV.
    pub waiting: PerClass<usize>,
    /// Requests that hold KV.
    pub running: PerClass<usize>,
    /// Requests that lost their KV and wait to go on.
    pub displaced: PerClass<usize>,
    /// Steps planned that had rows.
    pub steps: u64,
    /// Known tokens planned that were not decoding, replays included.
    pub prefill_tokens: u64,
    /// Decoding rows planned.
    pub decode_rows: u64,
    /// Drafts planned.
    pub draft_tokens: u64,
    /// Times a request lost its KV.
    pub displacements: u64,
    /// Tokens found in the prefix cache at admissions.
    pub cached_tokens: u64,
}
