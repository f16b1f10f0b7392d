//! Raster: triangles drawn sample by sample, the nearest kept, and samples made into a smooth picture.
//!
//! Owns: which samples a triangle covers, which of two triangles is nearer, and the picture. Refuses to know: cameras and light.
//! Lengths are in samples, y down; a greater depth is nearer. Source: Pineda, A Parallel Algorithm for Polygon Rasterization, 1988.

use bevy::color::Srgba;
use bevy::math::{Vec2, Vec3, Vec3Swizzles};
use bevy_egui::egui::{Color32, ColorImage};

/// How near the nearest thing is at each sample.
#[derive(Debug, Clone)]
pub struct Depths {
    wide: usize,
    tall: usize,
    nearest: Vec<f32>,
}

impl Depths {
    /// Nothing anywhere.
    pub fn new(wide: usize, tall: usize) -> Depths {
        Depths { wide, tall, nearest: vec![f32::NEG_INFINITY; wide * tall] }
    }

    /// Draws a triangle that is counter-clockwise to the eye: `put` gets each sample where it is nearest so far, with the weight of
    /// each corner there.
    pub fn draw(&mut self, corners: [Vec3; 3], mut put: impl FnMut(usize, Vec3)) {
        let [a, b, c] = corners.map(|corner| corner.xy());
        let area = (b - a).perp_dot(c - a);
        // Seen from behind, from its edge, or not a number.
        if area.is_nan() || area > -f32::EPSILON {
            return;
        }
        let (low, high) = (a.min(b).min(c), a.max(b).max(c));
        let span = |low: f32, high: f32, most: usize| {
            low.max(0.0) as usize..(high.max(-1.0) + 1.0).min(most as f32) as usize
        };
        for y in span(low.y, high.y, self.tall) {
            for x in span(low.x, high.x, self.wide) {
                let at = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                let weights =
                    Vec3::new((c - b).perp_dot(at - b), (a - c).perp_dot(at - c), (b - a).perp_dot(at - a))
                        / area;
                let depth = weights.dot(Vec3::new(corners[0].z, corners[1].z, corners[2].z));
                let sample = y * self.wide + x;
                if weights.min_element() >= 0.0 && depth > self.nearest[sample] {
                    self.nearest[sample] = depth;
                    put(sample, weights);
                }
            }
        }
    }

    /// The greatest depth at a place; outside there is nothing.
    pub fn at(&self, at: Vec2) -> f32 {
        if at.min_element() < 0.0 || at.x >= self.wide as f32 || at.y >= self.tall as f32 {
            return f32::NEG_INFINITY;
        }
        self.nearest[at.y as usize * self.wide + at.x as usize]
    }
}

/// What is seen at a sample: which facet, and the weight of each of its corners there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its row among the facets.
    pub facet: usize,
    /// Together 1.
    pub weights: Vec3,
}

/// A picture of so many pixels, of `share` by `share` samples each: `light` is that of a hit, `behind` that of a pixel where a
/// sample hits nothing. A pixel all on one facet is lit once.
pub fn picture(
    size_px: [usize; 2],
    share: usize,
    hits: &[Option<Hit>],
    light: impl Fn(Hit) -> Vec3,
    behind: impl Fn(usize) -> Vec3,
) -> ColorImage {
    let mean = |i: usize| {
        let first = (i / size_px[0] * size_px[0] * share + i % size_px[0]) * share;
        let samples = || (0..share * share).map(|s| hits[first + s / share * size_px[0] * share + s % share]);
        let facet = |hit: Option<Hit>| hit.map(|hit| hit.facet);
        if samples().all(|hit| facet(hit) == facet(hits[first])) {
            return hits[first].map_or_else(|| behind(i), &light);
        }
        let behind = behind(i);
        samples().map(|hit| hit.map_or(behind, &light)).sum::<Vec3>() / (share * share) as f32
    };
    let byte = |light: f32| (Srgba::gamma_function_inverse(light) * 255.0 + 0.5) as u8;
    let pixels = (0..size_px[0] * size_px[1]).map(|i| {
        let [r, g, b] = mean(i).to_array().map(byte);
        Color32::from_rgb(r, g, b)
    });
    ColorImage::new(size_px, pixels.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A triangle over the lower left half of a square of so many samples, at a depth, seen from its front.
    fn half(side: f32, depth: f32) -> [Vec3; 3] {
        [Vec3::new(0.0, 0.0, depth), Vec3::new(0.0, side, depth), Vec3::new(side, side, depth)]
    }

    fn covered(depths: &mut Depths, corners: [Vec3; 3]) -> usize {
        let mut count = 0;
        depths.draw(corners, |_, weights| {
            assert!((weights.element_sum() - 1.0).abs() < 1e-3 && weights.min_element() >= 0.0, "{weights}");
            count += 1;
        });
        count
    }

    #[test]
    fn the_nearest_is_kept_whatever_comes_first() {
        let mut depths = Depths::new(8, 8);
        assert_eq!(covered(&mut depths, half(8.0, 1.0)), 36);
        assert_eq!(covered(&mut depths, half(8.0, 0.5)), 0, "it is behind");
        assert_eq!(covered(&mut depths, half(8.0, 2.0)), 36, "it is before");
        assert!((depths.at(Vec2::new(1.5, 6.5)) - 2.0).abs() < 1e-5);
        assert_eq!(depths.at(Vec2::new(6.5, 1.5)), f32::NEG_INFINITY);
        assert_eq!(depths.at(Vec2::new(-0.5, 9.0)), f32::NEG_INFINITY);
    }

    #[test]
    fn what_is_seen_from_behind_or_out_of_the_picture_is_not_drawn() {
        let mut depths = Depths::new(8, 8);
        let [a, b, c] = half(8.0, 1.0);
        assert_eq!(covered(&mut depths, [a, c, b]), 0);
        assert_eq!(covered(&mut depths, [a, b, b]), 0);
        assert_eq!(covered(&mut depths, [a, b, Vec3::NAN]), 0);
        assert_eq!(covered(&mut depths, [a, b, c].map(|corner| corner - Vec3::X * 20.0)), 0);
        assert_eq!(covered(&mut depths, [a, b, c].map(|corner| corner + Vec3::Y * 20.0)), 0);
    }

    #[test]
    fn an_edge_through_a_pixel_is_blended_in_linear_light() {
        let hit = Some(Hit { facet: 0, weights: Vec3::X });
        // Two pixels of two by two samples: the left one whole, the right one half on the facet.
        let hits = [hit, hit, hit, None, hit, hit, hit, None];
        let image = picture([2, 1], 2, &hits, |_| Vec3::ONE, |_| Vec3::ZERO);
        assert_eq!(image.pixels[0], Color32::WHITE);
        let half = image.pixels[1];
        assert_eq!((half.r(), half.g(), half.b()), (188, 188, 188));
    }
}
