//! Shots: a sitting of the real window, in which a script plays and pictures of its screens are taken.
//!
//! Owns: which pictures, in which order, and when the window has settled. Refuses to know: how anything is drawn. The script goes
//! through the same screens as a player's hands, so its world is the one that the text mode makes of the same script.

use super::Frame;
use super::scene::Scene;
use super::table::Table;
use crate::script::{Script, Step};
use crate::text::app::Screen;
use bevy::app::AppExit;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, save_to_disk};
use engine_sim::ids::PersonId;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Frames drawn before a picture is taken: pipelines are compiled, the camera has arrived.
const SETTLE_FRAMES: u32 = 45;
/// Frames that a picture takes to reach the disk.
const SAVE_FRAMES: u32 = 12;
/// The hour of the picture by night, in minutes since midnight.
const NIGHT_MINUTE: f32 = 20.0 * 60.0 + 30.0;
/// Lines of the player before the picture of a talk.
const SAYS_BEFORE_TALK: usize = 2;

/// A sitting.
pub struct Plan {
    /// What is played.
    pub script: Script,
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
    Back,
    Accuse(PersonId),
    Hour(Option<f32>),
    Picture(&'static str),
}

struct Sitting {
    cues: VecDeque<Cue>,
    wait: u32,
    pictured: bool,
    plan: Plan,
}

/// Adds a sitting to the window.
pub fn add(app: &mut App, plan: Plan) {
    let cues = cues(&plan.script.steps);
    app.insert_non_send(Sitting { cues, wait: SETTLE_FRAMES, pictured: false, plan });
    app.add_systems(Update, sit.in_set(Frame::Gather));
}

/// The order of a sitting: the script with pictures between.
fn cues(steps: &[(usize, Step)]) -> VecDeque<Cue> {
    let mut cues = VecDeque::from([Cue::Picture("title"), Cue::Begin, Cue::Picture("village_day")]);
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
                cues.extend([Cue::Show(Screen::Notebook), Cue::Picture("notebook"), Cue::Back]);
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
    mut scene: ResMut<Scene>,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) {
    if table.screens.speaking() {
        sitting.wait = sitting.wait.max(1);
        return;
    }
    if sitting.wait > 0 {
        sitting.wait -= 1;
        return;
    }
    let Some(cue) = sitting.cues.front().cloned() else {
        let end = (sitting.plan.finish)(&table, &sitting.plan.out);
        exit.write(close(&sitting, end.err().map(|e| format!("{e:#}"))));
        return;
    };
    if let Cue::Picture(name) = cue {
        // First the frame settles, then the picture is taken, then it is written.
        if !sitting.pictured {
            let path = sitting.plan.out.join(format!("{name}.png"));
            commands.spawn(Screenshot::primary_window()).observe(save_to_disk(path));
            sitting.pictured = true;
            sitting.wait = SAVE_FRAMES;
            return;
        }
        sitting.pictured = false;
    }
    sitting.cues.pop_front();
    match perform(&mut table, &mut scene, cue) {
        Ok(()) if matches!(sitting.cues.front(), Some(Cue::Picture(_))) => sitting.wait = SETTLE_FRAMES,
        Ok(()) => {}
        Err(why) => {
            exit.write(close(&sitting, Some(why)));
        }
    }
}

fn perform(table: &mut Table, scene: &mut Scene, cue: Cue) -> Result<(), String> {
    let screens = &mut table.screens;
    match cue {
        Cue::Begin => screens.begin_typed(),
        Cue::Step(line, step) => screens.play(line, &step).map_err(|e| e.to_string())?,
        Cue::Show(screen) => screens.show(screen),
        Cue::Back => screens.back(),
        Cue::Accuse(who) => {
            screens.accusation.who = who.index();
            screens.show(Screen::Accuse);
            screens.choose_accused();
        }
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
        let expected =
            ["title", "village_day", "dialogue", "notebook", "village_night", "accusation", "verdict"];
        assert_eq!(pictures, expected);
        let steps = cues.iter().filter(|c| matches!(c, Cue::Step(..))).count();
        assert_eq!(steps, script.steps.len());
    }
}
