//! The ground: snow, paths trodden into it, the frozen stream.
//!
//! Owns: the height of the ground, the lanes on it and their mesh. Refuses to know: what stands on it.

pub mod lanes;
pub mod skin;

use super::houses::lots::Lot;
use super::kit::Paint;
use super::matte::Matte;
use super::plan::{Plan, Site};
use bevy::math::Vec2;
use bevy::prelude::*;
use engine_sim::ids::PlaceId;
use lanes::{DECK_AHEAD_M, DECK_HALF_M, Lane, line_gap};

/// How high the villagers' sites lie above the square, metres.
const LEVELS: [(&str, f32); 7] = [
    ("chapel", 1.5),
    ("gate", 0.7),
    ("herbhouse", 0.6),
    ("woodyard", 0.9),
    ("stable", 0.4),
    ("lantern", 0.2),
    ("bakery", -0.1),
];
/// Around a site the ground is flat, metres, and wild from the second on.
const FLAT_M: f32 = 7.0;
const WILD_M: f32 = 13.0;
/// Beside a lane's middle the ground is flat, metres, and wild from the second on.
const LANE_FLAT_M: f32 = 1.9;
const LANE_WILD_M: f32 = 7.0;
/// Half a lane's width, metres.
pub const LANE_HALF_M: f32 = 1.25;
/// How deep it is trodden, metres.
const LANE_DEEP_M: f32 = 0.1;
/// The snow thrown up beside a lane, metres.
const BANK_M: f32 = 0.16;
/// Height of the drifts, metres.
const DRIFT_M: f32 = 1.1;
/// Lengths of the drifts' two waves, metres.
const DRIFT_LONG_M: f32 = 15.0;
const DRIFT_SHORT_M: f32 = 6.0;
/// The stream's bed, metres: half its floor.
const BED_HALF_M: f32 = 2.0;
/// Half its width from brim to brim, metres.
pub const BRIM_HALF_M: f32 = 4.6;
/// How deep it is, metres.
const BED_DEEP_M: f32 = 1.25;
/// How far the ice lies below the brim, metres.
pub const ICE_DOWN_M: f32 = 0.7;
/// The stream's middle, metres on the plan, north to south; it passes under the bridge and by the mill's wheel.
const STREAM: [(f32, f32); 16] = [
    (-50.0, -160.0),
    (-53.0, -90.0),
    (-55.0, -60.0),
    (-56.0, -40.0),
    (-55.0, -22.0),
    (-52.0, -8.0),
    (-47.0, 5.0),
    (-43.8, 15.0),
    (-43.3, 23.5),
    (-46.0, 29.5),
    (-54.0, 32.5),
    (-63.0, 35.0),
    (-69.5, 39.5),
    (-70.5, 47.0),
    (-68.0, 60.0),
    (-72.0, 130.0),
];
/// Half the width of the bridge's deck, metres.
pub const DECK_SIDE_M: f32 = 2.7;
/// How high its middle rises, metres.
pub const DECK_RISE_M: f32 = 1.25;
/// The hills: the ellipse on which they begin, metres, where they are full (part of the ellipse), heights north and south, metres.
const RIM_M: Vec2 = Vec2::new(90.0, 68.0);
const RIM_FULL: f32 = 1.75;
const HILL_NORTH_M: f32 = 26.0;
const HILL_SOUTH_M: f32 = 9.0;
/// How much the ice mirrors.
const ICE_GLOSS: f32 = 0.5;
/// Beyond this part of the hills' ellipse the stream lies under snow.
const STREAM_END: f32 = 1.42;
/// Distance beyond which nothing asks for a lane, metres.
const FAR_M: f32 = 12.0;

/// The ground of a plan.
#[derive(Resource, Debug, Clone)]
pub struct Ground {
    levels: Vec<(Vec2, f32)>,
    lots: Vec<Lot>,
    lanes: Vec<Lane>,
    stream: Vec<Vec2>,
    deck: Option<(Vec2, Vec2)>,
}

impl Ground {
    /// The ground under a plan.
    pub fn of(plan: &Plan) -> Ground {
        let level = |site: &Site| LEVELS.iter().find(|l| l.0 == site.key).map_or(0.0, |l| l.1);
        Ground {
            levels: plan.sites.iter().map(|s| (s.at, level(s))).collect(),
            lots: plan.sites.iter().map(Lot::of).collect(),
            lanes: lanes::lanes(plan),
            stream: stream(),
            deck: plan
                .sites
                .iter()
                .find(|s| s.key == "bridge")
                .map(|s| (s.at + s.door * DECK_AHEAD_M, s.door.perp())),
        }
    }

    /// The height of what one walks on at a point of the plan, metres: the snow, or the bridge's deck.
    pub fn height(&self, at: Vec2) -> f32 {
        self.snow(at).max(self.deck_height(at).unwrap_or(f32::NEG_INFINITY))
    }

