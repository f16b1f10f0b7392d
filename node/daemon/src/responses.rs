//! `POST /v1/responses`: one conversation in, one message out, and nothing kept.
//!
//! Owns the order of work of one request, and the stream. Refuses to know the shape of bodies and events (`told`) and how
//! text is made. A fault inside a stream that has begun is sent as `response.failed`.
//! Source: the OpenAI API reference (responses, streaming events).

mod told;

use crate::adapters::{self, Choice};
use crate::app::App;
use crate::fault::Fault;
use crate::generate::{self, Order, Prompt};
use crate::inference::{Generation, Written};
use crate::routes::{Shared, read_body};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use infer::{ChatMessage, Class};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use tokio_stream::Stream;
use told::Told;
use wire::responses::ResponsesRequest;

/// The route, under both of its names.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new().route("/v1/responses", post(respond)).route("/responses", post(respond))
}

async fn respond(State(app): Shared, request: Request) -> Result<Response, Fault> {
    let received = Instant::now();
    let mut body = ResponsesRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    let adapter = adapters::choose(&ready, &body.model, body.wishes.adapter.as_ref())?;
    let model = adapter.as_ref().map_or_else(|| ready.ids.first().to_owned(), Choice::id);
    let said = std::mem::take(&mut body.messages).into_iter();
    let said = said.map(|message| ChatMessage { role: message.role.to_owned(), content: message.content });
    let order = Order {
        prompt: Prompt::Input(said.collect()),
        sampling: body.sampling.clone(),
        class: Class::Local,
        tokens_default: None,
        received,
        wishes: std::mem::take(&mut body.wishes),
        adapter,
        words: None,
    };
    // Before the request waits for its turn: of what was read, only what is told again is kept.
    let is_streamed = body.stream;
    let told = Told::new(body, model)?;
    let generation = generate::start(&app, &ready, order).await?;
    if is_streamed {
        return Ok(stream(EventStream { told, generation, stage: Stage::Opening }));
    }
    let whole = generate::gather(generation).await?;
    Ok(Json(told.whole(whole)).into_response())
}

/// How far a stream has come.
enum Stage {
    Opening,
    Text,
    Closed,
}

/// The body of a streamed answer. It owns the generation, so a client that hangs up drops both.
struct EventStream {
    told: Told,
    generation: Generation,
    stage: Stage,
}

impl Stream for EventStream {
    type Item = Result<String, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.stage {
            Stage::Closed => return Poll::Ready(None),
            Stage::Opening => {
                self.stage = Stage::Text;
                return Poll::Ready(Some(Ok(self.told.opening())));
            }
            Stage::Text => {}
        }
        self.generation.poll_next(context).map(|written| {
            Some(Ok(match written {
                Ok(Written::Text(said)) => self.told.delta(said.text),
                Ok(Written::Done(reason, usage)) => {
                    self.stage = Stage::Closed;
                    self.told.closing(reason, usage)
                }
                Err(fault) => {
                    self.stage = Stage::Closed;
                    self.told.failure(&fault)
                }
            }))
        })
    }
}

fn stream(events: EventStream) -> Response {
    let mut response = Body::from_stream(events).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
