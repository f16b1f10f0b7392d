//! Owns the memory of keys and values: blocks of [`BLOCK_TOKENS`] tokens, in one pool, in the precision asked for. Refuses
//! to know which sequence a block belongs to and who counts it: a block is a number.
//!
//! Source: paged attention (Kwon et al. 2023) for blocks and tables. A block holds (layers, kv_heads) pages, each one head's
//! sixteen keys and values (see `page`), so copying a block is one copy, and a head's page is one run of memory.

use crate::aligned::{AlignedBytes, OutOfMemory};
use crate::isa::Isa;
use crate::lanes::{Kernel, LANES, Lanes, dispatch};
use crate::pool::{Parts, Pool};

pub(crate) mod page;
#[cfg(test)]
mod tests;

use page::{Code, Page, PageMut, page_bytes};

/// Tokens of a block.
pub const BLOCK_TOKENS: usize = 16;
/// Most values of a head; heads have a multiple of sixteen.
pub const HEAD_DIM_MAX: usize = 256;
// One vector of scores is one block's, and one vector of values is one step of a head.
const _: () = assert!(BLOCK_TOKENS == LANES && HEAD_DIM_MAX.is_multiple_of(LANES));
/// Numbers in a batch of rows below which other threads are not woken: a region costs more than writing them.
const NUMBERS_ALONE: usize = 1 << 14;

/// How keys and values are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvKind {
    /// As computed.
    F32,
    /// IEEE half: sizes above 65,504 become infinite.
    F16,
    /// Whole numbers from -127 to 127 and, for each (token, head) of keys and of values, an f32 scale: largest size / 127.
    /// A row with an infinity or not a number reads as not a number.
    Q8,
}

/// The shape of a pool's blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KvLayout {
    /// Layers of the model.
    pub layers: usize,
    /// Heads of keys and values in each layer.
    pub kv_heads: usize,
    /// Values of a head: a multiple of 16 up to [`HEAD_DIM_MAX`].
    pub head_dim: usize,
    /// How they are kept.
    pub kind: KvKind,
}

impl KvLayout {
    /// Bytes of a block: all layers of sixteen tokens. `usize::MAX` for a layout that no pool accepts.
    pub fn block_bytes(&self) -> usize {
        self.layers.saturating_mul(self.kv_heads).saturating_mul(self.page_bytes())
    }

    /// Bytes of one token in all layers.
    pub fn token_bytes(&self) -> usize {
        self.block_bytes() / BLOCK_TOKENS
    }

    /// Bytes of a page.
    #[inline(always)]
    fn page_bytes(&self) -> usize {
        page_bytes(self.kind, self.head_dim)
    }

    /// Where a page begins in its pool, in bytes.
    #[inline(always)]
    fn page_start(&self, block: u32, layer: usize, head: usize) -> usize {
        ((block as usize * self.layers + layer) * self.kv_heads + head) * self.page_bytes()
    }
}

/// Why there is no pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// The model's heads do not fit the pages.
    #[error("heads of {found} values; the cache keeps heads of a multiple of {LANES} up to {HEAD_DIM_MAX}")]
    HeadDim {
        /// Values of a head.
        found: usize,
    },
    /// Nothing to keep.
    #[error("a cache of {blocks} blocks, {layers} layers, {kv_heads} heads: each must be at least one")]
    Empty {
        /// Blocks asked for.
        blocks: usize,
        /// Layers of the layout.
        layers: usize,
        /// Heads of the layout.
        kv_heads: usize,
    },
    /// More than a block number or an address can say.
    #[error(
        "{blocks} blocks of {block_bytes} bytes are more than memory has addresses or blocks have numbers"
    )]
    TooLarge {
        /// Blocks asked for.
        blocks: usize,
        /// Bytes of each.
        block_bytes: usize,
    },
    /// The machine has no more.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
}

/// Where a token's keys and values lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KvSlot {
    /// Which block.
    pub block: u32,
    /// Which token of it, below [`BLOCK_TOKENS`].
    pub slot: usize,
}

/// All blocks.
#[derive(Debug)]
pub struct KvPool {
    layout: KvLayout,
    blocks: usize,
    bytes: AlignedBytes,
}

