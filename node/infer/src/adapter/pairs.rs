//! Owns making checked parts out of a file's tensors: two halves for each matrix, of shapes that fit the base and each other,
//! with finite weights, and rows in the order of the base's file. Refuses to know where scales come from.
//! Source of the order of rows: `permute` of llama.cpp's convert_hf_to_gguf.py.

use super::error::AdapterError;
use super::names::{Half, Naming, Part};
use super::{AdapterPart, Base, Dimensions, FILE_BYTES_MAX, RANK_MAX, Tensor2};
use crate::tensor_entry::{TensorEntry, quoted};
use kernels::Format;
use std::collections::BTreeMap;

/// Tensors of one file, gathered into pairs.
pub(super) struct Pairs<'a> {
    naming: Naming,
    /// All of the file's bytes.
    file: &'a [u8],
    /// Layers of the base.
    layers: usize,
    pairs: BTreeMap<(usize, Part), Pair<'a>>,
    /// Most memory that the copies may take, in bytes: Q8_0 grows nearly fourfold.
    held_bytes_max: u64,
}

/// The halves of one matrix found so far.
#[derive(Default)]
struct Pair<'a> {
    down: Option<&'a TensorEntry>,
    up: Option<&'a TensorEntry>,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(naming: Naming, file: &'a [u8], layers: usize) -> Pairs<'a> {
        Pairs { naming, file, layers, pairs: BTreeMap::new(), held_bytes_max: FILE_BYTES_MAX }
    }

    /// Files a tensor under its matrix. A layer has one spelling, so that no half can come twice, and no more tensors get
    /// through than the base has a place for, however many a file lists.
    ///
    /// # Errors
    /// `Layer`.
    pub(super) fn add(
        &mut self,
        layer: usize,
        part: Part,
        half: Half,
        entry: &'a TensorEntry,
    ) -> Result<(), AdapterError> {
        if layer >= self.layers {
            let tensor = self.naming.name(layer, part, half);
            return Err(AdapterError::Layer { tensor, layers: self.layers, actual: layer });
        }
        let pair = self.pairs.entry((layer, part)).or_default();
        match half {
            Half::Down => pair.down = Some(entry),
            Half::Up => pair.up = Some(entry),
        }
        Ok(())
    }

    /// Checks and copies the tensors. `scale` gives, for a layer's part and its rank, what its product is multiplied with.
    ///
    /// # Errors
    /// `Empty`, `MissingHalf`, `Shape`, `Rank`, `Feature`, `TooLarge`, `OutOfMemory`, `NotFinite`, and what
    /// `scale` gives.
    pub(super) fn finish(
        self,
        base: &Base,
        scale: impl Fn(usize, Part, usize) -> Result<f32, AdapterError>,
    ) -> Result<Vec<AdapterPart>, AdapterError> {
        let Pairs { naming, file, pairs, held_bytes_max, .. } = self;
        if pairs.is_empty() {
            return Err(AdapterError::Empty);
        }
        let mut parts = Vec::with_capacity(pairs.len());
        let mut budget = Budget { held_bytes: 0, held_bytes_max };
        for ((layer, part), pair) in pairs {
            let name = |half| naming.name(layer, part, half);
            let (down, up) = both(&pair, name)?;
            let rank = rank_of(&base.dimensions, part, (down, up), name)?;
            let scale = scale(layer, part, rank)?;
            let mut take = |half, entry| take(file, &name(half), entry, &mut budget);
            let down = take(Half::Down, down)?;
            let mut up = take(Half::Up, up)?;
            if let (Naming::Peft, true, Some(heads)) =
                (naming, base.rows_interleaved, rotated_heads(&base.dimensions, part))
            {
                up.interleave_rows(heads, base.dimensions.head_dim);
            }
            parts.push(AdapterPart { layer, part, rank, down, up, scale });
        }
        Ok(parts)
    }
}

fn both<'a>(
    pair: &Pair<'a>,
    name: impl Fn(Half) -> String,
) -> Result<(&'a TensorEntry, &'a TensorEntry), AdapterError> {
    let missing =
        |present: Half| AdapterError::MissingHalf { tensor: name(present), missing: name(present.other()) };
    match (pair.down, pair.up) {
        (Some(down), Some(up)) => Ok((down, up)),
        (Some(_), None) => Err(missing(Half::Down)),
        (None, _) => Err(missing(Half::Up)),
    }
}

