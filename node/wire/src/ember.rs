//! What the game asks of the daemon beyond the OpenAI shape: one spoken line, how the daemon is, where it listens.
//!
//! Owns the names, order and limits of these fields. Refuses to know how a prompt is made of them (the daemon does
//! that) and whether the answer is true (the game's judge does that). Source: DESIGN section 3, "a player's line".

mod words;

pub use words::{SpeakWords, VOCABULARY_NOT_FOUND, VocabularyRequest, VocabularyResponse};

use crate::fields::{BodyError, Fields, parse_object};
use crate::{EMBER_VERSION, limits};
use serde::{Deserialize, Serialize};

/// How facts stand in the line that comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeakStyle {
    /// In plain words, as a reader sees them.
    #[default]
    Surface,
    /// As placeholders (`<who>`), which the engine fills in afterwards.
    Placeholders,
}

/// How urgent a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeakPriority {
    /// A player waits for it.
    #[default]
    Play,
    /// Talk that is only overheard: it gives way to the player's own.
    Ambient,
}

/// One earlier exchange shown to the model so that it catches the voice. Part of the stable prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// What the player said.
    pub player: String,
    /// What the villager did with that line, in plain words.
    pub act: String,
    /// What the villager said.
    pub line: String,
}

/// One fact that the line must say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactSlot {
    /// The fact in plain words.
    pub words: String,
    /// The placeholder that stands for it, with its brackets, like `<who>`; empty if it has none.
    pub placeholder: String,
    /// What sort of thing it is: `who`, `where`, `price`, …; free for the game to choose.
    pub kind: String,
}

/// Body of `POST /ember/v1/speak`: everything a villager may draw on for one line.
///
/// `villager`, `card`, `style` and `examples` make the stable prefix: send them byte for byte the same in every turn
/// of one villager, or the daemon's prefix cache cannot help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpeakRequest {
    /// Always [`EMBER_VERSION`].
    pub version: u32,
    /// Hash of the context pack that this request was made from; comes back in no field, but stands in the log.
    pub pack_hash: String,
    /// Display name of the villager.
    pub villager: String,
    /// A few sentences: who they are and how they talk.
    pub card: String,
    /// Earlier exchanges in this villager's voice, always the same ones in the same order.
    pub examples: Vec<Example>,
    /// Where and when, who is there, in what mood.
    pub scene: String,
    /// What the player just said, or whoever `said_by` names.
    pub player_line: String,
    /// Who said `player_line`, where it was not the player.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_by: Option<String>,
    /// In plain words, what the villager does with that line.
    pub act: String,
    /// What the line must say.
    pub must: Vec<FactSlot>,
    /// Names and numbers the line may say.
    pub may: Vec<String>,
    /// The last lines of this talk, oldest first, each with its speaker.
    pub last_lines: Vec<String>,
    /// Why earlier tries of this same line were refused, oldest first.
    pub feedback: Vec<String>,
    /// How facts stand in the line.
    pub style: SpeakStyle,
    /// Which try this is, from 0. Each try draws differently.
    pub try_index: u32,
    /// Seed of the draw. The same request, seed and try give the same line on the same machine.
    pub seed: u64,
    /// Most tokens to write, 1 to [`limits::SPEAK_TOKENS_MAX`].
    pub max_tokens: u32,
    /// The adapter that the villager speaks through; the base alone where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
    /// How urgent the line is.
    #[serde(default)]
    pub priority: SpeakPriority,
    /// What the line may be made of; anything where there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<SpeakWords>,
}

