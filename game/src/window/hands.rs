//! Hands: keys and buttons that go down, sticks, and what is held.
//!
//! Owns: gathering hits from keyboard and gamepads once a frame, repeating what a pad holds, the turning of the eye by keys and
//! sticks, which of keyboard, mouse and gamepad was used last, and fetching what is to be pasted. Refuses to know: what a hit means on a
//! screen (`panels::keys`), which keys do what (`keys`), and the eye's limits (`camera`). A letter is where the player's layout has it;
//! several gamepads are one.

use super::Frame;
use super::apply::Chosen;
use super::camera::{self, Turn};
use super::keys::{Action, Bindings, Stroke};
use super::pads::{Held, Make};
use super::panels::Over;
use super::panels::keys::{HITS_MAX, Hit, turns};
use super::table::Table;
use bevy::clipboard::Clipboard;
use bevy::input::gamepad::{Gamepad, GamepadButton};
use bevy::input::keyboard::{KeyCode, KeyboardFocusLost, KeyboardInput};
use bevy::input::mouse::MouseWheel;
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
/// How far the mouse must go after a gamepad was used until it counts, logical pixels: whoever knocks against the table uses no mouse.
const MOUSE_GOES_PX: f32 = 24.0;

/// What the hands have done since the panels last looked, and what they hold.
#[derive(Resource, Default)]
pub struct Hands {
    hits: Vec<Hit>,
    held: Vec<(KeyCode, Stroke)>,
    cross: Repeater,
    pages: Repeater,
    /// What the hand holds last.
    in_hand: Held,
    /// How far the mouse has gone since, logical pixels.
    gone_px: f32,
    /// Whether a stick lies far from its middle.
    is_pushed: bool,
    /// Whether what lies in the clipboard is asked for.
    wants_pasted: bool,
    pasted: Vec<String>,
}

/// What was touched in a frame.
#[derive(Debug, Default)]
struct Touched {
    /// A key, or a button or the wheel of the mouse.
    keys: bool,
    /// How far the mouse went, logical pixels.
    gone_px: f32,
    /// The gamepad of which a button went down.
    button: Option<Make>,
    /// The gamepad of which a stick lies far from its middle.
    stick: Option<Make>,
}

impl Hands {
    /// Takes the hits.
    pub fn take(&mut self) -> Vec<Hit> {
        std::mem::take(&mut self.hits)
    }

    /// Takes what was pasted.
    pub fn take_pasted(&mut self) -> Vec<String> {
        std::mem::take(&mut self.pasted)
    }

    /// What the hand holds last.
    pub fn in_hand(&self) -> Held {
        self.in_hand
    }

