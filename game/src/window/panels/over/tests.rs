//! Tests of the window's hands: a case by gamepad alone, the settings by keys and by mouse, pictures.

use super::*;
use crate::settings::Settings;
use crate::window::apply::Chosen;
use crate::window::keys::{Action, Bindings};
use crate::window::panels::Over;

fn pad(name: &str) -> Stroke {
    Stroke::named(&format!("pad_{name}")).unwrap_or_else(|| panic!("no button {name}"))
}

fn desk<'a>(library: &'a Library, name: &str, size: (f32, f32)) -> Desk<'a> {
    let mut desk = Desk::new(library, name, size);
    desk.screens.has_settings = true;
    desk
}

impl Desk<'_> {
    /// Whether a sheet in the colour of paper is drawn.
    fn has_paper(&mut self) -> bool {
        self.settle();
        let size = vec2(self.size.0, self.size.1);
        let input =
            RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)), ..RawInput::default() };
        let (screens, words, view) = (&mut self.screens, &self.words, &mut self.view);
        let mut out = self.ctx.run_ui(input, |ui| draw(ui.ctx(), screens, view, words));
        out.textures_delta.clear();
        out.shapes.iter().any(|s| matches!(&s.shape, Shape::Rect(r) if r.fill == style::PAPER))
    }

    /// Moves down by gamepad until the screens' row is `at`.
    fn down_to(&mut self, at: usize) {
        for _ in 0..60 {
            if self.screens.at == at {
                return;
            }
            self.hit(pad("down"));
        }
        panic!("row {at} is not reached");
    }

    /// Talks with whoever is first by gamepad, says the second suggestion, and leaves.
    fn talk_by_pad(&mut self) {
        self.hit(pad("west"));
        assert!(self.screens.partner().is_some());
        self.hear();
        let wanted = self.screens.replies[1].clone();
        self.hit(pad("down"));
        self.hit(pad("down"));
        assert_eq!(self.screens.reply_chosen, Some(1));
        self.hit(pad("south"));
        let said = |e: &Entry| matches!(e, Entry::Player(text) if *text == wanted);
        assert!(self.screens.chronicle.visible().iter().any(said), "\"{wanted}\" was not said");
        self.hear();
        self.hit(pad("up"));
        assert_eq!(self.screens.reply_chosen, Some(self.screens.replies.len() - 1));
        self.hit(pad("east"));
        assert_eq!(self.screens.partner(), None);
    }
}

#[test]
fn a_whole_case_is_played_by_gamepad_alone() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "pad", SIZES[1]);
    desk.settle();
    desk.down_to(0);
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Play);
    for (button, screen) in [
        ("north", Screen::Notebook),
        ("left_stick", Screen::Evening),
        ("select", Screen::Village),
        ("right_stick", Screen::Help),
    ] {
        desk.hit(pad(button));
        assert_eq!(desk.screens.screen, screen);
        desk.hit(pad("east"));
        assert_eq!(desk.screens.screen, Screen::Play, "back from {screen:?}");
    }
    // Somebody is looked for from the list of deeds, and talked with.
    let seek = desk.screens.deeds().iter().position(|d| d.2 == crate::text::app::Deed::Seek).unwrap();
    desk.down_to(seek);
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Seek);
    desk.down_to(library.village.keeper().index());
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Play);
    desk.talk_by_pad();
    // A walk.
    let before = desk.screens.world.as_ref().unwrap().state().player.place;
    desk.hit(pad("select"));
    desk.hit(pad("south"));
    assert_ne!(desk.screens.world.as_ref().unwrap().state().player.place, before);
    // The notebook's tabs.
    desk.hit(pad("north"));
    desk.hit(pad("right_bumper"));
    assert_eq!(desk.screens.tab, Tab::Statements);
    desk.hit(pad("east"));
    // Leaving is asked about, and thought better of.
    let quit = desk.screens.deeds().iter().position(|d| d.2 == crate::text::app::Deed::Quit).unwrap();
    desk.down_to(quit);
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Leave);
    desk.hit(pad("east"));
    // A save, under the name that is offered.
    let save = desk.screens.deeds().iter().position(|d| d.2 == crate::text::app::Deed::Save).unwrap();
    desk.down_to(save);
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Name);
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Play);
    assert!(!desk.screens.is_unsaved());
    accuse_by_pad(&mut desk);
}

