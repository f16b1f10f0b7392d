//! Tests of the terminal game without a terminal: keys in, frames out, a whole case by keys alone.
//!
//! Owns: driving `App` as a player would. Refuses to know: what `app` looks like inside, where a key can do it.

use super::app::{App, Screen, Stage, Tab};
use super::draw;
use super::palette::{Depth, Palette};
use super::press::{Key, Press};
use super::story::{self, Piece};
use crate::detective::tests::solved_case;
use crate::saves::Saves;
use crate::script::Step;
use crate::voices::Voices;

use engine_sim::World;
use engine_sim::cases::Difficulty;
use engine_sim::library::Library;
use engine_sim::snapshot::state::Outcome;
use engine_sim::world::Setup;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::path::PathBuf;

mod notebook;
mod watch;

/// A folder of its own for one test, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("emberwick-text-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SETUP: Setup = Setup { seed: 7, level: Difficulty::Normal };
/// 2026-01-31.
const TODAY_S: u64 = 1_769_860_000;

fn app<'a>(library: &'a Library, folder: &Folder) -> App<'a> {
    app_of(library, folder, SETUP)
}

fn app_of<'a>(library: &'a Library, folder: &Folder, setup: Setup) -> App<'a> {
    App::new(library, setup, Saves::in_dir(&folder.0), Voices::new(None), TODAY_S)
}

fn press(app: &mut App<'_>, code: Key) {
    app.key(Press::from(code));
}

fn type_in(app: &mut App<'_>, text: &str) {
    text.chars().for_each(|c| press(app, Key::Char(c)));
}

/// Lets every voice finish.
fn settle(app: &mut App<'_>) {
    for _ in 0..200 {
        let now_ms = app.now_ms + 5_000;
        if !app.tick(now_ms) && !app.speaking() {
            return;
        }
    }
    panic!("somebody never stops speaking");
}

/// The screen as text.
fn screen(app: &App<'_>, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw::draw(frame, app, Palette::new(Depth::True))).unwrap();
    let buffer = terminal.backend().buffer();
    let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>() + "\n";
    (0..height).map(row).collect()
}

fn shows(app: &App<'_>, words: &[&str]) {
    for (width, height) in [(80, 24), (160, 48)] {
        let text = screen(app, width, height);
        for word in words {
            assert!(text.contains(word), "\"{word}\" is not on {width} by {height}:\n{text}");
        }
    }
}

/// Moves down to a row that the screen's list starts at the top of.
fn choose_row(app: &mut App<'_>, row: usize) {
    press(app, Key::Home);
    (0..row).for_each(|_| press(app, Key::Down));
    press(app, Key::Enter);
}

#[test]
fn the_title_begins_a_case_with_the_typed_seed() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("title"));
    let mut app = app(&library, &folder);
    shows(&app, &["E M B E R W I C K", "Begin a case", "seed   7", "normal", "Today's case", "Quit"]);
    press(&mut app, Key::Char('9'));
    type_in(&mut app, "9999999999999999999");
    press(&mut app, Key::Enter);
    shows(&app, &["A seed is a whole number, 0 to 18446744073709551615."]);
    app.seed.set("4");
    type_in(&mut app, "2");
    press(&mut app, Key::Down);
    press(&mut app, Key::Right);
    shows(&app, &["seed   42", "hard"]);
    press(&mut app, Key::Home);
    press(&mut app, Key::Enter);
    let setup = app.world.as_ref().unwrap().setup();
    assert_eq!(setup, Setup { seed: 42, level: Difficulty::Hard });
    shows(
        &app,
        &["08:00", "dusk 20:00", "12 gold", "3 seals", "written lines", "Market square", "What now?"],
    );
}

#[test]
fn the_day_s_case_is_the_same_for_everyone() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("daily"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Char('d'));
    let seed = engine_sim::cases::daily_seed(2026, 1, 31).unwrap();
    assert_eq!(app.world.as_ref().unwrap().setup().seed, seed);
}

