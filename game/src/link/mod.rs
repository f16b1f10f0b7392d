//! The link to the node: one thread, two bounded channels, no waiting for the game.
//!
//! Owns: starting or attaching to `emberd`, asking it for lines, noticing that it is missing, slow or dead, and finding it again.
//! Giving a request up closes its socket, so that neither the node nor the game goes on with it. Refuses to know: the
//! world (it carries requests and answers) and what is inside the node. A dead node costs nothing but words.

mod door;
mod http;
mod node;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wire::ember::{SpeakRequest, SpeakResponse};

pub use door::DoorError;
use http::Cancel;

/// Requests that may wait for the thread.
const JOBS_MAX: usize = 8;
/// How often the node is looked at while nothing is asked of it.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// How long after a failed start the next is tried.
const RESTART_AFTER: Duration = Duration::from_secs(10);
/// Beyond every ticket: gives up all there is and will be, and the thread's own looks at the node.
const EVERY_TICKET: u64 = u64::MAX;

/// How the node is, for the corner of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeState {
    /// The player wants none.
    Off,
    /// Nothing answers yet.
    Missing(String),
    /// It answers and loads its model.
    Loading,
    /// It can speak.
    Ready {
        /// The model's name.
        model: String,
        /// BLAKE3 of its file.
        hash: String,
        /// Size of its file, if the node says so.
        bytes: Option<u64>,
    },
    /// It answers and has no model.
    Mute(String),
}

impl NodeState {
    /// Whether lines can be asked for.
    pub fn is_ready(&self) -> bool {
        matches!(self, NodeState::Ready { .. })
    }
    /// Why there was no line, for the record of one.
    pub fn why_silent(&self) -> Option<String> {
        match self {
            NodeState::Off => None,
            NodeState::Missing(why) => Some(format!("no node: {why}")),
            NodeState::Loading => Some("the node was waking".to_string()),
            NodeState::Ready { .. } => Some("the node was too slow and rests".to_string()),
            NodeState::Mute(why) => Some(format!("the node has no voice: {why}")),
        }
    }
    /// A few words for the corner of the screen.
    pub fn words(&self) -> String {
        match self {
            NodeState::Off => "written lines".to_string(),
            NodeState::Missing(why) => format!("written lines; no node: {why}"),
            NodeState::Loading => "written lines; the node wakes".to_string(),
            NodeState::Ready { model, .. } => format!("minds: {model}"),
            NodeState::Mute(why) => format!("written lines; the node has no voice: {why}"),
        }
    }
}

/// Where a node listens and how it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// Port on 127.0.0.1.
    pub port: u16,
    /// How far it steps behind other programs for the processor, where the system says so.
    pub nice: Option<i32>,
}

/// All that was last seen of the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// How it is.
    pub state: NodeState,
    /// Where it listens, while it answers.
    pub site: Option<Site>,
    /// Whether it could speak at any time of this sitting.
    pub was_ready: bool,
}

impl Seen {
    /// A node of which only this is known.
    pub fn only(state: NodeState) -> Seen {
        Seen { state, site: None, was_ready: false }
    }
}

/// How to reach or start the node.
#[derive(Debug, Clone)]
pub struct LinkConfig {
    /// The node's data directory.
    pub data_dir: PathBuf,
    /// The `emberd` to start when none answers; `None`: only attach.
    pub emberd: Option<PathBuf>,
    /// Longest that one line may take.
    pub line_timeout: Duration,
}

/// An answer to one request.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The ticket that `ask` gave.
    pub ticket: u64,
    /// The line, or why there is none.
    pub line: Result<SpeakResponse, DoorError>,
}

struct Job {
    ticket: u64,
    limit: Duration,
    request: Box<SpeakRequest>,
}

/// The game's end of the link. Dropping it gives up what is asked, ends the thread, and asks the node to stop if this link
/// started it; it waits for no mind.
pub struct Link {
    jobs: Option<SyncSender<Job>>,
    answers: Receiver<Answer>,
    seen: Arc<Mutex<Seen>>,
    thread: Option<JoinHandle<()>>,
    tickets: u64,
    cancel: Cancel,
}

