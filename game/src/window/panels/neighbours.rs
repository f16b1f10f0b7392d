//! The neighbours: what the machine beside the game does, who found the words of this sitting's lines, and how long they took.
//!
//! Owns: that page, the only one with numbers about machines. Refuses to know: keys, the node (`link`), and how lines are counted
//! (`tally`). A figure that is not known is said to be so. In the picture of the last lines nothing is told by colour alone.

use super::lists::{TALL_PT, TEXT_PT, back};
use super::style::{self, BODY_PT, GAP_PT, Ground, SMALL_PT, heading, text};
use super::{View, labels, look, page};
use crate::link::{NodeState, Seen};
use crate::plain::plain;
use crate::tally::{Came, Line, RECENT_MAX, Tally};
use crate::text::app::{App as Screens, Screen};
use crate::window::words::Words;
use bevy_egui::egui::{Context, Painter, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

/// The column of what a figure is, points; where a page has not twice as much, the figure stands below.
const LABEL_PT: f32 = 300.0;
/// The picture of the last lines, points: its height, and what of it is left under the bars and above the tallest.
const CHART_PT: f32 = 160.0;
const FOOT_PT: f32 = 20.0;
const ABOVE_PT: f32 = 38.0;
/// A bar's part of its place, its least height, and the hatching of a written line's, points.
const BAR_PART: f32 = 0.64;
const BAR_LEAST_PT: f32 = 4.0;
const HATCH_PT: f32 = 5.0;
/// Half of a mark under a bar, half of a cross above it, and from one cross to the next, points.
const MARK_PT: f32 = 4.5;
const CROSS_PT: f32 = 3.5;
const CROSS_STEP_PT: f32 = 10.0;
/// The place of a sample in the legend, points.
const SAMPLE_PT: Vec2 = vec2(44.0, 24.0);

/// What a figure is, and the figure.
type Rows = Vec<(String, String)>;

/// Opens the page, or leaves it where it is up; a save that is watched stays, and one line tells how the node is.
pub fn open(screens: &mut Screens<'_>, words: &Words) {
    if screens.is_watching() {
        let node = labels::node(words, &screens.voices.node());
        screens.tell(node, false);
    } else if screens.screen == Screen::Neighbours {
        screens.back();
    } else {
        screens.show(Screen::Neighbours);
    }
}

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, free: Rect) {
    let rect = page(free, look::sized(ctx, vec2(TEXT_PT, TALL_PT)));
    style::sheet(ctx, "neighbours", rect, Ground::Paper, |ui| {
        heading(ui, words.plain("neighbours-title"));
        back(ui, screens, words);
        let screens = &*screens;
        style::scroll(ui, "neighbours", &screens.page_scroll, &mut view.page, false, |ui| {
            let (seen, tally) = (screens.voices.seen(), &screens.tally);
            let status = status(words, &seen, screens.voices.has_mind());
            text(ui, status, style::speech(BODY_PT), style::INK);
            section(ui, words.plain("neighbours-machine"), machine(words, &seen));
            section(ui, words.plain("neighbours-sitting"), sitting(words, tally));
            chart(ui, words, tally);
        });
    });
}

/// Whether a mind speaks.
fn status(words: &Words, seen: &Seen, has_mind: bool) -> String {
    match &seen.state {
        NodeState::Off => words.plain("neighbours-off"),
        NodeState::Missing(why) if seen.was_ready => {
            words.say("neighbours-lost", &[("why", plain(why).into())])
        }
        NodeState::Missing(why) => words.say("neighbours-alone", &[("why", plain(why).into())]),
        NodeState::Loading => words.plain("neighbours-loading"),
        NodeState::Ready { .. } if has_mind => words.plain("neighbours-ready"),
        NodeState::Ready { .. } => words.plain("neighbours-slow"),
        NodeState::Mute(why) => words.say("neighbours-mute", &[("why", plain(why).into())]),
    }
}

