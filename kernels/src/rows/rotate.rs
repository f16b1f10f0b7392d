//! Owns rotary positions: each pair of a head's values is turned by an angle that grows with the token's position. Refuses to
//! know queries from keys. Source: Su et al., "RoFormer", 2021; the factors of frequencies are llama.cpp's `rope_freqs`.
//!
//! Angles are position · frequency in f64, their cosines and sines the system's in f64, rounded to f32 once.

use super::over_rows;
use crate::isa::Isa;
use crate::lanes::{Kernel, LANES, Lanes, dispatch};
use crate::pool::Pool;
use std::sync::OnceLock;

/// Widest head.
pub const HEAD_DIM_MAX: usize = 4096;
/// Most memory that a [`Rotation`] keeps; positions that do not fit are computed each time.
pub const TABLE_BYTES_MAX: usize = 64 << 20;
/// Positions computed together when the first of them is asked for: loading costs nothing, and a talk waits some tens of
/// microseconds once in so many tokens.
const BLOCK_POSITIONS: usize = 32;
/// Work for each value: read, cosine, sine, write.
const WORK_PER_VALUE: usize = 4;

/// Which two values of a head make a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pairing {
    /// 2i and 2i + 1: Llama and Mistral in GGUF files.
    Interleaved,
    /// i and i + head_dim / 2: NeoX, Qwen.
    Halves,
}

/// Why there is no such rotation.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum RotationError {
    /// A head is not pairs, or too wide, or empty.
    #[error("a head of {actual} values cannot be rotated; expected an even number from 2 to {HEAD_DIM_MAX}")]
    HeadDim {
        /// Values of a head.
        actual: usize,
    },
    /// The base of frequencies.
    #[error("a rotary base must be finite and positive, but is {actual}")]
    Base {
        /// As given.
        actual: f32,
    },
    /// The divisor of positions.
    #[error("a rotary divisor must be finite and positive, but is {actual}")]
    Divisor {
        /// As given.
        actual: f32,
    },
    /// The number of factors.
    #[error("{actual} rotary factors for {expected} pairs of values")]
    FactorCount {
        /// Pairs of a head.
        expected: usize,
        /// Factors given.
        actual: usize,
    },
    /// A factor.
    #[error("rotary factor {index} must be finite and positive, but is {actual}")]
    Factor {
        /// Its pair.
        index: usize,
        /// As given.
        actual: f32,
    },
}

/// The angles of a model's heads. Shared by all its layers.
#[derive(Debug)]
pub struct Rotation {
    head_dim: usize,
    pairing: Pairing,
    /// Radians for each position, by pair.
    frequencies: Box<[f64]>,
    /// Turns of [`BLOCK_POSITIONS`] positions each, made when first asked for.
    blocks: Box<[OnceLock<Box<[f32]>>]>,
}

impl Rotation {
    /// Pair i turns by `base`^(-2i / `head_dim`) / `divisor` / `factors`[i] radians for each position, computed in f64. Keeps
    /// turns of positions below `positions_max` as they are used, at most [`TABLE_BYTES_MAX`] of them; later positions are
    /// allowed, and computed each time.
    ///
    /// # Errors
    /// [`RotationError`]: an odd, empty or too wide head; numbers that are not finite and positive; not one factor a pair.
    pub fn new(
        head_dim: usize,
        base: f32,
        divisor: f32,
        factors: Option<&[f32]>,
        pairing: Pairing,
        positions_max: u32,
    ) -> Result<Rotation, RotationError> {
        if !head_dim.is_multiple_of(2) || !(2..=HEAD_DIM_MAX).contains(&head_dim) {
            return Err(RotationError::HeadDim { actual: head_dim });
        }
        let usable = |value: f32| value.is_finite() && value > 0.0;
        if !usable(base) {
            return Err(RotationError::Base { actual: base });
        }
        if !usable(divisor) {
            return Err(RotationError::Divisor { actual: divisor });
        }
        let pairs = head_dim / 2;
        if let Some(factors) = factors {
            if factors.len() != pairs {
                return Err(RotationError::FactorCount { expected: pairs, actual: factors.len() });
            }
            if let Some(index) = factors.iter().position(|&factor| !usable(factor)) {
                return Err(RotationError::Factor { index, actual: factors[index] });
            }
        }
        let frequencies = (0..pairs).map(|pair| {
            let factor = factors.map_or(1.0, |factors| factors[pair]);
            crate::scalar::rows::frequency(head_dim, base, divisor, factor, pair)
        });
        let mut rotation =
            Rotation { head_dim, pairing, frequencies: frequencies.collect(), blocks: Box::default() };
        let kept_max = TABLE_BYTES_MAX / rotation.block_bytes();
        let blocks = (positions_max as usize).div_ceil(BLOCK_POSITIONS).min(kept_max);
        rotation.blocks = (0..blocks).map(|_| OnceLock::new()).collect();
        Ok(rotation)
    }

    /// Values of a head.
    pub fn head_dim(&self) -> usize {
        self.head_dim
    }

    /// Which values make a pair.
    pub fn pairing(&self) -> Pairing {
        self.pairing
    }

    /// Bytes that its table has when every position in it was used: at most [`TABLE_BYTES_MAX`].
    pub fn bytes_max(&self) -> usize {
        self.blocks.len() * self.block_bytes()
    }

    fn block_bytes(&self) -> usize {
        self.turn_len() * BLOCK_POSITIONS * size_of::<f32>()
    }

    /// Numbers of one position's turn: cosines, then sines. Interleaved heads have them once for each value, with the sign
    /// that the value's place in its pair asks for; halves have them once for each pair.
    fn turn_len(&self) -> usize {
        match self.pairing {
            Pairing::Interleaved => 2 * self.head_dim,
            Pairing::Halves => self.head_dim,
        }
    }

