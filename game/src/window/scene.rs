//! The scene: a copy of what can be seen at the table, taken once a frame, for everything that draws.
//!
//! Owns: the copy and the drawn clock, which runs after the engine's. Refuses to know: the table's insides beyond reading. Simulated
//! and drawn are different things: systems move drawn positions towards this copy and never write to it.

use super::Frame;
use super::table::Table;
use crate::text::app::Screen;
use crate::text::chronicle::Entry;
use bevy::prelude::*;
use engine_sim::ids::{PersonId, PlaceId};

/// How fast the drawn clock follows the engine's: minutes in a second, and the part of the gap closed in a second.
const CLOCK_MIN_PER_S: f32 = 4.0;
const CLOCK_GAP_PER_S: f32 = 0.8;
/// The hour of the title's evening, in minutes since midnight.
const TITLE_MINUTE: f32 = 17.0 * 60.0 + 15.0;

/// Where a villager is, as the engine says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whereabouts {
    /// The place they are at or have just left.
    pub at: PlaceId,
    /// The place they walk to next, if they walk.
    pub next: Option<PlaceId>,
}

/// What can be seen.
#[derive(Resource, Debug, Default)]
pub struct Scene {
    /// Whether a case is being played.
    pub playing: bool,
    /// The screen that is up.
    pub screen: Option<Screen>,
    /// The drawn clock: minutes since midnight.
    pub minute: f32,
    /// The hour that a picture holds the drawn clock at, if any: minutes since midnight.
    pub held_minute: Option<f32>,
    /// Villagers, by id; empty at the title before any game.
    pub people: Vec<Whereabouts>,
    /// Where the player is.
    pub player: Option<PlaceId>,
    /// Whom the player talks with.
    pub partner: Option<PersonId>,
    /// Who is saying a line right now, sentence by sentence.
    pub speaking: Option<PersonId>,
    /// Whose words are awaited.
    pub thinking: Option<PersonId>,
    /// Whether a mind finds the words: fires burn higher.
    pub mind: bool,
}

/// Adds the copy.
pub fn plugin(app: &mut App) {
    app.insert_resource(Scene { minute: TITLE_MINUTE, ..default() });
    app.add_systems(Update, copy.in_set(Frame::Copy));
}

fn copy(table: NonSend<Table>, time: Res<Time>, mut scene: ResMut<Scene>) {
    let screens = &table.screens;
    scene.screen = Some(screens.screen);
    scene.mind = screens.voices.has_mind();
    let Some(world) = &screens.world else {
        scene.playing = false;
        scene.partner = None;
        scene.speaking = None;
        scene.thinking = None;
        scene.minute = scene.held_minute.unwrap_or(follow(scene.minute, TITLE_MINUTE, time.delta_secs()));
        return;
    };
    let state = world.state();
    let began = !scene.playing;
    scene.playing = true;
    scene.people = state
        .people
        .iter()
        .map(|p| Whereabouts { at: p.position.at, next: p.position.step.map(|s| s.0) })
        .collect();
    scene.player = Some(state.player.place);
    scene.partner = state.talk.with;
    scene.thinking = world.awaiting().map(|(pending, _)| pending.speaker);
    scene.speaking = match screens.chronicle.visible().last() {
        Some(Entry::Spoke(line)) if screens.chronicle.revealing() => Some(line.speaker),
        _ => None,
    };
    let minute = (state.now.0 % (24 * 60)) as f32;
    let drawn = if began { minute } else { follow(scene.minute, minute, time.delta_secs()) };
    scene.minute = scene.held_minute.unwrap_or(drawn);
}

/// The drawn clock after `seconds`: at a steady pace, faster when far behind, never past.
fn follow(from: f32, to: f32, seconds: f32) -> f32 {
    let step = (CLOCK_MIN_PER_S + (to - from).abs() * CLOCK_GAP_PER_S) * seconds;
    if (to - from).abs() <= step { to } else { from + step.copysign(to - from) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawn_clock_arrives_and_never_overshoots() {
        let mut minute = 480.0;
        for _ in 0..600 {
            let next = follow(minute, 540.0, 1.0 / 60.0);
            assert!(next >= minute && next <= 540.0);
            minute = next;
        }
        assert_eq!(minute, 540.0);
        assert_eq!(follow(10.0, 9.99, 1.0), 9.99);
    }
}
