//! The map: the village drawn on paper from its places' coordinates, with paths, walking minutes and who is where.
//!
//! Owns: that page. Refuses to know: how a walk is done (`text::app`). North is up: it is where `y` is least.

use super::lists::{back, rows};
use super::style::{self, Ground, SMALL_PT, heading, part, text};
use super::{labels, look};
use crate::text::app::App as Screens;
use crate::text::press::{Key, Press};
use crate::text::telling::{capital, place_name};
use crate::window::words::Words;
use bevy_egui::egui::{
    Align2, Context, CursorIcon, Galley, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2,
};
use engine_sim::content::Village;
use engine_sim::ids::{PersonId, PlaceId};
use std::sync::Arc;

/// The list's width, points, and most of the page it may take.
const LIST_PT: f32 = 340.0;
const LIST_PART: f32 = 0.36;
/// Half a house on the map, points.
const HOUSE_PT: f32 = 13.0;
/// From the plan's edge to the outermost places, points.
const FRAME_PT: (f32, f32) = (74.0, 44.0);
/// How far around a place a click counts, points.
const REACH_PT: (f32, f32) = (130.0, 62.0);
/// How much smaller names are tried when they do not fit.
const GROWTH_STEP: f32 = 0.1;
/// Villagers in a row beside a place.
const DOTS: usize = 3;
/// Between the dots of a path, points.
const DOT_PT: f32 = 9.0;

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    let rect = super::page(free, look::sized(ctx, vec2(1500.0, 900.0)));
    let mut clicked = None;
    style::sheet(ctx, "map", rect, Ground::Paper, |ui| {
        let inner = ui.max_rect();
        let list = (inner.width() * LIST_PART).min(look::room(ctx, LIST_PT));
        let left = Rect::from_min_size(inner.min, vec2(list, inner.height()));
        clicked = side(&mut part(ui, left), screens, words);
        let plan = Rect::from_min_max(pos2(left.right() + 16.0, inner.top()), inner.max);
        clicked = clicked.or(chart(&mut part(ui, plan), screens, words, plan));
    });
    if let Some(at) = clicked {
        screens.at = at;
        screens.key(Press::from(Key::Enter));
    }
}

/// The walks as a list, and what is known of the chosen one.
fn side(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) -> Option<usize> {
    heading(ui, words.plain("map-walk-to"));
    back(ui, screens, words);
    let walks = screens.walks();
    let world = screens.world.as_ref()?;
    let village = &screens.library.village;
    if let Some(&(goal, _)) = walks.get(screens.at)
        && ui.available_height() > look::room(ui.ctx(), 300.0)
    {
        let names: Vec<&str> = world.at(goal).iter().map(|w| village.name(*w)).collect();
        let names = if names.is_empty() { words.plain("common-nobody") } else { names.join(", ") };
        let there = words.say("map-there", &[("names", names.into())]);
        text(ui, village.place(goal).note.clone(), style::plain(SMALL_PT), style::QUIET);
        text(ui, there, style::plain(SMALL_PT), style::INK);
    }
    let entries: Vec<(String, Option<PersonId>)> = walks
        .iter()
        .map(|&(place, minutes)| {
            let people = world.at(place).len();
            let name = capital(place_name(screens.library, place));
            let mut told = format!("{name}: {}", labels::minutes(words, minutes));
            if people > 0 {
                told += ", ";
                told += &words.say("map-people", &[("count", people.into())]);
            }
            (told, None)
        })
        .collect();
    rows(ui, "walks", screens.at, &entries)
}

/// Where each place lies on the paper.
fn spots(village: &Village, rect: Rect) -> Vec<Pos2> {
    let frame = vec2(FRAME_PT.0.min(rect.width() / 4.0), FRAME_PT.1.min(rect.height() / 4.0));
    let room = rect.shrink2(frame);
    let all = || village.places.iter();
    let range = |of: fn(&engine_sim::content::Place) -> i32| {
        let (min, max) = all().map(of).fold((i32::MAX, i32::MIN), |(a, b), v| (a.min(v), b.max(v)));
        (min as f32, (max - min).max(1) as f32)
    };
    let ((x_min, x_span), (y_min, y_span)) = (range(|p| p.x), range(|p| p.y));
    all()
        .map(|p| {
            let part = vec2((p.x as f32 - x_min) / x_span, (p.y as f32 - y_min) / y_span);
            room.min + part * room.size()
        })
        .collect()
}

