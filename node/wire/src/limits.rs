//! Every limit of the HTTP bodies, named once, so that the game and the daemon cannot disagree.
//!
//! Owns numbers only. Bytes are UTF-8 bytes; items are list entries. The reader in `fields` enforces them.

/// Largest request body in bytes; above it the daemon answers 413.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Largest prompt in bytes, all messages of a chat together.
pub const PROMPT_BYTES_MAX: usize = 512 * 1024;
/// Most messages in one chat.
pub const MESSAGES_MAX: usize = 1024;
/// Most content parts in one message.
pub const PARTS_MAX: usize = 256;
/// Most stop strings of one request.
pub const STOPS_MAX: usize = 8;
/// Longest stop string in bytes.
pub const STOP_BYTES_MAX: usize = 256;
/// Longest model id in bytes.
pub const MODEL_ID_BYTES_MAX: usize = 256;
/// Longest role name in bytes.
pub const ROLE_BYTES_MAX: usize = 32;
/// Largest `max_tokens` that is read as a number we mean; the model's context is the real bound.
pub const TOKENS_MAX: u32 = 1 << 20;
/// Highest sampling temperature.
pub const TEMPERATURE_MAX: f32 = 2.0;
/// Largest `top_k`.
pub const TOP_K_MAX: u32 = 1 << 20;
/// Largest repeat penalty.
pub const REPEAT_PENALTY_MAX: f32 = 2.0;

/// Most answers to one prompt.
pub const CHOICES_MAX: u32 = 16;
/// Most alternatives of a chat's token that are reported.
pub const TOP_LOGPROBS_MAX: u32 = 20;
/// Most alternatives of a completion's token that are reported.
pub const COMPLETION_LOGPROBS_MAX: u32 = 5;
/// Most tokens of `logit_bias`.
pub const LOGIT_BIAS_MAX: usize = 1024;
/// Longest name of a user or of a call in bytes.
pub const USER_BYTES_MAX: usize = 512;
/// Most entries of llama.cpp's `lora` list.
pub const LORA_ITEMS_MAX: usize = 1024;
/// Most strings that an answer may have to choose from.
pub const FOLLOW_CHOICES_MAX: usize = 1024;
/// Most functions of one request, and most calls of one message.
pub const TOOLS_MAX: usize = 128;
/// Most JSON values in the parameters of all functions of one request together. Parsed, they take tens of
/// times what they take in the body.
pub const PARAMETERS_VALUES_MAX: usize = 20_000;
/// Most JSON values in a schema that an answer must follow.
pub const SCHEMA_VALUES_MAX: usize = 40_000;
/// Longest name of a function in bytes.
pub const TOOL_NAME_BYTES_MAX: usize = 64;
/// Longest path of an adapter in bytes.
pub const PATH_BYTES_MAX: usize = 4096;
/// Most texts that one request may have embedded.
pub const EMBEDDING_INPUTS_MAX: usize = 2048;

/// Most prompts of one native completion.
pub const PROMPTS_MAX: usize = 32;
/// Most bytes that the completions of one native request may come to before they are told; those that are streamed are told
/// at once and have no such bound.
pub const KEPT_BYTES_MAX: usize = 256 << 20;
/// Most stop strings of one native completion.
pub const NATIVE_STOPS_MAX: usize = 16;
/// Highest temperature of a native completion.
pub const NATIVE_TEMPERATURE_MAX: f32 = 100.0;
/// Largest repeat penalty of a native completion.
pub const NATIVE_REPEAT_PENALTY_MAX: f32 = 10.0;
/// Tokens that penalties look back on where a native completion does not say how far.
pub const REPEAT_WINDOW: u32 = 64;
/// Most tokens that they look back on: each draw sorts them.
pub const REPEAT_WINDOW_MAX: u32 = 1 << 13;
/// Largest frequency or presence penalty, in both directions.
pub const PENALTY_MAX: f32 = 2.0;
/// Largest bias of a logit, in both directions.
pub const BIAS_MAX: f32 = 100.0;
/// Most samplers that a native completion may name.
pub const SAMPLERS_MAX: usize = 32;
/// Most fields a native completion may be cut down to.
pub const RESPONSE_FIELDS_MAX: usize = 64;
/// Longest path of such a field in bytes.
pub const RESPONSE_FIELD_BYTES_MAX: usize = 128;
/// Longest instructions of a response in bytes.
pub const INSTRUCTIONS_BYTES_MAX: usize = PROMPT_BYTES_MAX;
/// Most entries of a response's metadata, and the longest key and value in characters, as OpenAI's API has them.
pub const METADATA_ENTRIES_MAX: usize = 16;
/// See [`METADATA_ENTRIES_MAX`].
pub const METADATA_KEY_CHARS_MAX: usize = 64;
/// See [`METADATA_ENTRIES_MAX`].
pub const METADATA_VALUE_CHARS_MAX: usize = 512;

/// Longest villager display name in bytes.
pub const VILLAGER_BYTES_MAX: usize = 64;
/// Longest pack hash in bytes (BLAKE3 in hex is 64).
pub const PACK_HASH_BYTES_MAX: usize = 64;
/// Longest character card in bytes.
pub const CARD_BYTES_MAX: usize = 4096;
/// Most few-shot examples.
pub const EXAMPLES_MAX: usize = 32;
/// Longest scene description in bytes.
pub const SCENE_BYTES_MAX: usize = 4096;
/// Longest single line in bytes: what the player or a villager says, an act, a feedback, a fact in words.
pub const LINE_BYTES_MAX: usize = 1024;
/// Most facts that must be said.
pub const MUST_MAX: usize = 16;
/// Most names and numbers that may be said.
pub const MAY_MAX: usize = 64;
/// Most earlier lines carried along.
pub const LAST_LINES_MAX: usize = 32;
/// Most reasons for earlier refusals.
pub const FEEDBACK_MAX: usize = 8;
/// Longest kind or placeholder name in bytes.
pub const SLOT_NAME_BYTES_MAX: usize = 64;
/// Longest name of the adapter that a villager speaks through, in bytes.
pub const ADAPTER_NAME_BYTES_MAX: usize = 128;
/// Longest list of the words that lines are made of, in bytes.
pub const VOCABULARY_BYTES_MAX: usize = 896 * 1024;
/// Most characters that may stand between words, in bytes.
pub const MARKS_BYTES_MAX: usize = 256;
/// Most endings that words may take.
pub const ENDINGS_MAX: usize = 16;
/// Most names, and most numbers, that one line adds to the list.
pub const OPENED_MAX: usize = 256;
/// Longest of them in bytes, and longest ending.
pub const OPENED_BYTES_MAX: usize = 64;
/// Most tokens one spoken line may ask for.
pub const SPEAK_TOKENS_MAX: u32 = 256;

const _: () = assert!(PROMPT_BYTES_MAX < BODY_BYTES_MAX, "a prompt must fit into a body");
const _: () = assert!(
    CARD_BYTES_MAX
        + SCENE_BYTES_MAX
        + LINE_BYTES_MAX * (3 * EXAMPLES_MAX + MUST_MAX + MAY_MAX + LAST_LINES_MAX + FEEDBACK_MAX + 2)
        < PROMPT_BYTES_MAX,
    "the largest speak request must fit into a prompt"
);
const _: () = assert!(
    VOCABULARY_BYTES_MAX + 6 * (MARKS_BYTES_MAX + ENDINGS_MAX * OPENED_BYTES_MAX) < BODY_BYTES_MAX - 1024,
    "the longest list must fit into a body"
);
