//! Owns one file of weights that several threads read: bytes at an offset, and its BLAKE3 put together from pieces. Refuses
//! to know what the bytes mean. Source: BLAKE3's own tree, whose pieces of a power of two are hashed on their own
//! (`blake3::hazmat`).

use blake3::hazmat::{HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root};
use std::fs::{File, Metadata};
use std::io;
use std::sync::OnceLock;

/// Bytes hashed as one piece: a power of two, so that it is a whole part of BLAKE3's tree.
pub(crate) const HASH_PIECE_BYTES: u64 = 4 << 20;
const _: () = assert!(HASH_PIECE_BYTES.is_power_of_two() && HASH_PIECE_BYTES >= blake3::CHUNK_LEN as u64);
/// Bytes read at a time while hashing: they are still in a processor's own cache when they are hashed.
const HASH_READ_BYTES: u64 = 256 << 10;

/// A file that threads read without waiting for each other.
#[derive(Debug)]
pub(crate) struct SharedFile {
    file: File,
    /// When it was opened.
    about: Metadata,
    /// Where a read is a seek before it, one thread reads at a time.
    #[cfg(not(unix))]
    turn: std::sync::Mutex<()>,
}

impl SharedFile {
    /// The file, with what the system said of it when it was opened.
    pub(crate) fn new(file: File, about: Metadata) -> SharedFile {
        SharedFile {
            file,
            about,
            #[cfg(not(unix))]
            turn: std::sync::Mutex::default(),
        }
    }

    /// The file itself, for a thread that is alone with it.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Its length in bytes when it was opened.
    pub(crate) fn bytes_len(&self) -> u64 {
        self.about.len()
    }

    /// What the system said of it when it was opened.
    pub(crate) fn about(&self) -> &Metadata {
        &self.about
    }

    /// Whether all reads until now saw the same file: nobody wrote into it since it was opened. Who replaces a file by
    /// another one of the same name changes nothing here.
    ///
    /// # Errors
    /// `InvalidData` when it was written into, or whatever the system says.
    pub(crate) fn check_unchanged(&self) -> io::Result<()> {
        let now = self.file.metadata()?;
        // Where a disk knows no times, the length must do.
        if (now.len(), now.modified().ok()) != (self.about.len(), self.about.modified().ok()) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it was changed while it was read"));
        }
        Ok(())
    }

    /// Fills `bytes` with those of the file from `offset` on.
    ///
    /// # Errors
    /// Whatever the system says; `UnexpectedEof` when the file has shrunk.
    #[cfg(unix)]
    pub(crate) fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, bytes, offset)
    }

    /// Fills `bytes` with those of the file from `offset` on.
    ///
    /// # Errors
    /// Whatever the system says; `UnexpectedEof` when the file has shrunk.
    #[cfg(not(unix))]
    pub(crate) fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        use io::{Read, Seek};
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut file = &self.file;
        file.seek(io::SeekFrom::Start(offset))?;
        file.read_exact(bytes)
    }
}

/// The BLAKE3 of a file, as its pieces become known in any order.
#[derive(Debug)]
pub(crate) struct FileHash {
    bytes_len: u64,
    /// Of each piece what it brings to the whole; of an only piece the hash itself.
    pieces: Box<[OnceLock<[u8; 32]>]>,
}

impl FileHash {
    /// Of a file whose pieces are all still to be hashed.
    pub(crate) fn new(file: &SharedFile) -> FileHash {
        let bytes_len = file.bytes_len();
        // An empty file is one empty piece.
        let pieces = bytes_len.div_ceil(HASH_PIECE_BYTES).max(1);
        FileHash { bytes_len, pieces: (0..pieces).map(|_| OnceLock::new()).collect() }
    }

