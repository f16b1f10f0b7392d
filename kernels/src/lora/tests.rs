//! Adapters over batches (Punica's cases) against their specification, to the last bit, and against exact arithmetic.

use super::*;
use crate::float::tests::{bits, noise};
use crate::scalar::lora::{Adapter, Q8_GROUP, lora as specified, q8_stored};

const KINDS: [LoraKind; 4] = [LoraKind::F32, LoraKind::F16, LoraKind::BF16, LoraKind::Q8];
mod batches;

/// An adapter as made and as the specification says that it is stored.
struct Both {
    packed: LoraWeights,
    down: Vec<f32>,
    up: Vec<f32>,
}

fn stored(kind: LoraKind, values: &[f32], rows: usize, width: usize) -> Vec<f32> {
    let mut kept = values.to_vec();
    match kind {
        LoraKind::F32 => {}
        LoraKind::F16 => kept.iter_mut().for_each(|value| *value = half::f16::from_f32(*value).to_f32()),
        LoraKind::BF16 => kept.iter_mut().for_each(|value| *value = half::bf16::from_f32(*value).to_f32()),
        LoraKind::Q8 => {
            for row in 0..rows {
                kept[row * width..][..width].chunks_mut(Q8_GROUP).for_each(q8_stored);
            }
        }
    }
    kept
}

fn transposed(values: &[f32], rows: usize, width: usize) -> Vec<f32> {
    (0..rows * width).map(|at| values[at % rows * width + at / rows]).collect()
}

impl Both {
    fn new(kind: LoraKind, (inputs, outputs, rank): (usize, usize, usize), scale: f32, seed: u32) -> Both {
        let (down, up) = (noise(seed, rank * inputs), noise(seed + 1, outputs * rank));
        Both::of(kind, (inputs, outputs, rank), scale, &down, &up)
    }

    fn of(kind: LoraKind, shape: (usize, usize, usize), scale: f32, down: &[f32], up: &[f32]) -> Both {
        let (inputs, outputs, rank) = shape;
        let packed = LoraWeights::new(
            &mut crate::Arena::new(0),
            kind,
            LoraShape { inputs, outputs, rank },
            scale,
            down,
            up,
        )
        .unwrap();
        // Columns of `up` are what a rank adds to the outputs: groups run along them.
        let columns = stored(kind, &transposed(up, outputs, rank), rank, outputs);
        Both { packed, down: stored(kind, down, rank, inputs), up: transposed(&columns, rank, outputs) }
    }

    fn adapter(&self) -> Adapter<'_> {
        Adapter { rank: self.packed.rank(), scale: self.packed.scale(), down: &self.down, up: &self.up }
    }
}

/// Rows and the adapter's number of each segment.
type Batch = [(Range<usize>, Option<usize>)];

fn segments<'a>(adapters: &'a [Both], batch: &Batch) -> Vec<Segment<'a>> {
    let segment = |(rows, adapter): &(Range<usize>, Option<usize>)| Segment {
        rows: rows.clone(),
        weights: adapter.map(|at| &adapters[at].packed),
    };
    batch.iter().map(segment).collect()
}

/// What one product's output becomes.
fn run(
    isa: Isa,
    pool: &Pool,
    input: &[f32],
    segments: &[Segment<'_>],
    out: &[f32],
    outputs: usize,
) -> Vec<f32> {
    let mut out = out.to_vec();
    let product = LoraProduct { segments, out: &mut out, outputs };
    lora(isa, pool, input, &mut [product], &mut LoraScratch::new());
    out
}

/// Every instruction set and two pools give the specified bits, near to exact arithmetic.
fn check(adapters: &[Both], batch: &Batch, rows: usize, inputs: usize, outputs: usize) {
    let (input, before) = (noise(91, rows * inputs), noise(92, rows * outputs));
    let mut expected = before.clone();
    for (own, adapter) in batch {
        if let Some(at) = adapter {
            specified(&input, inputs, &adapters[*at].adapter(), own.clone(), outputs, &mut expected);
            exact(&input, inputs, &adapters[*at].adapter(), own.clone(), &before, &expected, outputs);
        }
    }
    let segments = segments(adapters, batch);
    for isa in Isa::all() {
        for threads in [1, 3] {
            let out = run(isa, &Pool::new(threads), &input, &segments, &before, outputs);
            assert!(bits(&out) == bits(&expected), "{} {batch:?} {inputs} -> {outputs}", isa.name());
        }
    }
}

/// The stated tolerance, in f64.
fn exact(
    input: &[f32],
    inputs: usize,
    adapter: &Adapter<'_>,
    rows: Range<usize>,
    before: &[f32],
    out: &[f32],
    outputs: usize,
) {
    let rank = adapter.rank;
    let scale = f64::from(adapter.scale);
    for row in rows {
        let x = &input[row * inputs..][..inputs];
        let terms = |r: usize| {
            x.iter().zip(&adapter.down[r * inputs..][..inputs]).map(|(x, w)| f64::from(*x) * f64::from(*w))
        };
        let shrunk: Vec<(f64, f64)> =
            (0..rank).map(|r| (terms(r).sum(), terms(r).map(f64::abs).sum())).collect();
        for output in 0..outputs {
            let up = adapter.up[output * rank..][..rank].iter().map(|w| f64::from(*w));
            let (sum, size) = up.zip(&shrunk).fold((0.0, 0.0), |(sum, size), (w, (value, largest))| {
                (sum + w * value, size + w.abs() * largest)
            });
            let at = row * outputs + output;
            let exact = f64::from(before[at]) + scale * sum;
            if !exact.is_finite() {
                assert!(!out[at].is_finite(), "{} is not {exact}", out[at]);
                continue;
            }
            let unit = 2f64.powi(-24);
            let steps = (inputs.div_ceil(16) + rank + 6) as f64;
            let tolerance = steps * unit * scale.abs() * size + unit * exact.abs() * 2.0 + 1e-30;
            assert!((f64::from(out[at]) - exact).abs() <= tolerance, "{} is not {exact}", out[at]);
        }
    }
}
