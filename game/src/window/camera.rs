//! The camera: an orbit within limits, the player's follower, and the two-shot of a talk.
//!
//! Owns: where the eye is and how it eases there; the hands on mouse wheel and right button. Refuses to know: who is where
//! (it reads the drawn figures), which keys turn it (`hands` fills [`Turn`]), light and fog. Angles are radians; yaw 0 looks north from the south.

use super::Frame;
use super::figures::Figure;
use super::plan::Plan;
use super::scene::Scene;
use super::walkers::{self, Drawn};
use bevy::camera::Hdr;
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll, MouseScrollUnit};
use bevy::light::cluster::ClusterConfig;
use bevy::prelude::*;
use bevy_egui::input::EguiWantsInput;
use engine_sim::ids::PersonId;
use std::f32::consts::{PI, TAU};

/// The upright angle of view: a 35 mm lens.
pub const VIEW: f32 = 0.62;
/// What is nearer or farther is not drawn, metres.
const NEAR_M: f32 = 0.5;
const FAR_M: f32 = 400.0;
/// Limits of the orbit.
const YAW_MAX: f32 = 1.35;
const PITCH_MIN: f32 = 0.32;
const PITCH_MAX: f32 = 1.05;
const DISTANCE_MIN_M: f32 = 12.0;
const DISTANCE_MAX_M: f32 = 72.0;
/// Where the orbit begins.
const YAW_FIRST: f32 = 0.18;
const PITCH_FIRST: f32 = 0.60;
const DISTANCE_FIRST_M: f32 = 34.0;
/// Limits of the free orbit of a picture.
const FREE_PITCH: (f32, f32) = (0.06, 1.45);
const FREE_DISTANCE_M: (f32, f32) = (4.0, 95.0);
/// A pixel of drag turns so far; keys turn and go nearer so far in a second; a notch of the wheel goes nearer by so much.
const DRAG_PER_PX: f32 = 0.005;
const KEYS_PER_S: f32 = 1.2;
const NOTCHES_PER_S: f32 = 7.0;
const ZOOM_PER_NOTCH: f32 = 0.10;
const PX_PER_NOTCH: f32 = 40.0;
/// How quickly the eye closes a gap, per second: on foot, into a talk.
const FOLLOW_PER_S: f32 = 3.2;
const TALK_PER_S: f32 = 2.2;
/// The title's slow drift.
const DRIFT_YAW: f32 = 0.28;
const DRIFT_S: f32 = 90.0;
const DRIFT_M: f32 = 5.0;
const TITLE: View = View { focus: Vec3::new(2.0, 1.0, 2.0), yaw: 0.0, pitch: 0.52, distance: 58.0 };
/// The focus above the ground on foot, metres.
const FOCUS_UP_M: f32 = 1.0;
/// The focus beyond the player, as the camera looks, as a part of its distance: panels stand at the foot of the picture.
const FOCUS_ON: f32 = 0.10;
/// The two-shot: how far away, how steep, how far above the middle of the picture the heads are (0 middle, 1 upper edge), how far
/// the picture's own turn may be from the south, and the room it wants to houses, metres.
const TALK_M: f32 = 5.8;
const TALK_PITCH: f32 = 0.22;
const TALK_UP: f32 = 0.30;
const TALK_TURN_MAX: f32 = 1.1;
const TALK_ROOM_M: f32 = 6.0;

/// What the player's comfort asks of everything that moves.
#[derive(Resource, Debug, Clone, Copy, Default)]
pub struct Comfort {
    /// No drift, no bob, no slow swings: cuts instead.
    pub reduced_motion: bool,
}

/// What keys and sticks ask of the eye, each part -1..=1: how fast it turns and goes nearer.
#[derive(Resource, Debug, Clone, Copy, Default, PartialEq)]
pub struct Turn {
    /// To the right.
    pub orbit: f32,
    /// Downwards.
    pub tilt: f32,
    /// Nearer.
    pub zoom: f32,
    /// Whether the eye goes where it wants, for a picture.
    pub free: bool,
}

