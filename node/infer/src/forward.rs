//! Owns the forward pass of the Llama family over a ragged batch: from the tokens of many sequences to the logits that are
//! wanted of them, extending their keys and values, each row with its own adapter. Refuses to know files, sampling and
//! whose a sequence is.
//! Source: Touvron et al. 2023 (Llama), Yang et al. 2024 and 2025 (Qwen2 and Qwen3), as llama.cpp lays their weights out;
//! Chen et al. 2023 (Punica) for rows of different adapters in one batch. Activations are f32; shapes in the comments are
//! n rows, h query heads, g kv heads, d head width, w model width, f feed-forward width.
//!
//! A row's result depends on its own sequence alone: every kernel fixes the order of its sums (batch invariance).

use crate::adapter::{Adapter, Part as AdaptedPart};
use crate::backend::Part;
use crate::blocks::BLOCK_TOKENS;
use crate::matrix::{Cpu, Task, products};
use crate::shape::Shape;
use crate::weights::{Layer, Weights};
use kernels::{
    ActivationBits, Attention, Coded, KvPool, KvSlot, LoraProduct, LoraScratch, Mode, QueryRow, Rows,
    Segment, attend, lora, rms_norm, rms_norm_heads, rotate, write_rows,
};
use std::ops::Range;

/// Buffers of a pass, kept from batch to batch.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    stream: Vec<f32>,
    normed: Vec<f32>,
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    mixed: Vec<f32>,
    gate: Vec<f32>,
    up: Vec<f32>,
    coded: Coded,
    lora: LoraScratch,
    positions: Vec<u32>,
    slots: Vec<KvSlot>,
}

impl Scratch {
    /// Empty buffers for activations of this fineness.
    pub(crate) fn new(activations: ActivationBits) -> Scratch {
        Scratch { coded: Coded::new(activations), ..Scratch::default() }
    }
}

/// Rows that one adapter works on.
struct Worn<'a> {
    rows: Range<usize>,
    adapter: &'a Adapter,
}

/// One batch on its way through the model.
pub(crate) struct Pass<'a> {
    pub(crate) cpu: &'a Cpu,
    pub(crate) shape: &'a Shape,
    pub(crate) weights: &'a Weights,
    pub(crate) kv: &'a mut KvPool,
}

