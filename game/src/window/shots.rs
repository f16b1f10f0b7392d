//! Shots: a sitting of the real window, in which a script plays and pictures of its screens are taken.
//!
//! Owns: which pictures, in which order, and when the window has settled. Refuses to know: how anything is drawn. The script goes
//! through the same screens as a player's hands, so its world is the one that the text mode makes of the same script.

use super::Frame;
use super::apply::Chosen;
use super::hands::Hands;
use super::keys::Stroke;
use super::panels::keys::Hit;
use super::scene::Scene;
use super::table::Table;
use crate::script::{Script, Step};
use crate::settings::Quality;
use crate::text::app::Screen;
use bevy::app::AppExit;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, save_to_disk};
use engine_sim::ids::PersonId;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Frames drawn and seconds gone before a picture is taken: pipelines are compiled, the camera has arrived.
const SETTLE_FRAMES: u32 = 12;
const SETTLE_S: f32 = 3.0;
/// Frames that a picture takes to reach the disk, and how many it is waited for until it begins to.
const SAVE_FRAMES: u32 = 4;
const SAVE_FRAMES_MAX: u32 = 120;
/// Frames until a key that was hit has been heard.
const HEARD_FRAMES: u32 = 3;
/// The hours of the pictures by day and by night, in minutes since midnight.
const DAY_MINUTE: f32 = 11.0 * 60.0 + 20.0;
const NIGHT_MINUTE: f32 = 20.0 * 60.0 + 30.0;
/// Lines of the player before the picture of a talk.
const SAYS_BEFORE_TALK: usize = 2;

