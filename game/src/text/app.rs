//! The app: which screen is up, what the player has chosen on it, and what is done with the world.
//!
//! Owns: screens and their state, issuing commands, saving and loading. Refuses to know: drawing, the terminal, the rules, and
//! the machine's clock (milliseconds and seconds arrive as arguments). Keys are in `keys`.

use super::chronicle::{Chronicle, Entry};
use super::date::{Moment, Zone};
use super::happening::Happening;
use super::input::InputLine;
use super::news::News;
use super::pick::Pick;
use super::replay::Replay;
use super::story::{self, Piece};
pub use super::views::{Accusation, Deed, Notice, Screen, Scroll, Stage, Tab, WAITS_MIN};
use crate::crash;
use crate::plain::plain;
use crate::saves::{SLOT_CHARS_MAX, Saves, SavesError, Slot};
use crate::script;
use crate::tally::Tally;
use crate::voices::Voices;
use engine_sim::World;
use engine_sim::cases::{Difficulty, daily_seed};
use engine_sim::ids::{PersonId, PlaceId};
use engine_sim::library::Library;
use engine_sim::snapshot::state::{Note, Outcome, SAY_BYTES_MAX};
use engine_sim::talk::parse::suggest_text;
use engine_sim::world::event::{Command, Event};
use engine_sim::world::notebook::{Clash, clashes};
use engine_sim::world::{Setup, moot};
use std::path::{Path, PathBuf};

/// Longest search text in the notebook, in bytes.
const FILTER_BYTES_MAX: usize = 40;
/// Digits of the largest seed.
const SEED_DIGITS_MAX: usize = 20;

/// Everything the screens show.
pub struct App<'a> {
    /// The tables.
    pub library: &'a Library,
    /// The game, once one has begun.
    pub world: Option<World<'a>>,
    /// Speaks for everybody.
    pub voices: Voices,
    /// Where saves lie.
    pub saves: Saves,
    /// What is on the screen.
    pub screen: Screen,
    /// What was said.
    pub chronicle: Chronicle,
    /// The free-text line of a talk.
    pub line: InputLine,
    /// The name of a save.
    pub name: InputLine,
    /// The seed on the title.
    pub seed: InputLine,
    /// The level on the title.
    pub level: Difficulty,
    /// The notebook's search.
    pub filter: InputLine,
    /// Whether keys go to the search.
    pub filtering: bool,
    /// The chosen row of the menu or list on the screen.
    pub at: usize,
    /// The suggestion that Tab puts into the line next.
    pub reply_at: usize,
    /// The suggestion that Enter on an empty line says, if the player has chosen one.
    pub reply_chosen: Option<usize>,
    /// Notebook: tab.
    pub tab: Tab,
    /// Notebook: chosen person's row.
    pub person_at: usize,
    /// Notebook: the chosen note or clash.
    pub pick: Pick,
    /// Evening: row and column.
    pub cell_at: (usize, usize),
    /// The accusation.
    pub accusation: Accusation,
    /// The story, once the case is closed.
    pub story: Vec<Piece>,
    /// The save that was written last, until somebody has made a picture for it.
    pub written: Option<PathBuf>,
    /// Saves listed.
    pub slots: Vec<Slot>,
    /// The save that the title offers because the last game ended badly.
    pub restorable: Option<PathBuf>,
    /// What that game left behind.
    pub crash_folder: Option<PathBuf>,
    /// The save that is to be deleted, if the player says yes.
    pub doomed: Option<Slot>,
    /// How moments are told.
    pub zone: Zone,
    /// Rows scrolled back in the log.
    pub log_scroll: Scroll,
    /// Rows scrolled down in a page.
    pub page_scroll: Scroll,
    /// News.
    pub notice: Option<Notice>,
    /// Whether reasons are shown under lines.
    pub show_why: bool,
    /// Suggested replies, in words.
    pub replies: Vec<String>,
    /// Contradictions among the notes.
    pub clashes: Vec<Clash>,
    /// Time since the start.
    pub now_ms: u64,
    /// Seconds since 1970 at the start.
    pub today_s: u64,
    /// Whether leaving ends the program rather than going to the title.
    pub leave_ends: bool,
    /// Whether the save that is being named is the last thing before leaving.
    pub leave_after_save: bool,
    /// Whether the program should end.
    pub quit: bool,
    /// Whether there is a screen of settings to go to from the title: the window has one.
    pub has_settings: bool,
    /// Whether the player has asked for it; whoever shows it takes this back.
    pub wants_settings: bool,
    /// Who found the words of this sitting's lines.
    pub tally: Tally,
    /// The save that is watched, if one is.
    pub replay: Option<Replay<'a>>,
    pub(super) unsaved: bool,
    pub(super) autosave_due: bool,
}