    fn fill(&self, position: u32, turn: &mut [f32]) {
        let (cosines, sines) = turn.split_at_mut(turn.len() / 2);
        for (pair, frequency) in self.frequencies.iter().enumerate() {
            let (sine, cosine) = (f64::from(position) * frequency).sin_cos();
            let (sine, cosine) = (sine as f32, cosine as f32);
            match self.pairing {
                Pairing::Interleaved => {
                    cosines[2 * pair..2 * pair + 2].fill(cosine);
                    sines[2 * pair..2 * pair + 2].copy_from_slice(&[-sine, sine]);
                }
                Pairing::Halves => (cosines[pair], sines[pair]) = (cosine, sine),
            }
        }
    }

    /// One position's turn: from the table, or computed into `spare` where it is not kept.
    fn turn<'a>(&'a self, position: u32, spare: &'a mut Vec<f32>) -> &'a [f32] {
        let turn_len = self.turn_len();
        let (block, within) = (position as usize / BLOCK_POSITIONS, position as usize % BLOCK_POSITIONS);
        let Some(kept) = self.blocks.get(block) else {
            spare.resize(turn_len, 0.0);
            self.fill(position, spare);
            return spare;
        };
        let turns = kept.get_or_init(|| {
            let mut turns = vec![0.0; turn_len * BLOCK_POSITIONS];
            let first = (block * BLOCK_POSITIONS) as u32;
            for (position, turn) in (first..).zip(turns.chunks_exact_mut(turn_len)) {
                self.fill(position, turn);
            }
            turns.into_boxed_slice()
        });
        &turns[within * turn_len..][..turn_len]
    }
}

/// Turns `rows` (rows, `heads`, head_dim), f32 and row-major, in place: row r by `positions`[r] (rows). A pair (a, b) becomes
/// (a·cos − b·sin, b·cos + a·sin), the cosine's product rounded, the sine's fused onto it. Within 2 f32 epsilons of the pair's
/// length of exact arithmetic.
///
/// # Panics
/// If `rows` is not one row of `heads` heads for each position.
pub fn rotate(isa: Isa, pool: &Pool, rows: &mut [f32], heads: usize, positions: &[u32], rotation: &Rotation) {
    let width = heads.saturating_mul(rotation.head_dim);
    assert_eq!(Some(rows.len()), width.checked_mul(positions.len()), "rotate: rows, heads and positions");
    if rows.is_empty() {
        return;
    }
    over_rows(pool, rows, width, WORK_PER_VALUE, |start, rows| {
        let first = start / width;
        let positions = &positions[first..first + rows.len() / width];
        dispatch(isa, Rotate { rows, width, positions, rotation });
    });
}

struct Rotate<'a> {
    rows: &'a mut [f32],
    /// Values of a row.
    width: usize,
    positions: &'a [u32],
    rotation: &'a Rotation,
}

impl Kernel for Rotate<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let mut spare = Vec::new();
        for (row, &position) in self.rows.chunks_exact_mut(self.width).zip(self.positions) {
            let turn = self.rotation.turn(position, &mut spare);
            let (cosines, sines) = turn.split_at(turn.len() / 2);
            for head in row.chunks_exact_mut(self.rotation.head_dim) {
                match self.rotation.pairing {
                    Pairing::Interleaved => interleaved::<L>(head, cosines, sines),
                    Pairing::Halves => halves::<L>(head, cosines, sines),
                }
            }
        }
    }
}

#[inline(always)]
fn interleaved<L: Lanes>(head: &mut [f32], cosines: &[f32], sines: &[f32]) {
    let (values, tail) = head.as_chunks_mut::<LANES>();
    let (cosines, cosine_tail) = cosines.as_chunks::<LANES>();
    let (sines, sine_tail) = sines.as_chunks::<LANES>();
    for ((value, cosine), sine) in values.iter_mut().zip(cosines).zip(sines) {
        let pairs = L::load(value);
        pairs.swap_pairs().fma(L::load(sine), pairs.mul(L::load(cosine))).store(value);
    }
    if !tail.is_empty() {
        let pairs = L::load_part(tail);
        let turned = pairs.swap_pairs().fma(L::load_part(sine_tail), pairs.mul(L::load_part(cosine_tail)));
        turned.store_part(tail);
    }
}

#[inline(always)]
fn halves<L: Lanes>(head: &mut [f32], cosines: &[f32], sines: &[f32]) {
    let (low, high) = head.split_at_mut(cosines.len());
    let (lows, low_tail) = low.as_chunks_mut::<LANES>();
    let (highs, high_tail) = high.as_chunks_mut::<LANES>();
    let (cosines, cosine_tail) = cosines.as_chunks::<LANES>();
    let (sines, sine_tail) = sines.as_chunks::<LANES>();
    for (((low, high), cosine), sine) in lows.iter_mut().zip(highs).zip(cosines).zip(sines) {
        let (a, b) = turned(L::load(low), L::load(high), L::load(cosine), L::load(sine));
        a.store(low);
        b.store(high);
    }
    if !low_tail.is_empty() {
        let (cosine, sine) = (L::load_part(cosine_tail), L::load_part(sine_tail));
        let (a, b) = turned(L::load_part(low_tail), L::load_part(high_tail), cosine, sine);
        a.store_part(low_tail);
        b.store_part(high_tail);
    }
}

#[inline(always)]
fn turned<L: Lanes>(a: L, b: L, cosine: L, sine: L) -> (L, L) {
    // Times -1 keeps the sign of a zero sine, which subtracting from zero would lose.
    let negative = sine.mul(L::splat(-1.0));
    (b.fma(negative, a.mul(cosine)), a.fma(sine, b.mul(cosine)))
}