#[test]
fn a_suggestion_is_chosen_by_arrows_and_said_by_enter() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("choose"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('1'));
    settle(&mut app);
    press(&mut app, Key::Enter);
    assert_eq!(app.reply_chosen, None, "Enter alone says nothing");
    press(&mut app, Key::Down);
    press(&mut app, Key::Right);
    assert_eq!(app.reply_chosen, Some(1));
    shows(&app, &["▸2 "]);
    press(&mut app, Key::Up);
    press(&mut app, Key::Up);
    assert_eq!(app.reply_chosen, None);
    press(&mut app, Key::Left);
    let (last, reply) = (app.replies.len() - 1, app.replies.last().unwrap().clone());
    assert_eq!(app.reply_chosen, Some(last));
    press(&mut app, Key::Char('x'));
    assert_eq!(app.reply_chosen, None, "typing lets the choice go");
    press(&mut app, Key::Backspace);
    press(&mut app, Key::Left);
    press(&mut app, Key::Enter);
    settle(&mut app);
    let said = |c: &engine_sim::world::event::Command| matches!(c, engine_sim::world::event::Command::Say { text } if *text == reply);
    assert!(app.world.as_ref().unwrap().log().iter().any(said), "{reply}");
    assert_eq!(app.reply_chosen, None);
    // Up without a choice still brings old lines back.
    type_in(&mut app, "good day");
    press(&mut app, Key::Enter);
    settle(&mut app);
    press(&mut app, Key::Up);
    assert_eq!(app.line.text(), "good day");
}

#[test]
fn a_talk_takes_suggestions_and_typed_lines_and_ends_in_an_autosave() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("talk"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('1'));
    settle(&mut app);
    shows(&app, &["Talking with Piers", "Say to Piers", "or type anything", "written"]);
    let reply = app.replies[0].clone();
    shows(&app, &[&reply]);
    press(&mut app, Key::Char('1'));
    settle(&mut app);
    shows(&app, &["noted", "why:", "(own"]);
    type_in(&mut app, "quite a queue? n w e");
    assert_eq!(app.line.text(), "quite a queue? n w e", "in a talk every letter goes to the line");
    press(&mut app, Key::Esc);
    type_in(&mut app, "Did you see Nell at the smity at six?");
    press(&mut app, Key::Enter);
    settle(&mut app);
    shows(&app, &["read as \"smithy\"", "Did you see Nell"]);
    app.key(Press::ctrl(Key::Char('y')));
    assert!(!screen(&app, 160, 48).contains("why:"));
    press(&mut app, Key::Up);
    assert_eq!(app.line.text(), "Did you see Nell at the smity at six?");
    press(&mut app, Key::Esc);
    assert!(app.is_unsaved());
    press(&mut app, Key::Esc);
    settle(&mut app);
    assert_eq!(app.partner(), None);
    assert!(!app.is_unsaved(), "the end of a talk saves");
    assert_eq!(Saves::in_dir(&folder.0).list()[0].name, "autosave 1");
}

#[test]
fn a_line_appears_only_when_it_is_spoken_and_then_by_sentences() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("reveal"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('1'));
    assert!(app.speaking());
    let before = screen(&app, 160, 48);
    assert!(app.tick(1));
    let spoken = app.world.as_ref().unwrap().state().words.spoken[0].text.clone();
    let first_words = spoken.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    assert!(!before.contains(&first_words), "\"{first_words}\" was shown before it was spoken");
    shows(&app, &[&first_words]);
    press(&mut app, Key::Enter);
    assert!(!app.speaking(), "Enter shows the rest at once");
    shows(&app, &["why:"]);
}

/// Plays a step with keys.
fn play(app: &mut App<'_>, library: &Library, step: &Step) {
    let people = |who: engine_sim::PersonId| who.index();
    match step {
        Step::Seek { who } => {
            press(app, Key::Char('f'));
            choose_row(app, people(*who));
        }
        Step::Walk { to } => {
            press(app, Key::Char('w'));
            let row = app.walks().iter().position(|(place, _)| place == to).unwrap();
            choose_row(app, row);
        }
        Step::Talk { to } => {
            let name = format!("talk to {}", library.village.name(*to));
            let row = app.deeds().iter().position(|(_, words, _)| *words == name).unwrap();
            (0..row).for_each(|_| press(app, Key::Down));
            press(app, Key::Enter);
        }
        Step::Say { text } => {
            type_in(app, text);
            press(app, Key::Enter);
        }
        Step::Part => press(app, Key::Esc),
        Step::Search => press(app, Key::Char('s')),
        Step::Accuse { who, notes: None } => {
            press(app, Key::Char('a'));
            choose_row(app, people(*who));
            assert_eq!(app.accusation.stage, Stage::Notes);
            shows(app, &["Against", "[x]"]);
            press(app, Key::Enter);
            shows(app, &["The hearing takes an hour"]);
            press(app, Key::Char('y'));
        }
        other => panic!("the detective does not {other:?}"),
    }
    settle(app);
}

