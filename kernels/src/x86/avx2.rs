//! Owns the matrix kernel for AVX2. Refuses to define the product: [`crate::scalar::matmul`] does, bit for bit.
//!
//! There is no instruction for four bytes a lane here: bytes are multiplied in pairs into 16 bits, which must not saturate.
//! Codes below 64 leave room to add several pairs before they are widened (see [`room`]). Full bytes leave none: they are
//! taken as signed, and their sign moved to the activations. Sixteen registers hold four rows of half a panel, or two of
//! a whole one. Loads are arrays made registers, for the reason that [`crate::x86::vnni`] gives.

use std::arch::x86_64::*;
use std::mem::transmute;

use crate::activations::{Group, Plane, SUMS};
use crate::packed::layout::{Classed, Layout, PANEL, VECTOR_BYTES};
use crate::scalar::matmul::{Tile, check, sum_slot};
use crate::scalar::quantise::{BLOCK, PLANE_SHIFT};
use crate::x86::prefetch;

/// Outputs of a register.
const LANE: usize = 8;
/// Largest magnitude of an activation's code.
const ACTIVATION_MAX: usize = 127;

/// How many pairs of products 16 bits hold. Full bytes are signed first, so that two products of 128 fit once.
const fn room(layout: Layout) -> usize {
    if signed(layout) { 1 } else { i16::MAX as usize / (2 * layout.code_max as usize * ACTIVATION_MAX) }
}

/// Whether codes need a sign to be small enough.
const fn signed(layout: Layout) -> bool {
    layout.code_max == u8::MAX
}
const _: () = assert!(2 * 128 * ACTIVATION_MAX <= i16::MAX as usize);

/// As [`crate::scalar::matmul::tile`].
///
/// # Safety
/// The machine has what [`crate::isa::Kind::Avx2`] names.
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) unsafe fn tile<L: Classed>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    check::<L>(panel, input);
    match input.planes {
        1 => planes::<L, 1>(panel, input, out),
        _ => planes::<L, 2>(panel, input, out),
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn planes<L: Classed, const PLANES: usize>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    match input.rows {
        8 => {
            rows::<L, PLANES, 8, 4, 1, 0, 0>(panel, input, out);
            rows::<L, PLANES, 8, 4, 1, 4, 0>(panel, input, out);
            rows::<L, PLANES, 8, 4, 1, 0, 1>(panel, input, out);
            rows::<L, PLANES, 8, 4, 1, 4, 1>(panel, input, out);
        }
        4 => {
            rows::<L, PLANES, 4, 4, 1, 0, 0>(panel, input, out);
            rows::<L, PLANES, 4, 4, 1, 0, 1>(panel, input, out);
        }
        2 => rows::<L, PLANES, 2, 2, 2, 0, 0>(panel, input, out),
        _ => rows::<L, PLANES, 1, 1, 2, 0, 0>(panel, input, out),
    }
}

/// `ROWS` rows of a group of `GROUP`, by `LANES` registers of outputs, from row `FIRST` and register `LEFT` on.
#[target_feature(enable = "avx2,fma,f16c")]
fn rows<
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
    let mut totals = [[_mm256_setzero_ps(); LANES]; ROWS];
    let mut blocks = input.blocks::<PLANES, GROUP>();
    for group in panel.chunks_exact(L::GROUP_BYTES) {
        let (header, weights) = group.split_at(L::HEADER_BYTES);
        for (weights, (codes, factors, sums)) in weights.chunks_exact(L::BLOCK_BYTES).zip(&mut blocks) {
            prefetch(weights);
            let (scale_bytes, weights) = weights.split_at(L::SCALE_BYTES);
            for part in 0..L::LAYOUT.scales {
                let dots = dots::<L, PLANES, GROUP, ROWS, LANES, FIRST, LEFT>(weights, part, codes, sums);
                let sums = &factors[sum_slot(L::LAYOUT, part) + 1];
                for lane in 0..LANES {
                    let (scale, min) = scales::<L>(header, scale_bytes, part, LEFT + lane);
                    for row in 0..ROWS {
                        let scale = _mm256_mul_ps(scale, _mm256_set1_ps(factors[0][FIRST + row]));
                        let dot = _mm256_cvtepi32_ps(dots[row][lane]);
                        let total = _mm256_fmadd_ps(dot, scale, totals[row][lane]);
                        totals[row][lane] = if L::LAYOUT.mins {
                            _mm256_fmadd_ps(min, _mm256_set1_ps(sums[FIRST + row]), total)
                        } else {
                            total
                        };
                    }
                }
            }
        }
    }
    for (out, totals) in out[FIRST..].iter_mut().zip(totals) {
        for (out, total) in out.as_chunks_mut::<LANE>().0[LEFT..].iter_mut().zip(totals) {
            // SAFETY: a register is eight floats.
            *out = unsafe { transmute::<__m256, [f32; LANE]>(total) };
        }
    }
}

