//! The accusation: a name, the notes to lay before the moot, and the question whether one is sure.
//!
//! Owns: that page. Refuses to know: rules, and what the moot will say.

use super::lists::rows;
use super::style::{self, BODY_PT, Ground, SMALL_PT, button, heading, part, text};
use super::{View, portrait, words};
use crate::text::app::{App as Screens, Stage};
use crate::text::press::{Key, Press};
use crate::text::telling::told;
use bevy_egui::egui::{Context, Rect, Ui, pos2, vec2};
use engine_sim::ids::PersonId;
use engine_sim::world::moot::EVIDENCE_MAX;

/// The portrait of who is accused, points.
const PORTRAIT_PT: (f32, f32) = (120.0, 140.0);

/// Draws it.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, _view: &mut View, free: Rect) {
    if screens.world.is_none() {
        return;
    }
    let rect = super::page(free, vec2(1000.0, 900.0));
    let name = match screens.accusation.stage {
        Stage::Who => "accuse who",
        Stage::Notes => "accuse notes",
        Stage::Confirm => "accuse sure",
    };
    style::sheet(ctx, name, rect, Ground::Paper, |ui| match screens.accusation.stage {
        Stage::Who => who(ui, screens),
        Stage::Notes => notes(ui, screens),
        Stage::Confirm => sure(ui, screens),
    });
}

fn accused(screens: &Screens<'_>) -> String {
    let who = screens.person_row(screens.accusation.who);
    who.map_or_else(String::new, |who| screens.library.village.name(who).to_string())
}

fn who(ui: &mut Ui, screens: &mut Screens<'_>) {
    heading(ui, words::who_took_it());
    if button(ui, "Esc", words::back()) {
        screens.back();
        return;
    }
    text(ui, words::moot_wants(), style::plain(SMALL_PT), style::QUIET);
    let village = &screens.library.village;
    let Some(world) = &screens.world else { return };
    let player = &world.state().player;
    let entries: Vec<(String, Option<PersonId>)> = village
        .people()
        .map(|who| {
            let about = player.notes.iter().filter(|n| n.fact.subject() == Some(who)).count();
            let clashes = screens.clashes.iter().filter(|c| c.about == who).count();
            let named = if player.accused == Some(who) {
                format!(", {}", words::named_before())
            } else {
                String::new()
            };
            let is = words::person(village.name(who), &village.villager(who).trade);
            (format!("{is}   {}, {}{named}", words::notes(about), words::clashes(clashes)), Some(who))
        })
        .collect();
    if let Some(row) = rows(ui, "who", screens.accusation.who, &entries) {
        screens.accusation.who = row;
        screens.choose_accused();
    }
}

fn notes(ui: &mut Ui, screens: &mut Screens<'_>) {
    let ticked = screens.accusation.ticked.len();
    heading(ui, words::against(&accused(screens), ticked, EVIDENCE_MAX));
    let mut press = None;
    ui.horizontal_wrapped(|ui| {
        let chosen = screens.accusation.at >= screens.accusation.order.len();
        let look = style::Slip { key: "Enter", chosen, ..style::Slip::default() };
        if style::slip(ui, words::go_to_moot(), look).clicked() {
            press = Some(Key::Enter);
        }
        if button(ui, "Esc", words::another_name()) {
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
            let mark = if screens.accusation.ticked.contains(&i) {
                format!("[x] {}: ", words::ticked())
            } else {
                "[  ] ".to_string()
            };
            let note = &all[usize::from(i)];
            (
                mark + &told(screens.library, all, usize::from(i)).line(),
                note.fact.subject().filter(|w| !w.is_player()),
            )
        })
        .collect();
    if entries.is_empty() {
        text(ui, words::empty_notebook(), style::plain(BODY_PT), style::ALARM);
    }
    if let Some(row) = rows(ui, "notes", screens.accusation.at, &entries) {
        screens.accusation.at = row;
        screens.tick_note();
    }
    if let Some(key) = press {
        screens.key(Press::from(key));
    }
}

fn sure(ui: &mut Ui, screens: &mut Screens<'_>) {
    let name = accused(screens);
    heading(ui, words::against(&name, screens.accusation.ticked.len(), EVIDENCE_MAX));
    if let Some(who) = screens.person_row(screens.accusation.who)
        && ui.available_height() > 320.0
    {
        let spot = Rect::from_min_size(ui.cursor().min, vec2(PORTRAIT_PT.0, PORTRAIT_PT.1));
        portrait::paint(ui.painter(), spot, &screens.library.village, who);
        ui.add_space(PORTRAIT_PT.1 + 10.0);
    }
    let seals = screens.world.as_ref().map_or(0, |w| w.state().player.seals);
    let question = words::sure(&name, screens.accusation.ticked.len(), seals);
    let free = ui.available_rect_before_wrap();
    let ui = &mut part(ui, Rect::from_min_max(free.min, pos2(free.right(), free.bottom())));
    text(ui, question, style::speech(22.0), style::INK);
    ui.horizontal_wrapped(|ui| {
        if button(ui, "y", words::name_them()) {
            screens.key(Press::from(Key::Char('y')));
        } else if button(ui, "Esc", words::not_yet()) {
            screens.key(Press::from(Key::Esc));
        }
    });
}
