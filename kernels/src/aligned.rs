//! Owns memory for packed weights and caches: bytes that begin on a cache line, zeroed, and an error where the machine has
//! no more. Refuses to know what lies in them.
//!
//! A step reads every weight once, and memory in pages of 4 KiB is read at two thirds of the speed of memory in pages of
//! 2 MiB: there the processor's own reading ahead stops at every page's end, and each page must be looked up. A matrix of a
//! small model is less than such a page, so buffers that are read one after the other come from one [`Arena`].

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;
use std::sync::Arc;

/// Alignment of every buffer in bytes: a cache line, and the widest vector.
pub const ALIGN_BYTES: usize = 64;
/// A large page of this machine, where it has them.
const LARGE_PAGE_BYTES: usize = 2 << 20;

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
    /// Where the bytes begin; they are this value's alone.
    pointer: NonNull<u8>,
    len: usize,
    /// What they lie in; nothing for an empty buffer.
    #[allow(dead_code, reason = "held for its memory; tests look at which")]
    region: Option<Arc<Region>>,
}

// SAFETY: the bytes are owned by this value alone (see `Region::cut`); they are plain, and `&mut` guards every write.
unsafe impl Send for AlignedBytes {}
// SAFETY: as above; `&AlignedBytes` gives shared reads only.
unsafe impl Sync for AlignedBytes {}

impl AlignedBytes {
    /// `len` zero bytes on their own. Large buffers come as untouched pages: they take memory as they are written.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn zeroed(len: usize) -> Result<AlignedBytes, OutOfMemory> {
        if len == 0 {
            return Ok(AlignedBytes::empty());
        }
        let region = Arc::new(Region::zeroed(len, ALIGN_BYTES)?);
        // SAFETY: the region is new and `len` bytes long; nothing else is cut from it.
        Ok(unsafe { Region::cut(&region, 0, len) })
    }

    fn empty() -> AlignedBytes {
        AlignedBytes { pointer: NonNull::<Line>::dangling().cast(), len: 0, region: None }
    }

    /// Its bytes.
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: `pointer` is valid for `len` initialised bytes (or dangling and aligned with `len` 0) as long as self, and
        // with it the region, lives.
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

    /// Whether it lies in a region with others of an arena.
    #[cfg(test)]
    fn shares_with(&self, other: &AlignedBytes) -> bool {
        matches!((&self.region, &other.region), (Some(one), Some(other)) if Arc::ptr_eq(one, other))
    }
}

