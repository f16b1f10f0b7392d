//! Owns an adapter in the layout its kernel wants, and the number that tells it from every other that was ever loaded.
//! Refuses to know files and who wears it.

use super::{AdapterError, AdapterFile, AdapterPart, Dimensions, Part};
use crate::shape::Shape;
use kernels::{ALIGN_BYTES, AdapterBytes, Arena, LoraKind, LoraShape, LoraWeights};
use std::sync::atomic::{AtomicU64, Ordering};

/// The low-rank changes to the matrices of one layer.
#[derive(Debug, Default)]
pub(crate) struct AdapterLayer {
    pub(crate) query: Option<LoraWeights>,
    pub(crate) key: Option<LoraWeights>,
    pub(crate) value: Option<LoraWeights>,
    pub(crate) output: Option<LoraWeights>,
    pub(crate) gate: Option<LoraWeights>,
    pub(crate) up: Option<LoraWeights>,
    pub(crate) down: Option<LoraWeights>,
}

impl AdapterLayer {
    /// What it has for one of the layer's matrices.
    pub(crate) fn get(&self, part: Part) -> Option<&LoraWeights> {
        match part {
            Part::Query => self.query.as_ref(),
            Part::Key => self.key.as_ref(),
            Part::Value => self.value.as_ref(),
            Part::Output => self.output.as_ref(),
            Part::Gate => self.gate.as_ref(),
            Part::Up => self.up.as_ref(),
            Part::Down => self.down.as_ref(),
        }
    }
}

/// A mind over the base: loaded, immutable, shared. Whoever computes with it holds it, so it cannot go away underneath.
#[derive(Debug)]
pub struct Adapter {
    name: String,
    hash: String,
    generation: u64,
    rank: usize,
    bytes: usize,
    invocation: Option<Vec<u32>>,
    dimensions: Dimensions,
    pub(crate) layers: Vec<AdapterLayer>,
}

/// No generation; what the base alone computes is kept under it.
pub const BASE_GENERATION: u64 = 0;

/// A number that no adapter of this process has had.
pub(crate) fn next_generation() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(BASE_GENERATION + 1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Adapter {
    /// Lays a checked file out for the kernels.
    ///
    /// # Errors
    /// `Weights`.
    pub(crate) fn new(
        name: &str,
        generation: u64,
        file: &AdapterFile,
        base: &Dimensions,
        kind: LoraKind,
    ) -> Result<Adapter, AdapterError> {
        let mut layers: Vec<AdapterLayer> = (0..base.layers).map(|_| AdapterLayer::default()).collect();
        // A step reads the whole adapter, so it lies in one piece.
        let piece = |part: &AdapterPart| {
            let bytes = AdapterBytes::of(kind, part.down.columns, part.up.rows, part.rank)?;
            Some(bytes.total().next_multiple_of(ALIGN_BYTES))
        };
        let mut arena = Arena::new(file.tensors.iter().filter_map(piece).sum());
        for part in &file.tensors {
            let weights = LoraWeights::new(
                &mut arena,
                kind,
                LoraShape { inputs: part.down.columns, outputs: part.up.rows, rank: part.rank },
                part.scale,
                &part.down.values(),
                &part.up.values(),
            )
            .map_err(AdapterError::Weights)?;
            // The file was checked against this shape: the layer is there.
            let Some(layer) = layers.get_mut(part.layer) else { continue };
            let place = match part.part {
                Part::Query => &mut layer.query,
                Part::Key => &mut layer.key,
                Part::Value => &mut layer.value,
                Part::Output => &mut layer.output,
                Part::Gate => &mut layer.gate,
                Part::Up => &mut layer.up,
                Part::Down => &mut layer.down,
            };
            *place = Some(weights);
        }
        Ok(Adapter {
            name: name.to_owned(),
            hash: file.bytes_hash.clone(),
            generation,
            rank: file.rank_max,
            bytes: arena.taken_bytes() + layers.len() * size_of::<AdapterLayer>(),
            invocation: file.invocation.clone(),
            dimensions: *base,
            layers,
        })
    }

    /// Its name here.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// BLAKE3 of its files, 64 hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The number under which its keys and values are kept: the same content under the same name, the same number.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Its largest rank.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Bytes it takes in memory: its weights, what their alignment leaves free, and what finds them.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it was made for a model of this shape.
    pub(crate) fn fits(&self, shape: &Shape) -> bool {
        self.dimensions == Dimensions::of(shape)
    }

    /// The position from which it works on this prompt: 0, or, if it sleeps until its invocation tokens, where their last
    /// occurrence begins. `None`: they are not there, and the base alone answers.
    /// Source: Greenewald et al. 2025 (activated LoRA), as PEFT's `alora_invocation_tokens`.
    pub fn wakes_at(&self, prompt: &[u32]) -> Option<usize> {
        match &self.invocation {
            None => Some(0),
            Some(marker) => prompt.windows(marker.len()).rposition(|window| window == marker),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::tests::base;
    use crate::fixtures::{self, Gguf};

    #[test]
    fn bytes_are_those_of_weights_of_alignment_and_of_what_finds_them() {
        let base = base(true);
        let dimensions = base.dimensions;
        for (rank, kind) in [(3, LoraKind::Q8), (4, LoraKind::F32)] {
            let file = AdapterFile::from_gguf(&Gguf::new(rank, "llama", true).bytes(), &base).unwrap();
            let adapter = Adapter::new("a", 1, &file, &dimensions, kind).unwrap();
            let each = file.tensors.iter().map(|part| {
                let bytes = AdapterBytes::of(kind, part.down.columns, part.up.rows, part.rank).unwrap();
                bytes.total().next_multiple_of(ALIGN_BYTES)
            });
            let finding = fixtures::LAYERS * size_of::<AdapterLayer>();
            assert_eq!(adapter.bytes(), each.sum::<usize>() + ALIGN_BYTES + finding, "{kind:?}");
        }
    }

    #[test]
    fn an_adapter_wakes_at_its_last_invocation_or_never() {
        let base = base(true);
        let mut written = Gguf::new(2, "llama", true);
        let wakes_at = |written: &Gguf, prompt: &[u32]| {
            let file = AdapterFile::from_gguf(&written.bytes(), &base).unwrap();
            Adapter::new("a", 1, &file, &base.dimensions, LoraKind::F32).unwrap().wakes_at(prompt)
        };
        assert_eq!(wakes_at(&written, &[1, 2, 3]), Some(0));
        let key = "adapter.alora.invocation_tokens";
        written.set(key, Some(fixtures::Meta::U32s(vec![7, 8])));
        assert_eq!(wakes_at(&written, &[7, 8, 1, 7, 8, 2]), Some(3));
        for without in [&[1, 7, 9, 8][..], &[7], &[]] {
            assert_eq!(wakes_at(&written, without), None, "{without:?}");
        }
    }
}