impl Link {
    /// Starts the thread; returns at once.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(config: LinkConfig) -> std::io::Result<Link> {
        let (jobs, jobs_in) = sync_channel(JOBS_MAX);
        let (answers_out, answers) = sync_channel(JOBS_MAX);
        let seen = Arc::new(Mutex::new(Seen::only(NodeState::Missing("looking".to_string()))));
        let shared = Arc::clone(&seen);
        let cancel = Cancel::default();
        let worker =
            Worker { config, seen: shared, child: None, tried: None, door: None, cancel: cancel.clone() };
        let run = move || worker.run(&jobs_in, &answers_out);
        let thread = std::thread::Builder::new().name("link".to_string()).spawn(run)?;
        Ok(Link { jobs: Some(jobs), answers, seen, thread: Some(thread), tickets: 0, cancel })
    }

    /// How the node is.
    pub fn state(&self) -> NodeState {
        lock(&self.seen).state.clone()
    }

    /// All that was last seen of the node.
    pub fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }

    /// Asks for a line within a limit; `None` when too many requests wait already or the thread has ended.
    pub fn ask(&mut self, request: SpeakRequest, limit: Duration) -> Option<u64> {
        self.tickets += 1;
        let job = Job { ticket: self.tickets, limit, request: Box::new(request) };
        match self.jobs.as_ref()?.try_send(job) {
            Ok(()) => Some(self.tickets),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => None,
        }
    }

    /// Gives up everything that was asked: the node stops writing it, and what comes next need not wait for it.
    pub fn give_up(&self) {
        self.cancel.up_to(self.tickets);
    }

    /// An answer that has come, if any.
    pub fn answer(&self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }

    /// Waits for an answer, at most so long: for scripts and benchmarks, which have no frame to draw.
    pub fn answer_within(&self, limit: Duration) -> Option<Answer> {
        self.answers.recv_timeout(limit).ok()
    }

    /// Waits until the node can speak, at most so long.
    pub fn ready_within(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        while Instant::now() < until {
            match self.state() {
                NodeState::Ready { .. } => return true,
                NodeState::Mute(_) | NodeState::Off => return false,
                NodeState::Missing(_) | NodeState::Loading => {
                    std::thread::park_timeout(Duration::from_millis(50))
                }
            }
        }
        false
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Closing the channel is the thread's signal to end; it then ends a node that it started.
        self.jobs = None;
        self.cancel.up_to(EVERY_TICKET);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    // The value is replaced whole, so a panic while holding the lock cannot leave half of one.
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Worker {
    config: LinkConfig,
    seen: Arc<Mutex<Seen>>,
    child: Option<node::Child>,
    tried: Option<Instant>,
    door: Option<door::Door>,
    cancel: Cancel,
}

impl Worker {
    fn run(mut self, jobs: &Receiver<Job>, answers: &SyncSender<Answer>) {
        self.look();
        loop {
            match jobs.recv_timeout(LOOK_INTERVAL) {
                Ok(job) => {
                    let line = self.speak(&job);
                    // Nobody has read a channel's worth of answers: then nobody waits for this one either.
                    let _ = answers.try_send(Answer { ticket: job.ticket, line });
                    if self.cancel.is_given_up(EVERY_TICKET) {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if let Some(child) = self.child.take() {
            child.stop();
        }
    }

    fn set(&self, state: NodeState) {
        // A node that does not answer listens nowhere.
        let answers = !matches!(state, NodeState::Missing(_) | NodeState::Off);
        let site = self.door.as_ref().filter(|_| answers).map(door::Door::site);
        let mut seen = lock(&self.seen);
        let was_ready = seen.was_ready || state.is_ready();
        *seen = Seen { state, site, was_ready };
    }

    fn speak(&mut self, job: &Job) -> Result<SpeakResponse, DoorError> {
        let Some(door) = &self.door else {
            return Err(DoorError::Unreachable("the node is not there".to_string()));
        };
        let limit = job.limit.min(self.config.line_timeout);
        let line = door.speak(&job.request, limit, job.ticket, &self.cancel);
        if let Err(DoorError::Unreachable(why)) = &line {
            self.set(NodeState::Missing(why.clone()));
            self.door = None;
        }
        line
    }

    /// Looks how the node is, and starts one when none answers.
    fn look(&mut self) {
        if self.door.is_none() {
            self.door = door::Door::find(&self.config.data_dir);
        }
        let found = match &self.door {
            Some(door) => door.state(EVERY_TICKET, &self.cancel),
            None => Err(DoorError::Unreachable("none is running".to_string())),
        };
        match found {
            Ok(state) => self.set(state),
            Err(DoorError::GivenUp) => {}
            Err(error) => {
                self.door = None;
                let why = match error {
                    DoorError::Unreachable(why) => why,
                    other => other.to_string(),
                };
                self.set(NodeState::Missing(why));
                self.start();
            }
        }
    }

    fn start(&mut self) {
        let Some(emberd) = self.config.emberd.clone() else { return };
        if let Some(child) = &mut self.child {
            if child.lives() {
                return;
            }
            self.child = None;
        }
        if self.tried.is_some_and(|tried| tried.elapsed() < RESTART_AFTER) {
            return;
        }
        self.tried = Some(Instant::now());
        match node::Child::start(&emberd, &self.config.data_dir) {
            Ok(child) => self.child = Some(child),
            Err(error) => {
                self.set(NodeState::Missing(format!("{} does not start: {error}", emberd.display())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// How long leaving may take.
    const LEAVE_WITHIN: Duration = Duration::from_millis(200);

    /// A node that says it is ready and then never finishes a line: its data directory, and a sign for each line asked.
    fn stuck_node() -> (tempfile::TempDir, Receiver<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let port = listener.local_addr().unwrap().port();
        let whereabouts = wire::ember::Whereabouts { port, pid: 1, version: wire::EMBER_VERSION };
        std::fs::write(dir.path().join(wire::WHEREABOUTS_FILE), serde_json::to_vec(&whereabouts).unwrap())
            .unwrap();
        std::fs::write(dir.path().join(wire::TOKEN_FILE), "a-token\n").unwrap();
        let (asked, asked_out) = sync_channel(8);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, asked) = (stream.unwrap(), asked.clone());
                std::thread::spawn(move || {
                    let mut head = [0; 4096];
                    let read = stream.read(&mut head).unwrap_or(0);
                    if head[..read].starts_with(b"POST") {
                        let _ = asked.send(());
                        while stream.read(&mut head).unwrap_or(0) > 0 {}
                        return;
                    }
                    let model = r#"{"name":"m","id":"m","hash":"h","context_len":9,"file_bytes":98}"#;
                    let body = format!(
                        r#"{{"version":1,"daemon_version":"0","model":{model},"loading":false,"error":null,"draining":false,
                        "waiting":0,"running":0,"slots":1,"queue_max":1,"prefill_tokens":0,"decode_tokens":0,
                        "cache_hit_tokens":0,"uptime_ms":0}}"#
                    );
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                    let _ = stream.write_all((head + &body).as_bytes());
                });
            }
        });
        (dir, asked_out)
    }

    fn request() -> SpeakRequest {
        SpeakRequest {
            version: wire::EMBER_VERSION,
            pack_hash: String::new(),
            villager: "Bram".into(),
            card: String::new(),
            examples: Vec::new(),
            scene: String::new(),
            player_line: "Good day.".into(),
            act: "greets".into(),
            must: Vec::new(),
            may: Vec::new(),
            last_lines: Vec::new(),
            feedback: Vec::new(),
            style: wire::ember::SpeakStyle::Surface,
            try_index: 0,
            seed: 1,
            max_tokens: 9,
        }
    }

    fn link_to(dir: &std::path::Path) -> Link {
        let line_timeout = Duration::from_secs(60);
        let link =
            Link::start(LinkConfig { data_dir: dir.to_path_buf(), emberd: None, line_timeout }).unwrap();
        assert!(link.ready_within(Duration::from_secs(20)), "{:?}", link.state());
        link
    }

    #[test]
    fn a_node_tells_where_it_is_and_a_lost_one_is_nowhere_but_was_there() {
        let (dir, _asked) = stuck_node();
        let link = link_to(dir.path());
        let written = std::fs::read_to_string(dir.path().join(wire::WHEREABOUTS_FILE)).unwrap();
        let whereabouts: wire::ember::Whereabouts = serde_json::from_str(&written).unwrap();
        let ready = link.seen();
        assert_eq!(ready.site.map(|site| site.port), Some(whereabouts.port));
        assert!(matches!(ready.state, NodeState::Ready { bytes: Some(98), .. }), "{ready:?}");
        let seen = Arc::new(Mutex::new(ready));
        let config = LinkConfig {
            data_dir: dir.path().to_path_buf(),
            emberd: None,
            line_timeout: Duration::from_secs(1),
        };
        let door = door::Door::find(dir.path());
        assert!(door.is_some());
        let cancel = Cancel::default();
        let worker = Worker { config, seen: Arc::clone(&seen), child: None, tried: None, door, cancel };
        worker.set(NodeState::Missing("it went away".to_string()));
        let lost = lock(&seen).clone();
        assert_eq!((lost.site, lost.was_ready), (None, true));
        assert!(!lost.state.is_ready());
    }

    #[test]
    #[cfg(unix)]
    fn the_system_says_how_far_a_program_steps_behind() {
        assert!(node::niceness(std::process::id()).is_some_and(|nice| (-20..=19).contains(&nice)));
        assert_eq!(node::niceness(0), None);
        assert_eq!(node::niceness(u32::MAX), None);
    }

    #[test]
    fn leaving_in_the_middle_of_a_line_waits_for_nobody() {
        let (dir, asked) = stuck_node();
        let mut link = link_to(dir.path());
        for _ in 0..3 {
            link.ask(request(), Duration::from_secs(60)).unwrap();
        }
        asked.recv_timeout(Duration::from_secs(20)).unwrap();
        let began = Instant::now();
        drop(link);
        assert!(began.elapsed() < LEAVE_WITHIN, "leaving took {:?}", began.elapsed());
    }

    #[test]
    fn what_is_given_up_comes_back_at_once_and_the_next_is_asked() {
        let (dir, asked) = stuck_node();
        let mut link = link_to(dir.path());
        let first = link.ask(request(), Duration::from_secs(60)).unwrap();
        asked.recv_timeout(Duration::from_secs(20)).unwrap();
        link.give_up();
        let answer = link.answer_within(Duration::from_secs(20)).unwrap();
        assert_eq!((answer.ticket, answer.line), (first, Err(DoorError::GivenUp)));
        let second = link.ask(request(), Duration::from_millis(50)).unwrap();
        asked.recv_timeout(Duration::from_secs(20)).unwrap();
        let answer = link.answer_within(Duration::from_secs(20)).unwrap();
        assert_eq!((answer.ticket, answer.line), (second, Err(DoorError::Slow)));
        assert!(link.state().is_ready(), "a slow node is still there");
    }
}
