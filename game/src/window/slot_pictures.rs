//! Slot pictures: what the village looked like when a game was saved, small and beside the save.
//!
//! Owns: taking the picture after a save, making it small, and reading one back from a file that may be anybody's. Refuses to know: where
//! it is shown (`panels::pictures`) and where saves lie (`saves`). A picture that fails costs nothing but itself. Source of what is read:
//! the PNG specification, third edition, sections 5.2 to 5.6.

use super::Frame;
use super::table::Table;
use crate::saves::{self, PICTURE_PX};
use bevy::asset::RenderAssetUsages;
use bevy::image::{CompressedImageFormats, ImageFormat, ImageSampler, ImageType};
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::tasks::IoTaskPool;
use std::path::Path;

/// The longest side that is read, in pixels: pictures of a later version may be larger.
const SIDE_PX_MAX: u32 = 1024;
/// The first bytes of a PNG.
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Chunks that a picture of ours may have; none of them can unfold into more than the picture.
const CHUNKS: [&[u8; 4]; 6] = [b"IHDR", b"IDAT", b"IEND", b"sRGB", b"gAMA", b"pHYs"];

/// Pixels of a picture, four bytes each: red, green, blue, cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Width and height.
    pub size_px: [usize; 2],
    /// Rows from the top.
    pub rgba: Vec<u8>,
}

/// Adds the taking.
pub fn plugin(app: &mut App) {
    app.add_systems(Update, take.in_set(Frame::Draw));
}

/// Takes a picture of what is on the screen for the save that was just written.
fn take(mut commands: Commands, mut table: NonSendMut<Table>, others: Query<(), With<Screenshot>>) {
    // Of two pictures in one frame only one would be taken.
    if table.screens.written.is_none() || !others.is_empty() {
        return;
    }
    let Some(save) = table.screens.written.take().filter(|_| table.screens.world.is_some()) else { return };
    commands.spawn(Screenshot::primary_window()).observe(move |captured: On<ScreenshotCaptured>| {
        let (image, save) = (captured.image.clone(), save.clone());
        let work = async move {
            if let Err(why) = write(&save, image) {
                warn!("no picture for {}: {why}", save.display());
            }
        };
        IoTaskPool::get().spawn(work).detach();
    });
}

fn write(save: &Path, image: Image) -> Result<(), String> {
    let png = small(image).ok_or("the picture cannot be made small")?;
    saves::write_picture(save, &png).map_err(|error| error.to_string())
}

/// A picture of the window as a PNG of [`PICTURE_PX`]: the middle of it, where the sides do not fit.
fn small(image: Image) -> Option<Vec<u8>> {
    let whole = image.try_into_dynamic().ok()?;
    let (width, height) = (whole.width(), whole.height());
    let (wide, high) = PICTURE_PX;
    if width.min(height) == 0 {
        return None;
    }
    // The largest part of the wanted shape.
    let scaled =
        |side: u32, by: u32, of: u32| u32::try_from(u64::from(side) * u64::from(by) / u64::from(of)).ok();
    let part_wide = scaled(height, wide, high)?.clamp(1, width);
    let part_high = scaled(part_wide, high, wide)?.clamp(1, height);
    let part = whole.crop_imm((width - part_wide) / 2, (height - part_high) / 2, part_wide, part_high);
    let mut png = std::io::Cursor::new(Vec::new());
    // What lies in the fourth part is brightness, not cover.
    let picture = part.thumbnail_exact(wide, high).to_rgb8();
    picture.write_to(&mut png, ImageFormat::Png.as_image_crate_format()?).ok()?;
    Some(png.into_inner())
}

/// The picture of a save; `None` where there is none that can be shown.
pub fn read(save: &Path) -> Option<Pixels> {
    decode(&saves::read_picture(save)?)
}

