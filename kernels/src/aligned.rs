//! Owns memory for packed weights and caches: bytes that begin on a cache line, zeroed, and an error where the machine has
//! no more. Refuses to know what lies in them.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// Alignment of every buffer in bytes: a cache line, and the widest vector.
pub const ALIGN_BYTES: usize = 64;

/// The machine did not give the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the machine did not give {bytes} bytes of memory")]
pub struct OutOfMemory {
    /// Bytes asked for.
    pub bytes: usize,
}

/// Zeroed bytes that begin on a multiple of [`ALIGN_BYTES`].
#[derive(Debug)]
pub struct AlignedBytes {
    /// Where the bytes begin, inside the allocation.
    pointer: NonNull<u8>,
    len: usize,
    /// Where the allocation begins, up to [`ALIGN_BYTES`] before them.
    allocation: NonNull<u8>,
}

// SAFETY: the buffer is owned by this value alone; it is plain bytes, and `&mut` guards every write.
unsafe impl Send for AlignedBytes {}
// SAFETY: as above; `&AlignedBytes` gives shared reads only.
unsafe impl Sync for AlignedBytes {}

impl AlignedBytes {
    /// `len` zero bytes. Large buffers come as untouched pages: they take memory as they are written.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn zeroed(len: usize) -> Result<AlignedBytes, OutOfMemory> {
        if len == 0 {
            let pointer = NonNull::<Line>::dangling().cast();
            return Ok(AlignedBytes { pointer, len, allocation: pointer });
        }
        let layout = Self::layout(len).ok_or(OutOfMemory { bytes: len })?;
        // SAFETY: the layout's size is not zero.
        let allocation = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(OutOfMemory { bytes: len })?;
        let ahead = allocation.align_offset(ALIGN_BYTES);
        // SAFETY: a byte's offset to the next multiple is below `ALIGN_BYTES`, and the allocation has that many more than
        // `len` bytes.
        let pointer = unsafe { allocation.add(ahead) };
        Ok(AlignedBytes { pointer, len, allocation })
    }

    /// Room for `len` bytes wherever they begin. Asking the allocator itself for the alignment would have it write every
    /// byte: only small alignments come as the system's own zero pages.
    fn layout(len: usize) -> Option<Layout> {
        Layout::from_size_align(len.checked_add(ALIGN_BYTES)?, align_of::<u64>()).ok()
    }

    /// Its bytes.
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: `pointer` is valid for `len` initialised bytes (or dangling and aligned with `len` 0) as long as self lives.
        unsafe { std::slice::from_raw_parts(self.pointer.as_ptr(), self.len) }
    }

    /// Its bytes, to be written.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: as in `as_slice`, and `&mut self` makes it the only reference.
        unsafe { std::slice::from_raw_parts_mut(self.pointer.as_ptr(), self.len) }
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// For the alignment of an empty buffer's pointer.
#[repr(align(64))]
struct Line(#[allow(dead_code)] u8);
const _: () = assert!(align_of::<Line>() == ALIGN_BYTES);

impl Drop for AlignedBytes {
    fn drop(&mut self) {
        if let Some(layout) = Self::layout(self.len)
            && self.len > 0
        {
            // SAFETY: the pointer came from `alloc_zeroed` with this very layout, and nobody else frees it.
            unsafe { dealloc(self.allocation.as_ptr(), layout) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_aligned_zeroed_and_refused_when_absurd() {
        for len in [0, 1, 63, 64, 4097] {
            let mut bytes = AlignedBytes::zeroed(len).unwrap();
            assert_eq!(bytes.as_slice().as_ptr() as usize % ALIGN_BYTES, 0);
            assert!(bytes.as_slice().iter().all(|byte| *byte == 0));
            bytes.as_mut_slice().fill(7);
            assert_eq!(bytes.as_slice().len(), len);
            assert_eq!(bytes.is_empty(), len == 0);
        }
        let bytes = usize::MAX - 64;
        assert_eq!(AlignedBytes::zeroed(bytes).unwrap_err(), OutOfMemory { bytes });
    }
}
