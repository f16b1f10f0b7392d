//! `kernels`: the arithmetic of serving. (skeleton)
pub mod aligned;
pub mod isa;
mod lanes;
pub mod pool;
