//! Style: paper and ink, the faces, and the few parts that every panel is made of.
//!
//! Owns: sizes, colours by meaning, sheets, slips, headings, the typed line, scrolling. Refuses to know: what is on a panel. Sources:
//! the art direction (rounded 10 px, text never under 18 px at 1080 lines, contrast 4.5:1) and the palette; a test holds the pairs
//! of ink and ground to that contrast. Lengths are in points: a 1080th of the window's height at scale 1.

use super::super::palette;
use super::look;
use crate::text::input::InputLine;
use crate::text::views::Scroll;
use bevy::color::{LinearRgba, Srgba};
use bevy_egui::egui::epaint::{Shadow, TextShape};
use bevy_egui::egui::text::LayoutJob;
use bevy_egui::egui::{
    Align2, Area, Color32, Context, CornerRadius, CursorIcon, FontData, FontDefinitions, FontFamily, FontId,
    Id, Label, Mesh, Order, Painter, Pos2, Rect, Response, RichText, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2,
};
use std::sync::Arc;

/// The smallest text, points.
pub const SMALL_PT: f32 = 18.0;
/// Running text.
pub const BODY_PT: f32 = 20.0;
/// What villagers say.
pub const SPEECH_PT: f32 = 24.0;
/// Headings, in the notebook's hand.
pub const HEAD_PT: f32 = 34.0;
/// Corners of sheets and slips, points.
pub const ROUND_PT: u8 = 10;
/// From a sheet's edge to what stands on it, points.
pub const MARGIN_PT: f32 = 22.0;
/// Between sheets and the window's edge, points.
pub const EDGE_PT: f32 = 16.0;
/// Between two slips, points.
pub const GAP_PT: f32 = 8.0;
/// Inside a slip, points.
const SLIP_PAD: Vec2 = vec2(12.0, 7.0);
/// Width of the strip in a slip that holds the mark of the chosen one, points.
const MARK_PT: f32 = 16.0;
/// Beside a page, for the bar that scrolls it, points.
const BAR_ROOM_PT: f32 = 12.0;
/// Where a page goes on beyond its edge, it fades over so much of it, points.
const FADE_PT: f32 = 22.0;
/// Height of a row that a key scrolls by, points.
const ROW_PT: f32 = 26.0;

/// A palette colour, or a blend of them, for panels.
pub const fn colour(c: Srgba) -> Color32 {
    Color32::from_rgb(
        (c.red * 255.0 + 0.5) as u8,
        (c.green * 255.0 + 0.5) as u8,
        (c.blue * 255.0 + 0.5) as u8,
    )
}

/// The ground of sheets.
pub const PAPER: Color32 = colour(palette::PAPER);
/// Running text on paper.
pub const INK: Color32 = colour(palette::INK);
/// What stands back on paper.
pub const QUIET: Color32 = colour(palette::TIMBER);
/// Trouble on paper.
pub const ALARM: Color32 = colour(palette::BRICK);
/// The chosen one's ground; ink stands on it.
pub const CHOSEN: Color32 = colour(palette::AMBER);
/// The ground of bars over the scene.
pub const NIGHT: Color32 = colour(palette::NIGHT);
/// Text on night.
pub const SNOW: Color32 = colour(palette::SNOW_LIGHT);
/// What stands back on night.
pub const SHADE: Color32 = colour(palette::SNOW_SHADE);
/// Lines on paper.
pub const THATCH: Color32 = colour(palette::THATCH);
/// Warmth.
pub const EMBER: Color32 = colour(palette::EMBER);

/// A blend of two palette colours for grounds and shapes: `t` of `b` in `a`.
pub fn blend(a: Srgba, b: Srgba, t: f32) -> Color32 {
    colour(Srgba::from(palette::blend(a, b, t)))
}

/// The ground of slips: paper with a little light.
pub fn slip_ground() -> Color32 {
    blend(palette::PAPER, palette::SNOW_LIGHT, 0.6)
}

/// The face for everything but speech and headings.
pub fn plain(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}
/// The serif of speech and of the game's name.
pub fn speech(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("speech".into()))
}
/// The notebook's hand.
pub fn hand(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("hand".into()))
}

