//! Owns sixteen f32 side by side, once as an idea and once for each instruction set, and the way from an [`Isa`] to code
//! compiled for it. A kernel is written once over [`Lanes`]; every operation is IEEE-exact and every sum has one fixed
//! order, so all instruction sets give the same bits. Refuses to know matrices.
//!
//! How it becomes fast: every method is always inlined, and `dispatch` calls the kernel from a function that has the
//! instruction set's features, so that the whole kernel is compiled with them (the shape of the crates `pulp` and `memchr`).

use crate::isa::{Isa, Kind};

#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod x86;

/// Values of one [`Lanes`].
pub(crate) const LANES: usize = 16;

/// Sixteen f32.
pub(crate) trait Lanes: Copy + Send + Sync + 'static {
    fn splat(value: f32) -> Self;
    fn load(values: &[f32; LANES]) -> Self;
    fn store(self, values: &mut [f32; LANES]);
    /// IEEE half precision, exact.
    fn from_f16(values: &[u16; LANES]) -> Self;
    /// bfloat16, exact.
    fn from_bf16(values: &[u16; LANES]) -> Self;
    fn from_i8(values: &[i8; LANES]) -> Self;
    /// To half precision, nearest, ties to even.
    fn to_f16(self, values: &mut [u16; LANES]);
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// self · other + more, rounded once.
    fn fma(self, other: Self, more: Self) -> Self;
    /// The larger: `other` where self is not larger, so also where either is not a number.
    fn max(self, other: Self) -> Self;
    fn abs(self) -> Self;
    /// Nearest whole number, ties to even.
    fn round(self) -> Self;
    /// 2 to the power of whole numbers from -126 to 127.
    fn power_of_two(self) -> Self;
    /// The first `kept` lanes of self, `fill` in the others.
    fn first(self, kept: usize, fill: f32) -> Self;
    /// Lanes 2i and 2i + 1 change places.
    fn swap_pairs(self) -> Self;
    /// `then` in the lanes where self is larger than `bound`, `other` elsewhere, so also where either is not a number.
    fn if_larger(self, bound: Self, then: Self, other: Self) -> Self;
    /// Lanes i and i + 8 are added, then i and i + 4, i + 2, i + 1: the order is part of every kernel's definition.
    fn sum(self) -> f32;
    /// The largest, by [`Lanes::max`], in the order of [`Lanes::sum`].
    fn largest(self) -> f32;

    /// Asks memory for the cache line of this byte. Changes nothing but time, and may do nothing.
    #[inline(always)]
    fn fetch(_line: &u8) {}

    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }

    /// Up to sixteen values, zeros after them.
    #[inline(always)]
    fn load_part(values: &[f32]) -> Self {
        let mut whole = [0.0; LANES];
        whole[..values.len()].copy_from_slice(values);
        Self::load(&whole)
    }

    /// As many lanes as `values` holds.
    #[inline(always)]
    fn store_part(self, values: &mut [f32]) {
        let mut whole = [0.0; LANES];
        self.store(&mut whole);
        values.copy_from_slice(&whole[..values.len()]);
    }

    /// e to the power of self, within 2 ulp; self is taken as at least -87.3 and at most 88. Not a number stays so.
    /// Source: Cephes' `expf` (Moshier), with fused steps.
    #[inline(always)]
    fn exp(self) -> Self {
        // `max` gives its argument where self is not a number, so the bound must be self's side: b.max(a) keeps a.
        let x = Self::splat(EXP_MIN).max(self);
        let x = x.sub(Self::zero()).lesser(EXP_MAX);
        let n = x.mul(Self::splat(std::f32::consts::LOG2_E)).round();
        let r = n.fma(Self::splat(-0.693_359_4), x);
        let r = n.fma(Self::splat(2.121_944_4e-4), r);
        let mut p = Self::splat(1.987_569_1e-4);
        for factor in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
            p = p.fma(r, Self::splat(factor));
        }
        let y = p.fma(r.mul(r), r).add(Self::splat(1.0));
        y.mul(n.power_of_two())
    }

    /// The smaller of self and a bound; not a number stays so.
    #[inline(always)]
    fn lesser(self, bound: f32) -> Self {
        let zero = Self::zero();
        let negated = zero.sub(self);
        zero.sub(Self::splat(-bound).max(negated))
    }
}

/// Where [`Lanes::exp`] begins and ends.
pub(crate) const EXP_MIN: f32 = -87.3;
const EXP_MAX: f32 = 88.0;

/// A kernel over any lanes.
pub(crate) trait Kernel {
    type Output;
    /// Must be marked `#[inline(always)]`, like everything it calls for each element.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// Runs a kernel compiled for an instruction set.
#[inline]
pub(crate) fn dispatch<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    match isa.kind() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: an `Isa` of this kind exists only where the machine has its features.
        Kind::Avx2 => unsafe { x86::with_avx2(kernel) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kind::Vnni => unsafe { x86::with_avx512(kernel) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Kind::Neon | Kind::I8mm => unsafe { neon::with_neon(kernel) },
        _ => kernel.run::<scalar::Plain>(),
    }
}

#[cfg(test)]
mod tests;
