//! The terminal game: the whole of Emberwick in text, from 80 x 24 up.
//!
//! Owns: the terminal (taken, and given back on every way out), the loop of keys, voices and frames. Refuses to know: the rules, and
//! what stands on the screens (`app`, `keys`, `draw`). Nothing here waits for the node: a line appears when it has
//! been judged, and the keys work meanwhile.

pub mod app;
pub mod chronicle;
pub mod confront;
pub mod credits;
pub mod date;
mod draw;
pub mod evening;
pub mod happening;
pub mod input;
mod keys;
pub mod news;
pub mod palette;
pub mod pick;
mod plan;
pub mod press;
pub mod replay;
pub mod story;
pub mod telling;
#[cfg(test)]
mod tests;
pub mod views;
pub mod why;

use crate::crash;
use crate::saves::Saves;
use crate::voices::Voices;
use anyhow::{Context, Result};
use app::App;
use crossterm::event::{
    self, DisableBracketedPaste, EnableBracketedPaste, Event as TerminalEvent, KeyEventKind,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use engine_sim::library::Library;
use engine_sim::world::Setup;
use palette::Palette;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{IsTerminal, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often the watcher looks whether the program was told to end, and how long it then lets it do so by itself.
#[cfg(unix)]
const END_LOOK: Duration = Duration::from_millis(100);
const END_GRACE: Duration = Duration::from_secs(10);
/// How long the loop waits for a key.
const POLL: Duration = Duration::from_millis(30);
/// How often a frame is drawn when nothing has changed, for snow and the thinking mark.
const FRAME: Duration = Duration::from_millis(120);
/// Keys taken between two frames at most.
const KEYS_PER_FRAME_MAX: usize = 64;

/// What a terminal game starts from.
pub struct Start {
    /// The case that the title offers.
    pub setup: Setup,
    /// A save to go on with at once.
    pub load: Option<PathBuf>,
    /// Where saves lie.
    pub data_dir: PathBuf,
    /// Speaks for everybody.
    pub voices: Voices,
    /// How the game before this one ended, if it ended badly.
    pub last: Option<crash::Last>,
    /// What is to be said first, if anything.
    pub told: Option<String>,
}

/// Whether the terminal is ours. It is given back once: leaving the second screen again would put the cursor back to where it
/// was, over the words of a panic.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back as it was, if it is taken.
fn restore() {
    if !TAKEN.swap(false, Ordering::AcqRel) {
        return;
    }
    // On the way out there is nobody left to tell about a terminal that does not answer.
    let _ = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}

/// Holds the terminal; whoever leaves, by whichever way, gives it back.
struct Guard;

impl Guard {
    fn take() -> Result<Guard> {
        enable_raw_mode().context("the terminal cannot be switched to single keys")?;
        TAKEN.store(true, Ordering::Release);
        let guard = Guard;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, SetTitle("Emberwick"))
            .context("the terminal cannot be drawn on")?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back before a panic speaks, so that its words can be read.
fn restore_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        restore();
        before(info);
    }));
}

/// Plays in the terminal until the player leaves.
///
/// # Errors
/// When there is no terminal, or it cannot be drawn on.
pub fn play(library: &Library, start: Start) -> Result<()> {
    if !stdout().is_terminal() || !std::io::stdin().is_terminal() {
        anyhow::bail!("this needs a terminal; to play a script, use `emberwick run`");
    }
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let saves = Saves::in_dir(&start.data_dir);
    let mut app = App::new(library, start.setup, saves, start.voices, since_1970.as_secs());
    if let Some(last) = start.last {
        app.ended_badly(last);
    }
    if let Some(told) = start.told {
        app.tell(told, true);
    }
    if let Some(path) = &start.load {
        app.load(path);
    }
    app.zone = date::Zone::of_machine();
    let palette = Palette::new(palette::depth(|name| std::env::var(name).ok()));
    on_terminal(|terminal| run(terminal, &mut app, palette))
}