impl Pass<'_> {
    /// Computes a checked batch; writes the wanted rows of logits.
    pub(crate) fn run(&mut self, scratch: &mut Scratch, parts: &[Part<'_>], logits: &mut Vec<f32>) {
        let tables: Vec<Vec<u32>> =
            parts.iter().map(|part| part.table.iter().map(|block| block.index()).collect()).collect();
        let rows = query_rows(parts, &tables);
        let worn = worn(parts);
        self.embed(scratch, parts, rows.len());
        for index in 0..self.weights.layers.len() {
            self.attention(scratch, index, &rows, &worn);
            self.feed_forward(scratch, index, &worn);
        }
        self.logits(scratch, parts, logits);
    }

    /// Computes a part, and adds its last hidden states (n, w), normed, to `sum` (w).
    pub(crate) fn sum_hidden(&mut self, scratch: &mut Scratch, part: Part<'_>, sum: &mut [f64]) {
        let parts = [part];
        let tables = [part.table.iter().map(|block| block.index()).collect()];
        let rows = query_rows(&parts, &tables);
        self.embed(scratch, &parts, rows.len());
        for index in 0..self.weights.layers.len() {
            self.attention(scratch, index, &rows, &[]);
            self.feed_forward(scratch, index, &[]);
        }
        let (cpu, epsilon) = (self.cpu, self.shape.norm_epsilon);
        let norm = &self.weights.output_norm;
        rms_norm(cpu.isa, &cpu.pool, &scratch.stream, norm, epsilon, &mut scratch.normed);
        for row in scratch.normed.chunks_exact(self.shape.embedding) {
            for (sum, value) in sum.iter_mut().zip(row) {
                *sum += f64::from(*value);
            }
        }
    }

    /// Fills the stream (n, w), and where each row stands.
    fn embed(&self, scratch: &mut Scratch, parts: &[Part<'_>], n: usize) {
        let shape = self.shape;
        let sizes = [
            (&mut scratch.stream, shape.embedding),
            (&mut scratch.normed, shape.embedding),
            (&mut scratch.queries, shape.query_width()),
            (&mut scratch.keys, shape.kv_width()),
            (&mut scratch.values, shape.kv_width()),
            (&mut scratch.mixed, shape.query_width()),
            (&mut scratch.gate, shape.feed_forward),
            (&mut scratch.up, shape.feed_forward),
        ];
        for (buffer, width) in sizes {
            buffer.resize(n * width, 0.0);
        }
        scratch.positions.clear();
        scratch.slots.clear();
        let mut stream = scratch.stream.chunks_exact_mut(shape.embedding);
        for part in parts {
            for (token, position) in part.tokens.iter().zip(part.start..) {
                if let Some(row) = stream.next() {
                    self.weights.embedding.row(*token as usize, row);
                }
                scratch.positions.push(position as u32);
                let block = part.table[position / BLOCK_TOKENS].index();
                scratch.slots.push(KvSlot { block, slot: position % BLOCK_TOKENS });
            }
        }
    }

    fn attention(&mut self, s: &mut Scratch, index: usize, rows: &[QueryRow<'_>], worn: &[Worn<'_>]) {
        let (cpu, shape, layer, n) = (self.cpu, self.shape, &self.weights.layers[index], rows.len());
        let (isa, pool) = (cpu.isa, &cpu.pool);
        let input = self.normed(&s.stream, &layer.attention_norm, &mut s.normed, worn);
        let tasks = vec![
            Task::new(&layer.query, Mode::Write, &mut s.queries),
            Task::new(&layer.key, Mode::Write, &mut s.keys),
            Task::new(&layer.value, Mode::Write, &mut s.values),
        ];
        products(cpu, input, n, &mut s.coded, tasks);
        let adapted = [
            (&mut s.queries, AdaptedPart::Query),
            (&mut s.keys, AdaptedPart::Key),
            (&mut s.values, AdaptedPart::Value),
        ];
        adapt(cpu, &s.normed, n, index, worn, &mut s.lora, adapted);
        self.place(layer, &mut s.queries, &mut s.keys, &s.positions);
        write_rows(isa, pool, self.kv, index, &s.slots, &s.keys, &s.values);
        let scale = 1.0 / (shape.head_dim as f32).sqrt();
        let task = Attention { layer: index, heads: shape.heads, scale, rows, queries: &s.queries };
        attend(isa, pool, self.kv, &task, &mut s.mixed);
        let task = Task::new(&layer.attention_output, Mode::Add, &mut s.stream);
        products(cpu, Rows::Plain(&s.mixed), n, &mut s.coded, vec![task]);
        adapt(cpu, &s.mixed, n, index, worn, &mut s.lora, [(&mut s.stream, AdaptedPart::Output)]);
    }

    /// Head norms, and rotation to the rows' positions.
    fn place(&self, layer: &Layer, queries: &mut [f32], keys: &mut [f32], positions: &[u32]) {
        let (isa, pool, shape) = (self.cpu.isa, &self.cpu.pool, self.shape);
        for (rows, norm, heads) in
            [(queries, &layer.query_norm, shape.heads), (keys, &layer.key_norm, shape.kv_heads)]
        {
            if let Some(norm) = norm {
                rms_norm_heads(isa, pool, rows, norm, shape.norm_epsilon);
            }
            rotate(isa, pool, rows, heads, positions, &self.weights.rotation);
        }
    }

    fn feed_forward(&self, s: &mut Scratch, index: usize, worn: &[Worn<'_>]) {
        let (cpu, layer, n) = (self.cpu, &self.weights.layers[index], s.positions.len());
        let input = self.normed(&s.stream, &layer.feed_norm, &mut s.normed, worn);
        let tasks = vec![
            Task::new(&layer.gate, Mode::Write, &mut s.gate),
            Task::new(&layer.up, Mode::Write, &mut s.up),
        ];
        products(cpu, input, n, &mut s.coded, tasks);
        let adapted = [(&mut s.gate, AdaptedPart::Gate), (&mut s.up, AdaptedPart::Up)];
        adapt(cpu, &s.normed, n, index, worn, &mut s.lora, adapted);
        let input = self.needed(Rows::Gated { gate: &mut s.gate, up: &s.up }, worn);
        let task = Task::new(&layer.down, Mode::Add, &mut s.stream);
        products(cpu, input, n, &mut s.coded, vec![task]);
        adapt(cpu, &s.gate, n, index, worn, &mut s.lora, [(&mut s.stream, AdaptedPart::Down)]);
    }

    /// The norm of rows before a product.
    fn normed<'b>(
        &self,
        values: &'b [f32],
        weight: &'b [f32],
        room: &'b mut [f32],
        worn: &[Worn<'_>],
    ) -> Rows<'b> {
        self.needed(Rows::Normed { values, weight, epsilon: self.shape.norm_epsilon, room }, worn)
    }

    /// Rows before a product: they are finished first where an adapter has to see them too.
    fn needed<'b>(&self, rows: Rows<'b>, worn: &[Worn<'_>]) -> Rows<'b> {
        if worn.is_empty() { rows } else { Rows::Plain(rows.finish(self.cpu.isa, &self.cpu.pool)) }
    }

    fn logits(&self, s: &mut Scratch, parts: &[Part<'_>], logits: &mut Vec<f32>) {
        let (cpu, shape, output) = (self.cpu, self.shape, &self.weights.output);
        let width = shape.embedding;
        let (mut from, mut wanted) = (0, 0);
        for part in parts {
            let n = part.tokens.len();
            let rows = part.wanted;
            // The rows that are wanted move to the front; each comes from its own place or from behind it.
            s.stream.copy_within((from + n - rows) * width..(from + n) * width, wanted * width);
            wanted += rows;
            from += n;
        }
        logits.clear();
        logits.resize(wanted * output.outputs(), 0.0);
        if wanted == 0 {
            return;
        }
        let (stream, normed) = (&s.stream[..wanted * width], &mut s.normed[..wanted * width]);
        let input = self.normed(stream, &self.weights.output_norm, normed, &[]);
        let task = Task { matrix: output, bias: None, mode: Mode::Write, out: logits };
        products(cpu, input, wanted, &mut s.coded, vec![task]);
    }
}

/// Adds what the worn adapters make of `input` (n, inputs) to products of the same input, each (n, outputs).
fn adapt<const P: usize>(
    cpu: &Cpu,
    input: &[f32],
    n: usize,
    layer: usize,
    worn: &[Worn<'_>],
    scratch: &mut LoraScratch,
    products: [(&mut Vec<f32>, AdaptedPart); P],
) {
    if worn.is_empty() {
        return;
    }
    let segments = products.each_ref().map(|(_, of)| segments(worn, layer, *of));
    let mut tasks: Vec<LoraProduct<'_>> = products
        .into_iter()
        .zip(&segments)
        .map(|((out, _), segments)| LoraProduct { segments, outputs: out.len() / n, out })
        .collect();
    lora(cpu.isa, &cpu.pool, input, &mut tasks, scratch);
}

/// What each adapter of the batch has for one matrix.
fn segments<'a>(worn: &[Worn<'a>], layer: usize, of: AdaptedPart) -> Vec<Segment<'a>> {
    let segment = |worn: &Worn<'a>| {
        let adapter: &'a Adapter = worn.adapter;
        let weights = adapter.layers.get(layer).and_then(|layer| layer.get(of));
        Segment { rows: worn.rows.clone(), weights }
    };
    worn.iter().map(segment).collect()
}

/// Where each row of the batch looks.
fn query_rows<'a>(parts: &[Part<'_>], tables: &'a [Vec<u32>]) -> Vec<QueryRow<'a>> {
    let rows = |(part, table): (&Part<'_>, &'a Vec<u32>)| {
        (part.start..part.start + part.tokens.len()).map(move |position| QueryRow { table, position })
    };
    parts.iter().zip(tables).flat_map(rows).collect()
}

/// Runs of rows with the same adapter, without the rows that have none.
fn worn<'a>(parts: &[Part<'a>]) -> Vec<Worn<'a>> {
    let mut all: Vec<Worn<'a>> = Vec::new();
    let mut first = 0;
    for part in parts {
        let end = first + part.tokens.len();
        let asleep = part.adapter_from.saturating_sub(part.start).min(part.tokens.len());
        if let Some(adapter) = part.adapter
            && first + asleep < end
        {
            let rows = first + asleep..end;
            match all.last_mut() {
                Some(last)
                    if last.rows.end == rows.start && last.adapter.generation() == adapter.generation() =>
                {
                    last.rows.end = end;
                }
                _ => all.push(Worn { rows, adapter }),
            }
        }
        first = end;
    }
    all
}
