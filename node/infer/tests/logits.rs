//! Owns the proof that the forward pass is right: against candle's own Llama on the same file, chunked against whole, forked
//! and truncated against fresh, alone against in a batch, one instruction set against another. The toy file always runs; the
//! real one where it is installed.
//!
//! The comparison with candle runs in f32 on both sides (our `Precision::F32`; candle's CANDLE_DEQUANTIZE_ALL, in a child
//! process, since candle reads it once). With quantised activations the last bit of a sum decides how a value is rounded to
//! 8 bits, and 30 layers make some per cent of a logit out of that: candle differs by 3 % from itself when the same prompt
//! is computed token by token instead of whole (measured). So there, only a loose bound and the same greedy tokens are
//! asked for.

mod support;

use candle_core::quantized::gguf_file;
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;
use infer::direct::{Direct, Sequence};
use infer::{Backend, BackendError, CpuBackend, CpuConfig, Isa, Model, Part, Precision};
use std::path::Path;
use std::sync::Arc;

const TOLERANCE: f32 = 1e-3;
/// With quantised activations; see the header.
const QUANTISED_TOLERANCE: f32 = 0.2;
const DEQUANTISE: &str = "CANDLE_DEQUANTIZE_ALL";

/// Runs the named test of this binary again with dequantised matrices; true in that second run.
fn dequantised(test: &str) -> bool {
    if std::env::var(DEQUANTISE).is_ok_and(|value| value == "1") {
        return true;
    }
    let binary = std::env::current_exe().unwrap();
    let output = std::process::Command::new(binary)
        .env(DEQUANTISE, "1")
        .args(["--exact", test, "--nocapture", "--test-threads", "1"])
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    eprintln!("{said}");
    false
}

/// How this run of the test compares, and how closely.
fn how(test: &str) -> (Precision, f32) {
    if dequantised(test) { (Precision::F32, TOLERANCE) } else { (Precision::AsStored, QUANTISED_TOLERANCE) }
}

fn reference(path: &Path) -> ModelWeights {
    let mut file = std::fs::File::open(path).unwrap();
    let content = gguf_file::Content::read(&mut file).unwrap();
    ModelWeights::from_gguf(content, &mut file, &Device::Cpu).unwrap()
}

fn reference_logits(model: &mut ModelWeights, tokens: &[u32], position: usize) -> Vec<f32> {
    let input = Tensor::new(tokens, &Device::Cpu).unwrap().unsqueeze(0).unwrap();
    model.forward(&input, position).unwrap().squeeze(0).unwrap().to_vec1().unwrap()
}

/// Largest difference relative to the largest value.
fn difference(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let largest = theirs.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    ours.iter().zip(theirs).fold(0f32, |worst, (a, b)| worst.max((a - b).abs())) / largest
}

