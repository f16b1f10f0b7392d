//! `xtask bench serve`: how fast `emberd` serves, alone or beside llama.cpp's server in one run.
//!
//! Owns: the order of the run and its report. Refuses to know: how servers are asked (`servers`), what a case is (`cases`) and
//! what follows from its rounds (`figures`). Both servers live through the whole run and only one has work: for each case ours
//! is asked first in one round and theirs in the next, so that a machine that grows slower favours nobody.

mod answer;
mod cases;
mod client;
mod figures;
mod machine;
mod peers;
mod prompts;
mod servers;

use crate::{model, root};
use anyhow::{Context, Result, bail};
use cases::{ADAPTER_PARALLEL, Case, Spread};
use figures::{OURS, THEIRS, Tally};
use machine::{ISA_WORDS, Machine};
use prompts::Prompts;
use serde_json::{Value, json};
use servers::{Server, Setup};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The most that an idle server may compute beside the one that is measured, in parts of one processor.
const IDLE_SHARE_MAX: f64 = 0.05;

/// Whom to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Peer {
    /// llama.cpp's server.
    Llamacpp,
}

/// What to run.
#[derive(Debug, Clone, clap::Args)]
pub struct Plan {
    /// Compare with this server in the same run
    #[arg(long)]
    vs: Option<Peer>,
    /// Rounds of every case on every server
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// Threads that each server computes with
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=256))]
    threads: u32,
    /// Numbers of requests at once
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,16,32", value_parser = clap::value_parser!(u32).range(1..=256))]
    parallel: Vec<u32>,
    /// How requests at once share adapters of random weights
    #[arg(long, value_delimiter = ',', default_value = "none")]
    adapters: Vec<Spread>,
    /// Ranks of the adapters
    #[arg(long, value_delimiter = ',', default_value = "8,16,64", value_parser = clap::value_parser!(u32).range(1..=256))]
    ranks: Vec<u32>,
    /// Instruction set that emberd computes with; llama.cpp cannot be told: the report says what its build has
    #[arg(long, value_parser = ISA_WORDS)]
    isa: Option<String>,
    /// Whether emberd guesses tokens ahead; llama.cpp does not
    #[arg(long, value_parser = ["on", "off"])]
    speculation: Option<String>,
    /// How emberd keeps adapters' weights; llama.cpp keeps F16, as the files have them
    #[arg(long, value_parser = ["f32", "f16", "bf16", "q8"])]
    adapter_kind: Option<String>,
    /// Write the whole report there
    #[arg(long)]
    json: Option<PathBuf>,
    /// The node to measure [default: beside this program]
    #[arg(long)]
    emberd: Option<PathBuf>,
    /// A Python that has the packages xllamacpp and gguf [default: one is made]
    #[arg(long)]
    python: Option<PathBuf>,
    /// The model file [default: the default model, fetched if need be]
    #[arg(long)]
    model: Option<PathBuf>,
}

/// A folder that is ours while this lives.
struct Work(PathBuf);

