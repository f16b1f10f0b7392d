//! Owns what the product of packed weights and int8 activations is, to the bit. Refuses to be fast.
//!
//! For each row and output, over the blocks of 32 inputs in order, and over both halves of a block where each has its own
//! scale: the integer dot product of codes, exact (of two planes, `128 * high + low`), rounded to f32; then `total = fma(dot, d_w * d_a, total)`; then, where the format has
//! minima, `total = fma(m_w, d_a * sum_a, total)`. All in f32. Against the product of the dequantised weights and the
//! dequantised activations the error is that of one rounded product and one fused sum for each block.

use crate::activations::{FACTORS, GROUP, Group, SUMS};
use crate::packed::BlockView;
use crate::packed::layout::{Classed, Layout, PANEL};
use crate::scalar::quantise::{BLOCK, PLANE_SHIFT};

/// Sums of one panel for one group of rows: (rows, outputs).
pub(crate) type Tile = [[f32; PANEL]; GROUP];
/// A kernel: the panel's bytes, the rows, and where their sums go; rows beyond the group's are left as they are.
///
/// # Safety
/// The machine has the instruction set the kernel was written for. What the slices hold is checked.
pub(crate) type TileFn = unsafe fn(&[u8], &Group<'_>, &mut Tile);

/// Refuses a panel and a group that do not belong together: what is left over would be left out.
///
/// # Panics
/// If they do not.
#[inline(always)]
pub(crate) fn check<L: Classed>(panel: &[u8], input: &Group<'_>) {
    let (rows, groups) = (input.rows, panel.len() / L::GROUP_BYTES);
    assert!(rows.is_power_of_two() && rows <= GROUP, "{rows} rows of a group");
    assert!(input.planes == 1 || input.planes == 2, "{} planes of a group", input.planes);
    let blocks = input.codes.len() / (BLOCK * rows * input.planes);
    assert!(panel.len() == groups * L::GROUP_BYTES && blocks == groups * L::GROUP_BLOCKS, "panel and rows");
    assert!(input.factors.len() == blocks * FACTORS * rows && input.sums.len() == blocks * SUMS * rows);
}

/// The specification of every matrix kernel. Shapes: see [`TileFn`].
pub(crate) fn tile<L: Classed>(panel: &[u8], input: &Group<'_>, out: &mut Tile) {
    let layout = L::LAYOUT;
    check::<L>(panel, input);
    for row in 0..input.rows {
        for (output, out) in out[row].iter_mut().enumerate() {
            let mut total = 0f32;
            for (number, group) in panel.chunks_exact(L::GROUP_BYTES).enumerate() {
                for block in 0..L::GROUP_BLOCKS {
                    let view = BlockView::new(layout, group, block);
                    let at = Place { block: number * L::GROUP_BLOCKS + block, row, output };
                    total = add_block(layout, view, input, at, total);
                }
            }
            *out = total;
        }
    }
}

/// Which product.
#[derive(Clone, Copy)]
struct Place {
    block: usize,
    row: usize,
    output: usize,
}

fn add_block(layout: Layout, view: BlockView<'_>, input: &Group<'_>, at: Place, mut total: f32) -> f32 {
    let planes = (0..input.planes).map(|plane| {
        &input.codes[((at.block * input.planes + plane) * input.rows + at.row) * BLOCK..][..BLOCK]
    });
    let code = |i: usize| planes.clone().fold(0, |code, plane| (code << PLANE_SHIFT) + i32::from(plane[i]));
    let factor = |slot: usize| input.factors[(at.block * FACTORS + slot) * input.rows + at.row];
    let span = BLOCK / layout.scales;
    for part in 0..layout.scales {
        let inputs = part * span..(part + 1) * span;
        let dot: i32 = inputs.map(|i| view.code(at.output, i) * code(i)).sum();
        let (scale, min) = view.scale(at.output, part);
        total = (dot as f32).mul_add(scale * factor(0), total);
        if layout.mins {
            total = min.mul_add(factor(sum_slot(layout, part) + 1), total);
        }
    }
    total
}

/// Which of a block's sums belongs to a part of it: that of all, or that of a half.
#[inline(always)]
pub(crate) const fn sum_slot(layout: Layout, part: usize) -> usize {
    if layout.scales == 1 { 0 } else { 1 + part }
}
