//! The routes: from an HTTP request to one of the answers, and nothing deeper.
//!
//! Owns paths, body reading (type, size, time) and the handlers. Refuses to know sockets, prompts and sampling.

use crate::adapters::{self, Choice};
use crate::answer::{Answer, Shape, Stamp};
use crate::app::{App, Patience, unix_seconds};
use crate::door::{self, route_of};
use crate::fault::Fault;
use crate::generate::{self, Order, Prompt};
use crate::inference::{ModelState, Ready};
use crate::mind::BASE_ID;
use crate::tools::{self, CallReader};
use crate::{embeddings, lora, native, responses, speak, vocabularies};
use axum::body::{Bytes, HttpBody};
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use infer::Class;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tokio::task::JoinSet;
use wire::ember::{
    EngineStatus, HealthResponse, HealthStatus, ModelStatus, SpeakPriority, SpeakRequest, SpeakResponse,
    StatusResponse,
};
use wire::limits::BODY_BYTES_MAX;
use wire::openai::{ChatEnding, ChatRequest, CompletionRequest, ModelCard, ModelList, Tools, Wishes};

/// Tokens of a completion whose request names no number, as OpenAI's API has it.
const COMPLETION_TOKENS_DEFAULT: u32 = 16;

pub(crate) type Shared = State<Arc<App>>;

/// All routes behind the door.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(door::HEALTH, get(health))
        .route(door::HEALTH_V1, get(health))
        .route("/metrics", get(metrics))
        .route("/v1/chat/completions", post(chat))
        .route("/v1/completions", post(completion))
        .route("/v1/embeddings", post(embeddings::embeddings))
        .route("/v1/load_lora_adapter", post(lora::load))
        .route("/v1/unload_lora_adapter", post(lora::unload))
        .route("/ember/v1/adapters", get(lora::list))
        .route(door::PIN, post(lora::pin))
        .route("/v1/models", get(models))
        .route("/v1/models/{*id}", get(model))
        .route("/ember/v1/status", get(status))
        .route("/ember/v1/speak", post(speak_line))
        .route("/chat/completions", post(chat))
        .route("/models", get(models))
        .merge(native::router())
        .merge(responses::router())
        .route("/ember/v1/vocabulary", post(vocabularies::take))
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

/// An encoded body is refused: what is never unpacked cannot grow.
fn check_encoding(headers: &HeaderMap) -> Result<(), Fault> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter().map(HeaderValue::as_bytes);
    match encodings.find(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
        None => Ok(()),
        Some(other) => {
            let actual = String::from_utf8_lossy(other).chars().take(80).collect();
            Err(Fault::Encoded { actual })
        }
    }
}

pub(crate) async fn read_body(request: Request) -> Result<Bytes, Fault> {
    check_encoding(request.headers())?;
    check_json(request.headers())?;
    // The door has put it there.
    let patience = request.extensions().get::<Patience>().copied().unwrap_or_default();
    let too_large = Fault::BodyTooLarge { bytes_max: BODY_BYTES_MAX };
    if request.body().size_hint().lower() > BODY_BYTES_MAX as u64 {
        // Who asks before sending (Expect) need not send it.
        return Err(too_large);
    }
    match tokio::time::timeout(patience.body, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == too_large.status() => Err(too_large),
        Ok(Err(rejection)) => Err(Fault::BodyBroken { why: rejection.body_text() }),
        Err(_) => Err(Fault::TooSlow { seconds: patience.body.as_secs() }),
    }
}

async fn chat(State(app): Shared, request: Request) -> Result<Response, Fault> {
    let received = Instant::now();
    let body = ChatRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    let adapter = adapters::choose(&ready, &body.model, body.wishes.adapter.as_ref())?;
    let mut answer = answer(Shape::Chat, &ready, &body.wishes, &adapter, &body.tools)?;
    answer.with_usage = body.stream_options.is_some_and(|options| options.include_usage);
    answer.with_timings = body.timings_per_token;
    let follow = tools::forced(&body.tools).or(body.wishes.follow);
    let messages = tools::messages(body.messages, &body.tools);
    // What was made of them is all that is needed; parsed JSON takes tens of times its text.
    drop(body.tools);
    let order = Order {
        prompt: Prompt::Chat(messages, body.ending),
        sampling: body.sampling,
        class: Class::Local,
        tokens_default: None,
        received,
        wishes: Wishes { follow, ..body.wishes },
        adapter,
        words: None,
    };
    respond(&app, &ready, order, answer, body.stream).await
}

async fn completion(State(app): Shared, request: Request) -> Result<Response, Fault> {
    let received = Instant::now();
    let body = CompletionRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    let adapter = adapters::choose(&ready, &body.model, body.wishes.adapter.as_ref())?;
    let mut answer = answer(Shape::Completion, &ready, &body.wishes, &adapter, &Tools::default())?;
    answer.with_usage = body.stream_options.is_some_and(|options| options.include_usage);
    answer.with_timings = body.timings_per_token;
    let order = Order {
        prompt: Prompt::Text(body.prompt),
        sampling: body.sampling,
        class: Class::Local,
        tokens_default: Some(COMPLETION_TOKENS_DEFAULT),
        received,
        wishes: body.wishes,
        adapter,
        words: None,
    };
    respond(&app, &ready, order, answer, body.stream).await
}

/// Without what only some are told: usage in a stream, and times.
fn answer(
    shape: Shape,
    ready: &Ready,
    wishes: &Wishes,
    adapter: &Option<Choice>,
    tools: &Tools,
) -> Result<Answer, Fault> {
    Ok(Answer {
        shape,
        model: adapter.as_ref().map_or_else(|| ready.ids.first().to_owned(), Choice::id),
        with_usage: false,
        with_timings: false,
        with_logprobs: wishes.logprobs.is_some(),
        calls: CallReader::new(tools),
        tokenizer: Arc::clone(&ready.tokenizer),
        stamp: Stamp::new()?,
    })
}

