//! Ways: over which points a walk goes, and which spot of a yard each person keeps.
//!
//! Owns: breadth-first search over the plan's ways, detours around houses, the lane to the right, slots in yards. Refuses to know:
//! entities and time. All on the ground plan, metres.

use crate::window::ground::Ground;
use crate::window::ground::lanes::yard;
use crate::window::plan::Plan;
use bevy::math::Vec2;
use engine_sim::ids::PlaceId;
use std::collections::VecDeque;

/// Walkers keep this far to the right of a way's middle, metres.
const LANE_M: f32 = 0.45;
/// A walk keeps this far from the middle of a house, metres.
pub const HOUSE_M: f32 = 4.2;
/// A detour passes a house this many times [`HOUSE_M`] from its middle.
const WIDE: f32 = 1.15;
/// Who comes this near to the end leaves the lane and goes straight there, metres.
const SHORT_M: f32 = 2.5;
/// Slots of a yard; whoever comes later shares the last.
pub const SLOTS_MAX: usize = 20;

/// The places of the shortest walk, fewest ways first, from `from` to `to`, both included; empty if there is none.
pub fn path(ways: &[(PlaceId, PlaceId)], places: usize, from: PlaceId, to: PlaceId) -> Vec<PlaceId> {
    if from.index() >= places || to.index() >= places {
        return Vec::new();
    }
    let mut came: Vec<Option<PlaceId>> = vec![None; places];
    let mut open = VecDeque::from([to]);
    came[to.index()] = Some(to);
    while let Some(here) = open.pop_front() {
        if here == from {
            break;
        }
        for &(a, b) in ways {
            let next = if a == here { b } else { a };
            if a != here && b != here {
                continue;
            }
            if next.index() < places && came[next.index()].is_none() {
                came[next.index()] = Some(here);
                open.push_back(next);
            }
        }
    }
    let mut walk = vec![from];
    let mut here = from;
    while here != to {
        match came[here.index()] {
            Some(next) => here = next,
            None => return Vec::new(),
        }
        walk.push(here);
    }
    walk
}

/// Where a place's lanes meet before its door.
pub fn crossing(plan: &Plan, place: PlaceId) -> Vec2 {
    yard(plan.site(place))
}

/// The points of a walk from where somebody stands, by the place last passed, to an end before the door of another.
pub fn walk(plan: &Plan, ground: &Ground, at: Vec2, last: PlaceId, goal: PlaceId, end: Vec2) -> Vec<Vec2> {
    let places = path(&plan.ways, plan.sites.len(), last, goal);
    let mut line: Vec<Vec2> = Vec::new();
    for pair in places.windows(2) {
        let lane = ground.lane(pair[0], pair[1]);
        line.extend(lane.unwrap_or_else(|| vec![crossing(plan, pair[0]), crossing(plan, pair[1])]));
    }
    // From halfway along a lane it goes on from its nearest point; it ends in the yard short of the crossing.
    let nearest = |i: &usize, j: &usize| line[*i].distance(at).total_cmp(&line[*j].distance(at));
    let from = (0..line.len()).min_by(nearest).unwrap_or(0);
    line.drain(..from);
    while line.last().is_some_and(|p| p.distance(end) < SHORT_M) {
        line.pop();
    }
    let points: Vec<Vec2> = [at].into_iter().chain(line).chain([end]).collect();
    let kept = right_lane(&points);
    let mut whole = Vec::new();
    for pair in kept.windows(2) {
        whole.extend(around(plan, pair[0], pair[1]));
        whole.push(pair[1]);
    }
    whole
}

/// The same points with all but the ends moved to the right of the way they are walked.
pub fn right_lane(points: &[Vec2]) -> Vec<Vec2> {
    (0..points.len())
        .map(|i| {
            if i == 0 || i + 1 == points.len() {
                return points[i];
            }
            let along = (points[i + 1] - points[i - 1]).normalize_or_zero();
            points[i] + Vec2::new(-along.y, along.x) * LANE_M
        })
        .collect()
}

/// Points to pass between `from` and `to` so as not to walk through a house, in order.
pub fn around(plan: &Plan, from: Vec2, to: Vec2) -> Vec<Vec2> {
    let way = to - from;
    let length = way.length();
    if length < 0.01 {
        return Vec::new();
    }
    let along = way / length;
    let mut passed: Vec<(f32, Vec2)> = Vec::new();
    for site in plan.sites.iter().filter(|s| s.inside) {
        let t = (site.at - from).dot(along);
        let near = from + along * t.clamp(0.0, length);
        let aside = near - site.at;
        if t <= 0.0 || t >= length || aside.length() >= HOUSE_M {
            continue;
        }
        let out = aside.normalize_or(Vec2::new(-along.y, along.x));
        passed.push((t, site.at + out * HOUSE_M * WIDE));
    }
    passed.sort_by(|a, b| a.0.total_cmp(&b.0));
    passed.into_iter().map(|p| p.1).collect()
}

