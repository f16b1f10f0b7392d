//! `emberwick`: the game's command line.
//!
//! Owns: parsing arguments and turning errors into one sentence and an exit code (0 fine, 1 the world says no, 2 the arguments
//! do). Refuses to know: everything else; each command is a module.

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use engine_sim::cases::{Difficulty, daily_seed};
use engine_sim::library::Library;
use engine_sim::world::{Setup, World};
use game::link::{Link, LinkConfig};
use game::plain::plain;
#[cfg(feature = "window")]
use game::settings::{Choice, Quality};
use game::text::date::Moment;
use game::voices::Voices;
use game::{crash, judge_lines, saves, script, text, transcript};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a scripted game waits for the node to wake.
const READY_WITHIN: Duration = Duration::from_secs(60);

#[derive(Parser)]
#[command(name = "emberwick", version, about = "A lantern-lit winter village. Somebody took the ember.")]
struct Args {
    /// Data directory of saves, settings and the node [default: $XDG_DATA_HOME/emberwick]
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Parser, Clone)]
struct Case {
    /// The case's seed [default: another one every time]
    #[arg(long)]
    seed: Option<u64>,
    /// The day's case: everyone who plays today gets the same one
    #[arg(long, conflicts_with = "seed")]
    daily: bool,
    /// easy, normal or hard
    #[arg(long, default_value = "normal", value_parser = parse_level)]
    level: Difficulty,
}

#[derive(Parser)]
struct Play {
    #[command(flatten)]
    case: Case,
    /// Written lines only
    #[arg(long)]
    no_model: bool,
    /// Continue a save
    #[arg(long)]
    load: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Play in the terminal
    Text(Play),
    /// Play in the window
    #[cfg(feature = "window")]
    Window(Play),
    /// Play a script and write transcript and hashes
    Run {
        /// The case's seed
        #[arg(long)]
        seed: u64,
        /// easy, normal or hard
        #[arg(long, default_value = "normal", value_parser = parse_level)]
        level: Difficulty,
        /// The script
        #[arg(long)]
        script: PathBuf,
        /// Where to write
        #[arg(long)]
        out: PathBuf,
        /// Written lines only
        #[arg(long)]
        no_model: bool,
        /// In the window, with pictures of its screens
        #[cfg(feature = "window")]
        #[arg(long)]
        window: bool,
        /// How much its pictures show: low, medium or high
        #[cfg(feature = "window")]
        #[arg(long, default_value = "high", value_parser = parse_quality)]
        quality: Quality,
    },
    /// Measure what a frame of the window costs, standing in the village: a row of JSON for each frame
    #[cfg(feature = "window")]
    Measure {
        /// The case's seed
        #[arg(long, default_value_t = 7)]
        seed: u64,
        /// Seconds that rows are taken for
        #[arg(long, default_value_t = 20.0)]
        seconds: f32,
        /// Where the rows go
        #[arg(long)]
        out: PathBuf,
        /// Let days go by, one case after the other, instead of standing in the first morning
        #[arg(long)]
        days: bool,
    },
    /// Let a patient detective play a case and print their script
    Detective {
        /// The case's seed
        #[arg(long)]
        seed: u64,
        /// easy, normal or hard
        #[arg(long, default_value = "normal", value_parser = parse_level)]
        level: Difficulty,
    },
    /// Judge lines: JSONL in (standard input or FILE), JSON out
    Judge {
        /// The lines
        file: Option<PathBuf>,
    },
    /// Prove that a save follows from its log, without any model
    Verify {
        /// The save
        save: PathBuf,
    },
}

#[cfg(feature = "window")]
fn parse_quality(text: &str) -> Result<Quality, String> {
    let found = Quality::ALL.iter().find(|quality| quality.name() == text);
    found.copied().ok_or_else(|| format!("\"{text}\" is not low, medium or high"))
}

