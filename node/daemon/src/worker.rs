//! What runs on the inference thread: take jobs, drop those nobody waits for, step the engine, hand out its events.
//!
//! Owns the engine and the sending end of every live request. Refuses to know async code beyond its channels' blocking
//! calls. It sleeps only in the channel, when the engine is idle and no job is there; an idle engine has nothing to
//! cancel, so nothing needs to wake it but a job.

use crate::inference::{Job, Piece};
use crate::metrics::Metrics;
use infer::{Backend, Engine, Event, SubmitError};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::mpsc;

/// One request that the engine holds.
struct Live {
    pieces: mpsc::Sender<Piece>,
    received: Instant,
    has_text: bool,
    is_enough: Arc<AtomicBool>,
}

/// The state of the thread.
pub(crate) struct Worker<B: Backend> {
    engine: Engine<B>,
    jobs: mpsc::Receiver<Job>,
    halted: Arc<AtomicBool>,
    metrics: Arc<Metrics>,
    live: HashMap<u64, Live>,
    events: Vec<Event>,
}

impl<B: Backend> Worker<B> {
    pub(crate) fn new(
        engine: Engine<B>,
        jobs: mpsc::Receiver<Job>,
        halted: Arc<AtomicBool>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Worker { engine, jobs, halted, metrics, live: HashMap::new(), events: Vec::new() }
    }

    /// Until the last handle is gone and the engine is idle.
    pub(crate) fn run(mut self) {
        let mut is_busy = false;
        loop {
            if !is_busy {
                let Some(job) = self.jobs.blocking_recv() else { return };
                self.accept(job);
            }
            while let Ok(job) = self.jobs.try_recv() {
                self.accept(job);
            }
            if self.halted.load(Ordering::Acquire) {
                self.cut_off();
            }
            self.drop_abandoned();
            is_busy = self.engine.step(&mut self.events);
            self.deliver();
            self.publish();
        }
    }

    fn accept(&mut self, job: Job) {
        let Job { request, pieces, received, is_enough } = job;
        if pieces.is_closed() {
            self.metrics.cancelled.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let id = request.id;
        // A fresh channel has room, and a client that left meanwhile is noticed before the next step.
        match self.engine.submit(request) {
            Ok(()) => {
                let _ = pieces.try_send(Piece::Admitted);
                self.live.insert(id, Live { pieces, received, has_text: false, is_enough });
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

    fn cut_off(&mut self) {
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
                Event::Text { id, text, .. } => (id, Piece::Text(text), false),
                Event::Done { id, reason, usage } => (id, Piece::Done(reason, usage), true),
                Event::Failed { id, error } => (id, Piece::Failed(error), true),
            };
            // The last event of a request that was cancelled here comes after its entry is gone.
            let Some(live) = self.live.get_mut(&id) else { continue };
            match &piece {
                Piece::Text(_) if !live.has_text => {
                    live.has_text = true;
                    self.metrics.first_token.observe(live.received.elapsed());
                }
                Piece::Done(..) => {
                    self.metrics.finished.fetch_add(1, Ordering::Relaxed);
                    self.metrics.generation.observe(live.received.elapsed());
                }
                Piece::Failed(_) => {
                    self.metrics.failed.fetch_add(1, Ordering::Relaxed);
                }
                _ => {}
            }
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

    fn publish(&self) {
        let load = self.engine.load();
        let set = |gauge: &std::sync::atomic::AtomicU64, value: u64| gauge.store(value, Ordering::Relaxed);
        set(&self.metrics.waiting, (load.waiting + load.parked) as u64);
        set(&self.metrics.running, load.running as u64);
        set(&self.metrics.prefill_tokens, load.prefill_tokens);
        set(&self.metrics.decode_tokens, load.decode_tokens);
        set(&self.metrics.cache_hit_tokens, load.cache_hit_tokens);
    }
}
