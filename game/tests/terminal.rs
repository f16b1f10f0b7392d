//! The terminal after the game: given back whole, whichever way the game ended, seen through a real pseudo-terminal.
//!
//! Owns: that promise. Refuses to know: what is drawn. The test starts itself again inside the pseudo-terminal, as the program
//! that takes the terminal and then answers, fails or panics.

#![cfg(unix)]

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Says to the started self how to end.
const ENDING_VARIABLE: &str = "EMBERWICK_TEST_ENDING";
/// Where that self leaves what a crash leaves, if it shall.
const DATA_VARIABLE: &str = "EMBERWICK_TEST_DATA";
/// Leaves the second screen, as xterm has it.
const LEAVE_SCREEN: &str = "\u{1b}[?1049l";
/// How long the game may take to draw.
const PATIENCE: Duration = Duration::from_secs(60);
const SHOW_CURSOR: &str = "\u{1b}[?25h";

/// Not a test of its own: the program inside the pseudo-terminal, which does nothing when nobody says how to end.
#[test]
fn inside() {
    let Ok(ending) = std::env::var(ENDING_VARIABLE) else { return };
    let running = std::env::var(DATA_VARIABLE).ok().map(|data_dir| {
        let (running, _) = game::crash::begin(Path::new(&data_dir), 0);
        game::crash::hook();
        game::crash::note("the wind rises");
        running
    });
    let result = game::text::on_terminal(|terminal| {
        terminal.draw(|frame| frame.render_widget("lantern", frame.area()))?;
        match ending.as_str() {
            "panic" => panic!("the roof fell in"),
            "error" => anyhow::bail!("the key broke"),
            _ => Ok(()),
        }
    });
    if let Err(error) = result {
        eprintln!("emberwick: {error}");
    }
    if let Some(running) = running {
        running.end();
    }
}

/// A pseudo-terminal with a program in it.
struct Inside {
    child: Child,
    master: OwnedFd,
    slave: File,
    seen: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Inside {
    /// Takes the command whole: it holds the other end open as long as it lives.
    fn start(mut command: Command) -> Inside {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        tcsetwinsize(&master, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let end = || Stdio::from(slave.try_clone().unwrap());
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let mut from = File::from(master.try_clone().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            // The last holder of the other end gone reads as an error on Linux.
            while let Ok(read @ 1..) = from.read(&mut chunk) {
                into.lock().unwrap().extend_from_slice(&chunk[..read]);
            }
        });
        Inside { child, master, slave, seen, reader }
    }

    /// Waits until the terminal has got these words.
    fn wait_for(&self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !String::from_utf8_lossy(&self.seen.lock().unwrap()).contains(words) {
            assert!(Instant::now() < until, "{words:?} never came");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything the terminal got, and whether it echoes and edits lines afterwards.
    fn end(mut self) -> (String, bool) {
        self.child.wait().unwrap();
        let modes = tcgetattr(&self.slave).unwrap().local_modes;
        drop((self.slave, self.master));
        self.reader.join().unwrap();
        let seen = String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned();
        (seen, modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG))
    }
}

fn played(ending: &str) -> (String, bool) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "inside", "--nocapture", "--test-threads=1"]).env(ENDING_VARIABLE, ending);
    Inside::start(command).end()
}

fn check(ending: &str, words: &str) {
    let (seen, is_whole) = played(ending);
    assert!(is_whole, "after {ending} the terminal neither echoes nor edits");
    let left =
        seen.rfind(LEAVE_SCREEN).unwrap_or_else(|| panic!("{ending}: the second screen stays: {seen:?}"));
    assert_eq!(
        seen.matches(LEAVE_SCREEN).count(),
        1,
        "{ending}: a second time would hide what was said: {seen:?}"
    );
    assert!(seen[..left].contains("lantern"), "{ending}: nothing was drawn: {seen:?}");
    assert!(seen[left..].contains(SHOW_CURSOR), "{ending}: the cursor stays hidden: {seen:?}");
    assert!(seen[left..].contains(words), "{ending}: {words:?} cannot be read: {seen:?}");
}

