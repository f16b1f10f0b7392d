//! How the daemon is set up: parse, then resolve. A flag goes before its variable, the variable before the file, the
//! file before the default; all four share one name.
//!
//! Owns names, defaults and ranges. Refuses to touch the disk: the file's text and the environment arrive as arguments.

mod words;

use clap::Parser;
use infer::{ActivationBits, Isa, LoraKind};
use serde::Deserialize;
use std::ffi::OsString;
use std::path::PathBuf;

pub use words::{AdapterWord, BitsWord, IsaWord, Switch};

/// The optional settings file in the data directory.
pub const CONFIG_FILE: &str = "emberd.toml";
/// The only address that is ever bound.
pub const HOST: &str = "127.0.0.1";

/// A batch of this many costs little more than one: every weight is read once for all.
const SLOTS_DEFAULT: u32 = 32;
const SLOTS_MAX: u32 = 256;
const QUEUE_DEFAULT: u32 = 512;
const QUEUE_MAX: u32 = 8192;
/// A village's worth: a prompt for each villager, and room for other programs.
const KV_TOKENS_DEFAULT: u32 = 1 << 15;
const KV_TOKENS_MIN: u32 = 1 << 10;
const KV_TOKENS_MAX: u32 = 1 << 24;
/// All processors.
const THREADS_DEFAULT: u32 = 0;
const THREADS_MAX: u32 = 256;
/// Two hundred of the small kind.
const ADAPTER_BYTES_DEFAULT: u64 = 1 << 30;
const DRAIN_MS_DEFAULT: u32 = 10_000;
const DRAIN_MS_MAX: u32 = 600_000;
const NICE_DEFAULT: u32 = 0;
const NICE_MAX: u32 = 19;

/// Emberwick's node: serves a local language model to programs on this machine.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "emberd", version, about)]
pub struct Args {
    /// Address to listen on; only 127.0.0.1 is possible
    #[arg(long, env = "EMBERD_HOST")]
    pub host: Option<String>,
    /// Port to listen on; 0 takes any free one, and emberd.json in the data directory tells which
    #[arg(long, env = "EMBERD_PORT")]
    pub port: Option<u16>,
    /// Directory of the token, the settings and the models [default: $XDG_DATA_HOME/emberwick]
    #[arg(long, env = wire::DATA_DIR_VARIABLE)]
    pub data_dir: Option<PathBuf>,
    /// Model file (GGUF) [default: the first one in the folder `models` of the data directory]
    #[arg(long, env = "EMBERWICK_MODEL")]
    pub model: Option<PathBuf>,
    /// Requests written at once
    #[arg(long, env = "EMBERD_SLOTS")]
    pub slots: Option<u32>,
    /// Requests that may wait; one more is answered 429
    #[arg(long, env = "EMBERD_QUEUE_MAX")]
    pub queue_max: Option<u32>,
    /// Tokens whose keys and values are kept, over all requests; those of finished ones stay while there is room, so that
    /// the next prompt with the same beginning starts sooner
    #[arg(long, env = "EMBERD_KV_TOKENS")]
    pub kv_tokens: Option<u32>,
    /// Threads that compute, and load the model; 0 is one for each processor
    #[arg(long, env = "EMBERD_THREADS")]
    pub threads: Option<u32>,
    /// Instruction set to compute with; one that the machine lacks is refused [default: best]
    #[arg(long, env = "EMBERD_ISA")]
    pub isa: Option<IsaWord>,
    /// Bits of activations [default: 15]
    #[arg(long, env = "EMBERD_ACTIVATION_BITS")]
    pub activation_bits: Option<BitsWord>,
    /// Guess tokens ahead of the model and verify them together; the text is the same either way [default: on]
    #[arg(long, env = "EMBERD_SPECULATION")]
    pub speculation: Option<Switch>,
    /// Keep the model's weights as they are computed with in a file beside the model's, MODEL.packed, so that the next
    /// start is quicker; it takes as much of the disk as the model, at most a quarter more, and is not made for formats that
    /// would take more than that [default: on]
    #[arg(long, env = "EMBERD_PACKED_CACHE")]
    pub packed_cache: Option<Switch>,
    /// Folder of adapters: each folder (PEFT) and each .gguf file in it is a model `base:NAME` [default: the folder
    /// `adapters` of the data directory, if it exists]
    #[arg(long, env = "EMBERD_ADAPTERS")]
    pub adapters: Option<PathBuf>,
    /// Bytes of adapters kept in memory beside those in use; the others are read again when they are asked for
    #[arg(long, env = "EMBERD_ADAPTER_BYTES")]
    pub adapter_bytes: Option<u64>,
    /// How adapters' weights are kept in memory [default: q8]
    #[arg(long, env = "EMBERD_ADAPTER_KIND")]
    pub adapter_kind: Option<AdapterWord>,
    /// Milliseconds that running requests may still take after a signal to stop
    #[arg(long, env = "EMBERD_DRAIN_MS")]
    pub drain_ms: Option<u32>,
    /// How far it steps behind other programs for the processor, 0 to 19, where the system knows such a thing
    #[arg(long, env = "EMBERD_NICE")]
    pub nice: Option<u32>,
}

