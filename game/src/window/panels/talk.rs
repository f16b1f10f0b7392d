//! The scene's foot: in a talk the dialogue on paper; out of talk who is here and what can be done; at the end the way to the story.
//!
//! Owns: that part. Refuses to know: what replies and deeds do (`text::app`).

use super::style::{self, EDGE_PT, GAP_PT, Ground, SMALL_PT, SPEECH_PT, Slip, button, part, slip, text};
use super::{View, portrait, words};
use crate::text::app::{App as Screens, Deed};
use crate::text::chronicle::Entry;
use crate::text::press::{Key, Press};
use crate::text::story::headline;
use bevy_egui::egui::{Align2, Color32, Context, Rect, ScrollArea, Sense, Ui, pos2, vec2};
use engine_sim::ids::PersonId;
use engine_sim::snapshot::state::Outcome;
use engine_sim::world::event::Command;

/// The dialogue's part of the window's height, and its least and greatest height, points.
const PART: f32 = 0.36;
const HEIGHT_PT: (f32, f32) = (310.0, 460.0);
/// The portrait's width, points, and the width of a window from which there is room for one.
const PORTRAIT_PT: f32 = 168.0;
const ROOMY_PT: f32 = 1000.0;
/// Height of the typed line with its buttons, points.
const LINE_PT: f32 = 48.0;
/// Entries of the talk that can be scrolled back to.
const ENTRIES: usize = 60;
/// Seconds in which a sentence fades in.
const FADE_S: f64 = 0.35;
/// A column of deeds, points.
const DEED_PT: f32 = 196.0;
/// A row of deeds, points.
const DEED_ROW_PT: f32 = 48.0;

/// Draws it; gives where it begins.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, free: Rect) -> f32 {
    match screens.partner() {
        Some(who) => dialogue(ctx, screens, view, who, free),
        None if screens.outcome() != Outcome::Open => closed(ctx, screens, free),
        None => {
            here(ctx, screens, free);
            deeds(ctx, screens, free)
        }
    }
}

fn dialogue(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, who: PersonId, free: Rect) -> f32 {
    let height =
        (ctx.content_rect().height() * PART).clamp(HEIGHT_PT.0, HEIGHT_PT.1).min(free.height() - GAP_PT);
    let width = (free.width() - 2.0 * EDGE_PT).min(1500.0);
    let min = pos2(free.center().x - width / 2.0, free.bottom() - height - EDGE_PT.min(free.height() / 20.0));
    let rect = Rect::from_min_size(min, vec2(width, height));
    style::sheet(ctx, "talk", rect, Ground::Paper, |ui| {
        let inner = ui.max_rect();
        let village = &screens.library.village;
        let mut left = inner.left();
        if width >= ROOMY_PT {
            let tall = (inner.height() - LINE_PT - GAP_PT).min(PORTRAIT_PT * 1.25);
            let frame = Rect::from_min_size(inner.min + vec2(0.0, 20.0), vec2(PORTRAIT_PT, tall - 20.0));
            portrait::paint(ui.painter(), frame, village, who);
            left += PORTRAIT_PT + 18.0;
        }
        ribbon(
            ui,
            rect,
            left,
            &words::person(village.name(who), &village.villager(who).trade),
            style::accent(who),
        );
        let foot = inner.bottom() - LINE_PT;
        let split = left + (inner.right() - left) * 0.56;
        let log = Rect::from_min_max(pos2(left, inner.top() + 22.0), pos2(split - 14.0, foot - GAP_PT));
        said(&mut part(ui, log), screens, view);
        let right = Rect::from_min_max(pos2(split, inner.top() - 6.0), pos2(inner.right(), foot - GAP_PT));
        replies(&mut part(ui, right), screens);
        let line = Rect::from_min_max(pos2(inner.left(), foot), inner.max);
        typed(&mut part(ui, line), screens);
    });
    rect.top()
}

