//! Owns the settings whose values are words, and what each word means to the engine. Refuses to know flags and files, and to
//! choose for anyone: what the machine lacks is an error and not another instruction set.

use clap::ValueEnum;
use infer::{ActivationBits, Isa, IsaKind, LoraKind};
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
    /// AArch64 with NEON and its 8-bit matrix product
    I8mm,
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
            IsaWord::I8mm => Isa::new(IsaKind::I8mm),
            IsaWord::Best => Some(Isa::best()),
        }
    }
}

/// How finely activations are rounded before they meet quantised weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize)]
pub enum BitsWord {
    /// 8 bits: up to half as fast again for long prompts and many requests, and the text is another now and then
    #[value(name = "8")]
    #[serde(rename = "8")]
    Eight,
    /// 15 bits: what the file's weights say
    #[default]
    #[value(name = "15")]
    #[serde(rename = "15")]
    Fifteen,
}

impl From<BitsWord> for ActivationBits {
    fn from(word: BitsWord) -> ActivationBits {
        match word {
            BitsWord::Eight => ActivationBits::Eight,
            BitsWord::Fifteen => ActivationBits::Fifteen,
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
    /// 16 bits a weight, exact for files in F16, and finer than BF16 for any other
    F16,
    /// 16 bits a weight, exact for files in BF16
    Bf16,
    /// 10 bits a weight, rounded: what it changes is as small as what BF16 does
    #[default]
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