#[test]
fn a_whole_case_is_solved_with_keys_alone() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("whole"));
    let (setup, steps) = solved_case(&library);
    let mut app = app_of(&library, &folder, setup);
    press(&mut app, Key::Enter);
    for step in &steps {
        if matches!(step, Step::Accuse { .. }) {
            look_at_everything(&mut app);
        }
        play(&mut app, &library, step);
    }
    assert_eq!(app.outcome(), Outcome::Solved);
    shows(&app, &["Solved: the ember is home", "What really happened"]);
    press(&mut app, Key::Enter);
    assert_eq!(app.screen, Screen::Ending);
    let case = &app.world.as_ref().unwrap().state().case;
    let thief = library.village.name(case.thief).to_string();
    shows(&app, &["It was", &thief, "18:00"]);
    press(&mut app, Key::End);
    let share = format!("emberwick text --seed {} --level normal", setup.seed);
    shows(&app, &[&share]);
}

/// Notebook, evening and map of a full game.
fn look_at_everything(app: &mut App<'_>) {
    press(app, Key::F(2));
    shows(app, &["1 People", "Of themselves", "4 Traces"]);
    press(app, Key::Char('2'));
    assert_eq!(app.tab, Tab::Statements);
    shows(app, &["As you heard it", "says so at"]);
    type_in(app, "/on the floor");
    press(app, Key::Enter);
    shows(app, &["on the floor at the Ember House", "only what mentions \"on the floor\""]);
    press(app, Key::Esc);
    press(app, Key::Tab);
    assert!(!app.clashes.is_empty());
    shows(app, &["both cannot be true"]);
    press(app, Key::Tab);
    shows(app, &["What clings to clothes", "copper flecks", "last seen: "]);
    press(app, Key::F(3));
    shows(app, &["the ember was there at", "contradicted", "Nell"]);
    assert!(screen(app, 80, 24).contains('!'), "a contradiction is marked by a sign");
    press(app, Key::Esc);
    press(app, Key::F(4));
    shows(app, &["Walk to", "north gate", "min", "@ you"]);
    press(app, Key::Esc);
    assert_eq!(app.screen, Screen::Play);
}

#[test]
fn dusk_ends_the_day_and_the_truth_is_told_only_then() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("dusk"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    assert!(app.story.is_empty());
    for _ in 0..6 {
        press(&mut app, Key::Char('z'));
        shows(&app, &["Wait how long?", "two hours"]);
        press(&mut app, Key::Char('5'));
    }
    settle(&mut app);
    assert_eq!(app.outcome(), Outcome::Frozen);
    shows(&app, &["20:00", "Frozen: dusk came first"]);
    press(&mut app, Key::Enter);
    shows(&app, &["What really happened"]);
}

#[test]
fn a_bare_name_is_heard_and_the_moot_says_what_is_missing() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("bare"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('a'));
    choose_row(&mut app, 0);
    shows(&app, &["Your notebook is empty"]);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Esc);
    assert_eq!(app.accusation.stage, Stage::Notes, "one can think again");
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('y'));
    settle(&mut app);
    assert_eq!(app.outcome(), Outcome::Open);
    shows(&app, &["09:00", "convinced", "opportunity:", "means:"]);
}

#[test]
fn every_ending_has_its_story_and_an_open_case_has_none() {
    let library = Library::shipped().unwrap();
    let world = World::new(&library, SETUP).unwrap();
    assert_eq!(story::story(&world), None);
    for outcome in [Outcome::Solved, Outcome::Dismissed, Outcome::Frozen] {
        let mut state = world.state().clone();
        state.player.outcome = outcome;
        let ended = World::from_parts(&library, SETUP, state, Vec::new());
        let pieces = story::story(&ended).unwrap();
        let hours = pieces.iter().filter(|p| matches!(p, Piece::Hour(..))).count();
        let thefts = pieces.iter().filter(|p| matches!(p, Piece::Hour(_, _, true))).count();
        assert_eq!((hours, thefts), (12, 1));
        assert!(pieces.iter().any(|p| matches!(p, Piece::Clue(..))));
    }
}

