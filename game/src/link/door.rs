//! The one door: HTTP on loopback to `emberd`, with its token.
//!
//! Owns: finding the door in the data directory and the calls the game makes. Refuses to know: what a line means.

use super::http::{self, Ask, Cancel, HttpError};
use super::{NodeState, Site, node};
use crate::plain::plain;
use serde::Deserialize;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};
use wire::ember::{
    SpeakRequest, SpeakResponse, StatusResponse, VOCABULARY_NOT_FOUND, VocabularyRequest, VocabularyResponse,
    Whereabouts,
};

/// How long the node may take to say how it is.
const STATUS_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the node may take over the list of words.
const TEACH_TIMEOUT: Duration = Duration::from_secs(5);
/// Most of the node's own words that is kept, in characters.
const WORDS_CHARS_MAX: usize = 300;
/// Most adapters that the game takes note of: a villager's is looked for by name among them.
const ADAPTERS_MAX: usize = 4096;

/// Why there is no line.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DoorError {
    /// Nothing answers.
    #[error("no node: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("the node was too slow")]
    Slow,
    /// The game gave it up.
    #[error("it was given up")]
    GivenUp,
    /// It answered that it cannot now.
    #[error("the node is busy ({0})")]
    Busy(u16),
    /// It refused the request: a fault of ours.
    #[error("the node refused the request ({status}): {why}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its own words.
        why: String,
    },
    /// Its answer makes no sense.
    #[error("the node's answer makes no sense: {0}")]
    Nonsense(String),
}

/// What the node lists of its adapters, as far as the game needs it.
#[derive(Deserialize)]
struct Listing {
    adapters: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
}

/// A door that answered once.
pub struct Door {
    port: u16,
    pid: u32,
    token: String,
    /// Whether the list of words was sent through it.
    is_taught: bool,
}

impl Door {
    /// The door named in the data directory, if one is.
    pub fn find(data_dir: &Path) -> Option<Door> {
        let text = fs::read_to_string(data_dir.join(wire::WHEREABOUTS_FILE)).ok()?;
        let whereabouts: Whereabouts = serde_json::from_str(&text).ok()?;
        if whereabouts.version != wire::EMBER_VERSION {
            return None;
        }
        let token = fs::read_to_string(data_dir.join(wire::TOKEN_FILE)).ok()?.trim().to_string();
        // It stands in a header: whatever is no plain word is not our token.
        let plain = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
        plain.then_some(Door { port: whereabouts.port, pid: whereabouts.pid, token, is_taught: false })
    }

    /// Where the node behind it listens, and how it runs.
    pub(super) fn site(&self) -> Site {
        Site { port: self.port, nice: node::niceness(self.pid) }
    }

    /// How the node is.
    pub(super) fn state(&self, ticket: u64, cancel: &Cancel) -> Result<NodeState, DoorError> {
        let status: StatusResponse =
            self.call("GET", "/ember/v1/status", "", STATUS_TIMEOUT, ticket, cancel)?;
        Ok(match (status.model, status.loading, status.error) {
            (Some(model), _, None) => NodeState::Ready {
                model: short(&model.name),
                hash: short(&model.hash),
                bytes: model.file_bytes,
            },
            (_, true, _) => NodeState::Loading,
            (_, _, error) => NodeState::Mute(short(error.as_deref().unwrap_or("no model"))),
        })
    }

    /// The names of the adapters that the node has.
    pub(super) fn adapters(&self, ticket: u64, cancel: &Cancel) -> Result<Vec<String>, DoorError> {
        let listing: Listing = self.call("GET", "/ember/v1/adapters", "", STATUS_TIMEOUT, ticket, cancel)?;
        Ok(listing.adapters.into_iter().take(ADAPTERS_MAX).map(|listed| listed.name).collect())
    }

    /// Asks for one line within a limit. A node that has not the list of words that the request names is sent it, and asked again; where
    /// there is none to send, the line is asked for in any words, as the judge reads it either way.
    pub(super) fn speak(
        &self,
        request: &SpeakRequest,
        vocabulary: Option<&VocabularyRequest>,
        limit: Duration,
        ticket: u64,
        cancel: &Cancel,
    ) -> Result<SpeakResponse, DoorError> {
        let began = Instant::now();
        let ask = |request: &SpeakRequest| {
            let left = limit.saturating_sub(began.elapsed());
            self.call("POST", "/ember/v1/speak", &json(request)?, left, ticket, cancel)
        };
        let line = ask(request);
        match &line {
            Err(DoorError::Refused { status: 404, why }) if why.contains(VOCABULARY_NOT_FOUND) => {}
            _ => return line,
        }
        match vocabulary {
            Some(vocabulary) => {
                self.teach(vocabulary, limit.saturating_sub(began.elapsed()), ticket, cancel)?;
                ask(request)
            }
            None => ask(&SpeakRequest { words: None, ..request.clone() }),
        }
    }

    /// Sends the list of words ahead, so that the first line need not wait for it. Once: should that fail, the first line sends it,
    /// and a node that knows no such lists speaks in any words.
    pub(super) fn teach_ahead(&mut self, vocabulary: &VocabularyRequest, cancel: &Cancel) {
        if !std::mem::replace(&mut self.is_taught, true) {
            let _ = self.teach(vocabulary, TEACH_TIMEOUT, super::EVERY_TICKET, cancel);
        }
    }

    /// Sends the list of words that lines are made of.
    fn teach(
        &self,
        vocabulary: &VocabularyRequest,
        limit: Duration,
        ticket: u64,
        cancel: &Cancel,
    ) -> Result<(), DoorError> {
        let body = json(vocabulary)?;
        // The engine knows the list's name without being told.
        let _: VocabularyResponse =
            self.call("POST", "/ember/v1/vocabulary", &body, limit, ticket, cancel)?;
        Ok(())
    }

    fn call<T: serde::de::DeserializeOwned>(
        &self,
        method: &'static str,
        path: &'static str,
        body: &str,
        limit: Duration,
        ticket: u64,
        cancel: &Cancel,
    ) -> Result<T, DoorError> {
        let ask = Ask { port: self.port, method, path, token: &self.token, body };
        let answer = http::call(&ask, limit, ticket, cancel).map_err(|error| match error {
            HttpError::Slow => DoorError::Slow,
            HttpError::GivenUp => DoorError::GivenUp,
            HttpError::Broken(error) => DoorError::Unreachable(in_words(&error)),
            HttpError::Nonsense(why) => DoorError::Nonsense(why.to_string()),
        })?;
        match answer.status {
            200 => serde_json::from_str(&answer.body).map_err(|e| DoorError::Nonsense(e.to_string())),
            429 | 503 => Err(DoorError::Busy(answer.status)),
            status => Err(DoorError::Refused { status, why: short(&answer.body) }),
        }
    }
}

fn json(body: &impl serde::Serialize) -> Result<String, DoorError> {
    serde_json::to_string(body).map_err(|e| DoorError::Nonsense(e.to_string()))
}

/// The node's own words: shown on the screen, so cut and made harmless.
fn short(words: &str) -> String {
    plain(&words.chars().take(WORDS_CHARS_MAX).collect::<String>())
}

/// What a broken connection means to a player.
fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing answers".to_string(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "it went away".to_string()
        }
        _ => error.to_string(),
    }
}
