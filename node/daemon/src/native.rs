//! llama.cpp's own routes, for clients that were written for its server.
//!
//! Owns the routes and the small handlers: tokens, templates, and what the server tells of itself. Refuses to know how
//! completions are gathered (`completion`). Errors keep our shape, which has every field of theirs.
//! Source: llama.cpp, tools/server/README.md (API endpoints).

mod begin;
mod completion;
mod count;
mod crowd;
mod tally;

use crate::app::App;
use crate::fault::Fault;
use crate::inference::Ready;
use crate::preparing::Kind;
use crate::routes::{Shared, read_body};
use crate::tools;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use infer::{ChatMessage, Tokenizer};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use wire::limits::PROMPT_BYTES_MAX;
use wire::native::{
    DefaultSettings, DetokenizeRequest, LoraAdapter, Modalities, Piece, Prompt, Props, Slot, TemplateRequest,
    Token, TokenizeRequest,
};

/// What stands before the version in `build_info`.
const BUILD_NAME: &str = "emberd-";

/// The routes.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .merge(count::router())
        .route("/completion", post(completion::complete))
        .route("/completions", post(completion::complete))
        .route("/tokenize", post(tokenize))
        .route("/detokenize", post(detokenize))
        .route("/apply-template", post(apply_template))
        .route("/props", get(props))
        .route("/slots", get(slots))
        .route("/lora-adapters", get(lora_adapters).post(set_lora_adapters))
}

/// Runs what may take long, off the runtime's workers.
async fn off_the_runtime<T: Send + 'static>(
    ready: &Ready,
    work: impl FnOnce(&Ready) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let own = ready.clone();
    ready.preparing.run(Kind::Other, move || work(&own)).await
}

fn check_bytes(param: &'static str, bytes: usize) -> Result<(), Fault> {
    let bytes_max = PROMPT_BYTES_MAX;
    if bytes > bytes_max { Err(Fault::PromptTooLong { param, bytes_max, bytes }) } else { Ok(()) }
}

/// The bytes of a token that must be there; `index` is its place in `param`.
fn bytes_of(tokenizer: &Tokenizer, param: &str, index: usize, token: u32) -> Result<Vec<u8>, Fault> {
    begin::token_bytes(tokenizer, token).ok_or_else(|| Fault::BadParameter {
        field: format!("{param}[{index}]"),
        why: format!("there is no token {token}, the vocabulary has {}", tokenizer.vocab_len()),
    })
}

async fn tokenize(State(app): Shared, request: Request) -> Result<Response, Fault> {
    let body = TokenizeRequest::from_json(&read_body(request).await?)?;
    let ready = app.inference.ready()?;
    check_bytes("content", begin::text_bytes(&body.content))?;
    let told = off_the_runtime(&ready, move |ready| told_tokens(&ready.tokenizer, &body)).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], told).into_response())
}

/// The answer as JSON. Each token is written as it is made: half a million of them, kept as a tree, take hundreds of megabytes.
fn told_tokens(tokenizer: &Tokenizer, body: &TokenizeRequest) -> Result<Vec<u8>, Fault> {
    let Prompt { parts } = &body.content;
    let tokens = begin::encode(tokenizer, parts, body.add_special, body.parse_special)
        .map_err(|why| Fault::BadPrompt { param: "content", why })?;
    let token = |index: usize, id: u32| -> Result<Token, Fault> {
        if !body.with_pieces {
            return Ok(Token::Id(id));
        }
        let piece = match String::from_utf8(bytes_of(tokenizer, "content", index, id)?) {
            Ok(text) => Piece::Text(text),
            Err(error) => Piece::Bytes(error.into_bytes()),
        };
        Ok(Token::WithPiece { id, piece })
    };
    let failed = |error: serde_json::Error| Fault::Generation { why: error.to_string() };
    let mut told = b"{\"tokens\":[".to_vec();
    for (index, id) in tokens.into_iter().enumerate() {
        if index > 0 {
            told.push(b',');
        }
        serde_json::to_writer(&mut told, &token(index, id)?).map_err(failed)?;
    }
    told.extend_from_slice(b"]}");
    Ok(told)
}

async fn detokenize(State(app): Shared, request: Request) -> Result<Json<Value>, Fault> {
    let body = DetokenizeRequest::from_json(&read_body(request).await?)?;
    let ready = app.inference.ready()?;
    let work = move |ready: &Ready| {
        let tokens = body.tokens.iter().enumerate();
        let bytes: Result<Vec<Vec<u8>>, Fault> =
            tokens.map(|(index, token)| bytes_of(&ready.tokenizer, "tokens", index, *token)).collect();
        Ok(String::from_utf8_lossy(&bytes?.concat()).into_owned())
    };
    let content = off_the_runtime(&ready, work).await?;
    Ok(Json(json!({ "content": content })))
}

