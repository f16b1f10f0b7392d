//! How soon work that a person waits for is computed while work for strangers fills every slot.
//!
//! Owns: the moment that is worst for the newcomer, and what is timed from there. Refuses to know: how the scheduler gives way.
//! In this process and not through a server, because no route takes work for the network yet. The newcomer arrives just
//! after a step began, so it always waits for a whole one.

use super::cases::Figures;
use super::engines::Engines;
use super::figures::{OURS, Tally, quantile};
use super::prompts::Prompts;
use anyhow::{Result, bail};
use infer::{Class, CpuBackend, Engine, Event, GenerateRequest};
use std::collections::BTreeSet;
use std::time::Instant;

/// Slots, all of them taken by the network.
const SLOTS: usize = 16;
/// Network requests beyond those.
const WAITING: usize = 4;
/// Tokens of a network request's prompt, about, and of its answer.
const NETWORK_TOKENS: (u32, u32) = (128, 384);
/// Newcomers of one round of a case.
const NEWCOMERS: usize = 10;
/// Steps between two newcomers; a prime, so that they do not fall in with the work's own rhythm.
const STEPS_BETWEEN: usize = 7;
/// Tokens of a card, about, which the newcomer's prompt begins with, and of what comes after it.
const CARD_TOKENS: (u32, u32) = (160, 24);
/// Steps within which a newcomer must have its first token, or something is wrong.
const STEPS_MAX: usize = 1000;
/// The newcomer's number; the network's are below it.
const NEWCOMER: u64 = u64::MAX;

/// What the network's requests are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Their prompts are read.
    Prompts,
    /// All of them write.
    Answers,
}

const CASES: [(&str, Class, Phase); 4] = [
    ("preempt_play_prompts", Class::Play, Phase::Prompts),
    ("preempt_play_answers", Class::Play, Phase::Answers),
    ("preempt_local_prompts", Class::Local, Phase::Prompts),
    ("preempt_local_answers", Class::Local, Phase::Answers),
];

/// An engine full of work for the network.
struct Full<'a> {
    engines: &'a Engines,
    engine: Engine<CpuBackend>,
    prompts: &'a mut Prompts,
    next: u64,
    /// Network requests that have not ended.
    live: BTreeSet<u64>,
}

/// When what happened to a newcomer, from the beginning of the step during which it came.
struct Times {
    wait_ms: f64,
    first_row_ms: f64,
    first_token_ms: f64,
}

/// Measures every case.
pub fn run(engines: &Engines, prompts: &mut Prompts, rounds: u32, tally: &mut Tally) -> Result<()> {
    let card = prompts.fresh(CARD_TOKENS.0);
    for round in 0..rounds {
        for (case, class, phase) in CASES {
            eprintln!("bench serve: round {} of {rounds}, {case}", round + 1);
            let mut full = Full::new(engines, prompts, &card)?;
            let mut times = Vec::with_capacity(NEWCOMERS);
            for _ in 0..NEWCOMERS {
                full.reach(phase)?;
                times.push(full.newcomer(class, &card)?);
            }
            tally.add(case, OURS, figures(&times));
        }
    }
    Ok(())
}

fn figures(times: &[Times]) -> Figures {
    let mut figures = Figures::new();
    let mut put = |p50, p95, of: fn(&Times) -> f64| {
        let mut all_ms: Vec<f64> = times.iter().map(of).collect();
        all_ms.sort_by(f64::total_cmp);
        figures.insert(p50, quantile(&all_ms, 50));
        figures.insert(p95, quantile(&all_ms, 95));
    };
    put("wait_p50_ms", "wait_p95_ms", |times| times.wait_ms);
    put("first_row_p50_ms", "first_row_p95_ms", |times| times.first_row_ms);
    put("first_p50_ms", "first_p95_ms", |times| times.first_token_ms);
    figures
}

