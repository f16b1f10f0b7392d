//! Owns the part of the proof that needs Unix: links, pipes, and whose files are believed, written and shared.

use super::*;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

#[test]
fn links_are_followed_to_read_and_replaced_to_write() {
    let home = Home::new(&Toy::new());
    let elsewhere = home.folder.path().join("elsewhere");
    fs::rename(&home.cache, &elsewhere).unwrap();
    symlink(&elsewhere, &home.cache).unwrap();
    home.is_read();
    fs::write(&elsewhere, "precious").unwrap();
    assert!(matches!(*home.refused(), PackedCacheError::Magic));
    with_cache(&home.model).write_packed_cache().unwrap();
    assert_eq!(fs::read(&elsewhere).unwrap(), b"precious");
    assert_eq!(fs::read(&home.cache).unwrap(), home.good);
    // One that leads nowhere is none.
    fs::remove_file(&home.cache).unwrap();
    symlink(home.folder.path().join("nowhere"), &home.cache).unwrap();
    let model = with_cache(&home.model);
    assert!(matches!(model.packed_cache(), PackedCache::Missing));
    model.write_packed_cache().unwrap();
    home.is_read();
    // A pipe that nobody writes into holds nobody up.
    fs::remove_file(&home.cache).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&home.cache).status();
    if made.is_ok_and(|status| status.success()) {
        assert!(matches!(*home.refused(), PackedCacheError::Kind));
    } else {
        eprintln!("SKIPPED the pipe: there is no mkfifo here");
    }
}

#[test]
fn a_folder_that_cannot_be_written_costs_only_the_cache() {
    let home = Home::new(&Toy::new());
    fs::remove_file(&home.cache).unwrap();
    let mode = |mode| fs::set_permissions(home.folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    let may_write = fs::write(home.folder.path().join("try"), "").is_ok();
    let model = with_cache(&home.model);
    let written = model.write_packed_cache().map(|path| path.is_some());
    mode(0o755);
    assert_eq!(logits(&model), home.expected);
    if may_write {
        eprintln!("*** SKIPPED: the superuser may write into every folder ***");
        return;
    }
    assert!(matches!(written, Err(PackedCacheError::Write(_))));
    assert_eq!(home.names(), ["toy.gguf"]);
}

#[test]
fn a_cache_of_somebody_else_is_refused() {
    let home = Home::new(&Toy::new());
    let ours = fs::metadata(&home.model).unwrap().uid();
    let theirs = ours + 4321;
    if chown(&home.cache, Some(theirs), None).is_err() {
        eprintln!("*** SKIPPED: only the superuser may give files away ***");
        return;
    }
    let refusal = home.refused();
    let PackedCacheError::Owner { model, process, found } = *refusal else { panic!("{}", *refusal) };
    assert_eq!((model, process, found), (ours, ours, theirs));
    // The model's owner is believed, and so is who runs this.
    chown(&home.model, Some(theirs), None).unwrap();
    home.is_read();
    chown(&home.cache, Some(ours), None).unwrap();
    home.is_read();
}

#[test]
fn a_cache_is_read_and_written_by_those_who_may_read_and_write_the_model() {
    let home = Home::new(&Toy::new());
    let written = |mode: u32| {
        fs::set_permissions(&home.model, fs::Permissions::from_mode(mode)).unwrap();
        fs::write(&home.cache, "torn").unwrap();
        with_cache(&home.model).write_packed_cache().unwrap();
        fs::metadata(&home.cache).unwrap().mode() & 0o7777
    };
    assert_eq!([0o600, 0o640, 0o644, 0o664].map(written), [0o600, 0o640, 0o644, 0o664]);
    // Another group than the model's may do what everybody may.
    let group = fs::metadata(&home.model).unwrap().gid() + 4321;
    if chown(&home.model, None, Some(group)).is_err() {
        eprintln!("*** SKIPPED in part: only the superuser may give files away ***");
        return;
    }
    assert_eq!([0o640, 0o664].map(written), [0o600, 0o644]);
}
