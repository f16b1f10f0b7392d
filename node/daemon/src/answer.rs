//! Answers in the OpenAI shape: one whole body, or a stream of server-sent events.
//!
//! Owns ids, chunk order (role, text, finish, usage, `[DONE]`) and the stream itself. Refuses to know where text comes
//! from. A fault inside a stream that has begun is sent as an error body and ends it without `[DONE]`.
//! Source: the OpenAI API reference (streaming); the WHATWG definition of server-sent events.

use crate::app::unix_seconds;
use crate::fault::Fault;
use crate::generate::Whole;
use crate::inference::{Generation, Written};
use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use infer::FinishReason;
use serde::Serialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_stream::Stream;
use wire::openai::{
    ChatAnswerMessage, ChatChoice, ChatChunk, ChatChunkChoice, ChatDelta, ChatResponse, CompletionChoice,
    CompletionResponse, PromptTokensDetails, Usage,
};

/// Which of the two routes answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Chat,
    Completion,
}

/// What all pieces of one answer share.
pub(crate) struct Answer {
    shape: Shape,
    id: String,
    created: u64,
    model: String,
    with_usage: bool,
}

impl Answer {
    /// A new answer with an id of its own.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub(crate) fn new(shape: Shape, model: &str, with_usage: bool) -> Result<Self, Fault> {
        let random = getrandom::u64().map_err(|error| Fault::Generation { why: error.to_string() })?;
        let prefix = match shape {
            Shape::Chat => "chatcmpl",
            Shape::Completion => "cmpl",
        };
        let id = format!("{prefix}-{random:016x}");
        Ok(Answer { shape, id, created: unix_seconds(), model: model.to_owned(), with_usage })
    }

    /// The body of an answer that is not streamed.
    pub(crate) fn whole(self, whole: Whole) -> Response {
        let (usage, finish_reason) = (usage_of(whole.usage), reason_word(whole.reason).to_owned());
        match self.shape {
            Shape::Chat => {
                let message =
                    ChatAnswerMessage { role: "assistant".to_owned(), content: whole.text, refusal: None };
                let choice = ChatChoice { index: 0, message, logprobs: None, finish_reason };
                Json(ChatResponse {
                    id: self.id,
                    object: "chat.completion".to_owned(),
                    created: self.created,
                    model: self.model,
                    choices: vec![choice],
                    usage,
                })
                .into_response()
            }
            Shape::Completion => {
                Json(self.completion(whole.text, Some(finish_reason), Some(Some(usage)))).into_response()
            }
        }
    }

    /// The response of an answer that is streamed. Dropping its body gives the generation up.
    pub(crate) fn stream(self, generation: Generation) -> Response {
        let stream = AnswerStream { answer: self, generation, stage: Stage::Opening };
        let mut response = Body::from_stream(stream).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    fn completion(
        &self,
        text: String,
        finish_reason: Option<String>,
        usage: Option<Option<Usage>>,
    ) -> CompletionResponse {
        CompletionResponse {
            id: self.id.clone(),
            object: "text_completion".to_owned(),
            created: self.created,
            model: self.model.clone(),
            choices: vec![CompletionChoice { index: 0, text, logprobs: None, finish_reason }],
            usage,
        }
    }

    fn chat_chunk(&self, choices: Vec<ChatChunkChoice>, usage: Option<Option<Usage>>) -> ChatChunk {
        ChatChunk {
            id: self.id.clone(),
            object: "chat.completion.chunk".to_owned(),
            created: self.created,
            model: self.model.clone(),
            choices,
            usage,
        }
    }

    /// `usage: null` where usage will come in a later chunk, absent where it will not.
    fn no_usage_yet(&self) -> Option<Option<Usage>> {
        self.with_usage.then_some(None)
    }

    fn delta(&self, delta: ChatDelta, finish_reason: Option<String>) -> String {
        let choice = ChatChunkChoice { index: 0, delta, logprobs: None, finish_reason };
        event(&self.chat_chunk(vec![choice], self.no_usage_yet()))
    }

    /// Sent as soon as the engine has taken the request, so that the client sees it is heard.
    fn opening(&self) -> Option<String> {
        let role = Some("assistant".to_owned());
        match self.shape {
            Shape::Chat => Some(self.delta(ChatDelta { role, content: Some(String::new()) }, None)),
            Shape::Completion => None,
        }
    }

    fn text(&self, text: String) -> String {
        match self.shape {
            Shape::Chat => self.delta(ChatDelta { role: None, content: Some(text) }, None),
            Shape::Completion => event(&self.completion(text, None, self.no_usage_yet())),
        }
    }

    fn closing(&self, reason: FinishReason, usage: infer::Usage) -> String {
        let finish_reason = Some(reason_word(reason).to_owned());
        let mut closing = match self.shape {
            Shape::Chat => self.delta(ChatDelta::default(), finish_reason),
            Shape::Completion => event(&self.completion(String::new(), finish_reason, self.no_usage_yet())),
        };
        if self.with_usage {
            let usage = Some(Some(usage_of(usage)));
            closing.push_str(&match self.shape {
                Shape::Chat => event(&self.chat_chunk(Vec::new(), usage)),
                Shape::Completion => event(&CompletionResponse {
                    choices: Vec::new(),
                    ..self.completion(String::new(), None, usage)
                }),
            });
        }
        closing.push_str("data: [DONE]\n\n");
        closing
    }
}

/// JSON holds no raw newline, so one `data:` line is one event.
fn event(body: &impl Serialize) -> String {
    match serde_json::to_string(body) {
        Ok(json) => format!("data: {json}\n\n"),
        Err(error) => format!(": {error}\n\n"),
    }
}

fn reason_word(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::Cancelled => "stop",
        FinishReason::Length => "length",
    }
}

fn usage_of(usage: infer::Usage) -> Usage {
    Usage {
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        total_tokens: usage.prompt_tokens.saturating_add(usage.completion_tokens),
        prompt_tokens_details: PromptTokensDetails { cached_tokens: usage.cached_tokens },
    }
}

/// How far a stream has come.
enum Stage {
    Opening,
    Text,
    Closed,
}

/// The body of a streamed answer. It owns the generation, so a client that hangs up drops both.
struct AnswerStream {
    answer: Answer,
    generation: Generation,
    stage: Stage,
}

impl Stream for AnswerStream {
    type Item = Result<String, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Stage::Opening = self.stage {
            self.stage = Stage::Text;
            if let Some(opening) = self.answer.opening() {
                return Poll::Ready(Some(Ok(opening)));
            }
        }
        if let Stage::Closed = self.stage {
            return Poll::Ready(None);
        }
        self.generation.poll_next(context).map(|written| {
            Some(Ok(match written {
                Ok(Written::Text(text)) => self.answer.text(text),
                Ok(Written::Done(reason, usage)) => {
                    self.stage = Stage::Closed;
                    self.answer.closing(reason, usage)
                }
                Err(fault) => {
                    self.stage = Stage::Closed;
                    event(&fault.body())
                }
            }))
        })
    }
}
