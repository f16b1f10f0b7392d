//! Owns the settings whose values are words, and what each word means to the engine. Refuses to know flags and files, and to
//! choose for anyone: what the machine lacks is an error and not another instruction set.

use clap::ValueEnum;
use infer::{Isa, IsaKind, LoraKind};
use serde::Deserialize;

/// The instruction set to compute with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IsaWord {
    /// Plain code: slow, and the definition of what the others compute
    Scalar,
    /// x86-64 with AVX2, FMA and F16C
    Avx2,
    /// x86-64 with AVX-512 and its dot product (VNNI)
    #[value(alias = "vnni")]
    #[serde(alias = "vnni")]
    Avx512,
    /// AArch64 with NEON and its dot product
    Neon,
    /// The fastest that the machine has
    #[default]
    Best,
}

impl IsaWord {
    /// The instruction set, if the machine has it.
    pub(super) fn found(self) -> Option<Isa> {
        match self {
            IsaWord::Scalar => Isa::new(IsaKind::Scalar),
            IsaWord::Avx2 => Isa::new(IsaKind::Avx2),
            IsaWord::Avx512 => Isa::new(IsaKind::Vnni),
            IsaWord::Neon => Isa::new(IsaKind::Neon),
            IsaWord::Best => Some(Isa::best()),
        }
    }
}

/// Whether something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// It is done
    On,
    /// It is left
    Off,
}

/// How adapters' weights are kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdapterWord {
    /// 32 bits a weight
    F32,
    /// 16 bits a weight, exact for files in F16
    F16,
    /// 16 bits a weight, exact for files in BF16
    #[default]
    Bf16,
    /// 10 bits a weight, rounded
    Q8,
}

impl From<AdapterWord> for LoraKind {
    fn from(word: AdapterWord) -> LoraKind {
        match word {
            AdapterWord::F32 => LoraKind::F32,
            AdapterWord::F16 => LoraKind::F16,
            AdapterWord::Bf16 => LoraKind::BF16,
            AdapterWord::Q8 => LoraKind::Q8,
        }
    }
}
