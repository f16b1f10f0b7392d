//! The daemon's place on disk: the data directory, the lock that keeps a second daemon out, and the file that says
//! where this one listens.
//!
//! Owns creation, locking and removal of these. Refuses to know what is served. The lock is the system's advisory file
//! lock, so it goes away with the process, however that ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use wire::WHEREABOUTS_FILE;
use wire::ember::Whereabouts;

/// The file that is locked.
const LOCK_FILE: &str = "emberd.lock";
/// The folder of models inside the data directory.
const MODELS_DIR: &str = "models";
/// The folder of adapters inside the data directory.
const ADAPTERS_DIR: &str = "adapters";
/// How model files end.
const MODEL_EXTENSION: &str = "gguf";

/// Why the place cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Another daemon has it.
    #[error("another emberd already runs on {path}{known}")]
    Taken {
        /// The data directory.
        path: PathBuf,
        /// Where it listens, if it said so.
        known: String,
    },
    /// The system refused.
    #[error("{path} cannot be used: {source}")]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A data directory that is ours while this lives.
#[derive(Debug)]
pub struct Place {
    data_dir: PathBuf,
    // Held, not read: dropping it gives the lock back.
    _lock: File,
}

impl Place {
    /// Makes the data directory if needed and takes it.
    ///
    /// # Errors
    /// [`PlaceError::Taken`] if another daemon has it, [`PlaceError::File`] if the system refuses.
    pub fn take(data_dir: &Path) -> Result<Self, PlaceError> {
        make_private(data_dir).map_err(refused(data_dir))?;
        let path = data_dir.join(LOCK_FILE);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let lock = options.open(&path).map_err(refused(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Place { data_dir: data_dir.to_path_buf(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(PlaceError::Taken { path: data_dir.to_path_buf(), known: known_port(data_dir) })
            }
            Err(TryLockError::Error(source)) => Err(refused(&path)(source)),
        }
    }

    /// Says where we listen, in one rename, so that a reader sees the old file or the new one.
    ///
    /// # Errors
    /// [`PlaceError::File`] if the system refuses.
    pub fn announce(&self, whereabouts: &Whereabouts) -> Result<(), PlaceError> {
        let path = self.data_dir.join(WHEREABOUTS_FILE);
        let beside = self.data_dir.join(format!("{WHEREABOUTS_FILE}.new"));
        let write = || -> io::Result<()> {
            let mut file = File::create(&beside)?;
            file.write_all(&serde_json::to_vec(whereabouts)?)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        };
        write().map_err(|source| PlaceError::File { path: path.clone(), source })
    }

    /// Takes back what [`Place::announce`] said. A file that is already gone is fine.
    ///
    /// # Errors
    /// [`PlaceError::File`] if the system refuses.
    pub fn withdraw(&self) -> Result<(), PlaceError> {
        let path = self.data_dir.join(WHEREABOUTS_FILE);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(PlaceError::File { path, source }),
            _ => Ok(()),
        }
    }
}

fn refused(path: &Path) -> impl FnOnce(io::Error) -> PlaceError + use<> {
    let path = path.to_path_buf();
    move |source| PlaceError::File { path, source }
}

/// The first model in the data directory, in the order of file names.
pub fn find_model(data_dir: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(data_dir.join(MODELS_DIR)).ok()?;
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    paths.filter(|path| path.extension().is_some_and(|extension| extension == MODEL_EXTENSION)).min()
}

/// The folder of adapters in the data directory, if it exists.
pub fn find_adapters(data_dir: &Path) -> Option<PathBuf> {
    Some(data_dir.join(ADAPTERS_DIR)).filter(|path| path.is_dir())
}

fn known_port(data_dir: &Path) -> String {
    let text = fs::read(data_dir.join(WHEREABOUTS_FILE)).ok();
    match text.and_then(|text| serde_json::from_slice::<Whereabouts>(&text).ok()) {
        Some(known) => format!(" (process {}, port {})", known.pid, known.port),
        None => String::new(),
    }
}

/// A new data directory is its owner's alone; one that exists keeps its mode, the token file guards itself.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_daemon_is_kept_out_until_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().join("deep/data");
        let place = Place::take(&data_dir).unwrap();
        place.announce(&Whereabouts { port: 4242, pid: 7, version: 1 }).unwrap();
        let error = Place::take(&data_dir).unwrap_err();
        assert!(matches!(error, PlaceError::Taken { .. }));
        assert!(error.to_string().contains("process 7, port 4242"), "{error}");
        place.withdraw().unwrap();
        place.withdraw().unwrap();
        drop(place);
        Place::take(&data_dir).unwrap();
    }

    #[test]
    fn a_data_directory_that_is_a_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "x").unwrap();
        assert!(matches!(Place::take(&path), Err(PlaceError::File { .. })));
    }

    #[test]
    fn a_folder_of_adapters_is_found_where_there_is_one() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(find_adapters(dir.path()), None);
        let folder = dir.path().join(ADAPTERS_DIR);
        fs::write(&folder, "").unwrap();
        assert_eq!(find_adapters(dir.path()), None);
        fs::remove_file(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        assert_eq!(find_adapters(dir.path()), Some(folder));
    }

    #[test]
    fn the_first_model_by_name_is_found() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(find_model(dir.path()), None);
        fs::create_dir(dir.path().join(MODELS_DIR)).unwrap();
        for name in ["b.gguf", "a.gguf", "0.txt"] {
            fs::write(dir.path().join(MODELS_DIR).join(name), "").unwrap();
        }
        assert_eq!(find_model(dir.path()).unwrap().file_name().unwrap(), "a.gguf");
    }
}
