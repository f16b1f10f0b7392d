//! The servers that are measured: `emberd`, and llama.cpp's behind a small Python program.
//!
//! Owns: starting them alike, waiting until they answer, the body of a request in each one's words, and their end on every
//! way out. Refuses to know: what is measured. Both run at once; what the system says of the idle one tells whether it rests.

use super::answer::{self, Timed};
use super::client::{self, Site};
use super::peers::Adapters;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use wire::ember::{AdapterList, SpeakRequest, SpeakResponse, StatusResponse, Whereabouts};

/// How long a server may take to load its model and to answer.
const READY_WITHIN: Duration = Duration::from_secs(180);
/// How long a server may take to end with its input.
const END_WITHIN: Duration = Duration::from_secs(5);
/// How often one looks whether it is there.
const LOOK: Duration = Duration::from_millis(20);
/// Tokens that llama.cpp holds for each request at once; `cases` proves that its requests fit.
pub const CONTEXT_PER_SLOT: u32 = 1024;
/// The system counts a process's time in hundredths of a second wherever it has `/proc`.
const TICK_MS: u64 = 10;
/// Requests that may wait at `emberd`, as many as a case may send at once.
const QUEUE: u32 = 512;
/// Bytes of a log that an error repeats.
const LOG_TAIL_BYTES: usize = 2000;

/// What both servers are started with.
#[derive(Clone)]
pub struct Setup {
    /// The model file.
    pub model: PathBuf,
    /// Threads that compute.
    pub threads: u32,
    /// Most requests at once.
    pub slots: u32,
    /// A folder that is ours, for logs and data.
    pub work: PathBuf,
    /// Adapters to load, if any are measured.
    pub adapters: Option<Adapters>,
    /// What `emberd` is told besides: flags and their values.
    pub switches: Vec<(&'static str, String)>,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The text to go on from.
    pub prompt: String,
    /// Tokens to write, exactly.
    pub tokens: u64,
    /// The adapter to write with.
    pub adapter: Option<String>,
    /// Whether the prompt must be computed, or may be remembered.
    pub is_fresh: bool,
}

/// One line that `emberd` wrote for a villager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// From the request to the end of the answer.
    pub took: Duration,
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Of those, the ones that were remembered.
    pub cached_tokens: u32,
}

/// Runs a program until it ends or until its own input ends, which it does when we do, however that comes about. The program
/// itself gets no input.
const KEEPER: &str = r#"exec 3<&0
"$@" </dev/null 3<&- &
kept=$!
{ cat <&3 >/dev/null; kill -KILL $kept; } 2>/dev/null &
wait $kept"#;

/// A child that does not outlive us: it ends with its standard input.
struct Process {
    child: Child,
    log: PathBuf,
    /// The one that serves: the child itself, or the one that it keeps.
    pid: u32,
}