/// The settings file. A key we do not know is a mistake worth telling.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSettings {
    host: Option<String>,
    port: Option<u16>,
    model: Option<PathBuf>,
    slots: Option<u32>,
    queue_max: Option<u32>,
    kv_tokens: Option<u32>,
    threads: Option<u32>,
    isa: Option<IsaWord>,
    activation_bits: Option<BitsWord>,
    speculation: Option<Switch>,
    packed_cache: Option<Switch>,
    adapters: Option<PathBuf>,
    adapter_bytes: Option<u64>,
    adapter_kind: Option<AdapterWord>,
    drain_ms: Option<u32>,
    nice: Option<u32>,
}

/// What is in force. Every value is in range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Port on 127.0.0.1; 0 is any.
    pub port: u16,
    /// Model file, if one was named.
    pub model: Option<PathBuf>,
    /// Requests written at once.
    pub slots: u32,
    /// Requests that may wait.
    pub queue_max: u32,
    /// Tokens whose keys and values are kept.
    pub kv_tokens: u32,
    /// Threads that compute; 0 is one for each processor.
    pub threads: u32,
    /// Instruction set; the machine has it.
    pub isa: Isa,
    /// How finely activations are rounded.
    pub activations: ActivationBits,
    /// Whether tokens are guessed ahead.
    pub speculation: bool,
    /// Whether packed weights are kept beside the model.
    pub packed_cache: bool,
    /// Folder of adapters, if one was named.
    pub adapters: Option<PathBuf>,
    /// Bytes of adapters kept in memory beside those in use.
    pub adapter_bytes: u64,
    /// How adapters' weights are kept.
    pub adapter_kind: LoraKind,
    /// Milliseconds that running requests may take after a signal.
    pub drain_ms: u32,
    /// Steps behind other programs, 0 to 19.
    pub nice: u32,
}

/// What the person who set it up got wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// An address that is not this machine's own.
    #[error("emberd listens on {HOST} only, not on {actual}")]
    Host {
        /// What was asked for.
        actual: String,
    },
    /// A number out of range.
    #[error("`{name}` must be from {min} to {max}, not {actual}")]
    Range {
        /// The setting.
        name: &'static str,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
        /// What was asked for.
        actual: u32,
    },
    /// An instruction set that this machine lacks.
    #[error("this machine does not have the instruction set {asked}, but {present}")]
    Isa {
        /// What was asked for.
        asked: String,
        /// What there is.
        present: String,
    },
    /// The settings file cannot be understood.
    #[error("{CONFIG_FILE} cannot be understood: {detail}")]
    File {
        /// What the parser said.
        detail: String,
    },
    /// No data directory can be made up.
    #[error("name a data directory with --data-dir: neither XDG_DATA_HOME nor HOME is set")]
    NoDataDir,
}

