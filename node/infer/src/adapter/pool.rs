//! Owns the adapters that are known by name: loading, sharing, pinning, what stays in memory, and replacing one while
//! others speak. Refuses to know requests: whoever asks for one holds it for as long as it speaks, and an eviction or a
//! replacement takes it from nobody.
//!
//! Known is not loaded: hundreds may be known, and those used latest stay in memory up to a bound of bytes. What was
//! evicted is read again from its files when it is asked for. Content decides the generation: the same bytes come back
//! under the generation they had, so their cached prefixes are good; other bytes are another generation, and a request
//! that began on the old one ends on it.

use super::weights::{Adapter, next_generation};
use super::{AdapterError, AdapterFile, Base};
use kernels::LoraKind;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most adapters known at a time.
pub const ADAPTERS_MAX: usize = 65_536;
/// Longest name, in bytes.
pub const ADAPTER_NAME_BYTES_MAX: usize = 128;

/// The bounds of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdapterConfig {
    /// Most bytes of adapters in memory that nobody speaks through, and of those that are pinned; others in use come on top.
    pub bytes_max: usize,
    /// How weights are kept.
    pub kind: LoraKind,
}

impl Default for AdapterConfig {
    fn default() -> Self {
        AdapterConfig { bytes_max: 1 << 30, kind: LoraKind::Q8 }
    }
}

/// One adapter as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterStatus {
    /// Its name.
    pub name: String,
    /// Its folder or file.
    pub path: PathBuf,
    /// BLAKE3 of its files, 64 hexadecimal digits.
    pub hash: String,
    /// Its generation.
    pub generation: u64,
    /// Its largest rank.
    pub rank: usize,
    /// Bytes in memory; 0 when it is not loaded.
    pub bytes: usize,
    /// Whether it is kept in memory whatever else comes.
    pub pinned: bool,
}

/// Why an adapter is not to be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// Nobody has that name.
    #[error("there is no adapter {name:?}")]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// A name that cannot be one.
    #[error(
        "an adapter's name has 1 to {ADAPTER_NAME_BYTES_MAX} letters, digits, dots, hyphens and underscores, not {name:?}"
    )]
    Name {
        /// The name given.
        name: String,
    },
    /// No more fit.
    #[error("{ADAPTERS_MAX} adapters are known, no more are")]
    Full,
    /// What is pinned would take more than all may.
    #[error(
        "{name:?} cannot be pinned: with it, pinned adapters take {actual} bytes, and at most {max} may be kept"
    )]
    Pinned {
        /// The name given.
        name: String,
        /// Bytes of all that would be pinned.
        actual: usize,
        /// [`AdapterConfig::bytes_max`].
        max: usize,
    },
    /// Its files were refused.
    #[error("the adapter {name:?} cannot be loaded: {source}")]
    Load {
        /// Its name.
        name: String,
        /// Why.
        source: AdapterError,
    },
}

#[derive(Debug)]
struct Entry {
    path: PathBuf,
    hash: String,
    generation: u64,
    rank: usize,
    /// Bytes in memory when loaded.
    bytes: usize,
    loaded: Option<Arc<Adapter>>,
    /// When it was last asked for, by the pool's own count.
    used_at: u64,
    pinned: bool,
    /// Which registration gave it its files: what a reload read for an earlier one comes too late.
    registration: u64,
}

#[derive(Debug, Default)]
struct State {
    entries: BTreeMap<String, Entry>,
    asked: u64,
    loads: u64,
    evictions: u64,
}

/// Adapters by name for one base. Shared by reference between threads; loading holds up nobody who asks for another.
#[derive(Debug)]
pub struct AdapterPool {
    base: Base,
    config: AdapterConfig,
    state: Mutex<State>,
}

