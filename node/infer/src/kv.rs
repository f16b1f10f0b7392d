//! Owns the keys and values of one sequence: growth by doubling, truncation, forks. Refuses to know weights.
//! Layout: one pair of tensors per layer, each (kv heads, capacity, head size), f32, of which the first `len` positions
//! are valid; so a head's past is one contiguous run that the attention products read in place.

use crate::backend::BackendError;
use crate::shape::Shape;
use candle_core::{DType, Device, Tensor};

/// Smallest capacity given to a sequence that holds anything, in positions.
pub const KV_CAPACITY_MIN: usize = 128;

impl From<candle_core::Error> for BackendError {
    fn from(error: candle_core::Error) -> Self {
        BackendError::Library { message: error.to_string().lines().next().unwrap_or_default().to_owned() }
    }
}

#[derive(Debug)]
struct LayerCache {
    keys: Tensor,
    values: Tensor,
}

/// The KV cache of one sequence over candle tensors. It belongs to whoever made it and holds no reference to the model.
#[derive(Debug)]
pub struct Sequence {
    layers: Vec<LayerCache>,
    layer_count: usize,
    kv_heads: usize,
    head_dim: usize,
    context_len: usize,
    capacity: usize,
    len: usize,
}

impl Sequence {
    /// An empty sequence; memory comes with the first tokens.
    pub(crate) fn new(shape: &Shape) -> Self {
        Sequence {
            layers: Vec::new(),
            layer_count: shape.layers,
            kv_heads: shape.kv_heads,
            head_dim: shape.head_dim,
            context_len: shape.context_len,
            capacity: 0,
            len: 0,
        }
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
        2 * self.layer_count * self.kv_heads * self.capacity * self.head_dim * size_of::<f32>()
    }

    /// Keeps the first `len` tokens; does nothing to a shorter sequence. The memory stays.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// An independent copy of the first `len` tokens.
    ///
    /// # Errors
    /// `ForkTooLong`; `Library`, should copying fail.
    pub fn fork(&self, len: usize) -> Result<Sequence, BackendError> {
        if len > self.len {
            return Err(BackendError::ForkTooLong { asked: len, actual: self.len });
        }
        let mut fork = Sequence { layers: Vec::new(), capacity: 0, len: 0, ..*self };
        if len > 0 {
            fork.resize(self.capacity_for(len), Some((&self.layers, len)))?;
            fork.len = len;
        }
        Ok(fork)
    }

    /// Makes room for `more` tokens.
    pub(crate) fn reserve(&mut self, more: usize) -> Result<(), BackendError> {
        let needed = self.len + more;
        if needed > self.context_len {
            return Err(BackendError::ContextFull { max: self.context_len, actual: needed });
        }
        if needed > self.capacity {
            let old = std::mem::take(&mut self.layers);
            let len = self.len;
            let capacity = self.capacity_for(needed);
            self.resize(capacity, Some((&old, len)))?;
        }
        Ok(())
    }

    /// Powers of two, so that a growing sequence copies each position a bounded number of times on average.
    fn capacity_for(&self, len: usize) -> usize {
        len.next_power_of_two().max(KV_CAPACITY_MIN).min(self.context_len)
    }

    fn resize(&mut self, capacity: usize, from: Option<(&[LayerCache], usize)>) -> Result<(), BackendError> {
        let mut layers = Vec::with_capacity(self.layer_count);
        let fresh = || Tensor::zeros((self.kv_heads, capacity, self.head_dim), DType::F32, &Device::Cpu);
        for index in 0..self.layer_count {
            let layer = LayerCache { keys: fresh()?, values: fresh()? };
            if let Some((old, len)) = from.filter(|(old, len)| *len > 0 && index < old.len()) {
                layer.keys.slice_set(&old[index].keys.narrow(1, 0, len)?.contiguous()?, 1, 0)?;
                layer.values.slice_set(&old[index].values.narrow(1, 0, len)?.contiguous()?, 1, 0)?;
            }
            layers.push(layer);
        }
        self.layers = layers;
        self.capacity = capacity;
        Ok(())
    }

    /// Writes keys and values (kv heads, n, head size) of layer `index` behind the valid positions, and returns views of
    /// everything up to them, (kv heads, len + n, head size). `reserve` must have made room; `advance` makes them valid.
    pub(crate) fn write(
        &self,
        index: usize,
        keys: &Tensor,
        values: &Tensor,
    ) -> Result<(Tensor, Tensor), candle_core::Error> {
        let layer = &self.layers[index];
        let end = self.len + keys.dim(1)?;
        layer.keys.slice_set(keys, 1, self.len)?;
        layer.values.slice_set(values, 1, self.len)?;
        Ok((layer.keys.narrow(1, 0, end)?, layer.values.narrow(1, 0, end)?))
    }

    /// Makes `n` written positions valid.
    pub(crate) fn advance(&mut self, n: usize) {
        self.len += n;
    }
}
