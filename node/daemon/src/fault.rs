//! Everything the door can answer instead of what was asked, as one closed list.
//!
//! Owns status, `type`, `code`, `param` and headers of each fault, always in the OpenAI error body. Refuses to decide
//! when a fault happens. Source: the OpenAI API reference (errors), RFC 9110 (405 `Allow`, 401 challenge, 415
//! `Accept-Encoding`, 422), RFC 6585 (429 and `Retry-After`).

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use infer::{BackendError, SubmitError};
use wire::BodyError;
use wire::openai::{ErrorBody, ErrorDetail};

/// Seconds after which a client that found the queue full may try again.
pub const RETRY_AFTER_S: u64 = 1;
/// Seconds after which a client that found the model loading may try again.
pub const RETRY_LOADING_S: u64 = 2;

/// One answer that is not a success.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The body is wrong; the sender's fault.
    #[error("{0}")]
    Body(#[from] BodyError),
    /// The body is larger than [`wire::limits::BODY_BYTES_MAX`].
    #[error("the body is larger than {bytes_max} bytes")]
    BodyTooLarge {
        /// Most bytes allowed.
        bytes_max: usize,
    },
    /// The body broke off, or its framing is wrong.
    #[error("the body did not arrive whole: {why}")]
    BodyBroken {
        /// What happened.
        why: String,
    },
    /// The content type is not JSON.
    #[error("send `content-type: application/json`, not {actual}")]
    NotJson {
        /// What was sent.
        actual: String,
    },
    /// The body is compressed or encoded some other way. Nothing is ever unpacked, so that no body can grow.
    #[error("send the body as it is, without `content-encoding: {actual}`")]
    Encoded {
        /// What was sent.
        actual: String,
    },
    /// The head or the body of a request did not arrive in time.
    #[error("the request did not arrive within {seconds} seconds")]
    TooSlow {
        /// How long is waited.
        seconds: u64,
    },
    /// No token, or a wrong one.
    #[error("the bearer token is missing or wrong; it stands in the file `token` of the data directory")]
    Unauthorized,
    /// The request names another host or comes from a page of another site.
    #[error("this door is for programs on this machine: `{header}` names {actual}")]
    Foreign {
        /// Which header gave it away.
        header: &'static str,
        /// What stood there.
        actual: String,
    },
    /// No such route.
    #[error("there is no {method} {path} here")]
    UnknownRoute {
        /// The method asked for.
        method: String,
        /// The path asked for.
        path: String,
    },
    /// The route exists and does not take this method.
    #[error("this route does not take {method}; it takes {allowed}")]
    MethodNotAllowed {
        /// The method asked for.
        method: String,
        /// The method to use.
        allowed: &'static str,
    },
    /// No such model.
    #[error("the model `{id}` does not exist here")]
    UnknownModel {
        /// The id asked for.
        id: String,
    },
    /// No such adapter.
    #[error("there is no adapter {name:?}")]
    UnknownAdapter {
        /// The field that asked.
        field: String,
        /// The name asked for.
        name: String,
    },
    /// The adapter was replaced since the client chose it.
    #[error("the adapter {name:?} is at generation {actual} now, not {expected}")]
    OtherGeneration {
        /// The field that asked.
        field: String,
        /// The adapter's name.
        name: String,
        /// The generation asked for.
        expected: u64,
        /// The one there is.
        actual: u64,
    },
    /// The list of words was never sent, or has been dropped.
    #[error("there is no vocabulary {hash:?} here; send it to /ember/v1/vocabulary")]
    UnknownVocabulary {
        /// The hash asked for.
        hash: String,
    },
    /// The prompt fills the model's context.
    #[error(
        "the prompt has {tokens} tokens and exceeds the available context size: at most {tokens_max} fit"
    )]
    ContextTooLong {
        /// The field that carried the prompt.
        param: &'static str,
        /// Most tokens a prompt may have.
        tokens_max: usize,
        /// Tokens that came.
        tokens: usize,
    },
    /// The prompt is too long even to count its tokens.
    #[error("a prompt may have at most {bytes_max} bytes and this one has {bytes}")]
    PromptTooLong {
        /// The field that carried the prompt.
        param: &'static str,
        /// Most bytes allowed.
        bytes_max: usize,
        /// Bytes that came.
        bytes: usize,
    },
    /// The chat cannot be turned into a prompt for this model.
    #[error("the prompt cannot be prepared: {why}")]
    BadPrompt {
        /// The field that carried the prompt.
        param: &'static str,
        /// What the template or tokenizer said.
        why: String,
    },
    /// The engine refused a parameter.
    #[error("`{field}` is not possible: {why}")]
    BadParameter {
        /// The field at fault.
        field: String,
        /// Why.
        why: String,
    },
    /// The route exists for clients that ask, and what they ask for does not.
    #[error("{what} is not supported here: {instead}")]
    NotSupported {
        /// What was asked for.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// Every slot is taken, and the client asked to be told so.
    #[error("all slots are busy")]
    NoSlot,
    /// As many requests wait as may wait.
    #[error("too many requests are waiting; try again soon")]
    QueueFull,
    /// The adapters in use leave no room for another.
    #[error("{why}")]
    AdaptersBusy {
        /// What the pool said.
        why: String,
    },
    /// The model is still loading.
    #[error("the model is still loading; try again soon")]
    Loading,
    /// There is no model.
    #[error("there is no model to answer with: {why}")]
    NoModel {
        /// Why.
        why: String,
    },
    /// The daemon is stopping.
    #[error("the daemon is stopping")]
    Stopping,
    /// What the answer must follow cannot be followed to its end; found only while writing.
    #[error("the answer cannot be written as asked: {why}")]
    CannotFollow {
        /// What the engine said.
        why: String,
    },
    /// The engine failed while writing.
    #[error("generation failed: {why}")]
    Generation {
        /// What the engine said.
        why: String,
    },
    /// The client did not read what it asked for.
    #[error("the answer was given up because it was not read")]
    NotRead,
}

