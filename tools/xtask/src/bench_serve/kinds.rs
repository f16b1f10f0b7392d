//! What it buys and costs to keep adapters in fewer bytes: memory, speed and logits, for each kind of storage.
//!
//! Owns: the comparison, with F32 as the measure of exactness. Refuses to know: how weights are packed (`kernels`) and kept
//! (`infer`). In one process and not through servers, because logits are compared whole; kinds take turns in every round.

use super::budget::{Budget, Demand};
use super::cases::Figures;
use super::engines::Engines;
use super::figures::{OURS, Tally};
use super::machine::Machine;
use super::peers::{Adapters, adapter_name};
use super::prompts::Prompts;
use anyhow::{Context, Result, bail};
use infer::direct::{Direct, Sequence};
use infer::{Adapter, AdapterConfig, AdapterPool, CpuBackend, Engine, Event, GenerateRequest, LoraKind};
use std::sync::Arc;
use std::time::Instant;

/// Every kind, the exact one first.
const KINDS: [(LoraKind, &str); 4] = [
    (LoraKind::F32, "adapters_f32"),
    (LoraKind::F16, "adapters_f16"),
    (LoraKind::BF16, "adapters_bf16"),
    (LoraKind::Q8, "adapters_q8"),
];
/// Adapters, and requests at once, one for each.
const MINDS: u32 = 16;
/// Tokens of the text whose logits are compared.
const TEXT_TOKENS: u32 = 64;
/// Tokens of a prompt, about.
const PROMPT_TOKENS: u32 = 24;
/// Steps that are timed, with a token for each request.
const STEPS: u32 = 32;

/// One kind of storage.
struct Kept {
    case: &'static str,
    budget: Budget,
    pool: AdapterPool,
    /// How far its logits are from the exact ones.
    error: Figures,
}

/// Measures every kind with the adapters of one rank.
pub fn run(
    engines: &Engines,
    adapters: &Adapters,
    rank: u32,
    machine: &Machine,
    (prompts, rounds): (&mut Prompts, u32),
    tally: &mut Tally,
) -> Result<()> {
    let text = engines.model.tokenizer().encode_prompt(&prompts.fresh(TEXT_TOKENS), false)?;
    let mut exact: Vec<Vec<f32>> = Vec::new();
    let mut kept = Vec::new();
    for (kind, case) in KINDS {
        let pool = AdapterPool::new(engines.model.base(), AdapterConfig { kind, ..AdapterConfig::default() });
        for number in 0..MINDS {
            let name = adapter_name(rank, number);
            pool.register(&name, &adapters.peft.join(&name)).with_context(|| name.clone())?;
        }
        let logits = logits(engines, &pool, rank, &text)?;
        if exact.is_empty() {
            exact.clone_from(&logits);
        }
        let error = error(&exact, &logits, engines.model.vocab_len())?;
        kept.push(Kept { case, budget: Budget::of(&engines.model, kind), pool, error });
    }
    for round in 0..rounds as usize {
        eprintln!("bench serve: round {} of {rounds}, adapters' kinds", round + 1);
        for turn in 0..kept.len() {
            let kept = &kept[(turn + round) % kept.len()];
            let mut figures = kept.error.clone();
            figures.insert("adapter_mb", kept.budget.adapter_bytes(rank) as f64 / 1e6);
            figures.insert("together_tok_s", speed(engines, &kept.pool, rank, prompts)?);
            tally.add(kept.case, OURS, figures);
        }
    }
    for kept in kept {
        let kv_tokens = MINDS * (PROMPT_TOKENS + STEPS / 2);
        let worn = Demand {
            figure: "together_tok_s",
            tokens: MINDS,
            logits: MINDS,
            kv_tokens,
            adapters: MINDS,
            rank,
        };
        tally.bind(kept.case, kept.budget.bound(worn, machine));
    }
    Ok(())
}

fn minds(pool: &AdapterPool, rank: u32) -> Result<Vec<Arc<Adapter>>> {
    (0..MINDS).map(|number| Ok(pool.get(&adapter_name(rank, number))?)).collect()
}

/// All logits of the text, for each adapter.
fn logits(engines: &Engines, pool: &AdapterPool, rank: u32, text: &[u32]) -> Result<Vec<Vec<f32>>> {
    let mut direct = Direct::new(engines.backend()?);
    let of = |mind| -> Result<Vec<f32>> {
        let (mut sequence, mut logits) = (Sequence::new(Some(mind)), Vec::new());
        direct.batch(&mut [(&mut sequence, text, text.len())], &mut logits)?;
        direct.end(sequence);
        Ok(logits)
    };
    minds(pool, rank)?.into_iter().map(of).collect()
}

