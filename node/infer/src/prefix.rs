//! Owns the radix tree of computed prefixes: which blocks hold the keys and values of which beginning, and which of them
//! go first when memory is wanted. Refuses to know requests, time and what is in a block.
//! Source: RadixAttention (Zheng et al., SGLang, 2024); the adapter's generation in the key after mistral.rs.
//!
//! An edge is one block: its label is the [`BLOCK_TOKENS`] pairs of generation and token whose keys and values the block
//! holds, so no edge is ever split. A shorter label is the tail of a finished sequence and has no children. No label begins
//! with the whole of a sibling's; so the label nearest to any wanted one is its neighbour in order, and a lookup costs
//! O(matched tokens · log siblings). Labels are compared in full: no hash is trusted.
//!
//! A match may end inside a block. Its taker shares the block and copies it before writing, as with any shared tail.
//!
//! Whoever holds the block of a node holds those of its ancestors as well: tables come from a match, and an insertion
//! gives its table the tree's own blocks. So what only the tree holds can always be freed, leaf by leaf.

use crate::blocks::{BLOCK_TOKENS, BlockId, Blocks, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// Tokens up to `end` (exclusive), computed under one generation of weights. 0 is the base; every load of an adapter has a
/// number of its own, so that a changed adapter never meets its predecessor's keys and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The generation.
    pub generation: u64,
    /// One past the last position of the span.
    pub end: usize,
}

/// A beginning: tokens, and the generation each is computed under. An adapter that wakes at a marker has two spans, so its
/// scene is found where the base left it.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// Ends ascending; tokens after the last end belong to the last span. None at all means generation 0.
    pub spans: &'a [Span],
    /// The tokens from position 0.
    pub tokens: &'a [u32],
}

/// The generation of a position, and where its span ends (`usize::MAX` for the last).
pub fn span_at(spans: &[Span], position: usize) -> (u64, usize) {
    match spans.iter().position(|span| span.end > position) {
        Some(at) if at + 1 < spans.len() => (spans[at].generation, spans[at].end),
        _ => (spans.last().map_or(0, |span| span.generation), usize::MAX),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Symbol {
    generation: u64,
    token: u32,
}

impl<'a> Key<'a> {
    fn symbols(self) -> impl Iterator<Item = Symbol> + 'a {
        let mut at = 0;
        self.tokens.iter().enumerate().map(move |(position, &token)| {
            while at + 1 < self.spans.len() && self.spans[at].end <= position {
                at += 1;
            }
            Symbol { generation: self.spans.get(at).map_or(0, |span| span.generation), token }
        })
    }
}

/// What a lookup found. The caller holds the blocks and releases them, best through a [`Table`].
#[derive(Debug, Default, PartialEq, Eq)]
#[must_use = "the blocks are held until they are released"]
pub struct Match {
    /// `blocks_for(tokens)` blocks, the last perhaps partly valid.
    pub blocks: Vec<BlockId>,
    /// Tokens found.
    pub tokens: usize,
}

/// What happened since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PrefixCounters {
    /// Lookups.
    pub lookups: u64,
    /// Lookups that found something.
    pub hits: u64,
    /// Tokens found.
    pub hit_tokens: u64,
    /// Blocks put in.
    pub inserted: u64,
    /// Blocks given up for memory.
    pub evicted: u64,
}

type Label = Arc<[Symbol]>;
type Children = BTreeMap<Label, usize>;

#[derive(Debug)]
struct Node {
    label: Label,
    block: BlockId,
    parent: Option<usize>,
    children: Children,
    /// The clock at the last use; never before a child's.
    used: u64,
}

/// The tree. Holds one reference to the block of each node. The same calls give the same tree.
#[derive(Debug, Default)]
pub struct PrefixCache {
    /// `None` is a free place, named in `vacant`.
    nodes: Vec<Option<Node>>,
    vacant: Vec<usize>,
    roots: Children,
    /// Nodes without children, by last use.
    leaves: BTreeSet<(u64, usize)>,
    clock: u64,
    counters: PrefixCounters,
}

