//! Owns writing 32 activations as int8 with NEON. Refuses to define it: [`crate::scalar::quantise`] does, bit for bit.

use std::arch::aarch64::*;
use std::mem::transmute;

use crate::scalar::quantise::{BLOCK, PLANE_SHIFT, PLANE_STEPS, Quantised, factors, plane_scale};

/// Values of a register.
const LANE: usize = 4;

/// As [`crate::scalar::quantise::block`].
///
/// # Safety
/// The machine has NEON.
#[target_feature(enable = "neon")]
pub(crate) unsafe fn block<const PLANES: usize>(
    values: &[f32; BLOCK],
    codes: [&mut [i8; BLOCK]; PLANES],
) -> Quantised {
    // The conversion rounds halves to even, and gives 0 for NaN: what infinity times 0 is where the scale is NaN.
    let magnitude = vdupq_n_u32(0x7fff_ffff);
    // SAFETY: 32 floats are eight registers.
    let values = unsafe { transmute::<[f32; BLOCK], [float32x4_t; BLOCK / LANE]>(*values) };
    // Magnitudes compare as integers, and NaN and infinity above all.
    let mut most = vdupq_n_u32(0);
    for four in values {
        most = vmaxq_u32(most, vandq_u32(vreinterpretq_u32_f32(four), magnitude));
    }
    let (inverse, scale) = factors(vmaxvq_u32(most));

    let mut rest = values.map(|four| vmulq_n_f32(four, inverse));
    let mut sums = [0; 2];
    for codes in codes {
        let rounded = rest.map(|four| vcvtnq_s32_f32(four));
        let sixteens = codes.as_chunks_mut::<16>().0.iter_mut().zip(rounded.as_chunks::<4>().0);
        for ((codes, &[a, b, c, d]), sum) in sixteens.zip(&mut sums) {
            let low = vcombine_s16(vqmovn_s32(a), vqmovn_s32(b));
            let high = vcombine_s16(vqmovn_s32(c), vqmovn_s32(d));
            let bytes = vcombine_s8(vqmovn_s16(low), vqmovn_s16(high));
            // SAFETY: a register is sixteen bytes.
            *codes = unsafe { transmute::<int8x16_t, [i8; 16]>(bytes) };
            *sum = (*sum << PLANE_SHIFT) + i32::from(vaddlvq_s8(bytes));
        }
        for (rest, code) in rest.iter_mut().zip(rounded) {
            *rest = vmulq_n_f32(vsubq_f32(*rest, vcvtq_f32_s32(code)), PLANE_STEPS);
        }
    }
    Quantised { scale: plane_scale::<PLANES>(scale), sums }
}
