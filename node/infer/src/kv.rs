//! Owns the keys and values of one sequence: growth, truncation, forks. Refuses to know weights.
//! Layout: for each layer two runs of f32, one row of (kv heads · head size) per position. Rows are appended, and the
//! runs grow as vectors do, by doubling, so each row is copied a bounded number of times on average.

use crate::backend::BackendError;
use crate::shape::Shape;

impl From<candle_core::Error> for BackendError {
    fn from(error: candle_core::Error) -> Self {
        BackendError::Library { message: error.to_string().lines().next().unwrap_or_default().to_owned() }
    }
}

/// Keys and values of one layer.
#[derive(Debug, Default)]
pub(crate) struct LayerCache {
    /// (positions, kv heads · head size), rotated to their positions.
    pub(crate) keys: Vec<f32>,
    /// (positions, kv heads · head size)
    pub(crate) values: Vec<f32>,
}

/// The KV cache of one sequence. It belongs to whoever made it and holds no reference to the model.
#[derive(Debug)]
pub struct Sequence {
    layers: Vec<LayerCache>,
    /// Width of a row.
    row: usize,
    context_len: usize,
    len: usize,
}

impl Sequence {
    /// An empty sequence; memory comes with the first tokens.
    pub(crate) fn new(shape: &Shape) -> Self {
        let layers = (0..shape.layers).map(|_| LayerCache::default()).collect();
        Sequence { layers, row: shape.kv_width(), context_len: shape.context_len, len: 0 }
    }

    /// Tokens it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes its cache takes, unused capacity included.
    pub fn bytes(&self) -> usize {
        let floats: usize =
            self.layers.iter().map(|layer| layer.keys.capacity() + layer.values.capacity()).sum();
        floats * size_of::<f32>()
    }

    /// Keeps the first `len` tokens; does nothing to a shorter sequence. The memory stays.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        for layer in &mut self.layers {
            layer.keys.truncate(self.len * self.row);
            layer.values.truncate(self.len * self.row);
        }
    }

    /// An independent copy of the first `len` tokens.
    ///
    /// # Errors
    /// `ForkTooLong`.
    pub fn fork(&self, len: usize) -> Result<Sequence, BackendError> {
        if len > self.len {
            return Err(BackendError::ForkTooLong { asked: len, actual: self.len });
        }
        let end = len * self.row;
        let copy = |layer: &LayerCache| LayerCache {
            keys: layer.keys[..end].to_vec(),
            values: layer.values[..end].to_vec(),
        };
        Ok(Sequence { layers: self.layers.iter().map(copy).collect(), len, ..*self })
    }

    /// Checks that `more` tokens fit.
    pub(crate) fn room_for(&self, more: usize) -> Result<(), BackendError> {
        let actual = self.len + more;
        if actual > self.context_len {
            return Err(BackendError::ContextFull { max: self.context_len, actual });
        }
        Ok(())
    }

    /// Appends rows of keys and values to layer `index` and returns all of the layer's. `advance` makes them valid.
    pub(crate) fn append(&mut self, index: usize, keys: &[f32], values: &[f32]) -> &LayerCache {
        let layer = &mut self.layers[index];
        layer.keys.extend_from_slice(keys);
        layer.values.extend_from_slice(values);
        layer
    }

    /// Makes `n` appended positions valid.
    pub(crate) fn advance(&mut self, n: usize) {
        self.len += n;
    }
}
