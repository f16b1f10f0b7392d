//! Saves on disk: slots, their pictures, an autosave ring, and writing that cannot lose what was there.
//!
//! Owns: where saves lie and how they are written. Refuses to know: what is in them (`engine_sim::snapshot::save`).

use crate::plain::plain;
use engine_sim::library::Library;
use engine_sim::replay::{self, VerifyError};
use engine_sim::snapshot::save::{SAVE_BYTES_MAX, Save};
use engine_sim::world::World;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How saves end.
pub const EXTENSION: &str = "ember";
/// Autosaves kept, oldest replaced first.
pub const AUTOSAVES: u32 = 5;
/// How the picture beside a save ends.
const PICTURE_EXTENSION: &str = "png";
/// Width and height of a save's picture, in pixels.
pub const PICTURE_PX: (u32, u32) = (320, 180);
/// Largest picture of a save, in bytes.
pub const PICTURE_BYTES_MAX: usize = 256 << 10;
/// Longest name of a slot, in characters.
pub const SLOT_CHARS_MAX: usize = 40;

/// Why a save could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SavesError {
    /// The disk says no.
    #[error("{path}: {source}")]
    Disk {
        /// The file or folder.
        path: String,
        /// The system's words.
        source: std::io::Error,
    },
    /// It cannot be played.
    #[error("{path}: {source}")]
    Save {
        /// The file.
        path: String,
        /// The engine's words.
        source: VerifyError,
    },
    /// A slot's name that would be no plain file name.
    #[error("\"{0}\" is no name for a save: use letters, digits, spaces, - and _, at most {SLOT_CHARS_MAX}")]
    Name(String),
}

/// The data directory of game, node and model fetch alike, by one rule: `--data-dir`, else `EMBERD_DATA_DIR`, else
/// `$XDG_DATA_HOME/emberwick`, else `~/.local/share/emberwick`. Models lie in its folder `models`.
pub fn data_dir(given: Option<PathBuf>) -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let xdg = || variable("XDG_DATA_HOME").filter(|p| p.is_absolute()).map(|p| p.join(wire::DATA_DIR_NAME));
    let home = || variable("HOME").map(|p| p.join(".local/share").join(wire::DATA_DIR_NAME));
    given
        .or_else(|| variable(wire::DATA_DIR_VARIABLE))
        .or_else(xdg)
        .or_else(home)
        .unwrap_or_else(|| ".emberwick".into())
}

/// Whether a name is a plain one, which leads nowhere else on the disk.
pub fn is_slot_name(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    !name.is_empty() && name.chars().count() <= SLOT_CHARS_MAX && name.chars().all(plain)
}

/// The folder of saves.
#[derive(Debug, Clone)]
pub struct Saves {
    dir: PathBuf,
}

/// One save in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name, as it can be shown.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// When it was written, seconds since 1970.
    pub written_s: u64,
}

impl Saves {
    /// The folder inside a data directory.
    pub fn in_dir(data_dir: &Path) -> Saves {
        Saves { dir: data_dir.join("saves") }
    }

    /// The file of a slot.
    ///
    /// # Errors
    /// [`SavesError::Name`].
    pub fn path(&self, name: &str) -> Result<PathBuf, SavesError> {
        let name = name.trim();
        if !is_slot_name(name) {
            return Err(SavesError::Name(name.to_string()));
        }
        Ok(self.dir.join(format!("{name}.{EXTENSION}")))
    }

    /// Every save, newest first.
    pub fn list(&self) -> Vec<Slot> {
        let Ok(entries) = fs::read_dir(&self.dir) else { return Vec::new() };
        let mut slots: Vec<Slot> = entries
            .flatten()
            .filter_map(|entry| {
                let path = entry.path();
                let name = plain(path.file_stem()?.to_str()?);
                let modified = entry.metadata().ok()?.modified().ok()?;
                let written_s = modified.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
                (path.extension()? == EXTENSION).then_some(Slot { name, path, written_s })
            })
            .collect();
        slots.sort_by(|a, b| b.written_s.cmp(&a.written_s).then_with(|| a.name.cmp(&b.name)));
        slots
    }

    /// Writes a game into a slot.
    ///
    /// # Errors
    /// [`SavesError`]; what the slot held before is still there.
    pub fn write(&self, world: &World<'_>, name: &str, model: Option<String>) -> Result<PathBuf, SavesError> {
        let path = self.path(name)?;
        write_save(&path, world, name, model)?;
        // The picture showed another game, or another moment.
        let _gone_or_kept = fs::remove_file(picture_path(&path));
        Ok(path)
    }

