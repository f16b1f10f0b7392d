//! Owns the proof that adapters are read from disk within bounds: folders, links, files that are not what their names say,
//! and files too large to be read. Refuses to know what the weights mean; unit tests beside the code do.

#[path = "support/doors.rs"]
mod doors;
#[path = "support/adapters.rs"]
mod fixtures;

use fixtures::{Gguf, Peft};
use infer::adapter::{
    AdapterConfig, AdapterError, AdapterFile, AdapterPool, CONFIG_BYTES_MAX, FILE_BYTES_MAX, Fault,
    PoolError, Stage,
};
use std::fs;
use std::path::Path;

fn load(path: &Path) -> Result<AdapterFile, AdapterError> {
    AdapterFile::load(path, &doors::base())
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    Peft::new(4).write(folder.path()).unwrap();
    folder
}

#[test]
fn a_folder_and_a_file_are_read() {
    let folder = folder();
    let peft = load(folder.path()).unwrap();
    let file = folder.path().join("adapter.gguf");
    fs::write(&file, Gguf::new(4, "llama", true).bytes()).unwrap();
    assert_eq!(peft.tensors, load(&file).unwrap().tensors);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_followed() {
    use std::os::unix::fs::symlink;
    let real = folder();
    let linked = tempfile::tempdir().unwrap();
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
        symlink(real.path().join(name), linked.path().join(name)).unwrap();
    }
    assert_eq!(load(linked.path()).unwrap(), load(real.path()).unwrap());
    let link = linked.path().join("whole");
    symlink(real.path(), &link).unwrap();
    assert_eq!(load(&link).unwrap(), load(real.path()).unwrap());
}

#[test]
fn what_is_not_there_is_named() {
    let missing = load(Path::new("/nowhere/at/all")).unwrap_err();
    assert!(matches!(missing, AdapterError::Open { .. }), "{missing}");
    assert_eq!((missing.stage(), missing.fault()), (Stage::Open, Fault::User));
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
        let folder = folder();
        fs::remove_file(folder.path().join(name)).unwrap();
        let missing = load(folder.path()).unwrap_err();
        assert!(matches!(missing, AdapterError::MissingFile { file, .. } if file == name), "{missing}");
    }
    let folder = folder();
    fs::remove_file(folder.path().join("adapter_config.json")).unwrap();
    fs::create_dir(folder.path().join("adapter_config.json")).unwrap();
    let error = load(folder.path()).unwrap_err();
    assert!(matches!(error, AdapterError::Open { .. }), "{error}");
}

#[test]
fn archives_and_pickles_are_refused_by_name() {
    for name in ["adapter_model.bin", "adapter_model.npz", "adapter_model.zip"] {
        let folder = folder();
        fs::rename(folder.path().join("adapter_model.safetensors"), folder.path().join(name)).unwrap();
        let error = load(folder.path()).unwrap_err();
        assert!(matches!(&error, AdapterError::Kind { path, .. } if path.ends_with(name)), "{error}");
        assert_eq!((error.stage(), error.fault()), (Stage::Open, Fault::User));
    }
    let folder = tempfile::tempdir().unwrap();
    let gguf = Gguf::new(4, "llama", true).bytes();
    for name in ["a.bin", "a.ZIP", "a.npz", "a.tar.gz", "a.pkl", "a.safetensors"] {
        // Even a good file: a name is a promise.
        fs::write(folder.path().join(name), &gguf).unwrap();
        let error = load(&folder.path().join(name)).unwrap_err();
        assert!(matches!(error, AdapterError::Kind { .. }), "{name}: {error}");
    }
    for (start, word) in [(&b"PK\x03\x04"[..], "archive"), (b"\x80\x02}q", "no GGUF"), (b"", "no GGUF")] {
        let path = folder.path().join("disguised.gguf");
        fs::write(&path, start).unwrap();
        let error = load(&path).unwrap_err();
        assert!(matches!(&error, AdapterError::Kind { actual, .. } if actual.contains(word)), "{error}");
    }
}

#[test]
fn files_above_their_cap_are_not_read() {
    let grow = |path: &Path, bytes: u64| {
        let file = fs::OpenOptions::new().write(true).create(true).truncate(false).open(path).unwrap();
        // Sparse: no disk is filled.
        file.set_len(bytes).unwrap();
    };
    let too_large = |path: &Path, cap: u64| {
        let error = load(path).unwrap_err();
        assert!(
            matches!(error, AdapterError::TooLarge { max, actual, .. } if max == cap && actual == cap + 1),
            "{error}"
        );
        assert_eq!(error.stage(), Stage::Open);
    };
    let weights = folder();
    grow(&weights.path().join("adapter_model.safetensors"), FILE_BYTES_MAX + 1);
    too_large(weights.path(), FILE_BYTES_MAX);
    let config = folder();
    grow(&config.path().join("adapter_config.json"), CONFIG_BYTES_MAX + 1);
    too_large(config.path(), CONFIG_BYTES_MAX);
    let file = config.path().join("huge.gguf");
    grow(&file, FILE_BYTES_MAX + 1);
    too_large(&file, FILE_BYTES_MAX);
}

#[test]
fn no_more_is_pinned_than_may_be_kept() {
    let folder = folder();
    let pool = |bytes_max| {
        let pool = AdapterPool::new(doors::base(), AdapterConfig { bytes_max, ..AdapterConfig::default() });
        ["agnes", "bram", "clara"].iter().for_each(|name| drop(pool.register(name, folder.path()).unwrap()));
        pool
    };
    let each = pool(usize::MAX).list()[0].bytes;
    let pool = pool(2 * each);
    let held = || pool.list().iter().map(|adapter| adapter.bytes).sum::<usize>();
    pool.pin("agnes", true).unwrap();
    pool.pin("agnes", true).unwrap();
    pool.get("bram").unwrap();
    pool.pin("bram", true).unwrap();
    assert_eq!(held(), 2 * each, "what is pinned fills the budget, and nothing else stays");
    assert_eq!(pool.get("clara").unwrap().bytes(), each, "who is not pinned speaks all the same");
    let error = pool.pin("clara", true).unwrap_err();
    let expected = (3 * each, 2 * each);
    assert!(matches!(error, PoolError::Pinned { actual, max, .. } if (actual, max) == expected), "{error}");
    // Who asked is through; what came on top goes with the next change.
    pool.pin("bram", true).unwrap();
    assert_eq!(held(), 2 * each);
    assert_eq!(pool.list().iter().map(|adapter| adapter.pinned).collect::<Vec<_>>(), [true, true, false]);
    pool.pin("bram", false).unwrap();
    pool.get("clara").unwrap();
    pool.pin("clara", true).unwrap();
    // Larger content under a pinned name is taken, and the name gives up its pin.
    let larger = tempfile::tempdir().unwrap();
    Peft::new(8).write(larger.path()).unwrap();
    pool.register("agnes", larger.path()).unwrap();
    assert!(!pool.list()[0].pinned);
    pool.pin("clara", true).unwrap();
    assert!(held() <= 2 * each, "{} bytes are held", held());
}

#[cfg(unix)]
#[test]
fn a_device_is_no_file() {
    let error = load(Path::new("/dev/zero")).unwrap_err();
    assert!(matches!(error, AdapterError::Open { .. }), "{error}");
}
