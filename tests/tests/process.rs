//! The programs as a player has them: `emberwick` and `emberd`, run as processes on a data directory of their own.
//!
//! Owns: exit codes, one-sentence errors, and the promise that a mind, or its death, changes nothing but words. Skips loudly
//! what is not built or has no model.

#![cfg(unix)]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tests::programs::{Ended, Running, clean, get, model, program, repository, run, until, whereabouts};

/// Longest that a game without a model may take.
const QUICK: Duration = Duration::from_secs(120);
/// Longest that a short game with a model may take on a busy machine.
const SLOW: Duration = Duration::from_secs(900);
/// Why a node that is there and can speak gave no line: nothing else excuses that none was heard.
const TOO_SLOW: [&str; 4] = [
    "the deadline passed",
    "the node was too slow",
    "the node was too slow and rests",
    "the node was waking",
];
/// Games with a model are played one after the other: two at once would only make each other late.
static MODEL: Mutex<()> = Mutex::new(());
/// The seed and level that the shipped scripts are written for, from their first comment.
const SEEDED: &str = "# seed ";

struct Home {
    dir: tempfile::TempDir,
    emberwick: PathBuf,
}

impl Home {
    /// A fresh data directory, when the game is built.
    fn new() -> Option<Home> {
        Some(Home { emberwick: program("emberwick")?, dir: tempfile::tempdir().unwrap() })
    }
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
    fn data(&self) -> PathBuf {
        self.path("data")
    }
    fn command(&self, args: &[&str]) -> Command {
        let mut command = clean(&self.emberwick);
        command.arg("--data-dir").arg(self.data()).args(args).current_dir(self.dir.path());
        command
    }
    fn run(&self, args: &[&str]) -> Ended {
        run(self.command(args), QUICK)
    }
    /// Plays a script into `out`, with arguments besides.
    fn play(&self, script: &Path, seed: &[String], out: &str, more: &[&str]) -> Command {
        let mut command = self.command(&["run", "--script"]);
        command.arg(script).args(seed).arg("--out").arg(self.path(out)).args(more);
        command
    }
    fn hashes(&self, out: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(out).join("hashes.json")).unwrap()).unwrap()
    }
    fn transcript(&self, out: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path(out).join("transcript.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A shipped script and the arguments it is written for.
fn shipped(name: &str) -> (PathBuf, Vec<String>) {
    let path = repository("assets/scripts").join(name);
    let text = fs::read_to_string(&path).unwrap();
    let head =
        text.lines().find_map(|l| l.strip_prefix(SEEDED)).unwrap_or_else(|| panic!("{name} names no seed"));
    let (seed, rest) = head.split_once(", level ").unwrap();
    let level = rest.split([':', ' ', '.']).next().unwrap();
    (path, ["--seed", seed, "--level", level].map(str::to_string).to_vec())
}

/// Failed with this code and one line that names what was wrong.
fn check_refused(ended: &Ended, code: i32, names: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    let lines: Vec<&str> = ended.err.lines().collect();
    assert_eq!(lines.len(), 1, "{ended:?}");
    assert!(lines[0].starts_with("emberwick: ") || lines[0].starts_with("emberd: "), "{ended:?}");
    assert!(!ended.err.contains("panicked"), "{ended:?}");
    for name in names {
        assert!(ended.err.contains(name), "{ended:?} does not name {name:?}");
    }
}

#[test]
fn the_shipped_script_solves_its_case() {
    let Some(home) = Home::new() else { return };
    let (script, seed) = shipped("first_case.txt");
    let ended = run(home.play(&script, &seed, "out", &["--no-model"]), QUICK);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    assert_eq!(home.hashes("out")["outcome"], "solved");
    let records = home.transcript("out");
    assert!(records.len() > 30, "{} lines are hardly a case", records.len());
    for record in &records {
        assert_eq!((&record["voice"], &record["fallback"]), (&"written".into(), &false.into()), "{record}");
        assert!(!record["text"].as_str().unwrap().is_empty() && record["silence"].is_null(), "{record}");
    }
    // The same again is the same: a script is a whole game.
    let again = run(home.play(&script, &seed, "again", &["--no-model"]), QUICK);
    assert_eq!((again.code, again.out), (Some(0), ended.out));
    let saves = ["out", "again"].map(|out| fs::read(home.path(out).join("final.ember")).unwrap());
    assert!(saves[0] == saves[1], "two runs of one script save different bytes");
}

#[test]
fn a_save_is_proven_and_a_tampered_one_is_not() {
    let Some(home) = Home::new() else { return };
    let (script, seed) = shipped("short.txt");
    assert_eq!(run(home.play(&script, &seed, "out", &["--no-model"]), QUICK).code, Some(0));
    let path = home.path("out").join("final.ember");
    let proven = home.run(&["verify", path.to_str().unwrap()]);
    assert_eq!(proven.code, Some(0), "{proven:?}");
    let world = home.hashes("out")["hashes"]["world"].as_str().unwrap().to_string();
    assert!(proven.out.starts_with("proven: ") && proven.out.contains(&world), "{proven:?}");
    let whole = fs::read(&path).unwrap();
    let tampered = home.path("tampered.ember");
    let check = |bytes: &[u8], names: &[&str]| {
        fs::write(&tampered, bytes).unwrap();
        check_refused(&home.run(&["verify", tampered.to_str().unwrap()]), 1, names);
    };
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    check(&flipped, &["tampered.ember", "checksum"]);
    check(&whole[..whole.len() - 9], &["checksum"]);
    check(b"once upon a time there was no save here at all", &["not an Emberwick save"]);
    check(b"", &["cut off"]);
    // Gold by hand, with the checksum put right.
    let mut save = engine_sim::snapshot::save::Save::decode(&whole).unwrap();
    save.state.player.gold += 100;
    check(&save.encode().unwrap(), &["does not follow from its log", "section player"]);
    check_refused(&home.run(&["verify", "nowhere.ember"]), 1, &["nowhere.ember"]);
}

#[test]
fn what_cannot_be_played_is_told_in_a_sentence() {
    let Some(home) = Home::new() else { return };
    let seed = ["--seed", "1", "--level", "easy"].map(str::to_string);
    let check = |bytes: &[u8], names: &[&str]| {
        let script = home.path("script.txt");
        fs::write(&script, bytes).unwrap();
        check_refused(&run(home.play(&script, &seed, "out", &["--no-model"]), QUICK), 1, names);
    };
    check(b"seek bram\ndance\n", &["script.txt", "line 2", "\"dance\""]);
    check(b"say hello\n", &["script.txt", "line 1", "talking to nobody"]);
    check(b"expect solved\n", &["line 1", "open", "solved"]);
    check(b"\xff\xfe\x00garbage\x80", &["script.txt"]);
    check(&vec![b'#'; (1 << 20) + 1], &["the most is"]);
    let missing = home.play(Path::new("missing.txt"), &seed, "out", &["--no-model"]);
    check_refused(&run(missing, QUICK), 1, &["missing.txt"]);
    fs::write(home.path("fine.txt"), "expect open\n").unwrap();
    fs::write(home.path("a-file"), "").unwrap();
    let blocked = home.play(&home.path("fine.txt"), &seed, "a-file", &["--no-model"]);
    check_refused(&run(blocked, QUICK), 1, &["a-file"]);
    check_refused(&home.run(&["judge", "nowhere.jsonl"]), 1, &["nowhere.jsonl"]);
    for wrong in [
        &["run"][..],
        &["dance"],
        &["run", "--seed", "x", "--script", "fine.txt", "--out", "o"],
        &["detective", "--seed", "1", "--level", "impossible"],
        &["detective", "--seed", "-1"],
        &["text", "--seed", "1", "--daily"],
        &["verify"],
    ] {
        let ended = home.run(wrong);
        assert_eq!(ended.code, Some(2), "{wrong:?}: {ended:?}");
        assert!(ended.err.starts_with("error: ") && ended.out.is_empty(), "{wrong:?}: {ended:?}");
    }
}

#[test]
fn the_detective_writes_a_script_that_plays() {
    let Some(home) = Home::new() else { return };
    let written = home.run(&["detective", "--seed", "2", "--level", "normal"]);
    assert!(written.err.is_empty() && written.out.starts_with("# seed 2, level normal"), "{written:?}");
    fs::write(home.path("case.txt"), &written.out).unwrap();
    let seed = ["--seed", "2", "--level", "normal"].map(str::to_string);
    let played = run(home.play(&home.path("case.txt"), &seed, "out", &["--no-model"]), QUICK);
    assert_eq!((played.code, played.err.as_str()), (Some(0), ""), "{played:?}");
    let outcome = home.hashes("out")["outcome"].as_str().unwrap().to_string();
    assert_eq!(written.out.lines().last(), Some(format!("expect {outcome}").as_str()));
    assert_eq!(written.code, Some(i32::from(outcome != "solved")));
}

#[test]
fn judging_goes_on_after_garbage() {
    let Some(home) = Home::new() else { return };
    let suite = fs::read_to_string(repository("assets/suites/judge_adversarial.jsonl")).unwrap();
    let good: Vec<&str> = suite.lines().filter(|l| !l.is_empty()).take(3).collect();
    let lines = [good[0], "this is no JSON", "", good[1], "{\"speaker\": \"grimbold\"}", "[]", good[2]];
    fs::write(home.path("lines.jsonl"), lines.join("\n")).unwrap();
    let ended = home.run(&["judge", "lines.jsonl"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let answers: Vec<Value> = ended.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let errors: Vec<u64> = answers.iter().filter_map(|a| a["line"].as_u64()).collect();
    assert_eq!((answers.len(), errors), (6, vec![2, 5, 6]), "{ended:?}");
    assert!(
        answers
            .iter()
            .filter(|a| a["line"].is_u64())
            .all(|a| a["error"].as_str().is_some_and(|e| !e.is_empty()))
    );
    assert!(answers.iter().filter(|a| a["line"].is_null()).all(|a| a["ok"].is_boolean()), "{ended:?}");
    assert!(ended.err.ends_with("3 unreadable\n"), "{ended:?}");
    fs::write(home.path("fine.jsonl"), good.join("\n")).unwrap();
    assert_eq!(home.run(&["judge", "fine.jsonl"]).code, Some(0));
}

fn emberd(data: &Path) -> Option<Command> {
    let mut command = clean(&program("emberd")?);
    command.arg("--data-dir").arg(data).args(["--port", "0"]);
    Some(command)
}

#[test]
fn a_torn_model_is_told_by_a_node_that_lives() {
    let dir = tempfile::tempdir().unwrap();
    let torn = dir.path().join("torn.gguf");
    // The beginning of a real file where there is one: its header promises what never comes.
    let head =
        model().and_then(|path| fs::read(path).ok()).map(|bytes| bytes[..bytes.len().min(1 << 20)].to_vec());
    fs::write(&torn, head.unwrap_or_else(|| b"GGUF\x03\0\0\0torn".to_vec())).unwrap();
    let Some(mut command) = emberd(dir.path()) else { return };
    command.arg("--model").arg(&torn);
    let _node = Running::start(command);
    let known = whereabouts(dir.path(), QUICK).expect("it never said where it is");
    let health =
        until(QUICK, || get(dir.path(), known.port, "/health").filter(|h| !h.contains("\"loading\"")));
    assert!(health.as_ref().is_some_and(|h| h.contains("\"failed\"")), "{health:?}");
    let status: Value =
        serde_json::from_str(&get(dir.path(), known.port, "/ember/v1/status").unwrap()).unwrap();
    assert!(
        status["error"].as_str().is_some_and(|e| e.contains("torn.gguf") || e.contains("cut short")),
        "{status}"
    );
    assert_eq!((&status["model"], &status["loading"]), (&Value::Null, &Value::Bool(false)));
}

#[test]
fn a_game_with_a_mute_node_is_played_from_written_lines() {
    let (Some(home), Some(_)) = (Home::new(), program("emberd")) else { return };
    let (script, seed) = shipped("short.txt");
    assert_eq!(run(home.play(&script, &seed, "bare", &["--no-model"]), QUICK).code, Some(0));
    fs::create_dir_all(home.data().join("models")).unwrap();
    fs::write(home.data().join("models/torn.gguf"), b"GGUF\x03\0\0\0torn").unwrap();
    let ended = run(home.play(&script, &seed, "mute", &[]), QUICK);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.err.lines().count(), 1, "{ended:?}");
    assert!(ended.err.contains("written lines"), "{ended:?}");
    let (bare, mute) = (home.hashes("bare"), home.hashes("mute"));
    assert_eq!(bare["hashes"]["world"], mute["hashes"]["world"]);
    assert!(home.transcript("mute").iter().all(|r| r["voice"] == "written" && r["silence"].is_string()));
}

#[test]
fn settings_that_make_no_sense_stop_the_node_and_not_the_game() {
    let (Some(home), Some(_)) = (Home::new(), program("emberd")) else { return };
    fs::create_dir_all(home.data()).unwrap();
    fs::write(home.data().join("emberd.toml"), "prot = 1\n").unwrap();
    if let Some(command) = emberd(&home.data()) {
        let ended = run(command, QUICK);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.starts_with("emberd: ") && ended.err.contains("prot"), "{ended:?}");
    }
}

/// Checks that what kept a mind silent throughout was this machine, and nothing between game and node.
fn check_too_slow<'a>(records: impl IntoIterator<Item = &'a Value>) {
    for record in records {
        let silence = record["silence"].as_str().unwrap_or_default();
        assert!(TOO_SLOW.contains(&silence), "{record}");
    }
}

/// What a game with a node came to first.
#[derive(Debug, PartialEq)]
enum Seen {
    Word,
    End,
}

#[test]
fn a_mind_changes_words_and_nothing_else() {
    let _alone = MODEL.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(home), Some(_), Some(model)) = (Home::new(), program("emberd"), model()) else { return };
    let (script, seed) = shipped("short.txt");
    assert_eq!(run(home.play(&script, &seed, "bare", &["--no-model"]), QUICK).code, Some(0));
    let mut command = home.play(&script, &seed, "mind", &[]);
    command.env("EMBERWICK_MODEL", &model);
    let ended = run(command, SLOW);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (bare, mind) = (home.hashes("bare"), home.hashes("mind"));
    assert_eq!(bare["hashes"]["world"], mind["hashes"]["world"]);
    let records = home.transcript("mind");
    let answered = |r: &&Value| r["silence"].is_null() || !r["tries"].as_array().unwrap().is_empty();
    if records.iter().filter(answered).count() == 0 {
        // The promise that a line is never waited for beyond its deadline was kept; the rest cannot be seen here.
        check_too_slow(&records);
        eprintln!("SKIPPED the words: this machine was too slow for a single line ({:?})", ended.err);
        return;
    }
    assert_ne!(bare["hashes"]["words"], mind["hashes"]["words"], "a model was asked and left no trace");
    for record in &records {
        let heard = record["voice"] == "mind" || !record["tries"].as_array().unwrap().is_empty();
        assert!(heard || record["silence"].is_string(), "{record}");
        let clean = record["violations"].as_array().unwrap().is_empty();
        assert!(
            record["voice"] == "written" || clean,
            "a mind's line was shown that the judge refuses: {record}"
        );
    }
    let proven = home.run(&["verify", home.path("mind").join("final.ember").to_str().unwrap()]);
    assert_eq!(proven.code, Some(0), "{proven:?}");
    let gone = until(QUICK, || whereabouts(&home.data(), Duration::ZERO).is_none().then_some(()));
    assert!(gone.is_some(), "the game has left its node running");
}

