//! Engines inside this process, for what no server can be asked: classes that no route has, and adapters kept in several ways.
//!
//! Owns: how such an engine is made, as `emberd` makes its own. Refuses to know: what is measured with it.

use super::machine::Machine;
use super::prompts::Prompts;
use anyhow::Result;
use infer::{CpuBackend, CpuConfig, Engine, EngineConfig, GenerateRequest, Isa, Model};
use std::sync::Arc;

/// Requests that may wait: more than any case here has.
const QUEUE_MAX: usize = 512;

/// What engines are made of.
pub struct Engines {
    /// The model.
    pub model: Arc<Model>,
    isa: Isa,
    threads: usize,
}

impl Engines {
    /// Over a model, with what the machine was measured with.
    pub fn new(model: Arc<Model>, machine: &Machine) -> Engines {
        Engines { model, isa: machine.isa, threads: machine.threads }
    }

    /// A backend of its own threads.
    pub fn backend(&self) -> Result<CpuBackend> {
        let config = CpuConfig { threads: self.threads, isa: self.isa, ..CpuConfig::default() };
        Ok(CpuBackend::new(Arc::clone(&self.model), config)?)
    }

    /// An idle engine.
    pub fn engine(&self, slots: usize) -> Result<Engine<CpuBackend>> {
        let config = EngineConfig { slots, queue_max: QUEUE_MAX, ..EngineConfig::default() };
        Ok(Engine::new(self.backend()?, self.model.shared_tokenizer(), config)?)
    }

    /// A request of about so many tokens for exactly so many.
    pub fn request(
        &self,
        prompts: &mut Prompts,
        id: u64,
        about: u32,
        max_tokens: u32,
    ) -> Result<GenerateRequest> {
        let prompt = self.model.tokenizer().encode_prompt(&prompts.fresh(about), false)?;
        Ok(GenerateRequest { ignore_eos: true, ..GenerateRequest::new(id, prompt, max_tokens) })
    }
}
