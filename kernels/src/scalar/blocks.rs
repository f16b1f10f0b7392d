//! Owns what the bytes of every weight format mean. Refuses to know how kernels lay weights out: that is
//! [`crate::packed`]. Source: ggml's `ggml-common.h` (structures) and `ggml-quants.c` (`dequantize_row_*`).
//!
//! A quantised block says codes, a scale and perhaps a minimum: a weight is `(d * scale) * (code - zero) + m * min`. `d`
//! and `m` are half precision, `scale` and `min` small integers (1 where the format has one level only). Both products
//! are exact in f32, so a weight is rounded once and the order of the arithmetic does not matter.

use half::{bf16, f16};

use crate::format::Format;

/// Weights in the largest block.
pub(crate) const BLOCK_LEN_MAX: usize = 256;
/// Weights that share a scale of the second level, where they are fewest.
pub(crate) const HALF: usize = 16;

/// A block taken apart. Only the first `block_len` codes, and one scale for each [`HALF`] of them, mean anything.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// Unsigned codes, in the order of the weights.
    pub codes: [u8; BLOCK_LEN_MAX],
    /// First-level scale.
    pub d: f16,
    /// First-level minimum; 0 where the format has none.
    pub m: f16,
    /// Second-level scale of each sixteen weights.
    pub scales: [i8; BLOCK_LEN_MAX / HALF],
    /// Second-level minimum of each sixteen weights; never positive in the K formats, which subtract it.
    pub mins: [i8; BLOCK_LEN_MAX / HALF],
}

impl Default for Block {
    fn default() -> Self {
        let none = [0; BLOCK_LEN_MAX / HALF];
        Block { codes: [0; BLOCK_LEN_MAX], d: f16::ZERO, m: f16::ZERO, scales: none, mins: none }
    }
}

/// The code that means zero before the minimum is added.
pub(crate) const fn zero(format: Format) -> u8 {
    match format {
        Format::Q8_0 => 128,
        Format::Q4_0 => 8,
        Format::Q5_0 => 16,
        Format::Q3K => 4,
        Format::Q6K => 32,
        _ => 0,
    }
}

/// Whether weights have a minimum added.
pub(crate) const fn has_min(format: Format) -> bool {
    matches!(format, Format::Q4_1 | Format::Q5_1 | Format::Q2K | Format::Q4K | Format::Q5K)
}

/// The weights that `blocks` say, in f32.
///
/// # Panics
/// If `blocks` is not exactly the bytes of `out.len()` weights.
pub fn dequantise(format: Format, blocks: &[u8], out: &mut [f32]) {
    assert_eq!(
        Some(blocks.len()),
        format.bytes_for(out.len()),
        "bytes of {} {} weights",
        out.len(),
        format.name()
    );
    match format {
        Format::F32 => each(blocks, out, f32::from_le_bytes),
        Format::F16 => each(blocks, out, |bytes| f16::from_le_bytes(bytes).to_f32()),
        Format::BF16 => each(blocks, out, |bytes| bf16::from_le_bytes(bytes).to_f32()),
        _ => {
            let mut block = Block::default();
            for (bytes, out) in
                blocks.chunks_exact(format.block_bytes()).zip(out.chunks_mut(format.block_len()))
            {
                unpack(format, bytes, &mut block);
                block.weights(zero(format), has_min(format), out);
            }
        }
    }
}

fn each<const N: usize>(bytes: &[u8], out: &mut [f32], value: impl Fn([u8; N]) -> f32) {
    let (words, _) = bytes.as_chunks::<N>();
    for (out, word) in out.iter_mut().zip(words) {
        *out = value(*word);
    }
}

impl Block {
    /// The weights it says.
    fn weights(&self, zero: u8, has_min: bool, out: &mut [f32]) {
        for (half, out) in out.chunks_mut(HALF).enumerate() {
            let scale = self.d.to_f32() * f32::from(self.scales[half]);
            let min = self.m.to_f32() * f32::from(self.mins[half]);
            for (out, code) in out.iter_mut().zip(&self.codes[half * HALF..]) {
                *out = weight(scale, i32::from(*code) - i32::from(zero), has_min.then_some(min));
            }
        }
    }
}

