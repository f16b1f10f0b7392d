//! Owns a command that measures the forward pass alone, without server, queue and sampling: what a change of a kernel buys.
//! Usage: `speed MODEL [THREADS [ISA [ROUNDS [BITS [CASE]]]]]`; prints a line of JSON for each case with the median of its steps,
//! and with the best, which is what a machine that others use too gives when they leave it alone.
//! Cases take turns within a round, so that a machine that grows slower favours none of them.

use infer::direct::{Direct, Sequence};
use infer::{ActivationBits, CpuBackend, CpuConfig, Isa, Model};
use std::sync::Arc;
use std::time::Instant;

/// Prompt tokens computed at a time, as the engine does.
const CHUNK: usize = 128;
/// Tokens of a prompt.
const PROMPT: usize = 512;
/// Tokens before the steps that are measured.
const BEFORE: usize = 64;
/// Steps of a case.
const STEPS: usize = 32;
/// Sequences of a step.
const TOGETHER: [usize; 5] = [1, 2, 4, 8, 16];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.first().ok_or("usage: speed MODEL [THREADS [ISA [ROUNDS [BITS [CASE]]]]]")?;
    let threads = arguments.get(1).map_or(Ok(0), |threads| threads.parse())?;
    let isa = match arguments.get(2) {
        Some(name) => {
            *Isa::all().iter().find(|isa| isa.name() == name).ok_or("no such instruction set here")?
        }
        None => Isa::best(),
    };
    let rounds: usize = arguments.get(3).map_or(Ok(5), |rounds| rounds.parse())?;
    let activations = match arguments.get(4).map_or("15", |bits| bits) {
        "8" => ActivationBits::Eight,
        "15" => ActivationBits::Fifteen,
        other => return Err(format!("activations have 8 or 15 bits, not {other}").into()),
    };
    let started = Instant::now();
    let model = Arc::new(Model::load(std::path::Path::new(path))?);
    let load_ms = started.elapsed().as_millis() as u64;
    let weight_bytes = model.step_bytes();
    let backend = CpuBackend::new(model, CpuConfig { threads, isa, activations, ..CpuConfig::default() })?;
    println!(
        "{}",
        serde_json::json!({
            "threads": backend.threads(), "isa": isa.name(), "load_ms": load_ms, "weight_bytes": weight_bytes,
        })
    );
    let mut direct = Direct::new(backend);
    let mut seconds: Vec<Vec<f64>> = vec![Vec::new(); TOGETHER.len() + 1];
    let name = |case: usize| match case {
        0 => format!("prefill_{PROMPT}"),
        _ => format!("decode_{}", TOGETHER[case - 1]),
    };
    let wanted = |case: usize| arguments.get(5).is_none_or(|only| *only == name(case));
    for _ in 0..rounds {
        for case in (0..=TOGETHER.len()).filter(|case| wanted(*case)) {
            match case {
                0 => seconds[case].push(prefill(&mut direct)?),
                _ => decode(&mut direct, TOGETHER[case - 1], &mut seconds[case])?,
            }
        }
    }
    for (case, mut all) in seconds.into_iter().enumerate().filter(|(case, _)| wanted(*case)) {
        let (name, tokens) = (name(case), if case == 0 { PROMPT } else { TOGETHER[case - 1] });
        all.sort_by(f64::total_cmp);
        let (median, best) = (all[all.len() / 2], all[0]);
        println!(
            "{}",
            serde_json::json!({
                "case": name, "ms": median * 1e3, "tok_s": tokens as f64 / median, "best_tok_s": tokens as f64 / best,
            })
        );
    }
    Ok(())
}

/// Tokens that differ; which ones costs nothing.
fn tokens(seed: usize, count: usize) -> Vec<u32> {
    (0..count).map(|at| 1000 + ((at * 7919 + seed * 104_729) % 30_000) as u32).collect()
}

/// Seconds of a whole prompt.
fn prefill(direct: &mut Direct<CpuBackend>) -> Result<f64, infer::BackendError> {
    let mut sequence = Sequence::new(None);
    let prompt = tokens(1, PROMPT);
    let started = Instant::now();
    for chunk in prompt.chunks(CHUNK) {
        direct.forward(&mut sequence, chunk)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    direct.end(sequence);
    Ok(seconds)
}

/// Seconds of steps of so many sequences, one token each.
fn decode(
    direct: &mut Direct<CpuBackend>,
    together: usize,
    seconds: &mut Vec<f64>,
) -> Result<(), infer::BackendError> {
    let mut sequences: Vec<Sequence> = (0..together).map(|_| Sequence::new(None)).collect();
    for (seed, sequence) in sequences.iter_mut().enumerate() {
        direct.forward(sequence, &tokens(seed, BEFORE))?;
    }
    let next: Vec<Vec<u32>> = (0..STEPS).map(|step| tokens(step, together)).collect();
    let mut logits = Vec::new();
    for tokens in &next {
        let mut work: Vec<(&mut Sequence, &[u32], usize)> = sequences
            .iter_mut()
            .zip(tokens.chunks(1))
            .map(|(sequence, token)| (sequence, token, 1))
            .collect();
        let started = Instant::now();
        direct.batch(&mut work, &mut logits)?;
        seconds.push(started.elapsed().as_secs_f64());
    }
    sequences.into_iter().for_each(|sequence| direct.end(sequence));
    Ok(())
}
