//! A village of hundreds of minds: what it costs to know them all, and how long one waits for a mind that sleeps.
//!
//! Owns: the folder of adapters, the two servers (one that knows nobody, one that knows all) and who is asked. Refuses to
//! know: which adapters stay in memory; it asks which did. The weights are few files with many names: each adapter differs
//! from every other by its scale, so each has a generation, memory and prefixes of its own.

use super::cases::Figures;
use super::figures::{OURS, Tally, quantile};
use super::peers::Adapters;
use super::prompts::Prompts;
use super::servers::{Ask, Server, Setup};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The case's name.
const CASE: &str = "crowd";
/// What PEFT calls an adapter's files.
const SETTINGS_FILE: &str = "adapter_config.json";
const WEIGHTS_FILE: &str = "adapter_model.safetensors";
/// Minds asked of those that were dropped from memory, and of those that were not.
const ASKED: usize = 24;
/// Tokens of a prompt's stable beginning, about, and of its end.
const CARD_TOKENS: u32 = 160;
const TURN_TOKENS: u32 = 16;

/// What one start cost.
struct Started {
    server: Server,
    ready_ms: f64,
    rss_bytes: f64,
}

/// Measures `count` adapters made of the given ones.
pub fn run(
    program: &Path,
    setup: &Setup,
    (made, count): (&Adapters, u32),
    prompts: &mut Prompts,
    tally: &mut Tally,
) -> Result<()> {
    eprintln!("bench serve: {count} adapters");
    let started = |adapters: Adapters, work: &str| -> Result<Started> {
        let work = setup.work.join(work);
        fs::create_dir_all(&work)?;
        let setup = Setup { adapters: Some(adapters), work, ..setup.clone() };
        let began = Instant::now();
        let server = Server::emberd(program, &setup)?;
        let ready_ms = began.elapsed().as_secs_f64() * 1e3;
        let rss_bytes = server.rss_bytes().unwrap_or(0) as f64;
        Ok(Started { server, ready_ms, rss_bytes })
    };
    let empty = started(folder(made, &setup.work.join("nobody"), 0)?, "crowd-none")?;
    let (empty_ready_ms, empty_bytes) = (empty.ready_ms, empty.rss_bytes);
    drop(empty);
    let full = started(folder(made, &setup.work.join("everybody"), count)?, "crowd-all")?;
    let known = full.server.adapters()?;
    if known.len() != count as usize {
        bail!("{count} adapters were to be known, {} are", known.len());
    }
    let mib = |bytes: f64| bytes / f64::from(1 << 20);
    let loaded = known.iter().filter(|(_, bytes)| *bytes > 0).count() as f64;
    let register_ms = (full.ready_ms - empty_ready_ms) / f64::from(count.max(1));
    let mut figures = Figures::from([
        ("known", known.len() as f64),
        ("in_memory", loaded),
        ("register_each_ms", register_ms),
        ("register_all_s", register_ms * f64::from(count) / 1e3),
        ("rss_none_mib", mib(empty_bytes)),
        ("rss_all_mib", mib(full.rss_bytes)),
    ]);
    // Those in memory first: waking others drops some of them.
    for (is_loaded, [cold_p50, cold_p95, warm_p50, warm_p95]) in [
        (true, ["awake_p50_ms", "awake_p95_ms", "awake_hit_p50_ms", "awake_hit_p95_ms"]),
        (false, ["asleep_p50_ms", "asleep_p95_ms", "asleep_hit_p50_ms", "asleep_hit_p95_ms"]),
    ] {
        let Some((cold_ms, warm_ms)) = asked(&full.server, &known, is_loaded, prompts)? else { continue };
        figures.extend([(cold_p50, quantile(&cold_ms, 50)), (cold_p95, quantile(&cold_ms, 95))]);
        figures.extend([(warm_p50, quantile(&warm_ms, 50)), (warm_p95, quantile(&warm_ms, 95))]);
    }
    figures.insert("rss_asked_mib", mib(full.server.rss_bytes().unwrap_or(0) as f64));
    tally.add(CASE, OURS, figures);
    Ok(())
}

