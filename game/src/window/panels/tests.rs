//! Tests of the panels without a window: every screen of a real game is drawn, and clicked as a hand would.
//!
//! Owns: driving `draw` with made-up input, and what of its words would be cut or broken. Refuses to know: pixels.

use super::keys::Hit;
use super::{View, draw, style};
use crate::saves::Saves;
use crate::settings::{Choice, Language};
use crate::text::app::{App as Screens, Screen, Stage, Tab};
use crate::text::chronicle::Entry;
use crate::text::press::{Key, Press};
use crate::voices::Voices;
use crate::window::keys::Stroke;
use crate::window::words::Words;
use bevy::input::keyboard::KeyCode;
use bevy_egui::egui::epaint::ClippedShape;
use bevy_egui::egui::{
    Context, Event, Galley, Modifiers, PointerButton, Pos2, RawInput, Rect, Shape, pos2, vec2,
};
use engine_sim::cases::Difficulty;
use engine_sim::library::Library;
use engine_sim::snapshot::state::Outcome;
use engine_sim::world::Setup;
use engine_sim::world::event::Command;
use std::sync::Arc;

const SETUP: Setup = Setup { seed: 7, level: Difficulty::Normal };
/// Windows in points: of 1280 by 720 pixels at scale 1, between, and far below what the game is made for.
const SIZES: [(f32, f32); 3] = [(1600.0, 900.0), (1280.0, 720.0), (640.0, 360.0)];
/// A window of 1280 by 720 pixels in points at scale 1 and at scale 2 (`super::size`).
const SCALED: [(f32, f32); 2] = [(1600.0, 900.0), (800.0, 450.0)];

/// The pages of an open case out of talk, and the messages that must be wholly in sight on each.
const PAGES: [(Screen, &[&str]); 10] = [
    (Screen::Village, &["map-walk-to", "common-back"]),
    (Screen::Seek, &["seek-title", "common-back"]),
    (Screen::Wait, &["wait-title"]),
    (Screen::Evening, &["evening-title"]),
    (Screen::Accuse, &["accuse-title", "common-back"]),
    (Screen::Help, &["help-title", "common-back"]),
    (Screen::Neighbours, &["neighbours-title", "common-back"]),
    (Screen::Saves, &["saves-title", "common-back"]),
    (Screen::Name, &["save-title", "save-write", "common-back"]),
    (Screen::Leave, &["leave-save", "leave-without", "leave-stay"]),
];

/// A game before a made-up window.
struct Desk<'a> {
    ctx: Context,
    screens: Screens<'a>,
    words: Words,
    view: View,
    size: (f32, f32),
    time: f64,
}

impl<'a> Desk<'a> {
    fn new(library: &'a Library, name: &str, size: (f32, f32)) -> Desk<'a> {
        let folder = std::env::temp_dir().join(format!("emberwick-panels-{name}-{}", std::process::id()));
        // A test of long ago may have had the same number.
        let _ = std::fs::remove_dir_all(&folder);
        let screens = Screens::new(library, SETUP, Saves::in_dir(&folder), Voices::new(None), 1_769_860_000);
        let ctx = Context::default();
        style::dress(&ctx);
        Desk { ctx, screens, words: Words::default(), view: View::default(), size, time: 0.0 }
    }

    fn speaks(mut self, language: Language) -> Desk<'a> {
        self.words = Words::new(language);
        self
    }

