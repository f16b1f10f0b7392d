//! Tests of the panels without a window: every screen of a real game is drawn, and clicked as a hand would.
//!
//! Owns: driving `draw` with made-up input. Refuses to know: pixels.

use super::keys::Hit;
use super::{View, draw, style};
use crate::saves::Saves;
use crate::text::app::{App as Screens, Screen, Stage, Tab};
use crate::text::chronicle::Entry;
use crate::text::press::{Key, Press};
use crate::voices::Voices;
use crate::window::keys::Stroke;
use crate::window::words::Words;
use bevy::input::keyboard::KeyCode;
use bevy_egui::egui::{
    Context, Event, Modifiers, PointerButton, Pos2, RawInput, Rect, Shape, pos2, vec2,
};
use engine_sim::cases::Difficulty;
use engine_sim::library::Library;
use engine_sim::snapshot::state::Outcome;
use engine_sim::world::Setup;
use engine_sim::world::event::Command;

const SETUP: Setup = Setup { seed: 7, level: Difficulty::Normal };
/// A window of 1280 by 720 in points: at scale 1 as at scale 2.
const SIZES: [(f32, f32); 3] = [(1600.0, 900.0), (1280.0, 720.0), (640.0, 360.0)];

/// A game before a made-up window.
struct Desk<'a> {
    ctx: Context,
    screens: Screens<'a>,
    view: View,
    words: Words,
    size: (f32, f32),
    time: f64,
}

impl<'a> Desk<'a> {
    fn new(library: &'a Library, name: &str, size: (f32, f32)) -> Desk<'a> {
        let folder = std::env::temp_dir().join(format!("emberwick-panels-{name}-{}", std::process::id()));
        let screens = Screens::new(library, SETUP, Saves::in_dir(&folder), Voices::new(None), 1_769_860_000);
        let ctx = Context::default();
        style::dress(&ctx);
        let words = Words::new(crate::settings::Language::English);
        Desk { ctx, screens, view: View::default(), words, size, time: 0.0 }
    }

    /// One frame with these events; gives what was drawn.
    fn frame(&mut self, events: Vec<Event>) -> Vec<Shape> {
        self.time += 0.05;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(self.size.0, self.size.1))),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        let (screens, view, words) = (&mut self.screens, &mut self.view, &self.words);
        let out = self.ctx.run_ui(input, |ui| draw(ui.ctx(), screens, view, words));
        out.shapes.into_iter().map(|s| s.shape).collect()
    }

    /// Three frames: new sheets have their size after the first.
    fn settle(&mut self) -> Vec<Shape> {
        self.frame(Vec::new());
        self.frame(Vec::new());
        self.frame(Vec::new())
    }

    /// Where words stand.
    fn find(&mut self, words: &str) -> Pos2 {
        let shapes = self.settle();
        let found = texts(&shapes).into_iter().find(|(text, _)| text.contains(words));
        let all = || texts(&shapes).into_iter().map(|(t, _)| t).collect::<Vec<_>>().join(" | ");
        found.unwrap_or_else(|| panic!("\"{words}\" is not on the screen: {}", all())).1
    }

    /// Clicks on words.
    fn click(&mut self, words: &str) {
        let pos = self.find(words);
        self.click_at(pos);
    }

    fn click_at(&mut self, pos: Pos2) {
        self.frame(vec![Event::PointerMoved(pos)]);
        let button = |pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![button(true)]);
        self.frame(vec![button(false)]);
    }

    /// Hits a key or button, and draws a frame.
    fn hit(&mut self, stroke: Stroke) {
        self.view.hits.push(Hit::of(stroke));
        self.frame(Vec::new());
    }

    fn press(&mut self, key: KeyCode) {
        self.hit(Stroke::Key(key));
    }

    fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            self.view.hits.push(Hit { stroke: Stroke::named(&c.to_string()), ..Hit::of_text(&c.to_string()) });
        }
        self.frame(Vec::new());
    }

    fn hear(&mut self) {
        for _ in 0..200 {
            let now_ms = self.screens.now_ms + 5_000;
            if !self.screens.tick(now_ms) && !self.screens.speaking() {
                return;
            }
        }
        panic!("somebody never stops speaking");
    }

    /// Begins the case, goes to whoever is first in the list, and talks with them.
    fn talk(&mut self) {
        self.screens.begin(SETUP);
        let keeper = self.screens.library.village.keeper();
        self.screens.seek(keeper);
        assert!(self.screens.command(Command::Talk { to: keeper }), "{:?}", self.screens.notice);
        self.hear();
    }
}

