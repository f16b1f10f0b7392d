//! The doors of `tests::entry` and of `infer`'s readers for the fuzz targets, and the library they need, parsed once for a
//! process.
//!
//! Owns: including those files. Refuses to know what must hold.

#[path = "../../tests/src/entry.rs"]
pub mod entry;
#[path = "../../node/infer/tests/support/doors.rs"]
pub mod readers;

use engine_sim::Library;
use std::sync::OnceLock;

/// The shipped library.
///
/// # Panics
/// When the shipped texts are broken: then nothing can be fuzzed.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| match Library::shipped() {
        Ok(library) => library,
        Err(error) => panic!("the shipped library is broken: {error}"),
    })
}
