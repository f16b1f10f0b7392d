//! Owns the noise of sampling: one uniform number for each (seed, position, token) and its Gumbel value, the same on every
//! machine. Refuses to know logits and truncations.
//! Source: BLAKE3 as an extendable-output function; the Gumbel-max trick (Gumbel 1954; Maddison, Tarlow and Minka 2014).

/// The uniform number of a candidate token: the first 8 bytes (little-endian) of BLAKE3 over
/// `seed (8 bytes) ‖ position (8 bytes) ‖ token (4 bytes)`, all little-endian; its 53 highest bits plus one half, times
/// 2^-53. So it is never 0 and never 1.
pub fn uniform(seed: u64, position: u64, token: u32) -> f64 {
    let mut key = [0u8; 20];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&position.to_le_bytes());
    key[16..].copy_from_slice(&token.to_le_bytes());
    let mut first = [0u8; 8];
    // The first 32 bytes of the XOF are the hash itself.
    first.copy_from_slice(&blake3::hash(&key).as_bytes()[..8]);
    ((u64::from_le_bytes(first) >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// The Gumbel value of a candidate token: `-ln(-ln(uniform))`.
pub fn gumbel(seed: u64, position: u64, token: u32) -> f64 {
    -ln(-ln(uniform(seed, position, token)))
}

/// Natural logarithm of a positive, normal number by IEEE additions, multiplications and divisions only, so that it has
/// the same bits everywhere; system libraries differ in the last place. Within 4 units in the last place of the truth.
///
/// With x = m·2^e and m in [√½, √2): ln x = e·ln 2 + 2·artanh(s), s = (m-1)/(m+1), |s| < 0.1716, by its series.
pub fn ln(x: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    const TERMS: u32 = 11;
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7FF) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & MANTISSA) | (1023 << 52));
    if mantissa >= std::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1;
    }
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let mut series = 0.0;
    for term in (0..=TERMS).rev() {
        series = series * square + 1.0 / f64::from(2 * term + 1);
    }
    exponent as f64 * std::f64::consts::LN_2 + 2.0 * s * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_agrees_with_the_system() {
        let mut x = 1.1e-16f64;
        while x < 1e3 {
            let (ours, theirs) = (ln(x), x.ln());
            assert!(
                (ours - theirs).abs() <= 4.0 * f64::EPSILON * theirs.abs().max(f64::MIN_POSITIVE),
                "{x}: {ours} {theirs}"
            );
            x *= 1.0173;
        }
        for k in 1..2000 {
            let x = 1.0 - f64::from(k) * 3.3e-13;
            assert!(((ln(x) - x.ln()) / x.ln()).abs() < 1e-15, "{x}");
        }
        assert_eq!(ln(1.0), 0.0);
    }

    /// Computed with another implementation (Python's blake3 and math packages).
    #[test]
    fn golden_values() {
        let all: [((u64, u64, u32), f64, f64); 3] = [
            ((0, 0, 0), 0.3206129309247476, -0.12885107484701788),
            ((1, 2, 3), 0.49990361602358563, 0.36623482707531313),
            ((u64::MAX, 1000, 49151), 0.859900727252934, 1.890883937349246),
        ];
        for ((seed, position, token), u, g) in all {
            assert_eq!(uniform(seed, position, token), u);
            assert!((gumbel(seed, position, token) - g).abs() < 1e-14);
        }
    }

    #[test]
    fn uniforms_lie_inside_and_fill_evenly() {
        let mut buckets = [0u32; 16];
        for token in 0..16_000 {
            let u = uniform(7, 3, token);
            assert!(u > 0.0 && u < 1.0);
            buckets[(u * 16.0) as usize] += 1;
        }
        let chi: f64 = buckets.iter().map(|&n| (f64::from(n) - 1000.0).powi(2) / 1000.0).sum();
        // 15 degrees of freedom: 37.7 is the 0.1 % point.
        assert!(chi < 37.7, "chi-square {chi}");
    }
}