/// The plan itself; gives the walk whose place was clicked.
fn chart(ui: &mut Ui, screens: &Screens<'_>, words: &Words, rect: Rect) -> Option<usize> {
    let world = screens.world.as_ref()?;
    let (village, here) = (&screens.library.village, world.state().player.place);
    let (walks, at) = (screens.walks(), spots(village, rect));
    let painter = ui.painter().clone();
    painter.rect_filled(rect, style::ROUND_PT, style::slip_ground());
    for from in village.place_ids() {
        for (to, minutes) in village.neighbours(from) {
            if from < to {
                path(&painter, at[from.index()], at[to.index()], false);
                let middle = at[from.index()].lerp(at[to.index()], 0.5);
                let number = minutes.to_string();
                let spot = Rect::from_center_size(middle, vec2(22.0, 22.0));
                painter.rect_filled(spot, 11, style::slip_ground());
                painter.text(middle, Align2::CENTER_CENTER, number, style::plain(SMALL_PT), style::QUIET);
            }
        }
    }
    let goal = walks.get(screens.at).map(|&(place, _)| place);
    let mut clicked = None;
    let mut shown = goal;
    for (i, &(place, _)) in walks.iter().enumerate() {
        let reach = Rect::from_center_size(at[place.index()] + vec2(0.0, 10.0), vec2(REACH_PT.0, REACH_PT.1));
        let response = ui.interact(reach, ui.id().with(("place", place.0)), Sense::click());
        if response.hovered() {
            shown = Some(place);
        }
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
            clicked = Some(i);
        }
    }
    if let Some(goal) = shown {
        let mut from = here;
        for to in village.way(here, goal) {
            path(&painter, at[from.index()], at[to.index()], true);
            from = to;
        }
    }
    let name = |place| {
        let name = capital(place_name(screens.library, place));
        if place == here { format!("{name}\n({})", words.plain("map-you")) } else { name }
    };
    let names = signs(&painter, village.place_ids().map(name).collect(), &at, rect);
    for (place, sign) in village.place_ids().zip(names) {
        site(&painter, screens, (place, sign), at[place.index()], shown == Some(place));
    }
    clicked
}

/// A path in dots; a walk that is chosen is a whole line.
fn path(painter: &Painter, from: Pos2, to: Pos2, walked: bool) {
    if walked {
        painter.line_segment([from, to], Stroke::new(4.0, style::ALARM));
        return;
    }
    let steps = ((to - from).length() / DOT_PT).clamp(1.0, 200.0) as u16;
    for i in 0..=steps {
        let along = f32::from(i) / f32::from(steps.max(1));
        painter.circle_filled(from.lerp(to, along), 2.0, style::THATCH);
    }
}

/// A name on the plan, and where it stands.
type Sign = (Rect, Arc<Galley>);

/// The names of all places under their houses: as large as the player wants text, as far as none covers another.
fn signs(painter: &Painter, names: Vec<String>, at: &[Pos2], rect: Rect) -> Vec<Sign> {
    let lay = |grown: f32| -> Vec<Sign> {
        let sign = |(name, at): (&String, &Pos2)| {
            let galley = painter.layout_no_wrap(name.clone(), style::plain(SMALL_PT * grown), style::INK);
            let size = galley.size();
            let (least, most) = (rect.left() + 4.0, rect.right() - size.x - 4.0);
            let left = (at.x - size.x / 2.0).clamp(least, most.max(least));
            (Rect::from_min_size(pos2(left, at.y + HOUSE_PT + 3.0), size), galley)
        };
        names.iter().zip(at).map(sign).collect()
    };
    let mut grown = look::of(painter.ctx()).text;
    loop {
        let signs = lay(grown);
        if grown <= 1.0 || !crowded(&signs, at, rect) {
            return signs;
        }
        grown = (grown - GROWTH_STEP).max(1.0);
    }
}