    /// Learns what the hand holds. A stick counts when it is pushed and not while it lies there, so that one that is stuck never takes
    /// turns with the mouse.
    fn touch(&mut self, touched: &Touched) {
        self.gone_px += touched.gone_px;
        if touched.keys || self.gone_px >= MOUSE_GOES_PX {
            (self.in_hand, self.gone_px) = (Held::Keys, 0.0);
        }
        let pushed = touched.stick.filter(|_| !self.is_pushed);
        self.is_pushed = touched.stick.is_some();
        if let Some(make) = touched.button.or(pushed) {
            (self.in_hand, self.gone_px) = (Held::Pad(make), 0.0);
        }
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
        if stroke == Some(Stroke::Sign('v')) && ctrl && !alt && !shift {
            self.wants_pasted |= !input.repeat;
            return;
        }
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
    let hands = (hold, gather, paste).chain();
    app.add_systems(Update, hands.in_set(Frame::Gather).before(camera::hands));
}

/// Looks what was touched.
fn hold(
    mut hands: ResMut<Hands>,
    (mut keys, mut moved): (MessageReader<KeyboardInput>, MessageReader<CursorMoved>),
    (mut wheel, buttons): (MessageReader<MouseWheel>, Res<ButtonInput<MouseButton>>),
    pads: Query<&Gamepad>,
) {
    let typed = keys.read().filter(|key| key.state.is_pressed()).count() > 0;
    let rolled = wheel.read().count() > 0;
    let far = |pad: &Gamepad| cross_of(pad.left_stick()).or(cross_of(pad.right_stick())).is_some();
    let pressed = pads.iter().find(|pad| pad.get_just_pressed().next().is_some());
    hands.touch(&Touched {
        keys: typed || rolled || buttons.get_just_pressed().next().is_some(),
        gone_px: moved.read().filter_map(|cursor| cursor.delta).map(Vec2::length).sum(),
        button: pressed.map(|pad| Make::of(pad.vendor_id())),
        stick: pads.iter().find(|pad| far(pad)).map(|pad| Make::of(pad.vendor_id())),
    });
}

/// Fetches what lies in the clipboard, if the hands have asked for it. A clipboard that is empty or not there gives nothing.
fn paste(mut hands: ResMut<Hands>, clipboard: Option<ResMut<Clipboard>>) {
    if !std::mem::take(&mut hands.wants_pasted) {
        return;
    }
    let fetched = clipboard.and_then(|mut clipboard| clipboard.fetch_text().poll_result());
    hands.pasted.extend(fetched.and_then(Result::ok));
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
        Over::Settings | Over::Menu => false,
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
    fn the_last_thing_touched_is_held_and_neither_noise_nor_a_stuck_stick_changes_that() {
        let mut hands = Hands::default();
        let pad = Held::Pad(Make::Letters);
        let touch = |hands: &mut Hands, touched: Touched| {
            hands.touch(&touched);
            hands.in_hand()
        };
        let button = || Touched { button: Some(Make::Letters), ..Touched::default() };
        let stick = || Touched { stick: Some(Make::Letters), ..Touched::default() };
        let mouse = |gone_px| Touched { gone_px, ..Touched::default() };
        assert_eq!(touch(&mut hands, Touched::default()), Held::Keys);
        assert_eq!(touch(&mut hands, button()), pad);
        assert_eq!(touch(&mut hands, mouse(3.0)), pad, "the table was knocked");
        assert_eq!(touch(&mut hands, mouse(30.0)), Held::Keys);
        assert_eq!(touch(&mut hands, stick()), pad);
        // The stick is stuck where it was pushed: it is pushed again only after it has gone back.
        assert_eq!(touch(&mut hands, Touched { keys: true, ..stick() }), Held::Keys);
        for _ in 0..3 {
            assert_eq!(touch(&mut hands, stick()), Held::Keys);
        }
        touch(&mut hands, Touched::default());
        assert_eq!(touch(&mut hands, stick()), pad);
        // The mouse's way before the gamepad was used does not count.
        touch(&mut hands, mouse(20.0));
        touch(&mut hands, button());
        assert_eq!(touch(&mut hands, mouse(20.0)), pad);
    }

    #[test]
    fn control_and_v_asks_for_what_is_to_be_pasted_once_and_tells_no_screen() {
        let mut hands = Hands::default();
        let down = input(KeyCode::KeyV, "v", ButtonState::Pressed);
        hands.key(&down, (true, false, false));
        assert!(std::mem::take(&mut hands.wants_pasted) && hands.take().is_empty());
        hands.key(&KeyboardInput { repeat: true, ..down.clone() }, (true, false, false));
        assert!(!hands.wants_pasted);
        hands.key(&down, FREE);
        assert!(!hands.wants_pasted);
        assert_eq!(hands.take().len(), 1, "V alone is a letter");
    }

    #[test]
    fn what_lies_in_the_clipboard_is_fetched_when_it_is_asked_for() {
        let mut app = App::new();
        app.init_resource::<Hands>().add_systems(Update, paste);
        app.world_mut().resource_mut::<Hands>().wants_pasted = true;
        app.update();
        let mut hands = app.world_mut().resource_mut::<Hands>();
        assert!(!hands.wants_pasted, "without a clipboard nothing is pasted, and it is not asked for again");
        assert!(hands.take_pasted().is_empty());
    }

    #[test]
    fn no_system_asks_for_the_same_thing_twice() {
        let mut world = World::new();
        let mut system = IntoSystem::into_system(hold);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(paste);
        system.initialize(&mut world);
        let mut system = IntoSystem::into_system(gather);
        system.initialize(&mut world);
    }
}
