//! Owns the GGUF container: magic, metadata, tensor directory, and the proof that every byte range it names lies inside
//! the file. Refuses to know what the tensors mean, and never allocates on a header's word alone: every count and length
//! is checked against a cap and against the bytes that are left before memory is asked for.
//! Source: the GGUF specification (ggml repository, docs/gguf.md), versions 2 and 3, little-endian.

use crate::error::LoadError;
use std::collections::HashMap;
use std::io::{BufRead, Read};

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
/// Most bytes all metadata may take together.
pub const METADATA_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Most dimensions of a tensor (ggml's own limit).
pub const DIMENSIONS_MAX: u32 = 4;
/// Largest `general.alignment` accepted, in bytes.
pub const ALIGNMENT_BYTES_MAX: u64 = 65_536;

const ALIGNMENT_BYTES_DEFAULT: u64 = 32;
const MAGIC: [u8; 4] = *b"GGUF";

/// One metadata value. Arrays are flat: the Llama family uses no nested ones, and nesting is refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Any unsigned integer type.
    Unsigned(u64),
    /// Any signed integer type.
    Signed(i64),
    /// 32 or 64 bits wide.
    Float(f64),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    Signeds(Vec<i64>),
    Unsigneds(Vec<u64>),
    Floats(Vec<f64>),
    Bools(Vec<bool>),
}

impl Value {
    /// What the value is, in words for an error message.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Unsigned(_) => "an unsigned integer",
            Value::Signed(_) => "a signed integer",
            Value::Float(_) => "a float",
            Value::Bool(_) => "a bool",
            Value::Text(_) => "a string",
            Value::Texts(_) => "an array of strings",
            Value::Signeds(_) => "an array of signed integers",
            Value::Unsigneds(_) => "an array of unsigned integers",
            Value::Floats(_) => "an array of floats",
            Value::Bools(_) => "an array of bools",
        }
    }
}

/// Where one tensor lies: validated, so that `start + len` is inside the file.
#[derive(Debug, Clone)]
pub(crate) struct TensorEntry {
    pub(crate) dtype: candle_core::quantized::GgmlDType,
    /// Row-major, outermost first (the reverse of the file's order).
    pub(crate) shape: Vec<usize>,
    /// Offset from `Header::data_start`, in bytes.
    pub(crate) offset: u64,
}

/// A file's validated header.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) metadata: HashMap<String, Value>,
    pub(crate) tensors: HashMap<String, TensorEntry>,
    /// First byte of the tensor data.
    pub(crate) data_start: u64,
}

/// Reads bytes and knows how many the file still has, so that a length can be judged before it is believed.
struct Cursor<R> {
    reader: R,
    position: u64,
    file_bytes: u64,
}

impl<R: Read> Cursor<R> {
    fn left(&self) -> u64 {
        self.file_bytes - self.position
    }

    fn need(&self, what: &str, bytes: u64) -> Result<(), LoadError> {
        if bytes > self.left() {
            let needed_bytes = self.position.saturating_add(bytes);
            return Err(LoadError::Truncated {
                what: what.to_owned(),
                needed_bytes,
                file_bytes: self.file_bytes,
            });
        }
        Ok(())
    }

    fn fill(&mut self, what: &str, buffer: &mut [u8]) -> Result<(), LoadError> {
        self.need(what, buffer.len() as u64)?;
        self.reader.read_exact(buffer).map_err(|source| LoadError::Read { what: what.to_owned(), source })?;
        self.position += buffer.len() as u64;
        Ok(())
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], LoadError> {
        let mut bytes = [0u8; N];
        self.fill(what, &mut bytes)?;
        Ok(bytes)
    }

    fn u32(&mut self, what: &str) -> Result<u32, LoadError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    fn u64(&mut self, what: &str) -> Result<u64, LoadError> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// A length-prefixed string. Invalid UTF-8 is refused; trailing NUL bytes, which some writers leave, are dropped.
    fn text(&mut self, what: &str, bytes_max: u64) -> Result<String, LoadError> {
        let len = self.u64(what)?;
        at_most(what, len, bytes_max)?;
        self.need(what, len)?;
        let mut bytes = vec![0u8; len as usize];
        self.fill(what, &mut bytes)?;
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        String::from_utf8(bytes)
            .map_err(|_| LoadError::Malformed { what: what.to_owned(), reason: "not valid UTF-8".to_owned() })
    }
}