#[test]
fn the_terminal_is_given_back_after_an_end_an_error_and_a_panic() {
    check("end", "test result: ok");
    check("error", "emberwick: the key broke");
    check("panic", "the roof fell in");
}

#[test]
fn a_panic_leaves_a_report_and_the_next_start_knows() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "inside", "--nocapture", "--test-threads=1"]);
    command.env(ENDING_VARIABLE, "panic").env(DATA_VARIABLE, folder.path());
    let (seen, is_whole) = Inside::start(command).end();
    assert!(is_whole && seen.contains("the next start offers to go on"), "{seen:?}");
    let (running, last) = game::crash::begin(folder.path(), 0);
    let left = last.unwrap().folder.unwrap();
    let report = std::fs::read_to_string(left.join(game::crash::REPORT)).unwrap();
    for words in ["what: the roof fell in", "terminal.rs", "backtrace:", "the wind rises"] {
        assert!(report.contains(words), "{words:?} is not in {report}");
    }
    running.end();
    assert!(!folder.path().join(game::crash::MARKER).exists());
}

#[test]
fn the_title_tells_that_the_last_game_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_emberwick"));
        command.args(["text", "--no-model", "--seed", "7", "--data-dir"]).arg(folder.path());
        let inside = Inside::start(command);
        inside.wait_for("Begin a case");
        inside
    };
    let first = start();
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&first.child),
        rustix::process::Signal::KILL,
    )
    .unwrap();
    first.end();
    let second = start();
    second.wait_for("The last game ended badly");
    let mut keys = File::from(second.master.try_clone().unwrap());
    keys.write_all(b"q").unwrap();
    drop(keys);
    second.end();
    let third = start();
    let seen = String::from_utf8_lossy(&third.seen.lock().unwrap()).into_owned();
    assert!(!seen.contains("ended badly"), "the second ended well: {seen:?}");
    let mut keys = File::from(third.master.try_clone().unwrap());
    keys.write_all(b"q").unwrap();
    drop(keys);
    third.end();
}

/// A game under way is sent a signal; gives what its terminal got, and whether that was given back.
fn ended_by(signal: rustix::process::Signal) -> (String, bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_emberwick"));
    command
        .args(["text", "--no-model", "--seed", "7"])
        .env("XDG_DATA_HOME", folder.path())
        .env_remove("EMBERD_DATA_DIR");
    let mut inside = Inside::start(command);
    inside.wait_for("Begin a case");
    let mut keys = File::from(inside.master.try_clone().unwrap());
    keys.write_all(b"\r").unwrap();
    inside.wait_for("What now?");
    keys.write_all(b"1").unwrap();
    inside.wait_for("Say to");
    let process = rustix::process::Pid::from_child(&inside.child);
    rustix::process::kill_process(process, signal).unwrap();
    let until = Instant::now() + PATIENCE;
    while inside.child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < until, "the game lives on after {signal:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    let saves = game::saves::Saves::in_dir(&folder.path().join("emberwick")).list();
    assert!(saves.iter().any(|save| save.name.starts_with("autosave")), "nothing was saved");
    drop(keys);
    inside.end()
}

#[test]
fn a_game_that_is_told_to_end_saves_and_gives_the_terminal_back() {
    let (seen, is_whole) = ended_by(rustix::process::Signal::TERM);
    assert!(is_whole && seen.contains(LEAVE_SCREEN), "the terminal stays taken: {seen:?}");
}

/// The reading thread holds the terminal's end; closing it for real needs its descriptor, so the hang-up is sent by hand.
#[test]
fn a_game_whose_terminal_is_closed_saves_and_ends() {
    let (seen, is_whole) = ended_by(rustix::process::Signal::HUP);
    assert!(is_whole && seen.contains(LEAVE_SCREEN), "the terminal stays taken: {seen:?}");
}
