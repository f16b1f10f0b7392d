//! `kernels`: the arithmetic of serving. (skeleton)
pub mod aligned;
pub mod isa;
pub mod pool;