#[test]
fn saves_are_written_listed_loaded_and_a_broken_one_is_explained() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("saves"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('1'));
    settle(&mut app);
    press(&mut app, Key::Char('1'));
    settle(&mut app);
    let (hash, seen) = (app.world.as_ref().unwrap().hash(), screen(&app, 80, 24));
    app.key(Press::ctrl(Key::Char('s')));
    app.key(Press::ctrl(Key::Char('u')));
    type_in(&mut app, "../x");
    press(&mut app, Key::Enter);
    shows(&app, &["Not saved", "is no name for a save"]);
    app.key(Press::ctrl(Key::Char('u')));
    type_in(&mut app, "noon");
    press(&mut app, Key::Enter);
    shows(&app, &["Saved as \"noon\""]);
    std::fs::write(folder.0.join("saves/broken.ember"), b"not a save").unwrap();
    press(&mut app, Key::Esc);
    settle(&mut app);
    press(&mut app, Key::Char('l'));
    shows(&app, &["noon", "broken", "UTC"]);
    let row = |app: &App<'_>, name: &str| app.slots.iter().position(|s| s.name == name).unwrap();
    let broken = row(&app, "broken");
    choose_row(&mut app, broken);
    shows(&app, &["This save cannot be played", "The file is left as it is"]);
    let noon = row(&app, "noon");
    choose_row(&mut app, noon);
    assert_eq!(app.world.as_ref().unwrap().hash(), hash);
    press(&mut app, Key::Tab);
    app.key(Press::ctrl(Key::Char('u')));
    app.notice = None;
    assert_eq!(screen(&app, 80, 24), seen, "the log is there again");
}

#[test]
fn a_long_paste_is_cut_and_said_so_and_hidden_suggestions_do_nothing() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("paste"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('1'));
    assert!(app.awaiting());
    for code in [Key::Char('1'), Key::Tab] {
        press(&mut app, code);
        assert!(app.line.is_empty() && app.notice.is_none(), "{code:?} does nothing while they think");
    }
    settle(&mut app);
    app.paste("Good day.\u{1b}[31m");
    assert_eq!((app.line.text().as_str(), &app.notice), ("Good day. [31m", &None));
    app.paste(&"Where were you at seven? ".repeat(200));
    shows(&app, &["the rest was left out"]);
    assert!(app.line.text().len() <= engine_sim::snapshot::state::SAY_BYTES_MAX);
}

#[test]
fn a_save_is_deleted_only_after_a_yes() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("delete"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    for name in ["one", "two"] {
        app.key(Press::ctrl(Key::Char('s')));
        app.name.set(name);
        press(&mut app, Key::Enter);
    }
    std::fs::write(folder.0.join("saves/odd\u{1b}[2J\u{202e}.ember"), b"").unwrap();
    press(&mut app, Key::Char('l'));
    shows(&app, &["one", "two", "odd\\u{1b}[2J\\u{202e}", "delete"]);
    let names = |app: &App<'_>| app.slots.iter().map(|s| s.name.clone()).collect::<Vec<_>>();
    let at = names(&app).iter().position(|n| n == "one").unwrap();
    (0..at).for_each(|_| press(&mut app, Key::Down));
    press(&mut app, Key::Char('x'));
    shows(&app, &["Delete \"one\"?", "delete it", "keep it"]);
    press(&mut app, Key::Enter);
    assert_eq!((names(&app).len(), app.screen), (3, Screen::Saves), "any other key keeps it");
    press(&mut app, Key::Delete);
    press(&mut app, Key::Char('y'));
    shows(&app, &["\"one\" is gone"]);
    assert!(!names(&app).contains(&"one".to_string()) && names(&app).len() == 2);
    app.at = 0;
    std::fs::remove_file(&app.slots[0].path).unwrap();
    press(&mut app, Key::Char('x'));
    press(&mut app, Key::Char('y'));
    assert_eq!(names(&app).len(), 1, "one that is gone already is no trouble");
}

