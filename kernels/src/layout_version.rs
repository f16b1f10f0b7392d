//! Owns the number of the layout in which packed weights lie, for those who keep packed bytes beyond the life of a process.
//! Refuses to know where they are kept.

/// Version of the bytes that [`crate::Packed::as_bytes`] and [`crate::FloatPanels::as_bytes`] give. Raise it by one
/// whenever the same weights give other bytes, or the same bytes are read as other weights: another order of panels,
/// blocks, scales or codes, another zero, another width, another class for a format. A test holds the bytes of every
/// format against this number.
pub const LAYOUT_VERSION: u32 = 1;

#[cfg(test)]
mod tests {
    use super::LAYOUT_VERSION;
    use crate::packed::tests::{Random, random_blocks};
    use crate::{Arena, FloatKind, FloatPanels, Format, Packed};

    /// FNV-1a, 64 bits: enough to see a change.
    fn hash(bytes: &[u8]) -> u64 {
        bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// A matrix of 19 outputs (a whole panel and one that is padded) and 512 inputs, as kernels read it.
    fn laid(format: Format) -> u64 {
        let (outputs, inputs) = (19, 512);
        let arena = &mut Arena::new(0);
        let Some(kind) = FloatKind::of(format) else {
            let blocks = random_blocks(format, outputs * inputs, &mut Random(u64::from(format.ggml())));
            return hash(Packed::pack(arena, format, outputs, inputs, &blocks).unwrap().as_bytes());
        };
        let random = &mut Random(u64::from(format.ggml()));
        let values: Vec<f32> = (0..outputs * inputs).map(|_| random.value()).collect();
        hash(FloatPanels::pack(arena, kind, outputs, inputs, &values).unwrap().as_bytes())
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn the_bytes_of_every_format_are_those_of_this_version() {
        // A difference here means: raise LAYOUT_VERSION, and only then write the new numbers down.
        let expected = [
            ("F32", 0xceff_1529_9251_eb9e),
            ("F16", 0x01fe_3bb4_1b8e_8388),
            ("BF16", 0xe475_82c3_07d2_f9e9),
            ("Q8_0", 0x6970_c210_b6e6_283a),
            ("Q4_0", 0x24d0_89ff_ce82_8c66),
            ("Q4_1", 0xbc73_a67e_5a13_aaf3),
            ("Q5_0", 0x0977_ae6d_e253_07f2),
            ("Q5_1", 0x1cb7_863e_dc2b_517f),
            ("Q2_K", 0x0fca_2de6_82c8_1535),
            ("Q3_K", 0x67d5_f9fb_b418_8666),
            ("Q4_K", 0x2601_8f5f_497b_2c8b),
            ("Q5_K", 0x220d_32cf_59c6_ccd7),
            ("Q6_K", 0x7678_7fdc_563c_0f26),
        ];
        let actual = Format::ALL.map(|format| (format.name(), laid(format)));
        assert_eq!((LAYOUT_VERSION, actual), (1, expected));
    }
}
