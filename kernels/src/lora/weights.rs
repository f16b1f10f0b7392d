//! Owns one adapter's weights for one matrix of a model, in the order in which the kernels read them. Refuses to compute.
//!
//! One buffer, read from front to back: `down` in tiles of up to [`RANK_TILE`] ranks (tile, 16 inputs, rank, 16 lanes),
//! inputs filled up with zeros, so that the ranks of a tile share a loaded input; then `up` in panels of 16 outputs
//! (panel, rank, 16 outputs), filled up with zeros.

use crate::aligned::{AlignedBytes, Arena, OutOfMemory};
use crate::float::chunk::{Bf16, Chunk, F16, F32, Q8, call_first, chunks, chunks_mut};
use crate::lanes::LANES;

/// Largest rank.
pub const RANK_MAX: usize = 256;
/// Ranks that share a loaded input; the last tiles of a matrix have 2 and 1.
pub(super) const RANK_TILE: usize = 4;

/// How an adapter's weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoraKind {
    /// IEEE single precision.
    F32,
    /// IEEE half precision.
    F16,
    /// bfloat16.
    BF16,
    /// int8 and an f32 scale for each 16 inputs of a rank's row in `down` and each 16 outputs of a rank's column in `up`:
    /// 10 bits a weight, 0.625 of BF16. A weight's error is at most 1/254 of the largest of its sixteen.
    Q8,
}

impl LoraKind {
    /// Bytes of sixteen weights.
    fn chunk_bytes(self) -> usize {
        match self {
            LoraKind::F32 => size_of::<F32>(),
            LoraKind::F16 => size_of::<F16>(),
            LoraKind::BF16 => size_of::<Bf16>(),
            LoraKind::Q8 => size_of::<Q8>(),
        }
    }
}

/// Weights that cannot be an adapter.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LoraError {
    /// No rank, or one too large.
    #[error("an adapter's rank is 1 to {RANK_MAX}, not {actual}")]
    Rank {
        /// Rank given.
        actual: usize,
    },
    /// No inputs or outputs, or more than memory can hold.
    #[error("an adapter cannot be {inputs} -> {outputs}")]
    Shape {
        /// Inputs given.
        inputs: usize,
        /// Outputs given.
        outputs: usize,
    },
    /// A matrix does not have its shape's length.
    #[error("{matrix} has {expected} weights, {actual} were given")]
    Length {
        /// `down` or `up`.
        matrix: &'static str,
        /// Weights of that shape.
        expected: usize,
        /// Weights given.
        actual: usize,
    },
    /// A finite weight is beyond the largest number of its kind.
    #[error("{matrix} has the weight {value}, which {kind:?} cannot hold")]
    Range {
        /// `down` or `up`.
        matrix: &'static str,
        /// How it was to be stored.
        kind: LoraKind,
        /// The weight.
        value: f32,
    },
    /// This machine cannot hold it.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
}

/// What an adapter takes of memory, and so what a step must read of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AdapterBytes {
    /// Bytes of `down`.
    pub down: usize,
    /// Bytes of `up`.
    pub up: usize,
}

impl AdapterBytes {
    /// Of one matrix; None where it is more than memory can be.
    pub fn of(kind: LoraKind, inputs: usize, outputs: usize, rank: usize) -> Option<AdapterBytes> {
        let bytes = |width: usize| width.div_ceil(LANES).checked_mul(rank)?.checked_mul(kind.chunk_bytes());
        let (down, up) = (bytes(inputs)?, bytes(outputs)?);
        down.checked_add(up).map(|_| AdapterBytes { down, up })
    }

    /// Both.
    pub fn total(self) -> usize {
        self.down + self.up
    }
}

impl std::iter::Sum for AdapterBytes {
    fn sum<I: Iterator<Item = AdapterBytes>>(all: I) -> AdapterBytes {
        all.fold(AdapterBytes::default(), |sum, one| AdapterBytes {
            down: sum.down + one.down,
            up: sum.up + one.up,
        })
    }
}

/// The sizes of one adapter's two matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoraShape {
    /// Width of the input.
    pub inputs: usize,
    /// Width of the output.
    pub outputs: usize,
    /// Width between.
    pub rank: usize,
}

