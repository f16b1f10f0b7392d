//! Owns the proof that a cache of packed weights changes nothing but the time a start takes: logits are the same bits with it
//! and without, and whatever stands in its place is refused and replaced, never an error.

mod support;
#[cfg(unix)]
#[path = "packed_cache/unix.rs"]
mod unix;

use candle_core::quantized::gguf_file::Value;
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use infer::direct::{Direct, Sequence};
use infer::{CpuBackend, CpuConfig, LoadOptions, Model, PackedCache, PackedCacheError, Precision};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::{Seeded, TOY_VOCAB, Toy};

const FORMATS: [GgmlDType; 13] = [
    GgmlDType::F32,
    GgmlDType::F16,
    GgmlDType::BF16,
    GgmlDType::Q8_0,
    GgmlDType::Q4_0,
    GgmlDType::Q4_1,
    GgmlDType::Q5_0,
    GgmlDType::Q5_1,
    GgmlDType::Q2K,
    GgmlDType::Q3K,
    GgmlDType::Q4K,
    GgmlDType::Q5K,
    GgmlDType::Q6K,
];

/// A toy in which every format occurs, with an output of its own and a matrix of several pieces.
fn every_format() -> Toy {
    let (width, inner, mut toy) = (256, 2048, Toy::new());
    toy.set("llama.embedding_length", Value::U32(width as u32));
    toy.set("llama.feed_forward_length", Value::U32(inner as u32));
    toy.set("llama.rope.dimension_count", Value::U32(64));
    let (mut seeded, mut number) = (Seeded(7), 0);
    let mut add = |name: String, shape: &[usize], dtype: GgmlDType| {
        let (centre, scale) = if shape.len() == 1 { (1.0, 0.2) } else { (0.0, 0.1) };
        let values = (0..shape.iter().product()).map(|_| centre + scale * seeded.signed()).collect();
        let tensor = Tensor::from_vec::<_, f32>(values, shape, &Device::Cpu).unwrap();
        (name, QTensor::quantize(&tensor, dtype).unwrap())
    };
    let mut next = || {
        number += 1;
        FORMATS[number % FORMATS.len()]
    };
    let mut tensors = vec![add("token_embd.weight".into(), &[TOY_VOCAB, width], GgmlDType::Q6K)];
    for layer in 0..2 {
        let parts = [
            ("ffn_up", inner, width),
            ("attn_q", width, width),
            ("attn_k", width / 2, width),
            ("attn_v", width / 2, width),
            ("attn_output", width, width),
            ("ffn_gate", inner, width),
            ("ffn_down", width, inner),
        ];
        for (part, rows, columns) in parts {
            tensors.push(add(format!("blk.{layer}.{part}.weight"), &[rows, columns], next()));
        }
        tensors.push(add(format!("blk.{layer}.attn_norm.weight"), &[width], GgmlDType::F32));
        tensors.push(add(format!("blk.{layer}.ffn_norm.weight"), &[width], GgmlDType::F32));
    }
    tensors.push(add("output_norm.weight".into(), &[width], GgmlDType::F32));
    tensors.push(add("output.weight".into(), &[TOY_VOCAB, width], GgmlDType::F32));
    toy.tensors = tensors;
    toy
}

fn with_cache(path: &Path) -> Arc<Model> {
    let options = LoadOptions { packed_cache: true, ..LoadOptions::default() };
    Arc::new(Model::load_with(path, options).unwrap())
}

/// What the model says of a few tokens, to the bit.
fn logits(model: &Arc<Model>) -> Vec<u32> {
    let config = CpuConfig { threads: 1, kv_tokens_max: 64, ..CpuConfig::default() };
    let mut direct = Direct::new(CpuBackend::new(Arc::clone(model), config).unwrap());
    let logits = direct.forward(&mut Sequence::new(None), &[1, 77, 261, 4]).unwrap();
    logits.into_iter().map(f32::to_bits).collect()
}

/// A model that was loaded past a cache; as a value, why.
struct Refusal(Arc<Model>);

impl std::ops::Deref for Refusal {
    type Target = PackedCacheError;

