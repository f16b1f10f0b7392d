//! Owns the matrix kernel for NEON with its 8-bit matrix product (i8mm). Refuses to define the product:
//! [`crate::scalar::matmul`] does, bit for bit.
//!
//! One instruction multiplies eight inputs of two rows with eight inputs of two outputs: twice the work of a dot product, on
//! the same codes made signed in the same way ([`super::neon`]). Panels hold four inputs at a time, so two vectors of weights
//! are zipped into eight. Four rows by half a panel, or two by a whole one, keep totals, products, activations and weights in
//! registers. A single row has no pair: it takes the dot product.
//!
//! Source: Arm Architecture Reference Manual, SMMLA (vector).

use std::arch::aarch64::*;
use std::arch::asm;
use std::mem::transmute;

use super::neon::{self, LANE, codes16, scales, signed, vectors};
use crate::activations::{Group, Plane, SUMS};
use crate::packed::layout::Classed;
use crate::scalar::matmul::{Tile, check, sum_slot};
use crate::scalar::quantise::{BLOCK, PLANE_SHIFT};

/// Registers of products of two rows and the four outputs of a register of totals.
const HALVES: usize = 2;

/// As [`crate::scalar::matmul::tile`].
///
/// # Safety
/// The machine has what [`crate::isa::Kind::I8mm`] names.
#[target_feature(enable = "neon,dotprod,i8mm")]
pub(crate) unsafe fn tile<L: Classed>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    check::<L>(panel, input);
    match input.planes {
        1 => planes::<L, 1>(panel, input, out),
        _ => planes::<L, 2>(panel, input, out),
    }
}

#[target_feature(enable = "neon,dotprod,i8mm")]
fn planes<L: Classed, const PLANES: usize>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    match input.rows {
        8 => {
            rows::<L, PLANES, 8, 2, 2, 0, 0>(panel, input, out);
            rows::<L, PLANES, 8, 2, 2, 4, 0>(panel, input, out);
            rows::<L, PLANES, 8, 2, 2, 0, 2>(panel, input, out);
            rows::<L, PLANES, 8, 2, 2, 4, 2>(panel, input, out);
        }
        4 => {
            rows::<L, PLANES, 4, 2, 2, 0, 0>(panel, input, out);
            rows::<L, PLANES, 4, 2, 2, 0, 2>(panel, input, out);
        }
        2 => rows::<L, PLANES, 2, 1, 4, 0, 0>(panel, input, out),
        _ => neon::rows::<L, PLANES, 1, 1, 4, 0, 0>(panel, input, out),
    }
}

/// `PAIRS` times two rows of a group of `GROUP`, by `LANES` registers of outputs, from row `FIRST` and register `LEFT` on.
#[target_feature(enable = "neon,dotprod,i8mm")]
fn rows<
    L: Classed,
    const PLANES: usize,
    const GROUP: usize,
    const PAIRS: usize,
    const LANES: usize,
    const FIRST: usize,
    const LEFT: usize,
>(
    panel: &[u8],
    input: &Group<'_>,
    out: &mut Tile,
) {
    let mut totals = [[[vdupq_n_f32(0.); LANES]; 2]; PAIRS];
    let mut blocks = input.blocks::<PLANES, GROUP>();
    for group in panel.chunks_exact(L::GROUP_BYTES) {
        let (header, weights) = group.split_at(L::HEADER_BYTES);
        for (weights, (codes, factors, sums)) in weights.chunks_exact(L::BLOCK_BYTES).zip(&mut blocks) {
            let (scale_bytes, weights) = weights.split_at(L::SCALE_BYTES);
            for part in 0..L::LAYOUT.scales {
                let products =
                    products::<L, PLANES, GROUP, PAIRS, LANES, FIRST, LEFT>(weights, part, codes, sums);
                let sums = &factors[sum_slot(L::LAYOUT, part) + 1];
                for lane in 0..LANES {
                    let (scale, min) = scales::<L>(header, scale_bytes, part, LEFT + lane);
                    for (pair, (totals, products)) in totals.iter_mut().zip(&products).enumerate() {
                        for (of_pair, dots) in by_row(products[lane]).into_iter().enumerate() {
                            let row = FIRST + 2 * pair + of_pair;
                            let scale = vmulq_n_f32(scale, factors[0][row]);
                            let total = vfmaq_f32(totals[of_pair][lane], vcvtq_f32_s32(dots), scale);
                            totals[of_pair][lane] =
                                if L::LAYOUT.mins { vfmaq_n_f32(total, min, sums[row]) } else { total };
                        }
                    }
                }
            }
        }
    }
    for (out, totals) in out[FIRST..].iter_mut().zip(totals.as_flattened()) {
        for (out, &total) in out.as_chunks_mut::<LANE>().0[LEFT..].iter_mut().zip(totals) {
            // SAFETY: a `float32x4_t` is four f32 without padding, so both have one size and every bit pattern is valid.
            *out = unsafe { transmute::<float32x4_t, [f32; LANE]>(total) };
        }
    }
}