/// What is known of the node.
fn machine(words: &Words, seen: &Seen) -> Rows {
    let unknown = || words.plain("neighbours-unknown");
    let megabytes = |bytes: u64| {
        words.say("neighbours-megabytes", &[("count", bytes.div_ceil(1_000_000).to_string().into())])
    };
    let (model, size) = match &seen.state {
        NodeState::Ready { model, bytes, .. } => (plain(model), bytes.map(megabytes)),
        _ => (unknown(), None),
    };
    let door = seen.site.map(|site| {
        let port = site.port.to_string();
        words.say("neighbours-door-where", &[("port", port.into())])
    });
    let nice = seen.site.and_then(|site| site.nice).map(|nice| match nice {
        1.. => words.say("neighbours-nice-behind", &[("nice", nice.into())]),
        _ => words.say("neighbours-nice-level", &[("nice", nice.into())]),
    });
    vec![
        (words.plain("neighbours-model"), model),
        (words.plain("neighbours-size"), size.unwrap_or_else(unknown)),
        (words.plain("neighbours-door"), door.unwrap_or_else(|| words.plain("neighbours-door-none"))),
        (words.plain("neighbours-nice"), nice.unwrap_or_else(unknown)),
        (words.plain("neighbours-shared"), words.plain("neighbours-shared-nothing")),
    ]
}

/// What is counted of the lines.
fn sitting(words: &Words, tally: &Tally) -> Rows {
    let share = |came: Came| {
        let (count, percent) = (tally.count(came), tally.percent(came).unwrap_or(0));
        words.say("neighbours-share", &[("count", count.into()), ("percent", percent.into())])
    };
    let waits = |minds_only: bool| match tally.waits(minds_only) {
        Some(waits) => {
            let (half, most) = (seconds(words, waits.half_ms), seconds(words, waits.most_ms));
            words.say("neighbours-wait", &[("half", half.into()), ("most", most.into())])
        }
        None => words.plain("neighbours-wait-none"),
    };
    let label = |came: Came| match came {
        Came::AtOnce => words.plain("neighbours-at-once"),
        Came::Retried => words.plain("neighbours-retried"),
        Came::Refused => words.plain("neighbours-refused"),
        Came::Written => words.plain("neighbours-written"),
    };
    let mut rows = vec![(words.plain("neighbours-lines"), tally.lines().to_string())];
    rows.extend(Came::ALL.map(|came| (label(came), share(came))));
    rows.push((words.plain("neighbours-refusals"), tally.refusals().to_string()));
    rows.push((words.plain("neighbours-wait-mind"), waits(true)));
    rows.push((words.plain("neighbours-wait-all"), waits(false)));
    rows
}

/// "1.2 s".
fn seconds(words: &Words, ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    words.say("neighbours-seconds", &[("whole", (tenths / 10).into()), ("tenths", (tenths % 10).into())])
}

fn section(ui: &mut Ui, name: String, rows: Rows) {
    ui.add_space(GAP_PT);
    heading(ui, name);
    for (label, value) in rows {
        row(ui, label, value);
    }
}

/// A figure beside what it is, or below it where there is little room.
fn row(ui: &mut Ui, label: String, value: String) {
    let (room, wide) = (ui.available_width(), LABEL_PT * look::of(ui.ctx()).text);
    let beside = room >= 2.0 * wide;
    let font = |ui: &Ui, size| look::read(ui.ctx(), style::plain(size));
    let (label_font, value_font) = (font(ui, SMALL_PT), font(ui, BODY_PT));
    let (label_room, value_room) = if beside { (wide - GAP_PT, room - wide) } else { (room, room) };
    let label = ui.painter().layout(label, label_font, style::QUIET, label_room);
    let value = ui.painter().layout(value, value_font, style::INK, value_room);
    let (label_tall, value_tall) = (label.size().y, value.size().y);
    let (shift, tall) = if beside {
        (vec2(wide, 0.0), label_tall.max(value_tall))
    } else {
        (vec2(0.0, label_tall), label_tall + value_tall)
    };
    let (rect, _) = ui.allocate_exact_size(vec2(room, tall), Sense::hover());
    ui.painter().galley(rect.min, label, style::QUIET);
    ui.painter().galley(rect.min + shift, value, style::INK);
}

/// The last lines as bars as high as each was waited for.
fn chart(ui: &mut Ui, words: &Words, tally: &Tally) {
    let recent = tally.recent();
    let Some(longest_ms) = recent.iter().map(|line| line.wait_ms).max() else { return };
    ui.add_space(GAP_PT);
    let longest = seconds(words, longest_ms);
    let about = words.say("neighbours-chart", &[("longest", longest.into())]);
    text(ui, about, style::plain(SMALL_PT), style::QUIET);
    let width = ui.available_width();
    let (rect, _) = ui.allocate_exact_size(vec2(width, CHART_PT), Sense::hover());
    let painter = ui.painter_at(rect);
    let (place, base) = (width / RECENT_MAX as f32, rect.bottom() - FOOT_PT);
    let tallest = CHART_PT - FOOT_PT - ABOVE_PT;
    for (i, line) in recent.iter().enumerate() {
        let foot = pos2(rect.left() + (i as f32 + 0.5) * place, base);
        let part = line.wait_ms as f32 / longest_ms.max(1) as f32;
        bar(&painter, line, foot, vec2(place * BAR_PART, (tallest * part).max(BAR_LEAST_PT)));
    }
    painter.hline(rect.x_range(), base, Stroke::new(2.0, style::INK));
    legend(ui, words);
}

