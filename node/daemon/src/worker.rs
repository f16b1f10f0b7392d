//! What runs on the inference thread: take commands, drop what nobody waits for, step the engine, hand out its events, and
//! embed texts between the steps.
//!
//! Owns the engine and the sending end of every live request. Refuses to know async code beyond its channels' blocking
//! calls. It sleeps only in the channel, when the engine is idle and no command is there; an idle engine has nothing to
//! cancel, so nothing needs to wake it but a command.

mod turns;

use crate::fault::Fault;
use crate::inference::{Command, EmbedJob, Job, Piece, Said};
use crate::metrics::Metrics;
use infer::{Backend, Class, Engine, Event, SubmitError};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::mpsc;
use turns::Turns;

/// Tokens of a text read between two steps when nobody is being answered, and when somebody is.
const EMBEDDING_TOKENS_IDLE: usize = 256;
const EMBEDDING_TOKENS_BUSY: usize = 32;
/// While a player waits for a line, texts are read only after so many steps: they get on, and cost little.
const STEPS_PER_EMBEDDING: u64 = 16;

/// One request that the engine holds.
struct Live {
    pieces: mpsc::Sender<Piece>,
    received: Instant,
    class: Class,
    adapter: Option<Arc<str>>,
    /// When it left the queue.
    begun: Option<Instant>,
    /// When its first text came.
    first_text: Option<Instant>,
    is_enough: Arc<AtomicBool>,
}

/// The state of the thread.
pub(crate) struct Worker<B: Backend> {
    engine: Engine<B>,
    commands: mpsc::Receiver<Command>,
    halted: Arc<AtomicBool>,
    metrics: Arc<Metrics>,
    embeddings: Turns<EmbedJob>,
    steps: u64,
    decode_rows: u64,
    live: HashMap<u64, Live>,
    events: Vec<Event>,
    /// The engine's clock begins here.
    began: Instant,
}

impl<B: Backend> Worker<B> {
    pub(crate) fn new(
        engine: Engine<B>,
        commands: mpsc::Receiver<Command>,
        halted: Arc<AtomicBool>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Worker {
            engine,
            commands,
            halted,
            metrics,
            embeddings: Turns::new(),
            steps: 0,
            decode_rows: 0,
            live: HashMap::new(),
            events: Vec::new(),
            began: Instant::now(),
        }
    }

    /// Until the last handle is gone and the engine is idle.
    pub(crate) fn run(mut self) {
        self.publish();
        let mut is_busy = false;
        loop {
            if !is_busy {
                let Some(command) = self.commands.blocking_recv() else { return };
                self.obey(command);
            }
            while let Ok(command) = self.commands.try_recv() {
                self.obey(command);
            }
            if self.halted.load(Ordering::Acquire) {
                self.cut_off();
            }
            self.drop_abandoned();
            let now_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            is_busy = self.engine.step(now_ms, &mut self.events);
            self.note_begun();
            // Whoever hears the last word of an answer must find it counted.
            if self.events.iter().any(|event| !matches!(event, Event::Text { .. })) {
                self.publish();
            }
            self.deliver();
            self.embed();
            is_busy |= !self.embeddings.is_empty();
            self.publish();
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Generate(job) => self.accept(*job),
            Command::Embed(job) => self.queue(job),
            Command::DropGeneration(generation) => self.engine.drop_generation(generation),
        }
    }

    /// A text that finds no room is dropped, and its sender told.
    fn queue(&mut self, job: EmbedJob) {
        let (owner, tokens) = (job.owner, job.text.len());
        if job.is_continued {
            self.embeddings.push_on(owner, tokens, job);
        } else if let Err(job) = self.embeddings.push(owner, tokens, job) {
            self.metrics.rejected.fetch_add(1, Ordering::Relaxed);
            let _ = job.vector.send(Err(Fault::QueueFull));
        }
    }

    /// Reads on in the text whose turn it is.
    fn embed(&mut self) {
        if self.embeddings.drop_unless(|job| !job.vector.is_closed()) {
            self.engine.end_embedding();
        }
        let is_played = self.live.values().any(|live| live.class == Class::Play);
        if is_played && !self.steps.is_multiple_of(STEPS_PER_EMBEDDING) {
            return;
        }
        let Some(job) = self.embeddings.begun() else { return };
        let tokens_max = if self.live.is_empty() { EMBEDDING_TOKENS_IDLE } else { EMBEDDING_TOKENS_BUSY };
        let Some(vector) = self.engine.embed(&mut job.text, tokens_max).transpose() else { return };
        if let Some(job) = self.embeddings.end() {
            let count = if vector.is_ok() { &self.metrics.embedded } else { &self.metrics.failed };
            count.fetch_add(1, Ordering::Relaxed);
            // Nobody may be waiting any more.
            let _ = job.vector.send(vector.map_err(Fault::not_embedded));
        }
    }

