//! The routes: from an HTTP request to one of the answers, and nothing deeper.
//!
//! Owns paths, body reading (type, size, time) and the handlers. Refuses to know sockets, prompts and sampling.

use crate::answer::{Answer, Shape};
use crate::app::{App, unix_seconds};
use crate::door::{self, route_of};
use crate::fault::Fault;
use crate::generate::{self, Order, Prompt};
use crate::inference::{ModelState, Ready};
use crate::speak;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use infer::{ChatMessage, Priority};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use wire::ember::{HealthResponse, HealthStatus, ModelStatus, SpeakRequest, SpeakResponse, StatusResponse};
use wire::limits::BODY_BYTES_MAX;
use wire::openai::{ChatRequest, CompletionRequest, ModelCard, ModelList};

/// Longest time a body may take to arrive.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// Tokens of a completion whose request names no number, as OpenAI's API has it.
const COMPLETION_TOKENS_DEFAULT: u32 = 16;

type Shared = State<Arc<App>>;

/// All routes behind the door.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(door::HEALTH, get(health))
        .route("/metrics", get(metrics))
        .route("/v1/chat/completions", post(chat))
        .route("/v1/completions", post(completion))
        .route("/v1/models", get(models))
        .route("/v1/models/{*id}", get(model))
        .route("/ember/v1/status", get(status))
        .route("/ember/v1/speak", post(speak_line))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), door::guard))
        .with_state(app)
}

async fn unknown_route(request: Request) -> Fault {
    Fault::UnknownRoute { method: request.method().to_string(), path: request.uri().path().to_owned() }
}

async fn wrong_method(request: Request) -> Fault {
    let allowed = route_of(request.uri().path()).map_or("", |(_, allowed)| allowed);
    Fault::MethodNotAllowed { method: request.method().to_string(), allowed }
}

fn check_json(headers: &HeaderMap) -> Result<(), Fault> {
    let sent = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let kind = sent.as_deref().unwrap_or("nothing").split(';').next().unwrap_or_default().trim();
    let is_json = kind.eq_ignore_ascii_case("application/json");
    if is_json { Ok(()) } else { Err(Fault::NotJson { actual: kind.chars().take(80).collect() }) }
}

async fn read_body(request: Request) -> Result<Bytes, Fault> {
    check_json(request.headers())?;
    let too_large = Fault::BodyTooLarge { bytes_max: BODY_BYTES_MAX };
    match tokio::time::timeout(BODY_TIME_MAX, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == too_large.status() => Err(too_large),
        Ok(Err(rejection)) => Err(Fault::BodyBroken { why: rejection.body_text() }),
        Err(_) => Err(Fault::BodyBroken { why: "it took too long".to_owned() }),
    }
}

fn check_model(ready: &Ready, id: &str) -> Result<(), Fault> {
    if ready.ids.has(id) { Ok(()) } else { Err(Fault::UnknownModel { id: id.to_owned() }) }
}

async fn chat(State(app): Shared, request: Request) -> Result<Response, Fault> {
    let received = Instant::now();
    let body = ChatRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    check_model(&ready, &body.model)?;
    let messages = body.messages.into_iter().map(|message| ChatMessage {
        // `developer` is OpenAI's newer name of the same role; templates know the older one.
        role: if message.role == "developer" { "system".to_owned() } else { message.role },
        content: message.content,
    });
    let order = Order {
        prompt: Prompt::Chat(messages.collect()),
        sampling: body.sampling,
        priority: Priority::Local,
        tokens_default: None,
        received,
    };
    let with_usage = body.stream_options.is_some_and(|options| options.include_usage);
    let answer = Answer::new(Shape::Chat, ready.ids.first(), with_usage)?;
    respond(&app, &ready, order, answer, body.stream).await
}

async fn completion(State(app): Shared, request: Request) -> Result<Response, Fault> {
    let received = Instant::now();
    let body = CompletionRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    check_model(&ready, &body.model)?;
    let order = Order {
        prompt: Prompt::Text(body.prompt),
        sampling: body.sampling,
        priority: Priority::Local,
        tokens_default: Some(COMPLETION_TOKENS_DEFAULT),
        received,
    };
    let with_usage = body.stream_options.is_some_and(|options| options.include_usage);
    let answer = Answer::new(Shape::Completion, ready.ids.first(), with_usage)?;
    respond(&app, &ready, order, answer, body.stream).await
}

