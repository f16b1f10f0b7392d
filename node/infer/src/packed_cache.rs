//! Owns a file beside a model's file that holds the model's matrices as the kernels read them, so that the next start need
//! not pack them: where it is, what lies where, who may believe it, and how it is replaced. Refuses to know how matrices are
//! packed, and to report: it says what it found, and its owner speaks.
//!
//! Nothing such a file says sizes anything. All of it but checksums follows from the model's own header, which was checked,
//! and so a reader makes what must stand there and compares. A header checksum covers the table and the checksums of the
//! pieces, a piece's checksum its bytes; packing refused scales that are not finite before the checksums were made, and so
//! they are not looked for again. That keeps out damage and confusion. Whoever may write into the model's folder could lay a
//! whole cache of other weights there without being able to change the model (the folder of temporary files lets everybody
//! do so): on Unix a cache is believed only if it belongs to the model file's owner or to the user of this process, and
//! those who may write or read it are at most those who may write or read the model. Elsewhere nobody is asked.
//!
//! In the file: [`MAGIC`], [`VERSION`], `kernels::LAYOUT_VERSION` (in the machine's byte order, because float panels are in
//! it), BLAKE3 of the model's file, the model file's length, the number of matrices, a row for each (name, format, outputs,
//! inputs, offset, length), a BLAKE3 for each piece of [`PIECE_BYTES`] of each matrix, a BLAKE3 of all this, the matrices one
//! behind the other: every byte is under a checksum. Numbers are little-endian.

mod disk;

use crate::matrix::Matrix;
use crate::shared_file::SharedFile;
use crate::weights::Planned;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const MAGIC: [u8; 8] = *b"EMBRPACK";
/// Version of the file around the matrices; their own is `kernels::LAYOUT_VERSION`.
pub const VERSION: u32 = 1;
/// What the file is called: the model file's name and this.
pub const SUFFIX: &str = ".packed";

const DIGEST_BYTES: usize = 32;
/// Where the model's hash stands: behind magic and versions.
const HASH_AT: usize = 16;
/// Bytes under one checksum: they are hashed while they are still in a processor's own cache.
const PIECE_BYTES: usize = 1 << 20;

/// A cache has at most this many bytes for each so many of the model's file: formats that kernels read widened would take
/// several times the model's room on the disk, and as many times the reading.
const GROWTH_MAX: (u64, u64) = (5, 4);

/// How a model's matrices came into memory.
#[derive(Debug)]
pub enum PackedCache {
    /// From the model's file; no cache was asked for, the precision has none, or it would take much more room than the
    /// model's file.
    Unused,
    /// From the cache.
    Read,
    /// From the model's file: there is no cache.
    Missing,
    /// From the model's file: what there is was not believed, and why.
    Refused(PackedCacheError),
}

/// Why packed matrices were not read, or not written.
#[derive(Debug, thiserror::Error)]
pub enum PackedCacheError {
    /// The system did not give its bytes.
    #[error("it cannot be read: {0}")]
    Read(io::Error),
    /// A folder, a device or the like.
    #[error("it is not a file")]
    Kind,
    /// Laid there by somebody else.
    #[error("it belongs to the user {found}, expected {model}, whose the model is, or {process}")]
    Owner {
        /// Number of the user to whom the model's file belongs.
        model: u32,
        /// Number of the user of this process.
        process: u32,
        /// Number of the user to whom it belongs.
        found: u32,
    },
    /// It begins with other letters.
    #[error("it is no file of packed weights")]
    Magic,
    /// Made by another version of the program.
    #[error("it has version {found:?}, expected {expected:?}")]
    Version {
        /// Of the file and of the matrices' layout.
        expected: [u32; 2],
        /// As found.
        found: [u32; 2],
    },
    /// Cut short, or another model's.
    #[error("it has {actual} bytes, expected {expected}")]
    Length {
        /// Bytes the model's matrices take.
        expected: u64,
        /// Bytes found.
        actual: u64,
    },
    /// Damaged where it says what it holds.
    #[error("the checksum of its header is wrong")]
    Header,
    /// Another model's.
    #[error("its matrices are not those of the model")]
    Matrices,
    /// A model of the same shape.
    #[error("it was made from the model {found}, expected {expected}")]
    Model {
        /// BLAKE3 of the model's file.
        expected: String,
        /// The hash it names.
        found: String,
    },
    /// Damaged where the weights are.
    #[error("the checksum of the matrix {name} is wrong")]
    Matrix {
        /// The tensor's name.
        name: String,
    },
    /// No permission, no room, or the disk failed.
    #[error("it cannot be written: {0}")]
    Write(io::Error),
}