/// The speaker's name on a ribbon in their colour that hangs over the sheet's edge.
fn ribbon(ui: &Ui, sheet: Rect, left: f32, words: &str, accent: Color32) {
    let painter = ui.painter().with_clip_rect(sheet.expand(20.0));
    let galley = painter.layout_no_wrap(words.to_string(), style::speech(22.0), style::NIGHT);
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
fn said(ui: &mut Ui, screens: &Screens<'_>, view: &mut View) {
    let entries = screens.chronicle.visible();
    let from = entries.len().saturating_sub(ENTRIES);
    let now_s = screens.now_ms as f64 / 1000.0;
    let View { log, sentence, .. } = view;
    style::scroll(ui, "said", &screens.log_scroll, log, true, |ui| {
        for (i, entry) in entries.iter().enumerate().skip(from) {
            match entry {
                Entry::Scene(clock, words) => {
                    text(ui, format!("{clock}  {words}"), style::plain(SMALL_PT), style::QUIET);
                }
                Entry::Aside(words) => {
                    text(ui, words.clone(), style::plain(SMALL_PT), style::QUIET);
                }
                Entry::Clash(words) => {
                    text(ui, format!("! {words}"), style::plain(SMALL_PT), style::ALARM);
                }
                Entry::Player(words) => {
                    text(
                        ui,
                        format!("{}: {words}", words::you()),
                        style::speech(style::BODY_PT),
                        style::QUIET,
                    );
                }
                Entry::Spoke(line) => {
                    let newest = i + 1 == entries.len();
                    if newest && (sentence.0, sentence.1) != (line.turn, line.shown) {
                        *sentence = (line.turn, line.shown, now_s);
                    }
                    let fade = ((now_s - sentence.2) / FADE_S).clamp(0.0, 1.0) as f32;
                    spoken(ui, screens, line, if newest { fade } else { 1.0 });
                }
            }
        }
        thinking(ui, screens);
    });
}

/// A line: the sentences that are out, the last of them fading in whole, and what it stands on.
fn spoken(ui: &mut Ui, screens: &Screens<'_>, line: &crate::text::chronicle::Line, fade: f32) {
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
        text(ui, words::because(&line.why), style::plain(SMALL_PT), style::QUIET);
    }
}

/// Who looks for words, with dots that come and go.
fn thinking(ui: &mut Ui, screens: &Screens<'_>) {
    let pending = screens.world.as_ref().and_then(|w| w.awaiting());
    let Some((pending, _)) = pending.filter(|_| !screens.chronicle.revealing()) else { return };
    let dots = ".".repeat((screens.now_ms / 400 % 3) as usize + 1);
    let words = words::thinking(screens.library.village.name(pending.speaker)) + &dots;
    text(ui, words, style::speech(style::BODY_PT), style::QUIET);
}

fn replies(ui: &mut Ui, screens: &mut Screens<'_>) {
    if screens.speaking() {
        if screens.chronicle.revealing() && button(ui, "Enter", words::show_rest()) {
            screens.chronicle.finish();
        }
        return;
    }
    let mut chosen = None;
    ScrollArea::vertical().id_salt("replies").auto_shrink(false).show(ui, |ui| {
        let width = Some(ui.available_width() - 6.0);
        for (i, reply) in screens.replies.iter().enumerate() {
            let key = (i + 1).to_string();
            let here = screens.reply_chosen == Some(i);
            let look = Slip { key: &key, chosen: here, spoken: true, width, ..Slip::default() };
            if slip(ui, reply, look).clicked() {
                chosen = Some(reply.clone());
            }
        }
        if !screens.replies.is_empty() {
            text(ui, words::edit(), style::plain(SMALL_PT), style::QUIET);
        }
    });
    if let Some(reply) = chosen {
        screens.chronicle.finish();
        screens.say(reply);
    }
}

/// The free line, always there, with what ends it.
fn typed(ui: &mut Ui, screens: &mut Screens<'_>) {
    let whole = ui.max_rect();
    let buttons = 300.0_f32.min(whole.width() * 0.45);
    let line = Rect::from_min_max(whole.min, pos2(whole.right() - buttons - GAP_PT, whole.bottom()));
    style::typed(&mut part(ui, line), &screens.line, words::type_anything(), screens.now_ms);
    let rest = Rect::from_min_max(pos2(line.right() + GAP_PT, whole.top()), whole.max);
    part(ui, rest).horizontal_top(|ui| {
        if button(ui, "Enter", words::say()) {
            screens.key(Press::from(Key::Enter));
        }
        if button(ui, "Esc", words::part()) {
            screens.chronicle.finish();
            screens.line.set("");
            screens.command(Command::Part);
        }
    });
}

