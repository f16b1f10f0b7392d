//! Owns the GGUF container: magic, metadata, tensor directory, and the proof that every byte range it names lies inside
//! the file. Refuses to know what the tensors mean, and never allocates on a header's word alone: every count and length
//! is checked against a cap and against the bytes that are left before memory is asked for.
//! Source: the GGUF specification (ggml repository, docs/gguf.md), versions 2 and 3, little-endian.

mod cursor;
#[cfg(test)]
mod tests;
mod value;

pub use crate::tensor_entry::TensorEntry;
pub use value::Value;

use crate::error::LoadError;
use crate::tensor_entry::quoted;
use cursor::{Cursor, at_most, malformed};
use kernels::Format;
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Read, Seek};
use value::read_value;

/// Most metadata entries a file may declare; real files have 20 to 60.
pub const METADATA_ENTRIES_MAX: u64 = 4096;
/// Most tensors a file may declare; a 70-billion-parameter Llama has 723.
pub const TENSORS_MAX: u64 = 65_536;
/// Longest metadata key or tensor name, in bytes (the specification says 65 535 and 64; no real file comes near).
pub const NAME_BYTES_MAX: u64 = 1024;
/// Longest metadata string, in bytes; chat templates are the long ones, some tens of KiB.
pub const STRING_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Most elements of one metadata array; the largest vocabularies have 262 144 tokens and 500 000 merges.
pub const ARRAY_ELEMENTS_MAX: u64 = 2_000_000;
/// Most memory all metadata and names may take together, in bytes.
pub const METADATA_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Most dimensions of a tensor (ggml's own limit).
pub const DIMENSIONS_MAX: u32 = 4;
/// Largest `general.alignment` accepted, in bytes.
pub const ALIGNMENT_BYTES_MAX: u64 = 65_536;

const ALIGNMENT_BYTES_DEFAULT: u64 = 32;
const MAGIC: [u8; 4] = *b"GGUF";

/// A file's validated header.
#[derive(Debug)]
pub struct Header {
    /// Metadata by key.
    pub metadata: HashMap<String, Value>,
    /// Tensors by name: inside the file, aligned, no two of them overlapping.
    pub tensors: HashMap<String, TensorEntry>,
}

impl Header {
    /// The bytes of a tensor out of `reader`, which must be the file that the header was read from.
    ///
    /// # Errors
    /// `MissingTensor` or `Read`.
    pub fn read_tensor<R: Read + Seek>(&self, reader: &mut R, name: &str) -> Result<Vec<u8>, LoadError> {
        let entry = self.tensors.get(name).ok_or_else(|| LoadError::MissingTensor { name: quoted(name) })?;
        let what = || format!("the tensor {}", quoted(name));
        entry.read(reader).map_err(|source| LoadError::Read { what: what(), source })
    }
}

/// A tensor as the directory lists it, before its range is proven.
struct Listed {
    format: Format,
    shape: Vec<usize>,
    /// Offset from the first byte of the tensor data.
    offset: u64,
}

/// Reads and validates a header from the start of a file of `file_bytes` bytes.
///
/// # Errors
/// `NotGguf`, `Version`, `Truncated`, `TooLarge`, `Malformed`, `TensorType` or `Read`; never a panic.
pub fn read_header<R: BufRead>(reader: R, file_bytes: u64) -> Result<Header, LoadError> {
    let mut cursor = Cursor::new(reader, file_bytes);
    let magic: [u8; 4] = cursor.array("magic")?;
    if magic != MAGIC {
        return Err(LoadError::NotGguf { found: magic });
    }
    let version = cursor.u32("version")?;
    if version != 2 && version != 3 {
        return Err(LoadError::Version { found: version });
    }
    let tensor_count = cursor.u64("tensor count")?;
    let entry_count = cursor.u64("metadata count")?;
    at_most("tensor count", tensor_count, TENSORS_MAX)?;
    at_most("metadata count", entry_count, METADATA_ENTRIES_MAX)?;

    let mut metadata = HashMap::new();
    for _ in 0..entry_count {
        let key = cursor.text("metadata key", NAME_BYTES_MAX)?;
        let value = read_value(&mut cursor, &key)?;
        if metadata.insert(key.clone(), value).is_some() {
            return Err(malformed(&key, "the key occurs twice".to_owned()));
        }
    }
    let mut listed = BTreeMap::new();
    for _ in 0..tensor_count {
        let name = cursor.text("tensor name", NAME_BYTES_MAX)?;
        let tensor = read_listed(&mut cursor, &name)?;
        if listed.insert(name.clone(), tensor).is_some() {
            return Err(malformed(&name, "the tensor is listed twice".to_owned()));
        }
    }
    let alignment = alignment_bytes(&metadata)?;
    let data_start = cursor.position().div_ceil(alignment) * alignment;
    let mut tensors = HashMap::with_capacity(listed.len());
    // In the order of names, so that of several faults always the same one is told.
    for (name, tensor) in listed {
        let entry = placed(&name, tensor, data_start, alignment, file_bytes)?;
        tensors.insert(name, entry);
    }
    refuse_overlaps(&tensors)?;
    Ok(Header { metadata, tensors })
}

/// Two tensors over the same bytes would let a small file fill the memory with copies; no writer makes such a file.
fn refuse_overlaps(tensors: &HashMap<String, TensorEntry>) -> Result<(), LoadError> {
    let mut ranges: Vec<(u64, u64, &str)> =
        tensors.iter().map(|(name, entry)| (entry.start, entry.bytes_len, name.as_str())).collect();
    ranges.sort_unstable();
    for pair in ranges.windows(2) {
        let ((start, len, before), (next, _, name)) = (pair[0], pair[1]);
        if start + len > next {
            return Err(malformed(name, format!("its bytes overlap those of {}", quoted(before))));
        }
    }
    Ok(())
}

fn alignment_bytes(metadata: &HashMap<String, Value>) -> Result<u64, LoadError> {
    let key = "general.alignment";
    let alignment = match metadata.get(key) {
        None => ALIGNMENT_BYTES_DEFAULT,
        Some(Value::Unsigned(bytes)) => *bytes,
        Some(other) => {
            return Err(malformed(key, format!("expected an unsigned integer, found {}", other.kind())));
        }
    };
    if !alignment.is_power_of_two() || alignment > ALIGNMENT_BYTES_MAX {
        return Err(malformed(key, format!("{alignment} is not a power of two up to {ALIGNMENT_BYTES_MAX}")));
    }
    Ok(alignment)
}

fn read_listed<R: Read>(cursor: &mut Cursor<R>, name: &str) -> Result<Listed, LoadError> {
    let dimensions = cursor.u32(name)?;
    if dimensions == 0 || dimensions > DIMENSIONS_MAX {
        return Err(malformed(name, format!("{dimensions} dimensions, expected 1 to {DIMENSIONS_MAX}")));
    }
    let mut shape = Vec::with_capacity(dimensions as usize);
    for _ in 0..dimensions {
        let dimension = cursor.u64(name)?;
        if dimension == 0 {
            return Err(malformed(name, "a dimension is zero".to_owned()));
        }
        // No dimension can exceed the file: the smallest formats hold less than 8 elements a byte.
        at_most(name, dimension, cursor.file_bytes().saturating_mul(8))?;
        shape.push(dimension as usize);
    }
    shape.reverse();
    let type_id = cursor.u32(name)?;
    let format = Format::from_ggml(type_id)
        .ok_or_else(|| LoadError::TensorType { tensor: quoted(name), found: type_id })?;
    let offset = cursor.u64(name)?;
    Ok(Listed { format, shape, offset })
}

/// Proves that a tensor is made of whole blocks, aligned and inside the file.
fn placed(
    name: &str,
    tensor: Listed,
    data_start: u64,
    alignment: u64,
    file_bytes: u64,
) -> Result<TensorEntry, LoadError> {
    let Listed { format, shape, offset } = tensor;
    let row = shape.last().copied().unwrap_or_default();
    if !row.is_multiple_of(format.block_len()) {
        let block = format.block_len();
        return Err(malformed(name, format!("rows of {row} elements are not whole blocks of {block}")));
    }
    if !offset.is_multiple_of(alignment) {
        return Err(malformed(name, format!("offset {offset} is not a multiple of {alignment}")));
    }
    let elements = shape
        .iter()
        .try_fold(1usize, |product, dimension| product.checked_mul(*dimension))
        .ok_or_else(|| malformed(name, "the number of elements overflows".to_owned()))?;
    let overflow = || malformed(name, "the byte range overflows".to_owned());
    let bytes_len = format.bytes_for(elements).ok_or_else(overflow)? as u64;
    let start = data_start.checked_add(offset).ok_or_else(overflow)?;
    let end = start.checked_add(bytes_len).ok_or_else(overflow)?;
    if end > file_bytes {
        let what = format!("tensor {}", quoted(name));
        return Err(LoadError::Truncated { what, needed_bytes: end, file_bytes });
    }
    Ok(TensorEntry { format, shape, start, bytes_len })
}
