//! A connection that is closed when its client has read nothing for too long.
//!
//! Owns that one clock. Refuses to know what is written. Without it whoever asks for an answer and never reads it would hold
//! a connection, and what waits in it, for ever: the worker gives the request up, but nothing closes the socket.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// A socket with bounded patience.
#[derive(Debug)]
pub(crate) struct PatientStream {
    stream: TcpStream,
    patience: Duration,
    /// Runs while the system takes nothing more for the client.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl PatientStream {
    /// Wraps a socket; `patience` is how long a write may stand still.
    pub(crate) fn new(stream: TcpStream, patience: Duration) -> Self {
        PatientStream { stream, patience, stalled: None }
    }

    /// What a write gave, or that it has stood still for too long.
    fn or_stalled(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        stalled.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for PatientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for PatientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.or_stalled(context, written)
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
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.or_stalled(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    async fn pair(patience: Duration) -> (PatientStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, served) = tokio::join!(TcpStream::connect(address), listener.accept());
        (PatientStream::new(served.unwrap().0, patience), client.unwrap())
    }

    /// More than the system's buffers of a socket hold.
    const BYTES: usize = 64 << 20;

    #[tokio::test]
    async fn a_write_that_stands_still_ends() {
        let patience = Duration::from_millis(200);
        let (mut stream, _client) = pair(patience).await;
        let begun = Instant::now();
        let error = stream.write_all(&vec![7; BYTES]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= patience);
    }

    #[tokio::test]
    async fn a_reader_that_gets_on_is_waited_for() {
        let patience = Duration::from_secs(3);
        let (mut stream, mut client) = pair(patience).await;
        let begun = Instant::now();
        let written = tokio::spawn(async move { stream.write_all(&vec![7; BYTES]).await });
        let (mut read, mut part) = (0, vec![0; BYTES / 32]);
        while read < BYTES {
            tokio::time::sleep(patience / 24).await;
            read += client.read(&mut part).await.unwrap();
        }
        assert!(written.await.unwrap().is_ok());
        assert!(begun.elapsed() > patience, "it took too little time to show anything");
    }
}