/// The words among shapes, with the middle of where they stand.
fn texts(shapes: &[Shape]) -> Vec<(String, Pos2)> {
    let mut found = Vec::new();
    for shape in shapes {
        match shape {
            Shape::Text(text) => {
                let rect = Rect::from_min_size(text.pos, text.galley.size());
                found.push((text.galley.text().to_string(), rect.center()));
            }
            Shape::Vec(inner) => found.extend(texts(inner)),
            _ => {}
        }
    }
    found
}

#[test]
fn every_screen_draws_at_every_size() {
    let library = Library::shipped().unwrap();
    for (i, size) in SIZES.into_iter().enumerate() {
        let mut desk = Desk::new(&library, &format!("all{i}"), size);
        assert!(!texts(&desk.settle()).is_empty(), "the title at {size:?}");
        desk.talk();
        for reply in 0..6 {
            if let Some(text) = desk.screens.replies.get(reply % 3).cloned() {
                desk.screens.say(text);
                desk.settle();
                desk.hear();
            }
        }
        assert!(!texts(&desk.settle()).is_empty(), "a talk at {size:?}");
        desk.screens.command(Command::Part);
        let screens = [
            Screen::Play,
            Screen::Village,
            Screen::Seek,
            Screen::Wait,
            Screen::Notebook,
            Screen::Evening,
            Screen::Accuse,
            Screen::Ending,
            Screen::Help,
            Screen::Saves,
            Screen::Name,
            Screen::Leave,
        ];
        for screen in screens {
            desk.screens.show(screen);
            let shapes = desk.settle();
            assert!(texts(&shapes).len() > 3, "{screen:?} at {size:?}: {:?}", texts(&shapes));
        }
        for tab in Tab::ALL {
            desk.screens.show(Screen::Notebook);
            desk.screens.tab = tab;
            assert!(texts(&desk.settle()).len() > 3, "{tab:?} at {size:?}");
        }
        desk.screens.show(Screen::Accuse);
        desk.screens.choose_accused();
        for stage in [Stage::Notes, Stage::Confirm] {
            desk.screens.accusation.stage = stage;
            assert!(texts(&desk.settle()).len() > 3, "{stage:?} at {size:?}");
        }
    }
}

#[test]
fn nothing_written_is_smaller_than_eighteen_points() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "small", SIZES[0]);
    desk.talk();
    for screen in
        [Screen::Title, Screen::Play, Screen::Village, Screen::Notebook, Screen::Evening, Screen::Help]
    {
        desk.screens.show(screen);
        for shape in desk.settle() {
            let Shape::Text(text) = shape else { continue };
            for section in &text.galley.job.sections {
                assert!(section.format.font_id.size >= style::SMALL_PT, "{screen:?}: {}", text.galley.text());
            }
        }
    }
}

#[test]
fn a_click_on_a_reply_says_it() {
    let library = Library::shipped().unwrap();
    for size in SIZES {
        let mut desk = Desk::new(&library, "reply", size);
        desk.talk();
        let reply = desk.screens.replies[0].clone();
        desk.click(&reply);
        let said = |e: &Entry| matches!(e, Entry::Player(text) if *text == reply);
        assert!(desk.screens.chronicle.visible().iter().any(said), "\"{reply}\" was not said at {size:?}");
    }
}