/// A view: an orbit about a focus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// What is looked at.
    pub focus: Vec3,
    /// Turn about the upright.
    pub yaw: f32,
    /// Downwards.
    pub pitch: f32,
    /// From the focus, metres.
    pub distance: f32,
}

/// Where the eye is now, and the orbit that the player has chosen.
#[derive(Resource, Debug, Clone, Copy)]
pub struct Eye {
    /// As drawn.
    pub now: View,
    yaw: f32,
    pitch: f32,
    distance: f32,
    /// Whether the right button went down over the village and not over paper.
    drags: bool,
    /// Nothing is drawn yet: the first view is a cut.
    fresh: bool,
    /// The limits of a picture hold, not those of play.
    free: bool,
}

impl Default for Eye {
    fn default() -> Eye {
        Eye {
            now: TITLE,
            yaw: YAW_FIRST,
            pitch: PITCH_FIRST,
            distance: DISTANCE_FIRST_M,
            drags: false,
            fresh: true,
            free: false,
        }
    }
}

impl Eye {
    /// Turns the orbit, within its limits.
    pub fn turn(&mut self, yaw: f32, pitch: f32) {
        let (least, most) = if self.free { FREE_PITCH } else { (PITCH_MIN, PITCH_MAX) };
        self.pitch = (self.pitch + pitch).clamp(least, most);
        self.yaw += yaw;
        if !self.free {
            self.yaw = self.yaw.clamp(-YAW_MAX, YAW_MAX);
        }
    }
    /// Goes nearer by so many notches of a wheel; away when negative.
    pub fn zoom(&mut self, notches: f32) {
        let (least, most) = if self.free { FREE_DISTANCE_M } else { (DISTANCE_MIN_M, DISTANCE_MAX_M) };
        self.distance = (self.distance * (1.0 - ZOOM_PER_NOTCH).powf(notches)).clamp(least, most);
    }
    /// Lets the eye go where it wants, or holds it to the limits of play again.
    pub fn set_free(&mut self, free: bool) {
        if self.free != free {
            self.free = free;
            // How often a picture went around is forgotten.
            for yaw in [&mut self.yaw, &mut self.now.yaw] {
                *yaw = (*yaw + PI).rem_euclid(TAU) - PI;
            }
            self.turn(0.0, 0.0);
            self.zoom(0.0);
        }
    }
}

/// A value after `seconds` on its way to another: the same part of the gap is closed in the same time, however long the frames.
pub fn ease(from: f32, to: f32, per_s: f32, seconds: f32) -> f32 {
    from + (to - from) * (1.0 - (-per_s * seconds).exp())
}

impl View {
    /// Where the eye is.
    pub fn place(&self) -> Vec3 {
        let (sin, cos) = self.pitch.sin_cos();
        self.focus + Vec3::new(self.yaw.sin() * cos, sin, self.yaw.cos() * cos) * self.distance
    }

    /// The camera's transform.
    pub fn transform(&self) -> Transform {
        Transform::from_translation(self.place()).looking_at(self.focus, Vec3::Y)
    }

    /// This view on its way to another.
    fn towards(&self, to: &View, per_s: f32, seconds: f32) -> View {
        let part = ease(0.0, 1.0, per_s, seconds);
        View {
            focus: self.focus.lerp(to.focus, part),
            yaw: self.yaw + (to.yaw - self.yaw) * part,
            pitch: self.pitch + (to.pitch - self.pitch) * part,
            distance: self.distance + (to.distance - self.distance) * part,
        }
    }
}

/// The title's view at a moment: over the village, drifting unless motion is reduced.
fn title(now_s: f32, comfort: Comfort) -> View {
    let wave = if comfort.reduced_motion { 0.0 } else { (now_s * TAU / DRIFT_S).sin() };
    View { yaw: TITLE.yaw + wave * DRIFT_YAW, distance: TITLE.distance + wave * DRIFT_M, ..TITLE }
}

