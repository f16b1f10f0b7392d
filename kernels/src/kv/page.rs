//! Owns how one head's keys and values of a block lie in memory, and how they are coded. Refuses to know which block or
//! layer they belong to.
//!
//! A page holds [`BLOCK_TOKENS`] tokens of one (block, layer, head). Keys lie transposed, (head_dim, 16 tokens), so that
//! the scores of sixteen tokens are one vector. Values lie as (head_dim / 16, 16 tokens, 16), so that the sixteen values
//! one vector sums lie side by side, token after token. Q8 pages end with sixteen key scales and sixteen value scales.

use super::{BLOCK_TOKENS, KvKind};
use crate::lanes::{LANES, Lanes};

/// A coded key or value.
///
/// # Safety
/// Every bit pattern is a value, and there is no padding: pages are views of plain bytes.
pub(crate) unsafe trait Code: Copy + 'static {
    /// Whether a page ends with scales.
    const SCALED: bool;
    /// A code as a number, without its scale.
    fn number(self) -> f32;
    /// Sixteen of them.
    fn lanes<L: Lanes>(codes: &[Self; LANES]) -> L;
    /// The scale of one token's row; 1 where codes need none.
    fn scale<L: Lanes>(row: &[[f32; LANES]]) -> f32;
    /// Sixteen numbers as codes under a scale.
    fn code<L: Lanes>(numbers: L, scale: L) -> [Self; LANES];
}

// SAFETY: any 32 bits are an f32.
unsafe impl Code for f32 {
    const SCALED: bool = false;
    #[inline(always)]
    fn number(self) -> f32 {
        self
    }
    #[inline(always)]
    fn lanes<L: Lanes>(codes: &[f32; LANES]) -> L {
        L::load(codes)
    }
    #[inline(always)]
    fn scale<L: Lanes>(_: &[[f32; LANES]]) -> f32 {
        1.0
    }
    #[inline(always)]
    fn code<L: Lanes>(numbers: L, _: L) -> [f32; LANES] {
        let mut codes = [0.0; LANES];
        numbers.store(&mut codes);
        codes
    }
}

// SAFETY: any 16 bits are a u16; here they are those of an IEEE half.
unsafe impl Code for u16 {
    const SCALED: bool = false;
    #[inline(always)]
    fn number(self) -> f32 {
        half::f16::from_bits(self).to_f32()
    }
    #[inline(always)]
    fn lanes<L: Lanes>(codes: &[u16; LANES]) -> L {
        L::from_f16(codes)
    }
    #[inline(always)]
    fn scale<L: Lanes>(_: &[[f32; LANES]]) -> f32 {
        1.0
    }
    #[inline(always)]
    fn code<L: Lanes>(numbers: L, _: L) -> [u16; LANES] {
        let mut codes = [0; LANES];
        numbers.to_f16(&mut codes);
        codes
    }
}

/// The largest code's size.
const CODE_MAX: f32 = 127.0;

// SAFETY: any 8 bits are an i8.
unsafe impl Code for i8 {
    const SCALED: bool = true;
    #[inline(always)]
    fn number(self) -> f32 {
        f32::from(self)
    }
    #[inline(always)]
    fn lanes<L: Lanes>(codes: &[i8; LANES]) -> L {
        L::from_i8(codes)
    }
    /// The largest size / 127. A row with an infinity or not a number has no scale, so that it shows in what reads it
    /// instead of turning into plausible numbers.
    #[inline(always)]
    fn scale<L: Lanes>(row: &[[f32; LANES]]) -> f32 {
        let (mut most, mut flaw) = (L::zero(), L::zero());
        for numbers in row {
            let size = L::load(numbers).abs();
            most = size.max(most);
            // 0 for finite sizes, not a number for others.
            flaw = size.fma(L::zero(), flaw);
        }
        most.largest() / CODE_MAX + flaw.sum()
    }
    #[inline(always)]
    fn code<L: Lanes>(numbers: L, scale: L) -> [i8; LANES] {
        let mut rounded = [0.0; LANES];
        numbers.div(scale).round().store(&mut rounded);
        let mut codes = [0; LANES];
        for lane in 0..LANES {
            // Saturates: a scale too small for an f32 could ask for more. 0 / 0 and rows without a scale become 0.
            codes[lane] = (rounded[lane] as i8).max(-CODE_MAX as i8);
        }
        codes
    }
}

