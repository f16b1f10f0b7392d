//! One HTTP exchange over loopback: a request out, its answer in, within a limit, given up at once by another thread.
//!
//! Owns: the bytes of HTTP/1.1 as far as the one door needs them, the time they may take, and the handle that ends a
//! call. Refuses to know: what is asked. Why not a client library: none lets another thread end a call that waits, and
//! a player who quits must not wait for a mind. Source: RFC 9112, with `Connection: close` and a body of known length.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest that a connection on this machine may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Largest answer that is read, head and body, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Bytes read at a time.
const CHUNK_BYTES: usize = 16 << 10;
/// The blank line after a head.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    /// The limit passed.
    #[error("it took too long")]
    Slow,
    /// Another thread gave it up.
    #[error("it was given up")]
    GivenUp,
    /// The connection failed or broke.
    #[error("{0}")]
    Broken(io::Error),
    /// What came back is no HTTP that we read.
    #[error("{0}")]
    Nonsense(&'static str),
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// The body.
    pub(super) body: String,
}

/// What is asked.
pub(super) struct Ask<'a> {
    /// On 127.0.0.1.
    pub(super) port: u16,
    /// "GET" or "POST".
    pub(super) method: &'static str,
    /// Path, with its slash.
    pub(super) path: &'static str,
    /// The bearer token.
    pub(super) token: &'a str,
    /// JSON; empty for none.
    pub(super) body: &'a str,
}

#[derive(Debug, Default)]
struct Held {
    /// The call that waits, and its ticket.
    stream: Option<(u64, TcpStream)>,
    /// Calls up to this ticket are given up, also those not begun.
    given_up: u64,
}

/// Ends calls from another thread. Tickets only grow; a call is made under one.
#[derive(Debug, Clone, Default)]
pub(super) struct Cancel(Arc<Mutex<Held>>);

impl Cancel {
    fn held(&self) -> MutexGuard<'_, Held> {
        // Both fields are replaced whole, so a panic while holding the lock cannot leave half of one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives up every call up to this ticket, begun or not. Returns at once.
    pub(super) fn up_to(&self, ticket: u64) {
        let mut held = self.held();
        held.given_up = held.given_up.max(ticket);
        if let Some((_, stream)) = held.stream.take_if(|(current, _)| *current <= ticket) {
            // Failing means that the other side has closed it already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Whether a ticket was given up.
    pub(super) fn is_given_up(&self, ticket: u64) -> bool {
        ticket <= self.held().given_up
    }

    fn begin(&self, ticket: u64, stream: &TcpStream) -> Result<(), HttpError> {
        let clone = stream.try_clone().map_err(HttpError::Broken)?;
        let mut held = self.held();
        if ticket <= held.given_up {
            return Err(HttpError::GivenUp);
        }
        held.stream = Some((ticket, clone));
        Ok(())
    }

    fn end(&self) {
        self.held().stream = None;
    }
}

/// Makes one call under a ticket, within a limit.
///
/// # Errors
/// See [`HttpError`].
pub(super) fn call(
    ask: &Ask<'_>,
    limit: Duration,
    ticket: u64,
    cancel: &Cancel,
) -> Result<Answer, HttpError> {
    let until = Instant::now() + limit;
    if cancel.is_given_up(ticket) {
        return Err(HttpError::GivenUp);
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, ask.port));
    let connected = TcpStream::connect_timeout(&address, CONNECT_TIMEOUT.min(limit));
    let mut stream = connected.map_err(HttpError::Broken)?;
    cancel.begin(ticket, &stream)?;
    let answer = exchange(&mut stream, ask, until);
    cancel.end();
    // A socket that was shut down looks like one that broke or ended; the difference is who did it.
    if answer.is_err() && cancel.is_given_up(ticket) { Err(HttpError::GivenUp) } else { answer }
}

fn exchange(stream: &mut TcpStream, ask: &Ask<'_>, until: Instant) -> Result<Answer, HttpError> {
    let Ask { port, method, path, token, body } = *ask;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: \
         application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.set_write_timeout(Some(left(until)?)).map_err(HttpError::Broken)?;
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).map_err(broken)?;
    let mut bytes = Vec::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        stream.set_read_timeout(Some(left(until)?)).map_err(HttpError::Broken)?;
        let read = match stream.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(broken)?,
        };
        bytes.extend_from_slice(&chunk[..read]);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(HttpError::Nonsense("its answer is too long"));
        }
        if let Some(answer) = parse(&bytes)? {
            return Ok(answer);
        }
        if read == 0 {
            return Err(HttpError::Broken(io::ErrorKind::UnexpectedEof.into()));
        }
    }
}

