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
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Most adapters known at a time.
pub const ADAPTERS_MAX: usize = 65_536;
/// Longest name, in bytes.
pub const ADAPTER_NAME_BYTES_MAX: usize = 128;
/// Most bytes of adapters in use, where [`AdapterConfig::bytes_max`] is less: a small pool still serves several at a time.
pub const IN_USE_BYTES_MAX: usize = 1 << 30;

/// The bounds of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdapterConfig {
    /// Most bytes of adapters in memory that nobody speaks through, and of those that are pinned. Those in use come on top,
    /// with what was replaced or removed meanwhile: they may take as much again, or [`IN_USE_BYTES_MAX`] where that is more,
    /// before no other is read for a request, nor stays in memory after it was registered.
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
    /// There is no room for one more beside those in use; it may be asked for again later.
    #[error(
        "the adapter {name:?} is not read now: the adapters in use take all the memory they may; try again when some of \
         their answers have ended"
    )]
    Busy {
        /// Its name.
        name: String,
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
    /// What no entry holds any more, and somebody may still speak through.
    retired: Vec<Weak<Adapter>>,
    /// Those that are being read for a request: their bytes, and how many threads read them.
    reading: BTreeMap<String, (usize, usize)>,
}

impl State {
    /// Bytes of what somebody speaks through, whether it still has its name or not.
    fn in_use_bytes(&self) -> usize {
        let loaded = self.entries.values().filter_map(|entry| entry.loaded.as_ref());
        let spoken = loaded.filter(|adapter| Arc::strong_count(adapter) > 1).map(|adapter| adapter.bytes());
        let retired = self.retired.iter().filter_map(Weak::upgrade).map(|adapter| adapter.bytes());
        spoken.chain(retired).sum()
    }

    /// Lets go of what an entry held.
    fn retire(&mut self, loaded: Option<Arc<Adapter>>) {
        self.retired.retain(|adapter| adapter.strong_count() > 0);
        let spoken = loaded.filter(|adapter| Arc::strong_count(adapter) > 1);
        self.retired.extend(spoken.map(|adapter| Arc::downgrade(&adapter)));
    }
}

/// An adapter that counts as in use while its files are read; until this is dropped, with the lock not held.
struct Reading<'a> {
    pool: &'a AdapterPool,
    name: &'a str,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        if let Some((_, readers)) = state.reading.get_mut(self.name) {
            *readers -= 1;
            if *readers == 0 {
                state.reading.remove(self.name);
            }
        }
    }
}

/// Adapters by name for one base. Shared by reference between threads; loading holds up nobody who asks for another.
#[derive(Debug)]
pub struct AdapterPool {
    base: Base,
    config: AdapterConfig,
    /// Most bytes in use before another is read.
    in_use_max: usize,
    state: Mutex<State>,
}

