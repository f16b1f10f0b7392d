//! Saves on disk: slots, an autosave ring, and writing that cannot lose what was there.
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

/// How saves end.
pub const EXTENSION: &str = "ember";
/// Autosaves kept, oldest replaced first.
pub const AUTOSAVES: u32 = 3;
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
        Ok(path)
    }

    /// Deletes a listed save, for good. One that is gone already is fine.
    ///
    /// # Errors
    /// [`SavesError::Disk`].
    pub fn delete(&self, slot: &Slot) -> Result<(), SavesError> {
        match fs::remove_file(&slot.path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(SavesError::Disk { path: slot.path.display().to_string(), source })
            }
            _ => Ok(()),
        }
    }

    /// Writes the next autosave of the ring.
    ///
    /// # Errors
    /// [`SavesError`].
    pub fn autosave(&self, world: &World<'_>, model: Option<String>) -> Result<PathBuf, SavesError> {
        let ring: Vec<String> = (1..=AUTOSAVES).map(|n| format!("autosave {n}")).collect();
        let listed = self.list();
        let age =
            |name: &String| listed.iter().find(|slot| &slot.name == name).map_or(0, |slot| slot.written_s);
        let oldest =
            ring.iter().min_by_key(|name| age(name)).cloned().unwrap_or_else(|| "autosave 1".to_string());
        self.write(world, &oldest, model)
    }
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
