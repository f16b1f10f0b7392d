//! Synthesis: every sound of the village from a few lines of arithmetic, no samples.
//!
//! Owns: how wind, steps, bellows, pot, bell and the villagers' motifs come about, as mono frames between -1 and 1. Refuses to know:
//! when they are heard, how loud, and the sound device. The same seed gives the same frames. Sources: one-pole filters; plucks after
//! Karplus and Strong (1983); the partials of a minor-third bell (hum, prime, tierce, quint, nominal).

use engine_sim::rng::Rng;
use std::f32::consts::{FRAC_PI_2, PI, TAU};

/// Frames in a second.
pub const RATE_HZ: u32 = 22_050;
/// Notes of a motif.
pub const MOTIF_NOTES: usize = 4;
/// Motifs there are before one comes again.
pub const MOTIFS: usize = 256;
/// Most strokes of the bell.
pub const STROKES_MAX: u8 = 12;
/// Most steps of a walk.
pub const STEPS_MAX: u8 = 16;

const RATE: f32 = RATE_HZ as f32;
/// Loudest frame of each sound; together they stay below 1 at the usual volumes.
const WIND_PEAK: f32 = 0.5;
const STEP_PEAK: f32 = 0.5;
const BELLOWS_PEAK: f32 = 0.4;
const POT_PEAK: f32 = 0.3;
const BELL_PEAK: f32 = 0.6;
const MOTIF_PEAK: f32 = 0.45;

const WIND_S: f32 = 24.0;
const WIND_SEAM_S: f32 = 2.0;
/// The wind's filter without a gust, and what a gust opens.
const WIND_HZ: f32 = 180.0;
const GUST_HZ: f32 = 620.0;
/// Gusts in a turn of the loop, with their weights: whole numbers, so that the loop closes.
const GUSTS: [(f32, f32); 3] = [(2.0, 0.5), (3.0, 0.3), (7.0, 0.2)];

const STEP_EVERY_S: f32 = 0.48;
const STEP_S: f32 = 0.26;
/// Grains of snow that break under a step.
const STEP_GRAINS: u32 = 26;
const GRAIN_S: f32 = 0.012;

const BELLOWS_S: f32 = 4.0;
/// The part of a turn in which the bellows blow; in the rest they draw.
const BLOW_PART: f32 = 0.55;
const BLOW_HZ: f32 = 520.0;
const DRAW_HZ: f32 = 240.0;

const POT_S: f32 = 8.0;
const BUBBLES: u32 = 70;
const BUBBLE_S: f32 = 0.09;
const BUBBLE_HZ: (f32, f32) = (260.0, 820.0);

const STROKE_S: f32 = 5.0;
/// From one stroke of the bell to the next, seconds.
pub const STROKE_EVERY_S: f32 = 1.8;
const BELL_HZ: f32 = 392.0;
/// Partials: pitch over the prime, loudness, seconds to fall to a third.
const PARTIALS: [(f32, f32, f32); 7] = [
    (0.5, 0.5, 2.2),
    (1.0, 0.8, 1.4),
    (1.2, 0.6, 1.1),
    (1.5, 0.3, 0.8),
    (2.0, 0.7, 0.7),
    (2.67, 0.25, 0.4),
    (3.0, 0.2, 0.3),
];
/// How long the clapper's touch takes, seconds.
const CLAPPER_S: f32 = 0.004;

const NOTE_EVERY_S: f32 = 0.17;
const NOTE_S: f32 = 0.9;
/// The lowest note that a motif begins on, and the semitones of its scale.
const MOTIF_HZ: f32 = 293.66;
const SCALE: [i32; 5] = [0, 2, 4, 7, 9];
const LEAPS: [i32; 4] = [-2, -1, 1, 2];
/// How a motif's number is spread over all motifs: odd, so that each number has its own.
const MOTIF_SPREAD: usize = 37;
const MOTIF_OFFSET: usize = 11;

fn frames(seconds: f32) -> usize {
    (seconds * RATE) as usize
}

