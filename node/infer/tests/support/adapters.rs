//! Owns writing small GGUF and safetensors files byte by byte, and adapters in both of their forms, for tests, smoke loops
//! and fuzzing. Refuses to read anything, to use the readers' own types, and to hold expectations.

#![allow(dead_code)]

use std::path::Path;

/// The base that the adapters written here fit.
pub const LAYERS: usize = 2;
pub const EMBEDDING: usize = 32;
pub const FEED_FORWARD: usize = 64;
pub const HEADS: usize = 4;
pub const KV_HEADS: usize = 2;
pub const HEAD_DIM: usize = 8;

/// ggml's numbers of the formats written here.
pub const GGML_F32: u32 = 0;
pub const GGML_F16: u32 = 1;
pub const GGML_Q8_0: u32 = 8;

/// A metadata value of a GGUF file.
#[derive(Debug, Clone, PartialEq)]
pub enum Meta {
    U8(u8),
    I32(i32),
    U32(u32),
    F32(f32),
    Bool(bool),
    Text(String),
    U64(u64),
    U8s(Vec<u8>),
    U32s(Vec<u32>),
    I32s(Vec<i32>),
    Texts(Vec<String>),
}

fn text_bytes(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

impl Meta {
    fn bytes(&self) -> Vec<u8> {
        let list = |kind: u32, len: usize, items: Vec<u8>| {
            [&9u32.to_le_bytes()[..], &kind.to_le_bytes(), &(len as u64).to_le_bytes(), &items].concat()
        };
        let one = |kind: u32, value: &[u8]| [&kind.to_le_bytes()[..], value].concat();
        match self {
            Meta::U8(number) => one(0, &[*number]),
            Meta::U32(number) => one(4, &number.to_le_bytes()),
            Meta::I32(number) => one(5, &number.to_le_bytes()),
            Meta::F32(number) => one(6, &number.to_le_bytes()),
            Meta::Bool(flag) => one(7, &[u8::from(*flag)]),
            Meta::Text(text) => one(8, &text_bytes(text)),
            Meta::U64(number) => one(10, &number.to_le_bytes()),
            Meta::U8s(numbers) => list(0, numbers.len(), numbers.clone()),
            Meta::U32s(numbers) => {
                list(4, numbers.len(), numbers.iter().flat_map(|n| n.to_le_bytes()).collect())
            }
            Meta::I32s(numbers) => {
                list(5, numbers.len(), numbers.iter().flat_map(|n| n.to_le_bytes()).collect())
            }
            Meta::Texts(texts) => list(8, texts.len(), texts.iter().flat_map(|t| text_bytes(t)).collect()),
        }
    }
}

/// A tensor to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    pub name: String,
    /// Outermost first.
    pub shape: Vec<usize>,
    /// ggml's number for GGUF.
    pub ggml: u32,
    /// The type's name for safetensors.
    pub dtype: String,
    pub bytes: Vec<u8>,
}

impl Tensor {
    /// A tensor of f32.
    pub fn f32(name: &str, shape: &[usize], values: &[f32]) -> Tensor {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let (name, dtype) = (name.to_owned(), "F32".to_owned());
        Tensor { name, shape: shape.to_vec(), ggml: GGML_F32, dtype, bytes }
    }
}

/// A GGUF file of version 3 with the tensors' data aligned to 32 bytes.
pub fn gguf_bytes(metadata: &[(String, Meta)], tensors: &[Tensor]) -> Vec<u8> {
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        out.extend(text_bytes(key));
        out.extend(value.bytes());
    }
    let mut data = Vec::new();
    for tensor in tensors {
        out.extend(text_bytes(&tensor.name));
        out.extend((tensor.shape.len() as u32).to_le_bytes());
        for dimension in tensor.shape.iter().rev() {
            out.extend((*dimension as u64).to_le_bytes());
        }
        out.extend(tensor.ggml.to_le_bytes());
        out.extend((data.len() as u64).to_le_bytes());
        data.extend(&tensor.bytes);
        data.resize(data.len().next_multiple_of(32), 0);
    }
    out.resize(out.len().next_multiple_of(32), 0);
    out.extend(data);
    out
}

