//! Murmurs: what villagers within earshot say to each other, on slips of paper over their heads.
//!
//! Owns: which murmurs are in the air, for how long, and showing them. Refuses to know: when villagers have a word with each other: the
//! engine says that, and its log keeps it. The engine's clock stands between two commands; at such a time they talk with each other
//! where a mind finds the words (`ambient`), and a silence is filled with small talk out of the written lines (`small_talk`). No log,
//! notebook or world ever hears of either. A murmur is always text with its speaker's name; one that has no room on the screen
//! (`bubble`) is not shown.

mod bubble;
mod pick;

use super::Frame;
use super::apply::{AtWork, Chosen};
use super::camera::Comfort;
use super::figures::Figure;
use super::panels::{self, Over, style};
use super::scene::Scene;
use super::table::Table;
use super::walkers::{self, Drawn};
use crate::ambient::{Air, Ambient};
use crate::link::IN_FLIGHT_MAX;
use crate::small_talk::SmallTalk;
use crate::text::app::Screen;
use crate::text::chronicle::Entry;
use crate::voices::Voices;
use bevy::prelude::*;
use bevy_egui::egui::{LayerId, Pos2, Rect, pos2, vec2};
use bevy_egui::{EguiContexts, EguiPrimaryContextPass};
use bubble::Bubble;
use engine_sim::content::Village;
use engine_sim::ids::PersonId;
use engine_sim::library::Library;
use engine_sim::snapshot::state::Outcome;
use engine_sim::world::Setup;
use pick::Ear;

/// Murmurs in the air at the same time; beyond it the oldest goes.
const AT_ONCE_MAX: usize = 4;
const _: () = assert!(AT_ONCE_MAX >= IN_FLIGHT_MAX, "lines that come at once are all read");
/// How long one is held at the usual pace of text: seconds, and more for each letter.
const HOLD_S: f32 = 2.0;
const HOLD_PER_LETTER_S: f32 = 0.06;
/// Seconds in which one fades in, and out.
const FADE_S: f32 = 0.4;
/// One that finds no room for so many seconds is never shown.
const PATIENCE_S: f32 = 6.0;
/// Seconds of silence that those who stand together bear.
const QUIET_S: f32 = 12.0;
/// How far from the player a murmur is heard, as drawn, metres.
const EARSHOT_M: f32 = 10.0;
/// The crown of a head above its neck, metres.
const CROWN_M: f32 = 0.6;
/// Half the width of a figure, as a part of its height.
const FIGURE_HALF: f32 = 0.3;

/// Something murmured.
#[derive(Debug)]
struct Murmur {
    who: PersonId,
    text: String,
    /// Seconds that it has waited for room.
    waited_s: f32,
    /// Seconds that it has been in sight, from the first frame on that had room for it.
    shown_s: Option<f32>,
    /// Seconds that reading it takes.
    hold_s: f32,
    /// Which of the places over its head it holds.
    place: Option<usize>,
}

impl Murmur {
    fn is_over(&self) -> bool {
        self.waited_s > PATIENCE_S || self.shown_s.is_some_and(|shown_s| shown_s > self.hold_s + 2.0 * FADE_S)
    }
}

/// What is murmured now.
#[derive(Resource, Debug, Default)]
pub struct Murmurs {
    ear: Ear,
    ambient: Ambient,
    small_talk: SmallTalk,
    /// Seconds since anybody said anything.
    quiet_s: f32,
    /// The oldest first.
    said: Vec<Murmur>,
}

/// Adds the murmurs.
pub fn plugin(app: &mut App) {
    rules(app);
    app.add_systems(EguiPrimaryContextPass, show.after(panels::system));
}

/// Adds them without the screen.
fn rules(app: &mut App) {
    app.init_resource::<Murmurs>();
    app.add_systems(Update, listen.in_set(Frame::Draw).before(walkers::Placed));
}

/// How long a murmur is held, at so many percent of the usual pace.
fn hold_s(text: &str, pace_percent: u16) -> f32 {
    let letters = text.chars().count() as f32;
    (HOLD_S + HOLD_PER_LETTER_S * letters) * 100.0 / f32::from(pace_percent.max(1))
}

/// How much of a murmur's ink is there, 0..=1: it fades in and out whole, or is there and gone where motion is reduced.
fn ink(shown_s: f32, hold_s: f32, is_still: bool) -> f32 {
    if is_still {
        return if shown_s < hold_s { 1.0 } else { 0.0 };
    }
    let left_s = hold_s + 2.0 * FADE_S - shown_s;
    (shown_s.min(left_s) / FADE_S).clamp(0.0, 1.0)
}

