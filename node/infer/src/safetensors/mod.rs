//! Owns the safetensors container: the length of its header, the JSON in it, and the proof that the tensors lie in the file
//! one behind the other without a hole. Refuses to know what the tensors mean, and to read formats that no kernel here
//! computes with. Source: the safetensors README, section "Format" (huggingface/safetensors).

use crate::tensor_entry::{TensorEntry, quoted};
use kernels::Format;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::io::Read;

/// Largest header, in bytes; a model of 100 000 tensors has one of about 10 MiB.
pub const HEADER_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Most tensors of one file.
pub const TENSORS_MAX: usize = 65_536;
/// Most entries of `__metadata__`.
pub const METADATA_ENTRIES_MAX: usize = 4096;
/// Longest tensor name, in bytes.
pub const NAME_BYTES_MAX: usize = 1024;
/// Most dimensions of a tensor.
pub const DIMENSIONS_MAX: usize = 8;

/// The header's length stands in the first bytes of the file.
const LENGTH_BYTES: u64 = 8;
const METADATA_KEY: &str = "__metadata__";

/// Why a safetensors file was refused, in the order of reading.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SafetensorsError {
    /// Reading failed.
    #[error("cannot read {what} of the safetensors file: {source}")]
    Read {
        /// The part that was being read.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file ends before something it announces.
    #[error(
        "the safetensors file is cut short: {what} needs {needed_bytes} bytes, the file has {file_bytes}"
    )]
    Truncated {
        /// The part that is missing.
        what: String,
        /// How long the file would have to be for it, in bytes.
        needed_bytes: u64,
        /// How long the file is, in bytes.
        file_bytes: u64,
    },
    /// A count or a length beyond every sane file's.
    #[error("{what} is {actual}, the most accepted is {max}")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The cap.
        max: u64,
        /// The value found.
        actual: u64,
    },
    /// The header is not the JSON that the format asks for.
    #[error("the header of the safetensors file is malformed: {reason}")]
    Json {
        /// What the JSON reader said.
        reason: String,
    },
    /// A name is listed twice.
    #[error("the safetensors file lists {name} twice")]
    Twice {
        /// The tensor's name or the metadata's key.
        name: String,
    },
    /// A tensor type without a kernel here.
    #[error("the tensor {tensor} has the type {actual}, expected F32, F16 or BF16")]
    TensorType {
        /// The tensor's name.
        tensor: String,
        /// The type found.
        actual: String,
    },
    /// A tensor's byte range and its shape contradict each other.
    #[error("the tensor {tensor} takes {actual} bytes, its shape needs {expected}")]
    ByteLen {
        /// The tensor's name.
        tensor: String,
        /// Bytes that shape and type ask for; `u64::MAX` where their product overflows.
        expected: u64,
        /// Bytes between the offsets.
        actual: u64,
    },
    /// Tensors overlap or leave a hole between them.
    #[error("the tensor {tensor} begins at byte {actual} of the data, expected {expected}")]
    Offset {
        /// The tensor's name.
        tensor: String,
        /// Where the tensor before it ends.
        expected: u64,
        /// Where it begins.
        actual: u64,
    },
    /// Bytes behind the last tensor, which belong to nothing.
    #[error("the safetensors file has {actual} bytes, its tensors end at {expected}")]
    Trailing {
        /// Where the last tensor ends.
        expected: u64,
        /// Length of the file.
        actual: u64,
    },
}

/// A file's validated header.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Tensors by name; `start` counts from the start of the file.
    pub tensors: BTreeMap<String, TensorEntry>,
    /// What the writer said about the file.
    pub metadata: BTreeMap<String, String>,
}

/// Reads and validates the header from the start of a file of `file_bytes` bytes.
///
/// # Errors
/// [`SafetensorsError`]; never a panic, and no memory before the file is known to hold the header's bytes.
pub fn read_header<R: Read>(mut reader: R, file_bytes: u64) -> Result<Header, SafetensorsError> {
    if file_bytes < LENGTH_BYTES {
        return Err(truncated("the header's length", LENGTH_BYTES, file_bytes));
    }
    let failed = |source| SafetensorsError::Read { what: "the header", source };
    let mut length = [0u8; LENGTH_BYTES as usize];
    reader.read_exact(&mut length).map_err(failed)?;
    let header_bytes = u64::from_le_bytes(length);
    at_most("the header's length", header_bytes, HEADER_BYTES_MAX)?;
    let data_start = LENGTH_BYTES + header_bytes;
    if data_start > file_bytes {
        return Err(truncated("the header", data_start, file_bytes));
    }
    let mut json = vec![0u8; header_bytes as usize];
    reader.read_exact(&mut json).map_err(failed)?;
    if json.first() != Some(&b'{') {
        return Err(SafetensorsError::Json { reason: "it must begin with {".to_owned() });
    }
    let listing: Listing = serde_json::from_slice(&json)
        .map_err(|error| SafetensorsError::Json { reason: quoted(&error.to_string()) })?;
    header_of(listing, data_start, file_bytes)
}