fn parse_level(text: &str) -> Result<Difficulty, String> {
    match text {
        "easy" => Ok(Difficulty::Easy),
        "normal" => Ok(Difficulty::Normal),
        "hard" => Ok(Difficulty::Hard),
        other => Err(format!("\"{other}\" is not easy, normal or hard")),
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(code) => code,
        Err(error) => {
            // It may quote a script, a save or a node.
            eprintln!("emberwick: {}", plain(&format!("{error:#}")));
            ExitCode::from(1)
        }
    }
}

fn run(args: Args) -> Result<ExitCode> {
    let born = Instant::now();
    let library = Library::shipped()?;
    let data_dir = saves::data_dir(args.data_dir);
    match args.command {
        Command::Text(play) => watched(play, data_dir, born, |game| open_text(&library, game, None)),
        #[cfg(feature = "window")]
        Command::Window(play) => watched(play, data_dir, born, |game| window_or_text(library, game)),
        #[cfg(feature = "window")]
        Command::Measure { seed, seconds, out, days } => {
            let setup = Setup { seed, level: Difficulty::Normal };
            let sitting = Sitting::Measure(game::window::measure::Plan { seconds, out, days });
            let game = Game { setup, load: None, data_dir, no_model: true, last: None, born };
            open_window(library, game, game::window::preflight::look()?, sitting)
        }
        #[cfg(feature = "window")]
        Command::Run { seed, level, script, out, no_model, window: true, quality } => {
            let script = read_script(&library, &script)?;
            std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
            let game =
                Game { setup: Setup { seed, level }, load: None, data_dir, no_model, last: None, born };
            open_window(
                library,
                game,
                game::window::preflight::look()?,
                Sitting::Script(script, quality, out),
            )
        }
        Command::Run { seed, level, script, out, no_model, .. } => {
            let link = if no_model { None } else { Some(start_link(&library, &data_dir)?) };
            run_script(&library, Setup { seed, level }, &script, &out, Voices::new(link))
        }
        Command::Detective { seed, level } => detective(&library, Setup { seed, level }),
        Command::Judge { file } => judge(&library, file.as_deref()),
        Command::Verify { save } => verify(&library, &save),
    }
}

/// Seconds since 1970 (UTC): the only clock that the game reads for a case.
fn now_s() -> Result<u64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Ok(since.context("the clock is before 1970")?.as_secs())
}

fn seed_of(case: &Case) -> Result<u64> {
    if case.daily {
        let Moment { year, month, day, .. } = Moment::of(now_s()?);
        return Ok(daily_seed(year, month, day)?);
    }
    let clock = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        // Short enough to tell a friend.
        since.as_nanos() as u64 % 1_000_000
    };
    Ok(case.seed.unwrap_or_else(clock))
}

/// `emberd` beside this program, if it is there.
fn emberd_beside() -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?.with_file_name("emberd");
    path.is_file().then_some(path)
}

fn start_link(library: &Library, data_dir: &Path) -> Result<Link> {
    let config = LinkConfig {
        data_dir: data_dir.to_path_buf(),
        emberd: emberd_beside(),
        line_timeout: game::voices::DEADLINE,
        vocabulary: Some(Arc::new(game::prompt::vocabulary(library))),
    };
    Link::start(config).context("the link to the node does not start")
}

fn read_script(library: &Library, path: &Path) -> Result<script::Script> {
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut text = String::new();
    let limited = std::io::Read::take(file, script::SCRIPT_BYTES_MAX as u64 + 1);
    std::io::Read::read_to_string(&mut { limited }, &mut text)
        .with_context(|| format!("cannot read {}", path.display()))?;
    script::Script::parse(&library.village, &text).with_context(|| path.display().to_string())
}

