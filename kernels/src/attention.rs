//! Owns attention over paged keys and values: causal, grouped queries, prefill and decode rows of many sequences in one
//! call. Refuses to know tokens, models and who owns a block.
//!
//! Definition, for each (row, head), whose order is the specification (`scalar::attention` writes it out):
//! over blocks of sixteen positions, ascending,
//! `s[t] = (Σ q[d]·K[d][t], fused, d ascending) · key_scale[t] · scale`; `m' = max(m, s)`; `c = exp(m - m')`, 1 where m stays;
//! `p[t] = exp(s[t] - m')` up to the row's position, 0 after it; `l = l·c + Σ p`, fused, summed in [`Lanes::sum`]'s order;
//! `acc[d] = acc[d]·c`, then `acc[d] += p[t]·value_scale[t] · V[t][d]`, fused, t ascending; at the end `out = acc / l`.
//! (Scales of Q8 alone.) Nothing in it depends on other rows, on threads or on the instruction set, so neither do the bits.
//!
//! Source: online softmax (Milakov and Gimelshein 2018), paged attention (Kwon et al. 2023).

use crate::isa::Isa;
use crate::kv::KvPool;
use crate::lanes::dispatch;
use crate::pool::{Parts, Pool};
use std::ops::Range;

#[cfg(test)]
mod tests;
mod tile;

use tile::TileRun;

/// Queries that share each load of a block: rows of one sequence, times the heads of one kv head.
const TILE_QUERIES: usize = 12;
/// Multiply-adds of a call below which other threads are not woken.
const WORK_ALONE: usize = 1 << 17;

/// One row: a token that attends its own sequence.
#[derive(Debug, Clone, Copy)]
pub struct QueryRow<'a> {
    /// The sequence's blocks, in order. Rows of one sequence that stand together and hand in the same slice share work.
    pub table: &'a [u32],
    /// The row's position: it attends 0..=position, and its own key is already written.
    pub position: usize,
}

/// What to attend.
#[derive(Debug, Clone, Copy)]
pub struct Attention<'a> {
    /// Which layer's keys and values.
    pub layer: usize,
    /// Query heads: a multiple of the pool's kv_heads. Head h reads kv head h / (heads / kv_heads).
    pub heads: usize,
    /// Scores' factor, usually 1 / √head_dim.
    pub scale: f32,
    /// At least one row, of any sequences, in any order.
    pub rows: &'a [QueryRow<'a>],
    /// (rows, heads, head_dim), rotated.
    pub queries: &'a [f32],
}

/// Attends; `out` (rows, heads, head_dim). Where a query, or a key or value that a row attends, is not a finite number, that
/// row's output may be not a number; no other row's.
///
/// # Panics
/// If there are no rows, the shapes do not fit, the layer is not in the pool, a row's position is past its table, or its
/// table names a block that the pool has not.
pub fn attend(isa: Isa, pool: &Pool, kv: &KvPool, task: &Attention<'_>, out: &mut [f32]) {
    let layout = kv.layout();
    let numbers = task.rows.len() * task.heads * layout.head_dim;
    assert!(!task.rows.is_empty(), "no rows");
    assert!(task.heads > 0 && task.heads.is_multiple_of(layout.kv_heads), "{} heads", task.heads);
    assert_eq!((task.queries.len(), out.len()), (numbers, numbers), "{} rows", task.rows.len());
    assert!(task.layer < layout.layers, "layer {} of {}", task.layer, layout.layers);
    for QueryRow { table, position } in task.rows {
        assert!(
            position / crate::kv::BLOCK_TOKENS < table.len(),
            "position {position}, {} blocks",
            table.len()
        );
    }
    let tiles = tiles(task.rows, (TILE_QUERIES / (task.heads / layout.kv_heads)).max(1));
    let out = Parts::new(out);
    // Parts that stand together are of one kv head: prefill rows of a sequence read the same pages while they are near.
    let work = |part: usize| {
        let (rows, head) = (tiles[part % tiles.len()].clone(), part / tiles.len());
        dispatch(isa, TileRun { kv, task, rows, head, out: &out });
    };
    let parts = tiles.len() * layout.kv_heads;
    let keys: usize = task.rows.iter().map(|row| row.position + 1).sum();
    if keys.saturating_mul(2 * task.heads * layout.head_dim) < WORK_ALONE {
        (0..parts).for_each(work);
    } else {
        pool.run(parts, &work);
    }
}

/// Cuts rows into runs of at most `rows_max` that share a table.
fn tiles(rows: &[QueryRow<'_>], rows_max: usize) -> Vec<Range<usize>> {
    let mut tiles: Vec<Range<usize>> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        match tiles.last_mut() {
            Some(tile) if tile.len() < rows_max && std::ptr::eq(rows[tile.start].table, row.table) => {
                tile.end += 1
            }
            _ => tiles.push(index..index + 1),
        }
    }
    tiles
}
