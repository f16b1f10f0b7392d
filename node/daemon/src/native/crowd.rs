//! All completions of one request, told together: one body or list of bodies, or a stream of events.
//!
//! Owns which of them is read next, and the fields that a body is cut down to. Refuses to know prompts and sampling.

use super::begin::Run;
use super::tally::{Asked, Tally};
use crate::fault::Fault;
use crate::inference::Written;
use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_stream::Stream;

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
pub(super) async fn gather(mut crowd: Crowd, fields: &[String]) -> Result<Response, Fault> {
    while let Some((at, written)) = std::future::poll_fn(|context| crowd.poll_next(context)).await {
        crowd.tallies[at].take(&crowd.asked, written?);
    }
    let Crowd { asked, mut tallies, .. } = crowd;
    let mut bodies: Vec<Value> = Vec::with_capacity(tallies.len());
    for tally in &mut tallies {
        bodies.push(chosen_fields(tally.completion(&asked), fields)?);
    }
    // One prompt is answered by one object, several by a list, whatever form the prompt had.
    let body = if bodies.len() == 1 { bodies.swap_remove(0) } else { Value::Array(bodies) };
    Ok(Json(body).into_response())
}

/// A body with all its fields or only with those asked for, named by their paths; what is not there is left out.
fn chosen_fields(body: impl Serialize, fields: &[String]) -> Result<Value, Fault> {
    let whole = serde_json::to_value(body).map_err(|error| Fault::Generation { why: error.to_string() })?;
    if fields.is_empty() {
        return Ok(whole);
    }
    let found = fields.iter().filter_map(|path| {
        let value = path.split('/').try_fold(&whole, |value, name| value.get(name))?;
        Some((path.clone(), value.clone()))
    });
    Ok(Value::Object(found.collect::<Map<String, Value>>()))
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
                Some(partial) => chosen_fields(partial, &[]),
                None => chosen_fields(tally.completion(asked)?, &self.fields),
            },
            Err(fault) => Err(fault),
        };
        let body = body.or_else(|fault| {
            self.is_over = true;
            serde_json::to_value(fault.body())
        });
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
            chosen_fields(&body, &fields).unwrap()
        };
        assert_eq!(choose(&[]), body);
        assert_eq!(choose(&["content", "settings/n"]), json!({"content": "a", "settings/n": 3}));
        assert_eq!(choose(&["settings/deep/x", "no", "prompt/n"]), json!({"settings/deep/x": 1}));
    }
}
