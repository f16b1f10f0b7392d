//! The settings screen: a sheet of paper with tabs, each row worked by keyboard, mouse and gamepad alike.
//!
//! Owns: that screen's rows, choices and questions, and writing the file when it is left. Refuses to know: what a setting does
//! (`window::apply` hears of every change at once), the file's format (`settings`) and which keys may be bound (`window::keys`).
//! Arrows, Enter and Esc work here whatever they are bound to, so that no choice of keys can lock this screen.

use super::keys::Hit;
use super::style::{self, BODY_PT, GAP_PT, Ground, SMALL_PT, Slip, button, heading, part, slip, text};
use super::{Over, View, page};
use crate::settings::{
    Choice, FRAME_CAPS_FPS, KEYS_PER_ACTION_MAX, Language, Quality, Settings, TEXT_PERCENT,
    TEXT_SPEED_PERCENT, UI_SCALE_PERCENT, VOLUME_PERCENT,
};
use crate::text::app::App as Screens;
use crate::window::apply::{Chosen, preset};
use crate::window::keys::{Action, Bindings, Refused, Stroke};
use crate::window::words::Words;
use bevy::input::gamepad::GamepadButton as G;
use bevy::input::keyboard::KeyCode as K;
use bevy_egui::egui::{
    Context, CornerRadius, CursorIcon, Rect, ScrollArea, Sense, Shape, Stroke as Edge, StrokeKind, Ui, pos2, vec2,
};
use std::ops::RangeInclusive;

/// The sheet, points.
const SHEET_PT: (f32, f32) = (1000.0, 940.0);
/// Its foot, and the least height at which there is room for a heading, points.
const FOOT_PT: f32 = 46.0;
const HEADED_PT: f32 = 430.0;
/// A row, points, and its part from which its value stands.
const ROW_PT: f32 = 46.0;
const VALUE_PART: f32 = 0.56;
/// Rows that Page up and Page down go over.
const PAGE_ROWS: usize = 6;
/// Steps of percentages.
const STEP_PERCENT: u16 = 10;
const SPEED_STEP_PERCENT: u16 = 25;

/// The tabs, by their messages.
const TABS: [&str; 5] =
    ["settings-graphics", "settings-interface", "settings-sound", "settings-window", "settings-keys"];
const KEYS_TAB: usize = 4;

/// A row of the screen.
#[derive(Clone)]
enum Row {
    Quality,
    Flag(&'static str, fn(&mut Settings) -> &mut bool),
    Percent(&'static str, RangeInclusive<u16>, u16, fn(&mut Settings) -> &mut u16),
    FrameCap,
    Language,
    FullScreen,
    Keys(Action),
    Reset,
}

/// The rows of a tab.
fn rows(tab: usize) -> Vec<Row> {
    fn volume(name: &'static str, of: fn(&mut Settings) -> &mut u16) -> Row {
        Row::Percent(name, VOLUME_PERCENT, STEP_PERCENT, of)
    }
    let mut rows = match tab {
        0 => vec![
            Row::Quality,
            Row::Flag("settings-shadows", |s| &mut s.graphics.shadows),
            Row::Flag("settings-fog", |s| &mut s.graphics.fog),
            Row::Flag("settings-bloom", |s| &mut s.graphics.bloom),
            Row::Flag("settings-snow", |s| &mut s.graphics.snow),
            Row::FrameCap,
        ],
        1 => vec![
            Row::Percent("settings-ui-scale", UI_SCALE_PERCENT, STEP_PERCENT, |s| &mut s.interface.ui_scale_percent),
            Row::Percent("settings-text-size", TEXT_PERCENT, STEP_PERCENT, |s| &mut s.interface.text_percent),
            Row::Percent("settings-text-speed", TEXT_SPEED_PERCENT, SPEED_STEP_PERCENT, |s| {
                &mut s.interface.text_speed_percent
            }),
            Row::Flag("settings-high-contrast", |s| &mut s.interface.high_contrast),
            Row::Flag("settings-reduced-motion", |s| &mut s.interface.reduced_motion),
            Row::Flag("settings-safe-marks", |s| &mut s.interface.safe_marks),
            Row::Language,
        ],
        2 => vec![
            volume("settings-volume-master", |s| &mut s.sound.master),
            volume("settings-volume-wind", |s| &mut s.sound.wind),
            volume("settings-volume-steps", |s| &mut s.sound.steps),
            volume("settings-volume-voices", |s| &mut s.sound.voices),
            volume("settings-volume-bell", |s| &mut s.sound.bell),
        ],
        3 => vec![
            Row::FullScreen,
            Row::Flag("settings-pause-unfocused", |s| &mut s.window.pause_unfocused),
        ],
        _ => Action::all().map(Row::Keys).collect(),
    };
    rows.push(Row::Reset);
    rows
}

/// Something that can be done with an action's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chip {
    Add,
    Remove(Stroke),
    Reset,
}

fn chips(bindings: &Bindings, action: Action) -> Vec<Chip> {
    let removes = bindings.strokes(action).iter().map(|s| Chip::Remove(*s));
    [Chip::Add].into_iter().chain(removes).chain([Chip::Reset]).collect()
}

/// A question that takes the next hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// Which key is to do this?
    Press(Action),
    /// The key belongs to another action: is it to be given away?
    Taken(Action, Stroke, Action),
}

