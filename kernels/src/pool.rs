//! Owns the threads that kernels compute on. Refuses to know what they compute.
//!
//! One region at a time: [`Pool::run`] hands out the parts 0..n, the caller works too, and it returns when all are done.
//! Each thread has a run of neighbouring parts, the same ones each time the same region comes, and takes them from the
//! front: what it reads lies in one piece, and memory is read ahead. Who has done his own takes from the back of the others'
//! runs, so a thread that the system took away costs the others nothing but its own part. Between regions workers spin for [`SPIN`] and then park: a layer's regions follow each other within microseconds, and a village
//! that is silent takes no processor time. There are never more threads than asked for, the caller included.

use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

/// How long a thread without work looks for some before it parks.
pub const SPIN: Duration = Duration::from_micros(50);
/// Looks between two looks at the clock.
const LOOKS: u32 = 64;
/// Most threads of a pool.
pub const THREADS_MAX: usize = 256;
/// A region has fewer parts than this.
const RUN_PARTS_MAX: usize = 1 << 31;

/// The work of a region: called with the thread and each part once.
type Work<'a> = dyn Fn(usize, usize) + Sync + 'a;

/// What the caller and the workers share.
struct Shared {
    /// Counts regions; a change is the signal to work. The lowest bit says whether one is open.
    epoch: AtomicU64,
    /// The open region's work and its number of parts. Written while no worker is inside.
    job: JobCell,
    /// What is left of each thread's run.
    runs: Box<[Run]>,
    /// Workers inside the region.
    inside: AtomicU32,
    closing: AtomicBool,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

/// Parts from a front to a back, in one word so that each is claimed once: the front in the low half. On a cache line of
/// its own.
#[repr(align(64))]
#[derive(Default)]
struct Run(AtomicU64);

impl Run {
    fn set(&self, parts: Range<usize>) {
        self.0.store(parts.end as u64 * RUN_PARTS_MAX as u64 + parts.start as u64, Ordering::Relaxed);
    }

    /// Takes the first part, or the last.
    fn claim(&self, end: End) -> Option<usize> {
        let one = |word: u64| {
            let (front, back) = (word % RUN_PARTS_MAX as u64, word / RUN_PARTS_MAX as u64);
            let left = match end {
                End::Front => word + 1,
                End::Back => word.wrapping_sub(RUN_PARTS_MAX as u64),
            };
            (front < back).then_some(left)
        };
        let word = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one).ok()?;
        Some(match end {
            End::Front => (word % RUN_PARTS_MAX as u64) as usize,
            End::Back => (word / RUN_PARTS_MAX as u64 - 1) as usize,
        })
    }
}

/// From which end of a run a part is taken.
#[derive(Clone, Copy)]
enum End {
    Front,
    Back,
}

struct JobCell(std::cell::UnsafeCell<Option<Job>>);
// SAFETY: the cell is written only by the caller of `run`, while `inside` is 0 and the region is closed, and read only by
// threads that entered an open region (see `enter`): reads and writes never overlap.
unsafe impl Sync for JobCell {}
// SAFETY: the pointer inside is to `Sync` work; see `Job`.
unsafe impl Send for JobCell {}

#[derive(Clone, Copy)]
struct Job {
    /// Borrowed for the length of `run`, which outlives every use: it returns after the last worker has left.
    work: *const Work<'static>,
}

/// Threads for regions of parallel work.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    handles: Vec<Thread>,
    /// Guards against two callers at once: the second waits.
    turn: Mutex<()>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("threads", &self.threads()).finish()
    }
}

impl Pool {
    /// A pool of `threads` threads, the caller of [`Pool::run`] included: 1 starts none, and 0 is taken as 1. If the system
    /// refuses a thread, there are fewer.
    pub fn new(threads: usize) -> Pool {
        let shared = Arc::new(Shared {
            epoch: AtomicU64::new(0),
            job: JobCell(std::cell::UnsafeCell::new(None)),
            runs: (0..threads.clamp(1, THREADS_MAX)).map(|_| Run::default()).collect(),
            inside: AtomicU32::new(0),
            closing: AtomicBool::new(false),
            panic: Mutex::new(None),
        });
        let start = |number: usize| {
            let shared = shared.clone();
            std::thread::Builder::new()
                .name(format!("kernels-{number}"))
                .spawn(move || shared.serve(number))
                .ok()
        };
        let workers: Vec<_> = (1..threads.clamp(1, THREADS_MAX)).map_while(start).collect();
        let handles = workers.iter().map(|worker| worker.thread().clone()).collect();
        Pool { shared, workers, handles, turn: Mutex::new(()) }
    }

