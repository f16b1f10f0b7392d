//! Sound: when the village's sounds are heard, and how loud.
//!
//! Owns: the clips, made at start, and the rules by which they play. Refuses to know: how a sound is made (`synth`) and where volumes
//! are kept (`settings`). Where there is no sound device nothing is played and nothing goes wrong: what would be heard once is taken
//! away by its own time, never by the device's.

use super::Frame;
use super::plan::Plan;
use super::scene::Scene;
use crate::settings;
use bevy::audio::{
    AddAudioSource, AudioPlayer, AudioSink, AudioSinkPlayback, ChannelCount, Decodable, PlaybackSettings,
    SampleRate, Source, Volume,
};
use bevy::prelude::*;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

pub mod synth;

/// The seed of everything that hisses, crunches and bubbles.
const SEED: u64 = 1207;
/// Sounds heard once that play at the same time; beyond it the next is left out.
const ONCE_MAX: usize = 12;
/// How long a sound that is heard once stays after its last frame, seconds: the device may start late.
const ONCE_SPARE_S: f32 = 1.0;
/// How fast lasting sounds swell and fade: seconds to two thirds of the way.
const SWELL_S: f32 = 0.9;
/// Between a villager's motif and its return while they speak, seconds.
const MOTIF_EVERY_S: f32 = 3.2;
/// Steps heard when the player walks.
const WALK_STEPS: u8 = 6;
/// A leap of the drawn clock that is no passing of time, minutes.
const LEAP_MIN: f32 = 30.0;
/// The part of the wind that is heard inside.
const WIND_INSIDE: f32 = 0.3;
/// Where bellows blow and pots simmer.
const BELLOWS_AT: [&str; 1] = ["smithy"];
const POT_AT: [&str; 3] = ["lantern", "bakery", "herbhouse"];

/// How loud the player wants it. Insert anew when settings change.
#[derive(Resource, Debug, Clone, PartialEq, Default)]
pub struct Volumes {
    /// As in the settings.
    pub set: settings::Sound,
    /// Whether everything rests, because another window has the player's attention.
    pub hushed: bool,
}

impl Volumes {
    /// The volumes of the settings.
    pub fn of(set: &settings::Sound) -> Volumes {
        Volumes { set: set.clone(), hushed: false }
    }

    /// How loud a kind of sound is, 0..=1.
    fn gain(&self, own: impl Fn(&settings::Sound) -> u16) -> f32 {
        if self.hushed { 0.0 } else { synth::loudness(self.set.master, own(&self.set)) }
    }
}

/// Frames to play.
#[derive(Asset, TypePath, Clone)]
pub struct Clip {
    frames: Arc<[f32]>,
    looped: bool,
}

impl Clip {
    fn once(frames: Vec<f32>) -> Clip {
        Clip { frames: frames.into(), looped: false }
    }
    fn looped(frames: Vec<f32>) -> Clip {
        Clip { frames: frames.into(), looped: true }
    }
    fn seconds(&self) -> f32 {
        self.frames.len() as f32 / synth::RATE_HZ as f32
    }
}

/// A clip being played.
pub struct Playing {
    clip: Clip,
    at: usize,
}

impl Iterator for Playing {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.at >= self.clip.frames.len() && self.clip.looped {
            self.at = 0;
        }
        let frame = self.clip.frames.get(self.at).copied();
        self.at += 1;
        frame
    }
}

impl Source for Playing {
    fn current_span_len(&self) -> Option<usize> {
        None
    }
    fn channels(&self) -> ChannelCount {
        NonZero::<u16>::MIN
    }
    fn sample_rate(&self) -> SampleRate {
        NonZero::new(synth::RATE_HZ).unwrap_or(NonZero::<u32>::MIN)
    }
    fn total_duration(&self) -> Option<Duration> {
        (!self.clip.looped).then(|| Duration::from_secs_f32(self.clip.seconds()))
    }
}

impl Decodable for Clip {
    type Decoder = Playing;

    fn decoder(&self) -> Playing {
        Playing { clip: self.clone(), at: 0 }
    }
}

/// A sound that lasts as long as the game.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
enum Lasting {
    Wind,
    Bellows,
    Pot,
}

/// How loud it is now, 0..=1.
#[derive(Component, Default)]
struct Gain(f32);

/// A sound that is heard once, with the seconds it has left.
#[derive(Component)]
struct Once {
    left_s: f32,
    bell: bool,
}

/// The clips that are heard once; a villager's motif and an hour's strokes are made when they are first heard.
#[derive(Resource, Default)]
struct Shelf {
    steps: Handle<Clip>,
    motifs: BTreeMap<usize, Handle<Clip>>,
    hours: BTreeMap<u8, Handle<Clip>>,
}

/// Adds sound.
pub fn plugin(app: &mut App) {
    app.add_audio_source::<Clip>();
    rules(app);
}

/// Adds the rules without the device.
fn rules(app: &mut App) {
    app.init_resource::<Volumes>().init_resource::<Shelf>();
    app.add_systems(Startup, begin);
    app.add_systems(Update, (swell, walk, ring, speak, end).chain().in_set(Frame::Draw));
}

fn begin(mut commands: Commands, mut clips: ResMut<Assets<Clip>>, mut shelf: ResMut<Shelf>) {
    shelf.steps = clips.add(Clip::once(synth::steps(SEED, WALK_STEPS)));
    let lasting = [
        (Lasting::Wind, synth::wind(SEED)),
        (Lasting::Bellows, synth::bellows(SEED)),
        (Lasting::Pot, synth::pot(SEED)),
    ];
    for (kind, frames) in lasting {
        let player = AudioPlayer(clips.add(Clip::looped(frames)));
        commands.spawn((
            kind,
            Gain::default(),
            player,
            PlaybackSettings::ONCE.with_volume(Volume::Linear(0.0)),
        ));
    }
}

