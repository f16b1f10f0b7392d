//! Owns how sixteen weights lie in memory, for every kind of storage that is not a GGUF block, and how they become lanes.
//! Refuses to know what the sixteen are to each other: outputs of a panel, or inputs of a row.

use crate::aligned::AlignedBytes;
use crate::lanes::{LANES, Lanes};
use half::{bf16, f16};

/// Sixteen weights in memory.
///
/// # Safety
/// The type is plain data without padding: all bytes are a value of it, and its alignment is at most
/// [`crate::aligned::ALIGN_BYTES`].
pub(crate) unsafe trait Chunk: Copy + Send + Sync + 'static {
    /// Rounded to what the kind can hold: nearest, ties to even.
    fn pack(values: &[f32; LANES]) -> Self;
    /// Exactly the values that [`Chunk::load`] gives.
    fn unpack(&self) -> [f32; LANES];
    fn load<L: Lanes>(&self) -> L;
}

/// f32.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct F32([f32; LANES]);

/// IEEE half precision.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct F16([u16; LANES]);

/// bfloat16.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Bf16([u16; LANES]);

/// int8 with one scale; a weight is `f32(step) * scale`, rounded once.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Q8 {
    /// f32, though two bytes would do: a multiplication takes it from memory as it is, where a half would need four more
    /// instructions for each chunk, which measured more than the bytes saved.
    scale: f32,
    steps: [i8; LANES],
}
const _: () = assert!(size_of::<Q8>() == 4 + LANES);

// SAFETY: an array of f32; all bits are values.
unsafe impl Chunk for F32 {
    fn pack(values: &[f32; LANES]) -> Self {
        F32(*values)
    }
    fn unpack(&self) -> [f32; LANES] {
        self.0
    }
    #[inline(always)]
    fn load<L: Lanes>(&self) -> L {
        L::load(&self.0)
    }
}

// SAFETY: an array of u16; all bits are values.
unsafe impl Chunk for F16 {
    fn pack(values: &[f32; LANES]) -> Self {
        F16(values.map(|value| f16::from_f32(value).to_bits()))
    }
    fn unpack(&self) -> [f32; LANES] {
        self.0.map(|bits| f16::from_bits(bits).to_f32())
    }
    #[inline(always)]
    fn load<L: Lanes>(&self) -> L {
        L::from_f16(&self.0)
    }
}

// SAFETY: as above.
unsafe impl Chunk for Bf16 {
    fn pack(values: &[f32; LANES]) -> Self {
        Bf16(values.map(|value| bf16::from_f32(value).to_bits()))
    }
    fn unpack(&self) -> [f32; LANES] {
        self.0.map(|bits| bf16::from_bits(bits).to_f32())
    }
    #[inline(always)]
    fn load<L: Lanes>(&self) -> L {
        L::from_bf16(&self.0)
    }
}

/// Steps to either side of zero.
const STEPS: f32 = 127.0;

// SAFETY: a number and integers without padding (asserted above); all bits are values.
unsafe impl Chunk for Q8 {
    /// The scale is the largest magnitude / 127, so the error of a weight is at most half of it, 1/254 of the largest (more
    /// where the scale is below f32's normal numbers). A value that is not finite makes all sixteen not a number.
    fn pack(values: &[f32; LANES]) -> Self {
        if !values.iter().all(|value| value.is_finite()) {
            return Q8 { scale: f32::NAN, steps: [1; LANES] };
        }
        let scale = values.iter().fold(0.0, |largest: f32, value| largest.max(value.abs())) / STEPS;
        let step = |value: f32| (value / scale).round_ties_even().clamp(-STEPS, STEPS) as i8;
        Q8 { scale, steps: if scale > 0.0 { values.map(step) } else { [0; LANES] } }
    }
    fn unpack(&self) -> [f32; LANES] {
        self.steps.map(|step| f32::from(step) * self.scale)
    }
    #[inline(always)]
    fn load<L: Lanes>(&self) -> L {
        L::from_i8(&self.steps).mul(L::splat(self.scale))
    }
}

/// How far before their use weights are called from memory, where few rows use them and so nothing else hides its latency.
/// The hardware's own prefetchers begin anew on each page and each adapter.
const AHEAD_BYTES: usize = 1024;
const LINE_BYTES: usize = 64;

/// Calls what will be read [`AHEAD_BYTES`] after chunk `step * N`, as `N` chunks are read at a time.
#[inline(always)]
pub(crate) fn call_ahead<C: Chunk, const N: usize>(chunks: &[C], step: usize) {
    let from = chunks.as_ptr().wrapping_add(step * N).cast::<u8>().wrapping_add(AHEAD_BYTES);
    for line in 0..(N * size_of::<C>()).div_ceil(LINE_BYTES) {
        prefetch(from.wrapping_add(line * LINE_BYTES));
    }
}

/// Calls the beginning of what will be read soon.
pub(crate) fn call_first(bytes: &AlignedBytes) {
    let from = bytes.as_slice().as_ptr();
    for line in 0..AHEAD_BYTES.min(bytes.len()) / LINE_BYTES {
        prefetch(from.wrapping_add(line * LINE_BYTES));
    }
}

/// A hint, so the address may be anything.
#[inline(always)]
fn prefetch(at: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: SSE is part of x86-64, and a prefetch reads nothing and never faults.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(at.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// A buffer as chunks; bytes after the last whole one are left out.
pub(crate) fn chunks<C: Chunk>(bytes: &AlignedBytes) -> &[C] {
    // SAFETY: the buffer begins on a boundary that `C`'s contract accepts and holds that many whole values of plain data.
    unsafe { std::slice::from_raw_parts(bytes.as_slice().as_ptr().cast(), bytes.len() / size_of::<C>()) }
}

/// A buffer as chunks to be written.
pub(crate) fn chunks_mut<C: Chunk>(bytes: &mut AlignedBytes) -> &mut [C] {
    let count = bytes.len() / size_of::<C>();
    // SAFETY: as in `chunks`, and the buffer is borrowed mutably.
    unsafe { std::slice::from_raw_parts_mut(bytes.as_mut_slice().as_mut_ptr().cast(), count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q8_keeps_the_largest_and_errs_by_half_a_step() {
        for exponent in [-44, -38, -35, 0, 20, 37] {
            let values: [f32; LANES] =
                std::array::from_fn(|lane| (lane as f32 - 7.3) * 10f32.powi(exponent) * 0.3);
            let largest = values.iter().fold(0f32, |largest, value| largest.max(value.abs()));
            let packed = Q8::pack(&values);
            let half_step = f64::from(packed.scale) * 0.500_1;
            // Below f32's normal numbers a scale has fewer digits.
            assert!(exponent < -35 || half_step <= f64::from(largest) / 254.0 * 1.001, "{exponent}");
            for (value, stored) in values.iter().zip(packed.unpack()) {
                assert!((f64::from(*value) - f64::from(stored)).abs() <= half_step, "{value} as {stored}");
            }
        }
        assert_eq!(Q8::pack(&[0.0; LANES]).unpack(), [0.0; LANES]);
        for bad in [f32::NAN, f32::INFINITY] {
            let mut values = [1.0; LANES];
            values[3] = bad;
            assert!(Q8::pack(&values).unpack().iter().all(|value| value.is_nan()));
        }
    }
}
