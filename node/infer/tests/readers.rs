//! A few seconds of what `fuzz/` does for hours: seeded damage to real files through the same doors.
//!
//! Owns: the seeds and the damage. What must hold is in `support/doors.rs`. `EMBERWICK_SMOKE_ROUNDS` multiplies the rounds.

#[path = "support/doors.rs"]
mod doors;
#[path = "support/adapters.rs"]
mod fixtures;

use fixtures::{Gguf, Meta, Peft, Tensor};

/// Numbers that lengths, counts and offsets trip over.
const NASTY: [u64; 10] = [0, 1, 2, 31, 32, 0x7fff_ffff, 0xffff_ffff, 1 << 40, u64::MAX / 2, u64::MAX];
/// Pieces of JSON that a header trips over.
const PIECES: [&[u8]; 8] =
    [b"{", b"}", b"[[[[", b"\"", b",", b"18446744073709551615", b"-1", b"\"dtype\":\"F16\","];

/// SplitMix64.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }
}

/// Damage mostly in the first `header_bytes`, where the structure is.
fn damaged(seeded: &mut Seeded, whole: &[u8], header_bytes: usize) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=seeded.below(3) {
        let reach = if seeded.below(8) == 0 { bytes.len() } else { header_bytes.min(bytes.len()) };
        let at = seeded.below(reach + 1);
        match seeded.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << seeded.below(8),
            1 if at < bytes.len() => bytes[at] = seeded.below(256) as u8,
            2 if at + 8 <= bytes.len() => {
                let number = NASTY[seeded.below(NASTY.len())].to_le_bytes();
                bytes[at..at + 8].copy_from_slice(&number);
            }
            3 => bytes.truncate(at),
            4 => {
                let piece = PIECES[seeded.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            _ => {
                let end = (at + seeded.below(64)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

/// Runs one door over damaged files; a panic names the round.
fn smoke(name: &str, rounds: u64, header_bytes: usize, whole: &[u8], door: fn(&[u8])) {
    let factor = std::env::var("EMBERWICK_SMOKE_ROUNDS").ok().and_then(|n| n.parse::<u64>().ok());
    door(whole);
    let mut seeded = Seeded(1);
    for round in 0..rounds * factor.unwrap_or(1) {
        let input = damaged(&mut seeded, whole, header_bytes);
        let outcome = std::panic::catch_unwind(|| door(&input));
        assert!(outcome.is_ok(), "{name}, round {round}: {:?}", &input[..input.len().min(400)]);
    }
}

#[test]
fn gguf() {
    let metadata = [
        ("general.architecture", Meta::Text("llama".to_owned())),
        ("general.alignment", Meta::U32(32)),
        ("tokens", Meta::Texts(vec!["a".to_owned(), "b".to_owned()])),
        ("numbers", Meta::U32s(vec![1, 2, 3])),
        ("flag", Meta::Bool(true)),
    ];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value));
    let tensors = ["a", "b", "c"].map(|name| Tensor::f32(name, &[2, 8], &[1.0; 16]));
    smoke("gguf", 6000, 400, &fixtures::gguf_bytes(&metadata, &tensors), doors::gguf);
}

#[test]
fn safetensors() {
    let tensors = ["a", "b", "c"].map(|name| Tensor::f32(name, &[2, 8], &[1.0; 16]));
    let metadata = [("format".to_owned(), "pt".to_owned())];
    smoke("safetensors", 6000, 260, &fixtures::safetensors_bytes(&metadata, &tensors), doors::safetensors);
}

#[test]
fn adapters() {
    let gguf = Gguf::new(2, "llama", true).bytes();
    smoke("adapter_gguf", 1500, 2400, &gguf, doors::adapter_gguf);
    let peft = Peft::new(2);
    let bytes = doors::peft_bytes(&peft.config_bytes(), &peft.weights_bytes());
    smoke("adapter_peft", 1500, 4000, &bytes, doors::adapter_peft);
}

#[test]
fn a_planted_panic_is_caught_with_its_round() {
    let found = std::panic::catch_unwind(|| {
        smoke("planted", 200, 16, &[7; 16], |bytes| assert!(bytes.len() >= 16, "planted"));
    });
    let message = *found.unwrap_err().downcast::<String>().unwrap();
    assert!(message.starts_with("planted, round "), "{message}");
}
