//! Owns what every container of weights says of one tensor: its format, its shape and the bytes it takes in the file. Refuses
//! to know which container it came from; a reader makes an entry only after proving that the file holds its bytes.

use kernels::Format;
use std::io::{Read, Seek, SeekFrom};

/// Longest piece of a stranger's text that an error message repeats, in characters.
const QUOTED_CHARS_MAX: usize = 120;

/// Where one tensor lies: `start + bytes_len` is inside the file that the entry was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorEntry {
    /// How the elements are stored.
    pub format: Format,
    /// Row-major, outermost first.
    pub shape: Vec<usize>,
    /// First byte, counted from the start of the file.
    pub start: u64,
    /// Bytes the tensor takes.
    pub bytes_len: u64,
}

impl TensorEntry {
    /// The tensor's bytes out of `reader`, which must be the file that the entry was read from.
    ///
    /// # Errors
    /// Whatever the reader says; `OutOfMemory` when there is no room; `UnexpectedEof` when the file has shrunk since.
    pub fn read<R: Read + Seek>(&self, reader: &mut R) -> std::io::Result<Vec<u8>> {
        let full = || std::io::Error::from(std::io::ErrorKind::OutOfMemory);
        let len = usize::try_from(self.bytes_len).map_err(|_| full())?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len).map_err(|_| full())?;
        bytes.resize(len, 0);
        reader.seek(SeekFrom::Start(self.start))?;
        reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The tensor's bytes inside `file`, all of the file's bytes; `None` when it is another, shorter file.
    pub fn slice<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        let start = usize::try_from(self.start).ok()?;
        let len = usize::try_from(self.bytes_len).ok()?;
        file.get(start..start.checked_add(len)?)
    }
}

/// A stranger's text as an error message may repeat it: no line breaks, no terminal commands, not a novel.
pub(crate) fn quoted(text: &str) -> String {
    let mut letters = text.chars();
    let mut quoted: String = letters.by_ref().take(QUOTED_CHARS_MAX).flat_map(char::escape_debug).collect();
    if letters.next().is_some() {
        quoted.push('…');
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_its_bytes_and_no_others() {
        let file = [9u8, 1, 2, 3, 4, 9];
        let entry = TensorEntry { format: Format::F32, shape: vec![1], start: 1, bytes_len: 4 };
        assert_eq!(entry.read(&mut std::io::Cursor::new(&file)).unwrap(), [1, 2, 3, 4]);
        assert_eq!(entry.slice(&file), Some([1u8, 2, 3, 4].as_slice()));
        assert_eq!(entry.slice(&file[..4]), None);
        let short = entry.read(&mut std::io::Cursor::new(&file[..4])).unwrap_err();
        assert_eq!(short.kind(), std::io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn bytes_beyond_all_memory_are_an_error() {
        let entry = TensorEntry { format: Format::F32, shape: vec![1], start: 0, bytes_len: u64::MAX - 7 };
        let full = entry.read(&mut std::io::Cursor::new(&[0u8; 4])).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::OutOfMemory);
        assert_eq!(entry.slice(&[0; 4]), None);
    }

    #[test]
    fn what_a_message_repeats_is_short_and_on_one_line() {
        assert_eq!(quoted("blk.0\nattn\u{1b}"), "blk.0\\nattn\\u{1b}");
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), QUOTED_CHARS_MAX + 1);
    }
}
