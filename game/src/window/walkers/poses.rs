//! Poses: the bob of a walk, the lean of a listener, the head that turns towards who speaks, the sway of a thinker.
//!
//! Owns: the small movements of standing and walking figures. Refuses to know: where they walk. Angles are radians.

use super::{Drawn, WALK_M_PER_S};
use crate::window::camera::{Comfort, Eye, ease};
use crate::window::figures::{Body, Figure, Head, Thought};
use crate::window::murmur::Murmurs;
use crate::window::plan::Plan;
use crate::window::scene::Scene;
use bevy::prelude::*;
use engine_sim::ids::PersonId;
use std::f32::consts::{PI, TAU};

/// How quickly bodies and heads turn: the part of the gap closed, per second.
const TURN_PER_S: f32 = 7.0;
const HEAD_TURN_PER_S: f32 = 6.0;
/// How far a head turns on its body.
const HEAD_TURN_MAX: f32 = 1.15;
/// How far talkers turn from each other towards the eye, as on a stage: bodies, and heads by less.
const OPEN: f32 = 0.75;
const OPEN_HEAD: f32 = 0.5;
/// How far away somebody who speaks is still looked at, metres.
const EARSHOT_M: f32 = 9.0;
/// A listener's lean.
const LEAN: f32 = 0.13;
/// The bob of a walk, metres, and its roll.
const BOB_M: f32 = 0.07;
const ROLL: f32 = 0.06;
/// A thinker's sway and its circles in a second; the tilt of a thinking head.
const SWAY: f32 = 0.055;
const SWAY_HZ: f32 = 0.28;
const THOUGHT_TILT: f32 = 0.16;
/// A speaker's nod and how often.
const NOD: f32 = 0.07;
const NOD_HZ: f32 = 1.7;
/// Breath: metres up and down, and breaths in a second.
const BREATH_M: f32 = 0.008;
const BREATH_HZ: f32 = 0.25;
/// How far those who just stand look away from the camera.
const STAND_TURN: f32 = 0.75;
/// The lamp of a thought above the neck, and its own bob, metres.
const THOUGHT_UP_M: f32 = 1.05;
const THOUGHT_BOB_M: f32 = 0.06;

/// What a body does besides standing where it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pose {
    /// Forwards.
    lean: f32,
    /// The head on the body.
    head: f32,
    /// 0 at rest, 1 deep in thought.
    thought: f32,
}

/// The turn that looks along a direction of the plan.
pub fn yaw_of(along: Vec2) -> f32 {
    along.x.atan2(along.y)
}

/// The shorter way from one turn to another, -PI..=PI.
pub fn gap(from: f32, to: f32) -> f32 {
    (to - from + PI).rem_euclid(TAU) - PI
}

/// Turns a body by the shorter way.
pub fn turn(from: f32, to: f32, seconds: f32) -> f32 {
    let turned = from + ease(0.0, gap(from, to), TURN_PER_S, seconds);
    gap(0.0, turned)
}

/// A turn towards somebody, opened to the eye by so much at most: who talks is not seen from the side.
fn opened(to: f32, eye_yaw: f32, most: f32) -> f32 {
    to + gap(to, eye_yaw).clamp(-most, most)
}

/// Whom somebody looks at.
fn looks_at(scene: &Scene, who: PersonId) -> Option<PersonId> {
    match (scene.speaking, scene.partner) {
        (_, Some(partner)) if who == partner => Some(PersonId::PLAYER),
        (_, Some(partner)) if who.is_player() => Some(partner),
        (Some(speaker), _) if speaker != who => Some(speaker),
        _ => None,
    }
}

/// Whether somebody leans towards the other: the player while the partner speaks, the partner while the player may.
fn listens(scene: &Scene, who: PersonId) -> bool {
    let Some(partner) = scene.partner else { return false };
    match scene.speaking {
        Some(speaker) => speaker == partner && who.is_player(),
        None => who == partner && scene.thinking.is_none(),
    }
}

/// How somebody turns who has nothing to look at: always the same for the same person.
fn at_rest(who: PersonId, door: Vec2) -> f32 {
    let own = (f32::from(who.0) * 0.618).fract() * 2.0 - 1.0;
    gap(0.0, yaw_of(door) + own * STAND_TURN)
}

