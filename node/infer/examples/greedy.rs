//! Owns a command that continues prompts greedily, for comparing this crate with other programs and for measuring it.
//! Usage: `greedy MODEL MAX_TOKENS [THREADS] < prompts.jsonl`; each line `{"prompt": "..."}` gives a line
//! `{"tokens": [...], "text": "...", "prompt_tokens": n, "prefill_ms": t, "decode_ms": t,
//! "pieces": [{"text", "behind": [[text, gap], ...]}, ...]}`, where a piece names its first runners-up and how far their
//! logits are behind. Raw completion, no template.

use infer::direct::{Direct, Sequence};
use infer::{CpuBackend, CpuConfig, Model};
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

/// Prompt tokens computed at a time, as the engine does.
const CHUNK: usize = 128;
/// Runners-up that are told of each token.
const RUNNERS_UP: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(max)) = (arguments.next(), arguments.next()) else {
        return Err("usage: greedy MODEL MAX_TOKENS [THREADS] < prompts.jsonl".into());
    };
    let max: usize = max.parse()?;
    let started = Instant::now();
    let threads = arguments.next().map_or(Ok(0), |threads| threads.parse())?;
    let model = Arc::new(Model::load(std::path::Path::new(&path))?);
    let backend = CpuBackend::new(model, CpuConfig { threads, ..CpuConfig::default() })?;
    let (ms, isa) = (started.elapsed().as_millis(), backend.isa().name());
    eprintln!("loaded in {ms} ms, {} threads, {isa}", backend.threads());
    let mut direct = Direct::new(backend);
    for line in std::io::stdin().lock().lines() {
        let request: serde_json::Value = serde_json::from_str(&line?)?;
        let prompt = request["prompt"].as_str().ok_or("a line has no \"prompt\"")?;
        let answer = complete(&mut direct, prompt, max)?;
        writeln!(std::io::stdout(), "{answer}")?;
    }
    Ok(())
}

/// The tokens with the largest logits after the chosen one, and how far they are behind it.
fn behind(logits: &[f32], chosen: u32) -> impl Iterator<Item = (u32, f32)> {
    let best = logits[chosen as usize];
    let mut others: Vec<(u32, f32)> = (0..logits.len() as u32)
        .filter(|&token| token != chosen)
        .map(|token| (token, best - logits[token as usize]))
        .collect();
    others.sort_by(|a, b| a.1.total_cmp(&b.1));
    others.into_iter().take(RUNNERS_UP)
}

fn complete(
    direct: &mut Direct<CpuBackend>,
    prompt: &str,
    max: usize,
) -> Result<serde_json::Value, Box<dyn std::error::Error>> {
    let model = direct.backend().model().clone();
    let tokenizer = model.tokenizer();
    let prompt = tokenizer.encode_prompt(prompt, false)?;
    let mut sequence = Sequence::new(None);
    let mut logits = Vec::new();
    let started = Instant::now();
    for chunk in prompt.chunks(CHUNK) {
        logits = direct.forward(&mut sequence, chunk)?;
    }
    let prefill_ms = started.elapsed().as_millis() as u64;
    let started = Instant::now();
    let mut tokens = Vec::new();
    let mut pieces = Vec::new();
    let greedy = infer::SampleParams::greedy();
    while tokens.len() < max {
        let token = infer::sample(&logits, &[], &[], 0, &greedy)?;
        if tokenizer.is_end_of_generation(token) {
            break;
        }
        tokens.push(token);
        pieces.push(serde_json::json!({
            "text": tokenizer.token_text(token),
            "behind": behind(&logits, token).map(|(other, gap)| (tokenizer.token_text(other), gap)).collect::<Vec<_>>(),
        }));
        if tokens.len() < max {
            logits = direct.forward(&mut sequence, &[token])?;
        }
    }
    let decode_ms = started.elapsed().as_millis() as u64;
    direct.end(sequence);
    let text = tokenizer.decode(&tokens);
    Ok(serde_json::json!({
        "tokens": tokens, "text": text, "prompt_tokens": prompt.len(), "prefill_ms": prefill_ms, "decode_ms": decode_ms,
        "pieces": pieces,
    }))
}