/// One weight. `scale` and `min` are exact products; so is `scale * code`, and the sum is rounded once.
pub(crate) fn weight(scale: f32, code: i32, min: Option<f32>) -> f32 {
    let product = scale * code as f32;
    min.map_or(product, |min| product + min)
}

/// Takes one block's bytes apart.
///
/// # Panics
/// If `bytes` is shorter than the block, or the format is not quantised.
pub(crate) fn unpack(format: Format, bytes: &[u8], block: &mut Block) {
    let half = |at: usize| f16::from_le_bytes([bytes[at], bytes[at + 1]]);
    block.scales.fill(1);
    block.mins.fill(i8::from(has_min(format)));
    (block.d, block.m) = match format {
        Format::Q8_0 | Format::Q4_0 | Format::Q5_0 => (half(0), f16::ZERO),
        Format::Q4_1 | Format::Q5_1 | Format::Q4K | Format::Q5K => (half(0), half(2)),
        Format::Q2K => (half(80), half(82)),
        Format::Q3K => (half(108), f16::ZERO),
        Format::Q6K => (half(208), f16::ZERO),
        Format::F32 | Format::F16 | Format::BF16 => unreachable!("floats have no blocks"),
    };
    match format {
        // Signed bytes as codes around 128.
        Format::Q8_0 => (0..32).for_each(|i| block.codes[i] = bytes[2 + i] ^ 0x80),
        Format::Q4_0 => nibbles(&bytes[2..18], block),
        Format::Q4_1 => nibbles(&bytes[4..20], block),
        Format::Q5_0 => fifth_bits(&bytes[2..6], &bytes[6..22], block),
        Format::Q5_1 => fifth_bits(&bytes[4..8], &bytes[8..24], block),
        Format::Q2K => q2k(bytes, block),
        Format::Q3K => q3k(bytes, block),
        Format::Q4K => q45k(&bytes[4..16], None, &bytes[16..144], block),
        Format::Q5K => q45k(&bytes[4..16], Some(&bytes[16..48]), &bytes[48..176], block),
        Format::Q6K => q6k(bytes, block),
        Format::F32 | Format::F16 | Format::BF16 => unreachable!("floats have no blocks"),
    }
}

/// 16 bytes: the low nibbles are weights 0 to 15, the high ones 16 to 31.
fn nibbles(bytes: &[u8], block: &mut Block) {
    for (i, byte) in bytes.iter().enumerate() {
        block.codes[i] = byte & 15;
        block.codes[i + 16] = byte >> 4;
    }
}

/// As [`nibbles`], and a bit of `high` for each weight, in order.
fn fifth_bits(high: &[u8], low: &[u8], block: &mut Block) {
    nibbles(low, block);
    for i in 0..32 {
        block.codes[i] |= (high[i / 8] >> (i % 8) & 1) << 4;
    }
}

