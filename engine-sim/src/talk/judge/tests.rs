//! The judge's tests: one line a case.