fn accuse_by_pad(desk: &mut Desk<'_>) {
    let accuse = desk.screens.deeds().iter().position(|d| d.2 == crate::text::app::Deed::Accuse).unwrap();
    desk.down_to(accuse);
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Accuse);
    desk.hit(pad("down"));
    desk.hit(pad("south"));
    assert_eq!(desk.screens.accusation.stage, Stage::Notes);
    if !desk.screens.accusation.order.is_empty() {
        let ticked = desk.screens.accusation.ticked.len();
        desk.hit(pad("south"));
        assert_ne!(desk.screens.accusation.ticked.len(), ticked, "a note is ticked or unticked");
        desk.hit(pad("up"));
    }
    desk.hit(pad("south"));
    assert_eq!(desk.screens.accusation.stage, Stage::Confirm);
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Play);
    while desk.screens.outcome() == Outcome::Open {
        assert!(desk.screens.command(Command::Wait { minutes: 120 }), "{:?}", desk.screens.notice);
    }
    desk.hear();
    desk.hit(pad("south"));
    assert_eq!(desk.screens.screen, Screen::Ending);
    desk.hit(pad("east"));
    desk.hit(pad("east"));
    // The end has saved itself: nothing is asked.
    assert_eq!(desk.screens.screen, Screen::Title);
}

#[test]
fn the_title_opens_the_settings_and_quits_one_row_further() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "row", SIZES[0]);
    desk.click("Settings");
    assert_eq!(desk.view.over, Over::Settings);
    desk.press(KeyCode::Escape);
    assert_eq!((desk.view.over, desk.screens.screen), (Over::Nothing, Screen::Title));
    desk.press(KeyCode::ArrowDown);
    assert_eq!(desk.screens.at, 7);
    desk.press(KeyCode::Enter);
    assert!(desk.screens.quit);
}

#[test]
fn settings_are_changed_by_keys_at_every_size_and_survive_a_restart() {
    let library = Library::shipped().unwrap();
    for size in SIZES {
        let home = tempfile::tempdir().unwrap();
        let mut desk = desk(&library, "settings", size);
        desk.view.home = Some(home.path().to_path_buf());
        desk.talk();
        desk.press(KeyCode::F10);
        assert!(desk.settle().iter().any(|w| w.text() == "Shadows"), "the graphics at {size:?}");
        // One tab on, down to the size of the interface, and up to its most.
        desk.press(KeyCode::ArrowRight);
        desk.press(KeyCode::ArrowDown);
        for _ in 0..20 {
            desk.press(KeyCode::ArrowRight);
        }
        assert_eq!(desk.view.chosen.settings.interface.ui_scale_percent, 200);
        desk.press(KeyCode::ArrowLeft);
        for _ in 0..3 {
            desk.press(KeyCode::ArrowDown);
        }
        desk.press(KeyCode::Enter);
        assert!(desk.view.chosen.settings.interface.high_contrast);
        for tab in 0..5 {
            desk.press(KeyCode::Tab);
            assert!(desk.settle().len() > 4, "tab {tab} at {size:?}");
        }
        desk.press(KeyCode::Escape);
        assert_eq!(desk.view.over, Over::Nothing);
        assert!(desk.screens.partner().is_some(), "one is where one was");
        let (again, told) = Chosen::load(home.path());
        assert_eq!((again, told), (desk.view.chosen.clone(), Vec::new()));
        assert_eq!(desk.view.chosen.settings.interface.ui_scale_percent, 190);
    }
}

#[test]
fn nothing_is_written_when_nothing_was_changed_and_a_failure_is_told() {
    let library = Library::shipped().unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk(&library, "failure", SIZES[0]);
    desk.view.home = Some(home.path().to_path_buf());
    desk.press(KeyCode::F10);
    desk.press(KeyCode::F10);
    assert_eq!(desk.view.over, Over::Nothing);
    assert!(!Settings::path(home.path()).exists());
    // A file lies where the folder should be.
    let blocked = home.path().join("blocked");
    std::fs::write(&blocked, "x").unwrap();
    desk.view.home = Some(blocked);
    desk.press(KeyCode::F10);
    desk.press(KeyCode::ArrowDown);
    desk.press(KeyCode::ArrowDown);
    desk.press(KeyCode::Enter);
    assert!(!desk.view.chosen.settings.graphics.shadows);
    desk.press(KeyCode::Escape);
    assert!(desk.screens.notice.as_ref().is_some_and(|n| n.bad), "{:?}", desk.screens.notice);
}

#[test]
fn values_change_by_clicks_on_their_halves() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "halves", SIZES[0]);
    desk.press(KeyCode::F10);
    desk.click("Sound");
    let at = desk.find("Bell");
    let value = desk.find("80 %");
    assert!(value.x > at.x);
    let before = desk.view.chosen.settings.sound.clone();
    desk.click_at(pos2(value.x + 60.0, at.y));
    assert_eq!(desk.view.chosen.settings.sound.bell, before.bell + 10);
    desk.click_at(pos2(value.x - 60.0, at.y));
    desk.click_at(pos2(value.x - 60.0, at.y));
    assert_eq!(desk.view.chosen.settings.sound.bell, before.bell - 10);
    desk.click("Graphics");
    desk.click("Shadows");
    assert!(!desk.view.chosen.settings.graphics.shadows);
}

