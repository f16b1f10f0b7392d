//! Owns the names, numbers and sizes of the weight formats. Refuses to know what their bytes mean: that is
//! [`crate::scalar::blocks`]. Source: ggml's `ggml.h` (type numbers) and `ggml-common.h` (block structures).

/// How a tensor's weights are written in a file. Quantised formats come in blocks along a row of inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// IEEE single precision.
    F32,
    /// IEEE half precision.
    F16,
    /// The upper half of IEEE single precision.
    BF16,
    /// 8 bits a weight, one scale for 32.
    Q8_0,
    /// 4 bits a weight, one scale for 32.
    Q4_0,
    /// 4 bits a weight, a scale and a minimum for 32.
    Q4_1,
    /// 5 bits a weight, one scale for 32.
    Q5_0,
    /// 5 bits a weight, a scale and a minimum for 32.
    Q5_1,
    /// 2 bits a weight, scales and minima for 16 within 256.
    Q2K,
    /// 3 bits a weight, scales for 16 within 256.
    Q3K,
    /// 4 bits a weight, scales and minima for 32 within 256.
    Q4K,
    /// 5 bits a weight, scales and minima for 32 within 256.
    Q5K,
    /// 6 bits a weight, scales for 16 within 256.
    Q6K,
}

impl Format {
    /// Every format, floats first.
    pub const ALL: [Format; 13] = [
        Format::F32,
        Format::F16,
        Format::BF16,
        Format::Q8_0,
        Format::Q4_0,
        Format::Q4_1,
        Format::Q5_0,
        Format::Q5_1,
        Format::Q2K,
        Format::Q3K,
        Format::Q4K,
        Format::Q5K,
        Format::Q6K,
    ];

    /// The format with this number in ggml's files, if it is one of ours.
    pub fn from_ggml(number: u32) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.ggml() == number)
    }

    /// Number, name, weights in a block, bytes of a block.
    const fn row(self) -> (u32, &'static str, usize, usize) {
        match self {
            Format::F32 => (0, "F32", 1, 4),
            Format::F16 => (1, "F16", 1, 2),
            Format::Q4_0 => (2, "Q4_0", 32, 18),
            Format::Q4_1 => (3, "Q4_1", 32, 20),
            Format::Q5_0 => (6, "Q5_0", 32, 22),
            Format::Q5_1 => (7, "Q5_1", 32, 24),
            Format::Q8_0 => (8, "Q8_0", 32, 34),
            Format::Q2K => (10, "Q2_K", 256, 84),
            Format::Q3K => (11, "Q3_K", 256, 110),
            Format::Q4K => (12, "Q4_K", 256, 144),
            Format::Q5K => (13, "Q5_K", 256, 176),
            Format::Q6K => (14, "Q6_K", 256, 210),
            Format::BF16 => (30, "BF16", 1, 2),
        }
    }

    /// Its number in ggml's files.
    pub const fn ggml(self) -> u32 {
        self.row().0
    }

    /// Its name as ggml writes it, such as `Q4_K`.
    pub const fn name(self) -> &'static str {
        self.row().1
    }

    /// Weights in a block; 1 for floats.
    pub const fn block_len(self) -> usize {
        self.row().2
    }

    /// Bytes of a block.
    pub const fn block_bytes(self) -> usize {
        self.row().3
    }

    /// Bytes of this many weights; `None` where they are not whole blocks or the number does not fit.
    pub const fn bytes_for(self, elements: usize) -> Option<usize> {
        if !elements.is_multiple_of(self.block_len()) {
            return None;
        }
        (elements / self.block_len()).checked_mul(self.block_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_lead_back() {
        for format in Format::ALL {
            assert_eq!(Format::from_ggml(format.ggml()), Some(format));
        }
        for number in [4, 5, 9, 15, 16, 31, u32::MAX] {
            assert_eq!(Format::from_ggml(number), None);
        }
    }

    #[test]
    fn sizes_are_of_whole_blocks_and_checked() {
        assert_eq!(Format::Q4_1.bytes_for(576), Some(360));
        assert_eq!(Format::Q6K.bytes_for(512), Some(420));
        assert_eq!(Format::BF16.bytes_for(3), Some(6));
        assert_eq!(Format::Q8_0.bytes_for(0), Some(0));
        assert_eq!(Format::Q8_0.bytes_for(33), None);
        assert_eq!(Format::Q4K.bytes_for(32), None);
        assert_eq!(Format::F32.bytes_for(usize::MAX), None);
    }
}
