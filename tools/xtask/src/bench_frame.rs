//! `xtask bench frame`: what a frame of the window costs, alone and beside a model that finds words on the same cores.
//!
//! Owns: the phases, quiet and busy in turn within one run, and the figures. Refuses to know: how rows are made
//! (`game::window::measure`) and what is drawn. Without a display it draws on Xvfb by Mesa's software driver.

use crate::bench_talk::READY_WITHIN;
use anyhow::{Context, Result, bail};
use engine_sim::Library;
use engine_sim::cases::Difficulty;
use engine_sim::world::{Setup, World};
use game::detective::Detective;
use game::link::{Link, LinkConfig};
use game::prompt;
use game::script::Step;
use game::voices::Voices;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use wire::ember::SpeakRequest;

/// The first moments of a phase belong to neither.
const EDGE: Duration = Duration::from_millis(600);
/// How often the talkers look whether they may go on.
const LOOK: Duration = Duration::from_millis(5);
/// How long the game may take to its first row, and to its end after the last phase.
const START_WITHIN: Duration = Duration::from_secs(120);
/// How long the node may take for a line: longer than a phase.
const LINE_WITHIN: Duration = Duration::from_secs(600);
/// Ends the detective's game. Not an error of anybody's.
const ENOUGH: &str = "enough";
/// The size of the screen where there is none.
const SCREEN: &str = "-screen 0 1600x900x24";

/// What to run.
pub struct Plan {
    /// Pairs of a quiet and a busy phase.
    pub pairs: u32,
    /// Seconds of one phase.
    pub phase_s: u32,
    /// No model, and days that go by in the village: a soak.
    pub quiet: bool,
    /// The programs' folder: `emberwick` and `emberd`.
    pub programs: PathBuf,
}

/// Runs and prints the figures as JSON.
pub fn run(plan: &Plan) -> Result<()> {
    let work = plan.programs.join("bench-frame");
    std::fs::create_dir_all(&work).with_context(|| work.display().to_string())?;
    let rows = work.join("rows.jsonl");
    let _gone = std::fs::remove_file(&rows);
    let turns = Turns::default();
    let model = (!plan.quiet).then(|| generation(plan, &turns)).transpose()?;
    let total_s = plan.pairs * plan.phase_s * 2;
    let mut window = open(plan, &work, &rows, total_s)?;
    let phases = alternate(plan, &mut window, &turns.busy, &work);
    turns.stop.store(true, Ordering::Relaxed);
    if phases.is_err() {
        let _gone = window.kill();
    }
    let status = window.wait()?;
    let written = match model {
        Some(thread) => Some(thread.join().map_err(|_| anyhow::anyhow!("the asking thread broke"))??),
        None => None,
    };
    let phases = phases?;
    if !status.success() {
        bail!("the window ended with {status}");
    }
    let text = std::fs::read_to_string(&rows).with_context(|| rows.display().to_string())?;
    let mut values: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    if values.len() < 2 {
        bail!("no frames were drawn");
    }
    let began = values.remove(0);
    println!("{}", figures(&began, &values, &phases, written));
    if written.is_some_and(|written| written.lines == 0) {
        bail!(
            "the model ended no line in {} s: longer phases (--phase-s) are needed",
            plan.pairs * plan.phase_s
        );
    }
    Ok(())
}

/// What the model wrote while it was let.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Written {
    /// Lines that it ended.
    lines: u64,
    /// Their tokens.
    tokens: u64,
    /// Lines cut off by the end of a phase.
    cut: u64,
}

/// A model that finds words for what a detective hears, without a rest while it may: what comes back is counted and dropped,
/// because a node that rests or a game that goes on with written lines would leave the cores to the window.
fn generation(plan: &Plan, turns: &Turns) -> Result<std::thread::JoinHandle<Result<Written>>> {
    let emberd = plan.programs.join("emberd");
    if !emberd.is_file() {
        bail!("{} is not built: cargo build --workspace", emberd.display());
    }
    let data_dir = game::saves::data_dir(None);
    let vocabulary = Some(Arc::new(prompt::vocabulary(&Library::shipped()?)));
    let mut link =
        Link::start(LinkConfig { data_dir, emberd: Some(emberd), line_timeout: LINE_WITHIN, vocabulary })?;
    if !link.ready_within(READY_WITHIN) {
        bail!("the node does not speak: {}", link.state().words());
    }
    let turns = turns.clone();
    Ok(std::thread::spawn(move || generate(&mut link, &turns)))
}

