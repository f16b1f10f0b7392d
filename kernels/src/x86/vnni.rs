//! Owns the matrix kernel for AVX-512 with VNNI. Refuses to define the product: [`crate::scalar::matmul`] does, bit for bit.
//!
//! A tile is up to eight rows by the sixteen outputs of a panel: one register of integer sums and one of totals a row, and
//! eight of a block's weights. Each vector of weights is unpacked once and multiplied with four activations of every row,
//! which the instruction itself broadcasts from memory; of two planes of activations the second is added to the first's sums
//! shifted. The code that means zero costs nothing for each weight: it times the sum of the activations is taken off once.
//!
//! Slices are cut into arrays whose sizes the compiler knows, so that no bound is checked in the loop; arrays become
//! registers by `transmute`, which is a load, while the pointer-taking intrinsics check their pointers in a debug build.

use std::arch::x86_64::*;
use std::mem::transmute;

use crate::activations::{Group, Plane, SUMS};
use crate::packed::layout::{Classed, PANEL, VECTOR_BYTES};
use crate::scalar::matmul::{Tile, check, sum_slot};
use crate::scalar::quantise::{BLOCK, PLANE_SHIFT};
use crate::x86::prefetch;

/// As [`crate::scalar::matmul::tile`].
///
/// # Safety
/// The machine has what [`crate::isa::Kind::Vnni`] names.
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
pub(crate) unsafe fn tile<L: Classed>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    check::<L>(panel, input);
    match (input.planes, input.rows) {
        (1, 8) => rows::<L, 1, 8>(panel, input, out),
        (1, 4) => rows::<L, 1, 4>(panel, input, out),
        (1, 2) => rows::<L, 1, 2>(panel, input, out),
        (1, _) => rows::<L, 1, 1>(panel, input, out),
        (_, 8) => rows::<L, 2, 8>(panel, input, out),
        (_, 4) => rows::<L, 2, 4>(panel, input, out),
        (_, 2) => rows::<L, 2, 2>(panel, input, out),
        _ => rows::<L, 2, 1>(panel, input, out),
    }
}

#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
fn rows<L: Classed, const PLANES: usize, const ROWS: usize>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    let mut totals = [_mm512_setzero_ps(); ROWS];
    let mut blocks = input.blocks::<PLANES, ROWS>();
    for group in panel.chunks_exact(L::GROUP_BYTES) {
        let (header, weights) = group.split_at(L::HEADER_BYTES);
        let header = header_scales::<L>(header);
        for (weights, (codes, factors, sums)) in weights.chunks_exact(L::BLOCK_BYTES).zip(&mut blocks) {
            prefetch(weights);
            let (scale_bytes, weights) = weights.split_at(L::SCALE_BYTES);
            for part in 0..L::LAYOUT.scales {
                let dots = dots::<L, PLANES, ROWS>(weights, part, codes, sums);
                let (scale, min) = scales::<L>(scale_bytes, part, header);
                let sums = &factors[sum_slot(L::LAYOUT, part) + 1];
                for row in 0..ROWS {
                    let scale = _mm512_mul_ps(scale, _mm512_set1_ps(factors[0][row]));
                    totals[row] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[row]), scale, totals[row]);
                    if L::LAYOUT.mins {
                        totals[row] = _mm512_fmadd_ps(min, _mm512_set1_ps(sums[row]), totals[row]);
                    }
                }
            }
        }
    }
    for (out, total) in out.iter_mut().zip(totals) {
        // SAFETY: a register is sixteen floats.
        *out = unsafe { transmute::<__m512, [f32; PANEL]>(total) };
    }
}

