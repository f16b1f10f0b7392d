//! `xtask tidy`: the map of the house as a test (DESIGN section 2, STYLE section 1; after tigerbeetle's `tidy.zig`).
//!
//! Owns: which crate may depend on which, what every file must begin with, how long a file or function may be, and which words
//! have no place in the code. Refuses to know: formatting and lints, which rustfmt and clippy judge.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest file, in lines.
const FILE_LINES_MAX: usize = 800;
/// Longest function outside tests, in lines.
const FUNCTION_LINES_MAX: usize = 70;

/// Our crates and which of ours each may use. A crate that is not here is not in the house.
const EDGES: [(&str, &[&str]); 8] = [
    ("engine-sim", &[]),
    ("kernels", &[]),
    ("wire", &[]),
    ("infer", &["kernels", "skin", "wire"]),
    ("daemon", &["infer", "train", "skin", "ledger", "wire"]),
    ("game", &["engine-sim", "wire", "skin"]),
    // Chores run the engine's simulations, drive the game against the node, and measure the node against the machine.
    ("xtask", &["engine-sim", "game", "wire", "infer", "kernels"]),
    ("tests", &["engine-sim", "wire", "infer", "daemon", "game"]),
];
/// Functions that are longer today and are to be split: the list may only shrink.
const LONG_TODAY: [&str; 0] = [];
/// Outside crates that only some of ours may touch, with the reason.
const KEPT_APART: [(&str, &[&str], &str); 5] = [
    ("tokio", &["daemon"], "async lives in the daemon"),
    ("axum", &["daemon"], "the door is the daemon's"),
    ("candle-core", &["infer"], "models are infer's"),
    ("ratatui", &["game"], "screens are the game's"),
    ("rkyv", &["engine-sim", "wire", "tests"], "serialised types live in wire and the engine"),
];
/// Folders at the top level. Hidden ones and build output aside, there are no others.
const TOP: [&str; 9] =
    ["game", "engine-sim", "node", "kernels", "adapters", "assets", "tools", "tests", "fuzz"];
/// Where serialised bytes may be made or read.
const BYTES_IN: [&str; 5] = [
    "engine-sim/src/cases/tests.rs",
    "engine-sim/src/snapshot/",
    "engine-sim/src/world/hash.rs",
    "tests/",
    "fuzz/",
];

/// Runs every rule; the error lists every breach.
pub fn run(root: &Path) -> Result<()> {
    let mut breaches = Vec::new();
    edges(root, &mut breaches)?;
    top_level(root, &mut breaches)?;
    let files = sources(root)?;
    for file in &files {
        let text = fs::read_to_string(root.join(file)).with_context(|| file.display().to_string())?;
        breaches.extend(check_file(&file.to_string_lossy(), &text));
    }
    if breaches.is_empty() {
        println!("tidy: {} files, {} crates", files.len(), EDGES.len());
        return Ok(());
    }
    bail!("tidy found {}:\n  {}", breaches.len(), breaches.join("\n  "))
}

fn edges(root: &Path, breaches: &mut Vec<String>) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .context("cargo metadata does not run")?;
    if !out.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&out.stderr));
    }
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default().to_string();
        let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
        let names = dependencies.iter().filter_map(|d| d["name"].as_str()).map(str::to_string);
        uses.insert(name, names.collect());
    }
    breaches.extend(check_edges(&uses));
    Ok(())
}

fn check_edges(uses: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut breaches = Vec::new();
    for (name, dependencies) in uses {
        let Some((_, allowed)) = EDGES.iter().find(|(ours, _)| ours == name) else {
            breaches.push(format!("{name}: no such crate on the map"));
            continue;
        };
        for dependency in dependencies {
            let ours = uses.contains_key(dependency);
            if ours && !allowed.contains(&dependency.as_str()) {
                breaches.push(format!("{name} must not depend on {dependency}"));
            }
            let kept = KEPT_APART.iter().find(|(outside, _, _)| outside == dependency);
            if let Some((_, may, why)) = kept
                && !may.contains(&name.as_str())
            {
                breaches.push(format!("{name} must not depend on {dependency}: {why}"));
            }
        }
    }
    breaches
}

fn top_level(root: &Path, breaches: &mut Vec<String>) -> Result<()> {
    let listed = git(root, &["ls-files"])?;
    let mut folders: Vec<&str> =
        listed.lines().filter_map(|f| f.split_once('/').map(|(top, _)| top)).collect();
    folders.sort_unstable();
    folders.dedup();
    for folder in folders.into_iter().filter(|f| !f.starts_with('.') && !TOP.contains(f)) {
        breaches.push(format!("{folder}/: no such room on the map"));
    }
    Ok(())
}