impl Process {
    fn start(mut command: Command, log: PathBuf) -> Result<Process> {
        let file = File::create(&log).with_context(|| log.display().to_string())?;
        command.stderr(file);
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::piped()).spawn();
        let child = child.with_context(|| format!("{program} does not start"))?;
        Ok(Process { pid: child.id(), child, log })
    }

    /// The error of an end, with the last words of the log.
    fn ended(&mut self) -> anyhow::Error {
        let status = self.child.try_wait().ok().flatten().map_or("no status".to_owned(), |s| s.to_string());
        let log = std::fs::read(&self.log).unwrap_or_default();
        let tail = &log[log.len().saturating_sub(LOG_TAIL_BYTES)..];
        anyhow::anyhow!("the server ended with {status}; its last words: {}", String::from_utf8_lossy(tail))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The end of its input ends it. Both servers end at once on that, so a kill is only for one that is stuck.
        drop(self.child.stdin.take());
        let until = Instant::now() + END_WITHIN;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
        // Failing means that it has ended already.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

/// How a server wants to be asked.
enum Manner {
    /// Adapters are models; the ids are the ones that it lists.
    Emberd { ids: Vec<String> },
    /// Adapters are numbers in the order in which they were loaded.
    Llamacpp { adapters: Vec<String> },
}

/// A running server.
pub struct Server {
    /// `ours` or `theirs`.
    pub side: &'static str,
    /// What it says of itself.
    pub about: Value,
    process: Process,
    site: Site,
    manner: Manner,
}

impl Server {
    /// Starts `emberd` on a data directory, a port and a token of its own.
    pub fn emberd(program: &Path, setup: &Setup) -> Result<Server> {
        if !program.is_file() {
            bail!("{} is not built: cargo build --package daemon", program.display());
        }
        let data = setup.work.join("emberd");
        std::fs::create_dir_all(&data)?;
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "sh"]).arg(program);
        command.arg("--data-dir").arg(&data).args(["--port", "0", "--nice", "0"]);
        command.arg("--model").arg(&setup.model);
        command.args(["--slots", &setup.slots.to_string(), "--queue-max", &QUEUE.to_string()]);
        if let Some(adapters) = &setup.adapters {
            command.arg("--adapters").arg(&adapters.peft);
        }
        command.args(setup.switches.iter().flat_map(|(flag, word)| [*flag, word]));
        // By its variable, beside the one that an `emberd` without this setting reads.
        for name in ["EMBERD_THREADS", "RAYON_NUM_THREADS"] {
            command.env(name, setup.threads.to_string());
        }
        // Nothing is written beside the model while something is measured; an `emberd` without this setting does not read it.
        command.env("EMBERD_PACKED_CACHE", "off");
        for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
            command.env(name, setup.work.join("xdg"));
        }
        command.stdout(Stdio::null());
        let mut process = Process::start(command, setup.work.join("emberd.log"))?;
        let site = wait_for_emberd(&mut process, &data)?;
        let status = client::get(&site, "/ember/v1/status")?.text();
        let models: Value = serde_json::from_str(&client::get(&site, "/v1/models")?.text())?;
        let ids = models["data"].as_array().into_iter().flatten();
        let ids = ids.filter_map(|model| model["id"].as_str()).map(str::to_owned).collect();
        let about = serde_json::from_str(&status).context("emberd's status is no JSON")?;
        Ok(Server { side: "ours", about, process, site, manner: Manner::Emberd { ids } })
    }

    /// Starts llama.cpp's server in a Python that has it, with those of the adapters that are named and no others: each one
    /// that is loaded costs its every request time, also those that do not ask for it.
    pub fn llamacpp(python: &Path, program: &Path, setup: &Setup, adapters: Vec<String>) -> Result<Server> {
        let mut command = Command::new(python);
        command.arg(program).arg(&setup.model);
        command.args([setup.threads, setup.slots, CONTEXT_PER_SLOT].map(|number| number.to_string()));
        if let Some(all) = &setup.adapters {
            command.args(adapters.iter().map(|name| all.gguf.join(format!("{name}.gguf"))));
        }
        command.stdout(Stdio::piped());
        let mut process =
            Process::start(command, setup.work.join(format!("llamacpp_{}.log", adapters.len())))?;
        let about = ready_line(&mut process)?;
        let port = about["port"].as_u64().and_then(|port| u16::try_from(port).ok());
        let site = Site { port: port.context("llama.cpp's server names no port")?, token: None };
        Ok(Server { side: "theirs", about, process, site, manner: Manner::Llamacpp { adapters } })
    }

    /// Asks, waits for the whole answer, and checks it.
    pub fn ask(&self, ask: &Ask) -> Result<Timed> {
        let body = serde_json::to_vec(&self.manner.body(ask)?)?;
        let timed = client::post(&self.site, "/v1/completions", &body).and_then(|s| answer::read(&s));
        let timed = timed.and_then(|timed| answer::check(&timed, ask.tokens, ask.is_fresh).map(|()| timed));
        timed.with_context(|| format!("{}: a request of {} tokens", self.side, ask.tokens))
    }

    /// Asks `emberd` for a villager's line.
    pub fn speak(&self, request: &SpeakRequest) -> Result<Spoken> {
        let answer = client::post(&self.site, "/ember/v1/speak", &serde_json::to_vec(request)?)?;
        let ended = answer.lines.last().context("a line came without its body")?.0;
        let SpeakResponse { prompt_tokens, cached_tokens, .. } =
            serde_json::from_str(&answer.text()).context("a line is no JSON")?;
        Ok(Spoken { took: ended.duration_since(answer.sent), prompt_tokens, cached_tokens })
    }

    /// Requests that `emberd` is writing now.
    pub fn running(&self) -> Result<u64> {
        let status = client::get(&self.site, "/ember/v1/status")?.text();
        let status: StatusResponse = serde_json::from_str(&status).context("emberd's status is no JSON")?;
        Ok(status.running.into())
    }

    /// The adapters that `emberd` knows, and the bytes that each takes in memory; 0 where it is not loaded.
    pub fn adapters(&self) -> Result<Vec<(String, u64)>> {
        let list = client::get(&self.site, "/ember/v1/adapters")?.text();
        let list: AdapterList = serde_json::from_str(&list).context("emberd's adapters are no JSON")?;
        Ok(list.adapters.into_iter().map(|adapter| (adapter.name, adapter.bytes)).collect())
    }

    /// Bytes of memory that it has in use, where the system tells.
    pub fn rss_bytes(&self) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process.pid)).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
    }

    /// Milliseconds of processor time that it has used, where the system tells.
    pub fn cpu_ms(&self) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.process.pid)).ok()?;
        // The second field is the program's name in brackets and may hold spaces; user and system time are 14 and 15.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some((ticks(11)? + ticks(12)?) * TICK_MS)
    }
}

