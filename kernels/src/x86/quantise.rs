//! Owns writing 32 activations as int8 with AVX2; machines with AVX-512 use it too, as a block is four registers. Refuses to
//! define it: [`crate::scalar::quantise`] does, bit for bit.

use std::arch::x86_64::*;
use std::mem::transmute;

use crate::scalar::quantise::{BLOCK, PLANE_SHIFT, PLANE_STEPS, Quantised, factors, plane_scale};

/// As [`crate::scalar::quantise::block`].
///
/// # Safety
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(crate) unsafe fn block<const PLANES: usize>(
    values: &[f32; BLOCK],
    codes: [&mut [i8; BLOCK]; PLANES],
) -> Quantised {
    let magnitude = _mm256_set1_epi32(0x7fff_ffff);
    // SAFETY: 32 floats are four registers.
    let values = unsafe { transmute::<[f32; BLOCK], [__m256; 4]>(*values) };
    // Magnitudes compare as integers, and NaN and infinity above all.
    let [a, b, c, d] = values.map(|value| _mm256_and_si256(_mm256_castps_si256(value), magnitude));
    let most = _mm256_max_epi32(_mm256_max_epi32(a, b), _mm256_max_epi32(c, d));
    let most = _mm_max_epi32(_mm256_castsi256_si128(most), _mm256_extracti128_si256::<1>(most));
    let most = _mm_max_epi32(most, _mm_shuffle_epi32::<0b01_00_11_10>(most));
    let most = _mm_max_epi32(most, _mm_shuffle_epi32::<0b10_11_00_01>(most));
    let (inverse, scale) = factors(_mm_cvtsi128_si32(most) as u32);

    let inverse = _mm256_set1_ps(inverse);
    let finite = _mm256_set1_epi8(if scale.is_nan() { 0 } else { -1 });
    let mut rest = values.map(|value| _mm256_mul_ps(value, inverse));
    let mut sums = [0; 2];
    for codes in codes {
        // The conversion rounds halves to even. Where the scale is NaN its result means nothing and is masked away.
        let [a, b, c, d] = rest.map(|value| _mm256_cvtps_epi32(value));
        let bytes = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
        let ordered = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
        let ordered = _mm256_and_si256(ordered, finite);
        // SAFETY: a register is 32 bytes.
        *codes = unsafe { transmute::<__m256i, [i8; BLOCK]>(ordered) };
        for (sum, of_plane) in sums.iter_mut().zip(half_sums(ordered)) {
            *sum = (*sum << PLANE_SHIFT) + of_plane;
        }
        for (rest, code) in rest.iter_mut().zip([a, b, c, d]) {
            let off = _mm256_sub_ps(*rest, _mm256_cvtepi32_ps(code));
            *rest = _mm256_mul_ps(off, _mm256_set1_ps(PLANE_STEPS));
        }
    }
    Quantised { scale: plane_scale::<PLANES>(scale), sums }
}

/// The sums of the first and of the second sixteen signed bytes: each is a half of the register.
#[inline]
#[target_feature(enable = "avx2")]
fn half_sums(bytes: __m256i) -> [i32; 2] {
    let pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), bytes);
    let fours = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    [_mm256_castsi256_si128(fours), _mm256_extracti128_si256::<1>(fours)].map(|half| {
        let half = _mm_add_epi32(half, _mm_shuffle_epi32::<0b01_00_11_10>(half));
        _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32::<0b10_11_00_01>(half)))
    })
}
