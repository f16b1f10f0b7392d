//! Photo: a picture of the village without panels, into the data directory.
//!
//! Owns: taking the picture when the panels have asked for it, naming its file, telling how it went. Refuses to know: the mode itself
//! (`panels` hides what is written and asks) and the eye (`camera` lets it go free).

use super::Frame;
use super::apply::Home;
use super::panels::Wishes;
use super::table::Table;
use super::words::Words;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use std::path::{Path, PathBuf};

/// The folder in the data directory.
pub const FOLDER: &str = "pictures";
/// Pictures of one second at most; beyond it the last is written over.
const SAME_SECOND_MAX: u32 = 100;

/// Pictures that were taken and have not been told yet: the file, or why there is none.
#[derive(Resource, Default)]
struct Taken(Vec<Result<PathBuf, String>>);

/// Adds it.
pub fn plugin(app: &mut App) {
    app.init_resource::<Taken>();
    app.add_systems(Update, (take, tell).chain().in_set(Frame::Gather));
}

/// A name that no file has yet: by the second, then counted.
fn free_name(folder: &Path, now_s: u64) -> PathBuf {
    let name = |n: u32| match n {
        1 => folder.join(format!("emberwick-{now_s}.png")),
        n => folder.join(format!("emberwick-{now_s}-{n}.png")),
    };
    let free = (1..SAME_SECOND_MAX).map(name).find(|path| !path.exists());
    free.unwrap_or_else(|| name(SAME_SECOND_MAX))
}

fn take(mut commands: Commands, mut wishes: ResMut<Wishes>, home: Res<Home>, table: NonSend<Table>) {
    if !wishes.picture {
        return;
    }
    wishes.picture = false;
    let folder = home.0.join(FOLDER);
    let now_s = table.screens.today_s + table.screens.now_ms / 1000;
    commands.spawn(Screenshot::primary_window()).observe(
        move |captured: On<ScreenshotCaptured>, mut taken: ResMut<Taken>| {
            taken.0.push(write(&folder, now_s, captured.image.clone()));
        },
    );
}

/// Writes a picture as PNG.
fn write(folder: &Path, now_s: u64, image: Image) -> Result<PathBuf, String> {
    let picture = image.try_into_dynamic().map_err(|e| e.to_string())?;
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let path = free_name(folder, now_s);
    // What lies in the fourth part is brightness, not cover.
    picture.to_rgb8().save(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

fn tell(mut taken: ResMut<Taken>, words: Res<Words>, mut table: NonSendMut<Table>) {
    if taken.0.is_empty() {
        return;
    }
    for picture in std::mem::take(&mut taken.0) {
        match picture {
            Ok(path) => {
                let path = path.display().to_string();
                table.screens.tell(words.say("photo-saved", &[("path", path.into())]), false);
            }
            Err(why) => table.screens.tell(words.say("error-photo", &[("why", why.into())]), true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::asset::RenderAssetUsages;
    use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

    fn image() -> Image {
        let size = Extent3d { width: 2, height: 1, depth_or_array_layers: 1 };
        let pixels = vec![242, 165, 65, 255, 14, 26, 43, 255];
        let format = TextureFormat::Rgba8UnormSrgb;
        Image::new(size, TextureDimension::D2, pixels, format, RenderAssetUsages::default())
    }

    #[test]
    fn pictures_of_one_second_have_names_of_their_own() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(FOLDER);
        let first = write(&folder, 1_769_860_000, image()).unwrap();
        let second = write(&folder, 1_769_860_000, image()).unwrap();
        assert_ne!(first, second);
        for path in [first, second] {
            assert!(std::fs::read(path).unwrap().starts_with(b"\x89PNG"));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("file");
        std::fs::write(&folder, "in the way").unwrap();
        let why = write(&folder, 1, image()).unwrap_err();
        assert!(why.contains("file"), "{why}");
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(take);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(tell);
        system.initialize(&mut world);
    }
}