/// The terminal that is drawn on.
pub type Screen = Terminal<CrosstermBackend<std::io::Stdout>>;

/// Takes the terminal, works on it, and gives it back as it was: after an answer, an error or a panic.
///
/// # Errors
/// When the terminal cannot be taken, and whatever the work says.
pub fn on_terminal<T>(work: impl FnOnce(&mut Screen) -> Result<T>) -> Result<T> {
    restore_on_panic();
    let _guard = Guard::take()?;
    let mut terminal =
        Terminal::new(CrosstermBackend::new(stdout())).context("the terminal cannot be drawn on")?;
    work(&mut terminal)
}

/// Raised when the system tells the program to end: a closed terminal, a shutdown, a plain `kill`, Control and C in the terminal
/// that opened the window. A program that does not heed it within `grace` is ended: reading keys from a terminal that is gone may
/// never come back.
///
/// # Errors
/// When signals cannot be listened to.
#[cfg_attr(not(unix), allow(unused_variables))]
pub fn told_to_end(grace: Duration) -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        for signal in [SIGTERM, SIGHUP, SIGINT] {
            signal_hook::flag::register(signal, Arc::clone(&flag))
                .context("signals cannot be listened to")?;
        }
        let watched = Arc::clone(&flag);
        std::thread::Builder::new()
            .name("ending".into())
            .spawn(move || {
                while !watched.load(Ordering::Relaxed) {
                    std::thread::sleep(END_LOOK);
                }
                std::thread::sleep(grace);
                restore();
                std::process::exit(1);
            })
            .context("no thread to watch for the end")?;
    }
    Ok(flag)
}

/// Waits for a key, a signal or the end of the time. False when the terminal is gone.
#[cfg(unix)]
fn wait(limit: Duration) -> Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = std::io::stdin();
    let mut keys = [PollFd::new(&stdin, PollFlags::IN)];
    let limit = Timespec::try_from(limit).context("the keyboard does not answer")?;
    match poll(&mut keys, Some(&limit)) {
        // A signal may be a new size of the terminal.
        Ok(_) | Err(rustix::io::Errno::INTR) => {
            Ok(!keys[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL))
        }
        Err(error) => Err(error).context("the keyboard does not answer"),
    }
}

/// Waits for a key or the end of the time.
#[cfg(not(unix))]
fn wait(limit: Duration) -> Result<bool> {
    event::poll(limit).map(|_| true).context("the keyboard does not answer")
}

fn run(terminal: &mut Screen, app: &mut App<'_>, palette: Palette) -> Result<()> {
    let end = told_to_end(END_GRACE)?;
    let began = Instant::now();
    let mut drawn: Option<Instant> = None;
    let mut pending = false;
    while !app.quit {
        let now_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut changed = app.tick(now_ms);
        // Keys that are already read wait in the reader, where the terminal does not tell of them.
        let is_there = wait(if pending { Duration::ZERO } else { POLL })?;
        if !is_there || end.load(Ordering::Relaxed) {
            app.told_to_end();
            break;
        }
        let mut taken = 0;
        pending = event::poll(Duration::ZERO).context("the keyboard does not answer")?;
        while pending && !app.quit && taken < KEYS_PER_FRAME_MAX {
            take(app, &event::read().context("the keyboard does not answer")?);
            taken += 1;
            changed = true;
            pending = event::poll(Duration::ZERO).context("the keyboard does not answer")?;
        }
        if changed || drawn.is_none_or(|at| at.elapsed() >= FRAME) {
            terminal
                .draw(|frame| draw::draw(frame, app, palette))
                .context("the terminal cannot be drawn on")?;
            drawn = Some(Instant::now());
        }
    }
    Ok(())
}

fn take(app: &mut App<'_>, event: &TerminalEvent) {
    match event {
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => {
            if let Some(press) = press::Press::of_terminal(*key) {
                app.key(press);
            }
        }
        TerminalEvent::Paste(text) => app.paste(text),
        _ => {}
    }
}