/// The three faces that the game ships.
pub fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces: [(&str, &'static [u8]); 3] = [
        ("plain", include_bytes!("../../../../assets/fonts/plain.ttf")),
        ("speech", include_bytes!("../../../../assets/fonts/speech.ttf")),
        ("hand", include_bytes!("../../../../assets/fonts/hand.ttf")),
    ];
    for (name, bytes) in faces {
        fonts.font_data.insert(name.to_string(), Arc::new(FontData::from_static(bytes)));
    }
    // A letter that a face lacks is taken from the plain one.
    let mut bind = |family: FontFamily, faces: &[&str]| {
        fonts.families.insert(family, faces.iter().map(|f| (*f).to_string()).collect());
    };
    bind(FontFamily::Proportional, &["plain", "speech"]);
    bind(FontFamily::Monospace, &["plain", "speech"]);
    bind(FontFamily::Name("speech".into()), &["speech", "plain"]);
    bind(FontFamily::Name("hand".into()), &["hand", "plain", "speech"]);
    fonts
}

/// Dresses a context: faces, and nothing of a debug window's looks.
pub fn dress(ctx: &Context) {
    ctx.set_fonts(fonts());
    ctx.all_styles_mut(|style| {
        style.interaction.selectable_labels = false;
        style.spacing.item_spacing = vec2(GAP_PT, GAP_PT);
        style.override_font_id = Some(plain(BODY_PT));
        style.visuals.override_text_color = Some(INK);
        style.visuals.widgets.inactive.bg_fill = THATCH;
        style.visuals.widgets.hovered.bg_fill = QUIET;
        style.visuals.widgets.active.bg_fill = INK;
        style.visuals.extreme_bg_color = blend(palette::PAPER, palette::THATCH, 0.25);
    });
}

/// What a sheet is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Paper with a shadow.
    Paper,
    /// Night that lets a little of the scene through.
    Night,
    /// Nothing: only what stands on it.
    Bare,
}

/// Parts of 255 of a night sheet that hide what lies behind it.
const NIGHT_COVER: u8 = 248;

/// A sheet at a place of the window, with a margin; gives what `add` gives.
pub fn sheet<R>(ctx: &Context, name: &str, rect: Rect, ground: Ground, add: impl FnOnce(&mut Ui) -> R) -> R {
    let margin = if ground == Ground::Bare { 0.0 } else { MARGIN_PT.min(rect.height() / 4.0) };
    let order = if ground == Ground::Paper { Order::Middle } else { Order::Background };
    Area::new(Id::new(("sheet", name)))
        .order(order)
        .fixed_pos(rect.min)
        .default_size(rect.size())
        .constrain(false)
        .fade_in(false)
        .show(ctx, |ui| {
            ui.painter().extend(backing(rect, ground));
            ui.allocate_rect(rect, Sense::hover());
            let mut inner = ui.new_child(UiBuilder::new().max_rect(rect.shrink(margin)));
            inner.set_clip_rect(rect.shrink(if ground == Ground::Bare { 0.0 } else { 2.0 }));
            add(&mut inner)
        })
        .inner
}

fn backing(rect: Rect, ground: Ground) -> Vec<Shape> {
    let round = CornerRadius::same(ROUND_PT);
    match ground {
        Ground::Paper => {
            let dark = Color32::from_rgba_unmultiplied(NIGHT.r(), NIGHT.g(), NIGHT.b(), 120);
            let shadow = Shadow { offset: [0, 6], blur: 22, spread: 2, color: dark };
            let edge = Stroke::new(1.0, blend(palette::PAPER, palette::THATCH, 0.6));
            vec![
                shadow.as_shape(rect, round).into(),
                Shape::rect_filled(rect, round, PAPER),
                Shape::rect_stroke(rect, round, edge, StrokeKind::Inside),
            ]
        }
        Ground::Night => {
            let night = Color32::from_rgba_unmultiplied(NIGHT.r(), NIGHT.g(), NIGHT.b(), NIGHT_COVER);
            vec![Shape::rect_filled(rect, round, night)]
        }
        Ground::Bare => Vec::new(),
    }
}

/// A part of a sheet as a place of its own to write in, cut at its edges.
pub fn part(ui: &mut Ui, rect: Rect) -> Ui {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
    let clip = ui.clip_rect().intersect(rect.expand(4.0));
    child.set_clip_rect(clip);
    child
}

/// Text that wraps.
pub fn text(ui: &mut Ui, words: impl Into<String>, font: FontId, ink: Color32) -> Response {
    let font = look::read(ui.ctx(), font);
    ui.add(Label::new(RichText::new(words.into()).font(font).color(ink)).wrap())
}

