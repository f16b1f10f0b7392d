//! What is noticed while a case runs: memory, and work of the server that should rest.
//!
//! Owns: the order in which servers take turns, and the refusal of a run beside a server that did not rest. Refuses to know:
//! what a case is.

use super::cases::Case;
use super::figures::{OURS, THEIRS, Tally};
use super::prompts::Prompts;
use super::servers::Server;
use anyhow::{Context, Result, bail};
use std::time::Instant;

/// The most that an idle server may compute beside the one that is measured, in parts of one processor.
const IDLE_SHARE_MAX: f64 = 0.05;

/// What is noticed beside the figures: memory, and work of the one that should rest.
#[derive(Debug, Default)]
pub struct Watch {
    /// Most memory in use, ours first.
    pub rss_bytes_max: [u64; 2],
    idle_cpu_ms: [u64; 2],
    idle_wall_ms: [u64; 2],
}

impl Watch {
    /// What a server used of a processor while the other was measured.
    pub fn idle_share(&self, side: usize) -> f64 {
        self.idle_cpu_ms[side] as f64 / self.idle_wall_ms[side].max(1) as f64
    }

    /// A run beside a server that does not rest compares nothing.
    pub fn check(&self) -> Result<()> {
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

/// Starts a peer with a case's adapters.
pub type StartPeer<'a> = dyn Fn(Vec<String>) -> Result<Server> + 'a;

/// Runs every round of every case; the first server to be asked is another one in each round. Where a case wears adapters, a
/// peer that has these alone stands in for the one that has none.
pub fn measure(
    rounds: u32,
    cases: &[Case],
    servers: &[Server],
    start_peer: &StartPeer<'_>,
    prompts: &mut Prompts,
    (watch, tally): (&mut Watch, &mut Tally),
) -> Result<()> {
    let warm_up = |case: &Case, server: &Server, prompts: &mut Prompts| {
        case.warm_up(prompts).iter().try_for_each(|ask| server.ask(ask).map(drop)).context("warming up")
    };
    let is_stood_in_for = |case: &Case, server: &Server| server.side == THEIRS && !case.worn().is_empty();
    for case in cases {
        for server in servers.iter().filter(|server| !is_stood_in_for(case, server)) {
            warm_up(case, server, prompts)?;
        }
    }
    for round in 0..rounds as usize {
        for case in cases {
            let asks = case.asks(prompts);
            eprintln!("bench serve: round {} of {}, {}", round + 1, rounds, case.name);
            let stand_in = match servers.iter().any(|server| is_stood_in_for(case, server)) {
                true => Some(start_peer(case.worn())?),
                false => None,
            };
            if let Some(peer) = &stand_in {
                warm_up(case, peer, prompts)?;
            }
            let at_work = |side: usize| match &stand_in {
                Some(peer) if servers[side].side == THEIRS => peer,
                _ => &servers[side],
            };
            for turn in 0..servers.len() {
                let side = (turn + round) % servers.len();
                let server = at_work(side);
                let idle = servers.iter().position(|other| other.side != server.side);
                let before = idle.and_then(|idle| at_work(idle).cpu_ms());
                let began = Instant::now();
                tally.add(&case.name, server.side, case.run(server, &asks)?);
                let wall_ms = u64::try_from(began.elapsed().as_millis())?;
                let after = idle.and_then(|idle| at_work(idle).cpu_ms());
                if let (Some(idle), Some(before), Some(after)) = (idle, before, after) {
                    watch.idle_cpu_ms[idle] += after.saturating_sub(before);
                    watch.idle_wall_ms[idle] += wall_ms;
                }
                let rss_bytes = server.rss_bytes().unwrap_or(0);
                watch.rss_bytes_max[side] = watch.rss_bytes_max[side].max(rss_bytes);
            }
        }
    }
    Ok(())
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
