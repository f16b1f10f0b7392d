//! What the daemon counts, and how it tells it.
//!
//! Owns counters and histograms and their Prometheus text form. Refuses to know who counts. Counters are atomics that
//! the inference thread and the handlers both touch; the text is a snapshot, not a transaction.
//! Source: the Prometheus text exposition format 0.0.4.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds in seconds of the time-to-first-token buckets.
const FIRST_TOKEN_BOUNDS_S: [f64; 11] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];
/// Upper bounds in seconds of the whole-generation buckets.
const GENERATION_BOUNDS_S: [f64; 11] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 180.0, 600.0];

/// Durations counted into fixed buckets.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    bounds_s: &'static [f64; N],
    // Not cumulative here; one more than `bounds_s` for what is longer than all bounds.
    counts: Vec<AtomicU64>,
    sum_us: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    fn new(bounds_s: &'static [f64; N]) -> Self {
        let counts = (0..=N).map(|_| AtomicU64::new(0)).collect();
        Histogram { bounds_s, counts, sum_us: AtomicU64::new(0) }
    }

    /// Counts one duration.
    pub fn observe(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = self.bounds_s.iter().position(|&bound_s| seconds <= bound_s).unwrap_or(N);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.sum_us.fetch_add(micros, Ordering::Relaxed);
    }

    fn write(&self, text: &mut String, name: &str, help: &str) {
        head(text, name, "histogram", help);
        let mut total = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            total += count.load(Ordering::Relaxed);
            let bound = self.bounds_s.get(bucket).map_or_else(|| "+Inf".to_owned(), f64::to_string);
            put(text, format_args!("{name}_bucket{{le=\"{bound}\"}} {total}"));
        }
        let sum_s = Duration::from_micros(self.sum_us.load(Ordering::Relaxed)).as_secs_f64();
        put(text, format_args!("{name}_sum {sum_s}"));
        put(text, format_args!("{name}_count {total}"));
    }
}

/// All that is counted.
#[derive(Debug)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    /// Requests that found the queue full.
    pub rejected: AtomicU64,
    /// Requests whose client went away, or that were cut at the end of a drain.
    pub cancelled: AtomicU64,
    /// Requests written to their end.
    pub finished: AtomicU64,
    /// Requests the engine failed.
    pub failed: AtomicU64,
    /// Requests that wait for a slot, as of the last step.
    pub waiting: AtomicU64,
    /// Requests being written, as of the last step.
    pub running: AtomicU64,
    /// Prompt tokens computed.
    pub prefill_tokens: AtomicU64,
    /// Tokens written.
    pub decode_tokens: AtomicU64,
    /// Prompt tokens taken from the prefix cache.
    pub cache_hit_tokens: AtomicU64,
    /// From the arrival of a request to its first text.
    pub first_token: Histogram<11>,
    /// From the arrival of a request to its end.
    pub generation: Histogram<11>,
}

impl Default for Metrics {
    fn default() -> Self {
        let zero = || AtomicU64::new(0);
        Metrics {
            requests: Mutex::new(BTreeMap::new()),
            rejected: zero(),
            cancelled: zero(),
            finished: zero(),
            failed: zero(),
            waiting: zero(),
            running: zero(),
            prefill_tokens: zero(),
            decode_tokens: zero(),
            cache_hit_tokens: zero(),
            first_token: Histogram::new(&FIRST_TOKEN_BOUNDS_S),
            generation: Histogram::new(&GENERATION_BOUNDS_S),
        }
    }
}

impl Metrics {
    /// Counts one answered request. `route` comes from a closed list, so the map stays small.
    pub fn count_request(&self, route: &'static str, status: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route, status)).or_insert(0) += 1;
    }

    /// The Prometheus text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        head(&mut text, "emberd_requests_total", "counter", "Answered requests by route and status.");
        for ((route, status), count) in self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let name = "emberd_requests_total";
            put(&mut text, format_args!("{name}{{route=\"{route}\",status=\"{status}\"}} {count}"));
        }
        for (name, value, help) in [
            ("emberd_rejected_total", &self.rejected, "Requests that found the queue full."),
            ("emberd_cancelled_total", &self.cancelled, "Requests given up before their end."),
            ("emberd_finished_total", &self.finished, "Requests written to their end."),
            ("emberd_failed_total", &self.failed, "Requests that the engine failed."),
            ("emberd_prefill_tokens_total", &self.prefill_tokens, "Prompt tokens computed."),
            ("emberd_decode_tokens_total", &self.decode_tokens, "Tokens written."),
            ("emberd_cache_hit_tokens_total", &self.cache_hit_tokens, "Prompt tokens found in the cache."),
        ] {
            head(&mut text, name, "counter", help);
            put(&mut text, format_args!("{name} {}", value.load(Ordering::Relaxed)));
        }
        for (name, value, help) in [
            ("emberd_queue_depth", &self.waiting, "Requests that wait for a slot."),
            ("emberd_running", &self.running, "Requests being written."),
        ] {
            head(&mut text, name, "gauge", help);
            put(&mut text, format_args!("{name} {}", value.load(Ordering::Relaxed)));
        }
        self.first_token.write(&mut text, "emberd_first_token_seconds", "Arrival to first text.");
        self.generation.write(&mut text, "emberd_generation_seconds", "Arrival to end.");
        text
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    put(text, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

/// Writing to a string cannot fail, so the result carries nothing.
fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_cumulative_and_complete() {
        let metrics = Metrics::default();
        metrics.count_request("/health", 200);
        metrics.count_request("/health", 200);
        metrics.count_request("other", 404);
        metrics.first_token.observe(Duration::from_millis(10));
        metrics.first_token.observe(Duration::from_millis(300));
        metrics.first_token.observe(Duration::from_secs(100));
        let text = metrics.text();
        for line in [
            "emberd_requests_total{route=\"/health\",status=\"200\"} 2",
            "emberd_requests_total{route=\"other\",status=\"404\"} 1",
            "emberd_first_token_seconds_bucket{le=\"0.01\"} 1",
            "emberd_first_token_seconds_bucket{le=\"0.5\"} 2",
            "emberd_first_token_seconds_bucket{le=\"60\"} 2",
            "emberd_first_token_seconds_bucket{le=\"+Inf\"} 3",
            "emberd_first_token_seconds_sum 100.31",
            "emberd_first_token_seconds_count 3",
            "emberd_queue_depth 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
