//! Owns threads that live for one list of tasks: those that load a model. Refuses to know what a task is.

use crate::cpu::processors;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

/// So many threads for every list of one load, and whether anybody still wants what they do.
#[derive(Debug)]
pub(crate) struct Crew {
    threads: usize,
    given_up: AtomicBool,
}

impl Crew {
    /// Of so many threads; 0 is one for each processor.
    pub(crate) fn new(threads: usize) -> Crew {
        let threads = if threads == 0 { processors() } else { threads };
        Crew { threads, given_up: AtomicBool::new(false) }
    }

    /// Says that nobody wants what they do any more.
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Asked by a task before it begins.
    ///
    /// # Errors
    /// `Interrupted`, once given up.
    pub(crate) fn go_on(&self) -> io::Result<()> {
        if self.given_up.load(Ordering::Relaxed) { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    }

    /// Does every task on its threads, see [`run`].
    ///
    /// # Errors
    /// That of the first task that failed.
    pub(crate) fn run<T: Send, E: Send>(
        &self,
        tasks: Vec<T>,
        work: impl Fn(T, &mut Vec<u8>) -> Result<(), E> + Sync,
    ) -> Result<(), E> {
        run(self.threads, tasks, work)
    }

    /// Both results. With several threads the second one's work is done on one more, if the system gives one: it is short.
    pub(crate) fn both<A, B: Send>(&self, here: impl FnOnce() -> A, there: impl Fn() -> B + Sync) -> (A, B) {
        std::thread::scope(|scope| {
            let spawn = || Builder::new().name("loading".to_owned()).spawn_scoped(scope, &there).ok();
            let thread = if self.threads > 1 { spawn() } else { None };
            let first = here();
            let second = match thread {
                Some(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                None => there(),
            };
            (first, second)
        })
    }
}

/// Does every task, each once, on so many threads, the caller's included; fewer where the system refuses one. Tasks are begun
/// in their order. `work` gets a buffer that is its thread's alone and may hold anything.
///
/// # Errors
/// That of the first task that failed, in the order of tasks: the same one however the threads ran. Tasks behind it may be
/// left undone.
fn run<T: Send, E: Send>(
    threads: usize,
    tasks: Vec<T>,
    work: impl Fn(T, &mut Vec<u8>) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let helpers = threads.min(tasks.len()).saturating_sub(1);
    let queue = Mutex::new(tasks.into_iter().enumerate());
    let failed: Mutex<Option<(usize, E)>> = Mutex::new(None);
    // Whoever takes a task sees every failure there is, and tasks before a failed one were taken before it: the earliest
    // failure is always found.
    let next = || match &*failed.lock().unwrap_or_else(PoisonError::into_inner) {
        None => queue.lock().unwrap_or_else(PoisonError::into_inner).next(),
        Some(_) => None,
    };
    let worker = || {
        let mut buffer = Vec::new();
        while let Some((number, task)) = next() {
            if let Err(error) = work(task, &mut buffer) {
                let mut first = failed.lock().unwrap_or_else(PoisonError::into_inner);
                if first.as_ref().is_none_or(|(before, _)| number < *before) {
                    *first = Some((number, error));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..helpers {
            if Builder::new().name("loading".to_owned()).spawn_scoped(scope, worker).is_err() {
                break;
            }
        }
        worker();
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, error)) => Err(error),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn every_task_is_done_once() {
        for threads in [0, 1, 2, 7] {
            for count in [0, 1, 5, 1000] {
                let mut done: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
                let work = |task: usize, _: &mut Vec<u8>| {
                    done[task].fetch_add(1, Ordering::Relaxed);
                    Ok::<(), ()>(())
                };
                run(threads, (0..count).collect(), work).unwrap();
                assert!(done.iter_mut().all(|times| *times.get_mut() == 1), "{threads} threads");
            }
        }
    }

    #[test]
    fn the_first_failure_in_the_order_of_tasks_is_told() {
        for _ in 0..200 {
            let work = |task: usize, _: &mut Vec<u8>| if task % 7 == 5 { Err(task) } else { Ok(()) };
            assert_eq!(run(4, (0..100).collect(), work), Err(5));
        }
    }

    #[test]
    fn a_crew_has_as_many_threads_as_asked_for_and_stops_when_it_is_given_up() {
        for threads in 1..4 {
            let (crew, seen) = (Crew::new(threads), Mutex::new(std::collections::HashSet::new()));
            let meeting = std::sync::Barrier::new(threads);
            let work = |task: usize, _: &mut Vec<u8>| {
                crew.go_on()?;
                if task < threads {
                    // Each of the first tasks has a thread of its own, or this would wait for ever.
                    meeting.wait();
                }
                seen.lock().unwrap().insert(std::thread::current().id());
                if task == 50 {
                    crew.give_up();
                }
                Ok::<(), io::Error>(())
            };
            let stopped = crew.run((0..10_000).collect(), work).unwrap_err();
            assert_eq!((stopped.kind(), seen.lock().unwrap().len()), (io::ErrorKind::Interrupted, threads));
        }
        assert_eq!(Crew::new(0).threads, processors());
    }

    #[test]
    fn both_are_done() {
        let text = "there".to_owned();
        for threads in [1, 2] {
            assert_eq!(Crew::new(threads).both(|| 1, || text.len()), (1, 5));
        }
    }
}