fn generate(link: &mut Link, turns: &Turns) -> Result<Written> {
    let library = Library::shipped()?;
    let mut written = Written::default();
    for seed in 0.. {
        let mut world = World::new(&library, Setup { seed, level: Difficulty::Normal })?;
        let mut listen = |world: &mut World<'_>, voices: &mut Voices, _: &Step| {
            while let Some((pending, pack)) = world.awaiting() {
                let request = prompt::request(world.library(), pending, &pack, &[], seed);
                turns.wait_for_busy()?;
                count(link, request, turns, &mut written)?;
                voices.advance_blocking(world)?;
            }
            Ok(())
        };
        match Detective::new(&mut world, &mut Voices::new(None), &mut listen).solve() {
            Err(error) if error.to_string() == ENOUGH => break,
            played => played.map(|_| ())?,
        }
    }
    Ok(written)
}

/// Asks for one line and waits for it while the phase lasts.
fn count(link: &mut Link, request: SpeakRequest, turns: &Turns, written: &mut Written) -> Result<()> {
    let ticket = link.ask(request, LINE_WITHIN).context("the link takes no request")?;
    loop {
        match link.answer_within(LOOK) {
            Some(answer) if answer.ticket == ticket => {
                let line = answer.line.map_err(|error| anyhow::anyhow!("the node gave no line: {error}"))?;
                written.lines += 1;
                written.tokens += u64::from(line.completion_tokens);
                return Ok(());
            }
            // One that was cut off before.
            Some(_) => {}
            None if turns.busy.load(Ordering::Relaxed) => {}
            None => {
                link.give_up();
                written.cut += 1;
                return Ok(());
            }
        }
    }
}

/// Whose turn it is.
#[derive(Clone, Default)]
struct Turns {
    /// The model's.
    busy: Arc<AtomicBool>,
    /// Nobody's any more.
    stop: Arc<AtomicBool>,
}

impl Turns {
    /// Returns when the model may work; an error ([`ENOUGH`]) when it never may again.
    fn wait_for_busy(&self) -> Result<()> {
        while !self.busy.load(Ordering::Relaxed) {
            if self.stop.load(Ordering::Relaxed) {
                bail!(ENOUGH);
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }
}

/// Opens the window, on a screen that is none where there is no display.
fn open(plan: &Plan, work: &Path, rows: &Path, total_s: u32) -> Result<Child> {
    let game = plan.programs.join("emberwick");
    let shown = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let mut command = if shown {
        Command::new(&game)
    } else {
        let mut command = Command::new("xvfb-run");
        command.args(["--auto-servernum", "--server-args", SCREEN]).arg(&game);
        command
    };
    command.arg("--data-dir").arg(work).arg("measure").arg("--out").arg(rows);
    if plan.quiet {
        command.arg("--days");
    }
    // Some seconds more than the phases, so that the last one is whole.
    command.arg("--seconds").arg((total_s + 2).to_string());
    command.stdout(std::process::Stdio::null());
    command.spawn().with_context(|| format!("{} does not start", game.display()))
}

/// A stretch of time, milliseconds since 1970, and whether the model was at work.
struct Phase {
    from_ms: u64,
    to_ms: u64,
    busy: bool,
}

fn alternate(plan: &Plan, window: &mut Child, busy: &AtomicBool, work: &Path) -> Result<Vec<Phase>> {
    let began = work.join("measure.began");
    let _gone = std::fs::remove_file(&began);
    let waiting = std::time::Instant::now();
    while !began.is_file() {
        if let Some(status) = window.try_wait()? {
            bail!("the window ended with {status} before it drew a frame");
        }
        if waiting.elapsed() > START_WITHIN {
            bail!("the window drew nothing in {} s", START_WITHIN.as_secs());
        }
        std::thread::sleep(LOOK);
    }
    let mut phases = Vec::new();
    for i in 0..plan.pairs * 2 {
        let works = i % 2 == 1 && !plan.quiet;
        busy.store(works, Ordering::Relaxed);
        let from_ms = now_ms() + EDGE.as_millis() as u64;
        std::thread::sleep(Duration::from_secs(u64::from(plan.phase_s)));
        phases.push(Phase { from_ms, to_ms: now_ms(), busy: works });
    }
    busy.store(false, Ordering::Relaxed);
    Ok(phases)
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}

/// The columns of a row that are times.
const COLUMNS: [&str; 8] =
    ["wall_ms", "cpu_ms", "gather_ms", "advance_ms", "copy_ms", "draw_ms", "after_ms", "render_ms"];

fn figures(began: &Value, rows: &[Value], phases: &[Phase], written: Option<Written>) -> Value {
    let at = |row: &Value| row["at_ms"].as_u64().unwrap_or(0);
    let of = |busy: bool| -> Vec<&Value> {
        let within =
            |row: &&Value| phases.iter().any(|p| p.busy == busy && (p.from_ms..p.to_ms).contains(&at(row)));
        rows.iter().filter(within).collect()
    };
    let (quiet, busy) = (of(false), of(true));
    let share = |p: f64| {
        let (a, b) = (column(&busy, "wall_ms"), column(&quiet, "wall_ms"));
        round(quantile(&a, p) / quantile(&b, p).max(1e-6))
    };
    let rss = |rows: &[&Value]| rows.iter().filter_map(|r| r["rss_kib"].as_u64()).collect::<Vec<_>>();
    let all: Vec<&Value> = rows.iter().collect();
    let memory = rss(&all);
    let settled = rss(settled(&all)).first().copied().unwrap_or(0);
    json!({
        "bench": "frame",
        "start": began,
        "frames": { "quiet": quiet.len(), "busy": busy.len() },
        "generated": written.map(|w| json!({ "lines": w.lines, "tokens": w.tokens, "cut": w.cut })),
        "quiet": table(&quiet),
        "busy": table(&busy),
        "wall_busy_to_quiet": { "p50": share(0.50), "p99": share(0.99) },
        "draw_calls": { "opaque": calls(&all, 0), "shadow": calls(&all, 1), "seen_through": calls(&all, 2) },
        "memory_mib": {
            "settled": settled / 1024,
            "end": memory.last().copied().unwrap_or(0) / 1024,
            "most": memory.iter().max().copied().unwrap_or(0) / 1024,
            "growth_kib_per_min": round(growth(&all)),
        },
    })
}

fn table(rows: &[&Value]) -> Value {
    let of = |name: &str| {
        let values = column(rows, name);
        (
            name.to_string(),
            json!({ "p50": round(quantile(&values, 0.5)), "p99": round(quantile(&values, 0.99)) }),
        )
    };
    Value::Object(COLUMNS.iter().map(|name| of(name)).collect())
}

fn column(rows: &[&Value], name: &str) -> Vec<f64> {
    let mut values: Vec<f64> = rows.iter().filter_map(|row| row[name].as_f64()).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The last half: before it caches and pools fill, and the first saves leave the buffers of their pictures behind.
fn settled<'a, 'b>(rows: &'a [&'b Value]) -> &'a [&'b Value] {
    &rows[rows.len() / 2..]
}

/// How fast memory grows once it has settled, KiB a minute: the slope of the least squares.
fn growth(rows: &[&Value]) -> f64 {
    let of = |row: &&Value| Some((row["at_ms"].as_f64()? / 60_000.0, row["rss_kib"].as_f64()?));
    let points: Vec<(f64, f64)> = settled(rows).iter().filter_map(of).collect();
    let count = points.len().max(1) as f64;
    let (mean_x, mean_y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / count, y + p.1 / count));
    let (mut over, mut under) = (0.0, 0.0);
    for (x, y) in points {
        over += (x - mean_x) * (y - mean_y);
        under += (x - mean_x) * (x - mean_x);
    }
    if under > 0.0 { over / under } else { 0.0 }
}