/// One line: a bar over the mark of whose words it is in, under a cross for every try that was refused.
fn bar(painter: &Painter, line: &Line, foot: Pos2, size: Vec2) {
    let half = size.x / 2.0;
    body(painter, Rect::from_min_max(foot - vec2(half, size.y), foot + vec2(half, 0.0)), line.came.is_mind());
    mark(painter, foot + vec2(0.0, FOOT_PT / 2.0 + 1.0), line.came.is_mind());
    for i in 0..line.refused {
        let up = size.y + 2.0 * CROSS_PT + CROSS_STEP_PT * i as f32;
        cross(painter, foot - vec2(0.0, up));
    }
}

/// A bar: full for words of a mind, hatched for written ones.
fn body(painter: &Painter, rect: Rect, is_mind: bool) {
    if is_mind {
        painter.rect_filled(rect, 1, style::CHOSEN);
        painter.rect_stroke(rect, 1, Stroke::new(1.5, style::INK), StrokeKind::Inside);
        return;
    }
    let within = painter.with_clip_rect(rect);
    let line = Stroke::new(1.0, style::QUIET);
    for i in 0..=((rect.height() + rect.width()) / HATCH_PT) as u16 {
        let from = rect.left_top() + vec2(0.0, f32::from(i) * HATCH_PT);
        within.line_segment([from, from + vec2(rect.width(), -rect.width())], line);
    }
    painter.rect_stroke(rect, 1, Stroke::new(1.5, style::QUIET), StrokeKind::Inside);
}

/// A full disc for words of a mind, a hollow square for written ones.
fn mark(painter: &Painter, at: Pos2, is_mind: bool) {
    if is_mind {
        painter.circle(at, MARK_PT, style::EMBER, Stroke::new(1.0, style::INK));
    } else {
        let square = Rect::from_center_size(at, vec2(2.0 * MARK_PT, 2.0 * MARK_PT));
        painter.rect_stroke(square, 0, Stroke::new(2.0, style::QUIET), StrokeKind::Inside);
    }
}

fn cross(painter: &Painter, at: Pos2) {
    for arm in [vec2(CROSS_PT, CROSS_PT), vec2(CROSS_PT, -CROSS_PT)] {
        painter.line_segment([at - arm, at + arm], Stroke::new(2.0, style::ALARM));
    }
}

