//! Owns the proof that a damaged or hostile file gives one clear sentence: never a panic, never memory on a header's word.

mod support;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::Value;
use infer::direct::{Direct, Sequence};
use infer::{CpuBackend, CpuConfig, LoadError, Model, TokenizerError};
use std::sync::Arc;
use support::{Seeded, Toy};

/// Loads the bytes as a file.
fn load(bytes: &[u8]) -> Result<Model, LoadError> {
    let folder = tempfile::tempdir().unwrap();
    Model::load(&support::write(folder.path(), bytes))
}

/// The error of a toy changed by `change`: one line, not empty, not a novel.
fn refused(change: impl FnOnce(&mut Toy)) -> LoadError {
    let mut toy = Toy::new();
    change(&mut toy);
    let error = load(&toy.bytes()).expect_err("the change should be refused");
    one_sentence(&error);
    error
}

fn one_sentence(error: &LoadError) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.len() < 1000 && !text.contains('\n'), "{text:?}");
}

#[test]
fn the_toy_itself_loads_and_names_itself() {
    let bytes = Toy::new().bytes();
    let model = load(&bytes).unwrap();
    assert_eq!(
        (model.name(), model.context_len(), model.vocab_len()),
        ("toy", support::TOY_CONTEXT, support::TOY_VOCAB)
    );
    assert_eq!(model.hash(), blake3::hash(&bytes).to_hex().as_str());
    assert_eq!(model.file_bytes(), bytes.len() as u64);
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = Toy::new().bytes();
    let mut seeded = Seeded(1);
    let mut lengths: Vec<usize> = (0..64).collect();
    lengths.extend((0..400).map(|_| seeded.below(bytes.len())));
    lengths.extend((0..100).map(|_| seeded.below(10_000)));
    // The last tensor's padding may be missing; its last byte may not.
    lengths.push(bytes.len() - 256);
    let folder = tempfile::tempdir().unwrap();
    for len in lengths {
        let error =
            Model::load(&support::write(folder.path(), &bytes[..len])).expect_err("a truncated file loaded");
        one_sentence(&error);
        assert!(matches!(error, LoadError::Truncated { .. }), "{len}: {error}");
    }
}

/// Flips one bit, loads, and where that works computes: no panic, whatever the outcome.
fn flip_bits(name: &str, seed: u64, count: usize, below: usize) {
    let bytes = Toy::new().bytes();
    let mut seeded = Seeded(seed);
    let folder = tempfile::tempdir().unwrap();
    let (mut refused, mut loaded, mut nonsense) = (0, 0, 0);
    for _ in 0..count {
        let (at, bit) = (seeded.below(below.min(bytes.len())), seeded.below(8));
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << bit;
        let outcome = std::panic::catch_unwind(|| {
            match Model::load(&support::write(folder.path(), &damaged)) {
                Err(error) => {
                    one_sentence(&error);
                    None
                }
                Ok(model) => {
                    let tokens = model.tokenizer().encode("hello <|im_end|>", true).unwrap();
                    let message = infer::ChatMessage { role: "user".into(), content: "hi".into() };
                    // Either outcome is right here: a flip inside the template may break it.
                    let _ = model.apply_chat_template(&[message], true);
                    Some(compute(model, &tokens).is_ok())
                }
            }
        });
        match outcome.unwrap_or_else(|_| panic!("seed {seed}: flipping bit {bit} of byte {at} panicked")) {
            None => refused += 1,
            Some(true) => loaded += 1,
            Some(false) => nonsense += 1,
        }
    }
    eprintln!("{name}: {refused} refused, {loaded} harmless, {nonsense} refused when computing");
    assert!(loaded > 0 && refused + nonsense > 0);
}

#[test]
fn flipped_bits_in_the_header_never_panic() {
    flip_bits("header", 2, 1500, 9_000);
}

#[test]
fn flipped_bits_anywhere_never_panic() {
    flip_bits("anywhere", 3, 500, usize::MAX);
}

/// A header with these counts and nothing else, as long as a real one so that counts are not merely "too short".
fn header(version: u32, tensors: u64, entries: u64, rest: &[u8]) -> Vec<u8> {
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(version.to_le_bytes());
    bytes.extend(tensors.to_le_bytes());
    bytes.extend(entries.to_le_bytes());
    bytes.extend(rest);
    bytes.resize(4096, 0);
    bytes
}