impl SpeakRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// The first fault found, naming its field.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        let map = parse_object(body)?;
        let fields = Fields::top(&map);
        let version = check_version(&fields)?;
        let line = limits::LINE_BYTES_MAX;
        Ok(SpeakRequest {
            version,
            pack_hash: fields.string("pack_hash", limits::PACK_HASH_BYTES_MAX)?,
            villager: fields.string("villager", limits::VILLAGER_BYTES_MAX)?,
            card: fields.string("card", limits::CARD_BYTES_MAX)?,
            examples: read_examples(&fields)?,
            scene: fields.string_or_none("scene", limits::SCENE_BYTES_MAX)?.unwrap_or_default(),
            player_line: fields.string("player_line", line)?,
            said_by: fields.string_or_none("said_by", limits::VILLAGER_BYTES_MAX)?,
            act: fields.string("act", line)?,
            must: read_must(&fields)?,
            may: fields.strings("may", limits::MAY_MAX, line)?,
            last_lines: fields.strings("last_lines", limits::LAST_LINES_MAX, line)?,
            feedback: fields.strings("feedback", limits::FEEDBACK_MAX, line)?,
            style: read_style(&fields)?,
            try_index: fields.whole_or_none("try_index", 0..=u32::MAX)?.unwrap_or(0),
            seed: fields.seed_or_none("seed")?.unwrap_or(0),
            max_tokens: fields
                .whole_or_none("max_tokens", 1..=limits::SPEAK_TOKENS_MAX)?
                .ok_or_else(|| BodyError::Missing { field: fields.path("max_tokens") })?,
            adapter: fields.string_or_none("adapter", limits::ADAPTER_NAME_BYTES_MAX)?,
            priority: read_priority(&fields)?,
            words: SpeakWords::read(&fields)?,
        })
    }
}

/// The version that a body carries: ours, or it is refused.
fn check_version(fields: &Fields<'_>) -> Result<u32, BodyError> {
    match fields.whole_or_none("version", 0..=u32::MAX)? {
        Some(EMBER_VERSION) => Ok(EMBER_VERSION),
        Some(other) => Err(fields.bad("version", EMBER_VERSION.to_string(), &other.to_string())),
        None => Err(BodyError::Missing { field: fields.path("version") }),
    }
}

fn read_examples(fields: &Fields<'_>) -> Result<Vec<Example>, BodyError> {
    let items = fields.list("examples", limits::EXAMPLES_MAX)?.iter().enumerate();
    items
        .map(|(index, item)| {
            let example = Fields::inside(fields.entry("examples", index), item)?;
            Ok(Example {
                player: example.string("player", limits::LINE_BYTES_MAX)?,
                act: example.string("act", limits::LINE_BYTES_MAX)?,
                line: example.string("line", limits::LINE_BYTES_MAX)?,
            })
        })
        .collect()
}

fn read_must(fields: &Fields<'_>) -> Result<Vec<FactSlot>, BodyError> {
    let items = fields.list("must", limits::MUST_MAX)?.iter().enumerate();
    items
        .map(|(index, item)| {
            let slot = Fields::inside(fields.entry("must", index), item)?;
            let name = limits::SLOT_NAME_BYTES_MAX;
            Ok(FactSlot {
                words: slot.string("words", limits::LINE_BYTES_MAX)?,
                placeholder: slot.string_or_none("placeholder", name)?.unwrap_or_default(),
                kind: slot.string_or_none("kind", name)?.unwrap_or_default(),
            })
        })
        .collect()
}

fn read_style(fields: &Fields<'_>) -> Result<SpeakStyle, BodyError> {
    match fields.string_or_none("style", limits::SLOT_NAME_BYTES_MAX)?.as_deref() {
        None | Some("surface") => Ok(SpeakStyle::Surface),
        Some("placeholders") => Ok(SpeakStyle::Placeholders),
        Some(other) => Err(fields.bad("style", "`surface` or `placeholders`", other)),
    }
}

fn read_priority(fields: &Fields<'_>) -> Result<SpeakPriority, BodyError> {
    match fields.string_or_none("priority", limits::SLOT_NAME_BYTES_MAX)?.as_deref() {
        None | Some("play") => Ok(SpeakPriority::Play),
        Some("ambient") => Ok(SpeakPriority::Ambient),
        Some(other) => Err(fields.bad("priority", "`play` or `ambient`", other)),
    }
}