/// A slot for each person at their place: whoever had one there keeps it, the others take the lowest free ones in the order given.
pub fn slots(before: &[Option<(PlaceId, usize)>], goals: &[PlaceId]) -> Vec<usize> {
    let mut taken: Vec<Option<usize>> = goals
        .iter()
        .enumerate()
        .map(|(i, goal)| before.get(i).copied().flatten().filter(|b| b.0 == *goal).map(|b| b.1))
        .collect();
    for i in 0..goals.len() {
        if taken[i].is_none() {
            let free = (0..SLOTS_MAX).find(|slot| {
                (0..goals.len()).all(|j| goals[j] != goals[i] || taken[j] != Some(spread(*slot)))
            });
            taken[i] = Some(free.map_or(SLOTS_MAX - 1, spread));
        }
    }
    taken.into_iter().map(|slot| slot.unwrap_or(SLOTS_MAX - 1)).collect()
}

/// The `n`-th slot to be taken: from the middle of a row of five outwards.
fn spread(n: usize) -> usize {
    const ROW: [usize; 5] = [2, 1, 3, 0, 4];
    n / ROW.len() * ROW.len() + ROW[n % ROW.len()]
}

/// The place whose crossing is nearest to a point.
pub fn nearest(plan: &Plan, at: Vec2) -> Option<(PlaceId, f32)> {
    (0..plan.sites.len() as u8)
        .map(|i| (PlaceId(i), crossing(plan, PlaceId(i)).distance(at)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
}

/// The length of a walk from `at` over `points`.
pub fn length(at: Vec2, points: &[Vec2]) -> f32 {
    points.iter().fold((0.0, at), |(sum, from), to| (sum + from.distance(*to), *to)).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::content::Village;

    fn plan() -> (Village, Plan) {
        let village = Village::shipped().expect("the shipped village");
        let plan = Plan::of(&village);
        (village, plan)
    }

    #[test]
    fn every_place_is_reached_over_ways_that_exist() {
        let (village, plan) = plan();
        for from in village.place_ids() {
            for to in village.place_ids() {
                let walk = path(&plan.ways, plan.sites.len(), from, to);
                assert_eq!((walk.first(), walk.last()), (Some(&from), Some(&to)));
                for pair in walk.windows(2) {
                    let (a, b) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
                    assert!(plan.ways.contains(&(a, b)), "no way {a:?} {b:?}");
                }
            }
        }
        assert!(path(&[], 2, PlaceId(0), PlaceId(1)).is_empty());
        assert!(path(&plan.ways, 2, PlaceId(0), PlaceId(9)).is_empty());
    }

    #[test]
    fn the_shortest_walk_is_the_one_with_fewest_ways() {
        let ways = [(PlaceId(0), PlaceId(1)), (PlaceId(1), PlaceId(2)), (PlaceId(0), PlaceId(2))];
        assert_eq!(path(&ways, 3, PlaceId(0), PlaceId(2)), [PlaceId(0), PlaceId(2)]);
    }

    #[test]
    fn no_walk_goes_through_the_middle_of_a_house_and_all_arrive() {
        let (village, plan) = plan();
        let ground = Ground::of(&plan);
        for from in village.place_ids() {
            for to in village.place_ids() {
                let start = plan.spot(from, 0);
                let points = walk(&plan, &ground, start, from, to, plan.spot(to, 3));
                assert_eq!(points.last(), Some(&plan.spot(to, 3)));
                let mut here = start;
                for next in points {
                    for i in 0..=20 {
                        let at = here.lerp(next, i as f32 / 20.0);
                        for site in plan.sites.iter().filter(|s| s.inside) {
                            let gap = site.at.distance(at);
                            assert!(gap > HOUSE_M * 0.6, "{gap} m from {} on {from:?} {to:?}", site.key);
                        }
                    }
                    here = next;
                }
            }
        }
    }

    #[test]
    fn those_who_meet_pass_each_other_on_the_right() {
        let there = [Vec2::ZERO, Vec2::new(0.0, -10.0), Vec2::new(0.0, -20.0)];
        let back = [there[2], there[1], there[0]];
        // North is -y of the plan, so the right hand of who walks north is east.
        assert_eq!(right_lane(&there)[1], Vec2::new(LANE_M, -10.0));
        assert_eq!(right_lane(&back)[1], Vec2::new(-LANE_M, -10.0));
        assert_eq!(right_lane(&there)[2], there[2]);
    }

    #[test]
    fn who_stands_keeps_the_spot_when_others_come_and_go() {
        let (yard, other) = (PlaceId(0), PlaceId(1));
        let first = slots(&[None, None, None], &[yard, yard, other]);
        assert_eq!(first, [2, 1, 2]);
        let had: Vec<_> = first.iter().zip([yard, yard, other]).map(|(s, p)| Some((p, *s))).collect();
        // The first leaves: the second stays; the third comes and takes what is free.
        assert_eq!(slots(&had, &[other, yard, yard]), [2, 1, 2]);
        let crowd = vec![yard; SLOTS_MAX + 3];
        let many = slots(&[], &crowd);
        let mut own = many[..SLOTS_MAX].to_vec();
        own.sort_unstable();
        own.dedup();
        assert_eq!(own.len(), SLOTS_MAX, "two share a spot while others are free");
    }
}