/// Bytes of a page.
pub(crate) fn page_bytes(kind: KvKind, head_dim: usize) -> usize {
    let (code_bytes, scale_bytes) = match kind {
        KvKind::F32 => (size_of::<f32>(), 0),
        KvKind::F16 => (size_of::<u16>(), 0),
        KvKind::Q8 => (size_of::<i8>(), 2 * size_of::<f32>()),
    };
    BLOCK_TOKENS * (2 * head_dim * code_bytes + scale_bytes)
}

/// A page, to be read.
pub(crate) struct Page<'a, C> {
    /// (head_dim, 16 tokens)
    pub(crate) keys: &'a [[C; BLOCK_TOKENS]],
    /// (head_dim / 16, 16 tokens, 16)
    pub(crate) values: &'a [[[C; LANES]; BLOCK_TOKENS]],
    /// The keys' (16 tokens) and the values' (16 tokens), if scaled.
    pub(crate) scales: Option<&'a [[f32; BLOCK_TOKENS]; 2]>,
}

impl<'a, C: Code> Page<'a, C> {
    /// `bytes`: those of one page of this code.
    #[inline(always)]
    pub(crate) fn new(bytes: &'a [u8], head_dim: usize) -> Self {
        let (keys, rest) = bytes.split_at(head_dim * BLOCK_TOKENS * size_of::<C>());
        let (values, scales) = rest.split_at(keys.len());
        let scales = view::<f32>(scales).as_chunks().0;
        Page {
            keys: view(keys).as_chunks().0,
            values: view(values).as_chunks().0.as_chunks().0,
            scales: if C::SCALED { scales.first_chunk() } else { None },
        }
    }
}

/// A page, to be written.
pub(crate) struct PageMut<'a, C> {
    keys: &'a mut [[C; BLOCK_TOKENS]],
    values: &'a mut [[[C; LANES]; BLOCK_TOKENS]],
    scales: Option<&'a mut [[f32; BLOCK_TOKENS]; 2]>,
}

impl<'a, C: Code> PageMut<'a, C> {
    #[inline(always)]
    pub(crate) fn new(bytes: &'a mut [u8], head_dim: usize) -> Self {
        let (keys, rest) = bytes.split_at_mut(head_dim * BLOCK_TOKENS * size_of::<C>());
        let (values, scales) = rest.split_at_mut(keys.len());
        let scales = view_mut::<f32>(scales).as_chunks_mut().0;
        PageMut {
            keys: view_mut(keys).as_chunks_mut().0,
            values: view_mut(values).as_chunks_mut().0.as_chunks_mut().0,
            scales: if C::SCALED { scales.first_chunk_mut() } else { None },
        }
    }

    /// Writes one token's key and value, (head_dim) each.
    #[inline(always)]
    pub(crate) fn put<L: Lanes>(self, slot: usize, key: &[f32], value: &[f32]) {
        let (key, value) = (key.as_chunks::<LANES>().0, value.as_chunks::<LANES>().0);
        let scales = [C::scale::<L>(key), C::scale::<L>(value)];
        for (numbers, columns) in key.iter().zip(self.keys.as_chunks_mut::<LANES>().0) {
            let codes = C::code(L::load(numbers), L::splat(scales[0]));
            for (code, column) in codes.iter().zip(columns) {
                column[slot] = *code;
            }
        }
        for (numbers, rows) in value.iter().zip(self.values) {
            rows[slot] = C::code(L::load(numbers), L::splat(scales[1]));
        }
        if let Some([keys, values]) = self.scales {
            (keys[slot], values[slot]) = (scales[0], scales[1]);
        }
    }
}

/// # Panics
/// If the bytes are not whole codes, aligned.
#[inline(always)]
fn view<C: Code>(bytes: &[u8]) -> &[C] {
    // SAFETY: by `Code`'s contract any bytes are codes.
    let (before, codes, after) = unsafe { bytes.align_to::<C>() };
    assert!(before.is_empty() && after.is_empty(), "a page not cut into codes");
    codes
}

/// # Panics
/// As [`view`].
#[inline(always)]
fn view_mut<C: Code>(bytes: &mut [u8]) -> &mut [C] {
    // SAFETY: by `Code`'s contract any bytes are codes, and any codes are bytes.
    let (before, codes, after) = unsafe { bytes.align_to_mut::<C>() };
    assert!(before.is_empty() && after.is_empty(), "a page not cut into codes");
    codes
}
