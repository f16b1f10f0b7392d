//! Owns the values of GGUF metadata: their types, how each is read, and what it costs. Refuses to know what a key means.
//! Source: the GGUF specification, `gguf_metadata_value_type`.

use super::cursor::{Cursor, at_most, malformed};
use super::{ARRAY_ELEMENTS_MAX, STRING_BYTES_MAX};
use crate::error::LoadError;
use std::io::Read;

/// The specification's number for an array.
const TYPE_ARRAY: u32 = 9;
/// The specification's number for a string.
const TYPE_TEXT: u32 = 8;

/// One metadata value. Arrays are flat: the families read here use no nested ones, and nesting is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any unsigned integer type.
    Unsigned(u64),
    /// Any signed integer type.
    Signed(i64),
    /// 32 or 64 bits wide.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// UTF-8 text.
    Text(String),
    /// An array of texts.
    Texts(Vec<String>),
    /// An array of any signed integer type.
    Signeds(Vec<i64>),
    /// An array of any unsigned integer type.
    Unsigneds(Vec<u64>),
    /// An array of floats of either width.
    Floats(Vec<f64>),
    /// An array of truth values.
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

pub(super) fn read_value<R: Read>(cursor: &mut Cursor<R>, key: &str) -> Result<Value, LoadError> {
    cursor.charge(size_of::<Value>() as u64)?;
    let type_id = cursor.u32(key)?;
    Ok(match type_id {
        TYPE_ARRAY => return read_array(cursor, key),
        TYPE_TEXT => Value::Text(cursor.text(key, STRING_BYTES_MAX)?),
        0 | 2 | 4 | 10 => Value::Unsigned(read_unsigned(cursor, key, type_id)?),
        1 | 3 | 5 | 11 => Value::Signed(read_signed(cursor, key, type_id)?),
        6 | 12 => Value::Float(read_float(cursor, key, type_id)?),
        7 => Value::Bool(read_bool(cursor, key)?),
        other => return Err(malformed(key, format!("unknown value type {other}"))),
    })
}

/// Bytes the smallest value of a type takes in the file, and bytes it takes in memory beside a text's letters; `None` for
/// nested arrays and unknown types.
fn element_bytes(type_id: u32) -> Option<(u64, u64)> {
    match type_id {
        0 | 1 => Some((1, 8)),
        2 | 3 => Some((2, 8)),
        4..=6 => Some((4, 8)),
        7 => Some((1, 1)),
        TYPE_TEXT => Some((8, size_of::<String>() as u64)),
        10..=12 => Some((8, 8)),
        _ => None,
    }
}

fn read_array<R: Read>(cursor: &mut Cursor<R>, key: &str) -> Result<Value, LoadError> {
    let type_id = cursor.u32(key)?;
    let len = cursor.u64(key)?;
    at_most(key, len, ARRAY_ELEMENTS_MAX)?;
    let (in_file, in_memory) = element_bytes(type_id)
        .ok_or_else(|| malformed(key, format!("array of value type {type_id}, which cannot be read")))?;
    cursor.need(key, len * in_file)?;
    cursor.charge(len * in_memory)?;
    // Both ledgers have agreed to `len`: from here on it may size a vector.
    let len = len as usize;
    Ok(match type_id {
        TYPE_TEXT => Value::Texts(collect(len, || cursor.text(key, STRING_BYTES_MAX))?),
        0 | 2 | 4 | 10 => Value::Unsigneds(collect(len, || read_unsigned(cursor, key, type_id))?),
        1 | 3 | 5 | 11 => Value::Signeds(collect(len, || read_signed(cursor, key, type_id))?),
        6 | 12 => Value::Floats(collect(len, || read_float(cursor, key, type_id))?),
        _ => Value::Bools(collect(len, || read_bool(cursor, key))?),
    })
}

fn collect<T>(len: usize, mut read: impl FnMut() -> Result<T, LoadError>) -> Result<Vec<T>, LoadError> {
    let mut values = Vec::with_capacity(len);
    for _ in 0..len {
        values.push(read()?);
    }
    Ok(values)
}

fn read_unsigned<R: Read>(cursor: &mut Cursor<R>, key: &str, type_id: u32) -> Result<u64, LoadError> {
    Ok(match type_id {
        0 => u64::from(u8::from_le_bytes(cursor.array(key)?)),
        2 => u64::from(u16::from_le_bytes(cursor.array(key)?)),
        4 => u64::from(cursor.u32(key)?),
        _ => cursor.u64(key)?,
    })
}

fn read_signed<R: Read>(cursor: &mut Cursor<R>, key: &str, type_id: u32) -> Result<i64, LoadError> {
    Ok(match type_id {
        1 => i64::from(i8::from_le_bytes(cursor.array(key)?)),
        3 => i64::from(i16::from_le_bytes(cursor.array(key)?)),
        5 => i64::from(i32::from_le_bytes(cursor.array(key)?)),
        _ => i64::from_le_bytes(cursor.array(key)?),
    })
}

fn read_float<R: Read>(cursor: &mut Cursor<R>, key: &str, type_id: u32) -> Result<f64, LoadError> {
    Ok(match type_id {
        6 => f64::from(f32::from_le_bytes(cursor.array(key)?)),
        _ => f64::from_le_bytes(cursor.array(key)?),
    })
}

fn read_bool<R: Read>(cursor: &mut Cursor<R>, key: &str) -> Result<bool, LoadError> {
    match cursor.array::<1>(key)?[0] {
        0 => Ok(false),
        1 => Ok(true),
        byte => Err(malformed(key, format!("a bool must be 0 or 1, found {byte}"))),
    }
}