/// The rank of a pair whose shapes fit the base.
fn rank_of(
    base: &Dimensions,
    part: Part,
    (down, up): (&TensorEntry, &TensorEntry),
    name: impl Fn(Half) -> String,
) -> Result<usize, AdapterError> {
    let (inputs, outputs) = (base.inputs(part), base.outputs(part));
    let shape = |half, expected: [usize; 2], entry: &TensorEntry| AdapterError::Shape {
        tensor: name(half),
        expected: expected.to_vec(),
        actual: entry.shape.clone(),
    };
    let rank = match down.shape[..] {
        [rank, columns] if columns == inputs => rank,
        // What rank was meant cannot be known: the other half's is the best guess.
        _ => return Err(shape(Half::Down, [up.shape.last().copied().unwrap_or(1), inputs], down)),
    };
    if rank == 0 || rank > RANK_MAX {
        return Err(AdapterError::Rank { tensor: name(Half::Down), max: RANK_MAX, actual: rank });
    }
    if up.shape[..] != [outputs, rank] {
        return Err(shape(Half::Up, [outputs, rank], up));
    }
    Ok(rank)
}

/// Heads whose rows the base's file has in another order than the adapter's.
fn rotated_heads(base: &Dimensions, part: Part) -> Option<usize> {
    match part {
        Part::Query => Some(base.heads),
        Part::Key => Some(base.kv_heads),
        _ => None,
    }
}

/// Memory that an adapter's weights take, and may take.
struct Budget {
    held_bytes: u64,
    held_bytes_max: u64,
}

impl Budget {
    fn charge(&mut self, bytes: u64) -> Result<(), AdapterError> {
        self.held_bytes = self.held_bytes.saturating_add(bytes);
        if self.held_bytes > self.held_bytes_max {
            let what = "the memory of the adapter in bytes".to_owned();
            return Err(AdapterError::TooLarge { what, max: self.held_bytes_max, actual: self.held_bytes });
        }
        Ok(())
    }
}

/// Copies a two-dimensional tensor out of the file, every weight finite.
fn take(file: &[u8], name: &str, entry: &TensorEntry, budget: &mut Budget) -> Result<Tensor2, AdapterError> {
    let (rows, columns) = (entry.shape[0], entry.shape[1]);
    let format = match entry.format {
        Format::F32 | Format::F16 | Format::BF16 => entry.format,
        // The one block format that adapters are written in; the kernels want plain rows.
        Format::Q8_0 => Format::F32,
        other => {
            let feature = format!("a kernel for adapters in {} ({})", other.name(), quoted(name));
            return Err(AdapterError::Feature { feature });
        }
    };
    let elements = rows.saturating_mul(columns);
    let bytes_len = elements.saturating_mul(format.block_bytes()) as u64;
    budget.charge(bytes_len)?;
    let full = |_| AdapterError::OutOfMemory { bytes: bytes_len };
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(bytes_len as usize).map_err(full)?;
    let stored = entry.slice(file).ok_or_else(|| AdapterError::BugRange { tensor: name.to_owned() })?;
    if format == entry.format {
        bytes.extend_from_slice(stored);
    } else {
        let mut row = vec![0f32; columns];
        for blocks in stored.chunks_exact((stored.len() / rows).max(1)) {
            kernels::dequantise(entry.format, blocks, &mut row);
            bytes.extend(row.iter().flat_map(|value| value.to_le_bytes()));
        }
    }
    let tensor = Tensor2 { rows, columns, format, bytes };
    match tensor.first_not_finite() {
        Some(index) => Err(AdapterError::NotFinite { tensor: name.to_owned(), index }),
        None => Ok(tensor),
    }
}

impl Tensor2 {
    /// Index of the first element whose exponent is all ones: infinite, or not a number.
    fn first_not_finite(&self) -> Option<usize> {
        let wide = |mask: u16, chunk: &[u8]| u16::from_le_bytes([chunk[0], chunk[1]]) & mask == mask;
        match self.format {
            Format::F16 => self.bytes.chunks_exact(2).position(|chunk| wide(0x7c00, chunk)),
            Format::BF16 => self.bytes.chunks_exact(2).position(|chunk| wide(0x7f80, chunk)),
            // In little-endian order an f32's upper half, which holds the exponent, comes last.
            _ => self.bytes.chunks_exact(4).position(|chunk| wide(0x7f80, &chunk[2..])),
        }
    }

