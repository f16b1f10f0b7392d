//! The ending: what really happened, as a story on paper.
//!
//! Owns: that page. Refuses to know: keys and rules.

use super::style::{self, BODY_PT, Ground, SMALL_PT, heading, text};
use super::{View, hints, labels, look};
use crate::text::app::App as Screens;
use crate::text::press::{Key, Press};
use crate::text::story::Piece;
use crate::text::telling::level_words;
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy_egui::egui::{Context, Frame, Margin, Rect, Stroke, Ui, vec2};

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, free: Rect) {
    let rect = super::page(free, look::sized(ctx, vec2(1000.0, 920.0)));
    let mut press = None;
    style::sheet(ctx, "ending", rect, Ground::Paper, |ui| {
        text(ui, labels::outcome(words, screens.outcome()), style::speech(30.0), style::INK);
        ui.horizontal_wrapped(|ui| {
            let entries = [
                (Key::Esc, Action::Back, words.plain("common-back")),
                (Key::Char('n'), Action::Notebook, words.plain("verdict-notebook")),
                (Key::Char('e'), Action::Evening, words.plain("deed-evening")),
                (Key::Char('q'), Action::Leave, words.plain("verdict-title-screen")),
            ];
            for (key, action, name) in entries {
                if hints::button(ui, action, &name, words) {
                    press = Some(key);
                }
            }
        });
        style::scroll(ui, "story", &screens.page_scroll, &mut view.page, false, |ui| {
            screens.story.iter().for_each(|told| piece(ui, words, told));
        });
    });
    if let Some(key) = press {
        screens.key(Press::from(key));
    }
}

fn piece(ui: &mut Ui, words: &Words, piece: &Piece) {
    match piece {
        Piece::Heading(which) => {
            ui.add_space(10.0);
            heading(ui, labels::heading(words, *which));
        }
        Piece::Text(told) => {
            text(ui, told.clone(), style::speech(BODY_PT), style::INK);
        }
        Piece::Share(setup) => {
            let (seed, level) = (setup.seed.to_string(), labels::level(words, setup.level));
            let command = format!("emberwick text --seed {seed} --level {}", level_words(setup.level));
            let told = words.say("ending-case", &[("seed", seed.into()), ("level", level.into())]);
            text(ui, format!("{told}: {command}"), style::speech(BODY_PT), style::INK);
        }
        Piece::Hour(clock, told, theft) => {
            let (mark, ink) = if *theft {
                (format!(" ({})", words.plain("ending-theft")), style::ALARM)
            } else {
                (String::new(), style::INK)
            };
            text(ui, format!("{clock}{mark}  {told}"), style::plain(BODY_PT), ink);
        }
        Piece::Clue(told, known) => {
            let frame = Frame::new()
                .fill(style::slip_ground())
                .stroke(Stroke::new(1.0, style::THATCH))
                .corner_radius(4)
                .inner_margin(Margin::same(10));
            frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                let (mark, ink) = if *known {
                    (words.plain("ending-had"), style::INK)
                } else {
                    (words.plain("ending-missed"), style::ALARM)
                };
                text(ui, mark, style::plain(SMALL_PT), ink);
                text(ui, told.clone(), style::plain(BODY_PT), style::INK);
            });
        }
    }
}
