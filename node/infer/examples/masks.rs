//! Owns a command that measures what constraints cost with a model's vocabulary; nothing is computed with the model.
//! Usage: `masks MODEL WORDS`, where WORDS is the village's word list (one a line, `#` begins a comment). It prints, in
//! microseconds, the median and the 99th percentile of one mask and one accepted token along random lines.

use infer::constrain::{
    ConstraintFactory, Source, TokenMask, TokenTable, WorldMasks, WorldRules, WorldVocabulary,
};
use infer::{Model, SampleParams, SampleScratch, TokenCounts};
use std::sync::Arc;
use std::time::Instant;

const LINES: usize = 60;
const LINE_TOKENS: usize = 40;
const NAMES: [&str; 10] =
    ["Maud", "Old Tom", "Wren", "Tansy", "Hob", "Ned's Forge", "Mill Lane", "Piers", "Agnes", "Alder"];
const SCHEMA: &str = r#"{"type":"object","properties":{"name":{"type":"string","maxLength":40},"mood":{"enum":["calm",
    "cross"]},"age":{"type":"integer","minimum":0,"maximum":120},"tags":{"type":"array","items":{"type":"string"},
    "maxItems":5}},"required":["name","mood"],"additionalProperties":false}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(model), Some(words)) = (arguments.next(), arguments.next()) else {
        return Err("usage: masks MODEL WORDS".into());
    };
    let model = Model::load(std::path::Path::new(&model))?;
    let table = Arc::new(TokenTable::of(model.tokenizer())?);
    let words = std::fs::read_to_string(words)?;
    world(&table, &words)?;
    schema(&table)?;
    draws(table.len())
}

/// Microseconds: median and 99th percentile.
fn report(what: &str, mut samples: Vec<f64>) {
    samples.sort_by(f64::total_cmp);
    let at = |share: f64| samples.get((samples.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    println!("{what:32} p50 {:8.1} us   p99 {:8.1} us   ({} samples)", at(0.5), at(0.99), samples.len());
}

fn micros(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e6
}

/// One of the tokens in the mask that do not end the text, if there are any.
fn pick(mask: &TokenMask, table: &TokenTable, state: &mut u64) -> Option<u32> {
    let open: Vec<u32> = mask.iter().filter(|token| !table.is_end(*token)).collect();
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (!open.is_empty()).then(|| open[(*state >> 33) as usize % open.len()])
}

fn world(table: &Arc<TokenTable>, words: &str) -> Result<(), Box<dyn std::error::Error>> {
    let listed = words.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let begun = Instant::now();
    let vocabulary = WorldVocabulary::new(listed.filter(|word| !word.is_empty()), &WorldRules::default())?;
    println!("vocabulary built in {:.1} ms", micros(begun) / 1e3);
    let begun = Instant::now();
    let masks = Arc::new(WorldMasks::new(Arc::new(vocabulary), table.clone()));
    println!("compiled for {} tokens in {:.1} ms", table.len(), micros(begun) / 1e3);
    let (mut starts, mut cold, mut warm, mut accepts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut mask, mut state) = (TokenMask::none(table.len()), 7);
    for _ in 0..LINES {
        let begun = Instant::now();
        let mut matcher = masks.matcher(&NAMES, &["7", "half past 7"])?;
        starts.push(micros(begun));
        for _ in 0..LINE_TOKENS {
            let begun = Instant::now();
            matcher.mask(&mut mask);
            cold.push(micros(begun));
            let begun = Instant::now();
            matcher.mask(&mut mask);
            warm.push(micros(begun));
            let Some(token) = pick(&mask, table, &mut state) else { break };
            let begun = Instant::now();
            matcher.accept(token)?;
            accepts.push(micros(begun));
        }
    }
    report("world: matcher for a request", starts);
    report("world: mask, first time", cold);
    report("world: mask, again", warm);
    report("world: accept", accepts);
    println!("masks kept: {}", masks.kept());
    Ok(())
}

fn schema(table: &Arc<TokenTable>) -> Result<(), Box<dyn std::error::Error>> {
    let begun = Instant::now();
    let factory = ConstraintFactory::new(table.clone())?;
    println!("constraint factory built in {:.1} ms", micros(begun) / 1e3);
    let begun = Instant::now();
    let compiled = factory.compile(&Source::JsonSchema(SCHEMA.to_owned()))?;
    println!("schema compiled in {:.1} ms", micros(begun) / 1e3);
    let (mut masks, mut accepts, mut clones) = (Vec::new(), Vec::new(), Vec::new());
    let (mut mask, mut state) = (TokenMask::none(table.len()), 11);
    for _ in 0..LINES {
        let mut matcher = compiled.start();
        for _ in 0..LINE_TOKENS {
            let begun = Instant::now();
            matcher.mask(&mut mask)?;
            masks.push(micros(begun));
            let Some(token) = pick(&mask, table, &mut state) else { break };
            let begun = Instant::now();
            matcher.accept(token)?;
            accepts.push(micros(begun));
            let begun = Instant::now();
            matcher = matcher.clone();
            clones.push(micros(begun));
        }
    }
    report("schema: mask", masks);
    report("schema: accept", accepts);
    report("schema: clone", clones);
    Ok(())
}

/// The greedy draw, over all tokens and over a mask.
fn draws(vocab_len: usize) -> Result<(), Box<dyn std::error::Error>> {
    let logits: Vec<f32> =
        (0..vocab_len as u32).map(|id| (id.wrapping_mul(2_654_435_761) >> 20) as f32 / 400.0).collect();
    let mut few = TokenMask::none(vocab_len);
    (0..vocab_len as u32).step_by(97).for_each(|token| few.allow(token));
    let (counts, extras) = (TokenCounts::default(), infer::SampleExtras::default());
    let mut scratch = SampleScratch::default();
    for (what, mask, temperature) in [
        ("draw: greedy", None, 0.0),
        ("draw: greedy, masked", Some(&few), 0.0),
        ("draw: temperature 0.8, top-p 0.9", None, 0.8),
        ("draw: the same, masked", Some(&few), 0.8),
    ] {
        let params = SampleParams { temperature, top_p: 0.9, ..SampleParams::greedy() };
        let mut samples = Vec::new();
        for position in 0..200 {
            let draw = infer::Draw {
                recent: &[],
                counts: &counts,
                forbidden: &[],
                mask,
                position,
                params: &params,
                extras: &extras,
            };
            let begun = Instant::now();
            std::hint::black_box(infer::sample_with(&logits, &draw, &mut scratch)?);
            samples.push(micros(begun));
        }
        report(what, samples);
    }
    Ok(())
}
