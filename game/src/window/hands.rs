//! Hands: keys and buttons that go down, sticks, and what is held.
//!
//! Owns: gathering hits from keyboard and gamepads once a frame, repeating what a pad holds, and the turning of the eye by keys and
//! sticks. Refuses to know: what a hit means on a screen (`panels::keys`), which keys do what (`keys`), and the eye's limits (`camera`).
//! A letter is where the player's layout has it; several gamepads are one.

use super::Frame;
use super::apply::Chosen;
use super::camera::{self, Turn};
use super::keys::{Action, Bindings, Stroke};
use super::panels::Over;
use super::panels::keys::{HITS_MAX, Hit, turns};
use super::table::Table;
use bevy::input::gamepad::{Gamepad, GamepadButton};
use bevy::input::keyboard::{KeyCode, KeyboardFocusLost, KeyboardInput};
use bevy::prelude::*;

/// How far a stick must go to count as a button of the cross.
const STICK_PRESSED: f32 = 0.6;
/// How far a stick must go to turn the eye: worn sticks never rest quite in the middle.
const STICK_TURNS: f32 = 0.15;
/// Until what a pad holds is hit again, and between two such hits, seconds.
const REPEAT_FIRST_S: f64 = 0.38;
const REPEAT_S: f64 = 0.11;
/// Keys held at once at most; beyond it the oldest is taken for let go.
const HELD_MAX: usize = 16;

/// What the hands have done since the panels last looked, and what they hold.
#[derive(Resource, Default)]
pub struct Hands {
    hits: Vec<Hit>,
    held: Vec<(KeyCode, Stroke)>,
    cross: Repeater,
    pages: Repeater,
}

impl Hands {
    /// Takes the hits.
    pub fn take(&mut self) -> Vec<Hit> {
        std::mem::take(&mut self.hits)
    }

    /// A hit, if there is room for one more.
    pub fn hit(&mut self, hit: Hit) {
        if self.hits.len() < HITS_MAX {
            self.hits.push(hit);
        }
    }

    /// A key went down or up.
    fn key(&mut self, input: &KeyboardInput, (ctrl, alt, shift): (bool, bool, bool)) {
        if !input.state.is_pressed() {
            self.held.retain(|(code, _)| *code != input.key_code);
            return;
        }
        let stroke = Stroke::of_key(input.key_code, &input.logical_key);
        if let Some(stroke) = stroke.filter(|_| !input.repeat && !ctrl && !alt) {
            self.held.retain(|(code, _)| *code != input.key_code);
            if self.held.len() >= HELD_MAX {
                self.held.remove(0);
            }
            self.held.push((input.key_code, stroke));
        }
        let text = input.text.as_ref().map_or_else(String::new, |text| text.to_string());
        if stroke.is_some() || !text.is_empty() {
            self.hit(Hit { stroke, text, ctrl, alt, shift, repeat: input.repeat });
        }
    }

    /// Whether a key of an action is held down.
    fn holds(&self, bindings: &Bindings, action: Action, pads: &[&Gamepad]) -> bool {
        bindings.strokes(action).iter().any(|stroke| match stroke {
            Stroke::Pad(button) => pads.iter().any(|pad| pad.pressed(*button)),
            key => self.held.iter().any(|(_, held)| held == key),
        })
    }
}

/// Hits again what is held.
#[derive(Debug, Default)]
struct Repeater {
    held: Option<GamepadButton>,
    next_s: f64,
}

impl Repeater {
    /// The button that is hit now, if any, and whether it is a repetition.
    fn due(&mut self, now: Option<GamepadButton>, now_s: f64) -> Option<(GamepadButton, bool)> {
        let fresh = now != self.held;
        self.held = now;
        let button = now?;
        if fresh {
            self.next_s = now_s + REPEAT_FIRST_S;
            return Some((button, false));
        }
        if now_s < self.next_s {
            return None;
        }
        self.next_s = now_s + REPEAT_S;
        Some((button, true))
    }
}