#[test]
fn a_save_keeps_the_model_that_it_came_with() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("pin"));
    let path = folder.0.join("saves/pinned.ember");
    let world = World::new(&library, SETUP).unwrap();
    crate::saves::write_save(&path, &world, "pinned", Some("abc".to_string())).unwrap();
    let mut app = app(&library, &folder);
    app.load(&path);
    app.name.set("again");
    assert!(app.save());
    let pin = |name: &str| {
        crate::saves::load_pinned(&library, &folder.0.join(format!("saves/{name}.ember"))).unwrap().1
    };
    assert_eq!(pin("again"), Some("abc".to_string()));
    app.begin(SETUP);
    app.name.set("new");
    assert!(app.save());
    assert_eq!(pin("new"), None, "another game has met no mind");
}

#[test]
fn leaving_asks_only_when_something_would_be_lost() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("leave"));
    let mut app = app(&library, &folder);
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('q'));
    assert_eq!(app.screen, Screen::Title, "nothing has happened yet");
    press(&mut app, Key::Enter);
    press(&mut app, Key::Char('z'));
    press(&mut app, Key::Char('1'));
    app.key(Press::ctrl(Key::Char('q')));
    shows(&app, &["Leave the game?", "save, then leave"]);
    press(&mut app, Key::Esc);
    assert_eq!(app.screen, Screen::Play);
    press(&mut app, Key::Char('q'));
    press(&mut app, Key::Char('s'));
    press(&mut app, Key::Enter);
    assert_eq!(app.screen, Screen::Title);
    assert_eq!(Saves::in_dir(&folder.0).list().len(), 1);
    assert!(!app.quit);
    press(&mut app, Key::Char('q'));
    assert!(app.quit);
}

#[test]
fn no_screen_minds_any_size_or_depth() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("sizes"));
    let mut app = app(&library, &folder);
    let all = [
        Screen::Title,
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
        Screen::Saves,
        Screen::Replay,
        Screen::Name,
        Screen::Leave,
    ];
    let look = |app: &mut App<'_>| {
        for screen in all {
            app.show(screen);
            app.tell("A notice that is long enough to be wrapped over several rows of the smallest terminal there is.", true);
            for (width, height) in [(1, 1), (40, 10), (79, 24), (80, 24), (81, 25), (120, 36), (250, 90)] {
                for depth in [Depth::True, Depth::Cube, Depth::Sixteen, Depth::Mono] {
                    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
                    terminal.draw(|frame| draw::draw(frame, app, Palette::new(depth))).unwrap();
                }
            }
        }
    };
    look(&mut app);
    press(&mut app, Key::Esc);
    app.show(Screen::Title);
    press(&mut app, Key::Enter);
    look(&mut app);
    app.show(Screen::Play);
    press(&mut app, Key::Char('1'));
    settle(&mut app);
    look(&mut app);
    let small = screen(&app, 40, 10);
    assert!(small.contains("Emberwick needs 80 by 24") && small.contains("40 by 10"), "{small}");
}

#[test]
fn any_keys_in_any_order_do_no_harm() {
    let (library, folder) = (Library::shipped().unwrap(), Folder::new("monkey"));
    let mut app = app(&library, &folder);
    let mut rng = engine_sim::rng::Rng::new(1, "monkey");
    let codes = [
        Key::Enter,
        Key::Enter,
        Key::Esc,
        Key::Tab,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Backspace,
        Key::Delete,
        Key::F(2),
        Key::F(3),
        Key::F(4),
        Key::Char(' '),
        Key::Char('1'),
        Key::Char('2'),
        Key::Char('a'),
        Key::Char('f'),
        Key::Char('w'),
        Key::Char('y'),
        Key::Char('z'),
        Key::Char('/'),
        Key::Char('雪'),
    ];
    for i in 0..3000 {
        press(&mut app, codes[(rng.next() % codes.len() as u64) as usize]);
        app.tick(i * 100);
        if i % 20 == 0 {
            screen(&app, 80, 24);
        }
        app.quit = false;
    }
}
