//! One HTTP exchange with a server on this machine, its answer stamped line by line as it arrives.
//!
//! Owns: the bytes of HTTP/1.1 as far as two local servers need them, and the limits on size and time. Refuses to know: what
//! is asked. Why not a client library: what is measured is when a line arrives, and here nothing stands between the socket
//! and the clock; nothing is parsed before the answer has ended. Source: RFC 9112, with `Connection: close`.

use anyhow::{Context, Result, bail};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long a server may take to accept a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How long an answer may stand still: longer than the longest prompt of the busiest case waits for its turn.
const STALL_MAX: Duration = Duration::from_secs(180);
/// How long one whole answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(600);
/// Largest answer in bytes, headers among them.
const ANSWER_BYTES_MAX: u64 = 16 << 20;
/// Longest line of a head, and of a chunk's size, in bytes.
const HEAD_LINE_BYTES_MAX: u64 = 16 << 10;
/// Most lines of a head.
const HEAD_LINES_MAX: usize = 100;
/// How much of a refusal is repeated, in characters.
const QUOTED_CHARS_MAX: usize = 400;

/// Where a server listens, and what it wants to see.
#[derive(Debug, Clone)]
pub struct Site {
    /// Port on 127.0.0.1.
    pub port: u16,
    /// Bearer token, if it asks for one.
    pub token: Option<String>,
}

/// An answer, line by line.
#[derive(Debug)]
pub struct Stamped {
    /// Just before the request was written.
    pub sent: Instant,
    /// When each line had arrived, and the line without its end.
    pub lines: Vec<(Instant, String)>,
}

