//! `emberd` as a program: it says where it listens, keeps a second one out, and leaves when told to.
//!
//! Runs the real binary on a data directory of its own: without a model, which it must survive, or with one of no size.

#![cfg(unix)]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use wire::ember::Whereabouts;

fn emberd(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emberd"));
    for name in ["EMBERD_PORT", "EMBERWICK_MODEL", "EMBERD_HOST", "EMBERD_SLOTS", "EMBERD_QUEUE_MAX"] {
        command.env_remove(name);
    }
    command.env_remove("EMBERD_PACKED_CACHE");
    command.arg("--data-dir").arg(data_dir).stderr(Stdio::piped());
    command
}

/// A process that does not outlive its test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts one on a free port and waits until it says that it listens.
fn started(data_dir: &Path) -> (Running, BufReader<std::process::ChildStderr>) {
    let mut child = emberd(data_dir).args(["--port", "0"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("listening on") {
        assert!(lines.read_line(&mut said).unwrap() > 0, "it ended: {said}");
    }
    (Running(child), lines)
}

fn stop(mut child: Running, signal: &str) -> Option<i32> {
    let killed = Command::new("kill").args([signal, &child.0.id().to_string()]).status().unwrap();
    assert!(killed.success());
    child.0.wait().unwrap().code()
}

fn failed(mut command: Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

fn whereabouts(data_dir: &Path) -> Whereabouts {
    serde_json::from_slice(&fs::read(data_dir.join(wire::WHEREABOUTS_FILE)).unwrap()).unwrap()
}

fn health(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn it_says_where_it_listens_and_answers_there() {
    let dir = tempfile::tempdir().unwrap();
    let (child, _lines) = started(dir.path());
    let known = whereabouts(dir.path());
    assert_eq!((known.pid, known.version), (child.0.id(), wire::EMBER_VERSION));
    let reply = health(known.port);
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    let token = fs::read_to_string(dir.path().join(wire::TOKEN_FILE)).unwrap();
    assert_eq!(token.trim().len(), 64);
    assert_eq!(stop(child, "-TERM"), Some(0));
    assert!(!dir.path().join(wire::WHEREABOUTS_FILE).exists());
}

#[test]
fn a_second_one_is_kept_out_and_a_later_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (child, _lines) = started(dir.path());
    let mut second = emberd(dir.path());
    second.args(["--port", "0"]);
    let (code, said) = failed(second);
    assert_eq!(code, Some(3), "{said}");
    assert_eq!(said.lines().count(), 1);
    assert!(said.contains(&format!("process {}", child.0.id())), "{said}");
    assert_eq!(stop(child, "-INT"), Some(0));
    let (child, _lines) = started(dir.path());
    assert_eq!(stop(child, "-TERM"), Some(0));
}

#[test]
fn wrong_settings_and_a_taken_port_have_their_codes() {
    let dir = tempfile::tempdir().unwrap();
    let mut foreign = emberd(dir.path());
    foreign.args(["--host", "0.0.0.0"]);
    let (code, said) = failed(foreign);
    assert_eq!((code, said.lines().count()), (Some(2), 1), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = emberd(dir.path());
    command.args(["--port", &taken.local_addr().unwrap().port().to_string()]);
    let (code, said) = failed(command);
    assert_eq!((code, said.lines().count()), (Some(4), 1), "{said}");
    fs::write(dir.path().join("emberd.toml"), "prot = 1").unwrap();
    let (code, said) = failed(emberd(dir.path()));
    assert!(code == Some(2) && said.contains("prot"), "{said}");
}

#[test]
fn a_broken_model_is_told_and_survived() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("models")).unwrap();
    fs::write(dir.path().join("models/torn.gguf"), b"GGUF\x03\0\0\0torn").unwrap();
    let (child, _lines) = started(dir.path());
    let known = whereabouts(dir.path());
    // Reading a torn file takes no time worth a limit; loading ends one way or the other.
    let reply = loop {
        let reply = health(known.port);
        if !reply.contains("\"loading\"") {
            break reply;
        }
    };
    assert!(reply.contains("\"failed\"") && reply.contains("cut short"), "{reply}");
    assert_eq!(stop(child, "-TERM"), Some(0));
}

#[test]
fn packed_weights_are_kept_beside_the_model_unless_told_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("models")).unwrap();
    fs::write(dir.path().join("models/toy.gguf"), support::toy::bytes()).unwrap();
    let packed = dir.path().join("models/toy.gguf.packed");
    // All that it says when it is stopped after it has said all of these, in whatever order its threads do.
    let run = |packed_cache: &str, awaited: &[&str]| {
        fs::write(dir.path().join("emberd.toml"), format!("packed_cache = \"{packed_cache}\"\n")).unwrap();
        let mut child = emberd(dir.path()).args(["--port", "0"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let (child, mut said) = (Running(child), String::new());
        while !awaited.iter().all(|words| said.contains(words)) {
            assert!(lines.read_line(&mut said).unwrap() > 0, "it ended: {said}");
        }
        assert_eq!(stop(child, "-TERM"), Some(0));
        lines.read_to_string(&mut said).unwrap();
        said
    };
    let (ready, kept) =
        (["listening on", "is ready"], ["listening on", "is ready", "packed weights are kept in"]);
    assert!(!run("off", &ready).contains("packed") && !packed.exists());
    run("on", &kept);
    let written = fs::read(&packed).unwrap();
    assert!(!run("on", &ready).contains("packed"));
    fs::write(&packed, &written[..written.len() / 2]).unwrap();
    let said = run("on", &kept);
    assert!(said.contains("are not used: it has"), "{said}");
    assert_eq!(fs::read(&packed).unwrap(), written);
}