fn at_most(what: &str, actual: u64, max: u64) -> Result<(), LoadError> {
    if actual > max {
        return Err(LoadError::TooLarge { what: what.to_owned(), max, actual });
    }
    Ok(())
}

fn malformed(what: &str, reason: String) -> LoadError {
    LoadError::Malformed { what: what.to_owned(), reason }
}

/// Reads and validates a header from the start of a file of `file_bytes` bytes.
///
/// # Errors
/// `NotGguf`, `Version`, `Truncated`, `TooLarge`, `Malformed`, `TensorType` or `Read`; never a panic.
pub(crate) fn read_header<R: BufRead>(reader: R, file_bytes: u64) -> Result<Header, LoadError> {
    let mut cursor = Cursor { reader, position: 0, file_bytes };
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
        at_most("metadata, all of it", cursor.position, METADATA_BYTES_MAX)?;
        if metadata.insert(key.clone(), value).is_some() {
            return Err(malformed(&key, "the key occurs twice".to_owned()));
        }
    }
    let mut tensors = HashMap::new();
    for _ in 0..tensor_count {
        let name = cursor.text("tensor name", NAME_BYTES_MAX)?;
        let entry = read_tensor_entry(&mut cursor, &name)?;
        if tensors.insert(name.clone(), entry).is_some() {
            return Err(malformed(&name, "the tensor is listed twice".to_owned()));
        }
    }
    let alignment = alignment_bytes(&metadata)?;
    let data_start = cursor.position.div_ceil(alignment) * alignment;
    for (name, entry) in &tensors {
        check_range(name, entry, data_start, alignment, file_bytes)?;
    }
    Ok(Header { metadata, tensors, data_start })
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

fn read_value<R: BufRead>(cursor: &mut Cursor<R>, key: &str) -> Result<Value, LoadError> {
    let type_id = cursor.u32(key)?;
    if type_id != TYPE_ARRAY {
        return read_scalar(cursor, key, type_id);
    }
    let element_type = cursor.u32(key)?;
    let len = cursor.u64(key)?;
    at_most(key, len, ARRAY_ELEMENTS_MAX)?;
    let smallest = smallest_bytes(element_type)
        .ok_or_else(|| malformed(key, format!("array of value type {element_type}, which cannot be read")))?;
    cursor.need(key, len * smallest)?;
    read_array(cursor, key, element_type, len as usize)
}

const TYPE_ARRAY: u32 = 9;

/// Bytes the smallest value of a type takes in the file; `None` for nested arrays and unknown types.
fn smallest_bytes(type_id: u32) -> Option<u64> {
    match type_id {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        8 | 10..=12 => Some(8),
        _ => None,
    }
}

fn read_scalar<R: BufRead>(cursor: &mut Cursor<R>, key: &str, type_id: u32) -> Result<Value, LoadError> {
    Ok(match type_id {
        0 => Value::Unsigned(u64::from(u8::from_le_bytes(cursor.array(key)?))),
        1 => Value::Signed(i64::from(i8::from_le_bytes(cursor.array(key)?))),
        2 => Value::Unsigned(u64::from(u16::from_le_bytes(cursor.array(key)?))),
        3 => Value::Signed(i64::from(i16::from_le_bytes(cursor.array(key)?))),
        4 => Value::Unsigned(u64::from(cursor.u32(key)?)),
        5 => Value::Signed(i64::from(i32::from_le_bytes(cursor.array(key)?))),
        6 => Value::Float(f64::from(f32::from_le_bytes(cursor.array(key)?))),
        7 => match cursor.array::<1>(key)?[0] {
            0 => Value::Bool(false),
            1 => Value::Bool(true),
            byte => return Err(malformed(key, format!("a bool must be 0 or 1, found {byte}"))),
        },
        8 => Value::Text(cursor.text(key, STRING_BYTES_MAX)?),
        10 => Value::Unsigned(cursor.u64(key)?),
        11 => Value::Signed(i64::from_le_bytes(cursor.array(key)?)),
        12 => Value::Float(f64::from_le_bytes(cursor.array(key)?)),
        other => return Err(malformed(key, format!("unknown value type {other}"))),
    })
}

