//! Owns comparing adapters with logits that others computed (`tests/peft_logits.py`): loaded as a user would load them, PEFT
//! folders and GGUF files through the pool; computed alone, and all rows mixed in one batch: none, several adapters,
//! several ranks. Refuses to know how the expected logits were made.
//!
//! Usage: `adapter_logits MODEL FOLDER [THREADS]`, where FOLDER has `expected.json`: `{"adapters": [name], "same":
//! {file: name}, "rows": [{"mind": name or null, "tokens": [..], "logits": [..]}]}`. Prints one JSON object; ends with 1
//! where a bound is not kept.

use infer::direct::{Direct, Sequence};
use infer::{Adapter, AdapterConfig, AdapterPool, CpuBackend, CpuConfig, LoraKind, Model, Precision};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Largest difference of the f32 forward from what is expected, as a share of the row's largest logit.
const EXACT_DIFFERENCE_MAX: f64 = 1e-3;

/// A row to be computed: who speaks, what was said, and what must follow.
struct Row {
    mind: Option<Arc<Adapter>>,
    tokens: Vec<u32>,
    expected: Vec<f64>,
}

/// What `expected.json` says.
struct Task {
    /// Files and folders by the name they are registered under.
    paths: Vec<(String, PathBuf)>,
    /// The name whose rows are expected of each of `paths`.
    speaks_as: BTreeMap<String, String>,
    rows: Vec<(Option<String>, Vec<u32>, Vec<f64>)>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(model), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: adapter_logits MODEL FOLDER [THREADS]".into());
    };
    let threads = arguments.next().map_or(Ok(0), |threads| threads.parse())?;
    let task = Task::read(Path::new(&folder))?;
    let mut kept = true;
    let mut report = serde_json::Map::new();
    for (name, precision) in [("f32", Precision::F32), ("as_stored", Precision::AsStored)] {
        let model = Arc::new(Model::load_as(Path::new(&model), precision)?);
        let kinds: &[(&str, LoraKind)] = match precision {
            Precision::F32 => &[("f32", LoraKind::F32)],
            Precision::AsStored => &[("f32", LoraKind::F32), ("bf16", LoraKind::BF16), ("q8", LoraKind::Q8)],
        };
        for (kind_name, kind) in kinds {
            let result = compare(&model, *kind, threads, &task)?;
            let difference = result["difference_adapters"].as_f64().unwrap_or(f64::INFINITY);
            kept &= precision != Precision::F32 || difference <= EXACT_DIFFERENCE_MAX;
            kept &= result["values_differing_by_company"] == 0 && result["values_differing_by_file"] == 0;
            report.insert(format!("{name}_adapters_{kind_name}"), result);
        }
    }
    report.insert("exact_difference_max".to_owned(), EXACT_DIFFERENCE_MAX.into());
    report.insert("kept".to_owned(), kept.into());
    println!("{:#}", Value::Object(report));
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Task {
    fn read(folder: &Path) -> Result<Task, Box<dyn Error>> {
        let text = std::fs::read_to_string(folder.join("expected.json"))?;
        let json: Value = serde_json::from_str(&text)?;
        let missing = |key: &str| format!("expected.json has no {key:?} as it should be");
        let mut paths = Vec::new();
        let mut speaks_as = BTreeMap::new();
        for name in json["adapters"].as_array().ok_or_else(|| missing("adapters"))? {
            let name = name.as_str().ok_or_else(|| missing("adapters"))?;
            paths.push((name.to_owned(), folder.join(name)));
            speaks_as.insert(name.to_owned(), name.to_owned());
        }
        for (file, name) in json["same"].as_object().ok_or_else(|| missing("same"))? {
            let name = name.as_str().ok_or_else(|| missing("same"))?;
            paths.push((file.clone(), folder.join(file)));
            speaks_as.insert(file.clone(), name.to_owned());
        }
        let mut rows = Vec::new();
        for row in json["rows"].as_array().ok_or_else(|| missing("rows"))? {
            let mind = row["mind"].as_str().map(str::to_owned);
            let tokens = serde_json::from_value(row["tokens"].clone())?;
            rows.push((mind, tokens, serde_json::from_value(row["logits"].clone())?));
        }
        Ok(Task { paths, speaks_as, rows })
    }

    /// Every row by everyone who is to speak it, neighbours in the batch being of different minds.
    fn rows(&self, pool: &AdapterPool) -> Result<Vec<Row>, Box<dyn Error>> {
        let mut rows = Vec::new();
        for (mind, tokens, expected) in &self.rows {
            let speakers: Vec<Option<Arc<Adapter>>> = match mind {
                None => vec![None],
                Some(mind) => {
                    let named = self.speaks_as.iter().filter(|(_, speaks_as)| *speaks_as == mind);
                    named.map(|(name, _)| pool.get(name).map(Some)).collect::<Result<_, _>>()?
                }
            };
            for mind in speakers {
                rows.push(Row { mind, tokens: tokens.clone(), expected: expected.clone() });
            }
        }
        Ok(rows)
    }
}

