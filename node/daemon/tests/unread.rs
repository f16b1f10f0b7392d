//! Requests that are answered before all of them was read: the answer arrives whole and says that the connection ends with it,
//! and the client may finish its sentence.
//!
//! Owns what happens to the connection; what is refused, and with which words, is in `http.rs` and `hostile.rs`. Without it a
//! client meets a reset in place of the answer, or in its next request.

mod support;

use daemon::Patience;
use serde_json::json;
use std::time::{Duration, Instant};
use support::{Ask, Door, SECRET, Setup, UNREAD};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CHAT: &str = "/v1/chat/completions";
const LARGE_BYTES: usize = 10 << 20;
/// How long a client that never stops sending is read at least, and at most on a busy machine.
const SENDING_TIME: std::ops::Range<Duration> = Duration::from_secs(1)..Duration::from_secs(30);

/// A request's head as it is sent, without an end of the connection in it.
fn head(method: &str, path: &str, token: &str, more: &str) -> Vec<u8> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\n{more}\r\n\r\n"
    );
    head.into_bytes()
}

/// With so many blanks as its body.
fn sized(method: &str, path: &str, token: &str, bytes: usize) -> Vec<u8> {
    [head(method, path, token, &format!("content-length: {bytes}")), vec![b' '; bytes]].concat()
}

fn chunked(path: &str) -> Vec<u8> {
    let chunk = [b"100000\r\n".to_vec(), vec![b' '; 1 << 20], b"\r\n".to_vec()].concat();
    [head("POST", path, SECRET, "transfer-encoding: chunked"), chunk.repeat(10), b"0\r\n\r\n".to_vec()]
        .concat()
}

/// Sends everything, then reads to the end; each must go without an error, as with a client that does not read while it sends.
async fn spoken(door: &Door, what: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(request).await.unwrap_or_else(|error| panic!("{what}: sending: {error}"));
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer).await;
    read.unwrap_or_else(|error| panic!("{what}: reading, after {} bytes: {error}", answer.len()));
    String::from_utf8(answer).unwrap()
}

/// Whether an answer says that its connection ends with it.
fn says_close(answer: &str) -> bool {
    let (head, _) = answer.split_once("\r\n\r\n").expect("a head");
    head.lines().any(|line| line.eq_ignore_ascii_case("connection: close"))
}

