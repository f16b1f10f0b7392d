//! Owns the matrix kernel for AVX-512 with VNNI. Refuses to define the product: [`crate::scalar::matmul`] does, bit for bit.
//!
//! A tile is up to eight rows by the sixteen outputs of a panel: one register of integer sums and one of totals a row. Each
//! vector of weights is unpacked once and multiplied with four activations of every row, which the instruction itself
//! broadcasts from memory. The code that means zero costs nothing for each weight: sums begin at minus it times the sum of
//! the activations.
//!
//! Slices are cut into arrays whose sizes the compiler knows, so that no bound is checked in the loop; arrays become
//! registers by `transmute`, which is a load, while the pointer-taking intrinsics check their pointers in a debug build.

use std::arch::x86_64::*;
use std::mem::transmute;

use crate::activations::{Group, SUMS};
use crate::packed::layout::{Classed, PANEL, VECTOR_BYTES};
use crate::scalar::matmul::{Tile, check, sum_slot};
use crate::scalar::quantise::BLOCK;
use crate::x86::prefetch;

/// As [`crate::scalar::matmul::tile`].
///
/// # Safety
/// The machine has what [`crate::isa::Kind::Vnni`] names.
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
pub(crate) unsafe fn tile<L: Classed>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    check::<L>(panel, input);
    match input.rows {
        8 => rows::<L, 8>(panel, input, out),
        4 => rows::<L, 4>(panel, input, out),
        2 => rows::<L, 2>(panel, input, out),
        _ => rows::<L, 1>(panel, input, out),
    }
}

#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
fn rows<L: Classed, const ROWS: usize>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    let mut totals = [_mm512_setzero_ps(); ROWS];
    let mut blocks = input.blocks::<ROWS>();
    for group in panel.chunks_exact(L::GROUP_BYTES) {
        let (header, weights) = group.split_at(L::HEADER_BYTES);
        let header = header_scales::<L>(header);
        for (weights, (codes, factors, sums)) in weights.chunks_exact(L::BLOCK_BYTES).zip(&mut blocks) {
            prefetch(weights);
            let (scale_bytes, weights) = weights.split_at(L::SCALE_BYTES);
            for part in 0..L::LAYOUT.scales {
                let dots = dots::<L, ROWS>(weights, part, codes, sums);
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
fn dots<L: Classed, const ROWS: usize>(
    weights: &[u8],
    part: usize,
    codes: &[[[i8; 4]; BLOCK / 4]; ROWS],
    sums: &[[i32; ROWS]; SUMS],
) -> [__m512i; ROWS] {
    let (vectors, _) = weights.as_chunks::<VECTOR_BYTES>();
    let mut dots = [_mm512_setzero_si512(); ROWS];
    if L::LAYOUT.zero > 0 {
        let zero = _mm512_set1_epi32(i32::from(L::LAYOUT.zero));
        for (dot, sum) in dots.iter_mut().zip(&sums[sum_slot(L::LAYOUT, part)]) {
            *dot = _mm512_mullo_epi32(_mm512_set1_epi32(*sum), zero);
        }
    }
    let fours = const { BLOCK / 4 / L::LAYOUT.scales };
    for number in 0..fours {
        // A vector's two nibbles follow each other, so that it need not be kept: sums of integers have no order.
        let four =
            if L::LAYOUT.nibbles { number / 2 + number % 2 * (BLOCK / 8) } else { part * fours + number };
        let weights = if L::LAYOUT.nibbles {
            let both = vector(&vectors[number / 2]);
            let nibble = if number % 2 == 0 { both } else { _mm512_srli_epi16::<4>(both) };
            _mm512_and_si512(nibble, _mm512_set1_epi8(15))
        } else {
            vector(&vectors[four])
        };
        for (dot, codes) in dots.iter_mut().zip(codes) {
            // SAFETY: any four bytes are a lane.
            let lane = unsafe { transmute::<[i8; 4], i32>(codes[four]) };
            *dot = _mm512_dpbusd_epi32(*dot, weights, _mm512_set1_epi32(lane));
        }
    }
    dots
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