/// A sitting.
pub struct Plan {
    /// What is played.
    pub script: Script,
    /// How much is drawn.
    pub quality: Quality,
    /// Where the pictures go; it exists.
    pub out: PathBuf,
    /// Why the script stopped, if it did: read after the window has closed.
    pub failure: Arc<Mutex<Option<String>>>,
    /// Called with the table when everything is done.
    pub finish: fn(&Table, &std::path::Path) -> anyhow::Result<()>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
enum Cue {
    Begin,
    Step(usize, Step),
    Show(Screen),
    /// The notebook at whom most is noted about.
    MostNoted,
    Back,
    Accuse(PersonId),
    Settings,
    /// The interface at so many percent.
    Scale(u16),
    /// The key that closes what is open.
    Escape,
    Hour(Option<f32>),
    Picture(&'static str),
}

struct Sitting {
    cues: VecDeque<Cue>,
    wait: u32,
    wait_until_s: f32,
    /// Frames waited since the picture was taken.
    pictured: Option<u32>,
    plan: Plan,
}

/// Adds a sitting to the window.
pub fn add(app: &mut App, plan: Plan) {
    let cues = cues(&plan.script.steps);
    app.insert_non_send(Sitting { cues, wait: SETTLE_FRAMES, wait_until_s: SETTLE_S, pictured: None, plan });
    app.add_systems(Update, sit.in_set(Frame::Gather));
}

/// The order of a sitting: the script with pictures between.
fn cues(steps: &[(usize, Step)]) -> VecDeque<Cue> {
    let mut cues = VecDeque::from([
        Cue::Picture("title"),
        Cue::Settings,
        Cue::Picture("settings_100"),
        Cue::Scale(200),
        Cue::Picture("settings_200"),
        Cue::Scale(100),
        Cue::Escape,
        Cue::Begin,
        Cue::Hour(Some(DAY_MINUTE)),
        Cue::Picture("village_day"),
        Cue::Hour(None),
    ]);
    let says = steps.iter().filter(|s| matches!(s.1, Step::Say { .. })).count();
    let (mut said, mut noted) = (0, false);
    for (line, step) in steps {
        if let Step::Accuse { who, .. } = step {
            cues.extend([Cue::Accuse(*who), Cue::Picture("accusation"), Cue::Back]);
        }
        cues.push_back(Cue::Step(*line, step.clone()));
        match step {
            Step::Say { .. } => {
                said += 1;
                if said == SAYS_BEFORE_TALK.min(says) {
                    cues.push_back(Cue::Picture("dialogue"));
                }
            }
            Step::Part if !noted && said * 3 >= says * 2 => {
                noted = true;
                cues.extend([
                    Cue::Show(Screen::Notebook),
                    Cue::MostNoted,
                    Cue::Picture("notebook"),
                    Cue::Back,
                ]);
                cues.extend([Cue::Hour(Some(NIGHT_MINUTE)), Cue::Picture("village_night"), Cue::Hour(None)]);
            }
            Step::Accuse { .. } => {
                cues.extend([Cue::Show(Screen::Ending), Cue::Picture("verdict"), Cue::Back])
            }
            _ => {}
        }
    }
    cues
}

fn sit(
    mut table: NonSendMut<Table>,
    mut sitting: NonSendMut<Sitting>,
    (mut scene, mut chosen, mut hands): (ResMut<Scene>, ResMut<Chosen>, ResMut<Hands>),
    (mut commands, time): (Commands, Res<Time<Real>>),
    mut exit: MessageWriter<AppExit>,
) {
    if table.screens.speaking() {
        sitting.wait = sitting.wait.max(1);
        return;
    }
    sitting.wait = sitting.wait.saturating_sub(1);
    if sitting.wait > 0 || time.elapsed_secs() < sitting.wait_until_s {
        return;
    }
    let Some(cue) = sitting.cues.front().cloned() else {
        let end = (sitting.plan.finish)(&table, &sitting.plan.out);
        exit.write(close(&sitting, end.err().map(|e| format!("{e:#}"))));
        return;
    };
    if let Cue::Picture(name) = cue {
        // First the frame settles, then the picture is taken, then it is written.
        let path = sitting.plan.out.join(format!("{name}.png"));
        let Some(frames) = sitting.pictured else {
            // What an earlier sitting left there is not what is waited for.
            let _ = std::fs::remove_file(&path);
            commands.spawn(Screenshot::primary_window()).observe(save_to_disk(path));
            sitting.pictured = Some(SAVE_FRAMES);
            sitting.wait = SAVE_FRAMES;
            return;
        };
        if !path.exists() && frames < SAVE_FRAMES_MAX {
            sitting.pictured = Some(frames + SAVE_FRAMES);
            sitting.wait = SAVE_FRAMES;
            return;
        }
        if !path.exists() {
            // So it is where nothing is drawn.
            warn!("the picture {name} was not written");
        }
        sitting.pictured = None;
    }
    sitting.cues.pop_front();
    let was_hit = cue == Cue::Escape;
    match perform(&mut table, &mut scene, (&mut chosen, &mut hands), cue) {
        Ok(()) if matches!(sitting.cues.front(), Some(Cue::Picture(_))) => {
            sitting.wait = SETTLE_FRAMES;
            sitting.wait_until_s = time.elapsed_secs() + SETTLE_S;
        }
        Ok(()) if was_hit => sitting.wait = HEARD_FRAMES,
        Ok(()) => {}
        Err(why) => {
            exit.write(close(&sitting, Some(why)));
        }
    }
}

fn perform(
    table: &mut Table,
    scene: &mut Scene,
    (chosen, hands): (&mut Chosen, &mut Hands),
    cue: Cue,
) -> Result<(), String> {
    let screens = &mut table.screens;
    match cue {
        Cue::Begin => screens.begin_typed(),
        Cue::Step(line, step) => screens.play(line, &step).map_err(|e| e.to_string())?,
        Cue::Show(screen) => screens.show(screen),
        Cue::MostNoted => {
            let Some(world) = &screens.world else { return Err("there is no game".to_string()) };
            let notes = &world.state().player.notes;
            let about = |row: &usize| {
                notes.iter().filter(|n| n.fact.subject().is_some_and(|who| who.index() == *row)).count()
            };
            let rows = 0..screens.library.village.people().count();
            screens.person_at = rows.max_by_key(about).unwrap_or(0);
        }
        Cue::Back => screens.back(),
        Cue::Accuse(who) => {
            screens.accusation.who = who.index();
            screens.show(Screen::Accuse);
            screens.choose_accused();
        }
        Cue::Settings => screens.wants_settings = true,
        Cue::Scale(percent) => chosen.settings.interface.ui_scale_percent = percent,
        Cue::Escape => hands.hit(Hit::of(Stroke::Key(KeyCode::Escape))),
        Cue::Hour(minute) => scene.held_minute = minute,
        Cue::Picture(_) => {}
    }
    Ok(())
}

fn close(sitting: &Sitting, failure: Option<String>) -> AppExit {
    let failed = failure.is_some();
    if let Ok(mut slot) = sitting.plan.failure.lock() {
        *slot = failure;
    }
    if failed { AppExit::error() } else { AppExit::Success }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sim::library::Library;

    #[test]
    fn the_shipped_script_is_pictured_whole_and_in_order() {
        let library = Library::shipped().unwrap();
        let text = include_str!("../../../assets/scripts/first_case.txt");
        let script = Script::parse(&library.village, text).unwrap();
        let cues = cues(&script.steps);
        let pictures: Vec<&str> =
            cues.iter().filter_map(|c| if let Cue::Picture(name) = c { Some(*name) } else { None }).collect();
        let expected = [
            "title",
            "settings_100",
            "settings_200",
            "village_day",
            "dialogue",
            "notebook",
            "village_night",
            "accusation",
            "verdict",
        ];
        assert_eq!(pictures, expected);
        let steps = cues.iter().filter(|c| matches!(c, Cue::Step(..))).count();
        assert_eq!(steps, script.steps.len());
    }
}