fn left(until: Instant) -> Result<Duration, HttpError> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(HttpError::Slow) } else { Ok(left) }
}

fn broken(error: io::Error) -> HttpError {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => HttpError::Slow,
        _ => HttpError::Broken(error),
    }
}

/// The answer, once all of it is there.
fn parse(bytes: &[u8]) -> Result<Option<Answer>, HttpError> {
    let Some(head_len) = bytes.windows(HEAD_END.len()).position(|window| window == HEAD_END) else {
        return Ok(None);
    };
    let nonsense = || HttpError::Nonsense("its answer is no HTTP");
    let head = std::str::from_utf8(&bytes[..head_len]).map_err(|_| nonsense())?;
    let mut lines = head.split("\r\n");
    let first = lines.next().filter(|line| line.starts_with("HTTP/1.")).ok_or_else(nonsense)?;
    let status = first.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(nonsense)?;
    let length = lines.filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())
    });
    let length = length.flatten().ok_or(HttpError::Nonsense("its answer does not say how long it is"))?;
    let body = &bytes[head_len + HEAD_END.len()..];
    if body.len() < length {
        return Ok(None);
    }
    let body = std::str::from_utf8(&body[..length])
        .map_err(|_| HttpError::Nonsense("its answer is no text"))?
        .to_owned();
    Ok(Some(Answer { status, body }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const WAIT: Duration = Duration::from_secs(20);

    fn ask(port: u16) -> Ask<'static> {
        Ask { port, method: "GET", path: "/x", token: "t", body: "" }
    }

    /// A server that answers one connection with these bytes, then closes or holds the line.
    fn server(answer: &'static [u8], holds: bool) -> (u16, std::thread::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 1024];
            // A caller who gives up may be gone before it has asked.
            if stream.read(&mut head).unwrap_or(0) == 0 {
                return;
            }
            stream.write_all(answer).unwrap();
            while holds && stream.read(&mut head).unwrap_or(0) > 0 {}
        });
        (port, thread)
    }

    fn check(answer: &'static [u8], expected: Result<(u16, &str), &str>) {
        let (port, thread) = server(answer, false);
        let got = call(&ask(port), WAIT, 1, &Cancel::default());
        let got = got.map(|a| (a.status, a.body)).map_err(|e| e.to_string());
        match (&got, expected) {
            (Ok((status, body)), Ok(wanted)) => assert_eq!((*status, body.as_str()), wanted),
            (Err(error), Err(wanted)) => assert!(error.contains(wanted), "{error}"),
            _ => panic!("{got:?} where {expected:?} was expected"),
        }
        thread.join().unwrap();
    }

    #[test]
    fn answers_are_read_and_nonsense_is_told() {
        check(b"HTTP/1.1 200 OK\r\ncontent-LENGTH: 2\r\n\r\n{}", Ok((200, "{}")));
        check(b"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n", Ok((429, "")));
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", Err("end of file"));
        check(b"HTTP/1.1 200 OK\r\n\r\n{}", Err("how long"));
        check(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}", Err("how long"));
        check(b"SSH-2.0-Open\r\n\r\n", Err("no HTTP"));
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xff", Err("no text"));
        check(b"", Err("end of file"));
    }

    #[test]
    fn a_silent_server_is_slow_and_a_call_ends_when_it_is_given_up() {
        let (port, thread) = server(b"HTTP/1.1 200 OK\r\n", true);
        let slow = call(&ask(port), Duration::from_millis(60), 1, &Cancel::default());
        assert!(matches!(slow, Err(HttpError::Slow)), "{slow:?}");
        thread.join().unwrap();
        let (port, thread) = server(b"", true);
        let (cancel, began) = (Cancel::default(), Instant::now());
        let other = cancel.clone();
        let ending = std::thread::spawn(move || {
            while other.held().stream.is_none() {
                std::thread::yield_now();
            }
            other.up_to(7);
        });
        assert!(matches!(call(&ask(port), WAIT, 7, &cancel), Err(HttpError::GivenUp)));
        assert!(began.elapsed() < WAIT / 2);
        assert!(matches!(call(&ask(port), WAIT, 7, &cancel), Err(HttpError::GivenUp)));
        ending.join().unwrap();
        thread.join().unwrap();
    }
}
