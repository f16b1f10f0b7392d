//! The credits: who and what the game is made of.
//!
//! Owns: that page. Refuses to know: keys, and what is credited (`text::credits`).

use super::lists::{TALL_PT, TEXT_PT};
use super::style::{self, BODY_PT, Ground, SMALL_PT, heading, text};
use super::{View, hints, look, page};
use crate::text::app::App as Screens;
use crate::text::credits::sections;
use crate::text::press::{Key, Press};
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy_egui::egui::{Context, Rect, vec2};

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, free: Rect) {
    let rect = page(free, look::sized(ctx, vec2(TEXT_PT, TALL_PT)));
    style::sheet(ctx, "credits", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("credits-title"));
        if hints::button(ui, Action::Back, &words.plain("common-back"), words) {
            screens.key(Press::from(Key::Esc));
        }
        style::scroll(ui, "credits", &screens.page_scroll, &mut view.page, false, |ui| {
            text(ui, words.plain("credits-about"), style::plain(SMALL_PT), style::QUIET);
            for section in sections() {
                heading(ui, words.plain(&format!("credits-{}", section.key)));
                for row in section.rows {
                    text(ui, row.name, style::plain(BODY_PT), style::INK);
                    text(ui, row.licence, style::plain(SMALL_PT), style::QUIET);
                }
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Choice, Language};

    #[test]
    fn every_heading_has_its_words_in_every_language() {
        for language in Language::ALL {
            let words = Words::new(*language);
            for section in sections() {
                assert!(words.knows(&format!("credits-{}", section.key)), "{language:?}: {}", section.key);
            }
        }
    }
}
