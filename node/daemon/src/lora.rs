//! The routes about adapters: load, unload, pin, list.
//!
//! Owns these handlers. Refuses to know how an adapter is read. Loading happens on a blocking thread; what an adapter that
//! is gone had cached is dropped by the inference thread.
//! Source: vLLM, `/v1/load_lora_adapter` and `/v1/unload_lora_adapter`, with its answers.

use crate::app::App;
use crate::fault::Fault;
use crate::inference::Ready;
use crate::preparing::Kind;
use crate::routes::read_body;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use infer::adapter::{AdapterStatus, PoolError};
use std::sync::Arc;
use wire::ember::{AdapterEntry, AdapterList};
use wire::openai::{LoadAdapterRequest, PinRequest, UnloadAdapterRequest};

type Shared = State<Arc<App>>;

/// Loads an adapter, or replaces one while others speak through what it was.
pub(crate) async fn load(State(app): Shared, request: Request) -> Result<String, Fault> {
    let body = LoadAdapterRequest::from_json(&read_body(request).await?)?;
    let Ready { adapters, preparing, .. } = app.ready()?;
    let LoadAdapterRequest { lora_name, lora_path } = body;
    let name = lora_name.clone();
    let (_, replaced) = preparing.run(Kind::Other, move || adapters.load(&lora_name, &lora_path)).await?;
    if let Some(generation) = replaced {
        app.inference.drop_generation(generation).await;
    }
    Ok(format!("Success: LoRA adapter '{name}' added successfully."))
}

/// Forgets an adapter; who speaks through it goes on.
pub(crate) async fn unload(State(app): Shared, request: Request) -> Result<String, Fault> {
    let UnloadAdapterRequest { lora_name: name } =
        UnloadAdapterRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    let removed = ready.adapters.pool().remove(&name);
    let generation = removed.map_err(|_| unknown("lora_name", &name))?;
    app.inference.drop_generation(generation).await;
    Ok(format!("Success: LoRA adapter '{name}' removed successfully."))
}

/// Keeps an adapter in memory, or no longer.
pub(crate) async fn pin(
    State(app): Shared,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Json<AdapterEntry>, Fault> {
    let Ok(Path(name)) = name else { return Err(unknown("name", "(not text)")) };
    let PinRequest { pinned } = PinRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    let pool = ready.adapters.pool();
    pool.pin(&name, pinned).map_err(|error| match error {
        PoolError::Pinned { .. } => {
            Fault::BadParameter { field: "pinned".to_owned(), why: error.to_string() }
        }
        _ => unknown("name", &name),
    })?;
    let found = pool.list().into_iter().find(|status| status.name == name);
    found.map(|status| Json(entry(status))).ok_or_else(|| unknown("name", &name))
}

/// All adapters; none while there is no model.
pub(crate) async fn list(State(app): Shared) -> Json<AdapterList> {
    let known = app.inference.ready().map(|ready| ready.adapters.pool().list()).unwrap_or_default();
    Json(AdapterList { adapters: known.into_iter().map(entry).collect() })
}

fn unknown(field: &str, name: &str) -> Fault {
    Fault::UnknownAdapter { field: field.to_owned(), name: name.to_owned() }
}

fn entry(status: AdapterStatus) -> AdapterEntry {
    AdapterEntry {
        name: status.name,
        hash: status.hash,
        generation: status.generation,
        rank: u32::try_from(status.rank).unwrap_or(u32::MAX),
        bytes: status.bytes as u64,
        pinned: status.pinned,
    }
}