async fn respond(
    app: &App,
    ready: &Ready,
    order: Order,
    answer: Answer,
    is_streamed: bool,
) -> Result<Response, Fault> {
    let generations = generate::start_all(app, ready, order, is_streamed).await?;
    if is_streamed {
        return Ok(answer.stream(generations));
    }
    // In order of the choices: what the later ones write meanwhile waits in their channels, and a channel that fills is
    // a client that does not read, so each is read by a task of its own.
    let mut gathering = JoinSet::new();
    for (index, generation) in generations.into_iter().enumerate() {
        gathering.spawn(async move { generate::gather(generation).await.map(|whole| (index, whole)) });
    }
    let mut wholes = Vec::with_capacity(gathering.len());
    while let Some(gathered) = gathering.join_next().await {
        wholes.push(gathered.map_err(|error| Fault::Generation { why: error.to_string() })??);
    }
    wholes.sort_by_key(|(index, _)| *index);
    Ok(answer.whole(wholes.into_iter().map(|(_, whole)| whole).collect()))
}

async fn speak_line(State(app): Shared, request: Request) -> Result<Json<SpeakResponse>, Fault> {
    let received = Instant::now();
    let mut body = SpeakRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    let field = || "adapter".to_owned();
    let adapter = body.adapter.clone().map(|name| Choice { field: field(), name, generation: None });
    let order = Order {
        prompt: Prompt::Chat(speak::messages(&body), ChatEnding::Opening),
        sampling: speak::sampling(&body),
        class: match body.priority {
            SpeakPriority::Play => Class::Play,
            SpeakPriority::Ambient => Class::Local,
        },
        tokens_default: Some(body.max_tokens),
        received,
        wishes: Wishes::default(),
        adapter,
        words: body.words.take(),
    };
    let sentences = speak::sentences(&body);
    // What the player waits for is made ready before what villagers say among themselves.
    let generation = match body.priority {
        SpeakPriority::Play => generate::start_line(&app, &ready, order).await?,
        SpeakPriority::Ambient => generate::start(&app, &ready, order).await?,
    };
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

fn model_card(id: &str, created: u64) -> ModelCard {
    ModelCard {
        id: id.to_owned(),
        object: "model".to_owned(),
        created,
        owned_by: "emberd".to_owned(),
        root: Some(id.to_owned()),
        parent: None,
    }
}

/// An adapter is a model whose parent is the base, as vLLM has it.
fn adapter_card(ready: &Ready, id: String, path: &std::path::Path, created: u64) -> ModelCard {
    ModelCard {
        root: path.file_name().map(|name| name.to_string_lossy().into_owned()),
        parent: Some(ready.ids.first().to_owned()),
        ..model_card(&id, created)
    }
}

/// The model has no birthday that we know; the daemon's start keeps the field steady between calls.
fn start_seconds(app: &App) -> u64 {
    unix_seconds().saturating_sub(app.started.elapsed().as_secs())
}

/// An empty list while there is no model: listing is not generating, and clients ask it first.
async fn models(State(app): Shared) -> Json<ModelList> {
    let data = app.inference.ready().map(|ready| {
        let created = start_seconds(&app);
        let adapters = ready.adapters.pool().list().into_iter();
        let base = std::iter::once(model_card(ready.ids.first(), created));
        let id = |name: &str| format!("{BASE_ID}:{name}");
        base.chain(adapters.map(|it| adapter_card(&ready, id(&it.name), &it.path, created))).collect()
    });
    Json(ModelList { object: "list".to_owned(), data: data.unwrap_or_default() })
}

async fn model(
    State(app): Shared,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ModelCard>, Fault> {
    let Ok(Path(id)) = id else { return Err(Fault::UnknownModel { id: "(not text)".to_owned() }) };
    let ready = app.inference.ready()?;
    let created = start_seconds(&app);
    let Some(choice) = adapters::choose(&ready, &id, None)? else {
        return Ok(Json(model_card(&id, created)));
    };
    let found = ready.adapters.pool().list().into_iter().find(|status| status.name == choice.name);
    let status = found.ok_or_else(|| Fault::UnknownModel { id: id.clone() })?;
    Ok(Json(adapter_card(&ready, id, &status.path, created)))
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
    let ready = app.inference.ready().ok();
    let text = app.metrics.text(ready.as_ref().map(|ready| ready.adapters.pool()));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

async fn status(State(app): Shared) -> Json<StatusResponse> {
    let state = app.inference.state();
    let engine = match &state {
        ModelState::Ready(ready) => Some(engine_status(&app, ready)),
        _ => None,
    };
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
        engine,
    })
}

fn engine_status(app: &App, ready: &Ready) -> EngineStatus {
    let count = |gauge: &std::sync::atomic::AtomicU64| gauge.load(Ordering::Relaxed);
    let known = ready.adapters.pool().list();
    let narrow = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    EngineStatus {
        isa: ready.compute.isa.to_owned(),
        threads: ready.compute.threads,
        kv_blocks: count(&app.metrics.blocks),
        kv_blocks_used: count(&app.metrics.blocks_used),
        adapters: narrow(known.len()),
        adapters_loaded: narrow(known.iter().filter(|status| status.bytes > 0).count()),
        draft_tokens: count(&app.metrics.draft_tokens),
        draft_hits: count(&app.metrics.draft_hits),
    }
}
