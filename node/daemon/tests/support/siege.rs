//! A daemon under attack, and the neighbour who must not notice: the toy with one adapter, and a watch that runs an attack
//! while the neighbour asks again and again, and checks what it did to the neighbour, the clock and the memory.
//!
//! Refuses to know attacks. The sieges of one test binary take turns, because memory is the whole process's.

use super::files::Peft;
use super::{Ask, Door, SECRET, Setup, UNREAD, toy};
use daemon::Patience;
use serde_json::{Value, json};
use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};

/// Longest time one attack may take to be answered, and the neighbour may wait meanwhile. An idle machine takes less than a
/// second for each; this says "bounded" on a busy one.
pub const TIME_MAX: Duration = Duration::from_secs(30);
/// Most bytes by which the process may have grown after an attack.
pub const GROWTH_BYTES_MAX: u64 = 128 << 20;
/// Longest message of an error.
const MESSAGE_BYTES_MAX: usize = 1200;

static TURN: Mutex<()> = Mutex::const_new(());

/// The daemon and what the neighbour hears while nobody attacks.
pub struct Siege {
    pub door: Door,
    pub folder: PathBuf,
    alone: String,
    _dir: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// Status, code and parameter of an answer; the words are empty for a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub status: u16,
    pub code: String,
    pub param: String,
    pub message: String,
}

impl Told {
    /// Of a whole answer; checks that an error is a clear one.
    pub fn of(status: u16, body: &str) -> Told {
        let body: Value =
            serde_json::from_str(body).unwrap_or_else(|_| panic!("{status}, no JSON: {body:?}"));
        let word = |name: &str| body["error"][name].as_str().unwrap_or_default().to_owned();
        let message = word("message");
        assert!(status == 200 || (!message.is_empty() && !word("code").is_empty()), "{body}");
        assert!(message.len() < MESSAGE_BYTES_MAX, "{body}");
        Told { status, code: word("code"), param: word("param"), message }
    }

    /// The three that a test expects.
    pub fn words(&self) -> (u16, &str, &str) {
        (self.status, &self.code, &self.param)
    }
}

impl Siege {
    pub async fn begin(patience: Patience) -> Siege {
        let turn = TURN.lock().await;
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("adapters");
        std::fs::create_dir_all(folder.join("marta")).unwrap();
        Peft::new(4).write(&folder.join("marta")).unwrap();
        std::fs::write(dir.path().join("toy.gguf"), toy::bytes()).unwrap();
        let patience = Patience { unread: UNREAD, ..patience };
        let setup = Setup { adapters: Some(folder.clone()), patience, ..Setup::saying("") };
        let (path, own) = (dir.path().join("toy.gguf"), setup.clone());
        let door = Door::over(&setup, move || toy::load(&path, own)).await;
        door.app.inference.settled().await;
        let alone = neighbour(&door).await;
        Siege { door, folder, alone, _dir: dir, _turn: turn }
    }

    /// Runs an attack beside the neighbour.
    pub async fn withstands<T>(&self, what: &str, attack: impl Future<Output = T>) -> T {
        let (before, begun) = (resident_bytes(), Instant::now());
        let mut attack = std::pin::pin!(attack);
        let mut answers = 0;
        loop {
            let asked = Instant::now();
            let mut asking = std::pin::pin!(neighbour(&self.door));
            let (said, result) = tokio::select! {
                said = &mut asking => (said, None),
                result = &mut attack => (asking.await, Some(result)),
            };
            answers += 1;
            assert_eq!(said, self.alone, "{what} changed what the neighbour hears");
            assert!(asked.elapsed() < TIME_MAX, "{what}: the neighbour waited {:?}", asked.elapsed());
            assert!(begun.elapsed() < TIME_MAX * 2, "{what} has no end");
            let grown = resident_bytes().saturating_sub(before);
            assert!(grown < GROWTH_BYTES_MAX, "{what}: {grown} bytes more");
            if let Some(result) = result {
                eprintln!("{what}: {:?}, {} KiB more, {answers} neighbours", begun.elapsed(), grown >> 10);
                return result;
            }
        }
    }

    /// Posts a body, as an attack.
    pub async fn post(&self, what: &str, path: &str, body: &Value) -> Told {
        let reply = self.withstands(what, self.door.ask(&Ask::post(path, body))).await;
        let told = Told::of(reply.status, &reply.body);
        eprintln!("    {} {} {}", told.status, told.code, told.message);
        told
    }

    /// Sends bytes as they are, as an attack, and reads all that comes back; `None` where nothing does.
    pub async fn raw(&self, what: &str, bytes: &[u8]) -> Option<Told> {
        let attack = async {
            let mut stream = TcpStream::connect(self.door.address).await.unwrap();
            // It may hang up in the middle; that is an answer, too.
            let _ = stream.write_all(bytes).await;
            rest(&mut stream).await
        };
        self.withstands(what, attack).await
    }
}

/// What somebody else asks for meanwhile, through an adapter.
async fn neighbour(door: &Door) -> String {
    let body = json!({"model": "marta", "prompt": "Good morning", "max_tokens": 12, "temperature": 0, "ignore_eos": true});
    let reply = door.post("/v1/completions", &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["choices"][0]["text"].as_str().unwrap().to_owned()
}

/// What comes until the connection closes, if it is an answer.
pub async fn rest(stream: &mut TcpStream) -> Option<Told> {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some(Told::of(head.split(' ').nth(1)?.parse().ok()?, body))
}

/// A post with more headers as they are.
pub fn post_bytes(path: &str, more: &[u8], body: &[u8]) -> Vec<u8> {
    let known = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {SECRET}\r\nconnection: close\r\n\
         content-length: {}\r\n",
        body.len()
    );
    [known.as_bytes(), more, b"\r\n\r\n", body].concat()
}

/// Memory of this process in bytes; 0 where the system does not tell.
pub fn resident_bytes() -> u64 {
    const PAGE_BYTES: u64 = 4096;
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * PAGE_BYTES
}
