//! Stub: a node for tests, which is ready at once and says what it is told to.
//!
//! Owns: its door in a data directory of its own, and signs of what it is asked. Refuses to know: models. It writes a line, or holds
//! it back until the caller is gone. Each call has a thread, so that calls do not wait for each other.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use tempfile::TempDir;

/// What such a node says to a request; `None`: nothing, ever.
type Says = dyn Fn(&Value) -> Option<String> + Send + Sync;

/// The game's side of such a node.
pub(crate) struct Stub {
    /// Its data directory.
    pub(crate) dir: TempDir,
    /// Every line that was asked for.
    pub(crate) asked: Receiver<Value>,
    /// Every list of words that was sent. A line whose list was not sent before is refused.
    pub(crate) taught: Receiver<Value>,
    /// A sign for each caller who went away unanswered.
    pub(crate) left: Receiver<()>,
}

/// Starts a node with these adapters.
pub(crate) fn node(
    adapters: &[&str],
    says: impl Fn(&Value) -> Option<String> + Send + Sync + 'static,
) -> Stub {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let port = listener.local_addr().unwrap().port();
    let whereabouts = wire::ember::Whereabouts { port, pid: 1, version: wire::EMBER_VERSION };
    std::fs::write(dir.path().join(wire::WHEREABOUTS_FILE), serde_json::to_vec(&whereabouts).unwrap())
        .unwrap();
    std::fs::write(dir.path().join(wire::TOKEN_FILE), "a-token\n").unwrap();
    let listed: Vec<Value> = adapters.iter().map(|name| json!({ "name": name })).collect();
    let listed = json!({ "adapters": listed }).to_string();
    let ((asked_in, asked), (left_in, left), (taught_in, taught)) = (channel(), channel(), channel());
    let desk = Arc::new(Desk { says: Box::new(says), listed, is_taught: AtomicBool::new(false) });
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let desk = Arc::clone(&desk);
            let signs = Signs { asked: asked_in.clone(), taught: taught_in.clone(), left: left_in.clone() };
            std::thread::spawn(move || desk.serve(stream.unwrap(), &signs));
        }
    });
    Stub { dir, asked, taught, left }
}

/// The node's side of those signs.
struct Signs {
    asked: Sender<Value>,
    taught: Sender<Value>,
    left: Sender<()>,
}

/// What it says to everybody.
struct Desk {
    says: Box<Says>,
    listed: String,
    is_taught: AtomicBool,
}

impl Desk {
    fn serve(&self, mut stream: TcpStream, signs: &Signs) {
        let Some((head, body)) = request(&mut stream) else { return };
        let (mut status_line, mut answer) = ("200 OK", status());
        if head.starts_with("GET /ember/v1/adapters") {
            answer.clone_from(&self.listed);
        } else if head.starts_with("POST /ember/v1/vocabulary") {
            self.is_taught.store(true, Ordering::SeqCst);
            // Nobody may be interested, here and below.
            let _ = signs.taught.send(serde_json::from_str(&body).unwrap());
            answer = json!({ "hash": "h" }).to_string();
        } else if head.starts_with("POST") {
            let body: Value = serde_json::from_str(&body).unwrap();
            if body["words"].is_object() && !self.is_taught.load(Ordering::SeqCst) {
                status_line = "404 Not Found";
                answer = json!({ "error": { "code": wire::ember::VOCABULARY_NOT_FOUND } }).to_string();
            } else {
                let line = (self.says)(&body);
                let _ = signs.asked.send(body);
                let Some(text) = line else {
                    while stream.read(&mut [0; 64]).unwrap_or(0) > 0 {}
                    let _ = signs.left.send(());
                    return;
                };
                answer = spoken(&text);
            }
        }
        let head = format!("HTTP/1.1 {status_line}\r\nContent-Length: {}\r\n\r\n", answer.len());
        // Whoever gave it up meanwhile is gone.
        let _ = stream.write_all((head + &answer).as_bytes());
    }
}

fn spoken(text: &str) -> String {
    json!({ "text": text, "prompt_tokens": 1, "completion_tokens": 1, "cached_tokens": 0, "millis_ms": 1,
                "model": "m", "model_hash": "h" })
    .to_string()
}

fn status() -> String {
    let model = json!({ "name": "m", "id": "m", "hash": "h", "context_len": 9, "file_bytes": 98 });
    json!({ "version": 1, "daemon_version": "0", "model": model, "loading": false, "error": null,
            "draining": false, "waiting": 0, "running": 0, "slots": 1, "queue_max": 1, "prefill_tokens": 0,
            "decode_tokens": 0, "cache_hit_tokens": 0, "uptime_ms": 0 })
    .to_string()
}

/// A request's head and body, once all of it is there; `None` when the caller went away first.
fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some((head.to_string(), body.to_string()));
        }
    }
}
