//! A whole case, solved at the window by the keyboard alone: every step that a patient detective takes is typed.

use super::*;
use crate::detective::tests::solved_case;
use crate::script::Step;

impl Desk<'_> {
    /// Hits the key that carries a letter.
    fn letter(&mut self, letter: &str) {
        self.hit(Stroke::named(letter).unwrap_or_else(|| panic!("no key {letter}")));
    }

    /// Goes down a list and takes the row.
    fn row(&mut self, row: usize) {
        for _ in 0..row {
            self.press(KeyCode::ArrowDown);
        }
        self.press(KeyCode::Enter);
    }

    /// Takes a step by the keyboard.
    fn by_keyboard(&mut self, step: &Step) {
        let library = self.screens.library;
        match step {
            Step::Seek { who } => {
                self.letter("f");
                self.row(who.index());
            }
            Step::Walk { to } => {
                self.letter("w");
                let row = self.screens.walks().iter().position(|(place, _)| place == to).unwrap();
                self.row(row);
            }
            Step::Talk { to } => {
                let name = format!("talk to {}", library.village.name(*to));
                let row = self.screens.deeds().iter().position(|(_, words, _)| *words == name).unwrap();
                self.row(row);
            }
            Step::Say { text } => {
                self.type_in(text);
                self.press(KeyCode::Enter);
            }
            Step::Part => self.press(KeyCode::Escape),
            Step::Search => self.letter("s"),
            Step::Accuse { who, notes: None } => {
                self.letter("a");
                self.row(who.index());
                assert_eq!(self.screens.accusation.stage, Stage::Notes);
                self.press(KeyCode::Enter);
                self.letter("y");
            }
            other => panic!("the detective does not {other:?}"),
        }
        self.hear();
    }
}

#[test]
fn a_whole_case_is_solved_by_keyboard_alone() {
    let library = Library::shipped().unwrap();
    let (setup, steps) = solved_case(&library);
    let mut desk = Desk::new(&library, "keyboard", SIZES[0]);
    desk.screens.seed.set(&setup.seed.to_string());
    desk.press(KeyCode::Enter);
    assert_eq!(desk.screens.screen, Screen::Play);
    for step in &steps {
        desk.by_keyboard(step);
    }
    assert_eq!(desk.screens.outcome(), Outcome::Solved);
    desk.press(KeyCode::Enter);
    assert_eq!(desk.screens.screen, Screen::Ending);
    let case = &desk.screens.world.as_ref().unwrap().state().case;
    let thief = library.village.name(case.thief);
    desk.found(thief);
}
