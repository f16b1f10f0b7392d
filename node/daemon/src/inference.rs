//! The inference thread and the handle that async code holds on it.
//!
//! Owns the thread on which `infer::Engine` lives, the bounded command channel into it and the bounded event channel
//! of each request out of it. Refuses to know HTTP. Why a thread: one step of the engine computes for milliseconds and
//! must never sit on the runtime's workers, nor must a slow socket ever hold up a step.
//!
//! Giving up is dropping: a handler that drops its [`Generation`] closes the event channel, and the thread cancels
//! every request whose channel is closed before the next step. Sending never waits: a client that lets its channel
//! fill is cut off, the others go on. Having enough is not giving up: [`Generation::enough`] ends a request early and
//! its last word still comes, with what it cost.

use crate::adapters::Adapters;
use crate::constraints::Constraints;
use crate::fault::Fault;
use crate::kept::token_bytes_max;
use crate::metrics::Metrics;
use crate::mind::{Mind, ModelIds};
use crate::preparing::Preparing;
use crate::stopwatch::Stopwatch;
use crate::vocabularies::Vocabularies;
use crate::worker::Worker;
use infer::{
    Backend, Chosen, Embedding, Engine, Failure, FinishReason, GenerateRequest, SubmitError, Tokenizer, Usage,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot, watch};

/// Requests on their way to the thread; one more is answered 429.
pub const COMMANDS_MAX: usize = 1024;
/// Events of one request that nobody has read yet; one more and the request is given up.
pub const EVENTS_MAX: usize = 1024;

/// What loading gives: everything the thread and the handlers need.
pub struct Loaded<B: Backend> {
    /// Owned by the thread from here on.
    pub engine: Engine<B>,
    /// The text side, shared with the handlers.
    pub mind: Arc<dyn Mind>,
    /// What clients may call the model.
    pub ids: ModelIds,
    /// Who may speak over it.
    pub adapters: Arc<Adapters>,
    /// What computes.
    pub compute: Compute,
}

/// What computes, for those who ask how the daemon stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compute {
    /// Name of the instruction set.
    pub isa: &'static str,
    /// Threads.
    pub threads: u32,
}

/// A model that is ready, as handlers see it.
#[derive(Clone)]
pub struct Ready {
    /// The text side.
    pub mind: Arc<dyn Mind>,
    /// What clients may call it.
    pub ids: Arc<ModelIds>,
    /// Who may speak over it.
    pub adapters: Arc<Adapters>,
    /// Its tokens.
    pub tokenizer: Arc<Tokenizer>,
    /// What answers can be made to follow.
    pub constraints: Arc<Constraints>,
    /// The words that lines are made of.
    pub vocabularies: Arc<Vocabularies>,
    /// Where requests for it are made ready.
    pub preparing: Arc<Preparing>,
    /// What computes.
    pub compute: Compute,
    /// Most tokens of a request, prompt and answer together.
    pub tokens_max: usize,
    /// Most bytes of text that one token makes.
    pub token_bytes_max: usize,
    /// Whether tokens are guessed ahead.
    pub speculation: bool,
}

/// Where the model stands.
#[derive(Clone)]
pub enum ModelState {
    /// Being read.
    Loading,
    /// Ready to write.
    Ready(Ready),
    /// There is none, and why.
    Failed(Arc<str>),
}

/// What one request hears from the thread.
#[derive(Debug)]
pub enum Piece {
    /// The engine took it. Always first, unless `Refused`.
    Admitted,
    /// The engine did not take it. Nothing follows.
    Refused(SubmitError),
    /// New text.
    Text(Said),
    /// The end. Nothing follows.
    Done(FinishReason, Usage),
    /// The request broke. Nothing follows.
    Failed(Failure),
    /// Cut off because the daemon stops. Nothing follows.
    Stopped,
}

/// New text of an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said {
    /// The text; empty where the last tokens made none.
    pub text: String,
    /// Its tokens, where they or log-probabilities were asked for.
    pub chosen: Vec<Chosen>,
    /// How many tokens it is.
    pub tokens: u32,
}

/// What the thread is asked to do.
pub(crate) enum Command {
    Generate(Box<Job>),
    Embed(EmbedJob),
    /// Forget the prefixes of an adapter that is gone.
    DropGeneration(u64),
}

/// A text to embed. Whoever no longer waits for the vector drops the other end.
pub(crate) struct EmbedJob {
    /// Whose it is; owners take turns.
    pub(crate) owner: u64,
    /// Whether an earlier text of the same request was read: the request has its place.
    pub(crate) is_continued: bool,
    pub(crate) text: Embedding,
    pub(crate) vector: oneshot::Sender<Result<Vec<f32>, Fault>>,
}

