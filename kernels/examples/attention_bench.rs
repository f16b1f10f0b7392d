//! Owns a quick measure of attention on this machine: prefill in GFLOP/s, decode in GB/s of keys and values, as JSON on
//! standard output. Refuses to judge: timings of a busy machine compare only within one run.
//!
//! Shapes are SmolLM2-135M's (9 heads over 3, 64 values). Decode goes round as many layers as make the cache larger than the
//! processor's, so that it is memory that is measured. Arguments: any of `f32 f16 q8` and names of instruction sets narrow it.

use kernels::Isa;
use kernels::Pool;
use kernels::{Attention, QueryRow, attend};
use kernels::{BLOCK_TOKENS, KvKind, KvLayout, KvPool, KvSlot, write_rows};
use std::time::{Duration, Instant};

const HEADS: usize = 9;
const KV_HEADS: usize = 3;
const HEAD_DIM: usize = 64;
const PREFILL_ROWS: usize = 128;
/// Layers of the model, and the size of cache at which decode needs no more of them.
const LAYERS: usize = 30;
const CACHE_BYTES: usize = 128 << 20;
/// How long one number is measured.
const MEASURE: Duration = Duration::from_millis(60);

/// Sequences of one length, filled.
struct Village {
    kv: KvPool,
    tables: Vec<Vec<u32>>,
}

impl Village {
    fn new(kind: KvKind, sequences: usize, tokens: usize, pool: &Pool) -> Result<Village, kernels::KvError> {
        let mut layout = KvLayout { layers: 1, kv_heads: KV_HEADS, head_dim: HEAD_DIM, kind };
        layout.layers = (CACHE_BYTES / (layout.token_bytes() * sequences * tokens)).clamp(1, LAYERS);
        let blocks = tokens.div_ceil(BLOCK_TOKENS);
        let mut kv = KvPool::new(layout, sequences * blocks)?;
        // Neighbours in a table are not neighbours in memory, as in a server that has run for a while.
        let block = |sequence: usize, index: usize| (index * sequences + sequence) as u32;
        let tables: Vec<Vec<u32>> = (0..sequences)
            .map(|sequence| (0..blocks).map(|index| block(sequence, index)).collect())
            .collect();
        let numbers: Vec<f32> = (0..tokens * KV_HEADS * HEAD_DIM)
            .map(|index| ((index * 7919 % 1009) as f32 - 504.0) / 504.0)
            .collect();
        for table in &tables {
            let slot = |token| KvSlot { block: table[token / BLOCK_TOKENS], slot: token % BLOCK_TOKENS };
            let slots: Vec<KvSlot> = (0..tokens).map(slot).collect();
            for layer in 0..layout.layers {
                write_rows(Isa::best(), pool, &mut kv, layer, &slots, &numbers, &numbers);
            }
        }
        Ok(Village { kv, tables })
    }

    /// The best time of one layer's call.
    fn time(&self, isa: Isa, pool: &Pool, rows: &[QueryRow<'_>]) -> Duration {
        let queries: Vec<f32> = (0..rows.len() * HEADS * HEAD_DIM)
            .map(|index| ((index * 31 % 211) as f32 - 105.0) / 105.0)
            .collect();
        let mut out = vec![0.0; queries.len()];
        let (begin, mut best) = (Instant::now(), Duration::MAX);
        while begin.elapsed() < MEASURE {
            // Round all layers, so that none is still in the processor's cache when it comes again.
            for layer in 0..self.kv.layout().layers {
                let task = Attention { layer, heads: HEADS, scale: 0.125, rows, queries: &queries };
                let start = Instant::now();
                attend(isa, pool, &self.kv, &task, &mut out);
                best = best.min(start.elapsed());
            }
        }
        std::hint::black_box(out);
        best
    }
}

fn main() -> Result<(), kernels::KvError> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let kinds = [("f32", KvKind::F32), ("f16", KvKind::F16), ("q8", KvKind::Q8)];
    let isas: Vec<Isa> = Isa::all().into_iter().filter(|isa| *isa != Isa::SCALAR).collect();
    let wanted = |name: &str, all: &[&str]| {
        !asked.iter().any(|word| all.contains(&word.as_str())) || asked.iter().any(|word| word == name)
    };
    let isas: Vec<Isa> = {
        let names: Vec<&str> = isas.iter().map(|isa| isa.name()).collect();
        isas.iter().copied().filter(|isa| wanted(isa.name(), &names)).collect()
    };
    let pools = [Pool::new(1), Pool::new(2)];
    let mut lines = Vec::new();
    for (name, kind) in kinds.into_iter().filter(|(name, _)| wanted(name, &["f32", "f16", "q8"])) {
        for past in [128, 512, 1024] {
            let village = Village::new(kind, 1, past + PREFILL_ROWS, &pools[1])?;
            let rows: Vec<_> = (past..past + PREFILL_ROWS)
                .map(|position| QueryRow { table: &village.tables[0], position })
                .collect();
            measure(&mut lines, ("prefill", name, past), &village, &rows, &isas, &pools);
        }
        for (batch, past) in [(1, 256), (1, 2048), (8, 256), (8, 2048), (32, 256), (32, 2048)] {
            let village = Village::new(kind, batch, past + 1, &pools[1])?;
            let rows: Vec<_> =
                village.tables.iter().map(|table| QueryRow { table, position: past }).collect();
            measure(&mut lines, ("decode", name, past), &village, &rows, &isas, &pools);
        }
    }
    println!("[\n{}\n]", lines.join(",\n"));
    Ok(())
}

/// One case on every instruction set and pool, as JSON objects.
fn measure(
    lines: &mut Vec<String>,
    (phase, kind, past): (&str, &str, usize),
    village: &Village,
    rows: &[QueryRow<'_>],
    isas: &[Isa],
    pools: &[Pool],
) {
    let layout = village.kv.layout();
    let keys: usize = rows.iter().map(|row| row.position + 1).sum();
    let flops = (keys * HEADS * HEAD_DIM * 4) as f64;
    let kv_bytes = (village.tables.len() * (past + 1) * layout.token_bytes() / layout.layers) as f64;
    for (isa, pool) in isas.iter().flat_map(|isa| pools.iter().map(move |pool| (*isa, pool))) {
        let seconds = village.time(isa, pool, rows).as_secs_f64();
        lines.push(format!(
            "{{\"phase\":\"{phase}\",\"kv\":\"{kind}\",\"isa\":\"{}\",\"threads\":{},\"rows\":{},\"past\":{past},\
             \"layers\":{},\"layer_us\":{:.1},\"gflop_s\":{:.1},\"kv_gb_s\":{:.2}}}",
            isa.name(),
            pool.threads(),
            rows.len(),
            layout.layers,
            seconds * 1e6,
            flops / seconds / 1e9,
            kv_bytes / seconds / 1e9,
        ));
    }
}
