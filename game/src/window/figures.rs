//! The figures: one silhouette and one accent for each villager and the player, built from the kit, and their entities.
//!
//! Owns: what a figure is made of (body, head that turns, lamp) and its spawning. Refuses to know: where it stands and how it moves
//! (`walkers`). A figure looks along +z; its feet are at y = 0; metres.

mod bust;
mod parts;
mod trades;

use super::kit::Shape;
use super::matte::Matte;
use super::palette::AMBER;
use super::table::Table;
use super::walkers::{Drawn, Simulated};
use bevy::math::Vec3;
use bevy::prelude::*;
pub use bust::bust;
use engine_sim::ids::PersonId;
pub use trades::accent;

/// The key under which the player's figure is kept.
pub const PLAYER_KEY: &str = "player";
/// How much brighter than its colour a lamp's glass glows: enough for the bloom to find it.
const LAMP_GLOW: f32 = 3.0;
/// Across a lamp's glass, metres.
const LAMP_M: Vec3 = Vec3::new(0.15, 0.19, 0.15);

/// What a figure is made of.
#[derive(Clone)]
pub struct Model {
    /// All but the head.
    pub body: Shape,
    /// The head with what it wears, standing on the neck at its origin.
    pub head: Shape,
    /// The neck above the ground, metres.
    pub neck_m: f32,
    /// Where a lit lamp hangs, if one is carried.
    pub lamp: Option<Vec3>,
}

/// The model for a person's key; an unknown key gets a plain villager.
pub fn model(key: &str) -> Model {
    trades::model(key)
}

/// A person's figure: the root that stands on the ground and turns.
#[derive(Component, Debug, Clone, Copy)]
#[require(Simulated, Drawn)]
pub struct Figure {
    /// Whose it is; [`PersonId::PLAYER`] for the player's.
    pub who: PersonId,
    /// The neck above the ground, metres.
    pub neck_m: f32,
}

/// The part of a figure that bobs and leans.
#[derive(Component, Debug, Clone, Copy)]
pub struct Body {
    /// Whose it is.
    pub who: PersonId,
}

/// The part of a figure that turns towards who speaks.
#[derive(Component, Debug, Clone, Copy)]
pub struct Head {
    /// Whose it is.
    pub who: PersonId,
    /// The neck above the ground, metres.
    pub neck_m: f32,
}

/// The small lamp that hovers over whoever is thinking.
#[derive(Component, Debug, Clone, Copy)]
pub struct Thought;

/// A lit lamp that a figure carries.
#[derive(Component, Debug, Clone, Copy)]
pub struct CarriedLamp {
    /// Whose it is.
    pub who: PersonId,
}

/// A lamp's glass around the origin.
fn glass() -> Shape {
    let mut shape = Shape::new();
    parts::oval(&mut shape, Vec3::ZERO, LAMP_M, 3, AMBER);
    shape
}

/// Adds the figures.
pub fn plugin(app: &mut App) {
    app.add_systems(Startup, spawn);
}

fn spawn(
    mut commands: Commands,
    table: NonSend<Table>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<Matte>>,
) {
    let cloth = materials.add(Matte::default());
    let glow = materials.add(Matte::default().shining(LinearRgba::from(AMBER) * LAMP_GLOW));
    let glass = meshes.add(glass().mesh());
    let village = &table.screens.library.village;
    let people = village.people().map(|who| (who, village.villager(who).id.as_str()));
    for (who, key) in people.chain([(PersonId::PLAYER, PLAYER_KEY)]) {
        let Model { body, head, neck_m, lamp } = model(key);
        let body = (
            Body { who },
            Mesh3d(meshes.add(body.mesh())),
            MeshMaterial3d(cloth.clone()),
            Transform::default(),
        );
        let head = (
            Head { who, neck_m },
            Mesh3d(meshes.add(head.mesh())),
            MeshMaterial3d(cloth.clone()),
            Transform::from_xyz(0.0, neck_m, 0.0),
        );
        let root =
            (Figure { who, neck_m }, Transform::default(), Visibility::Hidden, Name::new(key.to_string()));
        commands.spawn(root).with_children(|root| {
            root.spawn(body).with_children(|body| {
                body.spawn(head);
                if let Some(at) = lamp {
                    body.spawn((
                        CarriedLamp { who },
                        Mesh3d(glass.clone()),
                        MeshMaterial3d(glow.clone()),
                        Transform::from_translation(at),
                    ));
                }
            });
        });
    }
    commands.spawn((Thought, Mesh3d(glass), MeshMaterial3d(glow), Transform::default(), Visibility::Hidden));
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::mesh::VertexAttributeValues;
    use engine_sim::content::Village;

    /// Triangles that one figure may have: all thirteen must stay a small part of the village.
    const TRIANGLES_MAX: usize = 1600;

    fn points(shape: Shape) -> Vec<Vec3> {
        let mesh = shape.mesh();
        match mesh.attribute(Mesh::ATTRIBUTE_POSITION) {
            Some(VertexAttributeValues::Float32x3(points)) => points.iter().map(|p| Vec3::from(*p)).collect(),
            _ => Vec::new(),
        }
    }

    fn everybody() -> Vec<String> {
        let village = Village::shipped().expect("the shipped village");
        village.villagers.iter().map(|v| v.id.clone()).chain([PLAYER_KEY.to_string()]).collect()
    }

    #[test]
    fn each_figure_stands_on_the_ground_and_is_about_a_person_high() {
        for key in everybody() {
            let model = model(&key);
            assert!(model.body.triangles() + model.head.triangles() < TRIANGLES_MAX, "{key} is too fine");
            let body = points(model.body);
            let head = points(model.head);
            let low = body.iter().fold(f32::MAX, |low, p| low.min(p.y));
            let top = head.iter().fold(0.0_f32, |top, p| top.max(p.y)) + model.neck_m;
            assert!((-0.02..0.05).contains(&low), "{key} hovers: {low}");
            assert!((1.4..2.25).contains(&top), "{key} is {top} m high");
            assert!(
                body.iter().chain(&head).all(|p| p.x.abs() < 1.1 && p.z.abs() < 1.1),
                "{key} is too wide"
            );
        }
    }

    #[test]
    fn no_two_figures_share_an_accent_or_a_silhouette() {
        let all = everybody();
        for (i, a) in all.iter().enumerate() {
            for b in &all[i + 1..] {
                let (x, y) = (accent(a), accent(b));
                let gap = (x.red - y.red).abs() + (x.green - y.green).abs() + (x.blue - y.blue).abs();
                assert!(gap > 0.06, "{a} and {b} wear the same accent ({gap})");
                assert!(points(model(a).head) != points(model(b).head), "{a} and {b} share a head");
            }
        }
    }

    #[test]
    fn a_face_looks_along_z() {
        for key in everybody() {
            let shape = trades::face_only(&key);
            let front = points(shape).iter().fold(0.0_f32, |front, p| front.max(p.z));
            assert!(front > 0.18, "{key} has no nose in front: {front}");
        }
    }
}
