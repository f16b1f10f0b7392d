//! Answers in the OpenAI shape: one whole body, or a stream of server-sent events.
//!
//! Owns ids, the shape of bodies and the order of chunks (role, text, finish, usage, `[DONE]`). Refuses to know where text
//! comes from. A fault inside a stream that has begun is sent as an error body and ends it without `[DONE]`.
//! Source: the OpenAI API reference (streaming); the WHATWG definition of server-sent events.

mod stream;

use crate::app::unix_seconds;
use crate::chosen;
use crate::fault::Fault;
use crate::generate::Whole;
use crate::inference::Generation;
use crate::stopwatch::Stopwatch;
use crate::tools::{Call, CallReader, Found};
use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use infer::{Chosen, FinishReason, Tokenizer};
use serde::Serialize;
use std::sync::Arc;
use stream::AnswerStream;
use wire::native::Timings;
use wire::openai::{
    CalledFunction, ChatAnswerMessage, ChatChoice, ChatChunk, ChatChunkChoice, ChatDelta, ChatResponse,
    CompletionChoice, CompletionResponse, FunctionDelta, PromptTokensDetails, ToolCall, ToolCallDelta, Usage,
};

/// Which of the two routes answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Chat,
    Completion,
}

/// What all pieces of one answer share.
pub(crate) struct Answer {
    pub(crate) shape: Shape,
    /// The id of the model that answers.
    pub(crate) model: String,
    /// Whether a stream tells what it cost.
    pub(crate) with_usage: bool,
    /// Whether llama.cpp's times are told.
    pub(crate) with_timings: bool,
    /// Whether log-probabilities were asked for.
    pub(crate) with_logprobs: bool,
    /// Reads calls in what is written; one for each choice, made of this one.
    pub(crate) calls: CallReader,
    pub(crate) tokenizer: Arc<Tokenizer>,
    pub(crate) stamp: Stamp,
}

/// Where a choice stands: characters told, for a completion's log-probabilities, and its times.
type Place<'a> = (&'a mut u32, &'a Stopwatch);

/// What tells one answer from every other.
pub(crate) struct Stamp {
    number: u64,
    created: u64,
}

impl Stamp {
    /// A new one.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub(crate) fn new() -> Result<Self, Fault> {
        let number = getrandom::u64().map_err(|error| Fault::Generation { why: error.to_string() })?;
        Ok(Stamp { number, created: unix_seconds() })
    }
}

impl Answer {
    fn id(&self) -> String {
        let prefix = match self.shape {
            Shape::Chat => "chatcmpl",
            Shape::Completion => "cmpl",
        };
        format!("{prefix}-{:016x}", self.stamp.number)
    }

    /// The id of a call: of this answer, choice and place.
    fn call_id(&self, choice: u32, index: usize) -> String {
        format!("call_{:016x}{choice:02x}{index:02x}", self.stamp.number)
    }

    /// The body of an answer that is not streamed; one whole for each choice.
    pub(crate) fn whole(self, wholes: Vec<Whole>) -> Response {
        let usage = usage_of(wholes.iter().map(|whole| whole.usage));
        let timings = wholes.first().map(|whole| whole.timings).filter(|_| self.with_timings);
        let numbered = (0u32..).zip(wholes);
        match self.shape {
            Shape::Chat => {
                let choices = numbered.map(|(index, whole)| self.chat_choice(index, whole)).collect();
                let (id, created) = (self.id(), self.stamp.created);
                let object = "chat.completion".to_owned();
                let model = self.model;
                Json(ChatResponse { id, object, created, model, choices, usage, timings }).into_response()
            }
            Shape::Completion => {
                let choices = numbered.map(|(index, whole)| self.completion_choice(index, whole)).collect();
                Json(self.completion(choices, Some(Some(usage)), timings)).into_response()
            }
        }
    }

