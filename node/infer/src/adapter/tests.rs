//! Owns the proof that both forms of an adapter give the same parts, and that what does not fit is refused by name. Refuses to
//! touch the disk; `tests/adapters.rs` does.

use super::*;
use crate::error::LoadError;
use crate::fixtures::{self, Gguf, Meta, Peft, Tensor};

const RANK: usize = 4;

pub(crate) fn base(rows_interleaved: bool) -> Base {
    let dimensions = Dimensions {
        layers: fixtures::LAYERS,
        embedding: fixtures::EMBEDDING,
        feed_forward: fixtures::FEED_FORWARD,
        heads: fixtures::HEADS,
        kv_heads: fixtures::KV_HEADS,
        head_dim: fixtures::HEAD_DIM,
    };
    Base { dimensions, architecture: "llama".to_owned(), rows_interleaved }
}

fn peft(peft: &Peft) -> Result<AdapterFile, AdapterError> {
    AdapterFile::from_peft(&peft.config_bytes(), &peft.weights_bytes(), &base(true))
}

fn gguf(gguf: &Gguf) -> Result<AdapterFile, AdapterError> {
    AdapterFile::from_gguf(&gguf.bytes(), &base(true))
}

/// The error of a PEFT adapter changed by `change`: one line, not a novel.
fn refused(change: impl FnOnce(&mut Peft)) -> AdapterError {
    let mut written = Peft::new(RANK);
    change(&mut written);
    let error = peft(&written).expect_err("the change should be refused");
    let text = error.to_string();
    assert!(!text.contains('\n') && text.len() < 600, "{text:?}");
    error
}

#[test]
fn a_folder_and_a_gguf_file_of_one_adapter_are_equal() {
    for rows_interleaved in [true, false] {
        let base = base(rows_interleaved);
        let written = Peft::new(RANK);
        let folder =
            AdapterFile::from_peft(&written.config_bytes(), &written.weights_bytes(), &base).unwrap();
        let file = Gguf::new(RANK, "llama", rows_interleaved).bytes();
        let file = AdapterFile::from_gguf(&file, &base).unwrap();
        assert_eq!(folder.tensors, file.tensors);
        assert_eq!(folder.tensors.len(), fixtures::LAYERS * Part::ALL.len());
        assert_eq!((folder.rank_max, file.rank_max), (RANK, RANK));
        assert!(folder.tensors.iter().all(|part| part.scale == 2.0 && part.rank == RANK));
        assert_ne!(folder.bytes_hash, file.bytes_hash);
    }
}

#[test]
fn values_arrive_in_their_order() {
    let adapter = peft(&Peft::new(RANK)).unwrap();
    for (at, part) in adapter.tensors.iter().enumerate() {
        assert_eq!((part.layer, part.part), (at / 7, Part::ALL[at % 7]));
        assert_eq!(part.down.values(), fixtures::weights(RANK, part.down.columns, 2 * at));
        let up = fixtures::weights(part.up.rows, RANK, 2 * at + 1);
        let rotated = matches!(part.part, Part::Query | Part::Key);
        assert_eq!(part.up.values() == up, !rotated, "{:?}", part.part);
    }
    // The second row of a head is the partner of the first: half a head further in PEFT's order.
    let query = &adapter.tensors[0].up;
    let partner = fixtures::HEAD_DIM / 2 * RANK;
    assert_eq!(query.values()[RANK..2 * RANK], fixtures::weights(32, RANK, 1)[partner..partner + RANK]);
}

#[test]
fn the_hash_covers_weights_and_settings() {
    let plain = peft(&Peft::new(RANK)).unwrap();
    let mut louder = Peft::new(RANK);
    louder.config["lora_alpha"] = 16.into();
    let louder = peft(&louder).unwrap();
    assert_ne!(plain.bytes_hash, louder.bytes_hash);
    assert_eq!(louder.tensors[0].scale, 4.0);
    let mut other = Peft::new(RANK);
    other.tensors[0].bytes[0] ^= 1;
    assert_ne!(plain.bytes_hash, peft(&other).unwrap().bytes_hash);
    let file = Gguf::new(RANK, "llama", true).bytes();
    let hash = AdapterFile::from_gguf(&file, &base(true)).unwrap().bytes_hash;
    assert_eq!(hash, blake3::hash(&file).to_hex().to_string());
}