/// A number in -1..1.
fn noise(rng: &mut Rng) -> f32 {
    (rng.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
}

/// A number in `from..to`.
fn between(rng: &mut Rng, from: f32, to: f32) -> f32 {
    from + (to - from) * (noise(rng) * 0.5 + 0.5)
}

/// A filter that lets low pitches through.
struct LowPass {
    held: f32,
}

impl LowPass {
    fn step(&mut self, input: f32, cutoff_hz: f32) -> f32 {
        self.held += (1.0 - (-TAU * cutoff_hz / RATE).exp()) * (input - self.held);
        self.held
    }
}

/// Scales to a peak; whatever is no number becomes silence.
fn settle(mut frames: Vec<f32>, peak: f32) -> Vec<f32> {
    for frame in frames.iter_mut().filter(|f| !f.is_finite()) {
        *frame = 0.0;
    }
    let loudest = frames.iter().fold(0.0f32, |top, f| top.max(f.abs()));
    if loudest > 0.0 {
        for frame in &mut frames {
            *frame *= peak / loudest;
        }
    }
    frames
}

/// Folds what stands after `len` into the beginning, so that the end runs into the start without a click.
fn close(mut frames: Vec<f32>, len: usize) -> Vec<f32> {
    let seam = frames.len().saturating_sub(len);
    for i in 0..seam.min(len) {
        let (rise, fall) = (i as f32 / seam as f32 * FRAC_PI_2).sin_cos();
        frames[i] = frames[i] * rise + frames[len + i] * fall;
    }
    frames.truncate(len);
    frames
}

/// Wind with slow gusts: a loop.
pub fn wind(seed: u64) -> Vec<f32> {
    let mut rng = Rng::new(seed, "wind");
    let len = frames(WIND_S);
    let phases = GUSTS.map(|_| between(&mut rng, 0.0, TAU));
    let (mut first, mut second) = (LowPass { held: 0.0 }, LowPass { held: 0.0 });
    let blown = (0..len + frames(WIND_SEAM_S)).map(|i| {
        let turn = i as f32 / len as f32 * TAU;
        let gust: f32 =
            GUSTS.iter().zip(&phases).map(|((n, w), p)| w * ((turn * n + p).sin() * 0.5 + 0.5)).sum();
        let cutoff = WIND_HZ + GUST_HZ * gust * gust;
        let soft = first.step(noise(&mut rng), cutoff);
        second.step(soft, cutoff) * (0.35 + 0.65 * gust)
    });
    settle(close(blown.collect(), len), WIND_PEAK)
}

/// Steps in snow, one after the other; at least one.
pub fn steps(seed: u64, count: u8) -> Vec<f32> {
    let mut rng = Rng::new(seed, "steps");
    let count = count.clamp(1, STEPS_MAX);
    let mut out = vec![0.0; frames(STEP_EVERY_S * f32::from(count - 1) + STEP_S + GRAIN_S)];
    for n in 0..count {
        let from = frames(STEP_EVERY_S * f32::from(n));
        let firm = between(&mut rng, 0.75, 1.0);
        for _ in 0..STEP_GRAINS {
            // Most grains break as the foot comes down, the last as it turns.
            let late = between(&mut rng, 0.0, 1.0);
            let at = from + frames(late * late * (STEP_S - GRAIN_S));
            let loud = firm * (1.0 - 0.7 * late) * between(&mut rng, 0.3, 1.0);
            let mut filter = LowPass { held: 0.0 };
            let pitch_hz = between(&mut rng, 900.0, 2600.0);
            let len = frames(GRAIN_S);
            for i in 0..len {
                let swell = (i as f32 / len as f32 * PI).sin();
                out[at + i] += filter.step(noise(&mut rng), pitch_hz) * swell * loud;
            }
        }
    }
    settle(out, STEP_PEAK)
}

/// The smithy's bellows, blowing and drawing: a loop.
pub fn bellows(seed: u64) -> Vec<f32> {
    let mut rng = Rng::new(seed, "bellows");
    let len = frames(BELLOWS_S);
    let (mut first, mut second) = (LowPass { held: 0.0 }, LowPass { held: 0.0 });
    let breath = (0..len).map(|i| {
        let turn = i as f32 / len as f32;
        let blows = turn < BLOW_PART;
        let part = if blows { turn / BLOW_PART } else { (turn - BLOW_PART) / (1.0 - BLOW_PART) };
        // Each breath ends in silence, so the loop closes.
        let swell = (part * PI).sin();
        let (cutoff, loud) = if blows { (BLOW_HZ, 1.0) } else { (DRAW_HZ, 0.8) };
        let soft = first.step(noise(&mut rng), cutoff * (0.5 + 0.5 * swell));
        second.step(soft, cutoff) * swell * swell * loud
    });
    settle(breath.collect(), BELLOWS_PEAK)
}

/// A pot that simmers: a loop.
pub fn pot(seed: u64) -> Vec<f32> {
    let mut rng = Rng::new(seed, "pot");
    let len = frames(POT_S);
    let mut out = vec![0.0; len];
    for _ in 0..BUBBLES {
        let at = rng.below(len as u32) as usize;
        let pitch_hz = between(&mut rng, BUBBLE_HZ.0, BUBBLE_HZ.1);
        let loud = between(&mut rng, 0.2, 1.0);
        let size = frames(BUBBLE_S * between(&mut rng, 0.5, 1.0));
        let mut phase = 0.0;
        for i in 0..size {
            let part = i as f32 / size as f32;
            // A bubble's pitch rises as it reaches the air.
            phase += TAU * pitch_hz * (1.0 + 0.8 * part * part) / RATE;
            let swell = (part * PI).sin() * (1.0 - part);
            out[(at + i) % len] += phase.sin() * swell * loud;
        }
    }
    settle(out, POT_PEAK)
}

/// The chapel bell, struck so often; once at least, [`STROKES_MAX`] times at most.
pub fn bell(count: u8) -> Vec<f32> {
    let count = count.clamp(1, STROKES_MAX);
    let stroke = stroke();
    let mut out = vec![0.0; frames(STROKE_EVERY_S) * usize::from(count - 1) + stroke.len()];
    for n in 0..usize::from(count) {
        let from = n * frames(STROKE_EVERY_S);
        for (frame, struck) in out[from..].iter_mut().zip(&stroke) {
            *frame += struck;
        }
    }
    settle(out, BELL_PEAK)
}

/// One stroke, from silence to silence.
fn stroke() -> Vec<f32> {
    let len = frames(STROKE_S);
    let sound = |i: usize| {
        let at_s = i as f32 / RATE;
        let touch = (at_s / CLAPPER_S).min(1.0) * (1.0 - i as f32 / len as f32);
        let ring: f32 = PARTIALS
            .iter()
            .map(|(over, loud, fall_s)| loud * (-at_s / fall_s).exp() * (TAU * BELL_HZ * over * at_s).sin())
            .sum();
        ring * touch
    };
    (0..len).map(sound).collect()
}

/// The notes of a villager's motif, in steps of the scale over its lowest; each of [`MOTIFS`] numbers has its own, and no note
/// follows itself.
pub fn motif_notes(villager: usize) -> [i32; MOTIF_NOTES] {
    let mut code = (villager * MOTIF_SPREAD + MOTIF_OFFSET) % MOTIFS;
    let mut digit = || {
        let digit = code % LEAPS.len();
        code /= LEAPS.len();
        digit
    };
    let mut note = digit() as i32;
    let mut notes = [note; MOTIF_NOTES];
    for later in notes.iter_mut().skip(1) {
        note += LEAPS[digit()];
        *later = note;
    }
    notes
}

/// A villager's motif as soft plucks.
pub fn motif(villager: usize) -> Vec<f32> {
    let mut out = vec![0.0; frames(NOTE_EVERY_S * (MOTIF_NOTES - 1) as f32 + NOTE_S)];
    for (n, note) in motif_notes(villager).into_iter().enumerate() {
        let (octave, step) = (note.div_euclid(5), note.rem_euclid(5));
        let semitones = octave * 12 + SCALE[step as usize];
        let pitch_hz = MOTIF_HZ * (semitones as f32 / 12.0).exp2();
        let from = frames(NOTE_EVERY_S * n as f32);
        for (frame, plucked) in out[from..].iter_mut().zip(pluck(villager as u64, pitch_hz)) {
            *frame += plucked;
        }
    }
    settle(out, MOTIF_PEAK)
}

/// A string plucked with a soft finger.
fn pluck(seed: u64, pitch_hz: f32) -> Vec<f32> {
    let mut rng = Rng::new(seed, "pluck");
    let period = ((RATE / pitch_hz) as usize).max(2);
    let mut finger = LowPass { held: 0.0 };
    let mut string: Vec<f32> = (0..period).map(|_| finger.step(noise(&mut rng), 4.0 * pitch_hz)).collect();
    let mean = string.iter().sum::<f32>() / period as f32;
    string.iter_mut().for_each(|s| *s -= mean);
    let string = settle(string, 1.0);
    let mut string = string;
    let len = frames(NOTE_S);
    (0..len)
        .map(|i| {
            let (at, next) = (i % period, (i + 1) % period);
            let heard = string[at];
            string[at] = 0.996 * 0.5 * (string[at] + string[next]);
            heard * (1.0 - i as f32 / len as f32)
        })
        .collect()
}

/// How loud a sound is under two volumes in percent: 0..=1, by the square, as ears hear it.
pub fn loudness(master_percent: u16, percent: u16) -> f32 {
    let part = |percent: u16| f32::from(percent.min(100)) / 100.0;
    (part(master_percent) * part(percent)).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn all(seed: u64) -> Vec<(&'static str, Vec<f32>)> {
        let mut all = vec![
            ("wind", wind(seed)),
            ("steps", steps(seed, 5)),
            ("bellows", bellows(seed)),
            ("pot", pot(seed)),
            ("bell", bell(3)),
        ];
        all.extend((0..12).map(|n| ("motif", motif(n))));
        all
    }

    fn strength(frames: &[f32]) -> f32 {
        (frames.iter().map(|f| f * f).sum::<f32>() / frames.len() as f32).sqrt()
    }

    #[test]
    fn every_frame_is_a_number_within_one_and_something_is_heard() {
        for seed in [0, 7, u64::MAX] {
            for (name, frames) in all(seed) {
                assert!(frames.iter().all(|f| f.is_finite() && f.abs() <= 1.0), "{name} {seed}");
                assert!(strength(&frames) > 0.01, "{name} {seed}: {}", strength(&frames));
                let middle = frames.iter().sum::<f32>() / frames.len() as f32;
                assert!(middle.abs() < 0.02, "{name} {seed} leans: {middle}");
            }
        }
        assert!(settle(vec![f32::NAN, 2.0, f32::INFINITY], 0.5).iter().eq(&[0.0, 0.5, 0.0]));
    }

    #[test]
    fn the_same_seed_gives_the_same_sound_and_another_another() {
        assert!(all(3) == all(3));
        assert!(
            wind(3) != wind(4) && steps(3, 2) != steps(4, 2) && pot(3) != pot(4) && bellows(3) != bellows(4)
        );
    }

    #[test]
    fn volume_nought_is_silence_and_louder_is_louder() {
        for (master, own) in [(0, 100), (100, 0), (0, 0)] {
            let gain = loudness(master, own);
            assert!(wind(1).iter().all(|f| f * gain == 0.0));
        }
        assert_eq!(loudness(100, 100), 1.0);
        assert_eq!(loudness(500, 500), 1.0);
        assert!((1..=100).all(|p| loudness(80, p) > loudness(80, p - 1)));
    }

    #[test]
    fn villagers_have_motifs_of_their_own() {
        let motifs: HashSet<_> = (0..MOTIFS).map(motif_notes).collect();
        assert_eq!(motifs.len(), MOTIFS);
        for notes in &motifs {
            assert!(notes.windows(2).all(|pair| pair[0] != pair[1]), "{notes:?}");
            assert!(notes.iter().all(|n| (-6..=9).contains(n)), "{notes:?}");
        }
        let first = motif(0);
        for other in 1..12 {
            let apart: Vec<f32> = motif(other).iter().zip(&first).map(|(a, b)| a - b).collect();
            assert!(strength(&apart) > strength(&first) * 0.5, "{other}");
        }
    }

    #[test]
    fn the_bell_strikes_as_often_as_it_should() {
        for count in [1u8, 2, 7, 12] {
            let frames_heard = bell(count);
            let every = frames(STROKE_EVERY_S);
            // A stroke makes a stretch much louder than the one before it.
            let loud =
                |from: usize| strength(&frames_heard[from..(from + every / 12).min(frames_heard.len())]);
            let strokes = (0..frames_heard.len() / every)
                .filter(|n| *n == 0 || loud(n * every) > loud(n * every - every / 12) * 1.6)
                .count();
            assert_eq!(strokes, usize::from(count));
        }
        assert_eq!(bell(0).len(), bell(1).len());
        assert_eq!(bell(200).len(), bell(12).len());
        let struck = bell(1);
        assert!(struck[0].abs() < 0.01 && struck[struck.len() - 1].abs() < 0.01);
    }

    #[test]
    fn loops_close_without_a_click() {
        for (name, frames) in [("wind", wind(5)), ("bellows", bellows(5)), ("pot", pot(5))] {
            let leap = frames.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0f32, f32::max);
            let seam = (frames[0] - frames[frames.len() - 1]).abs();
            assert!(seam <= leap * 1.5, "{name}: {seam} against {leap}");
        }
    }

    #[test]
    fn steps_are_counted_and_bounded() {
        assert!(steps(1, 4).len() > steps(1, 3).len());
        assert_eq!(steps(1, 0).len(), steps(1, 1).len());
        assert_eq!(steps(1, 255).len(), steps(1, STEPS_MAX).len());
    }
}
