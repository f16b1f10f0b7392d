//! Owns writing 32 activations as int8 with NEON. Refuses to define it: [`crate::scalar::quantise`] does, bit for bit.

use std::arch::aarch64::*;
use std::mem::transmute;

use crate::scalar::quantise::{BLOCK, Quantised, factors};

/// Values of a register.
const LANE: usize = 4;

/// As [`crate::scalar::quantise::block`].
///
/// # Safety
/// The machine has NEON.
#[target_feature(enable = "neon")]
pub(crate) unsafe fn block(values: &[f32; BLOCK], codes: &mut [i8; BLOCK]) -> Quantised {
    let magnitude = vdupq_n_u32(0x7fff_ffff);
    // SAFETY: eight registers of four f32 are 32 f32, without padding; every bit pattern is valid in both.
    let values = unsafe { transmute::<[f32; BLOCK], [float32x4_t; BLOCK / LANE]>(*values) };
    // Magnitudes compare as integers, and NaN and infinity above all.
    let mut most = vdupq_n_u32(0);
    for four in values {
        most = vmaxq_u32(most, vandq_u32(vreinterpretq_u32_f32(four), magnitude));
    }
    let (inverse, scale) = factors(vmaxvq_u32(most));

    let mut sums = [0; 2];
    let sixteens = codes.as_chunks_mut::<16>().0.iter_mut().zip(values.as_chunks::<4>().0);
    for ((codes, &[a, b, c, d]), sum) in sixteens.zip(&mut sums) {
        let low = vcombine_s16(code(a, inverse), code(b, inverse));
        let high = vcombine_s16(code(c, inverse), code(d, inverse));
        let bytes = vcombine_s8(vqmovn_s16(low), vqmovn_s16(high));
        // SAFETY: both are sixteen bytes without padding, and every bit pattern is an i8.
        *codes = unsafe { transmute::<int8x16_t, [i8; 16]>(bytes) };
        *sum = i32::from(vaddlvq_s8(bytes));
    }
    Quantised { scale, sums }
}

/// The conversion rounds halves to even, and gives 0 for NaN: what infinity times 0 is where the scale is NaN.
#[inline]
#[target_feature(enable = "neon")]
fn code(values: float32x4_t, inverse: f32) -> int16x4_t {
    vqmovn_s32(vcvtnq_s32_f32(vmulq_n_f32(values, inverse)))
}