    /// Puts rows from the order "all first halves of the pairs, then all second ones" of each head into the order "pair by
    /// pair", in which rotary pairs stand in the files of the Llama family. Rows are `heads * head_dim`, `head_dim` even.
    fn interleave_rows(&mut self, heads: usize, head_dim: usize) {
        let row_bytes = self.columns * self.format.block_bytes();
        let mut ordered = Vec::with_capacity(self.bytes.len());
        for head in 0..heads {
            for pair in 0..head_dim / 2 {
                for half in 0..2 {
                    let row = head * head_dim + half * (head_dim / 2) + pair;
                    ordered.extend_from_slice(&self.bytes[row * row_bytes..(row + 1) * row_bytes]);
                }
            }
        }
        self.bytes = ordered;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(values: &[f32]) -> Tensor2 {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Tensor2 { rows: values.len(), columns: 1, format: Format::F32, bytes }
    }

    #[test]
    fn rows_are_interleaved_head_by_head() {
        // Two heads of six rows: row 3 is the partner of row 0.
        let mut tensor = rows(&[0., 1., 2., 3., 4., 5., 10., 11., 12., 13., 14., 15.]);
        tensor.interleave_rows(2, 6);
        assert_eq!(tensor.values(), [0., 3., 1., 4., 2., 5., 10., 13., 11., 14., 12., 15.]);
    }

    #[test]
    fn interleaving_is_the_reference_reshape_and_swap() {
        let (heads, head_dim) = (3, 8);
        let values: Vec<f32> = (0..heads * head_dim).map(|row| row as f32).collect();
        let mut tensor = rows(&values);
        tensor.interleave_rows(heads, head_dim);
        // reshape (heads, 2, head_dim / 2), swap axes 1 and 2: element (h, i, j) comes from (h, j, i).
        let at = |head: usize, pair: usize, half: usize| values[(head * 2 + half) * (head_dim / 2) + pair];
        let expected: Vec<f32> =
            (0..heads * head_dim).map(|row| at(row / head_dim, row % head_dim / 2, row % 2)).collect();
        assert_eq!(tensor.values(), expected);
    }

    #[test]
    fn widened_blocks_are_counted_as_what_they_become() {
        let file = vec![0u8; 34 * 34];
        let entry = |shape: [usize; 2], start: u64| {
            let bytes_len = (shape[0] * shape[1] / 32 * 34) as u64;
            TensorEntry { format: Format::Q8_0, shape: shape.to_vec(), start, bytes_len }
        };
        let (down, up) = (entry([32, 32], 0), entry([2, 32], 32 * 34));
        let dimensions =
            Dimensions { layers: 1, embedding: 32, feed_forward: 2, heads: 1, kv_heads: 1, head_dim: 2 };
        let base = Base { dimensions, architecture: "llama".to_owned(), rows_interleaved: true };
        let needed = 34 * 32 * 4;
        let finish = |held_bytes_max| {
            let mut pairs = Pairs::new(Naming::Gguf, &file, 1);
            pairs.held_bytes_max = held_bytes_max;
            pairs.add(0, Part::Gate, Half::Down, &down).unwrap();
            pairs.add(0, Part::Gate, Half::Up, &up).unwrap();
            pairs.finish(&base, |_, _, _| Ok(1.0))
        };
        assert_eq!(finish(needed).unwrap().len(), 1);
        let error = finish(needed - 1).unwrap_err();
        assert!(matches!(error, AdapterError::TooLarge { actual, .. } if actual == needed), "{error}");
    }

    #[test]
    fn what_is_not_finite_is_found_in_every_format() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(rows(&[1.0, f32::MAX, bad]).first_not_finite(), Some(2));
        }
        assert_eq!(rows(&[f32::MIN_POSITIVE, 0.0, -f32::MAX]).first_not_finite(), None);
        let halves = |format, bits: &[u16]| {
            let bytes = bits.iter().flat_map(|bits| bits.to_le_bytes()).collect();
            Tensor2 { rows: bits.len(), columns: 1, format, bytes }.first_not_finite()
        };
        assert_eq!(halves(Format::F16, &[0x7bff, 0xfc00]), Some(1));
        assert_eq!(halves(Format::F16, &[0x7bff, 0x7e00]), Some(1));
        assert_eq!(halves(Format::F16, &[0x7bff, 0x03ff]), None);
        assert_eq!(halves(Format::BF16, &[0x7f7f, 0xff80]), Some(1));
        assert_eq!(halves(Format::BF16, &[0x7f7f, 0x7fc0]), Some(1));
        // Sixteen bits that would be infinite as f16 are a plain number as bf16.
        assert_eq!(halves(Format::BF16, &[0x7c00]), None);
    }
}