impl<'a> App<'a> {
    /// At the title, ready to begin `setup`.
    pub fn new(library: &'a Library, setup: Setup, saves: Saves, voices: Voices, today_s: u64) -> App<'a> {
        let mut seed = InputLine::new(SEED_DIGITS_MAX);
        seed.set(&setup.seed.to_string());
        App {
            library,
            world: None,
            voices,
            saves,
            screen: Screen::Title,
            chronicle: Chronicle::default(),
            line: InputLine::new(SAY_BYTES_MAX),
            name: InputLine::new(SLOT_CHARS_MAX),
            seed,
            level: setup.level,
            filter: InputLine::new(FILTER_BYTES_MAX),
            filtering: false,
            at: 0,
            reply_at: 0,
            reply_chosen: None,
            tab: Tab::People,
            person_at: 0,
            pick: Pick::default(),
            cell_at: (0, 0),
            accusation: Accusation {
                stage: Stage::Who,
                who: 0,
                order: Vec::new(),
                ticked: Vec::new(),
                at: 0,
            },
            story: Vec::new(),
            written: None,
            slots: Vec::new(),
            restorable: None,
            crash_folder: None,
            doomed: None,
            zone: Zone::utc(),
            log_scroll: Scroll::default(),
            page_scroll: Scroll::default(),
            notice: None,
            show_why: true,
            replies: Vec::new(),
            clashes: Vec::new(),
            now_ms: 0,
            today_s,
            leave_ends: false,
            leave_after_save: false,
            quit: false,
            has_settings: false,
            wants_settings: false,
            tally: Tally::default(),
            replay: None,
            unsaved: false,
            autosave_due: false,
        }
    }

    /// Says something under the log.
    pub fn tell(&mut self, text: impl Into<String>, bad: bool) {
        // It may quote a save's name or the node.
        self.notice = Some(Notice { text: plain(&text.into()), bad, news: None });
    }

    /// Says something under the log that every language has words for.
    pub fn news(&mut self, news: News) {
        self.notice = Some(Notice { text: plain(&news.to_string()), bad: news.is_bad(), news: Some(news) });
    }

    /// Shows a screen from its beginning.
    pub fn show(&mut self, screen: Screen) {
        if self.is_watching() {
            return;
        }
        self.screen = screen;
        self.at = 0;
        self.page_scroll.reset();
        self.pick.clear();
        self.filtering = false;
        self.doomed = None;
        self.notice = None;
        if let Some(who) = self.partner() {
            self.person_at = who.index();
            self.cell_at.0 = who.index();
        }
    }

    /// Back to the game, or to the title where there is none.
    pub fn back(&mut self) {
        self.show(if self.world.is_some() { Screen::Play } else { Screen::Title });
    }

    /// The outcome; open where there is no game.
    pub fn outcome(&self) -> Outcome {
        self.world.as_ref().map_or(Outcome::Open, |w| w.state().player.outcome)
    }

    /// Whether a villager has yet to finish: to decide, to find words, or to say them.
    pub fn speaking(&self) -> bool {
        self.chronicle.revealing() || self.awaiting()
    }

    /// Whether a villager has yet to find words.
    pub fn awaiting(&self) -> bool {
        self.world.as_ref().is_some_and(|w| w.awaiting().is_some())
    }

    /// Whom the player is talking with.
    pub fn partner(&self) -> Option<PersonId> {
        self.world.as_ref().and_then(|w| w.state().talk.with)
    }

    /// Whether something would be lost by leaving.
    pub fn is_unsaved(&self) -> bool {
        self.unsaved && self.world.is_some()
    }

    /// Time passes: a voice may speak, a sentence may appear. True when the screen has changed.
    pub fn tick(&mut self, now_ms: u64) -> bool {
        self.now_ms = now_ms;
        if self.is_watching() {
            return self.tick_watched(now_ms);
        }
        let mut changed = false;
        if let Some(world) = &mut self.world {
            let pending = world.awaiting().is_some();
            match self.voices.step(world) {
                Ok(events) if events.is_empty() => {}
                Ok(events) => {
                    changed = true;
                    if let Some(command) = world.log().last() {
                        self.chronicle.record(command, world, &events);
                    }
                }
                Err(refusal) => self.news(News::Unheard(refusal)),
            }
            for record in self.voices.take_records() {
                self.tally.take(&record);
                self.chronicle.found_by(record.turn, self.voices.mind(), record.silence);
            }
            if pending && changed {
                self.refresh();
            }
        }
        changed |= self.chronicle.tick(now_ms);
        if self.autosave_due && !self.speaking() {
            self.autosave_due = false;
            self.autosave();
        }
        changed
    }

    /// Works out again what follows from the world.
    pub(super) fn refresh(&mut self) {
        let Some(world) = &self.world else { return };
        let village = &self.library.village;
        self.clashes = clashes(village, &world.state().player.notes);
        self.replies = match world.state().talk.with {
            Some(who) => world.suggestions().iter().map(|i| suggest_text(village, who, i)).collect(),
            None => Vec::new(),
        };
        self.reply_at = 0;
        self.reply_chosen = None;
    }

    /// Does something in the world; a refusal is told. True when it was done.
    pub fn command(&mut self, command: Command) -> bool {
        if self.is_watching() {
            return false;
        }
        let Some(world) = &mut self.world else { return false };
        crash::note(&format!("{} {command:?}", world.state().now.clock()));
        match world.apply(command.clone()) {
            Ok(events) => {
                self.chronicle.record(&command, world, &events);
                self.after(&events);
                true
            }
            Err(refusal) => {
                self.news(News::Refused(refusal));
                false
            }
        }
    }

    fn after(&mut self, events: &[Event]) {
        self.notice = None;
        self.unsaved = true;
        self.log_scroll.reset();
        self.at = 0;
        self.autosave_due |=
            events.iter().any(|e| matches!(e, Event::TalkEnded { .. } | Event::Ended { .. }));
        if let Some(world) = &self.world {
            self.story = story::story(world).unwrap_or_default();
        }
        self.refresh();
    }

    /// Plays a step of a script, as if the player had done it.
    ///
    /// # Errors
    /// The script's, with the line's number.
    pub fn play(&mut self, line: usize, step: &script::Step) -> Result<(), script::ScriptError> {
        self.stop_watching();
        let Some(world) = &mut self.world else { return Ok(()) };
        let before = world.log().len();
        let events = script::play(world, line, step)?;
        if let Some(command) = world.log()[before..].last() {
            self.chronicle.record(&command.clone(), world, &events);
            self.after(&events);
        }
        Ok(())
    }

    /// Walks to where somebody is.
    pub fn seek(&mut self, who: PersonId) {
        if self.is_watching() {
            return;
        }
        let Some(world) = &mut self.world else { return };
        match script::seek(world, who) {
            Ok(events) => {
                let name = self.library.village.name(who).to_string();
                let met = world.at(world.state().player.place).contains(&who);
                self.chronicle.record(&Command::Walk { to: world.state().player.place }, world, &events);
                if events.is_empty() {
                    let clock = world.state().now.clock();
                    self.chronicle.push(Entry::Scene(clock, Happening::RightHere { name: name.clone() }));
                }
                self.after(&events);
                if !met && self.outcome() == Outcome::Open {
                    self.news(News::Slipped { name });
                }
            }
            Err(refusal) => self.news(News::NotCaught(refusal)),
        }
    }

    /// Begins a new case.
    pub fn begin(&mut self, setup: Setup) {
        match World::new(self.library, setup) {
            Ok(world) => {
                self.voices.pin(None);
                self.chronicle = Chronicle::default();
                self.chronicle.begin(&world);
                self.enter(world, false);
            }
            Err(error) => self.news(News::NoCase { why: error.to_string() }),
        }
    }

    fn enter(&mut self, world: World<'a>, unsaved: bool) {
        // Whoever begins or loads a game has seen enough.
        self.replay = None;
        self.story = story::story(&world).unwrap_or_default();
        self.world = Some(world);
        (self.restorable, self.crash_folder) = (None, None);
        self.unsaved = unsaved;
        self.autosave_due = false;
        self.line.set("");
        self.filter.set("");
        self.tab = Tab::People;
        self.person_at = 0;
        self.cell_at = (0, 0);
        self.log_scroll.reset();
        self.show(Screen::Play);
        self.refresh();
    }

    /// The case that everyone gets today.
    pub fn begin_daily(&mut self) {
        let Moment { year, month, day, .. } = Moment::of(self.today_s + self.now_ms / 1000);
        match daily_seed(year, month, day) {
            Ok(seed) => self.begin(Setup { seed, level: self.level }),
            Err(error) => self.news(News::NoDaily { why: error.to_string() }),
        }
    }

    /// Begins what the title's fields say.
    pub fn begin_typed(&mut self) {
        match self.seed.text().trim().parse() {
            Ok(seed) => self.begin(Setup { seed, level: self.level }),
            Err(_) => self.news(News::BadSeed),
        }
    }

    /// Goes on with a save; the game that runs stays as it is when that fails.
    pub fn load(&mut self, path: &Path) {
        match crate::saves::load_pinned(self.library, path) {
            Ok((world, model)) => {
                self.voices.pin(model);
                self.chronicle = Chronicle::of(self.library, &world);
                self.enter(world, false);
                self.news(News::Loaded);
            }
            Err(error) => self.news(News::NotLoaded { why: error.to_string() }),
        }
    }

    /// Learns how the game before this one ended: the title says so and offers its last save.
    pub fn ended_badly(&mut self, last: crash::Last) {
        (self.restorable, self.crash_folder) = (last.save, last.folder);
        if self.restorable.is_some() && self.screen == Screen::Title {
            self.at = self.restore_row();
        }
    }

    /// The name of the save that is offered, if one is.
    pub fn restorable_name(&self) -> Option<String> {
        let name = self.restorable.as_ref()?.file_stem()?;
        Some(plain(&name.to_string_lossy()))
    }

    /// Goes on with the last save of the game that ended badly.
    pub fn restore(&mut self) {
        if let Some(path) = self.restorable.take() {
            self.at = 0;
            self.load(&path);
        }
    }

    /// Ends at once, because the system says so: what is unsaved goes into the autosave.
    pub fn told_to_end(&mut self) {
        self.stop_watching();
        if self.is_unsaved() {
            self.autosave();
        }
        self.quit = true;
    }

    fn autosave(&mut self) {
        let model = self.voices.model();
        let Some(world) = &self.world else { return };
        match self.saves.autosave(world, model) {
            Ok(path) => (self.unsaved, self.written) = (false, Some(path)),
            Err(error) => self.news(News::NotAutosaved { why: error.to_string() }),
        }
    }

    /// Saves under the typed name. True when it was written.
    pub fn save(&mut self) -> bool {
        if self.is_watching() {
            return false;
        }
        let (name, model) = (self.name.text().trim().to_string(), self.voices.model());
        let Some(world) = &self.world else { return false };
        match self.saves.write(world, &name, model) {
            Ok(path) => {
                (self.unsaved, self.written) = (false, Some(path));
                if self.leave_after_save {
                    self.leave_now();
                    return true;
                }
                self.back();
                self.news(News::Saved { name });
                true
            }
            Err(error) => {
                self.news(match error {
                    SavesError::Name(name) => News::BadName { name },
                    error => News::NotSaved { why: error.to_string() },
                });
                false
            }
        }
    }

    /// Whether the typed name belongs to a save that would be replaced.
    pub fn replaces(&self) -> bool {
        let name = self.name.text();
        self.slots.iter().any(|slot| slot.name == name.trim())
    }

    /// Opens the list of saves.
    pub fn open_saves(&mut self) {
        self.slots = self.saves.list();
        self.show(Screen::Saves);
    }

    /// Asks whether the chosen save is to go.
    pub fn doom(&mut self) {
        self.doomed = self.slots.get(self.at).cloned();
        if let Some(slot) = &self.doomed {
            self.news(News::DeleteSure { name: slot.name.clone() });
        }
    }

    /// Deletes the save that the player was asked about, on a yes.
    pub fn decide_doom(&mut self, yes: bool) {
        self.notice = None;
        let Some(slot) = self.doomed.take().filter(|_| yes) else { return };
        match self.saves.delete(&slot) {
            Ok(()) => self.news(News::Deleted { name: slot.name.clone() }),
            Err(error) => self.news(News::NotDeleted { why: error.to_string() }),
        }
        self.slots = self.saves.list();
        self.at = self.at.min(self.slots.len().saturating_sub(1));
    }

    /// Opens the evening, at the first half-hour that anything is noted about whoever is chosen.
    pub fn open_evening(&mut self) {
        self.show(Screen::Evening);
        let Some(world) = &self.world else { return };
        let about = |n: &&Note| n.fact.subject().is_some_and(|who| who.index() == self.cell_at.0);
        let noted = world.state().player.notes.iter().filter(about).filter_map(|n| n.fact.at());
        if let Some(first) = noted.map(|at| usize::from(at.0)).min().filter(|_| self.cell_at.1 == 0) {
            self.cell_at.1 = first;
        }
    }

    /// Asks for a save's name.
    pub fn open_name(&mut self) {
        let Some(world) = &self.world else { return };
        let name = format!("case {} at {}", world.setup().seed, world.state().now.clock().replace(':', ""));
        self.name.set(&name);
        self.leave_after_save = false;
        self.slots = self.saves.list();
        self.show(Screen::Name);
    }

    /// Leaves the game for the title, or ends the program; asks first when something is unsaved.
    pub fn leave(&mut self, ends: bool) {
        self.stop_watching();
        self.leave_ends = ends;
        if self.is_unsaved() {
            self.show(Screen::Leave);
        } else {
            self.leave_now();
        }
    }

    /// Leaves without asking.
    pub fn leave_now(&mut self) {
        self.quit = self.leave_ends;
        self.world = None;
        self.unsaved = false;
        self.chronicle = Chronicle::default();
        self.show(Screen::Title);
    }

    /// What can be done now, with its key and its words.
    pub fn deeds(&self) -> Vec<(char, String, Deed)> {
        let Some(world) = &self.world else { return Vec::new() };
        let here = world.present();
        let mut deeds: Vec<(char, String, Deed)> = here
            .iter()
            .enumerate()
            .map(|(i, who)| {
                let key = char::from_digit(i as u32 + 1, 10).unwrap_or(' ');
                (key, format!("talk to {}", self.library.village.name(*who)), Deed::Talk(*who))
            })
            .collect();
        deeds.push(('w', "walk (the map)".to_string(), Deed::Walk));
        deeds.push(('f', "find somebody".to_string(), Deed::Seek));
        if world.state().player.place == self.library.village.ember_house() {
            let again = if world.state().player.searched { " again" } else { " the house" };
            deeds.push(('s', format!("search{again}"), Deed::Search));
        }
        deeds.push(('z', "wait".to_string(), Deed::Wait));
        deeds.push(('n', "notebook".to_string(), Deed::Notebook));
        deeds.push(('e', "the evening".to_string(), Deed::Evening));
        deeds.push(('a', "accuse".to_string(), Deed::Accuse));
        deeds.push(('v', "save".to_string(), Deed::Save));
        deeds.push(('l', "load".to_string(), Deed::Load));
        deeds.push(('h', "how to play".to_string(), Deed::Help));
        deeds.push(('q', "quit".to_string(), Deed::Quit));
        deeds
    }

    /// Does one of them.
    pub fn deed(&mut self, deed: Deed) {
        match deed {
            Deed::Talk(to) => {
                self.command(Command::Talk { to });
            }
            Deed::Walk => self.show(Screen::Village),
            Deed::Seek => self.show(Screen::Seek),
            Deed::Search => {
                self.command(Command::Search);
            }
            Deed::Wait => self.show(Screen::Wait),
            Deed::Notebook => self.show(Screen::Notebook),
            Deed::Evening => self.open_evening(),
            Deed::Accuse => {
                self.accusation.stage = Stage::Who;
                self.show(Screen::Accuse);
            }
            Deed::Save => self.open_name(),
            Deed::Load => self.open_saves(),
            Deed::Help => self.show(Screen::Help),
            Deed::Quit => self.leave(false),
        }
    }

    /// Says the typed line, or a suggestion.
    pub fn say(&mut self, text: String) -> bool {
        self.command(Command::Say { text })
    }

    /// Places in the order of the list: nearest first; the player's own is left out.
    pub fn walks(&self) -> Vec<(PlaceId, u32)> {
        let Some(world) = &self.world else { return Vec::new() };
        let (village, here) = (&self.library.village, world.state().player.place);
        let others = village.place_ids().filter(|&p| p != here);
        let mut walks: Vec<(PlaceId, u32)> = others.map(|p| (p, village.walk_min(here, p))).collect();
        walks.sort_by_key(|&(place, minutes)| (minutes, place));
        walks
    }

    /// The villager at a row of a list of all.
    pub fn person_row(&self, row: usize) -> Option<PersonId> {
        self.library.village.people().nth(row)
    }

    /// Chooses whom to accuse: the notes that bear on them come first and are ticked.
    pub fn choose_accused(&mut self) {
        let Some(who) = self.person_row(self.accusation.who) else { return };
        let Some(world) = &self.world else { return };
        let bearing = crate::evidence::bearing(world, who);
        let rest = (0..world.state().player.notes.len() as u16).filter(|i| !bearing.contains(i));
        self.accusation.order = bearing.iter().copied().chain(rest).collect();
        self.accusation.ticked = bearing;
        self.accusation.at = 0;
        self.accusation.stage = Stage::Notes;
    }

    /// Ticks or unticks the chosen note.
    pub fn tick_note(&mut self) {
        let Some(&note) = self.accusation.order.get(self.accusation.at) else { return };
        match self.accusation.ticked.iter().position(|&n| n == note) {
            Some(at) => {
                self.accusation.ticked.remove(at);
            }
            None if self.accusation.ticked.len() < moot::EVIDENCE_MAX => self.accusation.ticked.push(note),
            None => self.news(News::MootFull),
        }
    }

    /// Goes before the moot.
    pub fn accuse(&mut self) {
        let Some(who) = self.person_row(self.accusation.who) else { return };
        let mut evidence = self.accusation.ticked.clone();
        evidence.sort_unstable();
        self.back();
        self.command(Command::Accuse { who, evidence });
    }
}
