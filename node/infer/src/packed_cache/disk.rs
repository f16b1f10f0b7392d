//! Owns a file that is replaced whole: a reader sees the one before or the one after, and who is killed while writing leaves
//! nothing that the next who looks does not clear away. Owns whose it is, and who may read it. Refuses to know what is in it.

use super::PackedCacheError;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// How the names of files end that are still being written.
const UNFINISHED: &str = ".new";
/// Names tried before giving up; one is taken only if a process of the same number died while writing, or another writer was
/// just clearing away.
const NAMES_MAX: u64 = 16;

/// Opens a file for reading, with what the system says of it; `None` where there is nothing.
///
/// # Errors
/// `Read`, `Kind`.
pub(super) fn open(path: &Path) -> Result<Option<(File, Metadata)>, PackedCacheError> {
    // Asked before it is opened: opening a pipe waits for who writes into it.
    match fs::metadata(path) {
        Ok(about) if about.is_file() => {}
        Ok(_) => return Err(PackedCacheError::Kind),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(PackedCacheError::Read(error)),
    }
    let file = File::open(path).map_err(PackedCacheError::Read)?;
    let about = file.metadata().map_err(PackedCacheError::Read)?;
    Ok(Some((file, about)))
}

/// Refuses a file that belongs neither to the model's owner nor to the user of this process.
///
/// # Errors
/// `Owner`.
#[cfg(unix)]
pub(super) fn check_owner(about: &Metadata, model: &Metadata) -> Result<(), PackedCacheError> {
    use std::os::unix::fs::MetadataExt;
    let (found, model, process) = (about.uid(), model.uid(), rustix::process::geteuid().as_raw());
    if found == model || found == process {
        return Ok(());
    }
    Err(PackedCacheError::Owner { model, process, found })
}

/// Refuses nothing: here files tell no owner.
#[cfg(not(unix))]
pub(super) fn check_owner(_: &Metadata, _: &Metadata) -> Result<(), PackedCacheError> {
    Ok(())
}

/// Lets those read and write a file who may read and write the model, and nobody else.
#[cfg(unix)]
fn share_like(file: &File, model: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let (mode, group) = (model.mode() & 0o777, file.metadata()?.gid());
    // Another group than the model's may do what everybody may.
    let mode = if group == model.gid() { mode } else { (mode & 0o707) | ((mode & 0o007) << 3) };
    // Where a disk knows no such rights, it stays its writer's alone.
    let _ = file.set_permissions(fs::Permissions::from_mode(mode));
    Ok(())
}

/// Changes nothing: here a file has the rights of its folder.
#[cfg(not(unix))]
fn share_like(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Writes a file under another name in the same folder, waits until the disk has it, gives it the rights of the model, and
/// its name. Whoever else does the same at the same time has a name of his own; the last one stays.
///
/// # Errors
/// Whatever the system or `write` says; then nothing is left behind, and what was there stays.
pub(super) fn replace(
    path: &Path,
    model: &Metadata,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    clear_away(path);
    let (unfinished, mut file) = create(path)?;
    let written = write(&mut file)
        .and_then(|()| share_like(&file, model))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // It fails only where the next writer will not succeed either.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// A new file, locked for as long as it is written, and on Unix its writer's alone.
fn create(path: &Path) -> io::Result<(PathBuf, File)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for _ in 0..NAMES_MAX {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
        name.push(format!(".{}-{number}{UNFINISHED}", std::process::id()));
        let unfinished = path.with_file_name(name);
        // Never one that is there: it could be a link that somebody laid.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&unfinished) {
            // Between making and locking it, another writer may have taken it for a dead one's.
            Ok(file) => match file.try_lock() {
                Err(TryLockError::WouldBlock) => {}
                // Where a disk knows no locks, nobody clears anything away.
                Ok(()) | Err(TryLockError::Error(_)) if unfinished.exists() => return Ok((unfinished, file)),
                Ok(()) | Err(TryLockError::Error(_)) => {}
            },
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// Removes what writers left that were killed: their locks went with them.
pub(super) fn clear_away(path: &Path) {
    let Some(name) = path.file_name() else { return };
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    // A folder that cannot be read is told by who creates a file in it.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| is_unfinished(name, &entry.file_name())) {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let unfinished = entry.path();
        let file = if is_file { OpenOptions::new().write(true).open(&unfinished).ok() } else { None };
        // The lock is held past the removal, or a writer who has just made this file could take it in between.
        if let Some(file) = file
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(&unfinished);
        }
    }
}

/// Whether a file's name is one that [`create`] gives for this one: `NAME.PROCESS-NUMBER.new`.
fn is_unfinished(name: &OsStr, candidate: &OsStr) -> bool {
    let rest = candidate.as_encoded_bytes().strip_prefix(name.as_encoded_bytes());
    let numbers = rest.and_then(|rest| rest.strip_prefix(b".")?.strip_suffix(UNFINISHED.as_bytes()));
    numbers.is_some_and(|numbers| {
        let parts: Vec<&[u8]> = numbers.split(|byte| *byte == b'-').collect();
        parts.len() == 2 && parts.iter().all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Replaces a file for a model that is like its folder.
    fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        super::replace(path, &fs::metadata(".").unwrap(), write)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_or_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.packed");
        replace(&path, |file| file.write_all(b"one")).unwrap();
        let failed = replace(&path, |file| {
            file.write_all(b"tw")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(
            (fs::read(&path).unwrap(), names(folder.path())),
            (b"one".to_vec(), vec!["m.packed".into()])
        );
        replace(&path, |file| file.write_all(b"two")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn what_dead_writers_left_goes_and_all_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.packed");
        let others = ["a.packed.1-1.new", "m.packed.1-1.newer", "m.packed.new", "m.packed.x-1.new"];
        for name in ["m.packed.1-0.new", "m.packed.99-12.new"].iter().chain(&others) {
            fs::write(folder.path().join(name), "left").unwrap();
        }
        let (living, held) = create(&path).unwrap();
        replace(&path, |file| file.write_all(b"whole")).unwrap();
        let mut expected: Vec<String> = others.iter().map(ToString::to_string).collect();
        expected.push("m.packed".into());
        expected.push(living.file_name().unwrap().to_str().unwrap().into());
        expected.sort();
        assert_eq!(names(folder.path()), expected);
        drop(held);
        replace(&path, |file| file.write_all(b"again")).unwrap();
        assert!(!living.exists());
    }

    #[test]
    fn what_is_being_written_is_never_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.packed");
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        clear_away(&path);
                    }
                });
            }
            let lost = (0..400).find(|_| {
                let (unfinished, file) = create(&path).unwrap();
                std::thread::yield_now();
                let lost = !unfinished.exists();
                drop(file);
                lost
            });
            done.store(true, Ordering::Relaxed);
            assert_eq!(lost, None, "a writer's file went while he wrote it");
        });
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(open(&folder.path().join("none")).unwrap().is_none());
        assert!(matches!(open(folder.path()), Err(PackedCacheError::Kind)));
        assert!(replace(folder.path(), |file| file.write_all(b"x")).is_err());
        assert!(replace(&folder.path().join("no/such"), |file| file.write_all(b"x")).is_err());
    }
}
