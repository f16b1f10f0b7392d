//! Owns the bookkeeping of paged KV memory: which blocks are free, how many hold each of the others, the block table of a
//! sequence, and when a block must be copied before it is written. Refuses to know keys, values, layers and devices: it
//! deals in numbers, and whoever owns the memory does the copies it asks for.
//! Source: PagedAttention (Kwon et al., 2023), sections 4.2 and 4.4.

#[cfg(test)]
mod tests;

/// Positions of one block. A power of two, so that position to (block, row) is a shift and a mask in the kernels.
pub const BLOCK_TOKENS: usize = 16;
const _: () = assert!(BLOCK_TOKENS.is_power_of_two());

/// Blocks that `tokens` positions take.
pub const fn blocks_for(tokens: usize) -> usize {
    tokens.div_ceil(BLOCK_TOKENS)
}

/// A block of one [`Blocks`]; only that makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(u32);

impl BlockId {
    /// Its place in the KV memory: rows `index · BLOCK_TOKENS` and on.
    pub fn index(self) -> u32 {
        self.0
    }
}

/// Rows to copy from one block to another, in every layer, keys and values. Copies of one plan are done in their order and
/// before anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockCopy {
    /// The shared block.
    pub from: BlockId,
    /// The block that takes its place in one table.
    pub to: BlockId,
    /// Rows to copy, from the first on; below [`BLOCK_TOKENS`].
    pub tokens: usize,
}

/// Too few blocks are free; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} KV blocks are needed, {free} are free")]
pub struct OutOfBlocks {
    /// Blocks needed.
    pub wanted: usize,
    /// Blocks free.
    pub free: usize,
}

/// A table was asked for more tokens than it has; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fork of {asked} tokens was asked of a table with {actual}")]
pub struct ForkTooLong {
    /// Tokens asked for.
    pub asked: usize,
    /// Tokens there.
    pub actual: usize,
}

/// What happened since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockCounters {
    /// Blocks handed out.
    pub allocated: u64,
    /// Blocks that became free again.
    pub freed: u64,
    /// Blocks copied because they were shared.
    pub copied: u64,
    /// Most blocks in use at a time.
    pub used_peak: usize,
}

/// All blocks: a free list and a count of holders for each. The same calls give the same ids.
#[derive(Debug)]
pub struct Blocks {
    /// Holders of every block handed out so far; 0 means free. Grows up to `blocks_max`, so an idle node pays nothing.
    holders: Vec<u32>,
    /// The latest freed is the next used: its memory is the likeliest to be in a cache.
    free: Vec<BlockId>,
    blocks_max: u32,
    counters: BlockCounters,
}

impl Blocks {
    /// `blocks_max` free blocks.
    pub fn new(blocks_max: u32) -> Self {
        Blocks { holders: Vec::new(), free: Vec::new(), blocks_max, counters: BlockCounters::default() }
    }

    /// A block with one holder, or `None` when all are in use.
    pub fn allocate(&mut self) -> Option<BlockId> {
        let id = match self.free.pop() {
            Some(id) => id,
            None if self.holders.len() < self.blocks_max as usize => {
                self.holders.push(0);
                BlockId(self.holders.len() as u32 - 1)
            }
            None => return None,
        };
        self.holders[id.0 as usize] = 1;
        self.counters.allocated += 1;
        self.counters.used_peak = self.counters.used_peak.max(self.used());
        Some(id)
    }

    /// One holder more.
    ///
    /// # Panics
    /// When the block is free: a row of one request would soon be in another's hands.
    pub fn retain(&mut self, id: BlockId) {
        let holders = &mut self.holders[id.0 as usize];
        assert!(*holders > 0, "block {} was retained while free", id.0);
        // Tables and cache nodes are counted in memory, so they run out long before this number.
        *holders += 1;
    }

    /// One holder less; the last one makes the block free. Returns whether it did.
    ///
    /// # Panics
    /// When the block is free already, for the reason given at `retain`.
    pub fn release(&mut self, id: BlockId) -> bool {
        let holders = &mut self.holders[id.0 as usize];
        assert!(*holders > 0, "block {} was released twice", id.0);
        *holders -= 1;
        let freed = *holders == 0;
        if freed {
            self.free.push(id);
            self.counters.freed += 1;
        }
        freed
    }

    /// Whether more than one holds it: then nobody may write it.
    pub fn is_shared(&self, id: BlockId) -> bool {
        self.holders(id) > 1
    }

    /// How many hold it; 0 is free.
    pub fn holders(&self, id: BlockId) -> u32 {
        self.holders.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// Blocks nobody holds.
    pub fn free(&self) -> usize {
        self.total() - self.used()
    }

    /// Blocks somebody holds.
    pub fn used(&self) -> usize {
        self.holders.len() - self.free.len()
    }

    /// Blocks in all.
    pub fn total(&self) -> usize {
        self.blocks_max as usize
    }

    /// What happened since the start.
    pub fn counters(&self) -> BlockCounters {
        self.counters
    }
}

/// The blocks of one sequence: position `p` is row `p % BLOCK_TOKENS` of block `p / BLOCK_TOKENS`. It holds its blocks, so
/// it ends with [`Table::clear`]; dropping it otherwise loses them. Blocks beyond `len` are reserved and never shared.
#[derive(Debug, Default, PartialEq, Eq)]
#[must_use = "a table holds blocks until it is cleared"]
pub struct Table {
    blocks: Vec<BlockId>,
    len: usize,
}

impl Table {
    /// A table over blocks whose holder it becomes: `blocks_for(len)` of them, as a prefix match gives them.
    ///
    /// # Panics
    /// When the number of blocks is another.
    pub fn from_blocks(blocks: Vec<BlockId>, len: usize) -> Self {
        assert_eq!(blocks.len(), blocks_for(len), "a table of {len} tokens");
        Table { blocks, len }
    }

