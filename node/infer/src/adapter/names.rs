//! Owns the two conventions for naming an adapter's tensors, and what they name. Refuses to know shapes.
//! Sources: huggingface/peft (`get_peft_model_state_dict`), llama.cpp (convert_lora_to_gguf.py, src/llama-arch.cpp).

use super::error::AdapterError;
use crate::tensor_entry::quoted;

/// A matrix of a layer that an adapter may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Attention's query projection.
    Query,
    /// Attention's key projection.
    Key,
    /// Attention's value projection.
    Value,
    /// Attention's output projection.
    Output,
    /// The feed-forward gate.
    Gate,
    /// The feed-forward way up.
    Up,
    /// The feed-forward way down.
    Down,
}

impl Part {
    /// All of them, in the order of computation.
    pub const ALL: [Part; 7] =
        [Part::Query, Part::Key, Part::Value, Part::Output, Part::Gate, Part::Up, Part::Down];

    /// The module's name within a layer of the Hugging Face families.
    fn module(self) -> &'static str {
        match self {
            Part::Query => "self_attn.q_proj",
            Part::Key => "self_attn.k_proj",
            Part::Value => "self_attn.v_proj",
            Part::Output => "self_attn.o_proj",
            Part::Gate => "mlp.gate_proj",
            Part::Up => "mlp.up_proj",
            Part::Down => "mlp.down_proj",
        }
    }

    /// The tensor's name within a GGUF block.
    fn block_name(self) -> &'static str {
        match self {
            Part::Query => "attn_q",
            Part::Key => "attn_k",
            Part::Value => "attn_v",
            Part::Output => "attn_output",
            Part::Gate => "ffn_gate",
            Part::Up => "ffn_up",
            Part::Down => "ffn_down",
        }
    }
}

/// Which matrix of a pair a tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// From the inputs to the rank: `lora_A`.
    Down,
    /// From the rank to the outputs: `lora_B`.
    Up,
}

impl Half {
    pub(super) fn other(self) -> Half {
        match self {
            Half::Down => Half::Up,
            Half::Up => Half::Down,
        }
    }
}

/// What a tensor's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    pub(super) layer: usize,
    pub(super) part: Part,
    pub(super) half: Half,
    /// The module's name within the base, in the file's own convention.
    pub(super) module: &'a str,
}

/// How the tensors of a file are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    Peft,
    Gguf,
}