/// Text of one row.
pub fn short(ui: &mut Ui, words: impl Into<String>, font: FontId, ink: Color32) -> Response {
    let font = look::read(ui.ctx(), font);
    ui.add(Label::new(RichText::new(words.into()).font(font).color(ink)).extend())
}

/// A heading in the notebook's hand, with a stroke of the pen under it.
pub fn heading(ui: &mut Ui, words: impl Into<String>) {
    let rect = text(ui, words, hand(HEAD_PT), INK).rect;
    let wave = |i: u16| {
        let x = rect.left() + f32::from(i) * 14.0;
        pos2(x, rect.bottom() + (f32::from(i) * 1.7).sin() * 1.2)
    };
    let steps = (rect.width() / 14.0).clamp(1.0, 60.0) as u16;
    ui.painter().line((0..=steps).map(wave).collect(), Stroke::new(1.5, THATCH));
    ui.add_space(4.0);
}

/// The sign that points at the chosen one: never only a colour.
pub fn pointer_mark(painter: &Painter, at: Pos2, size: f32, ink: Color32) {
    let points = vec![at + vec2(0.0, -size), at + vec2(size, 0.0), at + vec2(0.0, size)];
    painter.add(Shape::convex_polygon(points, ink, Stroke::NONE));
}

/// How a slip looks beside its words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Slip<'w> {
    /// The key that does the same.
    pub key: &'w str,
    /// Whether the keyboard's choice is on it.
    pub chosen: bool,
    /// Whether the words are spoken ones.
    pub spoken: bool,
    /// A stripe in somebody's colour.
    pub stripe: Option<Color32>,
    /// Exactly this width; else as wide as the words.
    pub width: Option<f32>,
}

/// A slip of paper with words on it, to be clicked.
pub fn slip(ui: &mut Ui, words: &str, look: Slip<'_>) -> Response {
    let font = look::read(ui.ctx(), if look.spoken { speech(BODY_PT) } else { plain(BODY_PT) });
    let small = look::read(ui.ctx(), plain(SMALL_PT));
    let mut job = LayoutJob::default();
    let format =
        |font: FontId, color| bevy_egui::egui::TextFormat { font_id: font, color, ..Default::default() };
    if !look.key.is_empty() {
        job.append(look.key, 0.0, format(small.clone(), if look.chosen { INK } else { ALARM }));
        job.append("  ", 0.0, format(small, INK));
    }
    job.append(words, 0.0, format(font, INK));
    let around = vec2(SLIP_PAD.x * 2.0 + MARK_PT, SLIP_PAD.y * 2.0);
    let room = look.width.unwrap_or(ui.available_width().max(80.0));
    job.wrap.max_width = (room - around.x).max(40.0);
    let galley = ui.painter().layout_job(job);
    let width = look.width.unwrap_or(galley.size().x + around.x);
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y + around.y), Sense::click());
    let painter = ui.painter();
    let round = CornerRadius::same(6);
    let ground = if look.chosen { CHOSEN } else { slip_ground() };
    let dark = Color32::from_rgba_unmultiplied(NIGHT.r(), NIGHT.g(), NIGHT.b(), 60);
    painter.add(Shadow { offset: [0, 2], blur: 6, spread: 0, color: dark }.as_shape(rect, round));
    painter.rect_filled(rect, round, ground);
    let edge = if response.hovered() { Stroke::new(2.0, INK) } else { Stroke::new(1.0, THATCH) };
    painter.rect_stroke(rect, round, edge, StrokeKind::Inside);
    if let Some(stripe) = look.stripe {
        let marks = look::of(ui.ctx()).marks;
        let band = Rect::from_min_size(rect.min, vec2(if marks { 14.0 } else { 6.0 }, rect.height()));
        painter.rect_filled(band, CornerRadius { nw: 6, sw: 6, ne: 0, se: 0 }, stripe);
        look::mark(painter, band.center(), 4.5, stripe);
    }
    if look.chosen {
        pointer_mark(painter, pos2(rect.left() + SLIP_PAD.x, rect.center().y), 6.0, INK);
    }
    painter.add(TextShape::new(rect.min + vec2(SLIP_PAD.x + MARK_PT, SLIP_PAD.y), galley, INK));
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// How wide a slip is that takes its words in one row.
pub fn slip_width(painter: &Painter, key: &str, words: &str) -> f32 {
    let wide =
        |text: String, font| painter.layout_no_wrap(text, look::read(painter.ctx(), font), INK).size().x;
    let lead = if key.is_empty() { 0.0 } else { wide(format!("{key}  "), plain(SMALL_PT)) };
    // Two more, for what rounding to pixels takes.
    (lead + wide(words.to_string(), plain(BODY_PT)) + SLIP_PAD.x * 2.0 + MARK_PT).ceil() + 2.0
}

