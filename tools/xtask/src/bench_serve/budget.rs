//! What a step of a model needs of the machine, and so how fast no program can be that does the same work.
//!
//! Owns: bytes and operations of each kind of step, the bound that follows, and the share of it that was reached. Refuses to
//! know: how steps are really cut, and how fast the machine is. A step reads every matrix once and each adapter that it
//! wears once, whatever the number of rows; the bound is the larger of what memory and what the integer units take. Floats
//! are left out of it (attention, adapters, norms): they only loosen it, and each weight counts one integer product a
//! token, though activations of 15 bits take two. Guessing ahead makes several tokens a step and may pass the bound of one
//! request alone; `--speculation off` compares like with like.

use super::machine::Machine;
use infer::adapter::{Dimensions, Part};
use infer::{KvKind, LoraKind, Model};
use kernels::{AdapterBytes, KvLayout};
use serde_json::{Value, json};

/// What is to be computed in one step, or in one long prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demand {
    /// The figure whose bound follows.
    pub figure: &'static str,
    /// Tokens through the layers.
    pub tokens: u32,
    /// Rows of logits.
    pub logits: u32,
    /// Tokens whose keys and values are read.
    pub kv_tokens: u32,
    /// Different adapters.
    pub adapters: u32,
    /// Their rank.
    pub rank: u32,
}

/// What the model needs for each thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    weight_bytes: usize,
    /// Of the layers' matrices, for one token.
    layers_operations: f64,
    /// Of the last matrix, for one row of logits.
    logits_operations: f64,
    kv_token_bytes: usize,
    dimensions: Dimensions,
    kind: LoraKind,
}

/// The bytes and operations of a demand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Need {
    weight_bytes: usize,
    adapter_bytes: usize,
    kv_bytes: usize,
    int8_operations: f64,
    adapter_operations: f64,
}

/// The least time, and what it is spent on.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The figure that it bounds.
    pub figure: &'static str,
    /// The most tokens a second.
    pub tok_s: f64,
    demand: Demand,
    need: Need,
    memory_ms: f64,
    arithmetic_ms: Option<f64>,
}

impl Budget {
    /// Of a loaded model whose adapters are kept in this way.
    pub fn of(model: &Model, kind: LoraKind) -> Budget {
        let (shape, dimensions) = (model.shape(), model.base().dimensions);
        let weights = |part| (dimensions.inputs(part) * dimensions.outputs(part)) as f64;
        let of_layer: f64 = Part::ALL.into_iter().map(weights).sum();
        let layout = KvLayout {
            layers: shape.layers,
            kv_heads: shape.kv_heads,
            head_dim: shape.head_dim,
            kind: KvKind::F16,
        };
        Budget {
            weight_bytes: model.step_bytes(),
            layers_operations: 2.0 * of_layer * shape.layers as f64,
            logits_operations: 2.0 * (shape.embedding * model.vocab_len()) as f64,
            kv_token_bytes: layout.token_bytes(),
            dimensions,
            kind,
        }
    }

    /// Bytes of an adapter of all matrices of every layer.
    pub fn adapter_bytes(&self, rank: u32) -> usize {
        let of = |part| {
            let (inputs, outputs) = (self.dimensions.inputs(part), self.dimensions.outputs(part));
            // The model is loaded, so what is far smaller can be counted.
            AdapterBytes::of(self.kind, inputs, outputs, rank as usize).unwrap_or_default()
        };
        Part::ALL.into_iter().map(of).sum::<AdapterBytes>().total() * self.dimensions.layers
    }

    /// Operations of an adapter for one token: a multiplication and an addition are two.
    fn adapter_operations(&self, rank: u32) -> f64 {
        let of = |part| self.dimensions.inputs(part) + self.dimensions.outputs(part);
        let widths: usize = Part::ALL.into_iter().map(of).sum();
        2.0 * f64::from(rank) * (widths * self.dimensions.layers) as f64
    }

    fn need(&self, demand: &Demand) -> Need {
        let (tokens, logits) = (f64::from(demand.tokens), f64::from(demand.logits));
        Need {
            weight_bytes: self.weight_bytes,
            adapter_bytes: self.adapter_bytes(demand.rank) * demand.adapters as usize,
            kv_bytes: self.kv_token_bytes * demand.kv_tokens as usize,
            int8_operations: self.layers_operations * tokens + self.logits_operations * logits,
            adapter_operations: self.adapter_operations(demand.rank) * tokens,
        }
    }