/// What the screen remembers while it is open.
#[derive(Debug, Default)]
pub struct Sheet {
    tab: usize,
    /// The chosen row; 0 is the row of tabs.
    at: usize,
    /// The chosen thing to do in a row of keys.
    chip: usize,
    ask: Option<Ask>,
    /// The answer that is chosen.
    yes: bool,
    /// Why something was not done.
    said: Option<String>,
    /// Whether keys have moved the choice: it is to be in sight.
    moved: bool,
    /// The settings when the screen was opened.
    before: Option<Chosen>,
}

/// A way that a hit goes on this screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    TabOn,
    TabBack,
    Enter,
    Back,
}

fn way(hit: &Hit, bindings: &Bindings) -> Option<Way> {
    let stroke = hit.stroke.filter(|_| !hit.ctrl && !hit.alt)?;
    let fixed = match stroke {
        Stroke::Key(K::ArrowUp) | Stroke::Pad(G::DPadUp) => Some(Way::Up),
        Stroke::Key(K::ArrowDown) | Stroke::Pad(G::DPadDown) => Some(Way::Down),
        Stroke::Key(K::ArrowLeft) | Stroke::Pad(G::DPadLeft) => Some(Way::Left),
        Stroke::Key(K::ArrowRight) | Stroke::Pad(G::DPadRight) => Some(Way::Right),
        Stroke::Key(K::Tab) if hit.shift => Some(Way::TabBack),
        Stroke::Key(K::Tab) => Some(Way::TabOn),
        Stroke::Key(K::Enter) => Some(Way::Enter),
        Stroke::Key(K::Escape) => Some(Way::Back),
        _ => None,
    };
    let bound = || match bindings.action(stroke)? {
        Action::Previous => Some(Way::Up),
        Action::Next => Some(Way::Down),
        Action::TabBack => Some(Way::TabBack),
        Action::TabOn => Some(Way::TabOn),
        Action::ScrollUp => Some(Way::PageUp),
        Action::ScrollDown => Some(Way::PageDown),
        Action::Confirm => Some(Way::Enter),
        Action::Back | Action::Settings => Some(Way::Back),
        _ => None,
    };
    let once = |way: &Way| !hit.repeat || !matches!(way, Way::Enter | Way::Back);
    fixed.or_else(bound).filter(once)
}

/// The next value of a list after `by` steps: around its end where it goes around, else no further.
fn stepped(at: usize, by: i32, len: usize, around: bool) -> usize {
    let next = at as i32 + by;
    if around { next.rem_euclid(len as i32) as usize } else { next.clamp(0, len as i32 - 1) as usize }
}