fn greedy(logits: &[f32]) -> u32 {
    (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap() as u32
}

/// Two threads whatever the machine, so that parts of every product come from different ones.
const CONFIG: CpuConfig = CpuConfig {
    threads: 2,
    kv_tokens_max: 4096,
    kv: infer::KvKind::F16,
    activations: infer::ActivationBits::Fifteen,
    isa: Isa::SCALAR,
};

fn direct(path: &Path, precision: Precision) -> Direct<CpuBackend> {
    let model = Arc::new(Model::load_as(path, precision).unwrap());
    Direct::new(CpuBackend::new(model, CpuConfig { isa: Isa::best(), ..CONFIG }).unwrap())
}

/// Prefill and some decoding steps of each prompt, ours against candle's.
fn check_against_candle(
    path: &Path,
    prompts: &[Vec<u32>],
    decode: usize,
    (precision, tolerance): (Precision, f32),
) {
    let mut direct = direct(path, precision);
    for (number, prompt) in prompts.iter().enumerate() {
        let mut candle = reference(path);
        let mut seq = Sequence::new(None);
        let mut ours = direct.forward(&mut seq, prompt).unwrap();
        let mut theirs = reference_logits(&mut candle, prompt, 0);
        let mut worst = difference(&ours, &theirs);
        for step in 0..decode {
            let token = greedy(&theirs);
            let margin = (theirs[token as usize] - theirs[greedy(&ours) as usize]).abs()
                / theirs[token as usize].abs();
            assert!(margin <= tolerance, "prompt {number}, step {step}: another token, by {margin:e}");
            ours = direct.forward(&mut seq, &[token]).unwrap();
            theirs = reference_logits(&mut candle, &[token], prompt.len() + step);
            worst = worst.max(difference(&ours, &theirs));
        }
        eprintln!("prompt {number}: {} tokens, worst relative difference {worst:e}", prompt.len());
        assert!(worst < tolerance, "prompt {number}: {worst:e}");
        direct.end(seq);
    }
}

/// Chunks, truncation and forks change nothing, to the last bit.
fn check_bookkeeping(path: &Path, prompt: &[u32]) {
    let mut direct = direct(path, Precision::AsStored);
    let free = direct.blocks_free();
    let mut whole = Sequence::new(None);
    let expected = direct.forward(&mut whole, prompt).unwrap();

    for chunk in [1, 3, 16] {
        let mut seq = Sequence::new(None);
        let mut logits = Vec::new();
        for part in prompt.chunks(chunk) {
            logits = direct.forward(&mut seq, part).unwrap();
        }
        assert!(logits == expected, "chunks of {chunk}: {:e}", difference(&logits, &expected));
        direct.end(seq);
    }

    let half = prompt.len() / 2;
    let mut fork = direct.fork(&whole, half).unwrap();
    assert_eq!(fork.len(), half);
    let forked = direct.forward(&mut fork, &prompt[half..]).unwrap();
    assert!(forked == expected, "fork: {:e}", difference(&forked, &expected));

    // The fork is independent: other tokens there leave the original as it was.
    let mut other = direct.fork(&whole, half).unwrap();
    let reversed: Vec<u32> = prompt[half..].iter().rev().copied().collect();
    direct.forward(&mut other, &reversed).unwrap();

    direct.truncate(&mut whole, half);
    assert_eq!(whole.len(), half);
    let again = direct.forward(&mut whole, &prompt[half..]).unwrap();
    assert!(again == expected, "truncation: {:e}", difference(&again, &expected));
    direct.truncate(&mut whole, prompt.len() + 5);
    assert_eq!(whole.len(), prompt.len());
    for seq in [whole, fork, other] {
        direct.end(seq);
    }
    assert_eq!(direct.blocks_free(), free, "no block is lost");
}

/// What a sequence gives in a ragged batch of prompts and single tokens is what it gives alone, to the last bit, and so on
/// every instruction set and for any number of threads.
fn check_batches(path: &Path, prompt: &[u32], isas: &[Isa]) {
    let model = Arc::new(Model::load(path).unwrap());
    let mut alone: Vec<Vec<f32>> = Vec::new();
    let starts = [0, 1, prompt.len() / 3, prompt.len() - 1];
    for (run, isa) in isas.iter().enumerate() {
        let config = CpuConfig { isa: *isa, threads: 1 + run % 3, ..CONFIG };
        let mut direct = Direct::new(CpuBackend::new(model.clone(), config).unwrap());
        let mut sequences: Vec<Sequence> = starts.iter().map(|_| Sequence::new(None)).collect();
        for (seq, &start) in sequences.iter_mut().zip(&starts) {
            if start > 0 {
                direct.forward(seq, &prompt[..start]).unwrap();
            }
        }
        if run == 0 {
            for &start in &starts {
                let mut seq = Sequence::new(None);
                let end = prompt.len() - start / 2;
                alone.push(direct.forward(&mut seq, &prompt[..end]).unwrap());
                direct.end(seq);
            }
        }
        let mut work: Vec<(&mut Sequence, &[u32], usize)> = sequences
            .iter_mut()
            .zip(&starts)
            .filter(|(_, start)| prompt.len() - *start / 2 > **start)
            .map(|(seq, &start)| (seq, &prompt[start..prompt.len() - start / 2], 1))
            .collect();
        assert!(work.len() >= 3);
        let mut logits = Vec::new();
        direct.batch(&mut work, &mut logits).unwrap();
        let rows = logits.chunks_exact(model.vocab_len());
        for (number, (row, alone)) in rows.zip(&alone).enumerate() {
            assert!(row == alone, "{}, sequence {number}: {:e}", isa.name(), difference(row, alone));
        }
    }
}

fn toy() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = support::write(folder.path(), &support::Toy::new().bytes());
    (folder, path)
}

#[test]
fn toy_logits_equal_candles() {
    let (_folder, path) = toy();
    let long: Vec<u32> = (0..150).map(|n| (n * 37 + 11) % 257).collect();
    let prompts = [vec![65], vec![104, 256, 257, 32, 100], long];
    check_against_candle(&path, &prompts, 20, how("toy_logits_equal_candles"));
}

#[test]
fn toy_bookkeeping() {
    let (_folder, path) = toy();
    check_bookkeeping(&path, &(0..140).map(|n| (n * 53 + 7) % 257).collect::<Vec<u32>>());
}

#[test]
fn toy_batches() {
    let (_folder, path) = toy();
    check_batches(&path, &(0..90).map(|n| (n * 53 + 7) % 257).collect::<Vec<u32>>(), &Isa::all());
}

