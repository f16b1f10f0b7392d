//! The one door: HTTP on loopback to `emberd`, with its token.
//!
//! Owns: finding the door in the data directory and the two calls the game makes. Refuses to know: what a line means.

use super::NodeState;
use std::fs;
use std::path::Path;
use std::time::Duration;
use wire::ember::{SpeakRequest, SpeakResponse, StatusResponse, Whereabouts};

/// How long the node may take to say how it is.
const STATUS_TIMEOUT: Duration = Duration::from_secs(2);
/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Why there is no line.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DoorError {
    /// Nothing answers.
    #[error("{0}")]
    Unreachable(String),
    /// It took too long.
    #[error("the node was too slow")]
    Slow,
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

/// A door that answered once.
pub struct Door {
    agent: ureq::Agent,
    base: String,
    bearer: String,
}

impl Door {
    /// The door named in the data directory, if one is.
    pub fn find(data_dir: &Path) -> Option<Door> {
        let text = fs::read_to_string(data_dir.join(wire::WHEREABOUTS_FILE)).ok()?;
        let whereabouts: Whereabouts = serde_json::from_str(&text).ok()?;
        if whereabouts.version != wire::EMBER_VERSION {
            return None;
        }
        let token = fs::read_to_string(data_dir.join(wire::TOKEN_FILE)).ok()?;
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let base = format!("http://127.0.0.1:{}", whereabouts.port);
        Some(Door { agent, base, bearer: format!("Bearer {}", token.trim()) })
    }

    /// How the node is.
    pub fn state(&self) -> Result<NodeState, DoorError> {
        let request =
            self.agent.get(format!("{}/ember/v1/status", self.base)).header("Authorization", &self.bearer);
        let answer = request.config().timeout_global(Some(STATUS_TIMEOUT)).build().call();
        let status: StatusResponse = read(answer)?;
        Ok(match (status.model, status.loading, status.error) {
            (Some(model), _, None) => NodeState::Ready { model: model.name, hash: model.hash },
            (_, true, _) => NodeState::Loading,
            (_, _, error) => NodeState::Mute(error.unwrap_or_else(|| "no model".to_string())),
        })
    }

    /// Asks for one line.
    pub fn speak(&self, request: &SpeakRequest, limit: Duration) -> Result<SpeakResponse, DoorError> {
        let body = serde_json::to_string(request).map_err(|e| DoorError::Nonsense(e.to_string()))?;
        let post = self
            .agent
            .post(format!("{}/ember/v1/speak", self.base))
            .header("Authorization", &self.bearer)
            .header("Content-Type", "application/json");
        read(post.config().timeout_global(Some(limit)).build().send(body))
    }
}

fn read<T: serde::de::DeserializeOwned>(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<T, DoorError> {
    let mut response = answer.map_err(|error| match error {
        ureq::Error::Timeout(_) => DoorError::Slow,
        other => DoorError::Unreachable(other.to_string()),
    })?;
    let status = response.status().as_u16();
    let text =
        response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string().map_err(|error| {
            match error {
                ureq::Error::Timeout(_) => DoorError::Slow,
                other => DoorError::Unreachable(other.to_string()),
            }
        })?;
    match status {
        200 => serde_json::from_str(&text).map_err(|e| DoorError::Nonsense(e.to_string())),
        429 | 503 => Err(DoorError::Busy(status)),
        _ => Err(DoorError::Refused { status, why: text.chars().take(300).collect() }),
    }
}