/// The median number of draw calls of a kind.
fn calls(rows: &[&Value], kind: usize) -> u64 {
    let mut values: Vec<u64> = rows.iter().filter_map(|row| row["calls"][kind].as_u64()).collect();
    values.sort_unstable();
    crate::sim::quantile(&values, 50)
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).copied().unwrap_or(0.0)
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_fall_into_their_phases_and_edges_into_none() {
        let row =
            |at_ms: u64, wall_ms: f64| json!({ "at_ms": at_ms, "wall_ms": wall_ms, "calls": [3, 2, 1] });
        let rows = [row(10, 4.0), row(20, 4.0), row(30, 99.0), row(40, 8.0), row(50, 8.0)];
        let phases =
            [Phase { from_ms: 5, to_ms: 25, busy: false }, Phase { from_ms: 35, to_ms: 60, busy: true }];
        let told = figures(&Value::Null, &rows, &phases, None);
        assert_eq!(told["frames"], json!({ "quiet": 2, "busy": 2 }));
        assert_eq!(told["wall_busy_to_quiet"]["p99"], json!(2.0));
        assert_eq!(told["draw_calls"]["opaque"], json!(3));
    }

    #[test]
    fn memory_that_grows_by_a_mebibyte_a_minute_is_told() {
        let row = |i: u64| json!({ "at_ms": i * 1000, "rss_kib": 400_000 + i * 1024 / 60 });
        let rows: Vec<Value> = (0..300).map(row).collect();
        let all: Vec<&Value> = rows.iter().collect();
        assert!((growth(&all) - 1024.0).abs() < 2.0, "{}", growth(&all));
        assert_eq!(growth(&[]), 0.0);
        assert_eq!(growth(&all[..1]), 0.0);
    }
}
