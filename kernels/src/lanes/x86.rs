//! Owns [`Lanes`] as two AVX registers and as one AVX-512 register. Refuses to choose between them.

use super::{Kernel, LANES, Lanes};
use std::arch::x86_64::*;
use std::mem::transmute;

/// Runs a kernel compiled with AVX2, FMA and F16C.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx2>()
}

/// Runs a kernel compiled with AVX-512.
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
pub(super) fn with_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx512>()
}

/// Register operations. The types below are private to this folder and reach a kernel through `with_avx2` and `with_avx512`
/// alone, whose callers hold the proof that the features exist. Arrays are transmuted, not given to `loadu` and `storeu`: in a
/// build that checks for undefined behaviour, as the one for playing and testing does, those go through memory twice.
macro_rules! op {
    ($operation:expr) => {
        // SAFETY: the features exist (see above). Arrays become registers of their size, in which any bits are values.
        unsafe { $operation }
    };
}

/// Lanes 0 to 7, 8 to 15.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Avx2(__m256, __m256);

impl Avx2 {
    /// The order of [`Lanes::sum`], with any operation on two registers.
    #[inline(always)]
    fn fold(self, join: impl Fn(__m128, __m128) -> __m128, whole: __m256) -> f32 {
        op!({
            let eight = join(_mm256_castps256_ps128(whole), _mm256_extractf128_ps::<1>(whole));
            let four = join(eight, _mm_movehl_ps(eight, eight));
            _mm_cvtss_f32(join(four, _mm_shuffle_ps::<1>(four, four)))
        })
    }
}

impl Lanes for Avx2 {
    #[inline(always)]
    fn fetch(line: &u8) {
        op!(_mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(line).cast()))
    }
    #[inline(always)]
    fn splat(value: f32) -> Self {
        op!(Avx2(_mm256_set1_ps(value), _mm256_set1_ps(value)))
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        op!(transmute::<[f32; LANES], Avx2>(*values))
    }
    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        *values = op!(transmute::<Avx2, [f32; LANES]>(self))
    }
    #[inline(always)]
    fn from_f16(values: &[u16; LANES]) -> Self {
        op!({
            let [low, high] = transmute::<[u16; LANES], [__m128i; 2]>(*values);
            Avx2(_mm256_cvtph_ps(low), _mm256_cvtph_ps(high))
        })
    }
    #[inline(always)]
    fn from_bf16(values: &[u16; LANES]) -> Self {
        op!({
            let [low, high] = transmute::<[u16; LANES], [__m128i; 2]>(*values);
            let half = |codes| _mm256_castsi256_ps(_mm256_slli_epi32::<16>(_mm256_cvtepu16_epi32(codes)));
            Avx2(half(low), half(high))
        })
    }
    #[inline(always)]
    fn from_i8(values: &[i8; LANES]) -> Self {
        op!({
            let codes = transmute::<[i8; LANES], __m128i>(*values);
            let half = |codes| _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(codes));
            Avx2(half(codes), half(_mm_srli_si128::<8>(codes)))
        })
    }
    #[inline(always)]
    fn to_f16(self, values: &mut [u16; LANES]) {
        op!({
            let low = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(self.0);
            let high = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(self.1);
            *values = transmute::<[__m128i; 2], [u16; LANES]>([low, high]);
        })
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        op!(Avx2(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        op!(Avx2(_mm256_sub_ps(self.0, other.0), _mm256_sub_ps(self.1, other.1)))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        op!(Avx2(_mm256_mul_ps(self.0, other.0), _mm256_mul_ps(self.1, other.1)))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        op!(Avx2(_mm256_div_ps(self.0, other.0), _mm256_div_ps(self.1, other.1)))
    }
    #[inline(always)]
    fn fma(self, other: Self, more: Self) -> Self {
        op!(Avx2(_mm256_fmadd_ps(self.0, other.0, more.0), _mm256_fmadd_ps(self.1, other.1, more.1)))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        op!(Avx2(_mm256_max_ps(self.0, other.0), _mm256_max_ps(self.1, other.1)))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        op!({
            let sign = _mm256_set1_ps(-0.0);
            Avx2(_mm256_andnot_ps(sign, self.0), _mm256_andnot_ps(sign, self.1))
        })
    }
    #[inline(always)]
    fn round(self) -> Self {
        const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
        op!(Avx2(_mm256_round_ps::<NEAREST>(self.0), _mm256_round_ps::<NEAREST>(self.1)))
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        op!({
            let power = |n| {
                let exponent = _mm256_add_epi32(_mm256_cvttps_epi32(n), _mm256_set1_epi32(127));
                _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
            };
            Avx2(power(self.0), power(self.1))
        })
    }
    #[inline(always)]
    fn first(self, kept: usize, fill: f32) -> Self {
        op!({
            let (fill, kept) = (_mm256_set1_ps(fill), _mm256_set1_epi32(kept as i32));
            let keep = |value, lanes| {
                _mm256_blendv_ps(fill, value, _mm256_castsi256_ps(_mm256_cmpgt_epi32(kept, lanes)))
            };
            Avx2(
                keep(self.0, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)),
                keep(self.1, _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15)),
            )
        })
    }
    #[inline(always)]
    fn swap_pairs(self) -> Self {
        op!(Avx2(_mm256_permute_ps::<0b10_11_00_01>(self.0), _mm256_permute_ps::<0b10_11_00_01>(self.1)))
    }
    #[inline(always)]
    fn if_larger(self, bound: Self, then: Self, other: Self) -> Self {
        op!({
            let (low, high) =
                (_mm256_cmp_ps::<_CMP_GT_OQ>(self.0, bound.0), _mm256_cmp_ps::<_CMP_GT_OQ>(self.1, bound.1));
            Avx2(_mm256_blendv_ps(other.0, then.0, low), _mm256_blendv_ps(other.1, then.1, high))
        })
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        self.fold(|a, b| op!(_mm_add_ps(a, b)), op!(_mm256_add_ps(self.0, self.1)))
    }
    #[inline(always)]
    fn largest(self) -> f32 {
        self.fold(|a, b| op!(_mm_max_ps(a, b)), op!(_mm256_max_ps(self.0, self.1)))
    }
}