fn decode(png: &[u8]) -> Option<Pixels> {
    let (width, height) = size_of(png)?;
    if width.max(height) > SIDE_PX_MAX || width.min(height) == 0 {
        return None;
    }
    let kind = ImageType::Format(ImageFormat::Png);
    let (sampler, usage) = (ImageSampler::Default, RenderAssetUsages::default());
    let image = Image::from_buffer(png, kind, CompressedImageFormats::NONE, true, sampler, usage).ok()?;
    let rgba = image.try_into_dynamic().ok()?.to_rgba8();
    let size_px = [usize::try_from(rgba.width()).ok()?, usize::try_from(rgba.height()).ok()?];
    Some(Pixels { size_px, rgba: rgba.into_raw() })
}

/// Width and height of a PNG whose chunks are all harmless: the decoder itself knows no bounds.
fn size_of(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    if png.get(..SIGNATURE.len())? != SIGNATURE {
        return None;
    }
    let mut at = SIGNATURE.len();
    let size = (number(at + 8)?, number(at + 12)?);
    while at < png.len() {
        let length = usize::try_from(number(at)?).ok()?;
        let name = png.get(at + 4..at + 8)?;
        if !CHUNKS.iter().any(|chunk| name == chunk.as_slice())
            || (at == SIGNATURE.len()) != (name == b"IHDR")
        {
            return None;
        }
        // Length, name and checksum around the data.
        at = at.checked_add(length)?.checked_add(12)?;
    }
    (at == png.len()).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

    /// Dark, with a bright stripe down the middle.
    fn image(width: u32, height: u32) -> Image {
        let pixel = |i: u32| {
            let bright = (i % width).abs_diff(width / 2) < width / 8;
            if bright { [242, 165, 65, 255] } else { [14, 26, 43, 255] }
        };
        let pixels: Vec<u8> = (0..width * height).flat_map(pixel).collect();
        let size = Extent3d { width, height, depth_or_array_layers: 1 };
        let format = TextureFormat::Rgba8UnormSrgb;
        Image::new(size, TextureDimension::D2, pixels, format, RenderAssetUsages::default())
    }

    #[test]
    fn a_picture_of_any_window_is_small_whole_and_read_back() {
        for (width, height) in [(1600, 900), (640, 360), (900, 1600), (1000, 100), (3, 2), (1, 1)] {
            let png = small(image(width, height)).unwrap();
            assert!(png.len() <= saves::PICTURE_BYTES_MAX, "{width} by {height}: {} bytes", png.len());
            let pixels = decode(&png).unwrap_or_else(|| panic!("{width} by {height} cannot be read"));
            assert_eq!(pixels.size_px, [320, 180]);
            assert_eq!(pixels.rgba.len(), 320 * 180 * 4);
        }
        let pixels = decode(&small(image(1600, 900)).unwrap()).unwrap();
        let at = |x: usize, y: usize| pixels.rgba[(y * 320 + x) * 4];
        assert!(at(160, 90) > 200 && at(10, 90) < 60, "the stripe is not in the middle");
    }

    #[test]
    fn what_is_no_small_harmless_png_is_no_picture() {
        let png = small(image(320, 180)).unwrap();
        assert!(decode(&png).is_some());
        assert_eq!(decode(b""), None);
        assert_eq!(decode(b"not a picture"), None);
        for cut in [8, 20, 33, png.len() / 2, png.len() - 1] {
            assert_eq!(decode(&png[..cut]), None, "cut to {cut}");
        }
        let changed = |at: usize, bytes: &[u8]| {
            let mut png = png.clone();
            png[at..at + bytes.len()].copy_from_slice(bytes);
            png
        };
        assert_eq!(decode(&changed(16, &60_000_u32.to_be_bytes())), None, "wide as a field");
        assert_eq!(decode(&changed(16, &[0; 4])), None, "without width");
        assert_eq!(decode(&changed(12, b"IDAT")), None, "without a header");
        // A profile in front of the picture could unfold into anything.
        let mut unfolding = png[..33].to_vec();
        unfolding.extend(4_u32.to_be_bytes());
        unfolding.extend(b"iCCPabcd\0\0\0\0");
        unfolding.extend(&png[33..]);
        assert_eq!(decode(&unfolding), None);
        assert_eq!(decode(&changed(33, &u32::MAX.to_be_bytes())), None, "a chunk longer than the file");
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(take);
        system.initialize(&mut world);
    }
}