/// Where the cache of a model's file is.
pub(crate) fn beside(model: &Path) -> PathBuf {
    let mut name = model.file_name().map_or_else(OsString::new, OsString::from);
    name.push(SUFFIX);
    model.with_file_name(name)
}

/// A matrix of the plan.
#[derive(Debug)]
struct Entry {
    name: String,
    /// From the start of the file.
    offset: u64,
    bytes_len: usize,
}

/// What a model's cache must say, and where.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The file up to the checksums, with zeros for the model's hash.
    head: Vec<u8>,
    entries: Vec<Entry>,
    pieces: usize,
    file_bytes: u64,
    /// Of the model's file.
    model: Metadata,
}

/// A cache whose header is what the model's header says it must be.
#[derive(Debug)]
pub(crate) struct Opened {
    file: SharedFile,
    model_hash: [u8; DIGEST_BYTES],
    digests: Vec<[u8; DIGEST_BYTES]>,
}

/// A piece of a matrix that is to be read.
pub(crate) struct Piece<'a> {
    name: &'a str,
    offset: u64,
    digest: [u8; DIGEST_BYTES],
    bytes: &'a mut [u8],
}

impl Plan {
    /// For matrices in this order, as the model's file lists them.
    pub(crate) fn new<'a>(
        model: &Metadata,
        planned: &[Planned],
        matrices: impl Iterator<Item = &'a Matrix>,
    ) -> Plan {
        let lens: Vec<usize> = matrices.map(|matrix| matrix.as_bytes().len()).collect();
        let pieces: usize = lens.iter().map(|len| len.div_ceil(PIECE_BYTES)).sum();
        let fixed = HASH_AT + DIGEST_BYTES + 8 + 4;
        let rows: usize = planned.iter().map(|planned| 4 + planned.name.len() + 4 + 4 * 8).sum();
        let mut end = (fixed + rows + (pieces + 1) * DIGEST_BYTES) as u64;
        let mut head = Vec::with_capacity(fixed + rows);
        head.extend(MAGIC);
        head.extend(VERSION.to_le_bytes());
        head.extend(kernels::LAYOUT_VERSION.to_ne_bytes());
        head.extend([0; DIGEST_BYTES]);
        head.extend(model.len().to_le_bytes());
        head.extend((planned.len() as u32).to_le_bytes());
        let mut entries = Vec::with_capacity(planned.len());
        for (planned, bytes_len) in planned.iter().zip(lens) {
            let offset = end;
            head.extend((planned.name.len() as u32).to_le_bytes());
            head.extend(planned.name.as_bytes());
            head.extend(planned.format.ggml().to_le_bytes());
            for number in [planned.outputs as u64, planned.inputs as u64, offset, bytes_len as u64] {
                head.extend(number.to_le_bytes());
            }
            end += bytes_len as u64;
            entries.push(Entry { name: planned.name.clone(), offset, bytes_len });
        }
        Plan { head, entries, pieces, file_bytes: end, model: model.clone() }
    }

    /// Whether the cache takes no more of the disk than [`GROWTH_MAX`] allows.
    pub(crate) fn is_worth_its_room(&self) -> bool {
        let (bytes, each) = GROWTH_MAX;
        self.file_bytes.saturating_mul(each) <= self.model.len().saturating_mul(bytes)
    }

    /// Bytes up to the first matrix, the header's checksum included.
    fn header_bytes(&self) -> usize {
        self.head.len() + (self.pieces + 1) * DIGEST_BYTES
    }

    /// Opens a cache and checks all of it but its matrices and whose they are; `None` where there is none. What writers
    /// left that were killed is cleared away, because a model that is never packed again has no next writer.
    ///
    /// # Errors
    /// `Read`, `Kind`, `Owner`, `Magic`, `Version`, `Length`, `Header`, `Matrices`.
    pub(crate) fn open(&self, path: &Path) -> Result<Option<Opened>, PackedCacheError> {
        disk::clear_away(path);
        let Some((file, about)) = disk::open(path)? else { return Ok(None) };
        disk::check_owner(&about, &self.model)?;
        let file = SharedFile::new(file, about);
        let actual = file.bytes_len();
        let begin: [u8; HASH_AT] = read_at(&file, 0, HASH_AT.min(actual as usize))?;
        let word = |at: usize| [begin[at], begin[at + 1], begin[at + 2], begin[at + 3]];
        if begin[..MAGIC.len()] != MAGIC {
            return Err(PackedCacheError::Magic);
        }
        let found = [u32::from_le_bytes(word(8)), u32::from_ne_bytes(word(12))];
        let expected = [VERSION, kernels::LAYOUT_VERSION];
        if found != expected {
            return Err(PackedCacheError::Version { expected, found });
        }
        if actual != self.file_bytes {
            return Err(PackedCacheError::Length { expected: self.file_bytes, actual });
        }
        let mut header = vec![0; self.header_bytes()];
        file.read_at(0, &mut header).map_err(PackedCacheError::Read)?;
        let (said, checksum) = header.split_at(header.len() - DIGEST_BYTES);
        if blake3::hash(said).as_bytes() != checksum {
            return Err(PackedCacheError::Header);
        }
        let (head, digests) = said.split_at(self.head.len());
        let behind = HASH_AT + DIGEST_BYTES;
        if head[behind..] != self.head[behind..] {
            return Err(PackedCacheError::Matrices);
        }
        let mut model_hash = [0; DIGEST_BYTES];
        model_hash.copy_from_slice(&head[HASH_AT..behind]);
        Ok(Some(Opened { file, model_hash, digests: digests.as_chunks().0.to_vec() }))
    }

    /// The pieces to be read into matrices of the plan, in the file's order.
    pub(crate) fn pieces<'a>(
        &'a self,
        opened: &Opened,
        matrices: impl Iterator<Item = &'a mut Matrix>,
    ) -> Vec<Piece<'a>> {
        let mut digests = opened.digests.iter();
        let mut pieces = Vec::with_capacity(self.pieces);
        for (entry, matrix) in self.entries.iter().zip(matrices) {
            let chunks = matrix.as_bytes_mut().chunks_mut(PIECE_BYTES).enumerate();
            pieces.extend(chunks.zip(&mut digests).map(|((number, bytes), digest)| Piece {
                name: &entry.name,
                offset: entry.offset + (number * PIECE_BYTES) as u64,
                digest: *digest,
                bytes,
            }));
        }
        pieces
    }

    /// Puts a cache of these matrices of the plan at a path, whole or not at all, in the place of what was there.
    ///
    /// # Errors
    /// `Write`.
    pub(crate) fn write<'a>(
        &self,
        path: &Path,
        model_hash: &blake3::Hash,
        matrices: impl Iterator<Item = &'a Matrix>,
    ) -> Result<(), PackedCacheError> {
        disk::replace(path, &self.model, |file: &mut File| self.write_to(file, model_hash, matrices))
            .map_err(PackedCacheError::Write)
    }

    /// Writes the matrices, and then, knowing their checksums, the header before them: what was cut short begins with zeros.
    fn write_to<'a>(
        &self,
        out: &mut (impl Write + Seek),
        model_hash: &blake3::Hash,
        matrices: impl Iterator<Item = &'a Matrix>,
    ) -> io::Result<()> {
        let mut header = self.head.clone();
        header[HASH_AT..][..DIGEST_BYTES].copy_from_slice(model_hash.as_bytes());
        out.seek(SeekFrom::Start(self.header_bytes() as u64))?;
        for (entry, matrix) in self.entries.iter().zip(matrices) {
            debug_assert_eq!(matrix.as_bytes().len(), entry.bytes_len);
            for piece in matrix.as_bytes().chunks(PIECE_BYTES) {
                header.extend(blake3::hash(piece).as_bytes());
                out.write_all(piece)?;
            }
        }
        header.extend(blake3::hash(&header).as_bytes());
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&header)
    }
}