impl Fault {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Fault::Body(_)
            | Fault::BodyBroken { .. }
            | Fault::ContextTooLong { .. }
            | Fault::PromptTooLong { .. }
            | Fault::BadPrompt { .. }
            | Fault::BadParameter { .. } => StatusCode::BAD_REQUEST,
            Fault::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Fault::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Fault::NotJson { .. } | Fault::Encoded { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Fault::CannotFollow { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Fault::Unauthorized => StatusCode::UNAUTHORIZED,
            Fault::Foreign { .. } => StatusCode::FORBIDDEN,
            Fault::UnknownRoute { .. }
            | Fault::UnknownModel { .. }
            | Fault::UnknownAdapter { .. }
            | Fault::UnknownVocabulary { .. } => StatusCode::NOT_FOUND,
            Fault::OtherGeneration { .. } => StatusCode::CONFLICT,
            Fault::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Fault::QueueFull | Fault::AdaptersBusy { .. } => StatusCode::TOO_MANY_REQUESTS,
            Fault::Loading | Fault::NoModel { .. } | Fault::Stopping | Fault::NoSlot => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Fault::NotSupported { .. } => StatusCode::NOT_IMPLEMENTED,
            Fault::Generation { .. } | Fault::NotRead => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The fixed word for a program.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Body(body) => body.code(),
            Fault::BodyTooLarge { .. } => "body_too_large",
            Fault::BodyBroken { .. } => "body_broken",
            Fault::NotJson { .. } => "unsupported_media_type",
            Fault::Encoded { .. } => "unsupported_content_encoding",
            Fault::TooSlow { .. } => "request_timeout",
            Fault::Unauthorized => "invalid_api_key",
            Fault::Foreign { .. } => "foreign_request",
            Fault::UnknownRoute { .. } => "unknown_route",
            Fault::MethodNotAllowed { .. } => "method_not_allowed",
            Fault::UnknownModel { .. } => "model_not_found",
            Fault::UnknownAdapter { .. } => "adapter_not_found",
            Fault::OtherGeneration { .. } => "adapter_generation",
            Fault::UnknownVocabulary { .. } => wire::ember::VOCABULARY_NOT_FOUND,
            Fault::ContextTooLong { .. } | Fault::PromptTooLong { .. } => "context_length_exceeded",
            Fault::BadPrompt { .. } => "invalid_prompt",
            Fault::BadParameter { .. } => "invalid_value",
            Fault::NotSupported { .. } => "not_supported",
            Fault::NoSlot => "no_slot_available",
            Fault::QueueFull => "queue_full",
            Fault::AdaptersBusy { .. } => "adapters_busy",
            Fault::Loading => "model_loading",
            Fault::NoModel { .. } => "no_model",
            Fault::Stopping => "stopping",
            Fault::CannotFollow { .. } => "constraint_failed",
            Fault::Generation { .. } => "generation_failed",
            Fault::NotRead => "not_read",
        }
    }

