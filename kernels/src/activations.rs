//! Owns the int8 form of a batch of activations, in the order the matrix kernels read it, and the buffers it lies in.
//! Refuses to know what it will be multiplied with. What a block means: [`crate::scalar::quantise`].
//!
//! Rows stand in groups of eight, the rest in groups of four, two and one, so that a kernel for that many rows finds them
//! side by side: block after block, within a block plane after plane, and within a plane row after row. Beside the codes lie what kernels need of them once
//! for each block: [`FACTORS`] floats and [`SUMS`] integers a row. A row's numbers do not depend on its neighbours.

use crate::isa::Isa;
use crate::pool::{Parts, Pool};
use crate::scalar::quantise::{self, BLOCK, Quantised};

/// Most rows of a group.
pub(crate) const GROUP: usize = 8;
/// Floats beside a row's block: its scale; and the scale times the sums of all its codes, of the first sixteen and of the
/// second.
pub(crate) const FACTORS: usize = 4;
/// Integers beside a row's block: the negated sums of all its codes, of the first sixteen and of the second.
pub(crate) const SUMS: usize = 3;
/// Values worth another thread's time.
const PART_VALUES: usize = 8192;
/// Batches of fewer values are written by one thread.
pub(crate) const SMALL_VALUES: usize = 2 * PART_VALUES;

/// How fine activations are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ActivationBits {
    /// One plane of int8: rounded to 1/127 of the largest magnitude of a block. What llama.cpp's kernels do.
    Eight,
    /// Two planes of int8, the second in steps of 1/128 of the first's: the rounding is lost beside that of keys and values
    /// in half precision. Costs a second integer product for each weight, and no more bytes of weights.
    #[default]
    Fifteen,
}

impl ActivationBits {
    /// Numbers of int8 for each activation.
    pub(crate) fn planes(self) -> usize {
        match self {
            ActivationBits::Eight => 1,
            ActivationBits::Fifteen => 2,
        }
    }
}

/// Writes one block's codes, plane by plane.
type BlockFn<const PLANES: usize> = unsafe fn(&[f32; BLOCK], [&mut [i8; BLOCK]; PLANES]) -> Quantised;

/// A batch of activations as int8, one scale for each 32 of a row. Its buffers grow to the largest batch they held.
#[derive(Debug, Default)]
pub struct Activations {
    bits: ActivationBits,
    rows: usize,
    width: usize,
    codes: Vec<i8>,
    factors: Vec<f32>,
    sums: Vec<i32>,
}

/// Rows that stand together: at most [`GROUP`], a power of two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group<'a> {
    /// The first row's number in the batch.
    pub first: usize,
    /// How many rows.
    pub rows: usize,
    /// How many planes of codes.
    pub planes: usize,
    /// (blocks, planes, rows, 32).
    pub codes: &'a [i8],
    /// (blocks, [`FACTORS`], rows).
    pub factors: &'a [f32],
    /// (blocks, [`SUMS`], rows).
    pub sums: &'a [i32],
}