/// One adapter's two matrices for one matrix of the model.
#[derive(Debug)]
pub struct LoraWeights {
    kind: LoraKind,
    inputs: usize,
    outputs: usize,
    rank: usize,
    scale: f32,
    bytes: AlignedBytes,
}

impl LoraWeights {
    /// Packs `down` (rank x inputs) and `up` (outputs x rank), row-major, rounding to the nearest. `scale` multiplies what
    /// the adapter adds. Weights that are not finite are kept: they spoil the rows of this adapter and no others.
    ///
    /// # Errors
    /// [`LoraError`].
    pub fn new(
        arena: &mut Arena,
        kind: LoraKind,
        shape: LoraShape,
        scale: f32,
        down: &[f32],
        up: &[f32],
    ) -> Result<LoraWeights, LoraError> {
        let LoraShape { inputs, outputs, rank } = shape;
        if rank == 0 || rank > RANK_MAX {
            return Err(LoraError::Rank { actual: rank });
        }
        let bytes = AdapterBytes::of(kind, inputs, outputs, rank);
        let Some(bytes) = bytes.filter(|bytes| bytes.down > 0 && bytes.up > 0) else {
            return Err(LoraError::Shape { inputs, outputs });
        };
        for (matrix, width, values) in [("down", inputs, down), ("up", outputs, up)] {
            if values.len() != width * rank {
                return Err(LoraError::Length { matrix, expected: width * rank, actual: values.len() });
            }
        }
        let bytes = arena.zeroed(bytes.total())?;
        let mut packed = LoraWeights { kind, inputs, outputs, rank, scale, bytes };
        match kind {
            LoraKind::F32 => packed.fill::<F32>(down, up)?,
            LoraKind::F16 => packed.fill::<F16>(down, up)?,
            LoraKind::BF16 => packed.fill::<Bf16>(down, up)?,
            LoraKind::Q8 => packed.fill::<Q8>(down, up)?,
        }
        Ok(packed)
    }

    fn fill<C: Chunk>(&mut self, down: &[f32], up: &[f32]) -> Result<(), LoraError> {
        let (kind, inputs, outputs, rank) = (self.kind, self.inputs, self.outputs, self.rank);
        let steps = inputs.div_ceil(LANES);
        let (down_chunks, up_chunks) = chunks_mut::<C>(&mut self.bytes).split_at_mut(rank * steps);
        for r in 0..rank {
            let tile = Tile::of(r, rank);
            for step in 0..steps {
                let one =
                    |lane| down[r * inputs..][..inputs].get(step * LANES + lane).copied().unwrap_or(0.0);
                let place = tile.first * steps + step * tile.ranks + (r - tile.first);
                down_chunks[place] = pack("down", kind, std::array::from_fn(one))?;
            }
        }
        for (at, chunk) in up_chunks.iter_mut().enumerate() {
            let (panel, r) = (at / rank, at % rank);
            let one = |lane| {
                let output = panel * LANES + lane;
                if output < outputs { up[output * rank + r] } else { 0.0 }
            };
            *chunk = pack("up", kind, std::array::from_fn(one))?;
        }
        Ok(())
    }

    /// How its weights are stored.
    pub fn kind(&self) -> LoraKind {
        self.kind
    }

    /// Width of its input.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Width of its output.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Width between its two matrices.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// What its product is multiplied with.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Calls its beginning from memory.
    pub(super) fn call(&self) {
        call_first(&self.bytes);
    }

    /// Tiles of ranks, see the header. The tile that begins with rank r begins at chunk r * steps.
    pub(super) fn down<C: Chunk>(&self) -> &[C] {
        &chunks(&self.bytes)[..self.rank * self.inputs.div_ceil(LANES)]
    }

    /// Panels, see the header.
    pub(super) fn up<C: Chunk>(&self) -> &[C] {
        &chunks(&self.bytes)[self.rank * self.inputs.div_ceil(LANES)..]
    }
}

fn pack<C: Chunk>(matrix: &'static str, kind: LoraKind, values: [f32; LANES]) -> Result<C, LoraError> {
    let packed = C::pack(&values);
    let lost = |(value, stored): (&f32, f32)| value.is_finite() && stored.is_infinite();
    match values.iter().zip(packed.unpack()).position(lost) {
        Some(lane) => Err(LoraError::Range { matrix, kind, value: values[lane] }),
        None => Ok(packed),
    }
}

