//! The cases: what is asked in each, by which adapters, and which figures follow from the answers.
//!
//! Owns: the list, the texts of each case, and the arithmetic from times to figures. Refuses to know: sockets and which server
//! answers. A figure's name ends with its unit; what ends with `_ms` is better when smaller.

use super::answer::Timed;
use super::budget::Demand;
use super::figures::quantile;
use super::peers::adapter_name;
use super::prompts::Prompts;
use super::servers::{Ask, CONTEXT_PER_SLOT, Server};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::sync::Barrier;

/// Tokens of a long prompt, about.
const PREFILL_TOKENS: u32 = 512;
/// Tokens of a short prompt, about.
const SHORT_TOKENS: u32 = 24;
/// Tokens that one request alone writes.
const DECODE_TOKENS: u64 = 128;
/// Tokens that each of several requests writes.
const TOGETHER_TOKENS: u64 = 64;
/// Requests that repeat a long beginning after the first one.
const PREFIX_HITS: usize = 4;
/// How many requests at once the cases with adapters have, and so how many adapters of a rank there are at most.
pub const ADAPTER_PARALLEL: [u32; 2] = [8, 16];

// A tokenizer may need more tokens for our text than the estimate has.
const _: () = assert!((PREFILL_TOKENS + SHORT_TOKENS) * 3 / 2 + DECODE_TOKENS as u32 <= CONTEXT_PER_SLOT);

/// How requests that come together share adapters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Spread {
    /// No adapters.
    None,
    /// All with one.
    Same,
    /// Each with its own.
    Distinct,
    /// Few with many customers, many with few.
    Zipf,
}

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// A long fresh prompt, one token out.
    Prefill,
    /// A short prompt, many tokens out.
    Decode,
    /// Several at once.
    Together,
    /// A long beginning that was there before.
    Prefix,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name in tables.
    pub name: String,
    /// Requests at once.
    pub parallel: u32,
    work: Work,
    /// The adapter of each request.
    adapters: Vec<Option<String>>,
    /// Their rank; 0 without any.
    rank: u32,
}

/// Figures of one run of a case, by name.
pub type Figures = BTreeMap<&'static str, f64>;

/// All cases, in the order in which they run.
pub fn list(parallel: &[u32], spreads: &[Spread], ranks: &[u32]) -> Vec<Case> {
    let one = |name: String, work| Case { name, parallel: 1, work, adapters: vec![None], rank: 0 };
    let mut cases = vec![
        one(format!("prefill_{PREFILL_TOKENS}"), Work::Prefill),
        one(format!("decode_{DECODE_TOKENS}"), Work::Decode),
        one(format!("prefix_{PREFILL_TOKENS}"), Work::Prefix),
    ];
    let spreads: Vec<Spread> = spreads.iter().copied().filter(|spread| *spread != Spread::None).collect();
    let mut numbers = parallel.to_vec();
    if !spreads.is_empty() {
        // What adapters cost is told beside the same number of requests without them.
        numbers.extend(ADAPTER_PARALLEL);
    }
    numbers.sort_unstable();
    numbers.dedup();
    for &n in &numbers {
        cases.push(together(base_name(n), vec![None; n as usize], 0));
    }
    for &rank in ranks.iter().filter(|_| !spreads.is_empty()) {
        for &spread in &spreads {
            for n in ADAPTER_PARALLEL {
                let adapters =
                    spread_out(spread, n).into_iter().map(|i| Some(adapter_name(rank, i))).collect();
                let word = format!("{spread:?}").to_lowercase();
                cases.push(together(format!("{}_{word}_r{rank}", base_name(n)), adapters, rank));
            }
        }
    }
    cases
}

/// The case of so many requests without adapters.
pub fn base_name(parallel: u32) -> String {
    format!("parallel_{parallel}")
}

fn together(name: String, adapters: Vec<Option<String>>, rank: u32) -> Case {
    Case { name, parallel: adapters.len() as u32, work: Work::Together, adapters, rank }
}

