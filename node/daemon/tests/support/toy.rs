//! A whole model of no size with real weights, for what a script cannot show: that adapters change what is said.
//!
//! Owns its file. Refuses to know what it says: its weights are numbers from a pattern. Its matrices have the shapes of the
//! adapters of `files`; it has half as many heads of twice the width, because the kernels take no narrower ones.

use super::Setup;
use super::files::{self, EMBEDDING, FEED_FORWARD, HEAD_DIM, HEADS, KV_HEADS, LAYERS, MODULES, Meta, Tensor};
use daemon::adapters::Adapters;
use daemon::inference::{Compute, Loaded};
use daemon::mind::ModelIds;
use infer::{AdapterPool, CpuBackend, CpuConfig, Engine, EngineConfig, Model};
use std::path::Path;
use std::sync::Arc;

/// Tokens it reads at most.
pub const CONTEXT_LEN: u32 = 512;
/// Bytes, one merged pair, and the end.
const VOCAB: usize = 258;

/// GPT-2's byte alphabet.
fn alphabet() -> Vec<String> {
    let is_shown = |byte: u32| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let mut shift = 255;
    let letter = |byte: u32| {
        let code = if is_shown(byte) {
            byte
        } else {
            shift += 1;
            shift
        };
        char::from_u32(code).unwrap().to_string()
    };
    (0..256).map(letter).collect()
}

/// The model's file.
pub fn bytes() -> Vec<u8> {
    let mut tokens = alphabet();
    tokens.extend(["he".to_owned(), "<|end|>".to_owned()]);
    let mut types = vec![1; VOCAB];
    types[VOCAB - 1] = 3;
    let template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:";
    let text = |text: &str| Meta::Text(text.to_owned());
    let metadata = [
        ("general.architecture", text("llama")),
        ("general.name", text("Toy")),
        ("llama.block_count", Meta::U32(LAYERS as u32)),
        ("llama.context_length", Meta::U32(CONTEXT_LEN)),
        ("llama.embedding_length", Meta::U32(EMBEDDING as u32)),
        ("llama.feed_forward_length", Meta::U32(FEED_FORWARD as u32)),
        ("llama.attention.head_count", Meta::U32((HEADS / 2) as u32)),
        ("llama.attention.head_count_kv", Meta::U32((KV_HEADS / 2) as u32)),
        ("llama.rope.dimension_count", Meta::U32((HEAD_DIM * 2) as u32)),
        ("llama.rope.freq_base", Meta::F32(10_000.0)),
        ("llama.attention.layer_norm_rms_epsilon", Meta::F32(1e-5)),
        ("tokenizer.ggml.model", text("gpt2")),
        ("tokenizer.ggml.pre", text("smollm")),
        ("tokenizer.ggml.tokens", Meta::Texts(tokens)),
        ("tokenizer.ggml.token_type", Meta::I32s(types)),
        ("tokenizer.ggml.merges", Meta::Texts(vec!["h e".to_owned()])),
        ("tokenizer.ggml.eos_token_id", Meta::U32(VOCAB as u32 - 1)),
        ("tokenizer.chat_template", text(template)),
    ];
    let metadata: Vec<(String, Meta)> = metadata.map(|(key, value)| (key.to_owned(), value)).to_vec();
    let matrix = |name: String, rows: usize, columns: usize, salt: usize| {
        Tensor::f32(&name, &[rows, columns], &files::weights(rows, columns, salt))
    };
    let norm = |name: String| Tensor::f32(&name, &[EMBEDDING], &[1.0; EMBEDDING]);
    let mut tensors = vec![matrix("token_embd.weight".to_owned(), VOCAB, EMBEDDING, 500)];
    for layer in 0..LAYERS {
        tensors.push(norm(format!("blk.{layer}.attn_norm.weight")));
        tensors.push(norm(format!("blk.{layer}.ffn_norm.weight")));
        for (at, (_, name, outputs, inputs)) in MODULES.iter().enumerate() {
            tensors.push(matrix(
                format!("blk.{layer}.{name}.weight"),
                *outputs,
                *inputs,
                600 + 7 * layer + at,
            ));
        }
    }
    tensors.push(norm("output_norm.weight".to_owned()));
    files::gguf_bytes(&metadata, &tensors)
}

/// Loads the file at `path` as the program does.
pub fn load(path: &Path, setup: Setup) -> Result<Loaded<CpuBackend>, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let model = Arc::new(Model::load(path).map_err(|error| said(&error))?);
    let cpu = CpuConfig { threads: 1, kv_tokens_max: 1 << 13, ..CpuConfig::default() };
    let backend = CpuBackend::new(Arc::clone(&model), cpu).map_err(|error| said(&error))?;
    let compute = Compute { isa: backend.isa().name(), threads: 1 };
    let config = EngineConfig::default();
    let engine = Engine::new(backend, model.shared_tokenizer(), config).map_err(|error| said(&error))?;
    let adapters = Arc::new(Adapters::new(AdapterPool::new(model.base(), setup.pool), setup.adapters));
    let complaints = adapters.register_all();
    assert_eq!(complaints.len(), setup.broken, "{complaints:?}");
    Ok(Loaded { engine, ids: ModelIds::new(model.name(), Some(path)), mind: model, adapters, compute })
}
