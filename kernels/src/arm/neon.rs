//! Owns the matrix kernel for NEON with its dot product. Refuses to define the product: [`crate::scalar::matmul`] does, bit
//! for bit.
//!
//! The dot product's bytes are both signed. Codes below 64 are so as they are, and their zero is taken off through the sum of
//! the activations; full bytes become signed by turning their highest bit, which takes their zero off too. Thirty-two
//! registers hold four rows of half a panel, or two of a whole one: totals, dot products, activations and weights.
//!
//! Slices are cut into arrays whose sizes the compiler knows, so that no bound is checked in the loop; arrays become
//! registers by `transmute`, which is a load.

use std::arch::aarch64::*;
use std::arch::asm;
use std::mem::transmute;

use crate::activations::{Group, Plane, SUMS};
use crate::packed::layout::{Classed, Layout, PANEL, VECTOR_BYTES};
use crate::scalar::matmul::{Tile, check, sum_slot};
use crate::scalar::quantise::{BLOCK, PLANE_SHIFT};

/// Outputs of a register.
pub(super) const LANE: usize = 4;
/// Bytes of a register: four inputs' codes for its outputs, or sixteen activations.
const REGISTER_BYTES: usize = 16;

/// Whether codes need a sign to be small enough.
pub(super) const fn signed(layout: Layout) -> bool {
    layout.code_max == u8::MAX
}

/// As [`crate::scalar::matmul::tile`].
///
/// # Safety
/// The machine has what [`crate::isa::Kind::Neon`] names.
#[target_feature(enable = "neon,dotprod")]
pub(crate) unsafe fn tile<L: Classed>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    check::<L>(panel, input);
    match input.planes {
        1 => planes::<L, 1>(panel, input, out),
        _ => planes::<L, 2>(panel, input, out),
    }
}

#[target_feature(enable = "neon,dotprod")]
fn planes<L: Classed, const PLANES: usize>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    match input.rows {
        8 => {
            rows::<L, PLANES, 8, 4, 2, 0, 0>(panel, input, out);
            rows::<L, PLANES, 8, 4, 2, 4, 0>(panel, input, out);
            rows::<L, PLANES, 8, 4, 2, 0, 2>(panel, input, out);
            rows::<L, PLANES, 8, 4, 2, 4, 2>(panel, input, out);
        }
        4 => {
            rows::<L, PLANES, 4, 4, 2, 0, 0>(panel, input, out);
            rows::<L, PLANES, 4, 4, 2, 0, 2>(panel, input, out);
        }
        2 => rows::<L, PLANES, 2, 2, 4, 0, 0>(panel, input, out),
        _ => rows::<L, PLANES, 1, 1, 4, 0, 0>(panel, input, out),
    }
}

/// `ROWS` rows of a group of `GROUP`, by `LANES` registers of outputs, from row `FIRST` and register `LEFT` on.
#[target_feature(enable = "neon,dotprod")]
pub(super) fn rows<
    L: Classed,
    const PLANES: usize,
    const GROUP: usize,
    const ROWS: usize,
    const LANES: usize,
    const FIRST: usize,
    const LEFT: usize,
>(
    panel: &[u8],
    input: &Group<'_>,
    out: &mut Tile,
) {
    let mut totals = [[vdupq_n_f32(0.); LANES]; ROWS];
    let mut blocks = input.blocks::<PLANES, GROUP>();
    for group in panel.chunks_exact(L::GROUP_BYTES) {
        let (header, weights) = group.split_at(L::HEADER_BYTES);
        for (weights, (codes, factors, sums)) in weights.chunks_exact(L::BLOCK_BYTES).zip(&mut blocks) {
            let (scale_bytes, weights) = weights.split_at(L::SCALE_BYTES);
            for part in 0..L::LAYOUT.scales {
                let dots = dots::<L, PLANES, GROUP, ROWS, LANES, FIRST, LEFT>(weights, part, codes, sums);
                let sums = &factors[sum_slot(L::LAYOUT, part) + 1];
                for lane in 0..LANES {
                    let (scale, min) = scales::<L>(header, scale_bytes, part, LEFT + lane);
                    for row in 0..ROWS {
                        let scale = vmulq_n_f32(scale, factors[0][FIRST + row]);
                        let total = vfmaq_f32(totals[row][lane], vcvtq_f32_s32(dots[row][lane]), scale);
                        totals[row][lane] =
                            if L::LAYOUT.mins { vfmaq_n_f32(total, min, sums[FIRST + row]) } else { total };
                    }
                }
            }
        }
    }
    for (out, totals) in out[FIRST..].iter_mut().zip(totals) {
        for (out, total) in out.as_chunks_mut::<LANE>().0[LEFT..].iter_mut().zip(totals) {
            // SAFETY: a `float32x4_t` is four f32 without padding, so both have one size and every bit pattern is valid.
            *out = unsafe { transmute::<float32x4_t, [f32; LANE]>(total) };
        }
    }
}

/// The integer dot products of one part of a block.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn dots<
    L: Classed,
    const PLANES: usize,
    const GROUP: usize,
    const ROWS: usize,
    const LANES: usize,
    const FIRST: usize,
    const LEFT: usize,
