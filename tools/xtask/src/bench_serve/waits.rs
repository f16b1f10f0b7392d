//! How long a player waits for a villager's first token, when the villager's card was read before: many players at once, and
//! one amid answers that are being written.
//!
//! Owns: the villagers, the load, and what counts as remembered. Refuses to know: what a prompt is made of (`emberd` does)
//! and how the scheduler orders work. A line of one token is asked for, so the whole answer is its first token.

use super::cases::{Figures, ask_all};
use super::figures::{OURS, Tally, quantile};
use super::prompts::Prompts;
use super::servers::{Ask, Server, Spoken};
use anyhow::{Context, Result, bail};
use std::time::{Duration, Instant};
use wire::EMBER_VERSION;
use wire::ember::{Example, SpeakPriority, SpeakRequest, SpeakStyle};

/// Requests at once.
const PARALLEL: [(u32, &str, &str); 2] = [(8, "burst_8", "amid_8"), (16, "burst_16", "amid_16")];
/// Slots that the cases need: every answer of the load, and the player's.
pub const SLOTS: u32 = 17;
/// Villagers, each with a card of their own.
const VILLAGERS: usize = 16;
/// Bursts of one round.
const BURSTS: usize = 3;
/// Lines of one round, one after the other, amid the load.
const LINES: usize = 12;
/// Tokens of a card, about; of each line of an example; of what the player says.
const CARD_TOKENS: u32 = 150;
const LINE_TOKENS: u32 = 14;
/// Examples of a villager's voice.
const EXAMPLES: usize = 3;
/// Tokens of a short prompt of the load, about, and of its answer: enough to last as long as the lines do.
const LOAD_TOKENS: (u32, u64) = (24, 320);
/// How long the load may take to begin.
const LOAD_WITHIN: Duration = Duration::from_secs(60);
/// How often one looks whether it has.
const LOOK: Duration = Duration::from_millis(10);

/// Measures every case on a server of ours.
pub fn run(server: &Server, prompts: &mut Prompts, rounds: u32, tally: &mut Tally) -> Result<()> {
    let villagers: Vec<SpeakRequest> = (0..VILLAGERS).map(|number| villager(prompts, number)).collect();
    let cold: Vec<Spoken> = villagers.iter().map(|villager| server.speak(villager)).collect::<Result<_>>()?;
    for round in 0..rounds {
        for (parallel, burst, amid) in PARALLEL {
            eprintln!("bench serve: round {} of {rounds}, {burst} and {amid}", round + 1);
            let mut spoken = Vec::new();
            for _ in 0..BURSTS {
                let asks: Vec<SpeakRequest> = villagers
                    .iter()
                    .take(parallel as usize)
                    .map(|villager| turn(villager, prompts))
                    .collect();
                spoken.extend(ask_all(&asks, |ask| server.speak(ask))?);
            }
            tally.add(burst, OURS, figures(&spoken, &cold).context(burst)?);
            let spoken = lines_amid(server, prompts, parallel, &villagers).context(amid)?;
            tally.add(amid, OURS, figures(&spoken, &cold).context(amid)?);
        }
    }
    Ok(())
}

/// A villager whose card and voice are no other's.
fn villager(prompts: &mut Prompts, number: usize) -> SpeakRequest {
    let example = |prompts: &mut Prompts| Example {
        player: prompts.fresh(LINE_TOKENS),
        act: "answers".to_owned(),
        line: prompts.fresh(LINE_TOKENS),
    };
    SpeakRequest {
        version: EMBER_VERSION,
        pack_hash: String::new(),
        villager: format!("Villager {number}"),
        card: prompts.fresh(CARD_TOKENS),
        examples: (0..EXAMPLES).map(|_| example(prompts)).collect(),
        scene: "Morning at the well.".to_owned(),
        player_line: prompts.fresh(LINE_TOKENS),
        said_by: None,
        act: "answers".to_owned(),
        must: Vec::new(),
        may: Vec::new(),
        last_lines: Vec::new(),
        feedback: Vec::new(),
        style: SpeakStyle::Surface,
        try_index: 0,
        seed: number as u64,
        max_tokens: 1,
        adapter: None,
        priority: SpeakPriority::Play,
        words: None,
    }
}

