//! Saves from anywhere: cut, flipped, forged, foreign. Each gives a game or one sentence, and never a panic.
//!
//! Owns: the file as a stranger may hand it over, and the folder as a crash may leave it.

use engine_sim::cases::Difficulty;
use engine_sim::replay;
use engine_sim::rng::Rng;
use engine_sim::snapshot::save::{MAGIC, SAVE_BYTES_MAX, Save, SaveError};
use engine_sim::world::World;
use game::saves::{self, AUTOSAVES, EXTENSION, SLOT_CHARS_MAX, Saves, SavesError};
use std::fs;
use std::time::{Duration, Instant};
use tests::entry::wrapped;
use tests::explorer::explore;
use tests::games::{library, setup};

/// Bytes before the payload.
const HEADER_BYTES: usize = 40;
/// Flipped bits tried.
const FLIPS: u64 = 2000;
/// Forged saves that are loaded to the end as well.
const FORGED_LOADS: u64 = 300;
/// Longest that refusing one may take.
const LOAD_TIME_MAX: Duration = Duration::from_secs(10);

fn played(seed: u64, commands: usize) -> World<'static> {
    let mut world = World::new(library(), setup(seed, Difficulty::Normal)).unwrap();
    explore(&mut world, seed, commands, &mut |_| {});
    world
}

fn real() -> Vec<u8> {
    replay::save(&played(5, 60), "a real one", None).encode().unwrap()
}

/// An error that a player can read: one line, some words.
fn check_sentence(error: &str) {
    assert!(error.lines().count() == 1 && error.contains(' '), "no sentence: {error:?}");
}

#[test]
fn a_cut_save_is_refused_at_every_length() {
    let bytes = real();
    let mut lengths: Vec<usize> = (0..bytes.len()).step_by(97).collect();
    lengths.extend([1, 7, 8, 39, 40, 41, bytes.len() - 1]);
    for length in lengths {
        let error = Save::decode(&bytes[..length]).map(|_| ()).unwrap_err();
        check_sentence(&error.to_string());
        let expected = matches!(error, SaveError::TooShort { .. }) == (length < HEADER_BYTES);
        assert!(expected, "{length} bytes: {error}");
    }
}

#[test]
fn a_flipped_bit_is_refused() {
    let bytes = real();
    let mut rng = Rng::new(1, "flips");
    for _ in 0..FLIPS {
        let (at, bit) = (rng.below(bytes.len() as u32) as usize, rng.below(8));
        let mut spoilt = bytes.clone();
        spoilt[at] ^= 1 << bit;
        let error = Save::decode(&spoilt).map(|_| ()).unwrap_err();
        let expected = if at < 8 { SaveError::Magic } else { SaveError::Checksum };
        assert_eq!(error, expected, "bit {bit} of byte {at}");
    }
}

/// Decodes a forged payload; what decodes is loaded when `loads` says so, and must then be the same game or none.
fn check_forged(payload: &[u8], original: &Save, loads: bool) {
    let bytes = wrapped(payload);
    match Save::decode(&bytes) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(found) if loads => {
            let began = Instant::now();
            let loaded = replay::load(library(), &bytes);
            assert!(began.elapsed() < LOAD_TIME_MAX, "refusing took {:?}", began.elapsed());
            match loaded {
                Err(error) => check_sentence(&error.to_string()),
                // Title and model are the player's own words, padding is nobody's, and another log may lead to the same
                // state: what was proven is the state.
                Ok(world) => {
                    assert_eq!(world.state(), &original.state);
                    assert_eq!((found.seed, found.level), (original.seed, original.level));
                }
            }
        }
        Ok(_) => {}
    }
}

#[test]
fn a_forged_checksum_helps_nobody() {
    let bytes = real();
    let (original, payload) = (Save::decode(&bytes).unwrap(), &bytes[HEADER_BYTES..]);
    let mut rng = Rng::new(2, "forged");
    for n in 0..FLIPS {
        let (at, bit) = (rng.below(payload.len() as u32) as usize, rng.below(8));
        let mut forged = payload.to_vec();
        forged[at] ^= 1 << bit;
        check_forged(&forged, &original, n < FORGED_LOADS);
    }
    // The root and the log's end sit at the end of an rkyv archive: there a flip moves pointers and lengths.
    for back in 1..=160.min(payload.len()) {
        for value in [0x00, 0x01, 0x7f, 0x80, 0xff] {
            let mut forged = payload.to_vec();
            let at = forged.len() - back;
            forged[at] = value;
            check_forged(&forged, &original, back % 8 == 0);
        }
    }
    for length in (0..payload.len()).step_by(97) {
        check_forged(&payload[..length], &original, false);
    }
}