/// Answer of `POST /ember/v1/speak`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeakResponse {
    /// The line as the model wrote it, without quotes or speaker name. May be empty. Nobody has judged it.
    pub text: String,
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Tokens written.
    pub completion_tokens: u32,
    /// Tokens of the prompt that the prefix cache already held.
    pub cached_tokens: u32,
    /// Time from the arrival of the request to the finished line, in milliseconds.
    pub millis_ms: u64,
    /// Name of the model.
    pub model: String,
    /// BLAKE3 of the model file, hex.
    pub model_hash: String,
}

/// The model that is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelStatus {
    /// The name to show a person.
    pub name: String,
    /// The id that `/v1/models` lists it under.
    pub id: String,
    /// BLAKE3 of its file, hex.
    pub hash: String,
    /// Longest context in tokens.
    pub context_len: u32,
    /// Size of its file in bytes; daemons before this field do not say, nor does one whose model is no file.
    #[serde(default)]
    pub file_bytes: Option<u64>,
}

/// How the engine stands. Daemons that do not know a number say nothing about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EngineStatus {
    /// The instruction set that computes.
    pub isa: String,
    /// Threads that compute.
    pub threads: u32,
    /// Blocks of keys and values there are.
    pub kv_blocks: u64,
    /// Blocks that requests or prefixes hold.
    pub kv_blocks_used: u64,
    /// Adapters that are known.
    pub adapters: u32,
    /// Adapters that are in memory.
    pub adapters_loaded: u32,
    /// Tokens guessed ahead since the start.
    pub draft_tokens: u64,
    /// Guesses that were right.
    pub draft_hits: u64,
}

/// One adapter, as `GET /ember/v1/adapters` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterEntry {
    /// Its name.
    pub name: String,
    /// BLAKE3 of its files, hex.
    pub hash: String,
    /// Its generation: other content under the same name has another one.
    pub generation: u64,
    /// Its largest rank.
    pub rank: u32,
    /// Bytes in memory; 0 when it is not loaded.
    pub bytes: u64,
    /// Whether it is kept in memory whatever else comes.
    pub pinned: bool,
}

/// Answer of `GET /ember/v1/adapters`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterList {
    /// All that are known, by name.
    pub adapters: Vec<AdapterEntry>,
}

/// Answer of `GET /ember/v1/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusResponse {
    /// Version of the `ember` bodies that the daemon speaks.
    pub version: u32,
    /// Version of the daemon itself.
    pub daemon_version: String,
    /// The model, once it is loaded.
    pub model: Option<ModelStatus>,
    /// True while the model loads.
    pub loading: bool,
    /// Why there is no model, if loading failed or the inference thread stopped.
    pub error: Option<String>,
    /// True once the daemon was told to stop.
    pub draining: bool,
    /// Requests that wait for a slot.
    pub waiting: u32,
    /// Requests that are being written.
    pub running: u32,
    /// Requests that can be written at once.
    pub slots: u32,
    /// Requests that may wait; one more is answered 429.
    pub queue_max: u32,
    /// Prompt tokens computed since the start.
    pub prefill_tokens: u64,
    /// Tokens written since the start.
    pub decode_tokens: u64,
    /// Prompt tokens taken from the prefix cache since the start.
    pub cache_hit_tokens: u64,
    /// Time since the start in milliseconds.
    pub uptime_ms: u64,
    /// The engine, once there is a model; daemons before this field do not say.
    #[serde(default)]
    pub engine: Option<EngineStatus>,
}

/// Content of the file that says where the daemon listens ([`crate::WHEREABOUTS_FILE`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// Port on 127.0.0.1.
    pub port: u16,
    /// Process id of the daemon.
    pub pid: u32,
    /// Version of the `ember` bodies that the daemon speaks.
    pub version: u32,
}

/// Body of `GET /health`, which needs no token and tells no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthResponse {
    /// How the daemon is.
    pub status: HealthStatus,
    /// Why, when `status` is `failed`.
    pub error: Option<String>,
}

/// How the daemon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// The model loads; generation answers 503.
    Loading,
    /// Ready to write.
    Ok,
    /// There is no model and there will be none; generation answers 503.
    Failed,
    /// The daemon was told to stop.
    Draining,
}

#[cfg(test)]
mod tests;
