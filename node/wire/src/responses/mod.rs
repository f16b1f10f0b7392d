//! OpenAI's responses: one request, one written message, and nothing kept between two requests.
//!
//! Owns field names, the events of a stream, and refusals of fields we know and cannot honour. Refuses to know models,
//! sampling and storage. Fields unknown to us are accepted and ignored, as the public API does.
//! Source: the OpenAI API reference (responses, streaming events), as its Python client parses them.

mod answer;
mod request;
#[cfg(test)]
mod tests;

pub use answer::{
    Event, IncompleteDetails, InputTokensDetails, JsonText, OutputItem, OutputText, OutputTokensDetails,
    Response, ResponseError, StreamEvent, TextOptions, Usage,
};
pub use request::{Message, ResponsesRequest, TextFormat};