/// A request on its way to the thread.
pub(crate) struct Job {
    pub(crate) request: GenerateRequest,
    pub(crate) pieces: mpsc::Sender<Piece>,
    pub(crate) received: Instant,
    /// Set by [`Generation::enough`].
    pub(crate) is_enough: Arc<AtomicBool>,
}

/// The handle on the thread. The thread ends when the last handle is gone and its requests are done.
pub struct Inference {
    commands: mpsc::Sender<Command>,
    state: watch::Receiver<ModelState>,
    halted: Arc<AtomicBool>,
    next_id: AtomicU64,
    metrics: Arc<Metrics>,
}

/// One request being written. Dropping it gives the request up and frees its slot.
pub struct Generation {
    pieces: mpsc::Receiver<Piece>,
    state: watch::Receiver<ModelState>,
    is_enough: Arc<AtomicBool>,
    watch: Stopwatch,
}

impl Generation {
    /// How long it has taken, as far as it was heard.
    pub(crate) fn watch(&self) -> Stopwatch {
        self.watch
    }

    /// Nothing more needs to be written: `Done` comes next, after text that is already on its way.
    pub fn enough(&mut self) {
        self.is_enough.store(true, Ordering::Release);
    }

    /// The next piece; `Admitted` and `Refused` never come. After an error or `Done` nothing more may be asked.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// The fault that ended the request early.
    pub async fn next(&mut self) -> Result<Written, Fault> {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    /// [`Generation::next`] for a stream.
    pub fn poll_next(
        &mut self,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<Written, Fault>> {
        let is_enough = self.is_enough.load(Ordering::Acquire);
        let piece = std::task::ready!(self.pieces.poll_recv(context));
        match &piece {
            Some(Piece::Text(said)) => self.watch.hear(said.tokens),
            Some(Piece::Done(_, usage)) => self.watch.stop(*usage),
            _ => {}
        }
        std::task::Poll::Ready(match piece {
            Some(Piece::Done(FinishReason::Cancelled, usage)) if is_enough => {
                Ok(Written::Done(FinishReason::Stop, usage))
            }
            Some(Piece::Text(said)) => Ok(Written::Text(said)),
            Some(Piece::Done(FinishReason::Cancelled, _) | Piece::Stopped) => Err(Fault::Stopping),
            Some(Piece::Done(reason, usage)) => Ok(Written::Done(reason, usage)),
            Some(Piece::Failed(Failure::Asked { message: why })) => Err(Fault::CannotFollow { why }),
            Some(Piece::Failed(Failure::Broken { message: why })) => Err(Fault::Generation { why }),
            Some(Piece::Refused(error)) => Err(Fault::Generation { why: error.to_string() }),
            Some(Piece::Admitted) => {
                Err(Fault::Generation { why: "the engine admitted it twice".to_owned() })
            }
            None => Err(closed_why(&self.state)),
        })
    }
}

/// What a running request has to tell.
#[derive(Debug, PartialEq)]
pub enum Written {
    /// New text.
    Text(Said),
    /// The end, by stop or by length.
    Done(FinishReason, Usage),
}

/// A channel that closes without a last word: the thread died, or the client did not read.
fn closed_why(state: &watch::Receiver<ModelState>) -> Fault {
    match &*state.borrow() {
        ModelState::Failed(why) => Fault::Generation { why: why.to_string() },
        _ => Fault::NotRead,
    }
}

impl Inference {
    /// Starts the thread. `load` runs on it, so a large model does not hold up the door.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn spawn<B, F>(load: F, metrics: Arc<Metrics>) -> std::io::Result<(Self, JoinHandle<()>)>
    where
        B: Backend + 'static,
        F: FnOnce() -> Result<Loaded<B>, String> + Send + 'static,
    {
        let (commands, commands_in) = mpsc::channel(COMMANDS_MAX);
        let (state_out, state) = watch::channel(ModelState::Loading);
        let halted = Arc::new(AtomicBool::new(false));
        let (thread_metrics, thread_halted) = (Arc::clone(&metrics), Arc::clone(&halted));
        let thread = std::thread::Builder::new().name("inference".to_owned()).spawn(move || {
            let announce = Announce(state_out);
            match load() {
                Ok(loaded) => {
                    let tokenizer = Arc::clone(loaded.engine.tokenizer());
                    let constraints = Arc::new(Constraints::new(Arc::clone(&tokenizer)));
                    constraints.build_ahead();
                    let mind = loaded.mind;
                    let ready = Ready {
                        tokens_max: loaded.engine.tokens_max().min(mind.context_len()),
                        mind,
                        ids: Arc::new(loaded.ids),
                        adapters: loaded.adapters,
                        token_bytes_max: token_bytes_max(&tokenizer),
                        tokenizer,
                        vocabularies: Arc::new(Vocabularies::new(Arc::clone(&constraints))),
                        constraints,
                        preparing: Arc::default(),
                        compute: loaded.compute,
                        speculation: loaded.engine.config().speculation,
                    };
                    let mut worker = Worker::new(loaded.engine, commands_in, thread_halted, thread_metrics);
                    // Whoever sees the model ready must see its memory, too.
                    worker.publish();
                    announce.0.send_replace(ModelState::Ready(ready));
                    worker.run();
                }
                Err(why) => {
                    announce.0.send_replace(ModelState::Failed(why.into()));
                }
            }
        })?;
        let next_id = AtomicU64::new(1);
        Ok((Inference { commands, state, halted, next_id, metrics }, thread))
    }

    /// Where the model stands now.
    pub fn state(&self) -> ModelState {
        self.state.borrow().clone()
    }

    /// Waits until loading ends, either way.
    pub async fn settled(&self) -> ModelState {
        let mut state = self.state.clone();
        let settled = state.wait_for(|state| !matches!(state, ModelState::Loading)).await;
        match settled {
            Ok(state) => state.clone(),
            Err(_) => ModelState::Failed("the inference thread is gone".into()),
        }
    }

    /// The model, if it is ready.
    ///
    /// # Errors
    /// [`Fault::Loading`] or [`Fault::NoModel`].
    pub fn ready(&self) -> Result<Ready, Fault> {
        match self.state() {
            ModelState::Ready(ready) => Ok(ready),
            ModelState::Loading => Err(Fault::Loading),
            ModelState::Failed(why) => Err(Fault::NoModel { why: why.to_string() }),
        }
    }

    /// Hands a request to the engine and waits until the engine has taken it; `request.id` is given here.
    /// `param` is the field that a complaint about the prompt names.
    ///
    /// Cancel safe: dropping the future gives the request up.
    ///
    /// # Errors
    /// [`Fault::QueueFull`], or what the engine refuses.
    pub async fn start(
        &self,
        mut request: GenerateRequest,
        received: Instant,
        param: &'static str,
    ) -> Result<Generation, Fault> {
        request.id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (pieces, mut incoming) = mpsc::channel(EVENTS_MAX);
        let is_enough = Arc::new(AtomicBool::new(false));
        let prompt_tokens = u32::try_from(request.prompt.len()).unwrap_or(u32::MAX);
        let job = Job { request, pieces, received, is_enough: Arc::clone(&is_enough) };
        self.order(Command::Generate(Box::new(job)))?;
        match incoming.recv().await {
            Some(Piece::Admitted) => {
                let watch = Stopwatch::start(prompt_tokens);
                Ok(Generation { pieces: incoming, state: self.state.clone(), is_enough, watch })
            }
            Some(Piece::Refused(error)) => Err(Fault::refused(error, param)),
            Some(Piece::Stopped) => Err(Fault::Stopping),
            Some(other) => Err(Fault::Generation { why: format!("the engine began with {other:?}") }),
            None => Err(closed_why(&self.state)),
        }
    }

    fn order(&self, command: Command) -> Result<(), Fault> {
        match self.commands.try_send(command) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.metrics.rejected.fetch_add(1, Ordering::Relaxed);
                Err(Fault::QueueFull)
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(closed_why(&self.state)),
        }
    }

    /// The vector of a text, computed beside what is being written. Owners of texts take turns. `is_continued`: an earlier text
    /// of the same request was read, so this one is not refused for want of room.
    ///
    /// Cancel safe: dropping the future gives the text up.
    ///
    /// # Errors
    /// [`Fault::QueueFull`], or what the engine refuses.
    pub async fn embed(&self, owner: u64, tokens: Vec<u32>, is_continued: bool) -> Result<Vec<f32>, Fault> {
        let (vector, incoming) = oneshot::channel();
        let text = Embedding::new(tokens);
        let command = Command::Embed(EmbedJob { owner, is_continued, text, vector });
        if is_continued {
            self.commands.send(command).await.map_err(|_| closed_why(&self.state))?;
        } else {
            self.order(command)?;
        }
        match incoming.await {
            Ok(vector) => vector,
            Err(_) if self.halted.load(Ordering::Acquire) => Err(Fault::Stopping),
            Err(_) => Err(closed_why(&self.state)),
        }
    }

    /// Forgets the prefixes of an adapter that is gone. Where the thread is gone, they are, too.
    pub async fn drop_generation(&self, generation: u64) {
        let _ = self.commands.send(Command::DropGeneration(generation)).await;
    }

    /// Cuts off everything that runs or waits, now and from now on.
    pub fn halt(&self) {
        self.halted.store(true, Ordering::Release);
    }
}

/// Tells the handlers if the thread ends by a panic, so that nobody waits for it.
struct Announce(watch::Sender<ModelState>);

impl Drop for Announce {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.send_replace(ModelState::Failed("the inference thread broke down; restart emberd".into()));
        }
    }
}