#[test]
fn half_precision_stays_half_and_q8_becomes_f32() {
    // 1.0 and -2.0 in sixteen bits, by hand.
    for (dtype, one, minus_two) in [("F16", 0x3c00u16, 0xc000u16), ("BF16", 0x3f80, 0xc000)] {
        let mut written = Peft::new(RANK);
        let tensor = written.tensor("layers.1.mlp.down_proj.lora_A.weight");
        dtype.clone_into(&mut tensor.dtype);
        let elements = tensor.bytes.len() / 4;
        tensor.bytes = (0..elements).flat_map(|at| [one, minus_two][at % 2].to_le_bytes()).collect();
        let adapter = peft(&written).unwrap();
        let down = &adapter.tensors[13].down;
        assert_eq!((down.format.name(), down.bytes.len()), (dtype, elements * 2));
        assert_eq!(down.values()[..3], [1.0, -2.0, 1.0]);
    }
    let mut written = Gguf::new(RANK, "llama", true);
    let tensor = written.tensor("blk.0.attn_v.weight.lora_a");
    tensor.ggml = fixtures::GGML_Q8_0;
    // One block a row: scale 0.5, then 32 small integers.
    let block = |row: i8| [vec![0x00, 0x38], (0..32).map(|q: i8| (q - row) as u8).collect()].concat();
    tensor.bytes = (0..RANK as i8).flat_map(block).collect();
    let adapter = gguf(&written).unwrap();
    let down = &adapter.tensors[2].down;
    assert_eq!((down.format, down.rows, down.columns), (Format::F32, RANK, 32));
    let expected: Vec<f32> =
        (0..RANK).flat_map(|row| (0..32).map(move |q| 0.5 * (q as f32 - row as f32))).collect();
    assert_eq!(down.values(), expected);
    let mut written = Gguf::new(RANK, "llama", true);
    let tensor = written.tensor("blk.0.attn_v.weight.lora_a");
    (tensor.ggml, tensor.bytes) = (2, vec![0; RANK * 18]);
    let error = gguf(&written).unwrap_err();
    assert!(matches!(error, AdapterError::Feature { .. }), "{error}");
}

#[test]
fn patterns_give_ranks_and_scales_of_their_own() {
    let mut written = Peft::new(RANK);
    written.config["rank_pattern"] = serde_json::json!({"layers.1.mlp.up_proj": 2});
    written.config["alpha_pattern"] = serde_json::json!({"up_proj": 1});
    for (end, rows, columns) in
        [("layers.1.mlp.up_proj.lora_A.weight", 2, 32), ("layers.1.mlp.up_proj.lora_B.weight", 64, 2)]
    {
        let tensor = written.tensor(end);
        *tensor = Tensor::f32(&tensor.name.clone(), &[rows, columns], &vec![0.5; rows * columns]);
    }
    let adapter = peft(&written).unwrap();
    let of = |layer| adapter.tensors.iter().find(|p| p.layer == layer && p.part == Part::Up).unwrap();
    assert_eq!((of(0).rank, of(0).scale), (4, 0.25));
    assert_eq!((of(1).rank, of(1).scale), (2, 0.5));
    assert_eq!(adapter.rank_max, 4);
    written.config["rank_pattern"] = serde_json::json!({});
    let error = peft(&written).unwrap_err();
    assert!(matches!(error, AdapterError::ConfigRank { expected: 4, actual: 2, .. }), "{error}");
    assert_eq!((error.stage(), error.fault()), (Stage::Shapes, Fault::File));
}

#[test]
fn an_adapter_of_another_base_is_the_users_mistake() {
    let mut other = base(true);
    other.dimensions.embedding = 48;
    let written = Peft::new(RANK);
    let wrong =
        AdapterFile::from_peft(&written.config_bytes(), &written.weights_bytes(), &other).unwrap_err();
    let AdapterError::Shape { tensor, expected, actual } = &wrong else { panic!("{wrong}") };
    assert!(tensor.ends_with("layers.0.self_attn.q_proj.lora_A.weight"), "{tensor}");
    assert_eq!((expected.as_slice(), actual.as_slice()), ([4, 48].as_slice(), [4, 32].as_slice()));
    assert_eq!((wrong.stage(), wrong.fault()), (Stage::Shapes, Fault::User));

    let mut outputs = base(true);
    outputs.dimensions.kv_heads = 4;
    let wrong = AdapterFile::from_gguf(&Gguf::new(RANK, "llama", true).bytes(), &outputs).unwrap_err();
    assert!(
        matches!(&wrong, AdapterError::Shape { tensor, expected, actual }
            if tensor == "blk.0.attn_k.weight.lora_b" && expected == &[32, 4] && actual == &[16, 4]),
        "{wrong}"
    );
    let mut fewer = base(true);
    fewer.dimensions.layers = 1;
    let wrong = AdapterFile::from_gguf(&Gguf::new(RANK, "llama", true).bytes(), &fewer).unwrap_err();
    assert!(matches!(wrong, AdapterError::Layer { layers: 1, actual: 1, .. }), "{wrong}");
    let wrong = gguf(&Gguf::new(RANK, "qwen3", true)).unwrap_err();
    assert!(
        matches!(&wrong, AdapterError::Architecture { expected, actual }
        if expected == "llama" && actual == "qwen3"),
        "{wrong}"
    );
    assert_eq!(wrong.fault(), Fault::User);
}

