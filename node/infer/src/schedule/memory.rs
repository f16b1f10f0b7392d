//! Owns the KV memory as the scheduler and its owner see it: blocks, prefix cache, and the table of each running request.
//! Refuses to know order and class: it gives blocks to whom it is told to, at the cost of the prefix cache alone.

use crate::blocks::{BlockCopy, Blocks, OutOfBlocks, Table};
use crate::prefix::{Key, PrefixCache};
use std::collections::BTreeMap;

/// Blocks, cache and tables. The scheduler grows and releases; the owner reads the tables and drops generations.
#[derive(Debug)]
pub struct KvMemory {
    blocks: Blocks,
    cache: PrefixCache,
    tables: BTreeMap<u64, Table>,
}

impl KvMemory {
    /// Empty memory of so many blocks.
    pub fn new(blocks_max: u32) -> Self {
        KvMemory { blocks: Blocks::new(blocks_max), cache: PrefixCache::new(), tables: BTreeMap::new() }
    }

    /// The table of a running request.
    pub fn table(&self, id: u64) -> Option<&Table> {
        self.tables.get(&id)
    }

    /// The blocks' counts.
    pub fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// The cache's counts.
    pub fn cache(&self) -> &PrefixCache {
        &self.cache
    }

    /// Tables there are.
    pub fn tables(&self) -> usize {
        self.tables.len()
    }

    /// Forgets the prefixes of a generation that nobody will ask for again. Running requests keep theirs.
    pub fn drop_generation(&mut self, generation: u64) -> usize {
        self.cache.drop_generation(generation, &mut self.blocks)
    }

    /// Forgets all prefixes; returns the blocks freed.
    pub fn drop_prefixes(&mut self) -> usize {
        self.cache.evict(usize::MAX, &mut self.blocks)
    }

    /// Blocks that can be had without taking any from a table.
    pub fn available(&self) -> usize {
        self.blocks.free() + self.cache.evictable(&self.blocks)
    }

    /// All tables, for those who count holders.
    #[cfg(test)]
    pub(super) fn all_tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// A planted fault: a block nobody will release.
    #[cfg(test)]
    pub(super) fn lose_block(&mut self) {
        self.blocks.allocate();
    }

    /// A table with the longest prefix that is there. Returns its tokens.
    pub(super) fn begin(&mut self, id: u64, key: &Key<'_>) -> usize {
        let found = self.cache.longest(key, &mut self.blocks);
        let cached = found.tokens;
        if let Some(mut before) = self.tables.insert(id, Table::from_blocks(found.blocks, cached)) {
            before.clear(&mut self.blocks);
        }
        cached
    }

    /// Takes over what others have computed of the same beginning since the request began, where that is more than its own
    /// `computed` tokens. Returns the tokens it has then.
    pub(super) fn catch_up(&mut self, id: u64, key: &Key<'_>, computed: usize) -> usize {
        let found = self.cache.longest(key, &mut self.blocks);
        let cached = found.tokens;
        let mut table = Table::from_blocks(found.blocks, cached);
        if cached > computed
            && let Some(own) = self.tables.get_mut(&id)
        {
            std::mem::swap(own, &mut table);
        }
        table.clear(&mut self.blocks);
        cached.max(computed)
    }

    /// Blocks that `more` tokens of a request would take.
    pub(super) fn wanted(&self, id: u64, more: usize) -> usize {
        self.tables.get(&id).map_or(0, |table| table.blocks_wanted(more, &self.blocks))
    }

    /// The most tokens, up to `more`, for which `grow` succeeds.
    pub(super) fn fit(&self, id: u64, more: usize) -> usize {
        let Some(table) = self.tables.get(&id) else { return 0 };
        if table.blocks_wanted(more, &self.blocks) <= self.blocks.free() {
            return more;
        }
        table.fit(more, self.available(), &self.blocks)
    }

    /// Makes `more` positions writable, at the cost of the longest unused prefixes.
    pub(super) fn grow(&mut self, id: u64, more: usize) -> Result<Option<BlockCopy>, OutOfBlocks> {
        let wanted = self.wanted(id, more);
        self.cache.evict(wanted.saturating_sub(self.blocks.free()), &mut self.blocks);
        match self.tables.get_mut(&id) {
            Some(table) => table.room(more, &mut self.blocks),
            None => Err(OutOfBlocks { wanted: more, free: 0 }),
        }
    }

    /// Declares `tokens` of the positions made writable computed, and gives back what is reserved beyond them.
    pub(super) fn advance(&mut self, id: u64, tokens: usize) {
        if let Some(table) = self.tables.get_mut(&id) {
            table.advance(tokens);
            table.truncate(table.len(), &mut self.blocks);
        }
    }

    /// Makes what is computed of a request findable.
    pub(super) fn keep(&mut self, id: u64, key: &Key<'_>) {
        if let Some(table) = self.tables.get_mut(&id) {
            self.cache.insert(key, table, &mut self.blocks);
        }
    }

    /// Takes a request's blocks; those in the cache remain there.
    pub(super) fn end(&mut self, id: u64) {
        if let Some(mut table) = self.tables.remove(&id) {
            table.clear(&mut self.blocks);
        }
    }
}
