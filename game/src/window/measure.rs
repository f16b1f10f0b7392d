//! Measure: what a frame of the window costs, one row for each frame.
//!
//! Owns: the marks between the parts of a frame, the processor's time, memory, and what the renderer was asked to draw. Refuses to
//! know: what is played meanwhile and how rows are summed up (`xtask bench frame`). Nothing of it is added to a game that is only
//! played. The processor's time and memory are Linux's; elsewhere they read as zero.

use super::Frame;
use super::scene::Scene;
use super::table::Table;
use crate::text::app::App as Screens;
use bevy::core_pipeline::core_3d::{Opaque3d, Transparent3d};
use bevy::pbr::Shadow;
use bevy::prelude::*;
use bevy::render::render_phase::{BinnedPhaseItem, ViewBinnedRenderPhases, ViewSortedRenderPhases};
use bevy::render::{Render, RenderApp, RenderSystems};
use engine_sim::snapshot::state::Outcome;
use engine_sim::world::Setup;
use engine_sim::world::event::Command;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Rows kept: an hour and a half at sixty frames a second.
const ROWS_MAX: usize = 330_000;
/// Frames drawn before the game is begun, and again before rows count: pipelines are compiled, lamps are lit.
const WARM_FRAMES: u32 = 60;
/// Frames of the title after which the player's hands would be heard.
const INTERACTIVE_FRAME: u32 = 3;

/// While days go by, the player waits for so many minutes every so often: a day, and the save with its picture that its end
/// brings, takes two to three minutes.
const WAIT_MIN: u16 = 5;
const WAIT_EACH: Duration = Duration::from_secs(1);

/// Beside the rows, made when the first is taken.
pub const BEGAN_FILE: &str = "measure.began";

/// A measuring.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Seconds that rows are taken for.
    pub seconds: f32,
    /// Where the rows go, as JSON lines.
    pub out: PathBuf,
    /// Whether days go by meanwhile, one case after the other; else the village stands in its first morning.
    pub days: bool,
}

/// One frame. Times are milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Row {
    /// Since 1970, at its end.
    pub at_ms: u64,
    /// From the end of the last frame to the end of this.
    pub wall_ms: f32,
    /// Of all processors, for this program, drawing by software included.
    pub cpu_ms: f32,
    /// Parts of the frame in the game's own world.
    pub gather_ms: f32,
    /// As above.
    pub advance_ms: f32,
    /// As above.
    pub copy_ms: f32,
    /// As above.
    pub draw_ms: f32,
    /// Panels, visibility, transforms: what comes after.
    pub after_ms: f32,
    /// The renderer's own schedule, which runs beside the next frame.
    pub render_ms: f32,
    /// Draw calls for what is opaque, for shadows, for what is seen through.
    pub calls: [u32; 3],
    /// Memory in use, KiB.
    pub rss_kib: u64,
}

/// The first row of the file: the start.
#[derive(Debug, Clone, Copy, Serialize)]
struct Began {
    /// From the start of the program to the first frame that hears the player.
    start_wall_ms: f32,
    /// The processor's time until then.
    start_cpu_ms: f32,
}

/// What the renderer's world tells, in microseconds and calls.
#[derive(Resource, Clone, Default)]
struct Told(Arc<ToldInner>);

#[derive(Default)]
struct ToldInner {
    render_us: AtomicU64,
    opaque: AtomicU64,
    shadow: AtomicU64,
    through: AtomicU64,
}

#[derive(Resource)]
struct Rows {
    plan: Plan,
    born: Instant,
    began: Option<Began>,
    frames: u32,
    marks: [Instant; 5],
    last: Instant,
    last_cpu_ms: f64,
    first: Option<Instant>,
    waited: Instant,
    rows: Vec<Row>,
}

#[derive(Resource)]
struct RenderBegan(Instant);

/// Adds the measuring. `born` is when the program began.
pub fn add(app: &mut App, plan: Plan, born: Instant) {
    let told = Told::default();
    app.insert_resource(told.clone());
    app.insert_resource(Rows {
        plan,
        born,
        began: None,
        frames: 0,
        marks: [born; 5],
        last: born,
        last_cpu_ms: 0.0,
        first: None,
        waited: born,
        rows: Vec::new(),
    });
    app.add_systems(Update, mark::<0>.before(Frame::Gather));
    app.add_systems(Update, mark::<1>.after(Frame::Gather).before(Frame::Advance));
    app.add_systems(Update, mark::<2>.after(Frame::Advance).before(Frame::Copy));
    app.add_systems(Update, mark::<3>.after(Frame::Copy).before(Frame::Draw));
    app.add_systems(Update, mark::<4>.after(Frame::Draw));
    app.add_systems(Last, take);
    if let Some(render) = app.get_sub_app_mut(RenderApp) {
        render.insert_resource(told).insert_resource(RenderBegan(born));
        render.add_systems(Render, render_begins.before(RenderSystems::ExtractCommands));
        render.add_systems(Render, count.in_set(RenderSystems::Render));
        render.add_systems(Render, render_ends.after(RenderSystems::PostCleanup));
    }
}