/// Reads one answer of a connection that goes on.
async fn one_answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let len = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= len.expect("a length").parse::<usize>().unwrap() {
                return text.into_owned();
            }
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "{bytes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_before_the_end_of_its_request_arrives_whole() {
    let door = Setup::saying("hi").start().await;
    let requests = [
        ("a large body", 413, "body_too_large", sized("POST", CHAT, SECRET, LARGE_BYTES)),
        ("large chunks", 413, "body_too_large", chunked(CHAT)),
        ("a wrong token", 401, "invalid_api_key", sized("POST", CHAT, "wrong", LARGE_BYTES)),
        ("an unknown route", 404, "unknown_route", sized("POST", "/v1/engines", SECRET, LARGE_BYTES)),
        ("another method", 405, "method_not_allowed", sized("PUT", CHAT, SECRET, LARGE_BYTES)),
        ("a small one", 401, "invalid_api_key", sized("POST", CHAT, "wrong", 2)),
    ];
    // Several times, because whether a reset overtakes an answer is a race.
    for (what, status, code, request) in requests.iter().cycle().take(4 * requests.len()) {
        let answer = spoken(&door, what, request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {answer}");
        assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{what}: {answer}");
        assert!(answer.ends_with('}'), "{what}: {answer}");
        assert!(says_close(&answer), "{what}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_ends_is_told_so() {
    let usual = Setup::saying("hi");
    let patience = Patience { body: Duration::from_millis(300), ..usual.patience };
    let door = Setup { patience, ..usual }.start().await;
    let begun = [head("POST", CHAT, SECRET, "content-length: 5000"), vec![b' '; 4000]].concat();
    let answer = spoken(&door, "a slow body", &begun).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.ends_with('}'), "{answer}");
    assert!(says_close(&answer), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_client_is_not_told_to_stay() {
    let door = Setup::saying("hi").start().await;
    let request = sized("POST", CHAT, "wrong", 2000);
    let old =
        String::from_utf8(request).unwrap().replace("HTTP/1.1\r\n", "HTTP/1.0\r\nconnection: keep-alive\r\n");
    let answer = spoken(&door, "HTTP/1.0", old.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.0 401 ") && says_close(&answer), "{answer}");
    assert!(!answer.to_ascii_lowercase().contains("keep-alive"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_another_protocol_is_let_go_at_once() {
    let door = Setup::saying("hi").start().await;
    // Over HTTP/2 as if that were agreed, and asking for it in a request that is refused unread.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let upgrade = "content-length: 2000\r\nconnection: upgrade\r\nupgrade: h2c";
    let asking = [head("POST", CHAT, "wrong", upgrade), vec![b' '; 2000]].concat();
    for (what, request) in [("a preface", preface), ("an upgrade", asking)] {
        let mut fastest = Duration::MAX;
        for _ in 0..2 {
            let begun = Instant::now();
            spoken(&door, what, &request).await;
            fastest = fastest.min(begun.elapsed());
        }
        assert!(fastest < UNREAD / 4, "{what}: {fastest:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_never_ends_is_told_so() {
    let door = Setup::saying("hi").start().await;
    for _ in 0..4 {
        let long = format!("x-long: {}", "x".repeat(1 << 20));
        let answer = spoken(&door, "a long head", &head("GET", "/v1/models", SECRET, &long)).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
        assert!(says_close(&answer), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_before_sending_is_told_at_once() {
    let door = Setup::saying("hi").start().await;
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    let more = format!("content-length: {LARGE_BYTES}\r\nexpect: 100-continue");
    stream.write_all(&head("POST", CHAT, SECRET, &more)).await.unwrap();
    let answer = one_answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(says_close(&answer), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_read_keeps_its_connection() {
    let door = Setup::saying("hi").start().await;
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    let whole = json!({"model": "base", "messages": [{"role": "user", "content": "Hi"}]}).to_string();
    let length = format!("content-length: {}", whole.len());
    let chunks = format!("{:x}\r\n{whole}\r\n0\r\nx-trailer: y\r\n\r\n", whole.len());
    for (what, status, request) in [
        ("no JSON", 400, sized("POST", CHAT, SECRET, 100)),
        ("no body", 200, head("GET", "/v1/models", SECRET, "x: y")),
        ("a chat", 200, [head("POST", CHAT, SECRET, &length), whole.clone().into_bytes()].concat()),
        (
            "chunks",
            200,
            [head("POST", CHAT, SECRET, "transfer-encoding: chunked"), chunks.into_bytes()].concat(),
        ),
        ("an unknown route", 404, head("GET", "/v1/engines", SECRET, "x: y")),
    ] {
        stream.write_all(&request).await.unwrap();
        let answer = one_answer(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {answer}");
        assert!(!says_close(&answer), "{what}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_stops_sending_is_left() {
    let patience = Patience { unread: 2 * SENDING_TIME.start, ..Patience::default() };
    let door = Setup { patience, ..Setup::saying("hi") }.start().await;
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    let begun = Instant::now();
    let length = format!("content-length: {}", u64::MAX / 2);
    stream.write_all(&head("POST", CHAT, SECRET, &length)).await.unwrap();
    let answer = one_answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && says_close(&answer), "{answer}");
    let part = vec![b' '; 1 << 16];
    while stream.write_all(&part).await.is_ok() {
        assert!(begun.elapsed() < SENDING_TIME.end, "it goes on for ever");
    }
    assert!(begun.elapsed() >= SENDING_TIME.start, "it was not read on");
    let ask = Ask::get("/v1/models");
    assert_eq!(door.ask(&ask).await.status, 200);
}
