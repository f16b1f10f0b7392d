//! Owns finding an adapter's files and reading them within their caps. Refuses to know what is in them, beyond telling kinds
//! apart; archives and pickles are refused by name, unopened, since reading one may run it or fill the disk.

use super::error::AdapterError;
use super::{CONFIG_BYTES_MAX, FILE_BYTES_MAX};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

const CONFIG_FILE: &str = "adapter_config.json";
const WEIGHTS_FILE: &str = "adapter_model.safetensors";
/// What a folder may have instead of `WEIGHTS_FILE`, so that the error says more than that a file is missing.
const OTHER_WEIGHTS: [&str; 5] =
    ["adapter_model.bin", "adapter_model.pt", "adapter_model.pth", "adapter_model.npz", "adapter_model.zip"];

/// The bytes of an adapter.
pub(super) enum Files {
    Gguf(Vec<u8>),
    Peft { config: Vec<u8>, weights: Vec<u8> },
}

/// What a file is by its name, where that is nothing to be read here.
fn refused_kind(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "bin" | "pt" | "pth" | "pkl" | "pickle" | "ckpt" => Some("a pickle, which may run code when read"),
        "zip" | "npz" | "gz" | "tgz" | "tar" | "xz" | "bz2" | "zst" | "7z" => Some("an archive"),
        "safetensors" => Some("a file of weights without its settings"),
        _ => None,
    }
}

/// Reads a GGUF file, or a folder as PEFT writes it.
///
/// # Errors
/// `Open`, `Read`, `MissingFile`, `Kind`, `TooLarge`.
pub(super) fn read(path: &Path) -> Result<Files, AdapterError> {
    let shown = || path.display().to_string();
    let about = fs::metadata(path).map_err(|source| AdapterError::Open { path: shown(), source })?;
    if about.is_dir() {
        return read_folder(path);
    }
    if let Some(actual) = refused_kind(path) {
        return Err(AdapterError::Kind { path: shown(), actual });
    }
    let file = read_file(path, FILE_BYTES_MAX)?;
    match file.get(..4) {
        Some(b"GGUF") => Ok(Files::Gguf(file)),
        Some(b"PK\x03\x04") => Err(AdapterError::Kind { path: shown(), actual: "an archive" }),
        _ => Err(AdapterError::Kind { path: shown(), actual: "no GGUF file" }),
    }
}

fn read_folder(folder: &Path) -> Result<Files, AdapterError> {
    let missing = |file| AdapterError::MissingFile { path: folder.display().to_string(), file };
    let config = folder.join(CONFIG_FILE);
    if !config.exists() {
        return Err(missing(CONFIG_FILE));
    }
    let weights = folder.join(WEIGHTS_FILE);
    if !weights.exists() {
        for name in OTHER_WEIGHTS {
            let other = folder.join(name);
            if let (true, Some(actual)) = (other.exists(), refused_kind(&other)) {
                return Err(AdapterError::Kind { path: other.display().to_string(), actual });
            }
        }
        return Err(missing(WEIGHTS_FILE));
    }
    let config = read_file(&config, CONFIG_BYTES_MAX)?;
    Ok(Files::Peft { config, weights: read_file(&weights, FILE_BYTES_MAX)? })
}

/// All bytes of a file of at most `bytes_max`. The cap holds while reading as well: a file may grow, or lie about its length.
fn read_file(path: &Path, bytes_max: u64) -> Result<Vec<u8>, AdapterError> {
    let shown = || path.display().to_string();
    let open = |source| AdapterError::Open { path: shown(), source };
    // Before opening, because opening a pipe waits for its writer.
    let about = fs::metadata(path).map_err(open)?;
    if !about.is_file() {
        return Err(open(std::io::Error::new(ErrorKind::InvalidInput, "it is not a file")));
    }
    let too_large =
        |actual| AdapterError::TooLarge { what: format!("{} in bytes", shown()), max: bytes_max, actual };
    if about.len() > bytes_max {
        return Err(too_large(about.len()));
    }
    let file = File::open(path).map_err(open)?;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(about.len() as usize)
        .map_err(|_| AdapterError::OutOfMemory { bytes: about.len() })?;
    file.take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| AdapterError::Read { path: shown(), source })?;
    if bytes.len() as u64 > bytes_max {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}
