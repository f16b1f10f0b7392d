//! What a run says in the end: one JSON object, and some lines below the table.
//!
//! Owns: the names and order of the report. Refuses to know: how its figures came about.

use super::cases;
use super::figures::{self, OURS, Tally};
use super::machine::Machine;
use super::peers;
use super::plan::Plan;
use super::servers::{Server, Setup};
use super::watch::Watch;
use anyhow::Result;
use serde_json::{Value, json};

/// The whole report.
pub fn report(
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
pub fn summary(report: &Value) -> String {
    let mut text = String::new();
    for (side, figures) in report["servers"].as_object().into_iter().flatten() {
        let number = |name: &str| figures[name].as_f64().unwrap_or(0.0);
        if figures["decode_reads_gb_s"].is_null() {
            continue;
        }
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
