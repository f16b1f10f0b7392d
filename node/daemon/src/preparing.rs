//! Where requests are made ready: the blocking threads, and who may have one when.
//!
//! Owns how many of each kind are prepared at a time, and that nothing is handed to a thread before it may run: what waits is a
//! future of the handler and goes, with its prompt, when its client does. Refuses to know what is prepared. The runtime's own
//! queue before its blocking threads has no bound and keeps what nobody waits for any more.

use crate::fault::Fault;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests of strangers that are prepared at a time. More only compete with the model.
const OTHERS_MAX: usize = 3;
/// Lines of the game that are prepared at a time.
const LINES_MAX: usize = 1;
/// Lists of words that are compiled at a time: each takes much memory.
const LISTS_MAX: usize = 1;
/// Blocking threads that the runtime needs for these: with fewer a line could wait for a thread that a stranger has.
pub const BLOCKING_THREADS_MAX: usize = OTHERS_MAX + LINES_MAX + LISTS_MAX;

/// What is prepared. Each kind waits, in the order of coming, for its own kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A line that the player waits for.
    Line,
    /// A list of words.
    List,
    /// Whatever else is asked.
    Other,
}

/// Who may have a thread.
#[derive(Debug)]
pub struct Preparing {
    lines: Arc<Semaphore>,
    lists: Arc<Semaphore>,
    others: Arc<Semaphore>,
}

impl Default for Preparing {
    fn default() -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Preparing { lines: places(LINES_MAX), lists: places(LISTS_MAX), others: places(OTHERS_MAX) }
    }
}

impl Preparing {
    /// Runs `work` on a blocking thread once there is a place for it.
    ///
    /// Cancel safe: dropped while it waits, it takes `work` along; what has begun runs to its end and keeps its place until then.
    ///
    /// # Errors
    /// Those of `work`, and [`Fault::Generation`] if it panics.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        kind: Kind,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let place = self.place(kind).await;
        let prepared = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        let broke = |_| Fault::Generation { why: "the work behind this request broke down".to_owned() };
        prepared.await.map_err(broke)?
    }

    async fn place(&self, kind: Kind) -> OwnedSemaphorePermit {
        let places = match kind {
            Kind::Line => &self.lines,
            Kind::List => &self.lists,
            Kind::Other => &self.others,
        };
        match Arc::clone(places).acquire_owned().await {
            Ok(place) => place,
            // Nobody closes it; without a place there is nothing to do but wait for ever.
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::task::Poll;
    use std::time::Duration;
    use tokio::task::JoinHandle;

    /// Longest wait for what is not held up; only a failure takes as long.
    const TIME_MAX: Duration = Duration::from_secs(30);

    /// As many threads as the program has.
    fn runtime() -> tokio::runtime::Runtime {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().max_blocking_threads(BLOCKING_THREADS_MAX).build().unwrap()
    }

    /// Takes a place until the sender is dropped; gives it once the work has begun.
    async fn hold(preparing: &Arc<Preparing>, kind: Kind) -> (Sender<()>, JoinHandle<()>) {
        let (release, released): (Sender<()>, Receiver<()>) = channel();
        let (begun_in, begun) = tokio::sync::oneshot::channel();
        let preparing = Arc::clone(preparing);
        let held = tokio::spawn(async move {
            let work = move || {
                let _ = begun_in.send(());
                let _ = released.recv();
                Ok(())
            };
            preparing.run(kind, work).await.unwrap();
        });
        tokio::time::timeout(TIME_MAX, begun).await.expect("no place").unwrap();
        (release, held)
    }

    async fn hold_all(preparing: &Arc<Preparing>) -> Vec<(Sender<()>, JoinHandle<()>)> {
        let mut held = Vec::new();
        for _ in 0..OTHERS_MAX {
            held.push(hold(preparing, Kind::Other).await);
        }
        held
    }

    #[test]
    fn who_goes_while_waiting_takes_the_work_along() {
        runtime().block_on(async {
            let preparing = Arc::new(Preparing::default());
            let held = hold_all(&preparing).await;
            let prompt = Arc::new(());
            {
                let own = Arc::clone(&prompt);
                let work = move || {
                    drop(own);
                    Ok(())
                };
                let mut waiting = pin!(preparing.run(Kind::Other, work));
                let polled = std::future::poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context)));
                assert!(polled.await.is_pending());
                assert_eq!(Arc::strong_count(&prompt), 2, "it has begun");
            }
            assert_eq!(Arc::strong_count(&prompt), 1, "it was kept");
            for (release, held) in held {
                drop(release);
                held.await.unwrap();
            }
            assert_eq!(preparing.others.available_permits(), OTHERS_MAX);
        });
    }

    #[test]
    fn what_has_begun_keeps_its_place_although_nobody_waits() {
        runtime().block_on(async {
            let preparing = Arc::new(Preparing::default());
            let (release, held) = hold(&preparing, Kind::Other).await;
            held.abort();
            assert!(held.await.unwrap_err().is_cancelled());
            assert_eq!(preparing.others.available_permits(), OTHERS_MAX - 1);
            drop(release);
            let all = Arc::clone(&preparing.others).acquire_many_owned(OTHERS_MAX as u32);
            let all = tokio::time::timeout(TIME_MAX, all).await.expect("its place is not given back");
            assert_eq!(all.unwrap().num_permits(), OTHERS_MAX);
        });
    }

    #[test]
    fn a_line_waits_for_no_stranger_and_no_list() {
        runtime().block_on(async {
            let preparing = Arc::new(Preparing::default());
            let mut held = hold_all(&preparing).await;
            held.push(hold(&preparing, Kind::List).await);
            let line = tokio::time::timeout(TIME_MAX, preparing.run(Kind::Line, || Ok(7)));
            assert_eq!(line.await.expect("it waited").unwrap(), 7);
        });
    }

    #[test]
    fn work_that_breaks_is_a_fault_and_gives_its_place_back() {
        runtime().block_on(async {
            let preparing = Preparing::default();
            let broken: Result<u8, Fault> = preparing.run(Kind::Line, || panic!("as planned")).await;
            assert!(matches!(broken, Err(Fault::Generation { .. })), "{broken:?}");
            let refused: Result<u8, Fault> = preparing.run(Kind::Line, || Err(Fault::QueueFull)).await;
            assert!(matches!(refused, Err(Fault::QueueFull)), "{refused:?}");
            assert_eq!(preparing.run(Kind::Line, || Ok(7)).await.unwrap(), 7);
        });
    }
}
