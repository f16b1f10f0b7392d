//! Owns the choice between replacing what lies in an output and adding to it. Refuses to know whose output it is.

/// What a kernel does with the values already in its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Replaces them; they are never read, so they may be anything.
    Write,
    /// Adds to them: one f32 addition, after everything else.
    Add,
}