/// How loud a lasting sound is where the player is, 0..=1, before volumes.
fn presence(kind: Lasting, place: Option<(&str, bool)>) -> f32 {
    match (kind, place) {
        (Lasting::Wind, Some((_, true))) => WIND_INSIDE,
        (Lasting::Wind, _) => 1.0,
        (Lasting::Bellows, Some((key, _))) if BELLOWS_AT.contains(&key) => 1.0,
        (Lasting::Pot, Some((key, _))) if POT_AT.contains(&key) => 1.0,
        _ => 0.0,
    }
}

fn swell(
    scene: Res<Scene>,
    plan: Res<Plan>,
    volumes: Res<Volumes>,
    time: Res<Time>,
    mut lasting: Query<(&Lasting, &mut Gain, Option<&mut AudioSink>)>,
) {
    let place = scene.player.map(|p| plan.site(p)).map(|site| (site.key.as_str(), site.inside));
    let near = 1.0 - (-time.delta_secs() / SWELL_S).exp();
    for (kind, mut gain, sink) in &mut lasting {
        let target = presence(*kind, place) * volumes.gain(|set| set.wind);
        gain.0 += (target - gain.0) * near;
        if target == 0.0 && gain.0 < 0.001 {
            gain.0 = 0.0;
        }
        if let Some(mut sink) = sink {
            sink.set_volume(Volume::Linear(gain.0));
        }
    }
}

/// Plays a clip once, if it would be heard and few others play.
fn play_once(commands: &mut Commands, clip: (Handle<Clip>, f32), gain: f32, bell: bool, playing: usize) {
    if gain > 0.0 && playing < ONCE_MAX {
        let (clip, seconds) = clip;
        let settings = PlaybackSettings::ONCE.with_volume(Volume::Linear(gain));
        commands.spawn((Once { left_s: seconds + ONCE_SPARE_S, bell }, AudioPlayer(clip), settings));
    }
}

fn timed(clips: &Assets<Clip>, handle: &Handle<Clip>) -> (Handle<Clip>, f32) {
    (handle.clone(), clips.get(handle).map_or(0.0, Clip::seconds))
}

fn walk(
    mut commands: Commands,
    scene: Res<Scene>,
    (volumes, shelf, clips): (Res<Volumes>, Res<Shelf>, Res<Assets<Clip>>),
    playing: Query<(), With<Once>>,
    mut last: Local<Option<engine_sim::ids::PlaceId>>,
) {
    let walked = last.is_some() && scene.player.is_some() && *last != scene.player;
    *last = scene.player;
    if walked {
        let gain = volumes.gain(|set| set.steps);
        play_once(&mut commands, timed(&clips, &shelf.steps), gain, false, playing.iter().count());
    }
}

/// The hour that the bell strikes when the drawn clock goes from one minute to another.
fn struck(before: f32, after: f32) -> Option<u8> {
    let hour = |minute: f32| (minute / 60.0).floor() as i32;
    let passed = after > before && after - before < LEAP_MIN && hour(after) > hour(before);
    passed.then(|| match hour(after).rem_euclid(12) as u8 {
        0 => 12,
        hour => hour,
    })
}

fn ring(
    mut commands: Commands,
    scene: Res<Scene>,
    (volumes, mut shelf, mut clips): (Res<Volumes>, ResMut<Shelf>, ResMut<Assets<Clip>>),
    playing: Query<(Entity, &Once)>,
    mut last: Local<Option<f32>>,
) {
    let before = last.take();
    *last = scene.playing.then_some(scene.minute);
    let gain = volumes.gain(|set| set.bell);
    let Some(hour) = before.zip(*last).and_then(|(before, after)| struck(before, after)) else { return };
    if gain == 0.0 {
        return;
    }
    // A waiting player hears the hour that it has become, not every one that went by.
    let mut others = 0;
    for (entity, once) in &playing {
        if once.bell {
            commands.entity(entity).despawn();
        } else {
            others += 1;
        }
    }
    let clip = shelf.hours.entry(hour).or_insert_with(|| clips.add(Clip::once(synth::bell(hour)))).clone();
    play_once(&mut commands, timed(&clips, &clip), gain, true, others);
}

fn speak(
    mut commands: Commands,
    scene: Res<Scene>,
    time: Res<Time>,
    (volumes, mut shelf, mut clips): (Res<Volumes>, ResMut<Shelf>, ResMut<Assets<Clip>>),
    playing: Query<(), With<Once>>,
    mut last: Local<Option<(usize, f32)>>,
) {
    let Some(who) = scene.speaking.map(|who| who.index()) else {
        *last = None;
        return;
    };
    let left_s =
        last.filter(|(speaker, _)| *speaker == who).map_or(0.0, |(_, left_s)| left_s - time.delta_secs());
    if left_s > 0.0 {
        *last = Some((who, left_s));
        return;
    }
    *last = Some((who, MOTIF_EVERY_S));
    let gain = volumes.gain(|set| set.voices);
    if gain > 0.0 {
        let clip =
            shelf.motifs.entry(who).or_insert_with(|| clips.add(Clip::once(synth::motif(who)))).clone();
        play_once(&mut commands, timed(&clips, &clip), gain, false, playing.iter().count());
    }
}

fn end(mut commands: Commands, time: Res<Time>, mut playing: Query<(Entity, &mut Once)>) {
    for (entity, mut once) in &mut playing {
        once.left_s -= time.delta_secs();
        if once.left_s <= 0.0 {
            commands.entity(entity).despawn();
        }
    }
}

#[cfg(test)]
mod tests;
