//! A node that the game started itself: a child process with its own log, ended with the game.
//!
//! Owns: starting, with the threads it computes on; noticing the end; asking to stop (SIGTERM, so that it drains). Refuses to
//! know: what it does, and to wait for its end: it drains by itself, other programs may still be listening to it.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The node's log in its data directory.
pub const LOG_FILE: &str = "emberd.log";
/// Log size from which the next start begins a new one, in bytes.
const LOG_BYTES_MAX: u64 = 4 << 20;
/// How long an idle node is given to end, so that the next start finds its directory free. A busy one ends by itself.
const STOP_WITHIN: Duration = Duration::from_millis(100);
/// From this variable emberd takes the number of its compute threads where no flag says it.
const THREADS_VARIABLE: &str = "EMBERD_THREADS";
/// How far the node steps behind the game's frames for the processor: a line may come a little later, a picture may not.
const NICE: &str = "10";
/// The node's own variable for it goes before that.
const NICE_VARIABLE: &str = "EMBERD_NICE";
/// Most compute threads: a small model gains little from more.
const THREADS_MAX: usize = 4;

/// A running child.
pub struct Child(std::process::Child);

impl Child {
    /// Starts `emberd` on a data directory.
    ///
    /// # Errors
    /// What the system says.
    pub fn start(emberd: &Path, data_dir: &Path) -> std::io::Result<Child> {
        fs::create_dir_all(data_dir)?;
        let log = data_dir.join(LOG_FILE);
        if fs::metadata(&log).is_ok_and(|m| m.len() > LOG_BYTES_MAX) {
            fs::rename(&log, data_dir.join(format!("{LOG_FILE}.old")))?;
        }
        let log = OpenOptions::new().create(true).append(true).open(log)?;
        let mut command = Command::new(emberd);
        // Its own port: whatever else listens on the usual one is none of the game's business.
        command.arg("--data-dir").arg(data_dir).args(["--port", "0"]);
        if std::env::var_os(NICE_VARIABLE).is_none() {
            command.args(["--nice", NICE]);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        if std::env::var_os(THREADS_VARIABLE).is_none() {
            command.args(["--threads", &compute_threads().to_string()]);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Child(command.spawn()?))
    }

    /// Whether it still runs.
    pub fn lives(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Asks it to stop and waits a moment.
    pub fn stop(mut self) {
        #[cfg(unix)]
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // Failing means that it has ended already.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let until = Instant::now() + STOP_WITHIN;
        while self.lives() && Instant::now() < until {
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

/// How far a program steps behind others for the processor; none where the system does not say.
pub(super) fn niceness(pid: u32) -> Option<i32> {
    #[cfg(unix)]
    {
        let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw)?;
        rustix::process::getpriority_process(Some(pid)).ok()
    }
    #[cfg(not(unix))]
    {
        let _unknown = pid;
        None
    }
}

/// Threads that the node computes on: all cores but one. Its threads meet after every matrix, so one that has
/// to share its core with the desktop, the game or a compiler holds up all of them. Measured on two cores: idle, two threads
/// write 48 tokens a second and one writes 32; beside a compiler, two write 5 and one still writes 30.
fn compute_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (cores - 1).clamp(1, THREADS_MAX)
}
