//! Crashes: what a game that ends badly leaves behind, and how the next start learns of it.
//!
//! Owns: the marker of a running game, the folders of `crashes`, the last lines of the log and the panic hook. Refuses to know: what is
//! in a save and how a face offers to go on. A lock on the marker tells a game that was killed from one that still runs, without
//! trusting process numbers. Everything here is done as well as the machine lets it: a full disk costs the report, never a save, and
//! nothing in the hook may panic, for that would end the program before it has spoken.

use crate::plain::plain;
use crate::saves::Saves;
use crate::text::date::Moment;
use engine_sim::snapshot::save::SAVE_BYTES_MAX;
use std::backtrace::Backtrace;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, TryLockError as Busy};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The folder of crashes in the data directory.
pub const FOLDER: &str = "crashes";
/// The file that says that a game runs.
pub const MARKER: &str = "running";
/// What is known, in each crash's folder.
pub const REPORT: &str = "report.txt";
/// The last save, beside it.
pub const SAVE: &str = "save.ember";
/// The last picture, beside it.
pub const PICTURE: &str = "picture.png";
/// Crashes kept; the oldest go first.
pub const KEPT_MAX: usize = 5;
/// Lines of the log kept.
pub const LOG_LINES_MAX: usize = 200;
/// Longest line of the log, in characters.
pub const LOG_LINE_CHARS_MAX: usize = 400;
/// Most of a backtrace that is written, in bytes.
const BACKTRACE_BYTES_MAX: usize = 256 << 10;
/// Largest picture that is copied, in bytes.
const PICTURE_BYTES_MAX: u64 = 32 << 20;
/// Files looked at to find the newest picture.
const PICTURES_LOOKED_AT_MAX: usize = 4096;
/// Most that is read of a marker, in bytes.
const MARKER_BYTES_MAX: u64 = 4096;
/// Reports of one run: a fault that comes again with every frame fills no disk.
const REPORTS_MAX: u32 = 3;
/// Folders of one second, told apart by a number.
const SAME_SECOND_MAX: u32 = 9;
/// How long the hook waits for whoever writes to the log just now.
const PATIENCE_TRIES: u32 = 50;
const PATIENCE: Duration = Duration::from_millis(1);

/// What the hook needs and cannot be given.
static LOG: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());
static ADAPTER: Mutex<String> = Mutex::new(String::new());
static DATA_DIR: OnceLock<PathBuf> = OnceLock::new();
static OWNS_MARKER: AtomicBool = AtomicBool::new(false);
static REPORTS: AtomicU32 = AtomicU32::new(0);
/// Whether a hook of ours is at work: one that another wraps stays silent.
static SPEAKING: AtomicBool = AtomicBool::new(false);

/// Adds a line to what a report shows of the log.
pub fn note(line: &str) {
    let line: String = plain(line.trim_end()).chars().take(LOG_LINE_CHARS_MAX).collect();
    let mut log = LOG.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    push(&mut log, line);
}

fn push(log: &mut VecDeque<String>, line: String) {
    while log.len() >= LOG_LINES_MAX {
        log.pop_front();
    }
    log.push_back(line);
}

/// Takes a log's lines as they are written: the window's log goes here as well as to standard error.
#[derive(Debug, Default)]
pub struct LogLines;

impl Write for LogLines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        String::from_utf8_lossy(bytes).lines().filter(|line| !line.trim().is_empty()).for_each(note);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Remembers what draws the window, for a report.
pub fn drawn_by(adapter: &str) {
    *ADAPTER.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = plain(adapter);
}

/// A game that runs: the marker is its own until it ends.
#[derive(Debug)]
pub struct Running {
    marker: PathBuf,
    /// Keeps the lock; none where another game of this data directory runs already, or where nothing can be written.
    lock: Option<File>,
}

/// How the game before this one ended, if it ended badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    /// What it left behind, if anything could be written.
    pub folder: Option<PathBuf>,
    /// The newest save there is.
    pub save: Option<PathBuf>,
}

