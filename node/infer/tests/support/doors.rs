//! The doors through which files of strangers come in, each as a function of bytes: the fuzz targets and the smoke loop of
//! `tests/readers.rs` use the same ones.
//!
//! Owns: the promises that hold for any bytes. Refuses to know who makes the bytes, and to touch the disk.

#![allow(dead_code)]

use infer::adapter::{AdapterFile, Base, Dimensions, RANK_MAX};
use infer::{gguf, safetensors};
use std::io::Cursor;

/// Longest message of a refusal, in bytes: a stranger's text in it is cut, escapes can make it ten times as long.
const MESSAGE_BYTES_MAX: usize = 4096;

/// The base of `support/adapters.rs`.
pub fn base() -> Base {
    let dimensions =
        Dimensions { layers: 2, embedding: 32, feed_forward: 64, heads: 4, kv_heads: 2, head_dim: 8 };
    Base { dimensions, architecture: "llama".to_owned(), rows_interleaved: true }
}

/// A refusal is one line of bounded length.
fn one_line(error: &dyn std::fmt::Display) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.len() <= MESSAGE_BYTES_MAX && !text.contains('\n'), "{text:?}");
}

/// Any bytes as a GGUF file: refused, or every tensor can be read and together they are no larger than the file.
pub fn gguf(bytes: &[u8]) {
    match gguf::read_header(bytes, bytes.len() as u64) {
        Err(error) => one_line(&error),
        Ok(header) => {
            let mut together = 0;
            for (name, entry) in &header.tensors {
                let tensor = header.read_tensor(&mut Cursor::new(bytes), name).map(|tensor| tensor.len());
                assert_eq!(tensor.ok(), Some(entry.bytes_len as usize), "{name:?}");
                together += entry.bytes_len;
            }
            assert!(together <= bytes.len() as u64);
        }
    }
    // A file that ends before the length the system told.
    if let Err(error) = gguf::read_header(bytes, bytes.len() as u64 + 4096) {
        one_line(&error);
    }
}

/// Any bytes as a safetensors file: refused, or the tensors fill the file behind the header.
pub fn safetensors(bytes: &[u8]) {
    match safetensors::read_header(bytes, bytes.len() as u64) {
        Err(error) => one_line(&error),
        Ok(header) => {
            let together: u64 = header.tensors.values().map(|entry| entry.bytes_len).sum();
            assert!(together + 8 <= bytes.len() as u64);
            for (name, entry) in &header.tensors {
                let slice = entry.slice(bytes).map(<[u8]>::len);
                assert_eq!(slice, Some(entry.bytes_len as usize), "{name:?}");
            }
        }
    }
}

/// Any bytes as an adapter's GGUF file.
pub fn adapter_gguf(bytes: &[u8]) {
    adapter(AdapterFile::from_gguf(bytes, &base()));
}

/// Any bytes as a PEFT folder: two bytes of the settings' length, the settings, the weights.
pub fn adapter_peft(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let (config, weights) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    adapter(AdapterFile::from_peft(config, weights, &base()));
}

/// The bytes that `adapter_peft` takes apart.
pub fn peft_bytes(config: &[u8], weights: &[u8]) -> Vec<u8> {
    [&(config.len() as u16).to_le_bytes(), config, weights].concat()
}

/// What is accepted fits the base and is finite.
fn adapter(read: Result<AdapterFile, infer::adapter::AdapterError>) {
    let adapter = match read {
        Err(error) => return one_line(&error),
        Ok(adapter) => adapter,
    };
    let dimensions = base().dimensions;
    assert!(!adapter.tensors.is_empty() && adapter.rank_max <= RANK_MAX);
    assert!(adapter.tensors.is_sorted_by_key(|part| (part.layer, part.part)));
    for part in &adapter.tensors {
        assert!(part.layer < dimensions.layers && part.scale.is_finite());
        assert!((1..=adapter.rank_max).contains(&part.rank));
        assert_eq!((part.down.rows, part.down.columns), (part.rank, dimensions.inputs(part.part)));
        assert_eq!((part.up.rows, part.up.columns), (dimensions.outputs(part.part), part.rank));
        for tensor in [&part.down, &part.up] {
            assert!(tensor.values().iter().all(|value| value.is_finite()));
        }
    }
}
