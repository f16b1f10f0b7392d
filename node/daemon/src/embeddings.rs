//! `POST /v1/embeddings`: texts as vectors of the base.
//!
//! Owns the handler and the spelling of vectors. Refuses to know how a vector is computed. The base's hidden states are a
//! makeshift until there is a model made for it; adapters have no part in them.
//! Source: the OpenAI API reference, embeddings; RFC 4648 (base64).

use crate::app::App;
use crate::fault::Fault;
use crate::generate::owner_of;
use crate::inference::Ready;
use crate::preparing::Kind;
use crate::routes::read_body;
use axum::Json;
use axum::extract::{Request, State};
use infer::EMBEDDING_TOKENS_MAX;
use std::sync::Arc;
use wire::openai::{
    Embedding, EmbeddingInput, EmbeddingRequest, EmbeddingResponse, EmbeddingUsage, EmbeddingVector,
};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The field that a complaint names.
const INPUT: &str = "input";

/// The handler. One text after the other, so that one request holds one place in the queue; having one it keeps it.
pub(crate) async fn embeddings(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Json<EmbeddingResponse>, Fault> {
    let body = EmbeddingRequest::from_json(&read_body(request).await?)?;
    let ready = app.ready()?;
    if !ready.ids.has(&body.model) {
        return Err(Fault::UnknownModel { id: body.model });
    }
    let owner = owner_of(body.user.as_deref());
    let texts = tokens(&ready, body.input).await?;
    let prompt_tokens = texts.iter().map(|text| u32::try_from(text.len()).unwrap_or(u32::MAX)).sum();
    let mut data = Vec::with_capacity(texts.len());
    for (index, text) in (0u32..).zip(texts) {
        let vector = app.inference.embed(owner, text, index > 0).await?;
        let embedding = match body.is_base64 {
            true => EmbeddingVector::Base64(base64(vector.iter().flat_map(|value| value.to_le_bytes()))),
            false => EmbeddingVector::Numbers(vector),
        };
        data.push(Embedding { object: "embedding".to_owned(), index, embedding });
    }
    Ok(Json(EmbeddingResponse {
        object: "list".to_owned(),
        data,
        model: ready.ids.first().to_owned(),
        usage: EmbeddingUsage { prompt_tokens, total_tokens: prompt_tokens },
    }))
}

async fn tokens(ready: &Ready, input: Vec<EmbeddingInput>) -> Result<Vec<Vec<u32>>, Fault> {
    let mind = Arc::clone(&ready.mind);
    let encoding = ready.preparing.run(Kind::Other, move || {
        let refused = |why| Fault::BadPrompt { param: INPUT, why };
        let one = |input| match input {
            EmbeddingInput::Text(text) => mind.encode_prompt(&text).map_err(refused),
            EmbeddingInput::Tokens(tokens) => Ok(tokens),
        };
        input.into_iter().map(one).collect::<Result<Vec<_>, Fault>>()
    });
    let texts = encoding.await?;
    // Before anything is read: the engine would find it out at the last token.
    let tokens_max = ready.mind.context_len().min(EMBEDDING_TOKENS_MAX);
    match texts.iter().find(|text| text.len() > tokens_max) {
        Some(long) => Err(Fault::ContextTooLong { param: INPUT, tokens_max, tokens: long.len() }),
        None => Ok(texts),
    }
}

fn base64(bytes: impl Iterator<Item = u8>) -> String {
    let bytes: Vec<u8> = bytes.collect();
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits =
            three.iter().enumerate().fold(0u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let letter = BASE64[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.bytes()), expected);
        }
    }
}
