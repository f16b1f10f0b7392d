//! What every handler shares: the inference handle, the token, the counters, and how the daemon stands.
//!
//! Owns no logic but the question "may a new generation begin". Refuses to know routes.

use crate::fault::Fault;
use crate::inference::{Inference, Ready};
use crate::metrics::Metrics;
use crate::token::Token;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Bounds that `/ember/v1/status` tells; the engine enforces them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Requests written at once.
    pub slots: u32,
    /// Requests that may wait.
    pub queue_max: u32,
}

/// How long a slow client is waited for. No work is done meanwhile, but a connection is held, and those are bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the head of a request, and for the next one on a connection that stays open. Longer than the fifteen seconds for
    /// which common clients keep one for themselves, so that none is closed just when they use it.
    pub head: Duration,
    /// For a whole body.
    pub body: Duration,
    /// For a client to take a least part of what waits for it.
    pub read: Duration,
    /// For a client to end what it is sending, which is read only to be dropped since it was answered.
    pub unread: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let half_a_minute = Duration::from_secs(30);
        let unread = Duration::from_secs(5);
        Patience { head: half_a_minute, body: half_a_minute, read: half_a_minute, unread }
    }
}

/// The shared state.
pub struct App {
    /// The handle on the inference thread.
    pub inference: Inference,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What clients must know.
    pub token: Token,
    /// The engine's bounds.
    pub bounds: Bounds,
    /// How long slow clients are waited for.
    pub patience: Patience,
    /// When the daemon started.
    pub started: Instant,
    is_draining: AtomicBool,
}

impl App {
    /// A daemon that has just started.
    pub fn new(inference: Inference, metrics: Arc<Metrics>, token: Token, bounds: Bounds) -> Self {
        let is_draining = AtomicBool::new(false);
        let patience = Patience::default();
        App { inference, metrics, token, bounds, patience, started: Instant::now(), is_draining }
    }

    /// From now on no new generation begins.
    pub fn begin_drain(&self) {
        self.is_draining.store(true, Ordering::Release);
    }

    /// Whether the daemon was told to stop.
    pub fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Acquire)
    }

    /// The model, if a new generation may begin.
    ///
    /// # Errors
    /// [`Fault::Stopping`], [`Fault::Loading`] or [`Fault::NoModel`].
    pub fn ready(&self) -> Result<Ready, Fault> {
        if self.is_draining() { Err(Fault::Stopping) } else { self.inference.ready() }
    }
}

/// Seconds since 1970, for the `created` of answers.
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
