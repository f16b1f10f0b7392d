//! Any bytes as an adapter's GGUF file.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| doors::readers::adapter_gguf(data));