#[test]
fn a_key_is_given_to_another_action_after_a_question() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "rebind", SIZES[1]);
    desk.press(KeyCode::F10);
    desk.press(KeyCode::ArrowLeft);
    let wait = Action::all().position(|a| a == Action::Wait).unwrap();
    for _ in 0..=wait {
        desk.press(KeyCode::ArrowDown);
    }
    desk.find("Add a key");
    desk.press(KeyCode::Enter);
    desk.find("Press a key");
    desk.hit(Stroke::Sign('m'));
    desk.find("belongs to: Map");
    // No is chosen first.
    desk.press(KeyCode::Enter);
    assert_eq!(desk.view.chosen.bindings, Bindings::default());
    desk.press(KeyCode::Enter);
    desk.hit(Stroke::Sign('m'));
    desk.press(KeyCode::ArrowLeft);
    desk.press(KeyCode::Enter);
    assert_eq!(desk.view.chosen.bindings.action(Stroke::Sign('m')), Some(Action::Wait));
    assert_eq!(desk.view.chosen.settings.keys["wait"], ["z", "m"]);
    // Removed again: two chips to the right is the second key.
    desk.press(KeyCode::ArrowRight);
    desk.press(KeyCode::ArrowRight);
    desk.press(KeyCode::Enter);
    assert_eq!(desk.view.chosen.bindings.action(Stroke::Sign('m')), None);
    // A question is left by Esc alone, and nothing has changed.
    let before = desk.view.chosen.clone();
    desk.press(KeyCode::Enter);
    desk.press(KeyCode::Escape);
    assert_eq!((desk.view.over, &desk.view.chosen), (Over::Settings, &before));
    desk.press(KeyCode::Escape);
    assert_eq!(desk.view.over, Over::Nothing);
}

#[test]
fn the_last_key_home_stays_and_why_is_said() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "last", SIZES[0]);
    desk.press(KeyCode::F10);
    desk.press(KeyCode::ArrowLeft);
    let back = Action::all().position(|a| a == Action::Back).unwrap();
    for _ in 0..=back {
        desk.press(KeyCode::ArrowDown);
    }
    desk.press(KeyCode::ArrowRight);
    desk.press(KeyCode::Enter);
    assert_eq!(desk.view.chosen.bindings, Bindings::default());
    desk.find("This key stays");
}

#[test]
fn a_picture_hides_what_is_written_and_is_left_again() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "photo", SIZES[0]);
    desk.screens.begin(SETUP);
    desk.hit(Stroke::Sign('p'));
    assert_eq!(desk.view.over, Over::Photo);
    desk.find("Take the picture");
    assert_eq!(desk.settle().len(), 2, "only what can be done with a picture is written");
    desk.press(KeyCode::Enter);
    assert!(desk.view.wishes.picture);
    assert!(desk.frame(Vec::new()).is_empty());
    for _ in 0..8 {
        desk.frame(Vec::new());
    }
    desk.click("Show panels");
    assert_eq!((desk.view.over, desk.screens.screen), (Over::Nothing, Screen::Play));
    desk.press(KeyCode::F11);
    assert!(desk.view.wishes.full_screen);
}

#[test]
fn larger_text_and_high_contrast_are_seen_on_every_panel() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "read", SIZES[0]);
    desk.talk();
    assert!(desk.has_paper());
    desk.view.chosen.settings.interface.text_percent = 200;
    desk.view.chosen.settings.interface.high_contrast = true;
    let sizes = |w: &Written| w.galley.job.sections.iter().map(|s| s.format.font_id.size).fold(0.0, f32::max);
    let largest = desk.settle().iter().map(sizes).fold(0.0, f32::max);
    assert!(largest >= 2.0 * style::BODY_PT, "{largest}");
    assert!(!desk.has_paper(), "paper is white now");
    for screen in [Screen::Notebook, Screen::Evening, Screen::Saves, Screen::Help] {
        desk.screens.show(screen);
        assert!(!desk.has_paper(), "{screen:?}");
    }
}

#[test]
fn the_settings_are_in_german_when_the_player_wants_them_so() {
    let library = Library::shipped().unwrap();
    let mut desk = desk(&library, "german", SIZES[0]);
    desk.words = Words::new(Language::German);
    desk.press(KeyCode::F10);
    desk.find("Schatten");
    desk.press(KeyCode::ArrowLeft);
    desk.find("Sprechen");
}

#[path = "held/tests.rs"]
mod held;