/// The largest difference of a logit, alone and as a share of the largest logit; how far the distributions of the next token
/// are apart (mean Kullback-Leibler divergence, in nats), and how often the likeliest token is the same.
fn error(exact: &[Vec<f32>], logits: &[Vec<f32>], vocab_len: usize) -> Result<Figures> {
    let (mut difference, mut largest, mut same, mut rows) = (0f32, 0f32, 0usize, 0usize);
    let mut nats = 0.0;
    for (exact, logits) in exact.iter().zip(logits) {
        for (exact, row) in exact.chunks_exact(vocab_len).zip(logits.chunks_exact(vocab_len)) {
            let apart = exact.iter().zip(row).map(|(a, b)| (a - b).abs());
            difference = apart.fold(difference, f32::max);
            largest = exact.iter().fold(largest, |largest, value| largest.max(value.abs()));
            let top = |row: &[f32]| (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b]));
            same += usize::from(top(exact) == top(row));
            nats += divergence(exact, row);
            rows += 1;
        }
    }
    if rows == 0 || largest == 0.0 {
        bail!("{rows} rows of logits say nothing");
    }
    Ok(Figures::from([
        ("logit_error_max", f64::from(difference)),
        ("logit_error_share", f64::from(difference / largest)),
        ("kl_mean_nats", nats / rows as f64),
        ("top1_same_share", same as f64 / rows as f64),
    ]))
}

/// Of the second distribution from the first, both as logits.
fn divergence(exact: &[f32], row: &[f32]) -> f64 {
    let log_sum = |row: &[f32]| {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f64 = row.iter().map(|logit| f64::from(logit - largest).exp()).sum();
        f64::from(largest) + sum.ln()
    };
    let (exact_log_sum, row_log_sum) = (log_sum(exact), log_sum(row));
    let of = |(exact, row): (&f32, &f32)| {
        let log = f64::from(*exact) - exact_log_sum;
        log.exp() * (log - (f64::from(*row) - row_log_sum))
    };
    exact.iter().zip(row).map(of).sum()
}

/// Tokens a second of all requests together, once all of them write.
fn speed(engines: &Engines, pool: &AdapterPool, rank: u32, prompts: &mut Prompts) -> Result<f64> {
    let mut engine = engines.engine(MINDS as usize)?;
    for (id, mind) in (0..).zip(minds(pool, rank)?) {
        // More tokens than are waited for: nobody stops while others are timed, nor while the last prompts are read.
        let request = engines.request(prompts, id, PROMPT_TOKENS, 4 * STEPS)?;
        engine.submit(GenerateRequest { adapter: Some(mind), ..request })?;
    }
    // Prompts are read until one step writes a token of each.
    while step(&mut engine)? < u64::from(MINDS) {}
    let began = Instant::now();
    let mut written = 0;
    for _ in 0..STEPS {
        written += step(&mut engine)?;
    }
    Ok(written as f64 / began.elapsed().as_secs_f64())
}

/// The tokens that one step wrote.
fn step(engine: &mut Engine<CpuBackend>) -> Result<u64> {
    let (before, mut events) = (engine.load().decode_tokens, Vec::new());
    // No request here has a deadline, so no clock is read.
    engine.step(0, &mut events);
    match events.iter().find(|event| !matches!(event, Event::Text { .. })) {
        Some(event) => bail!("a request ended while others were timed: {event:?}"),
        None => Ok(engine.load().decode_tokens - before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_by_its_size_and_by_what_it_changes() {
        let exact = vec![0.0, 2.0, -4.0, 1.0, 1.5, 0.0];
        let same = error(std::slice::from_ref(&exact), std::slice::from_ref(&exact), 3).unwrap();
        assert_eq!((same["logit_error_max"], same["kl_mean_nats"], same["top1_same_share"]), (0.0, 0.0, 1.0));
        let other = vec![0.0, 2.0, -4.0, 2.0, 1.5, 0.0];
        let other = error(&[exact], &[other], 3).unwrap();
        assert_eq!((other["logit_error_max"], other["logit_error_share"]), (1.0, 0.25));
        assert_eq!(other["top1_same_share"], 0.5);
        assert!(other["kl_mean_nats"] > 0.01, "{other:?}");
        assert!(error(&[], &[], 3).is_err());
    }

    #[test]
    fn divergence_is_what_the_definition_gives() {
        // One half each, against one quarter and three.
        let nats = divergence(&[0.0, 0.0], &[0.0, 3f32.ln()]);
        let expected = 0.5 * (0.5f64 / 0.25).ln() + 0.5 * (0.5f64 / 0.75).ln();
        assert!((nats - expected).abs() < 1e-6, "{nats} and {expected}");
    }
}
