//! Owns a command that measures how long a model takes to load, with a cache of packed weights and without, and what the
//! parts of it cost on one thread. Usage: `load MODEL [ROUNDS]`; prints a line of JSON with medians in milliseconds.
//! The model's file is linked into a folder of its own beside it, so that no cache of anyone else's is touched; the kinds of
//! loading take turns within a round. The files are in the system's memory: what a disk takes comes on top.

use infer::gguf::{Header, Value, read_header};
use infer::tokenizer::VocabularySpec;
use infer::{LoadOptions, Model, PackedCache, Tokenizer};
use kernels::{Arena, FloatKind, FloatPanels, Packed};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

type Failed = Box<dyn std::error::Error>;

/// Bytes read at a time while hashing.
const HASH_BUFFER_BYTES: usize = 1 << 20;
/// Memory for weights is asked for in regions of this size, as a model does.
const REGION_BYTES: usize = 32 << 20;

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = std::fs::canonicalize(arguments.first().ok_or("usage: load MODEL [ROUNDS]")?)?;
    let rounds: usize = arguments.get(1).map_or(Ok(9), |rounds| rounds.parse())?;
    let folder = tempfile::tempdir_in(path.parent().ok_or("the model is in no folder")?)?;
    let linked = folder.path().join("model.gguf");
    std::fs::hard_link(&path, &linked)?;
    let cached = LoadOptions { packed_cache: true, ..LoadOptions::default() };

    let (first, _) = timed(|| Ok(Model::load_with(&linked, cached)?))?;
    let (cache, write_ms) = timed(|| Ok(first.write_packed_cache()?.map(Path::to_owned)))?;
    let cache = cache.ok_or("no cache was written")?;
    drop(first);

    let mut all: [Vec<f64>; 6] = Default::default();
    for _ in 0..rounds {
        all[0].push(timed(|| hash(&linked))?.1);
        all[1].push(tokenizer_ms(&linked)?);
        all[2].push(timed(|| pack(&linked))?.1);
        all[3].push(timed(|| hash(&cache))?.1);
        all[4].push(timed(|| Ok(Model::load(&linked)?))?.1);
        let (model, ms) = timed(|| Ok(Model::load_with(&linked, cached)?))?;
        if !matches!(model.packed_cache(), PackedCache::Read) {
            return Err(format!("the cache was not read: {:?}", model.packed_cache()).into());
        }
        all[5].push(ms);
    }
    let [hash_ms, tokenizer_ms, pack_ms, cache_hash_ms, load_ms, load_cached_ms] = all.map(median);
    let line = serde_json::json!({
        "rounds": rounds,
        "model_bytes": std::fs::metadata(&linked)?.len(),
        "cache_bytes": std::fs::metadata(&cache)?.len(),
        "one_thread": {
            "hash_ms": hash_ms, "tokenizer_ms": tokenizer_ms, "read_and_pack_ms": pack_ms,
            "read_and_hash_cache_ms": cache_hash_ms,
        },
        "threads": std::thread::available_parallelism()?,
        "load_ms": load_ms, "load_cached_ms": load_cached_ms, "write_once_ms": write_ms,
    });
    println!("{line}");
    Ok(())
}

/// A result, and the milliseconds that it took; it is dropped by the caller, so that giving memory back is not counted.
fn timed<T>(work: impl FnOnce() -> Result<T, Failed>) -> Result<(T, f64), Failed> {
    let started = Instant::now();
    let result = work()?;
    Ok((result, started.elapsed().as_secs_f64() * 1e3))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn hash(path: &Path) -> Result<blake3::Hash, Failed> {
    let (mut file, mut hasher) = (File::open(path)?, blake3::Hasher::new());
    let mut buffer = vec![0; HASH_BUFFER_BYTES];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hasher.finalize());
        }
        hasher.update(&buffer[..read]);
    }
}

fn header(path: &Path) -> Result<Header, Failed> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    Ok(read_header(BufReader::new(file), bytes)?)
}

/// Milliseconds to make the tokenizer of what the header says.
fn tokenizer_ms(path: &Path) -> Result<f64, Failed> {
    let header = header(path)?;
    let texts = |key: &str| match header.metadata.get(key) {
        Some(Value::Texts(texts)) => Ok(texts.clone()),
        _ => Err(format!("no {key}")),
    };
    let Some(Value::Text(splitting)) = header.metadata.get("tokenizer.ggml.pre") else {
        return Err("no tokenizer.ggml.pre".into());
    };
    let types = match header.metadata.get("tokenizer.ggml.token_type") {
        Some(Value::Signeds(types)) => types.clone(),
        _ => Vec::new(),
    };
    let (tokens, merges) = (texts("tokenizer.ggml.tokens")?, texts("tokenizer.ggml.merges")?);
    let spec = VocabularySpec { tokens, types, merges, splitting: splitting.clone(), ..Default::default() };
    Ok(timed(|| Ok(Tokenizer::new(spec)?))?.1)
}

/// Every matrix read whole and packed, one after the other.
fn pack(path: &Path) -> Result<(Vec<Packed>, Vec<FloatPanels>), Failed> {
    let (header, mut file) = (header(path)?, File::open(path)?);
    let mut arena = Arena::new(REGION_BYTES);
    let (mut packed, mut floats) = (Vec::new(), Vec::new());
    for (name, entry) in &header.tensors {
        let [outputs, inputs] = entry.shape[..] else { continue };
        let tensor = header.read_tensor(&mut file, name)?;
        let (arena, format) = (&mut arena, entry.format);
        match FloatKind::of(format) {
            Some(kind) => floats.push(FloatPanels::from_bytes(arena, kind, outputs, inputs, &tensor)?),
            None => packed.push(Packed::pack(arena, format, outputs, inputs, &tensor)?),
        }
    }
    Ok((packed, floats))
}