impl Naming {
    /// What comes before the module and, for each half, behind it.
    fn around(self) -> (&'static str, [(Half, &'static str); 2]) {
        match self {
            Naming::Peft => {
                ("base_model.model.", [(Half::Down, ".lora_A.weight"), (Half::Up, ".lora_B.weight")])
            }
            Naming::Gguf => ("", [(Half::Down, ".weight.lora_a"), (Half::Up, ".weight.lora_b")]),
        }
    }

    /// What a module of a layer begins with.
    fn layers(self) -> &'static str {
        match self {
            Naming::Peft => "model.layers.",
            Naming::Gguf => "blk.",
        }
    }

    fn part_name(self, part: Part) -> &'static str {
        match self {
            Naming::Peft => part.module(),
            Naming::Gguf => part.block_name(),
        }
    }

    /// The name of a tensor.
    pub(super) fn name(self, layer: usize, part: Part, half: Half) -> String {
        let (before, behind) = self.around();
        let suffix = behind.iter().find(|(of, _)| *of == half).map_or("", |(_, suffix)| suffix);
        format!("{before}{}{layer}.{}{suffix}", self.layers(), self.part_name(part))
    }

    /// Reads a tensor's name.
    ///
    /// # Errors
    /// `UnknownTensor` for what is no half of a pair, `UnknownModule` for a pair of another module.
    pub(super) fn place(self, tensor: &str) -> Result<Place<'_>, AdapterError> {
        let (before, behind) = self.around();
        let unknown = || AdapterError::UnknownTensor {
            tensor: quoted(tensor),
            expected: match self {
                Naming::Peft => "base_model.model.MODULE.lora_A.weight or .lora_B.weight",
                Naming::Gguf => "MODULE.weight.lora_a or .lora_b",
            },
        };
        let rest = tensor.strip_prefix(before).ok_or_else(unknown)?;
        let (half, module) = behind
            .iter()
            .find_map(|(half, suffix)| rest.strip_suffix(suffix).map(|module| (*half, module)))
            .ok_or_else(unknown)?;
        let (layer, part) = self.layer_and_part(module).ok_or_else(|| AdapterError::UnknownModule {
            tensor: quoted(tensor),
            expected: match self {
                Naming::Peft => "q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj of a layer",
                Naming::Gguf => "attn_q, attn_k, attn_v, attn_output, ffn_gate, ffn_up, ffn_down of a block",
            },
            actual: quoted(module),
        })?;
        Ok(Place { layer, part, half, module })
    }

    fn layer_and_part(self, module: &str) -> Option<(usize, Part)> {
        let (digits, name) = module.strip_prefix(self.layers())?.split_once('.')?;
        let layer: usize = digits.parse().ok()?;
        let part = Part::ALL.into_iter().find(|part| self.part_name(*part) == name)?;
        // "+1" and "01" are read as 1 as well; only one spelling may name a layer, so that no pair is given twice.
        (layer.to_string() == digits).then_some((layer, part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for naming in [Naming::Peft, Naming::Gguf] {
            for part in Part::ALL {
                for half in [Half::Down, Half::Up] {
                    let name = naming.name(12, part, half);
                    let place = naming.place(&name).unwrap();
                    assert_eq!((place.layer, place.part, place.half), (12, part, half), "{name}");
                    assert!(name.contains(place.module));
                    assert_ne!(name, naming.name(12, part, half.other()));
                }
            }
        }
    }

    #[test]
    fn the_names_are_those_that_others_write() {
        let peft = "base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight";
        assert_eq!(Naming::Peft.name(3, Part::Query, Half::Down), peft);
        assert_eq!(Naming::Peft.place(peft).unwrap().module, "model.layers.3.self_attn.q_proj");
        assert_eq!(Naming::Gguf.name(3, Part::Output, Half::Up), "blk.3.attn_output.weight.lora_b");
    }

    #[test]
    fn other_modules_and_other_tensors_are_told_apart() {
        let module = |naming: Naming, name: &str| {
            let error = naming.place(name).unwrap_err();
            assert!(matches!(error, AdapterError::UnknownModule { .. }), "{name}: {error}");
        };
        module(Naming::Peft, "base_model.model.lm_head.lora_A.weight");
        module(Naming::Peft, "base_model.model.model.layers.0.self_attn.qkv_proj.lora_B.weight");
        module(Naming::Peft, "base_model.model.model.layers.01.self_attn.q_proj.lora_B.weight");
        module(Naming::Peft, "base_model.model.model.layers.+1.self_attn.q_proj.lora_B.weight");
        module(Naming::Peft, "base_model.model.model.layers.99999999999999999999.mlp.up_proj.lora_B.weight");
        module(Naming::Gguf, "token_embd.weight.lora_a");
        module(Naming::Gguf, "blk.0.attn_qkv.weight.lora_a");
        let tensor = |naming: Naming, name: &str| {
            let error = naming.place(name).unwrap_err();
            assert!(matches!(error, AdapterError::UnknownTensor { .. }), "{name}: {error}");
        };
        tensor(Naming::Peft, "model.layers.0.self_attn.q_proj.lora_A.weight");
        tensor(Naming::Peft, "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector");
        tensor(Naming::Peft, "base_model.model.model.layers.0.self_attn.q_proj.weight");
        tensor(Naming::Gguf, "blk.0.attn_norm.weight");
        tensor(Naming::Gguf, "");
    }
}
