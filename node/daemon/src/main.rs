//! `emberd`: takes its place, opens the door, loads the model behind it, and leaves in order when told to.
//!
//! Owns the order of starting and stopping, and the exit codes. Refuses to know anything a module can know.
//! Exit codes: 0 stopped in order, 1 something broke, 2 wrong settings, 3 already running, 4 the port is taken.

use anyhow::Context;
use clap::Parser;
use daemon::adapters::Adapters;
use daemon::config::{self, Args, CONFIG_FILE, Config};
use daemon::inference::{Compute, Inference, Loaded};
use daemon::metrics::Metrics;
use daemon::mind::{Mind, ModelIds};
use daemon::place::{self, Place, PlaceError};
use daemon::serve::{self, Drained};
use daemon::token::Token;
use daemon::{App, BLOCKING_THREADS_MAX, Bounds};
use infer::{
    AdapterConfig, AdapterPool, CpuBackend, CpuConfig, Engine, EngineConfig, LoadOptions, Model, PackedCache,
};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use wire::ember::Whereabouts;

const EXIT_BROKEN: u8 = 1;
const EXIT_SETTINGS: u8 = 2;
const EXIT_RUNNING: u8 = 3;
const EXIT_PORT: u8 = 4;
/// Threads that serve sockets. They wait far more than they work.
const WORKER_THREADS: usize = 2;
/// How long what still computes may hold up the exit.
const EXIT_TIME_MAX: Duration = Duration::from_secs(1);
/// Largest settings file in bytes.
const CONFIG_BYTES_MAX: u64 = 64 * 1024;

/// An end with a code of its own.
struct Ending {
    code: u8,
    error: anyhow::Error,
}

impl From<anyhow::Error> for Ending {
    fn from(error: anyhow::Error) -> Self {
        Ending { code: EXIT_BROKEN, error }
    }
}

fn with_code(code: u8) -> impl Fn(anyhow::Error) -> Ending {
    move |error| Ending { code, error }
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ending { code, error }) => {
            eprintln!("emberd: {error:#}");
            ExitCode::from(code)
        }
    }
}

fn run(args: &Args) -> Result<(), Ending> {
    let settings = with_code(EXIT_SETTINGS);
    let data_dir =
        config::data_dir(args, |name| std::env::var_os(name)).map_err(|error| settings(error.into()))?;
    let text = read_settings(&data_dir).map_err(&settings)?;
    let config = config::resolve(args, text.as_deref()).map_err(|error| settings(error.into()))?;
    // Before there is any other thread: those to come inherit it.
    #[cfg(unix)]
    if let Some(steps) = i32::try_from(config.nice).ok().filter(|steps| *steps > 0) {
        rustix::process::nice(steps).context("the system keeps its priority")?;
    }
    #[cfg(unix)]
    serve::make_room();
    let place = Place::take(&data_dir).map_err(|error| {
        let is_taken = matches!(error, PlaceError::Taken { .. });
        with_code(if is_taken { EXIT_RUNNING } else { EXIT_BROKEN })(error.into())
    })?;
    let token = Token::from_dir(&data_dir).map_err(anyhow::Error::from)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKER_THREADS)
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .enable_all()
        .build()
        .context("the system gave no threads")?;
    let result = runtime.block_on(serve_until_told(&config, &data_dir, &place, token));
    runtime.shutdown_timeout(EXIT_TIME_MAX);
    result
}

fn read_settings(data_dir: &Path) -> anyhow::Result<Option<String>> {
    let path = data_dir.join(CONFIG_FILE);
    match std::fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        Ok(meta) if meta.len() > CONFIG_BYTES_MAX => {
            anyhow::bail!("{} is larger than {CONFIG_BYTES_MAX} bytes", path.display());
        }
        Ok(_) => {}
    }
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Some(text))
}

async fn serve_until_told(
    config: &Config,
    data_dir: &Path,
    place: &Place,
    token: Token,
) -> Result<(), Ending> {
    // Before anything is announced, so that a signal right after the announcement already finds us listening for it.
    let stop = stop_signal().context("signals cannot be watched")?;
    let listener = serve::bind(config.port).await.map_err(|error| {
        let what = format!("port {} on {} cannot be used", config.port, config::HOST);
        let code = if error.kind() == std::io::ErrorKind::AddrInUse { EXIT_PORT } else { EXIT_BROKEN };
        with_code(code)(anyhow::Error::from(error).context(what))
    })?;
    let port = listener.local_addr().context("the socket has no address")?.port();
    let metrics = Arc::new(Metrics::default());
    let load = loader(config, data_dir);
    let (inference, _thread) =
        Inference::spawn(load, Arc::clone(&metrics)).context("the system gave no thread")?;
    let bounds = Bounds { slots: config.slots, queue_max: config.queue_max };
    let app = Arc::new(App::new(inference, metrics, token, bounds));
    let whereabouts = Whereabouts { port, pid: std::process::id(), version: wire::EMBER_VERSION };
    place.announce(&whereabouts).map_err(anyhow::Error::from)?;
    eprintln!("emberd: listening on http://{}:{port}", config::HOST);
    let drain_max = Duration::from_millis(config.drain_ms.into());
    let drained = serve::serve(listener, app, stop, drain_max).await;
    place.withdraw().map_err(anyhow::Error::from)?;
    match drained {
        Drained::Finished => eprintln!("emberd: stopped"),
        Drained::CutOff => eprintln!("emberd: stopped; some requests took too long and were cut off"),
    }
    Ok(())
}