    fn kind(&self) -> &'static str {
        match self.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "authentication_error",
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request_error",
        }
    }

    fn param(&self) -> Option<&str> {
        match self {
            Fault::Body(body) => body.param(),
            Fault::ContextTooLong { param, .. }
            | Fault::PromptTooLong { param, .. }
            | Fault::BadPrompt { param, .. } => Some(param),
            Fault::BadParameter { field, .. }
            | Fault::UnknownAdapter { field, .. }
            | Fault::OtherGeneration { field, .. } => Some(field),
            Fault::UnknownModel { .. } => Some("model"),
            Fault::UnknownVocabulary { .. } => Some("words.vocabulary"),
            _ => None,
        }
    }

    fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Fault::Unauthorized => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Fault::MethodNotAllowed { allowed, .. } => {
                Some((header::ALLOW, HeaderValue::from_static(allowed)))
            }
            Fault::Encoded { .. } => Some((header::ACCEPT_ENCODING, HeaderValue::from_static("identity"))),
            Fault::QueueFull | Fault::AdaptersBusy { .. } => {
                Some((header::RETRY_AFTER, RETRY_AFTER_S.into()))
            }
            Fault::Loading => Some((header::RETRY_AFTER, RETRY_LOADING_S.into())),
            _ => None,
        }
    }

    /// The error body, also sent inside a stream that has begun.
    pub fn body(&self) -> ErrorBody {
        ErrorBody {
            error: ErrorDetail {
                message: self.to_string(),
                kind: self.kind().to_owned(),
                param: self.param().map(str::to_owned),
                code: Some(self.code().to_owned()),
            },
        }
    }

    /// Why a text has no vector.
    pub fn not_embedded(error: BackendError) -> Self {
        let param = "input";
        match error {
            BackendError::ContextFull { max, actual } => {
                Fault::ContextTooLong { param, tokens_max: max, tokens: actual }
            }
            BackendError::Token { .. } | BackendError::Empty => {
                Fault::BadPrompt { param, why: error.to_string() }
            }
            error => Fault::Generation { why: error.to_string() },
        }
    }

    /// The engine's refusal, said about the field that carried the prompt.
    pub fn refused(error: SubmitError, param: &'static str) -> Self {
        match error {
            SubmitError::QueueFull { .. } => Fault::QueueFull,
            SubmitError::PromptTooLong { max, actual } => {
                Fault::ContextTooLong { param, tokens_max: max, tokens: actual }
            }
            SubmitError::BadParams { field, reason } if field != "prompt" => {
                Fault::BadParameter { field: field.to_owned(), why: reason }
            }
            other => Fault::BadPrompt { param, why: other.to_string() },
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.body())).into_response();
        if let Some((name, value)) = self.header() {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