/// What the shapes mean.
fn legend(ui: &mut Ui, words: &Words) {
    let samples = [
        (Some(true), words.plain("neighbours-chart-mind")),
        (Some(false), words.plain("neighbours-chart-written")),
        (None, words.plain("neighbours-chart-refused")),
    ];
    for (is_mind, said) in samples {
        let room = ui.available_width();
        let font = look::read(ui.ctx(), style::plain(SMALL_PT));
        let said = ui.painter().layout(said, font, style::QUIET, room - SAMPLE_PT.x);
        let tall = said.size().y.max(SAMPLE_PT.y);
        let (rect, _) = ui.allocate_exact_size(vec2(room, tall), Sense::hover());
        let painter = ui.painter();
        let at = rect.min + vec2(0.0, tall / 2.0);
        match is_mind {
            Some(is_mind) => {
                let sample = Rect::from_center_size(at + vec2(9.0, 0.0), vec2(14.0, SAMPLE_PT.y - 6.0));
                body(painter, sample, is_mind);
                mark(painter, at + vec2(27.0, 0.0), is_mind);
            }
            None => cross(painter, at + vec2(18.0, 0.0)),
        }
        let top = rect.top() + (tall - said.size().y) / 2.0;
        painter.galley(pos2(rect.left() + SAMPLE_PT.x, top), said, style::QUIET);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Site;
    use crate::settings::Language;
    use crate::voices::{Cost, LineRecord};
    use bevy_egui::egui::{RawInput, Shape};

    fn ready() -> NodeState {
        NodeState::Ready { model: "SmolLM2".to_string(), hash: "h".to_string(), bytes: Some(98_000_001) }
    }

    #[test]
    fn every_state_of_the_node_has_its_own_words() {
        let words = Words::default();
        let said = |state: NodeState, was_ready: bool, has_mind: bool| {
            status(&words, &Seen { state, site: None, was_ready }, has_mind)
        };
        let missing = || NodeState::Missing("nothing answers".to_string());
        assert!(said(missing(), true, false).starts_with("The node stopped answering: nothing answers."));
        let all = [
            said(NodeState::Off, false, false),
            said(missing(), false, false),
            said(missing(), true, false),
            said(NodeState::Loading, false, false),
            said(ready(), true, true),
            said(ready(), true, false),
            said(NodeState::Mute("no model".to_string()), false, false),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one), "{one}");
            assert!(one.contains("ritten") || i == 4, "what speaks meanwhile is not said: {one}");
        }
    }

    #[test]
    fn what_is_not_known_is_said_to_be_so_in_both_languages() {
        let values = |words: &Words, seen: &Seen| {
            machine(words, seen).into_iter().map(|(_, value)| value).collect::<Vec<_>>()
        };
        let words = Words::new(Language::English);
        let site = Some(Site { port: 40_321, nice: Some(10) });
        let known = values(&words, &Seen { state: ready(), site, was_ready: true });
        let nice = "behind everything else on this machine (nice 10)";
        let shared = "Nothing is shared with others yet.";
        assert_eq!(known, ["SmolLM2", "99 MB", "127.0.0.1:40321, for this machine only", nice, shared]);
        let silent = NodeState::Ready { model: "m".to_string(), hash: "h".to_string(), bytes: None };
        let site = Some(Site { port: 1, nice: None });
        let unsaid = values(&words, &Seen { state: silent, site, was_ready: true });
        assert_eq!((unsaid[1].as_str(), unsaid[3].as_str()), ("not known", "not known"));
        let german = values(&Words::new(Language::German), &Seen::only(NodeState::Loading));
        let shared = "Mit anderen wird noch nichts geteilt.";
        assert_eq!(german, ["nicht bekannt", "nicht bekannt", "nirgends", "nicht bekannt", shared]);
    }

    #[test]
    fn counts_and_waits_are_told_as_each_language_writes_numbers() {
        let mut tally = Tally::default();
        let unknown = sitting(&Words::default(), &tally);
        assert_eq!(unknown[1].1, "0 (0 %)");
        assert!(unknown.iter().filter(|(_, value)| value == "not known yet").count() == 2, "{unknown:?}");
        for millis_ms in [1240, 2960] {
            let costs = vec![Cost::default()];
            tally.take(&LineRecord { costs, millis_ms, ..LineRecord::default() });
        }
        let told = |language| sitting(&Words::new(language), &tally);
        let english = told(Language::English);
        assert_eq!((english[0].1.as_str(), english[1].1.as_str()), ("2", "2 (100 %)"));
        assert_eq!(english[6].1, "half of them within 1.2 s, 95 % within 3.0 s");
        assert_eq!(told(Language::German)[6].1, "die Hälfte innerhalb von 1,2 s, 95 % innerhalb von 3,0 s");
    }

    #[test]
    fn a_bar_tells_by_its_shapes_and_not_by_colour_alone() {
        let drawn = |came: Came, refused: usize| {
            let line = Line { came, refused, wait_ms: 0 };
            let ctx = Context::default();
            let mut out = ctx.run_ui(RawInput::default(), |ui| {
                bar(ui.painter(), &line, pos2(50.0, 90.0), vec2(10.0, 40.0));
            });
            out.textures_delta.clear();
            let count = |is: fn(&Shape) -> bool| out.shapes.iter().filter(|s| is(&s.shape)).count();
            (
                count(|s| matches!(s, Shape::Circle(_))),
                count(|s| matches!(s, Shape::LineSegment { .. })),
                count(|s| matches!(s, Shape::Rect(_))),
            )
        };
        let (discs, strokes, _) = drawn(Came::AtOnce, 0);
        assert_eq!((discs, strokes), (1, 0), "a full bar over a disc");
        let (discs, strokes, rects) = drawn(Came::Written, 0);
        assert!(discs == 0 && strokes > 4 && rects >= 2, "a hatched bar over a square: {strokes}");
        assert_eq!(drawn(Came::Retried, 2).1, 4, "two crosses");
    }
}
