//! The scene's foot: in a talk the dialogue on paper; out of talk who is here and what can be done; at the end the way to the story.
//!
//! Owns: that part. Refuses to know: what replies and deeds do (`text::app`).

use super::style::{self, EDGE_PT, GAP_PT, Ground, SMALL_PT, SPEECH_PT, Slip, button, part, slip, text};
use super::{View, hints, labels, look, portrait};
use crate::text::app::{App as Screens, Deed};
use crate::text::chronicle::{Entry, Line};
use crate::text::press::{Key, Press};
use crate::text::telling::feels;
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy_egui::egui::{
    Align2, Color32, Context, Id, LayerId, Painter, Rect, ScrollArea, Sense, Ui, Vec2, pos2, vec2,
};
use engine_sim::ids::PersonId;
use engine_sim::snapshot::state::Outcome;
use engine_sim::world::event::Command;

/// The dialogue's part of the window's height, and its least and greatest height, points.
const PART: f32 = 0.36;
const HEIGHT_PT: (f32, f32) = (310.0, 460.0);
/// The widest dialogue, and what the ribbon takes of its log, points.
const WIDE_PT: f32 = 1500.0;
const RIBBON_PT: f32 = 22.0;
/// The portrait's width, points, and the width of a window from which there is room for one.
const PORTRAIT_PT: f32 = 168.0;
const ROOMY_PT: f32 = 1000.0;
/// Height of the typed line with its buttons, points.
const LINE_PT: f32 = 48.0;
/// Entries of the talk that can be scrolled back to.
const ENTRIES: usize = 60;
/// Seconds in which a sentence fades in.
const FADE_S: f64 = 0.35;
/// Part of the room over the scene's foot that the deeds take, where their words allow it, and most columns of them.
const DEEDS_PART: f32 = 0.52;
const DEED_COLUMNS_MAX: usize = 6;
/// The ways on from a closed case, points: as high as its headline and two rows of slips.
const CLOSED_PT: (f32, f32) = (1180.0, 190.0);
/// The list of who is here: its width, its part of the height at most (the deeds have the rest), and the height of the line that
/// nobody is, points.
const HERE_PT: f32 = 270.0;
const HERE_PART: f32 = 0.46;
const ALONE_PT: f32 = 34.0;
/// A row of deeds, points.
const DEED_ROW_PT: f32 = 48.0;

/// Draws it; gives where it begins.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, view: &mut View, free: Rect) -> f32 {
    match screens.partner() {
        Some(who) => dialogue(ctx, screens, words, view, who, free),
        None if screens.outcome() != Outcome::Open => closed(ctx, screens, words, free),
        None => {
            here(ctx, screens, words, free);
            deeds(ctx, screens, words, free)
        }
    }
}

fn dialogue(
    ctx: &Context,
    screens: &mut Screens<'_>,
    words: &Words,
    view: &mut View,
    who: PersonId,
    free: Rect,
) -> f32 {
    let (least, most) = (look::room(ctx, HEIGHT_PT.0), look::room(ctx, HEIGHT_PT.1));
    let height = (ctx.content_rect().height() * PART).clamp(least, most).min(free.height() - GAP_PT);
    let width = (free.width() - 2.0 * EDGE_PT).min(look::room(ctx, WIDE_PT));
    let min = pos2(free.center().x - width / 2.0, free.bottom() - height - EDGE_PT.min(free.height() / 20.0));
    let rect = Rect::from_min_size(min, vec2(width, height));
    style::sheet(ctx, "talk", rect, Ground::Paper, |ui| {
        let inner = ui.max_rect();
        let village = &screens.library.village;
        let mut left = inner.left();
        let line_high = look::room(ctx, LINE_PT);
        if width >= look::room(ctx, ROOMY_PT) {
            let tall = (inner.height() - line_high - GAP_PT).min(PORTRAIT_PT * 1.25);
            let frame = Rect::from_min_size(inner.min + vec2(0.0, 20.0), vec2(PORTRAIT_PT, tall - 20.0));
            portrait::paint(ui.painter(), frame, village, who);
            left += PORTRAIT_PT + 18.0;
        }
        let name = format!("{}, {}", village.name(who), village.villager(who).trade);
        ribbon(ui, rect, left, name, style::accent(who));
        let foot = inner.bottom() - line_high;
        let split = left + (inner.right() - left) * 0.56;
        let log = Rect::from_min_max(
            pos2(left, inner.top() + look::room(ctx, RIBBON_PT)),
            pos2(split - 14.0, foot - GAP_PT),
        );
        said(&mut part(ui, log), screens, words, view);
        let right = Rect::from_min_max(pos2(split, inner.top() - 6.0), pos2(inner.right(), foot - GAP_PT));
        replies(&mut part(ui, right), screens, words);
        let line = Rect::from_min_max(pos2(inner.left(), foot), inner.max);
        typed(&mut part(ui, line), screens, words);
    });
    rect.top()
}