#[test]
fn odd_rows_biases_and_an_output_matrix_are_computed() {
    use candle_core::quantized::GgmlDType;
    // Width 64 in Q4_1 with one block too few cannot be paired; here the feed-forward width is 96: three blocks.
    let mut toy = support::Toy::new();
    let mut seeded = support::Seeded(5);
    let mut random = |len: usize| (0..len).map(|_| seeded.signed() * 0.3).collect::<Vec<f32>>();
    toy.set("llama.feed_forward_length", gguf_file::Value::U32(96));
    for layer in 0..2 {
        toy.set_tensor(&format!("blk.{layer}.ffn_gate.weight"), random(96 * 64), &[96, 64], GgmlDType::Q8_0);
        toy.set_tensor(&format!("blk.{layer}.ffn_up.weight"), random(96 * 64), &[96, 64], GgmlDType::Q8_0);
        toy.set_tensor(&format!("blk.{layer}.ffn_down.weight"), random(64 * 96), &[64, 96], GgmlDType::Q4_1);
    }
    toy.set_tensor(
        "output.weight",
        random(support::TOY_VOCAB * 64),
        &[support::TOY_VOCAB, 64],
        GgmlDType::F16,
    );
    let folder = tempfile::tempdir().unwrap();
    let logits = |toy: &support::Toy| {
        let mut direct = direct(&support::write(folder.path(), &toy.bytes()), Precision::AsStored);
        direct.forward(&mut Sequence::new(None), &[1, 2, 3]).unwrap()
    };
    let without = logits(&toy);

    toy.set_tensor("blk.0.attn_v.bias", vec![0.0; 32], &[32], GgmlDType::F32);
    assert!(difference(&logits(&toy), &without) < 1e-6, "a bias of zero changes nothing");

    toy.set_tensor("blk.0.attn_v.bias", vec![0.5; 32], &[32], GgmlDType::F32);
    assert!(difference(&logits(&toy), &without) > 1e-2, "a bias counts");
}

#[test]
fn misuse_is_refused_before_anything_is_computed() {
    let (_folder, path) = toy();
    let mut direct = direct(&path, Precision::AsStored);
    let mut seq = Sequence::new(None);
    assert_eq!(direct.forward(&mut seq, &[]), Err(BackendError::Empty));
    let vocab_len = support::TOY_VOCAB;
    let outside = vocab_len as u32;
    assert_eq!(
        direct.forward(&mut seq, &[1, outside]),
        Err(BackendError::Token { token: outside, vocab_len })
    );
    let max = support::TOY_CONTEXT;
    assert_eq!(
        direct.forward(&mut seq, &vec![1; max + 1]),
        Err(BackendError::ContextFull { max, actual: max + 1 })
    );
    direct.forward(&mut seq, &vec![1; max]).unwrap();
    assert!(direct.forward(&mut seq, &[1]).is_err());
    assert!(direct.fork(&seq, max + 1).is_none());
    assert_eq!(seq.len(), max);

    let model = Arc::new(Model::load(&path).unwrap());
    let mut backend = CpuBackend::new(model.clone(), CONFIG).unwrap();
    let part = Part { tokens: &[1, 2], start: 0, table: &[], adapter: None, adapter_from: 0, wanted: 1 };
    let mut logits = Vec::new();
    assert_eq!(backend.forward(&[], &mut logits), Err(BackendError::Empty));
    assert_eq!(backend.forward(&[part], &mut logits), Err(BackendError::Table { blocks: 0, tokens: 2 }));
    let absurd = CpuConfig { kv_tokens_max: usize::MAX / 64, ..CONFIG };
    assert!(matches!(CpuBackend::new(model, absurd), Err(BackendError::KvMemory { .. })));
}

#[test]
fn real_logits_equal_candles() {
    let Some(path) = support::real_model("real_logits_equal_candles") else { return };
    let model = Model::load(&path).unwrap();
    let encode = |text: &str| model.tokenizer().encode(text, true).unwrap();
    let prompts = [
        encode("The baker opened the door of her shop and"),
        encode("<|im_start|>user\nName three rivers.<|im_end|>\n<|im_start|>assistant\n"),
        encode(&"A long winter had settled over the valley, and nobody remembered when it began. ".repeat(6)),
    ];
    check_against_candle(&path, &prompts, 8, how("real_logits_equal_candles"));
}

#[test]
fn real_bookkeeping() {
    let Some(path) = support::real_model("real_bookkeeping") else { return };
    let model = Model::load(&path).unwrap();
    let prompt =
        model.tokenizer().encode(&"The miller counts his sacks by lamplight. ".repeat(4), false).unwrap();
    check_bookkeeping(&path, &prompt);
}

#[test]
fn real_batches() {
    let Some(path) = support::real_model("real_batches") else { return };
    let model = Model::load(&path).unwrap();
    let text = "Snow lay on the roofs, and the lamp in the mill burned low. ".repeat(3);
    let prompt = model.tokenizer().encode(&text, false).unwrap();
    let fast: Vec<Isa> = Isa::all().into_iter().filter(|isa| *isa != Isa::SCALAR).collect();
    check_batches(&path, &prompt, if fast.is_empty() { &[Isa::SCALAR] } else { &fast });
}