    /// Deletes a listed save with its picture, for good. One that is gone already is fine.
    ///
    /// # Errors
    /// [`SavesError::Disk`].
    pub fn delete(&self, slot: &Slot) -> Result<(), SavesError> {
        match fs::remove_file(&slot.path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(SavesError::Disk { path: slot.path.display().to_string(), source })
            }
            _ => {
                let _gone_or_kept = fs::remove_file(picture_path(&slot.path));
                Ok(())
            }
        }
    }

    /// Writes the next autosave of the ring: a place that is free, else that of the oldest.
    ///
    /// # Errors
    /// [`SavesError`].
    pub fn autosave(&self, world: &World<'_>, model: Option<String>) -> Result<PathBuf, SavesError> {
        // To the last digit of the clock: talks may end within one second.
        let written = |name: &String| -> Option<SystemTime> {
            fs::metadata(self.path(name).ok()?).ok()?.modified().ok()
        };
        let ring = (1..=AUTOSAVES).map(|n| format!("autosave {n}"));
        let oldest = ring.min_by_key(written).unwrap_or_else(|| "autosave 1".to_string());
        self.write(world, &oldest, model)
    }
}

/// Where the picture of a save lies.
fn picture_path(save: &Path) -> PathBuf {
    save.with_extension(PICTURE_EXTENSION)
}

/// Puts a picture beside a save that is still there: whole or not at all.
///
/// # Errors
/// The system's, or that the picture is too large or its save is gone.
pub fn write_picture(save: &Path, png: &[u8]) -> std::io::Result<()> {
    use std::io::{Error, ErrorKind};
    if png.len() > PICTURE_BYTES_MAX {
        let why = format!("the picture has {} bytes; the most is {PICTURE_BYTES_MAX}", png.len());
        return Err(Error::new(ErrorKind::InvalidInput, why));
    }
    let path = picture_path(save);
    let beside = path.with_extension("png.part");
    let written = fs::write(&beside, png).and_then(|()| {
        if !save.is_file() {
            return Err(Error::new(ErrorKind::NotFound, "its save is gone"));
        }
        fs::rename(&beside, path)
    });
    if written.is_err() {
        let _gone_or_kept = fs::remove_file(&beside);
    }
    written
}

/// Reads the picture beside a save, never more than one may have; `None` where there is none.
pub fn read_picture(save: &Path) -> Option<Vec<u8>> {
    let mut png = Vec::new();
    let file = File::open(picture_path(save)).ok()?;
    file.take(PICTURE_BYTES_MAX as u64 + 1).read_to_end(&mut png).ok()?;
    (png.len() <= PICTURE_BYTES_MAX).then_some(png)
}

/// Writes a save: beside it first, then in its place, so that a crash leaves the old one or the new one.
///
/// `model` is the pin of the mind: the hash of the model that spoke last in this game, or, while none has spoken, of the one
/// that was ready; a game that goes on from a save keeps that save's pin until then. `None` means that no mind was ever
/// there, in this game or in the saves it went on from. It does not depend on whether the node is there at the moment of
/// saving, and nothing is replayed with it.
///
/// # Errors
/// [`SavesError`].
pub fn write_save(
    path: &Path,
    world: &World<'_>,
    title: &str,
    model: Option<String>,
) -> Result<(), SavesError> {
    let disk = |source| SavesError::Disk { path: path.display().to_string(), source };
    let save: Save = replay::save(world, title, model);
    let bytes =
        save.encode().map_err(|e| SavesError::Save { path: path.display().to_string(), source: e.into() })?;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(disk)?;
    }
    let beside = path.with_extension("part");
    let mut file = File::create(&beside).map_err(disk)?;
    file.write_all(&bytes).map_err(disk)?;
    file.sync_all().map_err(disk)?;
    fs::rename(&beside, path).map_err(disk)
}

/// Reads a file that should be a save, never more than a save may have.
///
/// # Errors
/// [`SavesError::Disk`].
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, SavesError> {
    let disk = |source| SavesError::Disk { path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(disk)?;
    file.take(SAVE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(disk)?;
    Ok(bytes)
}

/// Loads a save to play on; it is replayed, not believed.
///
/// # Errors
/// [`SavesError`].
pub fn load<'a>(library: &'a Library, path: &Path) -> Result<World<'a>, SavesError> {
    Ok(load_pinned(library, path)?.0)
}

