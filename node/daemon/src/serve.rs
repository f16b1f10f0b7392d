//! The listening side: 127.0.0.1, a bounded number of connections, none of them for ever, and an orderly end.
//!
//! Owns the socket, the loop that accepts, and the drain: stop accepting, let what runs finish up to a deadline, cut off the
//! rest. Refuses to know what is served. Waiting is always on an event (a signal, the last connection, a deadline), never
//! on a sleep. The loop is our own because the web framework's gives slow clients all the time in the world.
//! Source: RFC 9112 (connections), and the slow-client attacks known as "slowloris" and "slow read".

use crate::app::{App, Patience};
use crate::connection::PatientStream;
use crate::fault::Fault;
use crate::routes;
use crate::unread::{self, Unread};
use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// Most connections at a time; more wait in the system's backlog.
pub const CONNECTIONS_MAX: usize = 2048;
/// Descriptors left for everything that is no connection: files of models and adapters, the runtime's own.
#[cfg(unix)]
const FILES_MAX: u64 = 128;
/// Most bytes of a request's head. Of an answer it is how much may wait for its client before the next piece is asked for; a
/// piece is kept whole however long it is, so it does not bound an answer of one piece.
pub const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// How long the last words of requests that were cut off may take to reach their clients.
const CUT_OFF_TIME_MAX: Duration = Duration::from_secs(2);
/// How long the loop rests when the system gives no connection, as when it has no descriptor left: asking at once would give
/// the same answer and cost a processor.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// How a drain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Everything that ran was finished.
    Finished,
    /// The deadline came first and the rest was cut off.
    CutOff,
}

/// Takes a port on 127.0.0.1; 0 is any free one.
///
/// # Errors
/// What the system says, most often that the port is taken.
pub async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Serves until `stop` resolves, then drains for at most `drain_max`.
///
/// Cancel safe in that dropping it closes everything at once.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    stop: impl Future<Output = ()>,
    drain_max: Duration,
) -> Drained {
    let (stopping_in, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    let (free, router) = (Arc::new(Semaphore::new(connections_max())), routes::router(Arc::clone(&app)));
    loop {
        tokio::select! {
            () = &mut stop => break,
            (stream, permit) = accept(&listener, &free, app.patience) => {
                connections.spawn(converse(stream, permit, router.clone(), app.patience, stopping.clone()));
            }
            // A handler that breaks costs its own connection.
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    app.begin_drain();
    stopping_in.send_replace(true);
    let mut all_closed = pin!(async { while connections.join_next().await.is_some() {} });
    if tokio::time::timeout(drain_max, &mut all_closed).await.is_ok() {
        return Drained::Finished;
    }
    app.inference.halt();
    // What is still open after that is closed by dropping the set.
    let _ = tokio::time::timeout(CUT_OFF_TIME_MAX, all_closed).await;
    Drained::CutOff
}

/// As many connections as there are descriptors for, beside those that files need.
fn connections_max() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let free = usize::try_from(descriptors.saturating_sub(FILES_MAX)).unwrap_or(usize::MAX);
        free.clamp(1, CONNECTIONS_MAX)
    }
    #[cfg(not(unix))]
    CONNECTIONS_MAX
}

/// Asks the system for as many descriptors as all connections need: many systems give a program a thousand unless told.
/// Where it refuses, fewer connections are taken.
#[cfg(unix)]
pub fn make_room() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = CONNECTIONS_MAX as u64 + FILES_MAX;
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(limit.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

/// The next connection, once there is a permit for it.
async fn accept(
    listener: &TcpListener,
    free: &Arc<Semaphore>,
    patience: Patience,
) -> (PatientStream, OwnedSemaphorePermit) {
    // The semaphore is never closed; without a permit there is nothing to do but wait for ever.
    let Ok(permit) = Arc::clone(free).acquire_owned().await else { return std::future::pending().await };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Without it small chunks wait for each other; a socket that refuses still works.
                let _ = stream.set_nodelay(true);
                return (PatientStream::new(stream, patience.read), permit);
            }
            Err(error) if is_the_clients(&error) => {}
            Err(_) => tokio::time::sleep(ACCEPT_REST).await,
        }
    }
}

/// Whether a connection broke before it was accepted.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves one connection to its end.
async fn converse(
    stream: PatientStream,
    _permit: OwnedSemaphorePermit,
    router: Router,
    patience: Patience,
    mut stopping: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head).max_buf_size(BUFFER_BYTES_MAX);
    let (routes, unread) = (TowerToHyperService::new(router), Unread::default());
    let service = service_fn(|request| {
        let (request, reading) = Unread::watch(request);
        let (answering, unread) = (routes.call(request), unread.clone());
        async move { answering.await.map(|answer| unread.answer(&reading, answer)) }
    });
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        // An error means that `serve` itself is gone, and then the connection should be, too.
        () = async { drop(stopping.wait_for(|is_stopping| *is_stopping).await) } => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    let parts = connection.into_parts();
    let mut stream = parts.io.into_inner();
    let is_more_to_come = match ended {
        // Nothing was asked, so nothing is answered: a connection that rests is closed without a word.
        Err(error) if error.is_timeout() && parts.read_buf.is_empty() => false,
        Err(error) if error.is_timeout() => {
            // It may be gone, and it is told for its own sake.
            let _ = stream.write_all(&too_slow(patience.head)).await;
            true
        }
        // A head that made no sense was answered where it was HTTP/1; who sent it may not be done.
        Err(error) => error.is_parse(),
        Ok(()) => unread.was_left() || !parts.read_buf.is_empty(),
    };
    if is_more_to_come {
        // A drain does not wait for what nobody reads.
        tokio::select! {
            () = unread::linger(&mut stream, patience.unread) => {}
            () = async { drop(stopping.wait_for(|is_stopping| *is_stopping).await) } => {}
        }
    }
}

/// The whole answer to a request whose head never ended, which no handler can give.
fn too_slow(waited: Duration) -> Vec<u8> {
    let fault = Fault::TooSlow { seconds: waited.as_secs() };
    let body = serde_json::to_vec(&fault.body()).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        fault.status(),
        body.len()
    );
    [head.into_bytes(), body].concat()
}
