//! The accusation: a name, the notes to lay before the moot, and the question whether one is sure.
//!
//! Owns: that page. Refuses to know: rules, and what the moot will say.

use super::lists::rows;
use super::style::{self, BODY_PT, Ground, SMALL_PT, heading, text};
use super::{hints, labels, look, portrait};
use crate::text::app::{App as Screens, Stage};
use crate::text::press::{Key, Press};
use crate::window::keys::Action;
use crate::window::words::Words;
use bevy_egui::egui::{Context, Rect, ScrollArea, Ui, vec2};
use engine_sim::ids::PersonId;
use engine_sim::world::moot::EVIDENCE_MAX;

/// The portrait of who is accused, points.
const PORTRAIT_PT: (f32, f32) = (120.0, 140.0);
/// Height of the row of answers with the gap above it, points.
const ANSWERS_PT: f32 = 56.0;

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, words: &Words, free: Rect) {
    if screens.world.is_none() {
        return;
    }
    let rect = super::page(free, look::sized(ctx, vec2(1000.0, 900.0)));
    let name = match screens.accusation.stage {
        Stage::Who => "accuse who",
        Stage::Notes => "accuse notes",
        Stage::Confirm => "accuse sure",
    };
    style::sheet(ctx, name, rect, Ground::Paper, |ui| match screens.accusation.stage {
        Stage::Who => who(ui, screens, words),
        Stage::Notes => notes(ui, screens, words),
        Stage::Confirm => sure(ui, screens, words),
    });
}

fn accused(screens: &Screens<'_>) -> String {
    let who = screens.person_row(screens.accusation.who);
    who.map_or_else(String::new, |who| screens.library.village.name(who).to_string())
}

/// Whose case goes before the moot, and with how many notes.
fn against(screens: &Screens<'_>, words: &Words) -> String {
    let (name, ticked) = (accused(screens), screens.accusation.ticked.len());
    words.say(
        "accuse-against",
        &[("name", name.into()), ("ticked", ticked.into()), ("max", EVIDENCE_MAX.into())],
    )
}

fn who(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    heading(ui, words.plain("accuse-title"));
    if hints::button(ui, Action::Back, &words.plain("common-back"), words) {
        screens.back();
        return;
    }
    text(ui, words.plain("accuse-wants"), style::plain(SMALL_PT), style::QUIET);
    let village = &screens.library.village;
    let Some(world) = &screens.world else { return };
    let player = &world.state().player;
    let entries: Vec<(String, Option<PersonId>)> = village
        .people()
        .map(|who| {
            let about = player.notes.iter().filter(|n| n.fact.subject() == Some(who)).count();
            let clashes = screens.clashes.iter().filter(|c| c.about == who).count();
            let (name, trade) = (village.name(who), &village.villager(who).trade);
            let (about, clashes) = (labels::notes(words, about), labels::clashes(words, clashes));
            let mut told = format!("{name}, {trade}   {about}, {clashes}");
            if player.accused == Some(who) {
                told += ", ";
                told += &words.plain("accuse-named-before");
            }
            (told, Some(who))
        })
        .collect();
    if let Some(row) = rows(ui, "who", screens.accusation.who, &entries) {
        screens.accusation.who = row;
        screens.choose_accused();
    }
}

fn notes(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    heading(ui, against(screens, words));
    let mut press = None;
    ui.horizontal_wrapped(|ui| {
        let chosen = screens.accusation.at >= screens.accusation.order.len();
        let key = hints::action(ui.ctx(), Action::Confirm, words);
        let look = style::Slip { key: &key, chosen, ..style::Slip::default() };
        if style::slip(ui, &words.plain("accuse-go"), look).clicked() {
            press = Some(Key::Enter);
        }
        if hints::button(ui, Action::Back, &words.plain("accuse-other"), words) {
            press = Some(Key::Esc);
        }
    });
    let Some(world) = &screens.world else { return };
    let all = &world.state().player.notes;
    let entries: Vec<(String, Option<PersonId>)> = screens
        .accusation
        .order
        .iter()
        .map(|&i| {
            let mark = if screens.accusation.ticked.contains(&i) { "[x] " } else { "[  ] " };
            let note = &all[usize::from(i)];
            (
                mark.to_string() + &labels::note(words, screens.library, all, usize::from(i)).line(),
                note.fact.subject().filter(|w| !w.is_player()),
            )
        })
        .collect();
    if entries.is_empty() {
        text(ui, words.plain("accuse-no-notes"), style::plain(BODY_PT), style::ALARM);
    }
    if let Some(row) = rows(ui, "notes", screens.accusation.at, &entries) {
        screens.accusation.at = row;
        screens.tick_note();
    }
    if let Some(key) = press {
        screens.key(Press::from(key));
    }
}

fn sure(ui: &mut Ui, screens: &mut Screens<'_>, words: &Words) {
    let name = accused(screens);
    heading(ui, against(screens, words));
    if let Some(who) = screens.person_row(screens.accusation.who)
        && ui.available_height() > look::room(ui.ctx(), 320.0)
    {
        let spot = Rect::from_min_size(ui.cursor().min, vec2(PORTRAIT_PT.0, PORTRAIT_PT.1));
        portrait::paint(ui.painter(), spot, &screens.library.village, who);
        ui.add_space(PORTRAIT_PT.1 + 10.0);
    }
    let seals = screens.world.as_ref().map_or(0, |w| w.state().player.seals);
    let question = words.say(
        "accuse-sure",
        &[
            ("name", name.as_str().into()),
            ("count", screens.accusation.ticked.len().into()),
            ("seals", seals.into()),
        ],
    );
    let yes = words.say("accuse-yes", &[("name", name.as_str().into())]);
    // The answers are in sight however long the question is.
    let answers = look::room(ui.ctx(), ANSWERS_PT);
    let most = (ui.available_height() - answers).max(answers);
    ScrollArea::vertical().max_height(most).auto_shrink([false, true]).show(ui, |ui| {
        text(ui, question, style::speech(22.0), style::INK);
    });
    ui.horizontal_wrapped(|ui| {
        let key = hints::key_or(ui.ctx(), screens, Key::Char('y'), Action::Confirm, words);
        if style::button(ui, &key, &yes) {
            screens.key(Press::from(Key::Char('y')));
        } else if hints::button(ui, Action::Back, &words.plain("accuse-not-yet"), words) {
            screens.key(Press::from(Key::Esc));
        }
    });
}