/// A view of two heads side by side in the upper part of the picture, from the side that is free of houses, the south first.
fn two_shot(a: Vec3, b: Vec3, houses: &[Vec2]) -> View {
    let middle = (a + b) * 0.5;
    let along = b - a;
    // Across the line between the heads, on the side of the south.
    let across = Vec2::new(-along.z, along.x);
    let across = if across.y < 0.0 { -across } else { across }.normalize_or(Vec2::Y);
    let side = across.x.atan2(across.y).clamp(-TALK_TURN_MAX, TALK_TURN_MAX);
    let view = |yaw: f32| {
        let half = (VIEW * 0.5).tan() * TALK_M;
        View { focus: middle - Vec3::Y * half * TALK_UP, yaw, pitch: TALK_PITCH, distance: TALK_M }
    };
    let room = |view: &View| {
        let eye = view.place();
        houses.iter().map(|h| h.distance(Vec2::new(eye.x, eye.z))).fold(f32::MAX, f32::min)
    };
    let views = [0.0, 0.4, -0.4, 0.8, -0.8].map(|turn| view(side + turn));
    let free = views.iter().find(|v| room(v) >= TALK_ROOM_M);
    *free.unwrap_or(&views[0])
}

/// Adds the camera.
pub fn plugin(app: &mut App) {
    app.init_resource::<Eye>().init_resource::<Comfort>().init_resource::<Turn>();
    app.add_systems(Startup, spawn);
    app.add_systems(Update, hands.in_set(Frame::Gather));
    app.add_systems(Update, look.in_set(Frame::Draw).after(walkers::Placed));
}

fn spawn(mut commands: Commands) {
    commands.spawn((
        Camera3d::default(),
        Projection::from(PerspectiveProjection { fov: VIEW, near: NEAR_M, far: FAR_M, ..default() }),
        Hdr,
        Tonemapping::AcesFitted,
        Msaa::Sample4,
        // The village's material knows its few lamps itself.
        ClusterConfig::Single,
        TITLE.transform(),
    ));
}

/// What the hands do with the eye. Paper takes what is over it.
pub fn hands(
    mut eye: ResMut<Eye>,
    scene: Res<Scene>,
    time: Res<Time<Real>>,
    (buttons, turn): (Res<ButtonInput<MouseButton>>, Res<Turn>),
    (motion, scroll): (Res<AccumulatedMouseMotion>, Res<AccumulatedMouseScroll>),
    paper: Option<Res<EguiWantsInput>>,
) {
    let on_paper = paper.is_some_and(|p| p.wants_any_pointer_input());
    eye.set_free(turn.free);
    if buttons.just_pressed(MouseButton::Right) {
        eye.drags = !on_paper;
    }
    if !turn.free && (!scene.playing || scene.partner.is_some()) {
        return;
    }
    if eye.drags && buttons.pressed(MouseButton::Right) && motion.delta != Vec2::ZERO {
        eye.turn(-motion.delta.x * DRAG_PER_PX, motion.delta.y * DRAG_PER_PX);
    }
    if !on_paper && scroll.delta.y != 0.0 {
        let notches = match scroll.unit {
            MouseScrollUnit::Line => scroll.delta.y,
            MouseScrollUnit::Pixel => scroll.delta.y / PX_PER_NOTCH,
        };
        eye.zoom(notches);
    }
    if *turn != (Turn { free: turn.free, ..Turn::default() }) {
        let seconds = time.delta_secs();
        eye.turn(turn.orbit * KEYS_PER_S * seconds, turn.tilt * KEYS_PER_S * seconds);
        eye.zoom(turn.zoom * NOTCHES_PER_S * seconds);
    }
}