#[test]
fn insane_sizes_are_refused_before_memory_is_asked_for() {
    let too_large = |bytes: Vec<u8>| {
        let error = load(&bytes).expect_err("an insane size loaded");
        one_sentence(&error);
        assert!(matches!(error, LoadError::TooLarge { .. } | LoadError::Truncated { .. }), "{error}");
    };
    too_large(header(3, u64::MAX, 0, &[]));
    too_large(header(3, 0, u64::MAX, &[]));
    // A key of 2^60 bytes; a string value of 2^60 bytes; an array of 2^60 numbers; one of a million strings.
    too_large(header(3, 0, 1, &(1u64 << 60).to_le_bytes()));
    let key = [1u64.to_le_bytes().as_slice(), b"k"].concat();
    let string = [key.as_slice(), &8u32.to_le_bytes(), &(1u64 << 60).to_le_bytes()].concat();
    too_large(header(3, 0, 1, &string));
    let array = |element: u32, len: u64| {
        let parts = [key.as_slice(), &9u32.to_le_bytes(), &element.to_le_bytes(), &len.to_le_bytes()];
        header(3, 0, 1, &parts.concat())
    };
    too_large(array(4, 1 << 60));
    too_large(array(8, 1_000_000));
    // A tensor of 2^40 x 2^40 elements.
    let name = [1u64.to_le_bytes().as_slice(), b"t", &2u32.to_le_bytes()].concat();
    let tensor =
        [name.as_slice(), &(1u64 << 40).to_le_bytes(), &(1u64 << 40).to_le_bytes(), &[0; 12]].concat();
    too_large(header(3, 1, 0, &tensor));
    // Arrays in arrays are refused, however deep.
    assert!(matches!(load(&array(9, 1)), Err(LoadError::Malformed { .. })));
}

#[test]
fn each_stage_has_its_error() {
    let missing = Model::load(std::path::Path::new("/nowhere/at/all.gguf")).unwrap_err();
    assert!(matches!(missing, LoadError::Open { .. }), "{missing}");
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Model::load(folder.path()).unwrap_err(), LoadError::Open { .. }));
    assert!(matches!(load(b"PK\x03\x04 a zip file").unwrap_err(), LoadError::NotGguf { .. }));
    assert!(matches!(load(&header(1, 0, 0, &[])).unwrap_err(), LoadError::Version { found: 1 }));
    assert!(matches!(load(&header(3, 0, 0, &[])).unwrap_err(), LoadError::MissingKey { .. }));

    let text = |text: &str| Value::String(text.into());
    assert!(matches!(
        refused(|t| _ = t.set("general.architecture", text("mamba"))),
        LoadError::Architecture { .. }
    ));
    assert!(matches!(refused(|t| _ = t.remove("llama.block_count")), LoadError::MissingKey { .. }));
    assert!(matches!(refused(|t| _ = t.set("llama.block_count", text("two"))), LoadError::KeyType { .. }));
    assert!(matches!(refused(|t| _ = t.set("llama.block_count", Value::U32(0))), LoadError::KeyValue { .. }));
    assert!(matches!(
        refused(|t| _ = t.set("llama.block_count", Value::U32(3))),
        LoadError::MissingTensor { .. }
    ));
    assert!(matches!(
        refused(|t| _ = t.set("llama.block_count", Value::U32(1))),
        LoadError::UnexpectedTensor { .. }
    ));
    assert!(matches!(
        refused(|t| _ = t.set("llama.context_length", Value::U64(1 << 50))),
        LoadError::TooLarge { .. }
    ));
    let heads = "llama.attention.head_count_kv";
    assert!(matches!(refused(|t| _ = t.set(heads, Value::U32(3))), LoadError::KeyValue { .. }));
    assert!(matches!(refused(|t| _ = t.set(heads, Value::U32(4))), LoadError::TensorShape { .. }));
    assert!(matches!(refused(|t| _ = t.set("llama.expert_count", Value::U32(8))), LoadError::Feature { .. }));
    let epsilon = "llama.attention.layer_norm_rms_epsilon";
    assert!(matches!(refused(|t| _ = t.set(epsilon, Value::F32(f32::NAN))), LoadError::KeyValue { .. }));
    let yarn = refused(|t| _ = t.set("llama.rope.scaling.type", text("yarn")));
    assert!(matches!(yarn, LoadError::Feature { .. }));
    assert!(matches!(
        refused(|t| _ = t.set("tokenizer.chat_template", text("{% if"))),
        LoadError::Template(_)
    ));
    for bad in [f32::NAN, f32::INFINITY] {
        let mut weights = vec![1.0; support::TOY_WIDTH];
        weights[5] = bad;
        let error = refused(|t| {
            _ = t.set_tensor("output_norm.weight", weights, &[support::TOY_WIDTH], GgmlDType::F32)
        });
        assert!(matches!(error, LoadError::NotFinite { index: 5, .. }), "{error}");
    }
}

