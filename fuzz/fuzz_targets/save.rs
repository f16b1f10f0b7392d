//! Any bytes as a save.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| doors::entry::save(doors::library(), data));
