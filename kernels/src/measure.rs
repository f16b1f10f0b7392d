//! Owns what this machine can do at most: how fast its threads read memory, and how many int8 operations they do in registers.
//! Refuses to know models and kernels: it is what their speed is measured against. It lives here because a bound must be
//! measured by optimised code in every build. Whatever else runs can only slow a pass down, so the best of several counts.

use std::hint::black_box;
use std::time::Instant;

use crate::aligned::{AlignedBytes, OutOfMemory};
use crate::isa::{Isa, Kind};
use crate::lanes::{Kernel, Lanes, dispatch};
use crate::pool::{Parts, Pool};

/// Bytes that are read, one window after the other: several times the largest caches of desktop processors.
const BLOCK_BYTES: usize = 512 << 20;
/// Bytes that are timed together: a few milliseconds, which a busy machine has to itself now and then.
const WINDOW_BYTES: usize = 64 << 20;
/// Bytes that a thread claims at a time: so many that claiming costs nothing, so few that all end together.
const PART_BYTES: usize = 1 << 20;
/// Bytes that are read in one turn of the loop, on sums of their own, so that an addition need not wait for the one before.
const TURN_BYTES: usize = 256;
const _: () = assert!(BLOCK_BYTES.is_multiple_of(WINDOW_BYTES));
const _: () = assert!(WINDOW_BYTES.is_multiple_of(PART_BYTES) && PART_BYTES.is_multiple_of(TURN_BYTES));
/// How far ahead memory is asked for: processors follow one stream by themselves, and not over the edge of a page.
const AHEAD_BYTES: usize = 2048;
/// Bytes of a cache line.
const LINE_BYTES: usize = 64;
/// Passes over the whole block.
const READ_PASSES: usize = 16;
/// Sums that do not wait for each other: more than any processor's latency times its instructions a cycle.
const SUMS: usize = 12;
/// Times that each sum is added to in one pass: less than a millisecond, which a busy machine has to itself now and then.
const TURNS: usize = 200_000;
/// Passes of additions.
const ADD_PASSES: usize = 256;

/// Gigabytes (10^9 bytes) a second that the pool's threads read together, by wide loads from a block that no cache holds.
///
/// # Errors
/// [`OutOfMemory`].
pub fn read_bandwidth(isa: Isa, pool: &Pool) -> Result<f64, OutOfMemory> {
    let mut block = AlignedBytes::zeroed(BLOCK_BYTES)?;
    let parts = BLOCK_BYTES / PART_BYTES;
    // Numbers that are not zero: the system gives untouched zero pages one page of memory in common.
    let whole = Parts::new(block.as_mut_slice());
    pool.run(parts, &|part| {
        // SAFETY: each part of the region is claimed once.
        unsafe { whole.get(part * PART_BYTES, PART_BYTES) }.fill(1);
    });
    let windows = BLOCK_BYTES / WINDOW_BYTES;
    let seconds = best_s(READ_PASSES * windows, |pass| {
        let window = &block.as_slice()[pass % windows * WINDOW_BYTES..][..WINDOW_BYTES];
        pool.run(WINDOW_BYTES / PART_BYTES, &|part| {
            let bytes = &window[part * PART_BYTES..][..PART_BYTES];
            black_box(dispatch(isa, Sum(black_box(bytes))));
        });
    });
    Ok(WINDOW_BYTES as f64 / seconds / 1e9)
}

/// Billions of int8 operations a second that the pool's threads do together where nothing waits for memory; a multiplication
/// and an addition are two. None for the specification, which has no instruction to be measured by.
pub fn int8_peak(isa: Isa, pool: &Pool) -> Option<f64> {
    let (work, products): (fn() -> i32, usize) = match isa.kind() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: an `Isa` of this kind exists only where the machine has its features.
        Kind::Vnni => (|| unsafe { x86::vnni() }, 64),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kind::Avx2 => (|| unsafe { x86::avx2() }, 32),
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Kind::Neon => (|| unsafe { arm::neon() }, 16),
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Kind::I8mm => (|| unsafe { arm::i8mm() }, 32),
        _ => return None,
    };
    let seconds = best_s(ADD_PASSES, |_| {
        pool.run(pool.threads(), &|_| {
            black_box(work());
        });
    });
    let operations = 2 * products * SUMS * TURNS * pool.threads();
    Some(operations as f64 / seconds / 1e9)
}

fn best_s(passes: usize, pass: impl Fn(usize)) -> f64 {
    let timed = |number| {
        let began = Instant::now();
        pass(number);
        began.elapsed().as_secs_f64()
    };
    (0..passes).map(timed).fold(f64::INFINITY, f64::min)
}

/// The sum of all words, of whole turns.
struct Sum<'a>(&'a [u8]);

impl Kernel for Sum<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<L: Lanes>(self) -> u64 {
        let mut sums = [0u64; TURN_BYTES / size_of::<u64>()];
        for (at, turn) in self.0.as_chunks::<TURN_BYTES>().0.iter().enumerate() {
            for line in 0..TURN_BYTES / LINE_BYTES {
                if let Some(byte) = self.0.get(at * TURN_BYTES + AHEAD_BYTES + line * LINE_BYTES) {
                    L::fetch(byte);
                }
            }
            for (sum, word) in sums.iter_mut().zip(turn.as_chunks().0) {
                *sum = sum.wrapping_add(u64::from_ne_bytes(*word));
            }
        }
        sums.into_iter().fold(0, u64::wrapping_add)
    }
}

