//! Any commands in any order.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| doors::entry::world(doors::library(), data));