/// Marks that a game runs and tells how the last one ended.
pub fn begin(data_dir: &Path, now_s: u64) -> (Running, Option<Last>) {
    let _set_before = DATA_DIR.set(data_dir.to_path_buf());
    let (running, last) = mark(data_dir, now_s);
    OWNS_MARKER.store(running.lock.is_some(), Ordering::Release);
    (running, last)
}

fn mark(data_dir: &Path, now_s: u64) -> (Running, Option<Last>) {
    let marker = data_dir.join(MARKER);
    // Where the folder cannot be made, the first save says so.
    let _ = fs::create_dir_all(data_dir);
    let was_there = marker.is_file();
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&marker);
    let Ok(mut file) = opened else { return (Running { marker, lock: None }, None) };
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return (Running { marker, lock: None }, None);
    }
    let last = was_there.then(|| {
        let mut text = String::new();
        let _ = Read::by_ref(&mut file).take(MARKER_BYTES_MAX).read_to_string(&mut text);
        let reported =
            text.lines().find_map(|line| line.strip_prefix("report ")).filter(|name| is_stamp(name));
        let folder = match reported {
            Some(name) => Some(data_dir.join(FOLDER).join(name)).filter(|folder| folder.is_dir()),
            None => leave(data_dir, now_s, &silent_end(now_s)),
        };
        Last { folder, save: newest_save(data_dir) }
    });
    // An empty marker still marks.
    let _ = file.set_len(0);
    let _ = std::io::Seek::rewind(&mut file);
    let _ = writeln!(file, "pid {}", std::process::id());
    (Running { marker, lock: Some(file) }, last)
}

impl Running {
    /// The game ends as it should.
    pub fn end(self) {
        OWNS_MARKER.store(false, Ordering::Release);
        if self.lock.is_some() {
            let _ = fs::remove_file(&self.marker);
        }
    }
}

/// Makes a panic leave a report. It may be called again after somebody else has set a hook: the outermost of ours speaks.
pub fn hook() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if SPEAKING.swap(true, Ordering::AcqRel) {
            return before(info);
        }
        let folder = panicked(info);
        before(info);
        if let Some(folder) = folder {
            let words = "emberwick: the game stopped by a fault of its own. What is known of it lies in";
            let _ = writeln!(
                std::io::stderr(),
                "{words} {}; the next start offers to go on from the last save.",
                plain(&folder.display().to_string())
            );
        }
        SPEAKING.store(false, Ordering::Release);
    }));
}

/// Writes what is known of a panic; gives the folder.
fn panicked(info: &PanicHookInfo<'_>) -> Option<PathBuf> {
    let data_dir = DATA_DIR.get()?;
    if REPORTS.fetch_add(1, Ordering::AcqRel) >= REPORTS_MAX {
        return None;
    }
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let payload = info.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let thread = std::thread::current();
    let fault = Fault {
        message: message.unwrap_or("a panic without words"),
        location: &info.location().map_or_else(|| "unknown".to_string(), ToString::to_string),
        thread: thread.name().unwrap_or("without a name"),
        adapter: &patiently(&ADAPTER, Clone::clone).unwrap_or_default(),
        backtrace: &Backtrace::force_capture().to_string(),
        log: &patiently(&LOG, Clone::clone).unwrap_or_default(),
    };
    let folder = leave(data_dir, now_s, &fault.report(now_s))?;
    if OWNS_MARKER.load(Ordering::Acquire)
        && let Some(name) = folder.file_name().and_then(|name| name.to_str())
        && let Ok(mut marker) = OpenOptions::new().append(true).open(data_dir.join(MARKER))
    {
        let _ = writeln!(marker, "report {name}");
    }
    Some(folder)
}

/// Looks into what another thread may hold, and gives up rather than wait for ever: the holder may be who panics.
fn patiently<T, R>(shared: &Mutex<T>, look: impl Fn(&T) -> R) -> Option<R> {
    for _ in 0..PATIENCE_TRIES {
        match shared.try_lock() {
            Ok(held) => return Some(look(&held)),
            Err(Busy::Poisoned(held)) => return Some(look(&held.into_inner())),
            Err(Busy::WouldBlock) => std::thread::sleep(PATIENCE),
        }
    }
    None
}

