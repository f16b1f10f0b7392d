//! What every handler shares: the inference handle, the token, the counters, and how the daemon stands.
//!
//! Owns no logic but the question "may a new generation begin". Refuses to know routes.

use crate::fault::Fault;
use crate::inference::{Inference, Ready};
use crate::metrics::Metrics;
use crate::token::Token;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Bounds that `/ember/v1/status` tells; the engine enforces them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Requests written at once.
    pub slots: u32,
    /// Requests that may wait.
    pub queue_max: u32,
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
    /// When the daemon started.
    pub started: Instant,
    is_draining: AtomicBool,
}

impl App {
    /// A daemon that has just started.
    pub fn new(inference: Inference, metrics: Arc<Metrics>, token: Token, bounds: Bounds) -> Self {
        let is_draining = AtomicBool::new(false);
        App { inference, metrics, token, bounds, started: Instant::now(), is_draining }
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
