//! Any payload under a save's right header and checksum; what decodes is played.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| doors::entry::save_wrapped(doors::library(), data));