/// First-token times, sorted, of minds that are in memory or not: with a card that nobody read, then with the same card.
fn asked(
    server: &Server,
    known: &[(String, u64)],
    is_loaded: bool,
    prompts: &mut Prompts,
) -> Result<Option<(Vec<f64>, Vec<f64>)>> {
    let those: Vec<&String> =
        known.iter().filter(|(_, bytes)| (*bytes > 0) == is_loaded).map(|(name, _)| name).collect();
    if those.is_empty() {
        return Ok(None);
    }
    let (mut cold_ms, mut warm_ms) = (Vec::new(), Vec::new());
    let asked = ASKED.min(those.len());
    for number in 0..asked {
        let name = those[number * those.len() / asked];
        let card = prompts.fresh(CARD_TOKENS);
        for times_ms in [&mut cold_ms, &mut warm_ms] {
            let prompt = format!("{card}\n\n{}", prompts.fresh(TURN_TOKENS));
            let timed =
                server.ask(&Ask { prompt, tokens: 1, adapter: Some(name.clone()), is_fresh: false })?;
            times_ms.push(timed.first_after().as_secs_f64() * 1e3);
        }
    }
    cold_ms.sort_by(f64::total_cmp);
    warm_ms.sort_by(f64::total_cmp);
    Ok(Some((cold_ms, warm_ms)))
}

/// A folder of so many adapters: links to the weights of the given ones, each with settings of its own.
fn folder(made: &Adapters, out: &Path, count: u32) -> Result<Adapters> {
    fs::create_dir_all(out)?;
    let mut names = Vec::with_capacity(count as usize);
    for number in 0..count as usize {
        let Some(source) = made.names.get(number % made.names.len().max(1)) else {
            bail!("there are no adapters to make a crowd of");
        };
        let (source, name) = (made.peft.join(source), format!("crowd-{number:04}"));
        let folder = out.join(&name);
        fs::create_dir_all(&folder)?;
        let link = folder.join(WEIGHTS_FILE);
        fs::hard_link(source.join(WEIGHTS_FILE), &link).with_context(|| link.display().to_string())?;
        let text = fs::read_to_string(source.join(SETTINGS_FILE))?;
        fs::write(folder.join(SETTINGS_FILE), settings(&text, number, made.names.len())?)?;
        names.push(name);
    }
    let peft: PathBuf = out.to_owned();
    Ok(Adapters { names, gguf: peft.clone(), peft, weight_bytes: made.weight_bytes.clone() })
}

/// Settings with an alpha that no other adapter over the same weights has.
fn settings(text: &str, number: usize, sources: usize) -> Result<String> {
    let mut settings: Value = serde_json::from_str(text).context("an adapter's settings are no JSON")?;
    let alpha = settings["lora_alpha"].as_f64().context("an adapter's settings have no alpha")?;
    settings["lora_alpha"] = json!(alpha + (number / sources.max(1)) as f64 / 8.0);
    Ok(settings.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_a_crowd_are_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let names = ["a", "b"].map(str::to_owned).to_vec();
        for name in &names {
            fs::create_dir(dir.path().join(name)).unwrap();
            fs::write(dir.path().join(name).join(WEIGHTS_FILE), name).unwrap();
            fs::write(dir.path().join(name).join(SETTINGS_FILE), r#"{"r": 8, "lora_alpha": 16}"#).unwrap();
        }
        let peft = dir.path().to_owned();
        let made = Adapters { names, gguf: peft.clone(), peft, weight_bytes: serde_json::Map::new() };
        let crowd = folder(&made, &dir.path().join("crowd"), 5).unwrap();
        let content = |name: &String| {
            let of = |file| fs::read_to_string(crowd.peft.join(name).join(file)).unwrap();
            of(WEIGHTS_FILE) + &of(SETTINGS_FILE)
        };
        let different: std::collections::BTreeSet<String> = crowd.names.iter().map(content).collect();
        assert_eq!((crowd.names.len(), different.len()), (5, 5), "{different:?}");
        assert!(folder(&Adapters { names: Vec::new(), ..made }, dir.path(), 1).is_err());
    }
}