/// One plane of a block of `ROWS` rows side by side: their codes in fours.
pub(crate) type Plane<const ROWS: usize> = [[[i8; 4]; BLOCK / 4]; ROWS];
/// One block of `ROWS` rows side by side: the planes of their codes, [`FACTORS`] and [`SUMS`].
pub(crate) type GroupBlock<'a, const PLANES: usize, const ROWS: usize> =
    (&'a [Plane<ROWS>; PLANES], &'a [[f32; ROWS]; FACTORS], &'a [[i32; ROWS]; SUMS]);

impl<'a> Group<'a> {
    /// Its blocks in order, for the number of planes and rows it has.
    #[inline(always)]
    pub fn blocks<const PLANES: usize, const ROWS: usize>(
        &self,
    ) -> impl Iterator<Item = GroupBlock<'a, PLANES, ROWS>> + use<'a, PLANES, ROWS> {
        let rows = self.codes.as_chunks::<4>().0.as_chunks::<{ BLOCK / 4 }>().0;
        let codes = rows.as_chunks::<ROWS>().0.as_chunks::<PLANES>().0;
        let factors = self.factors.as_chunks::<ROWS>().0.as_chunks::<FACTORS>().0;
        let sums = self.sums.as_chunks::<ROWS>().0.as_chunks::<SUMS>().0;
        codes.iter().zip(factors).zip(sums).map(|((codes, factors), sums)| (codes, factors, sums))
    }
}

/// Rows of the group that begins with `left` rows left.
fn group_rows(left: usize) -> usize {
    if left >= GROUP { GROUP } else { 1 << left.ilog2() }
}

/// First row and number of rows of each group of a batch.
fn groups(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut first = 0;
    std::iter::from_fn(move || {
        let group = (first, if first < rows { group_rows(rows - first) } else { return None });
        first += group.1;
        Some(group)
    })
}

impl Activations {
    /// No rows yet.
    pub fn new(bits: ActivationBits) -> Activations {
        Activations { bits, ..Activations::default() }
    }

    /// Rows it holds.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Values of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Takes a batch of f32 values, (rows, width), in place of what it held. Each 32 values get codes
    /// `round_ties_even(value * (127 / amax))` and the scale `amax / 127`, with `amax` their largest magnitude (below 1e-30
    /// they are zeros); with two planes, what was rounded off gets codes in steps of 1/128. A row with a value that is not finite gives NaN in every product, and no other row does. The same
    /// bits come from every instruction set and any number of threads.
    ///
    /// # Panics
    /// If `values` are not `rows` times `width`, or `width` is not a multiple of 32.
    pub fn quantise(&mut self, isa: Isa, pool: &Pool, rows: usize, width: usize, values: &[f32]) {
        assert_eq!(Some(values.len()), rows.checked_mul(width), "{rows} rows of {width} values");
        assert!(width.is_multiple_of(BLOCK), "{width} values are not whole blocks of {BLOCK}");
        (self.rows, self.width) = (rows, width);
        match self.bits {
            ActivationBits::Eight => self.fill::<1>(pool, values, block_function(isa)),
            ActivationBits::Fifteen => self.fill::<2>(pool, values, block_function(isa)),
        }
    }

    /// Takes the values, of the shape that was noted.
    fn fill<const PLANES: usize>(&mut self, pool: &Pool, values: &[f32], function: BlockFn<PLANES>) {
        let (rows, width, blocks) = (self.rows, self.width, self.width / BLOCK);
        grow(&mut self.codes, PLANES * values.len());
        grow(&mut self.factors, rows * blocks * FACTORS);
        grow(&mut self.sums, rows * blocks * SUMS);
        if values.is_empty() {
            return;
        }
        let (codes, factors, sums) =
            (Parts::new(&mut self.codes), Parts::new(&mut self.factors), Parts::new(&mut self.sums));
        // A part is some blocks of a whole group: in a small batch rows alone would not fill the threads.
        let split = (GROUP * width).div_ceil(PART_VALUES).min(blocks);
        let parts = if values.len() < SMALL_VALUES { 1 } else { rows.div_ceil(GROUP) * split };
        let work = |part: usize| {
            let (eight, from, to) = if parts == 1 {
                (0..rows, 0, blocks)
            } else {
                let (eight, piece) = (part / split * GROUP, part % split);
                (eight..rows.min(eight + GROUP), blocks * piece / split, blocks * (piece + 1) / split)
            };
            for (offset, group) in groups(eight.len()) {
                let first = eight.start + offset;
                let (start, count) = (first * blocks + from * group, (to - from) * group);
                // SAFETY: groups are disjoint, each a run of whole blocks, and so are the pieces `from..to` of a group; each
                // piece of each group is taken once.
                let (codes, factors, sums) = unsafe {
                    (
                        codes.get(start * BLOCK * PLANES, count * BLOCK * PLANES),
                        factors.get(start * FACTORS, count * FACTORS),
                        sums.get(start * SUMS, count * SUMS),
                    )
                };
                let values = &values[first * width..][..group * width];
                for row in 0..group {
                    let values = &values[row * width..][from * BLOCK..to * BLOCK];
                    quantise_row(function, values, (row, group), codes, factors, sums);
                }
            }
        };
        pool.run(parts, &work);
    }

    /// Its rows as kernels take them, in order.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        let (blocks, planes) = (self.width / BLOCK, self.bits.planes());
        groups(self.rows).map(move |(first, rows)| Group {
            first,
            rows,
            planes,
            codes: &self.codes[first * planes * self.width..][..rows * planes * self.width],
            factors: &self.factors[first * blocks * FACTORS..][..rows * blocks * FACTORS],
            sums: &self.sums[first * blocks * SUMS..][..rows * blocks * SUMS],
        })
    }
}

/// At least `len` long; what is beyond stays from larger batches.
fn grow<T: Copy + Default>(values: &mut Vec<T>, len: usize) {
    if values.len() < len {
        values.resize(len, T::default());
    }
}

/// Row `row` of a group of `group` rows, in slices that begin with the same block.
fn quantise_row<const PLANES: usize>(
    function: BlockFn<PLANES>,
    values: &[f32],
    (row, group): (usize, usize),
    codes: &mut [i8],
    factors: &mut [f32],
    sums: &mut [i32],
) {
    let (values, _) = values.as_chunks::<BLOCK>();
    let (codes, _) = codes.as_chunks_mut::<BLOCK>();
    let beside = factors.chunks_exact_mut(FACTORS * group).zip(sums.chunks_exact_mut(SUMS * group));
    let codes = codes.chunks_exact_mut(PLANES * group);
    for ((values, codes), (factors, sums)) in values.iter().zip(codes).zip(beside) {
        let places = std::array::from_fn(|plane| plane * group + row);
        // Planes are `group` apart and `row` is less, so the places differ and lie inside.
        let Ok(codes) = codes.get_disjoint_mut::<_, PLANES>(places) else { unreachable!("places overlap") };
        // SAFETY: `block_function` gives functions of an instruction set that an `Isa` proves to exist; slices and arrays
        // are all they ask for.
        let Quantised { scale, sums: [first, second] } = unsafe { function(values, codes) };
        for (slot, sum) in [first + second, first, second].into_iter().enumerate() {
            sums[slot * group + row] = -sum;
            factors[(slot + 1) * group + row] = scale * sum as f32;
        }
        factors[row] = scale;
    }
}