/// Sums of products, (row of a pair, output of a pair), for both pairs of a register's outputs.
type Products = [int32x4_t; HALVES];

/// The integer dot products of one part of a block, pairs by pairs.
#[inline]
#[target_feature(enable = "neon,dotprod,i8mm")]
fn products<
    L: Classed,
    const PLANES: usize,
    const GROUP: usize,
    const PAIRS: usize,
    const LANES: usize,
    const FIRST: usize,
    const LEFT: usize,
>(
    weights: &[u8],
    part: usize,
    codes: &[Plane<GROUP>; PLANES],
    sums: &[[i32; GROUP]; SUMS],
) -> [[Products; LANES]; PAIRS] {
    let mut products = [[[vdupq_n_s32(0); HALVES]; LANES]; PAIRS];
    for (plane, codes) in codes.iter().enumerate() {
        if plane > 0 {
            for dots in products.as_flattened_mut().as_flattened_mut() {
                *dots = vshlq_n_s32::<{ PLANE_SHIFT as i32 }>(*dots);
            }
        }
        if L::LAYOUT.zero > 0 && !signed(L::LAYOUT) && plane == PLANES - 1 {
            let sums = &sums[sum_slot(L::LAYOUT, part)];
            for (pair, products) in products.iter_mut().enumerate() {
                let [above, below] =
                    [0, 1].map(|row| vdup_n_s32(sums[FIRST + 2 * pair + row] * i32::from(L::LAYOUT.zero)));
                let taken_off = vcombine_s32(above, below);
                for dots in products.as_flattened_mut() {
                    *dots = vaddq_s32(*dots, taken_off);
                }
            }
        }
        // With scales of their own a part is sixteen inputs, else it is both sixteens.
        let sixteens = const { BLOCK / 16 / L::LAYOUT.scales };
        for sixteen in part * sixteens..(part + 1) * sixteens {
            let mut activations = [[vdupq_n_s8(0); 2]; PAIRS];
            for (pair, activations) in activations.iter_mut().enumerate() {
                let [above, below] =
                    [0, 1].map(|row| vreinterpretq_s64_s8(codes16(&codes[FIRST + 2 * pair + row], sixteen)));
                *activations = [vzip1q_s64(above, below), vzip2q_s64(above, below)]
                    .map(|both| vreinterpretq_s8_s64(both));
            }
            for lane in 0..LANES {
                let [a, b, c, d] =
                    vectors::<L>(weights, sixteen, LEFT + lane).map(|four| vreinterpretq_s32_s8(four));
                let eights = [[vzip1q_s32(a, b), vzip2q_s32(a, b)], [vzip1q_s32(c, d), vzip2q_s32(c, d)]];
                for (products, activations) in products.iter_mut().zip(&activations) {
                    for (eight, activations) in eights.iter().zip(activations) {
                        for (products, &weights) in products[lane].iter_mut().zip(eight) {
                            *products = add_product(*products, *activations, vreinterpretq_s8_s32(weights));
                        }
                    }
                }
            }
        }
    }
    products
}

/// The products of each row of a pair with a register's four outputs.
#[inline]
#[target_feature(enable = "neon,dotprod,i8mm")]
fn by_row(products: Products) -> [int32x4_t; 2] {
    let [left, right] = products.map(|both| vreinterpretq_s64_s32(both));
    [vzip1q_s64(left, right), vzip2q_s64(left, right)].map(|row| vreinterpretq_s32_s64(row))
}

/// Adds the product of two rows by eight inputs and two outputs by eight inputs.
#[inline]
#[target_feature(enable = "neon,dotprod,i8mm")]
fn add_product(sum: int32x4_t, rows: int8x16_t, outputs: int8x16_t) -> int32x4_t {
    let mut sum = sum;
    // SAFETY: one instruction of the feature that this function is compiled with: it reads and writes the registers named
    // here and nothing else. The intrinsic for it is not in stable Rust.
    unsafe {
        asm!(
            "smmla {sum:v}.4s, {rows:v}.16b, {outputs:v}.16b",
            sum = inout(vreg) sum,
            rows = in(vreg) rows,
            outputs = in(vreg) outputs,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}