    /// Threads that work in a region, the caller included.
    pub fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Calls `work` with each of `0..parts` once, on any thread, in any order, and returns when all calls have. A panic in
    /// one is raised again here, after the others have ended. Work must not call `run` of its own pool: it would wait for
    /// itself.
    pub fn run(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        self.run_known(parts, &|_, part| work(part));
    }

    /// [`Pool::run`] for work that keeps something for each thread: `work` is called with the thread's number too, below
    /// [`Pool::threads`]. No two calls of one `run_known` with the same number overlap; those of two callers may.
    pub fn run_known(&self, parts: usize, work: &Work<'_>) {
        if parts <= 1 || self.workers.is_empty() {
            (0..parts).for_each(|part| work(0, part));
            return;
        }
        assert!(parts < RUN_PARTS_MAX, "{parts} parts of a region");
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = &*self.shared;
        // SAFETY: no region is open and `inside` was 0 when the last one closed, so nobody reads the cell. The borrow's
        // lifetime is erased: `run` leaves only after every worker has, so the pointer is not used after it.
        let job = unsafe {
            let work = std::mem::transmute::<&Work<'_>, &'static Work<'static>>(work);
            let job = Job { work };
            *shared.job.0.get() = Some(job);
            job
        };
        let threads = self.threads();
        for (number, run) in shared.runs.iter().enumerate().take(threads) {
            let edge = |number: usize| (parts as u64 * number as u64 / threads as u64) as usize;
            run.set(edge(number)..edge(number + 1));
        }
        shared.epoch.fetch_add(1, Ordering::SeqCst);
        for handle in self.handles.iter().take(parts - 1) {
            handle.unpark();
        }
        shared.work_through(0, job);
        // From here on nobody enters; those inside finish their parts.
        shared.epoch.fetch_add(1, Ordering::SeqCst);
        let mut looks = 0u32;
        while shared.inside.load(Ordering::SeqCst) != 0 {
            // A worker that the system has taken away in the middle of its part needs a processor to end it.
            looks += 1;
            if looks.is_multiple_of(LOOKS * LOOKS) {
                std::thread::yield_now()
            } else {
                std::hint::spin_loop()
            }
        }
        drop(turn);
        let panic = shared.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }
}

impl Shared {
    /// Claims and does parts until there are none: thread `number`'s own, then the others'.
    fn work_through(&self, number: usize, job: Job) {
        let own = std::iter::from_fn(|| self.runs[number].claim(End::Front));
        let others = self.runs.iter().cycle().skip(number + 1).take(self.runs.len() - 1);
        for part in own.chain(others.flat_map(|run| std::iter::from_fn(|| run.claim(End::Back)))) {
            // SAFETY: the region is open (the caller's own) or this thread is counted in `inside`, so `run` has not returned
            // and the borrow behind the pointer lives.
            let work = unsafe { &*job.work };
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(number, part))) {
                self.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
            }
        }
    }

    /// A worker's life.
    fn serve(&self, number: usize) {
        let mut seen = 0;
        while !self.closing.load(Ordering::Acquire) {
            let epoch = self.wait(seen);
            if epoch % 2 == 1 {
                self.inside.fetch_add(1, Ordering::SeqCst);
                // Entering counts only if the region is still open: either this sees it closed, or `run` sees us inside.
                if self.epoch.load(Ordering::SeqCst) == epoch {
                    // SAFETY: the region that wrote the cell is open and cannot close while `inside` counts this thread.
                    if let Some(job) = unsafe { *self.job.0.get() } {
                        self.work_through(number, job);
                    }
                }
                self.inside.fetch_sub(1, Ordering::SeqCst);
            }
            seen = epoch;
        }
    }

    /// Waits until the epoch is not `seen`, or the pool closes; gives the epoch.
    fn wait(&self, seen: u64) -> u64 {
        let mut since = None;
        loop {
            for _ in 0..LOOKS {
                let epoch = self.epoch.load(Ordering::SeqCst);
                if epoch != seen || self.closing.load(Ordering::Acquire) {
                    return epoch;
                }
                std::hint::spin_loop();
            }
            if since.get_or_insert_with(Instant::now).elapsed() > SPIN {
                // `unpark` leaves a permit, so a region that opens just now is not missed.
                std::thread::park();
                since = None;
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        self.handles.iter().for_each(Thread::unpark);
        for worker in self.workers.drain(..) {
            // A worker cannot panic: parts are caught.
            let _ = worker.join();
        }
    }
}

/// A slice that several threads write, each its own parts.
#[derive(Debug)]
pub(crate) struct Parts<'a, T> {
    pointer: *mut T,
    len: usize,
    _borrowed: std::marker::PhantomData<&'a mut [T]>,
}