    fn deref(&self) -> &PackedCacheError {
        match self.0.packed_cache() {
            PackedCache::Refused(why) => why,
            other => panic!("it was believed: {other:?}"),
        }
    }
}

/// A toy on the disk, what it says, and the cache of it.
struct Home {
    folder: tempfile::TempDir,
    model: PathBuf,
    cache: PathBuf,
    expected: Vec<u32>,
    good: Vec<u8>,
}

impl Home {
    fn new(toy: &Toy) -> Home {
        let folder = tempfile::tempdir().unwrap();
        let model = support::write(folder.path(), &toy.bytes());
        let expected = logits(&Arc::new(Model::load(&model).unwrap()));
        let loaded = with_cache(&model);
        assert!(matches!(loaded.packed_cache(), PackedCache::Missing));
        let cache = loaded.write_packed_cache().unwrap().unwrap().to_owned();
        assert_eq!(cache, folder.path().join("toy.gguf.packed"));
        assert_eq!(logits(&loaded), expected);
        let good = fs::read(&cache).unwrap();
        Home { folder, model, cache, expected, good }
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The cache is believed, and says what the model says.
    fn is_read(&self) {
        let model = with_cache(&self.model);
        assert!(matches!(model.packed_cache(), PackedCache::Read), "{:?}", model.packed_cache());
        assert_eq!(model.write_packed_cache().unwrap(), None, "there is nothing to write");
        assert_eq!(logits(&model), self.expected);
    }

    /// Why these bytes in the cache's place are not believed.
    fn refusal(&self, bytes: &[u8]) -> Refusal {
        fs::write(&self.cache, bytes).unwrap();
        self.refused()
    }

    /// Why what is in the cache's place is not believed; the weights are right all the same.
    fn refused(&self) -> Refusal {
        let model = with_cache(&self.model);
        assert_eq!(logits(&model), self.expected);
        Refusal(model)
    }

    /// Bytes before the first matrix, found by the checksum that ends them.
    fn header_bytes(&self) -> usize {
        let ends = |len: &usize| blake3::hash(&self.good[..*len]).as_bytes() == &self.good[*len..*len + 32];
        (16..self.good.len() - 32).find(ends).unwrap() + 32
    }

    /// The cache with a changed header whose checksum is right again.
    fn resealed(&self, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
        let (mut bytes, sealed) = (self.good.clone(), self.header_bytes() - 32);
        change(&mut bytes[..sealed]);
        let checksum = blake3::hash(&bytes[..sealed]);
        bytes[sealed..sealed + 32].copy_from_slice(checksum.as_bytes());
        bytes
    }
}

#[test]
fn weights_from_the_cache_are_the_same_bits_in_every_format() {
    for toy in [Toy::new(), every_format()] {
        let home = Home::new(&toy);
        home.is_read();
        for threads in [1, 3] {
            let options = LoadOptions { packed_cache: true, threads, ..LoadOptions::default() };
            let model = Arc::new(Model::load_with(&home.model, options).unwrap());
            assert!(matches!(model.packed_cache(), PackedCache::Read));
            assert_eq!(logits(&model), home.expected, "{threads} threads");
        }
        assert_eq!(home.names(), ["toy.gguf", "toy.gguf.packed"]);
        let hash = with_cache(&home.model).hash().to_owned();
        assert_eq!(hash, blake3::hash(&fs::read(&home.model).unwrap()).to_hex().as_str());
        // Neither other precisions nor those who do not ask read it or write it.
        let exact = LoadOptions { precision: Precision::F32, packed_cache: true, ..LoadOptions::default() };
        for model in [Model::load(&home.model), Model::load_with(&home.model, exact)] {
            let model = model.unwrap();
            assert!(matches!(model.packed_cache(), PackedCache::Unused));
            assert_eq!(model.write_packed_cache().unwrap(), None);
        }
    }
}

#[test]
fn what_is_cut_short_or_too_long_is_refused() {
    let home = Home::new(&Toy::new());
    let (header, len) = (home.header_bytes(), home.good.len());
    for cut in [0, 1, 7, 8, 15, 16, 47, 48, 61, header - 33, header - 1, header, header + 1, len / 2, len - 1]
    {
        match &*home.refusal(&home.good[..cut]) {
            PackedCacheError::Magic => assert!(cut < 8, "{cut}"),
            PackedCacheError::Version { .. } => assert!((8..16).contains(&cut), "{cut}"),
            PackedCacheError::Length { expected, actual } => {
                assert_eq!((*expected, *actual), (len as u64, cut as u64));
            }
            other => panic!("{cut}: {other}"),
        }
    }
    let longer = [&home.good[..], &[0]].concat();
    assert!(matches!(*home.refusal(&longer), PackedCacheError::Length { .. }));
    // Written before its header was: what a killed writer would leave under the right name.
    let unsealed = [&vec![0; header], &home.good[header..]].concat();
    assert!(matches!(*home.refusal(&unsealed), PackedCacheError::Magic));
    let model = with_cache(&home.model);
    model.write_packed_cache().unwrap();
    home.is_read();
}

#[test]
fn a_changed_byte_anywhere_is_seen() {
    let home = Home::new(&Toy::new());
    let (mut seeded, header) = (Seeded(11), home.header_bytes());
    for round in 0..2000 {
        let mut bytes = home.good.clone();
        // Half of them in the header, which is the smaller part.
        let bound = if round % 2 == 0 { header } else { bytes.len() };
        for _ in 0..1 + seeded.below(3) {
            bytes[seeded.below(bound)] ^= 1 << seeded.below(8);
        }
        if bytes == home.good {
            continue;
        }
        fs::write(&home.cache, &bytes).unwrap();
        let model = with_cache(&home.model);
        assert!(matches!(model.packed_cache(), PackedCache::Refused(_)), "round {round} was believed");
        if round % 10 == 0 {
            assert_eq!(logits(&model), home.expected, "round {round}");
        }
    }
}

#[test]
fn a_header_that_is_whole_and_says_something_else_is_refused() {
    let home = Home::new(&Toy::new());
    let header = home.header_bytes();
    let other = |at: usize| home.refusal(&home.resealed(|head| head[at] ^= 1));
    assert!(matches!(*other(0), PackedCacheError::Magic));
    for at in [8, 12] {
        let refusal = other(at);
        let PackedCacheError::Version { expected, found } = &*refusal else { panic!("at {at}") };
        assert_ne!(expected, found);
    }
    let refusal = other(16);
    let PackedCacheError::Model { expected, found } = &*refusal else { panic!("another model's hash") };
    assert_eq!(expected[2..], found[2..]);
    // The model's length, the number of matrices, the length of a name, and every number of the first row.
    let row = 60 + 4 + "token_embd.weight".len();
    for at in (48..64).chain(row..row + 36) {
        let absurd = home.resealed(|head| head[at] = 0xff);
        assert!(matches!(*home.refusal(&absurd), PackedCacheError::Matrices), "at {at}");
    }
    // A checksum of a piece, and a piece that has another's.
    let refusal = other(header - 33);
    let PackedCacheError::Matrix { name } = &*refusal else { panic!("the last checksum") };
    assert_eq!(name, "blk.1.ffn_down.weight");
    for at in [header, home.good.len() - 1] {
        let mut bytes = home.good.clone();
        bytes[at] ^= 0x10;
        assert!(matches!(*home.refusal(&bytes), PackedCacheError::Matrix { .. }));
    }
}

#[test]
fn nothing_of_what_was_refused_is_written_anew() {
    for toy in [Toy::new(), every_format()] {
        let home = Home::new(&toy);
        let header = home.header_bytes();
        // Into the padding of the matrices as well.
        let torn = [&home.good[..header], &vec![0xff; home.good.len() - header]].concat();
        let refusal = home.refusal(&torn);
        assert!(matches!(*refusal, PackedCacheError::Matrix { .. }));
        refusal.0.write_packed_cache().unwrap();
        assert!(fs::read(&home.cache).unwrap() == home.good);
    }
}

#[test]
fn a_model_that_would_grow_much_has_no_cache() {
    // Q4_K is packed in about its own bits, Q5_K in half as many again, Q2_K in three and a half times as many.
    for (dtype, expected) in [(GgmlDType::Q4K, true), (GgmlDType::Q5K, false), (GgmlDType::Q2K, false)] {
        let mut toy = every_format();
        for (_, tensor) in toy.tensors.iter_mut().filter(|(_, tensor)| tensor.shape().rank() == 2) {
            *tensor = QTensor::quantize(&tensor.dequantize(&Device::Cpu).unwrap(), dtype).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = support::write(folder.path(), &toy.bytes());
        // Whatever lies there is not looked at.
        fs::write(folder.path().join("toy.gguf.packed"), "theirs").unwrap();
        let model = with_cache(&path);
        let found = model.packed_cache();
        assert_eq!(matches!(found, PackedCache::Refused(_)), expected, "{dtype:?}: {found:?}");
        assert_eq!(matches!(found, PackedCache::Unused), !expected, "{dtype:?}: {found:?}");
        assert_eq!(model.write_packed_cache().unwrap().is_some(), expected, "{dtype:?}");
    }
}

#[test]
fn what_a_killed_writer_left_goes_when_the_cache_is_looked_for() {
    let home = Home::new(&Toy::new());
    fs::write(home.folder.path().join("toy.gguf.packed.123-0.new"), "half").unwrap();
    home.is_read();
    assert_eq!(home.names(), ["toy.gguf", "toy.gguf.packed"]);
}

#[test]
fn another_models_cache_is_refused_and_replaced() {
    let mut twin = Toy::new();
    let values = (0..64).map(|at| 1.0 + at as f32 / 100.0).collect();
    twin.set_tensor("output_norm.weight", values, &[64], GgmlDType::F32);
    let (home, twin, other) = (Home::new(&Toy::new()), Home::new(&twin), Home::new(&every_format()));
    assert!(matches!(*home.refusal(&twin.good), PackedCacheError::Model { .. }));
    assert!(matches!(*home.refusal(&other.good), PackedCacheError::Length { .. }));
    // The model under this name was replaced by another one.
    fs::copy(&other.model, &home.model).unwrap();
    fs::write(&home.cache, &home.good).unwrap();
    let model = with_cache(&home.model);
    assert!(matches!(model.packed_cache(), PackedCache::Refused(_)));
    model.write_packed_cache().unwrap();
    assert_eq!(fs::read(&home.cache).unwrap(), other.good, "the same model has the same cache");
    assert_eq!(logits(&with_cache(&home.model)), other.expected);
}

#[test]
fn a_folder_in_its_place_is_left_alone() {
    let home = Home::new(&Toy::new());
    fs::remove_file(&home.cache).unwrap();
    fs::create_dir(&home.cache).unwrap();
    fs::write(home.cache.join("theirs"), "x").unwrap();
    assert!(matches!(*home.refused(), PackedCacheError::Kind));
    let failed = with_cache(&home.model).write_packed_cache().unwrap_err();
    assert!(matches!(failed, PackedCacheError::Write(_)) && !failed.to_string().contains('\n'), "{failed}");
    assert_eq!(home.names(), ["toy.gguf", "toy.gguf.packed"], "nothing is left of the attempt");
    assert!(home.cache.join("theirs").exists());
}

#[test]
fn many_may_read_and_write_it_at_once() {
    let home = Home::new(&Toy::new());
    std::thread::scope(|scope| {
        for number in 0..4 {
            let home = &home;
            scope.spawn(move || {
                for round in 0..25 {
                    if round % 4 == number {
                        // So that there is something to write.
                        fs::write(&home.cache, "torn").unwrap();
                    }
                    let model = with_cache(&home.model);
                    model.write_packed_cache().unwrap();
                    assert_eq!(logits(&model), home.expected);
                }
            });
        }
    });
    with_cache(&home.model).write_packed_cache().unwrap();
    home.is_read();
    assert_eq!(fs::read(&home.cache).unwrap(), home.good);
    assert_eq!(home.names(), ["toy.gguf", "toy.gguf.packed"]);
}
