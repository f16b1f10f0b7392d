//! Owns attention of new tokens over a sequence's past, and rotary positions. Refuses to know weights and layers.
//! Source: Vaswani et al. 2017, Ainslie et al. 2023 (grouped queries), Su et al. 2021 (rotary positions in interleaved
//! pairs, the layout GGUF files of the Llama family are written for).
//!
//! Why it is not a library's matrix product: there the order of a sum depends on how many rows are multiplied, so a prompt
//! computed in chunks gives other last bits than one computed whole, and quantised layers blow last bits up to some per
//! cent of a logit. Here every query's sums run in an order that depends on its own position alone, so chunks, reused
//! prefixes and forks give the very same logits.

use crate::shape::Shape;
use candle_core::utils::barrier_pool;
use std::sync::{Mutex, PoisonError};

/// Multiplications below which starting other threads costs more than it saves.
const PARALLEL_PRODUCTS_MIN: usize = 1 << 17;

/// Accumulators of a dot product: fixed, so that the order of its sum is part of the definition.
const LANES: usize = 16;

/// Sum of products: lane l takes the elements l, l + 16, ..., then the lanes are added in halves.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let (a_whole, b_whole) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let (a_tail, b_tail) = (a_whole.remainder(), b_whole.remainder());
    for (a, b) in a_whole.zip(b_whole) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    for (lane, (a, b)) in a_tail.iter().zip(b_tail).enumerate() {
        lanes[lane] += a * b;
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// Rotates each head of each row, (n, heads · d), to the positions `start .. start + n`: pair i of a head turns by
/// position · frequency i.
pub(crate) fn rotate(rows: &mut [f32], row_width: usize, head_dim: usize, start: usize, frequencies: &[f32]) {
    for (index, row) in rows.chunks_exact_mut(row_width).enumerate() {
        let position = (start + index) as f32;
        let turns: Vec<(f32, f32)> = frequencies.iter().map(|f| (position * f).sin_cos()).collect();
        for head in row.chunks_exact_mut(head_dim) {
            for (pair, (sin, cos)) in head.chunks_exact_mut(2).zip(&turns) {
                let (a, b) = (pair[0], pair[1]);
                pair[0] = a * cos - b * sin;
                pair[1] = a * sin + b * cos;
            }
        }
    }
}

/// One layer's past and present: (t, kv heads · d) each.
pub(crate) struct Past<'a> {
    pub(crate) keys: &'a [f32],
    pub(crate) values: &'a [f32],
    /// Positions before the first query.
    pub(crate) before: usize,
}

/// Attention of queries (n, heads · d), rotated, over their past and themselves. Gives (n, heads · d).
pub(crate) fn attend(queries: &[f32], past: &Past<'_>, shape: &Shape) -> Vec<f32> {
    let head_dim = shape.head_dim;
    let mut mixed = vec![0f32; queries.len()];
    let units = queries.len() / head_dim;
    let products = units * head_dim * 2 * (past.before + units / shape.heads);
    if products < PARALLEL_PRODUCTS_MIN {
        let mut scores = Vec::new();
        for (unit, out) in mixed.chunks_exact_mut(head_dim).enumerate() {
            attend_one(unit, queries, past, shape, &mut scores, out);
        }
        return mixed;
    }
    // Each unit is one head of one query; its place in the result is locked by the one thread that computes it.
    let places: Vec<Mutex<&mut [f32]>> = mixed.chunks_exact_mut(head_dim).map(Mutex::new).collect();
    barrier_pool().execute_chunked(units, |range| {
        let mut scores = Vec::new();
        for unit in range {
            let mut out = places[unit].lock().unwrap_or_else(PoisonError::into_inner);
            attend_one(unit, queries, past, shape, &mut scores, &mut out);
        }
    });
    drop(places);
    mixed
}

