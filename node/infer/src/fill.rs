//! Owns filling a model's matrices, which have their room already, on every thread of a crew: from the model's file, or from a cache
//! of packed matrices beside it. Refuses to know which layer a matrix belongs to.
//!
//! The model's file is hashed on the way, because a cache is believed only with its hash, and who names the model wants to
//! know it. Without a cache, each stretch of the file is hashed and packed one soon after the other, so that the disk gives
//! it once.

use crate::error::LoadError;
use crate::matrix::{Matrix, MatrixPart};
use crate::packed_cache::{Opened, PackedCache, PackedCacheError, Plan};
use crate::shared_file::{FileHash, HASH_PIECE_BYTES, SharedFile, sized};
use crate::weights::Planned;
use crate::workers::Crew;
use std::io;
use std::path::{Path, PathBuf};

/// Bytes of a tensor that are packed as one task: enough to be worth handing out, and few enough that what was read is
/// still near when it is packed. At least a panel of rows.
const PART_BYTES: usize = 512 << 10;

/// Where weights come from, and who brings them.
pub(crate) struct Source<'a> {
    /// The model's file.
    pub(crate) file: &'a SharedFile,
    /// Where a cache of packed matrices may be, if one is asked for.
    pub(crate) cache: Option<&'a Path>,
    pub(crate) crew: &'a Crew,
}

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

/// Fills the matrices, which are those that are planned, in the same order. What they hold already does not matter.
///
/// # Errors
/// `Matrix`; `Read`, also when the model's file was written into meanwhile; a cache that cannot be used is none.
///
/// # Panics
/// If the matrices are not those that are planned.
pub(crate) fn fill(
    source: &Source<'_>,
    planned: &[Planned],
    matrices: &mut [&mut Matrix],
) -> Result<Filled, LoadError> {
    assert_eq!(planned.len(), matrices.len(), "a matrix for each one that is planned");
    for (planned, matrix) in planned.iter().zip(&*matrices) {
        let (expected, actual) = ((planned.outputs, planned.inputs), (matrix.outputs(), matrix.inputs()));
        assert_eq!(expected, actual, "the matrix of {}", planned.name);
    }
    let hash = FileHash::new(source.file);
    let pieces = || (0..hash.pieces()).map(Task::Hash);
    let whole = || hash.whole().ok_or_else(|| unread(io::ErrorKind::UnexpectedEof.into()));
    let plan = source.cache.and_then(|path| {
        let plan = Plan::new(source.file.about(), planned, matrices.iter().map(|matrix| &**matrix));
        plan.is_worth_its_room().then(|| (path.to_owned(), plan))
    });
    let opened = plan.as_ref().map(|(path, plan)| (plan, plan.open(path)));
    let mut tasks: Vec<Task<'_>> = Vec::new();
    let cache = match opened {
        Some((plan, Ok(Some(opened)))) => {
            work_off(source, &hash, pieces().collect())?;
            match read(source.crew, plan, &opened, &whole()?, matrices) {
                Ok(()) => PackedCache::Read,
                Err(why) => PackedCache::Refused(why),
            }
        }
        unopened => {
            tasks.extend(pieces());
            match unopened {
                None => PackedCache::Unused,
                Some((_, Err(why))) => PackedCache::Refused(why),
                Some((_, Ok(_))) => PackedCache::Missing,
            }
        }
    };
    if !matches!(cache, PackedCache::Read) {
        tasks.extend(packing(planned, matrices));
    }
    work_off(source, &hash, tasks)?;
    // The hash and the weights are of separate reads.
    source.file.check_unchanged().map_err(unread)?;
    Ok(Filled { hash: whole()?, cache, plan })
}

fn unread(source: io::Error) -> LoadError {
    LoadError::Read { what: "the weights".to_owned(), source }
}