/// A slip as a button: true when clicked.
pub fn button(ui: &mut Ui, key: &str, words: &str) -> bool {
    slip(ui, words, Slip { key, ..Slip::default() }).clicked()
}

/// A row of a list, as wide as there is room: true when clicked.
pub fn row(ui: &mut Ui, words: &str, chosen: bool, stripe: Option<Color32>) -> bool {
    let response =
        slip(ui, words, Slip { chosen, stripe, width: Some(ui.available_width()), ..Slip::default() });
    response.clicked()
}

/// Where a scrolled part stands: kept between frames beside the screens' own rows.
#[derive(Debug, Default, Clone, Copy)]
pub struct Scrolled {
    /// Points from the top.
    offset: f32,
    /// Points that there are to scroll.
    most: f32,
    /// The rows that this offset was last told as.
    rows: usize,
}

/// A part that scrolls by wheel, bar and the screens' keys. `upward`: the rows count from the end, as in a log.
pub fn scroll(
    ui: &mut Ui,
    name: &str,
    rows: &Scroll,
    at: &mut Scrolled,
    upward: bool,
    add: impl FnOnce(&mut Ui),
) {
    let (told, row) = (rows.at.get(), look::room(ui.ctx(), ROW_PT));
    let mut area = ScrollArea::vertical().id_salt(name).auto_shrink(false).stick_to_bottom(upward);
    if told != at.rows {
        let points = (told.min(usize::from(u16::MAX)) as f32) * row;
        let offset = if upward { at.most - points } else { points };
        area = area.vertical_scroll_offset(offset.clamp(0.0, at.most.max(0.0)));
    }
    let out = area.show(ui, |ui| {
        // The bar stands beside what is written, not on it.
        ui.set_max_width(ui.available_width() - BAR_ROOM_PT);
        add(ui);
        ui.add_space(6.0);
    });
    at.offset = out.state.offset.y;
    at.most = (out.content_size.y - out.inner_rect.height()).max(0.0);
    // Where there is more, the page fades instead of cutting a line in half.
    let inner = out.inner_rect;
    if at.offset > 1.0 {
        fade(
            ui.painter(),
            (palette::PAPER, 1.0),
            (inner.left_top(), vec2(inner.width(), FADE_PT)),
            Vec2::DOWN,
        );
    }
    if at.offset < at.most - 1.0 {
        fade(
            ui.painter(),
            (palette::PAPER, 1.0),
            (inner.left_bottom(), vec2(inner.width(), -FADE_PT)),
            Vec2::DOWN,
        );
    }
    let points = if upward { at.most - at.offset } else { at.offset };
    at.rows = (points.max(0.0) / row).round() as usize;
    rows.at.set(at.rows);
}

/// A colour that hides `most` of what lies behind it at `edge` and grows clear by `size`, along one way. In strips of their own cover: the scene is mixed in
/// linear light, and a colour that changes within a face would be mixed too dark.
pub fn fade(painter: &Painter, (ground, most): (Srgba, f32), (edge, size): (Pos2, Vec2), along: Vec2) {
    // Narrow enough that no edge between two of them is seen.
    let strips = (((size * along).length() / 4.0) as u8).max(8);
    let across = size - size * along;
    // A mesh: a filled rectangle has soft edges, which are mixed too dark as well.
    let mut mesh = Mesh::default();
    for i in 0..strips {
        let part = |n: u8| size * along * (f32::from(n) / f32::from(strips));
        let cover = most * (1.0 - (f32::from(i) + 0.5) / f32::from(strips));
        let strip = Rect::from_two_pos(edge + part(i), edge + part(i + 1) + across);
        mesh.add_colored_rect(strip, covering(ground, cover));
    }
    painter.add(mesh);
}

