//! What a run of the bench is asked for.
//!
//! Owns: the flags, and what follows from them alone. Refuses to know: how anything is measured.

use super::cases::Spread;
use super::machine::ISA_WORDS;
use infer::LoraKind;
use std::path::PathBuf;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Topic {
    /// Tokens a second, alone and together, with adapters and without.
    Speed,
    /// The wait for a villager's first token when the card was read before, many at once and amid other answers.
    Waits,
    /// Hundreds of adapters known: memory, and the wait for one that sleeps.
    Crowd,
    /// How soon a person's request is computed while work for strangers fills every slot.
    Preempt,
    /// What it buys and costs to keep adapters in fewer bytes.
    Kinds,
}

/// Whom to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Peer {
    /// llama.cpp's server.
    Llamacpp,
}

/// What to run.
#[derive(Debug, Clone, clap::Args)]
pub struct Plan {
    /// What to measure
    #[arg(long, value_delimiter = ',', default_value = "speed")]
    pub topics: Vec<Topic>,
    /// Compare with this server in the same run
    #[arg(long)]
    pub vs: Option<Peer>,
    /// Rounds of every case on every server
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub rounds: u32,
    /// Threads that each server computes with
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub threads: u32,
    /// Numbers of requests at once
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,16,32", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub parallel: Vec<u32>,
    /// How requests at once share adapters of random weights
    #[arg(long, value_delimiter = ',', default_value = "none")]
    pub adapters: Vec<Spread>,
    /// Ranks of the adapters
    #[arg(long, value_delimiter = ',', default_value = "8,16,64", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub ranks: Vec<u32>,
    /// Instruction set that emberd computes with; llama.cpp cannot be told: the report says what its build has
    #[arg(long, value_parser = ISA_WORDS)]
    pub isa: Option<String>,
    /// Bits of emberd's activations; llama.cpp's have 8
    #[arg(long, value_parser = ["8", "15"])]
    pub activation_bits: Option<String>,
    /// Whether emberd guesses tokens ahead; llama.cpp does not
    #[arg(long, value_parser = ["on", "off"])]
    pub speculation: Option<String>,
    /// How emberd keeps adapters' weights; llama.cpp keeps F16, as the files have them
    #[arg(long, value_parser = ["f32", "f16", "bf16", "q8"])]
    pub adapter_kind: Option<String>,
    /// Adapters of the topic `crowd`
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub crowd: u32,
    /// Write the whole report there
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// The node to measure [default: beside this program]
    #[arg(long)]
    pub emberd: Option<PathBuf>,
    /// A Python that has the packages xllamacpp and gguf [default: one is made]
    #[arg(long)]
    pub python: Option<PathBuf>,
    /// The model file [default: the default model, fetched if need be]
    #[arg(long)]
    pub model: Option<PathBuf>,
}

impl Plan {
    /// Whether a topic was asked for.
    pub fn has(&self, topic: Topic) -> bool {
        self.topics.contains(&topic)
    }

    /// Whether servers are started with adapters.
    pub fn has_adapters(&self) -> bool {
        self.has(Topic::Speed) && self.adapters.iter().any(|spread| *spread != Spread::None)
    }

    /// How `emberd` will keep adapters: as it is told, or as it does by itself.
    pub fn kind(&self) -> LoraKind {
        match self.adapter_kind.as_deref() {
            Some("f32") => LoraKind::F32,
            Some("bf16") => LoraKind::BF16,
            Some("f16") => LoraKind::F16,
            _ => LoraKind::Q8,
        }
    }

    /// What `emberd` is told beside its bounds. What nobody asks for is not said, so that an older one can be measured, too.
    pub fn switches(&self) -> Vec<(&'static str, String)> {
        let asked = [
            ("--isa", &self.isa),
            ("--activation-bits", &self.activation_bits),
            ("--speculation", &self.speculation),
            ("--adapter-kind", &self.adapter_kind),
        ];
        asked.into_iter().filter_map(|(flag, word)| Some((flag, word.clone()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        plan: Plan,
    }

    fn plan(words: &[&str]) -> Plan {
        Line::try_parse_from([&["bench"], words].concat()).unwrap().plan
    }

    #[test]
    fn only_what_was_asked_for_is_told() {
        let bare = plan(&[]);
        assert!(bare.switches().is_empty() && bare.has(Topic::Speed) && !bare.has(Topic::Crowd));
        assert_eq!((bare.kind(), bare.has_adapters()), (LoraKind::Q8, false));
        let told =
            plan(&["--isa", "avx2", "--adapter-kind", "q8", "--topics", "crowd", "--adapters", "same"]);
        let flags = [("--isa", "avx2"), ("--adapter-kind", "q8")].map(|(flag, word)| (flag, word.to_owned()));
        assert_eq!(told.switches(), flags);
        assert_eq!((told.kind(), told.has_adapters()), (LoraKind::Q8, false));
        assert!(plan(&["--adapters", "none,zipf"]).has_adapters());
    }
}