impl KvPool {
    /// A pool of `blocks` zeroed blocks.
    ///
    /// # Errors
    /// [`KvError`].
    pub fn new(layout: KvLayout, blocks: usize) -> Result<KvPool, KvError> {
        let KvLayout { layers, kv_heads, head_dim, .. } = layout;
        if head_dim == 0 || !head_dim.is_multiple_of(LANES) || head_dim > HEAD_DIM_MAX {
            return Err(KvError::HeadDim { found: head_dim });
        }
        if blocks == 0 || layers == 0 || kv_heads == 0 {
            return Err(KvError::Empty { blocks, layers, kv_heads });
        }
        let block_bytes = layout.block_bytes();
        let bytes = block_bytes.checked_mul(blocks).filter(|bytes| *bytes <= isize::MAX as usize);
        let (Some(bytes), Ok(_)) = (bytes, u32::try_from(blocks)) else {
            return Err(KvError::TooLarge { blocks, block_bytes });
        };
        Ok(KvPool { layout, blocks, bytes: AlignedBytes::zeroed(bytes)? })
    }

    /// Its blocks' shape.
    pub fn layout(&self) -> KvLayout {
        self.layout
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// Copies a whole block, all layers: a fork writes its own.
    ///
    /// # Panics
    /// If either is not a block of this pool.
    pub fn copy_block(&mut self, from: u32, to: u32) {
        let (from, to) = (self.page_start(from, 0, 0), self.page_start(to, 0, 0));
        self.bytes.as_mut_slice().copy_within(from..from + self.layout.block_bytes(), to);
    }

    /// Writes one token's keys and values of one layer, (kv_heads, head_dim) each; keys already rotated.
    ///
    /// # Panics
    /// As [`write_rows`].
    pub fn write(&mut self, at: KvSlot, layer: usize, keys: &[f32], values: &[f32]) {
        let slots = [at];
        let rows = Rows::new(self, layer, &slots, keys, values);
        (0..rows.layout.kv_heads).for_each(|head| dispatch(Isa::SCALAR, HeadWrite { rows: &rows, head }));
    }

    /// One token's keys and values of one layer as attention sees them, (kv_heads, head_dim) each. Slow: for tests and
    /// inspection.
    ///
    /// # Panics
    /// If the slot or the layer is not in this pool.
    pub fn read(&self, at: KvSlot, layer: usize) -> (Vec<f32>, Vec<f32>) {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for head in 0..self.layout.kv_heads {
            let stored = self.stored(at, layer, head);
            keys.extend(stored.keys.iter().map(|code| code * stored.key_scale));
            values.extend(stored.values.iter().map(|code| code * stored.value_scale));
        }
        (keys, values)
    }

    /// One token's codes of one head, for the specification.
    ///
    /// # Panics
    /// As [`KvPool::read`].
    pub(crate) fn stored(&self, at: KvSlot, layer: usize, head: usize) -> Stored {
        let head_dim = self.layout.head_dim;
        match self.layout.kind {
            KvKind::F32 => Stored::new(self.page::<f32>(at.block, layer, head), head_dim, at.slot),
            KvKind::F16 => Stored::new(self.page::<u16>(at.block, layer, head), head_dim, at.slot),
            KvKind::Q8 => Stored::new(self.page::<i8>(at.block, layer, head), head_dim, at.slot),
        }
    }

    /// One head's page.
    #[inline(always)]
    pub(crate) fn page<C: Code>(&self, block: u32, layer: usize, head: usize) -> Page<'_, C> {
        Page::new(self.page_memory(block, layer, head), self.layout.head_dim)
    }

    /// Its bytes.
    #[inline(always)]
    pub(crate) fn page_memory(&self, block: u32, layer: usize, head: usize) -> &[u8] {
        let start = self.page_start(block, layer, head);
        &self.bytes.as_slice()[start..start + self.layout.page_bytes()]
    }

    /// Where a page begins, in bytes.
    #[inline(always)]
    fn page_start(&self, block: u32, layer: usize, head: usize) -> usize {
        let KvLayout { layers, kv_heads, .. } = self.layout;
        assert!((block as usize) < self.blocks, "block {block} of {}", self.blocks);
        assert!(layer < layers && head < kv_heads, "layer {layer} of {layers}, head {head} of {kv_heads}");
        self.layout.page_start(block, layer, head)
    }
}

