//! The daemon's parts: the local HTTP door and the thread behind it that writes. `emberd` is the program.
//!
//! Owns sockets, tokens, routes and the inference thread. Refuses to know what the game means by its words and how a
//! token is computed (that is `infer`). tokio lives here and nowhere else.
//!
//! A request's way: `serve` (socket) → `door` (may it come in) → `routes` (what is it) → `generate` (prompt,
//! `adapters`, `constraints`, `vocabularies`, on a thread that `preparing` gives) → `inference` (channel) → `worker` (engine) and
//! back through `answer`.

pub mod adapters;
mod answer;
mod app;
mod chosen;
pub mod config;
mod connection;
pub mod constraints;
mod door;
mod embeddings;
pub mod fault;
mod gbnf;
mod generate;
pub mod inference;
mod kept;
mod lora;
pub mod metrics;
pub mod mind;
mod native;
pub mod place;
mod preparing;
mod responses;
mod routes;
pub mod serve;
mod speak;
mod stopwatch;
pub mod token;
mod tools;
mod unread;
mod vocabularies;
mod worker;

pub use app::{App, Bounds, Patience};
pub use preparing::BLOCKING_THREADS_MAX;
pub use routes::router;
