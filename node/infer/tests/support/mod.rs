//! Owns what the integration tests share: a toy Llama file written with candle, and the search for the real model.
//! Refuses to hold expectations.

#![allow(dead_code)]

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Numbers of the toy model.
pub const TOY_VOCAB: usize = 262;
pub const TOY_WIDTH: usize = 64;
pub const TOY_CONTEXT: usize = 300;
pub const TOY_LAYERS: usize = 2;

/// The matrices of each of its layers: names, outputs, inputs.
pub const TOY_MATRICES: [(&str, usize, usize); 7] = [
    ("attn_q", TOY_WIDTH, TOY_WIDTH),
    ("attn_k", 32, TOY_WIDTH),
    ("attn_v", 32, TOY_WIDTH),
    ("attn_output", TOY_WIDTH, TOY_WIDTH),
    ("ffn_gate", 128, TOY_WIDTH),
    ("ffn_up", 128, TOY_WIDTH),
    ("ffn_down", TOY_WIDTH, 128),
];

/// SplitMix64: seeded numbers for weights and faults.
pub struct Seeded(pub u64);

impl Seeded {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Evenly in (-1, 1).
    pub fn signed(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

/// Metadata and tensors of the toy, to be changed before writing.
pub struct Toy {
    pub metadata: Vec<(String, Value)>,
    pub tensors: Vec<(String, QTensor)>,
}

fn texts(all: impl IntoIterator<Item = String>) -> Value {
    Value::Array(all.into_iter().map(Value::String).collect())
}

/// GPT-2's byte alphabet, written down a second time on purpose.
pub fn alphabet() -> Vec<String> {
    let mut shift = 0u32;
    (0..=255u32)
        .map(|byte| {
            let printable =
                (33..=126).contains(&byte) || (161..=172).contains(&byte) || (174..=255).contains(&byte);
            let code = if printable {
                byte
            } else {
                shift += 1;
                255 + shift
            };
            char::from_u32(code).unwrap().to_string()
        })
        .collect()
}

impl Toy {
    /// Two layers, four query heads on two key heads, every format mixed, weights from a seed.
    pub fn new() -> Toy {
        let mut tokens = alphabet();
        tokens.extend(["he", "ll", "hell"].map(str::to_owned));
        tokens.extend(["<|im_start|>", "<|im_end|>", "<tag>"].map(str::to_owned));
        assert_eq!(tokens.len(), TOY_VOCAB);
        let mut types = vec![Value::I32(1); 259];
        types.extend([Value::I32(3), Value::I32(3), Value::I32(4)]);
        let merges = ["h e", "l l", "he ll"].map(str::to_owned);
        let template = "{%- for m in messages -%}\n{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}\n{%- endfor %}\n{% if add_generation_prompt %}\n{{ '<|im_start|>assistant\\n' }}\n{%- endif %}";
        let pairs = [
            ("general.architecture", Value::String("llama".into())),
            ("general.name", Value::String("toy".into())),
            ("llama.block_count", Value::U32(TOY_LAYERS as u32)),
            ("llama.context_length", Value::U32(TOY_CONTEXT as u32)),
            ("llama.embedding_length", Value::U32(TOY_WIDTH as u32)),
            ("llama.feed_forward_length", Value::U32(128)),
            ("llama.attention.head_count", Value::U32(4)),
            ("llama.attention.head_count_kv", Value::U32(2)),
            ("llama.rope.dimension_count", Value::U32(16)),
            ("llama.rope.freq_base", Value::F32(10_000.0)),
            ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
            ("tokenizer.ggml.model", Value::String("gpt2".into())),
            ("tokenizer.ggml.pre", Value::String("smollm".into())),
            ("tokenizer.ggml.tokens", texts(tokens)),
            ("tokenizer.ggml.token_type", Value::Array(types)),
            ("tokenizer.ggml.merges", texts(merges)),
            ("tokenizer.ggml.bos_token_id", Value::U32(259)),
            ("tokenizer.ggml.eos_token_id", Value::U32(260)),
            ("tokenizer.ggml.add_bos_token", Value::Bool(false)),
            ("tokenizer.chat_template", Value::String(template.into())),
        ];
        let metadata = pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Toy { metadata, tensors: toy_tensors() }
    }

    pub fn set(&mut self, key: &str, value: Value) -> &mut Self {
        self.metadata.retain(|(k, _)| k != key);
        self.metadata.push((key.to_owned(), value));
        self
    }

    pub fn remove(&mut self, key: &str) -> &mut Self {
        self.metadata.retain(|(k, _)| k != key);
        self
    }

    pub fn set_tensor(
        &mut self,
        name: &str,
        values: Vec<f32>,
        shape: &[usize],
        dtype: GgmlDType,
    ) -> &mut Self {
        let tensor = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
        self.tensors.retain(|(n, _)| n != name);
        self.tensors.push((name.to_owned(), QTensor::quantize(&tensor, dtype).unwrap()));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let metadata: Vec<(&str, &Value)> = self.metadata.iter().map(|(k, v)| (k.as_str(), v)).collect();
        let tensors: Vec<(&str, &QTensor)> = self.tensors.iter().map(|(n, t)| (n.as_str(), t)).collect();
        let mut out = Cursor::new(Vec::new());
        gguf_file::write(&mut out, &metadata, &tensors).unwrap();
        out.into_inner()
    }
}

fn toy_tensors() -> Vec<(String, QTensor)> {
    let mut seeded = Seeded(42);
    let mut random = |rows: usize, columns: usize, scale: f32, dtype: GgmlDType| {
        let values: Vec<f32> = (0..rows * columns).map(|_| seeded.signed() * scale).collect();
        let tensor = Tensor::from_vec(values, (rows, columns), &Device::Cpu).unwrap();
        QTensor::quantize(&tensor, dtype).unwrap()
    };
    let mut tensors = vec![("token_embd.weight".to_owned(), random(TOY_VOCAB, 64, 1.0, GgmlDType::Q8_0))];
    let formats = [GgmlDType::Q4_1, GgmlDType::Q8_0, GgmlDType::Q4_0, GgmlDType::Q5_0, GgmlDType::Q5_1];
    for layer in 0..TOY_LAYERS {
        for (index, (part, rows, columns)) in TOY_MATRICES.into_iter().enumerate() {
            let dtype = formats[(index + layer) % formats.len()];
            tensors.push((format!("blk.{layer}.{part}.weight"), random(rows, columns, 0.3, dtype)));
        }
    }
    let mut norm = |name: String| {
        let values: Vec<f32> = (0..64).map(|_| 1.0 + 0.2 * seeded.signed()).collect();
        let tensor = Tensor::from_vec(values, 64, &Device::Cpu).unwrap();
        tensors.push((name, QTensor::quantize(&tensor, GgmlDType::F32).unwrap()));
    };
    for layer in 0..TOY_LAYERS {
        norm(format!("blk.{layer}.attn_norm.weight"));
        norm(format!("blk.{layer}.ffn_norm.weight"));
    }
    norm("output_norm.weight".to_owned());
    tensors
}

/// Writes bytes as a model file.
pub fn write(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("toy.gguf");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The real model: `EMBERWICK_MODEL`, or any .gguf in the XDG data folder's emberwick/models. Without one the caller skips,
/// and this says so.
pub fn real_model(test: &str) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("EMBERWICK_MODEL") {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "EMBERWICK_MODEL names {}, which is not a file", path.display());
        return Some(path);
    }
    let data = std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share")));
    let folder = data.map(|data| data.join("emberwick/models"));
    let mut found: Vec<PathBuf> = folder
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "gguf"))
        .collect();
    found.sort();
    if found.is_empty() {
        eprintln!(
            "\n*** SKIPPED {test}: no real model. Set EMBERWICK_MODEL, or put a .gguf into {} ***\n",
            folder.map_or("~/.local/share/emberwick/models".to_owned(), |f| f.display().to_string())
        );
    }
    found.into_iter().next()
}
