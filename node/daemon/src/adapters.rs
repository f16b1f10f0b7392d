//! The adapters this daemon serves: the folder they come from, and which of them a request means.
//!
//! Owns registering what lies in the folder, loading and unloading by request, and the names under which clients ask for an
//! adapter. Refuses to read any file outside the folder, and to know what an adapter computes.
//! Source: vLLM (an adapter is a model with a parent), LoRAX, llama.cpp's server.

use crate::fault::Fault;
use crate::inference::Ready;
use crate::mind::BASE_ID;
use infer::adapter::PoolError;
use infer::{Adapter, AdapterPool, Class};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wire::openai::{AdapterWish, WhichAdapter};

/// What a file of an adapter ends with; a folder is an adapter as PEFT writes it.
const FILE_EXTENSION: &str = "gguf";

/// The adapters, shared between handlers.
#[derive(Debug)]
pub struct Adapters {
    pool: AdapterPool,
    folder: Option<PathBuf>,
}

impl Adapters {
    /// Adapters of one base out of a folder; without one, none can be loaded.
    pub fn new(pool: AdapterPool, folder: Option<PathBuf>) -> Self {
        Adapters { pool, folder }
    }

    /// The adapters by name.
    pub fn pool(&self) -> &AdapterPool {
        &self.pool
    }

    /// Makes everything in the folder known, in the order of file names. What cannot be loaded is skipped; gives one
    /// sentence for each of those.
    pub fn register_all(&self) -> Vec<String> {
        let Some(folder) = &self.folder else { return Vec::new() };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                return vec![format!("the adapters in {} cannot be listed: {error}", folder.display())];
            }
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        paths.iter().filter_map(|path| self.register_one(path)).collect()
    }

    /// Nothing, or why not.
    fn register_one(&self, path: &Path) -> Option<String> {
        let is_file = path.extension().is_some_and(|extension| extension == FILE_EXTENSION) && path.is_file();
        let name = if is_file { path.file_stem() } else { path.file_name() };
        let name = name.map(|name| name.to_string_lossy()).unwrap_or_default();
        if name.starts_with('.') || !(is_file || path.is_dir()) {
            return None;
        }
        if self.pool.knows(&name) {
            return Some(format!("{} is skipped: another adapter is called {name}", path.display()));
        }
        self.pool.register(&name, path).err().map(|error| format!("{} is skipped: {error}", path.display()))
    }

    /// Loads the adapter at a path below the folder under a name. Gives the generation whose place it took.
    ///
    /// # Errors
    /// [`Fault::BadParameter`].
    pub fn load(&self, name: &str, path: &str) -> Result<(Arc<Adapter>, Option<u64>), Fault> {
        let bad = |field: &str, why: String| Fault::BadParameter { field: field.to_owned(), why };
        let path = self.inside(path).map_err(|why| bad("lora_path", why))?;
        let before = self.generation(name);
        let adapter = self.pool.register(name, &path).map_err(|error| match error {
            PoolError::Name { .. } => bad("lora_name", error.to_string()),
            error => bad("lora_path", error.to_string()),
        })?;
        let replaced = before.filter(|generation| *generation != adapter.generation());
        Ok((adapter, replaced))
    }

    /// The real path of what a request names. A link that leads out of the folder is outside.
    fn inside(&self, path: &str) -> Result<PathBuf, String> {
        let Some(folder) = &self.folder else {
            return Err("the daemon has no folder of adapters".to_owned());
        };
        let real = folder.canonicalize().and_then(|folder| {
            let real = folder.join(path).canonicalize()?;
            Ok((real != folder && real.starts_with(&folder)).then_some(real))
        });
        // One answer for what is outside and what is not there: a request must not learn which files exist.
        real.ok().flatten().ok_or_else(|| "there is no such file or folder among the adapters".to_owned())
    }

    /// The generation that has the name.
    fn generation(&self, name: &str) -> Option<u64> {
        self.pool.list().into_iter().find(|status| status.name == name).map(|status| status.generation)
    }
}

/// The adapter that a request means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The field that says so.
    pub(crate) field: String,
    /// Its name.
    pub(crate) name: String,
    /// The only generation that will do.
    pub(crate) generation: Option<u64>,
}

impl Choice {
    /// The adapter itself, read from its files if it is not in memory: not for a runtime's worker.
    ///
    /// # Errors
    /// [`Fault::UnknownAdapter`], [`Fault::OtherGeneration`], [`Fault::AdaptersBusy`] while others' take all memory,
    /// [`Fault::Generation`] when its files broke since.
    pub(crate) fn load(&self, adapters: &Adapters, class: Class) -> Result<Arc<Adapter>, Fault> {
        let found = match class {
            Class::Play => adapters.pool.get_urgent(&self.name),
            Class::Local | Class::Network => adapters.pool.get(&self.name),
        };
        let adapter = found.map_err(|error| match error {
            PoolError::Unknown { .. } => self.unknown(),
            PoolError::Busy { .. } => Fault::AdaptersBusy { why: error.to_string() },
            error => Fault::Generation { why: error.to_string() },
        })?;
        match self.generation {
            Some(expected) if expected != adapter.generation() => Err(Fault::OtherGeneration {
                field: self.field.clone(),
                name: self.name.clone(),
                expected,
                actual: adapter.generation(),
            }),
            _ => Ok(adapter),
        }
    }

    fn unknown(&self) -> Fault {
        if self.field == "model" {
            return Fault::UnknownModel { id: self.name.clone() };
        }
        Fault::UnknownAdapter { field: self.field.clone(), name: self.name.clone() }
    }

    /// The model id that answers carry.
    pub(crate) fn id(&self) -> String {
        format!("{BASE_ID}:{}", self.name)
    }
}

/// Which adapter the model's id and a wish mean together; `None` is the base alone.
///
/// # Errors
/// [`Fault::UnknownModel`], [`Fault::UnknownAdapter`]; [`Fault::BadParameter`] when the two contradict each other.
pub(crate) fn choose(
    ready: &Ready,
    model: &str,
    wish: Option<&AdapterWish>,
) -> Result<Option<Choice>, Fault> {
    let by_model = by_model(ready, model)?;
    let Some(wish) = wish else { return Ok(by_model) };
    let field = wish.field.clone();
    let name = match &wish.which {
        WhichAdapter::Name(name) => name.clone(),
        WhichAdapter::Index(index) => {
            let found = ready.adapters.pool.list().into_iter().nth(*index as usize);
            let unknown = || Fault::UnknownAdapter { field: field.clone(), name: index.to_string() };
            found.ok_or_else(unknown)?.name
        }
    };
    if by_model.is_some_and(|other| other.name != name) {
        let why = format!("`model` names another adapter than {name:?}");
        return Err(Fault::BadParameter { field, why });
    }
    let choice = Choice { field, name, generation: wish.generation };
    if ready.adapters.pool.knows(&choice.name) { Ok(Some(choice)) } else { Err(choice.unknown()) }
}

/// `<an id of the base>`, `<an id of the base>:<adapter>`, or the adapter's bare name.
fn by_model(ready: &Ready, id: &str) -> Result<Option<Choice>, Fault> {
    if ready.ids.has(id) {
        return Ok(None);
    }
    let pool = &ready.adapters.pool;
    let qualified = id.rsplit_once(':').filter(|(base, name)| ready.ids.has(base) && pool.knows(name));
    let name = match qualified {
        Some((_, name)) => name,
        None if pool.knows(id) => id,
        None => return Err(Fault::UnknownModel { id: id.to_owned() }),
    };
    Ok(Some(Choice { field: "model".to_owned(), name: name.to_owned(), generation: None }))
}
