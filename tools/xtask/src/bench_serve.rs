//! `xtask bench serve`: how fast `emberd` serves, alone or beside llama.cpp's server in one run.
//!
//! Owns: the order of the run. Refuses to know: how servers are asked (`servers`), what a case is (`cases`), what follows from
//! its rounds (`figures`) and what the machine could do (`machine`, `budget`). Both servers live through the whole run and only
//! one has work: for each case ours is asked first in one round and theirs in the next, so that a machine that grows slower
//! favours nobody.

mod answer;
mod budget;
mod cases;
mod client;
mod crowd;
mod engines;
mod figures;
mod kinds;
mod machine;
mod peers;
mod plan;
mod preempt;
mod prompts;
mod report;
mod servers;
mod waits;
mod watch;

pub use plan::Plan;

use crate::{model, root};
use anyhow::{Context, Result};
use budget::Budget;
use cases::{ADAPTER_PARALLEL, Case};
use engines::Engines;
use figures::Tally;
use infer::Model;
use machine::Machine;
use peers::Adapters;
use plan::{Peer, Topic};
use prompts::Prompts;
use servers::{Server, Setup};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use watch::Watch;

/// Rank of the adapters of a crowd, and of those that are kept in several ways.
const MIND_RANK: u32 = 8;

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

/// What is there before anything is measured.
struct Prepared {
    setup: Setup,
    /// A Python, if anything needs one.
    python: Option<PathBuf>,
    /// Every adapter that was made; the servers' own are in the setup.
    made: Option<Adapters>,
    emberd: PathBuf,
}

/// Runs all topics and prints the table, then the report as JSON.
pub fn run(plan: &Plan) -> Result<()> {
    let program = std::env::current_exe()?;
    let programs = program.parent().context("this program is in no folder")?;
    let isa = machine::isa(plan.isa.as_deref())?;
    let cases = match plan.has(Topic::Speed) {
        true => cases::list(&plan.parallel, &plan.adapters, &plan.ranks),
        false => Vec::new(),
    };
    let work = Work::new(programs)?;
    let prepared = prepare(plan, programs, &work.0, &cases)?;
    eprintln!("bench serve: what {} threads can do", plan.threads);
    let machine = Machine::measure(isa, plan.threads as usize)?;
    let mut prompts = Prompts::from_dir(&root().join("assets/lines"))?;
    let (mut watch, mut tally) = (Watch::default(), Tally::default());
    in_process(plan, &prepared, &cases, &machine, (&mut prompts, &mut tally))?;
    if let (true, Some(made)) = (plan.has(Topic::Crowd), &prepared.made) {
        crowd::run(
            &prepared.emberd,
            &prepared.setup,
            (&made.of_rank(MIND_RANK), plan.crowd),
            &mut prompts,
            &mut tally,
        )?;
    }
    let mut servers = Vec::new();
    if plan.has(Topic::Speed) || plan.has(Topic::Waits) {
        servers.push(Server::emberd(&prepared.emberd, &prepared.setup)?);
    }
    let start_peer = |adapters: Vec<String>| {
        let python = prepared.python.as_ref().context("there is no Python")?;
        Server::llamacpp(python, &script("llamacpp_server.py"), &prepared.setup, adapters)
    };
    if plan.vs == Some(Peer::Llamacpp) && plan.has(Topic::Speed) {
        servers.push(start_peer(Vec::new())?);
    }
    watch::measure(plan.rounds, &cases, &servers, &start_peer, &mut prompts, (&mut watch, &mut tally))?;
    if let (true, Some(ours)) = (plan.has(Topic::Waits), servers.first()) {
        waits::run(ours, &mut prompts, plan.rounds, &mut tally)?;
    }
    let report = report::report(plan, &prepared.setup, &servers, &tally, &watch, &machine)?;
    print!("{}{}{}", tally.table(), machine.line(), report::summary(&report));
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

/// Makes what both servers start with, a Python if anything needs one, and adapters likewise.
fn prepare(plan: &Plan, programs: &Path, work: &Path, cases: &[Case]) -> Result<Prepared> {
    let model = match &plan.model {
        Some(path) => path.clone(),
        None => model::fetch(&root().join("assets/models/default.toml"))?,
    };
    let model = model.canonicalize().with_context(|| model.display().to_string())?;
    let mut ranks = if plan.has_adapters() { plan.ranks.clone() } else { Vec::new() };
    if plan.has(Topic::Crowd) || plan.has(Topic::Kinds) {
        ranks.push(MIND_RANK);
    }
    ranks.sort_unstable();
    ranks.dedup();
    let python = match &plan.python {
        Some(path) => Some(path.clone()),
        None if plan.vs.is_none() && ranks.is_empty() => None,
        None => {
            let target = programs.parent().context("this program is in no build folder")?;
            Some(peers::python(&root(), &target.join("peers"))?)
        }
    };
    let made = match &python {
        Some(python) if !ranks.is_empty() => {
            eprintln!("bench serve: writing adapters of random weights");
            let count = ADAPTER_PARALLEL.into_iter().max().unwrap_or(1);
            let (program, out) = (script("make_adapters.py"), work.join("adapters"));
            Some(peers::make_adapters(python, &program, &model, &out, &ranks, count)?)
        }
        _ => None,
    };
    let waiting = if plan.has(Topic::Waits) { waits::SLOTS } else { 1 };
    let slots = cases.iter().map(|case| case.parallel).fold(waiting, u32::max);
    let adapters = made.clone().filter(|_| plan.has_adapters());
    let (threads, switches) = (plan.threads, plan.switches());
    let setup = Setup { model, threads, slots, work: work.to_path_buf(), adapters, switches };
    let emberd = plan.emberd.clone().unwrap_or_else(|| programs.join("emberd"));
    Ok(Prepared { setup, python, made, emberd })
}

/// What is measured and worked out with a model in this process. It is gone when servers start.
fn in_process(
    plan: &Plan,
    prepared: &Prepared,
    cases: &[Case],
    machine: &Machine,
    (prompts, tally): (&mut Prompts, &mut Tally),
) -> Result<()> {
    let model = Arc::new(Model::load(&prepared.setup.model)?);
    let budget = Budget::of(&model, plan.kind());
    for case in cases {
        if let Some(demand) = case.demand() {
            tally.bind(&case.name, budget.bound(demand, machine));
        }
    }
    let engines = Engines::new(model, machine);
    if let (true, Some(made)) = (plan.has(Topic::Kinds), &prepared.made) {
        kinds::run(&engines, made, MIND_RANK, machine, (prompts, plan.rounds), tally)?;
    }
    if plan.has(Topic::Preempt) {
        preempt::run(&engines, prompts, plan.rounds, tally)?;
    }
    Ok(())
}
