//! The lanes: how one walks from yard to yard without going through a house.
//!
//! Owns: each way as a bent line. Refuses to know: who walks it. Source: straight lines, bent by a seed, pushed off the lots and
//! smoothed a fixed number of times.

use crate::window::houses::lots::Lot;
use crate::window::kit::Crook;
use crate::window::plan::{Plan, Site, YARD_M};
use bevy::math::{FloatExt, Vec2};
use engine_sim::ids::PlaceId;

/// Seed of the bends.
const SEED: u64 = 0x1a5e;
/// Between two points of a lane, metres.
const STEP_M: f32 = 1.5;
/// A lane's bend, part of its length and metres at most.
const BEND: f32 = 0.09;
const BEND_M_MAX: f32 = 3.0;
/// From a lot's edge to the middle of a lane, metres at least.
const BERTH_M: f32 = 2.0;
/// Rounds of pushing and smoothing.
const ROUNDS: usize = 60;
/// From the middle of the bridge to where its deck meets the bank, metres.
pub const DECK_HALF_M: f32 = 7.5;
/// From the bridge's site to the middle of its deck, where those who are on the bridge stand, metres.
pub const DECK_AHEAD_M: f32 = 5.6;
/// Where the road beyond the gate is lost in the hills, metres north of the gate.
const ROAD_M: f32 = 48.0;

/// One lane.
#[derive(Debug, Clone)]
pub struct Lane {
    /// The places it joins; none for the road beyond the gate.
    pub ends: Option<(PlaceId, PlaceId)>,
    /// Its points, from the first place to the second.
    pub points: Vec<Vec2>,
    low: Vec2,
    high: Vec2,
}

impl Lane {
    fn new(ends: Option<(PlaceId, PlaceId)>, points: Vec<Vec2>) -> Lane {
        let low = points.iter().copied().fold(Vec2::INFINITY, Vec2::min);
        let high = points.iter().copied().fold(Vec2::NEG_INFINITY, Vec2::max);
        Lane { ends, points, low, high }
    }

    /// Metres from a point to the lane's middle, or `far` when it is farther.
    pub fn gap(&self, at: Vec2, far: f32) -> f32 {
        if (self.low - at).max(at - self.high).max_element() > far {
            return far;
        }
        line_gap(&self.points, at).min(far)
    }
}

/// Metres from a point to a line of points.
pub fn line_gap(points: &[Vec2], at: Vec2) -> f32 {
    let square = points
        .windows(2)
        .map(|ends| {
            let along = ends[1] - ends[0];
            let part = ((at - ends[0]).dot(along) / along.length_squared().max(1e-6)).clamp(0.0, 1.0);
            at.distance_squared(ends[0] + along * part)
        })
        .fold(f32::INFINITY, f32::min);
    square.sqrt()
}

/// Where the lanes of a site meet.
pub fn yard(site: &Site) -> Vec2 {
    let ahead = if site.key == "bridge" { DECK_AHEAD_M } else { YARD_M };
    site.at + site.door * ahead
}

/// Every lane of the plan, and the road beyond the gate.
pub fn lanes(plan: &Plan) -> Vec<Lane> {
    let lots: Vec<Lot> = plan.sites.iter().filter(|s| s.key != "bridge").map(Lot::of).collect();
    let mut crook = Crook::new(SEED);
    let mut lanes: Vec<Lane> = plan
        .ways
        .iter()
        .map(|&(a, b)| {
            let (from, to) = (plan.site(a), plan.site(b));
            let bend = crook.lean().signum() * crook.between(0.4, 1.0);
            let (start, end) = (leave(from, to), leave(to, from));
            let mut points = settle(bent(start, end, bend), &lots);
            if start != yard(from) {
                points.insert(0, yard(from));
            }
            if end != yard(to) {
                points.push(yard(to));
            }
            Lane::new(Some((a, b)), points)
        })
        .collect();
    if let Some(gate) = plan.sites.iter().find(|s| s.key == "gate") {
        let start = yard(gate);
        let through = gate.at - gate.door * YARD_M;
        let mut points = vec![start];
        points.extend(bent(through, through - Vec2::new(6.0, ROAD_M), 1.0));
        lanes.push(Lane::new(None, points));
    }
    lanes
}

/// Where a lane leaves a site towards another: its yard, or the end of the bridge's deck from which the other is reached dry.
fn leave(site: &Site, to: &Site) -> Vec2 {
    let middle = yard(site);
    if site.key != "bridge" {
        return middle;
    }
    let along = site.door.perp();
    let stream = super::stream();
    let wet = |end: Vec2| {
        (1..30_u8)
            .map(|i| end.lerp(yard(to), f32::from(i) / 30.0))
            .filter(|at| line_gap(&stream, *at) < super::BRIM_HALF_M)
            .count()
    };
    let ends = [1.0, -1.0].map(|side| middle + along * side * (DECK_HALF_M + 1.0));
    if wet(ends[0]) <= wet(ends[1]) { ends[0] } else { ends[1] }
}

fn bent(from: Vec2, to: Vec2, bend: f32) -> Vec<Vec2> {
    let along = to - from;
    let length = along.length();
    let count = (length / STEP_M).ceil().max(2.0) as usize;
    let aside = along.normalize_or_zero().perp() * bend * (length * BEND).min(BEND_M_MAX);
    (0..=count)
        .map(|i| {
            let part = i as f32 / count as f32;
            let bow = if i == count { 0.0 } else { (part * std::f32::consts::PI).sin() };
            from.lerp(to, part) + aside * bow
        })
        .collect()
}

/// Pushes a line off the lots, its ends held.
fn settle(mut points: Vec<Vec2>, lots: &[Lot]) -> Vec<Vec2> {
    let last = points.len() - 1;
    for round in 0..ROUNDS {
        for point in &mut points[1..last] {
            for lot in lots {
                let gap = lot.gap(*point);
                if gap < BERTH_M {
                    *point += lot.out(*point) * (BERTH_M - gap) * 0.7;
                }
            }
        }
        if round + 4 < ROUNDS {
            let before = points.clone();
            for i in 1..last {
                let middle = (before[i - 1] + before[i + 1]) * 0.5;
                points[i] = before[i].lerp(middle, 0.3_f32.lerp(0.1, round as f32 / ROUNDS as f32));
            }
        }
    }
    points
}
