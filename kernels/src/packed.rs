//! Owns quantised weight matrices in the layout that the kernels read, made once from a file's blocks. Refuses to know of
//! files, of activations and of instruction sets: one layout serves them all. What lies where: [`layout`].

use half::f16;

use crate::aligned::{AlignedBytes, Arena, OutOfMemory};
use crate::format::Format;
use crate::scalar::blocks::{self, Block};
use crate::scalar::quantise::BLOCK;
use layout::{Class, Layout, PANEL, VECTOR_BYTES};
use std::ops::Range;

pub(crate) mod layout;
#[cfg(test)]
pub(crate) mod tests;

/// Why a matrix was not packed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Floats are not packed: another kernel multiplies them as they are.
    #[error("{} weights are not packed", .0.name())]
    Format(Format),
    /// A row is not whole blocks.
    #[error("{inputs} inputs are not whole blocks of {block_len}")]
    Inputs {
        /// Weights of a row.
        inputs: usize,
        /// Weights of a block.
        block_len: usize,
    },
    /// No machine holds so many weights.
    #[error("{outputs} outputs of {inputs} inputs are more than memory can address")]
    Size {
        /// Rows.
        outputs: usize,
        /// Weights of a row.
        inputs: usize,
    },
    /// The blocks are not as long as the matrix says.
    #[error("expected {expected} bytes of blocks, not {actual}")]
    Bytes {
        /// Bytes that the matrix takes.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// A scale or minimum is infinite or not a number.
    #[error("a scale of output {output} is not finite")]
    Scale {
        /// The row it is in.
        output: usize,
    },
    /// The machine has no memory for it.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
}

/// A quantised matrix of weights, (outputs, inputs), laid out for the kernels of this crate.
#[derive(Debug)]
pub struct Packed {
    class: Class,
    outputs: usize,
    inputs: usize,
    panel_bytes: usize,
    bytes: AlignedBytes,
}

impl Packed {
    /// Packs a matrix from its blocks as a file has them: row after row of `inputs` weights. Nothing is rounded: the packed
    /// matrix says the very weights that [`blocks::dequantise`] gives.
    ///
    /// Outputs are padded to whole panels of sixteen, so that a matrix of few outputs takes up to sixteen times its bytes.
    ///
    /// # Errors
    /// [`PackError`].
    pub fn pack(
        arena: &mut Arena,
        format: Format,
        outputs: usize,
        inputs: usize,
        blocks: &[u8],
    ) -> Result<Packed, PackError> {
        let sizes = Sizes::of(format, outputs, inputs)?;
        if blocks.len() != sizes.blocks_bytes {
            return Err(PackError::Bytes { expected: sizes.blocks_bytes, actual: blocks.len() });
        }
        let mut packed = Packed::zeroed(arena, format, outputs, inputs)?;
        for mut part in packed.parts(format, usize::MAX) {
            part.pack(blocks)?;
        }
        Ok(packed)
    }

    /// Room for a matrix, every byte zero: to be packed by its [`Packed::parts`], or filled with what
    /// [`Packed::as_bytes`] of such a matrix gave.
    ///
    /// # Errors
    /// [`PackError`]; never `Bytes` or `Scale`.
    pub fn zeroed(
        arena: &mut Arena,
        format: Format,
        outputs: usize,
        inputs: usize,
    ) -> Result<Packed, PackError> {
        let Sizes { class, panel_bytes, packed_bytes, .. } = Sizes::of(format, outputs, inputs)?;
        Ok(Packed { class, outputs, inputs, panel_bytes, bytes: arena.zeroed(packed_bytes)? })
    }