#[test]
fn inconsistent_vocabularies_are_refused() {
    let why = |change: &dyn Fn(&mut Toy)| match refused(change) {
        LoadError::Tokenizer(error) => error,
        other => panic!("expected a tokenizer error: {other}"),
    };
    let text = |text: &str| Value::String(text.into());
    let texts = |all: &[&str]| Value::Array(all.iter().map(|t| Value::String((*t).into())).collect());
    let spm = why(&|t| _ = t.set("tokenizer.ggml.model", text("llama")));
    assert!(
        matches!(spm, TokenizerError::Kind { .. }) && spm.to_string().contains("byte-level BPE"),
        "{spm}"
    );
    let rule = why(&|t| _ = t.set("tokenizer.ggml.pre", text("nobody-knows")));
    assert!(matches!(rule, TokenizerError::Splitting { .. }));
    let types = why(&|t| _ = t.set("tokenizer.ggml.token_type", Value::Array(vec![Value::I32(1); 7])));
    assert!(matches!(types, TokenizerError::TypeCount { types: 7, .. }));
    let bos = why(&|t| _ = t.set("tokenizer.ggml.bos_token_id", Value::U32(9999)));
    assert!(matches!(bos, TokenizerError::SpecialId { id: 9999, .. }));
    let merges = "tokenizer.ggml.merges";
    assert!(matches!(why(&|t| _ = t.set(merges, texts(&["h q"]))), TokenizerError::Merge { index: 0, .. }));
    assert!(matches!(why(&|t| _ = t.set(merges, texts(&["he"]))), TokenizerError::Merge { .. }));
    let change_token = |at: usize, to: &'static str| {
        move |t: &mut Toy| {
            let tokens = t.metadata.iter_mut().find(|(k, _)| k == "tokenizer.ggml.tokens").unwrap();
            let Value::Array(tokens) = &mut tokens.1 else { panic!("no array") };
            tokens[at] = Value::String(to.into());
        }
    };
    assert!(matches!(why(&change_token(10, "b")), TokenizerError::Token { .. }));
    assert!(matches!(why(&change_token(10, "")), TokenizerError::Token { id: 10, .. }));
    assert!(matches!(why(&change_token(10, "日")), TokenizerError::Token { id: 10, .. }));
}

#[test]
fn weights_of_nonsense_fail_the_request_and_nothing_else() {
    let mut toy = Toy::new();
    let width = support::TOY_WIDTH;
    let mut values = vec![0.1; support::TOY_VOCAB * width];
    values[7 * width] = f32::INFINITY;
    toy.set_tensor("token_embd.weight", values, &[support::TOY_VOCAB, width], GgmlDType::F32);
    let model = load(&toy.bytes()).unwrap();
    assert_eq!(compute(model, &[7]), Err(infer::BackendError::NotFinite));
}

/// The logits after some tokens, on one thread.
fn compute(model: Model, tokens: &[u32]) -> Result<Vec<f32>, infer::BackendError> {
    let config = CpuConfig { threads: 1, kv_tokens_max: 64, ..CpuConfig::default() };
    Direct::new(CpuBackend::new(Arc::new(model), config)?).forward(&mut Sequence::new(None), tokens)
}
