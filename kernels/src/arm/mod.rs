//! Owns the kernels for AArch64. Refuses to decide which one runs: that is the caller's [`crate::isa::Isa`]. Each gives the
//! bits that [`crate::scalar`] gives.

pub(crate) mod i8mm;
pub(crate) mod neon;
pub(crate) mod quantise;
