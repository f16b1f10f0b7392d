//! Owns the kernels for x86-64. Refuses to decide which one runs: that is the caller's [`crate::isa::Isa`]. Each gives the
//! bits that [`crate::scalar`] gives.

pub(crate) mod avx2;
pub(crate) mod quantise;
pub(crate) mod vnni;

/// How far ahead of the weights in use memory is asked for more; what follows a panel's last block is the next panel.
const AHEAD_BYTES: usize = 4096;
const LINE_BYTES: usize = 64;

/// Asks for the bytes that come [`AHEAD_BYTES`] after these. A hint: nothing is read, whatever lies there.
#[inline(always)]
fn prefetch(block: &[u8]) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    for at in (0..block.len()).step_by(LINE_BYTES) {
        // SAFETY: a prefetch of any address is harmless, and every x86-64 has the instruction.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(block.as_ptr().wrapping_add(AHEAD_BYTES + at).cast()) };
    }
}
