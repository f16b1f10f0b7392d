//! Any bytes as a safetensors file.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| doors::readers::safetensors(data));