impl Murmurs {
    /// Whether somebody is murmuring in sight.
    pub fn speaks(&self, who: PersonId) -> bool {
        self.said.iter().any(|m| m.who == who && m.shown_s.is_some_and(|shown_s| shown_s < m.hold_s))
    }

    /// Takes in what the log tells that it did not tell before. Another game is another air; false where it is one.
    fn hear(
        &mut self,
        village: &Village,
        game: (Setup, usize),
        entries: &[Entry],
        pace_percent: u16,
    ) -> bool {
        let Some(fresh) = self.ear.fresh(game, entries) else {
            let (ear, ambient) = (std::mem::take(&mut self.ear), std::mem::take(&mut self.ambient));
            *self = Murmurs { ear, ambient, small_talk: SmallTalk::of(game.0.seed), ..Murmurs::default() };
            return false;
        };
        if !fresh.is_empty() {
            self.quiet_s = 0.0;
        }
        for (who, text) in pick::murmured(village, fresh) {
            self.say(who, text, pace_percent);
            self.ambient.spoke(who);
        }
        true
    }

    /// Those who are in the air talk with each other, where a mind finds the words.
    fn chat(&mut self, voices: &mut Voices, air: &Air<'_>, pace_percent: u16) {
        for said in self.ambient.step(voices, &mut self.small_talk, air) {
            self.say(said.who, &said.text, pace_percent);
        }
    }

    fn say(&mut self, who: PersonId, text: &str, pace_percent: u16) {
        self.said.retain(|murmur| murmur.who != who);
        if self.said.len() >= AT_ONCE_MAX {
            self.said.remove(0);
        }
        let hold_s = hold_s(text, pace_percent);
        self.said.push(Murmur {
            who,
            text: text.to_string(),
            waited_s: 0.0,
            shown_s: None,
            hold_s,
            place: None,
        });
        self.quiet_s = 0.0;
    }

    /// Lets time pass. Whoever talks with the player murmurs no more.
    fn pass(&mut self, seconds: f32, scene: &Scene) {
        for murmur in &mut self.said {
            *murmur.shown_s.as_mut().unwrap_or(&mut murmur.waited_s) += seconds;
        }
        self.said.retain(|murmur| !murmur.is_over() && Some(murmur.who) != scene.partner);
        let silent = self.said.is_empty() && scene.speaking.is_none() && scene.thinking.is_none();
        self.quiet_s = if silent { self.quiet_s + seconds } else { 0.0 };
    }

    /// After a silence one of those who are here tells some small talk, unless somebody is about to speak.
    fn fill_silence(&mut self, library: &Library, here: &[PersonId], pace_percent: u16) {
        if self.quiet_s < QUIET_S || self.ambient.is_asking() {
            return;
        }
        if let Some((who, line)) = self.small_talk.pick(&library.village, &library.lines, here) {
            self.say(who, line, pace_percent);
            self.ambient.spoke(who);
        }
    }
}

fn listen(
    mut table: NonSendMut<Table>,
    (scene, over, time): (Res<Scene>, Res<Over>, Res<Time>),
    (chosen, at_work): (Res<Chosen>, Option<Res<AtWork>>),
    figures: Query<(&Figure, &Drawn)>,
    mut murmurs: ResMut<Murmurs>,
) {
    let screens = &mut table.screens;
    let is_open = screens.outcome() == Outcome::Open;
    let Some(world) = &screens.world else {
        murmurs.ambient.hush(&mut screens.voices);
        *murmurs = Murmurs::default();
        return;
    };
    let interface = &chosen.settings.interface;
    let pace_percent = interface.text_speed_percent;
    let game = (world.setup(), world.log().len());
    let goes_on = murmurs.hear(&screens.library.village, game, screens.chronicle.visible(), pace_percent);
    if !goes_on {
        murmurs.ambient.forget(&mut screens.voices);
    }
    // Behind another screen the air stands still.
    if screens.screen != Screen::Play || *over != Over::Nothing {
        murmurs.ambient.hush(&mut screens.voices);
        return;
    }
    murmurs.pass(time.delta_secs(), &scene);
    // A painter's pictures are the same every time.
    let plays = at_work.is_none_or(|at_work| !at_work.0);
    let here =
        if plays && is_open { within_earshot(world.present(), scene.partner, &figures) } else { Vec::new() };
    if interface.ambient_talk {
        let air = Air { world, here: &here, seconds: time.delta_secs() };
        murmurs.chat(&mut screens.voices, &air, pace_percent);
    } else {
        murmurs.ambient.hush(&mut screens.voices);
    }
    murmurs.fill_silence(screens.library, &here, pace_percent);
}

