//! Owns what it means to write 32 activations as int8. Refuses to know where the codes go: that is
//! [`crate::activations`].

/// Activations that share a scale.
pub(crate) const BLOCK: usize = 32;
/// Blocks whose largest magnitude is below this are all zeros: 127 divided by it must stay finite, and the product of so
/// small a value with any weight is lost beside any other.
pub(crate) const AMAX_MIN: f32 = 1e-30;
/// Bits of infinity: the magnitudes of infinities and NaNs are not below it when compared as integers.
pub(crate) const INFINITY_BITS: u32 = f32::INFINITY.to_bits();

/// What a block's codes are to be multiplied with, and what they sum to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quantised {
    /// An activation is `scale * code`; NaN if any of the block is not finite.
    pub scale: f32,
    /// The sums of the first and of the second sixteen codes.
    pub sums: [i32; 2],
}

/// The factor from activations to codes and the scale back, for a block whose largest magnitude has the bits `amax`.
#[inline(always)]
pub(crate) fn factors(amax: u32) -> (f32, f32) {
    if amax >= INFINITY_BITS {
        return (0., f32::NAN);
    }
    let amax = f32::from_bits(amax);
    if amax < AMAX_MIN { (0., 0.) } else { (127. / amax, amax / 127.) }
}

/// Writes a block: `code = round_ties_even(value * (127 / amax))`, `scale = amax / 127`. Codes lie in -127..=127. A block
/// with a value that is not finite has codes 0 and the scale NaN, which makes every product of its row NaN and no other's.
pub(crate) fn block(values: &[f32; BLOCK], codes: &mut [i8; BLOCK]) -> Quantised {
    let amax = values.iter().fold(0, |amax, value| amax.max(value.abs().to_bits()));
    let (inverse, scale) = factors(amax);
    let mut sums = [0; 2];
    for (i, (code, value)) in codes.iter_mut().zip(values).enumerate() {
        // The cast of NaN, which infinity times 0 is, gives 0.
        *code = (value * inverse).round_ties_even() as i8;
        sums[i / 16] += i32::from(*code);
    }
    Quantised { scale, sums }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_is_127_and_halves_round_to_even() {
        let mut values = [0.; BLOCK];
        (values[0], values[1], values[2], values[31]) = (-127., 0.5, 1.5, 126.6);
        let mut codes = [1; BLOCK];
        let quantised = block(&values, &mut codes);
        assert_eq!(quantised, Quantised { scale: 1., sums: [-125, 127] });
        assert_eq!((codes[0], codes[1], codes[2], codes[3], codes[31]), (-127, 0, 2, 0, 127));
    }

    #[test]
    fn zeros_the_tiny_and_the_huge() {
        let mut codes = [1; BLOCK];
        for value in [0., -0., 1e-31, f32::from_bits(1)] {
            assert_eq!(block(&[value; BLOCK], &mut codes), Quantised { scale: 0., sums: [0; 2] });
            assert_eq!(codes, [0; BLOCK]);
        }
        assert_eq!(block(&[f32::MAX; BLOCK], &mut codes).sums, [127 * 16; 2]);
        assert_eq!(block(&[-AMAX_MIN; BLOCK], &mut codes).sums, [-127 * 16; 2]);
    }

    #[test]
    fn what_is_not_finite_has_no_codes_and_no_scale() {
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut values = [3.; BLOCK];
            values[17] = bad;
            let mut codes = [1; BLOCK];
            let quantised = block(&values, &mut codes);
            assert!(quantised.scale.is_nan());
            assert_eq!((codes, quantised.sums), ([0; BLOCK], [0; 2]));
        }
    }
}
