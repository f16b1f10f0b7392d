//! Measures adapters at the sizes of SmolLM2-135M (30 layers, 7 matrices each): a decode step of 16 rows with 16 different
//! adapters in GB/s, beside a plain loop that reads as many bytes with the same threads in the same seconds, and a prompt
//! of 128 rows with one adapter in GFLOP/s. Prints JSON lines. Refuses to judge: that is for whoever reads them.
//!
//! `lora_bench [threads] [scalar|avx2|vnni|neon]`

use kernels::Arena;
use kernels::Isa;
use kernels::Pool;
use kernels::{LoraKind, LoraProduct, LoraScratch, LoraShape, LoraWeights, Segment, lora};
use std::cell::RefCell;
use std::hint::black_box;
use std::ops::Range;
use std::time::Instant;

/// Calls of a layer: inputs and the outputs of the matrices that share them.
const CALLS: [(usize, &[usize]); 4] =
    [(576, &[576, 192, 192]), (576, &[576]), (576, &[1536, 1536]), (1536, &[576])];
const LAYERS: usize = 30;
/// Adapters take no more layers than make this many bytes, which no cache holds.
const BYTES_MAX: usize = 160 << 20;
const ROUNDS: usize = 15;
/// Bytes that one part of the plain loop reads.
const READ_BYTES: usize = 64 << 10;

/// Matrices of (layer, call, output), each with one adapter for each segment.
type Model = Vec<Vec<Vec<Vec<LoraWeights>>>>;

fn model(kind: LoraKind, rank: usize, adapters: usize) -> Result<Model, kernels::LoraError> {
    let noise: Vec<f32> = (0..1536 * rank).map(|at| ((at * 7919) % 1009) as f32 * 1e-4 - 0.05).collect();
    let layer_bytes = rank * 10_176 * 2 * adapters;
    let arena = RefCell::new(Arena::new(32 << 20));
    let weights = |inputs: usize, outputs: usize| {
        let (down, up) = (&noise[..inputs * rank], &noise[..outputs * rank]);
        LoraWeights::new(&mut arena.borrow_mut(), kind, LoraShape { inputs, outputs, rank }, 2.0, down, up)
    };
    let matrix =
        |inputs, outputs| (0..adapters).map(|_| weights(inputs, outputs)).collect::<Result<Vec<_>, _>>();
    let call = |(inputs, outputs): (usize, &[usize])| {
        outputs.iter().map(|outputs| matrix(inputs, *outputs)).collect()
    };
    (0..LAYERS.min(BYTES_MAX / layer_bytes)).map(|_| CALLS.into_iter().map(call).collect()).collect()
}

/// One step through some layers; segment i has the rows i * each .. (i + 1) * each.
fn step(
    isa: Isa,
    pool: &Pool,
    model: &[Vec<Vec<Vec<LoraWeights>>>],
    each: usize,
    scratch: &mut LoraScratch,
    input: &[f32],
    outs: &mut [Vec<f32>],
) {
    for layer in model {
        for ((inputs, outputs), matrices) in CALLS.iter().zip(layer) {
            let segments: Vec<Vec<Segment<'_>>> =
                matrices.iter().map(|adapters| divided(adapters, each)).collect();
            let rows = segments[0].len() * each;
            let mut products: Vec<LoraProduct<'_>> = segments
                .iter()
                .zip(*outputs)
                .zip(&mut *outs)
                .map(|((segments, outputs), out)| LoraProduct {
                    segments,
                    out: &mut out[..rows * outputs],
                    outputs: *outputs,
                })
                .collect();
            lora(isa, pool, &input[..rows * inputs], &mut products, scratch);
        }
    }
}

fn divided(adapters: &[LoraWeights], each: usize) -> Vec<Segment<'_>> {
    let rows = |at: usize| -> Range<usize> { at * each..(at + 1) * each };
    adapters
        .iter()
        .enumerate()
        .map(|(at, weights)| Segment { rows: rows(at), weights: Some(weights) })
        .collect()
}