impl Opened {
    /// Refuses a cache that was made from another file.
    ///
    /// # Errors
    /// `Model`.
    pub(crate) fn check_model(&self, hash: &blake3::Hash) -> Result<(), PackedCacheError> {
        let found = blake3::Hash::from_bytes(self.model_hash);
        if found != *hash {
            let (expected, found) = (hash.to_hex().to_string(), found.to_hex().to_string());
            return Err(PackedCacheError::Model { expected, found });
        }
        Ok(())
    }

    /// Reads a piece to where it belongs.
    ///
    /// # Errors
    /// `Read`, `Matrix`; what stands there then is not to be used.
    pub(crate) fn read(&self, piece: Piece<'_>) -> Result<(), PackedCacheError> {
        let Piece { name, offset, digest, bytes } = piece;
        self.file.read_at(offset, bytes).map_err(PackedCacheError::Read)?;
        if *blake3::hash(bytes).as_bytes() != digest {
            return Err(PackedCacheError::Matrix { name: name.to_owned() });
        }
        Ok(())
    }
}

/// The first `len` bytes at an offset, the rest zeros.
fn read_at<const N: usize>(file: &SharedFile, offset: u64, len: usize) -> Result<[u8; N], PackedCacheError> {
    let mut bytes = [0; N];
    file.read_at(offset, &mut bytes[..len]).map_err(PackedCacheError::Read)?;
    Ok(bytes)
}