    /// One frame with these events; gives what was drawn.
    fn frame(&mut self, events: Vec<Event>) -> Vec<Written> {
        self.time += 0.05;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(self.size.0, self.size.1))),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        let (screens, words, view) = (&mut self.screens, &self.words, &mut self.view);
        let mut out = self.ctx.run_ui(input, |ui| draw(ui.ctx(), screens, view, words));
        // There is no card to give them to.
        out.textures_delta.clear();
        written(&out.shapes)
    }

    /// Three frames: new sheets have their size after the first.
    fn settle(&mut self) -> Vec<Written> {
        self.frame(Vec::new());
        self.frame(Vec::new());
        self.frame(Vec::new())
    }

    /// Where words stand.
    fn find(&mut self, words: &str) -> Pos2 {
        self.found(words).rect.center()
    }

    fn found(&mut self, words: &str) -> Written {
        let all = self.settle();
        let found = all.iter().find(|w| w.text().contains(words)).cloned();
        let all = || all.iter().map(|w| w.text().to_string()).collect::<Vec<_>>().join(" | ");
        found.unwrap_or_else(|| panic!("\"{words}\" is not on the screen: {}", all()))
    }

    /// What a screen's words have wrong: `sideways` is false where the screen may be scrolled to the side.
    fn wrongs(&mut self, sideways: bool) -> Vec<String> {
        let written = self.settle();
        let mut wrongs: Vec<String> = written
            .iter()
            .filter_map(|w| w.wrong(&self.words, sideways).map(|why| format!("{why}: {}", w.text())))
            .collect();
        // Nothing of the bar covers anything else of it, and all of it is in sight.
        let width = self.size.0;
        let bar: Vec<&Written> = written
            .iter()
            .filter(|w| w.clip.top() < 4.0 && w.clip.width() > width - 6.0 && w.clip.height() < 200.0)
            .collect();
        for (i, a) in bar.iter().enumerate() {
            if !a.is_whole() {
                wrongs.push(format!("cut in the bar: {}", a.text()));
            }
            for b in &bar[i + 1..] {
                let both = a.ink.intersect(b.ink);
                if both.width() > 1.0 && both.height() > 1.0 {
                    wrongs.push(format!("{} covers {}", a.text(), b.text()));
                }
            }
        }
        wrongs
    }

    /// Words of these messages that are not wholly in sight.
    fn hidden(&mut self, keys: &[&str]) -> Vec<String> {
        let written = self.settle();
        let name = ("name", "Nell".into());
        let said = keys.iter().map(|key| self.words.say(key, std::slice::from_ref(&name)));
        said.filter(|said| !written.iter().any(|w| w.text().contains(said.as_str()) && w.is_whole()))
            .collect()
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
            self.view
                .hits
                .push(Hit { stroke: Stroke::named(&c.to_string()), ..Hit::of_text(&c.to_string()) });
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

/// Words on the screen.
#[derive(Clone)]
struct Written {
    /// Where they stand.
    rect: Rect,
    /// Where there is ink of them.
    ink: Rect,
    /// Where they can be seen.
    clip: Rect,
    galley: Arc<Galley>,
}

/// Points by which ink may leave its place: what rounding to pixels takes.
const SLACK_PT: f32 = 1.5;
/// Beginnings of the keys of messages: a message that is missing is said as its key.
const FAMILIES: [&str; 31] = [
    "accuse-",
    "act-",
    "action-",
    "common-",
    "count-",
    "deed-",
    "ending-",
    "error-",
    "evening-",
    "help-",
    "how-",
    "hud-",
    "key-",
    "leave-",
    "level-",
    "log-",
    "map-",
    "mark-",
    "mood-",
    "neighbours-",
    "notebook-",
    "refusal-",
    "save-",
    "saves-",
    "seek-",
    "voices-",
    "wait-",
    "why-",
    "talk-",
    "title-",
    "verdict-",
];

impl Written {
    fn text(&self) -> &str {
        self.galley.text()
    }

    fn is_whole(&self) -> bool {
        self.clip.expand(SLACK_PT).contains_rect(self.ink)
    }

    /// What is wrong with them, if anything can be seen of them.
    fn wrong(&self, words: &Words, sideways: bool) -> Option<&'static str> {
        if self.text().trim().is_empty() {
            return None;
        }
        let missing = |word: &str| {
            let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            FAMILIES.iter().any(|family| bare.starts_with(family)) && !words.knows(bare)
        };
        if self.text().contains(['{', '}', '$']) || self.text().split_whitespace().any(missing) {
            return Some("no message");
        }
        let rows = &self.galley.rows;
        let broken = rows.windows(2).any(|pair| {
            let (end, start) = (pair[0].row.text(), pair[1].row.text());
            let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            !pair[0].ends_with_newline && inside(end.chars().last()) && inside(start.chars().next())
        });
        if broken {
            return Some("a broken word");
        }
        let seen = self.ink.bottom() > self.clip.top() && self.ink.top() < self.clip.bottom();
        let beyond =
            self.ink.left() < self.clip.left() - SLACK_PT || self.ink.right() > self.clip.right() + SLACK_PT;
        (sideways && seen && beyond).then_some("cut at a side")
    }
}