/// Two bits at a time from 32 bytes: weight 128n + 32j + l has bits 2j of byte 32n + l.
fn pairs(bytes: &[u8], block: &mut Block) {
    for i in 0..256 {
        block.codes[i] = bytes[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
    }
}

/// scales[16] (low nibble scale, high nibble minimum), qs[64], d, m.
fn q2k(bytes: &[u8], block: &mut Block) {
    pairs(&bytes[16..80], block);
    for (half, byte) in bytes[..16].iter().enumerate() {
        block.scales[half] = (byte & 15) as i8;
        block.mins[half] = -((byte >> 4) as i8);
    }
}

/// hmask[32], qs[64], scales[12], d. Bit 4n + j of hmask[l] is the third bit of weight 128n + 32j + l. A scale is 6 bits
/// around 32: its low nibble in the first 8 bytes, its high pair in the last 4.
fn q3k(bytes: &[u8], block: &mut Block) {
    pairs(&bytes[32..96], block);
    for i in 0..256 {
        block.codes[i] |= (bytes[i % 32] >> (i / 32) & 1) << 2;
    }
    let scales = &bytes[96..108];
    for half in 0..16 {
        let low = scales[half % 8] >> (half / 8 * 4) & 15;
        let high = scales[8 + half % 4] >> (half / 4 * 2) & 3;
        block.scales[half] = (low | high << 4) as i8 - 32;
    }
}

/// scales[12], perhaps qh[32], qs[128]. Sub-block s of 32 has the low (s even) or high nibbles of 32 bytes, and bit s of
/// qh. Six-bit scales and minima: the first four lie in the low bits of bytes 0 to 7; the last four have their low nibble in
/// bytes 8 to 11 and their high pair in the top of bytes 0 to 7.
fn q45k(packed: &[u8], high: Option<&[u8]>, low: &[u8], block: &mut Block) {
    for i in 0..256 {
        let (sub, l) = (i / 32, i % 32);
        block.codes[i] = low[sub / 2 * 32 + l] >> (sub % 2 * 4) & 15;
        if let Some(high) = high {
            block.codes[i] |= (high[l] >> sub & 1) << 4;
        }
    }
    for sub in 0..8 {
        let (scale, min) = if sub < 4 {
            (packed[sub] & 63, packed[sub + 4] & 63)
        } else {
            (packed[sub + 4] & 15 | packed[sub - 4] >> 6 << 4, packed[sub + 4] >> 4 | packed[sub] >> 6 << 4)
        };
        block.scales[sub * 2..][..2].fill(scale as i8);
        block.mins[sub * 2..][..2].fill(-(min as i8));
    }
}

/// ql[128], qh[64], scales[16] (signed), d. Within 128 weights, quarter j has nibble j / 2 of ql[32 (j % 2) + l] and bits
/// 2j of qh[l].
fn q6k(bytes: &[u8], block: &mut Block) {
    for i in 0..256 {
        let (n, j, l) = (i / 128, i / 32 % 4, i % 32);
        let low = bytes[n * 64 + j % 2 * 32 + l] >> (j / 2 * 4) & 15;
        let high = bytes[128 + n * 32 + l] >> (j * 2) & 3;
        block.codes[i] = low | high << 4;
    }
    for half in 0..16 {
        block.scales[half] = bytes[192 + half] as i8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: [u8; 2] = [0x00, 0x3c];
    const TWO: [u8; 2] = [0x00, 0x40];
    const HALF_VALUE: [u8; 2] = [0x00, 0x38];

    /// Dequantises one block of bytes, given in pieces.
    fn block(format: Format, pieces: &[&[u8]]) -> Vec<f32> {
        let bytes = pieces.concat();
        let mut out = vec![f32::NAN; bytes.len() / format.block_bytes() * format.block_len()];
        dequantise(format, &bytes, &mut out);
        out
    }

    #[test]
    fn floats() {
        assert_eq!(block(Format::F32, &[&1.5f32.to_le_bytes(), &(-2f32).to_le_bytes()]), [1.5, -2.]);
        assert_eq!(block(Format::F16, &[&ONE, &[0x00, 0xc0]]), [1., -2.]);
        assert_eq!(block(Format::BF16, &[&[0x80, 0x3f], &[0x20, 0xc1]]), [1., -10.]);
    }

    #[test]
    fn eight_and_four_bits() {
        let mut codes = [0u8; 32];
        (codes[0], codes[1], codes[31]) = (127, 0x80, 0xff);
        let out = block(Format::Q8_0, &[&HALF_VALUE, &codes]);
        assert_eq!((out[0], out[1], out[2], out[31]), (63.5, -64., 0., -0.5));
        let mut codes = [0x88; 16];
        (codes[0], codes[15]) = (0xf0, 0x1a);
        let out = block(Format::Q4_0, &[&TWO, &codes]);
        assert_eq!((out[0], out[16], out[15], out[31], out[1]), (-16., 14., 4., -14., 0.));
        let out = block(Format::Q4_1, &[&TWO, &ONE, &codes]);
        assert_eq!((out[0], out[16], out[15], out[31], out[1]), (1., 31., 21., 3., 17.));
    }

    #[test]
    fn five_bits() {
        let mut codes = [0u8; 16];
        (codes[0], codes[3]) = (0xf2, 0x51);
        // The fifth bits of weights 0, 3 and 19.
        let high = (1u32 | 1 << 3 | 1 << 19).to_le_bytes();
        let out = block(Format::Q5_0, &[&ONE, &high, &codes]);
        assert_eq!((out[0], out[16], out[3], out[19], out[1]), (2., -1., 1., 5., -16.));
        let out = block(Format::Q5_1, &[&TWO, &HALF_VALUE, &high, &codes]);
        assert_eq!((out[0], out[16], out[3], out[19], out[1]), (36.5, 30.5, 34.5, 42.5, 0.5));
    }

    #[test]
    fn two_and_three_bits_within_256() {
        let (mut scales, mut codes) = ([0u8; 16], [0u8; 64]);
        // Weight 128 + 32 * 3 + 17 = 241: second half of bytes, bits 6 and 7, scale 15.
        (scales[15], codes[32 + 17]) = (0x53, 0b10_00_00_00);
        let out = block(Format::Q2K, &[&scales, &codes, &TWO, &ONE]);
        assert_eq!((out[241], out[240], out[0]), (2. * 3. * 2. - 5., -5., 0.));

        let (mut high, mut scales) = ([0u8; 32], [0u8; 12]);
        high[17] = 1 << 7;
        // Scale 15: low nibble 5 in byte 7's high one, high pair 2 in byte 11's top: 5 + 32 - 32.
        (scales[7], scales[11]) = (0x50, 2 << 6);
        let out = block(Format::Q3K, &[&high, &codes, &scales, &TWO]);
        assert_eq!((out[241], out[240]), (2. * 5. * 2., 2. * 5. * -4.));
        assert_eq!(out[0], 2. * -32. * -4.);
    }

    #[test]
    fn four_and_five_bits_within_256() {
        let (mut scales, mut codes) = ([0u8; 12], [0u8; 128]);
        // Sub-block 1: scale 33, minimum 7. Sub-block 6: scale 0x2b, minimum 0x1c.
        (scales[1], scales[5]) = (33, 7);
        (scales[10], scales[2], scales[6]) = (0xcb, 2 << 6, 1 << 6);
        (codes[4], codes[96 + 31]) = (0x90, 0x0e);
        let out = block(Format::Q4K, &[&ONE, &TWO, &scales, &codes]);
        assert_eq!((out[36], out[35], out[4]), (9. * 33. - 14., -14., 0.));
        assert_eq!((out[6 * 32 + 31], out[6 * 32]), (14. * 43. - 56., -56.));
        let mut high = [0u8; 32];
        (high[4], high[31]) = (1 << 1, 1 << 6);
        let out = block(Format::Q5K, &[&ONE, &TWO, &scales, &high, &codes]);
        assert_eq!((out[36], out[35]), (25. * 33. - 14., -14.));
        assert_eq!((out[6 * 32 + 31], out[6 * 32]), (30. * 43. - 56., -56.));
    }

    #[test]
    fn six_bits_within_256() {
        let (mut low, mut high, mut scales) = ([0u8; 128], [0u8; 64], [0u8; 16]);
        // Weight 128 + 32 * 3 + 20: high nibble of ql[64 + 32 + 20], top pair of qh[32 + 20], scale 8 + 7.
        (low[64 + 32 + 20], high[32 + 20]) = (0x70, 3 << 6);
        // Weight 40: low nibble of ql[32 + 8], bits 2 and 3 of qh[8], scale 2.
        (low[40], high[8]) = (0x05, 1 << 2);
        (scales[15], scales[2]) = (-3i8 as u8, 100);
        let out = block(Format::Q6K, &[&low, &high, &scales, &HALF_VALUE]);
        assert_eq!((out[244], out[245]), (0.5 * -3. * (55. - 32.), 0.5 * -3. * -32.));
        assert_eq!((out[40], out[41], out[0]), (0.5 * 100. * (21. - 32.), 50. * -32., 0.));
    }

    #[test]
    #[should_panic(expected = "bytes of 32 Q8_0 weights")]
    fn a_wrong_length_is_refused() {
        dequantise(Format::Q8_0, &[0; 33], &mut [0.; 32]);
    }
}
