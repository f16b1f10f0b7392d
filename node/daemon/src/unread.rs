//! Requests that are answered before all of them was read, and how their connections end.
//!
//! Owns noticing it, saying in the answer that the connection ends with it, and reading on for a while after it. Refuses to know
//! why something was refused. Without the first a client sends its next request into a connection that is being closed; without
//! the second the system answers what still comes with a reset, which may overtake the answer.
//! Source: RFC 9112, 9.3 and 9.6 (persistence, tear-down), RFC 9110, 10.1.1 (Expect).

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, Request, Response, Version, header};
use hyper::body::{Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

/// A request's body that tells when its end has come.
#[derive(Debug)]
struct Watched {
    body: Incoming,
    is_read: Arc<AtomicBool>,
}

impl Watched {
    fn note_end(&self) {
        if self.body.is_end_stream() {
            self.is_read.store(true, Ordering::Release);
        }
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        match frame {
            // Chunks do not tell beforehand that they are the last.
            Poll::Ready(None) => self.is_read.store(true, Ordering::Release),
            _ => self.note_end(),
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Whether a request of one connection was answered before its end.
#[derive(Debug, Default, Clone)]
pub(crate) struct Unread(Arc<AtomicBool>);

/// How far one request came.
#[derive(Debug)]
pub(crate) struct Reading {
    is_read: Arc<AtomicBool>,
    version: Version,
}

impl Unread {
    /// The same request, watched until its answer is there.
    pub(crate) fn watch(request: Request<Incoming>) -> (Request<Body>, Reading) {
        let reading = Reading { is_read: Arc::default(), version: request.version() };
        let request = request.map(|body| {
            let watched = Watched { body, is_read: Arc::clone(&reading.is_read) };
            watched.note_end();
            Body::new(watched)
        });
        (request, reading)
    }

    /// The same answer; where its request was not read to the end it says that the connection ends here.
    pub(crate) fn answer(&self, reading: &Reading, mut answer: Response<Body>) -> Response<Body> {
        if !reading.is_read.load(Ordering::Acquire) {
            self.0.store(true, Ordering::Release);
            // Otherwise the HTTP library adds "keep-alive" to it for old clients that asked for it.
            *answer.version_mut() = reading.version;
            answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    }

    /// Whether part of a request was left where it is.
    pub(crate) fn was_left(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Closes the writing side, and reads and drops what a client still sends until it hangs up or its time is over.
pub(crate) async fn linger(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), patience: Duration) {
    // However these end, the connection is closed next.
    let _ = stream.shutdown().await;
    let _ = tokio::time::timeout(patience, tokio::io::copy(stream, &mut tokio::io::sink())).await;
}