/// Those of the present who can be heard murmuring: near the player as drawn, and not the partner of a talk.
fn within_earshot(
    mut present: Vec<PersonId>,
    partner: Option<PersonId>,
    figures: &Query<(&Figure, &Drawn)>,
) -> Vec<PersonId> {
    let at = |who: PersonId| figures.iter().find(|(figure, _)| figure.who == who).map(|(_, drawn)| drawn.at);
    let Some(player) = at(PersonId::PLAYER) else { return Vec::new() };
    let near = |who: PersonId| at(who).is_some_and(|at| at.distance(player) < EARSHOT_M);
    present.retain(|who| Some(*who) != partner && near(*who));
    present
}

/// Where things of the village are on the screen.
struct Sight<'c> {
    camera: &'c Camera,
    eye: GlobalTransform,
    /// Points of the panels in a logical pixel of the window.
    points_per_px: f32,
}

impl Sight<'_> {
    /// Nowhere, if it is behind the eye.
    fn at(&self, place: Vec3) -> Option<Pos2> {
        let at = self.camera.world_to_viewport(&self.eye, place).ok()? * self.points_per_px;
        Some(pos2(at.x, at.y))
    }

    fn crown(&self, figure: &Figure, drawn: &Drawn) -> Option<Pos2> {
        self.at(drawn.foot() + Vec3::Y * (figure.neck_m + CROWN_M))
    }

    /// All of a figure.
    fn figure(&self, figure: &Figure, drawn: &Drawn) -> Option<Rect> {
        let whole = Rect::from_two_pos(self.crown(figure, drawn)?, self.at(drawn.foot())?);
        Some(whole.expand2(vec2(whole.height() * FIGURE_HALF, 0.0)))
    }
}

fn show(
    mut contexts: EguiContexts,
    table: NonSend<Table>,
    (scene, over, comfort): (Res<Scene>, Res<Over>, Res<Comfort>),
    cameras: Query<(&Camera, &Transform), With<Camera3d>>,
    figures: Query<(&Figure, &Drawn)>,
    mut murmurs: ResMut<Murmurs>,
) -> Result {
    if murmurs.said.is_empty() || table.screens.screen != Screen::Play || *over != Over::Nothing {
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?;
    let Ok((camera, eye)) = cameras.single() else { return Ok(()) };
    let points_per_px = camera.target_scaling_factor().unwrap_or(1.0) / ctx.pixels_per_point();
    let sight = Sight { camera, eye: GlobalTransform::from(*eye), points_per_px };
    let of = |who: PersonId| figures.iter().find(|(figure, _)| figure.who == who);
    let player = of(PersonId::PLAYER).map(|(_, drawn)| drawn.at);
    let mut taken = bubble::panels(ctx);
    if let Some(partner) = scene.partner {
        let talkers = [partner, PersonId::PLAYER].into_iter().filter_map(of);
        taken.extend(talkers.filter_map(|(figure, drawn)| sight.figure(figure, drawn)));
    }
    let free = ctx.content_rect().shrink(style::EDGE_PT);
    let mut painter = ctx.layer_painter(LayerId::background());
    for murmur in &mut murmurs.said {
        let Some((figure, drawn)) = of(murmur.who) else { continue };
        if player.is_none_or(|at| at.distance(drawn.at) >= EARSHOT_M) {
            continue;
        }
        let Some(tip) = sight.crown(figure, drawn) else { continue };
        painter.set_opacity(1.0);
        let name = table.screens.library.village.name(murmur.who);
        let bubble = Bubble::new(&painter, name, &murmur.text, style::accent(murmur.who));
        let Some((place, rect)) = bubble::place(tip, bubble.size, free, &taken, murmur.place) else {
            continue;
        };
        murmur.place = Some(place);
        let shown_s = *murmur.shown_s.get_or_insert(0.0);
        painter.set_opacity(ink(shown_s, murmur.hold_s, comfort.reduced_motion));
        bubble.paint(&painter, rect, tip);
        taken.extend([rect, bubble::tail(rect, tip)]);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