    /// The matrix cut into parts of at least one panel and, beyond that, at most `rows_max` rows, so that threads can
    /// share the work of packing it. In the order of the rows; a matrix without weights has none.
    ///
    /// # Panics
    /// If the matrix was not made for weights of this format.
    pub fn parts(&mut self, format: Format, rows_max: usize) -> impl Iterator<Item = PackedPart<'_>> {
        assert_eq!(Class::of(format), Some(self.class), "{} weights lie otherwise", format.name());
        let Packed { class, outputs, inputs, panel_bytes, .. } = *self;
        let layout = class.layout();
        // Room was made for whole blocks only.
        let row_bytes = format.bytes_for(inputs).unwrap_or_default();
        let rows = (rows_max / PANEL).max(1) * PANEL;
        // Both are 0 only where there are no bytes to cut.
        let part_bytes = panel_bytes.saturating_mul(rows / PANEL).max(1);
        self.bytes.as_mut_slice().chunks_mut(part_bytes).enumerate().map(move |(part, bytes)| {
            let first = part * rows;
            let rows = first..(first + rows).min(outputs);
            PackedPart { format, layout, row_bytes, panel_bytes, rows, bytes }
        })
    }

    /// One output's weights, as the file's blocks say them; for looking up embeddings. `out` is (inputs).
    ///
    /// # Panics
    /// If there is no such output, or `out` has another length.
    pub fn row(&self, output: usize, out: &mut [f32]) {
        assert!(output < self.outputs, "output {output} of {}", self.outputs);
        assert_eq!(out.len(), self.inputs, "one weight for each input");
        let (layout, lane) = (self.class.layout(), output % PANEL);
        let groups = self.panel(output / PANEL).chunks_exact(layout.group_bytes());
        for (group, out) in groups.zip(out.chunks_mut(BLOCK * layout.group_blocks())) {
            for (number, out) in out.chunks_mut(BLOCK).enumerate() {
                let block = BlockView::new(layout, group, number);
                for (input, out) in out.iter_mut().enumerate() {
                    let (scale, min) = block.scale(lane, input / (BLOCK / layout.scales));
                    *out = blocks::weight(scale, block.code(lane, input), layout.mins.then_some(min));
                }
            }
        }
    }

    /// Rows of the matrix: products of one input.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Columns of the matrix: values of one input.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Bytes that its weights take in memory, padding included.
    pub fn bytes_len(&self) -> usize {
        self.bytes.len()
    }

    /// Its bytes as the kernels read them, padding included: for [`Packed::as_bytes_mut`] of a matrix of the same format
    /// and dimensions under the same [`crate::LAYOUT_VERSION`].
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// Its bytes, to be filled with what [`Packed::as_bytes`] gave. Other bytes say other weights, or scales that are not
    /// finite, which only packing refuses; they make no kernel read or write elsewhere. Whoever keeps such bytes proves
    /// that they came back as they were.
    pub fn as_bytes_mut(&mut self) -> &mut [u8] {
        self.bytes.as_mut_slice()
    }

    pub(crate) fn class(&self) -> Class {
        self.class
    }

    /// Panels of sixteen outputs, the last one padded.
    pub(crate) fn panels(&self) -> usize {
        self.outputs.div_ceil(PANEL)
    }

    pub(crate) fn panel_bytes(&self) -> usize {
        self.panel_bytes
    }

    /// The bytes of one panel.
    pub(crate) fn panel(&self, panel: usize) -> &[u8] {
        &self.bytes.as_slice()[panel * self.panel_bytes..][..self.panel_bytes]
    }
}

/// What a matrix takes in a file and in memory.
struct Sizes {
    class: Class,
    panel_bytes: usize,
    /// Of the whole matrix, as a file has it.
    blocks_bytes: usize,
    /// Of the whole matrix, as kernels want it.
    packed_bytes: usize,
}

impl Sizes {
    fn of(format: Format, outputs: usize, inputs: usize) -> Result<Sizes, PackError> {
        let class = Class::of(format).ok_or(PackError::Format(format))?;
        let block_len = format.block_len();
        if !inputs.is_multiple_of(block_len) {
            return Err(PackError::Inputs { inputs, block_len });
        }
        let size = || PackError::Size { outputs, inputs };
        let row_bytes = format.bytes_for(inputs).ok_or_else(size)?;
        let blocks_bytes = row_bytes.checked_mul(outputs).ok_or_else(size)?;
        let panel_bytes = class.layout().panel_bytes(inputs).ok_or_else(size)?;
        let packed_bytes = panel_bytes.checked_mul(outputs.div_ceil(PANEL)).ok_or_else(size)?;
        Ok(Sizes { class, panel_bytes, blocks_bytes, packed_bytes })
    }
}

/// Neighbouring panels of a matrix that is being packed; its others may be packed at the same time.
#[derive(Debug)]
pub struct PackedPart<'a> {
    format: Format,
    layout: Layout,
    /// Of a row in a file.
    row_bytes: usize,
    panel_bytes: usize,
    rows: Range<usize>,
    bytes: &'a mut [u8],
}

