//! Keys: what each key does on each screen.
//!
//! Owns: that table. Refuses to know: drawing and the rules. Everything can be reached without a mouse, and in a talk every plain
//! letter goes to the line being typed.

use super::app::{App, Screen, Stage, Tab, WAITS_MIN};
use super::news::News;
use super::press::{Key, Press};
use engine_sim::cases::Difficulty;
use engine_sim::snapshot::state::{Outcome, SAY_BYTES_MAX};
use engine_sim::time::SLOTS;
use engine_sim::world::event::Command;

/// Rows of a page.
const PAGE: usize = 8;
/// Rows of the title's menu; one more, before the last, where there is a screen of settings.
pub const TITLE_ROWS: usize = 7;

/// Moves a row within a list; false when the key does not move.
fn moves(at: &mut usize, len: usize, key: Key) -> bool {
    let last = len.saturating_sub(1);
    *at = match key {
        Key::Up if *at == 0 => last,
        Key::Up => *at - 1,
        Key::Down if *at >= last => 0,
        Key::Down => *at + 1,
        Key::Home => 0,
        Key::End => last,
        Key::PageUp => at.saturating_sub(PAGE),
        Key::PageDown => (*at + PAGE).min(last),
        _ => return false,
    };
    true
}

impl App<'_> {
    /// Takes a key.
    pub fn key(&mut self, press: Press) {
        if self.is_watching() {
            return self.replay_key(press);
        }
        if self.global(press) {
            return;
        }
        match self.screen {
            Screen::Title => self.title_key(press),
            Screen::Play => self.play_key(press),
            Screen::Village => self.village_key(press),
            Screen::Seek => self.seek_key(press),
            Screen::Wait => self.wait_key(press),
            Screen::Notebook => self.notebook_key(press),
            Screen::Evening => self.evening_key(press),
            Screen::Accuse => self.accuse_key(press),
            Screen::Ending => self.ending_key(press),
            Screen::Help => self.help_key(press),
            Screen::Credits => self.credits_key(press),
            Screen::Neighbours => self.neighbours_key(press),
            Screen::Saves => self.saves_key(press),
            // Without a replay there is nothing to see.
            Screen::Replay => self.open_saves(),
            Screen::Name => self.name_key(press),
            Screen::Leave => self.leave_key(press),
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        match self.screen {
            Screen::Play if self.partner().is_some() => {
                let room = SAY_BYTES_MAX.saturating_sub(self.line.text().len());
                self.line.insert(text);
                if text.len() > room {
                    self.news(News::TooLong);
                }
            }
            // A friend's whole line may be pasted: the first number in it is taken.
            Screen::Title => {
                let digits = text.split(|c: char| !c.is_ascii_digit()).find(|run| !run.is_empty());
                if let Some(seed) = digits {
                    self.at = 1;
                    self.seed.set(seed);
                }
            }
            Screen::Name => self.name.insert(text),
            Screen::Notebook if self.filtering => {
                self.filter.insert(text);
                self.page_scroll.reset();
                self.pick.clear();
            }
            _ => {}
        }
    }

    /// Keys that do the same on every screen of a running game.
    fn global(&mut self, press: Press) -> bool {
        let ctrl = press.ctrl;
        match press.key {
            Key::Char('q' | 'c') if ctrl && self.screen == Screen::Leave => self.quit = true,
            Key::Char('q' | 'c') if ctrl => self.leave(true),
            _ if self.world.is_none() => return false,
            Key::F(1) => self.show(Screen::Help),
            Key::F(2) => self.show(Screen::Notebook),
            Key::Char('n') if ctrl => self.show(Screen::Notebook),
            Key::F(3) => self.open_evening(),
            Key::Char('t') if ctrl => self.open_evening(),
            Key::F(4) => self.show(Screen::Village),
            Key::Char('g') if ctrl => self.show(Screen::Village),
            Key::F(5) => self.open_name(),
            Key::Char('s') if ctrl => self.open_name(),
            Key::F(6) => self.open_saves(),
            Key::Char('o') if ctrl => self.open_saves(),
            Key::F(8) if self.screen != Screen::Neighbours => self.show(Screen::Neighbours),
            Key::F(7) => self.show_why = !self.show_why,
            Key::Char('y') if ctrl => self.show_why = !self.show_why,
            _ => return false,
        }
        true
    }

    fn title_key(&mut self, press: Press) {
        let restore = self.restore_row();
        if moves(&mut self.at, restore + usize::from(self.restorable.is_some()), press.key) {
            return;
        }
        match (self.at, press.key) {
            (_, Key::Char('u')) => self.restore(),
            (at, Key::Enter) if at == restore => self.restore(),
            (6, Key::Enter) if self.has_settings => self.wants_settings = true,
            (_, Key::Char('q')) | (6 | 7, Key::Enter) => self.quit = true,
            (_, Key::Char('h')) | (5, Key::Enter) => self.show(Screen::Help),
            (_, Key::F(8)) => self.show(Screen::Neighbours),
            (_, Key::Char('c')) | (4, Key::Enter) => self.open_saves(),
            (_, Key::Char('d')) | (3, Key::Enter) => self.begin_daily(),
            (2, Key::Left) => self.level = self.other_level(Difficulty::ALL.len() - 1),
            (2, Key::Right | Key::Char(' ') | Key::Enter) => self.level = self.other_level(1),
            (0 | 1, Key::Enter) => self.begin_typed(),
            (_, Key::Char('r')) => {
                self.at = 1;
                self.other_seed();
            }
            (0, Key::Char(c)) if c.is_ascii_digit() => {
                self.at = 1;
                self.seed.set(&c.to_string());
            }
            (1, Key::Char(c)) if c.is_ascii_digit() => {
                self.seed.key(press);
            }
            (1, Key::Backspace | Key::Delete | Key::Left | Key::Right) => {
                self.seed.key(press);
            }
            _ => {}
        }
    }

    /// The title's row that offers the last save of a game that ended badly: behind all others, and so before the first.
    pub fn restore_row(&self) -> usize {
        TITLE_ROWS + usize::from(self.has_settings)
    }

    fn other_level(&self, by: usize) -> Difficulty {
        let at = Difficulty::ALL.iter().position(|l| *l == self.level).unwrap_or(0);
        Difficulty::ALL[(at + by) % Difficulty::ALL.len()]
    }

    /// Another seed, short enough to tell a friend: from the moment at which it was asked for.
    fn other_seed(&mut self) {
        let seed = engine_sim::rng::Rng::new(self.today_s ^ (self.now_ms << 20), "title").next() % 1_000_000;
        self.seed.set(&seed.to_string());
    }

    fn play_key(&mut self, press: Press) {
        match press.key {
            Key::PageUp => return self.log_scroll.by(PAGE as isize),
            Key::PageDown => return self.log_scroll.by(-(PAGE as isize)),
            Key::Enter | Key::Esc if self.chronicle.revealing() && self.line.is_empty() => {
                return self.chronicle.finish();
            }
            _ => {}
        }
        if self.partner().is_some() {
            return self.talk_key(press);
        }
        if self.outcome() != Outcome::Open {
            match press.key {
                Key::Enter => self.show(Screen::Ending),
                Key::Char('n') => self.show(Screen::Notebook),
                Key::Char('e') => self.open_evening(),
                Key::Char('v') => self.open_name(),
                Key::Char('q') | Key::Esc => self.leave(false),
                _ => {}
            }
            return;
        }
        self.deed_key(press);
    }

    fn deed_key(&mut self, press: Press) {
        let deeds = self.deeds();
        let by_key = |c: char| deeds.iter().find(|(key, _, _)| *key == c).map(|(_, _, deed)| *deed);
        match press.key {
            Key::Up | Key::Left => self.at = self.at.checked_sub(1).unwrap_or(deeds.len() - 1),
            Key::Down | Key::Right | Key::Tab => self.at = (self.at + 1) % deeds.len(),
            Key::Enter => {
                if let Some((_, _, deed)) = deeds.get(self.at) {
                    self.deed(*deed);
                }
            }
            Key::Char('?') => self.show(Screen::Help),
            Key::Char('m') => self.show(Screen::Village),
            Key::Char(c) if c != ' ' => {
                if let Some(deed) = by_key(c.to_ascii_lowercase()) {
                    self.deed(deed);
                }
            }
            _ => {}
        }
    }

    fn talk_key(&mut self, press: Press) {
        match press.key {
            // The suggestions belong to the next turn, and are not on the screen yet.
            Key::Char('1'..='3') | Key::Tab if self.line.is_empty() && self.awaiting() => {}
            Key::Left | Key::Right | Key::Up | Key::Down if self.chooses_reply(press.key) => {}
            Key::Char(c @ '1'..='3') if self.line.is_empty() => {
                let chosen = (c as usize) - ('1' as usize);
                if let Some(text) = self.replies.get(chosen).cloned() {
                    self.chronicle.finish();
                    self.say(text);
                }
            }
            Key::Tab if !self.replies.is_empty() => {
                let text = self.replies[self.reply_at % self.replies.len()].clone();
                self.line.set(&text);
                self.reply_at += 1;
            }
            Key::Enter if self.line.text().trim().is_empty() => {
                self.line.set("");
                if let Some(text) = self.reply_chosen.and_then(|at| self.replies.get(at)).cloned() {
                    self.say(text);
                }
            }
            Key::Enter => {
                self.chronicle.finish();
                let text = self.line.text();
                if self.say(text) {
                    self.line.take();
                }
            }
            Key::Esc if !self.line.is_empty() => self.line.set(""),
            Key::Esc => {
                self.command(Command::Part);
            }
            _ => {
                self.line.key(press);
                self.reply_chosen = self.reply_chosen.filter(|_| self.line.is_empty());
            }
        }
    }

    /// Moves the choice among the suggestions while nothing is typed; false when the key is the line's. Up without a choice brings
    /// old lines back, as it always did.
    fn chooses_reply(&mut self, key: Key) -> bool {
        let count = self.replies.len();
        if !self.line.is_empty() || count == 0 || self.awaiting() {
            return false;
        }
        self.reply_chosen = match (key, self.reply_chosen) {
            (Key::Right | Key::Down, None) => Some(0),
            (Key::Right | Key::Down, Some(at)) => Some((at + 1) % count),
            (Key::Left, at) => Some(at.unwrap_or(0).checked_sub(1).unwrap_or(count - 1)),
            (Key::Up, Some(at)) => at.checked_sub(1),
            _ => return false,
        };
        true
    }

    fn village_key(&mut self, press: Press) {
        let walks = self.walks();
        if moves(&mut self.at, walks.len(), press.key) {
            return;
        }
        match press.key {
            Key::Esc | Key::Char('q' | 'w' | 'm') | Key::F(4) => self.back(),
            Key::Enter => {
                if let Some(&(to, _)) = walks.get(self.at)
                    && self.command(Command::Walk { to })
                {
                    self.back();
                }
            }
            _ => {}
        }
    }

    fn seek_key(&mut self, press: Press) {
        if moves(&mut self.at, self.library.village.villagers.len(), press.key) {
            return;
        }
        match press.key {
            Key::Esc | Key::Char('q' | 'f') => self.back(),
            Key::Enter => {
                if let Some(who) = self.person_row(self.at) {
                    self.back();
                    self.seek(who);
                }
            }
            _ => {}
        }
    }

    fn wait_key(&mut self, press: Press) {
        if moves(&mut self.at, WAITS_MIN.len(), press.key) {
            return;
        }
        let row = match press.key {
            Key::Enter => self.at,
            Key::Char(c @ '1'..='5') => (c as usize) - ('1' as usize),
            Key::Esc | Key::Char('q' | 'z') => return self.back(),
            _ => return,
        };
        if let Some(&minutes) = WAITS_MIN.get(row) {
            self.back();
            self.command(Command::Wait { minutes });
        }
    }

    fn notebook_key(&mut self, press: Press) {
        if self.filtering {
            match press.key {
                Key::Enter => self.filtering = false,
                Key::Esc => {
                    self.filter.set("");
                    self.filtering = false;
                    self.pick.clear();
                }
                _ => {
                    self.filter.key(press);
                    self.page_scroll.reset();
                    self.pick.clear();
                }
            }
            return;
        }
        let turn = |app: &mut Self, by: usize| {
            let at = Tab::ALL.iter().position(|t| *t == app.tab).unwrap_or(0);
            app.tab = Tab::ALL[(at + by) % Tab::ALL.len()];
            app.page_scroll.reset();
            app.pick.clear();
        };
        // Among people, Up and Down choose one of them until Enter goes over to the notes.
        let people = self.tab == Tab::People && self.pick.chosen().is_none();
        match press.key {
            Key::Esc if self.tab == Tab::People && !people => self.pick.let_go(),
            Key::Esc if !self.filter.is_empty() => {
                self.filter.set("");
                self.pick.clear();
            }
            Key::Esc | Key::Char('q' | 'n') => self.back(),
            Key::Enter => self.hold_up(),
            Key::Char('/') => self.filtering = true,
            Key::Tab | Key::Right => turn(self, 1),
            Key::BackTab | Key::Left => turn(self, Tab::ALL.len() - 1),
            Key::Char(c @ '1'..='4') => {
                self.tab = Tab::ALL[(c as usize) - ('1' as usize)];
                self.page_scroll.reset();
                self.pick.clear();
            }
            Key::Up | Key::Down if people => {
                moves(&mut self.person_at, self.library.village.villagers.len(), press.key);
                self.page_scroll.reset();
            }
            Key::Up | Key::Down => self.pick.step(press.key == Key::Down),
            key => {
                let before = self.page_scroll.at.get();
                self.scroll_key(key);
                if self.page_scroll.at.get() != before {
                    self.pick.let_go();
                }
            }
        }
    }

    fn scroll_key(&mut self, key: Key) {
        match key {
            Key::Up => self.page_scroll.by(-1),
            Key::Down => self.page_scroll.by(1),
            Key::PageUp => self.page_scroll.by(-(PAGE as isize)),
            Key::PageDown | Key::Char(' ') => self.page_scroll.by(PAGE as isize),
            Key::Home => self.page_scroll.reset(),
            Key::End => self.page_scroll.at.set(usize::MAX),
            _ => {}
        }
    }

    fn evening_key(&mut self, press: Press) {
        let (row, column) = &mut self.cell_at;
        match press.key {
            Key::Esc | Key::Char('q' | 'e') => self.back(),
            Key::Left => *column = column.saturating_sub(1),
            Key::Right => *column = (*column + 1).min(usize::from(SLOTS) - 1),
            key => {
                moves(row, self.library.village.villagers.len(), key);
            }
        }
    }

    fn accuse_key(&mut self, press: Press) {
        let people = self.library.village.villagers.len();
        let accusation = &mut self.accusation;
        match accusation.stage {
            Stage::Who if moves(&mut accusation.who, people, press.key) => {}
            // The last row is the way to the moot.
            Stage::Notes if moves(&mut accusation.at, accusation.order.len() + 1, press.key) => {}
            Stage::Who => match press.key {
                Key::Enter => self.choose_accused(),
                Key::Esc | Key::Char('q') => self.back(),
                _ => {}
            },
            Stage::Notes => match press.key {
                Key::Char(' ') => self.tick_note(),
                Key::Enter => accusation.stage = Stage::Confirm,
                Key::Esc => accusation.stage = Stage::Who,
                _ => {}
            },
            Stage::Confirm => match press.key {
                Key::Char('y') | Key::Enter => self.accuse(),
                Key::Esc | Key::Char('n') => accusation.stage = Stage::Notes,
                _ => {}
            },
        }
    }

    fn ending_key(&mut self, press: Press) {
        match press.key {
            Key::Char('n') => self.show(Screen::Notebook),
            Key::Char('e') => self.open_evening(),
            Key::Char('q') => self.leave(false),
            Key::Esc | Key::Enter => self.back(),
            key => self.scroll_key(key),
        }
    }

    fn help_key(&mut self, press: Press) {
        match press.key {
            Key::Esc | Key::Enter | Key::Char('q' | 'h' | '?') => self.back(),
            Key::Char('c') => self.show(Screen::Credits),
            Key::Char('b') => self.show(Screen::Neighbours),
            key => self.scroll_key(key),
        }
    }

    fn credits_key(&mut self, press: Press) {
        match press.key {
            Key::Esc | Key::Enter | Key::Char('q' | 'c') => self.show(Screen::Help),
            key => self.scroll_key(key),
        }
    }

    fn neighbours_key(&mut self, press: Press) {
        match press.key {
            Key::Esc | Key::Enter | Key::Char('q' | 'b') | Key::F(8) => self.back(),
            key => self.scroll_key(key),
        }
    }

    fn saves_key(&mut self, press: Press) {
        if self.doomed.is_some() {
            return self.decide_doom(press.key == Key::Char('y'));
        }
        if moves(&mut self.at, self.slots.len(), press.key) {
            return;
        }
        match press.key {
            Key::Esc | Key::Char('q') => self.back(),
            Key::Enter => {
                if let Some(path) = self.slots.get(self.at).map(|slot| slot.path.clone()) {
                    self.load(&path);
                }
            }
            Key::Delete | Key::Char('x') => self.doom(),
            Key::Char('r') => {
                if let Some(path) = self.slots.get(self.at).map(|slot| slot.path.clone()) {
                    self.watch(&path);
                }
            }
            _ => {}
        }
    }

    fn name_key(&mut self, press: Press) {
        match press.key {
            Key::Esc => self.back(),
            Key::Enter => {
                self.save();
            }
            _ => {
                self.notice = None;
                self.name.key(press);
            }
        }
    }

    fn leave_key(&mut self, press: Press) {
        if moves(&mut self.at, 3, press.key) {
            return;
        }
        match (press.key, self.at) {
            (Key::Char('s'), _) | (Key::Enter, 0) => {
                self.open_name();
                self.leave_after_save = true;
            }
            (Key::Char('y'), _) | (Key::Enter, 1) => self.leave_now(),
            (Key::Esc | Key::Char('n'), _) | (Key::Enter, _) => self.back(),
            _ => {}
        }
    }
}
