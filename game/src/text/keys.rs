//! Keys: what each key does on each screen.
//!
//! Owns: that table. Refuses to know: drawing and the rules. Everything can be reached without a mouse, and in a talk every plain
//! letter goes to the line being typed.

use super::app::{App, Screen, Stage, Tab, WAITS_MIN};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use engine_sim::cases::Difficulty;
use engine_sim::snapshot::state::{Outcome, SAY_BYTES_MAX};
use engine_sim::time::SLOTS;
use engine_sim::world::event::Command;

/// Rows of a page.
const PAGE: usize = 8;
/// Rows of the title's menu.
pub const TITLE_ROWS: usize = 7;

/// Moves a row within a list; false when the key does not move.
fn moves(at: &mut usize, len: usize, code: KeyCode) -> bool {
    let last = len.saturating_sub(1);
    *at = match code {
        KeyCode::Up if *at == 0 => last,
        KeyCode::Up => *at - 1,
        KeyCode::Down if *at >= last => 0,
        KeyCode::Down => *at + 1,
        KeyCode::Home => 0,
        KeyCode::End => last,
        KeyCode::PageUp => at.saturating_sub(PAGE),
        KeyCode::PageDown => (*at + PAGE).min(last),
        _ => return false,
    };
    true
}

impl App<'_> {
    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) {
        if self.global(key) {
            return;
        }
        match self.screen {
            Screen::Title => self.title_key(key),
            Screen::Play => self.play_key(key),
            Screen::Village => self.village_key(key),
            Screen::Seek => self.seek_key(key),
            Screen::Wait => self.wait_key(key),
            Screen::Notebook => self.notebook_key(key),
            Screen::Evening => self.evening_key(key),
            Screen::Accuse => self.accuse_key(key),
            Screen::Ending => self.ending_key(key),
            Screen::Help => self.help_key(key),
            Screen::Saves => self.saves_key(key),
            Screen::Name => self.name_key(key),
            Screen::Leave => self.leave_key(key),
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        match self.screen {
            Screen::Play if self.partner().is_some() => {
                let room = SAY_BYTES_MAX.saturating_sub(self.line.text().len());
                self.line.insert(text);
                if text.len() > room {
                    self.tell("Too long for a line: the rest was left out.", false);
                }
            }
            Screen::Name => self.name.insert(text),
            Screen::Notebook if self.filtering => self.filter.insert(text),
            _ => {}
        }
    }

    /// Keys that do the same on every screen of a running game.
    fn global(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('q' | 'c') if ctrl && self.screen == Screen::Leave => self.quit = true,
            KeyCode::Char('q' | 'c') if ctrl => self.leave(true),
            _ if self.world.is_none() => return false,
            KeyCode::F(1) => self.show(Screen::Help),
            KeyCode::F(2) => self.show(Screen::Notebook),
            KeyCode::Char('n') if ctrl => self.show(Screen::Notebook),
            KeyCode::F(3) => self.open_evening(),
            KeyCode::Char('t') if ctrl => self.open_evening(),
            KeyCode::F(4) => self.show(Screen::Village),
            KeyCode::Char('g') if ctrl => self.show(Screen::Village),
            KeyCode::F(5) => self.open_name(),
            KeyCode::Char('s') if ctrl => self.open_name(),
            KeyCode::F(6) => self.open_saves(),
            KeyCode::Char('o') if ctrl => self.open_saves(),
            KeyCode::F(7) => self.show_why = !self.show_why,
            KeyCode::Char('y') if ctrl => self.show_why = !self.show_why,
            _ => return false,
        }
        true
    }

    fn title_key(&mut self, key: KeyEvent) {
        if moves(&mut self.at, TITLE_ROWS, key.code) {
            return;
        }
        match (self.at, key.code) {
            (_, KeyCode::Char('q')) | (6, KeyCode::Enter) => self.quit = true,
            (_, KeyCode::Char('h')) | (5, KeyCode::Enter) => self.show(Screen::Help),
            (_, KeyCode::Char('c')) | (4, KeyCode::Enter) => self.open_saves(),
            (_, KeyCode::Char('d')) | (3, KeyCode::Enter) => self.begin_daily(),
            (2, KeyCode::Left) => self.level = self.other_level(Difficulty::ALL.len() - 1),
            (2, KeyCode::Right | KeyCode::Char(' ') | KeyCode::Enter) => self.level = self.other_level(1),
            (0 | 1, KeyCode::Enter) => self.begin_typed(),
            (1, KeyCode::Char('r')) => self.other_seed(),
            (0, KeyCode::Char(c)) if c.is_ascii_digit() => {
                self.at = 1;
                self.seed.set(&c.to_string());
            }
            (1, KeyCode::Char(c)) if c.is_ascii_digit() => {
                self.seed.key(key);
            }
            (1, KeyCode::Backspace | KeyCode::Delete | KeyCode::Left | KeyCode::Right) => {
                self.seed.key(key);
            }
            _ => {}
        }
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

    fn play_key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::PageUp => return self.log_scroll.by(PAGE as isize),
            KeyCode::PageDown => return self.log_scroll.by(-(PAGE as isize)),
            KeyCode::Enter | KeyCode::Esc if self.chronicle.revealing() && self.line.is_empty() => {
                return self.chronicle.finish();
            }
            _ => {}
        }
        if self.partner().is_some() {
            return self.talk_key(key);
        }
        if self.outcome() != Outcome::Open {
            match key.code {
                KeyCode::Enter => self.show(Screen::Ending),
                KeyCode::Char('n') => self.show(Screen::Notebook),
                KeyCode::Char('e') => self.open_evening(),
                KeyCode::Char('v') => self.open_name(),
                KeyCode::Char('q') | KeyCode::Esc => self.leave(false),
                _ => {}
            }
            return;
        }
        self.deed_key(key);
    }

    fn deed_key(&mut self, key: KeyEvent) {
        let deeds = self.deeds();
        let by_key = |c: char| deeds.iter().find(|(key, _, _)| *key == c).map(|(_, _, deed)| *deed);
        match key.code {
            KeyCode::Up | KeyCode::Left => self.at = self.at.checked_sub(1).unwrap_or(deeds.len() - 1),
            KeyCode::Down | KeyCode::Right | KeyCode::Tab => self.at = (self.at + 1) % deeds.len(),
            KeyCode::Enter => {
                if let Some((_, _, deed)) = deeds.get(self.at) {
                    self.deed(*deed);
                }
            }
            KeyCode::Char('?') => self.show(Screen::Help),
            KeyCode::Char('m') => self.show(Screen::Village),
            KeyCode::Char(c) if c != ' ' => {
                if let Some(deed) = by_key(c.to_ascii_lowercase()) {
                    self.deed(deed);
                }
            }
            _ => {}
        }
    }

    fn talk_key(&mut self, key: KeyEvent) {
        match key.code {
            // The suggestions belong to the next turn, and are not on the screen yet.
            KeyCode::Char('1'..='3') | KeyCode::Tab if self.line.is_empty() && self.awaiting() => {}
            KeyCode::Char(c @ '1'..='3') if self.line.is_empty() => {
                let chosen = (c as usize) - ('1' as usize);
                if let Some(text) = self.replies.get(chosen).cloned() {
                    self.chronicle.finish();
                    self.say(text);
                }
            }
            KeyCode::Tab if !self.replies.is_empty() => {
                let text = self.replies[self.reply_at % self.replies.len()].clone();
                self.line.set(&text);
                self.reply_at += 1;
            }
            KeyCode::Enter if self.line.text().trim().is_empty() => self.line.set(""),
            KeyCode::Enter => {
                self.chronicle.finish();
                let text = self.line.text();
                if self.say(text) {
                    self.line.take();
                }
            }
            KeyCode::Esc if !self.line.is_empty() => self.line.set(""),
            KeyCode::Esc => {
                self.command(Command::Part);
            }
            _ => {
                self.line.key(key);
            }
        }
    }

    fn village_key(&mut self, key: KeyEvent) {
        let walks = self.walks();
        if moves(&mut self.at, walks.len(), key.code) {
            return;
        }
        match key.code {
            KeyCode::Esc | KeyCode::Char('q' | 'w' | 'm') | KeyCode::F(4) => self.back(),
            KeyCode::Enter => {
                if let Some(&(to, _)) = walks.get(self.at)
                    && self.command(Command::Walk { to })
                {
                    self.back();
                }
            }
            _ => {}
        }
    }

    fn seek_key(&mut self, key: KeyEvent) {
        if moves(&mut self.at, self.library.village.villagers.len(), key.code) {
            return;
        }
        match key.code {
            KeyCode::Esc | KeyCode::Char('q' | 'f') => self.back(),
            KeyCode::Enter => {
                if let Some(who) = self.person_row(self.at) {
                    self.back();
                    self.seek(who);
                }
            }
            _ => {}
        }
    }

    fn wait_key(&mut self, key: KeyEvent) {
        if moves(&mut self.at, WAITS_MIN.len(), key.code) {
            return;
        }
        let row = match key.code {
            KeyCode::Enter => self.at,
            KeyCode::Char(c @ '1'..='5') => (c as usize) - ('1' as usize),
            KeyCode::Esc | KeyCode::Char('q' | 'z') => return self.back(),
            _ => return,
        };
        if let Some(&minutes) = WAITS_MIN.get(row) {
            self.back();
            self.command(Command::Wait { minutes });
        }
    }

    fn notebook_key(&mut self, key: KeyEvent) {
        if self.filtering {
            match key.code {
                KeyCode::Enter => self.filtering = false,
                KeyCode::Esc => {
                    self.filter.set("");
                    self.filtering = false;
                }
                _ => {
                    self.filter.key(key);
                    self.page_scroll.reset();
                }
            }
            return;
        }
        let turn = |app: &mut Self, by: usize| {
            let at = Tab::ALL.iter().position(|t| *t == app.tab).unwrap_or(0);
            app.tab = Tab::ALL[(at + by) % Tab::ALL.len()];
            app.page_scroll.reset();
        };
        match key.code {
            KeyCode::Esc if !self.filter.is_empty() => self.filter.set(""),
            KeyCode::Esc | KeyCode::Char('q' | 'n') => self.back(),
            KeyCode::Char('/') => self.filtering = true,
            KeyCode::Tab | KeyCode::Right => turn(self, 1),
            KeyCode::BackTab | KeyCode::Left => turn(self, Tab::ALL.len() - 1),
            KeyCode::Char(c @ '1'..='4') => {
                self.tab = Tab::ALL[(c as usize) - ('1' as usize)];
                self.page_scroll.reset();
            }
            KeyCode::Up | KeyCode::Down if self.tab == Tab::People => {
                moves(&mut self.person_at, self.library.village.villagers.len(), key.code);
                self.page_scroll.reset();
            }
            code => self.scroll_key(code),
        }
    }

    fn scroll_key(&mut self, code: KeyCode) {
        match code {
            KeyCode::Up => self.page_scroll.by(-1),
            KeyCode::Down => self.page_scroll.by(1),
            KeyCode::PageUp => self.page_scroll.by(-(PAGE as isize)),
            KeyCode::PageDown | KeyCode::Char(' ') => self.page_scroll.by(PAGE as isize),
            KeyCode::Home => self.page_scroll.reset(),
            KeyCode::End => self.page_scroll.at.set(usize::MAX),
            _ => {}
        }
    }

    fn evening_key(&mut self, key: KeyEvent) {
        let (row, column) = &mut self.cell_at;
        match key.code {
            KeyCode::Esc | KeyCode::Char('q' | 'e') => self.back(),
            KeyCode::Left => *column = column.saturating_sub(1),
            KeyCode::Right => *column = (*column + 1).min(usize::from(SLOTS) - 1),
            code => {
                moves(row, self.library.village.villagers.len(), code);
            }
        }
    }

    fn accuse_key(&mut self, key: KeyEvent) {
        let people = self.library.village.villagers.len();
        let accusation = &mut self.accusation;
        match accusation.stage {
            Stage::Who if moves(&mut accusation.who, people, key.code) => {}
            Stage::Notes if moves(&mut accusation.at, accusation.order.len(), key.code) => {}
            Stage::Who => match key.code {
                KeyCode::Enter => self.choose_accused(),
                KeyCode::Esc | KeyCode::Char('q') => self.back(),
                _ => {}
            },
            Stage::Notes => match key.code {
                KeyCode::Char(' ') => self.tick_note(),
                KeyCode::Enter => accusation.stage = Stage::Confirm,
                KeyCode::Esc => accusation.stage = Stage::Who,
                _ => {}
            },
            Stage::Confirm => match key.code {
                KeyCode::Char('y') | KeyCode::Enter => self.accuse(),
                KeyCode::Esc | KeyCode::Char('n') => accusation.stage = Stage::Notes,
                _ => {}
            },
        }
    }

    fn ending_key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::Char('n') => self.show(Screen::Notebook),
            KeyCode::Char('e') => self.open_evening(),
            KeyCode::Char('q') => self.leave(false),
            KeyCode::Esc | KeyCode::Enter => self.back(),
            code => self.scroll_key(code),
        }
    }

    fn help_key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q' | 'h' | '?') => self.back(),
            code => self.scroll_key(code),
        }
    }

    fn saves_key(&mut self, key: KeyEvent) {
        if self.doomed.is_some() {
            return self.decide_doom(key.code == KeyCode::Char('y'));
        }
        if moves(&mut self.at, self.slots.len(), key.code) {
            return;
        }
        match key.code {
            KeyCode::Esc | KeyCode::Char('q') => self.back(),
            KeyCode::Enter => {
                if let Some(path) = self.slots.get(self.at).map(|slot| slot.path.clone()) {
                    self.load(&path);
                }
            }
            KeyCode::Delete | KeyCode::Char('x') => self.doom(),
            _ => {}
        }
    }

    fn name_key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::Esc => self.back(),
            KeyCode::Enter => {
                self.save();
            }
            _ => {
                self.notice = None;
                self.name.key(key);
            }
        }
    }

    fn leave_key(&mut self, key: KeyEvent) {
        if moves(&mut self.at, 3, key.code) {
            return;
        }
        match (key.code, self.at) {
            (KeyCode::Char('s'), _) | (KeyCode::Enter, 0) => {
                self.open_name();
                self.leave_after_save = true;
            }
            (KeyCode::Char('y'), _) | (KeyCode::Enter, 1) => self.leave_now(),
            (KeyCode::Esc | KeyCode::Char('n'), _) | (KeyCode::Enter, _) => self.back(),
            _ => {}
        }
    }
}