/// As [`load`], with the model that the save is pinned to.
///
/// # Errors
/// [`SavesError`].
pub fn load_pinned<'a>(library: &'a Library, path: &Path) -> Result<(World<'a>, Option<String>), SavesError> {
    let refused = |source| SavesError::Save { path: path.display().to_string(), source };
    let bytes = read_bytes(path)?;
    let world = replay::load(library, &bytes).map_err(refused)?;
    let save = Save::decode(&bytes).map_err(|error| refused(error.into()))?;
    Ok((world, save.pins.model))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::cases::Difficulty;
    use engine_sim::world::Setup;
    use engine_sim::world::event::Command;
    use std::time::Duration;

    const SETUP: Setup = Setup { seed: 7, level: Difficulty::Normal };

    /// A ring whose saves are a minute apart, whatever the machine's clock does.
    fn autosave_at(saves: &Saves, world: &World<'_>, minute: u64) -> String {
        let path = saves.autosave(world, None).unwrap();
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * minute);
        File::options().write(true).open(&path).unwrap().set_modified(at).unwrap();
        path.file_stem().unwrap().to_str().unwrap().to_string()
    }

    #[test]
    fn five_autosaves_are_kept_and_the_oldest_makes_room() {
        let (library, folder) = (Library::shipped().unwrap(), tempfile::tempdir().unwrap());
        let saves = Saves::in_dir(folder.path());
        let mut world = World::new(&library, SETUP).unwrap();
        for minute in 0..u64::from(AUTOSAVES) {
            assert_eq!(autosave_at(&saves, &world, minute), format!("autosave {}", minute + 1));
        }
        world.apply(Command::Wait { minutes: 5 }).unwrap();
        assert_eq!(autosave_at(&saves, &world, 10), "autosave 1");
        assert_eq!(autosave_at(&saves, &world, 11), "autosave 2");
        let names: Vec<String> = saves.list().into_iter().map(|slot| slot.name).collect();
        assert_eq!(names, [2, 1, 5, 4, 3].map(|n| format!("autosave {n}")), "newest first");
        let newest = load(&library, &saves.list()[0].path).unwrap();
        assert_eq!(newest.hash(), world.hash());
        // One that was deleted is free.
        saves.delete(&saves.list()[2]).unwrap();
        assert_eq!(autosave_at(&saves, &world, 12), "autosave 5");
    }

    #[test]
    fn a_picture_goes_with_its_save() {
        let (library, folder) = (Library::shipped().unwrap(), tempfile::tempdir().unwrap());
        let saves = Saves::in_dir(folder.path());
        let world = World::new(&library, SETUP).unwrap();
        let path = saves.write(&world, "noon", None).unwrap();
        assert_eq!(read_picture(&path), None);
        write_picture(&path, b"pixels").unwrap();
        assert_eq!(read_picture(&path).as_deref(), Some(&b"pixels"[..]));
        assert_eq!(saves.list().len(), 1, "a picture is no save");
        saves.write(&world, "noon", None).unwrap();
        assert_eq!(read_picture(&path), None, "it showed what the slot held before");
        write_picture(&path, b"pixels").unwrap();
        saves.delete(&saves.list()[0]).unwrap();
        assert!(fs::read_dir(folder.path().join("saves")).unwrap().next().is_none(), "something is left");
        write_picture(&path, b"pixels").unwrap_err();
        assert!(fs::read_dir(folder.path().join("saves")).unwrap().next().is_none(), "a picture of nothing");
    }

    #[test]
    fn a_picture_has_a_largest_size() {
        let folder = tempfile::tempdir().unwrap();
        let save = folder.path().join("noon.ember");
        fs::write(&save, b"").unwrap();
        write_picture(&save, &vec![0; PICTURE_BYTES_MAX + 1]).unwrap_err();
        fs::write(picture_path(&save), vec![0; PICTURE_BYTES_MAX + 1]).unwrap();
        assert_eq!(read_picture(&save), None);
        write_picture(&save, &vec![0; PICTURE_BYTES_MAX]).unwrap();
        assert_eq!(read_picture(&save).map(|png| png.len()), Some(PICTURE_BYTES_MAX));
    }
}