/// A wave of so many circles in a second, each person at another point of it.
fn wave(now_s: f32, hz: f32, who: PersonId) -> f32 {
    (TAU * (now_s * hz + f32::from(who.0) * 0.37)).sin()
}

type Bodies = (Without<Head>, Without<Thought>);
type Roots = (Without<Body>, Without<Head>, Without<Thought>);

/// Where somebody is, with what the body and the head need.
struct Stance {
    who: PersonId,
    neck_m: f32,
    drawn: Drawn,
}

/// Brings all transforms to what is drawn.
pub fn pose(
    (scene, plan, time): (Res<Scene>, Res<Plan>, Res<Time>),
    (comfort, eye, murmurs): (Res<Comfort>, Res<Eye>, Res<Murmurs>),
    mut roots: Query<(&Figure, &mut Drawn, &mut Transform), Roots>,
    mut bodies: Query<(&Body, &mut Transform), Bodies>,
    mut heads: Query<(&Head, &mut Transform), Without<Thought>>,
    mut thought: Query<(&mut Transform, &mut Visibility), With<Thought>>,
) {
    let (now_s, seconds) = (time.elapsed_secs(), time.delta_secs());
    let places: Vec<(PersonId, Vec2)> = roots.iter().map(|(f, d, _)| (f.who, d.at)).collect();
    let mut stances = Vec::new();
    for (figure, mut drawn, mut transform) in &mut roots {
        stand(&scene, &plan, figure, &mut drawn, (&places, eye.now.yaw), seconds);
        *transform =
            Transform::from_translation(drawn.foot()).with_rotation(Quat::from_rotation_y(drawn.yaw));
        stances.push(Stance { who: figure.who, neck_m: figure.neck_m, drawn: drawn.clone() });
    }
    let of = |who: PersonId| stances.iter().find(|s| s.who == who);
    let calm = if comfort.reduced_motion { 0.0 } else { 1.0 };
    for (body, mut transform) in &mut bodies {
        if let Some(stance) = of(body.who) {
            *transform = body_of(&stance.drawn, body.who, now_s, calm);
        }
    }
    for (head, mut transform) in &mut heads {
        if let Some(stance) = of(head.who) {
            let speaks = scene.speaking == Some(head.who) || murmurs.speaks(head.who);
            *transform = head_of(&stance.drawn, head, speaks, now_s, calm);
        }
    }
    let thinker = scene.thinking.and_then(of);
    for (mut transform, mut visibility) in &mut thought {
        visibility.set_if_neq(if thinker.is_some() { Visibility::Inherited } else { Visibility::Hidden });
        if let Some(stance) = thinker {
            let up = stance.neck_m + THOUGHT_UP_M + THOUGHT_BOB_M * calm * wave(now_s, 0.6, stance.who);
            transform.translation = stance.drawn.foot() + Vec3::Y * up;
        }
    }
}

/// Turns body and head of one who stands, and leans.
fn stand(
    scene: &Scene,
    plan: &Plan,
    figure: &Figure,
    drawn: &mut Drawn,
    (places, eye_yaw): (&[(PersonId, Vec2)], f32),
    seconds: f32,
) {
    let who = figure.who;
    let place = |id: PersonId| places.iter().find(|p| p.0 == id).map(|p| p.1);
    let watched = looks_at(scene, who).and_then(place).filter(|at| at.distance(drawn.at) < EARSHOT_M);
    let towards = watched.and_then(|at| (at - drawn.at).try_normalize()).map(yaw_of);
    let talks = scene.partner.is_some_and(|partner| who == partner || who.is_player());
    if drawn.way.is_empty() {
        let rest = drawn.goal.map_or(0.0, |goal| at_rest(who, plan.site(goal).door));
        let target = towards.filter(|_| talks).map_or(rest, |to| opened(to, eye_yaw, OPEN));
        drawn.yaw = turn(drawn.yaw, target, seconds);
    }
    let head = towards.map_or(0.0, |to| {
        let to = if talks { opened(to, eye_yaw, OPEN_HEAD) } else { to };
        gap(drawn.yaw, to).clamp(-HEAD_TURN_MAX, HEAD_TURN_MAX)
    });
    let pose = &mut drawn.pose;
    pose.head = ease(pose.head, head, HEAD_TURN_PER_S, seconds);
    pose.lean = ease(pose.lean, if listens(scene, who) { LEAN } else { 0.0 }, HEAD_TURN_PER_S, seconds);
    let deep = if scene.thinking == Some(who) { 1.0 } else { 0.0 };
    pose.thought = ease(pose.thought, deep, HEAD_TURN_PER_S, seconds);
}