fn choose<T: Choice>(now: T, by: i32, around: bool) -> T {
    let at = T::ALL.iter().position(|value| *value == now).unwrap_or(0);
    T::ALL[stepped(at, by, T::ALL.len(), around)]
}

/// Changes a row's value by so many steps.
fn change(row: &Row, settings: &mut Settings, by: i32, around: bool) {
    match row {
        Row::Quality => {
            let quality = choose::<Quality>(settings.graphics.quality, by, around);
            if quality != settings.graphics.quality {
                preset(&mut settings.graphics, quality);
            }
        }
        Row::Flag(_, of) => {
            let flag = of(settings);
            *flag = !*flag;
        }
        Row::Percent(_, range, step, of) if !around => {
            let value = of(settings);
            let next = i32::from(*value) + by * i32::from(*step);
            *value = next.clamp(i32::from(*range.start()), i32::from(*range.end())) as u16;
        }
        Row::FrameCap => {
            let cap = &mut settings.graphics.frame_cap;
            let at = FRAME_CAPS_FPS.iter().position(|fps| fps == cap).unwrap_or(0);
            *cap = FRAME_CAPS_FPS[stepped(at, by, FRAME_CAPS_FPS.len(), around)];
        }
        Row::Language => {
            settings.interface.language = choose::<Language>(settings.interface.language, by, true);
        }
        Row::Percent(..) | Row::FullScreen | Row::Keys(_) | Row::Reset => {}
    }
}

/// Gives a tab its usual values.
fn reset(tab: usize, chosen: &mut Chosen) {
    let usual = Settings::default();
    let settings = &mut chosen.settings;
    match tab {
        0 => settings.graphics = usual.graphics,
        1 => settings.interface = usual.interface,
        2 => settings.sound = usual.sound,
        3 => settings.window = usual.window,
        _ => {
            chosen.bindings = Bindings::default();
            chosen.bindings.store(&mut settings.keys);
        }
    }
}

impl Sheet {
    /// Opens the screen on what is chosen now.
    pub fn open(&mut self, chosen: &Chosen) {
        *self = Sheet { tab: self.tab, before: Some(chosen.clone()), ..Sheet::default() };
    }

    /// Takes a hit. True when the screen is to be left.
    pub fn take(&mut self, hit: &Hit, view: &mut Changes<'_>) -> bool {
        self.said = None;
        match self.ask {
            Some(Ask::Press(action)) => self.hear(action, hit, view),
            Some(Ask::Taken(action, stroke, _)) => match way(hit, &view.chosen.bindings) {
                Some(Way::Enter) => self.decide(self.yes, action, stroke, view),
                Some(Way::Back) => self.ask = None,
                Some(_) => self.yes = !self.yes,
                None => {}
            },
            None => {
                if let Some(way) = way(hit, &view.chosen.bindings) {
                    return self.go(way, view);
                }
            }
        }
        false
    }

    fn go(&mut self, way: Way, view: &mut Changes<'_>) -> bool {
        let rows = rows(self.tab);
        let len = rows.len() + 1;
        let row = self.at.checked_sub(1).and_then(|at| rows.get(at));
        let before = self.at;
        match way {
            Way::Back => return true,
            Way::Up => self.at = stepped(self.at, -1, len, true),
            Way::Down => self.at = stepped(self.at, 1, len, true),
            Way::PageUp => self.at = self.at.saturating_sub(PAGE_ROWS),
            Way::PageDown => self.at = (self.at + PAGE_ROWS).min(len - 1),
            Way::TabOn => self.turn(1),
            Way::TabBack => self.turn(-1),
            Way::Left | Way::Right => {
                let by = if way == Way::Left { -1 } else { 1 };
                match row {
                    None => self.turn(by),
                    Some(Row::Keys(action)) => {
                        let most = chips(&view.chosen.bindings, *action).len();
                        self.chip = stepped(self.chip, by, most, false);
                    }
                    Some(row) => change(row, &mut view.chosen.settings, by, false),
                }
            }
            Way::Enter => {
                if let Some(row) = row.cloned() {
                    self.enter(&row, self.chip, view);
                }
            }
        }
        if self.at != before {
            self.chip = 0;
            self.moved = true;
        }
        false
    }