    /// The lane from one place to another, yard to yard, if there is a way.
    pub fn lane(&self, from: PlaceId, to: PlaceId) -> Option<Vec<Vec2>> {
        let found = |ends| self.lanes.iter().find(|lane| lane.ends == Some(ends));
        found((from, to))
            .map(|lane| lane.points.clone())
            .or_else(|| found((to, from)).map(|lane| lane.points.iter().rev().copied().collect()))
    }

    /// All lanes.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// Metres from a point to the middle of the nearest lane, at most twelve.
    pub fn lane_gap(&self, at: Vec2) -> f32 {
        self.lanes.iter().map(|lane| lane.gap(at, FAR_M)).fold(FAR_M, f32::min)
    }

    /// Metres from a point to the nearest house's edge; negative inside.
    pub fn lot_gap(&self, at: Vec2) -> f32 {
        self.lots.iter().map(|lot| lot.gap(at)).fold(f32::INFINITY, f32::min)
    }

    /// Metres from a point to the nearest place's middle.
    pub fn site_gap(&self, at: Vec2) -> f32 {
        self.levels.iter().map(|l| l.0.distance(at)).fold(f32::INFINITY, f32::min)
    }

    /// Metres from a point to the middle of the stream.
    pub fn stream_gap(&self, at: Vec2) -> f32 {
        line_gap(&self.stream, at)
    }

    /// The stream's middle, north to south.
    pub fn stream(&self) -> &[Vec2] {
        &self.stream
    }

    /// The deck's height, where there is deck.
    fn deck_height(&self, at: Vec2) -> Option<f32> {
        let (middle, along) = self.deck?;
        let from = at - middle;
        let (far, aside) = (from.dot(along) / DECK_HALF_M, from.dot(along.perp()).abs());
        let (far, aside_max) = (far.abs(), DECK_SIDE_M);
        (far < 1.0 && aside < aside_max).then(|| self.plain(middle) + deck_rise(far))
    }

    /// The height of the snow, metres.
    pub fn snow(&self, at: Vec2) -> f32 {
        let (lane, site) = (self.lane_gap(at), self.site_gap(at));
        let open = smoothstep(FLAT_M, WILD_M, site);
        let stream = self.stream_gap(at);
        let dry = smoothstep(BRIM_HALF_M, BRIM_HALF_M * 2.4, stream);
        let wild = smoothstep(LANE_FLAT_M, LANE_WILD_M, lane) * open * dry;
        let drift = DRIFT_M * (noise(at / DRIFT_LONG_M) * 0.7 + noise(at / DRIFT_SHORT_M + 31.0) * 0.3);
        let trodden = LANE_DEEP_M * (1.0 - smoothstep(LANE_HALF_M * 0.6, LANE_HALF_M * 1.3, lane));
        let bank = BANK_M * (-((lane - LANE_HALF_M * 1.9) / 0.7).powi(2)).exp() * smoothstep(3.0, 7.0, site);
        let on_deck = self.deck.is_some_and(|(middle, _)| middle.distance(at) < DECK_HALF_M + 2.0);
        let causeway = if on_deck { 1.0 } else { smoothstep(LANE_HALF_M, LANE_HALF_M + 1.8, lane) };
        let bed = BED_DEEP_M * (1.0 - smoothstep(BED_HALF_M, BRIM_HALF_M, stream)) * causeway;
        let bed = bed * (1.0 - smoothstep(STREAM_END, STREAM_END + 0.15, (at / RIM_M).length()));
        self.plain(at) + drift * wild + bank - trodden - bed
    }

    /// The lie of the land without drifts, lanes and stream, metres.
    pub fn plain(&self, at: Vec2) -> f32 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (site, level) in &self.levels {
            let weight = (site.distance(at) - FLAT_M).max(0.25).powi(-2);
            sum += weight * level;
            weights += weight;
        }
        let out = (at / RIM_M).length();
        let rise = smoothstep(1.0, RIM_FULL, out + noise(at / 30.0) * 0.12);
        let hill = HILL_NORTH_M + (HILL_SOUTH_M - HILL_NORTH_M) * smoothstep(-60.0, 40.0, at.y);
        sum / weights.max(1e-6) + rise * hill * (0.85 + 0.35 * noise(at / 24.0 + 7.0))
    }
}

/// The bridge's rise at `far` of half its length from its middle.
pub fn deck_rise(far: f32) -> f32 {
    DECK_RISE_M * (1.0 - far * far).max(0.0)
}

/// The stream's middle, rounded.
fn stream() -> Vec<Vec2> {
    smooth(&STREAM.map(|(x, z)| Vec2::new(x, z)))
}