fn body_of(drawn: &Drawn, who: PersonId, now_s: f32, calm: f32) -> Transform {
    let walks = (drawn.speed / WALK_M_PER_S).min(1.0) * calm;
    let swing = (drawn.strides * PI).sin();
    let up = walks * BOB_M * swing.abs() + calm * BREATH_M * wave(now_s, BREATH_HZ, who);
    let roll = walks * ROLL * swing + calm * drawn.pose.thought * SWAY * wave(now_s, SWAY_HZ, who);
    let lean = drawn.pose.lean + walks * LEAN * 0.5;
    Transform::from_xyz(0.0, up.max(0.0), 0.0)
        .with_rotation(Quat::from_rotation_x(lean) * Quat::from_rotation_z(roll))
}

fn head_of(drawn: &Drawn, head: &Head, speaks: bool, now_s: f32, calm: f32) -> Transform {
    let nod = if speaks { calm * NOD * wave(now_s, NOD_HZ, head.who) } else { 0.0 };
    let tilt = drawn.pose.thought * THOUGHT_TILT;
    let turned = Quat::from_rotation_y(drawn.pose.head) * Quat::from_rotation_x(nod - tilt);
    Transform::from_xyz(0.0, head.neck_m, 0.0).with_rotation(turned * Quat::from_rotation_z(tilt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_turn_by_the_shorter_way() {
        assert!((gap(3.0, -3.0) - (TAU - 6.0)).abs() < 1e-5);
        let mut yaw = 3.0;
        for _ in 0..120 {
            yaw = turn(yaw, -3.0, 1.0 / 60.0);
            assert!(yaw.abs() > 2.9, "turned through the front: {yaw}");
        }
        assert!(gap(yaw, -3.0).abs() < 0.01);
        assert_eq!(yaw_of(Vec2::Y), 0.0);
        assert!((yaw_of(Vec2::X) - PI / 2.0).abs() < 1e-6, "east is to the figure's left");
    }

    #[test]
    fn talkers_open_to_the_eye_and_never_beyond_it() {
        assert!((opened(1.5, 0.0, OPEN) - (1.5 - OPEN)).abs() < 1e-6);
        assert!((opened(-1.5, 0.0, OPEN) - (OPEN - 1.5)).abs() < 1e-6);
        assert!(
            (gap(opened(3.0, -3.0, OPEN), -3.0)).abs() < 1e-5,
            "the shorter way, and no further than the eye"
        );
    }

    #[test]
    fn two_who_talk_look_at_each_other_and_others_at_who_speaks() {
        let (partner, other) = (PersonId(3), PersonId(5));
        let mut scene = Scene { playing: true, partner: Some(partner), ..default() };
        assert_eq!(looks_at(&scene, partner), Some(PersonId::PLAYER));
        assert_eq!(looks_at(&scene, PersonId::PLAYER), Some(partner));
        assert_eq!(looks_at(&scene, other), None);
        assert!(listens(&scene, partner) && !listens(&scene, PersonId::PLAYER));
        scene.speaking = Some(partner);
        assert_eq!(looks_at(&scene, other), Some(partner));
        assert!(listens(&scene, PersonId::PLAYER) && !listens(&scene, partner));
    }

    #[test]
    fn reduced_motion_stills_the_body_but_not_the_lean() {
        let pose = Pose { lean: LEAN, head: 0.0, thought: 1.0 };
        let drawn = Drawn { speed: WALK_M_PER_S, strides: 0.5, pose, ..default() };
        let still = body_of(&drawn, PersonId(1), 1.0, 0.0);
        assert_eq!(still.translation, Vec3::ZERO);
        assert!((still.rotation.to_euler(EulerRot::XYZ).0 - LEAN).abs() < 1e-4);
        assert!(body_of(&drawn, PersonId(1), 1.0, 1.0).translation.y > 0.03);
    }
}