impl Stamped {
    /// The whole body.
    pub fn text(&self) -> String {
        self.lines.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// GETs a path. Any status but 200 is an error.
pub fn get(site: &Site, path: &str) -> Result<Stamped> {
    exchange(site, "GET", path, &[])
}

/// POSTs a JSON body. Any status but 200 is an error.
pub fn post(site: &Site, path: &str, body: &[u8]) -> Result<Stamped> {
    exchange(site, "POST", path, body)
}

fn exchange(site: &Site, method: &str, path: &str, body: &[u8]) -> Result<Stamped> {
    let ask = || format!("{method} {path} on port {}", site.port);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, site.port));
    let mut stream = TcpStream::connect_timeout(&address, CONNECT_WITHIN).with_context(ask)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(STALL_MAX))?;
    stream.set_write_timeout(Some(STALL_MAX))?;
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nAccept: */*\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n",
        site.port,
        body.len()
    );
    if let Some(token) = &site.token {
        request.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    let sent = Instant::now();
    stream.write_all(&bytes).with_context(ask)?;
    let (status, answer) = read_answer(stream, sent).with_context(ask)?;
    if status != 200 {
        let quoted: String = answer.text().chars().take(QUOTED_CHARS_MAX).collect();
        bail!("{} was answered {status}: {quoted}", ask());
    }
    Ok(answer)
}

/// Reads status, head and body of an answer.
fn read_answer(stream: impl Read, sent: Instant) -> Result<(u16, Stamped)> {
    let mut reader = BufReader::new(stream.take(ANSWER_BYTES_MAX));
    let first = head_line(&mut reader)?;
    let status = first.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1));
    let status = status.and_then(|word| word.parse().ok()).with_context(|| format!("no HTTP: {first:?}"))?;
    let (mut is_chunked, mut length) = (false, None);
    for number in 0.. {
        let line = head_line(&mut reader)?;
        if line.is_empty() {
            break;
        }
        if number >= HEAD_LINES_MAX {
            bail!("the head has more than {HEAD_LINES_MAX} lines");
        }
        let Some((name, value)) = line.split_once(':') else { bail!("a head with the line {line:?}") };
        match name.trim().to_ascii_lowercase().as_str() {
            "transfer-encoding" => is_chunked = value.trim().eq_ignore_ascii_case("chunked"),
            "content-length" => length = Some(value.trim().parse::<u64>().context("a length that is none")?),
            _ => {}
        }
    }
    let lines = match (is_chunked, length) {
        (true, _) => stamp(BufReader::new(Chunks { reader, left: 0, is_over: false }), sent)?,
        (false, Some(length)) => stamp(reader.take(length), sent)?,
        (false, None) => stamp(reader, sent)?,
    };
    Ok((status, Stamped { sent, lines }))
}

fn head_line(reader: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    reader.take(HEAD_LINE_BYTES_MAX).read_line(&mut line)?;
    if !line.ends_with('\n') {
        bail!("the head broke off after {:?}", line.chars().take(QUOTED_CHARS_MAX).collect::<String>());
    }
    Ok(line.trim_end().to_owned())
}

/// Reads lines to the end and notes when each had arrived.
fn stamp(mut reader: impl BufRead, sent: Instant) -> Result<Vec<(Instant, String)>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(lines);
        }
        let now = Instant::now();
        if now.duration_since(sent) > ANSWER_WITHIN {
            bail!("the answer took more than {} s", ANSWER_WITHIN.as_secs());
        }
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        lines.push((now, line));
    }
}

/// The body of `Transfer-Encoding: chunked`, handed on as it arrives. An end without the last chunk is an error: an answer
/// that broke off must not pass for a short one.
struct Chunks<R> {
    reader: R,
    left: u64,
    is_over: bool,
}

impl<R: BufRead> Chunks<R> {
    /// Reads the next chunk's size; the last one has none, and ends the body.
    fn open(&mut self) -> io::Result<()> {
        let broken = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
        let mut line = String::new();
        (&mut self.reader).take(HEAD_LINE_BYTES_MAX).read_line(&mut line)?;
        if !line.ends_with('\n') {
            return Err(broken("the answer broke off between chunks"));
        }
        let size = line.trim_end().split(';').next().unwrap_or_default();
        self.left = u64::from_str_radix(size, 16).map_err(|_| broken("a chunk without a size"))?;
        self.is_over = self.left == 0;
        Ok(())
    }
}

impl<R: BufRead> Read for Chunks<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.is_over {
            self.open()?;
        }
        if self.is_over || out.is_empty() {
            return Ok(0);
        }
        let got = (&mut self.reader).take(self.left).read(out)?;
        if got == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the answer broke off inside a chunk"));
        }
        self.left -= got as u64;
        if self.left == 0 {
            let mut end = [0; 2];
            self.reader.read_exact(&mut end)?;
        }
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> Result<(u16, String)> {
        let (status, stamped) = read_answer(answer.as_bytes(), Instant::now())?;
        Ok((status, stamped.text()))
    }

    #[test]
    fn bodies_of_all_three_kinds_are_read() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:\r\n3;x=1\r\n a\n\r\n2\r\n\nb\r\n0\r\n\r\n";
        assert_eq!(read(chunked).unwrap(), (200, "data: a\n\nb".to_owned()));
        let sized = "HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nno!and more";
        assert_eq!(read(sized).unwrap(), (404, "no!".to_owned()));
        assert_eq!(read("HTTP/1.0 200 OK\r\n\r\nto the\nend").unwrap(), (200, "to the\nend".to_owned()));
    }

    #[test]
    fn what_breaks_off_is_an_error() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (body, why) in [
            ("5\r\nda", "inside a chunk"),
            ("2\r\nda\r\n", "between chunks"),
            ("zz\r\nda\r\n", "without a size"),
            ("", "between chunks"),
        ] {
            let error = format!("{:#}", read(&format!("{head}{body}")).unwrap_err());
            assert!(error.contains(why), "{error}");
        }
        assert!(read("HTTP/1.1 200 OK\r\nContent-").is_err());
        assert!(read("SSH-2.0\r\n\r\n").is_err());
        let long = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(HEAD_LINES_MAX + 1));
        assert!(read(&long).unwrap_err().to_string().contains("more than"));
    }
}
