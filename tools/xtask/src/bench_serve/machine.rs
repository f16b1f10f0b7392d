//! What this machine can do at most, as figures are measured against it: reading memory and adding products of int8.
//!
//! Owns: which instruction set is measured, and the machine's part of the report. Refuses to know: how a limit is measured,
//! which is `kernels`' (optimised in every build), and what a model needs of it.

use anyhow::{Context, Result, bail};
use kernels::{Isa, Kind, Pool, int8_peak, read_bandwidth};
use serde_json::{Value, json};

/// The words of `emberd --isa`.
pub const ISA_WORDS: [&str; 6] = ["scalar", "avx2", "avx512", "neon", "i8mm", "best"];

/// The machine's limits with some threads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Machine {
    /// The instruction set that `emberd` computes with.
    pub isa: Isa,
    /// Threads.
    pub threads: usize,
    /// Gigabytes (10^9 bytes) a second that they read together.
    pub read_gb_s: f64,
    /// Billions of int8 operations a second; none for plain code.
    pub int8_gop_s: Option<f64>,
}

impl Machine {
    /// Measures; nothing else should run.
    pub fn measure(isa: Isa, threads: usize) -> Result<Machine> {
        let pool = Pool::new(threads);
        if pool.threads() != threads {
            bail!("the system gave {} threads, {threads} were asked for", pool.threads());
        }
        // Memory is read as fast as the machine can, whatever computes.
        let read_gb_s = read_bandwidth(Isa::best(), &pool)?;
        Ok(Machine { isa, threads, read_gb_s, int8_gop_s: int8_peak(isa, &pool) })
    }

    /// Its part of the report.
    pub fn json(&self) -> Value {
        json!({
            "processors": std::thread::available_parallelism().map_or(0, |n| n.get()),
            "architecture": std::env::consts::ARCH, "isa": self.isa.name(),
            "read_bandwidth_gb_s": self.read_gb_s, "int8_gop_s": self.int8_gop_s,
        })
    }

    /// A line for people.
    pub fn line(&self) -> String {
        let peak = self.int8_gop_s.map_or("-".to_owned(), |peak| format!("{peak:.0}"));
        format!(
            "this machine with {} threads: memory reads at {:.1} GB/s, {} does {peak} GOP/s in int8\n",
            self.threads,
            self.read_gb_s,
            self.isa.name()
        )
    }
}

/// The instruction set that a word of `emberd --isa` means here.
///
/// # Errors
/// When this machine lacks it, as `emberd` would say later.
pub fn isa(word: Option<&str>) -> Result<Isa> {
    let kind = match word {
        None | Some("best") => return Ok(Isa::best()),
        Some("scalar") => Kind::Scalar,
        Some("avx2") => Kind::Avx2,
        Some("avx512") => Kind::Vnni,
        Some("neon") => Kind::Neon,
        Some("i8mm") => Kind::I8mm,
        Some(other) => bail!("an instruction set is one of {ISA_WORDS:?}, not {other:?}"),
    };
    Isa::new(kind).with_context(|| format!("this machine does not have {}", word.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_emberd_means_by_them() {
        assert_eq!(isa(None).unwrap(), Isa::best());
        assert_eq!(isa(Some("best")).unwrap(), Isa::best());
        assert_eq!(isa(Some("scalar")).unwrap(), Isa::SCALAR);
        let missing = ISA_WORDS.into_iter().filter(|word| isa(Some(word)).is_err()).count();
        // Those of the other architecture at least.
        assert!((1..=4).contains(&missing), "{missing}");
        assert!(isa(Some("sse9")).unwrap_err().to_string().contains("sse9"));
    }

    #[test]
    fn a_report_says_what_the_line_says() {
        let machine = Machine { isa: Isa::SCALAR, threads: 2, read_gb_s: 28.8, int8_gop_s: None };
        assert_eq!(machine.json()["read_bandwidth_gb_s"], 28.8);
        assert!(machine.json()["int8_gop_s"].is_null());
        assert!(machine.line().contains("2 threads: memory reads at 28.8 GB/s, scalar does - GOP/s"));
    }
}