fn header_of(listing: Listing, data_start: u64, file_bytes: u64) -> Result<Header, SafetensorsError> {
    let mut metadata = BTreeMap::new();
    for (key, value) in listing.metadata {
        if metadata.insert(key.clone(), value).is_some() {
            return Err(SafetensorsError::Twice { name: quoted(&key) });
        }
    }
    let mut tensors = BTreeMap::new();
    for (name, listed) in listing.tensors {
        at_most("the length of a tensor's name", name.len() as u64, NAME_BYTES_MAX as u64)?;
        let entry = entry_of(&name, listed, data_start, file_bytes)?;
        if tensors.insert(name.clone(), entry).is_some() {
            return Err(SafetensorsError::Twice { name: quoted(&name) });
        }
    }
    check_contiguous(&tensors, data_start, file_bytes)?;
    Ok(Header { tensors, metadata })
}

fn entry_of(
    name: &str,
    listed: Listed,
    data_start: u64,
    file_bytes: u64,
) -> Result<TensorEntry, SafetensorsError> {
    let format = match listed.dtype.as_str() {
        "F32" => Format::F32,
        "F16" => Format::F16,
        "BF16" => Format::BF16,
        other => {
            return Err(SafetensorsError::TensorType { tensor: quoted(name), actual: quoted(other) });
        }
    };
    let [begin, end] = listed.data_offsets;
    let needed_bytes = end.saturating_add(data_start);
    if needed_bytes > file_bytes {
        return Err(truncated(&format!("the tensor {}", quoted(name)), needed_bytes, file_bytes));
    }
    let wrong = |expected, actual| SafetensorsError::ByteLen { tensor: quoted(name), expected, actual };
    let shape = listed.shape.0;
    let expected = shape
        .iter()
        .try_fold(1usize, |product, dimension| product.checked_mul(*dimension))
        .and_then(|elements| format.bytes_for(elements))
        .map_or(u64::MAX, |bytes| bytes as u64);
    // Offsets the wrong way round are told as no bytes at all.
    let bytes_len = end.saturating_sub(begin);
    if bytes_len != expected || begin > end {
        return Err(wrong(expected, bytes_len));
    }
    Ok(TensorEntry { format, shape, start: data_start + begin, bytes_len })
}

/// The tensors must fill the data from its first byte to the file's last, so that nothing is hidden and nothing shared.
fn check_contiguous(
    tensors: &BTreeMap<String, TensorEntry>,
    data_start: u64,
    file_bytes: u64,
) -> Result<(), SafetensorsError> {
    let mut ranges: Vec<(u64, u64, &str)> =
        tensors.iter().map(|(name, entry)| (entry.start, entry.bytes_len, name.as_str())).collect();
    ranges.sort_unstable();
    let mut end = data_start;
    for (start, bytes_len, name) in ranges {
        if start != end {
            let (expected, actual) = (end - data_start, start - data_start);
            return Err(SafetensorsError::Offset { tensor: quoted(name), expected, actual });
        }
        end += bytes_len;
    }
    if end != file_bytes {
        return Err(SafetensorsError::Trailing { expected: end, actual: file_bytes });
    }
    Ok(())
}

fn truncated(what: &str, needed_bytes: u64, file_bytes: u64) -> SafetensorsError {
    SafetensorsError::Truncated { what: what.to_owned(), needed_bytes, file_bytes }
}

fn at_most(what: &str, actual: u64, max: u64) -> Result<(), SafetensorsError> {
    if actual > max {
        return Err(SafetensorsError::TooLarge { what: what.to_owned(), max, actual });
    }
    Ok(())
}

/// The header as it is written, in its order, nothing believed yet. Its types are the limit on nesting: what is deeper than
/// the format knows is of a wrong type.
struct Listing {
    tensors: Vec<(String, Listed)>,
    metadata: Vec<(String, String)>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    dtype: String,
    shape: Dimensions,
    data_offsets: [u64; 2],
}

/// A shape of at most `DIMENSIONS_MAX` dimensions.
struct Dimensions(Vec<usize>);

impl<'de> Deserialize<'de> for Dimensions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Dimensions;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(out, "a shape of at most {DIMENSIONS_MAX} dimensions")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Dimensions, A::Error> {
                let mut dimensions = Vec::new();
                while dimensions.len() < DIMENSIONS_MAX {
                    let Some(dimension) = list.next_element()? else { return Ok(Dimensions(dimensions)) };
                    dimensions.push(dimension);
                }
                match list.next_element::<IgnoredAny>()? {
                    None => Ok(Dimensions(dimensions)),
                    Some(_) => Err(A::Error::invalid_length(DIMENSIONS_MAX + 1, &Reader)),
                }
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}

/// The entries of `__metadata__`, at most `METADATA_ENTRIES_MAX`, doubles included.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Pairs;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(out, "a map of at most {METADATA_ENTRIES_MAX} texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    if pairs.len() == METADATA_ENTRIES_MAX {
                        return Err(A::Error::invalid_length(METADATA_ENTRIES_MAX + 1, &Reader));
                    }
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'de> Deserialize<'de> for Listing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Listing;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(out, "a map of at most {TENSORS_MAX} tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listing, A::Error> {
                let (mut tensors, mut metadata) = (Vec::new(), None);
                while let Some(name) = map.next_key::<String>()? {
                    if name == METADATA_KEY {
                        if metadata.replace(map.next_value::<Pairs>()?.0).is_some() {
                            return Err(A::Error::duplicate_field(METADATA_KEY));
                        }
                    } else if tensors.len() == TENSORS_MAX {
                        return Err(A::Error::invalid_length(TENSORS_MAX + 1, &Reader));
                    } else {
                        tensors.push((name, map.next_value()?));
                    }
                }
                Ok(Listing { tensors, metadata: metadata.unwrap_or_default() })
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests;