impl PrefixCache {
    /// An empty tree.
    pub fn new() -> Self {
        PrefixCache::default()
    }

    /// Blocks it holds.
    pub fn blocks_held(&self) -> usize {
        self.nodes.len() - self.vacant.len()
    }

    /// What happened since the start.
    pub fn counters(&self) -> PrefixCounters {
        self.counters
    }

    /// The longest beginning of the key that is there. Leave the last prompt token out of the key: its logits are wanted.
    pub fn longest(&mut self, key: &Key<'_>, blocks: &mut Blocks) -> Match {
        self.clock += 1;
        let mut found = Match::default();
        let mut symbols = key.symbols();
        let mut at = None;
        loop {
            let chunk: Vec<Symbol> = symbols.by_ref().take(BLOCK_TOKENS).collect();
            let Some((child, common)) = self.nearest(at, &chunk) else { break };
            self.touch(child);
            let Some(node) = &self.nodes[child] else { break };
            blocks.retain(node.block);
            found.blocks.push(node.block);
            found.tokens += common;
            if common < BLOCK_TOKENS {
                break;
            }
            at = Some(child);
        }
        self.counters.lookups += 1;
        self.counters.hits += u64::from(found.tokens > 0);
        self.counters.hit_tokens += found.tokens as u64;
        found
    }

    /// Makes the first `key.tokens.len()` tokens of the table findable (fewer, if the table has fewer). Where the tree has
    /// a full block already, the table takes it and gives its own back. A tail that fills no block is put in too; a caller
    /// who goes on writing would have to copy it, and so passes whole blocks. Returns the blocks put in.
    pub fn insert(&mut self, key: &Key<'_>, table: &mut Table, blocks: &mut Blocks) -> usize {
        self.clock += 1;
        let len = key.tokens.len().min(table.len());
        let mut symbols = Key { tokens: &key.tokens[..len], ..*key }.symbols();
        let mut at = None;
        let mut put_in = 0;
        for index in 0..crate::blocks::blocks_for(len) {
            let chunk: Vec<Symbol> = symbols.by_ref().take(BLOCK_TOKENS).collect();
            if let Some((child, common)) = self.nearest(at, &chunk) {
                if common == chunk.len() {
                    self.touch(child);
                    if common < BLOCK_TOKENS {
                        break;
                    }
                    if let Some(node) = &self.nodes[child] {
                        table.adopt(index, node.block, blocks);
                    }
                    at = Some(child);
                    continue;
                }
                // The whole of a shorter tail: the new label says all that it says.
                if self.nodes[child].as_ref().is_some_and(|node| node.label.len() == common) {
                    self.remove(child, blocks);
                }
            }
            let block = table.blocks()[index];
            blocks.retain(block);
            at = Some(self.add(at, chunk.into(), block));
            put_in += 1;
        }
        self.counters.inserted += put_in as u64;
        put_in
    }

    /// Blocks that nobody else holds: `evict` can free that many.
    pub fn evictable(&self, blocks: &Blocks) -> usize {
        self.nodes.iter().flatten().filter(|node| !blocks.is_shared(node.block)).count()
    }

    /// Gives up blocks that nobody else holds, the longest unused first, until `wanted` are free. Returns how many are.
    pub fn evict(&mut self, wanted: usize, blocks: &mut Blocks) -> usize {
        let mut freed = 0;
        let mut from = (0, 0);
        while freed < wanted {
            let unused = |&(_, node): &(u64, usize)| {
                self.nodes[node].as_ref().is_some_and(|node| !blocks.is_shared(node.block))
            };
            let Some((used, leaf)) = self.leaves.range(from..).copied().find(unused) else { break };
            self.remove(leaf, blocks);
            freed += 1;
            // A parent laid bare was used no earlier than its child, so nothing before this moment is new.
            from = (used, 0);
        }
        self.counters.evicted += freed as u64;
        freed
    }