/// A rounder line through the same country: Chaikin's corner cutting, three times.
fn smooth(points: &[Vec2]) -> Vec<Vec2> {
    let mut line = points.to_vec();
    for _ in 0..3 {
        let mut next = vec![line[0]];
        for ends in line.windows(2) {
            next.push(ends[0].lerp(ends[1], 0.25));
            next.push(ends[0].lerp(ends[1], 0.75));
        }
        next.push(line[line.len() - 1]);
        line = next;
    }
    line
}

/// Zero below `from`, one above `to`, smooth between.
pub fn smoothstep(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Smooth value noise, -1..=1, the same for ever.
pub fn noise(at: Vec2) -> f32 {
    let corner = at.floor();
    let part = at - corner;
    let part = part * part * (Vec2::splat(3.0) - part * 2.0);
    let value = |x: f32, z: f32| {
        let mut h = (corner.x as i32 + x as i32) as u32;
        h = h.wrapping_mul(0x9e37_79b1) ^ ((corner.y as i32 + z as i32) as u32).wrapping_mul(0x85eb_ca77);
        h ^= h >> 15;
        h = h.wrapping_mul(0x2c1b_3c6d);
        h ^= h >> 12;
        h = h.wrapping_mul(0x297a_2d39);
        (h >> 16) as f32 / 32767.5 - 1.0
    };
    let north = value(0.0, 0.0) + (value(1.0, 0.0) - value(0.0, 0.0)) * part.x;
    let south = value(0.0, 1.0) + (value(1.0, 1.0) - value(0.0, 1.0)) * part.x;
    north + (south - north) * part.y
}

/// Adds the ground.
pub fn plugin(app: &mut App) {
    app.add_systems(PreStartup, prepare);
    app.add_systems(Startup, lay);
}

fn prepare(mut commands: Commands, plan: Res<Plan>, mut materials: ResMut<Assets<Matte>>) {
    commands.insert_resource(Ground::of(&plan));
    commands.insert_resource(Paint(materials.add(Matte::default())));
}

fn lay(
    mut commands: Commands,
    plan: Res<Plan>,
    ground: Res<Ground>,
    paint: Res<Paint>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<Matte>>,
) {
    let snow = meshes.add(skin::snow(&plan, &ground));
    commands.spawn((Name::new("snow"), Mesh3d(snow), MeshMaterial3d(paint.0.clone())));
    let glossy = materials.add(Matte::default().glossy(ICE_GLOSS));
    let ice = meshes.add(skin::ice(&ground));
    commands.spawn((Name::new("ice"), Mesh3d(ice), MeshMaterial3d(glossy)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::library::Library;

    fn ground() -> (Plan, Ground) {
        let plan = Plan::of(&Library::shipped().expect("library").village);
        let ground = Ground::of(&plan);
        (plan, ground)
    }

    #[test]
    fn lanes_join_yards_and_go_through_no_house() {
        let (plan, ground) = ground();
        for &(a, b) in &plan.ways {
            let lane = ground.lane(a, b).expect("lane");
            assert_eq!(lane[0], lanes::yard(plan.site(a)));
            assert_eq!(lane[lane.len() - 1], lanes::yard(plan.site(b)));
            let mut back = ground.lane(b, a).expect("lane");
            back.reverse();
            assert_eq!(lane, back);
            for at in &lane {
                let (name, gap) = (format!("{}-{}", plan.site(a).key, plan.site(b).key), ground.lot_gap(*at));
                let deck = plan.sites.iter().any(|s| s.key == "bridge" && s.at.distance(*at) < 14.0);
                assert!(gap > 0.3 || deck, "{name} at {at}: {gap}");
            }
        }
    }

    #[test]
    fn sites_are_flat_and_the_rim_is_high() {
        let (plan, ground) = ground();
        for site in plan.sites.iter().filter(|s| s.key != "bridge" && s.key != "mill") {
            for step in 0..8 {
                let away = Vec2::from_angle(step as f32) * 5.0;
                let rise = ground.height(site.at + away) - ground.plain(site.at);
                assert!(rise.abs() < 0.5, "{} rises {rise} at {away}", site.key);
            }
        }
        for north in [-150.0, -60.0, 60.0, 150.0] {
            assert!(ground.height(Vec2::new(north, -140.0)) > 8.0);
        }
    }

    #[test]
    fn the_bridge_stands_over_the_ice() {
        let (plan, ground) = ground();
        let bridge = plan.sites.iter().find(|s| s.key == "bridge").expect("bridge");
        let middle = lanes::yard(bridge);
        assert!(ground.height(middle) > ground.plain(middle) + 1.0);
        assert!(ground.snow(middle) < ground.plain(middle) - 1.0);
        assert!(ground.stream_gap(middle) < 1.0);
    }
}