fn read_array<R: BufRead>(
    cursor: &mut Cursor<R>,
    key: &str,
    element_type: u32,
    len: usize,
) -> Result<Value, LoadError> {
    // The vectors below grow as elements really arrive: `need` has already matched `len` against the file.
    let (mut texts, mut signed, mut unsigned, mut floats, mut bools) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..len {
        match read_scalar(cursor, key, element_type)? {
            Value::Text(text) => texts.push(text),
            Value::Signed(number) => signed.push(number),
            Value::Unsigned(number) => unsigned.push(number),
            Value::Float(number) => floats.push(number),
            Value::Bool(flag) => bools.push(flag),
            other => return Err(malformed(key, format!("{} inside an array", other.kind()))),
        }
        if element_type == 8 {
            at_most("metadata, all of it", cursor.position, METADATA_BYTES_MAX)?;
        }
    }
    Ok(match element_type {
        8 => Value::Texts(texts),
        1 | 3 | 5 | 11 => Value::Signeds(signed),
        0 | 2 | 4 | 10 => Value::Unsigneds(unsigned),
        6 | 12 => Value::Floats(floats),
        _ => Value::Bools(bools),
    })
}

fn read_tensor_entry<R: BufRead>(cursor: &mut Cursor<R>, name: &str) -> Result<TensorEntry, LoadError> {
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
        at_most(name, dimension, cursor.file_bytes.saturating_mul(8))?;
        shape.push(dimension as usize);
    }
    shape.reverse();
    let type_id = cursor.u32(name)?;
    let dtype = dtype_from_id(type_id)
        .ok_or_else(|| LoadError::TensorType { tensor: name.to_owned(), found: type_id })?;
    let offset = cursor.u64(name)?;
    Ok(TensorEntry { dtype, shape, offset })
}

/// The tensor formats candle has kernels for, by ggml's numbers.
fn dtype_from_id(type_id: u32) -> Option<candle_core::quantized::GgmlDType> {
    use candle_core::quantized::GgmlDType as D;
    Some(match type_id {
        0 => D::F32,
        1 => D::F16,
        2 => D::Q4_0,
        3 => D::Q4_1,
        6 => D::Q5_0,
        7 => D::Q5_1,
        8 => D::Q8_0,
        10 => D::Q2K,
        11 => D::Q3K,
        12 => D::Q4K,
        13 => D::Q5K,
        14 => D::Q6K,
        30 => D::BF16,
        _ => return None,
    })
}

fn check_range(
    name: &str,
    entry: &TensorEntry,
    data_start: u64,
    alignment: u64,
    file_bytes: u64,
) -> Result<(), LoadError> {
    let row = entry.shape[entry.shape.len() - 1];
    let block = entry.dtype.block_size();
    if !row.is_multiple_of(block) {
        return Err(malformed(name, format!("rows of {row} elements are not whole blocks of {block}")));
    }
    if !entry.offset.is_multiple_of(alignment) {
        return Err(malformed(name, format!("offset {} is not a multiple of {alignment}", entry.offset)));
    }
    let mut elements = 1u64;
    for &dimension in &entry.shape {
        elements = elements
            .checked_mul(dimension as u64)
            .ok_or_else(|| malformed(name, "the number of elements overflows".to_owned()))?;
    }
    let end = (elements / block as u64)
        .checked_mul(entry.dtype.type_size() as u64)
        .and_then(|len| len.checked_add(entry.offset))
        .and_then(|len| len.checked_add(data_start))
        .ok_or_else(|| malformed(name, "the byte range overflows".to_owned()))?;
    if end > file_bytes {
        return Err(LoadError::Truncated { what: format!("tensor {name}"), needed_bytes: end, file_bytes });
    }
    Ok(())
}
