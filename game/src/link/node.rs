//! A node that the game started itself: a child process with its own log, ended with the game.
//!
//! Owns: starting, noticing the end, asking to stop (SIGTERM, so that it drains), and insisting. Refuses to know: what it does.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The node's log in its data directory.
pub const LOG_FILE: &str = "emberd.log";
/// Log size from which the next start begins a new one, in bytes.
const LOG_BYTES_MAX: u64 = 4 << 20;
/// How long it may take to drain before it is killed.
const STOP_WITHIN: Duration = Duration::from_secs(3);

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
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Child(command.spawn()?))
    }

    /// Whether it still runs.
    pub fn lives(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Asks it to stop, waits, insists.
    pub fn stop(mut self) {
        #[cfg(unix)]
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // Failing means that it has ended already.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let until = Instant::now() + STOP_WITHIN;
        while self.lives() {
            if Instant::now() > until {
                let _ = self.0.kill();
                break;
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        let _ = self.0.wait();
    }
}