/// Who is here, as slips under the bar: click to talk.
fn here(ctx: &Context, screens: &mut Screens<'_>, free: Rect) {
    let talks: Vec<_> =
        screens.deeds().into_iter().enumerate().filter(|(_, (_, _, d))| matches!(d, Deed::Talk(_))).collect();
    let width = 270.0_f32.min(free.width() * 0.4);
    let rows = talks.len().max(1) as f32;
    let room = (free.height() * 0.42).max(60.0);
    let rect = Rect::from_min_size(
        pos2(free.right() - width - EDGE_PT, free.top() + GAP_PT),
        vec2(width, (rows * (DEED_ROW_PT + 26.0)).min(room)),
    );
    let mut done = None;
    style::sheet(ctx, "here", rect, Ground::Bare, |ui| {
        if talks.is_empty() {
            let (spot, _) = ui.allocate_exact_size(vec2(width, 34.0), Sense::hover());
            ui.painter().rect_filled(spot, style::ROUND_PT, style::NIGHT);
            let at = spot.center();
            ui.painter().text(
                at,
                Align2::CENTER_CENTER,
                words::nobody_here(),
                style::plain(SMALL_PT),
                style::SNOW,
            );
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (at, (key, words, deed)) in &talks {
                let Deed::Talk(who) = deed else { continue };
                let feels = screens.world.as_ref().map(|w| crate::text::telling::mood(w.state(), *who).1);
                let trade = &screens.library.village.villager(*who).trade;
                let words = format!("{words}\n{trade}, {}", feels.unwrap_or_default());
                let stripe = Some(style::accent(*who));
                let key = key.to_string();
                let look = Slip {
                    key: &key,
                    chosen: screens.at == *at,
                    stripe,
                    width: Some(width - 8.0),
                    ..Slip::default()
                };
                if slip(ui, &words, look).clicked() {
                    done = Some(*deed);
                }
            }
        });
    });
    if let Some(deed) = done {
        screens.deed(deed);
    }
}

/// What can be done, bottom right.
fn deeds(ctx: &Context, screens: &mut Screens<'_>, free: Rect) -> f32 {
    let deeds: Vec<_> = screens
        .deeds()
        .into_iter()
        .enumerate()
        .filter(|(_, (_, _, d))| !matches!(d, Deed::Talk(_)))
        .collect();
    let most = (free.height() * 0.52 / DEED_ROW_PT).max(2.0) as usize;
    let columns = deeds.len().div_ceil(most).clamp(2, 6);
    let rows = deeds.len().div_ceil(columns);
    let each = DEED_PT.min((free.width() - 2.0 * EDGE_PT) / columns as f32);
    let size = vec2(columns as f32 * each + 12.0, rows as f32 * DEED_ROW_PT + 12.0);
    let rect = Rect::from_min_size(free.max - size - vec2(EDGE_PT, EDGE_PT), size);
    let mut done = None;
    style::sheet(ctx, "deeds", rect, Ground::Bare, |ui| {
        for (n, (at, (key, words, deed))) in deeds.iter().enumerate() {
            let min = rect.min + vec2((n / rows) as f32 * each + 6.0, (n % rows) as f32 * DEED_ROW_PT + 4.0);
            let key = key.to_string();
            let look =
                Slip { key: &key, chosen: screens.at == *at, width: Some(each - GAP_PT), ..Slip::default() };
            let spot = Rect::from_min_size(min, vec2(each - GAP_PT, DEED_ROW_PT - 4.0));
            if slip(&mut part(ui, spot), words, look).clicked() {
                done = Some(*deed);
            }
        }
    });
    if let Some(deed) = done {
        screens.deed(deed);
    }
    rect.top()
}

/// The case is closed: how it ended, and the ways on.
fn closed(ctx: &Context, screens: &mut Screens<'_>, free: Rect) -> f32 {
    let size = vec2((free.width() - 2.0 * EDGE_PT).min(900.0), 170.0_f32.min(free.height() - GAP_PT));
    let min =
        pos2(free.center().x - size.x / 2.0, free.bottom() - size.y - EDGE_PT.min(free.height() / 20.0));
    let rect = Rect::from_min_size(min, size);
    style::sheet(ctx, "closed", rect, Ground::Paper, |ui| {
        text(ui, headline(screens.outcome()), style::speech(28.0), style::INK);
        ui.horizontal_wrapped(|ui| {
            let entries = [
                (Key::Enter, "Enter", words::what_happened()),
                (Key::Char('n'), "n", words::notebook()),
                (Key::Char('e'), "e", words::evening()),
                (Key::Char('v'), "v", words::save()),
                (Key::Char('q'), "q", words::to_title()),
            ];
            for (press, key, name) in entries {
                if button(ui, key, name) {
                    screens.chronicle.finish();
                    screens.key(Press::from(press));
                }
            }
        });
    });
    rect.top()
}
