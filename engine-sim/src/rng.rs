//! Randomness as an argument: a seeded stream of integers, the same on every machine.
//!
//! Owns: one generator (xoshiro256** seeded through splitmix64; Blackman and Vigna, 2018) and named sub-streams.
//! Refuses to know: the operating system's entropy, floats.

use rkyv::{Archive, Deserialize, Serialize};

/// A seeded stream. It is part of the state wherever it outlives one call, so a reloaded game draws the same numbers.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
#[rkyv(attr(allow(missing_docs)))]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// The stream of a seed and a purpose: two purposes never share numbers.
    pub fn new(seed: u64, purpose: &str) -> Rng {
        let digest = blake3::Hasher::new().update(&seed.to_le_bytes()).update(purpose.as_bytes()).finalize();
        let mut mix = u64::from_le_bytes(digest.as_bytes()[..8].try_into().unwrap_or([7; 8]));
        let mut next = || {
            mix = mix.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = mix;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Rng { state: [next(), next(), next(), next()] }
    }
    /// The next 64 bits.
    #[expect(
        clippy::should_implement_trait,
        reason = "a stream of numbers without an end is no iterator here"
    )]
    pub fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }
    /// Uniform in `0..bound` (Lemire's method with rejection); 0 when `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        if bound == 0 {
            return 0;
        }
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = (self.next() >> 32) * u64::from(bound);
            if (product as u32) >= threshold {
                return (product >> 32) as u32;
            }
        }
    }
    /// True with `percent` in a hundred.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
    /// One of a slice, or nothing when it is empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(u32::try_from(from.len()).unwrap_or(u32::MAX)) as usize)
    }
    /// Shuffles in place (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.below(u32::try_from(i + 1).unwrap_or(u32::MAX)) as usize;
            items.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_stream_and_bounds_hold() {
        let (mut a, mut b, mut c) = (Rng::new(1, "x"), Rng::new(1, "x"), Rng::new(1, "y"));
        let (left, right): (Vec<u64>, Vec<u64>) = (0..50).map(|_| (a.next(), b.next())).unzip();
        assert_eq!(left, right);
        assert_ne!(left[0], c.next());
        let mut seen = [0u32; 6];
        (0..6000).for_each(|_| seen[a.below(6) as usize] += 1);
        assert!(seen.iter().all(|&n| (850..1150).contains(&n)), "uneven: {seen:?}");
    }
}