/// The speaker's name on a ribbon in their colour that hangs over the sheet's edge.
fn ribbon(ui: &Ui, sheet: Rect, left: f32, name: String, accent: Color32) {
    let painter = ui.painter().with_clip_rect(sheet.expand(20.0));
    let galley = painter.layout_no_wrap(name, look::read(ui.ctx(), style::speech(22.0)), style::NIGHT);
    let rect = Rect::from_min_size(pos2(left - 8.0, sheet.top() - 6.0), galley.size() + vec2(44.0, 12.0));
    let (tip, low) = (rect.right(), rect.bottom());
    painter.rect_filled(Rect::from_min_max(rect.min, pos2(tip - 14.0, low)), 2, accent);
    let tail = |a, b, c| {
        bevy_egui::egui::Shape::convex_polygon(vec![a, b, c], accent, bevy_egui::egui::Stroke::NONE)
    };
    let fold = tip - 14.5;
    painter.add(tail(pos2(fold, rect.top()), pos2(tip, rect.top()), pos2(fold, rect.center().y)));
    painter.add(tail(pos2(fold, rect.center().y), pos2(tip, low), pos2(fold, low)));
    painter.galley(rect.min + vec2(14.0, 6.0), galley, style::NIGHT);
}

/// What was said, as far as it is said; the last of it in sight.
pub fn said(ui: &mut Ui, screens: &Screens<'_>, words: &Words, view: &mut View) {
    let entries = screens.chronicle.visible();
    let from = entries.len().saturating_sub(ENTRIES);
    let now_s = screens.now_ms as f64 / 1000.0;
    let you = words.plain("talk-you");
    let View { log, sentence, .. } = view;
    let quiet = |ui: &mut Ui, told: String| text(ui, told, style::plain(SMALL_PT), style::QUIET);
    style::scroll(ui, "said", &screens.log_scroll, log, true, |ui| {
        for (i, entry) in entries.iter().enumerate().skip(from) {
            match entry {
                Entry::Scene(clock, told) => {
                    quiet(ui, format!("{clock}  {}", labels::happening(words, told)));
                }
                Entry::Aside(told) => {
                    quiet(ui, labels::happening(words, told));
                }
                Entry::Clash(told) => {
                    let told = labels::happening(words, told);
                    text(ui, format!("! {told}"), style::plain(SMALL_PT), style::ALARM);
                }
                Entry::Player(told) => {
                    text(ui, format!("{you}: {told}"), style::speech(style::BODY_PT), style::QUIET);
                }
                Entry::Spoke(line) => {
                    let newest = i + 1 == entries.len();
                    if newest && (sentence.0, sentence.1) != (line.turn, line.shown) {
                        *sentence = (line.turn, line.shown, now_s);
                    }
                    let fade = ((now_s - sentence.2) / FADE_S).clamp(0.0, 1.0) as f32;
                    spoken(ui, screens, words, line, if newest { fade } else { 1.0 });
                }
            }
        }
        thinking(ui, screens, words);
    });
}

