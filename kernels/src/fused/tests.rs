//! Fused products give the bits of their steps one after the other, whatever the batch, the threads and the instructions.

use super::*;
use crate::aligned::Arena;
use crate::format::Format;
use crate::mode::Mode;
use crate::packed::Packed;
use crate::packed::tests::{Random, random_blocks};

const EPSILON: f32 = 1e-5;

fn weights(outputs: usize, inputs: usize, seed: u64) -> Packed {
    let blocks = random_blocks(Format::Q4_1, outputs * inputs, &mut Random(seed));
    Packed::pack(&mut Arena::new(0), Format::Q4_1, outputs, inputs, &blocks).unwrap()
}

fn values(len: usize, seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    (0..len).map(|_| random.value() * 4.).collect()
}

/// The products with two matrices of rows that are `before`-ed: 0 plain, 1 normed, 2 gated.
struct Case {
    before: usize,
    values: Vec<f32>,
    /// Of the norm, or what a gate lets through.
    other: Vec<f32>,
    matrices: [Packed; 2],
}

impl Case {
    fn new(before: usize, rows: usize, width: usize) -> Case {
        let other = values(if before == 1 { width } else { rows * width }, 3);
        let matrices = [weights(50, width, 4), weights(16, width, 5)];
        Case { before, values: values(rows * width, 2), other, matrices }
    }

    /// Step by step, by the specification.
    fn expected(&self, bits: ActivationBits, rows: usize) -> [Vec<f32>; 2] {
        let (isa, pool) = (Isa::SCALAR, Pool::new(1));
        let mut input = self.values.clone();
        match self.before {
            1 => rms_norm(isa, &pool, &self.values, &self.other, EPSILON, &mut input),
            2 => silu_mul(isa, &pool, &mut input, &self.other),
            _ => {}
        }
        let mut coded = Activations::new(bits);
        coded.quantise(isa, &pool, rows, self.values.len() / rows, &input);
        self.outputs(rows, |products| matmul(isa, &pool, &coded, products))
    }

    fn fused(&self, isa: Isa, pool: &Pool, coded: &mut Coded, rows: usize) -> [Vec<f32>; 2] {
        let (mut gate, mut room) = (self.values.clone(), vec![9.; self.values.len()]);
        let rows_before = match self.before {
            1 => {
                Rows::Normed { values: &self.values, weight: &self.other, epsilon: EPSILON, room: &mut room }
            }
            2 => Rows::Gated { gate: &mut gate, up: &self.other },
            _ => Rows::Plain(&self.values),
        };
        self.outputs(rows, |products| fused_matmul(isa, pool, (rows_before, rows), coded, products))
    }

    fn outputs(&self, rows: usize, multiply: impl FnOnce(&mut [Product<'_>])) -> [Vec<f32>; 2] {
        let mut out = self.matrices.each_ref().map(|weights| vec![1.; rows * weights.outputs()]);
        let [first, second] = &mut out;
        let [one, two] = &self.matrices;
        multiply(&mut [
            Product { weights: one, bias: None, mode: Mode::Write, out: first },
            Product { weights: two, bias: None, mode: Mode::Add, out: second },
        ]);
        out
    }
}

#[test]
fn the_bits_are_those_of_one_step_after_the_other() {
    let pools = [1, 2, 3].map(Pool::new);
    for bits in [ActivationBits::Eight, ActivationBits::Fifteen] {
        // Buffers are kept over batches that grow and shrink, and over pools.
        let mut coded = Coded::new(bits);
        for (rows, width) in [(1, 32), (1, 576), (27, 576), (2, 64), (29, 576), (8, 96)] {
            assert_eq!(rows == 29, rows * width >= SMALL_VALUES, "both ways are taken");
            for case in [0, 1, 2].map(|before| Case::new(before, rows, width)) {
                let expected = case.expected(bits, rows);
                for (isa, pool) in
                    Isa::all().into_iter().flat_map(|isa| pools.iter().map(move |pool| (isa, pool)))
                {
                    let actual = case.fused(isa, pool, &mut coded, rows);
                    let same = |(one, other): (&Vec<f32>, &Vec<f32>)| {
                        one.iter().zip(other).all(|(one, other)| one.to_bits() == other.to_bits())
                    };
                    let is_same = expected.iter().zip(&actual).all(same);
                    assert!(is_same, "{} {rows}x{width} before {}", isa.name(), case.before);
                }
            }
        }
    }
}

/// Small enough for Miri, which sees whether threads get into each other's memory.
#[test]
fn threads_keep_to_what_is_their_own() {
    let (pool, mut coded) = (Pool::new(2), Coded::default());
    let case = Case::new(1, 1, 32);
    let expected = case.expected(ActivationBits::default(), 1);
    for _ in 0..2 {
        assert_eq!(case.fused(Isa::SCALAR, &pool, &mut coded, 1), expected);
    }
}

#[test]
fn nothing_to_do_is_done() {
    let (pool, mut coded) = (Pool::new(2), Coded::default());
    fused_matmul(Isa::best(), &pool, (Rows::Plain(&[]), 0), &mut coded, &mut []);
    fused_matmul(Isa::best(), &pool, (Rows::Plain(&[1.; 32]), 1), &mut coded, &mut []);
}

#[test]
#[should_panic(expected = "a weight of the norm")]
fn a_norm_of_another_width_is_refused() {
    let (matrix, mut out) = (weights(16, 64, 1), [0.; 16]);
    let mut product = [Product { weights: &matrix, bias: None, mode: Mode::Write, out: &mut out }];
    let input = Rows::Normed { values: &[1.; 64], weight: &[1.; 32], epsilon: 0., room: &mut [0.; 64] };
    fused_matmul(Isa::best(), &Pool::new(2), (input, 1), &mut Coded::default(), &mut product);
}

#[test]
#[should_panic(expected = "inputs of the weights")]
fn rows_of_another_width_are_refused() {
    let (matrix, mut out) = (weights(16, 64, 1), [0.; 16]);
    let mut product = [Product { weights: &matrix, bias: None, mode: Mode::Write, out: &mut out }];
    let input = Rows::Plain(&[1.; 32]);
    fused_matmul(Isa::best(), &Pool::new(2), (input, 1), &mut Coded::default(), &mut product);
}
