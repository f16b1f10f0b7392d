//! Pictures: the small pictures of saves, as the panels show them.
//!
//! Owns: which are on the graphics card, and drawing one. Refuses to know: what is in a file (`slot_pictures`).

use super::style;
use crate::saves::Slot;
use crate::window::slot_pictures::read;
use bevy_egui::egui::{
    Color32, ColorImage, Context, CornerRadius, Pos2, Rect, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, Vec2, pos2,
};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Pictures kept at once; what is beyond them has none.
const KEPT_MAX: usize = 64;

/// The pictures of the list that is up.
#[derive(Default)]
pub struct Pictures {
    known: BTreeMap<PathBuf, Option<TextureHandle>>,
    /// Whether one was read this frame: a long list does not make a long frame.
    has_read: bool,
}

impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct(stringify!(Pictures)).field("known", &self.known.len()).finish()
    }
}

impl Pictures {
    /// Begins a frame.
    pub fn begin(&mut self) {
        self.has_read = false;
    }

    /// The picture of a save, read when it is first asked for.
    fn of(&mut self, ctx: &Context, slot: &Slot) -> Option<&TextureHandle> {
        if !self.known.contains_key(&slot.path) && self.known.len() < KEPT_MAX {
            if self.has_read {
                ctx.request_repaint();
                return None;
            }
            self.has_read = true;
            let picture = read(&slot.path).map(|pixels| {
                let image = ColorImage::from_rgba_unmultiplied(pixels.size_px, &pixels.rgba);
                ctx.load_texture("picture of a save", image, TextureOptions::LINEAR)
            });
            self.known.insert(slot.path.clone(), picture);
        }
        self.known.get(&slot.path)?.as_ref()
    }

    /// Draws a save's picture; where there is none, the frame of one.
    pub fn draw(&mut self, ui: &Ui, slot: &Slot, at: Pos2, size: Vec2) {
        let rect = Rect::from_min_size(at, size);
        let painter = ui.painter();
        painter.rect_filled(rect, CornerRadius::ZERO, style::NIGHT);
        if ui.is_rect_visible(rect)
            && let Some(picture) = self.of(ui.ctx(), slot)
        {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(picture.id(), rect, whole, Color32::WHITE);
        }
        painter.rect_stroke(rect, CornerRadius::ZERO, Stroke::new(1.0, style::THATCH), StrokeKind::Inside);
    }
}
