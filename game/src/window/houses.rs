//! The houses and open places: fourteen, each told apart at a glance.
//!
//! Owns: which shape stands on which site, the panes that are lit, the fires that never go out. Refuses to know: the hour; `light`
//! turns the panes on and off.

pub mod dwellings;
pub mod lots;
pub mod open;
pub mod parts;
pub mod trades;

use super::Frame;
use super::ground::Ground;
use super::kit::{Paint, Shape};
use super::light::{Glows, Hearths};
use super::matte::Matte;
use super::palette::{AMBER, EMBER, blend};
use super::plan::{Plan, Site};
use super::scene::Scene;
use super::weather::Chimneys;
use bevy::math::{Affine3A, Quat};
use bevy::prelude::*;
use parts::Build;

/// Seed of every house's crookedness; a site's place in the plan is added.
const SEED: u64 = 0xe3be;
/// How brightly a lit pane and a fire shine.
const PANE_SHINE: f32 = 2.2;
const FIRE_SHINE: f32 = 5.0;
/// The same while a mind finds the words.
const FIRE_SHINE_MIND: f32 = 7.0;

/// The materials of what shines.
#[derive(Resource, Clone, Debug)]
pub struct Glow {
    /// Panes and lamps.
    pub panes: Handle<Matte>,
    /// Fires.
    pub fires: Handle<Matte>,
}

/// The house of a site, door towards +z; none for a key it does not know.
pub fn build(site: &Site, seed: u64) -> Option<Build> {
    let raise: fn(&mut Build) = match site.key.as_str() {
        "emberhouse" => dwellings::emberhouse,
        "lantern" => dwellings::lantern,
        "smithy" => trades::smithy,
        "mill" => trades::mill,
        "bakery" => trades::bakery,
        "chapel" => dwellings::chapel,
        "market" => open::market,
        "well" => open::well,
        "herbhouse" => dwellings::herbhouse,
        "bridge" => open::bridge,
        "woodyard" => trades::woodyard,
        "gate" => open::gate,
        "stable" => trades::stable,
        "moothall" => dwellings::moothall,
        _ => return None,
    };
    let mut build = Build::new(SEED ^ seed);
    raise(&mut build);
    Some(build.done())
}

/// Where a site's house stands and how it is turned.
fn stand(site: &Site, ground: &Ground) -> Affine3A {
    let ahead =
        if site.key == "bridge" { site.at + site.door * super::ground::lanes::DECK_AHEAD_M } else { site.at };
    let turn = Quat::from_rotation_y(site.door.x.atan2(site.door.y));
    Affine3A::from_rotation_translation(turn, Plan::lift(site.at, ground.plain(ahead)))
}

/// Every house as it stands: its site's key, its walls, panes and fires, and where its warm light belongs.
pub fn raise(plan: &Plan, ground: &Ground) -> Vec<(String, Build)> {
    let mut houses = Vec::new();
    for (i, site) in plan.sites.iter().enumerate() {
        let Some(house) = build(site, i as u64) else { continue };
        let to = stand(site, ground);
        let mut moved = Build::new(0);
        moved.solid.add(&house.solid, to);
        moved.lit.add(&house.lit, to);
        moved.fire.add(&house.fire, to);
        moved.warm = to.transform_point3(house.warm);
        moved.smoke = house.smoke.iter().map(|at| to.transform_point3(*at)).collect();
        houses.push((site.key.clone(), moved));
    }
    houses
}

/// Adds the houses.
pub fn plugin(app: &mut App) {
    app.add_systems(PreStartup, kindle);
    app.add_systems(Startup, settle);
    app.add_systems(Update, tend.in_set(Frame::Draw));
}

fn kindle(mut commands: Commands, mut materials: ResMut<Assets<Matte>>) {
    let mut shining =
        |colour, shine: f32| materials.add(Matte::tinted(colour).shining(shine_of(colour, shine)));
    let glow = Glow { panes: shining(AMBER, PANE_SHINE), fires: shining(EMBER, FIRE_SHINE) };
    commands.insert_resource(glow);
}

/// What something of a colour shines with.
fn shine_of(colour: Srgba, shine: f32) -> LinearRgba {
    blend(colour, AMBER, 0.4) * shine
}