    fn turn(&mut self, by: i32) {
        self.tab = stepped(self.tab, by, TABS.len(), true);
        self.at = 0;
        self.chip = 0;
    }

    /// Does what a row offers.
    fn enter(&mut self, row: &Row, chip: usize, view: &mut Changes<'_>) {
        match row {
            Row::FullScreen => view.full_screen = true,
            Row::Reset => reset(self.tab, view.chosen),
            Row::Keys(action) => {
                let chips = chips(&view.chosen.bindings, *action);
                let Some(chip) = chips.get(chip.min(chips.len() - 1)) else { return };
                match chip {
                    Chip::Add if view.chosen.bindings.strokes(*action).len() >= KEYS_PER_ACTION_MAX => {
                        self.refuse(Refused::Full, view.words);
                    }
                    Chip::Add => self.ask = Some(Ask::Press(*action)),
                    Chip::Remove(stroke) => match view.chosen.bindings.unbind(*action, *stroke) {
                        Ok(()) => self.store(view.chosen),
                        Err(refused) => self.refuse(refused, view.words),
                    },
                    Chip::Reset => {
                        view.chosen.bindings.reset(*action);
                        self.store(view.chosen);
                    }
                }
            }
            row => change(row, &mut view.chosen.settings, 1, true),
        }
    }

    /// The key that was pressed for an action.
    fn hear(&mut self, action: Action, hit: &Hit, view: &mut Changes<'_>) {
        let Some(stroke) = hit.stroke.filter(|_| !hit.repeat && !hit.ctrl && !hit.alt) else { return };
        self.ask = None;
        if stroke == Stroke::Key(K::Escape) {
            return;
        }
        match view.chosen.bindings.bind(action, stroke) {
            Ok(()) => self.store(view.chosen),
            Err(Refused::Taken(other)) => {
                self.ask = Some(Ask::Taken(action, stroke, other));
                self.yes = false;
            }
            Err(refused) => self.refuse(refused, view.words),
        }
    }

    fn decide(&mut self, yes: bool, action: Action, stroke: Stroke, view: &mut Changes<'_>) {
        self.ask = None;
        if !yes {
            return;
        }
        match view.chosen.bindings.take(action, stroke) {
            Ok(()) => self.store(view.chosen),
            Err(refused) => self.refuse(refused, view.words),
        }
    }

    fn store(&mut self, chosen: &mut Chosen) {
        chosen.bindings.store(&mut chosen.settings.keys);
        self.chip = 0;
    }

    fn refuse(&mut self, refused: Refused, words: &Words) {
        self.said = Some(match refused {
            Refused::Full => words.say("keys-full", &[("max", KEYS_PER_ACTION_MAX.into())]),
            Refused::Last | Refused::Taken(_) => words.plain("keys-last"),
        });
    }
}

/// What the screen may change.
pub struct Changes<'a> {
    /// The settings.
    pub chosen: &'a mut Chosen,
    /// Whether the window is to change between whole screen and window.
    pub full_screen: bool,
    /// The interface's words.
    pub words: &'a Words,
}

/// Leaves the screen: what was changed is written, and how that went is told.
pub fn close(screens: &mut Screens<'_>, view: &mut View, words: &Words) {
    view.over = Over::Nothing;
    if view.sheet.before.take().is_none_or(|before| before == view.chosen) {
        return;
    }
    // The words of the language that was chosen a moment ago may not be here yet.
    let spoken;
    let words = if words.language() == view.chosen.settings.interface.language {
        words
    } else {
        spoken = Words::new(view.chosen.settings.interface.language);
        &spoken
    };
    let Some(home) = &view.home else { return };
    match view.chosen.settings.save(home) {
        Ok(()) => screens.tell(words.plain("settings-saved"), false),
        Err(error) => {
            let why = error.to_string();
            screens.tell(words.say("error-settings", &[("why", why.into())]), true);
        }
    }
}