/// A line: the sentences that are out, the last of them fading in whole, and what it stands on.
fn spoken(ui: &mut Ui, screens: &Screens<'_>, words: &Words, line: &Line, fade: f32) {
    let mut job = bevy_egui::egui::text::LayoutJob::default();
    for (i, sentence) in line.sentences[..line.shown].iter().enumerate() {
        let ink = if i + 1 == line.shown { style::INK.gamma_multiply(fade) } else { style::INK };
        let format = bevy_egui::egui::TextFormat {
            font_id: super::look::read(ui.ctx(), style::speech(SPEECH_PT)),
            color: ink,
            ..Default::default()
        };
        job.append(sentence, 0.0, format.clone());
        job.append(" ", 0.0, format);
    }
    job.wrap.max_width = ui.available_width();
    ui.add(bevy_egui::egui::Label::new(job).wrap());
    if screens.show_why && line.shown == line.sentences.len() {
        let why = labels::why(words, screens.library, &line.why);
        let why = words.say("talk-why", &[("why", why.into())]);
        text(ui, why, style::plain(SMALL_PT), style::QUIET);
    }
}

/// Who looks for words, with dots that come and go.
fn thinking(ui: &mut Ui, screens: &Screens<'_>, words: &Words) {
    let pending = screens.world.as_ref().and_then(|w| w.awaiting());
    let Some((pending, _)) = pending.filter(|_| !screens.chronicle.revealing()) else { return };
    let dots = ".".repeat((screens.now_ms / 400 % 3) as usize + 1);
    let name = screens.library.village.name(pending.speaker);
    let told = words.say("talk-thinking", &[("name", name.into())]) + &dots;
    text(ui, told, style::speech(style::BODY_PT), style::QUIET);
}

fn replies(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    if screens.speaking() {
        let rest = words.plain("talk-rest");
        if screens.chronicle.revealing() && hints::button(ui, Action::Confirm, &rest, words) {
            screens.chronicle.finish();
        }
        return;
    }
    let mut chosen = None;
    ScrollArea::vertical().id_salt("replies").auto_shrink(false).show(ui, |ui| {
        let width = Some(ui.available_width() - 6.0);
        for (i, reply) in screens.replies.iter().enumerate() {
            let digit = char::from_digit(i as u32 + 1, 10).map_or(Key::Tab, Key::Char);
            let key = hints::key(ui.ctx(), screens, digit, words);
            let here = screens.reply_chosen == Some(i);
            let look = Slip { key: &key, chosen: here, spoken: true, width, ..Slip::default() };
            if slip(ui, reply, look).clicked() {
                chosen = Some(reply.clone());
            }
        }
        let tab = hints::key(ui.ctx(), screens, Key::Tab, words);
        if !screens.replies.is_empty() && !tab.is_empty() {
            let edit = words.say("talk-edit", &[("key", tab.into())]);
            text(ui, edit, style::plain(SMALL_PT), style::QUIET);
        }
    });
    if let Some(reply) = chosen {
        screens.chronicle.finish();
        screens.say(reply);
    }
}