/// One head of one query: softmax over its scores, in order of position.
fn attend_one(
    unit: usize,
    queries: &[f32],
    past: &Past<'_>,
    shape: &Shape,
    scores: &mut Vec<f32>,
    out: &mut [f32],
) {
    let (head_dim, row) = (shape.head_dim, shape.kv_width());
    let query = &queries[unit * head_dim..(unit + 1) * head_dim];
    let seen = past.before + unit / shape.heads + 1;
    let column = unit % shape.heads / (shape.heads / shape.kv_heads) * head_dim;
    let scale = 1.0 / (head_dim as f32).sqrt();
    scores.clear();
    let keys = past.keys.chunks_exact(row).take(seen);
    scores.extend(keys.map(|key| dot(query, &key[column..column + head_dim]) * scale));
    let largest = scores.iter().fold(f32::NEG_INFINITY, |largest, score| largest.max(*score));
    let mut total = 0f32;
    for score in scores.iter_mut() {
        *score = (*score - largest).exp();
        total += *score;
    }
    out.fill(0.0);
    for (share, value) in scores.iter().zip(past.values.chunks_exact(row)) {
        for (sum, value) in out.iter_mut().zip(&value[column..column + head_dim]) {
            *sum += share * value;
        }
    }
    for sum in out.iter_mut() {
        *sum /= total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(heads: usize, kv_heads: usize, head_dim: usize) -> Shape {
        Shape {
            layers: 1,
            embedding: heads * head_dim,
            feed_forward: 1,
            heads,
            kv_heads,
            head_dim,
            context_len: 4096,
            norm_epsilon: 1e-5,
            rope_base: 10_000.0,
            rope_divisor: 1.0,
        }
    }

    fn numbers(len: usize, seed: u32) -> Vec<f32> {
        let step =
            |n: u32| (n.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 23) as f32 - 1.0;
        (0..len as u32).map(step).collect()
    }

    /// The definition in f64, written the long way.
    fn slow(queries: &[f32], past: &Past<'_>, shape: &Shape) -> Vec<f64> {
        let (d, row) = (shape.head_dim, shape.kv_heads * shape.head_dim);
        let mut all = Vec::new();
        for i in 0..queries.len() / (shape.heads * d) {
            for h in 0..shape.heads {
                let g = h * shape.kv_heads / shape.heads;
                let score = |j: usize| -> f64 {
                    let pairs = (0..d).map(|x| {
                        f64::from(queries[(i * shape.heads + h) * d + x])
                            * f64::from(past.keys[j * row + g * d + x])
                    });
                    (pairs.sum::<f64>() / (d as f64).sqrt()).exp()
                };
                let shares: Vec<f64> = (0..=past.before + i).map(score).collect();
                let total: f64 = shares.iter().sum();
                for x in 0..d {
                    let mix = shares
                        .iter()
                        .enumerate()
                        .map(|(j, s)| s * f64::from(past.values[j * row + g * d + x]));
                    all.push(mix.sum::<f64>() / total);
                }
            }
        }
        all
    }

    fn check(heads: usize, kv_heads: usize, head_dim: usize, before: usize, n: usize) {
        let shape = shape(heads, kv_heads, head_dim);
        let t = before + n;
        let (keys, values) = (numbers(t * kv_heads * head_dim, 1), numbers(t * kv_heads * head_dim, 77_777));
        let queries = numbers(n * heads * head_dim, 999);
        let past = Past { keys: &keys, values: &values, before };
        let ours = attend(&queries, &past, &shape);
        for (a, b) in ours.iter().zip(slow(&queries, &past, &shape)) {
            assert!((f64::from(*a) - b).abs() < 1e-5, "{heads}/{kv_heads}/{head_dim}/{before}/{n}: {a} {b}");
        }
        // Each query alone gives the same bits.
        let width = heads * head_dim;
        for i in 0..n {
            let alone = Past { before: before + i, ..past };
            assert_eq!(
                attend(&queries[i * width..(i + 1) * width], &alone, &shape),
                ours[i * width..(i + 1) * width]
            );
        }
    }

    #[test]
    fn attention_equals_its_definition() {
        check(1, 1, 2, 0, 1);
        check(4, 2, 6, 3, 5);
        check(9, 3, 64, 17, 4);
        check(9, 3, 64, 300, 40);
        check(2, 2, 18, 0, 33);
    }

    #[test]
    fn rotation_turns_pairs() {
        let mut rows = [1.0, 0.0, 0.0, 2.0];
        rotate(&mut rows, 4, 4, 1, &[std::f32::consts::FRAC_PI_2, std::f32::consts::PI]);
        for (a, b) in rows.iter().zip([0.0, 1.0, 0.0, -2.0]) {
            assert!((a - b).abs() < 1e-6, "{rows:?}");
        }
        let mut still = [0.3, -0.7];
        rotate(&mut still, 2, 2, 0, &[1.0]);
        assert_eq!(still, [0.3, -0.7]);
    }

    #[test]
    fn dot_covers_tails() {
        for len in [0, 1, 15, 16, 17, 64, 100] {
            let (a, b) = (numbers(len, 3), numbers(len, 8));
            let exact: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            assert!((f64::from(dot(&a, &b)) - exact).abs() < 1e-5);
        }
    }
}