/// Which adapter each of `n` requests has. Zipf's law with exponent 1, at evenly spaced quantiles: the same every time.
fn spread_out(spread: Spread, n: u32) -> Vec<u32> {
    let total: f64 = (1..=n).map(|k| 1.0 / f64::from(k)).sum();
    let at_quantile = |quantile: f64| {
        let mut sum = 0.0;
        let reached = |k: &u32| {
            sum += 1.0 / f64::from(k + 1) / total;
            sum >= quantile
        };
        (0..n).find(reached).unwrap_or(n - 1)
    };
    let of_request = |i: u32| match spread {
        Spread::None | Spread::Same => 0,
        Spread::Distinct => i,
        Spread::Zipf => at_quantile((f64::from(i) + 0.5) / f64::from(n)),
    };
    (0..n).map(of_request).collect()
}

impl Case {
    /// The requests of one round, the same for each server. The first of a prefix case only leaves its prompt behind.
    pub fn asks(&self, prompts: &mut Prompts) -> Vec<Ask> {
        let ask = |prompt, tokens, is_fresh, adapter: &Option<String>| Ask {
            prompt,
            tokens,
            is_fresh,
            adapter: adapter.clone(),
        };
        match self.work {
            Work::Prefill => vec![ask(prompts.fresh(PREFILL_TOKENS), 1, true, &None)],
            Work::Decode => vec![ask(prompts.fresh(SHORT_TOKENS), DECODE_TOKENS, true, &None)],
            Work::Together => {
                let of = |adapter| ask(prompts.fresh(SHORT_TOKENS), TOGETHER_TOKENS, true, adapter);
                self.adapters.iter().map(of).collect()
            }
            Work::Prefix => {
                let beginning = prompts.fresh(PREFILL_TOKENS);
                let mut with_end = || format!("{beginning}\n\n{}", prompts.fresh(SHORT_TOKENS));
                (0..=PREFIX_HITS).map(|_| ask(with_end(), 1, false, &None)).collect()
            }
        }
    }

    /// What a step of it needs, in the middle of its answers; nothing where it is a wait that is measured and not a rate.
    pub fn demand(&self) -> Option<Demand> {
        let mut names: Vec<&String> = self.adapters.iter().flatten().collect();
        names.sort_unstable();
        names.dedup();
        let rows = |figure, tokens: u64| Demand {
            figure,
            tokens: self.parallel,
            logits: self.parallel,
            kv_tokens: self.parallel * (SHORT_TOKENS + tokens as u32 / 2),
            adapters: names.len() as u32,
            rank: self.rank,
        };
        match self.work {
            Work::Prefill => {
                // However a prompt is cut, its weights are read once at least.
                let (tokens, logits) = (PREFILL_TOKENS, 1);
                Some(Demand { figure: "prefill_tok_s", tokens, logits, ..Demand::default() })
            }
            Work::Decode => Some(rows("decode_tok_s", DECODE_TOKENS)),
            Work::Together => Some(rows("together_tok_s", TOGETHER_TOKENS)),
            Work::Prefix => None,
        }
    }

    /// The adapters that it wears, each once.
    pub fn worn(&self) -> Vec<String> {
        let all: std::collections::BTreeSet<String> = self.adapters.iter().flatten().cloned().collect();
        all.into_iter().collect()
    }

    /// Requests that wake what sleeps: one token with each adapter, and more than one at all.
    pub fn warm_up(&self, prompts: &mut Prompts) -> Vec<Ask> {
        let mut adapters = self.adapters.clone();
        adapters.sort();
        adapters.dedup();
        let of = |adapter| Ask { prompt: prompts.fresh(SHORT_TOKENS), tokens: 2, adapter, is_fresh: true };
        adapters.into_iter().map(of).collect()
    }

