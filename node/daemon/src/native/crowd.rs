//! All completions of one request, told together: one body or list of bodies, or a stream of events.
//!
//! Owns which of them is read next, and the fields that a body is cut down to. Refuses to know prompts and sampling.

use super::begin::Run;
use super::tally::{Asked, Tally};
use crate::fault::Fault;
use crate::inference::Written;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_stream::Stream;
use wire::native::{Completion, TokenProb};

/// The one field of a completion that may be long and is no text.
const PROBS_FIELD: &str = "completion_probabilities";

/// All prompts of one request, written at the same time.
pub(super) struct Crowd {
    asked: Asked,
    tallies: Vec<Tally>,
    /// Who is asked first next time, so that a talkative one does not keep the others waiting.
    next: usize,
}

impl Crowd {
    pub(super) fn new(asked: Asked, runs: Vec<Run>) -> Self {
        let tallies = runs.into_iter().zip(0u32..).map(|(run, index)| Tally::new(index, run)).collect();
        Crowd { asked, tallies, next: 0 }
    }

    /// Whether it is answered piece by piece.
    pub(super) fn is_streamed(&self) -> bool {
        self.asked.settings.stream
    }

    /// What the next of them has written, and who; `None` once all are done.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<(usize, Result<Written, Fault>)>> {
        let count = self.tallies.len();
        let mut is_over = true;
        for step in 0..count {
            let at = (self.next + step) % count;
            if self.tallies[at].is_done() {
                continue;
            }
            is_over = false;
            if let Poll::Ready(written) = self.tallies[at].run.generation.poll_next(context) {
                self.next = (at + 1) % count;
                return Poll::Ready(Some((at, written)));
            }
        }
        if is_over { Poll::Ready(None) } else { Poll::Pending }
    }
}

/// Reads all generations to their ends. Dropping the future gives them up.
pub(super) async fn gather(mut crowd: Crowd, fields: Vec<String>) -> Result<Response, Fault> {
    while let Some((at, written)) = std::future::poll_fn(|context| crowd.poll_next(context)).await {
        crowd.tallies[at].take(&crowd.asked, written?);
    }
    let Crowd { asked, mut tallies, .. } = crowd;
    let failed = |error: serde_json::Error| Fault::Generation { why: error.to_string() };
    let mut response = match tallies.as_mut_slice() {
        // One prompt is answered by one object, several by a list, whatever form the prompt had.
        [one] => told(one.completion(&asked), &fields).map_err(failed)?.into_response(),
        // Each is told when the client has read the one before: together they would take many times what they are kept in.
        _ => Body::from_stream(tokio_stream::iter(list(asked, tallies, fields))).into_response(),
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The pieces of a list of completions.
fn list(
    asked: Asked,
    tallies: Vec<Tally>,
    fields: Vec<String>,
) -> impl Iterator<Item = serde_json::Result<String>> + Send {
    let entries = tallies.into_iter().enumerate().map(move |(at, mut tally)| {
        let before = if at == 0 { '[' } else { ',' };
        told(tally.completion(&asked), &fields).map(|body| format!("{before}{body}"))
    });
    entries.chain(std::iter::once(Ok("]".to_owned())))
}

/// A completion as JSON, with all its fields or only with those asked for.
fn told(mut completion: Option<Completion>, fields: &[String]) -> serde_json::Result<String> {
    if fields.is_empty() {
        return serde_json::to_string(&completion);
    }
    // As a value these would take ten times the memory of their text.
    let probs = completion.as_mut().and_then(|completion| completion.completion_probabilities.take());
    serde_json::to_string(&ChosenFields { whole: serde_json::to_value(completion)?, probs, fields })
}

/// The fields of a body that were asked for, named by their paths; what is not there is left out.
struct ChosenFields<'a> {
    whole: Value,
    probs: Option<Vec<TokenProb>>,
    fields: &'a [String],
}

impl Serialize for ChosenFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (at, path) in self.fields.iter().enumerate() {
            if self.fields[..at].contains(path) {
                continue;
            }
            match &self.probs {
                Some(probs) if path == PROBS_FIELD => map.serialize_entry(path, probs)?,
                _ => {
                    let found = path.split('/').try_fold(&self.whole, |value, name| value.get(name));
                    found.map_or(Ok(()), |value| map.serialize_entry(path, value))?;
                }
            }
        }
        map.end()
    }
}

/// The body of a streamed answer. It owns the generations, so a client that hangs up drops them all.
struct CrowdStream {
    crowd: Crowd,
    fields: Vec<String>,
    is_over: bool,
}

impl CrowdStream {
    /// The event for what was written, or nothing if it tells nothing.
    fn event(&mut self, at: usize, written: Result<Written, Fault>) -> Option<String> {
        let Crowd { asked, tallies, .. } = &mut self.crowd;
        let tally = &mut tallies[at];
        let body = match written {
            Ok(written) => match tally.take(asked, written) {
                Some(partial) => serde_json::to_string(&partial),
                None => told(Some(tally.completion(asked)?), &self.fields),
            },
            Err(fault) => {
                self.is_over = true;
                serde_json::to_string(&fault.body())
            }
        };
        body.ok().map(|body| format!("data: {body}\n\n"))
    }
}

impl Stream for CrowdStream {
    type Item = Result<String, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.is_over {
            match self.crowd.poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => self.is_over = true,
                Poll::Ready(Some((at, written))) => {
                    if let Some(event) = self.event(at, written) {
                        return Poll::Ready(Some(Ok(event)));
                    }
                }
            }
        }
        Poll::Ready(None)
    }
}

/// The response of a streamed answer. Dropping its body gives the generations up.
pub(super) fn stream(crowd: Crowd, fields: Vec<String>) -> Response {
    let events = CrowdStream { crowd, fields, is_over: false };
    let mut response = Body::from_stream(events).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_chosen_by_their_paths() {
        let body = json!({"content": "a", "settings": {"n": 3, "deep": {"x": 1}}, "prompt": "p"});
        let choose = |fields: &[&str]| {
            let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
            serde_json::to_value(ChosenFields {
                whole: body.clone(),
                probs: Some(Vec::new()),
                fields: &fields,
            })
        };
        let twice = choose(&["content", "settings/n", "content"]).unwrap();
        assert_eq!(twice, json!({"content": "a", "settings/n": 3}));
        assert_eq!(choose(&["settings/deep/x", "no", "prompt/n"]).unwrap(), json!({"settings/deep/x": 1}));
        assert_eq!(choose(&[PROBS_FIELD]).unwrap(), json!({PROBS_FIELD: []}));
    }
}
