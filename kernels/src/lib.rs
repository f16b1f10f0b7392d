//! `kernels`: the arithmetic of serving a language model on a processor. Owns weight formats and their packed layouts,
//! products of quantised and of float matrices with rows, segmented LoRA, paged keys and values and attention over them,
//! norms and other operations on rows, the threads all of it runs on, and what the machine can do at most. Refuses to know
//! models, tokens, files and requests.
//!
//! `scalar` is the specification; `x86` and `arm` give the same bits faster, and [`Isa`] chooses at run time. The result of
//! a row never depends on other rows, on their number, or on the number of threads: batches can change from step to step
//! and nobody's text does.
//!
//! Shapes are row-major, (rows, width). A shape that does not fit is its caller's bug and panics; what comes from files is
//! refused with an error ([`PackError`], [`KvError`], [`OutOfMemory`]).

mod activations;
mod aligned;
#[cfg(target_arch = "aarch64")]
mod arm;
mod attention;
mod float;
mod format;
mod fused;
mod isa;
mod kv;
mod lanes;
mod layout_version;
mod lora;
mod matmul;
mod measure;
mod mode;
mod packed;
mod pool;
mod rows;
pub mod scalar;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use activations::{ActivationBits, Activations};
pub use aligned::{ALIGN_BYTES, AlignedBytes, Arena, OutOfMemory};
pub use attention::{Attention, QueryRow, attend};
pub use float::{FloatError, FloatKind, FloatPanels, FloatPart, FloatProduct, float_matmul};
pub use format::Format;
pub use fused::{Coded, Rows, fused_matmul};
pub use isa::{Isa, Kind};
pub use kv::{BLOCK_TOKENS, HEAD_DIM_MAX, KvError, KvKind, KvLayout, KvPool, KvSlot, write_rows};
pub use layout_version::LAYOUT_VERSION;
pub use lora::{
    AdapterBytes, LoraError, LoraKind, LoraProduct, LoraScratch, LoraShape, LoraWeights, Segment, lora,
};
pub use matmul::{Product, matmul};
pub use measure::{int8_peak, read_bandwidth};
pub use mode::Mode;
pub use packed::{PackError, Packed, PackedPart};
pub use pool::{Pool, SPIN, THREADS_MAX};
pub use rows::{
    Pairing, Rotation, RotationError, add_into, all_finite, argmax, first_not_finite, log_sum_exp, rms_norm,
    rms_norm_heads, rotate, scale, silu_mul, softmax,
};
pub use scalar::dequantise;