    /// Sends the requests and works the figures out.
    pub fn run(&self, server: &Server, asks: &[Ask]) -> Result<Figures> {
        let answers = match self.work {
            Work::Together => ask_all(asks, |ask| server.ask(ask)),
            _ => asks.iter().map(|ask| server.ask(ask)).collect(),
        };
        let answers = answers.with_context(|| self.name.clone())?;
        self.figures(&answers).with_context(|| self.name.clone())
    }

    fn figures(&self, answers: &[Timed]) -> Result<Figures> {
        let first = answers.first().context("no request was sent")?;
        let mut figures = Figures::new();
        match self.work {
            Work::Prefill => {
                let computed = first.prompt_tokens - first.cached_tokens.min(first.prompt_tokens);
                figures.insert("prefill_tok_s", computed as f64 / first.first_after().as_secs_f64());
                figures.insert("prompt_tokens", first.prompt_tokens as f64);
                first_words(answers, &mut figures);
            }
            Work::Prefix => {
                let hits = &answers[1..];
                if let Some(miss) = hits.iter().find(|hit| hit.cached_tokens * 2 < hit.prompt_tokens) {
                    bail!(
                        "a repeated beginning was to be remembered; {} of {} tokens were",
                        miss.cached_tokens,
                        miss.prompt_tokens
                    );
                }
                let sum = |count: fn(&Timed) -> u64| hits.iter().map(count).sum::<u64>() as f64;
                figures.insert("cached_share", sum(|hit| hit.cached_tokens) / sum(|hit| hit.prompt_tokens));
                figures.insert("cold_first_ms", first.first_after().as_secs_f64() * 1e3);
                first_words(hits, &mut figures);
            }
            Work::Decode | Work::Together => {
                let tokens: u64 = answers.iter().map(|answer| answer.tokens).sum();
                let began = answers.iter().map(|answer| answer.first).min().unwrap_or(first.first);
                let ended = answers.iter().map(|answer| answer.end).max().unwrap_or(first.end);
                let sent = answers.iter().map(|answer| answer.sent).min().unwrap_or(first.sent);
                // The token that the clock starts with took its time before.
                let decoded = tokens.saturating_sub(1) as f64;
                let decode_s = ended.duration_since(began).as_secs_f64();
                if decode_s <= 0.0 {
                    bail!("{tokens} tokens came in one moment; they were not streamed");
                }
                let name = if self.work == Work::Decode { "decode_tok_s" } else { "together_tok_s" };
                figures.insert(name, decoded / decode_s);
                figures.insert("whole_tok_s", tokens as f64 / ended.duration_since(sent).as_secs_f64());
                first_words(answers, &mut figures);
            }
        }
        Ok(figures)
    }
}

fn first_words(answers: &[Timed], figures: &mut Figures) {
    let mut all_ms: Vec<f64> = answers.iter().map(|a| a.first_after().as_secs_f64() * 1e3).collect();
    all_ms.sort_by(f64::total_cmp);
    figures.insert("first_p50_ms", quantile(&all_ms, 50));
    figures.insert("first_p95_ms", quantile(&all_ms, 95));
}

