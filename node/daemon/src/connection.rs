//! A connection that is closed when its client has read too little for too long.
//!
//! Owns that one clock, and how much a client must take before it begins anew: a byte now and then would keep a large answer in
//! memory for ever. Refuses to know what is written. Without it whoever asks for an answer and never reads it would hold
//! a connection, and what waits in it, for ever: the worker gives the request up, but nothing closes the socket.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// Bytes that a client takes of what waits for it within its time, or all that waits.
const TAKEN_BYTES_MIN: usize = 16 * 1024;

/// The time a client has left, and what it has taken of it so far.
#[derive(Debug)]
struct Stall {
    clock: Pin<Box<Sleep>>,
    taken_bytes: usize,
}

impl Stall {
    /// The same once the client has taken more; none once that is enough.
    fn after(self, taken: usize) -> Option<Self> {
        let taken_bytes = self.taken_bytes.saturating_add(taken);
        (taken_bytes < TAKEN_BYTES_MIN).then_some(Stall { taken_bytes, ..self })
    }
}

/// A socket with bounded patience.
#[derive(Debug)]
pub(crate) struct PatientStream {
    stream: TcpStream,
    patience: Duration,
    /// Runs from when the system takes nothing more for the client until it has taken enough.
    stalled: Option<Stall>,
}

impl PatientStream {
    /// Wraps a socket; `patience` is how long a client may take for [`TAKEN_BYTES_MIN`] while more waits for it.
    pub(crate) fn new(stream: TcpStream, patience: Duration) -> Self {
        PatientStream { stream, patience, stalled: None }
    }

    /// What a write of `offered` bytes gave, or that the client has taken too little for too long. Where all was taken nothing
    /// waits, however little it was: so are the events of a stream.
    fn or_stalled(
        &mut self,
        context: &mut Context<'_>,
        offered: usize,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let patience = self.patience;
        let begin = || Stall { clock: Box::pin(tokio::time::sleep(patience)), taken_bytes: 0 };
        match &written {
            Poll::Ready(Ok(taken)) if *taken < offered => {
                let taken = *taken;
                self.stalled = self.stalled.take().and_then(|stall| stall.after(taken));
            }
            Poll::Ready(_) => self.stalled = None,
            Poll::Pending => {
                let stall = self.stalled.get_or_insert_with(begin);
                return stall.clock.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()));
            }
        }
        written
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
        self.or_stalled(context, bytes.len(), written)
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
        let offered: usize = bytes.iter().map(|slice| slice.len()).sum();
        self.or_stalled(context, offered, written)
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

    /// What comes of a write that the system answers so; `None` is that it takes nothing.
    async fn after(
        stream: &mut PatientStream,
        offered: usize,
        taken: Option<usize>,
    ) -> Poll<io::Result<usize>> {
        let written = || taken.map_or(Poll::Pending, |taken| Poll::Ready(Ok(taken)));
        std::future::poll_fn(|context| Poll::Ready(stream.or_stalled(context, offered, written()))).await
    }

    #[tokio::test]
    async fn a_byte_now_and_then_buys_no_time() {
        let patience = Duration::from_millis(100);
        let (mut stream, _client) = pair(patience).await;
        assert!(after(&mut stream, 9, None).await.is_pending());
        for _ in 0..2 {
            tokio::time::sleep(patience).await;
            assert!(matches!(after(&mut stream, 9, Some(1)).await, Poll::Ready(Ok(1))));
        }
        let Poll::Ready(Err(error)) = after(&mut stream, 8, None).await else { panic!("it may go on so") };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn the_clock_begins_anew_when_enough_was_taken_or_all() {
        let (mut stream, _client) = pair(Duration::from_secs(100)).await;
        let large = 4 * TAKEN_BYTES_MIN;
        for (offered, taken, runs_on) in [
            (large, 1, true),
            (large, TAKEN_BYTES_MIN - 1, true),
            (large, TAKEN_BYTES_MIN, false),
            // A small event of a stream, taken whole.
            (20, 20, false),
        ] {
            stream.stalled = None;
            assert!(after(&mut stream, offered, None).await.is_pending());
            assert!(stream.stalled.is_some());
            assert!(after(&mut stream, offered, Some(taken)).await.is_ready());
            assert_eq!(stream.stalled.is_some(), runs_on, "{taken} of {offered}");
        }
        // Several small takes add up, and nothing runs while nothing has stood still.
        stream.stalled = None;
        assert!(after(&mut stream, large, None).await.is_pending());
        for runs_on in [true, false, false] {
            assert!(after(&mut stream, large, Some(TAKEN_BYTES_MIN / 2)).await.is_ready());
            assert_eq!(stream.stalled.is_some(), runs_on);
        }
    }
}