fn git(root: &Path, args: &[&str]) -> Result<String> {
    let out = Command::new("git").args(args).current_dir(root).output().context("git does not run")?;
    if !out.status.success() {
        bail!("git {}: {}", args.join(" "), String::from_utf8_lossy(&out.stderr));
    }
    Ok(String::from_utf8(out.stdout)?)
}

fn sources(root: &Path) -> Result<Vec<PathBuf>> {
    let listed = git(root, &["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"])?;
    Ok(listed.lines().map(PathBuf::from).filter(|f| root.join(f).is_file()).collect())
}

fn check_file(name: &str, text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut breach = |why: String| breaches.push(format!("{name}: {why}"));
    let first = text.lines().find(|l| !l.starts_with("#![")).unwrap_or_default();
    if !first.starts_with("//!") {
        breach("must begin with what it owns and refuses to know (//!)".to_string());
    }
    let lines = text.lines().count();
    if lines > FILE_LINES_MAX {
        breach(format!("{lines} lines; the most is {FILE_LINES_MAX}"));
    }
    for (function, length) in
        long_functions(text).into_iter().filter(|(f, _)| !LONG_TODAY.contains(&f.as_str()))
    {
        breach(format!("fn {function} has {length} lines; the most is {FUNCTION_LINES_MAX}"));
    }
    // Split so that this file does not find itself.
    for word in
        [concat!("to", "do!("), concat!("unimplemen", "ted!("), concat!("FIX", "ME"), concat!("XX", "X")]
    {
        if text.contains(word) {
            breach(format!("contains {word}"));
        }
    }
    let makes_bytes =
        text.contains(concat!("rkyv::to_", "bytes")) || text.contains(concat!("rkyv::from_", "bytes"));
    if makes_bytes && !BYTES_IN.iter().any(|room| name.starts_with(room)) {
        breach("serialised bytes are made in snapshot and wire only".to_string());
    }
    let in_room = |room: &str| name.starts_with(room);
    if text.contains(concat!("unsafe", " {")) && !in_room("kernels/") && !in_room("node/infer/") {
        breach("unsafe lives in kernels, and for mmap in infer".to_string());
    }
    breaches
}

/// Functions outside test modules that are too long: a `fn` line up to the line that closes at its indentation, as rustfmt
/// lays them out.
fn long_functions(text: &str) -> Vec<(String, usize)> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines: Vec<&str> = code.lines().collect();
    let mut long = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let Some(at) = bare.find("fn ").filter(|&at| at == 0 || is_qualifier(&bare[..at])) else { continue };
        let indent = &line[..line.len() - bare.len()];
        let close = format!("{indent}}}");
        let Some(length) = lines[i..]
            .iter()
            .position(|l| *l == close || l.trim_end().ends_with(';') && l.starts_with(indent) && *l == *line)
        else {
            continue;
        };
        if length + 1 > FUNCTION_LINES_MAX {
            let name: String =
                bare[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            long.push((name, length + 1));
        }
    }
    long
}

fn is_qualifier(before: &str) -> bool {
    before
        .split_whitespace()
        .all(|w| matches!(w, "pub" | "const" | "async" | "unsafe" | "pub(crate)" | "pub(super)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planted_breaches_are_found() {
        let check = |name: &str, text: &str, expected: &str| {
            let found = check_file(name, text).join("; ");
            assert!(found.contains(expected), "{found:?} lacks {expected:?}");
        };
        check("game/src/x.rs", "fn main() {}\n", "must begin with");
        check("game/src/x.rs", &format!("//! x\n{}", "\n".repeat(FILE_LINES_MAX)), "lines; the most");
        let body = "    let x = 1;\n".repeat(FUNCTION_LINES_MAX);
        check("game/src/x.rs", &format!("//! x\nfn long() {{\n{body}}}\n"), "fn long has 72 lines");
        check("game/src/x.rs", concat!("//! x\nfn f() { to", "do!() }\n"), "contains");
        check("game/src/x.rs", concat!("//! x\nrkyv::to_", "bytes"), "snapshot and wire only");
        check("game/src/x.rs", concat!("//! x\nfn f() { unsafe", " { } }\n"), "unsafe lives");
        assert!(check_file("game/src/x.rs", "//! x\nfn f() {\n    1;\n}\n").is_empty());
    }

    #[test]
    fn forbidden_edges_are_found() {
        let uses = |name: &str, dependency: &str| {
            let mut uses: BTreeMap<String, Vec<String>> =
                EDGES.iter().map(|(name, _)| ((*name).to_string(), Vec::new())).collect();
            uses.entry(name.to_string()).or_default().push(dependency.to_string());
            check_edges(&uses)
        };
        assert_eq!(uses("game", "infer"), ["game must not depend on infer"]);
        assert_eq!(uses("game", "tokio"), ["game must not depend on tokio: async lives in the daemon"]);
        assert_eq!(uses("stray", "wire"), ["stray: no such crate on the map"]);
        assert!(uses("daemon", "infer").is_empty());
    }
}
