//! The walkers: where each figure is drawn, and how it moves, stands, listens and thinks.
//!
//! Owns: the drawn position of each person, which runs after the simulated one along the plan's ways, and the poses. Refuses to
//! know: the world (it reads the scene), what a figure is made of. Nothing here is ever read by the engine.

mod poses;
mod prints;
mod ways;

use super::Frame;
use super::camera::Comfort;
use super::figures::Figure;
use super::ground::Ground;
use super::plan::Plan;
use super::scene::{Scene, Whereabouts};
use super::table::Table;
use bevy::prelude::*;
use engine_sim::ids::{PersonId, PlaceId};
use prints::{Prints, STRIDE_M};
use std::collections::VecDeque;

/// A walk, metres a second.
const WALK_M_PER_S: f32 = 1.9;
/// From this far behind a walker hurries: faster by so much for each metre more, up to a limit.
const BEHIND_M: f32 = 14.0;
const HURRY_PER_S: f32 = 0.25;
const HURRY_MAX_M_PER_S: f32 = 15.0;
/// A walk longer than this is no walk: whoever must go so far is put there.
const LEAP_M: f32 = 220.0;
/// So many people with a new place that is no neighbour of the old: another game, another day. All are put where they are.
const LEAPS_MAX: usize = 5;
/// How near the player stands to the partner of a talk, metres; and the room that others should leave.
const MEET_M: f32 = 1.6;
const ROOM_M: f32 = 1.1;
/// A player who is farther than this from where a talk is held is put within so many metres of it.
const TALK_AWAY_M: f32 = 7.0;
const TALK_NEAR_M: f32 = 2.5;
/// An end that moved by less than this is the same end, metres.
const SAME_END_M: f32 = 0.25;
/// Within this of a crossing a place counts as passed, metres.
const PASSED_M: f32 = 2.5;
/// The middle of a head above the neck, metres.
const HEAD_M: f32 = 0.23;

/// When everybody is where they are drawn this frame.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placed;

/// Where the engine says that somebody is.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq)]
pub struct Simulated {
    /// The place they are at or have just left, and the one they walk to.
    pub whereabouts: Option<Whereabouts>,
    /// The slot of the yard they walk to, and the yard.
    slot: Option<(PlaceId, usize)>,
}

/// Where somebody is drawn.
#[derive(Component, Debug, Clone, Default)]
pub struct Drawn {
    /// On the ground plan, metres.
    pub at: Vec2,
    /// The ground under it, metres.
    pub height: f32,
    /// Turn about the upright: 0 looks south, towards the camera.
    pub yaw: f32,
    /// Metres a second.
    pub speed: f32,
    /// Where the walk ends.
    end: Vec2,
    goal: Option<PlaceId>,
    last: Option<PlaceId>,
    way: VecDeque<Vec2>,
    /// Strides made, for the bob and the prints.
    strides: f32,
    pose: poses::Pose,
}

/// The middle of a figure's head where its walk ends.
pub fn head_at_end(figure: &Figure, drawn: &Drawn) -> Vec3 {
    Plan::lift(drawn.end, drawn.height) + Vec3::Y * (figure.neck_m + HEAD_M)
}

/// Adds the walkers.
pub fn plugin(app: &mut App) {
    app.add_plugins(prints::plugin);
    app.init_resource::<Comfort>();
    app.add_systems(Update, (aim, step, poses::pose).chain().in_set(Placed).in_set(Frame::Draw));
}

/// Where everybody is to be: as simulated, or at work when no game is on.
fn whereabouts(scene: &Scene, table: &Table, who: PersonId) -> Option<Whereabouts> {
    if who.is_player() {
        return scene.player.filter(|_| scene.playing).map(|at| Whereabouts { at, next: None });
    }
    if scene.playing && !scene.people.is_empty() {
        return scene.people.get(who.index()).copied();
    }
    let village = &table.screens.library.village;
    village.villagers.get(who.index()).map(|v| Whereabouts { at: v.work, next: None })
}

/// Where the last talk brought the player, so that its place does not wander while it lasts.
type Meeting = Option<(PersonId, Vec2, Vec2)>;