    /// Number of its pieces.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Reads and hashes a piece of the file that this was made for. `buffer` may hold anything, and does afterwards.
    ///
    /// # Errors
    /// See [`SharedFile::read_at`].
    pub(crate) fn add(&self, file: &SharedFile, piece: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
        let start = piece as u64 * HASH_PIECE_BYTES;
        let end = (start + HASH_PIECE_BYTES).min(self.bytes_len);
        let mut hasher = blake3::Hasher::new();
        if start > 0 {
            hasher.set_input_offset(start);
        }
        let mut at = start;
        while at < end {
            let len = HASH_READ_BYTES.min(end - at);
            let bytes = sized(buffer, len as usize)?;
            file.read_at(at, bytes)?;
            hasher.update(bytes);
            at += len;
        }
        let alone = self.pieces.len() == 1;
        let hash = if alone { *hasher.finalize().as_bytes() } else { hasher.finalize_non_root() };
        // A piece that was hashed before has the same hash now.
        let _ = self.pieces[piece].set(hash);
        Ok(())
    }

    /// The file's hash; `None` while a piece is missing.
    pub(crate) fn whole(&self) -> Option<blake3::Hash> {
        let pieces: Vec<[u8; 32]> =
            self.pieces.iter().map(|piece| piece.get().copied()).collect::<Option<_>>()?;
        if let [only] = pieces.as_slice() {
            return Some(blake3::Hash::from_bytes(*only));
        }
        let (left, right) = halves(&pieces, self.bytes_len);
        Some(merge_subtrees_root(&left, &right, Mode::Hash))
    }
}

/// The two halves of a tree of two pieces or more, over so many bytes: the left one is the largest power of two that leaves
/// something to the right.
fn halves(pieces: &[[u8; 32]], bytes_len: u64) -> ([u8; 32], [u8; 32]) {
    let left_bytes = left_subtree_len(bytes_len);
    let (left, right) = pieces.split_at((left_bytes / HASH_PIECE_BYTES) as usize);
    (merged(left, left_bytes), merged(right, bytes_len - left_bytes))
}

fn merged(pieces: &[[u8; 32]], bytes_len: u64) -> [u8; 32] {
    match pieces {
        [only] => *only,
        _ => {
            let (left, right) = halves(pieces, bytes_len);
            merge_subtrees_non_root(&left, &right, Mode::Hash)
        }
    }
}

/// The first `len` bytes of a buffer that grows where it must.
///
/// # Errors
/// `OutOfMemory`.
pub(crate) fn sized(buffer: &mut Vec<u8>, len: usize) -> io::Result<&mut [u8]> {
    if buffer.len() < len {
        buffer.try_reserve_exact(len - buffer.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        buffer.resize(len, 0);
    }
    Ok(&mut buffer[..len])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(bytes: &[u8]) -> (tempfile::NamedTempFile, SharedFile) {
        let named = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(named.path(), bytes).unwrap();
        let file = File::open(named.path()).unwrap();
        let about = file.metadata().unwrap();
        (named, SharedFile::new(file, about))
    }

    #[test]
    fn pieces_in_any_order_make_the_hash_of_the_whole() {
        let piece = HASH_PIECE_BYTES as usize;
        let all: Vec<u8> = (0..5 * piece + 4321).map(|at| (at ^ at >> 9) as u8).collect();
        for len in [0, 1, 1024, 1025, piece - 1, piece, piece + 1, 2 * piece, 3 * piece + 1, all.len()] {
            let (_named, file) = shared(&all[..len]);
            let hash = FileHash::new(&file);
            let mut buffer = vec![7];
            for number in (0..hash.pieces()).rev() {
                assert_eq!(hash.whole(), None);
                hash.add(&file, number, &mut buffer).unwrap();
            }
            assert_eq!(hash.whole(), Some(blake3::hash(&all[..len])), "{len} bytes");
        }
    }

    #[test]
    fn a_file_that_shrank_is_an_error() {
        let (named, file) = shared(&[3; 5000]);
        std::fs::write(named.path(), [3; 4000]).unwrap();
        let error = FileHash::new(&file).add(&file, 0, &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(sized(&mut vec![1], usize::MAX / 2 + 1).unwrap_err().kind(), io::ErrorKind::OutOfMemory);
    }
}