    /// Tokens whose keys and values are there.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The blocks in order of position, reserved ones included.
    pub fn blocks(&self) -> &[BlockId] {
        &self.blocks
    }

    /// Tokens that can be appended without another block.
    fn spare(&self) -> usize {
        self.blocks.len() * BLOCK_TOKENS - self.len
    }

    /// The last block, when it is partly filled and somebody else holds it too.
    fn shared_tail(&self, blocks: &Blocks) -> Option<BlockId> {
        let tail = self.blocks.get(self.len / BLOCK_TOKENS).copied()?;
        (!self.len.is_multiple_of(BLOCK_TOKENS) && blocks.is_shared(tail)).then_some(tail)
    }

    /// Blocks that `room(more)` would allocate.
    pub fn blocks_wanted(&self, more: usize, blocks: &Blocks) -> usize {
        if more == 0 {
            return 0;
        }
        let new = blocks_for(self.len.saturating_add(more)).saturating_sub(self.blocks.len());
        new + usize::from(self.shared_tail(blocks).is_some())
    }

    /// The most tokens, up to `more`, for which `room` succeeds with `available` blocks.
    pub fn fit(&self, more: usize, available: usize, blocks: &Blocks) -> usize {
        let copy = usize::from(self.shared_tail(blocks).is_some());
        match available.checked_sub(copy) {
            Some(new) => more.min(self.spare().saturating_add(new.saturating_mul(BLOCK_TOKENS))),
            None => 0,
        }
    }

    /// Makes positions `len..len + more` writable: reserves blocks, and replaces a shared tail by a block of its own, whose
    /// rows the caller copies. To be called again after a fork or an insertion into the cache, before the next write.
    ///
    /// # Errors
    /// [`OutOfBlocks`]; the table is as before.
    pub fn room(&mut self, more: usize, blocks: &mut Blocks) -> Result<Option<BlockCopy>, OutOfBlocks> {
        let wanted = self.blocks_wanted(more, blocks);
        let shortage = OutOfBlocks { wanted, free: blocks.free() };
        if wanted > shortage.free {
            return Err(shortage);
        }
        let mut copy = None;
        let mut left = wanted;
        if more > 0
            && let Some(from) = self.shared_tail(blocks)
        {
            let to = blocks.allocate().ok_or(shortage)?;
            blocks.release(from);
            blocks.counters.copied += 1;
            self.blocks[self.len / BLOCK_TOKENS] = to;
            copy = Some(BlockCopy { from, to, tokens: self.len % BLOCK_TOKENS });
            left -= 1;
        }
        for _ in 0..left {
            self.blocks.push(blocks.allocate().ok_or(shortage)?);
        }
        Ok(copy)
    }

    /// Declares `tokens` more positions computed.
    ///
    /// # Panics
    /// When there was no room made for them.
    pub fn advance(&mut self, tokens: usize) {
        assert!(tokens <= self.spare(), "{tokens} tokens computed, room for {}", self.spare());
        self.len += tokens;
    }

    /// Keeps the first `len` tokens (all, if there are fewer) and gives back every block beyond them, reserved ones too.
    pub fn truncate(&mut self, len: usize, blocks: &mut Blocks) {
        self.len = self.len.min(len);
        for id in self.blocks.drain(blocks_for(self.len)..) {
            blocks.release(id);
        }
    }

    /// Gives back everything.
    pub fn clear(&mut self, blocks: &mut Blocks) {
        self.truncate(0, blocks);
    }

    /// A second table over the first `len` tokens. Nothing is copied until one of the two writes.
    ///
    /// # Errors
    /// [`ForkTooLong`].
    pub fn fork(&self, len: usize, blocks: &mut Blocks) -> Result<Table, ForkTooLong> {
        if len > self.len {
            return Err(ForkTooLong { asked: len, actual: self.len });
        }
        let shared = self.blocks[..blocks_for(len)].to_vec();
        for &id in &shared {
            blocks.retain(id);
        }
        Ok(Table { blocks: shared, len })
    }

    /// Puts an equal block, held by the cache, in the place of this table's own copy of a full block.
    pub(crate) fn adopt(&mut self, at: usize, id: BlockId, blocks: &mut Blocks) {
        assert!((at + 1) * BLOCK_TOKENS <= self.len, "only a full block can be exchanged");
        if self.blocks[at] != id {
            blocks.retain(id);
            blocks.release(self.blocks[at]);
            self.blocks[at] = id;
        }
    }
}
