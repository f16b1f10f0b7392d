//! Clients that take their time: that never read, that send a byte now and then, that do nothing. Each is given up within a
//! bound, holds a bounded amount of memory until then, and a neighbour hears what it always hears.
//!
//! Owns the attacks by time; those by content are in `hostile.rs`. The bounds are shortened here, or nobody would wait.

mod support;

use daemon::{Patience, serve};
use infer::ScriptedBackend;
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use support::siege::{GROWTH_BYTES_MAX, Siege, TIME_MAX, post_bytes, resident_bytes, rest};
use support::{Ask, Setup};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SHORT: Duration = Duration::from_secs(2);
/// Bytes of a slow client come after so long.
const BETWEEN_BYTES: Duration = Duration::from_millis(100);
const VOCABULARY: &str = "/ember/v1/vocabulary";
/// As many lists of words as may be on their way, and more.
const SLOW_LISTS: usize = 8;
/// Connections that do nothing.
const IDLE: usize = 1000;

fn impatient() -> Patience {
    Patience { head: SHORT, body: SHORT, read: SHORT, ..Patience::default() }
}

/// Sends byte after byte until the other side hangs up or has answered; gives the time since `begun`, when its clock could not
/// run yet, and the answer.
async fn drip(
    begun: Instant,
    stream: &mut TcpStream,
    bytes: &[u8],
) -> (Duration, Option<support::siege::Told>) {
    for byte in bytes {
        if stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        let closed = tokio::time::timeout(BETWEEN_BYTES, stream.readable()).await;
        if closed.is_ok() {
            break;
        }
    }
    (begun.elapsed(), rest(stream).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_byte_by_byte_is_given_up() {
    let siege = Siege::begin(impatient()).await;
    let open = async || TcpStream::connect(siege.door.address).await.unwrap();
    let slow_head = async {
        let begun = Instant::now();
        let mut stream = open().await;
        drip(begun, &mut stream, &post_bytes("/v1/completions", b"x: y", b"{}")).await
    };
    let (took, told) = siege.withstands("a slow head", slow_head).await;
    assert!(took >= SHORT && took < TIME_MAX, "{took:?}");
    let told = told.expect("an answer");
    assert_eq!(told.words(), (408, "request_timeout", ""), "{told:?}");

    let slow_body = async {
        let begun = Instant::now();
        let mut stream = open().await;
        let whole = post_bytes("/v1/completions", b"content-type: application/json", &[b' '; 5000]);
        stream.write_all(&whole[..whole.len() - 5000]).await.unwrap();
        drip(begun, &mut stream, &whole[whole.len() - 5000..]).await
    };
    let (took, told) = siege.withstands("a slow body", slow_body).await;
    assert!(took >= SHORT && took < TIME_MAX, "{took:?}");
    let told = told.expect("an answer");
    assert_eq!(told.words(), (408, "request_timeout", ""), "{told:?}");

    // What is malformed has not come late.
    let unsized_head =
        String::from_utf8(post_bytes("/v1/completions", b"content-type: application/json", b""));
    let unsized_head = unsized_head.unwrap().replace("content-length: 0", "transfer-encoding: chunked");
    let broken = [unsized_head.as_bytes(), b"zz\r\n"].concat();
    let told = siege.raw("a chunk without a size", &broken).await.expect("an answer");
    assert_eq!(told.words(), (400, "body_broken", ""), "{told:?}");

    // A connection that was used and then rests is closed as well, without a word that nobody asked for.
    let rests = async {
        let mut stream = open().await;
        let begun = Instant::now();
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        (begun.elapsed(), String::from_utf8(answer).unwrap())
    };
    let (took, answer) = siege.withstands("a rest", rests).await;
    assert!(took >= SHORT && took < TIME_MAX, "{took:?}");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.matches("HTTP/1.1").count() == 1, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_a_list_of_words_slowly_keeps_nobody_from_sending_one() {
    let door = Setup::saying("hi").start().await;
    let list = json!({
        "version": wire::EMBER_VERSION, "words": "mill the took", "marks": " .", "endings": ["'s"],
    });
    let more = b"content-type: application/json\r\nexpect: 100-continue";
    let whole = post_bytes(VOCABULARY, more, list.to_string().as_bytes());
    let head_bytes = whole.len() - list.to_string().len();
    let mut slow = Vec::new();
    for _ in 0..SLOW_LISTS {
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        stream.write_all(&whole[..head_bytes]).await.unwrap();
        // It is told to go on once its body is waited for.
        let mut asked = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut asked).await.unwrap();
        assert!(asked.starts_with(b"HTTP/1.1 100"));
        slow.push(stream);
    }
    let quick = door.post(VOCABULARY, &list).await;
    assert_eq!(quick.status, 200, "{}", quick.body);
    // Nor are they forgotten.
    let first = &mut slow[0];
    first.write_all(&whole[head_bytes..]).await.unwrap();
    let told = rest(first).await.expect("an answer");
    assert_eq!(told.words(), (200, "", ""), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_connections_that_do_nothing_are_closed_and_cost_little() {
    // Both ends of each are in this process.
    #[cfg(unix)]
    serve::make_room();
    let siege = Siege::begin(Patience { head: 4 * SHORT, ..impatient() }).await;
    let before = resident_bytes();
    let open = async {
        let mut idle = Vec::with_capacity(IDLE);
        for number in 0..IDLE {
            let mut stream = TcpStream::connect(siege.door.address).await.unwrap();
            // Every other one has begun to speak.
            if number % 2 == 0 {
                stream.write_all(b"GET /health HTTP/1.1\r\nhost:").await.unwrap();
            }
            idle.push(stream);
        }
        idle
    };
    let mut idle = siege.withstands("a thousand connections", open).await;
    assert!(resident_bytes().saturating_sub(before) < GROWTH_BYTES_MAX);
    let closed = async {
        for stream in &mut idle {
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"));
        }
    };
    siege.withstands("their end", closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_loses_slot_and_connection() {
    let siege = Siege::begin(Patience::default()).await;
    // Fast enough to fill every buffer on the way within seconds, with blocks for more text than all of them hold.
    let backend = ScriptedBackend::new("word ", support::CONTEXT_LEN)
        .repeating()
        .with_token_cost(Duration::from_micros(20))
        .with_blocks(1 << 15);
    let setup = Setup { slots: 2, patience: impatient(), ..Setup::with(backend) };
    let before = resident_bytes();
    let door = setup.start().await;
    let short = json!({"model": "base", "prompt": "go", "max_tokens": 5, "temperature": 0});
    let endless =
        json!({"model": "base", "prompt": "go", "max_tokens": 500_000, "stream": true, "temperature": 0});
    let begun = Instant::now();
    let mut stuck = door.open(&Ask::post("/v1/completions", &endless)).await;
    door.wait_for("one runs", |status| status["running"] == 1).await;
    let cut = || door.app.metrics.cancelled.load(Ordering::Relaxed) == 1;
    while !cut() {
        let said = door.post("/v1/completions", &short).await.json();
        assert_eq!(said["choices"][0]["text"], "word ");
        assert!(begun.elapsed() < 2 * TIME_MAX, "its slot is still held");
        assert!(resident_bytes().saturating_sub(before) < GROWTH_BYTES_MAX);
    }
    door.wait_for("none runs", |status| status["running"] == 0).await;
    // The connection goes, too: what was on its way can be read, and then it ends in the middle of the stream.
    tokio::time::sleep(3 * SHORT).await;
    let mut read = Vec::new();
    let ended = tokio::time::timeout(TIME_MAX, stuck.read_to_end(&mut read))
        .await
        .expect("the connection stays open");
    assert!(ended.is_err() || !read.ends_with(b"0\r\n\r\n"), "it was told to its end");
    drop(siege);
}