fn aim(
    scene: Res<Scene>,
    (plan, ground): (Res<Plan>, Res<Ground>),
    table: NonSend<Table>,
    mut prints: ResMut<Prints>,
    mut figures: Query<(&Figure, &mut Simulated, &mut Drawn, &mut Visibility)>,
    (mut played, mut meeting): (Local<bool>, Local<Meeting>),
) {
    let mut all: Vec<_> = figures.iter_mut().collect();
    all.sort_by_key(|(figure, ..)| figure.who);
    let mut jump = *played != scene.playing;
    *played = scene.playing;
    let mut leaps = 0;
    for (figure, simulated, _, _) in &mut all {
        let now = whereabouts(&scene, &table, figure.who);
        leaps += usize::from(leapt(&plan, simulated.whereabouts, now));
        simulated.whereabouts = now;
    }
    jump |= leaps >= LEAPS_MAX;
    if jump {
        prints.clear();
    }
    let goals: Vec<PlaceId> =
        all.iter().filter_map(|(_, s, ..)| s.whereabouts.map(|w| w.next.unwrap_or(w.at))).collect();
    let before: Vec<_> =
        all.iter().filter(|(_, s, ..)| s.whereabouts.is_some()).map(|(_, s, ..)| s.slot).collect();
    let mut slots = ways::slots(&before, &goals).into_iter().zip(goals);
    let mut ends: Vec<(PersonId, PlaceId, Vec2)> = Vec::new();
    for (figure, simulated, _, visibility) in &mut all {
        let shown = simulated.whereabouts.is_some();
        visibility.set_if_neq(if shown { Visibility::Inherited } else { Visibility::Hidden });
        simulated.slot = None;
        if let Some((slot, goal)) = slots.by_ref().take(usize::from(shown)).next() {
            simulated.slot = Some((goal, slot));
            ends.push((figure.who, goal, plan.spot(goal, slot)));
        }
    }
    meet_partner(&scene, &mut ends, &mut meeting);
    for (figure, _, drawn, _) in &mut all {
        if let Some((_, goal, end)) = ends.iter().find(|e| e.0 == figure.who) {
            drawn.head_for((&plan, &ground), *goal, *end, jump);
            if figure.who.is_player() && meeting.is_some() {
                drawn.come_near(&ground);
            }
        } else {
            drawn.goal = None;
        }
    }
}

/// Whether a change of place is too far for one walk between neighbours.
fn leapt(plan: &Plan, from: Option<Whereabouts>, to: Option<Whereabouts>) -> bool {
    let (Some(from), Some(to)) = (from, to) else { return from.is_some() != to.is_some() };
    let near = |a: PlaceId, b: PlaceId| a == b || plan.ways.contains(&(a.min(b), a.max(b)));
    !near(from.at, to.at) && from.next.is_none_or(|next| !near(next, to.at))
}

/// Moves the player's end to before the partner of a talk.
fn meet_partner(scene: &Scene, ends: &mut [(PersonId, PlaceId, Vec2)], meeting: &mut Meeting) {
    let Some((who, place, partner)) = scene.partner.and_then(|p| ends.iter().find(|e| e.0 == p).copied())
    else {
        *meeting = None;
        return;
    };
    let spot = match *meeting {
        Some((with, at, spot)) if with == who && at.distance(partner) < SAME_END_M => spot,
        _ => {
            let others: Vec<Vec2> =
                ends.iter().filter(|e| e.0 != who && !e.0.is_player()).map(|e| e.2).collect();
            meet(partner, &others)
        }
    };
    *meeting = Some((who, partner, spot));
    if let Some(player) = ends.iter_mut().find(|e| e.0.is_player()) {
        (player.1, player.2) = (place, spot);
    }
}

/// Where to stand before a partner: beside them as the camera sees it, with room from the others, else where most room is.
fn meet(partner: Vec2, others: &[Vec2]) -> Vec2 {
    const TURNS_DEG: [f32; 8] = [20.0, 160.0, 40.0, 140.0, 60.0, 120.0, 80.0, 100.0];
    let spots = TURNS_DEG.map(|turn| partner + Vec2::from_angle(turn.to_radians()) * MEET_M);
    let room = |spot: Vec2| others.iter().map(|o| o.distance(spot)).fold(f32::MAX, f32::min);
    let widest = |best: Vec2, spot: &Vec2| if room(*spot) > room(best) { *spot } else { best };
    spots.iter().copied().find(|s| room(*s) >= ROOM_M).unwrap_or_else(|| spots.iter().fold(spots[0], widest))
}

/// How fast somebody walks who has so many metres to go.
fn pace(left_m: f32) -> f32 {
    (WALK_M_PER_S + (left_m - BEHIND_M).max(0.0) * HURRY_PER_S).min(HURRY_MAX_M_PER_S)
}

impl Drawn {
    /// Where the feet are.
    pub fn foot(&self) -> Vec3 {
        Plan::lift(self.at, self.height)
    }

    /// Sets out for an end, or is put there.
    fn head_for(&mut self, (plan, ground): (&Plan, &Ground), goal: PlaceId, end: Vec2, jump: bool) {
        let first = self.goal.is_none();
        if !first && !jump && self.goal == Some(goal) && self.end.distance(end) < SAME_END_M {
            return;
        }
        self.goal = Some(goal);
        self.end = end;
        let last = self.last.or_else(|| ways::nearest(plan, self.at).map(|n| n.0)).unwrap_or(goal);
        let way = ways::walk(plan, ground, self.at, last, goal, end);
        if first || jump || ways::length(self.at, &way) > LEAP_M {
            self.at = end;
            self.height = ground.height(end);
            self.way.clear();
            self.last = Some(goal);
            self.speed = 0.0;
        } else {
            self.way = way.into();
        }
    }