#[test]
fn noise_under_a_right_header_is_refused() {
    let mut rng = Rng::new(3, "noise");
    for length in [0usize, 1, 8, 100, 1000, 65_536] {
        let noise: Vec<u8> = (0..length).map(|_| rng.next() as u8).collect();
        for payload in [noise, vec![0; length], vec![0xff; length]] {
            let error = Save::decode(&wrapped(&payload)).map(|_| ()).unwrap_err();
            assert!(matches!(error, SaveError::Malformed(_)), "{error}");
        }
    }
}

#[test]
fn foreign_files_are_named_as_such() {
    assert!(matches!(Save::decode(&[]), Err(SaveError::TooShort { actual: 0 })));
    assert_eq!(Save::decode(&[b'x'; 64]), Err(SaveError::Magic));
    let mut newer = real();
    newer[7] = b'2';
    assert_eq!(Save::decode(&newer), Err(SaveError::Magic));
    let mut large = MAGIC.to_vec();
    large.resize(SAVE_BYTES_MAX + 1, 0);
    assert!(matches!(Save::decode(&large), Err(SaveError::TooLarge { .. })));
}

#[test]
fn a_file_is_never_read_beyond_its_limit() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("endless.ember");
    let file = fs::File::create(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let bytes = saves::read_bytes(&path).unwrap();
    assert_eq!(bytes.len(), SAVE_BYTES_MAX + 1);
    let error = saves::load(library(), &path).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("endless.ember") && error.contains("the most is"), "{error}");
    let error = saves::load(library(), dir.path()).map(|_| ()).unwrap_err();
    assert!(matches!(error, SavesError::Disk { .. }));
    let error = saves::load(library(), &dir.path().join("none.ember")).map(|_| ()).unwrap_err();
    check_sentence(&error.to_string());
}

#[test]
fn slots_have_plain_names() {
    let saves = Saves::in_dir(std::path::Path::new("/nowhere"));
    for good in ["noon", "before the moot", "a-b_c 3", "Zoë"] {
        assert!(saves.path(good).is_ok(), "{good}");
    }
    let long = "x".repeat(SLOT_CHARS_MAX + 1);
    for bad in ["", "  ", "../up", "a/b", "a\\b", "a\0b", "a.b", "..", "a\nb", "C:", long.as_str()] {
        let error = saves.path(bad).map(|_| ()).unwrap_err();
        assert!(matches!(error, SavesError::Name(_)), "{bad:?}: {error}");
    }
    assert!(saves.path(&"x".repeat(SLOT_CHARS_MAX)).is_ok());
}

#[test]
fn a_slot_holds_what_was_written_and_the_ring_turns() {
    let dir = tempfile::tempdir().unwrap();
    let saves = Saves::in_dir(dir.path());
    assert_eq!(saves.list(), Vec::new());
    let world = played(6, 25);
    let path = saves.write(&world, "noon", Some("hash".to_string())).unwrap();
    assert_eq!(saves::load(library(), &path).unwrap().hash(), world.hash());
    let mut written = Vec::new();
    for n in 0..AUTOSAVES * 2 {
        let path = saves.autosave(&world, None).unwrap();
        // Each one is given an age of its own: the ring goes by it, and files of one second have the same.
        let age = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + u64::from(n) * 60);
        fs::File::options().write(true).open(&path).unwrap().set_modified(age).unwrap();
        written.push(path);
    }
    let (first, second) = written.split_at(AUTOSAVES as usize);
    assert_eq!(first, second, "the ring does not turn in order");
    let names: Vec<String> = saves.list().into_iter().map(|slot| slot.name).collect();
    assert_eq!(names.len(), AUTOSAVES as usize + 1, "{names:?}");
    assert_eq!(names.first().map(String::as_str), Some("noon"), "the newest comes first");
}

#[test]
fn a_crash_while_writing_leaves_the_old_save() {
    let dir = tempfile::tempdir().unwrap();
    let saves = Saves::in_dir(dir.path());
    let world = played(7, 25);
    let path = saves.write(&world, "noon", None).unwrap();
    // What a crash leaves: half a file beside the whole one.
    let whole = fs::read(&path).unwrap();
    fs::write(path.with_extension("part"), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(saves.list().len(), 1, "a part is listed as a save");
    assert_eq!(saves::load(library(), &path).unwrap().hash(), world.hash());
    let later = played(7, 40);
    saves.write(&later, "noon", None).unwrap();
    assert_eq!(saves::load(library(), &path).unwrap().hash(), later.hash());
    assert!(!path.with_extension("part").exists());
    // What cannot be written leaves what was there.
    fs::create_dir(path.with_extension("part")).unwrap();
    assert!(matches!(saves.write(&world, "noon", None), Err(SavesError::Disk { .. })));
    assert_eq!(saves::load(library(), &path).unwrap().hash(), later.hash());
    assert_eq!(path.extension().unwrap(), EXTENSION);
}
