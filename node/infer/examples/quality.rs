//! Owns measuring what speed costs: perplexity, agreement of the most probable token and Kullback-Leibler divergence of the
//! forward that serves against the f32 forward of the same weights, and whether a sequence's logits are the same bits
//! alone, in a batch and in chunks. Refuses to know where the text comes from (`tests/quality_text.py` gathers one) and
//! other programs (`tests/quality_llamacpp.py` compares them over what `--dump` writes).
//!
//! Usage: `quality MODEL TEXT [--tokens 50000] [--window 512] [--threads 0] [--dump FILE]`. The text is cut into windows
//! that begin afresh; every token of a window but its first is predicted and scored. Prints one JSON object; ends with 1
//! where a bound is not kept.

use infer::direct::{Direct, Sequence};
use infer::{CpuBackend, CpuConfig, KvKind, Model, Precision};
use serde_json::{Value, json};
use std::error::Error;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// Most that the served perplexity may differ from the f32 one, as a share.
const PERPLEXITY_SHIFT_MAX: f64 = 0.003;
/// Least share of positions at which both find the same token most probable.
const TOP1_AGREEMENT_MIN: f64 = 0.99;
/// Sequences of the batch that is compared with each of them alone.
const COMPANY: usize = 8;
/// Rows of logits compared for each of them.
const COMPANY_ROWS: usize = 32;
/// Tokens by which each of them is shorter than the one before, so that no two parts are alike.
const COMPANY_STEP: usize = 29;
/// Lengths of the chunks that one sequence is computed in, again and again: single tokens, odd ones, the engine's own.
const CHUNKS: [usize; 5] = [1, 3, 17, 64, 128];

struct Options {
    model: String,
    text: String,
    tokens: usize,
    window: usize,
    threads: usize,
    dump: Option<String>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
        let usage = "usage: quality MODEL TEXT [--tokens N] [--window N] [--threads N] [--dump FILE]";
        let (Some(model), Some(text)) = (arguments.next(), arguments.next()) else {
            return Err(usage.into());
        };
        let mut options = Options { model, text, tokens: 50_000, window: 512, threads: 0, dump: None };
        while let Some(flag) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{flag} wants a value; {usage}"))?;
            match flag.as_str() {
                "--tokens" => options.tokens = value.parse()?,
                "--window" => options.window = value.parse()?,
                "--threads" => options.threads = value.parse()?,
                "--dump" => options.dump = Some(value),
                _ => return Err(format!("{flag} is unknown; {usage}").into()),
            }
        }
        if options.window < 2 {
            return Err("a window needs 2 tokens: one to predict the other from".into());
        }
        if options.threads == 0 {
            options.threads = infer::processors();
        }
        Ok(options)
    }
}

/// One position, as the reference and as served.
#[derive(Clone, Copy)]
struct Position {
    /// Natural logarithm of the next token's probability.
    reference: f64,
    served: f64,
    reference_top: usize,
    served_top: usize,
    /// How far the reference's runner-up is behind its best, as logits.
    margin: f64,
    /// KL(reference || served), nats.
    divergence: f64,
}

