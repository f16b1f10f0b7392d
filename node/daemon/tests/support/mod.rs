//! A whole door in this process for tests: the real router on a real loopback socket, the real inference thread and
//! engine, and a scripted backend in place of weights. Also a small HTTP client that hides nothing.
//!
//! Owns set-up and talking. Refuses to assert.

#![allow(dead_code, reason = "each test binary uses its own part")]

#[path = "../../../infer/tests/support/adapters.rs"]
pub mod files;
pub mod siege;
pub mod toy;

use daemon::adapters::Adapters;
use daemon::inference::{Compute, Inference, Loaded};
use daemon::metrics::Metrics;
use daemon::mind::{Mind, ModelIds};
use daemon::serve::{self, Drained};
use daemon::token::Token;
use daemon::{App, Bounds, Patience};
use infer::adapter::{Base, Dimensions};
use infer::{
    AdapterConfig, AdapterPool, Backend, ChatMessage, Engine, EngineConfig, ScriptedBackend, Tokenizer,
};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wire::openai::ChatEnding;

pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub const CONTEXT_LEN: usize = 1 << 20;
pub const MODEL_NAME: &str = "Scripted One";

/// The text side of the scripted model: tokens are bytes, a chat is its lines.
pub struct ByteMind {
    pub context_len: usize,
}

impl Mind for ByteMind {
    fn name(&self) -> &str {
        MODEL_NAME
    }

    fn hash(&self) -> &str {
        "00"
    }

    fn context_len(&self) -> usize {
        self.context_len
    }

    fn encode_prompt(&self, text: &str) -> Result<Vec<u32>, String> {
        Ok(text.bytes().map(u32::from).collect())
    }

    fn chat_text(&self, messages: &[ChatMessage], ending: ChatEnding) -> Result<String, String> {
        let lines = messages.iter().map(|message| format!("{}: {}\n", message.role, message.content));
        let lines = lines.collect::<String>();
        Ok(match ending {
            ChatEnding::Opening => lines + "assistant:",
            ChatEnding::Closed => lines,
            ChatEnding::Continued => lines.trim_end_matches('\n').to_owned(),
        })
    }

    fn encode_chat(&self, messages: &[ChatMessage], ending: ChatEnding) -> Result<Vec<u32>, String> {
        self.encode_prompt(&self.chat_text(messages, ending)?)
    }
}

/// How long a test's client may go on sending after its answer: a busy machine may stand still for seconds.
pub const UNREAD: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub struct Setup {
    pub backend: ScriptedBackend,
    pub slots: u32,
    pub queue_max: u32,
    pub speculation: bool,
    pub context_len: usize,
    pub drain_max: Duration,
    /// The folder of adapters, and how many of them are broken.
    pub adapters: Option<PathBuf>,
    pub broken: usize,
    pub pool: AdapterConfig,
    pub patience: Patience,
}

/// The base that the adapters of `files` fit.
pub fn base() -> Base {
    let dimensions = Dimensions {
        layers: files::LAYERS,
        embedding: files::EMBEDDING,
        feed_forward: files::FEED_FORWARD,
        heads: files::HEADS,
        kv_heads: files::KV_HEADS,
        head_dim: files::HEAD_DIM,
    };
    Base { dimensions, architecture: "llama".to_owned(), rows_interleaved: true }
}

impl Setup {
    pub fn saying(script: &str) -> Self {
        Setup::with(ScriptedBackend::new(script, CONTEXT_LEN))
    }

    /// Never ends by itself, and takes its time for each token.
    pub fn endless() -> Self {
        Setup::with(ScriptedBackend::new("word ", CONTEXT_LEN).repeating().with_token_cost(TOKEN_COST))
    }

    pub fn with(backend: ScriptedBackend) -> Self {
        let drain_max = Duration::from_secs(20);
        Setup {
            backend,
            slots: 4,
            queue_max: 256,
            speculation: true,
            context_len: CONTEXT_LEN,
            drain_max,
            adapters: None,
            broken: 0,
            pool: AdapterConfig::default(),
            patience: Patience { unread: UNREAD, ..Patience::default() },
        }
    }

    pub fn load(self) -> Result<Loaded<ScriptedBackend>, String> {
        let config = EngineConfig {
            slots: self.slots as usize,
            queue_max: self.queue_max as usize,
            speculation: self.speculation,
        };
        let tokenizer = Arc::new(Tokenizer::bytes().map_err(|error| error.to_string())?);
        let engine = Engine::new(self.backend, tokenizer, config).map_err(|error| error.to_string())?;
        let pool = AdapterPool::new(base(), self.pool);
        let adapters = Arc::new(Adapters::new(pool, self.adapters));
        let complaints = adapters.register_all();
        assert_eq!(complaints.len(), self.broken, "{complaints:?}");
        Ok(Loaded {
            engine,
            mind: Arc::new(ByteMind { context_len: self.context_len }),
            ids: ModelIds::new(MODEL_NAME, Some(Path::new("scripted-1.gguf"))),
            adapters,
            compute: Compute { isa: "script", threads: 1 },
        })
    }