/// One token's codes of one head, as numbers, (head_dim) each.
pub(crate) struct Stored {
    pub(crate) keys: Vec<f32>,
    pub(crate) key_scale: f32,
    pub(crate) values: Vec<f32>,
    pub(crate) value_scale: f32,
}

impl Stored {
    fn new<C: Code>(page: Page<'_, C>, head_dim: usize, slot: usize) -> Stored {
        Stored {
            keys: page.keys.iter().map(|column| column[slot].number()).collect(),
            key_scale: page.scales.map_or(1.0, |[keys, _]| keys[slot]),
            values: (0..head_dim).map(|dim| page.values[dim / LANES][slot][dim % LANES].number()).collect(),
            value_scale: page.scales.map_or(1.0, |[_, values]| values[slot]),
        }
    }
}

/// Writes the keys and values of a batch of tokens in one layer: `keys` and `values` (rows, kv_heads, head_dim), keys already
/// rotated. A slot named twice keeps the later row.
///
/// # Panics
/// If the shapes do not fit, or a slot or the layer is not in the pool.
pub fn write_rows(
    isa: Isa,
    pool: &Pool,
    kv: &mut KvPool,
    layer: usize,
    rows: &[KvSlot],
    keys: &[f32],
    values: &[f32],
) {
    let rows = Rows::new(kv, layer, rows, keys, values);
    // By heads, not by rows: rows of one block share its cache lines, and heads never share a page.
    let write = |head| dispatch(isa, HeadWrite { rows: &rows, head });
    if keys.len() < NUMBERS_ALONE {
        (0..rows.layout.kv_heads).for_each(write);
    } else {
        pool.run(rows.layout.kv_heads, &write);
    }
}

/// A batch of tokens to be written.
struct Rows<'a> {
    layout: KvLayout,
    layer: usize,
    slots: &'a [KvSlot],
    keys: &'a [f32],
    values: &'a [f32],
    bytes: Parts<'a, u8>,
}

impl<'a> Rows<'a> {
    /// # Panics
    /// As [`write_rows`].
    fn new(
        kv: &'a mut KvPool,
        layer: usize,
        slots: &'a [KvSlot],
        keys: &'a [f32],
        values: &'a [f32],
    ) -> Self {
        let layout = kv.layout;
        let numbers = slots.len() * layout.kv_heads * layout.head_dim;
        assert_eq!((keys.len(), values.len()), (numbers, numbers), "keys and values of {} rows", slots.len());
        assert!(layer < layout.layers, "layer {layer} of {}", layout.layers);
        for KvSlot { block, slot } in slots {
            assert!((*block as usize) < kv.blocks && *slot < BLOCK_TOKENS, "block {block}, slot {slot}");
        }
        Rows { layout, layer, slots, keys, values, bytes: Parts::new(kv.bytes.as_mut_slice()) }
    }
}

/// One head's share of it.
struct HeadWrite<'a> {
    rows: &'a Rows<'a>,
    head: usize,
}

impl Kernel for HeadWrite<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        match self.rows.layout.kind {
            KvKind::F32 => self.write::<L, f32>(),
            KvKind::F16 => self.write::<L, u16>(),
            KvKind::Q8 => self.write::<L, i8>(),
        }
    }
}

impl HeadWrite<'_> {
    #[inline(always)]
    fn write<L: Lanes, C: Code>(self) {
        let Rows { layout, layer, slots, keys, values, ref bytes } = *self.rows;
        let (head_dim, page_bytes) = (layout.head_dim, layout.page_bytes());
        let row_len = layout.kv_heads * head_dim;
        let rows = keys.chunks_exact(row_len).zip(values.chunks_exact(row_len));
        for (at, (keys, values)) in slots.iter().zip(rows) {
            let start = layout.page_start(at.block, layer, self.head);
            // SAFETY: pages do not overlap; a head's pages are written by its one part, one page at a time.
            let page = unsafe { bytes.get(start, page_bytes) };
            let head = self.head * head_dim..(self.head + 1) * head_dim;
            PageMut::<C>::new(page, head_dim).put::<L>(at.slot, &keys[head.clone()], &values[head]);
        }
    }
}
