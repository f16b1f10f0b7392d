//! Owns the requests of one class in their three states: waiting, running (with KV), displaced (KV lost, to be replayed).
//! Refuses to decide between them.

use super::request::{Class, Request, Row};
use super::share::Shares;
use crate::blocks::BLOCK_TOKENS;
use crate::prefix::{Key, Span, span_at};
use std::collections::VecDeque;

/// A request and how far it is.
#[derive(Debug)]
pub(super) struct Sequence {
    pub(super) id: u64,
    pub(super) class: Class,
    pub(super) owner: u64,
    pub(super) spans: Vec<Span>,
    /// The prompt, then what was made.
    pub(super) tokens: Vec<u32>,
    pub(super) prompt_len: usize,
    pub(super) max_tokens: usize,
    pub(super) deadline_ms: Option<u64>,
    /// Tokens whose KV is there.
    pub(super) computed: usize,
    /// Number of its first admission; the seniority. 0 before.
    pub(super) order: u64,
    /// The step in which it last was due.
    pub(super) served_step: u64,
    /// Drafts proposed for the next decoding row.
    pub(super) drafts: usize,
    /// Its row of the latest plan, until it is reported.
    pub(super) planned: Option<Row>,
}

impl Sequence {
    pub(super) fn new(request: Request) -> Self {
        Sequence {
            id: request.id,
            class: request.class,
            owner: request.owner,
            spans: request.spans,
            prompt_len: request.prompt.len(),
            tokens: request.prompt,
            max_tokens: request.max_tokens,
            deadline_ms: request.deadline_ms,
            computed: 0,
            order: 0,
            served_step: 0,
            drafts: 0,
            planned: None,
        }
    }

    /// Known tokens still to compute; at least one.
    pub(super) fn remaining(&self) -> usize {
        self.tokens.len() - self.computed
    }

    /// Whether all but the last token are computed.
    pub(super) fn decoding(&self) -> bool {
        self.remaining() == 1
    }

    pub(super) fn made(&self) -> usize {
        self.tokens.len() - self.prompt_len
    }

    /// Whether the next block of both would hold the same: then one computes it and the other takes it over.
    pub(super) fn shares_next_block(&self, other: &Sequence) -> bool {
        let end = (self.computed / BLOCK_TOKENS + 1) * BLOCK_TOKENS;
        other.computed < end
            && self.tokens.get(..end).is_some_and(|tokens| other.tokens.starts_with(tokens))
            && (0..end).all(|at| span_at(&self.spans, at).0 == span_at(&other.spans, at).0)
    }

    /// The key of its first `len` tokens.
    pub(super) fn key(&self, len: usize) -> Key<'_> {
        Key { spans: &self.spans, tokens: &self.tokens[..len] }
    }
}

/// One class.
#[derive(Debug)]
pub(super) struct Lane {
    /// In order of arrival.
    pub(super) waiting: VecDeque<Sequence>,
    /// By seniority. The first, the senior, is never displaced.
    pub(super) running: Vec<Sequence>,
    /// By seniority; all are junior to those running.
    pub(super) displaced: Vec<Sequence>,
    pub(super) shares: Shares,
    /// Steps since it was last served while it had demand.
    pub(super) waited_steps: u32,
}

impl Lane {
    pub(super) fn new(quantum_tokens: usize) -> Self {
        Lane {
            waiting: VecDeque::new(),
            running: Vec::new(),
            displaced: Vec::new(),
            shares: Shares::new(quantum_tokens),
            waited_steps: 0,
        }
    }

    pub(super) fn has_demand(&self) -> bool {
        !(self.waiting.is_empty() && self.running.is_empty() && self.displaced.is_empty())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Sequence> {
        self.waiting.iter().chain(&self.running).chain(&self.displaced)
    }

    pub(super) fn running_mut(&mut self, id: u64) -> Option<&mut Sequence> {
        self.running.iter_mut().find(|sequence| sequence.id == id)
    }

    /// Puts a sequence among those running, in its place.
    pub(super) fn run(&mut self, sequence: Sequence) {
        let at = self.running.partition_point(|other| other.order < sequence.order);
        self.running.insert(at, sequence);
    }

    /// Takes a request out, whatever its state.
    pub(super) fn take(&mut self, id: u64) -> Option<Sequence> {
        let is_it = |sequence: &Sequence| sequence.id == id;
        let taken = if let Some(at) = self.waiting.iter().position(is_it) {
            let taken = self.waiting.remove(at)?;
            self.shares.start(taken.owner);
            taken
        } else if let Some(at) = self.running.iter().position(is_it) {
            self.running.remove(at)
        } else {
            let at = self.displaced.iter().position(is_it)?;
            self.displaced.remove(at)
        };
        self.shares.leave(taken.owner);
        Some(taken)
    }

    /// The request that starts next: a displaced one, or the first of the owner whose turn it is.
    pub(super) fn next(&mut self) -> Option<Candidate> {
        if !self.displaced.is_empty() {
            return Some(Candidate { at: 0, sequence: self.displaced.remove(0), replayed: true });
        }
        let owner = self.shares.next()?;
        let at = self.waiting.iter().position(|sequence| sequence.owner == owner)?;
        self.waiting.remove(at).map(|sequence| Candidate { at, sequence, replayed: false })
    }

    /// Puts a candidate back where it was.
    pub(super) fn put_back(&mut self, candidate: Candidate) {
        if candidate.replayed {
            self.displaced.insert(candidate.at, candidate.sequence);
        } else {
            self.waiting.insert(candidate.at, candidate.sequence);
        }
    }
}

/// A request taken out to be started.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) at: usize,
    pub(super) sequence: Sequence,
    pub(super) replayed: bool,
}
