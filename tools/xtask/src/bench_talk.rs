//! `xtask bench talk`: real exchanges through the real loop: what share of lines a mind gets past the judge, and how fast.
//!
//! Owns: which games are played and the figures. Refuses to know: the rules and the prompt. A patient detective plays seeded
//! cases against a running node until enough lines are spoken; every shown line is judged once more by itself.

use crate::sim::{quantile, spread};
use anyhow::{Context, Result, bail};
use engine_sim::Library;
use engine_sim::cases::Difficulty;
use engine_sim::snapshot::state::{Spoken, Voice};
use engine_sim::talk::judge;
use engine_sim::world::{Setup, World};
use game::detective::Detective;
use game::link::{Link, LinkConfig};
use game::script::Step;
use game::voices::{DEADLINE, LineRecord, Voices};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long the node may take to load its model.
pub const READY_WITHIN: Duration = Duration::from_secs(120);
/// Most games played for one figure.
const GAMES_MAX: u64 = 64;
/// Ends a game early: enough lines. Not an error of anybody's.
const ENOUGH: &str = "enough lines";
/// Examples of refused lines that are printed.
const SAMPLES_MAX: usize = 12;

#[derive(Default)]
struct Figures {
    lines: usize,
    first_try: usize,
    by_mind: usize,
    fallback: usize,
    silences: usize,
    unjudged: usize,
    tries: Vec<u64>,
    millis_mind_ms: Vec<u64>,
    millis_all_ms: Vec<u64>,
    kinds: BTreeMap<String, u64>,
    villagers: BTreeSet<u8>,
    acts: BTreeMap<String, (u64, u64)>,
    /// Proposals, and what they cost the node.
    proposals: u64,
    written_tokens: u64,
    written_ms: u64,
    refused_samples: Vec<String>,
    spoken_samples: Vec<String>,
}

impl Figures {
    fn add(
        &mut self,
        library: &Library,
        act: &str,
        spoken: &Spoken,
        record: &LineRecord,
        judged_again: bool,
    ) {
        self.lines += 1;
        let mind = spoken.voice == Voice::Mind;
        self.by_mind += usize::from(mind);
        self.first_try += usize::from(mind && record.refused.is_empty());
        self.fallback += usize::from(record.fallback);
        self.silences += usize::from(record.silence.is_some());
        self.unjudged += usize::from(mind && !judged_again);
        self.tries.push(record.refused.len() as u64 + u64::from(mind));
        self.millis_all_ms.push(record.millis_ms);
        self.proposals += record.costs.len() as u64;
        self.written_tokens += record.costs.iter().map(|cost| u64::from(cost.completion_tokens)).sum::<u64>();
        self.written_ms += record.costs.iter().map(|cost| cost.millis_ms).sum::<u64>();
        if mind {
            self.millis_mind_ms.push(record.millis_ms);
        }
        self.villagers.insert(spoken.speaker.0);
        let entry = self.acts.entry(act.to_string()).or_default();
        entry.0 += 1;
        entry.1 += u64::from(mind);
        let name = library.village.name(spoken.speaker);
        for (text, violations) in &record.refused {
            let mut kinds: Vec<&str> = violations.iter().map(|v| v.kind.key()).collect();
            kinds.dedup();
            kinds.iter().for_each(|kind| *self.kinds.entry((*kind).to_string()).or_default() += 1);
            if self.refused_samples.len() < SAMPLES_MAX {
                self.refused_samples.push(format!("{name} [{act}] {text} -> {}", kinds.join(", ")));
            }
        }
        if mind && self.spoken_samples.len() < SAMPLES_MAX {
            self.spoken_samples.push(format!("{name} [{act}] {}", spoken.text));
        }
    }
}

/// What is measured.
pub struct Plan {
    /// Lines to speak.
    pub lines: usize,
    /// The node to start.
    pub emberd: PathBuf,
    /// Whether the mind may begin any word, not only those that the engine permits.
    pub any_words: bool,
}