#[test]
fn a_layer_beyond_the_base_is_refused_before_the_settings_are_asked() {
    let mut written = Peft::new(RANK);
    let all = std::mem::take(&mut written.tensors);
    // Every layer that there is not, and settings that name none of them: asking would cost the one times the other.
    for layer in fixtures::LAYERS..fixtures::LAYERS + 500 {
        let at = format!("layers.{layer}.");
        let of_layer = all.iter().take(2).map(|tensor| Tensor {
            name: tensor.name.replace("layers.0.", &at),
            shape: vec![0, 0],
            bytes: Vec::new(),
            ..tensor.clone()
        });
        written.tensors.extend(of_layer);
    }
    written.config["target_modules"] = (0..500).map(|at| format!("nobody_{at}")).collect();
    let error = peft(&written).unwrap_err();
    assert!(matches!(error, AdapterError::Layer { layers: fixtures::LAYERS, .. }), "{error}");
    assert_eq!((error.stage(), error.fault()), (Stage::Names, Fault::User));
    // A file whose layers are the base's is still asked about its settings.
    written.tensors = all;
    let error = peft(&written).unwrap_err();
    assert!(matches!(error, AdapterError::Untargeted { .. }), "{error}");
}

#[test]
fn ranks_have_bounds() {
    // A rank of 0 has no bytes, which safetensors allows.
    let change = |rank: usize| {
        move |p: &mut Peft| {
            let tensor = p.tensor("layers.0.mlp.gate_proj.lora_A.weight");
            *tensor = Tensor::f32(&tensor.name.clone(), &[rank, 32], &vec![0.5; rank * 32]);
        }
    };
    for actual in [0, RANK_MAX + 1] {
        let error = refused(change(actual));
        assert!(
            matches!(error, AdapterError::Rank { max: RANK_MAX, actual: a, .. } if a == actual),
            "{error}"
        );
        assert_eq!(error.fault(), Fault::File);
    }
    // The halves of a pair disagree.
    let error = refused(change(5));
    assert!(
        matches!(&error, AdapterError::Shape { tensor, expected, .. }
        if tensor.ends_with("gate_proj.lora_B.weight") && expected == &[64, 5]),
        "{error}"
    );
    assert!(peft(&Peft::new(1)).is_ok() && peft(&Peft::new(RANK_MAX)).is_ok());
}

#[test]
fn pairs_must_be_whole_flat_and_known() {
    let error =
        refused(|p| p.tensors.retain(|t| !t.name.ends_with("layers.1.self_attn.v_proj.lora_B.weight")));
    assert!(
        matches!(&error, AdapterError::MissingHalf { tensor, missing }
        if tensor.ends_with("v_proj.lora_A.weight") && missing.ends_with("v_proj.lora_B.weight")),
        "{error}"
    );
    let error =
        refused(|p| p.tensors.retain(|t| !t.name.ends_with("layers.1.self_attn.v_proj.lora_A.weight")));
    assert!(
        matches!(&error, AdapterError::MissingHalf { missing, .. } if missing.ends_with("lora_A.weight"))
    );
    assert_eq!((error.stage(), error.fault()), (Stage::Names, Fault::File));
    let error = refused(|p| p.tensors.clear());
    assert!(matches!(error, AdapterError::Empty), "{error}");
    for shape in [vec![4, 16, 2], vec![128], vec![]] {
        let error = refused(|p| {
            let tensor = p.tensor("layers.0.mlp.up_proj.lora_A.weight");
            tensor.bytes.truncate(4 * shape.iter().product::<usize>());
            tensor.shape = shape;
        });
        assert!(matches!(&error, AdapterError::Shape { expected, .. } if expected == &[4, 32]), "{error}");
    }
    let error =
        refused(|p| p.tensor("layers.0.mlp.up_proj.lora_A.weight").name = "lm_head.weight".to_owned());
    assert!(matches!(error, AdapterError::UnknownTensor { .. }), "{error}");
    let head = "base_model.model.lm_head.lora_A.weight";
    let error = refused(|p| p.tensor("layers.0.mlp.up_proj.lora_A.weight").name = head.to_owned());
    assert!(matches!(&error, AdapterError::UnknownModule { actual, .. } if actual == "lm_head"), "{error}");
    assert_eq!(error.fault(), Fault::Ours);
    let error = refused(|p| p.config["target_modules"] = serde_json::json!(["q_proj"]));
    assert!(matches!(error, AdapterError::Untargeted { .. }), "{error}");
}