/// The fastest way to write a block with these instructions.
fn block_function<const PLANES: usize>(isa: Isa) -> BlockFn<PLANES> {
    match isa.kind() {
        #[cfg(target_arch = "x86_64")]
        crate::isa::Kind::Avx2 | crate::isa::Kind::Vnni => crate::x86::quantise::block,
        #[cfg(target_arch = "aarch64")]
        crate::isa::Kind::Neon | crate::isa::Kind::I8mm => crate::arm::quantise::block,
        _ => quantise::block,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packed::tests::Random;

    const BITS: [ActivationBits; 2] = [ActivationBits::Eight, ActivationBits::Fifteen];

    /// Rows of values in the formats' range, with some hard blocks among them.
    fn batch(rows: usize, width: usize, seed: u64) -> Vec<f32> {
        let mut random = Random(seed);
        let mut values: Vec<f32> = (0..rows * width).map(|_| random.value() * 8.).collect();
        for (number, block) in values.chunks_mut(BLOCK).enumerate() {
            match number % 11 {
                3 => block.fill(0.),
                5 => block.iter_mut().for_each(|value| *value *= 1e-33),
                7 => block.iter_mut().for_each(|value| *value = (*value * 15.).round() / 2.),
                9 => block[number % BLOCK] = f32::MAX,
                10 => block[number % BLOCK] = if number % 2 == 0 { f32::NAN } else { f32::NEG_INFINITY },
                _ => {}
            }
        }
        values
    }

    /// Everything it holds, in bits.
    fn all_of(input: &Activations) -> (Vec<i8>, Vec<u32>, Vec<i32>) {
        let mut all = (vec![], vec![], vec![]);
        for group in input.groups() {
            all.0.extend_from_slice(group.codes);
            // Which NaN it is means nothing.
            all.1.extend(
                group.factors.iter().map(|f| if f.is_nan() { f32::NAN.to_bits() } else { f.to_bits() }),
            );
            all.2.extend_from_slice(group.sums);
        }
        all
    }

    #[test]
    fn every_instruction_set_and_number_of_threads_gives_the_same_bits() {
        let (one, three) = (Pool::new(1), Pool::new(3));
        let shapes = [(1, 32), (1, 576), (3, 96), (8, 4096), (15, 1536), (70, 576)];
        for ((rows, width), bits) in shapes.into_iter().flat_map(|shape| BITS.map(|bits| (shape, bits))) {
            let values = batch(rows, width, 5);
            let mut expected = Activations::new(bits);
            expected.quantise(Isa::SCALAR, &one, rows, width, &values);
            let mut actual = Activations::new(bits);
            for (isa, pool) in Isa::all().into_iter().flat_map(|isa| [(isa, &one), (isa, &three)]) {
                actual.quantise(isa, pool, rows, width, &values);
                assert!(all_of(&actual) == all_of(&expected), "{} {rows}x{width}", isa.name());
            }
        }
    }

    #[test]
    fn a_row_is_where_its_group_says_and_a_smaller_batch_leaves_nothing_behind() {
        let (pool, width) = (Pool::new(2), 64);
        let values = batch(15, width, 6);
        for bits in BITS {
            let (mut all, mut alone) = (Activations::new(bits), Activations::new(bits));
            all.quantise(Isa::best(), &pool, 20, width, &vec![1.; 20 * width]);
            all.quantise(Isa::best(), &pool, 15, width, &values);
            let sizes: Vec<_> = all.groups().map(|group| (group.first, group.rows)).collect();
            assert_eq!(sizes, [(0, 8), (8, 4), (12, 2), (14, 1)]);
            for group in all.groups() {
                for row in 0..group.rows {
                    let first = group.first + row;
                    alone.quantise(Isa::SCALAR, &pool, 1, width, &values[first * width..][..width]);
                    let single = alone.groups().next().unwrap();
                    for block in 0..width / BLOCK {
                        for plane in 0..group.planes {
                            let at = ((block * group.planes + plane) * group.rows + row) * BLOCK;
                            let expected = &single.codes[(block * group.planes + plane) * BLOCK..][..BLOCK];
                            assert_eq!(group.codes[at..][..BLOCK], *expected);
                        }
                        for slot in 0..SUMS {
                            let sum = group.sums[(block * SUMS + slot) * group.rows + row];
                            assert_eq!(sum, single.sums[block * SUMS + slot]);
                        }
                    }
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "not whole blocks")]
    fn a_width_of_broken_blocks_is_refused() {
        Activations::default().quantise(Isa::SCALAR, &Pool::new(1), 1, 33, &[0.; 33]);
    }
}