/// What a click on the screen does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Click {
    Tab(usize),
    Row(usize),
    Step(usize, i32),
    Choose(usize, usize),
    Chip(usize, usize),
    Answer(bool),
    Leave,
}

/// Draws the screen and does what was clicked.
pub fn draw(ctx: &Context, screens: &mut Screens<'_>, view: &mut View, words: &Words, window: Rect) {
    let View { sheet, chosen, .. } = view;
    let click = match sheet.ask {
        Some(ask) => question(ctx, sheet, chosen, ask, words, window),
        None => {
            let rect = page(window, vec2(SHEET_PT.0, SHEET_PT.1));
            style::sheet(ctx, "settings", rect, Ground::Paper, |ui| whole(ui, sheet, chosen, words))
        }
    };
    sheet.moved = false;
    let Some(click) = click else { return };
    if click == Click::Leave {
        return close(screens, view, words);
    }
    let View { sheet, chosen, .. } = view;
    let mut changes = Changes { chosen, full_screen: false, words };
    sheet.said = None;
    match click {
        Click::Leave => {}
        Click::Tab(tab) => {
            sheet.tab = tab;
            (sheet.at, sheet.chip) = (0, 0);
        }
        Click::Row(at) => {
            (sheet.at, sheet.chip) = (at + 1, 0);
            match rows(sheet.tab).get(at) {
                Some(row @ (Row::Flag(..) | Row::FullScreen | Row::Reset)) => sheet.enter(row, 0, &mut changes),
                _ => {}
            }
        }
        Click::Step(at, by) => {
            (sheet.at, sheet.chip) = (at + 1, 0);
            if let Some(row) = rows(sheet.tab).get(at) {
                change(row, &mut changes.chosen.settings, by, false);
            }
        }
        Click::Choose(at, chip) => (sheet.at, sheet.chip) = (at + 1, chip),
        Click::Chip(at, chip) => {
            (sheet.at, sheet.chip) = (at + 1, chip);
            if let Some(row) = rows(sheet.tab).get(at) {
                sheet.enter(row, chip, &mut changes);
            }
        }
        Click::Answer(yes) => match sheet.ask {
            Some(Ask::Taken(action, stroke, _)) => sheet.decide(yes, action, stroke, &mut changes),
            _ => sheet.ask = None,
        },
    }
    let full_screen = changes.full_screen;
    view.wishes.full_screen |= full_screen;
}

fn whole(ui: &mut Ui, sheet: &Sheet, chosen: &Chosen, words: &Words) -> Option<Click> {
    let inner = ui.max_rect();
    let mut click = None;
    if inner.height() > HEADED_PT {
        heading(ui, words.plain("settings-title"));
    }
    ui.horizontal_wrapped(|ui| {
        for (i, tab) in TABS.iter().enumerate() {
            if slip(ui, &words.plain(tab), Slip { chosen: i == sheet.tab, ..Slip::default() }).clicked() {
                click = Some(Click::Tab(i));
            }
        }
    });
    let top = ui.cursor().top();
    let foot = inner.bottom() - FOOT_PT;
    let list = Rect::from_min_max(pos2(inner.left(), top), pos2(inner.right(), (foot - GAP_PT).max(top + ROW_PT)));
    let mut ui_list = part(ui, list);
    let name = ("settings", sheet.tab);
    ScrollArea::vertical().id_salt(name).auto_shrink(false).show(&mut ui_list, |ui| {
        for (i, row) in rows(sheet.tab).iter().enumerate() {
            let on = sheet.at == i + 1;
            let done = match row {
                Row::Keys(action) => keys_row(ui, sheet, chosen, words, *action, (i, on)),
                row => value_row(ui, sheet, chosen, words, row, (i, on)),
            };
            click = click.or(done);
        }
    });
    let mut ui_foot = part(ui, Rect::from_min_max(pos2(inner.left(), foot), inner.max));
    ui_foot.horizontal_top(|ui| {
        let key = super::keys::hint(&chosen.bindings, Action::Back, words);
        if button(ui, &key, &words.plain("common-back")) {
            click = Some(Click::Leave);
        }
        if let Some(said) = &sheet.said {
            text(ui, said.clone(), style::plain(SMALL_PT), style::ALARM);
        }
    });
    click
}

