//! The door under load: hang-ups, a full queue, many clients at once, clients that do not read, and the drain.
//!
//! Nothing here sleeps to get its order: each step waits for the daemon to say that the last one has happened.

mod support;

use daemon::mind::Mind;
use daemon::serve::Drained;
use infer::{ChatMessage, ScriptedBackend};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use support::{Ask, ByteMind, CONTEXT_LEN, Door, Reply, Setup};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use wire::openai::ChatEnding;

fn endless_body(is_streamed: bool) -> Value {
    json!({"model": "base", "prompt": "go", "max_tokens": 500_000, "stream": is_streamed, "temperature": 0})
}

fn short_body() -> Value {
    json!({"model": "base", "prompt": "go", "max_tokens": 5, "temperature": 0})
}

fn endless(is_streamed: bool) -> Ask {
    Ask::post("/v1/completions", &endless_body(is_streamed))
}

fn short() -> Ask {
    Ask::post("/v1/completions", &short_body())
}

async fn read_some(stream: &mut TcpStream) {
    let mut buffer = [0u8; 256];
    assert!(stream.read(&mut buffer).await.unwrap() > 0);
}

fn text_of(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["choices"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_up_frees_the_slot() {
    let door = Setup { slots: 1, ..Setup::endless() }.start().await;
    for is_streamed in [true, false] {
        let mut stream = door.open(&endless(is_streamed)).await;
        if is_streamed {
            read_some(&mut stream).await;
        }
        door.wait_for("one runs", |status| status["running"] == 1).await;
        drop(stream);
        door.wait_for("none runs", |status| status["running"] == 0 && status["waiting"] == 0).await;
        assert_eq!(text_of(&door.ask(&short()).await), "word ");
    }
    assert_eq!(door.app.metrics.cancelled.load(Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_and_hangs_up_leaves_the_queue() {
    let door = Setup { slots: 1, ..Setup::endless() }.start().await;
    let mut running = door.open(&endless(true)).await;
    read_some(&mut running).await;
    let waiting = door.open(&endless(false)).await;
    door.wait_for("one waits", |status| status["waiting"] == 1).await;
    drop(waiting);
    let status = door.wait_for("none waits", |status| status["waiting"] == 0).await;
    assert_eq!(status["running"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_when_to_come_back() {
    // So slow that neither its end nor a full buffer can come before the third has asked, on whatever machine.
    let backend =
        ScriptedBackend::new("word ", CONTEXT_LEN).repeating().with_token_cost(Duration::from_millis(20));
    let door = Arc::new(Setup { slots: 1, queue_max: 1, ..Setup::with(backend) }.start().await);
    let mut stream = door.open(&endless(true)).await;
    read_some(&mut stream).await;
    // Its head comes when it is queued, and then it waits itself for a moment.
    door.wait_for("it runs", |status| status["running"] == 1 && status["waiting"] == 0).await;
    // Read on: who stops reading is hung up on after a while.
    let running = tokio::spawn(async move {
        let mut buffer = [0_u8; 256];
        while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    });
    let waiting = tokio::spawn({
        let door = Arc::clone(&door);
        async move { door.ask(&short()).await }
    });
    door.wait_for("one waits", |status| status["waiting"] == 1).await;
    let reply = door.ask(&short()).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("1")));
    assert_eq!(reply.json()["error"]["code"], "queue_full");
    assert_eq!(reply.json()["error"]["type"], "rate_limit_error");
    assert_eq!(door.app.metrics.rejected.load(Ordering::Relaxed), 1);
    running.abort();
    assert_eq!(text_of(&waiting.await.unwrap()), "word ");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_clients_at_once_lose_nothing() {
    let script = "A line of some length, the same for everyone.";
    let door = Arc::new(Setup::saying(script).start().await);
    let clients = (0..200).map(|index| {
        let door = Arc::clone(&door);
        tokio::spawn(async move {
            let body = json!({
                "model": "base", "stream": index % 2 == 0, "max_tokens": 100, "temperature": 0,
                "prompt": format!("client {index}: "),
            });
            let reply = door.post("/v1/completions", &body).await;
            if index % 2 == 1 {
                return text_of(&reply);
            }
            let events = reply.events();
            assert_eq!(events.last(), Some(&"[DONE]"));
            let chunks = events[..events.len() - 1].iter().map(|e| serde_json::from_str::<Value>(e).unwrap());
            chunks.map(|c| c["choices"][0]["text"].as_str().unwrap().to_owned()).collect::<String>()
        })
    });
    for client in clients.collect::<Vec<_>>() {
        assert_eq!(client.await.unwrap(), script);
    }
    assert_eq!(door.app.metrics.finished.load(Ordering::Relaxed), 200);
    assert_eq!(door.app.metrics.rejected.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_reads_stalls_nobody() {
    // Slow enough to be seen running, fast enough to fill every buffer on the way within seconds.
    let cost = Duration::from_micros(20);
    let backend = ScriptedBackend::new("word ", CONTEXT_LEN).repeating().with_token_cost(cost);
    // Blocks for more text than all buffers hold.
    let backend = backend.with_blocks(1 << 15);
    let door = Setup { slots: 2, ..Setup::with(backend) }.start().await;
    let stuck = door.open(&endless(true)).await;
    door.wait_for("one runs", |status| status["running"] == 1).await;
    for _ in 0..20 {
        assert_eq!(text_of(&door.ask(&short()).await), "word ");
    }
    let cut = || door.app.metrics.cancelled.load(Ordering::Relaxed) == 1;
    door.wait_for("it is cut off", |status| cut() && status["running"] == 0).await;
    drop(stuck);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_lets_what_runs_finish() {
    let mut door = Setup { slots: 1, ..Setup::endless() }.start().await;
    let body = json!({"model": "base", "prompt": "go", "max_tokens": 400, "stream": true, "temperature": 0});
    let mut stream = door.open(&Ask::post("/v1/completions", &body)).await;
    read_some(&mut stream).await;
    door.tell_to_stop();
    let address = door.address;
    let app = Arc::clone(&door.app);
    assert_eq!(door.stopped().await, Drained::Finished);
    assert!(app.is_draining());
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("data: [DONE]"), "the stream was cut short");
    assert!(TcpStream::connect(address).await.is_err(), "the port is still open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_that_takes_too_long_cuts_off() {
    let door = Setup { slots: 1, drain_max: Duration::ZERO, ..Setup::endless() }.start().await;
    let mut stream = door.open(&endless(true)).await;
    read_some(&mut stream).await;
    let app = Arc::clone(&door.app);
    assert_eq!(door.stopped().await, Drained::CutOff);
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("\"code\":\"stopping\"") && !rest.contains("[DONE]"), "{rest}");
    assert_eq!(app.metrics.cancelled.load(Ordering::Relaxed), 1);
}

/// A mind that reads texts only once it may.
struct Held {
    mind: ByteMind,
    may_read: Mutex<bool>,
    told: Condvar,
    /// Texts being read, and most of them at a time.
    reading: AtomicUsize,
    reading_max: AtomicUsize,
    /// One permit for each text that it has begun to read.
    begun: Semaphore,
}

impl Held {
    fn let_go(&self) {
        *self.may_read.lock().unwrap() = true;
        self.told.notify_all();
    }
}

impl Mind for Held {
    fn name(&self) -> &str {
        self.mind.name()
    }

    fn hash(&self) -> &str {
        self.mind.hash()
    }

    fn context_len(&self) -> usize {
        self.mind.context_len()
    }

    fn encode_prompt(&self, text: &str) -> Result<Vec<u32>, String> {
        let reading = self.reading.fetch_add(1, Ordering::SeqCst) + 1;
        self.reading_max.fetch_max(reading, Ordering::SeqCst);
        self.begun.add_permits(1);
        let may_read = self.told.wait_while(self.may_read.lock().unwrap(), |may_read| !*may_read);
        drop(may_read.unwrap());
        self.reading.fetch_sub(1, Ordering::SeqCst);
        self.mind.encode_prompt(text)
    }

    fn encode_chat(&self, messages: &[ChatMessage], ending: ChatEnding) -> Result<Vec<u32>, String> {
        self.mind.encode_chat(messages, ending)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_prepared_a_few_at_a_time_and_the_game_beside_them() {
    const TIME_MAX: Duration = Duration::from_secs(30);
    const STRANGERS: usize = 12;
    const PREPARED_MAX: usize = 3;
    let held = Arc::new(Held {
        mind: ByteMind { context_len: CONTEXT_LEN },
        may_read: Mutex::new(false),
        told: Condvar::new(),
        reading: AtomicUsize::new(0),
        reading_max: AtomicUsize::new(0),
        begun: Semaphore::new(0),
    });
    let (setup, mind) = (Setup::saying("Good day."), Arc::clone(&held));
    let own = setup.clone();
    let door = Door::start(&setup, move || Ok(daemon::inference::Loaded { mind, ..own.load()? })).await;
    door.app.inference.settled().await;
    let mut strangers = Vec::new();
    for _ in 0..STRANGERS {
        strangers.push(door.open(&short()).await);
    }
    let begun = tokio::time::timeout(TIME_MAX, held.begun.acquire_many(PREPARED_MAX as u32)).await;
    let line = json!({
        "version": wire::EMBER_VERSION, "pack_hash": "", "villager": "Marta", "card": "A baker.",
        "player_line": "Hi", "act": "greets", "seed": 3, "max_tokens": 24,
    });
    let said = tokio::time::timeout(TIME_MAX, door.post("/ember/v1/speak", &line)).await;
    // Half of them go meanwhile. Before anything may fail: the threads are waited for.
    strangers.truncate(STRANGERS / 2);
    held.let_go();
    assert!(begun.is_ok(), "too few are prepared");
    let said = said.expect("the game waits for strangers");
    assert_eq!((said.status, &said.json()["text"]), (200, &json!("Good day.")), "{}", said.body);
    for mut stream in strangers {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(held.reading_max.load(Ordering::SeqCst), PREPARED_MAX);
}
