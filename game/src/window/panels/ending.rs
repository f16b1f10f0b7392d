//! The ending: what really happened, as a story on paper.
//!
//! Owns: that page. Refuses to know: keys and rules.

use super::style::{self, BODY_PT, Ground, SMALL_PT, button, heading, text};
use super::{View, words};
use crate::text::app::App as Screens;
use crate::text::press::{Key, Press};
use crate::text::story::{Piece, headline};
use bevy_egui::egui::{Context, Frame, Margin, Rect, Stroke, Ui, vec2};

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, free: Rect) {
    let rect = super::page(free, vec2(1000.0, 920.0));
    let mut press = None;
    style::sheet(ctx, "ending", rect, Ground::Paper, |ui| {
        text(ui, headline(screens.outcome()), style::speech(30.0), style::INK);
        ui.horizontal_wrapped(|ui| {
            let entries = [
                (Key::Esc, "Esc", words::back()),
                (Key::Char('n'), "n", words::notebook()),
                (Key::Char('e'), "e", words::evening()),
                (Key::Char('q'), "q", words::to_title()),
            ];
            for (key, name, words) in entries {
                if button(ui, name, words) {
                    press = Some(key);
                }
            }
        });
        style::scroll(ui, "story", &screens.page_scroll, &mut view.page, false, |ui| {
            screens.story.iter().for_each(|told| piece(ui, told));
        });
    });
    if let Some(key) = press {
        screens.key(Press::from(key));
    }
}

fn piece(ui: &mut Ui, piece: &Piece) {
    match piece {
        Piece::Heading(words) => {
            ui.add_space(10.0);
            heading(ui, words.clone());
        }
        Piece::Text(words) => {
            text(ui, words.clone(), style::speech(BODY_PT), style::INK);
        }
        Piece::Hour(clock, words, theft) => {
            let (mark, ink) = if *theft {
                (format!(" ({})", words::the_theft()), style::ALARM)
            } else {
                (String::new(), style::INK)
            };
            text(ui, format!("{clock}{mark}  {words}"), style::plain(BODY_PT), ink);
        }
        Piece::Clue(words, known) => {
            let frame = Frame::new()
                .fill(style::slip_ground())
                .stroke(Stroke::new(1.0, style::THATCH))
                .corner_radius(4)
                .inner_margin(Margin::same(10));
            frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                let (mark, ink) = if *known {
                    (words::you_had_it(), style::INK)
                } else {
                    (words::you_missed(), style::ALARM)
                };
                text(ui, mark, style::plain(SMALL_PT), ink);
                text(ui, words.clone(), style::plain(BODY_PT), style::INK);
            });
        }
    }
}