/// The free line, always there, with what ends it.
fn typed(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    let whole = ui.max_rect();
    let key = |action| hints::action(ui.ctx(), action, words);
    let (enter, escape) = (key(Action::Confirm), key(Action::Back));
    let (say, leave) = (words.plain("talk-say"), words.plain("talk-part"));
    let wide = |enter: &str, escape: &str| {
        let painter = ui.painter();
        style::slip_width(painter, enter, &say) + style::slip_width(painter, escape, &leave) + GAP_PT
    };
    let most = whole.width() * 0.5;
    // Where there is little room, the line has it rather than the names of keys.
    let (enter, escape) = if wide(&enter, &escape) <= most { (enter, escape) } else { Default::default() };
    let buttons = wide(&enter, &escape).min(most);
    let line = Rect::from_min_max(whole.min, pos2(whole.right() - buttons - GAP_PT, whole.bottom()));
    style::typed(&mut part(ui, line), &screens.line, &words.plain("talk-hint"), screens.now_ms);
    let rest = Rect::from_min_max(pos2(line.right() + GAP_PT, whole.top()), whole.max);
    part(ui, rest).horizontal_top(|ui| {
        if button(ui, &enter, &say) {
            screens.key(Press::from(Key::Enter));
        }
        if button(ui, &escape, &leave) {
            screens.chronicle.finish();
            screens.line.set("");
            screens.command(Command::Part);
        }
    });
}

/// Who is here, as slips under the bar: click to talk.
fn here(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    let talks: Vec<_> =
        screens.deeds().into_iter().enumerate().filter(|(_, (_, _, d))| matches!(d, Deed::Talk(_))).collect();
    let width = look::room(ctx, HERE_PT).min(free.width() * 0.4);
    let room = (free.height() * HERE_PART).max(60.0);
    // As high as these rows were when last drawn, since a long trade takes a line more; before that, two lines each.
    let rows: Vec<Deed> = talks.iter().map(|(_, (_, _, deed))| *deed).collect();
    let drawn = Id::new("here-drawn");
    let known: Option<(Vec<Deed>, f32)> = ctx.data(|data| data.get_temp(drawn));
    let high = match known {
        Some((of, high)) if of == rows => high,
        _ => rows.len().max(1) as f32 * look::room(ctx, DEED_ROW_PT + 26.0),
    };
    let at = pos2(free.right() - width - EDGE_PT, free.top() + GAP_PT);
    let rect = Rect::from_min_size(at, vec2(width, high.min(room)));
    let (mut done, mut high_drawn) = (None, high);
    style::sheet(ctx, "here", rect, Ground::Bare, |ui| {
        if talks.is_empty() {
            let high = look::room(ctx, ALONE_PT);
            let (spot, _) = ui.allocate_exact_size(vec2(width, high), Sense::hover());
            ui.painter().rect_filled(spot, style::ROUND_PT, style::NIGHT);
            let at = spot.center();
            ui.painter().text(
                at,
                Align2::CENTER_CENTER,
                words.plain("hud-alone"),
                look::read(ctx, style::plain(SMALL_PT)),
                style::SNOW,
            );
        }
        let out = ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (at, (key, _, deed)) in &talks {
                let Deed::Talk(who) = deed else { continue };
                let Some(world) = &screens.world else { continue };
                let mood = labels::mood(words, feels(world.state(), *who));
                let trade = &screens.library.village.villager(*who).trade;
                let name = format!("{}\n{trade}, {mood}", labels::deed(words, screens, *deed));
                let stripe = Some(style::accent(*who));
                let key = hints::key(ctx, screens, Key::Char(*key), words);
                let look = Slip {
                    key: &key,
                    chosen: screens.at == *at,
                    stripe,
                    width: Some(width - 8.0),
                    ..Slip::default()
                };
                if slip(ui, &name, look).clicked() {
                    done = Some(*deed);
                }
            }
        });
        if !talks.is_empty() {
            high_drawn = out.content_size.y + rect.height() - out.inner_rect.height();
        }
    });
    ctx.data_mut(|data| data.insert_temp(drawn, (rows, high_drawn)));
    if let Some(deed) = done {
        screens.deed(deed);
    }
}

/// A deed that is no talk: its row among all deeds, its key and its words.
type Offer = (usize, String, String, Deed);

