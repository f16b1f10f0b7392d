//! Footprints: what walkers leave in the snow, for a while.
//!
//! Owns: a ring of prints in one mesh, their fading. Refuses to know: who walks.

use crate::window::Frame;
use crate::window::matte::Matte;
use crate::window::palette::{DUSK, SNOW_SHADE, blend};
use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::color::ColorToComponents;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;

/// Prints that are kept.
const PRINTS_MAX: usize = 600;
/// Between a left and a right print, metres along the way, and from its middle to either side.
pub const STRIDE_M: f32 = 0.62;
const ASIDE_M: f32 = 0.13;
/// Half of a print: width and length, metres.
const HALF_M: Vec2 = Vec2::new(0.075, 0.15);
/// Above the snow, so that the snow does not cover it.
const ABOVE_M: f32 = 0.035;
/// How long snow takes to fill a print, seconds, and how dark a fresh one is.
const FADE_S: f32 = 90.0;
const FRESH_ALPHA: f32 = 0.55;
/// Between two repaints of all prints, seconds.
const REPAINT_S: f32 = 0.25;

/// One print.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Print {
    at: Vec3,
    along: Vec2,
    made_s: f32,
}

/// The ring of prints.
#[derive(Resource, Debug, Default)]
pub struct Prints {
    ring: Vec<Print>,
    next: usize,
    changed: bool,
    painted_s: f32,
}

impl Prints {
    /// A foot comes down: the left one or the right of who walks at `at`.
    pub fn step(&mut self, at: Vec3, along: Vec2, left: bool, now_s: f32) {
        let right = Vec3::new(-along.y, 0.0, along.x) * if left { -ASIDE_M } else { ASIDE_M };
        let print = Print { at: at + right, along, made_s: now_s };
        if self.ring.len() < PRINTS_MAX {
            self.ring.push(print);
        } else {
            self.ring[self.next] = print;
        }
        self.next = (self.next + 1) % PRINTS_MAX;
        self.changed = true;
    }

    /// Fresh snow over all.
    pub fn clear(&mut self) {
        self.ring.clear();
        self.next = 0;
        self.changed = true;
    }
}

/// How much of a print is left after `age` seconds, 0..=1.
fn left_of(age_s: f32) -> f32 {
    (1.0 - age_s / FADE_S).clamp(0.0, 1.0)
}

/// The mesh that shows the prints.
#[derive(Component)]
struct Trodden(Handle<Mesh>);

/// Adds footprints.
pub fn plugin(app: &mut App) {
    app.init_resource::<Prints>();
    app.add_systems(Startup, spawn);
    app.add_systems(Update, paint.in_set(Frame::Draw));
}

fn spawn(mut commands: Commands, mut meshes: ResMut<Assets<Mesh>>, mut materials: ResMut<Assets<Matte>>) {
    let mesh = meshes.add(empty());
    let material = materials.add(Matte::default().sheer());
    commands.spawn((
        Trodden(mesh.clone()),
        Mesh3d(mesh),
        MeshMaterial3d(material),
        NoFrustumCulling,
        NotShadowCaster,
        NotShadowReceiver,
    ));
}

/// All quads at once, out of sight: the mesh never changes its size.
fn empty() -> Mesh {
    let quads = PRINTS_MAX as u32;
    let indices = (0..quads).flat_map(|q| [0, 1, 2, 0, 2, 3].map(|i| q * 4 + i)).collect();
    let corners = PRINTS_MAX * 4;
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::all())
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, vec![[0.0_f32; 3]; corners])
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, vec![[0.0_f32, 1.0, 0.0]; corners])
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, vec![[0.0_f32; 4]; corners])
        .with_inserted_indices(Indices::U32(indices))
}

fn paint(
    mut prints: ResMut<Prints>,
    time: Res<Time>,
    trodden: Query<&Trodden>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let now_s = time.elapsed_secs();
    let due = now_s - prints.painted_s >= REPAINT_S;
    if !due || (prints.ring.is_empty() && !prints.changed) {
        return;
    }
    prints.painted_s = now_s;
    prints.changed = false;
    let Ok(trodden) = trodden.single() else { return };
    let Some(mut mesh) = meshes.get_mut(&trodden.0) else { return };
    let (positions, colours) = quads(&prints.ring, now_s);
    mesh.insert_attribute(Mesh::ATTRIBUTE_POSITION, positions);
    mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, colours);
}

/// Corners and colours of all prints, padded to the ring's size with nothing.
fn quads(ring: &[Print], now_s: f32) -> (Vec<[f32; 3]>, Vec<[f32; 4]>) {
    let tint = blend(SNOW_SHADE, DUSK, 0.6);
    let mut positions = vec![[0.0; 3]; PRINTS_MAX * 4];
    let mut colours = vec![[0.0; 4]; PRINTS_MAX * 4];
    for (i, print) in ring.iter().take(PRINTS_MAX).enumerate() {
        let colour = tint.with_alpha(FRESH_ALPHA * left_of(now_s - print.made_s)).to_f32_array();
        let (long, wide) = (print.along * HALF_M.y, Vec2::new(-print.along.y, print.along.x) * HALF_M.x);
        // Counter-clockwise from above, with z to the south.
        let corners = [long - wide, -long - wide, -long + wide, long + wide];
        for (j, corner) in corners.into_iter().enumerate() {
            positions[i * 4 + j] = (print.at + Vec3::new(corner.x, ABOVE_M, corner.y)).to_array();
            colours[i * 4 + j] = colour;
        }
    }
    (positions, colours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_is_bounded_and_forgets_the_oldest() {
        let mut prints = Prints::default();
        for i in 0..PRINTS_MAX + 5 {
            prints.step(Vec3::X * i as f32, Vec2::X, i % 2 == 0, i as f32);
        }
        assert_eq!(prints.ring.len(), PRINTS_MAX);
        assert_eq!(prints.ring[4].made_s, (PRINTS_MAX + 4) as f32);
        assert_eq!(prints.ring[5].made_s, 5.0);
    }

    #[test]
    fn a_print_looks_up_and_fades_to_nothing() {
        let mut prints = Prints::default();
        prints.step(Vec3::ZERO, Vec2::new(0.6, 0.8), true, 0.0);
        let (positions, fresh) = quads(&prints.ring, 0.0);
        let [a, b, c] = [0, 1, 2].map(|i| Vec3::from(positions[i]));
        assert!((b - a).cross(c - a).y > 0.0, "the print is seen from below only");
        assert!(fresh[0][3] > 0.5 && quads(&prints.ring, FADE_S * 0.5).1[0][3] < fresh[0][3]);
        assert_eq!(quads(&prints.ring, FADE_S + 1.0).1[0][3], 0.0);
    }
}