/// The same villager, spoken to in other words.
fn turn(villager: &SpeakRequest, prompts: &mut Prompts) -> SpeakRequest {
    SpeakRequest { player_line: prompts.fresh(LINE_TOKENS), ..villager.clone() }
}

/// Lines, one after the other, while so many answers are being written.
fn lines_amid(
    server: &Server,
    prompts: &mut Prompts,
    parallel: u32,
    villagers: &[SpeakRequest],
) -> Result<Vec<Spoken>> {
    let load = |prompts: &mut Prompts| Ask {
        prompt: prompts.fresh(LOAD_TOKENS.0),
        tokens: LOAD_TOKENS.1,
        adapter: None,
        is_fresh: true,
    };
    let asks: Vec<Ask> = (0..parallel).map(|_| load(prompts)).collect();
    let turns: Vec<SpeakRequest> =
        villagers.iter().cycle().take(LINES).map(|villager| turn(villager, prompts)).collect();
    std::thread::scope(|scope| {
        let loading = scope.spawn(|| ask_all(&asks, |ask| server.ask(ask)));
        let until = Instant::now() + LOAD_WITHIN;
        while server.running()? < u64::from(parallel) {
            if Instant::now() > until || loading.is_finished() {
                bail!("{parallel} answers were never written at once");
            }
            std::thread::sleep(LOOK);
        }
        let spoken: Vec<Spoken> = turns.iter().map(|turn| server.speak(turn)).collect::<Result<_>>()?;
        let running = server.running()?;
        loading.join().ok().context("a thread of the load broke")??;
        if running < u64::from(parallel) {
            bail!("the load ended before the lines did: {running} of {parallel} answers were left");
        }
        Ok(spoken)
    })
}

fn figures(spoken: &[Spoken], cold: &[Spoken]) -> Result<Figures> {
    if let Some(miss) = spoken.iter().find(|spoken| spoken.cached_tokens * 2 < spoken.prompt_tokens) {
        bail!("a card was to be remembered; {} of {} tokens were", miss.cached_tokens, miss.prompt_tokens);
    }
    let sorted = |spoken: &[Spoken]| {
        let mut all_ms: Vec<f64> = spoken.iter().map(|spoken| spoken.took.as_secs_f64() * 1e3).collect();
        all_ms.sort_by(f64::total_cmp);
        all_ms
    };
    let (all_ms, cold_ms) = (sorted(spoken), sorted(cold));
    let sum = |count: fn(&Spoken) -> u32| spoken.iter().map(|s| f64::from(count(s))).sum::<f64>();
    Ok(Figures::from([
        ("first_p50_ms", quantile(&all_ms, 50)),
        ("first_p95_ms", quantile(&all_ms, 95)),
        ("cold_first_p50_ms", quantile(&cold_ms, 50)),
        ("cached_share", sum(|s| s.cached_tokens) / sum(|s| s.prompt_tokens)),
        ("prompt_tokens", sum(|s| s.prompt_tokens) / spoken.len() as f64),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(took_ms: u64, cached_tokens: u32) -> Spoken {
        Spoken { took: Duration::from_millis(took_ms), prompt_tokens: 100, cached_tokens }
    }

    #[test]
    fn a_card_that_was_forgotten_is_no_hit() {
        let cold = [spoken(300, 0)];
        let figures = super::figures(&[spoken(20, 90), spoken(30, 80)], &cold).unwrap();
        assert_eq!((figures["first_p50_ms"], figures["first_p95_ms"]), (20.0, 30.0));
        assert_eq!((figures["cached_share"], figures["cold_first_p50_ms"]), (0.85, 300.0));
        let error = super::figures(&[spoken(20, 49)], &cold).unwrap_err().to_string();
        assert!(error.contains("49 of 100"), "{error}");
    }
}