/// The data directory: flag or variable, else the XDG one. `var` looks a variable up.
///
/// # Errors
/// [`ConfigError::NoDataDir`].
pub fn data_dir(args: &Args, var: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, ConfigError> {
    if let Some(dir) = &args.data_dir {
        return Ok(dir.clone());
    }
    // XDG: a relative path there is invalid and must be ignored.
    let set = |name: &str| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || set("HOME").map(|home| home.join(".local").join("share"));
    let base = set("XDG_DATA_HOME").or_else(home).ok_or(ConfigError::NoDataDir)?;
    Ok(base.join(wire::DATA_DIR_NAME))
}

/// What is in force, of arguments and the text of the settings file if there is one.
///
/// # Errors
/// See [`ConfigError`].
pub fn resolve(args: &Args, file: Option<&str>) -> Result<Config, ConfigError> {
    let file: FileSettings = match file {
        Some(text) => {
            toml::from_str(text).map_err(|error| ConfigError::File { detail: error.to_string() })?
        }
        None => FileSettings::default(),
    };
    if let Some(host) = args.host.clone().or(file.host)
        && host != HOST
        && host != "localhost"
    {
        return Err(ConfigError::Host { actual: host });
    }
    let ranged = |name, flag: Option<u32>, file: Option<u32>, default, min, max| {
        let actual = flag.or(file).unwrap_or(default);
        if (min..=max).contains(&actual) {
            Ok(actual)
        } else {
            Err(ConfigError::Range { name, min, max, actual })
        }
    };
    Ok(Config {
        port: args.port.or(file.port).unwrap_or(wire::PORT_DEFAULT),
        model: args.model.clone().or(file.model),
        slots: ranged("slots", args.slots, file.slots, SLOTS_DEFAULT, 1, SLOTS_MAX)?,
        queue_max: ranged("queue_max", args.queue_max, file.queue_max, QUEUE_DEFAULT, 1, QUEUE_MAX)?,
        kv_tokens: ranged(
            "kv_tokens",
            args.kv_tokens,
            file.kv_tokens,
            KV_TOKENS_DEFAULT,
            KV_TOKENS_MIN,
            KV_TOKENS_MAX,
        )?,
        threads: ranged("threads", args.threads, file.threads, THREADS_DEFAULT, 0, THREADS_MAX)?,
        isa: isa(args.isa.or(file.isa).unwrap_or_default())?,
        activations: args.activation_bits.or(file.activation_bits).unwrap_or_default().into(),
        speculation: args.speculation.or(file.speculation) != Some(Switch::Off),
        packed_cache: args.packed_cache.or(file.packed_cache) != Some(Switch::Off),
        adapters: args.adapters.clone().or(file.adapters),
        adapter_bytes: args.adapter_bytes.or(file.adapter_bytes).unwrap_or(ADAPTER_BYTES_DEFAULT),
        adapter_kind: args.adapter_kind.or(file.adapter_kind).unwrap_or_default().into(),
        drain_ms: ranged("drain_ms", args.drain_ms, file.drain_ms, DRAIN_MS_DEFAULT, 0, DRAIN_MS_MAX)?,
        nice: ranged("nice", args.nice, file.nice, NICE_DEFAULT, 0, NICE_MAX)?,
    })
}

fn isa(word: IsaWord) -> Result<Isa, ConfigError> {
    word.found().ok_or_else(|| ConfigError::Isa {
        asked: format!("{word:?}").to_lowercase(),
        present: Isa::all().into_iter().map(Isa::name).collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_default() {
        let file = "port = 1\nslots = 2\nmodel = \"a.gguf\"\nadapters = \"here\"\n";
        let args = Args { slots: Some(3), adapters: Some("there".into()), ..Args::default() };
        let config = resolve(&args, Some(file)).unwrap();
        assert_eq!((config.port, config.slots, config.queue_max), (1, 3, QUEUE_DEFAULT));
        assert_eq!(config.model, Some(PathBuf::from("a.gguf")));
        assert_eq!(
            (config.adapters, config.adapter_bytes),
            (Some(PathBuf::from("there")), ADAPTER_BYTES_DEFAULT)
        );
        assert_eq!(resolve(&Args::default(), None).unwrap().port, wire::PORT_DEFAULT);
    }

    #[test]
    fn words_mean_what_the_engine_computes_with() {
        let config = resolve(&Args::default(), None).unwrap();
        assert_eq!((config.isa, config.speculation, config.packed_cache), (Isa::best(), true, true));
        assert_eq!(config.activations, ActivationBits::Fifteen);
        assert_eq!(config.adapter_kind, LoraKind::Q8);
        let file = "isa = \"scalar\"\nactivation_bits = \"8\"\nspeculation = \"off\"\npacked_cache = \"off\"\n\
            adapter_kind = \"f32\"\n";
        let config = resolve(&Args::default(), Some(file)).unwrap();
        assert_eq!((config.isa, config.speculation, config.packed_cache), (Isa::SCALAR, false, false));
        assert_eq!(config.activations, ActivationBits::Eight);
        assert_eq!(config.adapter_kind, LoraKind::F32);
        let args = Args { speculation: Some(Switch::On), isa: Some(IsaWord::Best), ..Args::default() };
        let config = resolve(&args, Some(file)).unwrap();
        assert_eq!((config.isa, config.speculation), (Isa::best(), true));
        let parse = |words: &[&str]| Args::try_parse_from([&["emberd"], words].concat());
        assert_eq!(parse(&["--isa", "vnni"]).unwrap().isa, Some(IsaWord::Avx512));
        assert_eq!(parse(&["--adapter-kind", "bf16"]).unwrap().adapter_kind, Some(AdapterWord::Bf16));
        assert!(parse(&["--speculation", "maybe"]).unwrap_err().to_string().contains("maybe"));
        assert!(resolve(&Args::default(), Some("isa = \"sse9\"")).unwrap_err().to_string().contains("sse9"));
    }

    #[test]
    fn an_instruction_set_that_is_not_here_is_refused() {
        // No machine has both.
        let lacking = if IsaWord::Neon.found().is_some() { IsaWord::Avx2 } else { IsaWord::Neon };
        let error = resolve(&Args { isa: Some(lacking), ..Args::default() }, None).unwrap_err().to_string();
        let asked = format!("instruction set {}, but scalar", format!("{lacking:?}").to_lowercase());
        assert!(error.contains(&asked), "{error}");
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let refuse = |args: Args, file: Option<&str>| resolve(&args, file).unwrap_err().to_string();
        let error = refuse(Args { host: Some("0.0.0.0".into()), ..Args::default() }, None);
        assert_eq!(error, "emberd listens on 127.0.0.1 only, not on 0.0.0.0");
        assert!(refuse(Args { slots: Some(0), ..Args::default() }, None).contains("`slots`"));
        assert!(refuse(Args { threads: Some(257), ..Args::default() }, None).contains("`threads`"));
        assert!(refuse(Args::default(), Some("adapter_bytes = -1")).contains("adapter_bytes"));
        assert!(refuse(Args::default(), Some("kv_tokens = 5")).contains("`kv_tokens`"));
        assert!(refuse(Args::default(), Some("queue_max = 100000")).contains("`queue_max`"));
        assert!(refuse(Args::default(), Some("prot = 1")).contains("prot"));
        assert!(refuse(Args::default(), Some("port = \"x\"")).contains("port"));
        assert!(refuse(Args::default(), Some("host = \"::\"")).contains("::"));
    }

    #[test]
    fn the_data_directory_follows_xdg() {
        let with = |xdg: Option<&str>, home: Option<&str>| {
            data_dir(&Args::default(), |name| {
                let value = if name == "HOME" { home } else { xdg };
                value.map(OsString::from)
            })
        };
        assert_eq!(with(Some("/x"), Some("/h")).unwrap(), PathBuf::from("/x/emberwick"));
        assert_eq!(with(Some("rel"), Some("/h")).unwrap(), PathBuf::from("/h/.local/share/emberwick"));
        assert_eq!(with(None, None), Err(ConfigError::NoDataDir));
        let args = Args { data_dir: Some("d".into()), ..Args::default() };
        assert_eq!(data_dir(&args, |_| None).unwrap(), PathBuf::from("d"));
    }
}