/// All sixteen.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512);

impl Avx512 {
    #[inline(always)]
    fn halves(self) -> Avx2 {
        op!(Avx2(_mm512_castps512_ps256(self.0), _mm512_extractf32x8_ps::<1>(self.0)))
    }
}

impl Lanes for Avx512 {
    #[inline(always)]
    fn fetch(line: &u8) {
        op!(_mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(line).cast()))
    }
    #[inline(always)]
    fn splat(value: f32) -> Self {
        op!(Avx512(_mm512_set1_ps(value)))
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        Avx512(op!(transmute::<[f32; LANES], __m512>(*values)))
    }
    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        *values = op!(transmute::<__m512, [f32; LANES]>(self.0))
    }
    #[inline(always)]
    fn from_f16(values: &[u16; LANES]) -> Self {
        op!(Avx512(_mm512_cvtph_ps(transmute::<[u16; LANES], __m256i>(*values))))
    }
    #[inline(always)]
    fn from_bf16(values: &[u16; LANES]) -> Self {
        op!({
            let wide = _mm512_cvtepu16_epi32(transmute::<[u16; LANES], __m256i>(*values));
            Avx512(_mm512_castsi512_ps(_mm512_slli_epi32::<16>(wide)))
        })
    }
    #[inline(always)]
    fn from_i8(values: &[i8; LANES]) -> Self {
        op!(Avx512(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(transmute::<[i8; LANES], __m128i>(*values)))))
    }
    #[inline(always)]
    fn to_f16(self, values: &mut [u16; LANES]) {
        op!({
            let codes = _mm512_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(self.0);
            *values = transmute::<__m256i, [u16; LANES]>(codes);
        })
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        op!(Avx512(_mm512_add_ps(self.0, other.0)))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        op!(Avx512(_mm512_sub_ps(self.0, other.0)))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        op!(Avx512(_mm512_mul_ps(self.0, other.0)))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        op!(Avx512(_mm512_div_ps(self.0, other.0)))
    }
    #[inline(always)]
    fn fma(self, other: Self, more: Self) -> Self {
        op!(Avx512(_mm512_fmadd_ps(self.0, other.0, more.0)))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        op!(Avx512(_mm512_max_ps(self.0, other.0)))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        op!(Avx512(_mm512_abs_ps(self.0)))
    }
    #[inline(always)]
    fn round(self) -> Self {
        const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
        op!(Avx512(_mm512_roundscale_ps::<NEAREST>(self.0)))
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        op!({
            let exponent = _mm512_add_epi32(_mm512_cvttps_epi32(self.0), _mm512_set1_epi32(127));
            Avx512(_mm512_castsi512_ps(_mm512_slli_epi32::<23>(exponent)))
        })
    }
    #[inline(always)]
    fn first(self, kept: usize, fill: f32) -> Self {
        let mask = if kept >= LANES { u16::MAX } else { (1 << kept) - 1 };
        op!(Avx512(_mm512_mask_blend_ps(mask, _mm512_set1_ps(fill), self.0)))
    }
    #[inline(always)]
    fn swap_pairs(self) -> Self {
        op!(Avx512(_mm512_permute_ps::<0b10_11_00_01>(self.0)))
    }
    #[inline(always)]
    fn if_larger(self, bound: Self, then: Self, other: Self) -> Self {
        op!({
            let larger = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, bound.0);
            Avx512(_mm512_mask_blend_ps(larger, other.0, then.0))
        })
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        self.halves().sum()
    }
    #[inline(always)]
    fn largest(self) -> f32 {
        self.halves().largest()
    }
}
