//! The link to the node: one thread, two bounded channels, no waiting for the game.
//!
//! Owns: starting or attaching to `emberd`, asking it for lines, noticing that it is missing, slow or dead, and finding it again.
//! Lines that nobody waits for go beside that thread (`ambient`), so that none stands before the player's own. Giving a request up closes its socket, so that neither the node nor the game goes on with it. Refuses to know: the
//! world (it carries requests and answers) and what is inside the node. A dead node costs nothing but words.

mod ambient;
mod door;
mod http;
mod node;
#[cfg(test)]
pub(crate) mod stub;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wire::ember::{SpeakRequest, SpeakResponse, VocabularyRequest};

pub use ambient::IN_FLIGHT_MAX;
pub use door::DoorError;
use http::Cancel;

/// Requests that may wait for the thread.
const JOBS_MAX: usize = 8;
/// How often the node is looked at while nothing is asked of it.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// How often a node that can speak is asked which adapters it has.
const LIST_INTERVAL: Duration = Duration::from_secs(5);
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
    /// The list of words that a node is sent which has it not; `None`: lines are asked for in any words.
    pub vocabulary: Option<Arc<VocabularyRequest>>,
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
    ambient: ambient::Desk,
    adapters: Arc<Mutex<Vec<String>>>,
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
        let adapters = Arc::new(Mutex::new(Vec::new()));
        let ambient = ambient::Desk::new(&config);
        let worker = Worker {
            config,
            seen: shared,
            adapters: Arc::clone(&adapters),
            listed: None,
            child: None,
            tried: None,
            door: None,
            cancel: cancel.clone(),
        };
        let run = move || worker.run(&jobs_in, &answers_out);
        let thread = std::thread::Builder::new().name("link".to_string()).spawn(run)?;
        let thread = Some(thread);
        Ok(Link { jobs: Some(jobs), answers, seen, thread, tickets: 0, cancel, ambient, adapters })
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

    /// Whether the node has an adapter of this name.
    pub fn has_adapter(&self, name: &str) -> bool {
        lock(&self.adapters).iter().any(|listed| listed == name)
    }

    /// Asks for a line that nobody waits for, beside whatever else is asked; its tickets are counted for themselves. `None` when
    /// [`IN_FLIGHT_MAX`] such lines are asked for already, or when the system gives no thread.
    pub fn ask_aside(&mut self, request: SpeakRequest) -> Option<u64> {
        self.ambient.ask(request)
    }

    /// An answer to [`Link::ask_aside`] that has come, if any.
    pub fn answer_aside(&mut self) -> Option<Answer> {
        self.ambient.answer()
    }

    /// Gives up every line that nobody waits for; no answer to them comes any more.
    pub fn give_up_asides(&mut self) {
        self.ambient.give_up();
    }

    /// Gives up everything that was asked and is waited for: the node stops writing it, and what comes next need not wait for it.
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

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // The value is replaced whole, so a panic while holding the lock cannot leave half of one.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Worker {
    config: LinkConfig,
    seen: Arc<Mutex<Seen>>,
    adapters: Arc<Mutex<Vec<String>>>,
    /// When the adapters were last asked for.
    listed: Option<Instant>,
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
        let vocabulary = self.config.vocabulary.as_deref();
        let line = door.speak(&job.request, vocabulary, limit, job.ticket, &self.cancel);
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
            Ok(state) => {
                let is_ready = state.is_ready();
                self.set(state);
                if is_ready {
                    self.list_adapters();
                    if let (Some(door), Some(vocabulary)) = (&mut self.door, &self.config.vocabulary) {
                        door.teach_ahead(vocabulary, &self.cancel);
                    }
                }
            }
            Err(DoorError::GivenUp) => {}
            Err(error) => {
                self.door = None;
                let why = match error {
                    DoorError::Unreachable(why) => why,
                    other => other.to_string(),
                };
                self.set(NodeState::Missing(why));
                // Another node may have others.
                self.listed = None;
                self.start();
            }
        }
    }

    /// Takes note of the node's adapters, now and then. A node that lists none has none.
    fn list_adapters(&mut self) {
        if self.listed.is_some_and(|listed| listed.elapsed() < LIST_INTERVAL) {
            return;
        }
        self.listed = Some(Instant::now());
        if let Some(door) = &self.door {
            let names = door.adapters(EVERY_TICKET, &self.cancel).unwrap_or_default();
            *lock(&self.adapters) = names;
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
mod tests;