/// Whether a name covers another, stands on a house or leaves the paper.
fn crowded(signs: &[Sign], at: &[Pos2], rect: Rect) -> bool {
    signs.iter().enumerate().any(|(i, (spot, _))| {
        let others = signs.iter().enumerate().any(|(j, (other, _))| i < j && spot.intersects(*other));
        others || spot.bottom() > rect.bottom() || at.iter().any(|house| spot.contains(*house))
    })
}

/// A place: a house or an open spot, its name, who is there, and whether it is the player's or the chosen one.
fn site(
    painter: &Painter,
    screens: &Screens<'_>,
    (place, (spot, name)): (PlaceId, Sign),
    at: Pos2,
    chosen: bool,
) {
    let Some(world) = &screens.world else { return };
    let village = &screens.library.village;
    let here = world.state().player.place == place;
    let ink = Stroke::new(2.0, style::INK);
    let fill = if here || chosen { style::CHOSEN } else { style::PAPER };
    if village.place(place).inside {
        let h = HOUSE_PT;
        let walls = Rect::from_min_max(at + vec2(-h, -h * 0.2), at + vec2(h, h));
        painter.rect(walls, 1, fill, ink, bevy_egui::egui::StrokeKind::Middle);
        let roof =
            vec![at + vec2(-h * 1.3, -h * 0.2), at + vec2(h * 0.1, -h * 1.3), at + vec2(h * 1.3, -h * 0.2)];
        painter.add(Shape::convex_polygon(roof, style::ALARM, ink));
        if place == village.ember_house() {
            painter.circle_filled(at + vec2(0.0, h * 0.45), 4.0, style::EMBER);
        }
    } else {
        painter.circle(at, HOUSE_PT * 0.75, fill, ink);
    }
    painter.rect_filled(spot.expand(2.0), 4, if chosen { style::CHOSEN } else { style::slip_ground() });
    if chosen {
        style::pointer_mark(painter, pos2(spot.left() - 12.0, spot.center().y), 6.0, style::INK);
    }
    painter.galley(spot.min, name, style::INK);
    for (i, who) in world.at(place).iter().enumerate() {
        // In rows, so that a crowd at the paper's edge stays on it.
        let (column, row) = ((i % DOTS) as f32, (i / DOTS) as f32);
        let dot = at + vec2(HOUSE_PT * 1.6 + 22.0 * column, -HOUSE_PT - 22.0 * row);
        painter.circle(dot, 10.0, style::accent(*who), Stroke::new(1.5, style::INK));
        let letter: String = village.name(*who).chars().take(1).collect();
        painter.text(dot, Align2::CENTER_CENTER, letter, style::plain(SMALL_PT), style::NIGHT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_lies_on_the_paper_and_the_gate_is_in_the_north() {
        let village = Village::shipped().unwrap();
        let rect = Rect::from_min_size(pos2(10.0, 20.0), vec2(600.0, 400.0));
        let at = spots(&village, rect);
        assert!(at.iter().all(|p| rect.contains(*p)));
        let gate = village.place_by_key("gate").unwrap();
        assert!(at.iter().all(|p| p.y >= at[gate.index()].y));
    }
    #[test]
    fn names_grow_with_the_text_and_shrink_again_before_they_cover_each_other() {
        let ctx = Context::default();
        style::dress(&ctx);
        let village = Village::shipped().unwrap();
        let heights = |window: f32, text: f32| {
            let screen = Rect::from_min_size(Pos2::ZERO, vec2(window * 16.0 / 9.0, window));
            let input = bevy_egui::egui::RawInput { screen_rect: Some(screen), ..Default::default() };
            let mut height = 0.0;
            for _ in 0..2 {
                let _ = ctx.run_ui(input.clone(), |ui| {
                    look::set(ui.ctx(), look::Look { text, ..Default::default() });
                    let at = spots(&village, screen);
                    let names = village.place_ids().map(|p| village.place(p).name.clone()).collect();
                    let signs = signs(ui.painter(), names, &at, screen);
                    // In a small window even the usual size has not room enough.
                    assert!(window < 1000.0 || !crowded(&signs, &at, screen), "{window} {text}");
                    height = signs[0].0.height();
                });
            }
            height
        };
        let (grown, usual) = (heights(1080.0, 1.5), heights(1080.0, 1.0));
        assert!(grown > usual, "{grown} {usual}");
        assert!(heights(540.0, 2.0) < heights(1080.0, 2.0));
    }
}