>(
    weights: &[u8],
    part: usize,
    codes: &[Plane<GROUP>; PLANES],
    sums: &[[i32; GROUP]; SUMS],
) -> [[int32x4_t; LANES]; ROWS] {
    let mut dots = [[vdupq_n_s32(0); LANES]; ROWS];
    for (plane, codes) in codes.iter().enumerate() {
        if plane > 0 {
            for dot in dots.as_flattened_mut() {
                *dot = vshlq_n_s32::<{ PLANE_SHIFT as i32 }>(*dot);
            }
        }
        if L::LAYOUT.zero > 0 && !signed(L::LAYOUT) && plane == PLANES - 1 {
            for (row, dots) in dots.iter_mut().enumerate() {
                let sum = sums[sum_slot(L::LAYOUT, part)][FIRST + row];
                let taken_off = vdupq_n_s32(sum * i32::from(L::LAYOUT.zero));
                for dot in dots {
                    *dot = vaddq_s32(*dot, taken_off);
                }
            }
        }
        // With scales of their own a part is sixteen inputs, else it is both sixteens.
        let sixteens = const { BLOCK / REGISTER_BYTES / L::LAYOUT.scales };
        for sixteen in part * sixteens..(part + 1) * sixteens {
            let mut activations = [vdupq_n_s8(0); ROWS];
            for (activations, codes) in activations.iter_mut().zip(&codes[FIRST..]) {
                *activations = codes16(codes, sixteen);
            }
            for lane in 0..LANES {
                let [a, b, c, d] = vectors::<L>(weights, sixteen, LEFT + lane);
                for (dots, &activations) in dots.iter_mut().zip(&activations) {
                    let dot = add_dot::<0>(dots[lane], a, activations);
                    let dot = add_dot::<1>(dot, b, activations);
                    let dot = add_dot::<2>(dot, c, activations);
                    dots[lane] = add_dot::<3>(dot, d, activations);
                }
            }
        }
    }
    dots
}

/// The first or second sixteen of a block's activations.
#[inline]
#[target_feature(enable = "neon,dotprod")]
pub(super) fn codes16(codes: &[[i8; 4]; BLOCK / 4], sixteen: usize) -> int8x16_t {
    // SAFETY: both are sixteen bytes without padding, and every bit pattern is a register.
    unsafe { transmute::<[[i8; 4]; 4], int8x16_t>(codes.as_chunks::<4>().0[sixteen]) }
}

/// Adds, to each lane, the product of its four weights and four of the sixteen activations, those from 4 · `FOUR` on.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn add_dot<const FOUR: usize>(sum: int32x4_t, weights: int8x16_t, activations: int8x16_t) -> int32x4_t {
    let mut sum = sum;
    // SAFETY: one instruction of the feature that this function is compiled with: it reads and writes the registers named
    // here and nothing else. The intrinsic for it is not in stable Rust.
    unsafe {
        asm!(
            "sdot {sum:v}.4s, {weights:v}.16b, {activations:v}.4b[{four}]",
            sum = inout(vreg) sum,
            weights = in(vreg) weights,
            activations = in(vreg) activations,
            four = const FOUR,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}

/// Codes of the first or second sixteen inputs, four by four, for the four outputs of a register, as signed bytes.
#[inline]
#[target_feature(enable = "neon,dotprod")]
pub(super) fn vectors<L: Classed>(weights: &[u8], sixteen: usize, lane: usize) -> [int8x16_t; 4] {
    // Low nibbles are the first sixteen inputs, high ones the second, of the same bytes.
    let first = if L::LAYOUT.nibbles { 0 } else { sixteen * 4 };
    let (bytes, _) = weights.as_chunks::<VECTOR_BYTES>();
    let mut vectors = [vdupq_n_s8(0); 4];
    for (vector, bytes) in vectors.iter_mut().zip(&bytes[first..]) {
        let bytes = &bytes.as_chunks::<REGISTER_BYTES>().0[lane];
        // SAFETY: both are sixteen bytes without padding, and every bit pattern is a register.
        let bytes = unsafe { transmute::<[u8; REGISTER_BYTES], uint8x16_t>(*bytes) };
        let bytes = if L::LAYOUT.nibbles && sixteen == 0 {
            vandq_u8(bytes, vdupq_n_u8(15))
        } else if L::LAYOUT.nibbles {
            vshrq_n_u8::<4>(bytes)
        } else if signed(L::LAYOUT) {
            veorq_u8(bytes, vdupq_n_u8(128))
        } else {
            bytes
        };
        *vector = vreinterpretq_s8_u8(bytes);
    }
    vectors
}

/// Scales and minima of one part of a block for one register of outputs.
#[inline]
#[target_feature(enable = "neon,dotprod")]
pub(super) fn scales<L: Classed>(
    header: &[u8],
    bytes: &[u8],
    part: usize,
    lane: usize,
) -> (float32x4_t, float32x4_t) {
    let scaled = |number: usize| {
        if L::LAYOUT.two_level {
            let second = small(bytes, number * L::LAYOUT.scales + part, lane);
            vmulq_f32(halves(header, number, lane), second)
        } else {
            halves(bytes, number, lane)
        }
    };
    let scale = scaled(0);
    (scale, if L::LAYOUT.mins { scaled(1) } else { scale })
}

/// Four of the sixteen half-precision numbers that are `number`th.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn halves(bytes: &[u8], number: usize, lane: usize) -> float32x4_t {
    let bytes = &bytes.as_chunks::<{ 2 * LANE }>().0[number * (PANEL / LANE) + lane];
    // SAFETY: both are eight bytes without padding, and every bit pattern is a register.
    vcvt_f32_f16(vreinterpret_f16_u16(unsafe { transmute::<[u8; 2 * LANE], uint16x4_t>(*bytes) }))
}

/// Four of the sixteen signed bytes that are `number`th.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn small(bytes: &[u8], number: usize, lane: usize) -> float32x4_t {
    let bytes = &bytes.as_chunks::<LANE>().0[number * (PANEL / LANE) + lane];
    let eight = vcreate_s8(u64::from(u32::from_le_bytes(*bytes)));
    vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(eight))))
}