impl AdapterPool {
    /// A pool for one base.
    pub fn new(base: Base, config: AdapterConfig) -> AdapterPool {
        let in_use_max = config.bytes_max.max(IN_USE_BYTES_MAX);
        AdapterPool { base, config, in_use_max, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change below leaves the state whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads an adapter (a PEFT folder or a GGUF file), checks it, and makes it known under `name`; it is loaded
    /// afterwards, unless those in use leave no room. A name that is known already is given the new content from now on.
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
        // The same content again takes no more room: what is in memory serves on.
        let known = state.entries.get(name).filter(|entry| entry.hash == adapter.hash());
        let held = known.and_then(|entry| entry.loaded.clone());
        let is_new = held.is_none();
        let adapter = held.unwrap_or(adapter);
        self.install(&mut state, path, &adapter, registration);
        // With this one, which is in our own hands.
        if is_new
            && state.in_use_bytes() > self.in_use_max
            && let Some(entry) = state.entries.get_mut(name).filter(|entry| !entry.pinned)
        {
            let loaded = entry.loaded.take();
            state.retire(loaded);
        }
        Ok(adapter)
    }

    /// The adapter of that name, read again from its files if it was evicted.
    ///
    /// # Errors
    /// `Unknown`, `Busy`, `Load`.
    pub fn get(&self, name: &str) -> Result<Arc<Adapter>, PoolError> {
        self.get_within(name, self.in_use_max)
    }

    /// [`AdapterPool::get`] for what must not wait behind others: there is a quarter more room, which nobody else takes.
    ///
    /// # Errors
    /// As [`AdapterPool::get`].
    pub fn get_urgent(&self, name: &str) -> Result<Arc<Adapter>, PoolError> {
        self.get_within(name, self.in_use_max.saturating_add(self.in_use_max / 4))
    }

    fn get_within(&self, name: &str, in_use_max: usize) -> Result<Arc<Adapter>, PoolError> {
        // A round is repeated only where another thread registered the name meanwhile.
        loop {
            let (path, registration, _reading) = {
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
                let (path, registration, bytes) = (entry.path.clone(), entry.registration, entry.bytes);
                // What is pinned has its room already.
                let in_use_max = if entry.pinned { usize::MAX } else { in_use_max };
                (path, registration, self.begin_reading(&mut state, name, bytes, in_use_max)?)
            };
            let read = self.read(name, &path);
            // `_reading` counts until the end of the round, after the lock was let go.
            let mut state = self.state();
            // Another thread may have read the same meanwhile: one copy is enough.
            let known = state.entries.get(name).filter(|entry| entry.registration == registration);
            if let Some(adapter) = known.and_then(|entry| entry.loaded.clone()) {
                return Ok(adapter);
            }
            // What was read for a registration that is no longer in force comes too late, and so does its error: the name
            // was given other files meanwhile, or removed.
            if state.entries.get(name).is_some_and(|entry| entry.registration == registration) {
                let adapter = read?;
                self.install(&mut state, &path, &adapter, registration);
                return Ok(adapter);
            }
        }
    }

    /// Takes room for an adapter that is not loaded beside those that somebody speaks through, and those being read.
    fn begin_reading<'a>(
        &'a self,
        state: &mut State,
        name: &'a str,
        bytes: usize,
        in_use_max: usize,
    ) -> Result<Reading<'a>, PoolError> {
        let in_use = state.in_use_bytes();
        let reading: usize =
            state.reading.iter().filter(|(other, _)| *other != name).map(|(_, (bytes, _))| bytes).sum();
        if in_use.saturating_add(reading).saturating_add(bytes) > in_use_max {
            return Err(PoolError::Busy { name: name.to_owned() });
        }
        state.reading.entry(name.to_owned()).or_insert((bytes, 0)).1 += 1;
        Ok(Reading { pool: self, name })
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
        if let Some(replaced) = state.entries.insert(adapter.name().to_owned(), entry) {
            state.retire(replaced.loaded.filter(|old| !Arc::ptr_eq(old, adapter)));
        }
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
        let mut state = self.state();
        let Some(entry) = state.entries.remove(name) else {
            return Err(PoolError::Unknown { name: name.chars().take(ADAPTER_NAME_BYTES_MAX).collect() });
        };
        let generation = entry.generation;
        state.retire(entry.loaded);
        Ok(generation)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::tests::base;
    use crate::fixtures::Peft;

    #[test]
    fn what_is_in_use_has_a_bound() {
        let folder = tempfile::tempdir().unwrap();
        Peft::new(4).write(folder.path()).unwrap();
        // Nobody stays who is not spoken through.
        let pool = AdapterPool::new(base(true), AdapterConfig { bytes_max: 0, ..AdapterConfig::default() });
        ["agnes", "bram", "clara"].iter().for_each(|name| drop(pool.register(name, folder.path()).unwrap()));
        let bram = pool.get("bram").unwrap();
        let agnes = |bytes| pool.state().entries.get_mut("agnes").unwrap().bytes = bytes;
        // As if it had been so large when it was last read.
        agnes(IN_USE_BYTES_MAX - bram.bytes() + 1);
        let error = pool.get("agnes").unwrap_err();
        assert!(matches!(&error, PoolError::Busy { name } if name == "agnes"), "{error}");
        // Others that fit are read, and one that is loaded is given to anybody.
        assert_eq!(pool.get("clara").unwrap().name(), "clara");
        assert_eq!(pool.get("bram").unwrap().name(), "bram");
        assert_eq!(pool.get_urgent("agnes").unwrap().name(), "agnes", "there is a reserve");
        drop(pool.get("clara").unwrap());
        agnes(IN_USE_BYTES_MAX);
        drop(bram);
        assert_eq!(pool.get("agnes").unwrap().name(), "agnes", "it fits alone");
        assert!(pool.state().reading.is_empty(), "what was read counts no longer");
    }

