//! Owns which instruction sets this machine computes with, found once at run time. Refuses to know what they compute.
//! Holding an [`Isa`] proves that its instructions exist here: that is what discharges every `target_feature` call.

use std::sync::OnceLock;

/// The families that have kernels. [`Kind::Scalar`] is the specification and exists everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Plain Rust: the specification.
    Scalar,
    /// x86-64 with AVX2, FMA and F16C (since 2013).
    Avx2,
    /// x86-64 with AVX-512 F, BW, VL, DQ and VNNI, and all of [`Kind::Avx2`] (since 2019).
    Vnni,
    /// AArch64 with NEON and its dot product (since 2018).
    Neon,
    /// AArch64 with all of [`Kind::Neon`] and the 8-bit matrix product (since 2020).
    I8mm,
}

/// An instruction set that this machine has. Made only by asking the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Isa(Kind);

impl Isa {
    /// The specification's plain Rust.
    pub const SCALAR: Isa = Isa(Kind::Scalar);

    /// The instruction set of this kind, if the machine has it.
    pub fn new(kind: Kind) -> Option<Isa> {
        has(kind).then_some(Isa(kind))
    }

    /// The fastest there is.
    pub fn best() -> Isa {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| {
            let fastest_first = [Kind::Vnni, Kind::Avx2, Kind::I8mm, Kind::Neon];
            fastest_first.into_iter().find_map(Isa::new).unwrap_or(Isa::SCALAR)
        })
    }

    /// All there are, the specification first.
    pub fn all() -> Vec<Isa> {
        let all = [Kind::Scalar, Kind::Neon, Kind::I8mm, Kind::Avx2, Kind::Vnni];
        all.into_iter().filter_map(Isa::new).collect()
    }

    /// Its kind.
    pub fn kind(self) -> Kind {
        self.0
    }

    /// Its name in settings and reports: `scalar`, `avx2`, `vnni`, `neon`, `i8mm`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
            Kind::Avx2 => "avx2",
            Kind::Vnni => "vnni",
            Kind::Neon => "neon",
            Kind::I8mm => "i8mm",
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn has(kind: Kind) -> bool {
    use std::arch::is_x86_feature_detected as found;
    match kind {
        Kind::Scalar => true,
        Kind::Avx2 => found!("avx2") && found!("fma") && found!("f16c"),
        Kind::Vnni => {
            has(Kind::Avx2)
                && found!("avx512f")
                && found!("avx512bw")
                && found!("avx512vl")
                && found!("avx512dq")
                && found!("avx512vnni")
        }
        Kind::Neon | Kind::I8mm => false,
    }
}

#[cfg(target_arch = "aarch64")]
fn has(kind: Kind) -> bool {
    use std::arch::is_aarch64_feature_detected as found;
    match kind {
        Kind::Scalar => true,
        Kind::Neon => found!("neon") && found!("dotprod"),
        Kind::I8mm => has(Kind::Neon) && found!("i8mm"),
        Kind::Avx2 | Kind::Vnni => false,
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn has(kind: Kind) -> bool {
    kind == Kind::Scalar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_among_all_and_the_specification_is_everywhere() {
        let all = Isa::all();
        assert_eq!(all[0], Isa::SCALAR);
        assert!(all.contains(&Isa::best()));
        for isa in all {
            assert_eq!(Isa::new(isa.kind()), Some(isa));
        }
        assert!(Isa::new(Kind::Neon).is_none() || Isa::new(Kind::Avx2).is_none());
    }

    /// Whoever knows what the processor has says so: a detection that finds too little would otherwise leave the faster
    /// kernels untested, and nobody would notice.
    #[test]
    fn what_the_processor_is_known_to_have_is_found() {
        if let Ok(expected) = std::env::var("EMBERWICK_EXPECT_ISA") {
            assert_eq!(Isa::best().name(), expected);
        }
    }
}