fn look(
    (scene, plan, time, comfort): (Res<Scene>, Res<Plan>, Res<Time>, Res<Comfort>),
    mut eye: ResMut<Eye>,
    figures: Query<(&Figure, &Drawn)>,
    mut cameras: Query<&mut Transform, With<Camera3d>>,
) {
    let head = |who: PersonId| {
        figures.iter().find(|(f, _)| f.who == who).map(|(figure, drawn)| walkers::head_at_end(figure, drawn))
    };
    let player = figures.iter().find(|(f, _)| f.who.is_player()).map(|(_, d)| d.foot());
    let talk = scene.partner.and_then(head).zip(head(PersonId::PLAYER)).filter(|_| !eye.free);
    let (wish, per_s) = match (talk, player) {
        (Some((partner, player)), _) if scene.playing => {
            let houses: Vec<Vec2> = plan.sites.iter().filter(|s| s.inside).map(|s| s.at).collect();
            (two_shot(player, partner, &houses), TALK_PER_S)
        }
        (_, Some(at)) if scene.playing => {
            let on = Vec3::new(-eye.yaw.sin(), 0.0, -eye.yaw.cos()) * (eye.distance * FOCUS_ON);
            let focus = at + Vec3::Y * FOCUS_UP_M + on;
            (View { focus, yaw: eye.yaw, pitch: eye.pitch, distance: eye.distance }, FOLLOW_PER_S)
        }
        _ if eye.free => (
            View { focus: TITLE.focus, yaw: eye.yaw, pitch: eye.pitch, distance: eye.distance },
            FOLLOW_PER_S,
        ),
        _ => (title(time.elapsed_secs(), *comfort), TALK_PER_S),
    };
    let cut = eye.fresh || (comfort.reduced_motion && talk.is_some());
    eye.now = if cut { wish } else { eye.now.towards(&wish, per_s, time.delta_secs()) };
    eye.fresh = false;
    for mut camera in &mut cameras {
        camera.set_if_neq(eye.now.transform());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easing_arrives_without_overshoot_and_does_not_depend_on_the_frames() {
        let mut fine = 0.0;
        for _ in 0..60 {
            let next = ease(fine, 1.0, 3.0, 1.0 / 60.0);
            assert!(next > fine && next < 1.0);
            fine = next;
        }
        assert!((fine - ease(0.0, 1.0, 3.0, 1.0)).abs() < 1e-4);
        assert_eq!(ease(2.0, 5.0, 3.0, 0.0), 2.0);
    }

    #[test]
    fn the_orbit_keeps_within_its_limits() {
        let mut eye = Eye::default();
        eye.turn(10.0, 10.0);
        eye.zoom(1000.0);
        assert_eq!((eye.yaw, eye.pitch, eye.distance), (YAW_MAX, PITCH_MAX, DISTANCE_MIN_M));
        eye.turn(-20.0, -20.0);
        eye.zoom(-1000.0);
        assert_eq!((eye.yaw, eye.pitch, eye.distance), (-YAW_MAX, PITCH_MIN, DISTANCE_MAX_M));
    }

    #[test]
    fn a_picture_may_go_all_around_and_play_forgets_it() {
        let mut eye = Eye::default();
        eye.set_free(true);
        eye.turn(TAU + 0.5, 10.0);
        eye.zoom(1000.0);
        assert!(eye.yaw > TAU && eye.pitch > PITCH_MAX && eye.distance < DISTANCE_MIN_M);
        eye.set_free(false);
        assert!((-YAW_MAX..=YAW_MAX).contains(&eye.yaw), "{}", eye.yaw);
        assert_eq!((eye.pitch, eye.distance), (PITCH_MAX, DISTANCE_MIN_M));
    }

    #[test]
    fn two_heads_are_in_the_upper_two_thirds_and_apart() {
        let (a, b) = (Vec3::new(10.0, 1.4, 5.0), Vec3::new(11.5, 1.6, 5.5));
        for houses in [vec![], vec![Vec2::new(10.5, 13.0)]] {
            let view = two_shot(a, b, &houses);
            let camera = view.transform().compute_affine().inverse();
            let seen = [a, b].map(|head| {
                let at = camera.transform_point3(head);
                assert!(at.z < 0.0, "a head is behind the camera");
                Vec2::new(at.x, at.y) / (-at.z * (VIEW * 0.5).tan())
            });
            for at in seen {
                assert!(at.y > 0.05 && at.y < 0.85 && at.x.abs() < 1.2, "a head is at {at}");
            }
            assert!((seen[0].x - seen[1].x).abs() > 0.3, "one head hides the other");
        }
    }

    #[test]
    fn the_title_stands_still_when_motion_is_reduced() {
        let calm = Comfort { reduced_motion: true };
        assert_eq!(title(1.0, calm), title(20.0, calm));
        assert_ne!(title(1.0, Comfort::default()), title(20.0, Comfort::default()));
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(hands);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(look);
        system.initialize(&mut world);
    }
}
