//! Owns [`Lanes`] as four NEON registers. Refuses to know what is computed with them.

// Loads and stores need `unsafe`, and so does the rest on a target that has NEON only at run time; on the usual targets, which
// have it always, that `unsafe` is more than needed.
#![allow(unused_unsafe)]

use super::scalar::Plain;
use super::{Kernel, LANES, Lanes};
use std::arch::aarch64::*;

/// Runs a kernel compiled with NEON.
#[target_feature(enable = "neon,dotprod")]
pub(super) fn with_neon<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Neon>()
}

macro_rules! op {
    ($operation:expr) => {
        // SAFETY: the type is private to this folder and reaches a kernel through `with_neon` alone, whose caller holds the
        // proof that NEON exists; memory operands are whole arrays behind references.
        unsafe { $operation }
    };
}

/// Lanes 0 to 3, 4 to 7, 8 to 11, 12 to 15.
#[derive(Clone, Copy)]
pub(crate) struct Neon([float32x4_t; 4]);

impl Neon {
    #[inline(always)]
    fn map(self, change: impl Fn(float32x4_t) -> float32x4_t) -> Self {
        Neon(self.0.map(change))
    }
    #[inline(always)]
    fn with(self, other: Self, join: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Self {
        Neon(std::array::from_fn(|at| join(self.0[at], other.0[at])))
    }
    #[inline(always)]
    fn plain(self) -> Plain {
        let mut values = [0.0; LANES];
        self.store(&mut values);
        Plain::load(&values)
    }
    #[inline(always)]
    fn of(plain: Plain) -> Self {
        let mut values = [0.0; LANES];
        plain.store(&mut values);
        Self::load(&values)
    }
}

impl Lanes for Neon {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        op!(Neon([vdupq_n_f32(value); 4]))
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        op!(Neon(std::array::from_fn(|at| vld1q_f32(values.as_ptr().add(at * 4)))))
    }
    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        for (at, four) in self.0.into_iter().enumerate() {
            op!(vst1q_f32(values.as_mut_ptr().add(at * 4), four));
        }
    }
    #[inline(always)]
    fn from_f16(values: &[u16; LANES]) -> Self {
        op!(Neon(std::array::from_fn(|at| {
            vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(values.as_ptr().add(at * 4))))
        })))
    }
    #[inline(always)]
    fn from_bf16(values: &[u16; LANES]) -> Self {
        op!(Neon(std::array::from_fn(|at| {
            vreinterpretq_f32_u32(vshll_n_u16::<16>(vld1_u16(values.as_ptr().add(at * 4))))
        })))
    }
    #[inline(always)]
    fn from_i8(values: &[i8; LANES]) -> Self {
        op!({
            let all = vld1q_s8(values.as_ptr());
            let (low, high) = (vmovl_s8(vget_low_s8(all)), vmovl_s8(vget_high_s8(all)));
            let wide = |four| vcvtq_f32_s32(vmovl_s16(four));
            Neon([
                wide(vget_low_s16(low)),
                wide(vget_high_s16(low)),
                wide(vget_low_s16(high)),
                wide(vget_high_s16(high)),
            ])
        })
    }
    #[inline(always)]
    fn to_f16(self, values: &mut [u16; LANES]) {
        for (at, four) in self.0.into_iter().enumerate() {
            op!(vst1_u16(values.as_mut_ptr().add(at * 4), vreinterpret_u16_f16(vcvt_f16_f32(four))));
        }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.with(other, |a, b| op!(vaddq_f32(a, b)))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.with(other, |a, b| op!(vsubq_f32(a, b)))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.with(other, |a, b| op!(vmulq_f32(a, b)))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.with(other, |a, b| op!(vdivq_f32(a, b)))
    }
    #[inline(always)]
    fn fma(self, other: Self, more: Self) -> Self {
        op!(Neon(std::array::from_fn(|at| vfmaq_f32(more.0[at], self.0[at], other.0[at]))))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // NEON's own maximum treats what is not a number otherwise than x86's.
        self.with(other, |a, b| op!(vbslq_f32(vcgtq_f32(a, b), a, b)))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(|a| op!(vabsq_f32(a)))
    }
    #[inline(always)]
    fn round(self) -> Self {
        self.map(|a| op!(vrndnq_f32(a)))
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        self.map(|n| {
            op!(vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)))))
        })
    }
    #[inline(always)]
    fn first(self, kept: usize, fill: f32) -> Self {
        Self::of(self.plain().first(kept, fill))
    }
    #[inline(always)]
    fn swap_pairs(self) -> Self {
        self.map(|a| op!(vrev64q_f32(a)))
    }
    #[inline(always)]
    fn if_larger(self, bound: Self, then: Self, other: Self) -> Self {
        op!(Neon(std::array::from_fn(|at| {
            vbslq_f32(vcgtq_f32(self.0[at], bound.0[at]), then.0[at], other.0[at])
        })))
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        let [a, b, c, d] = self.0;
        op!({
            let four = vaddq_f32(vaddq_f32(a, c), vaddq_f32(b, d));
            let two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
            vget_lane_f32::<0>(two) + vget_lane_f32::<1>(two)
        })
    }
    #[inline(always)]
    fn largest(self) -> f32 {
        self.plain().largest()
    }
}