    fn accept(&mut self, job: Job) {
        let Job { request, pieces, received, is_enough } = job;
        if pieces.is_closed() {
            self.metrics.cancelled.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let (id, class) = (request.id, request.class);
        let adapter = request.adapter.as_ref().map(|adapter| Arc::from(adapter.name()));
        // A fresh channel has room, and a client that left meanwhile is noticed before the next step.
        match self.engine.submit(request) {
            Ok(()) => {
                let _ = pieces.try_send(Piece::Admitted);
                let (begun, first_text) = (None, None);
                self.live.insert(id, Live { pieces, received, class, adapter, begun, first_text, is_enough });
            }
            Err(error) => {
                if matches!(error, SubmitError::QueueFull { .. }) {
                    self.metrics.rejected.fetch_add(1, Ordering::Relaxed);
                }
                let _ = pieces.try_send(Piece::Refused(error));
            }
        }
        self.publish();
    }

    /// Notices which requests left the queue with this step.
    fn note_begun(&mut self) {
        let (engine, metrics) = (&self.engine, &self.metrics);
        for (id, live) in &mut self.live {
            if engine.has_begun(*id) {
                live.begin(metrics);
            }
        }
    }

    fn cut_off(&mut self) {
        // Dropping the other end is the word for it.
        self.embeddings.clear();
        for (id, live) in self.live.drain() {
            self.engine.cancel(id);
            self.metrics.cancelled.fetch_add(1, Ordering::Relaxed);
            // A full channel closes with this sender, which ends the request just as well.
            let _ = live.pieces.try_send(Piece::Stopped);
        }
    }

    fn drop_abandoned(&mut self) {
        let (engine, metrics) = (&mut self.engine, &self.metrics);
        self.live.retain(|&id, live| {
            if live.is_enough.load(Ordering::Acquire) {
                // Its `Done` comes with the next step; a second call finds nothing to end.
                engine.cancel(id);
            }
            let is_abandoned = live.pieces.is_closed();
            if is_abandoned {
                engine.cancel(id);
                metrics.cancelled.fetch_add(1, Ordering::Relaxed);
            }
            !is_abandoned
        });
    }

    fn deliver(&mut self) {
        for event in self.events.drain(..) {
            let (id, piece, is_last) = match event {
                Event::Text { id, text, tokens, chosen } => {
                    (id, Piece::Text(Said { text, chosen, tokens }), false)
                }
                Event::Done { id, reason, usage } => (id, Piece::Done(reason, usage), true),
                Event::Failed { id, error } => (id, Piece::Failed(error), true),
            };
            // The last event of a request that was cancelled here comes after its entry is gone.
            let Some(live) = self.live.get_mut(&id) else { continue };
            live.note(&piece, &self.metrics);
            let is_sent = live.pieces.try_send(piece).is_ok();
            if is_last {
                self.live.remove(&id);
            } else if !is_sent {
                self.engine.cancel(id);
                self.live.remove(&id);
                self.metrics.cancelled.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn publish(&mut self) {
        let load = self.engine.load();
        if load.steps > self.steps {
            self.metrics.rows.count((load.decode_rows - self.decode_rows) as f64);
        }
        (self.steps, self.decode_rows) = (load.steps, load.decode_rows);
        self.metrics.publish(&load);
        let adapters =
            self.live.values().filter_map(|live| Some((live.adapter.clone()?, live.begun.is_some())));
        self.metrics.name_adapters(adapters);
    }
}

impl Live {
    /// Counts how long it was in the queue, once.
    fn begin(&mut self, metrics: &Metrics) {
        if self.begun.is_none() {
            self.begun = Some(Instant::now());
            metrics.queue.observe(self.received.elapsed());
        }
    }

    /// Counts what a piece tells of the request's stages.
    fn note(&mut self, piece: &Piece, metrics: &Metrics) {
        match piece {
            Piece::Text(_) if self.first_text.is_none() => {
                // One step may have begun and ended it.
                self.begin(metrics);
                self.first_text = Some(Instant::now());
                metrics.first_token.observe(self.received.elapsed());
                if let Some(begun) = self.begun {
                    metrics.prefill.observe(begun.elapsed());
                }
            }
            Piece::Done(..) => {
                metrics.finished.fetch_add(1, Ordering::Relaxed);
                metrics.generation.observe(self.received.elapsed());
                if let Some(first_text) = self.first_text {
                    metrics.decode.observe(first_text.elapsed());
                }
            }
            Piece::Failed(_) => {
                metrics.failed.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}
