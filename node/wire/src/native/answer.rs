//! Answer bodies of llama.cpp's own routes.
//!
//! Owns field names and units. All are written and never read: nothing of ours asks these routes.

use serde::{Deserialize, Serialize};

/// Why a completion is over, or that it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StopType {
    /// It goes on.
    None,
    /// The model ended it.
    Eos,
    /// `n_predict` tokens were written, or the context is full.
    Limit,
    /// A stop string came.
    Word,
}

/// How long a completion took.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Timings {
    /// Prompt tokens that an earlier request had left behind.
    pub cache_n: u32,
    /// Prompt tokens computed.
    pub prompt_n: u32,
    /// From taking the request to its first text, waiting included.
    pub prompt_ms: f64,
    /// Milliseconds for one prompt token.
    pub prompt_per_token_ms: f64,
    /// Prompt tokens a second.
    pub prompt_per_second: f64,
    /// Tokens written.
    pub predicted_n: u32,
    /// From the first text to the last.
    pub predicted_ms: f64,
    /// Milliseconds for one token written.
    pub predicted_per_token_ms: f64,
    /// Tokens written a second.
    pub predicted_per_second: f64,
}

/// A token with its probability and its alternatives.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TokenProb {
    /// The token.
    #[serde(flatten)]
    pub own: TopProb,
    /// The most probable tokens, the most probable first.
    pub top_logprobs: Vec<TopProb>,
}

/// A token with its probability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopProb {
    /// Its number.
    pub id: u32,
    /// Its text, as far as it is text.
    pub token: String,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// Natural logarithm of its probability under the model alone.
    pub logprob: f64,
}

/// A correction of one token's logit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bias {
    /// The token.
    pub token: u32,
    /// What is added; null where the token is forbidden.
    pub bias: Option<f32>,
}

/// What a completion was written with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// Most tokens; -1 is "to the end of the context".
    pub n_predict: i64,
    /// The same under its other name.
    pub max_tokens: i64,
    /// What the draw began with; 2³² - 1 stands for "any" where nothing was drawn yet.
    pub seed: u64,
    /// 0 is greedy.
    pub temperature: f32,
    /// 0 is off.
    pub top_k: u32,
    /// 1 is off.
    pub top_p: f32,
    /// 0 is off.
    pub min_p: f32,
    /// Tokens that the penalties look back on.
    pub repeat_last_n: u32,
    /// 1 is off.
    pub repeat_penalty: f32,
    /// 0 is off.
    pub presence_penalty: f32,
    /// 0 is off.
    pub frequency_penalty: f32,
    /// Corrections of the logits, by token.
    pub logit_bias: Vec<Bias>,
    /// Strings that end the text.
    pub stop: Vec<String>,
    /// Whether the model's own end is passed over.
    pub ignore_eos: bool,
    /// Whether it is answered piece by piece.
    pub stream: bool,
    /// Alternatives told for each token.
    pub n_probs: u32,
    /// Whether times come with each piece.
    pub timings_per_token: bool,
    /// Longest context in tokens.
    pub n_ctx: u32,
    /// The id of the model.
    pub model: String,
}

/// A piece of a streamed completion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Partial {
    /// Which prompt it belongs to.
    pub index: u32,
    /// New text.
    pub content: String,
    /// Its tokens.
    pub tokens: Vec<u32>,
    /// Always false.
    pub stop: bool,
    /// Always -1: slots are not told apart.
    pub id_slot: i32,
    /// Tokens told so far.
    pub tokens_predicted: u32,
    /// Tokens of the prompt.
    pub tokens_evaluated: u32,
    /// Its tokens with their probabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion_probabilities: Option<Vec<TokenProb>>,
    /// Times so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timings: Option<Timings>,
}

/// A whole completion, or the end of a streamed one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completion {
    /// Which prompt it belongs to.
    pub index: u32,
    /// The text; empty at the end of a stream.
    pub content: String,
    /// The tokens, where they were asked for; empty at the end of a stream.
    pub tokens: Vec<u32>,
    /// Always true.
    pub stop: bool,
    /// Always -1: slots are not told apart.
    pub id_slot: i32,
    /// The id of the model.
    pub model: String,
    /// Tokens written, the end token included.
    pub tokens_predicted: u32,
    /// Tokens of the prompt.
    pub tokens_evaluated: u32,
    /// Prompt tokens that an earlier request had left behind.
    pub tokens_cached: u32,
    /// What it was written with.
    pub generation_settings: Settings,
    /// The prompt as the model read it, control tokens by name.
    pub prompt: String,
    /// Whether the text has more than one line.
    pub has_new_line: bool,
    /// Whether the context ended it.
    pub truncated: bool,
    /// Why it is over.
    pub stop_type: StopType,
    /// The stop string that came, or nothing.
    pub stopping_word: String,
    /// The tokens with their probabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion_probabilities: Option<Vec<TokenProb>>,
    /// How long it took.
    pub timings: Timings,
}

/// A token's text: a string where it is text, else its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Piece {
    /// Text.
    Text(String),
    /// Part of a character.
    Bytes(Vec<u8>),
}

/// A token, as `POST /tokenize` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Token {
    /// Its number alone.
    Id(u32),
    /// With its text.
    WithPiece {
        /// Its number.
        id: u32,
        /// Its text.
        piece: Piece,
    },
}

/// What a completion is written with when nothing is said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DefaultSettings {
    /// Always 0.
    pub id: u32,
    /// Longest context in tokens.
    pub n_ctx: u32,
    /// Whether tokens are guessed ahead.
    pub speculative: bool,
    /// Always false.
    pub is_processing: bool,
    /// The settings.
    pub params: Settings,
}

/// Answer of `GET /props`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Props {
    /// What a completion is written with when nothing is said.
    pub default_generation_settings: DefaultSettings,
    /// Requests written at once.
    pub total_slots: u32,
    /// The id of the model.
    pub model_alias: String,
    /// The model's file, without its folder.
    pub model_path: String,
    /// The chat template in the model's file; empty where there is none.
    pub chat_template: String,
    /// What the model reads besides text.
    pub modalities: Modalities,
    /// This daemon and its version.
    pub build_info: String,
    /// Always false.
    pub is_sleeping: bool,
}

/// Part of [`Props`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Modalities {
    /// Always false.
    pub vision: bool,
    /// Always false.
    pub audio: bool,
}

/// One entry of `GET /slots`. Slots here are places in a batch, not memories: only their number has a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Slot {
    /// Its number.
    pub id: u32,
    /// Longest context in tokens.
    pub n_ctx: u32,
    /// Whether tokens are guessed ahead.
    pub speculative: bool,
    /// Whether a request is being written.
    pub is_processing: bool,
}

/// One entry of `GET /lora-adapters`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoraAdapter {
    /// What to send as `lora[].id`.
    pub id: u32,
    /// Its name; its place on the disk stays with us.
    pub path: String,
    /// Always 0: an adapter speaks where a request asks for it.
    pub scale: f32,
}