impl Manner {
    fn body(&self, ask: &Ask) -> Result<Value> {
        let mut body = json!({
            "prompt": ask.prompt, "max_tokens": ask.tokens, "temperature": 0, "ignore_eos": true,
            "stream": true, "stream_options": { "include_usage": true },
        });
        match self {
            Manner::Emberd { ids } => {
                let found = match &ask.adapter {
                    None => ids.first(),
                    Some(name) => ids.iter().find(|id| id.ends_with(&format!(":{name}"))),
                };
                let wanted = ask.adapter.as_deref().unwrap_or("any model");
                body["model"] =
                    json!(found.with_context(|| format!("emberd does not serve {wanted}, but {ids:?}"))?);
            }
            Manner::Llamacpp { adapters } => {
                body["cache_prompt"] = json!(!ask.is_fresh);
                if let Some(name) = &ask.adapter {
                    let id = adapters.iter().position(|loaded| loaded == name);
                    let id = id.with_context(|| format!("llama.cpp has not loaded {name}"))?;
                    body["lora"] = json!([{ "id": id, "scale": 1.0 }]);
                }
            }
        }
        Ok(body)
    }
}

fn wait_for_emberd(process: &mut Process, data: &Path) -> Result<Site> {
    let until = Instant::now() + READY_WITHIN;
    while Instant::now() < until {
        if process.child.try_wait()?.is_some() {
            return Err(process.ended());
        }
        let whereabouts = std::fs::read(data.join(wire::WHEREABOUTS_FILE)).ok();
        let known: Option<Whereabouts> = whereabouts.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(Whereabouts { port, pid, .. }) = known {
            process.pid = pid;
            let token = std::fs::read_to_string(data.join(wire::TOKEN_FILE)).context("emberd's token")?;
            let site = Site { port, token: Some(token.trim().to_owned()) };
            let health = client::get(&site, "/health")?.text();
            let health: Value = serde_json::from_str(&health).context("emberd's health is no JSON")?;
            match health["status"].as_str() {
                Some("ok") => return Ok(site),
                Some("loading") => {}
                _ => bail!("emberd does not load the model: {health}"),
            }
        }
        std::thread::sleep(LOOK);
    }
    bail!("emberd did not wake within {} s", READY_WITHIN.as_secs())
}

/// The line with which the Python program says that it answers. What it prints besides is read and dropped.
fn ready_line(process: &mut Process) -> Result<Value> {
    let stdout = process.child.stdout.take().context("llama.cpp's server has no output")?;
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Ok(value) = serde_json::from_str::<Value>(&line)
                && value["ready"] == json!(true)
            {
                // Nobody listens any more once the first such line has come.
                let _unheard = tell.send(value);
            }
        }
    });
    match told.recv_timeout(READY_WITHIN) {
        Ok(value) => Ok(value),
        Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
            // Its output has ended, so it ends too; without its status the message would say less.
            let _status = process.child.wait();
            Err(process.ended())
        }
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
            bail!("llama.cpp's server did not answer within {} s", READY_WITHIN.as_secs())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(adapter: Option<&str>) -> Ask {
        Ask { prompt: "a".to_owned(), tokens: 3, adapter: adapter.map(str::to_owned), is_fresh: true }
    }

    #[test]
    fn a_kept_program_ends_with_its_keepers_input_and_tells_its_own_end() {
        let kept = |program: &[&str]| {
            let mut command = Command::new("sh");
            command.args(["-c", KEEPER, "sh"]).args(program).stdin(Stdio::piped());
            command.spawn().unwrap()
        };
        let mut long = kept(&["sleep", "1000"]);
        let began = Instant::now();
        drop(long.stdin.take());
        assert!(!long.wait().unwrap().success());
        assert!(began.elapsed() < Duration::from_secs(60));
        let mut short = kept(&["sh", "-c", "exit 7"]);
        let input = short.stdin.take();
        while short.try_wait().unwrap().is_none() {
            std::thread::sleep(LOOK);
        }
        drop(input);
        assert_eq!(short.wait().unwrap().code(), Some(7));
    }

    #[test]
    fn each_server_is_asked_in_its_own_words() {
        let ids = ["base", "base:r8-00", "base:r8-01"].map(str::to_owned).to_vec();
        let emberd = Manner::Emberd { ids };
        assert_eq!(emberd.body(&ask(None)).unwrap()["model"], "base");
        assert_eq!(emberd.body(&ask(Some("r8-01"))).unwrap()["model"], "base:r8-01");
        let error = emberd.body(&ask(Some("r8-09"))).unwrap_err().to_string();
        assert!(error.contains("r8-09") && error.contains("base:r8-00"), "{error}");
        let theirs = Manner::Llamacpp { adapters: ["r8-00", "r8-01"].map(str::to_owned).to_vec() };
        let body = theirs.body(&ask(Some("r8-01"))).unwrap();
        assert_eq!(body["lora"], json!([{ "id": 1, "scale": 1.0 }]));
        assert_eq!((&body["cache_prompt"], &body["max_tokens"]), (&json!(false), &json!(3)));
        assert!(theirs.body(&ask(None)).unwrap().get("lora").is_none());
        assert!(theirs.body(&ask(Some("x"))).is_err());
    }
}