async fn apply_template(State(app): Shared, request: Request) -> Result<Json<Value>, Fault> {
    let body = TemplateRequest::from_json(&read_body(request).await?)?;
    let ready = app.inference.ready()?;
    check_bytes("messages", body.messages.iter().map(|message| message.content.len()).sum())?;
    let work = move |ready: &Ready| {
        let messages: Vec<ChatMessage> = tools::messages(body.messages, &body.tools);
        let text = ready.mind.chat_text(&messages, body.ending);
        text.map_err(|why| Fault::BadPrompt { param: "messages", why })
    };
    let prompt = off_the_runtime(&ready, work).await?;
    Ok(Json(json!({ "prompt": prompt })))
}

fn context_len(ready: &Ready) -> u32 {
    u32::try_from(ready.mind.context_len()).unwrap_or(u32::MAX)
}

async fn props(State(app): Shared) -> Result<Json<Props>, Fault> {
    let ready = app.inference.ready()?;
    Ok(Json(Props {
        default_generation_settings: DefaultSettings {
            id: 0,
            n_ctx: context_len(&ready),
            speculative: ready.speculation,
            is_processing: false,
            params: completion::default_settings(&ready),
        },
        total_slots: app.bounds.slots,
        model_alias: ready.ids.first().to_owned(),
        // The folder is nobody's business; clients look at the name alone.
        model_path: ready.ids.file().unwrap_or_default().to_owned(),
        chat_template: ready.mind.chat_template().unwrap_or_default(),
        modalities: Modalities::default(),
        build_info: format!("{BUILD_NAME}{}", env!("CARGO_PKG_VERSION")),
        is_sleeping: false,
    }))
}

async fn slots(State(app): Shared, request: Request) -> Result<Json<Vec<Slot>>, Fault> {
    let ready = app.inference.ready()?;
    let (n_ctx, running) = (context_len(&ready), app.metrics.running.load(Ordering::Relaxed));
    let must_be_free =
        request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "fail_on_no_slot=1"));
    if must_be_free && running >= u64::from(app.bounds.slots) {
        return Err(Fault::NoSlot);
    }
    let slot =
        |id| Slot { id, n_ctx, speculative: ready.speculation, is_processing: u64::from(id) < running };
    Ok(Json((0..app.bounds.slots).map(slot).collect()))
}

/// The adapters in the order of the numbers by which `lora` names them.
async fn lora_adapters(State(app): Shared) -> Result<Json<Vec<LoraAdapter>>, Fault> {
    let known = app.inference.ready()?.adapters.pool().list();
    let adapters = (0u32..).zip(known).map(|(id, status)| LoraAdapter { id, path: status.name, scale: 0.0 });
    Ok(Json(adapters.collect()))
}

/// llama.cpp changes the scales of everyone's next request here. Who speaks is part of a request, so there is nothing to
/// change that would not change another client's answer.
async fn set_lora_adapters() -> Fault {
    Fault::NotSupported {
        what: "setting adapters for all requests",
        instead: "choose them in each request, by `lora` or `model`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::native::PromptPart;

    fn told(content: PromptPart, with_pieces: bool) -> Result<String, Fault> {
        let content = Prompt { parts: vec![content] };
        let body = TokenizeRequest { content, add_special: false, parse_special: true, with_pieces };
        told_tokens(&Tokenizer::bytes().unwrap(), &body).map(|told| String::from_utf8(told).unwrap())
    }

    #[test]
    fn tokens_are_told_as_a_tree_of_them_would_be() {
        let text = |text: &str| PromptPart::Text(text.to_owned());
        for (content, with_pieces, tree) in [
            (text(""), false, json!([])),
            (text(""), true, json!([])),
            (text("ab"), false, json!([97, 98])),
            (text("a"), true, json!([{"id": 97, "piece": "a"}])),
            (
                text("\"\u{e1}"),
                true,
                json!([{"id": 34, "piece": "\""}, {"id": 195, "piece": [195]}, {"id": 161, "piece": [161]}]),
            ),
            (
                PromptPart::Tokens(vec![9, 256]),
                true,
                json!([{"id": 9, "piece": "\t"}, {"id": 256, "piece": "<|end|>"}]),
            ),
            // Without pieces tokens are told as they were sent.
            (PromptPart::Tokens(vec![999]), false, json!([999])),
        ] {
            assert_eq!(told(content, with_pieces).unwrap(), json!({ "tokens": tree }).to_string());
        }
        let unknown = told(PromptPart::Tokens(vec![97, 999]), true).unwrap_err();
        assert_eq!(unknown.body().error.param.as_deref(), Some("content[1]"));
    }
}