#[test]
fn weights_that_are_no_numbers_are_refused_where_they_are() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let error = refused(|p| {
            p.tensor("layers.1.self_attn.o_proj.lora_B.weight").bytes[20..24]
                .copy_from_slice(&bad.to_le_bytes());
        });
        assert!(
            matches!(&error, AdapterError::NotFinite { tensor, index: 5 }
            if tensor.ends_with("layers.1.self_attn.o_proj.lora_B.weight")),
            "{error}"
        );
        assert_eq!((error.stage(), error.fault()), (Stage::Values, Fault::File));
    }
}

#[test]
fn cut_files_are_refused_wherever_they_are_cut() {
    let written = Peft::new(RANK);
    let (config, weights) = (written.config_bytes(), written.weights_bytes());
    let file = Gguf::new(RANK, "llama", true).bytes();
    for cut in 1..200 {
        let len = weights.len() - cut * weights.len() / 200;
        let error = AdapterFile::from_peft(&config, &weights[..len], &base(true)).unwrap_err();
        assert!(matches!(error, AdapterError::Safetensors(_)), "{len}: {error}");
        let len = file.len() - cut * file.len() / 200;
        let error = AdapterFile::from_gguf(&file[..len], &base(true)).unwrap_err();
        assert!(matches!(error, AdapterError::Gguf(LoadError::Truncated { .. })), "{len}: {error}");
        assert_eq!((error.stage(), error.fault()), (Stage::Container, Fault::File));
    }
}

#[test]
fn a_gguf_file_says_what_it_is() {
    let with = |key: &str, value: Option<Meta>| {
        let mut written = Gguf::new(RANK, "llama", true);
        written.set(key, value);
        gguf(&written)
    };
    let text = |text: &str| Some(Meta::Text(text.to_owned()));
    let error = with("general.type", text("model")).unwrap_err();
    assert!(matches!(&error, AdapterError::KeyValue { key, .. } if key == "general.type"), "{error}");
    for key in ["general.type", "adapter.type", "general.architecture"] {
        let error = with(key, None).unwrap_err();
        assert!(matches!(error, AdapterError::Gguf(LoadError::MissingKey { .. })), "{error}");
    }
    let error = with("adapter.type", text("ia3")).unwrap_err();
    assert!(matches!(error, AdapterError::Feature { .. }), "{error}");
    for alpha in [f32::NAN, f32::INFINITY, 1e7] {
        let error = with("adapter.lora.alpha", Some(Meta::F32(alpha))).unwrap_err();
        assert!(matches!(error, AdapterError::KeyValue { .. }), "{error}");
    }
    for none in [None, Some(Meta::F32(0.0))] {
        assert_eq!(with("adapter.lora.alpha", none).unwrap().tensors[0].scale, 1.0);
    }
    let key = "adapter.alora.invocation_tokens";
    let tokens = with(key, Some(Meta::U32s(vec![5, 6]))).unwrap().invocation;
    assert_eq!(tokens.as_deref(), Some([5, 6].as_slice()));
    assert_eq!(with(key, Some(Meta::U32s(Vec::new()))).unwrap().invocation, None);
    let tokens = with(key, Some(Meta::I32s(vec![7, 8]))).unwrap().invocation;
    assert_eq!(tokens.as_deref(), Some([7, 8].as_slice()), "the signed numbers of other writers");
    let no_tokens =
        [Meta::U32(5), Meta::U32s(vec![0; 257]), Meta::Texts(Vec::new()), Meta::I32s(vec![1, -1])];
    for bad in no_tokens {
        let error = with(key, Some(bad)).unwrap_err();
        assert!(matches!(error, AdapterError::KeyValue { .. }), "{error}");
    }
}

#[test]
fn an_invocation_comes_with_the_settings() {
    let mut written = Peft::new(RANK);
    written.config["alora_invocation_tokens"] = serde_json::json!([9, 8, 7]);
    assert_eq!(peft(&written).unwrap().invocation.as_deref(), Some([9, 8, 7].as_slice()));
}

#[test]
fn dimensions_that_are_no_models_are_our_fault() {
    let changes: [fn(&mut Dimensions); 3] = [|d| d.head_dim = 7, |d| d.head_dim = 0, |d| d.embedding = 0];
    for change in changes {
        let mut wrong = base(true);
        change(&mut wrong.dimensions);
        let error = AdapterFile::from_gguf(&[], &wrong).unwrap_err();
        assert!(matches!(error, AdapterError::BugDimensions { .. }), "{error}");
        assert_eq!(error.fault(), Fault::Ours);
    }
}