/// The largest differences for one way to keep weights and adapters.
fn compare(model: &Arc<Model>, kind: LoraKind, threads: usize, task: &Task) -> Result<Value, Box<dyn Error>> {
    let pool = AdapterPool::new(model.base(), AdapterConfig { kind, ..AdapterConfig::default() });
    for (name, path) in &task.paths {
        pool.register(name, path)?;
    }
    let rows = task.rows(&pool)?;
    let mut direct =
        Direct::new(CpuBackend::new(model.clone(), CpuConfig { threads, ..CpuConfig::default() })?);
    let mut alone = Vec::new();
    for row in &rows {
        let mut sequence = Sequence::new(row.mind.clone());
        alone.push(direct.forward(&mut sequence, &row.tokens)?);
        direct.end(sequence);
    }
    let mixed = together(&mut direct, &rows)?;
    let (mut of_base, mut of_adapters) = (0f64, 0f64);
    for (row, logits) in rows.iter().zip(&alone) {
        let largest = if row.mind.is_some() { &mut of_adapters } else { &mut of_base };
        *largest = largest.max(apart(logits, &row.expected)?);
    }
    // The same adapter out of another file says the same; rows of the same mind and prompt stand side by side.
    let same = |(a, b): &(&Row, &Row)| a.tokens == b.tokens && a.expected == b.expected;
    let pairs = rows.windows(2).zip(alone.windows(2)).filter(|(rows, _)| same(&(&rows[0], &rows[1])));
    let by_file: Vec<usize> = pairs.map(|(_, logits)| differing(&logits[0], &logits[1])).collect();
    if by_file.is_empty() {
        return Err("no adapter came out of two files: there is nothing to compare".into());
    }
    let by_company: usize = alone.iter().zip(&mixed).map(|(a, b)| differing(a, b)).sum();
    Ok(json!({
        "rows": rows.len(), "ranks": pool.list().iter().map(|adapter| adapter.rank).collect::<Vec<_>>(),
        "difference_base": of_base, "difference_adapters": of_adapters,
        "values_differing_by_company": by_company,
        "values_differing_by_file": by_file.iter().sum::<usize>(), "pairs_of_files": by_file.len(),
    }))
}

/// The logits after each row's last token, all rows in one batch.
fn together(direct: &mut Direct<CpuBackend>, rows: &[Row]) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
    let mut sequences: Vec<Sequence> = rows.iter().map(|row| Sequence::new(row.mind.clone())).collect();
    let mut logits = Vec::new();
    let mut work: Vec<(&mut Sequence, &[u32], usize)> =
        sequences.iter_mut().zip(rows).map(|(sequence, row)| (sequence, &row.tokens[..], 1)).collect();
    direct.batch(&mut work, &mut logits)?;
    sequences.into_iter().for_each(|sequence| direct.end(sequence));
    Ok(logits.chunks_exact(logits.len() / rows.len()).map(<[f32]>::to_vec).collect())
}

/// The largest difference as a share of the largest expected logit.
fn apart(logits: &[f32], expected: &[f64]) -> Result<f64, Box<dyn Error>> {
    if logits.len() != expected.len() {
        return Err(
            format!("{} logits are expected, the model gives {}", expected.len(), logits.len()).into()
        );
    }
    let largest = expected.iter().fold(0f64, |largest, value| largest.max(value.abs()));
    let pairs = logits.iter().zip(expected);
    let difference = pairs.map(|(ours, expected)| (f64::from(*ours) - expected).abs()).fold(0.0, f64::max);
    Ok(difference / largest)
}

fn differing(a: &[f32], b: &[f32]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a.to_bits() != b.to_bits()).count()
}