/// A backend under measurement.
struct Served {
    name: &'static str,
    direct: Direct<CpuBackend>,
    positions: Vec<Position>,
    seconds: f64,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = Options::read(std::env::args().skip(1))?;
    let path = Path::new(&options.model);
    let stored = Arc::new(Model::load(path)?);
    let exact = Arc::new(Model::load_as(path, Precision::F32)?);
    let text = std::fs::read_to_string(&options.text)?;
    let mut tokens = stored.tokenizer().encode(&text, false)?;
    tokens.truncate(options.tokens);
    let windows: Vec<&[u32]> = tokens.chunks_exact(options.window).collect();
    if windows.is_empty() {
        let (actual, window) = (tokens.len(), options.window);
        return Err(format!("the text has {actual} tokens, one window takes {window}").into());
    }
    let mut reference = backend(&exact, &options, KvKind::F32)?;
    let mut served = Vec::new();
    for (name, kv) in [("kv_f16", KvKind::F16), ("kv_q8", KvKind::Q8)] {
        let direct = backend(&stored, &options, kv)?;
        served.push(Served { name, direct, positions: Vec::new(), seconds: 0.0 });
    }
    let mut dump = options.dump.as_ref().map(std::fs::File::create).transpose()?.map(BufWriter::new);
    let reference_seconds = measure(&windows, &mut reference, &mut served, options.threads, dump.as_mut())?;
    let mut report = json!({
        "model": stored.name(), "hash": stored.hash(), "isa": served[0].direct.backend().isa().name(),
        "threads": options.threads, "window": options.window, "windows": windows.len(),
        "scored": served[0].positions.len(), "f32_seconds": reference_seconds,
    });
    report["f32_perplexity"] =
        perplexity(served[0].positions.iter().map(|position| position.reference)).into();
    let mut kept = true;
    for one in &mut served {
        let summary = summary(one);
        kept &= one.name != "kv_f16" || within_bounds(&summary);
        report[one.name] = summary;
        let differing = differing_values(&mut one.direct, &windows)?;
        kept &= differing == 0;
        report[one.name]["values_differing_by_company"] = differing.into();
    }
    report["bounds"] = json!({
        "perplexity_shift_max": PERPLEXITY_SHIFT_MAX, "top1_agreement_min": TOP1_AGREEMENT_MIN,
        "values_differing_by_company_max": 0, "of": "kv_f16", "kept": kept,
    });
    println!("{report:#}");
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn backend(model: &Arc<Model>, options: &Options, kv: KvKind) -> Result<Direct<CpuBackend>, Box<dyn Error>> {
    let kv_tokens_max = 2 * (COMPANY + 1) * (options.window + infer::blocks::BLOCK_TOKENS);
    let config = CpuConfig { threads: options.threads, kv_tokens_max, kv, ..CpuConfig::default() };
    Ok(Direct::new(CpuBackend::new(model.clone(), config)?))
}

/// Logits after each token of a window (tokens, vocabulary), and the seconds they took.
fn forward(direct: &mut Direct<CpuBackend>, window: &[u32]) -> Result<(Vec<f32>, f64), Box<dyn Error>> {
    let (mut sequence, mut logits) = (Sequence::new(None), Vec::new());
    let started = Instant::now();
    direct.batch(&mut [(&mut sequence, window, window.len())], &mut logits)?;
    let seconds = started.elapsed().as_secs_f64();
    direct.end(sequence);
    Ok((logits, seconds))
}

/// Computes and scores every window; gives the seconds of the reference's forward.
fn measure(
    windows: &[&[u32]],
    reference: &mut Direct<CpuBackend>,
    served: &mut [Served],
    threads: usize,
    mut dump: Option<&mut BufWriter<std::fs::File>>,
) -> Result<f64, Box<dyn Error>> {
    let mut reference_seconds = 0.0;
    for (number, window) in windows.iter().enumerate() {
        let (exact, seconds) = forward(reference, window)?;
        reference_seconds += seconds;
        let mut line = json!({ "tokens": window });
        for one in served.iter_mut() {
            let (rows, seconds) = forward(&mut one.direct, window)?;
            one.seconds += seconds;
            let positions = score(&exact, &rows, window, threads);
            let list = |of: fn(&Position) -> Value| positions.iter().map(of).collect::<Value>();
            line["f32"] =
                json!({ "logprob": list(|p| p.reference.into()), "top": list(|p| p.reference_top.into()) });
            line[one.name] =
                json!({ "logprob": list(|p| p.served.into()), "top": list(|p| p.served_top.into()) });
            one.positions.extend(positions);
        }
        if let Some(dump) = &mut dump {
            writeln!(dump, "{line}")?;
        }
        eprintln!("window {} of {}", number + 1, windows.len());
    }
    if let Some(dump) = dump {
        dump.flush()?;
    }
    Ok(reference_seconds)
}

/// Scores every token of a window but the first, on so many threads.
fn score(exact: &[f32], rows: &[f32], window: &[u32], threads: usize) -> Vec<Position> {
    let vocab_len = rows.len() / window.len();
    let predicted: Vec<usize> = (0..window.len() - 1).collect();
    let one = |at: &usize| {
        let row = at * vocab_len..(at + 1) * vocab_len;
        position(&exact[row.clone()], &rows[row], window[at + 1] as usize)
    };
    std::thread::scope(|scope| {
        let parts = predicted.chunks(predicted.len().div_ceil(threads));
        let working: Vec<_> =
            parts.map(|part| scope.spawn(move || part.iter().map(one).collect::<Vec<Position>>())).collect();
        working.into_iter().flat_map(|part| part.join().expect("scoring does not panic")).collect()
    })
}

fn position(exact: &[f32], served: &[f32], next: usize) -> Position {
    let (exact_sum, served_sum) = (log_sum_exp(exact), log_sum_exp(served));
    let reference_top = top(exact);
    let best = f64::from(exact[reference_top]);
    let others = exact.iter().enumerate().filter(|(token, _)| *token != reference_top);
    let runner_up = others.map(|(_, logit)| f64::from(*logit)).fold(f64::NEG_INFINITY, f64::max);
    let divergence = exact.iter().zip(served).map(|(a, b)| {
        let (a, b) = (f64::from(*a) - exact_sum, f64::from(*b) - served_sum);
        a.exp() * (a - b)
    });
    Position {
        reference: f64::from(exact[next]) - exact_sum,
        served: f64::from(served[next]) - served_sum,
        reference_top,
        served_top: top(served),
        margin: best - runner_up,
        divergence: divergence.sum(),
    }
}

fn log_sum_exp(row: &[f32]) -> f64 {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = row.iter().map(|logit| f64::from(logit - largest).exp()).sum();
    f64::from(largest) + sum.ln()
}

/// The first of the largest logits.
fn top(row: &[f32]) -> usize {
    (0..row.len()).fold(0, |best, token| if row[token] > row[best] { token } else { best })
}

fn perplexity(logprobs: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = logprobs.len() as f64;
    (-logprobs.sum::<f64>() / n).exp()
}

/// The value below which this share of the values lies.
fn quantile(mut values: Vec<f64>, share: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some(values[(last as f64 * share).round() as usize])
}

/// The standard error of the mean difference of log-probabilities, which for small shifts is that of the perplexity's.
fn shift_error(positions: &[Position]) -> f64 {
    let n = positions.len() as f64;
    let shifts = || positions.iter().map(|position| position.reference - position.served);
    let mean = shifts().sum::<f64>() / n;
    let variance = shifts().map(|shift| (shift - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (variance / n).sqrt()
}

fn summary(served: &Served) -> Value {
    let positions = &served.positions;
    let exact = perplexity(positions.iter().map(|position| position.reference));
    let ours = perplexity(positions.iter().map(|position| position.served));
    let parted = positions.iter().filter(|position| position.reference_top != position.served_top);
    let margins: Vec<f64> = parted.map(|position| position.margin).collect();
    let divergences: Vec<f64> = positions.iter().map(|position| position.divergence).collect();
    let n = positions.len() as f64;
    json!({
        "perplexity": ours,
        "perplexity_shift": ours / exact - 1.0,
        "perplexity_shift_standard_error": shift_error(positions),
        "top1_agreement": 1.0 - margins.len() as f64 / n,
        // How near a tie the reference was where the two part, in logits.
        "parted_margin_median": quantile(margins.clone(), 0.5),
        "parted_margin_max": quantile(margins, 1.0),
        "kl_mean_nats": divergences.iter().sum::<f64>() / n,
        "kl_p99_nats": quantile(divergences.clone(), 0.99),
        "kl_max_nats": quantile(divergences, 1.0),
        "forward_seconds": served.seconds,
    })
}

fn within_bounds(summary: &Value) -> bool {
    let number = |key: &str| summary[key].as_f64().unwrap_or(f64::NAN);
    number("perplexity_shift").abs() <= PERPLEXITY_SHIFT_MAX && number("top1_agreement") >= TOP1_AGREEMENT_MIN
}

/// How many logits are other bits where the same tokens are computed alone, in a batch of [`COMPANY`] of other lengths
/// (prompts, then one more token of each), and in chunks.
fn differing_values(direct: &mut Direct<CpuBackend>, windows: &[&[u32]]) -> Result<usize, Box<dyn Error>> {
    let parts: Vec<(&[u32], u32)> = (0..COMPANY)
        .map(|number| {
            let window = windows[number % windows.len()];
            let len = window.len().saturating_sub(1 + number * COMPANY_STEP).max(1);
            (&window[..len], window[len])
        })
        .collect();
    let mut alone = Vec::new();
    let mut after = Vec::new();
    for (prompt, next) in &parts {
        let mut sequence = Sequence::new(None);
        let mut logits = Vec::new();
        let wanted = COMPANY_ROWS.min(prompt.len());
        direct.batch(&mut [(&mut sequence, prompt, wanted)], &mut logits)?;
        alone.extend(logits);
        after.extend(direct.forward(&mut sequence, &[*next])?);
        direct.end(sequence);
    }
    let mut sequences: Vec<Sequence> = parts.iter().map(|_| Sequence::new(None)).collect();
    let mut together = Vec::new();
    let mut work: Vec<(&mut Sequence, &[u32], usize)> = sequences
        .iter_mut()
        .zip(&parts)
        .map(|(sequence, (prompt, _))| (sequence, *prompt, COMPANY_ROWS.min(prompt.len())))
        .collect();
    direct.batch(&mut work, &mut together)?;
    let mut together_after = Vec::new();
    let nexts: Vec<[u32; 1]> = parts.iter().map(|(_, next)| [*next]).collect();
    let mut work: Vec<(&mut Sequence, &[u32], usize)> =
        sequences.iter_mut().zip(&nexts).map(|(sequence, next)| (sequence, &next[..], 1)).collect();
    direct.batch(&mut work, &mut together_after)?;
    sequences.into_iter().for_each(|sequence| direct.end(sequence));
    let (whole, _) = forward(direct, windows[0])?;
    let chunked = chunked(direct, windows[0])?;
    Ok(differing(&alone, &together) + differing(&after, &together_after) + differing(&whole, &chunked))
}

/// Logits after each token of a window that is computed piece by piece.
fn chunked(direct: &mut Direct<CpuBackend>, window: &[u32]) -> Result<Vec<f32>, Box<dyn Error>> {
    let (mut sequence, mut all, mut rest) = (Sequence::new(None), Vec::new(), window);
    for len in CHUNKS.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, later) = rest.split_at((*len).min(rest.len()));
        let mut logits = Vec::new();
        direct.batch(&mut [(&mut sequence, piece, piece.len())], &mut logits)?;
        all.extend(logits);
        rest = later;
    }
    direct.end(sequence);
    Ok(all)
}

fn differing(a: &[f32], b: &[f32]) -> usize {
    assert_eq!(a.len(), b.len(), "both computed the same rows");
    a.iter().zip(b).filter(|(a, b)| a.to_bits() != b.to_bits()).count()
}