/// Written as instructions: a compiler that knew what they compute would do it once and not a million times. Each function
/// gives one of its sums.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{SUMS, TURNS};
    use std::arch::asm;
    use std::arch::x86_64::*;

    /// # Safety
    /// The machine has what [`crate::isa::Kind::Vnni`] names.
    #[target_feature(enable = "avx512f,avx512vnni")]
    pub(super) unsafe fn vnni() -> i32 {
        let (weights, activations) = (_mm512_set1_epi8(3), _mm512_set1_epi8(-5));
        let mut sums = [_mm512_setzero_si512(); SUMS];
        for _ in 0..TURNS {
            for sum in &mut sums {
                // SAFETY: one instruction of a feature that this function is compiled with, between registers.
                unsafe {
                    asm!(
                        "vpdpbusd {sum}, {weights}, {activations}",
                        sum = inout(zmm_reg) *sum,
                        weights = in(zmm_reg) weights,
                        activations = in(zmm_reg) activations,
                        options(nomem, nostack, preserves_flags),
                    );
                }
            }
        }
        sums.into_iter().fold(0, |_, sum| _mm512_cvtsi512_si32(sum))
    }

    /// Products of pairs in 16 bits. Widening them is left out: nibbles allow eight sums before it, and a bound that a
    /// kernel could pass would be none.
    ///
    /// # Safety
    /// The machine has what [`crate::isa::Kind::Avx2`] names.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn avx2() -> i32 {
        let (weights, activations) = (_mm256_set1_epi8(3), _mm256_set1_epi8(-5));
        let mut sums = [_mm256_setzero_si256(); SUMS];
        for _ in 0..TURNS {
            for sum in &mut sums {
                // SAFETY: two instructions of a feature that this function is compiled with, between registers.
                unsafe {
                    asm!(
                        "vpmaddubsw {pairs}, {weights}, {activations}",
                        "vpaddw {sum}, {sum}, {pairs}",
                        pairs = out(ymm_reg) _,
                        sum = inout(ymm_reg) *sum,
                        weights = in(ymm_reg) weights,
                        activations = in(ymm_reg) activations,
                        options(nomem, nostack, preserves_flags),
                    );
                }
            }
        }
        sums.into_iter().fold(0, |_, sum| i32::from(_mm256_extract_epi16::<0>(sum) as i16))
    }
}

/// As for x86: written as instructions.
#[cfg(target_arch = "aarch64")]
mod arm {
    use super::{SUMS, TURNS};
    use std::arch::aarch64::*;
    use std::arch::asm;

    /// Adds one instruction's products of int8 lanes to each sum in turn; what the instructions differ in is their name.
    macro_rules! sum_products {
        ($instruction:literal) => {{
            let (weights, activations) = (vdupq_n_s8(3), vdupq_n_s8(-5));
            let mut sums = [vdupq_n_s32(0); SUMS];
            for _ in 0..TURNS {
                for sum in &mut sums {
                    // SAFETY: one instruction of the features that the function around it is compiled with, between
                    // registers.
                    unsafe {
                        asm!(
                            concat!($instruction, " {sum:v}.4s, {weights:v}.16b, {activations:v}.16b"),
                            sum = inout(vreg) *sum,
                            weights = in(vreg) weights,
                            activations = in(vreg) activations,
                            options(nomem, nostack, preserves_flags),
                        );
                    }
                }
            }
            sums.into_iter().fold(0, |_, sum| vgetq_lane_s32::<0>(sum))
        }};
    }

    /// # Safety
    /// The machine has what [`crate::isa::Kind::Neon`] names.
    #[target_feature(enable = "neon,dotprod")]
    pub(super) unsafe fn neon() -> i32 {
        sum_products!("sdot")
    }

    /// # Safety
    /// The machine has what [`crate::isa::Kind::I8mm`] names.
    #[target_feature(enable = "neon,dotprod,i8mm")]
    pub(super) unsafe fn i8mm() -> i32 {
        sum_products!("smmla")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_once_by_every_instruction_set() {
        for turns in [0, 1, 9, 40] {
            let words = turns * TURN_BYTES as u64 / 8;
            let bytes: Vec<u8> = (1..=words).flat_map(u64::to_ne_bytes).collect();
            for isa in Isa::all() {
                assert_eq!(dispatch(isa, Sum(&bytes)), words * (words + 1) / 2, "{}", isa.name());
            }
        }
    }

    #[test]
    fn the_peak_is_of_work_that_was_done() {
        for isa in Isa::all() {
            let turns = TURNS as i32;
            let (sum, expected) = match isa.kind() {
                Kind::Scalar => (0, 0),
                #[cfg(target_arch = "x86_64")]
                // SAFETY: an `Isa` of this kind exists only where the machine has its features.
                Kind::Vnni => (unsafe { x86::vnni() }, turns * 4 * 3 * -5),
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                Kind::Avx2 => (unsafe { x86::avx2() }, i32::from((turns * 2 * 3 * -5) as i16)),
                #[cfg(target_arch = "aarch64")]
                // SAFETY: as above.
                Kind::Neon => (unsafe { arm::neon() }, turns * 4 * 3 * -5),
                #[cfg(target_arch = "aarch64")]
                // SAFETY: as above.
                Kind::I8mm => (unsafe { arm::i8mm() }, turns * 8 * 3 * -5),
                other => panic!("{other:?} is not of this machine"),
            };
            assert_eq!(sum, expected, "{}", isa.name());
            assert_eq!(int8_peak(isa, &Pool::new(1)).is_some(), isa.kind() != Kind::Scalar);
        }
    }
}