/// Sends all requests in one moment, each from a thread of its own.
pub fn ask_all<A: Sync, T: Send>(asks: &[A], ask: impl Fn(&A) -> Result<T> + Sync) -> Result<Vec<T>> {
    let barrier = Barrier::new(asks.len());
    std::thread::scope(|scope| {
        let send = |one| {
            let (barrier, ask) = (&barrier, &ask);
            scope.spawn(move || {
                barrier.wait();
                ask(one)
            })
        };
        let threads: Vec<_> = asks.iter().map(send).collect();
        let answers =
            threads.into_iter().map(|thread| thread.join().ok().context("an asking thread broke")?);
        answers.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn adapters_are_spread_as_their_word_says() {
        assert_eq!(spread_out(Spread::Same, 4), [0, 0, 0, 0]);
        assert_eq!(spread_out(Spread::Distinct, 4), [0, 1, 2, 3]);
        let zipf = spread_out(Spread::Zipf, 16);
        let customers = |of: u32| zipf.iter().filter(|adapter| **adapter == of).count();
        assert_eq!(zipf.len(), 16);
        assert!(customers(0) == 5 && customers(1) == 2 && zipf.iter().max().unwrap() < &16, "{zipf:?}");
    }

    #[test]
    fn cases_with_adapters_bring_their_measure_along() {
        let names = |cases: Vec<Case>| cases.into_iter().map(|case| case.name).collect::<Vec<_>>();
        assert_eq!(
            names(list(&[4, 1, 4], &[Spread::None], &[8])),
            ["prefill_512", "decode_128", "prefix_512", "parallel_1", "parallel_4"]
        );
        let some = names(list(&[8], &[Spread::Distinct], &[8, 16]));
        assert_eq!(some[3..5], ["parallel_8", "parallel_16"]);
        assert_eq!(some[5..7], ["parallel_8_distinct_r8", "parallel_16_distinct_r8"]);
        assert_eq!(some.len(), 9);
    }

    #[test]
    fn a_case_demands_what_its_rows_read() {
        let demand = |name: &str| {
            let cases = list(&[8], &[Spread::Same, Spread::Zipf], &[64]);
            cases.into_iter().find(|case| case.name == name).unwrap().demand()
        };
        let zipf = demand("parallel_16_zipf_r64").unwrap();
        assert_eq!((zipf.tokens, zipf.logits, zipf.rank, zipf.kv_tokens), (16, 16, 64, 16 * 56));
        assert_eq!(zipf.adapters, 10);
        assert_eq!(demand("parallel_8_same_r64").unwrap().adapters, 1);
        assert_eq!(
            demand("parallel_8").unwrap(),
            Demand { adapters: 0, rank: 0, ..demand("parallel_8_same_r64").unwrap() }
        );
        let prefill = demand("prefill_512").unwrap();
        assert_eq!((prefill.tokens, prefill.logits, prefill.figure), (512, 1, "prefill_tok_s"));
        assert_eq!(demand("prefix_512"), None);
    }

    #[test]
    fn figures_follow_from_times() {
        let sent = Instant::now();
        let at = |ms| sent + Duration::from_millis(ms);
        let timed = |first, end, tokens| Timed {
            sent,
            first: at(first),
            end: at(end),
            prompt_tokens: 100,
            cached_tokens: 0,
            tokens,
        };
        let case = |work| Case { name: "x".to_owned(), parallel: 1, work, adapters: vec![None], rank: 0 };
        let prefill = case(Work::Prefill).figures(&[timed(500, 500, 1)]).unwrap();
        assert_eq!(prefill["prefill_tok_s"], 200.0);
        let decode = case(Work::Decode).figures(&[timed(500, 1500, 11)]).unwrap();
        assert_eq!((decode["decode_tok_s"], decode["first_p50_ms"]), (10.0, 500.0));
        let both = [timed(100, 1100, 6), timed(300, 2100, 5)];
        let together = case(Work::Together).figures(&both).unwrap();
        assert_eq!((together["together_tok_s"], together["first_p95_ms"]), (5.0, 300.0));
        assert!(case(Work::Decode).figures(&[timed(5, 5, 9)]).is_err());
        let hit = Timed { cached_tokens: 90, ..timed(20, 20, 1) };
        let prefix = case(Work::Prefix).figures(&[timed(400, 400, 1), hit]).unwrap();
        assert_eq!((prefix["cached_share"], prefix["cold_first_ms"]), (0.9, 400.0));
        assert_eq!(prefix["first_p50_ms"], 20.0);
        let miss = case(Work::Prefix).figures(&[timed(400, 400, 1), timed(20, 20, 1)]).unwrap_err();
        assert!(miss.to_string().contains("0 of 100"), "{miss}");
    }
}