    #[test]
    fn what_lost_its_name_counts_while_somebody_speaks_through_it() {
        let folder = tempfile::tempdir().unwrap();
        Peft::new(4).write(folder.path()).unwrap();
        let mut pool =
            AdapterPool::new(base(true), AdapterConfig { bytes_max: 0, ..AdapterConfig::default() });
        let one = pool.register("agnes", folder.path()).unwrap().bytes();
        pool.in_use_max = 3 * one;
        let register = |name| pool.register(name, folder.path()).unwrap();
        let (agnes, bram) = (pool.get("agnes").unwrap(), register("bram"));
        pool.remove("agnes").unwrap();
        assert!(Arc::ptr_eq(&bram, &register("bram")), "the same content is not read into memory twice");
        assert_eq!(pool.state().in_use_bytes(), 2 * one);
        let mut other = Peft::new(4);
        other.config["lora_alpha"] = 2.into();
        other.write(folder.path()).unwrap();
        let again = register("bram");
        assert_eq!(
            pool.state().in_use_bytes(),
            3 * one,
            "without a name, before its replacement, and after it"
        );
        // There is no room for a fourth: it is known, and asked for it is busy.
        let clara = register("clara");
        assert!(pool.state().entries["clara"].loaded.is_none());
        assert_eq!(pool.state().in_use_bytes(), 4 * one, "who registered it may speak through it");
        drop(clara);
        assert!(matches!(pool.get("clara"), Err(PoolError::Busy { .. })));
        assert!(Arc::ptr_eq(&again, &register("bram")), "who is in use stays");
        pool.state().entries.get_mut("clara").unwrap().pinned = true;
        assert_eq!(pool.get("clara").unwrap().name(), "clara", "what is pinned has its room");
        pool.remove("clara").unwrap();
        drop(register("clara"));
        drop(agnes);
        let clara = pool.get("clara").unwrap();
        drop((bram, again, clara));
        assert_eq!(pool.state().in_use_bytes(), 0);
        drop(register("bram"));
        assert!(pool.state().retired.is_empty(), "what nobody speaks through is forgotten");
    }

    #[test]
    fn what_is_being_read_counts_until_it_was_read() {
        let folder = tempfile::tempdir().unwrap();
        Peft::new(4).write(folder.path()).unwrap();
        let pool = AdapterPool::new(base(true), AdapterConfig { bytes_max: 0, ..AdapterConfig::default() });
        ["agnes", "bram"].iter().for_each(|name| drop(pool.register(name, folder.path()).unwrap()));
        // Another thread reads one that takes all the room.
        let read = |name| pool.begin_reading(&mut pool.state(), name, IN_USE_BYTES_MAX, IN_USE_BYTES_MAX);
        let other = read("clara").unwrap();
        assert!(matches!(pool.get("agnes"), Err(PoolError::Busy { .. })));
        let again = read("clara").unwrap();
        drop(other);
        assert!(matches!(pool.get("agnes"), Err(PoolError::Busy { .. })), "one still reads it");
        drop(again);
        assert!(pool.get("agnes").is_ok());
        // A file that went away leaves nothing taken.
        std::fs::remove_file(folder.path().join("adapter_config.json")).unwrap();
        assert!(matches!(pool.get("bram"), Err(PoolError::Load { .. })));
        assert!(pool.state().reading.is_empty());
    }
}