/// For the alignment of an empty buffer's pointer.
#[repr(align(64))]
struct Line(#[allow(dead_code)] u8);
const _: () = assert!(align_of::<Line>() == ALIGN_BYTES);

/// Zeroed memory that buffers are cut from. It goes back to the system with the last of them.
#[derive(Debug)]
struct Region {
    /// Where it begins, on the alignment that was asked for.
    pointer: NonNull<u8>,
    len: usize,
    /// Where the allocation begins, up to `align` before.
    allocation: NonNull<u8>,
    layout: Layout,
}

// SAFETY: a region only keeps its memory; who may touch which bytes is the business of the buffers cut from it.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

impl Region {
    /// `len` > 0 zero bytes from a multiple of `align` on, a power of two.
    fn zeroed(len: usize, align: usize) -> Result<Region, OutOfMemory> {
        let refused = OutOfMemory { bytes: len };
        // Asking the allocator itself for the alignment would have it write every byte: only small alignments come as the
        // system's own zero pages.
        let layout = len
            .checked_add(align)
            .and_then(|bytes| Layout::from_size_align(bytes, align_of::<u64>()).ok())
            .ok_or(refused)?;
        // SAFETY: the layout's size is not zero.
        let allocation = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(refused)?;
        let ahead = allocation.align_offset(align);
        // SAFETY: a byte's offset to the next multiple is below `align`, and the allocation has that many more than `len`
        // bytes.
        let pointer = unsafe { allocation.add(ahead) };
        Ok(Region { pointer, len, allocation, layout })
    }

    /// The bytes from `start` on as a buffer.
    ///
    /// # Safety
    /// No other buffer of this region has any of them, now or later.
    unsafe fn cut(region: &Arc<Region>, start: usize, len: usize) -> AlignedBytes {
        debug_assert!(start.is_multiple_of(ALIGN_BYTES) && start + len <= region.len);
        // SAFETY: the range lies inside the region, which is one allocation.
        let pointer = unsafe { region.pointer.add(start) };
        AlignedBytes { pointer, len, region: Some(region.clone()) }
    }

    /// Asks the system for large pages where it gives them on request. It may refuse; then pages are small, which costs
    /// speed alone.
    fn advise_large_pages(&self) {
        // Miri knows no such call.
        #[cfg(all(target_os = "linux", not(miri)))]
        // SAFETY: the range is memory of this region, aligned to pages; the advice changes no byte of it.
        let _refused = unsafe {
            libc::madvise(
                self.pointer.as_ptr().cast(),
                self.len / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES,
                libc::MADV_HUGEPAGE,
            )
        };
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `alloc_zeroed` with this very layout, and every buffer cut from it is gone: each
        // keeps the region alive.
        unsafe { dealloc(self.allocation.as_ptr(), self.layout) }
    }
}

/// Where buffers that are read one after the other are cut from, side by side, in large pages where the system gives them.
/// A region's memory goes back when the last of its buffers is gone, so buffers of one arena should live about as long.
#[derive(Debug)]
pub struct Arena {
    region_bytes: usize,
    /// Bytes of all its regions, alignment included.
    taken_bytes: usize,
    region: Option<Arc<Region>>,
    used: usize,
}

impl Arena {
    /// An arena without memory yet, which asks for this many bytes at a time, or more for a larger buffer. What is not
    /// written takes no memory.
    pub fn new(region_bytes: usize) -> Arena {
        Arena { region_bytes, taken_bytes: 0, region: None, used: 0 }
    }

    /// Bytes it has asked the machine for, what its regions leave free for their alignment included. Of fresh memory that part
    /// is never touched, but an allocator that gives used memory out again writes zeros over all of it.
    pub fn taken_bytes(&self) -> usize {
        self.taken_bytes
    }

    /// `len` zero bytes behind those that were cut before, or from a new region where they do not fit.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn zeroed(&mut self, len: usize) -> Result<AlignedBytes, OutOfMemory> {
        if len == 0 {
            return Ok(AlignedBytes::empty());
        }
        let refused = OutOfMemory { bytes: len };
        let room = self.region.as_ref().map_or(0, |region| region.len - self.used);
        if room < len {
            let bytes = len.max(self.region_bytes);
            // What fills no large page is not worth the room that its alignment takes.
            let align = if bytes < LARGE_PAGE_BYTES { ALIGN_BYTES } else { LARGE_PAGE_BYTES };
            let region = Region::zeroed(bytes, align).map_err(|_| refused)?;
            if align == LARGE_PAGE_BYTES {
                region.advise_large_pages();
            }
            self.taken_bytes += region.layout.size();
            (self.region, self.used) = (Some(Arc::new(region)), 0);
        }
        let region = self.region.as_ref().ok_or(refused)?;
        let start = self.used;
        self.used = (start + len).next_multiple_of(ALIGN_BYTES).min(region.len);
        // SAFETY: `start .. start + len` lies inside the region, and `used` has moved past it for good.
        Ok(unsafe { Region::cut(region, start, len) })
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

    #[test]
    fn an_arena_cuts_buffers_side_by_side_that_are_each_their_own() {
        let mut arena = Arena::new(8 << 20);
        assert_eq!(arena.taken_bytes(), 0);
        // Miri would look at three million bytes for minutes.
        let lens = [1, 64, 65, 4097, 0, if cfg!(miri) { 3 << 10 } else { 3 << 20 }];
        let mut all: Vec<AlignedBytes> = lens.iter().map(|len| arena.zeroed(*len).unwrap()).collect();
        for (number, bytes) in all.iter_mut().enumerate() {
            assert_eq!(bytes.as_slice().as_ptr() as usize % ALIGN_BYTES, 0);
            assert!(bytes.as_slice().iter().all(|byte| *byte == 0));
            bytes.as_mut_slice().fill(number as u8 + 1);
        }
        for (number, (bytes, len)) in all.iter().zip(lens).enumerate() {
            assert_eq!(bytes.len(), len);
            assert!(bytes.as_slice().iter().all(|byte| *byte == number as u8 + 1));
        }
        assert!(all[0].shares_with(&all[5]) && !all[0].shares_with(&all[4]));
        // What does not fit begins another region, and the first lives on without its arena.
        let large = arena.zeroed(9 << 20).unwrap();
        assert!(!all[0].shares_with(&large) && large.len() == 9 << 20);
        assert_eq!(arena.taken_bytes(), (8 << 20) + (9 << 20) + 2 * LARGE_PAGE_BYTES);
        let mut small = Arena::new(100);
        small.zeroed(100).unwrap();
        assert_eq!(small.taken_bytes(), 100 + ALIGN_BYTES);
        drop(arena);
        assert_eq!(all[1].as_slice(), [2; 64]);
        let bytes = usize::MAX - 64;
        assert_eq!(Arena::new(0).zeroed(bytes).unwrap_err(), OutOfMemory { bytes });
    }
}