/// Ranks that lie together in `down`.
pub(super) struct Tile {
    pub(super) first: usize,
    pub(super) ranks: usize,
}

impl Tile {
    /// The tile that rank `r` of `rank` lies in: whole tiles first, then one of 2, then one of 1.
    #[inline(always)]
    pub(super) fn of(r: usize, rank: usize) -> Tile {
        let whole = rank / RANK_TILE * RANK_TILE;
        let (first, ranks) = if r < whole {
            (r / RANK_TILE * RANK_TILE, RANK_TILE)
        } else if rank - whole >= 2 && r < whole + 2 {
            (whole, 2)
        } else {
            (rank - 1, 1)
        };
        Tile { first, ranks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: LoraShape = LoraShape { inputs: 1, outputs: 1, rank: 1 };

    #[test]
    fn tiles_cover_every_rank_once() {
        for rank in 1..=RANK_MAX {
            let mut next = 0;
            while next < rank {
                let tile = Tile::of(next, rank);
                assert_eq!(tile.first, next);
                for r in next..next + tile.ranks {
                    assert_eq!(Tile::of(r, rank).first, next, "rank {r} of {rank}");
                }
                next += tile.ranks;
            }
            assert_eq!(next, rank);
        }
    }

    #[test]
    fn bad_adapters_are_refused_by_name() {
        let new = |inputs, outputs, rank, down: usize, up: usize| {
            let (down, up) = (vec![1.0; down], vec![1.0; up]);
            LoraWeights::new(
                &mut crate::Arena::new(0),
                LoraKind::F16,
                LoraShape { inputs, outputs, rank },
                1.0,
                &down,
                &up,
            )
            .unwrap_err()
        };
        assert_eq!(new(4, 4, 0, 0, 0), LoraError::Rank { actual: 0 });
        assert_eq!(new(1, 1, 257, 257, 257), LoraError::Rank { actual: 257 });
        assert_eq!(new(0, 4, 2, 0, 8), LoraError::Shape { inputs: 0, outputs: 4 });
        assert_eq!(new(4, 0, 2, 8, 0), LoraError::Shape { inputs: 4, outputs: 0 });
        let huge = usize::MAX;
        assert_eq!(new(huge, 4, 256, 8, 8), LoraError::Shape { inputs: huge, outputs: 4 });
        assert_eq!(new(4, 5, 2, 9, 10), LoraError::Length { matrix: "down", expected: 8, actual: 9 });
        assert_eq!(new(4, 5, 2, 8, 8), LoraError::Length { matrix: "up", expected: 10, actual: 8 });
        for (kind, value) in [(LoraKind::F16, 70_000.0), (LoraKind::BF16, f32::MAX)] {
            let error =
                LoraWeights::new(&mut crate::Arena::new(0), kind, ONE, 1.0, &[1.0], &[value]).unwrap_err();
            assert_eq!(error, LoraError::Range { matrix: "up", kind, value });
        }
        for (kind, value) in [(LoraKind::F32, f32::MAX), (LoraKind::Q8, 1e38), (LoraKind::Q8, 1e-45)] {
            assert!(LoraWeights::new(&mut crate::Arena::new(0), kind, ONE, 1.0, &[1.0], &[value]).is_ok());
        }
        assert!(
            LoraWeights::new(
                &mut crate::Arena::new(0),
                LoraKind::F16,
                ONE,
                1.0,
                &[f32::INFINITY],
                &[f32::NAN]
            )
            .is_ok()
        );
    }

    #[test]
    fn bytes_are_those_of_the_report() {
        for (kind, bytes) in
            [(LoraKind::F32, 64), (LoraKind::F16, 32), (LoraKind::BF16, 32), (LoraKind::Q8, 20)]
        {
            let weights = LoraWeights::new(
                &mut crate::Arena::new(0),
                kind,
                LoraShape { inputs: 33, outputs: 16, rank: 3 },
                1.0,
                &[0.5; 99],
                &[0.5; 48],
            )
            .unwrap();
            let report = AdapterBytes::of(kind, 33, 16, 3).unwrap();
            assert_eq!(report, AdapterBytes { down: 9 * bytes, up: 3 * bytes });
            assert_eq!(weights.bytes(), report.total());
            assert_eq!([report, report].into_iter().sum::<AdapterBytes>().total(), 24 * bytes);
        }
    }
}