/// The words among shapes.
fn written(shapes: &[ClippedShape]) -> Vec<Written> {
    fn gather(shape: &Shape, clip: Rect, into: &mut Vec<Written>) {
        match shape {
            Shape::Text(text) => {
                let rect = Rect::from_min_size(text.pos, text.galley.size());
                let ink = text.galley.mesh_bounds.translate(text.pos.to_vec2());
                into.push(Written { rect, ink, clip, galley: text.galley.clone() });
            }
            Shape::Vec(inner) => inner.iter().for_each(|shape| gather(shape, clip, into)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    shapes.iter().for_each(|shape| gather(&shape.shape, shape.clip_rect, &mut found));
    found
}

#[test]
fn every_screen_draws_at_every_size() {
    let library = Library::shipped().unwrap();
    for (i, size) in SIZES.into_iter().enumerate() {
        let mut desk = Desk::new(&library, &format!("all{i}"), size);
        assert!(!desk.settle().is_empty(), "the title at {size:?}");
        desk.talk();
        for reply in 0..6 {
            if let Some(text) = desk.screens.replies.get(reply % 3).cloned() {
                desk.screens.say(text);
                desk.settle();
                desk.hear();
            }
        }
        assert!(!desk.settle().is_empty(), "a talk at {size:?}");
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
            Screen::Credits,
            Screen::Neighbours,
            Screen::Saves,
            Screen::Name,
            Screen::Leave,
        ];
        for screen in screens {
            desk.screens.show(screen);
            assert!(desk.settle().len() > 3, "{screen:?} at {size:?}");
        }
        for tab in Tab::ALL {
            desk.screens.show(Screen::Notebook);
            desk.screens.tab = tab;
            assert!(desk.settle().len() > 3, "{tab:?} at {size:?}");
        }
        desk.screens.show(Screen::Accuse);
        desk.screens.choose_accused();
        for stage in [Stage::Notes, Stage::Confirm] {
            desk.screens.accusation.stage = stage;
            assert!(desk.settle().len() > 3, "{stage:?} at {size:?}");
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
        for written in desk.settle() {
            for section in &written.galley.job.sections {
                assert!(section.format.font_id.size >= style::SMALL_PT, "{screen:?}: {}", written.text());
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
    desk.click("Begin a case");
    assert_eq!(desk.screens.screen, Screen::Play);
    desk.click("Find somebody");
    assert_eq!(desk.screens.screen, Screen::Seek);
    desk.click("Nell, ");
    assert_eq!(desk.screens.screen, Screen::Play);
    desk.click("Talk to Nell");
    assert!(desk.screens.partner().is_some());
    desk.hear();
    desk.click("Part");
    assert_eq!(desk.screens.partner(), None);
    desk.click("W  Walk");
    let before = desk.screens.world.as_ref().unwrap().state().player.place;
    let (to, _) = desk.screens.walks()[0];
    let name = crate::text::telling::capital(crate::text::telling::place_name(&library, to));
    desk.click(&name);
    assert_ne!(desk.screens.world.as_ref().unwrap().state().player.place, before);
    desk.click("Open the notebook");
    desk.click("Traces");
    assert_eq!(desk.screens.tab, Tab::Traces);
    desk.click("Back");
    desk.click("Q  Leave");
    assert_eq!(desk.screens.screen, Screen::Leave);
    desk.click("Leave without saving");
    assert_eq!(desk.screens.screen, Screen::Title);
}

#[test]
fn an_accusation_by_mouse_ends_with_the_story() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "accuse", SIZES[0]);
    desk.talk();
    desk.hear();
    assert!(desk.screens.say("Where were you at seven last night?".to_string()));
    desk.hear();
    desk.screens.command(Command::Part);
    desk.click("Accuse");
    desk.click("Maud, ");
    assert_eq!(desk.screens.accusation.stage, Stage::Notes);
    let ticked = desk.screens.accusation.ticked.len();
    desk.click("#1");
    assert_ne!(desk.screens.accusation.ticked.len(), ticked);
    desk.click("Go before the moot");
    desk.click("Y  Name Maud");
    assert_eq!(desk.screens.screen, Screen::Play);
    // Waiting for dusk ends any case.
    while desk.screens.outcome() == Outcome::Open {
        assert!(desk.screens.command(Command::Wait { minutes: 120 }), "{:?}", desk.screens.notice);
    }
    desk.hear();
    desk.click("See what really happened");
    assert_eq!(desk.screens.screen, Screen::Ending);
    // The words to share the case by are its last.
    for _ in 0..40 {
        desk.screens.key(Press::from(Key::PageDown));
        desk.settle();
    }
    assert!(desk.find("--seed").x > 0.0);
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

/// A game in which a talk was had, before a window of 1280 by 720 pixels.
fn desk_in<'a>(library: &'a Library, language: Language, size: (f32, f32), name: &str) -> Desk<'a> {
    let mut desk =
        Desk::new(library, &format!("{name}-{}-{}", language.name(), size.0), size).speaks(language);
    desk.talk();
    for reply in 0..4 {
        let Some(text) = desk.screens.replies.get(reply % 3).cloned() else { break };
        desk.screens.say(text);
        desk.hear();
    }
    desk
}

/// Runs in each language and at each scale.
fn everywhere(mut check: impl FnMut(Language, (f32, f32))) {
    for language in Language::ALL {
        for size in SCALED {
            check(*language, size);
        }
    }
}

#[test]
fn every_screen_speaks_both_languages_and_nothing_of_it_is_cut() {
    let library = Library::shipped().unwrap();
    let none = Vec::<String>::new();
    everywhere(|language, size| {
        let mut title = Desk::new(&library, "title", size).speaks(language);
        assert_eq!(title.wrongs(true), none, "the title in {language:?} at {size:?}");
        let mut desk = desk_in(&library, language, size, "cut");
        assert_eq!(desk.wrongs(true), none, "a talk in {language:?} at {size:?}");
        assert_eq!(desk.hidden(&["talk-say", "talk-part"]), none, "a talk in {language:?} at {size:?}");
        desk.screens.command(Command::Part);
        let play: (Screen, &[&str]) =
            (Screen::Play, &["deed-walk", "deed-notebook", "deed-evening", "deed-accuse", "deed-quit"]);
        for (screen, keys) in [play].into_iter().chain(PAGES) {
            desk.screens.show(screen);
            let wrongs = desk.wrongs(screen != Screen::Evening);
            assert_eq!(wrongs, none, "{screen:?} in {language:?} at {size:?}");
            assert_eq!(desk.hidden(keys), none, "{screen:?} in {language:?} at {size:?}");
        }
        for tab in Tab::ALL {
            desk.screens.show(Screen::Notebook);
            desk.screens.tab = tab;
            assert_eq!(desk.wrongs(true), none, "{tab:?} in {language:?} at {size:?}");
        }
        desk.screens.show(Screen::Accuse);
        desk.screens.accusation.who = library.village.keeper().index();
        desk.screens.choose_accused();
        for (stage, keys) in [
            (Stage::Notes, &["accuse-go", "accuse-other"]),
            (Stage::Confirm, &["accuse-yes", "accuse-not-yet"]),
        ] {
            desk.screens.accusation.stage = stage;
            assert_eq!(desk.wrongs(true), none, "{stage:?} in {language:?} at {size:?}");
            assert_eq!(desk.hidden(keys), none, "{stage:?} in {language:?} at {size:?}");
        }
    });
}

#[test]
fn a_closed_case_and_a_doomed_save_speak_both_languages() {
    let library = Library::shipped().unwrap();
    let none = Vec::<String>::new();
    everywhere(|language, size| {
        let mut desk = desk_in(&library, language, size, "closed");
        desk.screens.command(Command::Part);
        desk.screens.open_name();
        assert!(desk.screens.save(), "{:?}", desk.screens.notice);
        assert_eq!(desk.wrongs(true), none, "saved, in {language:?} at {size:?}");
        desk.screens.open_saves();
        desk.screens.doom();
        assert_eq!(desk.wrongs(true), none, "a doomed save in {language:?} at {size:?}");
        assert_eq!(desk.hidden(&["saves-delete-yes", "saves-delete-no"]), none, "{language:?} at {size:?}");
        desk.screens.decide_doom(true);
        desk.screens.back();
        while desk.screens.outcome() == Outcome::Open {
            assert!(desk.screens.command(Command::Wait { minutes: 120 }), "{:?}", desk.screens.notice);
        }
        desk.hear();
        let ways =
            ["verdict-frozen", "verdict-story", "verdict-notebook", "deed-evening", "verdict-title-screen"];
        assert_eq!(desk.wrongs(true), none, "a closed case in {language:?} at {size:?}");
        assert_eq!(desk.hidden(&ways), none, "a closed case in {language:?} at {size:?}");
        desk.screens.show(Screen::Ending);
        assert_eq!(desk.wrongs(true), none, "the story in {language:?} at {size:?}");
    });
}

#[test]
fn news_is_told_in_the_players_language_and_in_english_to_the_terminal() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "news", SCALED[0]).speaks(Language::German);
    desk.screens.begin(SETUP);
    desk.find("Die Winterglut ist aus ihrer Wiege verschwunden");
    desk.screens.name.set("../x");
    desk.screens.save();
    desk.find("Achtung: „../x“ ist kein Name");
    assert!(desk.screens.notice.as_ref().unwrap().text.starts_with("Not saved: \"../x\" is no name"));
    desk.screens.command(Command::Part);
    desk.find("Achtung: Du sprichst mit niemandem.");
    assert_eq!(desk.screens.notice.as_ref().unwrap().text, "You are talking to nobody.");
    desk.screens.tell("Only in English", false);
    desk.find("Only in English");
}

#[test]
fn what_is_cut_broken_or_missing_is_found() {
    let ctx = Context::default();
    style::dress(&ctx);
    let words = Words::default();
    let wrong = |said: &str, wide: f32, clip: f32| {
        let mut found = Vec::new();
        for _ in 0..2 {
            let mut out = ctx.run_ui(RawInput::default(), |ui| {
                let painter = ui.painter().with_clip_rect(Rect::from_min_size(Pos2::ZERO, vec2(clip, 400.0)));
                let galley = painter.layout(said.to_string(), style::plain(style::BODY_PT), style::INK, wide);
                painter.galley(pos2(2.0, 2.0), galley, style::INK);
            });
            out.textures_delta.clear();
            found = written(&out.shapes);
        }
        found.iter().find_map(|w| w.wrong(&words, true))
    };
    assert_eq!(wrong("Contradictions", 400.0, 400.0), None);
    assert_eq!(wrong("Contradictions, and more of them", 160.0, 400.0), None);
    assert_eq!(wrong("Contradictions", 60.0, 400.0), Some("a broken word"));
    assert_eq!(wrong("Contradictions", 400.0, 60.0), Some("cut at a side"));
    assert_eq!(wrong("Go on: title-nowhere", 400.0, 400.0), Some("no message"));
    assert_eq!(wrong("{ $name }", 400.0, 400.0), Some("no message"));
}

#[test]
fn a_save_is_watched_by_mouse_and_the_last_one_is_restored_after_a_bad_end() {
    let library = Library::shipped().unwrap();
    let mut desk = Desk::new(&library, "watch", SIZES[0]);
    desk.talk();
    desk.screens.command(Command::Part);
    desk.screens.name.set("to watch");
    assert!(desk.screens.save());
    let hash = desk.screens.world.as_ref().unwrap().hash();
    let save = desk.screens.saves.path("to watch").unwrap();
    desk.screens.open_saves();
    desk.click("Watch");
    assert!(desk.screens.is_watching());
    desk.click("Pause");
    for _ in 0..200 {
        if desk.screens.replay.as_ref().unwrap().is_over() {
            break;
        }
        desk.click("One step");
    }
    assert_eq!(desk.screens.world.as_ref().unwrap().hash(), hash);
    desk.click("Stop");
    assert_eq!(desk.screens.screen, Screen::Saves);
    desk.screens.leave_now();
    desk.screens.ended_badly(crate::crash::Last { folder: Some("crashes/x".into()), save: Some(save) });
    assert!(desk.find("The last game ended badly").x > 0.0);
    desk.click("Restore");
    assert_eq!(desk.screens.world.as_ref().unwrap().hash(), hash);
}

#[path = "over/tests.rs"]
mod hands;
#[path = "neighbours/tests.rs"]
mod neighbours;

#[path = "tests/whole_case.rs"]
mod whole_case;

#[path = "tests/notebook.rs"]
mod notebook;
