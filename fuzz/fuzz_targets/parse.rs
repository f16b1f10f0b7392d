//! Any text in any talk, read by the parser.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| doors::entry::parse(doors::library(), data));