fn mark<const N: usize>(mut rows: ResMut<Rows>) {
    rows.marks[N] = Instant::now();
}

fn render_begins(mut began: ResMut<RenderBegan>) {
    began.0 = Instant::now();
}

fn render_ends(began: Res<RenderBegan>, told: Res<Told>) {
    told.0.render_us.store(began.0.elapsed().as_micros() as u64, Ordering::Relaxed);
}

/// Draw calls of a kind: a set that is drawn by one indirect call counts once.
fn calls<P: BinnedPhaseItem>(phases: &ViewBinnedRenderPhases<P>) -> u64 {
    let of = |phase: &bevy::render::render_phase::BinnedRenderPhase<P>| {
        let single: usize = phase.unbatchable_meshes.values().map(|bin| bin.entities.len()).sum();
        phase.multidrawable_meshes.len() + phase.batchable_meshes.len() + single
    };
    phases.values().map(of).sum::<usize>() as u64
}

fn count(
    told: Res<Told>,
    opaque: Res<ViewBinnedRenderPhases<Opaque3d>>,
    shadow: Res<ViewBinnedRenderPhases<Shadow>>,
    through: Res<ViewSortedRenderPhases<Transparent3d>>,
) {
    told.0.opaque.store(calls(&opaque), Ordering::Relaxed);
    told.0.shadow.store(calls(&shadow), Ordering::Relaxed);
    let seen_through: usize = through.values().map(|phase| phase.items.len()).sum();
    told.0.through.store(seen_through as u64, Ordering::Relaxed);
}

/// The processor's time of this program so far, all threads that live, milliseconds.
fn cpu_ms() -> f64 {
    let of_thread = |thread: std::fs::DirEntry| {
        let told = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        told.split(' ').next()?.parse::<u64>().ok()
    };
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    threads.filter_map(of_thread).sum::<u64>() as f64 / 1e6
}

/// Memory in use, KiB.
fn rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn take(
    mut rows: ResMut<Rows>,
    mut table: NonSendMut<Table>,
    scene: Res<Scene>,
    told: Res<Told>,
    mut exit: MessageWriter<AppExit>,
) {
    let (now, cpu) = (Instant::now(), cpu_ms());
    rows.frames += 1;
    if rows.frames == INTERACTIVE_FRAME {
        let start_wall_ms = ms(now - rows.born);
        rows.began = Some(Began { start_wall_ms, start_cpu_ms: cpu as f32 });
    }
    if rows.frames == WARM_FRAMES {
        table.screens.begin_typed();
    }
    if rows.plan.days && scene.playing && now - rows.waited >= WAIT_EACH {
        rows.waited = now;
        live_on(&mut table.screens);
    }
    if rows.frames > 2 * WARM_FRAMES && scene.playing && rows.rows.len() < ROWS_MAX {
        let gap = |a: usize, b: usize| ms(rows.marks[b].saturating_duration_since(rows.marks[a]));
        let load = |n: &AtomicU64| n.load(Ordering::Relaxed);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let row = Row {
            at_ms: since.as_millis() as u64,
            wall_ms: ms(now - rows.last),
            cpu_ms: (cpu - rows.last_cpu_ms) as f32,
            gather_ms: gap(0, 1),
            advance_ms: gap(1, 2),
            copy_ms: gap(2, 3),
            draw_ms: gap(3, 4),
            after_ms: ms(now.saturating_duration_since(rows.marks[4])),
            render_ms: load(&told.0.render_us) as f32 / 1000.0,
            calls: [load(&told.0.opaque), load(&told.0.shadow), load(&told.0.through)].map(|n| n as u32),
            rss_kib: rss_kib(),
        };
        rows.rows.push(row);
        if rows.first.is_none() {
            // Whoever measures waits for this.
            let _unseen = std::fs::write(rows.plan.out.with_file_name(BEGAN_FILE), []);
        }
        let first = *rows.first.get_or_insert(now);
        if (now - first).as_secs_f32() >= rows.plan.seconds {
            exit.write(match write(&rows) {
                Ok(()) => AppExit::Success,
                Err(error) => {
                    error!("{}: {error}", rows.plan.out.display());
                    AppExit::error()
                }
            });
        }
    }
    rows.last = now;
    rows.last_cpu_ms = cpu;
}

/// A little later on the same day, or the first morning of the next case.
fn live_on(screens: &mut Screens<'_>) {
    if screens.outcome() == Outcome::Open {
        screens.command(Command::Wait { minutes: WAIT_MIN });
    } else if let Some(world) = &screens.world {
        let Setup { seed, level } = world.setup();
        screens.begin(Setup { seed: seed + 1, level });
    }
}

fn ms(time: Duration) -> f32 {
    time.as_secs_f32() * 1e3
}

fn write(rows: &Rows) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(&rows.plan.out)?);
    if let Some(began) = rows.began {
        serde_json::to_writer(&mut out, &began)?;
        writeln!(out)?;
    }
    for row in &rows.rows {
        serde_json::to_writer(&mut out, row)?;
        writeln!(out)?;
    }
    out.flush()
}