/// What a row is called, and what its value is called.
fn said(row: &Row, settings: &mut Settings, words: &Words) -> (String, String) {
    match row {
        Row::Quality => {
            let value = format!("settings-quality-{}", settings.graphics.quality.name());
            (words.plain("settings-quality"), words.say(&value, &[]))
        }
        Row::Flag(name, of) => {
            let value = if *of(settings) { words.plain("common-on") } else { words.plain("common-off") };
            (words.say(name, &[]), value)
        }
        Row::Percent(name, _, _, of) => {
            let value = words.say("common-percent", &[("value", (*of(settings)).into())]);
            (words.say(name, &[]), value)
        }
        Row::FrameCap => {
            let value = match settings.graphics.frame_cap {
                0 => words.plain("settings-frame-cap-none"),
                cap => words.say("settings-frame-cap-value", &[("count", cap.into())]),
            };
            (words.plain("settings-frame-cap"), value)
        }
        Row::Language => {
            let own = Words::own_name(settings.interface.language);
            (words.plain("settings-language"), own.to_string())
        }
        Row::FullScreen => (words.plain("action-full-screen"), String::new()),
        Row::Keys(action) => (words.say(&action.message(), &[]), String::new()),
        Row::Reset => (words.plain("settings-reset"), String::new()),
    }
}

fn value_row(
    ui: &mut Ui,
    sheet: &Sheet,
    chosen: &Chosen,
    words: &Words,
    row: &Row,
    (i, on): (usize, bool),
) -> Option<Click> {
    let mut settings = chosen.settings.clone();
    let (label, value) = said(row, &mut settings, words);
    let width = ui.available_width() - 8.0;
    let split = width * VALUE_PART;
    let label = ui.painter().layout(label, style::plain(BODY_PT), style::INK, split - 44.0);
    let value = ui.painter().layout(value, style::plain(BODY_PT), style::INK, (width - split - 64.0).max(60.0));
    let height = (label.size().y.max(value.size().y) + 16.0).max(ROW_PT);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    if on && sheet.moved {
        response.scroll_to_me(None);
    }
    let painter = ui.painter();
    let round = CornerRadius::same(6);
    painter.rect_filled(rect, round, if on { style::CHOSEN } else { style::slip_ground() });
    let edge = if response.hovered() { Edge::new(2.0, style::INK) } else { Edge::new(1.0, style::THATCH) };
    painter.rect_stroke(rect, round, edge, StrokeKind::Inside);
    if on {
        style::pointer_mark(painter, pos2(rect.left() + 12.0, rect.center().y), 6.0, style::INK);
    }
    painter.galley(pos2(rect.left() + 30.0, rect.center().y - label.size().y / 2.0), label, style::INK);
    let area = Rect::from_min_max(pos2(rect.left() + split, rect.top()), rect.max);
    let steps = !matches!(row, Row::Flag(..) | Row::FullScreen | Row::Reset);
    if steps {
        for (x, way) in [(area.left() + 14.0, -1.0), (area.right() - 14.0, 1.0)] {
            let at = pos2(x, area.center().y);
            let corners = vec![at + vec2(-4.0 * way, -7.0), at + vec2(6.0 * way, 0.0), at + vec2(-4.0 * way, 7.0)];
            painter.add(Shape::convex_polygon(corners, style::INK, Edge::NONE));
        }
    }
    if let Row::Percent(_, range, _, of) = row {
        gauge(ui, area, f32::from(*of(&mut settings)), range);
    }
    let at = pos2(area.center().x - value.size().x / 2.0, area.center().y - value.size().y / 2.0);
    ui.painter().galley(at, value, style::INK);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if !response.clicked() {
        return None;
    }
    let pointer = response.interact_pointer_pos().unwrap_or(rect.left_center());
    Some(match pointer.x {
        x if steps && x >= area.center().x => Click::Step(i, 1),
        x if steps && x >= area.left() => Click::Step(i, -1),
        _ => Click::Row(i),
    })
}