/// The button of the cross that a stick stands for.
fn cross_of(stick: Vec2) -> Option<GamepadButton> {
    if stick.x.abs().max(stick.y.abs()) < STICK_PRESSED {
        return None;
    }
    Some(match (stick.x.abs() > stick.y.abs(), stick.x > 0.0, stick.y > 0.0) {
        (true, true, _) => GamepadButton::DPadRight,
        (true, false, _) => GamepadButton::DPadLeft,
        (false, _, true) => GamepadButton::DPadUp,
        (false, _, false) => GamepadButton::DPadDown,
    })
}

const CROSS: [GamepadButton; 4] =
    [GamepadButton::DPadUp, GamepadButton::DPadDown, GamepadButton::DPadLeft, GamepadButton::DPadRight];

/// A stick's part beyond where it rests.
fn beyond_rest(part: f32) -> f32 {
    let gone = ((part.abs() - STICK_TURNS) / (1.0 - STICK_TURNS)).clamp(0.0, 1.0);
    gone.copysign(part)
}

/// What held keys and the right stick ask of the eye.
fn turn(hands: &Hands, bindings: &Bindings, pads: &[&Gamepad], free: bool) -> Turn {
    let held = |action| f32::from(i8::from(hands.holds(bindings, action, pads)));
    let stick = pads.iter().map(|pad| pad.right_stick()).fold(Vec2::ZERO, |a, b| a + b);
    let orbit = held(Action::OrbitRight) - held(Action::OrbitLeft) + beyond_rest(stick.x);
    Turn {
        orbit: orbit.clamp(-1.0, 1.0),
        tilt: beyond_rest(stick.y).clamp(-1.0, 1.0),
        zoom: held(Action::ZoomIn) - held(Action::ZoomOut),
        free,
    }
}

/// Adds the hands.
pub fn plugin(app: &mut App) {
    app.init_resource::<Hands>();
    app.add_systems(Update, gather.in_set(Frame::Gather).before(camera::hands));
}

fn gather(
    mut hands: ResMut<Hands>,
    mut eye: ResMut<Turn>,
    (mut keys, mut lost): (MessageReader<KeyboardInput>, MessageReader<KeyboardFocusLost>),
    down: Res<ButtonInput<KeyCode>>,
    pads: Query<&Gamepad>,
    (chosen, over, time): (Res<Chosen>, Res<Over>, Res<Time<Real>>),
    table: NonSend<Table>,
) {
    use KeyCode as K;
    if lost.read().count() > 0 {
        hands.held.clear();
    }
    let ctrl = down.any_pressed([K::ControlLeft, K::ControlRight])
        || cfg!(target_os = "macos") && down.any_pressed([K::SuperLeft, K::SuperRight]);
    let modifiers =
        (ctrl, down.any_pressed([K::AltLeft, K::AltRight]), down.any_pressed([K::ShiftLeft, K::ShiftRight]));
    for input in keys.read() {
        hands.key(input, modifiers);
    }
    let pads: Vec<&Gamepad> = pads.iter().collect();
    let now_s = time.elapsed_secs_f64();
    for button in pads.iter().flat_map(|pad| pad.get_just_pressed()) {
        if let Some(stroke) = Stroke::of_pad(*button).filter(|_| !CROSS.contains(button)) {
            hands.hit(Hit::of(stroke));
        }
    }
    let pressed = CROSS.into_iter().find(|button| pads.iter().any(|pad| pad.pressed(*button)));
    let crossed = pressed.or_else(|| pads.iter().find_map(|pad| cross_of(pad.left_stick())));
    if let Some((button, repeat)) = hands.cross.due(crossed, now_s) {
        hands.hit(Hit { repeat, ..Hit::of(Stroke::Pad(button)) });
    }
    let turning = match *over {
        Over::Nothing => turns(&table.screens),
        Over::Settings => false,
        Over::Photo => true,
    };
    if turning {
        eye.set_if_neq(turn(&hands, &chosen.bindings, &pads, *over == Over::Photo));
    } else {
        eye.set_if_neq(Turn::default());
        turn_pages(&mut hands, &pads, now_s);
    }
}