/// Reads every byte once.
fn read(pool: &Pool, memory: &[u64]) {
    let parts: Vec<&[u64]> = memory.chunks(READ_BYTES / 8).collect();
    pool.run(parts.len(), &|part| {
        let mut sums = [0u64; 16];
        for words in parts[part].as_chunks::<16>().0 {
            for (sum, word) in sums.iter_mut().zip(words) {
                *sum = sum.wrapping_add(*word);
            }
        }
        black_box(sums);
    });
}

/// The median, then the least: what a machine with other work on it would do alone.
fn typical(mut seconds: Vec<f64>) -> [f64; 2] {
    seconds.sort_by(f64::total_cmp);
    [seconds[seconds.len() / 2], seconds[0]]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let threads = arguments.next().map_or(Ok(2), |threads| threads.parse())?;
    let isa = match arguments.next() {
        Some(name) => {
            Isa::all().into_iter().find(|isa| isa.name() == name).ok_or("no such instruction set here")?
        }
        None => Isa::best(),
    };
    let pool = Pool::new(threads);
    let mut scratch = LoraScratch::new();
    let input = vec![0.25; 1536 * 128];
    let mut outs: Vec<Vec<f32>> = (0..3).map(|_| vec![0.0; 1536 * 128]).collect();
    let timed = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    for (kind, rank) in [
        (LoraKind::BF16, 8),
        (LoraKind::BF16, 16),
        (LoraKind::BF16, 64),
        (LoraKind::Q8, 8),
        (LoraKind::Q8, 64),
    ] {
        let model = model(kind, rank, 16)?;
        let bytes: usize = model.iter().flatten().flatten().flatten().map(LoraWeights::bytes).sum();
        let memory = vec![1u64; bytes / 8];
        let (mut steps, mut reads) = (Vec::new(), Vec::new());
        // Layer by layer in turn, so that what else the machine does meets both, and few of the times.
        for _ in 0..ROUNDS {
            for (layer, memory) in model.chunks(1).zip(memory.chunks_exact(bytes / 8 / model.len())) {
                steps.push(timed(&mut || step(isa, &pool, layer, 1, &mut scratch, &input, &mut outs)));
                reads.push(timed(&mut || read(&pool, memory)));
            }
        }
        let speed = |seconds| typical(seconds).map(|seconds| (bytes / model.len()) as f64 / seconds / 1e9);
        let ([own, own_best], [plain, plain_best]) = (speed(steps), speed(reads));
        println!(
            "{{\"case\":\"decode\",\"isa\":\"{}\",\"threads\":{threads},\"kind\":\"{kind:?}\",\"rank\":{rank},\"layers\":{},\
             \"bytes\":{bytes},\"gb_per_s\":{own:.2},\"read_gb_per_s\":{plain:.2},\"share\":{:.3},\"best_gb_per_s\":{own_best:.2},\"best_read_gb_per_s\":{plain_best:.2}}}",
            isa.name(),
            model.len(),
            own / plain
        );
    }
    for (kind, rank) in [(LoraKind::BF16, 8), (LoraKind::BF16, 64), (LoraKind::Q8, 8)] {
        let model = model(kind, rank, 1)?;
        let times: Vec<f64> = (0..ROUNDS)
            .map(|_| timed(&mut || step(isa, &pool, &model, 128, &mut scratch, &input, &mut outs)))
            .collect();
        let operations: f64 = (model.len() * 10_176 * rank * 128 * 2) as f64;
        let [own, best] = typical(times).map(|seconds| operations / seconds / 1e9);
        println!(
            "{{\"case\":\"prefill\",\"isa\":\"{}\",\"threads\":{threads},\"kind\":\"{kind:?}\",\"rank\":{rank},\"gflop_per_s\":{own:.1},\"best_gflop_per_s\":{best:.1}}}",
            isa.name(),
        );
    }
    Ok(())
}
