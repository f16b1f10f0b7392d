//! Owns filling a model's matrices, which have their room already, on every processor: from the model's file, or from a cache
//! of packed matrices beside it. Refuses to know which layer a matrix belongs to.
//!
//! The model's file is hashed on the way, because a cache is believed only with its hash, and who names the model wants to
//! know it. Without a cache, each stretch of the file is hashed and packed one soon after the other, so that the disk gives
//! it once.

use crate::cpu::processors;
use crate::error::LoadError;
use crate::matrix::{Matrix, MatrixPart};
use crate::packed_cache::{PackedCache, PackedCacheError, Plan};
use crate::shared_file::{FileHash, HASH_PIECE_BYTES, SharedFile, sized};
use crate::weights::Planned;
use crate::workers::run;
use std::path::{Path, PathBuf};

/// Bytes of a tensor that are packed as one task: enough to be worth handing out, and few enough that what was read is
/// still near when it is packed. At least a panel of rows.
const PART_BYTES: usize = 512 << 10;

/// What is known once the matrices are full.
#[derive(Debug)]
pub(crate) struct Filled {
    /// BLAKE3 of the model's file.
    pub(crate) hash: blake3::Hash,
    /// How the matrices came.
    pub(crate) cache: PackedCache,
    /// Where a cache may be written, and what it must say, if one was asked for.
    pub(crate) plan: Option<(PathBuf, Plan)>,
}

/// What a thread is given to do.
enum Task<'a> {
    /// A piece of the file for its hash.
    Hash(usize),
    /// Rows of a matrix.
    Pack { name: &'a str, start: u64, bytes_len: usize, part: MatrixPart<'a> },
}

impl Task<'_> {
    /// Where in the file its bytes begin.
    fn start(&self) -> u64 {
        match self {
            Task::Hash(piece) => *piece as u64 * HASH_PIECE_BYTES,
            Task::Pack { start, .. } => *start,
        }
    }
}

/// Fills the matrices, which are those that are planned.
///
/// # Errors
/// `Matrix`, `Read`; a cache that cannot be used is none.
pub(crate) fn fill(
    file: &SharedFile,
    planned: &[Planned],
    matrices: &mut [&mut Matrix],
    cache: Option<&Path>,
) -> Result<Filled, LoadError> {
    let hash = FileHash::new(file);
    let pieces = || (0..hash.pieces()).map(Task::Hash);
    let unread = || LoadError::Read {
        what: "the file for its hash".to_owned(),
        source: std::io::ErrorKind::UnexpectedEof.into(),
    };
    let Some(path) = cache else {
        work_off(file, &hash, pieces().chain(packing(planned, matrices)).collect())?;
        let hash = hash.whole().ok_or_else(unread)?;
        return Ok(Filled { hash, cache: PackedCache::Unused, plan: None });
    };
    let plan = Plan::new(file.bytes_len(), planned, matrices.iter().map(|matrix| &**matrix));
    let (tasks, found) = match plan.open(path) {
        Ok(Some(opened)) => {
            work_off(file, &hash, pieces().collect())?;
            let whole = hash.whole().ok_or_else(unread)?;
            let read = opened.check_model(&whole).and_then(|()| {
                let pieces = plan.pieces(&opened, matrices.iter_mut().map(|matrix| &mut **matrix));
                run(processors(), pieces, |piece, _| opened.read(piece))
            });
            match read {
                Ok(()) => (Vec::new(), PackedCache::Read),
                Err(why) => {
                    forget(&why, matrices);
                    (packing(planned, matrices).collect(), PackedCache::Refused(why))
                }
            }
        }
        Ok(None) => (pieces().chain(packing(planned, matrices)).collect(), PackedCache::Missing),
        Err(why) => (pieces().chain(packing(planned, matrices)).collect(), PackedCache::Refused(why)),
    };
    work_off(file, &hash, tasks)?;
    let hash = hash.whole().ok_or_else(unread)?;
    Ok(Filled { hash, cache: found, plan: Some((path.to_owned(), plan)) })
}

/// Packing leaves padding as it is, which is zero.
fn forget(why: &PackedCacheError, matrices: &mut [&mut Matrix]) {
    // Of another model's cache nothing was read yet.
    if !matches!(why, PackedCacheError::Model { .. }) {
        matrices.iter_mut().for_each(|matrix| matrix.as_bytes_mut().fill(0));
    }
}

/// The matrices in parts.
fn packing<'a>(planned: &'a [Planned], matrices: &'a mut [&mut Matrix]) -> impl Iterator<Item = Task<'a>> {
    planned.iter().zip(matrices).flat_map(|(planned, matrix)| {
        let Planned { name, format, inputs, start, .. } = planned;
        let row_bytes = inputs / format.block_len() * format.block_bytes();
        matrix.parts(*format, PART_BYTES / row_bytes.max(1)).into_iter().map(move |part| {
            let rows = part.rows();
            let start = start + (rows.start * row_bytes) as u64;
            Task::Pack { name, start, bytes_len: rows.len() * row_bytes, part }
        })
    })
}

/// Does the tasks in the order in which the file has their bytes.
fn work_off(file: &SharedFile, hash: &FileHash, mut tasks: Vec<Task<'_>>) -> Result<(), LoadError> {
    tasks.sort_by_key(Task::start);
    run(processors(), tasks, |task, buffer| match task {
        Task::Hash(piece) => hash
            .add(file, piece, buffer)
            .map_err(|source| LoadError::Read { what: "the file for its hash".to_owned(), source }),
        Task::Pack { name, start, bytes_len, mut part } => {
            let failed = |source| LoadError::Read { what: format!("the tensor {name}"), source };
            let bytes = sized(buffer, bytes_len).map_err(failed)?;
            file.read_at(start, bytes).map_err(failed)?;
            part.fill(bytes).map_err(|source| LoadError::Matrix { name: name.to_owned(), source })
        }
    })
}