/// A safetensors file around a header's text.
pub fn around_header(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// A safetensors file, its header padded with spaces as the reference writer does.
pub fn safetensors_bytes(metadata: &[(String, String)], tensors: &[Tensor]) -> Vec<u8> {
    let mut listing = serde_json::Map::new();
    if !metadata.is_empty() {
        let pairs = metadata.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
        listing.insert("__metadata__".to_owned(), serde_json::Value::Object(pairs));
    }
    let mut data = Vec::new();
    for tensor in tensors {
        let begin = data.len();
        data.extend(&tensor.bytes);
        let about = serde_json::json!({
            "dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": [begin, data.len()],
        });
        listing.insert(tensor.name.clone(), about);
    }
    let mut header = serde_json::Value::Object(listing).to_string();
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    around_header(&header, &data)
}

/// The matrices of a layer: their names in a PEFT folder and in a GGUF file, outputs and inputs.
pub const MODULES: [(&str, &str, usize, usize); 7] = [
    ("self_attn.q_proj", "attn_q", HEADS * HEAD_DIM, EMBEDDING),
    ("self_attn.k_proj", "attn_k", KV_HEADS * HEAD_DIM, EMBEDDING),
    ("self_attn.v_proj", "attn_v", KV_HEADS * HEAD_DIM, EMBEDDING),
    ("self_attn.o_proj", "attn_output", EMBEDDING, HEADS * HEAD_DIM),
    ("mlp.gate_proj", "ffn_gate", FEED_FORWARD, EMBEDDING),
    ("mlp.up_proj", "ffn_up", FEED_FORWARD, EMBEDDING),
    ("mlp.down_proj", "ffn_down", EMBEDDING, FEED_FORWARD),
];

/// Numbers that differ everywhere, so that a row out of order is seen; the same for the same place.
pub fn weights(rows: usize, columns: usize, salt: usize) -> Vec<f32> {
    (0..rows * columns).map(|at| ((at * 37 + salt * 101) % 1009) as f32 / 512.0 - 1.0).collect()
}

/// An adapter as PEFT writes it, to be changed before writing.
#[derive(Debug, Clone)]
pub struct Peft {
    pub config: serde_json::Value,
    pub tensors: Vec<Tensor>,
}

impl Peft {
    /// All modules of all layers at one rank, alpha twice the rank.
    pub fn new(rank: usize) -> Peft {
        let mut tensors = Vec::new();
        for layer in 0..LAYERS {
            for (at, (module, _, outputs, inputs)) in MODULES.iter().enumerate() {
                let name = format!("base_model.model.model.layers.{layer}.{module}");
                let salt = 2 * (layer * MODULES.len() + at);
                let (down, up) = (weights(rank, *inputs, salt), weights(*outputs, rank, salt + 1));
                tensors.push(Tensor::f32(&format!("{name}.lora_A.weight"), &[rank, *inputs], &down));
                tensors.push(Tensor::f32(&format!("{name}.lora_B.weight"), &[*outputs, rank], &up));
            }
        }
        let names: Vec<&str> = MODULES.iter().map(|m| m.0.split_once('.').map_or(m.0, |n| n.1)).collect();
        let config = serde_json::json!({
            "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "a/base",
            "r": rank, "lora_alpha": 2 * rank, "lora_dropout": 0.0, "bias": "none", "inference_mode": true,
            "fan_in_fan_out": false, "use_rslora": false, "use_dora": false, "init_lora_weights": true,
            "modules_to_save": null, "rank_pattern": {}, "alpha_pattern": {}, "target_modules": names,
        });
        Peft { config, tensors }
    }

    pub fn config_bytes(&self) -> Vec<u8> {
        self.config.to_string().into_bytes()
    }

    pub fn weights_bytes(&self) -> Vec<u8> {
        safetensors_bytes(&[("format".to_owned(), "pt".to_owned())], &self.tensors)
    }

    /// Writes the two files into a folder.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::write(folder.join("adapter_config.json"), self.config_bytes())?;
        std::fs::write(folder.join("adapter_model.safetensors"), self.weights_bytes())
    }

    pub fn tensor(&mut self, end: &str) -> &mut Tensor {
        find(&mut self.tensors, end)
    }
}

/// An adapter as llama.cpp's converter writes it, to be changed before writing.
#[derive(Debug, Clone)]
pub struct Gguf {
    pub metadata: Vec<(String, Meta)>,
    pub tensors: Vec<Tensor>,
}

impl Gguf {
    /// The adapter of [`Peft::new`], for a base of `architecture` whose rows are interleaved or not.
    pub fn new(rank: usize, architecture: &str, rows_interleaved: bool) -> Gguf {
        let mut tensors = Vec::new();
        for layer in 0..LAYERS {
            for (at, (_, block, outputs, inputs)) in MODULES.iter().enumerate() {
                let name = format!("blk.{layer}.{block}.weight");
                let salt = 2 * (layer * MODULES.len() + at);
                let down = weights(rank, *inputs, salt);
                let mut up = weights(*outputs, rank, salt + 1);
                if rows_interleaved && (*block == "attn_q" || *block == "attn_k") {
                    up = interleaved(&up, rank);
                }
                tensors.push(Tensor::f32(&format!("{name}.lora_a"), &[rank, *inputs], &down));
                tensors.push(Tensor::f32(&format!("{name}.lora_b"), &[*outputs, rank], &up));
            }
        }
        let text = |text: &str| Meta::Text(text.to_owned());
        let metadata = [
            ("general.architecture", text(architecture)),
            ("general.type", text("adapter")),
            ("adapter.type", text("lora")),
            ("adapter.lora.alpha", Meta::F32(2.0 * rank as f32)),
            ("general.quantization_version", Meta::U32(2)),
        ];
        Gguf { metadata: metadata.map(|(key, value)| (key.to_owned(), value)).to_vec(), tensors }
    }

    pub fn set(&mut self, key: &str, value: Option<Meta>) {
        self.metadata.retain(|(name, _)| name != key);
        self.metadata.extend(value.map(|value| (key.to_owned(), value)));
    }

    pub fn bytes(&self) -> Vec<u8> {
        gguf_bytes(&self.metadata, &self.tensors)
    }

    pub fn tensor(&mut self, end: &str) -> &mut Tensor {
        find(&mut self.tensors, end)
    }
}

fn find<'a>(tensors: &'a mut [Tensor], end: &str) -> &'a mut Tensor {
    match tensors.iter_mut().find(|tensor| tensor.name.ends_with(end)) {
        Some(tensor) => tensor,
        None => panic!("no tensor ends with {end}"),
    }
}

/// Rows in the order of a Llama GGUF: reshape (heads, 2, half), swap the last two axes, written down a second time on purpose.
fn interleaved(rows: &[f32], columns: usize) -> Vec<f32> {
    let count = rows.len() / columns;
    let mut out = vec![0.0; rows.len()];
    for row in 0..count {
        let (head, within) = (row / HEAD_DIM, row % HEAD_DIM);
        let (half, pair) = (within / (HEAD_DIM / 2), within % (HEAD_DIM / 2));
        let to = head * HEAD_DIM + 2 * pair + half;
        out[to * columns..][..columns].copy_from_slice(&rows[row * columns..][..columns]);
    }
    out
}