    /// How fast this machine can be at most.
    pub fn bound(&self, demand: Demand, machine: &Machine) -> Bound {
        let need = self.need(&demand);
        let bytes = (need.weight_bytes + need.adapter_bytes + need.kv_bytes) as f64;
        let memory_ms = bytes / machine.read_gb_s / 1e6;
        let arithmetic_ms = machine.int8_gop_s.map(|peak| need.int8_operations / peak / 1e6);
        let least_ms = arithmetic_ms.map_or(memory_ms, |ms| ms.max(memory_ms));
        let tok_s = f64::from(demand.tokens) * 1e3 / least_ms;
        Bound { figure: demand.figure, tok_s, demand, need, memory_ms, arithmetic_ms }
    }
}

impl Bound {
    /// Its part of a case's report, with the share that was reached.
    pub fn json(&self, ours_tok_s: Option<f64>, theirs_tok_s: Option<f64>) -> Value {
        let is_memory = self.arithmetic_ms.is_none_or(|ms| ms <= self.memory_ms);
        json!({
            "of": self.figure, "bound_tok_s": self.tok_s,
            "by": if is_memory { "memory" } else { "arithmetic" },
            "share": ours_tok_s.map(|rate| rate / self.tok_s),
            "share_theirs": theirs_tok_s.map(|rate| rate / self.tok_s),
            "memory_ms": self.memory_ms, "arithmetic_ms": self.arithmetic_ms,
            "tokens": self.demand.tokens, "adapters": self.demand.adapters, "rank": self.demand.rank,
            "weight_bytes": self.need.weight_bytes, "adapter_bytes": self.need.adapter_bytes,
            "kv_bytes": self.need.kv_bytes, "int8_operations": self.need.int8_operations,
            "adapter_operations": self.need.adapter_operations,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernels::Isa;

    /// SmolLM2-135M, without its file.
    fn budget(kind: LoraKind) -> Budget {
        let dimensions = Dimensions {
            layers: 30,
            embedding: 576,
            feed_forward: 1536,
            heads: 9,
            kv_heads: 3,
            head_dim: 64,
        };
        Budget {
            weight_bytes: 96_000_000,
            layers_operations: 212e6,
            logits_operations: 56e6,
            kv_token_bytes: 23_040,
            dimensions,
            kind,
        }
    }

    const MACHINE: Machine =
        Machine { isa: Isa::SCALAR, threads: 2, read_gb_s: 28.8, int8_gop_s: Some(880.0) };

    #[test]
    fn one_row_waits_for_memory_and_many_for_arithmetic() {
        let of = |demand| budget(LoraKind::BF16).bound(demand, &MACHINE);
        let one = of(Demand { figure: "decode_tok_s", tokens: 1, logits: 1, ..Demand::default() });
        assert!((one.tok_s - 300.0).abs() < 1e-9, "{one:?}");
        assert_eq!(one.json(Some(150.0), None)["share"], 0.5);
        assert_eq!(
            (&one.json(None, None)["by"], &one.json(None, None)["share"]),
            (&json!("memory"), &Value::Null)
        );
        let many = of(Demand { figure: "prefill_tok_s", tokens: 512, logits: 1, ..Demand::default() });
        assert_eq!(many.json(None, Some(many.tok_s))["by"], "arithmetic");
        assert!((4140.0..4160.0).contains(&many.tok_s), "{many:?}");
        let blind = Machine { int8_gop_s: None, ..MACHINE };
        let blind = budget(LoraKind::BF16).bound(many.demand, &blind);
        assert!(blind.tok_s > 100_000.0 && blind.json(None, None)["arithmetic_ms"].is_null());
    }

    #[test]
    fn adapters_are_read_once_each_as_they_are_kept() {
        // 2 bytes for each of 2,442,240 weights.
        assert_eq!(budget(LoraKind::BF16).adapter_bytes(8), 4_884_480);
        assert_eq!(budget(LoraKind::Q8).adapter_bytes(8), 4_884_480 / 8 * 5);
        let worn = Demand { tokens: 16, adapters: 16, rank: 8, kv_tokens: 100, ..Demand::default() };
        let need = budget(LoraKind::F32).need(&worn);
        assert_eq!((need.adapter_bytes, need.kv_bytes), (16 * 9_768_960, 2_304_000));
        assert_eq!(need.adapter_operations, 16.0 * 2.0 * 2_442_240.0);
        assert_eq!(budget(LoraKind::F32).need(&Demand::default()).adapter_bytes, 0);
    }
}
