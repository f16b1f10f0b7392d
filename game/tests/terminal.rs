//! The terminal after the game: given back whole, whichever way the game ended, seen through a real pseudo-terminal.
//!
//! Owns: that promise. Refuses to know: what is drawn. The test starts itself again inside the pseudo-terminal, as the program
//! that takes the terminal and then answers, fails or panics.

#![cfg(unix)]

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::process::{Command, Stdio};

/// Says to the started self how to end.
const ENDING_VARIABLE: &str = "EMBERWICK_TEST_ENDING";
/// Leaves the second screen, as xterm has it.
const LEAVE_SCREEN: &str = "\u{1b}[?1049l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";

/// Not a test of its own: the program inside the pseudo-terminal, which does nothing when nobody says how to end.
#[test]
fn inside() {
    let Ok(ending) = std::env::var(ENDING_VARIABLE) else { return };
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
}

/// Everything the terminal got, and whether it echoes and edits lines afterwards.
fn played(ending: &str) -> (String, bool) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    tcsetwinsize(&master, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let end = || Stdio::from(slave.try_clone().unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "inside", "--nocapture", "--test-threads=1"])
        .env(ENDING_VARIABLE, ending)
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .unwrap();
    let mut reader = File::from(master.try_clone().unwrap());
    let seen = std::thread::spawn(move || {
        let (mut seen, mut chunk) = (Vec::new(), [0; 4096]);
        // The last holder of the other end gone reads as an error on Linux.
        while let Ok(read @ 1..) = reader.read(&mut chunk) {
            seen.extend_from_slice(&chunk[..read]);
        }
        String::from_utf8_lossy(&seen).into_owned()
    });
    child.wait().unwrap();
    let modes = tcgetattr(&slave).unwrap().local_modes;
    drop(slave);
    (seen.join().unwrap(), modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG))
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