fn run_script(
    library: &Library,
    setup: Setup,
    script_path: &Path,
    out: &Path,
    mut voices: Voices,
) -> Result<ExitCode> {
    let script = read_script(library, script_path)?;
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let mut lines = std::io::BufWriter::new(std::fs::File::create(out.join("transcript.jsonl"))?);
    let mut world = World::new(library, setup)?;
    if let Some(link) = voices.link()
        && !link.ready_within(READY_WITHIN)
    {
        eprintln!("emberwick: {}", plain(&link.state().words()));
    }
    let mut failure = None;
    for (line, step) in &script.steps {
        if let script::Step::Save { name } = step {
            let path = out.join(format!("{name}.{}", saves::EXTENSION));
            saves::write_save(&path, &world, name, voices.model())?;
        }
        if let Err(error) = script::play(&mut world, *line, step) {
            failure = Some(error);
            break;
        }
        for record in speak_all(library, &mut world, &mut voices)? {
            writeln!(lines, "{}", serde_json::to_string(&record)?)?;
        }
    }
    lines.flush()?;
    write_end(&world, voices.model(), out)?;
    match failure {
        Some(error) => bail!("{}: {error}", script_path.display()),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Gets words for every pending act, one record each.
fn speak_all(
    library: &Library,
    world: &mut World<'_>,
    voices: &mut Voices,
) -> Result<Vec<transcript::Record>> {
    let mut records = Vec::new();
    while let Some(prepared) = transcript::prepare(world) {
        let turn = world.awaiting().map(|(pending, _)| pending.turn);
        while world.awaiting().map(|(pending, _)| pending.turn) == turn {
            voices.advance_blocking(world)?;
        }
        let lines = voices.take_records();
        let spoken = world.state().words.spoken.last().context("a line was spoken and is not there")?;
        let line = lines.last().context("a line has no record")?;
        records.push(transcript::record(library, &prepared, spoken, line));
    }
    Ok(records)
}

/// What the window is opened for.
#[cfg(feature = "window")]
enum Sitting {
    Play,
    Script(script::Script, Quality, PathBuf),
    Measure(game::window::measure::Plan),
}

/// A game that is begun, in either face.
struct Game {
    setup: Setup,
    load: Option<PathBuf>,
    data_dir: PathBuf,
    no_model: bool,
    last: Option<crash::Last>,
    /// When the program began: what measures it wants to know.
    #[cfg_attr(not(feature = "window"), allow(dead_code))]
    born: Instant,
}

/// Plays under watch: what ends badly leaves a report and is told to the next start.
fn watched(
    Play { case, no_model, load }: Play,
    data_dir: PathBuf,
    born: Instant,
    open: impl FnOnce(Game) -> Result<ExitCode>,
) -> Result<ExitCode> {
    let setup = Setup { seed: seed_of(&case)?, level: case.level };
    let (running, last) = crash::begin(&data_dir, now_s()?);
    crash::hook();
    // A panic goes past the end, and so leaves the marker.
    let played = open(Game { setup, load, data_dir, no_model, last, born });
    running.end();
    played
}

/// Plays in the terminal; `told` is said first.
fn open_text(library: &Library, game: Game, told: Option<String>) -> Result<ExitCode> {
    let Game { setup, load, data_dir, no_model, last, .. } = game;
    let link = if no_model { None } else { Some(start_link(library, &data_dir)?) };
    let voices = Voices::new(link);
    text::play(library, text::Start { setup, load, data_dir, voices, last, told })?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the window; where this machine has none to open, the text game.
#[cfg(feature = "window")]
fn window_or_text(library: Library, game: Game) -> Result<ExitCode> {
    use game::window::preflight::{Instead, look};
    use std::io::IsTerminal;
    let why = match look() {
        Ok(adapter) => return open_window(library, game, adapter, Sitting::Play),
        Err(why) => why,
    };
    let has_terminal = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    match why.instead(has_terminal) {
        Instead::Text(told) => {
            eprintln!("emberwick: {told}");
            open_text(&library, game, Some(told))
        }
        Instead::Nothing(told) => bail!("{told}"),
    }
}

/// Opens the window: for a player, or for a script and its pictures, or to measure.
#[cfg(feature = "window")]
fn open_window(
    library: Library,
    game: Game,
    adapter: game::window::preflight::Adapter,
    sitting: Sitting,
) -> Result<ExitCode> {
    let Game { setup, load, data_dir, no_model, last, born } = game;
    crash::drawn_by(&adapter.name);
    let link = if no_model { None } else { Some(start_link(&library, &data_dir)?) };
    if let (Some(link), Sitting::Script(..)) = (&link, &sitting)
        && !link.ready_within(READY_WITHIN)
    {
        eprintln!("emberwick: {}", plain(&link.state().words()));
    }
    let failure = std::sync::Arc::default();
    let (mut shots, mut measure) = (None, None);
    match sitting {
        Sitting::Play => {}
        Sitting::Measure(plan) => measure = Some(plan),
        Sitting::Script(script, quality, out) => {
            shots = Some(game::window::shots::Plan {
                script,
                quality,
                out,
                failure: std::sync::Arc::clone(&failure),
                finish: |table, out| match &table.screens.world {
                    Some(world) => write_end(world, table.screens.voices.model(), out),
                    None => bail!("the script left the game"),
                },
            });
        }
    }
    let today_s = now_s()?;
    let voices = Voices::new(link);
    let start =
        game::window::Start { setup, load, data_dir, voices, today_s, adapter, last, shots, measure, born };
    // The tables live as long as the program.
    game::window::play(Box::leak(Box::new(library)), start)?;
    match failure.lock().ok().and_then(|mut f| f.take()) {
        Some(why) => bail!("{why}"),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// What a script leaves behind: the last save, the hashes, and the hashes on standard output.
fn write_end(world: &World<'_>, model: Option<String>, out: &Path) -> Result<()> {
    saves::write_save(&out.join("final.ember"), world, "final", model)?;
    let hashes = hashes_json(world);
    std::fs::write(out.join("hashes.json"), serde_json::to_string_pretty(&hashes)? + "\n")?;
    println!("{hashes}");
    Ok(())
}

fn hashes_json(world: &World<'_>) -> serde_json::Value {
    let hash = world.hash();
    let sections = hash.sections().into_iter();
    let map: serde_json::Map<String, serde_json::Value> = sections
        .map(|(name, digest)| (name.to_string(), engine_sim::world::hash::hex(&digest).into()))
        .collect();
    let state = world.state();
    serde_json::json!({
        "outcome": script::outcome_key(state.player.outcome),
        "minute": state.now.clock(),
        "commands": world.log().len(),
        "hashes": map,
    })
}

fn detective(library: &Library, setup: Setup) -> Result<ExitCode> {
    let mut world = World::new(library, setup)?;
    let mut voices = Voices::new(None);
    let mut listener = |world: &mut World<'_>, voices: &mut Voices, _: &script::Step| {
        voices.settle(world)?;
        Ok(())
    };
    let mut detective = game::detective::Detective::new(&mut world, &mut voices, &mut listener);
    let solved = detective.solve()?;
    let steps = std::mem::take(&mut detective.steps);
    let level = format!("{:?}", setup.level).to_lowercase();
    println!("# seed {}, level {level}: written by `emberwick detective`", setup.seed);
    for step in &steps {
        println!("{}", game::detective::write_step(&world, step));
    }
    println!("expect {}", script::outcome_key(world.state().player.outcome));
    Ok(if solved { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn judge(library: &Library, file: Option<&Path>) -> Result<ExitCode> {
    let mut input: Box<dyn std::io::BufRead> = match file {
        Some(path) => {
            let file =
                std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
            Box::new(std::io::BufReader::new(file))
        }
        None => Box::new(std::io::stdin().lock()),
    };
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let tally = judge_lines::run(library, &mut input, &mut output)?;
    output.flush()?;
    eprintln!("{} accepted, {} refused, {} unreadable", tally.accepted, tally.refused, tally.unreadable);
    Ok(if tally.unreadable == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn verify(library: &Library, save: &Path) -> Result<ExitCode> {
    let bytes = saves::read_bytes(save)?;
    let proven = engine_sim::replay::verify(library, &bytes).with_context(|| save.display().to_string())?;
    println!(
        "proven: {} commands, {} lines ({} by a mind), world {}",
        proven.commands, proven.lines.0, proven.lines.1, proven.world
    );
    Ok(ExitCode::SUCCESS)
}
