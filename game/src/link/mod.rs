//! The link to the node: one thread, two bounded channels, no waiting for the game.
//!
//! Owns: starting or attaching to `emberd`, asking it for lines, noticing that it is missing, slow or dead, and finding it again.
//! Refuses to know: the world (it carries requests and answers) and what is inside the node. A dead node costs nothing
//! but words.

mod door;
mod node;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wire::ember::{SpeakRequest, SpeakResponse};

pub use door::DoorError;

/// Requests that may wait for the thread.
const JOBS_MAX: usize = 8;
/// How often the node is looked at while nothing is asked of it.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// How long after a failed start the next is tried.
const RESTART_AFTER: Duration = Duration::from_secs(10);

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
    },
    /// It answers and has no model.
    Mute(String),
}

impl NodeState {
    /// Whether lines can be asked for.
    pub fn is_ready(&self) -> bool {
        matches!(self, NodeState::Ready { .. })
    }
    /// A few words for the corner of the screen.
    pub fn words(&self) -> String {
        match self {
            NodeState::Off => "written lines".to_string(),
            NodeState::Missing(why) => format!("no node ({why}); written lines"),
            NodeState::Loading => "the node wakes; written lines until then".to_string(),
            NodeState::Ready { model, .. } => format!("minds: {model}"),
            NodeState::Mute(why) => format!("the node has no voice ({why}); written lines"),
        }
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
#[derive(Debug)]
pub struct Answer {
    /// The ticket that `ask` gave.
    pub ticket: u64,
    /// The line, or why there is none.
    pub line: Result<SpeakResponse, DoorError>,
}

struct Job {
    ticket: u64,
    request: Box<SpeakRequest>,
}

/// The game's end of the link. Dropping it stops the thread, and the node if this link started it.
pub struct Link {
    jobs: Option<SyncSender<Job>>,
    answers: Receiver<Answer>,
    state: Arc<Mutex<NodeState>>,
    thread: Option<JoinHandle<()>>,
    tickets: u64,
}

impl Link {
    /// Starts the thread; returns at once.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(config: LinkConfig) -> std::io::Result<Link> {
        let (jobs, jobs_in) = sync_channel(JOBS_MAX);
        let (answers_out, answers) = sync_channel(JOBS_MAX);
        let state = Arc::new(Mutex::new(NodeState::Missing("looking".to_string())));
        let shared = Arc::clone(&state);
        let run = move || {
            Worker { config, state: shared, child: None, tried: None, door: None }.run(&jobs_in, &answers_out)
        };
        let thread = std::thread::Builder::new().name("link".to_string()).spawn(run)?;
        Ok(Link { jobs: Some(jobs), answers, state, thread: Some(thread), tickets: 0 })
    }

    /// How the node is.
    pub fn state(&self) -> NodeState {
        lock(&self.state).clone()
    }

    /// Asks for a line; `None` when too many requests wait already or the thread has ended.
    pub fn ask(&mut self, request: SpeakRequest) -> Option<u64> {
        self.tickets += 1;
        let job = Job { ticket: self.tickets, request: Box::new(request) };
        match self.jobs.as_ref()?.try_send(job) {
            Ok(()) => Some(self.tickets),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => None,
        }
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
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(state: &Mutex<NodeState>) -> MutexGuard<'_, NodeState> {
    // The value is replaced whole, so a panic while holding the lock cannot leave half of one.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Worker {
    config: LinkConfig,
    state: Arc<Mutex<NodeState>>,
    child: Option<node::Child>,
    tried: Option<Instant>,
    door: Option<door::Door>,
}

impl Worker {
    fn run(mut self, jobs: &Receiver<Job>, answers: &SyncSender<Answer>) {
        self.look();
        loop {
            match jobs.recv_timeout(LOOK_INTERVAL) {
                Ok(job) => {
                    let line = self.speak(&job.request);
                    if answers.send(Answer { ticket: job.ticket, line }).is_err() {
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
        *lock(&self.state) = state;
    }

    fn speak(&mut self, request: &SpeakRequest) -> Result<SpeakResponse, DoorError> {
        let Some(door) = &self.door else {
            return Err(DoorError::Unreachable("the node is not there".to_string()));
        };
        let line = door.speak(request, self.config.line_timeout);
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
            Some(door) => door.state(),
            None => Err(DoorError::Unreachable("none is running".to_string())),
        };
        match found {
            Ok(state) => self.set(state),
            Err(error) => {
                self.door = None;
                self.set(NodeState::Missing(error.to_string()));
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
