//! Any line of JSON, read by the judge's text form.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| doors::entry::judge_json(doors::library(), data));
