//! Owns the backend over this machine's processor: kernels, threads, and the memory of keys and values. Refuses to know
//! which sequence a block belongs to.

use crate::backend::{Backend, BackendError, Part, check, check_tokens};
use crate::blocks::{BLOCK_TOKENS, BlockCopy, BlockId, Blocks};
use crate::embed::EMBEDDING_TOKENS_MAX;
use crate::forward::{Pass, Scratch};
use crate::matrix::{Cpu, Precision};
use crate::model::Model;
use kernels::{ActivationBits, Isa, KvKind, KvLayout, KvPool, Pool};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How the backend computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuConfig {
    /// Compute threads, the caller's included; 0 is all processors of the machine.
    pub threads: usize,
    /// Most tokens whose keys and values are kept, over all sequences; memory is taken as they come.
    pub kv_tokens_max: usize,
    /// How keys and values are kept; a model loaded in f32 keeps f32.
    pub kv: KvKind,
    /// How finely activations are rounded before they meet quantised weights.
    pub activations: ActivationBits,
    /// The instruction set.
    pub isa: Isa,
}

impl Default for CpuConfig {
    fn default() -> Self {
        CpuConfig {
            threads: 0,
            kv_tokens_max: KV_TOKENS_DEFAULT,
            kv: KvKind::F16,
            activations: ActivationBits::default(),
            isa: Isa::best(),
        }
    }
}

/// Tokens of keys and values unless asked otherwise.
pub const KV_TOKENS_DEFAULT: usize = 1 << 15;

/// Processors of this machine that a process may use.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// A model on the processor.
#[derive(Debug)]
pub struct CpuBackend {
    model: Arc<Model>,
    cpu: Cpu,
    kv: KvPool,
    blocks: usize,
    scratch: Scratch,
    /// Keys and values of the text that is being embedded.
    embedding: Option<KvPool>,
}

impl CpuBackend {
    /// A backend over a loaded model; the weights are shared, threads and keys are its own.
    ///
    /// # Errors
    /// `KvMemory`.
    pub fn new(model: Arc<Model>, config: CpuConfig) -> Result<CpuBackend, BackendError> {
        let shape = model.shape();
        let kind = if model.precision() == Precision::F32 { KvKind::F32 } else { config.kv };
        let layout =
            KvLayout { layers: shape.layers, kv_heads: shape.kv_heads, head_dim: shape.head_dim, kind };
        let blocks = config.kv_tokens_max.div_ceil(BLOCK_TOKENS).max(1);
        let bytes = layout.block_bytes().saturating_mul(blocks);
        let kv = KvPool::new(layout, blocks).map_err(|_| BackendError::KvMemory { bytes })?;
        let threads = if config.threads == 0 { processors() } else { config.threads };
        let cpu = Cpu { isa: config.isa, pool: Pool::new(threads) };
        let scratch = Scratch::new(config.activations);
        Ok(CpuBackend { model, cpu, kv, blocks, scratch, embedding: None })
    }

    /// The model it computes with.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Threads that compute.
    pub fn threads(&self) -> usize {
        self.cpu.pool.threads()
    }

    /// The instruction set in use.
    pub fn isa(&self) -> Isa {
        self.cpu.isa
    }
}

impl Backend for CpuBackend {
    fn context_len(&self) -> usize {
        self.model.context_len()
    }

    fn vocab_len(&self) -> usize {
        self.model.vocab_len()
    }

    fn isa(&self) -> Isa {
        self.cpu.isa
    }

    fn blocks_max(&self) -> usize {
        self.blocks
    }

    fn copy(&mut self, copies: &[BlockCopy]) {
        for copy in copies {
            self.kv.copy_block(copy.from.index(), copy.to.index());
        }
    }

    fn forward(&mut self, parts: &[Part<'_>], logits: &mut Vec<f32>) -> Result<(), BackendError> {
        check(self, parts)?;
        let shape = self.model.shape();
        let fits = |part: &Part<'_>| part.adapter.is_none_or(|adapter| adapter.fits(shape));
        if !parts.iter().all(fits) {
            return Err(BackendError::Adapter);
        }
        // A bug in a kernel must cost one batch, not the thread that runs them all.
        let weights = self.model.weights();
        let mut pass = Pass { cpu: &self.cpu, shape, weights, kv: &mut self.kv };
        let scratch = &mut self.scratch;
        let computing = AssertUnwindSafe(|| pass.run(scratch, parts, logits));
        catch_unwind(computing)
            .map_err(|_| BackendError::Failed { message: "a kernel stopped on a bug of its own".to_owned() })
    }

    fn embed(&mut self, tokens: &[u32], start: usize, sum: &mut Vec<f64>) -> Result<(), BackendError> {
        let (shape, weights) = (self.model.shape(), self.model.weights());
        let (max, actual) = (shape.context_len.min(EMBEDDING_TOKENS_MAX), start + tokens.len());
        check_tokens(tokens, self.model.vocab_len())?;
        if actual > max {
            return Err(BackendError::ContextFull { max, actual });
        }
        if start == 0 {
            let (layout, blocks) = (self.kv.layout(), max.div_ceil(BLOCK_TOKENS));
            let bytes = layout.block_bytes().saturating_mul(blocks);
            let pool = KvPool::new(layout, blocks).map_err(|_| BackendError::KvMemory { bytes })?;
            self.embedding = Some(pool);
            sum.clear();
        }
        let Some(kv) = &mut self.embedding else { return Err(BackendError::Empty) };
        // The pool is this text's alone, so its blocks come in order.
        let mut blocks = Blocks::new(actual.div_ceil(BLOCK_TOKENS) as u32);
        let table: Vec<BlockId> = std::iter::from_fn(|| blocks.allocate()).collect();
        let part = Part { tokens, start, table: &table, adapter: None, adapter_from: 0, wanted: 0 };
        sum.resize(shape.embedding, 0.0);
        let mut pass = Pass { cpu: &self.cpu, shape, weights, kv };
        let scratch = &mut self.scratch;
        let computing = AssertUnwindSafe(|| pass.sum_hidden(scratch, part, sum));
        catch_unwind(computing)
            .map_err(|_| BackendError::Failed { message: "a kernel stopped on a bug of its own".to_owned() })
    }

    fn end_embedding(&mut self) {
        self.embedding = None;
    }
}
