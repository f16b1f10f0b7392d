//! Owns where the bytes of packed weights lie. Refuses to know of files' formats beyond which class each belongs to, and of
//! arithmetic.
//!
//! Weights are cut into panels of [`PANEL`] outputs and, within a panel, blocks of [`BLOCK`] inputs, so that one panel is
//! read from its beginning to its end. A block holds scales, then codes. Codes of four consecutive inputs for the sixteen
//! outputs make 64 bytes (output 0's four, output 1's four, ...): the operand of a dot product of four bytes a lane. Nibbles
//! are such vectors two in one: the low ones are inputs 0 to 15, the high ones 16 to 31.
//!
//! Where the format has one level of scales, a block has sixteen `d` and perhaps sixteen `m`, in half precision. Where it
//! has two, eight blocks follow a header of sixteen `d` and perhaps sixteen `m`, and each block has the small integers, as
//! bytes: sixteen scales (twice, where each sixteen inputs have their own), then as many minima.

use crate::format::Format;
use crate::scalar::quantise::BLOCK;

/// Outputs of a panel.
pub(crate) const PANEL: usize = 16;
/// Bytes of four inputs' codes for a panel's outputs.
pub(crate) const VECTOR_BYTES: usize = 4 * PANEL;
/// Inputs under one header.
pub(crate) const SUPER: usize = 256;

/// How a class of formats lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Two codes a byte.
    pub nibbles: bool,
    /// The largest code there can be.
    pub code_max: u8,
    /// The code that means zero; 0 or a power of two.
    pub zero: u8,
    /// Scales of a block: 1, or 2 where each sixteen inputs have their own.
    pub scales: usize,
    /// Whether there are minima.
    pub mins: bool,
    /// Whether scales have two levels.
    pub two_level: bool,
}

impl Layout {
    /// Blocks that follow one header.
    pub const fn group_blocks(self) -> usize {
        if self.two_level { SUPER / BLOCK } else { 1 }
    }

    /// Bytes of a header: nothing with one level.
    pub const fn header_bytes(self) -> usize {
        if self.two_level { 2 * PANEL * (1 + self.mins as usize) } else { 0 }
    }

    /// Bytes of a block's scales and minima.
    pub const fn scale_bytes(self) -> usize {
        let width = if self.two_level { self.scales } else { 2 };
        PANEL * width * (1 + self.mins as usize)
    }

    /// Bytes of a block's codes.
    pub const fn code_bytes(self) -> usize {
        BLOCK * PANEL / (1 + self.nibbles as usize)
    }

    /// Bytes of a block, without the header.
    pub const fn block_bytes(self) -> usize {
        self.scale_bytes() + self.code_bytes()
    }

    /// Bytes of a header and its blocks.
    pub const fn group_bytes(self) -> usize {
        self.header_bytes() + self.group_blocks() * self.block_bytes()
    }

    /// Bytes of a panel of this many inputs, which are whole groups of blocks; `None` if the number does not fit.
    pub const fn panel_bytes(self, inputs: usize) -> Option<usize> {
        (inputs / (BLOCK * self.group_blocks())).checked_mul(self.group_bytes())
    }

    /// The byte within a block's codes, and the shift within that byte, of an output's code for an input.
    pub const fn place(self, output: usize, input: usize) -> (usize, u32) {
        let vector = input / 4;
        let half = BLOCK / 4 / 2;
        let (vector, shift) =
            if self.nibbles { (vector % half, (vector / half) as u32 * 4) } else { (vector, 0) };
        (vector * VECTOR_BYTES + output * 4 + input % 4, shift)
    }
}

/// The layouts there are. Formats that differ only in how a file writes them share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Q4_0: 4.5 bits a weight.
    NibbleScale,
    /// Q4_1: 5 bits a weight.
    NibbleMin,
    /// Q4_K: 4.625 bits a weight.
    NibbleSuper,
    /// Q8_0, and Q5_0 widened: 8.5 bits a weight.
    ByteScale,
    /// Q5_1 widened: 9 bits a weight.
    ByteMin,
    /// Q5_K widened: 8.625 bits a weight.
    ByteSuper,
    /// Q6_K and Q3_K widened: 8.5625 bits a weight.
    HalfScale,
    /// Q2_K widened: 9.125 bits a weight.
    HalfMin,
}