    /// Forgets everything computed under a generation, or after it in a sequence. Running tables keep their blocks.
    /// Returns the blocks given up.
    pub fn drop_generation(&mut self, generation: u64, blocks: &mut Blocks) -> usize {
        let of_it = |node: &Node| node.label.iter().any(|symbol| symbol.generation == generation);
        let tops: Vec<usize> =
            (0..self.nodes.len()).filter(|&at| self.nodes[at].as_ref().is_some_and(of_it)).collect();
        let before = self.blocks_held();
        for top in tops {
            self.remove_subtree(top, blocks);
        }
        before - self.blocks_held()
    }

    /// Forgets everything.
    pub fn clear(&mut self, blocks: &mut Blocks) {
        for node in self.nodes.drain(..).flatten() {
            blocks.release(node.block);
        }
        self.vacant.clear();
        self.roots.clear();
        self.leaves.clear();
    }

    /// The block of every node, for those who count holders.
    #[cfg(test)]
    pub(crate) fn held(&self) -> impl Iterator<Item = BlockId> + '_ {
        self.nodes.iter().flatten().map(|node| node.block)
    }

    fn children(&self, parent: Option<usize>) -> Option<&Children> {
        match parent {
            None => Some(&self.roots),
            Some(at) => self.nodes[at].as_ref().map(|node| &node.children),
        }
    }

    /// The child that has most symbols in common with the chunk, and how many, at least one.
    fn nearest(&self, parent: Option<usize>, chunk: &[Symbol]) -> Option<(usize, usize)> {
        let children = self.children(parent)?;
        let common = |label: &[Symbol]| label.iter().zip(chunk).take_while(|(a, b)| a == b).count();
        let after = children.range::<[Symbol], _>((Included(chunk), Unbounded)).next();
        let before = children.range::<[Symbol], _>((Unbounded, Excluded(chunk))).next_back();
        let measured = |(label, &node): (&Label, &usize)| (node, common(label));
        let (after, before) = (after.map(measured), before.map(measured));
        let best = if before.map_or(0, |(_, n)| n) > after.map_or(0, |(_, n)| n) { before } else { after };
        best.filter(|&(_, common)| common > 0)
    }

    fn touch(&mut self, at: usize) {
        if let Some(node) = &mut self.nodes[at] {
            let before = std::mem::replace(&mut node.used, self.clock);
            if self.leaves.remove(&(before, at)) {
                self.leaves.insert((self.clock, at));
            }
        }
    }

    fn add(&mut self, parent: Option<usize>, label: Label, block: BlockId) -> usize {
        let node = Node { label: label.clone(), block, parent, children: Children::new(), used: self.clock };
        let at = match self.vacant.pop() {
            Some(at) => {
                self.nodes[at] = Some(node);
                at
            }
            None => {
                self.nodes.push(Some(node));
                self.nodes.len() - 1
            }
        };
        self.leaves.insert((self.clock, at));
        match parent.and_then(|parent| self.nodes[parent].as_mut().map(|node| (parent, node))) {
            Some((parent, node)) => {
                self.leaves.remove(&(node.used, parent));
                node.children.insert(label, at);
            }
            None => {
                self.roots.insert(label, at);
            }
        }
        at
    }

    /// Removes a node without children.
    fn remove(&mut self, at: usize, blocks: &mut Blocks) {
        let Some(node) = self.nodes[at].take() else { return };
        self.vacant.push(at);
        self.leaves.remove(&(node.used, at));
        blocks.release(node.block);
        match node.parent.and_then(|parent| self.nodes[parent].as_mut().map(|node| (parent, node))) {
            Some((parent, above)) => {
                above.children.remove(&node.label);
                if above.children.is_empty() {
                    self.leaves.insert((above.used, parent));
                }
            }
            None => {
                self.roots.remove(&node.label);
            }
        }
    }

    /// Removes a node and all below it, leaves first, without recursion: a path may be thousands of blocks long.
    fn remove_subtree(&mut self, top: usize, blocks: &mut Blocks) {
        let mut found = vec![top];
        let mut next = 0;
        while let Some(&at) = found.get(next) {
            if let Some(node) = &self.nodes[at] {
                found.extend(node.children.values());
            }
            next += 1;
        }
        for at in found.into_iter().rev() {
            self.remove(at, blocks);
        }
    }
}
