//! Owns reading a GGUF header byte by byte with two ledgers: the bytes that the file still has, and the memory that the
//! metadata may still take. Refuses to know keys and tensors. A length is judged by both before memory is asked for.

use super::METADATA_BYTES_MAX;
use crate::error::LoadError;
use crate::tensor_entry::quoted;
use std::io::Read;

/// Reads bytes and knows how many the file still has, so that a length can be judged before it is believed.
pub(super) struct Cursor<R> {
    reader: R,
    position: u64,
    file_bytes: u64,
    /// Memory the metadata has taken so far, in bytes.
    metadata_bytes: u64,
}

impl<R: Read> Cursor<R> {
    pub(super) fn new(reader: R, file_bytes: u64) -> Self {
        Cursor { reader, position: 0, file_bytes, metadata_bytes: 0 }
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Length of the file.
    pub(super) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// Proves that the file still has this many bytes.
    pub(super) fn need(&self, what: &str, bytes: u64) -> Result<(), LoadError> {
        // The file may not be longer than `u64`, but what a stranger asks for on top of the position may.
        if bytes > self.file_bytes.saturating_sub(self.position) {
            let needed_bytes = self.position.saturating_add(bytes);
            return Err(LoadError::Truncated {
                what: quoted(what),
                needed_bytes,
                file_bytes: self.file_bytes,
            });
        }
        Ok(())
    }

    /// Enters memory that metadata are about to take. One byte of a file can become eight of memory, so that the file's
    /// length alone is no bound.
    pub(super) fn charge(&mut self, bytes: u64) -> Result<(), LoadError> {
        self.metadata_bytes = self.metadata_bytes.saturating_add(bytes);
        at_most("metadata, all of it", self.metadata_bytes, METADATA_BYTES_MAX)
    }

    fn fill(&mut self, what: &str, buffer: &mut [u8]) -> Result<(), LoadError> {
        self.need(what, buffer.len() as u64)?;
        self.reader.read_exact(buffer).map_err(|source| LoadError::Read { what: quoted(what), source })?;
        self.position += buffer.len() as u64;
        Ok(())
    }

    pub(super) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], LoadError> {
        let mut bytes = [0u8; N];
        self.fill(what, &mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn u32(&mut self, what: &str) -> Result<u32, LoadError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    pub(super) fn u64(&mut self, what: &str) -> Result<u64, LoadError> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// A length-prefixed string. Invalid UTF-8 is refused; trailing NUL bytes, which some writers leave, are dropped.
    pub(super) fn text(&mut self, what: &str, bytes_max: u64) -> Result<String, LoadError> {
        let len = self.u64(what)?;
        at_most(what, len, bytes_max)?;
        self.need(what, len)?;
        self.charge(len)?;
        let mut bytes = vec![0u8; len as usize];
        self.fill(what, &mut bytes)?;
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        String::from_utf8(bytes).map_err(|_| malformed(what, "not valid UTF-8".to_owned()))
    }
}

/// Refuses a count or a length above its cap.
pub(super) fn at_most(what: &str, actual: u64, max: u64) -> Result<(), LoadError> {
    if actual > max {
        return Err(LoadError::TooLarge { what: quoted(what), max, actual });
    }
    Ok(())
}

pub(super) fn malformed(what: &str, reason: String) -> LoadError {
    LoadError::Malformed { what: quoted(what), reason }
}