    fn chat_choice(&self, index: u32, whole: Whole) -> ChatChoice {
        let mut reader = self.calls.clone();
        let first = reader.push(&whole.text);
        let Found { text, mut calls, .. } = reader.finish();
        if let Some(name) = reader.named() {
            calls.push(Call { name: name.to_owned(), arguments: first.arguments });
        }
        let text = first.text + &text;
        let logprobs = self.with_logprobs.then(|| chosen::chat(&self.tokenizer, &whole.chosen));
        let finish_reason = reason_word(whole.reason, !calls.is_empty()).to_owned();
        let calls = calls.into_iter().enumerate().map(|(at, call)| ToolCall {
            id: self.call_id(index, at),
            kind: "function".to_owned(),
            function: CalledFunction { name: call.name, arguments: call.arguments },
        });
        let calls: Vec<ToolCall> = calls.collect();
        let message = ChatAnswerMessage {
            role: "assistant".to_owned(),
            content: (calls.is_empty() || !text.is_empty()).then_some(text),
            refusal: None,
            tool_calls: (!calls.is_empty()).then_some(calls),
        };
        ChatChoice { index, message, logprobs, finish_reason }
    }

    fn completion_choice(&self, index: u32, whole: Whole) -> CompletionChoice {
        let lists = || chosen::completion(&self.tokenizer, &whole.chosen, &mut 0);
        let logprobs = self.with_logprobs.then(lists);
        let finish_reason = Some(reason_word(whole.reason, false).to_owned());
        CompletionChoice { index, text: whole.text, logprobs, finish_reason }
    }