// SAFETY: every part is handed out under `Parts::get`'s contract, which keeps parts disjoint; that is `&mut [T]` split.
unsafe impl<T: Send> Sync for Parts<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Parts<'_, T> {}

impl<'a, T> Parts<'a, T> {
    pub(crate) fn new(whole: &'a mut [T]) -> Self {
        Parts { pointer: whole.as_mut_ptr(), len: whole.len(), _borrowed: std::marker::PhantomData }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The part `start .. start + len`.
    ///
    /// # Safety
    /// No two parts that live at the same time overlap.
    ///
    /// # Panics
    /// If the part is not inside the whole.
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn get(&self, start: usize, len: usize) -> &mut [T] {
        assert!(start <= self.len && len <= self.len - start, "a part outside the whole");
        // SAFETY: inside the whole, which is borrowed for 'a; disjoint by the caller's contract.
        unsafe { std::slice::from_raw_parts_mut(self.pointer.add(start), len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn a_run_is_taken_from_both_ends_until_they_meet() {
        let run = Run::default();
        assert_eq!(run.claim(End::Front), None);
        run.set(3..7);
        let claims = [End::Front, End::Back, End::Back, End::Front, End::Front, End::Back];
        assert_eq!(claims.map(|end| run.claim(end)), [Some(3), Some(6), Some(5), Some(4), None, None]);
    }

    #[test]
    fn each_part_is_done_once() {
        for threads in [0, 1, 2, 3, 8] {
            let pool = Pool::new(threads);
            assert_eq!(pool.threads(), threads.max(1));
            for parts in [0, 1, 2, 7, 1000] {
                let counts: Vec<AtomicU32> = (0..parts).map(|_| AtomicU32::new(0)).collect();
                pool.run(parts, &|part| {
                    counts[part].fetch_add(1, Ordering::Relaxed);
                });
                assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 1));
            }
        }
    }

    #[test]
    fn a_threads_number_is_its_own_while_it_works() {
        for threads in [1, 3] {
            let pool = Pool::new(threads);
            let busy: Vec<AtomicBool> = (0..threads).map(|_| AtomicBool::new(false)).collect();
            for _ in 0..if cfg!(miri) { 3 } else { 200 } {
                pool.run_known(20, &|thread, part| {
                    assert!(!busy[thread].swap(true, Ordering::Relaxed), "thread {thread} is two");
                    (0..part * 50).for_each(|_| std::hint::spin_loop());
                    busy[thread].store(false, Ordering::Relaxed);
                });
            }
        }
    }

    #[test]
    fn many_regions_follow_each_other_and_after_a_pause() {
        let pool = Pool::new(3);
        let sum = AtomicUsize::new(0);
        for round in 0..20_000 {
            pool.run(3, &|part| {
                sum.fetch_add(part, Ordering::Relaxed);
            });
            if round % 5_000 == 0 {
                std::thread::sleep(SPIN * 4);
            }
        }
        assert_eq!(sum.load(Ordering::Relaxed), 20_000 * 3);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_pool_goes_on() {
        let pool = Pool::new(2);
        let caught = catch_unwind(AssertUnwindSafe(|| pool.run(8, &|part| assert_ne!(part, 5, "planted"))));
        assert!(caught.is_err());
        let done = AtomicUsize::new(0);
        pool.run(8, &|_| {
            done.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(done.load(Ordering::Relaxed), 8);
    }

    #[test]
    fn callers_on_several_threads_take_turns() {
        let pool = Pool::new(2);
        let sum = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        pool.run(4, &|part| {
                            sum.fetch_add(part, Ordering::Relaxed);
                        });
                    }
                });
            }
        });
        assert_eq!(sum.load(Ordering::Relaxed), 4 * 500 * 6);
    }

    #[test]
    fn parts_are_disjoint_views() {
        let mut whole = vec![0; 10];
        let parts = Parts::new(&mut whole);
        assert_eq!(parts.len(), 10);
        Pool::new(2).run(5, &|part| {
            // SAFETY: two elements a part.
            unsafe { parts.get(part * 2, 2) }.fill(part);
        });
        assert_eq!(whole, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    }
}
