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

/// Steps of the second plane in one of the first, as a shift.
pub(crate) const PLANE_SHIFT: u32 = 7;
/// The same as a number.
pub(crate) const PLANE_STEPS: f32 = (1 << PLANE_SHIFT) as f32;

/// Writes a block: `high = round_ties_even(value * (127 / amax))`, which is the code, in -127..=127, and `scale = amax / 127`.
/// With two planes there is `low = round_ties_even((value * (127 / amax) - high) * 128)` too, in -64..=64, in f32; the code is
/// `128 * high + low`, and `scale = amax / 127 / 128`. A block with a value that is not finite has codes 0 and the scale NaN,
/// which makes every product of its row NaN and no other's.
pub(crate) fn block<const PLANES: usize>(
    values: &[f32; BLOCK],
    mut codes: [&mut [i8; BLOCK]; PLANES],
) -> Quantised {
    let amax = values.iter().fold(0, |amax, value| amax.max(value.abs().to_bits()));
    let (inverse, scale) = factors(amax);
    let mut sums = [0; 2];
    for (i, value) in values.iter().enumerate() {
        let (mut rest, mut sum) = (value * inverse, 0);
        for codes in &mut codes {
            let code = rest.round_ties_even();
            // The cast of NaN, which infinity times 0 is, gives 0.
            codes[i] = code as i8;
            sum = (sum << PLANE_SHIFT) + i32::from(codes[i]);
            rest = (rest - code) * PLANE_STEPS;
        }
        sums[i / 16] += sum;
    }
    Quantised { scale: plane_scale::<PLANES>(scale), sums }
}

/// The scale of codes of so many planes, where the first plane's is `scale`. Exact: blocks of the tiny are zeros.
#[inline(always)]
pub(crate) fn plane_scale<const PLANES: usize>(scale: f32) -> f32 {
    if PLANES == 1 { scale } else { scale / PLANE_STEPS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_is_127_and_halves_round_to_even() {
        let mut values = [0.; BLOCK];
        (values[0], values[1], values[2], values[31]) = (-127., 0.5, 1.5, 126.6);
        let mut codes = [1; BLOCK];
        let quantised = block(&values, [&mut codes]);
        assert_eq!(quantised, Quantised { scale: 1., sums: [-125, 127] });
        assert_eq!((codes[0], codes[1], codes[2], codes[3], codes[31]), (-127, 0, 2, 0, 127));
    }

    #[test]
    fn zeros_the_tiny_and_the_huge() {
        let mut codes = [1; BLOCK];
        for value in [0., -0., 1e-31, f32::from_bits(1)] {
            assert_eq!(block(&[value; BLOCK], [&mut codes]), Quantised { scale: 0., sums: [0; 2] });
            assert_eq!(codes, [0; BLOCK]);
        }
        assert_eq!(block(&[f32::MAX; BLOCK], [&mut codes]).sums, [127 * 16; 2]);
        assert_eq!(block(&[-AMAX_MIN; BLOCK], [&mut codes]).sums, [-127 * 16; 2]);
    }

    #[test]
    fn what_is_not_finite_has_no_codes_and_no_scale() {
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut values = [3.; BLOCK];
            values[17] = bad;
            let mut codes = [1; BLOCK];
            let quantised = block(&values, [&mut codes]);
            assert!(quantised.scale.is_nan());
            assert_eq!((codes, quantised.sums), ([0; BLOCK], [0; 2]));
        }
    }

    #[test]
    fn the_second_plane_holds_what_the_first_rounds_off() {
        let mut values = [0.; BLOCK];
        (values[0], values[1], values[2], values[31]) = (-127., 0.5, 1.5, 100.26);
        let (mut high, mut low) = ([1; BLOCK], [1; BLOCK]);
        let quantised = block(&values, [&mut high, &mut low]);
        assert_eq!(quantised, Quantised { scale: 1. / 128., sums: [-127 * 128 + 64 + 192, 100 * 128 + 33] });
        assert_eq!((high[0], high[1], high[2], high[3], high[31]), (-127, 0, 2, 0, 100));
        assert_eq!((low[0], low[1], low[2], low[3], low[31]), (0, 64, -64, 0, 33));
        values[17] = f32::INFINITY;
        assert!(block(&values, [&mut high, &mut low]).scale.is_nan());
        assert_eq!((high, low), ([0; BLOCK], [0; BLOCK]));
    }
}