/// A colour that covers a part of what lies behind it, 0..=1, as linear light mixes.
fn covering(ground: Srgba, cover: f32) -> Color32 {
    let light = Srgba::from(LinearRgba::from(ground) * cover);
    let byte = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round() as u8;
    Color32::from_rgba_premultiplied(byte(light.red), byte(light.green), byte(light.blue), byte(cover))
}

/// Height of the caret, points.
const CARET_PT: f32 = 26.0;
/// Milliseconds of a caret's blink, on and off.
const BLINK_MS: u64 = 1060;

/// Height of the typed line.
pub fn typed_height(ctx: &Context) -> f32 {
    look::room(ctx, SPEECH_PT * 1.8)
}

/// The typed line with its caret. `hint` shows while nothing is typed.
pub fn typed(ui: &mut Ui, line: &InputLine, hint: &str, now_ms: u64) {
    let size = vec2(ui.available_width(), typed_height(ui.ctx()));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, CornerRadius::same(6), slip_ground());
    painter.rect_stroke(rect, CornerRadius::same(6), Stroke::new(2.0, INK), StrokeKind::Inside);
    let (before, after) = line.halves();
    let font = look::read(ui.ctx(), speech(BODY_PT));
    let lead = painter.layout_no_wrap(before, font.clone(), INK);
    let tail = painter.layout_no_wrap(after, font.clone(), INK);
    let room = rect.width() - 2.0 * SLIP_PAD.x;
    // The caret is always in sight.
    let left = rect.left() + SLIP_PAD.x - (lead.size().x - room).max(0.0);
    let top = rect.center().y - lead.size().y.max(BODY_PT) / 2.0;
    let caret = left + lead.size().x;
    if line.is_empty() {
        let small = look::read(ui.ctx(), plain(SMALL_PT));
        painter.text(pos2(left + 6.0, rect.center().y), Align2::LEFT_CENTER, hint, small, QUIET);
    }
    painter.galley(pos2(left, top), lead, INK);
    painter.galley(pos2(caret, top), tail, INK);
    if now_ms % BLINK_MS < BLINK_MS / 2 {
        let half = look::room(ui.ctx(), CARET_PT / 2.0);
        painter.vline(caret, rect.center().y - half..=rect.center().y + half, Stroke::new(2.0, ALARM));
    }
    // Where a hand that writes by composition sees its candidates.
    let cursor_rect = Rect::from_center_size(pos2(caret, rect.center().y), vec2(2.0, CARET_PT));
    ui.ctx().output_mut(|out| {
        out.ime = Some(bevy_egui::egui::output::IMEOutput {
            purpose: Default::default(),
            rect,
            cursor_rect,
            should_interrupt_composition: false,
        });
    });
}

/// A villager's accent, from the table that the terminal uses too.
pub fn accent(who: engine_sim::ids::PersonId) -> Color32 {
    let [r, g, b] = crate::text::palette::accent_rgb(who);
    Color32::from_rgb(r, g, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(c: Color32) -> f32 {
        let part = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(c.r()) + 0.7152 * part(c.g()) + 0.0722 * part(c.b())
    }

    #[test]
    fn every_ink_reads_on_its_ground() {
        let mut pairs =
            vec![(INK, PAPER), (QUIET, PAPER), (ALARM, PAPER), (INK, CHOSEN), (SNOW, NIGHT), (SHADE, NIGHT)];
        pairs.extend([INK, QUIET, ALARM].map(|ink| (ink, slip_ground())));
        pairs.extend((0..12).map(|i| (NIGHT, accent(engine_sim::ids::PersonId(i)))));
        // The brightest snow behind a night sheet.
        let share = f32::from(NIGHT_COVER) / 255.0;
        let mix = |a: u8, b: u8| (f32::from(a) * share + f32::from(b) * (1.0 - share)) as u8;
        let veil =
            Color32::from_rgb(mix(NIGHT.r(), SNOW.r()), mix(NIGHT.g(), SNOW.g()), mix(NIGHT.b(), SNOW.b()));
        pairs.extend([(SNOW, veil), (SHADE, veil)]);
        for (ink, ground) in pairs {
            let (a, b) = (luminance(ink) + 0.05, luminance(ground) + 0.05);
            let contrast = a.max(b) / a.min(b);
            assert!(contrast >= 4.5, "{ink:?} on {ground:?}: {contrast:.2}");
        }
    }
}