/// Fires burn higher while a mind finds the words.
fn tend(scene: Res<Scene>, glow: Res<Glow>, mut materials: ResMut<Assets<Matte>>, mut is_high: Local<bool>) {
    if *is_high == scene.mind {
        return;
    }
    *is_high = scene.mind;
    let shine = if scene.mind { FIRE_SHINE_MIND } else { FIRE_SHINE };
    if let Some(mut fires) = materials.get_mut(&glow.fires) {
        fires.set_shine(shine_of(EMBER, shine));
    }
}

fn settle(
    mut commands: Commands,
    plan: Res<Plan>,
    ground: Res<Ground>,
    paint: Res<Paint>,
    glow: Res<Glow>,
    mut meshes: ResMut<Assets<Mesh>>,
    (mut hearths, mut chimneys): (ResMut<Hearths>, ResMut<Chimneys>),
) {
    let (mut panes, mut fires) = (Shape::new(), Shape::new());
    for (_, house) in raise(&plan, &ground) {
        hearths.0.push(house.warm);
        chimneys.0.extend(&house.smoke);
        panes.add(&house.lit, Affine3A::IDENTITY);
        fires.add(&house.fire, Affine3A::IDENTITY);
        commands.spawn((
            Name::new("house"),
            Mesh3d(meshes.add(house.solid.mesh())),
            MeshMaterial3d(paint.0.clone()),
        ));
    }
    let (panes, fires) = (meshes.add(panes.mesh()), meshes.add(fires.mesh()));
    commands.spawn((Glows, Name::new("panes"), Mesh3d(panes), MeshMaterial3d(glow.panes.clone())));
    commands.spawn((Name::new("fires"), Mesh3d(fires), MeshMaterial3d(glow.fires.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::houses::lots::Lot;
    use bevy::math::Vec2;
    use engine_sim::library::Library;

    /// Fewest triangles of a house that reads as one, and most of all houses together.
    const HOUSE_TRIANGLES_MIN: usize = 400;
    const HOUSES_TRIANGLES_MAX: usize = 50_000;

    fn plan() -> Plan {
        Plan::of(&Library::shipped().expect("library").village)
    }

    #[test]
    fn every_site_has_its_house_within_the_budget() {
        let plan = plan();
        let houses = raise(&plan, &Ground::of(&plan));
        assert_eq!(houses.len(), plan.sites.len());
        let mut sum = 0;
        for (key, house) in &houses {
            let (count, shines) = (house.solid.triangles(), house.lit.triangles() + house.fire.triangles());
            assert!(count > HOUSE_TRIANGLES_MIN, "{key}: {count}");
            assert!(shines > 0, "{key} is dark");
            let (low, high) = house.solid.bounds().expect("finite");
            assert!((high - low).max_element() < 34.0, "{key}: {low} to {high}");
            assert!(high.y > 3.0, "{key}: {high}");
            sum += count + shines;
        }
        assert!(sum < HOUSES_TRIANGLES_MAX, "{sum}");
        assert_eq!(raise(&plan, &Ground::of(&plan)).len(), plan.sites.len());
    }

    #[test]
    fn the_same_seed_builds_the_same_house() {
        let plan = plan();
        for site in &plan.sites {
            let print = |seed| build(site, seed).expect("house").solid.print();
            assert_eq!(print(3), print(3), "{}", site.key);
            assert_ne!(print(3), print(4), "{}", site.key);
        }
    }

    #[test]
    fn those_who_stand_before_a_door_stand_in_no_wall() {
        let plan = plan();
        for site in plan.sites.iter().filter(|s| s.key != "bridge") {
            for aside in [-3.0, 0.0, 3.0] {
                let at = site.at + site.door * 5.0 + site.door.perp() * aside;
                assert!(Lot::of(site).gap(at) > 0.3, "{}", site.key);
            }
            assert!(Lot::of(site).gap(site.at) <= 0.0 || site.key == "gate", "{}", site.key);
            assert!((Lot::of(site).gap(site.at + Vec2::splat(100.0))) > 50.0);
        }
    }
}