impl<'a> Full<'a> {
    fn new(engines: &'a Engines, prompts: &'a mut Prompts, card: &str) -> Result<Full<'a>> {
        let mut full =
            Full { engines, engine: engines.engine(SLOTS)?, prompts, next: 0, live: BTreeSet::new() };
        // Someone has spoken to this villager before.
        full.newcomer(Class::Play, card)?;
        Ok(full)
    }

    /// Keeps the queue full and does a step. Whether the newcomer has a token.
    fn step(&mut self) -> Result<bool> {
        let mut events = Vec::new();
        // No request here has a deadline, so no clock is read.
        self.engine.step(0, &mut events);
        let mut is_over = false;
        for event in events {
            match event {
                Event::Done { id: NEWCOMER, .. } => is_over = true,
                Event::Done { id, .. } => {
                    self.live.remove(&id);
                }
                Event::Failed { error, .. } => bail!("a request broke: {error}"),
                Event::Text { .. } => {}
            }
        }
        Ok(is_over)
    }

    fn fill(&mut self) -> Result<()> {
        while self.live.len() < SLOTS + WAITING {
            let request =
                self.engines.request(self.prompts, self.next, NETWORK_TOKENS.0, NETWORK_TOKENS.1)?;
            self.engine.submit(GenerateRequest { class: Class::Network, owner: self.next, ..request })?;
            self.live.insert(self.next);
            self.next += 1;
        }
        Ok(())
    }

    /// Goes on with the network's work until it is in a phase.
    fn reach(&mut self, phase: Phase) -> Result<()> {
        for number in 0.. {
            self.fill()?;
            let before = self.engine.load();
            self.step()?;
            let after = self.engine.load();
            let reads = after.prefill_tokens > before.prefill_tokens;
            let is_full = after.running >= SLOTS;
            let is_there = match phase {
                Phase::Prompts => reads,
                Phase::Answers => is_full && !reads,
            };
            if is_there && number >= STEPS_BETWEEN {
                return Ok(());
            }
            if phase == Phase::Prompts
                && number >= STEPS_BETWEEN
                && let Some(oldest) = self.live.pop_first()
            {
                // Everybody writes: one goes, so that another's prompt is read.
                self.engine.cancel(oldest);
            }
            if number > STEPS_MAX * STEPS_BETWEEN {
                bail!("the network's work never came to {phase:?}");
            }
        }
        Ok(())
    }

    /// A request that arrives just after a step began.
    fn newcomer(&mut self, class: Class, card: &str) -> Result<Times> {
        let text = format!("{card}\n\n{}", self.prompts.fresh(CARD_TOKENS.1));
        let prompt = self.engines.model.tokenizer().encode_prompt(&text, false)?;
        let began = Instant::now();
        let since_ms = || began.elapsed().as_secs_f64() * 1e3;
        self.step()?;
        let wait_ms = since_ms();
        self.engine.submit(GenerateRequest { class, ..GenerateRequest::new(NEWCOMER, prompt, 1) })?;
        let mut first_row_ms = None;
        for _ in 0..STEPS_MAX {
            let is_over = self.step()?;
            if first_row_ms.is_none() && (is_over || self.engine.has_begun(NEWCOMER)) {
                first_row_ms = Some(since_ms());
            }
            if let (true, Some(first_row_ms)) = (is_over, first_row_ms) {
                return Ok(Times { wait_ms, first_row_ms, first_token_ms: since_ms() });
            }
        }
        bail!("a newcomer of {class:?} had no token after {STEPS_MAX} steps")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_has_its_own_quantiles() {
        let times = |at: usize| {
            let at = at as f64;
            Times { wait_ms: at, first_row_ms: at * 10.0, first_token_ms: at * 100.0 }
        };
        let all: Vec<Times> = [3, 1, 2].into_iter().map(times).collect();
        let figures = figures(&all);
        assert_eq!((figures["wait_p50_ms"], figures["wait_p95_ms"]), (2.0, 3.0));
        assert_eq!((figures["first_row_p50_ms"], figures["first_p95_ms"]), (20.0, 300.0));
    }
}