impl Class {
    /// The class of a format; `None` for floats.
    pub const fn of(format: Format) -> Option<Class> {
        Some(match format {
            Format::F32 | Format::F16 | Format::BF16 => return None,
            Format::Q4_0 => Class::NibbleScale,
            Format::Q4_1 => Class::NibbleMin,
            Format::Q4K => Class::NibbleSuper,
            Format::Q8_0 | Format::Q5_0 => Class::ByteScale,
            Format::Q5_1 => Class::ByteMin,
            Format::Q5K => Class::ByteSuper,
            Format::Q6K | Format::Q3K => Class::HalfScale,
            Format::Q2K => Class::HalfMin,
        })
    }

    /// Where its bytes lie.
    pub const fn layout(self) -> Layout {
        let (nibbles, code_max, zero, scales, mins, two_level) = match self {
            Class::NibbleScale => (true, 15, 8, 1, false, false),
            Class::NibbleMin => (true, 15, 0, 1, true, false),
            Class::NibbleSuper => (true, 15, 0, 1, true, true),
            Class::ByteScale => (false, 255, 128, 1, false, false),
            Class::ByteMin => (false, 31, 0, 1, true, false),
            Class::ByteSuper => (false, 31, 0, 1, true, true),
            Class::HalfScale => (false, 63, 32, 2, false, true),
            Class::HalfMin => (false, 3, 0, 2, true, true),
        };
        Layout { nibbles, code_max, zero, scales, mins, two_level }
    }
}

/// A class as a type, so that kernels are compiled for each with its layout as constants.
pub(crate) trait Classed {
    /// Where its bytes lie.
    const LAYOUT: Layout;
    /// [`Layout::group_blocks`].
    const GROUP_BLOCKS: usize = Self::LAYOUT.group_blocks();
    /// [`Layout::header_bytes`].
    const HEADER_BYTES: usize = Self::LAYOUT.header_bytes();
    /// [`Layout::scale_bytes`].
    const SCALE_BYTES: usize = Self::LAYOUT.scale_bytes();
    /// [`Layout::block_bytes`].
    const BLOCK_BYTES: usize = Self::LAYOUT.block_bytes();
    /// [`Layout::group_bytes`].
    const GROUP_BYTES: usize = Self::LAYOUT.group_bytes();
}

macro_rules! classed {
    ($($name:ident),*) => {$(
        /// [`Class`] of the same name.
        pub(crate) struct $name;
        impl Classed for $name {
            const LAYOUT: Layout = Class::$name.layout();
        }
    )*};
}
classed!(NibbleScale, NibbleMin, NibbleSuper, ByteScale, ByteMin, ByteSuper, HalfScale, HalfMin);

/// The instance of a generic kernel for a class known at run time.
macro_rules! for_class {
    ($class:expr, $kernel:ident) => {{
        use $crate::packed::layout::*;
        match $class {
            Class::NibbleScale => $kernel::<NibbleScale>,
            Class::NibbleMin => $kernel::<NibbleMin>,
            Class::NibbleSuper => $kernel::<NibbleSuper>,
            Class::ByteScale => $kernel::<ByteScale>,
            Class::ByteMin => $kernel::<ByteMin>,
            Class::ByteSuper => $kernel::<ByteSuper>,
            Class::HalfScale => $kernel::<HalfScale>,
            Class::HalfMin => $kernel::<HalfMin>,
        }
    }};
}
pub(crate) use for_class;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_a_weight_are_those_promised() {
        let bits = |format| {
            let layout = Class::of(format).unwrap().layout();
            layout.panel_bytes(2 * SUPER).unwrap() as f64 * 8. / (2 * SUPER * PANEL) as f64
        };
        let expected = [
            (Format::Q4_0, 4.5),
            (Format::Q4_1, 5.),
            (Format::Q4K, 4.625),
            (Format::Q8_0, 8.5),
            (Format::Q5_0, 8.5),
            (Format::Q5_1, 9.),
            (Format::Q5K, 8.625),
            (Format::Q6K, 8.5625),
            (Format::Q3K, 8.5625),
            (Format::Q2K, 9.125),
        ];
        for (format, expected) in expected {
            assert_eq!(bits(format), expected, "{}", format.name());
        }
        assert_eq!(Class::of(Format::F16), None);
    }

    #[test]
    fn every_code_has_a_place_of_its_own() {
        for nibbles in [false, true] {
            let layout = Layout { nibbles, ..Class::NibbleMin.layout() };
            let mut seen = std::collections::HashSet::new();
            for (output, input) in (0..PANEL).flat_map(|output| (0..BLOCK).map(move |input| (output, input)))
            {
                let (byte, shift) = layout.place(output, input);
                assert!(byte < layout.code_bytes() && shift < 8);
                assert!(seen.insert((byte, shift)));
            }
        }
    }
}