/// A panic, as far as it is known.
struct Fault<'f> {
    message: &'f str,
    location: &'f str,
    thread: &'f str,
    adapter: &'f str,
    backtrace: &'f str,
    log: &'f VecDeque<String>,
}

impl Fault<'_> {
    fn report(&self, now_s: u64) -> String {
        let adapter = if self.adapter.is_empty() { "none: the text game" } else { self.adapter };
        let cut = self.backtrace.floor_char_boundary(BACKTRACE_BYTES_MAX);
        let mut text = head(now_s);
        let _ = writeln!(text, "what: {}", self.message);
        let _ = writeln!(text, "where: {}, in the thread \"{}\"", self.location, self.thread);
        let _ = writeln!(text, "adapter: {adapter}");
        let _ = writeln!(text, "\nbacktrace:\n{}", self.backtrace[..cut].trim_end());
        let _ = writeln!(text, "\nlast lines of the log:");
        for line in self.log {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}

fn head(now_s: u64) -> String {
    let (version, os, arch) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    format!(
        "Emberwick {version} ended badly.\nwhen: {} UTC\nsystem: {os} {arch}\n",
        Moment::of(now_s).words()
    )
}

/// The report of a game that could not write one.
fn silent_end(now_s: u64) -> String {
    head(now_s)
        + "what: the game ended without a word: it was killed, or the machine went off. The time is that of the next start.\n"
}

/// Leaves report, last save and last picture in a new folder, and makes room for it first. `None` when not even the report could be
/// written.
fn leave(data_dir: &Path, now_s: u64, report: &str) -> Option<PathBuf> {
    let crashes = data_dir.join(FOLDER);
    fs::create_dir_all(&crashes).ok()?;
    prune(&crashes, KEPT_MAX - 1);
    let stamp = stamp(now_s);
    let names = std::iter::once(stamp.clone()).chain((2..=SAME_SECOND_MAX).map(|n| format!("{stamp}-{n}")));
    let folder = names.map(|name| crashes.join(name)).find(|folder| fs::create_dir(folder).is_ok())?;
    if fs::write(folder.join(REPORT), report).is_err() {
        // Half a report takes room from a disk that has none.
        let _ = fs::remove_dir_all(&folder);
        return None;
    }
    if let Some(save) = newest_save(data_dir) {
        copy(&save, &folder.join(SAVE), SAVE_BYTES_MAX as u64);
    }
    if let Some(picture) = newest_picture(data_dir) {
        copy(&picture, &folder.join(PICTURE), PICTURE_BYTES_MAX);
    }
    Some(folder)
}

/// Copies a file of at most so many bytes whole, or not at all.
fn copy(from: &Path, to: &Path, bytes_max: u64) {
    let is_small = fs::metadata(from).is_ok_and(|file| file.is_file() && file.len() <= bytes_max);
    if is_small && fs::copy(from, to).is_err() {
        let _ = fs::remove_file(to);
    }
}

fn newest_save(data_dir: &Path) -> Option<PathBuf> {
    Saves::in_dir(data_dir).list().into_iter().next().map(|slot| slot.path)
}

/// The newest picture: one that the player took, or one of a save.
fn newest_picture(data_dir: &Path) -> Option<PathBuf> {
    let folders = ["pictures", "saves"].map(|name| fs::read_dir(data_dir.join(name)));
    let entries = folders.into_iter().flatten().flatten().flatten().take(PICTURES_LOOKED_AT_MAX);
    let pictures = entries.filter_map(|entry| {
        let path = entry.path();
        let written = entry.metadata().ok().filter(fs::Metadata::is_file)?.modified().ok()?;
        (path.extension()? == "png").then_some((written, path))
    });
    pictures.max().map(|(_, path)| path)
}

/// "2026-01-31T14-05-59": sorts by time and is a file name everywhere.
fn stamp(now_s: u64) -> String {
    let Moment { year, month, day, hour, minute } = Moment::of(now_s);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}-{minute:02}-{:02}", now_s % 60)
}

