//! Ambient: lines that nobody waits for, several asked of the node at once beside the player's own.
//!
//! Owns: the calls in flight, how many there may be, and giving all of them up at once. Refuses to know: who speaks, when, and what a
//! line may say (`crate::ambient`). Each call has a thread of its own, so that neither the player's line nor another villager's
//! waits for it; the thread's end is the answer. One that is given up ends at once, as its socket is closed.

use super::door::{Door, DoorError};
use super::http::Cancel;
use super::{Answer, EVERY_TICKET, LinkConfig};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;
use wire::ember::{SpeakRequest, SpeakResponse, VocabularyRequest};

/// Lines asked for at once, those included that were given up and have not ended yet.
pub const IN_FLIGHT_MAX: usize = 4;
/// Longest that such a line may take: talk that comes later answers nothing any more.
const LIMIT: Duration = Duration::from_secs(8);

/// A line that is asked for.
struct Call {
    ticket: u64,
    cancel: Cancel,
    is_given_up: bool,
    thread: JoinHandle<Result<SpeakResponse, DoorError>>,
}

/// Where such lines are asked for. Dropping it gives all of them up.
pub(super) struct Desk {
    data_dir: PathBuf,
    vocabulary: Option<Arc<VocabularyRequest>>,
    limit: Duration,
    calls: Vec<Call>,
    tickets: u64,
}

impl Desk {
    /// A desk that asks the node of a link, each line within the link's limit or a shorter one.
    pub(super) fn new(config: &LinkConfig) -> Desk {
        let (data_dir, vocabulary) = (config.data_dir.clone(), config.vocabulary.clone());
        Desk { data_dir, vocabulary, limit: config.line_timeout.min(LIMIT), calls: Vec::new(), tickets: 0 }
    }

    /// Asks for a line; `None` when so many are asked for already or the system gives no thread.
    pub(super) fn ask(&mut self, request: SpeakRequest) -> Option<u64> {
        self.forget_ended();
        if self.calls.len() >= IN_FLIGHT_MAX {
            return None;
        }
        self.tickets += 1;
        let (ticket, limit, cancel) = (self.tickets, self.limit, Cancel::default());
        let (data_dir, vocabulary, theirs) = (self.data_dir.clone(), self.vocabulary.clone(), cancel.clone());
        let call = move || {
            // The link's own thread keeps its door to itself; finding one is reading two short files.
            let door = Door::find(&data_dir)
                .ok_or_else(|| DoorError::Unreachable("the node is not there".to_string()))?;
            door.speak(&request, vocabulary.as_deref(), limit, ticket, &theirs)
        };
        let thread = Builder::new().name("ambient".to_string()).spawn(call).ok()?;
        self.calls.push(Call { ticket, cancel, is_given_up: false, thread });
        Some(ticket)
    }

    /// An answer that has come, if any. What was given up is never answered.
    pub(super) fn answer(&mut self) -> Option<Answer> {
        self.forget_ended();
        let done = self.calls.iter().position(|call| !call.is_given_up && call.thread.is_finished())?;
        let call = self.calls.remove(done);
        let broken = |_| Err(DoorError::Nonsense("its thread broke off".to_string()));
        Some(Answer { ticket: call.ticket, line: call.thread.join().unwrap_or_else(broken) })
    }

    /// Gives up every line. Returns at once.
    pub(super) fn give_up(&mut self) {
        for call in &mut self.calls {
            call.is_given_up = true;
            call.cancel.up_to(EVERY_TICKET);
        }
        self.forget_ended();
    }

    fn forget_ended(&mut self) {
        self.calls.retain(|call| !(call.is_given_up && call.thread.is_finished()));
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.give_up();
        for call in self.calls.drain(..) {
            // What it would have answered is nobody's any more.
            let _ = call.thread.join();
        }
    }
}