async fn respond(
    app: &App,
    ready: &Ready,
    order: Order,
    answer: Answer,
    is_streamed: bool,
) -> Result<Response, Fault> {
    let generation = generate::start(app, ready, order).await?;
    if is_streamed {
        return Ok(answer.stream(generation));
    }
    Ok(answer.whole(generate::gather(generation).await?))
}

async fn speak_line(State(app): Shared, request: Request) -> Result<Json<SpeakResponse>, Fault> {
    let received = Instant::now();
    let body = SpeakRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    let order = Order {
        prompt: Prompt::Chat(speak::messages(&body)),
        sampling: speak::sampling(&body),
        priority: Priority::Play,
        tokens_default: Some(body.max_tokens),
        received,
    };
    let sentences = speak::sentences(&body);
    let generation = generate::start(&app, &ready, order).await?;
    let whole = generate::gather_until(generation, |text| speak::line_end(text, sentences)).await?;
    Ok(Json(SpeakResponse {
        text: speak::clean_line(&whole.text, &body.villager),
        prompt_tokens: whole.usage.prompt_tokens,
        completion_tokens: whole.usage.completion_tokens,
        cached_tokens: whole.usage.cached_tokens,
        millis_ms: u64::try_from(received.elapsed().as_millis()).unwrap_or(u64::MAX),
        model: ready.mind.name().to_owned(),
        model_hash: ready.mind.hash().to_owned(),
    }))
}

fn model_card(ready: &Ready, id: &str, created: u64) -> ModelCard {
    let id = if id.is_empty() { ready.ids.first() } else { id };
    ModelCard { id: id.to_owned(), object: "model".to_owned(), created, owned_by: "emberd".to_owned() }
}

/// The model has no birthday that we know; the daemon's start keeps the field steady between calls.
fn start_seconds(app: &App) -> u64 {
    unix_seconds().saturating_sub(app.started.elapsed().as_secs())
}

/// An empty list while there is no model: listing is not generating, and clients ask it first.
async fn models(State(app): Shared) -> Json<ModelList> {
    let data = match app.inference.ready() {
        Ok(ready) => vec![model_card(&ready, "", start_seconds(&app))],
        Err(_) => Vec::new(),
    };
    Json(ModelList { object: "list".to_owned(), data })
}

async fn model(
    State(app): Shared,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ModelCard>, Fault> {
    let Ok(Path(id)) = id else { return Err(Fault::UnknownModel { id: "(not text)".to_owned() }) };
    let ready = app.inference.ready()?;
    check_model(&ready, &id)?;
    Ok(Json(model_card(&ready, &id, start_seconds(&app))))
}

async fn health(State(app): Shared) -> Json<HealthResponse> {
    let (status, error) = match app.inference.state() {
        _ if app.is_draining() => (HealthStatus::Draining, None),
        ModelState::Loading => (HealthStatus::Loading, None),
        ModelState::Ready(_) => (HealthStatus::Ok, None),
        ModelState::Failed(why) => (HealthStatus::Failed, Some(why.to_string())),
    };
    Json(HealthResponse { status, error })
}

async fn metrics(State(app): Shared) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.text()).into_response()
}

async fn status(State(app): Shared) -> Json<StatusResponse> {
    let state = app.inference.state();
    let model = match &state {
        ModelState::Ready(ready) => Some(ModelStatus {
            name: ready.ids.shown().to_owned(),
            id: ready.ids.first().to_owned(),
            hash: ready.mind.hash().to_owned(),
            context_len: u32::try_from(ready.mind.context_len()).unwrap_or(u32::MAX),
            file_bytes: ready.mind.file_bytes(),
        }),
        _ => None,
    };
    let error = match &state {
        ModelState::Failed(why) => Some(why.to_string()),
        _ => None,
    };
    let count = |gauge: &std::sync::atomic::AtomicU64| gauge.load(Ordering::Relaxed);
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Json(StatusResponse {
        version: wire::EMBER_VERSION,
        daemon_version: env!("CARGO_PKG_VERSION").to_owned(),
        model,
        loading: matches!(state, ModelState::Loading),
        error,
        draining: app.is_draining(),
        waiting: narrow(count(&app.metrics.waiting)),
        running: narrow(count(&app.metrics.running)),
        slots: app.bounds.slots,
        queue_max: app.bounds.queue_max,
        prefill_tokens: count(&app.metrics.prefill_tokens),
        decode_tokens: count(&app.metrics.decode_tokens),
        cache_hit_tokens: count(&app.metrics.cache_hit_tokens),
        uptime_ms: u64::try_from(app.started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}
