//! `cargo xtask`: the project's own chores, so that CI is a program one can run at home.
//!
//! Owns: model fetch, tidy, simulations, benchmarks. Refuses to know: the game's rules (it calls the crates that do).

mod bench_frame;
mod bench_serve;
mod bench_talk;
mod model;
mod sim;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};

#[derive(Parser)]
#[command(name = "xtask", about = "Emberwick's chores")]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Fetch the default model, or say where it is
    Model {
        /// The manifest to follow [default: assets/models/default.toml]
        #[arg(long)]
        manifest: Option<PathBuf>,
    },
    /// Check the map of the house: edges, headers, sizes
    Tidy,
    /// Run the engine many times
    Sim {
        #[command(subcommand)]
        what: Sim,
    },
    /// Measure
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
}

#[derive(Subcommand)]
enum Sim {
    /// Generate and prove cases
    Cases {
        /// Seeds for each level
        #[arg(long, default_value_t = 1000)]
        seeds: u64,
    },
    /// One log, a hundred runs, two optimisation levels, a reload at every tick
    Replay {
        /// The case's seed
        #[arg(long, default_value_t = 7)]
        seed: u64,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// Exchanges across villagers through the real loop
    Talk {
        /// Lines to speak
        #[arg(long, default_value_t = 200)]
        lines: usize,
        /// The node to start [default: beside this program]
        #[arg(long)]
        emberd: Option<PathBuf>,
        /// Let the mind begin any word, as if the engine closed none
        #[arg(long)]
        any_words: bool,
    },
    /// Frames of the window, alone and beside a model at work on the same cores
    Frame {
        /// Pairs of a quiet and a busy phase
        #[arg(long, default_value_t = 3)]
        pairs: u32,
        /// Seconds of one phase
        #[arg(long, default_value_t = 12)]
        phase_s: u32,
        /// Without a model: all phases quiet, for a long soak
        #[arg(long)]
        quiet: bool,
    },
    /// How fast the node serves, alone or beside llama.cpp's server in the same run
    Serve(Box<bench_serve::Plan>),
}

/// The checkout's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn main() -> Result<()> {
    match Args::parse().chore {
        Chore::Model { manifest } => {
            let manifest = manifest.unwrap_or_else(|| root().join("assets/models/default.toml"));
            println!("{}", model::fetch(&manifest)?.display());
        }
        Chore::Tidy => tidy::run(&root())?,
        Chore::Sim { what: Sim::Cases { seeds } } => sim::cases(seeds)?,
        Chore::Sim { what: Sim::Replay { seed } } => sim::replay_many(&root(), seed)?,
        Chore::Bench { what: Bench::Talk { lines, emberd, any_words } } => {
            let emberd = match emberd {
                Some(emberd) => emberd,
                None => std::env::current_exe()?.with_file_name("emberd"),
            };
            bench_talk::run(bench_talk::Plan { lines, emberd, any_words })?;
        }
        Chore::Bench { what: Bench::Serve(plan) } => bench_serve::run(&plan)?,
        Chore::Bench { what: Bench::Frame { pairs, phase_s, quiet } } => {
            let programs = std::env::current_exe()?.parent().map(Path::to_path_buf).unwrap_or_default();
            bench_frame::run(&bench_frame::Plan { pairs, phase_s, quiet, programs })?;
        }
    }
    Ok(())
}
