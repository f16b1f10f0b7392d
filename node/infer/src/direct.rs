//! Owns computing sequences by hand, one call after the other, without queue and order of work: for tools, measurements
//! and tests of a backend. Refuses to sample and to evict: when the blocks are used up, it says so.

use crate::adapter::Adapter;
use crate::backend::{Backend, BackendError, Part, finite};
use crate::blocks::{Blocks, Table};
use std::sync::Arc;

/// A backend and its blocks.
#[derive(Debug)]
pub struct Direct<B> {
    backend: B,
    blocks: Blocks,
}

/// One sequence. It holds blocks until [`Direct::end`].
#[derive(Debug, Default)]
pub struct Sequence {
    table: Table,
    /// The mind that it is computed with.
    pub adapter: Option<Arc<Adapter>>,
    /// The position from which the adapter works.
    pub adapter_from: usize,
}

impl Sequence {
    /// A sequence of no tokens, by the base or by an adapter.
    pub fn new(adapter: Option<Arc<Adapter>>) -> Sequence {
        Sequence { adapter, ..Sequence::default() }
    }

    /// Tokens it holds.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}

impl<B: Backend> Direct<B> {
    /// Over a backend whose blocks are all free.
    pub fn new(backend: B) -> Direct<B> {
        let blocks = u32::try_from(backend.blocks_max()).unwrap_or(u32::MAX);
        Direct { backend, blocks: Blocks::new(blocks) }
    }

    /// The backend.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// Appends to each sequence its tokens, all in one batch, and writes the logits after the last so
    /// many of them, `vocab_len` values a row.
    ///
    /// # Errors
    /// [`BackendError`]; the sequences are as long as before.
    pub fn batch(
        &mut self,
        work: &mut [(&mut Sequence, &[u32], usize)],
        logits: &mut Vec<f32>,
    ) -> Result<(), BackendError> {
        for (sequence, tokens, _) in work.iter_mut() {
            let bytes = self.blocks.total();
            let copy = sequence.table.room(tokens.len(), &mut self.blocks);
            if let Some(copy) = copy.map_err(|_| BackendError::KvMemory { bytes })? {
                self.backend.copy(&[copy]);
            }
        }
        let parts: Vec<Part<'_>> = work
            .iter()
            .map(|(sequence, tokens, wanted)| Part {
                tokens,
                start: sequence.len(),
                table: sequence.table.blocks(),
                adapter: sequence.adapter.as_ref(),
                adapter_from: sequence.adapter_from,
                wanted: *wanted,
            })
            .collect();
        self.backend.forward(&parts, logits)?;
        finite(self.backend.isa(), logits)?;
        drop(parts);
        for (sequence, tokens, _) in work {
            sequence.table.advance(tokens.len());
        }
        Ok(())
    }

    /// Appends tokens to one sequence and gives the logits after the last.
    ///
    /// # Errors
    /// [`BackendError`]; the sequence is as long as before.
    pub fn forward(&mut self, sequence: &mut Sequence, tokens: &[u32]) -> Result<Vec<f32>, BackendError> {
        let mut logits = Vec::new();
        self.batch(&mut [(sequence, tokens, 1)], &mut logits)?;
        Ok(logits)
    }

    /// Keeps the first `len` tokens; does nothing to a shorter sequence.
    pub fn truncate(&mut self, sequence: &mut Sequence, len: usize) {
        sequence.table.truncate(len, &mut self.blocks);
    }

    /// An independent sequence of the first `len` tokens of another, or none where that is shorter.
    pub fn fork(&mut self, sequence: &Sequence, len: usize) -> Option<Sequence> {
        let table = sequence.table.fork(len, &mut self.blocks).ok()?;
        Some(Sequence { table, adapter: sequence.adapter.clone(), adapter_from: sequence.adapter_from })
    }

    /// Gives a sequence's blocks back.
    pub fn end(&mut self, mut sequence: Sequence) {
        sequence.table.clear(&mut self.blocks);
    }

    /// Blocks that no sequence holds.
    pub fn blocks_free(&self) -> usize {
        self.blocks.free()
    }
}
