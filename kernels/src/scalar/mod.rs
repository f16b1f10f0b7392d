//! Owns the specification: plain Rust that says what every kernel computes, and that machines without one of the other
//! instruction sets run. Refuses to know of vectors. Each faster kernel gives the very bits that these functions give.

pub mod attention;
pub mod blocks;
pub mod float;
pub mod lora;
pub(crate) mod matmul;
pub(crate) mod quantise;
pub mod rows;

pub use blocks::dequantise;