/// The integer dot products of one part of a block.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
fn dots<L: Classed, const PLANES: usize, const ROWS: usize>(
    weights: &[u8],
    part: usize,
    codes: &[Plane<ROWS>; PLANES],
    sums: &[[i32; ROWS]; SUMS],
) -> [__m512i; ROWS] {
    let mut dots = [_mm512_setzero_si512(); ROWS];
    let weights = codes_of::<L>(weights, part);
    for (plane, codes) in codes.iter().enumerate() {
        if plane > 0 {
            for dot in &mut dots {
                *dot = _mm512_slli_epi32::<PLANE_SHIFT>(*dot);
            }
        }
        if L::LAYOUT.zero > 0 && plane == PLANES - 1 {
            let zero = _mm512_set1_epi32(i32::from(L::LAYOUT.zero));
            for (dot, sum) in dots.iter_mut().zip(&sums[sum_slot(L::LAYOUT, part)]) {
                *dot = _mm512_add_epi32(*dot, _mm512_mullo_epi32(_mm512_set1_epi32(*sum), zero));
            }
        }
        for (four, weights) in weights.iter().enumerate().take(const { BLOCK / 4 / L::LAYOUT.scales }) {
            for (dot, codes) in dots.iter_mut().zip(codes) {
                // SAFETY: any four bytes are a lane.
                let lane = unsafe { transmute::<[i8; 4], i32>(codes[part * (BLOCK / 8) + four]) };
                *dot = _mm512_dpbusd_epi32(*dot, *weights, _mm512_set1_epi32(lane));
            }
        }
    }
    dots
}

/// The codes of one part of a block, four inputs a register, in order. A part that is half a block fills half of them.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
fn codes_of<L: Classed>(weights: &[u8], part: usize) -> [__m512i; BLOCK / 4] {
    let (vectors, _) = weights.as_chunks::<VECTOR_BYTES>();
    let mut codes = [_mm512_setzero_si512(); BLOCK / 4];
    let fours = const { BLOCK / 4 / L::LAYOUT.scales };
    for four in 0..fours {
        codes[four] = if L::LAYOUT.nibbles {
            // Low nibbles are the first sixteen inputs, high ones the second, of the same bytes.
            let both = vector(&vectors[four % (BLOCK / 8)]);
            let nibble = if four < BLOCK / 8 { both } else { _mm512_srli_epi16::<4>(both) };
            _mm512_and_si512(nibble, _mm512_set1_epi8(15))
        } else {
            vector(&vectors[part * fours + four])
        };
    }
    codes
}

#[inline]
#[target_feature(enable = "avx512f")]
fn vector(bytes: &[u8; VECTOR_BYTES]) -> __m512i {
    // SAFETY: any 64 bytes are a register.
    unsafe { transmute::<[u8; VECTOR_BYTES], __m512i>(*bytes) }
}

/// What precedes a group of blocks: sixteen first-level scales and minima; zeros where there is one level.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
fn header_scales<L: Classed>(header: &[u8]) -> (__m512, __m512) {
    let none = _mm512_setzero_ps();
    (
        if L::LAYOUT.two_level { halves(header, 0) } else { none },
        if L::LAYOUT.two_level && L::LAYOUT.mins { halves(header, 1) } else { none },
    )
}

/// Scales and minima of one part of a block, from its scales' bytes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
fn scales<L: Classed>(bytes: &[u8], part: usize, header: (__m512, __m512)) -> (__m512, __m512) {
    let min = L::LAYOUT.scales;
    if L::LAYOUT.two_level {
        let scale = _mm512_mul_ps(header.0, small(bytes, part));
        (scale, if L::LAYOUT.mins { _mm512_mul_ps(header.1, small(bytes, min + part)) } else { scale })
    } else {
        let scale = halves(bytes, 0);
        (scale, if L::LAYOUT.mins { halves(bytes, 1) } else { scale })
    }
}

/// The sixteen half-precision numbers that are `number`th.
#[inline]
#[target_feature(enable = "avx512f")]
fn halves(bytes: &[u8], number: usize) -> __m512 {
    let bytes = &bytes.as_chunks::<{ 2 * PANEL }>().0[number];
    // SAFETY: any 32 bytes are a register.
    _mm512_cvtph_ps(unsafe { transmute::<[u8; 2 * PANEL], __m256i>(*bytes) })
}

/// The sixteen signed bytes that are `number`th.
#[inline]
#[target_feature(enable = "avx512f")]
fn small(bytes: &[u8], number: usize) -> __m512 {
    let bytes = &bytes.as_chunks::<PANEL>().0[number];
    // SAFETY: any 16 bytes are a register.
    _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(unsafe { transmute::<[u8; PANEL], __m128i>(*bytes) }))
}
