//! Owns the specification of [`Lanes`] in plain Rust. Refuses to be fast: `mul_add` is a library call where the build's
//! target has no fused multiply.

use super::{LANES, Lanes};
use half::{bf16, f16};

/// An array.
#[derive(Clone, Copy)]
pub(crate) struct Plain([f32; LANES]);

impl Plain {
    #[inline(always)]
    fn map(self, change: impl Fn(f32) -> f32) -> Self {
        Plain(self.0.map(change))
    }

    #[inline(always)]
    fn with(self, other: Self, join: impl Fn(f32, f32) -> f32) -> Self {
        Plain(std::array::from_fn(|lane| join(self.0[lane], other.0[lane])))
    }

    #[inline(always)]
    fn fold(self, join: impl Fn(f32, f32) -> f32) -> f32 {
        let mut lanes = self.0;
        let mut width = LANES / 2;
        while width > 0 {
            for lane in 0..width {
                lanes[lane] = join(lanes[lane], lanes[lane + width]);
            }
            width /= 2;
        }
        lanes[0]
    }
}

fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

impl Lanes for Plain {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Plain([value; LANES])
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        Plain(*values)
    }
    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        *values = self.0;
    }
    #[inline(always)]
    fn from_f16(values: &[u16; LANES]) -> Self {
        Plain(values.map(|bits| f16::from_bits(bits).to_f32()))
    }
    #[inline(always)]
    fn from_bf16(values: &[u16; LANES]) -> Self {
        Plain(values.map(|bits| bf16::from_bits(bits).to_f32()))
    }
    #[inline(always)]
    fn from_i8(values: &[i8; LANES]) -> Self {
        Plain(values.map(f32::from))
    }
    #[inline(always)]
    fn to_f16(self, values: &mut [u16; LANES]) {
        *values = self.0.map(|value| f16::from_f32(value).to_bits());
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.with(other, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.with(other, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.with(other, |a, b| a / b)
    }
    #[inline(always)]
    fn fma(self, other: Self, more: Self) -> Self {
        Plain(std::array::from_fn(|lane| self.0[lane].mul_add(other.0[lane], more.0[lane])))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.with(other, larger)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(f32::abs)
    }
    #[inline(always)]
    fn round(self) -> Self {
        self.map(f32::round_ties_even)
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        // Not a number becomes 0 here; it stands in the other factor.
        self.map(|n| f32::from_bits((((n as i32) + 127) as u32) << 23))
    }
    #[inline(always)]
    fn first(self, kept: usize, fill: f32) -> Self {
        Plain(std::array::from_fn(|lane| if lane < kept { self.0[lane] } else { fill }))
    }
    #[inline(always)]
    fn swap_pairs(self) -> Self {
        Plain(std::array::from_fn(|lane| self.0[lane ^ 1]))
    }
    #[inline(always)]
    fn if_larger(self, bound: Self, then: Self, other: Self) -> Self {
        let choose = |lane| if self.0[lane] > bound.0[lane] { then.0[lane] } else { other.0[lane] };
        Plain(std::array::from_fn(choose))
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        self.fold(|a, b| a + b)
    }
    #[inline(always)]
    fn largest(self) -> f32 {
        self.fold(larger)
    }
}
