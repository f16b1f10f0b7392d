//! Any facts and any line, read by the judge.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| doors::entry::judge_structured(doors::library(), data));
