//! How many tokens a chat or a response's input would be, without writing an answer.
//!
//! Owns the two handlers. Refuses to check what only writing needs. Source: llama.cpp, tools/server/README.md
//! (`/chat/completions/input_tokens`); the OpenAI API reference (`/v1/responses/input_tokens`).

use super::{check_bytes, off_the_runtime};
use crate::app::App;
use crate::fault::Fault;
use crate::inference::Ready;
use crate::routes::{Shared, read_body};
use crate::{adapters, tools};
use axum::extract::{Request, State};
use axum::routing::post;
use axum::{Json, Router};
use infer::ChatMessage;
use serde_json::{Value, json};
use std::sync::Arc;
use wire::openai::{ChatEnding, ChatRequest};
use wire::responses::ResponsesRequest;

/// The routes, under both of their names.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/chat/completions/input_tokens", post(chat))
        .route("/chat/completions/input_tokens", post(chat))
        .route("/v1/responses/input_tokens", post(input))
        .route("/responses/input_tokens", post(input))
}

async fn chat(State(app): Shared, request: Request) -> Result<Json<Value>, Fault> {
    let sent = read_body(request).await?;
    let ready = app.ready()?;
    // Nothing else of the body waits with the text.
    let (messages, ending) = {
        let body = ChatRequest::from_json(&sent)?;
        adapters::choose(&ready, &body.model, body.wishes.adapter.as_ref())?;
        (tools::messages(body.messages, &body.tools), body.ending)
    };
    drop(sent);
    count(&ready, "messages", messages, ending).await
}

async fn input(State(app): Shared, request: Request) -> Result<Json<Value>, Fault> {
    let sent = read_body(request).await?;
    let ready = app.ready()?;
    let messages = {
        let body = ResponsesRequest::from_json(&sent)?;
        adapters::choose(&ready, &body.model, body.wishes.adapter.as_ref())?;
        let said = body.messages.into_iter();
        said.map(|said| ChatMessage { role: said.role.to_owned(), content: said.content }).collect()
    };
    drop(sent);
    count(&ready, "input", messages, ChatEnding::Opening).await
}

async fn count(
    ready: &Ready,
    param: &'static str,
    messages: Vec<ChatMessage>,
    ending: ChatEnding,
) -> Result<Json<Value>, Fault> {
    check_bytes(param, messages.iter().map(|message| message.content.len()).sum())?;
    let tokens = off_the_runtime(ready, move |ready| {
        ready.mind.encode_chat(&messages, ending).map_err(|why| Fault::BadPrompt { param, why })
    });
    Ok(Json(json!({"object": "response.input_tokens", "input_tokens": tokens.await?.len()})))
}
