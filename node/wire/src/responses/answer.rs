//! Answer bodies of `POST /v1/responses`: the whole response, and the events of a streamed one.
//!
//! Owns field names and which of them are null instead of absent (clients tell the two apart). All are written and
//! never read: nothing of ours asks this route.

use serde::{Serialize, Serializer, ser};
use serde_json::{Map, Value};

/// A response, finished or not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Response {
    /// Starts with `resp_`. It names nothing that could be asked for later.
    pub id: String,
    /// Always `response`.
    pub object: &'static str,
    /// Seconds since 1970.
    pub created_at: u64,
    /// `in_progress`, `completed`, `incomplete` or `failed`.
    pub status: &'static str,
    /// Always false.
    pub background: bool,
    /// What went wrong, if it failed.
    pub error: Option<ResponseError>,
    /// Why it is incomplete, if it is.
    pub incomplete_details: Option<IncompleteDetails>,
    /// What the request said.
    pub instructions: Option<String>,
    /// What the request said.
    pub max_output_tokens: Option<u32>,
    /// What the request said.
    pub metadata: Map<String, Value>,
    /// The id of the model that answers.
    pub model: String,
    /// One message; empty until it is finished.
    pub output: Vec<OutputItem>,
    /// Always true; there are no tools.
    pub parallel_tool_calls: bool,
    /// Always null.
    pub previous_response_id: Option<String>,
    /// Always false, whatever was asked: nothing is kept.
    pub store: bool,
    /// What it is drawn with.
    pub temperature: f32,
    /// What the text shall be.
    pub text: TextOptions,
    /// Always `auto`.
    pub tool_choice: &'static str,
    /// Always empty.
    pub tools: Vec<Value>,
    /// What it is drawn with.
    pub top_p: f32,
    /// Always `disabled`: a conversation that does not fit is refused.
    pub truncation: &'static str,
    /// Token counts; null until it is finished.
    pub usage: Option<Usage>,
}

/// Part of [`Response`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResponseError {
    /// `server_error`, or `invalid_prompt` where the request is at fault.
    pub code: &'static str,
    /// One sentence for a person.
    pub message: String,
}

/// Part of [`Response`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IncompleteDetails {
    /// `max_output_tokens`.
    pub reason: &'static str,
}

/// Part of [`Response`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextOptions {
    /// The format that was asked for, as it was asked for.
    pub format: JsonText,
}

/// A JSON value as its text, which takes a fraction of the memory and is read only to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonText(String);

impl From<&Value> for JsonText {
    fn from(value: &Value) -> Self {
        JsonText(value.to_string())
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: Value = serde_json::from_str(&self.0).map_err(<S::Error as ser::Error>::custom)?;
        value.serialize(serializer)
    }
}

/// Token counts of one response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Tokens of the conversation.
    pub input_tokens: u32,
    /// What of them cost nothing.
    pub input_tokens_details: InputTokensDetails,
    /// Tokens written.
    pub output_tokens: u32,
    /// What of them is no text.
    pub output_tokens_details: OutputTokensDetails,
    /// All together.
    pub total_tokens: u32,
}

/// Part of [`Usage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct InputTokensDetails {
    /// Tokens that the prefix cache already held.
    pub cached_tokens: u32,
    /// Always 0: keeping them costs nothing.
    pub cache_write_tokens: u32,
}

/// Part of [`Usage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct OutputTokensDetails {
    /// Always 0.
    pub reasoning_tokens: u32,
}

/// The one message of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutputItem {
    /// Starts with `msg_`.
    pub id: String,
    /// Always `message`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `in_progress`, `completed` or `incomplete`.
    pub status: &'static str,
    /// Always `assistant`.
    pub role: &'static str,
    /// One part; empty until it begins.
    pub content: Vec<OutputText>,
}

/// The one part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutputText {
    /// Always `output_text`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The text.
    pub text: String,
    /// Always empty.
    pub annotations: Vec<Value>,
    /// Always empty.
    pub logprobs: Vec<Value>,
}

impl OutputText {
    /// A part with this text.
    pub fn new(text: String) -> Self {
        OutputText { kind: "output_text", text, annotations: Vec::new(), logprobs: Vec::new() }
    }
}

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StreamEvent {
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// 0, 1, 2, …
    pub sequence_number: u32,
}

/// What happened. `item_id` is the message's; both indices are always 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type")]
#[allow(missing_docs, reason = "the fields are those of OpenAI's events and are told above")]
pub enum Event {
    /// The engine took it.
    #[serde(rename = "response.created")]
    Created { response: Box<Response> },
    /// It is being written.
    #[serde(rename = "response.in_progress")]
    InProgress { response: Box<Response> },
    /// The message begins.
    #[serde(rename = "response.output_item.added")]
    ItemAdded { output_index: u32, item: OutputItem },
    /// Its part begins.
    #[serde(rename = "response.content_part.added")]
    PartAdded { item_id: String, output_index: u32, content_index: u32, part: OutputText },
    /// New text.
    #[serde(rename = "response.output_text.delta")]
    TextDelta { item_id: String, output_index: u32, content_index: u32, delta: String, logprobs: Vec<Value> },
    /// The text is whole.
    #[serde(rename = "response.output_text.done")]
    TextDone { item_id: String, output_index: u32, content_index: u32, text: String, logprobs: Vec<Value> },
    /// Its part is whole.
    #[serde(rename = "response.content_part.done")]
    PartDone { item_id: String, output_index: u32, content_index: u32, part: OutputText },
    /// The message is whole.
    #[serde(rename = "response.output_item.done")]
    ItemDone { output_index: u32, item: OutputItem },
    /// The end, by the model.
    #[serde(rename = "response.completed")]
    Completed { response: Box<Response> },
    /// The end, by length.
    #[serde(rename = "response.incomplete")]
    Incomplete { response: Box<Response> },
    /// The end, by a fault.
    #[serde(rename = "response.failed")]
    Failed { response: Box<Response> },
}

impl Event {
    /// The event's name, as the `event:` line of a stream has it.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Created { .. } => "response.created",
            Event::InProgress { .. } => "response.in_progress",
            Event::ItemAdded { .. } => "response.output_item.added",
            Event::PartAdded { .. } => "response.content_part.added",
            Event::TextDelta { .. } => "response.output_text.delta",
            Event::TextDone { .. } => "response.output_text.done",
            Event::PartDone { .. } => "response.content_part.done",
            Event::ItemDone { .. } => "response.output_item.done",
            Event::Completed { .. } => "response.completed",
            Event::Incomplete { .. } => "response.incomplete",
            Event::Failed { .. } => "response.failed",
        }
    }
}