/// Widths of the columns in which the deeds stand, and how many stand in one: as few columns as the height asks for, fewer where
/// their words would not fit side by side.
fn columns(painter: &Painter, offers: &[Offer], room: Vec2) -> (Vec<f32>, usize) {
    let most = (room.y * DEEDS_PART / look::room(painter.ctx(), DEED_ROW_PT)).max(2.0) as usize;
    let wide = |(_, key, name, _): &Offer| style::slip_width(painter, key, name) + GAP_PT;
    let mut count = offers.len().div_ceil(most).clamp(2, DEED_COLUMNS_MAX);
    loop {
        let rows = offers.len().div_ceil(count).max(1);
        let widths: Vec<f32> = offers.chunks(rows).map(|c| c.iter().map(wide).fold(0.0, f32::max)).collect();
        if count == 1 || widths.iter().sum::<f32>() <= room.x {
            return (widths, rows);
        }
        count -= 1;
    }
}

/// What can be done, bottom right.
fn deeds(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) -> f32 {
    let offers: Vec<Offer> = screens
        .deeds()
        .into_iter()
        .enumerate()
        .filter(|(_, (_, _, deed))| !matches!(deed, Deed::Talk(_)))
        .map(|(at, (usual, _, deed))| {
            let key = hints::deed(ctx, deed, usual, words);
            (at, key, labels::deed(words, screens, deed), deed)
        })
        .collect();
    let painter = ctx.layer_painter(LayerId::background());
    let room = free.size() - vec2(2.0 * EDGE_PT, EDGE_PT);
    let (widths, rows) = columns(&painter, &offers, room - vec2(12.0, 12.0));
    let high = look::room(ctx, DEED_ROW_PT);
    let size = vec2(widths.iter().sum::<f32>() + 12.0, rows as f32 * high + 12.0);
    let shown = size.min(room);
    let rect = Rect::from_min_size(free.max - shown - vec2(EDGE_PT, EDGE_PT), shown);
    let mut done = None;
    style::sheet(ctx, "deeds", rect, Ground::Bare, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
            let mut left = whole.left() + 6.0;
            for (column, width) in offers.chunks(rows).zip(&widths) {
                for (row, (at, key, name, deed)) in column.iter().enumerate() {
                    let min = pos2(left, whole.top() + row as f32 * high + 4.0);
                    let spot = Rect::from_min_size(min, vec2(width - GAP_PT, high - 4.0));
                    let (chosen, width) = (screens.at == *at, Some(spot.width()));
                    let look = Slip { key, chosen, width, ..Slip::default() };
                    if slip(&mut part(ui, spot), name, look).clicked() {
                        done = Some(*deed);
                    }
                }
                left += width;
            }
        });
    });
    if let Some(deed) = done {
        screens.deed(deed);
    }
    rect.top()
}

/// The case is closed: how it ended, and the ways on.
fn closed(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) -> f32 {
    let most = look::sized(ctx, vec2(CLOSED_PT.0, CLOSED_PT.1));
    let size = vec2((free.width() - 2.0 * EDGE_PT).min(most.x), most.y.min(free.height() - GAP_PT));
    let min =
        pos2(free.center().x - size.x / 2.0, free.bottom() - size.y - EDGE_PT.min(free.height() / 20.0));
    let rect = Rect::from_min_size(min, size);
    style::sheet(ctx, "closed", rect, Ground::Paper, |ui| {
        text(ui, labels::outcome(words, screens.outcome()), style::speech(28.0), style::INK);
        ui.horizontal_wrapped(|ui| {
            let entries = [
                (Key::Enter, Action::Confirm, words.plain("verdict-story")),
                (Key::Char('n'), Action::Notebook, words.plain("verdict-notebook")),
                (Key::Char('e'), Action::Evening, words.plain("deed-evening")),
                (Key::Char('v'), Action::Save, words.plain("deed-save")),
                (Key::Char('q'), Action::Leave, words.plain("verdict-title-screen")),
            ];
            for (press, action, name) in entries {
                if hints::button(ui, action, &name, words) {
                    screens.chronicle.finish();
                    screens.key(Press::from(press));
                }
            }
        });
    });
    rect.top()
}