/// The integer dot products of one part of a block.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
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
) -> [[__m256i; LANES]; ROWS] {
    let (room, fours) = const { (room(L::LAYOUT), BLOCK / 4 / L::LAYOUT.scales) };
    let (vectors, _) = weights.as_chunks::<VECTOR_BYTES>();
    let mut dots = [[_mm256_setzero_si256(); LANES]; ROWS];
    for (plane, codes) in codes.iter().enumerate() {
        if plane > 0 {
            for dot in dots.as_flattened_mut() {
                *dot = _mm256_slli_epi32::<{ PLANE_SHIFT as i32 }>(*dot);
            }
        }
        if L::LAYOUT.zero > 0 && !signed(L::LAYOUT) && plane == PLANES - 1 {
            let zero = _mm256_set1_epi32(i32::from(L::LAYOUT.zero));
            for (dots, sum) in dots.iter_mut().zip(&sums[sum_slot(L::LAYOUT, part)][FIRST..]) {
                let taken_off = _mm256_mullo_epi32(_mm256_set1_epi32(*sum), zero);
                for dot in dots {
                    *dot = _mm256_add_epi32(*dot, taken_off);
                }
            }
        }
        let mut pairs = [[_mm256_setzero_si256(); LANES]; ROWS];
        for number in 0..fours {
            // A vector's two nibbles follow each other, so that it need not be kept: sums of integers have no order.
            let (four, at) = if L::LAYOUT.nibbles {
                (number / 2 + number % 2 * (BLOCK / 8), number / 2)
            } else {
                (part * fours + number, part * fours + number)
            };
            for lane in 0..LANES {
                let weights = decode::<L>(&vectors[at], LEFT + lane, number % 2 == 1);
                for row in 0..ROWS {
                    // SAFETY: any four bytes are a lane.
                    let lane_codes = unsafe { transmute::<[i8; 4], i32>(codes[FIRST + row][four]) };
                    let pair = multiply::<L>(weights, _mm256_set1_epi32(lane_codes));
                    let is_first = number % room == 0;
                    let sum = if is_first { pair } else { _mm256_add_epi16(pairs[row][lane], pair) };
                    pairs[row][lane] = sum;
                    if number % room == room - 1 || number == fours - 1 {
                        let widened = _mm256_madd_epi16(sum, _mm256_set1_epi16(1));
                        dots[row][lane] = _mm256_add_epi32(dots[row][lane], widened);
                    }
                }
            }
        }
    }
    dots
}

/// Four inputs' codes for eight outputs, as they are or as signed bytes; of nibbles the low or the high ones.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn decode<L: Classed>(vector: &[u8; VECTOR_BYTES], lane: usize, high: bool) -> __m256i {
    let half = &vector.as_chunks::<{ VECTOR_BYTES / 2 }>().0[lane];
    // SAFETY: any 32 bytes are a register.
    let bytes = unsafe { transmute::<[u8; VECTOR_BYTES / 2], __m256i>(*half) };
    if L::LAYOUT.nibbles {
        let nibbles = if high { _mm256_srli_epi16::<4>(bytes) } else { bytes };
        _mm256_and_si256(nibbles, _mm256_set1_epi8(15))
    } else if signed(L::LAYOUT) {
        _mm256_xor_si256(bytes, _mm256_set1_epi8(i8::MIN))
    } else {
        bytes
    }
}

/// Pairs of products in 16 bits. Of signed weights the magnitude is multiplied, at most 128, and the sign given to the
/// activations, which are never -128.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn multiply<L: Classed>(weights: __m256i, activations: __m256i) -> __m256i {
    if signed(L::LAYOUT) {
        _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(activations, weights))
    } else {
        _mm256_maddubs_epi16(weights, activations)
    }
}

/// Scales and minima of one part of a block for one register of outputs.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn scales<L: Classed>(header: &[u8], bytes: &[u8], part: usize, lane: usize) -> (__m256, __m256) {
    if L::LAYOUT.two_level {
        let scale = _mm256_mul_ps(halves(header, 0, lane), small(bytes, part, lane));
        let min = L::LAYOUT.scales + part;
        let min = if L::LAYOUT.mins {
            _mm256_mul_ps(halves(header, 1, lane), small(bytes, min, lane))
        } else {
            scale
        };
        (scale, min)
    } else {
        let scale = halves(bytes, 0, lane);
        (scale, if L::LAYOUT.mins { halves(bytes, 1, lane) } else { scale })
    }
}

/// Eight of the sixteen half-precision numbers that are `number`th.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn halves(bytes: &[u8], number: usize, lane: usize) -> __m256 {
    let bytes = &bytes.as_chunks::<{ 2 * LANE }>().0[number * (PANEL / LANE) + lane];
    // SAFETY: any 16 bytes are a register.
    _mm256_cvtph_ps(unsafe { transmute::<[u8; 2 * LANE], __m128i>(*bytes) })
}

/// Eight of the sixteen signed bytes that are `number`th.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn small(bytes: &[u8], number: usize, lane: usize) -> __m256 {
    let bytes = &bytes.as_chunks::<LANE>().0[number * (PANEL / LANE) + lane];
    _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_cvtsi64_si128(i64::from_ne_bytes(*bytes))))
}