#[test]
fn typing_and_keys_reach_the_talk_as_in_the_terminal() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "typing", SIZES[1]);
    desk.talk();
    desk.settle();
    desk.type_in("good day");
    assert_eq!(desk.screens.line.text(), "good day");
    desk.press(KeyCode::Enter);
    assert!(desk.screens.line.is_empty());
    desk.hear();
    desk.press(KeyCode::Tab);
    assert!(!desk.screens.line.is_empty(), "Tab puts a suggestion into the line");
    desk.press(KeyCode::Escape);
    desk.press(KeyCode::Escape);
    assert_eq!(desk.screens.partner(), None);
    desk.press(KeyCode::F2);
    assert_eq!(desk.screens.screen, Screen::Notebook);
}

#[test]
fn a_case_begins_and_goes_on_by_mouse_alone() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "mouse", SIZES[0]);
    desk.click("New case");
    assert_eq!(desk.screens.screen, Screen::Play);
    desk.click("find somebody");
    assert_eq!(desk.screens.screen, Screen::Seek);
    desk.click("Nell, ");
    assert_eq!(desk.screens.screen, Screen::Play);
    desk.click("talk to Nell");
    assert!(desk.screens.partner().is_some());
    desk.hear();
    desk.click("Leave");
    assert_eq!(desk.screens.partner(), None);
    desk.click("walk (the map)");
    let before = desk.screens.world.as_ref().unwrap().state().player.place;
    let (to, _) = desk.screens.walks()[0];
    let name = crate::text::telling::capital(crate::text::telling::place_name(&library, to));
    desk.click(&name);
    assert_ne!(desk.screens.world.as_ref().unwrap().state().player.place, before);
    desk.click("notebook");
    desk.click("Traces");
    assert_eq!(desk.screens.tab, Tab::Traces);
    desk.click("Back");
    desk.click("quit");
    assert_eq!(desk.screens.screen, Screen::Leave);
    desk.click("Leave; what happened");
    assert_eq!(desk.screens.screen, Screen::Title);
}

#[test]
fn an_accusation_by_mouse_ends_with_the_story() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "accuse", SIZES[0]);
    desk.talk();
    desk.screens.command(Command::Part);
    desk.click("accuse");
    desk.click("Nell, ");
    assert_eq!(desk.screens.accusation.stage, Stage::Notes);
    let ticked = desk.screens.accusation.ticked.len();
    desk.click("#1");
    assert_ne!(desk.screens.accusation.ticked.len(), ticked);
    desk.click("Go before the moot");
    desk.click("Yes, I name them");
    assert_eq!(desk.screens.screen, Screen::Play);
    // Waiting for dusk ends any case.
    while desk.screens.outcome() == Outcome::Open {
        assert!(desk.screens.command(Command::Wait { minutes: 120 }), "{:?}", desk.screens.notice);
    }
    desk.hear();
    desk.click("What really happened");
    assert_eq!(desk.screens.screen, Screen::Ending);
    assert!(desk.find("seed").x > 0.0);
}

#[test]
fn a_frame_takes_the_pointer_only_where_a_panel_lies() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "pointer", SIZES[0]);
    desk.screens.begin(SETUP);
    desk.screens.key(Press::from(Key::Char('h')));
    desk.settle();
    let wants = |desk: &mut Desk<'_>, at: Pos2| {
        desk.frame(vec![Event::PointerMoved(at)]);
        desk.frame(Vec::new());
        desk.ctx.egui_wants_pointer_input()
    };
    assert!(wants(&mut desk, pos2(800.0, 450.0)), "the help page");
    desk.screens.back();
    desk.settle();
    assert!(!wants(&mut desk, pos2(800.0, 450.0)), "the village");
}

#[path = "over/tests.rs"]
mod hands;