impl AdapterPool {
    /// A pool for one base.
    pub fn new(base: Base, config: AdapterConfig) -> AdapterPool {
        AdapterPool { base, config, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change below leaves the state whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads an adapter (a PEFT folder or a GGUF file), checks it, and makes it known under `name`; it is loaded
    /// afterwards. A name that is known already is given the new content from now on.
    ///
    /// # Errors
    /// [`PoolError`]; what was known before stays as it was.
    pub fn register(&self, name: &str, path: &Path) -> Result<Arc<Adapter>, PoolError> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if name.is_empty() || name.len() > ADAPTER_NAME_BYTES_MAX || !name.bytes().all(is_letter) {
            return Err(PoolError::Name { name: name.chars().take(ADAPTER_NAME_BYTES_MAX).collect() });
        }
        {
            let state = self.state();
            if !state.entries.contains_key(name) && state.entries.len() >= ADAPTERS_MAX {
                return Err(PoolError::Full);
            }
        }
        let adapter = self.read(name, path)?;
        let mut state = self.state();
        let registration = state.asked + 1;
        self.install(&mut state, path, &adapter, registration);
        Ok(adapter)
    }

    /// The adapter of that name, read again from its files if it was evicted.
    ///
    /// # Errors
    /// `Unknown`, `Load`.
    pub fn get(&self, name: &str) -> Result<Arc<Adapter>, PoolError> {
        // A round is repeated only where another thread registered the name meanwhile.
        loop {
            let (path, registration) = {
                let mut state = self.state();
                state.asked += 1;
                let now = state.asked;
                let Some(entry) = state.entries.get_mut(name) else {
                    return Err(PoolError::Unknown {
                        name: name.chars().take(ADAPTER_NAME_BYTES_MAX).collect(),
                    });
                };
                entry.used_at = now;
                if let Some(adapter) = &entry.loaded {
                    return Ok(adapter.clone());
                }
                (entry.path.clone(), entry.registration)
            };
            let read = self.read(name, &path);
            let mut state = self.state();
            // What was read for a registration that is no longer in force comes too late, and so does its error: the name
            // was given other files meanwhile, or removed.
            if state.entries.get(name).is_some_and(|entry| entry.registration == registration) {
                let adapter = read?;
                self.install(&mut state, &path, &adapter, registration);
                return Ok(adapter);
            }
        }
    }

    /// Reads the files without holding the lock; under the generation that the name has, where the content is the same.
    fn read(&self, name: &str, path: &Path) -> Result<Arc<Adapter>, PoolError> {
        let failed = |source| PoolError::Load { name: name.to_owned(), source };
        let file = AdapterFile::load(path, &self.base).map_err(failed)?;
        let generation = {
            let state = self.state();
            let known = state.entries.get(name).filter(|entry| entry.hash == file.bytes_hash);
            known.map_or_else(next_generation, |entry| entry.generation)
        };
        let adapter = Adapter::new(name, generation, &file, &self.base.dimensions, self.config.kind);
        Ok(Arc::new(adapter.map_err(failed)?))
    }

    /// Bytes of what is pinned, loaded or not, without one name.
    fn pinned_bytes(state: &State, without: &str) -> usize {
        let pinned = state.entries.iter().filter(|(name, entry)| entry.pinned && *name != without);
        pinned.map(|(_, entry)| entry.bytes).sum()
    }

    /// Puts what was read in place. A name stays pinned as long as that fits: its new content may be larger.
    fn install(&self, state: &mut State, path: &Path, adapter: &Arc<Adapter>, registration: u64) {
        state.asked += 1;
        state.loads += 1;
        let entry = Entry {
            path: path.to_owned(),
            hash: adapter.hash().to_owned(),
            generation: adapter.generation(),
            rank: adapter.rank(),
            bytes: adapter.bytes(),
            loaded: Some(adapter.clone()),
            used_at: state.asked,
            pinned: state.entries.get(adapter.name()).is_some_and(|entry| entry.pinned)
                && Self::pinned_bytes(state, adapter.name()) + adapter.bytes() <= self.config.bytes_max,
            registration,
        };
        state.entries.insert(adapter.name().to_owned(), entry);
        self.make_room(state);
    }

    /// Lets go of what nobody speaks through, what was not used for longest first, until the rest fits.
    fn make_room(&self, state: &mut State) {
        let idle = |entry: &Entry| {
            let adapter = entry.loaded.as_ref()?;
            (!entry.pinned && Arc::strong_count(adapter) == 1).then_some(adapter.bytes())
        };
        let of_idle: usize = state.entries.values().filter_map(idle).sum();
        let mut held = of_idle + Self::pinned_bytes(state, "");
        while held > self.config.bytes_max {
            let oldest = state.entries.iter_mut().filter(|(_, entry)| idle(entry).is_some());
            let Some((_, entry)) = oldest.min_by_key(|(_, entry)| entry.used_at) else { return };
            held -= idle(entry).unwrap_or(0);
            entry.loaded = None;
            state.evictions += 1;
        }
    }

    /// Forgets a name. Who speaks through it goes on. Gives its generation, whose cached prefixes are of no more use.
    ///
    /// # Errors
    /// `Unknown`.
    pub fn remove(&self, name: &str) -> Result<u64, PoolError> {
        let removed = self.state().entries.remove(name);
        removed
            .map(|entry| entry.generation)
            .ok_or_else(|| PoolError::Unknown { name: name.chars().take(ADAPTER_NAME_BYTES_MAX).collect() })
    }

    /// Keeps an adapter in memory whatever else comes, or no longer.
    ///
    /// # Errors
    /// `Unknown`; `Pinned`, where all that is pinned would take more than `bytes_max`. Nothing changes then.
    pub fn pin(&self, name: &str, pinned: bool) -> Result<(), PoolError> {
        let mut state = self.state();
        let (of_others, max) = (Self::pinned_bytes(&state, name), self.config.bytes_max);
        let Some(entry) = state.entries.get_mut(name) else {
            return Err(PoolError::Unknown { name: name.chars().take(ADAPTER_NAME_BYTES_MAX).collect() });
        };
        let actual = of_others + entry.bytes;
        if pinned && actual > max {
            return Err(PoolError::Pinned { name: name.to_owned(), actual, max });
        }
        entry.pinned = pinned;
        self.make_room(&mut state);
        Ok(())
    }

    /// Whether anyone has that name.
    pub fn knows(&self, name: &str) -> bool {
        self.state().entries.contains_key(name)
    }

    /// All that are known, by name.
    pub fn list(&self) -> Vec<AdapterStatus> {
        let status = |(name, entry): (&String, &Entry)| AdapterStatus {
            name: name.clone(),
            path: entry.path.clone(),
            hash: entry.hash.clone(),
            generation: entry.generation,
            rank: entry.rank,
            bytes: entry.loaded.as_ref().map_or(0, |adapter| adapter.bytes()),
            pinned: entry.pinned,
        };
        self.state().entries.iter().map(status).collect()
    }

    /// Loads and evictions since the start.
    pub fn counts(&self) -> (u64, u64) {
        let state = self.state();
        (state.loads, state.evictions)
    }
}