/// What the inference thread does first.
fn loader(
    config: &Config,
    data_dir: &Path,
) -> impl FnOnce() -> Result<Loaded<CpuBackend>, String> + Send + use<> {
    let path: Option<PathBuf> = config.model.clone().or_else(|| place::find_model(data_dir));
    let models = data_dir.join("models");
    let engine = EngineConfig {
        slots: config.slots as usize,
        queue_max: config.queue_max as usize,
        speculation: config.speculation,
    };
    let cpu = CpuConfig {
        threads: config.threads as usize,
        kv_tokens_max: config.kv_tokens as usize,
        isa: config.isa,
        activations: config.activations,
        ..CpuConfig::default()
    };
    let folder = config.adapters.clone().or_else(|| place::find_adapters(data_dir));
    let bytes_max = usize::try_from(config.adapter_bytes).unwrap_or(usize::MAX);
    let adapters = AdapterConfig { bytes_max, kind: config.adapter_kind };
    let (packed_cache, threads) = (config.packed_cache, config.threads as usize);
    let options = LoadOptions { packed_cache, threads, ..LoadOptions::default() };
    move || {
        let loaded = find_and_load(path.as_deref(), &models, options)
            .and_then(|(model, path)| equip(model, path, engine, cpu, (folder, adapters)));
        match &loaded {
            Ok(loaded) => {
                let count = loaded.adapters.pool().list().len();
                let with = if count == 0 { String::new() } else { format!(", with {count} adapters") };
                eprintln!("emberd: the model {} is ready{with}", loaded.ids.first());
            }
            Err(why) => eprintln!("emberd: {why}"),
        }
        loaded
    }
}

/// The model, if there is one, and its file.
fn find_and_load<'a>(
    path: Option<&'a Path>,
    models: &Path,
    options: LoadOptions,
) -> Result<(Arc<Model>, &'a Path), String> {
    let Some(path) = path else {
        return Err(format!(
            "there is no model; put a .gguf file into {} or name one with --model",
            models.display()
        ));
    };
    let model = Arc::new(Model::load_with(path, options).map_err(|error| error.to_string())?);
    if let PackedCache::Refused(why) = model.packed_cache() {
        eprintln!("emberd: the packed weights beside the model are not used: {why}");
    }
    keep_packed(&model);
    Ok((model, path))
}

/// Writes the packed weights beside the model, where they are to be and are not yet, while requests are already answered. Whoever stops us before it is done
/// leaves a file that the next writer removes.
fn keep_packed(model: &Arc<Model>) {
    let model = Arc::clone(model);
    let thread = std::thread::Builder::new().name("packed-cache".to_owned()).spawn(move || {
        match model.write_packed_cache() {
            Ok(Some(path)) => eprintln!("emberd: packed weights are kept in {}", path.display()),
            Ok(None) => {}
            Err(why) => eprintln!("emberd: packed weights are not kept beside the model: {why}"),
        }
    });
    if let Err(error) = thread {
        eprintln!("emberd: packed weights are not kept beside the model: {error}");
    }
}

/// What the inference thread works with, over a model.
fn equip(
    model: Arc<Model>,
    path: &Path,
    config: EngineConfig,
    cpu: CpuConfig,
    (folder, adapters): (Option<PathBuf>, AdapterConfig),
) -> Result<Loaded<CpuBackend>, String> {
    let ids = ModelIds::new(model.name(), Some(path));
    let backend = CpuBackend::new(Arc::clone(&model), cpu).map_err(|error| error.to_string())?;
    let threads = u32::try_from(backend.threads()).unwrap_or(u32::MAX);
    let compute = Compute { isa: backend.isa().name(), threads };
    let engine = Engine::new(backend, model.shared_tokenizer(), config).map_err(|error| error.to_string())?;
    let adapters = Adapters::new(AdapterPool::new(model.base(), adapters), folder);
    for complaint in adapters.register_all() {
        eprintln!("emberd: {complaint}");
    }
    let mind: Arc<dyn Mind> = model;
    Ok(Loaded { engine, mind, ids, adapters: Arc::new(adapters), compute })
}

/// Resolves when the system tells us to stop.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Resolves when the system tells us to stop.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
