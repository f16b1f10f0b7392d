//! What the daemon counts, and how it tells it.
//!
//! Owns counters and histograms and their Prometheus text form. Refuses to know who counts. Counters are atomics that
//! the inference thread and the handlers both touch; the text is a snapshot, not a transaction.
//! Source: the Prometheus text exposition format 0.0.4.

use infer::{AdapterPool, EngineLoad};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds in seconds of the time-to-first-token buckets.
const FIRST_TOKEN_BOUNDS_S: [f64; 11] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];
/// Upper bounds in seconds of the whole-generation buckets.
const GENERATION_BOUNDS_S: [f64; 11] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 180.0, 600.0];

/// Upper bounds of the buckets for rows of a step.
const ROWS_BOUNDS: [f64; 8] = [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// Durations in seconds, or other numbers, counted into fixed buckets.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    bounds: &'static [f64; N],
    // Not cumulative here; one more than `bounds` for what is above all of them.
    counts: Vec<AtomicU64>,
    /// In millionths.
    sum: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    fn new(bounds: &'static [f64; N]) -> Self {
        let counts = (0..=N).map(|_| AtomicU64::new(0)).collect();
        Histogram { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// Counts one duration.
    pub fn observe(&self, duration: Duration) {
        self.count(duration.as_secs_f64());
    }

    /// Counts one number, 0 or above.
    pub fn count(&self, value: f64) {
        let bucket = self.bounds.iter().position(|&bound| value <= bound).unwrap_or(N);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add((value * 1e6).round() as u64, Ordering::Relaxed);
    }

    fn write(&self, text: &mut String, name: &str, help: &str) {
        head(text, name, "histogram", help);
        let mut total = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            total += count.load(Ordering::Relaxed);
            let bound = self.bounds.get(bucket).map_or_else(|| "+Inf".to_owned(), f64::to_string);
            put(text, format_args!("{name}_bucket{{le=\"{bound}\"}} {total}"));
        }
        let sum = self.sum.load(Ordering::Relaxed) as f64 / 1e6;
        put(text, format_args!("{name}_sum {sum}"));
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
    /// Texts embedded.
    pub embedded: AtomicU64,
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
    /// Requests that lost their keys and values to others, as of the last step.
    pub displaced: AtomicU64,
    /// Times that a request lost its keys and values.
    pub displacements: AtomicU64,
    /// Steps of the engine.
    pub steps: AtomicU64,
    /// Tokens guessed ahead.
    pub draft_tokens: AtomicU64,
    /// Guesses that were right.
    pub draft_hits: AtomicU64,
    /// Whole answers that took tokens of a plan.
    pub endings_planned: AtomicU64,
    /// Blocks of keys and values there are.
    pub blocks: AtomicU64,
    /// Blocks that requests or prefixes hold.
    pub blocks_used: AtomicU64,
    /// Blocks that prefixes hold.
    pub blocks_kept: AtomicU64,
    /// Requests by adapter, those that wait and those that have begun.
    adapters: Mutex<BTreeMap<Arc<str>, [u64; 2]>>,
    /// From the arrival of a request to its leaving the queue.
    pub queue: Histogram<11>,
    /// From leaving the queue to the first text.
    pub prefill: Histogram<11>,
    /// From the first text to the end.
    pub decode: Histogram<11>,
    /// Tokens being written in one step.
    pub rows: Histogram<8>,
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
            embedded: zero(),
            waiting: zero(),
            running: zero(),
            prefill_tokens: zero(),
            decode_tokens: zero(),
            cache_hit_tokens: zero(),
            displaced: zero(),
            displacements: zero(),
            steps: zero(),
            draft_tokens: zero(),
            draft_hits: zero(),
            endings_planned: zero(),
            blocks: zero(),
            blocks_used: zero(),
            blocks_kept: zero(),
            adapters: Mutex::new(BTreeMap::new()),
            queue: Histogram::new(&FIRST_TOKEN_BOUNDS_S),
            prefill: Histogram::new(&FIRST_TOKEN_BOUNDS_S),
            decode: Histogram::new(&GENERATION_BOUNDS_S),
            rows: Histogram::new(&ROWS_BOUNDS),
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

    /// Takes over the engine's own counters.
    pub fn publish(&self, load: &EngineLoad) {
        let set = |gauge: &AtomicU64, value: u64| gauge.store(value, Ordering::Relaxed);
        set(&self.waiting, (load.waiting + load.displaced) as u64);
        set(&self.running, load.running as u64);
        set(&self.displaced, load.displaced as u64);
        set(&self.displacements, load.displacements);
        set(&self.steps, load.steps);
        set(&self.prefill_tokens, load.prefill_tokens);
        set(&self.decode_tokens, load.decode_tokens);
        set(&self.cache_hit_tokens, load.cache_hit_tokens);
        set(&self.draft_tokens, load.draft_tokens);
        set(&self.draft_hits, load.draft_hits);
        set(&self.endings_planned, load.endings_planned);
        set(&self.blocks, load.blocks as u64);
        set(&self.blocks_used, load.blocks_used as u64);
        set(&self.blocks_kept, load.blocks_kept as u64);
    }

    /// Takes over which adapters requests are for, and whether each request has begun.
    pub fn name_adapters(&self, requests: impl Iterator<Item = (Arc<str>, bool)>) {
        let mut adapters = self.adapters.lock().unwrap_or_else(PoisonError::into_inner);
        adapters.clear();
        for (name, has_begun) in requests {
            adapters.entry(name).or_default()[usize::from(has_begun)] += 1;
        }
    }

    /// The Prometheus text, with what the pool of adapters counts where there is one.
    pub fn text(&self, pool: Option<&AdapterPool>) -> String {
        let mut text = String::new();
        head(&mut text, "emberd_requests_total", "counter", "Answered requests by route and status.");
        for ((route, status), count) in self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let name = "emberd_requests_total";
            put(&mut text, format_args!("{name}{{route=\"{route}\",status=\"{status}\"}} {count}"));
        }
        self.write_counters(&mut text);
        self.write_gauges(&mut text);
        if let Some(pool) = pool {
            self.write_adapters(&mut text, pool);
        }
        self.queue.write(&mut text, "emberd_queue_seconds", "Arrival to leaving the queue.");
        self.prefill.write(&mut text, "emberd_prefill_seconds", "Leaving the queue to first text.");
        self.decode.write(&mut text, "emberd_decode_seconds", "First text to end.");
        self.rows.write(&mut text, "emberd_step_rows", "Tokens being written in one step.");
        self.first_token.write(&mut text, "emberd_first_token_seconds", "Arrival to first text.");
        self.generation.write(&mut text, "emberd_generation_seconds", "Arrival to end.");
        text
    }

    fn write_counters(&self, text: &mut String) {
        for (name, value, help) in [
            ("emberd_rejected_total", &self.rejected, "Requests that found the queue full."),
            ("emberd_cancelled_total", &self.cancelled, "Requests given up before their end."),
            ("emberd_finished_total", &self.finished, "Requests written to their end."),
            ("emberd_failed_total", &self.failed, "Requests that the engine failed."),
            ("emberd_embedded_total", &self.embedded, "Texts embedded."),
            ("emberd_prefill_tokens_total", &self.prefill_tokens, "Prompt tokens computed."),
            ("emberd_decode_tokens_total", &self.decode_tokens, "Tokens written."),
            ("emberd_cache_hit_tokens_total", &self.cache_hit_tokens, "Prompt tokens found in the cache."),
            ("emberd_steps_total", &self.steps, "Steps of the engine."),
            ("emberd_draft_tokens_total", &self.draft_tokens, "Tokens guessed ahead."),
            ("emberd_draft_hits_total", &self.draft_hits, "Guesses that were right."),
            (
                "emberd_endings_planned_total",
                &self.endings_planned,
                "Whole constrained answers that took tokens of a plan to end in time.",
            ),
            ("emberd_displacements_total", &self.displacements, "Times a request lost its keys and values."),
        ] {
            one(text, name, "counter", help, value.load(Ordering::Relaxed));
        }
    }

    fn write_gauges(&self, text: &mut String) {
        for (name, value, help) in [
            ("emberd_queue_depth", &self.waiting, "Requests that wait for a slot."),
            ("emberd_running", &self.running, "Requests being written."),
            ("emberd_displaced", &self.displaced, "Requests that lost their keys and values for now."),
            ("emberd_kv_blocks", &self.blocks, "Blocks of keys and values."),
            ("emberd_kv_blocks_used", &self.blocks_used, "Blocks that requests or prefixes hold."),
            ("emberd_kv_blocks_kept", &self.blocks_kept, "Blocks that prefixes hold."),
        ] {
            one(text, name, "gauge", help, value.load(Ordering::Relaxed));
        }
    }

    fn write_adapters(&self, text: &mut String, pool: &AdapterPool) {
        let (loads, evictions) = pool.counts();
        one(text, "emberd_adapter_loads_total", "counter", "Adapters read from their files.", loads);
        one(text, "emberd_adapter_evictions_total", "counter", "Adapters dropped from memory.", evictions);
        let known = pool.list();
        let (loaded, bytes) = known
            .iter()
            .filter(|status| status.bytes > 0)
            .fold((0, 0), |(count, sum), status| (count + 1, sum + status.bytes as u64));
        one(text, "emberd_adapters", "gauge", "Adapters that are known.", known.len() as u64);
        one(text, "emberd_adapters_loaded", "gauge", "Adapters in memory.", loaded);
        one(text, "emberd_adapter_bytes", "gauge", "Bytes of adapters in memory.", bytes);
        let adapters = self.adapters.lock().unwrap_or_else(PoisonError::into_inner);
        let names = |at: usize| {
            let of = adapters.iter().filter(|(_, counts)| counts[at] > 0).map(|(name, _)| &**name);
            of.collect::<Vec<&str>>().join(",")
        };
        // An adapter's name has no character that a label must escape.
        let (name, help) = ("emberd_lora_requests_info", "Adapters of the requests that run and that wait.");
        head(text, name, "gauge", help);
        let (waiting, running) = (names(0), names(1));
        put(
            text,
            format_args!(
                "{name}{{running_lora_adapters=\"{running}\",waiting_lora_adapters=\"{waiting}\"}} {}",
                adapters.len()
            ),
        );
    }
}

fn one(text: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    head(text, name, kind, help);
    put(text, format_args!("{name} {value}"));
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
    use infer::AdapterConfig;
    use infer::adapter::{Base, Dimensions};

    fn pool() -> AdapterPool {
        let dimensions =
            Dimensions { layers: 1, embedding: 8, feed_forward: 8, heads: 1, kv_heads: 1, head_dim: 8 };
        let base = Base { dimensions, architecture: "llama".to_owned(), rows_interleaved: true };
        AdapterPool::new(base, AdapterConfig::default())
    }

    #[test]
    fn the_text_is_cumulative_and_complete() {
        let metrics = Metrics::default();
        metrics.count_request("/health", 200);
        metrics.count_request("/health", 200);
        metrics.count_request("other", 404);
        metrics.first_token.observe(Duration::from_millis(10));
        metrics.first_token.observe(Duration::from_millis(300));
        metrics.first_token.observe(Duration::from_secs(100));
        let requests = [("tom", true), ("marta", false), ("tom", false)];
        metrics.name_adapters(requests.into_iter().map(|(name, begun)| (Arc::from(name), begun)));
        metrics.rows.count(3.0);
        let text = metrics.text(Some(&pool()));
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
            "emberd_step_rows_bucket{le=\"2\"} 0",
            "emberd_step_rows_bucket{le=\"4\"} 1",
            "emberd_step_rows_sum 3",
            "emberd_adapters 0",
            "emberd_lora_requests_info{running_lora_adapters=\"tom\",waiting_lora_adapters=\"marta,tom\"} 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