    /// The response of an answer that is streamed, one generation for each choice. Dropping its body gives them up.
    pub(crate) fn stream(self, generations: Vec<Generation>) -> Response {
        let mut response = Body::from_stream(AnswerStream::new(self, generations)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    fn completion(
        &self,
        choices: Vec<CompletionChoice>,
        usage: Option<Option<Usage>>,
        timings: Option<Timings>,
    ) -> CompletionResponse {
        CompletionResponse {
            id: self.id(),
            object: "text_completion".to_owned(),
            created: self.stamp.created,
            model: self.model.clone(),
            choices,
            usage,
            timings,
        }
    }

    fn chat_chunk(
        &self,
        choices: Vec<ChatChunkChoice>,
        usage: Option<Option<Usage>>,
        timings: Option<Timings>,
    ) -> ChatChunk {
        ChatChunk {
            id: self.id(),
            object: "chat.completion.chunk".to_owned(),
            created: self.stamp.created,
            model: self.model.clone(),
            choices,
            usage,
            timings,
        }
    }

    /// `usage: null` where usage will come in a later chunk, absent where it will not.
    fn no_usage_yet(&self) -> Option<Option<Usage>> {
        self.with_usage.then_some(None)
    }

    /// A choice's times, where they are told.
    fn timings(&self, watch: &Stopwatch) -> Option<Timings> {
        self.with_timings.then(|| watch.timings())
    }

    /// The chunk of a choice's piece; nothing where it has nothing to tell.
    fn piece(&self, index: u32, found: Found, chosen: &[Chosen], (offset, watch): Place<'_>) -> String {
        let Found { text, arguments, calls } = found;
        if text.is_empty() && arguments.is_empty() && calls.is_empty() && chosen.is_empty() {
            return String::new();
        }
        if self.shape == Shape::Completion {
            let lists = self.with_logprobs.then(|| chosen::completion(&self.tokenizer, chosen, offset));
            let choice = CompletionChoice { index, text, logprobs: lists, finish_reason: None };
            return event(&self.completion(vec![choice], self.no_usage_yet(), self.timings(watch)));
        }
        let mut deltas: Vec<ToolCallDelta> =
            calls.into_iter().enumerate().map(|(at, call)| self.call(index, at, call)).collect();
        if !arguments.is_empty() {
            let function = FunctionDelta { name: None, arguments };
            deltas.push(ToolCallDelta { index: 0, id: None, kind: None, function });
        }
        let delta = ChatDelta {
            role: None,
            content: (!text.is_empty()).then_some(text),
            tool_calls: (!deltas.is_empty()).then_some(deltas),
        };
        let logprobs = self.with_logprobs.then(|| chosen::chat(&self.tokenizer, chosen));
        self.delta(ChatChunkChoice { index, delta, logprobs, finish_reason: None }, self.timings(watch))
    }

    fn call(&self, choice: u32, at: usize, call: Call) -> ToolCallDelta {
        ToolCallDelta {
            index: u32::try_from(at).unwrap_or(u32::MAX),
            id: Some(self.call_id(choice, at)),
            kind: Some("function".to_owned()),
            function: FunctionDelta { name: Some(call.name), arguments: call.arguments },
        }
    }

    fn delta(&self, choice: ChatChunkChoice, timings: Option<Timings>) -> String {
        event(&self.chat_chunk(vec![choice], self.no_usage_yet(), timings))
    }

    /// Sent as soon as the engine has taken the request, so that the client sees it is heard.
    fn opening(&self, index: u32) -> String {
        if self.shape == Shape::Completion {
            return String::new();
        }
        let mut delta = ChatDelta { role: Some("assistant".to_owned()), ..ChatDelta::default() };
        match self.calls.named() {
            Some(name) => {
                let call = Call { name: name.to_owned(), arguments: String::new() };
                delta.tool_calls = Some(vec![self.call(index, 0, call)]);
            }
            None => delta.content = Some(String::new()),
        }
        self.delta(ChatChunkChoice { index, delta, logprobs: None, finish_reason: None }, None)
    }

    /// The last chunk of a choice.
    fn closing(&self, index: u32, reason: FinishReason, has_calls: bool, watch: &Stopwatch) -> String {
        let finish_reason = Some(reason_word(reason, has_calls).to_owned());
        match self.shape {
            Shape::Chat => {
                let delta = ChatDelta::default();
                self.delta(
                    ChatChunkChoice { index, delta, logprobs: None, finish_reason },
                    self.timings(watch),
                )
            }
            Shape::Completion => {
                let choice = CompletionChoice { index, text: String::new(), logprobs: None, finish_reason };
                event(&self.completion(vec![choice], self.no_usage_yet(), self.timings(watch)))
            }
        }
    }

    /// What comes after the last choice has ended; its are the times.
    fn end(&self, usage: Usage, watch: &Stopwatch) -> String {
        let timings = self.timings(watch);
        let mut end = match (self.with_usage, self.shape) {
            (false, _) => String::new(),
            (true, Shape::Chat) => event(&self.chat_chunk(Vec::new(), Some(Some(usage)), timings)),
            (true, Shape::Completion) => event(&self.completion(Vec::new(), Some(Some(usage)), timings)),
        };
        end.push_str("data: [DONE]\n\n");
        end
    }
}

/// JSON holds no raw newline, so one `data:` line is one event.
fn event(body: &impl Serialize) -> String {
    match serde_json::to_string(body) {
        Ok(json) => format!("data: {json}\n\n"),
        Err(error) => format!(": {error}\n\n"),
    }
}

fn reason_word(reason: FinishReason, has_calls: bool) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::StopString(_) | FinishReason::Cancelled if has_calls => {
            "tool_calls"
        }
        FinishReason::Stop | FinishReason::StopString(_) | FinishReason::Cancelled => "stop",
        FinishReason::Length | FinishReason::Deadline => "length",
    }
}

/// What all choices cost together; their prompt is one.
fn usage_of(all: impl IntoIterator<Item = infer::Usage>) -> Usage {
    let mut all = all.into_iter();
    let mut sum = all.next().unwrap_or_default();
    for usage in all {
        sum.completion_tokens = sum.completion_tokens.saturating_add(usage.completion_tokens);
    }
    Usage {
        prompt_tokens: sum.prompt_tokens,
        completion_tokens: sum.completion_tokens,
        total_tokens: sum.prompt_tokens.saturating_add(sum.completion_tokens),
        prompt_tokens_details: PromptTokensDetails { cached_tokens: sum.cached_tokens },
    }
}