/// Fills the matrices from a cache that was made from the model with this hash.
///
/// # Errors
/// `Model`, `Read`, `Matrix`; then the matrices may hold anything.
fn read(
    crew: &Crew,
    plan: &Plan,
    opened: &Opened,
    hash: &blake3::Hash,
    matrices: &mut [&mut Matrix],
) -> Result<(), PackedCacheError> {
    opened.check_model(hash)?;
    let pieces = plan.pieces(opened, matrices.iter_mut().map(|matrix| &mut **matrix));
    crew.run(pieces, |piece, _| {
        crew.go_on().map_err(PackedCacheError::Read)?;
        opened.read(piece)
    })
}

/// The matrices in parts.
fn packing<'a>(planned: &'a [Planned], matrices: &'a mut [&mut Matrix]) -> impl Iterator<Item = Task<'a>> {
    planned.iter().zip(matrices).flat_map(|(planned, matrix)| {
        let Planned { name, format, start, .. } = planned;
        matrix.parts(*format, PART_BYTES).into_iter().scan(*start, move |next, part| {
            let (start, bytes_len) = (*next, part.file_bytes());
            *next += bytes_len as u64;
            Some(Task::Pack { name, start, bytes_len, part })
        })
    })
}

/// Does the tasks in the order in which the file has their bytes.
fn work_off(source: &Source<'_>, hash: &FileHash, mut tasks: Vec<Task<'_>>) -> Result<(), LoadError> {
    let &Source { file, crew, .. } = source;
    tasks.sort_by_key(Task::start);
    crew.run(tasks, |task, buffer| {
        crew.go_on().map_err(unread)?;
        match task {
            Task::Hash(piece) => hash
                .add(file, piece, buffer)
                .map_err(|source| LoadError::Read { what: "the file for its hash".to_owned(), source }),
            Task::Pack { name, start, bytes_len, mut part } => {
                let failed = |source| LoadError::Read { what: format!("the tensor {name}"), source };
                let bytes = sized(buffer, bytes_len).map_err(failed)?;
                file.read_at(start, bytes).map_err(failed)?;
                part.fill(bytes).map_err(|source| LoadError::Matrix { name: name.to_owned(), source })
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Precision;
    use kernels::{Arena, Format};
    use std::fs::File;

    /// Fills a matrix of 2 x 8 floats from a file of these and more after `meanwhile` was done with the open file.
    fn filled(inputs: usize, meanwhile: impl FnOnce(&File, &Crew)) -> Result<Filled, LoadError> {
        let named = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(named.path(), [0; 100]).unwrap();
        let opened = File::open(named.path()).unwrap();
        let about = opened.metadata().unwrap();
        let (file, crew) = (SharedFile::new(opened, about), Crew::new(2));
        meanwhile(named.as_file(), &crew);
        let planned = Planned { name: "m".into(), format: Format::F32, outputs: 2, inputs, start: 4 };
        let matrix = Matrix::zeroed(&mut Arena::new(0), Format::F32, 2, 8, Precision::AsStored);
        let source = Source { file: &file, cache: None, crew: &crew };
        fill(&source, &[planned], &mut [&mut matrix.unwrap()])
    }

    #[test]
    fn a_file_that_was_written_into_meanwhile_is_an_error() {
        assert_eq!(filled(8, |_, _| {}).unwrap().hash, blake3::hash(&[0; 100]));
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(9);
        let refuse =
            |meanwhile: &dyn Fn(&File)| filled(8, |file, _| meanwhile(file)).unwrap_err().to_string();
        for said in
            [refuse(&|file| file.set_modified(later).unwrap()), refuse(&|file| file.set_len(101).unwrap())]
        {
            assert!(said.contains("the weights") && said.contains("changed while it was read"), "{said}");
        }
    }

    #[test]
    fn what_nobody_wants_is_not_read() {
        let error = filled(8, |_, crew| crew.give_up()).unwrap_err();
        let LoadError::Read { source, .. } = error else { panic!("{error}") };
        assert_eq!(source.kind(), io::ErrorKind::Interrupted);
    }

    #[test]
    #[should_panic(expected = "the matrix of m")]
    fn a_matrix_of_other_dimensions_is_not_filled() {
        let _ = filled(7, |_, _| {});
    }
}