/// Where there is no eye to tilt, the right stick turns pages.
fn turn_pages(hands: &mut Hands, pads: &[&Gamepad], now_s: f64) {
    let stick = pads.iter().find_map(|pad| cross_of(pad.right_stick()));
    let upright = stick.filter(|b| matches!(b, GamepadButton::DPadUp | GamepadButton::DPadDown));
    if let Some((button, repeat)) = hands.pages.due(upright, now_s) {
        let up = button == GamepadButton::DPadUp;
        hands.hit(Hit {
            repeat,
            ..Hit::of(Stroke::Key(if up { KeyCode::PageUp } else { KeyCode::PageDown }))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::input::ButtonState;
    use bevy::input::keyboard::Key;

    fn input(code: KeyCode, text: &str, state: ButtonState) -> KeyboardInput {
        KeyboardInput {
            key_code: code,
            logical_key: Key::Character(text.into()),
            state,
            text: Some(text.into()).filter(|_| state.is_pressed()),
            repeat: false,
            window: Entity::PLACEHOLDER,
        }
    }

    const FREE: (bool, bool, bool) = (false, false, false);

    #[test]
    fn a_held_key_turns_the_eye_until_it_is_let_go() {
        let (mut hands, bindings) = (Hands::default(), Bindings::default());
        hands.key(&input(KeyCode::Period, ".", ButtonState::Pressed), FREE);
        assert_eq!(turn(&hands, &bindings, &[], false).orbit, 1.0);
        hands.key(&input(KeyCode::Comma, ",", ButtonState::Pressed), FREE);
        assert_eq!(turn(&hands, &bindings, &[], false).orbit, 0.0);
        hands.key(&input(KeyCode::Period, ".", ButtonState::Released), FREE);
        assert_eq!(turn(&hands, &bindings, &[], true), Turn { orbit: -1.0, free: true, ..Turn::default() });
        assert_eq!(hands.take().len(), 2);
        assert!(hands.take().is_empty());
    }

    #[test]
    fn the_players_own_key_turns_too() {
        let (mut hands, mut bindings) = (Hands::default(), Bindings::default());
        bindings.bind(Action::ZoomIn, Stroke::Sign('k')).unwrap();
        hands.key(&input(KeyCode::KeyK, "k", ButtonState::Pressed), FREE);
        assert_eq!(turn(&hands, &bindings, &[], false).zoom, 1.0);
    }

    #[test]
    fn a_held_cross_is_hit_again_and_a_fresh_one_at_once() {
        let mut cross = Repeater::default();
        let down = Some(GamepadButton::DPadDown);
        assert_eq!(cross.due(None, 0.0), None);
        assert_eq!(cross.due(down, 0.0), Some((GamepadButton::DPadDown, false)));
        assert_eq!(cross.due(down, 0.1), None);
        assert_eq!(cross.due(down, 0.4), Some((GamepadButton::DPadDown, true)));
        assert_eq!(cross.due(down, 0.45), None);
        assert_eq!(cross.due(Some(GamepadButton::DPadUp), 0.46), Some((GamepadButton::DPadUp, false)));
        assert_eq!(cross.due(None, 0.5), None);
        assert_eq!(cross.due(down, 0.6), Some((GamepadButton::DPadDown, false)));
    }

    #[test]
    fn sticks_are_crosses_only_when_pushed_far_and_rest_in_the_middle() {
        assert_eq!(cross_of(Vec2::new(0.3, -0.3)), None);
        assert_eq!(cross_of(Vec2::new(0.1, -0.9)), Some(GamepadButton::DPadDown));
        assert_eq!(cross_of(Vec2::new(-0.9, 0.5)), Some(GamepadButton::DPadLeft));
        assert_eq!((beyond_rest(0.1), beyond_rest(-0.1)), (0.0, -0.0));
        assert_eq!((beyond_rest(1.0), beyond_rest(-1.0)), (1.0, -1.0));
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(gather);
        system.initialize(&mut world);
    }
}
