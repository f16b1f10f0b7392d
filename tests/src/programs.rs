//! The built programs, as a player has them: found beside the test's own target directory, run on a data directory of
//! their own.
//!
//! Owns: finding, running with a time limit, ending. Refuses to build: `tools/test` does that beforehand; what is absent is
//! skipped loudly.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often a running program is looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// What a program left behind.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// A built program, or a loud word that it is absent.
pub fn program(name: &str) -> Option<PathBuf> {
    let mut dir = std::env::current_exe().ok()?;
    // target/debug/deps/process-… → target/debug
    dir.pop();
    dir.pop();
    let path = dir.join(name);
    if path.is_file() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: {} is not built (cargo build -p game -p daemon), so nothing was tested here",
        path.display()
    );
    None
}

/// The model: `EMBERWICK_MODEL`, else the first one in the usual data directory; else a loud word.
pub fn model() -> Option<PathBuf> {
    let named = std::env::var_os("EMBERWICK_MODEL").filter(|v| !v.is_empty()).map(PathBuf::from);
    let found = named.or_else(|| {
        let folder = game::saves::data_dir(None).join("models");
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.flatten().map(|e| e.path()).collect();
        files.retain(|p| p.extension() == Some(OsStr::new("gguf")));
        files.sort();
        files.into_iter().next()
    });
    match found.filter(|p| p.is_file()) {
        Some(path) => Some(path),
        None => {
            eprintln!(
                "SKIPPED: no model (cargo xtask model, or EMBERWICK_MODEL), so nothing was tested here"
            );
            None
        }
    }
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A program with none of our variables in its environment.
pub fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("EMBERD_") || name_text.starts_with("EMBERWICK_") {
            command.env_remove(&name);
        }
    }
    // The model is not the tests' to write beside.
    command.env("EMBERD_PACKED_CACHE", "off");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A process that does not outlive its test, however that ends.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Starts it.
    ///
    /// # Panics
    /// When the system does not start it.
    pub fn start(mut command: Command) -> Running {
        match command.spawn() {
            Ok(child) => Running(child),
            Err(error) => panic!("{command:?} does not start: {error}"),
        }
    }

    /// Waits for the end, at most so long, with what it wrote.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn ended(mut self, limit: Duration) -> Ended {
        let out = self.0.stdout.take().map(drain);
        let err = self.0.stderr.take().map(drain);
        let until = Instant::now() + limit;
        let status = loop {
            match self.0.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < until => std::thread::park_timeout(LOOK_INTERVAL),
                Ok(None) => panic!("process {} has not ended within {limit:?}", self.0.id()),
                Err(error) => panic!("process {} cannot be waited for: {error}", self.0.id()),
            }
        };
        let text = |reader: Option<std::thread::JoinHandle<String>>| {
            reader.and_then(|r| r.join().ok()).unwrap_or_default()
        };
        Ended { code: status.code(), out: text(out), err: text(err) }
    }
}

fn drain(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // A pipe that breaks ends the text; what came before counts.
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Runs a program to its end.
///
/// # Panics
/// When it does not start or not end in time.
pub fn run(command: Command, limit: Duration) -> Ended {
    Running::start(command).ended(limit)
}

/// Where the node of a data directory says it is, once it says so.
pub fn whereabouts(data_dir: &Path, limit: Duration) -> Option<wire::ember::Whereabouts> {
    until(limit, || {
        let bytes = std::fs::read(data_dir.join(wire::WHEREABOUTS_FILE)).ok()?;
        serde_json::from_slice(&bytes).ok()
    })
}

/// Asks again and again until there is an answer or time is up.
pub fn until<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() > end {
            return None;
        }
        std::thread::park_timeout(LOOK_INTERVAL);
    }
}

/// The body of a GET from the node, with the token of its data directory.
pub fn get(data_dir: &Path, port: u16, path: &str) -> Option<String> {
    let token = std::fs::read_to_string(data_dir.join(wire::TOKEN_FILE)).ok()?;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        token.trim()
    );
    stream.write_all(head.as_bytes()).ok()?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).ok()?;
    reply.split_once("\r\n\r\n").map(|(_, body)| body.to_string())
}
