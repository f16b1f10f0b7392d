//! Every instruction set against the specification, to the last bit.

use super::*;

/// Sixteen numbers of a kind.
fn numbers(seed: u32) -> [f32; LANES] {
    std::array::from_fn(|lane| {
        let noise = (lane as u32 + 1).wrapping_mul(seed).wrapping_mul(2_654_435_761) >> 8;
        (noise as f32 / (1 << 23) as f32 - 1.0) * 10f32.powi((seed % 7) as i32 - 3)
    })
}

/// All operations on a pair of inputs, as bits.
struct Everything([f32; LANES], [f32; LANES]);

impl Kernel for Everything {
    type Output = Vec<u32>;
    #[inline(always)]
    fn run<L: Lanes>(self) -> Vec<u32> {
        let (a, b) = (L::load(&self.0), L::load(&self.1));
        let mut bits = Vec::new();
        L::fetch(&0);
        let results = [
            a.add(b),
            a.sub(b),
            a.mul(b),
            a.div(b),
            a.fma(b, a),
            a.max(b),
            a.abs(),
            a.round(),
            a.exp(),
            b.exp(),
            a.lesser(0.25),
            a.round().max(L::splat(-126.0)).lesser(127.0).power_of_two(),
            a.first(0, 3.0),
            a.first(5, -1.0),
            a.first(9, -1.0),
            a.first(16, 3.0),
            a.swap_pairs(),
            a.if_larger(b, L::splat(7.0), b),
            L::splat(a.sum()),
            L::splat(a.largest()),
            L::load_part(&self.0[..5]),
        ];
        for result in results {
            let mut out = [0.0; LANES];
            result.store(&mut out);
            bits.extend(out.map(f32::to_bits));
        }
        let mut halves = [0; LANES];
        a.to_f16(&mut halves);
        let bytes = halves.map(|half| half as i8);
        for result in [L::from_f16(&halves), L::from_bf16(&halves), L::from_i8(&bytes)] {
            let mut out = [0.0; LANES];
            result.store(&mut out);
            bits.extend(out.map(f32::to_bits));
        }
        let mut part = [9.0; 3];
        a.store_part(&mut part);
        bits.extend(part.map(f32::to_bits));
        bits
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let mut inputs: Vec<[f32; LANES]> = (1..40).map(numbers).collect();
    let mut odd = numbers(5);
    odd[..6].copy_from_slice(&[f32::INFINITY, f32::NEG_INFINITY, -0.0, 1e-40, 65_520.0, f32::MAX]);
    inputs.push(odd);
    for pair in inputs.windows(2) {
        let expected = dispatch(Isa::SCALAR, Everything(pair[0], pair[1]));
        for isa in Isa::all() {
            assert_eq!(dispatch(isa, Everything(pair[0], pair[1])), expected, "{}", isa.name());
        }
    }
}

struct Exp([f32; LANES]);

impl Kernel for Exp {
    type Output = [f32; LANES];
    #[inline(always)]
    fn run<L: Lanes>(self) -> [f32; LANES] {
        let mut out = [0.0; LANES];
        L::load(&self.0).exp().store(&mut out);
        out
    }
}

#[test]
fn exp_is_within_two_ulp_and_keeps_its_ends() {
    for isa in Isa::all() {
        for step in 0..2_000 {
            let x = -87.0 + step as f32 * 0.087;
            let ours = dispatch(isa, Exp([x; LANES]))[0];
            let exact = f64::from(x).exp();
            let error = (f64::from(ours) - exact).abs() / exact;
            assert!(error < 2.0 * f64::from(f32::EPSILON), "{}: exp({x}) = {ours}, {error:e}", isa.name());
        }
        let ends = [f32::NEG_INFINITY, -1e30, f32::INFINITY, f32::NAN, 0.0];
        let mut values = [0.0; LANES];
        values[..5].copy_from_slice(&ends);
        let out = dispatch(isa, Exp(values));
        assert!(out[0] > 0.0 && out[0] < 2e-38 && out[1] == out[0], "{}: {out:?}", isa.name());
        assert!(out[2].is_finite() && out[2] > 1e38, "{}: {out:?}", isa.name());
        assert!(out[3].is_nan() && out[4] == 1.0, "{}: {out:?}", isa.name());
    }
}