/// Whether a folder's name is one of ours: no other is ever deleted or believed.
fn is_stamp(name: &str) -> bool {
    const PATTERN: &[u8] = b"0000-00-00T00-00-00";
    let (bytes, len) = (name.as_bytes(), PATTERN.len());
    let fits = |pattern: u8, byte: u8| if pattern == b'0' { byte.is_ascii_digit() } else { byte == pattern };
    let tail = bytes.get(len..).unwrap_or_default();
    bytes.len() >= len
        && PATTERN.iter().zip(bytes).all(|(pattern, byte)| fits(*pattern, *byte))
        && matches!(tail, [] | [b'-', b'2'..=b'9'])
}

/// Deletes the oldest crashes beyond so many.
fn prune(crashes: &Path, kept: usize) {
    let Ok(entries) = fs::read_dir(crashes) else { return };
    let is_ours = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let names = entries.flatten().filter(is_ours).filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| is_stamp(name)).collect();
    names.sort();
    for name in &names[..names.len().saturating_sub(kept)] {
        let _ = fs::remove_dir_all(crashes.join(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-31 11:46:40.
    const NOW_S: u64 = 1_769_860_000;

    fn save(data_dir: &Path, name: &str, written_s: u64) -> PathBuf {
        let path = data_dir.join("saves").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = File::create(&path).unwrap();
        file.write_all(name.as_bytes()).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(written_s)).unwrap();
        path
    }

    fn crashes(data_dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(data_dir.join(FOLDER)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_clean_end_leaves_nothing_and_a_bad_one_is_told_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("new");
        let (running, last) = mark(&data_dir, NOW_S);
        assert_eq!(last, None, "nothing ran before");
        assert!(data_dir.join(MARKER).is_file());
        running.end();
        assert!(!data_dir.join(MARKER).exists());
        let (running, last) = mark(&data_dir, NOW_S);
        assert_eq!(last, None, "the last one ended well");
        // Killed: the lock goes with the process, the marker stays.
        drop(running);
        save(&data_dir, "old.ember", NOW_S - 100);
        let newest = save(&data_dir, "autosave 1.ember", NOW_S - 10);
        let (running, last) = mark(&data_dir, NOW_S);
        let last = last.unwrap();
        assert_eq!(last.save, Some(newest));
        let left = last.folder.unwrap();
        assert_eq!(left, data_dir.join("crashes/2026-01-31T11-46-40"));
        assert_eq!(fs::read_to_string(left.join(SAVE)).unwrap(), "autosave 1.ember");
        assert!(fs::read_to_string(left.join(REPORT)).unwrap().contains("ended without a word"));
        running.end();
    }

    #[test]
    fn a_second_game_neither_marks_nor_takes_the_first_for_dead() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = mark(folder.path(), NOW_S);
        let (second, last) = mark(folder.path(), NOW_S);
        assert_eq!(last, None);
        second.end();
        assert!(folder.path().join(MARKER).is_file(), "the marker is the first one's");
        first.end();
        assert_eq!(crashes(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn what_the_hook_has_reported_is_found_and_not_reported_again() {
        let folder = tempfile::tempdir().unwrap();
        let (running, _) = mark(folder.path(), NOW_S);
        let left = leave(folder.path(), NOW_S, "the roof").unwrap();
        let name = left.file_name().unwrap().to_str().unwrap().to_string();
        let mut marker = OpenOptions::new().append(true).open(folder.path().join(MARKER)).unwrap();
        writeln!(marker, "report {name}").unwrap();
        drop((running, marker));
        let (running, last) = mark(folder.path(), NOW_S + 60);
        assert_eq!(last, Some(Last { folder: Some(left), save: None }));
        assert_eq!(crashes(folder.path()), [name]);
        running.end();
    }

    #[test]
    fn a_marker_from_a_stranger_names_no_folder_of_theirs() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("elsewhere")).unwrap();
        fs::write(folder.path().join(MARKER), b"\xff\xfe report ../elsewhere\nreport ../elsewhere\n")
            .unwrap();
        let (_running, last) = mark(folder.path(), NOW_S);
        assert_eq!(last.unwrap().folder, Some(folder.path().join("crashes/2026-01-31T11-46-40")));
    }

    #[test]
    fn the_newest_crashes_are_kept_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(FOLDER).join("my notes")).unwrap();
        for i in 0..8 {
            leave(folder.path(), NOW_S + i / 2, "report").unwrap();
        }
        let stamps = ["41-2", "42", "42-2", "43", "43-2"].map(|s| format!("2026-01-31T11-46-{s}"));
        let expected: Vec<String> = stamps.into_iter().chain(["my notes".to_string()]).collect();
        assert_eq!(crashes(folder.path()), expected);
    }

    #[test]
    fn the_newest_picture_lies_beside_the_save_and_a_huge_save_does_not() {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), "one.png", NOW_S - 5);
        save(folder.path(), "two.png", NOW_S - 4);
        let big = save(folder.path(), "big.ember", NOW_S);
        OpenOptions::new().write(true).open(big).unwrap().set_len(SAVE_BYTES_MAX as u64 + 1).unwrap();
        let left = leave(folder.path(), NOW_S, "report").unwrap();
        assert_eq!(fs::read_to_string(left.join(PICTURE)).unwrap(), "two.png");
        assert!(!left.join(SAVE).exists());
    }

    #[test]
    fn a_place_that_takes_nothing_costs_the_report_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "no folder").unwrap();
        assert_eq!(leave(&file, NOW_S, "report"), None);
        let (running, last) = mark(&file, NOW_S);
        assert!(running.lock.is_none() && last.is_none());
        running.end();
        assert_eq!(fs::read_to_string(&file).unwrap(), "no folder");
    }

    #[test]
    fn a_report_tells_what_is_known_within_bounds() {
        let log: VecDeque<String> = ["one".to_string(), "two".to_string()].into();
        let fault = Fault {
            message: "the roof fell in",
            location: "game/src/roof.rs:1:2",
            thread: "main",
            adapter: "",
            backtrace: &"é".repeat(BACKTRACE_BYTES_MAX),
            log: &log,
        };
        let report = fault.report(NOW_S);
        for words in [
            "2026-01-31 11:46 UTC",
            "what: the roof fell in",
            "roof.rs:1:2, in the thread \"main\"",
            "one\ntwo\n",
        ] {
            assert!(report.contains(words), "{words:?} is not in {report:.400}");
        }
        assert!(report.contains(env!("CARGO_PKG_VERSION")) && report.len() < BACKTRACE_BYTES_MAX + 1024);
    }

    #[test]
    fn the_log_is_a_ring_of_bounded_harmless_lines() {
        let mut log = VecDeque::new();
        (0..LOG_LINES_MAX + 3).for_each(|i| push(&mut log, i.to_string()));
        assert_eq!((log.len(), log.front().map(String::as_str)), (LOG_LINES_MAX, Some("3")));
        LogLines.write_all(format!("ring test \u{1b}[2J {}\n\n", "x".repeat(2000)).as_bytes()).unwrap();
        let lines = patiently(&LOG, Clone::clone).unwrap();
        let ours = lines.iter().find(|line| line.starts_with("ring test")).unwrap();
        assert!(ours.chars().count() <= LOG_LINE_CHARS_MAX && ours.contains("\\u{1b}"));
    }

    #[test]
    fn only_our_own_names_are_stamps() {
        for name in ["2026-01-31T11-46-40", "2026-01-31T11-46-40-2"] {
            assert!(is_stamp(name), "{name}");
        }
        for name in
            ["", "..", "2026-01-31", "2026-01-31T11-46-40-1", "2026-01-31T11-46-40/..", "é026-01-31T11-46-40"]
        {
            assert!(!is_stamp(name), "{name}");
        }
        assert!(is_stamp(&stamp(0)) && is_stamp(&stamp(u64::MAX / 1000)));
    }
}
