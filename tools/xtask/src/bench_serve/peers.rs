//! What the comparison borrows from Python: a virtual environment with llama.cpp, and adapters of random weights.
//!
//! Owns: which packages are installed and where, and the folder of adapters. Refuses to know: how a server loads them. The
//! environment is the one of `tools/test`, which also says llama.cpp's version.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long an installation, or one rank of adapters, may take.
const STEP_WITHIN: Duration = Duration::from_secs(900);
/// How often one looks whether a step has ended.
const LOOK: Duration = Duration::from_millis(50);
/// Reads the base's numbers and writes adapters in llama.cpp's form.
const GGUF_PACKAGE: &str = "gguf==0.19.0";
/// The line of `tools/needs.sh` that names llama.cpp's version.
const VERSION_LINE: &str = "XLLAMACPP=";

/// Adapters on disk, in both forms.
#[derive(Debug, Clone)]
pub struct Adapters {
    /// Their names, in the order in which llama.cpp numbers them.
    pub names: Vec<String>,
    /// A PEFT folder for each name.
    pub peft: PathBuf,
    /// A `.gguf` for each name.
    pub gguf: PathBuf,
    /// Bytes of one adapter's weights, by rank.
    pub weight_bytes: Map<String, Value>,
}

impl Adapters {
    /// Those of one rank.
    pub fn of_rank(&self, rank: u32) -> Adapters {
        let beginning = format!("r{rank}-");
        let names = self.names.iter().filter(|name| name.starts_with(&beginning)).cloned().collect();
        Adapters { names, ..self.clone() }
    }
}

/// The name of an adapter; the Python program writes the same ones.
pub fn adapter_name(rank: u32, number: u32) -> String {
    format!("r{rank}-{number:02}")
}

/// The Python of an environment with llama.cpp, made and filled if need be.
pub fn python(root: &Path, venv: &Path) -> Result<PathBuf> {
    let needs = root.join("tools/needs.sh");
    let text = std::fs::read_to_string(&needs).with_context(|| needs.display().to_string())?;
    let version = version_in(&text).with_context(|| format!("{} has no {VERSION_LINE}", needs.display()))?;
    let python = venv.join("bin/python");
    if !python.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(venv))?;
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    run(pip.arg(format!("xllamacpp=={version}")).arg(GGUF_PACKAGE))?;
    Ok(python)
}

fn version_in(script: &str) -> Option<&str> {
    script.lines().find_map(|line| line.strip_prefix(VERSION_LINE)).map(str::trim)
}

/// Writes `count` adapters of each rank below a folder.
pub fn make_adapters(
    python: &Path,
    program: &Path,
    model: &Path,
    out: &Path,
    ranks: &[u32],
    count: u32,
) -> Result<Adapters> {
    let mut adapters = Adapters {
        names: Vec::new(),
        peft: out.join("peft"),
        gguf: out.join("gguf"),
        weight_bytes: Map::new(),
    };
    for &rank in ranks {
        let mut command = Command::new(python);
        command.arg(program).arg(model).arg(out).args([rank.to_string(), count.to_string()]);
        let said = run(&mut command)?;
        let said: Value =
            serde_json::from_str(said.trim()).context("the adapters' program prints no JSON")?;
        adapters.weight_bytes.insert(rank.to_string(), said["weight_bytes"].clone());
        adapters.names.extend((0..count).map(|number| adapter_name(rank, number)));
    }
    for name in &adapters.names {
        let (folder, file) = (adapters.peft.join(name), adapters.gguf.join(format!("{name}.gguf")));
        if !folder.is_dir() || !file.is_file() {
            bail!("{} and {} were to be written", folder.display(), file.display());
        }
    }
    Ok(adapters)
}

/// What the table of settings says of the adapters.
pub fn about(adapters: Option<&Adapters>) -> Value {
    adapters
        .map_or(Value::Null, |a| json!({ "loaded": a.names.len(), "weight_bytes_by_rank": a.weight_bytes }))
}

/// Runs a step within its time and returns what it printed: a line or two, which a pipe holds.
fn run(command: &mut Command) -> Result<String> {
    let what = format!("{command:?}");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| what.clone())?;
    let until = Instant::now() + STEP_WITHIN;
    while child.try_wait()?.is_none() {
        if Instant::now() > until {
            child.kill()?;
            child.wait()?;
            bail!("{what} took more than {} s", STEP_WITHIN.as_secs());
        }
        std::thread::sleep(LOOK);
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{what} ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_the_version() {
        let text = std::fs::read_to_string(crate::root().join("tools/needs.sh")).unwrap();
        assert!(version_in(&text).unwrap().starts_with(|c: char| c.is_ascii_digit()));
        assert_eq!(version_in("# XLLAMACPP=1\n"), None);
        assert_eq!(adapter_name(8, 3), "r8-03");
    }

    #[test]
    fn a_step_that_fails_says_so() {
        assert_eq!(run(Command::new("echo").arg("yes")).unwrap(), "yes\n");
        assert!(run(&mut Command::new("false")).unwrap_err().to_string().contains("false"));
    }
}
