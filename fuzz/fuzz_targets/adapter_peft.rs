//! Any bytes as the settings and the weights of a PEFT folder.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| doors::readers::adapter_peft(data));
