//! Owns the specification of attention and of Q8 keys and values: one number at a time, in the order that fixes the bits.
//! Refuses to be fast. Sources: as in `attention` and, for the exponential, Cephes (Moshier).

use crate::attention::Attention;
use crate::kv::{BLOCK_TOKENS, KvPool, KvSlot};
use crate::scalar::rows::exp;

/// What `crate::attention::attend` writes: (rows, heads, head_dim).
///
/// # Panics
/// As there.
pub fn attend(kv: &KvPool, task: &Attention<'_>) -> Vec<f32> {
    let head_dim = kv.layout().head_dim;
    let mut out = Vec::with_capacity(task.queries.len());
    for row in 0..task.rows.len() {
        for head in 0..task.heads {
            let start = (row * task.heads + head) * head_dim;
            out.extend(attend_one(kv, task, row, head, &task.queries[start..start + head_dim]));
        }
    }
    out
}

/// One row's one head: its query (head_dim) to its output (head_dim).
fn attend_one(kv: &KvPool, task: &Attention<'_>, row: usize, head: usize, query: &[f32]) -> Vec<f32> {
    let kv_head = head / (task.heads / kv.layout().kv_heads);
    let row = &task.rows[row];
    let mut acc = vec![0.0f32; query.len()];
    let (mut m, mut l) = (0.0f32, 0.0f32);
    for (block, number) in row.table[..=row.position / BLOCK_TOKENS].iter().enumerate() {
        let kept = (row.position + 1 - block * BLOCK_TOKENS).min(BLOCK_TOKENS);
        let stored: Vec<_> =
            (0..kept).map(|slot| kv.stored(KvSlot { block: *number, slot }, task.layer, kv_head)).collect();
        // Scores of positions after the row's are lower than any.
        let mut s = [f32::NEG_INFINITY; BLOCK_TOKENS];
        for t in 0..kept {
            let mut dot = 0.0f32;
            for (q, k) in query.iter().zip(&stored[t].keys) {
                dot = q.mul_add(*k, dot);
            }
            s[t] = dot * stored[t].key_scale * task.scale;
        }
        let largest = fold(s, larger);
        let next = if block == 0 { largest } else { larger(m, largest) };
        let c = if block == 0 || next == m { 1.0 } else { exp(m - next) };
        let mut p = [0.0f32; BLOCK_TOKENS];
        for t in 0..kept {
            p[t] = exp(s[t] - next);
        }
        (m, l) = (next, l.mul_add(c, fold(p, |a, b| a + b)));
        for (d, acc) in acc.iter_mut().enumerate() {
            *acc *= c;
            for (p, stored) in p.iter().zip(&stored) {
                *acc = (p * stored.value_scale).mul_add(stored.values[d], *acc);
            }
        }
    }
    acc.iter().map(|sum| sum / l).collect()
}

/// Joins 0 with 8, 1 with 9 …, then what is left with its half, down to one.
fn fold(mut values: [f32; BLOCK_TOKENS], join: impl Fn(f32, f32) -> f32) -> f32 {
    for width in [8, 4, 2, 1] {
        for lane in 0..width {
            values[lane] = join(values[lane], values[lane + width]);
        }
    }
    values[0]
}

/// The larger; the second where either is not a number.
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// One head's row of keys or values (head_dim) as Q8: the codes and their scale. The scale is the largest size / 127, and not
/// a number where the row has an infinity or not a number; codes are nearest, ties to even.
pub fn code_q8(row: &[f32]) -> (Vec<i8>, f32) {
    let most = row.iter().fold(0.0f32, |most, number| most.max(number.abs()));
    let finite = row.iter().all(|number| number.is_finite());
    let scale = if finite { most / 127.0 } else { f32::NAN };
    (row.iter().map(|number| (number / scale).round_ties_even().clamp(-127.0, 127.0) as i8).collect(), scale)
}
