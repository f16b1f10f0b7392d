//! `cargo xtask`: the project's own chores, so that CI is a program one can run at home.
//!
//! Owns: model fetch, tidy, simulations, benchmarks. Refuses to know: the game's rules (it calls the crates that do).

mod model;

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
    /// Fetch the default model, or say where it is.
    Model {
        /// The manifest to follow.
        #[arg(long)]
        manifest: Option<PathBuf>,
    },
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
    }
    Ok(())
}