#[test]
fn a_node_killed_in_the_middle_costs_nothing_but_words() {
    let _alone = MODEL.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(home), Some(_), Some(model)) = (Home::new(), program("emberd"), model()) else { return };
    let (script, seed) = shipped("short.txt");
    assert_eq!(run(home.play(&script, &seed, "bare", &["--no-model"]), QUICK).code, Some(0));
    let mut command = home.play(&script, &seed, "killed", &[]);
    command.env("EMBERWICK_MODEL", &model);
    let mut game = Running::start(command);
    let known = whereabouts(&home.data(), QUICK).expect("the game has started no node");
    // Once it writes, it is killed: the first lines may be a mind's, the others cannot.
    let seen = until(SLOW, || {
        if game.0.try_wait().unwrap().is_some() {
            return Some(Seen::End);
        }
        let status = get(&home.data(), known.port, "/ember/v1/status")?;
        let status: Value = serde_json::from_str(&status).ok()?;
        status["decode_tokens"].as_u64().filter(|n| *n > 0).map(|_| Seen::Word)
    });
    let seen = seen.expect("the node never wrote a word, and the game goes on");
    let kill = || Command::new("kill").args(["-KILL", &known.pid.to_string()]).status().unwrap();
    let killed = seen == Seen::Word && kill().success();
    let ended = game.ended(SLOW);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(home.hashes("bare")["hashes"]["world"], home.hashes("killed")["hashes"]["world"]);
    let records = home.transcript("killed");
    if !killed {
        // Where words were seen, a line may have been heard; what was not was late all the same.
        check_too_slow(records.iter().filter(|r| seen == Seen::End || !r["silence"].is_null()));
        eprintln!("SKIPPED the kill: the game was over before it came ({seen:?} first)");
        return;
    }
    let silent = records.iter().filter(|r| r["silence"].is_string() && r["voice"] == "written").count();
    assert!(silent > 0, "the transcript does not tell of the silence: {records:?}");
    assert_eq!(records.len(), home.transcript("bare").len());
    let proven = home.run(&["verify", home.path("killed").join("final.ember").to_str().unwrap()]);
    assert_eq!(proven.code, Some(0), "{proven:?}");
}