impl PackedPart<'_> {
    /// Which rows of the matrix it holds.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// Bytes of its rows' blocks in a file.
    pub fn blocks_bytes(&self) -> usize {
        self.row_bytes * self.rows.len()
    }

    /// Takes the file's blocks of its rows apart, panel after panel, and puts each where it belongs. Every byte is written,
    /// padding as zero: it does not matter what was there.
    ///
    /// # Errors
    /// `Bytes`, or `Scale` of a row, counted in the matrix.
    pub fn pack(&mut self, blocks: &[u8]) -> Result<(), PackError> {
        let PackedPart { format, layout, row_bytes, panel_bytes, .. } = *self;
        let expected = self.blocks_bytes();
        if blocks.len() != expected {
            return Err(PackError::Bytes { expected, actual: blocks.len() });
        }
        // Formats that share a class may count their codes from another zero.
        let shift = layout.zero - blocks::zero(format);
        let panels = self.bytes.chunks_exact_mut(panel_bytes);
        let mut block = Block::default();
        for (number, (panel, rows)) in panels.zip(blocks.chunks(row_bytes * PANEL)).enumerate() {
            if rows.len() < row_bytes * PANEL {
                panel.fill(0);
            }
            for (output, row) in rows.chunks_exact(row_bytes).enumerate() {
                // A file's block is one header's blocks.
                let groups = panel.chunks_exact_mut(layout.group_bytes());
                for (group, bytes) in groups.zip(row.chunks_exact(format.block_bytes())) {
                    blocks::unpack(format, bytes, &mut block);
                    if !block.d.is_finite() || !block.m.is_finite() {
                        return Err(PackError::Scale { output: self.rows.start + number * PANEL + output });
                    }
                    block.codes[..format.block_len()].iter_mut().for_each(|code| *code += shift);
                    put(layout, output, &block, group);
                }
            }
        }
        Ok(())
    }
}

/// Puts one output's block of a file, its codes counted from the layout's zero, into a group of a panel.
fn put(layout: Layout, output: usize, block: &Block, group: &mut [u8]) {
    let halves = |bytes: &mut [u8]| {
        bytes[output * 2..][..2].copy_from_slice(&block.d.to_le_bytes());
        if layout.mins {
            bytes[2 * PANEL + output * 2..][..2].copy_from_slice(&block.m.to_le_bytes());
        }
    };
    if layout.two_level {
        halves(group);
    }
    for number in 0..layout.group_blocks() {
        let bytes =
            &mut group[layout.header_bytes() + number * layout.block_bytes()..][..layout.block_bytes()];
        let (scales, codes) = bytes.split_at_mut(layout.scale_bytes());
        if layout.two_level {
            for part in 0..layout.scales {
                let half = number * 2 + part;
                scales[part * PANEL + output] = block.scales[half] as u8;
                if layout.mins {
                    scales[(layout.scales + part) * PANEL + output] = block.mins[half] as u8;
                }
            }
        } else {
            halves(scales);
        }
        // Four inputs at a time, because [`Layout::place`] keeps them together.
        let (fours, _) = block.codes[number * BLOCK..][..BLOCK].as_chunks::<4>();
        for (vector, bytes) in codes.chunks_exact_mut(VECTOR_BYTES).enumerate() {
            let mut four = fours[vector];
            if layout.nibbles {
                let high = fours[fours.len() / 2 + vector];
                four.iter_mut().zip(high).for_each(|(low, high)| *low |= high << 4);
            }
            bytes[output * 4..][..4].copy_from_slice(&four);
        }
    }
}

/// One block of a panel, read as the layout says: slowly, one weight at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockView<'a> {
    layout: Layout,
    header: &'a [u8],
    scales: &'a [u8],
    codes: &'a [u8],
}

impl<'a> BlockView<'a> {
    /// Block `number` of a group.
    pub(crate) fn new(layout: Layout, group: &'a [u8], number: usize) -> BlockView<'a> {
        let (header, blocks) = group.split_at(layout.header_bytes());
        let block = &blocks[number * layout.block_bytes()..][..layout.block_bytes()];
        let (scales, codes) = block.split_at(layout.scale_bytes());
        BlockView { layout, header, scales, codes }
    }

    /// An output's code for an input, counted from the code that means zero.
    pub(crate) fn code(self, output: usize, input: usize) -> i32 {
        let (byte, shift) = self.layout.place(output, input);
        let mask = if self.layout.nibbles { 15 } else { 255 };
        i32::from(self.codes[byte] >> shift & mask) - i32::from(self.layout.zero)
    }

    /// An output's scale and minimum (0 without) for a part of the inputs: 0, or 1 for the second sixteen where they have
    /// their own. Both are exact.
    pub(crate) fn scale(self, output: usize, part: usize) -> (f32, f32) {
        let Layout { two_level, mins, scales, .. } = self.layout;
        let first = |number: usize| {
            let bytes = if two_level { self.header } else { self.scales };
            let at = (number * PANEL + output) * 2;
            f16::from_le_bytes([bytes[at], bytes[at + 1]]).to_f32()
        };
        let second = |number: usize| {
            if two_level { f32::from(self.scales[(number + part) * PANEL + output] as i8) } else { 1. }
        };
        (first(0) * second(0), if mins { first(1) * second(scales) } else { 0. })
    }
}