/// Plays until so many lines are spoken by or instead of a mind, and prints the figures.
pub fn run(plan: Plan) -> Result<()> {
    let Plan { lines, emberd, any_words } = plan;
    if !emberd.is_file() {
        bail!("{} is not built: cargo build --package daemon", emberd.display());
    }
    let library = Library::shipped()?;
    let data_dir = game::saves::data_dir(None);
    let vocabulary = (!any_words).then(|| Arc::new(game::prompt::vocabulary(&library)));
    let link =
        Link::start(LinkConfig { data_dir, emberd: Some(emberd), line_timeout: DEADLINE, vocabulary })?;
    if !link.ready_within(READY_WITHIN) {
        bail!("the node does not speak: {}", link.state().words());
    }
    let model = link.state().words();
    let mut voices = Voices::new(Some(link));
    let mut figures = Figures::default();
    for seed in 0..GAMES_MAX {
        let mut world = World::new(&library, Setup { seed, level: Difficulty::Normal })?;
        let mut listener =
            |world: &mut World<'_>, voices: &mut Voices, _: &Step| listen(world, voices, &mut figures, lines);
        let played = Detective::new(&mut world, &mut voices, &mut listener).solve();
        match played {
            Err(error) if error.to_string() != ENOUGH => return Err(error),
            _ if figures.lines >= lines => break,
            _ => {}
        }
    }
    print(&figures, &model, any_words);
    if figures.unjudged > 0 {
        bail!("{} lines of a mind were shown that the judge refuses", figures.unjudged);
    }
    Ok(())
}

fn listen(world: &mut World<'_>, voices: &mut Voices, figures: &mut Figures, lines: usize) -> Result<()> {
    while let Some((pending, pack)) = world.awaiting().map(|(pending, pack)| (pending.clone(), pack)) {
        while world.awaiting().is_some_and(|(p, _)| p.turn == pending.turn) {
            voices.advance_blocking(world)?;
        }
        let library = world.library();
        let spoken = world.state().words.spoken.last().context("a line was spoken and is not there")?;
        let record = voices.take_records().pop().context("a line has no record")?;
        let judged = judge::judge(&library.village, &library.vocabulary, &pack, &spoken.text);
        figures.add(library, pending.act.kind.key(), spoken, &record, judged.ok());
        if figures.lines >= lines {
            bail!(ENOUGH);
        }
    }
    Ok(())
}

fn print(figures: &Figures, model: &str, any_words: bool) {
    figures.spoken_samples.iter().for_each(|line| eprintln!("  spoken   {line}"));
    figures.refused_samples.iter().for_each(|line| eprintln!("  refused  {line}"));
    let percent = |n: usize| (n * 1000 / figures.lines.max(1)) as f64 / 10.0;
    let mut sorted = figures.millis_mind_ms.clone();
    sorted.sort_unstable();
    let acts: serde_json::Map<String, serde_json::Value> = figures
        .acts
        .iter()
        .map(|(act, (all, mind))| (act.clone(), json!({ "lines": all, "by_mind": mind })))
        .collect();
    println!(
        "{}",
        json!({
            "bench": "talk", "model": model, "any_words": any_words, "lines": figures.lines, "villagers": figures.villagers.len(),
            "unjudged_lines_shown": figures.unjudged,
            "first_try_accepted_percent": percent(figures.first_try),
            "proposals": figures.proposals,
            "proposals_accepted_percent": (figures.by_mind as u64 * 1000 / figures.proposals.max(1)) as f64 / 10.0,
            "tokens_per_second": figures.written_tokens * 1000 / figures.written_ms.max(1),
            "spoken_by_mind_percent": percent(figures.by_mind),
            "fallback_percent": percent(figures.fallback),
            "silent_node_lines": figures.silences,
            "tries": spread(figures.tries.clone()),
            "first_accepted_ms": { "p50": quantile(&sorted, 50), "p95": quantile(&sorted, 95) },
            "all_lines_ms": spread(figures.millis_all_ms.clone()),
            "refusals_by_kind": figures.kinds, "acts": acts,
        })
    );
}