impl Work {
    fn new(programs: &Path) -> Result<Work> {
        let path = programs.join("bench-serve").join(std::process::id().to_string());
        std::fs::create_dir_all(&path).with_context(|| path.display().to_string())?;
        Ok(Work(path.canonicalize()?))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What stays behind is in the build folder and costs nothing but room.
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs all cases and prints the table, then the report as JSON.
pub fn run(plan: &Plan) -> Result<()> {
    let program = std::env::current_exe()?;
    let programs = program.parent().context("this program is in no folder")?;
    let emberd = plan.emberd.clone().unwrap_or_else(|| programs.join("emberd"));
    let model = match &plan.model {
        Some(path) => path.clone(),
        None => model::fetch(&root().join("assets/models/default.toml"))?,
    };
    let model = model.canonicalize().with_context(|| model.display().to_string())?;
    let isa = machine::isa(plan.isa.as_deref())?;
    let cases = cases::list(&plan.parallel, &plan.adapters, &plan.ranks);
    let work = Work::new(programs)?;
    let (setup, python) = prepare(plan, programs, &work.0, model, &cases)?;
    eprintln!("bench serve: what {} threads can do", plan.threads);
    let machine = Machine::measure(isa, plan.threads as usize)?;
    let mut servers = vec![Server::emberd(&emberd, &setup)?];
    if let (Some(Peer::Llamacpp), Some(python)) = (plan.vs, &python) {
        servers.push(Server::llamacpp(python, &script("llamacpp_server.py"), &setup)?);
    }
    let mut prompts = Prompts::from_dir(&root().join("assets/lines"))?;
    let mut watch = Watch::default();
    let tally = measure(plan, &cases, &servers, &mut prompts, &mut watch)?;
    let report = report(plan, &setup, &servers, &tally, &watch, &machine)?;
    print!("{}", tally.table());
    print!("{}{}", machine.line(), summary(&report));
    println!("{report}");
    if let Some(path) = &plan.json {
        let text = serde_json::to_string_pretty(&report)? + "\n";
        std::fs::write(path, text).with_context(|| path.display().to_string())?;
    }
    watch.check()
}

fn script(name: &str) -> PathBuf {
    root().join("tools/xtask/src/bench_serve").join(name)
}

/// Makes what both servers start with, and a Python if anything needs one.
fn prepare(
    plan: &Plan,
    programs: &Path,
    work: &Path,
    model: PathBuf,
    cases: &[Case],
) -> Result<(Setup, Option<PathBuf>)> {
    let has_adapters = plan.adapters.iter().any(|spread| *spread != Spread::None);
    let python = match &plan.python {
        Some(path) => Some(path.clone()),
        None if plan.vs.is_none() && !has_adapters => None,
        None => {
            let target = programs.parent().context("this program is in no build folder")?;
            Some(peers::python(&root(), &target.join("peers"))?)
        }
    };
    let adapters = match &python {
        Some(python) if has_adapters => {
            eprintln!("bench serve: writing adapters of random weights");
            let count = ADAPTER_PARALLEL.into_iter().max().unwrap_or(1);
            let (program, out) = (script("make_adapters.py"), work.join("adapters"));
            Some(peers::make_adapters(python, &program, &model, &out, &plan.ranks, count)?)
        }
        _ => None,
    };
    let slots = cases.iter().map(|case| case.parallel).max().unwrap_or(1);
    let (threads, work, switches) = (plan.threads, work.to_path_buf(), switches(plan));
    Ok((Setup { model, threads, slots, work, adapters, switches }, python))
}

/// What `emberd` is told beside its bounds. What nobody asks for is not said, so that an older one can be measured, too.
fn switches(plan: &Plan) -> Vec<(&'static str, String)> {
    let asked =
        [("--isa", &plan.isa), ("--speculation", &plan.speculation), ("--adapter-kind", &plan.adapter_kind)];
    asked.into_iter().filter_map(|(flag, word)| Some((flag, word.clone()?))).collect()
}

/// What is noticed beside the figures: memory, and work of the one that should rest.
#[derive(Debug, Default)]
struct Watch {
    rss_bytes_max: [u64; 2],
    idle_cpu_ms: [u64; 2],
    idle_wall_ms: [u64; 2],
}

impl Watch {
    fn idle_share(&self, side: usize) -> f64 {
        self.idle_cpu_ms[side] as f64 / self.idle_wall_ms[side].max(1) as f64
    }

    /// A run beside a server that does not rest compares nothing.
    fn check(&self) -> Result<()> {
        for (side, name) in [OURS, THEIRS].into_iter().enumerate() {
            if self.idle_share(side) > IDLE_SHARE_MAX {
                bail!(
                    "{name} used {:.3} of a processor while the other was measured; at most {IDLE_SHARE_MAX} was expected",
                    self.idle_share(side)
                );
            }
        }
        Ok(())
    }
}

fn measure(
    plan: &Plan,
    cases: &[Case],
    servers: &[Server],
    prompts: &mut Prompts,
    watch: &mut Watch,
) -> Result<Tally> {
    for case in cases {
        let asks = case.warm_up(prompts);
        for server in servers {
            asks.iter().try_for_each(|ask| server.ask(ask).map(drop)).context("warming up")?;
        }
    }
    let mut tally = Tally::default();
    for round in 0..plan.rounds as usize {
        for case in cases {
            let asks = case.asks(prompts);
            eprintln!("bench serve: round {} of {}, {}", round + 1, plan.rounds, case.name);
            for turn in 0..servers.len() {
                let side = (turn + round) % servers.len();
                let server = &servers[side];
                let idle = servers.iter().position(|other| other.side != server.side);
                let before = idle.and_then(|idle| servers[idle].cpu_ms());
                let began = Instant::now();
                tally.add(&case.name, server.side, case.run(server, &asks)?);
                let wall_ms = u64::try_from(began.elapsed().as_millis())?;
                let after = idle.and_then(|idle| servers[idle].cpu_ms());
                if let (Some(idle), Some(before), Some(after)) = (idle, before, after) {
                    watch.idle_cpu_ms[idle] += after.saturating_sub(before);
                    watch.idle_wall_ms[idle] += wall_ms;
                }
                let rss_bytes = server.rss_bytes().unwrap_or(0);
                watch.rss_bytes_max[side] = watch.rss_bytes_max[side].max(rss_bytes);
            }
        }
    }
    Ok(tally)
}

fn report(
    plan: &Plan,
    setup: &Setup,
    servers: &[Server],
    tally: &Tally,
    watch: &Watch,
    machine: &Machine,
) -> Result<Value> {
    let model_bytes = std::fs::metadata(&setup.model)?.len();
    let mut sides = serde_json::Map::new();
    for (number, server) in servers.iter().enumerate() {
        let decode_tok_s = tally.median("decode_128", server.side, "decode_tok_s");
        // Each token of one request alone reads every weight once.
        let read_gb_s = decode_tok_s.map(|rate| rate * model_bytes as f64 / 1e9);
        sides.insert(
            server.side.to_owned(),
            json!({
                "about": server.about,
                "rss_bytes_max": watch.rss_bytes_max[number],
                "idle_cpu_share": watch.idle_share(number),
                "decode_reads_gb_s": read_gb_s,
                "decode_bandwidth_share": figures::ratio(read_gb_s, Some(machine.read_gb_s)),
            }),
        );
    }
    let of_own_base: serde_json::Map<String, Value> =
        cases::list(&plan.parallel, &plan.adapters, &plan.ranks)
            .iter()
            .filter(|case| case.name.matches('_').count() > 1)
            .map(|case| {
                let rate = |name: &str| tally.median(name, OURS, "together_tok_s");
                let share = figures::ratio(rate(&case.name), rate(&cases::base_name(case.parallel)));
                (case.name.clone(), json!(share))
            })
            .collect();
    Ok(json!({
        "bench": "serve", "rounds": plan.rounds, "threads": plan.threads, "slots": setup.slots,
        "model": setup.model.file_name().map(|name| name.to_string_lossy()), "model_bytes": model_bytes,
        "machine": machine.json(), "switches": setup.switches,
        "adapters": peers::about(setup.adapters.as_ref()),
        "servers": sides, "adapters_of_own_base": of_own_base, "cases": tally.json(),
    }))
}

/// The lines below the table.
fn summary(report: &Value) -> String {
    let mut text = String::new();
    for (side, figures) in report["servers"].as_object().into_iter().flatten() {
        let number = |name: &str| figures[name].as_f64().unwrap_or(0.0);
        text.push_str(&format!(
            "{side}: decode reads {:.1} GB/s, {:.0} % of that; {:.0} MiB of memory; {:.1} % of a processor while idle\n",
            number("decode_reads_gb_s"),
            number("decode_bandwidth_share") * 100.0,
            number("rss_bytes_max") / f64::from(1 << 20),
            number("idle_cpu_share") * 100.0,
        ));
    }
    for (case, share) in report["adapters_of_own_base"].as_object().into_iter().flatten() {
        text.push_str(&format!("{case}: {:.2} of our own without adapters\n", share.as_f64().unwrap_or(0.0)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_does_not_rest_is_named() {
        let mut watch = Watch { idle_wall_ms: [10_000; 2], idle_cpu_ms: [10, 500], ..Watch::default() };
        watch.check().unwrap();
        watch.idle_cpu_ms[1] = 501;
        assert!(watch.check().unwrap_err().to_string().starts_with(THEIRS));
    }
}
