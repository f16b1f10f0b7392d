//! The listening side: 127.0.0.1, a bounded number of connections, and an orderly end.
//!
//! Owns the socket and the drain: stop accepting, let what runs finish up to a deadline, cut off the rest. Refuses to
//! know what is served. Waiting is always on an event (a signal, the last connection, a deadline), never on a sleep.

use crate::app::App;
use crate::routes;
use axum::serve::Listener;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Most connections at a time; more wait in the system's backlog.
pub const CONNECTIONS_MAX: usize = 2048;
/// How long the last words of requests that were cut off may take to reach their clients.
const CUT_OFF_TIME_MAX: Duration = Duration::from_secs(2);

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
/// # Errors
/// If the server itself breaks.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    stop: impl Future<Output = ()>,
    drain_max: Duration,
) -> io::Result<Drained> {
    let (stopping_in, mut stopping) = watch::channel(false);
    let listener = Capped { listener, free: Arc::new(Semaphore::new(CONNECTIONS_MAX)) };
    let server = axum::serve(listener, routes::router(Arc::clone(&app)));
    let server = server.with_graceful_shutdown(async move {
        // An error means that `serve` itself is gone, and then the server should be, too.
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
    });
    let mut server = tokio::spawn(server.into_future());
    tokio::select! {
        ended = &mut server => return ended.map_err(io::Error::other)?.map(|()| Drained::Finished),
        () = stop => {}
    }
    app.begin_drain();
    stopping_in.send_replace(true);
    if let Ok(ended) = tokio::time::timeout(drain_max, &mut server).await {
        return ended.map_err(io::Error::other)?.map(|()| Drained::Finished);
    }
    app.inference.halt();
    if tokio::time::timeout(CUT_OFF_TIME_MAX, &mut server).await.is_err() {
        server.abort();
    }
    Ok(Drained::CutOff)
}

/// A listener that accepts no more than it has permits for.
struct Capped {
    listener: TcpListener,
    free: Arc<Semaphore>,
}

impl Listener for Capped {
    type Io = CappedStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CappedStream, SocketAddr) {
        // The semaphore is never closed; without a permit there is nothing to do but wait for ever.
        let Ok(permit) = Arc::clone(&self.free).acquire_owned().await else {
            return std::future::pending().await;
        };
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Without it small chunks wait for each other; a socket that refuses still works.
        let _ = stream.set_nodelay(true);
        (CappedStream { stream, _permit: permit }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that gives its permit back when it closes.
struct CappedStream {
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
}

impl AsyncRead for CappedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CappedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