/// How much of its range a value fills, as a line under it.
fn gauge(ui: &Ui, area: Rect, value: f32, range: &RangeInclusive<u16>) {
    let (least, most) = (f32::from(*range.start()), f32::from(*range.end()));
    let part = ((value - least) / (most - least)).clamp(0.0, 1.0);
    let (left, right) = (area.left() + 30.0, area.right() - 30.0);
    let y = area.bottom() - 7.0;
    ui.painter().hline(left..=right, y, Edge::new(2.0, style::THATCH));
    ui.painter().hline(left..=left + (right - left) * part, y, Edge::new(5.0, style::INK));
}

fn keys_row(
    ui: &mut Ui,
    sheet: &Sheet,
    chosen: &Chosen,
    words: &Words,
    action: Action,
    (i, on): (usize, bool),
) -> Option<Click> {
    let mut click = None;
    let label = words.say(&action.message(), &[]);
    let response = ui.horizontal_wrapped(|ui| {
        let width = Some((ui.available_width() * 0.34).max(120.0));
        if slip(ui, &label, Slip { chosen: on, width, ..Slip::default() }).clicked() {
            click = Some(Click::Row(i));
        }
        for (n, chip) in chips(&chosen.bindings, action).into_iter().enumerate() {
            let here = on && n == sheet.chip;
            // Where one is not, the keys alone tell enough.
            let name = match chip {
                Chip::Remove(stroke) if here => {
                    words.say("keys-remove", &[("key", stroke.shown(words).into())])
                }
                Chip::Remove(stroke) => stroke.shown(words),
                Chip::Add if on => words.plain("keys-add"),
                Chip::Reset if on => words.plain("settings-reset"),
                Chip::Add => "+".to_string(),
                Chip::Reset => continue,
            };
            if slip(ui, &name, Slip { chosen: here, ..Slip::default() }).clicked() {
                // The first click on a key chooses it, so that none goes by accident.
                let sure = here || !matches!(chip, Chip::Remove(_));
                click = Some(if sure { Click::Chip(i, n) } else { Click::Choose(i, n) });
            }
        }
    });
    if on && sheet.moved {
        response.response.scroll_to_me(None);
    }
    click
}

/// Which key? Or: give it away?
fn question(
    ctx: &Context,
    sheet: &Sheet,
    chosen: &Chosen,
    ask: Ask,
    words: &Words,
    window: Rect,
) -> Option<Click> {
    let rect = page(window, vec2(760.0, 260.0));
    let mut click = None;
    style::sheet(ctx, "settings question", rect, Ground::Paper, |ui| {
        let action = |action: Action| words.say(&action.message(), &[]);
        match ask {
            Ask::Press(to) => {
                let asked = words.say("keys-press", &[("action", action(to).into())]);
                text(ui, asked, style::speech(BODY_PT), style::INK);
                if button(ui, &Stroke::Key(K::Escape).shown(words), &words.plain("common-cancel")) {
                    click = Some(Click::Answer(false));
                }
            }
            Ask::Taken(to, stroke, other) => {
                let key = stroke.shown(words);
                let asked = words.say("keys-taken-ask", &[
                    ("key", key.into()),
                    ("other", action(other).into()),
                    ("action", action(to).into()),
                ]);
                text(ui, asked, style::speech(BODY_PT), style::INK);
                ui.horizontal_wrapped(|ui| {
                    let back = super::keys::hint(&chosen.bindings, Action::Back, words);
                    let give = Slip { chosen: sheet.yes, ..Slip::default() };
                    if slip(ui, &words.plain("keys-take"), give).clicked() {
                        click = Some(Click::Answer(true));
                    }
                    let keep = Slip { key: &back, chosen: !sheet.yes, ..Slip::default() };
                    if slip(ui, &words.plain("common-cancel"), keep).clicked() {
                        click = Some(Click::Answer(false));
                    }
                });
            }
        }
    });
    click
}