    /// A talk is not held across the village: who is far from it takes its last steps only.
    fn come_near(&mut self, ground: &Ground) {
        let (at, end) = (self.at, self.end);
        if at.distance(end) > TALK_AWAY_M {
            self.at = end + (at - end).normalize_or(Vec2::Y) * TALK_NEAR_M;
            self.height = ground.height(self.at);
            self.way = VecDeque::from([end]);
        }
    }

    /// Walks for some seconds; the direction walked, if any.
    fn walk_on(&mut self, seconds: f32) -> Option<Vec2> {
        let left = ways::length(self.at, self.way.make_contiguous());
        let mut metres = pace(left) * seconds;
        let from = self.at;
        while let Some(next) = self.way.front().copied() {
            let gap = self.at.distance(next);
            if gap > metres {
                self.at += (next - self.at) / gap * metres;
                break;
            }
            metres -= gap;
            self.at = next;
            self.way.pop_front();
        }
        let moved = self.at - from;
        self.speed = if seconds > 0.0 { moved.length() / seconds } else { 0.0 };
        self.strides += moved.length() / STRIDE_M;
        moved.try_normalize()
    }
}

fn step(
    (plan, ground): (Res<Plan>, Res<Ground>),
    time: Res<Time>,
    mut prints: ResMut<Prints>,
    mut walkers: Query<&mut Drawn, With<Figure>>,
) {
    for mut drawn in &mut walkers {
        if drawn.way.is_empty() {
            drawn.speed = 0.0;
            continue;
        }
        let foot = drawn.strides.floor();
        let Some(along) = drawn.walk_on(time.delta_secs()) else { continue };
        drawn.height = ground.height(drawn.at);
        if drawn.strides.floor() > foot {
            let left = drawn.strides.floor() as i64 % 2 == 0;
            prints.step(drawn.foot(), along, left, time.elapsed_secs());
        }
        drawn.yaw = poses::turn(drawn.yaw, poses::yaw_of(along), time.delta_secs());
        if let Some((place, gap)) = ways::nearest(&plan, drawn.at)
            && gap < PASSED_M
        {
            drawn.last = Some(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::content::Village;

    #[test]
    fn a_walker_arrives_and_hurries_only_when_far_behind() {
        assert_eq!(pace(3.0), WALK_M_PER_S);
        assert!(pace(40.0) > 2.0 * WALK_M_PER_S);
        assert_eq!(pace(1e6), HURRY_MAX_M_PER_S);
        let plan = Plan::of(&Village::shipped().expect("the shipped village"));
        let ground = Ground::of(&plan);
        let mut drawn = Drawn::default();
        drawn.head_for((&plan, &ground), PlaceId(0), plan.spot(PlaceId(0), 0), false);
        assert_eq!(drawn.at, plan.spot(PlaceId(0), 0), "the first place is a jump");
        let end = plan.spot(PlaceId(1), 3);
        drawn.head_for((&plan, &ground), PlaceId(1), end, false);
        assert_ne!(drawn.at, end, "a neighbour is walked to");
        let mut seconds = 0.0;
        while drawn.walk_on(0.1).is_some() {
            seconds += 0.1;
            assert!(seconds < 60.0, "the walk does not end");
        }
        assert_eq!(drawn.at, end);
        assert!(seconds > 3.0);
    }

    #[test]
    fn a_load_puts_everybody_at_once() {
        let plan = Plan::of(&Village::shipped().expect("the shipped village"));
        let ground = Ground::of(&plan);
        let mut drawn = Drawn::default();
        drawn.head_for((&plan, &ground), PlaceId(0), plan.spot(PlaceId(0), 0), false);
        drawn.head_for((&plan, &ground), PlaceId(3), plan.spot(PlaceId(3), 1), true);
        assert_eq!(drawn.at, plan.spot(PlaceId(3), 1));
        let stand = |at| Some(Whereabouts { at, next: None });
        let (a, b) = plan.ways[0];
        assert!(!leapt(&plan, stand(a), stand(b)));
        assert!(!leapt(&plan, stand(a), stand(a)));
        let far = (0..plan.sites.len() as u8)
            .map(PlaceId)
            .find(|p| *p != a && !plan.ways.contains(&(a.min(*p), a.max(*p))));
        assert!(leapt(&plan, stand(a), stand(far.expect("a place that is no neighbour"))));
    }

    #[test]
    fn the_player_stands_before_the_partner_and_in_nobody() {
        let partner = Vec2::new(3.0, 4.0);
        assert!((meet(partner, &[]).distance(partner) - MEET_M).abs() < 1e-3);
        let neighbours = [partner + Vec2::X * 1.5, partner - Vec2::X * 1.5];
        let spot = meet(partner, &neighbours);
        assert!(neighbours.iter().all(|n| n.distance(spot) >= ROOM_M));
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(aim);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(step);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(poses::pose);
        system.initialize(&mut world);
    }
}