    /// A daemon whose model is ready.
    pub async fn start(self) -> Door {
        let setup = self.clone();
        let door = Door::start(&self, move || setup.load()).await;
        door.app.inference.settled().await;
        door
    }
}

const TOKEN_COST: Duration = Duration::from_micros(500);

/// A running daemon.
pub struct Door {
    pub address: SocketAddr,
    pub app: Arc<App>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Drained>,
}

impl Door {
    pub async fn start<F>(setup: &Setup, load: F) -> Self
    where
        F: FnOnce() -> Result<Loaded<ScriptedBackend>, String> + Send + 'static,
    {
        Door::over(setup, load).await
    }

    /// A daemon over any backend.
    pub async fn over<F, B>(setup: &Setup, load: F) -> Self
    where
        F: FnOnce() -> Result<Loaded<B>, String> + Send + 'static,
        B: Backend + 'static,
    {
        let metrics = Arc::new(Metrics::default());
        let (inference, _thread) = Inference::spawn(load, Arc::clone(&metrics)).unwrap();
        let bounds = Bounds { slots: setup.slots, queue_max: setup.queue_max };
        let mut app = App::new(inference, metrics, Token::new(SECRET), bounds);
        app.patience = setup.patience;
        let app = Arc::new(app);
        let listener = serve::bind(0).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async move {
            let _ = stopped.await;
        };
        let served = tokio::spawn(serve::serve(listener, Arc::clone(&app), until, setup.drain_max));
        Door { address, app, stop: Some(stop), served }
    }

    /// Tells the daemon to stop, as a signal would.
    pub fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until it has stopped.
    pub async fn stopped(mut self) -> Drained {
        self.tell_to_stop();
        (&mut self.served).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask(&Ask::get(path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask(&Ask::post(path, body)).await
    }

    pub async fn ask(&self, ask: &Ask) -> Reply {
        let mut stream = self.open(ask).await;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        Reply::parse(&bytes)
    }

    /// Sends a request and leaves the answer unread.
    pub async fn open(&self, ask: &Ask) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(&ask.bytes(self.address)).await.unwrap();
        stream
    }

    /// Sends a request whole before it reads, to the end; neither may fail, however early the daemon answers.
    pub async fn shove(&self, ask: &Ask) -> Vec<u8> {
        let mut stream = self.open(ask).await;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        bytes
    }

    /// Asks for the status until it is as wished.
    pub async fn wait_for(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let wait = async {
            loop {
                let status = self.get("/ember/v1/status").await.json();
                if is_so(&status) {
                    return status;
                }
            }
        };
        match tokio::time::timeout(Duration::from_secs(30), wait).await {
            Ok(status) => status,
            Err(_) => panic!("the status never said: {what}"),
        }
    }
}

/// A request, with room for every mistake.
#[derive(Clone)]
pub struct Ask {
    pub method: &'static str,
    pub path: String,
    pub host: Option<String>,
    pub token: Option<String>,
    pub content_type: Option<String>,
    pub origin: Option<String>,
    pub body: Vec<u8>,
}

impl Ask {
    pub fn get(path: &str) -> Self {
        Ask {
            method: "GET",
            path: path.to_owned(),
            host: None,
            token: Some(SECRET.to_owned()),
            content_type: None,
            origin: None,
            body: Vec::new(),
        }
    }

    pub fn post(path: &str, body: &Value) -> Self {
        let content_type = Some("application/json".to_owned());
        Ask { method: "POST", content_type, body: body.to_string().into_bytes(), ..Ask::get(path) }
    }

    fn bytes(&self, address: SocketAddr) -> Vec<u8> {
        let host = self.host.clone().unwrap_or_else(|| address.to_string());
        let mut head =
            format!("{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", self.method, self.path);
        let authorization = self.token.as_ref().map(|token| format!("Bearer {token}"));
        for (name, value) in [
            ("authorization", &authorization),
            ("content-type", &self.content_type),
            ("origin", &self.origin),
        ] {
            if let Some(value) = value {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        if self.method == "POST" {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

/// An answer, taken apart.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no HTTP: {text:?}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let is_chunked =
            headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if is_chunked { without_chunks(body) } else { body.to_owned() };
        Reply { status, headers, body }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The `data:` lines of a stream of server-sent events.
    pub fn events(&self) -> Vec<&str> {
        let blocks = self.body.split("\n\n").filter(|block| !block.is_empty());
        blocks.map(|block| block.strip_prefix("data: ").unwrap_or(block)).collect()
    }
}

fn without_chunks(mut rest: &str) -> String {
    let mut body = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        body.push_str(&after[..size]);
        rest = &after[(size + 2).min(after.len())..];
        if size == 0 {
            break;
        }
    }
    body
}
